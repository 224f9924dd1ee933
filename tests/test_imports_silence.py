"""No row and no meaning is left out in silence: whatever is wrong with a file, every row of it is accounted for, only
what is right is counted, and somebody is told to look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import NOW
from kpixl.cli.main import main
from kpixl.imports import Accepted
from sources import said, taken, written
from workbooks import Filled, make, opened

HEADINGS = "Date,Client,Amount,Currency,Status,Note"
FINE = ("2026-10-{day:02},C{day},{amount},USD,Paid,x",)
FAULTS = (
    "someday,C{day},{amount},USD,Paid,x",
    ",C{day},{amount},USD,Paid,x",
    "2026-02-30,C{day},{amount},USD,Paid,x",
    "2026-10-{day:02},C{day},about {amount},USD,Paid,x",
    "2026-10-{day:02},C{day},,USD,Paid,x",
    "2026-10-{day:02},C{day},#N/A,USD,Paid,x",
    "2026-10-{day:02},C{day},{amount},EUR,Paid,x",
    "2026-10-{day:02},C{day},{amount},USD,Cancelled,x",
    "2026-10-{day:02},C{day},{amount},USD,Pending,x",
)
"""Rows that are wrong, or none to count: no date, no number, another currency, cancelled."""


def accounted(accepted: Accepted) -> int:
    return len(accepted) + len(accepted.rejected) + accepted.known + accepted.earlier + accepted.passed_over


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from((*FINE * 8, *FAULTS)), min_size=2, max_size=25))
def test_every_row_is_counted_told_or_passed_over(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    amounts = [7 * place + 11 for place in range(len(rows))]
    lines = [row.format(day=place + 1, amount=amounts[place]) for place, row in enumerate(rows)]
    path = written(tmp_path_factory.mktemp("rows"), "\n".join((HEADINGS, *lines)) + "\n")
    accepted = taken("sales", path, currency="USD", constants={"kind": "other"})
    fine = [amount for row, amount in zip(rows, amounts, strict=True) if row in FINE]
    assert accepted.columns["amount"] == fine
    assert accounted(accepted) == len(rows)
    if len(fine) < len(rows):
        assert accepted.doubtful
        assert accepted.rejected or said(accepted)


SALES, HOURS = "Date,Client,Amount", "Date,Assistant,Available hours,Productive hours"
MEANINGS: Sequence[tuple[str, str, tuple[str, ...], str]] = [
    ("sales", "Fecha,Cliente,Importe,Estado", ("2026-10-01,A,5,Pagado", "2026-10-02,B,6,Cancelado"), "Cancelado"),
    ("sales", "Data,Cliente,Valor,Situação", ("2026-10-01,A,5,Pago", "2026-10-02,B,6,Pendente"), "Pendente"),
    ("sales", f"{SALES},Stage", ("2026-10-01,A,5,Alpha", "2026-10-02,B,6,Beta"), "Alpha (1), Beta (1)"),
    ("sales", SALES, ("2026-10-01,A,5", "2026-10-02,B,6", ",Total,11"), "passed over: 1"),
    ("sales", SALES, ("10/11/2026,A,5", "13/11/2026,A,5", "11/14/2026,B,6"), "both"),
    ("expenses", "Date,Description,Amount,Type", ("2026-10-01,Rent,5,Bill", "2026-10-02,X,6,Transfer"), "Transfer"),
    ("hours", f"{HOURS},Billable", ("2026-10-01,Ann,8,8,Yes", "2026-10-02,Ann,8,8,No"), "Billable"),
    ("leads", "Lead,Date,Status", ("Ann,2026-10-01,Junk", "Bo,2026-10-02,Warm"), "Status"),
    ("complaints", "Received,Reason,Status", ("2026-10-01,Late,Perhaps", "2026-10-02,Late,Closed"), "Perhaps"),
    ("surveys", "Date,Client,Score", ("2026-10-01,A,9", "2026-10-02,B,10"), "scale"),
    ("tasks", "Assistant,Assigned,Completed", ("Ann,2026-10-01,2026-10-02", "Bo,2026-10-02,soon"), "soon"),
    ("clients", "Client,Start,End", ("Ann,2026-10-01,never", "Bo,2026-10-02,"), "never"),
]
"""What a file says of its rows beside what is taken of it; and a word of it that has to be told."""
BUSINESS = {"hours": "remote-va-agency", "surveys": "remote-va-agency", "tasks": "multilingual-va"}


@pytest.mark.parametrize(("table", "headings", "rows", "word"), MEANINGS)
def test_no_import_that_leaves_something_out_ends_well_and_silent(
    table: str, headings: str, rows: tuple[str, ...], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = make(tmp_path / "Book.xlsx", Filled(BUSINESS.get(table, "service-business"), currency="USD"))
    source = written(tmp_path, "\n".join((headings, *rows)) + "\n")
    constants = ["--set", "kind=other"] if table == "sales" else []
    code = main(["import", str(book), table, str(source), "--add-new", "--yes", *constants], now=NOW)
    printed = capsys.readouterr()
    told = re.sub(r"\s+", " ", printed.out + printed.err)
    assert word in told
    assert code != 0 or "passed over" in told
    if code == 2:  # asked for: nothing was taken
        held = opened(book).entries.tables[table]
        assert held is None or not any(map(any, held.texts.values()))
