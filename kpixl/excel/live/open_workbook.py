"""Refreshes the workbook that is open in Excel, through xlwings: entries read from its tables, results written into the
cells that kpixl owns, by a few block reads and writes.

Never saves the workbook, and never writes a cell of the owner's. What fails is put back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl import files
from kpixl.errors import N_, WorkbookError
from kpixl.excel.live.changes import block_steps, touches
from kpixl.excel.live.chart_steps import chart_steps
from kpixl.excel.live.journal import NotUndone, Step, carry_out
from kpixl.excel.live.live_view import LiveView
from kpixl.excel.live.state import SheetHasPassword, undisturbed, unprotecting
from kpixl.message import Message, phrase
from kpixl.verbs.results import Outcome, no_collection, scored
from kpixl.workbook.context import context_of
from kpixl.workbook.past import late_block
from kpixl.workbook.read import read_view
from kpixl.workbook.trace import Done, logged
from kpixl.workbook.write import owned

if TYPE_CHECKING:
    import xlwings as xw

__all__ = ["ExcelRefused", "HalfWritten", "LiveView", "SheetHasPassword", "refresh", "results", "undisturbed"]

_EXCELS_OWN = frozenset(("com_error", "CommandError", "ExcelBusyError", "XlwingsError"))
"""How the errors of Excel are called, on Windows, on the Mac and by xlwings."""


class ExcelRefused(WorkbookError):
    """Excel did not do what it was asked to, as while a cell is being typed in."""

    code = "excel_refused"
    template = N_(
        "Excel did not let kpixl work on {path} ({detail}) and nothing has changed; finish the cell that you are in, "
        "close open messages of Excel and try again."
    )


class HalfWritten(WorkbookError):
    """Excel stopped answering in the middle."""

    code = "half_written"
    template = N_(
        "Excel stopped answering while kpixl wrote into {path} ({detail}), and what was written could not be taken "
        "back; close the workbook without saving and open it again."
    )


def refresh(book: xw.Book, *, now: datetime, stopped: Callable[[], None] = lambda: None) -> Outcome:
    """Compute, grade and write into the open workbook, as ``kpixl.verbs.refresh.refresh`` does in a file.

    ``stopped`` is asked before every sheet that is written, and raises where the work is to be taken back.

    The file as it was saved last is kept as a backup, since Excel cannot undo what a program writes. The errors are
    those of ``read_view``, SheetHasPassword, ExcelRefused, and NoPermission where there is no room for the backup:
    nothing has changed then. HalfWritten alone says otherwise.
    """
    view = LiveView(book)
    with _in_our_words(view):
        app = book.app
        if app.calculation != "automatic":
            app.calculate()
        with no_collection():
            found = read_view(view, now.date())
            scorecard, problems = scored(found, now.date())
            log = logged(found, Done(), scorecard, problems, now)
            context = context_of(found, scorecard, problems, now.date(), now, log=log)
            blocks = [block for block in owned(context, found.placements, found.sheets) if touches(block)]
            late = late_block(found)
            if late is not None:
                view.reach(late.sheet.name, late.cells)
                blocks.append(late)
        kept: list[Path] = []
        with undisturbed(book):
            writing = {block.sheet.name: list[Step]() for block in blocks}
            for block in blocks:
                writing[block.sheet.name] += block_steps(view, block)
            dashboard = found.sheets.get("dashboard")
            if dashboard is not None:
                writing.setdefault(dashboard.name, []).extend(chart_steps(view, found, len(scorecard.results)))
            before, after = unprotecting((view.handles[name] for name, steps in writing.items() if steps), view.excel)
            kept_first = Step(lambda: kept.extend(_backup(view.path, now)))
            writes = [step for steps in writing.values() for step in (Step(stopped), *steps)]
            carry_out([*before, kept_first, *writes, Step(app.calculate), *after])
    return Outcome(view.path, scorecard, problems, kept[0] if kept else None, written=True)


def results(book: xw.Book, *, today: date) -> Outcome:
    """Compute and grade what stands in the open workbook, without writing; errors as for ``refresh``."""
    view = LiveView(book)
    with _in_our_words(view), no_collection():
        if book.app.calculation != "automatic":
            book.app.calculate()
        scorecard, problems = scored(read_view(view, today), today)
    return Outcome(view.path, scorecard, problems)


def _backup(path: Path, now: datetime) -> Iterator[Path]:
    """The backup, where there is a file."""
    if path.is_file():
        yield files.backup(path, now)


@contextmanager
def _in_our_words(view: LiveView) -> Iterator[None]:
    """Errors of Excel as ours."""
    try:
        yield
    except NotUndone as error:
        raise HalfWritten(path=_called(view), detail=_detail(error.__cause__)) from error
    except Exception as error:
        if type(error).__name__ not in _EXCELS_OWN:
            raise
        raise ExcelRefused(path=_called(view), detail=_detail(error)) from error


def _called(view: LiveView) -> str | Message:
    """The name of the workbook, which Excel may not tell either."""
    try:
        return view.path.name
    except Exception:
        return phrase(N_("this workbook"))


def _detail(error: BaseException | None) -> str:
    """What Excel says, of all the figures that COM puts around it."""
    given = getattr(error, "excepinfo", None)
    told = given[2] if isinstance(given, tuple) and len(given) > 2 else None
    return str(told or error).strip().rstrip(".")
