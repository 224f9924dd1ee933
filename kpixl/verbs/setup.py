"""The first minute: the add-in in Excel, and a folder with a sample workbook to look at. Asks nothing, and replaces no
workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog import businesses
from kpixl.errors import FileExists, WorkbookError
from kpixl.verbs.addin import NoStartFolder, install
from kpixl.verbs.demo import sample_path, sample_workbook, samples
from kpixl.verbs.doctor import excel_here
from kpixl.verbs.machine import Machine, ThisMachine, own_folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.verbs.addin import AddedIn
    from kpixl.verbs.doctor import Finding


@dataclass(frozen=True)
class Ready:
    """What the first minute has brought."""

    added: AddedIn | None
    """The add-in; None where there is no Excel for it, or ``hindrance`` says why not."""
    hindrance: WorkbookError | None
    excel: Finding
    workbook: Path
    """The sample workbook."""
    made: bool
    """Whether it was not there before."""


def setup(machine: Machine | None = None, *, code: str, now: datetime) -> Ready:
    """Install the add-in with what it needs, look for Excel, and make a sample workbook in a language in the folder
    *kpixl* of the owner's documents. What hinders the add-in hinders nothing else; NoPermission and the like where the
    folder cannot be written."""
    here = machine or ThisMachine()
    added, hindrance = None, None
    try:
        added = install(here, code=code)
    except NoStartFolder:
        pass
    except WorkbookError as error:
        hindrance = error
    excel = next(excel_here(here))
    workbook, made = _sample(own_folder(here), code, now)
    return Ready(added, hindrance, excel, workbook, made)


def _sample(folder: Path, code: str, now: datetime) -> tuple[Path, bool]:
    """The sample workbook of the first business, and whether it was made now."""
    business = next(one.id for one in businesses() if one.sample)
    currency = next((currency for _, language, currency in samples() if language == code), "USD")
    path = sample_path(folder, business, code)
    if path.exists():
        return path, False
    package, *_ = sample_workbook(folder, business, code, currency, now)
    try:
        package.save(path, new=True)
    except FileExists:  # made by another meanwhile
        return path, False
    return path, True
