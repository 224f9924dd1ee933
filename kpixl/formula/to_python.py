"""Evaluates a formula on numbers, and finds what it divides by."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number, walk


def _power(base: float, exponent: float) -> float:
    """As Excel has it: 0 to the power of 0 is an error, and so is what is no real number."""
    if base == exponent == 0:
        raise ZeroDivisionError
    result = base**exponent
    if isinstance(result, complex):
        raise ZeroDivisionError
    return float(result)


_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": _power}


def evaluate(node: Node, values: Mapping[str, float | None]) -> float | None:
    """The value of ``node``; None where a name has no value, a denominator is zero or the result is no finite number.

    What gives an error in Excel gives None here: the sheet shows both as blank, with the reason beside it.
    """
    try:
        value = _value(node, values)
    except (ZeroDivisionError, OverflowError):
        return None
    return value if value is not None and math.isfinite(value) else None


def _value(node: Node, values: Mapping[str, float | None]) -> float | None:
    match node:
        case Number(value):
            return value
        case Name(id_):
            return values[id_]
        case Negate(operand):
            inner = _value(operand, values)
            return None if inner is None else -inner
        case Binary(sign, left, right):
            first, second = _value(left, values), _value(right, values)
            if first is None or second is None:
                return None
            result: float = _OPERATIONS[sign](first, second)
            return result


def denominators(node: Node) -> tuple[Node, ...]:
    """Every part that the formula divides by, from left to right."""
    return tuple(part.right for part in walk(node) if isinstance(part, Binary) and part.operator == "/")
