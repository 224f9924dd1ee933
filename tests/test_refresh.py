"""The verbs from end to end: what an owner types, mistypes and breaks, what kpixl says of it, and what it leaves alone.

The base workbook is small enough to count by hand; every spoiled copy of it is counted by IronCalc, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from clock import NOW, TODAY
from engines import Error, assert_engine_agrees, contents, differences, ironcalc_values
from goldens import FOLLOW_THE_DAY
from kpixl.cellvalue import ExcelError
from kpixl.cli.main import main
from kpixl.errors import (
    BadSetting,
    DamagedWorkbook,
    FileInUse,
    FileMissing,
    KpixlError,
    NewerWorkbook,
    NotAWorkbook,
    NotOurWorkbook,
    OlderWorkbook,
    OwnedPartMissing,
    PasswordProtected,
)
from kpixl.i18n import language
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.namespaces import PACKAGE_RELATIONSHIP
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.parts import rels_name
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs import refresh, results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.workbook import layout
from narrow import some
from workbooks import (
    BUSINESS,
    COUNTED,
    KPIS,
    MEASURES,
    Rows,
    Value,
    append,
    day,
    entry,
    errors,
    kpis,
    make,
    measures,
    named,
    opened,
    placed,
    put,
)

EN = language("en")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "TaskZenith 2026-10.xlsx", COUNTED)


# The good workbook


def test_retention_looks_back_twelve_months_and_all_else_at_the_period(book: Path) -> None:
    # A client of thirteen months ago who left in the month after, and one of eleven months ago who stays.
    more: Rows = {
        "client": ["Old", "New"],
        "start": [day("2025-09-15"), day("2025-12-01")],
        "end": [day("2025-11-30"), None],
    }
    append(book, "clients", more)
    outcome = refresh.refresh(book, now=NOW)
    changed = {
        "clients_start_12m": 3,  # Ana, Léa and Old were there on 1 November 2025
        "clients_end_12m": 4,  # Ana, Léa, Zoë and New
        "clients_new_staying_12m": 3,  # Léa, Zoë and New
        "clients_served": 4,
    }
    assert measures(outcome) == pytest.approx({**MEASURES, **changed})
    assert kpis(outcome)["crr"] == pytest.approx((1 / 3, "below"))
    assert_engine_agrees(book)


# Typed totals


def test_a_typed_total_wins_and_so_does_a_typed_zero(book: Path) -> None:
    where = opened(book)
    put(book, {placed(where, "totals", m, "typed"): v for m, v in {"surveyed": 8, "satisfied": 6, "leads": 0}.items()})
    outcome = refresh.refresh(book, now=NOW)
    assert measures(outcome) == pytest.approx({**MEASURES, "surveyed": 8, "satisfied": 6, "leads": 0})
    assert kpis(outcome)["css"] == (0.75, "below")
    assert kpis(outcome)["ncar"] == (None, None)
    assert some(outcome.scorecard.result("ncar").reason).code == "zero_denominator"
    cells = contents(book)
    sources = {m: cells[placed(where, "totals", m, "source")].value for m in ("surveyed", "leads", "tasks_assigned")}
    assert sources == {"surveyed": "typed", "leads": "typed", "tasks_assigned": "from the rows"}
    assert_engine_agrees(book)


def test_a_thousand_rows(book: Path) -> None:
    count = 1000
    append(
        book,
        "surveys",
        {
            "date": [day("2026-10-01") + n % 31 for n in range(count)],
            "score": [5 if n % 10 else 1 for n in range(count)],
            "client": ["Ana"] * count,
        },
    )
    outcome = refresh.refresh(book, now=NOW)
    assert measures(outcome) == pytest.approx({**MEASURES, "surveyed": 1003, "satisfied": 902})
    assert_engine_agrees(book)


# What is wrong in one row spoils what it must, and nothing else

Edit = Callable[[Path], None]


def typed(table: str, column: str, row: int, value: Value) -> Edit:
    return lambda path: put(path, {entry(opened(path), table, column, row): value})


def again(path: Path) -> None:
    append(path, "clients", {"client": ["ANA"], "start": [day("2024-02-01")]})


BAD: dict[str, tuple[Edit, tuple[str, str, str, str], dict[str, float]]] = {
    "a date typed as text": (
        typed("requests", "resolved", 0, "2026-10-01"),
        ("error", "date_as_text", "Requests", "D5"),
        {"requests_resolved": 1, "resolution_hours": 3.9, "resolution_hours_median": 3.9},
    ),
    "a date that is a word": (
        typed("surveys", "date", 1, "yesterday"),
        ("error", "text_for_date", "Surveys", "A6"),
        {"surveyed": 2, "satisfied": 1},
    ),
    "a truth value for a date": (
        typed("leads", "date", 0, True),
        ("error", "truth_for_date", "Leads", "A5"),
        {"leads": 3},
    ),
    "a negative duration": (
        typed("requests", "resolved", 0, day("2026-10-01", 8)),
        ("error", "backwards", "Requests", "D5"),
        {"requests_resolved": 1, "resolution_hours": 3.9, "resolution_hours_median": 3.9},
    ),
    "a task done before it was assigned": (
        typed("tasks", "completed", 0, day("2026-09-30")),
        ("error", "backwards", "Tasks", "D5"),
        {"tasks_completed": 0},
    ),
    "negative hours": (
        typed("hours", "productive", 1, -7),
        ("error", "too_small", "Hours", "D6"),
        {"productive_hours": 6},
    ),
    "a client not in Clients": (
        typed("surveys", "client", 0, "Nobody"),
        ("warning", "unknown_name", "Surveys", "B5"),
        {},
    ),
    "a score of 11": (
        typed("surveys", "score", 0, 11),
        ("error", "too_large", "Surveys", "C5"),
        {"surveyed": 2, "satisfied": 1},
    ),
    "a score of 0": (
        typed("surveys", "score", 2, 0),
        ("error", "too_small", "Surveys", "C7"),
        {"surveyed": 2},
    ),
    "a duplicate client": (
        again,
        ("error", "overlap", "Clients", "A9"),
        # A client is one client, however many rows he has.
        {"clients_start_12m": 3, "clients_end_12m": 4, "clients_served": 3},
    ),
    "a duplicate request": (
        typed("requests", "id", 1, "r1"),
        ("error", "duplicate", "Requests", "A6"),
        {},
    ),
    "text in a number column": (
        typed("hours", "available", 0, "eight"),
        ("error", "text_for_number", "Hours", "C5"),
        {"available_hours": 8},
    ),
    "a number typed as text": (
        typed("surveys", "score", 1, "4"),
        ("error", "number_as_text", "Surveys", "C6"),
        {"surveyed": 2, "satisfied": 1},
    ),
    "spaces in a date": (
        typed("requests", "resolved", 3, "  "),
        ("error", "spaces_only", "Requests", "D8"),
        {"requests_open": 1},
    ),
    "an Excel error for a date": (
        typed("requests", "resolved", 0, ExcelError("#N/A")),
        ("error", "excel_error", "Requests", "D5"),
        {"requests_resolved": 1, "resolution_hours": 3.9, "resolution_hours_median": 3.9},
    ),
    "an Excel error for a number": (
        typed("hours", "productive", 0, ExcelError("#DIV/0!")),
        ("error", "excel_error", "Hours", "D5"),
        {"productive_hours": 7},
    ),
    "a date that is missing": (
        typed("leads", "date", 3, None),
        ("error", "required_blank", "Leads", "A8"),
        {"leads": 3},
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row(name: str, book: Path) -> None:
    edit, where, changed = BAD[name]
    edit(book)

    outcome = refresh.refresh(book, now=NOW)

    found = {(p.severity, p.code, p.sheet, p.cell): p for p in outcome.problems}
    assert where in found
    assert [p.cell for p in errors(outcome)] == ([where[3]] if where[0] == "error" else [])
    for sentence in (found[where].text(EN), found[where].mend(EN)):
        assert re.fullmatch(r"[^.]+(?:\.\d[^.]*)*\.", sentence), sentence
    assert measures(outcome) == pytest.approx({**MEASURES, **changed})
    # Entry sheets keep the values that they were saved with, until Excel recalculates them.
    entries = {opened(book).sheets[table.id].name for table in BUSINESS.tables}
    assert [line for line in differences(book, ironcalc_values(book)) if line.split("!")[0] not in entries] == []


def test_hours_typed_over_the_formula_count_as_typed(book: Path) -> None:
    sheet, cell = entry(opened(book), "requests", "hours", 0)
    package = Package.open(book)
    editor = SheetEditor(package, next(item for item in package.sheets if item.name == sheet))
    editor.clear(*parse_cell(cell))
    editor.set(*parse_cell(cell), 5)
    editor.commit()
    package.save(book)
    outcome = refresh.refresh(book, now=NOW)
    changed = {"resolution_hours": 5 + 3.9, "resolution_hours_median": (5 + 3.9) / 2}
    assert measures(outcome) == pytest.approx({**MEASURES, **changed})
    # Entry sheets keep the values that they were saved with, until Excel recalculates them.
    entries = {opened(book).sheets[table.id].name for table in BUSINESS.tables}
    assert [line for line in differences(book, ironcalc_values(book)) if line.split("!")[0] not in entries] == []


def test_a_bad_row_is_listed_on_the_sheet_check_with_a_link(book: Path) -> None:
    typed("surveys", "score", 0, 11)(book)
    outcome = refresh.refresh(book, now=NOW)
    where, cells = opened(book), contents(book)
    assert cells[placed(where, "check", "problem_1", "where")].value == "Surveys!C5"
    assert cells[placed(where, "check", "problem_1", "where")].formula == 'HYPERLINK("#\'Surveys\'!C5","Surveys!C5")'
    assert cells[placed(where, "check", "problem_1", "text")].value == errors(outcome)[0].text(EN)
    typed("surveys", "score", 0, 5)(book)
    refresh.refresh(book, now=NOW)
    assert errors(outcome)[0].text(EN) not in {cell.value for cell in contents(book).values()}


def test_errors_in_the_rows_are_exit_1(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", str(book), "--json"]) == 0
    typed("surveys", "score", 0, 11)(book)
    capsys.readouterr()
    assert main(["refresh", str(book), "--json", "--lang", "en"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["problem_count"]["error"] == 1
    assert answer["written"]


# Settings, thresholds and targets


def test_a_threshold_emptied_is_the_published_one_again(book: Path) -> None:
    where = opened(book)
    cell = placed(where, "thresholds", "css", "typical_yours")
    put(book, {cell: 0.6})
    assert kpis(refresh.refresh(book, now=NOW))["css"] == pytest.approx((2 / 3, "typical"))
    put(book, {cell: None})
    outcome = refresh.refresh(book, now=NOW)
    assert kpis(outcome)["css"] == pytest.approx((2 / 3, "below"))
    assert contents(book)[named(where, "va_css_typical")].value == 0.85
    assert_engine_agrees(book)


def test_no_threshold_at_all_is_no_threshold_of_zero(book: Path) -> None:
    # The article publishes no typical band for tcr.
    where = opened(book)
    assert contents(book)[named(where, "va_tcr_typical")].value == ""
    assert kpis(refresh.refresh(book, now=NOW))["tcr"][1] == "below"
    put(book, {placed(where, "thresholds", "tcr", "typical_yours"): 0})
    assert kpis(refresh.refresh(book, now=NOW))["tcr"][1] == "typical"
    assert_engine_agrees(book)


@pytest.mark.parametrize(
    ("row", "column", "block", "code"),
    [
        ("css", "typical_yours", "thresholds", "threshold_wrong"),
        ("css", "target", "kpis", "target_wrong"),
        ("surveyed", "typed", "totals", "typed_wrong"),
        ("satisfied_cut", "value", "settings", "setting_wrong"),
    ],
)
def test_a_word_where_a_number_belongs(row: str, column: str, block: str, code: str, book: Path) -> None:
    sheet, cell = placed(opened(book), block, row, column)
    put(book, {(sheet, cell): "about 3"})
    outcome = refresh.refresh(book, now=NOW)
    assert [(p.code, p.sheet, p.cell) for p in errors(outcome)] == [(code, sheet, cell)]
    assert measures(outcome) == pytest.approx(MEASURES)
    assert_engine_agrees(book)


def test_the_satisfied_cut(book: Path) -> None:
    put(book, {placed(opened(book), "settings", "satisfied_cut", "value"): 3})
    outcome = refresh.refresh(book, now=NOW)
    assert measures(outcome) == pytest.approx({**MEASURES, "satisfied": 3})
    assert kpis(outcome)["css"] == (1.0, "exceptional")


@pytest.mark.parametrize("value", [None, "October", -5.0, 1e9, True])
def test_a_period_that_is_no_date(value: Value, book: Path) -> None:
    cell = named(opened(book), "period_day")
    put(book, {cell: value})
    before = book.read_bytes()
    with pytest.raises(BadSetting) as caught:
        refresh.refresh(book, now=NOW)
    assert (caught.value.sheet, caught.value.cell) == cell
    assert f"{cell[0]}!{cell[1]}" in str(caught.value)
    assert book.read_bytes() == before


# What the owner deletes


def delete(path: Path, table: str, column: str | None = None, *, as_excel: str = "#REF!") -> None:
    """Delete a table, or a column of it, as Excel does: what refers to it becomes ``#REF!``."""
    package = Package.open(path)
    heading = opened(path).headings[table].get(column or "")
    gone = re.escape(f"tbl_{table}") + (r"\[[^\[\]]+\]" if column is None else re.escape(f"[{heading}]"))
    this_row = re.escape(f"tbl_{table}[[#This Row],") + (
        r"\[[^\[\]]+\]\]" if column is None else re.escape(f"[{heading}]]")
    )
    for part in (package.workbook_part, *(sheet.part for sheet in package.sheets)):
        root = package.tree(part)
        for element in root.iter(f"{{{MAIN}}}f", f"{{{MAIN}}}definedName"):
            element.text = re.sub(f"{this_row}|{gone}", as_excel, element.text or "")
        package.replace(part, root)
    found = next(item for item in package.tables if item.name == f"tbl_{table}")
    if column is None:
        _drop_table(package, found.sheet.part, found.part)
    else:
        _drop_column(package, found.part, found.sheet.part, found.ref, some(heading))
    package.save(path)


def _drop_table(package: Package, sheet: str, part: str) -> None:
    relationships = package.tree(rels_name(sheet))
    for entry_ in relationships.findall(f"{{{PACKAGE_RELATIONSHIP}}}Relationship"):
        if entry_.get("Type") == OFFICE_RELATIONSHIP + "/table":
            relationships.remove(entry_)
    package.replace(rels_name(sheet), relationships)
    root = package.tree(sheet)
    root.remove(some(root.find(f"{{{MAIN}}}tableParts")))
    for row in list(some(root.find(f"{{{MAIN}}}sheetData"))):
        if int(some(row.get("r"))) >= 4:
            some(row.getparent()).remove(row)
    package.replace(sheet, root)
    package.remove(part)


def _drop_column(package: Package, part: str, sheet: str, ref: str, heading: str) -> None:
    """The last column alone, so that no other moves."""
    root = package.tree(part)
    columns = some(root.find(f"{{{MAIN}}}tableColumns"))
    index = [column.get("name") for column in columns].index(heading)
    assert index == len(columns) - 1
    columns.remove(columns[index])
    columns.set("count", str(len(columns)))
    first, last = ref.split(":")
    left = chr(ord(last[0]) - 1)
    for element in (root, *root.iter(f"{{{MAIN}}}autoFilter")):
        element.set("ref", f"{first}:{left}{last[1:]}")
    package.replace(part, root)
    tree = package.tree(sheet)
    for cell in list(tree.iter(f"{{{MAIN}}}c")):
        if re.fullmatch(rf"{last[0]}\d+", some(cell.get("r"))):
            some(cell.getparent()).remove(cell)
    package.replace(sheet, tree)


def test_a_table_deleted(book: Path) -> None:
    delete(book, "surveys")
    outcome = refresh.refresh(book, now=NOW)
    assert [(p.code, p.table) for p in errors(outcome)] == [("table_gone", "surveys")]
    assert "Surveys" in errors(outcome)[0].text(EN)
    assert measures(outcome) == pytest.approx({**MEASURES, "surveyed": None, "satisfied": None})
    assert kpis(outcome) == {id_: (pytest.approx(v), level) for id_, (v, level) in KPIS.items()} | {"css": (None, None)}
    where, cells = opened(book), contents(book)
    assert cells[placed(where, "totals", "surveyed", "source")].value == "missing"
    assert not any(isinstance(cell.value, Error) for (sheet, _), cell in cells.items() if sheet != "_kpixl")
    assert_engine_agrees(book)


def test_typed_totals_stand_in_for_a_deleted_table(book: Path) -> None:
    delete(book, "surveys")
    where = opened(book)
    put(book, {placed(where, "totals", m, "typed"): v for m, v in {"surveyed": 10, "satisfied": 9}.items()})
    outcome = refresh.refresh(book, now=NOW)
    assert kpis(outcome)["css"] == (0.9, "above_average")
    assert errors(outcome) == []
    assert_engine_agrees(book)


@pytest.mark.parametrize("as_excel", ["#REF!", "tbl_leads[#REF!]"])
def test_a_column_deleted_that_nothing_needs(as_excel: str, book: Path) -> None:
    delete(book, "leads", "converted_after")  # what is behind it goes with it
    delete(book, "leads", "converted", as_excel=as_excel)
    outcome = refresh.refresh(book, now=NOW)
    assert errors(outcome) == []
    assert ("note", "column_unneeded", "leads", "converted") in {
        (p.severity, p.code, p.table, p.field) for p in outcome.problems
    }
    assert measures(outcome) == pytest.approx(MEASURES)
    if as_excel == "#REF!":  # neither IronCalc nor LibreOffice can read the other form, which Excel leaves in formulas
        assert_engine_agrees(book)


def test_a_column_deleted_that_only_an_interval_needs(book: Path) -> None:
    delete(book, "requests", "resolution_hours_median_each")
    delete(book, "requests", "hours_squared")
    outcome = refresh.refresh(book, now=NOW)
    assert errors(outcome) == []
    assert measures(outcome) == pytest.approx({**MEASURES, "resolution_hours_median": None})
    found = outcome.scorecard.result("art")
    assert (found.value, found.certainty.interval, found.certainty.settled) == pytest.approx((2.95, None, None))
    assert_engine_agrees(book)


def test_a_column_deleted_that_kpis_need(book: Path) -> None:
    for behind in ("resolution_hours_median_each", "hours_squared"):  # those behind it go with it
        delete(book, "requests", behind)
    delete(book, "requests", "hours")
    outcome = refresh.refresh(book, now=NOW)
    assert [(p.code, p.table, p.field) for p in errors(outcome)] == [("column_gone", "requests", "hours")]
    unknown = dict.fromkeys(("resolution_hours", "requests_resolved", "resolution_hours_median"))
    assert measures(outcome) == pytest.approx({**MEASURES, **unknown})
    assert kpis(outcome)["art"] == (None, None)
    assert_engine_agrees(book)


@pytest.mark.parametrize("block", ["settings", "totals", "kpis", "thresholds"])
def test_a_sheet_deleted_without_which_nothing_can_be_told(block: str, book: Path) -> None:
    package = Package.open(book)
    root = package.tree(package.workbook_part)
    for name in root.iter(f"{{{MAIN}}}definedName"):
        if name.get("name") == f"_kpixl.block.{block}":
            name.text = "#REF!"
    package.replace(package.workbook_part, root)
    package.save(book)
    before = book.read_bytes()
    with pytest.raises((OwnedPartMissing, NotOurWorkbook), match=re.escape(book.name)):
        refresh.refresh(book, now=NOW)
    assert book.read_bytes() == before


# Files that are no workbooks of kpixl


def no_workbook(path: Path) -> None:
    path.write_text("Day;Client\n1;Ana\n")


def of_another(path: Path) -> None:
    openpyxl.Workbook().save(path)


def encrypted(path: Path) -> None:
    entry_ = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entry_ + bytes(448))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4000])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_layout(version: int) -> Edit:
    def edit(path: Path) -> None:
        package = Package.open(path)
        part = package.related("", OFFICE_RELATIONSHIP + "/custom-properties")[0]
        ours = f">{layout.LAYOUT_VERSION}<".encode()
        package.replace(part, package.read(part).replace(ours, f">{version}<".encode()))
        package.save(path)

    return edit


REFUSED: dict[str, tuple[Edit, type[KpixlError]]] = {
    "no workbook": (no_workbook, NotAWorkbook),
    "not made by kpixl": (of_another, NotOurWorkbook),
    "protected by a password": (encrypted, PasswordProtected),
    "truncated": (truncated, DamagedWorkbook),
    "empty": (emptied, DamagedWorkbook),
    "made by a newer kpixl": (of_layout(999), NewerWorkbook),
    "made by an older kpixl": (of_layout(1), OlderWorkbook),
    "not there": (Path.unlink, FileMissing),
}
COMMANDS: dict[str, Callable[[Path], object]] = {
    "refresh": lambda path: refresh.refresh(path, now=NOW),
    "results": lambda path: results.results(path, today=TODAY),
    "import": lambda path: import_rows(
        path, ImportRequest("leads", path.parent / "leads.csv", {"date": "D", "lead": "L"}), now=NOW
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused(name: str, command: str, book: Path) -> None:
    spoil, error = REFUSED[name]
    (book.parent / "leads.csv").write_text("D,L\n2026-10-05,New one\n")
    spoil(book)
    before = book.read_bytes() if book.exists() else None
    with pytest.raises(error) as caught:
        COMMANDS[command](book)
    assert book.name in str(caught.value)
    assert str(caught.value).count(". ") == 0
    assert (book.read_bytes() if book.exists() else None) == before
    assert {path.name for path in book.parent.iterdir()} <= {book.name, "leads.csv"}


@pytest.mark.parametrize("lock", ["~${name}", ".~lock.{name}#"])
def test_a_file_that_is_open_elsewhere(lock: str, book: Path) -> None:
    (book.parent / "leads.csv").write_text("D,L\n2026-10-05,New one\n")
    mark = book.parent / lock.replace("{name}", book.name)
    mark.write_bytes(b"owner")
    before = book.read_bytes()
    for command in ("refresh", "import"):
        with pytest.raises(FileInUse, match="close it there"):
            COMMANDS[command](book)
    assert book.read_bytes() == before
    # Reading disturbs nobody.
    assert kpis(results.results(book, today=TODAY))["aur"] == (0.8125, "above_average")
    mark.unlink()
    assert refresh.refresh(book, now=NOW).written


@pytest.mark.parametrize("command", ["refresh", "results"])
def test_what_cannot_be_done_is_exit_2(command: str, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truncated(book)
    assert main([command, str(book), "--json"]) == 2
    out, err = capsys.readouterr()
    error = json.loads(out or err)["error"]
    assert error["code"] == "damaged_workbook"
    assert book.name in error["message"]


# Refresh again, and undo


def test_a_second_refresh_changes_only_the_moment(book: Path) -> None:
    refresh.refresh(book, now=NOW)
    before, parts = contents(book), set(Package.open(book).parts)
    refresh.refresh(book, now=datetime(2026, 12, 25, 12, 0))
    after = contents(book)
    changed = {place for place in {*before, *after} if before.get(place) != after.get(place)}
    told = placed(opened(book), "dashboard", "verdict", "level")
    follow = {placed(opened(book), "dates", row, "value") for row in FOLLOW_THE_DAY}
    as_of = placed(opened(book), "behind", "help", "row")
    assert {told, as_of} <= changed <= {told, as_of, *follow}
    assert "December 25, 2026" in str(after[told].value)
    assert set(Package.open(book).parts) == parts


# Import
