"""VBA modules in a workbook: the project as Excel stores it, and a package that is to carry it.

Never changes a project that is there already but by ``replace_macros``, and runs nothing.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.elements import in_order
from kpixl.ooxml.parts import CONTENT_TYPES
from kpixl.ooxml.vba.compound import compound_file
from kpixl.ooxml.vba.streams import CODE_PAGE, Stream, streams

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package

WORKBOOK_NAME = "ThisWorkbook"
_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_TYPE = "application/vnd.ms-office.vbaProject"
MACRO_WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ADD_IN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
"""What the workbook part is: in a workbook with macros, and in one that Excel loads without a window."""
_PART = "xl/vbaProject.bin"
_OF_WORKBOOK, _OF_SHEET, _OF_CHART, _OF_CLASS = (
    "0{00020819-0000-0000-C000-000000000046}",
    "0{00020820-0000-0000-C000-000000000046}",
    "0{00020821-0000-0000-C000-000000000046}",
    "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
)
_WORKBOOK_ORDER = ("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets")
_SHEET_ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData")


@dataclass(frozen=True)
class Module:
    """A module's text without its Attribute lines; a standard one unless it ``is_class``.

    Lines end in CRLF or LF. The text must be one of code page 1252: what else a literal needs is written with ChrW.
    """

    name: str
    source: str
    is_class: bool = False


def vba_project(
    modules: Sequence[Module], *, sheets: Sequence[str], charts: Collection[str] = (), workbook: str = WORKBOOK_NAME
) -> bytes:
    """A vbaProject.bin with the modules, one for the workbook, and one for each sheet, by their code names; ``charts``
    are those sheets that are charts. ValueError for a name that comes twice."""
    names = [workbook, *sheets, *(module.name for module in modules)]
    if len({name.lower() for name in names}) < len(names):
        raise ValueError(f"two modules of one name among {names}")
    documents = [
        Stream(workbook, "Document", _attributes(workbook, _OF_WORKBOOK)),
        *(Stream(name, "Document", _attributes(name, _OF_CHART if name in charts else _OF_SHEET)) for name in sheets),
    ]
    return compound_file(streams([*documents, *map(_stream, modules)]))


def add_macros(package: Package, modules: Sequence[Module], kind: str = MACRO_WORKBOOK) -> None:
    """Make ``package`` a workbook with macros, or an ``ADD_IN``; ValueError where it has some already.

    Code names that Excel gave its sheets earlier stay. Every sheet is parsed for its own.
    """
    part = package.workbook_part
    if any(related.type == _RELATIONSHIP for related in package.relationships(part)):
        raise ValueError("the workbook has macros already")
    package.add(_PART, _project(package, modules), _TYPE, "bin")
    package.add_relationship(part, _RELATIONSHIP, _PART)
    _set_type(package, part, kind)


def replace_macros(package: Package, modules: Sequence[Module]) -> None:
    """Write the project of a workbook with macros anew, with these modules alone; ValueError where it has none."""
    (part,) = package.related(package.workbook_part, _RELATIONSHIP)
    package.replace(part, _project(package, modules))


def _project(package: Package, modules: Sequence[Module]) -> bytes:
    """A project for a package, with a module for each of its sheets, which get a code name where they have none."""
    part = package.workbook_part
    root = package.tree(part)
    settings = in_order(root, "workbookPr", _WORKBOOK_ORDER)
    taken = {module.name.lower() for module in modules}
    workbook = _code_name(settings, [WORKBOOK_NAME], taken)
    package.replace(part, root)
    sheets, charts = _name_sheets(package, taken)
    return vba_project(modules, sheets=[*sheets, *charts], charts=charts, workbook=workbook)


def _name_sheets(package: Package, taken: set[str]) -> tuple[list[str], list[str]]:
    """The code names of the sheets, and of those that are charts. A sheet of another kind has no module."""
    names: dict[str, list[str]] = {"worksheet": [], "chartsheet": []}
    for sheet in package.sheets:
        root = package.tree(sheet.part)
        kind = etree.QName(root).localname
        if kind in names:
            properties = in_order(root, "sheetPr", _SHEET_ORDER)
            names[kind].append(_code_name(properties, (f"Sheet{number}" for number in itertools.count(1)), taken))
            package.replace(sheet.part, root)
    return names["worksheet"], names["chartsheet"]


def _code_name(properties: Element, otherwise: Iterable[str], taken: set[str]) -> str:
    """The code name that stands in ``properties``, or a free one of ``otherwise`` where there is none to keep."""
    own = properties.get("codeName", "")
    keep = own.isidentifier() and own.encode(CODE_PAGE, "ignore").decode(CODE_PAGE) == own
    for name in itertools.chain([own] if keep else [], otherwise):
        if name.lower() not in taken:
            taken.add(name.lower())
            properties.set("codeName", name)
            return name
    raise ValueError(f"no code name is free beside {sorted(taken)}")


def _set_type(package: Package, part: str, content_type: str) -> None:
    types = package.tree(CONTENT_TYPES)
    for entry in list(types.iterchildren("{*}Override")):
        if entry.get("PartName", "").lstrip("/").lower() == part.lower():
            types.remove(entry)
    tag = f"{{{etree.QName(types).namespace}}}Override"
    etree.SubElement(types, tag, PartName=f"/{part}", ContentType=content_type)
    package.replace(CONTENT_TYPES, types)


def _stream(module: Module) -> Stream:
    text = "\r\n".join(module.source.splitlines()) + "\r\n"
    if module.is_class:
        return Stream(module.name, "Class", _attributes(module.name, _OF_CLASS, document=False) + text)
    return Stream(module.name, "Module", f'Attribute VB_Name = "{module.name}"\r\n{text}')


def _attributes(name: str, base: str, *, document: bool = True) -> str:
    states = {
        "GlobalNameSpace": False,
        "Creatable": False,
        "PredeclaredId": document,
        "Exposed": document,
        "TemplateDerived": False,
        "Customizable": document,
    }
    lines = [f'VB_Name = "{name}"', f'VB_Base = "{base}"', *(f"VB_{key} = {state}" for key, state in states.items())]
    return "".join(f"Attribute {line}\r\n" for line in lines)


_PLAIN = re.compile(r"[ -~]+|[^ -~]")


def literal(text: str) -> str:
    """An expression of VBA for ``text``, in ASCII whatever it holds."""
    parts = []
    for found in _PLAIN.findall(text):
        if " " <= found[0] <= "~":
            parts.append('"' + found.replace('"', '""') + '"')
        else:
            wide = found.encode("utf-16-le")
            parts += [f"ChrW({wide[at] + 256 * wide[at + 1]})" for at in range(0, len(wide), 2)]
    return " & ".join(parts) or '""'
