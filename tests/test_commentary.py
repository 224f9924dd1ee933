"""What the sentences say, against figures worked out by hand, and what is said of the samples, read by a careful eye.

After a change of a text: ``python -m tests.regenerate_commentary``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commentary_snapshot
from kpixl.catalog import Business, business
from kpixl.catalog.model import Level
from kpixl.entries import PastValue
from kpixl.i18n import language
from kpixl.kpi.actions import verdict
from kpixl.kpi.grade import Reason, ToNext
from kpixl.kpi.result import Result
from kpixl.kpi.score import Scorecard, score
from kpixl.languages import codes
from kpixl.period import Period
from kpixl.texts.commentary import comment, headline
from kpixl.texts.words import to_next_text
from test_score import SB, VA, scorecard
from test_score import past as past_value

EN = language("en")
OVER, RUNNING = date(2026, 11, 2), date(2026, 10, 20)
# 80 of 100 satisfied: below; 40 hours of 100 requests: exceptional; no leads: no value.
FIGURES = {
    "satisfied": 80.0,
    "surveyed": 100.0,
    "resolution_hours": 40.0,
    "requests_resolved": 100.0,
    "leads": 0.0,
    "clients_new": 2.0,
}


def card(
    used: Mapping[str, float | None],
    before: Mapping[str, float] | None = None,
    targets: Mapping[str, object] | None = None,
    owner: Business = VA,
    today: date = OVER,
    past: tuple[PastValue, ...] = (),
) -> Scorecard:
    """October 2026, with the KPIs of September."""
    september = tuple(past_value(9, id_, value) for id_, value in (before or {}).items())
    made = scorecard(used, (*past, *september, *WAY), targets, owner)
    return score(made.entries, made.measures, today)


WAY = tuple(
    PastValue(date(2026, month, 1), "part", f"{id_}.{tenth}", 20 / 31)
    for month in (7, 8, 9)
    for id_ in ("revenue", "complaints")
    for tenth in range(1, 10)
)
"""In three months 20 of 31 parts had come by every tenth."""


def months(id_: str, *values: float) -> tuple[PastValue, ...]:
    """The KPI in the months up to September 2026, which comes last."""
    october = Period.parse("2026-10")
    days = (october.shift(shift - len(values)).start for shift in range(len(values)))
    return tuple(PastValue(day, "kpi", id_, value) for day, value in zip(days, values, strict=True))


def spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def said(made: Scorecard, kpi: str) -> str:
    return spaces(comment(made.result(kpi), made, EN))


def top(made: Scorecard) -> str:
    return spaces(headline(made, EN))


# The headline


def test_how_many_stand_well_and_how_many_need_the_owner() -> None:
    """Of seven: good, neither, below par, not judged."""
    # 85 of 100 would be typical.
    assert verdict(card(FIGURES)) == (1, 0, 1, 5)
    assert verdict(card({**FIGURES, "satisfied": 87.0})) == (1, 1, 0, 5)
    assert verdict(card({**FIGURES, "satisfied": 90.0})) == (2, 0, 0, 5)
    # Without benchmarks the target or the month before counts: conversion is on target, acquisition costs more.
    used = {"leads_converted": 30.0, "leads_qualified": 100.0, "sales_marketing_spend": 900.0, "clients_new": 3.0}
    made = card(used, {"sb_cac": 290}, {"conversion": 0.25}, SB)
    assert verdict(made) == (1, 0, 1, 10)
    assert top(made) == "Compared with the previous period, better: 0, worse: 1."


def test_where_the_verdict_says_all_the_headline_says_nothing() -> None:
    assert top(card(FIGURES)) == ""


def test_values_that_nothing_grades() -> None:
    used = {"leads_converted": 30.0, "leads_qualified": 100.0}
    assert top(card(used, owner=SB)) == "KPIs with a value: 1 of 12; none of them can be graded yet."
    assert top(card(used, owner=SB, today=RUNNING)) == (
        "So far (days left: 11), KPIs with a value: 1 of 12; none of them can be graded yet."
    )


def test_without_figures_it_says_what_to_do() -> None:
    for today in (OVER, RUNNING):
        assert top(card({}, today=today)) == "No KPI can be computed yet: type or import rows, or type totals."


def test_signals_come_by_name_worst_first() -> None:
    # Six months of satisfaction at 90 % give or take 1: a month moves by 2 points, and 2.66 times that is 5.32, so the
    # range is 84.68 % to 95.32 %. Resolution times of 1 h give or take 0.02: 0.8936 to 1.1064 hours.
    past = months("va_css", 0.91, 0.89, 0.91, 0.89, 0.91, 0.89) + months("va_art", 0.98, 1.02, 0.98, 1.02, 0.98, 1.02)
    assert top(card(FIGURES, past=past)) == (
        "Beyond normal variation: Client satisfaction score (worse), Average resolution time (better)."
    )


def test_changes_within_the_usual_variation() -> None:
    past = months("va_css", 0.91, 0.89, 0.91, 0.89, 0.91, 0.89)
    used = {"satisfied": 90.0, "surveyed": 100.0}
    assert top(card(used, past=past)) == "All changes are within normal variation."
    also = {**used, "resolution_hours": 40.0, "requests_resolved": 100.0}
    assert top(card(also, {"va_art": 0.5}, past=past)) == (
        "Changes are within normal variation, as far as past periods can tell."
    )


def test_with_a_short_past_it_counts_what_moved() -> None:
    past = months("va_css", 0.91, 0.89, 0.91, 0.89, 0.7)
    made = card({**FIGURES, "satisfied": 90.0}, {"va_art": 0.4}, past=past)
    assert top(made) == "Compared with the previous period, better: 1, worse: 0."
    assert top(card({**FIGURES, "satisfied": 90.0}, {"va_css": 0.9})) == ""


def test_too_few_cases_do_not_count_as_moved() -> None:
    made = card({**FIGURES, "satisfied": 90.0}, {"va_css": 0.8})
    assert "better: 1" in top(made)
    slots = tuple(replace(one, reason=Reason("too_few")) if one.kpi.id == "css" else one for one in made.slots)
    assert top(replace(made, slots=slots)) == ""


@pytest.mark.slow
@given(
    used=st.fixed_dictionaries({}, optional={name: st.integers(0, 200).map(float) for name in FIGURES}),
    past=st.lists(st.floats(0, 2), max_size=9),
    today=st.sampled_from([OVER, RUNNING]),
)
def test_never_more_than_two_sentences(used: dict[str, float], past: list[float], today: date) -> None:
    text = top(card(used, past=months("va_css", *past) + months("va_art", *past), today=today))
    # A full stop within a number has no space behind it.
    assert len(re.findall(r"\.(?= |$)", text)) <= 2
    assert not text or text.endswith(".")


# Comments


def test_level_and_what_it_takes() -> None:
    """The figures stand in cells beside; what it takes, in a cell as well, an average in its own unit."""
    assert said(card(FIGURES), "art") == "Exceptional."
    # By Wilson, 80 of 100 may be as good as 86.7 %, which is typical.
    assert said(card(FIGURES), "css") == "Below benchmark; small sample, so the level is uncertain."
    assert takes(card(FIGURES), "css") == "Satisfied answers: +5 → typical"
    # 800 of 1,000 are at most 82.4 %.
    made = card({"satisfied": 800, "surveyed": 1000})
    assert (said(made, "css"), takes(made, "css")) == ("Below benchmark.", "Satisfied answers: +50 → typical")
    # Above average is less than one hour: of 2.00 h, 101 hours less in 100 requests.
    made = card({"resolution_hours": 200, "requests_resolved": 100})
    assert (said(made, "art"), takes(made, "art")) == ("Typical.", "On average: −1.01 h → above average")
    # Thresholds of the owner's: revenue per client from 150 on; 1,000 from 7 clients are 7.15 short each, rounded up.
    made = card({"revenue": 1000.0, "clients_served": 7.0}, owner=business("luxury-personal-assistant"))
    assert takes(replace(made, slots=tuple(map(wanting, made.slots))), "rpc") == "On average: +$7.15 → above average"


def wanting(result: Result) -> Result:
    """A revenue per client that lacks 50 in all, and each client brings a seventh."""
    if result.kpi.id != "rpc":
        return result
    step = ToNext(result.kpi.argument("revenue"), 50.0, "more")
    grade = replace(result.grade, level=Level.TYPICAL, next_level=Level.ABOVE_AVERAGE, slope=1 / 7, to_next=step)
    return replace(result, grade=grade)


def takes(made: Scorecard, kpi: str) -> str:
    return spaces(to_next_text(made.result(kpi), EN, "USD"))


def test_without_a_value_it_says_why() -> None:
    assert said(card(FIGURES), "ncar") == "No leads in this period."


def test_without_a_level_it_says_why() -> None:
    used = {"leads_converted": 300.0, "leads_qualified": 1000.0}
    assert said(card(used, owner=SB), "conversion") == "No benchmark and no target to grade against."


def test_the_month_before() -> None:
    assert said(card(FIGURES, {"va_art": 0.5}), "art") == "Exceptional; better than the previous period."
    assert said(card(FIGURES, {"va_art": 0.3}), "art") == "Exceptional; worse than the previous period."
    assert said(card(FIGURES, {"va_art": 0.4}), "art") == "Exceptional; as in the previous period."


def test_signal_or_usual_variation() -> None:
    # Mean 0.4, moves of 0.04 times 2.66: from 0.2936 to 0.5064.
    past = months("va_art", 0.42, 0.38, 0.42, 0.38, 0.42, 0.38)

    def at(hours: float) -> str:
        return said(card({"resolution_hours": hours, "requests_resolved": 100.0}, past=past), "art")

    assert at(40) == "Exceptional; within normal variation."
    assert at(36) == "Exceptional; within normal variation."
    assert at(38) == "Exceptional; as in the previous period."
    assert at(20) == "Exceptional; better than the previous period; below its usual range."
    assert at(60) == "Above average; worse than the previous period; above its usual range."


def test_a_run_on_one_side_of_the_average() -> None:
    # Three months high, then seven low, and this one: the eighth in a row below the mean of 0.426.
    past = months("va_art", 0.5, 0.48, 0.48, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4)
    made = card({"resolution_hours": 40.0, "requests_resolved": 100.0}, past=past)
    assert said(made, "art") == "Exceptional; as in the previous period; below its mean for 8 periods or more."
    assert top(made).endswith("Beyond normal variation: Average resolution time (better).")
    past = months("va_art", 0.3, 0.32, 0.32, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4)
    made = card({"resolution_hours": 40.0, "requests_resolved": 100.0}, past=past)
    assert said(made, "art").endswith("above its mean for 8 periods or more.")
    assert top(made).endswith("Beyond normal variation: Average resolution time (worse).")


def test_targets() -> None:
    good = {"satisfied": 990, "surveyed": 1000}
    assert said(card(good, targets={"css": 0.9}), "css") == "Exceptional. Your target is met."
    assert said(card(good, targets={"css": 0.995}), "css") == "Exceptional. Your target is missed."


def test_a_target_takes_the_place_of_a_level() -> None:
    used = {"leads_converted": 300.0, "leads_qualified": 1000.0}
    made = card(used, {"sb_conversion": 0.31}, {"conversion": 0.2}, SB)
    assert said(made, "conversion") == "Worse than the previous period. Your target is met."
    close = card({"leads_converted": 3.0, "leads_qualified": 10.0}, {}, {"conversion": 0.2}, SB)
    assert said(close, "conversion") == "Small sample, so the target may go either way. Your target is met."


def test_what_still_builds_up_has_a_pace() -> None:
    # 20 of 31 parts had come by now: 2,000 become 3,100; for 3,100 there should be 2,000 today, for 6,200 4,000.
    def at(revenue: float, target: float | None) -> str:
        targets = None if target is None else {"revenue": target}
        return said(card({"revenue": revenue}, {"sb_revenue": 9000}, targets, SB, RUNNING), "revenue")

    assert at(2000, None) == ""
    assert at(2000, 3100) == "On track for your target."
    assert at(2000, 6200) == "Off track for your target."
    assert at(2000, 1500) == "Your target is met."


def test_where_less_is_better_a_target_is_met_at_the_end_only() -> None:
    def at(complaints: float, target: float) -> str:
        return said(card({"complaints": complaints}, {}, {"complaints": target}, SB, RUNNING), "complaints")

    assert at(2, 31) == "On track for your target."
    assert at(30, 31) == "Off track for your target."


def test_cautions_and_notes_are_sentences_of_their_own() -> None:
    used = {**FIGURES, "productive_hours": 95.0, "available_hours": 100.0}
    made = card(used, {"va_css": 0.85}, {"aur": 0.9})
    assert said(made, "aur") == (
        "Exceptional. Assistants spend almost all of their hours on clients while satisfaction has slipped: people may "
        "be burning out. Take work off them before you accept more. Your target is met."
    )
    assert "burning out" not in said(made, "css")
    noted = replace(made.result("art"), note="At least.")
    assert spaces(comment(noted, made, EN)) == "Exceptional. At least."


def test_too_few_cases_to_grade() -> None:
    made = card(FIGURES, {"va_css": 0.85})
    few = replace(
        made.result("css"),
        reason=Reason("no_bands"),
        grade=replace(made.result("css").grade, level=None, next_level=None, to_next=None),
        certainty=replace(made.result("css").certainty, settled=None),
    )
    assert spaces(comment(few, made, EN)).startswith("Worse than the previous period. No benchmark")
    assert "worse" not in comment(replace(few, reason=Reason("too_few")), made, EN).lower()


# In every language

SAMPLES = [pytest.param(id_, code, id=f"{id_}-{code}") for id_ in commentary_snapshot.CURRENCIES for code in codes()]


@pytest.mark.parametrize("code", codes())
def test_no_sentence_is_left_open(code: str) -> None:
    t = language(code)
    past = months("va_css", 0.91, 0.89, 0.91, 0.89, 0.91, 0.89)
    for today in (OVER, RUNNING):
        made = card(FIGURES, {"va_art": 0.3}, {"css": 0.9}, today=today, past=past)
        for text in (headline(made, t), *(comment(result, made, t) for result in made.results)):
            assert_whole(text)


def assert_whole(text: str) -> None:
    assert text.endswith((".", "?"))
    assert not re.search(r"[{}]|  |\.\.|\( | \)| [.,]|;;|^[;. ]|None", text), text


@pytest.mark.slow
@pytest.mark.parametrize(("business_id", "code"), SAMPLES)
def test_of_the_samples_as_read(business_id: str, code: str) -> None:
    read = commentary_snapshot.stored()[business_id][code]
    # Of KPIs that came to the catalogue later, nobody has read the texts yet.
    found = commentary_snapshot.texts_of(business_id, code, frozenset(read["comments"]))
    assert found == read, "see tests/regenerate_commentary.py"


@pytest.mark.slow
@pytest.mark.parametrize(("business_id", "code"), SAMPLES)
def test_of_the_samples_every_kpi_is_told(business_id: str, code: str) -> None:
    found = commentary_snapshot.texts_of(business_id, code)
    owner = business(business_id)
    assert list(found["comments"]) == [kpi.id for kpi in owner.kpis]
    for text in (found["headline"], found["running"]["headline"], *found["comments"].values(), *found["cautions"]):
        assert_whole(text)
    assert {*found["running"]["comments"]} <= {kpi.id for kpi in owner.kpis if kpi.kpi.builds_up}
