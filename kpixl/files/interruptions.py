"""Signals that wait while a file is put in place, so that none leaves the work half told."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDING = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
"""The signals by which a run is ended: Ctrl+C, a system that shuts down, a terminal that is closed."""


@contextmanager
def unbroken() -> Iterator[None]:
    """Hold back what would end the run; it does so afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, Any]] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] is not None:
            signal.signal(number, lambda signum, frame: waiting.append((signum, frame)))
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
        for number, _frame in waiting[:1]:
            signal.raise_signal(number)
