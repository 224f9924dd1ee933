"""Keeps the bars on the open workbook's dashboard to the KPIs that are used. Changes nothing else in a chart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from kpixl.excel.live.journal import Step
from kpixl.ooxml.cells import column_letters

if TYPE_CHECKING:
    from kpixl.excel.live.live_view import LiveView
    from kpixl.excel.live.native import Series
    from kpixl.workbook.read import Book

_REFERENCE = re.compile(r"(!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$)(\d+)")


def chart_steps(view: LiveView, book: Book, count: int) -> Iterator[Step]:
    """Let every series of the dashboard's charts that begins with the first row of the table cover ``count`` rows."""
    board, sheet = book.placements.get("board"), book.sheets.get("dashboard")
    if board is None or sheet is None or "board_1" not in board.row_numbers:
        return
    first = board.row_numbers["board_1"]
    columns = {column_letters(number) for number in board.column_numbers.values()}

    def fitted(found: re.Match[str]) -> str:
        ours = found[2] == found[4] and found[2] in columns and int(found[3]) == first
        return found[1] + (str(first + count - 1) if ours else found[5])

    for chart in view.handles[sheet.name].charts:
        for series in view.excel.series(chart):
            before = series.formula
            after = _REFERENCE.sub(fitted, before)
            # All series of a chart cover the same rows: where the first is right, the others need not be asked.
            if after == before:
                break
            yield Step(partial(_put, series, after), partial(_put, series, before))


def _put(series: Series, formula: str) -> None:
    series.formula = formula
