"""Closes a period: the next one's workbook made from the file itself.

The closed workbook is never written to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from kpixl.entries import InputCell
from kpixl.errors import N_, WorkbookError
from kpixl.files import ensure_closed, ensure_new, ensure_same_ending
from kpixl.i18n import language
from kpixl.kpi.closing import blank_rows, closed_lines, leaving
from kpixl.kpi.partial import part_lines
from kpixl.message import Verbatim, phrase
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.properties import retitle
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.shrink import keep_rows
from kpixl.period import serial
from kpixl.texts.action_text import closed_actions
from kpixl.texts.words import title
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, opened, scored
from kpixl.workbook.past import put_past
from kpixl.workbook.read import Book, read
from kpixl.workbook.sheets.board import ACTION_COLUMNS, DAY, DO_ROWS, content
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.kpi.score import Scorecard
    from kpixl.ooxml.package import Package
    from kpixl.period import Period
    from kpixl.verbs.progress import Reporter


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


class ErrorsInCheck(WorkbookError):
    """Figures that are wrong would be closed for good."""

    code = "errors_in_check"
    template = N_(
        "{path} has errors that change its figures (see its sheet Check): {count}; "
        "fix them first, or close the period as it is with --anyway."
    )


@dataclass(frozen=True)
class Rolled:
    """The workbook of the next period, and what became of the rows of the closed one."""

    path: Path
    source: Path
    """The workbook of the closed period, as it was."""
    closed: Period
    scorecard: Scorecard
    """Of the new workbook."""
    problems: tuple[Problem, ...]
    stayed: Mapping[str, int]
    """Rows that are still there, by the id of their table: those of logs alone."""
    left: Mapping[str, int]
    """Rows that went with the closed period."""
    upgraded: bool = False
    """Whether the closed workbook is of an earlier layout, which the new one is not."""


def roll(
    path: Path,
    *,
    out: Path | None = None,
    now: datetime,
    early: bool = False,
    anyway: bool = False,
    open_here: bool = False,
    progress: Reporter = quiet,
) -> Rolled:
    """Close the period of the workbook at ``path`` and save the next one's at ``out``: beside it, under its name with
    the new period, without one.

    Refuses a period that is not over ``now`` (NotOver), unless it is closed ``early`` or ``anyway``; one that has been
    closed before (ClosedAlready) or that skips one (EarlierRows), and a workbook with errors in Check (ErrorsInCheck),
    unless ``anyway``; and rows below a table (RowsBelow) and a file that exists already (FileExists), in any case. A
    file that is open elsewhere is refused too, unless it is ``open_here``: by the caller, who knows that it is saved.
    """
    progress(0, 3, N_("Reading the workbook"))
    package, upgraded = opened(path, now)
    if not open_here:
        ensure_closed(path)
    with no_collection():
        book = read(package, now.date())
        closed = book.entries.period
        today = max(now.date(), closed.after)
        if today > now.date():
            book = read(package, today)
        book = _as_over(book)
        target = out or path.with_name(_next_name(path, closed))
        ensure_same_ending(path, target)
        ensure_new(target)
        scorecard, problems = scored(book, today)
        if not anyway:
            if not early and now.date() < closed.end:
                raise NotOver(path=path.name, period=closed)
            _refuse_wrong_period(path, book)
            errors = sum(problem.severity == "error" for problem in problems)
            if errors:
                raise ErrorsInCheck(path=path.name, count=errors)
        for rows in book.entries.tables.values():
            if rows is not None and rows.below is not None and not rows.table.kept:
                raise RowsBelow(sheet=rows.sheet, cell=rows.below)
        progress(1, 3, N_("Computing the KPIs"))
        stayed, left = _move_on(package, book, scorecard)
        done = Done(
            "roll",
            phrase(Verbatim("{path}, {period}"), path=path.name, period=closed),
            phrase(N_("Rows that are still needed and stayed: {rows}."), rows=_counted(book, stayed)),
            phrase(N_("Rows of the closed period that left: {rows}."), rows=_counted(book, left)),
        )
        scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=done)
    progress(2, 3, N_("Saving"))
    package.save(target, new=True)
    return Rolled(target, path, closed, scorecard, problems, stayed, left, upgraded)


def _as_over(book: Book) -> Book:
    """Who closes a period says that it is over: what is dated, or due, in its last days counts, and leaves with it, up
    to whichever day all was entered."""
    settings = {id_: cell for id_, cell in book.entries.settings.items() if id_ != "entered_until"}
    return replace(book, entries=replace(book.entries, settings=settings), tallies={})


def _counted(book: Book, rows: Mapping[str, int]) -> tuple[str, ...]:
    """Numbers of rows by the names of their sheets, for the log."""
    return tuple(f"{book.sheets[id_].name} {count}" for id_, count in rows.items() if count) or ("0",)


def _refuse_wrong_period(path: Path, book: Book) -> None:
    """The owner may have set the period to look at another one, and have forgotten it."""
    entries = book.entries
    known = {line.start for line in entries.past if line.value is not None}
    if entries.period.start in known:
        raise ClosedAlready(path=path.name, period=entries.period)
    previous = entries.period.shift(-1)
    final = replace(entries, settings={**entries.settings, "late_days": InputCell(0.0, "", "")})
    older = sum(int(np.count_nonzero(leaving(final, table))) for table in entries.business.tables)
    if older and previous.start not in known:
        raise EarlierRows(path=path.name, period=entries.period, count=older, previous=previous)


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
    entries = book.entries
    told = closed_actions(scorecard, language(entries.language))
    put_past(package, book, (*book.late.lines, *closed_lines(scorecard), *part_lines(entries), *told))
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
    _forget_nothing(package, book)
    _keep_open_actions(package, book)
    for block, row, column in (("totals", "of", "typed"), ("settings", "period", "value")):
        place = book.placements[block]
        if row in place.row_numbers and column in place.column_numbers:
            editor = SheetEditor(package, book.sheets[place.sheet])
            editor.set(*place.position(row, column), book.entries.days.stored(serial(following.start)))
            editor.commit()
    company, t = book.entries.company, language(book.entries.language)
    retitle(package, title(company, book.entries.period, t), title(company, following, t))


def _keep_open_actions(package: Package, book: Book) -> None:
    """What is still to be done is kept by its KPI, in whichever row of the dashboard that stands next; what is done and
    noted has gone to Past periods."""
    kept, do = book.placements.get("actions"), book.placements.get("do")
    if kept is None or do is None:
        return
    editor = SheetEditor(package, book.sheets[kept.sheet])
    for id_ in book.entries.actions.keys() & kept.row_numbers.keys():
        for column in {*ACTION_COLUMNS} & kept.column_numbers.keys():
            stays = column != "note" and not book.entries.is_done(id_)
            value = content(book.entries.actions[id_], column) if stays else None
            editor.set(*kept.position(id_, column), book.entries.days.stored(value) if column == DAY else value)
    for row in do.row_numbers.keys() & {*DO_ROWS}:
        editor.clear(*do.position(row, "id"))
    editor.commit()


def _forget_nothing(package: Package, book: Book) -> None:
    """That there was nothing to enter was said of the closed period alone."""
    for id_, cell in book.entries.none.items():
        if cell.filled and id_ in book.sheets:
            editor = SheetEditor(package, book.sheets[id_])
            editor.clear(*parse_cell(cell.cell))
            editor.commit()


def _empty(package: Package, book: Book, block: str, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Empty cells of the owner's. What a formula fetches was not typed, and stays."""
    place = book.placements[block]
    editor = SheetEditor(package, book.sheets[place.sheet])
    there = product(place.row_numbers.keys() & rows, place.column_numbers.keys() & columns)
    for position in sorted(place.position(row, column) for row, column in there):
        if editor.formula(*position) is None:
            editor.clear(*position)
    editor.commit()
