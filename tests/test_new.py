"""A new workbook: what it says while it has no rows, for every length of period, and where it may be put."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from clock import NOW
from engines import assert_engine_agrees, differences, ironcalc_values
from kpixl.entries import Setup
from kpixl.errors import FileExists, FolderMissing, NotXlsx, UnknownChoice
from kpixl.period import Period
from kpixl.verbs import new, refresh
from narrow import some
from workbooks import AGENCY, COUNTED, errors, kpis, make, opened, placed


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "TaskZenith 2026-10.xlsx", COUNTED)


def test_a_new_workbook_has_reasons_and_no_errors(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    new.new(Setup(AGENCY, "en", Period.parse("2026-02"), "Nova", "USD"), path, now=NOW)
    outcome = refresh.refresh(path, now=NOW)
    assert set(kpis(outcome).values()) == {(None, None)}
    # Nothing is entered in the logs; of the empty lists of clients and services nothing is known, either.
    reasons = {result.kpi.id: some(result.reason).code for result in outcome.scorecard.results}
    assert {kpi for kpi, code in reasons.items() if code == "missing_measure"} == {"crr", "ncar", "sdi"}
    assert {kpi for kpi, code in reasons.items() if code == "not_entered"} == {"css", "art", "tcr", "aur"}
    assert errors(outcome) == []
    assert outcome.scorecard.entries.company == "Nova"
    assert_engine_agrees(path)


def test_new_overwrites_nothing(book: Path) -> None:
    before = book.read_bytes()
    with pytest.raises(FileExists, match=re.escape(book.name)):
        new.new(Setup(AGENCY, "en", Period.parse("2026-10"), "X", "EUR"), book, now=NOW)
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2026-Q4", "4th quarter 2026"),
        ("2026", "2026"),
        ("2026-W43", "October 19, 2026 – October 25, 2026"),
        ("2026-W01", "December 29, 2025 – January 4, 2026"),
    ],
)
def test_the_heading_of_every_kind_of_period(tmp_path: Path, period: str, said: str) -> None:
    path = tmp_path / "p.xlsx"
    new.new(Setup("remote-va-agency", "en", Period.parse(period), "C", "USD"), path, now=NOW)
    at = placed(opened(path), "dashboard", "company", "tick")
    assert str(ironcalc_values(path)[at]).startswith(f"C · {said}")
    assert differences(path, ironcalc_values(path)) == []


def test_new_says_what_is_wrong_with_the_place(tmp_path: Path) -> None:
    def made_at(out: Path) -> None:
        period = Period.containing(Period.parse("2026-10").kind, date(2026, 10, 1))
        new.new(Setup("remote-va-agency", "en", period, "C", "USD"), out, now=NOW)

    with pytest.raises(NotXlsx, match=r"must be called something\.xlsx"):
        made_at(tmp_path / "book.xlsm")
    with pytest.raises(FolderMissing, match="There is no folder"):
        made_at(tmp_path / "nowhere" / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_macros_need_a_workbook_for_macros(tmp_path: Path) -> None:
    setup = Setup(AGENCY, "en", Period.parse("2026-10"), "X", "EUR")
    with pytest.raises(new.NotXlsm, match=r"must be called something\.xlsm; book\.xlsx is not"):
        new.new(setup, tmp_path / "book.xlsx", now=NOW, macros="vba")
    with pytest.raises(new.NotXlsm):
        new.new(setup, tmp_path / "book.xlsx", now=NOW, macros="udf")
    assert list(tmp_path.iterdir()) == []


def test_a_business_that_is_none_of_the_catalogue(tmp_path: Path) -> None:
    with pytest.raises(UnknownChoice, match="“bakery” is not a business"):
        new.new(Setup("bakery", "en", Period.parse("2026-10"), "X", "EUR"), tmp_path / "book.xlsx", now=NOW)
    assert list(tmp_path.iterdir()) == []
