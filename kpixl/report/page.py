"""The report as one HTML file: what to show, and the palette of the sheets, put into the template.

The owner's texts are always escaped; the page runs no script and asks for nothing from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.check.problem import counts_text
from kpixl.errors import N_
from kpixl.kpi.cautions import cautions
from kpixl.message import harmless
from kpixl.report import cards, charts, first, pareto
from kpixl.report.trends import USUAL
from kpixl.texts.caution_text import SIGNS, URGENCY, caution_text
from kpixl.texts.commentary import headline
from kpixl.texts.figures import SIGN
from kpixl.texts.groups import ORDER
from kpixl.texts.render import rendered
from kpixl.texts.words import DAYS_LEFT, LEVELS, SHAPES, until_text
from kpixl.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.breakdown import Section
    from kpixl.kpi.pareto import Ranking
    from kpixl.kpi.score import Scorecard

GENERATOR = "kpixl report"
"""By this word of its head a page is known as a report."""


@dataclass(frozen=True)
class Contents:
    """What a page is made from."""

    scorecard: Scorecard
    sections: Sequence[Section] = ()
    """The breakdowns."""
    problems: Sequence[Problem] = ()
    """What Check has found."""
    rankings: Sequence[Ranking] = ()
    """The totals by their largest groups."""
    names: bool = False
    """Whether it may show the names of the owner's clients."""


def report_html(contents: Contents, t: Language, *, now: datetime, paper: str = "") -> str:
    """The whole page, in the language of ``t``.

    ``now`` is the moment that the page says it was made, ``paper`` a page size for printing; without one the printer's
    own.
    """
    scorecard, sections, rankings = contents.scorecard, contents.sections, contents.rankings
    if not contents.names:
        sections, rankings = first.without_names(scorecard.entries.business, sections, rankings, t)
    currency = scorecard.entries.currency
    shown = cards.cards(scorecard, t)
    page = rendered(
        "report.html.j2",
        **frame(t, now, paper),
        size=charts.SIZE | {"pareto_width": pareto.WIDTH, "pareto_top": pareto.TOP, "pareto_bar": pareto.BAR},
        **_heading(contents, t),
        **_first(scorecard, shown, t),
        **_cards(scorecard, shown, t),
        **_pictures(scorecard, shown, t),
        weak=first.weak_shown(scorecard, sections, t),
        tables=cards.tables(sections, currency, t),
        order=t(ORDER),
        paretos=pareto.pictures(rankings, currency, t),
        measures=cards.measures(scorecard, t),
        benchmarks=cards.benchmarks(scorecard, t),
        sources=cards.sources(scorecard, t),
    )
    return harmless(page)


def frame(t: Language, now: datetime, paper: str) -> dict[str, Any]:
    """What every page has, whatever it shows: its language, its look, and when it was made."""
    return {
        "t": t,
        "lang": str(t.locale).replace("_", "-"),
        "generator": f"{GENERATOR} {__version__}",
        "made": t.date(now.date()),
        "paper": paper,
        "colours": _colours(),
    }


def _heading(contents: Contents, t: Language) -> dict[str, Any]:
    """What comes first: whose page it is, the headline, the cautions and what Check has found."""
    scorecard, problems = contents.scorecard, contents.problems
    entries = scorecard.entries
    return {
        "company": entries.company or t(entries.business.name),
        "period": t.period(entries.period),
        "kind": t(entries.business.name),
        "headline": headline(scorecard, t),
        "cautions": [
            {
                "severity": one.severity,
                "word": t(URGENCY[one.severity]),
                "sign": SIGNS[one.severity],
                "text": caution_text(one, t),
            }
            for one in cautions(scorecard)
        ],
        "errors": sum(problem.severity == "error" for problem in problems),
        "found": len(problems),
        "check": counts_text(problems, t),
    }


def _first(scorecard: Scorecard, shown: Sequence[cards.Card], t: Language) -> dict[str, Any]:
    """The first page: how the period goes, what to do, and every KPI in a row."""
    rows = first.rows_shown(scorecard, shown, t)
    return {
        "verdict": first.verdict_shown(scorecard, t),
        "actions": first.actions_shown(scorecard, shown, t),
        "rows": rows,
        "has": {
            "target": any(row.target for row in rows),
            "previous": any(row.previous for row in rows),
            "year": any(row.year_before for row in rows),
            "spark": any(row.card.drawn.past.count > 1 for row in rows),
            "bar": any(row.card.drawn.bullet.length is not None for row in rows),
            "mark": any(row.mark for row in rows),
        },
    }


def _cards(scorecard: Scorecard, shown: Sequence[cards.Card], t: Language) -> dict[str, Any]:
    """The cards, the words on them and the room that these need."""
    terms = {"change": t(N_("Change")), "target": t(N_("Target")), "step": t(N_("Next level"))}
    return {
        "cards": shown,
        "terms": terms,
        "widest": max(map(len, terms.values())),
        "running": [until_text(scorecard.entries.period.end, t), t(DAYS_LEFT).format(days=scorecard.clock.left)]
        if scorecard.clock.running
        else [],
    }


def _pictures(scorecard: Scorecard, shown: Sequence[cards.Card], t: Language) -> dict[str, Any]:
    """The KPIs on one scale and their trends, with the keys to what is drawn there."""
    banded = scorecard.entries.business.banded
    by_id = {card.id: card for card in shown}
    return {
        "scale": [_level(level, t) for level in Level],
        "banded": banded,
        "ticked": any(card.drawn.bullet.tick is not None for card in shown),
        "gaps": any(card.drawn.banded and len(card.drawn.bullet.bands) < len(Level) for card in shown),
        "trended": [
            by_id[result.kpi.id]
            for result in scorecard.ranked
            if result.kpi.id in by_id and by_id[result.kpi.id].drawn.trend
        ],
        "keys": {
            "usual": any(card.drawn.trend and card.drawn.trend.chart.usual for card in shown),
            "signals": any(card.drawn.trend and card.drawn.trend.chart.signals for card in shown),
        },
        "sign": SIGN,
        "usual": t(USUAL),
    }


def _level(level: Level, t: Language) -> cards.StandingShown:
    return cards.StandingShown(SHAPES[level], t(LEVELS[level]), level.id)


def _colours() -> dict[str, Any]:
    """The sheets' own palette by day, and that of the night."""
    return {
        "day": {
            "ink": palette.INK,
            "muted": palette.MUTED,
            "faint": palette.FAINT,
            "line": palette.LINE,
            "paper": palette.PAPER,
            "ground": "FFFFFF",
            "accent": palette.ACCENT,
            "signal": palette.SIGNAL,
            "signal_text": palette.SIGNAL_TEXT,
            "text": _by_id(palette.LEVEL_TEXT.items()) | {"none": palette.MUTED},
            "solid": _by_id(palette.LEVEL_COLOURS.items()) | {"none": palette.MUTED},
            "tint": _by_id(palette.LEVEL_TINTS.items()) | {"none": palette.LINE},
            "band": _by_id(palette.BANDS.items()),
            "plain": _by_id(palette.PLAIN_BANDS.items()),
        },
        "night": {
            **palette.NIGHT,
            "text": _by_id(palette.NIGHT_TEXT.items()) | {"none": palette.NIGHT["muted"]},
            "solid": _by_id(palette.NIGHT_COLOURS.items()) | {"none": palette.NIGHT["muted"]},
            "tint": _by_id(palette.NIGHT_TINTS.items()) | {"none": palette.NIGHT["line"]},
            "band": _by_id(palette.NIGHT_BANDS.items()),
            "plain": _by_id(palette.NIGHT_PLAIN_BANDS.items()),
        },
    }


def _by_id(colours: Iterable[tuple[Level, str]]) -> dict[str, str]:
    return {level.id: colour for level, colour in colours}
