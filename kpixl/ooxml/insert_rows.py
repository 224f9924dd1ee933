"""Rows inserted into a sheet, as Excel inserts them: what stands below moves down, and everything that names a cell of
the sheet goes on naming the same one, wherever it is in the workbook.

Never changes what is in a cell but for its references, and leaves a part that names nothing of the sheet as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.cells import Area, cell_name, parse_cell
from kpixl.ooxml.moves import area_of
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.notes import moved_notes
from kpixl.ooxml.references import Cell, RowsInserted, apart, apart_in_bytes, followed, followed_in_bytes, names_of
from kpixl.ooxml.row_moves import resolve_shared, write_places
from kpixl.ooxml.sheet import SheetEditor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, Sheet

_DATA, _C, _F = (qn(f"x:{tag}") for tag in ("sheetData", "c", "f"))
_AREAS = ("ref", "sqref", "topLeftCell", "activeCell")
_FORMULAS = frozenset({"formula", "formula1", "formula2", "f"})
_EVERYTHING = Area(1, 1, 1 << 20, 1 << 14)
_WITHOUT_FORMULAS = ("docProps/", "xl/sharedStrings", "xl/theme/", "xl/media/", "customXml/")


def insert_rows(package: Package, sheet: Sheet, after: Mapping[int, int]) -> None:
    """Insert so many empty rows below each of some rows of a sheet."""
    inserted = RowsInserted({row: count for row, count in after.items() if count})
    if not inserted.after:
        return
    root = SheetEditor(package, sheet).root
    data = root.find(_DATA)
    assert data is not None
    write_places(data)
    resolve_shared(data, _EVERYTHING)
    _move_cells(data, sheet.name, inserted)
    for child in root.iterchildren("{*}*"):
        if child.tag != _DATA:
            _move_laid_over(child, sheet.name, inserted)
    notes = moved_notes(package, sheet.part, inserted)
    package.replace(sheet.part, root)
    for part, content in notes.items():
        package.replace(part, content)
    _move_parts(package, sheet, inserted)
    _follow_elsewhere(package, sheet, inserted)
    package.drop_calc_chain()


def follow_apart(package: Package, sheet: Sheet, gone: Mapping[Cell, Cell]) -> None:
    """Have everything that names cells of a sheet which have gone to other sheets name them there."""
    root = SheetEditor(package, sheet).root
    data = root.find(_DATA)
    assert data is not None
    write_places(data)
    resolve_shared(data, _EVERYTHING)
    for element in root.iter("{*}*"):
        if element.text and etree.QName(element).localname in _FORMULAS:
            element.text = apart(element.text, sheet.name, gone)
        if "location" in element.attrib:
            element.set("location", apart(element.get("location", ""), sheet.name, gone))
    package.replace(sheet.part, root)
    _elsewhere(package, sheet, lambda content: apart_in_bytes(content, sheet.name, gone))
    package.drop_calc_chain()


def _move_cells(data: Element, sheet: str, inserted: RowsInserted) -> None:
    for row in data.iterchildren(qn("x:row")):
        number = inserted.row(int(row.get("r", "0")))
        row.set("r", str(number))
        for cell in row.iterchildren(_C):
            cell.set("r", cell_name(number, parse_cell(cell.get("r", ""))[1]))
            entry = cell.find(_F)
            if entry is None:
                continue
            if "ref" in entry.attrib:
                entry.set("ref", _areas(entry.get("ref", ""), inserted))
            if entry.text:
                entry.text = followed(entry.text, sheet, inserted, own=True)


def _move_laid_over(child: Element, sheet: str, inserted: RowsInserted) -> None:
    """Merged cells, rules, links, views and all else that the sheet says of its cells."""
    for element in child.iter("{*}*"):
        name = etree.QName(element).localname
        for attribute in _AREAS:
            if attribute in element.attrib:
                element.set(attribute, _areas(element.get(attribute, ""), inserted))
        if "location" in element.attrib:
            element.set("location", followed(element.get("location", ""), sheet, inserted, own=False))
        if name == "brk" and etree.QName(child).localname == "rowBreaks":
            element.set("id", str(inserted.row(int(element.get("id", "0")))))
        if len(element) == 0 and element.text:
            if name == "sqref":
                element.text = _areas(element.text, inserted)
            elif name in _FORMULAS:
                element.text = followed(element.text, sheet, inserted, own=True)


def _areas(refs: str, inserted: RowsInserted) -> str:
    found = ((ref, area_of(ref)) for ref in refs.split())
    return " ".join(ref if area is None else inserted.area(area).ref for ref, area in found)


def _move_parts(package: Package, sheet: Sheet, inserted: RowsInserted) -> None:
    """Tables, pivot tables and pictures of the sheet."""
    for kind in ("table", "pivotTable"):
        for part in package.related(sheet.part, f"{OFFICE_RELATIONSHIP}/{kind}"):
            root = package.tree(part)
            for element in root.iter("{*}*"):
                if "ref" in element.attrib:
                    element.set("ref", _areas(element.get("ref", ""), inserted))
            package.replace(part, root)
    for part in package.related(sheet.part, f"{OFFICE_RELATIONSHIP}/drawing"):
        root = package.tree(part)
        for anchor in root.iterchildren(qn("xdr:oneCellAnchor"), qn("xdr:twoCellAnchor")):
            if anchor.get("editAs") == "absolute":
                continue
            for row in anchor.iterfind("*/" + qn("xdr:row")):
                row.text = str(inserted.row(int(row.text or "0") + 1) - 1)
        package.replace(part, root)


def _follow_elsewhere(package: Package, sheet: Sheet, inserted: RowsInserted) -> None:
    _elsewhere(package, sheet, lambda content: followed_in_bytes(content, sheet.name, inserted))
    for part in package.parts:
        if "pivotCacheDefinition" not in part or not part.endswith(".xml"):
            continue
        root = package.tree(part)
        for source in root.iter(qn("x:worksheetSource")):
            if source.get("sheet") == sheet.name and "ref" in source.attrib:
                source.set("ref", _areas(source.get("ref", ""), inserted))
                package.replace(part, root)


def _elsewhere(package: Package, sheet: Sheet, changed: Callable[[bytes], bytes]) -> None:
    """Change every other part that names the sheet."""
    needles = names_of(sheet.name)
    for part in package.parts:
        if part == sheet.part or not part.endswith((".xml", ".vml")) or part.startswith(_WITHOUT_FORMULAS):
            continue
        content = package.read(part)
        if any(needle in content for needle in needles):
            package.replace(part, changed(content))
