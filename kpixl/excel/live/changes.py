"""What has to be written into the open workbook, as steps over blocks of cells, each with the way back.

Never a cell of the owner's, and never a formula that is there already: Excel keeps those itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from kpixl.excel.live.journal import Step
from kpixl.excel.live.ranges import rectangles, runs, to_write
from kpixl.ooxml.cells import Area
from kpixl.workbook.write import Owned, lost

if TYPE_CHECKING:
    import xlwings as xw

    from kpixl.excel.live.live_view import LiveView
    from kpixl.workbook.grid import Cell

_T = TypeVar("_T")
Places = Mapping[tuple[int, int], object]
"""What to write, by row and column."""


def block_steps(view: LiveView, block: Owned) -> list[Step]:
    """Everything that has to change in a block and on its rows."""
    sheet = view.handles[block.sheet.name]
    there = _There(view, block.sheet.name)
    static = {place: _wanted(cell) for place, cell in block.cells.items() if cell.kind == "static"}
    changed = {place for place in static if there.content(*place) != static[place]}
    steps = [_written(sheet, there, area, static) for area in _touched(rectangles(static), changed)]
    anew = {place: _wanted(cell) for place, cell in block.cells.items() if there.lacks(*place, cell)}
    steps += [_written(sheet, there, area, anew) for area in rectangles(anew)]
    steps += _visibility(view, sheet, block.hidden)
    # Where texts of a refresh stand, the height follows them; elsewhere it does by itself.
    same = {row for row, _ in static} - {row for row, _ in changed}
    steps += _heights(sheet, {row: points for row, points in block.heights.items() if row not in same})
    return steps


def touches(block: Owned) -> bool:
    """Whether there is anything in a block that a refresh may change."""
    return any(cell.kind == "static" or cell.formula or cell.refilled for cell in block.cells.values())


class _There:
    """What stands in the cells of a sheet."""

    def __init__(self, view: LiveView, sheet: str) -> None:
        self._view, self._sheet = view, sheet
        self._cells = view.cells(sheet)

    def content(self, row: int, column: int) -> object:
        """As it would have to be written to stand there again."""
        formula = self._view.formula(self._sheet, row, column)
        if formula is not None:
            return f"={formula}"
        if (row, column) in self._cells.errors:
            return self._cells.errors[row, column]
        return to_write(self._cells.rows[row - 1][column - 1])

    def lacks(self, row: int, column: int, cell: Cell) -> bool:
        """Whether a formula of ours, or a word that formulas compare with, is gone."""
        if cell.kind == "live":
            return lost(cell, self._view.formula(self._sheet, row, column))
        return cell.kind == "label" and cell.refilled and self.content(row, column) == ""


def _wanted(cell: Cell) -> object:
    return to_write(cell.value) if cell.formula is None else f"={cell.formula}"


def _touched(areas: Iterable[Area], changed: set[tuple[int, int]]) -> Iterator[Area]:
    """The areas without what is the same around the changes in them; those without changes not at all."""
    for area in areas:
        inside = [
            (row, column)
            for row, column in changed
            if area.top <= row <= area.bottom and area.left <= column <= area.right
        ]
        if inside:
            rows, columns = zip(*inside, strict=True)
            yield Area(min(rows), min(columns), max(rows), max(columns))


def _written(sheet: xw.Sheet, there: _There, area: Area, wanted: Places) -> Step:
    before = {place: there.content(*place) for place in _places(area)}
    return Step(partial(_put, sheet, area, wanted), partial(_put, sheet, area, before))


def _places(area: Area) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(area.top, area.bottom + 1) for column in range(area.left, area.right + 1))


def _put(sheet: xw.Sheet, area: Area, contents: Places) -> None:
    """Write an area by one call."""
    across = range(area.left, area.right + 1)
    rows = [[contents[row, column] for column in across] for row in range(area.top, area.bottom + 1)]
    cells = sheet.range(area.ref)
    if any(isinstance(content, str) and content.startswith("=") for row in rows for content in row):
        cells.options("raw").formula = rows
    else:
        cells.raw_value = rows


def _visibility(view: LiveView, sheet: xw.Sheet, wanted: Mapping[int, bool]) -> Iterator[Step]:
    for (first, last), hide in _groups(wanted):
        before = _hidden(view, sheet, first, last)
        if any(now != hide for now in before.values()):
            yield Step(partial(_hide, sheet, dict.fromkeys(before, hide)), partial(_hide, sheet, before))


def _hidden(view: LiveView, sheet: xw.Sheet, first: int, last: int) -> dict[int, bool]:
    """Which of these rows are hidden. Where some are, each half is asked for: they are hidden in runs."""
    now = view.excel.hidden(_rows(sheet, first, last))
    if now is None and first < last:
        middle = (first + last) // 2
        return _hidden(view, sheet, first, middle) | _hidden(view, sheet, middle + 1, last)
    return dict.fromkeys(range(first, last + 1), bool(now))


def _hide(sheet: xw.Sheet, rows: Mapping[int, bool]) -> None:
    for (first, last), hide in _groups(rows):
        _rows(sheet, first, last).rows.hidden = hide


def _heights(sheet: xw.Sheet, wanted: Mapping[int, float]) -> Iterator[Step]:
    for (first, last), points in _groups(wanted):
        now = _rows(sheet, first, last).row_height
        if now != points:
            each = range(first, last + 1)
            before = {row: (_rows(sheet, row, row).row_height or 0) if now is None else now for row in each}
            yield Step(partial(_raise, sheet, dict.fromkeys(each, points)), partial(_raise, sheet, before))


def _raise(sheet: xw.Sheet, rows: Mapping[int, float]) -> None:
    for (first, last), points in _groups(rows):
        _rows(sheet, first, last).row_height = points


def _rows(sheet: xw.Sheet, first: int, last: int) -> xw.Range:
    return sheet.range(f"A{first}:A{last}")


def _groups(wanted: Mapping[int, _T]) -> Iterator[tuple[tuple[int, int], _T]]:
    """First and last of neighbouring rows that are to be the same, and what."""
    for what in dict.fromkeys(wanted.values()):
        for first, last in runs(sorted(row for row, each in wanted.items() if each == what)):
            yield (first, last), what
