"""Sample data of the concierge: figures recounted by hand from the rows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kpixl.period import Period, serial
from kpixl.samples.luxury import PLAN
from sampled import MONTHS, Made, Rows, made

LUXURY = "luxury-personal-assistant"


@pytest.fixture(scope="module", params=MONTHS)
def one(request: pytest.FixtureRequest) -> Made:
    return made(LUXURY, request.param)


def figures(one: Made, table: Mapping[str, Rows], period: Period) -> dict[str, float]:
    """The KPIs of a month, by hand."""
    first, after, yes = serial(period.start), serial(period.after), one.word("incidents", "discretion", "yes")
    year = serial(period.shift(-11).start)
    ends = [(row["start"], row["end"] or 1e9) for row in table["clients"]]
    at_start = [end for start, end in ends if start < year <= end]
    served = {
        row["client"]
        for row in table["clients"]
        if row["start"] < after and (row["end"] is None or row["end"] >= first)
    }
    resolved = [row for row in table["requests"] if row["resolved"] and first <= row["resolved"] < after]
    answers = [row["score"] for row in table["surveys"] if first <= row["date"] < after]
    sales = [row for row in table["sales"] if first <= row["date"] < after]
    sales_of_year = [row for row in table["sales"] if year <= row["date"] < after]
    served_in_year = {row["client"] for row in table["clients"] if row["start"] < after and (row["end"] or 1e9) >= year}
    slips = [row for row in table["incidents"] if first <= row["date"] < after and row["discretion"] == yes]
    additional = one.word("sales", "kind", "additional")
    joined = [row for row in table["clients"] if year <= row["start"] < after]
    return {
        "crr": sum(end >= after for end in at_start) / len(at_start),
        "art": sum(row["resolved"] - row["opened"] for row in resolved) * 24 / len(resolved),
        "css": sum(score >= 4 for score in answers) / len(answers),
        "discretion": len(slips)
        / sum(bool(r["completed"]) and first <= r["completed"] < after for r in table["tasks"]),
        "rpc": sum(row["amount"] for row in sales) / len(served),
        "upsell": len({row["client"] for row in sales_of_year if row["kind"] == additional}) / len(served_in_year),
        "referral": sum(bool(r["referred_by"]) for r in joined) / len(at_start),
    }


def last_month(one: Made) -> dict[str, float]:
    """Those of the period, from what stands in its workbook."""
    return figures(one, {table: one.now(table) for table in one.rows}, one.period)


@pytest.mark.slow
def test_the_last_month_by_hand(one: Made) -> None:
    value = last_month(one)
    assert value["crr"] == pytest.approx(0.7)
    assert 1 <= value["art"] <= 2
    assert value["css"] == pytest.approx(42 / 46)
    assert 0.007 < value["discretion"] < 0.009
    assert value["rpc"] == pytest.approx(5210, abs=5)
    assert 0.25 <= value["upsell"] <= 0.36
    # Seven friends of clients in the year, of whom the party brought four, for the 50 clients of a year ago.
    assert value["referral"] == pytest.approx(7 / 50)


def test_october_as_its_story_goes() -> None:
    one = made(LUXURY)
    before, now = (figures(one, one.rows, one.period.shift(-back)) for back in (1, 0))
    assert now["art"] == pytest.approx(1.6, abs=0.1)
    higher = {id_ for id_ in now if now[id_] > before[id_]}
    assert higher == {"css", "discretion", "rpc", "referral"}


def test_closed_months_agree_with_a_count_by_hand(one: Made) -> None:
    for back in range(1, len(PLAN)):
        closed = one.period.shift(-back)
        past = {line.id: line.value for line in one.sample.past if line.start == closed.start and line.kind == "kpi"}
        assert past == pytest.approx({f"pa_{id_}": value for id_, value in figures(one, one.rows, closed).items()}), (
            closed
        )


def test_all_levels_appear(one: Made) -> None:
    value = last_month(one)
    assert value["css"] > 0.9, "exceptional"
    assert value["art"] <= 2, "above average"
    assert value["upsell"] >= 0.25, "above average"
    assert 0.6 <= value["crr"] <= 0.75, "typical"
    assert value["referral"] < 0.15, "below"
    levels = {line.level for line in one.sample.past if line.kind == "kpi"}
    assert levels == {"below", "typical", "above_average", "exceptional"}


def test_how_much_there_is(one: Made) -> None:
    rows = {table: len(one.now(table)) for table in one.rows}
    assert 58 <= sum(row["end"] is None for row in one["clients"]) <= 63
    assert rows["requests"] == 288 + 3
    assert 381 <= rows["tasks"] <= 420
    assert rows["surveys"] == 46
    assert rows["incidents"] == 6
    assert 950 <= rows["sales"] <= 1080  # those of 12 months, in which a client may have bought more
    assert sum(row["end"] is None for row in one["assistants"]) == 7


def test_sales_are_plausible(one: Made) -> None:
    sales = one.month("sales", "date")
    new = {row["client"] for row in one.month("clients", "start")}
    assert {row["client"] for row in sales if row["kind"] == one.word("sales", "kind", "new_sales")} == new
    assert all(75 <= row["amount"] < 25_000 for row in sales)
    kinds = ("new_sales", "subscriptions", "additional", "service_fees")
    assert {one.word("sales", "kind", kind) for kind in kinds} <= {row["kind"] for row in sales}
