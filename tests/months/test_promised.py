"""What the articles promise beside the figures: by whom, where, through which channel, when, whom to call. An owner of
a cleaning company, by hand."""

from __future__ import annotations

import pytest
from hand import Month

from kpixl.kpi.breakdown import CAPACITY, breakdown
from workbooks import Filled, Rows, day, opened

ROWS: dict[str, Rows] = {
    # Four customers of a year ago; Ben leaves in May, Dora comes in October through the leaflet. Eve orders nothing.
    "clients": {
        "client": ["Ana", "Ben", "Cora", "Eve", "Dora"],
        "start": [day(one) for one in ("2024-02-01", "2025-01-01", "2025-03-01", "2023-06-01", "2026-10-07")],
        "end": [None, day("2026-05-31"), None, None, None],
        "source": ["Web", "Web", "Leaflet", "Web", "Leaflet"],
        "assistant": ["Ion", "Mia", "Mia", "Ion", "Ion"],
        "site": ["North", "North", "South", "South", "North"],
    },
    "assistants": {"assistant": ["Ion", "Mia"], "start": [day("2023-01-01")] * 2},
    # Ion wins one of two qualified leads, Mia none of one.
    "leads": {
        "date": [day("2026-10-02")] * 4,
        "lead": ["Dora", "Fred", "Gina", "Hugo"],
        "qualified": ["yes", "yes", "yes", "no"],
        "converted": [day("2026-10-07"), None, None, None],
        "salesperson": ["Ion", "Ion", "Mia", "Mia"],
    },
    # 120 for leaflets, which brought one customer; 300 for the website, which brought none; 50 for fuel.
    "expenses": {
        "date": [day("2026-10-03")] * 3,
        "kind": ["sales and marketing", "sales and marketing", "operating"],
        "amount": [120.0, 300.0, 50.0],
        "source": ["Leaflet", "Web", None],
    },
    "sales": {
        "date": [day("2026-10-10"), day("2026-08-20"), day("2026-10-08")],
        "client": ["Ana", "Cora", "Dora"],
        "kind": ["subscriptions"] * 3,
        "amount": [100.0] * 3,
    },
    # Thursday the 1st and Friday the 2nd are in week 40, Monday the 12th in week 42.
    "complaints": {
        "received": [day(one) for one in ("2026-10-01", "2026-10-02", "2026-10-12")],
        "client": ["Ana", "Cora", "Ana"],
        "contact": ["Visit", "Visit", "Follow-up call"],
    },
}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return Month.of(tmp_path_factory.mktemp("promised"), Filled(business="service-business", rows=ROWS))


def groups(month: Month, dimension: str, kpi: str) -> dict[str, float | None]:
    section = next(one for one in breakdown(month.scorecard.entries) if one.dimension == dimension)
    return {group.name: group.results[kpi].value for group in section.groups if group.results[kpi].value is not None}


def test_who_wins_leads(month: Month) -> None:
    """Ion 1 of 2, Mia 0 of 1: Hugo was not qualified."""
    assert groups(month, "salesperson", "conversion") == {"Ion": 0.5, "Mia": 0}


def test_where_and_with_whom_customers_are_lost(month: Month) -> None:
    """Of the four of a year ago, Ben has gone: Mia had two of them, Ion two; two were in the north, two in the
    south."""
    assert groups(month, "assistant", "churn") == {"Ion": 0, "Mia": 0.5}
    assert groups(month, "site", "churn") == {"North": 0.5, "South": 0}


def test_what_a_customer_of_each_channel_has_cost(month: Month) -> None:
    """120 for the one whom the leaflet brought; the website brought nobody, so there is no cost of one."""
    assert groups(month, "source", "cac") == {"Leaflet": 120}


def test_complaints_by_week_and_point_of_contact(month: Month) -> None:
    assert list(groups(month, "received", "complaints").items()) == [("2026-W40", 2), ("2026-W42", 1)]
    assert groups(month, "contact", "complaints") == {"Visit": 2, "Follow-up call": 1}


@pytest.mark.parametrize(
    ("dimension", "kpi", "lines"),
    [
        ("salesperson", "conversion", {"Ion": 0.5, "Mia": 0}),
        ("assistant", "churn", {"Ion": 0, "Mia": 0.5}),
        ("site", "churn", {"North": 0.5, "South": 0}),
        ("source", "cac", {"Leaflet": 120}),
        ("received", "complaints", {"2026-W40": 2, "2026-W42": 1}),
        ("contact", "complaints", {"Visit": 2, "Follow-up call": 1}),
    ],
)
def test_all_of_that_stands_on_the_sheet(month: Month, dimension: str, kpi: str, lines: dict[str, float]) -> None:
    """Below the KPI's heading on Breakdown, where names stand in front."""
    short = month[kpi].kpi.abbreviation
    columns = [one for one in opened(month.path).placements["breakdown"].columns if one.startswith("value_")]
    headings = {str(month.cell("breakdown", f"{dimension}_headings", one)).partition(" (")[0]: one for one in columns}
    rows = [f"{dimension}_group_{n}" for n in range(CAPACITY)]
    found = {month.cell("breakdown", row, "name"): month.cell("breakdown", row, headings[short]) for row in rows}
    assert {name: value for name, value in found.items() if value not in (None, "")} == pytest.approx(lines)


def test_complaints_for_every_hundred_customers(month: Month) -> None:
    """Three complaints, and four customers in October: Ana, Cora, Eve and Dora. That is 75 for every hundred."""
    assert month.measure("complaint_rate") == pytest.approx(75)
    assert month.apart == []


def test_whom_to_call(month: Month) -> None:
    """With 90 days as the repeat interval: Eve has never bought; Cora bought in August; Dora is new, Ben has gone."""
    assert month.measure("clients_inactive") == 1
    assert month.cell("breakdown", "inactive_0", "name") == "Eve"
    assert month.cell("breakdown", "inactive_0", "value_0") == day("2023-06-01")
    assert month.cell("breakdown", "inactive_1", "name") in ("", None)
    assert "90 days or more, as of" in str(month.cell("breakdown", "inactive_note", "name"))
