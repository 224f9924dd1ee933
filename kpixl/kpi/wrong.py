"""Rows that are wrong: which entries behind a KPI Check calls an error, as conditions over the rows of its tables.

Where such a row may be a case for or against, the value with it on either side tells whether a level stands; of an
amount nobody can say what it is. Knows the kinds of error that a sheet can count by itself, so that both lapse there
when the row is mended; and rows that count twice, which lapse at the next refresh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kpixl.catalog.tables import Chained, Condition, Elapsed, Field, InOrder, Lookup, Where, branches, columns_of
from kpixl.kpi.renewals import pairs
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Aggregate, Business, BusinessKpi, Measure
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
    more: bool = True
    """Whether they may be more of the KPI's lever; else they are in it already, if they belong there."""

    @property
    def unread(self) -> bool:
        """Whether it is an error in a column of texts, which no sheet tells from a text when it counts rows."""
        return any(_is_unread(one) for branch in branches(self.where) for one in branch)


@dataclass(frozen=True, slots=True)
class Count:
    """How many wrong rows there are behind a KPI: all of them, the owner's own cells that are wrong among them; those
    that may be more of its lever, and those that may be more cases."""

    rows: int = 0
    lever: int = 0
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Wrong(Count):
    """The same, with those among them that no sheet can count: of which a text cannot be read and nothing else is
    wrong, and which may be in the lever now; and those that count twice."""

    unread: Count = Count()
    counted: Count = Count()
    """Those that a sheet can count, without the owner's own cells."""
    causes: Count = Count()
    """What is wrong in the rows that a sheet can count: more than they are where one is wrong in several ways."""


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
    looked_up = _looked_up(by_table, business)
    found = []
    for id_, measures in by_table.items():
        table, sample = business.table(id_), kpi.sample
        cases = sample if sample is not None and sample.table == id_ else None
        of_lever = lever if lever is not None and lever.table == id_ else None
        faults = dict.fromkeys(fault for item in measures for fault in _faults(item, table, cases, of_lever))
        has_lever = lever is not None and lever.unit == "count" and lever.table == id_
        has_lever = has_lever or any(item is lever for item, _ in looked_up.get(id_, ()))
        found.append(WrongPart(id_, tuple(measures), tuple(faults), has_lever, cases is not None))
    for id_, places in looked_up.items():
        if id_ not in by_table:
            faults = dict.fromkeys(fault for _, one in places for fault in _looked_up_faults(one, business.table(id_)))
            items = dict.fromkeys(item.name for item, _ in places)
            measures = [next(item for item, _ in places if item.name == name) for name in items]
            found.append(WrongPart(id_, tuple(measures), tuple(faults), lever in measures, sample=False))
    return tuple(found)


def _looked_up(
    by_table: Mapping[str, Sequence[Measure]], business: Business
) -> Mapping[str, Sequence[tuple[Measure, Lookup]]]:
    """The tables that the rows behind measures look something up in, each with those measures and how."""
    there = {table.id for table in business.tables}
    found: dict[str, list[tuple[Measure, Lookup]]] = {}
    for id_, measures in by_table.items():
        for item in measures:
            read = item.aggregate.reads if item.aggregate else ()
            for one in business.table(id_).calculated:
                if isinstance(one, Lookup) and one.id in read and one.table in there:
                    found.setdefault(one.table, []).append((item, one))
    return found


def _looked_up_faults(one: Lookup, table: Table) -> Iterator[WrongKind]:
    """Rows that would be found if what is wrong in them were right: all else in them is as it is looked for."""
    for column in _columns(table, one.looks_at):
        for tests in _tests(column, table, one.looks_at):
            of_tests = {test.column for test in tests}
            if column is table.in_right_order:
                of_tests |= {*column.reads}
            for branch in branches(one.where):
                told = (*(condition for condition in branch if condition.column not in of_tests), *tests)
                yield WrongKind(table.id, tuple(((test,),) for test in told), one.window, apart=True)


def wrong(kpi: BusinessKpi, measures: Mapping[str, MeasureValue], tally: Tally) -> Wrong:
    """How many rows behind ``kpi`` are wrong, each once in whatever ways; of a table of which every total was typed,
    none."""
    told, counted, causes, twice = [], [], [], 0
    for part in parts(kpi, tally.entries.business):
        if not all(measures[item.name].typed is not None for item in part.measures):
            twice += _twice(part, tally)
            met = _met(part, tally)
            countable = [(fault, rows) for fault, rows in met if not fault.unread]
            told.append(_count(part, met))
            counted.append(_count(part, countable))
            causes += [_count(part, [one]) for one in countable]
    every, seen = _added(told), _added(counted)
    unread = Count(every.rows - seen.rows + twice, every.lever - seen.lever, every.sample - seen.sample)
    return Wrong(every.rows + twice, every.lever, every.sample, unread, seen, _added(causes))


def _twice(part: WrongPart, tally: Tally) -> int:
    """How many rows count for what another one counts for already."""
    counts = [item for item in part.measures if item.table == part.table and not item.through_past]
    rows_counted = [of for item in counts if (of := item.aggregate) and of.kind != "distinct"]
    again = _again(tally.entries.business.table(part.table), tally) if rows_counted else None
    if again is None or not again.any():
        return 0
    known = (item for item in counts if item.aggregate in rows_counted and tally.can_measure(item))
    where = ((item.aggregate.where, item.window) for item in known if item.aggregate)
    counted = [tally.meets_where(part.table, conditions, window) for conditions, window in where]
    return int(np.count_nonzero(again & np.any(counted, axis=0))) if counted else 0


def _again(table: Table, tally: Tally) -> np.ndarray | None:
    """Which rows have a code that an earlier one has, or are of a stay at the same time as another, shape (rows,);
    None of tables of which that says nothing."""
    keys = tuple(field.id for field in table.fields if field.key)
    if not keys or not tally.has(table.id, frozenset({*keys, *(table.stays or ())})):
        return None
    rows = tally.entries.tables[table.id]
    assert rows is not None
    names = rows.names(keys)
    if table.stays is None:
        return _seen_before(names) if table.field(keys[0]).role == "code" else None
    start, end = table.stays
    begin = np.where(rows.blank(start) & (not table.field(start).required), -np.inf, rows.numbers[start] // 1)
    return _overlapping(names, begin, np.where(rows.blank(end), np.inf, rows.numbers[end] // 1))


def _seen_before(names: np.ndarray) -> np.ndarray:
    """Which rows have a name that an earlier one has."""
    again = names >= 0
    again[np.unique(names, return_index=True)[1]] = False
    return again


def _overlapping(names: np.ndarray, begin: np.ndarray, finish: np.ndarray) -> np.ndarray:
    """Which stays are at the same time as one of the same name that begins before, or stands above; the day on which
    one ends and the next one begins is of neither."""
    order = np.empty(len(names), dtype=int)
    order[np.lexsort((finish, begin))] = np.arange(len(names))
    one, other = pairs(np.where(begin <= finish, names, -1))
    same = (begin[one] == begin[other]) & (finish[one] == finish[other])
    meets = (begin[other] < finish[one]) & (begin[one] < finish[other]) | same
    again = np.zeros(len(names), dtype=bool)
    again[one[meets & (order[other] < order[one])]] = True
    return again


def _added(found: Sequence[Count]) -> Count:
    return Count(sum(one.rows for one in found), sum(one.lever for one in found), sum(one.sample for one in found))


_Met: TypeAlias = "Sequence[tuple[WrongKind, np.ndarray]]"
"""Kinds of wrong rows, each with which rows are; shape (rows,)."""


def _met(part: WrongPart, tally: Tally) -> _Met:
    known = (fault for fault in part.faults if tally.has(fault.table, columns_of(fault.where)))
    return [(fault, tally.meets_where(fault.table, fault.where, fault.window)) for fault in known]


def _count(part: WrongPart, met: _Met) -> Count:
    """How many rows of a table are wrong in one of some ways."""
    every, more, apart = (
        int(np.count_nonzero(np.any(rows, axis=0))) if rows else 0
        for rows in (
            [one for _, one in met],
            [one for fault, one in met if fault.more],
            [one for fault, one in met if fault.apart],
        )
    )
    return Count(every, more if part.lever else 0, apart if part.sample else 0)


def _counted(item: Measure) -> Iterator[Measure]:
    """The measures counted from rows that ``item`` is, or is made from."""
    if item.aggregate is not None:
        yield item
    for part in item.parts:
        yield from _counted(part)


def _faults(item: Measure, table: Table, cases: Measure | None, lever: Measure | None) -> Iterator[WrongKind]:
    of = item.aggregate
    assert of is not None
    window = Window.PERIOD if item.through_past else item.window
    span = _span(of)
    read = of.reads | {id_ for one in table.calculated if one.id in of.reads for id_ in one.reads}
    for column in _columns(table, read):
        for tests in _tests(column, table, read):
            # Of a stay that ends before it begins, nobody knows when it was; of a beginner, when she began.
            lasts = column is table.in_right_order and not _is_begun(span, table)
            when = () if lasts or _undated(tests, of.days) else span
            where = (*when, *(((test,),) for test in tests))
            more = lever is None or column not in table.certain_orders or _is_apart(tests, table, lever)
            yield WrongKind(table.id, where, window, _is_apart(tests, table, cases), more)


def _is_begun(span: Where, table: Table) -> bool:
    """Whether a row is of the window by the day alone on which it begins."""
    edges = [(one.column, one.comparison) for branch in branches(span) for one in branch]
    start = table.stays[0] if table.stays else ""
    return {*edges} == {(start, ">="), (start, "<")}


def _columns(table: Table, read: Collection[str]) -> list[Field | Calculated]:
    """The columns by which a row may be wrong, where those are ``read``."""
    order = table.in_right_order
    found: list[Field | Calculated] = [one for one in (*table.fields, *table.calculated) if one.id in read]
    found += [one for one in table.certain_orders if one.id not in read and one.first in read]
    return [*found, order] if order is not None and order.id not in read and {*order.reads} <= {*read} else found


def _span(of: Aggregate) -> Where:
    """When a row is of the window: a line for each condition or, where that depends on which days it has, one line of
    the ways in which it may be."""
    ways = dict.fromkeys(tuple(one for one in branch if _of_day(one, of.days)) for branch in branches(of.where))
    return (tuple(ways),) if len(ways) > 1 else tuple(((one,),) for way in ways for one in way)


def _of_day(one: Condition, days: tuple[str, ...]) -> bool:
    return one.column in days and (_edge(one) or one.comparison == "blank")


def _edge(one: Condition) -> bool:
    return one.kind == "name" and one.operand in ("window_start", "after_window", "came_before") and not one.or_blank


def _undated(tests: tuple[Condition, ...], days: tuple[str, ...]) -> bool:
    """Whether the row has no day by which it could be told whether it is of the window."""
    return any(test.column in days and test.comparison in ("odd", "blank") for test in tests)


def _tests(column: Field | Calculated, table: Table, read: Collection[str]) -> Iterator[tuple[Condition, ...]]:
    """What makes a row wrong by one of its columns."""
    id_ = column.id
    if isinstance(column, Elapsed) and not column.squares and column.unit != "hours" and column.reads != table.stays:
        there = (Condition(column=one, comparison=">") for one in column.reads)
        yield *there, Condition(column=id_, comparison="blank")
    if isinstance(column, InOrder) and (not column.days or column.certain or column.reads == table.stays):
        yield (Condition(column=id_, comparison="=", operand=0.0),)
    if not isinstance(column, Field):
        return
    if column.type in ("date", "number"):
        yield (Condition(column=id_, comparison="odd"),)
    for comparison, limit in ((("<", column.minimum)), ((">", column.maximum))):
        if limit is not None:
            yield (Condition(column=id_, comparison=comparison, operand=float(limit)),)  # type: ignore[arg-type]
    if column.type == "text":
        yield (Condition(column=id_, comparison="odd", text=True),)
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


def _is_unread(one: Condition) -> bool:
    return one.comparison == "odd" and one.text and not one.choices


def _is_apart(tests: tuple[Condition, ...], table: Table, cases: Measure | None) -> bool:
    """Whether no row that meets ``tests`` is among the ``cases``."""
    if cases is None:
        return False
    # An error is no name, so that it is none of those that are counted once each.
    if cases.aggregate and any(_is_unread(test) and test.column in cases.aggregate.distinct for test in tests):
        return True
    behind = {one.id: {one.id, *one.reads} for one in table.calculated}
    order = table.in_right_order
    if order is not None and any(test.column == order.id for test in tests):
        return all(_lasts(branch, table) for branch in branches(cases.where))
    return all(
        any(
            _denies(condition, test)
            for condition in branch
            for test in tests
            if test.column in behind.get(condition.column, {condition.column})
        )
        or any(_needs(test, condition, behind) for condition in branch for test in tests)
        for branch in branches(cases.where)
    )


def _needs(test: Condition, condition: Condition, behind: Mapping[str, Collection[str]]) -> bool:
    """Whether what meets ``test`` has something in the column that ``condition`` wants blank."""
    told = test.comparison == "=" and condition.comparison == "blank"
    return told and condition.column in behind.get(test.column, ())


def _lasts(branch: tuple[Condition, ...], table: Table) -> bool:
    """Whether only stays meet ``branch`` that were there on one day at least."""
    start, end = table.stays or ("", "")
    until = {end, *(one.id for one in table.calculated if isinstance(one, Chained) and one.id == "stays_until")}
    before = {one.operand for one in branch if one.column == start and one.comparison == "<"}
    return any(one.column in until and one.comparison == ">=" and one.operand in before for one in branch)


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
