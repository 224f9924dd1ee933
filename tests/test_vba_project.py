"""VBA in workbooks: what other programs read from the project, and that kpixl's verbs leave it alone."""

from __future__ import annotations

import io
import shutil
import struct
import warnings
from datetime import datetime
from pathlib import Path

import olefile
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import NOW
from kpixl.cli import main
from kpixl.entries import Setup
from kpixl.errors import StrictWorkbook
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.vba.compound import compound_file
from kpixl.ooxml.vba.project import Module, add_macros, vba_project
from kpixl.ooxml.vba.streams import PROJECT_ID, compressed, encrypted
from kpixl.period import Period
from kpixl.verbs import new, refresh
from kpixl.verbs.adopt import adopt
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.roll import roll
from narrow import some
from schema import schema_errors

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries behind it
    from oletools.olevba import VBA_Parser, decompress_stream

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
PART = "xl/vbaProject.bin"
MODULES = (
    Module("First", "Option Explicit\n\nPublic Function Täglich() As Double\n    Täglich = 1.5\nEnd Function\n"),
    Module("Second", "".join(f"' line {number} of a long module\r\n" for number in range(5000))),
    Module("Thing", "Public Value As Variant\n", is_class=True),
)


def macros(data: bytes) -> dict[str, str]:
    """The modules by name, as olevba reads them."""
    parser = VBA_Parser("vbaProject.bin", data=data)
    try:
        return {name: code for _, _, name, code in parser.extract_macros()}
    finally:
        parser.close()


# The project


def test_olevba_reads_every_module_back() -> None:
    found = macros(vba_project(MODULES, sheets=["Sheet1", "Sheet2"]))
    assert list(found) == ["ThisWorkbook.cls", "Sheet1.cls", "Sheet2.cls", "First.bas", "Second.bas", "Thing.cls"]
    for module in MODULES:
        name = f"{module.name}.{'cls' if module.is_class else 'bas'}"
        head, _, text = found[name].partition("\r\n" if not module.is_class else "Customizable = False\r\n")
        assert head.startswith(f'Attribute VB_Name = "{module.name}"')
        assert text == module.source.replace("\r\n", "\n").replace("\n", "\r\n")
    assert 'VB_Base = "0{00020819-0000-0000-C000-000000000046}"' in found["ThisWorkbook.cls"]
    assert 'VB_Base = "0{00020820-0000-0000-C000-000000000046}"' in found["Sheet2.cls"]
    assert all("VERSION" not in text for text in found.values())


def test_properties_of_the_project() -> None:
    with olefile.OleFileIO(io.BytesIO(vba_project(MODULES, sheets=["Sheet1"]))) as file:
        lines = file.openstream("PROJECT").read().decode("cp1252").split("\r\n")
        names = file.openstream("PROJECTwm").read()
        assert file.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("CC61FFFF000000")
        streams = {"/".join(path) for path in file.listdir()}
    assert streams == {
        "PROJECT", "PROJECTwm", "VBA/_VBA_PROJECT", "VBA/dir", "VBA/ThisWorkbook", "VBA/Sheet1", "VBA/First",
        "VBA/Second", "VBA/Thing",
    }  # fmt: skip
    assert lines[0] == f'ID="{PROJECT_ID}"'
    assert lines[1:6] == [
        "Document=ThisWorkbook/&H00000000", "Document=Sheet1/&H00000000", "Module=First", "Module=Second", "Class=Thing"
    ]  # fmt: skip
    assert names.startswith(b"ThisWorkbook\0" + "ThisWorkbook\0".encode("utf-16-le") + b"Sheet1\0")
    assert names.endswith(b"\0\0\0\0")
    values = dict(line.split("=", 1) for line in lines if line[:3] in ("CMG", "DPB", "GC="))
    states = {name: decrypted(value.strip('"')) for name, value in values.items()}
    assert states == {"CMG": bytes(4), "DPB": b"\0", "GC": b"\xff"}  # not locked, no password, visible


def decrypted(text: str) -> bytes:
    """[MS-OVBA] 2.4.3.3."""
    seed, version, key, *rest = bytes.fromhex(text)
    assert version ^ seed == 2
    assert key ^ seed == sum(PROJECT_ID.encode()) % 256
    plain, before, last = key ^ seed, version, key
    found = []
    for byte in rest:
        plain = byte ^ (before + plain) % 256
        found.append(plain)
        before, last = last, byte
    data = bytes(found[(seed & 6) // 2 :])
    assert struct.unpack("<L", data[:4])[0] == len(data) - 4
    return data[4:]


def test_protection_is_hidden_as_in_a_project_that_excel_wrote() -> None:
    project, filling = "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}", b"\xa9\xdb"
    assert encrypted(bytes(4), project, 0x8D, filling) == "8D8FA61394EA98EA98EA98EA98"
    assert encrypted(b"\0", project, 0x8D, filling) == "8D8FA61394EF95EF95EF"
    assert encrypted(b"\xff", project, 0x8D, filling) == "8D8FA61394EF95EF9510"


def test_two_modules_of_one_name() -> None:
    with pytest.raises(ValueError, match="two modules"):
        vba_project([Module("sheet1", "")], sheets=["Sheet1"])


def test_text_outside_of_the_code_page() -> None:
    with pytest.raises(UnicodeEncodeError):
        vba_project([Module("Texts", "' excepțional\n")], sheets=[])


# Compression and compound files


@pytest.mark.parametrize(
    ("text", "packed"),
    [  # the examples of [MS-OVBA] 3.2
        (b"abcdefghijklmnopqrstuv.", "0119B000616263646566676800696A6B6C6D6E6F70007172737475762E"),
        (b"a" * 73, "0103B002614500"),
    ],
)
def test_compression_of_the_published_examples(text: bytes, packed: str) -> None:
    assert compressed(text) == bytes.fromhex(packed)


TEXTS = st.one_of(st.binary(max_size=300), st.text("ab \n", max_size=5000).map(str.encode))


@given(st.lists(TEXTS, max_size=6).map(b"".join), st.integers(0, 3))
def test_whatever_is_compressed_comes_back(data: bytes, times: int) -> None:
    whole = data * 3**times
    packed = compressed(whole)
    assert decompress_stream(bytearray(packed)) == whole
    assert len(packed) <= 1 + (len(whole) * 9 + 7) // 8 + 2 * (len(whole) // 4096 + 1)


def test_what_cannot_be_compressed_stays_whole() -> None:
    noise = b"".join(number.to_bytes(2, "big") for number in range(0, 65536, 16))
    assert decompress_stream(bytearray(compressed(noise[:8192]))) == noise[:8192]


@given(st.dictionaries(st.text("aBcd1", min_size=1, max_size=6), st.integers(0, 9000), max_size=40))
def test_compound_files_read_back(sizes: dict[str, int]) -> None:
    streams = {}
    for name, size in {name.lower(): size for name, size in sizes.items()}.items():
        streams[f"Folder/{name}" if size % 2 else name] = (name * size).encode()[:size]
    with olefile.OleFileIO(io.BytesIO(compound_file({**streams, "always": b"here"}))) as file:
        assert {"/".join(path) for path in file.listdir()} == {*streams, "always"}
        for path, data in streams.items():
            assert file.openstream(path).read() == data
        assert not file.parsing_issues


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 65024, 65536, 6_000_000])
def test_streams_of_every_size(size: int) -> None:
    data = bytes(number % 251 for number in range(997)) * (size // 997 + 1)
    with olefile.OleFileIO(io.BytesIO(compound_file({"A": data[:size], "B": b"second"}))) as file:
        assert file.openstream("A").read() == data[:size]
        assert file.openstream("B").read() == b"second"


def test_more_than_a_compound_file_holds() -> None:
    with pytest.raises(ValueError, match="more than"):
        compound_file({"A": bytes(8_000_000)})


# Workbooks


def package(path: Path, *titles: str, chart: bool = False) -> Package:
    book = openpyxl.Workbook()
    book.active.title = titles[0]
    for title in titles[1:]:
        book.create_sheet(title)
    if chart:
        book.create_chartsheet("Chart")
    stream = io.BytesIO()
    book.save(stream)
    return Package.from_bytes(stream.getvalue(), path)


def findings(path: Path) -> list[str]:
    return [str(error) for error in schema_errors(path)]


def code_names(made: Package) -> list[str | None]:
    found = [made.tree(sheet.part).find(f"{{{MAIN}}}sheetPr") for sheet in made.sheets]
    return [None if one is None else one.get("codeName") for one in found]


def test_a_package_with_macros(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsm"
    made = package(path, "Clients", "Hours")
    plain = made.path.with_suffix(".xlsx")
    made.save(plain)
    add_macros(made, MODULES)
    made.save(path)
    again = Package.open(path)
    assert again.content_type(again.workbook_part) == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert again.content_type(PART) == "application/vnd.ms-office.vbaProject"
    assert [r.target for r in again.relationships(again.workbook_part) if r.type.endswith("/vbaProject")] == [PART]
    settings = again.tree(again.workbook_part).find(f"{{{MAIN}}}workbookPr")
    assert settings is not None
    assert settings.get("codeName") == "ThisWorkbook"
    assert code_names(again) == ["Sheet1", "Sheet2"]
    assert {"ThisWorkbook.cls", "Sheet1.cls", "Sheet2.cls"} < set(macros(again.read(PART)))
    assert findings(path) == findings(plain)
    with pytest.raises(ValueError, match="macros already"):
        add_macros(again, MODULES)


def test_code_names_that_are_there_stay(tmp_path: Path) -> None:
    made = package(tmp_path / "made.xlsm", "One", "Two", "Three", "Four", chart=True)
    for sheet, name in zip(made.sheets, ["Hoja1", "Лист2", "First", "hoja1"], strict=False):
        root = made.tree(sheet.part)
        some(root.find(f"{{{MAIN}}}sheetPr")).set("codeName", name)
        made.replace(sheet.part, root)
    add_macros(made, MODULES)
    assert code_names(made) == ["Hoja1", "Sheet1", "Sheet2", "Sheet3", "Sheet4"]
    found = macros(made.read(PART))
    assert "0{00020821-0000-0000-C000-000000000046}" in found["Sheet4.cls"]  # the chart
    assert "0{00020820-0000-0000-C000-000000000046}" in found["Hoja1.cls"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this repository")
def test_nothing_else_of_a_real_workbook_changes() -> None:
    seen = 0
    for path in sorted(CORPUS.glob("*.xlsx")):
        try:
            before, after = Package.open(path), Package.open(path)
        except StrictWorkbook:
            continue
        if path.stat().st_size > 1_000_000:
            continue
        add_macros(after, MODULES)
        seen += 1
        mine = {"[Content_Types].xml", after.workbook_part, *(sheet.part for sheet in after.sheets), PART}
        for part in before.parts:
            if part not in mine and not part.endswith("workbook.xml.rels"):
                assert after.read(part) == before.read(part), (path.name, part)
        for sheet in after.sheets:
            old, new = before.tree(sheet.part), after.tree(sheet.part)
            for root in (old, new):
                for properties in root.findall(f"{{{MAIN}}}sheetPr"):
                    properties.attrib.pop("codeName", "")
                    if not len(properties) and not properties.attrib:
                        root.remove(properties)
            assert [one.tag for one in old] == [one.tag for one in new], (path.name, sheet.name)
    assert seen > 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new.new(
        Setup("remote-va-agency", "es", Period.parse("2026-10"), "TaskZenith", "EUR"),
        tmp_path_factory.mktemp("vba") / "TaskZenith 2026-10.xlsm",
        now=NOW,
        macros="vba",
    )


def test_a_new_workbook_has_the_functions_as_macros_and_not_as_names(made: Path) -> None:
    package = Package.open(made)
    assert "Public Function KPI_CRR(" in macros(package.read(PART))["KpixlFunctions.bas"]
    assert not [name for name in package.defined_names if name.upper().startswith("KPI_")]
    assert len(set(code_names(package))) == len(package.sheets)
    assert all(code_names(package))


def test_verbs_keep_the_macros_to_the_byte(made: Path, tmp_path: Path) -> None:
    before = Package.open(made).read(PART)
    book = Path(shutil.copy(made, tmp_path / made.name))
    source = tmp_path / "requests.csv"
    source.write_text("id,client,opened,resolved\nR1,Ana,2026-10-05 08:00,2026-10-05 12:30\n", encoding="utf-8")
    fields = {name: name for name in ("id", "client", "opened", "resolved")}
    assert import_rows(book, ImportRequest("requests", source, fields, add_new=True), now=NOW).imported == 1
    assert Package.open(book).read(PART) == before
    assert refresh.refresh(book, now=NOW).written
    assert Package.open(book).read(PART) == before
    following = roll(book, now=datetime(2026, 11, 2)).path
    assert following.suffix == ".xlsm"
    assert Package.open(following).read(PART) == before


def test_adopting_a_workbook_with_macros_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsm"
    mine = package(path, "Mine")
    add_macros(mine, MODULES)
    mine.save(path)
    before = Package.open(path).read(PART)
    period = Period.parse("2026-10")
    adopt(path, Setup("remote-va-agency", "en", period, "TaskZenith", "EUR"), now=NOW)
    assert len(Package.open(path).sheets) > 5
    assert Package.open(path).read(PART) == before


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--vba", "--macros"], 2, "leave one out"),
        (["--vba", "--out", "a.xlsx"], 2, "something.xlsm"),
        (["--macros", "--out", "a.xlsx"], 2, "something.xlsm"),
        (["--out", "a.xlsm"], 2, "something.xlsx"),
        (["--vba", "--name", "Mine"], 0, "Mine 2026-10.xlsm"),
        (["--macros", "--out", "With.XLSM"], 0, "With.XLSM"),
    ],
)
def test_the_command_line(
    words: list[str],
    code: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    assert main.main(["new", "remote-va-agency", "--period", "2026-10", *words]) == code
    out, err = capsys.readouterr()
    assert says in out + err
    files = list(tmp_path.iterdir())
    assert len(files) == (code == 0)
    for path in files:
        assert Package.open(path).has(PART)
