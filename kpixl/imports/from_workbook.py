"""Workbooks to import from: the saved values of one sheet. Nothing in them is ever run or changed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_, DamagedWorkbook, PasswordProtected, WorkbookError
from kpixl.folding import folded
from kpixl.imports.refusals import UnknownSheet, UnreadableTable
from kpixl.imports.source import Raw, Source, Weigh, is_filled
from kpixl.message import phrase
from kpixl.ooxml.cell_values import SheetValues, TooFarApart
from kpixl.ooxml.marks import error_cells, hidden_rows
from kpixl.ooxml.package import Package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kpixl.ooxml.package import Sheet

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream in which Office keeps what a password protects."""
_FAR = N_("{sheet}!{cell} holds something, far from everything else on that sheet; delete those rows or columns")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(content: bytes) -> bool:
    """Whether a file begins as workbooks do."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(path: Path, content: bytes, sheet: str | None, weigh: Weigh | None = None) -> Source:
    """The rows of ``sheet``, or of the sheet that suits best, or of the first one that holds anything; visible ones
    before hidden ones."""
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise PasswordProtected(path=path.name)
    package = _package(path, content)
    return read_sheet(package, sheet, weigh) if package else _apart(path, content, sheet, weigh)


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


def read_sheet(package: Package, asked: str | None, weigh: Weigh | None = None) -> Source:
    """The rows of a sheet of an open workbook, or of the one that suits best, or of the first one that holds anything;
    errors as of ``read_workbook``, which has UnreadableTable for what is damaged."""
    path = package.path
    sheets = [sheet for sheet in package.sheets if package.is_worksheet(sheet)]
    if asked is not None:
        name = _called(path, asked, [sheet.name for sheet in sheets])
        sheets = [sheet for sheet in sheets if sheet.name == name]
    values = SheetValues(package, dates=True)
    shown = (found for sheet in sheets if sheet.state == "visible" for found in _held(package, values, sheet))
    hidden = (found for sheet in sheets if sheet.state != "visible" for found in _held(package, values, sheet))
    return _best(path, shown, hidden, weigh if len(sheets) > 1 else None)


def _held(package: Package, values: SheetValues, sheet: Sheet) -> Iterator[Source]:
    """The rows of a sheet; nothing where it holds nothing."""
    path = package.path
    try:
        grid = values.grid(sheet)
    except TooFarApart as error:
        raise UnreadableTable(path=path.name, detail=phrase(_FAR, **error.details)) from error
    except DamagedWorkbook as error:
        raise UnreadableTable(path=path.name, detail=error.details["detail"]) from error
    if sheet.part not in package.reaches:  # it says that it is a sheet, and holds something else
        return
    left, content = max(package.reaches[sheet.part].left - 1, 0), package.read(sheet.part)
    rows, lines = _rows([row[left:] for row in grid], (0, left), error_cells(content))
    if rows:
        yield Source(path, "excel", rows, lines, sheet=sheet.name, hidden=hidden_rows(content))


def _best(path: Path, shown: Iterator[Source], hidden: Iterator[Source], weigh: Weigh | None) -> Source:
    """The sheet that suits best, with the others that suit as well: a cover may stand before it, and a sheet for each
    month behind it. The first one that holds anything where none suits, or nothing tells; one that can be seen where
    any does."""
    first: Source | None = None
    for sheets in (shown, hidden):
        found = []
        for source in sheets:
            first = first or source
            if weigh is None:
                return source
            found.append((weigh(source), source))
        best = max((weight for weight, _ in found), default=0)
        if best:
            chosen, *others = [source for weight, source in found if weight == best]
            return replace(chosen, others=tuple(str(source.sheet) for source in others))
    if first is None:
        raise UnreadableTable(path=path.name, detail=phrase(N_("it is empty")))
    return first


def _apart(path: Path, content: bytes, asked: str | None, weigh: Weigh | None) -> Source:
    """The same for what is no package of Excel's: older formats, and those of other programs."""
    from python_calamine import PasswordError

    from kpixl.imports.apart import ReaderFailed, read_apart

    try:
        found = read_apart(content, asked)
    except PasswordError as error:
        raise PasswordProtected(path=path.name) from error
    except ReaderFailed as error:
        raise UnreadableTable(path=path.name, detail=phrase(_damage(content))) from error
    if asked is not None:
        _called(path, asked, found.names)

    def held(*, shown: bool) -> Iterator[Source]:
        for sheet in found.sheets:
            rows, lines = _rows(sheet.rows, sheet.start, {}) if sheet.shown == shown else ([], [])
            if rows:
                yield Source(path, "excel", rows, lines, sheet=sheet.name, hidden=sheet.hidden)

    return _best(path, held(shown=True), held(shown=False), weigh if asked is None else None)


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
