"""The log of a workbook: what was done to it, bounded, switched off where its owner says so, and always text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clock import NOW
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.message import Verbatim, phrase
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs.fix import fix
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.refresh import refresh
from kpixl.verbs.roll import roll
from kpixl.version import __version__
from kpixl.workbook.log_line import ROOM, LogLine
from kpixl.workbook.read import Book, read
from kpixl.workbook.sheets.log import SWITCH
from kpixl.workbook.trace import Done, logged
from workbooks import ROWS, Filled, Rows, append, day, make, opened, placed, put


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "TaskZenith 2026-10.xlsx", Filled(rows=ROWS))


def lines(path: Path) -> tuple[LogLine, ...]:
    return opened(path).log


def import_two(book: Path, name: str = "export.csv") -> None:
    source = book.with_name(name)
    source.write_text("id,client,opened,resolved\nR-9,Ana,2026-10-05 09:00,\nR-10,Ana,soon,\n")
    import_rows(book, ImportRequest("requests", source), now=NOW)


def test_each_command_says_what_it_read_wrote_and_left_out(book: Path) -> None:
    assert [line.command for line in lines(book)] == ["refresh", "new"]
    import_two(book)
    first = lines(book)[0]
    assert (first.command, first.version, first.read) == ("import", __version__, "export.csv, rows: 2")
    assert first.written == "Requests: new rows: 1; there already: 0, of which completed: 0"
    assert first.left_out.startswith("1 rows, opened: the cell is not a date")
    # 22 November 2026, half past nine.
    assert first.when == pytest.approx(46348 + 9.5 / 24, abs=1e-9)
    rolled = roll(book, now=NOW, anyway=True).path
    first = lines(rolled)[0]
    assert (first.command, first.read) == ("roll", "TaskZenith 2026-10.xlsx, 2026-10")
    assert "Surveys 4" in first.left_out
    assert [line.command for line in lines(rolled)] == ["roll", "import", "refresh", "new"]


def test_a_refresh_that_finds_the_same_is_noted_once(book: Path) -> None:
    before = lines(book)
    refresh(book, now=NOW + timedelta(hours=1))
    assert lines(book) == before
    append(book, "surveys", {"date": [day("2026-10-07")], "client": ["Ana"], "score": [5.0]})
    refresh(book, now=NOW + timedelta(days=1))
    assert lines(book)[1:] == before
    assert "Surveys 5" in lines(book)[0].read


def test_switched_off_nothing_more_is_noted_and_what_is_there_stays(book: Path) -> None:
    before = lines(book)
    put(book, {placed(opened(book), "log", *SWITCH): "NO"})
    import_two(book)
    assert lines(book) == before


def test_mended_cells_stand_in_it(tmp_path: Path) -> None:
    rows: dict[str, Rows] = {"surveys": {"date": ["2026-10-05"], "client": ["Ana"], "score": [5.0]}}
    path = make(tmp_path / "book.xlsx", Filled(rows=rows))
    fix(path, now=NOW)
    assert lines(path)[0].command == "check --fix"
    assert "Cells fixed: 1 (Surveys!A" in lines(path)[0].written


def test_what_looks_like_a_formula_is_a_text(book: Path) -> None:
    import_two(book, "=1+1.csv")
    package = Package.open(book)
    found = read(package)
    place = found.placements["log"]
    cells = SheetEditor(package, found.sheets["log"])
    at = place.position("line_1", "read")
    assert cells.formula(*at) is None
    assert str(cells.value(*at)).startswith("=1+1.csv")


def noted(book: Book, done: Done, times: int = 1) -> Book:
    scorecard = score(book.entries, measure(book.entries), NOW.date())
    for _ in range(times):
        book = replace(book, log=logged(book, done, scorecard, (), NOW))
    return book


def test_it_is_bounded_and_refreshes_give_way_first(book: Path) -> None:
    found = noted(opened(book), Done("import"), ROOM + 20)
    assert [line.command for line in found.log] == ["import"] * ROOM
    long = noted(found, Done("roll", phrase(Verbatim("{text}"), text="x" * 40_000)))
    assert len(long.log) == ROOM
    assert len(long.log[0].read) == 500
    assert noted(replace(found, keeps_log=False), Done("roll")).log == found.log
