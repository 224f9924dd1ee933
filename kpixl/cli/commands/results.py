"""``kpixl results``: the scorecard of a workbook, without writing."""

from __future__ import annotations

from kpixl.cli import several
from kpixl.cli.answer import code_of
from kpixl.cli.command import Answer, Arguments, Command
from kpixl.errors import N_


def one(arguments: Arguments) -> Answer:
    """The scorecard of a workbook as of now."""
    from kpixl.cli.scorecard import in_colour, language_of, outcome_json, scorecard_text
    from kpixl.verbs.results import results as computed

    outcome = computed(arguments.file, today=arguments.now.date())
    t = language_of(outcome, arguments.lang)
    return Answer(
        lambda: outcome_json(outcome, t),
        lambda: scorecard_text(outcome.scorecard, outcome.problems, t, colour=in_colour()),
        code_of(outcome.problems),
    )


VERB = several.Verb("results", one)


def results(arguments: Arguments) -> Answer:
    """The scorecard of one workbook, or of many."""
    return several.run(VERB, arguments)


COMMAND = Command(
    "results",
    N_("show the scorecard of a workbook, without writing"),
    "month",
    results,
    words=(several.WORKBOOKS,),
    options=several.SPREADING,
    manual="""\
The scorecard, without writing: each KPI's value and level and the change on the previous period; below it, that its
cases are a small sample for the level, that it is beyond normal variation (◆), where it is heading while the
period runs, and what it takes to reach the next level; then the cautions: ✖ act now, ! a warning, ★ good news. With
`--json`:

- `business`, `company`, `period`, `currency`, `language`, and `problem_count` by severity;
- `clock`: how many days of the period have gone, `days_gone`, and how many are left, `days_left`, as of “Entered up
  to” in Settings, else of today;
- `kpis`: for each KPI the keys of `calc` below;
- `actions`: what the owner has decided on the dashboard, worst KPI first: `kpi`, `who`, `by` (a day as `2026-11-15`,
  else as it was typed), `done`, and her `note`;
- `cautions`: what KPIs say together, most urgent first: `id`, `severity` (`act_now`, `warning`, `good`), the ids of
  the `kpis` that it is about, and `text`;
- `measures`: for each measure in use the `value` that counts, from the `log` or `typed`, and its `source`.

KPIs that the owner made up come last, as `own_1` to `own_10`.""",
)
