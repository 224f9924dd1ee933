"""Calls to the system that fail on order: the n-th that writes, with an error of our choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kpixl.files.exchange import exchange

WRITING = ("open", "write", "fsync", "link", "rename", "replace", "mkdir", "chmod", "chown", "setxattr")
"""Calls of ``os`` that put something on the disk. Removing is left out: what stays is removed by the next run."""
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Calls:
    """A count of the writing calls, one of which fails."""

    def __init__(self, failing: int, number: int) -> None:
        self.count = 0
        self.names: list[str] = []
        self._failing, self._number = failing, number

    def through(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, counted."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and (args[0] == os.devnull or not args[1] & _FLAGS):
                return call(*args, **kwargs)
            self.count += 1
            self.names.append(name)
            if self.count == self._failing:
                raise OSError(self._number, os.strerror(self._number), str(args[0]))
            return call(*args, **kwargs)

        return counted


@contextmanager
def failing(call: int, number: int) -> Iterator[Calls]:
    """Have the call of that number, from 1, fail with an error number; none for 0."""
    calls = Calls(call, number)
    with pytest.MonkeyPatch.context() as patched:
        for name in WRITING:
            if hasattr(os, name):
                patched.setattr(os, name, calls.through(name, getattr(os, name)))
        # No power is cut here: what reaches the disk for good, and when, is not looked at, and takes most of the time.
        patched.setattr(os, "fsync", calls.through("fsync", lambda handle: None))
        patched.setattr("kpixl.files.swap.exchange", calls.through("exchange", exchange))
        yield calls
