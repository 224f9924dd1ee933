"""The slips of an owner's month, by hand: what Check has to say of each, and what is counted all the same.

Rows as they are read, without a workbook: the tables of the catalogue with what was typed, October 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hand import table

from clock import TODAY
from kpixl.catalog import business
from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.check import Problem, check
from kpixl.entries import Entries, InputCell, Outside, PastValue, entry_table
from kpixl.errors import NoPeriod
from kpixl.i18n import language
from kpixl.imports.months import period_of
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import Scorecard, score
from kpixl.period import Period, Window
from kpixl.texts.words import entry_words
from workbooks import day

EN = language("en")
SERVICE, AGENCY = "service-business", "remote-va-agency"


def october(one: str, rows: Mapping[str, Mapping[str, Sequence[Any]]], **besides: Any) -> Entries:
    """The entries of October."""
    owner = business(one)
    tables = {table.id: entry_table(table, dict(rows.get(table.id, {}))) for table in owner.tables}
    nothing: dict[str, Any] = {name: {} for name in ("settings", "typed", "targets", "thresholds")}
    known = {**nothing, "words": entry_words(owner, EN), **besides}
    return Entries(owner, "Owner", "en", "USD", Period.parse("2026-10"), tables, **known)


def read(entries: Entries) -> tuple[Scorecard, tuple[Problem, ...]]:
    """What it comes to, and what Check says."""
    tally = Tally(entries, TODAY)
    measures = measure(entries, tally)
    scorecard = score(entries, measures, TODAY, tally)
    return scorecard, check(entries, measures, scorecard, tally)


def told(entries: Entries, name: str) -> list[tuple[str, str | None]]:
    """What Check says of a table, and where."""
    return sorted((one.code, one.cell) for one in read(entries)[1] if one.table == name)


CLIENTS = table("""
    client       | start      | end
    Ana          | 2026-01-01 |
    Bob          | 2026-01-01 | 2026-09-15
    Cleo Popescu | 2026-01-01 |
""")
# Ten subscriptions of about 100, and what was typed wrong below them; the first row of a table stands in row 2.
SALES = table("""
    date       | client       | kind          | amount
    2026-10-01 | Ana          | subscriptions | 100
    2026-10-02 | Ana          | subscriptions | 110
    2026-10-05 | Cleo Popescu | subscriptions | 90
    2026-10-06 | Ana          | subscriptions | 105
    2026-10-07 | Cleo Popescu | subscriptions | 95
    2026-10-08 | Ana          | subscriptions | 100
    2026-10-09 | Ana          | subscriptions | 98
    2026-10-12 | Ana          | subscriptions | 102
    2026-10-13 | Cleo Popescu | subscriptions | 1000
    2026-10-14 | Ana          | other         | 47
    2026-10-14 | Ana          | other         | 47
    2026-10-15 | Bob          | subscriptions | 99
    2026-10-16 | Cleo Popesku | subscriptions | 101
    2026-10-19 | Ana          | subscriptions | 4200,00
    2026-10-20 | Ana          | subscriptions | £ 80
""")


def test_sales_of_a_month() -> None:
    entries = october(SERVICE, {"clients": CLIENTS, "sales": SALES})
    assert told(entries, "sales") == [
        # Ten times what subscriptions are.
        ("amount_high", "E10"),
        # Bob left a month before.
        ("left_before", "B13"),
        # Popesku is Popescu, who is listed.
        ("misspelt_name", "B14"),
        ("number_as_text", "E15"),
        # Dollars are the workbook's currency.
        ("other_currency", "E16"),
        # The same sale to the same client on the same day.
        ("row_again", "A12"),
    ]
    (text,) = (one for one in read(entries)[1] if one.code == "number_as_text")
    # To be typed as it is, without a sign between the thousands, which would make another number of it.
    assert text.mend(EN).startswith("Type 4200 again")


def test_hours_that_no_day_has() -> None:
    """Eva's 5 October has 14 and 12 hours."""
    hours = table("""
        date       | assistant | available | productive
        2026-10-05 | Eva       | 14        | 10
        2026-10-05 | Eva       | 12        | 10
        2026-10-06 | Eva       | 8         | 6
    """)
    entries = october(AGENCY, {"assistants": {"assistant": ["Eva"]}, "hours": hours})
    assert ("hours_over_day", "C2") in told(entries, "hours")


def test_rows_far_below_the_table() -> None:
    """A sale of 9,000 two rows below the last one is no part of the table, and Check names where it stands."""
    entries = october(SERVICE, {"clients": CLIENTS, "sales": {name: cells[:8] for name, cells in SALES.items()}})
    sales = entries.tables["sales"]
    assert sales is not None
    outside = {(12, 1): Outside(day("2026-10-20"), "A12"), (12, 5): Outside(9000.0, "E12")}
    entries = replace(entries, tables={**entries.tables, "sales": replace(sales, outside=outside, right=5)})
    scorecard, problems = read(entries)
    assert scorecard.measures["revenue"].used == 800
    (problem,) = (one for one in problems if one.code == "rows_below")
    assert problem.severity == "error"
    assert "A12:E12" in problem.text(EN)


def test_one_cause_is_one_line() -> None:
    """Nine days typed as texts are told once, with the first of them."""
    answers: dict[str, list[Any]] = {
        "date": [f"2026-10-0{n}" for n in range(1, 10)],
        "client": ["Ana"] * 9,
        "score": [5.0] * 9,
    }
    _, problems = read(october(AGENCY, {"clients": CLIENTS, "surveys": answers}))
    (line,) = (one for one in problems if one.code == "date_as_text")
    assert (line.rows, line.cell) == (9, "A2")
    assert line.text(EN).startswith("9 rows: ")


def test_a_row_that_was_pasted_over_is_one_line() -> None:
    """A day, a kind and an amount that are none: somebody pasted a row of something else over it."""
    sales: dict[str, list[Any]] = {"date": ["Ana"], "client": ["3 h"], "kind": ["2026-10-05"], "amount": ["cleaning"]}
    entries = october(SERVICE, {"clients": CLIENTS, "sales": sales})
    assert [(code, cell) for code, cell in told(entries, "sales") if cell] == [("row_misfit", "A2")]


def test_figures_are_told_short() -> None:
    """A third of a lead is asked about, with as many digits as somebody reads."""
    _, problems = read(october(SERVICE, {}, typed={"leads_qualified": InputCell(1 / 3, "Totals", "C9")}))
    (problem,) = (one for one in problems if one.code == "typed_fraction")
    assert "is 0.3333, but" in problem.text(EN)


def test_an_error_in_a_sum_is_one_everywhere() -> None:
    """As in Excel, a sum with #N/A in it is no number; Check names the cell and what is missing for it."""
    entries = october(SERVICE, {"clients": CLIENTS, "sales": {name: cells[:8] for name, cells in SALES.items()}})
    sales = entries.tables["sales"]
    assert sales is not None
    numbers = {**sales.numbers, "amount": sales.numbers["amount"].copy()}
    numbers["amount"][2] = float("nan")
    failed = replace(sales, numbers=numbers, odd={"amount": {2: ExcelError.NA}})
    scorecard, problems = read(replace(entries, tables={**entries.tables, "sales": failed}))
    assert (scorecard.measures["revenue"].used, scorecard.result("revenue").value) == (None, None)
    assert [one.cell for one in problems if one.code == "error_in_sum"] == ["E4"]


def test_names_that_are_numbers() -> None:
    """Excel takes 7 and 007 for the same, and so does kpixl, which says so; two names past all numbers are two."""
    clients: dict[str, list[Any]] = {"client": ["7", "007", "1e400", "1e500"], "start": [day("2026-01-01")] * 4}
    entries = october(AGENCY, {"clients": clients, "services": {"service": ["Inbox"], "start": [day("2025-01-01")]}})
    scorecard, _ = read(entries)
    assert ("same_number", "A3") in told(entries, "clients")
    assert scorecard.measures["clients_served"].used == 3


def test_a_total_in_the_cell_of_another_span() -> None:
    """Retention goes by the last 12 months; who types the clients of the period is told in which cell they count."""
    cells = {
        name: InputCell(None, "Totals", cell) for name, cell in (("clients_end", "C9"), ("clients_end_12m", "C10"))
    }
    cells["clients_end"] = InputCell(30.0, "Totals", "C9")
    _, problems = read(october(AGENCY, {"clients": CLIENTS}, typed=cells))
    (problem,) = (one for one in problems if one.code == "typed_elsewhere")
    assert problem.cell == "C9"
    assert "C10" in problem.mend(EN)


@pytest.mark.parametrize(("months", "code"), [((7, 8, 9, 9), "past_twice"), ((6, 7, 9), "past_gap"), ((7, 8, 9), None)])
def test_closed_months(months: tuple[int, ...], code: str | None) -> None:
    """September twice, August missing, and as it should be."""
    past = tuple(
        PastValue(date(2026, month, 1), "kpi", "sb_revenue", 100.0, "log", cell=f"A{row}")
        for row, month in enumerate(months, 2)
    )
    _, problems = read(october(SERVICE, {"clients": CLIENTS}, past=past))
    assert [one.code for one in problems if one.code in ("past_twice", "past_gap")] == ([code] if code else [])


def closed(months: tuple[int, ...], id_: str, value: float) -> tuple[PastValue, ...]:
    return tuple(PastValue(date(2026, month, 1), "measure", id_, value, "log", cell="A2") for month in months)


SALES_KEPT = table("""
    date       | client | kind          | amount
    2026-09-10 | Ana    | subscriptions | 100
    2026-09-20 | Ana    | subscriptions | 150
    2026-10-05 | Ana    | subscriptions | 100
""")


@pytest.mark.parametrize(
    ("figure", "source", "warned"),
    [
        # September was closed with the sale of 100; 150 came into October's workbook, which keeps September's rows for
        # 90 days.
        (100.0, "log", True),
        # Both were there when it was closed.
        (250.0, "log", False),
        # Of some the rows are gone.
        (400.0, "log", False),
        # The owner has typed what September was.
        (100.0, "typed", False),
    ],
)
def test_a_sale_of_a_closed_month(figure: float, source: str, *, warned: bool) -> None:
    (line,) = closed((9,), "revenue_subscriptions", figure)
    rows = {"clients": CLIENTS, "sales": SALES_KEPT}
    _, problems = read(october(SERVICE, rows, past=(replace(line, source=source),)))
    found = [one for one in problems if one.code == "closed_smaller"]
    assert [(one.severity, one.table) for one in found] == ([("warning", "sales")] if warned else [])
    if warned:
        assert found[0].message.text(EN) == (
            "The rows that are dated in September 2026 come to more than its closed figures: Revenue: subscriptions is "
            "$250.00, and $100.00 in Past periods."
        )


@pytest.mark.parametrize(
    ("expenses", "typed", "asked"),
    [
        # Rent alone.
        ({"kind": ["operating"], "amount": [900.0]}, {}, True),
        # She spent nothing, and says so: as a row, or as a total.
        ({"kind": ["sales and marketing"], "amount": [0.0]}, {}, False),
        ({"kind": ["operating"], "amount": [900.0]}, {"sales_marketing_spend": InputCell(0.0, "Totals", "D9")}, False),
        # 50 a customer is no question.
        ({"kind": ["sales and marketing"], "amount": [50.0]}, {}, False),
    ],
    ids=["rent", "row", "total", "spent"],
)
def test_customers_who_cost_nothing(
    expenses: dict[str, list[Any]], typed: dict[str, InputCell], *, asked: bool
) -> None:
    """One new customer, and expenses of which none is for sales and marketing. The owner who lives by recommendations
    holds 0 true, as the article has it that they bring the cost down, and she has entered her expenses, each with its
    kind; so 0 stands. Who has forgotten the advertisement does not: Check asks, until one or the other is said."""
    rows: dict[str, dict[str, list[Any]]] = {
        "clients": {"client": ["Ana"], "start": [day("2026-10-05")]},
        "expenses": {"date": [day("2026-10-01")], **expenses},
    }
    scorecard, problems = read(october(SERVICE, rows, typed=typed))
    assert scorecard.result("cac").value == (50 if expenses["amount"] == [50.0] else 0)
    found = [(one.severity, one.message.text(EN)) for one in problems if one.code == "nothing_spent"]
    text = (
        "Customer acquisition cost is $0.00, since no row of Expenses counts for Spent on sales and marketing in this "
        "period."
    )
    assert found == ([("note", text)] if asked else [])


@pytest.mark.parametrize(("months", "wrong"), [((9, 9), 1), ((8, 9, 9), 1), ((8, 9), 0)])
def test_a_span_over_a_closed_month_that_stands_twice(months: tuple[int, ...], wrong: int) -> None:
    """Satisfaction over three months: where August is missing and September stands twice, the two are no two months,
    and the level is marked; where all are there, a line too many leaves no value."""
    one = business(AGENCY).over({"css": Window.QUARTER})
    past = (*closed(months, "surveyed", 10.0), *closed((8, 9), "satisfied", 9.0))
    surveys = {"date": [day("2026-10-05")] * 10, "score": [5.0] * 9 + [1.0]}
    entries = replace(october(AGENCY, {"surveys": surveys}, past=past), business=one)
    result = read(entries)[0].result("css")
    assert result.wrong == wrong
    assert (result.value is None) is (months == (8, 9, 9))


def test_the_alarm_is_the_owners() -> None:
    """Two incidents in 100 tasks are 2 %, more than the article's 1.5 %. Who has said 5 % herself is not warned."""
    rows: dict[str, dict[str, list[Any]]] = {"incidents": {"date": [day("2026-10-05")] * 2, "discretion": ["yes"] * 2}}
    typed = {"tasks_done": InputCell(100.0, "Totals", "C5")}
    hers = {("discretion", Level.TYPICAL): InputCell(0.05, "KPIs", "E5")}
    for thresholds, warned in (({}, True), (hers, False)):
        entries = october("luxury-personal-assistant", rows, typed=typed, thresholds=thresholds)
        result = read(entries)[0].result("discretion")
        assert result.value == 0.02
        assert (result.alert is not None) is warned


# What is said, and in whose words


@pytest.mark.parametrize(
    ("code", "house"),
    [("en", "English"), ("es", "Español"), ("pt", "Português"), ("fr", "Français"), ("ro", "Română")],
)
def test_the_house_language_is_that_of_the_workbook(code: str, house: str) -> None:
    assert entry_words(business("multilingual-va"), language(code))["house_language"].casefold() == house.casefold()


@pytest.mark.parametrize(
    ("code", "english"),
    [("en", "english"), ("es", "inglés"), ("pt", "inglês"), ("fr", "anglais"), ("ro", "englez")],
)
def test_no_card_speaks_of_english(code: str, english: str) -> None:
    """Which language is the house language is the owner's to say, in whichever language the card is."""
    t, owner = language(code), business("multilingual-va")
    said = [t(measure.label) for measure in owner.measures]
    for kpi in owner.kpis:
        of = kpi.texts
        said += map(t, (kpi.name, of.definition, of.reading, *of.benefits, *of.limits, *of.tips, *of.cautions))
    assert len(said) > 50
    assert [text for text in said if english in text.casefold()] == []


@pytest.mark.parametrize("typed", ["11.2026", "11/2026", "2026-11"])
def test_a_month_as_people_write_it(typed: str) -> None:
    assert Period.parse(typed) == Period.parse("2026-11")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Q4 2026", "2026-Q4"),
        ("T4/2026", "2026-Q4"),
        ("2026 q4", "2026-Q4"),
        ("W43 2026", "2026-W43"),
        ("s9.2026", "2026-W09"),
        ("2026W43", "2026-W43"),
    ],
)
def test_a_quarter_and_a_week_as_people_write_them(typed: str, meant: str) -> None:
    """Also with the letters of trimestre and semaine."""
    assert Period.parse(typed) == Period.parse(meant)


@pytest.mark.parametrize("typed", ["Q5 2026", "W54 2026", "M4 2026", "2026-Q04", "Q4"])
def test_what_is_no_quarter_and_no_week(typed: str) -> None:
    with pytest.raises(NoPeriod):
        Period.parse(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("October 2026", "2026-10"),
        ("oct. 2026", "2026-10"),
        ("2026 OCT", "2026-10"),
        ("octubre de 2026", "2026-10"),
        ("outubro/2026", "2026-10"),
        ("octobre 2026", "2026-10"),
        ("févr. 2026", "2026-02"),
        ("Février 2026", "2026-02"),
        ("octombrie 2026", "2026-10"),
        ("4.º trimestre de 2026", "2026-Q4"),
        ("3rd quarter of 2026", "2026-Q3"),
        ("10/2026", "2026-10"),
    ],
)
def test_a_month_by_its_name(typed: str, meant: str) -> None:
    """In any of the languages, cut short or not."""
    assert period_of(typed) == Period.parse(meant)


@pytest.mark.parametrize("typed", ["October", "Octember 2026", "3 October 2026", "October 26", "October 2026 2027", ""])
def test_what_names_no_month(typed: str) -> None:
    with pytest.raises(NoPeriod):
        period_of(typed)


def test_people_are_called_what_they_are() -> None:
    """A cleaning company has customers and employees, and no language of work; a coach has clients and coaches."""
    cleaning = business(SERVICE)
    assert cleaning.table("assistants").title == "Employees"
    said = [cleaning.table("clients").title, *(one.heading for t in cleaning.tables for one in t.fields)]
    said += [measure.label for measure in cleaning.measures] + [one.title for one in cleaning.dimensions.values()]
    assert "Customers" in said
    assert [text for text in said if "client" in text.casefold()] == []
    assert business("career-coaching").table("clients").title == "Clients"
    assert not any(field.role == "language" for one in cleaning.tables for field in one.fields)
    assert business("career-coaching").table("sessions").field("assistant").heading == "Coach"


@pytest.mark.parametrize(
    ("one", "kpi", "words"),
    [
        # Watched most while the business is young, and by channel; referrals should bring it down.
        (SERVICE, "cac", ["young", "channel"]),
        (SERVICE, "leadref", ["acquisition cost"]),
        (SERVICE, "kept", ["referrals"]),
        (SERVICE, "conversion", ["complaints"]),
        (SERVICE, "churn", ["subscription"]),
        # Accurate is what is right in the language, in the terms of the trade, and for the culture of who reads it.
        ("multilingual-va", "accuracy", ["language", "trade", "culture"]),
        ("multilingual-va", "css", ["own words"]),
        # What clients say of late tasks, and training all year round.
        (AGENCY, "tcr", ["Ask clients", "train"]),
        ("career-coaching", "scr", ["reward", "what a session will bring"]),
        ("career-coaching", "atacm", ["job market"]),
    ],
)
def test_what_the_article_says_beside_the_figures(one: str, kpi: str, words: list[str]) -> None:
    (found,) = (found for found in business(one).kpis if found.id == kpi)
    said = " ".join(
        (found.texts.definition, *found.texts.benefits, *found.texts.limits, *found.texts.tips, *found.texts.cautions)
    )
    assert [word for word in words if word not in said] == []


def test_a_service_business_asks_its_customers() -> None:
    """NPS at regular intervals needs a survey; the article names no bands for it."""
    owner = business(SERVICE)
    assert {"css", "nps"} <= {kpi.id for kpi in owner.kpis}
    assert [kpi.thresholds for kpi in owner.kpis if kpi.id in ("css", "nps")] == [{}, {}]
    assert any(one.id == "surveys" for one in owner.tables)


@pytest.mark.parametrize(("more", "codes"), [((), []), (("Will",), ["date_swapped"])])
def test_leads_that_a_closed_month_left_behind_are_no_slips(more: tuple[str, ...], codes: list[str]) -> None:
    """Leads of September, with a consultation on the 10th of it, stay until they have had the time to become customers.
    With day and month changed over that would be 9 October; but September was closed with two such leads. With one more
    than it had, any of them may be a slip."""
    names = ["Xenia", "Yann", *more]
    leads: dict[str, list[Any]] = {
        "date": [day("2026-09-05")] * len(names), "lead": names, "consultation": [day("2026-09-10")] * len(names)
    }  # fmt: skip
    past = (PastValue(date(2026, 9, 1), "rows", "leads.rows", 2.0),)
    problems = read(october("career-coaching", {"leads": leads}, past=past))[1]
    assert sorted({one.code for one in problems if one.table == "leads" and one.severity == "warning"}) == codes
