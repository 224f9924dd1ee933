"""``kpixl refresh``: computes, grades, and writes the results into the workbook; a closed period, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpixl.cli import several
from kpixl.cli.answer import code_of
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_, UsageError

if TYPE_CHECKING:
    from kpixl.texts.lines import Json
    from kpixl.verbs.restate import Restated


class IntoWhat(UsageError):
    """``--into`` without ``--restate``."""

    code = "into_what"
    template = N_("--into takes over a closed period; say which one with --restate, such as --restate 2026-08.")


def one(arguments: Arguments) -> Answer:
    """Compute, grade, write back; a closed period too, where it is named."""
    from kpixl.cli.scorecard import in_colour, language_of, outcome_json, scorecard_text
    from kpixl.verbs.outcomes import restated_text, upgraded_line
    from kpixl.verbs.refresh import refresh as refreshed
    from kpixl.verbs.results import Outcome

    restated = _restated(arguments)
    if restated is None:
        outcome = refreshed(arguments.file, now=arguments.now)
    else:
        outcome = Outcome(restated.path, restated.scorecard, restated.problems, restated.backup, written=True)
    t = language_of(outcome, arguments.lang)

    def data() -> Any:
        return outcome_json(outcome, t) | (restated_json(restated) if restated else {})

    def text() -> str:
        lines = [scorecard_text(outcome.scorecard, outcome.problems, t, colour=in_colour())]
        if outcome.upgraded:
            lines.append(upgraded_line(outcome.path, t))
        lines.append(t(N_("Written to {path}.")).format(path=outcome.path))
        if outcome.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=outcome.backup))
        if restated:
            lines.append(restated_text(restated, t))
        return "\n".join(lines)

    return Answer(data, text, code_of(outcome.problems))


def _restated(arguments: Arguments) -> Restated | None:
    """What came of the closed period that was named; None where none was."""
    if arguments.restate is None:
        if arguments.into:
            raise IntoWhat
        return None
    from kpixl.imports.months import period_of  # slow to import, seldom needed
    from kpixl.verbs.restate import restate

    return restate(arguments.file, period_of(arguments.restate), arguments.into, now=arguments.now)


def restated_json(restated: Restated) -> Json:
    """A closed period computed anew."""
    from kpixl.texts.lines import path_json

    return {
        "restated": str(restated.scorecard.entries.period),
        "upgraded": bool(restated.upgraded),
        "taken_over": [{"path": str(path), "backup": path_json(backup)} for path, backup in restated.taken_over],
    }


VERB = several.Verb("refresh", one, alone=("restate", "into"), writes=None)


def refresh(arguments: Arguments) -> Answer:
    """Compute, grade, write back one workbook, or many."""
    return several.run(VERB, arguments)


COMMAND = Command(
    "refresh",
    N_("compute and grade a workbook, and write the results into it"),
    "month",
    refresh,
    words=(several.WORKBOOKS,),
    options=(
        Option(
            "--restate",
            N_("the closed period, such as 2026-08, of an archived workbook"),
            value="PERIOD",
            manual="the closed period, as a safeguard against refreshing an archived workbook by mistake; the workbook "
            "must be that period's",
        ),
        Option(
            "--into",
            N_("the current workbook, which takes over the closed period’s new figures"),
            value="FILE",
            path=True,
            repeated=True,
            manual="the current workbook, whose Past periods take over the new figures; may be given for several. "
            "It is refreshed too. Nothing is written to any of them unless all of it works. With `--json`: `restated`, "
            "and `taken_over` with each `path` and `backup`",
        ),
        *several.SPREADING,
    ),
    manual="""\
Computes and grades every KPI and writes the results into the workbook. Only the cells that kpixl owns change; the
file as it was stays as a backup. Close the workbook in Excel first. Answers as `results` does, and with `path`,
`written` and `backup`.

A survey comes late, an hour was typed wrong: correct the archived workbook of the closed period, then restate it.""",
    after="""\
```
$ kpixl refresh "TaskZenith 2026-08.xlsx" --restate 2026-08 --into "TaskZenith 2026-10.xlsx"
```""",
)
