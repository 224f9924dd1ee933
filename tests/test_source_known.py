"""Rows that are in the workbook already, or twice in the file: taken once, completed where blank, never overwritten."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.rows import entry_table
from kpixl.source import TWICE, Completion, Difference
from sources import TABLES, day, taken, written

REQUESTS = "id,client,opened,resolved,assistant\n"


def there(table, **columns):
    return entry_table(TABLES[table], columns)


def test_a_request_that_is_resolved_now_is_completed(tmp_path):
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


def test_what_differs_is_told_and_left(tmp_path):
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


def test_what_is_no_number_in_the_workbook_is_not_blank(tmp_path):
    existing = there("requests", id=["R1"], client=["Ana"], opened=[day(2026, 10, 1)], resolved=["soon"])
    accepted = taken("requests", written(tmp_path, REQUESTS + "R1,Ana,2026-10-01,2026-10-03,\n"), existing=existing)
    assert accepted.completions == ()
    assert accepted.differences == (Difference(2, 0, "resolved", "soon", day(2026, 10, 3)),)


def test_keys_compare_as_names_do(tmp_path):
    existing = there("requests", id=["7", "a"], client=["Ana"] * 2, opened=[day(2026, 10, 1)] * 2)
    text = REQUESTS + "007,Ana,2026-10-01,,\nA,Ana,2026-10-01,,\n"
    assert taken("requests", written(tmp_path, text), existing=existing).known == 2


def test_a_key_that_is_in_the_file_twice(tmp_path):
    text = REQUESTS + "R1,Ana,2026-10-01,,\nR2,Bo,2026-10-01,,\nr1,Cy,2026-10-02,,\n"
    accepted = taken("requests", written(tmp_path, text))
    assert accepted.columns["client"] == ["Ana", "Bo"]
    assert [(row.line, row.reason, row.first) for row in accepted.rejected] == [(4, TWICE, 2)]
    assert accepted.rejected[0].text() == "Line 4, id: “r1” is there twice, first in line 2."


def test_a_client_who_comes_back_is_another_stay(tmp_path):
    text = "Client,Start,End\nAna,2026-01-01,2026-03-01\nAna,2026-09-01,\nAna,2026-09-01,\nBo,2026-05-01,\n"
    existing = there("clients", client=["Ana", "Bo"], start=[day(2026, 1, 1), None])
    accepted = taken("clients", written(tmp_path, text), existing=existing)
    assert accepted.columns == {"client": ["Ana"], "start": [day(2026, 9, 1)], "end": [None]}
    assert [row.line for row in accepted.rejected] == [4]
    assert accepted.completions == (
        Completion(2, 0, {"end": day(2026, 3, 1)}),
        Completion(5, 1, {"start": day(2026, 5, 1)}),
    )


def test_without_a_start_a_name_is_the_one_that_is_there(tmp_path):
    existing = there("assistants", assistant=["Eva"], start=[day(2026, 1, 1)])
    accepted = taken("assistants", written(tmp_path, "Assistant\neva\nLi\n"), existing=existing)
    assert (accepted.columns, accepted.known) == ({"assistant": ["Li"]}, 1)


def test_equal_rows_without_a_key_count_as_often_as_they_are_there(tmp_path):
    sale = "2026-10-01,Ana,other,29.33\n"
    path = written(tmp_path, "Date,Client,Kind,Amount\n" + 3 * sale + "2026-10-01,Ana,other,29.34\n")
    accepted = taken("sales", path)
    assert (len(accepted), accepted.rejected) == (4, ())
    existing = there(
        "sales", date=[day(2026, 10, 1)] * 2, client=["ANA"] * 2, kind=["other"] * 2, amount=[29.33, 29.330000000000002]
    )
    accepted = taken("sales", path, existing=existing)
    assert (accepted.columns["amount"], accepted.known) == ([29.33, 29.34], 2)


def test_a_request_without_a_number_is_known_by_all_that_the_file_says(tmp_path):
    path = written(tmp_path, REQUESTS + ",Ana,2026-10-01 10:00:00,,\n,Ana,2026-10-01 10:00:01,,\n,Bo,2026-10-01,,\n")
    opened = [day(2026, 10, 1, 10) + 1e-9, day(2026, 10, 1)]
    existing = there("requests", id=[None, "R9"], client=["Ana", "Bo"], opened=opened)
    accepted = taken("requests", path, existing=existing)
    assert (accepted.columns["client"], accepted.known) == (["Ana", "Bo"], 1)
    assert accepted.columns["opened"][0] == day(2026, 10, 1, 10, 0, 1)


def test_constants_tell_rows_apart(tmp_path):
    path = written(tmp_path, "Date,Available hours,Productive hours\n2026-10-01,8,7\n")
    existing = there("hours", date=[day(2026, 10, 1)], assistant=["Eva"], available=[8.0], productive=[7.0])
    assert taken("hours", path, constants={"assistant": "eva"}, existing=existing).known == 1
    assert taken("hours", path, constants={"assistant": "Li"}, existing=existing).known == 0


@settings(max_examples=60, deadline=None)
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
def test_importing_again_imports_nothing(tmp_path_factory, rows, noise):
    lines = "".join(f"{when.isoformat()}|{name}|other|{value!r}\n" for when, name, value in rows)
    path = written(tmp_path_factory.getbasetemp(), "Date|Client|Kind|Amount\n" + lines)
    first = taken("sales", path)
    assert len(first) == len(rows)
    saved = {
        **first.columns,
        "date": [value * (1 + noise) for value in first.columns["date"]],
        "amount": [float(f"{value:.15g}") for value in first.columns["amount"]],
    }
    again = taken("sales", path, existing=entry_table(TABLES["sales"], saved))
    assert (len(again), again.known, again.rejected) == (0, len(rows), ())


@pytest.mark.parametrize("apart", [29.33 + 1e-6, 29.34, -29.33])
def test_amounts_that_differ_are_other_sales(tmp_path, apart):
    path = written(tmp_path, "Date,Kind,Amount\n2026-10-01,other,29.33\n")
    existing = there("sales", date=[day(2026, 10, 1)], kind=["other"], amount=[apart])
    assert taken("sales", path, existing=existing).known == 0
