"""One ranking, by hand: what needs the owner is typical at best, off its target or worse than before; what goes well is
above average, on target or better. The headline, the dashboard and the report say the same."""

from __future__ import annotations

from pathlib import Path

from hand import Month

from kpixl.i18n import language
from kpixl.texts.commentary import headline
from workbooks import Filled, day, parts

EN = language("en")
WORST, BEST = ("worst_1", "worst_2", "worst_3"), ("best_1", "best_2", "best_3")


def picked(month: Month, rows: tuple[str, ...]) -> list[str]:
    names = (str(month.cell("picks", row, "name") or "") for row in rows)
    return [name.partition(" · ")[0] for name in names if name]


def test_an_agency(tmp_path: Path) -> None:
    """60 % satisfied is below (typical from 80 %), 95 % of the tasks above average at least; nothing else is known."""
    typed = {"satisfied": 30, "surveyed": 50, "tasks_completed": 96, "tasks_assigned": 100}
    month = Month.of(tmp_path, Filled(typed=typed))
    assert (month["css"].needs, month["tcr"].good) == (True, True)
    assert picked(month, WORST) == ["CSS"]
    assert picked(month, BEST) == ["TCR"]
    assert headline(month.scorecard, EN).count("Start with CSS") == 1
    assert month.apart == []


def test_where_all_goes_well_nothing_needs_her(tmp_path: Path) -> None:
    typed = {"satisfied": 50, "surveyed": 50, "tasks_completed": 100, "tasks_assigned": 100}
    month = Month.of(tmp_path, Filled(typed=typed))
    assert picked(month, WORST) == []
    assert month.cell("picks", "worst_1", "tip") == "Nothing needs you."
    assert sorted(picked(month, BEST)) == ["CSS", "TCR"]
    # What goes well has its level beside it, and no advice to do better.
    assert str(month.cell("picks", "best_1", "tip")).startswith(("★", "▲"))
    assert "Start with" not in headline(month.scorecard, EN)
    assert month.apart == []


def test_a_missed_target_does_not_go_best(tmp_path: Path) -> None:
    """A service business: revenue is 12,000 of 15,000 wanted; two complaints where three are allowed."""
    filled = Filled(
        business="service-business",
        typed={"revenue": 12_000, "complaints": 2},
        targets={"revenue": 15_000, "complaints": 3},
    )
    month = Month.of(tmp_path, filled)
    assert (picked(month, WORST), picked(month, BEST)) == (["Revenue"], ["Customer complaints"])
    assert "Start with Revenue" in headline(month.scorecard, EN)
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
        assert picked(month, WORST) == needs
        assert month.apart == []
