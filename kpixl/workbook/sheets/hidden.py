"""The hidden sheet: the helper cells behind grading, ranking and charts; its words are in ``vocabulary``.

The only place where NA() may stand: a chart leaves it out, where it would draw a blank as zero.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kpixl.catalog.needs import days_lacking
from kpixl.formula import Name, to_excel
from kpixl.formula.expressions import either, equal
from kpixl.formula.in_cells import before, count_cells, count_rows, nth_smallest, since, today, up_to
from kpixl.formula.to_excel import Template, in_parentheses
from kpixl.kpi.calendar_rules import INSIDE, LATE_START, START, day_rules
from kpixl.kpi.late import came_late
from kpixl.kpi.score import finals
from kpixl.kpi.year_to_date import first_closed
from kpixl.period import serial
from kpixl.workbook import style
from kpixl.workbook.formulas import (
    entered_formula,
    outcome_row,
    outcomes_formula,
    rows_formula,
)
from kpixl.workbook.grid import Cell, Cells, Context, live, static
from kpixl.workbook.rule_formulas import nothing_formula
from kpixl.workbook.sheets.spark import PERIODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business
    from kpixl.formula.nodes import Node
    from kpixl.period import Kind

_DATES = (
    "year_start", "window_start_3m", "window_start_12m", "period_previous", "period_year_before", "first_of_year",
    "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share",
    "due_until", "tomorrow", "came_before", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "late_seen", "totals_count",
)  # fmt: skip
COUNTS = (
    "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share", "outcomes_open", "finals",
    "late_now", "totals_count",
)  # fmt: skip
UNNAMED = (
    "first_of_year", "closed_3m", "closed_12m", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "totals_count",
)  # fmt: skip


def date_rows(business: Business) -> tuple[str, ...]:
    """Ids of the days and lengths that follow from the period."""
    return _DATES if "repeat_days" in days_lacking(business) else (*_DATES, "repeat_start")


def dates(c: Context) -> Cells:
    """Days that measures and comparisons count from."""
    entries, kind, days = c.scorecard.entries, c.scorecard.entries.period.kind, c.tally.days
    at = {row: c.at("dates", row, "value") for row in UNNAMED}
    bind = {"last_day": str(c.days.last), "today": to_excel(today())}
    bind |= dict.fromkeys(days_lacking(c.business), "0")
    day = {"open_start": in_parentheses(LATE_START, bind), "totals_count": c.at("totals", "of", "typed")}
    texts = {
        row: rule.filled(bind | {"final_before": at["final_before"], "day": day.get(row, "")}, c.word)
        for row, rule in _written(kind).items()
        if row != "repeat_start" or row in date_rows(c.business)
    }
    found: dict[str, tuple[str, float]] = {
        row: (text, int(entries.said_of_it) if row == "totals_count" else days[row]) for row, text in texts.items()
    }
    starts, past = c.across("spark", "start", PERIODS[1:]), c.column("past", "start")
    final = count_cells(Name("starts"), up_to(Name("final_before")))
    found |= {
        "first_of_year": (_FIRST_OF_YEAR.filled({"starts": past}, c.word), serial(first_closed(entries))),
        "finals": (
            to_excel(final, {"starts": starts, "final_before": at["final_before"]}),
            finals(entries.period, c.scorecard.clock.final_before),
        ),
        "late_now": (_late(c, at["open_start"]), came_late(c.tally)),
    }
    seen = {("late_seen", "value"): static(found["late_now"][1], style.figure("ratio"))}
    return seen | {
        (row, "value"): live(
            formula, value, style.figure("ratio" if row in COUNTS else "date"), name=None if row in UNNAMED else row
        )
        for row, (formula, value) in found.items()
    }


@cache
def _written(kind: Kind) -> Mapping[str, Template]:
    return {row: Template(rule) for row, rule in {**day_rules(kind), "totals_count": INSIDE}.items()}


def _first_of_year() -> Node:
    """The first day of the earliest closed period of the year, or of this period."""
    starts, year = Name("starts"), Name("year_start")
    closed = count_rows(starts, since(year), starts, before(START))
    return either(equal(closed, 0), START, nth_smallest(starts, count_rows(starts, before(year)) + 1))


_FIRST_OF_YEAR = Template(_first_of_year())


def _late(c: Context, open_start: str) -> str:
    """How many of the rows of periods that are not final have an outcome."""
    edges = dict.fromkeys(("after_window", "came_before"), "period_start") | {"window_start": open_start}
    names = c.names(edges=edges)
    return "+".join(rows_formula(table, where, names) for table, where in c.business.watched) or "0"


def entered(c: Context) -> Cells:
    """Whether something of the period is entered in each of them, and of which outcomes something is known."""
    names = c.names()
    found: dict[tuple[str, str], Cell] = {}
    for table in c.business.tables:
        if table.waits:
            formula = entered_formula(table.id, c.business.days_of(table.id), names, nothing_formula(table.id, c))
            found[table.id, "known"] = live(formula, int(c.tally.entered(table.id)))
    for table_id, column in c.business.outcomes:
        formula = outcomes_formula(c.business, table_id, column, names)
        known_ = int(c.tally.has_outcomes(table_id, column))
        found[outcome_row(table_id, column), "known"] = live(formula, known_)
    return found
