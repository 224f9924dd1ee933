"""Every rule of Check, on records built by hand: one workbook that is in order, and what spoils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.catalog.load import business
from kpixl.catalog.model import Level, Table
from kpixl.check import SENTENCES, Problem, check
from kpixl.check.meant import date_meant, number_meant
from kpixl.entries import CellError, Entries, EntryTable, InputCell, calculated, is_blank, number
from kpixl.i18n import language
from kpixl.measure import measure
from kpixl.period import Period, serial
from kpixl.score import score

VA = business("remote-va-agency")
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
}


def entry_table(id_: str, rows: Sequence[Row], without: Sequence[str] = ()) -> EntryTable:
    """An entry table of ``rows``, as the reader would hand it over."""
    table = VA.table(id_)
    fields = [field for field in table.fields if field.id not in without]
    numbers: dict[str, list[float]] = {}
    texts: dict[str, list[str | None]] = {}
    odd: dict[str, dict[int, object]] = {}
    for field in fields:
        raw = [row.get(field.id) for row in rows]
        if field.type in ("text", "choice"):
            texts[field.id] = [None if is_blank(v) or isinstance(v, CellError) else str(v) for v in raw]
            strange = {i: v for i, v in enumerate(raw) if isinstance(v, CellError)}
        else:
            values = [number(v) for v in raw]
            numbers[field.id] = [np.nan if v is None else v for v in values]
            strange = {i: v for i, v in enumerate(raw) if values[i] is None and not is_blank(v)}
        if strange:
            odd[field.id] = strange
    index = range(len(rows))
    frame = pd.DataFrame(numbers, index=index, dtype=float)
    for column in table.calculated:
        if column.id not in without and {column.since, column.until} <= set(frame):
            frame[column.id] = calculated(column, frame)
    return EntryTable(
        table,
        sheet=table.title,
        first_row=FIRST_ROW,
        letters={column.id: chr(ord("B") + i) for i, column in enumerate(table.columns)},
        headings={column.id: column.heading for column in table.columns if column.id not in without},
        numbers=frame,
        texts=pd.DataFrame(texts, index=index, dtype=object),
        odd=odd,
    )


def cell(raw: object, address: str = "C5", sheet: str = "Totals") -> InputCell:
    return InputCell(raw, sheet, address)


def entries(
    rows: Mapping[str, Sequence[Row] | None] | None = None,
    *,
    without: Mapping[str, Sequence[str]] | None = None,
    **parts: object,
) -> Entries:
    """The workbook in order, with other ``rows`` in some tables (None for a deleted one)."""
    tables = {}
    for table in VA.tables:
        wanted = {**ROWS, **(rows or {})}[table.id]
        missing = (without or {}).get(table.id, ())
        tables[table.id] = None if wanted is None else entry_table(table.id, wanted, missing)
    found = Entries(
        business=VA,
        company="TaskZenith",
        language="en",
        currency="USD",
        period=Period.parse("2026-10"),
        tables=tables,
        settings={},
        typed={},
        targets={},
        thresholds={},
    )
    return replace(found, **parts)


def run(found: Entries) -> tuple[Problem, ...]:
    measures = measure(found)
    problems = check(found, measures, score(found, measures))
    for problem in problems:
        assert problem.text(EN)
        assert problem.mend(EN)
    return problems


def spoilt(table: str, column: str, value: object, row: int = 0, more: Row | None = None) -> Entries:
    """The workbook in order, but for one cell."""
    rows = [dict(known) for known in ROWS[table]]
    rows[row] |= {column: value, **(more or {})}
    return entries({table: rows})


def only(found: Entries, code: str) -> Problem:
    """The one problem called ``code``."""
    problems = [problem for problem in run(found) if problem.code == code]
    assert len(problems) == 1, problems
    return problems[0]


def codes(found: Entries) -> list[str]:
    return [problem.code for problem in run(found)]


def test_nothing_is_wrong_with_a_workbook_in_order() -> None:
    assert run(entries()) == ()


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
            "surveys", "score", CellError("#N/A"), "excel_error", "D6",
            "This cell shows the Excel error #N/A, so this row does not count.",
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
            "Start is empty in a row that is otherwise filled in, so this row does not count.",
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
        ("tasks", "due", "31/10/2026", "“31/10/2026” is text, not a date."),
        ("surveys", "recommend", 11, "11 is more than 10, the highest that Recommend should be."),
        ("requests", "client", None, "Client is empty in a row that is otherwise filled in."),
        ("requests", "client", " ", "This cell looks empty but holds spaces, which Excel takes for text."),
        ("requests", "client", CellError("#REF!"), "This cell shows the Excel error #REF!."),
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


# The dates of a row


def test_resolved_before_opened_is_an_error() -> None:
    found = spoilt("requests", "resolved", datetime(2026, 10, 5, 8, 59))
    problem = only(found, "backwards")
    assert (problem.severity, problem.cell, problem.field) == ("error", "E6", "resolved")
    assert problem.text(EN).startswith("Resolved (10/5/26, 8:59")
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
    assert problem.text(EN) == "Rows that are dated outside October 2026 and do not count: 2."


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


# Settings, thresholds, targets, typed totals


@pytest.mark.parametrize(("raw", "code"), [("four", "setting_wrong"), (6, "setting_out_of_range"), (0, None), (5, "")])
def test_settings(raw: object, code: str | None) -> None:
    found = run(entries(settings={"satisfied_cut": cell(raw, "C9", "Settings"), "other": cell("x")}))
    wanted = code if code is not None else "setting_out_of_range"
    own = [(p.code, p.severity, p.sheet, p.cell, p.field) for p in found]
    assert own == ([(wanted, "error", "Settings", "C9", "satisfied_cut")] if wanted else [])


@pytest.mark.parametrize("raw", ["90 percent", True, CellError("#VALUE!"), " "])
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


def test_a_target_out_of_reach() -> None:
    assert only(entries(targets={"css": cell(85)}), "beyond_whole").severity == "warning"
    assert codes(entries(targets={"css": cell(1), "art": cell(85)})) == []


def test_typed_totals_that_cannot_be() -> None:
    assert only(entries(typed={"leads": cell(-1)}), "typed_negative").severity == "error"
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
    assert found[0].text(EN).startswith("Assistant utilisation rate is 112.5%. Over 100")


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
    ]


def test_many_of_a_kind_are_capped() -> None:
    rows = [{"date": "yesterday", "lead": f"Lead {n}"} for n in range(1000)]
    found = [p for p in run(entries({"leads": rows})) if p.table == "leads" and p.field == "date"]
    assert [p.code for p in found] == ["text_for_date"] * 50 + ["more"]
    assert (found[-1].severity, found[-1].cell) == ("error", f"B{FIRST_ROW + 50}")
    assert found[-1].text(EN) == "Date: 950 more like the 50 reported."


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
    st.sampled_from([CellError("#N/A"), CellError("#REF!")]),
)


@st.composite
def any_rows(draw: st.DrawFn, table: Table) -> list[Row]:
    columns = [field.id for field in table.fields]
    return draw(st.lists(st.dictionaries(st.sampled_from(columns), values, max_size=len(columns)), max_size=6))


@st.composite
def any_parts(draw: st.DrawFn) -> dict[str, Any]:
    rows = {table.id: draw(st.one_of(st.none(), any_rows(table), any_rows(table))) for table in VA.tables}
    gone = st.lists(st.sampled_from(["start", "end", "id", "client", "date", "opened", "hours", "score"]), max_size=2)
    inputs = st.builds(cell, values)
    kpis = st.sampled_from([kpi.id for kpi in VA.kpis])
    return {
        "rows": rows,
        "without": {table.id: draw(gone) for table in VA.tables},
        "typed": draw(st.dictionaries(st.sampled_from([m.name for m in VA.measures]), inputs, max_size=5)),
        "settings": draw(st.dictionaries(st.just("satisfied_cut"), inputs)),
        "targets": draw(st.dictionaries(kpis, inputs, max_size=3)),
        "thresholds": draw(
            st.dictionaries(st.tuples(kpis, st.sampled_from(list(Level)[1:])), inputs, max_size=3),
        ),
    }


@settings(max_examples=150, deadline=None)
@given(any_parts())
def test_no_mixture_of_values_makes_check_fail(parts: dict[str, Any]) -> None:
    run(entries(**parts))


def test_enormous_numbers_are_shown_with_an_exponent() -> None:
    typed = {"satisfied": cell(1), "surveyed": cell(1e-200)}
    assert "1e+200" in only(entries({"surveys": []}, typed=typed), "part_over_whole").text(EN)


def test_a_hundred_thousand_rows() -> None:
    count = 100_000
    opened = serial(date(2026, 10, 1)) + np.arange(count) % 30
    frame = pd.DataFrame({"opened": opened.astype(float), "resolved": opened + 0.5, "hours": 12.0})
    texts = pd.DataFrame(
        {
            "id": [f"R-{n}" for n in range(count)],
            "client": [f"Client {1 + n % 8}" for n in range(count)],
            "assistant": ["Ana"] * count,
            "language": [None] * count,
            "kind": ["mail"] * count,
        },
        dtype=object,
    )
    found = entries()
    table = entry_table("requests", [])
    tables = {**found.tables, "requests": replace(table, numbers=frame, texts=texts)}
    texts.loc[99_999, "id"] = "r-7"
    (problem,) = run(replace(found, tables=tables))
    assert (problem.code, problem.cell) == ("duplicate", f"B{FIRST_ROW + 99_999}")
