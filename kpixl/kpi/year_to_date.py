"""Measures over the year so far: its closed periods and this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.formula import evaluate
from kpixl.kpi.grade import Reason, calculate
from kpixl.kpi.over_past import to_date
from kpixl.period import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kpixl.catalog.model import BusinessKpi, Measure
    from kpixl.entries import Entries, History
    from kpixl.period import Period


def first_closed(entries: Entries) -> date:
    """The first day of the year's earliest closed period; of this period where none is closed yet."""
    this, year = entries.period.start, entries.period.year_start
    return min((past.start for past in entries.past if year <= past.start < this), default=this)


def closed_periods(measures: Iterable[Measure], period: Period, history: History) -> dict[str, int]:
    """For each of some measures, how many periods of the year before ``period`` have a figure of it."""
    return {item.name: len(history.between(period.year_start, period.start, item.name)) for item in measures}


def year_to_date(item: Measure, current: float | None, history: History, period: Period, first: date) -> float | None:
    """A measure in its unit over the year up to ``period``, in which it is ``current``, as it rolls up; None where it
    does not. ``first`` is the first day of the earliest period that is known."""
    if item.rollup == "first":
        found = [earliest] if (earliest := history.on(first, item.name)) is not None else []
    else:
        found = list(history.between(period.year_start, period.start, item.name))
    return evaluate(to_date(item), {"now": current, "lines": float(len(found)), "total": sum(found)})


def kpi_to_date(
    kpi: BusinessKpi, measures: Mapping[str, float | None], closed: Mapping[str, int]
) -> tuple[float | None, Reason | None]:
    """A KPI in its unit over the year so far, from its ``measures`` over it, since shares are never averaged; or the
    reason why it has no such value. ``closed`` says for each measure how many closed periods have a figure of it."""
    if kpi.window is not Window.PERIOD:
        return None, Reason("graded_window")
    for argument in kpi.arguments:
        if argument.measure.rollup == "none":
            return None, Reason("no_rollup", argument.measure)
    summed = [argument.measure for argument in kpi.arguments if argument.measure.rollup == "sum"]
    if len({closed[measure.name] for measure in summed}) > 1:
        return None, Reason("uneven_past", min(summed, key=lambda measure: closed[measure.name]))
    return calculate(kpi, {argument.name: measures[argument.measure.name] for argument in kpi.arguments})


def since(entries: Entries) -> date | None:
    """The first day that the year to date is known from, where that is not the year's first."""
    first = first_closed(entries)
    return first if first > entries.period.year_start else None
