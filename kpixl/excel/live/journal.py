"""Steps that are all taken, or all taken back. Knows nothing of what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, and how to undo it, also where it was done by half or not at all."""

    do: Callable[[], None]
    undo: Callable[[], None] = lambda: None


class NotUndone(Exception):
    """A step failed, which is the cause, and not everything could be taken back. Whoever took the steps tells it."""


def carry_out(steps: Iterable[Step]) -> None:
    """Take the steps in order. Where one fails, those before it and itself are taken back, and its error goes on;
    NotUndone where that fails too."""
    taken: list[Step] = []
    try:
        for step in steps:
            taken.append(step)
            step.do()
    except BaseException as error:
        undone = [_undone(step) for step in reversed(taken)]
        if not all(undone):
            raise NotUndone from error
        raise


def _undone(step: Step) -> bool:
    try:
        step.undo()
    except Exception:
        return False
    return True
