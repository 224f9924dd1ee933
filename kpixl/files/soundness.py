"""Whether a file is a whole package: every member there, with the checksum that it should have."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

_TYPES = "[Content_Types].xml"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)
"""All that ``zipfile`` raises on what is no whole archive; a RuntimeError is its word for a password."""


def is_sound(data: bytes) -> bool:
    """Whether every member of a package can be read and has its checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _TYPES in archive.namelist() and archive.testzip() is None
    except _DAMAGE:
        return False
