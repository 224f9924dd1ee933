"""What a workbook can come to in an owner's hands: each a sentence or the right number, never a crash."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from clock import NOW, TODAY
from engines import cached_values, differences, ironcalc_values
from kpixl.errors import KpiRowDeleted, OwnedPartMissing
from kpixl.ooxml.package import Package
from kpixl.verbs import refresh, results
from workbooks import Filled, Rows, day, entry, make, named, opened, placed, put

SURVEYS: Rows = {"date": [day("2026-10-05"), day("2026-10-06")], "client": ["Ana", "Ben"], "score": [5.0, 3.0]}
CLIENTS: Rows = {"client": ["Ana", "Ben"], "start": [day("2020-01-01")] * 2}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "book.xlsx", Filled(rows={"surveys": SURVEYS, "clients": CLIENTS}))


def rewrite(path: Path, part: str, pattern: str, replacement: str) -> None:
    """Change a part as text, as another program could have left it."""
    package = Package.open(path)
    text = package.read(part).decode()
    changed = re.sub(pattern, replacement, text)
    assert changed != text
    package.replace(part, changed.encode())
    package.save(path)


def css(path: Path) -> float | None:
    return results.results(path, today=TODAY).scorecard.result("css").value


def test_rows_below_the_table_are_told(book: Path) -> None:
    sheet, cell = entry(opened(book), "surveys", "score", 1)
    below = f"{cell[0]}{int(cell[1:]) + 1}"
    put(book, {(sheet, below): 5.0})
    (problem,) = (problem for problem in results.results(book, today=TODAY).problems if problem.code == "rows_below")
    assert (problem.severity, problem.sheet, problem.cell) == ("error", sheet, below)
    assert css(book) == 0.5


def test_an_entry_beside_the_table_is_none_of_our_business(book: Path) -> None:
    sheet, cell = entry(opened(book), "surveys", "score", 1)
    put(book, {(sheet, f"Z{int(cell[1:]) + 1}"): "my note"})
    assert not [problem for problem in results.results(book, today=TODAY).problems if problem.code == "rows_below"]


def test_a_heading_with_a_line_break(book: Path) -> None:
    package = Package.open(book)
    table = next(table for table in package.tables if table.name == "tbl_surveys")
    rewrite(book, table.part, 'name="Score"', 'name="Sc_x000a_ore"')
    rewrite(book, table.sheet.part, "<t>Score</t>", '<t xml:space="preserve">Sc\nore</t>')
    rewrite(book, package.workbook_part, r"tbl_surveys\[Score\]", "tbl_surveys[Sc\nore]")
    assert css(book) == 0.5


def test_nothing_is_compared_with_a_closed_month_that_stands_there_twice(tmp_path: Path) -> None:
    """September's satisfaction was 70 % or 80 %, on the same day or on two: Check calls it an error, and October's 50 %
    is neither better nor worse. One line on another day of September is September's. The sheet says the same, and
    compares again once one of the two is cleared."""
    start = day("2026-09-01")
    past = [(start, "va_css", 0.7), (start + 0.5, "va_css", 0.8), (start, "surveyed", 7), (start + 29, "surveyed", 8)]
    path = make(tmp_path / "twice.xlsx", Filled(rows={"surveys": SURVEYS}, past=[*past, (start + 29, "satisfied", 4)]))
    found = results.results(path, today=TODAY)
    css, before = found.scorecard.result("css"), found.scorecard.measures_previous
    assert (css.value, css.past.previous, css.past.change, css.past.trend) == (0.5, None, None, None)
    assert (before["surveyed"], before["satisfied"]) == (None, 4)
    (problem,) = (one for one in found.problems if one.code == "past_twice")
    assert problem.cell is not None
    assert differences(path, ironcalc_values(path)) == []
    book = opened(path)
    value = "E" + problem.cell[1:]
    put(path, {(problem.sheet, value): None})
    assert ironcalc_values(path)[placed(book, "kpis", "css", "previous")] == 0.7


def test_no_year_to_date_from_months_that_lack_a_figure(tmp_path: Path) -> None:
    past = [(day("2026-09-01"), "satisfied", 50.0)]
    path = make(tmp_path / "half.xlsx", Filled(rows={"surveys": SURVEYS}, past=past))
    result = results.results(path, today=TODAY).scorecard.result("css")
    assert result.year.value is None
    assert result.year.reason is not None
    assert result.year.reason.code == "uneven_past"
    assert differences(path, ironcalc_values(path)) == []


def test_a_first_day_that_is_no_day_is_passed_over(tmp_path: Path) -> None:
    path = make(
        tmp_path / "far.xlsx", Filled(rows={"surveys": SURVEYS}, past=[(1e10, "va_css", 0.7), (-1e6, "va_css", 0.7)])
    )
    assert css(path) == 0.5


def test_a_renamed_hidden_sheet_simply_works(book: Path) -> None:
    package = Package.open(book)
    for part in [
        package.workbook_part,
        *(sheet.part for sheet in package.sheets),
        *(p for p in package.parts if "chart" in p),
    ]:
        if b"_kpixl'!" in package.read(part) or b'name="_kpixl"' in package.read(part):
            text = (
                package.read(part)
                .decode()
                .replace("'_kpixl'!", "'helper'!")
                .replace('<sheet name="_kpixl"', '<sheet name="helper"')
            )
            package.replace(part, re.sub(r'(<sheet [^>]*name=")_kpixl"', r'\1helper"', text).encode())
    package.save(book)
    put(book, {entry(opened(book), "surveys", "score", 1): 5.0})
    refresh.refresh(book, now=NOW)
    assert css(book) == 1.0
    assert differences(book, ironcalc_values(book)) == []


def test_of_an_id_that_was_copied_the_first_one_stands(book: Path) -> None:
    found = opened(book)
    sheet, last = placed(found, "totals", "requests_open", "label")
    row = last[1:]
    put(book, {(sheet, f"A{row}"): "surveyed", placed(found, "totals", "requests_open", "typed"): 50.0})
    with pytest.raises(OwnedPartMissing, match="requests_open"):
        refresh.refresh(book, now=NOW)


@pytest.mark.parametrize(
    ("place", "named_in_sentence"),
    [
        (("kpis", "sdi", "abbreviation"), "Service diversification index"),
        (("totals", "surveyed", "label"), "surveyed"),
    ],
)
def test_a_lost_row_of_ours_is_named(book: Path, place: tuple[str, str, str], named_in_sentence: str) -> None:
    sheet, cell = placed(opened(book), *place)
    put(book, {(sheet, f"A{re.sub('[A-Z]+', '', cell)}"): None})
    before = book.read_bytes()
    with pytest.raises((OwnedPartMissing, KpiRowDeleted), match=named_in_sentence):
        refresh.refresh(book, now=NOW)
    assert book.read_bytes() == before


def test_another_formula_over_a_kpi_is_put_right(book: Path) -> None:
    sheet, cell = placed(opened(book), "kpis", "css", "value")
    package = Package.open(book)
    part = next(item.part for item in package.sheets if item.name == sheet)
    text = package.read(part).decode()
    changed = re.sub(rf'(<c r="{cell}"[^>]*><f>)[^<]*(</f>)', r"\g<1>0.99\g<2>", text)
    assert changed != text
    package.replace(part, changed.encode())
    package.save(book)
    assert ironcalc_values(book)[sheet, cell] == 0.99
    refresh.refresh(book, now=NOW)
    assert ironcalc_values(book)[sheet, cell] == 0.5


def test_no_group_gets_a_zero_from_an_empty_list(tmp_path: Path) -> None:
    leads: Rows = {"date": [day("2026-10-05")] * 8, "lead": [f"Lead {n}" for n in range(8)], "source": ["web"] * 8}
    path = make(tmp_path / "leads.xlsx", Filled(rows={"leads": leads}))
    found = opened(path)
    cells = cached_values(path)
    first = cells.get(placed(found, "breakdown", "source_group_0", "name"))
    assert not first


def test_the_heading_follows_the_period(book: Path) -> None:
    at = placed(opened(book), "dashboard", "company", "tick")
    assert str(ironcalc_values(book)[at]).endswith(" · October 2026")
    put(book, {named(opened(book), "period_day"): day("2027-02-14")})
    assert str(ironcalc_values(book)[at]).endswith(" · February 2027")
    refresh.refresh(book, now=NOW)
    assert str(cached_values(book)[at]).endswith(" · February 2027")


@pytest.mark.filterwarnings("ignore:Sparkline")
def test_an_amount_with_the_format_of_another_currency(tmp_path: Path) -> None:
    """The third of three sales in euros has a dollar format."""
    sales: Rows = {
        "date": [day("2026-10-05"), day("2026-10-06"), day("2026-10-07")],
        "client": ["Ana", "Ben", "Ana"],
        "kind": ["new sales"] * 3,
        "amount": [200.0, 300.0, 250.0],
    }
    path = make(tmp_path / "sb.xlsx", Filled("service-business", rows={"sales": sales, "clients": CLIENTS}))
    assert "shown_in_currency" not in {one.code for one in results.results(path, today=TODAY).problems}
    sheet, cell = entry(opened(path), "sales", "amount", 2)
    excel = openpyxl.load_workbook(path)
    excel[sheet][cell].number_format = "[$$-409]#,##0.00"
    excel.save(path)
    problems = results.results(path, today=TODAY).problems
    (problem,) = (one for one in problems if one.code == "shown_in_currency")
    assert (problem.severity, problem.sheet, problem.cell) == ("warning", sheet, cell)
