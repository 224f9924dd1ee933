"""Opens the file to import: tells what kind it is, and has it read as a grid of cells. Never changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import files
from kpixl.errors import FileMissing
from kpixl.imports.refusals import NoSheets, UnreadableTable
from kpixl.imports.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.imports.source import Weigh


def read_source(path: Path, *, sheet: str | None = None, weigh: Weigh | None = None) -> Source:
    """Read a text with delimiters (CSV) or a workbook (.xlsx, .xlsm, .xls, .ods), told apart by what they hold.

    Of a workbook, ``sheet`` is read, or the one that suits best as ``weigh`` says, or the first one that holds
    anything. FileMissing, PasswordProtected, UnknownSheet
    or UnreadableSource where that cannot be done.
    """
    from kpixl.imports.from_text import read_text
    from kpixl.imports.from_workbook import is_workbook, read_workbook

    try:
        content = files.whole(path)
    except FileNotFoundError as error:
        raise FileMissing(path=str(path)) from error
    except OSError as error:
        raise UnreadableTable(path=path.name, detail=error.strerror or str(error)) from error
    if is_workbook(content):
        return read_workbook(path, content, sheet, weigh)
    if sheet is not None:
        raise NoSheets(path=path.name, got=sheet)
    return read_text(path, content)
