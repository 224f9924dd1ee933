"""Columns added at the right end of an Excel Table, and what a column calculates written anew.

Never writes over anything: where something stands to the right of the table, it does not grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.cells import Area, parse_area
from kpixl.ooxml.column_looks import look_of_column
from kpixl.ooxml.elements import in_order
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import unescaped
from kpixl.ooxml.references import same_formula
from kpixl.ooxml.shape import find_table, shape_of
from kpixl.ooxml.sheet import SheetEditor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.ooxml.package import Package

_TABLE_ORDER = ("autoFilter", "sortState", "tableColumns", "tableStyleInfo", "extLst")


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to add, with its formats by their index."""

    heading: str
    heading_style: int
    style: int
    look: Mapping[str, str]
    """The width of the column and whether it is hidden, as the sheet writes them."""
    formula: str | None = None


def has_room(package: Package, table_name: str, count: int) -> bool:
    """Whether so many columns can be added to a table without touching anything that stands beside it."""
    table = find_table(package, table_name)
    area = parse_area(table.ref)
    new = Area(area.top, area.right + 1, area.bottom, area.right + count)
    editor = SheetEditor(package, table.sheet, lambda row: area.top <= row <= area.bottom)
    merged = (parse_area(one.get("ref", "")) for one in editor.root.iterfind(qn("x:mergeCells/x:mergeCell")))
    others = (parse_area(one.ref) for one in package.tables if one.part != table.part and one.sheet == table.sheet)
    if any(new.overlaps(one) for one in (*merged, *others)):
        return False
    rows = editor.rows(new.top, new.bottom)
    return all(editor.is_blank(row, column) for row in rows for column in range(new.left, new.right + 1))


def add_columns(package: Package, table_name: str, columns: Sequence[NewColumn]) -> None:
    """Add columns at the right end of a table; see ``has_room`` first. Values are not known yet."""
    table = find_table(package, table_name)
    root = package.tree(table.part)
    area, data = parse_area(table.ref), shape_of(root).data
    editor = SheetEditor(package, table.sheet, lambda row: area.top <= row <= area.bottom)
    holder = in_order(root, "tableColumns", _TABLE_ORDER)
    last = max((int(entry.get("id", "0")) for entry in holder), default=0)
    for place, column in enumerate(columns, 1):
        number = area.right + place
        entry = etree.SubElement(holder, qn("x:tableColumn"), id=str(last + place), name=column.heading)
        if column.formula is not None:
            etree.SubElement(entry, qn("x:calculatedColumnFormula")).text = column.formula
        editor.set(area.top, number, column.heading)
        editor.set_style(area.top, number, column.heading_style)
        for row in range(data.top, data.bottom + 1):
            if column.formula is not None:
                editor.set(row, number, "", column.formula)
            editor.set_style(row, number, column.style)
        look_of_column(editor.root, number, column.look)
    holder.set("count", str(len(holder)))
    grown = Area(area.top, area.left, area.bottom, area.right + len(columns))
    root.set("ref", grown.ref)
    for entry in root.iterfind(qn("x:autoFilter")):
        old = parse_area(entry.get("ref", ""))
        if old.right == area.right:
            entry.set("ref", Area(old.top, old.left, old.bottom, grown.right).ref)
    editor.widen(grown)
    package.replace(table.part, root)
    editor.commit()


def calculate(package: Package, table_name: str, heading: str, formula: str) -> bool:
    """Have a column calculate ``formula``, where it does otherwise; whether it did. What somebody typed over the
    formula stays."""
    table = find_table(package, table_name)
    root = package.tree(table.part)
    data = shape_of(root).data
    index = table.columns.index(heading)
    entry = list(root.iterfind(qn("x:tableColumns/x:tableColumn")))[index]
    declared = entry.find(qn("x:calculatedColumnFormula"))
    if declared is not None and same_formula(unescaped(declared.text or ""), formula):
        return False
    if declared is None:
        declared = entry.makeelement(qn("x:calculatedColumnFormula"))
        entry.insert(0, declared)
    declared.attrib.clear()
    declared.text = formula
    editor = SheetEditor(package, table.sheet, lambda row: data.top <= row <= data.bottom)
    number = data.left + index
    for row in range(data.top, data.bottom + 1):
        there = editor.formula(row, number)
        if there is not None and not same_formula(there, formula):
            value = editor.value(row, number)
            editor.set(row, number, "" if isinstance(value, str) or value is None else value, formula)
    package.replace(table.part, root)
    editor.commit()
    return True


def heading_free(columns: Sequence[str], heading: str) -> str:
    """A heading that no column of a table has, in any case: the one that is wanted, or one with kpixl's name."""
    taken = {column.casefold() for column in columns}
    found, number = heading, 1
    while found.casefold() in taken:
        found, number = f"{heading} (kpixl{'' if number == 1 else f' {number}'})", number + 1
    return found
