"""Filling an Excel Table: growing it by rows, with everything that has to grow with it, and setting single cells.

Never overwrites what stands below the table, and never builds a tree of the new rows: they are spliced in as bytes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.errors import N_, ContentBelowTable, UnknownField, WorkbookError
from kpixl.ooxml.cells import MAX_ROW, Area, cell_name, column_letters, escaped, needs_space, number_text, parse_area
from kpixl.ooxml.insert_rows import insert_rows
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.rules import grow_rules
from kpixl.ooxml.shape import columns_of, find_table, is_blank_row, shape_of
from kpixl.ooxml.sheet import SheetEditor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.cells import Value
    from kpixl.ooxml.package import Package, TablePart
    from kpixl.ooxml.shape import Column

_CHUNK = 2_000
_KEPT_ROW_ATTRIBUTES = ("ht", "customHeight", "s", "customFormat")


@dataclass(frozen=True, slots=True)
class _Filled:
    """A column with its new values; None where none were given."""

    column: Column
    values: Sequence[Value] | None


class HoldsFormula(WorkbookError):
    """A formula of the owner's where a value is to be written."""

    code = "holds_formula"
    template = N_(
        "{sheet}!{cell} holds a formula, which kpixl does not write over; put its value there instead and try again."
    )


def append_rows(package: Package, table_name: str, columns: Mapping[str, Sequence[Value]]) -> None:
    """Append rows to a table, by the texts of its headings; dates are Excel's serial numbers.

    The one blank row of a new table is filled first. Columns that are not given stay blank, calculated ones get
    their formula in every row.
    """
    table = find_table(package, table_name)
    count = _count(table, columns)
    if count == 0:
        return
    root = package.tree(table.part)
    shape = shape_of(root)
    data = shape.data
    # Of what is there, only the first and the last row say how new ones look, and what follows is in the way.
    editor = SheetEditor(package, table.sheet, lambda row: row <= data.top or row >= data.bottom)
    described = columns_of(root, editor, data)
    is_new = data.top == data.bottom and is_blank_row(editor, data.top, described)
    start = data.top if is_new else data.bottom + 1
    new = Area(start, data.left, start + count - 1, data.right)
    grown = Area(data.bottom + 1, data.left, new.bottom, data.right)
    has_room = shape.totals > 0 and grown.bottom >= grown.top and not _beside(package, table)
    if has_room:  # above the totals, as Excel makes it
        insert_rows(package, table.sheet, {data.bottom: grown.bottom - data.bottom})
        root, editor = package.tree(table.part), SheetEditor(package, table.sheet)
        described = columns_of(root, editor, data)
    _refuse_obstacles(package, table, editor, grown, shape.totals > 0 and not has_room)
    grow_rules(editor.root, data, new.bottom)
    editor.widen(new)
    attributes = editor.row_attributes(data.top)
    filled = [_Filled(column, columns.get(heading)) for heading, column in zip(table.columns, described, strict=True)]
    package.replace(table.sheet.part, _fill(editor, new, filled, attributes))
    if any(column.formula is not None for column in described):
        package.drop_calc_chain()
    if grown.bottom >= grown.top or "insertRow" in root.attrib:
        _grow_table(root, data.bottom, parse_area(root.get("ref", "")).union(new))
        package.replace(table.part, root)


def set_cells(package: Package, table_name: str, changes: Mapping[tuple[int, str], Value]) -> None:
    """Set single data cells by the 0-based index of the row and the text of the heading; dates are serial numbers.

    A cell without a format of its own gets that of the column's first cell. With nothing changed: ValueError for a row
    that is not there, HoldsFormula for a cell with a formula.
    """
    table = find_table(package, table_name)
    _refuse_unknown(table, (heading for _, heading in changes))
    data = shape_of(package.tree(table.part)).data
    rows = {data.top, *(data.top + index for index, _ in changes)}
    editor = SheetEditor(package, table.sheet, rows.__contains__)
    for (index, heading), value in changes.items():
        row, column = data.top + index, data.left + table.columns.index(heading)
        if not data.top <= row <= data.bottom:
            raise ValueError(f"{table.name} has no data row {index}")
        if editor.has_formula(row, column):
            raise HoldsFormula(sheet=table.sheet.name, cell=cell_name(row, column))
        bare = editor.style(row, column) is None
        if editor.set(row, column, value) and bare:
            editor.set_style(row, column, editor.shown_style(data.top, column))
    editor.commit()


def _refuse_unknown(table: TablePart, headings: Iterable[str]) -> None:
    for heading in headings:
        if heading not in table.columns:
            raise UnknownField(table=table.name, got=heading, allowed=", ".join(table.columns))


def _count(table: TablePart, columns: Mapping[str, Sequence[Value]]) -> int:
    _refuse_unknown(table, columns)
    counts = {len(values) for values in columns.values()}
    if len(counts) > 1:
        raise ValueError(f"the columns for {table.name} are not equally long: {sorted(counts)}")
    return counts.pop() if counts else 0


def _refuse_obstacles(package: Package, table: TablePart, editor: SheetEditor, grown: Area, has_totals: bool) -> None:
    """The table may not grow over anything, nor past the end of the sheet."""
    if grown.bottom < grown.top:
        return
    found = [_first_common(grown, merged) for merged in _merged(editor.root) if grown.overlaps(merged)]
    for other in package.tables:
        if other.sheet.part == table.sheet.part and other.name != table.name:
            area = parse_area(other.ref)
            if grown.overlaps(area):
                found.append(_first_common(grown, area))
    if has_totals:
        found.append((grown.top, grown.left))
    if grown.bottom > MAX_ROW:
        found.append((MAX_ROW, grown.left))
    filled = (
        (row, column)
        for row in editor.rows(grown.top, grown.bottom)
        for column in range(grown.left, grown.right + 1)
        if not editor.is_blank(row, column)
    )
    found.extend(cell for cell in (next(filled, None),) if cell is not None)
    if found:
        raise ContentBelowTable(sheet=table.sheet.name, cell=cell_name(*min(found)))


def _beside(package: Package, table: TablePart) -> bool:
    """Whether another table stands in rows of this one, which inserted rows would tear apart."""
    area = parse_area(table.ref)
    others = (parse_area(one.ref) for one in package.tables if one.sheet.part == table.sheet.part)
    return sum(other.top <= area.bottom and area.top <= other.bottom for other in others) > 1


def _merged(root: Element) -> list[Area]:
    return [parse_area(e.get("ref", "")) for e in root.iterfind(qn("x:mergeCells/x:mergeCell"))]


def _first_common(grown: Area, other: Area) -> tuple[int, int]:
    return max(grown.top, other.top), max(grown.left, other.left)


def _grow_table(root: Element, old_bottom: int, area: Area) -> None:
    root.attrib.pop("insertRow", "")  # says that the one row is not there yet
    root.set("ref", area.ref)
    for entry in root.iter(*(qn(f"x:{tag}") for tag in ("autoFilter", "sortState", "sortCondition"))):
        old = parse_area(entry.get("ref", ""))
        if old.bottom == old_bottom:
            entry.set("ref", Area(old.top, old.left, area.bottom, old.right).ref)


def _fill(editor: SheetEditor, new: Area, columns: list[_Filled], model: dict[str, str]) -> Iterator[bytes]:
    """The sheet with the new rows: those that exist are completed in the tree, the others spliced in as text."""
    taken = editor.rows(new.top, new.bottom)
    for row in taken:
        _fill_row(editor, row, row - new.top, columns)
    mark = f"kpixl-{secrets.token_hex(8)}"
    gaps = []
    for before, row in zip([new.top - 1, *taken], [*taken, new.bottom + 1], strict=True):
        if row - before > 1:
            gaps.append((before + 1, row - 1))
            editor.insert_mark(mark, before + 1)
    prefix = f"{editor.data.prefix}:" if editor.data.prefix else ""
    waiting, sign = iter(gaps), f"<?{mark} here?>".encode()
    for piece in editor.serialised():
        first, *others = piece.split(sign)
        yield first
        for after, (top, bottom) in zip(others, waiting, strict=False):
            yield from _rows(prefix, top, bottom, new.top, columns, model)
            yield after


def _fill_row(editor: SheetEditor, row: int, index: int, columns: list[_Filled]) -> None:
    for filled in columns:
        column = filled.column
        value = None if filled.values is None else filled.values[index]
        has_formula = editor.formula(row, column.number) is not None
        wanted = column.formula(row) if column.formula is not None and not has_formula else None
        editor.set(row, column.number, value, wanted, array=column.array and wanted is not None)
        if column.style is not None:
            editor.set_style(row, column.number, column.style)


def _rows(
    prefix: str, first: int, last: int, origin: int, columns: list[_Filled], model: dict[str, str]
) -> Iterator[bytes]:
    """The XML of rows ``first`` to ``last``, in pieces of many rows; ``origin`` is the row of the first values."""
    attributes = "".join(f' {key}="{model[key]}"' for key in _KEPT_ROW_ATTRIBUTES if key in model)
    texts: dict[str, str] = {}
    for top in range(first, last + 1, _CHUNK):
        numbers = range(top, min(top + _CHUNK, last + 1))
        heads = [f'<{prefix}row r="{row}"{attributes}>' for row in numbers]
        cells = [_cells(prefix, column, numbers, origin, texts) for column in columns]
        ends = [f"</{prefix}row>"] * len(numbers)
        yield "".join("".join(parts) for parts in zip(heads, *cells, ends, strict=True)).encode()


def _cells(prefix: str, filled: _Filled, numbers: range, origin: int, texts: dict[str, str]) -> list[str]:
    column = filled.column
    style = "" if column.style is None else f' s="{column.style}"'
    start = f'<{prefix}c r="{column_letters(column.number)}'
    end = f"</{prefix}c>"
    values: Sequence[Value] = [None] * len(numbers)
    if filled.values is not None:
        values = filled.values[numbers.start - origin : numbers.stop - origin]
    blank = f'"{style}>{end}' if style else ""
    cells = []
    for row, value in zip(numbers, values, strict=True):
        if column.formula is not None:
            kind, content = _formula_cell(prefix, column, row, value)
        elif value is None or value == "":
            cells.append(f"{start}{row}{blank}" if blank else "")
            continue
        elif isinstance(value, str):
            kind = ' t="inlineStr"'
            content = texts.get(value) or texts.setdefault(value, _inline(prefix, value))
        else:
            kind, content = _plain(prefix, value)
        cells.append(f'{start}{row}"{style}{kind}>{content}{end}')
    return cells


def _formula_cell(prefix: str, column: Column, row: int, value: Value) -> tuple[str, str]:
    assert column.formula is not None
    kind, content = ("", "") if value is None else _plain(prefix, value)
    array = f' t="array" ref="{cell_name(row, column.number)}"' if column.array else ""
    return kind, f"<{prefix}f{array}>{_formula_text(column.formula(row))}</{prefix}f>{content}"


@lru_cache(maxsize=64)
def _formula_text(formula: str) -> str:
    """A formula as XML; most columns have the same in every row."""
    return escape(escaped(formula), quote=False)


def _plain(prefix: str, value: bool | float | str | ExcelError) -> tuple[str, str]:
    if type(value) is float:  # what most are
        return "", f"<{prefix}v>{number_text(value)}</{prefix}v>"
    if isinstance(value, ExcelError):
        kind, text = ' t="e"', value.value
    elif isinstance(value, bool):
        kind, text = ' t="b"', "1" if value else "0"
    elif isinstance(value, str):
        kind, text = ' t="str"', escape(escaped(value), quote=False)
    else:
        kind, text = "", number_text(value)
    return kind, f"<{prefix}v>{text}</{prefix}v>"


def _inline(prefix: str, text: str) -> str:
    space = ' xml:space="preserve"' if needs_space(text) else ""
    return f"<{prefix}is><{prefix}t{space}>{escape(escaped(text), quote=False)}</{prefix}t></{prefix}is>"
