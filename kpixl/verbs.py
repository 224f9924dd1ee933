"""What an owner can have done to a workbook: the verbs of the command line, as functions.

Each one either does all of its work or leaves every file as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.errors import N_, FileExists, FolderMissing, NotXlsx, Phrase, UnknownChoice, UnknownField
from kpixl.refresh import no_collection, refresh_package, scored
from kpixl.source import Accepted, Rejected, read_csv, rows_for
from kpixl.words import choice_words
from kpixl.workbook.append import append_entries
from kpixl.workbook.files import ensure_free
from kpixl.workbook.package import Package
from kpixl.workbook.read import Book, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.period import Period
    from kpixl.score import Scorecard
    from kpixl.source import Value


@dataclass(frozen=True)
class Outcome:
    """A workbook read and scored, and where it was written."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None = None
    written: bool = False


@dataclass(frozen=True)
class ImportOutcome:
    """What became of the rows of a source."""

    path: Path
    language: str
    table: str
    imported: int
    rejected: tuple[Rejected, ...]
    added: Mapping[str, tuple[str, ...]]
    """Table id -> names that were added to it, because the rows speak of them."""
    problems: tuple[Problem, ...] = ()
    backup: Path | None = None


def new(business_id: str, *, language: str, period: Period, company: str, currency: str, out: Path) -> Path:
    """Make a new workbook without rows; FileExists where ``out`` is there already."""
    from kpixl.workbook.new import new_package  # imports openpyxl, which a refresh does without

    business = catalog.business(business_id)
    if out.suffix.lower() != ".xlsx":
        raise NotXlsx(path=out.name)
    if out.exists():
        raise FileExists(path=out.name)
    if not out.parent.is_dir():
        raise FolderMissing(path=out.parent)
    package = new_package(business, language, period, company, currency, out)
    refresh_package(package, moment=None, rows_changed=True)
    package.save(out)
    return out


def demo(folder: Path) -> tuple[Outcome, ...]:
    """Make the sample workbooks, replacing earlier ones."""
    from kpixl.demo import SAMPLES, sample_workbook

    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now()
    made = [sample_workbook(folder, *chosen, moment) for chosen in SAMPLES]
    for _, path, _, _ in made:
        ensure_free(path)
    kept = [package.save(path, backup=True) for package, path, _, _ in made]
    return tuple(
        Outcome(path, scorecard, problems, backup, written=True)
        for (_, path, scorecard, problems), backup in zip(made, kept, strict=True)
    )


def results(path: Path) -> Outcome:
    """Compute and grade without writing."""
    with no_collection():
        scorecard, problems = scored(read(Package.open(path)))
    return Outcome(path, scorecard, problems)


def refresh(path: Path) -> Outcome:
    """Compute, grade and write back; the file as it was is kept as a backup."""
    package = Package.open(path)
    ensure_free(path)
    with no_collection():
        scorecard, problems = refresh_package(package, moment=datetime.now())
    backup = package.save(path, backup=True)
    return Outcome(path, scorecard, problems, backup, written=True)


def import_rows(
    path: Path, table: str, source: Path, mapping: Mapping[str, str], *, add_new: bool = False
) -> ImportOutcome:
    """Append the rows of a CSV file to an entry table and refresh; rows that do not fit are left out and listed.

    With ``add_new``, clients, assistants and services that the rows name and the workbook does not know yet are added
    to their tables, from the day of their first row.
    """
    package = Package.open(path)
    ensure_free(path)
    book = read(package)
    business = book.entries.business
    if table not in {item.id for item in business.tables}:
        raise UnknownChoice(got=table, what=Phrase(N_("table")), allowed=", ".join(item.id for item in business.tables))
    choices = choice_words(business.table(table), book.entries.words)
    accepted = rows_for(business.table(table), read_csv(source), mapping, choices)
    gone = [field for field in mapping if field not in book.headings[table]]
    if gone:
        raise UnknownField(table=table, got=gone[0], allowed=", ".join(book.headings[table]))
    added = _missing_names(book, table, accepted) if add_new else {}
    for other, columns in added.items():
        append_entries(package, book, other, columns)
    append_entries(package, book, table, accepted.columns)
    _, problems = refresh_package(package, moment=datetime.now(), rows_changed=True)
    backup = package.save(path, backup=True)
    names = {other: tuple(str(value) for value in next(iter(columns.values()))) for other, columns in added.items()}
    return ImportOutcome(path, book.entries.language, table, len(accepted), accepted.rejected, names, problems, backup)


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
