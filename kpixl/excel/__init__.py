"""What the buttons and the ribbon of a workbook call: each entry point does one thing to the workbook that called it.

Whatever goes wrong is told in a message box of Excel's; nothing is saved, closed or replaced that the owner has not
agreed to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw

from kpixl.errors import N_, KpixlError, MissingMapping
from kpixl.excel import escape
from kpixl.excel.host import Host
from kpixl.excel.live import open_workbook
from kpixl.message import phrase
from kpixl.verbs.new import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kpixl.check import Problem
    from kpixl.verbs.roll import Rolled

_OTHERWISE = N_(
    "To take the rows otherwise, write it on the sheet “{sheet}” into the table “{heading}”, in a line of its own, and "
    "import again: in the first column {table}, in the second and third one of these.\n"
    "--only and COLUMN=VALUE: only rows that say so.\n"
    "--not and COLUMN=VALUE: all rows but these.\n"
    "--value and FIELD:THEIRS=OURS: what a word of the file stands for.\n"
    "--dates and COLUMN=dmy: the day stands first (mdy: the month, ymd: the year).\n"
    "A field and a column: what fills it.\n"
    "--set and FIELD=VALUE: what a field is in every row.\n"
    "--map and FIELD=: nothing fills it."
)
AFTER_THE_MACRO = "KPIXL_AFTER_THE_MACRO"
"""Set in the environment of the Python that works on when the macro has ended."""
_READ_ONLY = 3
"""How Excel lets go of the file of a workbook that it goes on using."""


class Failed(KpixlError):
    """A mistake of kpixl itself, in the open workbook."""

    code = "internal"
    template = N_("Something went wrong inside kpixl ({detail}). Please report it.")


def refresh(*, spoken: str = "") -> None:
    """Compute and grade, write the results into the open workbook, and show its dashboard.

    Here and below, ``spoken`` is the code of the language for what the workbook does not say itself.
    """
    _run(_refresh, spoken)


def check(*, spoken: str = "") -> None:
    """The same, but show what Check has found."""
    _run(_check, spoken)


def report(*, spoken: str = "") -> None:
    """Write the results as a page beside the workbook's file, and open it. The workbook is not saved for that."""
    _run(_report, spoken)


def roll(*, spoken: str = "") -> None:
    """Close the period: make the next one's workbook beside the saved file and open it."""
    _run(_roll, spoken)


def new(business: str, code: str, name: str, period: str, currency: str, *, spoken: str = "") -> None:
    """Make an empty workbook and open it: beside the one in front where that is one of kpixl's, else in the folder
    *kpixl* of the owner's documents. ``name``, ``period`` and ``currency`` are as VBA hands texts over."""
    wanted = Wanted(business, code, _text(name), _text(period), _text(currency))
    _run(lambda host: _new(host, wanted), spoken)


def adopt(business: str, code: str, name: str, period: str, currency: str, *, spoken: str = "") -> None:
    """Add kpixl's sheets to the workbook in front, with the same words as for a new one."""
    wanted = Wanted(business, code, _text(name), _text(period), _text(currency))
    _run_after_the_macro(lambda host: _adopt(host, wanted), spoken)


def import_file(source: str = "", table: str = "", *, spoken: str = "") -> None:
    """Take the rows of a file into an entry table, after showing what would be taken.

    ``source`` is the file's name as VBA hands it over: four hexadecimal digits a character. ``table`` is an id. Without
    them, the file is asked for and the table is the one of the sheet in front.
    """
    path = Path(_text(source)) if source else None
    _run_after_the_macro(lambda host: _import(host, path, table), spoken)


def undo(*, spoken: str = "") -> None:
    """Put the newest backup of the workbook in its place."""
    _run_after_the_macro(_undo, spoken)


def _text(digits: str) -> str:
    """A text as VBA hands it over: four hexadecimal digits a character."""
    return bytes.fromhex(digits).decode("utf-16-be", "surrogatepass")


# Running


def _run(work: Callable[[Host], None], spoken: str) -> None:
    host = Host.of(xw.Book.caller(), datetime.now(), spoken)
    escape.pressed()  # what was pressed before is not meant
    try:
        work(host)
    except escape.EscPressed as stopped:
        host.tell(stopped.text(host.t))
    except KpixlError as error:
        host.tell(error.text(host.t), bad=True)
    except Exception as error:
        detail = ": ".join(filter(None, (type(error).__name__, str(error))))
        host.tell(Failed(detail=detail).text(host.t), bad=True)
    finally:
        host.app.status_bar = False
    if spoken:
        _renew(host)


def _renew(host: Host) -> None:
    """Bring the add-in that has called up to date where kpixl is newer; what stands in the way of that harms nobody."""
    from kpixl.verbs import addin

    try:
        if not addin.status().renewable:
            return
        if sys.platform == "win32":
            host.app.books[addin.FILE].api.ChangeFileAccess(Mode=_READ_ONLY)
        done = addin.renew(code=host.t.code)
    except Exception:
        return
    if done:
        host.tell(host.t(N_("kpixl’s add-in was brought up to date; Excel shows the new one after its next start.")))


def _run_after_the_macro(work: Callable[[Host], None], spoken: str) -> None:
    """Run what closes the workbook. In Windows, its macro waits for this Python, and must not be closed under itself:
    another Python is started with the same command, and this one ends."""
    if sys.platform != "win32" or AFTER_THE_MACRO in os.environ:
        _run(work, spoken)
        return
    subprocess.Popen(
        [sys.executable, *sys.orig_argv[1:]],
        env={**os.environ, AFTER_THE_MACRO: "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=subprocess.CREATE_NO_WINDOW,
    )


# In the open workbook


def _refresh(host: Host) -> None:
    if AFTER_THE_MACRO in os.environ:
        _take_linked(host)
        return
    linked = _to_take(host)
    errors = _errors(_refreshed(host))
    host.show("dashboard")
    if errors:
        text = N_("Check has found errors that change the figures: {count}. Press “{check}” to see them.")
        host.tell(host.t(text).format(count=errors, check=host.t(N_("Check"))))
    text = N_(
        "Take in what now stands on your sheets that are linked ({sheets})? The workbook is saved, closed and opened "
        "again for it."
    )
    if linked and host.ask(host.t(text).format(sheets=", ".join(linked))):
        _run_after_the_macro(_take_linked, "")


def _to_take(host: Host) -> tuple[str, ...]:
    """The linked sheets of the owner's, where they say something that their tables lack, or may: nobody knows what is
    not saved yet."""
    from kpixl.ooxml.package import Package
    from kpixl.verbs.mirror import brought_in
    from kpixl.workbook.links_part import links_in

    try:
        package = Package.open(host.path)
    except KpixlError:  # what stands in Excel is refreshed all the same
        return ()
    sheets = tuple(link.sheet for link in links_in(package))
    return sheets if sheets and (not host.saved or brought_in(package, host.now)) else ()


def _take_linked(host: Host) -> None:
    from kpixl.check.problem import counts_text
    from kpixl.verbs.refresh import refresh as refresh_file

    if not host.saved:
        host.book.save()
    with host.closed() as free:
        outcome = refresh_file(free, now=host.now)
    host.tell(counts_text(outcome.problems, host.t))


def _check(host: Host) -> None:
    from kpixl.check.problem import counts_text

    if AFTER_THE_MACRO in os.environ:
        _take_in(host)
        return
    problems = _refreshed(host)
    host.show("check")
    if problems:
        host.tell(counts_text(problems, host.t))
    outside = [problem.text(host.t) for problem in problems if problem.code == "rows_below"]
    question = host.t(N_("Take these rows into their tables? The workbook is saved, closed and opened again for it."))
    if outside and host.ask("\n".join([*outside, "", question])):
        _run_after_the_macro(_take_in, "")


def _take_in(host: Host) -> None:
    from kpixl.verbs.outcomes import taken_in_text
    from kpixl.verbs.take_in import take_in

    if not host.saved:
        host.book.save()
    with host.closed() as free:
        taken = take_in(free, now=host.now)
    host.tell(taken_in_text(taken, host.t))


def _report(host: Host) -> None:
    from kpixl.verbs import report

    path = host.path.with_suffix(".html")
    report.ensure_ours(path)
    host.status(host.t(N_("writing the report …")), stops=True)
    outcome = open_workbook.results(host.book, today=host.now.date())
    host.stopped()
    report.write(path, report.own_page(outcome.scorecard, outcome.problems, host.now))
    webbrowser.open(path.resolve().as_uri())


def _refreshed(host: Host) -> tuple[Problem, ...]:
    host.status(host.t(N_("computing the KPIs …")), stops=True)
    return open_workbook.refresh(host.book, now=host.now, stopped=host.stopped).problems


def _errors(problems: Iterable[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


# On its file


def _new(host: Host, wanted: Wanted) -> None:
    from kpixl.verbs import new as verb

    setup = verb.set_up(wanted, host.now.date())
    path = verb.new(setup, verb.file_of(setup, host.folder), now=host.now, progress=host.progress)
    host.app.books.open(str(path))
    text = N_("{path} is ready: fill in its yellow tabs, then press “{refresh}”.")
    host.tell(host.t(text).format(path=path, refresh=host.t(N_("Refresh"))))


def _adopt(host: Host, wanted: Wanted) -> None:
    from kpixl.verbs.adopt import adopt as take_over
    from kpixl.verbs.new import set_up
    from kpixl.verbs.outcomes import adopted_text

    setup = set_up(wanted, host.now.date())
    if host.saved_file() is None:
        return
    with host.closed() as free:
        adopted = take_over(free, setup, now=host.now, progress=host.progress)
    host.tell(adopted_text(adopted, host.t))


def _roll(host: Host) -> None:
    from kpixl.verbs.outcomes import rolled_text

    path = host.saved_file()
    rolled = path and _rolled(host, path)
    if rolled:
        host.app.books.open(str(rolled.path))
        host.tell(rolled_text(rolled, host.t))


def _rolled(host: Host, path: Path) -> Rolled | None:
    """The next period's workbook; None where the owner would rather not close this one yet."""
    from kpixl.verbs.roll import ClosedAlready, EarlierRows, ErrorsInCheck, NotOver
    from kpixl.verbs.roll import roll as close_period

    t = host.t
    early = anyway = False
    while True:
        try:
            return close_period(path, now=host.now, early=early, anyway=anyway, open_here=True, progress=host.progress)
        except NotOver:
            question = t(N_("The period is not over yet. Close it all the same?"))
            early = True
        except ErrorsInCheck as error:
            text = N_("Check has errors that change the figures: {count}. Close the period with wrong figures?")
            question = t(text).format(count=error.details["count"])
            anyway = True
        except (ClosedAlready, EarlierRows):
            question = t(N_("The period on Settings may not be the one to close. Close it all the same?"))
            anyway = True
        if not host.ask(question):
            return None


def _import(host: Host, source: Path | None, table: str) -> None:
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.import_rows import import_rows
    from kpixl.verbs.outcomes import import_text

    table = table or host.table_in_front
    source = source or host.pick_file()
    if source is None:
        return
    path = host.saved_file()
    if path is None or not _agreed(host, path, source, table):
        return
    with host.closed() as free:
        outcome = import_rows(free, ImportRequest(table, source, agreed=True), now=host.now, progress=host.progress)
    host.tell(import_text(outcome, host.t))


def _agreed(host: Host, path: Path, source: Path, table: str) -> bool:
    """Whether the owner wants the rows as kpixl understands them: found out on a copy, while her workbook is open."""
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.import_rows import import_rows
    from kpixl.verbs.outcomes import offer_text

    request, nobody = ImportRequest(table, source), lambda _plan: False
    with tempfile.TemporaryDirectory(prefix="kpixl-") as folder:
        copy = Path(shutil.copy(path, Path(folder, path.name)))
        try:
            plan = import_rows(copy, request, now=host.now, agree=nobody, progress=host.progress).plan
        except MissingMapping as error:
            host.tell(error.text(host.t), bad=True)
            _tell_how(host, error.details["table"])
            return False
    accepted, t = plan.accepted, host.t
    lines = [offer_text(plan, t)]
    if not len(accepted) and not accepted.completions:
        host.tell("\n".join([*lines, t(N_("Nothing was written."))]))
        return False
    if host.ask("\n".join([*lines, "", t(N_("Take the rows like this?"))])):
        return True
    _tell_how(host, plan.match.title)
    return False


def _tell_how(host: Host, title: object) -> None:
    """Where the owner says of a file what a command says with options; ``title`` is what she calls the table."""
    t = host.t
    heading, sheet = t(N_("Columns of imported files")), host.titles.get("settings", t(N_("Settings")))
    host.tell(phrase(_OTHERWISE, sheet=sheet, heading=heading, table=title).text(t))


def _undo(host: Host) -> None:
    from kpixl import files

    t, path = host.t, host.path
    if files.would_restore(path) is None:
        raise files.nothing_to_undo(path, files.history(path))
    text = N_(
        "Put {path} back as it was before kpixl last changed its file? As it is now, it is kept in the folder "
        "“{folder}”."
    )
    if not host.ask(t(text).format(path=path.name, folder=files.BACKUP_FOLDER)):
        return
    if not host.saved:
        text = N_("{path} has changes that are not saved. Save them first, so that they are kept in that folder?")
        answer = host.choose(t(text).format(path=path.name))
        if answer == "cancel":
            return
        if answer == "yes":
            host.book.save()
    host.status(t(N_("putting the backup back …")))
    with host.closed(losing=True) as free:
        done = files.undo(free, host.now)
    host.tell(t(N_("{path} is again as it was in {backup}.")).format(path=path, backup=done.restored.path.name))
