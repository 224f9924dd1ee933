"""Writes an OLE compound file, the kind of file in which Excel keeps a VBA project. Reads none; knows nothing of VBA.

Version 3: sectors of 512 bytes, short streams together in one of their own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTOR, _MINI_SECTOR, _ENTRY = 512, 64, 128
_CUTOFF = 4096
"""Streams shorter than this lie in the stream of short ones."""
_IN_HEADER = 109
"""Sectors of the allocation table that the header can name."""
_NUMBERS = _SECTOR // 4
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass
class _Entry:
    """An entry of the directory; numbers are places in it."""

    name: str
    kind: int
    data: bytes = b""
    children: list[int] = field(default_factory=list)
    colour: int = _BLACK
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The file with these streams, by their paths (``VBA/dir``); ValueError for more than it can hold (7 MB)."""
    entries = _directory(streams)
    root = entries[0]
    short = bytearray()
    mini_table: list[int] = []
    for entry in entries[1:]:
        if entry.kind == _STREAM and 0 < entry.size < _CUTOFF:
            entry.start = len(mini_table)
            mini_table += _chain(len(mini_table), _sectors(entry.size, _MINI_SECTOR))
            short += _padded(entry.data, _MINI_SECTOR)
    root.data, root.size = bytes(short), len(short)

    body: list[bytes] = []
    table: list[int] = []

    def put(data: bytes) -> int:
        """Lay ``data`` in sectors of its own; the number of the first."""
        count = _sectors(len(data), _SECTOR)
        start = len(table) if count else _END
        table.extend(_chain(len(table), count))
        body.append(_padded(data, _SECTOR))
        return start

    root.start = put(root.data)
    for entry in entries[1:]:
        if entry.size >= _CUTOFF:
            entry.start = put(entry.data)
    mini_start = put(_numbers(mini_table))
    directory_start = put(b"".join(map(_record, entries)))
    count = _sectors(len(table), _NUMBERS - 1)  # its own sectors stand in the table, too
    if count > _IN_HEADER:
        raise ValueError("more than a compound file without further tables can hold")
    first = len(table)
    body.append(_numbers([*table, *[_TABLE] * count]))
    header = _header(directory_start, mini_start, _sectors(4 * len(mini_table), _SECTOR), range(first, first + count))
    return header + b"".join(body)


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    """The root, then every storage and stream; those of one storage as a search tree."""
    entries = [_Entry("Root Entry", _ROOT)]
    places = {"": 0}
    for path, data in streams.items():
        *storages, name = path.split("/")
        above = ""
        for storage in storages:
            here = f"{above}/{storage}"
            if here not in places:
                places[here] = len(entries)
                entries[places[above]].children.append(len(entries))
                entries.append(_Entry(storage, _STORAGE, start=0))
            above = here
        entries[places[above]].children.append(len(entries))
        entries.append(_Entry(name, _STREAM, data, size=len(data)))
    for entry in entries:
        # Shorter names come first, then capitals and small letters alike.
        ordered = sorted(entry.children, key=lambda place: (len(entries[place].name), entries[place].name.upper()))
        entry.child = _tree(entries, ordered, len(ordered).bit_length() - 1)
    return entries


def _tree(entries: list[_Entry], ordered: Sequence[int], levels: int) -> int:
    """The root of a balanced tree; its last level, which may have gaps, is red: all paths have as many black ones."""
    if not ordered:
        return _NONE
    middle = len(ordered) // 2
    entry = entries[ordered[middle]]
    entry.colour = _BLACK if levels else _RED
    entry.left = _tree(entries, ordered[:middle], levels - 1)
    entry.right = _tree(entries, ordered[middle + 1 :], levels - 1)
    return ordered[middle]


def _record(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    head = struct.pack("<64sHBB3L", name, len(name), entry.kind, entry.colour, entry.left, entry.right, entry.child)
    return head + bytes(36) + struct.pack("<LQ", entry.start, entry.size)


def _header(directory: int, mini: int, mini_sectors: int, tables: range) -> bytes:
    version = struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    numbers = (0, len(tables), directory, 0, _CUTOFF, mini, mini_sectors, _END, 0)
    places = [*tables, *[_FREE] * (_IN_HEADER - len(tables))]
    return _MAGIC + bytes(16) + version + struct.pack("<9L109L", *numbers, *places)


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END] if count else []


def _sectors(size: int, sector: int) -> int:
    return -(-size // sector)


def _padded(data: bytes, sector: int) -> bytes:
    return data.ljust(_sectors(len(data), sector) * sector, b"\0")


def _numbers(table: Sequence[int]) -> bytes:
    filled = [*table, *[_FREE] * (-len(table) % _NUMBERS)]
    return struct.pack(f"<{len(filled)}L", *filled)
