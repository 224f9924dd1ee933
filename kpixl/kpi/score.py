"""The scorecard: every KPI of a workbook with its level, change, certainty, signal and pace. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Level, Standing, Threshold
from kpixl.entries import Entries
from kpixl.formula import evaluate, parse
from kpixl.kpi.grade import (
    GRADED,
    UNGRADED,
    Reason,
    against_target,
    calculate,
    grade,
    level_of,
    passes,
    trend_of,
)
from kpixl.kpi.in_force import settings_used
from kpixl.kpi.interval import Interval, interval
from kpixl.kpi.measure import MeasureValue
from kpixl.kpi.own import own_kpis
from kpixl.kpi.pace import PeriodClock, clock, pace
from kpixl.kpi.result import Certainty, Comparison, Result, YearToDate
from kpixl.kpi.signals import Limits, limits, marked, signal
from kpixl.kpi.year_to_date import closed_periods, first_closed, year_to_date
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, CautionRule
    from kpixl.period import Period

PAST_PERIODS = 11
"""So many closed periods stand beside this one."""


@dataclass(frozen=True)
class Scorecard:
    """Everything computed for one workbook and period."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    measures_to_date: Mapping[str, float | None]
    measures_previous: Mapping[str, float | None]
    closed: Mapping[str, int]
    """For each measure, how many closed periods of the year have a figure of it."""
    clock: PeriodClock
    """How far the period has come."""
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


def alert_of(kpi: BusinessKpi, value: float | None) -> CautionRule | None:
    """The caution that ``value`` calls for by itself."""
    edges = ((rule, rule.when[kpi.id]) for rule in kpi.alerts)
    called = (rule for rule, edge in edges if isinstance(edge, Threshold) and value is not None and passes(value, edge))
    return next(called, None)


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


def fewest_cases(entries: Entries) -> float:
    """With fewer cases behind it, the owner does not want a KPI graded."""
    return float(settings_used(entries.settings, entries.currency, entries.words)["minimum_cases"])


@dataclass(frozen=True)
class _Scoring:
    """What every KPI of a workbook is scored by."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    to_date: Mapping[str, float | None]
    """The measures over the year so far."""
    closed: Mapping[str, int]
    """For each measure, how many closed periods of the year have a figure of it."""
    clock: PeriodClock

    def value(self, period: Period, name: str) -> float | None:
        """What a closed period has under ``name``."""
        return self.entries.history.value(period, name)


@dataclass(frozen=True)
class _Figure:
    """A KPI computed, but not graded: its value, or why it has none, and what it was computed from."""

    value: float | None
    reason: Reason | None
    arguments: Mapping[str, float | None]

    def cases(self, kpi: BusinessKpi) -> float | None:
        """How many cases are behind it; None where it counts none."""
        return self.arguments[kpi.kpi.sample] if kpi.kpi.sample else None


def score(entries: Entries, measures: Mapping[str, MeasureValue], today: date) -> Scorecard:
    """Grade every KPI of the business, as of ``today``: the day on which it runs, unless another is given."""
    history = entries.history
    until = settings_used(entries.settings, entries.currency, entries.words).get("entered_until")
    now = clock(entries.period, None if until is None else float(until), today)
    first = first_closed(entries)
    closed = closed_periods(entries, history)
    to_date = {name: year_to_date(value, history, entries.period, first) for name, value in measures.items()}
    scoring = _Scoring(entries, measures, to_date, closed, now)
    slots = tuple(_result(kpi, scoring) for kpi in entries.business.kpis)
    slots += tuple(_own_result(kpi, scoring) for kpi in own_kpis(entries))
    before = entries.period.shift(-1)
    previous = {name: history.value(before, name) for name in measures}
    return Scorecard(entries, measures, to_date, previous, closed, now, slots)


def _note(kpi: BusinessKpi, measures: Mapping[str, MeasureValue]) -> str:
    stand_ins = (a.measure for a in kpi.arguments if measures[a.measure.name].source == "stand_in")
    return next((measure.note for measure in stand_ins), "")


def _own_result(kpi: BusinessKpi, scoring: _Scoring) -> Result:
    """A KPI that the owner made up. What kpixl cannot evaluate has the value that Excel saved."""
    entry = next((entry for entry in scoring.entries.own if entry.slot == kpi.id), None)
    used = {name: value.used for name, value in scoring.measures.items()}
    arguments = {argument.name: used.get(argument.measure.name) for argument in kpi.arguments}
    value = None
    if entry is not None and kpi.name:
        value = evaluate(parse(kpi.kpi.formula), arguments) if kpi.kpi.formula else entry.value.number
    reason = None if value is not None or not kpi.name else Reason("own_formula")
    thresholds = {
        level: cell.number for level, cell in (entry.thresholds if entry else {}).items() if cell.number is not None
    }
    return _graded(kpi, scoring, _Figure(value, reason, arguments), thresholds)


def _result(kpi: BusinessKpi, scoring: _Scoring) -> Result:
    """A KPI of the business."""
    arguments = {argument.name: scoring.measures[argument.measure.name].used for argument in kpi.arguments}
    value, reason = calculate(kpi, arguments)
    result = _graded(kpi, scoring, _Figure(value, reason, arguments), thresholds_in_force(kpi, scoring.entries))
    squares = _squares(kpi, scoring.measures)
    found = replace(result.certainty, interval=interval(kpi, value, arguments, squares))
    sure = settled(result, found.interval, one_case=squares is not None and found.sample == 1)
    return replace(
        result,
        year=YearToDate(*_kpi_to_date(kpi, scoring)),
        certainty=replace(found, settled=sure),
        note=_note(kpi, scoring.measures),
    )


def _squares(kpi: BusinessKpi, measures: Mapping[str, MeasureValue]) -> float | None:
    """The sum of squares behind a mean of the period; None unless all that it is made from comes from rows."""
    if kpi.squares is None or kpi.window is not Window.PERIOD:
        return None
    behind = (measures[argument.measure.name] for argument in kpi.arguments)
    return None if any(value.typed is not None for value in behind) else measures[kpi.squares.name].used


def settled(result: Result, found: Interval | None, *, one_case: bool = False) -> bool | None:
    """Whether both ends of the interval have the level of the value, or stand to the target as it does. One case
    settles nothing."""
    kpi, standing = result.kpi, result.grade.standing
    if result.level is None and standing not in (Standing.MET, Standing.MISSED):
        return None
    if found is None:
        return False if one_case else None
    if result.level is not None:
        return all(level_of(kpi, end, result.thresholds) is result.level for end in (found.low, found.high))
    return len({against_target(kpi, end, result.target) for end in (found.low, found.high)}) == 1


def natural_range(kpi: BusinessKpi) -> tuple[float | None, float | None]:
    """The least and the greatest value that a KPI can have; None where there is none, or it is not known."""
    if kpi.own or kpi.kpi.unit == "money":
        return None, None
    if kpi.kpi.unit == "score":
        return -100.0, 100.0
    return 0.0, 1.0 if kpi.kpi.bounded else None


def usual_range(kpi: BusinessKpi, past: Sequence[float | None]) -> Limits | None:
    """The limits over the closed periods. Windows that overlap hide how much periods differ."""
    return limits(past, *natural_range(kpi)) if kpi.window is Window.PERIOD else None


def marked_periods(result: Result, values: Sequence[float | None]) -> tuple[bool, ...]:
    """Which of the last periods break out of what is usual, this one last; it does not while it still runs, when its
    value is no whole period's figure yet."""
    usual = result.past.usual
    if usual is None:
        return (False,) * len(values)
    *closed, last = marked(values, usual)
    return (*closed, last and result.past.signal is not None)


def target_position(result: Result) -> float | None:
    """Where the owner's target lies on the scale of positions. A KPI without thresholds is held against the middle: its
    target, else the previous period."""
    if not result.thresholds:
        return None if result.grade.standing is None else 2.0
    if result.target is None or result.grade.position is None:
        return None
    nothing = dict.fromkeys(result.measures)  # what it would take to get there is not asked for
    return grade(result.kpi, result.target, result.thresholds, nothing).position


def past_values(kpi: BusinessKpi, entries: Entries) -> list[float | None]:
    """The KPI in the closed periods before this one, oldest first."""
    shifts = range(-PAST_PERIODS, 0)
    return [entries.history.value(entries.period.shift(shift), kpi.history_id) for shift in shifts]


def ungraded_reason(kpi: BusinessKpi, rate: float | None, *, few: bool = False) -> Reason:
    """Why a value has no level; ``few`` where the owner wants more cases."""
    if few:
        return Reason("too_few")
    return Reason("no_rate" if kpi.in_dollars and rate is None else "no_bands")


def builds_up(kpi: BusinessKpi, now: PeriodClock) -> bool:
    """Whether the value grows with the days of a period that still runs."""
    return kpi.kpi.builds_up and kpi.window is Window.PERIOD and now.running


def _graded(kpi: BusinessKpi, scoring: _Scoring, figure: _Figure, thresholds: Mapping[Level, float]) -> Result:
    """The grade of a figure, beside the owner's target and the past."""
    entries, value, reason = scoring.entries, figure.value, figure.reason
    target_cell = entries.targets.get(kpi.id)
    target = target_cell.number if target_cell else None
    going = None
    if value is not None and builds_up(kpi, scoring.clock):
        going = pace(value, target, scoring.clock, less_is_better=kpi.kpi.direction == "down")
    # Against a target or a whole period stands what is to be expected; a published benchmark grades what is there.
    held = going.forecast if going and not kpi.thresholds else value
    sample = figure.cases(kpi)
    few = sample is not None and sample < fewest_cases(entries)
    # A part of a period is no point among whole ones.
    past = _compared(kpi, scoring, held, whole=None if few or scoring.clock.running else value)
    graded = UNGRADED if few else grade(kpi, held, thresholds, figure.arguments, target, past.previous)
    reached = against_target(kpi, value, target)
    if going:
        reached = reached if reached == settled_early(kpi) else None
        graded = replace(graded, standing=under_way(graded.standing, reached))
    if value is not None and graded.shade is None:
        reason = ungraded_reason(kpi, dollar_rate(entries), few=few)
    return Result(
        kpi=kpi,
        measures=figure.arguments,
        value=value,
        reason=reason,
        thresholds=thresholds,
        grade=graded,
        target=target,
        against_target=None if few else reached,
        past=past,
        certainty=Certainty(sample),
        pace=going,
        alert=not few and alert_of(kpi, value) is not None,
    )


def _compared(kpi: BusinessKpi, scoring: _Scoring, held: float | None, *, whole: float | None) -> Comparison:
    """What is held against the previous period, beside the closed ones; ``whole`` is the value that may be a signal."""
    period, name = scoring.entries.period, kpi.history_id
    previous = scoring.value(period.shift(-1), name)
    change = None if held is None or previous is None else held - previous
    past = past_values(kpi, scoring.entries)
    usual = usual_range(kpi, past)
    return Comparison(
        previous=previous,
        year_before=scoring.value(period.year_before, name),
        change=change,
        trend=trend_of(kpi, held, change),
        usual=usual,
        signal=None if usual is None or whole is None else signal(past, whole, usual),
    )


def settled_early(kpi: BusinessKpi) -> Literal["met", "missed"]:
    """What more days cannot undo: a target for more that is met, one for less that is missed."""
    return "missed" if kpi.kpi.direction == "down" else "met"


def under_way(standing: Standing | None, reached: Literal["met", "missed"] | None) -> Standing | None:
    """How what builds up stands to a target before the period is over: ``reached`` is what is settled already."""
    if standing not in (Standing.MET, Standing.MISSED):
        return standing
    if reached is not None:
        return Standing(reached)
    return Standing.ON_TRACK if standing is Standing.MET else Standing.OFF_TRACK


def _kpi_to_date(kpi: BusinessKpi, scoring: _Scoring) -> tuple[float | None, Reason | None]:
    """The KPI over the year so far, from its measures: percentages are never averaged."""
    if kpi.window is not Window.PERIOD:
        return None, Reason("graded_window")
    for argument in kpi.arguments:
        if argument.measure.rollup == "none":
            return None, Reason("no_rollup", argument.measure)
    summed = [argument.measure for argument in kpi.arguments if argument.measure.rollup == "sum"]
    if len({scoring.closed[measure.name] for measure in summed}) > 1:
        return None, Reason("uneven_past", min(summed, key=lambda measure: scoring.closed[measure.name]))
    return calculate(kpi, {argument.name: scoring.to_date[argument.measure.name] for argument in kpi.arguments})
