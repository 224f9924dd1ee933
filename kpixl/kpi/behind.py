"""From a figure back to its rows: which rows of the owner's tables count for a KPI, and what keeps the others out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.model import with_parts
from kpixl.catalog.tables import branches

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Behind:
    """A measure of a KPI, and the rows behind it."""

    value: MeasureValue
    table: EntryTable | None
    """Where its rows stand; None where it is made from others, or its table or a column that it needs is gone."""
    counted: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """By cause, the most frequent first. Rows without any entry are not among them."""


def behind(kpi: BusinessKpi, tally: Tally) -> tuple[Behind, ...]:
    """Every measure of a KPI, those after it that it is made from, each once."""
    measures = {part.name: part for argument in kpi.arguments for part in with_parts(argument.measure)}
    return tuple(_behind(measure, tally) for measure in measures.values())


def _behind(measure: Measure, tally: Tally) -> Behind:
    value, of = tally.value(measure), measure.aggregate
    table = tally.entries.tables.get(of.table) if of else None
    if of is None or table is None or not tally.has(of.table, of.reads):
        return Behind(value, None)
    counted = tally.meets(measure)
    entered = np.zeros(len(table), dtype=bool)
    for field in table.table.fields:
        if table.has(field.id):
            entered |= ~table.blank(field.id)
    return Behind(
        value,
        table,
        tuple(map(int, np.flatnonzero(counted))),
        _causes(measure, tally, table, np.flatnonzero(entered & ~counted)),
    )


def _causes(measure: Measure, tally: Tally, table: EntryTable, rows: np.ndarray) -> tuple[LeftOut, ...]:
    of = measure.aggregate
    assert of is not None
    ways = branches(of.where)
    tests = {one: tally.holds(one, table, measure.window) for way in ways for one in way}
    found: dict[tuple[str, Condition | None, bool], list[int]] = {}
    for row in map(int, rows):
        # The way that it came nearest to, and there what keeps it out first.
        failed = min(([one for one in way if not tests[one][row]] for way in ways), key=len)
        condition = failed[0] if failed else None
        column = condition.column if condition else next(key for key in of.distinct if table.nameless(key)[row])
        blank = table.has(column) and bool(table.blank(column)[row])
        found.setdefault((column, condition, blank), []).append(row)
    causes = [
        LeftOut(
            column,
            condition,
            tally.operand(condition, of.table, measure.window) if condition else 0.0,
            blank,
            tuple(those),
        )
        for (column, condition, blank), those in found.items()
    ]
    return tuple(sorted(causes, key=lambda one: -len(one.rows)))
