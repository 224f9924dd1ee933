"""What an owner can have done to a workbook: the verbs of the command line, as functions.

Each one either does all of its work or leaves every file as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from kpixl import catalog
from kpixl.errors import N_, NotXlsx, UsageError, Verbatim
from kpixl.progress import quiet
from kpixl.refresh import no_collection, refresh_package, scored
from kpixl.workbook.files import ensure_free, ensure_new
from kpixl.workbook.package import Package
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.period import Period
    from kpixl.progress import Report
    from kpixl.score import Scorecard

ENDINGS = {None: ".xlsx", "vba": ".xlsm", "udf": ".xlsm"}
"""What a new workbook is called, by the functions that it has as macros."""


class NotXlsm(UsageError):
    """A new workbook with macros under another ending."""

    code = "not_xlsm"
    template = N_("A workbook with macros must be called something.xlsm; {path} is not.")


@dataclass(frozen=True)
class Outcome:
    """A workbook read and scored, and where it was written."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None = None
    written: bool = False
    report: Path | None = None


def new(
    business_id: str,
    *,
    language: str,
    period: Period,
    company: str,
    currency: str,
    out: Path,
    macros: Literal["vba", "udf"] | None = None,
) -> Path:
    """Make a new workbook without rows; FileExists where ``out`` is there already. With ``macros`` it has the functions
    for cells in VBA: those that compute there, or those that call Python."""
    from kpixl.workbook.new import new_package  # imports openpyxl, which a refresh does without

    business = catalog.business(business_id)
    if out.suffix.lower() != ENDINGS[macros]:
        raise NotXlsm(path=out.name) if macros else NotXlsx(path=out.name)
    ensure_new(out)
    package = new_package(business, language, period, company, currency, out)
    refresh_package(package, moment=None, rows_changed=True)
    if macros:
        from kpixl.functions.install import add_functions

        add_functions(package, udf=macros == "udf", code=language)
    package.save(out)
    return out


def demo(folder: Path, *, progress: Report = quiet) -> tuple[Outcome, ...]:
    """Make the sample workbooks and their reports, replacing earlier ones."""
    from kpixl.demo import SAMPLES, sample_path, sample_workbook
    from kpixl.report import output

    folder.mkdir(parents=True, exist_ok=True)
    for business_id, code, _ in SAMPLES:
        output.ensure_ours(sample_path(folder, business_id, code).with_suffix(".html"))
    moment = datetime.now()
    made = []
    for number, chosen in enumerate(SAMPLES):
        progress(number, len(SAMPLES) + 1, Verbatim(sample_path(folder, *chosen[:2]).name))
        made.append(sample_workbook(folder, *chosen, moment))
    progress(len(SAMPLES), len(SAMPLES) + 1, N_("Saving"))
    pages = {path.with_suffix(".html"): output.own_page(card, problems, moment) for _, path, card, problems in made}
    for _, path, _, _ in made:
        ensure_free(path)
    kept = [package.save(path, backup=True) for package, path, _, _ in made]
    for report, page in pages.items():
        output.write(report, page)
    return tuple(
        Outcome(path, scorecard, problems, backup, written=True, report=report)
        for (_, path, scorecard, problems), backup, report in zip(made, kept, pages, strict=True)
    )


def results(path: Path) -> Outcome:
    """Compute and grade without writing."""
    with no_collection():
        scorecard, problems = scored(read(Package.open(path)))
    return Outcome(path, scorecard, problems)


def refresh(path: Path) -> Outcome:
    """Compute, grade and write back; the file as it was is kept as a backup."""
    package = Package.open(path)
    ensure_free(path)
    with no_collection():
        scorecard, problems = refresh_package(package, moment=datetime.now())
    backup = package.save(path, backup=True)
    return Outcome(path, scorecard, problems, backup, written=True)
