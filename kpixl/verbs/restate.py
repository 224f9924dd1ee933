"""A closed period computed anew, and its figures taken over by the workbooks that come after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.files import ensure_free, locked
from kpixl.kpi.closing import closed_lines
from kpixl.kpi.late import LATE
from kpixl.kpi.partial import part_lines
from kpixl.message import Verbatim, phrase
from kpixl.ooxml.parts import save_all
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, opened
from kpixl.workbook.past import put_past
from kpixl.workbook.read import Book, read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kpixl.check.problem import Problem
    from kpixl.entries import PastValue
    from kpixl.kpi.score import Scorecard
    from kpixl.ooxml.package import Package
    from kpixl.period import Period


class NotTheArchive(WorkbookError):
    """A workbook that looks back at the period that is to be restated."""

    code = "not_the_archive"
    template = N_("{path} has {asked} in its Past periods already; name the archived workbook of {asked}.")


class OtherPeriod(WorkbookError):
    """A period is to be restated in the workbook of another one."""

    code = "other_period"
    template = N_("{path} is the workbook of {period}, not of {asked}; name the archived workbook of {asked}.")


class NotLater(WorkbookError):
    """A closed period is to be taken over into a workbook that does not come after it."""

    code = "not_later"
    template = N_("{path} is about {period}, which does not come after {asked}; name the current workbook.")


class AnotherBusiness(WorkbookError):
    """Figures of one business or currency, for the workbook of another."""

    code = "another_business"
    template = N_(
        "{path} is about another business, currency or length of period than {other}; nothing was taken over."
    )


@dataclass(frozen=True)
class Restated:
    """A closed period computed anew, and the workbooks that took it over, each with its backup."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None
    taken_over: tuple[tuple[Path, Path | None], ...]
    """Each later workbook with its backup."""
    upgraded: tuple[Path, ...] = ()
    """Those that were of an earlier layout, and have been brought up to date."""


def restate(path: Path, asked: Period, into: Sequence[Path], *, now: datetime) -> Restated:
    """Refresh the archived workbook of the closed period ``asked``, and put its figures into Past periods of the later
    workbooks ``into``, refreshed too. Nothing is written before all of it is known to work: OtherPeriod, NotTheArchive,
    AnotherBusiness or NotLater where it does not."""
    with locked(path, *into):
        return _all_restated(path, asked, into, now)


def _all_restated(path: Path, asked: Period, into: Sequence[Path], now: datetime) -> Restated:
    archive, upgraded = opened(path, now)
    brought_up = [path] if upgraded else []
    with no_collection():
        book = read(archive, now.date())
        if book.entries.period != asked:
            raise OtherPeriod(path=path.name, period=book.entries.period, asked=asked)
        if any(line.start == asked.start and line.value is not None for line in book.entries.past):
            raise NotTheArchive(path=path.name, asked=asked)
        scorecard, problems = refresh_package(archive, now=now, done=Done("refresh --restate"))
        lines = (*closed_lines(scorecard), *part_lines(scorecard.entries))
        later = []
        for other in into:
            package, upgraded = opened(other, now)
            brought_up += [other] if upgraded else []
            later.append(_restated(package, book, lines, now))
    for one in (path, *into):
        ensure_free(one)
    backup, *theirs = save_all([(archive, path), *zip(later, into, strict=True)], backup=now)
    taken_over = tuple(zip(into, theirs, strict=True))
    return Restated(path, scorecard, problems, backup, taken_over, tuple(brought_up))


def _restated(package: Package, archive: Book, lines: Sequence[PastValue], now: datetime) -> Package:
    book = read(package, now.date())
    ours, theirs = archive.entries, book.entries
    same = (ours.business.id, ours.currency, ours.period.kind) == (
        theirs.business.id,
        theirs.currency,
        theirs.period.kind,
    )
    if not same:
        raise AnotherBusiness(path=package.path.name, other=archive.view.path.name)
    if theirs.period.start <= ours.period.start:
        raise NotLater(path=package.path.name, period=theirs.period, asked=ours.period)
    taken_over = _not_late(book, lines)
    put_past(package, book, taken_over)
    figures = phrase(N_("Figures of {period} in Past periods: {count}."), period=ours.period, count=len(taken_over))
    read_from = phrase(Verbatim("{path}"), path=archive.view.path.name)
    refresh_package(package, now=now, done=Done("refresh --restate", read_from, figures))
    return package


def _not_late(book: Book, lines: Sequence[PastValue]) -> list[PastValue]:
    """The lines without those to which the later workbook has late outcomes that the archive knows nothing of: the
    refresh that follows counts them anew where their rows are there, and else they stay."""
    late = {(line.start, line.id) for line in book.entries.past if line.source == LATE}
    return [line for line in lines if (line.start, line.id) not in late]
