"""An Excel error in a cell of the owner's own: a target, a threshold, a setting, a typed total. By hand.

It is told with its cell and what to do, nothing is graded by it, and what stands there instead is not graded as if it
were right: the level says that something behind it is wrong, until the cell is put right. The sheet says the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month

from clock import TODAY
from engines import differences, ironcalc_values
from excel_engine import Excel
from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.errors import BadSetting
from kpixl.excel.live import open_workbook
from workbooks import Filled, Value, day, named, opened, placed, put

OCTOBER: dict[str, dict[str, list[Value]]] = {
    # Nine of ten are 4 or 5: 90 %, above average.
    "surveys": {"date": [day("2026-10-05")] * 10, "score": [*[5.0] * 6, *[4.0] * 3, 2.0]},
    # 13 of 16 hours: 81 %, above average from 80 %.
    "hours": {
        "date": [day("2026-10-05"), day("2026-10-06")],
        "assistant": ["Eva", "Eva"],
        "available": [8.0, 8.0],
        "productive": [6.0, 7.0],
    },
    # An hour: typical, and above average only under one.
    "requests": {"client": ["Ana"], "opened": [day("2026-10-05", 9)], "resolved": [day("2026-10-05", 10)]},
    # Three of four in time: 75 %, above average.
    "tasks": {
        "assigned": [day("2026-10-05")] * 4,
        "completed": [*[day("2026-10-06")] * 3, None],
    },
}
WRONG = Filled(
    rows=OCTOBER,
    targets={"aur": ExcelError.NA},
    thresholds={("art", "typical"): ExcelError.DIV0},
    settings={"satisfied_cut": ExcelError.REF, "late_days": ExcelError.NAME, "stay_gap": 400},
    typed={"tasks_completed": ExcelError.VALUE},
)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return Month.of(tmp_path_factory.mktemp("errors"), WRONG)


@pytest.mark.parametrize(
    ("code", "block", "row", "column", "error"),
    [
        ("target_wrong", "kpis", "aur", "target", "#N/A"),
        ("threshold_wrong", "thresholds", "art", "typical_yours", "#DIV/0!"),
        ("setting_wrong", "settings", "satisfied_cut", "value", "#REF!"),
        ("setting_wrong", "settings", "late_days", "value", "#NAME?"),
        ("typed_wrong", "totals", "tasks_completed", "typed", "#VALUE!"),
    ],
)
def test_each_is_told_with_its_cell(code: str, block: str, row: str, column: str, error: str, month: Month) -> None:
    place = placed(opened(month.path), block, row, column)
    (problem,) = [one for one in month.problems(code) if (one.sheet, one.cell) == place]
    assert problem.severity == "error"
    assert str(problem.details["got"]) == error


@pytest.mark.parametrize(
    ("kpi", "value", "level", "wrong"),
    [
        # The error was to be the target: there is none, and the bands judge as ever.
        ("aur", 13 / 16, Level.ABOVE_AVERAGE, 0),
        # Her own edge cannot be read; by the published ones an hour is typical.
        ("art", 1, Level.TYPICAL, 1),
        # From which score on an answer counts as satisfied she had said, and nobody can read it; 4 is what holds.
        ("css", 0.9, Level.ABOVE_AVERAGE, 1),
        # The total that she meant cannot be read: the rows count.
        ("tcr", 3 / 4, Level.ABOVE_AVERAGE, 1),
    ],
)
def test_what_stands_instead_is_marked(kpi: str, value: float, level: Level, wrong: int, month: Month) -> None:
    result = month[kpi]
    assert result.value == pytest.approx(value)
    assert (result.level, result.wrong) == (level, wrong)
    assert str(month.cell("kpis", kpi, "level")).endswith(f"✖ {wrong}" if wrong else level.id.replace("_", " "))


def test_a_setting_out_of_its_range_is_marked_as_an_error_is(month: Month) -> None:
    """A gap of 400 days, of which 366 are the most: what she meant nobody can say, as little as of a cell with an
    error, or of an amount that cannot be read. What goes by stays is marked, there and in the sheet; what does not is
    not. (Only where a row may count for or against, and both are known, does a level go.)"""
    assert month.problems("setting_out_of_range")
    assert {kpi: month[kpi].wrong for kpi in ("crr", "aur")} == {"crr": 1, "aur": 0}


def test_in_the_open_excel(month: Month) -> None:
    found = open_workbook.results(Excel(month.path).book, today=TODAY)
    assert [(one.kpi.id, one.wrong) for one in found.scorecard.results] == [
        (one.kpi.id, one.wrong) for one in month.scorecard.results
    ]
    assert {one.cell for one in found.problems if one.code.endswith("_wrong")} == {
        one.cell for code in ("target_wrong", "threshold_wrong", "setting_wrong", "typed_wrong")
        for one in month.problems(code)
    }  # fmt: skip


def test_a_period_that_is_an_error_is_named(month: Month, tmp_path: Path) -> None:
    path = tmp_path / "period.xlsx"
    path.write_bytes(month.path.read_bytes())
    put(path, {named(opened(path), "period_day"): ExcelError.NA})
    with pytest.raises(BadSetting, match="holds “#N/A”, which is not a date"):
        opened(path)


def test_sheet_and_python_agree_until_it_is_put_right(month: Month, tmp_path: Path) -> None:
    assert month.apart == []
    path = tmp_path / "right.xlsx"
    path.write_bytes(month.path.read_bytes())
    book = opened(path)
    # Live, without a refresh: three of four of 4, over an edge of hers at two hours; the marks are gone.
    right = {
        placed(book, "thresholds", "art", "typical_yours"): 2.0,
        placed(book, "settings", "satisfied_cut", "value"): 4.0,
        placed(book, "totals", "tasks_completed", "typed"): None,
    }
    put(path, right)
    values = ironcalc_values(path)
    for kpi in ("art", "css", "tcr"):
        assert "✖" not in str(values[placed(book, "kpis", kpi, "level")])
    assert differences(path, values)  # the saved ones still have them
