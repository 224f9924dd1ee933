"""Two files that change places in one step, where the system can: Linux and macOS."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HERE = -100
"""AT_FDCWD: names count from the current folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE in Linux, and RENAME_SWAP in macOS."""
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM)


def exchange(one: Path, other: Path) -> bool:
    """Have two files of one folder change places; False where the system or the drive cannot, OSError where it would
    and failed."""
    call = _call(sys.platform)
    if call is None:
        return False
    if not call(os.fsencode(one), os.fsencode(other)):
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one))


@cache
def _call(system: str) -> Callable[[bytes, bytes], int] | None:
    """What the system has for that; it answers 0 where it has done it."""
    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(system)
    found: Any = name and getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if not found:
        return None
    if system == "linux":
        return lambda one, other: int(found(_HERE, one, _HERE, other, _EXCHANGE))
    return lambda one, other: int(found(one, other, _EXCHANGE))
