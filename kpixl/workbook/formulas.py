"""Measures and grading as Excel formulas: only functions of Excel 2016, only forms that every engine evaluates."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

from kpixl.formula import to_excel
from kpixl.formula.nodes import Number
from kpixl.score import NOISE

if TYPE_CHECKING:
    from kpixl.catalog.model import Calculated, Condition, Measure, Table

ColumnOf = Callable[[str, str], str]
"""Table id and column id -> the structured reference of the whole column."""

NOISE_TEXT = f"{NOISE:.0E}".replace("E-0", "E-")


def measure_formula(measure: Measure, table: Table, column_of: ColumnOf) -> str:
    """The measure over its table. COUNTIFS has no “or”, so a condition that also takes blanks makes it a sum of two.

    Blank, as in ``kpixl.measure.aggregate``, where a kept list has not been filled in, or the table is gone.
    """
    choices = [(False, True) if condition.or_blank else (False,) for condition in measure.where]
    terms = [_term(measure, blanks, column_of) for blanks in product(*choices)]
    total = "+".join(terms)
    if table.kept:
        first = column_of(table.id, measure.where[0].column)
        total = f'IF(COUNTBLANK({first})=ROWS({first}),"",{total})'
    return f'IFERROR({total},"")'


def _term(measure: Measure, blanks: tuple[bool, ...], column_of: ColumnOf) -> str:
    criteria = ",".join(
        f"{column_of(measure.table, condition.column)},{_criterion(condition, measure, blank=blank)}"
        for condition, blank in zip(measure.where, blanks, strict=True)
    )
    if measure.aggregate == "count":
        return f"COUNTIFS({criteria})"
    assert measure.column is not None
    return f"SUMIFS({column_of(measure.table, measure.column)},{criteria})"


def _criterion(condition: Condition, measure: Measure, *, blank: bool) -> str:
    if blank:
        return '""'
    # A literal stands outside the quotes, since Excel reads the text of a criterion by the owner's decimal sign.
    return f'"{condition.comparison}"&{_operand(condition.operand, measure)}'


def _operand(operand: float | str, measure: Measure) -> str:
    if isinstance(operand, str):
        return {
            "window_start": f"window_start{measure.window.suffix}" if measure.window.suffix else "period_start",
            "after_window": "period_after",
        }.get(operand, operand)
    return to_excel(Number(operand))


def calculated_formula(column: Calculated, cell_of: Callable[[str], str]) -> str:
    """A calculated column: blank where a date is missing or the two run backwards. ``cell_of`` names a field's cell."""
    since, until = cell_of(column.since), cell_of(column.until)
    if column.unit == "days":
        since_, until_, scale = f"INT({since})", f"INT({until})", ""
    else:
        since_, until_, scale = since, until, "*24"
    span = f"({until_}-{since_}){scale}" if scale else f"{until_}-{since_}"
    return f'IF(AND(ISNUMBER({since}),ISNUMBER({until})),IF({until_}>={since_},{span},""),"")'


def passes(value: str, threshold: str, comparison: str) -> str:
    """Whether ``value`` is on the good side of ``threshold``; a blank threshold is never passed."""
    noise = f"{NOISE_TEXT}*MAX(1,ABS({threshold}))"
    gap = f"{value}-{threshold}"
    test = {">=": f"{gap}>=-{noise}", ">": f"{gap}>{noise}", "<=": f"{gap}<={noise}", "<": f"{gap}<-{noise}"}
    return f"IF(ISNUMBER({threshold}),{test[comparison]},FALSE)"
