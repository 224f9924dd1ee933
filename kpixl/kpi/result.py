"""One KPI in one period: its value and grade, how it stands to the past, how certain it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl.formula.to_python import evaluate_single
from kpixl.kpi.grading import KEPT, REASONS_TO_WAIT, Waits, reason_number
from kpixl.kpi.interval import Interval
from kpixl.kpi.wrong import NONE_WRONG, Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi, CautionRule, Level
    from kpixl.kpi.evaluation import Evaluation
    from kpixl.kpi.grade import Grade, Reason
    from kpixl.kpi.pace import Pace
    from kpixl.kpi.signals import Limits, Signal
    from kpixl.period import Period


@dataclass(frozen=True)
class Comparison:
    """A value beside those of closed periods, all in the KPI's own unit."""

    previous: float | None = None
    """The period before this one."""
    year_before: float | None = None
    """The same period a year ago."""
    change: float | None = None
    """From the previous period; of what builds up while the period runs, that of its forecast."""
    trend: Literal["better", "worse", "same"] | None = None
    usual: Limits | None = None
    """What is usual of it, by the closed periods; None where they are too few."""
    signal: Signal | None = None
    """What this period's value says beside them; None, too, while the period still runs."""

    @property
    def is_signal(self) -> bool:
        """Whether the value is more than the usual up and down."""
        return self.signal is not None and self.signal.is_signal


@dataclass(frozen=True)
class YearToDate:
    """A KPI over the year so far, in its unit, or why it has no such value."""

    value: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Certainty:
    """How much a value can be relied on: how many cases are behind it, and where it may lie as well."""

    sample: float | None = None
    """The number of cases."""
    interval: Interval | None = None
    settled: bool | None = None
    """Whether the whole interval has the level or standing that the value has; None where that cannot be said."""


@dataclass(frozen=True)
class Final:
    """A closed period of which all outcomes are there, and a KPI in it, in its unit."""

    period: Period
    value: float


@dataclass(frozen=True)
class Result:
    """One KPI of one workbook and period. ``value``, ``thresholds`` and ``target`` are in its unit: 0.9 is 90 %, money
    is the workbook's."""

    kpi: BusinessKpi
    measures: Mapping[str, float | None]
    """By the names that the formula has for them, each in its own unit."""
    value: float | None
    reason: Reason | None
    """Why there is no value or no level."""
    thresholds: Mapping[Level, float]
    grade: Grade
    target: float | None = None
    against_target: Literal["met", "missed"] | None = None
    gap: float | None = None
    """How far the value lies above the target."""
    past: Comparison = Comparison()
    year: YearToDate = YearToDate()
    certainty: Certainty = Certainty()
    pace: Pace | None = None
    alert: CautionRule | None = None
    """The caution that the value calls for by itself."""
    note: str = ""
    """What is to be known of the value: a figure behind it stands in for one that cannot be had yet. A msgid."""
    part: float | None = None
    """While the period runs, the share of it that had come by now in closed periods; None where they do not say."""
    open: bool = False
    """Whether outcomes may still come to it."""
    least: bool = False
    """Whether its level is the least that it can be: outcomes may still come, or it builds up until the period ends."""
    wrong_rows: Wrong = NONE_WRONG
    """How many rows behind it Check calls wrong, of those that a sheet can count by itself."""
    either_way: tuple[float | None, float | None] = (None, None)
    """The value with all rows that are wrong for it, and with all against it; None where none of them is a case."""
    needs: bool = False
    """Whether the owner should do something about it."""
    good: bool = False
    """Whether it is above average or better, on target, or better than before."""
    off: bool = False
    """Whether the owner has switched it off: then there is no value, and no reason for that."""
    finer: int = 0
    """How many decimals more than usual show on which side of the nearest edge the value is."""
    proposals: tuple[float, ...] = ()
    """Targets to choose from, in the KPI's unit."""
    final: Final | None = None
    """While it is open, the latest closed period that is not."""

    @property
    def wrong(self) -> int:
        """How many of the rows behind it, and of the owner's own cells, are wrong."""
        return self.wrong_rows.rows

    @property
    def in_use(self) -> bool:
        """Whether the owner watches it: it is not switched off, and one of her own has a name."""
        return not self.off and bool(self.kpi.name)

    @property
    def withheld(self) -> Waits | None:
        """Why the value is there and not judged; None where it is judged, or is none."""
        code = self.reason.code if self.reason and self.value is not None else None
        return next((waits for waits in REASONS_TO_WAIT if waits == code), None)

    @property
    def kept(self) -> float | None:
        """The value as it stands among those of other periods; None where it is 0 since nothing was entered."""
        waits = None if self.withheld is None else reason_number(self.withheld)
        return self.value if evaluate_single(KEPT, {"withheld": waits, "value": self.value}.__getitem__) else None

    @property
    def level(self) -> Level | None:
        """The level reached; None where nothing can be graded."""
        return self.grade.level


def certain(found: Evaluation) -> Certainty:
    """How much the value can be relied on, by rules that were evaluated."""
    low, high, sure = (found.number(id_) for id_ in ("interval_low", "interval_high", "settled"))
    return Certainty(
        found.number("sample"),
        None if low is None or high is None else Interval(low, high),
        None if sure is None else bool(sure),
    )


@dataclass(frozen=True)
class LateKpi:
    """What a KPI of a closed period has become, in its unit, and how many outcomes came late to it."""

    kpi: BusinessKpi
    period: Period
    before: float | None
    after: float | None
    outcomes: float
