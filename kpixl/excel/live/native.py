"""What xlwings does not offer in one way for both systems, asked of Excel itself: Windows by COM, the Mac in ``mac``.

Every method crosses to Excel a fixed number of times. Never looks at what the cells mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kpixl.excel.live.ranges import RangeCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from kpixl.ooxml.cells import Area

ALLOWED = (
    "FormattingCells",
    "FormattingColumns",
    "FormattingRows",
    "InsertingColumns",
    "InsertingRows",
    "InsertingHyperlinks",
    "DeletingColumns",
    "DeletingRows",
    "Sorting",
    "Filtering",
    "UsingPivotTables",
)
"""What a protected sheet may allow nevertheless, in the order of the arguments of Excel's ``Protect``."""


@dataclass(frozen=True, slots=True)
class Protection:
    """How a sheet is protected; ``allowed`` has an answer for each of ``ALLOWED``."""

    drawings: bool
    scenarios: bool
    allowed: tuple[bool, ...]
    selectable: int | None = None
    """Which cells may be selected, in Excel's own numbers; None where it cannot be asked."""


class Series(Protocol):
    """A series of a chart, by its formula ``=SERIES(…)``."""

    formula: str


class Native(Protocol):
    """Excel on one of the two systems."""

    def read(self, cells: xw.Range, area: Area) -> RangeCells:
        """The values of a range, with dates as serial numbers and money unrounded. ``area`` is where it is."""

    def version(self, book: xw.Book) -> str | None:
        """The layout version among the custom document properties; None where it cannot be told."""

    def date1904(self, book: xw.Book) -> bool:
        """Whether days count from 1904."""

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the contents of a sheet are protected against programs, not only against people."""

    def protection(self, sheet: xw.Sheet) -> Protection:
        """How a protected sheet is protected."""

    def unprotect(self, sheet: xw.Sheet) -> bool:
        """Take away a protection without a password; False where there is one, and it stays."""

    def protect(self, sheet: xw.Sheet, protection: Protection) -> None:
        """Protect a sheet without a password."""

    def hidden(self, rows: xw.Range) -> bool | None:
        """Whether all rows of a range are hidden; None where only some are."""

    def series(self, chart: xw.Chart) -> Iterator[Series]:
        """The series of a chart."""
