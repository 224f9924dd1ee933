"""A value near a threshold or target, by hand: what is shown of it stands on the side on which it is judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from kpixl.catalog import catalogue
from kpixl.catalog.model import Level
from kpixl.cli.scorecard import scorecard_text
from kpixl.formula import evaluate
from kpixl.i18n import language
from kpixl.kpi.calc import calc
from kpixl.kpi.finer import finer
from workbooks import Filled

EN = language("en")
CSS, ART = (finer(catalogue().kpis[id_]) for id_ in ("css", "art"))
OF = 100_000.0


@pytest.mark.parametrize(
    ("satisfied", "shown", "more"),
    [
        # Typical begins at 85 % here. 84.996 % is below it and must not read as 85.0 %: three decimals tell.
        (84_996, "84.996%", 2),
        (84_960, "84.96%", 1),
        # 84.9 % and 85.1 % are told apart from 85 % as they are.
        (84_940, "84.9%", 0),
        (85_100, "85.1%", 0),
        # 85 % itself is typical, and so is what is a little more.
        (85_000, "85.0%", 0),
        (85_040, "85.04%", 1),
        (85_004, "85.004%", 2),
        # Half a case of 100,000 cannot be; 84.9996 % shows as finely as anything does.
        (84_999.6, "85.000%", 2),
    ],
)
def test_satisfaction_near_85_per_cent(satisfied: float, shown: str, more: int) -> None:
    value = satisfied / OF
    edges = {"typical": 0.85, "above_average": 0.97, "exceptional": None, "target": None}
    assert evaluate(CSS, {**edges, "value": value}) == more
    assert EN.number(value, "fraction", finer=more) == shown


def test_in_a_workbook_thresholds_and_the_target_are_edges(tmp_path: Path) -> None:
    filled = Filled(
        typed={"satisfied": 84_996, "surveyed": OF, "tasks_completed": 93_960, "tasks_assigned": OF},
        thresholds={("css", "typical"): 0.85},
        targets={"tcr": 0.94},
    )
    month = Month.of(tmp_path, filled)
    text = scorecard_text(month.scorecard, (), EN)
    assert month["css"].level is Level.BELOW
    assert " 84.996%" in text
    assert month["tcr"].against_target == "missed"
    assert " 93.96%" in text
    assert [month.cell("calc", kpi, "finer") for kpi in ("css", "tcr")] == [2, 1]
    assert month.apart == []


def test_hours_have_two_decimals_as_a_rule() -> None:
    # 2.9996 hours against an edge of 3: shown as 3.00 it would be on the edge, as 3.000 still.
    edges = {"typical": 3.0, "above_average": None, "exceptional": None, "target": None}
    assert [evaluate(ART, {**edges, "value": hours}) for hours in (2.98, 2.996, 2.9996, 3.0, 3.004, 3.01, None)] == [
        0, 1, 2, 0, 1, 0, None
    ]  # fmt: skip


def test_amounts_end_with_the_cent() -> None:
    found = calc("rpc", {"revenue": 899.999, "clients_served": 1.0})
    assert found.finer == 0
