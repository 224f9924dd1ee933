"""Which rows of the sheets of an old workbook (.xls of Excel 5 to 2003) are hidden, by hand or by a filter: its reader
does not tell. Reads no cell."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from kpixl.ooxml.vba.reader import streams_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = ("workbook", "book")
"""What Excel 97 and Excel 5 call the one in which all sheets stand."""
_BEGIN, _END, _SHEET, _ROW = 0x0809, 0x000A, 0x0085, 0x0208
_HIDDEN = 0x20


def hidden_in_old(content: bytes) -> tuple[frozenset[int], ...]:
    """For each sheet in their order, the numbers of its rows that are hidden; nothing of another kind of file, or of a
    damaged one, which its reader tells of."""
    if content.startswith(_COMPOUND):
        with suppress(ValueError, struct.error, IndexError):
            streams = streams_in(content)
            stream = next((streams[name] for name in _STREAMS if name in streams), b"")
            starts = [struct.unpack_from("<L", data)[0] for kind, data in _records(stream, 0) if kind == _SHEET]
            return tuple(frozenset(_hidden(stream, start)) for start in starts)
    return ()


def _hidden(stream: bytes, start: int) -> Iterator[int]:
    for kind, data in _records(stream, start):
        if kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _HIDDEN:
            yield int.from_bytes(data[:2], "little") + 1


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of what begins there; not those of a chart that stands within."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 1:
            yield kind, stream[place + 4 : place + 4 + length]
        elif depth < 1:
            return
        place += 4 + length
