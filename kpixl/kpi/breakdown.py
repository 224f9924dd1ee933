"""KPIs by assistant, client, service, source and language: the same measures, a group at a time. From rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kpixl.catalog import catalogue
from kpixl.kpi.grade import calculate, grade
from kpixl.kpi.in_force import settings_used
from kpixl.kpi.measure import Tally
from kpixl.kpi.score import thresholds_in_force

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Level, Measure
    from kpixl.entries import Entries, EntryTable

CAPACITY = 12
"""Groups shown for each dimension: those with the most cases, or the largest amounts where cases are not counted."""
ENOUGH_CASES = 5
"""Below this a group's value is shown without a level: one case more or less would change it. The owner's own minimum
counts where it is larger."""


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One KPI of one group."""

    value: float | None
    """In the KPI's unit; None without one."""
    level: Level | None
    cases: float | None
    """How many rows stand behind the value; None for hours, which are not counted in rows."""
    position: float | None = None
    """0–4, where the level is on the scale of levels; None without one."""
    enough: float = ENOUGH_CASES
    """How many cases it takes for a level."""

    @property
    def few(self) -> bool:
        """Whether the cases are too few for a level."""
        return self.cases is not None and self.cases < self.enough


@dataclass(frozen=True, slots=True)
class Group:
    """One assistant, client, …; ``name`` is blank for rows without one."""

    name: str
    results: Mapping[str, GroupResult]


@dataclass(frozen=True, slots=True)
class Section:
    """The KPIs that can be told apart by one dimension. ``left_out`` groups had too few cases to be shown.

    Where there are levels, the group with the worst one stands first, and groups with too few cases stand last; the
    others, and all where there are none, are in the order of their cases or amounts.
    """

    dimension: str
    kpis: tuple[BusinessKpi, ...]
    groups: tuple[Group, ...]
    left_out: int
    typed: bool
    """Whether a typed total stands in for rows somewhere, so that the groups do not add up to it."""


def dimensions(business: Business) -> dict[str, tuple[BusinessKpi, ...]]:
    """Each dimension of the business, by id, with the KPIs whose every measure has it."""
    found = {dimension: _splittable(business, dimension) for dimension in catalogue().dimensions}
    return {dimension: kpis for dimension, kpis in found.items() if kpis}


def _splittable(business: Business, dimension: str) -> tuple[BusinessKpi, ...]:
    def has(kpi: BusinessKpi) -> bool:
        # Where the dimension is the key of a table, every group there is one row: nothing to compare.
        return all(
            (table := argument.measure.table) is not None
            and any(field.id == dimension and not field.key for field in business.table(table).fields)
            for argument in kpi.arguments
        )

    return tuple(kpi for kpi in business.kpis if has(kpi))


def breakdown(entries: Entries, tally: Tally | None = None) -> tuple[Section, ...]:
    """Every section of the business."""
    tally = tally or Tally(entries)
    return tuple(_section(tally, dimension, kpis) for dimension, kpis in dimensions(entries.business).items())


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one table by one dimension: the group of each row, and what each is called."""

    codes: np.ndarray
    """For each row its group, as a place in ``keys`` and ``names``; shape (rows,)."""
    keys: tuple[str, ...]
    """What equal names have in common: without case and outer spaces."""
    names: tuple[str, ...]
    """As first written."""


def groups_of(rows: EntryTable, dimension: str) -> Groups:
    """The groups of ``rows``. Names are compared without case and outer spaces; each keeps the form in which it was
    first written."""
    written, uniques = pd.factorize(rows.texts[dimension].to_numpy(), use_na_sentinel=False)
    names = ["" if not isinstance(text, str) else text.strip() for text in uniques]
    folded, keys = pd.factorize(np.array([name.casefold() for name in names], dtype=object))
    first = {key: name for name, key in reversed([*zip(names, (n.casefold() for n in names), strict=True)])}
    return Groups(folded[written], tuple(keys), tuple(first[key] for key in keys))


def _section(tally: Tally, dimension: str, kpis: tuple[BusinessKpi, ...]) -> Section:
    entries = tally.entries
    measures = {argument.measure.name: argument.measure for kpi in kpis for argument in kpi.arguments}
    ids = {str(measure.table) for measure in measures.values()}
    tables = {id_: entries.tables.get(id_) for id_ in ids}
    split = {id_: groups_of(rows, dimension) for id_, rows in tables.items() if rows and rows.has(dimension)}
    totals = {name: by_group(item, tally, split.get(str(item.table))) for name, item in measures.items()}
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
            cases = {kpi.id: amounts[kpi.sample.name] or 0.0 for kpi in kpis if kpi.sample}
            weight = sum(cases.values()) if cases else abs(values[kpis[0].id] or 0.0)
            found.append((-weight, shown, values, cases))
    found.sort(key=lambda group: group[:2])
    graded = _Grading(entries, kpis)
    largest = [
        Group(shown, {kpi.id: graded.result(kpi, values[kpi.id], cases.get(kpi.id)) for kpi in kpis})
        for _, shown, values, cases in found[:CAPACITY]
    ]
    # Sorting keeps the order of equals, which is that of their sizes.
    shown_groups = tuple(sorted(largest, key=_concern) if graded.thresholds else largest)
    typed = any(name in entries.typed and entries.typed[name].number is not None for name in measures)
    return Section(dimension, kpis, shown_groups, max(0, len(found) - CAPACITY), typed)


def by_group(measure: Measure, tally: Tally, groups: Groups | None) -> dict[str, float] | None:
    """The measure of each group in its unit, by the group's key; None where the measure has no value as a whole, or
    reaches over closed periods, of which only totals are known."""
    of = measure.aggregate
    if groups is None or of is None or measure.through_past or not tally.can_measure(measure):
        return None
    counted = tally.meets(measure)
    if tally.adds_error(measure, counted):
        return None
    codes, size = groups.codes[counted], len(groups.keys)
    if of.kind == "distinct":
        pairs = pd.DataFrame({"group": codes, "name": tally.names(of.table, of.distinct)[counted]})
        codes = pairs.drop_duplicates()["group"].to_numpy()
    weights = None
    if of.kind == "sum":
        numbers = tally.column(of.table, str(of.column))[counted]
        weights = np.where(np.isnan(numbers), 0.0, numbers)  # a cell without a number adds nothing to its group
    sums = np.bincount(codes, weights=weights, minlength=size)
    return dict(zip(groups.keys, sums.tolist(), strict=True))


class _Grading:
    """Grades the groups of a section by what holds in the workbook."""

    def __init__(self, entries: Entries, kpis: tuple[BusinessKpi, ...]) -> None:
        by_kpi = {kpi.id: thresholds_in_force(kpi, entries) for kpi in kpis}
        self.thresholds = {id_: thresholds for id_, thresholds in by_kpi.items() if thresholds}
        minimum = settings_used(entries.settings, entries.currency, entries.words).get("minimum_cases", 0.0)
        self.enough = max(float(ENOUGH_CASES), float(minimum))

    def result(self, kpi: BusinessKpi, value: float | None, cases: float | None) -> GroupResult:
        """A group's value with its level. What it would take to reach the next one is not asked for."""
        graded = grade(kpi, value, self.thresholds.get(kpi.id, {}), dict.fromkeys(kpi.kpi.arguments))
        return GroupResult(value, graded.level, cases, graded.position, self.enough)


def _concern(group: Group) -> tuple[int, float]:
    """What the groups of a section are ordered by: worst position first, then those without a level, then those in
    which everything has too few cases. Positions that differ by floating-point noise are equal."""
    known = [result for result in group.results.values() if result.value is not None]
    sure = [result for result in known if not result.few]
    positions = [result.position for result in sure if result.level is not None and result.position is not None]
    if positions:
        return 0, round(min(positions), 9)
    return (1 if sure else 2), 0.0
