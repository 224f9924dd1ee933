"""Shrinking an Excel Table to some of its rows: the kept ones move up under the headings, the rest is cleared.

Never deletes a row of the sheet, never moves a cell beside or below the table, and changes nothing before it is sure
that all can be moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, WorkbookError
from kpixl.ooxml.cells import Area, cell_name, parse_area, parse_cell
from kpixl.ooxml.moves import Moves
from kpixl.ooxml.namespaces import NAMESPACES, qn
from kpixl.ooxml.notes import move_links, moved_notes
from kpixl.ooxml.rules import move_rules
from kpixl.ooxml.shape import columns_of, find_table, is_blank_row, shape_of
from kpixl.ooxml.sheet import SheetEditor, moved_formula

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, TablePart
    from kpixl.ooxml.shape import Column

_C, _F, _ROW = (qn(f"x:{tag}") for tag in ("c", "f", "row"))
_AFTER_CELLS = 1 << 20
# No reference to a row of its own can be in a formula without one of these.
_MAY_LOOK_AT_ROWS = re.compile(r"[A-Za-z]\d|\d:\$?\d")
_REFERENCE = re.compile(r"(\$?[A-Za-z]{1,3}\$?)([1-9]\d*)(?::(\$?[A-Za-z]{1,3}\$?)([1-9]\d*))?")


class MergedInTable(WorkbookError):
    """Cells are merged where rows of a table have to move."""

    code = "merged_in_table"
    template = N_(
        "{sheet}!{cell} belongs to merged cells, which cannot move with the rows of a table; "
        "unmerge them and try again."
    )


class FormulaOverCells(WorkbookError):
    """One formula fills several cells where rows of a table have to move."""

    code = "formula_over_cells"
    template = N_(
        "{sheet}!{cell} belongs to a formula over several cells, which cannot move with the rows of a table; "
        "move it off the table and try again."
    )


def keep_rows(package: Package, table_name: str, kept: Sequence[int]) -> None:
    """Shrink a table to the data rows ``kept``: 0-based indexes, ascending; ValueError for others.

    Cells move with format, formula, notes and links; formulas as if they were copied, those of a totals row as if the
    rows between had been deleted. Conditional formats, validations and sparklines of the sheet follow. With no row
    kept one blank row remains, as in a new table. Pictures and charts over the rows stay where they are.
    """
    table = find_table(package, table_name)
    root = package.tree(table.part)
    shape = shape_of(root)
    moves = Moves(shape.data, shape.totals, tuple(int(index) for index in kept))
    count = moves.data.bottom - moves.data.top + 1
    if any(later <= earlier for earlier, later in zip((-1, *moves.kept), (*moves.kept, count), strict=True)):
        raise ValueError(f"the rows of {table.name} to keep are not ascending indexes below {count}")
    if len(moves.kept) == count:
        return
    leaving = _Leaving(moves)
    # What stands below the table stays there.
    editor = SheetEditor(package, table.sheet, lambda row: row <= moves.end, gone=leaving.alone)
    region = Area(moves.data.top, moves.data.left, moves.end, moves.data.right)
    write_places(editor.data)
    _refuse(table, editor.root, region)
    if not moves.kept:
        columns = columns_of(root, editor, moves.data)
        if count == 1 and is_blank_row(editor, moves.data.top, columns):
            return
        resolve_shared(editor.data, region)
        _make_blank(editor, moves.data.top, columns)
    else:
        resolve_shared(editor.data, region)
    has_formulas = _move_rows(editor.data, moves) or leaving.have_formulas
    if not editor.has_rows_left:
        _fit_dimension(editor.root, moves)
    _scroll_back(editor.root, moves)
    move_rules(editor.root, table.sheet.name, moves)
    _shrink_table(root, moves)
    notes = moved_notes(package, table.sheet.part, moves)
    # Whatever may be found damaged has been read by now.
    move_links(package, table.sheet.part, editor.root, moves)
    package.replace(table.part, root)
    package.replace(table.sheet.part, editor.serialised())
    for part, content in notes.items():
        package.replace(part, content)
    if has_formulas or not moves.kept:
        package.drop_calc_chain()


_CELLS = re.compile(rb"<c\b([^<>]{0,1000})>")
_PLACE = re.compile(rb'\sr="([A-Z]{1,3})[1-9]')


class _Leaving:
    """Rows of a large sheet that leave, and that nothing else is to be known of: they have cells in the table alone."""

    def __init__(self, moves: Moves) -> None:
        self.have_formulas = False
        self._moves = moves
        self._kept = frozenset((moves.data.top, *(moves.data.top + index for index in moves.kept)))

    def alone(self, number: int, row: bytes) -> bool:
        """Whether a row is one of them."""
        data = self._moves.data
        if not data.top < number <= data.bottom or number in self._kept or b'"array"' in row or b"dataTable" in row:
            return False
        cells = [_PLACE.search(found[1]) for found in _CELLS.finditer(row)]
        columns = [parse_cell(f"{place[1].decode()}1")[1] for place in cells if place]
        if len(columns) != len(cells) or not all(data.left <= column <= data.right for column in columns):
            return False
        self.have_formulas = self.have_formulas or b"<f" in row
        return True


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


def _refuse(table: TablePart, root: Element, region: Area) -> None:
    for merged in root.iterfind(qn("x:mergeCells/x:mergeCell")):
        area = parse_area(merged.get("ref", ""))
        if area.overlaps(region):
            raise MergedInTable(sheet=table.sheet.name, cell=cell_name(area.top, area.left))
    for entry in _special_formulas(root, "array", "dataTable"):
        area = parse_area(entry.get("ref", "") or _name(entry))
        alone = entry.get("t") == "array" and area.ref == _name(entry)
        if area.overlaps(region) and not alone:
            raise FormulaOverCells(sheet=table.sheet.name, cell=cell_name(area.top, area.left))


def _special_formulas(root: Element, *kinds: str) -> list[Element]:
    return [entry for entry in root.iter(_F) if entry.get("t") in kinds]


def _name(entry: Element) -> str:
    """The name of the cell that a formula stands in."""
    cell = entry.getparent()
    return "" if cell is None else cell.get("r", "")


def resolve_shared(data: Element, region: Area) -> None:
    """Give each cell of the region its own formula, and also the others that share one written down in the region."""
    masters: dict[str, tuple[str, str]] = {}
    sharing: dict[str, list[Element]] = {}
    for entry in _special_formulas(data, "shared"):
        index = entry.get("si", "")
        if entry.text:
            masters[index] = (entry.text, _name(entry))
        sharing.setdefault(index, []).append(entry)
    for index, (text, origin) in masters.items():
        everywhere = parse_area(origin).overlaps(region)
        for entry in sharing[index]:
            place = _name(entry)
            if everywhere or parse_area(place).overlaps(region):
                for attribute in ("t", "ref", "si"):
                    entry.attrib.pop(attribute, "")
                entry.text = text if place == origin else moved_formula(text, origin, place)


def _make_blank(editor: SheetEditor, row: int, columns: Sequence[Column]) -> None:
    """Empty what was entered in a data row, and let it be seen; what is calculated stays, without a value."""
    editor.set_row_hidden(row, False)
    for column in columns:
        own = editor.formula(row, column.number)
        wanted = None if column.formula is None else column.formula(row)
        if wanted is None or not (column.declared or own == wanted):
            editor.clear(row, column.number)
        else:
            array = column.array and own is None
            editor.set(row, column.number, None, wanted if own is None else None, array=array)


def _scroll_back(root: Element, moves: Moves) -> None:
    """Have a sheet that was scrolled past the rows that remain begin at the table again."""
    views = root.findall(qn("x:sheetViews/x:sheetView"))
    for view in (*views, *(pane for one in views for pane in one.iterfind(qn("x:pane")))):
        first = view.get("topLeftCell")
        if first and moves.bottom + moves.totals < parse_cell(first)[0] <= moves.end:
            view.set("topLeftCell", cell_name(moves.data.top, parse_cell(first)[1]))


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


def _fit_dimension(root: Element, moves: Moves) -> None:
    """A dimension that ended with the table ends with the last row that has cells."""
    dimension = root.find(qn("x:dimension"))
    area = None if dimension is None else parse_area(dimension.get("ref", ""))
    if dimension is None or area is None or area.bottom != moves.end:
        return
    rows = root.iterfind(qn("x:sheetData/x:row"))
    last = max((int(row.get("r", "0")) for row in rows if row.find(_C) is not None), default=0)
    last = max(last, area.top, moves.bottom + moves.totals)
    dimension.set("ref", Area(area.top, area.left, last, area.right).ref)


def _shrink_table(root: Element, moves: Moves) -> None:
    area = parse_area(root.get("ref", ""))
    root.set("ref", Area(area.top, area.left, moves.bottom + moves.totals, area.right).ref)
    for entry in root.iter(*(qn(f"x:{tag}") for tag in ("autoFilter", "sortState", "sortCondition"))):
        old = parse_area(entry.get("ref", ""))
        if old.bottom > moves.bottom:
            entry.set("ref", Area(min(old.top, moves.bottom), old.left, moves.bottom, old.right).ref)
