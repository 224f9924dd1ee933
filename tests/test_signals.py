"""XmR limits and signals against a published example and numbers worked out by hand, in every engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import TODAY
from computed import ENGINES, Computed
from kpixl.kpi.measure import measure
from kpixl.kpi.result import Result
from kpixl.kpi.score import score
from kpixl.kpi.signals import Limits, Signal, limits, marked, runs, signal
from kpixl.period import add_months, serial
from workbooks import Filled, make, opened

SIX = [10.0, 12.0, 11.0, 13.0, 12.0, 14.0]
"""Mean 12; moving ranges 2, 1, 2, 1, 2: 1.6 on average; limits 12 ± 2.66 × 1.6 = 12 ± 4.256."""


def test_the_limits_of_a_published_example() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches. It takes 3/1.128 for 2.66.
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    found = limits(flow, None, None)
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((50.81, 45.8159, 55.8041), abs=1e-3)


def test_the_limits_of_six_periods_by_hand() -> None:
    found = limits(SIX, None, None)
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((12, 7.744, 16.256))


@pytest.mark.parametrize(
    ("past", "there"),
    [
        (SIX[:5], False),
        (SIX, True),
        ([None, *SIX], True),
        ([*SIX[:3], None, *SIX[3:]], False),  # six values, but only four ranges between neighbours
        ([*SIX[:3], None, *SIX[3:], 13.0], True),
        ([None] * 11, False),
        ([], False),
    ],
)
def test_fewer_than_six_periods_say_nothing(past: list[float | None], there: bool) -> None:
    assert (limits(past, None, None) is not None) is there


def test_ranges_are_taken_between_neighbours_alone() -> None:
    # Ranges 2, 1, 0, 1, 2 (none across the gap): 1.2; mean 85/7.
    found = limits([10.0, 12.0, 11.0, 11.0, None, 13.0, 12.0, 14.0], None, None)
    assert found is not None
    assert found.mean == pytest.approx(83 / 7)
    assert found.high - found.mean == pytest.approx(2.66 * (2 + 1 + 0 + 1 + 2) / 5)


def test_no_limit_passes_what_a_value_can_be() -> None:
    found = limits([0.02, 0.9, 0.05, 0.95, 0.1, 0.99], 0.0, 1.0)
    assert found is not None
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12.0, Signal.USUAL),
        (16.256, Signal.USUAL),  # on the limit is within
        (16.2561, Signal.ABOVE),
        (7.744, Signal.USUAL),
        (7.7439, Signal.BELOW),
    ],
)
def test_a_point_outside_the_limits_is_a_signal(value: float, expected: Signal) -> None:
    found = limits(SIX, None, None)
    assert found is not None
    assert signal(SIX, value, found) is expected


@pytest.mark.parametrize(
    ("value", "side"),
    [
        # The limits by hand: 7.744 and 16.256. A sum of many cells may miss them by its last digits.
        (16.256 + 1e-12, 0),
        (7.744 - 1e-12, 0),
        (16.256 + 1e-6, 1),
        (7.744 - 1e-6, -1),
    ],
)
def test_noise_at_a_limit_is_within_the_limits(value: float, side: int) -> None:
    assert signal((), value, Limits(12.0, 7.744, 16.256)).side == side


@pytest.mark.parametrize(("value", "side"), [(12 + 1e-12, 0), (12 - 1e-12, 0), (12 + 1e-6, 1), (12 - 1e-6, -1)])
def test_noise_at_the_mean_is_on_neither_side(value: float, side: int) -> None:
    assert runs((value,), Limits(12.0, 7.744, 16.256))[0] == side


def test_noise_is_measured_by_the_size_of_the_figures() -> None:
    # A figure of a million has ten digits before the noise of one of a hundred begins.
    assert signal((), 1.1e6 + 1e-6, Limits(1e6, 0.9e6, 1.1e6)).side == 0
    assert signal((), -1.1e6 - 1e-6, Limits(-1e6, -1.1e6, -0.9e6)).side == 0
    assert signal((), -1.1e6 - 1, Limits(-1e6, -1.1e6, -0.9e6)).side == -1


def test_the_side_of_a_signal() -> None:
    sides = {Signal.USUAL: 0, Signal.ABOVE: 1, Signal.BELOW: -1, Signal.RUN_ABOVE: 1, Signal.RUN_BELOW: -1}
    assert {one: one.side for one in Signal} == sides
    assert [one for one in Signal if not one.is_signal] == [Signal.USUAL]


def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_none() -> None:
    # Mean 10.5; ranges 1 up and down: limits far out.
    low, high = [8.0, 9.0, 8.0, 9.0], [12.0, 11.0, 12.0, 11.0, 12.0, 11.0, 12.0]
    past: list[float | None] = [*low, *high]
    found = limits(past, None, None)
    assert found is not None
    assert signal((), 11.5, found).side == 0
    assert signal(past, 11.5, found) is Signal.RUN_ABOVE
    assert signal(past, found.mean, found) is Signal.USUAL  # on the mean, the run ends
    shorter = limits([*low, 8.0, *high[1:]], None, None)
    assert shorter is not None
    assert signal([*low, 8.0, *high[1:]], 11.5, shorter) is Signal.USUAL
    below: list[float | None] = [-value for value in (*low, *high)]
    mirrored = limits(below, None, None)
    assert mirrored is not None
    assert signal(below, -11.5, mirrored) is Signal.RUN_BELOW


def test_a_missing_period_breaks_a_run() -> None:
    past: list[float | None] = [8.0, 9.0, 8.0, 9.0, 12.0, 11.0, 12.0, None, 12.0, 11.0, 12.0]
    found = limits(past, None, None)
    assert found is not None
    assert runs(past, found) == (-1, -2, -3, -4, 1, 2, 3, 0, 1, 2, 3)


def test_the_chart_marks_points_outside_and_from_the_eighth_of_a_run_on() -> None:
    values: list[float | None] = [8.0, 9.0, 8.0, 12.0, 11.0, 12.0, 11.0, 12.0, 11.0, 12.0, 11.0, 40.0]
    found = limits(values[:11], None, None)
    assert found is not None
    assert marked(values, found) == (*[False] * 10, True, True)


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=11),
    st.floats(-1e6, 1e6),
    st.floats(0.01, 100),
    st.floats(-1e5, 1e5),
)
def test_another_scale_says_the_same(past: list[float | None], value: float, scale: float, shift: float) -> None:
    found = limits(past, None, None)
    moved = [None if one is None else one * scale + shift for one in past]
    other = limits(moved, None, None)
    assert (found is None) is (other is None)
    if found is None or other is None:
        return
    edges = [abs(value - edge) for edge in (found.low, found.high, found.mean)]
    if min(edges) > 1e-3 and all(one is None or abs(one - found.mean) > 1e-3 for one in past):
        assert signal(past, value, found) is signal(moved, value * scale + shift, other)


# In a workbook


def closed(kpi: str, values: list[float | None]) -> list[tuple[float, str, float | None]]:
    """Lines of Past periods for the months before October 2026, the last value in September."""
    months = [serial(add_months(date(2026, 10, 1), -shift)) for shift in range(len(values), 0, -1)]
    return [(month, kpi, value) for month, value in zip(months, values, strict=True) if value is not None]


def result(path: Path, kpi: str) -> Result:
    entries = opened(path).entries
    return score(entries, measure(entries), TODAY).result(kpi)


ART = [1.0, 1.2, 1.1, 1.3, 1.2, 1.4]
"""As SIX, a tenth of it: mean 1.2, limits 0.7744 and 1.6256."""


# Hours of a hundred requests, closed months, and what is said of this one.
SAID: list[tuple[float | None, list[float | None], str]] = [
    (120.0, [*ART], "normal variation"),
    (163.0, [*ART], "above its usual range"),
    (77.0, [*ART], "below its usual range"),
    (120.0, [*ART[1:]], ""),
    (120.0, [*ART[:3], None, *ART[3:]], ""),
    (115.0, [0.8, 0.9, 0.8, 0.9, 1.2, 1.1, 1.2, 1.1, 1.2, 1.1, 1.2], "eight in a row above its mean"),
    (85.0, [1.2, 1.1, 1.2, 1.1, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9, 0.8], "eight in a row below its mean"),
    (115.0, [0.8, 0.9, 0.8, 0.9, 1.2, 1.1, 1.2, None, 1.2, 1.1, 1.2], "normal variation"),
    (100.0, [1.0] * 11, "normal variation"),
    (100.1, [1.0] * 11, "above its usual range"),
    (None, [*ART], ""),
]


RATIOS = {
    "art": ("resolution_hours", "requests_resolved", "ART · Average resolution time"),
    "ncar": ("clients_new", "leads", "NCAR · New-client acquisition rate"),
    "sdi": ("services_offered", "clients_served", "SDI · Service diversification index"),
}
"""KPIs that are a number divided by a hundred here, and never below 0."""
SHARES = ("ncar",)
"""Those of them that are a part of a whole: more than that says nothing, so that they have a tenth of the figures."""
PLACES = {number: (f"workbook {number // 3}", [*RATIOS][number % 3]) for number in range(len(SAID))}
"""The workbook and the KPI of each case; the trend shows the last KPI of its workbook."""


def _workbook(numbers: list[int]) -> Filled:
    typed: dict[str, float] = {}
    past: list[tuple[float, str, float | None]] = []
    for number in numbers:
        hours, values, _ = SAID[number]
        kpi = PLACES[number][1]
        lever, base, _ = RATIOS[kpi]
        scale = 0.1 if kpi in SHARES else 1.0
        typed |= {lever: scale * (hours or 1.0), base: 0.0 if hours is None else 100.0}
        past += closed(f"va_{kpi}", [None if value is None else scale * value for value in values])
    return Filled(typed=typed, past=past, trend=RATIOS[PLACES[numbers[-1]][1]][2])


ABOUT_ONE = [0.8, 1.06] * 2 + [1.04] * 7
"""Mean 1: four that differ by 0.26, so that none is a signal, and seven times 0.04 above it, the last seven months."""
NOISY = {
    "limits": Filled(
        # ART's limits by hand: 1.6256 and 0.7744. A hundredth of these typed totals is past them by 1e-12.
        typed={
            "resolution_hours": 162.56 + 1e-10,
            "requests_resolved": 100.0,
            "clients_new": 77.44 - 1e-10,
            "leads": 100.0,
        },
        past=[*closed("va_art", [*ART]), *closed("va_ncar", [*ART])],
    ),
    "mean": Filled(
        # Seven months in a row on one side, and this one past the mean of 1 by 1e-12: not the eighth.
        typed={"resolution_hours": 100 + 1e-10, "requests_resolved": 100.0, "clients_new": 100 - 1e-10, "leads": 100.0},
        past=[*closed("va_art", [*ABOUT_ONE]), *closed("va_ncar", [2 - value for value in ABOUT_ONE])],
    ),
}
"""Figures that differ from an edge by what a long sum leaves behind."""


@pytest.fixture(scope="module", params=ENGINES)
def computed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    cases: dict[str, list[int]] = {}
    for number, (case, _) in PLACES.items():
        cases.setdefault(case, []).append(number)
    workbooks = {case: _workbook(numbers) for case, numbers in cases.items()}
    return Computed.by(request.param, workbooks | NOISY, tmp_path_factory.mktemp("signals"))


@pytest.mark.parametrize("number", range(len(SAID)))
def test_what_the_sheets_say(number: int, computed: Computed) -> None:
    word, (case, kpi) = SAID[number][2], PLACES[number]
    assert computed.differences(case) == []
    assert computed.cell(case, "kpis", kpi, "signal") == word
    assert (result(computed.paths[case], kpi).past.signal is None) is (word == "")


@pytest.mark.parametrize("kpi", ["art", "ncar"])
@pytest.mark.parametrize("case", NOISY)
def test_noise_at_an_edge_is_usual_variation_in_every_engine(case: str, kpi: str, computed: Computed) -> None:
    assert computed.cell(case, "kpis", kpi, "signal") == "normal variation"
    assert computed.differences(case) == []


@pytest.mark.parametrize("number", [2, 5, 8, 10])
def test_the_trend_marks_signals(number: int, computed: Computed) -> None:
    word, (case, _) = SAID[number][2], PLACES[number]
    is_signal = bool(word) and word != "normal variation"
    assert isinstance(computed.cell(case, "line", "p12", "signal"), float) is is_signal


def test_windows_that_overlap_say_nothing(tmp_path: Path) -> None:
    past = closed("va_crr", [0.8, 0.82, 0.81, 0.83, 0.82, 0.84, 0.83])
    typed = {"clients_end_12m": 90.0, "clients_new_staying_12m": 80.0, "clients_start_12m": 100.0}
    found = result(make(tmp_path / "b.xlsx", Filled(typed=typed, past=past)), "crr")
    assert found.value == pytest.approx(0.1)
    assert (found.past.usual, found.past.signal) == (None, None)
