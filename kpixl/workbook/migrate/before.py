"""A workbook as it stands before it is brought up to date: what it was made with, and what it is to have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kpixl import catalog
from kpixl.catalog.model import with_parts
from kpixl.catalog.needs import columns_read
from kpixl.cellvalue import number
from kpixl.period import LAST_SERIAL, Kind, from_serial
from kpixl.workbook import layout
from kpixl.workbook.aliases import Aliases
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.grid import BLOCK_PREFIX
from kpixl.workbook.migrate import layout_record as record
from kpixl.workbook.older import in_their_order
from kpixl.workbook.read import fixed_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from kpixl.catalog.model import Business
    from kpixl.ooxml.package import Package, Sheet
    from kpixl.period import DateSystem
    from kpixl.workbook.grid import Placement


@dataclass(frozen=True)
class Before:
    """What is known of a workbook beforehand."""

    version: int
    made: Business
    """With the KPIs, measures and columns that the workbook has."""
    full: Business
    """With all that it is to have; the KPIs that it has come first, in its own order."""
    language: str
    currency: str
    kind: Kind
    company: str
    day: date | None
    """Any day of its period, where it says one."""
    places: Mapping[str, Placement]
    sheets: Mapping[str, Sheet]
    """The sheets that are there, by their key."""
    names: Mapping[str, str]
    aliases: Aliases
    tables: Mapping[str, str]
    """What the tables that are there are called, by their id."""
    days: DateSystem

    @classmethod
    def of(cls, package: Package, version: int) -> Before:
        """The workbook in a package."""
        blocks = Blocks(FileView(package))
        fixed = fixed_in(blocks)
        calc = blocks.places("calc")[0].get("calc")
        full = in_their_order(catalog.whole(fixed.business, fixed.kind), calc)
        # A KPI is shown, even where it is to be counted from a measure that is not there yet.
        shown = {*calc.row_numbers} if calc else {kpi.id for kpi in fixed.business.kpis}
        made = replace(fixed.business, kpis=tuple(kpi for kpi in full.kpis if kpi.id in shown))
        places, sheets = blocks.places(*layout.blocks(full))
        there = {table.name.lower(): table for table in package.tables}
        columns = {table.id: [column.id for column in table.columns] for table in full.tables}
        columns |= {layout.PAST: list(layout.PAST_COLUMNS), layout.IMPORTS: list(layout.IMPORT_COLUMNS)}
        called = {id_: blocks.table_name(id_, ids) for id_, ids in columns.items()}
        tables = {id_: name for id_, name in called.items() if name.lower() in there}
        sheets |= {id_: there[name.lower()].sheet for id_, name in tables.items() if id_ != layout.IMPORTS}
        renamed = {layout.table_name(id_): name for id_, name in tables.items() if name != layout.table_name(id_)}
        serial = number(blocks.day(blocks.named("period_day")).raw)
        return cls(
            version,
            made,
            full,
            fixed.language,
            fixed.currency,
            fixed.kind,
            str(blocks.named("company").raw or ""),
            from_serial(serial) if serial is not None and 1 < serial < LAST_SERIAL + 1 else None,
            places,
            sheets,
            blocks.names,
            Aliases({**blocks.aliases.names, **renamed}),
            tables,
            blocks.days,
        )

    def had_row(self, block: str, row: str) -> bool:
        """Whether the workbook was made with that row, so that a missing one was deleted."""
        mark = record.row_mark(self.full.id, block, row)
        return (block, row) not in self._new_rows and self._recorded(mark)

    def had_column(self, block: str, column: str) -> bool:
        """Whether the workbook was made with that column."""
        mark = record.column_mark(self.full.id, block, column)
        return (block, column) not in self._new_columns and self._recorded(mark)

    def had_block(self, block: str) -> bool:
        """Whether the workbook was made with that block."""
        if BLOCK_PREFIX + block in self.names:
            return True
        placement = layout.blocks(self.full)[block].placement
        return any(self.had_row(block, row) for row in placement.rows)

    @cached_property
    def _new_rows(self) -> frozenset[tuple[str, str]]:
        """What only a KPI, a measure or a column that the workbook lacks has brought: it cannot have been deleted."""
        return _ids(self.full, "rows") - _ids(self.made, "rows")

    @cached_property
    def _new_columns(self) -> frozenset[tuple[str, str]]:
        return _ids(self.full, "columns") - _ids(self.made, "columns")

    def _recorded(self, mark: bytes) -> bool:
        return self.version == layout.LAYOUT_VERSION or mark in record.marks(self.version)


def _ids(business: Business, kind: str) -> frozenset[tuple[str, str]]:
    """Block and id of every row or column that a new workbook has."""
    placements = layout.placements(business).items()
    return frozenset((id_, one) for id_, place in placements for one in getattr(place, kind))


def narrowed_to(business: Business, left_out: Collection[tuple[str, str]]) -> Business:
    """The business without some columns of tables, and without what is counted from them."""
    if not left_out:
        return business
    ids = [table.id for table in business.tables]
    known = catalog.catalogue_of(business).tables
    without = {
        measure.name
        for measure in business.measures
        if any(columns_read(ids, known, [part]) & {*left_out} for part in with_parts(measure))
    }
    return catalog.known_to(
        business,
        kpis={kpi.id for kpi in business.kpis},
        measures={measure.name for measure in business.measures} - without,
        columns={(table.id, column.id) for table in business.tables for column in table.columns} - {*left_out},
    )
