"""What the XML of a sheet tells that calamine does not: errors, formulas, what is filled below a table."""

from __future__ import annotations

import re

import numpy as np

ERROR_MARK = b't="e"'
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*?\bt="e"[^>]*)>(?:.{0,2000}?<(?:\w+:)?v>([^<]*)<)?', re.DOTALL)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?f[\s>/]")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?(?:v|is|f)[\s>]")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')


def row_mark(row: int) -> bytes:
    """How the XML of a sheet begins a row, and no cell."""
    return f' r="{row}"'.encode()


def formulas(xml: bytes, letter: str, first_row: int, count: int) -> np.ndarray:
    """Which rows of a column hold a formula."""
    found = np.zeros(count, dtype=bool)
    for match in _FORMULA_CELL.finditer(xml):
        reference = _REFERENCE.search(match[1])
        if reference and reference[1].decode() == letter and 0 <= int(reference[2]) - first_row < count:
            found[int(reference[2]) - first_row] = True
    return found


def errors(xml: bytes, letters: set[str], first_row: int, count: int) -> dict[str, dict[int, str]]:
    """Cells that hold an Excel error, which calamine reads as blank: letter of the column -> row -> code."""
    found: dict[str, dict[int, str]] = {}
    for match in _ERROR_CELL.finditer(xml):
        reference = _REFERENCE.search(match[1])
        if reference and (letter := reference[1].decode()) in letters:
            row = int(reference[2]) - first_row
            if 0 <= row < count:
                found.setdefault(letter, {})[row] = (match[2] or b"#N/A").decode()
    return found


def first_filled(xml: bytes, row: int, letters: set[str]) -> str | None:
    """The first filled cell of a row, within the columns ``letters``."""
    mark = row_mark(row)
    found = re.search(rb"<(?:\w+:)?row\b[^>]*" + mark + rb"[^>]*(?<!/)>(.*?)</(?:\w+:)?row>", xml, re.DOTALL)
    for cell in _FILLED_CELL.finditer(found[1]) if found else ():
        reference = _REFERENCE.search(cell[1])
        if reference and reference[1].decode() in letters:
            return f"{reference[1].decode()}{row}"
    return None
