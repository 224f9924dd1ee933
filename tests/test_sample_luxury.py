"""Sample data of the concierge: figures recounted by hand from the rows, and nothing in them that cannot be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kpixl.catalog import business
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import Period, serial
from kpixl.samples import Sample, sample
from kpixl.samples.luxury import PLAN, TARGETS, Luxury
from kpixl.texts.words import entry_words

LUXURY = business("luxury-personal-assistant")
OCTOBER = Period.parse("2026-10")
PERIODS = [OCTOBER, Period.parse("2026-02"), Period.parse("2024-12")]
LOGS = {"requests": "resolved", "tasks": "assigned", "surveys": "date", "sales": "date", "incidents": "date"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", params=PERIODS, ids=str)
def made(request: pytest.FixtureRequest) -> tuple[Period, Sample]:
    return request.param, sample(LUXURY, request.param, "pt", "USD")


def records(columns: dict[str, list[Any]]) -> Rows:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def word(key: str, code: str = "pt") -> str:
    return entry_words(LUXURY, language(code))[f"choice_{key}"]


def figures(rows: dict[str, Any], period: Period) -> dict[str, float]:
    """The KPIs of a month, by hand."""
    table = {id_: records(columns) for id_, columns in rows.items()}
    first, after, yes = serial(period.start), serial(period.after), word("incidents_discretion_yes")
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
    slips = [row for row in table["incidents"] if first <= row["date"] < after and row["discretion"] == yes]
    joined = [row for row in table["clients"] if first <= row["start"] < after]
    return {
        "crr": sum(end >= after for end in at_start) / len(at_start),
        "art": sum(row["resolved"] - row["opened"] for row in resolved) * 24 / len(resolved),
        "css": sum(score >= 4 for score in answers) / len(answers),
        "discretion": len(slips)
        / sum(bool(r["completed"]) and first <= r["completed"] < after for r in table["tasks"]),
        "rpc": sum(row["amount"] for row in sales) / len(served),
        "upsell": len({row["client"] for row in sales if row["kind"] == word("sales_kind_additional")}) / len(served),
        "referral": sum(bool(r["referred_by"]) for r in joined) / sum(s < first <= e for s, e in ends),
    }


def test_the_last_month_by_hand(made: tuple[Period, Sample]) -> None:
    period, one = made
    value = figures(dict(one.rows), period)
    assert value["crr"] == pytest.approx(0.7)
    assert 1 <= value["art"] <= 2
    assert value["css"] == pytest.approx(42 / 46)
    assert 0.007 < value["discretion"] < 0.009
    assert value["rpc"] == pytest.approx(5210, abs=5)
    assert value["upsell"] == pytest.approx(0.28, abs=0.01)
    assert value["referral"] == pytest.approx(0.125, abs=0.005)


def test_october_as_its_story_goes() -> None:
    rows = Luxury(LUXURY, OCTOBER, "pt").rows()
    before, now = figures(rows, OCTOBER.shift(-1)), figures(rows, OCTOBER)
    assert now["art"] == pytest.approx(1.6, abs=0.1)
    higher = {id_ for id_ in now if now[id_] > before[id_]}
    assert higher == {"css", "discretion", "rpc", "referral"}


def test_closed_months_agree_with_a_count_by_hand(made: tuple[Period, Sample]) -> None:
    period, one = made
    rows = Luxury(LUXURY, period, "pt").rows()
    for back in range(1, len(PLAN)):
        closed = period.shift(-back)
        past = {line.id: line.value for line in one.past if line.start == closed.start and line.kind == "kpi"}
        assert past == pytest.approx({f"pa_{id_}": value for id_, value in figures(rows, closed).items()}), closed


def test_all_levels_appear(made: tuple[Period, Sample]) -> None:
    period, one = made
    value = figures(dict(one.rows), period)
    assert value["css"] > 0.9, "exceptional"
    assert value["art"] <= 2, "above average"
    assert value["upsell"] >= 0.25, "above average"
    assert 0.6 <= value["crr"] <= 0.75, "typical"
    assert value["referral"] < 0.15, "below"
    levels = {line.level for line in one.past if line.kind == "kpi"}
    assert levels == {"below", "typical", "above_average", "exceptional"}


def test_how_much_there_is(made: tuple[Period, Sample]) -> None:
    _, one = made
    rows = {id_: len(columns[next(iter(columns))]) for id_, columns in one.rows.items()}
    assert 58 <= sum(end is None for end in one.rows["clients"]["end"]) <= 63
    assert rows["requests"] == 288 + 3
    assert 381 <= rows["tasks"] <= 420
    assert rows["surveys"] == 46
    assert rows["incidents"] == 6
    assert 90 <= rows["sales"] <= 130
    assert sum(end is None for end in one.rows["assistants"]["end"]) == 7


def test_every_field_is_there() -> None:
    rows = Luxury(LUXURY, OCTOBER, "pt").rows()
    assert set(rows) == {table.id for table in LUXURY.tables}
    for table in LUXURY.tables:
        assert set(rows[table.id]) == {field.id for field in table.fields}
        for field in table.fields:
            kinds = {type(value) for value in rows[table.id][field.id]} - {type(None)}
            assert kinds == ({str} if field.type in ("text", "choice") else {float}), (table.id, field.id)
            assert not field.required or None not in rows[table.id][field.id], (table.id, field.id)


def test_names_are_unique() -> None:
    rows = Luxury(LUXURY, OCTOBER, "pt").rows()
    for table, column in (("clients", "client"), ("assistants", "assistant"), ("services", "service")):
        assert Counter(name.casefold() for name in rows[table][column]).most_common(1)[0][1] == 1, table
    assert not set(rows["clients"]["client"]) & set(rows["assistants"]["assistant"])
    for table in ("requests", "tasks"):
        assert len(set(rows[table]["id"])) == len(rows[table]["id"])


def test_dates_are_in_order_and_none_past_the_period(made: tuple[Period, Sample]) -> None:
    period, _ = made
    rows, after = Luxury(LUXURY, period, "pt").rows(), serial(period.after)
    for table in LUXURY.tables:
        for field in table.fields:
            if field.type == "date" and field.id != "due":
                assert all(value is None or value < after for value in rows[table.id][field.id]), (table.id, field.id)
    for table, since, until in (
        ("clients", "start", "end"),
        ("assistants", "start", "end"),
        ("services", "start", "end"),
        ("requests", "opened", "resolved"),
        ("tasks", "assigned", "completed"),
        ("tasks", "assigned", "due"),
    ):
        assert all(row[until] is None or row[since] <= row[until] for row in records(rows[table])), table


def test_everybody_is_known_and_there_on_the_day(made: tuple[Period, Sample]) -> None:
    period, _ = made
    rows = Luxury(LUXURY, period, "pt").rows()
    stays = {row["client"]: (row["start"], row["end"] or 1e9) for row in records(rows["clients"])}
    team = {row["assistant"]: (row["start"], row["end"] or 1e9) for row in records(rows["assistants"])}
    offered = {row["service"]: (row["start"], row["end"] or 1e9) for row in records(rows["services"])}
    for table, date in (*LOGS.items(), ("requests", "opened"), ("tasks", "completed")):
        for row in records(rows[table]):
            if row[date] is None:
                continue
            day = row[date] // 1
            assert stays[row["client"]][0] <= day <= stays[row["client"]][1], (table, row)
            if row.get("assistant") and date not in ("resolved", "completed"):
                assert team[row["assistant"]][0] <= day <= team[row["assistant"]][1], (table, row)
    for row in records(rows["tasks"]):
        assert offered[row["service"]][0] <= row["assigned"] <= offered[row["service"]][1]
    for row in records(rows["clients"]):
        assert row["referred_by"] is None or stays[row["referred_by"]][0] < row["start"]


def test_sales_are_plausible(made: tuple[Period, Sample]) -> None:
    period, one = made
    sales = records(dict(one.rows["sales"]))
    first = serial(period.start)
    new = {row["client"] for row in records(dict(one.rows["clients"])) if row["start"] >= first}
    assert {row["client"] for row in sales if row["kind"] == word("sales_kind_new_sales")} == new
    assert all(75 <= row["amount"] < 25_000 for row in sales)
    assert {word(f"sales_kind_{kind}") for kind in ("new_sales", "subscriptions", "additional", "service_fees")} <= {
        row["kind"] for row in sales
    }


def test_tasks_assigned_before_and_done_in_the_month_stay(made: tuple[Period, Sample]) -> None:
    period, one = made
    first, after = serial(period.start), serial(period.after)
    before = [row for row in records(dict(one.rows["tasks"])) if row["assigned"] < first]
    assert before
    assert all(first <= row["completed"] < after for row in before)


@pytest.mark.slow
def test_the_same_numbers_in_every_language() -> None:
    spoken = {code: sample(LUXURY, OCTOBER, code) for code in codes()}
    first = spoken.pop("en")
    assert sample(LUXURY, OCTOBER, "en") == first
    for code, other in spoken.items():
        assert other.past == first.past, code
        for table in LUXURY.tables:
            for field in table.fields:
                here, there = first.rows[table.id][field.id], other.rows[table.id][field.id]
                if field.type in ("text", "choice"):
                    assert [value is None for value in here] == [value is None for value in there], (code, field.id)
                else:
                    assert here == there, (code, table.id, field.id)
        assert set(other.rows["sales"]["kind"]) <= {
            value for key, value in entry_words(LUXURY, language(code)).items() if key.startswith("choice_sales_kind_")
        }
        assert set(other.rows["services"]["service"]) != set(first.rows["services"]["service"])


def test_targets_are_for_kpis_of_the_business() -> None:
    assert set(TARGETS) < {kpi.id for kpi in LUXURY.kpis}
