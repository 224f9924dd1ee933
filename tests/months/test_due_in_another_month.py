"""A task that is due in another month than that in which it was assigned, by hand.

“Within a specific time” is what the article asks: a task can be judged on the day on which it is due. So it counts in
the month of that day, whenever it was assigned, and in no other; without such a day it is due by the end of the month
in which it was assigned.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hand import Month, table

from engines import differences, ironcalc_values
from kpixl.period import serial
from kpixl.verbs.refresh import refresh
from kpixl.verbs.roll import roll
from workbooks import Filled, Rows, Value, append, day, entry, make, opened, put

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")
OCTOBER: Rows = table(
    """
    id | assigned   | due        | completed
    T1 | 2026-10-05 | 2026-10-09 | 2026-10-08
    T2 | 2026-10-12 | 2026-10-16 | 2026-10-20
    T3 | 2026-10-26 | 2026-11-06 |
    T4 | 2026-10-28 | 2026-11-10 | 2026-10-30
    T5 | 2026-10-29 | 2026-11-12 |
    T6 | 2026-10-20 |            |
    T7 | 2026-10-21 |            | 2026-10-23
    """
)
NOVEMBER: Rows = table(
    """
    id | assigned   | due        | completed
    T8 | 2026-11-02 | 2026-11-20 | 2026-11-19
    T9 | 2026-11-16 | 2026-12-04 |
    """
)
LATER = {"T3": day("2026-11-05"), "T5": day("2026-11-15"), "T6": day("2026-11-03")}


def past(path: Path, month: int, *ids: str) -> list[float | None]:
    lines = {line.id: line.value for line in opened(path).entries.past if line.start == date(2026, month, 1)}
    return [lines[id_] for id_ in ids]


def names(path: Path) -> list[str]:
    rows = opened(path).entries.tables["tasks"]
    assert rows is not None
    return [name for name in rows.texts["id"] if name]


def test_each_task_counts_in_the_month_in_which_it_is_due(tmp_path: Path) -> None:
    filled = Filled(day=day("2026-10-01"), rows={"tasks": OCTOBER})
    october = make(tmp_path / "Tasks 2026-10.xlsx", filled, refresh=False)
    november = roll(october, now=datetime(2026, 11, 1), anyway=True).path
    # T1 was in time and T2 four days late; T6 was to be done by the end of October and was not, T7 was. What is due in
    # November says nothing of October, not even T4, which is done. 2 of 4.
    assert past(november, 10, "tasks_completed", "tasks_assigned", "va_tcr") == [2, 4, 0.5]
    # T3 to T5 are still to be judged; T6 stays because it is open. T4 is done, and stays until its day is there.
    assert names(november) == ["T3", "T4", "T5", "T6"]

    order, book = names(november), opened(november)
    put(november, {entry(book, "tasks", "completed", order.index(id_)): done for id_, done in LATER.items()})
    append(november, "tasks", NOVEMBER)
    outcome = refresh(november, now=datetime(2026, 11, 22))
    used = {name: one.used for name, one in outcome.scorecard.measures.items()}
    # T3 and T8 were done a day before their day, T4 long before, T5 three days late; T6 was October's; T9 is not due
    # yet. 3 of 4.
    assert (used["tasks_completed"], used["tasks_assigned"]) == (3, 4)
    assert differences(november, ironcalc_values(november)) == []

    december = roll(november, now=datetime(2026, 12, 1), anyway=True).path
    assert past(december, 11, "tasks_completed", "tasks_assigned", "va_tcr") == [3, 4, 0.75]
    assert names(december) == ["T9"]


def test_while_the_month_runs(tmp_path: Path) -> None:
    """On 22 November. Assigned in October and due on the 20th: open, so it was missed. Due on the 24th: open, so
    nothing is known; done already, so it counts. 1 of 2."""
    found: Rows = table(
        """
        id | assigned   | due        | completed
        T1 | 2026-10-26 | 2026-11-20 |
        T2 | 2026-10-26 | 2026-11-24 |
        T3 | 2026-10-26 | 2026-11-24 | 2026-11-04
        """
    )
    month = Month.of(tmp_path, Filled(day=day("2026-11-01"), rows={"tasks": found}))
    assert (month.measure("tasks_completed"), month.measure("tasks_assigned")) == (1, 2)
    assert month.apart == []


def test_a_day_that_nobody_can_read_may_be_of_this_month(tmp_path: Path) -> None:
    """Ten tasks of November, eight in time: 80 %, above average from 75 %. An eleventh, assigned in October, has “soon”
    for its day: in time it would be 9 of 11, else 8 of 11, which is below. Nobody can say which, so there is no
    level."""
    due: list[Value] = [*[day("2026-11-10")] * 10, "soon"]
    found: Rows = {
        "id": [f"T{n}" for n in range(11)],
        "assigned": [*[day("2026-11-02")] * 10, day("2026-10-26")],
        "due": due,
        "completed": [*[day("2026-11-05")] * 8, None, None, day("2026-11-05")],
    }
    month = Month.of(tmp_path, Filled(day=day("2026-11-01"), rows={"tasks": found}))
    assert month["tcr"].value == pytest.approx(0.8)
    assert month["tcr"].level is None
    assert month.apart == []


def test_tasks_due_in_a_month_in_which_none_was_assigned_wait_for_their_outcomes(tmp_path: Path) -> None:
    """Six tasks of October, all due in November, and in no row, and in no closed month, a day of completion: six of six
    not done would be a strange chance, so nobody has entered them. With five and one done it is 1 of 6."""
    found: dict[str, list[Value]] = {
        "id": [f"T{n}" for n in range(6)],
        "assigned": [day("2026-10-26")] * 6,
        "due": [day("2026-11-10")] * 6,
        "completed": [None] * 6,
    }
    settings = {"minimum_cases": 5}
    month = Month.of(tmp_path / "none", Filled(day=day("2026-11-01"), rows={"tasks": found}, settings=settings))
    assert month["tcr"].value is None
    assert month.apart == []
    found["completed"] = [day("2026-11-09"), *[None] * 5]
    month = Month.of(tmp_path / "one", Filled(day=day("2026-11-01"), rows={"tasks": found}, settings=settings))
    assert month["tcr"].value == pytest.approx(1 / 6)


def test_who_closes_a_month_says_that_it_is_over(tmp_path: Path) -> None:
    """Two sessions of October, one on its last day, at 6 p.m., which nobody came to. The coach closes October that
    night; all was entered up to the 20th, she had said before. 1 of 2: the row leaves, so that no later month could
    count it."""
    sessions: Rows = {
        "client": ["Ana", "Ana"],
        "scheduled": [day("2026-10-14", 10), day("2026-10-31", 18)],
        "completed": ["yes", None],
    }
    for told in (None, serial(date(2026, 10, 20))):
        filled = Filled(
            business="career-coaching",
            day=day("2026-10-01"),
            rows={"sessions": sessions},
            settings={} if told is None else {"entered_until": told},
        )
        path = make(tmp_path / f"{told} 2026-10.xlsx", filled, refresh=False)
        november = roll(path, now=datetime(2026, 10, 31, 22), anyway=True).path
        assert past(november, 10, "sessions_completed", "sessions_scheduled") == [1, 2]
