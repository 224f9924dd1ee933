"""A bar that shows how far a long work has come.

Writes to stderr alone, and nothing at all where that is no terminal or the work is short.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from kpixl.message import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

DELAY = 0.5
"""Seconds before a bar appears."""

_LENGTH = 20

_WIDEST = 79


class Timer(Protocol):
    """What ``threading.Timer`` gives."""

    daemon: bool

    def start(self) -> None:
        """Begin to wait."""

    def cancel(self) -> None:
        """Do nothing after all."""


class Progress:
    """A bar that is there while its ``with`` block runs, from ``DELAY`` seconds on; call it as a ``Reporter``."""

    def __init__(
        self,
        translate: Callable[[str], str] = str,
        *,
        stream: TextIO | None = None,
        timer: Callable[[float, Callable[[], None]], Timer] = threading.Timer,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._translate = translate
        self._timer = timer(DELAY, self._appear) if _can_redraw(self._stream) else None
        self._lock = threading.Lock()
        self._line = ""
        self._shown = 0
        self._due = False

    def __enter__(self) -> Self:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        self.hide()

    def __call__(self, done: int, total: int, text: str, /) -> None:
        """Show the step that begins now."""
        if self._timer is None:
            return
        filled = _LENGTH * done // total if total else 0
        line = f"{'█' * filled}{'░' * (_LENGTH - filled)} {done}/{total} {self._translate(text)}"
        with self._lock:
            self._line = line
            if self._due:
                self._draw()

    def hide(self) -> None:
        """Clear the line, for something else that is to be written; the next step shows the bar again."""
        with self._lock:
            self._line = ""
            self._erase()

    def _appear(self) -> None:
        with self._lock:
            self._due = True
            if self._line:
                self._draw()

    def _draw(self) -> None:
        self._erase()
        line = _cut(one_line(self._line), min(shutil.get_terminal_size().columns, _WIDEST + 1) - 1)
        self._write(line)
        self._shown = _width(line)

    def _erase(self) -> None:
        # Old consoles of Windows know no sequence that clears a line.
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # a terminal that has been closed is no reason to stop the work
            self._stream.write(text)
            self._stream.flush()


def _can_redraw(stream: TextIO | None) -> bool:
    """Whether a line can be written over there; without a console, Python has no stream at all."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _cut(text: str, columns: int) -> str:
    while _width(text) > max(columns, 0):
        text = text[:-1]
    return text
