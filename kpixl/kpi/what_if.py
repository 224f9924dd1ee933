"""What would follow if some measures were different: the measures and KPIs as the owner supposes them.

Changes no entry, and knows nothing of sheets. KPIs of the owner's own are left out: their formulas may say anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.load import MONTHS
from kpixl.catalog.model import Level, Made, Mean, Standing
from kpixl.formula import evaluate, parse
from kpixl.kpi.grade import against_target, calculate, level_of, standing_of
from kpixl.kpi.noise import same
from kpixl.kpi.score import builds_up, fewest_cases, settled_early, under_way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpixl.catalog.model import Argument, Business, BusinessKpi, Measure
    from kpixl.kpi.pace import PeriodClock
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard

NEVER_NEGATIVE = ("count", "hours", "months")
"""Units of what cannot be less than nothing."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A KPI now and then."""

    now: float | None
    then: float | None
    before: Level | Standing | None
    """The level now; without a benchmark, how the value stands to the owner's target."""
    after: Level | Standing | None

    @property
    def difference(self) -> float | None:
        """How far the value moves; None where it does not, or is not there now or then."""
        if self.now is None or self.then is None:
            return None
        return None if same(self.now, self.then) else self.then - self.now

    @property
    def level_moves(self) -> bool:
        """Whether the level is another one then."""
        return self.before != self.after


@dataclass(frozen=True)
class Supposed:
    """What the entries come to with the owner's changes."""

    measures: Mapping[str, float | None]
    """Every measure that a KPI can be computed from, by name."""
    kpis: Mapping[str, Moved]
    """The KPIs of the business, by id."""

    @property
    def levels_moved(self) -> int:
        """How many KPIs have another level."""
        return sum(moved.level_moves for moved in self.kpis.values())


def measures_of(business: Business) -> tuple[Measure, ...]:
    """Every measure that a KPI of the business can be computed from, over any of its windows."""
    names = _names(argument for kpi in business.kpis for bound in kpi.bound.values() for argument in bound)
    return tuple(measure for measure in business.measures if measure.name in names)


def in_use(business: Business) -> frozenset[str]:
    """The names of those that one is computed from at present."""
    return _names(argument for kpi in business.kpis for argument in kpi.arguments)


def _names(arguments: Iterable[Argument]) -> frozenset[str]:
    # Not the figures of closed periods behind a window: what is supposed of a window has a cell of its own.
    return frozenset(part.name for argument in arguments for part in (argument.measure, *argument.measure.parts))


def follows(measure: Measure) -> bool:
    """Whether a measure follows from others, so that nothing can be supposed of it alone."""
    return isinstance(measure.definition, Made | Mean)


def changeable(business: Business) -> tuple[Measure, ...]:
    """The measures that the owner can change."""
    return tuple(measure for measure in measures_of(business) if not follows(measure))


def suppose(scorecard: Scorecard) -> Supposed:
    """The measures and KPIs with the changes of ``scorecard.entries.what_if``."""
    then: dict[str, float | None] = {}
    for measure in measures_of(scorecard.entries.business):
        _suppose_measure(measure, scorecard, then)
    kpis = {result.kpi.id: _suppose_kpi(result, scorecard, then) for result in scorecard.slots if not result.kpi.own}
    return Supposed(then, kpis)


def supposed(now: float | None, change: float | None, percent: float | None, *, never_negative: bool) -> float | None:
    """A measure after a change in its own unit, then one as a fraction. A change counts from 0 where there is no
    figure now; a fraction of nothing is nothing."""
    if (change is None and percent is None) or (now is None and change is None):
        return now
    value = ((now or 0.0) + (change or 0.0)) * (1.0 + (percent or 0.0))
    if not math.isfinite(value):
        return None
    return max(0.0, value) if never_negative else value


def _suppose_measure(measure: Measure, scorecard: Scorecard, then: dict[str, float | None]) -> float | None:
    if measure.name not in then:
        value = scorecard.measures[measure.name]
        cells = scorecard.entries.what_if.get(measure.name)
        made = measure.definition
        if not follows(measure):
            change, percent = (cells.change.number, cells.percent.number) if cells else (None, None)
            never_negative = measure.unit in NEVER_NEGATIVE
            then[measure.name] = supposed(value.used, change, percent, never_negative=never_negative)
        elif isinstance(made, Made) and value.typed is None:
            then[measure.name] = _made(measure, made, scorecard, then)
        else:
            then[measure.name] = value.used
    return then[measure.name]


def _made(measure: Measure, made: Made, scorecard: Scorecard, then: dict[str, float | None]) -> float | None:
    parts = {part.id: _suppose_measure(part, scorecard, then) for part in measure.parts}
    parts[MONTHS] = scorecard.entries.period.months(measure.window)
    value = evaluate(parse(made.formula), parts)
    return evaluate(parse(made.otherwise), parts) if value is None and made.otherwise else value


def _suppose_kpi(result: Result, scorecard: Scorecard, then: Mapping[str, float | None]) -> Moved:
    kpi = result.kpi
    arguments = {argument.name: then[argument.measure.name] for argument in kpi.arguments}
    value, _ = calculate(kpi, arguments)
    sample = arguments[kpi.kpi.sample] if kpi.kpi.sample else None
    few = sample is not None and sample < fewest_cases(scorecard.entries)
    after = None if few else _standing(kpi, value, result, scorecard.clock)
    return Moved(result.value, value, _standing_now(result), after)


def _standing_now(result: Result) -> Level | Standing | None:
    if result.level is not None or result.target is None:
        return result.level
    return result.grade.standing


def _standing(kpi: BusinessKpi, value: float | None, result: Result, now: PeriodClock) -> Level | Standing | None:
    if kpi.thresholds or value is None or not builds_up(kpi, now):
        level = level_of(kpi, value, result.thresholds)
        if level is not None or value is None or result.target is None or kpi.thresholds:
            return level
        return standing_of(kpi, value, result.target, None)
    held = value / now.share
    level = level_of(kpi, held, result.thresholds)
    if level is not None or result.target is None:
        return level
    reached = against_target(kpi, value, result.target)
    return under_way(standing_of(kpi, held, result.target, None), reached if reached == settled_early(kpi) else None)


def direction(kpi: BusinessKpi, moved: Moved) -> Literal["better", "worse"] | None:
    """Whether a KPI moves to the good side; None where it does not move."""
    if moved.difference is None:
        return None
    return "better" if (moved.difference > 0) == (kpi.kpi.direction == "up") else "worse"
