"""Parts of a period: how much of what builds up had come by each tenth of closed ones, and what that says of this one.

Revenue that is billed on the first of the month does not grow with its days. Reads and writes no file.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from kpixl.entries import PastValue
from kpixl.formula import Name, evaluate
from kpixl.formula.expressions import either, equal, every, or_else
from kpixl.formula.expressions import floor as whole
from kpixl.kpi.measure import Tally
from kpixl.kpi.pace import days
from kpixl.period import serial

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure
    from kpixl.entries import Entries, History
    from kpixl.kpi.pace import PeriodClock
    from kpixl.period import Period

TENTHS = 10
LEAST = 3
"""From so many closed periods on they say how a period goes."""
FIRST = 3
"""Before one in so many parts of the period has gone, nothing is forecast."""


def part_id(measure: Measure, tenth: int) -> str:
    """What Past periods calls the share of a measure that had come by a tenth of the period, 1 to 9."""
    return f"{measure.name}.{tenth}"


def built(kpi: BusinessKpi) -> Measure | None:
    """The measure with which a KPI builds up over the period that it is graded over; None where it does not."""
    if not kpi.kpi.lever or not kpi.kpi.builds_up:
        return None
    measure = kpi.argument(kpi.kpi.lever)
    # Revenue per month comes as revenue does.
    return measure.parts[0] if len(measure.parts) == 1 else measure


def part_lines(entries: Entries) -> tuple[PastValue, ...]:
    """The share of each measure that builds up which had come by each tenth of the period, from its rows."""
    tally, start, found = Tally(entries), entries.period.start, []
    for measure in {item.name: item for kpi in entries.business.kpis if (item := built(kpi))}.values():
        value = tally.value(measure)
        if value.typed is not None or not value.log or value.log < 0:
            continue
        shares = _shares(tally, measure, value.log)
        found += [
            PastValue(start, "part", part_id(measure, tenth), share, "log") for tenth, share in enumerate(shares, 1)
        ]
    return tuple(found)


def _shares(tally: Tally, measure: Measure, whole: float) -> list[float]:
    """By each tenth; of a day that is divided, in proportion."""
    period = tally.entries.period
    first, days = serial(period.start), (period.after - period.start).days
    shares = []
    for tenth in range(1, TENTHS):
        gone = days * tenth / TENTHS
        before, after = (tally.until(measure, first + day) for day in (floor(gone), floor(gone) + 1))
        shares.append((before + (after - before) * (gone - floor(gone))) / whole)
    return shares


REACHED = Name("days_share") * TENTHS
"""How many tenths of the period have gone."""
GONE, LEFT, LOW = Name("days_gone"), Name("days_left"), Name("low")
HIGH = either(equal(whole(REACHED), TENTHS - 1), 1, Name("above"))
PART = either(
    every(GONE * LEFT > 0, GONE * FIRST >= GONE + LEFT, Name("half") >= LEAST),
    or_else(LOW + (HIGH - LOW) * (REACHED - whole(REACHED))),
)
"""The share that has come by now: between ``low``, the mean share by the tenth that is over, and ``above``, that by the
next one. Nothing before a third of the period has gone, after it, and while fewer than three closed periods, ``half``,
say so."""


def part(measure: Measure, history: History, period: Period, now: PeriodClock) -> float | None:
    """The share of a measure that has come by now in the closed periods of a year, on average; None where they do not
    say."""
    if not now.running:
        return None

    def mean(tenth: int) -> float | None:
        known = _between(history, period, part_id(measure, tenth))
        return sum(known) / len(known) if known else None

    tenth, half = int(now.share * TENTHS), _between(history, period, part_id(measure, TENTHS // 2))
    return evaluate(PART, {**days(now), "half": float(len(half)), "low": mean(tenth), "above": mean(tenth + 1)})


def _between(history: History, period: Period, id_: str) -> tuple[float, ...]:
    return history.between(period.year_before.start, period.start, id_)
