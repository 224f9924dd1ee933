"""The days that measures and comparisons count from, and how far the period has come, as expressions over the period.

A day is a serial number. Python tells the day on which it counts as ``today``; a sheet asks for it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kpixl.formula import Name
from kpixl.formula.expressions import (
    day_of,
    either,
    every,
    floor,
    known,
    maximum,
    minimum,
    month,
    months_later,
    weekday,
    year,
)
from kpixl.formula.nodes import as_node
from kpixl.kpi.evaluation import Evaluation
from kpixl.period import LAST_SERIAL, MONTH_DAYS, Kind, Window, serial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kpixl.formula.nodes import Node
    from kpixl.period import Period

LONGEST = 3650
"""More days than that are taken for as many."""
DAY, START, AFTER = Name("day"), Name("period_start"), Name("period_after")
ENTERED, TODAY, LAST = Name("entered_until"), Name("today"), Name("last_day")
"""The day up to which the owner says that all is entered, that on which it is counted, and the last that there is."""
_LONG = (Window.QUARTER, Window.YEAR)
GONE, UNTIL = Name("days_gone"), floor(either(known(ENTERED), ENTERED, TODAY))
FINAL = Name("final_before")
LATE = floor(maximum(0, minimum(LONGEST, Name("late_days"))))
"""So many days after a period its outcomes may still come."""


def first_day(kind: Kind) -> Node:
    """The first day of the period that ``day`` lies in."""
    match kind:
        case Kind.WEEK:
            return floor(DAY) - weekday(DAY) + 1
        case Kind.YEAR:
            return day_of(year(DAY), 1, 1)
        case Kind.QUARTER:
            return day_of(year(DAY), floor((month(DAY) - 1) / 3) * 3 + 1, 1)
    return day_of(year(DAY), month(DAY), 1)


def shifted(kind: Kind, start: Node, by: int) -> Node:
    """The first day of the period that is so many later than that which begins at ``start``."""
    if kind.months:
        return months_later(start, by * kind.months)
    return start + 7 * by if by >= 0 else start - 7 * -by


def year_start(kind: Kind) -> Node:
    """The first day of the year; of a week's, the Monday of the week that has its 4 January."""
    if kind is not Kind.WEEK:
        return day_of(year(START), 1, 1)
    fourth = day_of(year(START + 3), 1, 4)
    return fourth - weekday(fourth) + 1


def _closed(kind: Kind, window: Window) -> Node:
    """How many whole periods lie in a window before this one."""
    first = Name(f"window_start{window.suffix}")
    if not kind.months:
        return floor((START - first) / 7)
    return floor(maximum(0, (year(START) - year(first)) * 12 + month(START) - month(first)) / kind.months)


@cache
def day_rules(kind: Kind) -> Mapping[str, Node]:
    """The rules for periods of that length, by name: days, and lengths in days, months and periods."""
    return {
        "year_start": year_start(kind),
        **{f"window_start_{one.value}": months_later(AFTER, -(one.months or 0)) for one in _LONG},
        "period_previous": shifted(kind, START, -1),
        "period_year_before": months_later(START, -12) if kind.months else START - 364,
        "period_months": as_node(kind.months) if kind.months else as_node(7) / MONTH_DAYS,
        **{f"closed_{one.value}": _closed(kind, one) for one in _LONG},
        "days_gone": maximum(0, minimum(AFTER - START, UNTIL - START + 1)),
        "days_left": AFTER - START - GONE,
        "days_share": GONE / (AFTER - START),
        "due_until": either(known(ENTERED), floor(maximum(0, minimum(ENTERED, LAST))) + 1, TODAY),
        "tomorrow": maximum(TODAY, either(known(ENTERED), floor(minimum(ENTERED, LAST)), 0)) + 1,
        "came_before": minimum(AFTER, Name("tomorrow")),
        "open_start": first_day(kind),
        "final_before": maximum(0, minimum(LAST, UNTIL)) + 1 - LATE,
        "outcomes_open": either(AFTER > FINAL, 1, 0),
        "repeat_start": AFTER - Name("repeat_days"),
    }


LATE_START = START - LATE
"""The ``day`` by which ``open_start`` goes: what began later than that is not final when the period begins."""
INSIDE = either(known(DAY), either(every(DAY >= START, DAY < AFTER), 1, 0), 0)
"""1 where a day lies in the period."""


def days_found(period: Period, settings: Mapping[str, float | str], today: date | None) -> Evaluation:
    """The rules evaluated for a period, as of ``today``; without one nothing is still to come."""
    given = {
        "period_start": float(serial(period.start)),
        "period_after": float(serial(period.after)),
        "last_day": float(LAST_SERIAL),
        "today": float(LAST_SERIAL if today is None else serial(today)),
        "entered_until": None if (entered := settings.get("entered_until")) is None else float(entered),
        **{name: float(settings.get(name, 0.0)) for name in ("late_days", "repeat_days")},
    }
    return Evaluation({**day_rules(period.kind), "day": LATE_START}, given)
