"""How far a long work has come: told by the work through one small function. Shows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class Reporter(Protocol):
    """What a long work calls before each of its steps."""

    def __call__(self, done: int, total: int, text: str, /) -> None:
        """``done`` of ``total`` steps lie behind; ``text`` is the next one, marked for translation or Verbatim."""


def quiet(done: int, total: int, text: str, /) -> None:
    """Tell nobody."""
