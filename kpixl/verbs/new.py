"""A new workbook, without rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpixl.errors import N_, NotXlsx, UsageError
from kpixl.files import ensure_new
from kpixl.files.names import around
from kpixl.message import harmless, phrase
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from datetime import date, datetime

    from kpixl.catalog.model import Business
    from kpixl.entries import Setup
    from kpixl.verbs.progress import Reporter

_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
ENDINGS = {None: ".xlsx", "vba": ".xlsm", "udf": ".xlsm"}
"""What a new workbook is called, by the functions that it has as macros."""


class NotXlsm(UsageError):
    """A new workbook with macros under another ending."""

    code = "not_xlsm"
    template = N_("A workbook with macros must be called something.xlsm; {path} is not.")


class UnshowableName(UsageError):
    """A name with signs that no sheet can show."""

    code = "unshowable_name"
    template = N_("“{got}” cannot be the company’s name, for it holds signs that cannot be shown; type it anew.")


class Wanted(NamedTuple):
    """What is said of a workbook that is to be made, as it is typed; what is left out follows from the others."""

    business: str
    """An id, or a pack's file."""
    language: str
    name: str | None = None
    period: str | None = None
    currency: str | None = None


def set_up(wanted: Wanted, today: date) -> Setup:
    """What the workbook is to be about; UnknownChoice, NoPeriod or UnshowableName for what cannot be."""
    from kpixl.entries import Setup
    from kpixl.i18n import language
    from kpixl.imports.months import period_of
    from kpixl.languages.load import currency_of
    from kpixl.period import Kind, Period

    t, chosen = language(wanted.language), owner_called(wanted.business)
    period = period_of(wanted.period) if wanted.period else Period.containing(Kind.MONTH, today)
    company = (wanted.name or t(chosen.name)).strip()
    if harmless(company) != company:
        raise UnshowableName(got=harmless(company))
    return Setup(chosen.id, t.code, period, company, currency_of(wanted.currency, t.code), pack=chosen.pack)


def owner_called(word: str) -> Business:
    """The built-in business of that id, or that of the pack in the file; UnknownChoice or BadPack without one."""
    from kpixl.catalog import business
    from kpixl.verbs.pack_files import business_from, is_pack

    return business_from(Path(word)) if is_pack(word) else business(word)


def file_of(setup: Setup, folder: Path, macros: Literal["vba", "udf"] | None = None) -> Path:
    """What a new workbook is called where nobody says it: ``TaskZenith 2026-10.xlsx``."""
    name = _FORBIDDEN_IN_NAMES.sub("-", setup.company)
    return folder / around(name, "", f" {setup.period}{ENDINGS[macros]}")


def new(
    setup: Setup,
    out: Path,
    *,
    now: datetime,
    macros: Literal["vba", "udf"] | None = None,
    progress: Reporter = quiet,
) -> Path:
    """Make a new workbook without rows; FileExists where ``out`` is there already, NotXlsx or NotXlsm where it is
    called otherwise, UnknownChoice where the catalogue has no such business. With ``macros`` it has the functions for
    cells in VBA: those that compute there, or those that call Python."""
    from kpixl.workbook.blank import new_package

    if out.suffix.lower() != ENDINGS[macros]:
        raise NotXlsm(path=out.name) if macros else NotXlsx(path=out.name)
    ensure_new(out)
    progress(0, 3, N_("Making the workbook"))
    package = new_package(setup, out, now=now)
    progress(1, 3, N_("Computing the KPIs"))
    done = Done("new", written=phrase(N_("A new workbook.")))
    refresh_package(package, now=now, rows_changed=True, unfilled=True, done=done)
    if macros:
        from kpixl.workbook.macros.install import add_functions

        add_functions(package, udf=macros == "udf", code=setup.language)
    progress(2, 3, N_("Saving"))
    package.save(out, new=True)
    return out
