"""Workbooks for tests, filled in as an owner would: by table, measure and KPI, never by address."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

import builds
from clock import NOW
from kpixl.catalog import business, catalogue
from kpixl.cellvalue import ExcelError
from kpixl.check import Problem
from kpixl.entries import Setup
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.ooxml.cells import cell_name, parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_rows import append_rows
from kpixl.period import Kind, Period, serial
from kpixl.verbs import new, results
from kpixl.verbs import refresh as refresh_verb
from kpixl.workbook import layout
from kpixl.workbook.append import append_entries, settle
from kpixl.workbook.file_view import FileView
from kpixl.workbook.read import Book, read

AGENCY = "remote-va-agency"
BUSINESS = business(AGENCY)

Value: TypeAlias = str | float | bool | ExcelError | None
Rows: TypeAlias = Mapping[str, Sequence[Value]]
Place: TypeAlias = tuple[str, str]

_DAYS = {Kind.MONTH: "2026-10", Kind.QUARTER: "2026-Q4", Kind.WEEK: "2026-W43", Kind.YEAR: "2026"}


@dataclass(frozen=True)
class Filled:
    """What an owner put into a workbook."""

    business: str = AGENCY
    language: str = "en"
    currency: str = "EUR"
    kind: Kind = Kind.MONTH
    day: float = float(serial(Period.parse("2026-10").start))
    """Any day of the period."""
    rows: Mapping[str, Rows] = field(default_factory=dict)
    typed: Mapping[str, Value] = field(default_factory=dict)
    """Measure -> the total typed instead of rows."""
    targets: Mapping[str, Value] = field(default_factory=dict)
    thresholds: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    """KPI and level -> the owner's threshold."""
    settings: Mapping[str, Value] = field(default_factory=dict)
    past: Sequence[tuple[float, str, Value]] = ()
    """Closed periods: first day, id, value."""
    trend: str | None = None
    """The text picked for the trend chart."""
    windows: Mapping[str, Value] = field(default_factory=dict)
    """KPI -> the text in the cell of its window."""
    own: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Slot -> column of Settings -> what stands there; a formula begins with =."""


def day(text: str, hour: float = 0) -> float:
    """A date as Excel holds it, with a time by the hours since midnight."""
    return serial(date.fromisoformat(text)) + hour / 24


ROWS: dict[str, dict[str, list[Value]]] = {
    "clients": {
        # Léa left in March and came back in September.
        "client": ["Ana", "Léa", "Léa", "Zoë"],
        "start": [day("2024-01-10"), day("2025-05-01"), day("2026-09-01"), day("2026-10-05")],
        "end": [None, day("2026-03-31"), None, None],
    },
    "assistants": {"assistant": ["Eva"], "start": [day("2024-01-01")]},
    "services": {"service": ["Inbox", "Travel"], "start": [day("2024-01-01"), day("2025-01-01")]},
    "requests": {
        # Resolved in the last minute of the period, at the midnight after it, and not yet.
        "id": ["R1", "R2", "R3", "R4"],
        "client": ["Ana", "ana", "Zoë", "Léa"],
        "opened": [day("2026-10-01", 9), day("2026-10-31", 20), day("2026-10-31", 23), day("2026-10-30", 12)],
        "resolved": [day("2026-10-01", 11), day("2026-10-31", 23.9), day("2026-11-01"), None],
    },
    "tasks": {
        "id": ["T1", "T2", "T3"],
        "assigned": [day("2026-10-01"), day("2026-10-30"), day("2026-10-31")],
        "completed": [day("2026-10-01"), day("2026-11-01"), None],
    },
    "hours": {
        "date": [day("2026-10-01"), day("2026-10-31")],
        "assistant": ["Eva", "Eva"],
        "available": [8, 8],
        "productive": [6, 7],
    },
    "surveys": {
        "date": [day("2026-10-02"), day("2026-10-03"), day("2026-10-31", 18), day("2026-10-04")],
        "client": ["Ana", "Léa", "Zoë", "Ana"],
        "score": [5, 4, 3, None],
    },
    "leads": {"date": [day(f"2026-10-0{n}") for n in (1, 2, 3, 4)], "lead": ["A", "B", "C", "D"]},
}
MEASURES: dict[str, float | None] = {
    "satisfied": 2, "surveyed": 3, "resolution_hours": 2 + 3.9, "requests_resolved": 2,
    "resolution_hours_median": (2 + 3.9) / 2,
    "clients_end_12m": 3, "clients_new_staying_12m": 2, "clients_start_12m": 2,
    "tasks_completed": 1, "tasks_assigned": 3, "productive_hours": 13, "available_hours": 16,
    "clients_new": 1, "leads": 4, "services_offered": 2, "clients_served": 3,
    "requests_opened": 4, "requests_open": 2,
}  # fmt: skip
"""What the rows come to, counted by hand."""
KPIS: dict[str, tuple[float, str]] = {
    "css": (2 / 3, "below"),
    "art": (2.95, "typical"),
    "crr": (0.5, "below"),
    "tcr": (1 / 3, "below"),
    "aur": (0.8125, "above_average"),
    "ncar": (0.25, "exceptional"),
    "sdi": (2 / 3, "exceptional"),
}


def make(path: Path, filled: Filled, *, refresh: bool = True) -> Path:
    """A workbook with all of that, refreshed: made once in a run for all who ask for the same, and copied without its
    backup."""
    if catalogue() is not _CATALOGUE or not builds.shared():
        return make_anew(path, filled, refresh=refresh)

    def build(folder: Path) -> None:
        make_anew(folder / "made.xlsx", filled, refresh=refresh, backup=False)

    request = hashlib.sha256(pickle.dumps((filled, refresh))).hexdigest()
    path.write_bytes((builds.once(f"filled {request}", build) / "made.xlsx").read_bytes())
    return path


_CATALOGUE = catalogue()
"""What all tests begin with; few have another."""


def make_anew(path: Path, filled: Filled, *, refresh: bool = True, backup: bool = True) -> Path:
    """The same from the ground up, for a test that watches how it is made or wants the backup; without one, the file is
    written but once."""
    package = Package.from_bytes(_blank(filled.business, filled.language, filled.kind, filled.currency), path)
    book = read(package)
    for table, rows in filled.rows.items():
        append_entries(package, book, table, rows)
    if filled.past:
        starts, ids, values = zip(*filled.past, strict=True)
        past = {"start": starts, "id": ids, "value": values}
        headings = book.headings[layout.PAST]
        append_rows(package, layout.table_name(layout.PAST), {headings[id_]: cells for id_, cells in past.items()})
    edits: dict[Place, Value] = dict.fromkeys(
        (named(book, "period_day"), placed(book, "totals", "of", "typed")), filled.day
    )
    edits |= {placed(book, "totals", measure, "typed"): value for measure, value in filled.typed.items()}
    edits |= {placed(book, "kpis", kpi, "target"): value for kpi, value in filled.targets.items()}
    edits |= {placed(book, "thresholds", kpi, f"{level}_yours"): v for (kpi, level), v in filled.thresholds.items()}
    edits |= {placed(book, "settings", setting, "value"): value for setting, value in filled.settings.items()}
    edits |= {placed(book, "kpis", kpi, "window"): value for kpi, value in filled.windows.items()}
    edits |= {placed(book, "own", slot, at): v for slot, cells in filled.own.items() for at, v in cells.items()}
    if filled.trend is not None:
        edits[named(book, "trend_kpi")] = filled.trend
    _put(package, edits)
    settle(package, read(package))
    if refresh and not backup:
        refresh_verb.refresh_package(package, now=NOW)
    package.save(path)
    if refresh and backup:
        refresh_verb.refresh(path, now=NOW)
    return path


def parts(share: float, *measures: str, month: int = 10) -> list[tuple[float, str, Value]]:
    """Past periods of three months before one of 2026, in which ``share`` of the measures had come by every tenth."""
    starts = [float(serial(date(2026, month - back, 1))) for back in (3, 2, 1)]
    return [(start, f"{name}.{tenth}", share) for start in starts for name in measures for tenth in range(1, 10)]


COUNTED = Filled(rows=ROWS)
"""The workbook of which ``MEASURES`` and ``KPIS`` are counted by hand."""


def blank(path: Path, business_id: str, language: str, kind: Kind = Kind.MONTH) -> Path:
    """A new workbook in which nothing has been filled in yet, made once in a run for all who ask."""
    path.write_bytes(_blank(business_id, language, kind, "EUR"))
    return path


@cache
def _blank(business_id: str, language: str, kind: Kind, currency: str) -> bytes:
    """The bytes of a new workbook, made once in a run of the tests."""

    def build(folder: Path) -> None:
        out = folder / "new.xlsx"
        period = Period.parse(_DAYS[kind])
        new.new(Setup(business_id, language, period, "TaskZenith", currency), out, now=NOW)

    return (builds.once(f"blank {(business_id, language, kind, currency)}", build) / "new.xlsx").read_bytes()


def refreshed(path: Path, copy: Path) -> Path:
    """What a refresh makes of a workbook, once in a run for all who ask for the same, without its backup."""

    def build() -> bytes:
        copy.write_bytes(before)
        refresh_verb.refresh(copy, now=NOW)
        return copy.read_bytes()

    before = path.read_bytes()
    copy.write_bytes(builds.once_bytes(f"refreshed {hashlib.sha256(before).hexdigest()}", build))
    return copy


def append(path: Path, table: str, rows: Rows) -> None:
    """Rows typed below the others of a table, without a refresh."""
    package = Package.open(path)
    append_entries(package, read(package), table, rows)
    settle(package, read(package))
    package.save(path)


def put(path: Path, values: Mapping[Place, Value]) -> None:
    """Values typed into cells, or planted beside their formulas, without a refresh."""
    package = Package.open(path)
    _put(package, values)
    package.save(path)


def opened(path: Path) -> Book:
    """The workbook as kpixl reads it."""
    return _opened(path, hashlib.sha256(path.read_bytes()).digest(), id(catalogue()))


@lru_cache(maxsize=16)
def _opened(path: Path, digest: bytes, known: int) -> Book:
    """Read once as long as the file and the catalogue are the same: many tests ask for the place of one cell after the
    other. Nobody changes it."""
    return read(Package.open(path))


def package_of(book: Book) -> Package:
    """The package that a book was read from."""
    assert isinstance(book.view, FileView)
    return book.view.package


def placed(book: Book, block: str, row: str, column: str) -> Place:
    """Sheet and cell of an owned cell."""
    place = book.placements[block]
    return book.sheets[place.sheet].name, cell_name(*place.position(row, column))


def named(book: Book, name: str) -> Place:
    """Sheet and cell of a name."""
    sheet, _, cell = package_of(book).defined_names[name].rpartition("!")
    return sheet.strip("'").replace("''", "'"), cell.replace("$", "")


def entry(book: Book, table: str, column: str, row: int) -> Place:
    """Sheet and cell of an entry; rows from 0."""
    rows = book.entries.tables[table]
    assert rows is not None
    return rows.sheet, rows.cell(column, row)


_SETTINGS = {layout.titles(BUSINESS, language(code))["settings"] for code in codes()}
"""Where a text that begins with = is a formula; elsewhere it is a name that somebody typed."""


def _put(package: Package, values: Mapping[Place, Value]) -> None:
    for sheet in package.sheets:
        wanted = {cell: value for (name, cell), value in values.items() if name == sheet.name}
        if wanted:
            editor = SheetEditor(package, sheet)
            for cell, value in wanted.items():
                if isinstance(value, str) and value.startswith("=") and sheet.name in _SETTINGS:
                    editor.set(*parse_cell(cell), "", value[1:])
                else:
                    editor.set(*parse_cell(cell), value)
            editor.commit()


def measures(outcome: results.Outcome) -> dict[str, float | None]:
    shown = outcome.scorecard.entries.business.shown
    return {name: value.used for name, value in outcome.scorecard.measures.items() if name in shown}


def kpis(outcome: results.Outcome) -> dict[str, tuple[float | None, str | None]]:
    return {r.kpi.id: (r.value, r.level.id if r.level is not None else None) for r in outcome.scorecard.results}


def errors(outcome: results.Outcome) -> list[Problem]:
    return [problem for problem in outcome.problems if problem.severity == "error"]
