"""Workbooks made before the catalogue grew: they are read, and refreshed, without what they lack, until they are
brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from kpixl import catalog
from kpixl.workbook import layout

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.ooxml.package import Package
    from kpixl.workbook.blocks import Blocks
    from kpixl.workbook.grid import Placement


def as_made(blocks: Blocks, business: Business) -> Business:
    """The business with the KPIs, measures and columns that the workbook was made with."""
    places, sheets = blocks.places("totals", "kpis", "calc")

    def has(block: str, row: str, name: str) -> bool:
        place = places.get(block)
        if place is None or row in place.row_numbers:
            return True
        # A row that the owner deleted has left its name behind; of one that was never there, nothing is.
        return _is_left(blocks.names.get(name, ""), sheets[place.sheet].name)

    return catalog.known_to(
        in_their_order(business, places.get("calc")),
        kpis={kpi.id for kpi in business.kpis if has("kpis", kpi.id, f"{kpi.name_prefix}_value")},
        measures={item.name for item in business.measures if has("totals", item.name, item.name)},
        columns={
            (table.id, column.id)
            for table in business.tables
            for column in table.columns
            if layout.column_name(table.id, column.id) in blocks.names
        },
    )


def is_earlier(package: Package) -> bool:
    """Whether a workbook is of an earlier layout, which can be brought to today's."""
    version = layout.version_in(package.custom_properties)
    return version.isdigit() and layout.OLDEST_VERSION <= int(version) < layout.LAYOUT_VERSION


def in_their_order(business: Business, place: Placement | None) -> Business:
    """The business with its KPIs in the order in which the workbook has them: one that came later stands last in it,
    wherever the catalogue has it."""
    if place is None:
        return business
    rows = place.row_numbers
    kpis = tuple(sorted(business.kpis, key=lambda kpi: rows.get(kpi.id, 1 << 20)))
    return business if kpis == business.kpis else replace(business, kpis=kpis)


def _is_left(refers_to: str, sheet: str) -> bool:
    """Whether a name is one of ours: it refers to a cell of ``sheet``, or to one that is gone; not to what an owner
    called so before kpixl did."""
    return "#REF!" in refers_to or refers_to.rpartition("!")[0].strip("'").replace("''", "'") == sheet
