"""``kpixl check --fix``: what is surely something else is mended, cell by cell, and what could be two things is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clock import NOW, TODAY
from kpixl import files
from kpixl.catalog import business
from kpixl.catalog.model import Business
from kpixl.check.case import Case
from kpixl.check.fixes import fixes
from kpixl.check.meant import order_of
from kpixl.cli.main import main
from kpixl.entries import Entries, entry_table
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import score
from kpixl.ooxml.cells import cell_name, parse_cell
from kpixl.ooxml.number_formats import TEXT, NumberFormats
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Period
from kpixl.verbs import results
from kpixl.verbs.fix import fix
from workbooks import Filled, Rows, day, entry, make, opened, put

OCTOBER = day("2026-10-05")
AGENCY, SERVICE = business("remote-va-agency"), business("service-business")


def mended(
    rows: Mapping[str, Any],
    *,
    language: str = "en",
    one: Business = AGENCY,
    formulas: frozenset[tuple[str, str, int]] = frozenset(),
) -> list[tuple[str, object, object]]:
    """The cells that are mended: what each held, and what it holds."""
    tables = {table.id: entry_table(table, rows.get(table.id, {})) for table in one.tables}
    entries = Entries(
        one, "X", language, "EUR", Period.parse("2026-10"), tables, settings={}, typed={}, targets={}, thresholds={}
    )
    figures = measure(entries)
    case = Case(entries, figures, score(entries, figures, TODAY), Tally(entries))

    def calculated(table: str, column: str) -> np.ndarray:
        return np.array([(table, column, row) in formulas for row in range(len(tables[table]))], dtype=bool)

    return [(one.field, one.was, one.now) for one in fixes(case, calculated)]


def surveys(dates: Sequence[str | float], scores: Sequence[str | float] | None = None) -> Rows:
    return {"date": dates, "client": ["Ana"] * len(dates), "score": scores or [5.0] * len(dates)}


@pytest.mark.parametrize(
    ("language", "texts", "expected"),
    [
        (
            "en",
            ["2026-10-05", " 10/31/2026 ", "2026/10/06 09:30:15", "3/4/2026", "31/10/26", "soon", "1950-01-01"],
            {"2026-10-05": OCTOBER, " 10/31/2026 ": day("2026-10-31"), "2026/10/06 09:30:15": 46301 + 34215 / 86400},
        ),
        # Day first, as the language has it, unless another text of the column says otherwise.
        ("es", ["3/10/2026", "2026-10-31"], {"3/10/2026": day("2026-10-03"), "2026-10-31": day("2026-10-31")}),
        ("es", ["3/10/2026", "10/31/2026", "31.10.2026"], {"31.10.2026": day("2026-10-31")}),
    ],
)
def test_texts_that_are_surely_dates(language: str, texts: list[str], expected: dict[str, float]) -> None:
    found = mended({"surveys": surveys(texts)}, language=language)
    assert {was: now for _, was, now in found} == pytest.approx(expected)


def test_the_order_of_a_date() -> None:
    texts = ["2026-10-05", "31/10/2026", "10/31/2026", "3/4/2026", "4/4/2026", "3/4/26", "3 of 4"]
    assert [order_of(text) for text in texts] == ["ymd", "dmy", "mdy", "either", "dmy", None, None]


def test_texts_that_are_surely_numbers() -> None:
    # A score is from 1 to 5.
    texts = ["4", " 3,5 ", "5 h", "45", "1-2", "4 5", "05", "", "  ", "5.", "1e0"]
    found = mended({"surveys": surveys([OCTOBER] * len(texts), texts)})
    assert found == [("score", "4", 4.0), ("score", " 3,5 ", 3.5), ("score", "  ", None)]


def test_amounts_with_the_workbooks_currency() -> None:
    texts = ["€ 200", "1.250,50 €", "1 250", "200 USD", "1,250", "about 90", "-12", "$ 5"]
    count = len(texts)
    rows = {"date": [OCTOBER] * count, "kind": ["other"] * count, "amount": texts}
    found = {was: now for _, was, now in mended({"expenses": rows}, one=SERVICE)}
    assert found == {"€ 200": 200.0, "1.250,50 €": 1250.5, "1 250": 1250.0, "-12": -12.0}


def test_words_and_names_that_differ_by_spaces_or_case() -> None:
    rows: dict[str, Any] = {
        "clients": {"client": [" Ana", "Zoë  Li", "Ben", "Ben "], "start": [day("2020-01-01")] * 4},
        "expenses": {"date": [OCTOBER] * 3, "kind": ["OPERATING", " other", "operatin"], "amount": [1.0] * 3},
        "surveys": {"date": [OCTOBER] * 5, "client": ["Ana ", "zoë  li", "Zoë Li", " Ana", "Eva "], "score": [5.0] * 5},
    }
    # Two spellings of Ben are left: they would become one. Case alone, in a name, is its owner's.
    assert sorted(mended(rows, one=SERVICE)) == [
        ("client", " Ana", "Ana"),
        ("client", " Ana", "Ana"),
        ("client", "Ana ", "Ana"),
        ("client", "Zoë Li", "Zoë  Li"),
        ("kind", " other", "other"),
        ("kind", "OPERATING", "operating"),
    ]


def test_formulas_are_left() -> None:
    rows = {"surveys": surveys(["2026-10-05", "2026-10-06"])}
    found = mended(rows, formulas=frozenset({("surveys", "date", 0)}))
    assert found == [("date", "2026-10-06", day("2026-10-06"))]


# In workbooks


def editor(book: Path, sheet: str) -> SheetEditor:
    package = Package.open(book)
    return SheetEditor(package, next(one for one in package.sheets if one.name == sheet))


def test_a_mended_cell_shows_a_date_and_rows_below_are_mended_as_well(tmp_path: Path) -> None:
    book = make(tmp_path / "book.xlsx", Filled(rows={"surveys": surveys(["2026-10-05", OCTOBER])}))
    sheet, cell = entry(opened(book), "surveys", "date", 0)
    package = Package.open(book)
    formats, cells = NumberFormats(package), SheetEditor(package, next(s for s in package.sheets if s.name == sheet))
    cells.set_style(*parse_cell(cell), formats.showing(cells.style(*parse_cell(cell)), TEXT))
    cells.commit()
    package.save(book)
    row, column = parse_cell(entry(opened(book), "surveys", "score", 1)[1])
    put(book, {(sheet, cell_name(row + 3, 1)): "2026-10-08", (sheet, cell_name(row + 3, column)): "3"})
    fixed = fix(book, now=NOW)
    assert fixed.taken["surveys"].count == 1
    assert [one.was for one in fixed.cells] == ["2026-10-05", "2026-10-08", "3"]
    # Three answers count now, of which two are satisfied.
    assert results.results(book, today=TODAY).scorecard.result("css").value == pytest.approx(2 / 3)
    formats, style = NumberFormats(Package.open(book)), editor(book, sheet).style(*parse_cell(cell))
    assert formats.is_date(formats.of(style))
    assert not formats.is_typed_text(style)


def test_what_is_shown_is_what_is_done_and_undo_takes_it_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = make(tmp_path / "book.xlsx", Filled(rows={"surveys": surveys(["2026-10-05", OCTOBER], ["4", 5.0])}))
    before = book.read_bytes()
    _, cell = entry(opened(book), "surveys", "date", 0)
    main(["check", str(book), "--fix", "--show"], now=NOW)
    shown = capsys.readouterr().out
    assert f"Surveys!{cell}: text “2026-10-05” → date October 5, 2026" in shown
    assert "Nothing was written." in shown
    assert book.read_bytes() == before
    assert main(["check", str(book), "--fix", "--json"], now=NOW) == 0
    done = json.loads(capsys.readouterr().out)
    assert [(one["was"], one["now"]) for one in done["fixed"]] == [("2026-10-05", "2026-10-05"), ("4", 4.0)]
    after = book.read_bytes()
    assert main(["check", str(book), "--fix"], now=NOW) == 0
    assert "nothing that kpixl could fix" in capsys.readouterr().out
    assert book.read_bytes() == after
    files.undo(book, NOW)
    assert book.read_bytes() == before


def test_show_needs_fix(tmp_path: Path) -> None:
    assert main(["check", str(tmp_path / "book.xlsx"), "--show"], now=NOW) == 2
