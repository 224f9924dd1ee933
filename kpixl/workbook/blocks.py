"""The two views of one file: calamine for values, the package for names; and the blocks found by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, load_workbook

from kpixl.entries import InputCell
from kpixl.errors import (
    DamagedWorkbook,
    DatesFrom1904,
    NewerWorkbook,
    NotOurWorkbook,
    OlderWorkbook,
)
from kpixl.workbook import layout
from kpixl.workbook.aliases import Aliases
from kpixl.workbook.cells import cell_name, parse_area
from kpixl.workbook.grid import BLOCK_PREFIX, Placement
from kpixl.workbook.package import OFFICE_RELATIONSHIP, Package

if TYPE_CHECKING:
    from kpixl.workbook.package import Sheet

_FORMAT = re.compile(rb'(<(?:\w+:)?xf\b[^>]*?\bnumFmtId=")\d+')
_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)")


class Blocks:
    """The two views of one file: calamine for values, the package for names."""

    def __init__(self, package: Package) -> None:
        self.package = package
        version = package.custom_properties.get("kpixl", "0")
        if version.isdigit() and int(version) > layout.LAYOUT_VERSION:
            raise NewerWorkbook(path=package.path.name, version=version)
        if version.isdigit() and 0 < int(version) < layout.LAYOUT_VERSION:
            raise OlderWorkbook(path=package.path.name)
        if package.date1904:
            raise DatesFrom1904(path=package.path.name)
        self.aliases = Aliases.found_in(package.defined_names)
        there = package.defined_names
        self.names = there | {ours: there[name] for ours, name in self.aliases.names.items()}
        if BLOCK_PREFIX + "settings" not in self.names:
            raise NotOurWorkbook(path=package.path.name)
        try:
            self.values = load_workbook(BytesIO(_without_date_formats(package)), load_tables=True)
        except CalamineError as error:
            raise DamagedWorkbook(path=package.path.name, detail=str(error)) from error
        self.by_name = {sheet.name: sheet for sheet in package.sheets}
        self._grids: dict[str, list[list[Any]]] = {}

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
            grid = self.grid(sheet.name)
            # Backwards, so that of an id that was copied the first one stands.
            rows = {_at(grid, row, area.left): row for row in range(area.bottom, area.top, -1)}
            columns = {_at(grid, area.top, column): column for column in range(area.right, area.left, -1)}
            key = layout.sheet_of(id_)
            places[id_] = Placement(id_, key, _texts(rows), _texts(columns), area.top, area.left)
            sheets[key] = sheet
        return places, sheets

    def grid(self, sheet: str) -> list[list[Any]]:
        """The values of a sheet, row by row from its first cell."""
        if sheet not in self._grids:
            self._grids[sheet] = self.values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return self._grids[sheet]

    def cell(self, place: Placement, sheets: Mapping[str, Sheet], row: str, column: str) -> InputCell:
        """A cell of the owner's; blank where its row or column is gone."""
        sheet = sheets[place.sheet].name
        if row not in place.row_numbers or column not in place.column_numbers:
            return InputCell(None, sheet, "")
        number_, index = place.position(row, column)
        return InputCell(_at(self.grid(sheet), number_, index), sheet, cell_name(number_, index))

    def fixed(self, place: Placement, sheets: Mapping[str, Sheet], row: str) -> str:
        """An entry of Settings that was fixed when the workbook was made."""
        return str(self.cell(place, sheets, row, "code").raw or "")

    def named(self, name: str) -> InputCell:
        """The cell that a name refers to; blank where it is gone."""
        found = _AREA.fullmatch(self.names.get(name, ""))
        sheet = (found[1] or found[2]).replace("''", "'") if found else ""
        if not found or sheet not in self.by_name:
            return InputCell(None, sheet, "")
        area = parse_area(found[3].replace("$", ""))
        return InputCell(_at(self.grid(sheet), area.top, area.left), sheet, cell_name(area.top, area.left))


def _without_date_formats(package: Package) -> bytes:
    """The file with every number format taken away, so that dates are read as the serial numbers that they are.

    Calamine would make dates of them, rounded to milliseconds, and off by a day before March 1900.
    """
    plain = Package.from_bytes(package.data, package.path)
    for part in plain.related(plain.workbook_part, OFFICE_RELATIONSHIP + "/styles"):
        plain.replace(part, _FORMAT.sub(rb"\g<1>0", plain.read(part)))
    return plain.data


def _at(grid: list[list[Any]], row: int, column: int) -> Any:
    if row > len(grid) or column > len(grid[row - 1]):
        return None
    value = grid[row - 1][column - 1]
    return None if value == "" else value


def _texts(numbers: Mapping[Any, int]) -> dict[str, int]:
    return {id_: number_ for id_, number_ in numbers.items() if isinstance(id_, str)}
