"""The hosts in which the cases run: each takes cases and gives what their cells show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ironcalc
from cases import Case

import builds
import kpixl.functions
from clock import NOW
from kpixl.entries import Setup
from kpixl.functions import ExcelError, call
from kpixl.ooxml.cells import cell_name
from kpixl.period import Period
from kpixl.verbs import new

_ERRORS = {"#N/A": "NA()", "#DIV/0!": "1/0", "#NUM!": "SQRT(-1)", "#VALUE!": "#VALUE!"}
_OPTIONAL = {
    "KPI_GRADE": ("business", "language"),
    "KPI_LEVEL": ("business",),
    "KPI_THRESHOLD": ("business",),
    "KPI_NAME": ("language",),
    "KPI_EXPLAIN": ("language",),
}


def arguments(case: Case) -> tuple[Any, ...]:
    """The arguments with the business and the language, where the function takes them."""
    return (*case.arguments, *(getattr(case, name) for name in _OPTIONAL.get(case.name, ())))


def cells(cases: Sequence[Case]) -> list[Any]:
    """Python, as in cells."""
    return [call(case.name, *arguments(case)) for case in cases]


def numbers(cases: Sequence[Case]) -> list[Any]:
    """Python's own functions."""
    names = [case.name.removeprefix("KPI_").lower() for case in cases]
    return [getattr(kpixl.functions, name)(*arguments(case)) for name, case in zip(names, cases, strict=True)]


def lambdas(cases: Sequence[Case]) -> list[Any]:
    """The names of new workbooks in IronCalc, with the arguments in cells."""
    found: dict[int, Any] = {}
    for place in dict.fromkeys((case.business, case.language) for case in cases):
        mine = [case for case in cases if (case.business, case.language) == place]
        found.update(zip(map(id, mine), _computed(workbook(*place), mine), strict=True))
    return [found[id(case)] for case in cases]


@cache
def workbook(business: str, language: str) -> Path:
    """A new workbook whose currency is that of the benchmarks."""

    def make(folder: Path) -> None:
        setup = Setup(business, language, Period.parse("2026-10"), "TaskZenith", "USD")
        new.new(setup, folder / "new.xlsx", now=NOW)

    return builds.once(f"for functions {business} {language}", make) / "new.xlsx"


def _computed(path: Path, cases: Sequence[Case]) -> list[Any]:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.new_sheet()
    sheet = len(model.get_worksheets_properties()) - 1
    row = 1
    places = []
    for case in cases:
        given, height = [], 1
        column = 2
        for argument in case.arguments:
            lines = _lines(argument)
            corner, width = cell_name(row, column), max(map(len, lines))
            for down, line in enumerate(lines):
                for right, cell in enumerate(line):
                    _put(model, sheet, row + down, column + right, cell)
            last = cell_name(row + len(lines) - 1, column + width - 1)
            given.append(f"{corner}:{last}" if isinstance(argument, list) else corner)
            column, height = column + width, max(height, len(lines))
        model.update_cell_with_formula(sheet, row, 1, f"={case.name}({','.join(given)})")
        places.append(row)
        row += height
    model.evaluate()
    return [_shown(model, sheet, place) for place in places]


def _lines(argument: Any) -> list[list[Any]]:
    if not isinstance(argument, list):
        return [[argument]]
    return [row if isinstance(row, list) else [row] for row in argument]


def _put(model: Any, sheet: int, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, ExcelError):
        model.update_cell_with_formula(sheet, row, column, f"={_ERRORS[str(cell)]}")
    elif cell == "":
        model.update_cell_with_formula(sheet, row, column, '=""')
    elif isinstance(cell, bool):
        model.update_cell_with_bool(sheet, row, column, cell)
    elif isinstance(cell, str):
        model.update_cell_with_text(sheet, row, column, cell)
    elif cell is not None:
        model.update_cell_with_number(sheet, row, column, float(cell))


def _shown(model: Any, sheet: int, row: int) -> Any:
    value = model.get_cell_value(sheet, row, 1)
    failed = model.get_cell_type(sheet, row, 1) == ironcalc.CellType.ErrorValue
    return ExcelError(value) if failed else value
