"""Writes the cells that kpixl owns: cached values beside their formulas, and what refresh found. Nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.workbook import layout
from kpixl.workbook.sheet import SheetEditor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.workbook.aliases import Aliases
    from kpixl.workbook.grid import Cell, Context, Placement
    from kpixl.workbook.package import Package, Sheet


def write(package: Package, context: Context, placements: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> None:
    """Bring every owned cell up to date. A sheet whose cells are all right already keeps its bytes."""
    editors: dict[str, SheetEditor] = {}
    for id_, block in layout.blocks(context.business).items():
        place = placements.get(id_)
        if place is None or place.sheet not in sheets:
            continue
        sheet = sheets[place.sheet]
        editor = editors.get(sheet.part) or editors.setdefault(sheet.part, SheetEditor(package, sheet))
        for (row, column), cell in block.cells(context).items():
            if row in place.row_numbers and column in place.column_numbers:
                _put(editor, *place.position(row, column), cell, context.aliases)
        if block.hidden_rows is not None:
            hidden = block.hidden_rows(context)
            for row, number in place.row_numbers.items():
                editor.set_row_hidden(number, row in hidden)
        if block.heights is not None:
            for row, points in block.heights(context).items():
                if row in place.row_numbers:
                    editor.set_row_height(place.row_numbers[row], points)
    for editor in editors.values():
        editor.commit()
    package.set_full_calc_on_load()


def _put(editor: SheetEditor, row: int, column: int, cell: Cell, aliases: Aliases) -> None:
    formula = None if cell.formula is None else aliases.there(cell.formula)
    if cell.kind == "live":
        # Excel rewrites a formula when a heading or sheet is renamed, so the one that stands there is the right one.
        there = editor.formula(row, column)
        lost = there is None or (cell.guarded and _squeezed(there) != _squeezed(formula or ""))
        editor.set(row, column, cell.value, formula if lost else None)
    elif cell.kind == "label" and cell.refilled and editor.is_blank(row, column):
        editor.set(row, column, cell.value)
    elif cell.kind == "echo":
        # Where there is no number, Excel's own error stands there already.
        if editor.formula(row, column) is not None and cell.value is not None:
            editor.set(row, column, cell.value)
    elif cell.kind == "static" and formula is not None:
        editor.set(row, column, cell.value, formula)
    elif cell.kind == "static":
        if editor.formula(row, column) is not None:
            editor.clear(row, column)
        editor.set(row, column, cell.value)


def _squeezed(formula: str) -> str:
    return "".join(formula.split()).lower()
