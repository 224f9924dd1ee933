"""Evaluates an expression over arrays: a scorecard of ten thousand workbooks is one call.

Every part has a shape of its own; they stretch to each other as NumPy's do, and single values stay single.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kpixl.formula.calls import FUNCTIONS
from kpixl.formula.nodes import (
    NOISE,
    And,
    Binary,
    Blank,
    Call,
    Compare,
    If,
    IsNumber,
    Name,
    Near,
    Negate,
    Node,
    Not,
    NotAvailable,
    Number,
    Or,
    Otherwise,
    Text,
    Truth,
    Wording,
)
from kpixl.formula.states import Array, State, Values, values

_VALUE, _BLANK, _DIV0, _NUM, _WRONG = (
    np.uint8(state) for state in (State.VALUE, State.BLANK, State.DIV0, State.NUM, State.WRONG)
)

Lookup = Callable[[str], Values]


def evaluate_all(node: Node, name: Lookup) -> Values:
    """The values of ``node``, where ``name`` gives those of each name."""
    with np.errstate(all="ignore"):
        return _of(node, name)


def _of(node: Node, name: Lookup) -> Values:
    return _VISITS[type(node)](node, name)


def _name(node: Name, name: Lookup) -> Values:
    return name(node.id)


def _literal(node: Number | Text | Truth, _: Lookup) -> Values:
    return values(node.value)


def _word(node: Wording, _: Lookup) -> Values:
    """A word stands for itself: whoever shows it puts it into a language."""
    return values(node.id)


def _blank(_node: Blank, _: Lookup) -> Values:
    return values(None)


def _not_available(_node: NotAvailable, _: Lookup) -> Values:
    return Values(np.asarray(np.nan), np.asarray(State.NA, dtype=np.uint8))


# Numbers


def _calculated(compute: Callable[..., Array], *operands: Values) -> Values:
    """Numbers from numbers: the first error counts, and what is no number is one."""
    data = np.asarray(compute(*(one.data for one in operands)))
    state = np.where(np.isfinite(data), _VALUE, _NUM)
    for one in reversed(operands):
        state = np.where(one.state == _VALUE, state, np.where(one.state == _BLANK, _WRONG, one.state))
    return Values(data, state)


def _negate(node: Negate, name: Lookup) -> Values:
    inner = _of(node.operand, name)
    return _calculated(operator.neg, inner)


def _power(base: Array, exponent: Array) -> Array:
    return np.asarray(np.where((base == 0) & (exponent == 0), np.nan, np.power(base, exponent)))


_OPERATIONS: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
}


def _binary(node: Binary, name: Lookup) -> Values:
    left, right = _numeric(_of(node.left, name)), _numeric(_of(node.right, name))
    found = _calculated(_OPERATIONS[node.operator], left, right)
    if node.operator in "/^":
        nothing = right.data == 0 if node.operator == "/" else (left.data == 0) & (right.data < 0)
        sound = (left.state == _VALUE) & (right.state == _VALUE)
        return Values(found.data, np.where(sound & nothing, _DIV0, found.state))
    return found


def _numeric(one: Values) -> Values:
    """Truths count as 1 and 0; texts give an error."""
    if one.data.dtype == bool:
        return Values(one.data.astype(float), one.state)
    if one.data.dtype == object:
        state = np.where(one.state == _VALUE, _WRONG, one.state)
        return Values(np.zeros(one.data.shape), state)
    return one


# Comparing


_COMPARE: Mapping[str, Callable[[Any, Any], Array]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "<>": operator.ne,
}


def _compare(node: Compare, name: Lookup) -> Values:
    left, right = _of(node.left, name), _of(node.right, name)
    if object in (left.data.dtype, right.data.dtype):
        first, second = _folded(left), _folded(right)
    else:
        # A blank is a text, which comes after every number and is equal to another blank.
        first, second = (np.where(one.state == _BLANK, np.inf, one.data) for one in (left, right))
    return _truth(np.asarray(_COMPARE[node.operator](first, second), dtype=bool), left, right)


def _folded(one: Values) -> Array:
    return np.asarray(_LOWER(one.texts()))


_LOWER = np.vectorize(lambda text: str(text).lower(), otypes=[object])


_NEAR: Mapping[str, Callable[[Array, Array], Array]] = {
    ">=": lambda gap, noise: gap >= -noise,
    ">": lambda gap, noise: gap > noise,
    "<=": lambda gap, noise: gap <= noise,
    "<": lambda gap, noise: gap < -noise,
    "=": lambda gap, noise: np.abs(gap) <= noise,
    "<>": lambda gap, noise: np.abs(gap) > noise,
}


def _near(node: Near, name: Lookup) -> Values:
    left, right = _of(node.left, name), _of(node.right, name)
    noise: Array = NOISE * np.maximum(1.0, np.abs(right.data))
    met = np.asarray(_NEAR[node.operator](left.data - right.data, noise))
    return _truth(met, *(Values(one.data, _no_blank(one.state)) for one in (left, right)))


def _no_blank(state: Array) -> Array:
    return np.where(state == _BLANK, _WRONG, state)


def _truth(data: Array, *operands: Values) -> Values:
    """Truths; an error of an operand, the first one, is an error. A blank is looked at like a value."""
    state = np.zeros((), dtype=np.uint8)
    for one in reversed(operands):
        state = np.where(one.state > _BLANK, one.state, state)
    return Values(data, state)


# Truths


def _and(node: And, name: Lookup) -> Values:
    parts = [_of(part, name) for part in node.parts]
    return _truth(np.logical_and.reduce(np.broadcast_arrays(*(part.data for part in parts))), *parts)


def _or(node: Or, name: Lookup) -> Values:
    parts = [_of(part, name) for part in node.parts]
    return _truth(np.logical_or.reduce(np.broadcast_arrays(*(part.data for part in parts))), *parts)


def _not(node: Not, name: Lookup) -> Values:
    inner = _of(node.operand, name)
    return _truth(np.logical_not(inner.data), inner)


def _if(node: If, name: Lookup) -> Values:
    test = _of(node.test, name)
    wrong = test.state > _BLANK
    if not wrong.any():
        if test.data.all():
            return _of(node.then, name)
        if not test.data.any():
            return _of(node.otherwise, name)
    found = _chosen(test.data.astype(bool), _of(node.then, name), _of(node.otherwise, name))
    return Values(found.data, np.where(wrong, test.state, found.state))


def _chosen(test: Array, then: Values, otherwise: Values) -> Values:
    if object in (then.data.dtype, otherwise.data.dtype):
        then, otherwise = (Values(one.data.astype(object), one.state) for one in (then, otherwise))
    return Values(np.where(test, then.data, otherwise.data), np.where(test, then.state, otherwise.state))


def _known(node: IsNumber, name: Lookup) -> Values:
    inner = _of(node.operand, name)
    known = inner.known if inner.data.dtype.kind == "f" else np.zeros(inner.state.shape, dtype=bool)
    return Values(np.asarray(known), np.zeros((), dtype=np.uint8))


def _otherwise(node: Otherwise, name: Lookup) -> Values:
    inner = _of(node.operand, name)
    sound = inner.state <= _BLANK
    return inner if sound.all() else _chosen(sound, inner, _of(node.instead, name))


# Functions and names


def _call(node: Call, name: Lookup) -> Values:
    arguments = [_of(argument, name) for argument in node.arguments]
    if node.function in ("count", "count_of"):
        return _count(arguments, across=node.function == "count_of")
    if node.function == "choose":
        return _choose(*arguments)
    function = FUNCTIONS[node.function]
    if function.takes == "series":
        row = arguments[0]
        return _calculated(function.compute, Values(row.numbers(), np.zeros((), dtype=np.uint8)))
    return _calculated(function.compute, *map(_numeric, arguments))


def _count(arguments: list[Values], *, across: bool) -> Values:
    """How many are numbers: of the arguments, or across a series."""
    found = arguments[0].known.sum(axis=-1) if across else sum(one.known.astype(float) for one in arguments)
    return Values(np.asarray(found, dtype=float), np.zeros((), dtype=np.uint8))


def _choose(index: Values, *choices: Values) -> Values:
    found = Values(np.asarray(np.nan), np.asarray(_WRONG, dtype=np.uint8))
    for number_, choice in enumerate(choices, 1):
        found = _chosen(np.floor(index.data) == number_, choice, found)
    return Values(found.data, np.where(index.state == _VALUE, found.state, _no_blank(index.state)))


_VISITS: Mapping[type, Callable[[Any, Lookup], Values]] = {
    Number: _literal,
    Text: _literal,
    Truth: _literal,
    Blank: _blank,
    NotAvailable: _not_available,
    Name: _name,
    Wording: _word,
    Negate: _negate,
    Binary: _binary,
    Compare: _compare,
    Near: _near,
    And: _and,
    Or: _or,
    Not: _not,
    If: _if,
    IsNumber: _known,
    Otherwise: _otherwise,
    Call: _call,
}
