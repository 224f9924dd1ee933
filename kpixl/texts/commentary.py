"""Sentences about a scorecard, from the templates. Says nothing that the figures do not support."""

from __future__ import annotations

import re
from functools import partial, reduce
from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.kpi.cautions import cautions, moved
from kpixl.kpi.grade import against_target
from kpixl.kpi.noise import same
from kpixl.kpi.signals import RUN
from kpixl.period import Window
from kpixl.texts.caution_text import caution_beside
from kpixl.texts.figures import late_text
from kpixl.texts.render import rendered
from kpixl.texts.words import TRENDS, bare_word, reason_text

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
    """A sentence about one KPI, and one each for cautions, notes and the target; the figures stand in cells beside."""
    pace = result.pace
    # A target that more of it reaches may be met before the period is over; one for less of it may not.
    against = against_target(result.kpi, result.value, result.target) if pace else result.against_target
    reached = against == "met" and result.kpi.kpi.direction == "up"
    return _render(
        "comment.txt.j2",
        t,
        result=result,
        word=bare_word(result, t) if result.level is not None else "",
        moved=moved(result),
        unchanged=result.past.previous is not None and same(result.value or 0.0, result.past.previous),
        run=RUN,
        sentence=partial(_sentence, t=t),
        reason=reason_text(result.reason, t),
        cautions=[caution_beside(one, t) for one in cautions(scorecard) if one.kpis[0] == result.kpi.id],
        against=against,
        under_way=pace is not None and pace.on_track is not None and not reached,
    )


def _named_signal(result: Result, t: Language) -> str:
    """A KPI that has changed for real, and whether that is good."""
    assert result.past.signal is not None
    way = "better" if (result.past.signal.side > 0) == (result.kpi.kpi.direction == "up") else "worse"
    return f"{t(result.kpi.name)} ({t(TRENDS[way])})"


def median_behind(result: Result, scorecard: Scorecard) -> float | None:
    """What half of the cases behind a mean did not pass, in its unit; None where it is not known of the same cases."""
    kpi = result.kpi
    typed = any(scorecard.measures[argument.measure.name].typed is not None for argument in kpi.arguments)
    if kpi.median is None or kpi.window is not Window.PERIOD or typed or not result.in_use:
        return None
    return scorecard.measures[kpi.median.name].used


def _sentence(clauses: Sequence[str], t: Language) -> str:
    """Clauses as one sentence; empty ones are left out, and of none there is no sentence."""
    there = [clause for clause in clauses if clause]
    if not there:
        return ""
    told = reduce(lambda one, other: t(N_("{one}; {other}")).format(one=one, other=other), there)
    return f"{told[0].upper()}{told[1:]}."


def _render(template: str, t: Language, **values: object) -> str:
    text = rendered(template, t=t, **values)
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")  # no-break spaces stay
