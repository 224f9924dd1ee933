"""The cells in which an owner says that there is nothing to enter: they come onto the entry sheets of a workbook that
lacks them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import column_letters
from kpixl.ooxml.defined_names import add_names
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook.entry_sheets import NONE_COLUMN, NONE_ROW, NOTHING
from kpixl.workbook.formulas import none_name
from kpixl.workbook.grid import quoted

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package
    from kpixl.workbook.migrate.before import Before
    from kpixl.workbook.migrate.pattern import Pattern


def add(package: Package, state: Before, model: Pattern) -> None:
    """Put each cell where a new workbook has it, or to the right of what the owner has there."""
    names: dict[str, str] = {}
    for table in state.full.tables:
        name, sheet = none_name(table.id), state.sheets.get(table.id)
        if not table.waits or sheet is None or name in state.names:
            continue
        editor = SheetEditor(package, sheet, lambda row: row == NONE_ROW)
        column = next(
            at for at in count(NONE_COLUMN) if editor.is_blank(NONE_ROW, at) and editor.is_blank(NONE_ROW, at + 1)
        )
        editor.set(NONE_ROW, column + 1, model.context.t(NOTHING))
        for at in (0, 1):
            editor.set_style(NONE_ROW, column + at, model.style(table.id, NONE_ROW, NONE_COLUMN + at))
        editor.commit()
        names[name] = f"{quoted(sheet.name)}!${column_letters(column)}${NONE_ROW}"
    add_names(package, names)
