"""KPIs read beside each other: which cautions of the catalogue the figures of a scorecard call for.

Computes no figure, and says nothing of a business that lacks one of the KPIs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Threshold
from kpixl.entries import History
from kpixl.errors import N_
from kpixl.kpi.grade import passes
from kpixl.kpi.score import alert_of

if TYPE_CHECKING:
    from kpixl.catalog.model import CautionRule
    from kpixl.i18n import Language
    from kpixl.kpi.score import Result, Scorecard
    from kpixl.period import Period

Severity = Literal["act_now", "warning", "good"]

SIGNS: dict[Severity, str] = {"act_now": "✖", "warning": "!", "good": "★"}
"""In the order in which cautions are told."""
WORDS: dict[Severity, str] = {"act_now": N_("act now"), "warning": N_("warning"), "good": N_("good news")}


@dataclass(frozen=True)
class Caution:
    """A caution that the figures call for, with the results that it is about."""

    rule: CautionRule
    results: tuple[Result, ...]
    currency: str

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

    def word(self, t: Language) -> str:
        """How urgent it is, for those who do not see the shape."""
        return t(WORDS[self.severity])

    @property
    def sign(self) -> str:
        """The shape that stands before its text."""
        return SIGNS[self.severity]

    def text(self, t: Language) -> str:
        """What it says, in one language, with the values as the owner reads them."""
        values = {one.kpi.id: t.number(one.value, one.kpi.kpi.unit, self.currency) for one in self.results}
        return t(self.rule.text).format(**values)


def cautions(scorecard: Scorecard) -> tuple[Caution, ...]:
    """What the owner is to be told, most urgent first; ties in the catalogue's order."""
    entries = scorecard.entries
    found = []
    for rule in entries.business.cautions:
        results = tuple(scorecard.result(kpi) for kpi in rule.kpis)
        if all(_holds(rule, result, entries.period, entries.history) for result in results):
            found.append(Caution(rule, results, entries.currency))
    return tuple(sorted(found, key=lambda caution: [*SIGNS].index(caution.severity)))


def alert_text(result: Result, t: Language) -> str:
    """What a KPI's own value calls for; empty where that is nothing."""
    rule = alert_of(result.kpi, result.value)
    return t(rule.text) if rule else ""


def moved(result: Result) -> str | None:
    """How a value has moved from the previous period; None where that says nothing: of too few cases, or while it still
    builds up."""
    return None if _too_few(result) or result.pace is not None else result.trend


def _holds(rule: CautionRule, result: Result, period: Period, history: History) -> bool:
    """Whether one KPI is as ``rule`` has it."""
    condition = rule.when[result.kpi.id]
    if result.value is None:
        return False
    if isinstance(condition, Threshold):
        return not _too_few(result) and passes(result.value, condition)
    return condition == "any" or (condition == moved(result) and _lasting(result, period, history))


def _lasting(result: Result, period: Period, history: History) -> bool:
    """Whether a move is more than one step that chance may take: it goes where a signal points, or is the second in a
    row. Where fewer than two periods are closed, one step has to do."""
    assert result.change is not None
    if result.signal is not None and result.signal.side * result.change > 0:
        return True
    before = history.value(period.shift(-2), result.kpi.history_id)
    if before is None or result.previous is None:
        return len(history.between(date.min, period.start, result.kpi.history_id)) < 2
    return (result.previous - before) * result.change > 0


def _too_few(result: Result) -> bool:
    """Whether the owner wants more cases."""
    return result.reason is not None and result.reason.code == "too_few"
