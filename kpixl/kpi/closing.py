"""What becomes of a period when it is closed: the rows that leave, and the lines that Past periods keep of it.

Reads and writes no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import columns_of
from kpixl.entries import PastValue
from kpixl.kpi.measure import Tally

if TYPE_CHECKING:
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
    return Tally(entries).meets_where(table.id, table.leaves)


def blank_rows(rows: EntryTable) -> np.ndarray:
    """Which rows, shape (rows,), hold nothing: in no field, and in no column of the owner's."""
    blank = np.ones(len(rows), dtype=bool)
    for field in rows.table.fields:
        if rows.has(field.id):
            blank &= rows.blank(field.id)
    blank[list(rows.noted)] = False
    return blank


def closed_lines(scorecard: Scorecard) -> tuple[PastValue, ...]:
    """Every measure and KPI in use, as Past periods has them."""
    entries = scorecard.entries
    start, shown = entries.period.start, entries.business.shown
    measures = (
        PastValue(start, "measure", name, value.used, value.source or "")
        for name, value in scorecard.measures.items()
        if name in shown
    )
    kpis = (
        PastValue(start, "kpi", result.kpi.history_id, result.value, level=standing_id(result))
        for result in scorecard.results
    )
    return (*measures, *kpis)


def standing_id(result: Result) -> str:
    """What Past periods has as the level of a result."""
    if result.level is not None:
        return result.level.id
    return result.grade.standing.value if result.grade.standing else ""
