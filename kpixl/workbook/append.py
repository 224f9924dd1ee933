"""Rows by the ids of the catalogue, appended to the tables of a workbook under the headings that the owner sees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.load import OF_THE_DAY
from kpixl.catalog.tables import Each, Elapsed, Else, Lookup, Once, names_in
from kpixl.cellvalue import ExcelError
from kpixl.entries import elapsed, entry_table
from kpixl.kpi.measure import Tally
from kpixl.ooxml.cells import cell_name, parse_cell
from kpixl.ooxml.shape import find_table, shape_of
from kpixl.ooxml.sheet import SheetEditor, moved_formula
from kpixl.ooxml.table_rows import append_rows, set_cells
from kpixl.workbook import layout
from kpixl.workbook.vectors import as_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kpixl.catalog.tables import Calculated
    from kpixl.ooxml.cells import Value
    from kpixl.ooxml.package import Package
    from kpixl.workbook.read import Book


_AT_ONCE = 20_000
"""Rows that are a tree at the same time."""


def append_entries(
    package: Package,
    book: Book,
    table: str,
    columns: Mapping[str, Sequence[Value]],
    own: Mapping[str, Sequence[Value]] | None = None,
) -> None:
    """Append rows to an entry table; calculated columns get the values that their formulas will show. ``own`` are the
    columns that the owner has added, by their headings."""
    count = len(next(iter(columns.values()), []))
    of = book.entries.business.table(table)
    # What depends on other rows, on other tables or on the period gets its values when all rows are there: settle.
    shown: dict[str, Sequence[Value]] = {item.id: _in_row(item, book, table, columns, count) for item in of.calculated}
    append_columns(package, book, table, {**columns, **shown}, own, days=of.days)


def move_in(package: Package, book: Book, table: str, rows: Sequence[Mapping[int, str]]) -> None:
    """Take rows that stand elsewhere on the sheet of an entry table into it: for each the cell that holds a column's
    value, by the number of the column. They leave the place where they stood; their formulas move as if they were cut
    out and filled in."""
    part = find_table(package, book.table_names[table])
    left = shape_of(package.tree(part.part)).data.left
    headings = book.headings[table]
    calculated = {headings[c.id] for c in book.entries.business.table(table).calculated if c.id in headings}
    numbers = {parse_cell(cell)[0] for cells in rows for cell in cells.values()}
    editor = SheetEditor(package, part.sheet, numbers.__contains__)
    values: dict[str, list[Value]] = {}
    formulas: dict[tuple[int, int], tuple[str, str]] = {}
    for index, cells in enumerate(rows):
        for column, cell in cells.items():
            place, heading = parse_cell(cell), part.columns[column - left]
            if heading not in calculated:
                values.setdefault(heading, [None] * len(rows))[index] = editor.content(*place)
                formula = editor.formula(*place)
                if formula is not None:
                    formulas[index, column] = formula, cell
            editor.clear(*place)
    editor.commit()
    ids = {heading: id_ for id_, heading in headings.items()}
    known = {ids[heading]: column for heading, column in values.items() if heading in ids}
    serial = book.entries.days.serial
    for id_ in known.keys() & book.entries.business.table(table).days:
        known[id_] = [serial(value) for value in known[id_]]
    append_entries(package, book, table, known, {h: column for h, column in values.items() if h not in ids})
    if not formulas:
        return
    first = shape_of(package.tree(part.part)).data.bottom - len(rows) + 1
    editor = SheetEditor(package, part.sheet, lambda row: row >= first)
    for (index, column), (formula, origin) in formulas.items():
        moved = moved_formula(formula, origin, cell_name(first + index, column))
        editor.set(first + index, column, editor.content(first + index, column), moved)
    editor.commit()


def _in_row(
    column: Calculated, book: Book, table: str, columns: Mapping[str, Sequence[Value]], count: int
) -> list[Value]:
    """The values of a column that is known from its row alone; blank for others."""
    if isinstance(column, Elapsed):
        return _elapsed(column, columns, count)
    if isinstance(column, Each):
        told = {id_: [None if isinstance(v, bool | ExcelError) else v for v in cells] for id_, cells in columns.items()}
        rows = entry_table(book.entries.business.table(table), told)
        new = Tally(replace(book.entries, tables={**book.entries.tables, table: rows})).calculated(rows, column)
        return ["" if value != value else float(value) for value in new]
    if not isinstance(column, Else):
        return [""] * count
    first, other = (as_numbers(columns.get(id_, [None] * count))[0] for id_ in column.reads)
    return ["" if value != value else float(value) for value in np.where(np.isnan(first), other, first)]


def _elapsed(column: Elapsed, columns: Mapping[str, Sequence[Value]], count: int) -> list[Value]:
    """The values of a column of elapsed time that is known from its row alone; blank for others."""
    if column.open_until or not {column.since, column.until} <= set(columns):
        return [""] * count
    dates = {id_: as_numbers(columns[id_])[0] for id_ in (column.since, column.until)}
    values = elapsed(column, dates, np.zeros(count, dtype=bool), {})
    return ["" if value != value else float(value) for value in values]


def forget_hours(
    package: Package, book: Book, table: str, count: int, new: Sequence[int], there: Sequence[int]
) -> None:
    """Empty the columns of hours in rows whose days have no time of day: ``new`` ones, among the ``count`` last rows,
    and ones that were ``there``, each counted from 0."""
    if not new and not there:
        return
    part = find_table(package, book.table_names[table])
    data = shape_of(package.tree(part.part)).data
    rows = {*(data.bottom - count + 1 + place for place in new), *(data.top + place for place in there)}
    editor = SheetEditor(package, part.sheet, rows.__contains__)
    hours = [
        c.id for c in book.entries.business.table(table).calculated if isinstance(c, Elapsed) and c.unit == "hours"
    ]
    for id_ in hours:
        if id_ in book.headings[table]:
            column = data.left + part.columns.index(book.headings[table][id_])
            for row in sorted(rows):
                editor.clear(row, column)
    editor.commit()


def settle(package: Package, book: Book, *, rows_changed: bool = True) -> None:
    """Bring the saved values of calculated columns up to date in an open package whose rows have changed; where they
    have not, those that follow from the day, or from a cell that somebody typed over."""
    by_table: dict[str, list[str]] = {}
    for table, id_ in book.stale:
        column = next(one for one in book.entries.business.table(table).calculated if one.id == id_)
        if rows_changed or _moves_by_itself(column):
            by_table.setdefault(table, []).append(id_)
    for table, ids in by_table.items():
        rows = book.entries.tables[table]
        assert rows is not None
        numbers = sorted({row for id_ in ids for row in book.stale[table, id_]})
        for start in range(0, len(numbers), _AT_ONCE):
            some = set(numbers[start : start + _AT_ONCE])
            on_sheet = {rows.first_row + row for row in some}
            editor = SheetEditor(package, book.sheets[table], on_sheet.__contains__)
            for id_ in ids:
                for row in some & book.stale[table, id_].keys():
                    value, place = book.stale[table, id_][row], parse_cell(rows.cell(id_, row))
                    value = book.entries.days.stored(value) if id_ in rows.table.days else value
                    # What somebody typed over the formula stays.
                    if editor.has_formula(*place):
                        editor.set(*place, "" if value is None else value)
            editor.commit()


def _moves_by_itself(column: Calculated) -> bool:
    """Whether it holds another value on another day, or once a column that it is computed from is typed over."""
    return isinstance(column, Each) or (
        isinstance(column, Lookup | Once) and not names_in(column.where).isdisjoint(OF_THE_DAY)
    )


def remember(package: Package, book: Book, table: str, names: Mapping[str, Sequence[str]]) -> None:
    """Write down which columns of files fill the fields of a table, by field id and the newest first, in place of what
    the workbook knows of these fields; what it knows of others stays."""
    headings, rows = book.headings[layout.IMPORTS], book.view.table(book.table_names[layout.IMPORTS])
    if rows is None or set(headings) != set(layout.IMPORT_COLUMNS) or not set(headings.values()) <= set(rows.columns):
        return
    table_place, field_place, column_place = (rows.columns.index(headings[id_]) for id_ in layout.IMPORT_COLUMNS)
    changes: dict[tuple[int, str], Value] = {}
    new: list[tuple[str, str]] = []
    for field, columns in names.items():
        lines = [i for i, row in enumerate(rows.rows) if (row[table_place], row[field_place]) == (table, field)]
        for line, column in zip(lines, columns, strict=False):
            changes |= {(line, headings["column"]): column} if rows.rows[line][column_place] != column else {}
        for line in lines[len(columns) :]:
            changes |= {(line, headings[id_]): None for id_ in layout.IMPORT_COLUMNS}
        new += [(field, column) for column in columns[len(lines) :]]
    if changes:
        set_cells(package, book.table_names[layout.IMPORTS], changes)
    if new:
        fields, columns = zip(*new, strict=True)
        cells = {"table": [table] * len(new), "field": fields, "column": columns}
        append_columns(package, book, layout.IMPORTS, cells)


def append_columns(
    package: Package,
    book: Book,
    table: str,
    columns: Mapping[str, Sequence[Value]],
    own: Mapping[str, Sequence[Value]] | None = None,
    *,
    days: Collection[str] = (),
) -> None:
    """Append rows to any table of the workbook, by the ids of its columns, and ``own`` ones by their headings; what
    the owner deleted is passed over. The columns ``days`` are serial numbers."""
    headings, stored = book.headings[table], book.entries.days.stored
    columns = {id_: [stored(one) for one in values] if id_ in days else values for id_, values in columns.items()}
    given = {headings[id_]: values for id_, values in columns.items() if id_ in headings}
    append_rows(package, book.table_names[table], {**given, **(own or {})})
