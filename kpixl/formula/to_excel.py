"""Writes a formula as Excel stores it: English, points for decimals, as few parentheses as it can be read with."""

from __future__ import annotations

from collections.abc import Mapping

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


def to_excel(node: Node, bind: Mapping[str, str] | None = None) -> str:
    """The text of ``node``; each name becomes what ``bind`` gives for it, if anything."""
    return _write(node, bind or {}, 0)


def _write(node: Node, bind: Mapping[str, str], strength: int) -> str:
    match node:
        case Number(value):
            return repr(int(value)) if value == int(value) else repr(value)
        case Name(id_):
            return bind.get(id_, id_)
        case Negate(operand):
            text = "-" + _write(operand, bind, 4)
            return f"({text})" if strength else text
        case Binary(operator, left, right):
            own = _STRENGTH[operator]
            # The right side of - / ^ binds tighter: a-(b-c) must keep its parentheses.
            text = _write(left, bind, own) + operator + _write(right, bind, own + (operator in "-/^"))
            return f"({text})" if own < strength else text
