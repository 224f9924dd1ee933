"""Workbooks to import from: the saved values of one sheet. Nothing in them is ever run or changed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_, PasswordProtected
from kpixl.folding import folded
from kpixl.imports.refusals import UnknownSheet, UnreadableTable
from kpixl.imports.source import Raw, Source, is_filled
from kpixl.message import phrase
from kpixl.ooxml.marks import error_cells

if TYPE_CHECKING:
    from pathlib import Path

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream in which Office keeps what a password protects."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(content: bytes) -> bool:
    """Whether a file begins as workbooks do."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(path: Path, content: bytes, sheet: str | None) -> Source:
    """The rows of ``sheet``, or of the first sheet that holds anything; visible ones before hidden ones."""
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise PasswordProtected(path=path.name)
    try:
        return _read(path, content, sheet)
    except (UnknownSheet, UnreadableTable):
        raise
    except PasswordError as error:
        raise PasswordProtected(path=path.name) from error
    except BaseException as error:
        # A reader written in Rust reports some damage as a “panic”, which is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnreadableTable(path=path.name, detail=phrase(_damage(content))) from error
        raise


def _damage(content: bytes) -> str:
    if content.startswith(_ZIP) and not zipfile.is_zipfile(io.BytesIO(content)):
        return N_("the file is damaged or was not copied whole")
    return N_("it is damaged, or not a workbook of Excel or LibreOffice")


def _read(path: Path, content: bytes, sheet: str | None) -> Source:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        names = [item.name for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        if sheet is not None:
            names = [_called(path, sheet, names)]
        else:
            shown = {i.name for i in book.sheets_metadata if i.visible == SheetVisibleEnum.Visible}
            names.sort(key=lambda name: name not in shown)
        for name in names:
            rows, lines = _rows(book.get_sheet_by_name(name), error_cells(content, name))
            if rows:
                return Source(path, "excel", rows, lines, sheet=name)
    raise UnreadableTable(path=path.name, detail=phrase(N_("it is empty")))


def _called(path: Path, asked: str, names: list[str]) -> str:
    for name in names:
        if folded(name) == folded(asked):
            return name
    raise UnknownSheet(path=path.name, got=asked, allowed=", ".join(names))


def _rows(sheet: Any, errors: dict[tuple[int, int], str]) -> tuple[list[list[Raw]], list[int]]:
    """Filled rows with their numbers. ``errors`` are cells that the reader hands over as blank."""
    if sheet.start is None:
        return [], []
    top, left = sheet.start
    grid: list[list[Raw]] = sheet.to_python()
    for (row, column), code in errors.items():
        if 0 <= row - top < len(grid) and 0 <= column - left < len(grid[row - top]):
            grid[row - top][column - left] = ExcelError(code)
    rows, lines = [], []
    for line, cells in enumerate(grid, start=top + 1):
        if any(is_filled(cell) for cell in cells):
            rows.append(cells)
            lines.append(line)
    return rows, lines
