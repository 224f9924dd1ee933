"""Workbooks to import from: the saved values of one sheet. Nothing in them is ever run or changed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_, DamagedWorkbook, PasswordProtected, WorkbookError
from kpixl.folding import folded
from kpixl.imports.refusals import UnknownSheet, UnreadableTable
from kpixl.imports.source import Raw, Source, is_filled
from kpixl.message import phrase
from kpixl.ooxml.cell_values import SheetValues, TooFarApart
from kpixl.ooxml.marks import error_cells
from kpixl.ooxml.package import Package

if TYPE_CHECKING:
    from pathlib import Path

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream in which Office keeps what a password protects."""
_FAR = N_("{sheet}!{cell} holds something, far from everything else on that sheet; delete those rows or columns")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(content: bytes) -> bool:
    """Whether a file begins as workbooks do."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(path: Path, content: bytes, sheet: str | None) -> Source:
    """The rows of ``sheet``, or of the first sheet that holds anything; visible ones before hidden ones."""
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise PasswordProtected(path=path.name)
    package = _package(path, content)
    return read_sheet(package, sheet) if package else _apart(path, content, sheet)


def _package(path: Path, content: bytes) -> Package | None:
    """The workbook as its parts; None where it is of another format. UnreadableTable where it is damaged."""
    try:
        package = Package.from_bytes(content, path)
        package.verify()
    except DamagedWorkbook as error:
        is_whole = zipfile.is_zipfile(io.BytesIO(content))
        detail = error.details["detail"] if is_whole else phrase(_damage(content))
        raise UnreadableTable(path=path.name, detail=detail) from error
    except WorkbookError:
        return None
    return package


def read_sheet(package: Package, asked: str | None) -> Source:
    """The rows of a sheet of an open workbook, or of the first one that holds anything; errors as of ``read_workbook``,
    which has UnreadableTable for what is damaged."""
    path = package.path
    sheets = [sheet for sheet in package.sheets if package.is_worksheet(sheet)]
    if asked is not None:
        name = _called(path, asked, [sheet.name for sheet in sheets])
        sheets = [sheet for sheet in sheets if sheet.name == name]
    sheets.sort(key=lambda sheet: sheet.state != "visible")
    values = SheetValues(package, dates=True)
    for sheet in sheets:
        try:
            grid = values.grid(sheet)
        except TooFarApart as error:
            raise UnreadableTable(path=path.name, detail=phrase(_FAR, **error.details)) from error
        except DamagedWorkbook as error:
            raise UnreadableTable(path=path.name, detail=error.details["detail"]) from error
        if sheet.part not in package.reaches:  # it says that it is a sheet, and holds something else
            continue
        left = max(package.reaches[sheet.part].left - 1, 0)
        rows, lines = _rows([row[left:] for row in grid], (0, left), error_cells(package.read(sheet.part)))
        if rows:
            return Source(path, "excel", rows, lines, sheet=sheet.name)
    raise UnreadableTable(path=path.name, detail=phrase(N_("it is empty")))


def _apart(path: Path, content: bytes, asked: str | None) -> Source:
    """The same for what is no package of Excel's: older formats, and those of other programs."""
    from python_calamine import PasswordError

    from kpixl.imports.apart import ReaderFailed, read_apart

    try:
        found = read_apart(content, asked)
        if asked is not None and asked not in found.names:
            found = read_apart(content, _called(path, asked, found.names))
    except PasswordError as error:
        raise PasswordProtected(path=path.name) from error
    except ReaderFailed as error:
        raise UnreadableTable(path=path.name, detail=phrase(_damage(content))) from error
    rows, lines = _rows(found.rows, found.start, {})
    if not rows:
        raise UnreadableTable(path=path.name, detail=phrase(N_("it is empty")))
    return Source(path, "excel", rows, lines, sheet=found.sheet)


def _damage(content: bytes) -> str:
    if content.startswith(_ZIP) and not zipfile.is_zipfile(io.BytesIO(content)):
        return N_("the file is damaged or was not copied whole")
    return N_("it is damaged, or not a workbook of Excel or LibreOffice")


def _called(path: Path, asked: str, names: list[str]) -> str:
    for name in names:
        if folded(name) == folded(asked):
            return name
    raise UnknownSheet(path=path.name, got=asked, allowed=", ".join(names))


def _rows(
    grid: list[list[Raw]], start: tuple[int, int], errors: dict[tuple[int, int], str]
) -> tuple[list[list[Raw]], list[int]]:
    """Filled rows with their numbers; ``start`` is where the grid begins, from 0. ``errors`` are cells that the reader
    hands over as blank."""
    top, left = start
    for (row, column), code in errors.items():
        if 0 <= row - top < len(grid) and 0 <= column - left < len(grid[row - top]):
            grid[row - top][column - left] = ExcelError(code)
    rows, lines = [], []
    for line, cells in enumerate(grid, start=top + 1):
        if any(is_filled(cell) for cell in cells):
            rows.append(cells)
            lines.append(line)
    return rows, lines
