"""What the report shows, as texts in one language: a record for each card, bar, trend and table.

Every number was made elsewhere; nothing here knows how the page looks, or that it is HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.entries import History
from kpixl.errors import N_
from kpixl.kpi.score import target_position
from kpixl.kpi.traits import GRADED
from kpixl.period import Window
from kpixl.report import charts
from kpixl.report.trends import PastDrawn, Trend, past_of, trend_of
from kpixl.texts.caution_text import alert_text
from kpixl.texts.figures import as_line, cases, pace_text, signal_text
from kpixl.texts.groups import has_level, heading, level_shown, section_note, title
from kpixl.texts.words import (
    SHAPES,
    SOURCES,
    TARGETS,
    WINDOWS,
    bare_word,
    change_text,
    kpi_title,
    measure_label,
    reason_text,
    to_next_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language
    from kpixl.kpi.breakdown import GroupResult, Section
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard

SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


@dataclass(frozen=True, slots=True)
class StandingShown:
    """A level or standing: the shape and the word, and the id of the level whose colour it has."""

    shape: str
    word: str
    shade: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a value rests on, and what to make of it."""

    cases: tuple[str, ...]
    """How many cases stand behind the value, and how sure it is by them."""
    pace: str
    """Where it will stand at the period's end, while it builds up."""
    signal: str
    """Signal or noise; blank while it builds up."""
    told: bool
    """Whether it is a signal."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """The pictures of one KPI, with what they say in words."""

    past: PastDrawn
    spark: charts.Spark
    bullet: charts.Bullet
    bullet_text: str
    banded: bool
    """Whether there are thresholds to be graded by."""
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Card:
    """One KPI."""

    id: str
    title: str
    window: str
    value: str
    raw: float | None
    """The value as it is computed, in the KPI's unit: 0.9 is 90 %."""
    standing: StandingShown
    facts: Facts
    change: str
    target: str
    against_target: str
    step: str
    notes: tuple[str, ...]
    drawn: Drawings


@dataclass(frozen=True, slots=True)
class FigureShown:
    """One KPI of one group; blank where there is none."""

    value: str
    raw: float | None
    """In the KPI's unit."""
    standing: StandingShown | None
    cases: str


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A row of a breakdown; ``name`` is the owner's, blank for rows without one."""

    name: str
    figures: tuple[FigureShown, ...]


@dataclass(frozen=True, slots=True)
class TableShown:
    """A breakdown by one dimension."""

    id: str
    title: str
    heading: str
    kpis: tuple[str, ...]
    groups: tuple[GroupShown, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure behind the KPIs."""

    id: str
    label: str
    value: str
    raw: float | None
    """In the measure's unit."""
    source: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the levels of a KPI are held against: the thresholds in force, and what was published."""

    title: str
    thresholds: tuple[str, ...]
    published: str


def cards(scorecard: Scorecard, t: Language) -> tuple[Card, ...]:
    """A card for every KPI, in the order of the dashboard."""
    history = scorecard.entries.history
    return tuple(_card(result, scorecard, history, t) for result in scorecard.results)


def _card(result: Result, scorecard: Scorecard, history: History, t: Language) -> Card:
    kpi, entries = result.kpi, scorecard.entries
    unit, currency = kpi.kpi.unit, entries.currency
    value, target = t.number(result.value, unit, currency, result.finer), t.number(result.target, unit, currency)
    standing = StandingShown(SHAPES[result.grade.shade], bare_word(result, t), shade(result.grade.shade))
    reason = reason_text(result.reason, t) if result.grade.shade is None else ""
    named_target = "" if result.target is None else f"{t(N_('Target'))} {target}"
    past = past_of(result, entries.period, history, currency, t)
    return Card(
        id=kpi.id,
        title=kpi_title(kpi, t),
        window="" if kpi.window is Window.PERIOD else t(WINDOWS[kpi.window]),
        value=value,
        raw=result.value,
        standing=standing,
        facts=Facts(
            cases=tuple(as_line(part) if not number else part for number, part in enumerate(cases(result, t))),
            pace=as_line(pace_text(result, t, currency)),
            signal=as_line(signal_text(result, t)),
            told=result.past.is_signal,
        ),
        change=change_text(result, t, currency) if result.past.change is not None else "",
        target="" if result.target is None else target,
        against_target=t(TARGETS[result.against_target]) if result.against_target else "",
        step=to_next_text(result, t, currency),
        notes=tuple(note for note in (reason, t(result.note), alert_text(result, t)) if note),
        drawn=Drawings(
            past=past,
            spark=charts.spark(past.values),
            bullet=charts.bullet(result.grade.position, target_position(result), tuple(result.thresholds)),
            bullet_text=", ".join(text for text in (value, standing.word, named_target) if text),
            banded=bool(result.thresholds),
            trend=trend_of(result, past, entries.period, currency, t) if past.count > 1 else None,
        ),
    )


def shade(level: Level | None) -> str:
    """By which colours a level is shown."""
    return "none" if level is None else level.id


def tables(sections: Sequence[Section], currency: str, t: Language) -> tuple[TableShown, ...]:
    """The breakdowns that have anything to show."""
    return tuple(_table(section, currency, t) for section in sections if section.groups)


def _table(section: Section, currency: str, t: Language) -> TableShown:
    kpis = [kpi for kpi in section.kpis if any(group.results[kpi.id].value is not None for group in section.groups)]
    groups = tuple(
        GroupShown(
            group.name or t(N_("(blank)")), tuple(_figure(group.results[kpi.id], kpi, currency, t) for kpi in kpis)
        )
        for group in section.groups
    )
    return TableShown(
        id=section.dimension,
        title=title(section, t),
        heading=heading(section, t),
        kpis=tuple(t(kpi.abbreviation) for kpi in kpis),
        groups=groups,
        note=section_note(section, t) or "",
    )


def _figure(result: GroupResult, kpi: BusinessKpi, currency: str, t: Language) -> FigureShown:
    if result.value is None:
        return FigureShown("–", None, None, "")
    standing = None
    if has_level(result, kpi):
        shape, _, word = level_shown(result, t).partition(" ")
        standing = StandingShown(shape, word, "none" if result.few else shade(result.level))
    return FigureShown(
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
        found.append(Benchmark(kpi_title(kpi, t), thresholds, t(kpi.texts.published)))
    return tuple(found)


def sources(scorecard: Scorecard, t: Language) -> tuple[str, ...]:
    """Where the benchmarks were published, each source once."""
    return tuple(dict.fromkeys(t(result.kpi.texts.source) for result in scorecard.results if result.kpi.texts.source))
