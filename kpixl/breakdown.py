"""KPIs by assistant, client, service, source and language: the same measures, a group at a time. From rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kpixl.measure import Tally
from kpixl.score import calculate, level_of, thresholds_in_force

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Level, Measure
    from kpixl.entries import Entries, EntryTable

DIMENSIONS = (
    "assistant", "client", "service", "source", "language", "kind", "contract", "reason", "status", "resolution",
)  # fmt: skip
CAPACITY = 12
"""Groups shown for each dimension: those with the most cases, or the largest amounts where cases are not counted."""
ENOUGH_CASES = 5
"""Below this a group's value is shown without a level: one case more or less would change it."""


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One KPI of one group."""

    value: float | None
    level: Level | None
    cases: float | None
    """How many rows stand behind the value; None for hours, which are not counted in rows."""

    @property
    def few(self) -> bool:
        """Whether the cases are too few for a level."""
        return self.cases is not None and self.cases < ENOUGH_CASES


@dataclass(frozen=True, slots=True)
class Group:
    """One assistant, client, …; ``name`` is blank for rows without one."""

    name: str
    results: Mapping[str, GroupResult]


@dataclass(frozen=True, slots=True)
class Section:
    """The KPIs that can be told apart by one dimension. ``left_out`` groups had too few cases to be shown."""

    dimension: str
    kpis: tuple[BusinessKpi, ...]
    groups: tuple[Group, ...]
    left_out: int
    typed: bool
    """Whether a typed total stands in for rows somewhere, so that the groups do not add up to it."""


def dimensions(business: Business) -> dict[str, tuple[BusinessKpi, ...]]:
    """Each dimension of the business with the KPIs whose every measure has it."""
    found = {dimension: _splittable(business, dimension) for dimension in DIMENSIONS}
    return {dimension: kpis for dimension, kpis in found.items() if kpis}


def _splittable(business: Business, dimension: str) -> tuple[BusinessKpi, ...]:
    def has(kpi: BusinessKpi) -> bool:
        # Where the dimension is the key of a table, every group there is one row: nothing to compare.
        return all(
            argument.measure.table is not None
            and any(field.id == dimension and not field.key for field in business.table(argument.measure.table).fields)
            for argument in kpi.arguments
        )

    return tuple(kpi for kpi in business.kpis if has(kpi))


def breakdown(entries: Entries) -> tuple[Section, ...]:
    """Every section of the business."""
    return tuple(_section(entries, dimension, kpis) for dimension, kpis in dimensions(entries.business).items())


@dataclass(frozen=True, slots=True)
class _Groups:
    """The groups of one table by one dimension: the group of each row, and what each is called."""

    codes: np.ndarray
    keys: tuple[str, ...]
    names: tuple[str, ...]


def _groups(rows: EntryTable, dimension: str) -> _Groups:
    """Names are compared without case and outer spaces; each keeps the form in which it was first written."""
    written, uniques = pd.factorize(rows.texts[dimension].to_numpy(), use_na_sentinel=False)
    names = ["" if not isinstance(text, str) else text.strip() for text in uniques]
    folded, keys = pd.factorize(np.array([name.casefold() for name in names], dtype=object))
    first = {key: name for name, key in reversed([*zip(names, (n.casefold() for n in names), strict=True)])}
    return _Groups(folded[written], tuple(keys), tuple(first[key] for key in keys))


def _section(entries: Entries, dimension: str, kpis: tuple[BusinessKpi, ...]) -> Section:
    tally = Tally(entries)
    measures = {argument.measure.name: argument.measure for kpi in kpis for argument in kpi.arguments}
    ids = {str(measure.table) for measure in measures.values()}
    tables = {id_: entries.tables.get(id_) for id_ in ids}
    split = {id_: _groups(rows, dimension) for id_, rows in tables.items() if rows and rows.has(dimension)}
    totals = {name: _by_group(item, tally, split.get(str(item.table))) for name, item in measures.items()}
    names: dict[str, str] = {}
    for groups in split.values():
        for key, shown in zip(groups.keys, groups.names, strict=True):
            names.setdefault(key, shown)
    found = []
    for key, shown in names.items():
        amounts = {name: None if total is None else total.get(key, 0.0) for name, total in totals.items()}
        arguments = {kpi.id: {a.name: amounts[a.measure.name] for a in kpi.arguments} for kpi in kpis}
        values = {kpi.id: calculate(kpi, arguments[kpi.id])[0] for kpi in kpis}
        if any(value is not None for value in values.values()):
            cases = {kpi.id: arguments[kpi.id][kpi.kpi.sample] or 0.0 for kpi in kpis if kpi.kpi.sample}
            weight = sum(cases.values()) if cases else abs(values[kpis[0].id] or 0.0)
            found.append((-weight, shown, values, cases))
    found.sort(key=lambda group: group[:2])
    shown_groups = tuple(
        Group(shown, {kpi.id: _result(kpi, values[kpi.id], cases.get(kpi.id), entries) for kpi in kpis})
        for _, shown, values, cases in found[:CAPACITY]
    )
    typed = any(name in entries.typed and entries.typed[name].number is not None for name in measures)
    return Section(dimension, kpis, shown_groups, max(0, len(found) - CAPACITY), typed)


def _by_group(measure: Measure, tally: Tally, groups: _Groups | None) -> dict[str, float] | None:
    """The measure of each group, by the group's key; None where the measure has no value as a whole, or reaches over
    closed periods, of which only totals are known."""
    if groups is None or measure.through_past or not tally.can_measure(measure):
        return None
    assert measure.table is not None
    counted = tally.meets(measure)
    codes, size = groups.codes[counted], len(groups.keys)
    if measure.aggregate == "distinct":
        pairs = pd.DataFrame({"group": codes, "name": tally.names(measure.table, measure.distinct)[counted]})
        codes = pairs.drop_duplicates()["group"].to_numpy()
    weights = tally.column(measure.table, str(measure.column))[counted] if measure.aggregate == "sum" else None
    sums = np.bincount(codes, weights=weights, minlength=size)
    return dict(zip(groups.keys, sums.tolist(), strict=True))


def _result(kpi: BusinessKpi, value: float | None, cases: float | None, entries: Entries) -> GroupResult:
    level = level_of(kpi, value, thresholds_in_force(kpi, entries))
    return GroupResult(value, level, cases)
