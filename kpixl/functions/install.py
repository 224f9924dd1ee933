"""Puts the functions for cells into a workbook that is there, or their modules into files for importing by hand.

Never changes macros of the owner's, and never writes over a file of another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, FileExists, NotAWorkbook, WorkbookError
from kpixl.functions.describe import functions
from kpixl.workbook.files import ensure_free, unwritable
from kpixl.workbook.package import MAIN, Package
from kpixl.workbook.plain_sheet import add_plain_sheet
from kpixl.workbook.read import read
from kpixl.workbook.vba_project import add_macros

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.workbook.vba_project import Module

WITH_MACROS = ".xlsm"
CONF_FILE = "xlwings.conf"
_MACROS = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_LAMBDA = "_xlfn.LAMBDA("


class OwnMacros(WorkbookError):
    """A workbook with macros, which would have to be changed."""

    code = "own_macros"
    template = N_(
        "{path} has macros already, which kpixl does not touch; write the modules with “kpixl functions export” and "
        "import them in Excel (Alt+F11, File > Import File)."
    )


class CopyExists(WorkbookError):
    """The copy that is to have the macros is there already."""

    code = "copy_exists"
    template = N_("{path} exists already and was left alone; rename or move it and try again.")


class FunctionNameTaken(WorkbookError):
    """A name of the owner's that a function needs."""

    code = "function_name_taken"
    template = N_(
        "{path} has a name “{name}” of its own, which is the name of a function; rename it (Formulas > Name Manager)."
    )


@dataclass(frozen=True)
class Installed:
    """A workbook with the functions in it."""

    path: Path
    source: Path
    """The workbook that they were asked for, which stays as it is where ``path`` is another."""
    backup: Path | None
    udf: bool
    language: str


def vba_modules(*, udf: bool, code: str) -> tuple[Module, ...]:
    """The functions' VBA, with their help in a language: to call Python, or to compute by itself."""
    if udf:
        from kpixl.functions.wrapper import modules

        return modules(code)
    from kpixl.functions import vba

    return vba.modules(code)


def install(path: Path, *, udf: bool, code: str | None, otherwise: str) -> Installed:
    """Add the functions to the .xlsm at ``path``, which is kept as a backup, or to a copy of an .xlsx beside it that
    is called .xlsm. Their help is in the language ``code``; without one in that of the workbook, or ``otherwise``
    where it is none of kpixl's."""
    package = Package.open(path)
    suffix = path.suffix.lower()
    if suffix not in (WITH_MACROS, ".xlsx"):
        raise NotAWorkbook(path=path.name)
    out = path if suffix == WITH_MACROS else path.with_suffix(WITH_MACROS)
    if out != path and out.exists():
        raise CopyExists(path=out.name)
    if any(related.type == _MACROS for related in package.relationships(package.workbook_part)):
        raise OwnMacros(path=path.name)
    ensure_free(out)
    spoken = code or _language(package) or otherwise
    _add(package, vba_modules(udf=udf, code=spoken), bridged=udf)
    return Installed(out, path, package.save(out, backup=True), udf, spoken)


def add_functions(package: Package, *, udf: bool, code: str) -> None:
    """Make the package of a new workbook one that has the functions in VBA, and what calls Python whatever the
    functions do: buttons on its dashboard and a tab in the ribbon."""
    from kpixl.functions.wrapper import bridge
    from kpixl.workbook import buttons, ribbon

    business = read(package).entries.business
    buttons.add_buttons(package, business, code)
    ribbon.add_ribbon(package, code)
    others = (buttons.module(business, code),) if udf else (bridge(), buttons.module(business, code))
    _add(package, (*vba_modules(udf=udf, code=code), *others), bridged=True)


def _add(package: Package, modules: tuple[Module, ...], *, bridged: bool) -> None:
    """Make a package without macros one that has them, in the place of the functions that it has as names; with the
    settings of the bridge to Python where it is ``bridged``."""
    _drop_names(package)
    if bridged:
        add_conf(package)
    add_macros(package, modules)
    package.set_full_calc_on_load()


def add_conf(package: Package) -> None:
    """Add the sheet that tells xlwings where Python is, unless the owner has one."""
    from kpixl.functions.wrapper import CONF_SHEET, conf

    if all(sheet.name.lower() != CONF_SHEET for sheet in package.sheets):
        add_plain_sheet(package, CONF_SHEET, conf().items())


@dataclass(frozen=True)
class Exported:
    """Modules as files."""

    modules: tuple[Path, ...]
    settings: Path | None
    """What xlwings reads beside the workbook."""


def export(folder: Path, *, udf: bool, code: str) -> Exported:
    """Write the modules into ``folder``, as the VBA editor imports them; FileExists where one is there."""
    texts = {folder / f"{module.name}{_ending(module)}": _text(module) for module in vba_modules(udf=udf, code=code)}
    done = Exported(tuple(texts), folder / CONF_FILE if udf else None)
    if done.settings:
        texts[done.settings] = _conf_text()
    for path in texts:
        if path.exists():
            raise FileExists(path=path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_bytes(text.encode("cp1252"))
    except OSError as error:
        raise unwritable(folder, error) from error
    return done


def _language(package: Package) -> str | None:
    try:
        return read(package).entries.language
    except WorkbookError:
        return None


def _ending(module: Module) -> str:
    return ".cls" if module.is_class else ".bas"


def _text(module: Module) -> str:
    head = ["VERSION 1.0 CLASS", "BEGIN", "  MultiUse = -1  'True", "END"] if module.is_class else []
    lines = [*head, f'Attribute VB_Name = "{module.name}"', *module.source.splitlines()]
    return "".join(f"{line}\r\n" for line in lines)


def _conf_text() -> str:
    from kpixl.functions.wrapper import conf

    return "".join(f'"{name}","{value}"\r\n' for name, value in conf().items())


def _drop_names(package: Package) -> None:
    """Excel refuses a function of VBA where a name is called so."""
    root = package.tree(package.workbook_part)
    for entry in root.findall(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName"):
        name = entry.get("name", "")
        if name.upper() not in functions():
            continue
        if not (entry.text or "").startswith(_LAMBDA):
            raise FunctionNameTaken(path=package.path.name, name=name)
        holder = entry.getparent()
        assert holder is not None
        holder.remove(entry)
        if not len(holder):
            root.remove(holder)
    package.replace(package.workbook_part, root)
