"""What an expression gives, told before anything is computed: numbers, shares, days, texts, truths, or nothing.

``kind_of`` goes through an expression and says where it calculates with a text, adds two days, tests what is neither
true nor false, or uses a name that nobody knows. A test of what is known narrows what the parts behind it take: after
``either(known(value), …)`` the value is a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Flag, auto

from kpixl.formula.nodes import (
    And,
    Binary,
    Blank,
    Call,
    Compare,
    If,
    IsNumber,
    Join,
    KindError,
    Name,
    Near,
    Negate,
    Node,
    Not,
    NotAvailable,
    Number,
    Or,
    Otherwise,
    SheetCall,
    Text,
    Truth,
    Wording,
)


class Kind(Flag):
    """What may stand in a place; several where it is one or the other."""

    NUMBER = auto()
    SHARE = auto()
    """A number of which 1 is the whole."""
    DAY = auto()
    """A day, by its serial number."""
    TEXT = auto()
    TRUTH = auto()
    BLANK = auto()
    ERROR = auto()
    """What there is in the place of a value that cannot be computed. (That something is divided by nothing, or has no
    square root, no kind tells.)"""
    CELL = auto()
    """Whatever somebody may have typed; it is looked at when it is computed."""


NUMERIC = Kind.NUMBER | Kind.SHARE | Kind.DAY
MAYBE = Kind.NUMBER | Kind.BLANK
"""A number that may be missing."""


def kind_of(node: Node, names: Mapping[str, Kind]) -> Kind:
    """What ``node`` gives where its names are of these kinds. KindError, with its place, where its parts do not go
    together."""
    return _Kinds(names).of(node)


_DAYS = {"date": Kind.DAY, "months_later": Kind.DAY}
_OF_DAYS = {"year", "month", "day", "weekday", "months_later"}
_SHEET = {
    **dict.fromkeys(("COUNTIF", "COUNTIFS", "SUMIFS", "SUM", "COUNTBLANK", "ROWS", "LEN"), Kind.NUMBER),
    **dict.fromkeys(("MATCH", "SMALL", "MEDIAN"), MAYBE),
    **dict.fromkeys(("SUBSTITUTE", "REPT", "CHAR", "HYPERLINK"), Kind.TEXT),
    **dict.fromkeys(("EXACT", "ISERROR"), Kind.TRUTH),
    "TODAY": Kind.DAY,
}
"""What a function of a spreadsheet gives; any other one, whatever stands in a cell."""


class _Kinds:
    def __init__(self, names: Mapping[str, Kind]) -> None:
        self.names = names
        self.place: list[str] = []
        self.narrowed: dict[Node, Kind] = {}

    def of(self, node: Node) -> Kind:
        return self.narrowed[node] if node in self.narrowed else self._of(node)

    def _of(self, node: Node) -> Kind:
        match node:
            case Number():
                return Kind.NUMBER
            case Text() | Wording():
                return Kind.TEXT
            case Truth():
                return Kind.TRUTH
            case Blank():
                return Kind.BLANK
            case NotAvailable():
                return Kind.ERROR
            case Name(id_):
                if id_ not in self.names:
                    raise self._wrong(f"nothing is called {id_}")
                return self.names[id_]
            case Negate(operand):
                return self._number(operand, "the operand of -", days=False)
            case Binary():
                return self._binary(node)
            case Compare() | Near():
                return self._comparison(node)
            case And(parts) | Or(parts):
                return self._tests(parts, holds=isinstance(node, And))
            case Not(operand):
                return self._test(operand, "what is not")
            case If():
                return self._if(node)
            case _:
                return self._called(node)

    def _called(self, node: Node) -> Kind:
        match node:
            case IsNumber(operand):
                self._part(operand, "the operand of known")
                return Kind.TRUTH
            case Otherwise(operand, instead):
                found = self._part(operand, "the operand of or_else")
                stands_in = self._part(instead, "what stands in for it")
                return found & ~Kind.ERROR | (stands_in if found & (Kind.ERROR | Kind.CELL | NUMERIC) else Kind(0))
            case Join(parts):
                for number, part in enumerate(parts, 1):
                    self._part(part, f"part {number} of a text")
                return Kind.TEXT
            case SheetCall(function, arguments):
                for number, part in enumerate(arguments, 1):
                    self._part(part, f"argument {number} of {function}")
                return _SHEET.get(function, Kind.CELL)
            case Call("choose", (index, *chosen)):
                found = self._number(index, "the number of choose", days=False) & Kind.ERROR
                for number, part in enumerate(chosen, 1):
                    found |= self._part(part, f"choice {number}")
                return found
            case Call(function, arguments):
                return self._function(function, arguments)
        raise TypeError(f"not an expression: {node!r}")

    def _function(self, function: str, arguments: tuple[Node, ...]) -> Kind:
        if function in ("count", "count_of"):
            for number, part in enumerate(arguments, 1):
                self._part(part, f"argument {number} of {function}")
            return Kind.NUMBER
        found = Kind(0)
        for number, part in enumerate(arguments, 1):
            found |= self._number(part, f"argument {number} of {function}")
        if function in _OF_DAYS:
            first = found if len(arguments) == 1 else self.of(arguments[0])
            if not first & (Kind.DAY | Kind.CELL):
                raise self._wrong(f"{function} is asked of what is no day")
        if function in ("minimum", "maximum", "smallest", "largest", "abs", "floor", "rounded"):
            return found
        return _DAYS.get(function, Kind.NUMBER) | found & Kind.ERROR

    def _binary(self, node: Binary) -> Kind:
        sides = [
            self._number(part, f"the {side} of {node.operator}")
            for part, side in ((node.left, "left"), (node.right, "right"))
        ]
        left, right = sides
        if Kind.ERROR in (left, right):
            return Kind.ERROR
        error = (left | right) & Kind.ERROR
        match (node.operator, Kind.DAY in left, Kind.DAY in right):
            case (_, False, False):
                shares = Kind.SHARE in left and Kind.SHARE in right and node.operator in "+-*"
                return (Kind.SHARE if shares else Kind.NUMBER) | error
            case ("-", True, True):
                return Kind.NUMBER | error
            case ("+", True, False) | ("+", False, True) | ("-", True, False):
                return Kind.DAY | error
        raise self._wrong(f"{_said(left)} {node.operator} {_said(right)} is no day and no number")

    def _comparison(self, node: Compare | Near) -> Kind:
        left = self._part(node.left, f"the left of {node.operator}")
        right = self._part(node.right, f"the right of {node.operator}")
        if isinstance(node, Near):
            for part, side in ((node.left, "left"), (node.right, "right")):
                self._number(part, f"the {side} of {node.operator}")
        error = (left | right) & Kind.ERROR
        if isinstance(node, Near):
            error |= (left | right) & Kind.BLANK and Kind.ERROR
        told = (left | right) & ~(Kind.BLANK | Kind.ERROR)
        if Kind.CELL not in told and told & NUMERIC and told & (Kind.TEXT | Kind.TRUTH) and not left & right:
            raise self._wrong(f"a {_said(left)} is compared with a {_said(right)}")
        return Kind.TRUTH | error

    def _if(self, node: If) -> Kind:
        error = self._test(node.test, "the test of either") & Kind.ERROR
        with self._assuming(_told(node.test, holds=True)):
            found = self._part(node.then, "what either gives")
        with self._assuming(_told(node.test, holds=False)):
            return error | found | self._part(node.otherwise, "what it else gives")

    def _tests(self, parts: tuple[Node, ...], *, holds: bool) -> Kind:
        found = Kind.TRUTH
        for number, part in enumerate(parts, 1):
            found |= self._test(part, f"test {number} of {'every' if holds else 'some'}")
        return found

    def _test(self, node: Node, place: str) -> Kind:
        found = self._part(node, place)
        if found & ~(Kind.TRUTH | Kind.CELL | Kind.BLANK | Kind.ERROR) or found == Kind.BLANK:
            raise self._wrong(f"a {_said(found)} is neither true nor false", place)
        return Kind.TRUTH | (Kind.ERROR if found & (Kind.CELL | Kind.BLANK | Kind.ERROR) else Kind(0))

    def _number(self, node: Node, place: str, *, days: bool = True) -> Kind:
        found = self._part(node, place)
        if Kind.CELL in found:
            return Kind.NUMBER | Kind.ERROR
        if found & (Kind.TEXT | Kind.TRUTH):
            raise self._wrong(f"a {_said(found)} is calculated with", place)
        if Kind.DAY in found and not days:
            raise self._wrong("a day is calculated with like a number", place)
        return found & ~Kind.BLANK | Kind.ERROR if Kind.BLANK in found else found

    def _part(self, node: Node, place: str) -> Kind:
        self.place.append(place)
        found = self.of(node)
        self.place.pop()
        return found

    @contextmanager
    def _assuming(self, told: Mapping[Node, bool]) -> Iterator[None]:
        before = self.narrowed
        self.narrowed = {**before}
        for node, number in told.items():
            found = self.of(node)
            others = found & ~NUMERIC or Kind.BLANK | Kind.ERROR
            self.narrowed[node] = (found & NUMERIC or Kind.NUMBER) if number else others
        yield
        self.narrowed = before

    def _wrong(self, message: str, place: str = "") -> KindError:
        return KindError(message, (*self.place, place) if place else tuple(self.place))


def _told(test: Node, *, holds: bool) -> dict[Node, bool]:
    """What a test that holds, or one that does not, says of other parts: whether each is a number."""
    match test:
        case IsNumber(operand):
            return {operand: holds}
        case Not(operand):
            return _told(operand, holds=not holds)
        case And(parts) if holds:
            return {node: is_number for part in parts for node, is_number in _told(part, holds=True).items()}
        case Or(parts) if not holds:
            return {node: is_number for part in parts for node, is_number in _told(part, holds=False).items()}
    return {}


def _said(kind: Kind) -> str:
    """The kinds by their names."""
    return " or ".join(one.name.lower() for one in kind if one.name) or "value"
