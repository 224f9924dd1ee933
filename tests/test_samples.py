"""What every sample keeps to, whatever the business: believable, the same every time, without a row that could not be,
and with a past that adds up. A business of the catalogue is under this contract by being there; what is true of one
alone is counted by hand in a file of its own.
"""

from __future__ import annotations

import random
from collections import Counter
from importlib import resources
from itertools import pairwise

import pytest
import yaml

from kpixl.catalog import Table, business, businesses
from kpixl.errors import UnknownChoice
from kpixl.kpi.closing import rows_needed
from kpixl.kpi.measure import measure
from kpixl.languages import codes
from kpixl.period import Period, from_serial, serial
from kpixl.samples import sample
from kpixl.samples.sample import current
from sampled import MONTHS, Made, Row, made

pytestmark = pytest.mark.slow

IDS = [one.id for one in businesses()]
OCTOBER = Period.parse(MONTHS[0])


def having(table: str) -> pytest.MarkDecorator:
    """For the samples of the businesses that have a table."""
    having_it = [one.id for one in businesses() if any(other.id == table for other in one.tables)]
    return pytest.mark.parametrize("one", [(id_, month) for id_ in having_it for month in MONTHS], indirect=True)


@pytest.fixture(scope="module", params=[(id_, month) for id_ in IDS for month in MONTHS], ids="-".join)
def one(request: pytest.FixtureRequest) -> Made:
    return made(*request.param)


def begins(table: Table) -> str | None:
    """The date with which a row begins: its first one."""
    return next((field.id for field in table.fields if field.type == "date"), None)


def ends(table: Table) -> str | None:
    """The date with which a row comes to its end."""
    return next((field.id for field in table.fields if field.ends), None)


def there(name: str, day: float, stays: dict[str, list[tuple[float, float]]]) -> bool:
    return any(first <= day // 1 <= last for first, last in stays[name])


# Rows that could be


def test_every_column_has_values_of_its_kind(one: Made) -> None:
    assert set(one.columns) == {table.id for table in one.business.tables}
    for table in one.business.tables:
        columns = one.columns[table.id]
        assert list(columns) == [field.id for field in table.fields]
        assert len({len(values) for values in columns.values()}) == 1
        for field in table.fields:
            where, filled = (table.id, field.id), [value for value in columns[field.id] if value is not None]
            assert {type(value) for value in filled} <= {str if field.type in ("text", "choice") else float}, where
            assert filled or field.ends or where == ("hours", "client"), where
            assert not field.required or len(filled) == len(columns[field.id]), where
            if field.choices:
                assert {*filled} <= {one.word(*where, choice) for choice in field.choices}, where


def test_numbers_are_within_their_limits(one: Made) -> None:
    for table in one.business.tables:
        for field in table.fields:
            if field.type != "number":
                continue
            values = [(row[field.id], row) for row in one[table.id] if row[field.id] is not None]
            for value, row in values:
                assert field.minimum is None or value >= field.minimum, row
                assert field.maximum is None or value <= field.maximum, row
                assert field.part_of is None or value <= row[field.part_of], row
                if field.unit == "money":
                    assert value > 0, row
                    assert value == pytest.approx(round(value, 2), abs=1e-9), row
                else:
                    assert value * (4 if field.unit == "hours" else 1) % 1 == 0, row


@having("hours")
def test_nobody_works_more_than_a_day(one: Made) -> None:
    days: Counter[tuple[float, str]] = Counter()
    for row in one["hours"]:
        assert 0 < row["productive" if "productive" in row else "worked"] <= row["available"]
        days[row["date"], row["assistant"]] += row["available"]
    assert max(days.values()) <= 8


@having("surveys")
def test_nobody_answers_all_the_time(one: Made) -> None:
    answers = Counter(row["client"] for row in one.month("surveys", "date"))
    assert answers.total() > 10
    assert max(answers.values()) <= min(3, answers.total() / 4)


def test_names_are_unique_but_for_one_who_came_back(one: Made) -> None:
    for table in one.business.tables:
        keys = [field.id for field in table.fields if field.key]
        if not keys:
            continue
        found = Counter(tuple(row[key].casefold() for key in keys) for row in one[table.id])
        again = found.total() - len(found)
        assert again <= (table.id == "clients"), (table.id, found.most_common(1))
        if table.stays:
            for spans in one.stays(table.id).values():
                assert all(first <= last for first, last in spans)
                spans.sort()
                assert all(gone < back for (_, gone), (back, _) in pairwise(spans))
    assert not {*one.stays("clients")} & {*one.stays("assistants")}


def test_who_is_named_is_known_and_there_on_the_day(one: Made) -> None:
    """Whoever recommends somebody may have left since; a client is there until what is done for it is done."""
    for table in one.business.tables:
        start, end = begins(table), ends(table)
        for field in table.fields:
            if field.refers_to is None or field.refers_to not in one.rows:
                continue
            stays = one.stays(field.refers_to)
            for row in one[table.id]:
                name = row[field.id]
                if name is None or start is None:
                    assert name is None or name in stays, (table.id, row)
                elif field.id == "referred_by" and table.stays:
                    assert stays[name][0][0] < row[start], (table.id, row)
                else:
                    assert there(name, row[start], stays), (table.id, field.id, row)
                    if field.id == "client" and end and row[end] is not None:
                        assert there(name, row[end], stays), (table.id, row)


def test_dates_run_forwards(one: Made) -> None:
    for table in one.business.tables:
        dates = [field.id for field in table.fields if field.type == "date"]
        end = ends(table)
        for row in one[table.id]:
            assert all(row[id_] is None or row[dates[0]] <= row[id_] for id_ in dates), (table.id, row)
            if end and row[end] is not None:
                assert all(row[id_] is None or row[id_] <= row[end] for id_ in dates if id_ != "due"), (table.id, row)


def test_dates_are_working_days_of_the_year_and_none_is_past_the_period(one: Made) -> None:
    for table in one.business.tables:
        for field in table.fields:
            if field.type != "date":
                continue
            where, days = (table.id, field.id), [row[field.id] for row in one[table.id] if row[field.id] is not None]
            assert field.id == "due" or all(day < one.after for day in days), where
            # What a KPI over 12 months looks up goes back a year before the first of the closed months.
            first = serial(one.period.shift(-22).start) if rows_needed(one.business, table.id).months else one.year
            assert table.kept or all(day >= first for day in days), where
            # Services are offered from the first day of a month on.
            assert table.id == "services" or all(from_serial(day).weekday() < 5 for day in days), where
            times = [day % 1 * 24 for day in days if day % 1]
            assert field.with_time or not times, where
            assert all(8 - 1e-6 <= hour <= 19 + 1e-6 for hour in times), where


@having("leads")
def test_leads_became_the_new_clients(one: Made) -> None:
    joined = {row["client"]: row["start"] for row in one["clients"] if row["start"] >= one.year}
    converted = {row["lead"]: row["converted"] for row in one["leads"] if row["converted"] is not None}
    assert converted.items() <= joined.items()
    assert len(joined) - len(converted) <= 2, "one who came back, and one who was a lead before the year"
    for row in one["leads"] + one["clients"]:
        assert row.get("referred_by") is None or row["referred_by"] != row.get("client", row.get("lead"))


# What an owner has of them


def test_what_stands_in_the_workbook_is_what_something_still_looks_at(one: Made) -> None:
    assert set(one.sample.rows) == set(one.columns)
    for table in one.business.tables:
        start, end, rows = begins(table), ends(table), one.now(table.id)
        if table.kept or start is None:
            assert rows == one[table.id], table.id
            continue
        assert [row for row in rows if row[start] >= one.start] == [
            row for row in one[table.id] if row[start] >= one.start
        ], table.id
        for row in rows:
            if row[start] < one.start and table.id != "sales":  # of which some are kept for the repeat interval
                assert end, (table.id, row)
                assert row[end] is None or row[end] >= one.start, (table.id, row)


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize(
    ("id_", "stay"), [("remote-va-agency", False), ("luxury-personal-assistant", True), ("multilingual-va", True)]
)
def test_tasks_from_before_stay_where_they_count_when_they_are_done(id_: str, stay: bool, month: str) -> None:
    one = made(id_, month)
    before = [row for row in one.now("tasks") if row["assigned"] < one.start]
    assert bool(before) == stay
    assert all(one.start <= row["completed"] < one.after for row in before)


def test_what_the_owner_typed(one: Made) -> None:
    kpis = {kpi.id for kpi in one.business.kpis}
    assert set() < set(one.sample.targets) < kpis
    alone = {item.name for item in one.business.measures if item.definition is None}
    assert set(one.sample.typed) == alone & one.business.shown


# A past that adds up


def test_the_past_is_complete(one: Made) -> None:
    # How many rows there were of each table, and how much had come by each tenth, stands there, too.
    past = [line for line in one.sample.past if "." not in line.id]
    kpis = {kpi.name_prefix for kpi in one.business.kpis}
    wanted = {("measure", name) for name in one.business.shown} | {("kpi", name) for name in kpis}
    assert len(past) == 11 * len(wanted)
    assert {(line.start, line.kind, line.id) for line in past} == {
        (one.period.shift(-back).start, *line) for back in range(1, 12) for line in wanted
    }
    assert [line.start for line in past] == sorted(line.start for line in past)
    for line in past:
        assert line.value is not None, line
        assert line.source == ("" if line.kind == "kpi" else "typed" if line.id in one.sample.typed else "log"), line


def test_the_past_goes_up_and_down(one: Made) -> None:
    for kpi in one.business.kpis:
        values = [line.value or 0 for line in one.sample.past if line.id == kpi.name_prefix]
        steps = [after - before for before, after in pairwise(values)]
        assert min(steps) <= 0 <= max(steps), kpi.id
        assert any(steps), kpi.id
    assert len({line.level for line in one.sample.past if line.kind == "kpi"} - {""}) >= 3


@pytest.mark.parametrize("id_", IDS)
def test_the_workbook_of_a_closed_month_said_the_same(id_: str) -> None:
    """The rows that an owner would have had in May, seen then, give what Past periods says of May."""
    one, may = made(id_), Period.parse("2026-05")
    before = [line for line in one.sample.past if line.start < may.start]
    counted = measure(one.entries(may, current(one.business, one.columns, may), before))
    lines = [line for line in one.sample.past if line.start == may.start and "." not in line.id]
    said = {line.id: line.value for line in lines if line.source == "log"}
    assert {name: counted[name].used for name in said} == said
    assert len(said) > 5


# Reproducible


@pytest.mark.parametrize("id_", IDS)
def test_the_same_every_time_and_nobody_elses_randomness(id_: str) -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    assert made(id_).make_rows() == made(id_).columns
    assert random.random() == expected
    log = next(table.id for table in business(id_).tables if not table.kept)
    assert made(id_, MONTHS[1]).columns[log] != made(id_).columns[log]


def neutral(one: Made) -> dict[tuple[str, str], list[object]]:
    """The rows without a language: choices by id, and texts by where they first stand."""
    result: dict[tuple[str, str], list[object]] = {}
    known: dict[str, dict[object, int]] = {}
    for table in one.business.tables:
        for field in table.fields:
            values: list[object] = [*one.columns[table.id][field.id]]
            if field.choices:
                by_word: Row = {one.word(table.id, field.id, choice): choice for choice in field.choices}
                values = [value and by_word[str(value)] for value in values]
            elif field.type == "text":
                # A name is the same wherever it stands; a leaflet is a source in one column and an expense in another.
                seen = known.setdefault("names" if field.key or field.refers_to or field.required else field.id, {})
                values = [value and seen.setdefault(value, len(seen)) for value in values]
            result[table.id, field.id] = values
    return result


@pytest.mark.slow
@pytest.mark.parametrize("id_", IDS)
def test_the_same_numbers_in_every_language(id_: str) -> None:
    first, *others = [made(id_, code=code) for code in codes()]
    expected = neutral(first)
    for other in others:
        assert neutral(other) == expected, other.code
        for table, column in (("services", "service"), ("requests", "kind")):
            if table in first.columns:
                here, there_ = {*first.columns[table][column]}, {*other.columns[table][column]}
                assert len(here & there_) <= len(here) / 4, (other.code, here & there_)
    assert made(id_, code="en").sample.past == made(id_).sample.past


@pytest.mark.parametrize("name", ["words.yaml", "phrases.yaml"])
def test_the_words_of_all_languages_agree(name: str) -> None:
    """Lists are equally long, since the code knows the things in them by their place, and nothing stands twice."""
    data = yaml.safe_load((resources.files("kpixl.samples") / name).read_text(encoding="utf-8"))
    for spoken in [data["owners"]] if name == "words.yaml" else data.values():
        lists = {code: dict(listed(words)) for code, words in spoken.items()}
        assert set(lists) == set(codes())
        lengths = [{path: len(texts) for path, texts in found.items()} for found in lists.values()]
        assert all(found == lengths[0] for found in lengths)
        for code, found in lists.items():
            for path, texts in found.items():
                assert len({*texts}) == len(texts) > 0, (code, path)


def listed(words: Row, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], list[str]]]:
    """Every list under ``words``, with the keys that lead there."""
    found = []
    for key, value in words.items():
        if isinstance(value, dict):
            found += listed(value, (*path, key))
        elif isinstance(value, list):
            found.append(((*path, key), value))
    return found


def test_what_there_is_no_sample_for() -> None:
    agency = business("remote-va-agency")
    with pytest.raises(UnknownChoice, match="2026-Q4"):
        sample(agency, Period.parse("2026-Q4"), "es")
    with pytest.raises(UnknownChoice, match="“ja”"):
        sample(agency, OCTOBER, "ja")
