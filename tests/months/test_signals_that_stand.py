"""A signal that stands, by hand: one bad or splendid month does not widen what is usual, and hide the next one.

Satisfaction is 80 and 81 % in turn, 95 % in one month, and 80 and 81 % again.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engines import differences, ironcalc_values
from kpixl.i18n import language
from kpixl.kpi.signals import Signal, limits, signal, used_values
from kpixl.period import serial
from kpixl.texts.commentary import comment
from kpixl.verbs.results import results
from workbooks import Filled, make

BEFORE = [0.80, 0.81, 0.80, 0.81, 0.80, 0.81]
PAST: list[float | None] = [*BEFORE, 0.95, 0.80, 0.81, 0.80, 0.81]


def test_later_limits_do_without_it() -> None:
    # Six months on average 80.5 %, a point apart: 80.5 ± 2.66. 95 is a signal, and is not used any more.
    assert used_values(PAST) == [*BEFORE, None, 0.80, 0.81, 0.80, 0.81]
    found = limits(PAST, 0.0, 1.0)
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((0.805, 0.805 - 0.0266, 0.805 + 0.0266))
    assert found.without == 1
    # With it 84 % would be usual: mean 81.8, steps of 14 and 15 points among eight of one, 3.7 on average.
    assert signal(PAST, 0.84, found) is Signal.ABOVE
    assert signal(PAST, 0.83, found) is Signal.USUAL


def test_what_comes_first_makes_the_limits() -> None:
    # Before there are six months nothing is a signal.
    past: list[float | None] = [0.80, 0.81, 0.95, 0.80, 0.81, 0.80]
    assert used_values(past) == past


def test_a_month_without_a_value_is_used_by_nothing() -> None:
    assert used_values([None, *BEFORE, 0.95]) == [None, *BEFORE, None]


@pytest.mark.parametrize(("satisfied", "word"), [(84, "above"), (83, "usual")])
def test_in_a_workbook(satisfied: float, word: str, tmp_path: Path) -> None:
    starts = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 10))]
    past = [(float(serial(day)), "va_css", value) for day, value in zip(starts, PAST, strict=True)]
    path = make(tmp_path / "b.xlsx", Filled(typed={"satisfied": satisfied, "surveyed": 100}, past=past))
    scorecard = results(path, today=date(2026, 11, 22)).scorecard
    result = scorecard.result("css")
    assert result.past.signal == word
    # What was left out is said beside it.
    assert "earlier signals that the usual range does without: 1" in comment(result, scorecard, language("en"))
    assert differences(path, ironcalc_values(path)) == []
