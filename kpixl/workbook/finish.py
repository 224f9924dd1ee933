"""Finishes a new skeleton through the package: what openpyxl cannot write, or writes differently from Excel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.sparklines import Sparkline, SparklineStyle, add_sparklines
from kpixl.palette import ACCENT, MUTED
from kpixl.workbook.lambdas import lambdas
from kpixl.workbook.sheets import dashboard

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package
    from kpixl.workbook.grid import Context

_NUMBER_TYPE = re.compile(rb'(<c [^>]*?) t="n"')
_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip


def finish(package: Package, c: Context) -> None:
    """Bring a skeleton to the form in which Excel would have saved it."""
    for sheet in package.sheets:
        # An empty cell that is marked as a number counts as zero to some readers.
        package.replace(sheet.part, _NUMBER_TYPE.sub(rb"\1", package.read(sheet.part)))
    order_fonts(package)
    sparklines(package, c)
    if package.path.suffix.lower() != ".xlsm":
        name_functions(package, c)


def name_functions(package: Package, c: Context) -> None:
    """Names for the functions in cells. A macro workbook has them in VBA, and no name may be there twice."""
    root = package.tree(package.workbook_part)
    names = root.find(qn("x:definedNames"))
    assert names is not None
    for function in lambdas(c):
        entry = etree.SubElement(names, qn("x:definedName"), name=c.aliases.name(function.name))
        entry.set("comment", function.comment)
        entry.text = c.aliases.there(function.formula)
    package.replace(package.workbook_part, root)


def order_fonts(package: Package) -> None:
    """Bring what is said of each font into the order of the schema."""
    part = package.related(package.workbook_part, OFFICE_RELATIONSHIP + "/styles")[0]
    root = package.tree(part)
    for font in root.iter(qn("x:font")):
        font[:] = sorted(font, key=lambda child: _FONT_ORDER.index(str(child.tag).rpartition("}")[2]))
    package.replace(part, root)


def sparklines(package: Package, c: Context) -> None:
    """A line of twelve periods in every row of the dashboard's table, its last point marked."""
    sheet = next(sheet for sheet in package.sheets if sheet.name == c.titles["dashboard"])
    lines = [Sparkline(cell, source) for cell, source in dashboard.sparkline_cells(c)]
    add_sparklines(package, sheet, [(SparklineStyle(colour=MUTED, marker_colour=ACCENT), lines)])
