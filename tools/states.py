"""Workbooks in the states that an owner's can be in: empty, running, full of errors, with two hundred clients…

Made from the samples, each with one thing changed; ``make pictures`` draws them, for whoever looks at a change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from kpixl import catalog
from kpixl.entries import PastValue, Setup
from kpixl.i18n import language
from kpixl.ooxml.cells import Value, column_letters, parse_area
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Kind, Period, serial
from kpixl.samples import sample
from kpixl.verbs.refresh import refresh_package
from kpixl.workbook.append import append_entries
from kpixl.workbook.blank import new_package
from kpixl.workbook.grid import quoted
from kpixl.workbook.past import append_past
from kpixl.workbook.read import Book, read

Columns: TypeAlias = dict[str, list[Value]]

CLIENTS = 200
LONG = "Servicii integrate de curățenie, întreținere și administrare a clădirilor din București și Ilfov S.R.L."


@dataclass(frozen=True)
class Filling:
    """What stands in a workbook of a period."""

    period: Period
    rows: dict[str, Columns]
    past: tuple[PastValue, ...]
    cells: dict[tuple[str, str, str], Value]
    """What is typed elsewhere, by block, row and column."""
    company: str = ""


@dataclass(frozen=True)
class State:
    """A state as a change of a sample."""

    name: str
    business: str
    language: str
    currency: str
    change: Callable[[Filling], Filling]
    month: int = -1
    """Which month it is about: the one before this, or the next; a sheet asks for the day by itself."""
    sheets: tuple[str, ...] = ()
    """Those that show something in it, besides the ones that do in every state; with none, all of them."""


def make(state: State, folder: Path, now: datetime) -> Path:
    """The workbook of a state as of ``now``, refreshed."""
    business = catalog.business(state.business)
    period = Period.containing(Kind.MONTH, now.date()).shift(state.month)
    made = sample(business, period, state.language, state.currency)
    typed: dict[tuple[str, str, str], Value] = {("kpis", kpi, "target"): value for kpi, value in made.targets.items()}
    typed |= {("totals", measure, "typed"): value for measure, value in made.typed.items()}
    typed |= {("settings", setting, "value"): value for setting, value in made.settings.items()}
    rows: dict[str, Columns] = {
        table: {id_: [*cells] for id_, cells in columns.items()} for table, columns in made.rows.items()
    }
    filling = state.change(_until(Filling(period, rows, made.past, typed, business.sample_name), now.date()))
    path = folder / f"{state.name}.xlsx"
    setup = Setup(business.id, state.language, period, filling.company, state.currency)
    package = new_package(setup, path, now=now)
    book = read(package, now.date())
    for table, columns in filling.rows.items():
        append_entries(package, book, table, columns)
    append_past(package, book, filling.past)
    editors: dict[str, SheetEditor] = {}
    for (block, row, column), value in filling.cells.items():
        place = book.placements[block]
        sheet = book.sheets[place.sheet]
        editor = editors.setdefault(sheet.part, SheetEditor(package, sheet))
        formula = value[1:] if isinstance(value, str) and value.startswith("=") else None
        editor.set(*place.position(row, column), None if formula else value, formula)
    for editor in editors.values():
        editor.commit()
    refresh_package(package, now=now, rows_changed=True)
    _only(package, book, state)
    package.save(path, new=True)
    return path


def _only(package: Package, book: Book, state: State) -> None:
    """Have only the sheets printed that show something in a state, and of a long one no more than its beginning."""
    root = package.tree(package.workbook_part)
    names = root.find(qn("x:definedNames"))
    assert names is not None
    printed = {entry.get("localSheetId") for entry in names if entry.get("name") == "_xlnm.Print_Area"}
    keys = {sheet.name: key for key, sheet in book.sheets.items()}
    for number, (entry, sheet) in enumerate(zip(root.iterfind(qn("x:sheets/x:sheet")), package.sheets, strict=True)):
        if state.sheets and keys.get(sheet.name) not in (*EVERYWHERE, *state.sheets):
            entry.set("state", "hidden")
        elif str(number) not in printed and entry.get("state") in (None, "visible"):
            filled = [parse_area(cell.get("r", "")) for cell in package.tree(sheet.part).iter(qn("x:c")) if len(cell)]
            # Only where it has to be: what goes on past the last column would be cut off.
            if max((one.bottom for one in filled), default=1) > ROWS:
                last = column_letters(max(one.right for one in filled))
                area = etree.SubElement(names, qn("x:definedName"), name="_xlnm.Print_Area", localSheetId=str(number))
                area.text = f"{quoted(sheet.name)}!$A$1:${last}${ROWS}"
    package.replace(package.workbook_part, root)


EVERYWHERE = ("dashboard", "kpis", "what_if", "breakdown", "behind", "across", "check")
ROWS = 60
"""As many as a page of a long sheet has."""


# What is changed


def _as_it_is(of: Filling) -> Filling:
    return of


def _empty(of: Filling) -> Filling:
    return replace(of, rows={}, past=(), cells={})


def _first(of: Filling) -> Filling:
    return replace(of, past=())


def _running(of: Filling) -> Filling:
    """Eleven days of a month, all that is known of it."""
    day = of.period.start + timedelta(days=10)
    return _until(replace(of, cells=of.cells | {("settings", "entered_until", "value"): float(serial(day))}), day)


def _until(of: Filling, last: date) -> Filling:
    """Without what is dated after a day."""
    tables, day = catalog.catalogue().tables, float(serial(last) + 1)

    def kept(table: str, columns: Columns) -> Columns:
        dates = columns.get(tables[table].date or "", [])
        wanted = [index for index, one in enumerate(dates) if not isinstance(one, float) or one < day]
        return {id_: [cells[index] for index in wanted] for id_, cells in columns.items()} if dates else columns

    return replace(of, rows={table: kept(table, columns) for table, columns in of.rows.items()})


def _errors(of: Filling) -> Filling:
    """Answers past the scale, requests resolved long before they were opened, hours without a name."""
    surveys, requests, hours = of.rows["surveys"], of.rows["requests"], of.rows["hours"]
    surveys["score"][:25] = [55.0] * 25
    requests["resolved"][:12] = [float(serial(of.period.shift(-9).start))] * 12
    hours["assistant"][:8] = [None] * 8
    return of


def _few(of: Filling) -> Filling:
    """Three rows of what happens; the lists of clients and people stay."""
    tables = catalog.catalogue().tables
    rows = {
        table: columns if tables[table].kept else {id_: cells[:3] for id_, cells in columns.items()}
        for table, columns in of.rows.items()
    }
    return replace(of, rows=rows)


def _one(of: Filling) -> Filling:
    no = language("en")("no")
    others = [kpi.id for kpi in catalog.business("remote-va-agency").kpis][1:]
    return replace(of, cells=of.cells | {("in_use", kpi, "value"): no for kpi in others})


def _many(of: Filling) -> Filling:
    """Two hundred clients, all of whom have answered."""
    names: list[Value] = [f"Client {number:03} & Partners" for number in range(CLIENTS)]
    start, day = (float(serial(one)) for one in (of.period.shift(-8).start, of.period.start))
    clients: Columns = {"client": names, "start": [start + number % 200 for number in range(CLIENTS)]}
    surveys: Columns = {
        "date": [day + number % 28 for number in range(CLIENTS)],
        "client": names,
        "score": [float(5 - (number % 7 == 0) * 3) for number in range(CLIENTS)],
    }
    return replace(of, rows=of.rows | {"clients": clients, "surveys": surveys})


def _long(of: Filling) -> Filling:
    """A company, clients and a KPI of the owner's with names as long as they come."""
    rows = {
        table: {
            id_: [f"{cell} – {LONG}" if isinstance(cell, str) and id_ == "client" else cell for cell in cells]
            for id_, cells in columns.items()
        }
        for table, columns in of.rows.items()
    }
    own: dict[tuple[str, str, str], Value] = {
        ("own", "own_1", "label"): LONG,
        ("own", "own_1", "formula"): "=complaints/served",
    }
    return replace(of, rows=rows, company=LONG, cells=of.cells | own)


def _no_targets(of: Filling) -> Filling:
    return replace(of, cells={place: value for place, value in of.cells.items() if place[2] != "target"})


STATES = (
    State("empty", "remote-va-agency", "en", "USD", _empty),
    State("first-period", "multilingual-va", "fr", "EUR", _first, sheets=("past",)),
    State("running", "service-business", "ro", "RON", _running, sheets=("past", "totals")),
    State("not-begun", "career-coaching", "es", "EUR", _as_it_is, month=1, sheets=("totals", "past")),
    State("many-errors", "remote-va-agency", "en", "USD", _errors, sheets=("surveys", "requests", "hours")),
    State("few-cases", "luxury-personal-assistant", "pt", "BRL", _few, sheets=("surveys",)),
    State("one-kpi", "remote-va-agency", "en", "USD", _one, sheets=("settings", "thresholds")),
    State("two-hundred-clients", "remote-va-agency", "es", "EUR", _many, sheets=("clients",)),
    State("long-names", "service-business", "ro", "RON", _long, sheets=("clients", "sales", "complaints", "settings")),
    State("no-targets", "service-business", "fr", "EUR", _no_targets, sheets=("thresholds",)),
)
"""Each in another language where that shows something."""
