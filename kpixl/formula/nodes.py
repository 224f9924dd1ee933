"""The tree of an expression: what a formula and a rule are made of. A node a concept; Excel decides what each means.

A value is a number, a text, a truth, blank, or an error. Calculating with a blank or a text gives an error, and an
error goes through everything but ``IsNumber`` and ``Otherwise``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, cast

import msgspec

NOISE = 1e-9
"""What is near is equal where it differs by no more than this, times the larger of 1 and the right side."""

Sign = Literal["+", "-", "*", "/", "^"]
Comparison = Literal[">=", ">", "<=", "<", "=", "<>"]


class KindError(TypeError):
    """An expression of parts that do not go together, such as a text that is calculated with; says what and where."""

    def __init__(self, message: str, place: tuple[str, ...]) -> None:
        super().__init__(f"{message}, in {' > '.join(place) or 'the whole'}")
        self.place = place


class Operators:
    """Lets a rule be written as it is read: ``value - target``, ``(sample < minimum) & known(sample)``. KindError where
    a part is plainly no number."""

    __slots__ = ()

    def __add__(self, other: Node | float) -> Node:
        return Binary("+", *numbers(self._node, other, sign="+"))

    def __radd__(self, other: float) -> Node:
        return Binary("+", *numbers(other, self._node, sign="+"))

    def __sub__(self, other: Node | float) -> Node:
        return Binary("-", *numbers(self._node, other, sign="-"))

    def __rsub__(self, other: float) -> Node:
        return Binary("-", *numbers(other, self._node, sign="-"))

    def __mul__(self, other: Node | float) -> Node:
        return Binary("*", *numbers(self._node, other, sign="*"))

    def __rmul__(self, other: float) -> Node:
        return Binary("*", *numbers(other, self._node, sign="*"))

    def __truediv__(self, other: Node | float) -> Node:
        return Binary("/", *numbers(self._node, other, sign="/"))

    def __rtruediv__(self, other: float) -> Node:
        return Binary("/", *numbers(other, self._node, sign="/"))

    def __pow__(self, other: Node | float) -> Node:
        return Binary("^", *numbers(self._node, other, sign="^"))

    def __neg__(self) -> Node:
        return Negate(numbers(self._node, sign="-")[0])

    def __ge__(self, other: Node | float) -> Node:
        return Compare(">=", *numbers(self._node, other, sign=">="))

    def __gt__(self, other: Node | float) -> Node:
        return Compare(">", *numbers(self._node, other, sign=">"))

    def __le__(self, other: Node | float) -> Node:
        return Compare("<=", *numbers(self._node, other, sign="<="))

    def __lt__(self, other: Node | float) -> Node:
        return Compare("<", *numbers(self._node, other, sign="<"))

    @property
    def _node(self) -> Node:
        return cast("Node", self)  # only nodes are Operators


class _Node(Operators, msgspec.Struct, frozen=True):
    """Immutable, and equal to what is the same."""


class Number(_Node, frozen=True):
    """A literal."""

    value: float


class Text(_Node, frozen=True):
    """A literal text; what an owner reads is a ``Wording``."""

    value: str


class Truth(_Node, frozen=True):
    """True or false."""

    value: bool


class Blank(_Node, frozen=True):
    """No value; a cell shows nothing."""


class NotAvailable(_Node, frozen=True):
    """#N/A: what a chart leaves out, where it would draw a blank as zero."""


class Name(_Node, frozen=True):
    """A value from elsewhere: a measure, a setting, a cell, another rule; or a row, of which some may be missing."""

    id: str


class Wording(_Node, frozen=True):
    """A text in the owner's language, by its id."""

    id: str


class Negate(_Node, frozen=True):
    """A minus sign."""

    operand: Node


class Binary(_Node, frozen=True):
    """An operation between two numbers."""

    operator: Sign
    left: Node
    right: Node


class Compare(_Node, frozen=True):
    """How two values compare, to the last digit."""

    operator: Comparison
    left: Node
    right: Node


class Near(_Node, frozen=True):
    """How two numbers compare where what differs by ``NOISE`` is equal."""

    operator: Comparison
    left: Node
    right: Node


class And(_Node, frozen=True):
    """Whether all are true. All of them are looked at, as in Excel: an error in one is an error."""

    parts: tuple[Node, ...]


class Or(_Node, frozen=True):
    """Whether any is true; all of them are looked at."""

    parts: tuple[Node, ...]


class Not(_Node, frozen=True):
    """The opposite."""

    operand: Node


class If(_Node, frozen=True):
    """The one or the other; only the one that counts is looked at."""

    test: Node
    then: Node
    otherwise: Node


class IsNumber(_Node, frozen=True):
    """Whether a value is a number."""

    operand: Node


class Otherwise(_Node, frozen=True):
    """A value, or something else in the place of an error."""

    operand: Node
    instead: Node


class Call(_Node, frozen=True):
    """One of the functions of ``kpixl.formula.calls``."""

    function: str
    arguments: tuple[Node, ...]


class Join(_Node, frozen=True):
    """Texts one after the other; a number among them as it is written plainly."""

    parts: tuple[Node, ...]


class SheetCall(_Node, frozen=True):
    """What only a spreadsheet does: looks up in lists of cells, counts rows, jumps. ``kpixl.formula.in_cells`` makes
    them; only the visitor for Excel knows them."""

    function: str
    arguments: tuple[Node, ...]


Node = (
    Number | Text | Truth | Blank | NotAvailable
    | Name | Wording | Negate | Binary | Compare | Near | And | Or | Not | If | IsNumber
    | Otherwise | Call | Join | SheetCall
)  # fmt: skip


_NO_NUMBERS = frozenset({Text, Wording, Truth, Join, Compare, Near, And, Or, Not, IsNumber})
_NO_TRUTHS = frozenset({Number, Text, Wording, Blank, NotAvailable, Binary, Negate, Join})


def numbers(*values: Node | float | str | bool, sign: str) -> tuple[Node, ...]:
    """Values as the operands of ``sign``; KindError where one is plainly no number."""
    found = tuple(map(as_node, values))
    for place, node in enumerate(found, 1):
        if type(node) in _NO_NUMBERS:
            raise KindError(f"{node!r} is calculated with", (f"operand {place} of {sign}",))
    return found


def truths(*values: Node | float | str | bool, of: str) -> tuple[Node, ...]:
    """Values as the tests of ``of``; KindError where one is plainly neither true nor false."""
    found = tuple(map(as_node, values))
    for place, node in enumerate(found, 1):
        if type(node) in _NO_TRUTHS:
            raise KindError(f"{node!r} is neither true nor false", (f"test {place} of {of}",))
    return found


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
    for field in node.__struct_fields__:
        value = getattr(node, field)
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
    for field in node.__struct_fields__:
        value = getattr(node, field)
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
