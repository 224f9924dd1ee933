"""What many workbooks say together: how each KPI is spread over them, who stands out, how the group has moved.

Workbooks are held against one another only where their figures mean the same: of one kind of business, one length of
period and, where it is money, one currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.model import Level
from kpixl.kpi.grade import level_of, thresholds_published
from kpixl.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.catalog import Business, BusinessKpi
    from kpixl.period import Kind
    from kpixl.portfolio.member import Figure, Member

FEWEST = 8
"""With fewer workbooks nobody is called an outlier."""
FENCE = 1.5
"""Quartile ranges beyond the quartiles from which on a value stands out, after J. W. Tukey."""
PERIODS = 12
"""So many periods of a trend."""
FEWEST_IN_TREND = 2


@dataclass(frozen=True)
class Quartiles:
    """How values are spread, in the KPI's unit; as Excel's QUARTILE has them."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class GroupCourse:
    """How the group has moved: the quartiles of the same workbooks in each of several periods, oldest first."""

    periods: tuple[Period, ...]
    quartiles: tuple[Quartiles, ...]
    workbooks: int
    """How many have a value in all of them."""


@dataclass(frozen=True)
class Compared:
    """One KPI that can be held against others."""

    kpi: BusinessKpi
    kind: Kind
    currency: str
    """Of money; else empty."""
    rows: tuple[int, ...]
    """The places of the workbooks that have the KPI."""
    figures: tuple[Figure, ...]
    """What each of them has."""

    @property
    def falls(self) -> bool:
        """Whether less is better."""
        return self.kpi.kpi.direction == "down"

    @cached_property
    def by_row(self) -> Mapping[int, Figure]:
        """The figures by the places of their workbooks."""
        return dict(zip(self.rows, self.figures, strict=True))

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """The places of the workbooks with a value, best first; equal ones in their order."""
        valued = [(figure.value, row) for row, figure in self.by_row.items() if figure.value is not None]
        return tuple(row for _, row in sorted(valued, key=lambda one: one[0] if self.falls else -one[0]))

    @cached_property
    def quartiles(self) -> Quartiles | None:
        """How the values are spread; None without one."""
        return quartiles([figure.value for figure in self.figures])

    @cached_property
    def published(self) -> Mapping[Level, float]:
        """Where each level begins as published; none for money in another currency than the one it is published in."""
        if self.kpi.in_dollars and self.currency != "USD":
            return {}
        return thresholds_published(self.kpi)

    @property
    def median_level(self) -> Level | None:
        """How the median stands against the published benchmark."""
        spread = self.quartiles
        return level_of(self.kpi, spread.median, self.published) if spread and self.published else None

    @property
    def fences(self) -> tuple[float, float] | None:
        """Below and above which a value stands out; None where they are too few or too much alike to say."""
        spread = self.quartiles
        known = sum(figure.value is not None for figure in self.figures)
        if spread is None or known < FEWEST or spread.high <= spread.low:
            return None
        reach = FENCE * (spread.high - spread.low)
        return spread.low - reach, spread.high + reach


def quartiles(values: Sequence[float | None]) -> Quartiles | None:
    """The quartiles of the values that there are; None without one."""
    known = [value for value in values if value is not None]
    return Quartiles(*map(float, np.percentile(known, (25, 50, 75)))) if known else None


@dataclass(frozen=True)
class Notable:
    """Something that stands out: which KPI of which workbook."""

    row: int
    column: Compared
    figure: Figure
    high: bool


@dataclass(frozen=True)
class Portfolio:
    """Workbooks, in the order in which they are shown, and their KPIs."""

    members: tuple[Member, ...]
    columns: tuple[Compared, ...]

    def business(self, id_: str) -> Business:
        """A kind of business that some of the workbooks are of, by its id."""
        return next(one.kind_of_business for one in self.members if one.business == id_)

    @cached_property
    def outliers(self) -> tuple[Notable, ...]:
        """The values that lie beyond the fences of their group, by KPI."""
        found = []
        for column in self.columns:
            if column.fences is None:
                continue
            low, high = column.fences
            found += [
                Notable(row, column, figure, figure.value > high)
                for row, figure in column.by_row.items()
                if figure.value is not None and not low <= figure.value <= high
            ]
        return tuple(found)

    @cached_property
    def signals(self) -> tuple[Notable, ...]:
        """The values that are more than the usual variation of their own workbook, by KPI."""
        return tuple(
            Notable(row, column, figure, figure.signal in ("above", "run_above"))
            for column in self.columns
            for row, figure in column.by_row.items()
            if figure.signal
        )

    def course(self, column: Compared) -> GroupCourse | None:
        """How a KPI has moved over the most periods that at least half of the workbooks have all of, those alone."""
        values = [self._values(row, column) for row in column.rows]
        lasts = [max(found) for found in values if found]
        if not lasts:
            return None
        last = Period(column.kind, max(lasts))
        now = sum(last.start in found for found in values)
        for count in range(PERIODS, 1, -1):
            periods = tuple(last.shift(shift) for shift in range(1 - count, 1))
            same = [found for found in values if all(period.start in found for period in periods)]
            if len(same) >= max(FEWEST_IN_TREND, now / 2):
                spreads = (quartiles([found[period.start] for found in same]) for period in periods)
                return GroupCourse(periods, tuple(one for one in spreads if one), len(same))
        return None

    def _values(self, row: int, column: Compared) -> dict[date, float]:
        """The KPI of a workbook by the first days of its periods."""
        member, id_ = self.members[row], column.kpi.history_id
        found: dict[date, list[float]] = {}
        for line in member.past:
            if line.id == id_:
                found.setdefault(date.fromisoformat(line.start), []).append(line.value)
        by_day = {day: sum(values) / len(values) for day, values in found.items()}
        value = column.by_row[row].value
        return by_day if value is None else {**by_day, member.covers.start: value}


def group(members: Sequence[Member]) -> Portfolio:
    """The workbooks by kind of business, region and company; the KPIs in the order of their businesses."""
    ordered = tuple(sorted(members, key=lambda one: (one.business, one.region, one.company.casefold(), one.place)))
    found: dict[tuple[str, str, Kind, str], list[tuple[int, Figure]]] = {}
    for row, member in enumerate(ordered):
        for figure in member.figures:
            money = member.kpi(figure.kpi).kpi.unit == "money"
            key = (member.business, figure.kpi, member.covers.kind, member.currency if money else "")
            found.setdefault(key, []).append((row, figure))
    # Of a pack, workbooks may have several versions: the places of the first one that has a KPI.
    order: dict[tuple[str, str], int] = {}
    for member in {(one.business, one.pack): one for one in reversed(ordered)}.values():
        for place, kpi in enumerate(member.kind_of_business.kpis):
            order.setdefault((member.business, kpi.id), place)
    columns = []
    for key in sorted(found, key=lambda key: (key[0], key[2], order[key[0], key[1]], key[3])):
        rows, figures = zip(*found[key], strict=True)
        first = ordered[rows[0]]
        columns.append(Compared(first.kpi(key[1]), first.covers.kind, key[3], rows, figures))
    return Portfolio(ordered, tuple(columns))
