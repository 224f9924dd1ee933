"""Mends what can be mended without asking: rows outside of their table are taken into it, and cells whose text is
surely a date, a number, a word or nothing become that.

All or nothing: the file is written once everything is done, and the one before stays as a backup.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kpixl.check.fixes import Fix, Mended, fixes
from kpixl.errors import N_
from kpixl.files import ensure_free, locked
from kpixl.message import Message, Verbatim, phrase
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.number_formats import DAY, GENERAL, MOMENT, NumberFormats
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import Outcome, no_collection, opened, scored
from kpixl.verbs.take_in import RowsTaken, case_of, rows_said, take_rows
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.entries import EntryTable
    from kpixl.ooxml.package import Package
    from kpixl.workbook.read import Book


@dataclass(frozen=True)
class FixedCells:
    """A workbook, and what was mended in it."""

    outcome: Outcome
    taken: Mapping[str, RowsTaken] = dataclasses.field(default_factory=dict)
    """The rows that its tables have taken in, by the id of the table."""
    cells: Sequence[Fix] = ()


def fix(path: Path, *, now: datetime, show: bool = False) -> FixedCells:
    """Mend what is sure, and refresh; with ``show``, say what would be done and leave the file as it is.
    ContentBelowTable where something stands in the way of a table that has to grow; then the file stays as it was."""
    with locked(path):
        package, upgraded = opened(path, now)
        if not show:
            ensure_free(path)
        with no_collection():
            book = read(package, now.date())
            taken = take_rows(package, book, now)
            if taken:
                book = read(package, now.date())
            cells = fixes(case_of(book, now), lambda table, column: _calculated(book, table, column))
            if not taken and not cells:
                scorecard, problems = scored(book, now.date())
                return FixedCells(Outcome(path, scorecard, problems))
            mend(package, book, cells)
            done = Done("check --fix", written=_written(taken, cells))
            scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=done)
        if show:
            return FixedCells(Outcome(path, scorecard, problems), taken, cells)
        backup = package.save(path, backup=now)
    return FixedCells(Outcome(path, scorecard, problems, backup, written=True, upgraded=upgraded), taken, cells)


def _written(taken: Mapping[str, RowsTaken], cells: Sequence[Fix]) -> Message:
    """What the log says."""
    places = tuple(f"{one.sheet}!{one.cell}" for one in cells)
    mended_ = phrase(N_("Cells fixed: {count} ({places})."), count=len(cells), places=places) if cells else ""
    return phrase(Verbatim("{rows} {cells}"), rows=rows_said(taken) if taken else "", cells=mended_)


def _calculated(book: Book, table: str, column: str) -> np.ndarray:
    """Which rows of a column hold a formula."""
    rows, place = book.entries.tables[table], book.view.table(book.table_names[table])
    assert rows is not None
    return np.zeros(len(rows), dtype=bool) if place is None else book.view.formulas(place, rows.letters[column])


def mend(package: Package, book: Book, cells: Sequence[Fix]) -> None:
    """Put into cells of entry tables what belongs there, in an open package. A cell keeps its looks; where it shows
    texts alone, or a date as a number, its number format becomes that of the column."""
    formats = NumberFormats(package)
    by_column: dict[str, dict[str, list[Fix]]] = {}
    for one in cells:
        by_column.setdefault(one.table, {}).setdefault(one.field, []).append(one)
    for table, columns in by_column.items():
        rows = book.entries.tables[table]
        assert rows is not None
        at = {parse_cell(one.cell)[0] for found in columns.values() for one in found}
        at |= {parse_cell(_usual_cell(rows, column))[0] for column in columns}
        editor = SheetEditor(package, book.sheets[table], at.__contains__)
        for column, found in columns.items():
            usual = _usual(editor, formats, rows, column)
            for one in found:
                place = parse_cell(one.cell)
                editor.set(*place, book.entries.days.stored(one.now) if one.kind is Mended.DATE else one.now)
                number = _number_format(formats, editor.style(*place), one, usual)
                if number is not None:
                    editor.set_style(*place, formats.showing(editor.style(*place), number))
        editor.commit()


def _usual(editor: SheetEditor, formats: NumberFormats, rows: EntryTable, column: str) -> int:
    """The number format of the first cell of a column that holds a number, or that of its first cell."""
    if column not in rows.numbers:
        return GENERAL
    return formats.of(editor.shown_style(*parse_cell(_usual_cell(rows, column))))


def _usual_cell(rows: EntryTable, column: str) -> str:
    filled = np.flatnonzero(~np.isnan(rows.numbers[column])) if column in rows.numbers else np.array([], dtype=int)
    return rows.cell(column, int(filled[0]) if len(filled) else 0)


def _number_format(formats: NumberFormats, style: int | None, one: Fix, usual: int) -> int | None:
    """The number format that a mended cell needs; None where its own will do."""
    own, is_text = formats.of(style), formats.is_typed_text(style)
    if one.kind is Mended.DATE and (is_text or not formats.is_date(own)):
        at_midnight = isinstance(one.now, float) and one.now.is_integer()
        return usual if formats.is_date(usual) else DAY if at_midnight else MOMENT
    if one.kind is Mended.NUMBER and (is_text or formats.is_date(own)):
        return GENERAL if formats.is_date(usual) else usual
    return None
