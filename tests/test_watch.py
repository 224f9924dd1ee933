"""The watch of a folder: what it refreshes and when, what it leaves alone, and what it says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest

import workbooks
from clock import NOW
from kpixl import files
from kpixl.cli import main, watch_log
from kpixl.errors import BadSetting, NoPermission, NotWritten
from kpixl.files import held
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.verbs import refresh, watch_memory
from kpixl.verbs import watch as watch_module
from kpixl.verbs.watch import PATIENCE, PAUSE, RETRY, SETTLED, Clock, Event, Watcher, watch
from kpixl.verbs.watch_memory import AlreadyWatched, only_one

NOON = datetime(2026, 11, 22, 12, 0, 0)
NAME = "TaskZenith 2026-10.xlsx"


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("watch") / NAME
    return workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS)).read_bytes()


@pytest.fixture
def book(refreshed: bytes, tmp_path: Path) -> Path:
    """An up-to-date workbook in a folder of its own."""
    path = tmp_path / "workbooks" / NAME
    path.parent.mkdir()
    path.write_bytes(refreshed)
    return path


def _never(seconds: float) -> None:
    raise AssertionError("a single look waits for nothing")


class Hand:
    """A watcher whose time goes by when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = 100.0
        self.events: list[Event] = []
        self.start()

    def start(self) -> None:
        """Begin anew, as after a restart of the computer."""
        self.watcher = Watcher(self.folder, self.events.append, clock=Clock(lambda: self.time, _never, lambda: NOON))

    def look(self, seconds: float = PAUSE) -> list[str]:
        """Let time go by with looks; what was told meanwhile."""
        before = len(self.events)
        end = self.time + seconds
        while self.time < end:
            self.watcher.look()
            self.time += PAUSE
        return [event.kind for event in self.events[before:]]

    def settle(self) -> list[str]:
        """Long enough for a file to have come to rest."""
        return self.look(SETTLED + 3 * PAUSE)


@pytest.fixture
def hand(book: Path) -> Hand:
    return Hand(book.parent)


def save(path: Path, score: int = 1) -> None:
    """What an owner does: a survey answer more, and the file saved."""
    rows: workbooks.Rows = {"date": [workbooks.day("2026-10-06")], "client": ["Ana"], "score": [score]}
    workbooks.append(path, "surveys", rows)


def css(path: Path) -> float:
    """The satisfaction score as another program finds it in the file."""
    sheet, cell = workbooks.placed(workbooks.opened(path), "kpis", "css", "value")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl would not write
        return cast("float", openpyxl.load_workbook(path, data_only=True)[sheet][cell].value)


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / files.BACKUP_FOLDER).glob("*.xls*"))


# What is refreshed


def test_a_workbook_is_refreshed_once_it_has_been_saved_and_left_alone(book: Path, hand: Hand) -> None:
    assert hand.settle() == []
    save(book)
    saved = book.read_bytes()
    assert hand.look(SETTLED) == []
    assert book.read_bytes() == saved
    assert hand.settle() == ["refreshed"]
    (event,) = hand.events
    assert (event.path, event.language, event.moment) == (book, "en", NOON)
    assert event.backup is not None
    assert event.backup.read_bytes() == saved
    assert css(event.backup) == pytest.approx(2 / 3)
    assert css(book) == pytest.approx(2 / 4)


def test_its_own_writing_is_no_reason_to_write(book: Path, hand: Hand) -> None:
    save(book)
    assert hand.settle() == ["refreshed"]
    written = book.read_bytes()
    assert hand.look(200) == []
    hand.start()
    assert hand.look(200) == []
    assert book.read_bytes() == written
    assert len(backups(book)) == 1


def test_each_save_is_followed_by_a_refresh(book: Path, hand: Hand) -> None:
    for score in (1, 2, 3):
        save(book, score)
        assert hand.settle() == ["refreshed"]
    assert len(backups(book)) == 3


def test_a_workbook_that_keeps_changing_is_left_alone(book: Path, hand: Hand) -> None:
    save(book)
    for second in range(40):
        os.utime(book, ns=(0, second))
        assert hand.look(PAUSE) == []
    assert hand.settle() == ["refreshed"]


@pytest.mark.parametrize("lock", [f"~${NAME}", f".~lock.{NAME}#"])
def test_never_while_it_is_open(book: Path, hand: Hand, lock: str) -> None:
    held = book.with_name(lock)
    save(book, 1)
    held.touch()
    saved = book.read_bytes()
    assert hand.look(30) == ["waits"]
    held.unlink()
    save(book, 2)  # again, and still open
    held.touch()
    assert hand.look(30) == []
    assert book.read_bytes() != saved
    assert backups(book) == []
    program = "Excel" if lock.startswith("~$") else "LibreOffice"
    line = watch_log.event_line(hand.events[0], language("en"))
    assert line == f"2026-11-22 12:00:00  {NAME}: saved, and refreshed as soon as it is closed in {program}."
    held.unlink()
    assert hand.look(2 * PAUSE) == ["refreshed"]


def test_a_save_in_the_moment_of_the_refresh_is_not_missed(
    book: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Package.save

    def then_saved_again(self: Package, path: Path, *, backup: datetime | None = None) -> Path | None:
        kept = real(self, path, backup=backup)
        monkeypatch.setattr(Package, "save", real)
        save(path, 5)
        return kept

    save(book)
    monkeypatch.setattr(Package, "save", then_saved_again)
    assert hand.settle() == ["refreshed"]
    assert hand.settle() == ["refreshed"]
    assert hand.settle() == []


# What stays as it is


def test_what_is_up_to_date_stays(book: Path, hand: Hand, refreshed: bytes) -> None:
    assert hand.settle() == []
    assert book.read_bytes() == refreshed
    os.utime(book)
    assert hand.settle() == []
    save(book)
    refresh.refresh(book, now=NOW)
    by_hand = book.read_bytes()
    assert hand.settle() == []
    assert book.read_bytes() == by_hand


def test_what_was_undone_stays(book: Path, hand: Hand) -> None:
    save(book)
    saved = book.read_bytes()
    assert hand.settle() == ["refreshed"]
    files.undo(book, NOW)
    assert hand.settle() == []
    hand.start()
    assert hand.settle() == []
    assert book.read_bytes() == saved
    save(book, 5)
    assert hand.settle() == ["refreshed"]


def test_other_files_are_left_alone_and_opened_but_once(
    book: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = book.parent
    other = openpyxl.Workbook()
    other.save(folder / "other.xlsx")
    (folder / "text.xlsx").write_bytes(b"no workbook at all")
    (folder / "cut.xlsx").write_bytes((folder / "other.xlsx").read_bytes()[:2000])
    (folder / "notes.txt").write_text("a")
    (folder / "folder.xlsx").mkdir()
    save(book)
    for name in (f"~${NAME[2:]}", f".{NAME}", f".{NAME}.1a2b.tmp", f"{NAME}.tmp", f"within/{NAME}"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(book, folder / name)
    book.unlink()
    there = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    opened: list[str] = []
    real = Package.open

    def counted(cls: type[Package], path: Path) -> Package:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(Package, "open", classmethod(counted))
    assert hand.look(60) == []
    hand.start()
    assert hand.look(20) == []
    assert sorted(set(opened)) == ["cut.xlsx", "other.xlsx", "text.xlsx"]
    assert opened.count("other.xlsx") == opened.count("text.xlsx") == 1
    assert there == {path: path.read_bytes() for path in there}


def test_a_file_in_the_cloud_alone_is_not_fetched() -> None:
    def seen(**more: int) -> object:
        found = SimpleNamespace(st_mode=0o100644, st_size=7, st_mtime_ns=9, **more)
        return watch_memory.stamp_of(cast("Path", SimpleNamespace(stat=lambda: found)))

    assert seen(st_file_attributes=0x20) == (7, 9)
    for attribute in (0x1000, 0x40000, 0x400000):
        assert seen(st_file_attributes=attribute | 0x20) is None


# What goes wrong


def test_a_workbook_that_cannot_be_refreshed_is_tried_again_after_the_next_save(book: Path, hand: Hand) -> None:
    place = workbooks.named(workbooks.opened(book), "period_day")
    workbooks.put(book, {place: "soon"})
    spoiled = book.read_bytes()
    assert hand.settle() == ["failed"]
    (event,) = hand.events
    assert isinstance(event.error, BadSetting)
    assert not event.by_itself
    assert watch_log.event_text(event, language("en")).endswith("It is tried again once it has been saved.")
    assert f"{place[0]}!{place[1]} holds “soon”" in watch_log.event_text(event, language("en"))
    assert hand.look(3 * RETRY) == []
    hand.start()
    assert hand.look(3 * RETRY) == []
    assert book.read_bytes() == spoiled
    workbooks.put(book, {place: workbooks.day("2026-10-01")})
    save(book)
    assert hand.settle() == ["refreshed"]


def test_a_half_synchronised_workbook_is_tried_again_by_itself(book: Path, hand: Hand) -> None:
    save(book)
    assert hand.settle() == ["refreshed"]
    whole = book.read_bytes()
    save(book, 2)
    saved = book.read_bytes()
    book.write_bytes(saved[: len(saved) // 2])
    assert hand.look(4 * RETRY) == ["failed"]
    assert hand.events[-1].by_itself
    assert NAME in str(hand.events[-1].error)
    book.write_bytes(saved)
    assert hand.settle() == ["refreshed"]
    assert book.read_bytes() != whole


@pytest.mark.parametrize("error", [NotWritten(path=NAME, detail="x"), NoPermission(path=NAME, detail="x")])
def test_what_may_pass_is_tried_again_without_a_save(
    book: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise error

    save(book)
    with monkeypatch.context() as patch:
        patch.setattr(Package, "save", fails)
        assert hand.look(3 * RETRY) == ["failed"]
        assert hand.events[-1].error is error
    assert hand.look(RETRY + PAUSE) == ["refreshed"]


def test_a_mistake_of_kpixl_ends_no_watch(book: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise RuntimeError("odd {thing}")

    save(book)
    with monkeypatch.context() as patch:
        patch.setattr(watch_module, "refresh_package", fails)
        assert hand.settle() == ["failed"]
        assert "went wrong inside kpixl (RuntimeError: odd {thing})" in str(hand.events[-1].error)
        assert hand.look(2 * RETRY) == []
    save(book, 2)
    assert hand.settle() == ["refreshed"]


def test_a_folder_that_goes_and_comes_back(book: Path, hand: Hand) -> None:
    hand.look()
    away = book.parent.with_name("away")
    book.parent.rename(away)
    assert hand.look(20) == ["failed"]
    assert hand.events[-1].by_itself
    away.rename(book.parent)
    save(book)
    assert hand.settle() == ["refreshed"]


@pytest.mark.parametrize("damage", ["{", "[]", '{"a.xlsx": 3}', f'{{"{NAME}": ["x", 1, 2]}}', "\xff"])
def test_a_damaged_memory_is_as_good_as_none(book: Path, hand: Hand, damage: str) -> None:
    memory = book.parent / files.BACKUP_FOLDER / watch_memory.MEMORY
    memory.parent.mkdir()
    memory.write_bytes(damage.encode("latin-1"))
    hand.start()
    assert hand.settle() == []
    save(book)
    assert hand.settle() == ["refreshed"]
    assert list(json.loads(memory.read_text(encoding="utf-8"))) == [NAME]
    book.unlink()
    hand.look()
    assert json.loads(memory.read_text(encoding="utf-8")) == {}


# Never two at once


def lock_of(folder: Path) -> Path:
    return folder / files.BACKUP_FOLDER / watch_memory.LOCK


WATCHES = """
import sys
from pathlib import Path
from kpixl.verbs.watch_memory import only_one
with only_one(Path(sys.argv[1])):
    print("watching", flush=True)
    sys.stdin.read()
"""


def test_one_watch_a_folder(tmp_path: Path) -> None:
    with only_one(tmp_path):
        with pytest.raises(AlreadyWatched, match=f"process {os.getpid()}"), only_one(tmp_path):
            pass
        assert lock_of(tmp_path).is_file()
    assert not lock_of(tmp_path).exists()
    with only_one(tmp_path):
        pass


def test_another_process_that_runs_is_respected_and_one_that_was_killed_is_not(tmp_path: Path) -> None:
    started = [sys.executable, "-c", WATCHES, str(tmp_path)]
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"watching"
        with pytest.raises(AlreadyWatched, match=f"process {other.pid}"), only_one(tmp_path):
            pass
        other.kill()
    assert lock_of(tmp_path).exists()
    with only_one(tmp_path):
        pass
    assert not lock_of(tmp_path).exists()


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1, "computer": "another one"}'])
def test_a_lock_that_nobody_holds_is_none(tmp_path: Path, content: str) -> None:
    lock = lock_of(tmp_path)
    lock.parent.mkdir()
    lock.write_text(content, encoding="utf-8")
    with only_one(tmp_path), pytest.raises(AlreadyWatched, match=f"process {os.getpid()}"), only_one(tmp_path):
        pass
    assert not lock.exists()


def test_a_workbook_that_another_kpixl_changes_waits(book: Path, hand: Hand) -> None:
    save(book)
    saved = book.read_bytes()
    with held(book.with_name(f".~kpixl.{book.name}.lock")):
        assert hand.settle() == ["waits"]
        assert book.read_bytes() == saved
    assert hand.settle() == ["refreshed"]


# The whole of it


class Script:
    """A sleep in which something happens; Ctrl+C where the script ends."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.time = 0.0
        self.steps = list(steps)
        self.clock = Clock(lambda: self.time, self.sleep, lambda: NOON)

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()


def nothing() -> None:
    pass


def test_it_runs_until_it_is_stopped(book: Path) -> None:
    events: list[Event] = []
    script = Script(lambda: save(book), *[nothing] * 6)
    with pytest.raises(KeyboardInterrupt):
        watch(book.parent, events.append, clock=script.clock)
    assert [event.kind for event in events] == ["started", "refreshed", "stopped"]
    assert not lock_of(book.parent).exists()


def test_a_single_look(book: Path, refreshed: bytes) -> None:
    second, third = book.with_name("second.xlsm"), book.with_name("third.xlsx")
    for path in (second, third):
        path.write_bytes(refreshed)
    save(second)
    save(third)
    third.with_name("~$third.xlsx").touch()
    events: list[Event] = []
    steps: list[tuple[int, int, str]] = []
    script = Script(*[nothing] * 10)
    once: dict[str, Any] = {"once": True, "clock": script.clock}
    watch(book.parent, events.append, progress=lambda *step: steps.append(step), **once)
    assert [(event.kind, event.path) for event in events] == [("refreshed", second), ("waits", third)]
    assert steps == [(0, 3, NAME), (1, 3, second.name), (2, 3, third.name)]
    watch(book.parent, events.append, **once)
    assert [event.kind for event in events[2:]] == ["waits"]
    slept = len(script.steps)
    third.with_name("~$third.xlsx").unlink()
    watch(book.parent, events.append, **once)
    assert (events[-1].kind, events[-1].path) == ("refreshed", third)
    watch(book.parent, events.append, **once)
    assert len(events) == 4
    assert slept - len(script.steps) == 3  # the last one had nothing to wait for


def test_a_single_look_does_not_wait_for_ever(book: Path) -> None:
    events: list[Event] = []
    script: Script = Script(*[lambda: os.utime(book, ns=(0, len(script.steps)))] * 1000)
    watch(book.parent, events.append, once=True, clock=script.clock)
    assert events == []
    assert PATIENCE <= script.time <= PATIENCE + PAUSE


# On the command line


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "SETTLED", 0)
    monkeypatch.setattr(watch_module, "PAUSE", 0)
    monkeypatch.setenv("KPIXL_LANG", "en")


@pytest.mark.usefixtures("fast")
def test_the_verb_shows_and_keeps_what_happens(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(book)
    assert main.main(["watch", str(book.parent), "--once"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith(f"  {NAME}: refreshed. Check has found no problems.\n")
    assert err == ""
    log = book.parent / watch_log.NAME
    assert log.read_text(encoding="utf-8") == out
    assert main.main(["watch", str(book.parent), "--once"]) == 0
    assert capsys.readouterr().out == f"Nothing has been saved in {book.parent} since the last refresh.\n"
    assert main.main(["watch", str(book.parent), "--once", "--json"]) == 0
    assert capsys.readouterr().out == ""
    assert log.read_text(encoding="utf-8") == out


@pytest.mark.usefixtures("fast")
def test_the_verb_for_machines_and_in_another_language(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save(book)
    script = Script(*[nothing] * 3)
    real = watch_module.watch
    monkeypatch.setattr(watch_module, "watch", lambda *given, **named: real(*given, **named | {"clock": script.clock}))
    assert main.main(["watch", str(book.parent), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["started", "refreshed", "stopped"]
    assert lines[1]["path"] == str(book)
    assert lines[1]["problem_count"]["error"] == 0
    assert Path(lines[1]["backup"]).is_file()
    assert lines[1]["time"] == NOON.isoformat()
    event = Event("failed", NOON, book, error=BadSetting(sheet="S", cell="A1", got="x", expected="y"), by_itself=True)
    for code in codes():
        data = watch_log.event_json(event, language(code))
        assert (data["error"], data["tried_again"]) == ("bad_setting", True)
        assert "S!A1" in data["text"]


@pytest.mark.usefixtures("fast")
def test_exit_codes(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = workbooks.named(workbooks.opened(book), "period_day")
    workbooks.put(book, {place: "soon"})
    assert main.main(["watch", str(book.parent), "--once"]) == 1
    assert "holds “soon”" in capsys.readouterr().out
    assert main.main(["watch", str(book.parent / "nowhere"), "--once"]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert main.main(["watch", str(book.parent / files.BACKUP_FOLDER)]) == 2
    assert "holds backups" in capsys.readouterr().err
    with only_one(book.parent):
        assert main.main(["watch", str(book.parent), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "already_watched"


@pytest.mark.usefixtures("fast")
def test_a_single_look_that_is_broken_off(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch_module, "refresh_package", interrupted)
    save(book)
    saved = book.read_bytes()
    assert main.main(["watch", str(book.parent), "--once"]) == 130
    assert book.read_bytes() == saved
    assert not lock_of(book.parent).exists()


# The log


def test_the_log_begins_anew_before_it_grows_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_log, "LARGEST", 1000)
    log = watch_log.WatchLog(tmp_path)
    assert list(tmp_path.iterdir()) == []
    for number in range(200):
        log.write(f"línea {number} 100%s")
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kpixl watch.log", "kpixl watch.log.1"]
    assert all(0 < path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert (tmp_path / watch_log.NAME).read_text(encoding="utf-8").endswith("línea 199 100%s\n")


def test_a_log_that_another_program_holds_grows_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_given: object) -> None:
        raise PermissionError("held")

    monkeypatch.setattr(watch_log, "LARGEST", 100)
    monkeypatch.setattr(os, "rename", held)
    log = watch_log.WatchLog(tmp_path)
    for number in range(20):
        log.write(f"line {number}")
    log.close()
    assert (tmp_path / watch_log.NAME).read_text(encoding="utf-8").splitlines()[-1] == "line 19"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / watch_log.NAME).mkdir()
    log = watch_log.WatchLog(tmp_path)
    log.write("a line")
    log.close()
    assert capsys.readouterr().err == ""
