"""Closed periods from rows that are older than the workbook: their measures and KPIs, as if each had been closed.

Touches no line that is there, and says nothing of a measure for which other rows would be needed. Reads and writes no
file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.model import with_parts
from kpixl.catalog.tables import Lookup, branches
from kpixl.entries import InputCell, PastValue
from kpixl.kpi.closing import closed_lines
from kpixl.kpi.late import without_calculated
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import score
from kpixl.period import Period, Window, from_serial, serial

if TYPE_CHECKING:
    from datetime import date

    from kpixl.catalog.model import Measure
    from kpixl.catalog.tables import Table
    from kpixl.entries import Entries, EntryTable

BACKFILL = "backfill"
"""The source of a measure in Past periods that was computed from rows of earlier periods."""
MOST_PERIODS = 36
"""So many periods back at most: what is older is in no usual range."""
_QUARTER = 4
"""Where the rows begin later than this part of a period, those before them may be missing."""


@dataclass(frozen=True)
class Backfill:
    """What rows of earlier periods come to."""

    lines: tuple[PastValue, ...] = ()
    """What Past periods lacked, the oldest period first."""
    periods: tuple[Period, ...] = ()
    """The periods of which there are lines."""
    begun: Period | None = None
    """A period that is left out, since the rows begin within it."""


def backfilled(entries: Entries, table: Table, before: EntryTable, today: date) -> Backfill:
    """The periods before that of ``entries``, from the rows of ``table`` that are there and those ``before`` them, as
    of ``today``. A KPI has a value where Past periods or these rows have all that it is made of."""
    rows, begins = entries.tables.get(table.id), table.date or (table.stays or ("",))[0]
    if rows is None or begins not in rows.numbers:
        return Backfill()
    joined = _joined(without_calculated(rows), before)
    days = joined.numbers[begins]
    days = days[np.isfinite(days) & (days < serial(entries.period.start))]
    if not len(days):
        return Backfill()
    oldest = from_serial(float(days.min()))
    first = Period.containing(entries.period.kind, oldest)
    begun = None
    if not table.kept and (oldest - first.start).days * _QUARTER > (first.after - first.start).days:
        begun, first = first, first.shift(1)
    looked_at = {column.table for column in table.calculated if isinstance(column, Lookup)}
    known = {id_: without_calculated(other) for id_, other in entries.tables.items() if other and id_ in looked_at}
    counted = replace(entries, tables={**known, table.id: joined}, totals_for=None, none={}, what_if={}, own=())
    lines, periods = [], []
    period = max(first, entries.period.shift(-MOST_PERIODS), key=lambda one: one.start)
    while period.start < entries.period.start:
        new = _lines_of(counted, period, table, first, today)
        counted = replace(counted, past=(*counted.past, *new))
        if new:
            lines += new
            periods.append(period)
        period = period.shift(1)
    return Backfill(tuple(lines), tuple(periods), begun)


def _joined(rows: EntryTable, before: EntryTable) -> EntryTable:
    """The rows of a table and others, one below the other."""
    return replace(
        rows,
        count=len(rows) + len(before),
        numbers={id_: np.append(numbers, before.numbers[id_]) for id_, numbers in rows.numbers.items()},
        texts={id_: np.append(texts, before.texts[id_]) for id_, texts in rows.texts.items()},
    )


def _lines_of(entries: Entries, period: Period, table: Table, first: Period, today: date) -> list[PastValue]:
    """What Past periods lack of one period. ``first`` is the first one of which there are all rows."""
    there = {line.id: line for line in entries.past if line.start == period.start and line.value is not None}
    known = {id_: InputCell(line.value, "", "") for id_, line in there.items()}
    then = replace(entries, period=period, typed=known)
    tally = Tally(then, today)
    card = score(then, measure(then, tally), period.after, tally)
    told = {
        item.name
        for item in entries.business.measures
        if item.name in there or _tells(item, table, tally, first, there)
    }
    used = {kpi.history_id for kpi in entries.business.kpis if {a.measure.name for a in kpi.arguments} <= told}
    found = []
    for line in closed_lines(card):
        if line.value is None or line.id in there:
            continue
        if line.kind == "measure" and line.id in told:
            found.append(replace(line, source=BACKFILL))
        elif (line.kind == "kpi" and line.id in used) or (line.kind == "rows" and line.id.startswith(f"{table.id}.")):
            found.append(line)
    # Nothing of it, where the only thing known is that there is nothing.
    return found if any(line.kind == "measure" for line in found) else []


def _tells(item: Measure, table: Table, tally: Tally, first: Period, there: dict[str, PastValue]) -> bool:
    """Whether the rows of ``table`` have all of a measure: of each part that no line of the period has, and of all days
    that it reaches back to."""
    return all(
        part.name in there
        or part.through_past
        or (part.aggregate is not None and part.aggregate.table == table.id and _reaches(part, tally, first, table))
        for part in with_parts(item)
        if part.aggregate is not None
    )


def _reaches(item: Measure, tally: Tally, first: Period, table: Table) -> bool:
    """Whether a measure needs no row from before the first period of which there are all."""
    if table.kept:
        return True
    if item.window is not Window.PERIOD and tally.entries.period.window_start(item.window) < first.start:
        return False
    of = item.aggregate
    named = {one.operand for branch in branches(of.where) for one in branch if one.kind == "name"} if of else set()
    return "repeat_start" not in named or tally.edges(Window.PERIOD)["repeat_start"] >= serial(first.start)
