"""Elements put into a tree of another package: in the place that the format wants, under the prefixes of that tree.

Never moves or changes an element that is there already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.namespaces import MAIN, qn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

SHEET_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
)  # fmt: skip
"""The children of a worksheet, in the order that the format wants."""


def in_order(root: Element, tag: str, order: Sequence[str]) -> Element:
    """The child called ``tag``; a missing one is made before the first child that ``order`` has after it."""
    found = root.find(qn(f"x:{tag}"))
    if found is not None:
        return found
    later = {qn(f"x:{name}") for name in order[order.index(tag) + 1 :]}
    new = root.makeelement(qn(f"x:{tag}"), nsmap={root.prefix: MAIN})
    place = next((child for child in root if child.tag in later), None)
    if place is None:
        root.append(new)
    else:
        place.addprevious(new)
    return new


def planted(parent: Element, element: Element) -> Element:
    """A copy of ``element`` as the last child of ``parent``."""
    new = etree.SubElement(parent, element.tag)
    new.attrib.update(element.attrib)
    new.text = element.text
    for child in element.iterchildren("{*}*"):
        planted(new, child)
    return new
