"""What is still open, by hand: a month whose customers may yet come says what is reached, and never that it is little.

A coach holds ten free consultations in October. By the article it is little when less than 20 % of them become
clients, typical from 20 %, above average from 40 %, exceptional over 60 %.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from engines import contents, differences, ironcalc_values
from kpixl.catalog.model import Level
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from workbooks import Filled, Rows, day, make, opened, placed

PEOPLE = [f"P{number}" for number in range(10)]


def october(path: Path, won: int, typed: float | None = None) -> Path:
    """Ten consultations on 5 October, of which ``won`` became clients a week later."""
    rows: Rows = {
        "date": [day("2026-10-01")] * 10,
        "lead": PEOPLE,
        "consultation": [day("2026-10-05")] * 10,
        "converted": [day("2026-10-12")] * won + [None] * (10 - won),
    }
    # August made 50 %, September 10 %.
    past = [(day("2026-08-01"), "cc_crfcpc", 0.5), (day("2026-09-01"), "cc_crfcpc", 0.1)]
    totals = {} if typed is None else {"consultations_converted": typed}
    filled = Filled(business="career-coaching", rows={"leads": rows}, past=past, typed=totals)
    return make(path / "Coach 2026-10.xlsx", filled, refresh=False)


@pytest.mark.parametrize(
    ("won", "today", "level", "word"),
    [
        # 1 of 10 is little, but until 30 December nine may still come: nothing is said.
        (1, date(2026, 11, 10), None, "○ not graded"),
        # October ended on the 31st; 60 days later, on 30 December, 1 of 10 is what it is.
        (1, date(2026, 12, 29), None, "○ not graded"),
        (1, date(2026, 12, 30), Level.BELOW, "▼ below benchmark"),
        # 4 of 10 can only become more: at least above average.
        (4, date(2026, 11, 10), Level.ABOVE_AVERAGE, "▲ at least above average"),
        (4, date(2026, 12, 30), Level.ABOVE_AVERAGE, "▲ above average"),
        # Nothing is above exceptional.
        (7, date(2026, 11, 10), Level.EXCEPTIONAL, "★ exceptional"),
    ],
)
def test_october(won: int, today: date, level: Level | None, word: str, tmp_path: Path) -> None:
    path = october(tmp_path, won)
    result = results(path, today=today).scorecard.result("crfcpc")
    final = today >= date(2026, 12, 30)
    assert (result.value, result.level, result.open) == (won / 10, level, not final)
    # September, final on 29 November, stands beside it on 29 December; on 10 November, August does.
    told = None if result.final is None else (str(result.final.period), result.final.value)
    assert told == (None if final else ("2026-09", 0.1) if today.month == 12 else ("2026-08", 0.5))
    # No arrow while it is open: September's 10 % had two months, this one has not.
    assert (result.past.trend is None) is not final
    refresh(path, now=datetime.combine(today, datetime.min.time()))
    book, cells = opened(path), contents(path)
    assert cells[placed(book, "kpis", "crfcpc", "level")].value == word


def test_what_was_typed_is_the_last_word(tmp_path: Path) -> None:
    # The owner says one client: 10 %, below.
    result = results(october(tmp_path, 3, typed=1), today=date(2026, 11, 10)).scorecard.result("crfcpc")
    assert (result.level, result.open) == (Level.BELOW, False)


@pytest.mark.parametrize("won", [1, 4, 7])
def test_the_sheet_says_the_same(won: int, tmp_path: Path) -> None:
    path = october(tmp_path, won)
    refresh(path, now=datetime(2026, 11, 22))
    assert differences(path, ironcalc_values(path)) == []
