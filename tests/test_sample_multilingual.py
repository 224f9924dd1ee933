"""Sample data of the multilingual agency: figures recounted by hand from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import Period, serial
from kpixl.samples.multilingual import PLAN
from kpixl.texts.words import entry_words
from sampled import MONTHS, Made, Rows, made

MULTILINGUAL = "multilingual-va"
HOUSE = "Français"
LOGS = ("requests", "tasks", "hours", "surveys", "translations")


@pytest.fixture(scope="module", params=MONTHS)
def one(request: pytest.FixtureRequest) -> Made:
    return made(MULTILINGUAL, request.param)


def figures(table: Mapping[str, Rows], period: Period) -> dict[str, float]:
    """The KPIs of a month, by hand."""
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
        "tph": len(dated("tasks", "completed")) / sum(row["worked"] for row in dated("hours", "date")),
        "nps": 100 * (sum(r >= 9 for r in recommended) - sum(r <= 6 for r in recommended)) / len(recommended),
    }


def last_month(one: Made) -> dict[str, float]:
    """Those of the period, from what stands in its workbook."""
    return figures({table: one.now(table) for table in one.rows}, one.period)


@pytest.mark.slow
def test_the_last_month_by_hand(one: Made) -> None:
    value = last_month(one)
    assert value["css"] == pytest.approx(0.86)
    assert 2 <= value["art"] <= 4
    assert value["lpa"] == pytest.approx(2.4)
    assert value["kept"] == pytest.approx(32 / 38)
    assert value["accuracy"] == pytest.approx(0.983, abs=0.001)
    assert value["tph"] == pytest.approx(2.1, abs=0.01)
    assert value["nps"] == pytest.approx(34, abs=0.1)


def test_october_as_its_story_goes() -> None:
    one = made(MULTILINGUAL)
    before, now = (figures(one.rows, one.period.shift(-back)) for back in (1, 0))
    assert now["art"] == pytest.approx(3.1, abs=0.2)
    assert {id_ for id_ in now if now[id_] > before[id_]} == {"css", "accuracy", "tph"}
    assert now["art"] < before["art"]


def test_closed_months_agree_with_a_count_by_hand(one: Made) -> None:
    for back in range(1, len(PLAN)):
        closed = one.period.shift(-back)
        past = {line.id: line.value for line in one.sample.past if line.start == closed.start and line.kind == "kpi"}
        assert past == pytest.approx({f"ml_{id_}": value for id_, value in figures(one.rows, closed).items()}), closed


def test_all_levels_appear(one: Made) -> None:
    value = last_month(one)
    assert value["accuracy"] >= 0.98, "exceptional"
    assert 0.85 < value["css"] < 0.9, "above average"
    assert 30 <= value["nps"] < 50, "above average"
    assert 1.5 <= value["tph"] <= 2.5, "typical"
    assert value["kept"] < 0.85, "below"
    levels = {line.level for line in one.sample.past if line.kind == "kpi"}
    assert {"below", "typical", "above_average"} <= levels


def test_how_much_there_is(one: Made) -> None:
    rows = {table: len(one.now(table)) for table in one.rows}
    assert 43 <= sum(row["end"] is None for row in one["clients"]) <= 47
    assert rows["requests"] == 262 + 4
    assert 642 <= rows["tasks"] <= 700
    assert rows["surveys"] == 50 + 14
    assert rows["translations"] == 38
    assert sum(row["end"] is None for row in one["assistants"]) == 5


def test_several_languages_and_the_house_language(one: Made) -> None:
    for table in ("clients", "requests", "tasks", "surveys", "hours"):
        found = Counter(row["language"] for row in one.now(table))
        assert len(found) >= 5, table
        assert 0.05 < found[HOUSE] / found.total() < 0.45, table
        assert None not in found, "Check would name it"
    assert HOUSE not in {row["language"] for row in one.now("translations")}


def test_everybody_speaks_the_language(one: Made) -> None:
    speaks = {(row["assistant"], row["language"]) for row in one["languages"]}
    for table in LOGS:
        for row in one[table]:
            assert "assistant" not in row or (row["assistant"], row["language"]) in speaks, (table, row)


def test_hours_and_answers_are_plausible(one: Made) -> None:
    answered = sum(row["recommend"] is not None for row in one["surveys"])
    assert 0.9 < answered / len(one["surveys"]) < 1
    worked, available = (sum(row[id_] for row in one["hours"]) for id_ in ("worked", "available"))
    assert 0.65 < worked / available < 0.95


@pytest.mark.slow
def test_clients_come_from_everywhere_and_the_house_language_is_the_owners() -> None:
    first = made(MULTILINGUAL, code="en")
    for code in codes():
        other = made(MULTILINGUAL, code=code)
        house = entry_words(other.business, language(code))["house_language"]
        for table in LOGS:
            here, there = first.columns[table]["language"], other.columns[table]["language"]
            assert [value == "English" for value in here] == [value == house for value in there], (code, table)
