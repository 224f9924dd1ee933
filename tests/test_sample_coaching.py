"""The coaching sample: a month and a year whose figures, counted by hand, tell what they should."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kpixl.period import MONTH_DAYS, add_months, serial
from sampled import EVER, MONTHS, Made, made

COACHING = "career-coaching"


@pytest.fixture(scope="module", params=MONTHS)
def one(request: pytest.FixtureRequest) -> Made:
    return made(COACHING, request.param)


# The figures of the month, counted by hand


def test_there_are_about_120_clients_and_45_sessions_a_week(one: Made) -> None:
    assert 115 <= sum(row["end"] is None for row in one["clients"]) <= 130
    weekdays = [one.period.start + timedelta(days=i) for i in range(one.after - one.start)]
    weeks = sum(day.weekday() < 5 for day in weekdays) / 5
    assert len(one.month("sessions", "scheduled")) / weeks == pytest.approx(45, abs=1)


def test_satisfaction(one: Made) -> None:
    scores = [row["score"] for row in one.month("surveys", "date")]
    assert sum(score >= 4 for score in scores) / len(scores) == pytest.approx(0.84, abs=0.01)


def test_completed_sessions(one: Made) -> None:
    sessions = one.month("sessions", "scheduled")
    yes = one.word("sessions", "completed", "yes")
    assert sum(row["completed"] == yes for row in sessions) / len(sessions) == pytest.approx(0.82, abs=0.01)


def test_retention_over_three_months(one: Made) -> None:
    since = serial(add_months(one.period.start, -2))
    at_start = [row for row in one["clients"] if row["start"] < since <= (row["end"] or EVER)]
    at_end = [row for row in one["clients"] if row["end"] is None]
    new = [row for row in at_end if row["start"] >= since]
    assert (len(at_end) - len(new)) / len(at_start) == pytest.approx(0.78, abs=0.02)


def test_revenue_per_client(one: Made) -> None:
    sales = one.month("sales", "date")
    revenue = sum(row["amount"] for row in sales)
    assert revenue / len(one.served()) == pytest.approx(165, abs=2)
    subscriptions = sum(row["amount"] for row in sales if row["kind"] == one.word("sales", "kind", "subscriptions"))
    assert subscriptions / revenue > 0.6
    assert len({row["kind"] for row in sales}) >= 4


def test_consultations_and_what_came_of_them(one: Made) -> None:
    consulted = one.month("leads", "consultation")
    assert len({row["lead"] for row in consulted}) == 35
    assert sum(row["converted"] is not None for row in consulted) / len(consulted) == pytest.approx(0.45, abs=0.02)
    assert all(row["date"] >= one.start for row in consulted), "the month's own rows hold all of them"


def test_placements_over_twelve_months(one: Made) -> None:
    since = serial(add_months(one.period.start, -11))
    coached = [row for row in one["clients"] if row["coaching_start"] is not None and (row["end"] or EVER) >= since]
    placed = [row for row in coached if row["placed"] is not None]
    assert len(placed) / len(coached) == pytest.approx(0.58, abs=0.01)


def test_months_to_a_milestone(one: Made) -> None:
    reached = one.month("clients", "milestone")
    months = [(row["milestone"] - row["coaching_start"]) / MONTH_DAYS for row in reached]
    assert len(months) >= 6
    assert sum(months) / len(months) == pytest.approx(5.4, abs=0.3)


def test_the_year_tells_a_story(one: Made) -> None:
    """More consultations and clients, a better conversion and shorter ways; but more clients leave."""
    ends, converted, took, left = [], [], [], []
    for back in (11, 0):
        first = serial(add_months(one.period.start, -back))
        ends.append(sum(row["start"] < first <= (row["end"] or EVER) for row in one["clients"]))
        consulted = one.month("leads", "consultation", back)
        after = serial(add_months(one.period.start, 1 - back))
        converted.append(sum((row["converted"] or EVER) < after for row in consulted) / len(consulted))
        reached = one.month("clients", "milestone", back)
        took.append(sum(row["milestone"] - row["coaching_start"] for row in reached) / len(reached))
        left.append(len(one.month("clients", "end", back)) / ends[-1])
    assert ends[1] > 1.8 * ends[0]
    assert converted[1] > converted[0] + 0.1
    assert took[1] < took[0]
    assert left[1] > left[0]


# Sessions and what they lead to


def test_neither_a_job_nor_a_milestone_comes_within_45_days(one: Made) -> None:
    for row in one["clients"]:
        for id_ in ("placed", "milestone"):
            assert row[id_] is None or row["coaching_start"] + 45 <= row[id_], row


def test_sessions_are_of_those_being_coached_and_do_not_clash(one: Made) -> None:
    began = {row["client"]: row["coaching_start"] for row in one["clients"]}
    assert all(began[row["client"]] <= row["scheduled"] // 1 for row in one["sessions"])
    assert max(Counter((row["assistant"], row["scheduled"]) for row in one["sessions"]).values()) == 1
    assert max(Counter((row["client"], row["scheduled"] // 1) for row in one["sessions"]).values()) == 1
    assert {round(row["scheduled"] % 1 * 24, 6) for row in one["sessions"]} <= set(range(8, 20))


def test_every_new_client_was_a_lead(one: Made) -> None:
    joined = {row["client"] for row in one["clients"] if row["start"] >= one.year}
    assert joined == {row["lead"] for row in one["leads"] if row["converted"] is not None}


def test_consultations_come_before_clients(one: Made) -> None:
    assert all(row["consultation"] is not None for row in one["leads"] if row["converted"] is not None)
