"""The rows of a sheet as the bytes that they are: of a large sheet, only the rows that matter become a tree, which
takes twenty times the room. Never reads what is in a row, and gives up on what is not written as Excel writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LARGE = 1_000_000
"""Bytes from which on it is worth while."""

_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_ROW = b'<row r="'
_AFTER_ROW = b" />"
_DIGITS = 7
_PIECE = 1 << 24
_ODD = (b"<!", b"<?", b":row", b'"shared"')
"""What may stand among rows that are not looked at: comments, other prefixes; a formula that other rows look for."""
_ALPHABET = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_HEAD = 1_000


@dataclass(frozen=True, slots=True)
class RowBytes:
    """A sheet cut into its rows."""

    data: bytes
    numbers: np.ndarray
    """The number of each row, ascending; shape (rows,)."""
    edges: np.ndarray
    """Where each row begins, and the last one ends; shape (rows + 1,)."""

    @classmethod
    def of(cls, data: bytes) -> RowBytes | None:
        """The rows of a sheet; None where they are not written as Excel writes them."""
        start, end = data.find(_BEGIN), data.rfind(_END)
        if start < 0 or end < start or not _is_utf_8(data[:_HEAD]) or data.find(_BEGIN, start + 1) >= 0:
            return None
        begin = start + len(_BEGIN)
        if any(data.find(mark, begin, end) >= 0 for mark in _ODD):
            return None
        numbers, starts = _rows(data, begin, end)
        if not len(starts) or data[begin : starts[0]].strip() or (np.diff(numbers, prepend=0) <= 0).any():
            return None
        return cls(data, numbers, np.append(starts, end))

    @property
    def first(self) -> int:
        """The number of the first row."""
        return int(self.numbers[0])

    def thinned(self, wanted: Callable[[int], bool]) -> tuple[bytes, LeftRows]:
        """The sheet with the wanted rows alone, and the others."""
        is_left = ~np.fromiter(map(wanted, self.numbers.tolist()), dtype=bool, count=len(self.numbers))
        return self._of_rows(_runs(~is_left)), LeftRows(
            self.data,
            [
                (int(self.numbers[a]), int(self.numbers[b - 1]), int(self.edges[a]), int(self.edges[b]))
                for a, b in _runs(is_left)
            ],
        )

    def without(self, gone: Callable[[int, bytes], bool]) -> bytes:
        """The sheet without some rows, asked for by their numbers and bytes."""
        edges = self.edges.tolist()
        kept = [
            not gone(number, self.data[edges[place] : edges[place + 1]])
            for place, number in enumerate(self.numbers.tolist())
        ]
        return self._of_rows(_runs(np.array(kept, dtype=bool)))

    def _of_rows(self, runs: Iterable[tuple[int, int]]) -> bytes:
        data = memoryview(self.data)
        begin, end = int(self.edges[0]), int(self.edges[-1])
        rows = (data[int(self.edges[a]) : int(self.edges[b])] for a, b in runs)
        return b"".join((data[:begin], *rows, data[end:]))


def _runs(chosen: np.ndarray) -> list[tuple[int, int]]:
    """The runs of what is chosen: the place of the first, and the one after the last."""
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _is_utf_8(head: bytes) -> bool:
    """Whether a part says that it is written in UTF-8, or nothing else."""
    alphabet = _ALPHABET.search(head.partition(b"?>")[0])
    return b"<worksheet" in head and (alphabet is None or alphabet[1].lower() in (b"utf-8", b"utf8", b"us-ascii"))


def _rows(data: bytes, begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Number and begin of every row, looked for in arrays: a sheet may have a million. 0 is the number of a row that
    does not begin with its number."""
    numbers, starts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    mark, following = np.frombuffer(_ROW, dtype=np.uint8), np.frombuffer(_AFTER_ROW, dtype=np.uint8)
    room = len(_ROW) + _DIGITS + 1
    for place in range(begin, end, _PIECE):
        signs = np.frombuffer(data[place : min(place + _PIECE + room, end)] + bytes(room), dtype=np.uint8)
        tags = np.flatnonzero(signs[: min(_PIECE, end - place)] == mark[0])
        for offset in (1, 2, 3):
            tags = tags[signs[tags + offset] == mark[offset]]
        tags = tags[np.isin(signs[tags + 4], following)]
        is_numbered = np.ones(len(tags), dtype=bool)
        for offset in range(4, len(mark)):
            is_numbered &= signs[tags + offset] == mark[offset]
        numbers.append(np.where(is_numbered, _number(signs, tags + len(mark)), 0))
        starts.append(tags + place)
    return np.concatenate(numbers), np.concatenate(starts)


def _number(signs: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The number that stands at each place and ends with its quote; 0 where there is none."""
    found, going = np.zeros(len(places), dtype=np.int64), np.ones(len(places), dtype=bool)
    ends = places.copy()
    for offset in range(_DIGITS):
        digits = signs[places + offset].astype(np.int64) - ord("0")
        going &= (digits >= 0) & (digits <= 9)
        found = np.where(going, found * 10 + digits, found)
        ends += going
    return np.where(signs[ends] == ord('"'), found, 0)


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
        for number, place in zip(*(found.tolist() for found in _rows(thin, start + len(_BEGIN), end)), strict=True):
            while waiting and waiting[-1][0] < number:
                _, _, first, stop = waiting.pop()
                pieces += [text[last:place], source[first:stop]]
                last = place
        pieces += [text[last:end], *(source[first:stop] for _, _, first, stop in reversed(waiting)), text[end:]]
        return b"".join(pieces)
