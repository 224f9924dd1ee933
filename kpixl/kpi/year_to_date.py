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
    this = entries.period.start
    return min(
        (past.start for past in entries.past if past.start.year == this.year and past.start < this), default=this
    )


def closed_periods(entries: Entries, history: History) -> dict[str, int]:
    """For each measure, how many closed periods of the year have a figure of it."""
    start = entries.period.start
    year = start.replace(month=1, day=1)
    return {item.name: len(history.between(year, start, item.name)) for item in entries.business.measures}


def year_to_date(value: MeasureValue, history: History, period: Period, first: date) -> float | None:
    """A measure in its unit over the closed periods of the year and this one, as it rolls up; None where it does
    not."""
    item, current = value.measure, value.used
    if item.window is not Window.PERIOD or item.rollup == "none":
        return None
    if item.rollup == "sum":
        past = history.between(period.start.replace(month=1, day=1), period.start, item.name)
        return None if current is None else sum(past) + current
    if item.rollup == "first":
        earliest = history.on(first, item.name)
        return current if earliest is None else earliest
    return current
