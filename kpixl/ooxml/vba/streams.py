"""The streams of a VBA project, as the published format [MS-OVBA] has them: source text alone, no compiled code.

Whoever opens the project compiles it. Never protects one with a password, and refers to no library that could be
missing somewhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CODE_PAGE = "cp1252"
PROJECT_ID = "{6B706978-6C00-4B50-8149-766261000001}"
_PROJECT_NAME = "VBAProject"
_ENGLISH = 0x409
_CHUNK = 4096
_SHORTEST = 3
"""A repetition shorter than this is not worth a reference."""
_WHOLE, _PACKED = 0x3000, 0xB000
_NO_CODE = bytes.fromhex("CC61FFFF000000")
"""What ``_VBA_PROJECT`` holds where nothing is compiled."""
_SEEDS = {"CMG": 0x21, "DPB": 0x43, "GC": 0x65}


@dataclass(frozen=True)
class Stream:
    """A module of the project with its whole text; ``kind`` is the word for it in the list of the project."""

    name: str
    kind: str
    text: str


def streams(modules: Sequence[Stream]) -> dict[str, bytes]:
    """Every stream of the compound file by its path; UnicodeEncodeError for text outside of the code page."""
    found = {f"VBA/{module.name}": compressed(module.text.encode(CODE_PAGE)) for module in modules}
    return found | {
        "VBA/_VBA_PROJECT": _NO_CODE,
        "VBA/dir": compressed(_dir(modules)),
        "PROJECT": _project(modules).encode(CODE_PAGE),
        "PROJECTwm": _names(modules),
    }


# The list of modules


def _dir(modules: Sequence[Stream]) -> bytes:
    name = _PROJECT_NAME.encode(CODE_PAGE)
    head = [
        _record(0x01, struct.pack("<L", 3)),  # 64-bit Windows, as Excel of today writes it
        _record(0x02, struct.pack("<L", _ENGLISH)),
        _record(0x14, struct.pack("<L", _ENGLISH)),
        _record(0x03, struct.pack("<H", 1252)),
        _record(0x04, name),
        _record(0x05) + _record(0x40),
        _record(0x06) + _record(0x3D),
        _record(0x07, bytes(4)),
        _record(0x08, bytes(4)),
        struct.pack("<HLLH", 0x09, 4, 1, 1),  # the version, whose size does not count its last two bytes
        _record(0x0C) + _record(0x3C),
    ]
    listed = [_record(0x0F, struct.pack("<H", len(modules))), _record(0x13, b"\xff\xff")]
    return b"".join([*head, *listed, *map(_listed, modules), _record(0x10)])


def _listed(module: Stream) -> bytes:
    name, wide = module.name.encode(CODE_PAGE), module.name.encode("utf-16-le")
    return b"".join(
        [
            _record(0x19, name) + _record(0x47, wide),
            _record(0x1A, name) + _record(0x32, wide),
            _record(0x1C) + _record(0x48),
            _record(0x31, bytes(4)),  # the text begins at once: no compiled code stands before it
            _record(0x1E, bytes(4)),
            _record(0x2C, b"\xff\xff"),
            _record(0x21 if module.kind == "Module" else 0x22),
            _record(0x2B),
        ]
    )


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HL", number, len(data)) + data


def _names(modules: Sequence[Stream]) -> bytes:
    pairs = (module.name.encode(CODE_PAGE) + b"\0" + (module.name + "\0").encode("utf-16-le") for module in modules)
    return b"".join(pairs) + b"\0\0"


# The properties of the project


def _project(modules: Sequence[Stream]) -> str:
    protection = {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}  # neither locked, nor a password, nor hidden
    lines = [
        f'ID="{PROJECT_ID}"',
        *(f"{module.kind}={module.name}{'/&H00000000' if module.kind == 'Document' else ''}" for module in modules),
        f'Name="{_PROJECT_NAME}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        *_protected(protection),
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _protected(states: Mapping[str, bytes]) -> list[str]:
    return [f'{name}="{encrypted(state, PROJECT_ID, _SEEDS[name])}"' for name, state in states.items()]


def encrypted(data: bytes, project: str, seed: int, filling: bytes = b"\x07\x07\x07") -> str:
    """``data`` as the properties hold it: mixed with the project's id, after as much ``filling`` as the seed says."""
    key = sum(project.encode(CODE_PAGE)) & 0xFF
    found = [seed, seed ^ 2, seed ^ key]
    plain = key
    for byte in filling[: (seed & 6) // 2] + struct.pack("<L", len(data)) + data:
        found.append(byte ^ (found[-2] + plain & 0xFF))
        plain = byte
    return bytes(found).hex().upper()


# Compression


@lru_cache(maxsize=64)  # one project has the modules of another
def compressed(data: bytes) -> bytes:
    """``data`` as a container of chunks, with references to what came before in the same chunk."""
    chunks = (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
    return b"\x01" + b"".join(map(_chunk, chunks))


def _chunk(data: bytes) -> bytes:
    packed = _tokens(data)
    kind = _PACKED
    if len(packed) > _CHUNK:
        kind, packed = _WHOLE, data.ljust(_CHUNK, b"\0")
    return struct.pack("<H", kind | len(packed) - 1) + packed


def _tokens(data: bytes) -> bytes:
    found = bytearray()
    at = number = flags_at = 0
    while at < len(data):
        if number % 8 == 0:
            flags_at = len(found)
            found.append(0)
        bits = max(4, (at - 1).bit_length())  # of a reference, that say how far back; the others say how much
        place, length = _repeated(data, at, (0xFFFF >> bits) + _SHORTEST)
        if length:
            found[flags_at] |= 1 << number % 8
            found += struct.pack("<H", (at - place - 1) << 16 - bits | length - _SHORTEST)
            at += length
        else:
            found.append(data[at])
            at += 1
        number += 1
    return bytes(found)


def _repeated(data: bytes, at: int, longest: int) -> tuple[int, int]:
    """Where what follows stood before, nearest first, and how much of it; a length of 0 where it did not."""
    length = _SHORTEST
    place = data.rfind(data[at : at + length], 0, at + length - 1)
    if place < 0 or at + length > len(data):
        return 0, 0
    longest = min(longest, len(data) - at)
    while length < longest and data[place + length] == data[at + length]:
        length += 1
    return place, length
