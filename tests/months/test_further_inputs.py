"""More of what each verdict is about, by hand: other businesses, periods and columns than those it was found with."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month, table

from kpixl.kpi.signals import Signal, limits, signal, used_values
from kpixl.period import Period, serial
from workbooks import Filled, Value

SERVICE = "service-business"
SCORES = [0.80, 0.81, 0.80, 0.81, 0.80, 0.81]


# A period that has not begun has missed nothing, and met nothing. Today is 22 November 2026.
@pytest.mark.parametrize(
    ("business", "period", "typed", "kpi", "value"),
    [
        # A coach's week from Monday 30 November: ten booked, none marked as held.
        ("career-coaching", "2026-W49", {"sessions_scheduled": 10, "sessions_completed": 0}, "scr", 0),
        # The first quarter of 2027, of which somebody typed a splendid 19 of 20.
        ("remote-va-agency", "2027-Q1", {"satisfied": 19, "surveyed": 20}, "css", 0.95),
        # The year 2027 of a company without a complaint so far: no target of at most 10 is met by that.
        (SERVICE, "2027", {"complaints": 0}, "complaints", 0),
        # December's revenue: nothing yet, and no target of 5,000 is missed.
        (SERVICE, "2026-12", {"revenue": 0}, "revenue", 0),
    ],
)
def test_not_begun(business: str, period: str, typed: dict[str, Value], kpi: str, value: float, tmp_path: Path) -> None:
    one = Period.parse(period)
    targets: dict[str, Value] = {"complaints": 10, "revenue": 5000} if business == SERVICE else {kpi: 0.9}
    filled = Filled(business, kind=one.kind, day=float(serial(one.start)), typed=typed, targets=targets)
    found = Month.of(tmp_path, filled)[kpi]
    assert (found.value, found.level, found.grade.standing, found.against_target) == (value, None, None, None)
    assert found.reason is not None
    assert found.reason.code == "not_begun"
    assert (found.needs, found.good) == (False, False)


# A signal that stands widens nothing. Steps of one size between six values: their mean, give or take 2.66 steps.
@pytest.mark.parametrize(
    ("past", "without", "low", "high", "usual", "above"),
    [
        # One bad month and one splendid one behind each other: 80.44 ± 2.66 %, of five 80s and four 81s.
        ([*SCORES, 0.70, 0.95, 0.80, 0.81, 0.80], 2, 0.80444 - 0.0266, 0.80444 + 0.0266, 0.83, 0.835),
        # Hours to resolve: 3.1 ± 0.532; a month of 8 hours would make 3.7 usual.
        ([3.0, 3.2, 3.0, 3.2, 3.0, 3.2, 8.0, 3.0, 3.2], 1, 3.1 - 0.532, 3.1 + 0.532, 3.6, 3.7),
        # Complaints: 11 ± 5.32; a month of 40 would make 17 usual.
        ([10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 40.0, 10.0, 12.0], 1, 11 - 5.32, 11 + 5.32, 16, 17),
    ],
    ids=["two", "hours", "complaints"],
)  # fmt: skip
def test_signals_that_stand(
    past: list[float | None], without: int, low: float, high: float, usual: float, above: float
) -> None:
    found = limits(past, 0.0, None)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.without == without == sum(value is None for value in used_values(past))
    assert signal(past, usual, found) is Signal.USUAL
    assert signal(past, above, found) is Signal.ABOVE


def test_what_the_articles_promise_of_sites_channels_and_contacts(tmp_path: Path) -> None:
    """North had two customers a year ago, of whom one left: half. South kept its two. Whoever came and left within the
    year was not there at the start. 300 went into the website and won two customers in October, 150 each; the 100 for
    a fair won nobody. Two of three complaints arose on a visit."""
    clients = table("""
        client | start      | end        | site  | source
        Ada    | 2025-01-07 |            | North | referral
        Bo     | 2025-01-07 | 2026-03-31 | North | event
        Cy     | 2025-01-07 |            | South | referral
        Di     | 2025-02-03 |            | South | referral
        El     | 2026-02-02 | 2026-05-29 | North | event
        Fay    | 2026-10-05 |            | South | website
        Gus    | 2026-10-12 |            | North | website
    """)
    expenses = table("""
        date       | kind                | amount | source
        2026-10-02 | sales and marketing | 300    | website
        2026-10-05 | sales and marketing | 100    | event
        2026-10-06 | operating           | 900    |
    """)
    complaints = table("""
        received   | client | reason  | contact
        2026-10-06 | Ada    | delay   | visit
        2026-10-09 | Cy     | quality | visit
        2026-10-20 | Di     | quality | first talk
    """)
    rows = {"clients": clients, "expenses": expenses, "complaints": complaints}
    month = Month.of(tmp_path, Filled(SERVICE, rows=rows))
    assert month.group("site", "North")["churn"] == (0.5, "", 2)
    assert month.group("site", "South")["churn"] == (0, "", 2)
    assert month.group("source", "website")["cac"][0] == 150
    assert "cac" not in month.group("source", "event")
    assert [month.group("contact", name)["complaints"][0] for name in ("visit", "first talk")] == [2, 1]
    # Three for five customers served in October: sixty for every hundred.
    assert month.measure("complaint_rate") == pytest.approx(60)
