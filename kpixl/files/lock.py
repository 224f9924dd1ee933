"""A file that one process at a time can hold, on this computer and on others that share its folder.

The operating system holds it, so that a process or a computer that dies lets go of it. What is written in it only says
who the holder is.
"""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from kpixl.errors import N_, FileInUse
from kpixl.message import Message, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 5.0
"""Seconds for which one kpixl waits for another."""
_PAUSE = 0.05
_FIRST = b" "
"""Windows lets nobody read the byte that is locked: what there is to say begins behind it."""
_LONGEST = 2000


class Holder(NamedTuple):
    """Who holds a lock; nothing of what could not be read."""

    pid: int | None = None
    computer: str = ""
    user: str = ""

    @property
    def phrase(self) -> Message:
        """The holder in words."""
        if self.pid is None:
            return phrase(N_("it does not say which"))
        return phrase(N_("{user} on {computer}, process {pid}"), **self._asdict())


class Taken(Exception):
    """Another process holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(holder)
        self.holder = holder


class ChangedByAnother(FileInUse):
    """Another kpixl is at work on the file."""

    template = N_("{path} is just being changed by another kpixl ({holder}); try again once that has ended.")

    def __init__(self, path: str, holder: Holder) -> None:
        super().__init__(path=path, holder=holder.phrase, program=phrase(N_("another kpixl")))


@contextmanager
def held(lock: Path, *, patience: float = 0) -> Iterator[None]:
    """Hold the lock file ``lock``, which is made for that and removed afterwards; Taken where another process has it
    and keeps it for ``patience`` seconds, OSError where there is no locking in that folder."""
    handle = _taken(lock, patience)
    try:
        yield
    finally:
        _let_go(handle, lock)


def _taken(lock: Path, patience: float) -> int:
    for turn in range(round(patience / _PAUSE) + 1):
        if turn:
            time.sleep(_PAUSE)
        handle = _tried(lock)
        if handle is not None:
            return handle
    raise Taken(_holder(lock))


def _tried(lock: Path) -> int | None:
    """The lock, open and held; None where another one has it."""
    from filelock import lock_descriptor

    handle = _opened(lock)
    try:
        if lock_descriptor(handle, blocking=False) and _is_still(lock, handle):
            _sign(handle)
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _opened(lock: Path) -> int:
    safe = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | safe, 0o666)
    except PermissionError:  # it is somebody else's, who lets others read it
        return os.open(lock, os.O_RDONLY | safe)


def _is_still(lock: Path, handle: int) -> bool:
    """Whether the file that was locked is the one that others find: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), lock.lstat())
    except FileNotFoundError:
        return False


def _sign(handle: int) -> None:
    """Write who holds the lock; that it is held does not hang on it."""
    user = os.environ.get("USERNAME") or os.environ.get("USER") or os.environ.get("LOGNAME") or "?"
    mine = {"pid": os.getpid(), "computer": platform.node(), "user": user}
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.write(handle, _FIRST + json.dumps(mine).encode())


def _holder(lock: Path) -> Holder:
    """Who holds a lock, as far as it can be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError), lock.open("rb", buffering=0) as stream:
        stream.seek(len(_FIRST))
        found = json.loads(stream.read(_LONGEST) or b"")
        return Holder(int(found["pid"]), str(found["computer"]), str(found["user"]))
    return Holder()


def _let_go(handle: int, lock: Path) -> None:
    if os.name != "nt":  # while it is held: nobody else can have made a new one
        with suppress(OSError):
            lock.unlink()
    os.close(handle)
    if os.name == "nt":  # where an open file cannot be removed; the next holder's neither
        with suppress(OSError):
            lock.unlink()
