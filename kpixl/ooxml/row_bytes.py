"""The rows of a sheet as the bytes that they are, a block at a time: of a large sheet, only the rows that matter become
a tree, which takes twenty times the room. Never reads what is in a row, never holds the whole sheet, and gives up on
what is not written as Excel writes it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = 1_000_000
"""Bytes from which on it is worth while."""

_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_ROW = b"<row"
_ROWS = re.compile(rb'<row(?=[ />])(?: r="([0-9]{1,7})")?')
_SHARED = b'"shared"'
"""A formula that other rows look for, or that stands in another."""
_ODD = (b"<!", b"<?", b":row", _BEGIN)
"""What may stand among rows that are not looked at: comments, other prefixes."""
_ALPHABET = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_HEAD = 1_000
_LONGEST = 1 << 26
"""Bytes in which a row has to begin: more than any row has."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Some rows of a sheet that follow one another."""

    data: bytes
    numbers: list[int]
    """The number of each row, ascending."""
    edges: list[int]
    """Where each row begins, and the last one ends."""

    def rows(self, first: int, last: int) -> bytes:
        """The rows from one number to another, as they stand."""
        start, stop = bisect_left(self.numbers, first), bisect_right(self.numbers, last)
        return self.data[self.edges[start] : self.edges[stop]] if start < stop else b""

    def each(self) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of each row."""
        edges, data = self.edges, self.data
        return ((number, data[edges[at] : edges[at + 1]]) for at, number in enumerate(self.numbers))


class OddRows(Exception):
    """A sheet that is not written as Excel writes it."""


class RowBytes:
    """A sheet of which some rows, the wanted ones, are at hand, and the others come by a block at a time."""

    def __init__(
        self, pieces: Callable[[], Iterator[bytes]], wanted: Callable[[int], bool], *, is_shared: bool = False
    ) -> None:
        self._pieces = pieces
        self.head = self.tail = b""
        """What stands before the rows, and behind them."""
        numbers, is_left = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=bool)]
        kept: list[bytes] = []
        self.has_shared = False
        """Whether a formula stands for several cells."""
        for block in self.blocks():
            self._check(block, int(numbers[-1][-1]) if len(numbers) > 1 else 0, is_shared=is_shared)
            # The first row always is at hand: a sheet without rows is written in another way.
            chosen = [wanted(n) or (len(numbers) == 1 and at == 0) for at, n in enumerate(block.numbers)]
            kept += [block.data[block.edges[a] : block.edges[b]] for a, b in _runs(np.array(chosen, dtype=bool))]
            numbers.append(np.array(block.numbers, dtype=np.int32))
            is_left.append(~np.array(chosen, dtype=bool))
        if len(numbers) == 1 or _BEGIN in self.tail:
            raise OddRows
        self.numbers: np.ndarray = np.concatenate(numbers)
        """The number of each row, ascending; shape (rows,)."""
        self._is_left: np.ndarray = np.concatenate(is_left)
        self.thin = b"".join((self.head, *kept, self.tail))
        """The sheet with the wanted rows alone."""

    @classmethod
    def of(
        cls, pieces: Callable[[], Iterator[bytes]], wanted: Callable[[int], bool], *, is_shared: bool = False
    ) -> RowBytes | None:
        """The rows of a sheet, whose ``pieces`` can be had again and again; None where they are not written as Excel
        writes them, or a formula is shared by several cells, unless that is asked for."""
        try:
            return cls(pieces, wanted, is_shared=is_shared)
        except OddRows:
            return None

    @property
    def has_left(self) -> bool:
        """Whether there are rows that are not wanted."""
        return bool(self._is_left.any())

    def __contains__(self, row: int) -> bool:
        """Whether a row is one that is not wanted, or stands between such."""
        place = int(np.searchsorted(self.numbers, row))
        if place < len(self.numbers) and self.numbers[place] == row:
            return bool(self._is_left[place])
        return 0 < place < len(self.numbers) and bool(self._is_left[place - 1] and self._is_left[place])

    def blocks(self) -> Iterator[RowBlock]:
        """All rows."""
        rest, is_before, pieces = b"", True, self._pieces()
        for piece in pieces:
            rest += piece
            if is_before:
                place = rest.find(_BEGIN)
                if place >= 0:
                    self.head, rest, is_before = rest[: place + len(_BEGIN)], rest[place + len(_BEGIN) :], False
            end = -1 if is_before else rest.find(_END)
            if end >= 0:
                if rest[:end].strip():
                    yield _block(rest[:end])
                self.tail = b"".join((rest[end:], *pieces))
                return
            last = 0 if is_before else rest.rfind(_ROW)
            if last > 0:
                yield _block(rest[:last])
                rest = rest[last:]
            elif len(rest) > _LONGEST:
                break
        raise OddRows

    def _check(self, block: RowBlock, before: int, *, is_shared: bool) -> None:
        if any(mark in block.data for mark in _ODD) or (not before and not _is_utf_8(self.head[:_HEAD])):
            raise OddRows
        if any(later <= earlier for earlier, later in zip((before, *block.numbers), block.numbers, strict=False)):
            raise OddRows
        self.has_shared = self.has_shared or _SHARED in block.data
        if self.has_shared and not is_shared:
            raise OddRows

    def put_back(self, thin: bytes) -> Iterator[bytes]:
        """The whole sheet, a piece at a time, from one that lacks the rows that are not wanted."""
        start, end = thin.find(_BEGIN) + len(_BEGIN), thin.rfind(_END)
        if end < 0:
            raise ValueError("a sheet without a row of its own")
        ours = list(reversed([*_block(thin[start:end]).each()])) if thin[start:end].strip() else []
        yield thin[:start]
        place = 0
        for block in self.blocks():
            is_left = self._is_left[place : place + len(block.numbers)]
            place += len(block.numbers)
            for a, b in _runs(is_left):
                while ours and ours[-1][0] < block.numbers[b - 1]:
                    number, row = ours.pop()
                    at = bisect_left(block.numbers, number, a, b)
                    yield block.data[block.edges[a] : block.edges[at]]
                    yield row
                    a = at
                yield block.data[block.edges[a] : block.edges[b]]
        yield from (row for _, row in reversed(ours))
        yield thin[end:]


def row_runs(pieces: Iterator[bytes], size: int) -> Iterator[tuple[int, int, bytes]]:
    """The rows of a sheet in runs of ``size`` bytes or more, each with the numbers of its first and its last row.
    OddRows, perhaps only after some of them, where they are not written as Excel writes them."""
    before, waiting, is_over = 0, [next(pieces, b"")], False
    while _BEGIN not in waiting[0]:
        piece = next(pieces, b"")
        if not piece or len(waiting[0]) > _LONGEST:
            raise OddRows
        waiting = [waiting[0] + piece]
    head, _, waiting[0] = waiting[0].partition(_BEGIN)
    if not _is_utf_8(head[:_HEAD]):
        raise OddRows
    while not is_over:
        is_more = False
        for piece in pieces:
            is_more = True
            waiting.append(piece)
            if sum(map(len, waiting)) >= size:
                break
        whole = b"".join(waiting)
        end = whole.find(_END)
        is_over, last = end >= 0, whole.rfind(_ROW, 0, end if end >= 0 else None)
        run, waiting = (whole[:end], []) if is_over else (whole[: max(last, 0)], [whole[max(last, 0) :]])
        if not run.strip():
            if not is_over and (len(waiting[0]) > _LONGEST or not is_more):
                raise OddRows
            continue
        ends = [_ROWS.match(run, place) for place in (len(run) - len(run.lstrip()), run.rfind(_ROW))]
        first, last = (int(found[1] or 0) if found else 0 for found in ends)
        # One sign is looked for ten times as fast as two.
        if any(mark[1:] in run and mark in run for mark in (b"<!", b"<?")) or not before < first <= last:
            raise OddRows
        yield first, last, run
        before = last


def between(sheet: bytes) -> bytes:
    """The rows of a whole sheet that is at hand."""
    start = sheet.find(_BEGIN)
    return b"" if start < 0 else sheet[start + len(_BEGIN) : sheet.rfind(_END)]


def _block(data: bytes) -> RowBlock:
    numbers, edges = [], []
    for found in _ROWS.finditer(data):
        numbers.append(int(found[1] or 0))
        edges.append(found.start())
    if not edges or data[: edges[0]].strip():
        raise OddRows
    return RowBlock(data, numbers, [0, *edges[1:], len(data)])


def _runs(chosen: np.ndarray) -> list[tuple[int, int]]:
    """The runs of what is chosen: the place of the first, and the one after the last."""
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _is_utf_8(head: bytes) -> bool:
    """Whether a part says that it is written in UTF-8, or nothing else."""
    alphabet = _ALPHABET.search(head.partition(b"?>")[0])
    return b"<worksheet" in head and (alphabet is None or alphabet[1].lower() in (b"utf-8", b"utf8", b"us-ascii"))
