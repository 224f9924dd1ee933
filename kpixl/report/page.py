"""The report as one HTML file: what to show, and the palette of the sheets, put into the template.

The owner's texts are always escaped; the page runs no script and asks for nothing from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.catalog.model import Standing as Word
from kpixl.check.problem import counts_text
from kpixl.errors import N_
from kpixl.kpi.cautions import cautions
from kpixl.message import harmless
from kpixl.report import cards, charts, pareto
from kpixl.report.trends import USUAL
from kpixl.texts.caution_text import SIGNS, URGENCY, caution_text
from kpixl.texts.commentary import headline
from kpixl.texts.figures import SIGN
from kpixl.texts.groups import ORDER
from kpixl.texts.render import rendered
from kpixl.texts.words import DAYS_LEFT, LEVELS, SHAPES, STANDINGS
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


def report_html(contents: Contents, t: Language, *, now: datetime, paper: str = "") -> str:
    """The whole page, in the language of ``t``.

    ``now`` is the moment that the page says it was made, ``paper`` a page size for printing; without one the printer's
    own.
    """
    scorecard = contents.scorecard
    shown = cards.cards(scorecard, t)
    page = rendered(
        "report.html.j2",
        t=t,
        lang=str(t.locale).replace("_", "-"),
        generator=f"{GENERATOR} {__version__}",
        made=t.date(now.date()),
        paper=paper,
        colours=_colours(),
        size=charts.SIZE | {"pareto_width": pareto.WIDTH, "pareto_top": pareto.TOP, "pareto_bar": pareto.BAR},
        **_heading(contents, t),
        **_cards(scorecard, shown, t),
        **_pictures(scorecard, shown, t),
        tables=cards.tables(contents.sections, scorecard.entries.currency, t),
        order=t(ORDER),
        paretos=pareto.pictures(contents.rankings, scorecard.entries.currency, t),
        measures=cards.measures(scorecard, t),
        benchmarks=cards.benchmarks(scorecard, t),
        sources=cards.sources(scorecard, t),
    )
    return harmless(page)


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


def _cards(scorecard: Scorecard, shown: Sequence[cards.Card], t: Language) -> dict[str, Any]:
    """The cards, the words on them and the room that these need."""
    terms = {"change": t(N_("Change")), "target": t(N_("Target")), "step": t(N_("Next level"))}
    return {
        "cards": shown,
        "terms": terms,
        "widest": {
            "term": max(map(len, terms.values())),
            "value": max((len(card.value) for card in shown), default=0),
            "word": max((len(card.standing.word) for card in shown), default=0),
        },
        "left": t(DAYS_LEFT).format(days=scorecard.clock.left) if scorecard.clock.running else "",
    }


def _pictures(scorecard: Scorecard, shown: Sequence[cards.Card], t: Language) -> dict[str, Any]:
    """The KPIs on one scale and their trends, with the keys to what is drawn there."""
    by_id = {card.id: card for card in shown}
    banded = any(kpi.thresholds for kpi in scorecard.entries.business.kpis)
    return {
        "legend": _legend(banded, t),
        "scale": [_level(level, t) for level in Level],
        "banded": banded,
        "ranked": [by_id[result.kpi.id] for result in scorecard.ranked if result.kpi.id in by_id],
        "placed": any(card.drawn.bullet.length is not None for card in shown),
        "ticked": any(card.drawn.bullet.tick is not None for card in shown),
        "gaps": any(card.drawn.banded and len(card.drawn.bullet.bands) < len(Level) for card in shown),
        "trended": [card for card in shown if card.drawn.trend],
        "keys": {
            "usual": any(card.drawn.trend and card.drawn.trend.chart.usual for card in shown),
            "signals": any(card.drawn.trend and card.drawn.trend.chart.signals for card in shown),
        },
        "sign": SIGN,
        "usual": t(USUAL),
    }


def _level(level: Level, t: Language) -> cards.StandingShown:
    return cards.StandingShown(SHAPES[level], t(LEVELS[level]), level.id)


def _legend(banded: bool, t: Language) -> list[cards.StandingShown]:
    """The levels, best first; the standings where nothing is held against a benchmark."""
    if banded:
        return [_level(level, t) for level in sorted(Level, reverse=True)]
    words = (Word.MET, Word.BETTER, Word.WORSE, Word.MISSED)
    return [cards.StandingShown(SHAPES[word.shade], t(STANDINGS[word]), word.shade.id) for word in words]


def _colours() -> dict[str, Any]:
    return {
        "ink": palette.INK,
        "muted": palette.MUTED,
        "faint": palette.FAINT,
        "line": palette.LINE,
        "paper": palette.PAPER,
        "accent": palette.ACCENT,
        "signal": palette.SIGNAL,
        "signal_text": palette.SIGNAL_TEXT,
        "link": palette.LEVEL_TEXT[Level.EXCEPTIONAL],
        "text": _by_id(palette.LEVEL_TEXT.items()) | {"none": palette.MUTED},
        "solid": _by_id(palette.LEVEL_COLOURS.items()) | {"none": palette.MUTED},
        "tint": _by_id(palette.LEVEL_TINTS.items()),
        "plain": _by_id(palette.PLAIN_TINTS.items()),
    }


def _by_id(colours: Iterable[tuple[Level, str]]) -> dict[str, str]:
    return {level.id: colour for level, colour in colours}
