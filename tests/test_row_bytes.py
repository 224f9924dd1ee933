"""Large sheets, of which only some rows become a tree: what comes out is the same as if all of them had."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from lxml import etree

import workbooks
from kpixl.ooxml import sheet as sheet_module
from kpixl.ooxml.package import Package, Sheet
from kpixl.ooxml.row_bytes import RowBytes
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.shrink import keep_rows
from kpixl.ooxml.table_rows import append_rows, set_cells
from workbooks import Rows, Value, day

HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
ROWS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="3" spans="1:1"/> <row r="7" ht="5"><c r="A7"><v>7</v></c></row>'
WHOLE = HEAD + b"<sheetData>" + ROWS + b"</sheetData></worksheet>"


@pytest.fixture(scope="module")
def package_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twelve answers, each with a calculated column of the owner's beside the table."""
    path = tmp_path_factory.mktemp("rows") / "book.xlsx"
    count = 12
    rows: Rows = {"date": [day("2026-10-05")] * count, "client": ["Ana"] * count, "score": [5.0] * count}
    workbooks.make(path, workbooks.Filled(rows={"surveys": rows}), refresh=False)
    return path.read_bytes()


def cut(data: bytes, wanted: Sequence[int] = (), size: int = 1 << 20) -> RowBytes:
    rows = RowBytes.of(in_pieces(data, size), wanted.__contains__)
    assert rows is not None
    return rows


def in_pieces(data: bytes, size: int = 1 << 20) -> Callable[[], Iterator[bytes]]:
    return lambda: (data[start : start + size] for start in range(0, len(data), size))


def test_rows_are_known_by_their_numbers() -> None:
    rows = cut(WHOLE)
    assert rows.numbers.tolist() == [1, 3, 7]
    assert [row for block in rows.blocks() for row in block.each()][1] == (3, b'<row r="3" spans="1:1"/> ')


def test_rows_are_found_wherever_a_piece_ends() -> None:
    for size in range(1, 130):
        rows = cut(WHOLE, (3,), size)
        assert rows.numbers.tolist() == [1, 3, 7]
        assert b"".join(rows.put_back(rows.thin)) == WHOLE
        assert b"".join(block.data for block in rows.blocks()) == ROWS


@pytest.mark.parametrize("kept", [(1,), (1, 3), (1, 7), (1, 3, 7)])
def test_what_is_left_out_goes_back_to_its_place(kept: tuple[int, ...]) -> None:
    rows = cut(WHOLE, kept)
    assert [number for number in (1, 3, 7) if number in rows] == [number for number in (1, 3, 7) if number not in kept]
    assert b"".join(rows.put_back(rows.thin)) == WHOLE
    grown = rows.thin.replace(b"</sheetData>", b'<row r="9"/></sheetData>')
    assert b"".join(rows.put_back(grown)) == WHOLE.replace(b"</sheetData>", b'<row r="9"/></sheetData>')


@pytest.mark.parametrize(
    "odd",
    [
        WHOLE.replace(b'<row r="1">', b"<row>"),
        WHOLE.replace(b'r="3"', b'r="8"'),
        WHOLE.replace(b'r="7" ht="5"', b'ht="5" r="7"'),
        WHOLE.replace(b'r="7"', b'r="77777777"'),
        WHOLE.replace(b"<v>1</v>", b"<v>1</v><!-- <row -->"),
        WHOLE.replace(b"<v>1</v>", b'<f t="shared" si="0"/><v>1</v>'),
        WHOLE.replace(b"UTF-8", b"ISO-8859-1"),
        WHOLE.replace(b"<sheetData>", b"<sheetData >"),
        WHOLE.decode().encode("utf-16"),
        HEAD + b"<sheetData/></worksheet>",
    ],
)
def test_what_excel_does_not_write_is_no_row_of_bytes(odd: bytes) -> None:
    assert RowBytes.of(in_pieces(odd), lambda row: False) is None


def changed(does: Callable[[Package], object], data: bytes, large: int) -> dict[str, bytes]:
    """The parts of a workbook after something was done to it, where sheets of that many bytes are large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_module, "LARGE", large)
        package = Package.from_bytes(data, Path("book.xlsx"))
        does(package)
    return {part: _canonical(package.read(part)) for part in package.parts}


def _canonical(data: bytes) -> bytes:
    try:
        return etree.tostring(etree.fromstring(data), method="c14n")
    except etree.XMLSyntaxError:
        return data


NEW: dict[str, Sequence[Value]] = {"Date": [46301.0, 46302.0], "Client": ["Ana", "Ben"], "Score": [4.0, 5.0]}
DOINGS: dict[str, Callable[[Package], object]] = {
    "append": lambda package: append_rows(package, "tbl_surveys", NEW),
    "set": lambda package: set_cells(package, "tbl_surveys", {(3, "Score"): 1.0, (9, "Client"): "Ben"}),
    "keep some": lambda package: keep_rows(package, "tbl_surveys", [2, 5, 6, 11]),
    "keep none": lambda package: keep_rows(package, "tbl_surveys", []),
}


@pytest.mark.parametrize("name", DOINGS)
def test_it_comes_to_the_same_as_with_every_row(name: str, package_bytes: bytes) -> None:
    before = changed(lambda package: None, package_bytes, 1 << 40)
    whole, thin = (changed(DOINGS[name], package_bytes, large) for large in (1 << 40, 0))
    assert whole == thin
    assert whole != before


def with_cells(data: bytes, cells: Callable[[int], str], beside: Callable[[int], str]) -> bytes:
    """A sheet of surveys with other cells in column D, and some beside the table."""
    for row in range(5, 17):
        start = data.index(f'<c r="D{row}"'.encode())
        end = data.index(b"</row>", start)
        stop = min(place for place in (data.find(b"<c ", start + 1, end), end) if place > 0)
        data = data[:start] + cells(row).encode() + data[stop:end] + beside(row).encode() + data[end:]
    return data


def by_rows(row: int) -> str:
    """A formula that looks at its row."""
    return f'<c r="D{row}"><f>C{row}*2</f><v>2</v></c>'


def by_sharing(row: int) -> str:
    """One formula for many cells, and some of their own among them."""
    if row == 5:
        return '<c r="D5"><f t="shared" ref="D5:D18" si="0">C5+$C$5</f><v>1</v></c>'
    return by_rows(row) if row % 3 == 0 else f'<c r="D{row}"><f t="shared" si="0"/><v>1</v></c>'


def over_itself(row: int) -> str:
    """An array formula over its own cell."""
    return f'<c r="D{row}"><f t="array" ref="D{row}">SUM(C{row}:C{row})</f><v>1</v></c>'


@pytest.mark.parametrize("cells", [by_rows, by_sharing, over_itself])
@pytest.mark.parametrize("beside", [(), (7, 9, 15)])
@pytest.mark.parametrize("kept", [[], [2, 5, 6, 11]])
def test_rows_with_more_than_values_move_alike_in_blocks(
    kept: list[int], beside: tuple[int, ...], cells: Callable[[int], str], package_bytes: bytes
) -> None:
    below = b'<row r="18"><c r="D18"><f t="shared" si="0"/><v>1</v></c></row></sheetData>'

    def does(package: Package) -> None:
        sheet = survey_sheet(package).part
        data = with_cells(
            package.read(sheet), cells, lambda row: f'<c r="T{row}"><v>{row}</v></c>' if row in beside else ""
        )
        package.replace(sheet, data.replace(b"</sheetData>", below) if cells is by_sharing else data)
        keep_rows(package, "tbl_surveys", kept)

    whole, blocks = (changed(does, package_bytes, large) for large in (1 << 40, 0))
    assert whole == blocks


def survey_sheet(package: Package) -> Sheet:
    return next(sheet for sheet in package.sheets if sheet.name == "Surveys")


def test_a_row_that_was_left_out_is_never_written(package_bytes: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_module, "LARGE", 0)
    package = Package.from_bytes(package_bytes, Path("book.xlsx"))
    draw = random.Random(5)
    wanted = {number for number in range(1, 17) if draw.random() < 0.5}
    editor = SheetEditor(package, survey_sheet(package), wanted.__contains__)
    for row in range(5, 17):
        if row in wanted:
            editor.set(row, 3, 2.0)
        else:
            with pytest.raises(ValueError, match=f"row {row} of Surveys has been left out"):
                editor.set(row, 3, 2.0)
    editor.commit()
    whole = SheetEditor(package, survey_sheet(package))
    assert [whole.value(row, 3) for row in range(5, 17)] == [2.0 if row in wanted else 5.0 for row in range(5, 17)]


def test_of_a_large_table_little_is_a_tree(tmp_path: Path) -> None:
    path, count = tmp_path / "book.xlsx", 5_000
    rows: Rows = {"date": [day("2026-10-05")] * count, "client": ["Ana"] * count, "score": [5.0] * count}
    workbooks.make_anew(path, workbooks.Filled(rows={"surveys": rows}), refresh=False)
    package = Package.open(path)
    sheet = survey_sheet(package).part
    size = len(package.read(sheet))
    trees: list[int] = []
    parsed = package.parsed

    def seen(data: bytes, part: str) -> etree._Element:
        if part == sheet:
            trees.append(len(data))
        return parsed(data, part)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_module, "LARGE", 100_000)
        patch.setattr(package, "parsed", seen)
        for name in ("append", "set", "keep some"):
            DOINGS[name](package)
    assert len(trees) == 3
    assert max(trees) < size / 20
