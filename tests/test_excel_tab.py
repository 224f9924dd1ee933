"""What the tab of the add-in calls, through xlwings' own classes: on the workbook in front, with another one open."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
import xlwings as xw

import excel_engine
import kpixl.excel
from clock import NOW
from kpixl.errors import NotOurWorkbook
from kpixl.excel import escape, host
from kpixl.excel.escape import EscPressed
from kpixl.i18n import language
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs import addin, machine, refresh
from kpixl.workbook.macros.xlam import version_in
from packages import copies
from test_addin_install import Home, older
from test_excel import EXPORT, App, Desk, OpenBook
from workbooks import ROWS, Filled, entry, make, opened, placed, put

T = language("es")
ROMANIAN = language("ro")


def digits(text: str) -> str:
    """A text as VBA hands it over."""
    return text.encode("utf-16-be").hex().upper()


class Front:
    """An Excel with two workbooks, whose tab calls as VBA does: by the name of the one in front."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.desk = Desk()
        self.mine, self.other = folder / "Bea" / "Bea 2026-10.xlsx", folder / "Ana" / "Ana 2026-10.xlsx"
        for path in (self.other, self.mine):
            path.parent.mkdir()
            path.write_bytes(content)
            OpenBook(path, self.desk)

    def press(self, command: str, name: str = "") -> None:
        sys.argv = ["-c", f"--wb={name or self.mine.name}", "--from_xl=1"]
        exec(f"import kpixl.excel; kpixl.excel.{command}", {})

    def state(self, path: Path) -> object:
        """What must not change of the other one: what Excel shows, and the file."""
        book = self.desk.open[path.name]
        return book._excel.state(), path.read_bytes(), copies(path)


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("october") / "Ana 2026-10.xlsx"
    return make(path, Filled(language="es", rows=ROWS)).read_bytes()


@pytest.fixture
def front(october: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    made = Front(tmp_path, october)
    for one in (excel_engine.App, excel_engine.Book):
        monkeypatch.setattr(one, "activate", lambda *_: None)
    monkeypatch.setattr(App, "version", "16.90", raising=False)
    app = made.desk.open[made.mine.name].app
    monkeypatch.setattr(xw.engines, "active", xw.Engine(impl=SimpleNamespace(apps=[app])))
    monkeypatch.delattr(xw.Book, "_mock_caller", raising=False)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(host, "_PAUSE", 0.0)
    monkeypatch.setattr(kpixl.excel, "datetime", SimpleNamespace(now=lambda: NOW))
    monkeypatch.setattr(machine, "_documents", lambda home: tmp_path / "Documents")
    monkeypatch.setattr(addin, "ThisMachine", lambda: Home(tmp_path / "home", "linux"))
    return made


# Each on the one in front


@pytest.mark.parametrize(("entry_point", "sheet"), [("refresh", "dashboard"), ("check", "check")])
def test_what_is_computed_is_written_into_the_one_in_front(front: Front, entry_point: str, sheet: str) -> None:
    before, writes = front.state(front.other), front.desk.open[front.mine.name]._excel.writes
    front.press(f"{entry_point}(spoken='fr')")
    assert front.desk.open[front.mine.name]._excel.writes > writes
    assert front.desk.open[front.mine.name]._excel.active == opened(front.mine).sheets[sheet].name
    assert front.state(front.other) == before
    assert len(copies(front.mine)) == 1
    assert not [kind for _, _, kind in front.desk.shown if kind == "critical"]


def test_the_report_is_that_of_the_one_in_front(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    front.press("report(spoken='fr')")
    assert shown == [front.mine.with_suffix(".html").as_uri()]
    assert not front.other.with_suffix(".html").exists()


def test_rows_are_imported_into_the_one_in_front(front: Front, tmp_path: Path) -> None:
    source = tmp_path / "it's “ș”.csv"
    source.write_text(EXPORT, encoding="utf-8")
    before = front.state(front.other)
    front.desk.answers = ["yes"]
    front.press(f"import_file('{digits(str(source))}', 'requests', spoken='fr')")
    rows = opened(front.mine).entries.tables["requests"]
    assert rows is not None
    assert [*rows.texts["id"]][-2:] == ["R8", "R9"]
    assert front.desk.events == [f"close {front.mine.name}", f"open {front.mine.name}"]
    assert front.state(front.other) == before


def test_the_period_of_the_one_in_front_is_closed(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kpixl.excel, "datetime", SimpleNamespace(now=lambda: datetime(2026, 11, 2)))
    front.desk.answers = ["yes"] * 3
    front.press("roll(spoken='fr')")
    assert front.mine.with_name("Bea 2026-11.xlsx").exists()
    assert not front.other.with_name("Ana 2026-11.xlsx").exists()
    assert front.desk.events == ["open Bea 2026-11.xlsx"]


def test_the_last_change_of_the_one_in_front_is_undone(front: Front) -> None:
    typed = []
    for path in (front.mine, front.other):
        book = front.desk.open.pop(path.name)
        book._lock.unlink()
        put(path, {placed(opened(path), "kpis", "css", "target"): 0.5})
        typed.append(path.read_bytes())
        refresh.refresh(path, now=NOW)
        OpenBook(path, front.desk)
    changed = front.other.read_bytes()
    assert changed not in typed
    front.desk.answers = ["yes"]
    front.press("undo(spoken='fr')")
    assert front.mine.read_bytes() == typed[0]
    assert front.other.read_bytes() == changed


# A workbook that is made, or taken over


def test_a_new_workbook_stands_beside_the_one_in_front(front: Front) -> None:
    words = f"'remote-va-agency', 'ro', '{digits('Știință & Co')}', '{digits('2026-Q4')}', '{digits('eur')}'"
    front.press(f"new({words}, spoken='es')")
    made = front.mine.with_name("Știință & Co 2026-Q4.xlsx")
    assert front.desk.events == [f"open {made.name}"]
    entries = opened(made).entries
    assert (entries.company, str(entries.period), entries.language, entries.currency) == (
        "Știință & Co", "2026-Q4", "ro", "EUR"
    )  # fmt: skip
    (text,) = front.desk.texts
    assert str(made) in text
    front.press(f"new({words}, spoken='es')")
    assert front.desk.shown[-1][2] == "critical"  # never over one that is there


def plain(front: Front, name: str = "Budget.xlsx") -> Path:
    """A workbook that is none of kpixl's, open in Excel."""
    path = front.mine.with_name(name)
    book = openpyxl.Workbook()
    book.active["A1"] = "mine"
    book.save(path)
    OpenBook(path, front.desk)
    return path


def test_beside_another_workbook_a_new_one_goes_to_the_documents(front: Front, tmp_path: Path) -> None:
    plain(front)
    words = f"'remote-va-agency', 'es', '', '{digits('2026-10')}', '{digits('EUR')}'"
    front.press(f"new({words}, spoken='es')", "Budget.xlsx")
    (made,) = (tmp_path / "Documents" / "kpixl").glob("[!~]*.xlsx")
    assert opened(made).entries.language == "es"


def test_of_one_that_is_in_the_cloud_alone_a_new_one_goes_to_the_documents(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = host.Host.of(xw.Book(impl=front.desk.open[front.mine.name]), NOW)
    assert made.folder == front.mine.parent
    monkeypatch.setattr(OpenBook, "fullname", "https://example.org/Bea.xlsx")
    assert made.folder == tmp_path / "Documents" / "kpixl"


def test_what_cannot_be_is_told_in_one_sentence(front: Front) -> None:
    for period, currency in (("someday", "EUR"), ("2026-10", "coins")):
        front.press(f"new('remote-va-agency', 'es', '', '{digits(period)}', '{digits(currency)}', spoken='es')")
    assert [kind for _, _, kind in front.desk.shown] == ["critical", "critical"]
    assert all("\n" not in text and "Error" not in text for text in front.desk.texts)
    assert front.desk.events == []


def test_a_workbook_is_taken_over_where_it_is(front: Front) -> None:
    path = plain(front)
    before = front.state(front.other)
    words = f"'remote-va-agency', 'ro', '', '{digits('2026-10')}', '{digits('RON')}'"
    front.press(f"adopt({words}, spoken='ro')", path.name)
    assert front.desk.events == ["close Budget.xlsx", "open Budget.xlsx"]
    assert opened(path).entries.language == "ro"
    package = Package.open(path)
    assert SheetEditor(package, package.sheets[0]).value(1, 1) == "mine"
    assert len(copies(path)) == 1
    assert front.state(front.other) == before


def test_another_workbook_is_told_to_be_none_in_the_language_of_excel(front: Front) -> None:
    plain(front)
    front.press("refresh(spoken='ro')", "Budget.xlsx")
    assert front.desk.shown == [(NotOurWorkbook(path="Budget.xlsx").text(ROMANIAN), "ok", "critical")]


# Esc


def pressed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Esc is pressed when it is asked about for that time; what was answered."""
    told: list[bool] = []

    def pressed() -> bool:
        told.append(len(told) + 1 == number)
        return told[-1]

    monkeypatch.setattr(escape, "pressed", pressed)
    return told


@pytest.mark.parametrize("number", [2, 4])
def test_esc_takes_back_what_a_refresh_has_written(front: Front, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled = entry(opened(front.mine), "hours", "productive", 0)
    excel = front.desk.open[front.mine.name]._excel
    excel.tab(spoiled[0]).cell(*parse_cell(spoiled[1])).value = 3.0
    before, file = excel.state(), front.mine.read_bytes()
    told = pressed_at(number, monkeypatch)
    front.press("refresh(spoken='fr')")
    assert told[-1]
    assert front.desk.shown == [(EscPressed().text(T), "ok", "info")]
    assert excel.state() == before
    assert front.mine.read_bytes() == file
    assert front.desk.statuses[-1] is False


def test_esc_before_it_is_saved_leaves_an_import_undone(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(EXPORT, encoding="utf-8")
    file = front.mine.read_bytes()
    asked = f"import_file('{digits(str(source))}', 'requests', spoken='fr')"
    told = pressed_at(0, monkeypatch)
    front.desk.answers = ["no"]
    front.press(asked)
    looked, steps = len(told), 5
    told = pressed_at(looked + steps, monkeypatch)
    front.desk.answers = ["yes"]
    front.press(asked)
    assert told[-1]
    assert "(4/5)" not in str(front.desk.statuses[-2])
    assert front.desk.texts[-1] == EscPressed().text(T)
    assert front.mine.read_bytes() == file
    assert {path.name for path in front.mine.parent.iterdir()} == {front.mine.name, f"~${front.mine.name}"}
    assert front.mine.name in front.desk.open


def test_esc_makes_no_workbook_and_closes_no_period(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed when the last step is asked about: the one before the file is written."""
    monkeypatch.setattr(kpixl.excel, "datetime", SimpleNamespace(now=lambda: datetime(2026, 11, 22)))
    there = {path.name for path in front.mine.parent.iterdir()}
    words = f"'remote-va-agency', 'es', '{digits('X')}', '{digits('2026-10')}', '{digits('EUR')}'"
    for command in ("roll(spoken='es')", f"new({words}, spoken='es')"):
        told = pressed_at(4, monkeypatch)  # the first is what was pressed before
        front.desk.answers = ["yes"]
        front.press(command)
        assert told == [False, False, False, True]
        assert "(1/3)" in str(front.desk.statuses[-2])
        assert front.desk.texts[-1] == EscPressed().text(T)
        assert {path.name for path in front.mine.parent.iterdir()} == there


def test_a_keyboard_that_cannot_be_asked_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for platform in ("win32", "darwin", "linux"):
        monkeypatch.setattr(sys, "platform", platform)
        assert not escape.pressed()


def windows_says(key: int, window: str) -> SimpleNamespace:
    def class_name(_handle: int, name: SimpleNamespace, _length: int) -> None:
        name.value = window

    user = SimpleNamespace(
        GetAsyncKeyState=lambda code: key if code == 0x1B else 0,
        GetForegroundWindow=lambda: 7,
        GetClassNameW=class_name,
    )
    return SimpleNamespace(user32=user)


@pytest.mark.parametrize(
    ("key", "window", "stops"),
    [(-32768, "XLMAIN", True), (1, "XLMAIN", True), (0, "XLMAIN", False), (1, "Notepad", False)],
)
def test_on_windows_esc_counts_in_excel_alone(
    key: int, window: str, stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("ctypes.windll", windows_says(key, window), raising=False)
    assert escape.pressed() is stops


# The add-in itself


@pytest.mark.parametrize(("press", "renewed"), [("refresh(spoken='es')", True), ("refresh()", False)])
def test_an_older_add_in_is_brought_up_to_date_by_its_buttons(
    front: Front, press: str, renewed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home", "darwin")
    monkeypatch.setattr(addin, "ThisMachine", lambda: home)
    path = older(home)
    before = version_in(path.read_bytes())
    front.press(press)
    assert (version_in(path.read_bytes()) != before) is renewed
    assert bool(front.desk.texts) is renewed
