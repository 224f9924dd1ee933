"""Closes a period: the next one's workbook made from the file itself, and closed periods restated.

The closed workbook is never written to by ``roll``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from kpixl.closing import blank_rows, closed_lines, leaving
from kpixl.errors import N_, WorkbookError
from kpixl.i18n import language
from kpixl.period import serial
from kpixl.refresh import no_collection, refresh_package, scored
from kpixl.workbook.files import ensure_closed, ensure_free, ensure_new, ensure_same_ending
from kpixl.workbook.package import Package
from kpixl.workbook.past import put_past
from kpixl.workbook.properties import retitle, title
from kpixl.workbook.read import Book, read
from kpixl.workbook.sheet import SheetEditor
from kpixl.workbook.shrink import keep_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.entries import PastValue
    from kpixl.period import Period
    from kpixl.score import Scorecard


class NotOver(WorkbookError):
    """The period to close has not ended."""

    code = "not_over"
    template = N_("{path} is about {period}, which is not over yet; close it when it is, or now with --anyway.")


class ClosedAlready(WorkbookError):
    """Past periods has the period that is to be closed."""

    code = "closed_already"
    template = N_(
        "{path} shows {period}, which its Past periods have already; set the period on Settings to the one to close, "
        "or close it again with --anyway."
    )


class EarlierRows(WorkbookError):
    """Rows of an earlier period would leave without ever having been closed."""

    code = "earlier_rows"
    template = N_(
        "{path} shows {period}, but holds older rows ({count}), and its Past periods lack {previous}; "
        "set the period on Settings back and close that one first, or go on with --anyway."
    )


class RowsBelow(WorkbookError):
    """Rows below a table, which would stay behind when it shrinks."""

    code = "rows_below_table"
    template = N_("{sheet}!{cell} stands below its table, where no row counts; move it into the table and try again.")


class NotTheArchive(WorkbookError):
    """A workbook that looks back at the period that is to be restated."""

    code = "not_the_archive"
    template = N_("{path} has {asked} in its Past periods already; name the archived workbook of {asked}.")


class ErrorsInCheck(WorkbookError):
    """Figures that are wrong would be closed for good."""

    code = "errors_in_check"
    template = N_(
        "{path} has errors that change its figures (see its sheet Check): {count}; "
        "mend them first, or close the period as it is with --anyway."
    )


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
class Rolled:
    """The workbook of the next period, and what became of the rows of the closed one."""

    path: Path
    source: Path
    closed: Period
    scorecard: Scorecard
    """Of the new workbook."""
    problems: tuple[Problem, ...]
    stayed: Mapping[str, int]
    """Rows that are still there, by the id of their table: those of logs alone."""
    left: Mapping[str, int]
    """Rows that went with the closed period."""


@dataclass(frozen=True)
class Restated:
    """A closed period computed anew, and the workbooks that took it over, each with its backup."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None
    taken_over: tuple[tuple[Path, Path | None], ...]


def roll(
    path: Path,
    *,
    out: Path | None = None,
    moment: datetime,
    today: date | None = None,
    anyway: bool = False,
    open_here: bool = False,
) -> Rolled:
    """Close the period of the workbook at ``path`` and save the next one's at ``out``: beside it, under its name with
    the new period, without one.

    Refuses a period that is not over on ``today``, one that has been closed before or that skips one, and a workbook
    with errors in Check, unless ``anyway``; and a file that exists already, in any case. A file that is open elsewhere
    is refused too, unless it is ``open_here``: by the caller, who knows that it is saved.
    """
    package = Package.open(path)
    if not open_here:
        ensure_closed(path)
    with no_collection():
        book = read(package)
        closed = book.entries.period
        target = out or path.with_name(_next_name(path, closed))
        ensure_same_ending(path, target)
        ensure_new(target)
        scorecard, problems = scored(book)
        if not anyway:
            if today is not None and today < closed.end:
                raise NotOver(path=path.name, period=closed)
            _refuse_wrong_period(path, book)
            errors = sum(problem.severity == "error" for problem in problems)
            if errors:
                raise ErrorsInCheck(path=path.name, count=errors)
        for rows in book.entries.tables.values():
            if rows is not None and rows.below is not None and not rows.table.kept:
                raise RowsBelow(sheet=rows.sheet, cell=rows.below)
        stayed, left = _move_on(package, book, scorecard)
        scorecard, problems = refresh_package(package, moment=moment, rows_changed=True)
    package.save(target)
    return Rolled(target, path, closed, scorecard, problems, stayed, left)


def _refuse_wrong_period(path: Path, book: Book) -> None:
    """The owner may have set the period to look at another one, and have forgotten it."""
    entries = book.entries
    known = {line.start for line in entries.past if line.value is not None}
    if entries.period.start in known:
        raise ClosedAlready(path=path.name, period=entries.period)
    previous = entries.period.shift(-1)
    older = sum(int(np.count_nonzero(leaving(entries, table))) for table in entries.business.tables)
    if older and previous.start not in known:
        raise EarlierRows(path=path.name, period=entries.period, count=older, previous=previous)


def restate(path: Path, asked: Period, into: Sequence[Path], *, moment: datetime) -> Restated:
    """Refresh the archived workbook of the closed period ``asked``, and put its figures into Past periods of the later
    workbooks ``into``, refreshed too. Nothing is written before all of it is known to work."""
    archive = Package.open(path)
    with no_collection():
        book = read(archive)
        if book.entries.period != asked:
            raise OtherPeriod(path=path.name, period=book.entries.period, asked=asked)
        if any(line.start == asked.start and line.value is not None for line in book.entries.past):
            raise NotTheArchive(path=path.name, asked=asked)
        scorecard, problems = refresh_package(archive, moment=moment)
        lines = closed_lines(scorecard)
        later = [_restated(Package.open(other), book, lines, moment) for other in into]
    for one in (path, *into):
        ensure_free(one)
    backup = archive.save(path, backup=True)
    taken_over = tuple((other, package.save(other, backup=True)) for other, package in zip(into, later, strict=True))
    return Restated(path, scorecard, problems, backup, taken_over)


def _restated(package: Package, archive: Book, lines: Sequence[PastValue], moment: datetime) -> Package:
    book = read(package)
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
    put_past(package, book, lines)
    refresh_package(package, moment=moment)
    return package


def _next_name(path: Path, closed: Period) -> str:
    """The file's name with the next period in place of the closed one, or behind it."""
    following = str(closed.shift(1))
    found = list(re.finditer(rf"(?<!\d){re.escape(str(closed))}(?!\d)", path.stem))
    if not found:
        return f"{path.stem} {following}{path.suffix}"
    start, end = found[-1].span()
    return f"{path.stem[:start]}{following}{path.stem[end:]}{path.suffix}"


def _move_on(package: Package, book: Book, scorecard: Scorecard) -> tuple[dict[str, int], dict[str, int]]:
    """Have the package begin the next period, not refreshed yet: rows of each log that stayed, and that left."""
    put_past(package, book, closed_lines(scorecard))
    entries = book.entries
    following = replace(entries, period=entries.period.shift(1))
    stayed, left = {}, {}
    for table in entries.business.tables:
        rows = entries.tables[table.id]
        if rows is None or table.kept:
            continue
        blank = blank_rows(rows)
        goes = blank | leaving(following, table)
        keep_rows(package, book.table_names[table.id], np.flatnonzero(~goes).tolist())
        stayed[table.id], left[table.id] = int(np.count_nonzero(~goes)), int(np.count_nonzero(goes & ~blank))
    _turn_the_page(package, book, following.period)
    return stayed, left


def _turn_the_page(package: Package, book: Book, following: Period) -> None:
    """Empty what was typed of the closed period alone: totals, what was supposed, the day up to which all was entered;
    and set the period."""
    measures = [measure.name for measure in book.entries.business.measures]
    _empty(package, book, "totals", measures, ("typed",))
    if "what_if" in book.placements:
        _empty(package, book, "what_if", list(book.entries.what_if), ("change", "percent"))
    _empty(package, book, "settings", ["entered_until"], ("value",))
    place = book.placements["settings"]
    settings = SheetEditor(package, book.sheets[place.sheet])
    settings.set(*place.position("period", "value"), serial(following.start))
    settings.commit()
    company, t = book.entries.company, language(book.entries.language)
    retitle(package, title(company, book.entries.period, t), title(company, following, t))


def _empty(package: Package, book: Book, block: str, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Empty cells of the owner's. What a formula fetches was not typed, and stays."""
    place = book.placements[block]
    editor = SheetEditor(package, book.sheets[place.sheet])
    there = product(place.row_numbers.keys() & rows, place.column_numbers.keys() & columns)
    for position in sorted(place.position(row, column) for row, column in there):
        if editor.formula(*position) is None:
            editor.clear(*position)
    editor.commit()
