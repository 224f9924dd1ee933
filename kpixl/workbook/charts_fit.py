"""Keeps the bars on the dashboard to the KPIs that are used: own KPIs come and go. Changes nothing else in a chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import column_letters
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package
    from kpixl.workbook.read import Book

_REFERENCE = re.compile(rb"(<(?:\w+:)?f>[^<]*!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$)(\d+)(</(?:\w+:)?f>)")


def bars(package: Package, book: Book, count: int) -> None:
    """Let every series of the dashboard's charts that begins with the first row of the table cover ``count`` rows."""
    board, sheet = book.placements.get("board"), book.sheets.get("dashboard")
    if board is None or sheet is None or "board_1" not in board.row_numbers:
        return
    first = board.row_numbers["board_1"]
    columns = {column_letters(number).encode() for number in board.column_numbers.values()}
    for drawing in package.related(sheet.part, OFFICE_RELATIONSHIP + "/drawing"):
        for chart in package.related(drawing, OFFICE_RELATIONSHIP + "/chart"):
            _fit(package, chart, first, first + count - 1, columns)


def _fit(package: Package, chart: str, first: int, last: int, columns: set[bytes]) -> None:
    def changed(found: re.Match[bytes]) -> bytes:
        ours = found[2] == found[4] and found[2] in columns and int(found[3]) == first
        return found[1] + (str(last).encode() if ours else found[5]) + found[6]

    before = package.read(chart)
    after = _REFERENCE.sub(changed, before)
    if after != before:
        package.replace(chart, after)
