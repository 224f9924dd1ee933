"""What reading needs to know of a workbook, wherever it is; and the file as one such view.

The reader tells the values, the package the names, and the XML what neither tells: errors, formulas, what is filled
below a table. Never changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kpixl.currencies import in_format
from kpixl.entries import LinkedNote, Outside
from kpixl.errors import N_
from kpixl.message import phrase
from kpixl.ooxml import marks
from kpixl.ooxml.archive import Glance
from kpixl.ooxml.cell_values import SheetValues
from kpixl.ooxml.cells import Area, cell_name, column_letters, parse_area
from kpixl.ooxml.number_formats import codes_of_cells
from kpixl.ooxml.package import Package, Sheet, TablePart
from kpixl.ooxml.shape import shape_of
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.verify import MOST_CELLS, Reach
from kpixl.workbook.layout import version_in
from kpixl.workbook.links_part import links_in
from kpixl.workbook.pack_part import pack_in


@dataclass(frozen=True, slots=True)
class TableRows:
    """An Excel Table with its values. Rows and columns of the sheet count from 1; blank cells are empty texts."""

    name: str
    sheet: str
    first_row: int
    """The sheet's row of the first data row."""
    left: int
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def letter(self, index: int) -> str:
        """The letter of a column by its place in the table."""
        return column_letters(self.left + index)

    def without_values(self) -> TableRows:
        """The same where it is, if it is large without what it holds: its rows are there to be counted."""
        return replace(self, rows=[()] * len(self.rows)) if isinstance(self.rows, ByColumn) else self

    @property
    def by_column(self) -> Sequence[Sequence[Any]]:
        """The values of each column."""
        if isinstance(self.rows, ByColumn):
            return self.rows.columns
        return list(zip(*self.rows, strict=True)) if self.rows else [()] * len(self.columns)


class ByColumn(Sequence[Sequence[Any]]):
    """Rows that are kept column by column: many take a third of the room."""

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, place: Any) -> Any:
        return tuple(column[place] for column in self.columns)

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return zip(*self.columns, strict=True)


class View(Protocol):
    """A workbook as it stands, in a file or open in Excel."""

    @property
    def path(self) -> Path:
        """What names the workbook in errors."""

    @property
    def version(self) -> str:
        """The layout version that kpixl wrote into it; ``0`` where none is."""

    @property
    def pack(self) -> str:
        """The text of the pack that it carries; empty without one."""

    @property
    def linked(self) -> tuple[LinkedNote, ...]:
        """What is told of sheets of the owner's that fill entry tables."""

    @property
    def date1904(self) -> bool:
        """Whether days count from 1904."""

    @property
    def names(self) -> Mapping[str, str]:
        """What each name of the whole workbook refers to."""

    @property
    def sheets(self) -> Mapping[str, Sheet]:
        """The sheets by their names."""

    def grid(self, sheet: str) -> list[list[Any]]:
        """The values of a sheet, row by row from its first cell; dates as serial numbers."""

    def value(self, sheet: str, row: int, column: int) -> Any:
        """The value of one cell; None where it is blank."""

    def failed(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """The cells of a sheet that hold an Excel error, by row and column -> code."""

    def expect(self, tables: Iterable[str], currency: str) -> None:
        """Say which tables will be asked for, so that the work can begin, and in which currency the workbook is."""

    def table(self, name: str) -> TableRows | None:
        """A table by its name, without case; None where there is none."""

    def errors(self, table: TableRows) -> Mapping[str, Mapping[int, str]]:
        """Cells of a table that hold an Excel error: letter of the column -> row of the table -> code."""

    def formulas(self, table: TableRows, letter: str) -> np.ndarray:
        """Which rows of a column hold a formula."""

    def below(self, table: TableRows, letters: set[str]) -> str | None:
        """The first filled cell right below a table, within some columns."""

    def outside(self, table: TableRows) -> Mapping[tuple[int, int], Outside]:
        """What stands on the sheet below a table or right of it, and in no other table, by row and column."""

    def foreign(self, table: TableRows, letters: set[str]) -> Mapping[str, Mapping[int, str]]:
        """Cells of a table that are shown in another currency than the workbook's: letter of the column -> row of the
        table -> code of the currency."""

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        """The formula of a cell without its equals sign."""


class FileView:
    """A workbook in its package. A ``sparing`` one reads large tables some rows at a time, which takes a third of the
    room, and a little more time."""

    def __init__(self, package: Package, *, sparing: bool = False) -> None:
        self.package, self._sparing = package, sparing
        self._marks: dict[str, Future[Glance]] = {}
        self._foreign: dict[int, str] = {}
        """Formats of cells, by their index, that show another currency than the workbook's."""
        self._grids: dict[str, list[list[Any]]] = {}
        self._failed: dict[str, Mapping[tuple[int, int], str]] = {}
        self._formulas: dict[str, dict[str, np.ndarray]] = {}
        """By table and column, once one column of the table has been asked for."""
        self._editors: dict[str, SheetEditor] = {}
        self._reaches: dict[str, Reach] = {}
        """How far the sheets of tables reach that need no look for marks."""

    @property
    def path(self) -> Path:
        """What names the workbook in errors."""
        return self.package.path

    @property
    def version(self) -> str:
        """The layout version."""
        return version_in(self.package.custom_properties)

    @property
    def pack(self) -> str:
        """The text of the pack that it carries."""
        return pack_in(self.package)

    @property
    def linked(self) -> tuple[LinkedNote, ...]:
        """What is told of sheets of the owner's that fill entry tables."""
        return tuple(note for link in links_in(self.package) for note in link.notes)

    @property
    def date1904(self) -> bool:
        """Whether days count from 1904."""
        return self.package.date1904

    @property
    def names(self) -> Mapping[str, str]:
        """What each name of the whole workbook refers to."""
        return self.package.defined_names

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """The sheets by their names."""
        return {sheet.name: sheet for sheet in self.package.sheets}

    @cached_property
    def _values(self) -> SheetValues:
        return SheetValues(self.package)

    def grid(self, sheet: str) -> list[list[Any]]:
        """The values of a sheet."""
        if sheet not in self._grids:
            self._grids[sheet] = self._values.grid(self.sheets[sheet])
        return self._grids[sheet]

    def value(self, sheet: str, row: int, column: int) -> Any:
        """The value of one cell, for which a large sheet is not read as a whole."""
        alone = (
            None if sheet in self._grids else self._values.columns(self.sheets[sheet], Area(row, column, row, column))
        )
        if alone is not None:
            return None if alone[0][0] == "" else alone[0][0]
        return value_at(self.grid(sheet), row, column)

    def failed(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """The cells of a sheet that hold an error: the reader has them as blank."""
        if sheet not in self._failed:
            self._failed[sheet] = marks.failed(self.package.read(self.sheets[sheet].part))
        return self._failed[sheet]

    def expect(self, tables: Iterable[str], currency: str) -> None:
        """Begin to look for marks: unpacking a big sheet for them takes as long as reading it, and goes beside it."""
        wanted = {name.lower() for name in tables}
        self._foreign = dict(self._foreign_formats(currency))
        pool = ThreadPoolExecutor(max_workers=1)
        for found in self.package.tables:
            reach = self.package.reach(found.sheet.part)
            if found.name.lower() in wanted and reach and not reach.may_fail and not self._foreign:
                self._reaches[found.name.lower()] = reach
            elif found.name.lower() in wanted:
                below = marks.row_mark(parse_area(found.ref).bottom + 1)
                unsaved = marks.unsaved_marks(self.package.head(found.sheet.part))
                needles = (marks.ERROR_MARK, *unsaved, below, *map(marks.format_mark, self._foreign))
                self._marks[found.name.lower()] = pool.submit(
                    self.package.glance, found.sheet.part, needles, marks.ROW_MARK
                )
        pool.shutdown(wait=False)

    def table(self, name: str) -> TableRows | None:
        """A table by its name."""
        found = next((one for one in self.package.tables if one.name.lower() == name.lower()), None)
        if found is None:
            return None
        area = self._area(found)
        columns = self._columns(found.sheet, area)
        if columns is not None:
            return TableRows(name, found.sheet.name, area.top, area.left, found.columns, ByColumn(columns))
        rows = self.grid(found.sheet.name)[area.top - 1 : area.bottom]
        if area.left > 1 or {*map(len, rows)} != {area.right}:
            rows = [_within(row, area.left - 1, area.right) for row in rows]
        rows += [[""] * (area.right - area.left + 1) for _ in range(area.bottom - area.top + 1 - len(rows))]
        return TableRows(name, found.sheet.name, area.top, area.left, found.columns, rows)

    def _columns(self, sheet: Sheet, area: Area) -> list[list[Any]] | None:
        """An area of a large sheet column by column, where that is worth while: a sheet that has changed would be read
        twice as a whole. None otherwise."""
        if sheet.name in self._grids or not (self._sparing or self.package.reach(sheet.part) is None):
            return None
        return self._values.columns(sheet, area)

    def _area(self, table: TablePart) -> Area:
        """Where the rows of a table are; DamagedWorkbook where its part does not fit what it is a table of."""
        area = shape_of(self.package.tree(table.part)).data
        if not 1 < area.top <= area.bottom or (area.bottom - area.top) * len(table.columns) > MOST_CELLS:
            raise self.package.damaged(phrase(N_("the table {name} has no sound range"), name=table.name))
        return area

    def errors(self, table: TableRows) -> Mapping[str, Mapping[int, str]]:
        """Cells that hold an error, or a formula without a saved value: the reader has both as blank."""
        seen = self._seen(table).found
        letters = {table.letter(index) for index in range(len(table.columns))}
        found: dict[str, dict[int, str]] = {}
        if marks.ERROR_MARK in seen:
            found = marks.errors(self._xml(table), letters, table.first_row, len(table.rows))
        if not seen.isdisjoint(marks.unsaved_marks(self.package.head(self.sheets[table.sheet].part))):
            for letter, rows in marks.unsaved(self._xml(table), letters, table.first_row, len(table.rows)).items():
                found.setdefault(letter, {}).update(rows)
        return found

    def formulas(self, table: TableRows, letter: str) -> np.ndarray:
        """Which rows of a column hold a formula."""
        key = table.name.lower()
        if key not in self._formulas:
            self._formulas[key] = marks.formulas(self._xml(table), table.first_row, len(table.rows))
        return self._formulas[key].get(letter, np.zeros(len(table.rows), dtype=bool))

    def below(self, table: TableRows, letters: set[str]) -> str | None:
        """The first filled cell right below a table."""
        row, reach = table.first_row + len(table.rows), self._reaches.get(table.name.lower())
        if reach.bottom < row if reach else marks.row_mark(row) not in self._seen(table).found:
            return None
        return marks.first_filled(self._xml(table), row, letters)

    def outside(self, table: TableRows) -> Mapping[tuple[int, int], Outside]:
        """What stands below a table or right of it; the cells are looked at only where the sheet goes on there."""
        part = next(one for one in self.package.tables if one.name.lower() == table.name.lower())
        area = parse_area(part.ref)
        seen = self._seen(table)
        last, right = marks.last_row(seen.tail), marks.last_column(seen.head)
        if (reach := self._reaches.get(table.name.lower())) is not None:
            last, right = reach.bottom, reach.right
        if last is not None and right is not None and last <= area.bottom and right <= area.right:
            return {}
        others = [parse_area(one.ref) for one in self.package.tables if one.sheet.part == part.sheet.part]
        values = dict(filled_outside(self.grid(table.sheet), area, others))
        if not values:
            return {}
        calculated = marks.formula_cells(self._xml(table))
        return {place: Outside(value, cell_name(*place), place in calculated) for place, value in values.items()}

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        """The formula of a cell."""
        if sheet not in self._editors:
            self._editors[sheet] = SheetEditor(self.package, self.sheets[sheet])
        return self._editors[sheet].formula(row, column)

    def foreign(self, table: TableRows, letters: set[str]) -> Mapping[str, Mapping[int, str]]:
        """Cells that are shown in another currency."""
        seen = self._seen(table).found
        here = {index: code for index, code in self._foreign.items() if marks.format_mark(index) in seen}
        if not here:
            return {}
        return marks.formatted(self._xml(table), letters, here, table.first_row, len(table.rows))

    def _foreign_formats(self, currency: str) -> Iterator[tuple[int, str]]:
        shown: dict[str, str] = {}
        for index, code in codes_of_cells(self.package):
            if code not in shown:
                shown[code] = in_format(code, currency)
            if shown[code] and shown[code] != currency:
                yield index, shown[code]

    def _seen(self, table: TableRows) -> Glance:
        marked = self._marks.get(table.name.lower())
        return marked.result() if marked else Glance()

    def _xml(self, table: TableRows) -> bytes:
        return self.package.read(self.sheets[table.sheet].part)


def value_at(grid: Sequence[Sequence[Any]], row: int, column: int) -> Any:
    """The value of a cell in the values of a sheet; None where it is blank, or beyond them."""
    if row > len(grid) or column > len(grid[row - 1]):
        return None
    value = grid[row - 1][column - 1]
    return None if value == "" else value


def filled_outside(
    rows: Sequence[Sequence[Any]], area: Area, others: Iterable[Area], top: int = 1, left: int = 1
) -> Iterator[tuple[tuple[int, int], object]]:
    """The filled cells below an area or right of it, and in none of ``others``, by row and column. ``rows`` are those
    of a sheet from a cell on."""
    around = [other for other in others if other != area]
    for number, cells in enumerate(rows, top):
        start = area.left if number > area.bottom else area.right + 1
        if number < area.top or len(cells) < start - left + 1:
            continue
        for column, value in enumerate(cells[start - left :], start):
            if value not in ("", None) and not any(
                other.top <= number <= other.bottom and other.left <= column <= other.right for other in around
            ):
                yield (number, column), value


def _within(row: list[Any], left: int, right: int) -> list[Any]:
    """The cells of a row between two columns, blank where the sheet does not reach so far."""
    cells = row if not left and len(row) == right else row[left:right]
    return cells if len(cells) == right - left else [*cells, *[""] * (right - left - len(cells))]
