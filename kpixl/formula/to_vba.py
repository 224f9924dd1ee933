"""Writes a formula in VBA. The module around it has ``Divisor`` and ``Power``, which fail where Excel has an error."""

from __future__ import annotations

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def to_vba(node: Node) -> str:
    """The text of ``node``; names stay as they are, numbers are Doubles."""
    return _write(node, 0)


def _write(node: Node, strength: int) -> str:
    match node:
        case Number(value):
            return repr(value).upper()
        case Name(id_):
            return id_
        case Negate(operand):
            text = "-" + _write(operand, 3)
            return f"({text})" if strength else text
        case Binary("^", left, right):
            return f"Power({_write(left, 0)}, {_write(right, 0)})"
        case Binary("/", left, right):
            text = f"{_write(left, 2)} / Divisor({_write(right, 0)})"
            return f"({text})" if strength > _STRENGTH["/"] else text
        case Binary(operator, left, right):
            own = _STRENGTH[operator]
            # The right side keeps its parentheses: a * (b / c) is not rounded as a * b / c is.
            text = f"{_write(left, own)} {operator} {_write(right, own + 1)}"
            return f"({text})" if own < strength else text
        case _:
            raise TypeError(f"no part of a KPI's formula: {node!r}")
