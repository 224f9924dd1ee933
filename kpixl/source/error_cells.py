"""Which cells of a sheet hold an error such as #N/A: the reader of workbooks hands them over as blank. Reads .xlsx and
.xlsm alone; of other kinds of workbook nothing is known."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile

from lxml import etree

from kpixl.workbook.cells import parse_cell

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
            found[row - 1, column - 1] = value[1].decode("utf-8", "replace") if value else "#N/A"
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
