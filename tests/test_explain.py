"""From a figure back to its rows: which count, which do not, and why; by hand, from a month of a few rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clock import NOW, TODAY
from engines import contents
from excel_engine import Excel
from kpixl.catalog import business, businesses
from kpixl.catalog.model import Measure
from kpixl.cli.main import main
from kpixl.entries import entry_table
from kpixl.excel.live import open_workbook
from kpixl.i18n import language
from kpixl.kpi.behind import Listing, listings
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.texts.behind_text import NUMBERS
from kpixl.texts.formula_words import in_words
from kpixl.verbs import explain, fix, refresh, results, take_in
from kpixl.workbook.sheets import behind
from workbooks import COUNTED, Filled, Rows, blank, day, entry, make, opened, placed, put

EN = language("en")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("explain") / "month.xlsx", COUNTED)


def told(path: Path, kpi: str, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert main(["explain", str(path), kpi, "--json", *more], now=NOW) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def rows(answer: dict[str, Any], measure: str) -> tuple[list[int], dict[str, list[int]]]:
    (found,) = (one for one in answer["behind"] if one["measure"] == measure)
    assert found["counted"]["count"] == len(found["counted"]["rows"])
    return found["counted"]["rows"], {left["reason"]: left["rows"] for left in found["left_out"]}


def test_a_survey(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scores 5, 4, 3 and none: satisfied is who gives 4 or 5, and who gave no score has not answered."""
    answer = told(month, "css", capsys)
    assert (answer["value"], answer["in_words"]) == (pytest.approx(2 / 3), "Satisfied answers ÷ Survey answers")
    assert rows(answer, "satisfied") == ([5, 6], {"“Score” is less than 4": [7], "“Score” is blank": [8]})
    assert rows(answer, "surveyed") == ([5, 6, 7], {"“Score” is blank": [8]})


def test_the_edge_of_the_month(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Resolved in the last minute counts, at the midnight after it no more; what is not resolved has no hours."""
    counted, left = rows(told(month, "Average resolution time", capsys), "requests_resolved")
    assert counted == [5, 6]
    assert left == {"“Resolved” is November 1, 2026 or later": [7], "“Resolved” is blank": [8]}


def test_a_typed_total_stands_beside_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores: Rows = {"date": [day("2026-10-02")] * 2, "score": [5, 1]}
    path = make(tmp_path / "typed.xlsx", Filled(rows={"surveys": scores}, typed={"satisfied": 40, "surveyed": 50}))
    answer = told(path, "css", capsys)
    satisfied = answer["behind"][0]
    assert (satisfied["value"], satisfied["source"], satisfied["log"], satisfied["typed"]) == (40, "typed", 1, 40)
    main(["explain", str(path), "css", "--lang", "en"], now=NOW)
    assert "Satisfied answers: 40 (typed)\nThe rows alone come to 1.\n" in capsys.readouterr().out


def test_blank_rows_and_other_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row without any entry is not left out, it is not there; a lead that is not qualified is."""
    leads: Rows = {
        "date": [day("2026-10-01"), None, day("2026-10-02"), day("2026-09-30")],
        "qualified": ["da", None, "nu", "da"],
        "converted": [day("2026-10-05"), None, None, None],
    }
    path = make(tmp_path / "leads.xlsx", Filled(business="service-business", language="ro", rows={"leads": leads}))
    assert rows(told(path, "Rata de conversie a clienților potențiali", capsys, "--lang", "en"), "leads_qualified") == (
        [5],
        {"“Calificat” is not “da”": [7], "“Data” is before October 1, 2026": [8]},
    )


def test_who_calls_a_kpi_otherwise(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("CSS", "va_css", "Client satisfaction score", language("fr")("Client satisfaction score")):
        assert told(month, name, capsys)["kpi"] == "css"
    before = month.read_bytes()
    assert main(["explain", str(month), "profit", "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown_choice"
    assert month.read_bytes() == before


def test_rows_are_told_in_runs(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", str(month), "css", "--lang", "en"], now=NOW)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("CSS · Client satisfaction score: 66.7%")
    assert "Surveys, rows that count: 3 (5–7)" in lines
    assert "Surveys, rows left out: 1 (8): “Score” is blank" in lines


def test_every_formula_has_words() -> None:
    """Each measure of a formula by its name, in every language; parentheses where they are needed and nowhere else."""
    for one in businesses():
        for kpi in one.kpis:
            for code in codes():
                text = in_words(kpi, language(code))
                assert text.count("(") == text.count(")")
                assert not {"*", "/", "_"} & set(text)
    by_id = {kpi.id: kpi for one in businesses() for kpi in one.kpis}
    assert in_words(by_id["nps"], EN) == (
        "100 × (Promoters (9 or 10) − Detractors (0 to 6)) ÷ Answers to whether they would recommend you"
    )
    assert in_words(by_id["netcash"], EN) == (
        "Operating cash flow, before changes in working capital − Investments − "
        "Increase in working capital (a decrease is negative)"
    )
    agency = {kpi.id: kpi for kpi in business("remote-va-agency").kpis}
    assert in_words(agency["crr"], EN) == (
        "(Clients at the end (last 12 months) − New clients still there at the end (last 12 months)) ÷ "
        "Clients at the start (last 12 months)"
    )


def test_every_reader_looks_at_the_same_day(tmp_path: Path) -> None:
    """22 November. Of two clients one buys more on the 5th; the other's sale, of the 28th, is still to come. Which rows
    a look-up finds hangs on the day: by whatever way the workbook is read, one client bought more."""
    sales: Rows = {
        "date": [day("2026-11-05"), day("2026-11-28")],
        "client": ["Ana", "Ben"],
        "kind": ["additional services"] * 2,
        "amount": [100, 200],
    }
    clients: Rows = {"client": ["Ana", "Ben"], "start": [day("2025-01-01")] * 2}
    filled = Filled(
        business="luxury-personal-assistant", day=day("2026-11-01"), rows={"clients": clients, "sales": sales}
    )
    path = make(tmp_path / "november.xlsx", filled)
    excel = Excel(path)
    found = {
        "results": results.results(path, today=TODAY).scorecard,
        "explain": explain.explain(path, "upsell", today=TODAY).scorecard,
        "check --fix": fix.fix(path, now=NOW, show=True).outcome.scorecard,
        "take in": take_in.take_in(path, now=NOW).outcome.scorecard,
        "Excel": open_workbook.refresh(excel.book, now=NOW).scorecard,
    }
    assert {way: one.result("upsell").value for way, one in found.items()} == dict.fromkeys(found, 0.5)


# The sheet


def listed(path: Path, kpi: str) -> list[list[object]]:
    """The lines of a KPI on the sheet of rows, by the link that the dashboard has to them; each without its blanks."""
    book = opened(path)
    link = contents(path)[placed(book, "calc", kpi, "rows")].value
    sheet, _, cell = str(link).removeprefix("#").rpartition("!")
    place = book.placements["behind"]
    left, right = place.column_numbers["row"], place.column_numbers["kind"]
    assert cell.startswith("B")
    found = []
    for row in book.view.grid(sheet.strip("'"))[int(cell[1:]) - 1 :]:
        if not row[right - 1 :] or row[right - 1] in (None, ""):
            break
        found.append([row[right - 1], *(value for value in row[left - 1 : right - 1] if value not in (None, ""))])
    return found


def test_the_sheet_lists_what_counts_and_what_does_not(month: Path) -> None:
    assert listed(month, "css") == [
        ["#%", "CSS · Client satisfaction score", pytest.approx(2 / 3)],
        ["t", "= Satisfied answers ÷ Survey answers"],
        ["t1", "① Satisfied answers (from the rows) · rows that count: 2, left out: 2", 2],
        ["t1", "② Survey answers (from the rows) · rows that count: 3, left out: 1", 3],
        ["h", "Surveys", "Date", "Client", "Score", "①", "②", "Left out because"],
        ["rd--", "5", day("2026-10-02"), "Ana", 5, "✔", "✔"],
        ["rd--", "6", day("2026-10-03"), "Léa", 4, "✔", "✔"],
        ["rd--", "7", day("2026-10-31", 18), "Zoë", 3, "–", "✔", "① “Score” is less than 4"],
        ["rd--", "8", day("2026-10-04"), "Ana", "–", "–", "“Score” is blank"],
    ]


def test_a_row_that_is_gone_leaves_no_line_behind_and_the_same_is_not_written_again(
    month: Path, tmp_path: Path
) -> None:
    path = tmp_path / "month.xlsx"
    path.write_bytes(month.read_bytes())
    before = lines_used(path)
    put(path, {entry(opened(path), "surveys", column, 3): None for column in ("date", "client", "score")})
    refresh.refresh(path, now=NOW)
    assert [line[1] for line in listed(path, "css")][-1] == "7"
    assert lines_used(path) == (before[0] - 1, before[1] - 1)
    part = opened(path).sheets["behind"].part
    once = Package.open(path).read(part)
    refresh.refresh(path, now=NOW)
    assert Package.open(path).read(part) == once


def lines_used(path: Path) -> tuple[int, int]:
    """How many lines hold anything, and how many are shown; between two KPIs stands one that is blank, and below the
    last."""
    book = opened(path)
    place, sheet = book.placements["behind"], book.sheets["behind"]
    grid = book.view.grid(sheet.name)
    kind = place.column_numbers["kind"] - 1
    numbers = sorted(number for row, number in place.row_numbers.items() if row.startswith("line_"))
    full = sum(bool(grid[number - 1][kind:]) and bool(grid[number - 1][kind]) for number in numbers)
    editor = SheetEditor(Package.open(path), sheet)
    shown = [number for number in numbers if editor.row_attributes(number).get("hidden") != "1"]
    assert shown == numbers[: len(shown)]
    return full, len(shown)


@pytest.mark.parametrize(
    ("most", "rows", "more"), [(2, (0, 1), 2), (3, (0, 1, 2), 1), (4, (0, 1, 2, 3), 0), (200, (0, 1, 2, 3), 0)]
)
def test_where_rows_are_many_the_first_are_listed_and_the_others_counted(
    month: Path, most: int, rows: tuple[int, ...], more: int
) -> None:
    book = opened(month)
    (listing,) = listings(next(one for one in book.entries.business.kpis if one.id == "css"), book.tally(TODAY), most)
    assert (listing.rows, listing.more) == (rows, more)


def test_tables_share_the_room_and_what_does_not_count_has_a_part_of_it(month: Path) -> None:
    """Of four clients one is new, and all four leads count: two rows of each, and of the clients one that does not."""
    book = opened(month)
    clients, leads = listings(next(one for one in book.entries.business.kpis if one.id == "ncar"), book.tally(TODAY), 4)
    assert (clients.table.table.id, clients.rows, clients.more) == ("clients", (3, 0), 2)
    assert (leads.table.table.id, leads.rows, leads.more) == ("leads", (0, 1), 2)
    assert list(clients.causes) == [("clients_new", 0)]


def test_every_kpi_has_room_for_its_columns() -> None:
    for owner in businesses():
        for kpi in owner.kpis:
            by_table: dict[str, list[Measure]] = {}
            for measure in kpi.measures:
                if measure.aggregate:
                    by_table.setdefault(measure.aggregate.table, []).append(measure)
            for table, of in by_table.items():
                columns = behind.shown_columns(Listing(entry_table(owner.table(table), {}), tuple(of), (), {}, 0))
                assert len(columns) + len(of) + 1 <= len(behind.PARTS), (kpi.id, table)
            assert len(kpi.measures) <= len(NUMBERS), kpi.id


def test_a_new_workbook_says_what_will_stand_there(tmp_path: Path) -> None:
    path = blank(tmp_path / "new.xlsx", "remote-va-agency", "en")
    text = contents(path)[placed(opened(path), "behind", "help", "row")].value
    assert str(text).startswith("Not refreshed yet: ")
    assert lines_used(path) == (0, 0)
    refresh.refresh(path, now=NOW)
    text = contents(path)[placed(opened(path), "behind", "help", "row")].value
    assert str(text).startswith("As of November 22, 2026, no row is entered yet: ")
    assert lines_used(path) == (0, 0)
