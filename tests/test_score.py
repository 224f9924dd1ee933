"""Levels, standings, distances and comparisons, against numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import TODAY
from kpixl.catalog import Business, BusinessKpi, Level, Standing, Window, business, businesses
from kpixl.entries import Entries, InputCell, OwnEntry, PastValue
from kpixl.kpi.grade import Grade, calculate, grade, thresholds_published
from kpixl.kpi.measure import MeasureValue, measure
from kpixl.kpi.result import Result
from kpixl.kpi.score import Scorecard, score, target_position
from kpixl.kpi.traits import GRADED
from kpixl.period import Period
from narrow import some

VA, PA, ML = (business(id_) for id_ in ("remote-va-agency", "luxury-personal-assistant", "multilingual-va"))
CC, SB = business("career-coaching"), business("service-business")
KPIS = {f"{kpi.code}_{kpi.id}": kpi for owner in businesses() for kpi in owner.kpis}
SHARES = ["css", "crr", "tcr", "aur", "upsell", "kept", "accuracy", "scr", "crfcpc", "cjpsr", "churn", "conversion"]
"""Parts of a whole, by their articles."""
BELOW, TYPICAL, ABOVE_AVERAGE, EXCEPTIONAL = Level


def band(kpi: BusinessKpi, level: Level) -> tuple[float, bool] | None:
    published = kpi.threshold(level)
    return (published.value, published.comparison.endswith("=")) if published else None


# Where each level starts, and whether it does at the edge or past it.
BANDS = {id_: tuple(map(partial(band, kpi), GRADED)) for id_, kpi in KPIS.items() if kpi.thresholds}
LOWER_IS_BETTER = {id_ for id_, kpi in KPIS.items() if kpi.kpi.direction == "down"}
WITHOUT_BANDS = {*KPIS} - {*BANDS}
# Thresholds that an owner of a service business might set.
OWNERS = {
    "sb_cac": (300, 200, 100),
    "sb_churn": (0.2, 0.1, 0.05),
    "sb_conversion": (0.1, 0.2, 0.3),
    "sb_ltv": (1000, 50000, 2000000),
    "sb_revenue": (500, 1500, 2500),
    "sb_leadref": (0.05, 0.1, 0.2),
    "sb_kept": (0.7, 0.8, 0.9),
    "sb_complaints": (900, 300, 10),
    "sb_netcash": (-500, 0, 500),
    "sb_viral": (0.1, 0.5, 1),
    "sb_css": (0.7, 0.8, 0.9),
    "sb_nps": (20, 30, 50),
}
EDGES = [
    (kpi, level, *band)
    for kpi, bands in BANDS.items()
    for level, band in zip(GRADED, bands, strict=True)
    if band is not None
]


def level(id_: str, value: float) -> Level | None:
    kpi = KPIS[id_]
    return grade(kpi, value, thresholds_published(kpi), dict.fromkeys(kpi.kpi.arguments)).level


def lower(id_: str, than: Level) -> Level:
    """The level under ``than`` that the source has a band for."""
    bands = dict(zip(GRADED, BANDS[id_], strict=True))
    return max((below for below in GRADED if below < than and bands[below]), default=BELOW)


# Bands


@pytest.mark.parametrize(("id_", "reached", "edge", "inclusive"), EDGES)
def test_levels_at_just_under_and_just_over_every_threshold(
    id_: str, reached: Level, edge: float, inclusive: bool
) -> None:
    noise = 1e-9 * max(1, edge)
    better = -noise if id_ in LOWER_IS_BETTER else noise
    assert level(id_, edge) == (reached if inclusive else lower(id_, reached))
    assert level(id_, edge + 1.1 * better) == reached
    assert level(id_, edge - 1.1 * better) == lower(id_, reached)
    # What differs by noise alone is the edge.
    assert level(id_, edge + 0.9 * better) == level(id_, edge - 0.9 * better) == level(id_, edge)


def test_nine_tenths_by_subtraction_is_still_not_over_ninety_percent() -> None:
    value, _ = calculate(KPIS["va_crr"], {"clients_end": 650, "clients_new": 200, "clients_start": 500})
    assert value == pytest.approx(0.9)
    assert level("va_crr", 0.1 * 9 + 1e-16) == ABOVE_AVERAGE


@given(st.sampled_from(sorted(BANDS)), st.floats(-100, 12000))
def test_the_bar_ends_in_the_band_of_the_level(id_: str, value: float) -> None:
    kpi = KPIS[id_]
    graded = grade(kpi, value, thresholds_published(kpi), dict.fromkeys(kpi.kpi.arguments))
    assert graded.level is not None
    assert graded.position is not None
    assert graded.level <= graded.position <= graded.level + 1


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("va_css", 0.975),  # from 0.95 to 1, beyond which no share goes
        ("va_art", 0.25),  # from half an hour to none
        ("pa_rpc", 15_000),  # from 10,000 to twice that, where nothing ends by nature
        ("ml_nps", 75),  # from 50 to 100
    ],
)
def test_half_way_through_the_best_band(id_: str, value: float) -> None:
    kpi = KPIS[id_]
    assert grade(kpi, value, thresholds_published(kpi), dict.fromkeys(kpi.kpi.arguments)).position == pytest.approx(3.5)


def test_a_best_band_of_no_width_is_begun_and_not_finished() -> None:
    # The owner's threshold for the best level is 0 months, than which nothing is less.
    kpi = KPIS["cc_atacm"]
    assert grade(kpi, 0.0, {EXCEPTIONAL: 0.0}, dict.fromkeys(kpi.kpi.arguments)).position == 3.0


def test_as_many_cases_as_the_owner_wants_are_enough() -> None:
    settings = {"minimum_cases": InputCell(20.0, "Settings", "C9")}
    for cases, reason in ((19, "too_few"), (20, None)):
        made = scorecard({"satisfied": cases, "surveyed": cases})
        found = score(replace(made.entries, settings=settings), made.measures, TODAY).result("css")
        assert (found.reason and found.reason.code) == reason
        assert (found.level is None) is (reason is not None)


def test_one_case_of_which_only_a_total_is_known_is_not_called_unsettled() -> None:
    # Of a typed total no squares are known: nothing can be said of how sure the mean of it is.
    typed = scorecard({"resolution_hours": 2, "requests_resolved": 1})
    typed_in = replace(typed.entries, typed={"requests_resolved": InputCell(1.0, "Totals", "C5")})
    measures = {name: replace(value, typed=value.used) for name, value in typed.measures.items()}
    found = score(typed_in, measures, TODAY).result("art")
    assert (found.value, found.level) == (2, TYPICAL)
    assert (found.certainty.interval, found.certainty.settled) == (None, None)


def test_a_scorecard_has_no_result_of_another_kpi() -> None:
    with pytest.raises(KeyError, match="frobnicate"):
        scorecard({}).result("frobnicate")


def test_where_the_target_lies_on_the_scale() -> None:
    # CSS begins to be typical at 0.85 and above average at 0.9: 0.875 is half of the way.
    graded = scorecard({"satisfied": 99, "surveyed": 100}).result("css")
    assert target_position(graded) is None
    assert target_position(replace(graded, target=0.875)) == pytest.approx(1.5)
    # Without a benchmark the target, or the previous period, is the middle; without those there is none.
    alone = scorecard({"revenue": 900}, owner=SB).result("revenue")
    assert target_position(alone) is None
    assert target_position(standing("revenue", {"revenue": 900}, 1000)) == 2.0


# What it takes


def contradicts(kpi: BusinessKpi, n: Mapping[str, float]) -> bool:
    """Whether a part is more than its whole, or answers for and against are more than there are; or more hours were
    worked than there were."""
    if kpi.kpi.id == "nps":
        return n["promoters"] + n["detractors"] > n["respondents"]
    value = calculate(kpi, n)[0]
    return value is not None and ((kpi.kpi.id in SHARES and value > 1 + 1e-12) or (kpi.id == "crr" and value < 0))


@given(st.sampled_from(sorted(KPIS)), st.data())
def test_what_it_takes_is_the_least_that_passes(id_: str, data: st.DataObject) -> None:
    kpi = KPIS[id_]
    arguments = {name: float(data.draw(st.integers(1, 3000), label=name)) for name in kpi.kpi.arguments}
    thresholds = dict(zip(GRADED, OWNERS[id_], strict=True)) if id_ in OWNERS else thresholds_published(kpi)

    def graded(moved: Mapping[str, float]) -> Grade:
        return grade(kpi, calculate(kpi, moved)[0], thresholds, moved)

    now, now_value = graded(arguments), calculate(kpi, arguments)[0]
    assert now_value is not None
    whole = arguments[kpi.kpi.arguments[-1]]
    if now.level is None:
        assert contradicts(kpi, arguments)
        return
    assert not contradicts(kpi, arguments)
    if now.next_level is None:
        assert now.level == max(thresholds)
        assert now.to_next is None
        return
    step, lever = now.to_next, kpi.kpi.lever
    assert lever is not None
    unit = 1 if kpi.argument(lever).unit in ("count", "money") else 0.1
    if step is None:
        # Nothing of the lever gets there: all of it taken away, or the part made as large as its whole.
        down = kpi.kpi.direction == "down"
        furthest = {lever: 0.0 if down else arguments[lever] + unit * math.floor((1 - now_value) * whole / unit)}
        reached = graded({**arguments, **furthest}).level
        assert reached is None or reached < now.next_level
        return
    assert step.measure == kpi.argument(lever)
    more = {other: arguments[other] for other in ((kpi.kpi.sample,) if step.answers == "new" else ()) if other}

    def after(amount: float) -> Level:
        moved = amount if step.direction == "more" else -amount
        reached = graded(
            {**arguments, **{other: n + moved for other, n in more.items()}, lever: arguments[lever] + moved}
        )
        assert reached.level is not None
        return reached.level

    assert step.amount >= unit
    assert step.amount / unit == pytest.approx(round(step.amount / unit))
    assert after(step.amount) >= now.next_level
    assert after(step.amount - unit) < now.next_level


# Scorecards


def cell(raw: object) -> InputCell:
    return InputCell(raw, "KPIs", "H7")


def scorecard(
    used: Mapping[str, float | None],
    past: tuple[PastValue, ...] = (),
    targets: Mapping[str, object] | None = None,
    owner: Business = VA,
    currency: str = "USD",
    rate: object = None,
    thresholds: Mapping[tuple[str, Level], object] | None = None,
    own: tuple[OwnEntry, ...] = (),
) -> Scorecard:
    entries = Entries(
        business=owner,
        company="",
        language="en",
        currency=currency,
        period=Period.parse("2026-10"),
        tables={},
        settings={"dollar_rate": cell(rate), "late_days": cell(0.0)},
        typed={},
        targets={kpi: cell(raw) for kpi, raw in (targets or {}).items()},
        thresholds={place: cell(raw) for place, raw in (thresholds or {}).items()},
        past=past,
        words=WORDS,
        own=own,
    )
    values = {item.name: MeasureValue(item, used.get(item.name), None) for item in owner.measures}
    return score(entries, values, TODAY)


def past(month: int, id_: str, value: float, year: int = 2026) -> PastValue:
    return PastValue(date(year, month, 1), "measure", id_, value)


def code(result: Result) -> str | None:
    return result.reason.code if result.reason else None


def test_year_to_date_is_recomputed_from_measures() -> None:
    closed = (
        past(12, "satisfied", 99, 2025),
        past(12, "surveyed", 99, 2025),
        past(1, "satisfied", 10),
        past(1, "surveyed", 20),
        past(9, "satisfied", 30),
        past(9, "surveyed", 30),
        past(11, "satisfied", 1000),
        past(11, "surveyed", 1000),
    )
    result = scorecard({"satisfied": 8.0, "surveyed": 10.0}, closed).result("css")
    # January, September and this month: 48 of 60. Neither last year nor a later month counts.
    assert result.year.value == pytest.approx(0.8)
    assert result.year.value != pytest.approx((0.5 + 1 + 0.8) / 3)


def test_no_year_to_date_where_measures_do_not_add_up() -> None:
    card = scorecard({"services_offered": 9.0, "clients_served": 45.0, "clients_end_12m": 9.0})
    assert card.result("sdi").year.value is None
    assert some(card.result("sdi").year.reason).code == "no_rollup"
    assert some(card.result("crr").year.reason).code == "graded_window"


def test_year_to_date_of_a_stock_is_the_first_and_of_a_flow_the_sum() -> None:
    closed = tuple(past(m, "clients_start", 10.0 * m) for m in (2, 9)) + tuple(
        past(m, "invitations_converted", 4.0) for m in (2, 9)
    )
    card = scorecard({"invitations_converted": 2.0, "clients_start": 100.0}, closed, owner=SB)
    # 4 + 4 + 2 since February, when there were 20 clients.
    assert card.result("viral").year.value == pytest.approx(0.5)


def test_comparison_with_the_previous_period_and_the_year_before() -> None:
    closed = (
        replace(past(9, "va_art", 2.0), kind="kpi"),
        replace(past(10, "va_art", 4.0, 2025), kind="kpi"),
        replace(past(9, "va_css", 0.9), kind="kpi"),
    )
    used = {"resolution_hours": 150.0, "requests_resolved": 100.0, "satisfied": 9.0, "surveyed": 10.0}
    card = scorecard(used, closed)
    art, css = card.result("art"), card.result("css")
    assert (art.past.previous, art.past.change, art.past.trend, art.past.year_before) == (2.0, -0.5, "better", 4.0)
    assert (css.past.change, css.past.trend) == pytest.approx((0, "same"))


def test_over_another_window_a_kpi_is_another_figure() -> None:
    closed = (past(9, "va_css", 0.5), past(9, "va_css_12m", 0.7))
    used = {"satisfied": 9.0, "surveyed": 10.0, "satisfied_12m": 80.0, "surveyed_12m": 100.0}
    css = scorecard(used, closed, owner=VA.over({"css": Window.YEAR})).result("css")
    assert (css.value, css.past.previous, css.level) == (0.8, 0.7, BELOW)
    assert scorecard(used, closed, owner=VA.over({"sdi": Window.YEAR})).result("sdi").kpi.window is Window.PERIOD


def test_targets_in_both_directions() -> None:
    used = {"resolution_hours": 100.0, "requests_resolved": 100.0, "satisfied": 9.0, "surveyed": 10.0}
    met = scorecard(used, targets={"art": 1.0, "css": 0.9})
    assert (met.result("art").against_target, met.result("css").against_target) == ("met", "met")
    missed = scorecard(used, targets={"art": 0.99, "css": 0.91})
    assert (missed.result("art").against_target, missed.result("css").against_target) == ("missed", "missed")


def test_no_denominator_no_value() -> None:
    card = scorecard({"satisfied": 0.0, "surveyed": 0.0, "tasks_completed": None, "tasks_assigned": 3.0})
    css, tcr = card.result("css"), card.result("tcr")
    assert css.value is None
    assert css.reason is not None
    assert (css.reason.code, some(css.reason.measure).id) == ("zero_denominator", "surveyed")
    assert tcr.reason is not None
    assert (tcr.reason.code, some(tcr.reason.measure).id) == ("missing_measure", "tasks_completed")


def test_utilisation_over_the_whole_is_an_alert() -> None:
    assert scorecard({"productive_hours": 101.0, "available_hours": 100.0}).result("aur").alert
    assert not scorecard({"productive_hours": 100.0, "available_hours": 100.0}).result("aur").alert


def test_more_than_fifteen_discretion_incidents_of_a_thousand_tasks_are_an_alert() -> None:
    assert scorecard({"incidents": 16.0, "tasks_done": 1000.0}, owner=PA).result("discretion").alert
    assert not scorecard({"incidents": 15.0, "tasks_done": 1000.0}, owner=PA).result("discretion").alert


def test_worst_first_and_without_value_last() -> None:
    card = scorecard(
        {"satisfied": 5.0, "surveyed": 10.0, "tasks_completed": 95.0, "tasks_assigned": 100.0, "leads": 0.0}
    )
    order = [result.kpi.id for result in card.ranked]
    assert order[:2] == ["css", "tcr"]
    assert all(card.result(id_).value is None for id_ in order[2:])
    assert not math.isnan(card.result("css").grade.position or 0)


# Without a benchmark

UP = {"leads_converted": 15.0, "leads_qualified": 60.0}  # conversion 0.25
DOWN = {"complaints": 14.0}


def standing(id_: str, used: dict[str, float], target: float | None = None, before: float | None = None) -> Result:
    closed = () if before is None else (past(9, f"sb_{id_}", before), past(8, f"sb_{id_}", 1e6))
    return scorecard(used, closed, {id_: target}, SB).result(id_)


@pytest.mark.parametrize("id_", sorted(WITHOUT_BANDS))
def test_nothing_is_graded_without_a_target_and_a_previous_period(id_: str) -> None:
    kpi = KPIS[id_]
    # A euro without a rate makes no difference, since there is nothing in dollars.
    # Of eight answers two are for and one is against; of the others four, eight and four are possible.
    numbers = (2.0, 1.0, 8.0) if kpi.kpi.disjoint else (4.0, 8.0, 4.0)
    used = {a.measure.name: n for a, n in zip(kpi.arguments, numbers, strict=False)}
    result = scorecard(used, owner=SB, currency="EUR").result(kpi.id)
    assert result.value is not None
    assert (result.level, result.grade.standing, result.grade.shade, result.grade.position) == (None,) * 4
    assert code(result) == "no_bands"


@pytest.mark.parametrize(
    ("id_", "used", "target", "before", "found"),
    [
        ("conversion", UP, 0.25, None, Standing.MET),
        ("conversion", UP, 0.25 + 5e-10, None, Standing.MET),
        ("conversion", UP, 0.2501, None, Standing.MISSED),
        ("conversion", UP, None, 0.24, Standing.BETTER),
        ("conversion", UP, None, 0.26, Standing.WORSE),
        ("conversion", UP, None, 0.25 + 5e-10, Standing.SAME),
        ("complaints", DOWN, 14, None, Standing.MET),
        ("complaints", DOWN, 13, None, Standing.MISSED),
        ("complaints", DOWN, None, 15, Standing.BETTER),
        ("complaints", DOWN, None, 13, Standing.WORSE),
        ("complaints", DOWN, None, 14, Standing.SAME),
        # The target wins over the previous period.
        ("conversion", UP, 0.3, 0.2, Standing.MISSED),
        ("conversion", UP, 0.2, 0.3, Standing.MET),
        ("complaints", DOWN, 20, 10, Standing.MET),
        ("complaints", DOWN, 0, 20, Standing.MISSED),
    ],
)
def test_standing_against_the_target_else_the_previous_period(
    id_: str, used: dict[str, float], target: float | None, before: float | None, found: Standing
) -> None:
    result = standing(id_, used, target, before)
    assert (result.level, result.grade.standing, result.reason) == (None, found, None)
    shades = {"met": ABOVE_AVERAGE, "better": ABOVE_AVERAGE, "same": TYPICAL, "worse": BELOW, "missed": BELOW}
    assert result.grade.shade == shades[found.value]


@pytest.mark.parametrize(
    ("id_", "used", "target", "before", "position"),
    [
        ("conversion", UP, 0.25, None, 2),  # 2 is what the value is held against
        ("conversion", UP, None, 0.25, 2),
        ("conversion", UP, 0.5, 0.25, 1),
        ("conversion", UP, 0.2, None, 2.5),
        ("conversion", UP, 0.05, None, 4),  # five times as much: the end of the scale
        ("complaints", DOWN, 14, None, 2),
        ("complaints", DOWN, 7, None, 1),
        ("complaints", DOWN, 17.5, None, 2.5),
        ("complaints", DOWN, 100, None, 4),
        # Nothing can be divided by what is not above 0: the middle of the shade.
        ("complaints", {"complaints": 0.0}, 3, None, 3),
        ("complaints", DOWN, 0, None, 1),
        ("complaints", {"complaints": 0.0}, None, 0, 2),
        ("netcash", {"operating_cash_flow": 0.0, "investments": 50.0, "working_capital_increase": 0.0}, -100, None, 3),
        ("netcash", {"operating_cash_flow": 0.0, "investments": 50.0, "working_capital_increase": 0.0}, -10, None, 1),
    ],
)
def test_positions_without_a_benchmark(
    id_: str, used: dict[str, float], target: float | None, before: float | None, position: float
) -> None:
    assert standing(id_, used, target, before).grade.position == pytest.approx(position)


def test_a_text_for_a_target_is_none() -> None:
    assert scorecard(UP, targets={"conversion": "more"}, owner=SB).result("conversion").grade.standing is None


@pytest.mark.parametrize("id_", sorted(OWNERS))
def test_the_owners_thresholds_grade_a_service_business(id_: str) -> None:
    bands = dict(zip(GRADED, OWNERS[id_], strict=True))

    def reached(value: float) -> Level | None:
        kpi = KPIS[id_]
        return grade(kpi, value, bands, dict.fromkeys(kpi.kpi.arguments), target=value, previous=value).level

    for found, edge in bands.items():
        better = (-1 if id_ in LOWER_IS_BETTER else 1) * 1.1e-9 * max(1, abs(edge))
        # An owner's threshold is reached at the edge.
        assert reached(edge) == reached(edge + better) == found
        assert reached(edge - better) == found - 1


# Money


def per_client(each: float, owner: Business = PA, **known: Any) -> Result:
    used = {"revenue_monthly": each * 10, "clients_served": 10.0}
    return scorecard(used, owner=owner, **known).result("rpc" if owner is PA else "arpu")


def test_dollars_are_dollars() -> None:
    assert [per_client(each).level for each in (2999, 3000, 7000, 7001, 10000, 10001)] == [0, 1, 1, 2, 2, 3]
    assert [per_client(each, CC).level for each in (149, 150, 200, 300)] == [0, 1, 2, 3]


def test_other_money_is_converted_with_the_rate() -> None:
    # A dollar costs 0.8 euros: 2,400 to 5,600; over 8,000.
    found = [per_client(each, currency="EUR", rate=0.8).level for each in (2399, 2400, 5600, 5601, 8000, 8001)]
    assert found == [0, 1, 1, 2, 2, 3]
    assert dict(per_client(1, currency="EUR", rate=0.8).thresholds) == pytest.approx({1: 2400, 2: 5600, 3: 8000})
    # In lei a dollar costs 4.5: 675, 900 and 1,350.
    assert [per_client(each, CC, currency="RON", rate=4.5).level for each in (674, 675, 900, 1350)] == [0, 1, 2, 3]
    step = per_client(600, CC, currency="RON", rate=4.5).grade.to_next
    assert step is not None
    assert step.amount == pytest.approx(750)  # 75 lei more from each of ten


@pytest.mark.parametrize("rate", [None, "0,9", 0, -1])
def test_without_a_rate_money_is_not_graded(rate: object) -> None:
    for target in (None, 2000):
        result = per_client(5000, currency="EUR", rate=rate, targets={"rpc": target})
        assert (result.value, result.level, result.grade.standing, code(result)) == (5000, None, None, "no_rate")
        assert result.against_target == (None if target is None else "met")


def test_the_owners_thresholds_are_in_her_own_currency() -> None:
    yours = {("rpc", TYPICAL): 1000}
    without = per_client(1000, currency="EUR", thresholds=yours)
    assert (without.level, dict(without.thresholds), without.reason) == (TYPICAL, {TYPICAL: 1000}, None)
    assert per_client(999, currency="EUR", thresholds=yours).level == BELOW
    with_rate = per_client(1000, currency="EUR", rate=0.5, thresholds=yours)
    assert dict(with_rate.thresholds) == {1: 1000, 2: 3500, 3: 5000}


def test_a_dollar_costs_a_dollar_unless_the_owner_says_otherwise() -> None:
    assert per_client(3000, currency="USD", rate=2.0).level == BELOW
    assert per_client(6000, currency="USD", rate=2.0).level == TYPICAL


# KPIs that the owner made up

WORDS = {
    "direction_down": "menos es mejor",
    "direction_up": "más es mejor",
    "unit_hours": "horas",
    "unit_money": "dinero",
}
USED = {"leads": 40.0, "clients_new": 10.0, "clients_end_12m": 8.0, "satisfied": 0.0}


def own(
    formula: str,
    saved: object = None,
    name: str = "Mine",
    direction: str = "",
    bands: Mapping[Level, object] | None = None,
    unit: str = "",
    **known: Any,
) -> Result:
    entry = OwnEntry(
        slot="own_1",
        label=cell(name),
        formula=formula,
        value=cell(saved),
        unit=cell(unit),
        direction=cell(direction),
        thresholds={level: cell(raw) for level, raw in (bands or {}).items()},
    )
    return scorecard(USED, own=(entry,), **known).result("own_1")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("leads/clients_new", 4),
        ("LEADS / Clients_New", 4),
        ("leads/clients_end_12m", 5),
        ("-clients_new^2/leads", 2.5),  # the sign binds tighter, as in Excel
        ("clients_new^2/leads", 2.5),
        ("2+3", 5),
        ("leads*10%", 4),
        ("(leads-clients_new)/Leads", 0.75),
    ],
)
def test_a_formula_over_measures(formula: str, value: float) -> None:
    # What Excel saved does not matter where kpixl can compute it.
    assert own(formula, saved=99.0).value == pytest.approx(value)


@pytest.mark.parametrize(
    "formula", ["visits/leads", "Sheet2!A1/leads", "SUM(leads,clients_new)", "leads+", "months*leads", ""]
)
def test_what_kpixl_cannot_evaluate_has_the_value_that_excel_saved(formula: str) -> None:
    assert own(formula, saved=7.5).value == 7.5
    assert own(formula, saved=7.5).measures == {}


@pytest.mark.parametrize(
    ("formula", "saved"),
    [("", "much"), ("", None), ("visits/leads", None), ("leads/satisfied", 3.0), ("surveyed", 3.0)],
)
def test_no_number_is_said_so(formula: str, saved: object) -> None:
    result = own(formula, saved)
    assert (result.value, result.level, code(result)) == (None, None, "own_formula")


def test_a_slot_without_a_name_is_not_used() -> None:
    card = scorecard(USED)
    assert len(card.slots) == len(VA.kpis) + 10
    assert len(card.results) == len(VA.kpis)
    assert code(card.result("own_10")) is None
    assert own("leads", name="").value is None
    assert own("leads", name="").kpi.name == ""


def test_own_thresholds_in_both_directions() -> None:
    up, down = {TYPICAL: 2, EXCEPTIONAL: 4}, {TYPICAL: 8, ABOVE_AVERAGE: 4}
    assert own("leads/clients_new", bands=up).level == EXCEPTIONAL
    assert own("clients_new/leads", bands=up).level == BELOW
    assert own("leads/clients_new", bands=down, direction="MENOS es mejor").level == ABOVE_AVERAGE
    assert own("leads/clients_end_12m", bands=down, direction="menos es mejor").level == TYPICAL
    assert own("leads", bands=down, direction="menos es mejor").level == BELOW
    assert own("leads/clients_new", bands={TYPICAL: "two"}).level is None
    assert own("leads/clients_new", bands=up).grade.to_next is None


def test_own_kpis_against_target_and_previous_period() -> None:
    assert code(own("leads")) == "no_bands"
    assert own("leads", targets={"own_1": 40}).grade.standing == Standing.MET
    assert own("leads", targets={"own_1": 39}, direction="menos es mejor").grade.standing == Standing.MISSED
    closed = (past(9, "own_1", 20.0),)
    result = own("leads", past=closed)
    assert (result.past.previous, result.past.change) == (20, 20)
    assert (result.past.trend, result.grade.standing) == ("better", "better")
    assert own("leads", past=closed, direction="menos es mejor").grade.standing == Standing.WORSE
    graded = own("leads", past=closed, targets={"own_1": 50}, bands={TYPICAL: 40})
    assert (graded.level, graded.grade.standing, graded.against_target) == (TYPICAL, None, "missed")


def test_the_unit_of_an_own_kpi() -> None:
    assert own("leads", unit="HORAS").kpi.kpi.unit == "hours"
    assert own("leads", unit="bananas").kpi.kpi.unit == own("leads").kpi.kpi.unit == "ratio"
    # Money that the owner graded herself is in her own currency.
    assert own("leads", unit="dinero", bands={TYPICAL: 40}, currency="EUR").level == TYPICAL


@pytest.mark.parametrize(
    ("satisfied", "target", "needed"),
    [
        (85, None, True),  # typical (above 80 %), and nobody has said that it will do
        (85, 0.9, True),  # typical, and less than she wants
        (85, 0.85, False),  # typical, and as much as she wants
        (70, 0.6, True),  # all that she wants, and yet below what others have
        (95, 0.97, False),  # less than she wants, and exceptional
    ],
)
def test_what_is_typical_and_meets_the_owners_target_needs_nobody(
    satisfied: float, target: float | None, needed: bool, scorecard: Scorecard
) -> None:
    typed = {"satisfied": satisfied, "surveyed": 100.0}
    entries = replace(
        scorecard.entries,
        typed={name: InputCell(number, "Totals", "D5") for name, number in typed.items()},
        targets={} if target is None else {"css": InputCell(target, "KPIs", "E5")},
        thresholds={},
        past=(),
    )
    assert score(entries, measure(entries), TODAY).result("css").needs == needed
