"""The workbook that is open in Excel: the same as in its file, in a few calls, and all of it or nothing."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
import xlwings as xw
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName

import builds
import excel_engine
from excel_engine import Excel
from excel_tabs import Cell, Error, Tab, as_shown
from kpixl.cellvalue import ExcelError
from kpixl.entries import Setup
from kpixl.errors import KpixlError, NoPermission, NotOurWorkbook
from kpixl.excel.live import live_view, open_workbook
from kpixl.excel.live.live_view import LiveView
from kpixl.excel.live.open_workbook import ExcelRefused, HalfWritten
from kpixl.excel.live.ranges import cells_of, rectangles, to_write
from kpixl.excel.live.state import SheetHasPassword, undisturbed
from kpixl.ooxml.cells import Area, cell_name, parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Period
from kpixl.verbs import adopt, demo
from kpixl.verbs.refresh import refresh_package
from kpixl.workbook import layout
from kpixl.workbook.read import Book, read, read_view
from test_owner_things import THINGS, macros
from workbooks import ROWS, Filled, Rows, Value, append, day, make, named, opened, placed, put

NOW = datetime(2026, 11, 5, 17, 45)
OWN: dict[str, dict[str, Value]] = {
    "own_1": {"label": "Open share", "formula": "=requests_open/requests_opened", "unit": "%", "typical": 0.6},
    "own_2": {"label": "Leads a client", "formula": "=leads/clients_new", "direction": "higher is better"},
}


@pytest.fixture(autouse=True)
def _no_caller() -> Iterator[None]:
    yield
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Never refreshed since its rows came."""
    return make(tmp_path_factory.mktemp("live") / "small.xlsx", Filled(rows=ROWS), refresh=False)


@pytest.fixture
def book(small: Path, tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(small.read_bytes())
    return path


# The contract of both adapters


def same(one: object, other: object, where: str = "") -> None:
    """Both hold the same, wherever they come from."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif dataclasses.is_dataclass(one):
        assert type(one) is type(other), where
        for field in dataclasses.fields(one):
            if field.compare and field.name not in ("view", "sheets"):
                same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, Mapping):
        assert isinstance(other, Mapping), where
        assert list(one) == list(other), where
        for key, value in one.items():
            same(value, other[key], f"{where}[{key}]")
    else:
        assert one == other, where
        assert type(one) is type(other), where


def same_books(by_file: Book, by_excel: Book) -> None:
    same(by_file, by_excel)
    names = [{key: sheet.name for key, sheet in book.sheets.items()} for book in (by_file, by_excel)]
    assert names[0] == names[1]


def contract(path: Path, folder: Path) -> Excel:
    """Both adapters read the same, and write the same into every cell, row and chart; the Excel of the live one."""
    excel = Excel(path)
    package = Package.open(path)
    same_books(read(package), read_view(LiveView(excel.book)))
    excel.book.set_mock_caller()
    outcome = open_workbook.refresh(xw.Book.caller(), now=NOW)
    scorecard, problems = refresh_package(package, now=NOW)
    assert [result.value for result in outcome.scorecard.results] == [result.value for result in scorecard.results]
    assert [(p.code, p.sheet, p.cell) for p in outcome.problems] == [(p.code, p.sheet, p.cell) for p in problems]
    package.save(folder / "by file.xlsx")
    for tab in Excel(folder / "by file.xlsx").tabs:
        assert contents(excel.tab(tab.name)) == contents(tab), tab.name
        assert excel.tab(tab.name).hidden == tab.hidden, tab.name
        assert excel.tab(tab.name).heights == tab.heights, tab.name
        assert excel.tab(tab.name).protected == tab.protected, tab.name
        shown = [[as_shown(series) for series in chart] for chart in tab.charts]
        assert [[as_shown(s) for s in chart] for chart in excel.tab(tab.name).charts] == shown
    return excel


def contents(tab: Tab) -> dict[str, object]:
    """Formulas, and values where there is none."""
    return {cell_name(*place): cell.content for place, cell in tab.cells.items() if cell.content is not None}


@pytest.mark.parametrize(("business", "code"), [chosen[:2] for chosen in demo.samples()])
def test_both_adapters_give_the_same(business: str, code: str, tmp_path: Path) -> None:
    builds.samples(tmp_path)
    path = demo.sample_path(tmp_path, business, code)
    found = opened(path)
    # Another period, so that there is something to write everywhere.
    put(path, {named(found, "period_day"): day("2026-09-15"), placed(found, "kpis", found.trend.kpi, "target"): 0.5})
    excel = contract(path, tmp_path)
    assert excel.writes > 10


@pytest.mark.parametrize("thing", [name for name, things in THINGS.items() if macros not in things])
def test_with_what_owners_make(thing: str, book: Path, tmp_path: Path) -> None:
    for change in THINGS[thing]:
        package = Package.open(book)
        change(package)
        package.save(book)
    contract(book, tmp_path)


ODD: dict[str, Rows] = {
    **ROWS,
    "requests": {
        "id": ["R1", "R2", 7.0, "007"],
        "client": ["Ana", ExcelError("#REF!"), "=x", True],
        "opened": [day("2026-10-01", 9), "2026-10-03", ExcelError("#N/A"), day("2026-10-30", 12)],
        "resolved": [day("2026-10-01", 11), "05/10/2026", day("2026-10-04"), ExcelError("#DIV/0!")],
    },
    "hours": {
        "date": [day(f"2026-10-0{number}") for number in range(1, 8)],
        "assistant": ["007", "3-4", "TRUE", "=1+1", "May 5", "'quoted", "50%"],
        "available": [8.0] * 7,
        "productive": [6.0, 7.5, 1.0, 2.0, 3.25, "eight", True],
    },
}


def test_odd_entries(tmp_path: Path) -> None:
    path = make(tmp_path / "odd.xlsx", Filled(rows=ODD), refresh=False)
    excel = contract(path, tmp_path)
    names = {cell.value for cell in excel.tab("Breakdown").cells.values() if isinstance(cell.value, str)}
    # Texts that Excel would take for figures, dates, formulas and truth values stay what they are.
    assert set(ODD["hours"]["assistant"]) - {"50%", "'quoted"} <= names
    assert {"50%", "'quoted"} & names


def test_rows_below_a_table(book: Path, tmp_path: Path) -> None:
    excel = Excel(book)
    table = next(table for table in excel.tab("Surveys").tables if table.name == "tbl_surveys")
    put(book, {("Surveys", cell_name(table.area.bottom + 1, table.area.left)): day("2026-10-05")})
    excel = contract(book, tmp_path)
    assert any("Surveys" in str(cell.value) for cell in excel.tab("Check").cells.values())


def test_own_kpis(tmp_path: Path) -> None:
    path = make(tmp_path / "own.xlsx", Filled(rows=ROWS, own=OWN, trend="Open share"), refresh=False)
    excel = contract(path, tmp_path)
    last = [series.split("$")[4].split(",")[0] for series in excel.tab("Dashboard").charts[0]]
    assert len(set(last)) == 1, "every series of the overview has two more rows"


def test_windows_that_were_changed(book: Path, tmp_path: Path) -> None:
    put(book, {placed(opened(book), "kpis", "crr", "window"): "period"})
    contract(book, tmp_path)


def test_formulas_and_words_that_are_gone(book: Path, tmp_path: Path) -> None:
    package, found = Package.open(book), opened(book)
    lost = [("kpis", kpi, column) for kpi in ("css", "art", "crr") for column in ("value", "level", "gap")]
    for block, row, column in (*lost, ("words", "changed", "text"), ("totals", "satisfied", "used")):
        editor = SheetEditor(package, found.sheets[found.placements[block].sheet])
        position = found.placements[block].position(row, column)
        editor.clear(*position)
        if block == "kpis":
            editor.set(*position, 0.25)
        editor.commit()
    # A formula of the owner's over what refresh found, and one that is not ours over a KPI.
    for block, row, column, formula in (("kpis", "css", "comment", "1+1"), ("kpis", "tcr", "value", "IFERROR(1,0)")):
        editor = SheetEditor(package, found.sheets["kpis"])
        editor.set(*found.placements[block].position(row, column), 2.0, formula)
        editor.commit()
    package.save(book)
    contract(book, tmp_path)


def test_names_that_had_to_give_way(tmp_path: Path) -> None:
    path = tmp_path / "hers.xlsx"
    hers = openpyxl.Workbook()
    hers.active.title = "Totals"
    for name in ("leads", "company", "satisfied", "va_css_value"):
        hers.defined_names[name] = DefinedName(name, attr_text="Totals!$A$1")
    hers.save(path)
    period = Period.parse("2026-10")
    adopted = adopt.adopt(path, Setup("remote-va-agency", "en", period, "Hers", "EUR"), now=NOW)
    assert {"leads", "company"} <= set(adopted.renamed)
    for table in ("surveys", "leads", "clients"):
        append(path, table, ROWS[table])
    package, found = Package.open(path), opened(path)
    editor = SheetEditor(package, found.sheets["kpis"])
    editor.clear(*found.placements["kpis"].position("ncar", "value"))
    editor.commit()
    package.save(path)
    excel = contract(path, tmp_path)
    formula = excel.tab(found.sheets["kpis"].name).cell(*found.placements["kpis"].position("ncar", "value")).formula
    assert formula == 'IF(va_ncar_in_use=0,"",IFERROR(clients_new/kpixl_leads,""))'


def test_a_copied_sheet_with_names_of_its_own_is_ignored(book: Path, tmp_path: Path) -> None:
    excel = Excel(book)
    local = {"'KPIs (2)'!_kpixl.block.kpis": "'KPIs (2)'!$A$1:$B$3", "kpixl_a!company": "kpixl_a!$A$1"}
    excel.names = {**local, **excel.names}
    assert LiveView(excel.book).names["_kpixl.block.kpis"].startswith("KPIs!")
    assert not set(LiveView(excel.book).names) & set(local)
    same_books(opened(book), read_view(LiveView(excel.book)))


def test_on_the_mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "odd.xlsx", Filled(rows=ODD), refresh=False)
    windows = contract(path, tmp_path)
    monkeypatch.setattr("kpixl.excel.live.live_view.sys", SimpleNamespace(platform="darwin"))
    excel = Excel(path, mac=True)
    same_books(read(Package.open(path)), read_view(LiveView(excel.book)))
    open_workbook.refresh(excel.book, now=NOW)
    assert excel.state() == windows.state()
    assert live_view.LiveView(excel.book).version == str(layout.LAYOUT_VERSION)


@pytest.mark.parametrize("mac", [False, True])
def test_a_workbook_of_another_kpixl_or_of_nobody(
    mac: bool, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mac:
        monkeypatch.setattr("kpixl.excel.live.live_view.sys", SimpleNamespace(platform="darwin"))
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(NotOurWorkbook):
        open_workbook.refresh(Excel(tmp_path / "other.xlsx", mac=mac).book, now=NOW)
    package = Package.open(book)
    package.replace("docProps/custom.xml", package.read("docProps/custom.xml").replace(b">4<", b">9<"))
    package.save(book)
    with pytest.raises(KpixlError, match="newer kpixl"):
        open_workbook.refresh(Excel(book, mac=mac).book, now=NOW)


# All or nothing


def copied(excel: Excel) -> Excel:
    """The same workbook, opened anew."""
    other = copy.copy(excel)
    other.tabs = pickle.loads(pickle.dumps(excel.tabs))
    other.calls, other.writes, other.fail_at = excel.calls.copy(), 0, set()
    other.calls.clear()
    return other


def test_a_failure_at_any_write_leaves_everything_as_it_was(tmp_path: Path) -> None:
    rows: dict[str, Rows] = {**ROWS, "hours": ODD["hours"]}
    path = make(tmp_path / "book.xlsx", Filled(rows=rows, own=OWN), refresh=False)
    opened_there = Excel(path)
    opened_there.tab("Dashboard").protected = (True, False, *(number % 2 == 0 for number in range(11)))
    good = copied(opened_there)
    open_workbook.refresh(good.book, now=NOW)
    assert good.writes > 30
    kinds = {call for call in good.calls if call.endswith(("=", "rotect"))}
    assert {"Range.formula=", "Range.raw_value=", "Range.row_hidden=", "Range.row_height=", "ComSeries.Formula=",
            "ComSheet.Protect", "ComSheet.Unprotect"} <= kinds  # fmt: skip
    before = opened_there.state()
    # Every third: each kind of write comes more often, and all are taken back in one way.
    for write in (*range(1, good.writes, 3), good.writes):
        excel = copied(opened_there)
        excel.fail_at = {write}
        # Why a protection cannot be taken away is not told: a password is the likely reason.
        with pytest.raises((ExcelRefused, SheetHasPassword), match=f"write {write} failed|protected by a password"):
            open_workbook.refresh(excel.book, now=NOW)
        assert excel.state() == before, write


def test_told_where_it_cannot_be_taken_back(book: Path) -> None:
    excel = Excel(book)
    excel.fail_at = set(range(20, 1000))
    with pytest.raises(HalfWritten) as told:
        open_workbook.refresh(excel.book, now=NOW)
    assert "close the workbook without saving" in str(told.value)
    assert excel.calculation == "automatic"
    assert excel.screen_updating


def test_excel_that_does_not_answer(book: Path) -> None:
    for call in ("App.calculation", "Names.item", "ComRange.Value2", "Range.formula", "App.calculation="):
        excel = Excel(book)
        before = excel.state()
        excel.refuses = call.__eq__
        with pytest.raises(ExcelRefused, match="busy"):
            open_workbook.refresh(excel.book, now=NOW)
        assert excel.state() == before
        assert not excel.writes


def test_excel_that_does_not_even_tell_the_name(book: Path) -> None:
    excel = Excel(book)
    excel.refuses = lambda call: True
    with pytest.raises(ExcelRefused, match="work on this workbook"):
        open_workbook.refresh(excel.book, now=NOW)


def test_a_mistake_of_ours_is_not_put_down_to_excel(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    excel = Excel(book)
    before = excel.state()
    monkeypatch.setattr("kpixl.excel.live.open_workbook.files.backup", lambda path, now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_workbook.refresh(excel.book, now=NOW)
    assert excel.state() == before


@pytest.mark.parametrize("sheet", ["Check", "_kpixl"])
def test_a_sheet_with_a_password(sheet: str, book: Path) -> None:
    excel = Excel(book)
    excel.tab(sheet).password = "secret"
    before = excel.state()
    with pytest.raises(SheetHasPassword) as told:
        open_workbook.refresh(excel.book, now=NOW)
    assert told.value.sheet == sheet
    assert excel.state() == before
    assert not (book.parent / "kpixl backups").exists()


def test_sheets_that_are_not_protected_stay_so(book: Path) -> None:
    excel = Excel(book)
    for tab in excel.tabs:
        tab.protected = None
    open_workbook.refresh(excel.book, now=NOW)
    assert not any(tab.protected for tab in excel.tabs)


def test_the_owners_place_and_ways(book: Path) -> None:
    excel = Excel(book)
    excel.calculation, excel.enable_events, excel.selection, excel.active = "manual", False, "C7:D9", "Leads"
    excel.status_bar = "hers"
    open_workbook.refresh(excel.book, now=NOW)
    assert (excel.calculation, excel.enable_events, excel.selection, excel.active) == (
        "manual",
        False,
        "C7:D9",
        "Leads",
    )
    assert excel.screen_updating
    assert excel.status_bar == "hers"
    assert excel.calculated == 2, "before reading, since nobody else does, and after writing"


@pytest.mark.parametrize("selection", ["C7:D9", None])
def test_undisturbed_whatever_happens(selection: str | None, book: Path) -> None:
    excel = Excel(book)
    excel.active, excel.selection = "Leads", selection
    before = excel.state()
    with pytest.raises(ZeroDivisionError), undisturbed(excel.book):  # noqa: PT012
        assert (excel.screen_updating, excel.enable_events, excel.calculation) == (False, False, "manual")
        excel.active = "Check"
        if selection:
            excel.selection = "A1"
        raise ZeroDivisionError
    assert excel.state() == before


def test_the_saved_file_is_the_backup_and_stays(book: Path) -> None:
    saved = book.read_bytes()
    outcome = open_workbook.refresh(Excel(book).book, now=NOW)
    assert outcome.backup is not None
    assert outcome.backup.parent == book.parent / "kpixl backups"
    assert outcome.backup.read_bytes() == saved
    assert book.read_bytes() == saved


def test_a_workbook_that_was_never_saved_has_no_backup(book: Path) -> None:
    excel = Excel(book)
    excel.path = Path("Book1")
    excel_properties = SimpleNamespace(Value=str(layout.LAYOUT_VERSION))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(excel_engine.ComBook, "CustomDocumentProperties", lambda self, name: excel_properties)
        outcome = open_workbook.refresh(excel.book, now=NOW)
    assert outcome.backup is None
    assert outcome.written


def test_no_room_for_the_backup(book: Path) -> None:
    (book.parent / "kpixl backups").write_text("in the way")
    excel = Excel(book)
    before = excel.state()
    with pytest.raises(NoPermission):
        open_workbook.refresh(excel.book, now=NOW)
    assert excel.state() == before


# A few calls


def grown(excel: Excel, count: int) -> Excel:
    """With that many rows of years ago in the table of hours."""
    tab = excel.tab("Hours")
    table = tab.tables[0]
    area = table.area
    for row in range(area.bottom + 1, area.top + count + 1):
        for column in range(area.left, area.right + 1):
            first = tab.cell(area.top + 1, column)
            tab.cells[row, column] = Cell(first.value, first.formula, first.locked, first.format)
        tab.cells[row, area.left].value = day("2020-01-01")
    table.area = Area(area.top, area.left, area.top + count, area.right)
    return excel


def test_as_many_calls_for_ten_rows_as_for_ten_thousand(book: Path) -> None:
    few, many = (grown(Excel(book), count) for count in (10, 10_000))
    counts = []
    for excel in (few, many):
        outcome = open_workbook.refresh(excel.book, now=NOW)
        assert outcome.scorecard.result("aur").value == pytest.approx(13 / 16)
        counts.append(excel.calls)
    # How many lines list the rows behind KPIs differs: where the shown ones end is looked for by halves.
    halves = {"ComRows.Hidden", "ComRange.EntireRow", "Sheet.range"}
    assert all(abs(counts[0][call] - counts[1][call]) < 12 for call in halves)
    assert [{k: v for k, v in one.items() if k not in halves} for one in counts[:1]] == [
        {k: v for k, v in one.items() if k not in halves} for one in counts[1:]
    ]


def test_few_calls_and_fewer_where_nothing_has_changed(book: Path) -> None:
    excel = Excel(book)
    names = len(excel.names)
    open_workbook.refresh(excel.book, now=NOW)
    first, first_writes = asked(excel), excel.writes
    excel.calls.clear()
    excel.writes = 0
    open_workbook.refresh(excel.book, now=NOW)
    # No cell is asked for or written by itself: a block read a sheet and table, a block write a run of changed cells.
    assert excel.calls["ComRange.Value2"] == 28
    assert excel.calls["Range.formula"] == 13
    assert excel.calls["Name.name"] == names
    assert excel.calls["Name.refers_to"] < 102
    assert first < 760
    assert first_writes < 60
    assert asked(excel) < 370
    assert excel.writes == 1, "the recalculation alone"


def asked(excel: Excel) -> int:
    """The calls without those for names, which Excel for Windows tells one by one."""
    return sum(count for call, count in excel.calls.items() if not call.startswith("Name"))


def test_a_large_table_is_read_in_parts(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_view(LiveView(Excel(book).book))
    monkeypatch.setattr("kpixl.excel.live.live_view.CELLS_AT_ONCE", 20)
    excel = Excel(book)
    same_books(whole, read_view(LiveView(excel.book)))
    assert excel.calls["ComRange.Value2"] > 50


# Cells


LOOK_LIKE_MORE = (
    *("007", "1/2", "3-4", "=1+1", "+a", "-b", "@c", "'d", "''", "TRUE", "verdadero", "5%", "1E5", "May 5", "#N/A"),
    "(5)",
)


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), st.sampled_from(LOOK_LIKE_MORE)))
def test_a_text_stays_a_text(text: str) -> None:
    cell = Cell()
    excel_engine._type(cell, to_write(text))
    assert (cell.value or "", cell.formula) == (text, None)


@pytest.mark.parametrize(
    ("value", "typed"), [(None, ""), ("", ""), (3, 3.0), (True, True), (ExcelError("#N/A"), "#N/A")]
)
def test_other_values(value: Value, typed: object) -> None:
    assert to_write(value) == typed
    assert type(to_write(value)) is type(typed)


def test_what_excel_hands_over() -> None:
    area = Area(5, 2, 5, 8)
    when = datetime(2026, 10, 1, 18, 0, 0, 500_000, tzinfo=UTC)
    found = cells_of(((1.5, "a", None, "", -2146826246, 4, when),), area)
    assert found.rows == [[1.5, "a", "", "", "", 4.0, pytest.approx(46296.75 + 0.5 / 86400, abs=1e-9)]]
    assert found.errors == {(5, 6): "#N/A"}
    assert found.blank == {(5, 4)}
    # One cell is no row, a newer error has no older name than #VALUE!, and other whole numbers are none.
    assert cells_of(-2146826200, Area(1, 1, 1, 1)).errors == {(1, 1): "#VALUE!"}
    assert cells_of(-2146820000, Area(1, 1, 1, 1)).rows == [[-2146820000.0]]
    assert cells_of([1.0, 2.0], Area(1, 1, 2, 1)).rows == [[1.0], [2.0]]
    assert cells_of([1.0, 2.0], Area(1, 1, 1, 2)).rows == [[1.0, 2.0]]


@given(st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_rectangles_cover_just_the_cells(cells: set[tuple[int, int]]) -> None:
    areas = list(rectangles(cells))
    covered = [
        (row, column)
        for area in areas
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
    assert sorted(covered) == sorted(cells)


def test_a_block_is_one_rectangle() -> None:
    assert list(rectangles((row, column) for row in range(3, 9) for column in range(2, 5))) == [Area(3, 2, 8, 4)]


def test_the_engine_does_what_excel_does(book: Path) -> None:
    """What the other tests rest on."""
    excel = Excel(book)
    hours = excel.book.sheets["Hours"]
    top = excel.tab("Hours").tables[0].area.top
    assert hours.range(f"A{top + 1}").raw_value == datetime(2026, 10, 1, tzinfo=UTC)
    assert hours.range(f"A{top + 1}").api.Value2 == day("2026-10-01")
    check = excel.book.sheets["Check"]
    with pytest.raises(excel_engine.com_error, match="protected"):
        check.range("C9").raw_value = [["x"]]
    excel.tab("Check").protected = None
    for typed, value in (("007", 7.0), ("'007", "007"), ("TRUE", True), ("#N/A", Error("#N/A")), ("1/2", 45000.0)):
        check.range("C9").raw_value = [[typed]]
        assert excel.tab("Check").cell(*parse_cell("C9")).value == value
    check.range("C9").raw_value = [["=1+1"]]
    assert excel.tab("Check").cell(9, 3).content == "=1+1"
