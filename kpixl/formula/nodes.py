"""The tree of a formula: numbers, names, a sign, per cent, powers and the four operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A measure, by its argument's name."""

    id: str


@dataclass(frozen=True, slots=True)
class Negate:
    """A minus sign."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation between two parts."""

    operator: Literal["+", "-", "*", "/", "^"]
    left: Node
    right: Node


Node = Number | Name | Negate | Binary


def walk(node: Node) -> Iterator[Node]:
    """``node`` and every part of it, from left to right."""
    yield node
    match node:
        case Negate(operand):
            yield from walk(operand)
        case Binary(_, left, right):
            yield from walk(left)
            yield from walk(right)


def names(node: Node) -> tuple[str, ...]:
    """The names that the formula uses, each once, in the order of their first use."""
    return tuple(dict.fromkeys(part.id for part in walk(node) if isinstance(part, Name)))
