"""Letters of workbooks from before Unicode (.xls of Excel 5 and 95): a record names the code page that they are in,
which their reader does not always know, and which is not always true. Reads no cell."""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.imports.from_text import likeliest_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpixl.imports.source import Raw

_BEGIN, _CODE_PAGE, _END = 0x0809, 0x0042, 0x000A
_UNICODE, _WESTERN = 1200, 1252
_EXCEL_97 = 0x0600
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM = struct.pack("<H", _BEGIN)
_FURTHEST = 8192
"""Bytes within which the code page is named."""
_CODECS = {0x8000: "mac_roman", 10000: "mac_roman", 10029: "mac_latin2", 10007: "mac_cyrillic", 0x8001: "cp1252"}


@dataclass(frozen=True)
class OldLetters:
    """A workbook as its reader takes it, and in which encoding its letters are; None where they are Unicode."""

    content: bytes
    codec: str | None

    def right(self, text: str) -> str:
        """A text as it was written, where the reader took it for one of Western Europe."""
        return text if self.codec is None or text.isascii() else _raw(text).decode(self.codec, "replace")

    def in_rows(self, rows: list[list[Raw]]) -> list[list[Raw]]:
        """The cells of a sheet with their letters as they were written."""
        if self.codec is None:
            return rows
        right = self.likeliest(cell for row in rows for cell in row if isinstance(cell, str)).right
        return [[right(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]

    def likeliest(self, texts: Iterable[str]) -> OldLetters:
        """The same with the encoding by which most letters of some texts are those of a language: programs of one
        country often name the code page of another."""
        if self.codec is None:
            return self
        found = likeliest_page(b"\n".join(_raw(text) for text in texts if not text.isascii()), self.codec)
        return OldLetters(self.content, found)


def old_letters(content: bytes) -> OldLetters:
    """What there is to say of the letters of a workbook; nothing where it is of Excel 97 or later."""
    begin = _begin(content)
    if begin is None:
        return OldLetters(content, None)
    version = struct.unpack_from("<H", content, begin + 4)[0]
    place = _named(content, begin)
    page = _WESTERN if place is None else struct.unpack_from("<H", content, place)[0]
    new = _UNICODE if version >= _EXCEL_97 else _WESTERN
    if place is not None and page != new:
        content = content[:place] + struct.pack("<H", new) + content[place + 2 :]
    return OldLetters(content, None if version >= _EXCEL_97 else _codec(page))


def _begin(content: bytes) -> int | None:
    """Where the records of a workbook of Excel 5 or later begin; None where it is another kind of file."""
    place = 0 if content.startswith(_COMPOUND) else -1
    while place >= 0:
        place = content.find(_STREAM, place + 1)
        # A stream begins with a sector.
        if place % 64 == 0 and content[place + 4 : place + 6] in (b"\x00\x05", b"\x00\x06"):
            return place
    return None


def _named(content: bytes, begin: int) -> int | None:
    """Where the code page stands; None where none is named."""
    place = begin
    while place + 6 <= min(len(content), begin + _FURTHEST):
        kind, length = struct.unpack_from("<HH", content, place)
        if kind == _CODE_PAGE and length == 2:
            return place + 4
        if kind == _END:
            return None
        place += 4 + length
    return None


def _codec(page: int) -> str:
    name = _CODECS.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _raw(text: str) -> bytes:
    """The bytes of a text that was taken for one of Western Europe; five of them are no letter there."""
    return b"".join(sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252", "replace") for sign in text)
