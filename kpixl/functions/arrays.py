"""The formula of a KPI over arrays of numbers, with Excel's errors. Grades nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import ExcelError
from kpixl.formula import evaluate_all, parse
from kpixl.formula.states import Values
from kpixl.functions.arguments import Array, NumberArray, code_of, common_shape, stretched

if TYPE_CHECKING:
    from kpixl.catalog.model import Kpi

_CODES = np.array(
    [0, *map(code_of, (ExcelError.VALUE, ExcelError.DIV0, ExcelError.NUM, ExcelError.VALUE, ExcelError.NA))],
    dtype=np.uint8,
)
"""The error of each ``State``."""


def kpi_numbers(kpi: Kpi, arguments: Sequence[NumberArray]) -> NumberArray:
    """The KPI, in its unit, for every place of its arguments, which are in its own order and each in its measure's
    unit; in the shape that they have in common."""
    shape = common_shape([argument.values for argument in arguments])
    beyond = code_of(ExcelError.NA)
    values = [stretched(argument.values, shape, 0.0) for argument in arguments]
    errors = _first([stretched(argument.errors, shape, beyond) for argument in arguments])
    none = np.zeros(shape, dtype=np.uint8)
    bound = {name: Values(value, none) for name, value in zip(kpi.arguments, values, strict=True)}
    found = evaluate_all(parse(kpi.formula), bound.__getitem__)
    own = np.broadcast_to(_CODES[found.state], shape)
    return NumberArray(np.broadcast_to(found.data, shape), _first([errors, own]))


def _first(errors: Sequence[Array]) -> Array:
    """The first error of each place."""
    found = errors[0]
    for other in errors[1:]:
        found = np.where(found > 0, found, other)
    return found
