"""Custom XML parts of a workbook: what Office keeps as it is, shows nobody, and takes along into every copy."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package

_PART = "customXml/item1.xml"
_RELATIONSHIP = OFFICE_RELATIONSHIP + "/customXml"
_PROPERTIES = OFFICE_RELATIONSHIP + "/customXmlProps"
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


def custom_part(package: Package, space: str) -> str | None:
    """The part whose elements are of a namespace; None where the workbook has none."""
    parts = package.related(package.workbook_part, _RELATIONSHIP)
    return next((part for part in parts if package.has(part) and space.encode() in package.head(part)), None)


def put_custom_part(package: Package, space: str, root: Element) -> None:
    """Have the workbook carry a part of a namespace, in place of the one that it has."""
    part = custom_part(package, space)
    if part is not None:
        package.replace(part, root)
        return
    (part,) = package.free_names([_PART]).values()
    package.add(part, root, "application/xml", "xml")
    package.add_relationship(package.workbook_part, _RELATIONSHIP, part)
    properties = part.replace("item", "itemProps")
    item = etree.Element(f"{{{_STORE}}}datastoreItem", nsmap={"ds": _STORE})
    item.set(f"{{{_STORE}}}itemID", f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, space)).upper()}}}")
    (properties,) = package.free_names([properties]).values()
    package.add(properties, item, _PROPERTIES_TYPE)
    package.add_relationship(part, _PROPERTIES, properties)
