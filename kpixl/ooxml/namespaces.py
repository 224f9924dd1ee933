"""The names of elements and attributes in a package: ``qn("x:row")``."""

from __future__ import annotations

from functools import cache

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"

NAMESPACES = {
    "x": MAIN,
    "x14": "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
    "xm": "http://schemas.microsoft.com/office/excel/2006/main",
    "r": OFFICE_RELATIONSHIP,
    "rel": PACKAGE_RELATIONSHIP,
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "cp": "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
    "vt": "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
}
"""The prefixes that Excel writes; ``rel`` stands for what it writes without one in the lists of relationships."""


@cache
def qn(path: str) -> str:
    """A name, or a path of names, as lxml has it: ``x:sheets/x:sheet``. KeyError for a prefix that is not known.

    Steps without a prefix (``.``, ``*``, ``{*}*``) stay as they are.
    """
    return "/".join(_step(step) for step in path.split("/"))


def declared(*prefixes: str) -> dict[str, str]:
    """The namespaces of some prefixes, as a new element declares them."""
    return {prefix: NAMESPACES[prefix] for prefix in prefixes}


def _step(step: str) -> str:
    prefix, colon, name = step.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{name}" if colon else step
