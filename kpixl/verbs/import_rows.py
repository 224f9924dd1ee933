"""Takes the rows of another program's export into an entry table, and refreshes the workbook.

Rows that are there already are not taken again, and nothing that stands in the workbook is written over.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.entries import entry_table
from kpixl.errors import N_, Phrase, UnknownChoice, UnknownField
from kpixl.files import ensure_free
from kpixl.imports import Hints, How, Kept, Manners, match, name_key, read_source, rows_for, spelling, text_key
from kpixl.kpi.closing import leaving
from kpixl.ooxml.package import Package
from kpixl.ooxml.table_rows import set_cells
from kpixl.texts.words import choice_words
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection
from kpixl.workbook.append import append_entries, remember
from kpixl.workbook.read import Book, read

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kpixl.catalog.tables import Field, Table
    from kpixl.check import Problem
    from kpixl.entries import Entries, EntryTable
    from kpixl.imports import Accepted, Match, Rejected, Value
    from kpixl.verbs.progress import Reporter


@dataclass(frozen=True)
class ImportRequest:
    """Which rows are to be taken into which entry table, and what is said of them beforehand."""

    table: str
    """The id of the entry table."""
    source: Path
    mapping: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Field id -> the column of the source that fills it; for other fields a column is looked for."""
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Field id -> the one value that fills it in every row."""
    sheet: str | None = None
    """The sheet of a source that is a workbook; its first one without it."""
    zone: str | None = None
    """The time zone of the owner's days, to which times with a zone of their own are moved; the computer's without."""
    add_new: bool = False
    """Whether names that the rows speak of and the workbook does not know yet (clients, assistants, services) are added
    to their tables, from the day of their first row."""


@dataclass(frozen=True)
class Plan:
    """What an import would do; nothing has been written for it."""

    path: Path
    language: str
    match: Match
    accepted: Accepted

    @property
    def guessed(self) -> bool:
        """Whether a column was taken for a field that nobody has named for it yet."""
        sure = (How.GIVEN, How.REMEMBERED, How.ID)
        return any(filling.how not in sure for filling in self.match.fillings.values())


@dataclass(frozen=True)
class ImportOutcome:
    """What became of the rows of a source."""

    plan: Plan
    added: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Table id -> names that were added to it, because the rows speak of them."""
    problems: tuple[Problem, ...] = ()
    backup: Path | None = None
    written: bool = True

    @property
    def imported(self) -> int:
        """How many new rows there are, or would be."""
        return len(self.plan.accepted)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rows that do not fit."""
        return self.plan.accepted.rejected


def import_rows(
    path: Path,
    request: ImportRequest,
    *,
    now: datetime,
    agree: Callable[[Plan], bool] | None = None,
    progress: Reporter = quiet,
) -> ImportOutcome:
    """Append the rows of a file to an entry table and refresh; rows that do not fit are left out and listed.

    A row that is there already gets what was blank in it and the file knows. Rows of closed periods are passed over.
    ``agree`` is asked before anything is written.
    """
    table = request.table
    progress(0, 5, N_("Reading the workbook"))
    package = Package.open(path)
    ensure_free(path)
    with no_collection():
        book = read(package)
        progress(1, 5, N_("Reading the file"))
        plan = _plan(path, book, request)
        if agree is not None and not agree(plan):
            return ImportOutcome(plan, written=False)
        progress(2, 5, N_("Adding the rows"))
        added = _missing_names(book, table, plan.accepted) if request.add_new else {}
        for other, columns in added.items():
            append_entries(package, book, other, columns)
        _complete(package, book, table, plan.accepted)
        append_entries(package, book, table, plan.accepted.columns)
        if len(plan.accepted) or plan.accepted.known:
            remember(package, book, table, _learned(book, plan.match))
        progress(3, 5, N_("Computing the KPIs"))
        _, problems = refresh_package(package, now=now, rows_changed=True)
    progress(4, 5, N_("Saving"))
    backup = package.save(path, backup=now)
    names = {other: tuple(str(value) for value in next(iter(columns.values()))) for other, columns in added.items()}
    return ImportOutcome(plan, names, problems, backup)


def _plan(path: Path, book: Book, request: ImportRequest) -> Plan:
    entries, table = book.entries, request.table
    if table not in {item.id for item in entries.business.tables}:
        allowed = ", ".join(item.id for item in entries.business.tables)
        raise UnknownChoice(got=table, what=Phrase(N_("table")), allowed=allowed)
    record, headings = entries.business.table(table), book.headings[table]
    for id_ in (*request.mapping, *request.constants):
        if id_ not in headings:
            raise UnknownField(table=table, got=id_, allowed=", ".join(f.id for f in record.fields if f.id in headings))
    matched = match(
        record,
        read_source(request.source, sheet=request.sheet),
        Hints(request.mapping, book.remembered.get(table, {}), headings, request.constants),
        language=entries.language,
    )
    kept = Kept(
        entries.tables.get(table),
        {field.id: spelling(_names(entries, table, field)) for field in record.fields},
        lambda columns: _leaving(entries, record, columns),
        _formulas(book, table),
    )
    accepted = rows_for(
        matched, choice_words(record, entries.words), Manners(entries.language, entries.currency, request.zone), kept
    )
    return Plan(path, entries.language, matched, accepted)


def _leaving(entries: Entries, table: Table, columns: Mapping[str, list[Value]]) -> Sequence[bool]:
    """Which of some rows neither the period of the workbook nor a later one needs."""
    rows = entry_table(table, columns)
    return [bool(one) for one in leaving(replace(entries, tables={**entries.tables, table.id: rows}), table)]


def _formulas(book: Book, table: str) -> Callable[[str, int], bool]:
    """Whether a cell of a table, by its field and its row from 0, holds a formula."""
    view, rows = book.view, book.entries.tables.get(table)
    found: dict[str, Sequence[bool]] = {}

    def holds(id_: str, row: int) -> bool:
        if id_ not in found:
            place = view.table(book.table_names[table])
            found[id_] = [] if rows is None or place is None else view.formulas(place, rows.letters[id_]).tolist()
        return row < len(found[id_]) and found[id_][row]

    return holds


def _learned(book: Book, matched: Match) -> dict[str, tuple[str, ...]]:
    """What there is to remember of the columns that were given, by field: the column, and before it those of files that
    are called otherwise. Another column of this file was given by mistake, or is no longer the one."""
    here = {name_key(column) for column in matched.columns}
    known = book.remembered.get(matched.table.id, {})
    return {
        id_: (column, *(other for other in known.get(id_, ()) if name_key(other) not in here))
        for id_, column in matched.mapping.items()
        if matched.fillings[id_].how is How.GIVEN
    }


def _names(entries: Entries, table: str, field: Field) -> list[str]:
    """The names that the workbook has for a field: those of the table that it refers to, or of its own key."""
    rows = entries.tables.get(field.refers_to or (table if field.key else ""))
    if rows is None:
        return []
    key = field.id if field.refers_to is None else _key_field(rows.table)
    return [str(text) for text in rows.texts[key].dropna()] if rows.has(key) else []


def _key_field(table: Table) -> str:
    """The field that a table's rows go by."""
    return next(field.id for field in table.fields if field.key)


def _complete(package: Package, book: Book, table: str, accepted: Accepted) -> None:
    """Fill in what was blank in rows that are there already."""
    headings = book.headings[table]
    changes = {
        (completion.row, headings[id_]): value
        for completion in accepted.completions
        for id_, value in completion.values.items()
    }
    if changes:
        set_cells(package, book.table_names[table], changes)


def _missing_names(book: Book, table: str, accepted: Accepted) -> dict[str, dict[str, list[Value]]]:
    """Rows for the names that new rows and completions speak of and their tables lack: key and first day."""
    entries = book.entries
    record = entries.business.table(table)
    found: dict[str, dict[str, list[Value]]] = {}
    date = next((field.id for field in record.fields if field.type == "date"), None)
    for field in record.fields:
        rows = entries.tables.get(field.refers_to or "")
        if rows is None:
            continue
        key = _key_field(rows.table)
        known = {text_key(name) for name in _names(entries, table, field)}
        if rows.table.id == table:
            known |= {text_key(str(name)) for name in accepted.columns.get(key, ())}
        first: dict[Hashable, tuple[str, float | None]] = {}
        for name, day in _named(entries.tables.get(table), accepted, field.id, date):
            if text_key(name) in known:
                continue
            whole = float(int(day)) if isinstance(day, (int, float)) else None
            shown, earliest = first.get(text_key(name), (name, whole))
            first[text_key(name)] = shown, whole if earliest is None else min(earliest, whole or earliest)
        if first:
            found[rows.table.id] = {key: [shown for shown, _ in first.values()]}
            if rows.table.stays:
                found[rows.table.id][rows.table.stays[0]] = [day for _, day in first.values()]
    return found


def _named(there: EntryTable | None, accepted: Accepted, field: str, date: str | None) -> Iterator[tuple[str, Value]]:
    """The names that new rows and completions give to a field, with the day of their row."""
    for name, day in zip(accepted.columns.get(field, ()), accepted.columns.get(date or "", ()), strict=False):
        if isinstance(name, str):
            yield name, day
    for completion in accepted.completions:
        name = completion.values.get(field)
        if isinstance(name, str) and there is not None and date is not None:
            held = float(there.numbers[date][completion.row]) if date in there.numbers else math.nan
            yield name, completion.values.get(date) if math.isnan(held) else held
