"""Sample data of the multilingual agency: figures recounted by hand from the rows, and nothing that cannot be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kpixl.catalog import business
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import Period, serial
from kpixl.samples import Sample, sample
from kpixl.samples.multilingual import PLAN, TARGETS, Multilingual
from kpixl.texts.words import entry_words

MULTILINGUAL = business("multilingual-va")
OCTOBER = Period.parse("2026-10")
PERIODS = [OCTOBER, Period.parse("2026-02"), Period.parse("2024-12")]
HOUSE = entry_words(MULTILINGUAL, language("fr"))["house_language"]
LOGS = {"requests": "opened", "tasks": "assigned", "hours": "date", "surveys": "date", "translations": "date"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", params=PERIODS, ids=str)
def made(request: pytest.FixtureRequest) -> tuple[Period, Sample]:
    return request.param, sample(MULTILINGUAL, request.param, "fr")


def records(columns: dict[str, list[Any]]) -> Rows:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def figures(rows: dict[str, Any], period: Period) -> dict[str, float]:
    """The KPIs of a month, by hand."""
    table = {id_: records(columns) for id_, columns in rows.items()}
    first, after, year = serial(period.start), serial(period.after), serial(period.shift(-11).start)

    def dated(name: str, column: str, *, foreign: bool = True) -> Rows:
        found = [row for row in table[name] if row[column] is not None and first <= row[column] < after]
        return [row for row in found if row["language"] != HOUSE] if foreign else found

    ends = [(row["start"], row["end"] or 1e9) for row in table["clients"]]
    at_start = [end for start, end in ends if start < year <= end]
    team = {
        r["assistant"] for r in table["assistants"] if r["start"] < after and (r["end"] is None or r["end"] >= first)
    }
    resolved, answers = dated("requests", "resolved"), dated("surveys", "date")
    checks = dated("translations", "date", foreign=False)
    foreign = {row["client"] for row in table["clients"] if row["language"] != HOUSE}
    recommended = [
        row["recommend"]
        for row in dated("surveys", "date", foreign=False)
        if row["client"] in foreign and row["recommend"] is not None
    ]
    return {
        "css": sum(row["score"] >= 4 for row in answers) / len(answers),
        "art": sum(row["resolved"] - row["opened"] for row in resolved) * 24 / len(resolved),
        "lpa": sum(row["assistant"] in team for row in table["languages"]) / len(team),
        "kept": sum(end >= after for end in at_start) / len(at_start),
        "accuracy": sum(row["accurate"] for row in checks) / sum(row["checked"] for row in checks),
        "tph": len(dated("tasks", "completed")) / sum(row["productive"] for row in dated("hours", "date")),
        "nps": 100 * (sum(r >= 9 for r in recommended) - sum(r <= 6 for r in recommended)) / len(recommended),
    }


def test_the_last_month_by_hand(made: tuple[Period, Sample]) -> None:
    period, one = made
    value = figures(dict(one.rows), period)
    assert value["css"] == pytest.approx(0.86)
    assert 2 <= value["art"] <= 4
    assert value["lpa"] == pytest.approx(2.4)
    assert value["kept"] == pytest.approx(32 / 38)
    assert value["accuracy"] == pytest.approx(0.983, abs=0.001)
    assert value["tph"] == pytest.approx(2.1, abs=0.01)
    assert value["nps"] == pytest.approx(34, abs=0.1)


def test_october_as_its_story_goes() -> None:
    rows = Multilingual(MULTILINGUAL, OCTOBER, "fr").rows()
    before, now = figures(rows, OCTOBER.shift(-1)), figures(rows, OCTOBER)
    assert now["art"] == pytest.approx(3.1, abs=0.2)
    assert {id_ for id_ in now if now[id_] > before[id_]} == {"css", "accuracy", "tph"}
    assert now["art"] < before["art"]


def test_closed_months_agree_with_a_count_by_hand(made: tuple[Period, Sample]) -> None:
    period, one = made
    rows = Multilingual(MULTILINGUAL, period, "fr").rows()
    for back in range(1, len(PLAN)):
        closed = period.shift(-back)
        past = {line.id: line.value for line in one.past if line.start == closed.start and line.kind == "kpi"}
        assert past == pytest.approx({f"ml_{id_}": value for id_, value in figures(rows, closed).items()}), closed


def test_all_levels_appear(made: tuple[Period, Sample]) -> None:
    period, one = made
    value = figures(dict(one.rows), period)
    assert value["accuracy"] >= 0.98, "exceptional"
    assert 0.85 < value["css"] < 0.9, "above average"
    assert 30 <= value["nps"] < 50, "above average"
    assert 1.5 <= value["tph"] <= 2.5, "typical"
    assert value["kept"] < 0.85, "below"
    levels = {line.level for line in one.past if line.kind == "kpi"}
    assert {"below", "typical", "above_average"} <= levels


def test_how_much_there_is(made: tuple[Period, Sample]) -> None:
    _, one = made
    rows = {id_: len(columns[next(iter(columns))]) for id_, columns in one.rows.items()}
    assert 43 <= sum(end is None for end in one.rows["clients"]["end"]) <= 47
    assert rows["requests"] == 262 + 4
    assert 642 <= rows["tasks"] <= 700
    assert rows["surveys"] == 50 + 14
    assert rows["translations"] == 38
    assert sum(end is None for end in one.rows["assistants"]["end"]) == 5


def test_several_languages_and_the_house_language(made: tuple[Period, Sample]) -> None:
    _, one = made
    for table in ("clients", "requests", "tasks", "surveys", "hours"):
        found = Counter(one.rows[table]["language"])
        assert len(found) >= 5, table
        assert 0.05 < found[HOUSE] / found.total() < 0.45, table
    assert HOUSE not in one.rows["translations"]["language"]


def test_every_field_is_there() -> None:
    rows = Multilingual(MULTILINGUAL, OCTOBER, "fr").rows()
    assert set(rows) == {table.id for table in MULTILINGUAL.tables}
    for table in MULTILINGUAL.tables:
        assert set(rows[table.id]) == {field.id for field in table.fields}
        for field in table.fields:
            kinds = {type(value) for value in rows[table.id][field.id]} - {type(None)}
            assert kinds <= ({str} if field.type in ("text", "choice") else {float}), (table.id, field.id)
            assert not field.required or None not in rows[table.id][field.id], (table.id, field.id)
    for table in ("requests", "tasks", "hours", "surveys"):
        assert None not in rows[table]["language"], "Check would name it"


def test_names_are_unique() -> None:
    rows = Multilingual(MULTILINGUAL, OCTOBER, "fr").rows()
    for table, column in (("clients", "client"), ("assistants", "assistant")):
        assert Counter(name.casefold() for name in rows[table][column]).most_common(1)[0][1] == 1, table
    pairs = [(row["assistant"], row["language"]) for row in records(rows["languages"])]
    assert len(set(pairs)) == len(pairs)
    for table in ("requests", "tasks"):
        assert len(set(rows[table]["id"])) == len(rows[table]["id"])


def test_dates_are_in_order_and_none_past_the_period(made: tuple[Period, Sample]) -> None:
    period, _ = made
    rows, after = Multilingual(MULTILINGUAL, period, "fr").rows(), serial(period.after)
    for table in MULTILINGUAL.tables:
        for field in table.fields:
            if field.type == "date" and field.id != "due":
                assert all(value is None or value < after for value in rows[table.id][field.id]), (table.id, field.id)
    for table, since, until in (
        ("clients", "start", "end"),
        ("assistants", "start", "end"),
        ("requests", "opened", "resolved"),
        ("tasks", "assigned", "completed"),
        ("tasks", "assigned", "due"),
    ):
        assert all(row[until] is None or row[since] <= row[until] for row in records(rows[table])), table


def test_everybody_is_there_and_speaks_the_language(made: tuple[Period, Sample]) -> None:
    period, _ = made
    rows = Multilingual(MULTILINGUAL, period, "fr").rows()
    stays = {row["client"]: (row["start"], row["end"] or 1e9) for row in records(rows["clients"])}
    team = {row["assistant"]: (row["start"], row["end"] or 1e9) for row in records(rows["assistants"])}
    speaks = {(row["assistant"], row["language"]) for row in records(rows["languages"])}
    for table, date in LOGS.items():
        for row in records(rows[table]):
            day = row[date] // 1
            if row.get("client"):
                assert stays[row["client"]][0] <= day <= stays[row["client"]][1], (table, row)
            if row.get("assistant"):
                assert team[row["assistant"]][0] <= day <= team[row["assistant"]][1], (table, row)
                assert (row["assistant"], row["language"]) in speaks, (table, row)


def test_hours_scores_and_checks_are_possible(made: tuple[Period, Sample]) -> None:
    period, _ = made
    rows = Multilingual(MULTILINGUAL, period, "fr").rows()
    assert all(0 < row["productive"] <= row["available"] for row in records(rows["hours"]))
    assert all(row["productive"] * 4 % 1 == 0 for row in records(rows["hours"]))
    assert set(rows["surveys"]["score"]) <= {1, 2, 3, 4, 5}
    assert set(rows["surveys"]["recommend"]) <= {None, *range(11)}
    assert all(0 <= row["accurate"] <= row["checked"] for row in records(rows["translations"]))
    answered = sum(value is not None for value in rows["surveys"]["recommend"])
    assert 0.9 < answered / len(rows["surveys"]["recommend"]) < 1
    productive, available = (sum(rows["hours"][id_]) for id_ in ("productive", "available"))
    assert 0.65 < productive / available < 0.95


def test_tasks_assigned_before_and_done_in_the_month_stay(made: tuple[Period, Sample]) -> None:
    period, one = made
    first, after = serial(period.start), serial(period.after)
    before = [row for row in records(dict(one.rows["tasks"])) if row["assigned"] < first]
    assert before
    assert all(first <= row["completed"] < after for row in before)


@pytest.mark.slow
def test_the_same_numbers_in_every_language() -> None:
    spoken = {code: sample(MULTILINGUAL, OCTOBER, code) for code in codes()}
    first = spoken.pop("en")
    assert sample(MULTILINGUAL, OCTOBER, "en") == first
    for code, other in spoken.items():
        assert other.past == first.past, code
        assert other.rows["clients"]["client"] == first.rows["clients"]["client"], "clients come from everywhere"
        for table in MULTILINGUAL.tables:
            for field in table.fields:
                here, there = first.rows[table.id][field.id], other.rows[table.id][field.id]
                if field.type == "text":
                    assert [value is None for value in here] == [value is None for value in there], (code, field.id)
                else:
                    assert here == there, (code, table.id, field.id)
        house = entry_words(MULTILINGUAL, language(code))["house_language"]
        for table in LOGS:
            here, there = first.rows[table]["language"], other.rows[table]["language"]
            assert [value == "English" for value in here] == [value == house for value in there], (code, table)


def test_targets_are_for_kpis_of_the_business() -> None:
    assert set(TARGETS) < {kpi.id for kpi in MULTILINGUAL.kpis}
