"""``kpixl check``: what is wrong in a workbook, and how to fix it."""

from __future__ import annotations

from kpixl.cli import several
from kpixl.cli.answer import code_of
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_, UsageError


class ShowWithoutFix(UsageError):
    """A mend is to be shown, and none is asked for."""

    code = "show_without_fix"
    template = N_("--show goes with --fix: it shows what would be fixed.")


def one(arguments: Arguments) -> Answer:
    """Every problem of a workbook; with ``--fix``, once what can be mended without asking is."""
    from kpixl.check.fixes import fix_json
    from kpixl.check.problem import problem_count, problem_json, problems_text
    from kpixl.cli.scorecard import language_of
    from kpixl.texts.lines import path_json
    from kpixl.verbs.fix import fix
    from kpixl.verbs.outcomes import fixed_text
    from kpixl.verbs.results import results

    if arguments.show and not arguments.fix:
        raise ShowWithoutFix
    fixed = fix(arguments.file, now=arguments.now, show=arguments.show) if arguments.fix else None
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
            found["written"] = outcome.written
            found["taken"] = [{"table": id_, "rows": one.count, "cells": list(one.cells)} for id_, one in taken]
            found["fixed"] = [fix_json(one) for one in fixed.cells]
            found["backup"] = path_json(outcome.backup)
            found["upgraded"] = outcome.upgraded
        return found

    return Answer(
        data,
        lambda: fixed_text(fixed, t) if fixed else problems_text(outcome.problems, t),
        code_of(outcome.problems),
    )


VERB = several.Verb("check", one, writes=("fix",))


def check(arguments: Arguments) -> Answer:
    """Every problem of one workbook, or of many."""
    return several.run(VERB, arguments)


COMMAND = Command(
    "check",
    N_("list what is wrong in a workbook, and how to fix it"),
    "month",
    check,
    words=(several.WORKBOOKS,),
    options=(
        Option(
            "--fix",
            N_("fix what is sure: rows outside a table, texts that are dates or numbers, stray spaces"),
            manual="fix what is sure, and refresh; the file as it was stays as a backup, and `kpixl undo` takes it "
            "back",
        ),
        Option("--show", N_("with --fix: show what would be fixed, and write nothing")),
        *several.SPREADING,
    ),
    manual="""\
Every problem that Check finds, errors first: where it is, what is wrong, how to fix it. With `--json`: `problems`,
each with `severity` (`error`, `warning`, `note`), `code`, `sheet`, `cell`, `table`, `field`, `message`, `mend`
and `rows`, how many have it; and `problem_count`.""",
    after="""\
What `--fix` fixes, each change told with its sheet and cell: rows that stand below a table or beside it, where they
do not count, are taken into it; a text that can only be one date or one number becomes that; cells that hold nothing
but spaces are emptied; words of a list, and names that differ from the listed one by spaces alone, are written as they
are listed. What could be two things (3/4/2026 in English, 1,250), what is out of a column's limits, and formulas stay
as they are, and Check goes on telling them. With `--json`: `written`, `taken` (with `table`, `rows` and `cells` each),
`fixed` (with `sheet`, `cell`, `table`, `field`, `kind`, `was` and `now` each) and `backup`; with `--show`, `problems`
are those that would be left.

```
$ kpixl check "TaskZenith 2026-10.xlsx" --fix --show
```""",
)
