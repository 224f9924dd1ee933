"""The lossless edit: what is owned changes, everything else stays as it was to the byte."""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from lxml import etree
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as OpenpyxlTable

from clock import NOW
from kpixl.errors import (
    DamagedWorkbook,
    FileInUse,
    FileMissing,
    NoPermission,
    NotAWorkbook,
    PasswordProtected,
    SignedWorkbook,
    StrictWorkbook,
    WorkbookError,
)
from kpixl.files import swap
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.sheet import SheetEditor
from narrow import some
from packages import copies
from repairs import repairs
from schema import schema_errors

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = sorted((SHARED / "corpus").glob("*.xlsx"))
STRICT = "11_activex.xlsx"
GENERATED = ("xlsxwriter", "openpyxl")


def by_xlsxwriter(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        other = book.add_worksheet("Hidden one")
        other.hide()
        book.add_worksheet("Área & más")
        book.set_custom_property("kpixl layout", "1")
        sheet.add_table("A1:C4", {"name": "tbl_data", "columns": [{"header": h} for h in ("Day", "Who", "Hours")]})
        sheet.write_column("A2", [45000, 45001, 45002])
        sheet.write_formula("E1", "=SUM(tbl_data[Hours])", None, 0)
        sheet.write_rich_string("E2", book.add_format({"bold": True}), "bold", " and plain")
        sheet.write_comment("A1", "a note")
        sheet.data_validation("B2:B4", {"validate": "list", "source": ["a", "b"]})
        sheet.conditional_format("C2:C4", {"type": "data_bar", "data_bar_2010": True})
        sheet.add_sparkline("F1", {"range": "Data!A2:A4"})
        sheet.insert_textbox("H2", "a box")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Data!$A$2:$A$4"})
        sheet.insert_chart("H10", chart)
        book.define_name("rate", "=Data!$E$1")
        book.define_name("Data!local", "=Data!$E$1")
    return path


def by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row in (("Day", "Who", "Hours"), (45000, "ana", 1), (45001, "léa", 2), (45002, "zoë", 3)):
        sheet.append(row)
    sheet.add_table(OpenpyxlTable(displayName="tbl_data", ref="A1:C4"))
    sheet["E1"] = "=SUM(C2:C4)"
    book.create_sheet("Hidden one").sheet_state = "hidden"
    book.create_sheet("Área & más")
    book.defined_names["rate"] = DefinedName("rate", attr_text="Data!$E$1")
    sheet.defined_names["local"] = DefinedName("local", attr_text="Data!$E$1")
    book.save(path)
    return path


def make(kind: str, folder: Path) -> Path:
    return {"xlsxwriter": by_xlsxwriter, "openpyxl": by_openpyxl}[kind](folder / f"{kind}.xlsx")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return by_xlsxwriter(tmp_path / "book.xlsx")


def members(path: Path) -> dict[str, tuple[bytes, int, tuple[int, int, int, int, int, int]]]:
    """Of each member the compressed bytes, the method and the date."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name, extra = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + name + extra
            found[info.filename] = (data[start : start + info.compress_size], info.compress_type, info.date_time)
    return found


def rewrite(path: Path, changes: Mapping[str, bytes | None], rename: dict[str, str] | None = None) -> None:
    """The same zip with some members replaced, dropped or renamed, made by other means."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content |= {name: data for name, data in changes.items() if data is not None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            if name not in changes or changes[name] is not None:
                archive.writestr((rename or {}).get(name, name), data)


def edit_one_cell(package: Package) -> str:
    """Put a value below everything on the first worksheet; the part that was edited."""
    for sheet in package.sheets:
        if package.content_type(sheet.part).endswith("worksheet+xml"):
            editor = SheetEditor(package, sheet)
            row = max(editor.rows(1, 1_048_576), default=0) + 5
            editor.set(row, 2, "kpixl was here")
            editor.commit()
            return sheet.part
    raise AssertionError("no worksheet")


def findings(path: Path) -> set[str]:
    found = {f"{e.part_uri} {e.description}" for e in schema_errors(path)}
    # Advice, not a fault: inline strings are valid, and Excel moves them to its table when it saves.
    found = {text for text in found if "inline-string" not in text}
    return found | set(repairs(path))


def opens(path: Path) -> tuple[bool, bool]:
    """Whether calamine and openpyxl read the file."""
    done = []
    for load in (lambda: python_calamine.load_workbook(str(path)), lambda: openpyxl.load_workbook(path)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                load()
            except Exception:
                done.append(False)
            else:
                done.append(True)
    return done[0], done[1]


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
def test_there_is_a_corpus() -> None:
    assert len(CORPUS) > 10


@pytest.mark.parametrize("name", [*GENERATED, *(p.name for p in CORPUS if p.name != STRICT)])
def test_one_cell_edited_leaves_every_other_part_alone(name: str, tmp_path: Path) -> None:
    original = make(name, tmp_path) if name in GENERATED else SHARED / "corpus" / name
    edited = tmp_path / "edited.xlsx"
    edited.write_bytes(original.read_bytes())
    package = Package.open(edited)

    part = edit_one_cell(package)
    assert package.changed
    package.save(edited)

    before, after = members(original), members(edited)
    assert list(after) == list(before)
    assert {name for name in before if after[name] != before[name]} == {part}
    assert after[part][2] == before[part][2]
    assert b"kpixl was here" in Package.open(edited).read(part)
    assert opens(edited) == opens(original)
    assert findings(edited) <= findings(original)
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".tmp"] == []


@pytest.mark.skipif(not (SHARED / "corpus" / STRICT).exists(), reason="the corpus is not beside this repository")
def test_a_strict_workbook_is_refused() -> None:
    with pytest.raises(StrictWorkbook):
        Package.open(SHARED / "corpus" / STRICT)


def test_a_generated_strict_workbook_is_refused(book: Path) -> None:
    package = Package.open(book)
    strict = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    rewrite(book, {"_rels/.rels": package.read("_rels/.rels").replace(OFFICE_RELATIONSHIP.encode(), strict)})
    with pytest.raises(StrictWorkbook):
        Package.open(book)


def test_what_the_workbook_says_of_itself(book: Path) -> None:
    package = Package.open(book)
    assert package.workbook_part == "xl/workbook.xml"
    assert [(s.name, s.state, s.index) for s in package.sheets] == [
        ("Data", "visible", 0),
        ("Hidden one", "hidden", 1),
        ("Área & más", "visible", 2),
    ]
    assert package.defined_names == {"rate": "Data!$E$1"}
    assert package.custom_properties == {"kpixl layout": "1"}
    assert not package.date1904
    (table,) = package.tables
    assert (table.name, table.ref, table.columns) == ("tbl_data", "A1:C4", ("Day", "Who", "Hours"))
    assert table.sheet == package.sheets[0]


def test_parts_are_found_by_relationship_not_by_name(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "odd.xlsx")
    package = Package.open(path)
    relationships = package.read("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"./Odd/Blatt%201.XML")
    types = package.read("[Content_Types].xml").replace(b"/xl/worksheets/sheet1.xml", b"/xl/odd/BLATT%201.xml")
    relationships = relationships.replace(b"/xl/./", b"../xl/x/../")
    rename = {
        "xl/worksheets/sheet1.xml": "xl/odd/Blatt%201.xml",
        "xl/worksheets/_rels/sheet1.xml.rels": "xl/odd/_rels/blatt%201.xml.rels",
    }
    rewrite(path, {"xl/_rels/workbook.xml.rels": relationships, "[Content_Types].xml": types}, rename)

    package = Package.open(path)

    assert package.sheets[0].part == "xl/odd/Blatt%201.xml"
    assert package.content_type(package.sheets[0].part).endswith("worksheet+xml")
    assert package.tables[0].name == "tbl_data"
    assert SheetEditor(package, package.sheets[0]).value(2, 2) == "ana"


def test_prefixed_namespaces_are_understood(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "prefixed.xlsx")
    package = Package.open(path)
    changes: dict[str, bytes | None] = {}
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        old = package.tree(part)
        new = etree.Element(old.tag, nsmap={"x": MAIN, "r": OFFICE_RELATIONSHIP})
        new.attrib.update(old.attrib)
        new.extend(list(old))
        etree.cleanup_namespaces(new, keep_ns_prefixes=["x", "r"])
        changes[part] = xml = etree.tostring(new)
        assert b"<x:" in xml
    rewrite(path, changes)

    package = Package.open(path)
    assert [s.name for s in package.sheets] == ["Data", "Hidden one", "Área & más"]
    editor = SheetEditor(package, package.sheets[0])
    assert editor.value(2, 2) == "ana"
    editor.set(9, 1, 5)
    editor.commit()
    package.set_full_calc_on_load()
    package.save(path)
    assert b"<x:v>5</x:v>" in Package.open(path).read("xl/worksheets/sheet1.xml")
    assert b"<x:calcPr" in Package.open(path).read("xl/workbook.xml")
    assert openpyxl.load_workbook(path)["Data"]["A9"].value == 5


def test_members_with_data_descriptors_and_a_comment_survive(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}

    class Pipe(io.RawIOBase):
        """A stream that cannot seek makes zipfile write data descriptors."""

        data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]  # zipfile writes nothing else
            self.data += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"of the owner"
        for name, data in content.items():
            archive.writestr(name, data)
    book.write_bytes(pipe.data)
    before = members(book)
    package = Package.open(book)
    part = edit_one_cell(package)
    package.save(book)
    after = members(book)
    assert {name for name in before if before[name] != after[name]} == {part}
    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
        assert archive.comment == b"of the owner"
        flagged = [i.filename for i in archive.infolist() if i.flag_bits & 8]
    assert len(flagged) == len(before) - 1


def test_saving_without_a_change_touches_nothing(book: Path) -> None:
    before = book.read_bytes(), book.stat().st_mtime_ns, book.stat().st_ino
    package = Package.open(book)
    part = package.sheets[0].part
    package.replace(part, package.read(part))
    editor = SheetEditor(package, package.sheets[0])
    editor.set(1, 1, "Day")
    editor.commit()
    assert not package.changed
    package.save(book, backup=NOW)
    assert (book.read_bytes(), book.stat().st_mtime_ns, book.stat().st_ino) == before
    assert not (book.parent / "kpixl backups").exists()


def test_an_unchanged_package_can_be_saved_elsewhere(book: Path, tmp_path: Path) -> None:
    package = Package.from_bytes(book.read_bytes(), Path("new.xlsx"))
    package.save(tmp_path / "new.xlsx")
    assert (tmp_path / "new.xlsx").read_bytes() == book.read_bytes()


def test_a_package_can_be_saved_again_and_again(book: Path) -> None:
    package = Package.open(book)
    for number in range(3):
        editor = SheetEditor(package, package.sheets[0])
        editor.set(9, 9, number)
        editor.commit()
        package.save(book)
        assert not package.changed
        assert SheetEditor(Package.open(book), package.sheets[0]).value(9, 9) == number


def test_full_calculation_is_asked_for_once(tmp_path: Path) -> None:
    for kind in GENERATED:
        path = make(kind, tmp_path)
        package = Package.open(path)
        package.set_full_calc_on_load()
        package.save(path)
        calc = Package.open(path).tree("xl/workbook.xml").find(f"{{{MAIN}}}calcPr")
        assert some(calc).get("fullCalcOnLoad") == "1"
        package.set_full_calc_on_load()
        assert not package.changed


def test_full_calculation_is_put_in_its_place(book: Path) -> None:
    package = Package.open(book)
    root = package.tree("xl/workbook.xml")
    root.remove(some(root.find(f"{{{MAIN}}}calcPr")))
    etree.SubElement(root, f"{{{MAIN}}}oleSize", ref="A1")
    etree.SubElement(root, f"{{{MAIN}}}extLst")
    package.replace("xl/workbook.xml", root)
    package.set_full_calc_on_load()
    order = [etree.QName(child).localname for child in package.tree("xl/workbook.xml")]
    assert order[-4:] == ["definedNames", "calcPr", "oleSize", "extLst"]


def test_the_calculation_chain_goes_with_all_that_names_it(book: Path) -> None:
    package = Package.open(book)
    chain = f'<calcChain xmlns="{MAIN}"><c r="E1" i="1"/></calcChain>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    package.add("xl/calcChain.xml", chain, kind)
    package.add_relationship("xl/workbook.xml", OFFICE_RELATIONSHIP + "/calcChain", "xl/calcChain.xml")
    package.save(book)
    package = Package.open(book)
    assert package.content_type("xl/calcChain.xml") == kind
    package.drop_calc_chain()
    package.save(book)
    package = Package.open(book)
    assert not package.has("xl/calcChain.xml")
    assert b"calcChain" not in package.read("[Content_Types].xml") + package.read("xl/_rels/workbook.xml.rels")
    assert findings(book) == set()


def test_a_part_added_by_extension(book: Path) -> None:
    package = Package.open(book)
    package.add("xl/media/dot.gif", b"GIF89a", "image/gif", "gif")
    package.save(book)
    package = Package.open(book)
    assert package.read("XL/Media/Dot.GIF") == b"GIF89a"
    assert package.content_type("xl/media/other.gif") == "image/gif"
    assert package.parts[-1] == "xl/media/dot.gif"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        Package.open(tmp_path / "none.xlsx")


def test_a_folder_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkbook):
        Package.open(tmp_path)


@pytest.mark.parametrize("data", [b"Day;Who\n1;ana\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_another_kind_of_file_is_no_workbook(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fake.xlsx"
    path.write_bytes(data)
    with pytest.raises(NotAWorkbook, match=r"fake\.xlsx"):
        Package.open(path)


def test_another_kind_of_package_is_no_workbook(book: Path) -> None:
    types = Package.open(book).read("[Content_Types].xml")
    document = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    sheet = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    rewrite(book, {"[Content_Types].xml": types.replace(sheet, document)})
    with pytest.raises(NotAWorkbook):
        Package.open(book)
    rewrite(book, {"[Content_Types].xml": None})
    with pytest.raises(NotAWorkbook):
        Package.open(book)


def test_macros_are_welcome(book: Path) -> None:
    types = Package.open(book).read("[Content_Types].xml")
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    rewrite(
        book, {"[Content_Types].xml": types.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")}
    )
    assert Package.open(book).sheets


def test_an_encrypted_workbook_asks_for_its_password_to_go(tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    entry = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entry + bytes(448))
    with pytest.raises(PasswordProtected):
        Package.open(path)


@pytest.mark.parametrize("kept", [0, 30, 2000, -1, -30])
def test_a_truncated_file_is_damaged(kept: int, book: Path) -> None:
    book.write_bytes(book.read_bytes()[:kept])
    with pytest.raises(DamagedWorkbook, match="restore it from a backup"):
        Package.open(book)


def test_a_wrong_checksum_is_damage(book: Path) -> None:
    data = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        offset = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[offset + 60] ^= 0xFF
    book.write_bytes(data)
    with pytest.raises(DamagedWorkbook, match=r"xl/worksheets/sheet1\.xml"):
        Package.open(book)


def test_xml_that_is_not_well_formed_is_damage(book: Path) -> None:
    rewrite(book, {"xl/workbook.xml": b"<workbook"})
    with pytest.raises(DamagedWorkbook, match=r"xl/workbook\.xml"):
        Package.open(book)


def test_entities_are_not_resolved(book: Path) -> None:
    package = Package.open(book)
    bomb = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    package.replace("xl/worksheets/sheet3.xml", bomb)
    assert package.tree("xl/worksheets/sheet3.xml").text is None


def test_a_signed_workbook_is_read_but_not_changed(book: Path) -> None:
    package = Package.open(book)
    origin = b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
    origin += b'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    rewrite(book, {"_rels/.rels": package.read("_rels/.rels").replace(b"</Relationships>", origin)})
    before = book.read_bytes()
    package = Package.open(book)
    package.save(book)
    edit_one_cell(package)
    with pytest.raises(SignedWorkbook):
        package.save(book)
    assert book.read_bytes() == before


def test_a_failing_swap_leaves_the_file_and_no_litter(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book.read_bytes()
    package = Package.open(book)
    edit_one_cell(package)

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(swap, "exchange", refuse)
    with pytest.raises(NoPermission):
        package.save(book, backup=NOW)
    assert book.read_bytes() == before
    assert list(book.parent.iterdir()) == [book]


def test_what_fails_its_check_is_never_put_in_place(book: Path) -> None:
    before = book.read_bytes()
    package = Package.open(book)
    package.replace(package.sheets[0].part, b"<worksheet><unfinished>")
    with pytest.raises(WorkbookError, match="as it was"):
        package.save(book)
    assert book.read_bytes() == before
    assert list(book.parent.iterdir()) == [book]


def test_what_somebody_saved_meanwhile_is_not_overwritten(book: Path) -> None:
    package = Package.open(book)
    edit_one_cell(package)
    by_openpyxl(book)
    before = book.read_bytes()
    with pytest.raises(FileInUse):
        package.save(book)
    assert book.read_bytes() == before


def test_a_locked_file_is_not_overwritten(book: Path) -> None:
    package = Package.open(book)
    edit_one_cell(package)
    (book.parent / "~$book.xlsx").write_bytes(b"")
    with pytest.raises(FileInUse, match="Excel"):
        package.save(book)


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_mode_and_links_are_kept(book: Path, tmp_path: Path) -> None:
    book.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    package = Package.open(link)
    edit_one_cell(package)
    package.save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(book.stat().st_mode) == 0o640
    assert not Package.open(book).changed
    assert b"kpixl was here" in Package.open(book).read("xl/worksheets/sheet1.xml")


def test_a_backup_is_kept_of_what_was(book: Path) -> None:
    before = book.read_bytes()
    package = Package.open(book)
    edit_one_cell(package)
    package.save(book, backup=NOW)
    (kept,) = copies(book)
    assert kept.read_bytes() == before
    assert book.read_bytes() != before
