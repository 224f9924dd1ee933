"""The report's pictures of which few groups bring most of a total: a bar a group, and what they come to together as a
line. Says where everything lies, with its texts; the numbers were made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.numbers import format_percent

from kpixl.kpi.pareto import MOST
from kpixl.report.charts import GAP, LETTER
from kpixl.texts.groups import part_name, ranking_note, ranking_text
from kpixl.texts.words import listed, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.i18n import Language
    from kpixl.kpi.pareto import Ranking
    from kpixl.report.charts import Point

WIDTH = 460.0
TOP = 20.0
"""Room for the labels of the axis."""
ROW, BAR = 22.0, 13.0
"""The height of a row, and of the bar in its middle."""
END = 26.0
"""Room to the right of the axis for the half of its last label."""
NAME_LETTERS = 24
"""A longer name is cut short in the picture; its text alternative has the whole."""
_TICKS = (0.0, 0.2, 0.4, 0.6, MOST, 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A share on the axis. ``most`` is the one that the vital groups reach."""

    x: float
    text: str
    most: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A group, or all the others: its name and amount, the middle of its row, and the length of its bar, in units of
    the drawing. The others have none: it would dwarf those of the groups."""

    name: str
    amount: str
    y: float
    length: float
    others: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One total by its groups; bars and line are on one axis, the share of the total. Lengths are in units of the
    drawing."""

    id: str
    title: str
    sentence: str
    note: str
    text: str
    left: float
    right: float
    height: float
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    line: tuple[Point, ...]


def pictures(rankings: Sequence[Ranking], currency: str, t: Language) -> tuple[Picture, ...]:
    """The totals that have anything to show."""
    return tuple(_picture(ranking, currency, t) for ranking in rankings if ranking.parts)


def _picture(ranking: Ranking, currency: str, t: Language) -> Picture:
    unit = ranking.pareto.measure.unit
    names = [part_name(part, t) for part in ranking.parts]
    amounts = [t.number(part.amount, unit, currency) for part in ranking.parts]
    shown = [_short(name) for name in names]
    left = max(map(len, shown)) * LETTER + GAP
    right = WIDTH - max(max(map(len, amounts)) * LETTER + GAP, END)

    def along(share: float) -> float:
        return left + share * (right - left)

    middles = [TOP + ROW * (number + 0.5) for number in range(len(names))]
    bars = tuple(
        Bar(name, amount, middle, 0.0 if part.others else along(part.share) - left, part.others > 0)
        for name, amount, middle, part in zip(shown, amounts, middles, ranking.parts, strict=True)
    )
    lines = (
        named(name, f"{amount}, {t.number(part.share, 'fraction')}, {t.number(part.cumulative, 'fraction')}", t)
        for name, amount, part in zip(names, amounts, ranking.parts, strict=True)
    )
    return Picture(
        id=ranking.id,
        title=t(ranking.pareto.title),
        sentence=ranking_text(ranking, t) or "",
        note=ranking_note(ranking, t) or "",
        text=listed(lines, t),
        left=left,
        right=right,
        height=TOP + ROW * len(names),
        ticks=tuple(Tick(along(share), format_percent(share, locale=t.locale), share == MOST) for share in _TICKS),
        bars=bars,
        line=tuple((along(part.cumulative), y) for part, y in zip(ranking.parts, middles, strict=True)),
    )


def _short(name: str) -> str:
    """A name that fits beside the bars."""
    return name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1].rstrip() + "…"
