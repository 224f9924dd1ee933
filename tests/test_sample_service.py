"""The service sample: a year whose figures, counted by hand, tell what they should."""

from __future__ import annotations

from collections import Counter

import pytest

from kpixl.period import add_months, serial
from kpixl.samples.service import PAST_TYPED, TYPED
from sampled import EVER, MONTHS, Made, made

SERVICE = "service-business"


@pytest.fixture(scope="module", params=MONTHS)
def one(request: pytest.FixtureRequest) -> Made:
    return made(SERVICE, request.param)


def spent(one: Made, kind: str, back: int = 0) -> float:
    word = one.word("expenses", "kind", kind)
    return sum(float(row["amount"]) for row in one.month("expenses", "date", back) if row["kind"] == word)


# The figures of the month, counted by hand


def test_there_are_about_180_clients(one: Made) -> None:
    assert 175 <= sum(row["end"] is None for row in one["clients"]) <= 185


def test_revenue_of_all_eight_kinds(one: Made) -> None:
    for back in range(12):
        sales = one.month("sales", "date", back)
        assert 19_000 <= sum(row["amount"] for row in sales) <= 30_000
        by_kind: Counter[str] = Counter()
        for row in sales:
            by_kind[row["kind"]] += row["amount"]
        assert len(by_kind) == 8
        assert by_kind.most_common(1)[0][0] == one.word("sales", "kind", "subscriptions")
        assert min(by_kind.values()) > 0


def test_acquisition_cost_falls_to_85(one: Made) -> None:
    costs = [spent(one, "sales_marketing", back) / len(one.month("clients", "start", back)) for back in range(12)]
    assert costs[0] == pytest.approx(85, abs=1)
    assert costs[0] < costs[3] < costs[6] < costs[11]


def test_attrition_over_twelve_months(one: Made) -> None:
    since = serial(add_months(one.period.start, -11))
    at_start = [row for row in one["clients"] if row["start"] < since <= (row["end"] or EVER)]
    assert sum(row["end"] is not None for row in at_start) / len(at_start) == pytest.approx(0.09, abs=0.01)


def test_leads(one: Made) -> None:
    leads = one.month("leads", "date")
    qualified = [row for row in leads if row["qualified"] == one.word("leads", "qualified", "yes")]
    assert sum(row["converted"] is not None for row in qualified) / len(qualified) == pytest.approx(0.3, abs=0.02)
    assert sum(row["referred_by"] is not None for row in leads) == 6
    assert one.word("leads", "qualified", "no") in {row["qualified"] for row in leads}


def test_complaints(one: Made) -> None:
    received = one.month("complaints", "received")
    assert len(received) == 12
    statuses = Counter(row["status"] for row in received)
    assert set(statuses) == {one.word("complaints", "status", id_) for id_ in ("open", "resolved", "escalated")}
    assert len(one.month("complaints", "received", 11)) > len(received)
    assert len({row["service"] for row in received}) > 1


def test_invitations(one: Made) -> None:
    invited = one.month("invitations", "date")
    assert len(invited) == 20
    assert sum(row["converted"] is not None for row in invited) == 5


def test_some_clients_are_inactive(one: Made) -> None:
    since = one.after - 90
    bought = {row["client"] for row in one["sales"] if row["date"] >= since}
    quiet = {r["client"] for r in one["clients"] if r["end"] is None and r["start"] < since} - bought
    assert 6 <= len(quiet) <= 12
    of_the_month = {row["client"] for row in one.month("sales", "date")}
    told_from_the_month = {
        r["client"]
        for r in one["clients"]
        if r["end"] is None and r["start"] < since and r["client"] not in of_the_month
    }
    assert told_from_the_month == quiet, "the month's own rows tell the same"


def test_expenses_of_all_four_kinds(one: Made) -> None:
    for kind in ("sales_marketing", "operating", "investment", "other"):
        assert spent(one, kind) > 0, kind


def test_typed_totals_agree_with_the_rows(one: Made) -> None:
    typed = {0: TYPED, **PAST_TYPED}
    assert sorted(typed) == list(range(12))
    for back, totals in typed.items():
        assert set(totals) == set(one.sample.typed)
        revenue = sum(row["amount"] for row in one.month("sales", "date", back))
        left = revenue - sum(spent(one, kind, back) for kind in ("sales_marketing", "operating", "other"))
        assert totals["operating_cash_flow"] == pytest.approx(left, rel=0.12), back
    assert TYPED["operating_cash_flow"] - spent(one, "investment") - TYPED["working_capital_increase"] > 1000


# What rows say of each other


def test_status_date_and_resolution_of_complaints_agree(one: Made) -> None:
    open_, resolved = (one.word("complaints", "status", id_) for id_ in ("open", "resolved"))
    for row in one["complaints"]:
        assert (row["resolved"] is None) == (row["resolution"] is None)
        assert row["status"] != open_ or row["resolved"] is None
        assert row["status"] != resolved or row["resolved"] is not None
    older = [row for row in one["complaints"] if row["received"] < one.start]
    assert open_ not in {row["status"] for row in older}
    assert any(row["resolved"] is not None and row["resolved"] >= one.start for row in older)


def test_new_clients_were_leads_and_the_invited_among_them(one: Made) -> None:
    joined = {row["client"]: row["start"] for row in one["clients"] if row["start"] >= one.year}
    converted = {row["lead"]: row["converted"] for row in one["leads"] if row["converted"] is not None}
    assert converted == joined
    by = {row["lead"]: row["referred_by"] for row in one["leads"]}
    for row in one["invitations"]:
        if row["converted"] is not None:
            assert joined[row["invited"]] == row["converted"]
            assert by[row["invited"]] == row["client"]
    assert len({row["invited"].casefold() for row in one["invitations"]}) == len(one["invitations"])
