"""What hangs on single cells of a sheet: links, notes and threaded comments; they move, or go, with their cells.

Never touches what hangs on cells outside the table, nor authors and persons.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.moves import area_of
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.parts import rels_name

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from kpixl.ooxml.moves import Moves, Moving
    from kpixl.ooxml.package import Package

_THREADED = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
_UID = "{http://schemas.microsoft.com/office/spreadsheetml/2014/revision}uid"
_ID = qn("r:id")

# The drawings of notes are not always well-formed XML, so they are never parsed as such.
# From one shape to the end of the same one, and never further: a long part would be looked through from each.
_SHAPE = re.compile(
    rb"<((?:\w{1,30}:)?shape)\b[^<>]{0,4000}(?<!/)>(?:(?!<(?:\w{1,30}:)?shape\b).){0,40000}?</\1\s*>", re.DOTALL
)
_NOTE = re.compile(rb"""<(?:\w{1,30}:)?ClientData\b[^<>]{0,1000}\bObjectType\s*=\s*["']Note["']""")
_ROW = re.compile(rb"(<(?:\w+:)?Row>\s*)(\d+)(?=\s*<)")
_COLUMN = re.compile(rb"<(?:\w+:)?Column>\s*(\d+)\s*<")
_ANCHOR = re.compile(rb"(?<=Anchor>)[\s\d,-]+(?=<)")
_ANCHOR_ROWS = (2, 6)


def move_links(package: Package, part: str, root: Element, moves: Moves) -> None:
    """Links in the tree ``root`` of the sheet ``part`` follow their cells; addresses that no link uses any more go."""
    links = root.find(qn("x:hyperlinks"))
    if links is None:
        return
    dropped = set()
    for link in list(links):
        area = area_of(link.get("ref", ""))
        parts = [] if area is None else moves.areas(area, blank=False)
        if area is None or parts == [area]:
            continue
        for piece in parts:
            copy = deepcopy(link)
            if piece is not parts[0]:
                copy.attrib.pop(_UID, "")
            copy.set("ref", piece.ref)
            link.addprevious(copy)
        dropped.add(link.get(_ID))
        links.remove(link)
    _drop_relationships(package, part, dropped - {link.get(_ID) for link in links})
    if len(links) == 0:
        root.remove(links)


def moved_notes(package: Package, part: str, moves: Moving) -> dict[str, bytes | Element]:
    """The notes of the sheet ``part``, their drawings and the threads behind them as they shall be, by part."""
    found: dict[str, bytes | Element] = {}
    for notes in package.related(part, OFFICE_RELATIONSHIP + "/comments"):
        found |= _moved_entries(package, notes, "comment", moves)
    for threads in package.related(part, _THREADED):
        found |= _moved_entries(package, threads, "threadedComment", moves)
    for drawing in package.related(part, OFFICE_RELATIONSHIP + "/vmlDrawing"):
        found[drawing] = _SHAPE.sub(lambda shape: _moved_shape(shape[0], moves), package.read(drawing))
    return found


def _moved_entries(package: Package, part: str, name: str, moves: Moving) -> dict[str, Element]:
    """The part with its entries moved; nothing where none moves."""
    root = package.tree(part)
    changed = False
    for entry in list(root.iter(f"{{*}}{name}")):
        area = area_of(entry.get("ref", ""))
        target = None if area is None else moves.cell(area.top, area.left)
        if area is None or target == area.top:
            continue
        changed = True
        if target is not None:
            entry.set("ref", cell_name(target, area.left))
            continue
        parent = entry.getparent()
        if parent is not None:
            parent.remove(entry)
    return {part: root} if changed else {}


def _moved_shape(shape: bytes, moves: Moving) -> bytes:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if row is None or column is None or _NOTE.search(shape) is None:
        return shape
    place = int(row[2]) + 1
    target = moves.cell(place, int(column[1]) + 1)
    if target is None:
        return b""
    if target == place:
        return shape
    moved = _ROW.sub(lambda found: found[1] + str(target - 1).encode(), shape, count=1)
    return _ANCHOR.sub(lambda found: _moved_anchor(found[0], target - place), moved, count=1)


def _moved_anchor(anchor: bytes, by: int) -> bytes:
    numbers = anchor.split(b",")
    rows = [int(numbers[index]) for index in _ANCHOR_ROWS]
    by = max(by, -rows[0])  # a box that was placed far above its cell stops at the top of the sheet
    for index, row in zip(_ANCHOR_ROWS, rows, strict=True):
        numbers[index] = b" " + str(row + by).encode()
    return b",".join(numbers)


def _drop_relationships(package: Package, part: str, ids: set[str | None]) -> None:
    name = rels_name(part)
    if not package.has(name) or not ids - {None}:
        return
    root = package.tree(name)
    for entry in root.findall(qn("rel:Relationship")):
        if entry.get("Id") in ids:
            root.remove(entry)
    package.replace(name, root)
