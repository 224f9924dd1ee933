"""Calls a function with what stands in cells and gives back what its cell shall show. Never raises.

A range is a list of rows, a list of cells (a column), or an array of numpy or pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import ExcelError
from kpixl.functions.arguments import Array, Cell, array_of, common_shape, numbers_of, stretched
from kpixl.functions.arrays import kpi_numbers
from kpixl.functions.describe import functions
from kpixl.functions.look_up import Fault, explain, grade, level, name, threshold, to_next
from kpixl.functions.scores import art_times, css_scores, nps_scores

if TYPE_CHECKING:
    from kpixl.functions.describe import Function

_OF_CELLS: Mapping[str, Callable[..., Cell]] = {
    "KPI_GRADE": grade,
    "KPI_LEVEL": level,
    "KPI_THRESHOLD": threshold,
    "KPI_NAME": name,
    "KPI_EXPLAIN": explain,
}
_OF_RANGES: Mapping[str, Callable[..., Cell]] = {
    "KPI_NPS_SCORES": nps_scores,
    "KPI_CSS_SCORES": css_scores,
    "KPI_ART_TIMES": art_times,
}


def call(function_name: str, /, *arguments: object) -> Cell | list[list[Cell]]:
    """The result of the function ``function_name`` for a cell, or for every cell of a range, by rows.

    Optional arguments may be left out. #NAME? for a function that is not known, #VALUE! for the wrong number of
    arguments or a block of more than two dimensions; for all other errors see ``kpixl.functions.arguments``.
    """
    function = functions().get(str(function_name).upper())
    if function is None:
        return ExcelError.NAME
    if not _takes(function, len(arguments)):
        return ExcelError.VALUE
    arrays = [_block(array_of(argument)) for argument in arguments]
    if any(array.ndim > 2 or not array.size for array in arrays):
        return ExcelError.VALUE
    found = evaluate(function, arrays)
    if found.ndim:
        rows: list[list[Cell]] = found.tolist()
        return rows
    cell: Cell = found.item()
    return cell


def _takes(function: Function, count: int) -> bool:
    needed = sum(not parameter.optional for parameter in function.parameters)
    most = count if function.parameters[-1].many else len(function.parameters)
    return needed <= count <= most


def _block(array: Array) -> Array:
    """A single list is a column."""
    return array.reshape(-1, 1) if array.ndim == 1 else array


def evaluate(function: Function, arguments: Sequence[Array]) -> Array:
    """The results as objects, in the shape that the arguments have in common; without dimensions for a single one.

    The arguments are as many as the function takes, but optional ones may be missing at the end.
    """
    if function.over == "formula":
        assert function.kpi is not None
        return kpi_numbers(function.kpi.kpi, [numbers_of(argument) for argument in arguments]).cells()
    if function.over == "ranges":
        return _single(_whole(function, arguments))
    shape = common_shape(arguments)
    fitted = [stretched(argument.astype(object), shape, ExcelError.NA).ravel() for argument in arguments]
    results = [_settled(_OF_CELLS[function.name], *cells) for cells in zip(*fitted, strict=True)]
    found = np.empty(len(results), dtype=object)
    found[:] = results
    return found.reshape(shape)


def _whole(function: Function, arguments: Sequence[Array]) -> Cell:
    if function.parameters[-1].many:
        kpi, *measures = arguments
        if kpi.size != 1:
            return ExcelError.VALUE
        cells = np.concatenate([measure.astype(object).ravel() for measure in measures])
        return _settled(to_next, kpi.item(), cells)
    missing = [_single(None)] * (len(function.parameters) - len(arguments))
    return _settled(_OF_RANGES[function.name], *arguments, *missing)


def _single(cell: object) -> Array:
    found = np.empty((), dtype=object)
    found[()] = cell
    return found


def _settled(function: Callable[..., Cell], *arguments: object) -> Cell:
    try:
        return function(*arguments)
    except Fault as fault:
        return fault.error
