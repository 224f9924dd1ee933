"""The rows of a shrinking table on their way up: cells with format and formula, whole rows where nothing is beside.

Small sheets are a tree; of a large one the rows go by as bytes, and only a block of those becomes a tree whose formulas
look at other rows, or that have cells beside the table. Never judges what may move.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import Area, cell_name, parse_area, parse_cell
from kpixl.ooxml.namespaces import NAMESPACES, qn
from kpixl.ooxml.parts import to_bytes
from kpixl.ooxml.row_bytes import between
from kpixl.ooxml.sheet import moved_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.moves import Moves
    from kpixl.ooxml.package import Package
    from kpixl.ooxml.sheet import SheetEditor

_C, _F, _ROW = (qn(f"x:{tag}") for tag in ("c", "f", "row"))
_AFTER_CELLS = 1 << 20
# No reference to a row of its own can be in a formula without one of these.
_MAY_LOOK_AT_ROWS = re.compile(r"[A-Za-z]\d|\d:\$?\d")
_REFERENCE = re.compile(r"(\$?[A-Za-z]{1,3}\$?)([1-9]\d*)(?::(\$?[A-Za-z]{1,3}\$?)([1-9]\d*))?")


def _region(moves: Moves) -> Area:
    return Area(moves.data.top, moves.data.left, moves.end, moves.data.right)


class RowsInTree:
    """The rows of a sheet that is a tree."""

    def __init__(self, editor: SheetEditor, moves: Moves) -> None:
        self.region = _region(moves)
        self.have_formulas = False
        """Whether any row that moved or left holds one."""
        self._editor, self._moves = editor, moves
        write_places(editor.data)

    @property
    def last(self) -> int:
        """The last row that has cells."""
        rows = self._editor.data.iterchildren(_ROW)
        return max((int(row.get("r", "0")) for row in rows if row.find(_C) is not None), default=0)

    def formulas_over_cells(self) -> Iterator[tuple[str, str, str]]:
        """Each formula that may fill several cells: its kind, which cells, and where it stands."""
        return _over_cells(self._editor.data)

    def resolve(self) -> None:
        """Give each cell its own formula where several share one."""
        resolve_shared(self._editor.data, self.region)

    def move(self) -> None:
        """Put the rows that remain into their places."""
        self.have_formulas = _move_rows(self._editor.data, self._moves)

    def serialised(self) -> Iterator[bytes]:
        """The sheet."""
        return self._editor.serialised()


_SPECIAL = (b'"array"', b"dataTable", b'"shared"')
_MORE_THAN_CELLS = b"extLst"
_CELL, _CELLS = re.compile(rb"<c[ />]"), re.compile(rb'<c r="([A-Z]{1,3})[1-9]')
_FORMULA, _FORMULAS = re.compile(rb"<f[ />]"), re.compile(rb"<f(?: [^<>]*)?>([^<]*)</f>")
_MAY_LOOK_AT_ROWS_TOO = re.compile(rb"[A-Za-z][0-9]|[0-9]:\$?[0-9]|&#|_x")
_NUMBERS = re.compile(rb'(<row r="|<c r="[A-Z]{1,3})([0-9]+)')
_SHEET = re.compile(rb"<worksheet\b[^<>]*>")


@dataclass(frozen=True, slots=True)
class _Job:
    """A row that has to be a tree on its way: from where, to where, and what stands beside the table there."""

    target: int
    source: int | None
    source_row: bytes
    beside: bytes


class RowsInBlocks:
    """The rows of a large sheet, which go by a block at a time."""

    def __init__(self, package: Package, editor: SheetEditor, moves: Moves) -> None:
        assert editor.left is not None
        self.region = _region(moves)
        self.have_formulas = False
        """Whether any row that moved or left holds one."""
        self._package, self._editor, self._moves, self._rows = package, editor, moves, editor.left
        pairs = ((source, target) for source, target in moves.pairs() if source != target)
        self._first = next(pairs, (0, moves.bottom + moves.totals + 1))[1]
        self._targets = dict(moves.pairs()) if self._first <= moves.end else {}
        self._beside: list[int] = []
        """The rows that have cells beside the table, from the first one that changes."""
        self._below = 0
        """The last row with cells below the table."""
        self._masters: dict[str, tuple[str, str]] = {}
        self._over_cells: list[tuple[str, str, str]] = []
        self._blank: bytes | None = None
        self._look()
        write_places(editor.data)

    @property
    def last(self) -> int:
        """The last row that has cells, where the table does not reach so far."""
        return self._below or (self._beside[-1] if self._beside else 0)

    def formulas_over_cells(self) -> Iterator[tuple[str, str, str]]:
        """Each formula that may fill several cells: its kind, which cells, and where it stands."""
        return iter(self._over_cells)

    def resolve(self) -> None:
        """Give each cell its own formula where several share one."""
        resolve_shared(self._editor.data, self.region, self._masters)

    def move(self) -> None:
        """Take what is in the tree for the rows of the sheet: the one blank row, where no other remains."""
        for row in self._editor.data.findall(_ROW):
            if self._moves.kept or row.get("r") != str(self._moves.data.top):
                self._editor.data.remove(row)
        self._blank = None if self._moves.kept else between(to_bytes(self._editor.root))
        self._editor.data[:] = []
        self._editor.data.text = None

    def serialised(self) -> Iterator[bytes]:
        """The sheet, a piece at a time."""
        head, _, tail = to_bytes(self._editor.root).partition(b"<sheetData/>")
        yield head + b"<sheetData>"
        yield from self._moved()
        yield b"</sheetData>" + tail

    def _look(self) -> None:
        """Go through the rows once, before anything moves."""
        for block in self._rows.blocks():
            if any(mark in block.data for mark in _SPECIAL):
                for _, row in block.each():
                    if any(mark in row for mark in _SPECIAL):
                        data = self._tree((row,))
                        self._over_cells += _over_cells(data)
                        self._masters |= _masters(data)
            if block.numbers[-1] > self._moves.end:
                filled = (number for number, row in block.each() if number > self._moves.end and _CELL.search(row))
                self._below = max(filled, default=self._below)
            rows = block.rows(self._first, self._moves.end)
            if self._is_inside(rows):
                self.have_formulas = self.have_formulas or _FORMULA.search(rows) is not None
                continue
            for number, row in block.each():
                if self._first <= number <= self._moves.end and not self._is_inside(row):
                    parsed = _Row.of(self._tree((row,))[0], self._moves.data)
                    self.have_formulas = self.have_formulas or parsed.has_formulas
                    self._beside += [number] if parsed.beside else []
                elif self._first <= number <= self._moves.end:
                    self.have_formulas = self.have_formulas or _FORMULA.search(row) is not None

    def _moved(self) -> Iterator[bytes]:
        """The rows as they shall be."""
        first, end = self._first, self._moves.end
        before = first - 1 if self._blank is None else self._moves.data.top - 1
        beside = _Ahead(self._numbered(self._beside))
        for block in self._rows.blocks():
            yield self._as_is(block.rows(1, before))
            if self._blank is not None and block.numbers[-1] > before:
                yield self._blank
                self._blank = None
            kept = [(number, row) for number, row in block.each() if first <= number <= end and number in self._targets]
            if kept:
                yield from self._placed(kept, beside)
            if block.numbers[-1] > end:
                yield from self._as_trees([_Job(number, None, b"", row) for number, row in beside.upto(end)])
                yield self._as_is(block.rows(end + 1, block.numbers[-1]))
        yield self._blank or b""
        yield from self._as_trees([_Job(number, None, b"", row) for number, row in beside.upto(end)])

    def _placed(self, kept: Sequence[tuple[int, bytes]], beside: _Ahead) -> Iterator[bytes]:
        """Rows that follow one another, in their new places."""
        rows = b"".join(row for _, row in kept)
        last = self._targets[kept[-1][0]]
        if not beside.has(last) and self._is_inside(rows) and _is_plain(rows):
            yield b"".join(_renumbered(row, self._targets[number]) for number, row in kept)
            return
        jobs: list[_Job] = []
        for number, row in kept:
            target = self._targets[number]
            jobs += [_Job(place, None, b"", other) for place, other in beside.upto(target - 1)]
            jobs.append(_Job(target, number, row, b"".join(other for _, other in beside.upto(target))))
        yield from self._as_trees(jobs)

    def _as_trees(self, jobs: Sequence[_Job]) -> Iterator[bytes]:
        """Some rows as they shall be, each of them a tree for the while."""
        if not jobs:
            return
        sources = {job.source: job.source_row for job in jobs if job.source is not None}
        others = {job.target: job.beside for job in jobs if job.beside}
        data = self._tree({**sources, **others}.values())
        rows = {int(row.get("r", "0")): _Row.of(row, self._moves.data) for row in data}
        new = []
        for job in jobs:
            there = rows[job.target] if job.beside else None
            if job.source is None:
                new.append(_freed(rows[job.target]))
                continue
            element = _placed(data, rows[job.source], there)
            if element is not None:
                _rewrite(element, job.source, job.target, self._moves)
                new.append(element)
        data[:] = new
        yield _rows_of(data)

    def _as_is(self, rows: bytes) -> bytes:
        """Rows that stay, but for formulas that they share with what moves."""
        return _rows_of(self._tree((rows,))) if _SPECIAL[2] in rows else rows

    def _tree(self, rows: Iterable[bytes]) -> Element:
        """Some rows as a tree, each formula its own."""
        sheet = _SHEET.search(self._rows.head)
        start = b"<worksheet>" if sheet is None else sheet[0]
        text = b"".join((start, b"<sheetData>", *rows, b"</sheetData></worksheet>"))
        data = self._package.parsed(text, self._editor.part)[0]
        write_places(data)
        resolve_shared(data, self.region, self._masters)
        return data

    def _is_inside(self, rows: bytes) -> bool:
        """Whether rows are known to have no cells but in the table."""
        columns = _CELLS.findall(rows)
        if len(columns) != len(_CELL.findall(rows)) or _MORE_THAN_CELLS in rows:
            return False
        return all(self._moves.data.left <= _number(column) <= self._moves.data.right for column in {*columns})

    def _numbered(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        wanted = {*numbers}
        for block in self._rows.blocks() if wanted else ():
            yield from ((number, row) for number, row in block.each() if number in wanted)


class _Ahead:
    """Rows that come in their order, one of them looked at ahead."""

    def __init__(self, rows: Iterator[tuple[int, bytes]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def has(self, number: int) -> bool:
        """Whether there is one up to that number."""
        return self._next is not None and self._next[0] <= number

    def upto(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Those up to that number."""
        while self._next is not None and self._next[0] <= number:
            yield self._next
            self._next = next(self._rows, None)


def _rows_of(data: Element) -> bytes:
    sheet = data.getparent()
    assert sheet is not None
    return between(to_bytes(sheet))


def _is_plain(rows: bytes) -> bool:
    """Whether rows go to other places with nothing but their numbers changed."""
    if any(mark in rows for mark in _SPECIAL):
        return False
    formulas = _FORMULAS.findall(rows)
    if len(formulas) != len(_FORMULA.findall(rows)):
        return False
    return not any(_MAY_LOOK_AT_ROWS_TOO.search(formula) for formula in {*formulas})


def _renumbered(row: bytes, number: int) -> bytes:
    new = str(number).encode()
    return _NUMBERS.sub(lambda found: found[1] + new, row)


@lru_cache(maxsize=1024)
def _number(letters: bytes) -> int:
    return parse_cell(f"{letters.decode()}1")[1]


def _over_cells(data: Element) -> Iterator[tuple[str, str, str]]:
    return ((e.get("t", ""), e.get("ref", ""), _name(e)) for e in _special_formulas(data, "array", "dataTable"))


def _masters(data: Element) -> dict[str, tuple[str, str]]:
    """The formulas that cells share, by their index: the text, and where it stands."""
    return {e.get("si", ""): (e.text, _name(e)) for e in _special_formulas(data, "shared") if e.text}


def write_places(data: Element) -> None:
    """Rows and cells may leave their places to be counted; once rows move, counting would mislead."""
    if not data.xpath("boolean(x:row[not(@r)] | x:row/x:c[not(@r)])", namespaces=NAMESPACES):
        return
    number = 0
    for row in data.iterchildren(_ROW):
        number = int(row.get("r", number + 1))
        row.set("r", str(number))
        column = 0
        for cell in row.iterchildren(_C):
            column = parse_cell(cell.get("r", ""))[1] if cell.get("r") else column + 1
            cell.set("r", cell_name(number, column))


def _special_formulas(root: Element, *kinds: str) -> list[Element]:
    return [entry for entry in root.iter(_F) if entry.get("t") in kinds]


def _name(entry: Element) -> str:
    """The name of the cell that a formula stands in."""
    cell = entry.getparent()
    return "" if cell is None else cell.get("r", "")


def resolve_shared(data: Element, region: Area, masters: Mapping[str, tuple[str, str]] | None = None) -> None:
    """Give each cell of the region its own formula, and also the others that share one written down in the region.
    ``masters`` are those of the whole sheet, where ``data`` is some of it."""
    masters = _masters(data) if masters is None else masters
    sharing: dict[str, list[Element]] = {}
    for entry in _special_formulas(data, "shared"):
        sharing.setdefault(entry.get("si", ""), []).append(entry)
    for index, (text, origin) in masters.items():
        everywhere = parse_area(origin).overlaps(region)
        for entry in sharing.get(index, ()):
            place = _name(entry)
            if everywhere or parse_area(place).overlaps(region):
                for attribute in ("t", "ref", "si"):
                    entry.attrib.pop(attribute, "")
                entry.text = text if place == origin else moved_formula(text, origin, place)


def _move_rows(data: Element, moves: Moves) -> bool:
    """Put the rows that remain into their places; whether any row that moved or left holds a formula."""
    pairs = [(source, target) for source, target in moves.pairs() if source != target]
    first = pairs[0][1] if pairs else moves.bottom + moves.totals + 1
    children = list(data)
    places = [int(child.get("r", "0")) if child.tag == _ROW else 0 for child in children]
    rows = {
        place: _Row.of(child, moves.data)
        for place, child in zip(places, children, strict=True)
        if first <= place <= moves.end
    }
    if not rows:
        return False
    has_formulas = any(row.has_formulas for row in rows.values())
    new = {}
    for source, target in pairs:
        element = _placed(data, rows.get(source), rows.get(target))
        if element is not None:
            _rewrite(element, source, target, moves)
            new[target] = element
    for place, row in rows.items():
        if row.beside and place not in new:
            new[place] = _freed(row)
    start = next(index for index, place in enumerate(places) if place in rows)
    later = [child for child, place in zip(children[start:], places[start:], strict=True) if place not in rows]
    data[start:] = [*(new[place] for place in sorted(new)), *later]
    return has_formulas


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that gives up its cells in the table, or gets others; ``attributes`` without its place.

    ``beside``: it has cells beside the table too, so that its element stays where it is and its ``cells`` are taken
    out; ``filled``: those beside hold something.
    """

    element: Element
    cells: Sequence[Element]
    attributes: dict[str, str]
    beside: bool
    filled: bool

    @classmethod
    def of(cls, element: Element, data: Area) -> _Row:
        """The row as it stands."""
        attributes = {str(key): str(value) for key, value in element.attrib.items() if key not in ("r", "spans")}
        ends = (element[0], element[-1]) if len(element) else ()
        if all(data.left <= _column(child) <= data.right for child in ends):
            return cls(element, (), attributes, beside=False, filled=False)
        inside: list[Element] = []
        others: list[Element] = []
        for cell in element.iterchildren(_C):
            (inside if data.left <= _column(cell) <= data.right else others).append(cell)
        for cell in inside:
            element.remove(cell)
        return cls(element, inside, attributes, beside=True, filled=any(len(cell) for cell in others))

    def taken(self) -> list[Element]:
        """Its cells in the table, for another row."""
        return list(self.cells if self.beside else self.element.iterchildren(_C))

    @property
    def has_formulas(self) -> bool:
        """Whether one of its cells in the table calculates."""
        elements = self.cells if self.beside else (self.element,)
        return any(next(element.iter(_F), None) is not None for element in elements)


def _placed(data: Element, source: _Row | None, target: _Row | None) -> Element | None:
    """The row element at the target's place with the source's cells; None where there is nothing to hold."""
    stays = target is not None and target.beside
    if source is not None and not source.beside and not stays:
        return source.element
    cells = [] if source is None else source.taken()
    attributes = {} if source is None else source.attributes
    hidden = attributes.get("hidden") in ("1", "true")
    if target is not None and stays:
        element = target.element
        element[:] = sorted((*element, *cells), key=_column)
    elif cells or attributes:
        element = data.makeelement(_ROW)
        element.extend(cells)
    else:
        return None
    element.attrib.pop("spans", "")
    if target is not None and target.filled:
        # The height is for what stands beside; and what a filter hid is shown rather than the other way round.
        if not hidden:
            element.attrib.pop("hidden", "")
    elif source is not None and source.filled:
        _set_attributes(element, {"hidden": "1"} if hidden else {})
    else:
        _set_attributes(element, attributes)
    return element


def _freed(row: _Row) -> Element:
    element = row.element
    element.attrib.pop("spans", "")
    element.attrib.pop("hidden", "")
    if not row.filled:
        _set_attributes(element, {})
    return element


def _column(child: Element) -> int:
    return parse_cell(child.get("r", ""))[1] if child.tag == _C else _AFTER_CELLS


def _set_attributes(element: Element, attributes: dict[str, str]) -> None:
    for key in [key for key in element.attrib if key not in ("r", "spans")]:
        del element.attrib[key]
    for name, value in attributes.items():
        element.set(name, value)


def _rewrite(row: Element, source: int, target: int, moves: Moves) -> None:
    """Write the new place into a row and its cells, and move the formulas in the table."""
    row.set("r", str(target))
    for cell in row.iterchildren(_C):
        letters = cell.get("r", "").rstrip("0123456789")
        cell.set("r", f"{letters}{target}")
        entry = cell.find(_F)
        if entry is None or not entry.text or not moves.data.left <= _column(cell) <= moves.data.right:
            continue
        if source > moves.data.bottom:
            entry.text = _following(entry.text, moves)
        elif _MAY_LOOK_AT_ROWS.search(entry.text):
            entry.text = moved_formula(entry.text, f"{letters}{source}", f"{letters}{target}")
        if entry.get("t") == "array":
            entry.set("ref", f"{letters}{target}")


def _following(formula: str, moves: Moves) -> str:
    """The formula of a totals row: what it says of the table's cells follows them."""
    from openpyxl.formula import Tokenizer  # slow to import, seldom needed

    tokens = Tokenizer("=" + formula)
    for token in tokens.items:
        if token.type == token.OPERAND and token.subtype == token.RANGE:
            token.value = _followed(token.value, moves)
    return str(tokens.render())[1:]


def _followed(reference: str, moves: Moves) -> str:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return reference
    area = parse_area(reference)
    parts = moves.areas(area, blank=moves.covers(area))
    if len(parts) != 1:
        return reference
    first = f"{match[1]}{parts[0].top}"
    return f"{first}:{match[3]}{parts[0].bottom}" if match[3] else first
