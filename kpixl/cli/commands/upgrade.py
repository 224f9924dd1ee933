"""``kpixl upgrade``: brings a workbook of an earlier kpixl up to date."""

from __future__ import annotations

from kpixl.cli.answer import WORKBOOK, code_of
from kpixl.cli.command import Answer, Arguments, Command
from kpixl.errors import N_


def upgrade(arguments: Arguments) -> Answer:
    """Bring a workbook up to date."""
    from kpixl.check.problem import problem_count
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.verbs.upgrade import upgrade as upgraded
    from kpixl.verbs.upgrade import upgraded_text

    done = upgraded(arguments.file, now=arguments.now)
    t = language(arguments.lang or done.scorecard.entries.language)
    data = {
        "path": str(done.path),
        "upgraded": done.changed,
        "left_out": [{"sheet": sheet, "column": column} for sheet, column in done.left_out],
        "problem_count": problem_count(done.problems),
        "backup": path_json(done.backup),
    }
    return Answer(lambda: data, lambda: upgraded_text(done, t), code_of(done.problems))


COMMAND = Command(
    "upgrade",
    N_("bring a workbook that an earlier kpixl has made up to date"),
    "month",
    upgrade,
    words=(WORKBOOK,),
    manual="""\
Brings a workbook that an earlier kpixl has made up to date: new KPIs, columns, settings and sheets come in where a
new workbook has them, formulas and texts of kpixl's are written as they are today, and the workbook is refreshed.
Rows, typed totals, targets, thresholds, settings, closed periods, columns, formulas, charts and sheets of yours stay,
and so does what you have renamed or deleted; the words of your drop-downs, and texts of kpixl's that you have put in
your own, stay as they are in your workbook. The file as it was is kept as a backup. A workbook that lacks nothing is
left alone.

There is no need to run it: every command that changes a workbook brings it up to date on the way, and says so in one
sentence. A workbook that is open in Excel is not brought up to date by the buttons in it: close it first. A column
for which there is no room, since something of yours stands to the right of the table, is left out and told.

Workbooks from before version 0.1.0 cannot be brought up to date.""",
    after="With `--json`: `path`, whether it was `upgraded`, the columns that were `left_out` (`sheet` and `column`),\n"
    "`problem_count`, and the `backup`.",
)
