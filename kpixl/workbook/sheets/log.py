"""Log: what kpixl did to the workbook, the newest first. Its owner can switch it off, or delete the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, static
from kpixl.workbook.log_line import ROOM

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.ooxml.cells import Value

COLUMNS = {
    "when": N_("When"),
    "command": N_("Command"),
    "version": N_("Version"),
    "read": N_("Read"),
    "written": N_("Written"),
    "left_out": N_("Left out, and why"),
}
WIDTHS = {"when": 19, "command": 14, "version": 9, "read": 44, "written": 52, "left_out": 52}
SWITCH = ("switch", "command")
"""The cell that switches it off."""
LINES = tuple(f"line_{number}" for number in range(1, ROOM + 1))
_HELP = N_(
    "What kpixl did to this workbook, the newest first. The last {count} lines are kept; type “{no}” in the yellow "
    "cell to have no more of them."
)


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "switch", "headings", *LINES)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    t = c.t
    help_ = t(_HELP).format(count=ROOM, no=t("no"))
    found: dict[tuple[str, str], Cell] = {
        ("title", "when"): label(c.titles["log"], style.TITLE),
        ("help", "when"): label(help_, style.HELP),
        ("switch", "when"): label(t(N_("Keep a log?")), style.TEXT),
        SWITCH: entry_cell(t("yes"), style.entry("general", align="left")),
    }
    for column, heading in COLUMNS.items():
        found["headings", column] = label(t(heading), style.HEADING)
    # Lines that the owner has deleted take none away: the others move up into those that are left.
    there = c.placements["log"].row_numbers if "log" in c.placements else {}
    for place, row in enumerate(row for row in LINES if row in there):
        line = c.log[place] if place < len(c.log) else None
        for column in COLUMNS:
            value: Value = getattr(line, column) if line else None
            found[row, column] = static(value or None, _LOOKS.get(column, _TEXT))
    return found


def heights(c: Context) -> dict[str, float]:
    """Room for the longest of the texts of every line."""
    found = dict.fromkeys(LINES, 1)
    for (row, column), cell in cells(c).items():
        if row in found and column in ("read", "written", "left_out"):
            lines = -(-len(str(cell.value or "")) // (WIDTHS[column] - 4))
            found[row] = max(found[row], lines)
    return {row: _LINE * lines + 2 for row, lines in found.items()}


_LINE = 13.5
_TEXT = style.Style(wrap=True, vertical="top")
_LOOKS = {
    "when": style.Style(format=style.FORMATS["moment"], align="left", vertical="top"),
    "command": style.Style(vertical="top"),
    "version": style.Style(vertical="top"),
}
