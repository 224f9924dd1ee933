"""Sample workbooks: new ones, filled with sample rows and eleven closed months, and refreshed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.entries import Setup
from kpixl.errors import N_
from kpixl.files import ensure_free
from kpixl.files.names import around
from kpixl.i18n import language
from kpixl.languages.load import currency_of
from kpixl.message import Verbatim
from kpixl.ooxml.parts import save_all
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Period
from kpixl.samples import sample
from kpixl.verbs.pack_files import business_from
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.report import ensure_ours, own_page
from kpixl.verbs.results import Outcome
from kpixl.workbook.append import append_entries
from kpixl.workbook.blank import new_package
from kpixl.workbook.past import append_past
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.catalog.model import Business
    from kpixl.check import Problem
    from kpixl.kpi.score import Scorecard
    from kpixl.ooxml.package import Package
    from kpixl.verbs.progress import Reporter

SAMPLE_PERIOD = "2026-10"


def samples() -> tuple[tuple[str, str, str], ...]:
    """Business, language and currency of every sample workbook: the first one of each business, then further ones."""
    found = [
        (number, (owner.id, one.language, one.currency))
        for owner in catalog.businesses()
        if owner.sample
        for number, one in enumerate(owner.sample.demos)
    ]
    return tuple(chosen for _, chosen in sorted(found, key=lambda one: one[0]))


def sample_path(folder: Path, business_id: str, code: str) -> Path:
    """Where the sample workbook of a business in a language is kept."""
    return folder / f"{catalog.business(business_id).sample_name} {SAMPLE_PERIOD} {code}.xlsx"


def sample_workbook(
    folder: Path, business_id: str, code: str, currency: str, now: datetime
) -> tuple[Package, Path, Scorecard, tuple[Problem, ...]]:
    """The sample workbook of a business in a language, still to be saved, and where."""
    return _workbook(catalog.business(business_id), sample_path(folder, business_id, code), code, currency, now)


def _workbook(
    business: Business, path: Path, code: str, currency: str, now: datetime
) -> tuple[Package, Path, Scorecard, tuple[Problem, ...]]:
    period = Period.parse(SAMPLE_PERIOD)
    made = sample(business, period, code, currency)
    company = _company(business, code)
    package = new_package(Setup(business.id, code, period, company, currency, pack=business.pack), path, now=now)
    book = read(package)
    for table, columns in made.rows.items():
        append_entries(package, book, table, columns)
    append_past(package, book, made.past)
    for block, column, values in (
        ("kpis", "target", made.targets),
        ("totals", "typed", made.typed),
        ("settings", "value", made.settings),
    ):
        place = book.placements[block]
        editor = SheetEditor(package, book.sheets[place.sheet])
        for row, value in values.items():
            editor.set(*place.position(row, column), value)
        editor.commit()
    scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=Done("demo"))
    return package, path, scorecard, problems


def _company(business: Business, code: str) -> str:
    """What the made-up company is called: by a name of its own, else as its business is called in the language."""
    return language(code)(business.name) if business.sample_name == business.name else business.sample_name


def demo_of(pack: Path, folder: Path, *, code: str, now: datetime) -> Outcome:
    """Make a sample workbook of the pack at ``pack`` and its report, with made-up rows, replacing an earlier one;
    BadPack where it has mistakes, FileExists where a page of that name is none of kpixl's."""
    business = business_from(pack)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{around(_company(business, code), '', f' {SAMPLE_PERIOD} {code}.xlsx')}"
    page = path.with_suffix(".html")
    ensure_ours(page)
    package, path, scorecard, problems = _workbook(business, path, code, currency_of(None, code), now)
    ensure_free(path)
    pages = {page: own_page(scorecard, problems, now).encode()}
    (backup,) = save_all([(package, path)], backup=now, pages=pages)
    return Outcome(path, scorecard, problems, backup, written=True, report=page)


def demo(folder: Path, *, now: datetime, progress: Reporter = quiet) -> tuple[Outcome, ...]:
    """Make the sample workbooks and their reports, replacing earlier ones; FileExists where a page of that name is none
    of kpixl's."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = samples()
    for business_id, code, _ in wanted:
        ensure_ours(sample_path(folder, business_id, code).with_suffix(".html"))
    made = []
    for number, chosen in enumerate(wanted):
        progress(number, len(wanted) + 1, Verbatim(sample_path(folder, *chosen[:2]).name))
        made.append(sample_workbook(folder, *chosen, now))
    progress(len(wanted), len(wanted) + 1, N_("Saving"))
    pages = {path.with_suffix(".html"): own_page(card, problems, now) for _, path, card, problems in made}
    for _, path, _, _ in made:
        ensure_free(path)
    kept = save_all(
        [(package, path) for package, path, _, _ in made],
        backup=now,
        pages={report: page.encode() for report, page in pages.items()},
    )
    return tuple(
        Outcome(path, scorecard, problems, backup, written=True, report=report)
        for (_, path, scorecard, problems), backup, report in zip(made, kept, pages, strict=True)
    )
