"""Shrinking a table: the kept rows move up with all that is theirs, nothing beside the table changes."""

from __future__ import annotations

import io
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table as OpenpyxlTable

import libreoffice
from kpixl.errors import OwnedPartMissing, UnknownField
from kpixl.ooxml.cells import Area
from kpixl.ooxml.moves import Moves
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.shrink import FormulaOverCells, MergedInTable, keep_rows
from kpixl.ooxml.table_rows import HoldsFormula, append_rows, set_cells
from narrow import some
from repairs import repairs
from test_package import findings
from test_table_rows import DOUBLE, sqrefs, table_rows

# openpyxl says what it would lose.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

COLUMNS = [{"header": "Day"}, {"header": "Client"}, {"header": "Amount"}, {"header": "Double", "formula": DOUBLE}]
ROWS = [(45000.0 + n, f"client {n}", n * 10.0) for n in range(6)]
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def build(path: Path, edit: Any = None, **options: Any) -> Path:
    """A sheet Sales with six rows in the table B3:E9, sums at H1 and H2, and what ``edit`` does to the sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sales")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        red = book.add_format({"font_color": "red"})
        last = 2 + len(ROWS) + bool(options.get("total_row"))
        sheet.add_table(2, 1, last, 4, {"name": "tbl_sales", "columns": COLUMNS, **options})
        for number, (when, client, amount) in enumerate(ROWS, start=3):
            sheet.write(number, 1, when, day)
            sheet.write(number, 2, client, red if number % 2 else None)
            sheet.write(number, 3, amount)
            sheet.write_formula(number, 4, "=" + DOUBLE, None, amount * 2)
        sheet.write_formula("H1", "=SUM(tbl_sales[Amount])", None, 999)
        sheet.write_formula("H2", "=SUM(tbl_sales[Double])", None, 999)
        if edit is not None:
            edit(book, sheet)
    return path


def shrink(path: Path, kept: list[int]) -> Package:
    """The workbook shrunk and saved; only what has to change differs, and no validator finds anything new."""
    before, found = contents(Package.open(path)), findings(path)
    package = Package.open(path)
    keep_rows(package, "tbl_sales", kept)
    after = contents(package)
    may_change = re.compile(
        r"(xl/worksheets/(_rels/)?sheet1\.xml|xl/tables/|xl/comments|xl/drawings/(vml|comments)|xl/threaded).*"
    )
    assert {n for n in before if before[n] != after.get(n)} <= {n for n in before if may_change.match(n)}
    package.save(path)
    assert findings(path) <= found
    assert repairs(path) == []
    assert python_calamine.load_workbook(str(path), load_tables=True).table_names == ["tbl_sales"]
    return Package.open(path)


def contents(package: Package) -> dict[str, bytes]:
    return {name: package.read(name) for name in package.parts}


def sheet_of(path: Path) -> Any:
    return openpyxl.load_workbook(path)["Sales"]


def xml(package: Package) -> Any:
    return package.tree(package.sheets[0].part)


def edited(path: Path, change: Any) -> Path:
    """The workbook with the tree of its sheet changed."""
    package = Package.open(path)
    root = xml(package)
    change(root)
    package.replace(package.sheets[0].part, root)
    package.save(path)
    return path


def cell(root: Any, name: str) -> Any:
    return next(found for found in root.iter(f"{{{MAIN}}}c") if found.get("r") == name)


def insert(root: Any, before: str, text: str) -> None:
    """Put XML before the first element of that name, where the format wants it."""
    root.find(f"{{{MAIN}}}{before}").addprevious(etree.fromstring(text))


# Cells and rows


def test_kept_rows_move_up_with_their_formats_and_formulas(tmp_path: Path) -> None:
    def beside(book: Any, sheet: Any) -> None:
        sheet.write("A5", "left")
        sheet.write("G8", "right")
        sheet.write("C12", "below")

    path = build(tmp_path / "book.xlsx", beside)
    old = sheet_of(path)
    package = shrink(path, [1, 4, 5])
    assert package.tables[0].ref == "B3:E6"
    assert some(package.tree(package.tables[0].part).find(f"{{{MAIN}}}autoFilter")).get("ref") == "B3:E6"
    assert [row[1:] for row in table_rows(path)] == [["client 1", 10, 20], ["client 4", 40, 80], ["client 5", 50, 100]]
    new = sheet_of(path)
    for source, target in ((5, 4), (8, 5), (9, 6)):
        for column in "BCDE":
            assert new[f"{column}{target}"].value == old[f"{column}{source}"].value
            assert new[f"{column}{target}"].number_format == old[f"{column}{source}"].number_format
        assert new[f"C{target}"].font.color == old[f"C{source}"].font.color
    assert [new[f"{column}{row}"].value for row in (7, 8, 9) for column in "BCDE"] == [None] * 12
    assert (new["A5"].value, new["G8"].value, new["C12"].value) == ("left", "right", "below")
    assert [c.value for c in new[3]] == [c.value for c in old[3]]


def test_a_formula_that_looks_at_cells_moves_as_if_copied(tmp_path: Path) -> None:
    def formulas(book: Any, sheet: Any) -> None:
        for number in range(3, 9):
            sheet.write_formula(number, 3, f"=$H$1+B{number + 1}*D{number}", None, 7)

    path = build(tmp_path / "book.xlsx", formulas)
    shrink(path, [0, 3, 5])
    assert [sheet_of(path)[f"D{row}"].value for row in (4, 5, 6)] == ["=$H$1+B4*D3", "=$H$1+B5*D4", "=$H$1+B6*D5"]
    assert openpyxl.load_workbook(path, data_only=True)["Sales"]["D6"].value == 7


def test_shared_formulas_are_written_out_where_rows_leave(tmp_path: Path) -> None:
    def share(root: Any) -> None:
        for row in range(4, 10):
            formula = cell(root, f"E{row}").find(f"{{{MAIN}}}f")
            formula.set("t", "shared")
            formula.set("si", "0")
            formula.text = None
            if row == 4:
                formula.set("ref", "E4:E9")
                formula.text = "D4*2"

    path = edited(build(tmp_path / "book.xlsx"), share)
    package = shrink(path, [2, 5])
    found = [(f.getparent().get("r"), f.text, dict(f.attrib)) for f in xml(package).iter(f"{{{MAIN}}}f")]
    assert found[2:] == [("E4", "D4*2", {}), ("E5", "D5*2", {})]


def test_an_array_formula_of_one_cell_moves_with_its_cell(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", lambda book, sheet: sheet.write_array_formula("D8", "{=SUM(B8:C8)}", None, 3))
    package = shrink(path, [4])
    formula = cell(xml(package), "D4").find(f"{{{MAIN}}}f")
    assert (formula.get("t"), formula.get("ref"), formula.text) == ("array", "D4", "SUM(B4:C4)")


def test_hidden_and_high_rows_follow_unless_something_stands_beside(tmp_path: Path) -> None:
    def rows(book: Any, sheet: Any) -> None:
        sheet.set_row(5, 30)  # row 6, kept
        sheet.set_row(6, None, None, {"hidden": True})  # row 7, kept
        sheet.set_row(4, 44, None, {"hidden": True})  # row 5, leaves
        sheet.set_row(8, 51)  # row 9, kept, and something stands beside row 9
        sheet.set_row(7, 60, None, {"hidden": True})  # row 8 leaves
        sheet.write("G9", "beside")

    path = build(tmp_path / "book.xlsx", rows)
    shrink(path, [2, 3, 5])
    found = sheet_of(path).row_dimensions
    assert [(found[n].height, found[n].hidden) for n in (4, 5, 6)] == [(30, False), (None, True), (None, False)]
    assert [(found[n].height, found[n].hidden) for n in (7, 8, 9)] == [(None, False), (None, False), (51, False)]
    assert sheet_of(path)["G9"].value == "beside"


def test_a_visible_row_is_not_lost_in_a_hidden_one(tmp_path: Path) -> None:
    def rows(book: Any, sheet: Any) -> None:
        sheet.write("A4", "beside")
        sheet.set_row(3, 33, None, {"hidden": True})

    path = build(tmp_path / "book.xlsx", rows)
    shrink(path, [5])
    found = sheet_of(path).row_dimensions[4]
    assert (found.height, found.hidden) == (33, False)
    assert sheet_of(path)["C4"].value == "client 5"


def test_a_totals_row_moves_up(tmp_path: Path) -> None:
    columns = [*COLUMNS[:2], {"header": "Amount", "total_function": "sum"}, {"header": "Double", "total_string": "end"}]
    path = build(
        tmp_path / "book.xlsx",
        lambda book, sheet: sheet.write_formula("B10", "=SUM(D4:D$9)+D9+H1", None, 0),
        columns=columns,
        total_row=True,
    )
    package = shrink(path, [1, 5])
    assert package.tables[0].ref == "B3:E6"
    assert some(package.tree(package.tables[0].part).find(f"{{{MAIN}}}autoFilter")).get("ref") == "B3:E5"
    sheet = sheet_of(path)
    assert [sheet[f"{column}6"].value for column in "BDE"] == [
        "=SUM(D4:D$5)+D5+H1",
        "=SUBTOTAL(109,[Amount])",
        "end",
    ]
    assert [sheet[f"{column}{row}"].value for row in range(7, 11) for column in "BCDE"] == [None] * 16


def test_a_table_without_headings(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("Sales")
        sheet.add_table("A2:B5", {"name": "tbl_sales", "header_row": False, "data": [[n, -n] for n in range(4)]})
    package = shrink(tmp_path / "book.xlsx", [1, 3])
    assert package.tables[0].ref == "A2:B3"
    assert [[c.value for c in row] for row in sheet_of(tmp_path / "book.xlsx")["A2:B5"]] == [
        [1, -1],
        [3, -3],
        [None, None],
        [None, None],
    ]


def test_no_row_kept_leaves_one_blank_row_that_is_filled_first(tmp_path: Path) -> None:
    def first(book: Any, sheet: Any) -> None:
        sheet.set_row(3, 21, None, {"hidden": True})
        sheet.write_comment("C4", "gone")
        sheet.data_validation("B4:B9", {"validate": "any", "input_title": "t", "input_message": "m"})
        sheet.data_validation("C4", {"validate": "list", "source": ["a"]})

    path = build(tmp_path / "book.xlsx", first)
    package = shrink(path, [])
    assert package.tables[0].ref == "B3:E4"
    sheet = sheet_of(path)
    assert [sheet[f"{column}4"].value for column in "BCDE"] == [None, None, None, "=" + DOUBLE]
    assert (sheet["B4"].number_format, sheet["C4"].font.color.rgb) == ("yyyy-mm-dd", "FFFF0000")
    assert (sheet.row_dimensions[4].height, sheet.row_dimensions[4].hidden) == (21, False)
    assert sheet["C4"].comment is None
    assert sqrefs(package) == ["B4"]
    assert openpyxl.load_workbook(path, data_only=True)["Sales"]["E4"].value is None
    once = path.read_bytes()
    keep_rows(package, "tbl_sales", [])
    assert not package.changed
    assert path.read_bytes() == once
    append_rows(package, "tbl_sales", {"Client": ["x", "y", "z"], "Amount": [1, 2, 3], "Double": [2, 4, 6]})
    package.save(path)
    assert package.tables[0].ref == "B3:E6"
    assert [row[1:] for row in table_rows(path)] == [["x", 1, 2], ["y", 2, 4], ["z", 3, 6]]
    shrink(path, [2])
    assert [row[1:] for row in table_rows(path)] == [["z", 3, 6]]


def test_a_constant_typed_over_a_formula_gives_way_in_the_blank_row(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", lambda book, sheet: sheet.write("E4", 5))
    shrink(path, [])
    assert sheet_of(path)["E4"].value == "=" + DOUBLE


def test_all_rows_kept_changes_nothing(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", lambda book, sheet: sheet.merge_range("B1:C1", "title"))
    package = Package.open(path)
    keep_rows(package, "TBL_sales", range(6))
    assert not package.changed


def test_a_sort_and_a_filter_shrink_with_the_table(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx")
    package = Package.open(path)
    root = package.tree(package.tables[0].part)
    state = f'<sortState xmlns="{MAIN}" ref="B4:E9"><sortCondition ref="D4:D9"/></sortState>'
    some(root.find(f"{{{MAIN}}}autoFilter")).addnext(etree.fromstring(state))
    package.replace(package.tables[0].part, root)
    package.save(path)
    package = shrink(path, [0, 2])
    root = package.tree(package.tables[0].part)
    assert [e.get("ref") for e in root.iter("{*}autoFilter", "{*}sortState", "{*}sortCondition")] == [
        "B3:E5",
        "B4:E5",
        "D4:D5",
    ]
    assert xml(package).find(f"{{{MAIN}}}dimension").get("ref") == "B1:H5"


def test_the_calculation_chain_goes(tmp_path: Path) -> None:
    package = Package.open(build(tmp_path / "book.xlsx"))
    chain = f'<calcChain xmlns="{MAIN}"><c r="E9" i="1"/></calcChain>'.encode()
    package.add("xl/calcChain.xml", chain, "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml")
    package.add_relationship("xl/workbook.xml", OFFICE_RELATIONSHIP + "/calcChain", "xl/calcChain.xml")
    keep_rows(package, "tbl_sales", [0, 1])
    assert not package.has("xl/calcChain.xml")


# What cannot be done


def refused(path: Path, error: type[Exception], match: str) -> None:
    package = Package.open(path)
    with pytest.raises(error, match=match):
        keep_rows(package, "tbl_sales", [0])
    assert not package.changed


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    text = f'<mergeCells xmlns="{MAIN}" count="1"><mergeCell ref="A8:B8"/></mergeCells>'
    path = edited(build(tmp_path / "book.xlsx"), lambda root: insert(root, "pageMargins", text))
    refused(path, MergedInTable, r"Sales!A8 belongs to merged cells.*unmerge them")


@pytest.mark.parametrize("kind", ["array", "dataTable"])
def test_formulas_over_several_cells_are_refused(kind: str, tmp_path: Path) -> None:
    def over(root: Any) -> None:
        formula = etree.SubElement(cell(root, "D7"), f"{{{MAIN}}}f", t=kind, ref="D7:D8")
        formula.text = "B7:B8*2"

    refused(edited(build(tmp_path / "book.xlsx"), over), FormulaOverCells, r"Sales!D7 belongs to a formula over")


def test_wrong_calls_say_what_is_wrong(tmp_path: Path) -> None:
    package = Package.open(build(tmp_path / "book.xlsx"))
    with pytest.raises(OwnedPartMissing, match="tbl_nothing"):
        keep_rows(package, "tbl_nothing", [0])
    for kept in ([1, 0], [2, 2], [-1], [6], [0, 6]):
        with pytest.raises(ValueError, match="ascending indexes below 6"):
            keep_rows(package, "tbl_sales", kept)
    assert not package.changed


# Rules over the rows


def test_validations_and_formats_follow(tmp_path: Path) -> None:
    def rules(book: Any, sheet: Any) -> None:
        bold = book.add_format({"bold": True})
        whole = {"validate": "list", "source": ["a", "b"]}
        sheet.data_validation("C4:C9", whole)
        sheet.data_validation("B4:B501", {**whole, "source": ["beyond"]})
        sheet.data_validation("D6", {**whole, "source": ["leaves"]})
        sheet.data_validation("D7", {**whole, "source": ["stays"], "other_cells": [[8, 3, 8, 3], [3, 3, 4, 3]]})
        sheet.conditional_format("A4:C9", {"type": "no_blanks", "format": bold})
        sheet.conditional_format("D7", {"type": "formula", "criteria": "=$B7+D$1>C6", "format": bold})
        sheet.conditional_format("D5:D6", {"type": "formula", "criteria": "=TRUE", "format": bold})
        sheet.conditional_format("D4:D9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("E6", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("H1:H9", {"type": "formula", "criteria": "=H1>5", "format": bold})

    path = build(tmp_path / "book.xlsx", rules)
    package = shrink(path, [0, 3, 5])
    root = xml(package)
    found = {e.findtext("{*}formula1"): e.get("sqref") for e in root.iter(f"{{{MAIN}}}dataValidation")}
    # Row 7 is now row 5, row 9 is row 6, and row 4 stays; row 5 left.
    assert found == {'"a,b"': "C4:C6", '"beyond"': "B4:B501", '"stays"': "D5 D6 D4"}
    assert root.find(f"{{{MAIN}}}dataValidations").get("count") == "3"
    formats = {
        e.get("sqref"): e.findtext("{*}cfRule/{*}formula") for e in root.iter(f"{{{MAIN}}}conditionalFormatting")
    }
    assert formats == {
        "A4:A9 B4:C6": "LEN(TRIM(A4))>0",
        "D5": "$B5+D$1>C4",
        "D4:D6": None,
        "H1:H9": "H1>5",
    }
    bars = [e.findtext(f"{{{XM}}}sqref") for e in root.iter(f"{{{X14}}}conditionalFormatting")]
    assert bars == ["D4:D6"]


def test_empty_containers_go(tmp_path: Path) -> None:
    def rules(book: Any, sheet: Any) -> None:
        sheet.data_validation("C5", {"validate": "list", "source": ["a"]})
        sheet.conditional_format("E6", {"type": "data_bar", "data_bar_2010": True})
        sheet.ignore_errors({"number_stored_as_text": "C6:C7"})
        sheet.unprotect_range("C7", "mine")
        sheet.protect()
        sheet.write_url("C6", "https://example.org/")

    package = shrink(build(tmp_path / "book.xlsx", rules), [0])
    names = {etree.QName(child).localname for child in xml(package)}
    gone = {"dataValidations", "conditionalFormatting", "ignoredErrors", "protectedRanges", "hyperlinks", "extLst"}
    assert not names & gone
    assert "sheetProtection" in names
    assert {r.type.rpartition("/")[2] for r in package.relationships(package.sheets[0].part)} == {"table"}


def test_error_marks_and_free_ranges_follow(tmp_path: Path) -> None:
    def rules(book: Any, sheet: Any) -> None:
        sheet.ignore_errors({"number_stored_as_text": "C4:C9 B6:B8 H1"})
        sheet.unprotect_range("B3:E9", "whole")

    root = xml(shrink(build(tmp_path / "book.xlsx", rules), [2, 5]))
    assert next(root.iter(f"{{{MAIN}}}ignoredError")).get("sqref") == "C4:C5 B4 H1"
    assert next(root.iter(f"{{{MAIN}}}protectedRange")).get("sqref") == "B3:E5"


def test_rules_in_extensions_follow(tmp_path: Path) -> None:
    text = (
        f'<extLst xmlns="{MAIN}"><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{X14}">'
        f'<x14:dataValidations count="2" xmlns:xm="{XM}">'
        '<x14:dataValidation type="list"><x14:formula1><xm:f>Sales!$H$1:$H$2</xm:f></x14:formula1>'
        "<xm:sqref>C4:C9 G7</xm:sqref></x14:dataValidation>"
        '<x14:dataValidation type="custom"><x14:formula1><xm:f>B8&gt;D7</xm:f></x14:formula1>'
        "<xm:sqref>D8</xm:sqref></x14:dataValidation>"
        "</x14:dataValidations></ext></extLst>"
    )
    path = edited(build(tmp_path / "book.xlsx"), lambda root: root.append(etree.fromstring(text)))
    package = shrink(path, [1, 4])
    found = {e.findtext(f".//{{{XM}}}f"): e.findtext(f"{{{XM}}}sqref") for e in xml(package).iter("{*}dataValidation")}
    assert found == {"Sales!$H$1:$H$2": "C4:C5 G7", "B5>D4": "D5"}
    package = shrink(path, [0])
    rules = next(xml(package).iter(f"{{{X14}}}dataValidations"))
    assert (rules.get("count"), len(rules)) == ("1", 1)


def test_a_column_covered_by_two_areas_stays_covered_in_the_blank_row(tmp_path: Path) -> None:
    def rules(root: Any) -> None:
        text = (
            f'<dataValidations xmlns="{MAIN}" count="1">'
            '<dataValidation type="whole" sqref="A4:C5 B6:C9 D4:D5 B3:E3"><formula1>1</formula1></dataValidation>'
            "</dataValidations>"
        )
        insert(root, "pageMargins", text)

    package = shrink(edited(build(tmp_path / "book.xlsx"), rules), [])
    assert sqrefs(package) == ["A4:A5 B4:C4 B3:E3"]


def test_sparklines_follow(tmp_path: Path) -> None:
    def lines(book: Any, sheet: Any) -> None:
        for row in (4, 6, 8):
            sheet.add_sparkline(f"E{row}", {"range": f"Sales!B{row}:D{row}"})
        sheet.add_sparkline("J1", {"range": "Sales!D4:D9"})

    root = xml(shrink(build(tmp_path / "book.xlsx", lines), [2, 4]))
    found = [(e.findtext(f"{{{XM}}}sqref"), e.findtext(f"{{{XM}}}f")) for e in root.iter(f"{{{X14}}}sparkline")]
    assert sorted(found) == [("E4", "Sales!B4:D4"), ("E5", "Sales!B5:D5"), ("J1", "Sales!D4:D5")]
    assert all(len(group) for group in root.iter(f"{{{X14}}}sparklines"))


# Links, notes, threads


def marked(book: Any, sheet: Any) -> None:
    for row in (4, 5, 9):
        sheet.write_comment(f"C{row}", f"note of row {row}", {"author": f"author {row}"})
        sheet.write_url(f"D{row}", f"https://example.org/{row}", None, f"link {row}")
    sheet.write_url("B9", "internal:Sales!A1", None, "here")
    sheet.write_url("D6", "https://example.org/9", None, "link 6")
    sheet.write_comment("H1", "outside")
    sheet.write_comment("D3", "heading")


def marks(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    cells = [c for row in sheet_of(path).iter_rows() for c in row]
    links = {c.coordinate: c.hyperlink.target or c.hyperlink.location for c in cells if c.hyperlink}
    return {c.coordinate: c.comment.text for c in cells if c.comment}, links


def test_notes_and_links_move_and_go_with_their_rows(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", marked)
    package = shrink(path, [1, 5])
    notes, links = marks(path)
    assert notes == {"C4": "note of row 5", "C5": "note of row 9", "H1": "outside", "D3": "heading"}
    assert links == {"D4": "https://example.org/5", "D5": "https://example.org/9", "B5": "Sales!A1"}
    targets = [r.target for r in package.relationships(package.sheets[0].part) if r.external]
    assert sorted(set(targets)) == ["https://example.org/5", "https://example.org/9"]
    [drawing] = package.related(package.sheets[0].part, OFFICE_RELATIONSHIP + "/vmlDrawing")
    boxes = re.findall(rb"<x:Anchor>(.*?)</x:Anchor>.*?<x:Row>(\d+)<.*?<x:Column>(\d+)<", package.read(drawing), re.S)
    tops = {(int(row) + 1, int(column)): int(anchor.split(b",")[2]) for anchor, row, column in boxes}
    # XlsxWriter puts the box of a note one row above its cell, at the top beside it.
    assert tops == {(1, 7): 0, (3, 3): 1, (4, 2): 2, (5, 2): 3}
    [comments] = package.related(package.sheets[0].part, OFFICE_RELATIONSHIP + "/comments")
    assert len(list(package.tree(comments).iter(f"{{{MAIN}}}author"))) == 4


def test_notes_of_openpyxl(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sales"
    for line in (("Day", "Client"), (1, "a"), (2, "b"), (3, "c")):
        sheet.append(line)
    sheet.add_table(OpenpyxlTable(displayName="tbl_sales", ref="A1:B4"))
    for row in (2, 4):
        sheet[f"B{row}"].comment = Comment(f"note {row}", "me")
    sheet["B3"].hyperlink = "https://example.org/"
    book.save(path)
    package = shrink(path, [1, 2])
    assert marks(path) == ({"B3": "note 4"}, {"B2": "https://example.org/"})
    [drawing] = package.related(package.sheets[0].part, OFFICE_RELATIONSHIP + "/vmlDrawing")
    assert re.findall(rb"Row>(\d+)<", package.read(drawing)) == [b"2"]


def test_a_link_over_several_rows_follows_those_that_stay(tmp_path: Path) -> None:
    def links(root: Any) -> None:
        text = f'<hyperlinks xmlns="{MAIN}"><hyperlink ref="A6:C8" location="Sales!A1"/></hyperlinks>'
        insert(root, "pageMargins", text)

    root = xml(shrink(edited(build(tmp_path / "book.xlsx"), links), [0, 3, 4]))
    assert [e.get("ref") for e in root.iter(f"{{{MAIN}}}hyperlink")] == ["A6:A8", "B5:C6"]


def test_a_drawing_of_notes_that_is_not_well_formed(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", marked)
    package = Package.open(path)
    [drawing] = package.related(package.sheets[0].part, OFFICE_RELATIONSHIP + "/vmlDrawing")
    package.replace(drawing, package.read(drawing).replace(b"<v:textbox", b"<br><v:textbox"))
    keep_rows(package, "tbl_sales", [1])
    assert re.findall(rb"Row>(\d+)<", package.read(drawing)) == [b"0", b"2", b"3"]


def test_threads_move_and_go_with_their_rows(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", marked)
    package = Package.open(path)
    entries = "".join(
        f'<threadedComment ref="{ref}" dT="2026-10-01T10:00:00.00" personId="{{1}}" id="{{{n}}}"><text>t{n}</text>'
        "</threadedComment>"
        for n, ref in enumerate(("C4", "C9", "C9", "H1"))
    )
    part = "xl/threadedComments/threadedComment1.xml"
    content = f'<ThreadedComments xmlns="{THREADS}">{entries}</ThreadedComments>'.encode()
    package.add(part, content, "application/vnd.ms-excel.threadedcomments+xml")
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    package.add_relationship(package.sheets[0].part, kind, part)
    package.save(path)
    package = shrink(path, [1, 5])
    found = [(e.get("ref"), e.findtext("{*}text")) for e in package.tree(part)]
    assert found == [("C5", "t1"), ("C5", "t2"), ("H1", "t3")]


# Any rows, against a model


@cache
def _base() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sales")
        sheet.add_table("B3:D4", {"name": "tbl_sales", "columns": [{"header": h} for h in "XYZ"]})
        book.add_format({"bold": True})
    return buffer.getvalue()


Model = dict[tuple[int, int], tuple[str | None, str | None]]  # (row, column) -> number, formula
one = st.fixed_dictionaries(
    {
        "cells": st.dictionaries(st.integers(1, 6), st.tuples(st.integers(0, 99), st.booleans()), max_size=6),
        "there": st.booleans(),
        "kept": st.booleans(),
    }
)


def written(rows: dict[int, dict[int, tuple[str, str | None]]], prefix: str, counted: bool) -> bytes:
    """The XML of a sheet, with a prefix, and with places left to be counted where they can be."""
    p = f"{prefix}:" if prefix else ""
    parts, before = [], 0
    for row, cells in rows.items():
        parts.append(f"<{p}row>" if counted and row == before + 1 else f'<{p}row r="{row}">')
        before, last = row, 0
        for column, (value, formula) in sorted(cells.items()):
            place = "" if counted and column == last + 1 else f' r="{chr(64 + column)}{row}"'
            last = column
            f = f"<{p}f>{formula}</{p}f>" if formula else ""
            parts.append(f"<{p}c{place}>{f}<{p}v>{value}</{p}v></{p}c>")
        parts.append(f"</{p}row>")
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    body = "".join(parts)
    return f'<{p}worksheet {xmlns}="{MAIN}"><{p}sheetData>{body}</{p}sheetData></{p}worksheet>'.encode()


def read_back(root: Any) -> Model:
    found: Model = {}
    row = 0
    for element in root.iter(f"{{{MAIN}}}row"):
        number = int(element.get("r", row + 1))
        assert number > row
        row, column = number, 0
        for c in element:
            letter = c.get("r", "").rstrip("0123456789")
            assert not letter or c.get("r") == f"{letter}{row}"
            place = ord(letter) - 64 if letter else column + 1
            assert place > column
            column = place
            found[row, column] = (c.findtext(f"{{{MAIN}}}v"), c.findtext(f"{{{MAIN}}}f"))
    return found


@pytest.mark.slow
@settings(max_examples=150)
@given(
    rows=st.lists(one, min_size=1, max_size=8),
    totals=st.booleans(),
    prefix=st.sampled_from(["", "x"]),
    counted=st.booleans(),
)
def test_any_rows_against_a_model(rows: list[dict[str, Any]], totals: bool, prefix: str, counted: bool) -> None:
    """The table is B3:D…, so that columns 1, 5 and 6 stand beside it, and so do all cells of the row below."""
    bottom = 3 + len(rows)
    kept = [index for index, row in enumerate(rows) if row["kept"]]
    sheet: dict[int, dict[int, tuple[str, str | None]]] = {3: {c: (str(c), None) for c in (2, 3, 4)}}
    expected: Model = {(3, c): (str(c), None) for c in (2, 3, 4)}
    for index, row in enumerate(rows):
        if not row["there"]:
            continue
        number = 4 + index
        sheet[number] = {}
        for column, (value, calculates) in row["cells"].items():
            formula = f"A{number}+$E$1+F{number - 1}" if calculates else None
            sheet[number][column] = (str(value), formula)
            if not 2 <= column <= 4:
                expected[number, column] = (str(value), formula)
            elif row["kept"]:
                place = 4 + kept.index(index)
                expected[place, column] = (str(value), f"A{place}+$E$1+F{place - 1}" if calculates else None)
    if not kept and rows[0]["there"]:
        expected |= blank_row(rows)
    if totals:
        bottom += 1
        sheet[bottom] = {1: ("7", None), 3: ("8", None)}
        expected |= {(bottom, 1): ("7", None), (4 + max(len(kept), 1), 3): ("8", None)}
    sheet[bottom + 1] = dict.fromkeys(range(1, 7), ("9", f"B{bottom}"))
    expected |= {(bottom + 1, c): ("9", f"B{bottom}") for c in range(1, 7)}

    package = Package.from_bytes(_base(), Path("book.xlsx"))
    package.replace(package.sheets[0].part, written(sheet, prefix, counted))
    table = package.tree(package.tables[0].part)
    table.set("ref", f"B3:D{bottom}")
    some(table.find(f"{{{MAIN}}}autoFilter")).set("ref", f"B3:D{bottom - totals}")
    if totals:
        table.set("totalsRowCount", "1")
    package.replace(package.tables[0].part, table)
    keep_rows(package, "tbl_sales", kept)
    assert read_back(xml(package)) == expected
    assert package.tables[0].ref == f"B3:D{3 + max(len(kept), 1) + totals}"


def blank_row(rows: list[dict[str, Any]]) -> Model:
    """What is left of the first row: formulas that the last row shares; their values too if nothing was entered."""
    last = rows[-1]["cells"] if rows[-1]["there"] else {}
    found: Model = {}
    entered = len(rows) > 1
    for column, (value, calculates) in rows[0]["cells"].items():
        if 2 <= column <= 4:
            shared = calculates and last.get(column, (0, False))[1]
            found[4, column] = (str(value), "A4+$E$1+F3" if shared else None)
            entered = entered or not shared
    return {place: (None, formula) for place, (_, formula) in found.items()} if entered else found


@settings(max_examples=300)
@given(
    count=st.integers(1, 6),
    kept=st.sets(st.integers(0, 5)),
    totals=st.integers(0, 1),
    corners=st.tuples(st.integers(1, 14), st.integers(1, 14), st.integers(1, 6), st.integers(1, 6)),
)
def test_areas_cover_what_their_cells_became(
    count: int, kept: set[int], totals: int, corners: tuple[int, int, int, int]
) -> None:
    """The table's data begins at B4, three columns wide; each cell of an area is followed on its own."""
    top, bottom, left, right = *sorted(corners[:2]), *sorted(corners[2:])
    rows = sorted(index for index in kept if index < count)
    last, end = 3 + max(len(rows), 1), 3 + count + totals
    expected = set()
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if not 2 <= column <= 4 or not 4 <= row <= end:
                expected.add((row, column))
            elif row > 3 + count:
                expected.add((last + 1, column))
            elif row - 4 in rows:
                expected.add((4 + rows.index(row - 4), column))
    if top <= end < bottom:
        expected |= {(r, c) for r in range(last + totals + 1, end + 1) for c in (2, 3, 4) if left <= c <= right}
    moves = Moves(Area(4, 2, 3 + count, 4), totals, tuple(rows))
    parts = moves.areas(Area(top, left, bottom, right), blank=False)
    cells = [(r, c) for p in parts for r in range(p.top, p.bottom + 1) for c in range(p.left, p.right + 1)]
    assert sorted(cells) == sorted(expected)


# Single cells


def test_single_cells_are_set_and_nothing_else(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx")
    edited(path, lambda root: [cell(root, "B6").getparent().remove(cell(root, "B6")), cell(root, "C7").set("s", "0")])
    package = Package.open(path)
    before = contents(package)
    set_cells(package, "TBL_sales", {(2, "Day"): 45100.0, (3, "Client"): "José & co", (0, "Amount"): None})
    assert {name for name, data in contents(package).items() if data != before[name]} == {"xl/worksheets/sheet1.xml"}
    package.save(path)
    assert repairs(path) == []
    old, new = openpyxl.load_workbook(build(tmp_path / "old.xlsx"))["Sales"], sheet_of(path)
    assert (new["B6"].number_format, new["C7"].font.color) == ("yyyy-mm-dd", old["C3"].font.color)
    changed = {c.coordinate: c.value for row in new for c in row if c.value != old[c.coordinate].value}
    assert changed == {"B6": datetime(2023, 6, 23), "C7": "José & co", "D4": None}


def test_a_cell_without_a_format_gets_that_of_the_first(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx")
    edited(path, lambda root: cell(root, "B8").attrib.pop("s"))
    package = Package.open(path)
    set_cells(package, "tbl_sales", {(4, "Day"): 45100})
    package.save(path)
    assert sheet_of(path)["B8"].number_format == "yyyy-mm-dd"


def test_formulas_are_never_overwritten(tmp_path: Path) -> None:
    package = Package.open(build(tmp_path / "book.xlsx"))
    with pytest.raises(HoldsFormula, match="Sales!E6 holds a formula"):
        set_cells(package, "tbl_sales", {(0, "Client"): "x", (2, "Double"): 1})
    with pytest.raises(ValueError, match="no data row 6"):
        set_cells(package, "tbl_sales", {(0, "Client"): "x", (6, "Client"): "y"})
    with pytest.raises(ValueError, match="no data row -1"):
        set_cells(package, "tbl_sales", {(-1, "Client"): "y"})
    with pytest.raises(UnknownField, match="Day, Client, Amount, Double"):
        set_cells(package, "tbl_sales", {(0, "Klient"): "x"})
    set_cells(package, "tbl_sales", {(1, "Client"): "client 1", (2, "Day"): 45002})
    set_cells(package, "tbl_sales", {})
    assert not package.changed


# A spreadsheet program


@pytest.mark.libreoffice
def test_a_spreadsheet_program_sums_the_kept_rows(tmp_path: Path) -> None:
    columns = [*COLUMNS[:2], {"header": "Amount", "total_function": "sum"}, COLUMNS[3]]
    path = build(
        tmp_path / "book.xlsx",
        # LibreOffice does not know the short form that XlsxWriter gives the total.
        lambda book, sheet: sheet.write_formula("D10", "=SUBTOTAL(109,tbl_sales[Amount])", None, 999),
        columns=columns,
        total_row=True,
    )
    shrink(path, [2, 3, 5])
    [result] = libreoffice.recalculate([path], tmp_path / "out")
    sheet = openpyxl.load_workbook(result, data_only=True)["Sales"]
    # Planted were 999 for all sums.
    assert [sheet[name].value for name in ("H1", "H2", "D7", "E6")] == [100, 200, 100, 100]


def test_a_sheet_scrolled_past_the_kept_rows_begins_at_the_table(tmp_path: Path) -> None:
    for first, then in (("B9", "B4"), ("A1", "A1"), ("B200", "B200")):
        path = build(tmp_path / "book.xlsx")
        edited(path, lambda root, first=first: root.find(f".//{{{MAIN}}}sheetView").set("topLeftCell", first))
        package = shrink(path, [1])
        assert xml(package).find(f".//{{{MAIN}}}sheetView").get("topLeftCell") == then
