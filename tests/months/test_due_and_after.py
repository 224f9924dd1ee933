"""What is still to come is not missed; what is done late is not done; and what comes before its cause is not its
outcome. By hand, on 22 November 2026."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from kpixl.catalog.model import Level
from workbooks import Filled, Rows, Value, day

COACHING = "career-coaching"


def sessions(*days: tuple[int, str | None]) -> dict[str, Rows]:
    return {
        "sessions": {
            "client": ["Ana"] * len(days),
            "scheduled": [day(f"2026-11-{number:02}", 10) for number, _ in days],
            "completed": [held for _, held in days],
        }
    }


def test_sessions_to_come_are_not_missed(tmp_path: Path) -> None:
    """Fourteen sessions up to the 21st, all held; one today, not marked yet; thirteen still to come. 14 of 14: what has
    not been due cannot have been missed."""
    rows = sessions(*((n, "yes") for n in range(8, 22)), (22, None), *((n, None) for n in range(23, 31)))
    month = Month.of(tmp_path, Filled(business=COACHING, day=day("2026-11-01"), rows=rows))
    assert (month.measure("sessions_scheduled"), month.measure("sessions_completed")) == (14, 14)
    assert month["scr"].value == 1
    assert month["scr"].level is Level.EXCEPTIONAL
    assert month.apart == []


def test_a_session_of_today_counts_once_it_is_held(tmp_path: Path) -> None:
    """Three of four: one of the past was missed, today's took place already."""
    rows = sessions((10, "yes"), (11, "no"), (12, "yes"), (22, "yes"), (25, None))
    month = Month.of(tmp_path, Filled(business=COACHING, day=day("2026-11-01"), rows=rows))
    assert (month.measure("sessions_completed"), month.measure("sessions_scheduled")) == (3, 4)


def test_a_session_of_tomorrow_is_not_held_yet(tmp_path: Path) -> None:
    """“Yes” for a session of the 23rd, seen on the 22nd: a slip, or typed ahead. It is told, and does not count."""
    month = Month.of(
        tmp_path, Filled(business=COACHING, day=day("2026-11-01"), rows=sessions((20, "yes"), (23, "yes")))
    )
    assert (month.measure("sessions_completed"), month.measure("sessions_scheduled")) == (1, 1)
    assert len(month.problems("held_ahead")) == 1
    assert month.apart == []


def test_up_to_the_day_that_the_owner_has_entered(tmp_path: Path) -> None:
    """All is entered up to the 11th: that day's session was missed, the one of the 12th is not known yet."""
    rows = sessions((10, "yes"), (11, None), (12, None))
    settings = {"entered_until": day("2026-11-11")}
    month = Month.of(tmp_path, Filled(business=COACHING, day=day("2026-11-01"), rows=rows, settings=settings))
    assert (month.measure("sessions_completed"), month.measure("sessions_scheduled")) == (1, 2)
    assert month.apart == []


def test_when_the_month_is_over_all_were_due(tmp_path: Path) -> None:
    """October, seen in November: two of three."""
    found: dict[str, list[Value]] = {
        "client": ["Ana"] * 3,
        "scheduled": [day("2026-10-05"), day("2026-10-20"), day("2026-10-31", 18)],
        "completed": ["yes", "yes", None],
    }
    month = Month.of(tmp_path, Filled(business=COACHING, rows={"sessions": found}))
    assert month["scr"].value == pytest.approx(2 / 3)


def test_tasks_done_in_time(tmp_path: Path) -> None:
    """Six tasks of November. Done on the day it was due: in time. Done a day late: not. Without a due day and done: in
    time. Without one and open: not done. Due on the 25th and open: not due yet, so it does not count. Due on the 25th
    and done already: in time. 3 of 5; by the end of the month alone it would have been 4 of 6."""
    found: dict[str, list[Value]] = {
        "id": [f"T{n}" for n in range(6)],
        "assigned": [day("2026-11-02")] * 6,
        "due": [day("2026-11-10"), day("2026-11-10"), None, None, day("2026-11-25"), day("2026-11-25")],
        "completed": [day("2026-11-10", 17), day("2026-11-11"), day("2026-11-20"), None, None, day("2026-11-03")],
    }
    month = Month.of(tmp_path, Filled(day=day("2026-11-01"), rows={"tasks": found}))
    assert (month.measure("tasks_completed"), month.measure("tasks_assigned")) == (3, 5)
    assert month["tcr"].value == pytest.approx(0.6)
    assert month.apart == []


def test_who_was_a_client_before_was_not_won_by_the_consultation(tmp_path: Path) -> None:
    """Two consultations in October: Ana became a client after hers, Ben had been one since May. 1 of 2."""
    leads: dict[str, list[Value]] = {
        "date": [day("2026-10-02"), day("2026-04-01")],
        "lead": ["Ana", "Ben"],
        "consultation": [day("2026-10-05"), day("2026-10-06")],
        "converted": [day("2026-10-20"), day("2026-05-01")],
    }
    month = Month.of(tmp_path, Filled(business=COACHING, rows={"leads": leads}))
    assert (month.measure("consultations_converted"), month.measure("consultations")) == (1, 2)
    assert month.apart == []


def test_a_placement_years_ago_is_none_of_this_year(tmp_path: Path) -> None:
    """Over the last twelve months: Ana found her job in June after coaching; Ben is still looking; Cleo had hers three
    years ago and only stays a client, so she is nobody to place; Dan began in a job before the coaching, which is not
    its doing. 1 of 3."""
    clients: dict[str, list[Value]] = {
        "client": ["Ana", "Ben", "Cleo", "Dan"],
        "start": [day("2026-01-01"), day("2026-03-01"), day("2023-01-01"), day("2026-05-01")],
        "coaching_start": [day("2026-01-05"), day("2026-03-05"), day("2023-01-05"), day("2026-08-01")],
        "placed": [day("2026-06-01"), None, day("2023-09-01"), day("2026-07-01")],
    }
    month = Month.of(tmp_path, Filled(business=COACHING, rows={"clients": clients}))
    assert (month.measure("clients_placed_12m"), month.measure("clients_coached_12m")) == (1, 3)
    assert month["cjpsr"].value == pytest.approx(1 / 3)
    assert month.apart == []
