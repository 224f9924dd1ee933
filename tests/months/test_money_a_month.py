"""Money for each client and month, whatever the length of the period; a lifetime by those who have left. By hand."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from pathlib import Path

import pytest
from hand import Month
from scipy import stats

from kpixl.i18n import language
from kpixl.period import Kind, Period, serial
from kpixl.texts.words import to_next_text
from workbooks import Filled, Value, day

COACHING, LUXURY, SERVICE = "career-coaching", "luxury-personal-assistant", "service-business"
STEADY = ["Ana", "Ben", "Cleo", "Dan", "Eva"]


def months(year: int, *numbers: int) -> list[tuple[float, float]]:
    """The first and the last day of months."""
    return [(day(f"{year}-{n:02}-01"), day(f"{year}-{n:02}-{monthrange(year, n)[1]}")) for n in numbers]


def quarter(*extra: tuple[str, float, float | None]) -> dict[str, dict[str, list[Value]]]:
    """Five clients who stay and, each month, five others for that month alone; everybody pays 200 a month."""
    spans = months(2026, 7, 8, 9)
    stays: list[tuple[str, float, float | None]] = [(name, day("2026-01-01"), None) for name in STEADY]
    stays += [(f"Guest {n} {at}", first, last) for n, (first, last) in enumerate(spans) for at in range(5)]
    stays += extra
    sales = [(first + 9, 200.0) for first, _ in spans for _ in range(10)]
    return {
        "clients": {
            "client": [one for one, *_ in stays], "start": [s for _, s, _ in stays], "end": [e for *_, e in stays]
        },
        "sales": {
            "date": [on for on, _ in sales], "kind": ["new sales"] * len(sales), "amount": [paid for _, paid in sales]
        },
    }  # fmt: skip


def of_quarter(business: str, rows: dict[str, dict[str, list[Value]]]) -> Filled:
    return Filled(
        business=business,
        currency="USD",
        kind=Kind.QUARTER,
        day=float(serial(Period.parse("2026-Q3").start)),
        rows=rows,
    )


@pytest.mark.parametrize(("business", "kpi"), [(COACHING, "arpu"), (LUXURY, "rpc")])
def test_a_quarter_of_steady_revenue_is_as_good_as_its_months(tmp_path: Path, business: str, kpi: str) -> None:
    """Each month ten clients pay 200 each: 200 for each client and month. In the quarter there were twenty clients, but
    never more than ten at a time: 6,000 for 30 client-months are 200 as well."""
    month = Month.of(tmp_path, of_quarter(business, quarter()))
    assert month.measure("client_months_served") == 30
    assert month[kpi].value == pytest.approx(200)
    assert month.apart == []


def test_who_comes_back_in_the_same_month_is_one_client_in_it(tmp_path: Path) -> None:
    """Zoe leaves on 10 August and is back on the 20th, for good: July, August and September are three client-months,
    not four. A stay that ends before it begins, one without a name and one of last year count nothing."""
    more = [
        ("Zoe", day("2026-07-05"), day("2026-08-10")),
        ("zoe", day("2026-08-20"), None),
        ("Backwards", day("2026-09-20"), day("2026-09-10")),
        ("", day("2026-07-01"), None),
        ("Gone", day("2025-03-01"), day("2026-06-30")),
    ]
    month = Month.of(tmp_path, of_quarter(COACHING, quarter(*more)))
    assert month.measure("client_months_served") == 33
    assert month.apart == []


def test_a_month_divides_by_its_clients_as_ever(tmp_path: Path) -> None:
    """Ten clients in September, 2,000 paid."""
    filled = Filled(business=COACHING, currency="USD", day=day("2026-09-01"), rows=quarter())
    assert Month.of(tmp_path, filled)["arpu"].value == pytest.approx(200)


def test_a_year_of_customers_of_one_month_each(tmp_path: Path) -> None:
    """Twelve customers, each from the first to the last day of one month, 100 each. They were customers for 365 − 12
    days in all: 353 / 30.4375 / 12 = 0.966 months each; a month of a customer brought 100. 96.65."""
    spans = months(2025, *range(1, 13))
    rows: dict[str, dict[str, list[Value]]] = {
        "clients": {
            "client": [f"C{n}" for n in range(12)], "start": [s for s, _ in spans], "end": [e for _, e in spans]
        },
        "sales": {"date": [s for s, _ in spans], "kind": ["new sales"] * 12, "amount": [100.0] * 12},
    }  # fmt: skip
    filled = Filled(business=SERVICE, kind=Kind.YEAR, day=day("2025-05-05"), rows=rows)
    month = Month.of(tmp_path, filled)
    assert month["ltv"].value == pytest.approx(353 / 30.4375 / 12 * 100)
    assert month.apart == []


def customers(left: int) -> dict[str, dict[str, list[Value]]]:
    """Fifty customers since 1 January 2026 who pay 100 each in October; so many of them leave on the 31st."""
    end: list[Value] = [day("2026-10-31")] * left + [None] * (50 - left)
    return {
        "clients": {"client": [f"C{n}" for n in range(50)], "start": [day("2026-01-01")] * 50, "end": end},
        "sales": {"date": [day("2026-10-05")] * 50, "kind": ["new sales"] * 50, "amount": [100.0] * 50},
    }


def test_while_none_has_left_a_lifetime_is_at_least_so_long(tmp_path: Path) -> None:
    """303 days so far are 9.95 months: at least 995. No customer has left, so there is no case to grade by."""
    month = Month.of(tmp_path, Filled(business=SERVICE, rows=customers(0), targets={"ltv": 900}))
    ltv = month["ltv"]
    assert ltv.value == pytest.approx(303 / 30.4375 * 100)
    assert (ltv.certainty.sample, ltv.grade.standing, ltv.against_target) == (0, None, None)
    assert ltv.reason is not None
    assert ltv.reason.code == "too_few"
    assert "least" in ltv.note
    assert month.apart == []


@pytest.mark.parametrize(("left", "value"), [(1, 50 * 303 / 30.4375), (2, 50 * 303 / 30.4375 / 2)])
def test_few_departures_tell_little_of_a_lifetime(tmp_path: Path, left: int, value: float) -> None:
    """By one or two departures the lifetime could as well be a sixth, or many times, of what it seems: the interval is
    that of Epstein and Sobel by scipy's chi-square, and no target is surely met."""
    month = Month.of(tmp_path, Filled(business=SERVICE, rows=customers(left), targets={"ltv": 20_000}))
    ltv = month["ltv"]
    assert ltv.value == pytest.approx(value * 100, rel=0.001)
    assert ltv.value is not None
    found = ltv.certainty.interval
    assert found is not None
    low, high = stats.chi2.ppf(0.975, 2 * left + 2), stats.chi2.ppf(0.025, 2 * left)
    assert (found.low, found.high) == pytest.approx((ltv.value * 2 * left / low, ltv.value * 2 * left / high))
    assert ltv.certainty.settled is False
    assert month.apart == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "On average: +$1000 → typical"),
        ("es", "De media: +1000\u00a0US$ → típico"),
        ("fr", "En moyenne\u00a0: +1000\u00a0$US → typique"),
        ("pt", "Em média: +US$\u00a01000 → típico"),
        ("ro", "În medie: +1000\u00a0USD → obișnuit"),
    ],
)
def test_the_step_of_a_quarter_is_in_what_is_shown(code: str, told: str, tmp_path: Path) -> None:
    """Three clients, 9,000 in July and in September: 18,000 for nine client-months are 2,000, below the 3,000 that are
    typical. That is 1,000 more for each client and month, told as what the value is; of the quarter nothing is said,
    and what the answer for programs names, 3,000 more, is called revenue per month."""
    rows: dict[str, dict[str, list[Value]]] = {
        "clients": {"client": ["Ana", "Ben", "Cy"], "start": [day("2026-01-01")] * 3},
        "sales": {"date": [day("2026-07-10"), day("2026-09-10")], "amount": [9000, 9000]},
    }
    month = Month.of(tmp_path, replace(of_quarter(LUXURY, rows), language=code))
    rpc, step = month["rpc"], month["rpc"].grade.to_next
    assert rpc.value == pytest.approx(2000)
    assert to_next_text(rpc, language(code), "USD") == told
    assert step is not None
    assert (step.amount, step.measure.label) == (3000, "Revenue per month")
