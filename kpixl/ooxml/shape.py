"""One Excel Table as it stands on its sheet: where its rows are, how its columns look and what they calculate.

Never changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, OwnedPartMissing
from kpixl.message import phrase
from kpixl.ooxml.cells import Area, cell_name, parse_area
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import unescaped
from kpixl.ooxml.sheet import moved_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, TablePart
    from kpixl.ooxml.sheet import SheetEditor


@dataclass(frozen=True, slots=True)
class Shape:
    """The rows and columns of a table's data, and how many totals rows stand under it (0 or 1)."""

    data: Area
    totals: int


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column look; ``formula`` gives the text for a row, None where nothing is calculated.

    ``declared``: the table itself says that the column is calculated, not only its cells.
    """

    number: int
    style: int | None
    formula: Callable[[int], str] | None
    array: bool
    declared: bool


def find_table(package: Package, name: str) -> TablePart:
    """The table of that name, in any case; OwnedPartMissing without one."""
    for table in package.tables:
        if table.name.lower() == name.lower():
            return table
    raise OwnedPartMissing(path=package.path.name, what=phrase(N_("the table {name}"), name=name))


def shape_of(root: Element) -> Shape:
    """The shape of a table by the root of its part."""
    area = parse_area(root.get("ref", ""))
    headings, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
    return Shape(Area(area.top + headings, area.left, area.bottom - totals, area.right), totals)


def columns_of(root: Element, editor: SheetEditor, data: Area) -> list[Column]:
    """The columns of a table from left to right."""
    entries = root.iterfind(qn("x:tableColumns/x:tableColumn"))
    described = []
    for number, entry in zip(range(data.left, data.right + 1), entries, strict=True):
        calculated = entry.find(qn("x:calculatedColumnFormula"))
        described.append(
            Column(
                number=number,
                style=editor.shown_style(data.top, number),
                formula=_formula(calculated, editor, data, number),
                array=calculated is not None and calculated.get("array") in ("1", "true"),
                declared=calculated is not None,
            )
        )
    return described


def is_blank_row(editor: SheetEditor, row: int, columns: Sequence[Column]) -> bool:
    """Whether nothing was entered in a data row; what is calculated does not count."""
    return all(column.formula is not None or editor.is_blank(row, column.number) for column in columns)


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
