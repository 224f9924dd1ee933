"""The VBA modules as a host: a workbook whose cells call them, computed by LibreOffice."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hosts
import office
import openpyxl
from cases import Case, Spread
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from engines import contents
from kpixl.functions import ExcelError
from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.package import Package
from kpixl.ooxml.vba.project import Module, add_macros
from kpixl.workbook.macros.functions_vba import modules

_ERRORS = {"#N/A": "=NA()", "#DIV/0!": "=1/0", "#NUM!": "=10^400", "#VALUE!": "=#VALUE!"}
_SHOWN = {f"Error {error.number}": error for error in ExcelError}
"""LibreOffice shows what CVErr made as a text."""


Place = tuple[int, int, int]
"""The row of a call in the first column, and how many rows and columns its result has."""


def computed(calls: Sequence[Case | Spread], given: Sequence[Module] | None = None) -> list[Any]:
    """What the cells of each call show: rows of cells for a range, else the one cell."""
    cells, places = laid_out(calls)
    with tempfile.TemporaryDirectory(prefix="kpixl-vba-") as folder:
        source, target = Path(folder, "calls.xlsm"), Path(folder, "computed.xlsx")
        package = Package.from_bytes(cells, source)
        add_macros(package, modules() if given is None else given)
        package.save(source)
        return read_off(office.with_macros(source, target), calls, places)


def laid_out(calls: Sequence[Case | Spread]) -> tuple[bytes, list[Place]]:
    """A workbook whose cells make the calls, and where each one is."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    places, row = [], 1
    for call in calls:
        columns, column, height = [], 20, 1
        for argument in call.arguments:
            lines = hosts._lines(argument)
            width = max(map(len, lines))
            for down, line in enumerate(lines):
                for right, cell in enumerate(line):
                    _put(sheet, row + down, column + right, cell)
            last = cell_name(row + len(lines) - 1, column + width - 1)
            corner = cell_name(row, column)
            columns.append(f"{corner}:{last}" if isinstance(argument, list) else corner)
            column, height = column + width, max(height, len(lines))
        if isinstance(call, Case):
            columns += [f'"{named}"' for named in hosts.arguments(call)[len(call.arguments) :]]
        formula = f"={call.name}({','.join(columns)})"
        high, wide = (len(call.expected), len(call.expected[0])) if isinstance(call, Spread) else (1, 1)
        if isinstance(call, Spread):
            sheet.cell(row, 1, ArrayFormula(f"{cell_name(row, 1)}:{cell_name(row + high - 1, wide)}", formula))
        else:
            sheet.cell(row, 1, formula)
        places.append((row, high, wide))
        row += max(height, high)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), places


def read_off(path: Path, calls: Sequence[Case | Spread], places: Sequence[Place]) -> list[Any]:
    """What the cells of each call show in a workbook that was computed."""
    values = {place: _shown(cell.value) for place, cell in contents(path).items()}

    def block(top: int, high: int, wide: int) -> list[list[Any]]:
        rows = range(top, top + high)
        return [[values.get(("Sheet", cell_name(at, column))) for column in range(1, wide + 1)] for at in rows]

    shown = [block(*place) for place in places]
    return [rows if isinstance(call, Spread) else rows[0][0] for call, rows in zip(calls, shown, strict=True)]


def _put(sheet: Worksheet, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, ExcelError):
        sheet.cell(row, column, _ERRORS[str(cell)])
    elif cell == "":
        sheet.cell(row, column, '=""')
    elif cell is not None:
        place = sheet.cell(row, column, cell)
        if isinstance(cell, str):
            place.data_type = "s"


def _shown(value: Any) -> Any:
    return _SHOWN.get(value, value)
