"""What the rules of a KPI depend on: its direction, edges and unit. KPIs with the same traits share their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from kpixl.catalog.model import Level
from kpixl.identity import once_each
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure

Comparison = Literal[">=", ">", "<=", "<"]
NEVER_NEGATIVE = ("count", "hours", "months")
"""Units of measures that cannot be less than nothing."""
GRADED = (Level.TYPICAL, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL)


MOST_OF_A_SCORE = 100
"""What a score reaches where all are for it; where all are against it, as much below 0."""


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of a KPI."""

    falls: bool | None
    """Whether less is better; None where the owner says so in a cell."""
    comparisons: tuple[Comparison, Comparison, Comparison]
    """How a value is compared at the edge of each level from typical on."""
    benchmarked: bool
    """Whether a benchmark is published."""
    in_dollars: bool
    """Whether it is in US dollars."""
    builds_up: bool
    """Whether the value grows with the days of the period that it is graded over."""
    partial: bool
    """Whether a part of the period is no measure of the whole."""
    by_period: bool
    """Whether it is graded over the period alone, and not over a longer window."""
    score: bool
    """Whether it runs from −100 to 100."""
    bounded: bool
    """Whether it is a share of a whole, which 1 is."""
    may_exceed: bool
    """Whether more than the whole is possible all the same."""
    never_negative: tuple[str, ...]
    """The arguments that cannot be less than nothing; of money, a refund may be."""
    cost: bool
    """Whether it is an amount of which less is better, and nothing the best."""
    least: float | None
    """Below this no value can be, in the KPI's unit; None where nothing is known of that."""
    counted: bool
    """Whether it counts the cases behind it."""
    lever: Literal["whole", "tenths"] | None
    """What an owner is told of its lever: whole numbers, or tenths of an hour or month."""
    late: bool
    """Whether it rests on outcomes that may come after its period."""
    interval: Literal["share", "nps", "mean", "lifetime"] | None
    """How the interval of its value is taken; a mean only where the squares behind it are summed up."""

    @property
    def reach(self) -> tuple[float | None, float | None]:
        """The least and the most that an owner can aim at, in the KPI's unit; None where there is no end."""
        return 0.0 if self.cost else self.least, 1.0 if self.bounded else MOST_OF_A_SCORE if self.score else None


def late_measures(kpi: BusinessKpi) -> tuple[Measure, ...]:
    """The measures behind ``kpi`` whose outcomes may come after its period."""
    return tuple(part for part in kpi.measures if part.late)


def spent(kpi: BusinessKpi) -> Measure | None:
    """What is spent in the period, added up from rows, where ``kpi`` is a cost."""
    if not traits_of(kpi).cost or not kpi.kpi.lever:
        return None
    item = kpi.argument(kpi.kpi.lever)
    is_sum = item.aggregate is not None and item.aggregate.kind == "sum" and not item.through_past
    return item if is_sum else None


@once_each
def traits_of(kpi: BusinessKpi) -> Traits:
    """The traits of ``kpi`` over its window."""
    by_period, lever = kpi.window is Window.PERIOD, kpi.kpi.lever
    interval = kpi.kpi.interval
    if interval == "mean" and (kpi.squares is None or not by_period or not lever):
        interval = None
    return Traits(
        falls=None if kpi.own else kpi.kpi.direction == "down",
        comparisons=cast("tuple[Comparison, Comparison, Comparison]", tuple(map(kpi.comparison, GRADED))),
        benchmarked=bool(kpi.thresholds),
        in_dollars=kpi.in_dollars,
        builds_up=kpi.kpi.builds_up and by_period,
        partial=(kpi.kpi.builds_up or kpi.kpi.partial) and by_period,
        by_period=by_period,
        score=kpi.kpi.unit == "score" and not kpi.own,
        bounded=kpi.kpi.bounded,
        may_exceed=kpi.kpi.may_exceed,
        never_negative=tuple(a.name for a in kpi.arguments if a.measure.unit in NEVER_NEGATIVE),
        cost=kpi.kpi.unit == "money" and kpi.kpi.direction == "down" and not kpi.own,
        least=None if kpi.own or kpi.kpi.unit == "money" else -MOST_OF_A_SCORE if kpi.kpi.unit == "score" else 0.0,
        counted=kpi.sample is not None,
        lever=("whole" if kpi.argument(lever).told_whole else "tenths") if lever else None,
        late=by_period and any(measure.late for measure in late_measures(kpi)),
        interval=interval if kpi.sample else None,
    )
