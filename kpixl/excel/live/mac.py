"""Excel for the Mac by Apple events, in the words of its scripting dictionary, as xlwings has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.excel.live.native import Protection
from kpixl.excel.live.ranges import RangeCells, cells_of, strange

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from kpixl.excel.live.native import Series
    from kpixl.ooxml.cells import Area

ALLOWED = (
    "allow_formatting_cells",
    "allow_formatting_columns",
    "allow_formatting_rows",
    "allow_inserting_columns",
    "allow_inserting_rows",
    "allow_inserting_hyperlinks",
    "allow_deleting_columns",
    "allow_deleting_rows",
    "allow_sorting",
    "allow_filtering",
    "allow_using_pivot_table",
)
"""What ``kpixl.excel.live.native.ALLOWED`` is called here."""


class Mac:
    """Excel for the Mac."""

    def read(self, cells: xw.Range, area: Area) -> RangeCells:
        """Errors come without a value, and are told by what the cells show."""
        raw = cells.api.value2.get()
        shown = cells.api.string_value.get() if strange(raw, area) else None
        found = cells_of(raw, area, shown)
        for number, row in enumerate(found.rows, area.top):
            # An empty text and an empty cell are the same here.
            found.blank.update((number, column) for column, cell in enumerate(row, area.left) if cell == "")
        found.blank.difference_update(found.errors)
        return found

    def version(self, book: xw.Book) -> str | None:
        """The dictionary gives no single property of one's own."""
        return None

    def date1904(self, book: xw.Book) -> bool:
        """Whether days count from 1904."""
        return bool(book.api.date_1904.get())

    def protected(self, sheet: xw.Sheet) -> bool:
        """Whether the contents of a sheet are protected against programs."""
        api = sheet.api
        return bool(api.protect_contents.get() and not api.protection_mode.get())

    def protection(self, sheet: xw.Sheet) -> Protection:
        """How a protected sheet is protected."""
        api = sheet.api
        allows = api.protection_object
        return Protection(
            bool(api.protect_drawing_objects.get()),
            bool(api.protect_scenarios.get()),
            tuple(bool(getattr(allows, word).get()) for word in ALLOWED),
        )

    def unprotect(self, sheet: xw.Sheet) -> bool:
        """With an empty password: where none is given, Excel asks the owner for it."""
        api = sheet.api
        try:
            api.unprotect(password="")
        except Exception:
            if not api.protect_contents.get():
                raise
        return not api.protect_contents.get()

    def protect(self, sheet: xw.Sheet, protection: Protection) -> None:
        """Protect a sheet without a password."""
        sheet.api.protect_worksheet(
            drawing_objects=protection.drawings,
            worksheet_contents=True,
            scenarios=protection.scenarios,
            user_interface_only=False,
            **dict(zip(ALLOWED, protection.allowed, strict=True)),
        )

    def hidden(self, rows: xw.Range) -> bool | None:
        """Here xlwings asks once for all rows."""
        return rows.rows.hidden

    def series(self, chart: xw.Chart) -> Iterator[Series]:
        """The formulas of series are not in the dictionary: a chart stays until the file itself is refreshed."""
        return iter(())
