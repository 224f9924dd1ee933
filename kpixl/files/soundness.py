"""Whether an archive is whole: every member in its own place, of the size and with the checksum that it should have.

Reads a piece at a time and holds none of it; the limits keep a small file from becoming a large one.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.message import Message, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MEMBERS = 60_000
MOST_UNPACKED = 1_000_000_000
"""Bytes of all members together."""
PIECE = 1 << 20

_TYPES = "[Content_Types].xml"
_UNKNOWN = 0x1 | 0x20 | 0x40 | 0x2000
"""Marks of members that are encrypted or patches of others."""
_LOCAL = struct.Struct("<4s22x2H")


class Unsound(Exception):
    """What is wrong with an archive, as a part of a sentence; ``part`` is the member that it is about."""

    def __init__(self, detail: Message, part: str = "") -> None:
        super().__init__(str(detail))
        self.detail, self.part = detail, part


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive in ``data``, its directory sound: no member twice, none within another, none packed in a way that
    Excel does not know. Unsound where it is not, BadZipFile where there is no directory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (ValueError, NotImplementedError, struct.error, IndexError, OverflowError, UnicodeError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    members = archive.filelist
    if len(members) > MOST_MEMBERS:
        raise Unsound(phrase(N_("it has more than {limit} parts"), limit=MOST_MEMBERS))
    seen: set[str] = set()
    for member in members:
        key = part_key(member.filename)
        if key in seen and not key.endswith("/"):
            raise Unsound(phrase(N_("the part {part} stands in it twice"), part=member.filename), member.filename)
        seen.add(key)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & _UNKNOWN:
            raise Unsound(
                phrase(N_("the part {part} is packed in a way that Excel does not know"), part=member.filename),
                member.filename,
            )
    _refuse_overlaps(data, archive)
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Unsound(phrase(N_("it unpacks to more than {limit} MB"), limit=MOST_UNPACKED // 1_000_000))
    return archive


def part_key(name: str) -> str:
    """By what names of parts are compared: without case, whatever separates their folders."""
    return name.replace("\\", "/").lstrip("/").lower()


def start_of(data: bytes, member: zipfile.ZipInfo) -> int:
    """Where the packed content of a member begins; Unsound where its header is not there."""
    try:
        mark, name, extra = _LOCAL.unpack_from(data, member.header_offset)
    except struct.error as error:
        raise _unreadable(member) from error
    start = member.header_offset + _LOCAL.size
    raw = data[start : start + name]
    if mark != b"PK\3\4" or raw.rstrip(b"\0") != _raw_name(member):
        raise _unreadable(member)
    return int(start + name + extra)


def pieces(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, at most PIECE bytes at a time; Unsound, at the latest behind the last one, where it
    cannot be unpacked or is not what its size and checksum say."""
    start, checksum, size = start_of(data, member), 0, 0
    packed = memoryview(data)[start : start + member.compress_size]
    for piece in _stored(packed) if member.compress_type == zipfile.ZIP_STORED else _inflated(packed, member):
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
        if size > member.file_size:
            raise _unreadable(member)
        yield piece
    if size != member.file_size or checksum != member.CRC:
        raise _unreadable(member)


def is_sound(data: bytes) -> bool:
    """Whether every member of a package can be read and has its checksum."""
    try:
        archive = opened(data)
        for member in archive.filelist:
            for _ in pieces(data, member):
                pass
    except (zipfile.BadZipFile, Unsound):
        return False
    return _TYPES in archive.NameToInfo


def _refuse_overlaps(data: bytes, archive: zipfile.ZipFile) -> None:
    end = 0
    for member in sorted(archive.filelist, key=lambda one: one.header_offset):
        start = start_of(data, member)
        if member.header_offset < end or start + member.compress_size > archive.start_dir:
            raise Unsound(
                phrase(N_("the part {part} lies within another"), part=member.filename),
                member.filename,
            )
        end = start + member.compress_size


def _raw_name(member: zipfile.ZipInfo) -> bytes:
    name = member.orig_filename
    return name.encode("utf-8" if member.flag_bits & 0x800 else "cp437", "replace").rstrip(b"\0")


def _stored(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), PIECE):
        yield bytes(packed[start : start + PIECE])


def _inflated(packed: memoryview, member: zipfile.ZipInfo) -> Iterator[bytes]:
    inflate, rest = zlib.decompressobj(-15), b""
    place = 0
    try:
        while not inflate.eof:
            if not rest:
                rest = bytes(packed[place : place + PIECE])
                place += len(rest)
            piece = inflate.decompress(rest, PIECE)
            moved = len(rest) != len(inflate.unconsumed_tail)
            rest = inflate.unconsumed_tail
            if piece:
                yield piece
            elif not moved or (not rest and place >= len(packed)):
                break
    except zlib.error as error:
        raise _unreadable(member) from error
    if not inflate.eof or inflate.unused_data or rest or place < len(packed):
        raise _unreadable(member)


def _unreadable(member: zipfile.ZipInfo) -> Unsound:
    return Unsound(phrase(N_("the part {part} cannot be read"), part=member.filename), member.filename)
