"""The workbook that is open in Excel, as reading needs it. Never changes anything.

Every value comes by a block read: one for each sheet of results, one for each entry table, whatever its rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kpixl.currencies import in_format
from kpixl.entries import LinkedNote, Outside
from kpixl.errors import KpixlError
from kpixl.excel.live.native import Native
from kpixl.excel.live.ranges import RangeCells, is_formula, joined, rows_of
from kpixl.excel.live.windows import Windows
from kpixl.ooxml.cells import MAX_ROW, Area, cell_name, column_letters, parse_area, parse_cell
from kpixl.ooxml.package import Package, Sheet
from kpixl.workbook import layout
from kpixl.workbook.aliases import PREFIX
from kpixl.workbook.file_view import TableRows, filled_outside, value_at
from kpixl.workbook.grid import BLOCK_PREFIX
from kpixl.workbook.links_part import links_in
from kpixl.workbook.pack_part import pack_in

if TYPE_CHECKING:
    import xlwings as xw
    from xlwings.main import Table

QUESTIONS = 100
"""So many times Excel is asked how the cells of a column are shown."""
CELLS_AT_ONCE = 1_000_000
"""How many values are asked for in one go: the Mac refuses to answer with much more."""
_NAMES = {"period_day", "company", "trend_kpi"}
_NO_NAMES = (layout.HOME, layout.COLUMN_PREFIX + "guide.")
"""Links of the workbook, which reading does not follow."""
_SMALLEST = Area(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class _Table:
    """Where a table is, with its headings and its totals."""

    sheet: str
    area: Area
    table: Table


class LiveView:
    """A workbook in Excel, as it stands on the screen, saved or not."""

    def __init__(self, book: xw.Book, excel: Native | None = None) -> None:
        self.book = book
        self.excel = excel or native()
        self._cells: dict[str, RangeCells] = {}
        self._formulas: dict[str, list[Sequence[str]]] = {}
        self._read: dict[str, RangeCells] = {}
        self._currency = ""

    @cached_property
    def path(self) -> Path:
        """The file; the bare name where the workbook was never saved, or is not on this computer."""
        try:
            return Path(self.book.fullname)
        except Exception:  # xlwings cannot tell every address in a cloud from the folder that it is kept in
            return Path(self.book.name)

    @cached_property
    def saved(self) -> Package | None:
        """The file as it was saved last; None where there is none."""
        try:
            return Package.open(self.path) if self.path.is_file() else None
        except KpixlError:
            return None

    @cached_property
    def version(self) -> str:
        """The layout version. Excel for the Mac does not tell it, but the file does: it never changes."""
        told = self.excel.version(self.book)
        if told is None and self.saved is not None:
            told = layout.version_in(self.saved.custom_properties)
        return told or "0"

    @property
    def pack(self) -> str:
        """The text of the pack that its file carries: it changes only while the workbook is closed."""
        return pack_in(self.saved) if self.saved is not None else ""

    @property
    def linked(self) -> tuple[LinkedNote, ...]:
        """What its file has to tell of linked sheets: their rows are taken in while the workbook is closed."""
        return tuple(note for link in links_in(self.saved) for note in link.notes) if self.saved is not None else ()

    @property
    def date1904(self) -> bool:
        """Whether days count from 1904."""
        return self.excel.date1904(self.book)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the names refer to that reading follows: each costs a question, and there are hundreds of others. Those
        of a single sheet, which copies of our sheets have, are not meant."""
        wanted = {}
        for text, name in self.book.names.impl.snapshot():
            ours = text.startswith(layout.COLUMN_PREFIX) and not text.startswith(_NO_NAMES)
            if "!" not in text and (ours or text in _NAMES or text.startswith(PREFIX)):
                wanted[text] = str(name.refers_to or "").removeprefix("=")
        return wanted

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """The sheets by their names."""
        return {name: Sheet(name, name, "", index) for index, name in enumerate(self.handles)}

    @cached_property
    def handles(self) -> Mapping[str, xw.Sheet]:
        """The sheets of Excel by their names."""
        return {sheet.name: sheet for sheet in self.book.sheets}

    def grid(self, sheet: str) -> list[list[Any]]:
        """The values of a sheet as far as names reach into it; dates as serial numbers."""
        return self.cells(sheet).rows

    def value(self, sheet: str, row: int, column: int) -> Any:
        """The value of one cell; None where it is blank."""
        return value_at(self.grid(sheet), row, column)

    def failed(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """The cells of a sheet that hold an error, as far as names reach into it."""
        return self.cells(sheet).errors

    def cells(self, sheet: str) -> RangeCells:
        """The same with errors."""
        if sheet not in self._cells:
            self._cells[sheet] = self.read(sheet, self._extents.get(sheet, _SMALLEST))
        return self._cells[sheet]

    def reach(self, sheet: str, cells: Iterable[tuple[int, int]]) -> None:
        """Have a sheet read as far as these cells, by row and column, into which no name may reach."""
        rows, columns = zip((1, 1), *cells, strict=True)
        there = self._extents.get(sheet, _SMALLEST)
        self._extents[sheet] = Area(1, 1, max(there.bottom, *rows), max(there.right, *columns))
        self._cells.pop(sheet, None)
        self._formulas.pop(sheet, None)

    def read(self, sheet: str, area: Area) -> RangeCells:
        """The values of an area by one block read, or a few where it is very large."""
        height = max(1, CELLS_AT_ONCE // (area.right - area.left + 1))
        parts = []
        for top in range(area.top, area.bottom + 1, height):
            part = Area(top, area.left, min(area.bottom, top + height - 1), area.right)
            parts.append(self.excel.read(self.handles[sheet].range(part.ref), part))
        return joined(parts)

    def written(self, sheet: str) -> list[Sequence[str]]:
        """What is written in the cells of a sheet, formulas as formulas, over the rows and columns of its grid."""
        if sheet not in self._formulas:
            area = self._extents.get(sheet, _SMALLEST)
            self._formulas[sheet] = rows_of(self.handles[sheet].range(area.ref).formula, area)
        return self._formulas[sheet]

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        """The formula of a cell without its equals sign."""
        written, grid = self.written(sheet), self.grid(sheet)
        if row > len(written) or column > len(written[row - 1]):
            return None
        text = str(written[row - 1][column - 1])
        return text[1:] if is_formula(text, grid[row - 1][column - 1]) else None

    def expect(self, tables: Iterable[str], currency: str) -> None:
        """Nothing can be done beforehand: Excel answers one question at a time."""
        self._currency = currency

    def table(self, name: str) -> TableRows | None:
        """A table by its name."""
        found = self._tables.get(name.lower())
        if found is None:
            return None
        area, headed = found.area, found.table.show_headers
        first, last = area.top + bool(headed), area.bottom - bool(found.table.show_totals)
        # An Excel table never has less than one row, be it the blank one that waits for the first entry.
        last = max(first, last)
        read = self.read(found.sheet, Area(area.top, area.left, min(last + 1, MAX_ROW), area.right))
        self._read[name.lower()] = read
        columns = read.rows[0] if headed else [column.name for column in found.table.columns]
        rows = read.rows[first - area.top : last - area.top + 1]
        return TableRows(name, found.sheet, first, area.left, tuple(map(str, columns)), rows)

    def errors(self, table: TableRows) -> Mapping[str, Mapping[int, str]]:
        """Cells of a table that hold an error."""
        found: dict[str, dict[int, str]] = {}
        for (row, column), code in self._read[table.name.lower()].errors.items():
            if 0 <= row - table.first_row < len(table.rows):
                found.setdefault(column_letters(column), {})[row - table.first_row] = code
        return found

    def formulas(self, table: TableRows, letter: str) -> np.ndarray:
        """Which rows of a column hold a formula."""
        _, column = parse_cell(f"{letter}1")
        area = Area(table.first_row, column, table.first_row + len(table.rows) - 1, column)
        texts = rows_of(self.handles[table.sheet].range(area.ref).formula, area)
        values = (row[column - table.left] for row in table.rows)
        return np.array([is_formula(str(text), value) for (text,), value in zip(texts, values, strict=True)], bool)

    def below(self, table: TableRows, letters: set[str]) -> str | None:
        """The first filled cell right below a table."""
        row = table.first_row + len(table.rows)
        blank = self._read[table.name.lower()].blank
        for index in range(len(table.columns)):
            if row <= MAX_ROW and table.letter(index) in letters and (row, table.left + index) not in blank:
                return f"{table.letter(index)}{row}"
        return None

    def outside(self, table: TableRows) -> Mapping[tuple[int, int], Outside]:
        """What stands below a table or right of it, by one more block read where the sheet goes on there."""
        found = self._tables[table.name.lower()]
        used = parse_area(self.handles[found.sheet].used_range.address.replace("$", ""))
        area = found.area
        if used.bottom <= area.bottom and used.right <= area.right:
            return {}
        others = [other.area for other in self._tables.values() if other.sheet == found.sheet]
        whole = Area(area.top, area.left, max(used.bottom, area.bottom), max(used.right, area.right))
        values = dict(filled_outside(self.read(found.sheet, whole).rows, area, others, whole.top, whole.left))
        if not values:
            return {}
        texts = rows_of(self.handles[found.sheet].range(whole.ref).formula, whole)
        return {
            (row, column): Outside(
                value, cell_name(row, column), is_formula(str(texts[row - whole.top][column - whole.left]), value)
            )
            for (row, column), value in values.items()
        }

    def foreign(self, table: TableRows, letters: set[str]) -> Mapping[str, Mapping[int, str]]:
        """Cells that are shown in another currency. Excel tells one format for cells that have the same, and none for
        others: halves are asked until each has one, and no more often than is quick."""
        found: dict[str, dict[int, str]] = {}
        for letter in letters:
            parts, questions = [(0, len(table.rows) - 1)], 0
            while parts and questions < QUESTIONS:
                first, last = parts.pop()
                cells = f"{letter}{table.first_row + first}:{letter}{table.first_row + last}"
                shown, questions = self.handles[table.sheet].range(cells).number_format, questions + 1
                if shown is None and last > first:
                    middle = (first + last) // 2
                    parts += [(first, middle), (middle + 1, last)]
                code = in_format(str(shown or ""), self._currency)
                if code and code != self._currency:
                    found.setdefault(letter, {}).update(dict.fromkeys(range(first, last + 1), code))
        return found

    @cached_property
    def _extents(self) -> dict[str, Area]:
        """How far, from its first cell, each sheet has to be read for what names refer to there."""
        found: dict[str, Area] = {}
        for name, reference in self.names.items():
            sheet, _, cells = reference.rpartition("!")
            if name.startswith(BLOCK_PREFIX) or name.removeprefix(PREFIX) in _NAMES:
                try:
                    area = parse_area(cells.replace("$", ""))
                except ValueError:
                    continue
                sheet = sheet.removeprefix("'").removesuffix("'").replace("''", "'")
                found[sheet] = found.get(sheet, _SMALLEST).union(area)
        return found

    @cached_property
    def _tables(self) -> dict[str, _Table]:
        found = {}
        for sheet, handle in self.handles.items():
            for table in handle.tables:
                area = parse_area(table.range.address.replace("$", ""))
                found[table.name.lower()] = _Table(sheet, area, table)
        return found


def native() -> Native:
    """The system that Python runs on."""
    if sys.platform == "darwin":
        from kpixl.excel.live.mac import Mac

        return Mac()
    return Windows()
