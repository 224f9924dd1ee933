"""What the report shows, as texts in one language: a record for each card, bar, trend and table.

Every number was made elsewhere; nothing here knows how the page looks, or that it is HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_skeleton

from kpixl.catalog.model import Level
from kpixl.catalog.tables import Window
from kpixl.entries import History
from kpixl.errors import N_
from kpixl.period import Kind
from kpixl.present import change_text
from kpixl.report import charts
from kpixl.score import GRADED, grade
from kpixl.words import (
    SHAPES,
    SOURCES,
    TARGETS,
    WINDOWS,
    bare_word,
    kpi_title,
    measure_label,
    reason_text,
    to_next_text,
)
from kpixl.workbook.sheets.breakdown import HEADINGS, TITLES, level_shown, note_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.breakdown import GroupResult, Section
    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language
    from kpixl.period import Period
    from kpixl.score import Result, Scorecard

PERIODS = 12
"""How many periods a trend shows, this one last."""
UNDRAWN = 1e15
"""Numbers from here on have more digits than they can mean; no line is drawn through them."""
STEPS = {"fraction": 0.001, "months": 0.1, "count": 1.0}
"""The least step of an axis whose labels still differ; of the other units, a hundredth."""
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
_SKELETONS = {Kind.MONTH: "yMMM", Kind.QUARTER: "yQQQ", Kind.YEAR: "y", Kind.WEEK: "yMMMd"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A level or standing: the shape and the word, and the id of the level whose colour it has."""

    shape: str
    word: str
    shade: str


@dataclass(frozen=True, slots=True)
class Past:
    """A value for each of the last periods, with its text alternative."""

    values: tuple[float | None, ...]
    text: str

    @property
    def count(self) -> int:
        """How many periods have a value."""
        return sum(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class Card:
    """One KPI."""

    id: str
    title: str
    window: str
    value: str
    raw: float | None
    standing: Standing
    change: str
    target: str
    against_target: str
    step: str
    notes: tuple[str, ...]
    past: Past
    spark: charts.Spark
    bullet: charts.Bullet
    bullet_text: str
    banded: bool
    """Whether there are thresholds to be graded by."""
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Label:
    """A line across a trend and its words."""

    mark: charts.Mark
    text: str
    shade: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """The last periods of a KPI: the picture, and what stands at its axes."""

    chart: charts.Trend
    ticks: tuple[Label, ...]
    marks: tuple[Label, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One KPI of one group; blank where there is none."""

    value: str
    raw: float | None
    standing: Standing | None
    cases: str


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a breakdown; ``name`` is the owner's, blank for rows without one."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A breakdown by one dimension."""

    id: str
    title: str
    heading: str
    kpis: tuple[str, ...]
    groups: tuple[Group, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure behind the KPIs."""

    id: str
    label: str
    value: str
    raw: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the levels of a KPI are held against: the thresholds in force, and what was published."""

    title: str
    thresholds: tuple[str, ...]
    published: str


def cards(scorecard: Scorecard, t: Language) -> tuple[Card, ...]:
    """A card for every KPI, in the order of the dashboard."""
    history = History.of(scorecard.entries.past)
    return tuple(_card(result, scorecard, history, t) for result in scorecard.results)


def _card(result: Result, scorecard: Scorecard, history: History, t: Language) -> Card:
    kpi, entries = result.kpi, scorecard.entries
    unit, currency = kpi.kpi.unit, entries.currency
    value, target = (t.number(number, unit, currency) for number in (result.value, result.target))
    standing = Standing(SHAPES[result.grade.shade], bare_word(result, t), _shade(result.grade.shade))
    reason = reason_text(result.reason, t) if result.grade.shade is None else ""
    alert = t(kpi.alert) if result.alert else ""
    past = _past(result, entries.period, history, currency, t)
    named_target = "" if result.target is None else f"{t(N_('Target'))} {target}"
    return Card(
        id=kpi.id,
        title=kpi_title(kpi, t),
        window="" if kpi.window is Window.PERIOD else t(WINDOWS[kpi.window]),
        value=value,
        raw=result.value,
        standing=standing,
        change=change_text(result, t, currency) if result.change is not None else "",
        target="" if result.target is None else target,
        against_target=t(TARGETS[result.against_target]) if result.against_target else "",
        step=to_next_text(result, t),
        notes=tuple(note for note in (reason, t(result.note), alert) if note),
        past=past,
        spark=charts.spark(past.values),
        bullet=charts.bullet(result.grade.position, _reference(result), tuple(result.thresholds)),
        bullet_text=", ".join(text for text in (value, standing.word, named_target) if text),
        banded=bool(result.thresholds),
        trend=_trend(result, past, entries.period, currency, t) if past.count > 1 else None,
    )


def _shade(level: Level | None) -> str:
    return "none" if level is None else level.id


def _reference(result: Result) -> float | None:
    """Where the target lies on the scale of positions. A KPI without thresholds is held against the middle: its target,
    else the previous period."""
    if not result.thresholds:
        return None if result.grade.standing is None else 2.0
    if result.target is None:
        return None
    nothing = dict.fromkeys(result.measures)  # what it would take to get there is not asked for
    return grade(result.kpi, result.target, result.thresholds, nothing).position


def _past(result: Result, period: Period, history: History, currency: str, t: Language) -> Past:
    unit = result.kpi.kpi.unit
    periods = [period.shift(shift) for shift in range(1 - PERIODS, 1)]
    values = [*(history.value(one, result.kpi.history_id) for one in periods[:-1]), result.value]
    drawn = tuple(None if value is None or abs(value) >= UNDRAWN else value for value in values)
    named = zip(periods, drawn, strict=True)
    texts = [f"{_short(one, t)}: {t.number(value, unit, currency)}" for one, value in named if value is not None]
    return Past(drawn, "; ".join(texts))


def _short(period: Period, t: Language) -> str:
    """A period in few letters: ``oct 2026``; a week by its first day."""
    return str(format_skeleton(_SKELETONS[period.kind], period.start, locale=t.locale))


def _trend(result: Result, past: Past, period: Period, currency: str, t: Language) -> Trend:
    unit = result.kpi.kpi.unit
    marks: dict[Level | None, float] = dict(result.thresholds.items())
    if not marks and result.target is not None and abs(result.target) < UNDRAWN:
        marks[None] = result.target
    drawn = charts.marks_drawn(past.values, marks)
    axis = charts.axis(past.values, drawn, STEPS.get(unit, 0.01))
    ticks = [_axis_text(value, unit, currency, t) for value in axis.ticks]
    names = {
        level: t(N_("Target")) if level is None else f"{SHAPES[level]} {_axis_text(value, unit, currency, t)}"
        for level, value in drawn.items()
    }
    letters = max(map(len, ticks)), max((len(name) for name in names.values()), default=0)
    chart = charts.trend(past.values, drawn, axis, letters)
    return Trend(
        chart=chart,
        ticks=tuple(Label(mark, text) for mark, text in zip(chart.ticks, ticks, strict=True)),
        marks=tuple(Label(mark, names[mark.level], _shade(mark.level)) for mark in chart.marks),
        first=_short(period.shift(1 - PERIODS), t),
        last=_short(period, t),
    )


def _axis_text(value: float, unit: str, currency: str, t: Language) -> str:
    """A number at an axis, as short as it can be: hours and months without a word, amounts without empty cents."""
    if unit == "fraction":
        return t.number(value, unit)
    plain = t.plain(round(value, 2) + 0.0)  # never -0
    return t.money_pattern(currency).format(plain) if unit == "money" else plain


def tables(sections: Sequence[Section], currency: str, t: Language) -> tuple[Table, ...]:
    """The breakdowns that have anything to show."""
    return tuple(_table(section, currency, t) for section in sections if section.groups)


def _table(section: Section, currency: str, t: Language) -> Table:
    kpis = [kpi for kpi in section.kpis if any(group.results[kpi.id].value is not None for group in section.groups)]
    groups = tuple(
        Group(group.name or t(N_("(blank)")), tuple(_figure(group.results[kpi.id], kpi, currency, t) for kpi in kpis))
        for group in section.groups
    )
    return Table(
        id=section.dimension,
        title=t(TITLES[section.dimension]),
        heading=t(HEADINGS[section.dimension]),
        kpis=tuple(t(kpi.abbreviation) for kpi in kpis),
        groups=groups,
        note=note_of(section, t) or "",
    )


def _figure(result: GroupResult, kpi: BusinessKpi, currency: str, t: Language) -> Figure:
    if result.value is None:
        return Figure("–", None, None, "")
    standing = None
    if kpi.thresholds or result.level is not None:
        shape, _, word = level_shown(result, t).partition(" ")
        standing = Standing(shape, word, "none" if result.few else _shade(result.level))
    return Figure(
        value=t.number(result.value, kpi.kpi.unit, currency),
        raw=result.value,
        standing=standing,
        cases="" if result.cases is None else t.number(result.cases),
    )


def measures(scorecard: Scorecard, t: Language) -> tuple[Measured, ...]:
    """Every measure that something is computed from."""
    entries = scorecard.entries
    found = (scorecard.measures[measure.name] for measure in entries.business.measures)
    return tuple(
        Measured(
            id=value.measure.name,
            label=measure_label(value.measure, t),
            value=t.number(value.used, value.measure.unit, entries.currency),
            raw=value.used,
            source=t(SOURCES[value.source]),
        )
        for value in found
        if value.measure.name in entries.business.shown
    )


def benchmarks(scorecard: Scorecard, t: Language) -> tuple[Benchmark, ...]:
    """The benchmark of every KPI of the business, and the thresholds of the owner's own KPIs."""
    currency = scorecard.entries.currency
    found = []
    for result in scorecard.results:
        kpi = result.kpi
        thresholds = tuple(
            f"{SIGNS[kpi.comparison(level)]} {t.number(result.thresholds[level], kpi.kpi.unit, currency)}"
            if level in result.thresholds
            else "–"
            for level in GRADED
        )
        found.append(Benchmark(kpi_title(kpi, t), thresholds, t(kpi.published)))
    return tuple(found)


def sources(scorecard: Scorecard, t: Language) -> tuple[str, ...]:
    """Where the benchmarks were published, each source once."""
    return tuple(dict.fromkeys(t(result.kpi.source) for result in scorecard.results if result.kpi.source))
