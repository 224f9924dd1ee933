"""What is possible and hardly true: each rule of Check with a row that has the fault, and some that have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from kpixl.catalog.model import Business
from kpixl.check import Problem
from kpixl.currencies import beside_amount, in_format
from kpixl.entries import Entries
from test_check import CC, EN, ML, PA, ROWS, SB, VA, Row, codes, entries, only, run, spoilt


def of(found: Entries, *wanted: str) -> list[Problem]:
    return [problem for problem in run(found) if problem.code in wanted]


# The same row twice


@pytest.mark.parametrize(
    ("one", "table", "row"),
    [
        (SB, "sales", ROWS["sales"][0]),
        (SB, "expenses", ROWS["expenses"][1]),
        (VA, "hours", ROWS["hours"][0]),
        (VA, "surveys", ROWS["surveys"][2]),
        (CC, "sessions", ROWS["sessions"][0]),
        (PA, "incidents", ROWS["incidents"][0]),
        (SB, "complaints", {**ROWS["complaints"][0], "service": "Inbox", "reason": "late"}),
        (SB, "invitations", ROWS["invitations"][0]),
        (ML, "translations", {**ROWS["translations"][0], "client": "Client 1"}),
    ],
)
def test_a_row_that_was_typed_twice(one: Business, table: str, row: Row) -> None:
    others = [other for other in ROWS[table] if one is not ML and "client" in other and other["client"] == "Client 2"]
    (problem,) = of(entries({table: [row, *others, row]}, one=one), "row_again")
    assert (problem.severity, problem.details["count"]) == ("warning", 2)
    assert problem.cell
    assert problem.cell[1:] == str(7 + len(others))
    assert str(problem.details["first"])[1:] == "6"
    assert of(entries({table: [row, *others]}, one=one), "row_again") == []


def test_a_row_that_was_typed_twice_in_a_table_without_its_date_column() -> None:
    sale = {"client": "Client 1", "kind": "new sales", "amount": 20}
    (problem,) = of(entries({"sales": [sale, sale]}, one=SB, without={"sales": ["date"]}), "row_again")
    assert (problem.cell, problem.details["first"]) == ("C7", "C6")


def test_rows_that_may_well_be_equal() -> None:
    cash = {"date": date(2026, 10, 5), "kind": "new sales", "amount": 20}
    assert "row_again" not in codes(entries({"sales": [cash, cash]}, one=SB))
    task = {"assigned": date(2026, 10, 5), "assistant": "Bo", "client": "Client 1", "completed": date(2026, 10, 6)}
    assert "row_again" not in codes(entries({"tasks": [{**task, "id": "T-1"}, {**task, "id": "T-2"}]}))
    # Without codes of their own, or in the same minute, they are one.
    assert "row_again" in codes(entries({"tasks": [task, task]}))
    minute = {**ROWS["requests"][0], "opened": datetime(2026, 10, 5, 9, 17)}
    assert "row_again" in codes(entries({"requests": [{**minute, "id": "R-1"}, {**minute, "id": "R-2"}]}))
    other = {**ROWS["sales"][0], "amount": 901}
    assert "row_again" not in codes(entries({"sales": [ROWS["sales"][0], other]}, one=SB))


def test_what_the_owner_wrote_in_a_column_of_her_own_tells_rows_apart() -> None:
    """Two answers of a client on a day, one with a note “by telephone” in her own column and one without: two. With the
    same note they are one."""
    answer = ROWS["surveys"][2]
    found = entries({"surveys": [answer, answer]})
    for noted, again in (([0, 1], []), ([0, 0], ["B7"])):
        rows = found.tables["surveys"]
        assert rows is not None
        own = replace(found, tables={**found.tables, "surveys": replace(rows, beside=np.array(noted))})
        assert [problem.cell for problem in of(own, "row_again")] == again


def test_a_session_of_a_client_at_the_same_hour_is_one() -> None:
    session = {"client": "Client 1", "scheduled": datetime(2026, 10, 5, 9), "completed": "yes"}
    again = {**session, "completed": None, "assistant": "Ana"}
    assert [p.cell for p in of(entries({"sessions": [session, again]}, one=CC), "row_again")] == ["C7"]
    later = {**again, "scheduled": datetime(2026, 10, 5, 10)}
    assert of(entries({"sessions": [session, later]}, one=CC), "row_again") == []


# One name in two spellings


def listed(*names: str) -> Entries:
    return entries({"clients": [*ROWS["clients"], *({"client": n, "start": date(2025, 1, 1)} for n in names)]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("María Pérez", "Maria Perez"),
        ("Acme Studio", "Acme-Studio"),
        ("Bright Path", "Bright Path Ltd."),
        ("Ana Popescu", "Popescu, Ana"),
        ("Copperleaf Design", "Coperleaf Design"),
        ("Copperleaf Design", "Copperlaef Design"),
        ("Copperleaf Design", "Copperleef Design"),
    ],
)
def test_one_client_in_two_spellings(one: str, other: str) -> None:
    (problem,) = of(listed(one, other), "two_spellings")
    assert (problem.severity, problem.cell, problem.details["first"]) == ("warning", "B15", "B14")
    assert problem.text(EN).startswith(f"“{other}” and “{one}” (in B14) look like one name")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mario Rossi", "Maria Rossi"),
        ("Client 11", "Client 12"),
        ("Ana Pop", "Ana Popa"),
        ("Studio A", "Studio B"),
        ("Lee Wood", "Leo Wood"),
        ("Green Garden", "Great Garden"),
    ],
)
def test_two_clients_of_like_names(one: str, other: str) -> None:
    assert of(listed(one, other), "two_spellings") == []


# Amounts


def subscriptions(*amounts: float) -> list[Row]:
    return [
        {"date": date(2026, 10, 1 + n), "client": f"Client {1 + n % 8}", "kind": "subscriptions", "amount": one}
        for n, one in enumerate(amounts)
    ]


def judged(rows: Sequence[Row]) -> list[tuple[str, str | None]]:
    found = of(entries({"sales": rows}, one=SB), "amount_high", "amount_low")
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.code, problem.cell) for problem in found]


USUAL = (350.0, 450.0, 450.0, 550.0, 650.0, 450.0, 800.0, 400.0, 500.0)


@pytest.mark.parametrize("slip", [4_500.0, 45_000.0, 3_500.0, 450_000.0, -4_500.0])
def test_an_amount_ten_or_a_hundred_times_the_usual(slip: float) -> None:
    assert judged(subscriptions(*USUAL, slip)) == [("amount_high", "F15")]


def test_an_unusual_amount_is_told_with_the_usual_one() -> None:
    problem = only(entries({"sales": subscriptions(*USUAL, 4500)}, one=SB), "amount_high")
    # The middle two of 350, 400, 450, 450, 450, 500, 550, 650, 800, 4500 are 450 and 500.
    assert problem.text(EN) == "$4,500.00 is far more than is usual here ($475.00)."


@pytest.mark.parametrize("slip", [45.0, 4.5])
def test_an_amount_that_lacks_a_zero(slip: float) -> None:
    assert judged(subscriptions(*USUAL, slip)) == [("amount_low", "F15")]


@pytest.mark.parametrize("fine", [1_500.0, 200.0, -450.0, 0.0, 2_000.0, -20.0])
def test_an_amount_that_is_merely_large_or_small(fine: float) -> None:
    assert judged(subscriptions(*USUAL, fine)) == []


def test_amounts_of_few_rows_or_of_all_sizes_are_not_judged() -> None:
    assert judged(subscriptions(*USUAL[:6], 45_000)) == []
    assert judged(subscriptions(5, 12, 40, 90, 300, 700, 2_000, 6_500, 20_000, 45_000)) == []


def test_kinds_are_judged_by_themselves() -> None:
    fee = {"date": date(2026, 10, 5), "client": "Client 1", "kind": "late fees"}
    fees: list[Row] = [{**fee, "amount": 4 + n} for n in range(8)]
    assert judged([*subscriptions(*USUAL), *fees]) == []
    assert judged([*subscriptions(*USUAL), *fees, {**fee, "amount": 450}]) == [("amount_high", "F23")]


# Who is there


def ended(day: date | None, sale: date, again: date | None = None) -> Entries:
    clients: list[Row] = [{**ROWS["clients"][0], "end": day}, *ROWS["clients"][1:]]
    if again:
        clients.append({"client": "client 1", "start": again})
    row = {"date": sale, "client": "CLIENT 1", "kind": "new sales", "amount": 90}
    return entries({"clients": clients, "sales": [row]}, one=SB)


def test_a_sale_to_a_client_who_has_left() -> None:
    (problem,) = of(ended(date(2026, 9, 30), date(2026, 10, 5)), "left_before")
    assert (problem.severity, problem.cell) == ("warning", "C6")
    assert problem.text(EN) == (
        "“CLIENT 1” left on September 30, 2026 according to Customers, but this row is dated October 5, 2026."
    )
    assert of(ended(date(2026, 10, 5), date(2026, 10, 5)), "left_before") == []
    assert of(ended(None, date(2026, 10, 5)), "left_before") == []
    assert of(ended(date(2026, 8, 1), date(2026, 10, 5), again=date(2026, 9, 1)), "left_before") == []


def test_a_won_lead_is_on_clients() -> None:
    won = {"date": date(2026, 10, 1), "lead": "Zoë Won", "converted": date(2026, 10, 9)}
    (problem,) = of(entries({"leads": [*ROWS["leads"], won]}, one=SB), "won_unlisted")
    assert (problem.severity, problem.cell) == ("warning", "C8")
    assert problem.text(EN) == "“Zoë Won” has October 9, 2026 under Converted, but is not in Customers."
    for known in ({**won, "lead": "client 1"}, {**won, "lead": "CLIENT-1"}, {**won, "converted": None}):
        assert of(entries({"leads": [*ROWS["leads"], known]}, one=SB), "won_unlisted") == []
    invited = {**ROWS["invitations"][0], "invited": "Zoë Won"}
    assert len(of(entries({"invitations": [invited]}, one=SB), "won_unlisted")) == 1


# Hours


def worked(*rows: tuple[int, float]) -> list[str | None]:
    found: list[Row] = [
        {"date": date(2026, 10, 1) + timedelta(days=day), "assistant": "Ana", "available": hours, "productive": 1}
        for day, hours in rows
    ]
    return [problem.cell for problem in of(entries({"hours": found}), "hours_over_day")]


def test_more_hours_than_a_day_has() -> None:
    assert worked((0, 8), (1, 30), (2, 8)) == ["D7"]
    # Two rows of one day come to 26.5 hours.
    assert worked((0, 13), (1, 8), (0, 13.5)) == ["D8"]
    assert worked((0, 8), (1, 24), (2, 8)) == []
    problem = only(spoilt("hours", "available", 30), "hours_over_day")
    assert problem.severity == "warning"
    assert problem.text(EN) == "“Ana” has 30.00\xa0h on October 1, 2026, more than a day has."


def clocked(*available: float) -> list[tuple[str | None, str]]:
    found: list[Row] = [
        {"date": date(2026, 10, 1 + day), "assistant": "Ana", "available": hours, "productive": None}
        for day, hours in enumerate(available)
    ]
    return [(one.cell, one.text(EN)) for one in of(entries({"hours": found}), "time_of_day")]


def test_hours_typed_as_a_time_of_day() -> None:
    """8:00 is a third of a day to Excel, so a third of an hour here: nobody is on duty for twenty minutes among days
    of eight hours."""
    assert clocked(8, 8 / 24, 7.5) == [("D7", "8:00 is a time of day; as hours it counts as 0.33\xa0h.")]
    # In a column of times 6:00 is one, too, though a quarter of an hour is written alike.
    assert [cell for cell, _ in clocked(8 / 24, 0.25, 7.5 / 24)] == ["D6", "D7", "D8"]
    (told, *_) = of(entries({"hours": [{"date": date(2026, 10, 1), "available": 7.75 / 24}]}), "time_of_day")
    assert told.severity == "warning"
    assert told.mend(EN).startswith("Type 7.75 if so many hours are meant")


@pytest.mark.parametrize(
    "available", [(8, 0.25), (0.5, 0.25), (8, 0.33), (40, 20 / 60, 38), (8, 1 / 7), (8, 0, -1 / 3)]
)
def test_minutes_are_hours_too(available: tuple[float, ...]) -> None:
    """A quarter of an hour, a rounded third, something that no clock shows; twenty minutes where a day's usual is
    beyond twice what the clock would say."""
    assert clocked(*available) == []


def test_who_writes_a_row_a_week_has_the_hours_of_one() -> None:
    assert worked((0, 40), (7, 38), (14, 42)) == []
    assert worked((0, 40), (7, 38), (14, 420)) == ["D8"]


# Dates


MONTH = [date(2026, 10, n) for n in range(1, 21)]
WRONG = ("date_unlikely", "date_ahead", "date_swapped")


def sold_on(*days: date) -> Entries:
    return entries({"sales": [{**ROWS["sales"][0], "amount": 900 + n, "date": d} for n, d in enumerate(days)]}, one=SB)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 10, 5), "date_unlikely"),
        (date(2016, 10, 5), "date_unlikely"),
        (date(1926, 10, 5), "date_unlikely"),
        (date(2027, 10, 5), "date_ahead"),
        (date(2036, 10, 5), "date_unlikely"),
        (date(2026, 5, 10), "date_swapped"),
        (date(2026, 12, 10), "date_swapped"),
        (date(2026, 12, 24), "date_ahead"),
    ],
)
def test_a_date_in_the_wrong_year_or_turned_round(day: date, code: str) -> None:
    found = of(sold_on(*MONTH, day), *WRONG)
    assert [(p.code, p.severity, p.cell) for p in found] == [(code, "warning", "B26")]


def test_what_a_date_was_meant_to_be() -> None:
    problem = only(sold_on(*MONTH, date(2026, 5, 10)), "date_swapped")
    assert problem.mend(EN) == "Type 2026-10-05 if that is meant; otherwise there is nothing to do."


def test_dates_of_other_months_are_no_slips() -> None:
    april = [date(2026, 4, n) for n in (3, 10, 12, 18)]
    assert of(sold_on(*MONTH, *april), *WRONG) == []
    # Of early November there may be some already; September is within the repeat interval.
    assert of(sold_on(*MONTH, date(2026, 11, 2), date(2026, 9, 9)), *WRONG) == []
    years = [date(2024, 1 + n % 12, 1 + n) for n in range(20)]
    assert of(sold_on(*MONTH, *years), *WRONG) == []


def test_what_is_planned_may_be_to_come() -> None:
    task = {"id": "T-1", "assigned": date(2026, 10, 1), "due": date(2027, 3, 1), "assistant": "Bo"}
    assert codes(entries({"tasks": [task]})) == []
    assert codes(entries({"tasks": [{**task, "due": date(2026, 9, 30)}]})) == ["backwards"]
    assert of(entries({"tasks": [{**task, "completed": date(2027, 3, 1)}]}), "date_ahead")
    session = {"client": "Client 1", "scheduled": datetime(2027, 3, 1, 9)}
    assert of(entries({"sessions": [session]}, one=CC), *WRONG) == []


def test_a_client_who_begins_long_after_the_period() -> None:
    assert [p.cell for p in of(spoilt("clients", "start", date(2027, 5, 3)), "date_ahead")] == ["C6"]
    assert of(spoilt("clients", "start", date(2027, 4, 30)), "date_ahead") == []
    assert of(spoilt("clients", "end", date(2027, 9, 30)), "date_ahead") == []


def test_a_date_outside_the_period_is_told_with_its_cell() -> None:
    assert only(sold_on(*MONTH, date(2026, 7, 20)), "outside_period").text(EN).endswith("not count: 1 (first: B26).")


# Currencies


@pytest.mark.parametrize(
    ("text", "own", "code"),
    [
        ("€ 200", "USD", "EUR"),
        ("200 €", "USD", "EUR"),
        ("1.200,50 EUR", "USD", "EUR"),
        ("-£50", "USD", "GBP"),
        ("R$ 1.200,00", "USD", "BRL"),
        ("$200", "EUR", "USD"),
        ("$200", "MXN", "MXN"),
        ("US$ 200", "MXN", "USD"),
        ("200 lei", "EUR", "RON"),
        ("200 euros", "USD", "EUR"),
        ("200", "USD", ""),
        ("200 h", "USD", ""),
        ("EUR", "USD", ""),
        ("about 200", "USD", ""),
    ],
)
def test_the_currency_beside_an_amount(text: str, own: str, code: str) -> None:
    assert beside_amount(text, own) == code


@pytest.mark.parametrize(
    ("shown", "own", "code"),
    [
        ("#,##0.00 [$€-407]", "USD", "EUR"),
        ("[$$-409]#,##0.00", "EUR", "USD"),
        ('"R$" #,##0.00;[Red]-"R$" #,##0.00', "EUR", "BRL"),
        ("[$USD] #,##0", "EUR", "USD"),
        ('_("$"* #,##0.00_)', "CAD", "CAD"),
        ("€#,##0", "USD", "EUR"),
        ("#,##0.00", "USD", ""),
        ('0 "pieces"', "USD", ""),
        ("yyyy-mm-dd", "USD", ""),
        ("[Red]0", "USD", ""),
    ],
)
def test_the_currency_of_a_format(shown: str, own: str, code: str) -> None:
    assert in_format(shown, own) == code


def test_an_amount_in_another_currency() -> None:
    problem = only(spoilt("sales", "amount", "€ 200", one=SB), "other_currency")
    assert (problem.severity, problem.cell) == ("error", "F6")
    assert problem.text(EN) == (
        "“€ 200” is in another currency (EUR) than the workbook (USD), and text, so it does not count."
    )
    assert problem.mend(EN) == "Type what it comes to in USD, digits only."
    assert "other_currency" not in codes(spoilt("sales", "amount", "$ 200", one=SB))
    assert "other_currency" not in codes(replace(spoilt("sales", "amount", "€ 200", one=SB), currency="EUR"))


def test_an_amount_shown_in_another_currency() -> None:
    found = entries(one=SB)
    sales = found.tables["sales"]
    assert sales
    tables = {**found.tables, "sales": replace(sales, currencies={"amount": {0: "EUR"}})}
    (problem,) = run(replace(found, tables=tables))
    assert (problem.severity, problem.code, problem.cell) == ("warning", "shown_in_currency", "F6")
    assert problem.text(EN) == "This cell shows €900.00, and counts as USD."
