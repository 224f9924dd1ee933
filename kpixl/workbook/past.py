"""The lines of Past periods: appended for a period that is closed, put right for one that is restated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.i18n import language
from kpixl.kpi.closing import ACTION, NOTE, ROWS
from kpixl.kpi.partial import TENTHS, built, part_id
from kpixl.ooxml.shrink import keep_rows
from kpixl.ooxml.table_rows import set_cells
from kpixl.period import serial
from kpixl.texts.words import KINDS_OF_PAST, LEVELS, SHAPES, SOURCES_OF_PAST, STANDINGS, level_word, measure_label
from kpixl.workbook import layout
from kpixl.workbook.append import append_columns
from kpixl.workbook.grid import static
from kpixl.workbook.write import Owned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpixl.entries import PastValue
    from kpixl.ooxml.cells import Value
    from kpixl.ooxml.package import Package
    from kpixl.workbook.grid import Cell
    from kpixl.workbook.read import Book


_WRITTEN = ("value", "source", "level", "note")
"""What is put right in a line that is there."""


def append_past(package: Package, book: Book, past: Iterable[PastValue]) -> None:
    """Append closed periods; kinds, sources and levels are written in the owner's words."""
    append_columns(package, book, layout.PAST, _columns(book, list(past)), days=("start",))


def put_past(package: Package, book: Book, past: Iterable[PastValue]) -> None:
    """Have each line stand once in Past periods: in place of an earlier one of its period and id, else at the end."""
    lines = list(past)
    wanted = {(line.start, line.id) for line in lines}
    there: dict[tuple[object, str], int] = {}
    surplus = set()
    for row, line in zip(book.past_rows, book.entries.past, strict=True):
        if (line.start, line.id) in wanted and there.setdefault((line.start, line.id), row) != row:
            surplus.add(row)
    known = [line for line in lines if (line.start, line.id) in there]
    columns, headings = _columns(book, known), book.headings[layout.PAST]
    changes = {
        (there[line.start, line.id], headings[column]): columns[column][index]
        for index, line in enumerate(known)
        for column in _WRITTEN
        if column in headings
    }
    name = book.table_names[layout.PAST]
    if changes:
        set_cells(package, name, changes)
    if surplus:
        rows = range(max(*book.past_rows) + 1)
        keep_rows(package, name, [row for row in rows if row not in surplus])
    append_past(package, book, [line for line in lines if (line.start, line.id) not in there])


def late_block(book: Book) -> Owned | None:
    """What the lines to which outcomes came late shall hold, as cells of the sheet of Past periods; None where there is
    nothing to write."""
    table = book.view.table(book.table_names[layout.PAST]) if book.late.lines else None
    if table is None:
        return None
    new, headings = {(line.start, line.id): line for line in book.late.lines}, book.headings[layout.PAST]
    cells: dict[tuple[int, int], Cell] = {}
    for row, line in zip(book.past_rows, book.entries.past, strict=True):
        late = new.get((line.start, line.id))
        for column, values in _columns(book, [late]).items() if late else ():
            if column in _WRITTEN and headings.get(column) in table.columns:
                number = table.left + table.columns.index(headings[column])
                cells[table.first_row + row, number] = static(values[0])
    return Owned(layout.PAST, book.view.sheets[table.sheet], cells, {}, {}, {})


def _columns(book: Book, rows: list[PastValue]) -> dict[str, Sequence[Value]]:
    t = language(book.entries.language)
    labels = {kpi.history_id: t(kpi.name) for kpi in book.entries.business.kpis}
    labels.update({item.name: measure_label(item, t) for item in book.entries.business.measures})
    labels.update({f"{table.id}{ROWS}": t(table.title) for table in book.entries.business.tables})
    labels |= {
        part_id(item, tenth): f"{measure_label(item, t)} {tenth}/{TENTHS}"
        for kpi in book.entries.business.kpis
        if (item := built(kpi))
        for tenth in range(1, TENTHS)
    }
    labels.update({f"{entry.slot}": entry.label.text for entry in book.entries.own})
    labels |= {id_ + behind: text for id_, text in list(labels.items()) for behind in (ACTION, NOTE)}
    levels = {level.id: level_word(level, t) for level in LEVELS}
    levels |= {standing.value: f"{SHAPES[standing.shade]} {t(word)}" for standing, word in STANDINGS.items()}
    return {
        "start": [serial(row.start) for row in rows],
        "kind": [t(KINDS_OF_PAST[row.kind]) for row in rows],
        "id": [row.id for row in rows],
        "name": [labels.get(row.id, row.id) for row in rows],
        "value": [row.value for row in rows],
        "source": [t(SOURCES_OF_PAST[row.source]) if row.source in SOURCES_OF_PAST else "" for row in rows],
        "level": [levels.get(row.level, "") for row in rows],
        "note": [row.note for row in rows],
    }
