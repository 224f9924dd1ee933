"""Two files that change places in one step, where the system can: Linux and macOS."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HERE = -100
"""AT_FDCWD: names count from the current folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE in Linux, and RENAME_SWAP in macOS."""
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM)


def exchange(one: Path, other: Path) -> bool:
    """Have two files of one folder change places; False where the system or the drive cannot, OSError where it would
    and failed."""
    call = _call()
    if call is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    linux = sys.platform.startswith("linux")
    failed = call(_HERE, names[0], _HERE, names[1], _EXCHANGE) if linux else call(*names, _EXCHANGE)
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one))


@cache
def _call() -> Any:
    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform)
    return name and getattr(ctypes.CDLL(None, use_errno=True), name, None)
