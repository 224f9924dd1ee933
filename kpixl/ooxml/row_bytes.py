"""The rows of a sheet as the bytes that they are: of a large sheet, only the rows that matter become a tree, which
takes twenty times the room. Never reads what is in a row, and gives up on what is not written as Excel writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LARGE = 1_000_000
"""Bytes from which on it is worth while."""

_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_ROW = re.compile(rb"<row[\s/>]")
_NUMBERED = re.compile(rb'<row\b[^<>]{0,1000}?\sr="([1-9]\d{0,6})"[^<>]{0,1000}>')
_ODD = (b"<!", b"<?", b":row", b'"shared"')
"""What may stand among rows that are not looked at: comments, other prefixes; a formula that other rows look for."""
_ALPHABET = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_HEAD = 1_000


@dataclass(frozen=True, slots=True)
class RowBytes:
    """A sheet cut into its rows."""

    data: bytes
    rows: Sequence[tuple[int, int, int]]
    """Number, begin and end of each, in their order; up to the next one."""
    begin: int
    """Where the rows begin."""
    end: int

    @classmethod
    def of(cls, data: bytes) -> RowBytes | None:
        """The rows of a sheet; None where they are not written as Excel writes them."""
        start, end = data.find(_BEGIN), data.rfind(_END)
        if start < 0 or end < start or not _is_utf_8(data[:_HEAD]) or data.find(_BEGIN, start + 1) >= 0:
            return None
        begin = start + len(_BEGIN)
        if any(data.find(mark, begin, end) >= 0 for mark in _ODD):
            return None
        rows = _rows(data, begin, end)
        is_usual = rows and not data[begin : rows[0][1]].strip() and all(a[0] < b[0] for a, b in pairwise(rows))
        return cls(data, rows, begin, end) if is_usual else None

    def thinned(self, wanted: Callable[[int], bool]) -> tuple[bytes, LeftRows]:
        """The sheet with the wanted rows alone, and the others."""
        kept: list[tuple[int, int]] = []
        runs: list[tuple[int, int, int, int]] = []
        was_left = False
        for number, start, stop in self.rows:
            if wanted(number):
                kept.append((start, stop))
            elif was_left:
                runs[-1] = (runs[-1][0], number, runs[-1][2], stop)
            else:
                runs.append((number, number, start, stop))
            was_left = not wanted(number)
        return self._of_rows(kept), LeftRows(self.data, runs)

    def without(self, gone: Callable[[int, bytes], bool]) -> bytes:
        """The sheet without some rows, asked for by their numbers and bytes."""
        return self._of_rows((a, b) for number, a, b in self.rows if not gone(number, self.data[a:b]))

    def _of_rows(self, spans: Iterable[tuple[int, int]]) -> bytes:
        data = memoryview(self.data)
        return b"".join((data[: self.begin], *(data[start:stop] for start, stop in spans), data[self.end :]))


def _is_utf_8(head: bytes) -> bool:
    """Whether a part says that it is written in UTF-8, or nothing else."""
    alphabet = _ALPHABET.search(head.partition(b"?>")[0])
    return b"<worksheet" in head and (alphabet is None or alphabet[1].lower() in (b"utf-8", b"utf8", b"us-ascii"))


def _rows(data: bytes, begin: int, end: int) -> list[tuple[int, int, int]]:
    """Number, begin and end of every row; none where one does not say its number."""
    places = [match.start() for match in _ROW.finditer(data, begin, end)]
    numbers = [_NUMBERED.match(data, place) for place in places]
    if not all(numbers):
        return []
    ends = [*places[1:], end][: len(places)]
    return [(int(n[1]), start, stop) for n, start, stop in zip(numbers, places, ends, strict=True) if n]


@dataclass(frozen=True, slots=True)
class LeftRows:
    """The rows of a sheet that are left as bytes, in runs: first and last number, begin and end."""

    data: bytes
    runs: Sequence[tuple[int, int, int, int]]

    def __contains__(self, row: int) -> bool:
        return any(first <= row <= last for first, last, _, _ in self.runs)

    def put_back(self, thin: bytes) -> bytes:
        """The whole sheet, from one that lacks these rows."""
        start, end = thin.find(_BEGIN), thin.rfind(_END)
        if start < 0:
            raise ValueError("a sheet without a row of its own")
        source, text, last = memoryview(self.data), memoryview(thin), 0
        waiting, pieces = list(reversed(self.runs)), list[memoryview]()
        for number, place, _ in _rows(thin, start + len(_BEGIN), end):
            while waiting and waiting[-1][0] < number:
                _, _, first, stop = waiting.pop()
                pieces += [text[last:place], source[first:stop]]
                last = place
        pieces += [text[last:end], *(source[first:stop] for _, _, first, stop in reversed(waiting)), text[end:]]
        return b"".join(pieces)
