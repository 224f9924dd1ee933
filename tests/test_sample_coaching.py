"""The coaching sample: a year whose figures, counted by hand, tell what they should, in every language the same."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from kpixl.catalog import business
from kpixl.catalog.tables import word_key
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import MONTH_DAYS, Period, add_months, serial
from kpixl.samples.coaching import TARGETS, Coaching
from kpixl.samples.phrases import phrases
from kpixl.texts.words import entry_words

COACHING = business("career-coaching")
PERIODS = [Period.parse(text) for text in ("2026-10", "2026-02", "2024-12")]
EVER = 1e9


class Made:
    """The rows of one sample as records, and what is needed to count them."""

    def __init__(self, period, code):
        self.period = period
        self.columns = Coaching(COACHING, period, code).rows()
        self.words = entry_words(COACHING, language(code))
        self.start, self.after = serial(period.start), serial(period.after)

    def __getitem__(self, table):
        columns = self.columns[table]
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def word(self, table, field, choice):
        return self.words[word_key(table, field, choice)]

    def month(self, table, field, back=0):
        first = serial(add_months(self.period.start, -back))
        after = serial(add_months(self.period.start, 1 - back))
        return [row for row in self[table] if row[field] is not None and first <= row[field] < after]

    def served(self):
        return [row for row in self["clients"] if (row["end"] or EVER) >= self.start]


@pytest.fixture(scope="module", params=[(p, code) for p in PERIODS for code in ("es", "ro")], ids=str)
def made(request):
    return Made(*request.param)


# The figures of the month, counted by hand


def test_there_are_about_120_clients_and_45_sessions_a_week(made):
    assert 115 <= sum(row["end"] is None for row in made["clients"]) <= 130
    weekdays = [made.period.start + timedelta(days=i) for i in range(made.after - made.start)]
    weeks = sum(day.weekday() < 5 for day in weekdays) / 5
    assert len(made.month("sessions", "scheduled")) / weeks == pytest.approx(45, abs=1)


def test_satisfaction(made):
    scores = [row["score"] for row in made.month("surveys", "date")]
    assert sum(score >= 4 for score in scores) / len(scores) == pytest.approx(0.84, abs=0.01)


def test_completed_sessions(made):
    sessions = made.month("sessions", "scheduled")
    yes = made.word("sessions", "completed", "yes")
    assert sum(row["completed"] == yes for row in sessions) / len(sessions) == pytest.approx(0.82, abs=0.01)


def test_retention_over_three_months(made):
    since = serial(add_months(made.period.start, -2))
    at_start = [row for row in made["clients"] if row["start"] < since <= (row["end"] or EVER)]
    at_end = [row for row in made["clients"] if row["end"] is None]
    new = [row for row in at_end if row["start"] >= since]
    assert (len(at_end) - len(new)) / len(at_start) == pytest.approx(0.78, abs=0.02)


def test_revenue_per_client(made):
    sales = made.month("sales", "date")
    revenue = sum(row["amount"] for row in sales)
    assert revenue / len(made.served()) == pytest.approx(165, abs=2)
    subscriptions = sum(row["amount"] for row in sales if row["kind"] == made.word("sales", "kind", "subscriptions"))
    assert subscriptions / revenue > 0.6
    assert len({row["kind"] for row in sales}) >= 4


def test_consultations_and_what_came_of_them(made):
    consulted = made.month("leads", "consultation")
    assert len({row["lead"] for row in consulted}) == 35
    assert sum(row["converted"] is not None for row in consulted) / len(consulted) == pytest.approx(0.45, abs=0.02)
    assert all(row["date"] >= made.start for row in consulted), "the month's own rows hold all of them"


def test_placements_over_twelve_months(made):
    since = serial(add_months(made.period.start, -11))
    coached = [row for row in made["clients"] if row["coaching_start"] is not None and (row["end"] or EVER) >= since]
    placed = [row for row in coached if row["placed"] is not None]
    assert len(placed) / len(coached) == pytest.approx(0.58, abs=0.01)


def test_months_to_a_milestone(made):
    reached = made.month("clients", "milestone")
    months = [(row["milestone"] - row["coaching_start"]) / MONTH_DAYS for row in reached]
    assert len(months) >= 6
    assert sum(months) / len(months) == pytest.approx(5.4, abs=0.3)


def test_the_year_tells_a_story(made):
    """More consultations and clients, a better conversion and shorter ways; but more clients leave."""
    ends, converted, took, left = [], [], [], []
    for back in (11, 0):
        first = serial(add_months(made.period.start, -back))
        ends.append(sum(row["start"] < first <= (row["end"] or EVER) for row in made["clients"]))
        consulted = made.month("leads", "consultation", back)
        after = serial(add_months(made.period.start, 1 - back))
        converted.append(sum((row["converted"] or EVER) < after for row in consulted) / len(consulted))
        reached = made.month("clients", "milestone", back)
        took.append(sum(row["milestone"] - row["coaching_start"] for row in reached) / len(reached))
        left.append(len(made.month("clients", "end", back)) / ends[-1])
    assert ends[1] > 1.8 * ends[0]
    assert converted[1] > converted[0] + 0.1
    assert took[1] < took[0]
    assert left[1] > left[0]


def test_targets_are_for_kpis_of_the_business():
    assert set(TARGETS) < {kpi.id for kpi in COACHING.kpis}


# Nothing to complain about


def test_every_field_is_there_with_values_of_its_kind(made):
    assert set(made.columns) == {table.id for table in COACHING.tables}
    for table in COACHING.tables:
        columns = made.columns[table.id]
        assert list(columns) == [field.id for field in table.fields]
        for field in table.fields:
            kinds = {type(value) for value in columns[field.id]} - {type(None)}
            assert kinds <= ({str} if field.type in ("text", "choice") else {float}), (table.id, field.id)
            assert kinds or field.id == "end", (table.id, field.id)
            if field.required:
                assert None not in columns[field.id], (table.id, field.id)
            if field.choices:
                words = {made.word(table.id, field.id, choice) for choice in field.choices}
                assert {*columns[field.id]} <= {*words, None}, (table.id, field.id)


def test_names_are_unique_and_known(made):
    for table, field in (
        ("clients", "client"),
        ("leads", "lead"),
        ("assistants", "assistant"),
        ("services", "service"),
    ):
        names = Counter(name.casefold() for name in made.columns[table][field])
        assert max(names.values()) == 1, (table, names.most_common(1))
    for table in COACHING.tables:
        for field in table.fields:
            if field.refers_to:
                key = next(f.id for f in COACHING.table(field.refers_to).fields if f.key)
                listed = made.columns[field.refers_to][key]
                assert {*made.columns[table.id][field.id]} <= {*listed, None}, (table.id, field.id)


def test_nothing_is_later_than_the_period_or_earlier_than_the_year(made):
    year = serial(add_months(made.period.start, -11))
    for table in COACHING.tables:
        for field in table.fields:
            if field.type == "date":
                days = [value for value in made.columns[table.id][field.id] if value is not None]
                assert all(day < made.after for day in days), (table.id, field.id)
                assert table.kept or min(days) >= year, (table.id, field.id)


def test_dates_run_forwards(made):
    for row in made["clients"]:
        end = row["end"] or EVER
        began = row["coaching_start"]
        assert row["start"] <= end
        assert began is None or row["start"] <= began
        for id_ in ("placed", "milestone"):
            assert row[id_] is None or began + 45 <= row[id_] <= end
    for row in made["leads"]:
        assert row["consultation"] is None or row["date"] <= row["consultation"]
        assert row["converted"] is None or row["consultation"] <= row["converted"]


def test_new_clients_were_leads(made):
    year = serial(add_months(made.period.start, -11))
    joined = {row["client"]: row["start"] for row in made["clients"] if row["start"] >= year}
    converted = {row["lead"]: row["converted"] for row in made["leads"] if row["converted"] is not None}
    assert converted == joined
    since = {row["client"]: row["start"] for row in made["clients"]}
    for row in made["leads"]:
        assert row["referred_by"] is None or since[row["referred_by"]] <= row["date"]


def test_clients_and_coaches_are_there_on_the_day(made):
    stays = {row["client"]: row for row in made["clients"]}
    coaches = {row["assistant"]: row["start"] for row in made["assistants"]}
    for row in made["sessions"]:
        stay = stays[row["client"]]
        assert stay["coaching_start"] <= row["scheduled"] // 1 <= (stay["end"] or EVER)
        assert coaches[row["assistant"]] <= row["scheduled"]
    for table in ("sales", "surveys"):
        for row in made[table]:
            assert stays[row["client"]]["start"] <= row["date"] <= (stays[row["client"]]["end"] or EVER)


def test_sessions_do_not_clash(made):
    assert max(Counter((row["assistant"], row["scheduled"]) for row in made["sessions"]).values()) == 1
    assert max(Counter((row["client"], row["scheduled"] // 1) for row in made["sessions"]).values()) == 1
    hours = {round(row["scheduled"] % 1 * 24, 6) for row in made["sessions"]}
    assert hours <= set(range(8, 20))
    days = {date(1899, 12, 30) + timedelta(days=int(row["scheduled"])) for row in made["sessions"]}
    assert {day.weekday() for day in days} <= set(range(5))


# Reproducible


def neutral(code):
    """The rows without a language: choices by id, and texts by where they first stand."""
    made_ = Made(PERIODS[0], code)
    result, known = {}, {}
    for table in COACHING.tables:
        for field in table.fields:
            values = made_.columns[table.id][field.id]
            if field.choices:
                by_word = {made_.word(table.id, field.id, choice): choice for choice in field.choices}
                values = [value and by_word[value] for value in values]
            elif field.type == "text":
                # A name is the same wherever it stands; a leaflet is a source in one column and an expense in another.
                seen = known.setdefault("names" if field.key or field.refers_to or field.required else field.id, {})
                values = [value and seen.setdefault(value, len(seen)) for value in values]
            result[table.id, field.id] = values
    return result


@pytest.mark.slow
def test_the_same_numbers_in_every_language():
    spanish = neutral("es")
    for code in codes():
        assert neutral(code) == spanish, code


def test_the_same_every_time():
    assert Coaching(COACHING, PERIODS[0], "es").rows() == Coaching(COACHING, PERIODS[0], "es").rows()


def test_phrases_of_all_languages_agree():
    lists = [phrases("career-coaching", code) for code in codes()]
    assert {(len(one.services), len(one.sources)) for one in lists} == {(8, 6)}
    for one in lists:
        assert len({*one.services}) == 8
        assert len({*one.sources}) == 6
