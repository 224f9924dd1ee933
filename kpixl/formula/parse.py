"""Reads the text of a formula, written as in Excel without the leading ``=``."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Literal, cast

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number

_NUMBER = r"(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_TOKEN = re.compile(rf"\s*(?:{_NUMBER}|(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*/()^%]))")


LONGEST = 400
"""Numbers, names and signs in a formula: the tree of a longer one could be deeper than Python goes."""


Fault = Literal["unreadable", "long", "missing", "large", "open", "misplaced"]


class FormulaError(ValueError):
    """The text is not a formula; says at which character, from 1, and which sign or name stands there."""

    def __init__(self, message: str, fault: Fault, place: int = 0, part: str = "") -> None:
        super().__init__(message)
        self.fault, self.place, self.part = fault, place, part


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            found = _TOKEN.match(text, position)
            if not found:
                place = position + 1 + len(text[position:]) - len(text[position:].lstrip())
                raise FormulaError(f"{text!r}: cannot read character {place}", "unreadable", place)
            kind = cast("str", found.lastgroup)
            self.tokens.append((kind, found[kind], found.start(kind)))
            position = found.end()
        if len(self.tokens) > LONGEST:
            raise FormulaError(f"{text[:40]!r}…: more than {LONGEST} parts", "long")
        self.next = 0

    def sign(self) -> str | None:
        if self.next < len(self.tokens) and self.tokens[self.next][0] == "sign":
            return self.tokens[self.next][1]
        return None

    def sum(self) -> Node:
        node = self.product()
        while (sign := self.sign()) in ("+", "-"):
            self.next += 1
            node = Binary(cast('Literal["+", "-"]', sign), node, self.product())
        return node

    def product(self) -> Node:
        node = self.power()
        while (sign := self.sign()) in ("*", "/"):
            self.next += 1
            node = Binary(cast('Literal["*", "/"]', sign), node, self.power())
        return node

    def power(self) -> Node:
        """As in Excel, a sign binds tighter than a power, and powers go from left to right: -2^2 is 4, 2^3^2 is 64."""
        node = self.signed()
        while self.sign() == "^":
            self.next += 1
            node = Binary("^", node, self.signed())
        return node

    def signed(self) -> Node:
        if (sign := self.sign()) in ("-", "+"):
            self.next += 1
            return Negate(self.signed()) if sign == "-" else self.signed()
        node = self.atom()
        while self.sign() == "%":
            self.next += 1
            node = Binary("/", node, Number(100.0))
        return node

    def atom(self) -> Node:
        if self.next == len(self.tokens):
            raise FormulaError(f"{self.text!r}: something is missing at the end", "missing")
        kind, token, position = self.tokens[self.next]
        self.next += 1
        if kind == "number":
            if not math.isfinite(float(token)):
                raise FormulaError(
                    f"{self.text!r}: the number at character {position + 1} is too large", "large", position + 1
                )
            return Number(float(token))
        if kind == "name":
            return Name(token)
        if token == "(":
            node = self.sum()
            if self.sign() != ")":
                raise FormulaError(
                    f"{self.text!r}: the parenthesis at character {position + 1} is not closed", "open", position + 1
                )
            self.next += 1
            return node
        raise _misplaced(self.text, token, position + 1)


def _misplaced(text: str, token: str, place: int) -> FormulaError:
    return FormulaError(f"{text!r}: {token!r} at character {place} is out of place", "misplaced", place, token)


@cache
def parse(text: str) -> Node:
    """The tree of ``text``; FormulaError where it is none."""
    reader = _Reader(text)
    node = reader.sum()
    if reader.next < len(reader.tokens):
        _, token, position = reader.tokens[reader.next]
        raise _misplaced(text, token, position + 1)
    return node
