"""A new workbook, without rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kpixl.errors import N_, NotXlsx, UsageError
from kpixl.files import ensure_new
from kpixl.message import phrase
from kpixl.verbs.refresh import refresh_package
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.entries import Setup

ENDINGS = {None: ".xlsx", "vba": ".xlsm", "udf": ".xlsm"}
"""What a new workbook is called, by the functions that it has as macros."""


class NotXlsm(UsageError):
    """A new workbook with macros under another ending."""

    code = "not_xlsm"
    template = N_("A workbook with macros must be called something.xlsm; {path} is not.")


def new(setup: Setup, out: Path, *, now: datetime, macros: Literal["vba", "udf"] | None = None) -> Path:
    """Make a new workbook without rows; FileExists where ``out`` is there already, NotXlsx or NotXlsm where it is
    called otherwise, UnknownChoice where the catalogue has no such business. With ``macros`` it has the functions for
    cells in VBA: those that compute there, or those that call Python."""
    from kpixl.workbook.blank import new_package

    if out.suffix.lower() != ENDINGS[macros]:
        raise NotXlsm(path=out.name) if macros else NotXlsx(path=out.name)
    ensure_new(out)
    package = new_package(setup, out, now=now)
    done = Done("new", written=phrase(N_("A new workbook.")))
    refresh_package(package, now=now, rows_changed=True, unfilled=True, done=done)
    if macros:
        from kpixl.workbook.macros.install import add_functions

        add_functions(package, udf=macros == "udf", code=setup.language)
    package.save(out, new=True)
    return out
