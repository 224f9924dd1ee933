"""Exports that lie beside the workbooks: what is certain is taken in and moved away; the rest stays and is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

import workbooks
from clock import NOW, TODAY
from kpixl.cli.main import main
from kpixl.ooxml.package import Package
from kpixl.verbs import results
from kpixl.verbs.exports import NeedsALook, NotCertain, SeveralSuit, exports_in, take
from kpixl.verbs.watch import PAUSE, SETTLED, Clock, Event, Watcher
from kpixl.workbook.read import read

ANSWERS = "When,Who,How was it?\n"


def agency(folder: Path, name: str = "TaskZenith 2026-10.xlsx") -> Path:
    """October 2026 of an agency with three answers, two of them satisfied."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    return workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))


def export(book: Path, name: str, *rows: str, headings: str = ANSWERS) -> Path:
    path = book.parent / "Exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(headings + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def by_hand(book: Path, source: Path) -> None:
    """What the owner says once of such a file."""
    words = ["import", str(book), "surveys", str(source), "--map", "date=When", "client=Who", "score=How was it?"]
    assert main([*words, "--yes"]) == 0


def css(book: Path) -> float | None:
    return results.results(book, today=TODAY).scorecard.result("css").value


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An agency that has said once how the answers of its surveys are called: four of now five answers satisfied."""
    made = agency(tmp_path / "books")
    first = tmp_path / "first.csv"
    first.write_text(ANSWERS + "2026-10-06,Ana,5\n2026-10-07,Ana,4\n", encoding="utf-8")
    by_hand(made, first)
    assert css(made) == pytest.approx(4 / 5)
    return made


def test_what_was_said_of_an_earlier_file_is_certain(book: Path) -> None:
    source = export(book, "october.csv", "2026-10-08,Ana,1", "2026-10-06,Ana,5")
    done = take(source, [book], now=NOW)
    # One answer is new, and not satisfied; the other one is there already.
    assert (done.sheet, done.outcome.imported, done.outcome.plan.accepted.known) == ("Surveys", 1, 1)
    assert css(book) == pytest.approx(4 / 6)
    assert done.moved == source.parent / "imported" / "october.csv"
    assert exports_in(book.parent) == []
    # Another one of that name takes no one's place.
    again = export(book, "october.csv", "2026-10-09,Ana,5")
    assert take(again, [book], now=NOW).moved == source.parent / "imported" / "october (2).csv"
    assert "2026-10-08" in (source.parent / "imported" / "october.csv").read_text(encoding="utf-8")


def test_what_nobody_has_said_is_left(tmp_path: Path) -> None:
    made = agency(tmp_path / "books")
    source = export(made, "answers.csv", "2026-10-08,Ana,1")
    before = made.read_bytes()
    with pytest.raises(NotCertain, match=r"answers\.csv"):
        take(source, [made], now=NOW)
    assert made.read_bytes() == before
    assert source.exists()


def test_names_alone_are_a_guess(tmp_path: Path) -> None:
    # Date, client and amount are what sales have, and expenses, too.
    made = agency(tmp_path / "books")
    source = export(made, "rows.csv", "2026-10-08,Ana,1", headings="Date,Client,Score\n")
    with pytest.raises(NotCertain):
        take(source, [made], now=NOW)


def test_a_row_that_does_not_fit_leaves_the_whole_export(book: Path) -> None:
    before = book.read_bytes()
    source = export(book, "october.csv", "2026-10-08,Ana,1", "someday,Ana,5")
    with pytest.raises(NeedsALook, match="someday"):
        take(source, [book], now=NOW)
    assert book.read_bytes() == before
    assert source.exists()


def test_of_one_company_the_latest_period_takes_it(book: Path) -> None:
    later = book.with_name("TaskZenith 2026-11.xlsx")
    assert main(["roll", str(book), "--out", str(later)]) in (0, 1)
    before = book.read_bytes()
    source = export(book, "november.csv", "2026-11-03,Ana,5")
    done = take(source, [book, later], now=NOW)
    assert done.outcome.plan.path == later
    assert book.read_bytes() == before


def test_two_companies_that_could_take_it_are_not_chosen_between(book: Path, tmp_path: Path) -> None:
    other = book.with_name("Other 2026-10.xlsx")
    package = Package.open(book)
    company = read(package).entries.company
    place = workbooks.named(read(package), "company")
    workbooks._put(package, {place: f"{company} Two"})
    package.save(other, new=True)
    source = export(book, "october.csv", "2026-10-08,Ana,1")
    with pytest.raises(SeveralSuit, match=r"Other 2026-10\.xlsx: Surveys"):
        take(source, [book, other], now=NOW)


JIRA = "Issue key,Issue Type,Reporter,Status,Created,Resolved,Summary\n"
CLOCKIFY = "Project,Client,Description,User,Billable,Start Date,Start Time,End Date,End Time,Duration (decimal)\n"


def test_what_a_known_product_exports_is_certain(tmp_path: Path) -> None:
    made = agency(tmp_path / "books")
    row = "Care,Ana,Mails,Eva,Yes,2026-10-05,09:00:00,2026-10-05,11:00:00,2.00"
    done = take(export(made, "clockify.csv", row, headings=CLOCKIFY), [made], now=NOW)
    assert (done.sheet, done.outcome.imported) == ("Hours", 1)


def test_an_excel_file_with_its_line_of_totals_is_taken_too(tmp_path: Path) -> None:
    made = agency(tmp_path / "books")
    book = openpyxl.Workbook()
    row = [
        "Care",
        "Ana",
        "Mails",
        "Eva",
        "No",
        datetime(2026, 10, 5),
        "09:00:00",
        datetime(2026, 10, 5),
        "11:00:00",
        2.5,
    ]
    for cells in (CLOCKIFY.strip().split(","), row, [*row[:4], "Yes", *row[5:9], 1.5], ["Total", *[None] * 8, 4]):
        book.active.append(cells)
    source = export(made, "clockify.xlsx")
    book.save(source)
    take(source, [made], now=NOW)
    hours = workbooks.opened(made).entries.tables["hours"]
    assert hours is not None
    assert hours.numbers["available"].tolist() == [8, 8, 2.5, 1.5]
    assert hours.numbers["productive"].tolist() == [6, 7, 0, 1.5]


def test_issues_of_jira_may_be_requests_or_tasks_until_the_owner_says_so(tmp_path: Path) -> None:
    made = agency(tmp_path / "books")
    rows = [f"KX-{number},Task,Ana,Resolved,2026-10-05 09:00,2026-10-05 11:00,Fix it" for number in (7, 8)]
    with pytest.raises(SeveralSuit, match=r"Requests.*Tasks"):
        take(export(made, "jira.csv", rows[0], headings=JIRA), [made], now=NOW)
    first = made.parent / "Exports" / "jira.csv"
    assert main(["import", str(made), "requests", str(first), "--map", "client=Reporter", "--yes"]) in (0, 1)
    done = take(export(made, "jira.csv", rows[1], headings=JIRA), [made], now=NOW)
    assert (done.sheet, done.outcome.imported) == ("Requests", 1)


# While a folder is watched


def _never(seconds: float) -> None:
    raise AssertionError("a single look waits for nothing")


def test_a_watch_takes_it_in_and_tells(book: Path) -> None:
    time, events = [100.0], list[Event]()
    watcher = Watcher(book.parent, events.append, clock=Clock(lambda: time[0], _never, lambda: NOW))

    def settle() -> list[str]:
        told = len(events)
        for _ in range(6):
            watcher.look()
            time[0] += max(PAUSE, SETTLED / 2)
        return [event.kind for event in events[told:]]

    settle()
    source = export(book, "october.csv", "2026-10-08,Ana,1")
    export(book, "what.csv", "1", headings="Nothing known\n")
    (book.parent / "Exports" / "~$october.xlsx").write_bytes(b"")
    assert sorted(settle()) == ["left", "taken"]
    assert not source.exists()
    assert css(book) == pytest.approx(4 / 6)
    # What is left is told once, and again when it has been saved anew.
    assert settle() == []
    export(book, "what.csv", "2", headings="Nothing known\n")
    assert settle() == ["left"]


def test_a_single_look_says_what_it_took(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(book, "october.csv", "2026-10-08,Ana,1")
    assert main(["watch", str(book.parent), "--once"]) in (0, 1)
    said = capsys.readouterr().out
    assert "october.csv: taken into Surveys of TaskZenith 2026-10.xlsx: new rows 1" in said
    assert (book.parent / "Exports" / "imported" / "october.csv").exists()


class Hand:
    """A watch whose time goes by when it is told to; ``start`` begins anew, as after a restart of the computer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.time, self.events = folder, 100.0, list[Event]()
        self.start()

    def start(self) -> None:
        self.watcher = Watcher(self.folder, self.events.append, clock=Clock(lambda: self.time, _never, lambda: NOW))

    def settle(self) -> list[str]:
        """Long enough for everything to come to rest twice; what was told of exports meanwhile."""
        told = len(self.events)
        for _ in range(12):
            self.watcher.look()
            self.time += max(PAUSE, SETTLED / 2)
        return [event.kind for event in self.events[told:] if event.kind in ("taken", "left")]


def test_what_still_lies_there_is_told_at_each_start_and_taken_once_its_columns_are_known(tmp_path: Path) -> None:
    made = agency(tmp_path / "books")
    source = export(made, "october.csv", "2026-10-08,Ana,1")
    hand = Hand(made.parent)
    assert hand.settle() == ["left"]
    hand.start()
    assert hand.settle() == ["left"]
    # A saved workbook is a reason to try again, and none to say the same again.
    workbooks.append(made, "surveys", {"date": [workbooks.day("2026-10-05")], "client": ["Ana"], "score": [5]})
    assert hand.settle() == []
    assert source.exists()
    like_it = tmp_path / "like it.csv"
    like_it.write_text(ANSWERS + "2026-10-06,Ana,5\n", encoding="utf-8")
    by_hand(made, like_it)
    assert hand.settle() == ["taken"]
    assert not source.exists()
    # Three of four, the two that were added and satisfied, and the export's.
    assert css(made) == pytest.approx(4 / 6)


def test_each_single_look_says_what_still_lies_there_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = agency(tmp_path / "books")
    source = export(made, "october.csv", "2026-10-08,Ana,1")
    for _ in range(2):
        assert main(["watch", str(made.parent), "--once"]) == 1
        assert "kpixl cannot be certain which sheet october.csv is for" in capsys.readouterr().out
    by_hand(made, source)  # the owner takes this very file
    capsys.readouterr()
    assert main(["watch", str(made.parent), "--once"]) in (0, 1)
    said = capsys.readouterr().out
    assert "october.csv: taken into Surveys of TaskZenith 2026-10.xlsx: new rows 0" in said
    assert (source.parent / "imported" / "october.csv").exists()
    assert main(["watch", str(made.parent), "--once"]) == 0
    assert "october.csv" not in capsys.readouterr().out


def test_what_was_taken_and_cannot_be_moved_away_is_not_taken_again(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpixl.verbs.exports._moved", lambda _source: None)
    export(book, "october.csv", "2026-10-08,Ana,1")
    hand = Hand(book.parent)
    assert hand.settle() == ["taken"]
    hand.start()
    assert hand.settle() == []


# What was asked and agreed to is remembered like what was said


def test_an_answer_of_yes_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.import_rows import import_rows

    made = agency(tmp_path / "books")
    source = tmp_path / "answers.csv"
    source.write_text("Datum,Cliente,Score\n2026-10-06,Ana,5\n", encoding="utf-8")
    request = ImportRequest("surveys", source, {"date": "Datum"})
    import_rows(made, request, now=NOW)
    assert workbooks.opened(made).remembered["surveys"].keys() == {"date"}
    source.write_text("Datum,Cliente,Score\n2026-10-07,Ana,5\n", encoding="utf-8")
    import_rows(made, replace(request, agreed=True), now=NOW)
    assert workbooks.opened(made).remembered["surveys"] == {
        "date": ("Datum",), "client": ("Cliente",), "score": ("Score",),
    }  # fmt: skip
