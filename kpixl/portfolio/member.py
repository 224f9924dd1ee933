"""A workbook as a portfolio has it: its figures, what is to do, what is wrong. Plain data that can be sent and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog import business, business_of
from kpixl.check.problem import problem_count
from kpixl.i18n import language
from kpixl.period import Period
from kpixl.texts.action_text import due_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kpixl.catalog import Business, BusinessKpi
    from kpixl.check.problem import Problem
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard

MOST_MISSING = 12
"""So many periods that are missing are told."""


@dataclass(frozen=True)
class Figure:
    """One KPI of the business in the workbook's period, in the KPI's unit."""

    kpi: str
    value: float | None
    level: str | None = None
    """The id of its level; None where it is not graded."""
    shade: str | None = None
    """The id of the level in whose colour it is shown: of a KPI without a benchmark, by its target or its past."""
    target: float | None = None
    previous: float | None = None
    trend: str | None = None
    signal: str | None = None
    """What it says beside the closed periods, where that is more than the usual variation."""
    position: float | None = None
    needs: bool = False
    thresholds: tuple[tuple[str, float], ...] = ()
    """By the ids of the levels, those in force."""


@dataclass(frozen=True)
class Amount:
    """One measure in the workbook's period, in its unit."""

    measure: str
    value: float | None
    source: str | None


@dataclass(frozen=True)
class Line:
    """A figure of a closed period: of a KPI or a measure, by the id that history has for it."""

    start: str
    id: str
    value: float
    level: str = ""
    source: str = ""


@dataclass(frozen=True)
class ToDo:
    """What somebody is to do about a KPI, and has not done."""

    kpi: str
    who: str
    by: str
    """A day as an ISO date, else as it was typed."""
    note: str


@dataclass(frozen=True)
class Member:
    """One workbook of a portfolio."""

    place: str
    company: str
    business: str
    period: str
    currency: str
    owner: str
    region: str
    figures: tuple[Figure, ...]
    measures: tuple[Amount, ...]
    past: tuple[Line, ...]
    to_do: tuple[ToDo, ...]
    problems: dict[str, int]
    """How many, by severity."""
    first_problem: str
    missing: tuple[str, ...]
    """Closed periods without a figure, and those after the workbook's that are over already."""
    pack: str = ""
    """The text of the pack that it is made of; empty for a built-in business."""

    @property
    def covers(self) -> Period:
        """The period that the workbook is of."""
        return Period.parse(self.period)

    def kpi(self, id_: str) -> BusinessKpi:
        """A KPI of its business."""
        return next(kpi for kpi in self.kind_of_business.kpis if kpi.id == id_)

    @property
    def kind_of_business(self) -> Business:
        """What it is a workbook of."""
        return business_of(self.pack) if self.pack else business(self.business)


@dataclass(frozen=True)
class Whereabouts:
    """What is known of a workbook besides what it says: where it lies, whose it is, and where."""

    place: str
    owner: str = ""
    region: str = ""


def member(scorecard: Scorecard, problems: Sequence[Problem], known: Whereabouts, today: date) -> Member:
    """The workbook of a scorecard, as of a day. KPIs that the owner made up are no other workbook's, and left out."""
    entries = scorecard.entries
    t = language(entries.language)
    worst = next((one for one in problems if one.severity == "error"), None)
    ids = {kpi.history_id for kpi in entries.business.kpis} | {measure.name for measure in entries.business.measures}
    return Member(
        place=known.place,
        company=entries.company or t(entries.business.name),
        business=entries.business.id,
        period=str(entries.period),
        currency=entries.currency,
        owner=known.owner,
        region=known.region,
        figures=tuple(_figure(result) for result in scorecard.results if not result.kpi.own),
        measures=tuple(Amount(name, value.used, value.source) for name, value in scorecard.measures.items()),
        past=tuple(
            Line(str(one.start), one.id, one.value, one.level, one.source)
            for one in entries.past
            if one.value is not None and one.id in ids
        ),
        to_do=_to_do(scorecard),
        problems=problem_count(problems),
        first_problem="" if worst is None else f"{worst.place} {worst.text(t)}".strip(),
        missing=_missing(scorecard, today),
        pack=entries.business.pack,
    )


def _figure(result: Result) -> Figure:
    grade, past = result.grade, result.past
    return Figure(
        kpi=result.kpi.id,
        value=result.value,
        level=None if grade.level is None else grade.level.id,
        shade=None if grade.shade is None else grade.shade.id,
        target=result.target,
        previous=past.previous,
        trend=past.trend,
        signal=past.signal.value if past.signal and past.is_signal else None,
        position=grade.position,
        needs=result.needs,
        thresholds=tuple((level.id, edge) for level, edge in result.thresholds.items()),
    )


def _to_do(scorecard: Scorecard) -> tuple[ToDo, ...]:
    entries = scorecard.entries
    actions = [(kpi, entries.actions[kpi]) for kpi in entries.actions if entries.is_open(kpi)]
    return tuple(ToDo(kpi, one.who.text, due_day(one), one.note.text) for kpi, one in actions)


def _missing(scorecard: Scorecard, today: date) -> tuple[str, ...]:
    entries = scorecard.entries
    period = entries.period
    ids = {kpi.history_id for kpi in entries.business.kpis}
    known = {one.start for one in entries.past if one.id in ids and one.value is not None}
    found: list[Period] = []
    if known:
        before = period.shift(-1)
        while before.start >= min(known):
            if before.start not in known:
                found.append(before)
            before = before.shift(-1)
    later = period.shift(1)
    while later.end < today and len(found) < MOST_MISSING:
        found.append(later)
        later = later.shift(1)
    return tuple(str(one) for one in sorted(found, key=lambda one: one.start)[-MOST_MISSING:])
