"""Helper cells of the dashboard's trend: the KPI that was picked over twelve periods, put on a scale from 0 to 1, so
that an axis which never changes fits every KPI. The figures at its ticks are cells as well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.formula import Name, evaluate, to_excel
from kpixl.formula.expressions import (
    BLANK,
    NO,
    NOT_THERE,
    absolute,
    at_least,
    count_of,
    either,
    equal,
    every,
    first_known,
    floor,
    known,
    largest,
    less_than,
    log10,
    maximum,
    or_else,
    rounded,
    smallest,
)
from kpixl.formula.in_cells import length, place_in
from kpixl.formula.nodes import Wording, as_node
from kpixl.formula.to_excel import Template
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.score import marked_periods
from kpixl.kpi.signals import BROKEN, RUN_LENGTH, runs
from kpixl.texts.figures import held_against
from kpixl.texts.words import kpi_title
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.sheets.board import of
from kpixl.workbook.sheets.grading import LOOKS, look_of
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.spark import NOT_AVAILABLE, PERIODS, sparks
from kpixl.workbook.sheets.vocabulary import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.formula.nodes import Node
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

FACTORS = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Steps of an axis, times a power of ten. With the last one, whatever the figures are, four of them are enough; none
gives a tick more decimals than the power has."""
FINEST = {
    "count": 1.0, "score": 0.1, "months": 0.1, "fraction": 0.001,
    "hours": 0.01, "money": 0.01, "ratio": 0.01, "tasks_per_hour": 0.01,
}  # fmt: skip
"""What a tick can show, by unit: a finer step would have two ticks with one figure."""
STEPS = tuple(f"step_{number}" for number in range(1, len(FACTORS) + 1))
TICKS = ("tick_1", "tick_2", "tick_3", "tick_4", "tick_5")
"""From the lowest."""
_GAPS = len(TICKS) - 1
_DIGITS = 9
"""So many decimals are no noise."""
_NEAR = 1e-9
"""A figure that lies so near a tick, in steps, lies on it."""
_APART = 0.13
"""So far apart, on the scale, are the words at the right end of the lines."""
_COVERED = 0.1
"""A word that is so near the last value stands below its mark."""
SINGLE = (
    "picked", "name", "look", "unit", "aim", "aim_word", "usual_word", "forecast_word", "mean", "low", "high",
    "forecast", "least", "most", "power", *STEPS, "step", *TICKS,
)  # fmt: skip
"""Rows with one cell, in the column ``value``."""
COLUMNS = ("start", "raw", "value", "base", "band", "aim", "forecast", "run", "signal", "aim_at", "usual_at")
ROWS = (*SINGLE, *PERIODS)


def trend(c: Context) -> Cells:
    """Everything that the chart is drawn from."""
    picked = c.scorecard.result(c.trend_kpi)
    lines = sparks(c)
    raw = [_number(lines[picked.kpi.id, period]) for period in PERIODS]
    axis = _Axis(picked, raw, held_against(picked, c.t)[0])
    found = {(row, "value"): cell for row, cell in _single(picked, axis, c).items()}
    chosen = _marked(picked, raw)
    for number, row in enumerate(PERIODS):
        found[row, "start"] = live(c.at("spark", "start", row), lines["start", row], MONTH)
        for column, cell in _period(number, row, axis, chosen[number], c).items():
            found[row, column] = cell
    return found


_FIGURES, _LEAST, _MOST, _LOOK = Name("figures"), Name("least"), Name("most"), Name("look")
_POWER, _STEP, _FIRST = Name("power"), Name("step"), Name(TICKS[0])
_MEAN, _LOW, _HIGH, _FORECAST = Name("mean"), Name("low"), Name("high"), Name("forecast")


def _below(figure: Node, step: Node) -> Node:
    """The tick at or below a figure."""
    return floor(figure / step + _NEAR) * step


def _fits(factor: float) -> Node:
    """A step of the axis, where four of them are enough."""
    step = _POWER * factor
    return either(_below(_LEAST, step) + _GAPS * step >= _MOST - _NEAR * step, step)


def _axis_rules() -> dict[str, Node]:
    """The scale of the KPI that was picked, by all ``figures`` that are drawn: Python evaluates the rules that the
    sheet has."""
    top = either(equal(count_of(_FIGURES), 0), 0, largest(_FIGURES))
    flat = top - _LEAST <= absolute(top) * _NEAR
    power = as_node(10) ** floor(rounded(log10((_MOST - _LEAST) / _GAPS), _DIGITS))
    finest: Node = as_node(0)
    for unit, step in FINEST.items():
        finest = either(equal(_LOOK, LOOKS[unit]), step, finest)
    return {
        "least": either(equal(count_of(_FIGURES), 0), 0, smallest(_FIGURES)),
        "most": either(flat, _LEAST + either(equal(_LEAST, 0), 1, absolute(_LEAST) / 10), top),
        "power": maximum(power, finest),
        **{row: _fits(factor) for row, factor in zip(STEPS, FACTORS, strict=True)},
        "step": smallest(Name("steps")),
        TICKS[0]: _below(_LEAST, _STEP),
        **{row: _FIRST + number * _STEP for number, row in enumerate(TICKS[1:], 1)},
    }


_AXIS = _axis_rules()
_WRITTEN = {row: Template(rule) for row, rule in _AXIS.items()}


def _scaled(figure: Node) -> Node:
    """Where a figure lies on the scale."""
    return (figure - _FIRST) / (_GAPS * _STEP)


_FIGURE = Name("figure")
_DRAWN = either(known(_FIGURE), rounded(_scaled(_FIGURE), _DIGITS), NOT_THERE)
"""The same as a line is drawn through it: what lies on the top or the bottom lies on it, and no noise beyond, where
nothing is drawn."""
_BASE = either(known(_MEAN), _scaled(_LOW), 0)
_BAND = either(known(_MEAN), (_HIGH - _LOW) / (_GAPS * _STEP), 0)
_MIDDLE = _scaled((_LOW + _HIGH) / 2)


class _Axis:
    """The scale of the picked KPI, and what is drawn on it."""

    def __init__(self, picked: Result, raw: Sequence[float | None], aim: float | None) -> None:
        usual = picked.past.usual
        self.aim = aim
        self.mean: float | None = usual.mean if usual else None
        self.low: float | None = usual.low if usual else None
        self.high: float | None = usual.high if usual else None
        self.forecast = picked.pace.forecast if picked.pace else None
        self.raw = raw if self.forecast is None else [*raw[:-1], None]
        figures = [one for one in (*self.raw, aim, self.low, self.high, self.forecast) if one is not None]
        if figures and not math.isfinite(max(figures) - min(figures)):  # no axis has both ends of all numbers
            figures = []
        rules = Evaluation(_AXIS, {"figures": figures, "look": look_of(picked.kpi)})
        self.steps = [rules.number(row) for row in STEPS]
        self.scale: dict[str, float] = {row: rules[row] for row in ("least", "most", "power")}
        ends = Evaluation(_AXIS, self.scale | {"steps": [step for step in self.steps if step is not None]})
        self.scale |= {row: ends[row] for row in ("step", *TICKS)}

    def _of(self, rule: Node, **figures: float | None) -> float | None:
        """A number that a rule gives of the scale, the usual range and other figures."""
        usual = {"mean": self.mean, "low": self.low, "high": self.high}
        found = evaluate(rule, {**self.scale, **usual, **figures})
        return found if isinstance(found, float) else None

    def drawn(self, figure: float | None) -> float | None:
        """Where a figure is drawn."""
        return self._of(_DRAWN, figure=figure)

    def usual(self) -> tuple[float | None, float | None]:
        """Where the usual range begins, and how wide it is."""
        return self._of(_BASE), self._of(_BAND)

    def usual_at(self, last: float | None) -> float | None:
        """Where the word for the usual range stands, beside the mark of the ``last`` value."""
        middle = None if self.mean is None else self._of(_MIDDLE)
        return self._of(_USUAL_AT, aim=self.drawn(self.aim), last=last, middle=middle)


def _single(picked: Result, axis: _Axis, c: Context) -> dict[str, Cell]:
    """The rows with one cell."""
    ids = c.kpi_ids
    at = {row: c.at("line", row, "value") for row in SINGLE}
    names = c.span("calc", "name", ids)

    def of_picked(block: str, column: str) -> str:
        return of(c, at["picked"], column, block)

    def worded(word: str, shown: float | None) -> Cell:
        return live(_WORDS[word].filled(at, c.word), None if shown is None else c.t(PAGE[word]))

    drawn = ",".join((c.span("line", "raw", PERIODS), *(at[row] for row in ("aim", "low", "high", "forecast"))))
    bind = at | {"figures": drawn, "steps": c.span("line", "value", STEPS)}
    found = {
        "picked": live(_PICKED.filled({"names": names}), ids.index(picked.kpi.id) + 1),
        "name": live(of_picked("calc", "name"), kpi_title(picked.kpi, c.t) if picked.in_use else None),
        "look": live(of_picked("calc", "look"), look_of(picked.kpi)),
        "unit": live(of_picked("calc", "unit"), unit_shown(picked.kpi, c)),
        "aim": live(of_picked("calc", "against"), axis.aim),
        "aim_word": live(of_picked("calc", "against_word"), held_against(picked, c.t)[1]),
        "usual_word": worded("usual_range", axis.mean),
        "forecast_word": worded("forecast", axis.forecast),
        **{limit: live(of_picked("xmr", limit), getattr(axis, limit)) for limit in ("mean", "low", "high")},
        "forecast": live(of_picked("calc", "forecast"), axis.forecast),
    }
    values = axis.scale | dict(zip(STEPS, axis.steps, strict=True))
    return found | {row: live(template.filled(bind), values[row]) for row, template in _WRITTEN.items()}


_NAMES, _PICKED_NAME = Name("names"), Name("trend_kpi")


def _picked() -> Node:
    """The place of the KPI that was picked; without one, of the first that is there."""
    first = or_else(place_in(_NAMES, "?*"), 1)
    return either(equal(length(_PICKED_NAME), 0), first, or_else(place_in(_NAMES, _PICKED_NAME), first))


_PICKED = Template(_picked())
_WORDS = {
    "usual_range": Template(either(known(_MEAN), Wording("usual_range"))),
    "forecast": Template(either(known(_FORECAST), Wording("forecast"))),
}


def _period(number: int, row: str, axis: _Axis, marked: tuple[int, bool], c: Context) -> dict[str, Cell]:
    """What is drawn at one period. Where there is a forecast, it stands in the place of the value so far."""
    at = {single: c.at("line", single, "value") for single in SINGLE}
    here = {column: c.at("line", row, column) for column in COLUMNS}
    last = row == PERIODS[-1]

    def drawn_at(cell: str) -> str:
        return _DRAW.filled(at | {"figure": cell})

    index = of(c, at["picked"], row, "spark")
    value = _there(axis.drawn(axis.raw[number]))
    joined: Value = NOT_AVAILABLE
    if last:
        joined = _there(axis.drawn(axis.forecast))
    elif row == PERIODS[-2] and axis.forecast is not None:
        joined = value
    joined_at = _JOINED.filled(at | {"value": here["value"]}) if row == PERIODS[-2] else _NOTHING
    if last:
        joined_at = drawn_at(at["forecast"])
    base, band = axis.usual()
    length_, mark = marked
    before = c.at("line", PERIODS[number - 1], "run") if number else "0"
    told = of(c, at["picked"], "state", "xmr") if last else ""
    beside = {"last": here["value"], "middle": _MIDDLE_AT.filled(at), "aim": here["aim"]}
    aim = _there(axis.drawn(axis.aim))
    return {
        "raw": live(_RAW[last].filled(at | {"index": index}), axis.raw[number]),
        "value": live(drawn_at(here["raw"]), value, style.figure("ratio")),
        "base": live(_BASE_AT.filled(at), base),
        "band": live(_BAND_AT.filled(at), band),
        "aim": live(drawn_at(at["aim"]), aim),
        "forecast": live(joined_at, joined),
        "run": live(to_excel(RUN_LENGTH, _of_usual(c, raw=here["raw"], before=before)), length_),
        "signal": live(_mark(here, told, c), value if mark else NOT_AVAILABLE),
        "aim_at": live(here["aim"] if last else _NOTHING, aim if last else NOT_AVAILABLE),
        "usual_at": live(
            _USUAL_WORD.filled(at | beside) if last else _NOTHING,
            _there(axis.usual_at(_number(value))) if last else NOT_AVAILABLE,
        ),
    }


_INDEX = first_known(Name("index"))
_RAW = {False: Template(_INDEX), True: Template(either(known(_FORECAST), BLANK, _INDEX))}
"""The value of a period; of the last one, by whether it is that."""
_NOTHING = to_excel(NOT_THERE)
_DRAW, _BASE_AT, _BAND_AT, _MIDDLE_AT = (Template(rule) for rule in (_DRAWN, _BASE, _BAND, _MIDDLE))
_JOINED = Template(either(known(_FORECAST), Name("value"), NOT_THERE))
"""Where the line to the forecast begins."""


def _usual_at() -> Node:
    """Where the word for the usual range stands: in its middle, or off the word for what the value is held against, and
    off the mark of the last value."""
    aim, last, middle = Name("aim"), Name("last"), Name("middle")
    near = less_than(absolute(middle - aim), _APART)
    off_aim = either(near, aim + either(less_than(middle, aim), -_APART, _APART), middle)
    at = either(known(aim), off_aim, middle)
    below = either(known(aim), at_least(aim, last), less_than(middle, last))
    covered = either(known(last), less_than(absolute(last - at), _COVERED), NO)
    return either(
        known(Name("mean")), either(covered, maximum(0, last + either(below, -_APART, _APART)), at), NOT_THERE
    )


_USUAL_AT = _usual_at()
_USUAL_WORD = Template(_USUAL_AT)


def _there(figure: float | None) -> Value:
    return NOT_AVAILABLE if figure is None else figure


def _number(value: Value) -> float | None:
    return value if isinstance(value, (int, float)) else None


def _marked(picked: Result, values: list[float | None]) -> list[tuple[int, bool]]:
    """For each period, how many in a row lie on one side of the mean, and whether the chart marks it."""
    if picked.past.usual is None:
        return [(0, False)] * len(values)
    return list(zip(runs(values, picked.past.usual), marked_periods(picked, values), strict=True))


def _of_usual(c: Context, **cells: str) -> dict[str, str]:
    """The usual range of the KPI that was picked, and other cells, by the names that rules have for them."""
    return {**{limit: c.at("line", limit, "value") for limit in ("mean", "low", "high")}, **cells}


def _mark(here: dict[str, str], told: str, c: Context) -> str:
    """The point of a period that is outside the usual range, or at least the eighth of a run; else nothing to draw."""
    known_ = every(known(Name("raw"), Name("mean")), known(Name("told")) if told else True)
    mark = either(known_, either(BROKEN, Name("drawn"), NOT_THERE), NOT_THERE)
    return to_excel(mark, _of_usual(c, raw=here["raw"], run=here["run"], told=told, drawn=here["value"]))


MONTH = style.Style(format=style.FORMATS["month"])
