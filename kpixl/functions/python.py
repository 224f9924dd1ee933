"""The functions for Python: numbers, lists, arrays and pandas Series in; floats, arrays and Series out.

Never raises for a value: where a cell would show an error, a number is NaN and a text None. TypeError alone for
arguments that the function does not have.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kpixl.cellvalue import ExcelError
from kpixl.formula import parse, to_excel
from kpixl.functions.arguments import Array, array_of
from kpixl.functions.describe import descriptions, functions, help_text
from kpixl.functions.dispatch import call, evaluate
from kpixl.i18n import language

if TYPE_CHECKING:
    import pandas as pd

    from kpixl.functions.describe import Function, Parameter


@cache
def public() -> dict[str, Any]:
    """What ``kpixl.functions`` offers, by its name there."""
    made = {function.id: _made(function) for function in functions().values()}
    return {**made, "ExcelError": ExcelError, "call": call, "descriptions": descriptions}


def _made(function: Function) -> Callable[..., Any]:
    signature = inspect.Signature([_parameter(parameter) for parameter in function.parameters])

    def compute(*arguments: object, **named: object) -> Any:
        return _compute(function, signature.bind(*arguments, **named))

    compute.__name__ = compute.__qualname__ = function.id
    compute.__module__ = "kpixl.functions"
    compute.__doc__ = _documentation(function)
    compute.__signature__ = signature  # type: ignore[attr-defined]
    return compute


def _parameter(parameter: Parameter) -> inspect.Parameter:
    if parameter.many:
        return inspect.Parameter(parameter.name, inspect.Parameter.VAR_POSITIONAL)
    default = None if parameter.optional else inspect.Parameter.empty
    return inspect.Parameter(parameter.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


def _documentation(function: Function) -> str:
    """Help, formula with its unit, arguments and source."""
    lines = [help_text(function, language("en")), ""]
    if function.kpi:
        lines += [f"{to_excel(parse(function.kpi.kpi.formula))} (unit: {function.kpi.kpi.unit})", ""]
    lines += [f"{parameter.name}: {parameter.label}" for parameter in function.parameters]
    if function.kpi:
        lines += ["", f"Source: {function.kpi.texts.source}"]
    return "\n".join(lines)


def _compute(function: Function, bound: inspect.BoundArguments) -> Any:
    bound.apply_defaults()
    arguments = list(bound.args)
    if function.parameters[-1].many and len(arguments) < len(function.parameters):
        return float("nan")
    series = _series(arguments)
    if series:
        arguments = _aligned(arguments, series)
        series = _series(arguments)
    found = _of_kind(evaluate(function, [array_of(argument) for argument in arguments]), function)
    if not found.ndim:
        return found.item()
    if series and found.shape == series[0].shape:
        return type(series[0])(found, index=series[0].index)
    return found


def _of_kind(cells: Array, function: Function) -> Array:
    number = function.result == "number"
    nothing = float("nan") if number else None
    plain = [nothing if isinstance(cell, ExcelError) else cell for cell in cells.ravel()]
    found = np.empty(len(plain), dtype=float if number else object)
    found[:] = plain
    return found.reshape(cells.shape)


def _series(arguments: list[Any]) -> list[pd.Series[Any]]:
    pandas = sys.modules.get("pandas")
    return [argument for argument in arguments if pandas is not None and isinstance(argument, pandas.Series)]


def _aligned(arguments: list[Any], series: list[pd.Series[Any]]) -> list[Any]:
    """Series over one index: rows belong together by their labels. Where a label is there twice, nobody can say which
    rows do, and none has a value."""
    index = series[0].index
    if all(other.index.equals(index) for other in series):
        return arguments
    if not all(other.index.is_unique for other in series):
        return [type(one)(float("nan"), index=index) if _series([one]) else one for one in arguments]
    for other in series[1:]:
        index = index.union(other.index, sort=False)
    return [one.reindex(index) if _series([one]) else one for one in arguments]
