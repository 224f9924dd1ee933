"""Check queries: every measure once more in a few lines of plain Python over the rows, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.catalog import Window, business, catalogue
from kpixl.entries import Entries, InputCell
from kpixl.measure import aggregate, measure
from kpixl.period import Period, serial
from kpixl.rows import entry_table

VA = business("remote-va-agency")
OCTOBER = Period.parse("2026-10")
FIRST, AFTER = serial(OCTOBER.start), serial(OCTOBER.after)
YEAR_AGO = serial(OCTOBER.window_start(Window.YEAR))
CUT = 4.0

Row = dict[str, Any]


def number(value: object) -> bool:
    return isinstance(value, (int, float))


def blank(value: object) -> bool:
    return value is None or value == ""


def staying(row: Row, day: int) -> bool:
    """Whether a stay goes on to ``day``; with a text for its end, nobody knows."""
    return blank(row["end"]) or (number(row["end"]) and row["end"] >= day)


def within(value: object, first: int = FIRST) -> bool:
    return number(value) and first <= value < AFTER  # type: ignore[operator]


def positive(value: object) -> bool:
    return number(value) and value >= 0  # type: ignore[operator]


def score(row: Row) -> bool:
    return within(row["date"]) and number(row["score"]) and 1 <= row["score"] <= 5


def hours(row: Row) -> float | None:
    if number(row["opened"]) and number(row["resolved"]) and row["resolved"] >= row["opened"]:
        return float(row["resolved"] - row["opened"]) * 24
    return None


def done(row: Row) -> bool:
    return number(row["completed"]) and row["completed"] < AFTER and row["completed"] // 1 >= row["assigned"] // 1


def count(test: Callable[[Row], bool]) -> Callable[[list[Row]], float]:
    return lambda rows: float(sum(bool(test(row)) for row in rows))


CHECKS: dict[str, tuple[str, Callable[[list[Row]], float]]] = {
    "surveyed": ("surveys", count(score)),
    "satisfied": ("surveys", count(lambda r: score(r) and r["score"] >= CUT)),
    "resolution_hours": (
        "requests",
        lambda rows: sum(h for r in rows if within(r["resolved"]) and (h := hours(r)) is not None),
    ),
    "requests_resolved": ("requests", count(lambda r: within(r["resolved"]) and hours(r) is not None)),
    "requests_opened": ("requests", count(lambda r: within(r["opened"]))),
    "requests_open": (
        "requests",
        count(
            lambda r: (
                number(r["opened"])
                and r["opened"] < AFTER
                and (blank(r["resolved"]) or (number(r["resolved"]) and r["resolved"] >= AFTER))
            )
        ),
    ),
    "clients_start_12m": (
        "clients",
        count(lambda r: number(r["start"]) and r["start"] < YEAR_AGO and staying(r, YEAR_AGO)),
    ),
    "clients_end_12m": ("clients", count(lambda r: number(r["start"]) and r["start"] < AFTER and staying(r, AFTER))),
    "clients_new_staying_12m": ("clients", count(lambda r: within(r["start"], YEAR_AGO) and staying(r, AFTER))),
    "clients_new": ("clients", count(lambda r: within(r["start"]))),
    "clients_served": ("clients", count(lambda r: number(r["start"]) and r["start"] < AFTER and staying(r, FIRST))),
    "tasks_assigned": ("tasks", count(lambda r: within(r["assigned"]))),
    "tasks_completed": ("tasks", count(lambda r: within(r["assigned"]) and done(r))),
    "available_hours": (
        "hours",
        lambda rows: sum(r["available"] for r in rows if within(r["date"]) and positive(r["available"])),
    ),
    "productive_hours": (
        "hours",
        lambda rows: sum(r["productive"] for r in rows if within(r["date"]) and positive(r["productive"])),
    ),
    "leads": ("leads", count(lambda r: within(r["date"]))),
    "services_offered": (
        "services",
        count(lambda r: number(r["start"]) and r["start"] < AFTER and staying(r, FIRST)),
    ),
}

DAYS = st.one_of(
    st.none(),
    st.just(""),
    st.just("31/10/2026"),
    st.sampled_from([FIRST - 1, FIRST, FIRST + 0.5, AFTER - 1, AFTER - 0.001, AFTER, YEAR_AGO, YEAR_AGO - 1]),
    st.integers(YEAR_AGO - 60, AFTER + 60),
    st.floats(YEAR_AGO - 60, AFTER + 60),
)
NUMBERS = st.one_of(st.none(), st.just("four"), st.integers(-2, 12), st.sampled_from([4, 3.999, 4.5, 5, 1, 0]))
TEXTS = st.sampled_from(["Ana", "Ben", "", None])


def rows(table: str) -> st.SearchStrategy[list[Row]]:
    kinds = {"date": DAYS, "number": NUMBERS, "text": TEXTS}
    fields = {field.id: kinds[field.type] for field in catalogue().tables[table].fields}
    return st.lists(st.fixed_dictionaries(fields), max_size=25)


def test_every_measure_of_the_business_has_its_check() -> None:
    assert set(CHECKS) == {item.name for item in VA.measures}


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=60)
@given(data=st.data())
def test_the_measure_gives_what_the_check_gives(name: str, data: st.DataObject) -> None:
    item = next(item for item in VA.measures if item.name == name)
    table, check = CHECKS[name]
    found = data.draw(rows(table))
    record = VA.table(table)
    entries = entry_table(record, {field.id: [row[field.id] for row in found] for field in record.fields})
    value = aggregate(item, entries, OCTOBER, {"satisfied_cut": CUT})
    if record.kept and all(blank(row["start"]) for row in found):
        assert value is None
    else:
        assert value == pytest.approx(check(found))


def test_a_client_who_leaves_and_comes_back_was_not_kept() -> None:
    stays = {
        "client": ["Ana", "Ana", "Ben"],
        "start": [YEAR_AGO - 100, FIRST - 20, YEAR_AGO - 9],
        "end": [FIRST - 60, None, None],
    }
    entries = entry_table(VA.table("clients"), stays)
    values = {item.id: aggregate(item, entries, OCTOBER, {}) for item in VA.measures if item.window is Window.YEAR}
    # Ana and Ben at the start; at the end Ben, and Ana as a new client: one of two kept.
    assert values == {"clients_start": 2, "clients_end": 2, "clients_new_staying": 1}


def test_leaving_on_the_last_day_is_leaving() -> None:
    entries = entry_table(VA.table("clients"), {"client": ["Ana"], "start": [YEAR_AGO - 1], "end": [AFTER - 1]})
    ended = next(item for item in VA.measures if item.name == "clients_end_12m")
    served = next(item for item in VA.measures if item.name == "clients_served")
    assert aggregate(ended, entries, OCTOBER, {}) == 0
    assert aggregate(served, entries, OCTOBER, {}) == 1


def typed(name: str, raw: object, table: list[float]) -> tuple[float | None, str | None]:
    entries = Entries(
        business=VA,
        company="",
        language="en",
        currency="USD",
        period=OCTOBER,
        tables={"surveys": entry_table(VA.table("surveys"), {"date": [FIRST] * len(table), "score": table})},
        settings={},
        typed={name: InputCell(raw, "Totals", "E7")},
        targets={},
        thresholds={},
    )
    value = measure(entries)[name]
    return value.used, value.source


def test_typed_totals_win_where_they_are_numbers() -> None:
    assert typed("surveyed", 100, [5, 4]) == (100, "typed")
    assert typed("surveyed", 0, [5, 4]) == (0, "typed")
    assert typed("surveyed", None, [5, 4]) == (2, "log")
    assert typed("surveyed", "many", [5, 4]) == (2, "log")
    assert typed("leads", None, [5]) == (None, None)
