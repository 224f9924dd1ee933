"""Renewals, by hand: a client whose stay ends and who begins again without a gap is neither lost nor new.

An owner has four clients at the start of October. By the article retention is the clients of the start who are still
there, for every client of the start: the count of those who go on.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from engines import differences, ironcalc_values
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from workbooks import Filled, Rows, append, day, make, opened

TODAY = date(2026, 10, 31)
CLIENTS: Rows = {
    # Ana stays. Ben's contract ends on 15 October, and the next one begins the day after. Cora leaves on the 20th.
    # Dora's contract ends in September on the 30th; she signs again from 1 October on.
    "client": ["Ana", "Ben", "Ben", "Cora", "Dora", "Dora"],
    "start": [day(one) for one in ("2026-01-10", "2025-10-16", "2026-10-16", "2026-02-01", "2025-10-01", "2026-10-01")],
    "end": [None, day("2026-10-15"), None, day("2026-10-20"), day("2026-09-30"), None],
}
OCTOBER = {
    "clients_start": 4,  # Ana, Ben, Cora, and Dora, who goes from one contract to the next that very night
    "clients_continuing": 3,  # all but Cora
    "clients_lost": 1,
    "clients_new": 0,
}


def book(folder: Path, rows: Rows, gap: float | None = None, name: str = "SB") -> Path:
    settings = {} if gap is None else {"stay_gap": gap}
    windows = {"kept": "period", "churn": "period"}  # by the month, not over the last 12
    filled = Filled(business="service-business", rows={"clients": rows}, settings=settings, windows=windows)
    return make(folder / f"{name} 2026-10.xlsx", filled, refresh=False)


def counted(path: Path, *names: str) -> dict[str, float | None]:
    measures = results(path, today=TODAY).scorecard.measures
    return {name: measures[name].used for name in names}


def test_a_renewal_is_no_farewell_and_no_beginning(tmp_path: Path) -> None:
    path = book(tmp_path, CLIENTS)
    assert counted(path, *OCTOBER) == OCTOBER
    card = results(path, today=TODAY).scorecard
    # 3 of 4 stay; 1 of 4 leaves.
    assert card.result("kept").value == 0.75
    assert card.result("churn").value == 0.25


@pytest.mark.parametrize(
    ("begins", "gap", "lost", "new"),
    [
        ("2026-10-16", None, 0, 0),  # the day after: no gap
        ("2026-10-15", None, 0, 0),  # on the day of the end
        ("2026-10-17", None, 1, 1),  # a day between, and the owner passes over none
        ("2026-10-17", 1, 0, 0),  # she passes over one
        ("2026-10-29", 13, 0, 0),  # 13 days between, the 16th to the 28th
        ("2026-10-29", 12, 1, 1),
    ],
)
def test_how_long_a_gap_may_be(begins: str, gap: float | None, lost: int, new: int, tmp_path: Path) -> None:
    rows: Rows = {"client": ["Ben", "ben"], "start": [day("2026-01-01"), day(begins)], "end": [day("2026-10-15"), None]}
    found = counted(book(tmp_path, rows, gap), "clients_lost", "clients_new", "clients_start")
    assert found == {"clients_lost": lost, "clients_new": new, "clients_start": 1}


def test_eight_contracts_are_one_client(tmp_path: Path) -> None:
    # Monthly contracts since March, each from the 1st to the last: there since March, and there still.
    starts = [day(f"2026-{month:02}-01") for month in range(3, 11)]
    names, ends = ["Eva"] * 8, [one - 1 for one in starts[1:]]
    there = book(tmp_path, {"client": names, "start": starts, "end": [*ends, None]})
    wanted: dict[str, float | None] = {
        "clients_start": 1, "clients_new": 0, "clients_lost": 0, "clients_continuing": 1,
        "clients_ever": 1, "clients_ended": 0,
    }  # fmt: skip
    assert counted(there, *wanted) == wanted
    # She leaves with the end of October's contract: one farewell, of one who came in March.
    left = book(tmp_path, {"client": names, "start": starts, "end": [*ends, day("2026-10-31")]}, name="B")
    wanted |= {"clients_lost": 1, "clients_ended": 1, "clients_continuing": 0}
    assert counted(left, *wanted) == wanted


def test_a_renewal_that_is_entered_late(tmp_path: Path) -> None:
    # Cora's contract ends on 31 October, and no more is known when October is closed: lost, 3 of 4 stay.
    ends = [None, day("2026-10-15"), None, day("2026-10-31"), day("2026-09-30"), None]
    november = roll(book(tmp_path, {**CLIENTS, "end": ends}), now=datetime(2026, 11, 1), anyway=True).path
    assert october_of(november) == (1, 0.75)
    # On the 5th she renews from the 1st on: October has kept all four, and she is not new in November.
    append(november, "clients", {"client": ["Cora"], "start": [day("2026-11-01")]})
    outcome = refresh(november, now=datetime(2026, 11, 5))
    late = {one.kpi.id: (one.before, one.after) for one in outcome.scorecard.late}
    assert late["kept"] == (0.75, 1.0)
    assert october_of(november) == (0, 1.0)
    assert outcome.scorecard.measures["clients_new"].used == 0


def october_of(path: Path) -> tuple[float | None, float | None]:
    """Clients lost and retention of October, as Past periods has them."""
    past = {line.id: line.value for line in opened(path).entries.past if line.start == date(2026, 10, 1)}
    return past["clients_lost"], past["sb_kept_period"]


@pytest.mark.parametrize("gap", [None, 14])
def test_the_sheet_says_the_same(gap: float | None, tmp_path: Path) -> None:
    path = book(tmp_path, CLIENTS, gap)
    refresh(path, now=datetime(2026, 11, 22))
    assert differences(path, ironcalc_values(path)) == []
