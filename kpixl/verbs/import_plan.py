"""What an import of some rows would do: which column fills what, which rows are new, which names are missing. Writes
nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.entries import entry_table
from kpixl.errors import N_, EntryError, UnknownChoice, UnknownField
from kpixl.imports import (
    Hints,
    How,
    Kept,
    Manners,
    Said,
    constants_in,
    field_called,
    is_simple,
    match,
    near,
    remembered,
    rows_for,
    spelling,
    table_called,
    text_key,
    together,
)
from kpixl.kpi.closing import leaving
from kpixl.message import phrase
from kpixl.texts.words import choice_words

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from pathlib import Path

    from kpixl.catalog.tables import Field, Table
    from kpixl.entries import Entries
    from kpixl.imports import Accepted, Marks, Match, Source, Value, Weigh
    from kpixl.workbook.read import Book


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
    said: Said = Said()  # noqa: RUF009  (frozen)
    """Which rows count, what words mean, how dates are written, and which fields stay without a column."""
    agreed: bool = False
    """Whether the owner is asked: what she agrees to is remembered like what she has said herself."""
    backfill: bool = False
    """Whether rows of earlier periods go into Past periods, as what they come to."""
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
    said: Said = Said()  # noqa: RUF009  (frozen)
    missing: Mapping[str, Mapping[str, list[Value]]] = dataclasses.field(default_factory=dict)
    """Table id -> rows for the names that are to be added to it."""
    held: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Names that are not added, each behind the id of its field and a colon, with the known one that it comes close
    to."""
    sheets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the owner's sheets are called, by table."""

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look: rows were left out, or rows or names may not be what the owner thinks."""
        return self.accepted.doubtful or bool(self.held)

    @property
    def guessed(self) -> bool:
        """Whether a column was taken for a field that nobody has named for it yet."""
        sure = (How.GIVEN, How.REMEMBERED, How.ID)
        return any(filling.how not in sure for filling in self.match.fillings.values())


def plan_of(
    path: Path,
    book: Book,
    request: ImportRequest,
    source: Source,
    *,
    anew: bool = False,
    numbers: Mapping[str, Marks] = {},
) -> Plan:
    """What an import of the rows of ``source`` into the workbook at ``path`` would do; ``anew`` as if the table were
    empty. ``numbers`` are those that rows came with before, by table. Errors as of ``import_rows``."""
    entries, table = book.entries, _table(book, request.table)
    record = entries.business.table(table)
    hints, said = _hints(book, record, request)
    matched = match(record, source, hints, language=entries.language)
    kept = Kept(
        None if anew else entries.tables.get(table),
        # A row whose key is there is the row that is there: how it is written matters in other tables alone.
        {f.id: spelling(_names(entries, table, f)) for f in record.fields if f.refers_to or not is_simple(record)},
        lambda columns: _leaving(entries, record, columns),
        holds_formula(book, table),
        numbers.get(table, {}),
    )
    manners = Manners(entries.language, entries.currency, request.zone)
    accepted = rows_for(matched, choice_words(record, entries.words), manners, kept, said)
    missing, held = _missing_names(book, table, accepted, said) if request.add_new else ({}, {})
    return Plan(path, entries.language, matched, accepted, said, missing, held, _sheets(book))


def suiting(book: Book, request: ImportRequest) -> Weigh:
    """How well a sheet of a file suits the table that is asked for: by how many of the fields that every row needs a
    column is found for."""
    record = book.entries.business.table(_table(book, request.table))
    hints, _ = _hints(book, record, request)
    needed = [field.id for field in record.fields if field.required]

    def weigh(source: Source) -> int:
        try:
            matched = match(record, source, hints, language=book.entries.language)
        except EntryError:
            return 0
        below = len(source.rows) > matched.heading + 1
        return sum(id_ in matched.fillings or id_ in matched.ambiguous for id_ in needed) if below else 0

    return weigh


def _hints(book: Book, record: Table, request: ImportRequest) -> tuple[Hints, Said]:
    """What is known of the columns before a file is looked at, and what the owner has said, now and before."""
    headings = book.headings[record.id]
    known = _remembered(book, record, headings)
    columns = {id_: names for id_, names in known.items() if not id_.startswith("--")}
    sheet = _sheets(book).get(record.id, record.title)
    now = _by_id(request.said, record, headings, sheet)
    mapping = {_field(name, record, headings, sheet): column for name, column in request.mapping.items()}
    written = {_field(name, record, headings, sheet): value for name, value in constants_in(known).items()}
    constants = {_field(name, record, headings, sheet): value for name, value in request.constants.items()}
    constants = {id_: value for id_, value in written.items() if id_ not in mapping} | constants
    # What was left out may be a column that the business no longer has.
    before = _by_id(remembered(known), record, headings, sheet, lenient=True)
    before = replace(before, left_out=frozenset(filter(record.has, before.left_out)))
    said = together(now, before, {*mapping, *constants})
    return Hints(mapping, columns, headings, constants, said.left_out, sheet), said


def _remembered(book: Book, record: Table, headings: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the workbook remembers of files for a table: an owner may have added lines, in the words of her sheets."""
    found: dict[str, tuple[str, ...]] = {}
    for name, lines in book.remembered.items():
        if name != record.id and _called(book, name) != record.id:
            continue
        for field, columns in lines.items():
            id_ = field if field.startswith("--") else field_called(field, record, headings) or field
            found[id_] = (*found.get(id_, ()), *columns)
    return found


def _called(book: Book, name: str) -> str | None:
    return table_called(name, book.entries.business.tables, _sheets(book))


def _sheets(book: Book) -> dict[str, str]:
    """What the owner's sheets of entry tables are called, by table."""
    tables = book.entries.business.tables
    return {table.id: book.sheets[table.id].name for table in tables if table.id in book.sheets}


def _table(book: Book, name: str) -> str:
    """The id of the table that somebody calls so."""
    found = _called(book, name)
    if found is None:
        raise UnknownChoice(got=name, what=phrase(N_("table")), allowed=", ".join(_sheets(book).values()))
    return found


def _field(name: str, table: Table, headings: Mapping[str, str], sheet: str) -> str:
    """The id of the field that somebody calls so."""
    found = field_called(name, table, headings)
    if found is None or found not in headings:
        allowed = ", ".join(headings[field.id] for field in table.fields if field.id in headings)
        raise UnknownField(table=sheet, got=name, allowed=allowed)
    return found


def _by_id(said: Said, table: Table, headings: Mapping[str, str], sheet: str, *, lenient: bool = False) -> Said:
    """What is said of fields, by their ids; ``lenient`` where a field that is not there may have been once."""

    def id_of(name: str) -> str:
        return (field_called(name, table, headings) or name) if lenient else _field(name, table, headings, sheet)

    words: dict[str, Mapping[str, str]] = {}
    for name, known in said.words.items():
        words[id_of(name)] = {**words.get(id_of(name), {}), **known}
    return replace(said, words=words, left_out=frozenset(map(id_of, said.left_out)))


def _leaving(entries: Entries, table: Table, columns: Mapping[str, list[Value]]) -> Sequence[bool]:
    """Which of some rows neither the period of the workbook nor a later one needs."""
    rows = entry_table(table, columns)
    return [bool(one) for one in leaving(replace(entries, tables={**entries.tables, table.id: rows}), table)]


def holds_formula(book: Book, table: str) -> Callable[[str, int], bool]:
    """Whether a cell of a table, by its field and its row from 0, holds a formula."""
    view, rows = book.view, book.entries.tables.get(table)
    found: dict[str, Sequence[bool]] = {}

    def holds(id_: str, row: int) -> bool:
        if id_ not in found:
            place = view.table(book.table_names[table])
            found[id_] = [] if rows is None or place is None else view.formulas(place, rows.letters[id_]).tolist()
        return row < len(found[id_]) and found[id_][row]

    return holds


def _names(entries: Entries, table: str, field: Field) -> list[str]:
    """The names that the workbook has for a field: those of the table that it refers to, or of its own key."""
    rows = entries.tables.get(field.refers_to or (table if field.key else ""))
    if rows is None:
        return []
    key = field.id if field.refers_to is None else _key_field(rows.table)
    return [*rows.distinct(key).texts] if rows.has(key) else []


def _key_field(table: Table) -> str:
    """The field that a table's rows go by."""
    return next(field.id for field in table.fields if field.key)


def _missing_names(
    book: Book, table: str, accepted: Accepted, said: Said
) -> tuple[dict[str, dict[str, list[Value]]], dict[str, str]]:
    """Rows for the names that new rows and completions speak of and their tables lack: key and first day. And the names
    that may be misspelt, with the one that each comes close to: what the owner has not said stays out."""
    entries = book.entries
    record = entries.business.table(table)
    found: dict[str, dict[str, list[Value]]] = {}
    held: dict[str, str] = {}
    for field in record.fields:
        rows = entries.tables.get(field.refers_to or "")
        if rows is None:
            continue
        key = _key_field(rows.table)
        listed = _names(entries, table, field)
        known = {text_key(name) for name in listed}
        if rows.table.id == table:
            known |= {text_key(str(name)) for name in accepted.columns.get(key, ())}
        confirmed = {text_key(ours) for ours in said.words.get(field.id, {}).values()}
        first: dict[Hashable, tuple[str, float | None]] = {}
        for name, day in accepted.named.get(field.id, ()):
            if text_key(name) in known:
                continue
            like = None if text_key(name) in confirmed else near(name, listed)
            if like is not None:
                held[f"{field.id}:{name}"] = like
                continue
            first[text_key(name)] = name, day
        if first:
            there = found.setdefault(rows.table.id, {key: [], "start": []})
            there[key] += [shown for shown, _ in first.values()]
            there["start"] += [day for _, day in first.values()]
    return found, held
