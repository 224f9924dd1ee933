"""Signal or noise: the limits of a process-behaviour (XmR) chart over the closed periods, and what breaks out of them.

Pure numbers. After W. A. Shewhart and D. J. Wheeler: limits at the mean and 2.66 times the average moving range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from kpixl.kpi.noise import noise_of

LEAST_PERIODS = 6
"""With fewer closed periods nothing is said."""
SCALE = 2.66
"""Three standard deviations in average moving ranges: 3 / 1.128."""
RUN = 8
"""So many periods in a row on one side of the mean are no chance."""


class Signal(StrEnum):
    """What this period's value says beside the closed ones."""

    USUAL = "usual"
    ABOVE = "above"
    BELOW = "below"
    RUN_ABOVE = "run_above"
    RUN_BELOW = "run_below"

    @property
    def side(self) -> int:
        """1 above what is usual, −1 below it, 0 within."""
        return {Signal.ABOVE: 1, Signal.RUN_ABOVE: 1, Signal.BELOW: -1, Signal.RUN_BELOW: -1}.get(self, 0)

    @property
    def is_signal(self) -> bool:
        """Whether it is more than usual variation."""
        return self is not Signal.USUAL


@dataclass(frozen=True, slots=True)
class Limits:
    """What is usual of a KPI: its mean over the closed periods and how far it strays by chance."""

    mean: float
    low: float
    high: float

    @property
    def noise(self) -> float:
        """Two numbers no farther apart than this are equal."""
        return noise_of(self.mean)

    def side(self, value: float) -> int:
        """1 above the mean, −1 below it, 0 on it."""
        return (value > self.mean + self.noise) - (value < self.mean - self.noise)

    def outside(self, value: float) -> int:
        """1 above the usual range, −1 below it, 0 within."""
        return (value > self.high + self.noise) - (value < self.low - self.noise)


def limits(past: Sequence[float | None], floor: float | None, ceiling: float | None) -> Limits | None:
    """The limits over closed periods, oldest first, None for one without a value. Ranges are taken between neighbours.
    No limit passes ``floor`` or ``ceiling``, which no value can. None with fewer than six values, or with fewer than
    five ranges."""
    known = [value for value in past if value is not None]
    ranges = [abs(after - before) for before, after in pairwise(past) if before is not None and after is not None]
    if len(known) < LEAST_PERIODS or len(ranges) < LEAST_PERIODS - 1:
        return None
    mean = sum(known) / len(known)
    spread = SCALE * sum(ranges) / len(ranges)
    low, high = mean - spread, mean + spread
    return Limits(mean, low if floor is None else max(floor, low), high if ceiling is None else min(ceiling, high))


def runs(values: Sequence[float | None], found: Limits) -> tuple[int, ...]:
    """For each period, how many in a row up to it lie above the mean, negative where they lie below it."""
    lengths: list[int] = []
    for value in values:
        side = 0 if value is None else found.side(value)
        before = lengths[-1] if lengths else 0
        lengths.append(side + (before if side and before * side > 0 else 0))
    return tuple(lengths)


def signal(past: Sequence[float | None], value: float, found: Limits) -> Signal:
    """What ``value`` says beside the closed periods and their limits."""
    outside = found.outside(value)
    if outside:
        return Signal.ABOVE if outside > 0 else Signal.BELOW
    length = runs((*past, value), found)[-1]
    if abs(length) >= RUN:
        return Signal.RUN_ABOVE if length > 0 else Signal.RUN_BELOW
    return Signal.USUAL


def marked(values: Sequence[float | None], found: Limits) -> tuple[bool, ...]:
    """Which periods a chart marks: those outside the limits, and from the eighth of a run on."""
    lengths = runs(values, found)
    return tuple(
        value is not None and (found.outside(value) != 0 or abs(length) >= RUN)
        for value, length in zip(values, lengths, strict=True)
    )
