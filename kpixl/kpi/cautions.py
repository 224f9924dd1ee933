"""KPIs read beside each other: which cautions of the catalogue the figures of a scorecard call for.

Computes no figure, and says nothing of a business that lacks one of the KPIs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Threshold
from kpixl.entries import History
from kpixl.kpi.grade import passes
from kpixl.kpi.score import ALERTED

if TYPE_CHECKING:
    from kpixl.catalog.model import CautionRule
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard
    from kpixl.period import Period

Severity = Literal["act_now", "warning", "good"]

SEVERITIES: tuple[Severity, ...] = ("act_now", "warning", "good")
"""In the order in which cautions are told."""


@dataclass(frozen=True)
class Caution:
    """A caution that the figures call for, with the results that it is about."""

    rule: CautionRule
    results: tuple[Result, ...]
    currency: str
    """The workbook's, three letters."""

    @property
    def id(self) -> str:
        """The caution's id in the catalogue."""
        return self.rule.id

    @property
    def severity(self) -> Severity:
        """How urgent it is; ``good`` is good news."""
        return self.rule.severity

    @property
    def kpis(self) -> tuple[str, ...]:
        """The ids of the KPIs that it is about; it is told beside the first."""
        return self.rule.kpis


def cautions(scorecard: Scorecard) -> tuple[Caution, ...]:
    """What the owner is to be told, most urgent first; ties in the catalogue's order."""
    entries = scorecard.entries
    found = []
    for rule in entries.business.cautions:
        results = tuple(scorecard.result(kpi) for kpi in rule.kpis)
        alone = rule in results[0].kpi.alerts
        if (
            results[0].alert is rule
            if alone
            else all(_holds(rule, result, entries.period, entries.history) for result in results)
        ):
            found.append(Caution(rule, results, entries.currency))
    return tuple(sorted(found, key=lambda caution: SEVERITIES.index(caution.severity)))


def moved(result: Result) -> str | None:
    """How a value has moved from the previous period; None where that says nothing: of too few cases, or while it still
    builds up."""
    return None if result.withheld or result.pace is not None else result.past.trend


def _holds(rule: CautionRule, result: Result, period: Period, history: History) -> bool:
    """Whether one KPI is as ``rule`` has it."""
    condition = rule.when[result.kpi.id]
    if result.value is None:
        return False
    if isinstance(condition, Threshold):
        return result.withheld in ALERTED and passes(result.value, condition)
    return condition == "any" or (condition == moved(result) and _lasting(result, period, history))


def _lasting(result: Result, period: Period, history: History) -> bool:
    """Whether a move is more than one step that chance may take: it goes where a signal points, or is the second in a
    row. Where fewer than two periods are closed, one step has to do."""
    past = result.past
    assert past.change is not None
    if past.signal is not None and past.signal.side * past.change > 0:
        return True
    before = history.value(period.shift(-2), result.kpi.history_id)
    if before is None or past.previous is None:
        return len(history.between(date.min, period.start, result.kpi.history_id)) < 2
    return (past.previous - before) * past.change > 0
