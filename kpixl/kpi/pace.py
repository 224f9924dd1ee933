"""Targets and pace: how far the period has come, and where what builds up day by day will stand at its end.

Pure numbers and dates. Never asks for today's date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.kpi import grading
from kpixl.kpi.calendar_rules import days_found
from kpixl.kpi.evaluation import Evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kpixl.period import Period


@dataclass(frozen=True, slots=True)
class PeriodClock:
    """How many days of the period have gone, are left, and make it up."""

    gone: int
    left: int
    total: int
    over: bool = False
    """Whether the period is over by the calendar."""
    final_before: int = 0
    """The date serial up to which a period has to be over, if all its outcomes are there."""
    due_until: int = 0
    """The date serial before which things are due."""

    @property
    def share(self) -> float:
        """The fraction of the days that have gone, 0 to 1."""
        return self.gone / self.total

    @property
    def late(self) -> bool:
        """Whether days are left although the period is over: the owner says that their entries are missing."""
        return self.over and self.left > 0

    @property
    def running(self) -> bool:
        """Whether the period has begun and is not over."""
        return self.gone > 0 and self.left > 0


@dataclass(frozen=True, slots=True)
class Pace:
    """What builds up in a period that still runs, in the KPI's unit, if it goes on as closed ones did: ``forecast`` at
    the end; ``steady``, where a steady period towards the target would stand now; and whether the value is on the right
    side of that."""

    forecast: float
    steady: float | None
    on_track: bool | None


def clock(period: Period, settings: Mapping[str, float | str], today: date) -> PeriodClock:
    """How far ``period`` has come by the day ``entered_until`` of the settings, a date serial; without one, by
    ``today``."""
    found = days_found(period, settings, today)
    gone, left, final, due = (int(found[rule]) for rule in ("days_gone", "days_left", "final_before", "due_until"))
    return PeriodClock(gone, left, gone + left, today >= period.after, final, due)


def pace(
    value: float, target: float | None, now: PeriodClock, part: float | None, *, less_is_better: bool
) -> Pace | None:
    """The pace of a value that builds up, in the unit that it and its target have; None unless the period still
    runs and the ``part`` of it is known that had come by now in closed ones."""
    return paced(
        Evaluation(grading.pace(falls=less_is_better), {"value": value, "target": target, "part": part, **days(now)})
    )


def days(now: PeriodClock) -> dict[str, float]:
    """The clock by the names that rules have for it."""
    return {"days_gone": float(now.gone), "days_left": float(now.left), "days_share": now.share}


def paced(found: Evaluation) -> Pace | None:
    """The pace by rules that were evaluated; None where the value does not build up, or not now."""
    forecast, word = found.number("forecast"), found.text("pace")
    if forecast is None:
        return None
    return Pace(forecast, found.number("steady"), None if word is None else word == "on_track")
