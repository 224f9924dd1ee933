"""Which of an owner's own sheets look like an entry table of kpixl's, so that their rows could be taken in. Changes
nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpixl.catalog.tables import word_key
from kpixl.errors import EntryError, UsageError, WorkbookError
from kpixl.imports import read_sheet
from kpixl.verbs.import_plan import ImportRequest, plan_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from kpixl.catalog.tables import Table
    from kpixl.imports import Match, Source
    from kpixl.ooxml.package import Package
    from kpixl.verbs.import_plan import Plan
    from kpixl.workbook.read import Book

_MOST_SHEETS = 40
_FIRST_ROWS = 200
"""So many rows say what a sheet is about."""
_FEWEST_FIELDS = 2
_OTHER = "other"
_MOST_REFUSED = 4
"""At most one row in so many may not fit."""


@dataclass(frozen=True)
class Proposal:
    """A sheet of the owner's, and the entry table that its rows would fill."""

    sheet: str
    table: str
    """The id of the table."""
    title: str
    """What its sheet is called."""
    rows: int
    """Filled rows, the headings among them."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field id -> what it is in every row, where the sheet has no column for it."""
    said: tuple[str, ...] = ()
    """The same as it is typed behind --set."""


def proposals(package: Package, book: Book, ours: Collection[str]) -> tuple[Proposal, ...]:
    """A table for each visible sheet, but ``ours``, of which the columns that every row needs are found by their
    names; none where two tables suit equally well."""
    sheets = [s for s in package.sheets if s.state == "visible" and s.name not in ours and package.is_worksheet(s)]
    return tuple(found for sheet in sheets[:_MOST_SHEETS] for found in _proposed(package, book, sheet.name))


def _proposed(package: Package, book: Book, sheet: str) -> Iterator[Proposal]:
    try:
        source = read_sheet(package, sheet)
    except (EntryError, UsageError, WorkbookError):
        return
    first = replace(source, rows=source.rows[:_FIRST_ROWS], lines=source.lines[:_FIRST_ROWS])
    suits: dict[str, tuple[int, Match, Mapping[str, str]]] = {}
    for table in book.entries.business.tables:
        found = _planned(package, book, table, first)
        if found is None:
            continue
        plan, constants = found
        taken, refused = len(plan.accepted) + plan.accepted.earlier, len(plan.accepted.rejected)
        if len(plan.match.fillings) >= _FEWEST_FIELDS and taken > refused * _MOST_REFUSED:
            suits[table.id] = len(plan.match.fillings), plan.match, constants
    most = max((fields for fields, *_ in suits.values()), default=0)
    best = [(table, match, constants) for table, (fields, match, constants) in suits.items() if fields == most]
    if len(best) == 1:
        ((table_id, match, constants),) = best
        words = book.entries.words
        said = tuple(
            match.pair(id_, words.get(word_key(table_id, id_, word), word)).text() for id_, word in constants.items()
        )
        yield Proposal(sheet, table_id, book.sheets[table_id].name, len(source.rows), constants, said)


def _planned(package: Package, book: Book, table: Table, source: Source) -> tuple[Plan, Mapping[str, str]] | None:
    """What the rows of a sheet would be in a table, where each field that every row needs has a column, or may be
    “other” in all of them, as owners who sell one thing have no column for its kind."""
    other = {one.id: _OTHER for one in table.fields if one.required and _OTHER in one.choices}
    for constants in ({}, other) if other else ({},):
        request = ImportRequest(table.id, package.path, constants=constants, sheet=source.sheet)
        try:
            return plan_of(package.path, book, request, source), constants
        except (EntryError, UsageError):
            continue
    return None
