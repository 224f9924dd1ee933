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

if TYPE_CHECKING:
    from kpixl.imports.source import Raw

SECONDS = 60
_MEMORY = 2_000_000_000
"""Bytes that the process may ask for."""
_CODE = "from kpixl.imports.apart import serve; serve()"


class ReaderFailed(Exception):
    """The reader has failed."""


@dataclass(frozen=True)
class SheetNames:
    """Of the worksheets of a workbook, those that can be seen and those that are hidden."""

    shown: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def all(self) -> list[str]:
        """Of all of them, those that can be seen first."""
        return [*self.shown, *self.hidden]


@dataclass(frozen=True)
class ReadSheet:
    """A sheet of a workbook: its name, its cells from its first one on, and where that is, from 0."""

    names: SheetNames
    sheet: str | None
    rows: list[list[Raw]]
    start: tuple[int, int]


def read_apart(content: bytes, sheet: str) -> ReadSheet:
    """The sheet of that name; the names alone where there is no such, or it holds nothing. PasswordError, or
    ReaderFailed where that cannot be done."""
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
    if isinstance(answer, ReadSheet):
        return answer
    raise PasswordError(answer[1]) if answer[0] == PasswordError.__name__ else ReaderFailed(answer[1])


def serve() -> None:
    """What the process does: read what it is handed, and hand back what it has found."""
    _limit_memory()
    content, sheet = pickle.loads(sys.stdin.buffer.read())
    answer: object
    try:
        answer = _found(content, sheet)
    except BaseException as error:  # a panic of the reader is no Exception
        answer = type(error).__name__, str(error)
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, most))


def _found(content: bytes, sheet: str) -> ReadSheet:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        worksheets = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        shown = tuple(item.name for item in worksheets if item.visible == SheetVisibleEnum.Visible)
        names = SheetNames(shown, tuple(item.name for item in worksheets if item.name not in shown))
        if sheet in names.all:
            found = book.get_sheet_by_name(sheet)
            if found.start is not None:
                return ReadSheet(names, sheet, cast("list[list[Raw]]", found.to_python()), found.start)
    return ReadSheet(names, None, [], (0, 0))
