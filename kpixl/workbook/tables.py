"""Growing an Excel Table by rows, with everything that has to grow with it.

Never overwrites what stands below the table, and never builds a tree of the new rows: they are spliced in as bytes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree

from kpixl.entries import CellError
from kpixl.errors import N_, ContentBelowTable, OwnedPartMissing, Phrase, UnknownField
from kpixl.workbook.cells import MAX_ROW, Area, cell_name, column_letters, escaped, needs_space, number_text, parse_area
from kpixl.workbook.package import MAIN, unescaped
from kpixl.workbook.sheet import SheetEditor, moved_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

    from kpixl.workbook.cells import Value
    from kpixl.workbook.package import Package, Table

_CHUNK = 2_000
_KEPT_ROW_ATTRIBUTES = ("ht", "customHeight", "s", "customFormat")
_WITH_SQREF = frozenset({"conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"})


@dataclass(frozen=True, slots=True)
class _Column:
    """How the new cells of a column look; ``formula`` gives the text for a row."""

    number: int
    style: int | None
    formula: Callable[[int], str] | None
    array: bool
    values: Sequence[Value] | None


def append_rows(package: Package, table_name: str, columns: Mapping[str, Sequence[Value]]) -> None:
    """Append rows to a table, by the texts of its headings; dates are Excel's serial numbers.

    The one blank row of a new table is filled first. Columns that are not given stay blank, calculated ones get
    their formula in every row.
    """
    table = _table(package, table_name)
    count = _count(table, columns)
    if count == 0:
        return
    root = package.tree(table.part)
    area = parse_area(table.ref)
    headings, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
    data = Area(area.top + headings, area.left, area.bottom - totals, area.right)
    editor = SheetEditor(package, table.sheet)
    described = _columns(root, table, editor, data, columns)
    start = data.top if _is_one_blank_row(editor, data, described) else data.bottom + 1
    new = Area(start, data.left, start + count - 1, data.right)
    grown = Area(data.bottom + 1, data.left, new.bottom, data.right)
    _refuse_obstacles(package, table, editor, grown, totals > 0)
    _grow_rules(editor.root, data, new.bottom)
    editor.widen(new)
    attributes = editor.row_attributes(data.top)
    package.replace(table.sheet.part, _fill(editor, new, described, attributes))
    if any(column.formula is not None for column in described):
        package.drop_calc_chain()
    if grown.bottom >= grown.top or "insertRow" in root.attrib:
        _grow_table(root, data.bottom, area.union(new))
        package.replace(table.part, root)


def _table(package: Package, name: str) -> Table:
    for table in package.tables:
        if table.name.lower() == name.lower():
            return table
    raise OwnedPartMissing(path=package.path.name, what=Phrase(N_("the table {name}"), name=name))


def _count(table: Table, columns: Mapping[str, Sequence[Value]]) -> int:
    for heading in columns:
        if heading not in table.columns:
            raise UnknownField(table=table.name, got=heading, allowed=", ".join(table.columns))
    counts = {len(values) for values in columns.values()}
    if len(counts) > 1:
        raise ValueError(f"the columns for {table.name} are not equally long: {sorted(counts)}")
    return counts.pop() if counts else 0


def _columns(
    root: Element, table: Table, editor: SheetEditor, data: Area, columns: Mapping[str, Sequence[Value]]
) -> list[_Column]:
    entries = root.iterfind(f"{{{MAIN}}}tableColumns/{{{MAIN}}}tableColumn")
    described = []
    for number, (heading, entry) in enumerate(zip(table.columns, entries, strict=True), start=data.left):
        calculated = entry.find(f"{{{MAIN}}}calculatedColumnFormula")
        described.append(
            _Column(
                number=number,
                style=editor.shown_style(data.top, number),
                formula=_formula(calculated, editor, data, number),
                array=calculated is not None and calculated.get("array") in ("1", "true"),
                values=columns.get(heading),
            )
        )
    return described


def _formula(calculated: Element | None, editor: SheetEditor, data: Area, column: int) -> Callable[[int], str] | None:
    """The column's formula in a given row: as the table declares it, else as its last cell has it (LibreOffice saves
    tables without declarations). None for a column without one."""
    if calculated is None:
        last = editor.formula(data.bottom, column)
        if last is None:
            return None
        origin = cell_name(data.bottom, column)
        return lambda row: moved_formula(last, origin, cell_name(row, column))
    text = unescaped(calculated.text or "")
    here, below = cell_name(data.top, column), cell_name(data.top + 1, column)
    if moved_formula(text, here, below) == text:
        return lambda row: text
    # It looks at cells beside it: only a cell of the column says from where.
    model = editor.formula(data.bottom, column)
    place = cell_name(data.bottom, column)
    if model is None:
        return lambda row: moved_formula(text, here, cell_name(row, column))
    return lambda row: moved_formula(model, place, cell_name(row, column))


def _is_one_blank_row(editor: SheetEditor, data: Area, columns: list[_Column]) -> bool:
    blank = all(column.formula is not None or editor.is_blank(data.top, column.number) for column in columns)
    return data.top == data.bottom and blank


def _refuse_obstacles(package: Package, table: Table, editor: SheetEditor, grown: Area, has_totals: bool) -> None:
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


def _merged(root: Element) -> list[Area]:
    return [parse_area(e.get("ref", "")) for e in root.iterfind(f"{{{MAIN}}}mergeCells/{{{MAIN}}}mergeCell")]


def _first_common(grown: Area, other: Area) -> tuple[int, int]:
    return max(grown.top, other.top), max(grown.left, other.left)


def _grow_rules(root: Element, data: Area, bottom: int) -> None:
    """Conditional formats, validations and the like that reach the last row shall reach the new last one."""
    rules = (e for child in root if child.tag != f"{{{MAIN}}}sheetData" for e in child.iter("{*}*"))
    for entry in rules:
        if etree.QName(entry).localname not in _WITH_SQREF:
            continue
        if "sqref" in entry.attrib:
            entry.set("sqref", _grown_sqref(entry.get("sqref", ""), data, bottom))
        for inner in entry.iterchildren("{*}sqref"):
            inner.text = _grown_sqref(inner.text or "", data, bottom)


def _grown_sqref(sqref: str, data: Area, bottom: int) -> str:
    refs, more = [], []
    for ref in sqref.split():
        try:
            area = parse_area(ref)
        except ValueError:  # whole columns or rows need no growing
            refs.append(ref)
            continue
        left, right = max(area.left, data.left), min(area.right, data.right)
        if left > right or not area.top <= data.bottom <= area.bottom < bottom:
            refs.append(ref)
        elif (left, right) == (area.left, area.right):
            refs.append(Area(area.top, left, bottom, right).ref)
        else:
            # Beside the table is not the table's: only its own columns go on.
            refs.append(ref)
            more.append(Area(area.bottom + 1, left, bottom, right).ref)
    return " ".join((*refs, *more))


def _grow_table(root: Element, old_bottom: int, area: Area) -> None:
    root.attrib.pop("insertRow", "")  # says that the one row is not there yet
    root.set("ref", area.ref)
    for entry in root.iter(*(f"{{{MAIN}}}{tag}" for tag in ("autoFilter", "sortState", "sortCondition"))):
        old = parse_area(entry.get("ref", ""))
        if old.bottom == old_bottom:
            entry.set("ref", Area(old.top, old.left, area.bottom, old.right).ref)


def _fill(editor: SheetEditor, new: Area, columns: list[_Column], model: dict[str, str]) -> bytes:
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
    kept = editor.serialised().split(f"<?{mark} here?>".encode())
    pieces = [kept[0]]
    for (first, last), after in zip(gaps, kept[1:], strict=True):
        pieces.extend(_rows(prefix, first, last, new.top, columns, model))
        pieces.append(after)
    return b"".join(pieces)


def _fill_row(editor: SheetEditor, row: int, index: int, columns: list[_Column]) -> None:
    for column in columns:
        value = None if column.values is None else column.values[index]
        has_formula = editor.formula(row, column.number) is not None
        wanted = column.formula(row) if column.formula is not None and not has_formula else None
        editor.set(row, column.number, value, wanted, array=column.array and wanted is not None)
        if column.style is not None:
            editor.set_style(row, column.number, column.style)


def _rows(
    prefix: str, first: int, last: int, origin: int, columns: list[_Column], model: dict[str, str]
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


def _cells(prefix: str, column: _Column, numbers: range, origin: int, texts: dict[str, str]) -> list[str]:
    style = "" if column.style is None else f' s="{column.style}"'
    start = f'<{prefix}c r="{column_letters(column.number)}'
    end = f"</{prefix}c>"
    cells = []
    for row in numbers:
        value = None if column.values is None else column.values[row - origin]
        if column.formula is not None:
            kind, content = _formula_cell(prefix, column, row, value)
        elif value is None or value == "":
            kind, content = "", ""
            if not style:
                cells.append("")
                continue
        elif isinstance(value, str):
            kind = ' t="inlineStr"'
            content = texts.get(value) or texts.setdefault(value, _inline(prefix, value))
        else:
            kind, content = _plain(prefix, value)
        cells.append(f'{start}{row}"{style}{kind}>{content}{end}')
    return cells


def _formula_cell(prefix: str, column: _Column, row: int, value: Value) -> tuple[str, str]:
    assert column.formula is not None
    kind, content = ("", "") if value is None else _plain(prefix, value)
    array = f' t="array" ref="{cell_name(row, column.number)}"' if column.array else ""
    return kind, f"<{prefix}f{array}>{escape(escaped(column.formula(row)))}</{prefix}f>{content}"


def _plain(prefix: str, value: bool | float | str | CellError) -> tuple[str, str]:
    if isinstance(value, CellError):
        kind, text = ' t="e"', value.code
    elif isinstance(value, bool):
        kind, text = ' t="b"', "1" if value else "0"
    elif isinstance(value, str):
        kind, text = ' t="str"', escape(escaped(value))
    else:
        kind, text = "", number_text(value)
    return kind, f"<{prefix}v>{text}</{prefix}v>"


def _inline(prefix: str, text: str) -> str:
    space = ' xml:space="preserve"' if needs_space(text) else ""
    return f"<{prefix}is><{prefix}t{space}>{escape(escaped(text))}</{prefix}t></{prefix}is>"
