"""Adds a sheet of bare texts behind the others of a workbook. Changes no sheet that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.namespaces import MAIN, OFFICE_RELATIONSHIP, declared, qn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpixl.ooxml.package import Package

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PART = "xl/worksheets/sheet1.xml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def add_plain_sheet(package: Package, name: str, rows: Iterable[Sequence[str]]) -> None:
    """Add a hidden sheet with ``rows`` from A1 on; ValueError where there is a sheet of that name."""
    if any(sheet.name.lower() == name.lower() for sheet in package.sheets):
        raise ValueError(f"there is a sheet {name} already")
    sheet = etree.fromstring(f'<worksheet xmlns="{MAIN}"/>')
    data = etree.SubElement(sheet, qn("x:sheetData"))
    for number, row in enumerate(rows, 1):
        line = etree.SubElement(data, qn("x:row"), r=str(number))
        for column, text in enumerate(row, 1):
            cell = etree.SubElement(line, qn("x:c"), r=cell_name(number, column), t="inlineStr")
            shown = etree.SubElement(etree.SubElement(cell, qn("x:is")), qn("x:t"))
            shown.set(_SPACE, "preserve")
            shown.text = text
    (part,) = package.free_names([_PART]).values()
    package.add(part, sheet, _TYPE)
    id_ = package.add_relationship(package.workbook_part, OFFICE_RELATIONSHIP + "/worksheet", part)
    root = package.tree(package.workbook_part)
    sheets = root.find(qn("x:sheets"))
    assert sheets is not None
    last = max(int(entry.get("sheetId", "0")) for entry in sheets.iterchildren("{*}*"))
    nsmap = None if OFFICE_RELATIONSHIP in sheets.nsmap.values() else declared("r")
    attributes = {"name": name, "sheetId": str(last + 1), "state": "hidden"}
    entry = etree.SubElement(sheets, qn("x:sheet"), attributes, nsmap=nsmap)
    entry.set(qn("r:id"), id_)
    package.replace(package.workbook_part, root)
