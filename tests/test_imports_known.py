"""Rows that are in the workbook already, or twice in the file: taken once, completed where blank, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.entries import EntryTable, entry_table
from kpixl.imports import TWICE, Completion, Difference, Value
from narrow import numbers
from sources import TABLES, day, taken, written

REQUESTS = "id,client,opened,resolved,assistant\n"


def there(table: str, **columns: Sequence[Value]) -> EntryTable:
    return entry_table(TABLES[table], columns)


def test_a_request_that_is_resolved_now_is_completed(tmp_path: Path) -> None:
    text = "R1,Ana,2026-10-01,2026-10-03,Eva\nr2,Bo,2026-10-02,,\nR3,Cy,2026-10-04,,\n"
    existing = there(
        "requests",
        id=["R2", "R1"],
        client=["Bo", "Ana"],
        opened=[day(2026, 10, 2), day(2026, 10, 1)],
        assistant=["Li", None],
    )
    accepted = taken("requests", written(tmp_path, REQUESTS + text), existing=existing)
    assert accepted.columns["id"] == ["R3"]
    assert accepted.known == 2
    assert accepted.completions == (Completion(2, 1, {"resolved": day(2026, 10, 3), "assistant": "Eva"}),)
    assert (accepted.differing, accepted.differences) == (0, ())


def test_what_differs_is_told_and_left(tmp_path: Path) -> None:
    rows = "".join(f"R{n},Ana,2026-10-01 10:00:00,,Bo\n" for n in range(7))
    existing = there(
        "requests",
        id=[f"R{n}" for n in range(7)],
        client=["ANA"] * 7,
        opened=[day(2026, 10, 1, 10)] * 7,
        assistant=["Eva"] * 7,
    )
    accepted = taken("requests", written(tmp_path, REQUESTS + rows), existing=existing)
    assert (len(accepted), accepted.known, accepted.differing, accepted.completions) == (0, 7, 7, ())
    assert accepted.differences == tuple(Difference(n + 2, n, "assistant", "Eva", "Bo") for n in range(5))


def test_what_is_no_number_in_the_workbook_is_not_blank(tmp_path: Path) -> None:
    existing = there("requests", id=["R1"], client=["Ana"], opened=[day(2026, 10, 1)], resolved=["soon"])
    accepted = taken("requests", written(tmp_path, REQUESTS + "R1,Ana,2026-10-01,2026-10-03,\n"), existing=existing)
    assert accepted.completions == ()
    assert accepted.differences == (Difference(2, 0, "resolved", "soon", day(2026, 10, 3)),)


def test_keys_compare_as_names_do(tmp_path: Path) -> None:
    existing = there("requests", id=["7", "a"], client=["Ana"] * 2, opened=[day(2026, 10, 1)] * 2)
    text = REQUESTS + "007,Ana,2026-10-01,,\nA,Ana,2026-10-01,,\n"
    assert taken("requests", written(tmp_path, text), existing=existing).known == 2


def test_a_key_that_is_in_the_file_twice(tmp_path: Path) -> None:
    text = REQUESTS + "R1,Ana,2026-10-01,,\nR2,Bo,2026-10-01,,\nr1,Cy,2026-10-02,,\n"
    accepted = taken("requests", written(tmp_path, text))
    assert accepted.columns["client"] == ["Ana", "Bo"]
    assert [(row.line, row.reason, row.first) for row in accepted.rejected] == [(4, TWICE, 2)]
    assert accepted.rejected[0].text() == "Line 4, id: “r1” is there twice, first in line 2."


def test_a_client_who_comes_back_is_another_stay(tmp_path: Path) -> None:
    text = "Client,Start,End\nAna,2026-01-01,2026-03-01\nAna,2026-09-01,\nAna,2026-09-01,\nBo,2026-05-01,\n"
    existing = there("clients", client=["Ana", "Bo"], start=[day(2026, 1, 1), None])
    accepted = taken("clients", written(tmp_path, text), existing=existing)
    assert accepted.columns == {"client": ["Ana"], "start": [day(2026, 9, 1)], "end": [None]}
    assert [row.line for row in accepted.rejected] == [4]
    assert accepted.completions == (
        Completion(2, 0, {"end": day(2026, 3, 1)}),
        Completion(5, 1, {"start": day(2026, 5, 1)}),
    )


@pytest.mark.parametrize(("table", "name"), [("assistants", "Assistant"), ("services", "Service")])
def test_a_second_stay_of_an_assistant_and_a_second_span_of_a_service(table: str, name: str, tmp_path: Path) -> None:
    """Ana was there until June, and is again from September on; nobody knows when she first came. In a file with both
    they are two rows, and so they are where the first one is there already."""
    first, second = (None, day(2026, 6, 30)), (day(2026, 9, 1), None)
    text = f"{name},Start,End\nAna,,2026-06-30\nAna,2026-09-01,\n"
    if table == "assistants":
        accepted = taken(table, written(tmp_path, text))
        assert accepted.rejected == ()
        assert [*zip(accepted.columns["start"], accepted.columns["end"], strict=True)] == [first, second]
    column = name.lower()
    rows: dict[str, list[Value]] = {column: ["ana"], "start": [None], "end": [day(2026, 6, 30)]}
    existing = there(table, **rows)
    accepted = taken(table, written(tmp_path, f"{name},Start,End\nAna,2026-09-01,\n"), existing=existing)
    assert (accepted.columns["start"], accepted.completions, accepted.known) == ([day(2026, 9, 1)], (), 0)
    rows = {column: ["ana"], "start": [day(2025, 1, 1)], "end": [day(2025, 12, 31)]}
    existing = there(table, **rows)
    accepted = taken(table, written(tmp_path, f"{name},Start,End\nAna,2026-09-01,2026-10-02\n"), existing=existing)
    assert (accepted.columns["start"], accepted.known) == ([day(2026, 9, 1)], 0)


def test_a_stay_that_has_not_ended_is_the_one_that_is_there(tmp_path: Path) -> None:
    """Eva has no start and no end here: the file knows when she came, and that is all."""
    existing = there("assistants", assistant=["Eva"], start=[None])
    accepted = taken("assistants", written(tmp_path, "Assistant,Start\nEva,2026-09-01\n"), existing=existing)
    assert accepted.completions == (Completion(2, 0, {"start": day(2026, 9, 1)}),)


def test_without_a_start_a_name_is_the_one_that_is_there(tmp_path: Path) -> None:
    existing = there("assistants", assistant=["Eva"], start=[day(2026, 1, 1)])
    accepted = taken("assistants", written(tmp_path, "Assistant\neva\nLi\n"), existing=existing)
    assert (accepted.columns, accepted.known) == ({"assistant": ["Li"]}, 1)


def test_equal_rows_without_a_key_count_as_often_as_they_are_there(tmp_path: Path) -> None:
    sale = "2026-10-01,Ana,other,29.33\n"
    path = written(tmp_path, "Date,Client,Kind,Amount\n" + 3 * sale + "2026-10-01,Ana,other,29.34\n")
    accepted = taken("sales", path)
    assert (len(accepted), accepted.rejected) == (4, ())
    existing = there(
        "sales", date=[day(2026, 10, 1)] * 2, client=["ANA"] * 2, kind=["other"] * 2, amount=[29.33, 29.330000000000002]
    )
    accepted = taken("sales", path, existing=existing)
    assert (accepted.columns["amount"], accepted.known) == ([29.33, 29.34], 2)


def test_a_request_without_a_number_is_known_by_all_that_the_file_says(tmp_path: Path) -> None:
    path = written(tmp_path, REQUESTS + ",Ana,2026-10-01 10:00:00,,\n,Ana,2026-10-01 10:00:01,,\n,Bo,2026-10-01,,\n")
    opened = [day(2026, 10, 1, 10) + 1e-9, day(2026, 10, 1)]
    existing = there("requests", id=[None, "R9"], client=["Ana", "Bo"], opened=opened)
    accepted = taken("requests", path, existing=existing)
    assert (accepted.columns["client"], accepted.known) == (["Ana", "Bo"], 1)
    assert accepted.columns["opened"][0] == day(2026, 10, 1, 10, 0, 1)


def test_constants_tell_rows_apart(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Available hours,Productive hours\n2026-10-01,8,7\n")
    existing = there("hours", date=[day(2026, 10, 1)], assistant=["Eva"], available=[8.0], productive=[7.0])
    assert taken("hours", path, constants={"assistant": "eva"}, existing=existing).known == 1
    assert taken("hours", path, constants={"assistant": "Li"}, existing=existing).known == 0


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(
            st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
            st.sampled_from(["Ana", "Bo", ""]),
            st.floats(-1e9, 1e9).filter(lambda value: "e" not in repr(value)),
        ),
        min_size=1,
        max_size=12,
    ),
    noise=st.sampled_from([0.0, 1e-15, -1e-15]),
)
def test_importing_again_imports_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[datetime, str, float]], noise: float
) -> None:
    lines = "".join(f"{when.isoformat()}|{name}|other|{value!r}\n" for when, name, value in rows)
    path = written(tmp_path_factory.getbasetemp(), "Date|Client|Kind|Amount\n" + lines)
    first = taken("sales", path)
    assert len(first) == len(rows)
    saved: dict[str, Sequence[Value]] = {
        **first.columns,
        "date": [value * (1 + noise) for value in numbers(first.columns["date"])],
        "amount": [float(f"{value:.15g}") for value in first.columns["amount"]],
    }
    again = taken("sales", path, existing=entry_table(TABLES["sales"], saved))
    assert (len(again), again.known, again.rejected) == (0, len(rows), ())


@pytest.mark.parametrize("apart", [29.33 + 1e-6, 29.34, -29.33])
def test_amounts_that_differ_are_other_sales(tmp_path: Path, apart: float) -> None:
    path = written(tmp_path, "Date,Kind,Amount\n2026-10-01,other,29.33\n")
    existing = there("sales", date=[day(2026, 10, 1)], kind=["other"], amount=[apart])
    assert taken("sales", path, existing=existing).known == 0


# The same thing without a key


SESSIONS = "client,scheduled,completed\nAna,2026-10-01 10:00,yes\nBob,2026-10-03 10:00,yes\nAna,2026-10-03 10:00,\n"


def test_a_session_that_has_taken_place_by_now(tmp_path: Path) -> None:
    existing = there(
        "sessions",
        client=["Bob", "ANA"],
        scheduled=[day(2026, 10, 3, 10), day(2026, 10, 1, 10)],
        completed=["no", None],
    )
    accepted = taken("sessions", written(tmp_path, SESSIONS), existing=existing)
    assert accepted.columns == {"client": ["Ana"], "scheduled": [day(2026, 10, 3, 10)], "completed": [None]}
    assert (accepted.known, accepted.differing) == (2, 1)
    assert accepted.completions == (Completion(2, 1, {"completed": "yes"}),)
    assert accepted.differences == (Difference(3, 0, "completed", "no", "yes"),)


def test_a_complaint_that_is_settled_by_now(tmp_path: Path) -> None:
    existing = there("complaints", received=[day(2026, 10, 5)], client=["Ana"], status=["open"])
    text = "Received,Client,Status,Resolved\n2026-10-05,Ana,resolved,2026-10-09\n2026-10-05,Bo,open,\n"
    accepted = taken("complaints", written(tmp_path, text), existing=existing)
    assert accepted.columns["client"] == ["Bo"]
    assert accepted.completions == (Completion(2, 0, {"resolved": day(2026, 10, 9)}),)
    assert accepted.differences == (Difference(2, 0, "status", "open", "resolved"),)
    # About another service it is another complaint.
    text = "Received,Client,Service,Status\n2026-10-05,Ana,Travel,open\n"
    existing = there("complaints", received=[day(2026, 10, 5)], client=["Ana"], service=["Inbox"], status=["open"])
    assert taken("complaints", written(tmp_path, text), existing=existing).columns["service"] == ["Travel"]


def test_a_request_without_a_number_that_is_resolved_by_now(tmp_path: Path) -> None:
    existing = there("requests", client=["Ana"], opened=[day(2026, 10, 5, 10)])
    text = "client,opened,resolved\nAna,2026-10-05 10:00,2026-10-06 10:00\n"
    accepted = taken("requests", written(tmp_path, text), existing=existing)
    assert (len(accepted), accepted.completions) == (0, (Completion(2, 0, {"resolved": day(2026, 10, 6, 10)}),))


def test_an_invitation_that_was_accepted_by_now(tmp_path: Path) -> None:
    existing = there("invitations", date=[day(2026, 10, 5)] * 2, client=["Ana"] * 2, invited=["Bo", "Cy"])
    text = "date,client,invited,converted\n2026-10-05,Ana,cy,2026-10-20\n2026-10-05,Bea,Bo,\n"
    accepted = taken("invitations", written(tmp_path, text), existing=existing)
    assert accepted.columns["client"] == ["Bea"]
    assert accepted.completions == (Completion(2, 1, {"converted": day(2026, 10, 20)}),)


def test_of_rows_that_are_the_same_the_likest_are_paired(tmp_path: Path) -> None:
    existing = there(
        "requests",
        client=["Ana"] * 3,
        opened=[day(2026, 10, 5)] * 3,
        kind=["travel", "inbox", None],
        assistant=["Eva", None, None],
    )
    rows = [("visa", "Eva"), ("inbox", "Li"), ("travel", "Eva"), ("calls", "Li")]
    text = "client,opened,kind,assistant\n" + "".join(f"Ana,2026-10-05,{kind},{name}\n" for kind, name in rows)
    accepted = taken("requests", written(tmp_path, text), existing=existing)
    assert accepted.known == 3
    assert accepted.columns["kind"] == ["calls"]
    assert accepted.completions == (
        Completion(2, 2, {"assistant": "Eva", "kind": "visa"}),
        Completion(3, 1, {"assistant": "Li"}),
    )
    assert accepted.differing == 0


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["Ana", "Bo"]), st.integers(1, 3), st.sampled_from(["yes", "no", ""])), max_size=9
    ),
    more=st.lists(st.tuples(st.sampled_from(["Ana", "Bo"]), st.integers(1, 3)), max_size=3),
)
def test_as_many_sessions_as_the_larger_of_both_has(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, str]], more: list[tuple[str, int]]
) -> None:
    """However their outcome changes: of each client and moment the workbook has as many as the file in the end."""
    columns: dict[str, list[Value]] = {"client": [], "scheduled": [], "completed": []}
    for client, number, outcome in rows:
        for id_, value in zip(columns, (client, day(2026, 10, number), outcome or None), strict=True):
            columns[id_].append(value)
    file = [(client, number) for client, number, _ in rows] + more
    text = "client,scheduled,completed\n" + "".join(f"{client},2026-10-0{number},yes\n" for client, number in file)
    path = written(tmp_path_factory.getbasetemp(), text)
    accepted = taken("sessions", path, existing=there("sessions", **columns))
    assert (accepted.known, len(accepted)) == (len(rows), len(more))
    new = zip(accepted.columns["client"], accepted.columns["scheduled"], strict=True)
    assert sorted(new) == sorted((client, day(2026, 10, number)) for client, number in more)


def test_tasks_without_a_number_are_one_only_where_all_is_equal(tmp_path: Path) -> None:
    existing = there("tasks", assigned=[day(2026, 10, 1)], client=["Ana"], completed=[None])
    text = "assigned,client,completed\n2026-10-01,Ana,2026-10-02\n2026-10-01,Ana,\n"
    accepted = taken("tasks", written(tmp_path, text), existing=existing)
    assert (accepted.columns["completed"], accepted.known) == ([day(2026, 10, 2)], 1)


# Ends that are gone


def test_a_request_that_is_open_again_is_told(tmp_path: Path) -> None:
    columns: dict[str, list[Value]] = {
        "id": ["R1"],
        "client": ["Ana"],
        "opened": [day(2026, 10, 1)],
        "resolved": [day(2026, 10, 2)],
    }
    existing = there("requests", **columns, assistant=["Eva"])
    accepted = taken("requests", written(tmp_path, REQUESTS + "R1,Ana,2026-10-01,,\n"), existing=existing)
    assert accepted.differences == (Difference(2, 0, "resolved", day(2026, 10, 2), None),)
    assert (accepted.differing, accepted.completions) == (1, ())
    accepted = taken("requests", written(tmp_path, "id,client,opened\nR1,Ana,2026-10-01\n"), existing=existing)
    assert accepted.differing == 0


# Closed periods


def test_rows_of_closed_periods_go_before_repeats_are_looked_for(tmp_path: Path) -> None:
    text = REQUESTS + "R1,Ana,2026-09-01,2026-09-02,\nR1,Ana,2026-10-01,2026-10-02,\nR2,Ana,2026-09-03,2026-09-04,\n"
    existing = there("requests", id=["R1", "R2"], client=["Ana"] * 2, opened=[day(2026, 10, 1), day(2026, 9, 3)])

    def earlier(columns: Mapping[str, list[Value]]) -> list[bool]:
        return [resolved < day(2026, 10, 1) for resolved in numbers(columns["resolved"])]

    accepted = taken("requests", written(tmp_path, text), existing=existing, earlier=earlier)
    assert (len(accepted), accepted.rejected, accepted.known, accepted.earlier) == (0, (), 2, 1)
    assert accepted.completions == (
        Completion(3, 0, {"resolved": day(2026, 10, 2)}),
        Completion(4, 1, {"resolved": day(2026, 9, 4)}),
    )
