"""Signal or noise: the limits of a process-behaviour (XmR) chart over the closed periods, and what breaks out of them.

Pure numbers. After W. A. Shewhart and D. J. Wheeler: limits at the mean and 2.66 times the average moving range.
What is a signal by the periods before it is left out of later limits, so that it does not hide the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kpixl.formula import Name, Node, evaluate
from kpixl.formula.expressions import (
    BLANK,
    absolute,
    cases,
    count_of,
    either,
    equal,
    every,
    known,
    largest,
    maximum,
    minimum,
    more_than,
    noise,
    opposite,
    smallest,
    some,
    sum_of,
)
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grading import JUDGED, RUNNING, VALUE, final
from kpixl.kpi.traits import Traits

if TYPE_CHECKING:
    from kpixl.formula.states import Item

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
        """Whether it is more than normal variation."""
        return self is not Signal.USUAL


@dataclass(frozen=True, slots=True)
class Limits:
    """What is usual of a KPI, in its unit: its mean over the closed periods and how far it strays by chance."""

    mean: float
    low: float
    high: float
    without: int = 0
    """How many closed periods were signals themselves, so that the limits do without them."""


# As expressions


_MEAN, _LOW, _HIGH = Name("mean"), Name("low"), Name("high")
_PAST, _RANGES, _LAST = Name("past"), Name("moving_ranges"), Name("last")
_COUNT, _PAIRS = Name("count"), Name("ranges")
_NOISE = noise(_MEAN)

RANGE = either(known(Name("after"), Name("before")), absolute(Name("after") - Name("before")))
"""How far two neighbouring periods lie apart."""


def use_rule(earlier: int) -> Node:
    """What the limits take of a period: its value, unless it was a signal beside the ``earlier`` periods that were
    used, whose values are in ``used`` and the steps between neighbours in ``moving_ranges``."""
    raw = Name("raw")
    if earlier < LEAST_PERIODS:
        return either(known(raw), raw)
    used = Name("used")
    sound = every(count_of(used) >= LEAST_PERIODS, count_of(_RANGES) >= LEAST_PERIODS - 1)
    mean, spread = sum_of(used) / count_of(used), SCALE * sum_of(_RANGES) / count_of(_RANGES)
    signal_ = more_than(absolute(raw - mean), spread)
    return either(known(raw), either(sound, either(signal_, BLANK, raw), raw))


def limit_rules(floor: float | None, ceiling: float | None) -> Mapping[str, Node]:
    """What is usual, by the closed periods in ``past`` that are used, and the ``moving_ranges`` between neighbours. No
    limit passes ``floor`` or ``ceiling``, which no value can. Nothing with fewer than six values, or five ranges."""
    sound = every(_COUNT >= LEAST_PERIODS, _PAIRS >= LEAST_PERIODS - 1)
    spread = SCALE * sum_of(_RANGES) / _PAIRS
    low, high = _MEAN - spread, _MEAN + spread
    return {
        "count": count_of(_PAST),
        "ranges": count_of(_RANGES),
        "mean": either(sound, sum_of(_PAST) / _COUNT),
        "low": either(known(_MEAN), low if floor is None else maximum(floor, low)),
        "high": either(known(_MEAN), high if ceiling is None else minimum(ceiling, high)),
    }


def usual_rules(traits: Traits, floor: float | None, ceiling: float | None) -> Mapping[str, Node]:
    """The same for a KPI, with its ``state``: the number of the signal that its value is, where the period is over and
    it is judged at all. Windows longer than the period overlap and hide how much periods differ."""
    found = dict(limit_rules(floor, ceiling))
    if not traits.by_period:
        found["mean"] = BLANK
    told = every(known(_MEAN, VALUE), opposite(RUNNING), final(traits), JUDGED)
    return found | {"state": either(told, _STATE)}


def _state() -> Node:
    run = cases((smallest(_LAST) > _MEAN + _NOISE, 3), (largest(_LAST) < _MEAN - _NOISE, 4), otherwise=0)
    return cases(
        (VALUE > _HIGH + _NOISE, 1),
        (VALUE < _LOW - _NOISE, 2),
        otherwise=either(equal(count_of(_LAST), RUN), run, 0),
    )


_STATE = _state()
"""The number of the signal of a value, from 0 for usual; ``last`` are the last eight periods, this one among them."""

_RAW, _BEFORE = Name("raw"), Name("before")
RUN_LENGTH = either(
    known(_RAW, _MEAN),
    cases(
        (_RAW > _MEAN + _NOISE, maximum(0, _BEFORE) + 1), (_RAW < _MEAN - _NOISE, minimum(0, _BEFORE) - 1), otherwise=0
    ),
    0,
)
"""How many in a row up to a period lie above the mean, negative where they lie below it; ``before`` is that of the
period before."""
BROKEN = some(_RAW > _HIGH + _NOISE, _RAW < _LOW - _NOISE, absolute(Name("run")) >= RUN)
"""Whether a chart marks a period: outside the limits, or at least the eighth of a run."""


# Over numbers


def used_values(past: Sequence[float | None]) -> list[float | None]:
    """The closed periods, oldest first, that limits are computed from: a signal widens no later ones."""
    used: list[float | None] = []
    for value in past:
        given: dict[str, Item] = {"raw": value, "used": list(used), "moving_ranges": moving_ranges(used)}
        used.append(Evaluation({"use": use_rule(len(used))}, given).number("use"))
    return used


def moving_ranges(past: Sequence[float | None]) -> list[float | None]:
    """How far each closed period lies from the one before; None where one of the two has no value."""
    return [evaluate(RANGE, {"after": after, "before": before}) for before, after in pairwise(past)]


def limits(past: Sequence[float | None], floor: float | None, ceiling: float | None) -> Limits | None:
    """The limits over closed periods, oldest first, None for one without a value; None where nothing can be said."""
    return _limits(tuple(past), floor, ceiling)


@lru_cache(maxsize=1024)
def _limits(past: tuple[float | None, ...], floor: float | None, ceiling: float | None) -> Limits | None:
    # A KPI asks more than once, and so does every refresh while a workbook is watched.
    used = used_values(past)
    found = Evaluation(limit_rules(floor, ceiling), {"past": used, "moving_ranges": moving_ranges(used)})
    mean, low, high = (found.number(id_) for id_ in ("mean", "low", "high"))
    without = sum(one is not None and kept is None for one, kept in zip(past, used, strict=True))
    return None if mean is None or low is None or high is None else Limits(mean, low, high, without)


def runs(values: Sequence[float | None], found: Limits) -> tuple[int, ...]:
    """For each period, how many in a row up to it lie above the mean, negative where they lie below it."""
    lengths = [0]
    for value in values:
        given = {"raw": value, "mean": found.mean, "before": float(lengths[-1])}
        lengths.append(int(evaluate(RUN_LENGTH, given) or 0))
    return tuple(lengths[1:])


def signal(past: Sequence[float | None], value: float, found: Limits) -> Signal:
    """What ``value`` says beside the closed periods and their limits."""
    last = [*past, value][-RUN:]
    return list(Signal)[int(evaluate(_STATE, {"value": value, "last": last, **_usual(found)}) or 0)]


def marked(values: Sequence[float | None], found: Limits) -> tuple[bool, ...]:
    """Which periods a chart marks: those outside the limits, and from the eighth of a run on."""
    usual = _usual(found)
    return tuple(
        value is not None and bool(evaluate(BROKEN, {"raw": value, "run": float(run), **usual}))
        for value, run in zip(values, runs(values, found), strict=True)
    )


def _usual(found: Limits) -> dict[str, Item]:
    return {"mean": found.mean, "low": found.low, "high": found.high}
