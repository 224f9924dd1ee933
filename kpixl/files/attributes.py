"""What a file has beside its content: mode, owner, and the marks that programs and people put on it."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ACL_AND_MARKS = 1 | 4
"""COPYFILE_ACL and COPYFILE_XATTR."""


def made_like(path: Path, original: Path | None) -> int:
    """A new empty file, open for writing, for the same eyes as ``original``: nobody else can read it at any time.
    FileExistsError where something is there. Without an original it is as new files are."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    if original is None:
        return os.open(path, flags, 0o666)
    handle = os.open(path, flags, 0o600)
    try:
        _copy(original, path)
    except BaseException:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    return handle


def _copy(original: Path, copy: Path) -> None:
    found = original.stat()
    if hasattr(os, "chown"):
        # The group may be given where the owner may not.
        for owner, group in ((-1, found.st_gid), (found.st_uid, -1)):
            with suppress(PermissionError):
                os.chown(copy, owner, group)
    if hasattr(os, "listxattr"):
        _copy_marks(original, copy)
    elif sys.platform == "darwin":
        _copy_as_mac(original, copy)
    copy.chmod(stat.S_IMODE(found.st_mode))  # last: on what may only be read, nothing more could be put


def _copy_marks(original: Path, copy: Path) -> None:
    """Those that may be copied: some belong to the system."""
    with suppress(OSError):
        for mark in os.listxattr(original):
            with suppress(OSError):
                os.setxattr(copy, mark, os.getxattr(original, mark))


def _copy_as_mac(original: Path, copy: Path) -> None:
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).copyfile(os.fsencode(original), os.fsencode(copy), None, _ACL_AND_MARKS)
