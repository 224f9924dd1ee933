"""KPI values, levels, changes and the distance to the next level. Knows nothing of files; rounds nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Level, Standing, Threshold
from kpixl.catalog.tables import Window
from kpixl.entries import Entries, History
from kpixl.formula import denominators, evaluate, names, parse
from kpixl.measure import MeasureValue
from kpixl.own import own_kpis
from kpixl.settings import settings_used
from kpixl.to_date import closed_periods, first_closed, year_to_date

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure

NOISE = 1e-9
"""Two numbers are equal where they differ by no more than this, times the larger of 1 and the threshold."""

TENTHS = 10
"""What is not counted in whole numbers is told to a tenth."""

GRADED = (Level.TYPICAL, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no value or no level. ``measure`` is the one to blame, where one is."""

    code: Literal[
        "missing_measure", "zero_denominator", "no_bands", "no_rate", "own_formula",
        "graded_window", "no_rollup", "uneven_past",
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


@dataclass(frozen=True)
class Result:
    """One KPI of one workbook and period."""

    kpi: BusinessKpi
    measures: Mapping[str, float | None]
    value: float | None
    reason: Reason | None
    thresholds: Mapping[Level, float]
    grade: Grade
    target: float | None
    against_target: Literal["met", "missed"] | None
    previous: float | None
    year_before: float | None
    year_to_date: float | None
    year_to_date_reason: Reason | None
    change: float | None
    trend: Literal["better", "worse", "same"] | None
    sample: float | None
    alert: bool
    note: str = ""
    """What is to be known of the value: a figure behind it stands in for one that cannot be had yet. A msgid."""

    @property
    def level(self) -> Level | None:
        """The level reached; None where nothing can be graded."""
        return self.grade.level


@dataclass(frozen=True)
class Scorecard:
    """Everything computed for one workbook and period."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    measures_to_date: Mapping[str, float | None]
    measures_previous: Mapping[str, float | None]
    closed: Mapping[str, int]
    """For each measure, how many closed periods of the year have a figure of it."""
    slots: tuple[Result, ...]
    """Every KPI that the workbook has a place for: those of the business, then the owner's, used or not."""

    @property
    def results(self) -> tuple[Result, ...]:
        """The KPIs of the business, and those that the owner made up."""
        return tuple(result for result in self.slots if not result.kpi.own or result.kpi.name)

    def result(self, kpi: str) -> Result:
        """The result of one KPI, by its id."""
        return next(result for result in self.slots if result.kpi.id == kpi)

    @property
    def ranked(self) -> tuple[Result, ...]:
        """Worst position first; KPIs without a position and free slots last; ties in the catalogue's order."""
        keys = {result.kpi.id: order_key(result, index) for index, result in enumerate(self.slots)}
        return tuple(sorted(self.slots, key=lambda result: keys[result.kpi.id]))


UNPLACED = 9
"""Comes after every position."""


def order_key(result: Result, index: int) -> float:
    """What the ``index``-th KPI is ordered by: its position, and its place among equals. One number, as in the
    workbook, so that positions which differ by floating-point noise count as equal."""
    position = result.grade.position
    return (UNPLACED if position is None else position) + (index + 1) / 1e6


def passes(value: float, threshold: Threshold) -> bool:
    """Whether ``value`` is on the good side of the edge; noise counts as equal."""
    noise = NOISE * max(1.0, abs(threshold.value))
    gap = value - threshold.value
    if threshold.comparison in (">=", "<="):
        return gap >= -noise if threshold.comparison == ">=" else gap <= noise
    return gap > noise if threshold.comparison == ">" else gap < -noise


def thresholds_published(kpi: BusinessKpi) -> dict[Level, float]:
    """Where each level starts as published."""
    found = ((level, kpi.threshold(level)) for level in GRADED)
    return {level: threshold.value for level, threshold in found if threshold}


def thresholds_in_force(kpi: BusinessKpi, entries: Entries) -> dict[Level, float]:
    """Where each level starts: the owner's threshold where there is one, else the published one.

    A level whose published threshold was emptied in the workbook is not reached, there or here; nor is one in US
    dollars while the workbook has another currency and no rate.
    """
    rate = dollar_rate(entries) if kpi.in_dollars else 1.0
    thresholds = {}
    for level in GRADED:
        yours, stands = entries.thresholds.get((kpi.id, level)), entries.published.get((kpi.id, level))
        threshold = kpi.threshold(level)
        published = (threshold.value if threshold else None) if stands is None else stands.number
        if yours and yours.number is not None:
            thresholds[level] = yours.number
        elif published is not None and rate is not None:
            thresholds[level] = published * rate
    return thresholds


def dollar_rate(entries: Entries) -> float | None:
    """What a US dollar costs in the workbook's currency; None where the owner has not said."""
    rate = settings_used(entries.settings, entries.currency, entries.words).get("dollar_rate")
    return None if rate is None else float(rate)


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
    slope = _slope(kpi, value, arguments)
    to_next = _to_next(kpi, value, edges[following], slope) if following and slope else None
    return Grade(level, following, to_next, level + progress, low, high, slope)


def standing_of(kpi: BusinessKpi, value: float, target: float | None, previous: float | None) -> Standing | None:
    """How ``value`` stands against the owner's target, else against the previous period; None without either."""
    if target is not None:
        return Standing(str(_against_target(kpi, value, target)))
    if previous is not None and (trend := _trend(kpi, value, value - previous)):
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


def _slope(kpi: BusinessKpi, value: float, arguments: Mapping[str, float | None]) -> float | None:
    """Every formula is linear in its lever, so one step of the lever tells what each step brings."""
    lever = kpi.kpi.lever
    base = arguments[lever] if lever else None
    if lever is None or base is None:
        return None
    moved = evaluate(parse(kpi.kpi.formula), {**arguments, lever: base + 1})
    return None if moved is None else moved - value


def _to_next(kpi: BusinessKpi, value: float, edge: Threshold, slope: float) -> ToNext:
    assert kpi.kpi.lever is not None
    measure = kpi.argument(kpi.kpi.lever)
    upwards = edge.comparison in (">=", ">")
    needed = edge.value - value if upwards else value - edge.value
    noise = NOISE * max(1.0, abs(edge.value))
    # Whole numbers, or tenths of an hour or month: the fewest of them that pass, at a strict edge one past it.
    per_unit = 1 if measure.told_whole else TENTHS
    step = abs(slope) / per_unit
    if edge.comparison in (">=", "<="):
        amount = math.ceil((needed - noise) / step) / per_unit
    else:
        amount = (math.floor((needed + noise) / step) + 1) / per_unit
    return ToNext(measure, amount, "more" if (slope > 0) == upwards else "less")


def score(entries: Entries, measures: Mapping[str, MeasureValue]) -> Scorecard:
    """Grade every KPI of the business."""
    history = History.of(entries.past)
    used = {name: value.used for name, value in measures.items()}
    first = first_closed(entries)
    closed = closed_periods(entries, history)
    to_date = {name: year_to_date(value, history, entries.period, first) for name, value in measures.items()}
    slots = tuple(
        replace(_result(kpi, entries, used, to_date, closed, history), note=_note(kpi, measures))
        for kpi in entries.business.kpis
    )
    slots += tuple(_own_result(kpi, entries, used, history) for kpi in own_kpis(entries))
    before = entries.period.shift(-1)
    previous = {name: history.value(before, name) for name in measures}
    return Scorecard(entries, measures, to_date, previous, closed, slots)


def _note(kpi: BusinessKpi, measures: Mapping[str, MeasureValue]) -> str:
    stand_ins = (a.measure for a in kpi.arguments if measures[a.measure.name].source == "stand_in")
    return next((measure.note for measure in stand_ins), "")


def _own_result(kpi: BusinessKpi, entries: Entries, used: Mapping[str, float | None], history: History) -> Result:
    """A KPI that the owner made up. What kpixl cannot evaluate has the value that Excel saved."""
    entry = next((entry for entry in entries.own if entry.slot == kpi.id), None)
    arguments = {argument.name: used.get(argument.measure.name) for argument in kpi.arguments}
    value = None
    if entry is not None and kpi.name:
        value = evaluate(parse(kpi.kpi.formula), arguments) if kpi.kpi.formula else entry.value.number
    reason = None if value is not None or not kpi.name else Reason("own_formula")
    thresholds = {
        level: cell.number for level, cell in (entry.thresholds if entry else {}).items() if cell.number is not None
    }
    return _graded(kpi, entries, value, reason, thresholds, arguments, history)


def _result(
    kpi: BusinessKpi,
    entries: Entries,
    used: Mapping[str, float | None],
    to_date: Mapping[str, float | None],
    closed: Mapping[str, int],
    history: History,
) -> Result:
    arguments = {argument.name: used[argument.measure.name] for argument in kpi.arguments}
    value, reason = calculate(kpi, arguments)
    result = _graded(kpi, entries, value, reason, thresholds_in_force(kpi, entries), arguments, history)
    year, year_reason = _kpi_to_date(kpi, to_date, closed)
    return replace(result, year_to_date=year, year_to_date_reason=year_reason)


def ungraded_reason(kpi: BusinessKpi, rate: float | None) -> Reason:
    """Why a value has no level."""
    return Reason("no_rate" if kpi.in_dollars and rate is None else "no_bands")


def _graded(
    kpi: BusinessKpi,
    entries: Entries,
    value: float | None,
    reason: Reason | None,
    thresholds: Mapping[Level, float],
    arguments: Mapping[str, float | None],
    history: History,
) -> Result:
    target_cell = entries.targets.get(kpi.id)
    target = target_cell.number if target_cell else None
    previous = history.value(entries.period.shift(-1), kpi.history_id)
    change = None if value is None or previous is None else value - previous
    graded = grade(kpi, value, thresholds, arguments, target, previous)
    if value is not None and graded.shade is None:
        reason = ungraded_reason(kpi, dollar_rate(entries))
    return Result(
        kpi=kpi,
        measures=arguments,
        value=value,
        reason=reason,
        thresholds=thresholds,
        grade=graded,
        target=target,
        against_target=_against_target(kpi, value, target),
        previous=previous,
        year_before=history.value(entries.period.year_before, kpi.history_id),
        year_to_date=None,
        year_to_date_reason=None,
        change=change,
        trend=_trend(kpi, value, change),
        sample=arguments[kpi.kpi.sample] if kpi.kpi.sample else None,
        alert=bool(kpi.alert_past and value is not None and passes(value, kpi.alert_past)),
    )


def _against_target(kpi: BusinessKpi, value: float | None, target: float | None) -> Literal["met", "missed"] | None:
    if value is None or target is None:
        return None
    noise = NOISE * max(1.0, abs(target))
    short = value - target if kpi.kpi.direction == "down" else target - value
    return "met" if short <= noise else "missed"


def _trend(kpi: BusinessKpi, value: float | None, change: float | None) -> Literal["better", "worse", "same"] | None:
    if value is None or change is None:
        return None
    if abs(change) <= NOISE * max(1.0, abs(value)):
        return "same"
    return "better" if (change > 0) == (kpi.kpi.direction == "up") else "worse"


def _kpi_to_date(
    kpi: BusinessKpi, to_date: Mapping[str, float | None], closed: Mapping[str, int]
) -> tuple[float | None, Reason | None]:
    """The KPI over the year so far, from its measures: percentages are never averaged."""
    if kpi.window is not Window.PERIOD:
        return None, Reason("graded_window")
    for argument in kpi.arguments:
        if argument.measure.rollup == "none":
            return None, Reason("no_rollup", argument.measure)
    summed = [argument.measure for argument in kpi.arguments if argument.measure.rollup == "sum"]
    if len({closed[measure.name] for measure in summed}) > 1:
        return None, Reason("uneven_past", min(summed, key=lambda measure: closed[measure.name]))
    return calculate(kpi, {argument.name: to_date[argument.measure.name] for argument in kpi.arguments})
