"""Rows that are wrong: which entries behind a KPI Check calls an error, as conditions over the rows of its tables.

Where such a row may be a case for or against, the value with it on either side tells whether a level stands; of an
amount nobody can say what it is. Knows the kinds of error that a sheet can count by itself, so that both lapse there
when the row is mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import Condition, Elapsed, Field, InOrder, Where, branches, columns_of
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Measure
    from kpixl.catalog.tables import Calculated, Table
    from kpixl.kpi.measure import MeasureValue, Tally


@dataclass(frozen=True, slots=True)
class WrongKind:
    """A kind of wrong row: those of ``table`` that meet ``where`` over ``window``."""

    table: str
    where: Where
    window: Window
    apart: bool
    """Whether none of them is among the cases that the KPI divides by."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """How many wrong rows there are behind a KPI: all of them, those that may be more of its lever, and those that may
    be more cases."""

    rows: int = 0
    lever: int = 0
    sample: int = 0


NONE_WRONG = Wrong()


@dataclass(frozen=True, slots=True)
class WrongPart:
    """The kinds of wrong rows of one table behind a KPI, and the measures that are counted from it."""

    table: str
    measures: tuple[Measure, ...]
    faults: tuple[WrongKind, ...]
    lever: bool
    """Whether the KPI's lever is counted from it."""
    sample: bool
    """Whether its cases are."""


def parts(kpi: BusinessKpi, business: Business) -> tuple[WrongPart, ...]:
    """What can be wrong in the rows behind ``kpi``, by table."""
    by_table: dict[str, list[Measure]] = {}
    for item in {one.name: one for argument in kpi.arguments for one in _counted(argument.measure)}.values():
        by_table.setdefault(str(item.table), []).append(item)
    lever = kpi.argument(kpi.kpi.lever) if kpi.kpi.lever else None
    found = []
    for id_, measures in by_table.items():
        table, sample = business.table(id_), kpi.sample
        cases = sample if sample is not None and sample.table == id_ else None
        faults = dict.fromkeys(fault for item in measures for fault in _faults(item, table, cases))
        has_lever = lever is not None and lever.unit == "count" and lever.table == id_
        found.append(WrongPart(id_, tuple(measures), tuple(faults), has_lever, cases is not None))
    return tuple(found)


def wrong(kpi: BusinessKpi, measures: Mapping[str, MeasureValue], tally: Tally) -> Wrong:
    """How many rows behind ``kpi`` are wrong; of a table of which every total was typed, none."""
    rows = lever = sample = 0
    for part in parts(kpi, tally.entries.business):
        if all(measures[item.name].typed is not None for item in part.measures):
            continue
        counts = [(fault.apart, _count(fault, tally)) for fault in part.faults]
        of_part = sum(count for _, count in counts)
        rows += of_part
        lever += of_part if part.lever else 0
        sample += sum(count for apart, count in counts if apart) if part.sample else 0
    return Wrong(rows, lever, sample)


def _count(fault: WrongKind, tally: Tally) -> int:
    if not tally.has(fault.table, columns_of(fault.where)):
        return 0
    return int(np.count_nonzero(tally.meets_where(fault.table, fault.where, fault.window)))


def _counted(item: Measure) -> Iterator[Measure]:
    """The measures counted from rows that ``item`` is, or is made from."""
    if item.aggregate is not None:
        yield item
    for part in item.parts:
        yield from _counted(part)


def _faults(item: Measure, table: Table, cases: Measure | None) -> Iterator[WrongKind]:
    of = item.aggregate
    assert of is not None
    window = Window.PERIOD if item.through_past else item.window
    span = tuple(dict.fromkeys(one for b in branches(of.where) for one in b if one.column in of.days and _edge(one)))
    read = of.reads | {id_ for one in table.calculated if one.id in of.reads for id_ in one.reads}
    for column in (*table.fields, *table.calculated):
        if column.id in read:
            for tests in _tests(column, table, read):
                told = tests if _undated(tests, of.days) else (*span, *tests)
                yield WrongKind(table.id, tuple(((test,),) for test in told), window, _is_apart(tests, table, cases))


def _edge(one: Condition) -> bool:
    return one.kind == "name" and one.operand in ("window_start", "after_window", "came_before") and not one.or_blank


def _undated(tests: tuple[Condition, ...], days: tuple[str, ...]) -> bool:
    """Whether the row has no day by which it could be told whether it is of the window."""
    return any(test.column in days and test.comparison in ("odd", "blank") for test in tests)


def _tests(column: Field | Calculated, table: Table, read: Collection[str]) -> Iterator[tuple[Condition, ...]]:
    """What makes a row wrong by one of its columns."""
    id_ = column.id
    if isinstance(column, Elapsed) and column.power == 1 and column.unit != "hours":
        there = (Condition(column=one, comparison=">") for one in column.reads)
        yield *there, Condition(column=id_, comparison="blank")
    if isinstance(column, InOrder) and not column.days:
        yield (Condition(column=id_, comparison="=", operand=0.0),)
    if not isinstance(column, Field):
        return
    if column.type in ("date", "number"):
        yield (Condition(column=id_, comparison="odd"),)
    for comparison, limit in ((("<", column.minimum)), ((">", column.maximum))):
        if limit is not None:
            yield (Condition(column=id_, comparison=comparison, operand=float(limit)),)  # type: ignore[arg-type]
    if column.type == "choice":
        yield (Condition(column=id_, comparison="odd", text=True, choices=tuple(column.choices)),)
    if column.required and column.type in ("date", "number"):
        others = sorted(table.fields, key=lambda field: (field.id not in read, not field.required))
        # A row of nothing else than that column is no row without it.
        for beside in [field for field in others if field.id != id_][:1]:
            yield (
                Condition(column=id_, comparison="blank"),
                Condition(column=beside.id, comparison="filled", text=beside.type in ("text", "choice")),
            )


def _is_apart(tests: tuple[Condition, ...], table: Table, cases: Measure | None) -> bool:
    """Whether no row that meets ``tests`` is among the ``cases``."""
    if cases is None:
        return False
    behind = {one.id: {one.id, *one.reads} for one in table.calculated}
    return all(
        any(
            _denies(condition, test)
            for condition in branch
            for test in tests
            if test.column in behind.get(condition.column, {condition.column})
        )
        for branch in branches(cases.where)
    )


def _denies(condition: Condition, test: Condition) -> bool:
    """Whether what meets ``test`` cannot meet ``condition``, which is about the same column or one computed from it."""
    wants_blank = condition.comparison == "blank" or condition.or_blank
    match test.comparison:
        case "odd":
            return condition.comparison not in ("filled", "<>")
        case "blank":
            return not wants_blank
        case "filled":
            return condition.comparison == "blank"
        case "<":
            return condition.column == test.column and condition.comparison in (">=", ">")
        case ">":
            same = condition.column == test.column and condition.kind == "number"
            return same and condition.comparison in ("<=", "<")
        case "=":
            return condition.column == test.column and condition.comparison in (">=", ">")
    return False
