"""``kpixl roll``: closes the period and makes the next one's workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli import several
from kpixl.cli.answer import code_of
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_

if TYPE_CHECKING:
    from kpixl.texts.lines import Json
    from kpixl.verbs.roll import Rolled


def one(arguments: Arguments) -> Answer:
    """Close the period and make the next one's workbook."""
    from kpixl.i18n import language
    from kpixl.verbs.outcomes import rolled_text
    from kpixl.verbs.roll import roll as rolled

    done = rolled(arguments.file, out=arguments.out, now=arguments.now, anyway=arguments.anyway)
    t = language(arguments.lang or done.scorecard.entries.language)
    return Answer(lambda: rolled_json(done), lambda: rolled_text(done, t), code_of(done.problems))


def rolled_json(rolled: Rolled) -> Json:
    """A closed period and the workbook of the next one."""
    from kpixl.check.problem import problem_count

    return {
        "path": str(rolled.path),
        "source": str(rolled.source),
        "closed": str(rolled.closed),
        "period": str(rolled.scorecard.entries.period),
        "stayed": dict(rolled.stayed),
        "left": dict(rolled.left),
        "problem_count": problem_count(rolled.problems),
        "upgraded": rolled.upgraded,
    }


VERB = several.Verb("roll", one, alone=("out",), writes=None, daily=False, passes_over=("not_over",))


def roll(arguments: Arguments) -> Answer:
    """Close the period of one workbook, or of many."""
    return several.run(VERB, arguments)


COMMAND = Command(
    "roll",
    N_("close the period and make the next one's workbook"),
    "month",
    roll,
    words=(several.WORKBOOKS,),
    options=(
        Option(
            "--out",
            N_("the workbook to make; never overwrites one"),
            value="FILE",
            path=True,
            manual="the workbook to make. Without it, the file's own name with the new period, in the same folder. A "
            "file that exists is never overwritten",
        ),
        Option(
            "--anyway",
            N_("also where the period is not over, or Check has errors"),
            manual="also where the period is not over yet, or Check has errors, which would be closed with it",
        ),
        *several.SPREADING,
    ),
    manual="""\
Closes the period: makes the next period's workbook from the file itself, so that everything you added to it is
still there. The file itself stays as it is, to the last byte: it is the archive of the closed period.

- In the new workbook, Past periods has the closed period's figures; the rows of the closed period have left the
  logs; the yellow totals are empty (one that a formula of yours fetches stays); the period has moved on; targets,
  thresholds and settings are kept.
- What stays: every client, assistant and service; requests that are open, tasks that are not done or not due yet,
  complaints that are not settled; leads until they are won or lost; every lead, invitation and complaint of a month
  that is not final yet, of which customers may still come; sales as far back as the repeat interval; whatever is dated
  later. A row without a date, or with a wrong one, stays as well.""",
    after="With `--json`: `path`, `source`, `closed`, `period`, the number of rows per table that `stayed` and that "
    "`left`,\nand `problem_count`.",
)
