"""What goes into the functions and comes out of them, as a cell of Excel has it. Computes no KPI.

The errors are the same in every host. The first argument that has a fault decides, then what the function finds:

- #VALUE!: a blank (``None``, NaN, NaT), a text, even of digits, TRUE or FALSE where a number is needed; anything but a
  text where an id is needed; the wrong number of measures; columns of different sizes side by side
- #NUM!: an infinity; a number or a result past what a cell holds
- #DIV/0!: a denominator of zero, or no answer to take a share of
- #N/A: a KPI, level, business or language that nobody knows; no benchmark, threshold or next level; a place beyond the
  end of a range that is shorter than another
- a cell with an error: that error; #VALUE! for one that only newer Excels know (#SPILL!)

An optional argument that is left blank has its default.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from kpixl.cellvalue import CLASSIC_ERRORS, ExcelError
from kpixl.period import serial

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


Cell: TypeAlias = float | str | ExcelError
"""What a function gives to a cell."""


@dataclass(frozen=True)
class NumberArray:
    """Numbers of one shape, and which of them are errors: 0 for none, else one more than the place in
    ``CLASSIC_ERRORS``."""

    values: Array
    """Floats: dates as serials, what is an error as anything."""
    errors: Array
    """Whole numbers, of the same shape."""

    def cells(self) -> Array:
        """The same as objects: floats and errors."""
        found = self.values.astype(object)
        for code in np.unique(self.errors[self.errors > 0]):
            found[self.errors == code] = CLASSIC_ERRORS[code - 1]
        return found


def code_of(error: ExcelError) -> int:
    """The number by which ``NumberArray`` knows an error; ValueError for one that only newer Excels know."""
    return CLASSIC_ERRORS.index(error) + 1


def number_of(cell: object) -> float | ExcelError:
    """The number in a cell, a date as its serial; an error for anything else."""
    if isinstance(cell, ExcelError):
        return cell.classic
    if isinstance(cell, np.datetime64):
        cell = None if np.isnat(cell) else cell.astype("datetime64[us]").item()
        if isinstance(cell, int):  # a year past 9999
            return ExcelError.NUM
    if isinstance(cell, date):
        return _moment(cell)
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, Real | Decimal):
        return ExcelError.VALUE
    try:
        number = float(cell)
    except OverflowError:
        return ExcelError.NUM
    except ValueError:  # a signalling NaN
        return ExcelError.VALUE
    if math.isnan(number):
        return ExcelError.VALUE
    return ExcelError.NUM if math.isinf(number) else number


def _moment(cell: date) -> float | ExcelError:
    """A date with its time as it stands on the clock, whatever the zone."""
    if cell != cell:  # pandas has a date that is none
        return ExcelError.VALUE
    if not isinstance(cell, datetime):
        return float(serial(cell))
    seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    return serial(cell.date()) + seconds / 86400


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing at all."""
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def array_of(argument: object) -> Array:
    """An argument as an array of floats or of objects: without dimensions for a single cell, a row for each list in a
    list."""
    if hasattr(argument, "to_numpy") and not isinstance(argument, date | type):
        argument = argument.to_numpy()
    if isinstance(argument, np.ndarray):
        return _plain(argument)
    if isinstance(argument, list | tuple):
        return _of_rows(argument)
    return _filled((), [argument])


def _plain(array: Array) -> Array:
    if array.dtype.kind in "iuf":
        with np.errstate(over="ignore"):
            return array.astype(float)
    if array.dtype.kind == "M":
        return _filled(array.shape, list(array.ravel()))
    return array.astype(object)


def _of_rows(rows: Sequence[object]) -> Array:
    if not any(isinstance(row, list | tuple) for row in rows):
        return _filled((len(rows),), rows)
    lines = [row if isinstance(row, list | tuple) else [row] for row in rows]
    width = max(map(len, lines))
    return _filled((len(lines), width), [cell for line in lines for cell in (*line, *[None] * (width - len(line)))])


def _filled(shape: tuple[int, ...], cells: Sequence[object]) -> Array:
    found = np.empty(len(cells), dtype=object)
    for place, cell in enumerate(cells):
        found[place] = cell
    return found.reshape(shape)


def numbers_of(array: Array) -> NumberArray:
    """The numbers in an array, and what is wrong with the other cells."""
    if array.dtype != object:
        errors = np.where(np.isnan(array), code_of(ExcelError.VALUE), 0)
        return NumberArray(array, np.where(np.isinf(array), code_of(ExcelError.NUM), errors).astype(np.uint8))
    found = [number_of(cell) for cell in array.flat]
    values = np.array([0.0 if isinstance(one, ExcelError) else one for one in found], dtype=float)
    codes = np.array([code_of(one) if isinstance(one, ExcelError) else 0 for one in found], dtype=np.uint8)
    return NumberArray(values.reshape(array.shape), codes.reshape(array.shape))


def common_shape(arrays: Sequence[Array]) -> tuple[int, ...]:
    """The shape into which all fit: what is one wide is repeated, else the longest counts."""
    depth = max((array.ndim for array in arrays), default=0)
    shapes = [(1,) * (depth - array.ndim) + array.shape for array in arrays]
    return tuple(max((size for size in sizes if size != 1), default=1) for sizes in zip(*shapes, strict=True))


def stretched(array: Array, shape: tuple[int, ...], beyond: object) -> Array:
    """``array`` in a common shape: repeated where it is one wide, with ``beyond`` where it is too short."""
    own = (1,) * (len(shape) - array.ndim) + array.shape
    reached = tuple(size if have == 1 else have for have, size in zip(own, shape, strict=True))
    repeated = np.broadcast_to(array.reshape(own), reached)
    if reached == shape:
        return repeated
    found = np.full(shape, beyond, dtype=array.dtype)
    found[tuple(slice(size) for size in reached)] = repeated
    return found
