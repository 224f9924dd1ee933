"""Aggregates over the entry tables for one period. Whether a row counts is decided by its conditions alone."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from kpixl.entries import Entries, EntryTable
from kpixl.period import Period, serial
from kpixl.settings import settings_used

if TYPE_CHECKING:
    from kpixl.catalog.model import Condition, Measure

_COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """A measure of the period: what the log says, what was typed instead, and which of the two counts."""

    measure: Measure
    log: float | None
    typed: float | None

    @property
    def used(self) -> float | None:
        """The number that counts: the typed one where there is one."""
        return self.log if self.typed is None else self.typed

    @property
    def source(self) -> Literal["log", "typed"] | None:
        """Where the number comes from; None where there is none."""
        if self.typed is not None:
            return "typed"
        return None if self.log is None else "log"


def measure(entries: Entries) -> dict[str, MeasureValue]:
    """Every measure of the business, by its name in the workbook."""
    settings = settings_used(entries.settings)
    values = {}
    for item in entries.business.measures:
        typed = entries.typed[item.name].number if item.name in entries.typed else None
        log = aggregate(item, entries.tables.get(item.table), entries.period, settings)
        values[item.name] = MeasureValue(item, log, typed)
    return values


def aggregate(item: Measure, rows: EntryTable | None, period: Period, settings: Mapping[str, float]) -> float | None:
    """One measure over ``rows``; None where the table is gone or cannot say anything."""
    if rows is None or not can_measure(item, rows):
        return None
    counted = meets(item, rows, period, settings)
    if item.aggregate == "count":
        return float(np.count_nonzero(counted))
    return float(np.nansum(rows.numbers[item.column].to_numpy()[counted]))


def can_measure(item: Measure, rows: EntryTable) -> bool:
    """Whether the rows can say anything: every column that the measure needs is there, and a kept list is filled in.

    An empty log says that nothing happened; an empty list (clients, services) says nothing.
    """
    needed = {condition.column for condition in item.where} | ({item.column} if item.column else set())
    if not all(rows.has(column) for column in needed):
        return False
    return not (rows.table.kept and rows.blank(item.where[0].column).all())


def meets(item: Measure, rows: EntryTable, period: Period, settings: Mapping[str, float]) -> np.ndarray:
    """Which rows meet every condition of the measure."""
    edges = {
        "window_start": float(serial(period.window_start(item.window))),
        "after_window": float(serial(period.after)),
        **settings,
    }
    counted = np.ones(len(rows), dtype=bool)
    for condition in item.where:
        counted &= _meets(condition, rows, edges)
    return counted


def _meets(condition: Condition, rows: EntryTable, edges: Mapping[str, float]) -> np.ndarray:
    operand = edges[condition.operand] if isinstance(condition.operand, str) else condition.operand
    values = rows.numbers[condition.column].to_numpy()
    # A comparison with NaN is false, as COUNTIFS passes over cells that hold no number. For <> that needs saying.
    passed: np.ndarray = _COMPARE[condition.comparison](values, operand) & ~np.isnan(values)
    return passed | rows.blank(condition.column) if condition.or_blank else passed
