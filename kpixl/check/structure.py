"""Rules about tables and columns as a whole: deleted ones, and empty ones that a KPI waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import Chained, Lookup, Months, Once
from kpixl.check.problem import Problem, name_of
from kpixl.check.sentences import SENTENCES
from kpixl.check.stray import blocks, strays
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.check.case import Case, TableLog

_PLACES = 5
"""So many places of rows outside of a table are named."""
SLOW_ROWS = 5_000
"""With more rows than these, a table whose formulas look through all of its rows takes Excel long."""


def tables_gone(case: Case) -> Iterator[Problem]:
    """Entry tables that the owner deleted."""
    for table in case.entries.business.tables:
        if table.id not in case.logs:
            needed = [item for item in case.counted if item.table == table.id]
            details = {"title": phrase(table.title), "lost": case.lost(needed)}
            code = "table_gone" if needed else "table_unneeded"
            yield Problem(SENTENCES[code].severity, code, "", None, table.id, None, details)


def sheets_unread(case: Case) -> Iterator[Problem]:
    """Sheets of tables that the pack had in an earlier version: whoever types there on would wonder."""
    for sheet in case.entries.unread:
        yield Problem(SENTENCES["sheet_unread"].severity, "sheet_unread", sheet, None, None, None, {"sheet": sheet})


def columns_gone(log: TableLog) -> Iterator[Problem]:
    """Columns that the owner deleted."""
    for column in log.table.columns:
        if not log.rows.has(column.id):
            needed: tuple[Measure, ...] = log.case.readers.get((log.table.id, column.id), ())
            code = "column_gone" if needed else "column_unneeded"
            yield log.problem(code, column.id, title=log.rows.sheet, lost=log.case.lost(needed))


def below(log: TableLog) -> Iterator[Problem]:
    """Rows typed or pasted below a table that did not grow, or beside it."""
    found = strays(log)
    if found:
        places = blocks(found)
        shown = places if len(places) <= _PLACES else (*places[:_PLACES], "…")
        problem = log.problem("rows_below", title=log.rows.sheet, count=len(found), cells=shown)
        yield replace(problem, cell=places[0])


def empty(log: TableLog) -> Iterator[Problem]:
    """Tables without rows of the period, where a KPI needs them and no total is typed."""
    waits = log.table.waits and not log.case.tally.entered(log.table.id)
    said, entries = log.case.entries.none.get(log.table.id), log.case.entries
    if said is not None and said.filled and not entries.said_of_it:
        told = log.problem("nothing_of_another_period", where=said.cell, title=log.rows.sheet, day=entries.period.start)
        yield replace(told, cell=said.cell)
    if not waits and (not log.empty or entries.has_nothing(log.table.id)):
        return
    needed = [item for item in log.case.counted if item.table == log.table.id and item.name not in log.case.meant]
    results = {result.kpi.id: result for result in log.case.scorecard.results}
    kpis = log.case.kpis_of(needed)
    without = [kpi for kpi in kpis if kpi.id in results and results[kpi.id].value is None]
    code = "table_empty" if without else "table_empty_zero"
    if kpis and waits and said is not None and said.cell:
        lost = tuple(name_of(kpi) for kpi in kpis)
        yield replace(log.problem("not_entered", title=log.rows.sheet, lost=lost, where=said.cell), cell=said.cell)
    elif kpis:
        lost = tuple(name_of(kpi) for kpi in without or kpis)
        yield log.problem(code, title=log.rows.sheet, lost=lost)


def outcomes(log: TableLog) -> Iterator[Problem]:
    """Columns that tell what became of rows and are blank in all of several rows, where a KPI needs them and no total
    is typed."""
    for table, column in log.case.entries.business.outcomes:
        if table != log.table.id or log.case.tally.has_outcomes(table, column):
            continue
        needed = [item for item in log.case.counted if item.aggregate and item.aggregate.outcome == column]
        needed = [item for item in needed if item.table == table and item.name not in log.case.meant]
        lost = tuple(name_of(kpi) for kpi in log.case.kpis_of(needed))
        if lost:
            yield log.problem("no_outcomes", column, title=log.rows.sheet, lost=lost)


def slow(log: TableLog) -> Iterator[Problem]:
    """Tables that have grown too long for formulas that look through all rows, once for each row."""
    count, found = _filled(log), dict[str, int]()
    for column in log.table.calculated:
        if column.id not in log.rows.letters:
            continue
        if isinstance(column, Once | Months | Chained):
            found[log.rows.sheet] = max(count, found.get(log.rows.sheet, 0))
        elif isinstance(column, Lookup) and column.table in log.case.logs:
            other = log.case.logs[column.table]
            if count * _filled(other) > SLOW_ROWS**2:
                longer = max((log, other), key=_filled)
                found[longer.rows.sheet] = max(_filled(longer), SLOW_ROWS + 1)
    for title, rows in found.items():
        if rows > SLOW_ROWS:
            yield log.problem("slow_table", title=title, count=rows)


def _filled(log: TableLog) -> int:
    return int(np.count_nonzero(log.filled))
