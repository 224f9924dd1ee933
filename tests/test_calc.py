"""One KPI from numbers: the sources' worked examples, the edges of the bands, and what is refused."""

from __future__ import annotations

import math

import pytest

from kpixl.catalog import BusinessKpi, Level, businesses
from kpixl.catalog.model import WorkedCase
from kpixl.errors import NotANumber, UnknownChoice, UnknownMeasure
from kpixl.kpi.calc import MissingArguments, calc, find_kpi, number_of

VA = "remote-va-agency"
EVERY_KPI = [kpi for business in businesses() for kpi in business.kpis]


EVERY_CASE = [
    pytest.param(kpi, case, id=f"{kpi.business}-{kpi.id}-{number}")
    for kpi in EVERY_KPI
    for number, case in enumerate(kpi.cases)
]
LEVELS = {level.id: level for level in Level}


@pytest.mark.parametrize("kpi", EVERY_KPI, ids=lambda kpi: f"{kpi.business}-{kpi.id}")
def test_worked_example_of_the_source(kpi: BusinessKpi) -> None:
    result = calc(kpi.id, kpi.example.arguments, kpi.business)
    assert result.kpi is kpi
    assert result.value == pytest.approx(kpi.example.value, rel=1e-12)
    assert list(result.measures) == list(kpi.kpi.arguments)


@pytest.mark.parametrize(("kpi", "case"), EVERY_CASE)
def test_value_level_and_next_step_by_hand(kpi: BusinessKpi, case: WorkedCase) -> None:
    """The cases that the catalogue holds of each KPI, counted by hand from its source."""
    result = calc(kpi.id, dict(zip(kpi.kpi.arguments, case.arguments, strict=True)), kpi.business)
    assert result.value == pytest.approx(case.value, rel=1e-12)
    assert (result.level, result.grade.standing) == (case.level and LEVELS[case.level], None)
    assert (result.reason.code if result.reason else None) == (None if kpi.thresholds else "no_bands")
    step = result.grade.to_next
    if case.next or case.level in (None, "exceptional"):
        reached = result.grade.next_level
        assert (reached.id if step and reached else None) == case.next
    if case.step is not None:
        assert step is not None
        assert step.measure is kpi.argument(str(kpi.kpi.lever))
        assert (step.amount, step.direction) == pytest.approx((abs(case.step), "more" if case.step > 0 else "less"))


@pytest.mark.parametrize("kpi", EVERY_KPI, ids=lambda kpi: f"{kpi.business}-{kpi.id}")
def test_every_level_that_is_published_has_a_case(kpi: BusinessKpi) -> None:
    """So that no threshold is wrong without a case that notices."""
    assert {case.level for case in kpi.cases} == ({"below", *kpi.thresholds} if kpi.thresholds else {None})


def test_noise_of_floats_does_not_reach_the_next_level() -> None:
    result = calc("crr", {"clients_end": math.nextafter(0.9, 1), "clients_new": 0, "clients_start": 1}, VA)
    assert result.value is not None
    assert 0.9 < result.value < 0.9 + 1e-12
    assert result.level is Level.ABOVE_AVERAGE


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
    assert (result.certainty.interval.low, result.certainty.interval.high) == pytest.approx((low, high))
    assert result.certainty.settled is settled
    assert result.certainty.sample == numbers["surveyed"]
    assert (result.past.usual, result.past.signal, result.pace) == (None, None, None)


def test_nps_has_three_answers_more() -> None:
    """40 of 100 on either side: 40.75 of 103, and 1.96 standard errors of what they leave open."""
    result = calc("nps", {"promoters": 40, "detractors": 40, "respondents": 100})
    assert result.certainty.interval is not None
    ends = result.certainty.interval.low, result.certainty.interval.high
    assert ends == pytest.approx((-17.178675, 17.178675))
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
