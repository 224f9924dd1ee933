"""What a watch of a folder keeps there: which state of each file it has dealt with, and that no other one is running.

Both lie in the folder of backups. Losing them costs one look at every workbook, and nothing else.
"""

from __future__ import annotations

import errno
import json
import secrets
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from kpixl import files
from kpixl.errors import N_, UsageError, WorkbookError
from kpixl.files import BACKUP_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY, LOCK = "watch.json", "watch.lock"
_OFFLINE_ON_WINDOWS = 0x0044_1000
"""FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS."""
_OFFLINE_ON_MAC = 0x4000_0000
"""SF_DATALESS."""
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP)
"""A drive that knows no locks: it is watched all the same."""


class AlreadyWatched(UsageError):
    """Another kpixl watches the same folder."""

    code = "already_watched"
    template = N_("{folder} is being watched already ({holder}); end that first.")


class Stamp(NamedTuple):
    """What a file looks like from outside."""

    size: int
    """In bytes."""
    mtime_ns: int
    """When it was changed: nanoseconds, as the system counts them."""


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
        # A damaged one is as good as none.
        with suppress(OSError, WorkbookError, ValueError, TypeError, AttributeError):
            self._files = {name: _entry(*known) for name, known in json.loads(files.whole(self._path)).items()}

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
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder against other watches; AlreadyWatched where one has it, NoPermission where it is read-only."""
    lock = files.folder_of(folder.resolve() / MEMORY) / LOCK
    with ExitStack() as stack:
        try:
            lock.parent.mkdir(exist_ok=True)
            stack.enter_context(files.held(lock))
        except files.Taken as taken:
            raise AlreadyWatched(folder=folder, holder=taken.holder.phrase) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise files.unwritable(folder, error) from error
        yield
