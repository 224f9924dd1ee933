"""Helper cells with the last twelve periods of every KPI, this one last. Where there is no value stands NA(), which a
chart leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.formula import Name, to_excel
from kpixl.formula.expressions import NOT_THERE, either, every, known
from kpixl.formula.to_excel import Template
from kpixl.kpi.calendar_rules import START, shifted
from kpixl.kpi.grading import KEPT
from kpixl.kpi.score import PAST_PERIODS
from kpixl.period import serial
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.past_lines import past_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.ooxml.cells import Value

TREND_PERIODS = PAST_PERIODS + 1
PERIODS = tuple(f"p{number}" for number in range(1, TREND_PERIODS + 1))
NOT_AVAILABLE = ExcelError.NA
_THERE = Template(either(every(known(Name("value")), KEPT), Name("value"), NOT_THERE))


def sparks(c: Context) -> dict[tuple[str, str], Value]:
    """The values alone, by row and period."""
    history = c.scorecard.entries.history
    found: dict[tuple[str, str], Value] = {}
    for shift, column in _shifts():
        day = c.scorecard.entries.period.shift(shift)
        found["start", column] = serial(day.start)
        for result in c.scorecard.slots:
            value = history.value(day, result.kpi.history_id) if shift else result.kept
            found[result.kpi.id, column] = NOT_AVAILABLE if value is None else value
    return found


def _shifts() -> Iterator[tuple[int, str]]:
    """By how many periods each column lies before this one, and its id; the oldest first."""
    return zip(range(1 - TREND_PERIODS, 1), PERIODS, strict=True)


def spark(c: Context) -> Cells:
    """The last twelve periods of every KPI; this period last."""
    values = sparks(c)
    found: dict[tuple[str, str], Cell] = {}
    for shift, column in _shifts():
        start = c.at("spark", "start", column)
        found["start", column] = live(_start(c, shift), values["start", column], style.figure("date"))
        for kpi in c.kpis:
            if shift:
                formula = past_value(c, kpi.history_id, start, otherwise=to_excel(NOT_THERE))
            else:
                waits = c.at("calc", kpi.id, "withheld")
                formula = _THERE.filled({"value": f"{kpi.name_prefix}_value", "withheld": waits}, c.word)
            found[kpi.id, column] = live(formula, values[kpi.id, column], guarded=kpi.id in c.rewound)
    return found


def _start(c: Context, shift: int) -> str:
    return to_excel(shifted(c.scorecard.entries.period.kind, START, shift) if shift else START)
