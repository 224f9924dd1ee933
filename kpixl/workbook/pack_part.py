"""The pack that a workbook carries, as a custom XML part: what its KPIs are, on any computer. Data alone; it is held
against its fingerprint, and read as a pack from anywhere is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl import catalog
from kpixl.catalog.packs import business_of, fingerprint
from kpixl.catalog.yaml_text import LARGEST
from kpixl.errors import N_, WorkbookError
from kpixl.ooxml.custom_xml import custom_part, put_custom_part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kpixl.catalog.model import Business
    from kpixl.ooxml.package import Package
    from kpixl.period import Kind

_SPACE = "urn:kpixl:pack"
_PACK = "{urn:kpixl:pack}pack"
_LARGEST = 8 * LARGEST
"""Bytes of the part: each character may be written as several."""


class PackMissing(WorkbookError):
    """A workbook of a business that is neither built in nor carried by it."""

    code = "pack_missing"
    template = N_(
        "{path} is made from a pack, “{id}”, that it does not carry any more; put it back with "
        "“kpixl pack update FILE MYPACK.yaml”."
    )


class PackAltered(WorkbookError):
    """A pack that does not have its fingerprint."""

    code = "pack_altered"
    template = N_(
        "The pack that {path} carries was changed without kpixl; put the right one back with "
        "“kpixl pack update FILE MYPACK.yaml”."
    )


def pack_in(package: Package) -> str:
    """The text of the pack that a workbook carries; empty where it carries none. PackAltered where it was changed."""
    part = custom_part(package, _SPACE)
    if part is None:
        return ""
    root = _root(package, part)
    text = (root.text or "") if root is not None else ""
    if root is None or root.get("fingerprint") != fingerprint(text):
        raise PackAltered(path=package.path.name)
    return text


def retired_in(package: Package) -> tuple[str, ...]:
    """The KPIs that the pack of a workbook has only because an earlier version of it had them."""
    part = custom_part(package, _SPACE)
    root = _root(package, part) if part is not None else None
    return tuple(root.get("retired", "").split()) if root is not None else ()


def _root(package: Package, part: str) -> etree._Element | None:
    """What the part holds; what is larger than any pack is not even looked into."""
    return package.tree(part) if len(package.read(part)) <= _LARGEST else None


def embed(package: Package, text: str, retired: Iterable[str] = ()) -> None:
    """Have the workbook carry a pack, in place of the one that it has."""
    told = {"fingerprint": fingerprint(text)} | ({"retired": " ".join(gone)} if (gone := tuple(retired)) else {})
    root = etree.Element(_PACK, told, nsmap={"kpixl": "urn:kpixl:pack"})
    root.text = text
    put_custom_part(package, _SPACE, root)


def business_in(id_: str, kind: Kind, text: str, path: Path) -> Business:
    """The business of a workbook, by its id and the pack that it carries; what is built in is never another's.
    PackMissing without one of that id, BadPack where it has mistakes."""
    if id_ in catalog.catalogue().businesses:
        return catalog.business(id_, kind)
    found = business_of(text, kind, path.name) if text else None
    if found is None or found.id != id_:
        raise PackMissing(path=path.name, id=id_)
    return found
