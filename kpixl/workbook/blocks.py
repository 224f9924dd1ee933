"""The blocks of a workbook, found by their names: the cells of kpixl and those that the owner fills."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kpixl.cellvalue import ExcelError
from kpixl.entries import InputCell
from kpixl.errors import NewerWorkbook, NotOurWorkbook, OlderWorkbook
from kpixl.ooxml.cells import cell_name, parse_area, parse_cell
from kpixl.period import DateSystem
from kpixl.workbook import layout
from kpixl.workbook.aliases import Aliases
from kpixl.workbook.grid import BLOCK_PREFIX, Placement

if TYPE_CHECKING:
    from kpixl.ooxml.package import Sheet
    from kpixl.workbook.file_view import View

_COLUMN = re.compile(r"([^\[\]]+)\[(.*)\]", re.DOTALL)
_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)")


class Blocks:
    """A workbook of kpixl's; errors where it is none, or one that this kpixl cannot use."""

    def __init__(self, view: View) -> None:
        self.view, self.path = view, view.path
        version = int(view.version) if view.version.isdigit() else 0
        if version > layout.LAYOUT_VERSION:
            raise NewerWorkbook(path=self.path.name, version=view.version)
        if 0 < version < layout.OLDEST_VERSION:
            raise OlderWorkbook(path=self.path.name)
        self.days = DateSystem.of(date1904=view.date1904)
        there = view.names
        self.aliases = Aliases.found_in(there)
        self.names = {**there, **{ours: there[name] for ours, name in self.aliases.names.items()}}
        blocks = [text for name, text in self.names.items() if name.startswith(BLOCK_PREFIX)]
        # Where all sheets have been deleted in Excel, their names are left, and lead nowhere.
        if BLOCK_PREFIX + "settings" not in self.names or all("#REF!" in text for text in blocks):
            raise NotOurWorkbook(path=self.path.name)
        self.by_name = view.sheets

    # Blocks and cells

    def places(self, *ids: str) -> tuple[dict[str, Placement], dict[str, Sheet]]:
        """Where the blocks are, and on which sheets, by key."""
        places: dict[str, Placement] = {}
        sheets: dict[str, Sheet] = {}
        for id_ in ids:
            found = _AREA.fullmatch(self.names.get(BLOCK_PREFIX + id_, ""))
            sheet = found and self.by_name.get((found[1] or found[2]).replace("''", "'"))
            if not found or not sheet:
                continue
            area = parse_area(found[3].replace("$", ""))
            grid = self.view.grid(sheet.name)
            # Backwards, so that of an id that was copied the first one stands; a name may reach beyond all cells.
            last, left, top = min(area.bottom, len(grid)), area.left - 1, area.top - 1
            lines = ((row, grid[row - 1]) for row in range(last, area.top, -1))
            rows = {line[left]: row for row, line in lines if left < len(line)}
            heads = grid[top][: area.right] if top < len(grid) else []
            columns = {heads[place]: place + 1 for place in range(len(heads) - 1, left, -1)}
            key = layout.sheet_of(id_)
            places[id_] = Placement(id_, key, _texts(rows), _texts(columns), area.top, area.left)
            sheets[key] = sheet
        return places, sheets

    def cell(self, place: Placement, sheets: Mapping[str, Sheet], row: str, column: str) -> InputCell:
        """A cell of the owner's; blank where its row or column is gone."""
        sheet = sheets[place.sheet].name
        if row not in place.row_numbers or column not in place.column_numbers:
            return InputCell(None, sheet, "")
        number_, index = place.position(row, column)
        return InputCell(self.view.value(sheet, number_, index), sheet, cell_name(number_, index))

    def entered(self, place: Placement, sheets: Mapping[str, Sheet], row: str, column: str) -> InputCell:
        """The same with the Excel error that may stand there."""
        return self.with_error(self.cell(place, sheets, row, column))

    def with_error(self, cell: InputCell) -> InputCell:
        """A cell with the Excel error that stands there, which the reader has as blank."""
        if cell.raw is not None or not cell.cell:
            return cell
        code = self.view.failed(cell.sheet).get(parse_cell(cell.cell))
        return cell if code is None else InputCell(ExcelError(code), cell.sheet, cell.cell)

    def day(self, cell: InputCell) -> InputCell:
        """A cell that is to hold a day, with its serial number."""
        return InputCell(self.days.serial(cell.raw), cell.sheet, cell.cell)

    def fixed(self, place: Placement, sheets: Mapping[str, Sheet], row: str) -> str:
        """An entry of Settings that was fixed when the workbook was made."""
        return str(self.cell(place, sheets, row, "code").raw or "")

    # Tables

    def headings(self, table: str, columns: Iterable[str]) -> dict[str, str]:
        """The current headings of a table, from the names that locate its columns."""
        found = {column: self._column(table, column) for column in columns}
        return {column: place[1] for column, place in found.items() if place}

    def _column(self, table: str, column: str) -> tuple[str, str] | None:
        """The table and the heading that a column's name refers to; None where the column is gone."""
        found = _COLUMN.fullmatch(self.names.get(layout.column_name(table, column), ""))
        return (found[1], re.sub(r"'(.)", r"\1", found[2])) if found else None

    def table_name(self, id_: str, columns: Iterable[str]) -> str:
        """What the owner calls a table now, as the names of its columns tell."""
        places = [place for column in columns if (place := self._column(id_, column))]
        return places[0][0] if places else layout.table_name(id_)

    def other_sheets(self, tables: Iterable[str]) -> tuple[str, ...]:
        """The sheets of tables that have columns of kpixl's and are none of ``tables``."""
        ours = {layout.column_name(id_, "") for id_ in (*tables, layout.PAST, layout.IMPORTS)}
        names = [name for name in self.names if name.startswith(layout.COLUMN_PREFIX)]
        others = [_COLUMN.fullmatch(self.names[name]) for name in names if f"{name.rpartition('.')[0]}." not in ours]
        found = (self.view.table(name) for name in dict.fromkeys(place[1] for place in others if place))
        return tuple(dict.fromkeys(rows.sheet for rows in found if rows is not None))

    def named(self, name: str) -> InputCell:
        """The cell that a name refers to; blank where it is gone."""
        found = _AREA.fullmatch(self.names.get(name, ""))
        sheet = (found[1] or found[2]).replace("''", "'") if found else ""
        if not found or sheet not in self.by_name:
            return InputCell(None, sheet, "")
        area = parse_area(found[3].replace("$", ""))
        return InputCell(self.view.value(sheet, area.top, area.left), sheet, cell_name(area.top, area.left))


def _texts(numbers: Mapping[Any, int]) -> dict[str, int]:
    return {id_: number_ for id_, number_ in numbers.items() if isinstance(id_, str) and id_}
