"""Defined names added to a workbook, or moved to another area. Never touches a name that it was not asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.elements import in_order
from kpixl.ooxml.graft import WORKBOOK_ORDER
from kpixl.ooxml.namespaces import qn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kpixl.ooxml.package import Package


def remove_names(package: Package, names: Collection[str]) -> None:
    """Take away names of the whole workbook."""
    root = package.tree(package.workbook_part)
    for entry in list(root.iterfind(qn("x:definedNames/x:definedName"))):
        holder = entry.getparent()
        if entry.get("localSheetId") is None and entry.get("name", "") in names and holder is not None:
            holder.remove(entry)
            if not len(holder):
                root.remove(holder)  # an empty list is not allowed
    package.replace(package.workbook_part, root)


def add_names(package: Package, names: Mapping[str, str]) -> None:
    """Have names of the whole workbook refer to what is given; those that are there already are changed."""
    if not names:
        return
    root = package.tree(package.workbook_part)
    holder = in_order(root, "definedNames", WORKBOOK_ORDER)
    there = {
        entry.get("name", ""): entry
        for entry in holder.iterchildren(qn("x:definedName"))
        if entry.get("localSheetId") is None
    }
    for name, text in names.items():
        entry = there.get(name)
        if entry is None:
            entry = etree.SubElement(holder, qn("x:definedName"), name=name)
        entry.text = text
    package.replace(package.workbook_part, root)
