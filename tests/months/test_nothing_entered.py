"""Nothing entered is not zero: without a row of the period nothing is known, unless the owner says that there was
nothing, or its being empty is what the sheet is for. By hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from clock import NOW
from kpixl.period import Period, serial
from kpixl.verbs import refresh, roll
from workbooks import Filled, Rows, Value, day, named, opened, put

SERVICE = "service-business"
CLIENTS: dict[str, list[Value]] = {"client": ["Ana", "Ben"], "start": [day("2026-10-05"), day("2026-01-01")]}


def none_cell(path: Path, table: str) -> tuple[str, str]:
    """Where the owner says that there was nothing."""
    return named(opened(path), f"_kpixl.none.{table}")


def test_no_expenses_are_not_free_customers(tmp_path: Path) -> None:
    """One new customer and no expense typed: nobody knows what he cost. It is not 0, and no target is met."""
    filled = Filled(business=SERVICE, rows={"clients": CLIENTS}, targets={"cac": 200, "netcash": 0})
    month = Month.of(tmp_path, filled)
    cac = month["cac"]
    assert (cac.value, cac.against_target, month.measure("sales_marketing_spend")) == (None, None, None)
    assert cac.reason is not None
    assert cac.reason.code == "not_entered"
    assert month.cell("kpis", "cac", "to_next") == "Nothing entered in Expenses for this period"
    assert [problem.details["title"] for problem in month.problems("not_entered")] == [
        "Leads",
        "Sales",
        "Expenses",
        "Surveys",
    ]
    assert month.apart == []


RENT: dict[str, list[Value]] = {"date": [day("2026-10-01")], "kind": ["operating"], "amount": [900.0]}


def test_rent_alone_does_not_say_what_was_spent_on_marketing(tmp_path: Path) -> None:
    """Expenses are entered, none of them for sales and marketing: 0 is what the rows come to, and perhaps the
    advertisement was forgotten. No target is met by it, and nothing is better than the 50 of September. It is not said
    that there are no figures, either: one of them waits."""
    past = [(day("2026-09-01"), "sb_cac", 50.0)]
    filled = Filled(business=SERVICE, rows={"clients": CLIENTS, "expenses": RENT}, targets={"cac": 200}, past=past)
    month = Month.of(tmp_path, filled)
    cac = month["cac"]
    assert (cac.value, cac.against_target, cac.grade.standing, cac.past.trend) == (0, None, None, None)
    assert cac.withheld == "unsaid"
    assert not cac.good
    assert month.cell("kpis", "cac", "to_next") == "0, since no row is of its kind: if that is so, type 0 in Totals"
    assert str(month.cell("dashboard", "verdict", "tick")).startswith(
        "0 good · 0 as before · 0 below par · not graded:"
    )
    assert len(month.problems("nothing_spent")) == 1
    assert month.apart == []


@pytest.mark.parametrize("how", ["total", "row", "x"])
def test_the_owner_says_that_customers_cost_nothing(how: str, tmp_path: Path) -> None:
    """They come by recommendation: a total of 0, a row of 0, or an x on the sheet, and the target is met."""
    row: dict[str, list[Value]] = {**RENT, "kind": ["sales and marketing"], "amount": [0.0]}
    expenses: dict[str, dict[str, list[Value]]] = {"total": RENT, "row": row, "x": {}}
    typed = {"sales_marketing_spend": 0} if how == "total" else {}
    rows: dict[str, Rows] = {"clients": CLIENTS, "expenses": expenses[how]}
    month = Month.of(tmp_path, Filled(business=SERVICE, rows=rows, typed=typed, targets={"cac": 200}))
    if how == "x":
        put(month.entered, {none_cell(month.entered, "expenses"): "x"})
    assert (month["cac"].value, month["cac"].against_target) == (0, "met")
    assert month.apart == []


def test_rows_of_last_month_say_nothing_of_this_one(tmp_path: Path) -> None:
    """September's sales are still there; of October nothing is entered. A day of the next month says nothing."""
    sales: dict[str, list[Value]] = {
        "date": [day("2026-09-30"), day("2026-11-01")], "kind": ["new sales"] * 2, "amount": [900.0, 800.0]
    }  # fmt: skip
    month = Month.of(tmp_path, Filled(business=SERVICE, rows={"sales": sales}))
    assert month["revenue"].value is None
    assert month.apart == []


def test_the_owner_says_that_there_was_nothing(tmp_path: Path) -> None:
    """An x on the sheet Sales: the month brought nothing, 0. When the month is closed that 0 stands in Past periods,
    and of the next month nothing is known again."""
    month = Month.of(tmp_path, Filled(business=SERVICE, rows={"clients": CLIENTS}))
    put(month.path, {none_cell(month.path, "sales"): "x"})
    refresh.refresh(month.path, now=NOW)
    said = Month(month.path)
    assert said["revenue"].value == 0
    assert said.apart == []
    rolled = Month(roll.roll(month.path, now=NOW, anyway=True).path)
    assert rolled["revenue"].value is None
    assert rolled["revenue"].past.previous == 0
    assert rolled.apart == []


def test_no_complaint_is_no_complaint(tmp_path: Path) -> None:
    """That is what the sheet is for."""
    month = Month.of(tmp_path, Filled(business=SERVICE, rows={"clients": CLIENTS}, targets={"complaints": 3}))
    assert (month["complaints"].value, month["complaints"].against_target) == (0, "met")


def test_a_typed_total_needs_no_rows(tmp_path: Path) -> None:
    """It says what the rows would."""
    month = Month.of(tmp_path, Filled(business=SERVICE, typed={"revenue": 500}))
    assert month["revenue"].value == 500
    assert month.apart == []


@pytest.mark.parametrize("table", ["hours", "tasks", "surveys", "requests", "leads"])
def test_it_is_so_of_every_sheet_that_waits(tmp_path: Path, table: str) -> None:
    """An agency that has entered its clients alone: no KPI says below benchmark of what is not there."""
    month = Month.of(tmp_path, Filled(rows={"clients": {"client": ["Ana"], "start": [day("2025-01-01")]}}))
    waiting = {
        result.kpi.id: result.reason.table.id
        for result in month.scorecard.results
        if result.reason and result.reason.table
    }
    assert table in waiting.values()
    assert all(month[kpi].value is None for kpi in waiting)


def test_a_day_of_any_kind_says_that_something_is_entered(tmp_path: Path) -> None:
    """A request of September that was resolved in October is an entry of October."""
    requests: dict[str, list[Value]] = {
        "id": ["R1"], "client": ["Ana"], "opened": [day("2026-09-30", 9)], "resolved": [day("2026-10-01", 9)]
    }  # fmt: skip
    month = Month.of(tmp_path, Filled(rows={"requests": requests}))
    assert month["art"].value == pytest.approx(24)
    assert float(serial(Period.parse("2026-10").start)) == day("2026-10-01")
