"""The document properties that kpixl sets: the title of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.namespaces import PACKAGE_RELATIONSHIP

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package

_CORE = PACKAGE_RELATIONSHIP + "/metadata/core-properties"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def retitle(package: Package, old: str, new: str) -> None:
    """Give the workbook its new title where it still has the old one; another one is the owner's."""
    for part in package.related("", _CORE):
        root = package.tree(part)
        found = root.find(_TITLE)
        if found is not None and found.text == old:
            found.text = new
            package.replace(part, root)
