"""What is worked out once for each object, however often it is asked for.

By the object itself and not by what it holds: to hash a business takes longer than most of what is worked out of one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Of = TypeVar("_Of")
_Made = TypeVar("_Made")

_MOST = 1024
"""Objects that are remembered; past that, all are forgotten."""


def once_each(make: Callable[[_Of], _Made]) -> Callable[[_Of], _Made]:
    """``make`` for each object once; only for objects that never change."""
    known: dict[int, tuple[_Of, _Made]] = {}

    @wraps(make)
    def made(of: _Of) -> _Made:
        there = known.get(id(of))
        if there is not None:
            return there[1]
        if len(known) >= _MOST:
            known.clear()
        # With the object, so that its number is given to no other one meanwhile.
        known[id(of)] = of, make(of)
        return known[id(of)][1]

    return made
