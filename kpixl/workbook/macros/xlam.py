"""The add-in: a workbook without a window that brings the functions into every workbook, their help, and the tab kpixl.

It speaks the language of Excel. One that is made without Python has the functions, their help and the tab's buttons for
the sheets of a workbook; nothing in it calls a program.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl import Workbook

from kpixl.catalog import businesses
from kpixl.errors import N_
from kpixl.functions.describe import descriptions
from kpixl.functions.udf import CATEGORY
from kpixl.i18n import language
from kpixl.languages import ENGLISH, codes
from kpixl.languages.load import particulars
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.ooxml.vba.project import ADD_IN, Module, add_macros, literal
from kpixl.ooxml.vba.reader import module_texts
from kpixl.texts.render import rendered
from kpixl.version import __version__
from kpixl.workbook import layout
from kpixl.workbook.finish import order_fonts
from kpixl.workbook.grid import BLOCK_PREFIX
from kpixl.workbook.macros import functions_vba
from kpixl.workbook.macros.buttons import BUTTONS, CHOOSE, KINDS, PICK, Button
from kpixl.workbook.macros.functions_udf import BRIDGE, CONF_SHEET, NO_PYTHON, bridge, conf
from kpixl.workbook.macros.registration import calls, told
from kpixl.workbook.macros.ribbon import DECLARATION, GROUPS, put_ribbon
from kpixl.workbook.saved import saved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kpixl.catalog.model import Business
    from kpixl.i18n import Language

FILE = "kpixl.xlam"
"""What the add-in is called in every variant: cells remember the function by it."""
_SHEET = "kpixl"
_PIECE = 60
_VERSION = re.compile(r'KPIXL_VERSION As String = "([^"]*)"')
_PACK = re.compile(r'KPIXL_PACK As String = "([^"]*)"')


class Inside(NamedTuple):
    """What a file that is an add-in of kpixl's says of itself."""

    version: str
    python: bool
    """Whether it calls Python."""
    pack: str
    """The id of the pack whose functions it has; empty where it has none."""


@dataclass(frozen=True)
class SheetButton(Button):
    """A button that shows a sheet of the workbook in front."""

    block: str = ""
    """What is on that sheet."""


@dataclass(frozen=True)
class Choice:
    """What is asked of a workbook that is to be made: an item of a list, or a text."""

    id: str
    label: str
    tip: str
    key: str
    size: str
    """A text as wide as the box."""
    items: bool = False


CREATE = Button(
    "KpixlCreate",
    "new",
    N_("Create"),
    N_("Makes an empty workbook of what is chosen beside this, and opens it."),
    "FileNew",
    "workbook",
    "E",
)
CHOICES = (
    Choice("KpixlBusiness", N_("Business"), N_("The kind of business: it decides the KPIs."), "B", "x" * 30, True),
    Choice("KpixlLanguageOf", N_("Language"), N_("The language of the workbook; it stays."), "L", "x" * 14, True),
    Choice("KpixlName", N_("Name"), N_("The company’s name, as it is to stand on the sheets."), "A", "x" * 20),
    Choice("KpixlPeriod", N_("Period"), N_("2026-10, 2026-Q4, 2026-W43 or 2026."), "D", "x" * 9),
    Choice("KpixlCurrency", N_("Currency"), N_("Three letters, such as EUR; it stays."), "M", "x" * 6),
)
SHOWS = (
    SheetButton("KpixlWhatIf", "", N_("What if"), N_("Shows the sheet on which you try out other figures."),
          "WhatIfAnalysisMenu", "figures", "W", "what_if"),
    SheetButton("KpixlBehind", "", N_("Rows behind it"), N_("Shows the sheet with the rows behind each KPI."),
          "TraceDependents", "figures", "V", "behind"),
    SheetButton("KpixlSettings", "", N_("Settings"), N_("Shows the sheet with the period and the settings."),
          "ControlProperties", "workbook", "S", "settings"),
)  # fmt: skip
FOLDER = Button(
    "KpixlFolder",
    "",
    N_("Open folder"),
    N_("Opens the folder in which the workbook in front is saved."),
    "FileOpen",
    "workbook",
    "O",
)
GUIDE = Button(
    "KpixlGuide",
    "",
    N_("Guide"),
    N_("Shows the guide of the workbook in front; with another workbook, the list of kpixl’s functions."),
    "FunctionWizard",
    "workbook",
    "G",
)
_MESSAGES = {
    "no_python": NO_PYTHON,
    "starting": N_("starting …"),
    "none": N_("No workbook is open; open one and try again."),
    "not_ours": N_("{path} is no workbook of kpixl; open one and try again."),
    "never_saved": N_("{path} has no file yet; save it in a folder of this computer first (File > Save As)."),
    "no_sheet": N_("{path} lacks this sheet; “Undo last change” brings back what was there."),
    "adopt": N_(
        "{path} is no workbook of kpixl. Add kpixl’s sheets to it, for “{business}” in {language}? (Another business "
        "or language can be chosen in the tab first.)"
    ),
    "pick": PICK,
    "choose": CHOOSE,
    "kinds": KINDS,
    "list.function": N_("Function"),
    "list.help": N_("What it gives"),
    "list.arguments": N_("Arguments"),
    "list.example": N_("Example"),
}
_GROUP_NEW = N_("New workbook")


def package(path: Path, code: str, *, python: bool, here: bool = False, owner: Business | None = None) -> Package:
    """The add-in that is to be saved at ``path``. ``code`` is the language of the help that Excel shows until it has
    started once; all else is in that of Excel. One that is for the computer ``here`` knows its Python; one for the
    ``owner`` that is of a pack has the functions of its KPIs as well."""
    book = Workbook()
    book.active.title = _SHEET
    book.active["A1"] = f"kpixl {__version__}"
    book.properties.title = _SHEET
    book.views[0].visibility = "hidden"
    made = Package.from_bytes(saved(book), path)
    order_fonts(made)
    make_add_in(made, modules(code, python=python, owner=owner), conf(here=here) if python else {})
    return made


def make_add_in(package: Package, modules: Sequence[Module], settings: Mapping[str, str]) -> None:
    """Make a workbook without macros an add-in with these; ``settings`` say where Python is, if it calls any."""
    if settings:
        add_plain_sheet(package, CONF_SHEET, settings.items())
    add_macros(package, modules, ADD_IN)
    put_ribbon(package, ribbon(python=bool(settings)))


def modules(code: str, *, python: bool, owner: Business | None = None) -> tuple[Module, ...]:
    """The add-in's VBA, with the functions of the ``owner`` that is of a pack."""
    called = (bridge('KpixlSay("no_python")', "KpixlFront()"),) if python else ()
    return (
        *functions_vba.modules(code, owner),
        *(_help(other, owner) for other in codes()),
        _host(python=python),
        Module("KpixlEvents", rendered("addin_events.cls.j2"), is_class=True),
        Module("KpixlAddIn", _source(python=python, pack=owner.id if owner is not None and owner.pack else "")),
        *called,
    )


def ribbon(*, python: bool) -> bytes:
    """The tab, whose texts Excel asks for."""
    groups = [
        {"id": id_, "buttons": [{**vars(one), "twice": one in BUTTONS} for one in _buttons(python) if one.group == id_]}
        for id_ in GROUPS
    ]
    shown = [group for group in groups if group["buttons"]]
    text = rendered("ribbon_addin.xml.j2", choices=CHOICES if python else (), create=CREATE, groups=shown)
    return DECLARATION + text.encode()


def version_in(content: bytes) -> Inside | None:
    """What the add-in in a file's bytes is; None where it is none of kpixl's."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith("vbaproject.bin")]
            texts = module_texts(archive.read(names[0])) if names else {}
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    source = texts.get("KpixlAddIn", "")
    found, pack = _VERSION.search(source), _PACK.search(source)
    return Inside(found[1], BRIDGE in texts, pack[1] if pack else "") if found else None


def _buttons(python: bool) -> tuple[Button, ...]:
    return (*BUTTONS, *SHOWS, FOLDER, GUIDE) if python else (*SHOWS, FOLDER, GUIDE)


# Modules


def _source(*, python: bool, pack: str) -> str:
    return rendered(
        "addin.bas.j2",
        version=__version__,
        pack=pack,
        category=CATEGORY,
        conf_sheet=CONF_SHEET,
        block_prefix=BLOCK_PREFIX,
        languages=codes(),
        currencies=[particulars(code).currency for code in codes()],
        businesses=[one.id for one in businesses()],
        choices=CHOICES if python else (),
        create=CREATE,
        shows=SHOWS,
        buttons=BUTTONS,
        column_prefix=layout.COLUMN_PREFIX,
        others=f"{BLOCK_PREFIX.split('.')[1]} {layout.PAST} {layout.IMPORTS}",
        **{key: f'KpixlSay("{key}")' for key in ("pick", "choose", "kinds")},
    )


def _help(code: str, owner: Business | None) -> Module:
    described = descriptions(code, owner)
    head = ["Option Explicit", "Option Private Module", "", f"Public Sub KpixlHelp_{code}()"]
    lines = [*head, *calls(described, f"_{code}"), "End Sub", ""]
    return Module(f"KpixlHelp{code.title()}", "\n".join(lines) + told(described, f"_{code}", with_example=True))


def _host(*, python: bool) -> Module:
    known: list[dict[str, Any]] = [
        {"code": code, "number": particulars(code).windows_number, "countries": particulars(code).countries}
        for code in codes()
    ]
    said = {code: {key: _pieces(text) for key, text in _texts(code, python).items()} for code in codes()}
    return Module("KpixlHost", rendered("addin_host.bas.j2", english=ENGLISH, known=known, said=said))


def _texts(code: str, python: bool) -> Mapping[str, str]:
    """Every text of the tab in a language, by what it is for."""
    t = language(code)
    texts = {key: t(text) for key, text in _MESSAGES.items()}
    texts |= {f"KpixlGroup_{id_}.label": t(label) for id_, label in {**GROUPS, "new": _GROUP_NEW}.items()}
    named = [(one.macro, one.label, one.tip) for one in (*_buttons(python), CREATE)]
    for key, label, tip in (*named, *((one.id, one.label, one.tip) for one in CHOICES)):
        texts |= {f"{key}.label": t(label), f"{key}.tip": t(tip)}
    texts |= {f"KpixlBusiness.{number}": t(one.name) for number, one in enumerate(businesses())}
    texts |= {f"KpixlLanguageOf.{number}": _own_name(language(one)) for number, one in enumerate(codes())}
    return texts


def _own_name(t: Language) -> str:
    """What a language calls itself."""
    return t.language_name(t.code)


def _pieces(text: str) -> list[str]:
    return [literal(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
