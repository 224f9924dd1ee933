"""The file to import as a grid of cells: which kind of file it is, and its rows as they stand there.

Never changes the file, never runs anything in it, and knows nothing of tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpixl.cellvalue import ExcelError

if TYPE_CHECKING:
    from pathlib import Path

Raw: TypeAlias = str | float | bool | datetime | date | time | timedelta | ExcelError
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
    hidden: frozenset[int] = frozenset()
    """Rows of the sheet that are hidden."""
    others: tuple[str, ...] = ()
    """Other sheets that hold what was looked for as well."""


Weigh: TypeAlias = Callable[[Source], int]
"""How well a sheet suits what is looked for; 0 where it does not."""


def is_filled(cell: Raw) -> bool:
    """Whether a cell holds more than spaces."""
    return not isinstance(cell, str) or bool(cell.strip())
