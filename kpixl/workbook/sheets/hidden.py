"""The hidden sheet: the helper cells behind grading, ranking and charts; its words are in ``vocabulary``.

The only place where NA() may stand: a chart leaves it out, where it would draw a blank as zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.kpi.in_force import settings_of
from kpixl.kpi.late import came_late, watched
from kpixl.kpi.measure import LONGEST, open_start
from kpixl.kpi.score import finals
from kpixl.period import MONTH_DAYS, Kind, Window, serial
from kpixl.workbook import style
from kpixl.workbook.formulas import (
    FormulaNames,
    entered_formula,
    none_name,
    outcome_row,
    outcomes_formula,
    rows_formula,
)
from kpixl.workbook.grid import Cell, Cells, Context, live, static
from kpixl.workbook.sheets.settings import FIRST_DAY
from kpixl.workbook.sheets.spark import PERIODS
from kpixl.workbook.sheets.totals import first_of_year

if TYPE_CHECKING:
    from kpixl.catalog.model import Business

_DATES = (
    "year_start", "window_start_3m", "window_start_12m", "period_previous", "period_year_before", "first_of_year",
    "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share",
    "due_until", "tomorrow", "came_before", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "late_seen", "totals_count",
)  # fmt: skip
UNNAMED = (
    "first_of_year", "closed_3m", "closed_12m", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "totals_count",
)  # fmt: skip


def date_rows(business: Business) -> tuple[str, ...]:
    """Ids of the days and lengths that follow from the period."""
    repeats = any(setting.id == "repeat_days" for setting in settings_of(business))
    return (*_DATES, "repeat_start") if repeats else _DATES


def dates(c: Context) -> Cells:
    """Days that measures and comparisons count from."""
    period = c.scorecard.entries.period
    start, after = "period_start", "period_after"
    month = period.kind.months
    before = f"EDATE({start},-{month})" if month else f"{start}-7"
    year_before = f"EDATE({start},-12)" if month else f"{start}-364"
    first, first_value = first_of_year(c)
    entries = {
        "year_start": (_year_start(period.kind), serial(period.year_start)),
        "window_start_3m": (f"EDATE({after},-3)", serial(period.window_start(Window.QUARTER))),
        "window_start_12m": (f"EDATE({after},-12)", serial(period.window_start(Window.YEAR))),
        "period_previous": (before, serial(period.shift(-1).start)),
        "period_year_before": (year_before, serial(period.year_before.start)),
        "first_of_year": (first, first_value),
        "period_months": (str(month) if month else f"7/{MONTH_DAYS}", period.months(Window.PERIOD)),
        **{f"closed_{w.value}": (_closed(w, month), period.closed_in(w)) for w in (Window.QUARTER, Window.YEAR)},
    }
    now, until = c.scorecard.clock, "INT(IF(ISNUMBER(entered_until),entered_until,TODAY()))"
    entries |= {
        "days_gone": (f"MAX(0,MIN({after}-{start},{until}-{start}+1))", now.gone),
        "days_left": (f"{after}-{start}-days_gone", now.left),
        "days_share": (f"days_gone/({after}-{start})", now.share),
    }
    due = f"IF(ISNUMBER(entered_until),INT(MAX(0,MIN(entered_until,{c.days.last})))+1,TODAY())"
    entries["due_until"] = (due, now.due_until)
    edges = c.tally.edges(Window.PERIOD)
    day = f"MAX(TODAY(),IF(ISNUMBER(entered_until),INT(MIN(entered_until,{c.days.last})),0))+1"
    entries |= {
        "tomorrow": (day, edges["tomorrow"]),
        "came_before": ("MIN(period_after,tomorrow)", edges["came_before"]),
    }
    entries |= _late(c, until)
    of = c.at("totals", "of", "typed")
    inside = f"IF(ISNUMBER({of}),IF(AND({of}>=period_start,{of}<period_after),1,0),0)"
    book = c.scorecard.entries
    entries["totals_count"] = (inside, int(book.said_of_it))
    if "repeat_start" in date_rows(c.business):
        days = c.tally.edges(Window.PERIOD)["repeat_start"]
        entries["repeat_start"] = ("period_after-repeat_days", days)
    counts = (
        "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share", "outcomes_open", "finals",
        "late_now", "totals_count",
    )  # fmt: skip
    seen = {("late_seen", "value"): static(entries["late_now"][1], style.figure("ratio"))}
    return seen | {
        (row, "value"): live(
            formula, value, style.figure("ratio" if row in counts else "date"), name=None if row in UNNAMED else row
        )
        for row, (formula, value) in entries.items()
    }


def _year_start(kind: Kind) -> str:
    """The first day of the year; of a week's, the Monday of the week that has its 4 January."""
    if kind is not Kind.WEEK:
        return "DATE(YEAR(period_start),1,1)"
    fourth = "DATE(YEAR(period_start+3),1,4)"
    return f"{fourth}-WEEKDAY({fourth},2)+1"


def _late(c: Context, until: str) -> dict[str, tuple[str, int]]:
    """From when on periods are not final, whether this one is, how many of the closed ones are, and how many of the
    rows of those that are not have an outcome."""
    entries, clock = c.scorecard.entries, c.scorecard.clock
    start, after = entries.period, serial(entries.period.after)
    days = f"INT(MAX(0,MIN({LONGEST:g},late_days)))"
    edges = dict.fromkeys(("after_window", "came_before"), "period_start")
    edges["window_start"] = c.at("dates", "open_start", "value")
    names = FormulaNames(c.column, c.row_cell, c.word, edges=edges)
    now = [rows_formula(table, where, names) for table, where in watched(c.business)]
    limit, spark = c.at("dates", "final_before", "value"), c.across("spark", "start", PERIODS[1:])
    return {
        "open_start": (
            FIRST_DAY[start.kind].replace("period_day", f"(period_start-{days})"),
            serial(open_start(start, c.tally.settings)),
        ),
        "final_before": (f"MAX(0,MIN({c.days.last},{until}))+1-{days}", clock.final_before),
        "outcomes_open": (f"IF(period_after>{limit},1,0)", int(after > clock.final_before)),
        "finals": (f'COUNTIF({spark},"<="&{limit})', finals(start, clock.final_before)),
        "late_now": ("+".join(now) or "0", came_late(c.tally)),
    }


def _closed(window: Window, month: int) -> str:
    """How many whole periods lie in a window before this one."""
    first, start = f"window_start_{window.value}", "period_start"
    if not month:
        return f"INT(({start}-{first})/7)"
    return f"INT(MAX(0,(YEAR({start})-YEAR({first}))*12+MONTH({start})-MONTH({first}))/{month})"


def entered(c: Context) -> Cells:
    """Whether something of the period is entered in each of them, and of which outcomes something is known."""
    names = FormulaNames(c.column, c.row_cell, c.word)
    found: dict[tuple[str, str], Cell] = {}
    for table in c.business.tables:
        if table.waits:
            said = f'IFERROR({c.aliases.name(none_name(table.id))}<>"",FALSE)'
            none = f"AND({c.at('dates', 'totals_count', 'value')}=1,{said})"
            formula = entered_formula(table.id, c.business.days_of(table.id), names, none)
            found[table.id, "known"] = live(formula, int(c.tally.entered(table.id)))
    for table_id, column in c.business.outcomes:
        formula = outcomes_formula(c.business, table_id, column, names)
        known_ = int(c.tally.has_outcomes(table_id, column))
        found[outcome_row(table_id, column), "known"] = live(formula, known_)
    return found
