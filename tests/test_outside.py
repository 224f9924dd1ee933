"""What the system does to a command: closed and full streams, signals, links; how it exits says what became of the
files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clock import NOW
from kpixl import files
from kpixl.cli import commands, main, outside, watch_log
from kpixl.cli.command import Answer, Arguments
from packages import hidden, package

pytestmark = pytest.mark.skipif(os.name == "nt", reason="streams and signals of POSIX")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with one state to go back to, for a command that looks at it from outside alone."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(package("first"))
    files.backup(path, NOW)
    path.write_bytes(package("second"))
    return path


def shell(line: str, book: Path) -> subprocess.CompletedProcess[str]:
    words = ["sh", "-c", f'"$PYTHON" -m kpixl {line}']
    env = {**os.environ, "PYTHON": sys.executable, "BOOK": str(book), "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    return subprocess.run(words, capture_output=True, text=True, env=env, check=False)


def test_a_service_without_streams_does_its_work(book: Path) -> None:
    done = shell('undo "$BOOK" >&- 2>&-', book)
    assert done.returncode == 0
    assert book.read_bytes() == package("first")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_for_the_answer_does_not_deny_the_work(book: Path) -> None:
    done = shell('undo "$BOOK" --lang en >/dev/full', book)
    assert done.returncode == 0
    assert done.stderr == "The work is done, but the answer could not be shown (No space left on device).\n"
    assert book.read_bytes() == package("first")
    done = shell("--version >/dev/full", book)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


Does = Callable[[Path], None]


def command_that(monkeypatch: pytest.MonkeyPatch, book: Path, does: Does) -> None:
    """Have ``kpixl undo`` do something else."""

    def run(_arguments: Arguments) -> Answer:
        does(book)
        return Answer(dict, lambda: "done")

    undo = commands.command("undo")
    monkeypatch.setattr(commands, "command", lambda name: undo._replace(run=run))


def write(book: Path) -> None:
    files.put_all([files.prepare(book, package("new"), files.digest_of(book.read_bytes()))])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("after", [True, False])
def test_a_signal_leaves_nothing_lying_about_and_says_what_was_written(
    number: int,
    code: int,
    after: bool,
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def does(book: Path) -> None:
        with files.locked(book):
            if after:
                write(book)
            else:
                monkeypatch.setattr(os, "fsync", lambda handle: signal.raise_signal(number))
                write(book)
            signal.raise_signal(number)

    before = signal.getsignal(signal.SIGTERM)
    command_that(monkeypatch, book, does)
    assert main.main(["undo", str(book), "--lang", "en"]) == code
    err = capsys.readouterr().err
    assert err == (f"Stopped after {book} was written.\n" if after else "")
    assert book.read_bytes() == package("new" if after else "second")
    assert hidden(book.parent) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_whoever_ignores_a_signal_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with outside.stoppable():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_mistake_behind_the_writing_does_not_say_that_nothing_was_written(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def does(book: Path) -> None:
        write(book)
        raise RuntimeError("odd")

    command_that(monkeypatch, book, does)
    assert main.main(["undo", str(book), "--lang", "en"]) == 1
    err = capsys.readouterr().err
    assert err == (
        f"{book} is written, but then something went wrong inside kpixl (RuntimeError: odd). Please report it.\n"
    )


def test_another_name_of_the_file_is_told(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.link(book, book.with_name("another name.xlsx"))
    assert main.main(["undo", str(book), "--lang", "en"]) == 0
    err = capsys.readouterr().err
    assert err == (
        f"{book} had another name by a hard link, which keeps the old content; the two are separate files now.\n"
    )
    assert book.with_name("another name.xlsx").read_bytes() == package("second")
    assert main.main(["undo", str(book), "--to", "2", "--lang", "en"]) == 0
    assert capsys.readouterr().err == ""


def test_the_log_follows_no_link_and_keeps_to_its_lines(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("theirs\n")
    folder = tmp_path / "shared"
    folder.mkdir()
    log = folder / watch_log.NAME
    log.symlink_to(victim)
    linked = watch_log.WatchLog(folder)
    linked.write("a line")
    linked.close()
    assert victim.read_text() == "theirs\n"
    log.unlink()
    plain = watch_log.WatchLog(folder)
    plain.write("x\nrm -rf ~\x1b[2J.xlsx: refreshed")
    plain.close()
    assert log.read_text(encoding="utf-8") == "x rm -rf ~\ufffd[2J.xlsx: refreshed\n"


# The list of backups


def test_the_backups_are_listed_and_taken_by_number(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["undo", str(book), "--list", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Backups of {book}, the newest first:"
    assert lines[1].split()[:3] == ["1", "2026-11-22", "09:30:00"]
    assert "(“kpixl undo” takes this one)  (the first one, which stays)" in lines[1]
    assert book.read_bytes() == package("second")
    assert main.main(["undo", str(book), "--list", "--to", "1"]) == 2
    assert main.main(["undo", str(book), "--to", "-1"]) == 2
    assert main.main(["undo", str(book), "--to", "one"]) == 2
    assert main.main(["undo", str(book), "--to", "9", "--lang", "en"]) == 2
    assert capsys.readouterr().err.endswith("book.xlsx has no backup 9; there are: 1.\n")
    assert book.read_bytes() == package("second")
    assert main.main(["undo", str(book.with_name("other.xlsx")), "--list"]) == 2
