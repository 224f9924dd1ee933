"""Rows of earlier periods become figures of Past periods: what they tell by hand, and nothing that they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clock import NOW
from kpixl.cli.main import main
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from workbooks import Filled, Rows, day, make, opened

SERVICE = "service-business"
CLIENTS: Rows = {"client": ["Ana", "Zoë"], "start": [day("2025-01-01"), day("2026-08-10")], "end": [None, None]}
EXPENSES = """\
date,kind,description,amount
2026-06-18,sales and marketing,Ads,999
2026-07-01,sales and marketing,Ads,50
2026-07-20,sales and marketing,Flyer,30
2026-07-21,operating,Rent,500
2026-09-02,sales and marketing,Ads,90
2026-09-30,sales and marketing,Ads,10
2026-10-05,sales and marketing,Ads,70
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "Dumbrava 2026-10.xlsx", Filled(SERVICE, rows={"clients": CLIENTS}))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "expenses.csv"
    path.write_text(EXPENSES, encoding="utf-8")
    return path


def past(path: Path, id_: str) -> dict[str, float | None]:
    return {str(line.start)[:7]: line.value for line in opened(path).entries.past if line.id == id_}


def test_what_was_spent_in_each_month(book: Path, source: Path) -> None:
    """June begins on the 18th in the file: what was spent before is not known. In August nothing was entered, which is
    not nothing spent. The rows of October are October's."""
    outcome = import_rows(book, ImportRequest("expenses", source, backfill=True), now=NOW)
    assert past(book, "sales_marketing_spend") == {"2026-07": 80, "2026-09": 100}
    found = outcome.backfill
    assert found
    assert ([str(one) for one in found.periods], str(found.begun)) == (["2026-07", "2026-09"], "2026-06")
    rows = opened(book).entries.tables["expenses"]
    assert rows is not None
    assert rows.numbers["amount"].tolist() == [70]
    # Who became a client in those months stands on another sheet, which may lack those who have left since.
    assert past(book, "sb_cac") == past(book, "clients_new") == {}


def test_kpis_come_with_the_rows_that_complete_them(book: Path, source: Path, tmp_path: Path) -> None:
    """Ninety and ten spent in September, and two new clients: fifty each. In July nobody came."""
    import_rows(book, ImportRequest("expenses", source, backfill=True), now=NOW)
    clients = tmp_path / "clients.csv"
    clients.write_text("client,start,end\nBob,2026-09-03,\nCy,2026-09-20,2026-09-28\nDi,2025-05-01,2026-08-31\n")
    import_rows(book, ImportRequest("clients", clients, backfill=True), now=NOW)
    new = past(book, "clients_new")
    assert [new[month] for month in ("2026-07", "2026-08", "2026-09")] == [0, 1, 2]
    assert past(book, "sb_cac") == {"2026-09": 50}


def test_what_stands_in_past_periods_stays_and_a_second_time_adds_nothing(tmp_path: Path, source: Path) -> None:
    closed = [(day("2026-07-01"), "sales_marketing_spend", 1234.0)]
    book = make(tmp_path / "b.xlsx", Filled(SERVICE, rows={"clients": CLIENTS}, past=closed))
    first = import_rows(book, ImportRequest("expenses", source, backfill=True), now=NOW).backfill
    again = import_rows(book, ImportRequest("expenses", source, backfill=True), now=NOW).backfill
    assert past(book, "sales_marketing_spend") == {"2026-07": 1234, "2026-09": 100}
    assert (bool(first and first.lines), again and again.lines) == (True, ())


def test_without_it_nothing_goes_there_and_the_way_is_told(
    book: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(book), "expenses", str(source), "--yes"], now=NOW)
    assert "--backfill" in capsys.readouterr().out
    assert opened(book).entries.past == ()


def test_the_command_says_which_periods(book: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", str(book), "expenses", str(source), "--backfill", "--json"], now=NOW)
    assert json.loads(capsys.readouterr().out)["backfilled"] == ["2026-07", "2026-09"]
    main(["import", str(book), "expenses", str(source), "--backfill"], now=NOW)
    said = " ".join(capsys.readouterr().out.split())
    assert "Rows of earlier periods tell nothing that Past periods lacks. 2026-06 was left out" in said


def test_it_is_told_in_words(book: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", str(book), "expenses", str(source), "--backfill", "--lang", "fr"], now=NOW)
    assert "Périodes passées\u00a0»\u00a0: de 2026-07 à 2026-09 (2)." in " ".join(capsys.readouterr().out.split(" "))
