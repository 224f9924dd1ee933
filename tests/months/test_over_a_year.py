"""What is counted over a year in rows that a month leaves behind: the concierge's upsells and referrals. By hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hand import Month

from engines import differences, ironcalc_values
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from workbooks import Filled, Rows, append, day, make

LUXURY = "luxury-personal-assistant"
CLIENTS: Rows = {
    # Ana, Ben and Cora were there a year ago; Dan came through Ana in March, Eve through Dan in October; Fay came by
    # herself in May and left in August. Gus left two years ago.
    "client": ["Ana", "Ben", "Cora", "Dan", "Eve", "Fay", "Gus"],
    "start": [day(one) for one in ("2024-05-01", "2024-06-01", "2025-01-10", "2026-03-02", "2026-10-05", "2026-05-04",
                                   "2023-01-01")],
    "end": [None, None, None, None, None, day("2026-08-20"), day("2024-09-30")],
    "referred_by": [None, None, None, "Ana", "Dan", None, None],
}  # fmt: skip
SALES: Rows = {
    # Additional services: Ana twice in December and in October, Ben in January, Fay in June, Cora never. Dan's sale is
    # a subscription. Ben's one in September 2025 is older than a year by 31 October 2026.
    "date": [day(one) for one in ("2025-09-10", "2025-12-01", "2025-12-15", "2026-01-20", "2026-04-01", "2026-06-10",
                                  "2026-10-12")],
    "client": ["Ben", "Ana", "Ana", "Ben", "Dan", "Fay", "Ana"],
    "kind": ["additional services"] * 4 + ["subscriptions"] + ["additional services"] * 2,
    "amount": [100.0] * 7,
}  # fmt: skip
ROWS = {"clients": CLIENTS, "sales": SALES}


def test_upsells_and_referrals_of_a_year(tmp_path: Path) -> None:
    """From 1 November 2025 on, six were clients at some time: Ana, Ben, Cora, Dan, Eve, Fay. Of them Ana, Ben and Fay
    bought something additional: 3 of 6. Two came through a client, Dan and Eve; three were there when the year began:
    2 of 3."""
    month = Month.of(tmp_path, Filled(business=LUXURY, rows=ROWS))
    assert (month.measure("clients_upsold_12m"), month.measure("clients_served_12m")) == (3, 6)
    assert (month.measure("clients_referred_12m"), month.measure("clients_start_12m")) == (2, 3)
    assert month["upsell"].value == 0.5
    assert month["referral"].value == pytest.approx(2 / 3)
    assert month.problems("rows_short") == []
    assert month.apart == []


def test_the_month_alone_if_the_owner_wants_it(tmp_path: Path) -> None:
    """In October five are clients, and Ana alone bought something: 1 of 5."""
    month = Month.of(tmp_path, Filled(business=LUXURY, rows=ROWS, windows={"upsell": "period"}))
    assert month["upsell"].value == pytest.approx(0.2)


def test_sales_stay_as_long_as_they_are_needed(tmp_path: Path) -> None:
    """When October is closed, the sale of September 2025 leaves: November's year begins on 1 December 2025. In November
    nobody buys; over that year it is Ana, Ben and Fay again, of seven, with Hal, who comes on the 2nd."""
    book = make(tmp_path / "PA 2026-10.xlsx", Filled(business=LUXURY, rows=ROWS))
    rolled = roll(book, now=datetime(2026, 11, 1), anyway=True)
    assert (rolled.stayed["sales"], rolled.left["sales"]) == (6, 1)
    append(rolled.path, "clients", {"client": ["Hal"], "start": [day("2026-11-02")]})
    card = results(rolled.path, today=date(2026, 11, 22)).scorecard
    assert (card.measures["clients_upsold_12m"].used, card.measures["clients_served_12m"].used) == (3, 7)
    refresh(rolled.path, now=datetime(2026, 11, 22))
    assert differences(rolled.path, ironcalc_values(rolled.path)) == []


def test_by_the_month_sales_leave_with_it(tmp_path: Path) -> None:
    """Nothing in use looks at them any more."""
    book = make(tmp_path / "PA 2026-10.xlsx", Filled(business=LUXURY, rows=ROWS, windows={"upsell": "period"}))
    assert roll(book, now=datetime(2026, 11, 1), anyway=True).left["sales"] == 7


def test_sales_that_begin_late_are_told(tmp_path: Path) -> None:
    """Clients have been there since 2023, but the first sale is of June: four months short of the year."""
    late: Rows = {key: values[5:] for key, values in SALES.items()}
    month = Month.of(tmp_path, Filled(business=LUXURY, rows={"clients": CLIENTS, "sales": late}))
    (problem,) = month.problems("rows_short")
    assert problem.field == "upsell"
    assert problem.details["first"] == date(2026, 6, 10)


def test_hours_worked_else_those_available(tmp_path: Path) -> None:
    """Ana was there 8 hours and worked 6 of them on French; of Ben's 5 hours nothing more is known, so 5 count; Ana's
    English hours are no multilingual ones. Twelve tasks in French for 11 hours."""
    hours: Rows = {
        "date": [day("2026-10-05")] * 3,
        "assistant": ["Ana", "Ben", "Ana"],
        "available": [8, 5, 4],
        "worked": [6, None, 3],
        "language": ["French", "French", "English"],
    }
    tasks: Rows = {
        "id": [f"T{number}" for number in range(12)],
        "assigned": [day("2026-10-05")] * 12,
        "completed": [day("2026-10-06")] * 12,
        "language": ["French"] * 12,
    }
    month = Month.of(tmp_path, Filled(business="multilingual-va", rows={"hours": hours, "tasks": tasks}))
    assert month.measure("hours_worked_multilingual") == 11
    assert month["tph"].value == pytest.approx(12 / 11)
    assert month.apart == []
