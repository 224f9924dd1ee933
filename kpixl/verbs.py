"""What an owner can have done to a workbook: the verbs of the command line, as functions.

Each one either does all of its work or leaves every file as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.check import Problem, check
from kpixl.commentary import comment, headline
from kpixl.entries import Entries, EntryTable
from kpixl.errors import FileExists, UnknownChoice, UnknownField
from kpixl.i18n import language
from kpixl.measure import measure
from kpixl.period import Period, serial
from kpixl.rows import Columns, entry_table
from kpixl.samples import Sample, sample
from kpixl.score import Scorecard, score
from kpixl.source import Accepted, Rejected, read_csv, rows_for
from kpixl.words import KINDS_OF_PAST, SOURCES, level_word, measure_label
from kpixl.workbook import layout
from kpixl.workbook.build import skeleton
from kpixl.workbook.files import ensure_free
from kpixl.workbook.finish import finish
from kpixl.workbook.grid import Context
from kpixl.workbook.package import Package
from kpixl.workbook.read import Book, read
from kpixl.workbook.sheet import SheetEditor
from kpixl.workbook.tables import append_rows
from kpixl.workbook.write import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kpixl.catalog.model import Business, Table
    from kpixl.i18n import Language
    from kpixl.workbook.sheet import Value

SAMPLES = (("remote-va-agency", "es", "EUR"), ("remote-va-agency", "en", "USD"))
SAMPLE_PERIOD = "2026-10"


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
    table: str
    imported: int
    rejected: tuple[Rejected, ...]
    added: Mapping[str, tuple[str, ...]]
    """Table id -> names that were added to it, because the rows speak of them."""
    backup: Path | None = None


def new(business_id: str, *, language: str, period: Period, company: str, currency: str, out: Path) -> Path:
    """Make a new workbook without rows; FileExists where ``out`` is there already."""
    package = _new_package(catalog.business(business_id), language, period, company, currency, out)
    _refresh(package, moment=None)
    package.save(out)
    return out


def results(path: Path) -> Outcome:
    """Compute and grade without writing."""
    book = read(Package.open(path))
    scorecard, problems = _scored(book)
    return Outcome(path, scorecard, problems)


def refresh(path: Path) -> Outcome:
    """Compute, grade and write back; the file as it was is kept as a backup."""
    package = Package.open(path)
    ensure_free(path)
    scorecard, problems = _refresh(package, moment=datetime.now())
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
        raise UnknownChoice(got=table, what="table", allowed=", ".join(item.id for item in business.tables))
    accepted = rows_for(business.table(table), read_csv(source), mapping)
    gone = [field for field in mapping if field not in book.headings[table]]
    if gone:
        raise UnknownField(table=table, got=gone[0], allowed=", ".join(book.headings[table]))
    added = _missing_names(book, table, accepted) if add_new else {}
    for other, columns in added.items():
        _append(package, other, book.headings[other], columns)
    _append(package, table, book.headings[table], _with_calculated(business.table(table), accepted.columns))
    _refresh(package, moment=datetime.now())
    backup = package.save(path, backup=True)
    imported = max((len(values) for values in accepted.columns.values()), default=0)
    names = {other: tuple(str(value) for value in next(iter(columns.values()))) for other, columns in added.items()}
    return ImportOutcome(path, table, imported, accepted.rejected, names, backup)


def demo(folder: Path) -> tuple[Outcome, ...]:
    """Sample workbooks with a month of rows and eleven closed months, refreshed. Replaces earlier samples."""

    folder.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for business_id, code, currency in SAMPLES:
        business, period = catalog.business(business_id), Period.parse(SAMPLE_PERIOD)
        path = folder / f"{business.sample_name} {period} {code}.xlsx"
        made = sample(business, period, code)
        package = _new_package(business, code, period, business.sample_name, currency, path, replacing=True)
        _fill(package, made, language(code))
        scorecard, problems = _refresh(package, moment=datetime.now())
        ensure_free(path)
        package.save(path)
        outcomes.append(Outcome(path, scorecard, problems, written=True))
    return tuple(outcomes)


def _new_package(
    business: Business, code: str, period: Period, company: str, currency: str, out: Path, *, replacing: bool = False
) -> Package:
    if out.exists() and not replacing:
        raise FileExists(path=out.name)
    t = language(code)
    headings = {table.id: layout.headings(table, t) for table in business.tables}
    headings[layout.PAST] = layout.past_headings(t)
    entries = Entries(
        business=business,
        company=company,
        language=code,
        currency=currency,
        period=period,
        tables={table.id: _no_rows(table.id, business) for table in business.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
    )
    scorecard = score(entries, measure(entries))
    context = Context(
        business=business,
        t=t,
        scorecard=scorecard,
        problems=(),
        placements=layout.placements(business),
        titles=layout.titles(business, t),
        column=layout.references(headings),
        trend_kpi=business.kpis[0].id,
    )
    package = Package.from_bytes(skeleton(context), out)
    finish(package, context)
    return package


def _no_rows(table: str, business: Business) -> EntryTable:
    return entry_table(business.table(table), {})


def _scored(book: Book) -> tuple[Scorecard, tuple[Problem, ...]]:
    measures = measure(book.entries)
    scorecard = score(book.entries, measures)
    return scorecard, check(book.entries, measures, scorecard)


def _refresh(package: Package, *, moment: datetime | None) -> tuple[Scorecard, tuple[Problem, ...]]:
    """Bring the owned cells of an open package up to date. ``moment`` is None for a workbook that has no rows yet."""
    book = read(package)
    scorecard, problems = _scored(book)
    if moment is None:
        problems = ()
    t = language(book.entries.language)
    titles = layout.titles(book.entries.business, t)
    titles.update({key: sheet.name for key, sheet in book.sheets.items()})
    context = Context(
        business=book.entries.business,
        t=t,
        scorecard=scorecard,
        problems=problems,
        placements=book.placements,
        titles=titles,
        column=layout.references(book.headings),
        refreshed=moment,
        trend_kpi=book.trend_kpi,
        commentary=headline(scorecard, t),
        comments={result.kpi.id: comment(result, t) for result in scorecard.results},
    )
    write(package, context, book.placements, book.sheets)
    return scorecard, problems


def _fill(package: Package, made: Sample, t: Language) -> None:
    """Put sample rows and closed periods into a new workbook."""
    book = read(package)
    for table, columns in made.rows.items():
        _append(package, table, book.headings[table], _with_calculated(book.entries.business.table(table), columns))
    place = book.placements["kpis"]
    editor = SheetEditor(package, book.sheets["kpis"])
    for kpi, target in made.targets.items():
        editor.set(*place.position(kpi, "target"), target)
    editor.commit()
    labels = {kpi.name_prefix: t(kpi.name) for kpi in book.entries.business.kpis}
    labels.update({item.name: measure_label(item, t) for item in book.entries.business.measures})
    levels = {"": "", **{level.id: level_word(level, t) for level in catalog.Level}}
    columns = {
        "start": [serial(past.start) for past in made.past],
        "kind": [t(KINDS_OF_PAST[past.kind]) for past in made.past],
        "id": [past.id for past in made.past],
        "name": [labels[past.id] for past in made.past],
        "value": [past.value for past in made.past],
        "source": [t(SOURCES[past.source]) if past.source in SOURCES else "" for past in made.past],
        "level": [levels[past.level] for past in made.past],
    }
    _append(package, layout.PAST, book.headings[layout.PAST], columns)


def _append(package: Package, table: str, headings: Mapping[str, str], columns: Mapping[str, Sequence[Value]]) -> None:
    """Append rows by field ids; a calculated column that has no value shows blank, as its formula does."""
    given = {headings[id_]: values for id_, values in columns.items() if id_ in headings}
    append_rows(package, layout.table_name(table), given)


def _with_calculated(table: Table, columns: Columns) -> dict[str, Sequence[Value]]:
    """``columns`` with the values that the table's calculated columns will show."""
    numbers = entry_table(table, columns).numbers
    shown = {
        item.id: ["" if value != value else float(value) for value in numbers[item.id]] for item in table.calculated
    }
    return {**columns, **shown}


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
