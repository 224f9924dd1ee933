"""Adds kpixl's sheets to a workbook that the owner already has, behind hers, and changes nothing of hers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.files import ensure_free, ensure_new, ensure_same_ending, locked
from kpixl.i18n import language
from kpixl.message import phrase
from kpixl.ooxml.defined_names import remove_names
from kpixl.ooxml.graft import graft
from kpixl.ooxml.package import Package
from kpixl.ooxml.properties import mark
from kpixl.period import DateSystem
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.sheets_to_take import Proposal, proposals
from kpixl.workbook import layout
from kpixl.workbook.aliases import AS_USUAL, PREFIX, Aliases
from kpixl.workbook.blank import new_package
from kpixl.workbook.grid import BLOCK_PREFIX, OWN_PREFIX
from kpixl.workbook.pack_part import embed
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from kpixl.entries import Setup
    from kpixl.verbs.progress import Reporter

_GONE = "#REF!"
"""What Excel makes of a reference to a sheet that was deleted."""
_FUNCTIONS = "KPI_"
_OLD_MACROS = ("/relationships/xlMacrosheet", "/relationships/xlIntlMacrosheet")


class AlreadyOurs(WorkbookError):
    """The workbook has kpixl's sheets."""

    code = "already_ours"
    template = N_("{path} has kpixl’s sheets already; use “kpixl refresh” or “kpixl roll” on it.")


class NameTaken(WorkbookError):
    """The name by which one of ours goes where it has to give way is the owner's."""

    code = "name_taken"
    template = N_(
        "{path} has a name “{name}” of its own, which kpixl needs; rename it in Excel (Formulas > Name Manager)."
    )


class StructureLocked(WorkbookError):
    """A workbook to which its owner has forbidden to add sheets."""

    code = "structure_locked"
    template = N_(
        "{path} is protected against new sheets; lift that in Excel (Review > Protect Workbook) and try again."
    )


class OldMacros(WorkbookError):
    """A macro sheet as before VBA, which makes the whole workbook unreadable to the reader."""

    code = "old_macros"
    template = N_(
        "{path} has a sheet of Excel 4.0 macros, “{sheet}”, beside which kpixl can read nothing; move that sheet to "
        "another workbook and try again."
    )


@dataclass(frozen=True)
class Adopted:
    """A workbook with kpixl's sheets in it."""

    path: Path
    backup: Path | None
    """Of the workbook as it was; None where it was left alone."""
    sheets: tuple[str, ...]
    """The names of the added sheets that can be seen."""
    renamed: Mapping[str, str]
    """Our tables and names that had to give way to the owner's -> what they are called in this workbook."""
    proposals: tuple[Proposal, ...] = ()
    """Sheets of the owner's whose rows could be taken in."""


def adopt(path: Path, setup: Setup, *, now: datetime, out: Path | None = None, progress: Reporter = quiet) -> Adopted:
    """Add the sheets of a new workbook to the one at ``path``, which is kept as a backup; or leave it and write
    ``out``, which must not exist (FileExists). kpixl's sheets count their days as the workbook does. AlreadyOurs,
    NameTaken, OldMacros, SharedWorkbook or TooManyFormats where they cannot stand beside what is there; UnknownChoice
    for no business or language."""
    with locked(path, out or path):
        return _adopted(path, setup, now, out, progress)


def _adopted(path: Path, setup: Setup, now: datetime, out: Path | None, progress: Reporter) -> Adopted:
    progress(0, 3, N_("Reading the workbook"))
    package = Package.open(path)
    target = out or path
    if out is not None:
        ensure_same_ending(path, out)
        ensure_new(out)
    ensure_free(target)
    _refuse_old_macros(package)
    if package.is_structure_locked:
        raise StructureLocked(path=path.name)
    was_ours = _without_remains(package)
    setup = replace(setup, days=DateSystem.of(date1904=package.date1904))
    business = setup.owner()
    titles = layout.free_titles(
        layout.titles(business, language(setup.language)), {sheet.name for sheet in package.sheets}
    )

    def made(aliases: Aliases) -> Package:
        return new_package(setup, path, now=now, titles=titles, aliases=aliases)

    ours = made(AS_USUAL)
    aliases = _aliases(package, ours)
    if aliases.names:
        ours = made(aliases)
    progress(1, 3, N_("Computing the KPIs"))
    done = Done("adopt", written=phrase(N_("The sheets of kpixl.")))
    refresh_package(ours, now=now, rows_changed=True, unfilled=True, done=done)
    graft(package, ours)
    if business.pack:
        embed(package, business.pack)
    mark(package, _property_for(package, was_ours), ours.custom_properties[layout.PROPERTY])
    progress(2, 3, N_("Saving"))
    found = proposals(package, read(package), {*titles.values()})
    backup = package.save(target, backup=now, new=out is not None)
    shown = tuple(titles[key] for key in layout.sheet_order(business) if key != "hidden")
    return Adopted(target, backup, shown, aliases.names, found)


def _without_remains(package: Package) -> bool:
    """Take away the names that are left of kpixl's sheets where the owner has deleted those in Excel; whether there
    were any. AlreadyOurs where the sheets are there."""
    names = package.defined_names
    blocks = [text for name, text in names.items() if name.startswith(BLOCK_PREFIX)]
    if not blocks:
        return False
    if not all(_GONE in text for text in blocks):
        raise AlreadyOurs(path=package.path.name)
    remove_names(package, [name for name, text in names.items() if _GONE in text or name.startswith(_FUNCTIONS)])
    return True


def _property_for(package: Package, was_ours: bool) -> str:
    """The document property that is to hold the layout's version: another one where the owner has one of its name."""
    taken = {name.lower() for name in package.custom_properties}
    return layout.OTHER_PROPERTY if layout.PROPERTY in taken and not was_ours else layout.PROPERTY


def _refuse_old_macros(package: Package) -> None:
    parts = {r.target for r in package.relationships(package.workbook_part) if r.type.endswith(_OLD_MACROS)}
    for sheet in package.sheets:
        if sheet.part in parts:
            raise OldMacros(path=package.path.name, sheet=sheet.name)


def _aliases(package: Package, ours: Package) -> Aliases:
    """Other names for what the owner has called so already."""
    taken = {name.lower() for name in (*package.defined_names, *(table.name for table in package.tables))}
    names = {*ours.defined_names, *(table.name for table in ours.tables)}
    for name in sorted(package.defined_names):
        # No other name goes for these: the workbook is known by them.
        if name.lower().startswith(OWN_PREFIX):
            raise NameTaken(path=package.path.name, name=name)
    for name in sorted(names):
        # Even where ours need not give way: his would be taken for the name that ours goes by.
        if (PREFIX + name).lower() in taken:
            raise NameTaken(path=package.path.name, name=PREFIX + name)
    return Aliases.avoiding(names, taken)
