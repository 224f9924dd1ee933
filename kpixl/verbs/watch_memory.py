"""What a watch of a folder keeps there: which state of each file it has dealt with, and that no other one is running.

Both lie in the folder of backups. Losing them costs one look at every workbook, and nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from kpixl.errors import N_, UsageError
from kpixl.files import BACKUP_FOLDER, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MEMORY, LOCK = "watch.json", "watch.lock"
_OFFLINE_ON_WINDOWS = 0x0044_1000
"""FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS."""
_OFFLINE_ON_MAC = 0x4000_0000
"""SF_DATALESS."""
_STILL_ACTIVE = 259
_held: set[Path] = set()


class AlreadyWatched(UsageError):
    """Another kpixl watches the same folder."""

    code = "already_watched"
    template = N_(
        "{folder} is being watched already (process {pid} on {computer}); end that first. "
        "If it has ended, delete the left-over file {lock}."
    )


class Stamp(NamedTuple):
    """What a file looks like from outside."""

    size: int
    mtime_ns: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None for a folder, for a file that is gone, and for one in the cloud alone: to read it would
    fetch it."""
    try:
        found = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    attributes, flags = getattr(found, "st_file_attributes", 0), getattr(found, "st_flags", 0)
    if attributes & _OFFLINE_ON_WINDOWS or (sys.platform == "darwin" and flags & _OFFLINE_ON_MAC):
        return None
    return Stamp(found.st_size, found.st_mtime_ns)


class Memory:
    """For each file by its name: its stamp when it was dealt with, and the digest of what its owner had saved; no
    digest for a file that is none of kpixl's."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / BACKUP_FOLDER / MEMORY
        self._files: dict[str, tuple[Stamp, str]] = {}
        self._changed = False
        with suppress(OSError, ValueError, TypeError, AttributeError):  # a damaged one is as good as none
            self._files = {name: _entry(*known) for name, known in json.loads(self._path.read_bytes()).items()}

    def stamp(self, name: str) -> Stamp | None:
        """How the file looked when it was dealt with."""
        known = self._files.get(name)
        return known[0] if known else None

    def digest(self, name: str) -> str:
        """What the owner had saved then; empty for a file that is not known as kpixl's."""
        known = self._files.get(name)
        return known[1] if known else ""

    def keep(self, name: str, stamp: Stamp, digest: str) -> None:
        """Remember a file as dealt with."""
        if self._files.get(name) != (stamp, digest):
            self._files[name] = stamp, digest
            self._changed = True

    def save(self, names: set[str]) -> None:
        """Write what is known of these files; a failure is no reason to stop."""
        gone = self._files.keys() - names
        if not (self._changed or gone):
            return
        for name in gone:
            del self._files[name]
        data = {name: [*stamp, digest] for name, (stamp, digest) in sorted(self._files.items())}
        temporary = self._path.with_name(f"{MEMORY}.{secrets.token_hex(4)}.tmp")
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            temporary.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
            temporary.replace(self._path)
            self._changed = False


def _entry(size: int, mtime_ns: int, digest: str) -> tuple[Stamp, str]:
    return Stamp(int(size), int(mtime_ns)), str(digest)


@contextmanager
def only_one(folder: Path, *, running: Callable[[int], bool] | None = None) -> Iterator[None]:
    """Hold the folder against other watches; AlreadyWatched where one has it, NoPermission where it is read-only.

    The lock of a process of this computer that has ended is taken over. ``running`` says whether one has not.
    """
    lock = folder.resolve() / BACKUP_FOLDER / LOCK
    mine = json.dumps({"pid": os.getpid(), "computer": platform.node(), "key": secrets.token_hex(8)})
    _take(lock, mine, folder, running or _running)
    _held.add(lock)
    try:
        yield
    finally:
        _held.discard(lock)
        with suppress(OSError):
            if lock.read_text(encoding="utf-8") == mine:
                lock.unlink()


def _take(lock: Path, mine: str, folder: Path, running: Callable[[int], bool]) -> None:
    try:
        lock.parent.mkdir(exist_ok=True)
        if lock.exists():
            holder = _holder(lock)
            if not _ended(lock, holder, running):
                raise _already(folder, lock, holder)
            lock.unlink(missing_ok=True)
        with lock.open("x", encoding="utf-8") as stream:
            stream.write(mine)
    except FileExistsError:
        raise _already(folder, lock, _holder(lock)) from None
    except OSError as error:
        raise unwritable(folder, error) from error


def _already(folder: Path, lock: Path, holder: dict[str, Any]) -> AlreadyWatched:
    return AlreadyWatched(folder=folder, pid=holder.get("pid", "?"), computer=holder.get("computer", "?"), lock=lock)


def _holder(lock: Path) -> dict[str, Any]:
    """What a lock says of its process; nothing where it cannot be read, as in the moment in which it is made."""
    with suppress(OSError, ValueError):
        found = json.loads(lock.read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("pid"), int):
            return found
    return {}


def _ended(lock: Path, holder: dict[str, Any], running: Callable[[int], bool]) -> bool:
    if holder.get("computer") != platform.node():
        return False
    if holder["pid"] == os.getpid():  # numbers come again, after a restart of the computer above all
        return lock not in _held
    return not running(holder["pid"])


def _running(pid: int) -> bool:
    if sys.platform == "win32":  # where os.kill would end the process
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)
        if not handle:
            return bool(kernel.GetLastError() == 5)
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == _STILL_ACTIVE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
