"""What kpixl writes into cells, written anew: today's formulas in the workbook's own words, and today's texts.

A text is written anew where an older kpixl's own stands there, or nothing that an older kpixl wrote; one that the owner
put in its place stays, and so do the words that entries are compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.ooxml.references import same_formula
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_columns import calculate
from kpixl.texts.words import entry_words
from kpixl.workbook import layout
from kpixl.workbook.context import context_of
from kpixl.workbook.entry_sheets import calculated_text
from kpixl.workbook.grid import here
from kpixl.workbook.migrate import layout_record as record

if TYPE_CHECKING:
    from datetime import datetime

    from kpixl.ooxml.package import Package
    from kpixl.workbook.grid import Cell, Cells, Context, Placement
    from kpixl.workbook.migrate.growth import Grown
    from kpixl.workbook.migrate.pattern import Pattern
    from kpixl.workbook.read import Book


def _clear_rest(editor: SheetEditor, place: Placement, cells: Cells) -> None:
    """Empty what stood where nothing stands any more: a KPI that is not told apart by that any longer."""
    for row in place.row_numbers:
        for column in place.column_numbers:
            at = place.position(row, column)
            if (row, column) not in cells and not editor.is_blank(*at):
                editor.clear(*at)


def write_anew(
    package: Package,
    book: Book,
    model: Pattern,
    grown: Grown,
    now: datetime,
    known: frozenset[bytes] | None = None,
) -> None:
    """Write every formula and text of kpixl's where it differs from today's, and all of what is new. ``known`` are the
    marks of texts that are kpixl's own, where they are not those of an earlier layout."""
    c = current(book, now)
    version = grown.state.version
    known = record.marks(version) if version < layout.LAYOUT_VERSION else known
    kept = {("words", row) for row in entry_words(c.business, c.t)}
    editors: dict[str, SheetEditor] = {}
    blank = {id_: block.cells(model.context) for id_, block in layout.blocks(model.context.business).items()}
    for id_, block in layout.blocks(c.business).items():
        place = book.placements.get(id_)
        if place is None or place.sheet not in book.sheets:
            continue
        sheet = book.sheets[place.sheet]
        editor = editors.get(sheet.part) or editors.setdefault(sheet.part, SheetEditor(package, sheet))
        cells = {ids: here(cell, c) for ids, cell in block.cells(c).items()}
        if id_ == "breakdown":
            _clear_rest(editor, place, cells)
        for (row, column), cell in cells.items():
            if row not in place.row_numbers or column not in place.column_numbers:
                continue
            at = place.position(row, column)
            if grown.is_new(id_, row, column):
                # Which KPI is picked for the trend stands there already.
                as_new = cell.kind == "input" and id_ != "dashboard"
                _put(editor, at, here(blank[id_][row, column], model.context) if as_new else cell)
                new = model.context.placements[id_].position(row, column)
                editor.set_style(*at, model.style(place.sheet, *new))
            elif cell.kind == "live":
                _formula(editor, at, cell)
            elif cell.kind == "label" and (id_, row) not in kept and cell.value != c.titles.get(place.sheet):
                _text(editor, at, cell, known)
    for editor in editors.values():
        editor.commit()
    for table in c.business.tables:
        for calculated in table.calculated:
            heading = book.headings[table.id].get(calculated.id)
            if heading is not None and book.entries.tables[table.id] is not None:
                calculate(package, book.table_names[table.id], heading, calculated_text(table, calculated, c))


def current(book: Book, now: datetime) -> Context:
    """What the cells of the workbook are made from; what a refresh finds is left to it."""
    scorecard = score(book.entries, measure(book.entries, book.tally(now.date())), now.date())
    return context_of(book, scorecard, (), now.date(), None)


def _put(editor: SheetEditor, at: tuple[int, int], cell: Cell) -> None:
    if cell.formula is None:
        editor.clear(*at)
    if cell.value is not None or cell.formula is not None:
        editor.set(*at, "" if cell.value is None else cell.value, cell.formula)


def _formula(editor: SheetEditor, at: tuple[int, int], cell: Cell) -> None:
    formula, there = cell.formula or "", editor.formula(*at)
    if there is None or not same_formula(there, formula):
        editor.set(*at, cell.value, formula)


def _text(editor: SheetEditor, at: tuple[int, int], cell: Cell, known: frozenset[bytes] | None) -> None:
    if cell.value is None:
        return
    there = editor.value(*at)
    if editor.formula(*at) is not None:
        editor.clear(*at)
    elif there == cell.value or known is None:
        return
    elif there is None:
        if record.text_mark(cell.value) in known:
            return  # the owner has emptied it
    elif record.text_mark(there) not in known:
        return
    editor.set(*at, cell.value)
