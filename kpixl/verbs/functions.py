"""Puts the functions for cells into a workbook that is there, or their modules into files for importing by hand.

Never changes macros of the owner's, and never writes over a file of another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, FileExists, NotAWorkbook, WorkbookError
from kpixl.files import ensure_free, locked, prepare, put_all, real, unwritable
from kpixl.verbs.pack_files import business_from
from kpixl.verbs.results import opened
from kpixl.workbook.macros.install import MACROS, put_modules, vba_modules
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.entries import Entries
    from kpixl.ooxml.package import Package
    from kpixl.ooxml.vba.project import Module

WITH_MACROS = ".xlsm"

CONF_FILE = "xlwings.conf"


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


@dataclass(frozen=True)
class Installed:
    """A workbook with the functions in it."""

    path: Path
    source: Path
    """The workbook that they were asked for, which stays as it is where ``path`` is another."""
    backup: Path | None
    """Of the .xlsm as it was; None for a copy."""
    udf: bool
    """Whether they call Python."""
    language: str
    """The code of the one that their help is in."""
    upgraded: bool = False
    """Whether the workbook was of an earlier layout, and ``path`` has been brought up to date."""


def install(path: Path, *, udf: bool, code: str | None, otherwise: str, now: datetime) -> Installed:
    """Add the functions to the .xlsm at ``path``, which is kept as a backup, or to a copy of an .xlsx beside it that is
    called .xlsm. Their help is in the language ``code``; without one in that of the workbook, or ``otherwise`` where it
    is none of kpixl's. NotAWorkbook, CopyExists, OwnMacros or FunctionNameTaken where they cannot be had."""
    with locked(path):
        return _installed(path, udf, code, otherwise, now)


def _installed(path: Path, udf: bool, code: str | None, otherwise: str, now: datetime) -> Installed:
    package, upgraded = opened(path, now)
    suffix = path.suffix.lower()
    if suffix not in (WITH_MACROS, ".xlsx"):
        raise NotAWorkbook(path=path.name)
    out = path if suffix == WITH_MACROS else path.with_suffix(WITH_MACROS)
    if out != path and out.exists():
        raise CopyExists(path=out.name)
    if any(related.type == MACROS for related in package.relationships(package.workbook_part)):
        raise OwnMacros(path=path.name)
    ensure_free(out)
    made_of = _entries(package)
    owner = made_of.business if made_of else None
    spoken = code or (made_of.language if made_of else otherwise)
    put_modules(package, vba_modules(udf=udf, code=spoken, owner=owner), bridged=udf, owner=owner)
    return Installed(out, path, package.save(out, backup=now, new=out != path), udf, spoken, upgraded)


@dataclass(frozen=True)
class Exported:
    """Modules as files."""

    modules: tuple[Path, ...]
    settings: Path | None
    """What xlwings reads beside the workbook."""


def export(folder: Path, *, udf: bool, code: str, pack: Path | None = None) -> Exported:
    """Write the modules into ``folder``, as the VBA editor imports them; FileExists where one is there. With a ``pack``
    those that compute by themselves have the functions of its KPIs as well; BadPack for one with mistakes."""
    owner = business_from(pack) if pack is not None else None
    modules = vba_modules(udf=udf, code=code, owner=owner)
    texts = {folder / f"{module.name}{_ending(module)}": _text(module) for module in modules}
    done = Exported(tuple(texts), folder / CONF_FILE if udf else None)
    if done.settings:
        texts[done.settings] = _conf_text()
    for path in texts:
        if path.exists():
            raise FileExists(path=path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    put_all([prepare(real(path), text.encode("cp1252"), None) for path, text in texts.items()])
    return done


def _entries(package: Package) -> Entries | None:
    """What is entered in a workbook; None where it is none of kpixl's."""
    try:
        return read(package).entries
    except WorkbookError:
        return None


def _ending(module: Module) -> str:
    return ".cls" if module.is_class else ".bas"


def _text(module: Module) -> str:
    head = ["VERSION 1.0 CLASS", "BEGIN", "  MultiUse = -1  'True", "END"] if module.is_class else []
    lines = [*head, f'Attribute VB_Name = "{module.name}"', *module.source.splitlines()]
    return "".join(f"{line}\r\n" for line in lines)


def _conf_text() -> str:
    from kpixl.workbook.macros.functions_udf import conf

    return "".join(f'"{name}","{value}"\r\n' for name, value in conf().items())
