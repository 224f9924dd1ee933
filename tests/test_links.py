"""A sheet of the owner's that fills one of kpixl's: she types where she always did, and the table follows."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from clock import NOW, TODAY
from kpixl.check import Problem
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs import pairing
from kpixl.verbs.adopt import adopt
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from kpixl.verbs.upgrade import upgrade
from kpixl.verbs.watch import Clock, Event, watch
from kpixl.workbook.links_part import Link, links_in, put_links
from narrow import some
from workbooks import AGENCY, append, day, entry, opened, put

OLDER = Path(__file__).parent / "older"
HEADINGS = ("Ticket ID", "Client", "Opened", "Resolved")
FIRST = 2
"""The row of her sheet in which her first ticket stands."""


def ticket(number: int, month: int = 10, hours: int = 2) -> tuple[object, ...]:
    return f"T{month}-{number}", "Ana", datetime(2026, month, number, 9), datetime(2026, month, number, 9 + hours)


TICKETS: list[tuple[object, ...]] = [
    ticket(10, month=9),
    *(ticket(number) for number in range(1, 5)),
    ("T10-5", "Ana", None, datetime(2026, 10, 5, 11)),
]
"""One of September, four of October, and one of which she forgot when it came in."""
HOURS: list[tuple[object, ...]] = [
    (datetime(2026, 10, 1), "Eva", 8, 6),
    (datetime(2026, 10, 2), "Eva", 8, 6),
    (datetime(2026, 10, 2), "Leo", 4, 3),
    (None, "Total", 20, 15),
]

POOL: dict[str, list[tuple[object, ...]]] = {
    "Eva": [(datetime(2026, 10, 1), 8, 6), (datetime(2026, 10, 2), 8, 6)],
    "Leo": [(datetime(2026, 10, 1), 8, 6), (datetime(2026, 10, 2), 8, 6)],
    "Kim": [(datetime(2026, 10, 1), 5, 5), (datetime(2026, 10, 2), 5, 5)],
}
"""A sheet for each of her people; two of them have the same days."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Her workbook with kpixl's sheets behind hers, and nothing linked."""
    path = tmp_path_factory.mktemp("links") / "Hers.xlsx"
    book = openpyxl.Workbook()
    for name, rows in (
        ("Tickets", [HEADINGS, *TICKETS]),
        ("Timesheet", [("Date", "Assistant", "Available", "Productive"), *HOURS]),
        *((name, [("Date", "Available", "Productive"), *rows]) for name, rows in POOL.items()),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    adopt(path, Setup(AGENCY, "en", Period.parse("2026-10"), "Acme", "USD"), now=NOW)
    return path.read_bytes()


@pytest.fixture
def hers(tmp_path: Path, made: bytes) -> Path:
    path = tmp_path / "Hers.xlsx"
    path.write_bytes(made)
    return path


@pytest.fixture
def linked(hers: Path) -> Path:
    assert main(["link", str(hers), "tickets", "requests", "--map", "id=Ticket ID", "--yes"], now=NOW) == 1
    return hers


def resolved(path: Path) -> float | None:
    """Requests that were resolved in the period."""
    return results(path, today=TODAY).scorecard.measures["requests_resolved"].used


def told(path: Path) -> list[Problem]:
    return [one for one in results(path, today=TODAY).problems if one.code.startswith("linked_")]


def sheet_bytes(path: Path, name: str = "Requests") -> bytes:
    package = Package.open(path)
    return package.read(next(sheet.part for sheet in package.sheets if sheet.name == name))


def test_her_month_is_counted_and_what_was_not_taken_is_told(linked: Path) -> None:
    assert resolved(linked) == 4
    (left,) = told(linked)
    assert (left.code, left.severity, left.sheet, left.cell) == ("linked_left", "warning", "Tickets", "C7")
    before = sheet_bytes(linked)
    refresh(linked, now=NOW)
    refresh(linked, now=NOW)
    assert sheet_bytes(linked) == before
    # The hours of all four are two.
    assert some(opened(linked).entries.tables["requests"]).numbers["hours"] == pytest.approx([2.0] * 4)


def test_the_table_follows_her_sheet_and_keeps_what_she_typed_into_it(linked: Path) -> None:
    append(linked, "requests", {"id": ["Mine"], "client": ["Ana"], "opened": [day("2026-10-07", 9)],
                                "resolved": [day("2026-10-07", 10)]})  # fmt: skip
    put(linked, {
        ("Tickets", "D3"): None,  # T10-1 is open again
        **dict.fromkeys((("Tickets", f"{column}4") for column in "ABCD"), None),  # T10-2 is gone
        ("Tickets", "C7"): day("2026-10-05", 9),  # T10-5 has its day now
        ("Tickets", "A8"): "T10-6", ("Tickets", "B8"): "Bo", ("Tickets", "C8"): day("2026-10-06", 9),
        ("Tickets", "D8"): day("2026-10-06", 10),
    })  # fmt: skip
    # T10-3, T10-4, T10-5, T10-6 and hers; at once, and the same when it is written, twice.
    assert resolved(linked) == 5
    assert told(linked) == []
    for _ in range(2):
        refresh(linked, now=NOW)
        rows = some(opened(linked).entries.tables["requests"])
        assert sorted(map(str, rows.texts["id"])) == ["Mine", "T10-1", "T10-3", "T10-4", "T10-5", "T10-6"]
        assert resolved(linked) == 5


def test_what_she_changed_in_the_table_stays_and_is_told(linked: Path) -> None:
    cell = entry(opened(linked), "requests", "resolved", 2)
    put(linked, {cell: day("2026-10-03", 19)})
    for _ in range(2):
        refresh(linked, now=NOW)
        _, changed = told(linked)
        assert (changed.code, changed.place) == ("linked_changed", f"Requests!{cell[1]}")
        assert "Row 5 of Tickets" in changed.message.text()
        assert resolved(linked) == 4
        assert some(opened(linked).entries.tables["requests"]).numbers["hours"] == pytest.approx([2, 2, 10, 2])
    # Once her sheet says the same, there is nothing to tell.
    put(linked, {("Tickets", "D5"): day("2026-10-03", 19)})
    refresh(linked, now=NOW)
    assert [one.code for one in told(linked)] == ["linked_left"]
    assert resolved(linked) == 4


def test_a_row_deleted_in_the_table_comes_back(linked: Path) -> None:
    book = opened(linked)
    put(linked, {entry(book, "requests", id_, 1): None for id_ in ("id", "client", "opened", "resolved")})
    refresh(linked, now=NOW)
    assert resolved(linked) == 4


def test_rows_that_were_there_before_the_link_are_not_taken_twice(hers: Path) -> None:
    main(["import", str(hers), "requests", str(hers), "--sheet", "Tickets", "--map", "id=Ticket ID", "--yes"], now=NOW)
    assert resolved(hers) == 4
    main(["link", str(hers), "Tickets", "requests", "--yes"], now=NOW)
    main(["link", str(hers), "Tickets", "requests", "--yes"], now=NOW)
    assert (resolved(hers), len(links_in(Package.open(hers)))) == (4, 1)


def test_a_sheet_without_numbers_of_its_rows(hers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty hours by day and assistant, the line of the total not counted."""

    def hours() -> float | None:
        return results(hers, today=TODAY).scorecard.measures["available_hours"].used

    main(["link", str(hers), "Timesheet", "hours", "--yes"], now=NOW)
    assert hours() == 20
    assert [(one.code, one.place) for one in told(hers)] == [("linked_totals", "Timesheet!A5")]
    put(hers, {("Timesheet", "C3"): 7.0})  # Eva's second day
    refresh(hers, now=NOW)
    assert hours() == 19
    cell = entry(opened(hers), "hours", "available", 0)
    put(hers, {cell: 9.0})
    for _ in range(2):
        refresh(hers, now=NOW)
        assert hours() == 20
        assert [one.place for one in told(hers) if one.code == "linked_changed"] == [f"Hours!{cell[1]}"]
    capsys.readouterr()
    assert main(["link", str(hers), "--list", "--json"], now=NOW) == 0
    assert json.loads(capsys.readouterr().out) == {"links": [{"sheet": "Timesheet", "table": "hours", "rows": 3}]}


def test_two_sheets_fill_one_table(hers: Path) -> None:
    """One for each of her people: rows that are the same on both are two, and each goes with its own sheet."""
    words = ["--set", "assistant=Pool", "--map", "available=Available", "productive=Productive", "--yes"]

    def hours() -> list[float]:
        return sorted(opened(hers).entries.tables["hours"].numbers["available"].tolist())  # type: ignore[union-attr]

    for name in POOL:
        assert main(["link", str(hers), name, "hours", *words], now=NOW) == 0
    assert hours() == [5, 5, 8, 8, 8, 8]
    # She takes a row off one sheet, and changes one on another.
    put(hers, {**dict.fromkeys((("Leo", f"{column}3") for column in "ABC"), None), ("Eva", "B2"): 7, ("Kim", "B3"): 4})
    for _ in range(2):
        refresh(hers, now=NOW)
        assert hours() == [4, 5, 7, 8, 8]
    # A sheet that is no longer linked leaves its rows, which the others do not take for theirs.
    assert main(["link", str(hers), "Leo", "--remove"], now=NOW) == 0
    for _ in range(2):
        refresh(hers, now=NOW)
        assert hours() == [4, 5, 7, 8, 8]
    assert told(hers) == []


def test_a_watch_has_the_table_follow(linked: Path) -> None:
    put(linked, {("Tickets", "C7"): day("2026-10-05", 9)})
    passed = [0.0]
    clock = Clock(lambda: passed[0], lambda seconds: passed.append(passed.pop() + seconds), lambda: NOW)
    events: list[Event] = []
    watch(linked.parent, events.append, clock=clock, once=True)
    assert [event.kind for event in events] == ["refreshed"]
    # Excel, which knows nothing of links, shows the fifth ticket in the file that the watch has written.
    book = openpyxl.load_workbook(linked, read_only=True)
    assert sum("T10-5" in row for row in book["Requests"].iter_rows(values_only=True)) == 1
    book.close()


def test_the_next_month_has_its_rows_alone(linked: Path) -> None:
    put(linked, {("Tickets", "C7"): day("2026-10-05", 9)})
    closing = datetime(2026, 11, 2, 9)
    done = roll(linked, now=closing, anyway=True)
    november = closing.date()

    def count(path: Path) -> float | None:
        return results(path, today=november).scorecard.measures["requests_resolved"].used

    assert done.left["requests"] + done.stayed["requests"] == 5
    put(done.path, {("Tickets", "A8"): "T11-1", ("Tickets", "B8"): "Ana", ("Tickets", "C8"): day("2026-11-01", 9),
                    ("Tickets", "D8"): day("2026-11-01", 10)})  # fmt: skip
    for _ in range(2):
        assert count(done.path) == 1
        refresh(done.path, now=closing)
    figures = results(done.path, today=november).scorecard.entries.past
    assert [line.value for line in figures if line.id == "requests_resolved"] == [5]


def test_a_sheet_that_is_gone_or_says_nothing_any_more_leaves_its_rows(linked: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(linked) as old, zipfile.ZipFile(renamed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"Tickets"', b'"Work"') if name == "xl/workbook.xml" else data)
    put(linked, {("Tickets", "C1"): "Whatever"})
    for path, code, word in ((renamed, "linked_gone", "Tickets"), (linked, "linked_unread", "“Opened”")):
        refresh(path, now=NOW)
        (problem,) = told(path)
        assert (problem.code, resolved(path)) == (code, 4)
        assert word in problem.message.text()
    assert main(["link", str(renamed), "Work", "requests", "--yes"], now=NOW) == 1
    main(["link", str(renamed), "Tickets", "--remove"], now=NOW)
    assert [one.code for one in told(renamed)] == ["linked_left"]
    assert resolved(renamed) == 4


def test_an_ended_link_leaves_its_rows_and_undo_brings_it_back(
    linked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = links_in(Package.open(linked))
    assert main(["link", str(linked), "Tickets", "--remove"], now=NOW) == 0
    put(linked, {("Tickets", "D3"): None})
    refresh(linked, now=NOW)
    assert (resolved(linked), told(linked), links_in(Package.open(linked))) == (4, [], ())
    assert main(["link", str(linked), "Nowhere", "--remove"], now=NOW) == 2
    assert main(["undo", str(linked)], now=NOW) == 0
    assert main(["undo", str(linked)], now=NOW) == 0
    assert links_in(Package.open(linked)) == before
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "code"),
    [(["Dashboard", "requests"], "our_sheet"), (["Nowhere", "requests"], "unknown_sheet"),
     (["Tickets", "nothing"], "unknown_choice"), (["Tickets"], "half_a_link")],
)  # fmt: skip
def test_what_cannot_be_linked(hers: Path, words: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = hers.read_bytes()
    assert main(["link", str(hers), *words, "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert main(["link", str(hers), "Tickets", "requests", "--show"], now=NOW) == 0
    assert hers.read_bytes() == before


def test_an_upgrade_keeps_links(tmp_path: Path) -> None:
    older = min(OLDER.rglob("*.xlsx"), key=lambda path: path.stat().st_size)
    path = tmp_path / "older.xlsx"
    package = Package.from_bytes(older.read_bytes(), path)
    links = (Link("Gone", opened_table(package), {"kind": "\x01"}, ("a",), ("abcd",)),)
    put_links(package, links)
    package.save(path, new=True)
    assert upgrade(path, now=NOW).changed
    (after,) = links_in(Package.open(path))
    assert (after.sheet, after.constants, after.fields, after.rows) == ("Gone", {"kind": "\x01"}, ("a",), ("abcd",))
    assert [(one.code, one.sheet) for one in told(path)] == [("linked_gone", "Gone")]


def opened_table(package: Package) -> str:
    """The id of a table that the workbook has."""
    return min(
        table.name.removeprefix("tbl_") for table in package.tables if table.name in ("tbl_sales", "tbl_clients")
    )


def test_rows_are_paired_by_what_they_hold() -> None:
    fields = ("day", "client", "amount")
    old = dict(enumerate(pairing.marks([[1.0, 2.0, 2.0], ["Ana", "Ana", "Bo"], [100.0, 100.0, 40.0]])))
    new = dict(enumerate(pairing.marks([[2.0, 1.0, 9.0], ["Bo", "Ana", "Cy"], [41.0, 100.0, 1.0]])))
    assert pairing.equal(new, old) == {1: 0}
    assert pairing.alike({0: new[0]}, {1: old[1], 2: old[2]}, fields, ()) == {0: 2}
    assert pairing.alike(new, old, fields, {"client"}) == {0: 2}
    assert pairing.only(old[0], fields, {"client"}) == pairing.mark("Ana")
    assert pairing.mark(" ") == pairing.mark(None) == pairing.mark(float("nan")) != pairing.mark(0.0)
