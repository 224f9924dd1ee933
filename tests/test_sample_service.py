"""The service sample: a year whose figures, counted by hand, tell what they should, in every language the same."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest

from kpixl.catalog import business
from kpixl.catalog.tables import word_key
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import Period, add_months, serial
from kpixl.samples.phrases import phrases
from kpixl.samples.service import PAST_TYPED, TARGETS, TYPED, Service
from kpixl.texts.words import entry_words

SERVICE = business("service-business")
PERIODS = [Period.parse(text) for text in ("2026-10", "2026-02", "2024-12")]
EVER = 1e9


class Made:
    """The rows of one sample as records, and what is needed to count them."""

    def __init__(self, period, code):
        self.period = period
        self.columns = Service(SERVICE, period, code).rows()
        self.words = entry_words(SERVICE, language(code))
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

    def spent(self, kind, back=0):
        word = self.word("expenses", "kind", kind)
        return sum(row["amount"] for row in self.month("expenses", "date", back) if row["kind"] == word)

    def served(self):
        return [row for row in self["clients"] if (row["end"] or EVER) >= self.start]


@pytest.fixture(scope="module", params=[(p, code) for p in PERIODS for code in ("es", "ro")], ids=str)
def made(request):
    return Made(*request.param)


# The figures of the month, counted by hand


def test_there_are_about_180_clients(made):
    assert 175 <= sum(row["end"] is None for row in made["clients"]) <= 185


def test_revenue_of_all_eight_kinds(made):
    for back in range(12):
        sales = made.month("sales", "date", back)
        assert 19_000 <= sum(row["amount"] for row in sales) <= 30_000
        by_kind = Counter()
        for row in sales:
            by_kind[row["kind"]] += row["amount"]
        assert len(by_kind) == 8
        assert by_kind.most_common(1)[0][0] == made.word("sales", "kind", "subscriptions")
        assert min(by_kind.values()) > 0


def test_acquisition_cost_falls_to_85(made):
    costs = [made.spent("sales_marketing", back) / len(made.month("clients", "start", back)) for back in range(12)]
    assert costs[0] == pytest.approx(85, abs=1)
    assert costs[0] < costs[3] < costs[6] < costs[11]


def test_attrition_over_twelve_months(made):
    since = serial(add_months(made.period.start, -11))
    at_start = [row for row in made["clients"] if row["start"] < since <= (row["end"] or EVER)]
    assert sum(row["end"] is not None for row in at_start) / len(at_start) == pytest.approx(0.09, abs=0.01)


def test_leads(made):
    leads = made.month("leads", "date")
    qualified = [row for row in leads if row["qualified"] == made.word("leads", "qualified", "yes")]
    assert sum(row["converted"] is not None for row in qualified) / len(qualified) == pytest.approx(0.3, abs=0.02)
    assert sum(row["referred_by"] is not None for row in leads) == 6
    assert made.word("leads", "qualified", "no") in {row["qualified"] for row in leads}


def test_complaints(made):
    received = made.month("complaints", "received")
    assert len(received) == 12
    statuses = Counter(row["status"] for row in received)
    assert set(statuses) == {made.word("complaints", "status", id_) for id_ in ("open", "resolved", "escalated")}
    assert len(made.month("complaints", "received", 11)) > len(received)
    assert len({row["service"] for row in received}) > 1


def test_invitations(made):
    invited = made.month("invitations", "date")
    assert len(invited) == 20
    assert sum(row["converted"] is not None for row in invited) == 5


def test_some_clients_are_inactive(made):
    since = made.after - 90
    bought = {row["client"] for row in made["sales"] if row["date"] >= since}
    quiet = {r["client"] for r in made["clients"] if r["end"] is None and r["start"] < since} - bought
    assert 6 <= len(quiet) <= 12
    of_the_month = {row["client"] for row in made.month("sales", "date")}
    told_from_the_month = {
        r["client"]
        for r in made["clients"]
        if r["end"] is None and r["start"] < since and r["client"] not in of_the_month
    }
    assert told_from_the_month == quiet, "the month's own rows tell the same"


def test_expenses_of_all_four_kinds(made):
    for kind in ("sales_marketing", "operating", "investment", "other"):
        assert made.spent(kind) > 0, kind
    assert all(row["amount"] > 0 for row in made["expenses"])


def test_typed_totals_agree_with_the_rows(made):
    typed = {0: TYPED, **PAST_TYPED}
    assert sorted(typed) == list(range(12))
    for back, totals in typed.items():
        assert set(totals) == {item.name for item in SERVICE.measures if item.definition is None} & SERVICE.shown
        revenue = sum(row["amount"] for row in made.month("sales", "date", back))
        left = revenue - sum(made.spent(kind, back) for kind in ("sales_marketing", "operating", "other"))
        assert totals["operating_cash_flow"] == pytest.approx(left, rel=0.12), back
    assert TYPED["operating_cash_flow"] - made.spent("investment") - TYPED["working_capital_increase"] > 1000


def test_targets_are_for_kpis_of_the_business():
    assert set(TARGETS) < {kpi.id for kpi in SERVICE.kpis}


# Nothing to complain about


def test_every_field_is_there_with_values_of_its_kind(made):
    assert set(made.columns) == {table.id for table in SERVICE.tables}
    for table in SERVICE.tables:
        columns = made.columns[table.id]
        assert list(columns) == [field.id for field in table.fields]
        for field in table.fields:
            kinds = {type(value) for value in columns[field.id]} - {type(None)}
            assert kinds <= ({str} if field.type in ("text", "choice") else {float}), (table.id, field.id)
            assert kinds or (table.id, field.id) == ("services", "end")
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
        ("invitations", "invited"),
    ):
        names = Counter(name.casefold() for name in made.columns[table][field])
        assert max(names.values()) == 1, (table, names.most_common(1))
    for table in SERVICE.tables:
        for field in table.fields:
            if field.refers_to:
                key = next(f.id for f in SERVICE.table(field.refers_to).fields if f.key)
                listed = made.columns[field.refers_to][key]
                assert {*made.columns[table.id][field.id]} <= {*listed, None}, (table.id, field.id)


def test_nothing_is_later_than_the_period_or_earlier_than_the_year(made):
    year = serial(add_months(made.period.start, -11))
    for table in SERVICE.tables:
        for field in table.fields:
            if field.type == "date":
                days = [value for value in made.columns[table.id][field.id] if value is not None]
                assert all(day < made.after for day in days), (table.id, field.id)
                assert table.kept or min(days) >= year, (table.id, field.id)
                weekdays = {(date(1899, 12, 30) + timedelta(days=int(day))).weekday() for day in days}
                assert table.id == "services" or weekdays <= set(range(5)), (table.id, field.id)


def test_dates_run_forwards(made):
    for row in made["clients"] + made["assistants"]:
        assert row["start"] <= (row["end"] or EVER)
    for row in made["leads"]:
        assert row["consultation"] is None or row["date"] <= row["consultation"]
        assert row["converted"] is None or (row["consultation"] or row["date"]) <= row["converted"]
    for row in made["invitations"]:
        assert row["converted"] is None or row["date"] <= row["converted"]


def test_status_date_and_resolution_of_complaints_agree(made):
    open_, resolved = (made.word("complaints", "status", id_) for id_ in ("open", "resolved"))
    for row in made["complaints"]:
        assert (row["resolved"] is None) == (row["resolution"] is None)
        assert row["resolved"] is None or row["received"] <= row["resolved"]
        assert row["status"] != open_ or row["resolved"] is None
        assert row["status"] != resolved or row["resolved"] is not None
    older = [row for row in made["complaints"] if row["received"] < made.start]
    assert open_ not in {row["status"] for row in older}
    assert any(row["resolved"] is not None and row["resolved"] >= made.start for row in older)


def test_new_clients_were_leads_and_the_invited_among_them(made):
    year = serial(add_months(made.period.start, -11))
    joined = {row["client"]: row["start"] for row in made["clients"] if row["start"] >= year}
    converted = {row["lead"]: row["converted"] for row in made["leads"] if row["converted"] is not None}
    assert converted == joined
    by = {row["client"]: row["referred_by"] for row in made["clients"]}
    for row in made["invitations"]:
        if row["converted"] is not None:
            assert joined[row["invited"]] == row["converted"]
            assert by[row["invited"]] == row["client"]


def test_who_is_named_is_there_on_the_day(made):
    stays = {row["client"]: (row["start"], row["end"] or EVER) for row in made["clients"]}
    employed = {row["assistant"]: (row["start"], row["end"] or EVER) for row in made["assistants"]}
    offered = {row["service"]: row["start"] for row in made["services"]}
    for table, day in (("sales", "date"), ("complaints", "received"), ("invitations", "date")):
        for row in made[table]:
            first, last = stays[row["client"]]
            assert first <= row[day] <= last, (table, row)
            assert offered[row.get("service") or min(offered, key=offered.get)] <= row[day]
    for row in made["complaints"]:
        first, last = employed[row["assistant"]]
        assert first <= row["received"] <= last
    for row in made["leads"]:
        assert row["referred_by"] is None or stays[row["referred_by"]][0] <= row["date"]
    for row in made["clients"]:
        assert offered[row["service"]] <= row["start"]


# Reproducible


def neutral(code):
    """The rows without a language: choices by id, and texts by where they first stand."""
    made_ = Made(PERIODS[0], code)
    result, known = {}, {}
    for table in SERVICE.tables:
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
    assert Service(SERVICE, PERIODS[0], "es").rows() == Service(SERVICE, PERIODS[0], "es").rows()


def test_phrases_of_all_languages_agree():
    lists = [msgspec.structs.asdict(phrases("service-business", code)) for code in codes()]
    assert len({tuple(len(texts) for texts in one.values()) for one in lists}) == 1
    for one in lists:
        for name, texts in one.items():
            assert texts, name
            assert len({*texts}) == len(texts), name
