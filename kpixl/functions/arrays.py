"""The formula of a KPI over arrays of numbers, with Excel's errors. Grades nothing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import ExcelError
from kpixl.formula import Binary, Name, Negate, Node, Number, parse
from kpixl.functions.arguments import Array, NumberArray, code_of, common_shape, stretched

if TYPE_CHECKING:
    from kpixl.catalog.model import Kpi

_OPERATIONS: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


def kpi_numbers(kpi: Kpi, arguments: Sequence[NumberArray]) -> NumberArray:
    """The KPI for every place of its arguments, which are in its own order."""
    shape = common_shape([argument.values for argument in arguments])
    beyond = code_of(ExcelError.NA)
    values = [stretched(argument.values, shape, 0.0) for argument in arguments]
    errors = _first([stretched(argument.errors, shape, beyond) for argument in arguments])
    none = np.zeros(shape, dtype=np.uint8)
    bound = {name: NumberArray(value, none) for name, value in zip(kpi.arguments, values, strict=True)}
    with np.errstate(all="ignore"):
        found = _evaluate(parse(kpi.formula), bound, none)
    return NumberArray(found.values, _first([errors, found.errors]))


def _evaluate(node: Node, bound: Mapping[str, NumberArray], none: Array) -> NumberArray:
    match node:
        case Number(value):
            return NumberArray(np.full(none.shape, value), none)
        case Name(id_):
            return bound[id_]
        case Negate(operand):
            inner = _evaluate(operand, bound, none)
            return NumberArray(-inner.values, inner.errors)
        case Binary(sign, left, right):
            first, second = _evaluate(left, bound, none), _evaluate(right, bound, none)
            values = np.asarray(_OPERATIONS[sign](first.values, second.values))
            own = np.where(np.isfinite(values), 0, code_of(ExcelError.NUM))
            if sign == "/":
                own = np.where(second.values == 0, code_of(ExcelError.DIV0), own)
            if sign == "^":
                own = np.where((first.values == 0) & (second.values == 0), code_of(ExcelError.NUM), own)
                own = np.where((first.values == 0) & (second.values < 0), code_of(ExcelError.DIV0), own)
            return NumberArray(values, _first([first.errors, second.errors, own.astype(np.uint8)]))


def _first(errors: Sequence[Array]) -> Array:
    """The first error of each place."""
    found = errors[0]
    for other in errors[1:]:
        found = np.where(found > 0, found, other)
    return found
