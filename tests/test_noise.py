"""When two numbers are equal."""

from __future__ import annotations

import pytest

from kpixl.kpi.noise import NOISE, noise_of, same
from kpixl.kpi.pace import PeriodClock, pace
from kpixl.kpi.signals import Limits, runs, signal
from kpixl.workbook.formulas import NOISE_TEXT


@pytest.mark.parametrize(
    ("value", "reference", "equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (0.3 + 9e-10, 0.3, True),  # below 1 the noise is that of 1
        (0.3 - 1.1e-9, 0.3, False),
        (1e6 + 9e-4, 1e6, True),  # above, it grows with the number
        (1e6 + 1.1e-3, 1e6, False),
        (-1e6 - 9e-4, -1e6, True),
        (0.0, 0.0, True),
    ],
)
def test_noise_alone_makes_no_difference(value: float, reference: float, *, equal: bool) -> None:
    assert same(value, reference) is equal


def test_workbooks_have_the_same_number() -> None:
    assert float(NOISE_TEXT) == NOISE == noise_of(0.5)


def test_the_usual_range_and_its_mean_reach_out_by_the_noise_of_the_mean() -> None:
    usual = Limits(mean=1000.0, low=900.0, high=1100.0)  # 1e-6 is noise at 1000
    assert [signal((), one, usual).side for one in (1100 + 9e-7, 1100 + 1.1e-6, 900 - 9e-7, 900 - 1.1e-6)] == [
        0,
        1,
        0,
        -1,
    ]
    assert [runs((one,), usual)[0] for one in (1000 + 9e-7, 1000 + 1.1e-6, 1000 - 1.1e-6)] == [0, 1, -1]


def test_just_on_track_is_on_track() -> None:
    half = PeriodClock(gone=15, left=15, total=30)
    on, off = (pace(500 - short, 1000, half, 0.5, less_is_better=False) for short in (4e-7, 6e-7))
    assert on is not None
    assert off is not None
    assert (on.on_track, off.on_track) == (True, False)
