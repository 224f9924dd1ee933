"""KPIs read beside each other: which figures call for which caution, and how it is told."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import date

import pytest
from lxml import html

from clock import NOW
from kpixl.catalog import Business, CautionRule, Threshold, business, businesses, catalogue
from kpixl.catalog.load import parse_caution
from kpixl.cli import scorecard as shown
from kpixl.entries import InputCell, PastValue
from kpixl.i18n import language
from kpixl.kpi.calc import calc
from kpixl.kpi.cautions import cautions, moved
from kpixl.kpi.grade import Reason
from kpixl.kpi.score import Scorecard, score
from kpixl.languages import codes
from kpixl.report.page import Contents, report_html
from kpixl.texts.caution_text import SIGNS, alert_text, caution_text
from narrow import some
from test_score import PA, SB, VA, scorecard
from test_score import past as past_value

ML, CC = business("multilingual-va"), business("career-coaching")
EN = language("en")
RULES = [pytest.param(rule, id=rule.id) for rule in catalogue().cautions]
OVER, RUNNING = date(2026, 11, 2), date(2026, 10, 20)

Figures = dict[str, float]
Past = dict[str, float]


def card(used: Figures, before: Past, owner: Business = VA, today: date = OVER) -> Scorecard:
    """October 2026, with the KPIs of September."""
    made = scorecard(used, tuple(past_value(9, id_, value) for id_, value in before.items()), owner=owner)
    return score(made.entries, made.measures, today)


def found(used: Figures, before: Past, owner: Business = VA, today: date = OVER) -> list[str]:
    return [caution.id for caution in cautions(card(used, before, owner, today))]


def share(part: str, whole: str, value: float) -> Figures:
    """Typed totals of which a KPI is ``value``, of 1,000."""
    return {part: round(value * 1000), whole: 1000}


def css(value: float) -> Figures:
    return share("satisfied", "surveyed", value)


def aur(value: float) -> Figures:
    return share("productive_hours", "available_hours", value)


def art(hours: float) -> Figures:
    return {"resolution_hours": hours * 100, "requests_resolved": 100}


def tcr(value: float) -> Figures:
    return share("tasks_completed", "tasks_assigned", value)


def crr(value: float, months: int = 12) -> Figures:
    ends = {"clients_end": 1000 * value + 50, "clients_new_staying": 50, "clients_start": 1000}
    return {f"{name}_{months}m": number for name, number in ends.items()}


def haste(tph: float, accuracy: float) -> Figures:
    done = {"tasks_done_multilingual": tph * 100, "hours_worked_multilingual": 100}
    return done | share("translations_accurate", "translations", accuracy)


def leaving(churn: float, kept: float | None) -> Figures:
    lost = share("clients_lost_12m", "clients_start_12m", churn)
    return lost if kept is None else lost | {"clients_continuing_12m": kept * 1000}


def recommended(cac: float, leadref: float) -> Figures:
    spent = {"sales_marketing_spend": cac * 10, "clients_new": 10}
    return spent | share("leads_referred", "clients_served", leadref)


# By hand: a caution, the business, September, and Octobers in which it is told or not.
CASES: list[tuple[str, Business, Past, list[Figures], list[Figures]]] = [
    ("overbooked", VA, {}, [aur(1.001), aur(1.2)], [aur(1), aur(0.999), {}]),
    ("overwon", VA, {}, [share("clients_new", "leads", 1.01)], [share("clients_new", "leads", 1), {}]),
    (
        "indiscretion",
        PA,
        {},
        [share("incidents", "tasks_done", 0.016)],
        [share("incidents", "tasks_done", 0.015), share("incidents", "tasks_done", 0), {}],
    ),
    (
        "burnout",
        VA,
        {"va_css": 0.88},
        [aur(0.901) | css(0.879)],
        [aur(0.9) | css(0.8), aur(0.901) | css(0.88), aur(0.95) | css(0.9), aur(0.95), css(0.8)],
    ),
    (
        "hurry",
        VA,
        {"va_art": 2, "va_css": 0.88},
        [art(1.9) | css(0.87)],
        [art(2) | css(0.8), art(2.1) | css(0.8), art(1) | css(0.88), art(1) | css(0.9), art(1)],
    ),
    ("hurry", PA, {"pa_art": 2, "pa_css": 0.88}, [art(1.9) | css(0.87)], [art(2.1) | css(0.87)]),
    (
        "quantity",
        VA,
        {"va_tcr": 0.8, "va_css": 0.88},
        [tcr(0.81) | css(0.87)],
        [tcr(0.8) | css(0.87), tcr(0.79) | css(0.87), tcr(0.9) | css(0.88)],
    ),
    (
        "haste",
        ML,
        {"ml_tph": 2, "ml_accuracy": 0.97},
        [haste(2.01, 0.969)],
        [haste(2, 0.9), haste(1.9, 0.9), haste(2.5, 0.97), haste(2.5, 0.98)],
    ),
    (
        "habit",
        VA,
        {"va_crr": 0.8, "va_css": 0.88},
        [crr(0.81) | css(0.87)],
        [crr(0.8) | css(0.87), crr(0.79) | css(0.87), crr(0.81) | css(0.88), crr(0.81) | css(0.89)],
    ),
    ("habit", CC, {"cc_crr": 0.8, "cc_css": 0.88}, [crr(0.81, 3) | css(0.87)], [crr(0.81, 3) | css(0.89)]),
    (
        "leaving",
        SB,
        {"sb_churn": 0.1},
        [leaving(0.101, 0.899)],
        [leaving(0.1, 0.9), leaving(0.09, 0.91), leaving(0.2, None)],
    ),
    (
        "recommended",
        SB,
        {"sb_cac": 200, "sb_leadref": 0.05},
        [recommended(199, 0.051)],
        [recommended(200, 0.06), recommended(201, 0.06), recommended(150, 0.05), recommended(150, 0.04)],
    ),
]
TOLD = [(id_, owner, before, one) for id_, owner, before, told, _ in CASES for one in told]
UNTOLD = [(id_, owner, before, one) for id_, owner, before, _, untold in CASES for one in untold]


def test_every_caution_is_here() -> None:
    assert {id_ for id_, *_ in CASES} == {rule.id for rule in catalogue().cautions}


@pytest.mark.parametrize(("id_", "owner", "before", "used"), TOLD)
def test_a_caution_is_told(id_: str, owner: Business, before: Past, used: Figures) -> None:
    assert id_ in found(used, before, owner)


@pytest.mark.parametrize(("id_", "owner", "before", "used"), UNTOLD)
def test_a_caution_is_not_told(id_: str, owner: Business, before: Past, used: Figures) -> None:
    assert id_ not in found(used, before, owner)


@pytest.mark.parametrize(("id_", "owner", "before", "used"), TOLD)
def test_without_a_september_nothing_has_moved(id_: str, owner: Business, before: Past, used: Figures) -> None:
    assert (id_ in found(used, {}, owner)) == (before == {})


def test_businesses_have_the_cautions_about_their_kpis() -> None:
    assert {owner.code: {rule.id for rule in owner.cautions} for owner in businesses()} == {
        "va": {"overbooked", "overwon", "burnout", "hurry", "quantity", "habit"},
        "pa": {"indiscretion", "hurry", "habit"},
        "ml": {"hurry", "haste"},
        "cc": {"habit"},
        "sb": {"leaving", "recommended"},
    }


def test_noise_at_the_edge_is_the_edge() -> None:
    hours = {"productive_hours": 0.9 * (1 + 1e-12), "available_hours": 1.0}
    assert "burnout" not in found(hours | css(0.8), {"va_css": 0.88})
    assert "burnout" in found({**hours, "productive_hours": 0.9 + 1e-8} | css(0.8), {"va_css": 0.88})


def test_most_urgent_first_then_as_in_the_catalogue() -> None:
    used = aur(1.1) | css(0.8) | art(1) | tcr(0.9) | crr(0.9)
    before = {"va_css": 0.9, "va_art": 2, "va_tcr": 0.8, "va_crr": 0.8}
    assert found(used, before) == ["overbooked", "burnout", "hurry", "quantity", "habit"]
    made = cautions(
        card(leaving(0.2, 0.8) | recommended(150, 0.1), {"sb_churn": 0.1, "sb_cac": 200, "sb_leadref": 0.05}, SB)
    )
    assert [(one.id, one.severity, one.kpis, SIGNS[one.severity]) for one in made] == [
        ("leaving", "warning", ("churn", "kept"), "!"),
        ("recommended", "good", ("cac", "leadref"), "★"),
    ]


def test_too_few_cases_have_not_moved() -> None:
    made = card(art(1) | css(0.8), {"va_art": 2, "va_css": 0.9})
    assert [one.id for one in cautions(made)] == ["hurry"]
    slots = tuple(
        replace(result, reason=Reason("too_few")) if result.kpi.id == "css" else result for result in made.slots
    )
    assert cautions(replace(made, slots=slots)) == ()


def test_what_still_builds_up_has_not_moved() -> None:
    used, before = recommended(150, 0.06), {"sb_cac": 200, "sb_leadref": 0.05}
    assert found(used, before, SB, RUNNING) == []
    running = card(used, before, SB, RUNNING)
    # So far it is no whole month's figure, which nothing can be better than.
    # Of a customer's cost, too, more may still be spent.
    for id_ in ("leadref", "cac"):
        assert (running.result(id_).past.trend, moved(running.result(id_))) == (None, None)


# Texts


@pytest.mark.parametrize("rule", RULES)
def test_texts_name_kpis_of_the_caution(rule: CautionRule) -> None:
    named = {name for _, name, _, _ in string.Formatter().parse(rule.text) if name is not None}
    assert named <= {*rule.kpis} <= {*catalogue().kpis}
    assert bool(named) == (len(rule.kpis) > 1)
    assert rule.severity in SIGNS
    assert rule.text.endswith(".")


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize(("id_", "owner", "before", "used"), TOLD)
def test_texts_hold_the_values(code: str, id_: str, owner: Business, before: Past, used: Figures) -> None:
    t = language(code)
    (told,) = (one for one in cautions(card(used, before, owner)) if one.id == id_)
    text = caution_text(told, t)
    assert "{" not in text
    for kpi in told.kpis:
        result = next(one for one in told.results if one.kpi.id == kpi)
        assert (t.number(result.value, result.kpi.kpi.unit) in text) == ("{" + kpi + "}" in told.rule.text)


def test_values_as_the_owner_reads_them() -> None:
    (told,) = cautions(card(recommended(199, 0.051), {"sb_cac": 200, "sb_leadref": 0.05}, SB))
    assert caution_text(told, EN) == (
        "Clients recommend you more often (5.1%), and a new client costs less ($199.00): "
        "thank those who do, and ask others to do so, too."
    )


def test_an_alert_is_the_caution_about_one_value() -> None:
    over = card(aur(1.1), {}).result("aur")
    assert over.alert
    assert alert_text(over, EN).startswith("Utilization above 100%")
    at = card(aur(1), {}).result("aur")
    assert not at.alert
    assert alert_text(at, EN) == ""
    assert {kpi.history_id for owner in businesses() for kpi in owner.kpis if kpi.alerts} == {"va_aur", "pa_discretion"}


# Data


def test_every_condition_is_one() -> None:
    for rule in catalogue().cautions:
        for condition in rule.when.values():
            assert isinstance(condition, Threshold) or condition in ("better", "worse", "any")


@pytest.mark.parametrize(
    ("when", "text", "wrong"),
    [
        ({}, "Nothing.", "not all of them are KPIs"),
        ({"nobody": "worse"}, "Unknown.", "nobody"),
        ({"css": "slipping"}, "No condition.", "slipping"),
        ({"cac": "> 100"}, "Which currency?", "an amount"),
        ({"css": "worse", "art": "better"}, "Not about it: {crr}.", "crr"),
        ({"css": "worse"}, "Told without a value, too: {css}.", "css"),
    ],
)
def test_a_caution_that_makes_no_sense(when: dict[str, str], text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_caution("wrong", {"severity": "warning", "when": when, "text": text}, catalogue().kpis)


def test_a_severity_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="severity"):
        parse_caution("wrong", {"severity": "bad", "when": {"css": "worse"}, "text": "No."}, catalogue().kpis)


# Where they are told


def test_for_machines() -> None:
    made = card(aur(0.95) | css(0.8), {"va_css": 0.88})
    data = json.loads(json.dumps(shown.scorecard_json(made, EN)))
    assert data["cautions"] == [
        {
            "id": "burnout",
            "severity": "warning",
            "kpis": ["aur", "css"],
            "text": "Assistants spend 95.0% of their hours on clients while satisfaction has slipped to 80.0%:"
            " people may be burning out. Take work off them before you accept more.",
        }
    ]
    assert shown.scorecard_json(card({}, {}), EN)["cautions"] == []


def test_in_a_terminal_after_the_kpis() -> None:
    lines = shown.scorecard_text(card(aur(1.1) | css(0.8), {"va_css": 0.88}), (), EN).splitlines()
    told = [line for line in lines if line[:2] in ("✖ ", "! ")]
    assert [line[:6] for line in told] == ["✖ Util", "! Assi"]
    assert lines.index(told[0]) > next(at for at, line in enumerate(lines) if line.startswith("SDI"))
    assert max(map(len, lines)) <= 100
    assert not any(line.startswith(("✖", "! ")) for line in shown.scorecard_text(card({}, {}), (), EN).splitlines())


def test_beside_one_kpi_from_numbers() -> None:
    lines = shown.calc_text(calc("aur", {"productive_hours": 101, "available_hours": 100}), EN).splitlines()
    assert lines[1] == "  More than the whole: look for the reason"
    assert lines[2].startswith("  ✖ Utilization above 100%")
    assert "✖" not in shown.calc_text(calc("aur", {"productive_hours": 100, "available_hours": 100}), EN)


def test_in_the_report_under_the_headline() -> None:
    page = html.fromstring(report_html(Contents(card(aur(1.1) | css(0.8), {"va_css": 0.88})), EN, now=NOW))
    (told,) = page.findall(".//header/ul[@class='cautions']")
    assert some(told.getprevious()).get("class") == "headline"
    assert [(one.get("class"), one.xpath("string(span/@aria-label)")) for one in told] == [
        ("act_now", "act now"),
        ("warning", "warning"),
    ]
    assert "Utilization above 100%" in str(told[0].xpath("string()"))
    assert not html.fromstring(report_html(Contents(card({}, {})), EN, now=NOW)).xpath("//ul[@class='cautions']")


def months(kpi: str, values: dict[int, float]) -> tuple[PastValue, ...]:
    """Closed months of 2026."""
    return tuple(past_value(month, kpi, value) for month, value in values.items())


def in_row(art_hours: float, satisfied: float, art_past: dict[int, float], css_past: dict[int, float]) -> list[str]:
    lines = (*months("va_art", art_past), *months("va_css", css_past))
    made = scorecard(art(art_hours) | css(satisfied), lines)
    return [caution.id for caution in cautions(score(made.entries, made.measures, OVER))]


def test_one_step_after_another_the_other_way_is_chance() -> None:
    assert in_row(1.9, 0.8, {8: 2.1, 9: 2.0}, {8: 0.82, 9: 0.81}) == ["hurry"]
    assert in_row(1.9, 0.8, {8: 1.8, 9: 2.0}, {8: 0.82, 9: 0.81}) == []
    assert in_row(1.9, 0.8, {8: 2.1, 9: 2.0}, {8: 0.79, 9: 0.81}) == []


def test_a_signal_counts_only_the_way_it_points() -> None:
    # Two hours for eight months, nine in September: 8.8 are faster than that, and far above what is usual.
    hours = dict.fromkeys(range(1, 9), 2.0) | {9: 9.0}
    assert in_row(8.8, 0.8, hours, {8: 0.82, 9: 0.81}) == []
    # Half an hour is far below, after a September that was slower than August.
    assert in_row(0.5, 0.8, dict.fromkeys(range(1, 9), 2.0) | {9: 2.1}, {8: 0.82, 9: 0.81}) == ["hurry"]


def test_a_signal_in_shares_counts_though_they_move_by_less_than_one() -> None:
    # Satisfaction between 0.90 and 0.91 until September, which rose: ranges of 0.01, so that limits lie 0.0266 from a
    # mean of 0.9056. 0.80 is far below, one step of a tenth.
    shares = {month: 0.91 if month % 2 else 0.90 for month in range(1, 10)}
    assert in_row(1.9, 0.80, {8: 2.1, 9: 2.0}, shares) == ["hurry"]


def test_a_step_after_no_move_at_all_is_the_first_one() -> None:
    assert in_row(1.9, 0.8, {8: 2.0, 9: 2.0}, {8: 0.82, 9: 0.81}) == []


def test_a_gap_in_the_past_does_not_make_one_step_a_move() -> None:
    hours = {1: 2.1, 2: 2.5, 3: 2.0, 4: 2.6, 5: 2.2, 6: 2.4, 7: 2.1, 9: 2.3}
    assert in_row(2.2, 0.8, hours, {8: 0.82, 9: 0.81}) == []
    assert in_row(2.2, 0.8, {9: 2.3}, {9: 0.81}) == ["hurry"]


def test_two_closed_periods_with_a_gap_after_them_are_enough_to_wait_for_a_second_step() -> None:
    # August was never closed. July and September are two closed periods: one step is not a move yet.
    assert in_row(2.2, 0.8, {7: 2.5, 9: 2.3}, {8: 0.82, 9: 0.81}) == []
    # September alone is one period, after which nothing else can be had than one step.
    assert in_row(2.2, 0.8, {9: 2.3}, {8: 0.82, 9: 0.81}) == ["hurry"]
    # What was closed later, as October and November are here, is no past of October's.
    assert in_row(2.2, 0.8, {9: 2.3, 10: 2.2, 11: 2.1}, {8: 0.82, 9: 0.81}) == ["hurry"]


def test_too_few_cases_call_for_nothing() -> None:
    made = scorecard({"incidents": 1, "tasks_done": 3}, owner=PA)
    assert [caution.id for caution in cautions(made)] == ["indiscretion"]
    entries = replace(made.entries, settings={"minimum_cases": InputCell(20.0, "", "")})
    few = score(entries, made.measures, OVER)
    found_ = few.result("discretion")
    assert (found_.value, found_.level, found_.alert, found_.past.signal) == pytest.approx((1 / 3, None, None, None))
    assert cautions(few) == ()


def test_beside_cells_with_the_values_no_caution_holds_one() -> None:
    """On a sheet a figure stands in its cell; what says one as a text, has words without it for there."""
    told = {one.id: one for owner in businesses() for one in owner.cautions}
    valued = {id_ for id_, one in told.items() if "{" in one.text}
    assert len(valued) >= 7
    assert {id_ for id_, one in told.items() if one.beside} == valued
    assert not [one.beside for one in told.values() if set(one.beside) & set("{}0123456789%")]
    for code in codes():
        assert not [one.id for one in told.values() if set(language(code)(one.beside)) & set("{}0123456789%")]
