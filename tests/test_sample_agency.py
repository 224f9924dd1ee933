"""The sample of the agency: how much there is, a month and a year that look as they should, and a recount by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from clock import TODAY
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.period import Period, serial
from sampled import EVER, MONTHS, Made, made

AGENCY = "remote-va-agency"


@pytest.fixture(scope="module", params=MONTHS)
def one(request: pytest.FixtureRequest) -> Made:
    return made(AGENCY, request.param)


def test_how_much_there_is(one: Made) -> None:
    rows = {table: len(one.now(table)) for table in one.columns}
    days = [one.period.start + timedelta(days=i) for i in range(one.after - one.start)]
    assert rows["requests"] == 400
    assert rows["tasks"] == 600
    assert rows["surveys"] == 60
    assert rows["leads"] == 80
    assert rows["assistants"] == 5
    assert rows["hours"] == 5 * sum(day.weekday() < 5 for day in days)
    assert 38 <= sum(row["end"] is None for row in one["clients"]) <= 44
    assert sum(row["end"] is None for row in one["services"]) == 9
    assert 385 <= sum(row["resolved"] is not None for row in one.now("requests")) <= 396


def test_a_client_came_back_and_some_left(one: Made) -> None:
    twice = [sorted(spans) for spans in one.stays("clients").values() if len(spans) > 1]
    assert len(twice) == 1
    assert [end for _, end in twice[0]][1:] == [EVER]
    recently = one.start - 430
    assert sum(row["end"] is not None and row["end"] > recently for row in one["clients"]) >= 6


def test_six_clients_joined_and_some_of_them_were_leads_of_the_month(one: Made) -> None:
    joined = {row["client"] for row in one.month("clients", "start")}
    converted = {row["lead"] for row in one.now("leads") if row["converted"] is not None}
    assert len(joined) == 6
    assert set() < converted <= joined


def test_office_hours(one: Made) -> None:
    moments = [row[id_] % 1 * 24 for row in one["requests"] for id_ in ("opened", "resolved") if row[id_] is not None]
    assert 8.5 - 1e-6 <= min(moments) < max(moments) <= 18.5 + 1e-6


def test_languages_are_spread(one: Made) -> None:
    for table in ("clients", "requests", "surveys"):
        assert len(Counter(row["language"] for row in one.now(table))) >= 3


def test_this_month_as_it_should_look(one: Made) -> None:
    read = one.entries(one.period, one.sample.rows)
    value = {result.kpi.id: result.value for result in score(read, measure(read), TODAY).results}
    assert value["css"] == pytest.approx(0.82, abs=0.025)
    assert value["art"] is not None
    assert 0.5 < value["art"] < 2.2  # longer in a month that begins with a weekend's requests
    assert value["crr"] == pytest.approx(0.84)
    assert value["tcr"] == pytest.approx(0.91, abs=0.015)
    assert value["aur"] == pytest.approx(0.93, abs=0.03)
    assert value["ncar"] == pytest.approx(0.08, abs=0.01)
    assert value["sdi"] == pytest.approx(0.2, abs=0.02)


def test_the_past_has_a_trend_and_all_levels(one: Made) -> None:
    trend = {
        kpi.id: [line.value or 0 for line in one.sample.past if line.id == kpi.name_prefix] for kpi in one.business.kpis
    }
    for id_, better in (("css", 1), ("art", -1), ("crr", 1), ("tcr", 1), ("aur", 1), ("ncar", 1)):
        first, last = sum(trend[id_][:3]), sum(trend[id_][-3:])
        assert (last - first) * better > 0, id_
        assert trend[id_] != sorted(trend[id_], reverse=better < 0), f"{id_} has no noise"
    levels = {line.level for line in one.sample.past if line.kind == "kpi"}
    assert levels == {"below", "typical", "above_average", "exceptional"}


def test_spanish_kinds_and_services_are_no_english_ones() -> None:
    for table, column in (("requests", "kind"), ("services", "service")):
        spanish, english = (made(AGENCY, code=code).columns[table][column] for code in ("es", "en"))
        assert not {*spanish} & {*english}


def test_the_past_agrees_with_a_recount_by_hand() -> None:
    period = Period.parse("2026-05")
    first, after, year_before = (serial(date(2026, m, 1)) for m in (5, 6, 6))
    year_before -= 365
    table = made(AGENCY)
    resolved = [r for r in table["requests"] if r["resolved"] and first <= r["resolved"] < after]
    assigned = [r for r in table["tasks"] if first <= r["assigned"] < after]
    done = [r for r in assigned if r["completed"] and r["completed"] // 1 <= r["due"]]
    worked = [r for r in table["hours"] if first <= r["date"] < after]
    answers = [r for r in table["surveys"] if first <= r["date"] < after]
    clients = [(r["start"], r["end"] if r["end"] is not None else 1e9) for r in table["clients"]]
    at_start = [c for c in clients if c[0] < year_before and c[1] >= year_before]
    new_staying = [c for c in clients if year_before <= c[0] < after and c[1] >= after]
    at_end = [c for c in clients if c[0] < after and c[1] >= after]
    kept = [c for c in at_start if c[1] >= after]
    expected = {
        "resolution_hours": sum((r["resolved"] - r["opened"]) * 24 for r in resolved),
        "requests_resolved": len(resolved),
        "requests_opened": sum(first <= r["opened"] < after for r in table["requests"]),
        "requests_open": sum(
            r["opened"] < after and (r["resolved"] is None or r["resolved"] >= after) for r in table["requests"]
        ),
        "tasks_assigned": len(assigned),
        "tasks_completed": len(done),
        "available_hours": sum(r["available"] for r in worked),
        "productive_hours": sum(r["productive"] for r in worked),
        "surveyed": len(answers),
        "satisfied": sum(r["score"] >= 4 for r in answers),
        "leads": sum(first <= r["date"] < after for r in table["leads"]),
        "clients_new": sum(first <= c[0] < after for c in clients),
        "clients_served": sum(c[0] < after and c[1] >= first for c in clients),
        "clients_start_12m": len(at_start),
        "clients_end_12m": len(at_end),
        "clients_new_staying_12m": len(new_staying),
        "va_crr": len(kept) / len(at_start),
        "va_tcr": len(done) / len(assigned),
        "va_aur": sum(r["productive"] for r in worked) / sum(r["available"] for r in worked),
        "va_css": sum(r["score"] >= 4 for r in answers) / len(answers),
    }
    past = {line.id: line.value for line in table.sample.past if line.start == period.start}
    for id_, value in expected.items():
        assert past[id_] == pytest.approx(value, rel=1e-12), id_
    assert expected["requests_open"] > 0
