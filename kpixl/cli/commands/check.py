"""``kpixl check``: what is wrong in a workbook, and how to mend it."""

from __future__ import annotations

from kpixl.cli.answer import WORKBOOK, code_of
from kpixl.cli.command import Answer, Arguments, Command
from kpixl.errors import N_


def check(arguments: Arguments) -> Answer:
    """Every problem of a workbook."""
    from kpixl.check.problem import problem_count, problem_json, problems_text
    from kpixl.cli.scorecard import language_of
    from kpixl.verbs.results import results

    outcome = results(arguments.file, today=arguments.now.date())
    t = language_of(outcome, arguments.lang)
    return Answer(
        lambda: {
            "path": str(outcome.path),
            "problems": [problem_json(problem, t) for problem in outcome.problems],
            "problem_count": problem_count(outcome.problems),
        },
        lambda: problems_text(outcome.problems, t),
        code_of(outcome.problems),
    )


COMMAND = Command(
    "check",
    N_("list what is wrong in a workbook, and how to mend it"),
    "month",
    check,
    words=(WORKBOOK,),
    manual="""\
Every problem that Check finds, errors first: where it is, what is wrong, how to mend it. With `--json`: `problems`,
each with `severity` (`error`, `warning`, `note`), `code`, `sheet`, `cell`, `table`, `field`, `message` and `mend`;
and `problem_count`.""",
)
