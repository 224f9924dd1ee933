"""Outcomes that nobody entered are not zero: a column blank in all of several rows, which no month ever filled, says
nothing. By hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from clock import NOW, TODAY
from engines import differences, ironcalc_values
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from packs import STARTER, blank
from workbooks import Filled, Rows, Value, append, day

Columns = dict[str, list[Value]]
SEPTEMBER = day("2026-09-01")


def tasks(count: int, completed: list[Value] | None = None) -> dict[str, Columns]:
    """Tasks of October, all but the given ones without a day on which they were done."""
    days = [*(completed or []), *([None] * count)][:count]
    assigned: list[Value] = [day(f"2026-10-{number + 1:02}") for number in range(count)]
    return {"tasks": {"assigned": assigned, "assistant": ["Eva"] * count, "completed": days}}


def test_tasks_of_which_none_has_a_day(tmp_path: Path) -> None:
    """Twelve tasks in the owner's first month, and “Completed” blank in all: she does not fill it in. 0 % would be a
    verdict on work that may well be done."""
    month = Month.of(tmp_path, Filled(rows=tasks(12)))
    assert (month["tcr"].value, month["tcr"].level) == (None, None)
    assert month.cell("kpis", "tcr", "to_next") == "“Completed” is blank in all rows of Tasks"
    (problem,) = month.problems("no_outcomes")
    assert (problem.severity, problem.sheet, problem.field) == ("warning", "Tasks", "completed")
    assert month.measure("tasks_assigned") == 12
    assert month.apart == []


@pytest.mark.parametrize(
    ("rows", "settings", "past", "value"),
    [
        # Four are few: it may well be that none is done yet.
        (tasks(4), {}, (), 0),
        # One day among twelve shows that the column is used: one of twelve.
        (tasks(12, [day("2026-10-03")]), {}, (), 1 / 12),
        # In September nine were done: the column is used, and in October nothing was done.
        (tasks(12), {}, ((SEPTEMBER, "tasks_completed", 9.0),), 0),
        # In September none was either: nothing is known still.
        (tasks(12), {}, ((SEPTEMBER, "tasks_completed", 0.0),), None),
        # She wants fifteen cases at least to grade; twelve are few to her.
        (tasks(12), {"minimum_cases": 15}, (), 0),
        (tasks(15), {"minimum_cases": 15}, (), None),
    ],
)
def test_when_none_is_none(
    rows: dict[str, Columns], settings: dict[str, Value], past: tuple[tuple[float, str, Value], ...],
    value: float | None, tmp_path: Path,
) -> None:  # fmt: skip
    month = Month.of(tmp_path, Filled(rows=rows, settings=settings, past=past))
    assert month["tcr"].value == (None if value is None else pytest.approx(value))
    assert month.apart == []


def test_a_typed_total_says_it(tmp_path: Path) -> None:
    """There was really none: she types 0."""
    month = Month.of(tmp_path, Filled(rows=tasks(12), typed={"tasks_completed": 0}))
    assert month["tcr"].value == 0
    assert month.problems("no_outcomes") == []
    assert month.apart == []


def test_hours_without_the_productive_ones(tmp_path: Path) -> None:
    """Five days on duty, and nothing in “Productive hours”: utilisation is not 0 %."""
    hours: Columns = {
        "date": [day(f"2026-10-0{number}") for number in range(1, 6)], "assistant": ["Eva"] * 5, "available": [8.0] * 5
    }  # fmt: skip
    month = Month.of(tmp_path, Filled(rows={"hours": hours}))
    assert (month["aur"].value, month.measure("available_hours")) == (None, 40)
    assert month.cell("kpis", "aur", "to_next") == "“Productive hours” is blank in all rows of Hours"
    assert month.apart == []


def test_three_leads_of_which_none_is_won_are_none_of_three(tmp_path: Path) -> None:
    """A young service business: three qualified leads, none won yet."""
    leads: Columns = {
        "date": [day(f"2026-08-0{number}") for number in (1, 2, 3)],
        "lead": ["A", "B", "C"],
        "qualified": ["yes"] * 3,
    }
    month = Month.of(tmp_path, Filled(business="service-business", day=day("2026-08-01"), rows={"leads": leads}))
    assert month["conversion"].value == 0
    assert month.apart == []


def test_sessions_to_come_say_nothing_yet(tmp_path: Path) -> None:
    """On 22 November six sessions of the month are planned for its last week. Blank is what they have to be; nothing is
    missing, and there is no share of nothing."""
    sessions: Columns = {
        "client": ["Ana"] * 6, "scheduled": [day(f"2026-11-{number}", 9) for number in range(24, 30)]
    }  # fmt: skip
    month = Month.of(tmp_path, Filled(business="career-coaching", day=day("2026-11-01"), rows={"sessions": sessions}))
    assert (month["scr"].value, month.measure("sessions_completed")) == (None, 0)
    assert month.problems("no_outcomes") == []
    assert month.apart == []


def test_incidents_of_which_none_says_what_became_known(tmp_path: Path) -> None:
    """Five things went wrong, and the column that tells whether something private became known was never used: that is
    no spotless month."""
    rows: dict[str, dict[str, list[Value]]] = {
        "incidents": {"date": [day("2026-10-05")] * 5},
        "tasks": {"id": ["T1"], "assigned": [day("2026-10-01")], "completed": [day("2026-10-02")]},
    }
    month = Month.of(tmp_path, Filled(business="luxury-personal-assistant", rows=rows))
    reason = month["discretion"].reason
    assert (month["discretion"].value, reason.code if reason else None) == (None, "no_outcome")
    assert month.apart == []


def test_prices_that_nobody_has_entered_of_a_pack(tmp_path: Path) -> None:
    """Six dogs were groomed; what was paid need not be entered, and of none it was. The salon has not worked for
    nothing: its takings wait. Once one price is there, they are that price; and two visits, of which none has one, may
    well have been free."""
    visits: Rows = {"booked": [day(f"2026-10-0{n}") for n in range(1, 7)], "came": ["yes"] * 6}
    for name, prices, takings in (("none", [None] * 6, None), ("one", [30.0, *[None] * 5], 30), ("few", [None] * 2, 0)):
        path = blank(STARTER, tmp_path / f"{name}.xlsx")
        append(path, "visits", {key: values[: len(prices)] for key, values in visits.items()} | {"price": prices})
        card = results(path, today=TODAY).scorecard
        assert card.measures["takings"].used == takings
        reason = card.result("takings_per_visit").reason
        assert (reason.code if reason else None) == ("no_outcome" if takings is None else "no_bands")
        refresh(path, now=NOW)
        assert differences(path, ironcalc_values(path)) == []
