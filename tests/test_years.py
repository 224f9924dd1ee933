"""More than a year of one workbook: sixteen months entered and closed, held against the lists of a plain program."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from clock import TODAY
from kpixl.ooxml.package import Package
from kpixl.ooxml.table_rows import set_cells
from kpixl.period import Period, serial
from kpixl.verbs import results
from kpixl.verbs.roll import roll
from kpixl.workbook.append import append_entries
from kpixl.workbook.read import read
from workbooks import Filled, make

Row: TypeAlias = dict[str, Any]
MONTHS = 16
FIRST = Period.parse("2024-09")


@dataclass
class Owner:
    """Everything that was ever entered, and nothing of kpixl."""

    random: random.Random
    clients: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)
    surveys: list[Row] = field(default_factory=list)
    leads: list[Row] = field(default_factory=list)

    def month(self, period: Period) -> tuple[dict[str, list[Row]], list[tuple[str, str, str, float]]]:
        """New rows by table, and what is filled in on rows that are there: table, name, field, value."""
        start, after = serial(period.start), serial(period.after)
        pick = self.random

        def some(low: int, high: int) -> range:
            return range(pick.randint(low, high))

        def moment() -> float:
            return start + pick.randrange((after - start) * 24) / 24

        new: dict[str, list[Row]] = {}
        filled: list[tuple[str, str, str, float]] = []
        for client in self.clients:
            if client["end"] is None and client["start"] < start and pick.random() < 0.05:
                client["end"] = end = float(moment() // 1)
                filled.append(("clients", client["client"], "end", end))
        for request in self.requests:
            if request["resolved"] is None and pick.random() < 0.7:
                request["resolved"] = end = moment()
                filled.append(("requests", request["id"], "resolved", end))
        for task in self.tasks:
            if task["completed"] is None and pick.random() < 0.6:
                task["completed"] = end = float(moment() // 1)
                filled.append(("tasks", task["id"], "completed", end))
        new["clients"] = [
            {"client": f"Client {len(self.clients) + n}", "start": float(moment() // 1), "end": None}
            for n in some(1, 3)
        ]
        new["requests"] = []
        for n in some(3, 9):
            opened = moment()
            resolved = opened + pick.choice([0, 0.25, 1.5, 3, 40])
            late = resolved >= after
            row = {"id": f"R{len(self.requests) + n}", "client": "Client 0", "opened": opened}
            new["requests"].append({**row, "resolved": None if late else resolved})
        new["tasks"] = []
        for n in some(2, 6):
            assigned = float(moment() // 1)
            completed = assigned + pick.choice([0, 2, 45])
            late = completed >= after
            row = {"id": f"T{len(self.tasks) + n}", "assigned": assigned}
            new["tasks"].append({**row, "completed": None if late else completed})
        worked = {"assistant": "Eva", "available": 8.0}
        new["hours"] = [
            {"date": float(moment() // 1), **worked, "productive": pick.choice([5.25, 6.5, 7.75])} for _ in some(2, 5)
        ]
        new["surveys"] = [
            {"date": moment(), "client": "Client 0", "score": float(pick.randint(1, 5))} for _ in some(1, 5)
        ]
        new["leads"] = [{"date": float(moment() // 1), "lead": f"L{start}{n}", "qualified": "no"} for n in some(0, 4)]
        for table, rows in new.items():
            getattr(self, table).extend(rows)
        return new, filled

    def figures(self, period: Period) -> dict[str, float]:
        """What a month comes to, counted from all rows ever entered."""
        start, after = serial(period.start), serial(period.after)
        year = serial(date(period.after.year - 1, period.after.month, 1))

        def within(value: float | None, first: float = start) -> bool:
            return value is not None and first <= value < after

        def there_at(client: Row, moment: float) -> bool:
            """A client since before that morning who has not left by then."""
            return client["start"] < moment and (client["end"] is None or client["end"] >= moment)

        resolved = [r for r in self.requests if within(r["resolved"])]
        scores = [s["score"] for s in self.surveys if within(s["date"])]
        assigned = [t for t in self.tasks if within(t["assigned"])]
        hours = [h for h in self.hours if within(h["date"])]
        before = sum(there_at(c, year) for c in self.clients)
        now = sum(there_at(c, after) for c in self.clients)
        joined = sum(there_at(c, after) and within(c["start"], year) for c in self.clients)
        figures = {
            "requests_resolved": len(resolved),
            "resolution_hours": sum((r["resolved"] - r["opened"]) * 24 for r in resolved),
            "requests_open": sum(
                r["opened"] < after and (r["resolved"] is None or r["resolved"] >= after) for r in self.requests
            ),
            "surveyed": len(scores),
            "satisfied": sum(score >= 4 for score in scores),
            "tasks_assigned": len(assigned),
            "tasks_completed": sum(t["completed"] is not None and t["completed"] < after for t in assigned),
            "available_hours": sum(h["available"] for h in hours),
            "productive_hours": sum(h["productive"] for h in hours),
            "clients_new": sum(within(c["start"]) for c in self.clients),
            "clients_start_12m": before,
            "clients_end_12m": now,
            "clients_new_staying_12m": joined,
            "va_css": sum(score >= 4 for score in scores) / len(scores),
            "va_aur": sum(h["productive"] for h in hours) / sum(h["available"] for h in hours),
        }
        if count := sum(within(one["date"]) for one in self.leads):  # no lead is nothing entered
            figures["leads"] = count
        if before:
            figures["va_crr"] = (now - joined) / before
        return figures


def enter(path: Path, new: dict[str, list[Row]], filled: list[tuple[str, str, str, float]]) -> None:
    """What the owner types into the month's workbook."""
    package = Package.open(path)
    book = read(package)
    for table in {table for table, _, _, _ in filled}:
        rows = book.entries.tables[table]
        assert rows is not None
        key = next(f.id for f in rows.table.fields if f.key)
        places = {name: row for row, name in enumerate(rows.texts[key])}
        headings = book.headings[table]
        cells = {(places[name], headings[column]): v for one, name, column, v in filled if one == table}
        set_cells(package, book.table_names[table], cells)
    book = read(package)
    for table, rows_ in new.items():
        if rows_:
            append_entries(package, book, table, {id_: [row[id_] for row in rows_] for id_ in rows_[0]})
    package.save(path)


def months() -> Iterator[Period]:
    for number in range(MONTHS):
        yield FIRST.shift(number)


def test_sixteen_months(tmp_path: Path) -> None:
    owner = Owner(random.Random(7))
    path = make(tmp_path / "Agency 2024-09.xlsx", Filled(day=float(serial(FIRST.start))), refresh=False)
    wanted: dict[Period, dict[str, float]] = {}
    archives: dict[Period, Path] = {}
    sizes = []
    for period in months():
        enter(path, *owner.month(period))
        archives[period] = path
        wanted[period] = owner.figures(period)
        rolled = roll(path, now=datetime(2026, 1, 1), anyway=True)
        assert rolled.closed == period
        path = rolled.path
        sizes.append(path.stat().st_size)
    assert path.name == "Agency 2026-01.xlsx"
    past = {(line.start, line.id): line.value for line in read(Package.open(path)).entries.past}
    for period, figures in wanted.items():
        found = {name: past[period.start, name] for name in figures}
        assert found == pytest.approx(figures, rel=1e-12), str(period)
    # What is open or still a client is all that the last workbook holds besides what has been closed.
    entries = read(Package.open(path)).entries
    held = {id_: rows for id_, rows in entries.tables.items() if rows is not None}
    assert [name for name in held["requests"].texts["id"] if name] == [
        r["id"] for r in owner.requests if r["resolved"] is None
    ]
    assert held["clients"].texts["client"].tolist() == [c["client"] for c in owner.clients]
    assert len(held["surveys"]) == 1
    # Leads may become customers for 60 days after their month, which in January is every one since November.
    late = [lead["lead"] for lead in owner.leads if lead["date"] >= serial(date(2025, 11, 1))]
    assert [name for name in held["leads"].texts["lead"] if name] == late != []
    # A month adds its lines of Past periods and its clients, and nothing else.
    assert (sizes[-1] - sizes[11]) / (MONTHS - 12) < 1500
    # December carries what each archived workbook of the year says of its month.
    for period in list(months())[-12:]:
        scorecard = results.results(archives[period], today=TODAY).scorecard
        said = {name: value.used for name, value in scorecard.measures.items() if (period.start, name) in past}
        said |= {result.kpi.history_id: result.value for result in scorecard.results}
        assert len(said) > 20
        assert said == {name: past[period.start, name] for name in said}
