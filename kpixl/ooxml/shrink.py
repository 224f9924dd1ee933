"""Shrinking an Excel Table to some of its rows: the kept ones move up under the headings, the rest is cleared.

Never deletes a row of the sheet, never moves a cell beside or below the table, and changes nothing before it is sure
that all can be moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.ooxml.cells import Area, cell_name, parse_area, parse_cell
from kpixl.ooxml.moves import Moves
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.notes import move_links, moved_notes
from kpixl.ooxml.row_moves import RowsInBlocks, RowsInTree
from kpixl.ooxml.rules import move_rules
from kpixl.ooxml.shape import columns_of, find_table, is_blank_row, shape_of
from kpixl.ooxml.sheet import SheetEditor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, TablePart
    from kpixl.ooxml.shape import Column


class MergedInTable(WorkbookError):
    """Cells are merged where rows of a table have to move."""

    code = "merged_in_table"
    template = N_(
        "{sheet}!{cell} belongs to merged cells, which cannot move with the rows of a table; "
        "unmerge them and try again."
    )


class FormulaOverCells(WorkbookError):
    """One formula fills several cells where rows of a table have to move."""

    code = "formula_over_cells"
    template = N_(
        "{sheet}!{cell} belongs to a formula over several cells, which cannot move with the rows of a table; "
        "move it off the table and try again."
    )


def keep_rows(package: Package, table_name: str, kept: Sequence[int]) -> None:
    """Shrink a table to the data rows ``kept``: 0-based indexes, ascending; ValueError for others.

    Cells move with format, formula, notes and links; formulas as if they were copied, those of a totals row as if the
    rows between had been deleted. Conditional formats, validations and sparklines of the sheet follow. With no row
    kept one blank row remains, as in a new table. Pictures and charts over the rows stay where they are.
    """
    table = find_table(package, table_name)
    root = package.tree(table.part)
    shape = shape_of(root)
    moves = Moves(shape.data, shape.totals, tuple(int(index) for index in kept))
    count = moves.data.bottom - moves.data.top + 1
    if any(later <= earlier for earlier, later in zip((-1, *moves.kept), (*moves.kept, count), strict=True)):
        raise ValueError(f"the rows of {table.name} to keep are not ascending indexes below {count}")
    if len(moves.kept) == count:
        return
    editor = SheetEditor(package, table.sheet, {moves.data.top, moves.data.bottom}.__contains__, is_shared=True)
    rows = RowsInTree(editor, moves) if editor.left is None else RowsInBlocks(package, editor, moves)
    _refuse(table, editor.root, rows.formulas_over_cells(), rows.region)
    rows.resolve()
    if not moves.kept:
        columns = columns_of(root, editor, moves.data)
        if count == 1 and is_blank_row(editor, moves.data.top, columns):
            return
        _make_blank(editor, moves.data.top, columns)
    rows.move()
    _fit_dimension(editor.root, moves, rows.last)
    _scroll_back(editor.root, moves)
    move_rules(editor.root, table.sheet.name, moves)
    _shrink_table(root, moves)
    notes = moved_notes(package, table.sheet.part, moves)
    # Whatever may be found damaged has been read by now.
    move_links(package, table.sheet.part, editor.root, moves)
    package.replace(table.sheet.part, rows.serialised())
    package.replace(table.part, root)
    for part, content in notes.items():
        package.replace(part, content)
    if rows.have_formulas or not moves.kept:
        package.drop_calc_chain()


def _refuse(table: TablePart, root: Element, formulas: Iterable[tuple[str, str, str]], region: Area) -> None:
    for merged in root.iterfind(qn("x:mergeCells/x:mergeCell")):
        area = parse_area(merged.get("ref", ""))
        if area.overlaps(region):
            raise MergedInTable(sheet=table.sheet.name, cell=cell_name(area.top, area.left))
    for kind, ref, cell in formulas:
        area = parse_area(ref or cell)
        if area.overlaps(region) and not (kind == "array" and area.ref == cell):
            raise FormulaOverCells(sheet=table.sheet.name, cell=cell_name(area.top, area.left))


def _make_blank(editor: SheetEditor, row: int, columns: Sequence[Column]) -> None:
    """Empty what was entered in a data row, and let it be seen; what is calculated stays, without a value."""
    editor.set_row_hidden(row, False)
    for column in columns:
        own = editor.formula(row, column.number)
        wanted = None if column.formula is None else column.formula(row)
        if wanted is None or not (column.declared or own == wanted):
            editor.clear(row, column.number)
        else:
            array = column.array and own is None
            editor.set(row, column.number, None, wanted if own is None else None, array=array)


def _scroll_back(root: Element, moves: Moves) -> None:
    """Have a sheet that was scrolled past the rows that remain begin at the table again."""
    views = root.findall(qn("x:sheetViews/x:sheetView"))
    for view in (*views, *(pane for one in views for pane in one.iterfind(qn("x:pane")))):
        first = view.get("topLeftCell")
        if first and moves.bottom + moves.totals < parse_cell(first)[0] <= moves.end:
            view.set("topLeftCell", cell_name(moves.data.top, parse_cell(first)[1]))


def _fit_dimension(root: Element, moves: Moves, last: int) -> None:
    """A dimension that ended with the table ends with the last row that has cells."""
    dimension = root.find(qn("x:dimension"))
    area = None if dimension is None else parse_area(dimension.get("ref", ""))
    if dimension is None or area is None or area.bottom != moves.end:
        return
    last = max(last, area.top, moves.bottom + moves.totals)
    dimension.set("ref", Area(area.top, area.left, last, area.right).ref)


def _shrink_table(root: Element, moves: Moves) -> None:
    area = parse_area(root.get("ref", ""))
    root.set("ref", Area(area.top, area.left, moves.bottom + moves.totals, area.right).ref)
    for entry in root.iter(*(qn(f"x:{tag}") for tag in ("autoFilter", "sortState", "sortCondition"))):
        old = parse_area(entry.get("ref", ""))
        if old.bottom > moves.bottom:
            entry.set("ref", Area(min(old.top, moves.bottom), old.left, moves.bottom, old.right).ref)
