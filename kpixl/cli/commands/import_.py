"""``kpixl import``: takes rows of a CSV or Excel file into a sheet of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import WORKBOOK, code_of, pairs, spoken
from kpixl.cli.command import OWNER_NEEDED, Answer, Arguments, Command, Option, Word
from kpixl.cli.filling import FILLING, agreement, said_in
from kpixl.errors import N_, FileExists

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json
    from kpixl.verbs.import_rows import ImportOutcome


def import_(arguments: Arguments) -> Answer:
    """Rows of a file into an entry table."""
    from kpixl.cli.progress_bar import Progress
    from kpixl.i18n import language
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.import_rows import import_rows, write_refused
    from kpixl.verbs.outcomes import import_text

    if arguments.refused and arguments.refused.exists():
        raise FileExists(path=str(arguments.refused))
    mapping = pairs(arguments.map, "FIELD=COLUMN", may_be_blank=True)
    with Progress(spoken(arguments)) as bar:
        agree = agreement(arguments, bar)
        outcome = import_rows(
            arguments.file,
            ImportRequest(
                arguments.table,
                arguments.source,
                {field: column for field, column in mapping.items() if column},
                constants=pairs(arguments.set, "FIELD=VALUE"),
                sheet=arguments.sheet,
                zone=arguments.zone,
                said=said_in(arguments, mapping),
                agreed=agree is not None,
                add_new=arguments.add_new,
                backfill=arguments.backfill,
            ),
            now=arguments.now,
            agree=agree,
            progress=bar,
        )
    t = language(arguments.lang or outcome.plan.language)
    if arguments.refused and outcome.plan.accepted.rejected:
        write_refused(outcome.plan, arguments.refused, t)
    needed = outcome.written and outcome.plan.doubtful
    return Answer(
        lambda: import_json(outcome, t),
        lambda: import_text(outcome, t),
        OWNER_NEEDED if needed else code_of(outcome.problems),
    )


def import_json(outcome: ImportOutcome, t: Language) -> Json:
    """What an import took and what it left."""
    from kpixl.check.problem import problem_count
    from kpixl.texts.lines import path_json

    match, accepted = outcome.plan.match, outcome.plan.accepted
    return {
        "path": str(outcome.plan.path),
        "table": match.table.id,
        "written": outcome.written,
        "imported": len(accepted),
        "known": accepted.known,
        "completed": len(accepted.completions),
        "differing": accepted.differing,
        "earlier": accepted.earlier,
        "passed_over": accepted.passed_over,
        "mapping": {id_: {"column": match.column(id_), "how": f.how.value} for id_, f in match.fillings.items()},
        "constants": dict(match.constants),
        "unused": list(match.unused),
        "rejected": [
            {"line": row.line, "sheet": row.sheet, "column": row.column, "value": row.value, "message": row.text(t)}
            for row in accepted.rejected
        ],
        "notes": [{"code": note.code, "message": note.text(t)} for note in accepted.notes],
        "held": dict(outcome.plan.held),
        "added": {table: list(keys) for table, keys in outcome.added.items()},
        "problem_count": problem_count(outcome.problems),
        "backfilled": [str(period) for period in outcome.backfill.periods] if outcome.backfill else [],
        "backup": path_json(outcome.backup),
        "upgraded": outcome.upgraded,
    }


COMMAND = Command(
    "import",
    N_("take rows of a CSV or Excel file into a sheet of a workbook"),
    "month",
    import_,
    words=(
        WORKBOOK,
        Word("table", "TABLE", N_("the table to add to, such as requests")),
        Word("source", "SOURCE", N_("the CSV or Excel file"), path=True),
    ),
    options=(
        *FILLING,
        Option(
            "--sheet",
            N_("the sheet of an Excel file; the first filled one without it"),
            value="TEXT",
            manual="the sheet of an Excel file; without it the first one that holds anything",
        ),
        Option(
            "--zone",
            N_("the time zone of your days, such as Europe/Madrid; the computer's without it"),
            value="TEXT",
            manual="the time zone of your days, such as `Europe/Madrid`, to which times with a zone of their own are "
            "moved; without it the computer's",
        ),
        Option(
            "--add-new",
            N_("add clients, assistants and services that are not listed yet"),
            manual="clients, assistants and services that the rows name and the workbook does not know yet are added "
            "to their tables, from the day of their first row in the file. A name that comes close to a known one is "
            "held back and told",
        ),
        Option(
            "--backfill",
            N_("put what rows of earlier periods come to into Past periods"),
            manual="rows of earlier periods, which are not taken into the sheet, become figures of Past periods: every "
            "measure that these rows have all of, and the KPIs that can be made of them, so that comparison and usual "
            "range do not begin from nothing. A period within which the rows begin is left out, and no line that is "
            "there is changed",
        ),
        Option(
            "--refused",
            N_("write the rows that were left out to a CSV file, to be fixed"),
            value="FILE",
            path=True,
            manual="write the rows that were left out to a new CSV file, with the reason behind each, to be fixed",
        ),
        Option("--show", N_("show what would be taken, and write nothing")),
        Option("--yes", N_("do not ask whether the columns found are right"), manual="do not ask"),
    ),
    manual="""\
Takes the rows of a CSV or Excel file (`.csv`, `.xlsx`, `.xlsm`, `.xls`, `.ods`) into an entry table of the
workbook, and refreshes it. Delimiter, letters (encoding), decimal sign and the order of day and month are found
out, column by column, and told. What looks like a formula is a text; nothing in the file is ever run.

Which column fills which field: what `--map` says; what was said for an earlier file (the workbook remembers it on
Settings; a new answer takes the place of another column of the same file); the names of the fields, the headings of
your sheets, and the headings of kpixl in any of its languages; and the columns that these programs export:
Acuity Scheduling, Asana, Calendly, ClickUp, Clockify, eBay, FreshBooks, Freshdesk, Google Forms, Harvest, HubSpot,
Jira, Mercado Pago, Microsoft Forms, PayPal, Pipedrive, QuickBooks, Salesforce, Shopify, Square, Stripe,
SurveyMonkey, Tempo, Toggl, Upwork, Wave, WooCommerce, Xero, Zendesk and Zoho CRM. Two columns that suit equally
well
are never guessed between. At a terminal kpixl shows the columns that it has found and asks. Tables and fields may be
called as your sheets call them, or in any language of kpixl; `kpixl tables FILE` lists them.

From Excel's button the same is shown before it asks. There, `--map`, `--set`, `--only`, `--not`, `--value` and
`--dates` are lines that you write on Settings, into *Columns of imported files*; the sheet, the zone, new names, past
periods and a file of refused rows are for this command alone.

What counts: a currency is compared with the workbook's, and rows in another one are left out with their sum. Rows
whose status or type says that they are none (lost, pending, a withdrawal, a fee) are left out and told. A column
that seems to say which rows count and is not used is told with its values and the `--only` that would choose. What
is said with `--map`, `--only`, `--not`, `--value` and `--dates` is remembered on Settings, but for what cost a row.
Lines that add others up or repeat the headings are passed over; so is what stands below other headings, which is
another table, and that is told.
A cell that does not fit a field which the sheet could do without stays blank and is told. Where rows were left out,
or may not mean what you think, kpixl ends with 1.

A row that is there already (the same key: a request's number, a client with the same first day, a lead; for tables
without one, the same row) is not taken again. Without a number, a request is the same by its client and the moment
it was opened, a session by its client and moment, a complaint by its day, client, service and reason, an invitation
by its day, client and invited. Where the file knows what is blank in the workbook, such as when a request was
resolved, that is filled in; what differs, or is filled by a formula of yours, stays as it is in the workbook, and
is told. Rows that do not fit are left out and told by cause, with their lines. Rows of earlier periods, which
closing a period would take away, are passed over, unless they complete a row that is still there; with `--backfill`
they become figures of Past periods.""",
    after="""\
With `--json`: `written`, the number of rows `imported`, `known`, `completed`, `differing`, `earlier` (of earlier
periods) and `passed_over` (totals and the like), `mapping` (field → `column` and `how` it was found), `constants`,
`unused` columns, `rejected` (each with `line`, `sheet`, `column`, `value`, `message`), `notes` on how the file was
read, `backfilled` (periods), `added`, `held` (names that come close to known ones), `problem_count` and `backup`.

```
$ kpixl import "TaskZenith 2026-10.xlsx" requests export.csv --map id=Ticket client=Customer opened=Logged
```""",
)
