"""Sample data: believable, the same every time, without a single problem, and with a past that adds up."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from clock import TODAY
from kpixl.catalog import business
from kpixl.entries import Entries, entry_table
from kpixl.errors import UnknownChoice
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.period import Period, serial
from kpixl.samples import sample
from kpixl.samples.agency import Agency
from kpixl.samples.sample import current

AGENCY = business("remote-va-agency")
OCTOBER = Period.parse("2026-10")
PERIODS = [OCTOBER, Period.parse("2026-02"), Period.parse("2024-12")]


@pytest.fixture(scope="module", params=[(p, language) for p in PERIODS for language in ("es", "en")], ids=str)
def made(request):
    period, language = request.param
    return period, sample(AGENCY, period, language)


def records(sample_, table):
    columns = sample_.rows[table]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def entries(sample_, period):
    return Entries(
        business=AGENCY,
        company="TaskZenith",
        language="es",
        currency="EUR",
        period=period,
        tables={table.id: entry_table(table, sample_.rows[table.id]) for table in AGENCY.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
        past=sample_.past,
    )


def scorecard(sample_, period):
    read = entries(sample_, period)
    return score(read, measure(read), TODAY)


def stays(sample_):
    found = {}
    for row in records(sample_, "clients"):
        found.setdefault(row["client"], []).append((row["start"], row["end"] or 1e9))
    return found


# How much there is


def test_counts(made):
    period, one = made
    rows = {id_: len(records(one, id_)) for id_ in one.rows}
    assert set(rows) == {table.id for table in AGENCY.tables}
    working_days = sum(
        (period.start + timedelta(days=i)).weekday() < 5 for i in range((period.after - period.start).days)
    )
    assert rows["requests"] == 400
    assert rows["tasks"] == 600
    assert rows["surveys"] == 60
    assert rows["leads"] == 80
    assert rows["assistants"] == 5
    assert rows["hours"] == 5 * working_days
    assert 38 <= sum(row["end"] is None for row in records(one, "clients")) <= 44
    assert sum(row["end"] is None for row in records(one, "services")) == 9
    assert 385 <= sum(row["resolved"] is not None for row in records(one, "requests")) <= 396


def test_every_field_is_there_and_dates_are_serials(made):
    _, one = made
    for table in AGENCY.tables:
        columns = one.rows[table.id]
        assert set(columns) == {field.id for field in table.fields}
        assert len({len(values) for values in columns.values()}) == 1
        for field in table.fields:
            kinds = {type(value) for value in columns[field.id]} - {type(None)}
            assert kinds <= ({str} if field.type in ("text", "choice") else {float}), (table.id, field.id)
            if field.required:
                assert None not in columns[field.id], (table.id, field.id)


def test_a_client_came_back_and_some_left(made):
    period, one = made
    twice = [spans for spans in stays(one).values() if len(spans) > 1]
    assert len(twice) == 1
    (_, left), (back, end) = sorted(twice[0])
    assert left < back
    assert end == 1e9
    recently = serial(period.start) - 430
    assert sum(row["end"] is not None and row["end"] > recently for row in records(one, "clients")) >= 6


# Nothing to complain about


def test_clients_are_known_and_there_on_that_day(made):
    _, one = made
    known = stays(one)
    for table, dates in (
        ("requests", ("opened", "resolved")),
        ("tasks", ("assigned", "completed")),
        ("surveys", ("date",)),
    ):
        for row in records(one, table):
            days = [row[date_] // 1 for date_ in dates if row[date_] is not None]
            assert any(start <= min(days) and max(days) <= end for start, end in known[row["client"]]), (table, row)


def test_assistants_and_services_are_known_and_there(made):
    _, one = made
    since = {row["assistant"]: row["start"] for row in records(one, "assistants")}
    offered = {row["service"]: (row["start"], row["end"] or 1e9) for row in records(one, "services")}
    for row in records(one, "requests"):
        assert since[row["assistant"]] <= row["opened"]
    for row in records(one, "hours"):
        assert since[row["assistant"]] <= row["date"]
    for row in records(one, "tasks"):
        start, end = offered[row["service"]]
        assert since[row["assistant"]] <= row["assigned"]
        assert start <= row["assigned"] <= end
    for row in records(one, "clients"):
        assert offered[row["service"]][0] <= row["start"]


def test_stays_do_not_overlap(made):
    _, one = made
    for spans in stays(one).values():
        for (_, end), (start, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
            assert end < start
    assert all(row["end"] is None or row["start"] <= row["end"] for row in records(one, "clients"))


def test_keys_are_unique_without_case(made):
    _, one = made
    for table in AGENCY.tables:
        for field in table.fields:
            if field.key and table.id != "clients":
                found = Counter(value.casefold() for value in one.rows[table.id][field.id])
                assert found.most_common(1)[0][1] == 1, (table.id, field.id)


def test_nothing_runs_backwards_or_outside_the_period(made):
    period, one = made
    start, after = serial(period.start), serial(period.after)
    for row in records(one, "requests"):
        assert row["opened"] < after
        assert row["opened"] >= start or row["resolved"] is None or row["resolved"] >= start
        assert row["resolved"] is None or max(start, row["opened"]) <= row["resolved"] < after
    for row in records(one, "tasks"):
        assert start <= row["assigned"] < after
        assert row["due"] >= row["assigned"]
        assert row["completed"] is None or row["assigned"] <= row["completed"] < after
    for table in ("hours", "surveys", "leads"):
        assert all(start <= value < after for value in one.rows[table]["date"])
    for row in records(one, "leads"):
        for later in (row["consultation"], row["converted"]):
            assert later is None or row["date"] <= later < after
    for table in ("clients", "assistants", "services"):
        assert all(value < after for value in one.rows[table]["start"])
        assert all(value is None or value < after for value in one.rows[table].get("end", ()))


def test_office_hours(made):
    _, one = made
    moments = [v for id_ in ("opened", "resolved") for v in one.rows["requests"][id_] if v is not None]
    moments += one.rows["tasks"]["assigned"] + [v for v in one.rows["tasks"]["completed"] if v is not None]
    moments += one.rows["hours"]["date"] + one.rows["surveys"]["date"] + one.rows["leads"]["date"]
    moments += [v for id_ in ("start", "end") for v in one.rows["clients"][id_] if v is not None]
    moments += [v for id_ in ("consultation", "converted") for v in one.rows["leads"][id_] if v is not None]
    assert {(date(1899, 12, 30) + timedelta(days=int(v))).weekday() for v in moments} <= set(range(5))
    assert all(v % 1 * 24 >= 8.5 - 1e-6 and v % 1 * 24 <= 18.5 + 1e-6 for v in moments if v % 1)


def test_hours_and_scores_are_possible(made):
    _, one = made
    assert all(0 < row["productive"] <= row["available"] <= 8 for row in records(one, "hours"))
    assert len({(row["date"], row["assistant"]) for row in records(one, "hours")}) == len(records(one, "hours"))
    assert all(1 <= row["score"] <= 5 for row in records(one, "surveys"))
    assert all(row["recommend"] is None or 0 <= row["recommend"] <= 10 for row in records(one, "surveys"))
    assert Counter(one.rows["surveys"]["client"]).most_common(1)[0][1] <= 60 / 4


def test_new_clients_were_leads(made):
    period, one = made
    start = serial(period.start)
    joined = {row["client"]: row["start"] for row in records(one, "clients") if row["start"] >= start}
    converted = {row["lead"]: row["converted"] for row in records(one, "leads") if row["converted"] is not None}
    assert 1 <= len(converted) <= len(joined) == 6
    assert all(joined[lead] == day for lead, day in converted.items())
    for row in records(one, "leads") + records(one, "clients"):
        assert row["referred_by"] is None or row["referred_by"] in stays(one)
        assert row["referred_by"] != row.get("client", row.get("lead"))


# Believable


def test_this_month_as_it_should_look(made):
    period, one = made
    value = {result.kpi.id: result.value for result in scorecard(one, period).results}
    assert value["css"] == pytest.approx(0.82, abs=0.025)
    assert 0.5 < value["art"] < 2.2  # longer in a month that begins with a weekend's requests
    assert value["crr"] == pytest.approx(0.84)
    assert value["tcr"] == pytest.approx(0.91, abs=0.015)
    assert value["aur"] == pytest.approx(0.93, abs=0.03)
    assert value["ncar"] == pytest.approx(0.08, abs=0.01)
    assert value["sdi"] == pytest.approx(0.2, abs=0.02)


def test_the_past_has_a_trend_and_all_levels(made):
    _, one = made
    trend = {
        kpi.id: [line.value for line in one.past if line.id == kpi.name_prefix and line.kind == "kpi"]
        for kpi in AGENCY.kpis
    }
    for id_, better in (("css", 1), ("art", -1), ("crr", 1), ("tcr", 1), ("aur", 1), ("ncar", 1)):
        first, last = sum(trend[id_][:3]), sum(trend[id_][-3:])
        assert (last - first) * better > 0, id_
        assert trend[id_] != sorted(trend[id_], reverse=better < 0), f"{id_} has no noise"
    assert {line.level for line in one.past if line.kind == "kpi"} == {
        "below",
        "typical",
        "above_average",
        "exceptional",
    }


def test_languages_are_spread(made):
    _, one = made
    for table in ("clients", "requests", "surveys"):
        assert len(set(one.rows[table]["language"])) >= 3


# Reproducible


def test_the_same_every_time_and_nobody_elses_randomness():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    first, second = sample(AGENCY, OCTOBER, "es"), sample(AGENCY, OCTOBER, "es")
    assert random.random() == expected
    assert first == second
    assert sample(AGENCY, Period.parse("2026-11"), "es").rows["requests"] != first.rows["requests"]


def test_the_same_numbers_in_every_language():
    spanish, english = sample(AGENCY, OCTOBER, "es"), sample(AGENCY, OCTOBER, "en")
    assert spanish.past == english.past
    assert spanish.rows["requests"]["opened"] == english.rows["requests"]["opened"]
    assert not set(spanish.rows["requests"]["kind"]) & set(english.rows["requests"]["kind"])
    assert not set(spanish.rows["services"]["service"]) & set(english.rows["services"]["service"])


def test_what_there_is_no_sample_for():
    with pytest.raises(UnknownChoice, match="2026-Q4"):
        sample(AGENCY, Period.parse("2026-Q4"), "es")
    with pytest.raises(UnknownChoice, match="“ja”"):
        sample(AGENCY, OCTOBER, "ja")


# The past adds up


def test_the_past_is_complete():
    past = sample(AGENCY, OCTOBER, "es").past
    wanted = {("measure", name) for name in AGENCY.shown} | {("kpi", kpi.name_prefix) for kpi in AGENCY.kpis}
    starts = sorted({line.start for line in past})
    assert starts == [OCTOBER.shift(-back).start for back in range(11, 0, -1)]
    for start in starts:
        assert {(line.kind, line.id) for line in past if line.start == start} == wanted
    assert len(past) == 11 * len(wanted)
    assert all(line.source == ("log" if line.kind == "measure" else "") for line in past)
    assert all(line.value is not None for line in past)


def test_the_past_agrees_with_a_recount_by_hand():
    period = Period.parse("2026-05")
    first, after, year_before = (serial(date(2026, m, 1)) for m in (5, 6, 6))
    year_before -= 365
    rows = Agency(AGENCY, OCTOBER, "es").rows()

    def table(name):
        columns = rows[name]
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    resolved = [r for r in table("requests") if r["resolved"] and first <= r["resolved"] < after]
    assigned = [r for r in table("tasks") if first <= r["assigned"] < after]
    done = [r for r in assigned if r["completed"] and r["completed"] < after]
    worked = [r for r in table("hours") if first <= r["date"] < after]
    answers = [r for r in table("surveys") if first <= r["date"] < after]
    clients = [(r["start"], r["end"] if r["end"] is not None else 1e9) for r in table("clients")]
    at_start = [c for c in clients if c[0] < year_before and c[1] >= year_before]
    new_staying = [c for c in clients if year_before <= c[0] < after and c[1] >= after]
    at_end = [c for c in clients if c[0] < after and c[1] >= after]
    kept = [c for c in at_start if c[1] >= after]
    expected = {
        "resolution_hours": sum((r["resolved"] - r["opened"]) * 24 for r in resolved),
        "requests_resolved": len(resolved),
        "requests_opened": sum(first <= r["opened"] < after for r in table("requests")),
        "requests_open": sum(
            r["opened"] < after and (r["resolved"] is None or r["resolved"] >= after) for r in table("requests")
        ),
        "tasks_assigned": len(assigned),
        "tasks_completed": len(done),
        "available_hours": sum(r["available"] for r in worked),
        "productive_hours": sum(r["productive"] for r in worked),
        "surveyed": len(answers),
        "satisfied": sum(r["score"] >= 4 for r in answers),
        "leads": sum(first <= r["date"] < after for r in table("leads")),
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
    past = {line.id: line.value for line in sample(AGENCY, OCTOBER, "es").past if line.start == period.start}
    for id_, value in expected.items():
        assert past[id_] == pytest.approx(value, rel=1e-12), id_
    assert expected["requests_open"] > 0


def test_the_workbook_of_a_closed_month_said_the_same():
    """The rows that an owner would have had in May, seen then, give what Past periods says of May."""
    may, rows = Period.parse("2026-05"), Agency(AGENCY, OCTOBER, "es").rows()
    one = sample(AGENCY, OCTOBER, "es")
    then = replace(one, rows=current(AGENCY, rows, may), past=())
    past = {line.id: line.value for line in one.past if line.start == may.start}
    counted = {name: value.used for name, value in measure(entries(then, may)).items() if name in AGENCY.shown}
    assert {name: value for name, value in counted.items() if name != "requests_open"} == {
        name: past[name] for name in past if not name.startswith("va_") and name != "requests_open"
    }


# Rows as an entry table


def test_entry_table_tells_blank_from_odd():
    table = AGENCY.table("requests")
    made_ = entry_table(
        table,
        {
            "client": ["A", "", None, "D"],
            "opened": [46000.5, 46000.5, 46000.5, "yesterday"],
            "resolved": [46001.25, None, 46000.25, 46001.0],
        },
    )
    assert len(made_) == 4
    assert made_.numbers["opened"].isna().tolist() == [False, False, False, True]
    assert made_.blank("client").tolist() == [False, True, True, False]
    assert made_.blank("opened").tolist() == [False] * 4
    assert made_.blank("resolved").tolist() == [False, True, False, False]
    assert made_.blank("kind").all()
    assert made_.odd == {"opened": {3: "yesterday"}}
    assert made_.cell("client", 3) == "B5"


def test_an_empty_entry_table():
    table = AGENCY.table("tasks")
    assert len(entry_table(table, {})) == 0
    # What is calculated is no part of the rows.
    assert entry_table(table, {}).has("assigned")
    assert not entry_table(table, {}).has("days")
    with pytest.raises(ValueError, match="equally long"):
        entry_table(table, {"id": ["1"], "assigned": []})
