"""KPIs by assistant, client, service, source and language: the same measures, a group at a time. From rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kpixl.catalog import catalogue, catalogue_of
from kpixl.catalog.tables import Chained, Lookup, branches, columns_of
from kpixl.entries import numbered
from kpixl.kpi.grade import calculate, evaluated, graded
from kpixl.kpi.measure import Tally
from kpixl.kpi.score import clock_of, thresholds_in_force, time_given
from kpixl.period import Kind, Period, Window, from_serial

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kpixl.catalog.model import Aggregate, Business, BusinessKpi, Dimension, Level, Measure
    from kpixl.catalog.tables import Condition, Table
    from kpixl.entries import Entries, EntryTable

CAPACITY = 12
"""Groups shown for each dimension: those with the most cases, or the largest amounts where cases are not counted."""
ENOUGH_CASES = 8
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
    own: Dimension | None = None
    """The dimension as its business has it; None where that has nothing of its own to say."""

    @property
    def about(self) -> Dimension:
        """What it is told apart by."""
        return self.own or catalogue().dimensions[self.dimension]


def dimensions(business: Business) -> dict[str, tuple[BusinessKpi, ...]]:
    """Each dimension of the business, by id, with the KPIs of which it tells apart what is divided and what that is
    divided by, in the same sense."""
    found = {id_: _splittable(business, dimension) for id_, dimension in catalogue_of(business).dimensions.items()}
    return {dimension: kpis for dimension, kpis in found.items() if kpis}


def dimension_of(business: Business, id_: str) -> Dimension | None:
    """What a business is told apart by, in its own words where it has some; None for what is no dimension of it."""
    return business.dimensions.get(id_) or catalogue_of(business).dimensions.get(id_)


def _splittable(business: Business, dimension: Dimension) -> tuple[BusinessKpi, ...]:
    def has(table: str | None) -> bool:
        # Where the dimension is the key of a table, every group there is one row: nothing to compare.
        fields = business.table(table).fields if table else ()
        return any(field.id == dimension.id and not field.key for field in fields)

    def is_split(kpi: BusinessKpi) -> bool:
        tables = {argument.measure.table for argument in kpi.arguments}
        as_one = len(tables) == 1 or tables <= {*dimension.across}
        return all(map(has, tables)) and not kpi.kpi.unlike and as_one and not _is_outcome(dimension, kpi)

    return tuple(kpi for kpi in business.kpis if is_split(kpi))


def _is_outcome(dimension: Dimension, kpi: BusinessKpi) -> bool:
    """Whether it is what became of the rows that the KPI counts: all, or none, of a group by definition."""
    return any(one.aggregate is not None and one.aggregate.outcome == dimension.id for one in kpi.measures)


def breakdown(entries: Entries, tally: Tally | None = None) -> tuple[Section, ...]:
    """Every section of the business."""
    tally = tally or Tally(entries)
    off, found = entries.off, dimensions(entries.business)
    used = {dimension: tuple(kpi for kpi in kpis if kpi.id not in off) for dimension, kpis in found.items()}
    known: _Known = {}
    return tuple(_section(tally, dimension, kpis, known) for dimension, kpis in used.items())


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
    return _grouped(rows.texts[dimension])


def _grouped(texts: np.ndarray) -> Groups:
    written, different = numbered(["" if text is None else text for text in texts.tolist()])
    names = [text.strip() for text in different]
    folded, keys = numbered([name.casefold() for name in names])
    first = {key: name for name, key in reversed([*zip(names, (n.casefold() for n in names), strict=True)])}
    return Groups(folded[written], tuple(keys), tuple(first[key] for key in keys))


_Known: TypeAlias = dict[tuple[str, tuple[str, ...], str], Groups]
"""By table, names that count once, and dimension: the groups of its rows by what they say themselves."""


def grouped(measure: Measure, tally: Tally, dimension: str, known: _Known) -> Groups | None:
    """The group of each row of the table behind ``measure``; None where the table or what tells is gone.

    A name that counts once is in one group alone: that of its latest row which names one. So is a client who renewed.
    Where the measure goes by what is looked up in another table, such as the language of the client, so do the groups.
    ``known`` are the groups of measures before this one, most of which are told apart alike.
    """
    of = measure.aggregate
    rows = tally.entries.tables.get(of.table) if of else None
    if of is None or rows is None or not rows.has(dimension) or not tally.can_measure(measure):
        return None
    if dimension in rows.numbers:
        return _grouped(_spans(rows.numbers[dimension], tally.entries.period))
    looked_up = [(branch, _tells(rows.table, branch, dimension)) for branch in branches(of.where)]
    own, alike = not any(lookups for _, lookups in looked_up), (of.table, of.distinct, dimension)
    if own and alike in known:
        return known[alike]
    told = rows.texts[dimension][_latest(of, rows, dimension, tally)]
    if own:
        known[alike] = _grouped(told)
        return known[alike]
    for branch, lookups in looked_up:
        for lookup in lookups:
            met = tally.meets_where(of.table, tuple(((condition,),) for condition in branch), measure.window)
            other = tally.entries.tables[lookup.table]
            found = tally.found_by(of.table, lookup)
            met &= found >= 0
            if other is not None:
                told[met] = other.texts[dimension][found[met]]
    return _grouped(told)


def _spans(days: np.ndarray, period: Period) -> np.ndarray:
    """What each day is part of, by its name: a week of a month, a day of a week, a month of what is longer."""
    kind = {Kind.MONTH: Kind.WEEK, Kind.WEEK: None}.get(period.kind, Kind.MONTH)
    known = {day: from_serial(day) for day in np.unique(days[~np.isnan(days)])}
    names = {day: str(Period.containing(kind, on) if kind else on) for day, on in known.items()}
    return np.array([names.get(day) for day in days], dtype=object)


def _tells(table: Table, branch: Sequence[Condition], dimension: str) -> list[Lookup]:
    """The look-ups by which the rows of a branch count, and which go by the dimension of another table."""
    least = {condition.column for condition in branch if condition.comparison in (">=", ">")}
    lookups = (one for one in table.calculated if isinstance(one, Lookup) and one.id in least)
    return [one for one in lookups if dimension in columns_of(one.where)]


def _latest(of: Aggregate, rows: EntryTable, dimension: str, tally: Tally) -> np.ndarray:
    """For each row the one whose group it is in; shape (rows,)."""
    table, own = rows.table, np.arange(len(rows))
    day = (table.stays or (table.date,))[0]
    keys = of.distinct or tuple(field.id for field in table.fields if field.key and table.stays)
    if not keys or day is None or not all(map(rows.has, (*keys, day))):
        return own
    names = tally.names(table.id, keys)
    on = rows.numbers[day]
    if not of.distinct:
        stays = np.unique(_stays(table, tally), return_inverse=True)[1]
        names = np.where(names < 0, -1, names * (stays.max(initial=0) + 1) + stays)
        names = np.unique(names, return_inverse=True)[1] - int((names < 0).any())
    said = np.flatnonzero((on < tally.edges(Window.PERIOD)["after_window"]) & (names >= 0) & ~rows.blank(dimension))
    latest = np.full(names.max(initial=-1) + 2, -1)
    newest_first = said[np.argsort(on[said], kind="stable")][::-1]
    found, places = np.unique(names[newest_first], return_index=True)
    latest[found] = newest_first[places]
    chosen = latest[names]
    return np.where(chosen < 0, own, chosen)


def _stays(table: Table, tally: Tally) -> np.ndarray | float:
    """The number of the stay that each row is part of, among those of its name."""
    known = any(isinstance(one, Chained) and one.id == "stay" for one in table.calculated)
    return tally.column(table.id, "stay") if known else 0.0


def _section(tally: Tally, dimension: str, kpis: tuple[BusinessKpi, ...], known: _Known) -> Section:
    entries = tally.entries
    measures = {argument.measure.name: argument.measure for kpi in kpis for argument in kpi.arguments}
    split = {name: grouped(item, tally, dimension, known) for name, item in measures.items()}
    totals = {name: by_group(item, tally, split[name]) for name, item in measures.items()}
    names: dict[str, str] = {}
    for groups in filter(None, split.values()):
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
    grading = _Grading(entries, kpis, tally.today)
    largest = [
        Group(shown, {kpi.id: grading.result(kpi, values[kpi.id], cases.get(kpi.id)) for kpi in kpis})
        for _, shown, values, cases in found[:CAPACITY]
    ]
    # Sorting keeps the order of equals, which is that of their sizes. Days stand one after the other.
    shown_groups = tuple(sorted(largest, key=_concern) if grading.thresholds else largest)
    fields = (field for table in entries.business.tables for field in table.fields)
    if any(field.id == dimension and field.type == "date" for field in fields):
        shown_groups = tuple(sorted(largest, key=lambda group: group.name))
    typed = any(name in entries.counted and entries.counted[name].number is not None for name in measures)
    own = dimension_of(tally.entries.business, dimension)
    return Section(dimension, kpis, shown_groups, max(0, len(found) - CAPACITY), typed, own)


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
        names = tally.names(of.table, of.distinct)[counted]
        codes = np.unique(names * size + codes) % size
    weights = None
    if of.kind == "sum":
        numbers = tally.column(of.table, str(of.column))[counted]
        weights = np.where(np.isnan(numbers), 0.0, numbers)  # a cell without a number adds nothing to its group
    sums = np.bincount(codes, weights=weights, minlength=size)
    return dict(zip(groups.keys, sums.tolist(), strict=True))


class _Grading:
    """Grades the groups of a section by what holds in the workbook."""

    def __init__(self, entries: Entries, kpis: tuple[BusinessKpi, ...], today: date | None) -> None:
        by_kpi = {kpi.id: thresholds_in_force(kpi, entries) for kpi in kpis}
        self.thresholds = {id_: thresholds for id_, thresholds in by_kpi.items() if thresholds}
        minimum = entries.settings_used.get("minimum_cases", 0.0)
        self.enough = max(float(ENOUGH_CASES), float(minimum))
        self.time = time_given(entries, clock_of(entries, today)) if today else {}

    def result(self, kpi: BusinessKpi, value: float | None, cases: float | None) -> GroupResult:
        """A group's value with its level. What it would take to reach the next one is not asked for."""
        nothing = dict.fromkeys(kpi.kpi.arguments)
        found = evaluated(kpi, nothing, self.thresholds.get(kpi.id, {}), {**self.time, "value": value})
        stands = graded(kpi, found)
        return GroupResult(value, stands.level, cases, stands.position, self.enough)


def _concern(group: Group) -> tuple[int, float]:
    """What the groups of a section are ordered by: worst position first, then those without a level, then those in
    which everything has too few cases. Positions that differ by floating-point noise are equal."""
    known = [result for result in group.results.values() if result.value is not None]
    sure = [result for result in known if not result.few]
    positions = [result.position for result in sure if result.level is not None and result.position is not None]
    if positions:
        return 0, round(min(positions), 9)
    return (1 if sure else 2), 0.0
