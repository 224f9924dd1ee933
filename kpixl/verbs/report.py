"""The report as a file beside the workbook. Replaces an earlier report, and never anything else of the owner's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl import files
from kpixl.errors import N_, FileExists, FileInUse, FolderMissing, UsageError
from kpixl.i18n import language
from kpixl.kpi.annual import annual
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.measure import Tally
from kpixl.kpi.pareto import pareto
from kpixl.message import Verbatim, phrase
from kpixl.period import Period
from kpixl.report.page import GENERATOR, Contents, report_html
from kpixl.report.pdf import pdf_of
from kpixl.report.year import year_html
from kpixl.texts.action_text import closed_actions
from kpixl.verbs import results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.score import Scorecard

_MARK = f"%{GENERATOR}\n".encode()
"""A comment at the end of a PDF, by which it is known as a report."""
_HEAD, _TAIL = 1000, 100
"""In so many bytes at the beginning of a page, or at the end of a PDF, the mark stands."""
LETTER = ("USD", "CAD", "MXN", "COP", "CLP", "PHP")
"""Currencies of countries whose paper is Letter; everywhere else it is A4."""


class NotAReport(UsageError):
    """A report under an ending that kpixl does not write."""

    code = "not_a_report"
    template = N_("A report is called something.html or something.pdf; {path} is not.")


class NothingOfYear(UsageError):
    """A year of which the workbook has no figures."""

    code = "nothing_of_year"
    template = N_("The workbook has no figures of {year}: its periods, with those in Past periods, are of {years}.")


@dataclass(frozen=True)
class Report:
    """A report that was written, and what it shows."""

    path: Path
    kind: Literal["html", "pdf"]
    scorecard: Scorecard
    problems: tuple[Problem, ...]


def report(
    file: Path,
    *,
    out: Path | None = None,
    code: str | None = None,
    names: bool = False,
    year: int | None = None,
    now: datetime,
) -> Report:
    """Write the report of a workbook, which is only read: of its period, or of a whole ``year``.

    Without ``out`` it is a page beside the workbook, without ``code`` in the workbook's language; with numbers in place
    of the clients' names unless ``names`` are asked for. NotAReport, FileExists, FolderMissing, NothingPrints or
    NothingOfYear where it cannot be written."""
    path = out or _beside(file, year)
    kind = kind_of(path)
    ensure_ours(path)
    outcome = results.results(file, today=now.date())
    scorecard, problems = outcome.scorecard, outcome.problems
    t = language(code or scorecard.entries.language)
    paper = "" if kind == "html" else "Letter" if scorecard.entries.currency in LETTER else "A4"
    if year is None:
        page = report_html(_contents(scorecard, problems, now, names=names), t, now=now, paper=paper)
    else:
        page = _year(scorecard, problems, year, t, now=now, paper=paper)
    write_as(path, kind, page)
    return Report(path, kind, scorecard, problems)


def _beside(file: Path, year: int | None) -> Path:
    return file.with_suffix(".html") if year is None else file.with_name(f"{file.stem} ({year}).html")


def _year(
    scorecard: Scorecard, problems: Sequence[Problem], year: int, t: Language, *, now: datetime, paper: str
) -> str:
    entries = scorecard.entries
    found = annual(scorecard, year, closed_actions(scorecard, t))
    if not found.known:
        starts = {entries.period.start, *(line.start for line in entries.past)}
        years = sorted({Period(entries.period.kind, start).year for start in starts})
        raise NothingOfYear(year=Verbatim(year), years=Verbatim(", ".join(map(str, years))))
    return year_html(found, entries, problems, t, now=now, paper=paper)


def own_page(scorecard: Scorecard, problems: Sequence[Problem], now: datetime) -> str:
    """The page of a scorecard in the workbook's own language, without the names of clients."""
    contents = _contents(scorecard, problems, now, names=False)
    return report_html(contents, language(scorecard.entries.language), now=now)


def _contents(scorecard: Scorecard, problems: Sequence[Problem], now: datetime, *, names: bool) -> Contents:
    entries, tally = scorecard.entries, Tally(scorecard.entries, now.date())
    return Contents(scorecard, breakdown(entries, tally), problems, pareto(entries, tally), names)


def kind_of(path: Path) -> Literal["html", "pdf"]:
    """What a report of this name is; NotAReport for any other ending."""
    kinds: dict[str, Literal["html", "pdf"]] = {".html": "html", ".htm": "html", ".pdf": "pdf"}
    found = kinds.get(path.suffix.lower())
    if found is None:
        raise NotAReport(path=path.name)
    return found


def ensure_ours(path: Path) -> None:
    """FileExists where something stands there that is no report of kpixl; FolderMissing without the folder."""
    if not path.parent.is_dir():
        raise FolderMissing(path=path.parent)
    if not path.exists():
        return
    if not path.is_file() or not _is_report(path):
        raise FileExists(path=path.name)


def _is_report(path: Path) -> bool:
    try:
        data = files.whole(path)
    except OSError as error:
        raise files.unwritable(path, error) from error
    return f'content="{GENERATOR} '.encode() in data[:_HEAD] or data[-_TAIL:].endswith(_MARK)


def write_as(path: Path, kind: Literal["html", "pdf"], page: str) -> None:
    """Put a page in its place, as it is or printed as a PDF."""
    put(path, page.encode() if kind == "html" else pdf_of(page) + _MARK)


def write(path: Path, page: str) -> None:
    """Put a page in its place at once, whole or not at all."""
    put(path, page.encode())


def put(path: Path, data: bytes) -> None:
    """Put a file that is made anew each time in its place at once, whole or not at all."""
    path = files.real(path)
    try:
        with files.locked(path):
            was = files.digest_of(files.whole(path)) if path.exists() else None
            files.put_all([files.prepare(path, data, was)])
    except OSError as error:
        raise files.unwritable(path, error) from error
    except files.ChangedByAnother:
        raise
    except FileInUse as error:
        raise FileInUse(path=path.name, program=phrase(N_("another program"))) from error
