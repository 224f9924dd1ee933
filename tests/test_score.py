"""Levels, distances and comparisons, against numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.catalog import Level, business
from kpixl.catalog.model import BusinessKpi
from kpixl.entries import Entries, InputCell, PastValue
from kpixl.measure import MeasureValue
from kpixl.period import Period
from kpixl.score import GRADED, Scorecard, calculate, grade, score, thresholds_published

VA = business("remote-va-agency")
KPIS = {kpi.id: kpi for kpi in VA.kpis}

# By hand, from the table of the sources: where each level starts, and whether the edge itself belongs to it.
BANDS = {
    "css": ((0.85, True), (0.90, True), (0.95, True)),
    "art": ((3, True), (1, False), (0.5, False)),
    "crr": ((0.75, True), (0.85, False), (0.90, False)),
    "tcr": (None, (0.75, True), (0.90, False)),
    "aur": ((0.65, True), (0.80, True), (0.90, False)),
    "ncar": ((0.05, True), (0.10, True), (0.15, False)),
    "sdi": ((0.15, True), (0.26, True), (0.36, True)),
}
EDGES = [
    (kpi, level, *band)
    for kpi, bands in BANDS.items()
    for level, band in zip(GRADED, bands, strict=True)
    if band is not None
]


def level(kpi: BusinessKpi, value: float) -> Level | None:
    arguments = dict.fromkeys(kpi.kpi.arguments, 1.0)
    return grade(kpi, value, thresholds_published(kpi), arguments).level


def below(kpi: str, than: Level) -> Level:
    """The level under ``than`` that the source has a band for."""
    bands = dict(zip(GRADED, BANDS[kpi], strict=True))
    return max((lower for lower in GRADED if lower < than and bands[lower]), default=Level.BELOW)


@pytest.mark.parametrize(("id_", "reached", "edge", "inclusive"), EDGES)
def test_levels_at_just_under_and_just_over_every_threshold(
    id_: str, reached: Level, edge: float, inclusive: bool
) -> None:
    kpi = KPIS[id_]
    better = -1 if id_ == "art" else 1
    assert level(kpi, edge + better * 1e-6) == reached
    assert level(kpi, edge - better * 1e-6) == below(id_, reached)
    assert level(kpi, edge) == (reached if inclusive else below(id_, reached))
    # The noise of floating-point numbers changes nothing.
    assert level(kpi, edge * (1 + 4e-16)) == level(kpi, edge * (1 - 4e-16)) == level(kpi, edge)


def test_every_kpi_has_its_bands_here() -> None:
    assert set(BANDS) == set(KPIS)


def test_nine_tenths_by_subtraction_is_still_not_over_ninety_percent() -> None:
    value, _ = calculate(KPIS["crr"], {"clients_end": 650, "clients_new": 200, "clients_start": 500})
    assert value == pytest.approx(0.9)
    assert level(KPIS["crr"], 0.1 * 9 + 1e-16) == Level.ABOVE_AVERAGE


@given(st.sampled_from(sorted(KPIS)), st.data())
def test_what_it_takes_is_the_least_that_passes(id_: str, data: st.DataObject) -> None:
    kpi = KPIS[id_]
    arguments = {name: float(data.draw(st.integers(1, 3000), label=name)) for name in kpi.kpi.arguments}
    if id_ == "crr":
        arguments["clients_end"] += arguments["clients_new"]
    value, _ = calculate(kpi, arguments)
    assert value is not None
    thresholds = thresholds_published(kpi)
    graded = grade(kpi, value, thresholds, arguments)
    if graded.next_level is None:
        assert graded.level == Level.EXCEPTIONAL
        assert graded.to_next is None
        return
    step, lever = graded.to_next, kpi.kpi.lever
    assert step is not None
    assert lever is not None

    def level_after(amount: float) -> Level:
        moved = arguments[lever] + (amount if step.direction == "more" else -amount)
        moved_value, _ = calculate(kpi, {**arguments, lever: moved})
        reached = level(kpi, moved_value)  # type: ignore[arg-type]
        assert reached is not None
        return reached

    unit = 1 if step.measure.whole else 0.1
    assert step.amount >= unit
    assert step.amount / unit == pytest.approx(round(step.amount / unit))
    assert level_after(step.amount) >= graded.next_level
    assert level_after(step.amount - unit) < graded.next_level


@pytest.mark.parametrize(
    ("id_", "arguments", "amount", "direction"),
    [
        # 80 of 100 are satisfied; 85 % needs 5 more.
        ("css", {"satisfied": 80, "surveyed": 100}, 5, "more"),
        # 100 h over 50 requests; 50 h less is 1 h each, and above average is under it: a tenth of an hour more.
        ("art", {"resolution_hours": 100, "requests_resolved": 50}, 50.1, "less"),
        ("art", {"resolution_hours": 50, "requests_resolved": 50}, 0.1, "less"),
        # 450 of 500 kept is 90 %, and exceptional is over it: one more.
        ("crr", {"clients_end": 650, "clients_new": 200, "clients_start": 500}, 1, "more"),
        # 85 of 100; over 90 % is 91.
        ("tcr", {"tasks_completed": 85, "tasks_assigned": 100}, 6, "more"),
        # 600 of 800 h; 80 % is 640 h.
        ("aur", {"productive_hours": 600, "available_hours": 800}, 40, "more"),
        # 20 of 200; over 15 % is 31.
        ("ncar", {"clients_new": 20, "leads": 200}, 11, "more"),
        # 10 for 50; 0.26 is 13.
        ("sdi", {"services_offered": 10, "clients_served": 50}, 3, "more"),
    ],
)
def test_what_it_takes_from_the_worked_examples(
    id_: str, arguments: dict[str, float], amount: float, direction: str
) -> None:
    kpi = KPIS[id_]
    value, _ = calculate(kpi, arguments)
    step = grade(kpi, value, thresholds_published(kpi), arguments).to_next
    assert step is not None
    assert (step.amount, step.direction) == (pytest.approx(amount), direction)


@given(st.sampled_from(sorted(KPIS)), st.floats(0, 5))
def test_the_bar_ends_in_the_band_of_the_level(id_: str, value: float) -> None:
    kpi = KPIS[id_]
    graded = grade(kpi, value, thresholds_published(kpi), dict.fromkeys(kpi.kpi.arguments, 1.0))
    assert graded.level is not None
    assert graded.position is not None
    assert graded.level <= graded.position <= graded.level + 1


def scorecard(
    used: dict[str, float | None], past: tuple[PastValue, ...] = (), targets: dict[str, float] | None = None
) -> Scorecard:
    entries = Entries(
        business=VA,
        company="",
        language="en",
        currency="USD",
        period=Period.parse("2026-10"),
        tables={},
        settings={},
        typed={},
        targets={kpi: InputCell(value, "KPIs", "H7") for kpi, value in (targets or {}).items()},
        thresholds={},
        past=past,
    )
    values = {item.name: MeasureValue(item, used.get(item.name), None) for item in VA.measures}
    return score(entries, values)


def past(month: int, id_: str, value: float, year: int = 2026) -> PastValue:
    return PastValue(date(year, month, 1), "measure", id_, value)


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
    assert result.year_to_date == pytest.approx(0.8)
    assert result.year_to_date != pytest.approx((0.5 + 1 + 0.8) / 3)


def test_no_year_to_date_where_measures_do_not_add_up() -> None:
    card = scorecard({"services_offered": 9.0, "clients_served": 45.0, "clients_end_12m": 9.0})
    assert card.result("sdi").year_to_date is None
    assert card.result("sdi").year_to_date_reason.code == "no_rollup"  # type: ignore[union-attr]
    assert card.result("crr").year_to_date_reason.code == "graded_window"  # type: ignore[union-attr]


def test_comparison_with_the_previous_period_and_the_year_before() -> None:
    closed = (
        replace(past(9, "va_art", 2.0), kind="kpi"),
        replace(past(10, "va_art", 4.0, 2025), kind="kpi"),
        replace(past(9, "va_css", 0.9), kind="kpi"),
    )
    used = {"resolution_hours": 150.0, "requests_resolved": 100.0, "satisfied": 9.0, "surveyed": 10.0}
    card = scorecard(used, closed)
    art, css = card.result("art"), card.result("css")
    assert (art.previous, art.change, art.trend, art.year_before) == (2.0, -0.5, "better", 4.0)
    assert (css.change, css.trend) == (pytest.approx(0), "same")


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
    assert (css.reason.code, css.reason.measure.id) == ("zero_denominator", "surveyed")  # type: ignore[union-attr]
    assert tcr.reason is not None
    assert (tcr.reason.code, tcr.reason.measure.id) == ("missing_measure", "tasks_completed")  # type: ignore[union-attr]


def test_utilisation_over_the_whole_is_an_alert() -> None:
    assert scorecard({"productive_hours": 101.0, "available_hours": 100.0}).result("aur").alert
    assert not scorecard({"productive_hours": 100.0, "available_hours": 100.0}).result("aur").alert


def test_worst_first_and_without_value_last() -> None:
    card = scorecard(
        {"satisfied": 5.0, "surveyed": 10.0, "tasks_completed": 95.0, "tasks_assigned": 100.0, "leads": 0.0}
    )
    order = [result.kpi.id for result in card.ranked]
    assert order[:2] == ["css", "tcr"]
    assert all(card.result(id_).value is None for id_ in order[2:])
    assert not math.isnan(card.result("css").grade.position or 0)
