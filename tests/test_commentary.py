"""What the sentences say, read by a careful eye and held here."""

from __future__ import annotations

import pytest

from kpixl.commentary import comment, headline
from kpixl.demo import SAMPLE_PERIOD
from kpixl.i18n import language
from kpixl.period import Period
from kpixl.samples import sample
from test_score import VA, scorecard
from test_score import past as past_value

EN, ES = language("en"), language("es")
FIGURES = {
    "satisfied": 80.0,
    "surveyed": 100.0,
    "resolution_hours": 40.0,
    "requests_resolved": 100.0,
    "leads": 0.0,
    "clients_new": 2.0,
}


def spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_headline_names_the_worst_and_the_best() -> None:
    assert spaces(headline(scorecard(FIGURES), EN)) == (
        "KPIs above average or better: 1 of 2. CSS needs you most: 80.0%, below benchmark. "
        "ART does best: 0.40 h, exceptional. Without a value or level: 5."
    )
    assert spaces(headline(scorecard(FIGURES), ES)) == (
        "KPI por encima de lo típico: 1 de 2. Lo más urgente: CSS (80,0 %, bajo la referencia). "
        "Lo que va mejor: ART (0,40 h, excepcional). Sin valor o sin nivel: 5."
    )


def test_without_figures_it_says_what_to_do() -> None:
    assert headline(scorecard({}), EN) == "No KPI can be computed yet: type or import rows, or type totals."


def test_a_comment_says_value_level_change_and_what_it_takes() -> None:
    card = scorecard(FIGURES, (past_value(9, "va_css", 0.75), past_value(9, "va_art", 0.3)), {"css": 0.9})
    assert spaces(comment(card.result("css"), EN)) == (
        "80.0%: below benchmark. Better than the previous period (75.0%). "
        "Satisfied answers: +5 → typical. Your target of 90.0% is missed."
    )
    assert spaces(comment(card.result("art"), EN)) == "0.40 h: exceptional. Worse than the previous period (0.30 h)."
    assert comment(card.result("ncar"), EN) == "No leads in this period."


@pytest.mark.parametrize("code", ["en", "es"])
def test_no_sentence_is_left_open(code: str) -> None:
    made = sample(VA, Period.parse(SAMPLE_PERIOD), code)
    card = scorecard(FIGURES, made.past)
    for text in (headline(card, language(code)), *(comment(result, language(code)) for result in card.results)):
        assert text.endswith(".")
        assert "{" not in text
        assert "  " not in text
        assert ".." not in text
