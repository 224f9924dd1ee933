"""Sound before touched: what is damaged, hostile or merely odd is told in a sentence, and nothing is written."""

from __future__ import annotations

import io
import os
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import workbooks
from clock import NOW, TODAY
from kpixl import files
from kpixl.errors import DamagedWithBackup, DamagedWorkbook, KpixlError
from kpixl.files import FileTooLarge, NoOrdinaryFile, reading, soundness
from kpixl.imports.source_file import read_source
from kpixl.ooxml import verify
from kpixl.ooxml.cell_values import TooFarApart
from kpixl.ooxml.odd import of_the_file
from kpixl.ooxml.package import Package
from kpixl.ooxml.parts import TooLargeToChange, TooLargeToKeep
from kpixl.ooxml.table_rows import append_rows
from kpixl.verbs.refresh import refresh
from kpixl.verbs.results import results
from kpixl.workbook.file_view import FileView

Change = Callable[[bytes], bytes]
SHEET = "xl/worksheets/sheet5.xml"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "book.xlsx"
    workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
    return path.read_bytes()


@pytest.fixture
def book(sound: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(sound)
    return path


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return whole.getvalue()


def with_part(data: bytes, name: str, change: Change) -> bytes:
    parts = parts_of(data)
    parts[name] = change(parts[name])
    return packed(parts)


def table_part(data: bytes, name: str) -> str:
    return next(part for part, text in parts_of(data).items() if f'displayName="{name}"'.encode() in text)


def figures(book: Path) -> list[tuple[str, float | None]]:
    scorecard = results(book, today=TODAY).scorecard
    return [(kpi.id, scorecard.result(kpi.id).value) for kpi in scorecard.entries.business.kpis]


def refused(book: Path, kind: type[KpixlError] = DamagedWorkbook) -> str:
    """The sentence; nothing was written."""
    before = book.read_bytes()
    with pytest.raises(kind) as refusal:
        refresh(book, now=NOW)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == [book.name]
    return refusal.value.text()


# The archive


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_a_part_with_another_checksum_is_named(number: int, book: Path, sound: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        member = archive.infolist()[number % len(archive.infolist())]
    broken = bytearray(sound)
    name, extra = struct.unpack_from("<2H", sound, member.header_offset + 26)
    broken[member.header_offset + 30 + name + extra + member.compress_size // 2] ^= 4
    book.write_bytes(broken)
    assert member.filename in refused(book)


def twice(data: bytes) -> bytes:
    whole = io.BytesIO(data)
    with zipfile.ZipFile(whole, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", archive.read("xl/workbook.xml"))
    return whole.getvalue()


def twice_in_another_case(data: bytes) -> bytes:
    return packed({**parts_of(data), "XL/Workbook.xml": b"<a/>"})


def within(data: bytes) -> bytes:
    """The second entry of the directory leads to the first member."""
    place = data.rindex(b"PK\5\6")
    start = struct.unpack_from("<L", data, place + 16)[0]
    one = start + 46 + sum(struct.unpack_from("<3H", data, start + 28))
    return data[: one + 42] + struct.pack("<L", 0) + data[one + 46 :]


def encrypted(data: bytes) -> bytes:
    start = struct.unpack_from("<L", data, data.rindex(b"PK\5\6") + 16)[0]
    return data[: start + 8] + bytes([data[start + 8] | 1]) + data[start + 9 :]


def patched(data: bytes) -> bytes:
    start = struct.unpack_from("<L", data, data.rindex(b"PK\5\6") + 16)[0]
    return data[: start + 8] + bytes([data[start + 8] | 0x20]) + data[start + 9 :]


@pytest.mark.parametrize("change", [twice, twice_in_another_case, within, encrypted, patched])
def test_a_directory_that_is_not_sound(change: Change, book: Path, sound: bytes) -> None:
    book.write_bytes(change(sound))
    assert "is damaged (" in refused(book)


def test_a_small_file_that_unpacks_to_a_large_one(book: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "MOST_XML", 20_000_000)
    monkeypatch.setattr(soundness, "MOST_UNPACKED", 40_000_000)
    book.write_bytes(with_part(sound, "xl/styles.xml", lambda xml: xml + b" " * 21_000_000))
    assert "20 MB" in refused(book)
    book.write_bytes(packed({**parts_of(sound), "xl/media/a.png": bytes(41_000_000)}))
    assert "40 MB" in refused(book)


def test_what_a_large_file_may_unpack_to_grows_with_it(
    book: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook is some fifteen times as large as its file, what is to burst a program hundreds of times."""
    monkeypatch.setattr(verify, "MOST_XML", 1_000)
    known = figures(book)
    with zipfile.ZipFile(book) as parts:
        inside = sum(one.file_size for one in parts.infolist() if one.filename.endswith((".xml", ".rels")))
    assert 5 < inside / len(sound) < verify.MOST_TIMES / 2
    package = Package.open(book)
    append_rows(package, "tbl_surveys", {"Date": [46_300.0] * 100})
    package.save(book)
    assert figures(book) == known
    book.write_bytes(with_part(sound, "xl/styles.xml", lambda xml: xml + b" " * 60 * len(sound)))
    assert f"{verify.MOST_TIMES * book.stat().st_size // 1_000_000} MB" in refused(book)


def test_more_names_or_tags_than_a_workbook_has(book: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpixl.ooxml.package._MOST_NAMES", 100)
    assert "more than 100 names" in refused(book)
    monkeypatch.undo()
    tags = b"<font/>" * 2_000_000
    book.write_bytes(with_part(sound, "xl/styles.xml", lambda xml: xml.replace(b"</fonts>", tags + b"</fonts>")))
    assert "xl/styles.xml" in refused(book, TooLargeToChange)


# XML


def test_any_part_that_is_not_well_formed_is_named(book: Path, sound: bytes) -> None:
    for name in [name for name in parts_of(sound) if name.endswith((".xml", ".rels"))][::6]:
        book.write_bytes(with_part(sound, name, lambda xml: xml.rsplit(b"</", 1)[0] + b"</other>"))
        assert f"the part {name} is not well-formed XML" in refused(book)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda xml: xml.replace(b"<sheetData>", b"<sheetData>\0"), "well-formed"),
        (lambda xml: b'<?xml version="1.0" encoding="A0"?>' + xml.partition(b"?>")[2], "well-formed"),
        (lambda xml: b'<!DOCTYPE a [<!ENTITY e "x">]>' + xml.partition(b"?>")[2], "declares"),
        (lambda xml: xml.replace(b"</worksheet>", b"<a>" * 20_000 + b"</a>" * 20_000 + b"</worksheet>"), "deep"),
        (
            lambda xml: xml.replace(b"</worksheet>", b"<a><!-- -->" * 20_000 + b"</a>" * 20_000 + b"</worksheet>"),
            "deep",
        ),
        (lambda xml: xml.replace(b'<c r="A', b'<c r="+A', 1), "cell “+A"),
        (lambda xml: xml.replace(b"</sheetData>", b'<row r="1048577"><c><v>1</v></c></row></sheetData>'), "no sheet"),
        (lambda xml: xml.replace(b"</sheetData>", b'<row><c r="XFE9"><v>1</v></c></row></sheetData>'), "XFE9"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_a_sheet_that_is_none(
    change: Change, says: str, large: bool, book: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(verify, "LARGE", 100)
    book.write_bytes(with_part(sound, SHEET, change))
    assert says in refused(book)


def in_requests(cell: str, inside: bytes, attributes: bytes = b"") -> Change:
    """A cell of the sheet of requests with other attributes behind its address, and something else inside."""
    return lambda xml: re.sub(
        rb'<c r="%s"[^>]*?(/>|>.*?</c>)' % cell.encode(),
        lambda _: b'<c r="%s"%s>%s</c>' % (cell.encode(), attributes, inside),
        xml,
        count=1,
        flags=re.DOTALL,
    )


FAILS: dict[str, tuple[Change, bool]] = {
    "nothing": (lambda xml: xml, False),
    "an error": (in_requests("B5", b"<v>#N/A</v>", b' t="e"'), True),
    "an error that a formula gives": (in_requests("B5", b"<f>NA()</f><v>#N/A</v>", b' t="e"'), True),
    "a value of several lines": (in_requests("B5", b'<v xml:space="preserve">#N/A</v>', b' t="e"'), True),
    "a formula without a value": (in_requests("C5", b"<f>1+1</f>"), True),
    "a shared one": (in_requests("C5", b'<f t="shared" si="0"/>'), True),
    "a row below": (
        lambda xml: xml.replace(b"</sheetData>", b'<row r="9"><c r="A9"><v>1</v></c></row></sheetData>'),
        False,
    ),
    "a note far below": (
        lambda xml: xml.replace(b"</sheetData>", b'<row r="30"><c r="C30"><v>1</v></c></row></sheetData>'),
        False,
    ),
}


@pytest.mark.parametrize("what", FAILS)
def test_a_large_sheet_tells_the_same_as_a_small_one(what: str, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_part(sound, SHEET, FAILS[what][0])

    def told() -> tuple[bool, object]:
        monkeypatch.setattr(verify, "_SOUND", verify._Sound())
        package = Package.from_bytes(data, Path("a.xlsx"))
        package.verify()
        view, reach = FileView(package), package.reach(SHEET)
        assert reach is not None
        view.expect(["tbl_requests"], "EUR")
        table = view.table("tbl_requests")
        assert table is not None
        letters = {table.letter(index) for index in range(len(table.columns))}
        return reach.may_fail, (view.errors(table), view.below(table, letters), view.outside(table))

    small = told()
    monkeypatch.setattr(verify, "LARGE", 100)
    assert told() == (FAILS[what][1], small[1])
    assert small[0]
    assert any(small[1]) == (what != "nothing")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "may_fail"),
    [
        (b"<f>1</f>", True), (b'<f t="shared" si="0"/>', True), (b"<v>#N/A</v>", True), (b"<v/>", True),
        (b"<f>1</f><v>1</v>", False), (b"<v>1</v>", False), (b"<f>1</f><v></v>", False),
    ],
)  # fmt: skip
def test_what_may_fail_is_seen_wherever_a_piece_ends(cell: bytes, may_fail: bool) -> None:
    text = b'<worksheet><cols><col min="1"/></cols><c r="A1">' + cell + b'</c><c r="B1"/></worksheet>'
    for place in range(1, len(text)):
        tags = verify._Tags("sheet", is_parsed=False)
        tags.add(text[:place])
        tags.add(text[place:])
        assert not tags.ended_odd()
        assert tags.may_fail == may_fail, text[:place]


def test_the_reach_of_a_sheet_is_the_same_however_it_is_written(sound: bytes) -> None:
    def reach(change: Change) -> verify.Reach:
        archive = Package.from_bytes(with_part(sound, SHEET, change), Path("a.xlsx"))
        archive.verify()
        return archive.reaches[SHEET]

    usual = reach(lambda xml: xml)
    assert (usual.bottom - usual.top + 1) * (usual.right - usual.left + 1) > 10
    prefixed = reach(
        lambda xml: (
            xml.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")
        )
    )
    assert prefixed == usual
    assert reach(lambda xml: xml.replace(b"<sheetData>", b"<!-- <c r='Z99'> --><sheetData>")) == usual
    empty = b'<row r="2000"><c r="ZZ2000" s="1"/></row></sheetData>'
    assert reach(lambda xml: xml.replace(b"</sheetData>", empty)) == usual
    other = reach(
        lambda xml: xml.replace(b"</sheetData>", b'<row r="2000"><c r="ZZ2000"><v>1</v></c></row></sheetData>')
    )
    assert (other.bottom, other.right, other.farthest) == (2000, 702, "ZZ2000")


# Values that no reader can hold


@pytest.mark.parametrize("cell", ["XFD1048576", "B1048576", "ZZ900000"])
def test_a_stray_value_far_away_is_told_with_its_cell(cell: str, book: Path, sound: bytes) -> None:
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    stray = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    book.write_bytes(with_part(sound, SHEET, lambda xml: xml.replace(b"</sheetData>", stray)))
    assert cell in refused(book, TooFarApart)
    with pytest.raises(KpixlError, match=cell):
        read_source(book, sheet="Requests")


@pytest.mark.parametrize(
    "ref", ["A1", "J9:A4", "A1:XFD1048576", "A4:B9", "A0:J9", "A4:J1048999", "", "J", "A4:J99999999999"]
)
def test_a_table_without_a_sound_range(ref: str, book: Path, sound: bytes) -> None:
    part = table_part(sound, "tbl_requests")

    def change(xml: bytes) -> bytes:
        before, _, after = xml.partition(b' ref="')
        return before + b' ref="' + ref.encode() + b'"' + after.partition(b'"')[2]

    book.write_bytes(with_part(sound, part, change))
    sentence = refused(book, KpixlError)
    assert "tbl_requests" in sentence or "far from everything" in sentence


def test_an_attribute_that_makes_no_sense_is_told_of_the_file(book: Path, sound: bytes) -> None:
    part = table_part(sound, "tbl_requests")
    book.write_bytes(with_part(sound, part, lambda xml: xml.replace(b"<table ", b'<table totalsRowCount="true" ', 1)))
    with pytest.raises(ValueError, match="true") as raised:
        results(book, today=TODAY)
    told = of_the_file(raised.value)
    assert told is not None
    assert "something that Excel would not write" in told.text()
    with pytest.raises(KeyError) as elsewhere:
        int.__dict__["elsewhere"]
    assert of_the_file(elsewhere.value) is None


def test_a_name_over_more_rows_than_there_are(book: Path, sound: bytes) -> None:
    plain = figures(book)

    def change(xml: bytes) -> bytes:
        before, mark, after = xml.partition(b'name="_kpixl.block.totals"')
        area, end, rest = after.partition(b"<")
        return before + mark + area.rpartition(b"$")[0] + b"$99999999999" + end + rest

    book.write_bytes(with_part(sound, "xl/workbook.xml", change))
    start = time.process_time()
    assert figures(book) == plain
    assert time.process_time() - start < 10


# Legal, if odd


def utf_16(parts: dict[str, bytes]) -> dict[str, bytes]:
    def wide(xml: bytes) -> bytes:
        text = xml.decode().partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode()
        return ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")

    return {name: wide(xml) if name in ("xl/sharedStrings.xml", SHEET) else xml for name, xml in parts.items()}


def backslashes(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("/", "\\"): xml for name, xml in parts.items()}


def dots(parts: dict[str, bytes]) -> dict[str, bytes]:
    rels = "xl/_rels/workbook.xml.rels"
    return {
        **parts,
        rels: parts[rels]
        .replace(b'Target="/xl/worksheets', b'Target="./worksheets')
        .replace(b'Target="worksheets', b'Target="./worksheets'),
    }


def elsewhere(parts: dict[str, bytes]) -> dict[str, bytes]:
    found = {}
    for name, xml in parts.items():
        new = name.replace("xl/worksheets/", "sheets/")
        if name == "xl/_rels/workbook.xml.rels":
            xml = xml.replace(b'Target="/xl/worksheets/', b'Target="/sheets/').replace(
                b'Target="worksheets/', b'Target="/sheets/'
            )
        if name == "[Content_Types].xml":
            xml = xml.replace(b'PartName="/xl/worksheets/', b'PartName="/sheets/')
        if name.startswith("xl/worksheets/_rels/"):
            xml = xml.replace(b'Target="../', b'Target="/xl/')
        found[new] = xml
    return found


@pytest.mark.parametrize("change", [utf_16, backslashes, dots, elsewhere])
def test_what_is_legal_is_read(
    change: Callable[[dict[str, bytes]], dict[str, bytes]], book: Path, sound: bytes
) -> None:
    plain = figures(book)
    book.write_bytes(packed(change(parts_of(sound))))
    assert figures(book) == plain


# What helps


def test_the_newest_sound_backup_is_offered(book: Path, sound: bytes) -> None:
    files.backup(book, NOW)
    torn = sound[:-900]
    files.backup(book, NOW)
    book.write_bytes(torn)
    with pytest.raises(DamagedWithBackup, match="--to 1”"):
        refresh(book, now=NOW)
    restored, _ = files.undo(book, NOW, 1)
    assert restored.number == 1
    assert book.read_bytes() == sound


# No ordinary files


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe.xlsx", tmp_path / "device.xlsx"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        for does in (
            lambda path=path: Package.open(path),
            lambda path=path: read_source(path),
            lambda path=path: files.ensure_free(path),
            lambda path=path: files.undo(path, NOW),
        ):
            with pytest.raises(NoOrdinaryFile):
                does()


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 1000)
    path = tmp_path / "large.xlsx"
    path.write_bytes(bytes(1001))
    with pytest.raises(FileTooLarge):
        Package.open(path)


def test_a_workbook_never_grows_past_what_can_be_read_again(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(sound)
    package = Package.open(path)
    with zipfile.ZipFile(io.BytesIO(sound)) as parts:
        inside = sum(one.file_size for one in parts.infolist() if one.filename.endswith((".xml", ".rels")))
    monkeypatch.setattr(verify, "MOST_TIMES", 1)
    monkeypatch.setattr(verify, "MOST_XML", inside + 5_000)
    append_rows(package, "tbl_surveys", {"Date": [46_300.0] * 100})
    with pytest.raises(TooLargeToKeep, match="stays as it was"):
        package.save(path, backup=NOW)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == sound


@pytest.mark.parametrize(("name", "most"), [("MOST_UNPACKED", 3_000_000), ("MOST_CELLS", 500)])
def test_nor_past_what_all_parts_or_one_sheet_may_hold(
    name: str, most: int, sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(sound)
    package = Package.open(path)
    with monkeypatch.context() as patch:
        if name == "MOST_CELLS":
            patch.setattr(verify, "LARGE", 0)
        patch.setattr(verify if name == "MOST_CELLS" else soundness, name, most)
        append_rows(package, "tbl_surveys", {"Date": [46_300.0] * 40_000})
        with pytest.raises(TooLargeToKeep, match="stays as it was"):
            package.save(path, backup=NOW)
    assert path.read_bytes() == sound
