"""Working days, and the numbers that cells have for days."""

from __future__ import annotations

from datetime import date, timedelta

from kpixl.period import from_serial, serial

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)


def cell(day: date | None) -> float | None:
    """What a cell holds for a day that may not be known."""
    return None if day is None else float(serial(day))


def day_of(minute: int) -> date:
    """The day of a minute, counted like Excel's days."""
    return from_serial(minute // DAY_MINUTES)


def workdays(first: date, after: date) -> list[date]:
    """From ``first`` to before ``after``, Monday to Friday."""
    days = (first + timedelta(days=i) for i in range((after - first).days))
    return [day for day in days if day.weekday() < 5]


def workday_after(day: date, count: int) -> date:
    """``count`` working days later."""
    for _ in range(count):
        day += _DAY * (3 if day.weekday() == 4 else 1)
    return day


def workday_before(day: date, days: int) -> date:
    """At least ``days`` days earlier, and no weekend."""
    day -= timedelta(days=days)
    return day - _DAY * max(0, day.weekday() - 4)
