"""From a figure back to its rows: which rows of the owner's tables count for a KPI, and what keeps the others out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import branches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi, Measure
    from kpixl.catalog.tables import Condition
    from kpixl.entries import EntryTable
    from kpixl.kpi.measure import MeasureValue, Tally


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that do not count for one and the same cause."""

    column: str
    """The id of the column that keeps them out."""
    condition: Condition | None
    """What it would have to be; None where only a name counts, and there is none."""
    operand: float | str
    """What that compares with: a number, a day as a date serial, or a word as the owner writes it."""
    blank: bool
    """Whether the column is blank in these rows."""
    rows: tuple[int, ...]
    """From 0, in the order of the sheet."""
    words: tuple[str, ...] = ()
    """Where it would have to be one of several words: all of them."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A measure of a KPI, and the rows behind it."""

    value: MeasureValue
    table: EntryTable | None
    """Where its rows stand; None where it is made from others, or its table or a column that it needs is gone."""
    counted: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """By cause, the most frequent first. Rows without any entry are not among them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Some rows of a table, and what each of them is to the measures of a KPI."""

    table: EntryTable
    measures: tuple[Measure, ...]
    """Those that count rows of it."""
    rows: tuple[int, ...]
    """From 0: first those that count for any of the measures, then those that count for none; each in the order of the
    sheet."""
    causes: Mapping[tuple[str, int], LeftOut]
    """What keeps a row out, by the name of the measure and the row; none for a row that counts."""
    more: int
    """How many rows more have an entry."""


def behind(kpi: BusinessKpi, tally: Tally) -> tuple[Behind, ...]:
    """Every measure of a KPI, those after it that it is made from, each once."""
    return tuple(_behind(measure, tally) for measure in kpi.measures)


def listings(kpi: BusinessKpi, tally: Tally, most: int) -> tuple[Listing, ...]:
    """At most so many rows behind a KPI, by their tables, which share them alike as far as they have any."""
    by_table: dict[str, list[Measure]] = {}
    for measure in kpi.measures:
        if (table := table_of(measure, tally)) is not None:
            by_table.setdefault(table.table.id, []).append(measure)
    found = []
    for place, measures in enumerate(sorted(by_table.values(), key=lambda one: _entered_in(one[0], tally).sum())):
        found.append(_listing(tuple(measures), tally, most // (len(by_table) - place)))
        most -= len(found[-1].rows)
    order = list(by_table)
    return tuple(sorted(found, key=lambda one: order.index(one.table.table.id)))


def _entered_in(measure: Measure, tally: Tally) -> np.ndarray:
    table = table_of(measure, tally)
    assert table is not None
    return entered(table)


def _listing(measures: tuple[Measure, ...], tally: Tally, room: int) -> Listing:
    """Those that count come first; a quarter of the room is left to those that do not."""
    table = table_of(measures[0], tally)
    assert table is not None
    there, counts = entered(table), {measure.name: tally.meets(measure) for measure in measures}
    any_ = np.logical_or.reduce(list(counts.values()))
    used, unused = np.flatnonzero(any_), np.flatnonzero(there & ~any_)
    left = min(len(unused), max(room // 4, room - len(used)))
    rows = np.concatenate((used[: room - left], unused[:left]))
    causes = {
        (measure.name, row): cause
        for measure in measures
        for cause in _causes(measure, tally, table, rows[~counts[measure.name][rows]])
        for row in cause.rows
    }
    return Listing(table, measures, tuple(map(int, rows)), causes, int((there | any_).sum()) - len(rows))


def table_of(measure: Measure, tally: Tally) -> EntryTable | None:
    """The table whose rows a measure counts; None where it is made from others, or the table or a column that it needs
    is gone."""
    of = measure.aggregate
    table = tally.entries.tables.get(of.table) if of else None
    return table if of and table is not None and tally.has(of.table, of.reads) else None


def entered(table: EntryTable) -> np.ndarray:
    """Which rows have any entry; shape (rows,)."""
    found = np.zeros(len(table), dtype=bool)
    for field in table.table.fields:
        if table.has(field.id):
            found |= ~table.blank(field.id)
    return found


def _behind(measure: Measure, tally: Tally) -> Behind:
    value, table = tally.value(measure), table_of(measure, tally)
    if table is None:
        return Behind(value, None)
    counted = tally.meets(measure)
    return Behind(
        value,
        table,
        tuple(map(int, np.flatnonzero(counted))),
        _causes(measure, tally, table, np.flatnonzero(entered(table) & ~counted)),
    )


def _causes(measure: Measure, tally: Tally, table: EntryTable, rows: np.ndarray) -> tuple[LeftOut, ...]:
    of = measure.aggregate
    assert of is not None
    ways = branches(of.where)
    tests = {one: tally.holds(one, table, measure.window) for way in ways for one in way}
    found: dict[tuple[str, tuple[Condition, ...], bool], list[int]] = {}
    for row in map(int, rows):
        # The ways that it came nearest to, and there what keeps it out first.
        failed = [[one for one in way if not tests[one][row]] for way in ways]
        nearest = [one for one in failed if len(one) == min(map(len, failed))]
        conditions = tuple(dict.fromkeys(one[0] for one in nearest if one))
        column = conditions[0].column if conditions else next(key for key in of.distinct if table.nameless(key)[row])
        blank = table.has(column) and bool(table.blank(column)[row])
        found.setdefault((column, conditions, blank), []).append(row)

    def operand(condition: Condition) -> float | str:
        return tally.operand(condition, of.table, measure.window)

    def words(conditions: tuple[Condition, ...]) -> tuple[str, ...]:
        alike = {(one.column, one.comparison) for one in conditions} == {(conditions[0].column, "=")}
        told = [operand(one) for one in conditions] if alike else []
        return tuple(map(str, told)) if all(isinstance(one, str) for one in told) else ()

    causes = [
        LeftOut(column, conditions[0], operand(conditions[0]), blank, tuple(those), words(conditions))
        if conditions
        else LeftOut(column, None, 0.0, blank, tuple(those))
        for (column, conditions, blank), those in found.items()
    ]
    return tuple(sorted(causes, key=lambda one: -len(one.rows)))
