"""What one cell may turn out to be: a value, or not fit for its field with the reason. Converts each text once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_
from kpixl.imports.source import Raw, is_filled

Value: TypeAlias = str | float | None
"""What goes into a cell of the workbook: dates as Excel's serial numbers."""

BLANK = N_("is empty, and every row needs it")
BAD_DATE = N_("is not a date; write it like 2026-10-31 or 2026-10-31 14:30")
EITHER_DATE = N_("could be day/month or month/day, and the column holds both; write it like 2026-10-31")
EARLY_DATE = N_("is before March 1900, which Excel cannot hold as a date")
BAD_NUMBER = N_("is not a plain number; write it like 1234.5")
EITHER_NUMBER = N_("could be read with a decimal comma or point, and the column holds both; write it like 1234.5")
OTHER_CURRENCY = N_("is in another currency than the other amounts of its column")
BAD_HOURS = N_("is not a number of hours; write it like 7.5 or 7:30")
TOO_MANY_HOURS = N_("is more hours than a week has; write hours, not minutes or seconds")
NO_CHOICE = N_("is not one of the words that this column takes: {allowed}")
TOO_LONG = N_("is longer than the 32,767 characters that a cell of Excel holds")
CONTROL = N_("holds signs that cannot be shown")
FAILED = N_("is an error of a formula; fix it in that workbook")
TWICE = N_("is there twice, first in line {first}")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a cell does not fit its field: an English msgid, and what stands in it."""

    reason: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)


Marks: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]
"""Heading of a column of numbers, as names compare -> mark of a row -> marks of the numbers that such rows have."""
Read: TypeAlias = Value | Unfit
Convert: TypeAlias = Callable[[Raw], Read]


def converted(cells: Iterable[Raw], convert: Convert) -> list[Read]:
    """Every cell converted; blank ones are None, and errors of formulas never fit."""
    known: dict[object, Read] = {"": None}
    found: list[Read] = []
    for cell in cells:
        # True, 1 and 1.0 are one key to a dictionary.
        key: object = cell if type(cell) is str else (type(cell), cell)
        if key not in known:
            known[key] = _converted(cell, convert)
        found.append(known[key])
    return found


def _converted(cell: Raw, convert: Convert) -> Read:
    if isinstance(cell, ExcelError):
        return Unfit(FAILED)
    return convert(cell) if is_filled(cell) else None


def texts_in(cells: Iterable[Raw]) -> set[str]:
    """The different texts among some cells, without spaces around them."""
    return {cell.strip() for cell in cells if isinstance(cell, str)} - {""}
