"""What is still to come is not missed; what is done late is not done; and what comes before its cause is not its
outcome. By hand, on 22 November 2026."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month, table

from engines import ironcalc_values
from kpixl.catalog.model import Level
from workbooks import Filled, Rows, Value, day, entry, opened, placed, put

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


def test_what_came_of_it_before_it_began_is_wrong(tmp_path: Path) -> None:
    """A company's October: Emil was a customer nine days before he was invited, Cy a month before the first talk: they
    came of neither, so that one invitation for two customers and one lead of two were won. One complaint was settled
    before it came in: it is one complaint, and none that October settled. Which of the two days is wrong nobody knows:
    each figure is marked, and stands, since whatever is right meets the target, too."""
    rows = {
        "clients": table("""
            client | start
            Ana    | 2026-01-01
            Ben    | 2026-02-01
        """),
        "invitations": table("""
            date       | client | invited | converted
            2026-10-10 | Ana    | Emil    | 2026-10-01
            2026-10-03 | Ana    | Fay     | 2026-10-20
        """),
        "leads": table("""
            date       | lead | qualified | converted
            2026-10-02 | Fay  | yes       | 2026-10-20
            2026-10-03 | Cy   | yes       | 2026-09-03
        """),
        "complaints": table("""
            received   | client | status   | resolved
            2026-10-12 | Ben    | resolved | 2026-10-02
        """),
    }
    targets = {"viral": 0.5, "conversion": 0.5, "complaints": 1.0}
    month = Month.of(tmp_path, Filled(business="service-business", rows=rows, targets=targets))
    told = {id_: (month[id_].value, month[id_].against_target, month[id_].wrong) for id_ in targets}
    assert told == dict.fromkeys(("viral", "conversion"), (0.5, "met", 1)) | {"complaints": (1, "met", 1)}
    assert [month.measure(id_) for id_ in ("invitations_converted", "leads_converted", "complaints_resolved")] == [
        1,
        1,
        0,
    ]
    assert {(one.severity, one.table) for one in month.problems("backwards")} == {
        ("error", "invitations"),
        ("error", "leads"),
        ("error", "complaints"),
    }
    assert month.apart == []
    # In the open workbook the day of the invitation is put right: two of two, and nothing is wrong any more.
    book = opened(month.path)
    put(month.path, {entry(book, "invitations", "date", 0): day("2026-09-30")})
    live = ironcalc_values(month.path)
    assert live[placed(book, "calc", "viral", "wrong")] == 0
    put(month.path, {entry(book, "invitations", "date", 0): day("2026-10-01")})
    live = ironcalc_values(month.path)
    assert [live[placed(book, block, "viral", column)] for block, column in (("kpis", "value"), ("calc", "wrong"))] == [
        1,
        0,
    ]


def test_a_task_that_is_due_before_it_was_given_is_wrong(tmp_path: Path) -> None:
    """Nobody can do it in time: two of three, 67 %, and with the third 3 of 3, exceptional: not graded."""
    tasks = table("""
        id | assigned   | due        | completed
        T1 | 2026-10-01 | 2026-10-05 | 2026-10-04
        T2 | 2026-10-03 | 2026-10-08 | 2026-10-08
        T3 | 2026-10-20 | 2026-10-12 | 2026-10-21
    """)
    month = Month.of(tmp_path, Filled(rows={"tasks": tasks}))
    tcr = month["tcr"]
    assert tcr.value == pytest.approx(2 / 3)
    assert (tcr.level, tcr.wrong) == (None, 1)
    assert tcr.reason is not None
    assert tcr.reason.code == "in_doubt"
    assert month.apart == []
