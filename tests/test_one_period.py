"""A row counts in one period: not in two, and not in none, whatever days it has and whenever its period is closed.

Rows of any valid days go through months that are closed one after another, in memory, each on some day from its last
one on; what each month counts is held against what one look at all rows, long after, would count.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from kpixl.catalog import businesses
from kpixl.catalog.model import Business, Measure
from kpixl.catalog.tables import Table, word_key
from kpixl.entries import Entries, entry_table
from kpixl.kpi.closing import leaving
from kpixl.kpi.measure import Tally, open_start
from kpixl.period import Kind, Period, Window, serial

FIRST = Period(Kind.MONTH, date(2026, 1, 1))
MONTHS = 6
ROWS = 300
LAST = FIRST.shift(MONTHS)
NOT_IN_ITS_OWN: dict[str, Callable[[dict[str, Any]], bool]] = {
    # Without a day to be done by, a task was to be done by the end of its month: done later, it was not done in time.
    "tasks_completed": lambda row: row["due"] is None,
}
"""Rows that count in no month although they would in all the months together, and why."""


def counted_once(owner: Business) -> Iterator[Measure]:
    """What adds up over months, counted row by row from a table that is not kept whole."""
    for item in owner.measures:
        of = item.aggregate
        if of and of.kind in ("count", "sum", "distinct") and item.rollup == "sum" and item.window is Window.PERIOD:
            yield item


def drawn(table: Table, rows: int, at: random.Random) -> dict[str, list[Any]]:
    """Rows with valid days: in their order, some blank where they may be; what may come late comes before its month is
    final."""
    columns: dict[str, list[Any]] = {field.id: [] for field in table.fields}
    longest = 20 if table.open else 80
    for number in range(rows):
        first = float(serial(FIRST.start) + at.randrange(31 * (MONTHS - 3)))
        for field in table.fields:
            value: Any = f"{field.id} {number}"
            if field.type == "date":
                later = 0 if field.required else at.randrange(longest)
                value = first + later + 0.375 * field.with_time if field.required or at.random() < 0.7 else None
            elif field.type == "choice":
                value = at.choice([*field.choices.values()])
            elif field.type == "number":
                value = float(at.randrange(1, 6))
            columns[field.id].append(value)
    return columns


def entries_of(owner: Business, table: Table, columns: dict[str, list[Any]], period: Period) -> Entries:
    words = {word_key(table.id, f.id, id_): word for f in table.fields for id_, word in f.choices.items()}
    return Entries(
        business=owner,
        company="Test",
        language="en",
        currency="USD",
        period=period,
        tables={table.id: entry_table(table, columns)},
        settings={},
        typed={},
        targets={},
        thresholds={},
        words=words,
    )


def rows_of(columns: dict[str, list[Any]], kept: np.ndarray) -> dict[str, list[Any]]:
    return {id_: [values[row] for row in kept] for id_, values in columns.items()}


CASES = [
    pytest.param(owner, table, id=f"{owner.code}-{table.id}")
    for owner in businesses()
    for table in owner.tables
    if not table.kept and any(item.table == table.id for item in counted_once(owner))
]


@pytest.mark.parametrize(("owner", "table"), CASES)
def test_every_row_counts_in_one_period(owner: Business, table: Table) -> None:
    at = random.Random(f"{owner.code} {table.id}")
    columns = drawn(table, ROWS, at)
    measures = [item for item in counted_once(owner) if item.table == table.id]
    times = {item.id: np.zeros((MONTHS, ROWS), dtype=int) for item in measures}
    rows = np.arange(ROWS)
    for month in range(MONTHS):
        period = FIRST.shift(month)
        # As roll has it: who closes a month says that it is over.
        closed = max(period.after, period.end + timedelta(days=at.randrange(20)))
        entries = entries_of(owner, table, known(table, rows_of(columns, rows), closed), period)
        still_open = [back for back in range(month) if table.open and is_open(FIRST.shift(back), entries)]
        for of in (*still_open, month):
            tally = Tally(replace(entries, period=FIRST.shift(of)), closed)
            for item in measures:
                times[item.id][of, rows] = tally.meets(item)
        rows = rows[~leaving(replace(entries, period=period.shift(1)), table)]
    whole = Tally(entries_of(owner, table, columns, FIRST), LAST.after)
    edges = {"window_start": serial(FIRST.start), "after_window": serial(LAST.start), "came_before": serial(LAST.start)}
    for item in measures:
        ever = whole.meets_where(table.id, item.where, Window.PERIOD, {k: float(v) for k, v in edges.items()})
        spared = NOT_IN_ITS_OWN.get(item.id)
        for row in range(ROWS):
            days = {id_: values[row] for id_, values in columns.items()}
            if not (spared and spared(days)):
                assert (times[item.id][:, row].sum(), item.id, days) == (int(ever[row]), item.id, days)


def is_open(period: Period, entries: Entries) -> bool:
    """Whether what comes late to a closed month is counted anew there."""
    return period.start >= open_start(entries.period, Tally(entries).settings)


def known(table: Table, columns: dict[str, list[Any]], closed: date) -> dict[str, list[Any]]:
    """The rows as they stand: what becomes of one is entered on its day, save where the month waits for it."""
    if table.open:
        return columns
    ends = {field.id for field in table.fields if field.ends}
    return {
        id_: [v if id_ not in ends or v is None or v < serial(closed) else None for v in values]
        for id_, values in columns.items()
    }
