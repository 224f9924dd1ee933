"""Which sheets of the owner's fill which entry tables, as a custom XML part of the workbook: with marks of the rows
that were taken, by which they are known again, and what there is to tell of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from lxml import etree

from kpixl.entries import LinkedNote
from kpixl.ooxml.custom_xml import custom_part, put_custom_part

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package

_SPACE = "urn:kpixl:links"
_LINKS = f"{{{_SPACE}}}links"


@dataclass(frozen=True)
class Link:
    """A sheet of the owner's that fills an entry table, and what was taken of it last."""

    sheet: str
    table: str
    """The id of the table."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field id -> what every row gets."""
    fields: tuple[str, ...] = ()
    """The fields that the sheet fills; marks are of their values."""
    rows: tuple[str, ...] = ()
    """The marks of the rows that the sheet has for the period."""
    notes: tuple[LinkedNote, ...] = ()
    """What Check has to tell of it, in the language of the workbook."""


def links_in(package: Package) -> tuple[Link, ...]:
    """The links of a workbook; none where somebody has made something else of the part."""
    part = custom_part(package, _SPACE)
    if part is None:
        return ()
    try:
        return msgspec.json.decode((package.tree(part).text or "").encode(), type=tuple[Link, ...])
    except msgspec.DecodeError:
        return ()


def put_links(package: Package, links: tuple[Link, ...]) -> None:
    """Have the workbook remember these links, in place of those that it has; the same ones are no change."""
    if links == links_in(package):
        return
    root = etree.Element(_LINKS, nsmap={"kpixl": _SPACE})
    # Letters that XML does not take are escaped in JSON.
    root.text = msgspec.json.encode(links).decode().replace("\x7f", "\\u007f")
    put_custom_part(package, _SPACE, root)
