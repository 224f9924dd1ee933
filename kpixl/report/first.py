"""What a reader of the report sees first, as texts in one language: how the period goes, what is to be done by whom and
by when, every KPI in a row, and the groups in which KPIs are weak.

Every number was made elsewhere; nothing here knows how the page looks, or that it is HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.kpi.actions import to_do, verdict, weakest
from kpixl.kpi.breakdown import dimension_of
from kpixl.report.cards import StandingShown
from kpixl.texts.action_text import due_text
from kpixl.texts.figures import SIGN, gap_text, held_against, mark_text
from kpixl.texts.groups import level_shown, title
from kpixl.texts.words import NOT_JUDGED, SHAPES, TARGET_SIGNS, VERDICT, VERDICT_BEFORE, kpi_title, tip_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.catalog.model import Business
    from kpixl.entries import Entries
    from kpixl.i18n import Language
    from kpixl.kpi.breakdown import Group, GroupResult, Section
    from kpixl.kpi.pareto import Ranking
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard
    from kpixl.report.cards import Card


@dataclass(frozen=True, slots=True)
class ActionShown:
    """A KPI that is put first, and what the owner has decided about it; blank where she has not."""

    id: str
    name: str
    standing: StandingShown
    value: str
    aim: str
    """What it is held against, with what that is: ``90.0% (target)``."""
    gap: str
    tip: str
    who: str
    due: str
    done: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """One KPI of the scorecard; blank where there is nothing to say."""

    card: Card
    name: str
    target: str
    sign: StandingShown | None
    """Whether the target is met."""
    previous: str
    year_before: str
    mark: str
    """What is to be known of it beside its level."""
    told: bool
    """Whether that is a signal."""


@dataclass(frozen=True, slots=True)
class WeakGroup:
    """A group in which a KPI is weak."""

    name: str
    value: str
    standing: StandingShown | None
    cases: str


@dataclass(frozen=True, slots=True)
class Weak:
    """The groups in which a KPI is weakest, the worst first."""

    id: str
    name: str
    told_apart: str
    groups: tuple[WeakGroup, ...]


def verdict_shown(scorecard: Scorecard, t: Language) -> tuple[StandingShown, ...]:
    """How the period goes, a chip each: ``3 good``, ``3 typical``, ``1 below par``, ``not graded: 2``; none before it
    has begun, or while nothing is judged."""
    good, typical, act, unjudged = verdict(scorecard)
    if not scorecard.clock.gone or not good + typical + act:
        return ()
    words = VERDICT if scorecard.entries.business.banded else VERDICT_BEFORE
    texts = t(words).format(good=good, typical=typical, act=act).split(" · ")
    levels = (Level.ABOVE_AVERAGE, Level.TYPICAL, Level.BELOW)
    shown = [StandingShown(SHAPES[level], text, level.id) for level, text in zip(levels, texts, strict=True)]
    if unjudged:
        shown.append(StandingShown(SHAPES[None], t(NOT_JUDGED).format(count=unjudged), "none"))
    return tuple(shown)


def actions_shown(scorecard: Scorecard, shown: Sequence[Card], t: Language) -> tuple[ActionShown, ...]:
    """The KPIs that are put first, at most three."""
    by_id = {card.id: card for card in shown}
    return tuple(_action(result, by_id[result.kpi.id], scorecard.entries, t) for result in to_do(scorecard))


def _action(result: Result, card: Card, entries: Entries, t: Language) -> ActionShown:
    kpi, decided = result.kpi, entries.actions.get(result.kpi.id)
    aim, word = held_against(result, t)
    amount = t.number(aim, kpi.kpi.unit, entries.currency)
    return ActionShown(
        id=kpi.id,
        name=t(kpi.name),
        standing=card.standing,
        value=card.value,
        aim="" if aim is None else t(N_("{value} ({what})")).format(value=amount, what=word),
        gap=gap_text(result, t, entries.currency),
        tip=tip_text(kpi, t) if result.needs else "",
        who=decided.who.text if decided else "",
        due=due_text(decided, t) if decided else "",
        done=entries.is_done(kpi.id),
    )


def rows_shown(scorecard: Scorecard, shown: Sequence[Card], t: Language) -> tuple[RowShown, ...]:
    """Every KPI in use, worst first, as everywhere."""
    by_id = {card.id: card for card in shown}
    return tuple(
        _row(result, by_id[result.kpi.id], scorecard.entries.currency, t)
        for result in scorecard.ranked
        if result.kpi.id in by_id
    )


def _row(result: Result, card: Card, currency: str, t: Language) -> RowShown:
    unit, past = result.kpi.kpi.unit, result.past
    previous, year = (
        "" if one is None else t.number(one, unit, currency, result.finer) for one in (past.previous, past.year_before)
    )
    mark = mark_text(result, t)
    sign = None
    if result.against_target:
        shade = Level.ABOVE_AVERAGE if result.against_target == "met" else Level.BELOW
        sign = StandingShown(TARGET_SIGNS[result.against_target], card.against_target, shade.id)
    return RowShown(card, t(result.kpi.name), card.target, sign, previous, year, mark, mark.startswith(SIGN))


def weak_shown(scorecard: Scorecard, sections: Sequence[Section], t: Language) -> tuple[Weak, ...]:
    """Where the KPIs that are put first are weakest, as far as groups tell them apart."""
    found = []
    for result in to_do(scorecard):
        worst = weakest(sections, result.kpi.id)
        if worst is not None:
            section, groups = worst
            shown = tuple(_weak(name, one, result, scorecard.entries.currency, t) for name, one in groups)
            found.append(Weak(result.kpi.id, kpi_title(result.kpi, t), title(section, t), shown))
    return tuple(found)


def _weak(name: str, group: GroupResult, result: Result, currency: str, t: Language) -> WeakGroup:
    standing = None
    if group.level is not None:
        shape, _, word = level_shown(group, t).partition(" ")
        standing = StandingShown(shape, word, group.level.id)
    return WeakGroup(
        name=name or t(N_("(blank)")),
        value=t.number(group.value, result.kpi.kpi.unit, currency),
        standing=standing,
        cases="" if group.cases is None else t(N_("cases: {cases}")).format(cases=t.number(group.cases)),
    )


def without_names(
    business: Business, sections: Sequence[Section], rankings: Sequence[Ranking], t: Language
) -> tuple[tuple[Section, ...], tuple[Ranking, ...]]:
    """The same without the names of the owner's clients: each has a number instead, the same one everywhere."""
    numbers: dict[str, int] = {}

    def hidden(dimension: str, name: str) -> str:
        known = dimension_of(business, dimension)
        word = known.unnamed if known else ""
        if not word or not name:
            return name
        return t(word).format(number=numbers.setdefault(name.casefold(), len(numbers) + 1))

    def group(one: Group, dimension: str) -> Group:
        return replace(one, name=hidden(dimension, one.name))

    return (
        tuple(replace(one, groups=tuple(group(each, one.dimension) for each in one.groups)) for one in sections),
        tuple(
            replace(one, parts=tuple(replace(part, name=hidden(one.pareto.by, part.name)) for part in one.parts))
            for one in rankings
        ),
    )
