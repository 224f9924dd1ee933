"""What a refusal of the operating system means to the owner, and what helps."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from kpixl.errors import (
    N_,
    DriveFailed,
    FileInUse,
    FileMissing,
    NameTooLong,
    NoPermission,
    NoRoom,
    NotWritten,
    WorkbookError,
)
from kpixl.message import phrase

if TYPE_CHECKING:
    from pathlib import Path

_SHARING_VIOLATIONS = (32, 33)
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_FAILED = (errno.EIO, errno.ENXIO, errno.ENODEV, getattr(errno, "ESTALE", errno.EIO), errno.ETIMEDOUT)
_TOO_MANY = (errno.EMFILE, errno.ENFILE)


def unwritable(path: Path, error: OSError) -> WorkbookError:
    """What it means that a file could not be written: each cause with the mend that fits it."""
    held = getattr(error, "winerror", None) in _SHARING_VIOLATIONS
    # Opening a file that Excel holds gives EACCES without a winerror: only the attribute tells it from read-only.
    if not held and os.name == "nt" and isinstance(error, PermissionError):
        held = path.is_file() and os.access(path, os.W_OK)
    if held or error.errno == errno.EBUSY:
        return FileInUse(path=path.name, program="Excel" if held else phrase(N_("another program")))
    detail = error.strerror or str(error)
    if error.errno == errno.ELOOP:  # links that lead to one another, and to no file
        return FileMissing(path=str(path))
    if error.errno in _NO_ROOM:
        return NoRoom(path=path.name, detail=detail)
    if error.errno in _FAILED:
        return DriveFailed(path=path.name, detail=detail)
    if error.errno == errno.ENAMETOOLONG:
        return NameTooLong(path=path.name)
    if isinstance(error, PermissionError) and _read_only(path):
        return NoPermission(path=path.name, detail=phrase(N_("the file is read-only")))
    if isinstance(error, (PermissionError, FileExistsError, NotADirectoryError)) or error.errno == errno.EROFS:
        return NoPermission(path=path.name, detail=detail)
    return NotWritten(path=path.name, detail=detail)


def unreadable(path: Path, error: OSError) -> WorkbookError:
    """What it means that a file could not be read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return FileMissing(path=str(path))
    return unwritable(path, error)


def _read_only(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and not found.st_mode & stat.S_IWUSR
