"""Sparklines, which openpyxl cannot write: line groups in a worksheet's extension list.

Never touches the cells themselves; what another program put into the extension list stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from kpixl.ooxml.namespaces import MAIN, declared, qn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, Sheet

_URI = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
# Excel writes conditional formats and validations before sparklines, and all else after them.
_BEFORE = ("{78C0D931-6437-407d-A8EE-F0AAD7539E65}", "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}")


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line in ``cell`` (C5) of the values in ``source`` ('_kpixl'!B3:M3)."""

    cell: str
    source: str


@dataclass(frozen=True, slots=True)
class SparklineStyle:
    """How the lines, or columns, of a group look: colours as RRGGBB, the weight of a line in points."""

    colour: str = "2A8C82"
    weight: float = 1.5
    last_marker: bool = True
    markers: bool = False
    marker_colour: str | None = None
    columns: bool = False


class SparklineGroup(NamedTuple):
    """Lines that look alike."""

    style: SparklineStyle
    sparklines: Sequence[Sparkline]


def add_sparklines(
    package: Package, sheet: Sheet, groups: Iterable[tuple[SparklineStyle, Sequence[Sparkline]]]
) -> None:
    """Add groups of sparklines to a sheet; a cell that had one gets the new one instead."""
    wanted = [(style, lines) for style, lines in groups if lines]
    if not wanted:
        return
    root = package.tree(sheet.part)
    holder = _groups_of(root)
    _remove_from(holder, {line.cell for _, lines in wanted for line in lines})
    for style, lines in wanted:
        holder.append(_group(style, lines))
    package.replace(sheet.part, root)


def _groups_of(root: Element) -> Element:
    extensions = root.find(qn("x:extLst"))
    if extensions is None:
        extensions = etree.SubElement(root, qn("x:extLst"))
    for entry in extensions:
        found = entry.find(qn("x14:sparklineGroups")) if (entry.get("uri") or "").upper() == _URI.upper() else None
        if found is not None:
            return found
    entry = etree.Element(qn("x:ext"), nsmap={root.prefix: MAIN, **declared("x14")})
    entry.set("uri", _URI)
    place = sum(1 for other in extensions if other.get("uri") in _BEFORE)
    extensions.insert(place, entry)
    return etree.SubElement(entry, qn("x14:sparklineGroups"), nsmap=declared("xm"))


def _remove_from(holder: Element, cells: set[str]) -> None:
    for group in list(holder):
        lines = group.find(qn("x14:sparklines"))
        for line in list(lines) if lines is not None else ():
            if lines is not None and line.findtext(qn("xm:sqref")) in cells:
                lines.remove(line)
        if lines is not None and len(lines) == 0:
            holder.remove(group)


def _group(style: SparklineStyle, lines: Sequence[Sparkline]) -> Element:
    group = etree.Element(qn("x14:sparklineGroup"), nsmap=declared("x14", "xm"))
    if style.columns:
        group.set("type", "column")
    else:
        group.set("lineWeight", f"{style.weight:g}")
    group.set("displayEmptyCellsAs", "gap")
    if style.markers:
        group.set("markers", "1")
    if style.last_marker:
        group.set("last", "1")
    group.set("displayHidden", "1")
    line_colour, marker_colour = style.colour, style.marker_colour or style.colour
    colours = {"Series": line_colour, "Negative": line_colour, "Axis": "000000"}
    colours |= dict.fromkeys(("Markers", "First", "Last", "High", "Low"), marker_colour)
    for part, colour in colours.items():
        etree.SubElement(group, qn(f"x14:color{part}"), rgb=f"FF{colour.upper()}")
    holder = etree.SubElement(group, qn("x14:sparklines"))
    for line in lines:
        entry = etree.SubElement(holder, qn("x14:sparkline"))
        etree.SubElement(entry, qn("xm:f")).text = line.source
        etree.SubElement(entry, qn("xm:sqref")).text = line.cell
    return group
