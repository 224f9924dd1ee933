"""The file to import as a grid of cells: which kind of file it is, and its rows as they stand there.

Never changes the file, never runs anything in it, and knows nothing of tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpixl.entries import CellError
from kpixl.errors import FileMissing
from kpixl.source.errors import NoSheets, UnreadableTable

if TYPE_CHECKING:
    from pathlib import Path

Raw: TypeAlias = str | float | bool | datetime | date | time | timedelta | CellError
"""A cell as the file holds it; the empty text where it is blank. Cells of text files are texts."""


@dataclass(frozen=True)
class Source:
    """The rows of a file that hold anything, as they stand there."""

    path: Path
    kind: Literal["text", "excel"]
    rows: list[list[Raw]]
    lines: list[int]
    """The line of the file, or the row of the sheet, in which each row begins; from 1."""
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


def is_filled(cell: Raw) -> bool:
    """Whether a cell holds more than spaces."""
    return not isinstance(cell, str) or bool(cell.strip())


def read_source(path: Path, *, sheet: str | None = None) -> Source:
    """Read a text with delimiters (CSV) or a workbook (.xlsx, .xlsm, .xls, .ods), told apart by what they hold.

    Of a workbook, ``sheet`` is read, or the first one that holds anything. FileMissing, PasswordProtected, UnknownSheet
    or UnreadableSource where that cannot be done.
    """
    from kpixl.source.excel import is_workbook, read_workbook
    from kpixl.source.text import read_text

    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(path=str(path)) from error
    except OSError as error:
        raise UnreadableTable(path=path.name, detail=error.strerror or str(error)) from error
    if is_workbook(content):
        return read_workbook(path, content, sheet)
    if sheet is not None:
        raise NoSheets(path=path.name, got=sheet)
    return read_text(path, content)
