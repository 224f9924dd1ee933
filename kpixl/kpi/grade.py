"""One value against thresholds: its level, the next one, and what it takes to get there. Knows nothing of workbooks;
rounds nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Level, Standing, Threshold
from kpixl.formula import denominators, evaluate, names, parse
from kpixl.kpi.noise import noise_of

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure

TENTHS = 10
"""What is not counted in whole numbers is told to a tenth."""

GRADED = (Level.TYPICAL, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no value or no level. ``measure`` is the one to blame, where one is."""

    code: Literal[
        "missing_measure", "zero_denominator", "no_bands", "no_rate", "own_formula",
        "graded_window", "no_rollup", "uneven_past", "too_few",
    ]  # fmt: skip
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class ToNext:
    """How much of the lever is missing to the next level: the smallest whole number, or tenth, that passes."""

    measure: Measure
    amount: float
    direction: Literal["more", "less"]


@dataclass(frozen=True)
class Grade:
    """A value against thresholds."""

    level: Level | None
    next_level: Level | None
    to_next: ToNext | None
    position: float | None
    """0–4: the level, plus how far the value has come on the way to the next. For the eye alone."""
    low: float | None = None
    high: float | None = None
    """Where the band that the value is in begins and ends."""
    slope: float | None = None
    """How much the value moves when the lever takes one more."""
    standing: Standing | None = None
    """How a value without a benchmark stands against the owner's target or the previous period."""

    @property
    def shade(self) -> Level | None:
        """The level whose colour and shape the value is shown in."""
        return self.standing.shade if self.level is None and self.standing else self.level


UNGRADED = Grade(None, None, None, None)
"""Of a value that is not graded at all."""


def passes(value: float, threshold: Threshold) -> bool:
    """Whether ``value`` is on the good side of the edge; noise counts as equal."""
    noise = noise_of(threshold.value)
    gap = value - threshold.value
    if threshold.comparison in (">=", "<="):
        return gap >= -noise if threshold.comparison == ">=" else gap <= noise
    return gap > noise if threshold.comparison == ">" else gap < -noise


def thresholds_published(kpi: BusinessKpi) -> dict[Level, float]:
    """Where each level starts as published."""
    found = ((level, kpi.threshold(level)) for level in GRADED)
    return {level: threshold.value for level, threshold in found if threshold}


def calculate(kpi: BusinessKpi, arguments: Mapping[str, float | None]) -> tuple[float | None, Reason | None]:
    """The KPI's value from its arguments, or the reason why there is none."""
    formula = parse(kpi.kpi.formula)
    value = evaluate(formula, arguments)
    if value is not None:
        return value, None
    for name in kpi.kpi.arguments:
        if arguments[name] is None:
            return None, Reason("missing_measure", kpi.argument(name))
    for divisor in denominators(formula):
        if not evaluate(divisor, arguments):
            used = names(divisor)
            return None, Reason("zero_denominator", kpi.argument(used[0]) if used else None)
    return None, Reason("zero_denominator")  # the divisor is so small that the result is no number any more


def level_of(kpi: BusinessKpi, value: float | None, thresholds: Mapping[Level, float]) -> Level | None:
    """The best level whose threshold ``value`` passes; None without a value or any threshold."""
    if value is None or not thresholds:
        return None
    edges = {level: _edge(kpi, level, thresholds) for level in GRADED if level in thresholds}
    return max((level for level, edge in edges.items() if passes(value, edge)), default=Level.BELOW)


def grade(
    kpi: BusinessKpi,
    value: float | None,
    thresholds: Mapping[Level, float],
    arguments: Mapping[str, float | None],
    target: float | None = None,
    previous: float | None = None,
) -> Grade:
    """The level of ``value``, the next one, and what it takes to get there. A KPI for which no benchmark is published
    stands against the owner's ``target``, else against the ``previous`` period."""
    level = level_of(kpi, value, thresholds)
    if level is None:
        standing = None if value is None or kpi.thresholds else standing_of(kpi, value, target, previous)
        reference = previous if target is None else target
        position = _standing_position(kpi, value, reference, standing) if standing else None
        return Grade(None, None, None, position, standing=standing)
    assert value is not None
    edges = {level: _edge(kpi, level, thresholds) for level in GRADED if level in thresholds}
    following = min((other for other in edges if other > level), default=None)
    low = edges[level].value if level in edges else _worst(kpi, edges[following].value if following else 0.0)
    high = edges[following].value if following else _best(kpi, low)
    progress = 0.0 if high == low else max(0.0, min(1.0, (value - low) / (high - low)))
    slope = _slope(kpi, arguments)
    to_next = _to_next(kpi, value, edges[following], slope) if following and slope else None
    return Grade(level, following, to_next, level + progress, low, high, slope)


def standing_of(kpi: BusinessKpi, value: float, target: float | None, previous: float | None) -> Standing | None:
    """How ``value`` stands against the owner's target, else against the previous period; None without either."""
    if target is not None:
        return Standing(str(against_target(kpi, value, target)))
    if previous is not None and (trend := trend_of(kpi, value, value - previous)):
        return Standing(trend)
    return None


def _standing_position(kpi: BusinessKpi, value: float | None, reference: float | None, standing: Standing) -> float:
    """Where a value without a benchmark is on the scale of positions: 2 is what it is held against."""
    if value is None or reference is None or value <= 0 or reference <= 0:
        return {Level.BELOW: 1.0, Level.TYPICAL: 2.0, Level.ABOVE_AVERAGE: 3.0}[standing.shade]
    share = reference / value if kpi.kpi.direction == "down" else value / reference
    return min(4.0, 2 * share)


def _edge(kpi: BusinessKpi, level: Level, thresholds: Mapping[Level, float]) -> Threshold:
    return Threshold(comparison=kpi.comparison(level), value=thresholds[level])


def _worst(kpi: BusinessKpi, first: float) -> float:
    """Where the scale of positions begins: the natural worst, or twice the first threshold where lower is better."""
    if kpi.kpi.direction == "down":
        return 2 * first
    return -100.0 if kpi.kpi.unit == "score" and not kpi.own else 0.0


def _best(kpi: BusinessKpi, last: float) -> float:
    """Where the scale of positions ends: the natural best, or twice the last threshold where there is none."""
    if kpi.kpi.direction == "down":
        return 0.0
    if kpi.kpi.unit == "score" and not kpi.own:
        return 100.0
    return 1.0 if kpi.kpi.bounded else 2 * last


def _slope(kpi: BusinessKpi, arguments: Mapping[str, float | None]) -> float | None:
    """Every formula is linear in its lever, so one step of the lever tells what each step brings."""
    lever = kpi.kpi.lever
    base = arguments[lever] if lever else None
    if lever is None or base is None:
        return None
    formula = parse(kpi.kpi.formula)
    before, after = evaluate(formula, arguments), evaluate(formula, {**arguments, lever: base + 1})
    return None if before is None or after is None else after - before


def _to_next(kpi: BusinessKpi, value: float, edge: Threshold, slope: float) -> ToNext:
    assert kpi.kpi.lever is not None
    measure = kpi.argument(kpi.kpi.lever)
    upwards = edge.comparison in (">=", ">")
    needed = edge.value - value if upwards else value - edge.value
    noise = noise_of(edge.value)
    # Whole numbers, or tenths of an hour or month: the fewest of them that pass, at a strict edge one past it.
    per_unit = 1 if measure.told_whole else TENTHS
    step = abs(slope) / per_unit
    if edge.comparison in (">=", "<="):
        amount = math.ceil((needed - noise) / step) / per_unit
    else:
        amount = (math.floor((needed + noise) / step) + 1) / per_unit
    return ToNext(measure, amount, "more" if (slope > 0) == upwards else "less")


def against_target(kpi: BusinessKpi, value: float | None, target: float | None) -> Literal["met", "missed"] | None:
    """Whether ``value`` reaches the owner's target; None without either."""
    if value is None or target is None:
        return None
    short = value - target if kpi.kpi.direction == "down" else target - value
    return "met" if short <= noise_of(target) else "missed"


def trend_of(kpi: BusinessKpi, value: float | None, change: float | None) -> Literal["better", "worse", "same"] | None:
    """Which way a ``change`` to ``value`` goes; None without either."""
    if value is None or change is None:
        return None
    if abs(change) <= noise_of(value):
        return "same"
    return "better" if (change > 0) == (kpi.kpi.direction == "up") else "worse"
