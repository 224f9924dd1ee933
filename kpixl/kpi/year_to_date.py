"""Measures over the year so far: its closed periods and this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.period import Window

if TYPE_CHECKING:
    from datetime import date

    from kpixl.entries import Entries, History
    from kpixl.kpi.measure import MeasureValue
    from kpixl.period import Period


def first_closed(entries: Entries) -> date:
    """The first day of the year's earliest closed period; of this period where none is closed yet."""
    this, year = entries.period.start, entries.period.year_start
    return min((past.start for past in entries.past if year <= past.start < this), default=this)


def closed_periods(entries: Entries, history: History) -> dict[str, int]:
    """For each measure, how many closed periods of the year have a figure of it."""
    start, year = entries.period.start, entries.period.year_start
    return {item.name: len(history.between(year, start, item.name)) for item in entries.business.measures}


def year_to_date(value: MeasureValue, history: History, period: Period, first: date) -> float | None:
    """A measure in its unit over the closed periods of the year and this one, as it rolls up; None where it does
    not."""
    item, current = value.measure, value.used
    if item.window is not Window.PERIOD or item.rollup == "none":
        return None
    if item.rollup == "sum":
        past = history.between(period.year_start, period.start, item.name)
        return None if current is None else sum(past) + current
    if item.rollup == "first":
        earliest = history.on(first, item.name)
        return current if earliest is None else earliest
    return current


def since(entries: Entries) -> date | None:
    """The first day that the year to date is known from, where that is not the year's first."""
    first = first_closed(entries)
    return first if first > entries.period.year_start else None
