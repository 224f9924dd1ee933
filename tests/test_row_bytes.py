"""Large sheets, of which only some rows become a tree: what comes out is the same as if all of them had."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

import workbooks
from clock import TODAY
from kpixl.ooxml import cell_values
from kpixl.ooxml import sheet as sheet_module
from kpixl.ooxml.cell_values import SheetValues
from kpixl.ooxml.package import Package, Sheet
from kpixl.ooxml.row_bytes import OddRows, RowBytes, row_runs
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.shrink import keep_rows
from kpixl.ooxml.table_rows import append_rows, set_cells
from kpixl.workbook.file_view import ByColumn, FileView
from kpixl.workbook.read import read
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


# The values of large sheets


@pytest.mark.parametrize("size", [1, 40, 1 << 20])
def test_runs_of_rows_hold_all_of_them_wherever_a_piece_ends(size: int) -> None:
    for piece in range(1, 130):
        runs = [*row_runs(in_pieces(WHOLE, piece)(), size)]
        assert b"".join(rows for _, _, rows in runs) == ROWS
        assert [runs[0][0], runs[-1][1]] == [1, 7]
        assert all(first <= last for first, last, _ in runs)
        assert len(runs) > 1 or size + piece > 40


@pytest.mark.parametrize(
    "rows",
    [
        ROWS.replace(b'<row r="7"', b'<!-- <row r="5"> --><row r="7"'),
        ROWS.replace(b' r="7"', b"", 1),
        ROWS.replace(b'r="1"', b'r="9"', 1),
        ROWS.replace(b"row", b"x:row"),
    ],
    ids=["comment", "unnumbered", "backwards", "prefixed"],
)
def test_rows_that_are_written_otherwise_make_no_runs(rows: bytes) -> None:
    with pytest.raises(OddRows):
        [*row_runs(in_pieces(WHOLE.replace(ROWS, rows))(), 1)]


FULL: dict[str, Rows] = {
    "requests": {
        "id": ["007", "A-2", None, "4", "5", "6"],
        "client": ["Ana", "Ben & Co <3", "Ana", None, " two  blanks ", "Ana"],
        "opened": [day("2026-10-05"), day("2026-10-06", 9), None, day("2026-10-07"), day("2026-10-08"), None],
        "resolved": [day("2026-10-06"), None, None, day("2026-10-07", 13), None, None],
    },
    "surveys": {"date": [day("2026-10-05")] * 3, "client": ["Ana", None, "Ben"], "score": [5.0, None, "many"]},
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A workbook with rows as kpixl wrote it, and as another program did, which shares its texts between sheets."""
    path = tmp_path_factory.mktemp("full") / "book.xlsx"
    workbooks.make(path, workbooks.Filled(rows=FULL))
    ours = path.read_bytes()
    with warnings.catch_warnings(action="ignore"):  # of what it does not keep
        book = openpyxl.load_workbook(path)
    sheet = book["Requests"]
    sheet["D9"], sheet["B10"], sheet["F9"] = "#N/A", True, "=1/0"
    book.save(path)
    return {"ours": ours, "others": path.read_bytes()}


@pytest.mark.parametrize("made", ["ours", "others"])
@pytest.mark.parametrize("block", [1, 3_000])
def test_a_large_sheet_says_what_it_says_as_a_whole(
    full: dict[str, bytes], made: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FileView(Package.from_bytes(full[made], Path("book.xlsx")))
    expected = {name: whole.table(name) for name in ("tbl_requests", "tbl_surveys", "tbl_clients")}
    monkeypatch.setattr(cell_values, "LARGE", 0)
    monkeypatch.setattr(cell_values, "_BLOCK", block)
    monkeypatch.setattr(cell_values, "_SHARED_BY", 0)
    large = FileView(Package.from_bytes(full[made], Path("book.xlsx")), sparing=True)
    for name, rows in expected.items():
        found = large.table(name)
        assert rows is not None
        assert found is not None
        assert isinstance(found.rows, ByColumn)
        assert [[*row] for row in found.rows] == [[*row] for row in rows.rows]
        assert [*map(type, found.rows[0])] == [*map(type, rows.rows[0])]
        assert large.value(found.sheet, found.first_row - 1, found.left) == rows.columns[0]
        assert large.value(found.sheet, 4_000, 2) is None


def test_a_large_workbook_reads_as_a_small_one(full: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[object]:
        book = read(Package.from_bytes(full["others"], Path("book.xlsx")), TODAY, sparing=True)
        tables = [table for table in book.entries.tables.values() if table is not None]
        return [
            (
                table.table.id,
                table.count,
                {id_: repr(values.tolist()) for id_, values in table.numbers.items()},
                {id_: values.tolist() for id_, values in table.texts.items()},
                {id_: {row: repr(value) for row, value in odd.items()} for id_, odd in table.odd.items()},
                table.outside,
                table.below,
            )
            for table in tables
        ] + [book.stale]

    small = told()
    monkeypatch.setattr(cell_values, "LARGE", 0)
    monkeypatch.setattr(cell_values, "_BLOCK", 500)
    assert told() == small
    assert len(small) > 3


def test_of_a_large_sheet_of_entries_the_values_are_never_there_as_a_whole(
    full: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[str] = []

    def grid(values: SheetValues, sheet: Sheet) -> list[list[object]]:
        whole.append(sheet.name)
        return as_usual(values, sheet)

    as_usual = SheetValues.grid
    monkeypatch.setattr(SheetValues, "grid", grid)
    monkeypatch.setattr(cell_values, "LARGE", 0)
    read(Package.from_bytes(full["ours"], Path("book.xlsx")), TODAY, sparing=True)
    assert "Settings" in whole
    assert {"Requests", "Surveys", "Clients"}.isdisjoint(whole)
