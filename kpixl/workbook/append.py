"""Rows by the ids of the catalogue, appended to the tables of a workbook under the headings that the owner sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kpixl.catalog.tables import Elapsed
from kpixl.entries import elapsed
from kpixl.i18n import language
from kpixl.period import serial
from kpixl.words import KINDS_OF_PAST, LEVELS, SHAPES, SOURCES, STANDINGS, level_word, measure_label
from kpixl.workbook import layout
from kpixl.workbook.cells import parse_cell
from kpixl.workbook.columns import as_numbers
from kpixl.workbook.sheet import SheetEditor
from kpixl.workbook.tables import append_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpixl.entries import PastValue
    from kpixl.rows import Columns
    from kpixl.workbook.cells import Value
    from kpixl.workbook.package import Package
    from kpixl.workbook.read import Book


def append_entries(package: Package, book: Book, table: str, columns: Columns) -> None:
    """Append rows to an entry table; calculated columns get the values that their formulas will show."""
    count = len(next(iter(columns.values()), []))
    # What depends on other rows, on other tables or on the period gets its values when all rows are there: settle.
    shown: dict[str, Sequence[Value]] = {
        item.id: _elapsed(item, columns, count) if isinstance(item, Elapsed) else [""] * count
        for item in book.entries.business.table(table).calculated
    }
    _append(package, book, table, {**columns, **shown})


def _elapsed(column: Elapsed, columns: Columns, count: int) -> list[Value]:
    """The values of a column of elapsed time that is known from its row alone; blank for others."""
    if column.open_until or not {column.since, column.until} <= set(columns):
        return [""] * count
    dates = pd.DataFrame({id_: as_numbers(columns[id_])[0] for id_ in column.reads})
    values = elapsed(column, dates, np.zeros(count, dtype=bool), {})
    return ["" if value != value else float(value) for value in values]


def settle(package: Package, book: Book) -> None:
    """Bring the saved values of calculated columns up to date in an open package whose rows have changed."""
    by_table: dict[str, list[str]] = {}
    for table, column in book.stale:
        by_table.setdefault(table, []).append(column)
    for table, ids in by_table.items():
        rows = book.entries.tables[table]
        assert rows is not None
        editor = SheetEditor(package, book.sheets[table])
        for id_ in ids:
            _, number = parse_cell(rows.cell(id_, 0))
            for row, value in enumerate(book.stale[table, id_], rows.first_row):
                editor.set(row, number, "" if value != value else float(value))
        editor.commit()


def append_past(package: Package, book: Book, past: Iterable[PastValue]) -> None:
    """Append closed periods; kinds, sources and levels are written in the owner's words."""
    t, rows = language(book.entries.language), list(past)
    labels = {kpi.history_id: t(kpi.name) for kpi in book.entries.business.kpis}
    labels.update({item.name: measure_label(item, t) for item in book.entries.business.measures})
    levels = {level.id: level_word(level, t) for level in LEVELS}
    levels |= {standing.value: f"{SHAPES[standing.shade]} {t(word)}" for standing, word in STANDINGS.items()}
    columns: dict[str, Sequence[Value]] = {
        "start": [serial(row.start) for row in rows],
        "kind": [t(KINDS_OF_PAST[row.kind]) for row in rows],
        "id": [row.id for row in rows],
        "name": [labels.get(row.id, row.id) for row in rows],
        "value": [row.value for row in rows],
        "source": [t(SOURCES[row.source]) if row.source in SOURCES else "" for row in rows],
        "level": [levels.get(row.level, "") for row in rows],
    }
    _append(package, book, layout.PAST, columns)


def _append(package: Package, book: Book, table: str, columns: Mapping[str, Sequence[Value]]) -> None:
    headings = book.headings[table]
    given = {headings[id_]: values for id_, values in columns.items() if id_ in headings}
    append_rows(package, book.table_names[table], given)
