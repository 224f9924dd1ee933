"""``kpixl link``: has a sheet of the owner's fill one of kpixl's at every refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import WORKBOOK, code_of, pairs, spoken
from kpixl.cli.command import OWNER_NEEDED, Answer, Arguments, Command, Option, Word
from kpixl.cli.filling import FILLING, agreement, said_in
from kpixl.errors import N_, UsageError

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json
    from kpixl.verbs.link import Linked, LinkLine


class HalfALink(UsageError):
    """A sheet without a table, or nothing to end."""

    code = "half_a_link"
    template = N_("Name the sheet of yours and the table that it fills, as in: kpixl link FILE SHEET TABLE.")


def link(arguments: Arguments) -> Answer:
    """A sheet of the owner's fills a table from now on; or its link ends, or all are listed."""
    if arguments.list or arguments.sheet is None:
        return _listed(arguments)
    if arguments.remove:
        return _removed(arguments)
    if arguments.table is None:
        raise HalfALink
    from kpixl.cli.progress_bar import Progress
    from kpixl.i18n import language
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.link import link as linked

    mapping = pairs(arguments.map, "FIELD=COLUMN", may_be_blank=True)
    with Progress(spoken(arguments)) as bar:
        agree = agreement(arguments, bar)
        request = ImportRequest(
            arguments.table,
            arguments.file,
            {field: column for field, column in mapping.items() if column},
            constants=pairs(arguments.set, "FIELD=VALUE"),
            sheet=arguments.sheet,
            said=said_in(arguments, mapping),
        )
        done = linked(arguments.file, request, now=arguments.now, agree=agree)
    t = language(arguments.lang or done.plan.language)
    needed = done.written and done.plan.doubtful
    return Answer(
        lambda: link_json(done), lambda: link_text(done, t), OWNER_NEEDED if needed else code_of(done.problems)
    )


def link_json(done: Linked) -> Json:
    """A link that was made, or would be."""
    from kpixl.check.problem import problem_count
    from kpixl.texts.lines import path_json

    return {
        "table": done.plan.match.table.id,
        "sheet": done.plan.match.source.sheet,
        "written": done.written,
        "rows": done.rows,
        "problem_count": problem_count(done.problems),
        "backup": path_json(done.backup),
    }


def link_text(done: Linked, t: Language) -> str:
    """Which column fills what, what was left out, and what happens from now on."""
    from kpixl.check.problem import counts_text
    from kpixl.texts.lines import block
    from kpixl.verbs.outcomes import plan_text, rejected_lines

    lines = [plan_text(done.plan, t), *rejected_lines(done.plan.accepted.rejected, t)]
    if not done.written:
        return "\n".join([*lines, t(N_("Nothing was written."))])
    text = N_(
        "{table} is filled from {sheet} from now on, at each refresh; rows now: {count}. Go on typing there; rows that "
        "you type into {table} yourself stay."
    )
    lines += block([t(text).format(table=done.title, sheet=done.plan.match.source.sheet, count=done.rows)])
    if done.backup:
        lines.append(t(N_("As it was before: {path}.")).format(path=done.backup))
    return "\n".join([*lines, counts_text(done.problems, t)])


def _listed(arguments: Arguments) -> Answer:
    from kpixl.i18n import language
    from kpixl.verbs.link import links_of

    code, found = links_of(arguments.file, now=arguments.now)
    t = language(arguments.lang or code)
    data = [{"sheet": one.sheet, "table": one.table, "rows": one.rows} for one in found]
    return Answer(lambda: {"links": data}, lambda: "\n".join(_lines(found, t)))


def _lines(found: tuple[LinkLine, ...], t: Language) -> list[str]:
    if not found:
        return [t(N_("No sheet of yours is linked."))]
    text = t(N_("{sheet} → {table}; rows: {count}"))
    return [text.format(sheet=one.sheet, table=f"{one.title} ({one.table})", count=one.rows) for one in found]


def _removed(arguments: Arguments) -> Answer:
    from kpixl.texts.lines import path_json
    from kpixl.verbs.link import unlink

    t = spoken(arguments)
    backup = unlink(arguments.file, arguments.sheet, now=arguments.now)

    def text() -> str:
        ended = t(N_("{sheet} fills nothing any more; its rows stay.")).format(sheet=arguments.sheet)
        return f"{ended}\n{t(N_('As it was before: {path}.')).format(path=backup)}"

    return Answer(lambda: {"sheet": arguments.sheet, "backup": path_json(backup)}, text)


COMMAND = Command(
    "link",
    N_("have a sheet of yours fill one of kpixl's at each refresh"),
    "month",
    link,
    words=(
        WORKBOOK,
        Word("sheet", "SHEET", N_("the sheet of yours, in the same workbook"), required=False),
        Word("table", "TABLE", N_("the table that it fills, such as requests"), required=False),
    ),
    options=(
        *FILLING,
        Option("--list", N_("list the sheets that are linked")),
        Option(
            "--remove",
            N_("have the sheet fill nothing any more"),
            manual="have SHEET fill nothing any more; the rows that were taken stay",
        ),
        Option("--show", N_("show what would be taken, and write nothing")),
        Option("--yes", N_("do not ask whether the columns found are right"), manual="do not ask"),
    ),
    manual="""\
You go on typing on a sheet of your own, in the same workbook, and its rows stand in kpixl's table at every refresh, as
they stand on your sheet then: new ones come in, changed ones follow, deleted ones leave. Rows that you type into the
table itself stay. Columns are found as by `kpixl import`, and what is said of them is remembered.

A row that you change in the table, while your sheet says something else, stays as you changed it, and Check says so.
Check also says which rows of your sheet were not taken (without a date, with a word that the table does not know,
lines of totals), with their cells. Your sheet may hold all years: rows of closed periods do not come back. Where your
sheet is gone, or has another name, the rows taken last stay, and Check says so.

In Excel, “Refresh” asks whether the workbook may be saved and closed for a moment, since rows are taken in while it is
closed. Without SHEET, the links are listed.""",
    after="""\
With `--json`: `table`, `sheet`, `written`, `rows`, `problem_count` and `backup`; listed, `links` (each with `sheet`,
`table` and `rows`); with `--remove`, `sheet` and `backup`.

```
$ kpixl link "Hers.xlsx" "Tickets 2026" requests
```""",
)
