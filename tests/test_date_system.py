"""Workbooks whose days count from 1904, as those of old Macs: taken as they are, and every day in them is right."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import builds
import workbooks
from clock import NOW, TODAY
from engines import contents, differences, libreoffice_values
from kpixl import files
from kpixl.entries import Setup
from kpixl.ooxml.package import Package
from kpixl.period import SINCE_1900, DateSystem, Period
from kpixl.texts.action_text import due_day
from kpixl.verbs import refresh, results
from kpixl.verbs.adopt import adopt
from kpixl.verbs.fix import fix
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.roll import roll
from kpixl.workbook.append import append_entries, settle
from kpixl.workbook.read import read
from kpixl.workbook.sheets import dashboard
from test_live import contract
from test_upgrade import AGENCY as OLDER
from test_upgrade import copied
from workbooks import entry, named, opened, placed, put

HERS = "xl/worksheets/sheet1.xml"


def mac(text: str, hour: float = 0) -> float:
    """What such a workbook holds for a day: how many there are since the first of 1904."""
    return (date.fromisoformat(text) - date(1904, 1, 1)).days + hour / 24


def adopted() -> bytes:
    """A workbook of the owner's from a Mac, with kpixl's sheets and the rows that are counted by hand."""

    def build(folder: Path) -> None:
        path = folder / "made.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
            sheet, look = book.add_worksheet("Mine"), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_datetime("A1", datetime(2026, 10, 6, 9, 30), look)
            sheet.write_formula("B1", "=A1+30", look, 44869.0 + 9.5 / 24)
        before = Package.open(path).read(HERS)
        adopt(path, Setup(workbooks.AGENCY, "en", Period.parse("2026-10"), "TaskZenith", "EUR"), now=NOW)
        package = Package.open(path)
        assert package.read(HERS) == before
        for table, rows in workbooks.ROWS.items():
            append_entries(package, read(package), table, rows)
        settle(package, read(package))
        package.save(path)
        refresh.refresh(path, now=NOW)

    return (builds.once("a workbook from a Mac", build) / "made.xlsx").read_bytes()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Mac 2026-10.xlsx"
    path.write_bytes(adopted())
    return path


def raw(path: Path, place: tuple[str, str]) -> object:
    """What stands in the file."""
    found = contents(path).get(place)
    return None if found is None else found.value


def test_days_by_hand() -> None:
    # Microsoft's own example: 5 July 2011 is 40729 from 1900 and 39267 from 1904.
    mac_days = DateSystem.of(date1904=True)
    assert (mac_days.stored(40729), mac_days.serial(39267)) == (39267, 40729)
    assert [mac_days.stored(what) for what in (None, "2011", True)] == [None, "2011", True]
    assert SINCE_1900.stored(40729) == 40729
    assert mac_days.last == mac("9999-12-31")


def test_it_is_adopted_and_its_figures_are_right(book: Path) -> None:
    package = Package.open(book)
    assert re.search(rb'<workbookPr\b[^>]* date1904="1"', package.read(package.workbook_part))
    assert b"<v>44839.39583" in package.read(HERS)
    outcome = results.results(book, today=TODAY)
    measures = workbooks.measures(outcome)
    assert {name: measures[name] for name in workbooks.MEASURES} == pytest.approx(workbooks.MEASURES)
    figures = workbooks.kpis(outcome)
    for id_, (value, level) in workbooks.KPIS.items():
        assert figures[id_][0] == pytest.approx(value), id_
        assert figures[id_][1] == level, id_
    there = opened(book)
    assert raw(book, named(there, "period_day")) == mac("2026-10-01")
    assert raw(book, named(there, "period_end")) == mac("2026-10-31")
    assert raw(book, entry(there, "requests", "opened", 0)) == mac("2026-10-01", 9)
    assert raw(book, entry(there, "clients", "start", 0)) == mac("2024-01-10")
    assert raw(book, placed(there, "log", "line_1", "when")) == pytest.approx(mac("2026-11-22", 9.5))


def test_both_kinds_of_export_come_in_right_and_the_month_is_closed(book: Path, tmp_path: Path) -> None:
    put(book, {placed(opened(book), "settings", "entered_until", "value"): mac("2026-10-30")})
    put(book, {placed(opened(book), "dashboard", "do_1", dashboard.ENTRIES["by"]): mac("2026-11-15")})
    before = book.read_bytes()
    assert due_day(next(one for one in opened(book).entries.actions.values() if one.by.filled)) == "2026-11-15"
    for number, epoch in enumerate((CALENDAR_MAC_1904, openpyxl.Workbook().epoch), 5):
        source, export = tmp_path / f"{number}.xlsx", openpyxl.Workbook()
        export.epoch = epoch
        export.worksheets[0].append(["id", "client", "opened", "resolved"])
        export.worksheets[0].append([f"R{number}", "Ana", datetime(2026, 10, 5, 9), datetime(2026, 10, 5, 17)])
        export.worksheets[0].append(["R4", "Léa", datetime(2026, 10, 30, 12), datetime(2026, 11, 2, 12)])
        export.save(source)
        plan = import_rows(book, ImportRequest("requests", source, {}), now=NOW).plan
        assert (len(plan.accepted), len(plan.accepted.completions)) == (1, int(number == 5))
    there = opened(book)
    for row in (4, 5):
        assert raw(book, entry(there, "requests", "opened", row)) == mac("2026-10-05", 9)
        assert raw(book, entry(there, "requests", "resolved", row)) == mac("2026-10-05", 17)
    assert raw(book, entry(there, "requests", "resolved", 3)) == mac("2026-11-02", 12)
    rolled = roll(book, now=NOW, anyway=True).path
    after = opened(rolled)
    assert raw(rolled, named(after, "period_day")) == mac("2026-11-01")
    assert raw(rolled, placed(after, "totals", "of", "typed")) == mac("2026-11-01")
    assert raw(rolled, placed(after, "settings", "entered_until", "value")) is None
    assert {line.start for line in after.entries.past} == {date(2026, 10, 1)}
    assert raw(rolled, (after.entries.past[0].sheet, after.entries.past[0].cell)) == mac("2026-10-01")
    assert [due_day(one) for one in after.entries.actions.values() if one.by.filled] == ["2026-11-15"]
    requests = after.entries.tables["requests"]
    assert requests is not None
    kept = [raw(rolled, entry(after, "requests", "resolved", row)) for row in range(len(requests))]
    assert kept == [mac("2026-11-01"), mac("2026-11-02", 12)]
    files.undo(book, NOW)
    files.undo(book, NOW)
    assert book.read_bytes() == before


def test_what_is_mended_gets_the_days_of_the_workbook(book: Path) -> None:
    sheet, cell = entry(opened(book), "surveys", "date", 1)
    below = int(cell[1:]) + 4
    put(book, {(sheet, f"A{below}"): mac("2026-10-08", 6), (sheet, f"B{below}"): "Ana", (sheet, f"C{below}"): 5.0})
    put(book, {(sheet, cell): "2026-10-07"})
    done = fix(book, now=NOW)
    assert [one.now for one in done.cells] == [workbooks.day("2026-10-07")]
    assert done.taken["surveys"].count == 1
    there = opened(book)
    assert raw(book, entry(there, "surveys", "date", 1)) == mac("2026-10-07")
    assert raw(book, entry(there, "surveys", "date", 4)) == mac("2026-10-08", 6)


def test_the_open_workbook_is_read_and_written_as_the_file_is(book: Path, tmp_path: Path) -> None:
    put(book, {entry(opened(book), "surveys", "score", 0): 1.0})
    contract(book, tmp_path)


@pytest.mark.libreoffice
def test_libreoffice_computes_the_same(book: Path, tmp_path: Path) -> None:
    """An older one as well, which is brought up to date: all its days are four years later than they were."""
    older = copied(OLDER, tmp_path)
    package = Package.open(older)
    data = package.read(package.workbook_part)
    package.replace(package.workbook_part, data.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1))
    package.save(older)
    days = {place: cell.value for place, cell in contents(older).items() if cell.formula is None}
    refresh.refresh(older, now=NOW)
    assert str(opened(older).entries.period) == "2030-10"
    assert raw(older, named(opened(older), "period_start")) == mac("2030-10-01")
    requests = opened(older).entries.tables["requests"]
    assert requests is not None
    first = entry(opened(older), "requests", "opened", 0)
    assert raw(older, first) == days[first]
    for path, computed in zip((book, older), libreoffice_values([book, older]), strict=True):
        assert len(computed) > 3000
        assert differences(path, computed) == []
