"""Closing a period: what stays, what leaves, what Past periods says of it, and what nobody may lose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree
from openpyxl.comments import Comment

from clock import NOW
from kpixl.catalog import Business, businesses
from kpixl.entries import Value
from kpixl.errors import FileExists, FileInUse, OtherEnding
from kpixl.kpi.measure import measure
from kpixl.ooxml.cells import Area, parse_area, parse_cell
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_rows import append_rows
from kpixl.period import Kind, Period, serial
from kpixl.samples import sample
from kpixl.verbs import refresh
from kpixl.verbs.restate import NotTheArchive, restate
from kpixl.verbs.roll import ClosedAlready, EarlierRows, ErrorsInCheck, NotOver, RowsBelow, roll
from narrow import some
from workbooks import (
    KPIS,
    MEASURES,
    ROWS,
    Filled,
    Rows,
    append,
    day,
    entry,
    make,
    named,
    opened,
    placed,
    put,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")

FIRST = date(2026, 10, 1)


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("october")
    return make(folder / "TaskZenith 2026-10.xlsx", Filled(rows=ROWS, targets={"css": 0.9}, trend=None))


@pytest.fixture
def book(october: Path, tmp_path: Path) -> Path:
    copy = tmp_path / october.name
    copy.write_bytes(october.read_bytes())
    return copy


def kept(path: Path, table: str, column: str) -> list[object]:
    rows = opened(path).entries.tables[table]
    assert rows is not None
    values = rows.texts[column] if column in rows.texts else rows.numbers[column]
    return [None if value != value else value for value in values.tolist()]


def test_what_stays_and_what_leaves(book: Path) -> None:
    before = book.read_bytes()
    rolled = roll(book, now=NOW)
    assert book.read_bytes() == before
    assert rolled.path.name == "TaskZenith 2026-11.xlsx"
    assert str(opened(rolled.path).entries.period) == "2026-11"
    # R3 was resolved at the midnight after October, R4 not yet; T2 was completed in November, T3 not yet.
    assert kept(rolled.path, "requests", "id") == ["R3", "R4"]
    assert kept(rolled.path, "tasks", "id") == ["T2", "T3"]
    assert kept(rolled.path, "leads", "lead") == ["A", "B", "C", "D"]
    assert kept(rolled.path, "clients", "client") == ["Ana", "Léa", "Léa", "Zoë"]
    assert kept(rolled.path, "surveys", "client") == kept(rolled.path, "hours", "assistant") == [None]
    assert rolled.left == {"requests": 2, "tasks": 1, "hours": 2, "surveys": 4, "leads": 0}
    assert rolled.stayed == {"requests": 2, "tasks": 2, "hours": 0, "surveys": 0, "leads": 4}
    used = {name: value.used for name, value in rolled.scorecard.measures.items()}
    # R3 took an hour; T2 was not assigned in November; all four clients of the end of October are there.
    assert (used["requests_resolved"], used["resolution_hours"]) == pytest.approx((1, 1))
    assert (used["tasks_assigned"], used["clients_new"], used["leads"], used["requests_open"]) == (None, 0, None, 1)


def test_past_periods_has_what_the_closed_workbook_said(book: Path) -> None:
    rolled = roll(book, now=NOW)
    entries = opened(rolled.path).entries
    past = {line.id: line.value for line in entries.past if line.start == FIRST}
    assert {name: past[name] for name in MEASURES} == pytest.approx(MEASURES)
    assert {kpi: past[f"va_{kpi}"] for kpi in KPIS} == pytest.approx({kpi: value for kpi, (value, _) in KPIS.items()})
    levels = {line.id: line.level for line in entries.past}
    assert levels["va_css"] == "▼ below benchmark"
    for kpi, (value, _) in KPIS.items():
        assert rolled.scorecard.result(kpi).past.previous == pytest.approx(value)
    assert rolled.scorecard.result("css").target == 0.9


def test_the_cells_say_what_python_says(book: Path) -> None:
    rolled = roll(book, now=NOW)
    where = opened(rolled.path)
    sheet, cell = placed(where, "kpis", "css", "previous")
    values = openpyxl.load_workbook(rolled.path, data_only=True)
    assert values[sheet][cell].value == pytest.approx(2 / 3)
    sheet, cell = named(where, "period_end")
    assert values[sheet][cell].value == datetime(2026, 11, 30)
    assert where.stale == {}


@pytest.mark.parametrize("business", businesses(), ids=lambda one: one.id)
def test_the_next_period_is_what_all_rows_would_have_said(business: Business, tmp_path: Path) -> None:
    """Closing loses nothing that a later period counts: rows of November and December stand there already."""
    months = [sample(business, Period.parse(f"2026-{month}"), "en").rows for month in (10, 11, 12)]
    together: dict[str, dict[str, list[Value]]] = {}
    for table in business.tables:
        if table.kept:
            together[table.id] = {id_: list(values) for id_, values in months[-1][table.id].items()}
            continue
        # The same row stands in more than one month while it is open: the last month knows it best.
        rows: dict[object, dict[str, Value]] = {}
        first = next(field.id for field in table.fields if field.type == "date")
        for month in months:
            columns = month[table.id]
            for index in range(len(next(iter(columns.values())))):
                row = {id_: values[index] for id_, values in columns.items()}
                name = tuple(row.get(field.id) for field in table.fields if field.key) or (index, id(month))
                rows[(row[first], *name)] = row
        together[table.id] = {id_: [row[id_] for row in rows.values()] for id_ in months[0][table.id]}
    path = make(tmp_path / "all 2026-10.xlsx", Filled(business=business.id, rows=together), refresh=False)
    whole = path.with_name("whole.xlsx")
    whole.write_bytes(path.read_bytes())
    for number in (11, 12):
        following = roll(path, now=NOW, anyway=True).path
        entries = opened(following).entries
        assert str(entries.period) == f"2026-{number}"
        # The owner sets the period of the workbook that has all the rows; closed figures are the same in both.
        put(whole, {named(opened(whole), "period_day"): serial(entries.period.start)})
        wanted = measure(replace(opened(whole).entries, past=entries.past))
        found = measure(entries)
        assert {name: value.used for name, value in found.items()} == pytest.approx(
            {name: value.used for name, value in wanted.items()}
        )
        path = following


def test_sales_stay_as_long_as_somebody_may_be_inactive(tmp_path: Path) -> None:
    """The repeat interval is 90 days: at the end of November it begins on 2 September. The concierge's upsells go by a
    year, in which all of these sales are."""
    days = [day("2026-08-31"), day("2026-09-01"), day("2026-09-02"), day("2026-10-05"), day("2026-11-05")]
    rows: dict[str, Rows] = {
        "clients": {"client": list("ABCDE"), "start": [day("2026-01-01")] * 5},
        "sales": {"date": days, "client": list("ABCDE"), "kind": ["other"] * 5, "amount": [10, 20, 30, 40, 50]},
    }
    by_business = {
        "service-business": ["C", "D", "E"],
        "luxury-personal-assistant": ["A", "B", "C", "D", "E"],
    }
    for business, stay in by_business.items():
        path = make(tmp_path / f"{business} 2026-10.xlsx", Filled(business=business, rows=rows))
        assert kept(roll(path, now=NOW, anyway=True).path, "sales", "client") == stay


def test_rows_that_cannot_be_told_stay(book: Path) -> None:
    append(
        book,
        "requests",
        {
            "id": ["X1", "X2"],
            "client": ["Ana"] * 2,
            "opened": [day("2026-10-02")] * 2,
            "resolved": ["yesterday", "n/a"],
        },
    )
    append(book, "surveys", {"date": [None, "3 Oct"], "client": ["Ana", "Léa"], "score": [5, 4]})
    with pytest.raises(ErrorsInCheck, match=r"errors that change its figures \(see its sheet Check\)"):
        roll(book, now=NOW)
    rolled = roll(book, now=NOW, anyway=True)
    assert kept(rolled.path, "requests", "id") == ["R3", "R4", "X1", "X2"]
    assert kept(rolled.path, "surveys", "client") == ["Ana", "Léa"]


def test_a_column_that_would_tell_and_is_gone(book: Path) -> None:
    package = Package.open(book)
    where = opened(book)
    name = f'<definedName name="_kpixl.requests.resolved">tbl_requests[{where.headings["requests"]["resolved"]}]'
    xml = package.read(package.workbook_part)
    assert name.encode() in xml
    package.replace(package.workbook_part, xml.replace(name.encode(), name.split(">")[0].encode() + b">#REF!"))
    package.save(book)
    rolled = roll(book, now=NOW, anyway=True)
    assert kept(rolled.path, "requests", "id") == ["R1", "R2", "R3", "R4"]


def test_typed_totals_are_emptied_and_targets_and_thresholds_stay(tmp_path: Path) -> None:
    filled = Filled(
        rows=ROWS,
        typed={"satisfied": 80, "surveyed": 100},
        targets={"css": 0.9},
        thresholds={("css", "typical"): 0.75},
        settings={"satisfied_cut": 3},
    )
    path = make(tmp_path / "October.xlsx", filled)
    where = opened(path)
    sheet, cell = placed(where, "totals", "tasks_assigned", "typed")
    package = Package.open(path)
    editor = SheetEditor(package, next(one for one in package.sheets if one.name == sheet))
    editor.set(*where.placements["totals"].position("tasks_assigned", "typed"), 7.0, "3+4")
    editor.commit()
    package.save(path)
    rolled = roll(path, now=NOW)
    assert rolled.path.name == "October 2026-11.xlsx"
    there = openpyxl.load_workbook(rolled.path)
    for measure_name in ("satisfied", "surveyed"):
        sheet, cell = placed(where, "totals", measure_name, "typed")
        assert there[sheet][cell].value is None
    sheet, cell = placed(where, "totals", "tasks_assigned", "typed")
    assert there[sheet][cell].value == "=3+4"
    entries = opened(rolled.path).entries
    assert {line.id: (line.value, line.source) for line in entries.past}["satisfied"] == (80, "typed")
    assert entries.settings["satisfied_cut"].raw == 3
    assert [cell.raw for cell in entries.thresholds.values() if cell.filled] == [0.75]


@pytest.mark.parametrize(
    ("kind", "first", "then"),
    [
        (Kind.MONTH, "2026-12-05", "2027-01"),
        (Kind.QUARTER, "2026-11-05", "2027-Q1"),
        (Kind.WEEK, "2026-12-30", "2027-W01"),
        (Kind.YEAR, "2026-05-05", "2027"),
    ],
)
def test_every_kind_of_period_moves_on(kind: Kind, first: str, then: str, tmp_path: Path) -> None:
    start = day(first)
    rows: dict[str, Rows] = {
        "requests": {
            "client": ["Ana", "Ana"],
            "opened": [start, start],
            "resolved": [start + 0.5, None],
            "id": ["1", "2"],
        }
    }
    path = make(tmp_path / "F.xlsx", Filled(kind=kind, day=start, rows={**rows, "clients": ROWS["clients"]}))
    closed = opened(path).entries.period
    rolled = roll(path, now=NOW, anyway=True)
    assert str(rolled.scorecard.entries.period) == then
    assert rolled.path.name == f"F {then}.xlsx"
    assert kept(rolled.path, "requests", "id") == ["2"]
    past = {(line.start, line.id): line.value for line in opened(rolled.path).entries.past}
    assert past[closed.start, "requests_resolved"] == 1
    assert rolled.scorecard.result("art").past.previous == pytest.approx(12)


def test_nothing_is_overwritten(book: Path) -> None:
    rolled = roll(book, now=NOW)
    first = rolled.path.read_bytes()
    with pytest.raises(FileExists, match=r"TaskZenith 2026-11.xlsx exists already"):
        roll(book, now=NOW)
    assert rolled.path.read_bytes() == first
    with pytest.raises(FileExists):
        roll(book, now=NOW, out=book)
    again = roll(book, now=NOW, out=book.with_name("Second.xlsx"))
    assert [line.id for line in opened(again.path).entries.past] == [
        line.id for line in opened(rolled.path).entries.past
    ]
    assert not (book.parent / "kpixl backups").exists()


def test_a_period_that_is_not_over(book: Path) -> None:
    with pytest.raises(NotOver, match=r"about 2026-10, which is not over yet"):
        roll(book, now=datetime(2026, 10, 30, 9))
    assert sorted(one.name for one in book.parent.iterdir()) == [book.name]
    # Many close on the last evening.
    assert roll(book, now=datetime(2026, 10, 31, 9)).path.exists()
    with pytest.raises(NotOver):
        roll(book.with_name("TaskZenith 2026-11.xlsx"), now=datetime(2026, 10, 31, 9))


def test_open_in_excel(book: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(b"owner")
    with pytest.raises(FileInUse):
        roll(book, now=NOW)


def test_lines_of_the_same_period_that_were_there_are_replaced(book: Path) -> None:
    october = serial(FIRST)
    where = opened(book)
    assert where.entries.past == ()
    package = Package.open(book)
    headings = where.headings["past"]
    past: Rows = {
        "start": [october, october, serial(date(2026, 9, 1)), october],
        "id": ["surveyed", "surveyed", "surveyed", "own note"],
        "value": [99, 98, 97, 1],
    }
    append_rows(package, "tbl_past", {headings[id_]: values for id_, values in past.items()})
    package.save(book)
    with pytest.raises(ClosedAlready, match=r"shows 2026-10, which its Past periods have already"):
        roll(book, now=NOW)
    rolled = roll(book, now=NOW, anyway=True)
    lines = [(line.start, line.id, line.value) for line in opened(rolled.path).entries.past]
    assert [value for start, id_, value in lines if id_ == "surveyed" and start == FIRST] == [3]
    assert (date(2026, 9, 1), "surveyed", 97) in lines
    assert (FIRST, "own note", 1) in lines


def test_what_the_owner_added_is_still_there(book: Path) -> None:
    """A column beside the fields, a note on a row that stays and one on a row that goes, a sheet, a format."""
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Requests"]
    sheet["B5"].comment = Comment("goes with R1", "Ana")
    sheet["B7"].comment = Comment("about R3", "Ana")
    workbook.create_sheet("Mine")["A1"] = "=SUM(1,2)"
    workbook.save(book)
    refresh.refresh(book, now=NOW)
    rolled = roll(book, now=NOW)
    there = openpyxl.load_workbook(rolled.path)
    notes = {
        cell.coordinate: cell.comment.text for row in there["Requests"].iter_rows() for cell in row if cell.comment
    }
    assert notes == {"B5": "about R3"}
    assert there["Mine"]["A1"].value == "=SUM(1,2)"


# Restating


def test_a_workbook_without_rows_can_be_closed(tmp_path: Path) -> None:
    path = make(tmp_path / "empty 2026-10.xlsx", Filled())
    rolled = roll(path, now=NOW)
    entries = opened(rolled.path).entries
    assert {line.value for line in entries.past if line.id in ("va_css", "clients_new")} == {None}
    assert all(len(rows) == 1 for rows in entries.tables.values() if rows is not None)
    assert np.isnan(some(entries.tables["surveys"]).numbers["score"]).all()


def test_a_workbook_that_looks_at_another_period(book: Path) -> None:
    """The owner looked at a month and forgot to set the period back."""
    november = roll(book, now=NOW).path
    figures = opened(november).entries.past
    put(november, {named(opened(november), "period_day"): day("2026-10-15")})
    with pytest.raises(ClosedAlready):
        roll(november, now=NOW)
    with pytest.raises(NotTheArchive, match="has 2026-10 in its Past periods already"):
        restate(november, Period.parse("2026-10"), [], now=NOW)
    assert opened(november).entries.past == figures
    put(book, {named(opened(book), "period_day"): day("2026-11-15")})
    # R1 and R2, T1, two days of hours, four answers; nobody has closed October.
    with pytest.raises(EarlierRows, match=r"shows 2026-11, but holds older rows \(9\), .* lack 2026-10"):
        roll(book, now=datetime(2026, 12, 1))
    assert kept(roll(book, now=NOW, anyway=True, out=book.with_name("F.xlsx")).path, "surveys", "client") == [None]


def test_a_note_in_a_row_without_an_entry_stays(book: Path) -> None:
    package = Package.open(book)
    table = next(one for one in package.tables if one.name == "tbl_surveys")
    headings = opened(book).headings["surveys"]
    append_rows(
        package, "tbl_surveys", {headings["client"]: ["", "", "Ana"], headings["date"]: ["", "", day("2026-11-03")]}
    )
    package.save(book)
    package = Package.open(book)
    table = next(one for one in package.tables if one.name == "tbl_surveys")
    root, area = package.tree(table.part), parse_area(table.ref)
    columns = some(root.find(f"{{{MAIN}}}tableColumns"))
    etree.SubElement(columns, f"{{{MAIN}}}tableColumn", id="98", name="Mine")
    columns.set("count", str(len(columns)))
    wider = Area(area.top, area.left, area.bottom, area.right + 1).ref
    root.set("ref", wider)
    some(root.find(f"{{{MAIN}}}autoFilter")).set("ref", wider)
    package.replace(table.part, root)
    editor = SheetEditor(package, table.sheet)
    editor.set(area.top, area.right + 1, "Mine")
    editor.set(area.bottom - 1, area.right + 1, "Call Ana about November")
    editor.commit()
    package.save(book)
    rolled = roll(book, now=NOW)
    assert kept(rolled.path, "surveys", "client") == [None, "Ana"]
    there = openpyxl.load_workbook(rolled.path)["Surveys"]
    assert there.cell(area.top + 1, area.right + 1).value == "Call Ana about November"
    assert rolled.left["surveys"] == 4


def test_a_text_typed_over_a_formula_stays(book: Path) -> None:
    sheet, cell = entry(opened(book), "requests", "hours", 2)
    package = Package.open(book)
    editor = SheetEditor(package, next(one for one in package.sheets if one.name == sheet))
    editor.clear(*parse_cell(cell))
    editor.set(*parse_cell(cell), "asked twice")
    editor.commit()
    package.save(book)
    rolled = roll(book, now=NOW, anyway=True)
    assert kept(rolled.path, "requests", "id") == ["R3", "R4"]
    sheet, cell = entry(opened(rolled.path), "requests", "hours", 0)
    assert openpyxl.load_workbook(rolled.path)[sheet][cell].value == "asked twice"


def test_rows_below_a_table_would_be_left_behind(book: Path) -> None:
    sheet, cell = entry(opened(book), "surveys", "client", 4)
    put(book, {(sheet, cell): "Léa"})
    with pytest.raises(RowsBelow, match=rf"Surveys!{cell} stands below its table"):
        roll(book, now=NOW, anyway=True)


def test_the_new_file_ends_as_the_old_one(book: Path) -> None:
    with pytest.raises(OtherEnding, match=r"must end in \.xlsx as well; November\.xlsm does not"):
        roll(book, now=NOW, out=book.with_name("November.xlsm"))


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("Report 12026 2026-10.xlsx", "Report 12026 2026-11.xlsx"),
        ("2026-10 of 2026-100.xlsx", "2026-11 of 2026-100.xlsx"),
        ("Agency.xlsx", "Agency 2026-11.xlsx"),
    ],
)
def test_the_name_of_the_next_file(name: str, then: str, book: Path) -> None:
    assert roll(book.rename(book.with_name(name)), now=NOW).path.name == then


def test_a_read_only_archive_can_be_closed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr("kpixl.files.ensure_free", written.append)
    book.chmod(0o444)
    assert written == [roll(book, now=NOW).path]
