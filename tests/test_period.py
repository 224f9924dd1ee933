"""Periods, against the calendar of the standard library and pandas."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.catalog import Window
from kpixl.errors import NoPeriod
from kpixl.period import Kind, Period, add_months, from_serial, serial

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-W43", date(2026, 10, 19), date(2026, 10, 25)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_first_and_last_day(text: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end) == (first, last)
    assert str(period) == text.upper()


@pytest.mark.parametrize("text", ["11.2026", "11/2026", "2026/11", "2026.11", "11-2026", " 2026-11 "])
def test_a_month_as_owners_write_it(text: str) -> None:
    assert Period.parse(text) == Period.parse("2026-11")


@pytest.mark.parametrize(
    "text", ["", "13.2026", "11.26", "2026-13", "2026-00", "2026-Q5", "2026-W54", "26-10", "2026-10-01", "October"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(NoPeriod, match="is no period; write a month like"):
        Period.parse(text)


@given(st.sampled_from(list(Kind)), DAYS, st.integers(-40, 40))
def test_periods_follow_each_other_without_gap(kind: Kind, day: date, by: int) -> None:
    period = Period.containing(kind, day)
    assert period.start <= day <= period.end
    assert period.shift(1).start == period.end + timedelta(days=1)
    assert period.shift(by).shift(-by) == period
    assert Period.parse(str(period)) == period


@given(DAYS, st.integers(-30, 30))
def test_months_are_added_as_edate_does(day: date, months: int) -> None:
    assert add_months(day, months) == (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


@given(DAYS)
def test_serials_count_days_since_1900(day: date) -> None:
    assert serial(day) == (day - date(1899, 12, 30)).days
    assert from_serial(serial(day) + 0.999) == day


@pytest.mark.parametrize(
    ("text", "window", "first"),
    [
        ("2026-10", Window.PERIOD, date(2026, 10, 1)),
        ("2026-10", Window.QUARTER, date(2026, 8, 1)),
        ("2026-10", Window.YEAR, date(2025, 11, 1)),
        ("2026-Q4", Window.YEAR, date(2026, 1, 1)),
        ("2026", Window.YEAR, date(2026, 1, 1)),
        ("2026-W43", Window.YEAR, date(2025, 10, 26)),
    ],
)
def test_windows_end_with_the_period(text: str, window: Window, first: date) -> None:
    assert Period.parse(text).window_start(window) == first


def test_a_year_before() -> None:
    assert Period.parse("2024-02").year_before == Period.parse("2023-02")
    week = Period.parse("2026-W43")
    assert (week.start - week.year_before.start).days == 364
