"""A year's periods side by side: what every KPI was, which of them moved for good, and what came of what was done.

Reads the lines of Past periods and those that this period would leave there; grades nothing anew. What moved is told by
the same limits, and from the same periods before, as the dashboard of that time told it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from kpixl.entries import History
from kpixl.kpi.closing import ACTION, NOTE, closed_lines
from kpixl.kpi.score import past_values, usual_range
from kpixl.kpi.signals import Signal, signal
from kpixl.kpi.traits import traits_of
from kpixl.kpi.year_to_date import closed_periods, kpi_to_date, year_to_date
from kpixl.period import Kind, Period, serial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpixl.catalog.model import BusinessKpi
    from kpixl.entries import PastValue
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard
    from kpixl.kpi.signals import Limits

YEARS = 12
"""So many years stand side by side in a workbook whose period is the year."""


class YearCourse(StrEnum):
    """Where a KPI has gone in a year."""

    BETTER = "better"
    """It broke out of its usual range for the better, and has stayed on that side of the mean that it had before."""
    WORSE = "worse"
    BACK = "back"
    """It broke out and has come back."""
    LAST = "last"
    """It broke out in its last period: too early to say that it stays."""
    STEADY = "steady"
    """Nothing but its usual variation."""
    UNTOLD = "untold"
    """Too few periods, or each of them overlaps the one before."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the value of a period said beside those of the periods before it."""

    signal: Signal
    usual: Limits


@dataclass(frozen=True, slots=True)
class KpiMoved:
    """Where a KPI has gone, from which period on, and its mean before that, in its unit."""

    course: YearCourse
    since: Period | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class KpiYear:
    """One KPI over the periods of a year, in its unit."""

    result: Result
    """How it stands in the workbook's own period."""
    values: tuple[float | None, ...]
    """By the periods of the year; None for one without a value."""
    levels: tuple[str, ...]
    """What was said of each: an id of this period, the owner's words of a closed one."""
    whole: float | None
    """Over the whole year, from its measures; None where they do not add up."""
    before: float | None
    """Over the same periods of the year before."""
    told: tuple[Told | None, ...]
    last: int | None
    """The last period with a value to which nothing more comes, by its place."""
    usual: Limits | None
    """What was usual of it then."""
    moved: KpiMoved


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done about a KPI, or noted of it, in one period, and what came of it. Values are in the KPI's unit."""

    kpi: BusinessKpi
    period: Period
    done: bool
    who: str
    """Who did it and by when, as Past periods has it."""
    note: str
    then: float | None
    last: float | None
    """In the year's last period to which nothing more comes; None where none has come since."""
    course: YearCourse
    """Where the KPI has gone since."""


@dataclass(frozen=True, slots=True)
class Annual:
    """A year of one workbook."""

    year: int
    periods: tuple[Period, ...]
    running: Period | None
    """The one that is not over."""
    kpis: tuple[KpiYear, ...]
    """In the one ranking, worst first."""
    deeds: tuple[Deed, ...]
    """Oldest first."""

    @property
    def known(self) -> tuple[Period, ...]:
        """The periods of which there is any figure."""
        pairs = enumerate(self.periods)
        return tuple(period for index, period in pairs if any(one.values[index] is not None for one in self.kpis))


def periods_of(kind: Kind, year: int) -> tuple[Period, ...]:
    """The periods of a year, oldest first; of a workbook whose period is the year, that year after eleven others."""
    if kind is Kind.YEAR:
        last = Period(kind, date(year, 1, 1))
        return tuple(last.shift(shift) for shift in range(1 - YEARS, 1))
    # The fourth of January lies in the first week of its year.
    first = Period.containing(kind, date(year, 1, 4))
    after = Period.containing(kind, date(year + 1, 1, 4))
    found = [first]
    while (following := found[-1].shift(1)) != after:
        found.append(following)
    return tuple(found)


def annual(scorecard: Scorecard, year: int, decided: Iterable[PastValue] = ()) -> Annual:
    """The year of a workbook; ``decided`` are the lines of what was done and noted in its own period. A year of which
    there is nothing has no ``known`` periods."""
    entries = scorecard.entries
    periods = periods_of(entries.period.kind, year)
    own = closed_lines(scorecard)
    counted = {(line.start, line.id) for line in own}
    lines = (*(line for line in entries.past if (line.start, line.id) not in counted), *own, *decided)
    lines = tuple(line for line in lines if line.start <= periods[-1].start)
    clock = scorecard.clock
    running = entries.period if (clock.running or not clock.gone) and entries.period in periods else None
    levels = {(line.start, line.id): line.level for line in lines}
    behind = _Behind(periods, running, clock.final_before, History.of(lines, entries.period.kind), levels)
    kpis = tuple(_kpi(result, behind) for result in scorecard.ranked if result.in_use)
    return Annual(year, periods, running, kpis, tuple(_deeds(kpis, lines, periods)))


@dataclass(frozen=True)
class _Behind:
    """What every KPI's year is made from."""

    periods: Sequence[Period]
    running: Period | None
    final_before: int
    """Outcomes can still come to periods that end on this day, a serial number, or later."""
    history: History
    """Of the closed periods and of this one."""
    levels: Mapping[tuple[date, str], str]

    def final(self, kpi: BusinessKpi, period: Period) -> bool:
        """Whether a period is over, and no outcome can still come to a KPI in it."""
        return period != self.running and (not traits_of(kpi).late or serial(period.after) <= self.final_before)


def _kpi(result: Result, behind: _Behind) -> KpiYear:
    kpi, history, periods = result.kpi, behind.history, behind.periods
    values = tuple(history.value(period, kpi.history_id) for period in periods)
    told = tuple(
        _told(kpi, period, value, behind) if value is not None else None
        for period, value in zip(periods, values, strict=True)
    )
    valued = [index for index, value in enumerate(values) if value is not None]
    whole = before = None
    if valued and periods[0].kind is not Kind.YEAR:
        known = periods[: valued[-1] + 1]
        whole = _over(kpi, known, behind)
        before = _over(kpi, [period.year_before for period in known], behind)
    levels = tuple(behind.levels.get((period.start, kpi.history_id), "") for period in periods)
    moved = course(periods, values, told, falls=kpi.kpi.direction == "down")
    last = max((index for index in valued if behind.final(kpi, periods[index])), default=None)
    usual = next((one.usual for one in reversed(told) if one is not None), None)
    return KpiYear(result, values, levels, whole, before, told, last, usual, moved)


def _told(kpi: BusinessKpi, period: Period, value: float, behind: _Behind) -> Told | None:
    """What a period's value says beside those before it; nothing while it runs, or while outcomes may come to it."""
    past = past_values(kpi, behind.history, period)
    usual = usual_range(kpi, past)
    if usual is None or not behind.final(kpi, period):
        return None
    return Told(signal(past, value, usual), usual)


def course(
    periods: Sequence[Period], values: Sequence[float | None], told: Sequence[Told | None], *, falls: bool
) -> KpiMoved:
    """Where a KPI has gone over ``periods``, by what each of them said; with ``falls``, lower is better.

    It has moved from the first signal on after which there are more values, none of which has come back over the mean
    of before. A period that says nothing, as it is not over, brings nothing back.
    """
    said = [
        (period, value, one)
        for period, value, one in zip(periods, values, told, strict=True)
        if value is not None and one is not None
    ]
    signals = [(index, one) for index, (_, _, one) in enumerate(said) if one.signal.is_signal]
    for index, one in signals:
        side, mean = one.signal.side, one.usual.mean
        if index + 1 == len(said):
            return KpiMoved(YearCourse.LAST)
        if all((value - mean) * side > 0 for _, value, _ in said[index:]):
            return KpiMoved(YearCourse.BETTER if (side < 0) is falls else YearCourse.WORSE, said[index][0], mean)
    if signals:
        return KpiMoved(YearCourse.BACK)
    return KpiMoved(YearCourse.STEADY if said else YearCourse.UNTOLD)


def _over(kpi: BusinessKpi, periods: Sequence[Period], behind: _Behind) -> float | None:
    """A KPI over neighbouring periods that begin with a year: from its measures, as percentages are never averaged.
    None where one of the periods has no figures."""
    last, history = periods[-1], behind.history
    measures = [argument.measure for argument in kpi.arguments]
    if any(all(history.value(period, item.name) is None for item in measures) for period in periods):
        return None
    to_date = {
        item.name: year_to_date(item, history.value(last, item.name), history, last, periods[0].start)
        for item in measures
    }
    return kpi_to_date(kpi, to_date, closed_periods(measures, last, history))[0]


def _deeds(kpis: Sequence[KpiYear], lines: Sequence[PastValue], periods: Sequence[Period]) -> Iterable[Deed]:
    by_id = {one.result.kpi.history_id: one for one in kpis}
    said: dict[tuple[Period, str], dict[str, str]] = {}
    starts = {period.start: period for period in periods}
    for line in lines:
        for ending in (ACTION, NOTE):
            id_ = line.id.removesuffix(ending)
            if line.id.endswith(ending) and id_ in by_id and line.start in starts:
                said.setdefault((starts[line.start], id_), {})[ending] = line.note
    for (period, id_), texts in sorted(said.items(), key=lambda one: one[0][0].start):
        yield _deed(by_id[id_], period, texts, periods)


def _deed(of: KpiYear, period: Period, texts: Mapping[str, str], periods: Sequence[Period]) -> Deed:
    index, falls = periods.index(period), of.result.kpi.kpi.direction == "down"
    since = slice(index, None)
    return Deed(
        kpi=of.result.kpi,
        period=period,
        done=ACTION in texts,
        who=texts.get(ACTION, ""),
        note=texts.get(NOTE, ""),
        then=of.values[index],
        last=of.values[of.last] if of.last is not None and of.last > index else None,
        course=course(periods[since], of.values[since], (None, *of.told[index + 1 :]), falls=falls).course,
    )


def at_the_end(of: KpiYear, periods: Sequence[Period]) -> tuple[Period, Result]:
    """The last period of a year that is over, and how a KPI that has a value there stood in it, as far as a picture of
    its past asks for that."""
    assert of.last is not None
    told = of.told[of.last]
    past = replace(of.result.past, usual=of.usual, signal=told.signal if told else None)
    return periods[of.last], replace(of.result, value=of.values[of.last], past=past)
