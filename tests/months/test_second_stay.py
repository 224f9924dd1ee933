"""Who comes back is a row of its own, by hand: also when the rows come from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from clock import NOW, TODAY
from kpixl.verbs import results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from workbooks import Filled, Value, day, make, opened

ROWS: dict[str, dict[str, list[Value]]] = {
    "clients": {"client": ["Ana", "Ben"], "start": [day("2024-01-01")] * 2, "end": [day("2026-05-31"), None]},
    "assistants": {"assistant": ["Eva"], "start": [day("2024-01-01")], "end": [day("2026-03-31")]},
    "services": {"service": ["Inbox"], "start": [day("2024-01-01")], "end": [day("2025-12-31")]},
}


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
    assert there == {"clients": 3, "assistants": 2, "services": 2}
    # Twelve months to October: two at the start, Ana left and is new again, and both are there at the end: 1 of 2 kept.
    assert results.results(path, today=TODAY).scorecard.result("crr").value == pytest.approx(0.5)
