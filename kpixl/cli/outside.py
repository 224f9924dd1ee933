"""What the system does to a command: streams that are closed or full, signals that end it. Computes nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from kpixl.message import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED = 130
_BEHIND_SIGNALS = 128


class Painted(str):
    """A text with colours of kpixl's own; all else in it has been made harmless."""

    __slots__ = ()


class Stopped(KeyboardInterrupt):
    """The system asks the process to end: everything is left as Ctrl+C would leave it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end the work as Ctrl+C does, so that nothing is left lying about. Whoever ignores them,
    as ``nohup`` does, goes on ignoring them."""
    here = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if here and hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def open_file(path: Path) -> bool:
    """Have Windows or the Mac open a file with its own program; whether it could be asked to."""
    try:
        if sys.platform == "win32":
            os.startfile(path)
            return True
        if sys.platform == "darwin":
            import subprocess  # not for every command

            return subprocess.run(["open", str(path)], check=False, capture_output=True).returncode == 0
    except OSError:
        pass
    return False


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """How a shell knows that a process was ended by a signal."""
    return _BEHIND_SIGNALS + interrupt.number if isinstance(interrupt, Stopped) else INTERRUPTED


def open_streams() -> None:
    """Have both streams where there is something to write to: a service has none, and a shell may close them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (open to the end)


def say(text: str, stream: TextIO) -> OSError | None:
    """Print at once, as text and nothing else; why it was not possible. What was to be read there is lost, and the
    work goes on."""
    try:
        print(text if isinstance(text, Painted) else harmless(text), file=stream, flush=True)
    except (OSError, ValueError) as error:
        # Python flushes once more on its way out, and would complain in its own words.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error if isinstance(error, OSError) else OSError(str(error))
    return None


def written_files() -> list[Path]:
    """The files that this process has put in place up to now, in their order."""
    swap = sys.modules.get("kpixl.files.swap")
    return list(swap.written) if swap else []


def parted_files() -> list[Path]:
    """Those of them that had another name by a hard link, which holds the old content still."""
    swap = sys.modules.get("kpixl.files.swap")
    return list(swap.parted) if swap else []
