"""The cells of one worksheet part: values beside their formulas, styles, hidden rows.

For the small sheets that kpixl owns. Never evaluates a formula, and never touches the part when nothing differs.
"""

from __future__ import annotations

import bisect
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_, DamagedWorkbook
from kpixl.message import phrase
from kpixl.ooxml.cells import Area, Value, cell_name, escaped, needs_space, number_text, parse_area, parse_cell
from kpixl.ooxml.column_looks import span_of
from kpixl.ooxml.elements import SHEET_ORDER, in_order
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import string_of, unescaped
from kpixl.ooxml.parts import to_bytes
from kpixl.ooxml.row_bytes import LARGE, RowBytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, Sheet

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_C, _F, _V, _IS, _T, _ROW = (qn(f"x:{tag}") for tag in ("c", "f", "v", "is", "t", "row"))


class SheetEditor:
    """One worksheet part under edit; nothing reaches the package before ``commit``.

    With ``only``, a large sheet is looked at in the rows alone for which that is true, and in its first one: the others
    stay as they are, and to ask for one of them is a ValueError. A large sheet with formulas that cells share is looked
    at as a whole, unless the caller says by ``is_shared`` that it sees to them.
    """

    def __init__(
        self, package: Package, sheet: Sheet, only: Callable[[int], bool] | None = None, *, is_shared: bool = False
    ) -> None:
        self._package = package
        self._sheet = sheet
        self.root, self.left = _opened(package, sheet, only, is_shared=is_shared)
        data = self.root.find(qn("x:sheetData"))
        if data is None:
            raise DamagedWorkbook(
                path=package.path.name,
                detail=phrase(N_("the sheet {name} has no cells"), name=sheet.name),
                sheet=sheet.name,
            )
        self.data = data
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}
        number = 0
        for row in data.iterchildren(_ROW):
            number = int(row.get("r", number + 1))
            self._rows[number] = row
        self._numbers = sorted(self._rows)
        self._named: set[int] = set()  # the rows of which every cell says where it is
        self._changed = self._formulas_changed = False
        self._added: Area | None = None

    @property
    def part(self) -> str:
        """The name of the sheet's part."""
        return self._sheet.part

    # Reading back

    def value(self, row: int, col: int) -> Value:
        """The value in the file, the cached one where there is a formula; an error is its text."""
        cell = self._cell(row, col)
        return None if cell is None else self._content(cell)[1]

    def content(self, row: int, col: int) -> Value:
        """The same, with an error as what it is."""
        cell = self._cell(row, col)
        kind, value = ("blank", None) if cell is None else self._content(cell)
        return ExcelError(str(value)) if kind == "e" else value

    def formula(self, row: int, col: int) -> str | None:
        """The formula without its equals sign; for a cell that shares one, as it stands in that cell."""
        cell = self._cell(row, col)
        entry = None if cell is None else _child(cell, _F)
        if entry is None:
            return None
        if entry.get("t") == "shared" and not entry.text:
            for (master_row, master_col), other in self._sharing(entry.get("si", "")):
                if other.text:
                    return moved_formula(other.text, cell_name(master_row, master_col), cell_name(row, col))
        return unescaped(entry.text or "")

    def has_formula(self, row: int, col: int) -> bool:
        """Whether a formula stands there, its own or a shared one."""
        cell = self._cell(row, col)
        return cell is not None and _child(cell, _F) is not None

    def style(self, row: int, col: int) -> int | None:
        """The index of the cell's format; None where it has none of its own."""
        cell = self._cell(row, col)
        index = None if cell is None else cell.get("s")
        return None if index is None else int(index)

    def shown_style(self, row: int, col: int) -> int | None:
        """The format that the cell shows, or would if it were typed in: its own, else its row's, else its column's."""
        own = self.style(row, col)
        if own is not None:
            return own
        self._ensure_there(row)
        around = self._rows.get(row)
        if around is not None and around.get("customFormat") in ("1", "true"):
            return int(around.get("s", "0"))
        return next((style for first, last, style in self._column_styles if first <= col <= last), None)

    def rows(self, first: int, last: int) -> list[int]:
        """The numbers of the rows that the file holds, from ``first`` to ``last``."""
        return self._numbers[bisect.bisect_left(self._numbers, first) : bisect.bisect_right(self._numbers, last)]

    def row_attributes(self, row: int) -> dict[str, str]:
        """The attributes of a row as written."""
        self._ensure_there(row)
        found = self._rows.get(row)
        return {} if found is None else {str(key): str(value) for key, value in found.attrib.items()}

    def row_look(self, row: int) -> tuple[float, bool]:
        """The height of a row, 0 where it has none of its own, and whether it is out of sight."""
        look = self.row_attributes(row)
        return float(look.get("ht") or 0), look.get("hidden") in ("1", "true")

    def is_blank(self, row: int, col: int) -> bool:
        """Whether there is neither value nor formula; a format alone is nothing."""
        cell = self._cell(row, col)
        return cell is None or (_child(cell, _F) is None and self._content(cell)[1] in (None, ""))

    # Changing

    def set(self, row: int, col: int, value: Value, formula: str | None = None, *, array: bool = False) -> bool:
        """Put a value into a cell; its formula stays, or becomes ``formula`` with this as the cached value.

        Returns whether anything differs now.
        """
        cell = self._cell(row, col)
        if cell is None and value is None and formula is None:
            return False
        keeps_formula = formula is not None or (cell is not None and _child(cell, _F) is not None)
        if value == "" and not keeps_formula:
            value = None
        wanted = _content_of(value)
        same_value = (("blank", None) if cell is None else self._content(cell)) == wanted
        if same_value and (formula is None or formula == self.formula(row, col)):
            return False
        text = escaped(value) if isinstance(value, str) else None
        if cell is None:
            cell = self._new_cell(row, col)
        if formula is not None and formula != self.formula(row, col):
            self._put_formula(cell, formula)
            if array:
                cell[0].set("t", "array")
                cell[0].set("ref", cell_name(row, col))
        if not same_value:
            _put_value(cell, value, text)
        self._changed = True
        return True

    def clear(self, row: int, col: int) -> None:
        """Empty a cell, formula and all; its format stays."""
        cell = self._cell(row, col)
        if cell is None or not len(cell) or (_child(cell, _F) is None and self._content(cell) == ("blank", None)):
            return
        self._drop_formula(cell)
        _put_value(cell, None, None)
        self._changed = True

    def set_style(self, row: int, col: int, style: int | None) -> None:
        """Give a cell the format of that index; None takes its own away."""
        if style == self.style(row, col):
            return
        cell = self._cell(row, col)
        if cell is None:
            cell = self._new_cell(row, col)
        if style is None:
            cell.attrib.pop("s", "")
        else:
            cell.set("s", str(style))
        self._changed = True

    def set_row_hidden(self, row: int, hidden: bool) -> None:
        """Hide or show a row."""
        self._ensure_there(row)
        found = self._rows.get(row)
        if hidden == (found is not None and found.get("hidden") in ("1", "true")):
            return
        if found is None:
            found = self._new_row(row)
        if hidden:
            found.set("hidden", "1")
        else:
            found.attrib.pop("hidden", "")
        self._changed = True

    def set_row_height(self, row: int, points: float) -> None:
        """Give a row a height of its own."""
        found = self._rows.get(row)
        if found is None:
            found = self._new_row(row)
        text = number_text(points)
        if found.get("ht") != text or found.get("customHeight") not in ("1", "true"):
            found.set("ht", text)
            found.set("customHeight", "1")
            self._changed = True

    def set_page_break(self, row: int, begins: bool) -> None:
        """Have a printed page begin with a row, or not; every other break stays."""
        holder = self.root.find(qn("x:rowBreaks"))
        there = None if holder is None else next((one for one in holder if one.get("id") == str(row - 1)), None)
        if begins == (there is not None):
            return
        if holder is None:
            holder = in_order(self.root, "rowBreaks", SHEET_ORDER)
        if there is not None:
            holder.remove(there)
        else:
            etree.SubElement(holder, qn("x:brk"), id=str(row - 1), max="16383", man="1")
            holder[:] = sorted(holder, key=lambda one: int(one.get("id", "0")))
        if len(holder):
            holder.set("count", str(len(holder)))
            holder.set("manualBreakCount", str(sum(one.get("man") in ("1", "true") for one in holder)))
        else:
            self.root.remove(holder)
        self._changed = True

    def widen(self, area: Area) -> None:
        """Have the sheet's dimension include ``area``."""
        self._added = area if self._added is None else self._added.union(area)

    def insert_mark(self, mark: str, row: int) -> None:
        """Put a processing instruction where the missing row would stand."""
        place = bisect.bisect(self._numbers, row)
        instruction = etree.ProcessingInstruction(mark, "here")
        if place < len(self._numbers):
            self._rows[self._numbers[place]].addprevious(instruction)
        else:
            self.data.append(instruction)

    def commit(self) -> None:
        """Hand the part to the package if anything differs; the order of calculation goes if formulas came or went."""
        if not self._changed:
            return
        self._package.replace(self._sheet.part, self.serialised())
        if self._formulas_changed:
            self._package.drop_calc_chain()

    def serialised(self) -> Iterator[bytes]:
        """The part as it would be committed, in pieces that never end within a row."""
        dimension = self.root.find(qn("x:dimension"))
        if dimension is not None and self._added is not None:
            ref = dimension.get("ref", "")
            # Excel writes A1 for an empty sheet.
            only = ref in ("", "A1") and self.is_blank(1, 1)
            dimension.set("ref", (self._added if only else parse_area(ref).union(self._added)).ref)
        text = to_bytes(self.root)
        return self.left.put_back(text) if self.left else iter((text,))

    # What is behind

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, int]]:
        """The first and last column of each span of columns that has a format, and the format's index."""
        spans = self.root.iterfind(qn("x:cols/x:col"))
        return [(*span_of(one), int(one.get("style", "0"))) for one in spans if one.get("style")]

    def _cell(self, row: int, col: int) -> Element | None:
        return self._in_row(row).get(col)

    def _in_row(self, row: int) -> dict[int, Element]:
        cells = self._cells.get(row)
        if cells is None:
            self._ensure_there(row)
            cells, column = {}, 0
            for cell in self._rows[row].iterchildren(_C) if row in self._rows else ():
                column = parse_cell(cell.get("r", ""))[1] if cell.get("r") else column + 1
                cells[column] = cell
            self._cells[row] = cells
        return cells

    def _ensure_there(self, row: int) -> None:
        if self.left and row in self.left:
            raise ValueError(f"row {row} of {self._sheet.name} has been left out")

    def _new_row(self, row: int) -> Element:
        self._ensure_there(row)
        new = self.data.makeelement(_ROW, {"r": str(row)})
        place = bisect.bisect(self._numbers, row)
        if place < len(self._numbers):
            self._rows[self._numbers[place]].addprevious(new)
        else:
            self.data.append(new)
        self._numbers.insert(place, row)
        self._rows[row] = new
        return new

    def _new_cell(self, row: int, col: int) -> Element:
        cells = self._in_row(row)
        parent = self._rows.get(row)
        if parent is None:
            parent = self._new_row(row)
        if row not in self._named:
            # Cells and rows may leave their place to be counted; after an insertion counting would mislead.
            self._named.add(row)
            parent.set("r", str(row))
            for column, cell in cells.items():
                cell.set("r", cell_name(row, column))
        new = parent.makeelement(_C, {"r": cell_name(row, col)})
        style = self.shown_style(row, col)
        if style is not None:
            new.set("s", str(style))
        if max(cells, default=0) > col:
            cells[min(column for column in cells if column > col)].addprevious(new)
        else:
            parent.append(new)
        cells[col] = new
        first, _, last = parent.get("spans", "").partition(":")
        if not (first.isdigit() and last.isdigit() and int(first) <= col <= int(last)):
            parent.attrib.pop("spans", "")
        self.widen(Area(row, col, row, col))
        return new

    def _content(self, cell: Element) -> tuple[str, Value]:
        """The kind of a cell's value, and the value."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            item = _child(cell, _IS)
            return ("blank", None) if item is None else ("text", string_of(item))
        entry = _child(cell, _V)
        if entry is None or (entry.text is None and kind != "str"):
            return "blank", None
        text = entry.text or ""
        if kind == "s":
            strings, index = self._package.shared_strings, int(text)
            return "text", strings[index] if index < len(strings) else None
        if kind == "b":
            return "bool", text.strip() in ("1", "true")
        if kind == "n":
            return "number", float(text)
        return ("text" if kind == "str" else kind), unescaped(text)

    def _put_formula(self, cell: Element, formula: str) -> None:
        self._drop_formula(cell)
        entry = cell.makeelement(_F, {})
        entry.text = escaped(formula)
        cell.insert(0, entry)
        self._formulas_changed = True

    def _drop_formula(self, cell: Element) -> None:
        entry = _child(cell, _F)
        if entry is None:
            return
        if entry.get("t") == "shared" and entry.text:
            row, col = parse_cell(cell.get("r", ""))
            for (other_row, other_col), other in list(self._sharing(entry.get("si", ""))):
                if not other.text:
                    moved = moved_formula(entry.text, cell_name(row, col), cell_name(other_row, other_col))
                    other.attrib.clear()
                    other.text = moved
        cell.remove(entry)
        cell.attrib.pop("cm", "")
        self._formulas_changed = True

    def _sharing(self, index: str) -> list[tuple[tuple[int, int], Element]]:
        """The cells that share the formula of that index, with their formula elements."""
        return [
            ((row, col), entry)
            for row in self._numbers
            for col, cell in self._in_row(row).items()
            if (entry := _child(cell, _F)) is not None and entry.get("t") == "shared" and entry.get("si") == index
        ]


def _opened(
    package: Package, sheet: Sheet, only: Callable[[int], bool] | None, *, is_shared: bool
) -> tuple[Element, RowBytes | None]:
    """The tree of a sheet, and the rows that are no part of it and go back."""
    is_large = only is not None and package.size(sheet.part) >= LARGE
    rows = RowBytes.of(package.pieces(sheet.part), only, is_shared=is_shared) if only and is_large else None
    return (package.tree(sheet.part), None) if rows is None else (package.parsed(rows.thin, sheet.part), rows)


def _child(cell: Element, tag: str) -> Element | None:
    """The first child of that tag; a cell has two at most, and to look at both is five times as fast as ``find``."""
    for index in range(len(cell)):
        child = cell[index]
        if child.tag == tag:
            return child
    return None


def _content_of(value: Value) -> tuple[str, Value]:
    if value is None:
        return "blank", None
    if isinstance(value, str):
        return "text", value
    if isinstance(value, ExcelError):
        return "e", value.value
    if isinstance(value, bool):
        return "bool", value
    number_text(value)  # what no cell can hold is refused before it is compared
    return "number", float(value)


def _put_value(cell: Element, value: Value, text: str | None) -> None:
    """Replace the value; metadata of the old one goes, but what marks a kept array formula as dynamic stays."""
    for old in [child for child in cell if child.tag in (_V, _IS)]:
        cell.remove(old)
    formula = _child(cell, _F)
    for attribute in ("t", "vm") if formula is not None and formula.get("t") == "array" else ("t", "vm", "cm"):
        cell.attrib.pop(attribute, "")
    if value is None:
        return
    if text is not None and formula is None:
        cell.set("t", "inlineStr")
        item = cell.makeelement(_IS, {})
        entry = etree.SubElement(item, _T)
        if needs_space(text):
            entry.set(_SPACE, "preserve")
        entry.text = text
        cell.insert(0, item)
        return
    entry = cell.makeelement(_V, {})
    if text is not None:
        cell.set("t", "str")
        entry.text = text or None  # as it is written again once it has been read
    elif isinstance(value, ExcelError):
        cell.set("t", "e")
        entry.text = value.value
    elif isinstance(value, bool):
        cell.set("t", "b")
        entry.text = "1" if value else "0"
    elif not isinstance(value, str):
        entry.text = number_text(value)
    cell.insert(0 if formula is None else 1, entry)


def moved_formula(formula: str, origin: str, place: str) -> str:
    """A formula as copying it from one cell to another would make it."""
    from openpyxl.formula.translate import Translator  # slow to import, seldom needed

    return str(Translator("=" + unescaped(formula), origin=origin).translate_formula(place))[1:]
