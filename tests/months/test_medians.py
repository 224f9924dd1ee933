"""The median beside the mean: a few long cases move the one and not the other. By hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from workbooks import Filled, Rows, day

OPENED = day("2026-10-05", 8)


def requests(*hours: float | None, language_: tuple[str | None, ...] = ()) -> dict[str, Rows]:
    """Requests of 5 October at eight, resolved so many hours later; None is open still."""
    return {
        "requests": {
            "id": [f"R{number}" for number in range(len(hours))],
            "client": ["Ana"] * len(hours),
            "opened": [OPENED] * len(hours),
            "resolved": [None if one is None else OPENED + one / 24 for one in hours],
            "language": list(language_ or (None,) * len(hours)),
        }
    }


def test_one_long_case_moves_the_mean_alone(tmp_path: Path) -> None:
    """1, 1, 2, 3 and 43 hours are 50 in five requests: 10 on average, and 2 in the middle. The open one has no hours
    yet, and the one that took 768 hours was resolved in November."""
    month = Month.of(tmp_path, Filled(rows=requests(1, 43, 2, None, 1, 3, 768)))
    assert month["art"].value == pytest.approx(10)
    assert month.measure("resolution_hours_median") == pytest.approx(2)
    assert month.cell("totals", "resolution_hours_median", "used") == pytest.approx(2)
    assert month.cell("kpis", "art", "median") == pytest.approx(2)
    assert month.apart == []


def test_of_an_even_number_it_lies_between_the_two_in_the_middle(tmp_path: Path) -> None:
    """French and Russian requests took 1 and 4 hours: 2.5 in the middle. The English one is no multilingual work."""
    rows = requests(1, 9, 4, language_=("French", "English", "Russian"))
    month = Month.of(tmp_path, Filled(business="multilingual-va", rows=rows))
    assert month.measure("resolution_hours_multilingual_median") == pytest.approx(2.5)
    assert month.apart == []


def test_months_to_a_milestone(tmp_path: Path) -> None:
    """Ana took 61 days, Ben 365, Cora 30; Dan reached his in September. 61 days are two months of 30.4375 and a bit."""
    clients: Rows = {
        "client": ["Ana", "Ben", "Cora", "Dan"],
        "start": [day("2025-01-01")] * 4,
        "coaching_start": [day(one) for one in ("2026-08-10", "2025-10-12", "2026-09-10", "2026-01-01")],
        "milestone": [day(one) for one in ("2026-10-10", "2026-10-12", "2026-10-10", "2026-09-20")],
    }
    month = Month.of(tmp_path, Filled(business="career-coaching", rows={"clients": clients}))
    assert month.measure("milestone_months_median") == pytest.approx(61 / 30.4375)
    assert month.apart == []


def test_without_a_request_there_is_none(tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled(rows=requests(None)))
    assert month.measure("resolution_hours_median") is None
    assert month.apart == []


def test_of_a_typed_total_nothing_is_known(tmp_path: Path) -> None:
    """The hours are typed: the rows say nothing of what half of those requests took."""
    typed = {"resolution_hours": 100.0, "requests_resolved": 50.0}
    month = Month.of(tmp_path, Filled(rows=requests(1, 2, 3), typed=typed))
    assert month.cell("kpis", "art", "median") in (None, "")
    assert month.apart == []
