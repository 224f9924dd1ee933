"""The scorecard: every KPI of a workbook with its level, change, certainty, signal and pace. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from kpixl.catalog.model import Level, Threshold
from kpixl.entries import Entries, History
from kpixl.formula import evaluate, parse
from kpixl.kpi import contradictions
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grade import Reason, grade, graded, passes, reason_of
from kpixl.kpi.grading import UNPLACED, Waits, unsaid, waits
from kpixl.kpi.measure import MeasureValue, Tally
from kpixl.kpi.own import own_kpis
from kpixl.kpi.pace import PeriodClock, clock, days, paced
from kpixl.kpi.partial import built, part
from kpixl.kpi.proposals import proposals
from kpixl.kpi.result import Comparison, Final, LateKpi, Result, YearToDate, certain
from kpixl.kpi.rulebook import PAST, given, rulebook
from kpixl.kpi.signals import Limits, Signal, limits, marked, signal
from kpixl.kpi.traits import GRADED, late_measures, spent, traits_of
from kpixl.kpi.wrong import NONE_WRONG, Wrong, wrong
from kpixl.kpi.wrong_cells import lines_again, wrong_cells
from kpixl.kpi.year_to_date import closed_periods, first_closed, kpi_to_date, year_to_date
from kpixl.period import Window, serial

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, CautionRule
    from kpixl.formula.states import Item
    from kpixl.period import Period

ALERTED: tuple[Waits | None, ...] = (None, "beyond")
"""An alert is about what is judged, or is more than a whole and yet possible."""
PAST_PERIODS = 11
"""So many closed periods stand beside this one."""


@dataclass(frozen=True)
class Scorecard:
    """Everything computed for one workbook and period."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    measures_to_date: Mapping[str, float | None]
    """Over the closed periods of the year and this one, in the measure's unit."""
    measures_previous: Mapping[str, float | None]
    """In the period before this one."""
    closed: Mapping[str, int]
    """For each measure, how many closed periods of the year have a figure of it."""
    clock: PeriodClock
    """How far the period has come."""
    slots: tuple[Result, ...]
    """Every KPI that the workbook has a place for: those of the business, then the owner's, used or not."""
    late: tuple[LateKpi, ...] = ()
    """The KPIs of closed periods to which outcomes came late, since their lines were written."""

    @property
    def results(self) -> tuple[Result, ...]:
        """The KPIs of the business that are not switched off, and those that the owner made up."""
        return tuple(result for result in self.slots if result.in_use)

    def result(self, kpi: str) -> Result:
        """The result of one KPI, by its id; KeyError without one."""
        for result in self.slots:
            if result.kpi.id == kpi:
                return result
        raise KeyError(kpi)

    @property
    def ranked(self) -> tuple[Result, ...]:
        """Worst position first; KPIs without a position and free slots last; ties in the catalogue's order."""
        keys = {result.kpi.id: order_key(result, index) for index, result in enumerate(self.slots)}
        return tuple(sorted(self.slots, key=lambda result: keys[result.kpi.id]))


def order_key(result: Result, index: int) -> float:
    """What the ``index``-th KPI is ordered by: its position, and its place among equals. One number, as in the
    workbook, so that positions which differ by floating-point noise count as equal."""
    position = result.grade.position
    return (UNPLACED if position is None else position) + (index + 1) / 1e6


def alert_of(kpi: BusinessKpi, value: float | None, yours: float | None = None) -> CautionRule | None:
    """The caution that ``value`` calls for by itself. Where it warns of the bad side, and the owner has said herself
    from where on a value is typical (``yours``), it warns of what is worse than that."""
    for rule in kpi.alerts:
        edge = rule.when[kpi.id]
        if not isinstance(edge, Threshold) or value is None:
            continue
        if yours is not None and edge.comparison.startswith(">" if kpi.kpi.direction == "down" else "<"):
            edge = Threshold(edge.comparison, yours)
        if passes(value, edge):
            return rule
    return None


def thresholds_in_force(kpi: BusinessKpi, entries: Entries) -> dict[Level, float]:
    """Where each level starts, in the KPI's unit: the owner's threshold where there is one, else the published one.

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


def yours(kpi: BusinessKpi, entries: Entries) -> float | None:
    """From where on a value is typical by the owner's own threshold, in the KPI's unit; None where she has none."""
    cell = entries.thresholds.get((kpi.id, Level.TYPICAL))
    return cell.number if cell else None


def dollar_rate(entries: Entries) -> float | None:
    """What a US dollar costs in the workbook's currency; None where the owner has not said."""
    rate = entries.settings_used.get("dollar_rate")
    return None if rate is None else float(rate)


def fewest_cases(entries: Entries) -> float:
    """With fewer cases behind it, the owner does not want a KPI graded."""
    return float(entries.settings_used["minimum_cases"])


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
    wrong: Mapping[str, Wrong]
    """By the ids of the KPIs of the business."""
    unsaid: frozenset[str]
    """The ids of those of which nothing says what was spent."""

    def value(self, period: Period, name: str) -> float | None:
        """What a closed period has under ``name``."""
        return self.entries.history.value(period, name)


def clock_of(entries: Entries, today: date) -> PeriodClock:
    """How far the period has come by ``today``, or by the day up to which all is entered."""
    return clock(entries.period, entries.settings_used, today)


def time_given(entries: Entries, now: PeriodClock) -> dict[str, float]:
    """What the rules of a KPI want to know of the day, by the names that they have for it."""
    return {**days(now), "outcomes_open": float(serial(entries.period.after) > now.final_before)}


def score(entries: Entries, measures: Mapping[str, MeasureValue], today: date, tally: Tally | None = None) -> Scorecard:
    """Grade every KPI of the business, as of ``today``: the day on which it runs, unless another is given. ``tally`` is
    what has counted the measures."""
    history, now = entries.history, clock_of(entries, today)
    first = first_closed(entries)
    closed = closed_periods(entries.business.measures, entries.period, history)
    to_date = {
        name: year_to_date(value.measure, value.used, history, entries.period, first)
        for name, value in measures.items()
    }
    tally = tally or Tally(entries, today)
    found = {kpi.id: _wrong(kpi, measures, tally) for kpi in entries.business.kpis if kpi.id not in entries.off}
    unsaid_ = frozenset(kpi.id for kpi in entries.business.kpis if _is_unsaid(kpi, measures, tally))
    scoring = _Scoring(entries, measures, to_date, closed, now, found, unsaid_)
    slots = tuple(_result(kpi, scoring) for kpi in entries.business.kpis)
    slots += tuple(_own_result(kpi, scoring) for kpi in own_kpis(entries))
    before = entries.period.shift(-1)
    previous = {name: history.value(before, name) for name in measures}
    return Scorecard(entries, measures, to_date, previous, closed, now, slots)


def _wrong(kpi: BusinessKpi, measures: Mapping[str, MeasureValue], tally: Tally) -> Wrong:
    """The rows behind ``kpi`` that are wrong, the owner's own cells, and lines of Past periods."""
    rows, again = wrong(kpi, measures, tally), lines_again(kpi, tally.entries)
    unread = replace(rows.unread, rows=rows.unread.rows + again)
    return replace(rows, rows=rows.rows + again + wrong_cells(kpi, tally.entries), unread=unread)


def _is_unsaid(kpi: BusinessKpi, measures: Mapping[str, MeasureValue], tally: Tally) -> bool:
    """Whether no row, total or word of the owner's says what the lever of ``kpi``, a cost, comes to."""
    item = spent(kpi)
    if item is None or not tally.can_measure(item):
        return False
    found = {
        "rows": float(tally.meets(item).sum()),
        "typed": float(measures[item.name].typed is not None),
        "nothing": float(tally.entries.has_nothing(str(item.table))),
    }
    return evaluate(unsaid(), found) == 1


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
    thresholds = {
        level: cell.number for level, cell in (entry.thresholds if entry else {}).items() if cell.number is not None
    }
    found = _evaluated(kpi, scoring, arguments, thresholds, {"value": value})
    reason = None if value is not None or not kpi.name else Reason("own_formula")
    if value is not None and found.number("standing") is None:
        reason = Reason(waits(found) or "no_bands")
    return _told(kpi, scoring, arguments, thresholds, (found, reason))


def _result(kpi: BusinessKpi, scoring: _Scoring) -> Result:
    """A KPI of the business; one that is switched off has no value."""
    off = kpi.id in scoring.entries.off
    arguments = {argument.name: scoring.measures[argument.measure.name].used for argument in kpi.arguments}
    thresholds = thresholds_in_force(kpi, scoring.entries)
    besides: dict[str, Item] = {**_behind_mean(kpi, scoring.measures), **({"value": None} if off else {})}
    found = _evaluated(kpi, scoring, arguments, thresholds, besides)
    result = _told(kpi, scoring, arguments, thresholds, (found, None if off else _reason(kpi, found, scoring)))
    return replace(
        result,
        off=off,
        wrong_rows=scoring.wrong.get(kpi.id, NONE_WRONG),
        finer=int(found.number("finer") or 0),
        year=YearToDate(*kpi_to_date(kpi, scoring.to_date, scoring.closed)),
        note=_note(kpi, scoring.measures),
    )


def _reason(kpi: BusinessKpi, found: Evaluation, scoring: _Scoring) -> Reason | None:
    """Why there is no value or no level; of a measure that is missing, what it waits for."""
    reason, business = reason_of(kpi, found.text("reason")), scoring.entries.business
    if reason is None or reason.measure is None or reason.code != "missing_measure":
        return reason
    behind = scoring.measures[reason.measure.name]
    if behind.waits:
        return Reason("not_entered", reason.measure, business.table(behind.waits))
    if behind.blank:
        table, column = behind.blank
        return Reason("no_outcome", reason.measure, business.table(table), column)
    return reason


def _behind_mean(kpi: BusinessKpi, measures: Mapping[str, MeasureValue]) -> dict[str, Item]:
    """What the interval of a mean is taken from: the total, the squares, and how many totals were typed instead."""
    if traits_of(kpi).interval != "mean" or kpi.squares is None or not kpi.kpi.lever:
        return {}
    typed = sum(measures[argument.measure.name].typed is not None for argument in kpi.arguments)
    total = measures[kpi.argument(kpi.kpi.lever).name].used
    return {"total": total, "squares": measures[kpi.squares.name].used, "typed": float(typed)}


def _evaluated(
    kpi: BusinessKpi,
    scoring: _Scoring,
    arguments: Mapping[str, float | None],
    thresholds: Mapping[Level, float],
    besides: Mapping[str, Item],
) -> Evaluation:
    """The rules of a KPI over one workbook."""
    entries, target = scoring.entries, scoring.entries.targets.get(kpi.id)
    wholes = contradictions.of_kpi(kpi, entries.business)
    inputs: dict[str, Item] = {
        **given(kpi, arguments, thresholds, scoring.measures[kpi.cases_of.name].used if kpi.cases_of else None),
        **time_given(entries, scoring.clock),
        "typed_target": target.number if target else None,
        "previous": scoring.value(entries.period.shift(-1), kpi.history_id),
        "minimum_cases": fewest_cases(entries),
        "wrong_lever": float(scoring.wrong.get(kpi.id, NONE_WRONG).lever),
        "wrong_sample": float(scoring.wrong.get(kpi.id, NONE_WRONG).sample),
        "unread_lever": float(scoring.wrong.get(kpi.id, NONE_WRONG).unread.lever),
        "unsaid": float(kpi.id in scoring.unsaid),
        "contradicted": float(bool(contradictions.found(wholes, scoring.measures))),
        "dollar_rate": dollar_rate(entries),
        **dict.fromkeys(PAST),
        "part": _part(kpi, scoring),
        "outcomes_typed": float(
            sum(scoring.measures[measure.name].typed is not None for measure in late_measures(kpi))
        ),
        **besides,
    }
    first = Evaluation(rulebook(kpi), inputs)
    value, past = first.number("value"), settled_values(kpi, entries, scoring.clock.final_before)
    found = usual_range(kpi, past)
    if found is None:
        return first
    settled = first.number("withheld") is None and not first.number("open")
    over = value is not None and not scoring.clock.running and settled
    told = list(Signal).index(signal(past, value, found)) if value is not None and over else None
    return Evaluation(
        rulebook(kpi), {**inputs, "usual_low": found.low, "usual_high": found.high, "signal_number": told}
    )


def _part(kpi: BusinessKpi, scoring: _Scoring) -> float | None:
    """The share of a KPI that had come by now in closed periods; None where it does not build up, or they do not
    say."""
    measure = built(kpi) if traits_of(kpi).builds_up else None
    if measure is None:
        return None
    return part(measure, scoring.entries.history, scoring.entries.period, scoring.clock)


def _told(
    kpi: BusinessKpi,
    scoring: _Scoring,
    arguments: Mapping[str, float | None],
    thresholds: Mapping[Level, float],
    evaluated: tuple[Evaluation, Reason | None],
) -> Result:
    """What the rules found, as a record."""
    (found, reason), entries = evaluated, scoring.entries
    value, past = found.number("value"), settled_values(kpi, entries, scoring.clock.final_before)
    usual = usual_range(kpi, past)
    number = found.number("signal_number")
    is_open, at_least = bool(found.number("open")), bool(found.number("least"))
    result = Result(
        kpi=kpi,
        measures=arguments,
        value=value,
        reason=reason,
        thresholds=thresholds,
        grade=graded(kpi, found),
        target=found.number("target"),
        against_target=cast('Literal["met", "missed"] | None', found.text("against_target")),
        gap=found.number("gap"),
        past=Comparison(
            previous=found.number("previous"),
            year_before=scoring.value(entries.period.year_before, kpi.history_id),
            change=found.number("change"),
            trend=cast('Literal["better", "worse", "same"] | None', found.text("trend")),
            usual=usual,
            signal=None if number is None else list(Signal)[int(number)],
        ),
        certainty=certain(found),
        pace=paced(found),
        alert=alert_of(kpi, value, yours(kpi, entries)) if waits(found) in ALERTED and not at_least else None,
        part=_part(kpi, scoring),
        open=is_open,
        least=at_least,
        either_way=(found.number("if_for"), found.number("if_against")),
        needs=bool(found.number("needs")),
        good=bool(found.number("good")),
        final=last_final(kpi, scoring.entries, scoring.clock.final_before) if is_open else None,
    )
    return replace(result, proposals=proposals(result, past))


def natural_range(kpi: BusinessKpi) -> tuple[float | None, float | None]:
    """The least and the greatest value that a KPI can have, in its unit; None where there is none, or it is not
    known."""
    if kpi.own or kpi.kpi.unit == "money":
        return None, None
    if kpi.kpi.unit == "score":
        return -100.0, 100.0
    return 0.0, 1.0 if kpi.kpi.bounded and not kpi.kpi.may_exceed else None


def usual_range(kpi: BusinessKpi, past: Sequence[float | None]) -> Limits | None:
    """The limits over the closed periods, in the KPI's unit. Windows that overlap hide how much periods differ."""
    return limits(past, *natural_range(kpi)) if kpi.window is Window.PERIOD else None


def marked_periods(result: Result, values: Sequence[float | None]) -> tuple[bool, ...]:
    """Which of the last periods break out of what is usual, this one last; it does not while it still runs, when its
    value is no whole period's figure yet."""
    usual = result.past.usual
    if usual is None:
        return (False,) * len(values)
    *closed, last = marked(values, usual)
    return (*closed, last and result.past.signal is not None)


SHORTEST_BAR = 0.08
"""Of the bars that are drawn, on the scale of positions: what is as far below its benchmark as can be has one, too."""


def target_position(result: Result) -> float | None:
    """Where the owner's target lies on the scale of positions, 0 to 4. A KPI without thresholds is held against the
    middle: its target, else the previous period."""
    if not result.thresholds:
        return None if result.grade.standing is None else 2.0
    if result.target is None or result.grade.position is None:
        return None
    nothing = dict.fromkeys(result.measures)  # what it would take to get there is not asked for
    return grade(result.kpi, result.target, result.thresholds, nothing).position


def finals(period: Period, final_before: int) -> int:
    """How many of the closed periods that stand beside this one have had the time of their outcomes."""
    shifts = range(-PAST_PERIODS, 0)
    return sum(serial(period.shift(shift).after) <= final_before for shift in shifts)


def last_final(kpi: BusinessKpi, entries: Entries, final_before: int) -> Final | None:
    """The latest closed period of which all outcomes are there, and its value; None without one."""
    count = finals(entries.period, final_before)
    period = entries.period.shift(count - PAST_PERIODS - 1)
    value = entries.history.value(period, kpi.history_id) if count else None
    return None if value is None else Final(period, value)


def past_values(kpi: BusinessKpi, history: History, period: Period) -> list[float | None]:
    """The KPI in the periods before one, in its unit, oldest first; None for one without a value."""
    return [history.value(period.shift(shift), kpi.history_id) for shift in range(-PAST_PERIODS, 0)]


def settled_values(kpi: BusinessKpi, entries: Entries, final_before: int) -> list[float | None]:
    """The same without the periods to which outcomes may still come."""
    values = past_values(kpi, entries.history, entries.period)
    if not traits_of(kpi).late:
        return values
    known = finals(entries.period, final_before)
    return [*values[:known], *[None] * (len(values) - known)]
