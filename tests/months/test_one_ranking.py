"""One ranking, by hand: what needs the owner is typical at best, off its target or worse than before; what goes well is
above average, on target or better. The dashboard and the report say the same."""

from __future__ import annotations

from pathlib import Path

from hand import Month
from lxml import etree

from clock import NOW
from kpixl.kpi.actions import to_do
from kpixl.verbs import report
from workbooks import Filled, day, parts


def first(month: Month) -> list[str]:
    """The KPIs that the dashboard puts first."""
    names = (str(month.cell("dashboard", row, "tick") or "") for row in ("do_1", "do_2", "do_3"))
    return [name for name in names if name]


def on_the_page(month: Month) -> list[str]:
    """What is put first on the page to send."""
    page = report.report(month.path, out=month.path.with_name("page.html"), now=NOW).path.read_bytes()
    return [
        str(one.text) for one in etree.fromstring(page).iterfind(".//ol[@class='actions']/li/p[@class='what']/a/bdi")
    ]


def test_an_agency(tmp_path: Path) -> None:
    """60 % satisfied is below (typical from 80 %), 95 % of the tasks above average at least; nothing else is known."""
    typed = {"satisfied": 30, "surveyed": 50, "tasks_completed": 96, "tasks_assigned": 100}
    month = Month.of(tmp_path, Filled(typed=typed))
    assert (month["css"].needs, month["tcr"].good) == (True, True)
    assert first(month) == ["Client satisfaction score"]
    assert month.cell("dashboard", "verdict", "tick") == "1 good · 0 typical · 1 below par · not graded: 5"
    assert [one.kpi.id for one in to_do(month.scorecard)] == ["css"]
    assert on_the_page(month) == first(month)
    assert month.apart == []


def test_where_all_goes_well_nothing_needs_her(tmp_path: Path) -> None:
    typed = {"satisfied": 50, "surveyed": 50, "tasks_completed": 100, "tasks_assigned": 100}
    month = Month.of(tmp_path, Filled(typed=typed))
    assert first(month) == []
    assert month.cell("dashboard", "steps", "tick") == "Nothing needs you in this period."
    assert str(month.cell("dashboard", "verdict", "tick")).startswith("2 good · 0 typical · 0 below par")
    assert to_do(month.scorecard) == ()
    assert on_the_page(month) == []
    assert month.apart == []


def test_a_missed_target_does_not_go_best(tmp_path: Path) -> None:
    """A service business: revenue is 12,000 of 15,000 wanted; two complaints where three are allowed."""
    filled = Filled(
        business="service-business",
        typed={"revenue": 12_000, "complaints": 2},
        targets={"revenue": 15_000, "complaints": 3},
    )
    month = Month.of(tmp_path, filled)
    assert first(month) == ["Revenue"]
    assert str(month.cell("dashboard", "verdict", "tick")).startswith("1 good · 0 as before · 1 below par")
    assert [one.kpi.id for one in to_do(month.scorecard)] == ["revenue"]
    assert on_the_page(month) == ["Revenue"]
    assert month.apart == []


def test_what_still_builds_up_needs_nobody_while_it_is_on_its_way(tmp_path: Path) -> None:
    """22 November: 70 % of the revenue had come by now in earlier months. 11,200 lead to 16,000, more than the 15,000
    wanted: behind the target it needs nobody. 9,100 lead to 13,000, and do."""
    for revenue, needs in ((11_200, []), (9_100, ["Revenue"])):
        filled = Filled(
            business="service-business",
            day=day("2026-11-01"),
            typed={"revenue": revenue},
            targets={"revenue": 15_000},
            past=parts(0.7, "revenue", month=11),
        )
        month = Month.of(tmp_path / str(revenue), filled)
        assert first(month) == needs
        assert month.apart == []
