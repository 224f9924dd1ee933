"""Late outcomes: closed periods that are not final are counted anew from their rows, and their lines put right.

A lead belongs to the period of its first contact, whenever it becomes a customer. Touches no line that was typed, and
no period of which rows are gone. Reads and writes no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace as replaced

from kpixl.catalog.model import Measure, with_parts
from kpixl.catalog.needs import measures_of
from kpixl.catalog.tables import Lookup, columns_of
from kpixl.entries import Entries, EntryTable, InputCell, PastValue
from kpixl.kpi.closing import ROWS, closed_lines, rows_of
from kpixl.kpi.measure import Tally, measure, open_start
from kpixl.kpi.noise import same
from kpixl.kpi.result import LateKpi
from kpixl.kpi.score import score
from kpixl.period import Period, Window

if TYPE_CHECKING:
    from datetime import date

    from kpixl.catalog.model import BusinessKpi
    from kpixl.catalog.tables import Table

LATE = "late"
"""The source of a line in Past periods that was brought up to date."""


@dataclass(frozen=True)
class Late:
    """What came late to closed periods."""

    lines: tuple[PastValue, ...] = ()
    """The lines of Past periods that are brought up to date."""
    kpis: tuple[LateKpi, ...] = field(default=())


NOTHING_LATE = Late()


def brought_up(entries: Entries, today: date | None = None) -> tuple[Entries, Late]:
    """``entries`` with the closed periods that are not final counted anew as of ``today``, and what has changed by
    that."""
    tables = [table for table in entries.business.tables if table.open and entries.tables.get(table.id) is not None]
    if not tables or not entries.past or not entries.business.open_tables:
        return entries, NOTHING_LATE
    found = {table.id: rows for table in tables if (rows := entries.tables[table.id]) is not None}
    counted = replace(entries, tables={id_: without_calculated(rows) for id_, rows in found.items()}, what_if={})
    lines: list[PastValue] = []
    kpis: list[LateKpi] = []
    for period in _open(entries):
        changed, told = _recounted(counted, period, tables, today)
        if changed:
            counted = replace(counted, past=_with(counted.past, changed))
            lines += changed
            kpis += told
    if not lines:
        return entries, NOTHING_LATE
    return replace(entries, past=counted.past), Late(tuple(lines), tuple(kpis))


def came_late(tally: Tally) -> int:
    """How many rows of the closed periods that are not final have an outcome."""
    edges = tally.edges(Window.PERIOD)
    before = {
        "window_start": edges["open_start"],
        "after_window": edges["window_start"],
        "came_before": edges["window_start"],
    }
    return sum(
        int(np.count_nonzero(tally.meets_where(table.id, where, Window.PERIOD, before)))
        for table, where in tally.entries.business.watched
        if tally.has(table.id, columns_of(where))
    )


def _open(entries: Entries) -> Iterator[Period]:
    """The closed periods that are not final, oldest first."""
    settings = entries.settings_used
    this, closed = entries.period, {line.start for line in entries.past}
    period = Period(this.kind, open_start(this, settings))
    while period.start < this.start:
        if period.start in closed:
            yield period
        period = period.shift(1)


def without_calculated(rows: EntryTable) -> EntryTable:
    """The rows of a table without what their formulas say of the period that the workbook shows."""
    fields = [field.id for field in rows.table.fields if field.id in rows.numbers]
    return replace(rows, numbers={id_: rows.numbers[id_] for id_ in fields})


def _with(past: Sequence[PastValue], changed: Sequence[PastValue]) -> tuple[PastValue, ...]:
    new = {(line.start, line.id): line for line in changed}
    return tuple(new.get((line.start, line.id), line) for line in past)


def _recounted(
    entries: Entries, period: Period, tables: Sequence[Table], today: date | None
) -> tuple[list[PastValue], list[LateKpi]]:
    """The lines of one closed period that are not what its rows say now, and its KPIs that have changed with them."""
    lines = {line.id: line for line in reversed(entries.past) if line.start == period.start}
    business = entries.business
    # A table of which the period has figures had its say, even if that was that there was nothing.
    known = (item for item in business.measures if item.name in lines and lines[item.name].value is not None)
    said = {item.table: InputCell(1.0, "", "") for item in known if item.table}
    then = replace(entries, period=period, typed={}, totals_for=None, none=said)
    tally = Tally(then, today)
    of_table = {table.id: _counted_from(table, business.measures, tables) for table in tables}
    whole = [table for table in tables if _whole(tally, table, of_table[table.id], lines)]
    anew = {item.name: item for table in whole for item in of_table[table.id] if not _is_typed(lines, item.name)}
    moved = [name for name, item in anew.items() if _differs(lines, name, tally.value(item).used)]
    if not moved:
        return [], []
    there = {table.id: then.tables[table.id] for table in whole}
    then = replace(then, typed=_fixed(lines, anew), tables=there)
    tally = Tally(then, today)
    depend = [item for item in business.measures if _rests_on(item, {*moved})]
    changed = []
    for item in depend:
        value = tally.value(item).used
        if not _is_typed(lines, item.name) and value is not None and _differs(lines, item.name, value):
            changed.append(PastValue(period.start, "measure", item.name, value, LATE))
    names = {line.id for line in changed}
    used = (kpi for kpi in business.kpis if kpi.id not in entries.off)
    kpis = tuple(kpi for kpi in used if any(argument.measure.name in names for argument in kpi.arguments))
    told = []
    if kpis:
        # Each KPI of the period, from its lines.
        narrow = replaced(business, kpis=kpis, companions=(), measures=tuple(measures_of(kpis, ()).values()))
        then = replace(then, business=narrow, own=(), past=_with(then.past, changed))
        card = score(then, measure(then, Tally(then, today)), period.after)
        new = {line.id: line for line in closed_lines(card) if line.kind == "kpi"}
        for kpi in kpis:
            id_ = kpi.history_id
            after = new[id_].value
            if after is not None and _differs(lines, id_, after):
                changed.append(replace(new[id_], source=LATE))
                told.append(LateKpi(kpi, period, lines[id_].value, after, _outcomes(kpi, lines, changed)))
    return changed, told


def _counted_from(table: Table, measures: Sequence[Measure], tables: Sequence[Table]) -> list[Measure]:
    """The measures that the rows of one table tell of any period that they are there for."""
    ids = {one.id for one in tables}
    elsewhere = {c.id for c in table.calculated if isinstance(c, Lookup) and c.table not in ids}
    return [
        item
        for item in measures
        if (of := item.aggregate)
        and of.table == table.id
        and not item.through_past
        and not of.squared
        and not of.reads & elsewhere
    ]


def _whole(tally: Tally, table: Table, counted: Sequence[Measure], lines: Mapping[str, PastValue]) -> bool:
    """Whether the rows of the period are all there still: as many as when it was closed. Where that was not written
    down, nothing of what does not come late is less than it was."""
    closed = lines.get(f"{table.id}{ROWS}")
    if closed is not None and closed.value is not None:
        return rows_of(tally.entries, table) >= closed.value
    if table.kept:
        return False
    firm = [item for item in counted if not item.late and item.window is Window.PERIOD and item.name in lines]
    known = [(tally.value(item).used, lines[item.name].value) for item in firm if not _is_typed(lines, item.name)]
    return bool(known) and all(now is not None and now >= (then or 0.0) for now, then in known)


def _is_typed(lines: Mapping[str, PastValue], name: str) -> bool:
    return name in lines and lines[name].source == "typed"


def _differs(lines: Mapping[str, PastValue], name: str, value: float | None) -> bool:
    """Whether a line is there that says something else."""
    if name not in lines or value is None:
        return False
    before = lines[name].value
    return before is None or not same(before, value)


def _fixed(lines: Mapping[str, PastValue], anew: Mapping[str, Measure]) -> dict[str, InputCell]:
    """What stands as the period was closed: all that its rows here do not tell."""
    return {
        id_: InputCell(line.value, "", "") for id_, line in lines.items() if line.value is not None and id_ not in anew
    }


def _rests_on(item: Measure, moved: set[str]) -> bool:
    return any(part.name in moved for part in with_parts(item))


def _outcomes(kpi: BusinessKpi, lines: Mapping[str, PastValue], changed: Sequence[PastValue]) -> float:
    """How many more outcomes the measures of a KPI have than before."""
    new = {line.id: line.value or 0.0 for line in changed}
    late = {part.name for part in kpi.measures if part.late}
    return float(np.sum([new[name] - (lines[name].value or 0.0) for name in late if name in new]))
