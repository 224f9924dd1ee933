"""``kpixl check``: what is wrong in a workbook, and how to fix it."""

from __future__ import annotations

from kpixl.cli.answer import WORKBOOK, code_of
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_


def check(arguments: Arguments) -> Answer:
    """Every problem of a workbook; with ``--fix``, once its rows are where they belong."""
    from kpixl.check.problem import problem_count, problem_json, problems_text
    from kpixl.cli.scorecard import language_of
    from kpixl.texts.lines import path_json
    from kpixl.verbs.outcomes import taken_in_text
    from kpixl.verbs.results import results
    from kpixl.verbs.take_in import take_in

    fixed = take_in(arguments.file, now=arguments.now) if arguments.fix else None
    outcome = fixed.outcome if fixed else results(arguments.file, today=arguments.now.date())
    t = language_of(outcome, arguments.lang)

    def data() -> dict[str, object]:
        found: dict[str, object] = {
            "path": str(outcome.path),
            "problems": [problem_json(problem, t) for problem in outcome.problems],
            "problem_count": problem_count(outcome.problems),
        }
        if fixed:
            taken = fixed.taken.items()
            found["taken"] = [{"table": id_, "rows": one.count, "cells": list(one.cells)} for id_, one in taken]
            found["backup"] = path_json(outcome.backup)
            found["upgraded"] = outcome.upgraded
        return found

    return Answer(
        data,
        lambda: taken_in_text(fixed, t) if fixed else problems_text(outcome.problems, t),
        code_of(outcome.problems),
    )


COMMAND = Command(
    "check",
    N_("list what is wrong in a workbook, and how to fix it"),
    "month",
    check,
    words=(WORKBOOK,),
    options=(
        Option(
            "--fix",
            N_("take rows below or beside a table into it"),
            manual="take rows that stand below a table or beside it, where they do not count, into the table, and "
            "refresh; the file as it was stays as a backup. With `--json`: `taken`, with `table`, `rows` and `cells` "
            "each, and `backup`",
        ),
    ),
    manual="""\
Every problem that Check finds, errors first: where it is, what is wrong, how to fix it. With `--json`: `problems`,
each with `severity` (`error`, `warning`, `note`), `code`, `sheet`, `cell`, `table`, `field`, `message`, `mend`
and `rows`, how many have it; and `problem_count`.""",
)
