"""Names and areas of cells, and what a cell can hold as XML text. Knows nothing of sheets."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from kpixl.cellvalue import ExcelError

Value: TypeAlias = bool | float | int | str | ExcelError | None

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_TEXT = 32_767

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]*)")
_NOT_XML = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NEEDS_SPACE = re.compile(r"^\s|\s$|[\n\t]|  ")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells by 1-based rows and columns, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def ref(self) -> str:
        """As Excel writes it: ``A1:C3``, or ``A1`` for one cell."""
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def overlaps(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    def union(self, other: Area) -> Area:
        """The smallest rectangle around both."""
        tops, lefts = (self.top, other.top), (self.left, other.left)
        return Area(min(tops), min(lefts), max(self.bottom, other.bottom), max(self.right, other.right))


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Row 3, column 2 is B3."""
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=65536)
def parse_cell(name: str) -> tuple[int, int]:
    """B3 is row 3, column 2; dollar signs are ignored."""
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a cell")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def parse_area(ref: str) -> Area:
    """A1:C3, or a single cell."""
    first, _, last = ref.partition(":")
    top, left = parse_cell(first)
    bottom, right = parse_cell(last or first)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number; ValueError for what no cell can hold."""
    if type(value) is not float and isinstance(value, numbers.Integral):  # asking the second takes long
        return str(int(value))
    plain = float(value)
    if not math.isfinite(plain):
        raise ValueError(f"a cell cannot hold {plain}")
    return str(int(plain)) if plain.is_integer() and abs(plain) < 1e15 else repr(plain)


def escaped(text: str) -> str:
    """Text with what XML cannot hold as ``_xHHHH_``; ValueError for more than a cell can hold."""
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT:
        raise ValueError(f"a cell cannot hold a text of {len(text)} characters")
    return _NOT_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def needs_space(text: str) -> bool:
    """Whether readers would trim the text without ``xml:space``."""
    return _NEEDS_SPACE.search(text) is not None
