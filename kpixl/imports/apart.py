"""Workbooks of other formats than .xlsx, read in a process of its own: a damaged one may have the reader ask for more
memory than there is, which ends the process that asks.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from kpixl.folding import folded
from kpixl.imports.old_hidden import hidden_in_old
from kpixl.imports.old_letters import old_letters
from kpixl.imports.open_document import hidden_in

if TYPE_CHECKING:
    from kpixl.imports.source import Raw

SECONDS = 60
_MEMORY = 2_000_000_000
"""Bytes that the process may ask for."""
_CODE = "from kpixl.imports.apart import serve; serve()"


class ReaderFailed(Exception):
    """The reader has failed."""


@dataclass(frozen=True)
class ReadSheet:
    """A sheet of a workbook that holds anything: its cells from its first one on, and where that is, from 0."""

    name: str
    shown: bool
    rows: list[list[Raw]]
    start: tuple[int, int]
    hidden: frozenset[int] = frozenset()
    """The numbers of its rows that are hidden, where that is known."""


@dataclass(frozen=True)
class ReadSheets:
    """The sheets of a workbook that were read, and the names of all of them."""

    names: list[str]
    sheets: list[ReadSheet]


def read_apart(content: bytes, sheet: str | None) -> ReadSheets:
    """The sheet of that name, or all of them. PasswordError, or ReaderFailed where that cannot be done."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CODE],
            input=pickle.dumps((content, sheet)),
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
        answer = pickle.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, EOFError, pickle.UnpicklingError) as error:
        raise ReaderFailed(str(error)) from error
    if isinstance(answer, ReadSheets):
        return answer
    raise PasswordError(answer[1]) if answer[0] == PasswordError.__name__ else ReaderFailed(answer[1])


def serve() -> None:
    """What the process does: read what it is handed, and hand back what it has found."""
    _limit_memory()
    content, sheet = pickle.loads(sys.stdin.buffer.read())
    answer: object
    try:
        answer = sheets_in(content, sheet)
    except BaseException as error:  # a panic of the reader is no Exception
        answer = type(error).__name__, str(error)
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, most))


def sheets_in(content: bytes, sheet: str | None) -> ReadSheets:
    """The same in this process."""
    letters, hidden, in_order = old_letters(content), hidden_in(content), hidden_in_old(content)
    with CalamineWorkbook.from_filelike(io.BytesIO(letters.content)) as book:
        hidden = {**hidden, **{item.name: lines for item, lines in zip(book.sheets_metadata, in_order, strict=False)}}
        worksheets = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        right = letters.likeliest(item.name for item in worksheets).right
        found = []
        for item in worksheets:
            name, cells = right(item.name), book.get_sheet_by_name(item.name)
            if cells.start is not None and (sheet is None or folded(name) == folded(sheet)):
                rows = letters.in_rows(cast("list[list[Raw]]", cells.to_python()))
                is_shown = item.visible == SheetVisibleEnum.Visible
                found.append(ReadSheet(name, is_shown, rows, cells.start, hidden.get(item.name, frozenset())))
        return ReadSheets([right(item.name) for item in worksheets], found)
