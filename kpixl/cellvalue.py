"""What a value in a cell is to Excel: a number, a blank, an error; and what it compares by."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from enum import Enum

from kpixl.period import serial

_DAY_SECONDS = 86400


def number(raw: object) -> float | None:
    """The number that Excel holds in a cell with this value: dates and times as serials; None for text, blanks and
    truth values."""
    kind = type(raw)
    if kind is float or kind is int:
        return float(raw)  # type: ignore[arg-type]
    if kind is datetime:
        since = raw - datetime(1899, 12, 30)  # type: ignore[operator]
        return since.days + (since.seconds + since.microseconds / 1e6) / _DAY_SECONDS  # type: ignore[no-any-return]
    if kind is date:
        return float(serial(raw))  # type: ignore[arg-type]
    if kind is timedelta:
        return raw.total_seconds() / _DAY_SECONDS  # type: ignore[attr-defined, no-any-return]
    if kind is time:
        return (raw.hour * 3600 + raw.minute * 60 + raw.second + raw.microsecond / 1e6) / _DAY_SECONDS  # type: ignore[attr-defined, no-any-return]
    return None


def is_blank(raw: object) -> bool:
    """Whether Excel's criterion ``""`` would match the cell: empty, or an empty text."""
    return raw is None or raw == ""


class ExcelError(Enum):
    """What Excel shows where a formula failed, neither a number nor blank: its text, and the number by which VBA and
    COM know it.

    ``ExcelError("#N/A")`` is one by its text. A text that is not known here is kept as an error without a name in
    Excel's list and without a number. The member is the error; a text that reads the same is not.
    """

    number: int | None

    NULL = "#NULL!", 2000
    DIV0 = "#DIV/0!", 2007
    VALUE = "#VALUE!", 2015
    REF = "#REF!", 2023
    NAME = "#NAME?", 2029
    NUM = "#NUM!", 2036
    NA = "#N/A", 2042
    GETTING_DATA = "#GETTING_DATA", 2043
    SPILL = "#SPILL!", 2045
    CONNECT = "#CONNECT!", 2046
    BLOCKED = "#BLOCKED!", 2047
    UNKNOWN = "#UNKNOWN!", 2048
    FIELD = "#FIELD!", 2049
    CALC = "#CALC!", 2050

    def __new__(cls, text: str, number: int | None = None) -> ExcelError:
        """An error whose value is its text."""
        made = object.__new__(cls)
        made._value_, made.number = text, number
        return made

    @classmethod
    def _missing_(cls, value: object) -> ExcelError | None:
        if not isinstance(value, str):
            return None
        made = object.__new__(cls)
        made._name_, made._value_, made.number = value, value, None
        cls._value2member_map_[value] = made
        return made

    @classmethod
    def by_number(cls, number: int | None = None) -> ExcelError:
        """The error that VBA and COM know by a number; #VALUE! for one that is not known here."""
        return next((error for error in cls if error.number == number), cls.VALUE)

    @property
    def classic(self) -> ExcelError:
        """The error itself if every Excel knows it, else #VALUE!."""
        return self if self in CLASSIC_ERRORS else ExcelError.VALUE

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"ExcelError({self.value!r})"


UNSAVED = ExcelError("=")
"""What stands for the value of a formula that no program has computed yet."""

CLASSIC_ERRORS = (
    *(ExcelError.NULL, ExcelError.DIV0, ExcelError.VALUE, ExcelError.REF, ExcelError.NAME, ExcelError.NUM),
    ExcelError.NA,
)
"""Those that every Excel knows, and VBA by name; newer ones depend on the version."""


_NUMERIC = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def match_key(text: str) -> str | float:
    """What COUNTIFS compares texts by: without case, and numbers by their value (007 is 7).

    Excel's own rule, which decides what counts: it tells accents, spaces and signs apart that ``kpixl.folding`` takes
    for one, and nothing here may be more lenient than the formulas of the workbook.
    """
    if _NUMERIC.fullmatch(text):
        value = float(text)
        if math.isfinite(value):  # past the largest number, Excel has texts
            return value
    return text.lower()
