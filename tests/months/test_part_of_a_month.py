"""A part of a month, by hand: what is billed on the 1st does not grow with the days, and is not forecast as if it did.

A cleaner bills 15,000 on the 1st of each month, and small jobs besides.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hand import Month

from engines import differences, ironcalc_values
from kpixl.kpi.result import Result
from kpixl.period import Period, serial
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from workbooks import Filled, Value, day, make, opened


def start(month: int) -> float:
    return float(serial(Period.parse(f"2026-{month:02}").start))


# 90 % of a month had come by its third tenth, and no more by its fourth and fifth; all by its ninth.
EARLY = {3: 0.9, 4: 0.9, 5: 0.9, 6: 0.95, 7: 0.95, 8: 1.0, 9: 1.0}


def past(months: tuple[int, ...], shares: dict[int, float] = EARLY) -> list[tuple[float, str, Value]]:
    lines: list[tuple[float, str, Value]] = []
    for month in months:
        lines += [(start(month), "revenue", 16_000.0), (start(month), "sb_revenue", 16_000.0)]
        lines += [(start(month), f"revenue.{tenth}", share) for tenth, share in shares.items()]
    return lines


def november(path: Path, until: str, revenue: float, months: tuple[int, ...], target: float | None = None) -> Path:
    """November has 30 days: three a tenth."""
    filled = Filled(
        business="service-business",
        day=start(11),
        typed={"revenue": revenue, "operating_cash_flow": 2000, "investments": 0, "working_capital_increase": 0},
        past=[*past(months), (start(10), "sb_netcash", 9000.0)],
        targets={} if target is None else {"revenue": target, "netcash": 8000.0},
        settings={"entered_until": day(until)},
    )
    path = make(path / "SB 2026-11.xlsx", filled, refresh=False)
    refresh(path, now=datetime(2026, 11, 22))
    return path


def revenue(path: Path, kpi: str = "revenue") -> Result:
    return results(path, today=date(2026, 11, 22)).scorecard.result(kpi)


@pytest.mark.parametrize(
    ("until", "months", "forecast"),
    [
        # 15 of 30 days are five tenths, by which 90 % had come: 14,400 are 16,000 in the end, and not 28,800.
        ("2026-11-15", (8, 9, 10), 16_000),
        # By the 19th, a third of the way from six tenths (95 %) to seven (95 %): 14,400 / 0.95.
        ("2026-11-19", (8, 9, 10), 14_400 / 0.95),
        # Between five tenths and six, by the 16th: 90 % and a third of five points more.
        ("2026-11-16", (8, 9, 10), 14_400 / (0.9 + 0.05 / 3)),
        # Two months say nothing yet, and neither does the first third of this one.
        ("2026-11-15", (9, 10), None),
        ("2026-11-09", (8, 9, 10), None),
        ("2026-11-10", (8, 9, 10), 16_000),
    ],
)
def test_the_forecast(until: str, months: tuple[int, ...], forecast: float | None, tmp_path: Path) -> None:
    path = november(tmp_path, until, 14_400, months)
    found = revenue(path)
    assert (found.pace and found.pace.forecast) == (forecast if forecast is None else pytest.approx(forecast))
    # Beside October's 16,000: by its forecast, or not at all.
    change = None if forecast is None else pytest.approx(forecast - 16_000, abs=1e-6)
    assert found.past.change == change
    assert differences(path, ironcalc_values(path)) == []


@pytest.mark.parametrize(
    ("months", "target", "standing", "reached"),
    [
        ((8, 9, 10), 16_000, "on_track", None),
        ((8, 9, 10), 16_001, "off_track", None),
        ((8, 9, 10), 14_000, "met", "met"),  # whatever comes
        ((9, 10), 16_000, None, None),  # nothing to go by: neither on its way nor off it
        ((9, 10), 14_000, "met", "met"),
    ],
)
def test_the_target(
    months: tuple[int, ...], target: float, standing: str | None, reached: str | None, tmp_path: Path
) -> None:
    path = november(tmp_path, "2026-11-15", 14_400, months, target)
    found = revenue(path)
    assert (found.grade.standing, found.against_target) == (standing, reached)
    # Net cash of half a month is not held against October's 9,000, nor is its target missed.
    cash = revenue(path, "netcash")
    assert (cash.value, cash.past.change, cash.past.trend) == (2000, None, None)
    assert (cash.grade.standing, cash.against_target) == (None, None)
    assert differences(path, ironcalc_values(path)) == []


def test_what_roll_writes(tmp_path: Path) -> None:
    # June has 30 days. 15,000 on the 1st, 600 on the 16th and 400 on the 30th, 16,000 in all.
    rows: dict[str, list[Value]] = {
        "date": [day("2026-06-01"), day("2026-06-16"), day("2026-06-30")],
        "client": [None] * 3,
        "kind": ["subscriptions", "other", "other"],
        "amount": [15_000, 600, 400],
    }
    path = make(
        tmp_path / "SB 2026-06.xlsx",
        Filled(business="service-business", day=day("2026-06-01"), rows={"sales": rows}),
        refresh=False,
    )
    july = roll(path, now=datetime(2026, 7, 1), anyway=True).path
    lines = {line.id: line.value for line in opened(july).entries.past}
    # Five tenths are 15 days: the 16th has not come; six are 18 days.
    wanted = [15 / 16] * 5 + [15.6 / 16] * 4
    assert [lines[f"revenue.{tenth}"] for tenth in range(1, 10)] == pytest.approx(wanted)
    assert "complaints.5" not in lines  # none came, so nothing tells when


@pytest.mark.parametrize(
    ("until", "target", "word", "against"),
    [
        # On the 10th: 600 for advertisements of the whole month, and two of its customers; others are still to come.
        ("2026-10-10", 250, "running", None),
        # As little may be said of a target that is met so far: more may be spent.
        ("2026-10-10", 400, "running", None),
        ("2026-10-31", 250, "missed", "missed"),
        ("2026-10-31", 400, "met", "met"),
        ("2026-10-31", None, "worse", None),
        ("2026-10-10", None, "running", None),
    ],
)
def test_what_is_paid_before_the_customers_come(
    until: str, target: float | None, word: str, against: str | None, tmp_path: Path
) -> None:
    """300 for each customer so far, where September's cost 100."""
    filled = Filled(
        business="service-business",
        typed={"sales_marketing_spend": 600, "clients_new": 2},
        targets={} if target is None else {"cac": target},
        past=[(day("2026-09-01"), "sb_cac", 100.0)],
        settings={"entered_until": day(until)},
    )
    month = Month.of(tmp_path, filled)
    assert month.told("cac")[:2] == (300, word)
    assert month["cac"].against_target == against
    assert (month["cac"].past.trend is None) is (until == "2026-10-10")
    assert month.apart == []


def test_who_has_a_target_is_told_why_nothing_is_said_of_it(tmp_path: Path) -> None:
    """Net cash of ten days is short of the month's 5,000, and two complaints are fewer than five: both may change until
    the 31st. That is the reason, and not that there is nothing to hold them against."""
    typed = {"operating_cash_flow": 1_000, "investments": 0, "working_capital_increase": 0, "complaints": 2}
    settings = {"entered_until": day("2026-10-10")}
    targets = {"netcash": 5_000, "complaints": 5}
    filled = Filled(business="service-business", typed=typed, targets=targets, settings=settings)
    month = Month.of(tmp_path, filled)
    for kpi in ("netcash", "complaints"):
        assert month.told(kpi)[1] == "running"
        assert month.cell("kpis", kpi, "to_next") == "Not judged before the period is over: more is still to come"
    assert month.apart == []
