"""The saved values of a workbook's sheets, through the one door to the reader of values, which knows its ways to fail.

The reader is handed a package made for it: the sheets and shared texts of the workbook, and nothing else that it could
stumble over. Changes nothing.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from python_calamine import load_workbook

from kpixl.errors import N_, DamagedWorkbook, WorkbookError
from kpixl.message import phrase
from kpixl.ooxml.cells import Area
from kpixl.ooxml.namespaces import MAIN, OFFICE_RELATIONSHIP, PACKAGE_RELATIONSHIP
from kpixl.ooxml.row_bytes import LARGE, OddRows, row_runs
from kpixl.ooxml.verify import MOST_CELLS, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.ooxml.package import Package, Sheet

_PANIC = "PanicException"
"""How the reader, which is written in Rust, reports some damage; no Exception."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FOOT = b"</sheetData></worksheet>"
_BLOCK, _SHARED_BY = 2_000_000, 8
"""Bytes of a sheet that are read at a time, and at the least for each byte of shared texts, which are read as often."""
_FEW = 2_000
"""Different texts of a column from which on they are too many for there to be one of each."""
_LEAST_OF_A_CELL = 16
"""How many bytes a cell that shows something has at the least, as a part of a sheet."""
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"


class TooFarApart(WorkbookError):
    """Cells so far from one another that no computer holds all those between them."""

    code = "too_far_apart"
    template = N_(
        "{path} has something in {sheet}!{cell}, far from everything else on that sheet; delete those rows or columns "
        "in Excel, save and try again."
    )


class SheetValues:
    """What the cells of a package show, dates as the serial numbers that they are."""

    def __init__(self, package: Package, *, dates: bool = False) -> None:
        self._package = package
        self._read: dict[str, int] = {}
        self._books: dict[str, tuple[Any, frozenset[str]]] = {}
        """By a large sheet, or the empty text for all others: what is read from, and the sheets that a table spans."""
        self._dates = dates

    def grid(self, sheet: Sheet) -> list[list[Any]]:
        """The values of a sheet, row by row from its first cell; blank ones are empty texts. TooFarApart or
        DamagedWorkbook where it cannot be read."""
        self._ensure_room(sheet)
        with self._failures(sheet.name):
            book, spanned = self._book(sheet)
            if sheet.part in spanned:
                return _without_blank_end(book.get_table_by_name(_name(sheet)).to_python())
            rows: list[list[Any]] = book.get_sheet_by_name(_name(sheet)).to_python(skip_empty_area=False)
            return rows

    def _book(self, sheet: Sheet) -> tuple[Any, frozenset[str]]:
        """What a sheet is read from, which is made once: one for each large sheet, since few of these are asked for,
        and one for all others."""
        key = sheet.part if self._is_large(sheet) else ""
        if key not in self._books:
            sheets = [one for one in self._package.sheets if self._package.is_worksheet(one)]
            chosen = [sheet] if key else [one for one in sheets if not self._is_large(one)]
            readable, spanned = _readable(self._package, chosen, dates=self._dates)
            self._books[key] = load_workbook(BytesIO(readable), load_tables=True), spanned
        return self._books[key]

    def _is_large(self, sheet: Sheet) -> bool:
        return self._package.size(sheet.part) >= LARGE

    def columns(self, sheet: Sheet, area: Area) -> list[list[Any]] | None:
        """The values of an area of a large sheet, column by column and each text once, read some rows at a time: the
        whole of it is never there as rows. None where the sheet is small, or not written as Excel writes it; errors as
        of ``grid``."""
        if not self._is_large(sheet):
            return None
        self._ensure_room(sheet)
        columns = _Columns(area.right - area.left + 1)
        top = area.top
        related = _related(self._package, dates=self._dates)
        size = max(_BLOCK, *(_SHARED_BY * self._package.size(part) for part in related.values()), 0)
        with self._failures(sheet.name), suppress(OddRows):
            for _, last, rows in row_runs(self._package.pieces(sheet.part)(), size):
                bottom = min(last, area.bottom)
                if bottom >= top:
                    span = Area(top, area.left, bottom, area.right)
                    columns.add(_rows_of(self._package, sheet, rows, span, related, dates=self._dates))
                    top = bottom + 1
                if last >= area.bottom:
                    break
            columns.fill(area.bottom - area.top + 1)
            return columns.found
        return None

    def _ensure_room(self, sheet: Sheet) -> None:
        # Of all sheets together; a larger file may have a cell for each of its bytes.
        reach = self._package.reaches.get(sheet.part, Reach())
        self._read[sheet.part] = reach.bottom * reach.right
        if sum(self._read.values()) > max(MOST_CELLS, len(self._package.source_bytes)):
            raise TooFarApart(path=self._package.path.name, sheet=sheet.name, cell=reach.farthest)

    @contextmanager
    def _failures(self, sheet: str) -> Iterator[None]:
        with _quiet_panics():
            try:
                yield
            except DamagedWorkbook:
                raise
            except BaseException as error:
                if not isinstance(error, Exception) and type(error).__name__ != _PANIC:
                    raise
                detail = phrase(N_("the sheet {sheet} cannot be read"), sheet=sheet)
                raise self._package.damaged(detail) from error


class _Columns:
    """Values that come row by row, kept column by column."""

    def __init__(self, width: int) -> None:
        self.found: list[list[Any]] = [[] for _ in range(width)]
        self._known: list[dict[str, str] | None] = [{} for _ in range(width)]
        """The texts of each column, of which there is to be one each; None where they are too many to be looked up."""

    def add(self, rows: list[list[Any]]) -> None:
        """Some rows more."""
        for place, values in enumerate(zip(*rows, strict=True)):
            known, kinds = self._known[place], set(map(type, values))
            if known is None or str not in kinds:
                self.found[place].extend(values)
                continue
            once = map(known.setdefault, values, values)
            self.found[place].extend(
                once if len(kinds) == 1 else (known.setdefault(v, v) if type(v) is str else v for v in values)
            )
            if len(known) > _FEW:
                self._known[place] = None

    def fill(self, count: int) -> None:
        """Blank cells up to so many rows."""
        for column in self.found:
            column.extend([""] * (count - len(column)))


@contextmanager
def _quiet_panics() -> Iterator[None]:
    """Keep what a panic prints by itself from the screen: what it means is told in a sentence."""
    kept = None
    with suppress(OSError):
        kept = os.dup(2)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 2)
        os.close(silent)
    try:
        yield
    finally:
        if kept is not None:
            os.dup2(kept, 2)
            os.close(kept)


def _without_blank_end(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows down to the last one that shows something."""
    while rows and all(value == "" for value in rows[-1]):
        del rows[-1]
    return rows


# A package that holds what is read


def _name(sheet: Sheet) -> str:
    """By what the reader knows a sheet, whatever its owner calls it."""
    return f"s{sheet.index}"


def _readable(package: Package, sheets: list[Sheet], *, dates: bool) -> tuple[bytes, frozenset[str]]:
    """Some worksheets and the shared texts of a package, under the names that every reader looks for first; and which
    of them a table spans, by their parts.

    Of a sheet the reader wants to know the merged cells as well, for which it reads all of it a second time; not so of
    a table.
    """
    parts: dict[str, tuple[int, int, int, bytes | memoryview]] = {}
    spanned: dict[str, Reach] = {}
    for sheet in sheets:
        packed = parts[f"xl/worksheets/{_name(sheet)}.xml"] = _packed(package, sheet.part)
        reach = package.reach(sheet.part) or Reach()
        # A table is as large as it says, however little stands in it.
        if 0 < reach.bottom * reach.right * _LEAST_OF_A_CELL <= packed[2]:
            spanned[sheet.part] = reach
    related = _related(package, dates=dates)
    for kind, part in related.items():
        parts[f"xl/{kind}.xml"] = _packed(package, part)
    texts = _lists(sheets, list(related), package, dates)
    for sheet in sheets:
        if sheet.part in spanned:
            reach = spanned[sheet.part]
            texts |= _spanning(sheet, Area(1, 1, reach.bottom, reach.right))
    parts |= {name: _deflated(text.encode()) for name, text in texts.items()}
    return _archive(parts), frozenset(spanned)


def _related(package: Package, *, dates: bool) -> dict[str, str]:
    """The parts that hold what the cells of sheets point to."""
    return {
        kind: part
        for kind in ("sharedStrings", *(["styles"] if dates else []))
        for part in package.related(package.workbook_part, f"{OFFICE_RELATIONSHIP}/{kind}")[:1]
    }


def _lists(sheets: list[Sheet], others: list[str], package: Package, dates: bool) -> dict[str, str]:
    """The parts that say where the others are."""
    entries = "".join(
        f'<sheet name="{_name(sheet)}" sheetId="{sheet.index + 1}" r:id="r{sheet.index}"/>' for sheet in sheets
    )
    settings = '<workbookPr date1904="1"/>' if dates and package.date1904 else ""
    targets = [(f"r{s.index}", "worksheet", f"worksheets/{_name(s)}.xml") for s in sheets]
    targets += [(kind, kind, f"{kind}.xml") for kind in others]
    links = "".join(
        f'<Relationship Id="{id_}" Type="{OFFICE_RELATIONSHIP}/{kind}" Target="{target}"/>'
        for id_, kind, target in targets
    )
    types = "".join(
        f'<Override PartName="/xl/{target}" ContentType="{_TYPE.format(kind)}"/>' for _, kind, target in targets
    )
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE.format("sheet.main")}"/>{types}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{PACKAGE_RELATIONSHIP}"><Relationship Id="r" '
        f'Type="{OFFICE_RELATIONSHIP}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE_RELATIONSHIP}">{settings}'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{PACKAGE_RELATIONSHIP}">{links}</Relationships>',
    }


def _rows_of(
    package: Package, sheet: Sheet, data: bytes, span: Area, related: dict[str, str], *, dates: bool
) -> list[list[Any]]:
    """The values of some rows of a sheet, which are at hand as bytes."""
    whole = b"".join((_HEAD.encode(), f'<worksheet xmlns="{MAIN}"><sheetData>'.encode(), data, _FOOT))
    parts: dict[str, tuple[int, int, int, bytes | memoryview]] = {
        f"xl/worksheets/{_name(sheet)}.xml": (0, zlib.crc32(whole), len(whole), whole),
        **{f"xl/{kind}.xml": _packed(package, part) for kind, part in related.items()},
    }
    texts = _lists([sheet], list(related), package, dates) | _spanning(sheet, span)
    parts |= {name: _deflated(text.encode()) for name, text in texts.items()}
    book = load_workbook(BytesIO(_archive(parts)), load_tables=True)
    rows: list[list[Any]] = book.get_table_by_name(_name(sheet)).to_python()
    return rows


def _spanning(sheet: Sheet, area: Area) -> dict[str, str]:
    """The parts of a table without a heading that spans an area of a sheet."""
    name, span = _name(sheet), area.ref
    columns = "".join(f'<tableColumn id="{n}" name="c{n}"/>' for n in range(1, area.right - area.left + 2))
    return {
        f"xl/tables/{name}.xml": f'{_HEAD}<table xmlns="{MAIN}" id="{sheet.index + 1}" name="{name}" '
        f'displayName="{name}" ref="{span}" headerRowCount="0"><tableColumns>{columns}</tableColumns></table>',
        f"xl/worksheets/_rels/{name}.xml.rels": f'{_HEAD}<Relationships xmlns="{PACKAGE_RELATIONSHIP}"><Relationship '
        f'Id="r" Type="{OFFICE_RELATIONSHIP}/table" Target="../tables/{name}.xml"/></Relationships>',
    }


def _packed(package: Package, part: str) -> tuple[int, int, int, bytes | memoryview]:
    """How a part is packed, its checksum and size, and its packed content: as it stands in the file where it can be
    read like that, in UTF-8 where it is written otherwise."""
    raw = package.packed(part)
    if raw is not None:
        return raw
    data = package.read(part)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16").lstrip("\ufeff")
        data = (text.partition("?>")[2] if text.startswith("<?xml") else text).encode()
    return _deflated(data)


def _deflated(data: bytes) -> tuple[int, int, int, bytes]:
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    return 8, zlib.crc32(data), len(data), deflate.compress(data) + deflate.flush()


def _archive(parts: dict[str, tuple[int, int, int, bytes | memoryview]]) -> bytes:
    """An archive of members that are packed already."""
    pieces: list[bytes | memoryview] = []
    directory, offset = bytearray(), 0
    for name, (method, checksum, size, packed) in parts.items():
        raw = name.encode()
        head = struct.pack("<HHHLLLLHH", 20, 0, method, 0x210000, checksum, len(packed), size, len(raw), 0)
        pieces += [b"PK\3\4", head, raw, packed]
        directory += b"PK\1\2\x14\0" + head + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + raw
        offset += 4 + len(head) + len(raw) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(parts), len(parts), len(directory), offset, 0)
    return b"".join((*pieces, directory, end))
