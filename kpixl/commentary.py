"""Sentences about a scorecard, from the templates. Says nothing that the figures do not support."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.template_files import rendered
from kpixl.words import bare_word, reason_text, to_next_text

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.score import Result, Scorecard


def headline(scorecard: Scorecard, t: Language) -> str:
    """Up to three sentences for the top of the dashboard."""
    graded = [result for result in scorecard.ranked if result.grade.shade is not None]
    good = [result for result in graded if (result.grade.shade or 0) >= Level.ABOVE_AVERAGE]
    return _render(
        "headline.txt.j2",
        t,
        currency=scorecard.entries.currency,
        total=len(scorecard.results),
        banded=any(kpi.thresholds for kpi in scorecard.entries.business.kpis),
        graded=len(graded),
        good=len(good),
        worst=graded[0] if graded else None,
        best=graded[-1] if len(graded) > 1 else None,
        better=sum(result.trend == "better" for result in graded),
        worse=sum(result.trend == "worse" for result in graded),
        compared=sum(result.trend is not None for result in graded),
    )


def comment(result: Result, t: Language, currency: str = "USD") -> str:
    """A sentence or two about one KPI."""
    return _render(
        "comment.txt.j2",
        t,
        currency=currency,
        result=result,
        reason=reason_text(result.reason, t),
        step=to_next_text(result, t),
    )


def _render(template: str, t: Language, **values: object) -> str:
    text = rendered(template, t=t, word=partial(bare_word, t=t), **values)
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")  # no-break spaces stay
