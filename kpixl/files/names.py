"""What the files are called that kpixl keeps beside a workbook: never longer than a folder takes."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

BACKUP_FOLDER = "kpixl backups"
LONGEST = 255
"""Bytes of a name, which every common file system takes."""

_MARK = 9
_DRAFT_ENDING = ".tmp"
_DRAFT_KEY = 8


def real(path: Path) -> Path:
    """The file itself: a link to it must stay a link when the file is replaced."""
    return Path(os.path.realpath(path))


def shortened(name: str, room: int) -> str:
    """A name in at most so many bytes; one that is cut ends in a mark by which it differs from others."""
    raw = os.fsencode(name)
    if len(raw) <= room:
        return name
    mark = hashlib.sha256(raw).hexdigest()[: _MARK - 1]
    return f"{raw[: room - _MARK].decode('utf-8', 'ignore')}~{mark}"


def around(name: str, before: str, after: str) -> str:
    """The name with something before and behind it, cut where that would be too long."""
    return before + shortened(name, LONGEST - len(os.fsencode(before + after))) + after


def new_draft(path: Path) -> Path:
    """A name beside ``path`` for a file that is not yet, or no longer, in its place: hidden, and never used before."""
    return path.with_name(_draft(path.name, secrets.token_hex(_DRAFT_KEY // 2)))


def is_draft(name: str, of: str) -> bool:
    """Whether a file is called as a draft of the file ``of`` is."""
    head, tail = _draft(of, "\0").split("\0")
    key = name[len(head) : -len(tail)]
    return name.startswith(head) and name.endswith(tail) and len(key) == _DRAFT_KEY and key.isalnum()


def _draft(name: str, key: str) -> str:
    room = LONGEST - len(f"..{_DRAFT_ENDING}") - _DRAFT_KEY
    return f".{shortened(name, room)}.{key}{_DRAFT_ENDING}"
