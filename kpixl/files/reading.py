"""Files read whole: ordinary ones alone, and none that is larger than a workbook or an export can be."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 400_000_000
"""Bytes of a file; Excel itself gives up long before."""

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE = 1 << 24


class NoOrdinaryFile(WorkbookError):
    """A pipe, a device or a socket: reading it may never end."""

    code = "no_ordinary_file"
    template = N_("{path} is no ordinary file but a pipe or a device; choose the file itself.")


class FileTooLarge(WorkbookError):
    """A file larger than what is read."""

    code = "file_too_large"
    template = N_("{path} has more than {limit} MB, which kpixl does not take; split it, or choose another file.")


def whole(path: Path) -> bytes:
    """The content of an ordinary file; NoOrdinaryFile or FileTooLarge for any other, OSError as the system says it."""
    handle = os.open(path, _FLAGS)
    try:
        _refuse(path, os.fstat(handle))
        pieces, size = [], 0
        while piece := os.read(handle, _PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise FileTooLarge(path=path.name, limit=LARGEST // 1_000_000)
    finally:
        os.close(handle)
    return b"".join(pieces)


def ensure_ordinary(path: Path) -> None:
    """NoOrdinaryFile or FileTooLarge for what would not be read; OSError as the system says it."""
    _refuse(path, path.stat())


def _refuse(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise NoOrdinaryFile(path=path.name)
    if found.st_size > LARGEST:
        raise FileTooLarge(path=path.name, limit=LARGEST // 1_000_000)
