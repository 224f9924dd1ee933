"""What the XML of a sheet tells that calamine does not: errors, formulas, what is filled below a table."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from kpixl.cellvalue import UNSAVED, ExcelError
from kpixl.ooxml.cells import parse_cell

ERROR_MARK = b't="e"'
# No pattern here looks further than to the end of a tag, or it would look to the end of a long text from each place.
_TAG = rb"<(?:\w{1,30}:)?c\b([^<>]{1,1000})(?<!/)>"
_ERROR_CELL = re.compile(rb"""<(?:\w{1,30}:)?c\b([^<>]{0,1000}\bt=["']e["'][^<>]{0,1000})>""")
_RESULT = re.compile(
    rb"(?:\s{0,99}<(?:\w{1,30}:)?f\b[^<>]{0,1000}(?:(?<=/)>|>[^<]{0,40000}</(?:\w{1,30}:)?f\s{0,9}>))?"
    rb"\s{0,99}<(?:\w{1,30}:)?v\b[^<>]{0,100}>([^<]{0,100})<"
)
_UNSAVED_CELL = re.compile(
    _TAG + rb"\s{0,99}<(?:\w{1,30}:)?f\b[^<>]{0,1000}(?:(?<=/)>|>[^<]{0,40000}</(?:\w{1,30}:)?f\s{0,9}>)"
    rb"\s{0,99}</(?:\w{1,30}:)?c\s{0,9}>"
)
_UNSAVED_MARKS = (b"</f></c>", b"/></c>")
_PREFIXED_MARKS = (b":f></", b":f/></")
_PREFIXED = b":worksheet"
_FORMULA_CELL = re.compile(_TAG + rb"\s{0,99}<(?:\w{1,30}:)?f[\s>/]")
_FILLED_CELL = re.compile(_TAG + rb"\s{0,99}<(?:\w{1,30}:)?(?:v|is|f)[\s>]")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')


ROW_MARK = b"row "
"""Near how the XML of a sheet begins a row; ``last_row`` looks closer."""
_ROW_NUMBER = re.compile(rb'^row\b[^<>]*?\br="(\d+)"')
_HIDDEN_ROW = re.compile(rb"""<(?:\w{1,30}:)?row\b([^<>]{0,1000}\bhidden=["'](?:1|true)["'][^<>]{0,1000})>""")
_NUMBER = re.compile(rb"""\br=["'](\d{1,9})["']""")
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^<>]*?\bref="(?:[A-Z]+\d+:)?([A-Z]+\d+)"')


def unsaved_marks(head: bytes) -> tuple[bytes, ...]:
    """How the XML of a sheet that begins so may end a formula without a value; ``unsaved`` looks closer."""
    return (*_UNSAVED_MARKS, *_PREFIXED_MARKS) if _PREFIXED in head else _UNSAVED_MARKS


def last_row(tail: bytes) -> int | None:
    """The number of the last row of a sheet by what follows its last mark; None where that does not tell."""
    found = _ROW_NUMBER.match(tail)
    return int(found[1]) if found else None


def last_column(head: bytes) -> int | None:
    """The last column of a sheet by how its XML begins; None where that does not tell."""
    found = _DIMENSION.search(head)
    return parse_cell(found[1].decode())[1] if found else None


def hidden_rows(sheet: bytes) -> frozenset[int]:
    """The numbers of the rows of a sheet that are hidden, by a filter or by hand."""
    if b"hidden=" not in sheet:
        return frozenset()
    return frozenset(int(found[1]) for tag in _HIDDEN_ROW.findall(sheet) if (found := _NUMBER.search(tag)))


def row_mark(row: int) -> bytes:
    """How the XML of a sheet begins a row, and no cell."""
    return f' r="{row}"'.encode()


def formulas(xml: bytes, first_row: int, count: int) -> dict[str, np.ndarray]:
    """Which rows hold a formula, by the letters of the columns that have any: shape (count,) each."""
    found: dict[str, np.ndarray] = {}
    for match in _FORMULA_CELL.finditer(xml):
        reference = _REFERENCE.search(match[1])
        if reference and 0 <= (row := int(reference[2]) - first_row) < count:
            letter = reference[1].decode()
            if letter not in found:
                found[letter] = np.zeros(count, dtype=bool)
            found[letter][row] = True
    return found


def formula_cells(xml: bytes) -> set[tuple[int, int]]:
    """Row and column of every cell with a formula."""
    places = (_REFERENCE.search(match[1]) for match in _FORMULA_CELL.finditer(xml))
    return {parse_cell((place[1] + place[2]).decode()) for place in places if place}


_FORMATTED_CELL = re.compile(_TAG)
_FORMAT = re.compile(rb'\bs="(\d+)"')


def format_mark(index: int) -> bytes:
    """How the XML of a sheet gives a cell or a row the format of that index."""
    return f' s="{index}"'.encode()


def formatted(
    xml: bytes, letters: set[str], formats: Mapping[int, str], first_row: int, count: int
) -> dict[str, dict[int, str]]:
    """Cells that have one of some formats and hold something: letter of the column -> row -> what the format says."""
    found: dict[str, dict[int, str]] = {}
    for match in _FORMATTED_CELL.finditer(xml):
        has, reference = _FORMAT.search(match[1]), _REFERENCE.search(match[1])
        if has and reference and int(has[1]) in formats and (letter := reference[1].decode()) in letters:
            row = int(reference[2]) - first_row
            if 0 <= row < count:
                found.setdefault(letter, {})[row] = formats[int(has[1])]
    return found


def errors(xml: bytes, letters: set[str], first_row: int, count: int) -> dict[str, dict[int, str]]:
    """Cells that hold an Excel error, which calamine reads as blank: letter of the column -> row -> code."""
    found: dict[str, dict[int, str]] = {}
    for match in _ERROR_CELL.finditer(xml):
        reference = _REFERENCE.search(match[1])
        if reference and (letter := reference[1].decode()) in letters:
            row = int(reference[2]) - first_row
            if 0 <= row < count:
                found.setdefault(letter, {})[row] = _shown(xml, match)
    return found


def failed(xml: bytes) -> dict[tuple[int, int], str]:
    """Every cell that holds an Excel error, by row and column: its code."""
    found = {}
    for match in _ERROR_CELL.finditer(xml) if ERROR_MARK in xml else ():
        if reference := _REFERENCE.search(match[1]):
            found[parse_cell((reference[1] + reference[2]).decode())] = _shown(xml, match)
    return found


def unsaved(xml: bytes, letters: set[str], first_row: int, count: int) -> dict[str, dict[int, str]]:
    """Formulas whose value nobody has saved, by letter and row as errors are."""
    found: dict[str, dict[int, str]] = {}
    for match in _UNSAVED_CELL.finditer(xml):
        reference = _REFERENCE.search(match[1])
        if reference and (letter := reference[1].decode()) in letters:
            row = int(reference[2]) - first_row
            if 0 <= row < count:
                found.setdefault(letter, {})[row] = UNSAVED.value
    return found


def _shown(xml: bytes, cell: re.Match[bytes]) -> str:
    """The error that a cell shows."""
    value = None if cell[1].endswith(b"/") else _RESULT.match(xml, cell.end())
    return value[1].decode("utf-8", "replace") if value and value[1] else ExcelError.NA.value


_ROW_END = re.compile(rb"</?(?:\w{1,30}:)?(?:row|sheetData)\b")


def first_filled(xml: bytes, row: int, letters: set[str]) -> str | None:
    """The first filled cell of a row, within the columns ``letters``."""
    mark = row_mark(row)
    found = re.search(rb"<(?:\w{1,30}:)?row\b[^<>]{0,1000}" + mark + rb"[^<>]{0,1000}(?<!/)>", xml)
    if found is None:
        return None
    end = _ROW_END.search(xml, found.end())
    for cell in _FILLED_CELL.finditer(xml, found.end(), end.start() if end else len(xml)):
        reference = _REFERENCE.search(cell[1])
        if reference and reference[1].decode() in letters:
            return f"{reference[1].decode()}{row}"
    return None


_PLACE = re.compile(rb"""(?:^|\s)r=["']([A-Z]{1,3}[1-9][0-9]{0,6})["']""")


def error_cells(xml: bytes) -> dict[tuple[int, int], str]:
    """Row and column, both from 0, of every error in a sheet, with what it shows."""
    found = {}
    for cell in _ERROR_CELL.finditer(xml) if b't="e"' in xml or b"t='e'" in xml else ():
        place = _PLACE.search(cell[1])
        if place:
            row, column = parse_cell(place[1].decode())
            found[row - 1, column - 1] = _shown(xml, cell)
    return found
