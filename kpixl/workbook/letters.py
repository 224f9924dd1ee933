"""How much room a text takes in a cell: Calibri's own widths, so that rows are as high as their texts, and no text is
cut."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import decomposition

if TYPE_CHECKING:
    from collections.abc import Iterable

_REGULAR = (
    463, 667, 821, 1020, 1038, 1464, 1397, 452, 621, 621, 1020, 1020, 511, 627, 517, 791, 1038, 1038, 1038, 1038, 1038,
    1038, 1038, 1038, 1038, 1038, 548, 548, 1020, 1020, 1020, 949, 1831, 1185, 1114, 1092, 1260, 1000, 941, 1292, 1276,
    516, 653, 1064, 861, 1751, 1322, 1356, 1058, 1378, 1112, 941, 998, 1314, 1162, 1822, 1063, 998, 959, 628, 791, 628,
    1020, 1020, 596, 981, 1076, 866, 1076, 1019, 625, 964, 1076, 470, 490, 931, 470, 1636, 1076, 1080, 1076, 1076, 714,
    801, 686, 1076, 925, 1464, 887, 927, 809, 644, 943, 644, 1020,
)  # fmt: skip
_BOLD = (
    463, 667, 898, 1020, 1038, 1493, 1443, 478, 638, 638, 1020, 1020, 528, 627, 547, 880, 1038, 1038, 1038, 1038, 1038,
    1038, 1038, 1038, 1038, 1038, 565, 565, 1020, 1020, 1020, 949, 1840, 1241, 1148, 1084, 1291, 999, 940, 1305, 1292,
    546, 678, 1120, 866, 1790, 1349, 1385, 1090, 1405, 1153, 968, 1014, 1337, 1211, 1856, 1128, 1064, 979, 665, 880,
    665, 1020, 1020, 615, 1011, 1099, 857, 1099, 1031, 648, 971, 1099, 503, 523, 983, 503, 1666, 1099, 1101, 1099, 1099,
    728, 817, 710, 1099, 969, 1526, 941, 970, 814, 704, 973, 704, 1020,
)  # fmt: skip
"""Of the letters from the space to ~, in parts of an em."""
_EM = 2048
_OTHERS = {"’": 511, "‘": 511, "“": 857, "”": 857, "„": 857, "·": 517, "›": 694, "\u00a0": 463}
_SIGN = 1500
"""Of an arrow, a shape or what else Calibri borrows from another font."""
_SAFE = 1.05
"""Programs round a letter's width to whole pixels."""
_POINT = 96 / 72
"""A point, in pixels."""


def width(text: str, size: float = 10, *, bold: bool = False) -> float:
    """How many pixels a line takes, on the safe side."""
    widths = _BOLD if bold else _REGULAR
    return sum(_letter(letter, widths) for letter in text) * size * _POINT / _EM * _SAFE


def _letter(letter: str, widths: tuple[int, ...]) -> int:
    # A letter with an accent is as wide as the letter.
    base = decomposition(letter).split(" ")[0]
    plain = chr(int(base, 16)) if base and not base.startswith("<") else letter
    return widths[ord(plain) - 32] if " " <= plain <= "~" else _OTHERS.get(plain, _SIGN)


def lines(text: str, room: float, size: float = 10, *, bold: bool = False) -> int:
    """How many lines a text takes that wraps within so many pixels, or a letter's; a longer word takes several."""
    room = max(room, width("m", size, bold=bold))
    return sum(_wrapped(part, room, size, bold) for part in text.split("\n"))


def _wrapped(text: str, room: float, size: float, bold: bool) -> int:
    count, filled, space = 1, 0.0, width(" ", size, bold=bold)
    for word in text.split(" "):
        needed = width(word, size, bold=bold)
        if filled and filled + space + needed > room:
            count, filled = count + 1, 0.0
        filled += needed + (space if filled else 0)
        while filled > room:
            count, filled = count + 1, filled - room
    return count


def characters(pixels: float) -> float:
    """The width of a column of so many pixels, as a file has it: in digits of Calibri 11, which are 7 pixels wide."""
    return pixels / 7


INDENT = 9
"""The pixels by which a text is set apart from what stands before it."""


def room(characters: float) -> float:
    """The pixels for text in a column that is so many characters wide."""
    return characters * 7 - 5


def column(texts: Iterable[str], least: float = 0, *, size: float = 10, bold: bool = False) -> float:
    """How many characters wide a column has to be, for each of the texts to fit into a line of its own."""
    return max([least, *((width(text, size, bold=bold) + _EDGES) / 7 for text in texts)])


_EDGES = 14
"""The pixels at both edges of a cell, with those by which a text is set apart from a number before it."""
