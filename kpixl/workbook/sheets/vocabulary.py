"""Words in the owner's language that formulas show, so that no formula holds one itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level, Standing
from kpixl.errors import N_
from kpixl.formula import Name, substituted, to_excel
from kpixl.formula.expressions import day_of_month, either, floor, joined, month, year
from kpixl.formula.in_cells import item, replaced, worded
from kpixl.formula.nodes import Wording, as_node
from kpixl.i18n import language
from kpixl.kpi.grade import Reason
from kpixl.kpi.grading import REASONS_TO_WAIT
from kpixl.kpi.signals import Signal
from kpixl.kpi.traits import GRADED
from kpixl.kpi.year_to_date import since
from kpixl.period import Kind, Period, Window
from kpixl.texts.words import (
    AFTER,
    ANSWERS,
    AVERAGED,
    BEGINS,
    DAYS_LEFT,
    DIRECTIONS,
    LEVELS,
    NOT_JUDGED,
    OWN_TIP,
    PACES,
    PREVIOUS,
    SETTLED,
    SHAPES,
    SIGNALS,
    SINCE,
    SOURCES,
    STANDINGS,
    STEP,
    TARGET,
    TARGETS,
    TRENDS,
    UNITS,
    UNTIL,
    VERDICT,
    VERDICT_BEFORE,
    after_number,
    each_text,
    entry_words,
    least_word,
    level_word,
    reason_text,
    since_text,
)
from kpixl.workbook.formulas import outcome_row
from kpixl.workbook.grid import Cell, Cells, Context

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.formula import Node
    from kpixl.i18n import Language

STANDING_ROWS = (*(f"level_{level.value}" for level in Level), *(f"standing_{standing}" for standing in Standing))
"""The words for levels and standings, in the order of their ``number``, from 0."""
LEAST_ROWS = tuple(f"least_{level.value}" for level in GRADED)
"""The words for levels that can only get better."""
SIGNAL_ROWS = tuple(f"signal_{signal}" for signal in Signal)
"""The words for what a value says beside the closed periods, in the order of ``Signal``."""
WINDOW_ROWS = tuple(f"window_{window.value}" for window in Window)
UNIT_ROWS = tuple(f"unit_{unit}" for unit in UNITS)
DIRECTION_ROWS = tuple(f"direction_{direction}" for direction in DIRECTIONS)

NO_NEED = N_("✔ this does not need you any more")
ALSO = N_("Worse since the last refresh, also look at: {kpi}")
CHECK_NOT_DONE = N_("Check: not done yet")
CHECK_ERRORS = N_("✖ Check · errors: {errors}")
CHECK_SOUND = N_("✔ Check · to review: {others}")
REFRESHED = N_("Last refresh: {moment}")
LEVELS_CHANGED = N_("Levels that would change: {count}")


def word_rows(business: Business) -> tuple[str, ...]:
    """Ids of the words."""
    return (
        *STANDING_ROWS,
        "not_graded",
        *(f"word_{level.value}" for level in Level),
        *LEAST_ROWS,
        *TRENDS,
        *TARGETS,
        *(f"source_{source or 'missing'}" for source in SOURCES),
        "no_bands",
        "no_rate",
        *REASONS_TO_WAIT,
        *(f"not_entered_{table.id}" for table in business.tables if table.waits),
        *(f"no_outcome_{outcome_row(*place)}" for place in business.outcomes),
        "open",
        "running",
        *(f"answers_{how}" for how in ANSWERS),
        *SIGNAL_ROWS,
        "sure",
        "unsure",
        "on_track",
        "off_track",
        "days_left",
        *(f"after_{unit}" for unit in AFTER),
        "own_formula",
        "own_tip",
        "divisor",
        "changed",
        "since",
        "no_figure",
        *PAGE,
        "step",
        *(f"each_{unit}" for unit in AVERAGED),
        "levels_changed",
        *FIRST_STEPS,
        *(f"period_{number}" for number in range(1, 13)),
        *(f"day_{number}" for number in range(1, 13)),
        *entry_words(business, language("en")),
    )


PAGE = {
    "target": TARGET,
    "previous": PREVIOUS,
    "no_need": NO_NEED,
    "verdict": VERDICT,
    "verdict_before": VERDICT_BEFORE,
    "not_judged": NOT_JUDGED,
    "also": ALSO,
    "check_not_done": CHECK_NOT_DONE,
    "check_errors": CHECK_ERRORS,
    "check_sound": CHECK_SOUND,
    "refresh_first": N_("Press Refresh on Excel’s tab kpixl, or run kpixl refresh: then what to do first stands here."),
    "usual_range": N_("usual"),
    "forecast": N_("forecast"),
    "until": UNTIL,
    "begins": BEGINS,
}
"""Words of the dashboard."""

FIRST_STEPS = {
    "no_data": N_("No figures yet."),
    "none_needs": N_("Nothing needs you in this period."),
    "no_aim": N_("There are figures, and nothing yet to hold them against."),
    "aim_1": N_("1. Set targets on the sheet KPIs: the list in each yellow target cell has proposals."),
    "aim_2": N_("2. Or close the period: the next one stands against it."),
    "aim_3": N_("3. Set benchmarks of your own on Thresholds, if you know any."),
    "step_1": N_("1. Fill in the yellow tabs, or type totals on Totals."),
    "step_2": N_("2. Save the workbook."),
    "step_3": N_("3. Press Refresh on Excel’s tab kpixl; or close the workbook and run: kpixl refresh, with its name."),
}


def period_words(c: Context) -> list[str]:
    """The names of periods with {y} for the year (and {d} for the day that a week begins with), in the order of
    ``period_index``."""
    kind, t = c.scorecard.entries.period.kind, c.t
    if kind is Kind.MONTH:
        names = [t.period(Period(kind, date(YEAR, month, 1))) for month in range(1, 13)]
    elif kind is Kind.QUARTER:
        names = [t.period(Period(kind, date(YEAR, month, 1))) for month in (1, 4, 7, 10)]
    elif kind is Kind.YEAR:
        names = [str(YEAR)]
    else:
        names = days_of(t)
    return [name.replace(str(YEAR), "{y}") for name in names]


def days_of(t: Language) -> list[str]:
    """The days of a year in words, one for each month, with {y} for the year and {d} for the day."""
    names = (t.date(date(YEAR, month, DAY)) for month in range(1, 13))
    return [name.replace(str(DAY), "{d}").replace(str(YEAR), "{y}") for name in names]


YEAR, DAY = 2999, 17
"""Stand for the year and the day in the patterns: no other number of a date looks like them."""


_NAMES, _DAY = Name("names"), Name("day")
_NUMBERS = {Kind.QUARTER: floor((month(_DAY) + 2) / 3), Kind.YEAR: as_node(1)}
"""Which of the names is that of a day's period; of others, that of its month."""


def _named(day: Node, kind: Kind = Kind.MONTH, *, dated: bool) -> Node:
    """The name that ``names`` has for a day or for its period, ``dated`` where it says the day of the month."""
    number = substituted(_NUMBERS.get(kind, month(_DAY)), {"day": day})
    found = replaced(item(_NAMES, number), "{y}", year(day))
    return replaced(found, "{d}", day_of_month(day)) if dated else found


def _period() -> dict[Kind, Node]:
    first, last = (_named(Name(day), dated=True) for day in ("period_start", "period_end"))
    whole = {kind: _named(Name("period_start"), kind, dated=False) for kind in Kind}
    return {**whole, Kind.WEEK: joined(first, " – ", last)}


_PERIOD = _period()


def period_name(c: Context) -> tuple[str, str]:
    """The period in words, as formula and as value: it follows when the owner changes the period."""
    period = c.scorecard.entries.period
    names = c.span("words", "text", [f"period_{number}" for number in range(1, 13)])
    return to_excel(_PERIOD[period.kind], {"names": names}), c.t.period(period)


def day_name(c: Context, day: str) -> str:
    """A formula for a day in words."""
    names = c.span("words", "text", [f"day_{number}" for number in range(1, 13)])
    return to_excel(_named(_DAY, dated=True), {"names": names, "day": day})


def since_name(c: Context) -> tuple[str, str | None]:
    """From when on the year to date is known, in words, where that is not the beginning of the year: as formula and as
    value."""
    entries, t = c.scorecard.entries, c.t
    kind, day = entries.period.kind, since(entries)
    named = worded(Wording("since"), period=_named(_DAY, kind, dated=True))
    names = c.span("words", "text", [f"period_{number}" for number in range(1, 13)])
    bind = {"day": c.at("dates", "first_of_year", "value"), "names": names}
    formula = to_excel(either(Name("year_start") < _DAY, named, ""), bind, c.word)
    return formula, since_text(day, kind, t) or None


CHANGED = N_("The figures have changed since the last refresh: the comments, the breakdown and Check are older.")


def words(c: Context) -> Cells:
    """Every word that a formula shows."""
    t = c.t
    texts = {
        **{f"level_{level.value}": level_word(level, t) for level in Level},
        **{f"standing_{standing}": f"{SHAPES[standing.shade]} {t(word)}" for standing, word in STANDINGS.items()},
        "no_rate": reason_text(Reason("no_rate"), t),
        **{code: reason_text(Reason(code), t) for code in REASONS_TO_WAIT},
        **{
            f"not_entered_{table.id}": reason_text(Reason("not_entered", table=table), t)
            for table in c.business.tables
            if table.waits
        },
        **{
            f"no_outcome_{outcome_row(table, column)}": reason_text(
                Reason("no_outcome", table=c.business.table(table), column=column), t
            )
            for table, column in c.business.outcomes
        },
        "open": reason_text(Reason("open"), t),
        "running": reason_text(Reason("running"), t),
        **{f"answers_{how}": t(text) for how, text in ANSWERS.items()},
        **{row: least_word(level, t) for row, level in zip(LEAST_ROWS, GRADED, strict=True)},
        **{f"signal_{signal}": t(word) for signal, word in SIGNALS.items()},
        "sure": t(SETTLED[True]),
        "unsure": t(SETTLED[False]),
        "on_track": t(PACES[True]),
        "off_track": t(PACES[False]),
        "days_left": t(DAYS_LEFT),
        **{f"after_{unit}": after_number(unit, t) for unit in AFTER},
        "own_tip": t(OWN_TIP),
        "own_formula": reason_text(Reason("own_formula"), t),
        "not_graded": level_word(None, t),
        **{f"word_{level.value}": t(LEVELS[level]) for level in Level},
        **{word: t(text) for word, text in {**TRENDS, **TARGETS}.items()},
        **{f"source_{source or 'missing'}": t(text) for source, text in SOURCES.items()},
        "no_bands": reason_text(Reason("no_bands"), t),
        "divisor": reason_text(Reason("zero_denominator"), t),
        "changed": t(CHANGED),
        "since": t(SINCE),
        "no_figure": "–",
        **{word: t(text) for word, text in PAGE.items()},
        "step": t(STEP),
        **{f"each_{unit}": each_text(unit, c.scorecard.entries.currency, t) for unit in AVERAGED},
        "levels_changed": t(LEVELS_CHANGED),
        **{step: t(text) for step, text in FIRST_STEPS.items()},
        **{f"period_{number}": name for number, name in enumerate(period_words(c), 1)},
        **{f"day_{number}": name for number, name in enumerate(days_of(t), 1)},
        **entry_words(c.business, t),
    }
    return {(row, "text"): Cell("label", text, refilled=True) for row, text in texts.items()}
