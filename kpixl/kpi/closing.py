"""What becomes of a period when it is closed: the rows that leave, and the lines that Past periods keep of it.

Reads and writes no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import Lookup, columns_of
from kpixl.entries import PastValue
from kpixl.kpi.grade import calculate
from kpixl.kpi.measure import Tally
from kpixl.period import Window, serial

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.catalog.tables import Table
    from kpixl.entries import Entries, EntryTable
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


def leaving(entries: Entries, table: Table) -> np.ndarray:
    """Which rows of ``table``, shape (rows,), neither the period of ``entries`` nor a later one needs. A row that lacks
    what would tell stays, and so does every row where a column that would tell is gone."""
    rows = entries.tables.get(table.id)
    if rows is None:
        return np.zeros(0, dtype=bool)
    if table.kept or not all(map(rows.has, columns_of(table.leaves))):
        return np.zeros(len(rows), dtype=bool)
    return Tally(entries).meets_where(table.id, table.leaves, rows_needed(entries.business, table.id))


def rows_needed(business: Business, table: str) -> Window:
    """The longest window over which something in use is counted from the very rows of ``table``, and not from the
    totals of closed periods."""
    shown = business.shown
    counted = [(item, of) for item in business.measures if item.name in shown and (of := item.aggregate)]
    found = [item.window for item, of in counted if of.table == table and of.kind == "distinct"]
    for _, of in counted:
        columns = (one for one in business.table(of.table).calculated if isinstance(one, Lookup))
        found += [one.window for one in columns if one.table == table and one.id in of.reads]
    return max(found, key=lambda window: window.months or 0, default=Window.PERIOD)


ROWS = ".rows"
"""What the name of a table has behind it in Past periods, where it says how many rows the period had."""


ACTION, NOTE = ".action", ".note"
"""What the id of a KPI has behind it there, where a line says what was done about it, or noted."""


def rows_of(entries: Entries, table: Table) -> int:
    """How many rows of ``table`` belong to the period: those dated in it; of a list, what began by its end."""
    rows, begins = entries.tables.get(table.id), table.date or (table.stays or ("",))[0]
    if rows is None or begins not in rows.numbers:
        return 0
    days = rows.numbers[begins]
    first = -np.inf if table.kept else serial(entries.period.start)
    return int(np.count_nonzero((days >= first) & (days < serial(entries.period.after))))


def blank_rows(rows: EntryTable) -> np.ndarray:
    """Which rows, shape (rows,), hold nothing: in no field, and in no column of the owner's."""
    blank = np.ones(len(rows), dtype=bool)
    for field in rows.table.fields:
        if rows.has(field.id):
            blank &= rows.blank(field.id)
    blank[list(rows.noted)] = False
    return blank


def closed_lines(scorecard: Scorecard) -> tuple[PastValue, ...]:
    """Every measure and KPI, as Past periods has them, and how many rows there are of what may come late. A KPI that is
    switched off has a value as well, so that it comes back with its history."""
    entries = scorecard.entries
    start, shown = entries.period.start, entries.business.shown
    measures = (
        PastValue(start, "measure", name, value.used, value.source or "")
        for name, value in scorecard.measures.items()
        if name in shown
    )
    kpis = (
        PastValue(start, "kpi", result.kpi.history_id, result.kept, level=standing_id(result))
        for result in scorecard.results
    )
    off = (
        PastValue(start, "kpi", result.kpi.history_id, calculate(result.kpi, result.measures)[0])
        for result in scorecard.slots
        if result.off
    )
    counts = ((table.id, rows_of(entries, table)) for table in entries.business.tables if table.open)
    rows = (PastValue(start, "rows", f"{id_}{ROWS}", float(count)) for id_, count in counts if count)
    return (*measures, *kpis, *off, *rows)


def standing_id(result: Result) -> str:
    """What Past periods has as the level of a result."""
    if result.level is not None:
        return result.level.id
    return result.grade.standing.value if result.grade.standing else ""
