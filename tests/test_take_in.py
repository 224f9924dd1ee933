"""Rows that stand outside of their table: found at any distance, told from what an owner notes down, and taken in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clock import NOW, TODAY
from kpixl.check import Problem
from kpixl.cli.main import main
from kpixl.errors import ContentBelowTable
from kpixl.languages import codes
from kpixl.ooxml.cells import cell_name, parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs import refresh, results
from kpixl.verbs.take_in import take_in
from workbooks import Filled, Rows, day, entry, make, opened, put

SURVEYS: Rows = {"date": [day("2026-10-05"), day("2026-10-06")], "client": ["Ana", "Ben"], "score": [5.0, 3.0]}
CLIENTS: Rows = {"client": ["Ana", "Ben"], "start": [day("2020-01-01")] * 2}
OCTOBER = day("2026-10-07")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two answers, of which one is satisfied."""
    return make(tmp_path / "book.xlsx", Filled(rows={"surveys": SURVEYS, "clients": CLIENTS}))


def place(book: Path, down: int, field: str = "date", right: int = 0) -> tuple[str, str]:
    """A cell so many rows below the last answer."""
    sheet, cell = entry(opened(book), "surveys", field, 1)
    row, column = parse_cell(cell)
    return sheet, cell_name(row + down, column + right)


def answer(book: Path, down: int, client: str = "Ana", score: float = 5.0, right: int = 0) -> None:
    """An answer typed so many rows below the last one, or columns right of its place."""
    put(
        book,
        {
            place(book, down, "date", right): OCTOBER,
            place(book, down, "client", right): client,
            place(book, down, "score", right): score,
        },
    )


def outside(book: Path) -> list[Problem]:
    return [one for one in results.results(book, today=TODAY).problems if one.code == "rows_below"]


def css(book: Path) -> float | None:
    return results.results(book, today=TODAY).scorecard.result("css").value


@pytest.mark.parametrize("down", [1, 2, 3, 40])
def test_a_row_at_any_distance_below_is_an_error_and_is_taken_in(book: Path, down: int) -> None:
    answer(book, down)
    (problem,) = outside(book)
    sheet, first = place(book, down, "date")
    _, last = place(book, down, "score")
    assert (problem.severity, problem.sheet, problem.cell) == ("error", sheet, f"{first}:{last}")
    assert css(book) == 0.5
    taken = take_in(book, now=NOW)
    assert (taken.taken["surveys"].count, taken.taken["surveys"].cells) == (1, (f"{first}:{last}",))
    assert outside(book) == []
    # Three answers, of which two are satisfied.
    assert css(book) == pytest.approx(2 / 3)


def test_rows_beside_the_table_are_taken_in(book: Path) -> None:
    answer(book, -1, right=7)
    answer(book, 0, "Ben", 4, right=7)
    (problem,) = outside(book)
    assert problem.cell == f"{place(book, -1, 'date', 7)[1]}:{place(book, 0, 'score', 7)[1]}"
    assert take_in(book, now=NOW).taken["surveys"].count == 2
    assert css(book) == 0.75
    sheet, cell = place(book, -1, "date", 7)
    assert editor(book, sheet).is_blank(*parse_cell(cell))


def editor(book: Path, sheet: str) -> SheetEditor:
    package = Package.open(book)
    return SheetEditor(package, next(one for one in package.sheets if one.name == sheet))


@pytest.mark.parametrize(
    "cells",
    [
        {("date", 3): "Call Ana about this"},
        {("client", 3): "Total", ("score", 3): 8.0},
        {("date", 3): "Average", ("score", 3): 4.0},
        {("score", 4): 4.5},
        {("date", 5): 3.0, ("client", 5): "answers"},
    ],
)
def test_what_an_owner_notes_down_below_is_hers(book: Path, cells: dict[tuple[str, int], str | float]) -> None:
    put(book, {place(book, down, field): value for (field, down), value in cells.items()})
    assert outside(book) == []
    before = book.read_bytes()
    assert take_in(book, now=NOW).taken == {}
    assert book.read_bytes() == before


@pytest.mark.parametrize("cells", [["My note"], [OCTOBER, "called Ana"], ["Ana", 3.0], ["Ana", "Ben", 2.0]])
def test_what_an_owner_notes_down_beside_the_table_is_hers(book: Path, cells: list[str | float]) -> None:
    put(book, {place(book, 0, "date", 7 + number): value for number, value in enumerate(cells)})
    assert outside(book) == []


def test_a_sum_right_below_is_no_row(book: Path) -> None:
    sheet, cell = place(book, 1, "score")
    package = Package.open(book)
    found = SheetEditor(package, next(one for one in package.sheets if one.name == sheet))
    found.set(*parse_cell(cell), 8.0, "SUM(tbl_surveys[Score])")
    found.commit()
    package.save(book)
    assert outside(book) == []


def test_a_second_run_finds_nothing_to_do(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(book, 3)
    answer(book, 4, "Ben")
    assert main(["check", str(book), "--fix"], now=NOW) == 0
    first = capsys.readouterr().out
    sheet, _ = place(book, 0)
    assert first.startswith(f"Rows that are now in their tables, with where they stood: {sheet} 2 (")
    assert "As it was before: " in first
    before = book.read_bytes()
    assert main(["check", str(book), "--fix", "--json"], now=NOW) == 0
    second = json.loads(capsys.readouterr().out)
    assert (second["taken"], second["backup"]) == ([], None)
    assert book.read_bytes() == before


def test_what_stands_in_the_way_leaves_the_file_as_it_was(book: Path) -> None:
    put(book, {place(book, 1, "client"): "Thank everybody in November, please", place(book, 1, "score"): "soon"})
    answer(book, 4)
    before = book.read_bytes()
    with pytest.raises(ContentBelowTable):
        take_in(book, now=NOW)
    assert book.read_bytes() == before


def test_formulas_errors_and_texts_go_along(book: Path) -> None:
    answer(book, 3)
    sheet, cell = place(book, 3, "score")
    package = Package.open(book)
    found = SheetEditor(package, next(one for one in package.sheets if one.name == sheet))
    found.set(*parse_cell(cell), 4.0, f"3+LEN({place(book, 3, 'client')[1]})-2")
    found.commit()
    package.save(book)
    take_in(book, now=NOW)
    row, column = parse_cell(place(book, 1, "score")[1])
    assert editor(book, sheet).formula(row, column) == f"3+LEN({cell_name(row, column - 1)})-2"
    assert css(book) == pytest.approx(2 / 3)
    refresh.refresh(book, now=NOW)
    assert css(book) == pytest.approx(2 / 3)


def test_a_thousand_rows_below(book: Path) -> None:
    (sheet, date), (_, score) = place(book, 3, "date"), place(book, 3, "score")
    (top, left), (_, right) = parse_cell(date), parse_cell(score)
    rows = range(top, top + 1000)
    days = {(sheet, cell_name(row, left)): OCTOBER for row in rows}
    put(book, {**days, **{(sheet, cell_name(row, right)): 5.0 for row in rows}})
    (problem,) = outside(book)
    assert problem.details["count"] == 1000
    assert take_in(book, now=NOW).taken["surveys"].count == 1000
    assert css(book) == pytest.approx(1001 / 1002)


@pytest.mark.parametrize("code", codes())
def test_an_empty_table_takes_its_first_row_in(tmp_path: Path, code: str) -> None:
    path = make(tmp_path / "book.xlsx", Filled(language=code))
    sheet, cell = entry(opened(path), "surveys", "date", 0)
    row, column = parse_cell(cell)
    cells = {(sheet, cell_name(row + 5, column)): OCTOBER, (sheet, cell_name(row + 5, column + 2)): 5.0}
    put(path, cells)
    (problem,) = outside(path)
    assert problem.cell == f"{cell_name(row + 5, column)}:{cell_name(row + 5, column + 2)}"
    assert take_in(path, now=NOW).taken["surveys"].count == 1
    assert css(path) == 1.0
