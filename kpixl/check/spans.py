"""Rules about the dates of a row: against each other, against other rows of the same name, against the period."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import Elapsed, Lookup, branches
from kpixl.check.fields import day_of
from kpixl.check.problem import amount
from kpixl.kpi.closing import ROWS
from kpixl.kpi.noise import same
from kpixl.period import Period, Window, serial

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.catalog.tables import Calculated, Table
    from kpixl.check.case import Finding, TableLog


def backwards(log: TableLog) -> Iterator[Finding]:
    """Resolved before opened, completed before assigned, end before start."""
    spans = [("backwards", c.since, c.until, c.unit == "hours") for c in log.table.calculated if isinstance(c, Elapsed)]
    if log.table.stays:
        spans.append(("backwards", *log.table.stays, False))
    certain = {column.reads for column in log.table.certain_orders}
    spans += [("backwards" if pair in certain else "earlier", *pair, False) for pair in log.table.in_order]
    for code, since, until, with_time in dict.fromkeys(spans):
        if since not in log.rows.numbers or until not in log.rows.numbers:
            continue
        begin, finish = log.numbers(since), log.numbers(until)
        wrong = begin > finish if with_time else begin // 1 > finish // 1
        details = partial(_backwards_details, log, since, until, with_time)
        yield from log.problems(code, until, np.flatnonzero(wrong), details)


def starts_missing(log: TableLog) -> Iterator[Finding]:
    """Days that would count from another one, which may be blank and is."""
    counted = {column for item in log.case.entries.business.measures for column in _read(item, log.table)}
    pairs = [column.reads for column in log.table.elapsed if column.id in counted]
    pairs += [pair for pair in log.table.in_order if pair[1] in counted]
    for since, until in dict.fromkeys(pairs):
        if since not in log.rows.numbers or until not in log.rows.numbers or log.table.field(since).required:
            continue
        rows = np.flatnonzero(log.blank(since) & ~np.isnan(log.numbers(until)))
        yield from log.problems("start_missing", since, rows, partial(_start_details, log, until))


def _read(item: Measure, table: Table) -> frozenset[str]:
    return item.aggregate.reads if item.aggregate and item.table == table.id else frozenset()


def _start_details(log: TableLog, until: str, _: int) -> dict[str, object]:
    return {"until_heading": log.heading(until)}


def _backwards_details(log: TableLog, since: str, until: str, with_time: bool, row: int) -> dict[str, object]:
    return {
        "since_heading": log.heading(since),
        "since": day_of(log.numbers(since)[row], with_time=with_time),
        "until": day_of(log.numbers(until)[row], with_time=with_time),
    }


def calculated_cells(log: TableLog) -> Iterator[Finding]:
    """Calculated columns that hold something else than their formula gives, which Excel counts all the same."""
    for column in log.table.calculated:
        if not isinstance(column, Elapsed) or column.squares:
            yield from _hidden(log, column)
            continue
        if not {column.id, *column.reads} <= set(log.rows.numbers):
            continue
        expected, found = log.case.tally.calculated(log.rows, column), log.numbers(column.id)
        details = partial(_calculated_details, log, column, expected)
        missing = np.isfinite(expected) & np.isnan(found) & ~_untimed(log, column)
        yield from log.problems("calculated_missing", column.id, np.flatnonzero(missing), details)
        with np.errstate(invalid="ignore"):
            differs = np.abs(found - expected) > _TOLERANCE * np.maximum(1.0, np.abs(expected))
        yield from log.problems("calculated_differs", column.id, np.flatnonzero(differs), details)


_TOLERANCE = 1e-6
"""As a fraction of what the formula gives; below 1, in its unit."""


def _untimed(log: TableLog, column: Elapsed) -> np.ndarray:
    """Which rows have two whole days where hours are counted: an import leaves their hours blank."""
    if column.unit != "hours":
        return np.zeros(len(log.rows), dtype=bool)
    whole: np.ndarray = (log.numbers(column.since) % 1 == 0) & (log.numbers(column.until) % 1 == 0)
    return whole


def _hidden(log: TableLog, column: Calculated) -> Iterator[Finding]:
    """Cells of a hidden column that do not hold what its formula gives."""
    there = {*log.rows.numbers, *log.rows.texts}
    if isinstance(column, Lookup) and not log.case.tally.can_look_up(log.rows, column):
        return
    if not {column.id, *column.reads} <= there:
        return
    expected, found = log.case.tally.calculated(log.rows, column), log.numbers(column.id)
    right = np.isclose(expected, found, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
    yield from log.problems("hidden_changed", column.id, np.flatnonzero(~right & log.filled), lambda row: {})


def _calculated_details(log: TableLog, column: Elapsed, expected: np.ndarray, row: int) -> dict[str, object]:
    return {
        "got": float(log.numbers(column.id)[row]),
        # From nine to ten is an hour, and not the 0.99999999994 that it is between two serials.
        "expected": round(float(expected[row]), 6),
        "since_heading": log.heading(column.since),
        "until_heading": log.heading(column.until),
    }


def overlaps(log: TableLog) -> Iterator[Finding]:
    """Two stays of one name at the same time. Ending on the day on which the next one starts is no overlap."""
    if not log.table.stays or not log.keys or not {*log.table.stays} <= set(log.rows.numbers):
        return
    start, end = log.table.stays
    starts_blank = np.nan if log.table.field(start).required else -np.inf
    begin, finish = _days(log, start, starts_blank), _days(log, end, np.inf)
    # What is no stay for certain (a text for a date, an end before the start) is told elsewhere.
    rows = np.flatnonzero((log.names >= 0) & (begin <= finish))
    rows = rows[np.lexsort((finish[rows], begin[rows], log.names[rows]))]
    names, begin, finish = log.names[rows], begin[rows], finish[rows]
    latest = _latest(names, finish)
    clash = (begin[1:] < latest[:-1]) | ((begin[1:] == begin[:-1]) & (finish[1:] == finish[:-1]))
    clashes = np.flatnonzero(clash & (names[1:] == names[:-1])) + 1
    others = {}
    for at in clashes[np.unique(names[clashes], return_index=True)[1]]:
        stay = np.searchsorted(names, names[at])
        others[int(rows[at])] = int(rows[stay + np.argmax(finish[stay:at])])
    yield from log.problems("overlap", log.keys[0].id, sorted(others), lambda row: _pair(log, row, others[row]))


def _latest(names: np.ndarray, finish: np.ndarray) -> np.ndarray:
    """The latest ``finish`` so far of each name; equal names stand together, the smaller numbers first."""
    days, ranks = np.unique(finish, return_inverse=True)
    latest: np.ndarray = days[np.maximum.accumulate(names * len(days) + ranks) % max(1, len(days))]
    return latest


def _days(log: TableLog, column: str, where_blank: float) -> np.ndarray:
    """Days of ``column``, with its meaning for a blank cell; NaN for anything else."""
    return np.where(log.rows.blank(column), where_blank, log.numbers(column) // 1)


def _pair(log: TableLog, row: int, other: int) -> dict[str, object]:
    key = log.keys[0].id
    return {"got": log.rows.texts[key][row], "other": log.rows.cell(key, other)}


def outside_period(log: TableLog) -> Iterator[Finding]:
    """How many rows are dated outside the period, and have no part in its figures; nor in those of a period that was
    closed before they were typed."""
    column, period = log.table.date, log.case.entries.period
    if log.table.kept or column is None or column not in log.rows.numbers:
        return
    closed = log.leaving & _in_closed(log, column)
    if closed.any():
        first = log.rows.cell(column, int(np.flatnonzero(closed)[0]))
        yield log.problem("closed_period", column, count=int(np.count_nonzero(closed)), first=first)
    outside = log.leaving & ~closed
    begins = next(field.id for field in log.table.fields if field.type == "date")
    if not log.table.ahead and begins in log.rows.numbers:
        outside |= log.numbers(begins) >= serial(period.after)
    if outside.any():
        first = log.rows.cell(column, int(np.flatnonzero(outside)[0]))
        count = int(np.count_nonzero(outside))
        yield log.problem("outside_period", column, period=period, count=count, first=first)


def still_to_come(log: TableLog) -> Iterator[Finding]:
    """Rows of the period that do not count yet, since their day has not come; of what is planned that goes without
    saying."""
    edges = log.case.tally.edges(Window.PERIOD)
    if log.table.ahead or edges["came_before"] >= edges["after_window"]:
        return
    for field in log.fields:
        if field.type != "date" or field.planned or field.id not in log.rows.numbers:
            continue
        counted = (item.aggregate for item in log.case.readers.get((log.table.id, field.id), ()))
        if any(of.table == log.table.id and not of.planned and field.id in of.reads for of in counted if of):
            days = log.numbers(field.id)
            rows = np.flatnonzero((days >= edges["came_before"]) & (days < edges["after_window"]))
            if len(rows):
                first = log.rows.cell(field.id, int(rows[0]))
                yield log.problem("still_to_come", field.id, count=len(rows), first=first)


def closed_smaller(log: TableLog) -> Iterator[Finding]:
    """Closed periods to whose rows, where these are kept for later periods, more came than their lines say."""
    column, period = log.table.date, log.case.entries.period
    if log.table.kept or log.table.open or column is None or column not in log.rows.numbers:
        return
    days = log.numbers(column)
    stays = ~log.leaving & (days < serial(period.start))
    told: set[Period] = set()
    for item in log.case.entries.business.measures if stays.any() else ():
        amounts = _amounts(log, item, column)
        if amounts is None:
            continue
        for line in log.case.entries.past:
            if line.id != item.name or line.value is None or line.source == "typed":
                continue
            closed = Period.containing(period.kind, line.start)
            if closed in told:
                continue
            within = _within(days, closed)
            got = float(amounts[within].sum())
            if (stays & within).any() and got > line.value and not same(got, line.value):
                told.add(closed)
                shown = (amount(one, item.unit, log.case.entries.currency) for one in (got, line.value))
                details = dict(zip(("got", "closed"), shown, strict=True))
                yield log.problem("closed_smaller", column, period=closed, measure=item, row=None, **details)


def as_closed(log: TableLog) -> np.ndarray:
    """Which rows, shape (rows,), belong to a closed period and are there as it was closed: as many as then, and they
    come to what its lines say."""
    found, column = np.zeros(len(log.rows), dtype=bool), log.table.date
    if log.table.kept or column is None or column not in log.rows.numbers:
        return found
    entries, days = log.case.entries, log.numbers(column)
    before = days[days < serial(entries.period.start)]
    if not len(before):
        return found
    amounts = {item.name: _amounts(log, item, column) for item in entries.business.measures}
    said: dict[Period, list[bool]] = {}
    for line in entries.past:
        closed, added = Period.containing(entries.period.kind, line.start), amounts.get(line.id)
        if line.value is None or line.source == "typed" or closed == entries.period:
            continue
        if line.id == f"{log.table.id}{ROWS}":
            said.setdefault(closed, []).append(bool(np.count_nonzero(_within(days, closed)) == line.value))
        elif added is not None:
            said.setdefault(closed, []).append(same(float(added[_within(days, closed)].sum()), line.value))
    for closed, answers in said.items():
        if all(answers):
            found |= _within(days, closed)
    return found


def _amounts(log: TableLog, item: Measure, column: str) -> np.ndarray | None:
    """What each row adds to a measure in the period of its day, shape (rows,); None for a measure to which rows add
    nothing, or something that the day or other rows decide as well."""
    of = item.aggregate
    if of is None or of.table != log.table.id or of.kind not in ("count", "sum") or item.rollup != "sum":
        return None
    if item.window is not Window.PERIOD or item.late or of.outcome or of.days != (column,):
        return None
    where = tuple(line for line in of.where if any(one.column != column for branch in line for one in branch))
    tests = [one for branch in branches(where) for one in branch]
    plain = {field.id for field in log.table.fields if field.type != "date"}
    if not {one.column for one in tests} <= plain or any(one.kind == "name" for one in tests):
        return None
    if not log.case.tally.has(log.table.id, of.reads):
        return None
    met = log.case.tally.meets_where(log.table.id, where)
    return np.where(met, np.nan_to_num(log.numbers(of.column)) if of.column else 1.0, 0.0)


def _in_closed(log: TableLog, column: str) -> np.ndarray:
    """Which rows have their day in a period of which Past periods has figures; shape (rows,)."""
    starts = {line.start for line in log.case.entries.past if line.value is not None}
    days = log.numbers(column)
    found = np.zeros(len(days), dtype=bool)
    for start in starts:
        found |= _within(days, Period(log.case.entries.period.kind, start))
    return found


def _within(days: np.ndarray, period: Period) -> np.ndarray:
    """Which days lie in a period; shape (rows,)."""
    found: np.ndarray = (days >= serial(period.start)) & (days < serial(period.after))
    return found
