"""What an owner can press in a workbook with macros: buttons on the dashboard, and the VBA behind them and the ribbon.

Each hands one command to Python through xlwings' module. Covers no cell that says something, and changes no shape that
is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lxml import etree

from kpixl import palette
from kpixl.errors import N_
from kpixl.i18n import language
from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, declared, qn
from kpixl.ooxml.vba.project import Module, literal
from kpixl.texts.render import rendered
from kpixl.workbook import layout
from kpixl.workbook.sheets.dashboard import BANDS, PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from kpixl.catalog.model import Business
    from kpixl.i18n import Language
    from kpixl.ooxml.package import Package
    from kpixl.workbook.grid import Placement

MODULE = "KpixlButtons"
PICK, CHOOSE, KINDS = (
    N_("Into which sheet do the rows belong? Type its number."),
    N_("Which file holds the rows?"),
    N_("CSV and Excel files"),
)
Group = Literal["figures", "rows", "workbook"]


@dataclass(frozen=True)
class Button:
    """One thing that can be pressed, on the dashboard and in the ribbon."""

    macro: str
    entry: str
    """The function of ``kpixl.excel``."""
    label: str
    tip: str
    icon: str
    """One of Office's own pictures."""
    group: Group
    key: str
    """The letter that presses it after Alt and the letter of the tab."""


BUTTONS = (
    Button(
        "KpixlRefresh",
        "refresh",
        N_("Refresh"),
        N_("Computes and grades the KPIs from what you have entered, and brings every sheet of results up to date."),
        "RefreshAll",
        "figures",
        "R",
    ),
    Button(
        "KpixlCheck",
        "check",
        N_("Check"),
        N_("Looks for mistakes in what you have entered, and shows the list with a link to each cell."),
        "ErrorChecking",
        "figures",
        "C",
    ),
    Button(
        "KpixlReport",
        "report",
        N_("Report"),
        N_("Makes a page of the results to send or to print, beside this workbook, and opens it."),
        "FilePrintPreview",
        "figures",
        "P",
    ),
    Button(
        "KpixlImport",
        "import_file",
        N_("Import"),
        N_("Takes the rows of another program's file (CSV or Excel) into a sheet; nothing is taken twice."),
        "ImportTextFile",
        "rows",
        "I",
    ),
    Button(
        "KpixlRoll",
        "roll",
        N_("Close period"),
        N_("Closes the period: makes the workbook of the next one beside this one, which stays as it is."),
        "FileNew",
        "workbook",
        "N",
    ),
    Button(
        "KpixlUndo",
        "undo",
        N_("Undo last change"),
        N_("Puts the workbook back as it was before kpixl last changed it."),
        "Undo",
        "workbook",
        "U",
    ),
)

_PIXEL = 9525
_ROW = "company"
_BEFORE = "met"
_SHARED = ("previous", "year", "spark", *BANDS)
_WIDTH = 74
_FIRST = sum(PIXELS[column] for column in _SHARED) - _WIDTH * len(BUTTONS)
"""In pixels: the buttons end where what Check has found begins."""
_GAP, _TOP, _BOTTOM = 2, 4 * _PIXEL, 30 * _PIXEL
"""Pixels between two buttons, and their upper and lower edge in the row."""
_CORNER = 12_000
"""How round, in parts of 100,000 of the shorter side."""


def module(business: Business, code: str) -> Module:
    """The macros of the buttons and the ribbon. Needs xlwings' module in the same project."""
    t = language(code)
    source = rendered(
        "buttons.bas.j2",
        buttons=BUTTONS,
        tables={table.id: layout.column_name(table.id, table.fields[0].id) for table in business.tables},
        pick=literal(t(PICK)),
        choose=literal(t(CHOOSE)),
        kinds=literal(t(KINDS)),
    )
    return Module(MODULE, source)


def add_buttons(package: Package, business: Business, code: str) -> None:
    """Put the buttons beside the company's name on the dashboard of a new workbook."""
    t = language(code)
    place = layout.placements(business)["dashboard"]
    (sheet,) = (sheet for sheet in package.sheets if sheet.name == layout.titles(business, t)["dashboard"])
    (drawing,) = package.related(sheet.part, OFFICE_RELATIONSHIP + "/drawing")
    root = package.tree(drawing)
    taken = {int(entry.get("id", "0")) for entry in root.iter(qn("xdr:cNvPr"))}
    for number, (button, edges) in enumerate(zip(BUTTONS, _edges(place), strict=True), max(taken, default=0) + 1):
        root.append(_anchored(button, number, place.row_numbers[_ROW], edges, t))
    package.replace(drawing, root)
    make_room(package, sheet.part, place)


def make_room(package: Package, part: str, place: Placement) -> None:
    """Where there are buttons, the company's name, which is merged over the cells below them, ends where they begin: a
    long one is made smaller instead of running on below them."""
    ours = {f"[0]!{button.macro}" for button in BUTTONS}
    drawings = map(package.tree, package.related(part, OFFICE_RELATIONSHIP + "/drawing"))
    if not any(shape.get("macro") in ours for drawing in drawings for shape in drawing.iter(qn("xdr:sp"))):
        return
    root = package.tree(part)
    whole, left = (_merged(place, until) for until in (BANDS[-1], _BEFORE))
    for merged in root.iterfind(qn("x:mergeCells/x:mergeCell")):
        if merged.get("ref") == whole:
            merged.set("ref", left)
            package.replace(part, root)


def _merged(place: Placement, until: str) -> str:
    return ":".join(cell_name(*place.position(_ROW, column)) for column in ("tick", until))


Edge = tuple[int, int]
"""A column from 1, and the EMU within it."""


def _edges(place: Placement) -> Iterator[tuple[Edge, Edge]]:
    """The left and the right edge of each button."""
    for number in range(len(BUTTONS)):
        left = _FIRST + number * _WIDTH
        yield _edge(place, left), _edge(place, left + _WIDTH - _GAP)


def _edge(place: Placement, pixels: int) -> Edge:
    """So many pixels right of where the columns begin that they stand in."""
    column = _SHARED[0]
    for column in _SHARED:
        if pixels < PIXELS[column]:
            break
        pixels -= PIXELS[column]
    return place.column_numbers[column], pixels * _PIXEL


def _anchored(button: Button, number: int, row: int, edges: tuple[Edge, Edge], t: Language) -> Element:
    """A shape in one row, from 1, between two edges. It is not printed."""
    anchor = etree.Element(qn("xdr:twoCellAnchor"), nsmap=declared("xdr", "a"), editAs="oneCell")
    for corner, (column, across), down in zip(("from", "to"), edges, (_TOP, _BOTTOM), strict=True):
        end = etree.SubElement(anchor, qn(f"xdr:{corner}"))
        for tag, value in (("col", column - 1), ("colOff", across), ("row", row - 1), ("rowOff", down)):
            etree.SubElement(end, qn(f"xdr:{tag}")).text = str(value)
    anchor.append(_shape(button, number, (_WIDTH - _GAP) * _PIXEL, t))
    etree.SubElement(anchor, qn("xdr:clientData"), fPrintsWithSheet="0")
    return anchor


def _shape(button: Button, number: int, width: int, t: Language) -> Element:
    first = button is BUTTONS[0]
    text = rendered(
        "button.xml.j2",
        macro=button.macro,
        number=number,
        width=width,
        height=_BOTTOM - _TOP,
        label=t(button.label),
        tip=t(button.tip),
        corner=_CORNER,
        fill=palette.ACCENT if first else palette.PAPER,
        line=palette.ACCENT if first else palette.FAINT,
        ink="FFFFFF" if first else palette.ACCENT,
    )
    return etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
