"""Adds the sheets of a workbook that kpixl has just made to a workbook of the owner's, after his own.

Never touches his sheets, texts, tables or pictures: his parts keep their bytes, but for those that list all sheets,
names and formats, and these only grow. The source's theme and document properties stay behind.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.errors import N_, WorkbookError
from kpixl.ooxml.elements import in_order, planted
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, declared, qn
from kpixl.ooxml.parts import RELATIONSHIPS_TYPE, rels_name, to_bytes
from kpixl.ooxml.styles import merge_styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package
    from kpixl.ooxml.styles import Formats

WORKBOOK_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


_MOST_SHEETS = 65_535
"""No sheet has this number or a higher one."""


class SharedWorkbook(WorkbookError):
    """A workbook with a log of its changes, which sheets from outside would contradict."""

    code = "shared_workbook"
    template = N_(
        "{path} is shared through Excel’s old “Share Workbook”, which allows no new sheets; stop sharing it there and "
        "try again."
    )


def graft(target: Package, source: Package) -> None:
    """Add every sheet of ``source`` after those of ``target``, with all that the sheets need.

    What stands in the way is said before anything changes: SharedWorkbook or TooManyFormats for the owner;
    ValueError where both have a sheet, a name or a table of one name, or count their days from different years, which
    the caller has to see to.
    """
    if target.related(target.workbook_part, OFFICE_RELATIONSHIP + "/revisionHeaders"):
        raise SharedWorkbook(path=target.path.name)
    if target.date1904 != source.date1904:
        raise ValueError("one of the workbooks counts its days from 1904")
    _refuse_clashes(target, source)
    formats = merge_styles(target, source)
    places = _add_parts(target, source, formats)
    _list_sheets(target, source, places)
    target.drop_calc_chain()
    target.set_full_calc_on_load()


def _refuse_clashes(target: Package, source: Package) -> None:
    sheets = [{sheet.name.lower() for sheet in package.sheets} for package in (target, source)]
    # Tables and names share one namespace.
    names = [
        {name.lower() for name in (*package.defined_names, *(table.name for table in package.tables))}
        for package in (target, source)
    ]
    for kind, (theirs, ours) in (("sheet", sheets), ("name or table", names)):
        if theirs & ours:
            raise ValueError(f"both workbooks have a {kind} called {min(theirs & ours)}")


# Parts


def _add_parts(target: Package, source: Package, formats: Formats) -> dict[str, str]:
    """Add everything that the sheets lead to; the names that the parts had, and the new ones."""
    content = {part: source.read(part) for part in _reached(source)}
    content |= _sheets(source, formats)
    content |= _tables(target, source, formats)
    names = target.free_names(content)
    for old, data in content.items():
        kind = source.content_type(old)
        target.add(names[old], data, kind, None if kind.endswith("xml") else posixpath.splitext(old)[1][1:])
        if source.has(rels_name(old)):
            target.add(rels_name(names[old]), _relinked(source, old, names), RELATIONSHIPS_TYPE, "rels")
    return names


def _reached(source: Package) -> list[str]:
    """The sheets, and all parts that they are related to, directly or not."""
    found = [sheet.part for sheet in source.sheets]
    for part in found:  # which grows on the way
        related = (relationship.target for relationship in source.relationships(part) if not relationship.external)
        found += [name for name in dict.fromkeys(related) if name not in found]
    return found


def _relinked(source: Package, part: str, names: Mapping[str, str]) -> Element:
    root = source.tree(rels_name(part))
    entries = root.iter(qn("rel:Relationship"))
    folder = "/" + posixpath.dirname(names[part])
    for entry, relationship in zip(entries, source.relationships(part), strict=True):
        if not relationship.external:
            entry.set("Target", posixpath.relpath("/" + names[relationship.target], folder))
    return root


def _sheets(source: Package, formats: Formats) -> Iterator[tuple[str, bytes]]:
    """The sheets as they are to stand in the other workbook."""
    strings = [
        item
        for part in source.related(source.workbook_part, OFFICE_RELATIONSHIP + "/sharedStrings")
        for item in source.tree(part).iterfind(qn("x:si"))
    ]
    for sheet in source.sheets:
        root = source.tree(sheet.part)
        for view in root.iter(qn("x:sheetView")):
            # Excel would group it with the owner's selected sheet, and what he types would go into both.
            view.attrib.pop("tabSelected", "")
        _restyle(root, formats)
        _inline(root, strings)
        yield sheet.part, to_bytes(root)


def _restyle(root: Element, formats: Formats) -> None:
    """Point cells, rows, columns and rules to their formats in the other workbook."""
    for cell in root.iter(qn("x:c")):
        # A cell without a format has the first one, which may look different there.
        style = formats.cells[int(cell.get("s", "0"))]
        if style or "s" in cell.attrib:
            cell.set("s", str(style))
    for tag, attribute in (("row", "s"), ("col", "style")):
        for element in root.iter(qn(f"x:{tag}")):
            if attribute in element.attrib:
                element.set(attribute, str(formats.cells[int(element.get(attribute, "0"))]))
    _restyle_rules(root, formats)


def _restyle_rules(root: Element, formats: Formats) -> None:
    for element in root.iter("{*}*"):
        for attribute, value in element.attrib.items():
            if str(attribute).lower().endswith("dxfid"):
                element.set(attribute, str(formats.rules[int(value)]))


def _inline(root: Element, strings: list[Element]) -> None:
    """Put shared texts into their cells: the other workbook's table of texts stays as it is."""
    for cell in root.iter(qn("x:c")):
        if cell.get("t") == "s":
            index = int(cell.findtext(qn("x:v"), "0"))
            for value in cell.findall(qn("x:v")):
                cell.remove(value)
            cell.set("t", "inlineStr")
            item = etree.SubElement(cell, qn("x:is"))
            for child in strings[index]:
                planted(item, child)


def _tables(target: Package, source: Package, formats: Formats) -> Iterator[tuple[str, bytes]]:
    """The tables, with numbers that no table of the other workbook has."""
    for number, table in enumerate(source.tables, max(_numbers(target), default=0) + 1):
        root = source.tree(table.part)
        root.set("id", str(number))
        _restyle_rules(root, formats)
        yield table.part, to_bytes(root)


def _numbers(package: Package) -> Iterator[int]:
    """The numbers of tables and of single cells that are filled from XML: Excel counts both together."""
    for sheet in package.sheets:
        for kind in ("table", "tableSingleCells") if sheet.part else ():
            for part in package.related(sheet.part, f"{OFFICE_RELATIONSHIP}/{kind}"):
                for element in package.tree(part).iter(qn("x:table"), qn("x:singleXmlCell")):
                    yield int(element.get("id", "0"))


# The workbook and its properties


def _list_sheets(target: Package, source: Package, places: Mapping[str, str]) -> None:
    """Enter the sheets and their names in the workbook part."""
    root = target.tree(target.workbook_part)
    count = len(target.sheets)
    if root.find(qn("x:bookViews")) is None:
        # The views of the new sheets refer to the window.
        etree.SubElement(in_order(root, "bookViews", WORKBOOK_ORDER), qn("x:workbookView"))
    sheets = in_order(root, "sheets", WORKBOOK_ORDER)
    taken = {int(entry.get("sheetId", "0")) for entry in sheets.iterchildren("{*}*")}
    last = max(taken, default=0)
    free = [number for number in range(1, _MOST_SHEETS) if number not in taken]
    ids = range(last + 1, last + 1 + len(source.sheets)) if last + len(source.sheets) < _MOST_SHEETS else free
    types = {related.target: related.type for related in source.relationships(source.workbook_part)}
    nsmap = None if OFFICE_RELATIONSHIP in sheets.nsmap.values() else declared("r")
    for number, sheet in zip(ids, source.sheets, strict=False):
        entry = etree.SubElement(sheets, qn("x:sheet"), {"name": sheet.name, "sheetId": str(number)}, nsmap=nsmap)
        if sheet.state != "visible":
            entry.set("state", sheet.state)
        id_ = target.add_relationship(target.workbook_part, types[sheet.part], places[sheet.part])
        entry.set(qn("r:id"), id_)
    names = _names(source)
    if names:
        holder = in_order(root, "definedNames", WORKBOOK_ORDER)
        for name in names:
            new = planted(holder, name)
            if "localSheetId" in new.attrib:
                new.set("localSheetId", str(int(new.get("localSheetId", "0")) + count))
    target.replace(target.workbook_part, root)


def _names(source: Package) -> list[Element]:
    return source.tree(source.workbook_part).findall(qn("x:definedNames/x:definedName"))


def order_sheets(package: Package, names: Sequence[str]) -> None:
    """Put the sheets of a workbook into the order of ``names``, which are all that it has."""
    root = package.tree(package.workbook_part)
    holder = root.find(qn("x:sheets"))
    assert holder is not None
    entries = {entry.get("name", ""): entry for entry in holder}
    places = {old: names.index(name) for old, name in enumerate(entries)}
    if all(old == new for old, new in places.items()):
        return
    holder[:] = [entries[name] for name in names]
    for element in root.iter(qn("x:definedName"), qn("x:workbookView")):
        for attribute in ("localSheetId", "activeTab", "firstSheet"):
            if attribute in element.attrib:
                old = int(element.get(attribute, "0"))
                element.set(attribute, str(places.get(old, old)))
    package.replace(package.workbook_part, root)
