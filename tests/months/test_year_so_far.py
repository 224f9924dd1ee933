"""The year so far, by hand: in a workbook that began in November it says so, and a week belongs to one year alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engines import contents, differences, ironcalc_values
from kpixl.period import Period, serial
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from workbooks import Filled, Value, make, opened, placed


def start(text: str) -> float:
    return float(serial(Period.parse(text).start))


def complaints(path: Path, period: str, closed: dict[str, float]) -> Path:
    """Two complaints in the period, and those of closed ones."""
    one = Period.parse(period)
    past: list[tuple[float, str, Value]] = [(start(when), "complaints", count) for when, count in closed.items()]
    filled = Filled(
        business="service-business", kind=one.kind, day=float(serial(one.start)), typed={"complaints": 2}, past=past
    )
    path = make(path / f"SB {period}.xlsx", filled, refresh=False)
    refresh(path, now=datetime(2026, 11, 22))
    return path


@pytest.mark.parametrize(
    ("period", "closed", "year", "words"),
    [
        # November is the first month in the workbook: 2, and they are not the year's.
        ("2026-11", {}, 2, "since November 2026"),
        ("2026-11", {"2026-10": 5}, 7, "since October 2026"),
        # From January on it is the year: 1 + 5 + 2.
        ("2026-03", {"2026-01": 1, "2026-02": 5}, 8, ""),
        ("2026-Q4", {"2026-Q3": 4}, 6, "since 3rd quarter 2026"),
        ("2026", {"2025": 9}, 2, ""),
        # Week 1 of 2026 begins on Monday, 29 December 2025, and belongs to 2026: no week of 2025 is added.
        ("2026-W01", {"2025-W51": 7, "2025-W52": 8}, 2, ""),
        ("2026-W02", {"2025-W52": 8, "2026-W01": 3}, 5, ""),
        # 2020 had 53 weeks: week 53 began on 28 December 2020, and the 1st of January 2021 was in it.
        ("2020-W53", {"2020-W01": 4, "2020-W52": 1}, 7, ""),
        ("2021-W01", {"2020-W53": 6}, 2, ""),
        ("2026-W10", {"2026-W09": 1}, 3, "since February 23, 2026"),
    ],
)
def test_complaints(period: str, closed: dict[str, float], year: float, words: str, tmp_path: Path) -> None:
    path = complaints(tmp_path, period, closed)
    outcome = results(path, today=datetime(2026, 11, 22).date())
    assert outcome.scorecard.measures_to_date["complaints"] == year
    book, cells = opened(path), contents(path)
    assert cells[placed(book, "totals", "space", "to_date")].value == words
    assert cells[placed(book, "kpis", "bands", "year_to_date")].value == words
    assert differences(path, ironcalc_values(path)) == []
