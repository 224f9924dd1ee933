"""The list of inactive customers at the end of Breakdown, as of the last refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.errors import N_
from kpixl.kpi.inactive import MEASURE, counted
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, static

if TYPE_CHECKING:
    from kpixl.catalog.model import Business

ROOM = 40
"""So many are named."""
TITLE = N_("Inactive customers")
NAME, SINCE = N_("Customer"), N_("Customer since")
NOBODY = N_("Nobody: every customer has bought something within the repeat interval.")
OVER = N_("Bought nothing for {days} days or more, as of {date}. Who has been a customer longest stands first.")
MORE = N_("{count} more are not shown.")


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the rows of the list; none in a business that does not count them."""
    if counted(business) is None:
        return ()
    return ("inactive_title", "inactive_note", "inactive_headings", *_lines(), "inactive_more", "inactive_space")


def _lines() -> tuple[str, ...]:
    return tuple(f"inactive_{number}" for number in range(ROOM))


def cells(c: Context) -> Cells:
    """Every cell of the list."""
    if counted(c.business) is None:
        return {}
    t, found = c.t, list(c.inactive)
    muted = style.Style(size=9, colour=palette.MUTED)
    days, on = t.number(float(c.tally.settings["repeat_days"])), t.date(c.scorecard.entries.period.end)
    known, more = c.scorecard.measures[MEASURE].used is not None, len(found) - ROOM
    note = t(OVER if found else NOBODY).format(days=days, date=on) if known else None
    shown: dict[tuple[str, str], Cell] = {
        ("inactive_title", "name"): label(t(TITLE), style.Style(size=12, bold=True, colour=palette.ACCENT)),
        ("inactive_note", "name"): static(note, muted),
        ("inactive_headings", "name"): label(t(NAME), style.HEADING),
        ("inactive_headings", "value_0"): label(t(SINCE), style.HEADING_RIGHT),
        ("inactive_more", "name"): static(t(MORE).format(count=t.number(more)) if more > 0 else None, muted),
    }
    for row, one in zip(_lines(), [*found[:ROOM], *[None] * ROOM], strict=False):
        look = style.Style(format=style.FORMATS["date"], align="right", shrink=True)
        shown[row, "name"] = static(one.name if one else None, style.Style())
        shown[row, "value_0"] = static(one.since if one else None, look)
    return shown


def hidden_rows(c: Context) -> set[str]:
    """Lines that nobody stands on."""
    return {*_lines()[len(c.inactive) :]} if counted(c.business) is not None else set()
