"""A zip rewritten without touching what did not change: kept members go over as raw bytes, headers and all.

Never decompresses a member to keep it, and knows nothing of workbooks.
"""

from __future__ import annotations

import bisect
import hashlib
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from kpixl.files import soundness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_DOS_1980 = b"\x00\x00\x21\x00"

_AROUND = 400
_HEAD = 4_000
_USUALLY, _QUICKLY = 6, 3
"""How hard to try: the second takes less than half the time of the first, and a fifth more room."""
_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class Packed:
    """What is to be a member: deflated as it comes, so that the whole of it is never there."""

    data: bytes
    checksum: int
    size: int

    @classmethod
    def of(cls, pieces: Iterable[bytes], *, quickly: bool = False) -> Packed:
        """The pieces packed, ``quickly`` where they are many."""
        deflate, checksum, length = zlib.compressobj(_QUICKLY if quickly else _USUALLY, zlib.DEFLATED, -15), 0, 0
        packed = BytesIO()  # whose content can be had without another copy of it
        for piece in pieces:
            checksum = zlib.crc32(piece, checksum)
            length += len(piece)
            packed.write(deflate.compress(piece))
        packed.write(deflate.flush())
        return cls(packed.getvalue(), checksum, length)

    def pieces(self) -> Iterator[bytes]:
        """The content, a piece at a time."""
        inflate, rest = zlib.decompressobj(-15), self.data
        place = 0
        while not inflate.eof:
            rest = inflate.unconsumed_tail or self.data[place : place + _AT_ONCE]
            place += 0 if inflate.unconsumed_tail else len(rest)
            piece = inflate.decompress(rest, soundness.PIECE)
            if piece:
                yield piece

    def read(self) -> bytes:
        """The content as a whole."""
        return zlib.decompress(self.data, -15, self.size + 1)


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in the zip: its entry in the directory, and its span from local header to the next member."""

    info: zipfile.ZipInfo
    record: bytes
    start: int
    end: int


@dataclass(slots=True)
class Glance:
    """What a look over a text tells without holding it: which needles occur in it, how it begins, and what follows the
    last place of a mark."""

    found: set[bytes] = field(default_factory=set)
    head: bytes = b""
    tail: bytes = b""
    _end: bytes = b""

    def add(self, piece: bytes, needles: Collection[bytes], last: bytes) -> None:
        """Look at the next piece."""
        overlap = max(map(len, (*needles, last)))
        seam = self._end + piece[:_AROUND]
        self.found |= {n for n in needles if n not in self.found and (n in piece or n in seam)}
        for text in (seam, piece):
            place = text.rfind(last)
            if place >= 0:
                self.tail = text[place : place + _AROUND]
        self.head = self.head or piece[:_HEAD]
        self._end = piece[-max(overlap, _AROUND) :]


class Archive:
    """The members of a zip held in memory; Unsound or BadZipFile where its directory is no sound one."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._zip = soundness.opened(data)
        try:
            self._members = dict(_members(data, self._zip))
        except (struct.error, IndexError) as error:
            raise zipfile.BadZipFile(str(error)) from error

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members in the order of the directory."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """The content of a member, its checksum verified; Unsound where it has another one."""
        whole = BytesIO()
        whole.writelines(self.pieces(name))  # joined, they would be there twice for a while
        return whole.getvalue()

    def holds(self, name: str, new: bytes | Packed) -> bool:
        """Whether the content of a member is this; one of another size or checksum is not looked at."""
        info = self._members[name].info
        if isinstance(new, Packed):
            return (info.file_size, info.CRC) == (new.size, new.checksum) and self.read(name) == new.read()
        return info.file_size == len(new) and zlib.crc32(new) == info.CRC and self.read(name) == new

    def pieces(self, name: str) -> Iterator[bytes]:
        """The same, a piece at a time: all of it has to be taken for the checksum to be verified."""
        return soundness.pieces(self.data, self._members[name].info)

    def size(self, name: str) -> int:
        """The bytes of a member."""
        return self._members[name].info.file_size

    def raw(self, name: str) -> tuple[zipfile.ZipInfo, memoryview]:
        """A member as it is packed."""
        info = self._members[name].info
        start = soundness.start_of(self.data, info)
        return info, memoryview(self.data)[start : start + info.compress_size]

    def fingerprint(self, name: str) -> bytes:
        """The same for members that are packed alike, to the byte, and of the same size and checksum."""
        info, packed = self.raw(name)
        digest = hashlib.blake2b(packed, digest_size=20)
        digest.update(struct.pack("<HLQ", info.compress_type, info.CRC, info.file_size))
        return digest.digest()

    def rewritten(self, changes: Mapping[str, Packed], removed: Collection[str]) -> bytes:
        """A new zip in the old order: ``changes`` in place or added at the end, ``removed`` left out."""
        pieces: list[bytes | memoryview] = []  # joined once: the whole is large, and would be there twice
        directory, offset, count = bytearray(), 0, 0
        for name in {**self._members, **changes}:
            if name in removed:
                continue
            member = self._members.get(name)
            if name in changes:
                local, record = _entry(name, changes[name], member)
                new: list[bytes | memoryview] = [local, changes[name].data]
            elif member is not None:
                record, new = member.record, [memoryview(self.data)[member.start : member.end]]
            directory += record[:42] + struct.pack("<L", offset) + record[46:]
            pieces += new
            offset += sum(map(len, new))
            count += 1
        comment = self._zip.comment
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), offset, len(comment))
        return b"".join((*pieces, directory, end, comment))


def _members(data: bytes, archive: zipfile.ZipFile) -> Iterator[tuple[str, _Member]]:
    starts = sorted({info.header_offset for info in archive.filelist} | {archive.start_dir})
    position = archive.start_dir
    for info in archive.filelist:
        name, extra, comment = struct.unpack_from("<3H", data, position + 28)
        record = data[position : position + 46 + name + extra + comment]
        position += len(record)
        end = starts[bisect.bisect_right(starts, info.header_offset)]
        yield info.filename, _Member(info, record, info.header_offset, end)


def _entry(name: str, new: Packed, old: _Member | None) -> tuple[bytes, bytes]:
    """The local header, behind which the content follows, and the directory entry, of a changed or added member."""
    if old is None:
        raw, made, date, attributes = name.encode(), b"\x14\x00", _DOS_1980, 0
        utf8 = 0 if raw.isascii() else 0x800
    else:
        raw = old.record[46 : 46 + struct.unpack_from("<H", old.record, 28)[0]]
        made, date, attributes = old.record[4:6], old.record[12:16], old.info.external_attr
        utf8 = old.info.flag_bits & 0x800
    head = struct.pack("<3H4s3L2H", 20, utf8, 8, date, new.checksum, len(new.data), new.size, len(raw), 0)
    local = b"PK\3\4" + head + raw
    return local, b"PK\1\2" + made + head + struct.pack("<3H2L", 0, 0, 0, attributes, 0) + raw
