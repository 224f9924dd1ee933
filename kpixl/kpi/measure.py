"""Aggregates over the entry tables for one period. Whether a row counts is decided by its conditions alone."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from kpixl.catalog.load import MONTHS
from kpixl.catalog.model import Made, Mean, Measure, with_parts
from kpixl.catalog.tables import Chained, Each, Elapsed, Else, InOrder, Lookup, Months, Once, branches, word_key
from kpixl.cellvalue import match_key
from kpixl.entries import Entries, EntryTable, elapsed, numbered
from kpixl.formula import evaluate, parse
from kpixl.kpi.calendar_rules import days_found
from kpixl.kpi.over_past import MEAN, through_past
from kpixl.kpi.renewals import chains, pairs
from kpixl.period import Window, from_serial

if TYPE_CHECKING:
    from datetime import date

    from kpixl.catalog.model import Aggregate
    from kpixl.catalog.tables import Calculated, Condition, Table, Where
    from kpixl.kpi.evaluation import Evaluation
    from kpixl.period import Period

_COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "<>": operator.ne,
}


NO_EDGES: Mapping[str, float] = {}
_EDGES = {"after_window": "period_after"} | {
    day: day for day in ("came_before", "repeat_start", "open_start", "tomorrow", "due_until")
}
"""The rules of days by the names that conditions have for them."""


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """A measure of the period, in its unit: what the log says, what was typed instead, and which of the two counts."""

    measure: Measure
    log: float | None
    typed: float | None
    waits: str | None = None
    """The id of the first table behind it in which nothing is entered of the period, and no total typed instead."""
    blank: tuple[str, str] | None = None
    """The table and field of the first outcome behind it that is blank in all rows."""
    stand_in: bool = False
    """Whether the log's figure is what stands in while the proper one cannot be had."""

    @property
    def used(self) -> float | None:
        """The number that counts: the typed one where there is one."""
        return self.log if self.typed is None else self.typed

    @property
    def source(self) -> Literal["log", "typed", "stand_in"] | None:
        """Where the number comes from; None where there is none."""
        if self.typed is not None:
            return "typed"
        if self.stand_in:
            return "stand_in"
        return None if self.log is None else "log"


def measure(entries: Entries, tally: Tally | None = None, today: date | None = None) -> dict[str, MeasureValue]:
    """Every measure of the business, by its name in the workbook, as of ``today`` where no ``tally`` is given."""
    tally = tally or Tally(entries, today)
    return {item.name: tally.value(item) for item in entries.business.measures}


class Tally:
    """Counts the rows of one workbook over one period. Computes each thing once."""

    def __init__(self, entries: Entries, today: date | None = None) -> None:
        """``today`` is the day on which it is counted: what is due later is not due yet; without one all is due."""
        self.entries, self.today = entries, today
        self.settings = entries.settings_used
        self._columns: dict[tuple[str, str], np.ndarray] = {}
        self._keys: dict[tuple[str, str], _Names] = {}
        self._values: dict[str, MeasureValue] = {}
        self._stays: dict[str, Mapping[str, np.ndarray]] = {}
        self._entered: dict[str, bool] = {}
        self._outcomes: dict[tuple[str, str], bool] = {}
        self._edges: dict[Window, Mapping[str, float]] = {}

    # Measures

    def value(self, item: Measure) -> MeasureValue:
        """A measure with what was typed instead."""
        if item.name not in self._values:
            cell = self.entries.counted.get(item.name)
            typed = cell.number if cell else None
            log, stand_in = self._log(item)
            self._values[item.name] = MeasureValue(
                item, log, typed, self._waits_for(item), self._blank_for(item), stand_in
            )
        return self._values[item.name]

    def _log(self, item: Measure) -> tuple[float | None, bool]:
        """A measure without what is typed instead, and whether that is what stands in."""
        match item.definition:
            case Made() as made:
                return self._made(item, made)
            case Mean():
                return self._mean(item), False
        return self._through_past(item) if item.through_past else self.aggregate(item), False

    def _waits_for(self, item: Measure) -> str | None:
        """The first table behind a measure in which nothing is entered of the period."""
        for part in with_parts(item):
            of, typed = part.aggregate, self.entries.counted.get(part.name)
            if of is not None and of.days and (typed is None or typed.number is None) and not self.entered(of.table):
                return of.table
        return None

    def _blank_for(self, item: Measure) -> tuple[str, str] | None:
        """The first outcome behind a measure of which nothing is known."""
        for part in with_parts(item):
            of, typed = part.aggregate, self.entries.counted.get(part.name)
            outcome = of.outcome if of else None
            if of and outcome and (typed is None or typed.number is None) and not self.has_outcomes(of.table, outcome):
                return of.table, outcome
        return None

    def has_outcomes(self, table: str, column: str) -> bool:
        """Whether something is known of what became of rows. It is, as long as they are few: three leads of which none
        is won are none won of three."""
        place = table, column
        if place not in self._outcomes:
            self._outcomes[place] = self._has_outcomes(table, column)
        return self._outcomes[place]

    def _has_outcomes(self, table: str, column: str) -> bool:
        rows, days = self.entries.tables.get(table), self.entries.business.days_of(table)
        if rows is None or not days or not all(map(rows.has, (column, *days))) or not rows.blank(column).all():
            return True
        edges = self.edges(Window.PERIOD)
        first, until = edges["window_start"], min(edges["after_window"], edges["due_until"])
        over = max(np.count_nonzero((rows.numbers[day] >= first) & (rows.numbers[day] < until)) for day in days)
        if over < max(FEW, float(self.settings["minimum_cases"])):
            return True
        ids = self.entries.business.outcomes.get((table, column), ())
        return any(line.id in ids and line.value is not None and line.value > 0 for line in self.entries.past)

    def entered(self, table: str) -> bool:
        """Whether something of the period stands in a table, or the owner has said that there is nothing; so it is of
        tables that need no entry to say something."""
        if table not in self._entered:
            self._entered[table] = self._is_entered(table)
        return self._entered[table]

    def _is_entered(self, table: str) -> bool:
        rows = self.entries.tables.get(table)
        if rows is None or not rows.table.waits or self.entries.has_nothing(table):
            return True
        edges, days = self.edges(Window.PERIOD), self.entries.business.days_of(table)
        if not all(map(rows.has, days)):
            return True
        numbers = (rows.numbers[id_] for id_ in days)
        return any(((on >= edges["window_start"]) & (on < edges["after_window"])).any() for on in numbers)

    def _made(self, item: Measure, made: Made) -> tuple[float | None, bool]:
        """A measure made from others, and whether it had to be made otherwise."""
        values: dict[str, float | None] = {part.id: self.value(part).used for part in item.parts}
        values[MONTHS] = self.entries.period.months(item.window)
        value = evaluate(parse(made.formula), values)
        if value is not None or not made.otherwise:
            return value, False
        value = evaluate(parse(made.otherwise), values)
        return value, value is not None

    def _mean(self, item: Measure) -> float | None:
        """The mean over the closed periods of the last 12 months and this one."""
        past = self._between(Window.YEAR, item.parts[0].name)
        now = self.value(item.parts[0]).used
        return evaluate(MEAN, {"now": now, "lines": float(len(past)), "total": sum(past)})

    def _through_past(self, item: Measure) -> float | None:
        """Over a window that reaches past the rows: the closed periods in it and this one, if none is missing."""
        base = next(part for part in self.entries.business.measures if part.name == item.id)
        past, suffix = self._between(item.window, item.id), item.window.suffix
        given = {
            "now": self.value(base).used,
            "lines": float(len(past)),
            "total": sum(past),
            "first": self.days[f"window_start{suffix}"],
            "closed": self.days[f"closed{suffix}"],
            "period_start": self.days["period_start"],
        }
        return evaluate(through_past(item), given)

    def _between(self, window: Window, id_: str) -> tuple[float, ...]:
        """What the closed periods of a window have under ``id_``."""
        period = self.entries.period
        return self.entries.history.between(period.window_start(window), period.start, id_)

    def aggregate(self, item: Measure) -> float | None:
        """A measure in its unit from its rows alone; None where the table is gone or cannot say anything."""
        of = item.aggregate
        if of is None or not self.can_measure(item):
            return None
        counted = self.meets(item)
        if self.adds_error(item, counted) or (of.kind == "median" and not counted.any()):
            return None
        return self._total(of, counted)

    def _total(self, of: Aggregate, counted: np.ndarray) -> float:
        """What the rows ``counted`` come to."""
        if of.kind == "count":
            return float(np.count_nonzero(counted))
        if of.kind == "distinct":
            return float(len(np.unique(self.names(of.table, of.distinct)[counted])))
        numbers = self.column(of.table, str(of.column))[counted]
        return float(np.nanmedian(numbers) if of.kind == "median" else np.nansum(numbers))

    def adds_error(self, item: Measure, counted: np.ndarray) -> bool:
        """Whether a sum over the rows ``counted`` has an Excel error in it, and so is one."""
        of = item.aggregate
        return of is not None and of.kind == "sum" and bool(counted[self._rows(of.table).failed(str(of.column))].any())

    def until(self, item: Measure, day: float) -> float:
        """What a measure of the period had come to before a day, a date serial, from its rows."""
        of = item.aggregate
        if of is None or of.kind not in ("count", "sum") or not self.can_measure(item):
            return 0.0
        return self._total(
            of, self.meets_where(of.table, of.where, item.window, {"after_window": day, "came_before": day})
        )

    def can_measure(self, item: Measure) -> bool:
        """Whether the rows can say anything: every column that it needs is there, and a kept list is filled in.

        A log without entries of the period says nothing, unless its being empty is its message (complaints); so does an
        empty list (clients, services).
        """
        of = item.aggregate
        rows = self.entries.tables.get(of.table) if of else None
        if of is None or rows is None or not self._has(rows, of.reads | ({item.behind} if item.behind else set())):
            return False
        if of.outcome and not self.has_outcomes(of.table, of.outcome):
            return False
        if not of.kept:
            return not of.days or self.entered(of.table)
        key = key_column(of, rows.table)
        return rows.has(key) and not rows.blank(key).all()

    def has(self, table: str, needed: frozenset[str]) -> bool:
        """Whether a table has the columns that are needed, and those that they are computed from."""
        rows = self.entries.tables.get(table)
        return rows is not None and self._has(rows, needed)

    def _has(self, rows: EntryTable, needed: frozenset[str]) -> bool:
        by_id = {column.id: column for column in rows.table.calculated}
        for id_ in needed:
            column = by_id.get(id_)
            if column is not None and id_ not in rows.letters:
                return False
            if isinstance(column, Elapsed) and column.squares:
                if not self._has(rows, frozenset(column.reads)):
                    return False
            elif isinstance(column, Elapsed | Months | InOrder) and not all(map(rows.has, column.reads)):
                return False
            if isinstance(column, Else) and not all(map(rows.has, column.needs)):
                return False
            if isinstance(column, Chained) and not all(map(rows.has, (column.key, column.start, column.end))):
                return False
            if isinstance(column, Lookup) and not self.can_look_up(rows, column):
                return False
            if column is None and not rows.has(id_):
                return False
        return True

    def can_look_up(self, rows: EntryTable, column: Lookup) -> bool:
        """Whether the columns on both sides of a look-up are there."""
        other = self.entries.tables.get(column.table)
        return other is not None and rows.has(column.match) and all(map(other.has, column.looks_at))

    def meets(self, item: Measure) -> np.ndarray:
        """Which rows of its table a measure counts; shape (rows,)."""
        of = item.aggregate
        assert of is not None
        counted = self.meets_where(of.table, of.where, item.window)
        return counted & (self.names(of.table, of.distinct) >= 0) if of.distinct else counted

    # Conditions

    def meets_where(
        self, table: str, where: Where, window: Window = Window.PERIOD, edges: Mapping[str, float] = NO_EDGES
    ) -> np.ndarray:
        """Which rows of ``table`` meet every line of ``where``, shape (rows,); ``edges`` are other days than those of
        the window."""
        rows = self._rows(table)
        counted = np.zeros(len(rows), dtype=bool)
        for branch in branches(where):
            met = np.ones(len(rows), dtype=bool)
            for condition in branch:
                met &= self.holds(condition, rows, window, edges)
            counted |= met
        return counted

    def holds(
        self, condition: Condition, rows: EntryTable, window: Window, edges: Mapping[str, float] = NO_EDGES
    ) -> np.ndarray:
        """In which rows of a table a condition holds, shape (rows,)."""
        blank = rows.blank(condition.column) if rows.has(condition.column) else np.zeros(len(rows), dtype=bool)
        if condition.comparison == "filled":
            return ~blank
        if condition.comparison == "blank":
            return blank
        if condition.comparison == "odd":
            odd: np.ndarray = ~blank & ~self._proper(condition, rows)
            return odd
        if condition.text:
            operand = match_key(str(self.operand(condition, rows.table.id, window, edges)))
            names = self._names(rows, condition.column)
            # A blank cell is neither equal to a word nor different from it.
            passed: np.ndarray = _COMPARE[condition.comparison](names.with_none, operand)[names.codes] & ~blank
        else:
            operand = self.operand(condition, rows.table.id, window, edges)
            values = self.column(rows.table.id, condition.column)
            # A comparison with NaN is false, as COUNTIFS passes over cells that hold no number.
            passed = _COMPARE[condition.comparison](values, operand) & ~np.isnan(values)
        return passed | blank if condition.or_blank else passed

    def _proper(self, condition: Condition, rows: EntryTable) -> np.ndarray:
        """Which rows hold a number, or a word of the choice, or, without choices, any; shape (rows,)."""
        if condition.text and not condition.choices:
            return ~rows.nameless(condition.column)
        if not condition.text:
            numbers: np.ndarray = ~np.isnan(self.column(rows.table.id, condition.column))
            return numbers
        ids = {id_: word_key(rows.table.id, condition.column, id_) for id_ in condition.choices}
        words = {match_key(self.entries.words.get(key, id_)) for id_, key in ids.items()}
        names = self._names(rows, condition.column)
        proper: np.ndarray = np.array([one in words for one in names.with_none], dtype=bool)[names.codes]
        return proper

    def operand(
        self, condition: Condition, table: str, window: Window, edges: Mapping[str, float] = NO_EDGES
    ) -> float | str:
        """What a condition compares with: a number, a day as a date serial, or a word as the owner writes it."""
        if condition.kind == "choice":
            key = word_key(table, condition.column, str(condition.operand))
            return self.entries.words.get(key, str(condition.operand))
        if condition.kind == "name":
            return {**self.settings, **self.edges(window), **edges}[str(condition.operand)]
        return condition.operand

    def edges(self, window: Window) -> Mapping[str, float]:
        """Days that conditions compare with, as date serials, by their names."""
        if window not in self._edges:
            start = "period_start" if window is Window.PERIOD else f"window_start{window.suffix}"
            found = {edge: self.days[rule] for edge, rule in _EDGES.items()} | {"window_start": self.days[start]}
            self._edges[window] = found | {"period_end": found["after_window"] - 1}
        return self._edges[window]

    @cached_property
    def days(self) -> Evaluation:
        """The days that follow from the period, as of the day on which it is counted."""
        return days_found(self.entries.period, self.settings, self.today)

    # Columns

    def _rows(self, table: str) -> EntryTable:
        rows = self.entries.tables[table]
        assert rows is not None
        return rows

    def column(self, table: str, id_: str) -> np.ndarray:
        """The numbers of a column, calculated ones too, shape (rows,); dates are serials, NaN is none."""
        rows = self._rows(table)
        if id_ in rows.numbers:
            return rows.numbers[id_]
        if (table, id_) not in self._columns:
            column = next(column for column in rows.table.calculated if column.id == id_)
            self._columns[table, id_] = self.calculated(rows, column)
        return self._columns[table, id_]

    def calculated(self, rows: EntryTable, column: Calculated) -> np.ndarray:
        """What the formulas of a calculated column give, shape (rows,), whatever stands in its cells: hours, days or
        months that have elapsed, rows that a look-up finds, or a name's share in a distinct count."""
        if isinstance(column, Elapsed) and column.squares:
            # What has been typed over a formula counts, and so does its square.
            return self.column(rows.table.id, column.squares) ** 2
        if isinstance(column, Elapsed):
            if not {column.since, column.until} <= set(rows.numbers):
                return np.full(len(rows), np.nan)
            return elapsed(column, rows.numbers, rows.blank(column.until), self.edges(Window.PERIOD))
        if isinstance(column, Once):
            return self._once(rows, column)
        if isinstance(column, Months):
            return self._months(rows, column)
        if isinstance(column, Chained):
            return self._chained(rows, column)
        if isinstance(column, InOrder):
            if not all(map(rows.has, column.reads)):
                return np.full(len(rows), np.nan)
            first, then = (rows.numbers[id_] for id_ in column.reads)
            if column.days:
                first, then = first // 1, then // 1
            return np.where(np.isnan(first) | np.isnan(then), np.nan, np.where(first <= then, 1.0, 0.0))
        if isinstance(column, Else):
            return self._else(rows, column)
        if isinstance(column, Each):
            return self._each(rows, column)
        return self._lookup(rows, column) if self.can_look_up(rows, column) else np.zeros(len(rows))

    def _else(self, rows: EntryTable, column: Else) -> np.ndarray:
        none = np.full(len(rows), np.nan)
        first, other = (rows.numbers[id_] if rows.has(id_) else none for id_ in column.reads)
        return np.where(np.isnan(first), other, first)

    def _each(self, rows: EntryTable, column: Each) -> np.ndarray:
        if not self._has(rows, frozenset(column.reads)):
            return np.full(len(rows), np.nan)
        met = self.meets_where(rows.table.id, column.where, column.window)
        return np.where(met, self.column(rows.table.id, column.column), np.nan)

    def _chained(self, rows: EntryTable, column: Chained) -> np.ndarray:
        table, places = rows.table.id, (column.key, column.start, column.end)
        if not all(map(rows.has, places)):
            return np.full(len(rows), np.nan)
        if table not in self._stays:
            start, end = (rows.numbers[id_] for id_ in (column.start, column.end))
            gap = float(self.settings["stay_gap"])
            self._stays[table] = chains(self.names(table, (column.key,)), start, end, rows.blank(column.end), gap)
        return self._stays[table][column.id]

    def _lookup(self, rows: EntryTable, column: Lookup) -> np.ndarray:
        other = self._rows(column.table)
        met = self.meets_where(column.table, column.where, column.window)
        theirs = self._names(other, column.match)
        # The first of them is for rows without a name.
        counts = np.bincount(theirs.codes[met] + 1, minlength=len(theirs.keys) + 1)
        counts[0] = 0
        found: np.ndarray = counts[self._names(rows, column.match).within(theirs) + 1]
        return found.astype(float)

    def found_by(self, table: str, column: Lookup) -> np.ndarray:
        """For each row of ``table`` the first row of the other table that the look-up finds, shape (rows,); −1 where it
        finds none."""
        rows, other = self._rows(table), self._rows(column.table)
        met = np.flatnonzero(self.meets_where(column.table, column.where, column.window))
        theirs = self._names(other, column.match)
        first = np.full(len(theirs.keys) + 1, -1)
        found, places = np.unique(theirs.codes[met], return_index=True)
        first[found] = met[places]
        first[-1] = -1
        rows_found: np.ndarray = first[self._names(rows, column.match).within(theirs)]
        return rows_found

    def _once(self, rows: EntryTable, column: Once) -> np.ndarray:
        if not all(rows.has(id_) or id_ in {c.id for c in rows.table.calculated} for id_ in column.reads):
            return np.full(len(rows), np.nan)
        names = self.names(rows.table.id, column.keys)
        met = self.meets_where(rows.table.id, column.where, column.window) & (names >= 0)
        counts = np.bincount(names[met], minlength=names.max(initial=-1) + 1)
        shares = np.full(len(rows), np.nan)
        named = names >= 0
        with np.errstate(divide="ignore"):
            shares[named] = 1.0 / counts[names[named]]
        shares[np.isinf(shares)] = np.nan
        return shares

    def _months(self, rows: EntryTable, column: Months) -> np.ndarray:
        if not all(map(rows.has, column.reads)):
            return np.full(len(rows), np.nan)
        edges, names = self.edges(Window.PERIOD), self.names(rows.table.id, (column.of,))
        since, until = (rows.numbers[id_] for id_ in (column.since, column.until))
        open_ = rows.blank(column.until)
        runs = (names >= 0) & (open_ & ~np.isnan(since) | (until >= since))
        first, last = np.maximum(since, edges["window_start"]), np.fmin(until, edges["period_end"])
        count = np.where(runs, month_number(last) - month_number(first) + 1, np.nan)
        one, other = pairs(names)
        there = open_[other] | (month_number(until)[other] >= month_number(since)[one])
        shared = (since[one] >= edges["window_start"]) & (since[other] < since[one]) & there
        count[np.unique(one[shared])] -= 1
        return np.where(runs, np.maximum(0.0, count), np.nan)

    def names(self, table: str, keys: tuple[str, ...]) -> np.ndarray:
        """Which name each row has in ``keys``, shape (rows,): one number for what COUNTIFS takes for equal; −1 where
        one is blank."""
        rows = self._rows(table)
        names = np.zeros(len(rows), dtype=np.int64)
        for key in keys:
            of = self._names(rows, key)
            names = np.where((names < 0) | (of.codes < 0), -1, names * max(1, len(of.keys)) + of.codes)
        return np.where(names < 0, -1, np.unique(names, return_inverse=True)[1])

    def _names(self, rows: EntryTable, column: str) -> _Names:
        place = rows.table.id, column
        if place not in self._keys:
            written = rows.distinct(column)
            alike, keys = numbered([match_key(text) for text in written.texts])
            self._keys[place] = _Names(np.append(alike, -1)[written.codes], tuple(keys))
        return self._keys[place]


@dataclass(frozen=True)
class _Names:
    """The names of a column as Excel compares them: ``codes[row]`` points into ``keys``; −1 where there is none."""

    codes: np.ndarray
    keys: tuple[object, ...]

    @cached_property
    def with_none(self) -> np.ndarray:
        """The keys, and last an empty text for where there is none; shape (keys + 1,)."""
        keys = np.empty(len(self.keys) + 1, dtype=object)
        keys[:] = [*self.keys, ""]
        return keys

    def within(self, others: _Names) -> np.ndarray:
        """For each row the place of its name among others; −1 where it is not among them; shape (rows,)."""
        places = {key: place for place, key in enumerate(others.keys)}
        found: np.ndarray = np.array([*(places.get(key, -1) for key in self.keys), -1])[self.codes]
        return found


def open_start(period: Period, settings: Mapping[str, float | str]) -> date:
    """The first day of the first period that is not final when ``period`` begins: the days that outcomes may take are
    not over since its end."""
    return from_serial(days_found(period, settings, None)["open_start"])


FEW = 5
"""From so many rows on it is no chance that none of them has an outcome: nobody has entered any."""


def month_number(days: np.ndarray) -> np.ndarray:
    """The months from year 0 to that of each date serial; NaN where there is none."""
    known = ~np.isnan(days)
    months = np.full(len(days), np.nan)
    dates = np.datetime64("1899-12-30") + days[known].astype("timedelta64[D]")
    months[known] = dates.astype("datetime64[M]").astype(float)
    return months


def key_column(aggregate: Aggregate, table: Table) -> str:
    """The column whose being empty says that a kept list has not been filled in: the first that the measure reads, or
    that every row needs, if that one may be blank."""
    first = aggregate.where[0][0][0].column
    return first if table.field(first).required else next(field.id for field in table.fields if field.required)
