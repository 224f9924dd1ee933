"""The entry points of the buttons, through xlwings' own classes, on workbooks that are really there.

What stands behind them opens and closes files as Excel does: with a lock file beside them, and with changes that are
not saved.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlwings as xw
from xlwings import base_classes

import excel_engine
import workbooks
from clock import NOW, TODAY
from kpixl import excel, files
from kpixl.errors import FileInUse
from kpixl.excel import host
from kpixl.excel.live import open_workbook
from kpixl.i18n import language
from kpixl.imports import BAD_DATE
from kpixl.ooxml.cells import cell_name, parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.verbs import refresh, results
from kpixl.verbs.roll import roll
from kpixl.workbook.append import append_columns
from kpixl.workbook.links_part import Link, put_links
from kpixl.workbook.read import read
from narrow import some
from packages import copies
from workbooks import ROWS, Filled, day, entry, make, named, opened, placed, put

LANGUAGE = "es"
T = language(LANGUAGE)
AFTER = datetime(2026, 11, 22)


class Desk:
    """An Excel with a few books, which writes down what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.open: dict[str, OpenBook] = {}
        self.shown: list[tuple[str, str, str]] = []
        """Text, buttons and kind of each message."""
        self.answers: list[str] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.statuses: list[str | bool] = []
        self.events: list[str] = []
        self.keeps_locks = 0
        """Whether a file is held when its book is closed: above 0."""

    @property
    def texts(self) -> list[str]:
        return [text for text, _, _ in self.shown]

    @property
    def book(self) -> OpenBook:
        (one,) = self.open.values()
        return one

    @property
    def active(self) -> str:
        """The sheet in front."""
        return self.book._excel.active

    @active.setter
    def active(self, sheet: str) -> None:
        self.book._excel.active = sheet


class App(excel_engine.App):
    def __init__(self, excel: excel_engine.Excel, desk: Desk) -> None:
        super().__init__(excel)
        self._desk = desk

    @property
    def books(self) -> Books:
        return Books(self._desk)

    @property
    def status_bar(self) -> str | bool:
        return self._desk.statuses[-1] if self._desk.statuses else False

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        self._desk.statuses.append(value)

    def alert(self, prompt: str, title: str, buttons: str, mode: str, callback: None) -> str:
        assert title == "kpixl"
        self._desk.shown.append((prompt, buttons, mode))
        if buttons == "ok":
            return "ok"
        self._desk.before_answer()
        return self._desk.answers.pop(0)


class Books(base_classes.Books):
    app: Any = None

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = SimpleNamespace(engine=excel_engine.Engine())

    def __call__(self, name: str) -> OpenBook:
        return self.desk.open[name]

    def __iter__(self) -> Iterator[OpenBook]:
        return iter([*self.desk.open.values()])

    def __len__(self) -> int:
        return len(self.desk.open)

    def open(self, fullname: str, *_: object) -> OpenBook:
        self.desk.events.append(f"open {Path(fullname).name}")
        return OpenBook(Path(fullname), self.desk)


class OpenBook(excel_engine.Book):
    """A book whose file is held, as long as it is open, by the lock file that Excel lays beside it."""

    def __init__(self, path: Path, desk: Desk) -> None:
        super().__init__(excel_engine.Excel(path))
        self._desk, self._path, self._saved = desk, path, True
        self._lock.touch()
        desk.open[path.name] = self

    @property
    def _lock(self) -> Path:
        return self._path.with_name(f"~${self._path.name}")

    @property
    def app(self) -> App:
        return App(self._excel, self._desk)

    @property
    def fullname(self) -> str:
        return str(self._path)

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def api(self) -> Any:
        native = excel_engine.Book(self._excel).api
        native.__dict__["Saved"] = self._saved
        return native

    def close(self) -> None:
        self._desk.events.append(f"close {self.name}{'' if self._saved else ' without saving'}")
        del self._desk.open[self.name]
        if not self._desk.keeps_locks:
            self._lock.unlink()

    def save(self, path: None = None, password: None = None) -> None:
        self._desk.events.append(f"save {self.name}")
        self._saved = True


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("october") / "Ana 2026-10.xlsx"
    return make(path, Filled(language=LANGUAGE, rows=ROWS)).read_bytes()


@pytest.fixture
def path(october: bytes, tmp_path: Path) -> Path:
    """A workbook in Spanish, refreshed once; its folder has no backups."""
    book = tmp_path / "Ana 2026-10.xlsx"
    book.write_bytes(october)
    return book


@pytest.fixture
def app(path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Excel with the workbook open, whose macro has called."""
    desk = Desk()
    for one in (excel_engine.App, excel_engine.Book):  # the sheets of the engine know no others
        monkeypatch.setattr(one, "activate", lambda *_: None)
    book = OpenBook(path, desk)
    monkeypatch.setattr(xw.engines, "active", xw.Engine(impl=SimpleNamespace(apps=[book.app])))
    monkeypatch.setattr(xw.Book, "_mock_caller", xw.Book(impl=book), raising=False)
    monkeypatch.setattr(host, "_PAUSE", 0.0)
    return desk


def titles(path: Path) -> dict[str, str]:
    return {key: sheet.name for key, sheet in opened(path).sheets.items()}


def spoiled(app: Desk, path: Path) -> None:
    """An error for Check, typed and saved in Excel: a text where a number belongs."""
    sheet, cell = place = workbooks.entry(opened(path), "hours", "productive", 0)
    app.book._excel.tab(sheet).cell(*parse_cell(cell)).value = "six"
    app.book._lock.unlink()
    put(path, {place: "six"})
    app.book._lock.touch()


# In the open workbook


def test_refresh_shows_the_dashboard_and_says_nothing(app: Desk, path: Path) -> None:
    app.active = titles(path)["settings"]
    writes = app.book._excel.writes
    excel.refresh()
    assert app.book._excel.writes > writes
    assert app.active == titles(path)["dashboard"]
    assert app.shown == []
    assert app.statuses[0] is not False
    assert app.statuses[-1] is False


def test_refresh_speaks_up_where_check_has_errors(app: Desk, path: Path) -> None:
    spoiled(app, path)
    excel.refresh()
    (text,) = app.texts
    errors = sum(problem.severity == "error" for problem in results.results(path, today=TODAY).problems)
    assert errors
    assert str(errors) in text
    assert T("Check") in text
    assert app.active == titles(path)["dashboard"]


def test_check_shows_its_sheet_and_the_number_of_problems(app: Desk, path: Path) -> None:
    spoiled(app, path)
    excel.check()
    assert app.active == titles(path)["check"]
    (text,) = app.texts
    assert text.startswith("La revisión ")
    assert any(sign.isdigit() for sign in text)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_check_takes_in_rows_below_a_table_where_the_owner_wants_it(app: Desk, path: Path, answer: str) -> None:
    sheet, cell = entry(opened(path), "leads", "date", 3)
    row, column = parse_cell(cell)
    app.book._lock.unlink()
    typed: list[str | float] = [day("2026-10-05"), "Zoë"]
    for number, value in enumerate(typed):
        app.book._excel.tab(sheet).cell(row + 3, column + number).value = value
        put(path, {(sheet, cell_name(row + 3, column + number)): value})
    app.book._lock.touch()
    app.answers = [answer]
    excel.check()
    question = next(text for text, buttons, _ in app.shown if buttons == "yes_no")
    assert cell_name(row + 3, column) in question
    rows = opened(path).entries.tables["leads"]
    assert rows is not None
    assert len(rows) == (5 if answer == "yes" else 4)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_refresh_takes_in_what_linked_sheets_say_where_the_owner_wants_it(app: Desk, path: Path, answer: str) -> None:
    """The fifth lead stands on a sheet of hers."""
    package = Package.open(path)
    headings = opened(path).headings["leads"]
    lead = {"date": "2026-10-05", "lead": "Zoë"}
    add_plain_sheet(package, "Contactos", [[headings[id_] for id_ in lead], [*lead.values()]])
    put_links(package, (Link("Contactos", "leads"),))
    app.book._lock.unlink()
    package.save(path)
    app.book._lock.touch()
    app.answers = [answer, answer]
    excel.refresh()
    (question,) = (text for text, buttons, _ in app.shown if buttons == "yes_no")
    assert "Contactos" in question
    assert len(some(opened(path).entries.tables["leads"])) == (5 if answer == "yes" else 4)


def test_the_report_shows_what_stands_in_excel_saved_or_not(
    app: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three scores are 4 or more; the third becomes 5 in Excel alone."""
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    before = path.read_bytes()
    excel.report()
    page = path.with_suffix(".html")
    assert shown == [page.resolve().as_uri()]
    assert "66,7\u00a0%" in page.read_text(encoding="utf-8")
    sheet, cell = entry(opened(path), "surveys", "score", 2)
    app.book._excel.tab(sheet).cell(*parse_cell(cell)).value = 5.0
    excel.report()
    assert "100,0\u00a0%" in page.read_text(encoding="utf-8")
    assert app.shown == []
    assert path.read_bytes() == before
    page.write_text("mine")
    excel.report()
    assert page.read_text() == "mine"
    assert len(app.texts) == 1


def test_roll_asks_where_the_period_may_be_the_wrong_one(
    app: Desk, path: Path, today: Callable[[datetime], None]
) -> None:
    today(datetime(2026, 12, 2))
    app.book._lock.unlink()
    put(path, {named(opened(path), "period_day"): day("2026-11-15")})
    app.book._lock.touch()
    app.answers = ["no"]
    excel.roll()
    assert app.texts == [T("The period on Settings may not be the one to close. Close it all the same?")]
    assert not path.with_name("Ana 2026-12.xlsx").exists()


def test_a_failure_is_told_in_the_language_of_the_workbook(app: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = FileInUse(path="x.xlsx", program="Excel")

    def fails(book: xw.Book, *, now: datetime, stopped: object) -> None:
        raise error

    monkeypatch.setattr(open_workbook, "refresh", fails)
    excel.refresh()
    assert app.shown == [(error.text(T), "ok", "critical")]
    assert error.text(T) != str(error)
    assert app.statuses[-1] is False


def test_a_mistake_of_kpixls_own_is_told_too(app: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_workbook, "refresh", lambda book, **_: 1 / 0)
    excel.check()
    ((text, buttons, kind),) = app.shown
    assert "ZeroDivisionError: division by zero" in text
    assert (buttons, kind) == ("ok", "critical")
    assert app.statuses[-1] is False


def test_a_workbook_that_does_not_say_its_language_is_spoken_to_in_that_of_the_system(
    app: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LANG", "fr")
    assert host.Host.of(xw.Book.caller(), NOW).t.code == "es"
    monkeypatch.setattr(host, "FileView", None)
    assert host.Host.of(xw.Book.caller(), NOW).t.code == "fr"


def test_long_messages_are_cut(app: Desk) -> None:
    host.Host.of(xw.Book.caller(), NOW).tell("\n".join(map(str, range(1000))))
    assert app.texts == ["\n".join([*map(str, range(host.LINES)), "…"])]


# Closing the period


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_(moment: datetime) -> None:
        monkeypatch.setattr(excel, "datetime", SimpleNamespace(now=lambda: moment))

    set_(AFTER)
    return set_


def test_roll_makes_the_next_workbook_and_opens_it(app: Desk, path: Path, today: Callable[[datetime], None]) -> None:
    before = path.read_bytes()
    with pytest.raises(FileInUse):
        roll(path, now=AFTER)
    excel.roll()
    following = path.with_name("Ana 2026-11.xlsx")
    assert str(opened(following).entries.period) == "2026-11"
    assert app.events == ["open Ana 2026-11.xlsx"]
    assert path.read_bytes() == before
    (text,) = app.texts
    assert "octubre de 2026" in text
    assert "noviembre de 2026" in text


def test_roll_asks_where_the_period_is_not_over(app: Desk, path: Path, today: Callable[[datetime], None]) -> None:
    today(datetime(2026, 10, 20))
    app.answers = ["no"]
    excel.roll()
    assert not path.with_name("Ana 2026-11.xlsx").exists()
    assert app.events == []
    assert [buttons for _, buttons, _ in app.shown] == ["yes_no"]
    app.answers = ["yes"]
    excel.roll()
    assert path.with_name("Ana 2026-11.xlsx").exists()


def test_roll_asks_for_each_reason(app: Desk, path: Path, today: Callable[[datetime], None]) -> None:
    spoiled(app, path)
    today(datetime(2026, 10, 20))
    app.answers = ["yes", "no"]
    excel.roll()
    assert not path.with_name("Ana 2026-11.xlsx").exists()
    app.answers = ["yes", "yes"]
    excel.roll()
    assert path.with_name("Ana 2026-11.xlsx").exists()
    assert len(app.shown) == 5


def test_roll_wants_the_workbook_saved(app: Desk, path: Path, today: Callable[[datetime], None]) -> None:
    app.book._saved = False
    app.answers = ["no"]
    excel.roll()
    assert app.events == []
    app.answers = ["yes"]
    excel.roll()
    assert app.events == ["save Ana 2026-10.xlsx", "open Ana 2026-11.xlsx"]


@pytest.mark.parametrize("entry", [excel.roll, excel.undo])
def test_a_workbook_without_a_file_has_to_get_one(app: Desk, path: Path, entry: Callable[[], None]) -> None:
    app.book._path = Path("Libro1")
    entry()
    ((text, _, kind),) = app.shown
    assert text.startswith("Libro1 ")
    assert kind == "critical"
    assert app.events == []


@pytest.mark.parametrize("cloud", ["https://example.org/Ana.xlsx", None])
def test_a_workbook_in_the_cloud_alone_is_refused(
    app: Desk, cloud: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fullname(book: OpenBook) -> str:
        if cloud is None:
            raise xw.XlwingsError("no local path")
        return cloud

    monkeypatch.setattr(OpenBook, "fullname", property(fullname))
    excel.roll()
    assert app.texts == [host.OnlyInCloud(path="Ana 2026-10.xlsx").text(T)]


# Importing

EXPORT = (
    "id;client;opened;resolved\nR8;Ana;2026-10-05;2026-10-06\nR9;Ana;2026-10-07;\nR1;Ana;2026-10-01;\nR7;Ana;soon;\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "it's “ș” & 100%.csv"
    file.write_text(EXPORT, encoding="utf-8")
    return file


def imported(source: Path, table: str = "requests") -> None:
    """The very command that VBA hands over."""
    digits = "".join(f"{ord(sign):04X}" for sign in str(source))
    exec(f"import kpixl.excel; kpixl.excel.import_file('{digits}', '{table}')", {})


def ids(path: Path) -> list[str]:
    rows = opened(path).entries.tables["requests"]
    assert rows is not None
    return [*rows.texts["id"]]


def test_import_shows_first_and_then_takes(app: Desk, path: Path, source: Path) -> None:
    active = titles(path)["settings"]
    app.active = active
    open_when_asked = []
    app.before_answer = lambda: open_when_asked.append(list(app.open))
    app.answers = ["yes"]
    imported(source)
    assert open_when_asked == [[path.name]]
    assert app.events == ["close Ana 2026-10.xlsx", "open Ana 2026-10.xlsx"]
    assert ids(path) == ["R1", "R2", "R3", "R4", "R8", "R9"]
    assert app.active == active
    question, result = app.texts
    assert "soon" in question
    assert T("New rows: {new}; there already: {known}, of which completed: {completed}; left out: {rejected}.").format(
        new=2, known=1, completed=0, rejected=1
    ) in " ".join(result.split())
    assert any("(4/5)" in str(status) for status in app.statuses)
    assert app.statuses[-1] is False
    assert len(copies(path)) == 1


def test_import_tells_first_why_rows_are_left_out_and_what_columns_hold(app: Desk, path: Path, source: Path) -> None:
    """As at the terminal: one table with examples, the refused rows by cause, one question; a no changes nothing."""
    bad = "".join(f"R{number};Ana;soon {number};;x\n" for number in range(20, 26))
    source.write_text("id;client;opened;resolved;Mood\nR8;Ana;2026-10-05;2026-10-06;fine\n" + bad, encoding="utf-8")
    before = path.read_bytes()
    app.answers = ["no"]
    imported(source)
    question, otherwise = app.texts
    told = " ".join(question.split())
    assert "← opened" in told
    assert "2026-10-05, soon 20, soon 21" in told
    assert "Mood: x (6), fine (1)" in told
    assert (
        T("{count} rows, {column}: the cell {reason}. The first, with their lines: {cells}.").format(
            count=6, column="opened", reason=T(BAD_DATE), cells="“soon 20” (3), “soon 21” (4), “soon 22” (5)"
        )
        in told
    )
    assert told.endswith(T("Take the rows like this?"))
    assert titles(path)["settings"] in otherwise
    assert path.read_bytes() == before
    assert app.events == []


def test_an_import_goes_by_what_the_owner_has_written_on_settings(app: Desk, path: Path, source: Path) -> None:
    """All that a command can say of a file is said in lines of a table there, in the words of her sheets."""
    book = opened(path)
    sheet, heading = book.sheets["requests"].name, book.headings["requests"]["client"]
    lines = [(sheet, heading, "Who"), ("requests", "--only", "State=done"), (sheet, "--value", f"{heading}:Anna=Ana")]
    lines += [(sheet, "--set", f"{book.headings['requests']['assistant']}=Eva"), (sheet, "--dates", "opened=mdy")]
    lines += [(sheet, "--map", f"{book.headings['requests']['kind']}=")]
    package = Package.open(path)
    table, field, column = zip(*lines, strict=True)
    append_columns(package, read(package), "imports", {"table": table, "field": field, "column": column})
    path.write_bytes(package.data)
    rows = ("R20;Anna;10/02/2026;done;call", "R21;Anna;10/03/2026;gone;call")
    source.write_text("\n".join(("id;Who;opened;State;kind", *rows)) + "\n", encoding="utf-8")
    app.answers = ["yes"]
    imported(source)
    found = opened(path).entries.tables["requests"]
    assert found is not None
    assert ids(path)[4:] == ["R20"]
    assert (found.texts["client"][4], found.texts["kind"][4]) == ("Ana", None)
    assert found.numbers["opened"][4] == day("2026-10-02")
    assert found.texts["assistant"][4] == "Eva"


def test_import_of_a_file_that_lacks_a_column_says_which(app: Desk, path: Path, source: Path) -> None:
    source.write_text("id;opened\nR8;2026-10-05\n", encoding="utf-8")
    before = path.read_bytes()
    imported(source)
    text, otherwise = app.texts
    assert "«Cliente»" in text
    assert "opened (2026-10-05)" in text
    assert titles(path)["settings"] in otherwise
    assert "--set" in otherwise
    assert (path.read_bytes(), app.events) == (before, [])


def test_import_without_arguments_asks_for_the_file(
    app: Desk, path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is the one of the sheet in front, the file the one that is picked in Excel's own dialogue."""
    picked: list[object] = [False, str(source)]
    dialogue = SimpleNamespace(GetOpenFilename=lambda: picked.pop(0))
    monkeypatch.setattr(App, "api", dialogue, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    app.active = opened(path).sheets["requests"].name
    excel.import_file()
    assert (app.events, app.shown) == ([], [])
    app.answers = ["yes"]
    excel.import_file()
    assert ids(path) == ["R1", "R2", "R3", "R4", "R8", "R9"]
    assert picked == []


def test_import_without_arguments_needs_a_sheet_for_entries(app: Desk, path: Path) -> None:
    app.active = titles(path)["dashboard"]
    excel.import_file()
    assert app.texts == [host.NoTableInFront(path="Ana 2026-10.xlsx").text(T)]
    assert app.events == []


def test_no_means_that_nothing_happens(app: Desk, path: Path, source: Path) -> None:
    before = path.read_bytes()
    app.answers = ["no"]
    imported(source)
    assert app.events == []
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == sorted([path.name, source.name, f"~${path.name}"])


def test_a_file_without_new_rows_is_not_asked_about(app: Desk, path: Path, source: Path) -> None:
    source.write_text("id;client;opened;resolved\nR1;Ana;2026-10-01;\n", encoding="utf-8")
    imported(source)
    assert app.events == []
    ((text, buttons, _),) = app.shown
    assert buttons == "ok"
    assert text.endswith(T("Nothing was written."))


def test_a_file_that_cannot_be_read_closes_nothing(app: Desk, path: Path, source: Path) -> None:
    source.write_bytes(b"PK\x03\x04 no zip")
    imported(source)
    assert app.events == []
    ((text, _, kind),) = app.shown
    assert source.name in text
    assert kind == "critical"


def test_what_is_typed_while_kpixl_asks_is_not_lost(app: Desk, path: Path, source: Path) -> None:
    before = path.read_bytes()
    book = app.book

    def types() -> None:
        book._saved = False

    app.before_answer = types
    app.answers = ["yes"]
    imported(source)
    assert app.events == []
    assert path.read_bytes() == before
    assert app.texts[-1] == host.ChangedMeanwhile(path=path.name).text(T)


def test_a_file_that_is_let_go_of_late_is_waited_for(
    app: Desk, path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.keeps_locks = 3
    lock = app.book._lock

    def pauses(_seconds: float) -> None:
        app.keeps_locks -= 1
        if not app.keeps_locks:
            lock.unlink()

    monkeypatch.setattr(time, "sleep", pauses)
    app.answers = ["yes"]
    imported(source)
    assert app.keeps_locks == 0
    assert "R9" in ids(path)


def test_a_file_that_is_never_let_go_of_stays_as_it_is_and_is_opened_again(
    app: Desk, path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    app.keeps_locks = 1
    monkeypatch.setattr(host, "PATIENCE", 0.01)
    app.answers = ["yes"]
    imported(source)
    assert path.read_bytes() == before
    assert app.events == ["close Ana 2026-10.xlsx", "open Ana 2026-10.xlsx"]
    assert app.shown[-1][2] == "critical"


# Undoing


@pytest.fixture
def changed(path: Path) -> bytes:
    """A workbook that kpixl has changed since; as it was before."""
    before = path.read_bytes()
    with_target = opened(path)
    put(path, {placed(with_target, "kpis", "css", "target"): 0.5})
    typed = path.read_bytes()
    assert typed != before
    refresh.refresh(path, now=NOW)
    assert path.read_bytes() != typed
    return typed


def test_undo_puts_the_backup_back(changed: bytes, app: Desk, path: Path) -> None:
    latest = path.read_bytes()
    app.answers = ["yes"]
    excel.undo()
    assert path.read_bytes() == changed
    assert app.events == ["close Ana 2026-10.xlsx", "open Ana 2026-10.xlsx"]
    assert sorted(copy.read_bytes() for copy in copies(path)) == sorted([changed, latest])
    assert len(app.shown) == 2


def test_undo_can_be_thought_better_of(changed: bytes, app: Desk, path: Path) -> None:
    latest = path.read_bytes()
    app.answers = ["no"]
    excel.undo()
    assert path.read_bytes() == latest
    assert app.events == []


@pytest.mark.parametrize(
    ("answer", "events"),
    [
        ("yes", ["save Ana 2026-10.xlsx", "close Ana 2026-10.xlsx", "open Ana 2026-10.xlsx"]),
        ("no", ["close Ana 2026-10.xlsx without saving", "open Ana 2026-10.xlsx"]),
        ("cancel", []),
    ],
)
def test_undo_asks_what_becomes_of_changes_that_are_not_saved(
    changed: bytes, app: Desk, path: Path, answer: str, events: list[str]
) -> None:
    app.book._saved = False
    app.answers = ["yes", answer]
    excel.undo()
    assert app.events == events
    assert (path.read_bytes() == changed) == bool(events)


def test_nothing_to_undo_is_told_before_anything_is_closed(app: Desk, path: Path) -> None:
    (path.parent / files.BACKUP_FOLDER).mkdir()
    (path.parent / files.BACKUP_FOLDER / "Eva 2026-10 2026-10-01 10.00.00.xlsx").touch()
    excel.undo()
    assert app.events == []
    assert [kind for _, _, kind in app.shown] == ["critical"]


def test_a_backup_that_is_none_leaves_the_workbook_open(app: Desk, path: Path) -> None:
    (path.parent / files.BACKUP_FOLDER).mkdir()
    (path.parent / files.BACKUP_FOLDER / "Ana 2026-10 old.xlsx").touch()
    before = path.read_bytes()
    app.answers = ["yes"]
    excel.undo()
    assert path.read_bytes() == before
    assert list(app.open) == [path.name]
    assert app.shown[-1][2] == "critical"


# Windows


@pytest.mark.parametrize("command", ["undo()", "import_file('0041', 'requests')"])
def test_on_windows_what_closes_the_workbook_waits_for_the_end_of_its_macro(
    app: Desk, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, Any]]] = []
    orders = ["-B", "-c", f"import kpixl.excel; kpixl.excel.{command}", "--wb=Ana 2026-10.xlsx", "--from_xl=1"]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "orig_argv", ["python", *orders])
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "Popen", lambda words, **how: started.append((words, how)))
    exec(f"import kpixl.excel; kpixl.excel.{command}", {})
    ((words, how),) = started
    assert words == [sys.executable, *orders]
    assert how["env"] == {**os.environ, excel.AFTER_THE_MACRO: "1"}
    assert [*app.shown, *app.events, *app.statuses] == []


def test_on_windows_the_second_python_does_the_work(
    changed: bytes, app: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv(excel.AFTER_THE_MACRO, "1")
    app.answers = ["yes"]
    excel.undo()
    assert not [shown for shown in app.shown if shown[2] == "critical"]
    assert path.read_bytes() == changed


def test_the_mac_is_asked_in_its_own_way(app: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = host.Host.of(xw.Book.caller(), NOW)
    monkeypatch.setattr(sys, "platform", "darwin")
    for answer in (True, False):
        native = SimpleNamespace(saved=SimpleNamespace(get=lambda answer=answer: answer))
        monkeypatch.setattr(OpenBook, "api", native)
        assert made.saved is answer
