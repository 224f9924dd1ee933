"""What would follow if some measures were different: the measures and KPIs as the owner supposes them.

Changes no entry, and knows nothing of sheets. KPIs of the owner's own are left out: their formulas may say anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.load import MONTHS
from kpixl.catalog.model import Level, Made, Mean, Standing
from kpixl.formula import Name, evaluate, parse, substituted
from kpixl.formula.expressions import (
    BLANK,
    absolute,
    count,
    either,
    every,
    known,
    maximum,
    noise,
    or_else,
    same,
    some,
)
from kpixl.kpi import contradictions
from kpixl.kpi.grade import calculate, standing_numbered
from kpixl.kpi.grading import (
    EDGES,
    PART,
    PREVIOUS,
    TARGET,
    TOLD,
    comparable,
    final,
    moved,
    moves,
    reached,
    so_far,
    to_target,
    withheld,
)
from kpixl.kpi.pace import days
from kpixl.kpi.score import fewest_cases
from kpixl.kpi.traits import GRADED, NEVER_NEGATIVE, Traits, traits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpixl.catalog.model import Argument, Business, BusinessKpi, Kpi, Measure
    from kpixl.formula.nodes import Node
    from kpixl.formula.states import Item
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


@dataclass(frozen=True, slots=True)
class Moved:
    """A KPI now and then, in its unit."""

    now: float | None
    then: float | None
    before: Level | Standing | None
    """The level now; without a benchmark, how the value stands to the owner's target or to the previous period."""
    after: Level | Standing | None

    @property
    def difference(self) -> float | None:
        """How far the value moves; None where it does not, or is not there now or then."""
        return evaluate(DIFFERENCE, {"now": self.now, "then": self.then})

    @property
    def level_moves(self) -> bool:
        """Whether the level is another one then."""
        return self.before != self.after


@dataclass(frozen=True)
class Supposed:
    """What the entries come to with the owner's changes."""

    measures: Mapping[str, float | None]
    """Every measure that a KPI can be computed from, by name and in its unit."""
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


def in_use(business: Business, off: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names of those that a KPI is computed from at present which is not ``off``."""
    return _names(argument for kpi in business.kpis if kpi.id not in off for argument in kpi.arguments)


def _names(arguments: Iterable[Argument]) -> frozenset[str]:
    # Not the figures of closed periods behind a window: what is supposed of a window has a cell of its own.
    return frozenset(part.name for argument in arguments for part in _made_from(argument.measure))


def _made_from(measure: Measure) -> tuple[Measure, ...]:
    return (measure, *(below for part in measure.parts for below in _made_from(part)))


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


_NOW, _CHANGE, _PERCENT, _THEN = Name("now"), Name("change"), Name("percent"), Name("then")


DIFFERENCE = either(known(_NOW, _THEN), either(absolute(_THEN - _NOW) <= noise(_THEN), BLANK, _THEN - _NOW))


def changed(*, never_negative: bool) -> Node:
    """A measure after a ``change`` in its own unit, then by ``percent``, a fraction: 0.1 is a tenth more. A change
    counts from 0 where there is no figure now; a fraction of nothing is nothing."""
    now, change, percent = (either(known(part), part, 0) for part in (_NOW, _CHANGE, _PERCENT))
    total = (now + change) * (1 + percent)
    least = maximum(0, total) if never_negative else total
    return either(some(known(_CHANGE), known(_NOW, _PERCENT)), or_else(least), _NOW)


@cache
def before(traits: Traits) -> Node:
    """The number of the level now; without a benchmark, of how the value stands to the owner's target, or to the
    previous period."""
    return either(known(Name("level")), Name("level"), BLANK if traits.benchmarked else Name("standing"))


@cache
def after(kpi: Kpi, traits: Traits) -> Node:
    """The same for the value ``then``: thresholds, target and fewest cases are those in force; ``sample`` and the
    measures are what they would be then."""
    building = traits.builds_up and not traits.benchmarked
    held = either(TOLD, _THEN / PART, _THEN) if building else _THEN
    by_target = either(known(TARGET), to_target(traits, _THEN, held), _to_previous(traits, held))
    by_target = BLANK if traits.benchmarked else by_target
    stands = either(count(*EDGES) > 0, so_far(traits, reached(traits, held)), by_target)
    waits = substituted(withheld(kpi, traits, own=False, rows=False), {"value": _THEN})
    return either(known(_THEN), either(known(waits), BLANK, stands))


def _to_previous(traits: Traits, held: Node) -> Node:
    """The standing against the previous period: what moves beyond the usual limits is better or worse. Where nothing
    moves, it stands as it does, which signals of several periods have a part in."""
    moves_ = substituted(moves(traits, held, held - PREVIOUS), {"signal_number": BLANK})
    told = every(known(PREVIOUS), final(traits), comparable(traits))
    moving = either(told, moved(moves_))
    return either(known(_NOW), either(same(_THEN, _NOW), Name("standing"), moving), moving)


def supposed(now: float | None, change: float | None, percent: float | None, *, never_negative: bool) -> float | None:
    """``changed`` for single numbers, ``percent`` as a fraction; None where there is none."""
    return evaluate(changed(never_negative=never_negative), {"now": now, "change": change, "percent": percent})


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
    kpi, traits = result.kpi, traits_of(result.kpi)
    arguments = {argument.name: then[argument.measure.name] for argument in kpi.arguments}
    value = None if result.off else calculate(kpi, arguments)[0]
    standing, wholes = result.grade.standing, contradictions.of_kpi(kpi, scorecard.entries.business)
    given: dict[str, Item] = {
        **{level.id: result.thresholds.get(level) for level in GRADED},
        **days(scorecard.clock),
        "part": result.part,
        "outcomes_open": float(result.open),
        "outcomes_typed": 0.0,
        "now": result.value,
        "then": value,
        "previous": result.past.previous,
        "usual_low": result.past.usual.low if result.past.usual else None,
        "usual_high": result.past.usual.high if result.past.usual else None,
        **{f"measure.{name}": amount for name, amount in arguments.items()},
        "target": result.target,
        "sample": then.get(kpi.sample.name) if kpi.sample else None,
        "minimum_cases": fewest_cases(scorecard.entries),
        "contradicted": float(bool(contradictions.found(wholes, scorecard.measures, then))),
        "level": None if result.level is None else float(result.level),
        "standing": standing.number if standing else None,
    }
    now = _numbered(evaluate(before(traits), given))
    return Moved(result.value, value, now, _numbered(evaluate(after(kpi.kpi, traits), given)))


def _numbered(number: float | None) -> Level | Standing | None:
    """The level or standing that has this number."""
    return Level(int(number)) if number is not None and number < len(Level) else standing_numbered(number)


def direction(kpi: BusinessKpi, moved: Moved) -> Literal["better", "worse"] | None:
    """Whether a KPI moves to the good side; None where it does not move."""
    if moved.difference is None:
        return None
    return "better" if (moved.difference > 0) == (kpi.kpi.direction == "up") else "worse"
