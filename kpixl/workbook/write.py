"""Writes the cells that kpixl owns: cached values beside their formulas, and what refresh found. Nothing else.

``owned`` and ``lost`` say what a refresh has to bring about, for a file and for the workbook open in Excel alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.folding import squeezed
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook import layout
from kpixl.workbook.grid import here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpixl.ooxml.package import Package, Sheet
    from kpixl.workbook.grid import Cell, Context, Placement


@dataclass(frozen=True, slots=True)
class Owned:
    """What a block shall hold after a refresh. Rows and columns are those of its sheet, from 1."""

    id: str
    sheet: Sheet
    cells: Mapping[tuple[int, int], Cell]
    """By row and column, with formulas as they have to stand in this workbook."""
    hidden: Mapping[int, bool]
    """Whether a row is to be out of sight, for the rows that come and go."""
    heights: Mapping[int, float]
    """Heights in points of rows, where the block sets them."""
    breaks: Mapping[int, bool]
    """Whether a printed page begins with a row, for those with which one may."""


def owned(context: Context, placements: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> Iterator[Owned]:
    """What each block that is still there shall hold; rows and columns that the owner deleted are passed over."""
    for id_, block in layout.blocks(context.business).items():
        place = placements.get(id_)
        if place is None or place.sheet not in sheets:
            continue
        rows, columns = place.row_numbers, place.column_numbers
        cells = {
            (rows[row], columns[column]): here(cell, context)
            for (row, column), cell in block.cells(context).items()
            if row in rows and column in columns
        }
        hidden = block.hidden_rows(context) if block.hidden_rows is not None else None
        heights = block.heights(context) if block.heights is not None else {}
        breaks = block.breaks(context) if block.breaks is not None else {}
        yield Owned(
            id_,
            sheets[place.sheet],
            cells,
            {} if hidden is None else {number: row in hidden for row, number in rows.items()},
            {rows[row]: points for row, points in heights.items() if row in rows},
            {rows[row]: begins for row, begins in breaks.items() if row in rows},
        )


def lost(cell: Cell, there: str | None) -> bool:
    """Whether a live cell, in which the formula ``there`` stands or none, has to get its own anew. Excel rewrites a
    formula when a heading or sheet is renamed, so the one that stands there is the right one."""
    return there is None or (cell.guarded and _squeezed(there) != _squeezed(cell.formula or ""))


def write(package: Package, context: Context, placements: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> None:
    """Bring every owned cell up to date. A sheet whose cells are all right already keeps its bytes."""
    editors: dict[str, SheetEditor] = {}
    for block in owned(context, placements, sheets):
        part = block.sheet.part
        editor = editors.get(part) or editors.setdefault(part, SheetEditor(package, block.sheet))
        for (row, column), cell in block.cells.items():
            _put(editor, row, column, cell)
        for row, hidden in block.hidden.items():
            editor.set_row_hidden(row, hidden)
        for row, points in block.heights.items():
            editor.set_row_height(row, points)
        for row, begins in block.breaks.items():
            editor.set_page_break(row, begins)
    for editor in editors.values():
        editor.commit()
    package.set_full_calc_on_load()


def _put(editor: SheetEditor, row: int, column: int, cell: Cell) -> None:
    if cell.kind == "live":
        anew = lost(cell, editor.formula(row, column))
        editor.set(row, column, cell.value, cell.formula if anew else None)
    elif cell.kind == "label" and cell.refilled and editor.is_blank(row, column):
        editor.set(row, column, cell.value)
    elif cell.kind == "echo":
        if editor.formula(row, column) is None:
            return
        # Where there is no number, Excel's own error stands there already, or a number that is none any more.
        if cell.value is not None:
            editor.set(row, column, cell.value)
        elif isinstance(editor.value(row, column), float | int):
            editor.set(row, column, ExcelError.VALUE)
    elif cell.kind == "static" and cell.formula is not None:
        editor.set(row, column, cell.value, cell.formula)
    elif cell.kind == "static" and cell.value is None:
        editor.clear(row, column)
    elif cell.kind == "static":
        if editor.has_formula(row, column):
            editor.clear(row, column)
        editor.set(row, column, cell.value)


def _squeezed(formula: str) -> str:
    return squeezed(formula).lower()
