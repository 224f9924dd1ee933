"""A survey of a cleaning company, by hand: satisfaction and recommendations, without any published benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from kpixl.catalog.model import Standing
from workbooks import Filled, Rows, day

SURVEYS: Rows = {
    "date": [day("2026-10-05")] * 5 + [day("2026-09-30")],
    "client": ["Ana", "Ben", "Cora", "Dora", "Eve", "Fay"],
    "score": [5, 4, 3, 1, None, 1],
    "recommend": [10, 9, 8, 2, 9, 0],
}


def test_satisfaction_and_recommendations(tmp_path: Path) -> None:
    """Two of the four scores of October are 4 or 5: one half. Five say whether they would recommend: three promoters,
    one detractor, Dora: 60 less 20 per cent. The answer of September does not count. The target of 30 is met; for
    satisfaction there is neither a benchmark nor a target nor a month before, and so no level."""
    filled = Filled(business="service-business", rows={"surveys": SURVEYS}, targets={"nps": 30})
    month = Month.of(tmp_path, filled)
    assert month["css"].value == 0.5
    assert month["nps"].value == pytest.approx(40)
    assert month["nps"].grade.standing is Standing.MET
    assert (month["css"].level, month["css"].grade.standing) == (None, None)
    assert month.apart == []


def test_without_a_survey_the_rest_goes_on(tmp_path: Path) -> None:
    """Who asks nobody has no figure, which says what it waits for, and never a zero."""
    month = Month.of(tmp_path, Filled(business="service-business"))
    assert (month["css"].value, month["nps"].value) == (None, None)
    reason = month["nps"].reason
    assert reason is not None
    assert reason.code == "not_entered"
