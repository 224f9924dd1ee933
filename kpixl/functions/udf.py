"""The functions for xlwings: Excel on Windows hands over its cells, and each function gives back what they shall show.

Computes nothing itself, and nothing here raises: what goes wrong is #VALUE! in the cell. An error is given back as
its text (``#N/A``), of which the wrapper in the workbook makes the error itself; no function has such a text to give.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import numpy as np
import xlwings as xw
from xlwings.conversion import Accessor, Pipeline

from kpixl.cellvalue import ExcelError
from kpixl.functions.describe import descriptions, functions
from kpixl.functions.dispatch import call
from kpixl.functions.python import public

CATEGORY = "kpixl"
"""Where Excel's list of functions has them."""
_OFFSET = 0x7FF60000
"""What COM's number for an error is short of the one that VBA's CVErr takes."""
_NUMBERS = range(2000, 3000)
_PLAIN = {float, type(None)}


class UdfCells(Accessor):
    """How xlwings is to hand cells over, and to take them back."""

    @classmethod
    def reader(cls, options: Any) -> Pipeline:
        """From an argument to a cell, or to an array of rows: a row stays a row."""
        return Pipeline([_read])

    @classmethod
    def writer(cls, options: Any) -> Pipeline:
        """From a result to rows of numbers and texts."""
        return Pipeline([_write])


def _read(context: Any) -> None:
    try:
        context.value = given(context.value if context.range is None else _in_range(context.range.api))
    except Exception:
        context.value = ExcelError.VALUE


def _in_range(cells: Any) -> object:
    """The cells as bare numbers: ``Value`` would round money to four decimals and make dates of day numbers."""
    return ExcelError.VALUE if cells.Areas.Count > 1 else cells.Value2


def _write(context: Any) -> None:
    context.value = shown(context.value)


def given(argument: object) -> object:
    """An argument from COM: a cell as it is, an error as one, tuples of cells or of rows as an array of rows."""
    if not isinstance(argument, tuple | list):
        return _cell(argument)
    rows = argument if argument and isinstance(argument[0], tuple | list) else (argument,)
    cells = list(chain.from_iterable(rows))
    shape = (len(rows), len(rows[0]))
    if _PLAIN.issuperset(map(type, cells)):
        return np.array(cells, dtype=float).reshape(shape)
    found = np.empty(len(cells), dtype=object)
    found[:] = [_cell(cell) for cell in cells]
    return found.reshape(shape)


def _cell(cell: object) -> object:
    """COM gives whole numbers for errors alone; newer ones (#SPILL!) have no older name than #VALUE!."""
    if type(cell) is int and cell + _OFFSET in _NUMBERS:
        return ExcelError.by_number(cell + _OFFSET).classic
    return cell


def shown(result: Any) -> list[list[float | str]]:
    """A result as COM takes it: rows, with errors as their texts."""
    rows = result if isinstance(result, list) else [[result]]
    return [[cell.value if type(cell) is ExcelError else cell for cell in row] for row in rows]


def decorated(
    func: Callable[..., Any], arg: Callable[..., Any], ret: Callable[..., Any], code: str = "en"
) -> Mapping[str, Callable[..., Any]]:
    """Every function by its name, marked by xlwings' decorators, with its help in a language."""
    made = {}
    for described in descriptions(code):
        one = _made(described.name, described.help)
        for name, text in described.arguments:
            one = arg(name, UdfCells, doc=text)(one)
        made[described.name] = func(category=CATEGORY)(ret(UdfCells)(one))
    return made


def _made(name: str, text: str) -> Callable[..., Any]:
    def compute(*arguments: object) -> object:
        try:
            return call(name, *arguments)
        except Exception:
            return ExcelError.VALUE

    compute.__name__ = compute.__qualname__ = name
    compute.__doc__ = text
    compute.__annotations__ = {}  # xlwings would take them for converters
    compute.__signature__ = inspect.signature(public()[functions()[name].id])  # type: ignore[attr-defined]
    return compute


globals().update(decorated(xw.func, xw.arg, xw.ret))
