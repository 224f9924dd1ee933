"""Check queries: every measure once more in a few lines of plain Python over the rows, written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from statistics import median
from typing import Any, NamedTuple, TypeGuard

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kpixl.catalog import Business, Field, Measure, Window, business, businesses, catalogue
from kpixl.entries import Entries, InputCell, PastValue, entry_table
from kpixl.kpi.measure import MeasureValue, Tally, measure
from kpixl.period import Period

VA, PA, ML = (business(id_) for id_ in ("remote-va-agency", "luxury-personal-assistant", "multilingual-va"))
CC, SB = business("career-coaching"), business("service-business")

Row = dict[str, Any]
Book = Mapping[str, list[Row]]


def day(year: int, month: int, number: int) -> int:
    """Excel's number of a day."""
    return (date(year, month, number) - date(1899, 12, 30)).days


# October 2026, and where the windows of three and twelve months up to its end begin.
FIRST, AFTER = day(2026, 10, 1), day(2026, 11, 1)
WINDOWS = {"": FIRST, "_3m": day(2026, 8, 1), "_12m": day(2025, 11, 1)}
YEAR_AGO = WINDOWS["_12m"]

CUT, REPEAT_DAYS, HOUSE = 3.5, 40, "español"
SETTINGS = {"satisfied_cut": CUT, "repeat_days": REPEAT_DAYS, "house_language": HOUSE}
SALES = {
    "new_sales": "ventas nuevas",
    "repeat_sales": "ventas repetidas",
    "interest": "intereses",
    "late_fees": "recargos",
    "service_fees": "tarifas",
    "subscriptions": "suscripciones",
    "additional": "servicios adicionales",
    "other": "otros",
}
FINES = ("interest", "late_fees")
"""What is paid, and buys nothing."""
EXPENSES = {"sales_marketing": "ventas y marketing", "operating": "gastos", "investment": "inversión", "other": "otros"}
STATUSES = {"open": "abierta", "resolved": "resuelta", "escalated": "escalada"}
YES_NO = {"yes": "sí", "no": "no"}
CHOICES = {
    "sales_kind": SALES,
    "expenses_kind": EXPENSES,
    "complaints_status": STATUSES,
    "leads_qualified": YES_NO,
    "sessions_completed": YES_NO,
    "incidents_discretion": YES_NO,
}
WORDS = {f"choice_{column}_{id_}": word for column, words in CHOICES.items() for id_, word in words.items()}


# What the checks are made of


def number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float))


def blank(value: object) -> bool:
    return value is None or value == ""


def same(value: str) -> str | float:
    """What names are compared by: without case, and 007 is 7."""
    return float(value) if value.isdecimal() else value.lower()


def one(value: object, other: str) -> bool:
    return not blank(value) and same(str(value)) == same(other)


def foreign(value: object) -> bool:
    return not blank(value) and not one(value, HOUSE)


def before(value: object, edge: float) -> bool:
    return number(value) and value < edge


def within(value: object, first: float) -> bool:
    return number(value) and first <= value < AFTER


def least(value: object, minimum: float = 0) -> bool:
    return number(value) and value >= minimum


def told_right(row: Row) -> bool:
    """Whether the right ones of a check are among those that were looked at; of others nothing is known."""
    return least(row["accurate"]) and least(row["checked"], float(row["accurate"]))


def staying(row: Row, edge: float) -> bool:
    """Whether a stay goes on to a day; with a text for its end, nobody knows."""
    return blank(row["end"]) or least(row["end"], edge)


def active(row: Row, first: float) -> bool:
    return before(row["start"], AFTER) and staying(row, first)


def answered(row: Row, first: float) -> bool:
    return within(row["date"], first) and number(row["score"]) and 1 <= row["score"] <= 5


def resolved(row: Row, first: float) -> bool:
    return within(row["resolved"], first) and number(row["opened"]) and row["opened"] <= row["resolved"]


def in_order(row: Row) -> bool:
    """Whether a task was completed on the day on which it was assigned, or later."""
    return number(row["assigned"]) and number(row["completed"]) and row["completed"] // 1 >= row["assigned"] // 1


def after(first: object, then: object) -> bool:
    """Whether a day is not past another."""
    return number(first) and number(then) and first // 1 <= then // 1


def due(row: Row, first: float) -> bool:
    """A task that was assigned by the end, and was to be done in the period: by its day or, without one or with one
    that is past when the period begins, in the period in which it was assigned; with a text for that day, nobody
    knows."""
    if not before(row["assigned"], AFTER):
        return False
    if number(row["due"]) and row["due"] >= first:
        return bool(row["due"] < AFTER)
    return within(row["assigned"], first) and (blank(row["due"]) or number(row["due"]))


def in_time(row: Row) -> bool:
    """Whether what is done was done by its day or, without one, by the end of the period."""
    return before(row["completed"], AFTER) if blank(row["due"]) else after(row["completed"], row["due"])


def done(row: Row, first: float) -> bool:
    return within(row["completed"], first) and in_order(row)


def still_open(row: Row, since: str) -> bool:
    return before(row[since], AFTER) and (blank(row["resolved"]) or least(row["resolved"], AFTER))


def milestone(row: Row, first: float) -> bool:
    return (
        within(row["milestone"], first)
        and number(row["coaching_start"])
        and row["milestone"] // 1 >= row["coaching_start"] // 1
    )


def coached(row: Row, first: float) -> bool:
    return before(row["coaching_start"], AFTER) and staying(row, first)


def working(row: Row, first: float) -> bool:
    """An assistant; the start may be left blank."""
    return (blank(row["start"]) or before(row["start"], AFTER)) and staying(row, first)


def consulted(row: Row, first: float) -> bool:
    return within(row["consultation"], first)


def qualified(row: Row, first: float) -> bool:
    return within(row["date"], first) and one(row["qualified"], "sí")


Test = Callable[[Row, float], bool]
Query = Callable[[Book, float], float | None]


def count(table: str, test: Test) -> Query:
    return lambda book, first: float(sum(bool(test(row, first)) for row in book[table]))


def at_work(row: Row) -> Any:
    """The hours worked, where they are told; else those available."""
    return row["worked"] if number(row["worked"]) else row["available"]


def total(table: str, amount: Callable[[Row], float], test: Test) -> Query:
    return lambda book, first: float(sum(amount(row) for row in book[table] if test(row, first)))


def middle(table: str, amount: Callable[[Row], float], test: Test) -> Query:
    def query(book: Book, first: float) -> float | None:
        found = [amount(row) for row in book[table] if test(row, first)]
        return median(found) if found else None

    return query


def amounts(table: str, kind: str = "") -> Query:
    return total(
        table,
        lambda r: r["amount"],
        lambda r, first: within(r["date"], first) and number(r["amount"]) and (not kind or one(r["kind"], kind)),
    )


def distinct(table: str, column: str, test: Test) -> Query:
    return lambda book, first: float(len(named([row for row in book[table] if test(row, first)], column)))


def named(rows: list[Row], column: str) -> set[str | float]:
    return {same(row[column]) for row in rows if not blank(row[column])}


def clients_upsold(book: Book, first: float) -> float:
    of_kind = (s for s in book["sales"] if within(s["date"], first) and one(s["kind"], "servicios adicionales"))
    sold = [s for s in of_kind if number(s["amount"]) and s["amount"] > 0]  # money given back is no sale
    served = [r for r in book["clients"] if active(r, first)]
    return float(len(named(served, "client") & named(sold, "client")))


class Stay(NamedTuple):
    """A row of Clients beside the others of the same client, worked out with sets of days."""

    row: Row
    renews: bool
    """An earlier stay ended on the day before this one began, or later."""
    goes_on: bool
    """Another one begins by the day after this one ends, and ends later or not yet."""
    until: float
    since: float


def stays(book: Book) -> list[Stay]:
    """Every row with a day on which it begins."""
    by_client: dict[str | float, list[Row]] = {}
    found = []
    for row in book["clients"]:
        if blank(row["client"]):
            if number(row["start"]):
                found.append(Stay(row, False, False, last(row), row["start"]))
        else:
            by_client.setdefault(same(str(row["client"])), []).append(row)
    return found + [stay for rows in by_client.values() for stay in of_one_client(rows)]


def last(row: Row) -> float:
    """The end; never where there is none, and nothing that counts where it is a text."""
    return math.inf if blank(row["end"]) else row["end"] if number(row["end"]) else -math.inf


def of_one_client(rows: list[Row]) -> list[Stay]:
    rows = [row for row in rows if number(row["start"])]
    begins = np.array([row["start"] for row in rows], dtype=float)
    ends = np.array([last(row) for row in rows], dtype=float)
    renews = [bool(np.any((begins < b // 1) & np.isfinite(ends) & (ends >= b // 1 - 1))) for b in begins]
    heads = np.sort(begins[~np.array(renews, dtype=bool)])
    found = []
    for row, again in zip(rows, renews, strict=True):
        end, day = last(row), row["start"] // 1
        goes_on, until = False, end
        if math.isfinite(end):
            near = begins < end // 1 + 2
            goes_on = bool(np.any(near & (ends >= end // 1 + 1)))
            following = begins[near & (begins >= end // 1 + 1)]
            until = float(following.mean()) if len(following) else end
        # Its first day is that of the latest beginning by this day; of several on one day, their mean.
        earlier = heads[heads < day + 1]
        latest = earlier[earlier >= earlier[-1] // 1] if len(earlier) else earlier
        found.append(Stay(row, again, goes_on, until, float(latest.mean()) if len(earlier) else row["start"]))
    return found


def clients_inactive(book: Book, first: float) -> float:
    """Clients since before the repeat interval, still there, who bought nothing in it."""
    repeat = AFTER - REPEAT_DAYS
    paid = (s for s in book["sales"] if within(s["date"], repeat) and number(s["amount"]) and s["amount"] > 0)
    bought = [s for s in paid if not blank(s["kind"]) and not any(one(s["kind"], SALES[k]) for k in FINES)]
    there = [one for one in stays(book) if one.row["start"] < AFTER <= one.until]
    old = [one.row for one in there if one.since < repeat]
    return float(len(named(old, "client") - named(bought, "client")))


def stay_days(row: Row) -> float | None:
    """Days as a client up to the last day of the period; none where start and end make no sense together."""
    until = AFTER - 1 if blank(row["end"]) else row["end"]
    if not (before(row["start"], AFTER) and number(until)):
        return None
    days = min(until, AFTER - 1) // 1 - row["start"] // 1
    return float(days) if days >= 0 else None


def client_months(book: Book, first: float) -> float:
    return sum(stay_days(row) or 0 for row in book["clients"]) / 30.4375


def spoken(book: Book, first: float) -> list[Row]:
    """The languages of assistants who are there."""
    there = named([a for a in book["assistants"] if working(a, first)], "assistant")
    return [r for r in book["languages"] if not blank(r["assistant"]) and same(r["assistant"]) in there]


def pairs(book: Book, first: float) -> float:
    rows = [r for r in spoken(book, first) if not blank(r["language"])]
    return float(len({(same(r["assistant"]), same(r["language"])) for r in rows}))


def recommending(low: float, high: float) -> Query:
    """Answers of clients with another language: the Clients table knows which, else the answer's own language."""

    def query(book: Book, first: float) -> float:
        told = [c for c in book["clients"] if not blank(c["language"])]
        known, others = named(told, "client"), named([c for c in told if foreign(c["language"])], "client")
        counted = 0
        for row in book["surveys"]:
            client = "" if blank(row["client"]) else same(row["client"])
            speaks_another = client in others if client in known else foreign(row["language"])
            answer = row["recommend"]
            counted += within(row["date"], first) and number(answer) and low <= answer <= high and speaks_another
        return float(counted)

    return query


def divided(one_: str, other: str, by: float = 1) -> Query:
    def query(book: Book, first: float) -> float | None:
        above, below = check(one_, book, first), check(other, book, first)
        return None if above is None or not below else above / below / by

    return query


def lifetime_months(book: Book, first: float) -> float | None:
    ended = divided("client_months", "clients_ended")(book, first)
    return divided("client_months", "clients_ever")(book, first) if ended is None else ended


def viral_cycle(book: Book, first: float) -> float | None:
    return divided("invitations_converted", "clients_start")(book, first)


def became(day: object) -> bool:
    """Whether a lead became a customer, on whatever day."""
    return number(day) and day > 0


class Check(NamedTuple):
    """A query over some tables. A list whose column ``listed`` is all blank has not been filled in: no figure."""

    tables: str
    query: Query
    listed: str = ""


def of_clients(test: Callable[[Stay, float], bool]) -> Check:
    return Check("clients", lambda book, first: float(sum(test(stay, first) for stay in stays(book))), "start")


CHECKS = {
    "surveyed": Check("surveys", count("surveys", answered)),
    "satisfied": Check("surveys", count("surveys", lambda r, f: answered(r, f) and r["score"] >= CUT)),
    "surveyed_multilingual": Check("surveys", count("surveys", lambda r, f: answered(r, f) and foreign(r["language"]))),
    "satisfied_multilingual": Check(
        "surveys", count("surveys", lambda r, f: answered(r, f) and r["score"] >= CUT and foreign(r["language"]))
    ),
    "promoters_multilingual": Check("surveys clients", recommending(9, 10)),
    "detractors_multilingual": Check("surveys clients", recommending(0, 6)),
    "respondents_multilingual": Check("surveys clients", recommending(0, 10)),
    "resolution_hours": Check("requests", total("requests", lambda r: 24 * (r["resolved"] - r["opened"]), resolved)),
    "resolution_hours_median": Check(
        "requests", middle("requests", lambda r: 24 * (r["resolved"] - r["opened"]), resolved)
    ),
    "resolution_hours_squared": Check(
        "requests", total("requests", lambda r: (24 * (r["resolved"] - r["opened"])) ** 2, resolved)
    ),
    "requests_resolved": Check("requests", count("requests", resolved)),
    "resolution_hours_multilingual": Check(
        "requests",
        total(
            "requests",
            lambda r: 24 * (r["resolved"] - r["opened"]),
            lambda r, f: resolved(r, f) and foreign(r["language"]),
        ),
    ),
    "resolution_hours_multilingual_squared": Check(
        "requests",
        total(
            "requests",
            lambda r: (24 * (r["resolved"] - r["opened"])) ** 2,
            lambda r, f: resolved(r, f) and foreign(r["language"]),
        ),
    ),
    "requests_resolved_multilingual": Check(
        "requests", count("requests", lambda r, f: resolved(r, f) and foreign(r["language"]))
    ),
    "requests_opened": Check("requests", count("requests", lambda r, f: within(r["opened"], f))),
    "requests_open": Check("requests", count("requests", lambda r, f: still_open(r, "opened"))),
    "clients_start": of_clients(lambda s, f: s.row["start"] < f <= s.until),
    "clients_end": of_clients(lambda s, f: s.row["start"] < AFTER <= s.until),
    "clients_new": of_clients(lambda s, f: within(s.row["start"], f) and not s.renews),
    "clients_new_staying": of_clients(lambda s, f: s.row["start"] < AFTER <= s.until and within(s.since, f)),
    "clients_continuing": of_clients(lambda s, f: s.row["start"] < AFTER <= s.until and s.since < f),
    "clients_lost": of_clients(
        lambda s, f: s.row["start"] < AFTER and s.since < f and within(s.row["end"], f) and not s.goes_on
    ),
    "clients_referred": of_clients(
        lambda s, f: within(s.row["start"], f) and not s.renews and not blank(s.row["referred_by"])
    ),
    "clients_ever": of_clients(lambda s, f: stay_days(s.row) is not None and not s.renews),
    "clients_ended": of_clients(
        lambda s, f: before(s.row["end"], AFTER) and stay_days(s.row) is not None and not s.goes_on
    ),
    "clients_served": Check("clients", distinct("clients", "client", active), "start"),
    "clients_upsold": Check("clients sales", clients_upsold, "start"),
    "clients_inactive": Check("clients sales", clients_inactive, "start"),
    "client_months": Check("clients", client_months, "start"),
    "lifetime_months": Check("clients", lifetime_months),
    "clients_coached": Check(
        "clients",
        distinct("clients", "client", lambda r, f: coached(r, f) and (blank(r["placed"]) or least(r["placed"], f))),
        "client",
    ),
    "clients_placed": Check(
        "clients",
        distinct(
            "clients",
            "client",
            lambda r, f: coached(r, f) and within(r["placed"], f) and after(r["coaching_start"], r["placed"]),
        ),
        "client",
    ),
    "milestone_months": Check(
        "clients",
        total("clients", lambda r: (r["milestone"] // 1 - r["coaching_start"] // 1) / 30.4375, milestone),
        "client",
    ),
    "milestone_months_squared": Check(
        "clients",
        total("clients", lambda r: ((r["milestone"] // 1 - r["coaching_start"] // 1) / 30.4375) ** 2, milestone),
        "client",
    ),
    "clients_with_milestone": Check("clients", count("clients", milestone), "client"),
    "tasks_assigned": Check("tasks", count("tasks", due)),
    "tasks_completed": Check("tasks", count("tasks", lambda r, f: due(r, f) and in_order(r) and in_time(r))),
    "tasks_done": Check("tasks", count("tasks", done)),
    "tasks_done_multilingual": Check("tasks", count("tasks", lambda r, f: done(r, f) and foreign(r["language"]))),
    "available_hours": Check(
        "hours",
        total("hours", lambda r: r["available"], lambda r, f: within(r["date"], f) and least(r["available"])),
    ),
    "productive_hours": Check(
        "hours",
        total("hours", lambda r: r["productive"], lambda r, f: within(r["date"], f) and least(r["productive"])),
    ),
    "hours_worked_multilingual": Check(
        "hours",
        total(
            "hours",
            at_work,
            lambda r, f: within(r["date"], f) and least(at_work(r)) and foreign(r["language"]),
        ),
    ),
    "services_offered": Check("services", count("services", active), "start"),
    "assistants": Check("assistants", distinct("assistants", "assistant", working), "assistant"),
    "languages": Check("languages assistants", pairs, "language"),
    "languages_distinct": Check(
        "languages assistants", lambda b, f: float(len(named(spoken(b, f), "language"))), "language"
    ),
    "translations": Check(
        "translations",
        total("translations", lambda r: r["checked"], lambda r, f: within(r["date"], f) and told_right(r)),
    ),
    "translations_accurate": Check(
        "translations",
        total("translations", lambda r: r["accurate"], lambda r, f: within(r["date"], f) and told_right(r)),
    ),
    "incidents": Check(
        "incidents", count("incidents", lambda r, f: within(r["date"], f) and one(r["discretion"], "sí"))
    ),
    "sessions_scheduled": Check("sessions", count("sessions", lambda r, f: within(r["scheduled"], f))),
    "sessions_completed": Check(
        "sessions", count("sessions", lambda r, f: within(r["scheduled"], f) and one(r["completed"], "sí"))
    ),
    "leads": Check("leads", count("leads", lambda r, f: within(r["date"], f))),
    "leads_qualified": Check("leads", count("leads", qualified)),
    "leads_converted": Check(
        "leads",
        count("leads", lambda r, f: qualified(r, f) and became(r["converted"]) and after(r["date"], r["converted"])),
    ),
    "leads_referred": Check("leads", count("leads", lambda r, f: within(r["date"], f) and not blank(r["referred_by"]))),
    "consultations": Check("leads", distinct("leads", "lead", consulted)),
    "consultations_converted": Check(
        "leads", distinct("leads", "lead", lambda r, f: consulted(r, f) and after(r["consultation"], r["converted"]))
    ),
    "revenue": Check("sales", amounts("sales")),
    **{f"revenue_{kind}": Check("sales", amounts("sales", word)) for kind, word in SALES.items()},
    "revenue_monthly": Check("sales", amounts("sales")),
    "monthly_revenue_per_client": Check("sales clients", divided("revenue", "clients_served")),
    "sales_marketing_spend": Check("expenses", amounts("expenses", "ventas y marketing")),
    "investments": Check("expenses", amounts("expenses", "inversión")),
    "complaints": Check("complaints", count("complaints", lambda r, f: within(r["received"], f))),
    "complaints_outstanding": Check("complaints", count("complaints", lambda r, f: still_open(r, "received"))),
    "complaints_resolved": Check(
        "complaints",
        count("complaints", lambda r, f: within(r["resolved"], f) and after(r["received"], r["resolved"])),
    ),
    "complaints_escalated": Check(
        "complaints", count("complaints", lambda r, f: within(r["received"], f) and one(r["status"], "escalada"))
    ),
    "invitations": Check("invitations", count("invitations", lambda r, f: within(r["date"], f))),
    "invitations_converted": Check(
        "invitations",
        count(
            "invitations",
            lambda r, f: within(r["date"], f) and became(r["converted"]) and after(r["date"], r["converted"]),
        ),
    ),
    "invitations_per_client": Check("invitations clients", divided("invitations", "clients_start")),
    "invitations_conversion": Check("invitations", divided("invitations_converted", "invitations")),
    "viral_cycle": Check("invitations clients", viral_cycle),
    "viral_average": Check("invitations clients", viral_cycle),
}
TYPED = {"operating_cash_flow", "working_capital_increase"}


def check(id_: str, book: Book, first: float) -> float | None:
    tables, query, listed = CHECKS[id_]
    if listed and all(blank(row[listed]) for row in book[tables.split()[0]]):
        return None
    return query(book, first)


DATED = {
    "requests": ("opened", "resolved"), "hours": ("date",), "surveys": ("date",), "sales": ("date",),
    "expenses": ("date",), "sessions": ("scheduled",), "translations": ("date",), "leads": ("date",),
    "tasks": ("assigned", "completed"),
}  # fmt: skip
STILL_THERE = ("requests_open", "complaints_outstanding")
"""They count what there is, whenever it came: rows of earlier months tell of it."""
BY_BUSINESS = {("va", "tasks"): ("assigned", "due"), ("cc", "leads"): ("date", "consultation")}


def waits(owner: Business, tables: str, book: Book) -> bool:
    """Whether nothing is known before a row has a day of the period: complaints, incidents and invitations do not wait,
    where no row says that there was nothing. The agency counts tasks by the day on which they are assigned or due,
    others by that on which they are done; coaching counts leads by their consultation, too."""
    table = tables.split()[0]
    days = BY_BUSINESS.get((owner.code, table), DATED.get(table, ()))
    return bool(days) and not any(within(row[day], FIRST) for row in book[table] for day in days)


# Rows

EDGES = [at for first in (*WINDOWS.values(), AFTER, AFTER - REPEAT_DAYS) for at in (first - 1, first - 0.001, first)]
DAYS = [None, None, "", "31/10/2026", *EDGES, *range(FIRST + 1, AFTER - 1, 5), FIRST + 0.25, FIRST + 9.5, AFTER + 9]
NUMBERS = [None, "", "four", -2, -0.5, 0, 0.999, 1, 3.499, CUT, 4, 5, 5.001, 7.25]
RECOMMENDS = [None, "", "ten", -1, 0, 0.5, 6, 6.5, 7, 8, 8.999, 9, 10, 10.5]
NAMES = ["Ana", "Ana", "ANA", "Ben", "ben", "Zoé", "ZOÉ", "7", "007", "", None]
LANGUAGES = ["español", "Español", "ESPAÑOL", "espanol", "inglés", "Inglés", "français", "", None]
TEXTS = ["uno", "", None]
NAMED = {"client", "referred_by", "assistant", "lead"}


def pool(table: str, field: Field) -> list[Any]:
    """What may stand in a cell; words of a choice in wrong case, too, unknown ones, and the ids that stand for them."""
    if field.type == "choice":
        words = CHOICES[f"{table}_{field.id}"]
        return [*words.values(), *map(str.upper, words.values()), *words, "yes ", "?", "", None]
    if field.id in NAMED:
        return NAMES
    kinds: dict[str, list[Any]] = {"date": DAYS, "number": NUMBERS, "text": TEXTS}
    special: dict[str, list[Any]] = {"language": LANGUAGES, "recommend": RECOMMENDS}
    return special.get(field.id, kinds[field.type])


def pools(table: str) -> dict[str, list[Any]]:
    """For every field that any business has."""
    return {field.id: pool(table, field) for field in catalogue().tables[table].fields}


def books(tables: str) -> st.SearchStrategy[Book]:
    """Some rows of several tables: names meet, and may be blank; lists may be empty."""
    days = st.sampled_from(DAYS) | st.floats(YEAR_AGO - 60, AFTER + 60).map(lambda at: round(at, 3))
    made = {}
    for id_ in tables.split():
        cells = {field: days if values is DAYS else st.sampled_from(values) for field, values in pools(id_).items()}
        made[id_] = st.lists(st.fixed_dictionaries(cells), max_size=12)
    return st.fixed_dictionaries(made)


def long_book(tables: str) -> Book:
    """So many rows that every edge meets every other, and so many names that no row hides behind another."""
    chance = Random(tables)
    some = [f"Name {number}" for number in range(3000)]
    return {
        id_: [
            {field: chance.choice(some if values is NAMES else values) for field, values in pools(id_).items()}
            for _ in range(3000)
        ]
        for id_ in tables.split()
    }


def entries(
    owner: Business,
    book: Mapping[str, list[Row]],
    typed: Mapping[str, object] | None = None,
    past: tuple[PastValue, ...] = (),
    period: str = "2026-10",
    set_: Mapping[str, object] = SETTINGS,
) -> Entries:
    """A workbook with these rows; a field that a row lacks is blank, a table that is not there was deleted."""
    return Entries(
        business=owner,
        company="",
        language="es",
        currency="EUR",
        period=Period.parse(period),
        tables={
            table.id: entry_table(table, {f.id: [row.get(f.id) for row in book[table.id]] for f in table.fields})
            if table.id in book
            else None
            for table in owner.tables
        },
        settings={id_: InputCell(value, "Settings", "B9") for id_, value in set_.items()},
        typed={id_: InputCell(value, "Totals", "E7") for id_, value in (typed or {}).items()},
        targets={},
        thresholds={},
        past=past,
        words=WORDS,
    )


def value(name: str, read: Entries) -> MeasureValue:
    return Tally(read).value(next(item for item in read.business.measures if item.name == name))


# Every measure against its check

EVERY: dict[str, list[tuple[Business, Measure]]] = {}
for _owner in businesses():
    for _item in _owner.measures:
        EVERY.setdefault(_item.name, []).append((_owner, _item))
THROUGH_PAST = sorted(name for name, ((_, item), *_) in EVERY.items() if item.through_past)


def test_every_check_has_its_measure() -> None:
    assert {item.id for found in EVERY.values() for _, item in found} >= {*CHECKS, *TYPED}


def test_a_measure_is_one_and_the_same_in_every_business() -> None:
    """But for what a business calls it: clients are customers to some."""

    def counted(item: Measure) -> Measure:
        return replace(item, label="", absent="", note="", parts=tuple(map(counted, item.parts)))

    for name, ((_, first), *others) in EVERY.items():
        assert all(counted(item) == counted(first) for _, item in others), name


BY_TABLES = sorted({check_.tables for check_ in CHECKS.values()})


def assert_checks_agree(tables: str, book: Book) -> None:
    for owner in businesses():
        tally = Tally(entries(owner, book))
        for item in owner.measures:
            if item.id in CHECKS and CHECKS[item.id].tables == tables and not item.through_past:
                expected = check(item.id, book, WINDOWS[item.window.suffix])
                unknown = expected is None or (item.id not in STILL_THERE and waits(owner, tables, book))
                wanted = None if unknown else pytest.approx(expected, rel=1e-9, abs=1e-9)
                assert tally.value(item).log == wanted, item.name


@pytest.mark.slow
@pytest.mark.parametrize("tables", BY_TABLES)
@settings(max_examples=25)
@given(data=st.data())
def test_every_measure_gives_what_its_check_gives(tables: str, data: st.DataObject) -> None:
    assert_checks_agree(tables, data.draw(books(tables)))


@pytest.mark.slow
@pytest.mark.parametrize("tables", BY_TABLES)
def test_every_measure_gives_what_its_check_gives_on_every_edge(tables: str) -> None:
    assert_checks_agree(tables, long_book(tables))


# Clients


def test_a_client_who_leaves_and_comes_back_was_not_kept() -> None:
    stays = [
        {"client": "Ana", "start": YEAR_AGO - 100, "end": FIRST - 60},
        {"client": "Ana", "start": FIRST - 20},
        {"client": "Ben", "start": YEAR_AGO - 9},
    ]
    found = measure(entries(SB, {"clients": stays}))
    # Ana and Ben at the start; of these Ben is still there, and Ana is lost, whatever came later.
    assert (found["clients_start_12m"].used, found["clients_continuing_12m"].used) == (2, 1)
    assert found["clients_lost_12m"].used == 1
    found = measure(entries(VA, {"clients": stays}))
    # At the end Ben, and Ana as a new client: 2 less 1 of 2.
    assert (found["clients_end_12m"].used, found["clients_new_staying_12m"].used) == (2, 1)


def test_leaving_on_the_last_day_is_leaving() -> None:
    found = measure(entries(SB, {"clients": [{"client": "Ana", "start": YEAR_AGO - 1, "end": AFTER - 1}]}))
    assert (found["clients_continuing_12m"].used, found["clients_served"].used) == (0, 1)
    assert (found["clients_lost_12m"].used, found["clients_ended"].used) == (1, 1)


def test_a_client_in_ten_rows_is_one_client() -> None:
    written = ["Ana", "ANA", "ana", "aNa", "Ana", "Ana", "Ana", "Ana", "Ana", "Ana"]
    stays = [
        {"client": name, "start": FIRST - 100 + number, "end": FIRST + number} for number, name in enumerate(written)
    ]
    sold = {"client": "ana", "date": FIRST, "kind": "servicios adicionales", "amount": 9.0}
    read = entries(PA, {"clients": [*stays, {"client": "Ben", "start": FIRST}], "sales": [sold, sold]})
    found = measure(read)
    assert (found["clients_served"].used, found["clients_upsold"].used) == (2, 1)
    # Each of the ten rows counts a tenth of Ana.
    shares = Tally(read).column("clients", "clients_served_once").tolist()
    assert shares == pytest.approx([0.1] * 10 + [1.0])


def test_a_number_is_one_name_however_it_is_written() -> None:
    stays = [{"client": name, "start": FIRST} for name in ("007", "7", "7.0", "0x7")]
    assert value("clients_served", entries(VA, {"clients": stays})).used == 2


def test_names_that_count_only_half_of_a_pair_are_none() -> None:
    spoken_ = [("Ana", "inglés"), ("ANA", "Inglés"), ("Ana", ""), ("", "ruso"), ("Eva", "ruso"), ("Ana", "ruso")]
    book: dict[str, list[Row]] = {
        "assistants": [{"assistant": "Ana"}, {"assistant": "Eva", "end": FIRST - 1}],
        "languages": [{"assistant": name, "language": language} for name, language in spoken_],
    }
    found = measure(entries(ML, book))
    # Ana's English and Russian; Eva has left, and nobody knows who speaks the other Russian.
    assert (found["languages"].used, found["languages_distinct"].used, found["assistants"].used) == (2, 2, 1)


# Other languages


@pytest.mark.parametrize(
    ("known", "own", "counts"),
    [
        (["inglés"], "español", True),  # the client's language decides
        (["Español"], "inglés", False),
        (["", "inglés"], "español", True),  # the stay with a language
        ([], "inglés", True),  # an unknown client: the answer's own language
        ([], "ESPAÑOL", False),
        ([""], "inglés", True),  # no language there: the answer's own
        ([""], "", False),  # blank everywhere: left out
        ([], None, False),
    ],
)
def test_whose_recommendation_counts(known: list[str], own: str | None, counts: bool) -> None:
    book = {
        "clients": [{"client": "ANA", "start": FIRST, "language": language} for language in known],
        "surveys": [{"date": FIRST, "client": "Ana", "recommend": 9, "language": own}],
    }
    found = measure(entries(ML, book))
    assert [found[f"{who}_multilingual"].used for who in ("promoters", "respondents")] == [counts, counts]


@pytest.mark.parametrize(
    ("answer", "promoters", "detractors", "respondents"),
    [
        (0, 0, 1, 1),
        (6, 0, 1, 1),
        (7, 0, 0, 1),
        (8, 0, 0, 1),
        (9, 1, 0, 1),
        (10, 1, 0, 1),
        (None, 0, 0, 0),
        ("", 0, 0, 0),
    ],
)
def test_cuts_of_recommending(answer: object, promoters: int, detractors: int, respondents: int) -> None:
    row = {"date": FIRST, "recommend": answer, "language": "inglés"}
    found = measure(entries(ML, {"clients": [], "surveys": [row]}))
    counted = [found[f"{who}_multilingual"].used for who in ("promoters", "detractors", "respondents")]
    assert counted == [promoters, detractors, respondents]


def test_house_language_is_english_until_the_owner_says_otherwise() -> None:
    hours = [{"date": FIRST, "available": n, "language": x} for n, x in ((1, "english"), (2, "French"), (4, "Inglés"))]
    assert value("hours_worked_multilingual", entries(ML, {"hours": hours}, set_={})).used == 6
    assert (
        value("hours_worked_multilingual", entries(ML, {"hours": hours}, set_={"house_language": "FRENCH"})).used == 5
    )


@settings(max_examples=50)
@given(books("surveys clients"))
def test_a_client_with_another_language_is_known(book: Book) -> None:
    """Excel adds up the two ways in which a recommendation counts, so no answer may count in both."""
    tally = Tally(entries(ML, book))
    foreign_, known = (tally.column("surveys", column) for column in ("client_foreign", "client_known"))
    assert (foreign_ <= known).all()


# Measures made from others


def test_the_owners_settings_decide() -> None:
    scores = [{"date": FIRST, "score": score} for score in (3, 4, 5)]
    assert value("satisfied", entries(VA, {"surveys": scores}, set_={})).used == 2
    assert value("satisfied", entries(VA, {"surveys": scores}, set_={"satisfied_cut": 5.0})).used == 1
    # Below 1 there is no answer, wherever the cut is.
    low = [{"date": FIRST, "score": score} for score in (0.5, 1)]
    assert value("satisfied", entries(VA, {"surveys": low}, set_={"satisfied_cut": 0.0})).used == 1
    # Bought 60 days before the end: active within 90 days, inactive within 60.
    sale = {"client": "Ana", "date": AFTER - 61, "kind": SALES["other"], "amount": 9.0}
    book = {"clients": [{"client": "Ana", "start": YEAR_AGO}], "sales": [sale]}
    assert value("clients_inactive", entries(SB, book, set_={})).used == 0
    assert value("clients_inactive", entries(SB, book, set_={"repeat_days": 60.0})).used == 1
    assert value("clients_inactive", entries(SB, book, set_={"repeat_days": 61.0})).used == 0


@pytest.mark.parametrize(
    ("period", "monthly"),
    [("2026-10", 1200), ("2026-Q4", 400), ("2026", 100), ("2026-W43", 1200 * 30.4375 / 7)],
)
def test_revenue_per_month(period: str, monthly: float) -> None:
    sales = [{"date": day(2026, 10, 19), "amount": amount} for amount in (1000.0, 300.0, -100.0)]
    assert value("revenue_monthly", entries(CC, {"sales": sales}, period=period)).used == pytest.approx(monthly)
    book: dict[str, list[Row]] = {
        "sales": sales,
        "clients": [{"client": name, "start": YEAR_AGO} for name in ("Ana", "Ben")],
    }
    per_client = value("monthly_revenue_per_client", entries(SB, book, period=period))
    assert per_client.used == pytest.approx(monthly / 2)


def test_lifetime() -> None:
    # 30.4375 days are a month: Ana has been there for 8 of them, and Ben for 4.
    staying_ = [{"client": "Ana", "start": AFTER - 1 - 243.5}, {"client": "Ben", "start": AFTER - 1 - 121.75}]
    found = value("lifetime_months", entries(SB, {"clients": staying_}))
    # While nobody has left: how long they have been there, as the least that it can be.
    assert (found.used, found.source) == pytest.approx(((244 + 122) / 30.4375 / 2, "stand_in"))
    left = [{"client": "Eva", "start": YEAR_AGO, "end": YEAR_AGO + 61}, {"client": "Tom", "start": AFTER}]
    found = value("lifetime_months", entries(SB, {"clients": [*staying_, *left]}))
    assert (found.used, found.source) == pytest.approx(((244 + 122 + 61) / 30.4375, "log"))
    found = value("lifetime_months", entries(SB, {"clients": staying_}, {"lifetime_months": 24.0}))
    assert (found.used, found.source) == (24, "typed")
    found = value("lifetime_months", entries(SB, {"clients": staying_}, {"clients_ended": 2.0}))
    assert (found.used, found.source) == pytest.approx(((244 + 122) / 30.4375 / 2, "log"))
    assert value("lifetime_months", entries(SB, {"clients": []})).source is None


def test_invitations() -> None:
    invited = [{"date": FIRST, "invited": "x", "converted": at} for at in (FIRST + 2, AFTER - 0.5, AFTER, None, "soon")]
    book: dict[str, list[Row]] = {
        "clients": [{"client": name, "start": FIRST - 1} for name in "abcdefghij"],
        "invitations": invited,
    }
    found = measure(entries(SB, book))
    # 5 invitations of 10 clients, of which 3 won, one after the month: 0.5 each, and 0.6 of them.
    assert found["invitations_per_client"].used == 0.5
    assert found["invitations_conversion"].used == pytest.approx(0.6)
    assert found["viral_cycle"].used == pytest.approx(0.3)


def closed(id_: str, figures: Mapping[str, float | None]) -> tuple[PastValue, ...]:
    return tuple(PastValue(date.fromisoformat(start), "measure", id_, figure) for start, figure in figures.items())


def test_the_average_over_cycles() -> None:
    now = {"invitations_converted": 2.0, "clients_start": 10.0}
    past = closed("viral_cycle", {"2025-10-01": 9, "2025-11-01": 0.1, "2026-05-01": 0.3, "2026-09-01": None})
    past += closed("viral_cycle", {"2026-10-01": 9, "2026-11-01": 9}) + closed("viral_average", {"2026-08-01": 9})
    # This cycle and the two of the last 12 months that there are: 0.1, 0.3 and 0.2.
    assert value("viral_average", entries(SB, {}, now, past)).used == pytest.approx(0.2)
    assert value("viral_average", entries(SB, {}, now)).used == pytest.approx(0.2)
    assert value("viral_average", entries(SB, {}, {}, past)).used is None
    assert value("viral_average", entries(SB, {}, {"viral_cycle": 0.8}, past)).used == pytest.approx(0.4)


# Windows through Past periods


def mondays(first: date, count_: int) -> list[str]:
    return [str(first + timedelta(weeks=week)) for week in range(count_)]


MONTHS = [f"2025-{month}-01" for month in (11, 12)] + [f"2026-{month:02}-01" for month in range(1, 10)]
REACHES = {
    ("2026-10", "3m"): ["2026-08-01", "2026-09-01"],
    ("2026-10", "12m"): MONTHS,
    ("2026-Q4", "3m"): [],
    ("2026-Q4", "12m"): ["2026-01-01", "2026-04-01", "2026-07-01"],
    ("2026", "12m"): [],
    # Week 43 ends on 25 October: the weeks that begin on 26 July 2026 or later, on 26 October 2025 or later.
    ("2026-W43", "3m"): mondays(date(2026, 7, 27), 12),
    ("2026-W43", "12m"): mondays(date(2025, 10, 27), 51),
}


def around(period: str, starts: list[str]) -> dict[str, float]:
    """Lines of Past periods: 1, 2, 3… within the window, and two that lie outside."""
    begins = Period.parse(period).start
    earliest = min([date.fromisoformat(start) for start in starts] + [begins])
    outside = {str(earliest - timedelta(days=366)): 1e6, str(begins): 1e6}
    return {start: float(place) for place, start in enumerate(starts, 1)} | outside


@pytest.mark.parametrize("name", THROUGH_PAST)
@pytest.mark.parametrize("period", ["2026-10", "2026-Q4", "2026-W43", "2026"])
def test_a_window_reaches_through_past_periods(name: str, period: str) -> None:
    id_, _, window = name.rpartition("_")
    owner, _ = EVERY[name][0]
    starts = REACHES.get((period, window))
    if starts is None:  # three months of a year: the closed periods do not tell
        assert value(name, entries(owner, {}, {id_: 100.0}, period=period)).used is None
        return
    lines = around(period, starts)
    summed = 100 + len(starts) * (len(starts) + 1) / 2
    assert value(name, entries(owner, {}, {id_: 100.0}, closed(id_, lines), period)).used == summed
    assert value(name, entries(owner, {}, {}, closed(id_, lines), period)).used is None
    assert value(name, entries(owner, {}, {id_: 100.0, name: 7.0}, closed(id_, lines), period)).used == 7
    for missing in starts[:1] + starts[-1:]:
        for less in ({**lines, missing: None}, {k: v for k, v in lines.items() if k != missing}):
            assert value(name, entries(owner, {}, {id_: 100.0}, closed(id_, less), period)).used is None


def test_this_period_counts_with_its_rows() -> None:
    past = closed("leads", {"2026-08-01": 10, "2026-09-01": 20})
    # The rows of a closed period that are still there do not count a second time.
    rows = [{"date": at, "lead": "x"} for at in (FIRST - 1, FIRST, AFTER - 0.5, AFTER)]
    assert value("leads_3m", entries(VA, {"leads": rows}, past=past)).used == 32


def test_a_measure_of_the_last_day_is_not_added_up() -> None:
    owner, item = EVERY["requests_open"][0]
    over = replace(item, window=Window.QUARTER)
    past = closed("requests_open", {"2026-08-01": 10, "2026-09-01": 20})
    now = {"requests_open": 4.0}
    assert Tally(entries(owner, {}, now, past)).value(over).used == 4
    assert Tally(entries(owner, {}, now, past[:1])).value(over).used is None


# Typed totals


@pytest.mark.parametrize("owner", businesses(), ids=lambda owner: owner.id)
def test_typed_totals_win_in_every_kind_of_measure(owner: Business) -> None:
    typed = {item.name: float(place) for place, item in enumerate(owner.measures)}  # 0 is a number, too
    book = {table.id: [{field.id: FIRST for field in table.fields}] for table in owner.tables}
    found = measure(entries(owner, book, typed))
    assert {name: (one_.used, one_.source) for name, one_ in found.items()} == {
        name: (number_, "typed") for name, number_ in typed.items()
    }


def test_only_numbers_are_typed_totals() -> None:
    rows = [{"date": FIRST, "score": score} for score in (5, 4)]

    def surveyed(raw: object) -> tuple[float | None, str | None]:
        found = value("surveyed", entries(VA, {"surveys": rows}, {"surveyed": raw}))
        return found.used, found.source

    assert surveyed(100) == (100, "typed")
    assert surveyed(0) == (0, "typed")
    assert surveyed(None) == surveyed("many") == surveyed("100") == surveyed(True) == (2, "log")


def test_a_typed_total_goes_into_what_is_made_from_it() -> None:
    sales = [{"date": FIRST, "amount": 50.0}]
    found = measure(entries(SB, {"sales": sales}, {"revenue": 900.0, "clients_served": 3.0}))
    assert (found["revenue"].log, found["monthly_revenue_per_client"].used) == (50, 300)


@pytest.mark.parametrize("owner", businesses(), ids=lambda owner: owner.id)
def test_without_tables_there_are_no_figures(owner: Business) -> None:
    assert {(found.used, found.source) for found in measure(entries(owner, {})).values()} == {(None, None)}


@pytest.mark.parametrize("owner", businesses(), ids=lambda owner: owner.id)
def test_an_empty_sheet_says_nothing_but_that_of_complaints(owner: Business) -> None:
    for item in owner.measures:
        found = measure(entries(owner, {table.id: [{}] for table in owner.tables}))[item.name]
        if item.table and not item.through_past:
            silent = item.table in ("complaints", "incidents", "invitations") or item.id in STILL_THERE
            assert found.used == (0 if silent else None), item.name
            assert found.waits == (None if silent or catalogue().tables[item.table].kept else item.table)


# Calculated columns

NAN = float("nan")
LOOKED_UP = [
    ("ana", SALES["additional"]),
    ("Ana", SALES["additional"].upper()),
    ("Ben", SALES["other"]),
    (None, SALES["additional"]),
]


def test_hours_are_clock_time() -> None:
    rows: list[Row] = [
        {"opened": 46000.5, "resolved": 46001.25},
        {"opened": 46000.5},
        {"opened": 46000.5, "resolved": 46000.25},
        {"opened": "yesterday", "resolved": 46001.0},
    ]
    hours = Tally(entries(VA, {"requests": rows})).column("requests", "hours")
    assert hours.tolist() == pytest.approx([18, NAN, NAN, NAN], nan_ok=True)


def test_days_are_calendar_days() -> None:
    rows = [
        {"assigned": 46000.6, "completed": 46000.0},
        {"assigned": 46000.9, "completed": 46001.1},
        {"assigned": 46001.0, "completed": 46000.0},
        {"completed": 46000.0},
    ]
    days = Tally(entries(VA, {"tasks": rows})).column("tasks", "days")
    assert days.tolist() == pytest.approx([0, 1, NAN, NAN], nan_ok=True)


def test_a_date_beside_a_text_is_no_span() -> None:
    stays: list[Row] = [
        {"start": FIRST - 61},
        {"start": FIRST - 61, "end": "soon"},
        {"start": AFTER},
        {"start": AFTER - 0.5},
    ]
    months = Tally(entries(SB, {"clients": stays})).column("clients", "stay_months")
    # From 1 August to 31 October it is 91 days.
    assert months.tolist() == pytest.approx([91 / 30.4375, NAN, NAN, 0], nan_ok=True)


def test_lookups_count_rows_of_another_table() -> None:
    book: dict[str, list[Row]] = {
        "clients": [{"client": name} for name in ("Ana", "ANA", "Ben", None)],
        "sales": [{"client": name, "date": FIRST, "kind": kind, "amount": 9.0} for name, kind in LOOKED_UP],
    }
    counted = Tally(entries(PA, book)).column("clients", "additional_sales")
    assert counted.tolist() == [2, 2, 0, 0]
    del book["sales"]
    assert value("clients_upsold", entries(PA, book)).used is None
