"""Workbooks of Excel 95, of which no program here writes any more: cells in letters of a code page, in a compound file.

After [MS-XLS] and [MS-CFB], as far as a sheet of texts and numbers needs.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

_FREE, _LAST, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def workbook(
    rows: Sequence[Sequence[str | float]],
    page: int | None,
    codec: str,
    sheet: str = "Sheet1",
    hidden: Collection[int] = (),
) -> bytes:
    """A workbook with one sheet, its letters written by ``codec``; ``page`` is the code page that it says they are of,
    None where it says nothing; ``hidden`` are the numbers of rows that are."""
    cells = b"".join(_cell(top, left, value, codec) for top, row in enumerate(rows) for left, value in enumerate(row))
    name = sheet.encode(codec)
    told = b"" if page is None else _record(0x42, struct.pack("<H", page))
    # A stream of less than 4,096 bytes would have to stand elsewhere.
    head = _begin(5) + told + _record(0xFF, bytes(4096))
    start = len(head) + 11 + len(name) + 4
    head += _record(0x85, struct.pack("<IBBB", start, 0, 0, len(name)) + name) + _record(0x0A)
    described = b"".join(_row(number, is_hidden=number in hidden) for number in range(1, len(rows) + 1))
    return _compound(head + _begin(0x10) + described + cells + _record(0x0A))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _begin(what: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHH", 0x0500, what, 0, 1996))


def _row(number: int, *, is_hidden: bool) -> bytes:
    return _record(0x0208, struct.pack("<HHHHHHI", number - 1, 0, 3, 255, 0, 0, 0x0120 if is_hidden else 0x0100))


def _cell(row: int, column: int, value: str | float, codec: str) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode(codec)
        return _record(0x0204, place + struct.pack("<H", len(text)) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream: header, table of sectors, directory, and the stream."""
    body = stream.ljust(-(-len(stream) // _SECTOR) * _SECTOR, b"\0")
    chain = [_TABLE, _LAST, *range(3, 2 + len(body) // _SECTOR), _LAST]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    entries = _entry("Root Entry", 5, 1, _LAST, 0) + _entry("Book", 2, _FREE, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, _LAST, 0, _LAST, 0)
    return header + struct.pack("<109I", 0, *[_FREE] * 108) + table + entries.ljust(_SECTOR, b"\0") + body


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
