"""Reads, checks, computes and grades an open workbook, and brings the cells that kpixl owns up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.check import Problem
from kpixl.files import ensure_free, locked
from kpixl.kpi.score import Scorecard
from kpixl.verbs.results import Outcome, no_collection, opened, scored
from kpixl.workbook import charts_fit
from kpixl.workbook.append import settle
from kpixl.workbook.context import context_of
from kpixl.workbook.past import put_past
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done, logged
from kpixl.workbook.write import write

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.ooxml.package import Package


def refresh_package(
    package: Package, *, now: datetime, rows_changed: bool = False, unfilled: bool = False, done: Done | None = None
) -> tuple[Scorecard, tuple[Problem, ...]]:
    """Bring the owned cells of an open package up to date, as of ``now``; with ``rows_changed``, the calculated columns
    of entry tables are among them. A workbook that is still ``unfilled`` has not been checked or refreshed yet. What
    has been ``done`` before stands in the log; without it, a refresh does."""
    book = read(package, now.date())
    settle(package, book, rows_changed=rows_changed)
    scorecard, problems = scored(book, now.date())
    if book.late.lines:
        put_past(package, book, book.late.lines)
    if unfilled:
        problems = ()
    refreshed = None if unfilled else now
    log = logged(book, done or Done(), scorecard, problems, now)
    context = context_of(book, scorecard, problems, now.date(), refreshed, log=log)
    write(package, context, book.placements, book.sheets)
    charts_fit.bars(package, book, len(scorecard.results))
    return scorecard, problems


def refresh(path: Path, *, now: datetime) -> Outcome:
    """Compute and grade as of ``now``, local time, and write back; the file as it was is kept as a backup."""
    with locked(path):
        package, upgraded = opened(path, now)
        ensure_free(path)
        with no_collection():
            scorecard, problems = refresh_package(package, now=now, rows_changed=upgraded)
        backup = package.save(path, backup=now)
    return Outcome(path, scorecard, problems, backup, written=True, upgraded=upgraded)
