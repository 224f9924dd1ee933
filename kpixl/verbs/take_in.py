"""Takes rows that stand below an entry table or beside it, where they do not count, into the table.

All or nothing: the file is written once everything is done, and the one before stays as a backup. Where no row stands
outside, nothing is written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.check.case import Case
from kpixl.check.stray import blocks, strays
from kpixl.errors import N_
from kpixl.files import ensure_free, locked
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.message import Message, phrase
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import Outcome, no_collection, opened, scored
from kpixl.workbook.append import move_in
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.ooxml.package import Package
    from kpixl.workbook.read import Book


@dataclass(frozen=True)
class RowsTaken:
    """Rows that were taken into a table, and where they stood."""

    sheet: str
    count: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TakenIn:
    """A workbook, and the rows that its tables have taken in: by the id of the table."""

    outcome: Outcome
    taken: Mapping[str, RowsTaken] = dataclasses.field(default_factory=dict)


def take_in(path: Path, *, now: datetime) -> TakenIn:
    """Take every row outside of its table into it, and refresh. ContentBelowTable where something else stands in the
    way of a table that has to grow; then the file stays as it was."""
    with locked(path):
        package, upgraded = opened(path, now)
        ensure_free(path)
        with no_collection():
            book = read(package, now.date())
            taken = take_rows(package, book, now)
            if not taken:
                scorecard, problems = scored(book, now.date())
                return TakenIn(Outcome(path, scorecard, problems))
            done = Done("check --fix", written=rows_said(taken))
            scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=done)
        backup = package.save(path, backup=now)
    return TakenIn(Outcome(path, scorecard, problems, backup, written=True, upgraded=upgraded), taken)


def take_rows(package: Package, book: Book, now: datetime) -> dict[str, RowsTaken]:
    """Take every row outside of its table into it, in an open package; the rows by the id of the table."""
    logs = case_of(book, now).logs.items()
    found = {table: rows for table, rows in ((table, strays(log)) for table, log in logs) if rows}
    for table, rows in found.items():
        cells = [{column: cell.cell for column, cell in stray.cells.items()} for stray in rows]
        move_in(package, book, table, cells)
    return {table: RowsTaken(book.sheets[table].name, len(rows), blocks(rows)) for table, rows in found.items()}


def rows_said(taken: Mapping[str, RowsTaken]) -> Message:
    """What the log says of them."""
    rows = tuple(f"{one.sheet} {one.count} ({', '.join(one.cells)})" for one in taken.values())
    return phrase(N_("Rows that are now in their tables, with where they stood: {rows}."), rows=rows)


def case_of(book: Book, now: datetime) -> Case:
    """What the rules of Check look at."""
    tally = book.tally(now.date())
    measures = measure(book.entries, tally)
    return Case(book.entries, measures, score(book.entries, measures, now.date()), tally)
