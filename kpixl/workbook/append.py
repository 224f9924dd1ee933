"""Rows by the ids of the catalogue, appended to the tables of a workbook under the headings that the owner sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.i18n import language
from kpixl.period import serial
from kpixl.rows import entry_table
from kpixl.words import KINDS_OF_PAST, LEVELS, SOURCES, level_word, measure_label
from kpixl.workbook import layout
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
    record = book.entries.business.table(table)
    numbers = entry_table(record, columns).numbers
    shown = {
        item.id: ["" if value != value else float(value) for value in numbers[item.id]] for item in record.calculated
    }
    _append(package, book, table, {**columns, **shown})


def append_past(package: Package, book: Book, past: Iterable[PastValue]) -> None:
    """Append closed periods; kinds, sources and levels are written in the owner's words."""
    t, rows = language(book.entries.language), list(past)
    labels = {kpi.name_prefix: t(kpi.name) for kpi in book.entries.business.kpis}
    labels.update({item.name: measure_label(item, t) for item in book.entries.business.measures})
    levels = {level.id: level_word(level, t) for level in LEVELS}
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
