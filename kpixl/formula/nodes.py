"""The tree of an expression: what a formula and a rule are made of. A node a concept; Excel decides what each means.

A value is a number, a text, a truth, blank, or an error. Calculating with a blank or a text gives an error, and an
error goes through everything but ``IsNumber`` and ``Otherwise``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, cast

NOISE = 1e-9
"""What is near is equal where it differs by no more than this, times the larger of 1 and the right side."""

Sign = Literal["+", "-", "*", "/", "^"]
Comparison = Literal[">=", ">", "<=", "<", "=", "<>"]


class Operators:
    """Lets a rule be written as it is read: ``value - target``, ``(sample < minimum) & known(sample)``."""

    __slots__ = ()

    def __add__(self, other: Node | float) -> Node:
        return Binary("+", self._node, as_node(other))

    def __radd__(self, other: float) -> Node:
        return Binary("+", as_node(other), self._node)

    def __sub__(self, other: Node | float) -> Node:
        return Binary("-", self._node, as_node(other))

    def __rsub__(self, other: float) -> Node:
        return Binary("-", as_node(other), self._node)

    def __mul__(self, other: Node | float) -> Node:
        return Binary("*", self._node, as_node(other))

    def __rmul__(self, other: float) -> Node:
        return Binary("*", as_node(other), self._node)

    def __truediv__(self, other: Node | float) -> Node:
        return Binary("/", self._node, as_node(other))

    def __rtruediv__(self, other: float) -> Node:
        return Binary("/", as_node(other), self._node)

    def __pow__(self, other: Node | float) -> Node:
        return Binary("^", self._node, as_node(other))

    def __neg__(self) -> Node:
        return Negate(self._node)

    def __ge__(self, other: Node | float) -> Node:
        return Compare(">=", self._node, as_node(other))

    def __gt__(self, other: Node | float) -> Node:
        return Compare(">", self._node, as_node(other))

    def __le__(self, other: Node | float) -> Node:
        return Compare("<=", self._node, as_node(other))

    def __lt__(self, other: Node | float) -> Node:
        return Compare("<", self._node, as_node(other))

    @property
    def _node(self) -> Node:
        return cast("Node", self)  # only nodes are Operators


@dataclass(frozen=True, slots=True)
class Number(Operators):
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Text(Operators):
    """A literal text; what an owner reads is a ``Wording``."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth(Operators):
    """True or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Blank(Operators):
    """No value; a cell shows nothing."""


@dataclass(frozen=True, slots=True)
class NotAvailable(Operators):
    """#N/A: what a chart leaves out, where it would draw a blank as zero."""


@dataclass(frozen=True, slots=True)
class Name(Operators):
    """A value from elsewhere: a measure, a setting, a cell, another rule; or a row, of which some may be missing."""

    id: str


@dataclass(frozen=True, slots=True)
class Wording(Operators):
    """A text in the owner's language, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class Negate(Operators):
    """A minus sign."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Operators):
    """An operation between two numbers."""

    operator: Sign
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Operators):
    """How two values compare, to the last digit."""

    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Near(Operators):
    """How two numbers compare where what differs by ``NOISE`` is equal."""

    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class And(Operators):
    """Whether all are true. All of them are looked at, as in Excel: an error in one is an error."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Operators):
    """Whether any is true; all of them are looked at."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Operators):
    """The opposite."""

    operand: Node


@dataclass(frozen=True, slots=True)
class If(Operators):
    """The one or the other; only the one that counts is looked at."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class IsNumber(Operators):
    """Whether a value is a number."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Otherwise(Operators):
    """A value, or something else in the place of an error."""

    operand: Node
    instead: Node


@dataclass(frozen=True, slots=True)
class Call(Operators):
    """One of the functions of ``kpixl.formula.calls``."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Join(Operators):
    """Texts one after the other; a number among them as it is written plainly."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SheetCall(Operators):
    """What only a spreadsheet does: looks up in lists of cells, counts rows, jumps. ``kpixl.formula.in_cells`` makes
    them; only the visitor for Excel knows them."""

    function: str
    arguments: tuple[Node, ...]


Node = (
    Number | Text | Truth | Blank | NotAvailable
    | Name | Wording | Negate | Binary | Compare | Near | And | Or | Not | If | IsNumber
    | Otherwise | Call | Join | SheetCall
)  # fmt: skip


def as_node(value: Node | float | str | bool) -> Node:
    """A value as a node; a node as it is."""
    if isinstance(value, bool):
        return Truth(value)
    if isinstance(value, str):
        return Text(value)
    return Number(float(value)) if isinstance(value, (int, float)) else value


def parts_of(node: Node) -> tuple[Node, ...]:
    """The parts right below ``node``, from left to right."""
    found: list[Node] = []
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Operators):
            found.append(value._node)
        elif isinstance(value, tuple):
            found += value
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """``node`` and every part of it, from left to right."""
    yield node
    for part in parts_of(node):
        yield from walk(part)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """``node`` with each part right below it changed."""
    values: list[object] = []
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Operators):
            values.append(change(value._node))
        elif isinstance(value, tuple):
            values.append(tuple(map(change, value)))
        else:
            values.append(value)
    return type(node)(*values)  # type: ignore[arg-type]


def substituted(node: Node, values: Mapping[str, Node]) -> Node:
    """``node`` with other expressions in the place of names."""
    if isinstance(node, Name):
        return values.get(node.id, node)
    return rebuilt(node, lambda part: substituted(part, values))


def names(node: Node) -> tuple[str, ...]:
    """The names that the expression uses, each once, in the order of their first use."""
    return tuple(dict.fromkeys(part.id for part in walk(node) if isinstance(part, Name)))
