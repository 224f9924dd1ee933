"""Where everything of the report's charts lies: bars, bands, lines, ticks, labels, in the units of their SVG.

Knows numbers alone: no words, no colours, and nothing of how they are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.kpi.noise import NOISE, same
from kpixl.kpi.score import SHORTEST_BAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BAND = 100.0
"""The width of a level in a bar."""
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 120.0, 32.0, 4.0
TREND_WIDTH, TREND_HEIGHT = 340.0, 168.0
TREND_TOP, TREND_BOTTOM = 10.0, 26.0
LETTER = 6.8
"""Room for a sign of an axis label."""
GAP = 8.0
"""Room between an axis label and the lines."""
LINE_HEIGHT = 13.0
"""How far apart labels are kept that would stand on one another."""
SMALL_LETTER = 5.2
"""Room for a sign of a word within a trend."""
CLEAR = 9.0
"""A word within a trend stands so far from what is drawn."""
FLAT = 3.0
"""For the usual range an axis is made so many times as long as the line needs by itself, and no longer."""
TICKS = 4
"""An axis has about so many."""

SIZE = {
    "spark_width": SPARK_WIDTH,
    "spark_height": SPARK_HEIGHT,
    "trend_width": TREND_WIDTH,
    "trend_height": TREND_HEIGHT,
}
"""The frames that pictures are drawn in."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Band:
    """A pale rectangle behind a bar, in units of its drawing. ``level`` is the level that it stands for."""

    x: float
    width: float
    level: Level


@dataclass(frozen=True, slots=True)
class Bullet:
    """A KPI on the scale of positions, 0 to 4: 100 a level."""

    bands: tuple[Band, ...]
    length: float | None
    """The bar, from the left end; None without a position."""
    tick: float | None
    """The target, from the left end."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes. Each run of neighbouring values is a line; a value alone is a point."""

    lines: tuple[tuple[Point, ...], ...]
    last: Point | None
    """This period."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the axis of a trend, in the axis's unit; where its line lies, and where its label stands, from the top
    of the drawing."""

    value: float
    y: float
    label_y: float
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the axis of a trend begins and ends, and its step, in the unit of its values."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """The values that are labelled, lowest first."""
        return tuple(self.low + number * self.step for number in range(round((self.high - self.low) / self.step) + 1))


@dataclass(frozen=True, slots=True)
class Range:
    """What is usual of a value, in its unit; a word of so many letters names it where there is room."""

    low: float
    mean: float
    high: float
    letters: int


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual range behind a trend, as far as the axis goes; heights from the top of the drawing."""

    top: float
    bottom: float
    edges: tuple[float, ...]
    """Its ends that lie on the axis."""
    mean: float
    label: Point | None
    """Where its words begin; None where there is no room for them."""


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A line with an axis at the left and labelled thresholds at the right, in units of its drawing."""

    left: float
    right: float
    bottom: float
    ticks: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    lines: tuple[tuple[Point, ...], ...]
    points: tuple[Point, ...]
    last: Point | None
    usual: Usual | None = None
    signals: tuple[Point, ...] = ()
    """Periods that break out of what is usual."""


def bullet(position: float | None, target: float | None, levels: Sequence[Level]) -> Bullet:
    """The bar of one KPI; ``position`` and ``target`` are on the scale of positions, 0 to 4. ``levels`` are those that
    there is a threshold for; with none, the value stands against the middle of the scale."""
    if levels:
        bands = tuple(Band(level * BAND, BAND, level) for level in (Level.BELOW, *sorted(levels)))
    else:
        bands = (Band(0.0, 2 * BAND, Level.BELOW), Band(2 * BAND, 2 * BAND, Level.ABOVE_AVERAGE))
    return Bullet(bands, _on_scale(None if position is None else max(position, SHORTEST_BAR)), _on_scale(target))


def _on_scale(position: float | None) -> float | None:
    return None if position is None else min(max(position, 0.0), 4.0) * BAND


def spark(values: Sequence[float | None]) -> Spark:
    """A line through ``values``, oldest first; from the least to the greatest of them over the whole height."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if low == high:  # a level line is drawn in the middle
        low, high = low - 1, high + 1
    places = _places(
        values, (low, high), (SPARK_MARGIN, SPARK_WIDTH - SPARK_MARGIN), (SPARK_MARGIN, SPARK_HEIGHT - SPARK_MARGIN)
    )
    return Spark(_runs(places), places[-1] if places else None)


def trend(
    values: Sequence[float | None],
    drawn: Mapping[Level | None, float],
    ends: Axis,
    letters: tuple[int, int],
    *,
    marked: Sequence[bool] = (),
    usual: Range | None = None,
) -> TrendChart:
    """A line through ``values``, oldest first, and the marks ``drawn`` (thresholds by level, a target under None),
    along an axis. The longest labels at the left and at the right have so many ``letters``. ``marked`` says which
    values are signals."""
    low, high = ends.low, ends.high
    left = letters[0] * LETTER + GAP
    right = TREND_WIDTH - (letters[1] * LETTER + GAP if drawn else GAP)
    top, bottom = TREND_TOP, TREND_HEIGHT - TREND_BOTTOM
    heights = (top, bottom)

    def height(value: float) -> float:
        return _scaled(value, (low, high), heights)

    ordered = sorted(drawn.items(), key=lambda item: -item[1])
    labels = _apart([height(value) for _, value in ordered], top, bottom)
    places = _places(values, (low, high), (left + GAP, right - GAP), heights)
    lines = _runs(places)
    range_ = None
    if usual is not None:
        least, mean, most = (height(min(max(value, low), high)) for value in (usual.low, usual.mean, usual.high))
        edges = tuple(height(value) for value in (usual.low, usual.high) if low <= value <= high)
        across = [*edges, mean, *(height(value) for value in drawn.values())]
        spots = _spots((left, right), (most, least), usual.letters * SMALL_LETTER)
        range_ = Usual(most, least, edges, mean, _free(spots, usual.letters * SMALL_LETTER, lines, across))
    return TrendChart(
        left,
        right,
        bottom,
        tuple(Mark(value, height(value), height(value)) for value in ends.ticks),
        tuple(Mark(value, height(value), label, level) for (level, value), label in zip(ordered, labels, strict=True)),
        lines,
        tuple(place for place in places if place is not None),
        places[-1],
        range_,
        tuple(place for place, chosen in zip(places, marked, strict=False) if chosen and place is not None),
    )


def _spots(sides: tuple[float, float], band: tuple[float, float], width: float) -> list[Point]:
    """Where the words of a band may begin: in its corners."""
    return [(x, y) for x in (sides[0] + 4, sides[1] - 4 - width) for y in (band[0] + 11, band[1] - 5)]


def _free(
    spots: Sequence[Point], width: float, lines: Sequence[Sequence[Point]], across: Sequence[float]
) -> Point | None:
    """The spot whose words stand farthest from the lines and from what runs right across; None where all are too
    close. Words are about six units high."""
    drawn = [point for line in lines for point in _along(line)]

    def room(spot: Point) -> float:
        x, middle = spot[0], spot[1] - 3
        beside = [y for at, y in drawn if x - CLEAR <= at <= x + width + CLEAR]
        # A line right across may run closer by than the curve that the eye follows.
        return min([abs(y - middle) for y in beside] + [abs(y - middle) + CLEAR / 3 for y in across])

    best = max(spots, key=room)
    return best if room(best) >= CLEAR else None


def _along(line: Sequence[Point]) -> list[Point]:
    """Points close to one another on a line."""
    between = [
        (x + (right - x) * part / 8, y + (under - y) * part / 8)
        for (x, y), (right, under) in pairwise(line)
        for part in range(8)
    ]
    return [*between, line[-1]]


def axis(values: Sequence[float | None], drawn: Mapping[Level | None, float], least: float) -> Axis:
    """Round numbers around everything that is drawn, no closer than ``least``."""
    known = [value for value in (*values, *drawn.values()) if value is not None]
    low, high = min(known), max(known)
    if same(low, high):  # a level line has no span of its own
        low, high = low - 0.1 * abs(low), high + (0.0 if high else 1.0)
    step = _round_step(max(least, (high - low) / TICKS))
    start = math.floor(low / step + NOISE) * step
    return Axis(start, max(math.ceil(high / step - NOISE) * step, start + step), step)


def marks_drawn(values: Sequence[float | None], marks: Mapping[Level | None, float]) -> dict[Level | None, float]:
    """The marks between the least and the greatest value, and the next one past each: farther ones would only press
    the line flat."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    floor = max((mark for mark in marks.values() if mark <= low), default=low)
    ceiling = min((mark for mark in marks.values() if mark >= high), default=high)
    return {level: mark for level, mark in marks.items() if floor <= mark <= ceiling}


def limits_drawn(
    values: Sequence[float | None], drawn: Mapping[Level | None, float], limits: tuple[float, float]
) -> tuple[float, ...]:
    """The ends of the usual range, where an axis that holds them does not press the line flat; else none."""
    known = [value for value in values if value is not None]
    shown = [*known, *drawn.values()]
    length = max(*shown, *limits) - min(*shown, *limits)
    room = max(max(shown) - min(shown), FLAT * (max(known) - min(known)))
    return limits if length <= room else ()


def _round_step(rough: float) -> float:
    """The least of 1, 2, 2.5, 5 and 10 times a power of ten that is at least ``rough``."""
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - NOISE))


def _scaled(value: float, span: tuple[float, float], heights: tuple[float, float]) -> float:
    top, bottom = heights
    return bottom - (value - span[0]) / (span[1] - span[0]) * (bottom - top)


def _places(
    values: Sequence[float | None], span: tuple[float, float], widths: tuple[float, float], heights: tuple[float, float]
) -> list[Point | None]:
    """Where each value lies, evenly from left to right."""
    step = (widths[1] - widths[0]) / max(1, len(values) - 1)
    return [
        None if value is None else (widths[0] + number * step, _scaled(value, span, heights))
        for number, value in enumerate(values)
    ]


def _runs(places: Sequence[Point | None]) -> tuple[tuple[Point, ...], ...]:
    """The points in runs without a gap."""
    runs: list[list[Point]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return tuple(tuple(run) for run in runs if run)


def _apart(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights from the top down, moved as little as it takes to keep labels from standing on one another."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + LINE_HEIGHT) if placed else max(height, top))
    floor = bottom
    for number in reversed(range(len(placed))):
        placed[number] = min(placed[number], floor)
        floor = placed[number] - LINE_HEIGHT
    return placed
