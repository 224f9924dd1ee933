"""Growing a table: the rows arrive, what belongs to them grows along, nothing below is overwritten."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from lxml import etree

import libreoffice
from kpixl.errors import ContentBelowTable, OwnedPartMissing, UnknownField
from kpixl.ooxml.cells import parse_area
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.shape import find_table
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_rows import append_rows
from narrow import some
from repairs import repairs
from workbooks import Rows

# openpyxl says what it would lose.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

DOUBLE = "tbl_sales[[#This Row],[Amount]]*2"
COLUMNS = [{"header": "Day"}, {"header": "Client"}, {"header": "Amount"}, {"header": "Double", "formula": DOUBLE}]


def build(path: Path, rows: list[tuple[Any, ...]], below: dict[str, Any] | None = None, **options: Any) -> Path:
    """A sheet Sales with the table at B3, a total at H1 and whatever else ``below`` names."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sales")
        day = book.add_format({"num_format": "yyyy-mm-dd", "italic": True})
        money = book.add_format({"num_format": "0.00"})
        last = 2 + max(len(rows), 1)
        table = {"name": "tbl_sales", "columns": COLUMNS, **options}
        sheet.add_table(2, 1, last + bool(options.get("total_row")), 4, table)
        sheet.set_row(3, 21)
        for number, row in enumerate(rows or [(None, None, None)], start=3):
            sheet.write(number, 1, row[0], day)
            sheet.write(number, 2, row[1])
            sheet.write(number, 3, row[2], money)
        sheet.write_formula("H1", "=SUM(tbl_sales[Amount])", None, 999)
        sheet.write_formula("H2", "=SUM(tbl_sales[Double])", None, 999)
        sheet.data_validation(3, 2, last, 2, {"validate": "list", "source": ["Ana", "Léa", "Zoë"]})
        sheet.data_validation(3, 1, 500, 1, {"validate": "date", "criteria": ">", "value": date(2000, 1, 1)})
        sheet.conditional_format(3, 3, last, 3, {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format(3, 0, last, 2, {"type": "no_blanks", "format": money})
        for name, value in (below or {}).items():
            sheet.write(name, value)
    return path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A new table: one blank row."""
    return build(tmp_path / "new.xlsx", [])


@pytest.fixture
def used(tmp_path: Path) -> Path:
    return build(tmp_path / "used.xlsx", [(45000.0, "Ana", 10.0), (45001.0, "Léa", 20.5)])


def grow(path: Path, columns: Rows) -> Package:
    package = Package.open(path)
    append_rows(package, "tbl_sales", columns)
    package.save(path)
    assert repairs(path) == []
    return Package.open(path)


def table_rows(path: Path) -> list[list[Any]]:
    book = python_calamine.load_workbook(str(path), load_tables=True)
    return book.get_table_by_name("tbl_sales").to_python()


def sheet_xml(package: Package) -> etree._Element:
    return package.tree(package.sheets[0].part)


def sqrefs(package: Package) -> list[str]:
    found: list[str] = []
    for entry in sheet_xml(package).iter("{*}conditionalFormatting", "{*}dataValidation"):
        found += [text for text in (entry.get("sqref"), *(e.text for e in entry.findall("{*}sqref"))) if text]
    return sorted(found)


THREE: Rows = {"Day": [45010.0, 45011.0, 45012.0], "Client": ["Zoë", "Ana", None], "Amount": [1, 2.5, 4]}


def test_the_blank_row_of_a_new_table_is_filled_first(new: Path) -> None:
    package = grow(new, {**THREE, "Double": [2.0, 5.0, 8.0]})
    assert package.tables[0].ref == "B3:E6"
    assert table_rows(new) == [
        [date(2023, 3, 25), "Zoë", 1.0, 2.0],
        [date(2023, 3, 26), "Ana", 2.5, 5.0],
        [date(2023, 3, 27), "", 4.0, 8.0],
    ]


def test_one_row_into_a_new_table_does_not_change_the_table(new: Path) -> None:
    before = Package.open(new).read("xl/tables/table1.xml")
    package = grow(new, {"Day": [45010.0], "Client": ["Zoë"], "Amount": [1]})
    assert package.read("xl/tables/table1.xml") == before
    assert SheetEditor(package, package.sheets[0]).formula(4, 5) == DOUBLE


def test_rows_are_appended_after_the_last(used: Path) -> None:
    package = grow(used, THREE)
    assert package.tables[0].ref == "B3:E8"
    assert [row[:3] for row in table_rows(used)] == [
        [date(2023, 3, 15), "Ana", 10.0],
        [date(2023, 3, 16), "Léa", 20.5],
        [date(2023, 3, 25), "Zoë", 1.0],
        [date(2023, 3, 26), "Ana", 2.5],
        [date(2023, 3, 27), "", 4.0],
    ]
    root = package.tree(package.tables[0].part)
    assert some(root.find(f"{{{MAIN}}}autoFilter")).get("ref") == "B3:E8"
    assert some(sheet_xml(package).find(f"{{{MAIN}}}dimension")).get("ref") == "B1:H8"


def test_new_cells_look_like_the_first_row(used: Path) -> None:
    package = grow(used, THREE)
    editor = SheetEditor(package, package.sheets[0])
    for row in (6, 7, 8):
        assert [editor.style(row, col) for col in (2, 3, 4)] == [editor.style(4, col) for col in (2, 3, 4)]
        assert editor.row_attributes(row)["ht"] == "21"
    assert openpyxl.load_workbook(used)["Sales"]["B7"].font.italic


def test_calculated_columns_get_their_formula_with_or_without_a_value(used: Path) -> None:
    package = grow(used, {**THREE, "Double": [2.0, "two", True]})
    append_rows(package, "tbl_sales", {"Client": ["Ana"]})
    editor = SheetEditor(package, package.sheets[0])
    assert [editor.formula(row, 5) for row in range(6, 10)] == [DOUBLE] * 4
    assert [editor.value(row, 5) for row in range(6, 10)] == [2.0, "two", True, None]


def test_a_calculated_column_that_looks_beside_itself_is_moved_with_its_row(used: Path) -> None:
    package = Package.open(used)
    part = package.tables[0].part
    root = package.tree(part)
    calculated = next(root.iter(f"{{{MAIN}}}calculatedColumnFormula"))
    calculated.text = "D4+$H$1"
    package.replace(part, root)
    editor = SheetEditor(package, package.sheets[0])
    editor.set(4, 5, None, formula="D4+$H$1")
    editor.set(5, 5, None, formula="D5+$H$1")
    editor.commit()
    append_rows(package, "tbl_sales", THREE)
    editor = SheetEditor(package, package.sheets[0])
    assert [editor.formula(row, 5) for row in (6, 7, 8)] == ["D6+$H$1", "D7+$H$1", "D8+$H$1"]


def test_formats_and_validations_reach_the_new_rows(used: Path) -> None:
    assert sqrefs(Package.open(used)) == ["A4:C5", "B4:B501", "C4:C5", "D4:D5", "D4:D5"]
    package = grow(used, THREE)
    # The rule that also covers column A goes on in the table's columns alone.
    assert sqrefs(package) == ["A4:C5 B6:C8", "B4:B501", "C4:C8", "D4:D8", "D4:D8"]


def test_texts_that_xml_cannot_hold(used: Path) -> None:
    texts = [" <b>&amp; ", "line\nline", "bell\x07", "_x0041_", 'say "hi"', ""]
    grow(used, {"Client": texts})
    assert [row[1] for row in table_rows(used)][2:] == texts


@pytest.mark.parametrize(
    ("below", "cell"),
    [({"C8": "note"}, "C8"), ({"E6": 0}, "E6"), ({"D9": "too far down"}, None), ({"A6": "beside"}, None)],
)
def test_content_below_is_never_overwritten(below: dict[str, Any], cell: str | None, tmp_path: Path) -> None:
    path = build(tmp_path / "below.xlsx", [(45000.0, "Ana", 10.0), (45001.0, "Léa", 20.5)], below)
    before = path.read_bytes()
    if cell is None:
        package = grow(path, THREE)
        assert package.tables[0].ref == "B3:E8"
        value = next(iter(below.values()))
        assert openpyxl.load_workbook(path)["Sales"][next(iter(below))].value == value
        return
    package = Package.open(path)
    with pytest.raises(ContentBelowTable) as caught:
        append_rows(package, "tbl_sales", THREE)
    assert (caught.value.sheet, caught.value.cell) == ("Sales", cell)
    assert not package.changed
    assert path.read_bytes() == before


def test_a_formula_without_a_value_is_content(used: Path) -> None:
    package = Package.open(used)
    editor = SheetEditor(package, package.sheets[0])
    editor.set(7, 4, None, formula="SUM(D4:D5)")
    editor.commit()
    with pytest.raises(ContentBelowTable, match="D7"):
        append_rows(package, "tbl_sales", THREE)


def test_merged_cells_and_other_tables_stand_in_the_way(tmp_path: Path) -> None:
    for name in ("merged", "table"):
        path = tmp_path / f"{name}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Sales")
            sheet.add_table("B3:E4", {"name": "tbl_sales", "columns": COLUMNS})
            sheet.write("C4", "Ana")
            if name == "merged":
                sheet.merge_range("A7:B8", "")
            else:
                sheet.add_table("A7:B9", {"name": "tbl_other"})
        with pytest.raises(ContentBelowTable, match="B7"):
            append_rows(Package.open(path), "tbl_sales", THREE)
        append_rows(Package.open(path), "tbl_sales", {"Client": ["a", "b"]})


def test_rows_go_above_a_totals_row(tmp_path: Path) -> None:
    path = build(tmp_path / "totals.xlsx", [(45000.0, "Ana", 10.0)], total_row=True)
    package = Package.open(path)
    before = parse_area(find_table(package, "tbl_sales").ref)
    append_rows(package, "tbl_sales", THREE)
    after = parse_area(find_table(package, "tbl_sales").ref)
    assert (after.top, after.bottom) == (before.top, before.bottom + 3)


def test_the_end_of_the_sheet_stands_in_the_way(used: Path) -> None:
    with pytest.raises(ContentBelowTable):
        append_rows(Package.open(used), "tbl_sales", {"Client": ["x"] * 1_048_575})


def test_what_stands_beside_the_table_stays(tmp_path: Path) -> None:
    beside = {"A6": "left", "G6": "right", "G8": 5, "A7": "=1+1", "J20": "far"}
    path = build(tmp_path / "beside.xlsx", [(45000.0, "Ana", 10.0), (45001.0, "Léa", 20.5)], beside)
    count = 10
    package = grow(path, {"Client": [f"c{n}" for n in range(count)], "Amount": list(range(count))})
    sheet = openpyxl.load_workbook(path)["Sales"]
    assert {name: sheet[name].value for name in beside} == beside
    assert [sheet.cell(row, 3).value for row in range(6, 16)] == [f"c{n}" for n in range(count)]
    editor = SheetEditor(package, package.sheets[0])
    assert [editor.formula(row, 5) for row in range(6, 16)] == [DOUBLE] * count
    assert [editor.style(row, 2) for row in range(6, 16)] == [editor.style(4, 2)] * count


def test_a_table_with_a_prefixed_sheet_and_an_insert_row(new: Path) -> None:
    package = Package.open(new)
    part = package.sheets[0].part
    old = package.tree(part)
    root = etree.Element(old.tag, nsmap={"x": MAIN, "r": OFFICE_RELATIONSHIP})
    root.extend(list(old))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["x", "r"])
    package.replace(part, root)
    table = package.tree(package.tables[0].part)
    table.set("insertRow", "1")
    package.replace(package.tables[0].part, table)
    append_rows(package, "TBL_SALES", THREE)
    package.save(new)
    assert b'<x:row r="6"' in Package.open(new).read(part)
    assert b"insertRow" not in Package.open(new).read(package.tables[0].part)
    assert [row[2] for row in table_rows(new)] == [1.0, 2.5, 4.0]


def test_the_calculation_chain_goes(used: Path) -> None:
    package = Package.open(used)
    chain = f'<calcChain xmlns="{MAIN}"><c r="E4" i="1"/></calcChain>'.encode()
    package.add("xl/calcChain.xml", chain, "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml")
    package.add_relationship("xl/workbook.xml", OFFICE_RELATIONSHIP + "/calcChain", "xl/calcChain.xml")
    append_rows(package, "tbl_sales", THREE)
    assert not package.has("xl/calcChain.xml")


def test_wrong_calls_say_what_is_wrong(used: Path) -> None:
    package = Package.open(used)
    with pytest.raises(OwnedPartMissing, match="tbl_nothing"):
        append_rows(package, "tbl_nothing", {"Client": ["x"]})
    with pytest.raises(UnknownField, match="Day, Client, Amount, Double"):
        append_rows(package, "tbl_sales", {"Klient": ["x"]})
    with pytest.raises(ValueError, match="not equally long"):
        append_rows(package, "tbl_sales", {"Client": ["x"], "Amount": [1, 2]})
    with pytest.raises(ValueError, match="a cell cannot hold nan"):
        append_rows(package, "tbl_sales", {"Amount": [1.0, math.nan]})
    append_rows(package, "tbl_sales", {"Client": [], "Amount": []})
    append_rows(package, "tbl_sales", {})
    assert not package.changed


@pytest.mark.slow
def test_many_rows_need_little_memory(new: Path) -> None:
    resource = pytest.importorskip("resource")
    count = 100_000
    columns: Rows = {
        "Day": [45000.0 + n % 700 for n in range(count)],
        "Client": [f"client {n % 3000}" for n in range(count)],
        "Amount": [n * 1.25 for n in range(count)],
        "Double": [n * 2.5 for n in range(count)],
    }
    package = Package.open(new)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    append_rows(package, "tbl_sales", columns)
    package.save(new)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert package.tables[0].ref == f"B3:E{count + 3}"
    assert table_rows(new)[-1][1:] == [columns["Client"][-1], columns["Amount"][-1], columns["Double"][-1]]


@pytest.mark.libreoffice
@pytest.mark.skipif(not libreoffice.available(), reason="LibreOffice is not installed")
def test_a_spreadsheet_program_sums_the_new_rows(new: Path, used: Path, tmp_path: Path) -> None:
    grow(new, {**THREE, "Double": [0, 0, 0]})
    grow(used, THREE)
    sums = []
    for path in libreoffice.recalculate([new, used], tmp_path / "out"):
        sheet = openpyxl.load_workbook(path, data_only=True)["Sales"]
        sums.append((sheet["H1"].value, sheet["H2"].value))
    # Planted were 999 for both sums, and zeros for the doubles.
    assert sums == [(7.5, 15.0), (38.0, 76.0)]
