"""What a test takes for granted of a value whose type leaves it open: said, and a failure where it is not so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(value: T | None) -> T:
    assert value is not None
    return value


def number(value: object) -> float:
    assert isinstance(value, (int, float)), value
    return value


def numbers(values: Iterable[object]) -> list[float]:
    return [number(value) for value in values]


def string(value: object) -> str:
    assert isinstance(value, str), value
    return value
