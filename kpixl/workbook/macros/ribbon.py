"""The ribbon tab of a workbook with macros: a part of its own, which Excel shows while the workbook is in front.

Calls the macros of the buttons. Never changes a ribbon that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.i18n import language
from kpixl.texts.render import rendered
from kpixl.workbook.macros.buttons import BUTTONS

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package

PART = "customUI/customUI14.xml"
RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"

GROUPS = {"figures": N_("KPIs"), "rows": N_("Rows"), "workbook": N_("Workbook")}
DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


def ribbon(code: str) -> bytes:
    """The tab with a button for every one of the dashboard, in a language."""
    t = language(code)
    groups = [
        {
            "id": id_,
            "label": t(label),
            "buttons": [
                {
                    "id": button.macro,
                    "label": t(button.label),
                    "tip": t(button.tip),
                    "icon": button.icon,
                    "key": button.key,
                    "macro": f"{button.macro}Ribbon",
                }
                for button in BUTTONS
                if button.group == id_
            ],
        }
        for id_, label in GROUPS.items()
    ]
    return DECLARATION + rendered("ribbon.xml.j2", groups=groups).encode()


def add_ribbon(package: Package, code: str) -> None:
    """Give a package the tab; ValueError where it has a part for one already."""
    put_ribbon(package, ribbon(code))


def put_ribbon(package: Package, content: bytes) -> None:
    """Give a package a tab; ValueError where it has a part for one already."""
    package.add(PART, content, "application/xml", "xml")
    package.add_relationship("", RELATIONSHIP, PART)
