"""Ids that are called otherwise now, in the lines of Past periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.table_rows import set_cells
from kpixl.workbook import layout
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.ooxml.package import Package


def in_past(package: Package, names: Mapping[str, str]) -> None:
    """Give the lines of Past periods with an id among ``names`` the one that it stands for now."""
    blocks = Blocks(FileView(package))
    name = blocks.table_name(layout.PAST, layout.PAST_COLUMNS)
    table, heading = blocks.view.table(name), blocks.headings(layout.PAST, ["id"]).get("id")
    if table is None or heading not in table.columns:
        return
    at = table.columns.index(heading)
    changes = {(row, heading): names[str(cells[at])] for row, cells in enumerate(table.rows) if str(cells[at]) in names}
    if changes:
        set_cells(package, name, changes)
