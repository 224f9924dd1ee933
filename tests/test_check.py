"""Every rule of Check, on records built by hand: one workbook that is in order, and what spoils it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import TODAY
from kpixl.catalog.load import business, businesses
from kpixl.catalog.model import Business, Level
from kpixl.catalog.needs import settings_of
from kpixl.catalog.tables import Table
from kpixl.cellvalue import ExcelError, is_blank, number
from kpixl.check import SENTENCES, Problem, check
from kpixl.check.meant import date_meant, number_meant, word_meant
from kpixl.check.structure import SLOW_ROWS
from kpixl.entries import Entries, EntryTable, InputCell, OwnEntry, PastValue
from kpixl.i18n import language
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import score
from kpixl.kpi.traits import GRADED
from kpixl.period import Period, Window, serial
from kpixl.texts.words import entry_words

VA = business("remote-va-agency")
PA = business("luxury-personal-assistant")
ML = business("multilingual-va")
CC = business("career-coaching")
SB = business("service-business")
EN = language("en")
FIRST_ROW = 6
Row = Mapping[str, object]

ROWS: dict[str, list[Row]] = {
    "clients": [
        {"client": f"Client {n}", "start": date(2025, 1 + n, 3), "service": "Inbox", "language": "English"}
        for n in range(1, 9)
    ],
    "assistants": [{"assistant": "Ana", "start": date(2024, 1, 1)}, {"assistant": "Bo"}],
    "services": [{"service": "Inbox", "start": date(2024, 1, 1)}],
    "requests": [
        {"id": "R-1", "client": "Client 1", "opened": datetime(2026, 10, 5, 9), "resolved": datetime(2026, 10, 5, 10)},
        {"id": "R-2", "client": "client 2", "opened": datetime(2026, 10, 6, 9), "assistant": "ANA"},
    ],
    "tasks": [{"id": "T-1", "assigned": date(2026, 10, 1), "completed": datetime(2026, 10, 2, 8), "assistant": "Bo"}],
    "hours": [{"date": date(2026, 10, 1), "assistant": "Ana", "available": 8, "productive": 6}],
    "surveys": [{"date": date(2026, 10, n), "client": f"Client {n}", "score": 4} for n in range(1, 9)],
    "leads": [{"date": date(2026, 10, 1), "lead": "Prospect"}, {"date": date(2026, 10, 31), "lead": "Other"}],
    "languages": [{"assistant": "Ana", "language": name} for name in ("English", "Spanish")],
    "sales": [
        {"date": date(2026, 10, 5), "client": "Client 1", "kind": "new sales", "amount": 900, "service": "Inbox"},
        {"date": date(2026, 10, 6), "client": "Client 2", "kind": "Additional Services", "amount": -20},
    ],
    "expenses": [
        {"date": date(2026, 10, 5), "kind": "sales and marketing", "amount": 90},
        {"date": date(2026, 10, 6), "kind": "investment", "amount": 500, "description": "Van"},
    ],
    "sessions": [
        {"client": "Client 1", "scheduled": datetime(2026, 10, 5, 9), "completed": "Yes", "assistant": "Ana"},
        {"client": "Client 2", "scheduled": datetime(2026, 10, 30, 9), "completed": "no"},
        {"client": "Client 2", "scheduled": datetime(2026, 11, 6, 9)},
    ],
    "translations": [{"date": date(2026, 10, 5), "language": "Spanish", "checked": 40, "accurate": 38}],
    "incidents": [{"date": date(2026, 10, 5), "client": "Client 1", "discretion": "no"}],
    "complaints": [
        {"received": date(2026, 10, 5), "client": "Client 1", "status": "resolved", "resolved": date(2026, 10, 5)},
        {"received": date(2026, 10, 6), "client": "Client 2", "status": "Escalated"},
    ],
    "invitations": [
        {"date": date(2026, 10, 5), "client": "Client 1", "invited": "Client 3", "converted": date(2026, 10, 5)}
    ],
}


def known_rows(one: Business, id_: str) -> list[Row]:
    """The rows in order, with what a business needs besides."""
    rows = ROWS[id_]
    if one is ML and id_ in ("requests", "tasks", "hours", "surveys"):
        return [{**row, "language": "Spanish" if i % 2 else "English"} for i, row in enumerate(rows)]
    return rows


def entry_table(table: Table, rows: Sequence[Row], without: Sequence[str] = ()) -> EntryTable:
    """An entry table of ``rows``, as the reader would hand it over, still without calculated columns."""
    fields = [field for field in table.fields if field.id not in without]
    numbers: dict[str, list[float]] = {}
    texts: dict[str, list[str | None]] = {}
    odd: dict[str, dict[int, object]] = {}
    for field in fields:
        raw = [row.get(field.id) for row in rows]
        strange: dict[int, object]
        if field.type in ("text", "choice"):
            texts[field.id] = [None if is_blank(v) or isinstance(v, ExcelError) else str(v) for v in raw]
            strange = {i: v for i, v in enumerate(raw) if isinstance(v, ExcelError)}
        else:
            values = [number(v) for v in raw]
            numbers[field.id] = [np.nan if v is None else v for v in values]
            strange = {i: v for i, v in enumerate(raw) if values[i] is None and not is_blank(v)}
        if strange:
            odd[field.id] = strange
    places = [(i, column) for i, column in enumerate(table.columns) if column.id not in without]
    return EntryTable(
        table,
        sheet=table.title,
        first_row=FIRST_ROW,
        letters={column.id: chr(ord("B") + i) for i, column in places},
        headings={column.id: column.heading for _, column in places},
        count=len(rows),
        numbers={id_: np.array(values, dtype=float) for id_, values in numbers.items()},
        texts={id_: np.array(values, dtype=object) for id_, values in texts.items()},
        odd=odd,
    )


def cell(raw: object, address: str = "C5", sheet: str = "Totals") -> InputCell:
    return InputCell(raw, sheet, address)


def entries(
    rows: Mapping[str, Sequence[Row] | None] | None = None,
    *,
    one: Business = VA,
    without: Mapping[str, Sequence[str]] | None = None,
    **parts: Any,
) -> Entries:
    """The workbook in order, with other ``rows`` in some tables (None for a deleted one)."""
    tables = {}
    for table in one.tables:
        wanted = (rows or {}).get(table.id, known_rows(one, table.id))
        missing = (without or {}).get(table.id, ())
        tables[table.id] = None if wanted is None else entry_table(table, wanted, missing)
    found = Entries(
        business=one.over({"upsell": Window.PERIOD}),  # sales of one month say nothing of a year
        company="TaskZenith",
        language="en",
        currency="USD",
        period=Period.parse("2026-10"),
        tables=tables,
        settings={setting.id: cell(None, f"C{20 + i}", "Settings") for i, setting in enumerate(settings_of(one))},
        typed={},
        # Where there is no benchmark, something to hold satisfaction against.
        targets={"css": cell(0.9, "G9", "KPIs")} if one.code == "sb" else {},
        thresholds={},
        words=entry_words(one, EN),
    )
    found = replace(found, **parts)
    tally = Tally(found)
    for entry in found.tables.values():
        for column in entry.table.calculated if entry is not None else ():
            if entry is not None and column.id in entry.letters:
                entry.numbers[column.id] = tally.calculated(entry, column)
    return found


def run(found: Entries) -> tuple[Problem, ...]:
    measures = measure(found)
    problems = check(found, measures, score(found, measures, TODAY))
    for problem in problems:
        assert problem.text(EN)
        assert problem.mend(EN)
    return problems


def spoilt(
    table: str, column: str, value: object, row: int = 0, more: Row | None = None, one: Business = VA
) -> Entries:
    """The workbook in order, but for one cell."""
    rows = [dict(known) for known in known_rows(one, table)]
    rows[row] |= {column: value, **(more or {})}
    return entries({table: rows}, one=one)


def only(found: Entries, code: str) -> Problem:
    """The one problem called ``code``."""
    problems = [problem for problem in run(found) if problem.code == code]
    assert len(problems) == 1, problems
    return problems[0]


def codes(found: Entries) -> list[str]:
    return [problem.code for problem in run(found)]


@pytest.mark.parametrize("one", businesses(), ids=lambda one: one.id)
def test_nothing_is_wrong_with_a_workbook_in_order(one: Business) -> None:
    assert run(entries(one=one)) == ()


def test_rows_that_are_wholly_blank_are_passed_over() -> None:
    assert run(entries({"requests": [{}, ROWS["requests"][0], {}, {}, ROWS["requests"][1], {}]})) == ()


# Single cells


@pytest.mark.parametrize(
    ("table", "column", "value", "code", "address", "text", "mend"),
    [
        (
            "requests", "opened", "31/13/2026", "text_for_date", "D6",
            "“31/13/2026” is text, not a date, so this row does not count.",
            "Type the date again, for example 2026-10-31, and check that it moves to the right of the cell.",
        ),
        (
            "requests", "resolved", "31.10.2026 9:30", "date_as_text", "E6",
            "“31.10.2026 9:30” is text, not a date, so this row does not count.",
            "Type the date again as 2026-10-31 09:30, and check that it moves to the right of the cell.",
        ),
        (
            "hours", "available", "7,5 h", "number_as_text", "D6",
            "“7,5 h” is text, not a number, so this row does not count.",
            "Type 7.5 again, digits only, and check that it moves to the right of the cell.",
        ),
        (
            "surveys", "score", "good", "text_for_number", "D6",
            "“good” is text, not a number, so this row does not count.",
            "Type the number again, digits only, and check that it moves to the right of the cell.",
        ),
        (
            "surveys", "score", True, "truth_for_number", "D6",
            "TRUE is not a number, so this row does not count.",
            "Type the number, or clear the cell.",
        ),
        (
            "leads", "date", False, "truth_for_date", "B6",
            "FALSE is not a date, so this row does not count.",
            "Type the date, for example 2026-10-31, or clear the cell.",
        ),
        (
            "surveys", "score", ExcelError("#N/A"), "excel_error", "D6",
            "This cell shows the Excel error #N/A, so figures that need it leave this row out.",
            "Correct the formula in this cell, or type the value instead.",
        ),
        (
            "clients", "end", "  ", "spaces_only", "D6",
            "This cell looks empty but holds spaces, which Excel takes for text, so this row does not count.",
            "Select the cell and press Delete.",
        ),
        (
            "surveys", "score", 11, "too_large", "D6",
            "11 is more than 5, the highest that Score can be.",
            "Correct the number, or clear the cell.",
        ),
        (
            "hours", "productive", -2.5, "too_small", "E6",
            "-2.5 is less than 0, the lowest that Productive hours can be.",
            "Correct the number, or clear the cell.",
        ),
        (
            "leads", "date", 20261031, "number_for_date", "B6",
            "The number 20,261,031 is not a date, so this row does not count.",
            "Type the date again, for example 2026-10-31.",
        ),
        (
            "services", "start", None, "required_blank", "C6",
            "Start is empty in a row that is otherwise filled in, so figures that need it leave this row out.",
            "Fill in Start, or clear the whole row.",
        ),
    ],
)  # fmt: skip
def test_a_cell_that_spoils_a_figure_is_an_error(
    table: str, column: str, value: object, code: str, address: str, text: str, mend: str
) -> None:
    problem = only(spoilt(table, column, value), code)
    place = (problem.severity, problem.sheet, problem.cell, problem.table, problem.field)
    assert place == ("error", VA.table(table).title, address, table, column)
    assert problem.text(EN) == text
    assert problem.mend(EN) == mend


@pytest.mark.parametrize(
    ("table", "column", "value", "text"),
    [
        ("assistants", "end", "31/10/2026", "“31/10/2026” is text, not a date."),
        ("requests", "client", None, "Client is empty in a row that is otherwise filled in."),
        ("requests", "client", " ", "This cell looks empty but holds spaces, which Excel takes for text."),
        ("requests", "client", ExcelError("#REF!"), "This cell shows the Excel error #REF!."),
    ],
)
def test_a_cell_that_no_figure_needs_is_a_warning(table: str, column: str, value: object, text: str) -> None:
    (problem,) = run(spoilt(table, column, value))
    assert problem.severity == "warning"
    assert problem.text(EN) == text


def test_a_typed_total_makes_a_spoilt_cell_harmless() -> None:
    found = spoilt("services", "start", "soon")
    assert only(found, "text_for_date").severity == "error"
    typed = replace(found, typed={"services_offered": cell(3)})
    assert only(typed, "text_for_date").severity == "warning"


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2027, 11, 1), 31])
def test_an_unlikely_date_is_a_warning(day: object) -> None:
    problem = only(spoilt("clients", "start", day), "date_unlikely")
    assert (problem.severity, problem.cell) == ("warning", "C6")
    assert "October 2026" in problem.text(EN)


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2027, 10, 31)])
def test_a_likely_date_is_none(day: date) -> None:
    assert "date_unlikely" not in codes(spoilt("clients", "start", day))


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (-1, "number_for_date", "-1"),
        (0, "date_unlikely", "0"),
        (1, "date_unlikely", "January 1, 1900"),
        (59, "date_unlikely", "February 28, 1900"),
        (60, "date_unlikely", "60"),
        (61, "date_unlikely", "March 1, 1900"),
        (2958465, "date_unlikely", "December 31, 9999"),
        (2958466, "number_for_date", "2,958,466"),
    ],
)
def test_a_number_in_a_date_is_told_as_excel_shows_it(number: int, code: str, shown: str) -> None:
    """Excel counts from 1 January 1900 to the end of 9999, with a 29 February 1900 that never was."""
    text = only(spoilt("clients", "start", number), code).text(EN)
    assert f" {shown} " in f" {text} "


@pytest.mark.parametrize(
    ("one", "table", "column", "value"),
    [
        (VA, "hours", "available", 0),
        (VA, "surveys", "score", 1),
        (VA, "surveys", "score", 5),
        (ML, "surveys", "recommend", 0),
        (ML, "surveys", "recommend", 10),
        (SB, "expenses", "amount", 0),
    ],
)
def test_a_number_at_its_limit_is_fine(one: Business, table: str, column: str, value: int) -> None:
    assert not {"too_small", "too_large", "amount_negative"} & {*codes(spoilt(table, column, value, one=one))}


# The dates of a row


def test_resolved_before_opened_is_an_error() -> None:
    found = spoilt("requests", "resolved", datetime(2026, 10, 5, 8, 59))
    problem = only(found, "backwards")
    assert (problem.severity, problem.cell, problem.field) == ("error", "E6", "resolved")
    assert problem.text(EN).startswith("Resolved (October 5, 2026, 8:59")
    assert "backwards" not in codes(spoilt("requests", "resolved", datetime(2026, 10, 5, 9)))


def test_tasks_compare_whole_days() -> None:
    early = {"assigned": datetime(2026, 10, 2, 23)}
    assert codes(spoilt("tasks", "completed", datetime(2026, 10, 2, 8), more=early)) == []
    problem = only(spoilt("tasks", "completed", date(2026, 10, 1), more=early), "backwards")
    assert problem.text(EN).startswith("Completed (October 1, 2026) is before Assigned (October 2, 2026)")


def test_an_end_before_the_start_is_an_error_for_stays() -> None:
    problem = only(spoilt("clients", "end", date(2025, 2, 2)), "backwards")
    assert (problem.cell, problem.field, problem.severity) == ("D6", "end", "error")
    assert "backwards" not in codes(spoilt("clients", "end", date(2025, 2, 3)))


def client_stays(*stays: tuple[object, object]) -> Entries:
    rows = [{"client": "Zoe" if i % 2 else "ZOE ", "start": a, "end": b} for i, (a, b) in enumerate(stays)]
    return entries({"clients": [*ROWS["clients"], *rows]})


@pytest.mark.parametrize(
    ("stays", "address"),
    [
        ([(date(2025, 1, 1), None), (date(2025, 6, 1), None)], "B15"),
        ([(date(2025, 6, 1), None), (date(2025, 1, 1), date(2025, 6, 2))], "B14"),
        ([(date(2025, 1, 1), date(2025, 1, 1))] * 2, "B15"),
        ([(date(2025, 1, 1), None), (date(2025, 2, 1), date(2025, 3, 1)), (date(2025, 4, 1), None)], "B15"),
    ],
)
def test_overlapping_stays_are_one_error_a_name(stays: list[tuple[object, object]], address: str) -> None:
    problem = only(client_stays(*stays), "overlap")
    assert (problem.severity, problem.cell, problem.table) == ("error", address, "clients")


def test_an_overlap_names_the_other_row() -> None:
    found = client_stays(
        (date(2025, 1, 1), date(2025, 12, 31)), (date(2025, 2, 1), date(2025, 2, 9)), (date(2025, 12, 1), None)
    )
    assert only(found, "overlap").text(EN) == "“Zoe” stands in two rows at the same time, here and in B14."


@pytest.mark.parametrize(
    "stays",
    [
        [(date(2025, 1, 1), date(2025, 6, 1)), (date(2025, 6, 1), None)],
        [(date(2025, 6, 1), None), (date(2025, 1, 1), date(2025, 5, 31))],
        [(date(2025, 1, 1), "unknown"), (date(2025, 6, 1), None)],
        [("unknown", None), (date(2025, 6, 1), None)],
        [(None, None), (date(2025, 6, 1), None)],
        [(date(2025, 6, 1), date(2025, 1, 1)), (date(2025, 2, 1), None)],
    ],
)
def test_stays_one_after_the_other_do_not_overlap(stays: list[tuple[object, object]]) -> None:
    assert "overlap" not in codes(client_stays(*stays))


def test_the_first_name_of_a_table_can_overlap_too() -> None:
    again = {"client": "Client 1", "start": date(2026, 1, 1)}
    assert only(entries({"clients": [*ROWS["clients"], again]}), "overlap").details["got"] == "Client 1"


def test_services_and_assistants_have_stays_too() -> None:
    services = entries({"services": [*ROWS["services"], {"service": "inbox", "start": date(2026, 1, 1)}]})
    assert only(services, "overlap").cell == "B7"
    assistants = entries({"assistants": [*ROWS["assistants"], {"assistant": "Bo", "start": date(2026, 1, 1)}]})
    assert only(assistants, "overlap").cell == "B8"


# Names and codes


def repeated(table: str, column: str, *values: str) -> Entries:
    return entries({table: [*ROWS[table], *({**ROWS[table][0], column: value} for value in values)]})


@pytest.mark.parametrize("table", ["requests", "tasks"])
def test_a_code_used_twice_is_one_error(table: str) -> None:
    problem = only(repeated(table, "id", "X-1", "X-2", "x-1", "X-1 "), "duplicate")
    count = len(ROWS[table])
    assert (problem.severity, problem.cell) == ("error", f"B{FIRST_ROW + count + 2}")
    assert problem.details["count"] == 3
    assert problem.details["first"] == f"B{FIRST_ROW + count}"


def test_a_duplicate_is_told_by_its_code_and_its_first_row() -> None:
    found = only(repeated("requests", "id", "r-1"), "duplicate")
    assert (found.details["got"], found.details["first"]) == ("r-1", "B6")
    assert found.text(EN).startswith("“r-1” ")


def test_rows_without_a_code_are_no_duplicates() -> None:
    assert codes(entries({"requests": [{**row, "id": None} for row in ROWS["requests"]]})) == []


def test_a_lead_that_comes_back_is_a_warning() -> None:
    problem = only(repeated("leads", "lead", "prospect"), "name_again")
    assert (problem.severity, problem.cell) == ("warning", "C8")


def test_codes_that_are_the_same_number_are_a_warning() -> None:
    problem = only(repeated("requests", "id", "007", "7", "7", "8"), "same_number")
    assert (problem.severity, problem.cell) == ("warning", "B9")
    assert "“7” and “007” (in B8)" in problem.text(EN)
    assert only(repeated("requests", "id", "007", "7", "7", "8"), "duplicate").cell == "B10"
    assert "same_number" not in codes(repeated("requests", "id", "007", "8", "nan", "inf", "7a"))


def test_clients_that_are_the_same_number_are_a_warning() -> None:
    def listed(*names: object) -> list[str]:
        clients = [{"client": name, "start": date(2025, 1, 1)} for name in names]
        found = run(entries({"clients": [*ROWS["clients"], *clients]}))
        return [str(p.cell) for p in found if p.code == "same_number"]

    assert listed("007", 7) == ["B15"]
    assert listed("7.0", "+7") == ["B15"]
    # Excel knows 15 digits of a number, and none past the largest.
    assert listed("12345678901234561", "12345678901234579") == ["B15"]
    assert listed("1234567890123456", "1234567890123999") == []
    assert listed("1e400", "2e400") == []
    assert listed("7", "8", "7a", "7 %") == []


def test_names_past_the_largest_number_are_two_clients() -> None:
    clients = [{"client": name, "start": date(2025, 1, 1)} for name in ("1e400", "2e400", "9" * 400, "8" * 400)]
    found = measure(entries({"clients": clients}))
    assert found["clients_served"].used == 4
    same = [{"client": name, "start": date(2025, 1, 1)} for name in ("007", "7", "7.0")]
    assert measure(entries({"clients": same}))["clients_served"].used == 1


def test_an_unknown_name_is_one_warning_with_its_first_cell_and_count() -> None:
    problem = only(repeated("requests", "client", "Quux", "QUUX"), "unknown_name")
    assert (problem.severity, problem.cell, problem.field) == ("warning", "C8", "client")
    assert problem.text(EN) == "“Quux” is not in Clients (rows with it: 2)."


def test_a_misspelt_name_comes_with_the_near_one() -> None:
    found = entries({"tasks": [{**ROWS["tasks"][0], "service": "Inbx"}]})
    assert only(found, "misspelt_name").text(EN) == "“Inbx” is not in Services, but “Inbox” is (rows with it: 1)."


@pytest.mark.parametrize("name", ["Client 1 ", "Client  1", "client1"])
def test_a_name_that_differs_by_spaces_is_told_apart(name: str) -> None:
    problem = only(repeated("requests", "client", name), "spaces_in_name")
    assert problem.details["near"] == "Client 1"


@pytest.mark.slow
@pytest.mark.parametrize(("listed", "compared"), [(2500, 2), (5000, 1), (5001, 0)])
def test_a_long_list_is_searched_for_near_names_a_few_times_only(listed: int, compared: int) -> None:
    """Five thousand comparisons of spelling a column, whatever the list."""
    clients = [{"client": f"Customer number {n:05}", "start": date(2025, 1, 1)} for n in range(listed)]
    names = ["Custmer number 00001", "Custmer number 00002", "Custmer number 00003"]
    requests = [{**ROWS["requests"][0], "id": None, "client": name} for name in names]
    found = codes(entries({"clients": clients, "requests": requests, "surveys": [], "tasks": []}))
    assert (found.count("misspelt_name"), found.count("unknown_name")) == (compared, 3 - compared)


def test_case_and_spelling_of_numbers_do_not_matter_to_a_name() -> None:
    clients = [*ROWS["clients"], {"client": "007", "start": date(2025, 1, 1)}]
    requests = [{**ROWS["requests"][0], "id": None, "client": name} for name in ("CLIENT 1", "7", None)]
    assert codes(entries({"clients": clients, "requests": requests})) == ["required_blank"]


def test_names_without_any_list_are_one_warning_a_column() -> None:
    problems = [p for p in run(entries({"assistants": []})) if p.table]
    assert [(p.code, p.table, p.cell) for p in problems] == [
        ("names_unlisted", "requests", "F7"),
        ("names_unlisted", "tasks", "F6"),
        ("names_unlisted", "hours", "C6"),
    ]


# Tables and columns


def test_a_deleted_table_is_an_error_where_a_kpi_needs_it() -> None:
    problem = only(entries({"surveys": None}), "table_gone")
    assert (problem.severity, problem.sheet, problem.cell, problem.table) == ("error", "", None, "surveys")
    assert problem.text(EN) == "The table Surveys is gone, so these have no value: Client satisfaction score."


def test_a_deleted_table_is_a_note_where_nothing_needs_it() -> None:
    problem = only(entries({"assistants": None}), "table_unneeded")
    assert (problem.severity, problem.text(EN)) == ("note", "The table Assistants is gone; no figure needs it.")
    typed = {"surveyed": cell(10), "satisfied": cell(8, "C6")}
    assert only(entries({"surveys": None}, typed=typed), "table_unneeded").severity == "note"


def test_a_deleted_column_is_an_error_where_a_kpi_needs_it() -> None:
    found = [p for p in run(entries(without={"requests": ["opened", "hours"]})) if p.code == "column_gone"]
    assert [(p.severity, p.field, p.sheet, p.cell) for p in found] == [
        ("error", "opened", "Requests", None),
        ("error", "hours", "Requests", None),
    ]
    assert "Average resolution time" in found[0].text(EN)
    assert found[0].text(EN).startswith("The column Opened of Requests is gone")


def test_a_deleted_column_is_a_note_where_nothing_needs_it() -> None:
    problem = only(entries(without={"requests": ["language"]}), "column_unneeded")
    assert problem.severity == "note"
    assert problem.text(EN) == "The column Language of Requests is gone; no figure needs it."


def test_an_empty_table_is_a_note_where_a_kpi_waits_for_it() -> None:
    problem = only(entries({"surveys": [{}]}), "table_empty")
    assert (problem.severity, problem.sheet, problem.cell) == ("note", "Surveys", None)
    assert problem.text(EN) == "There are no rows in Surveys, so these have no value: Client satisfaction score."
    typed = {"surveyed": cell(10), "satisfied": cell(8, "C6")}
    assert "table_empty" not in codes(entries({"surveys": []}, typed=typed))
    zero = entries({"services": [], "clients": [{**row, "service": None} for row in ROWS["clients"]]})
    assert only(zero, "table_empty").text(EN).endswith("no value: Service diversification index.")


def test_rows_outside_the_period_are_one_note_a_table() -> None:
    surveys = [{"date": date(2026, 9, 30), "score": 3}, {"date": date(2026, 11, 1), "score": 3}]
    problem = only(entries({"surveys": [*ROWS["surveys"], *surveys]}), "outside_period")
    assert (problem.severity, problem.sheet, problem.cell, problem.table) == ("note", "Surveys", None, "surveys")
    assert problem.text(EN) == "Rows that are dated outside October 2026 and do not count: 2 (first: B14)."


def test_rows_typed_after_their_period_was_closed_count_nowhere() -> None:
    """An answer of September, typed into October's workbook: September's line is written, and October does not want it.
    One of August, of which no figures are there, may belong to anything."""
    surveys = [{"date": date(2026, 9, 30), "score": 3}, {"date": date(2026, 8, 1), "score": 3}]
    past = (PastValue(date(2026, 9, 1), "measure", "surveyed", 7.0),)
    found = run(replace(entries({"surveys": [*ROWS["surveys"], *surveys]}), past=past))
    said = {one.code: one for one in found if one.code in ("closed_period", "outside_period")}
    assert said["closed_period"].severity == "warning"
    assert said["closed_period"].text(EN).endswith("do not count them: 1 (first: B14).")
    assert said["outside_period"].text(EN).endswith("do not count: 1 (first: B15).")


def test_the_last_minute_and_rows_that_count_otherwise_are_not_outside() -> None:
    assert codes(spoilt("surveys", "date", datetime(2026, 10, 31, 23, 59))) == []
    # Still open at the end of October.
    assert codes(spoilt("requests", "resolved", datetime(2026, 11, 2))) == []
    assert "outside_period" in codes(
        spoilt("requests", "resolved", datetime(2026, 9, 2), more={"opened": datetime(2026, 9, 1)})
    )


def test_one_client_with_more_than_a_quarter_of_the_answers() -> None:
    answers = [{"date": date(2026, 10, 9), "client": name, "score": 4} for name in ("Client 1", "CLIENT 1")]
    problem = only(entries({"surveys": [*ROWS["surveys"], *answers]}), "one_client")
    assert (problem.severity, problem.cell, problem.details["count"]) == ("warning", "C6", 3)
    assert problem.text(EN).startswith("“Client 1” gave 3 of the 10 survey answers")
    assert "one_client" not in codes(entries({"surveys": [*ROWS["surveys"], answers[0]]}))
    assert "one_client" not in codes(entries({"surveys": [*ROWS["surveys"][:5], *answers]}))


def test_exactly_a_quarter_of_the_answers_is_no_reason_to_warn() -> None:
    # Two of eight are 25 %, three of twelve as well, and three of eleven are 27.3 %.
    def answers(**given: int) -> list[Row]:
        return [{"date": date(2026, 10, 9), "client": name, "score": 4} for name, n in given.items() for _ in range(n)]

    assert "one_client" not in codes(entries({"surveys": answers(A=2, B=2, C=2, D=2)}))
    assert "one_client" not in codes(entries({"surveys": answers(A=3, B=3, C=3, D=3)}))
    assert only(entries({"surveys": answers(A=3, B=2, C=2, D=2, E=2)}), "one_client").details["count"] == 3


def test_with_fewer_than_eight_answers_no_client_weighs_too_much() -> None:
    def answers(*names: str) -> list[Row]:
        return [{"date": date(2026, 10, 9), "client": name, "score": 4} for name in names]

    assert "one_client" not in codes(entries({"surveys": answers(*"AAAAAAA")}))
    assert only(entries({"surveys": answers(*"AAABBCDE")}), "one_client").details["total"] == 8


# Choices


def said(found: Entries) -> list[tuple[str, str, str | None]]:
    """Every problem: severity, code and place."""
    return [(problem.severity, problem.code, problem.cell) for problem in run(found)]


@pytest.mark.parametrize(
    ("got", "near"),
    [
        ("additional", "additional services"),
        ("Additional  services", "additional services"),
        ("late_fees", "late fees"),
        ("ventas nuevas", "new sales"),
        ("subscribtions", "subscriptions"),
        ("int", "interest"),
        ("other ", "other"),
    ],
)
def test_a_choice_that_is_nearly_one_of_the_list(got: str, near: str) -> None:
    (problem,) = run(spoilt("sales", "kind", got, one=SB))
    assert (problem.severity, problem.code, problem.cell) == ("error", "choice_meant", "D6")
    assert problem.mend(EN) == f"Pick “{near}” from the list in the cell if that is meant; otherwise pick another word."


@pytest.mark.parametrize(
    ("got", "near"), [("sí", "yes"), ("TRUE", "yes"), ("x", "yes"), ("false", "no"), ("non", "no")]
)
def test_yes_and_no_in_other_words(got: str, near: str) -> None:
    problem = only(spoilt("sessions", "completed", got, one=CC), "choice_meant")
    assert problem.details["near"] == near


def test_a_choice_that_is_none_of_the_list() -> None:
    kinds = [{**ROWS["sales"][0], "kind": kind} for kind in ("gift", "GIFT", "New Sales")]
    problem = only(entries({"sales": kinds}, one=SB), "choice_unknown")
    assert (problem.severity, problem.cell, problem.details["count"]) == ("error", "D6", 2)
    assert problem.text(EN) == (
        "“gift” is not one of: new sales, repeat sales, interest, late fees, service fees, subscriptions, additional"
        " services, other; it does not count as any of them (rows with it: 2)."
    )
    # In this business no figure tells the kinds of sales apart.
    (harmless,) = run(spoilt("sales", "kind", "gift", one=CC))
    assert harmless.severity == "warning"
    assert harmless.text(EN).endswith("services, other (rows with it: 1).")


def test_choices_are_compared_with_the_words_of_the_workbook() -> None:
    spanish = entry_words(SB, language("es"))
    renamed = {**spanish, "choice_sales_kind_other": "Varios"}
    kinds = [{**ROWS["sales"][0], "kind": kind} for kind in ("ventas nuevas", "VARIOS", "other")]
    rows = {"sales": kinds, "expenses": [], "complaints": []}
    problem = only(entries(rows, one=SB, words=renamed, language="es"), "choice_meant")
    assert (problem.cell, problem.details["near"]) == ("D8", "Varios")


def test_a_choice_of_spaces_is_told_as_such() -> None:
    assert said(spoilt("sales", "kind", "  ", one=SB)) == [("error", "spaces_only", "D6")]
    assert said(spoilt("complaints", "status", " ", one=SB, row=1)) == [("error", "spaces_only", "H7")]


def test_a_status_and_its_date_contradict_each_other() -> None:
    undated = spoilt("complaints", "resolved", None, one=SB)
    assert said(undated) == [("error", "resolved_undated", "I6")]
    text = "Status says “resolved”, but Resolved is empty, so the complaint counts as outstanding."
    assert only(undated, "resolved_undated").text(EN) == text
    still_open = spoilt("complaints", "status", "Open", one=SB)
    assert said(still_open) == [("warning", "resolved_open", "H6")]
    assert only(still_open, "resolved_open").text(EN) == "Status says “Open”, although Resolved holds a date."


def test_a_session_that_is_over_before_it_begins() -> None:
    found = spoilt("sessions", "completed", "yes", row=2, one=CC)
    assert said(found) == [("note", "session_ahead", "D8")]
    assert only(found, "session_ahead").text(EN) == (
        "Completed says “yes”, but the session is dated after October 2026."
    )


# Languages


def without_language(table: str, *rows: Row) -> Entries:
    return entries({table: [*known_rows(ML, table), *rows]}, one=ML)


@pytest.mark.parametrize(
    ("table", "row", "lost"),
    [
        ("surveys", {"date": date(2026, 10, 9), "score": 4}, "Multilingual client satisfaction score"),
        (
            "requests",
            {"client": "Client 1", "opened": date(2026, 10, 5), "resolved": date(2026, 10, 6)},
            "Multilingual average resolution time",
        ),
        (
            "tasks",
            {"assigned": date(2026, 9, 5), "completed": date(2026, 10, 6)},
            "Multilingual tasks per assistant-hour",
        ),
        (
            "hours",
            {"date": date(2026, 10, 5), "assistant": "Bo", "available": 8},
            "Multilingual tasks per assistant-hour",
        ),
    ],
)
def test_rows_without_a_language_are_named_once(table: str, row: Row, lost: str) -> None:
    again = {**row, "available": 7} if table == "hours" else {**row, "assistant": "Bo"}
    (problem,) = run(without_language(table, row, again))
    first = FIRST_ROW + len(ROWS[table])
    assert (problem.severity, problem.code, problem.field) == ("warning", "no_language", "language")
    assert problem.cell is not None
    assert problem.cell[1:] == str(first)
    assert problem.text(EN).casefold() == (
        f"Rows without a language are left out of: {lost} (rows: 2; this is the first).".casefold()
    )


def test_rows_that_do_not_count_anyway_need_no_language() -> None:
    assert run(without_language("requests", {"client": "Client 1", "opened": date(2026, 10, 5)})) == ()
    early = without_language("surveys", {"date": date(2026, 9, 9), "score": 4})
    assert codes(early) == ["outside_period"]
    unasked = without_language("surveys", {"date": date(2026, 10, 9), "client": "Client 1"})
    assert run(unasked) == ()
    typed = {name: cell(5) for name in ("satisfied_multilingual", "surveyed_multilingual")}
    row = {"date": date(2026, 10, 9), "score": 4}
    assert "no_language" not in codes(replace(without_language("surveys", row), typed=typed))


def test_no_other_business_asks_for_languages() -> None:
    for one in (VA, PA, CC, SB):
        assert run(entries(one=one)) == ()


def recommends(client: str | None, spoken: str | None, known: Sequence[Row] = ()) -> Entries:
    clients = [*ROWS["clients"], *known]
    surveys = [*known_rows(ML, "surveys"), {"date": date(2026, 10, 9), "client": client, "recommend": 9}]
    surveys[-1] = {**surveys[-1], "language": spoken}
    return entries({"clients": clients, "surveys": surveys}, one=ML)


HALVES = [("half_answered", "D14", 1), ("half_answered", "E6", 8)]
"""The answer that recommends has no score, and the eight with a score do not recommend: told once a question, with its
first cell and its rows."""


def found_in(answers: Entries) -> list[tuple[object, ...]]:
    """Every line of Check: what it is, where it begins, and of how many rows."""
    return [(one.code, one.cell or one.details["first"], one.details.get("count", 1)) for one in run(answers)]


def test_an_answer_whose_language_nobody_knows() -> None:
    mute = {"client": "Mute", "start": date(2025, 1, 1)}
    for found in (recommends(None, None), recommends("Mute", None, [mute])):
        assert found_in(found) == [("answer_without_language", "F14", 1), *HALVES]
        problem = run(found)[0]
        assert (problem.severity, problem.code, problem.cell) == ("warning", "answer_without_language", "F14")
        assert problem.text(EN) == (
            "Answers without a language, from clients without one in Clients, are left out of:"
            f" {EN(ML.kpis[-1].name)} (rows: 1; this is the first)."
        )
    quux = [("unknown_name", "C14", 1), ("answer_without_language", "F14", 1), *HALVES]
    assert found_in(recommends("Quux", None)) == quux


def test_an_answer_whose_language_is_known_otherwise() -> None:
    for client, language_ in (("Client 1", None), (None, "Spanish"), (None, "English")):
        assert found_in(recommends(client, language_)) == HALVES


@pytest.mark.parametrize(
    ("house", "code"), [("Englsh", "house_language_misspelt"), ("Klingon", "house_language_unused"), ("english", None)]
)
def test_a_house_language_that_no_row_has(house: str, code: str | None) -> None:
    given = {"house_language": cell(house, "C9", "Settings")}
    found = entries(one=ML, settings=given)
    problems = [(p.severity, p.code, p.sheet, p.cell, p.details["near"]) for p in run(found)]
    near = "English" if code == "house_language_misspelt" else None
    assert problems == ([("warning", code, "Settings", "C9", near)] if code else [])
    blank = {table: [{**row, "language": None} for row in known_rows(ML, table)] for table in ("requests", "tasks")}
    nothing = entries({"surveys": [], "hours": [], "clients": [], "translations": [], "languages": [], **blank}, one=ML)
    assert not {"house_language_unused", "house_language_misspelt"} & set(codes(replace(nothing, settings=given)))


@pytest.mark.parametrize("got", ["English ", "Engl ish", "Englisch", "Inglish"])
def test_a_language_that_is_probably_the_house_language(got: str) -> None:
    (problem,) = run(spoilt("requests", "language", got, one=ML))
    assert (problem.severity, problem.code, problem.cell) == ("warning", "near_house_language", "G6")
    assert problem.details["near"] == "English"
    assert codes(spoilt("requests", "language", got)) == []


def test_a_pair_of_names_that_stands_twice_counts_once() -> None:
    again = [*ROWS["languages"], {"assistant": "ANA", "language": "spanish"}]
    problem = only(entries({"languages": again}, one=ML), "listed_again")
    assert (problem.severity, problem.cell, problem.details["first"]) == ("note", "B8", "B7")
    assert problem.text(EN).startswith("“ANA, spanish” stands in more than one row (rows: 2; the first is B7)")
    spaced = [*ROWS["languages"], {"assistant": "Ana", "language": "Spanish "}]
    assert said(entries({"languages": spaced}, one=ML)) == [("warning", "name_again", "B8")]
    other = [*ROWS["languages"], {"assistant": "Bo", "language": "Spanish"}]
    assert run(entries({"languages": other}, one=ML)) == ()


def test_a_lead_that_is_counted_once_by_name() -> None:
    again = [*ROWS["leads"], {"date": date(2026, 10, 9), "lead": "Prospect"}]
    assert said(entries({"leads": again}, one=CC)) == [("note", "listed_again", "C8")]
    assert said(entries({"leads": again}, one=SB)) == [("warning", "name_again", "C8")]


# Numbers and dates of the other tables


def test_more_accurate_than_checked() -> None:
    found = spoilt("translations", "accurate", 41, one=ML)
    problem = only(found, "part_over_total")
    assert (problem.severity, problem.cell) == ("error", "E6")
    assert problem.text(EN) == "Accurate is 41, more than Checked (40), which spoils the figures from this row."
    typed = {"translations": cell(100), "translations_accurate": cell(90)}
    harmless = only(replace(found, typed=typed), "part_over_total")
    assert (harmless.severity, harmless.text(EN)) == ("warning", "Accurate is 41, more than Checked (40).")
    assert "part_over_total" not in codes(spoilt("translations", "accurate", 40, one=ML))
    # Even where its rows have lost every other column of numbers and dates.
    undated = {"translations": [{"language": "Spanish", "checked": 40, "accurate": 41}]}
    assert "part_over_total" in codes(entries(undated, one=ML, without={"translations": ["date"]}))


def test_an_expense_below_zero() -> None:
    problem = only(spoilt("expenses", "amount", -5.5, one=SB), "amount_negative")
    assert (problem.severity, problem.cell) == ("warning", "E6")
    assert problem.text(EN) == "Amount is -$5.50, less than 0, so it is taken off the other expenses."


@pytest.mark.parametrize(
    ("one", "table", "since", "until", "code", "address"),
    [
        (SB, "leads", "date", "converted", "backwards", "H6"),
        (SB, "invitations", "date", "converted", "backwards", "E6"),
        (SB, "complaints", "received", "resolved", "backwards", "I6"),
        (CC, "clients", "coaching_start", "placed", "earlier", "I6"),
        (CC, "clients", "coaching_start", "milestone", "backwards", "J6"),
    ],
)
def test_dates_of_a_row_that_cannot_come_first(
    one: Business, table: str, since: str, until: str, code: str, address: str
) -> None:
    day, before = date(2026, 10, 8), date(2026, 10, 7)
    won = {"lead": "Client 4", "qualified": "yes"} if table == "leads" else {}
    assert run(spoilt(table, until, day, more={since: day, **won}, one=one)) == ()
    (problem,) = run(spoilt(table, until, before, more={since: day, **won}, one=one))
    assert (problem.code, problem.cell) == (code, address)
    assert problem.severity == ("warning" if code == "earlier" else "error")
    assert "(October 7, 2026) is before" in problem.text(EN)


def test_a_stay_in_every_business_ends_after_it_begins() -> None:
    for one in businesses():
        found = said(spoilt("clients", "end", date(2025, 2, 2), one=one))
        assert [one for one in found if one[1] != "left_before"] == [("error", "backwards", "D6")]


def test_rows_of_a_client_outside_of_every_stay_count_all_the_same() -> None:
    clients = [{**row, "end": date(2026, 1, 1)} for row in ROWS["clients"]]
    for one in (PA, CC, SB):
        assert "unknown_name" not in codes(entries({"clients": clients}, one=one))
        assert {p.code for p in run(entries({"clients": clients}, one=one))} <= {
            "part_over_whole",
            "impossible",
            "left_before",
        }


def test_a_hidden_column_without_its_formula() -> None:
    found = entries(one=PA)
    clients = found.tables["clients"]
    assert clients
    clients.numbers["additional_sales"][1] = np.nan
    (problem,) = (p for p in run(found) if p.field == "additional_sales")
    at = clients.letters
    hidden = f"{at['additional_sales']}7"
    assert (problem.severity, problem.code, problem.cell) == ("error", "hidden_changed", hidden)
    assert problem.text(EN).startswith("The hidden column Additional sales does not hold its formula here")
    # The cells behind it follow.
    once = entries(one=PA)
    clients = once.tables["clients"]
    assert clients
    clients.numbers["clients_served_once"][0] = 7
    assert said(once) == [("error", "hidden_changed", f"{at['clients_served_once']}6")]
    gone = entries({"sales": None}, one=PA)
    assert "hidden_changed" not in codes(gone)


def test_a_calculated_cell_that_does_not_hold_its_formula() -> None:
    """From nine to ten is an hour."""

    def hours(value: float) -> Entries:
        found = entries()
        requests = found.tables["requests"]
        assert requests
        # Whoever types over an hour sees the hidden columns behind it follow.
        for column, shown in (("hours", value), ("hours_squared", value**2), ("resolution_hours_median_each", value)):
            requests.numbers[column][0] = shown
        return found

    assert said(hours(1.0000005)) == []
    problem = only(hours(1.5), "calculated_differs")
    assert (problem.severity, problem.cell) == ("warning", "I6")
    assert problem.text(EN) == "Hours holds 1.5 here, though 1 follows from Opened and Resolved."
    assert (only(hours(0.5), "calculated_differs").details["got"], codes(hours(0.5))) == (0.5, ["calculated_differs"])
    missing = only(hours(np.nan), "calculated_missing")
    assert (missing.severity, missing.cell) == ("error", "I6")


@pytest.mark.parametrize(
    ("one", "table", "column", "gone", "code"),
    [
        (VA, "tasks", "days", "due", "calculated_differs"),
        (ML, "languages", "languages_once", "languages_distinct_once", "hidden_changed"),
    ],
)
def test_a_cell_without_its_formula_is_told_whatever_else_is_gone(
    one: Business, table: str, column: str, gone: str, code: str
) -> None:
    found = entries(one=one, without={table: [gone]})
    rows = found.tables[table]
    assert rows
    rows.numbers[column][0] = 7
    assert [problem.field for problem in run(found) if problem.code == code] == [column]


def test_hours_between_two_whole_days_may_be_blank() -> None:
    """An export without times tells days alone."""
    found = spoilt("requests", "resolved", date(2026, 10, 6), more={"opened": date(2026, 10, 5)})
    requests = found.tables["requests"]
    assert requests
    for column in ("hours", "hours_squared", "resolution_hours_median_each"):
        requests.numbers[column][0] = np.nan
    assert codes(found) == []
    requests.numbers["opened"][0] += 0.25
    assert codes(found) == ["calculated_missing"]
    requests.numbers["hours_squared"][0] = 1  # of no hours there is no square
    assert {"calculated_missing", "hidden_changed"} == {*codes(found)}


def test_a_deleted_hidden_column_is_an_error() -> None:
    problem = only(entries(one=PA, without={"clients": ["clients_served_once"]}), "column_gone")
    assert (problem.severity, problem.field) == ("error", "clients_served_once")


# Which rows belong to the period


def outside(one: Business, table: str, *rows: Row) -> list[object]:
    found = run(entries({table: [*known_rows(one, table), *rows]}, one=one))
    assert {problem.code for problem in found} <= {"outside_period"}
    return [problem.details["count"] for problem in found]


def test_sessions_to_come_are_fine_and_earlier_ones_are_told() -> None:
    ahead = {"client": "Client 1", "scheduled": datetime(2026, 12, 6, 9)}
    assert outside(CC, "sessions", ahead) == []
    assert outside(CC, "sessions", ahead, {**ahead, "scheduled": datetime(2026, 9, 30, 9)}) == [1]


def test_what_is_still_open_from_before_is_fine() -> None:
    complaint = {"received": date(2026, 7, 5), "client": "Client 1", "status": "open"}
    closed = {"status": "resolved", "resolved": date(2026, 10, 5)}
    late = {"status": "escalated", "resolved": date(2026, 11, 5)}
    assert outside(SB, "complaints", complaint, {**complaint, **closed}, {**complaint, **late}) == []
    final = {**complaint, "received": date(2026, 5, 5)}
    assert outside(SB, "complaints", {**final, **closed, "resolved": date(2026, 9, 5)}) == [1]
    request = {"client": "Client 1", "opened": date(2026, 8, 5), "language": "English"}
    for one in (VA, PA, ML):
        assert outside(one, "requests", request, {**request, "resolved": date(2026, 11, 2)}) == []
        assert outside(one, "requests", {**request, "resolved": date(2026, 9, 2)}) == [1]


def test_tasks_belong_to_the_period_in_which_they_count() -> None:
    task = {"assigned": date(2026, 9, 5), "language": "English"}
    for one in (PA, ML):
        assert outside(one, "tasks", task, {**task, "completed": date(2026, 10, 1)}) == []
        assert outside(one, "tasks", {**task, "completed": date(2026, 9, 30)}) == [1]
    assert outside(VA, "tasks", task) == []


def test_sales_within_the_repeat_interval_are_kept() -> None:
    sales = [{**ROWS["sales"][0], "date": day} for day in (date(2026, 8, 3), date(2026, 8, 2))]
    assert outside(SB, "sales", *sales) == [1]
    assert outside(CC, "sales", *sales) == [2]
    assert outside(PA, "sales", {**ROWS["sales"][1], "date": date(2026, 9, 30)}) == [1]


def test_leads_still_to_be_advised_are_fine() -> None:
    lead = {"date": date(2026, 7, 5), "lead": "Early"}
    assert outside(CC, "leads", lead, {**lead, "lead": "Now", "consultation": date(2026, 10, 5)}) == []
    assert outside(CC, "leads", {**lead, "consultation": date(2026, 9, 6)}) == []
    # September is not final yet; May is.
    final = {**lead, "date": date(2026, 5, 5)}
    lost = {**final, "lead": "Lost", "qualified": "no"}
    assert outside(CC, "leads", {**lost, "consultation": date(2026, 5, 6)}) == [1]
    assert outside(CC, "leads", {**lost, "consultation": date(2026, 10, 1)}) == []
    assert outside(SB, "leads", final, lost) == [1]
    assert outside(SB, "leads", {**final, "lead": "Client 5", "converted": date(2026, 9, 30)}) == [1]
    assert outside(SB, "leads", {**lead, "date": date(2026, 11, 1)}) == [1]


# Figures made from others


def test_an_empty_table_behind_a_figure_made_from_others() -> None:
    problem = only(entries({"sales": []}, one=SB), "table_empty")
    assert problem.text(EN) == (
        f"There are no rows in Sales, so these have no value: {EN(SB.kpis[3].name)}, {EN(SB.kpis[4].name)}."
    )
    typed = {name: cell(5) for name in ("revenue", "monthly_revenue_per_client")}
    assert [p for p in run(entries({"sales": []}, one=SB, typed=typed)) if p.table == "sales"] == []


def test_a_typed_figure_made_from_others_needs_no_rows() -> None:
    typed = {"lifetime_months": cell(10), "monthly_revenue_per_client": cell(5)}
    problem = only(entries({"clients": None}, one=SB, typed=typed), "table_gone")
    assert EN(SB.kpis[3].name) not in problem.text(EN)
    assert EN(SB.kpis[0].name) in problem.text(EN)


def test_half_typed_behind_a_figure_made_from_others() -> None:
    typed = {"clients_served": cell(5, "D9")}
    problem = only(entries({"sales": []}, one=CC, typed=typed), "typed_half")
    assert (problem.cell, problem.field) == ("D9", "arpu")
    assert problem.text(EN).endswith("there are no rows to count for: Revenue.")
    typed = {"revenue": cell(500, "D3"), "clients_served": cell(5)}
    assert "typed_half" not in codes(entries({"sales": []}, one=CC, typed=typed))


def test_half_typed_over_a_longer_window() -> None:
    one = VA.over({"css": Window.QUARTER})
    found = entries({"surveys": []}, one=one, typed={"surveyed": cell(10, "D4")})
    assert only(found, "typed_half").text(EN).endswith("there are no rows to count for: Satisfied answers.")


def test_a_score_that_cannot_be() -> None:
    names = ("promoters_multilingual", "detractors_multilingual", "respondents_multilingual")
    typed = {name: cell(value) for name, value in zip(names, (50, 0, 40), strict=True)}
    problem = only(entries(one=ML, typed=typed), "score_impossible")
    assert (problem.severity, problem.field) == ("error", "nps")
    assert "counts more answers for and against than there are answers" in problem.text(EN)
    fine = {**typed, "respondents_multilingual": cell(50)}
    assert "score_impossible" not in codes(entries(one=ML, typed=fine))


@pytest.mark.slow
def test_a_table_that_has_grown_too_long_for_its_formulas() -> None:
    rows = [{"client": f"Client {n}", "start": date(2025, 1, 1)} for n in range(SLOW_ROWS)]
    assert run(entries({"clients": rows})) == ()
    found = entries({"clients": [*rows, {}, {"client": "One more", "start": date(2025, 1, 1)}]})
    (problem,) = run(found)
    assert (problem.severity, problem.code, problem.table) == ("warning", "slow_table", "clients")
    assert problem.text(EN).startswith("Clients has 5,001 rows, and Excel looks through all of them")
    # Without hidden columns nothing is looked up.
    people = [*ROWS["assistants"], *({"assistant": f"Assistant {n}"} for n in range(SLOW_ROWS + 1))]
    assert run(entries({"assistants": people})) == ()


# Settings, thresholds, targets, typed totals


@pytest.mark.parametrize("raw", ["one", 0, -1])
def test_a_dollar_costs_something(raw: object) -> None:
    found = entries(one=CC, currency="EUR", settings={"dollar_rate": cell(raw, "C9", "Settings")})
    assert said(found) == [("error", "rate_wrong", "C9")]
    assert "EUR" in only(found, "rate_wrong").mend(EN)


def test_benchmarks_in_dollars_wait_for_a_rate() -> None:
    missing = {"dollar_rate": cell(None, "C9", "Settings")}
    found = entries(one=CC, currency="EUR", settings=missing)
    assert said(found) == [("note", "rate_missing", "C9")]
    assert only(found, "rate_missing").text(EN) == (
        f"The price of a US dollar is missing, so no benchmark is there for: {EN(CC.kpis[3].name)}."
    )
    assert run(entries(one=CC, currency="USD", settings=missing)) == ()
    assert run(entries(one=CC, currency="EUR", settings={"dollar_rate": cell(0.9)})) == ()
    assert run(entries(one=CC, currency="EUR", settings=missing, thresholds={("arpu", Level.TYPICAL): cell(90)})) == ()


def test_a_setting_that_is_a_word_takes_any_but_an_error() -> None:
    found = entries(one=ML, settings={"house_language": cell(ExcelError("#N/A"), "C9", "Settings")})
    assert said(found) == [("warning", "excel_error", "C9")]
    assert only(found, "excel_error").text(EN) == "This cell shows the Excel error #N/A."


def test_a_window_that_is_none() -> None:
    windows = {"css": cell("last week", "D4", "KPIs"), "sdi": cell("Last 3 months", "D5"), "art": cell(None)}
    first, second = run(entries(windows=windows))
    assert [(p.severity, p.code, p.cell, p.field) for p in (first, second)] == [
        ("warning", "pick_unknown", "D4", "css"),
        ("warning", "pick_unknown", "D5", "sdi"),
    ]
    assert first.text(EN) == (
        "“last week” is not one of: period, last 3 months, last 12 months; Client satisfaction score goes by “period”"
        " instead."
    )
    assert run(entries(windows={"css": cell("LAST 3 MONTHS"), "crr": cell(None)})) == ()


def closed(*months: int, ids: Sequence[str] = ("satisfied", "surveyed")) -> tuple[PastValue, ...]:
    return tuple(PastValue(date(2026, month, 1), "measure", id_, 10) for month in months for id_ in ids)


def test_a_window_over_closed_periods_that_are_not_there() -> None:
    one, windows = VA.over({"css": Window.QUARTER}), {"css": cell("last 3 months", "D4", "KPIs")}
    assert run(entries(one=one, windows=windows, past=closed(8, 9))) == ()
    gap, problem = run(entries(one=one, windows=windows, past=closed(7, 9)))
    assert gap.code == "past_gap"
    assert (problem.severity, problem.code, problem.cell) == ("note", "past_missing", "D4")
    assert problem.text(EN) == (
        "Client satisfaction score goes by “last 3 months”, which takes the figures of 2 closed periods, but Past"
        " periods has 1."
    )
    uneven = (*closed(8, 9, ids=["surveyed"]), *closed(9, ids=["satisfied"]))
    assert only(entries(one=one, past=uneven), "past_missing").details["count"] == 1
    typed = {"satisfied_3m": cell(25), "surveyed_3m": cell(30)}
    assert run(entries(one=one, windows=windows, typed=typed)) == ()
    year = entries(one=one, windows=windows, period=Period.parse("2026"))
    assert "window_short" in codes(year)


# Own KPIs


def own(formula: str = "leads/surveyed", raw: object = 0.25, **parts: Any) -> Entries:
    blank = {level: cell(None, f"{letter}40", "Settings") for letter, level in zip("GHI", GRADED, strict=True)}
    entry = OwnEntry(
        "own_1",
        cell("My share", "B40", "Settings"),
        formula,
        cell(raw, "C40", "Settings"),
        cell("%", "D40", "Settings"),
        cell("Higher is better", "E40", "Settings"),
        blank,
    )
    unused = OwnEntry("own_2", cell(None), "", cell(None), cell(None), cell(None), blank)
    return entries(own=(replace(entry, **parts), unused))


def test_an_own_kpi_in_order() -> None:
    assert run(own()) == ()
    assert run(own(formula="")) == ()  # a number of its own
    thresholds = {level: cell(value) for level, value in zip(GRADED, (0.1, 0.2, 0.3), strict=True)}
    assert run(own(thresholds=thresholds)) == ()


def test_an_own_formula_typed_as_text() -> None:
    found = own(formula="", raw="lead / surveyed")
    assert said(found) == [("error", "own_text", "C40")]
    problem = only(found, "own_text")
    assert problem.text(EN) == "“lead / surveyed” is text, not a formula, so My share has no value."
    assert problem.mend(EN).startswith("Type the formula with = in front, over names from Totals such as leads, ")


def test_an_own_formula_that_only_excel_can_compute() -> None:
    found = own(formula="SUM(leads,surveyd)", raw=12.0)
    assert said(found) == [("note", "own_unread", "C40")]
    problem = only(found, "own_unread")
    assert problem.text(EN) == (
        "kpixl cannot compute “=SUM(leads,surveyd)” itself, so My share has the value that Excel saved last."
    )
    assert "such as surveyed, " in problem.mend(EN)
    assert said(own(formula="SUM(leads)", raw=None)) == [("error", "own_no_number", "C40")]


def test_an_own_kpi_half_filled_in() -> None:
    nameless = own(label=cell(None, "B40", "Settings"))
    assert said(nameless) == [("warning", "own_nameless", "B40")]
    assert only(nameless, "own_nameless").mend(EN) == "Type a name, or clear the formula in C40."
    assert said(own(formula="", raw=None)) == [("warning", "own_empty", "C40")]


def test_the_words_of_an_own_kpi() -> None:
    assert said(own(unit=cell("€", "D40"))) == [("warning", "pick_unknown", "D40")]
    assert "goes by “ratio” instead" in only(own(unit=cell("€", "D40")), "pick_unknown").text(EN)
    direction = own(direction=cell("up", "E40"))
    assert said(direction) == [("warning", "pick_unknown", "E40")]
    assert "“up” is not one of: higher is better, lower is better; My share" in only(direction, "pick_unknown").text(EN)
    assert run(own(unit=cell(None), direction=cell(None))) == ()


def test_the_thresholds_of_an_own_kpi() -> None:
    typical, above, exceptional = GRADED
    given = {typical: cell(0.3, "G40"), above: cell(0.2, "H40"), exceptional: cell(None, "I40")}
    found = own(thresholds=given)
    assert said(found) == [("warning", "own_threshold_order", "H40")]
    assert only(found, "own_threshold_order").text(EN).startswith("In My share, the threshold for “above average” (20")
    assert run(own(thresholds=given, direction=cell("lower is better"))) == ()
    wrong = {**given, above: cell("much", "H40")}
    assert said(own(thresholds=wrong)) == [("error", "own_threshold_wrong", "H40")]


def test_a_target_of_an_own_kpi() -> None:
    found = replace(own(), targets={"own_1": cell("much", "J9", "KPIs")})
    assert only(found, "target_wrong").text(EN) == "“much” is not a number, so My share has no target."


def test_an_own_kpi_makes_its_rows_count() -> None:
    found = replace(own(formula="requests_opened", raw=2.0))
    assert "My share" in only(replace(found, tables={**found.tables, "requests": None}), "table_gone").text(EN)
    named = own(label=cell("Leads", "B40"), formula="surveyed", raw=None)
    gone = only(replace(named, tables={**named.tables, "surveys": None}), "table_gone")
    assert isinstance(gone.details["lost"], tuple)
    assert gone.text(language("es")).endswith("Leads.")


@pytest.mark.parametrize(
    ("raw", "code"), [("four", "setting_wrong"), (6, "setting_out_of_range"), (0, None), (1, ""), (5, "")]
)
def test_settings(raw: object, code: str | None) -> None:
    found = run(entries(settings={"satisfied_cut": cell(raw, "C9", "Settings"), "other": cell("x")}))
    wanted = code if code is not None else "setting_out_of_range"
    own = [(p.code, p.severity, p.sheet, p.cell, p.field) for p in found]
    assert own == ([(wanted, "error", "Settings", "C9", "satisfied_cut")] if wanted else [])


@pytest.mark.parametrize("raw", ["90 percent", True, ExcelError("#VALUE!"), " "])
def test_thresholds_targets_and_totals_that_are_no_number(raw: object) -> None:
    found = entries(
        thresholds={("css", Level.TYPICAL): cell(raw, "F4", "KPIs")},
        targets={"crr": cell(raw, "G5", "KPIs")},
        typed={"leads": cell(raw, "D9")},
    )
    own = [(p.code, p.severity, p.sheet, p.cell, p.field) for p in run(found)]
    assert own == [
        ("threshold_wrong", "error", "KPIs", "F4", "css"),
        ("target_wrong", "error", "KPIs", "G5", "crr"),
        ("typed_wrong", "error", "Totals", "D9", "leads"),
    ]


def test_blank_inputs_are_fine() -> None:
    blank = {"css": cell(None)}
    assert run(entries(targets=blank, typed={"leads": cell("")}, thresholds={("css", Level.TYPICAL): cell(None)})) == ()


def test_thresholds_out_of_order() -> None:
    up = entries(thresholds={("css", Level.EXCEPTIONAL): cell(0.88, "H4", "KPIs")})
    problem = only(up, "threshold_order")
    assert (problem.severity, problem.sheet, problem.cell) == ("warning", "KPIs", "H4")
    assert "“exceptional” (88.0%) is easier to reach than that for “above average” (90.0%)" in problem.text(EN)
    down = entries(thresholds={("art", Level.TYPICAL): cell(0.75, "F5", "KPIs")})
    assert only(down, "threshold_order").cell == "F5"
    assert codes(entries(thresholds={("art", Level.TYPICAL): cell(8), ("css", Level.TYPICAL): cell(0.5)})) == []
    # As easy to reach as the one below it is not easier: above average begins at 90 % and below an hour.
    even = {("css", Level.EXCEPTIONAL): cell(0.9), ("art", Level.TYPICAL): cell(1)}
    assert codes(entries(thresholds=even)) == []


def test_a_target_out_of_reach() -> None:
    assert only(entries(targets={"css": cell(85)}), "beyond_whole").severity == "warning"
    assert codes(entries(targets={"css": cell(1), "art": cell(85)})) == []
    assert codes(entries(targets={"css": cell(0)})) == []
    for beyond in (-0.01, 1.01):
        assert codes(entries(targets={"css": cell(beyond)})) == ["beyond_whole"]


def test_a_target_that_no_value_has() -> None:
    """Nobody has fewer than no complaints, a request takes no less than no time, and a score ends at 100 either way;
    money may be below nothing, but for what something costs."""
    told = only(entries(targets={"complaints": cell(-1, "K9", "KPIs")}, one=SB), "below_least")
    assert (told.severity, told.sheet, told.cell) == ("warning", "KPIs", "K9")
    assert told.text(EN) == "-1 is out of reach, since Customer complaints is never below 0."
    assert told.mend(EN) == "Type a number from 0 on, or clear the cell."
    assert only(entries(targets={"nps": cell(120)}, one=SB), "above_most").text(EN).endswith("is never above 100.0.")
    for one, kpi, never in ((VA, "art", -0.5), (SB, "cac", -5), (SB, "nps", -100.5)):
        assert [code for code in codes(entries(targets={kpi: cell(never)}, one=one)) if code == "below_least"], kpi
    for kpi, possible in (("complaints", 0), ("nps", -100), ("nps", 100), ("netcash", -500), ("cac", 0)):
        found = codes(entries(targets={kpi: cell(possible)}, one=SB))
        assert not {"below_least", "above_most"} & {*found}, kpi


def test_typed_totals_that_cannot_be() -> None:
    assert only(entries(typed={"leads": cell(-1)}), "typed_negative").severity == "error"
    assert codes(entries({"leads": []}, typed={"leads": cell(0)})) == []
    fraction = only(entries(typed={"leads": cell(1.5, "D7")}), "typed_fraction")
    assert (fraction.severity, fraction.cell) == ("warning", "D7")
    assert "is 1.5, but" in fraction.text(EN)
    assert codes(entries(typed={"resolution_hours": cell(1.5)})) == ["typed_over_rows"]


def test_a_typed_total_in_place_of_rows_is_a_note() -> None:
    problem = only(entries(typed={"leads": cell(100, "D9")}), "typed_over_rows")
    assert (problem.severity, problem.sheet, problem.cell) == ("note", "Totals", "D9")
    assert problem.text(EN) == "The typed total 100 for “Leads” is used instead of 2 from the rows."
    assert codes(entries({"leads": []}, typed={"leads": cell(100)})) == []
    assert codes(entries(typed={"leads": cell(2)})) == []


def test_a_kpi_half_typed_is_a_warning() -> None:
    found = entries({"hours": []}, typed={"productive_hours": cell(100, "D3")})
    problem = only(found, "typed_half")
    assert (problem.severity, problem.cell, problem.field) == ("warning", "D3", "aur")
    assert problem.text(EN).endswith("there are no rows to count for: Available hours.")
    both = {"productive_hours": cell(100), "available_hours": cell(120)}
    assert "typed_half" not in codes(entries({"hours": []}, typed=both))


def test_a_total_under_the_wrong_span_is_told_with_the_cell_that_counts() -> None:
    """Retention goes by twelve months here, and somebody has typed the clients of the month."""
    names = ("clients_end", "clients_new_staying", "clients_start")
    wrong = {name: cell(40, f"D{5 + n}") for n, name in enumerate(names)}
    right = {f"{name}_12m": cell(None, f"D{15 + n}") for n, name in enumerate(names)}
    found = entries({"clients": []}, typed={**wrong, **right})
    told = [(p.severity, p.cell, p.mend(EN)) for p in run(found) if p.code == "typed_elsewhere"]
    assert told == [("warning", f"D{5 + n}", f"Type the total in D{15 + n}, and clear this cell.") for n in range(3)]
    (text, *_) = (p.text(EN) for p in run(found) if p.code == "typed_elsewhere")
    assert text == (
        "“Clients at the end” is typed here, but these go by another span, “Clients at the end (last 12 months)”:"
        " Client retention rate."
    )
    besides = [p for p in run(found) if p.code != "column_gone" and "retention" in p.text(EN).lower()]
    assert not any("type the total" in p.mend(EN) for p in besides)
    # Typed where they count, or nowhere, or in both places, there is nothing to say.
    there = {name: cell(40, "D20") for name in right}
    assert "typed_elsewhere" not in codes(entries({"clients": []}, typed=there))
    assert "typed_elsewhere" not in codes(entries({"clients": []}, typed={**wrong, **there}))
    month = VA.over({"crr": Window.PERIOD})
    assert "typed_elsewhere" not in codes(entries({"clients": []}, one=month, typed={**wrong, **right}))
    assert len(of_code(entries({"clients": []}, one=month, typed={**there}), "typed_elsewhere")) == 0
    others = {name: cell(None, "D5") for name in names}
    assert len(of_code(entries({"clients": []}, one=month, typed={**others, **there}), "typed_elsewhere")) == 3


def of_code(found: Entries, code: str) -> list[Problem]:
    return [problem for problem in run(found) if problem.code == code]


def test_a_half_typed_kpi_names_the_cells_to_type_in() -> None:
    typed = {"productive_hours": cell(100, "D3"), "available_hours": cell(None, "D4")}
    text = only(entries({"hours": []}, typed=typed), "typed_half").text(EN)
    assert text.endswith("there are no rows to count for: Available hours in D4.")


def months_closed(*months: int, value: float = 5, year: int = 2026) -> tuple[PastValue, ...]:
    return tuple(
        PastValue(date(year, month, 1), "measure", "leads", value, sheet="Past periods", cell=f"A{5 + n}")
        for n, month in enumerate(months)
    )


def past_problems(past: tuple[PastValue, ...]) -> list[tuple[str, str, str | None]]:
    found = run(entries(past=past))
    return [(p.severity, p.code, p.cell) for p in found if p.code in ("past_twice", "past_gap")]


def test_a_closed_period_that_stands_twice_is_an_error() -> None:
    assert past_problems(months_closed(7, 8, 9, 8)) == [("error", "past_twice", "A8")]
    # Another day of the same month is the same period, and another figure of it another line.
    other = replace(months_closed(8)[0], start=date(2026, 8, 3), cell="A9")
    assert past_problems((*months_closed(7, 8, 9), other)) == [("error", "past_twice", "A9")]
    assert past_problems((*months_closed(7, 8, 9), replace(other, id="satisfied"))) == []
    assert past_problems((*months_closed(7, 8, 9), replace(other, value=None))) == []
    problem = only(entries(past=months_closed(7, 8, 9, 8, 8)), "past_twice")
    assert problem.text(EN).startswith("August 2026 stands in Past periods more than once (lines that come again: 2;")


def test_a_period_that_is_missing_between_closed_ones_is_a_warning() -> None:
    assert past_problems(months_closed(6, 7, 9)) == [("warning", "past_gap", "A7")]
    assert (
        only(entries(past=months_closed(5, 7, 9)), "past_gap")
        .text(EN)
        .startswith("Past periods leaves out: June 2026, Aug")
    )
    # September is missing, though October has begun.
    assert past_problems(months_closed(7, 8)) == [("warning", "past_gap", "A6")]
    assert past_problems(months_closed(7, 8, 9)) == []
    assert past_problems(months_closed(9)) == []
    assert past_problems(()) == []


# Figures against each other


def test_a_share_past_its_whole_names_the_typed_cells() -> None:
    typed = {"satisfied": cell(120, "D4"), "surveyed": cell(100, "D5")}
    problem = only(entries({"surveys": []}, typed=typed), "part_over_whole")
    assert (problem.severity, problem.sheet, problem.cell, problem.field) == ("error", "Totals", "D4", "css")
    assert problem.text(EN) == (
        "Client satisfaction score comes to 120.0%, because “Satisfied answers” cannot be more than “Survey answers”"
        " (Satisfied answers: 120, typed in D4, Survey answers: 100, typed in D5)."
    )
    even = {"satisfied": cell(100), "surveyed": cell(100)}
    assert codes(entries({"surveys": []}, typed=even)) == []


@pytest.mark.parametrize(("end", "new", "start"), [(10, 20, 50), (80, 0, 50)])
def test_a_retention_below_nothing_or_above_all(end: int, new: int, start: int) -> None:
    typed = {
        "clients_end_12m": cell(end, "D1"),
        "clients_new_staying_12m": cell(new, "D2"),
        "clients_start_12m": cell(start, "D3"),
    }
    assert only(entries(typed=typed), "impossible").cell == "D1"


def test_an_alert_takes_the_place_of_the_error() -> None:
    found = run(spoilt("hours", "productive", 9))
    assert [(p.code, p.severity, p.sheet, p.cell, p.field) for p in found] == [("alert", "warning", "", None, "aur")]
    assert found[0].text(EN).startswith("Assistant utilization rate is 112.5%. Utilization above 100")


# All of it


def test_errors_come_first_then_sheets_then_rows() -> None:
    found = run(
        entries(
            {
                "leads": [{"date": "x", "lead": "A"}, {"date": "y", "lead": "A"}],
                "surveys": [{"date": date(2026, 10, 1), "score": 9}, {"date": "z", "score": 9}],
                "clients": [*ROWS["clients"], {"client": "Late", "start": date(1980, 1, 1)}],
            },
            settings={"satisfied_cut": cell(9, "C2", "Settings")},
        )
    )
    assert [(p.severity[0], p.sheet, p.cell) for p in found] == [
        ("e", "Surveys", "D6"),
        ("e", "Surveys", "B7"),
        ("e", "Surveys", "D7"),
        ("e", "Leads", "B6"),
        ("e", "Leads", "B7"),
        ("e", "Settings", "C2"),
        ("w", "Clients", "C14"),
        ("w", "Leads", "C7"),
        ("n", "Leads", None),
    ]


def dated_by_words(count: int) -> list[Problem]:
    rows = [{"date": "yesterday", "lead": f"Lead {n}"} for n in range(count)]
    return [p for p in run(entries({"leads": rows})) if p.table == "leads" and p.field == "date"]


def test_one_line_tells_of_many_rows() -> None:
    (found,) = dated_by_words(1000)
    assert (found.severity, found.code, found.cell, found.rows) == ("error", "text_for_date", "B6", 1000)
    assert found.text(EN) == "1,000 rows: “yesterday” is text, not a date, so this row does not count (first: B6)."
    assert [(p.cell, p.rows) for p in dated_by_words(5)] == [(f"B{FIRST_ROW + n}", 1) for n in range(5)]
    assert [p.rows for p in dated_by_words(6)] == [6]


def test_many_names_are_capped() -> None:
    requests = [{**ROWS["requests"][0], "id": None, "client": f"Somebody called {n:>03}"} for n in range(60)]
    found = [p for p in run(entries({"requests": requests})) if p.field == "client"]
    assert [p.code for p in found] == ["unknown_name"] * 50 + ["more"]
    assert (found[-1].severity, found[-1].cell) == ("warning", f"C{FIRST_ROW + 50}")
    assert found[-1].text(EN) == "Client: 10 more like the 50 reported."


def test_a_row_that_was_pasted_over_is_one_error() -> None:
    over = {"date": "Client", "client": "2026-10-05", "score": "Date"}
    (problem,) = run(entries({"surveys": [*ROWS["surveys"], over]}))
    assert (problem.severity, problem.code, problem.cell) == ("error", "row_misfit", "B14")
    assert problem.text(EN) == "Cells of this row do not go with their columns (B14, C14, D14), so it does not count."
    many = entries({"surveys": [*ROWS["surveys"], *[over] * 7]})
    assert [(p.code, p.rows) for p in run(many)] == [("row_misfit", 7)]
    # A date as text and a wrong name are two causes.
    two = {"date": "2026-10-05", "client": "Quux", "score": 4}
    assert codes(entries({"surveys": [*ROWS["surveys"], two]})) == ["date_as_text", "unknown_name"]


@pytest.mark.parametrize(
    ("code", "typed", "meant"),
    [
        ("en", "4200,00", "4200"),
        ("es", "4200,50", "4200,5"),
        ("fr", "1 234 567,5 h", "1234567,5"),
        ("en", "4.5 h", "4.5"),
    ],
)
def test_a_mend_names_digits_as_they_are_typed(code: str, typed: str, meant: str) -> None:
    found = replace(spoilt("hours", "available", typed), language=code)
    # In whatever language the answer is, the sign before the decimals is the workbook's.
    for asked in (language(code), EN):
        mend = only(found, "number_as_text").mend(asked)
        assert re.search(rf"(?<![\d.,]){re.escape(meant)}(?![\d.]|,\d)", mend), mend


def test_what_is_to_be_typed_is_never_grouped() -> None:
    gone = entries(settings={"repeat_days": cell("x", "C9", "Settings")}, one=SB)
    highest = next(setting.maximum for setting in settings_of(SB) if setting.id == "repeat_days")
    assert f" to {highest:.0f}," in only(gone, "setting_wrong").mend(EN)
    emptied = entries(published={("css", Level.TYPICAL): cell(None, "E4", "KPIs")})
    assert "Type 85% there again" in only(emptied, "threshold_emptied").mend(EN)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.1 + 0.2 - 1.3, "-1"), (-2.123456789, "-2.1235"), (-0.00001234567, "-1.23457e-05"), (-1 / 3, "-0.3333")],
)
def test_no_number_has_more_digits_than_somebody_reads(number: float, shown: str) -> None:
    text = only(spoilt("hours", "productive", number), "too_small").text(EN)
    assert text.startswith(f"{shown} is less than 0")


def test_every_problem_speaks_of_its_own_details() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.text.endswith((".", "}")), code
        assert sentence.mend.endswith("."), code
        assert not any(word in sentence.text.lower() for word in ("nan", "null", "none ")), code


def test_a_long_text_is_shortened() -> None:
    text = only(spoilt("surveys", "score", "long\nstory " * 30), "text_for_number").text(EN)
    assert "\n" not in text
    assert len(text) < 130


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("2026-10-31", "en", "2026-10-31"),
        ("2026-10-31T08:05:00", "en", "2026-10-31 08:05"),
        ("31/10/2026", "en", "2026-10-31"),
        ("10/31/2026", "en", "2026-10-31"),
        ("3/4/2026", "es", "2026-04-03"),
        ("3/4/2026", "en", None),
        ("4.4.26", "en", "2026-04-04"),
        ("10/31/2026", "es", None),
        ("31/13/2026", "es", None),
        ("31/10.2026", "es", None),
        ("31/10/2026 noon", "es", None),
        ("31/10/2026 25:00", "es", None),
        ("tomorrow", "es", None),
    ],
)
def test_the_date_that_was_meant(text: str, code: str, wanted: str | None) -> None:
    assert date_meant(text, code) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("4 h", 4),
        ("€ 1.250,75", 1250.75),
        ("1,250.75", 1250.75),
        ("1 250,5", 1250.5),
        ("1.250.000", 1250000),
        ("0,125", 0.125),
        ("-3", -3),
        ("5,", 5),
        ("1,250", None),
        ("1.25.3", None),
        ("10:30", None),
        ("85%", None),
        ("3-4", None),
        ("many", None),
    ],
)
def test_the_number_that_was_meant(text: str, wanted: float | None) -> None:
    assert number_meant(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("op", "open"), ("o", "open"), ("resolvd", "resolved"), ("re solved", "resolved"), ("", None), ("lost", None)],
)
def test_the_word_that_was_meant(text: str, wanted: str | None) -> None:
    assert word_meant(text, ["open", "resolved", "escalated"]) == wanted


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
    st.sampled_from(
        ["", " ", "7", "007", "1e3", "Ana", "ana ", "31/12/2026", "1,5", "nan", "inf", "Client 1", "{odd}"]
    ),
    st.text(max_size=6),
    st.dates(date(1900, 3, 1)),
    st.datetimes(datetime(1900, 3, 1)),
    st.sampled_from([ExcelError("#N/A"), ExcelError("#REF!")]),
)


@st.composite
def any_rows(draw: st.DrawFn, table: Table) -> list[Row]:
    columns = [field.id for field in table.fields]
    return draw(st.lists(st.dictionaries(st.sampled_from(columns), values, max_size=len(columns)), max_size=6))


@st.composite
def any_parts(draw: st.DrawFn, one: Business) -> dict[str, Any]:
    rows = {table.id: draw(st.one_of(st.none(), any_rows(table), any_rows(table))) for table in one.tables}
    inputs = st.builds(cell, values)
    kpis = st.sampled_from([kpi.id for kpi in one.kpis])
    names = [item.name for item in one.measures]
    past = st.builds(
        PastValue,
        start=st.dates(date(2025, 10, 1), date(2026, 11, 1)).map(lambda day: day.replace(day=1)),
        kind=st.just("measure"),
        id=st.sampled_from(names),
        value=st.one_of(st.none(), st.floats(-10, 10)),
    )
    own = st.builds(
        OwnEntry,
        slot=st.sampled_from(["own_1", "own_2"]),
        label=inputs,
        formula=st.sampled_from(["", "=", "leads/0", "IF(a,b)", *(f"{name}*2" for name in names[:3])]),
        value=inputs,
        unit=inputs,
        direction=inputs,
        thresholds=st.fixed_dictionaries(dict.fromkeys(GRADED, inputs)),
    )
    chosen = draw(st.dictionaries(kpis, st.sampled_from(list(Window)), max_size=3))
    return {
        "one": one.over(chosen),
        "rows": rows,
        "without": {
            table.id: draw(st.lists(st.sampled_from([column.id for column in table.columns]), max_size=2))
            for table in one.tables
        },
        "typed": draw(st.dictionaries(st.sampled_from(names), inputs, max_size=5)),
        "settings": draw(st.dictionaries(st.sampled_from([s.id for s in settings_of(one)]), inputs)),
        "targets": draw(st.dictionaries(kpis, inputs, max_size=3)),
        "thresholds": draw(
            st.dictionaries(st.tuples(kpis, st.sampled_from(list(Level)[1:])), inputs, max_size=3),
        ),
        "windows": draw(st.dictionaries(kpis, inputs, max_size=2)),
        "currency": draw(st.sampled_from(["USD", "EUR"])),
        "past": tuple(draw(st.lists(past, max_size=5))),
        "own": tuple(draw(st.lists(own, max_size=2, unique_by=lambda entry: entry.slot))),
    }


@pytest.mark.slow
@pytest.mark.slow
@settings(max_examples=100)
@given(st.sampled_from(businesses()).flatmap(any_parts))
def test_no_mixture_of_values_makes_check_fail(parts: dict[str, Any]) -> None:
    run(entries(**parts))


def test_enormous_numbers_are_shown_with_an_exponent() -> None:
    typed = {"satisfied": cell(1), "surveyed": cell(1e-200)}
    assert "1e+200" in only(entries({"surveys": []}, typed=typed), "part_over_whole").text(EN)


def test_a_hundred_thousand_rows() -> None:
    count = 100_000
    opened = serial(date(2026, 10, 1)) + np.arange(count) % 30 + np.arange(count) / 10**6
    same = {"hours": 12.0, "hours_squared": 144.0, "resolution_hours_median_each": 12.0}
    numbers = {"opened": opened.astype(float), "resolved": opened + 0.5}
    numbers |= {column: np.full(count, value) for column, value in same.items()}
    written: dict[str, list[str | None]] = {
        "id": [f"R-{n}" for n in range(count)],
        "client": [f"Client {1 + n % 8}" for n in range(count)],
        "assistant": ["Ana"] * count,
        "language": [None] * count,
        "kind": ["mail"] * count,
    }
    texts = {column: np.array(values, dtype=object) for column, values in written.items()}
    found = entries()
    table = found.tables["requests"]
    assert table
    tables = {**found.tables, "requests": replace(table, count=count, numbers=numbers, texts=texts)}
    texts["id"][99_999] = "r-7"
    (problem,) = run(replace(found, tables=tables))
    assert (problem.code, problem.cell) == ("duplicate", f"B{FIRST_ROW + 99_999}")


def test_a_lead_that_was_won_is_qualified() -> None:
    """Conversion counts qualified leads: one that says “no”, or nothing, counts neither as qualified nor as won. Where
    no figure asks who is qualified, a blank cell is none of its business."""
    won = {"date": date(2026, 10, 2), "lead": "Zoe", "converted": date(2026, 10, 9)}
    service = business("service-business")
    found = {
        word: {one.code for one in run(entries({"leads": [{**won, "qualified": word}]}, one=service))}
        for word in ("yes", "no", None)
    }
    assert {word: {*codes} & {"resolved_open", "won_unsaid"} for word, codes in found.items()} == {
        "yes": set(),
        "no": {"resolved_open"},
        None: {"won_unsaid"},
    }
    assert "won_unsaid" not in codes(entries({"leads": [won]}))


def test_a_day_that_counts_from_another_one_needs_it() -> None:
    """A milestone and a job, and no day on which the coaching began: neither counts, and somebody has to say so."""
    coach = business("career-coaching")
    client = {"client": "Zoe", "start": date(2026, 1, 1), "placed": date(2026, 10, 2), "milestone": date(2026, 10, 9)}
    problems = run(entries({"clients": [client]}, one=coach))
    told = [one.text(EN) for one in problems if one.code == "start_missing"]
    assert [text.split(" holds")[0] for text in told] == ["Milestone", "Placed"]
    begun = {**client, "coaching_start": date(2026, 1, 5)}
    assert "start_missing" not in {one.code for one in run(entries({"clients": [begun]}, one=coach))}


def test_nobody_recommends_herself() -> None:
    luxury = business("luxury-personal-assistant")
    clients = [
        {"client": "Ana", "start": date(2026, 1, 1), "referred_by": "ana "},
        {"client": "Ben", "start": date(2026, 1, 1), "referred_by": "Ana"},
    ]
    found = [one for one in run(entries({"clients": clients}, one=luxury)) if one.code == "own_reference"]
    assert [(one.severity, one.field, one.details["got"]) for one in found] == [("warning", "referred_by", "ana ")]


def test_texts_that_are_no_numbers_are_not_the_same_row() -> None:
    """“5.10.” and “6.10.” are two days, though neither is one to Excel; each is an error of its own."""
    sale = {"client": "Ana", "kind": "subscriptions", "amount": 100}
    service = business("service-business")
    rows = [{**sale, "date": "5.10."}, {**sale, "date": "6.10."}, {**sale, "date": "5.10."}]
    told = [one.code for one in run(entries({"sales": rows}, one=service))]
    assert told.count("text_for_date") == 3
    assert "row_again" not in told
