"""Sentences about a scorecard, from the templates. Says nothing that the figures do not support."""

from __future__ import annotations

import re
from functools import partial, reduce
from typing import TYPE_CHECKING

from kpixl.decimals import SHOWN
from kpixl.errors import N_
from kpixl.i18n import rounded_up
from kpixl.kpi.cautions import cautions, moved
from kpixl.kpi.grade import against_target
from kpixl.kpi.noise import same
from kpixl.kpi.signals import RUN
from kpixl.period import Window
from kpixl.texts.caution_text import caution_text
from kpixl.texts.figures import final_text, late_text
from kpixl.texts.render import rendered
from kpixl.texts.words import LEVELS, TRENDS, bare_word, reason_text, step_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.i18n import Language
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


def headline(scorecard: Scorecard, t: Language) -> str:
    """What is to be said below the verdict: why there is none, else whether changes are real; then what came late."""
    results, currency = scorecard.results, scorecard.entries.currency
    signals = [result for result in scorecard.ranked if result.past.is_signal]
    told = _render(
        "headline.txt.j2",
        t,
        begins=None if scorecard.clock.gone else t.date(scorecard.entries.period.start),
        period=t.period(scorecard.entries.period),
        left=scorecard.clock.left if scorecard.clock.running else 0,
        total=len(results),
        valued=sum(result.value is not None for result in results),
        graded=sum(result.grade.shade is not None for result in results),
        signals=[_named_signal(result, t) for result in signals],
        judged=sum(result.past.signal is not None for result in results),
        better=sum(moved(result) == "better" for result in results),
        worse=sum(moved(result) == "worse" for result in results),
    )
    return " ".join([told, *(f"{late_text(late, t, currency)}." for late in scorecard.late)]).strip()


def comment(result: Result, scorecard: Scorecard, t: Language) -> str:
    """A sentence about one KPI, and one each for cautions, notes and the target."""
    currency, pace = scorecard.entries.currency, result.pace
    # A target that more of it reaches may be met before the period is over; one for less of it may not.
    against = against_target(result.kpi, result.value, result.target) if pace else result.against_target
    reached = against == "met" and result.kpi.kpi.direction == "up"
    return _render(
        "comment.txt.j2",
        t,
        currency=currency,
        result=result,
        figure=_figure(result, t, currency),
        median=_median(result, scorecard),
        moved=moved(result),
        unchanged=result.past.previous is not None and same(result.value or 0.0, result.past.previous),
        run=RUN,
        step=_step(result, t, currency),
        joined=partial(_joined, t=t),
        reason=reason_text(result.reason, t),
        final=final_text(result, t, currency),
        cautions=[caution_text(one, t) for one in cautions(scorecard) if one.kpis[0] == result.kpi.id],
        against=against,
        under_way=pace is not None and pace.on_track is not None and not reached,
    )


def _median(result: Result, scorecard: Scorecard) -> float | None:
    """What half of the cases behind a mean did not pass, in its unit; None where it is not known of the same cases."""
    kpi = result.kpi
    typed = any(scorecard.measures[argument.measure.name].typed is not None for argument in kpi.arguments)
    if kpi.median is None or kpi.window is not Window.PERIOD or typed:
        return None
    return scorecard.measures[kpi.median.name].used


def _figure(result: Result, t: Language, currency: str) -> str:
    """A value with its level."""
    value = t.number(result.value, result.kpi.kpi.unit, currency, result.finer)
    return f"{value}, {bare_word(result, t)}" if result.level is not None else value


def _step(result: Result, t: Language, currency: str) -> str:
    """What it takes to reach the next level, as a clause; empty at the top."""
    step, following = result.grade.to_next, result.grade.next_level
    if step is None or following is None:
        return ""
    each, unit = _each(result), step.measure.unit
    texts = _EACH if each is not None else _IN_ALL
    return t(texts[step.direction]).format(
        amount=t.number(each or step.amount, unit, currency) if each or unit == "money" else t.plain(step.amount),
        measure=step_figure(result, t),
        level=t(LEVELS[following]),
    )


_IN_ALL = {
    "more": N_("with {amount} more in “{measure}” it would be {level}"),
    "less": N_("with {amount} less in “{measure}” it would be {level}"),
}
_EACH = {
    "more": N_("{amount} more on average would make it {level}"),
    "less": N_("{amount} less on average would make it {level}"),
}


def _each(result: Result) -> float | None:
    """How much the value of a KPI that is an average has to move, in its own unit, rounded up to the digits shown; None
    for others."""
    step, slope, unit = result.grade.to_next, result.grade.slope, result.kpi.kpi.unit
    if step is None or not slope or step.measure.unit != unit or len(result.kpi.arguments) != 2:
        return None
    digits = SHOWN.get(unit)
    return None if digits is None else float(rounded_up(step.amount * abs(slope), digits))


def _named_signal(result: Result, t: Language) -> str:
    """A KPI that has changed for real, and whether that is good."""
    assert result.past.signal is not None
    way = "better" if (result.past.signal.side > 0) == (result.kpi.kpi.direction == "up") else "worse"
    return f"{t(result.kpi.name)} ({t(TRENDS[way])})"


def _joined(clauses: Sequence[str], t: Language) -> str:
    """Clauses of one sentence; empty ones are left out."""
    return reduce(lambda one, other: t(N_("{one}; {other}")).format(one=one, other=other), filter(None, clauses))


def _render(template: str, t: Language, **values: object) -> str:
    text = rendered(template, t=t, **values)
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")  # no-break spaces stay
