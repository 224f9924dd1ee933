"""The workbook that is open in Excel, as the entry points need it: its language, its file, messages and questions.

Never saves or closes a workbook with changes unless the owner has said so.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw

from kpixl.errors import N_, FileInUse, WorkbookError
from kpixl.excel import escape
from kpixl.excel.live.live_view import LiveView
from kpixl.files import ensure_free
from kpixl.i18n import language
from kpixl.languages import codes, default_language
from kpixl.ooxml.package import Package
from kpixl.verbs.machine import own_folder
from kpixl.workbook import layout
from kpixl.workbook.aliases import PREFIX
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from kpixl.i18n import Language

TITLE = "kpixl"
_STOPS = N_("Esc stops it")
LINES = 25
"""More than these do not fit into a message on a small screen."""
PATIENCE = 5.0
"""Seconds within which a closed workbook should be let go of: a virus scanner or a cloud's client may hold it."""
_PAUSE = 0.2
_SETTINGS = "settings"
_SHOWN = ("dashboard", "check")


class NeverSaved(WorkbookError):
    """A workbook without a file."""

    code = "never_saved"
    template = N_("{path} has no file yet; save it in a folder of this computer first (File > Save As).")


class OnlyInCloud(WorkbookError):
    """A workbook whose file is not on this computer."""

    code = "only_in_cloud"
    template = N_("{path} was opened from the cloud; open it from its folder on this computer and try again.")


class ChangedMeanwhile(WorkbookError):
    """Somebody typed while kpixl was asking."""

    code = "changed_meanwhile"
    template = N_("{path} was changed in the meantime and stays as it is; save it and try again.")


class NoTableInFront(WorkbookError):
    """Rows are to be imported, and the sheet in front has no entry table."""

    code = "no_table_in_front"
    template = N_("No table for entries is on the sheet in front of {path}; open the sheet for the rows and try again.")


@dataclass(frozen=True)
class Host:
    """An open workbook and the language to speak."""

    book: xw.Book
    app: xw.App
    """Excel itself, which is there while the workbook is closed."""
    now: datetime
    """When its macro was called."""
    t: Language
    titles: Mapping[str, str]
    """What the sheets of kpixl are called, by key; as far as it is known."""

    @classmethod
    def of(cls, book: xw.Book, now: datetime, otherwise: str = "") -> Host:
        """The workbook in its own language; where it does not say, in ``otherwise`` or that of the system."""
        code, titles = _described(book)
        spoken = next((one for one in (code, otherwise) if one in codes()), "") or default_language(None)
        return cls(book, book.app, now, language(spoken), titles)

    # What the owner sees

    def tell(self, text: str, *, bad: bool = False) -> None:
        """A message box, cut where it would not fit."""
        self.app.alert(_cut(text), TITLE, "ok", "critical" if bad else "info")

    def ask(self, text: str) -> bool:
        """Whether the owner says yes."""
        return self.app.alert(text, TITLE, "yes_no", "info") == "yes"

    def choose(self, text: str) -> str:
        """What the owner says: yes, no or cancel."""
        return self.app.alert(text, TITLE, "yes_no_cancel", "info") or "cancel"

    def status(self, text: str, *, stops: bool = False) -> None:
        """What Excel's status bar says until the work is done; and whether Esc ``stops`` it."""
        self.app.status_bar = f"{TITLE}: {text}" + (f" – {self.t(_STOPS)}" if stops else "")

    def progress(self, done: int, total: int, text: str, /) -> None:
        """A step of a long work, as a ``Reporter``; EscPressed where the owner has pressed Esc."""
        self.stopped()
        self.status(f"{self.t(text)} ({done}/{total})", stops=True)

    def stopped(self) -> None:
        """EscPressed where the owner has pressed Esc."""
        if escape.pressed():
            raise escape.EscPressed

    def show(self, key: str) -> None:
        """Bring a sheet of kpixl's to the front, where it is still called so."""
        _activate(self.book, self.titles.get(key))

    # What the owner picks

    @property
    def table_in_front(self) -> str:
        """The id of the entry table of the sheet in front; NoTableInFront where there is none."""
        for table in self.book.sheets.active.tables:
            name = table.name.removeprefix(PREFIX)
            id_ = name.removeprefix(layout.table_name(""))
            if id_ != name and id_ not in (layout.PAST, layout.IMPORTS):
                return id_
        raise NoTableInFront(path=self.book.name)

    def pick_file(self) -> Path | None:
        """The file that the owner picks in a dialogue; None where she picks none."""
        if sys.platform == "darwin":
            asked = ["osascript", "-e", "POSIX path of (choose file)"]
            chosen = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.rstrip("\n")
        else:
            chosen = self.app.api.GetOpenFilename() or ""
        return Path(chosen) if chosen else None

    # The file

    @property
    def path(self) -> Path:
        """The workbook's file; NeverSaved or OnlyInCloud where there is none here."""
        try:
            path = Path(self.book.fullname)
        except xw.XlwingsError as error:
            raise OnlyInCloud(path=self.book.name) from error
        if "://" in str(self.book.fullname):
            raise OnlyInCloud(path=self.book.name)
        if not path.is_file():
            raise NeverSaved(path=self.book.name)
        return path

    @property
    def saved(self) -> bool:
        """Whether the file is what Excel shows."""
        api = self.book.api
        return bool(api.saved.get() if sys.platform == "darwin" else api.Saved)

    @property
    def folder(self) -> Path:
        """Where a new workbook belongs: beside this one where it is kpixl's, else in *kpixl* in the documents."""
        try:
            return self.path.parent if self.titles else own_folder()
        except (NeverSaved, OnlyInCloud):
            return own_folder()

    def saved_file(self) -> Path | None:
        """The workbook's file as Excel shows it; None where the owner does not want her changes saved."""
        path = self.path
        if not self.saved:
            if not self.ask(self.t(N_("{path} has changes that are not saved. Save it now?")).format(path=path.name)):
                return None
            self.book.save()
        return path

    @contextmanager
    def closed(self, *, losing: bool = False) -> Iterator[Path]:
        """The workbook's file while Excel has it closed; it is opened again whatever happens, the same sheet in front.

        ChangedMeanwhile where there are changes again, unless the owner knows that she is ``losing`` them.
        """
        path, sheet = self.path, self.book.sheets.active.name
        if not losing and not self.saved:
            raise ChangedMeanwhile(path=path.name)
        self.book.close()
        try:
            _wait_until_free(path)
            yield path
        finally:
            _activate(self.app.books.open(str(path)), sheet)


def _described(book: xw.Book) -> tuple[str, dict[str, str]]:
    """The code of the language, and the titles of sheets. The file knows them at once; Excel has to be asked name by
    name, and is so only where there is no file."""
    try:
        live = LiveView(book)
        blocks = Blocks(FileView(Package.open(live.path)) if live.path.is_file() else live)
        places, sheets = blocks.places(_SETTINGS, *_SHOWN)
        return blocks.fixed(places[_SETTINGS], sheets, "language"), {key: sheet.name for key, sheet in sheets.items()}
    except Exception:  # what is wrong with the workbook is told by whoever reads it, in some language
        return "", {}


def _activate(book: xw.Book, sheet: str | None) -> None:
    for one in book.sheets:
        if one.name == sheet:
            one.activate()


def _wait_until_free(path: Path) -> None:
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            return ensure_free(path)
        except FileInUse:
            if time.monotonic() > patience:
                raise
        time.sleep(_PAUSE)


def _cut(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(lines if len(lines) <= LINES else [*lines[:LINES], "…"])
