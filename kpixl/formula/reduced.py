"""Decides beforehand what is certain of rules: where a name has a value, what hangs on it is no question any more.

So the rules of any period serve a function in a cell, whose period is over: nothing of days to come is left in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from graphlib import TopologicalSorter

from kpixl.formula.expressions import YES, either, every, known, opposite, or_else, some
from kpixl.formula.nodes import (
    And,
    Blank,
    If,
    IsNumber,
    Name,
    Node,
    Not,
    Number,
    Or,
    Otherwise,
    Text,
    Truth,
    as_node,
    names,
    parts_of,
    rebuilt,
)
from kpixl.formula.states import State
from kpixl.formula.to_python import evaluate_single

Literal = Number | Text | Truth | Blank


def reduced(
    rules: Mapping[str, Node], wanted: str, values: Mapping[str, Node], numbers: Collection[str] = ()
) -> dict[str, Node]:
    """The rule that is ``wanted`` and those that it needs, each after those that it names, where ``values`` stand for
    names and those of ``numbers`` are numbers for certain."""
    found: dict[str, Node] = {}

    def named(id_: str) -> Node:
        if id_ in values:
            return values[id_]
        if id_ in rules and id_ not in found:
            found[id_] = _reduced(rules[id_], named, numbers)
        node = found.get(id_)
        return node if isinstance(node, (Number, Text, Truth, Blank, Name)) else Name(id_)

    named(wanted)
    needed = {wanted}
    for id_ in reversed(found):
        if id_ in needed:
            needed.update(names(found[id_]))
    return {id_: node for id_, node in found.items() if id_ in needed}


def in_order(rules: Iterable[Mapping[str, Node]]) -> list[str]:
    """The names of rules that are alike, each after those that it names; the same in every run."""
    graph: dict[str, dict[str, None]] = {}
    for one in rules:
        for id_, node in one.items():
            graph.setdefault(id_, {}).update(dict.fromkeys(names(node)))
    return [id_ for id_ in TopologicalSorter(graph).static_order() if id_ in graph]


def _reduced(node: Node, named: Callable[[str], Node], numbers: Collection[str]) -> Node:
    if isinstance(node, Name):
        return named(node.id)
    if isinstance(node, If):
        test = _reduced(node.test, named, numbers)
        sides = (node.then, node.otherwise)
        if isinstance(test, Truth):
            return _reduced(sides[not test.value], named, numbers)
        return either(test, *(_reduced(side, named, numbers) for side in sides))
    made = rebuilt(node, lambda part: _reduced(part, named, numbers))
    match made:
        case And(parts):
            return every(*parts)
        case Or(parts):
            return some(*parts)
        case Not(operand):
            return opposite(operand)
        case IsNumber(operand):
            return YES if isinstance(operand, Name) and operand.id in numbers else known(operand)
        case Otherwise(operand, instead):
            return or_else(operand, instead)
    parts = parts_of(made)
    if not parts or not all(isinstance(part, Literal) for part in parts):
        return made
    value = evaluate_single(made, _nothing)
    return made if isinstance(value, State) else Blank() if value is None else as_node(value)


def _nothing(id_: str) -> None:
    raise KeyError(id_)
