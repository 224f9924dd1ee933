"""Cells of a worksheet part: values beside formulas and formats, and what other programs read of them."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from kpixl.errors import DamagedWorkbook
from kpixl.ooxml.cells import Area, cell_name, column_letters, parse_area, parse_cell
from kpixl.ooxml.column_looks import columns_apart, looks_of
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.sheet import SheetEditor
from narrow import some

ROWS = """
<row r="2" spans="1:3" ht="30" customHeight="1"><c r="A2" s="1" t="s"><v>0</v></c><c r="B2"><v>1.50</v></c>
<c r="C2" t="b"><v>1</v></c></row>
<row r="4"><c r="A4" vm="2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B4" s="1"><f>B2*2</f><v>3</v></c>
<c r="C4" cm="1"><f t="array" ref="C4">SUM(B2:B2)</f><v>1.5</v></c><c r="D4" t="str"><f>A2</f><v>Ana</v></c></row>
<row><c><v>7</v></c><c r="C5"><v>8</v></c></row>
<row r="6"><c r="A6"><f t="shared" ref="A6:A8" si="0">B6+1</f><v>1</v></c></row>
<row r="7"><c r="A7"><f t="shared" si="0"/><v>2</v></c></row>
<row r="8"><c r="A8"><f t="shared" si="0"/><v>3</v></c></row>
<row r="10" s="1" customFormat="1"/>
"""
SHEET = f"""<?xml version="1.0"?><worksheet xmlns="{MAIN}"><dimension ref="A2:D10"/>
<cols><col min="6" max="7" width="9" style="1"/></cols><sheetData>{ROWS}</sheetData></worksheet>"""


def package_with(sheet: bytes | str, path: Path) -> Package:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Own").write("A1", "Ana", book.add_format({"bold": True}))
    package = Package.open(path)
    package.replace(package.sheets[0].part, sheet.encode() if isinstance(sheet, str) else sheet)
    package.save(path)
    return package


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_with(SHEET, tmp_path / "own.xlsx")


@pytest.fixture
def editor(package: Package) -> SheetEditor:
    return SheetEditor(package, package.sheets[0])


def cell(package: Package, name: str) -> str:
    """The XML of a cell, without its namespace."""
    for found in package.tree(package.sheets[0].part).iter(f"{{{MAIN}}}c"):
        if found.get("r") == name:
            return etree.tostring(found, encoding="unicode", with_tail=False).replace(f' xmlns="{MAIN}"', "")
    return ""


def committed(editor: SheetEditor, package: Package) -> Package:
    editor.commit()
    package.save(package.path)
    return Package.open(package.path)


def test_names_of_cells() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert parse_cell("$XFD$7") == (7, 16384)
    assert cell_name(7, 16384) == "XFD7"
    assert parse_area("C3:A1") == Area(1, 1, 3, 3)
    assert parse_area("B2").ref == "B2"
    with pytest.raises(ValueError, match="not the name of a cell"):
        parse_cell("A0")


def test_reading_back(editor: SheetEditor) -> None:
    assert [editor.value(2, col) for col in (1, 2, 3, 4)] == ["Ana", 1.5, True, None]
    assert [editor.value(4, col) for col in (1, 2, 3, 4)] == ["#DIV/0!", 3.0, 1.5, "Ana"]
    assert editor.formula(4, 2) == "B2*2"
    assert editor.formula(2, 2) is None
    assert (editor.style(2, 1), editor.style(2, 2), editor.style(99, 1)) == (1, None, None)


def test_places_that_are_not_written_are_counted(editor: SheetEditor) -> None:
    assert (editor.value(5, 1), editor.value(5, 3)) == (7.0, 8.0)


def test_a_shared_formula_is_read_where_it_stands(editor: SheetEditor) -> None:
    assert [editor.formula(row, 1) for row in (6, 7, 8)] == ["B6+1", "B7+1", "B8+1"]


def test_equal_values_leave_the_part_as_it_is(package: Package, editor: SheetEditor) -> None:
    for row, col, value in (
        (2, 1, "Ana"),
        (2, 2, 1.5),
        (2, 3, True),
        (4, 2, 3),
        (4, 4, "Ana"),
        (5, 1, 7),
        (20, 1, None),
    ):
        editor.set(row, col, value)
    editor.set(4, 2, 3.0, formula="B2*2")
    editor.set(20, 20, "")
    editor.clear(30, 1)
    editor.set_style(2, 1, 1)
    editor.set_row_hidden(2, False)
    editor.commit()
    assert not package.changed


def test_a_value_beside_a_formula(package: Package, editor: SheetEditor) -> None:
    editor.set(4, 2, 99.5)
    editor.set(4, 4, "Zoë")
    editor.set(4, 1, True)
    package = committed(editor, package)
    assert cell(package, "B4") == '<c r="B4" s="1"><f>B2*2</f><v>99.5</v></c>'
    assert cell(package, "D4") == '<c r="D4" t="str"><f>A2</f><v>Zoë</v></c>'
    assert cell(package, "A4") == '<c r="A4" t="b"><f>1/0</f><v>1</v></c>'


def test_none_takes_the_value_and_leaves_formula_and_format(package: Package, editor: SheetEditor) -> None:
    editor.set(4, 2, None)
    editor.set(2, 1, None)
    package = committed(editor, package)
    assert cell(package, "B4") == '<c r="B4" s="1"><f>B2*2</f></c>'
    assert cell(package, "A2") == '<c r="A2" s="1"/>'


def test_an_empty_text_is_blank_but_a_formula_can_give_it(package: Package, editor: SheetEditor) -> None:
    editor.set(2, 1, "")
    editor.set(4, 2, "")
    package = committed(editor, package)
    assert cell(package, "A2") == '<c r="A2" s="1"/>'
    reread = SheetEditor(package, package.sheets[0])
    assert (reread.value(4, 2), reread.formula(4, 2)) == ("", "B2*2")


def test_text_is_inline_and_keeps_its_spaces(package: Package, editor: SheetEditor) -> None:
    editor.set(2, 1, " Ana\n& <Zoë>")
    package = committed(editor, package)
    expected = '<is><t xml:space="preserve"> Ana\n&amp; &lt;Zoë&gt;</t></is>'
    assert cell(package, "A2") == f'<c r="A2" s="1" t="inlineStr">{expected}</c>'


def test_clear_takes_the_formula_too(package: Package, editor: SheetEditor) -> None:
    editor.clear(4, 2)
    editor.clear(4, 3)
    package = committed(editor, package)
    assert cell(package, "B4") == '<c r="B4" s="1"/>'
    assert cell(package, "C4") == '<c r="C4"/>'


def test_metadata_goes_with_the_value_but_not_with_a_kept_array(package: Package, editor: SheetEditor) -> None:
    editor.set(4, 3, 4)
    package = committed(editor, package)
    assert cell(package, "C4") == '<c r="C4" cm="1"><f t="array" ref="C4">SUM(B2:B2)</f><v>4</v></c>'
    editor = SheetEditor(package, package.sheets[0])
    editor.set(4, 3, 4, formula="B2+1")
    package = committed(editor, package)
    assert cell(package, "C4") == '<c r="C4"><f>B2+1</f><v>4</v></c>'


def test_new_cells_come_in_order_and_take_the_format_of_their_place(package: Package, editor: SheetEditor) -> None:
    for row, col in ((3, 2), (2, 7), (2, 5), (10, 1), (1, 1), (5, 2), (12, 6)):
        editor.set(row, col, 5)
    package = committed(editor, package)
    root = package.tree(package.sheets[0].part)
    rows = [*root.iter(f"{{{MAIN}}}row")]
    assert [int(row.get("r", "0")) for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 12]
    for line in rows:
        columns = [parse_cell(name)[1] for c in line if (name := c.get("r"))]
        assert columns == sorted(set(columns))
    assert cell(package, "B5") == '<c r="B5"><v>5</v></c>'
    assert [cell(package, name)[:17] for name in ("G2", "F12", "A10")] == [
        '<c r="G2" s="1"><',
        '<c r="F12" s="1">',
        '<c r="A10" s="1">',
    ]
    assert some(root.find(f".//{{{MAIN}}}row[@r='2']")).get("spans") is None
    assert some(root.find(f"{{{MAIN}}}dimension")).get("ref") == "A1:G12"
    assert [SheetEditor(package, package.sheets[0]).value(5, col) for col in (1, 2, 3)] == [7, 5, 8]


def test_a_formula_put_over_a_shared_one_leaves_the_others_right(package: Package, editor: SheetEditor) -> None:
    editor.set(6, 1, 1, formula="B6*10")
    package = committed(editor, package)
    editor = SheetEditor(package, package.sheets[0])
    assert [editor.formula(row, 1) for row in (6, 7, 8)] == ["B6*10", "B7+1", "B8+1"]
    assert openpyxl.load_workbook(package.path).active["A8"].value == "=B8+1"


def test_a_value_keeps_a_shared_formula(package: Package, editor: SheetEditor) -> None:
    editor.set(6, 1, 50)
    package = committed(editor, package)
    assert cell(package, "A6") == '<c r="A6"><f t="shared" ref="A6:A8" si="0">B6+1</f><v>50</v></c>'


def test_hidden_rows(package: Package, editor: SheetEditor) -> None:
    editor.set_row_hidden(2, True)
    editor.set_row_hidden(11, True)
    package = committed(editor, package)
    sheet = openpyxl.load_workbook(package.path).active
    assert [row for row in range(1, 13) if sheet.row_dimensions[row].hidden] == [2, 11]
    editor = SheetEditor(package, package.sheets[0])
    editor.set_row_hidden(2, False)
    assert not openpyxl.load_workbook(committed(editor, package).path).active.row_dimensions[2].hidden


def test_page_breaks(package: Package, editor: SheetEditor) -> None:
    """A break stands before a row: after the one above it. One of the owner's stays."""
    for row, begins in ((9, True), (5, True), (7, False)):
        editor.set_page_break(row, begins)
    package = committed(editor, package)
    sheet = openpyxl.load_workbook(package.path).active
    assert [one.id for one in sheet.row_breaks.brk] == [4, 8]
    tags = [etree.QName(child).localname for child in package.tree(package.sheets[0].part)]
    assert tags.index("rowBreaks") > tags.index("sheetData")
    editor = SheetEditor(package, package.sheets[0])
    editor.set_page_break(5, False)
    package = committed(editor, package)
    assert [one.id for one in openpyxl.load_workbook(package.path).active.row_breaks.brk] == [8]
    editor = SheetEditor(package, package.sheets[0])
    editor.set_page_break(9, False)
    assert package.tree(package.sheets[0].part).find(qn("x:rowBreaks")) is not None
    package = committed(editor, package)
    assert package.tree(package.sheets[0].part).find(qn("x:rowBreaks")) is None


SPANS = '<cols><col min="2" max="4" width="9"/><col min="6" max="2000000000" width="20" hidden="1"/></cols>'
"""The second reaches past every sheet, as only a broken program writes it."""


def test_a_column_told_apart_leaves_what_is_said_of_its_neighbours() -> None:
    root = etree.fromstring(f'<worksheet xmlns="{MAIN}">{SPANS}<sheetData/></worksheet>')
    before = looks_of(root, range(1, 12))
    assert before == {**dict.fromkeys((2, 3, 4), (9.0, False)), **dict.fromkeys(range(6, 12), (20.0, True))}
    apart = columns_apart(root, [9, 1, 3, 6, 3])
    assert {index: dict(entry.attrib) for index, entry in apart.items()} == {
        1: {"min": "1", "max": "1"},
        3: {"min": "3", "max": "3", "width": "9"},
        6: {"min": "6", "max": "6", "width": "20", "hidden": "1"},
        9: {"min": "9", "max": "9", "width": "20", "hidden": "1"},
    }
    assert [(one.get("min"), one.get("max")) for one in root[0]] == [
        *(("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("6", "6")),
        *(("7", "8"), ("9", "9"), ("10", "2000000000")),
    ]
    assert looks_of(root, range(2, 12)) == before


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "x" * 32_768, "😀" * 16_384])
def test_what_no_cell_can_hold_is_refused(value: float | str, package: Package, editor: SheetEditor) -> None:
    with pytest.raises(ValueError, match="a cell cannot hold"):
        editor.set(2, 2, value)
    editor.commit()
    assert not package.changed


def test_formulas_take_the_calculation_chain_with_them(package: Package) -> None:
    chain = f'<calcChain xmlns="{MAIN}"><c r="B4" i="1"/></calcChain>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    package.add("xl/calcChain.xml", chain, kind)
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    package.add_relationship("xl/workbook.xml", related, "xl/calcChain.xml")
    editor = SheetEditor(package, package.sheets[0])
    editor.set(4, 2, 8)
    editor.commit()
    assert package.has("xl/calcChain.xml")
    editor.clear(4, 2)
    editor.commit()
    assert not package.has("xl/calcChain.xml")


def test_a_sheet_without_cells_is_damage(package: Package) -> None:
    package.replace(package.sheets[0].part, f'<chartsheet xmlns="{MAIN}"/>'.encode())
    with pytest.raises(DamagedWorkbook, match="Own"):
        SheetEditor(package, package.sheets[0])


# What a reader can give back: calamine leaves some characters that XML forbids in their escaped form.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)
SPACED = st.text("ab \n\t_x0041", max_size=12)
NUMBERS = st.integers(-(10**14), 10**14) | st.floats(allow_nan=False, allow_infinity=False)
PLACES = st.tuples(st.integers(1, 40), st.integers(1, 30))
VALUES = st.dictionaries(PLACES, st.none() | st.booleans() | NUMBERS | TEXTS | SPACED, min_size=1, max_size=25)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=VALUES, with_formula=st.sets(PLACES))
def test_other_programs_read_what_was_set(
    values: dict[tuple[int, int], bool | float | str | None], with_formula: set[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = package_with(SHEET, Path(folder) / "own.xlsx")
        editor = SheetEditor(package, package.sheets[0])
        for row, col in {*with_formula} & {*values}:
            editor.set(row, col, None, formula="1+1")
        for (row, col), value in values.items():
            editor.set(row, col, value)
        package = committed(editor, package)
        own = SheetEditor(package, package.sheets[0])
        cells = openpyxl.load_workbook(package.path, data_only=True).active
        sheet = python_calamine.load_workbook(str(package.path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        for (row, col), value in values.items():
            blank = value is None or value == ""
            assert own.value(row, col) in ((None, "") if blank else (value,))
            assert isinstance(own.value(row, col), bool) == isinstance(value, bool)
            seen = rows[row - 1][col - 1] if row <= len(rows) and col <= len(rows[row - 1]) else ""
            assert seen == ("" if blank else value)
            if not isinstance(value, str) or "_x" not in value:  # openpyxl does not read the escape
                assert cells.cell(row, col).value in ((None, "") if blank else (value,))
