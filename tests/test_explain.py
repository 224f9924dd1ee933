"""From a figure back to its rows: which count, which do not, and why; by hand, from a month of a few rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clock import NOW, TODAY
from excel_engine import Excel
from kpixl.catalog import business, businesses
from kpixl.cli.main import main
from kpixl.excel.live import open_workbook
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.texts.formula_words import in_words
from kpixl.verbs import explain, fix, results, take_in
from workbooks import COUNTED, Filled, Rows, day, make

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
