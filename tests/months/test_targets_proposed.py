"""A first month without targets, by hand: there are figures, nothing tells whether they are good, and targets to choose
from are offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from engines import Value, contents
from kpixl.i18n import language
from kpixl.kpi.calc import calc
from kpixl.kpi.proposals import proposals
from kpixl.ooxml.cells import cell_name, parse_area
from workbooks import Filled, opened, package_of, placed, put, refreshed

SERVICE = "service-business"
TYPED = {
    "revenue": 15_850,
    "sales_marketing_spend": 2_130,
    "clients_new": 10,
    "leads_qualified": 40,
    "leads_converted": 9,
}
"""Customers cost 213 each; 22.5 % of the leads become customers."""
EN = language("en")


def test_a_first_month(tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=TYPED))
    assert month["revenue"].level is None
    assert month["revenue"].grade.standing is None
    steps = str(month.cell("dashboard", "steps", "tick")).split("\n")
    assert steps[0].startswith("1. Set targets")
    assert steps[1].startswith("2. Or close the period")
    verdict = month.cell("dashboard", "verdict", "tick")
    assert verdict == "There are figures, and nothing yet to hold them against."
    # The period's own figure; there is no earlier one, so it is the best; a round figure beyond it.
    offered = [month.cell("calc", "revenue", f"proposal_{number}") for number in (1, 2, 3)]
    assert offered[:2] == [15_850, 16_000]
    assert choices(month, "revenue") == offered[:2]
    (note,) = month.problems("no_targets")
    assert note.severity == "note"
    assert "16,000" in note.mend(EN)
    assert month.apart == []


def choices(month: Month, kpi: str) -> list[Value]:
    """What the list in the cell of a target has; one that is typed need not be of it."""
    book = opened(month.path)
    target, sheet = placed(book, "kpis", kpi, "target")[1], package_of(book).tree(book.sheets["kpis"].part)
    (rule,) = (one for one in sheet.iter("{*}dataValidation") if target in (one.get("sqref") or "").split())
    assert (rule.get("type"), rule.get("showErrorMessage") in (None, "0")) == ("list", True)
    assert rule.get("showDropDown") in (None, "0")
    name, _, area = str(rule.findtext("{*}formula1")).replace("$", "").rpartition("!")
    held, cells = contents(month.path), parse_area(area)
    places = (cell_name(cells.top, column) for column in range(cells.left, cells.right + 1))
    return [held[name.strip("'"), place].value for place in places if (name.strip("'"), place) in held]


def test_a_proposal_is_typed_by_a_click_and_left_by_none(tmp_path: Path) -> None:
    """She picks 16,000 from the list: 15,850 miss it. Of the cost of a customer she picks nothing, and nothing is
    judged."""
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=TYPED))
    put(month.path, {placed(opened(month.path), "kpis", "revenue", "target"): choices(month, "revenue")[1]})
    picked = Month(refreshed(month.path, tmp_path / "picked.xlsx"))
    assert (picked["revenue"].against_target, picked["cac"].against_target) == ("missed", None)
    assert picked.apart == []


def test_with_a_target_there_is_something_to_hold_it_against(tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled(business=SERVICE, typed={"revenue": 15_850}, targets={"revenue": 16_000}))
    assert month.cell("calc", "revenue", "proposal_1") in (None, "")
    assert month.problems("no_targets") == []
    assert not str(month.cell("dashboard", "steps", "tick")).startswith("1.")
    assert month.apart == []


def test_an_empty_workbook_begins_with_the_first_steps(tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled(business=SERVICE))
    assert str(month.cell("dashboard", "steps", "tick")).startswith("1. Fill in the yellow tabs")
    assert month.problems("no_targets") == []


@pytest.mark.parametrize(
    ("kpi", "numbers", "past", "offered"),
    [
        # 15,850 now, 17,420 in the best month: what is now, the best, and 18,000.
        ("revenue", {"revenue": 15_850}, (12_000, 17_420, None), (15_850, 17_420, 18_000)),
        # Less is better: 213 now, 188.40 at best, and 180.
        ("cac", {"sales_marketing_spend": 2_130, "clients_new": 10}, (188.4, 250), (213, 188.4, 180)),
        # 22.5 % now is the best so far; 23 %.
        ("conversion", {"leads_converted": 9, "leads_qualified": 40}, (0.2,), (0.225, 0.23)),
        # More than all cannot be: 99.6 % is rounded up to 100 %.
        ("conversion", {"leads_converted": 249, "leads_qualified": 250}, (), (0.996, 1.0)),
        # Three complaints: three, the best was one.
        ("complaints", {"complaints": 3}, (1, 4), (3, 1)),
        ("complaints", {"complaints": 0}, (), (0,)),
        # What is a round figure already is offered once.
        ("revenue", {"revenue": 16_000}, (), (16_000,)),
        # A loss: −2,340 now; −2,300 is a little better.
        ("revenue", {"revenue": -2_340}, (), (-2_340, -2_300)),
    ],
)
def test_three_figures_at_most(
    kpi: str, numbers: dict[str, float], past: tuple[float | None, ...], offered: tuple[float, ...]
) -> None:
    found = proposals(calc(kpi, numbers, SERVICE), past)
    assert found == pytest.approx(offered)


def test_a_benchmark_needs_no_proposal() -> None:
    assert proposals(calc("css", {"satisfied": 40, "surveyed": 50}), (0.7, 0.8)) == ()
