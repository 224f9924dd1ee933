"""The progress bar: on a terminal, after a moment, and gone at the end; else not a sign."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import workbooks
from clock import NOW
from kpixl.cli import main
from kpixl.cli.progress_bar import DELAY, Progress
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.progress import quiet


class Terminal(io.StringIO):
    """A terminal of which the visible line can be asked."""

    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        shown: list[str] = []
        at = 0
        for sign in self.getvalue():
            if sign == "\r":
                at = 0
            else:
                shown[at : at + 1] = [sign]
                at += 1
        return "".join(shown).rstrip()


class Clock:
    """A timer that goes off when it is told to."""

    def __init__(self) -> None:
        self.daemon = False
        self.state = "new"
        self.seconds = 0.0

    def __call__(self, seconds: float, action: Callable[[], None]) -> Clock:
        self.seconds, self.go_off = seconds, action
        return self

    def start(self) -> None:
        self.state = "started"

    def cancel(self) -> None:
        self.state = "cancelled"


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")


def test_a_bar_appears_after_a_moment_and_goes_at_the_end() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(str.upper, stream=terminal, timer=clock) as report:
        report(0, 4, "reading")
        assert terminal.getvalue() == ""
        assert (clock.seconds, clock.state, clock.daemon) == (0.5, "started", True)
        clock.go_off()
        assert terminal.line == "░" * 20 + " 0/4 READING"
        report(1, 4, "a much longer step")
        report(3, 4, "writing")
        assert terminal.line == "█" * 15 + "░" * 5 + " 3/4 WRITING"
    assert terminal.line == ""
    assert clock.state == "cancelled"


def test_a_short_work_shows_nothing() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(stream=terminal, timer=clock) as report:
        report(0, 1, "reading")
        report(1, 1, "")
    assert terminal.getvalue() == ""
    assert clock.state == "cancelled"
    clock.go_off()  # as it may in the very moment of the end
    assert terminal.getvalue() == ""


def test_the_bar_makes_room_for_another_line() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(stream=terminal, timer=clock) as report:
        report(0, 2, "one")
        clock.go_off()
        report.hide()
        assert terminal.line == ""
        report(1, 2, "two")
        assert terminal.line.endswith("1/2 two")


def test_a_long_text_stays_on_its_line() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(stream=terminal, timer=clock) as report:
        clock.go_off()
        report(0, 0, "日本" * 50)
        assert terminal.line.startswith("░" * 20 + " 0/0 日本")
        assert len(terminal.line.encode("utf-16-le")) // 2 < 60 - 10  # wide signs take two columns


@pytest.mark.parametrize("stream", ["file", "dumb", "none"])
def test_silent_where_no_line_can_be_written_over(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written, clock = (Terminal() if stream == "dumb" else io.StringIO()), Clock()
    if stream == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    if stream == "none":
        monkeypatch.setattr(sys, "stderr", None)
    with Progress(stream=None if stream == "none" else written, timer=clock) as report:
        report(0, 2, "reading")
        report.hide()
    assert written.getvalue() == ""
    assert clock.state == "new"


def test_nothing_but_text_is_written() -> None:
    """So that NO_COLOR has nothing to forbid, and an old console nothing to misread."""
    terminal, clock = Terminal(), Clock()
    with Progress(stream=terminal, timer=clock) as report:
        clock.go_off()
        report(1, 2, "reading")
    assert "\x1b" not in terminal.getvalue()


def test_a_terminal_that_is_closed_is_no_error() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(stream=terminal, timer=clock) as report:
        clock.go_off()
        report(1, 2, "reading")
        terminal.close()
        report(2, 2, "writing")
    assert terminal.closed


# Where it is used


def test_an_import_tells_its_steps(tmp_path: Path) -> None:
    path = workbooks.make(tmp_path / "a.xlsx", workbooks.Filled(rows=workbooks.ROWS))
    source = tmp_path / "leads.csv"
    source.write_text("date,lead\n2026-10-20,New\n", encoding="utf-8")
    told: list[tuple[int, int, str]] = []
    import_rows(path, ImportRequest("leads", source), progress=lambda *step: told.append(step), now=NOW)
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}
    assert [text for _, _, text in told] == [
        "Reading the workbook", "Reading the file", "Adding the rows", "Computing the KPIs", "Saving"
    ]  # fmt: skip


@pytest.mark.slow
def test_the_demo_tells_its_workbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpixl.verbs import demo

    monkeypatch.setattr(demo, "samples", partial(tuple, demo.samples()[:1]))
    told: list[tuple[int, int, str]] = []
    (made,) = demo.demo(tmp_path, progress=lambda *step: told.append(step), now=NOW)
    assert told == [(0, 2, "TaskZenith 2026-10 es.xlsx"), (1, 2, "Saving")]
    assert made.path.name == told[0][2]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")
def test_on_a_real_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    inside, outside = pty.openpty()
    with os.fdopen(outside, "w", encoding="utf-8") as terminal, Progress(stream=terminal) as report:
        report._appear()
        report(1, 2, "reading")
        shown = os.read(inside, 1000).decode()
    os.close(inside)
    assert shown == "█" * 10 + "░" * 10 + " 1/2 reading"


def test_no_bar_where_stderr_is_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workbooks.make(tmp_path / "a.xlsx", workbooks.Filled(), refresh=False)
    source = tmp_path / "leads.csv"
    source.write_text("date,lead\n2026-10-20,New\n", encoding="utf-8")
    assert main.main(["import", str(path), "leads", str(source), "--yes"]) == 0
    assert capsys.readouterr().err == ""


def test_quiet_takes_what_a_report_takes() -> None:
    quiet(0, 1, "reading")
    assert DELAY == 0.5
