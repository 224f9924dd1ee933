"""Helper cells of the dashboard's trend: the KPI that was picked over twelve periods, put on a scale from 0 to 1, so
that an axis which never changes fits every KPI. The figures at its ticks are cells as well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.formula import Name, evaluate, to_excel
from kpixl.formula.expressions import NO, NOT_THERE, absolute, either, every, known, maximum
from kpixl.kpi.score import marked_periods
from kpixl.kpi.signals import BROKEN, RUN_LENGTH, runs
from kpixl.texts.figures import held_against
from kpixl.texts.words import kpi_title
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.sheets.grading import LOOKS, look_of
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.spark import NOT_AVAILABLE, PERIODS, sparks
from kpixl.workbook.sheets.vocabulary import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.formula.nodes import Node
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

FACTORS = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
"""Steps of an axis, times a power of ten. With the last one, whatever the figures are, four of them are enough."""
STEPS = tuple(f"step_{number}" for number in range(1, len(FACTORS) + 1))
TICKS = ("tick_1", "tick_2", "tick_3", "tick_4", "tick_5")
"""From the lowest."""
_GAPS = len(TICKS) - 1
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


class _Axis:
    """The scale of the picked KPI: Python's side of the formulas."""

    def __init__(self, picked: Result, raw: Sequence[float | None], aim: float | None) -> None:
        usual = picked.past.usual
        self.aim = aim
        self.mean: float | None = usual.mean if usual else None
        self.low: float | None = usual.low if usual else None
        self.high: float | None = usual.high if usual else None
        self.forecast = picked.pace.forecast if picked.pace else None
        self.raw = raw if self.forecast is None else [*raw[:-1], None]
        figures = [one for one in (*self.raw, aim, self.low, self.high, self.forecast) if one is not None]
        self.least, most = (min(figures), max(figures)) if figures else (0.0, 0.0)
        spread = most - self.least
        if not math.isfinite(spread):  # no axis has both ends of all numbers
            self.least, spread, most = 0.0, 0.0, 0.0
        flat = spread <= abs(most) * _NEAR
        self.most = self.least + (abs(self.least) / 10 or 1.0) if flat else most
        power = 10.0 ** math.floor(_tenth(math.log10((self.most - self.least) / _GAPS)))
        self.power = max(1.0, power) if picked.kpi.kpi.unit == "count" else power
        self.steps = [self._fits(self.power * factor) for factor in FACTORS]
        self.step = min(step for step in self.steps if step is not None)
        self.first = self._first(self.step)

    def _first(self, step: float) -> float:
        return math.floor(self.least / step + _NEAR) * step

    def _fits(self, step: float) -> float | None:
        return step if self._first(step) + _GAPS * step >= self.most - _NEAR * step else None

    def at(self, figure: float | None) -> float | None:
        return None if figure is None else (figure - self.first) / (_GAPS * self.step)

    def drawn(self, figure: float | None) -> float | None:
        """The same as a line is drawn through it: what lies on the top or the bottom lies on it, and no noise beyond,
        where nothing is drawn."""
        at = self.at(figure)
        return None if at is None else _tenth(at)

    def usual_at(self, last: float | None) -> float | None:
        """Where the word for the usual range stands, beside the mark of the ``last`` value."""
        if self.low is None or self.high is None:
            return None
        middle = self.at((self.low + self.high) / 2)
        found = evaluate(_USUAL_AT, {"mean": self.mean, "aim": self.drawn(self.aim), "last": last, "middle": middle})
        return found if isinstance(found, float) else None


def _tenth(number: float) -> float:
    """Without noise."""
    return round(number, 9)


def _single(picked: Result, axis: _Axis, c: Context) -> dict[str, Cell]:
    """The rows with one cell."""
    ids = c.kpi_ids
    at = {row: c.at("line", row, "value") for row in SINGLE}
    raw = c.span("line", "raw", PERIODS)

    def of(block: str, column: str) -> str:
        return f"INDEX({c.span(block, column, ids)},{at['picked']})"

    names = c.span("calc", "name", ids)
    first = f'IFERROR(MATCH("?*",{names},0),1)'
    figures = f"{raw},{at['aim']},{at['low']},{at['high']},{at['forecast']}"
    least = f"IF(COUNT({figures})=0,0,MIN({figures}))"
    most = f"IF(COUNT({figures})=0,0,MAX({figures}))"
    flat = f"({most}-{at['least']})<=ABS({most})*{_NEAR:.0E}"
    flat_most = f"{at['least']}+IF({at['least']}=0,1,ABS({at['least']})/10)"
    power = f"10^INT(ROUND(LOG10(({at['most']}-{at['least']})/{_GAPS}),9))"
    found = {
        "picked": live(
            f"IF(LEN(trend_kpi)=0,{first},IFERROR(MATCH(trend_kpi,{names},0),{first}))",
            ids.index(picked.kpi.id) + 1,
        ),
        "name": live(of("calc", "name"), kpi_title(picked.kpi, c.t) if picked.in_use else None),
        "look": live(of("calc", "look"), look_of(picked.kpi)),
        "unit": live(of("calc", "unit"), unit_shown(picked.kpi, c)),
        "aim": live(of("calc", "against"), axis.aim),
        "aim_word": live(of("calc", "against_word"), held_against(picked, c.t)[1]),
        "usual_word": live(
            f'IF(ISNUMBER({at["mean"]}),{c.word("usual_range")},"")',
            None if axis.mean is None else c.t(PAGE["usual_range"]),
        ),
        "forecast_word": live(
            f'IF(ISNUMBER({at["forecast"]}),{c.word("forecast")},"")',
            None if axis.forecast is None else c.t(PAGE["forecast"]),
        ),
        **{limit: live(of("xmr", limit), getattr(axis, limit)) for limit in ("mean", "low", "high")},
        "forecast": live(of("calc", "forecast"), axis.forecast),
        "least": live(least, axis.least),
        "most": live(f"IF({flat},{flat_most},{most})", axis.most),
        "power": live(f"IF({at['look']}={LOOKS['count']},MAX(1,{power}),{power})", axis.power),
        "step": live(f"MIN({c.span('line', 'value', STEPS)})", axis.step),
    }
    for row, factor, fits in zip(STEPS, FACTORS, axis.steps, strict=True):
        step = f"{at['power']}*{factor:g}"
        first = f"INT({at['least']}/({step})+{_NEAR:.0E})*{step}"
        enough = f"{first}+{_GAPS}*{step}>={at['most']}-{_NEAR:.0E}*{step}"
        found[row] = live(f'IF({enough},{step},"")', fits)
    lowest = f"INT({at['least']}/{at['step']}+{_NEAR:.0E})*{at['step']}"
    for number, row in enumerate(TICKS):
        formula = f"{at[TICKS[0]]}+{number}*{at['step']}" if number else lowest
        found[row] = live(formula, axis.first + number * axis.step)
    return found


def _period(number: int, row: str, axis: _Axis, marked: tuple[int, bool], c: Context) -> dict[str, Cell]:
    """What is drawn at one period. Where there is a forecast, it stands in the place of the value so far."""
    at = {single: c.at("line", single, "value") for single in SINGLE}
    here = {column: c.at("line", row, column) for column in COLUMNS}
    last, raw = row == PERIODS[-1], axis.raw[number]
    index = f"INDEX({c.span('spark', row, c.kpi_ids)},{at['picked']})"
    value = _there(axis.drawn(raw))
    formula = _or_na(here["raw"], at)
    there = f'IF(ISNUMBER({index}),{index},"")'
    found = {"raw": live(f'IF(ISNUMBER({at["forecast"]}),"",{there})' if last else there, raw)}
    joined: Value = NOT_AVAILABLE
    joined_formula = "NA()"
    if last:
        joined, joined_formula = _there(axis.drawn(axis.forecast)), _or_na(at["forecast"], at)
    elif row == PERIODS[-2]:
        joined = NOT_AVAILABLE if axis.forecast is None else value
        joined_formula = f"IF(ISNUMBER({at['forecast']}),{here['value']},NA())"
    has, base = axis.mean is not None, axis.at(axis.low)
    aim = axis.drawn(axis.aim)
    length, mark = marked
    before = c.at("line", PERIODS[number - 1], "run") if number else "0"
    told = f"INDEX({c.span('xmr', 'state', c.kpi_ids)},{at['picked']})" if last else ""
    middle = _scaled(f"({at['low']}+{at['high']})/2", at)
    usual_at = to_excel(_USUAL_AT, {"mean": at["mean"], "aim": here["aim"], "last": here["value"], "middle": middle})
    return found | {
        "value": live(formula, value, style.figure("ratio")),
        "base": live(f"IF(ISNUMBER({at['mean']}),{_scaled(at['low'], at)},0)", base if has else 0),
        "band": live(
            f"IF(ISNUMBER({at['mean']}),({at['high']}-{at['low']})/({_GAPS}*{at['step']}),0)",
            (axis.high - axis.low) / (_GAPS * axis.step) if axis.high is not None and axis.low is not None else 0,
        ),
        "aim": live(_or_na(at["aim"], at), _there(aim)),
        "forecast": live(joined_formula, joined),
        "run": live(to_excel(RUN_LENGTH, _of_usual(c, raw=here["raw"], before=before)), length),
        "signal": live(_mark(here, told, c), value if mark else NOT_AVAILABLE),
        "aim_at": live(here["aim"] if last else "NA()", _there(aim) if last else NOT_AVAILABLE),
        "usual_at": live(
            usual_at if last else "NA()", _there(axis.usual_at(_number(value))) if last else NOT_AVAILABLE
        ),
    }


def _usual_at() -> Node:
    """Where the word for the usual range stands: in its middle, or off the word for what the value is held against, and
    off the mark of the last value."""
    aim, last, middle = Name("aim"), Name("last"), Name("middle")
    off_aim = either(absolute(middle - aim) < _APART, aim + either(middle < aim, -_APART, _APART), middle)
    at = either(known(aim), off_aim, middle)
    below = either(known(aim), aim >= last, middle < last)
    covered = either(known(last), absolute(last - at) < _COVERED, NO)
    return either(
        known(Name("mean")), either(covered, maximum(0, last + either(below, -_APART, _APART)), at), NOT_THERE
    )


_USUAL_AT = _usual_at()


def _scaled(figure: str, at: dict[str, str]) -> str:
    return f"({figure}-{at[TICKS[0]]})/({_GAPS}*{at['step']})"


def _or_na(figure: str, at: dict[str, str]) -> str:
    return f"IF(ISNUMBER({figure}),ROUND({_scaled(figure, at)},9),NA())"


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
