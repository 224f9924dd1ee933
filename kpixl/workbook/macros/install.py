"""Gives a package the functions for cells in VBA, and what calls Python. Never changes macros of the owner's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.functions.describe import functions_of
from kpixl.i18n import language
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.ooxml.vba.project import add_macros, literal, replace_macros
from kpixl.ooxml.vba.reader import module_texts
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.ooxml.vba.project import Module

MACROS = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_LAMBDA = "_xlfn.LAMBDA("
_PROCEDURE = re.compile(
    r"^[ \t]*(?:(?:Public|Private|Friend|Static)[ \t]+)*(?:Sub|Function|Property[ \t]+\w+)[ \t]+(\w+)",
    re.IGNORECASE | re.MULTILINE,
)
_SAYS_NOTHING = re.compile(r"Attribute .*|Option Explicit|", re.IGNORECASE)


class FunctionNameTaken(WorkbookError):
    """A name of the owner's that a function needs."""

    code = "function_name_taken"
    template = N_(
        "{path} has a name “{name}” of its own, which is the name of a function; rename it (Formulas > Name Manager)."
    )


def vba_modules(*, udf: bool, code: str, owner: Business | None = None) -> tuple[Module, ...]:
    """The functions' VBA, with their help in a language: to call Python, or to compute by itself, then with the KPIs of
    the ``owner`` of the workbook where that is of a pack."""
    if udf:
        from kpixl.workbook.macros.functions_udf import modules

        return modules(code)
    from kpixl.workbook.macros import functions_vba

    return functions_vba.modules(code, owner)


def add_functions(package: Package, *, udf: bool, code: str) -> None:
    """Make the package of a new workbook one that has the functions in VBA, and what calls Python whatever the
    functions do: buttons on its dashboard and a tab in the ribbon."""
    from kpixl.workbook.macros import buttons, ribbon

    business = read(package).entries.business
    buttons.add_buttons(package, business, code)
    ribbon.add_ribbon(package, code)
    put_modules(package, _with_buttons(owner=business, udf=udf, code=code), bridged=True, owner=business)


def _with_buttons(*, owner: Business, udf: bool, code: str) -> tuple[Module, ...]:
    """The functions' VBA, and that of the buttons of a workbook."""
    from kpixl.workbook.macros import buttons
    from kpixl.workbook.macros.functions_udf import NO_PYTHON, bridge

    called = () if udf else (bridge(literal(language(code)(NO_PYTHON))),)
    return (*vba_modules(udf=udf, code=code, owner=owner), *called, buttons.module(owner, code))


def renew_functions(package: Package, before: Business | None, after: Business, code: str) -> bool:
    """Write the functions in VBA anew, and what stands behind the buttons, for a newer version of a workbook's pack;
    False where it keeps older ones, since its macros are signed or not kpixl's alone: with a procedure that kpixl has
    in them neither for ``before`` nor for ``after``."""
    from kpixl.workbook.macros.buttons import MODULE
    from kpixl.workbook.macros.functions_udf import WRAPPER
    from kpixl.workbook.macros.functions_vba import FUNCTIONS

    parts = package.related(package.workbook_part, MACROS)
    try:
        there = module_texts(package.read(parts[0])) if parts else {}
    except ValueError:
        return False
    udf = WRAPPER in there
    if not udf and FUNCTIONS not in there:
        return True
    made = _with_buttons if MODULE in there else vba_modules
    wanted = made(owner=after, udf=udf, code=code)
    known: dict[str, set[str]] = {}
    for module in (*wanted, *made(owner=before or after, udf=udf, code=code)):
        known.setdefault(module.name, set()).update(_procedures(module.source))
    if package.relationships(parts[0]) or not all(_is_ours(text, known.get(name)) for name, text in there.items()):
        return udf  # those that call Python are the same for every pack
    replace_macros(package, wanted)
    package.set_full_calc_on_load()
    return True


def _is_ours(text: str, known: set[str] | None) -> bool:
    """Whether a module holds no procedure but those that are ``known`` of it; without any, nothing that does
    something."""
    if known is None:
        return all(_SAYS_NOTHING.fullmatch(line.strip()) for line in text.splitlines())
    return _procedures(text) <= known


def _procedures(text: str) -> set[str]:
    return {name.lower() for name in _PROCEDURE.findall(text)}


def put_modules(package: Package, modules: tuple[Module, ...], *, bridged: bool, owner: Business | None = None) -> None:
    """Make a package without macros one that has them, in the place of the functions that it has as names; with the
    settings of the bridge to Python where it is ``bridged``."""
    _drop_names(package, owner)
    if bridged:
        add_conf(package)
    add_macros(package, modules)
    package.set_full_calc_on_load()


def add_conf(package: Package) -> None:
    """Add the sheet that tells xlwings where Python is, unless the owner has one."""
    from kpixl.workbook.macros.functions_udf import CONF_SHEET, conf

    if all(sheet.name.lower() != CONF_SHEET for sheet in package.sheets):
        add_plain_sheet(package, CONF_SHEET, conf().items())


def _drop_names(package: Package, owner: Business | None) -> None:
    """Excel refuses a function of VBA where a name is called so."""
    root = package.tree(package.workbook_part)
    for entry in root.findall(qn("x:definedNames/x:definedName")):
        name = entry.get("name", "")
        if name.upper() not in functions_of(owner):
            continue
        if not (entry.text or "").startswith(_LAMBDA):
            raise FunctionNameTaken(path=package.path.name, name=name)
        holder = entry.getparent()
        assert holder is not None
        holder.remove(entry)
        if not len(holder):
            root.remove(holder)
    package.replace(package.workbook_part, root)
