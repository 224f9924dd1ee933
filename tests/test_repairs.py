"""Each fault that makes Excel offer to repair a workbook, put into a right one by hand, is found."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from lxml import etree

from narrow import some
from repairs import repairs

Parts = dict[str, bytes]
SHEET, OTHER, BOOK, STYLES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml"
TABLE, CHART, TYPES = "xl/tables/table1.xml", "xl/charts/chart1.xml", "[Content_Types].xml"


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sheets with tables, a rule, lists, merged cells, a note, a chart and names: nothing to repair."""
    path = tmp_path_factory.mktemp("right") / "right.xlsx"
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True})
        for name, table in (("Sales", "tbl_sales"), ("Costs", "tbl_costs")):
            sheet = book.add_worksheet(name)
            columns = [{"header": "Day"}, {"header": "Amount\none"}, {"header": "Double", "formula": "[@Day]*2"}]
            sheet.add_table("B2:D4", {"name": table, "columns": columns, "data": [[1, 2], [3, 4]]})
            sheet.add_table("B8:C9", {"name": f"{table}_2", "columns": [{"header": "Kind"}, {"header": "Of"}]})
            sheet.write_formula("F1", f"=SUM({table}[Day])", None, 4)
            sheet.write_string("F2", "text")
            sheet.merge_range("F4:G5", "merged")
            sheet.merge_range("F7:G7", "merged too")
            sheet.conditional_format("B3:B4", {"type": "no_blanks", "format": bold})
            sheet.data_validation("H1", {"validate": "list", "source": ["a", "b"], "input_title": "t"})
            sheet.write_comment("A1", "a note")
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"={name}!$B$3:$B$4"})
            sheet.insert_chart("H10", chart)
        book.define_name("rate", "=Sales!$F$1")
        book.define_name("days", "=Sales!$F$2")
    return path


def swap(part: str, old: str, new: str, count: int = 1) -> Callable[[Parts], None]:
    """Another text in a part; the old one is a regular expression, which must be there."""

    def change(parts: Parts) -> None:
        text, done = re.subn(old, new, parts[part].decode(), count=count)
        assert done, (part, old)
        parts[part] = text.encode()

    return change


def move_last(part: str, tag: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        tree = etree.fromstring(parts[part])
        tree.append(some(tree.find(f"{{*}}{tag}")))
        parts[part] = etree.tostring(tree)

    return change


def drop(part: str) -> Callable[[Parts], None]:
    return lambda parts: parts.__delitem__(part)


def chain(parts: Parts) -> None:
    """A chain of calculation that names a formula and a cell without one."""
    parts["xl/calcChain.xml"] = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<c r="F1" i="1"/><c r="F2"/></calcChain>'
    )
    swap(TYPES, "</Types>", '<Override PartName="/xl/calcChain.xml" ContentType="x"/></Types>')(parts)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    new = f'<Relationship Id="rIdC" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    swap("xl/_rels/workbook.xml.rels", "</Relationships>", new)(parts)


FAULTS: dict[str, tuple[Callable[[Parts], None], str]] = {
    "not well-formed": (swap(SHEET, "</worksheet>", ""), "not well-formed"),
    "part twice": (lambda parts: parts.update({BOOK.upper(): parts[BOOK]}), "part twice"),
    "a type for nothing": (swap(TYPES, "sheet2.xml", "sheet9.xml"), "a content type for what is not there"),
    "a part without a type": (lambda parts: parts.update({"xl/media/a.odd": b""}), "no content type: xl/media/a.odd"),
    "a type that says nothing": (
        swap(TYPES, '<Override PartName="/xl/charts/chart1.xml"[^>]*>', ""),
        "no content type of its own: xl/charts/chart1.xml",
    ),
    "a part that is gone": (drop(STYLES), "leads to what is not there: xl/styles.xml"),
    "an id that is not": (swap(SHEET, 'r:id="rId1"', 'r:id="rId99"'), "names a relationship that it does not have"),
    "a prefix that is not": (
        swap(SHEET, "<worksheet ", '<worksheet xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
             'mc:Ignorable="zz" '),
        "ignores a prefix that it does not declare: zz",
    ),
    "order of the workbook": (move_last(BOOK, "sheets"), "sheets stands after"),
    "order of a sheet": (move_last(SHEET, "sheetData"), "sheetData stands after"),
    "sheet twice": (swap(BOOK, 'name="Costs"', 'name="SALES"'), "sheet twice"),
    "sheet's id twice": (swap(BOOK, 'sheetId="2"', 'sheetId="1"'), "sheet's id twice"),
    "a sheet's long name": (swap(BOOK, 'name="Costs"', f'name="{"x" * 32}"'), "no name for a sheet"),
    "a sheet's odd name": (swap(BOOK, 'name="Costs"', 'name="a:b"'), "no name for a sheet"),
    "Excel's own sheet": (swap(BOOK, 'name="Costs"', 'name="History"'), "no name for a sheet"),
    "name twice": (swap(BOOK, 'name="days"', 'name="RATE"'), "name twice"),
    "a name like a cell": (swap(BOOK, 'name="days"', 'name="day1"'), "no name: day1"),
    "a name that begins with a digit": (swap(BOOK, 'name="days"', 'name="1day"'), "no name: 1day"),
    "a name of two words": (swap(BOOK, 'name="days"', 'name="my days"'), "no name: my days"),
    "a table like a name": (swap(BOOK, 'name="days"', 'name="tbl_sales"'), "a table and a name are called the same"),
    "table twice": (swap(TABLE, 'displayName="tbl_sales"', 'displayName="tbl_costs"'), "table twice"),
    "table's id twice": (swap(TABLE, ' id="1"', ' id="2"'), "table's id twice"),
    "columns of a table": (swap(TABLE, '<tableColumn id="1"[^>]*/>', ""), "2 columns in B2:D4"),
    "tables overlap": (swap("xl/tables/table2.xml", 'ref="B8:C9"', 'ref="B4:C9"', 2), "tables overlap"),
    "a heading that differs": (swap(TABLE, 'name="Day"', 'name="Days"'), "the heading 'Days' is 'Day' in its cell"),
    "column twice": (swap(TABLE, 'name="Double"', 'name="DAY"'), "column twice: day"),
    "filters elsewhere": (swap(TABLE, 'autoFilter ref="B2:D4"', 'autoFilter ref="B2:C4"'), "filters over B2:C4"),
    "merged within a table": (swap(SHEET, 'ref="F7:G7"', 'ref="C3:D3"'), "cells are merged within it"),
    "merged cells overlap": (swap(SHEET, 'ref="F7:G7"', 'ref="G5:H7"'), "merged cells overlap"),
    "rows out of order": (swap(SHEET, '<row r="4"', '<row r="3"'), "row 3 after row 3"),
    "a cell of another row": (swap(SHEET, 'r="F2"', 'r="F3"'), "no cell of row 2: F3"),
    "cells out of order": (swap(SHEET, 'r="F2"', 'r="B2"'), "out of order: B2"),
    "a format that is not": (swap(SHEET, '<c r="F2"', '<c r="F2" s="99"'), "a format that is not there: F2"),
    "a rule's format that is not": (swap(SHEET, 'dxfId="0"', 'dxfId="99"'), "a rule has a format that is not there"),
    "a text that is not": (swap(SHEET, '(<c r="F2" t="s"><v>)[0-9]+', r"\g<1>999"), "a text that is not there: F2"),
    "a text for a number": (swap(SHEET, '(<c r="B3"><v>)1', r"\g<1>one"), "a text for a number: B3"),
    "a text too long": (
        swap(SHEET, '<c r="F2" t="s"><v>[0-9]+', f'<c r="F2" t="str"><v>{"x" * 32768}'),
        "a text too long: F2",
    ),
    "a formula too long": (swap(SHEET, r"SUM\(tbl_sales\[Day\]\)", "1" + "+1" * 4096), "a formula too long: F1"),
    "brackets": (swap(SHEET, r"SUM\(tbl_sales\[Day\]\)", "SUM((1)"), "brackets that do not match: F1"),
    "a function of today": (swap(SHEET, r"SUM\(tbl_sales\[Day\]\)", "XLOOKUP(1,A1,B1)"), "XLOOKUP without _xlfn: F1"),
    "a table that is not": (swap(SHEET, r"SUM\(tbl_sales\[Day\]\)", "SUM(tbl_x[Day])"), "no table tbl_x: F1"),
    "a long list": (swap(SHEET, '"a,b"', f'"{"a," * 128}"'), "a list too long: H1"),
    "a long prompt": (swap(SHEET, 'promptTitle="t"', f'promptTitle="{"t" * 33}"'), "promptTitle too long: H1"),
    "a note without its drawing": (swap(SHEET, "<legacyDrawing[^>]*>", ""), "notes without their drawing"),
    "a chain of nothing": (chain, "the chain of calculation has no formula in Sales!F2"),
    "axis twice": (
        swap(CHART, "(<c:valAx><c:axId val=)[^/]*", r'\g<1>"50010001"'),
        "axis of xl/charts/chart1.xml twice",
    ),
    "an axis that is not": (swap(CHART, "(<c:axId val=)[^/]*", r'\g<1>"7"'), "xl/charts/chart1.xml has no axis 7"),
}  # fmt: skip


def test_a_right_workbook_has_none(right: Path) -> None:
    assert repairs(right) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name: str, right: Path, tmp_path: Path) -> None:
    change, expected = FAULTS[name]
    with zipfile.ZipFile(right) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    change(parts)
    path = tmp_path / "faulty.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert any(expected in fault for fault in repairs(path)), repairs(path)


def test_a_file_that_is_no_archive_or_damaged(right: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    path.write_bytes(b"no archive")
    assert repairs(path)[0].startswith("no archive")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    path.write_bytes(path.read_bytes().replace(b"<workbook/>", b"<workbooc/>"))
    assert repairs(path) == ["damaged: xl/workbook.xml"]
