"""One KPI from numbers: the sources' worked examples, the edges of the bands, and what is refused."""

from __future__ import annotations

import math

import pytest

from kpixl.catalog import BusinessKpi, Level, businesses
from kpixl.errors import NotANumber, UnknownChoice, UnknownMeasure
from kpixl.kpi.calc import MissingArguments, calc, find_kpi, number_of

VA = "remote-va-agency"
EVERY_KPI = [kpi for business in businesses() for kpi in business.kpis]


def percent(kpi: str, value: float) -> Level | None:
    """The level of a share written in percent, over 1,000 cases."""
    share, whole = {"css": ("satisfied", "surveyed"), "tcr": ("tasks_completed", "tasks_assigned")}[kpi]
    return calc(kpi, {share: value * 10, whole: 1000}, VA).level


@pytest.mark.parametrize("kpi", EVERY_KPI, ids=lambda kpi: f"{kpi.business}-{kpi.id}")
def test_worked_example_of_the_source(kpi: BusinessKpi) -> None:
    result = calc(kpi.id, kpi.example.arguments, kpi.business)
    assert result.kpi is kpi
    assert result.value == pytest.approx(kpi.example.value, rel=1e-12)
    assert list(result.measures) == list(kpi.kpi.arguments)


# By hand, from the sources: what goes in, what comes out, and the level that it is.
EXAMPLES = {
    "va_css": ((80, 100), 0.8, Level.BELOW),
    "va_art": ((100, 50), 2, Level.TYPICAL),
    "va_crr": ((650, 200, 500), 0.9, Level.ABOVE_AVERAGE),
    "va_tcr": ((85, 100), 0.85, Level.ABOVE_AVERAGE),
    "va_aur": ((600, 800), 0.75, Level.TYPICAL),
    "va_ncar": ((20, 200), 0.1, Level.ABOVE_AVERAGE),
    "va_sdi": ((10, 50), 0.2, Level.TYPICAL),
    "pa_crr": ((180, 50, 200), 0.65, Level.TYPICAL),
    "pa_art": ((100, 50), 2, Level.ABOVE_AVERAGE),
    "pa_css": ((85, 100), 0.85, Level.TYPICAL),
    "pa_discretion": ((3, 500), 0.006, Level.TYPICAL),
    "pa_rpc": ((100000, 20), 5000, Level.TYPICAL),
    "pa_upsell": ((30, 100), 0.3, Level.ABOVE_AVERAGE),
    "pa_referral": ((20, 100), 0.2, Level.TYPICAL),
    "ml_css": ((80, 100), 0.8, Level.TYPICAL),
    "ml_art": ((60, 20), 3, Level.ABOVE_AVERAGE),
    "ml_lpa": ((3, 3), 1, Level.BELOW),
    "ml_kept": ((45, 50), 0.9, Level.ABOVE_AVERAGE),
    "ml_accuracy": ((95, 100), 0.95, Level.ABOVE_AVERAGE),
    "ml_tph": ((100, 50), 2, Level.TYPICAL),
    "ml_nps": ((40, 40, 100), 0, Level.BELOW),
    "cc_css": ((85, 100), 0.85, Level.ABOVE_AVERAGE),
    "cc_scr": ((40, 50), 0.8, Level.ABOVE_AVERAGE),
    "cc_crr": ((220, 50, 200), 0.85, Level.TYPICAL),
    "cc_arpu": ((100000, 1000), 100, Level.BELOW),
    "cc_crfcpc": ((20, 50), 0.4, Level.ABOVE_AVERAGE),
    "cc_cjpsr": ((30, 50), 0.6, Level.TYPICAL),
    "cc_atacm": ((100, 20), 5, Level.ABOVE_AVERAGE),
    # The last source has no examples and no benchmarks: numbers of our own.
    "sb_cac": ((900, 6), 150, None),
    "sb_churn": ((6, 40), 0.15, None),
    "sb_conversion": ((9, 36), 0.25, None),
    "sb_ltv": ((30, 80), 2400, None),
    "sb_revenue": ((1250.5,), 1250.5, None),
    "sb_leadref": ((5, 40), 0.125, None),
    "sb_kept": ((34, 40), 0.85, None),
    "sb_complaints": ((7,), 7, None),
    # A decrease in working capital adds cash.
    "sb_netcash": ((1000, 300, -150), 850, None),
    "sb_viral": ((10, 40), 0.25, None),
}


@pytest.mark.parametrize("kpi", EVERY_KPI, ids=lambda kpi: f"{kpi.business}-{kpi.id}")
def test_value_and_level_by_hand(kpi: BusinessKpi) -> None:
    numbers, value, level = EXAMPLES[f"{kpi.code}_{kpi.id}"]
    result = calc(kpi.id, dict(zip(kpi.kpi.arguments, numbers, strict=True)), kpi.business)
    assert result.value == pytest.approx(value, rel=1e-12)
    assert (result.level, result.grade.standing) == (level, None)
    assert (result.reason.code if result.reason else None) == (None if kpi.thresholds else "no_bands")
    assert (result.target, result.past.previous, result.year.value) == (None, None, None)
    if kpi.code != "sb":
        assert kpi.example.arguments == dict(zip(kpi.kpi.arguments, numbers, strict=True))
        assert kpi.example.value == value


@pytest.mark.parametrize(
    ("kpi", "value", "level"),
    [
        ("css", 84.9, Level.BELOW),
        ("css", 85, Level.TYPICAL),
        ("css", 90, Level.ABOVE_AVERAGE),
        ("css", 94.9, Level.ABOVE_AVERAGE),
        ("css", 95, Level.EXCEPTIONAL),
        ("tcr", 74.9, Level.BELOW),
        ("tcr", 75, Level.ABOVE_AVERAGE),
        ("tcr", 90, Level.ABOVE_AVERAGE),
        ("tcr", 90.1, Level.EXCEPTIONAL),
    ],
)
def test_edges_as_published(kpi: str, value: float, level: Level) -> None:
    assert percent(kpi, value) is level


@pytest.mark.parametrize(
    ("hours", "level"),
    [
        (3.1, Level.BELOW),
        (3, Level.TYPICAL),
        (1, Level.TYPICAL),
        (0.9, Level.ABOVE_AVERAGE),
        (0.5, Level.ABOVE_AVERAGE),
        (0.4, Level.EXCEPTIONAL),
    ],
)
def test_edges_where_lower_is_better(hours: float, level: Level) -> None:
    assert calc("art", {"resolution_hours": hours * 10, "requests_resolved": 10}, VA).level is level


@pytest.mark.parametrize(
    ("business_id", "kpi", "numbers", "level"),
    [
        ("luxury-personal-assistant", "rpc", {"revenue": 7000, "clients_served": 1}, Level.TYPICAL),
        ("luxury-personal-assistant", "rpc", {"revenue": 7000.01, "clients_served": 1}, Level.ABOVE_AVERAGE),
        ("luxury-personal-assistant", "discretion", {"incidents": 5, "tasks_done": 1000}, Level.TYPICAL),
        ("luxury-personal-assistant", "discretion", {"incidents": 4, "tasks_done": 1000}, Level.EXCEPTIONAL),
        ("luxury-personal-assistant", "css", {"satisfied": 90, "surveyed": 100}, Level.TYPICAL),
        ("multilingual-va", "css", {"satisfied": 90, "surveyed": 100}, Level.EXCEPTIONAL),
        ("career-coaching", "css", {"satisfied": 90, "surveyed": 100}, Level.ABOVE_AVERAGE),
        ("remote-va-agency", "css", {"satisfied": 75, "surveyed": 100}, Level.BELOW),
        ("multilingual-va", "css", {"satisfied": 75, "surveyed": 100}, Level.TYPICAL),
        ("multilingual-va", "nps", {"promoters": 0, "detractors": 9, "respondents": 9}, Level.BELOW),
        ("multilingual-va", "nps", {"promoters": 6, "detractors": 1, "respondents": 10}, Level.EXCEPTIONAL),
        ("career-coaching", "arpu", {"revenue": 600, "users": 3}, Level.ABOVE_AVERAGE),
    ],
)
def test_each_business_has_its_own_bands(business_id: str, kpi: str, numbers: dict[str, float], level: Level) -> None:
    assert calc(kpi, numbers, business_id).level is level


def test_noise_of_floats_does_not_reach_the_next_level() -> None:
    result = calc("crr", {"clients_end": math.nextafter(0.9, 1), "clients_new": 0, "clients_start": 1}, VA)
    assert result.value is not None
    assert 0.9 < result.value < 0.9 + 1e-12
    assert result.level is Level.ABOVE_AVERAGE


def test_what_it_takes_to_the_next_level() -> None:
    step = calc("css", {"satisfied": 80, "surveyed": 100}, VA).grade.to_next
    assert step is not None
    assert (step.measure.id, step.amount, step.direction) == ("satisfied", 5, "more")
    step = calc("art", {"resolution_hours": 200, "requests_resolved": 50}, VA).grade.to_next
    assert step is not None
    assert (step.amount, step.direction) == (pytest.approx(50), "less")
    assert calc("css", {"satisfied": 95, "surveyed": 100}, VA).grade.to_next is None


def test_more_hours_than_available_is_an_alert() -> None:
    assert calc("aur", {"productive_hours": 101, "available_hours": 100}, VA).alert
    assert not calc("aur", {"productive_hours": 100, "available_hours": 100}, VA).alert


def test_too_many_discretion_incidents_are_an_alert() -> None:
    assert calc("discretion", {"incidents": 16, "tasks_done": 1000}).alert
    assert not calc("discretion", {"incidents": 15, "tasks_done": 1000}).alert


@pytest.mark.parametrize(
    ("numbers", "low", "high", "settled"),
    [
        # (p − p̂)² = z²·p·(1 − p) / n, solved for p elsewhere.
        ({"satisfied": 80, "surveyed": 100}, 0.71117083, 0.86663307, False),
        ({"satisfied": 800, "surveyed": 1000}, 0.77408104, 0.82362291, True),
    ],
)
def test_more_cases_settle_the_same_level(numbers: dict[str, float], low: float, high: float, settled: bool) -> None:
    result = calc("css", numbers, VA)
    assert result.certainty.interval is not None
    assert (result.certainty.interval.low, result.certainty.interval.high) == (pytest.approx(low), pytest.approx(high))
    assert result.certainty.settled is settled
    assert result.certainty.sample == numbers["surveyed"]
    assert (result.past.usual, result.past.signal, result.pace) == (None, None, None)


def test_nps_has_three_answers_more() -> None:
    """40 of 100 on either side: 40.75 of 103, and 1.96 standard errors of what they leave open."""
    result = calc("nps", {"promoters": 40, "detractors": 40, "respondents": 100})
    assert result.certainty.interval is not None
    ends = result.certainty.interval.low, result.certainty.interval.high
    assert ends == (pytest.approx(-17.178675), pytest.approx(17.178675))
    assert result.certainty.settled is True  # all of it lies below the 20 of the first level


def test_a_mean_has_no_interval_without_its_rows() -> None:
    result = calc("art", {"resolution_hours": 100, "requests_resolved": 50}, VA)
    assert (result.certainty.interval, result.certainty.settled, result.certainty.sample) == (None, None, 50)


@pytest.mark.parametrize("kpi", [k for k in EVERY_KPI if "/" in k.kpi.formula], ids=lambda k: f"{k.business}-{k.id}")
def test_zero_denominator_gives_a_reason(kpi: BusinessKpi) -> None:
    result = calc(kpi.id, dict.fromkeys(kpi.kpi.arguments, 0.0), kpi.business)
    assert result.value is None
    assert result.level is None
    assert result.reason is not None
    assert result.reason.code == "zero_denominator"
    assert result.reason.measure is not None


def test_ids_are_found_in_capitals_too() -> None:
    assert find_kpi("CRR", VA) is find_kpi("crr", VA)


@pytest.mark.parametrize(
    ("kpi", "business_id"),
    [
        ("css", "remote-va-agency"),
        ("crr", "remote-va-agency"),
        ("rpc", "luxury-personal-assistant"),
        ("kept", "multilingual-va"),
        ("arpu", "career-coaching"),
        ("churn", "service-business"),
    ],
)
def test_without_a_business_the_first_of_the_catalogue_that_has_the_kpi(kpi: str, business_id: str) -> None:
    found = find_kpi(kpi)
    assert found.business == business_id
    assert calc(kpi, found.example.arguments).kpi is found


def test_unknown_business_and_kpi() -> None:
    with pytest.raises(UnknownChoice, match=r"“bakery” is not a business.*remote-va-agency"):
        calc("css", {}, "bakery")
    with pytest.raises(UnknownChoice, match=r"“xyz” is not a KPI.*css, art, crr"):
        calc("xyz", {}, VA)
    with pytest.raises(UnknownChoice, match=r"“nps” is not a KPI"):
        calc("nps", {}, VA)


def test_unknown_measure() -> None:
    with pytest.raises(UnknownMeasure, match=r"CSS does not use “clients”; it takes: satisfied, surveyed\."):
        calc("css", {"clients": 1}, VA)


def test_missing_measures_are_named() -> None:
    with pytest.raises(MissingArguments, match=r"CRR needs clients_new, clients_start, too"):
        calc("crr", {"clients_end": 1}, VA)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_only_finite_numbers(number: float) -> None:
    with pytest.raises(NotANumber):
        calc("css", {"satisfied": number, "surveyed": 1}, VA)


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("-3.5", -3.5), ("+.5", 0.5), ("7.", 7), ("1e3", 1000)])
def test_numbers_as_written(text: str, number: float) -> None:
    assert number_of(text, "leads") == number


@pytest.mark.parametrize("text", ["1,5", "1.000,5", "ten", "", "nan", "inf", "1e999", "1_000", "١٢", "0x10", "5 %"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NotANumber, match=r"for leads is not a number; write it like 12\.5\."):
        number_of(text, "leads")
