"""Whether the parts of a package are what they should be before anything is done with them: whole, well-formed, and
within what kpixl takes. Each part is read once, a piece at a time, and not again while it stays as it is.

Says on the way how far the sheets reach: the reader of values makes a rectangle of what it finds, however far apart.
"""

from __future__ import annotations

import codecs
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from xml.parsers import expat

import numpy as np

from kpixl.errors import N_
from kpixl.files import soundness
from kpixl.files.soundness import Unsound
from kpixl.message import phrase
from kpixl.ooxml.archive import Archive
from kpixl.ooxml.cells import MAX_COLUMN, MAX_ROW, cell_name, parse_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_XML = 500_000_000
"""Bytes of all parts of XML together, whatever the size of the file."""
MOST_TIMES = 50
"""How many times as large as the file all parts of XML together may be beyond that: sheets that people fill are ten to
forty times as large as what they are packed in, and what is to burst a program is hundreds of times."""
DEEPEST = 1_000
"""Elements within one another."""
MOST_ELEMENTS = 8_000_000
"""In a part that has to be looked at element by element."""

LARGE = 16_000_000
"""Bytes of a part above which a sheet is not parsed, which takes longer than all else: its signs and the balance of its
tags are looked at."""
MOST_CELLS = 8_000_000
"""Of a sheet, filled or not, that is not looked at twice."""

_MOST_KNOWN = 10_000
_LONGEST_TOKEN = 1 << 23
_HEAD = 4_000
_REACHES = re.compile(rb'<dimension ref="[A-Z0-9]+:([A-Z]{1,3}[0-9]{1,7})"')
_XML = (".xml", ".rels")
_SHEET_MARKS = (b"<worksheet", b":worksheet")
_LETTERS, _DIGITS = 4, 8
_ROWS = 1 << 27
"""More than there can be: of cells equally far, the lower one is the farther."""
_LESS, _GREATER, _QUOTE, _SLASH, _SPACE, _EQUALS, _COLON, _EXCLAMATION, _QUESTION, _HASH = b'<>"/ =:!?#'
_C, _F, _R, _V = b"cfrv"
_BARE_ENDS = (b"f>", b"/>")
"""How what stands before the end of a cell ends where the cell has no value."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_Number = TypeVar("_Number", int, np.ndarray)
_CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\n\r")


@dataclass(frozen=True, slots=True)
class Reach:
    """The rectangle around what is filled on a sheet; all 0 where nothing is."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0
    farthest: str = ""
    """The cell that lies farthest from the first one."""
    may_fail: bool = True
    """Whether a cell may hold an error, or a formula without a value; that none does is known of large sheets alone."""

    def around(self, other: Reach) -> Reach:
        """The rectangle around both."""
        if not self.bottom or not other.bottom:
            return self if self.bottom else other
        farther = max(self, other, key=lambda one: _distance(*parse_cell(one.farthest)))
        return Reach(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            farther.farthest,
        )


def verified(archive: Archive) -> dict[str, Reach]:
    """How far each sheet reaches, by its part, once every part has been read; Unsound for the first that is damaged,
    not well-formed or beyond the limits."""
    if _xml(archive) > most_xml(archive.data):
        limit = most_xml(archive.data) // 1_000_000
        raise Unsound(phrase(N_("its sheets unpack to more than {limit} MB"), limit=limit))
    reaches = {}
    for name in archive.names:
        reach = _SOUND.reach(archive, name)
        if reach is not None:
            reaches[name] = reach
    return reaches


def most_xml(data: bytes) -> int:
    """Bytes of XML up to which a file of this content is read."""
    return min(max(MOST_XML, MOST_TIMES * len(data)), soundness.MOST_UNPACKED)


def is_readable(data: bytes) -> bool:
    """Whether a file that is about to be written stays within what is read: as a whole, and by the cells of each large
    sheet, as far as it says that it reaches."""
    try:
        archive = Archive(data)
    except Unsound:
        return False
    large = (name for name in archive.names if name.lower().endswith(_XML) and archive.size(name) > LARGE)
    return _xml(archive) <= most_xml(data) and all(_cells(archive, name) <= MOST_CELLS for name in large)


def _xml(archive: Archive) -> int:
    return sum(archive.size(name) for name in archive.names if name.lower().endswith(_XML))


def _cells(archive: Archive, name: str) -> int:
    told = _REACHES.search(next(archive.pieces(name), b"")[:_HEAD])
    row, column = parse_cell(told[1].decode()) if told else (0, 0)
    return row * column


class _Sound:
    """Parts that were found sound, by what they are packed as: what did not change between two looks of a program is
    not read again."""

    def __init__(self) -> None:
        self._reaches: dict[bytes, Reach | None] = {}

    def reach(self, archive: Archive, name: str) -> Reach | None:
        """How far a part reaches where it is a sheet; Unsound where it is not sound."""
        key = (b"x" if name.lower().endswith(_XML) else b"-") + archive.fingerprint(name)
        if key not in self._reaches:
            reach = _read(archive, name)
            if len(self._reaches) >= _MOST_KNOWN:
                del self._reaches[next(iter(self._reaches))]
            self._reaches[key] = reach
        return self._reaches[key]


_SOUND = _Sound()


def _read(archive: Archive, name: str) -> Reach | None:
    """Read a part; how far it reaches where it is a sheet."""
    if not name.lower().endswith(_XML):
        for _ in archive.pieces(name):
            pass
        return None
    tags = _Tags(name, is_parsed=archive.size(name) <= LARGE)
    parser = _WellFormed(name) if tags.is_parsed else None
    is_sheet = False
    try:
        pieces = archive.pieces(name) if tags.is_parsed else _ahead(archive.pieces(name))
        for number, piece in enumerate(pieces):
            is_sheet = is_sheet or (number == 0 and any(mark in piece[:_HEAD] for mark in _SHEET_MARKS))
            tags.add(piece)
            if parser:
                parser.add(piece)
            elif number == 0:  # what it says of its alphabet
                _WellFormed(name).add(piece[: piece.find(b">") + 1])
        if parser:
            parser.end()
    except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding that nobody knows, too
        raise _not_well_formed(name) from error
    if tags.ended_odd() or (is_sheet and tags.reach.bottom * tags.reach.right > MOST_CELLS):
        return _one_by_one(archive, name)
    if tags.reach.bottom > MAX_ROW or tags.reach.right > MAX_COLUMN:
        raise _no_place(name, tags.reach.farthest)
    return replace(tags.reach, may_fail=tags.is_parsed or tags.may_fail) if is_sheet else None


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each unpacked while the one before it is looked at."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        following = beside.submit(next, pieces, None)
        while (piece := following.result()) is not None:
            following = beside.submit(next, pieces, None)
            yield piece


class _WellFormed:
    """A parser that makes nothing of what it is fed."""

    def __init__(self, part: str) -> None:
        self._part, self._fed = part, 0
        self._parser = _parser(part)

    def add(self, piece: bytes) -> None:
        """Take the next piece; Unsound or ExpatError where that cannot go on."""
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise _endless(self._part)

    def end(self) -> None:
        """Nothing follows."""
        self._parser.Parse(b"", True)


def _parser(part: str, separator: str | None = None) -> expat.XMLParserType:
    def refuse(*_declared: object) -> None:
        raise Unsound(phrase(N_("the part {part} declares what no workbook does"), part=part), part)

    parser = expat.ParserCreate(namespace_separator=separator)
    parser.StartDoctypeDeclHandler = refuse
    return parser


class _Tags:
    """The tags of a part: where they are as Excel writes them (``<c r="A1"`` for a cell) how far the filled cells
    reach, how deep they lie within one another, and whether as many end as begin. Pieces are looked at as arrays: a
    sheet may have millions of cells."""

    def __init__(self, part: str, *, is_parsed: bool) -> None:
        self.reach, self.is_parsed, self.may_fail = Reach(), is_parsed, False
        self._part, self._depth, self._rest, self._end = part, 0, b"", b""
        self._is_odd = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, piece: bytes) -> None:
        """Take the next piece; Unsound where that cannot go on."""
        if piece[:2] in _WIDE:
            self._is_odd = True
        if self._is_odd:
            return
        text, self._rest = _cut(self._rest + piece)
        if len(self._rest) > _LONGEST_TOKEN:
            raise _endless(self._part)
        self._see(piece, final=False)
        self._look(text)

    def ended_odd(self) -> bool:
        """Nothing follows; whether only a look at each element tells what they are."""
        if not self._is_odd:
            self._see(b"", final=True)
            self._look(self._rest)
        return self._is_odd or self._depth != 0

    def _see(self, piece: bytes, *, final: bool) -> None:
        if self.is_parsed:
            return
        # Most pieces of a large sheet have neither other signs than ASCII nor such below a space.
        if final or not piece.isascii() or self._decoder.getstate()[0]:
            try:
                self._decoder.decode(piece, final)
            except UnicodeDecodeError as error:
                raise _not_well_formed(self._part) from error
        if not piece or np.frombuffer(piece, dtype=np.uint8).min() >= _SPACE:
            return
        if len(piece.translate(None, _CONTROLS)) != len(piece):
            raise _not_well_formed(self._part)

    def _look(self, text: bytes) -> None:
        signs = np.frombuffer(text + b"<" + b"\0" * (_LETTERS + _DIGITS + 6), dtype=np.uint8)
        tags = np.flatnonzero(signs[: len(text) + 1] == _LESS)
        tags, following = tags[:-1], tags[1:]
        first, second = signs[tags + 1], signs[tags + 2]
        empty = (signs[following - 2] == _SLASH) & (signs[following - 1] == _GREATER)
        # A tag that begins and ends at once is one within the other for as long as it takes.
        steps = np.ones(len(tags), dtype=np.int32)
        steps[first == _SLASH] = -1
        steps[empty | (first == _QUESTION)] = 0
        depths = np.cumsum(steps)
        if (first == _EXCLAMATION).any() or (second == _COLON).any():
            self._is_odd = True
        elif len(tags):
            if self._depth + int(depths.max()) > DEEPEST:
                raise _too_deep(self._part)
            self._depth += int(depths[-1])
        self.may_fail = self.may_fail or self._fails(signs, tags, first, second)
        self.may_fail |= self._end in _BARE_ENDS and text.startswith(b"</c>")
        self._end = text[-2:]
        cells = (first == _C) & ((second == _SPACE) | (second == _GREATER))
        if cells.any() and not self._is_odd:
            self._measure(signs, tags[cells], ~empty[cells])

    @staticmethod
    def _fails(signs: np.ndarray, tags: np.ndarray, first: np.ndarray, second: np.ndarray) -> bool:
        """Whether a value begins as an error does or stands in an odd tag, or a cell ends right behind a formula, or
        behind what is empty."""
        values = first == _V
        odd = second[values] != _GREATER
        begins = signs[tags[values] + 3]
        ends = tags[(first == _SLASH) & (second == _C)]
        ends = ends[(signs[ends + 3] == _GREATER) & (signs[ends - 1] == _GREATER)]
        last = signs[ends - 2]
        return bool(((begins == _HASH) | odd).any() or ((last == _F) | (last == _SLASH)).any())

    def _measure(self, signs: np.ndarray, places: np.ndarray, filled: np.ndarray) -> None:
        columns, ends = _number(signs, places + 6, _LETTERS, base=26, first=65)
        rows, ends = _number(signs, ends, _DIGITS, base=10, first=48)
        named = (signs[places + 3] == _R) & (signs[places + 4] == _EQUALS) & (signs[places + 5] == _QUOTE)
        named &= (columns > 0) & (rows > 0) & (signs[ends] == _QUOTE)
        if not named.all():
            self._is_odd = True
        elif filled.any():
            self.reach = self.reach.around(_reach_of(rows[filled], columns[filled]))


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """A piece up to its last tag, and the rest, which may go on in the next one."""
    place = text.rfind(b"<")
    return (text, b"") if place < 0 else (text[:place], text[place:])


def _number(
    signs: np.ndarray, places: np.ndarray, most: int, *, base: int, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """The number that stands at each place, in letters from A as 1 or in digits from 0, and where it ends."""
    found = np.zeros(len(places), dtype=np.int32)
    going = np.ones(len(places), dtype=bool)
    places = places.copy()
    offset = 1 if base == 26 else 0
    for _ in range(most):
        digit = signs.take(places, mode="clip") - np.uint8(first)  # below the first one, it is a large number
        going &= digit < base
        if not going.any():
            break
        found = np.where(going, found * base + digit + offset, found)
        places += going
    return found, places


def _reach_of(rows: np.ndarray, columns: np.ndarray) -> Reach:
    far = int(np.argmax(_distance(rows.astype(np.int64), columns)))
    name = cell_name(int(rows[far]), int(columns[far]))
    return Reach(int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max()), name)


def _distance(row: _Number, column: _Number) -> _Number:
    """How far a cell lies from the first one, by the cells between; of several at once as well."""
    found: _Number = row * column * _ROWS + row
    return found


# Element by element


def _one_by_one(archive: Archive, name: str) -> Reach | None:
    """The same for a part that is written otherwise than most."""
    looking = _Elements(name)
    try:
        looking.read(archive.pieces(name))
    except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding that nobody knows, too
        raise _not_well_formed(name) from error
    return looking.reach if looking.is_sheet else None


class _Elements:
    """A part looked at element by element."""

    def __init__(self, part: str) -> None:
        self.reach, self.is_sheet = Reach(), False
        self._part = part
        self._depth = self._count = self._row = self._column = self._farthest = 0
        self._cell: tuple[int, int] | None = None

    def read(self, pieces: Iterable[bytes]) -> None:
        """Go through it; Unsound beyond the limits, or where a cell has no place on a sheet."""
        parser = _parser(self._part, " ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise _too_deep(self._part)
        if self._count > MOST_ELEMENTS:
            raise Unsound(phrase(N_("the part {part} has too many elements"), part=self._part), self._part)
        local = tag.rpartition(" ")[2]
        if self._depth == 1:
            self.is_sheet = local == "worksheet"
        elif self.is_sheet:
            self._within(local, attributes)

    def _within(self, local: str, attributes: dict[str, str]) -> None:
        if local == "row":
            number = attributes.get("r", "")
            self._row, self._column = int(number) if number.isascii() and number.isdigit() else self._row + 1, 0
        elif local == "c":
            self._cell = self._place(attributes.get("r"))
            self._column = self._cell[1]
        elif local in ("v", "is", "f") and self._cell:
            self._widen(*self._cell)
            self._cell = None

    def _widen(self, row: int, column: int) -> None:
        known, distance = self.reach, _distance(row, column)
        is_within = known.top <= row <= known.bottom and known.left <= column <= known.right
        if not is_within or distance > self._farthest:
            self._farthest = max(distance, self._farthest)
            self.reach = known.around(Reach(row, column, row, column, cell_name(row, column)))

    def _place(self, name: str | None) -> tuple[int, int]:
        try:
            row, column = (self._row or 1, self._column + 1) if name is None else parse_cell(name)
        except ValueError:
            row = column = 0
        if not (0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN):
            raise _no_place(self._part, str(name or cell_name(self._row, self._column + 1)))
        return row, column

    def _end(self, _tag: str) -> None:
        self._depth -= 1


def _no_place(part: str, cell: str) -> Unsound:
    return Unsound(phrase(N_("the part {part} has a cell “{cell}”, which no sheet has"), part=part, cell=cell), part)


def _not_well_formed(part: str) -> Unsound:
    return Unsound(phrase(N_("the part {part} is not well-formed XML"), part=part), part)


def _endless(part: str) -> Unsound:
    return Unsound(phrase(N_("a tag of {part} does not end"), part=part), part)


def _too_deep(part: str) -> Unsound:
    return Unsound(phrase(N_("elements of {part} lie too deep within one another"), part=part), part)
