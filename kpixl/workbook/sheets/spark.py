"""Helper cells with the last twelve periods of every KPI, this one last. Where there is no value stands NA(), which a
chart leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.kpi.score import PAST_PERIODS
from kpixl.period import serial
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.sheets.totals import past_value

if TYPE_CHECKING:
    from kpixl.ooxml.cells import Value
    from kpixl.period import Period

TREND_PERIODS = PAST_PERIODS + 1
PERIODS = tuple(f"p{number}" for number in range(1, TREND_PERIODS + 1))
NOT_AVAILABLE = ExcelError.NA


def sparks(c: Context) -> dict[tuple[str, str], Value]:
    """The values alone, by row and period."""
    return {place: cell.value for place, cell in spark(c).items()}


def spark(c: Context) -> Cells:
    """The last twelve periods of every KPI; this period last."""
    history = c.scorecard.entries.history
    found: dict[tuple[str, str], Cell] = {}
    for shift, column in zip(range(1 - TREND_PERIODS, 1), PERIODS, strict=True):
        day = c.scorecard.entries.period.shift(shift)
        start = c.at("spark", "start", column)
        found["start", column] = live(_start(c, shift), serial(day.start), style.figure("date"))
        for result in c.scorecard.slots:
            prefix = result.kpi.name_prefix
            if shift:
                formula = past_value(c, result.kpi.history_id, start, otherwise="NA()")
                value = history.value(day, result.kpi.history_id)
            else:
                formula, value = f"IF(ISNUMBER({prefix}_value),{prefix}_value,NA())", result.value
            found[result.kpi.id, column] = live(
                formula, NOT_AVAILABLE if value is None else value, guarded=result.kpi.id in c.rewound
            )
    return found


def _start(c: Context, shift: int) -> str:
    period: Period = c.scorecard.entries.period
    if not shift:
        return "period_start"
    return f"EDATE(period_start,{shift * period.kind.months})" if period.kind.months else f"period_start{shift * 7}"
