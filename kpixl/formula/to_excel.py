"""Writes an expression as Excel stores it: English, points for decimals, as few parentheses as it can be read with.

Only functions of Excel 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    Join,
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

LONGEST = 8192
"""Characters in a formula of Excel."""

_WEAKEST, _COMPARED, _JOINED, _ADDED, _MULTIPLIED, _RAISED, _SIGNED = range(7)
_STRENGTH = {"+": _ADDED, "-": _ADDED, "*": _MULTIPLIED, "/": _MULTIPLIED, "^": _RAISED}


class FormulaTooLong(ValueError):
    """Excel does not take a formula of that length."""


class Template:
    """A formula with places left for the cells of its names and words: an expression is walked once for every workbook
    and row that it is written into."""

    __slots__ = ("_others", "_text")

    def __init__(self, node: Node) -> None:
        written = _Writer(lambda id_: f"{_PLACE}{id_}{_PLACE}", lambda id_: f"{_PLACE}{_WORD}{id_}{_PLACE}").write(node)
        self._text, *self._others = written.split(_PLACE)

    def filled(self, bind: Mapping[str, str], word: Callable[[str], str] | None = None) -> str:
        """The formula; each name becomes what ``bind`` gives for it, if anything, each word the cell that ``word``
        gives. FormulaTooLong where Excel would not take it."""
        text = self._text
        for id_, after in zip(self._others[::2], self._others[1::2], strict=True):
            text += ((word or _no_word)(id_[1:]) if id_.startswith(_WORD) else bind.get(id_, id_)) + after
        if len(text) > LONGEST:
            raise FormulaTooLong(f"{text[:60]}…: {len(text)} characters")
        return text


_PLACE, _WORD = "\0", "\1"
"""Signs that no formula holds."""


def to_excel(node: Node, bind: Mapping[str, str] | None = None, word: Callable[[str], str] | None = None) -> str:
    """The text of ``node``, as ``Template.filled`` has it."""
    return Template(node).filled(bind or {}, word)


def in_parentheses(node: Node, bind: Mapping[str, str] | None = None) -> str:
    """The same, to stand for a name in another formula."""
    return f"({to_excel(node, bind)})"


def literal(text: str) -> str:
    """A text in quotes."""
    return '"' + text.replace('"', '""') + '"'


def number_literal(value: float) -> str:
    """A number as formulas write it."""
    if value == int(value) and abs(value) < 1e15:
        return repr(int(value))
    return repr(value).upper().replace("E-0", "E-")


def _no_word(id_: str) -> str:
    raise KeyError(f"no cell for the word {id_!r}")


class _Writer:
    def __init__(self, name: Callable[[str], str], word: Callable[[str], str]) -> None:
        self.name, self.word = name, word

    def write(self, node: Node, strength: int = _WEAKEST) -> str:
        """The text of a part, in parentheses where what is around it binds tighter than ``strength`` allows."""
        match node:
            case Number(value):
                return number_literal(value)
            case Text(value):
                return literal(value)
            case Truth(value):
                return "TRUE" if value else "FALSE"
            case Blank():
                return '""'
            case NotAvailable():
                return "NA()"
            case Name(id_):
                return self.name(id_)
            case Wording(id_):
                return self.word(id_)
            case Negate() | Binary() | Compare() | Near() | Join():
                return self._operation(node, strength)
            case _:
                return self._function(node)

    def _operation(self, node: Negate | Binary | Compare | Near | Join, strength: int) -> str:
        match node:
            case Negate(operand):
                own, text = _COMPARED, "-" + self.write(operand, _SIGNED)
            case Binary(operator, left, right):
                own = _STRENGTH[operator]
                # The right side of - / ^ binds tighter: a-(b-c) must keep its parentheses.
                text = self.write(left, own) + operator + self.write(right, own + (operator in "-/^"))
            case Compare(operator, left, right):
                own, text = _COMPARED, self.write(left, _JOINED) + operator + self.write(right, _JOINED)
            case Join(parts):
                own, text = _JOINED, "&".join(self.write(part, _JOINED) for part in parts)
            case Near():
                own, text = _COMPARED, self._near(node)
        return f"({text})" if own < strength else text

    def _near(self, node: Near) -> str:
        noise = self._noise(node.right)
        nothing = node.right == Number(0.0)
        gap = self.write(node.left, _ADDED) if nothing else self.write(Binary("-", node.left, node.right), _ADDED)
        if node.operator in ("=", "<>"):
            return f"ABS({gap}){'<=' if node.operator == '=' else '>'}{noise}"
        return f"{gap}{node.operator}{'-' if node.operator in ('>=', '<') else ''}{noise}"

    def _noise(self, right: Node) -> str:
        if isinstance(right, Number):
            return number_literal(NOISE * max(1.0, abs(right.value)))
        return f"{number_literal(NOISE)}*MAX(1,ABS({self.write(right)}))"

    def _function(self, node: Node) -> str:
        match node:
            case And(parts):
                name, arguments = "AND", parts
            case Or(parts):
                name, arguments = "OR", parts
            case Not(operand):
                name, arguments = "NOT", (operand,)
            case If(test, then, otherwise):
                name, arguments = "IF", (test, then, otherwise)
            case IsNumber(operand):
                name, arguments = "ISNUMBER", (operand,)
            case Otherwise(operand, instead):
                name, arguments = "IFERROR", (operand, instead)
            case Call("count" | "count_of", arguments):
                name = "COUNT"
            case Call("choose", arguments):
                name = "CHOOSE"
            case SheetCall(name, arguments):
                pass
            case Call(function, arguments):
                return FUNCTIONS[function].excel.format(",".join(map(self.write, arguments)))
            case _:
                raise TypeError(f"not an expression: {node!r}")
        return f"{name}({','.join(map(self.write, arguments))})"
