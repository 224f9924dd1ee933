"""One KPI from numbers: the sources' worked examples, the edges of the bands, and what is refused."""

from __future__ import annotations

import math

import pytest

from kpixl.calc import MissingArguments, calc, find_kpi, number_of
from kpixl.catalog import BusinessKpi, Level, businesses
from kpixl.errors import NotANumber, UnknownChoice, UnknownMeasure

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


@pytest.mark.parametrize(
    ("kpi", "numbers", "level"),
    [
        ("css", {"satisfied": 80, "surveyed": 100}, Level.BELOW),
        ("art", {"resolution_hours": 100, "requests_resolved": 50}, Level.TYPICAL),
        ("crr", {"clients_end": 650, "clients_new": 200, "clients_start": 500}, Level.ABOVE_AVERAGE),
        ("tcr", {"tasks_completed": 85, "tasks_assigned": 100}, Level.ABOVE_AVERAGE),
        ("aur", {"productive_hours": 600, "available_hours": 800}, Level.TYPICAL),
        ("ncar", {"clients_new": 20, "leads": 200}, Level.ABOVE_AVERAGE),
        ("sdi", {"services_offered": 10, "clients_served": 50}, Level.TYPICAL),
    ],
)
def test_level_of_the_worked_examples(kpi: str, numbers: dict[str, float], level: Level) -> None:
    assert calc(kpi, numbers, VA).level is level


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


def test_without_a_business_the_first_that_has_the_kpi() -> None:
    first = next(business for business in businesses() if any(kpi.id == "css" for kpi in business.kpis))
    assert calc("css", {"satisfied": 8, "surveyed": 10}).kpi.business == first.id


def test_unknown_business_and_kpi() -> None:
    with pytest.raises(UnknownChoice, match=r"“bakery” is not a business.*remote-va-agency"):
        calc("css", {}, "bakery")
    with pytest.raises(UnknownChoice, match=r"“xyz” is not a KPI.*css, art, crr"):
        calc("xyz", {}, VA)


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
