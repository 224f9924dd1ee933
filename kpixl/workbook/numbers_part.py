"""With which numbers, such as those of invoices, rows of entry tables came in from exports, as a custom XML part of the
workbook: short marks of rows and numbers, by which a further sale is told from one that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from lxml import etree

from kpixl.ooxml.custom_xml import custom_part, put_custom_part

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package

_SPACE = "urn:kpixl:numbers"
_NUMBERS = f"{{{_SPACE}}}numbers"

Marks: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]


def numbers_in(package: Package) -> dict[str, dict[str, dict[str, list[str]]]]:
    """By table, and by the heading of the column that held them, the marks of numbers by those of rows; none where
    somebody has made something else of the part."""
    part = custom_part(package, _SPACE)
    if part is None:
        return {}
    try:
        text = (package.tree(part).text or "").encode()
        return msgspec.json.decode(text, type=dict[str, dict[str, dict[str, list[str]]]])
    except msgspec.DecodeError:
        return {}


def add_numbers(package: Package, table: str, marks: Marks) -> None:
    """Have the workbook remember more numbers of rows of a table."""
    if not marks:
        return
    known = numbers_in(package)
    there = known.setdefault(table, {})
    for heading, rows in marks.items():
        there.setdefault(heading, {}).update({row: [*numbers] for row, numbers in rows.items()})
    root = etree.Element(_NUMBERS, nsmap={"kpixl": _SPACE})
    root.text = msgspec.json.encode(known).decode().replace("\x7f", "\\u007f")
    put_custom_part(package, _SPACE, root)
