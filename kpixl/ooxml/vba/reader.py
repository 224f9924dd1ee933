"""Reads the text of the modules in a VBA project, also of one that Excel has saved. Runs and changes nothing.

The formats are the published ones: [MS-CFB] for the file, [MS-OVBA] for what is in it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
_NONE = 0xFFFFFFFF
_ENTRY = 128
_STREAM = 2
_MINI_SECTOR = 64
_CHUNK = 4096
_NAME, _STREAM_NAME, _OFFSET, _END, _CODE_PAGE, _VERSION = 0x19, 0x32, 0x31, 0x2B, 0x03, 0x09


def module_texts(project: bytes) -> dict[str, str]:
    """The modules of a vbaProject.bin by name, with their Attribute lines; ValueError where it is none."""
    try:
        streams = streams_in(project)
        listed = list(_listed(_decompressed(streams["vba/dir"])))
        return {
            name: _decompressed(streams[f"vba/{stream.lower()}"][offset:]).decode(page, "replace")
            for name, stream, offset, page in listed
        }
    except (struct.error, IndexError, KeyError, LookupError) as error:
        raise ValueError(f"no VBA project that can be read: {error}") from error


def _listed(directory: bytes) -> Iterator[tuple[str, str, int, str]]:
    """Name, stream, where the text begins in it, and code page of each module."""
    at, page, name, stream, offset = 0, "cp1252", "", "", 0
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HL", directory, at)
        if kind == _VERSION:  # whose size leaves out two bytes
            size += 2
        data = directory[at + 6 : at + 6 + size]
        at += 6 + size
        if kind == _CODE_PAGE:
            page = f"cp{struct.unpack('<H', data)[0]}"
        elif kind == _NAME:
            name = data.decode(page, "replace")
        elif kind == _STREAM_NAME:
            stream = data.decode("utf-16-le")
        elif kind == _OFFSET:
            (offset,) = struct.unpack("<L", data)
        elif kind == _END:
            yield name, stream, offset, page


def _decompressed(container: bytes) -> bytes:
    whole = bytearray()
    at = 1
    while at + 2 <= len(container):
        (header,) = struct.unpack_from("<H", container, at)
        end = at + 2 + (header & 0x0FFF) + 1
        chunk = container[at + 2 : end]
        whole += _unpacked(chunk) if header & 0x8000 else chunk[:_CHUNK]
        at = end
    return bytes(whole)


def _unpacked(chunk: bytes) -> bytes:
    found = bytearray()
    at = 0
    while at < len(chunk):
        flags, at = chunk[at], at + 1
        for bit in range(8):
            if at >= len(chunk):
                break
            if not flags >> bit & 1:
                found.append(chunk[at])
                at += 1
                continue
            (token,) = struct.unpack_from("<H", chunk, at)
            at += 2
            shift = 16 - max(4, (len(found) - 1).bit_length())
            back, length = (token >> shift) + 1, (token & (1 << shift) - 1) + 3
            for _ in range(length):
                found.append(found[-back])
    return bytes(found)


def streams_in(data: bytes) -> dict[str, bytes]:
    """Every stream of a compound file by its path, in small letters; ValueError, struct.error or IndexError where it is
    none, or a damaged one."""
    if not data.startswith(_MAGIC):
        raise ValueError("no compound file")
    (shift,) = struct.unpack_from("<H", data, 30)
    size = 1 << shift
    tables, directory, _, cutoff, mini_start, _, more, _ = struct.unpack_from("<LLLLLLLL", data, 44)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    places = list(struct.unpack_from("<109L", data, 76))
    while more <= _LAST_SECTOR and len(places) < tables:
        *further, more = _numbers(sector(more))
        places += further
    table = [number for place in places[:tables] for number in _numbers(sector(place))]

    def long(start: int) -> bytes:
        return b"".join(sector(number) for number in _chain(table, start))

    listed = long(directory)
    entries = [listed[at : at + _ENTRY] for at in range(0, len(listed), _ENTRY)]
    short = long(_start(entries[0])[0])
    mini_table = _numbers(long(mini_start))
    found = {}
    for path, entry in _paths(entries, struct.unpack_from("<L", entries[0], 76)[0]):
        start, length = _start(entry)
        if length < cutoff:
            parts = (short[number * _MINI_SECTOR : (number + 1) * _MINI_SECTOR] for number in _chain(mini_table, start))
            found[path] = b"".join(parts)[:length]
        else:
            found[path] = long(start)[:length]
    return found


def _paths(entries: Sequence[bytes], root: int) -> Iterator[tuple[str, bytes]]:
    """The streams with their paths, found through the trees of the directory."""
    waiting, seen = [("", root)], set[int]()
    while waiting:
        above, number = waiting.pop()
        if number == _NONE or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        length, kind, _, left, right, child = struct.unpack_from("<HBBLLL", entry, 64)
        path = above + entry[: max(length - 2, 0)].decode("utf-16-le").lower()
        waiting += [(above, left), (above, right), (f"{path}/", child)]
        if kind == _STREAM:
            yield path, entry


def _start(entry: bytes) -> tuple[int, int]:
    """The first sector of a stream, and its length."""
    start, length = struct.unpack_from("<LL", entry, 116)
    return start, length


def _chain(table: Sequence[int], start: int) -> Iterator[int]:
    steps = 0
    while start <= _LAST_SECTOR:
        yield start
        start, steps = table[start], steps + 1
        if steps > len(table):
            raise ValueError("a chain of sectors without an end")


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))
