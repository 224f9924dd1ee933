"""What a value in a cell is to Excel: a number, a blank, an error; and what it compares by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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


@dataclass(frozen=True, slots=True)
class CellError:
    """What Excel shows where a formula failed: ``#N/A``, ``#REF!``… Neither a number nor blank."""

    code: str


_NUMERIC = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def match_key(text: str) -> str | float:
    """What COUNTIFS compares texts by: without case, and numbers by their value (007 is 7)."""
    return float(text) if _NUMERIC.fullmatch(text) else text.lower()
