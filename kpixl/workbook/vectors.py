"""A column of cell values as numpy arrays: what counts as a number, what as a text. Excel decides, not a guess."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from kpixl.cellvalue import ExcelError, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Sequence


def as_numbers(values: Sequence[Any]) -> tuple[np.ndarray, dict[int, object]]:
    """A column as Excel counts it: its numbers, NaN elsewhere; and what is neither a number nor blank."""
    out = np.array([value if type(value) is float else np.nan for value in values], dtype=float)
    odd: dict[int, object] = {}
    for row in np.flatnonzero(np.isnan(out)).tolist():
        value = values[row]
        if value == "":
            continue
        if (converted := number(value)) is not None:
            out[row] = converted
        elif not is_blank(value):
            odd[row] = value
    return out, odd


def as_texts(values: Sequence[Any]) -> np.ndarray:
    """A column of texts; None where blank or where an error stands, which is no text. Numbers and dates are written
    out."""
    out = np.empty(len(values), dtype=object)
    if set(map(type, values)) <= {str}:
        out[:] = values
        out[out == ""] = None
        return out
    out[:] = [(value or None) if type(value) is str else _text(value) for value in values]
    return out


def _text(value: object) -> str | None:
    if is_blank(value) or isinstance(value, ExcelError):
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
