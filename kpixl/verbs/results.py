"""A workbook computed and graded, without writing."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from kpixl.check import check
from kpixl.check.problem import Problem
from kpixl.kpi.measure import measure
from kpixl.kpi.score import Scorecard, score
from kpixl.ooxml.package import Package
from kpixl.workbook.links_part import links_in
from kpixl.workbook.older import is_earlier
from kpixl.workbook.read import Book, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path


def opened(path: Path, now: datetime) -> tuple[Package, bool]:
    """The workbook at ``path``, with the rows that linked sheets have now; one of an earlier layout has been brought up
    to date, as of ``now``, in memory, which the second answer tells."""
    package = Package.open(path)
    return package, brought_up(package, now)


def brought_up(package: Package, now: datetime) -> bool:
    """Bring an open workbook up to date, where it is of an earlier layout, and take in what linked sheets have; whether
    it was of an earlier one."""
    upgraded = False
    # What builds new workbooks, and what reads the files of others, is slow to import and seldom needed.
    if is_earlier(package):
        from kpixl.workbook.migrate import migrate

        with no_collection():
            upgraded = migrate(package, now=now) is not None
    if links_in(package):
        from kpixl.verbs.mirror import brought_in

        with no_collection():
            brought_in(package, now)
    return upgraded


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the garbage collector: a big table is a million values, none of them in a cycle, and it would go through
    them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def scored(book: Book, today: date) -> tuple[Scorecard, tuple[Problem, ...]]:
    """What a workbook comes to on a day, and what is wrong in it."""
    tally = book.tally(today)
    measures = measure(book.entries, tally)
    scorecard = replace(score(book.entries, measures, today, tally), late=book.late.kpis)
    return scorecard, check(book.entries, measures, scorecard, tally)


@dataclass(frozen=True)
class Outcome:
    """A workbook read and scored, and where it was written."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None = None
    """Of the workbook as it was; None where nothing was written."""
    written: bool = False
    report: Path | None = None
    """The page beside it, where one was made."""
    upgraded: bool = False
    """Whether it was of an earlier layout, and has been brought up to date."""


def results(path: Path, *, today: date) -> Outcome:
    """Compute and grade as of a day, without writing."""
    with no_collection():
        package, _ = opened(path, datetime.combine(today, time()))
        scorecard, problems = scored(read(package, today), today)
    return Outcome(path, scorecard, problems)
