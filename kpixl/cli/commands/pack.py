"""``kpixl pack``: a business of one's own as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command, Option, Word
from kpixl.errors import N_
from kpixl.languages import default_language

if TYPE_CHECKING:
    from kpixl.catalog.yaml_text import Mistake
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json

_PACK = Word("pack", "MYPACK.yaml", N_("the pack, or the folder that it is in"), path=True)


def check(arguments: Arguments) -> Answer:
    """Every mistake of a pack."""
    from kpixl.i18n import language
    from kpixl.verbs.pack_files import check as checked

    t = language(default_language(arguments.lang))
    found = checked(arguments.pack)

    def text() -> str:
        if found.business is None:
            mistakes = t(N_("{path} has mistakes ({count}):")).format(path=found.path.name, count=len(found.mistakes))
            return "\n".join([mistakes, *(_line(one, t) for one in found.mistakes)])
        ready = N_("{path} is sound: {kpis} KPIs, {tables} sheets for entries. Next: kpixl new {path}")
        counts = {"kpis": len(found.business.kpis), "tables": len(found.business.tables)}
        return t(ready).format(path=found.path.name, **counts)

    def data() -> Json:
        mistakes = [{"line": one.line, "column": one.column, "message": one.message.text(t)} for one in found.mistakes]
        return {"path": str(found.path), "sound": found.business is not None, "mistakes": mistakes}

    return Answer(data, text, DONE if found.business is not None else OWNER_NEEDED)


def _line(one: Mistake, t: Language) -> str:
    where = t(N_("line {line}, column {column}")).format(line=one.line, column=one.column)
    return f"  {where}: {one.message.text(t)}"


def schema(arguments: Arguments) -> Answer:
    """The JSON Schema of packs."""
    import json

    from kpixl.catalog.pack import schema as made

    found = made()
    return Answer(lambda: found, lambda: json.dumps(found, indent=2))


def new(arguments: Arguments) -> Answer:
    """A pack to begin with."""
    from kpixl.i18n import language
    from kpixl.verbs.pack_files import begin

    t = language(default_language(arguments.lang))
    path = begin(arguments.out)
    ready = N_("{path} is a pack to begin with: change it in a text editor, then run “kpixl pack check {path}”.")
    return Answer(lambda: {"path": str(path)}, lambda: t(ready).format(path=path))


def show(arguments: Arguments) -> Answer:
    """The KPIs of a pack as a page."""
    from kpixl.i18n import language
    from kpixl.verbs.pack_files import page

    code = default_language(arguments.lang)
    path = page(arguments.pack, code, arguments.out, now=arguments.now)
    t = language(code)
    return Answer(lambda: {"path": str(path)}, lambda: t(N_("The KPIs are in {path}.")).format(path=path))


def update(arguments: Arguments) -> Answer:
    """A workbook with a newer version of its pack."""
    from kpixl.check.problem import counts_text
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.texts.words import kpi_title
    from kpixl.verbs.pack_update import update as updated
    from kpixl.verbs.upgrade import LEFT_OUT

    done = updated(arguments.file, arguments.pack, now=arguments.now)
    entries = done.scorecard.entries
    t = language(arguments.lang or entries.language)
    titles = {kpi.id: kpi_title(kpi, t) for kpi in entries.business.kpis}

    def text() -> str:
        newer, same = (
            N_("{path} has the newer version of its pack."),
            N_("{path} has this version of its pack already."),
        )
        lines = [t(newer if done.backup else same).format(path=done.path)]
        for told, ids in ((_ADDED, done.added), (_CHANGED, done.changed), (_REMOVED, done.removed)):
            if ids:
                lines.append(t(told).format(kpis="; ".join(titles.get(id_, id_) for id_ in ids)))
        lines += [t(LEFT_OUT).format(sheet=sheet, column=column) for sheet, column in done.left_out]
        if done.sheets_left:
            lines.append(t(_UNREAD).format(sheets="; ".join(done.sheets_left)))
        if done.functions_left:
            lines.append(t(_LEFT).format(path=done.path.name, pack=arguments.pack))
        if done.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=done.backup))
        return "\n".join([*lines, counts_text(done.problems, t)])

    def data() -> Json:
        lists = {"added": done.added, "changed": done.changed, "removed": done.removed}
        return (
            {"path": str(done.path), "backup": path_json(done.backup)}
            | {k: list(v) for k, v in lists.items()}
            | {"functions_left": done.functions_left, "sheets_left": list(done.sheets_left)}
            | {"left_out": [{"sheet": sheet, "column": column} for sheet, column in done.left_out]}
        )

    return Answer(data, text)


_ADDED = N_("New: {kpis}.")
_CHANGED = N_("Changed: {kpis}.")
_REMOVED = N_("Not in the pack any more, switched off on Settings with their history kept: {kpis}.")
_UNREAD = N_("Not read any more, with all that stands there kept: {sheets}.")
_LEFT = N_(
    "{path} has macros that are not kpixl’s, so that its functions stay as they are; write the new ones with “kpixl "
    "functions export --vba --pack {pack} --out FOLDER” and import them in Excel (Alt+F11, File > Import File) instead."
)

COMMAND = Command(
    "pack",
    N_("make your own kind of business: its KPIs as a file"),
    "begin",
    family=(
        Command(
            "check",
            N_("find every mistake in a pack"),
            "begin",
            check,
            words=(_PACK,),
            manual="""\
Names every mistake of a pack with its line, its column and what to do, all at once: names that are not known, units
that do not fit, thresholds out of order or without a source, a worked example that the formula does not give, texts
that are missing in a language, names that Excel forbids. Exits with 1 where there are some. With `--json`: `path`,
`sound` and `mistakes` (`line`, `column`, `message`).""",
        ),
        Command(
            "schema",
            N_("print the JSON Schema of packs, for text editors"),
            "begin",
            schema,
            manual="""\
Prints the JSON Schema of packs, with which text editors complete keys and underline mistakes. Put it into a file, and
name that in the first line of your pack: `# yaml-language-server: $schema=pack.schema.json`. The same with `--json`.
""",
        ),
        Command(
            "new",
            N_("write a pack to begin with, with comments"),
            "begin",
            new,
            options=(
                Option(
                    "--out",
                    N_("the pack to write; never overwrites one"),
                    value="FILE",
                    path=True,
                    default=Path("mypack.yaml"),
                    manual="the pack to write, `mypack.yaml` without it; a file that exists is never overwritten",
                ),
            ),
            manual="""\
Writes a small pack with comments, which works as it is: change its words and add KPIs. See [packs.md](packs.md). With
`--json`: `path`.""",
        ),
        Command(
            "show",
            N_("make a page of the KPIs of a pack, to hand to a client"),
            "begin",
            show,
            words=(_PACK,),
            options=(
                Option(
                    "--out",
                    N_("the page to make, .html or .pdf; replaces an earlier one"),
                    value="FILE",
                    path=True,
                    manual="the page, called something`.html` or something`.pdf`; without it the pack's name with "
                    "`.html`, in the same folder. An earlier page of that name is replaced; no other file is",
                ),
            ),
            manual="""\
Makes one page of the KPIs of a pack: what each says, its formula with a worked example, its levels with their source,
and tips. With `--json`: `path`.""",
        ),
        Command(
            "update",
            N_("bring a workbook to a newer version of its pack"),
            "begin",
            update,
            words=(Word("file", "FILE", N_("the workbook"), path=True), _PACK),
            manual="""\
Brings a workbook to a newer version of the pack that it is made of: new KPIs, columns and sheets come in, what says or
counts something else is written anew, and a KPI that the pack lacks now is switched off on Settings, until a version
has it again. Your rows, targets and *Past periods* stay; so do the names of sheets and columns, and a sheet that the
pack has no more, which is read no longer. The file as it was is kept as a backup. It also puts the
pack back where another program has dropped it. The functions of an `.xlsm` are written anew, unless it has macros of
your own as well; it then says how to bring the new ones in. With `--json`: `path`, `backup`, `added`, `changed`,
`removed`, `functions_left` (whether its functions are the earlier ones), `sheets_left` (sheets that are read no longer)
and `left_out` (columns for which there was no room: `sheet` and `column`).""",
        ),
    ),
    manual="""\
A pack is a kind of business of your own, as one YAML file: its entry sheets, what is counted, its KPIs and their texts.
`kpixl new MYPACK.yaml` makes a workbook of it, which carries the pack within it, so that every command works on it on
any computer. A pack is data: nothing in it is ever run. See [packs.md](packs.md).""",
)
