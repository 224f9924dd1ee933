"""The document properties that are set: the title of the file, when it was made, and a property of one's own."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.namespaces import NAMESPACES, OFFICE_RELATIONSHIP, PACKAGE_RELATIONSHIP, declared, qn

if TYPE_CHECKING:
    from datetime import datetime

    from kpixl.ooxml.package import Package

_CORE = PACKAGE_RELATIONSHIP + "/metadata/core-properties"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MOMENTS = ("{http://purl.org/dc/terms/}created", "{http://purl.org/dc/terms/}modified")
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_NUMBER = 2


def retitle(package: Package, old: str, new: str) -> None:
    """Give the workbook its new title where it still has the old one; another one is the owner's."""
    for part in package.related("", _CORE):
        root = package.tree(part)
        found = root.find(_TITLE)
        if found is not None and found.text == old:
            found.text = new
            package.replace(part, root)


def made_at(package: Package, now: datetime) -> None:
    """Have the workbook made and last changed at ``now``, local time; the file says it in UTC."""
    for part in package.related("", _CORE):
        root = package.tree(part)
        for moment in _MOMENTS:
            found = root.find(moment)
            if found is not None:
                found.text = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        package.replace(part, root)


def mark(target: Package, name: str, value: str) -> None:
    """Give the workbook the custom property ``name``, or another value where it has it."""
    kind = OFFICE_RELATIONSHIP + "/custom-properties"
    part = next(iter(target.related("", kind)), None)
    if part is None:
        (part,) = target.free_names(["docProps/custom.xml"]).values()
        target.add(
            part, f'<Properties xmlns="{NAMESPACES["cp"]}" xmlns:vt="{NAMESPACES["vt"]}"/>'.encode(), _CUSTOM_TYPE
        )
        target.add_relationship("", kind, part)
    root = target.tree(part)
    entries = list(root.iterchildren(qn("cp:property")))
    entry = next((entry for entry in entries if entry.get("name") == name), None)
    if entry is None:
        last = max((int(entry.get("pid", "0")) for entry in entries), default=0)
        attributes = {"fmtid": _CUSTOM_SET, "pid": str(max(last + 1, _FIRST_NUMBER)), "name": name}
        entry = etree.SubElement(root, qn("cp:property"), attributes)
    for child in list(entry):
        entry.remove(child)
    etree.SubElement(entry, qn("vt:lpwstr"), nsmap=declared("vt")).text = value
    target.replace(part, root)
