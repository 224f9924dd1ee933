"""What an owner's workbook may legally have: taken, or refused with advice that does no harm."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.table import Table, TableColumn

import workbooks
from clock import NOW, TODAY
from kpixl.cellvalue import UNSAVED
from kpixl.entries import Setup
from kpixl.errors import NotOurWorkbook, OtherWorkbook, SignedWorkbook
from kpixl.imports.source_file import read_source
from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.defined_names import remove_names
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_rows import append_rows
from kpixl.period import Period
from kpixl.verbs.adopt import AlreadyOurs, NameTaken, StructureLocked, adopt
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results

SETUP = Setup(workbooks.AGENCY, "en", Period.parse("2026-10"), "Mine", "EUR")


def owners(path: Path, **changes: object) -> Path:
    """A small workbook of the owner's."""
    book = openpyxl.Workbook()
    book.active["A1"] = "mine"
    if "property" in changes:
        book.custom_doc_props.append(StringProperty(name="kpixl", value=str(changes["property"])))
    if "locked" in changes:
        book.security = WorkbookProtection(lockStructure=True)
    book.save(path)
    return path


def rewritten(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = parts[part].decode().replace(old, new, 1)
    assert changed != parts[part].decode()
    parts[part] = changed.encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    path.write_bytes(whole.getvalue())


# Adopting


def test_a_property_and_a_high_number_of_the_owners_stay_and_deleted_sheets_come_anew(tmp_path: Path) -> None:
    path = owners(tmp_path / "mine.xlsx", property="mine")
    rewritten(path, "xl/workbook.xml", 'sheetId="1"', 'sheetId="65534"')
    rewritten(path, "xl/workbook.xml", "<calcPr ", '<calcPr calcMode="manual" ')
    adopt(path, SETUP, now=NOW)
    package = Package.open(path)
    assert package.custom_properties["kpixl"] == "mine"
    text = package.read("xl/workbook.xml").decode()
    numbers = [int(number) for number in re.findall(r'sheetId="(\d+)"', text)]
    assert numbers[0] == 65534
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) == 65534
    assert 'calcMode="manual"' in text
    with pytest.raises(AlreadyOurs):
        adopt(path, SETUP, now=NOW)
    refresh(path, now=NOW)
    assert Package.open(path).custom_properties["kpixl"] == "mine"

    # As Excel leaves it where every sheet of kpixl's is deleted there.
    package = Package.open(path)
    root = package.tree("xl/workbook.xml")
    for sheet in list(root.iterfind("{*}sheets/{*}sheet"))[1:]:
        sheet.getparent().remove(sheet)  # type: ignore[union-attr]
    for name in list(root.iterfind("{*}definedNames/{*}definedName")):
        if name.get("localSheetId"):
            name.getparent().remove(name)  # type: ignore[union-attr]
        elif "LAMBDA" not in str(name.text):
            name.text = "#REF!"
    package.replace("xl/workbook.xml", root)
    package.save(path)
    with pytest.raises(NotOurWorkbook, match="kpixl adopt"):
        refresh(path, now=NOW)
    adopt(path, SETUP, now=NOW)
    assert not [text for text in Package.open(path).defined_names.values() if "#REF!" in text]
    assert results(path, today=TODAY).scorecard.entries.company == "Mine"


def test_a_workbook_that_is_locked_or_has_our_names_is_refused(tmp_path: Path) -> None:
    path = owners(tmp_path / "locked.xlsx", locked=True)
    before = path.read_bytes()
    with pytest.raises(StructureLocked, match="Protect Workbook"):
        adopt(path, SETUP, now=NOW)
    assert path.read_bytes() == before
    path = owners(tmp_path / "named.xlsx")
    names = '<definedNames><definedName name="_kpixl.home">7</definedName></definedNames>'
    rewritten(path, "xl/workbook.xml", "<definedNames/>", names)
    with pytest.raises(NameTaken, match=r"_kpixl\.home"):
        adopt(path, SETUP, now=NOW)


def test_an_old_workbook_or_a_template_is_to_be_saved_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "Workbook".encode("utf-16-le") + bytes(500))
    with pytest.raises(OtherWorkbook, match="save it as an Excel workbook"):
        Package.open(path)
    path = owners(tmp_path / "mine.xltx")
    rewritten(path, "[Content_Types].xml", "spreadsheetml.sheet.main", "spreadsheetml.template.main")
    with pytest.raises(OtherWorkbook):
        adopt(path, SETUP, now=NOW)


def test_an_export_that_counts_its_days_from_1904_is_read_right(tmp_path: Path) -> None:
    path, book = tmp_path / "mac.xlsx", openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(["Date", "Score"])
    book.worksheets[0].append([datetime(2026, 10, 6, 9, 30), 5])
    book.save(path)
    with zipfile.ZipFile(path) as archive:  # 6 October 2026 is day 44,839 there, and 46,301 elsewhere
        assert b"<v>44839.39" in archive.read("xl/worksheets/sheet1.xml")
    assert read_source(path).rows[1] == [datetime(2026, 10, 6, 9, 30), 5.0]


def test_a_signed_workbook_is_named_and_not_the_new_one(tmp_path: Path) -> None:
    path = owners(tmp_path / "signed.xlsx")
    package = Package.open(path)
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/digital-signature/origin"
    kind = kind.replace("metadata/", "")
    package.add("_xmlsignatures/origin.sigs", b"", "application/vnd.openxmlformats-package.digital-signature-origin")
    package.add_relationship("", kind, "_xmlsignatures/origin.sigs")
    path.write_bytes(package.data)
    package = Package.open(path)
    package.replace("xl/workbook.xml", package.read("xl/workbook.xml") + b" ")
    with pytest.raises(SignedWorkbook, match=r"^signed\.xlsx "):
        package.save(tmp_path / "new.xlsx", new=True)


def test_names_are_taken_away_and_no_empty_list_stays(tmp_path: Path) -> None:
    path = owners(tmp_path / "named.xlsx")
    names = '<definedNames><definedName name="a">1</definedName></definedNames>'
    rewritten(path, "xl/workbook.xml", "<definedNames/>", names)
    package = Package.open(path)
    remove_names(package, ["b"])
    assert package.defined_names == {"a": "1"}
    remove_names(package, ["a"])
    assert b"definedName" not in package.read("xl/workbook.xml")


# Tables


def test_rows_go_above_the_totals_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "totals.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Who", "Sum"), ("Ana", 1), ("Ben", 2), ("Total", "=SUBTOTAL(109,tbl[Sum])"), (None, None), ("note",)):
        sheet.append(row)
    sheet["D1"] = "=B4*2"
    table = Table(displayName="tbl", ref="A1:B4", totalsRowCount=1)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, ("Who", "Sum"), strict=True):
        assert isinstance(column, TableColumn)
        column.name = heading
    sheet.add_table(table)
    book.save(path)
    package = Package.open(path)
    append_rows(package, "tbl", {"Who": ["Cleo", "Dan"], "Sum": [3, 4]})
    package.save(path)
    (found,) = Package.open(path).tables
    assert found.ref == "A1:B6"
    again = openpyxl.load_workbook(path)["Sheet"]
    assert [[cell.value for cell in row] for row in again["A1:B8"]] == [
        ["Who", "Sum"],
        ["Ana", 1],
        ["Ben", 2],
        ["Cleo", 3],
        ["Dan", 4],
        ["Total", "=SUBTOTAL(109,tbl[Sum])"],
        [None, None],
        ["note", None],
    ]
    assert again["D1"].value == "=B6*2"


# Formulas that nobody has computed


@pytest.mark.parametrize(("table", "field"), [("clients", "end"), ("requests", "client"), ("surveys", "score")])
def test_a_formula_without_a_saved_value_is_told(table: str, field: str, tmp_path: Path) -> None:
    path = workbooks.make(tmp_path / "book.xlsx", workbooks.Filled(rows=workbooks.ROWS))
    book = workbooks.opened(path)
    sheet, cell = workbooks.entry(book, table, field, 1)
    package = Package.open(path)
    editor = SheetEditor(package, next(one for one in package.sheets if one.name == sheet))
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
    place = int(row), ord(column) - 64
    assert cell_name(*place) == cell
    editor.set(*place, None, "1+1")
    editor.commit()
    package.save(path)
    read = workbooks.opened(path)
    rows = read.entries.tables[table]
    assert rows is not None
    assert rows.odd[field] == {1: UNSAVED}
    (problem,) = [one for one in results(path, today=TODAY).problems if one.code == "formula_unsaved"]
    assert (problem.severity, problem.sheet, problem.cell) == ("error", sheet, cell)
