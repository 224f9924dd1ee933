"""``kpixl calc``: one KPI from numbers."""

from __future__ import annotations

from kpixl.cli.answer import pairs
from kpixl.cli.command import Answer, Arguments, Command, Option, Word
from kpixl.errors import N_
from kpixl.languages import default_language


def calc(arguments: Arguments) -> Answer:
    """One KPI from numbers."""
    from kpixl.cli.scorecard import calc_text, result_json
    from kpixl.i18n import language
    from kpixl.kpi.calc import calc as calculated
    from kpixl.kpi.calc import number_of
    from kpixl.verbs.new import owner_called

    written = {name.lower(): text for name, text in pairs(arguments.numbers, "MEASURE=NUMBER").items()}
    numbers = {name: number_of(text, name) for name, text in written.items()}
    owner = owner_called(arguments.business) if arguments.business is not None else None
    result = calculated(arguments.kpi, numbers, owner)
    t = language(default_language(arguments.lang))
    return Answer(lambda: result_json(result, t), lambda: calc_text(result, t))


COMMAND = Command(
    "calc",
    N_("compute and grade one KPI from numbers"),
    "know",
    calc,
    words=(
        Word("kpi", "KPI", N_("its id, such as crr")),
        Word("numbers", "MEASURE=NUMBER", N_("such as clients_end=650"), required=False, many=True),
    ),
    options=(
        Option(
            "--business",
            N_("whose benchmark to grade against; the first that has the KPI without it"),
            value="BUSINESS",
            manual="whose benchmark to grade against: a business, or a pack, `MYPACK.yaml`; without it, the first "
            "business of the catalog that has the KPI",
        ),
    ),
    manual="""\
One KPI from numbers: value, level, next level. Shares go in and out as fractions, money without a symbol, durations
in the unit of the argument's name; decimals with a point.""",
    after="""\
```
$ kpixl calc crr clients_end=650 clients_new=200 clients_start=500 --business remote-va-agency
CRR, Client retention rate (remote-va-agency): 90.0%  ▲ above average (small sample)
  Clients at the end (last 12 months): +1 → exceptional

$ kpixl calc css satisfied=0 surveyed=0 --business remote-va-agency
CSS, Client satisfaction score (remote-va-agency): –  ○ not graded
  No survey answers in this period

$ kpixl calc css satisfied=80,5 surveyed=100
“80,5” for satisfied is not a number; write it like 12.5.
```

With `--json`:

```
$ kpixl calc crr clients_end=650 clients_new=200 clients_start=500 --business remote-va-agency --json
{
  "kpi": "crr",
  "business": "remote-va-agency",
  "abbreviation": "CRR",
  "name": "Client retention rate",
  "value": 0.9,
  "unit": "fraction",
  "level": "above_average",
  "standing": null,
  "reason": null,
  "next_level": "exceptional",
  "to_next": {
    "measure": "clients_end",
    "amount": 1.0,
    "direction": "more"
  },
  "measures": {
    "clients_end": 650.0,
    "clients_new": 200.0,
    "clients_start": 500.0
  },
  "window": "12m",
  "thresholds": [
    {
      "level": "typical",
      "comparison": ">=",
      "value": 0.75
    },
    {
      "level": "above_average",
      "comparison": ">",
      "value": 0.85
    },
    {
      "level": "exceptional",
      "comparison": ">",
      "value": 0.9
    }
  ],
…
```

- `level` and `next_level`: `below`, `typical`, `above_average`, `exceptional`, or null.
- `standing`: for a KPI without a benchmark, how it stands against the owner's target (`met`, `missed`; `on_track`,
  `off_track` while it builds up), else against the previous period (`better`, `worse`, `same`); null for others.
- `reason`: why there is no value, level or standing: `code` and `text`; else null.
- `to_next`: how much `more` or `less` (`direction`) of one `measure` it takes; for whole numbers the smallest
  `amount` that passes; null at the highest level.
- `unit`: `fraction`, `hours`, `months`, `money`, `ratio`, `count`, `score` or `tasks_per_hour`.
- `window`: the span that the KPI is graded over: `period`, `3m` or `12m`.
- `thresholds`: those in force, the owner's where there are any: `level`, `comparison`, `value`.
- From a workbook only, and null here: `target`, `against_target` (`met`, `missed`), `previous`, `year_before`,
  `year_to_date` (and `year_to_date_reason`), `change`, `trend` (`better`, `worse`, `same`).
- `note`: what is to be known of the value, such as that it is a lower bound; else null.
- `sample`: how many cases stand behind the value.
- `interval`: the ends `low` and `high` of the 95% interval of a share (Wilson), of NPS (adjusted Wald) or of a
  mean (Student's t, over rows only); null where there is none. `settled`: whether the whole of it has the level of
  the value, or stands to the target as the value does; null where that cannot be said.
- From a workbook only: `usual_range`, the limits of a process-behavior chart over up to eleven closed periods
  (`low`, `mean`, `high`; null with fewer than six, and for spans that overlap), and `signal`, what the value says
  beside them: `usual`, `above`, `below`, `run_above`, `run_below`; null without limits, with too few cases, and
  while the period still runs.
- From a workbook only: `pace`, of a KPI that builds up day by day, while the period runs: `forecast` for its end,
  `steady`, where a steady period towards the target would stand today, and `on_track`; the last two are null
  without a target. Else null. While it is there, `against_target` says only what more days cannot undo, and without
  a published benchmark `standing`, `change` and `trend` are those of the forecast.
- `alert`: what to do where the value by itself calls for acting now; else null.""",
)
