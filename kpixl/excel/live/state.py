"""Leaves Excel as the owner had it: what he selected, how it calculates, how his sheets are protected.

Never writes a cell, and never saves the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.excel.live.journal import Step
from kpixl.excel.live.native import Native, Protection

if TYPE_CHECKING:
    import xlwings as xw

_WHILE_WRITING = {"screen_updating": False, "enable_events": False, "calculation": "manual"}


class SheetHasPassword(WorkbookError):
    """A sheet of results is protected by a password."""

    code = "sheet_has_password"
    template = N_(
        "The sheet {sheet} is protected by a password and nothing was written; unprotect it in Excel (Review > "
        "Unprotect Sheet) and try again."
    )


@contextmanager
def undisturbed(book: xw.Book) -> Iterator[None]:
    """Hold the screen, events and calculation; afterwards, come what may, these are as before, and so are the active
    sheet and the selection."""
    app = book.app
    with ExitStack() as stack:
        for setting, value in _WHILE_WRITING.items():
            before = getattr(app, setting)
            stack.callback(setattr, app, setting, before)
            setattr(app, setting, value)
        stack.callback(_Place(book).restore)
        yield


class _Place:
    """Where the owner is in the workbook."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._sheet = book.sheets.active
        self._name = self._sheet.name
        self._selection = _selection(book)
        self._address = self._selection.address if self._selection is not None else None

    def restore(self) -> None:
        """Go back, if need be."""
        if self._book.sheets.active.name != self._name:
            # By its implementation: xlwings itself would bring the window of the workbook to the front.
            self._sheet.impl.activate()
        if self._selection is not None:
            now = _selection(self._book)
            if now is None or now.address != self._address:
                self._selection.select()


def _selection(book: xw.Book) -> xw.Range | None:
    """None where a chart or a picture is selected, or so many cells that Excel cannot count them."""
    try:
        return book.app.selection
    except Exception:
        return None


def unprotecting(sheets: Iterable[xw.Sheet], excel: Native) -> tuple[list[Step], list[Step]]:
    """Steps to be taken before and after writing on sheets, some of which are protected; SheetHasPassword in one of
    the first where that needs a password."""
    before, after = [], []
    for sheet in sheets:
        if excel.protected(sheet):
            off = partial(_unprotect, excel, sheet)
            on = partial(_protect, excel, sheet, excel.protection(sheet))
            before.append(Step(off, on))
            after.append(Step(on, off))
    return before, after


def _unprotect(excel: Native, sheet: xw.Sheet) -> None:
    if excel.protected(sheet) and not excel.unprotect(sheet):
        raise SheetHasPassword(sheet=sheet.name)


def _protect(excel: Native, sheet: xw.Sheet, protection: Protection) -> None:
    # Excel would ask for the password of a sheet that still has one.
    if not excel.protected(sheet):
        excel.protect(sheet, protection)
