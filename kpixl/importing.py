"""Takes the rows of another program's export into an entry table, and refreshes the workbook.

Rows that are there already are not taken again, and nothing that stands in the workbook is written over.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.errors import N_, Phrase, UnknownChoice, UnknownField
from kpixl.progress import quiet
from kpixl.refresh import no_collection, refresh_package
from kpixl.source import How, match, read_source, rows_for
from kpixl.words import choice_words
from kpixl.workbook.append import append_entries, remember
from kpixl.workbook.files import ensure_free
from kpixl.workbook.package import Package
from kpixl.workbook.read import Book, read
from kpixl.workbook.tables import set_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.progress import Report
    from kpixl.source import Accepted, Match, Rejected, Value


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
    table: str,
    source: Path,
    mapping: Mapping[str, str],
    *,
    constants: Mapping[str, str] | None = None,
    sheet: str | None = None,
    zone: str | None = None,
    add_new: bool = False,
    agree: Callable[[Plan], bool] | None = None,
    progress: Report = quiet,
) -> ImportOutcome:
    """Append the rows of a file to an entry table and refresh; rows that do not fit are left out and listed.

    ``mapping`` and ``constants`` say by field id which column of the file, or which one value, fills it; for other
    fields a column is looked for. A row that is there already gets what was blank in it and the file knows. With
    ``add_new``, clients, assistants and services that the rows name and the workbook does not know yet are added to
    their tables, from the day of their first row. ``agree`` is asked before anything is written.
    """
    progress(0, 5, N_("Reading the workbook"))
    package = Package.open(path)
    ensure_free(path)
    with no_collection():
        book = read(package)
        progress(1, 5, N_("Reading the file"))
        plan = _plan(path, book, table, source, mapping, constants or {}, sheet, zone)
        if agree is not None and not agree(plan):
            return ImportOutcome(plan, written=False)
        progress(2, 5, N_("Adding the rows"))
        added = _missing_names(book, table, plan.accepted) if add_new else {}
        for other, columns in added.items():
            append_entries(package, book, other, columns)
        _complete(package, book, table, plan.accepted)
        append_entries(package, book, table, plan.accepted.columns)
        given = {id_: column for id_, column in plan.match.mapping.items() if id_ in mapping}
        remember(package, book, table, given)
        progress(3, 5, N_("Computing the KPIs"))
        _, problems = refresh_package(package, moment=datetime.now(), rows_changed=True)
    progress(4, 5, N_("Saving"))
    backup = package.save(path, backup=True)
    names = {other: tuple(str(value) for value in next(iter(columns.values()))) for other, columns in added.items()}
    return ImportOutcome(plan, names, problems, backup)


def _plan(
    path: Path,
    book: Book,
    table: str,
    source: Path,
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
    sheet: str | None,
    zone: str | None,
) -> Plan:
    entries = book.entries
    if table not in {item.id for item in entries.business.tables}:
        allowed = ", ".join(item.id for item in entries.business.tables)
        raise UnknownChoice(got=table, what=Phrase(N_("table")), allowed=allowed)
    record, headings = entries.business.table(table), book.headings[table]
    for id_ in (*mapping, *constants):
        if id_ not in headings:
            raise UnknownField(table=table, got=id_, allowed=", ".join(f.id for f in record.fields if f.id in headings))
    matched = match(
        record,
        read_source(source, sheet=sheet),
        given=mapping,
        remembered=book.remembered.get(table, {}),
        headings=headings,
        constants=constants,
        language=entries.language,
    )
    accepted = rows_for(
        matched,
        choices=choice_words(record, entries.words),
        language=entries.language,
        currency=entries.currency,
        zone=zone,
        existing=entries.tables.get(table),
    )
    return Plan(path, entries.language, matched, accepted)


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
    """Rows for the names that the accepted rows speak of and their tables lack: key and first day."""
    business = book.entries.business
    found: dict[str, dict[str, list[Value]]] = {}
    days = next(
        (accepted.columns[f.id] for f in business.table(table).fields if f.type == "date" and f.id in accepted.columns),
        [],
    )
    for field in business.table(table).fields:
        known_rows = book.entries.tables.get(field.refers_to or "")
        if field.id not in accepted.columns or known_rows is None:
            continue
        key = next(other.id for other in known_rows.table.fields if other.key)
        known = {str(text).casefold() for text in known_rows.texts[key].dropna()} if known_rows.has(key) else set()
        first: dict[str, tuple[str, float | None]] = {}
        for name, day in zip(accepted.columns[field.id], days, strict=False):
            if not isinstance(name, str) or name.casefold() in known:
                continue
            whole = float(int(day)) if isinstance(day, (int, float)) else None
            shown, earliest = first.get(name.casefold(), (name, whole))
            first[name.casefold()] = shown, whole if earliest is None else min(earliest, whole or earliest)
        if first:
            found[known_rows.table.id] = {
                key: [shown for shown, _ in first.values()],
                "start": [day for _, day in first.values()],
            }
    return found
