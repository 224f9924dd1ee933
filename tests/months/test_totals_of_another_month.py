"""Typed totals belong to a month, by hand: whoever looks at another month in the same workbook does not take them
along, and gets them back when she returns."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from clock import NOW
from engines import differences, ironcalc_values
from kpixl.verbs.refresh import refresh
from kpixl.verbs.roll import roll
from workbooks import Filled, Value, day, make, named, opened, placed, put

OCTOBER = Filled(business="service-business", typed={"revenue": 12_000, "complaints": 3})
"""12,000 and three complaints, typed for October."""


def at(path: Path, changes: dict[tuple[str, str, str], Value], period: str | None = None) -> Month:
    book = opened(path)
    edits = {placed(book, *place): value for place, value in changes.items()}
    if period is not None:
        edits[named(book, "period_day")] = day(period)
    put(path, edits)
    refresh(path, now=NOW)
    return Month(path)


def test_totals_of_october_say_nothing_of_november(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", OCTOBER)
    november = at(path, {}, "2026-11-09")
    # Nothing is entered of November: no revenue is known, and no complaint has come.
    assert (november.measure("revenue"), november.measure("complaints")) == (None, 0)
    assert november.scorecard.measures["complaints"].source == "log"
    (problem,) = november.problems("totals_of_another_period")
    assert problem.severity == "error"
    assert str(problem.details["got"]) == "2026-10-01"
    assert (problem.sheet, problem.cell) == placed(opened(path), "totals", "of", "typed")
    assert november.cell("totals", "revenue", "typed") == 12_000, "what was typed stays"
    assert november.apart == []
    october = at(path, {}, "2026-10-31")
    assert (october.measure("revenue"), october.measure("complaints")) == (12_000, 3)
    assert october.problems("totals_of_another_period") == []
    assert october.apart == []


@pytest.mark.parametrize("of", ["2026-10-01", "2026-10-17", "2026-10-31"])
def test_any_day_of_the_month_names_it(of: str, tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", OCTOBER)
    assert at(path, {("totals", "of", "typed"): day(of)}).measure("complaints") == 3


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (None, "totals_of_no_period"),
        ("octombrie", "totals_of_another_period"),
        (day("2026-11-01"), "totals_of_another_period"),
        (day("2025-10-01"), "totals_of_another_period"),
    ],
)
def test_what_does_not_name_the_month_is_an_error_and_counts_nothing(of: Value, code: str, tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", OCTOBER)
    month = at(path, {("totals", "of", "typed"): of})
    assert month.measure("complaints") == 0
    assert [problem.severity for problem in month.problems(code)] == ["error"]
    assert month.apart == []


def test_without_typed_totals_nothing_is_said(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", Filled(business="service-business"))
    month = at(path, {("totals", "of", "typed"): None})
    assert month.problems("totals_of_no_period") == month.problems("totals_of_another_period") == []


def test_the_next_month_begins_with_totals_of_its_own(tmp_path: Path) -> None:
    path = make(tmp_path / "SB 2026-10.xlsx", OCTOBER)
    following = roll(path, now=NOW).path
    book = opened(following)
    put(following, {placed(book, "totals", "complaints", "typed"): 1})
    refresh(following, now=NOW)
    november = Month(following)
    assert november.measure("complaints") == 1
    assert november.problems("totals_of_another_period") == []
    assert differences(following, ironcalc_values(following)) == []


def test_that_there_was_nothing_was_said_of_october(tmp_path: Path) -> None:
    """An x on Expenses: October cost nothing. Whoever looks at November has entered nothing of it, until she says that
    it is so of November, too."""
    path = make(tmp_path / "book.xlsx", Filled(business="service-business"))
    put(path, {named(opened(path), "_kpixl.none.expenses"): "x"})
    october = at(path, {})
    assert october.measure("sales_marketing_spend") == 0
    assert october.problems("nothing_of_another_period") == []
    november = at(path, {}, "2026-11-09")
    assert november.measure("sales_marketing_spend") is None
    (problem,) = november.problems("nothing_of_another_period")
    assert (problem.sheet, problem.cell) == named(opened(path), "_kpixl.none.expenses")
    assert november.apart == []
    said = at(path, {("totals", "of", "typed"): day("2026-11-01")})
    assert said.measure("sales_marketing_spend") == 0
    assert said.apart == []
