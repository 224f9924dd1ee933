"""The days that measures count from, and what measures come to over closed periods: against the calendar of Python, by
hand, over arrays, and as a spreadsheet has it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import ironcalc
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpixl.formula import Name, evaluate, evaluate_all, to_excel
from kpixl.formula.expressions import (
    day_of,
    day_of_month,
    joined,
    log10,
    month,
    months_later,
    rounded,
    sign,
    weekday,
    year,
)
from kpixl.formula.in_cells import worded
from kpixl.formula.states import values
from kpixl.formula.to_python import evaluate_single
from kpixl.kpi.calendar_rules import day_rules, days_found
from kpixl.kpi.over_past import MEAN, only
from kpixl.period import Kind, Period

EPOCH = date(1899, 12, 30)
DAY, BY = Name("day"), Name("by")
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def later(day: date, months: int) -> date:
    """By hand: the same day of another month, or its last."""
    number = day.year * 12 + day.month - 1 + months
    year_, month_ = number // 12, number % 12 + 1
    return date(year_, month_, min(day.day, monthrange(year_, month_)[1]))


@settings(max_examples=12)
@given(DAYS, st.integers(-40, 40), st.floats(0, 0.99))
@example(date(2028, 2, 29), -12, 0.5)
@example(date(2026, 12, 31), 2, 0.0)
def test_the_calendar(day: date, by: int, time: float) -> None:
    number = float((day - EPOCH).days) + time
    parts = {
        "year": (year(DAY), day.year),
        "month": (month(DAY), day.month),
        "day": (day_of_month(DAY), day.day),
        "weekday": (weekday(DAY), day.isoweekday()),
        "later": (months_later(DAY, BY), (later(day, by) - EPOCH).days),
        "first": (day_of(year(DAY), month(DAY) + BY, 1), (later(day.replace(day=1), by) - EPOCH).days),
    }
    sheet = ironcalc.create("calendar", "en", "UTC", "en")
    sheet.set_user_input(0, 1, 2, repr(number))
    sheet.set_user_input(0, 2, 2, str(by))
    for row, (node, _) in enumerate(parts.values(), 1):
        sheet.set_user_input(0, row, 1, "=" + to_excel(node, {"day": "$B$1", "by": "$B$2"}))
    sheet.evaluate()
    arrays = {"day": values(np.array([number, number])), "by": values(float(by))}
    for row, (name, (node, expected)) in enumerate(parts.items(), 1):
        assert evaluate(node, {"day": number, "by": float(by)}) == expected, name
        assert evaluate_all(node, arrays.__getitem__).numbers().max() == expected, name
        # A time of day is no part of the day to Excel; IronCalc keeps it where it moves a day.
        assert sheet.get_cell_value(0, row, 1) == pytest.approx(expected, abs=1 if name == "later" and time else 0)


def test_numbers_by_hand() -> None:
    cases = {rounded(Name("x"), 1): -2.3, sign(Name("x")): -1.0, log10(Name("x") * -400): 2.954242509439325}
    assert {node: evaluate(node, {"x": -2.25}) for node in cases} == pytest.approx(cases)


def test_texts_are_joined_as_excel_writes_numbers() -> None:
    given_ = {"count": 3.0, "share": 0.25, "nothing": None}
    found = evaluate_single(joined("n = ", Name("count"), " of ", Name("nothing"), Name("share")), given_.__getitem__)
    assert found == "n = 3 of 0.25"
    assert to_excel(joined("a", Name("b") + 1)) == '"a"&b+1'
    assert to_excel(worded(Name("text"), days=Name("left"))) == 'SUBSTITUTE(text,"{days}",left)'


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=25)
@given(day=DAYS, until=st.none() | DAYS, today=DAYS, late=st.integers(-3, 400))
@example(day=date(2021, 1, 2), until=None, today=date(2021, 1, 3), late=0)  # a Saturday of the year's last week
def test_periods_by_the_calendar(kind: Kind, day: date, until: date | None, today: date, late: int) -> None:
    period = Period.containing(kind, day)
    said = {"late_days": float(late)} | ({} if until is None else {"entered_until": (until - EPOCH).days + 0.5})
    found = days_found(period, said, today)
    days = {rule: EPOCH + timedelta(days=found[rule]) for rule in ("year_start", "period_previous", "open_start")}
    months = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12, Kind.WEEK: 0}[kind]
    monday = day - timedelta(days=day.isoweekday() - 1)
    assert period.start == (monday if kind is Kind.WEEK else period.start)
    assert days["period_previous"] == (later(period.start, -months) if months else monday - timedelta(days=7))
    assert days["year_start"] == (
        date.fromisocalendar(monday.isocalendar().year, 1, 1) if kind is Kind.WEEK else date(day.year, 1, 1)
    )
    assert days["open_start"] == Period.containing(kind, period.start - timedelta(days=max(0, late))).start
    last = until or today
    gone = sum(period.start + timedelta(days=n) <= last for n in range((period.after - period.start).days))
    assert (found["days_gone"], found["days_left"]) == (gone, (period.after - period.start).days - gone)
    assert found["final_before"] == (last - EPOCH).days + 1 - max(0, late)
    assert found["due_until"] == ((until - EPOCH).days + 1 if until else (today - EPOCH).days)
    assert found["tomorrow"] == (max(today, until or today) - EPOCH).days + 1
    assert found["outcomes_open"] == (period.after > last + timedelta(days=1 - max(0, late)))


@pytest.mark.parametrize(("kind", "quarter", "year_"), [("2026-10", 2, 11), ("2026-Q4", 0, 3), ("2026-W43", 12, 51)])
def test_whole_periods_in_a_window(kind: str, quarter: int, year_: int) -> None:
    rules = days_found(Period.parse(kind), {}, None)
    assert (rules["closed_3m"], rules["closed_12m"]) == (quarter, year_)
    assert set(day_rules(Kind.MONTH)) == set(day_rules(Kind.WEEK))


@pytest.mark.parametrize(
    ("now", "lines", "total", "mean", "alone"),
    [
        (6.0, 0.0, 0.0, 6.0, -1.0),
        (6.0, 2.0, 30.0, 12.0, -1.0),
        (None, 2.0, 30.0, None, -1.0),
        (6.0, 1.0, 4.0, 5.0, 4.0),
    ],
)
def test_over_closed_periods(now: float | None, lines: float, total: float, mean: float | None, alone: float) -> None:
    given_ = {"now": now, "lines": lines, "total": total}
    assert (evaluate(MEAN, given_), evaluate(only(-1), given_)) == (mean, alone)
