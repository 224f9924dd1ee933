"""Who comes back is a row of its own, by hand: also when the rows come from a file; and who is called by a number is
one client or two as Excel takes numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from clock import NOW
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from workbooks import Filled, Value, day, make, opened

NUMBERS: list[Value] = [7.0, "007", "1e400", "1e500"]
"""To Excel the number 7 and the text 007 are the same; two texts past the largest number are two names."""
ROWS: dict[str, dict[str, list[Value]]] = {
    "clients": {
        "client": ["Ana", "Ben", *NUMBERS],
        "start": [*[day("2024-01-01")] * 2, *[day("2026-01-01")] * 4],
        "end": [day("2026-05-31"), *[None] * 5],
    },
    "assistants": {"assistant": ["Eva"], "start": [day("2024-01-01")], "end": [day("2026-03-31")]},
    "services": {"service": ["Inbox"], "start": [day("2024-01-01")], "end": [day("2025-12-31")]},
}

SHOWN = {"crr": ("kpis", "crr", "value"), "clients_served": ("totals", "clients_served", "used")}


def test_a_second_stay_comes_in_from_a_file(tmp_path: Path) -> None:
    """Ana left in May and is back in August; so is an assistant who left, and a service that was dropped. The file with
    the clients brings nothing when it comes again."""
    path = make(tmp_path / "book.xlsx", Filled(language="fr", rows=ROWS))
    files = {
        "clients": "Client;Début;Fin\nAna;01/01/2024;31/05/2026\nAna;01/08/2026;\n",
        "assistants": "Assistant;Début;Fin\nEva;01/09/2026;\n",
        "services": "Service;Début;Fin\nInbox;01/06/2026;\n",
    }
    for table in (*files, "clients"):
        source = tmp_path / f"{table}.csv"
        source.write_text(files[table], encoding="utf-8")
        import_rows(path, ImportRequest(table, source), now=NOW)
    there = {table: len(rows) for table, rows in opened(path).entries.tables.items() if rows and table in files}
    assert there == {"clients": 7, "assistants": 2, "services": 2}
    month = Month(path)
    # Twelve months to October: two at the start, Ana left and is new again, and both are there at the end: 1 of 2 kept.
    # Those who are called by numbers came within them.
    assert month["crr"].value == pytest.approx(0.5)
    # Ana, Ben, 7, and the two past all numbers.
    assert month.measure("clients_served") == 5
    assert [(one.table, one.field) for one in month.problems("same_number")] == [("clients", "client")]
    # The sheets count Ana twice and 7 once by formulas of their own.
    counted = {"crr": 0.5, "clients_served": 5}
    assert {name: month.cell(*at) for name, at in SHOWN.items()} == pytest.approx(counted)
    assert month.apart == []
