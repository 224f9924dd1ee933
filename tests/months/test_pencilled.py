"""Further months by hand, each written down before it was asked of kpixl. Seen on 22 November 2026."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month, Says, table

from workbooks import Filled, Rows, day

SERVICE, LUXURY, COACHING, MULTILINGUAL = (
    "service-business", "luxury-personal-assistant", "career-coaching", "multilingual-va",
)  # fmt: skip


def test_who_renews_twice_in_a_year_is_one_customer(tmp_path: Path) -> None:
    """A year ago there were Ana, Ben and Cy. Ana has had three contracts without a gap; Ben left in May. Two of three
    are kept, one of three is lost."""
    clients = table("""
        client | start      | end
        Ana    | 2024-01-01 | 2026-02-28
        Ana    | 2026-03-01 | 2026-06-30
        Ana    | 2026-07-01 |
        Ben    | 2025-01-01 | 2026-05-10
        Cy     | 2025-01-01 |
    """)
    month = Month.of(tmp_path, Filled(SERVICE, rows={"clients": clients}, targets={"kept": 0.6, "churn": 0.3}))
    for one in (
        Says("kept", 2 / 3, "met", clients_continuing=2, clients_start=3),
        Says("churn", 1 / 3, "missed", clients_lost=1, clients_start=3),
    ):
        assert month.told(one.kpi) == one.told
    assert month.apart == []


def test_a_refund_larger_than_the_sales(tmp_path: Path) -> None:
    """500 came in and 800 went back: −300 for two clients, −150 each, which is little and no error. 3,000 each are
    6,000, and so 6,300 more."""
    clients: Rows = {"client": ["Ana", "Ben"], "start": [day("2025-01-01")] * 2}
    sales = table("""
        date       | client | kind          | amount
        2026-10-02 | Ana    | subscriptions | 500
        2026-10-03 | Ben    | other         | -800
    """)
    month = Month.of(tmp_path, Filled(LUXURY, currency="USD", rows={"clients": clients, "sales": sales}))
    told = Says("rpc", -150, "below", "+6300 revenue → typical", revenue=-300, clients_served=2)
    assert month.told("rpc") == told.told
    assert month.apart == []


def test_leaving_on_the_last_day_and_on_the_day_before(tmp_path: Path) -> None:
    """Whose last day is the 31st is not there at its end, as little as who left on the 30th: one of three stays. 75 %
    of three are three, two more."""
    clients = table("""
        client | start      | end
        Ana    | 2024-01-01 |
        Bo     | 2024-01-01 | 2026-10-31
        Cy     | 2024-01-01 | 2026-10-30
    """)
    month = Month.of(tmp_path, Filled(rows={"clients": clients}))
    told = Says("crr", 1 / 3, "below", "+2 clients_end → typical", clients_end=1, clients_new=0, clients_start=3)
    assert month.told("crr") == told.told
    assert month.apart == []


def test_a_customer_who_renews_at_another_site(tmp_path: Path) -> None:
    """Ana went from North to South with her new contract, and is kept there; North lost Dan, its one other customer."""
    clients = table("""
        client | start      | end        | site
        Ana    | 2024-01-01 | 2026-08-31 | North
        Ana    | 2026-09-01 |            | South
        Dan    | 2024-01-01 | 2026-04-30 | North
    """)
    month = Month.of(tmp_path, Filled(SERVICE, rows={"clients": clients}))
    assert month.group("site", "South")["churn"] == (0, "", 1)
    assert month.group("site", "North")["churn"] == (1, "", 1)


def test_who_was_placed_twice_is_one_client(tmp_path: Path) -> None:
    """Ana was coached twice in the year, and found a job each time; Ben is still looking. One of two, typical."""
    clients = table("""
        client | start      | end        | coaching_start | placed
        Ana    | 2026-01-05 | 2026-04-30 | 2026-01-10     | 2026-03-01
        Ana    | 2026-06-01 |            | 2026-06-01     | 2026-09-01
        Ben    | 2026-02-01 |            | 2026-02-01     |
    """)
    month = Month.of(tmp_path, Filled(COACHING, rows={"clients": clients}))
    step = "+1 clients_placed → above_average"
    assert month.told("cjpsr") == Says("cjpsr", 0.5, "typical", step, clients_placed=1, clients_coached=2).told
    assert month.apart == []


def test_an_answer_past_the_scale_of_recommendations(tmp_path: Path) -> None:
    """Three of four would recommend her, and one said 11 of 10. For her it is 4 of 5, 80, against her 3 − 1 of 5, 40:
    exceptional or above average, so neither is said."""
    surveys: Rows = {
        "date": [day(f"2026-10-0{number}") for number in range(1, 6)],
        "client": list("ABCDE"),
        "recommend": [9, 9, 9, 8, 11],
        "language": ["French"] * 5,
    }
    month = Month.of(tmp_path, Filled(MULTILINGUAL, rows={"surveys": surveys}))
    assert month["nps"].value == pytest.approx(75)
    assert (month.told("nps")[1], month["nps"].wrong) == ("in_doubt", 1)
    assert month.problems("too_large")
    assert month.apart == []


def test_totals_of_zero_are_said(tmp_path: Path) -> None:
    """Nobody was asked: there is no share. Of ten tasks none is done: 0 %, and 75 % are 7.5, so eight."""
    typed = {"surveyed": 0, "satisfied": 0, "tasks_completed": 0, "tasks_assigned": 10}
    month = Month.of(tmp_path, Filled(typed=typed))
    assert month.told("css")[:2] == (None, "zero_denominator")
    assert month.told("tcr")[:3] == (0, "below", "+8 tasks_completed → above_average")
    assert month.apart == []
