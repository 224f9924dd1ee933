"""What an expression gives: numbers, texts or truths in any shape, each of which may be blank or an error instead."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Item = float | str | bool | Sequence[float | None] | None
"""A single value, or the row of a series; None is blank."""


class State(IntEnum):
    """What stands in a place: a value, nothing, or one of Excel's errors."""

    VALUE = 0
    BLANK = 1
    DIV0 = 2
    """Divided by nothing."""
    NUM = 3
    """No real number, or one too large."""
    WRONG = 4
    """#VALUE!: not what is calculated with, such as a text."""
    NA = 5
    """Not available; charts leave it out."""


class Values:
    """An array of values and, in the same shape, of their states. What stands in ``data`` where there is no value means
    nothing. Without dimensions it is a single value."""

    __slots__ = ("data", "state")

    def __init__(self, data: Array, state: Array) -> None:
        self.data = data
        self.state = state

    @property
    def known(self) -> Array:
        """Where a value stands, in the shape of ``data``."""
        found: Array = self.state == State.VALUE
        return found

    def numbers(self) -> Array:
        """The numbers, in the shape of ``data``; NaN where there is none."""
        found: Array = np.where(self.known, self.data, np.nan)
        return found

    def item(self) -> Item:
        """The single value; None for a blank or an error."""
        return None if self.state != State.VALUE else self.data.item()

    def texts(self) -> Array:
        """As texts, empty for a blank."""
        return np.where(self.state == State.BLANK, "", self.data.astype(object))


def values(given: Item | Values | Sequence[Any] | Array) -> Values:
    """What is given from outside: None and NaN are blank."""
    if isinstance(given, Values):
        return given
    if given is None:
        return Values(_NOTHING, _BLANK)
    if isinstance(given, (bool, str)):
        return Values(np.asarray(given, dtype=object if isinstance(given, str) else bool), _VALUE)
    if isinstance(given, (int, float)):
        return Values(np.asarray(given, dtype=float), _BLANK if given != given else _VALUE)
    array = np.asarray(given)
    if array.dtype == bool:
        return Values(array, np.zeros(array.shape, dtype=np.uint8))
    if array.dtype.kind in "UO" and any(isinstance(one, str) for one in array.flat):
        found = array.astype(object)
        return Values(found, np.vectorize(lambda one: State.BLANK * (one is None), otypes=[np.uint8])(found))
    array = array.astype(float)
    return Values(array, np.isnan(array) * np.uint8(State.BLANK))


_NOTHING = np.asarray(np.nan)
_VALUE, _BLANK = (np.asarray(state, dtype=np.uint8) for state in (State.VALUE, State.BLANK))
