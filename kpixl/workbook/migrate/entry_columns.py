"""Columns that today's tables have and those of a workbook lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.catalog.tables import Field
from kpixl.i18n import language
from kpixl.ooxml.cells import parse_area
from kpixl.ooxml.column_looks import look_in
from kpixl.ooxml.defined_names import add_names
from kpixl.ooxml.shape import find_table
from kpixl.ooxml.table_columns import NewColumn, add_columns, has_room, heading_free
from kpixl.workbook import layout
from kpixl.workbook.migrate.pattern import first_cell, heading_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.tables import Table
    from kpixl.ooxml.package import Package
    from kpixl.workbook.migrate.before import Before
    from kpixl.workbook.migrate.pattern import Pattern


@dataclass(frozen=True)
class Room:
    """What can come into the tables, by their id."""

    columns: Mapping[str, tuple[str, ...]]
    """Columns for which there is room."""
    left_out: tuple[tuple[str, str], ...]
    """Tables and columns for which there is none, since the owner has something beside the table."""

    def told(self, state: Before) -> tuple[tuple[str, str], ...]:
        """The names of the tables and columns that are left out, as the owner knows them."""
        t, tables = language(state.language), catalog.catalogue_of(state.full).tables
        return tuple(
            (state.sheets[id_].name, layout.headings(tables[id_], t).get(column, column))
            for id_, column in self.left_out
        )


def room(package: Package, state: Before) -> Room:
    """Which columns are new to the workbook, and for which of them there is room."""
    columns: dict[str, tuple[str, ...]] = {}
    left_out: list[tuple[str, str]] = []
    for id_, ids in _columns(state).items():
        if id_ not in state.tables:
            continue
        new = tuple(column for column in ids if layout.column_name(id_, column) not in state.names)
        if not new:
            continue
        if has_room(package, state.tables[id_], len(new)):
            columns[id_] = new
        elif id_ not in (layout.PAST, layout.IMPORTS):
            left_out += [(id_, column) for column in new]
    return Room(columns, tuple(left_out))


def add(package: Package, state: Before, model: Pattern, room: Room) -> None:
    """Add the columns at the right ends of their tables. What they calculate is written with all other formulas."""
    others = layout.other_headings(model.context.t)
    tables = {table.id: table for table in state.full.tables}
    names: dict[str, str] = {}
    for id_, ids in room.columns.items():
        called = state.tables[id_]
        headings = others[id_] if id_ in others else layout.headings(tables[id_], model.context.t)
        key = "settings" if id_ == layout.IMPORTS else id_
        taken = list(find_table(package, called).columns)
        new = []
        for column in ids:
            at = list(headings).index(column)
            (top, left), (first, _) = _corner(id_, at, model), first_cell(at)
            first = first if id_ != layout.IMPORTS else top + 1
            heading = heading_free(taken, headings[column])
            taken.append(heading)
            calculated = id_ in tables and not isinstance(_column(tables[id_], column), Field)
            new.append(
                NewColumn(
                    heading,
                    model.style(key, top, left),
                    model.style(key, first, left),
                    {} if id_ == layout.IMPORTS else look_in(model.editor(key).root, left),
                    '""' if calculated else None,
                )
            )
            names[layout.column_name(id_, column)] = state.aliases.there(layout.structured(id_, heading))
        add_columns(package, called, new)
    add_names(package, names)


def _columns(state: Before) -> dict[str, list[str]]:
    found = {table.id: [column.id for column in table.columns] for table in state.full.tables}
    return found | {layout.PAST: list(layout.PAST_COLUMNS), layout.IMPORTS: list(layout.IMPORT_COLUMNS)}


def _corner(id_: str, at: int, model: Pattern) -> tuple[int, int]:
    """Where a new workbook has the heading of a column."""
    if id_ != layout.IMPORTS:
        return heading_cell(at)
    area = parse_area(find_table(model.package, model.context.aliases.name(layout.table_name(id_))).ref)
    return area.top, area.left + at


def _column(table: Table, id_: str) -> object:
    return next(column for column in table.columns if column.id == id_)
