"""What the XML of a sheet tells that calamine does not: errors, formulas, what is filled below a table."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

import numpy as np
from lxml import etree

from kpixl.cellvalue import ExcelError
from kpixl.ooxml.cells import parse_cell

ERROR_MARK = b't="e"'
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*?\bt="e"[^>]*)>(?:.{0,2000}?<(?:\w+:)?v>([^<]*)<)?', re.DOTALL)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?f[\s>/]")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?(?:v|is|f)[\s>]")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')


ROW_MARK = b"row "
"""Near how the XML of a sheet begins a row; ``last_row`` looks closer."""
_ROW_NUMBER = re.compile(rb'^row\b[^<>]*?\br="(\d+)"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^<>]*?\bref="(?:[A-Z]+\d+:)?([A-Z]+\d+)"')


def last_row(tail: bytes) -> int | None:
    """The number of the last row of a sheet by what follows its last mark; None where that does not tell."""
    found = _ROW_NUMBER.match(tail)
    return int(found[1]) if found else None


def last_column(head: bytes) -> int | None:
    """The last column of a sheet by how its XML begins; None where that does not tell."""
    found = _DIMENSION.search(head)
    return parse_cell(found[1].decode())[1] if found else None


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


def formula_cells(xml: bytes) -> set[tuple[int, int]]:
    """Row and column of every cell with a formula."""
    places = (_REFERENCE.search(match[1]) for match in _FORMULA_CELL.finditer(xml))
    return {parse_cell((place[1] + place[2]).decode()) for place in places if place}


_FORMATTED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>")
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
                found.setdefault(letter, {})[row] = match[2].decode() if match[2] else ExcelError.NA.value
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


_CELL = re.compile(rb"""<(?:\w+:)?c\s([^<>]*\bt=["']e["'][^<>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_PLACE = re.compile(rb"""(?:^|\s)r=["']([A-Z]{1,3}[1-9][0-9]{0,6})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<>]*)</")


def error_cells(content: bytes, sheet: str) -> dict[tuple[int, int], str]:
    """Row and column, both from 0, of every error in a sheet, with what it shows."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            part = _part(package, sheet)
            xml = package.read(part) if part else b""
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, etree.XMLSyntaxError):
        return {}
    found = {}
    for attributes, inside in _CELL.findall(xml) if b't="e"' in xml or b"t='e'" in xml else ():
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place:
            row, column = parse_cell(place[1].decode())
            found[row - 1, column - 1] = value[1].decode("utf-8", "replace") if value else ExcelError.NA.value
    return found


def _part(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the part that holds a sheet."""
    book = _target(package, "", "officeDocument")
    if not book:
        return None
    for node in _tree(package, book).iter("{*}sheet"):
        if node.get("name") == sheet:
            wanted = next((value for name, value in node.attrib.items() if str(name).endswith("}id")), "")
            return _target(package, book, str(wanted))
    return None


def _target(package: zipfile.ZipFile, source: str, wanted: str) -> str | None:
    """The part that a relationship of ``source`` leads to, by its id or by the end of its type."""
    folder, name = posixpath.split(source)
    for node in _tree(package, posixpath.join(folder, "_rels", f"{name}.rels")).iter("{*}Relationship"):
        if node.get("Id") == wanted or str(node.get("Type")).endswith(f"/{wanted}"):
            return posixpath.normpath(posixpath.join("/", folder, str(node.get("Target")))).lstrip("/")
    return None


def _tree(package: zipfile.ZipFile, part: str) -> etree._Element:
    return etree.fromstring(package.read(part), etree.XMLParser(resolve_entities=False, no_network=True))
