"""Excel for Windows, by COM."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kpixl.excel.live.native import ALLOWED, Protection, Series
from kpixl.excel.live.ranges import RangeCells, cells_of
from kpixl.workbook.layout import OTHER_PROPERTY, PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from kpixl.ooxml.cells import Area


class Windows:
    """Excel for Windows."""

    def read(self, cells: xw.Range, area: Area) -> RangeCells:
        """Not by ``Value``, which makes dates of serial numbers and rounds money to four decimals."""
        return cells_of(cells.api.Value2, area)

    def version(self, book: xw.Book) -> str | None:
        """A property that is not there is an error to Excel."""
        for name in (OTHER_PROPERTY, PROPERTY):
            with suppress(Exception):
                return str(book.api.CustomDocumentProperties(name).Value)
        return None

    def date1904(self, book: xw.Book) -> bool:
        """Whether days count from 1904."""
        return bool(book.api.Date1904)

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the contents of a sheet are protected against programs."""
        api = sheet.api
        return bool(api.ProtectContents and not api.ProtectionMode)

    def protection(self, sheet: xw.Sheet) -> Protection:
        """How a protected sheet is protected."""
        api = sheet.api
        allows = api.Protection
        return Protection(
            bool(api.ProtectDrawingObjects),
            bool(api.ProtectScenarios),
            tuple(bool(getattr(allows, f"Allow{what}")) for what in ALLOWED),
            api.EnableSelection,
        )

    def unprotect(self, sheet: xw.Sheet) -> bool:
        """With an empty password: where none is given, Excel asks the owner for it."""
        api = sheet.api
        try:
            api.Unprotect("")
        except Exception:
            if not api.ProtectContents:
                raise
        return not api.ProtectContents

    def protect(self, sheet: xw.Sheet, protection: Protection) -> None:
        """The arguments by their places: password, drawings, contents, scenarios, programs may write, allowances."""
        api = sheet.api
        api.Protect("", protection.drawings, True, protection.scenarios, False, *protection.allowed)
        if protection.selectable is not None:
            api.EnableSelection = protection.selectable

    def hidden(self, rows: xw.Range) -> bool | None:
        """One question for all rows; xlwings would ask row by row."""
        answer = rows.api.EntireRow.Hidden
        return None if answer is None else bool(answer)

    def series(self, chart: xw.Chart) -> Iterator[Series]:
        """The series of a chart."""
        for series in chart.series:
            yield _Series(series.api)


class _Series:
    def __init__(self, api: Any) -> None:
        self._api = api

    @property
    def formula(self) -> str:
        return str(self._api.Formula)

    @formula.setter
    def formula(self, text: str) -> None:
        self._api.Formula = text
