"""How far the period has come, and what builds up in it: days by the calendar, forecasts worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from clock import NOW, TODAY
from computed import ENGINES, Computed
from engines import differences, ironcalc_values
from kpixl import catalog
from kpixl.i18n import language
from kpixl.kpi.measure import measure
from kpixl.kpi.pace import PeriodClock, clock, pace
from kpixl.kpi.result import Result
from kpixl.kpi.score import score
from kpixl.period import Period, serial
from kpixl.verbs import refresh
from kpixl.verbs.roll import roll
from workbooks import Filled, day, make, opened, parts


@pytest.mark.parametrize(
    ("period", "today", "gone", "left"),
    [
        ("2026-10", date(2026, 9, 30), 0, 31),
        ("2026-10", date(2026, 10, 1), 1, 30),
        ("2026-10", date(2026, 10, 12), 12, 19),
        ("2026-10", date(2026, 10, 31), 31, 0),
        ("2026-10", date(2027, 3, 1), 31, 0),
        ("2028-02", date(2028, 2, 10), 10, 19),
        ("2026-W43", date(2026, 10, 21), 3, 4),
        ("2026-Q4", date(2026, 10, 31), 31, 61),
        ("2026", date(2026, 12, 31), 365, 0),
    ],
)
def test_the_days_of_a_period(period: str, today: date, gone: int, left: int) -> None:
    now = clock(Period.parse(period), {}, today)
    assert (now.gone, now.left, now.total) == (gone, left, gone + left)
    assert now.running is (gone > 0 and left > 0)


@pytest.mark.parametrize(
    ("period", "last", "first_after"),
    [
        ("2026-10", date(2026, 10, 31), date(2026, 11, 1)),
        ("2028-02", date(2028, 2, 29), date(2028, 3, 1)),
        ("2026-W43", date(2026, 10, 25), date(2026, 10, 26)),
        ("2026-Q4", date(2026, 12, 31), date(2027, 1, 1)),
        ("2026", date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_period_is_over_on_the_first_day_after_it(period: str, last: date, first_after: date) -> None:
    assert not clock(Period.parse(period), {}, last).over
    assert clock(Period.parse(period), {}, first_after).over


def test_entries_that_end_early_are_late_once_the_period_is_over() -> None:
    october, until = Period.parse("2026-10"), float(serial(date(2026, 10, 20)))
    # Eleven days have no entries yet: on the last of October that is how it should be.
    assert [clock(october, {"entered_until": until}, day).left for day in (date(2026, 10, 31), date(2026, 11, 1))] == [
        11,
        11,
    ]
    assert not clock(october, {"entered_until": until}, date(2026, 10, 31)).late
    assert clock(october, {"entered_until": until}, date(2026, 11, 1)).late
    assert not clock(october, {"entered_until": float(serial(date(2026, 10, 31)))}, date(2026, 11, 1)).late


def test_the_day_of_the_entries_comes_before_today() -> None:
    october = Period.parse("2026-10")
    assert clock(october, {"entered_until": float(serial(date(2026, 10, 10))) + 0.75}, date(2026, 10, 20)).gone == 10
    assert clock(october, {"entered_until": -5.0}, date(2026, 10, 20)).gone == 0
    assert clock(october, {"entered_until": 1e300}, date(2026, 10, 20)).gone == 31


def test_what_had_come_to_a_third_makes_three_times_as_much() -> None:
    now = PeriodClock(10, 20, 30)
    found = pace(4000.0, 13_500.0, now, 1 / 3, less_is_better=False)
    assert found is not None
    assert (found.forecast, found.steady, found.on_track) == pytest.approx((12_000, 4500, False))
    fewer = pace(3.0, 10.0, now, 1 / 3, less_is_better=True)
    assert fewer is not None
    assert (fewer.forecast, fewer.steady, fewer.on_track) == pytest.approx((9, 10 / 3, True))
    alone = pace(3.0, None, now, 1 / 3, less_is_better=True)
    assert alone is not None
    assert (alone.steady, alone.on_track) == (None, None)


@pytest.mark.parametrize("now", [PeriodClock(0, 31, 31), PeriodClock(31, 0, 31)])
def test_nothing_is_forecast_before_the_period_or_after_it(now: PeriodClock) -> None:
    assert pace(4000.0, 13_500.0, now, 1 / 3, less_is_better=False) is None


def test_what_builds_up_is_in_step_with_its_lever() -> None:
    built = {id_: kpi for id_, kpi in catalog.catalogue().kpis.items() if kpi.builds_up}
    assert set(built) == {"rpc", "arpu", "revenue", "complaints", "referral", "leadref", "viral"}
    for kpi in built.values():
        assert kpi.lever is not None
        assert kpi.formula.startswith(kpi.lever)
        assert catalog.catalogue().measures[kpi.lever].rollup == "sum"


# In a workbook


def result(path: Path, kpi: str) -> Result:
    entries = opened(path).entries
    return score(entries, measure(entries), TODAY).result(kpi)


# The day up to which all is entered, revenue, then forecast, steady pace and whether that is on track.
# By the 11th 10 of 31 parts had come in the three months before; the target of 31,000 is 1,000 a part.
PACES: list[tuple[float | str | None, float, tuple[float | str, float | str, str]]] = [
    (day("2026-10-11"), 9000.0, (27_900.0, 10_000.0, "off track")),
    (day("2026-10-11"), 10_000.0, (31_000.0, 10_000.0, "on track")),
    (day("2026-10-31"), 9000.0, ("", "", "")),
    (day("2026-09-20"), 9000.0, ("", "", "")),
    ("soon", 9000.0, ("", "", "")),  # no date is taken for today, when October 2026 is over
    (None, 9000.0, ("", "", "")),
]


def _case(until: float | str | None, revenue: float) -> Filled:
    return Filled(
        typed={"revenue": revenue},
        targets={"revenue": 31_000.0},
        past=parts(10 / 31, "revenue"),
        settings={"entered_until": until},
        business="service-business",
    )


@pytest.fixture(scope="module", params=ENGINES)
def computed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    cases = {str(number): _case(until, revenue) for number, (until, revenue, _) in enumerate(PACES)}
    return Computed.by(request.param, cases, tmp_path_factory.mktemp("pace"))


@pytest.mark.parametrize("number", range(len(PACES)))
def test_revenue_against_a_steady_month(number: int, computed: Computed) -> None:
    expected, case = PACES[number][2], str(number)
    assert computed.differences(case) == []
    shown = [computed.cell(case, "kpis", "revenue", column) for column in ("forecast", "steady", "pace")]
    assert shown == [pytest.approx(one) if isinstance(one, float) else one for one in expected]
    assert (result(computed.paths[case], "revenue").pace is None) is (expected[0] == "")


def test_a_part_of_a_period_is_no_signal(tmp_path: Path) -> None:
    past = [(serial(date(2026, month, 1)), "sb_revenue", 30_000.0 + 500 * (month % 2)) for month in range(1, 10)]
    past += [(start, "sb_conversion", 0.5 + 0.01 * (start % 2)) for start, _, _ in past]
    typed = {"revenue": 9000.0, "leads_converted": 1.0, "leads_qualified": 10.0}
    for until, told in ((day("2026-10-11"), False), (day("2026-10-31"), True)):
        filled = Filled(typed=typed, past=past, settings={"entered_until": until}, business="service-business")
        path = make(tmp_path / f"{until}.xlsx", filled)
        for kpi in ("revenue", "conversion"):
            found = result(path, kpi)
            assert found.past.usual is not None
            assert (found.past.signal is not None) is told


# By the 11th 10 of 31 parts had come: the forecast is 3.1 times the value. Value, forecast, level or standing, trend,
# what it takes.
BUILDING = {
    # 27,900 against 31,000, and against 20,000 in September.
    "revenue": (9000.0, 27_900.0, "▼ off track", "better", ""),
    # 9.3 against 12, and against 9: fewer are better.
    "complaints": (3.0, 9.3, "▲ on track", "worse", ""),
    # 0.124 against 0.2 in September, without a target.
    "leadref": (0.04, 0.124, "▼ worse than before", "worse", ""),
}
BANDED = {
    # A published benchmark grades what is there, which can only rise: 60,000 from 20 clients are 3,000 each, 4,000
    # short of more than 7,000: 80,001 in all is the least whole sum that brings them there, 4,000.05 each.
    "rpc": (3000.0, 9300.0, "● at least typical", "", "On average: +€4000.05 → above average"),
    # 2 of 20 are 10 %, short of 15 %, and two thirds of the month are still to come.
    "referral": (0.1, 0.31, "○ not graded", "", "Not judged before the period is over: more is still to come"),
}


@pytest.fixture(scope="module", params=ENGINES)
def building(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    september = float(serial(date(2026, 9, 1)))
    cases = {
        "service": Filled(
            typed={"revenue": 9000.0, "complaints": 3.0, "leads_referred": 2.0, "clients_served": 50.0},
            targets={"revenue": 31_000.0, "complaints": 12.0},
            past=[
                (september, "sb_revenue", 20_000.0),
                (september, "sb_complaints", 9.0),
                (september, "sb_leadref", 0.2),
                *parts(10 / 31, "revenue", "complaints", "leads_referred"),
            ],
            settings={"entered_until": day("2026-10-11")},
            business="service-business",
        ),
        "luxury": Filled(
            typed={"revenue": 60_000.0, "clients_served": 20.0, "clients_referred": 2.0, "clients_start": 20.0},
            targets={"rpc": 9000.0},
            past=parts(10 / 31, "revenue", "clients_referred"),
            settings={"entered_until": day("2026-10-11"), "dollar_rate": 1.0},
            business="luxury-personal-assistant",
            windows={"referral": "period"},
        ),
    }
    return Computed.by(request.param, cases, tmp_path_factory.mktemp("building"))


@pytest.mark.parametrize("kpi", [*BUILDING, *BANDED])
def test_what_still_builds_up_is_graded_as_it_will_stand(kpi: str, building: Computed) -> None:
    case = "service" if kpi in BUILDING else "luxury"
    value, forecast, level, trend, step = {**BUILDING, **BANDED}[kpi]
    assert building.differences(case) == []
    columns = ("value", "forecast", "level", "trend", "against_target")
    shown = [building.cell(case, "kpis", kpi, column) for column in columns]
    assert shown == [pytest.approx(value), pytest.approx(forecast), level, trend, ""]
    if step:
        assert building.cell(case, "kpis", kpi, "to_next") == step


def test_a_ratio_of_what_grows_together_is_not_forecast(tmp_path: Path) -> None:
    filled = Filled(typed={"satisfied": 8.0, "surveyed": 10.0}, settings={"entered_until": day("2026-10-11")})
    found = result(make(tmp_path / "b.xlsx", filled), "css")
    assert found.pace is None
    assert found.value == 0.8


def test_the_next_months_workbook_begins_without_that_day(tmp_path: Path) -> None:
    path = make(
        tmp_path / "B 2026-10.xlsx", Filled(settings={"entered_until": day("2026-10-31"), "minimum_cases": 7.0})
    )
    rolled = roll(path, now=datetime(2026, 11, 2, 9), anyway=True).path
    settings = opened(rolled).entries.settings
    assert (settings["entered_until"].raw, settings["minimum_cases"].number) == (None, 7.0)
    assert opened(path).entries.settings["entered_until"].number == day("2026-10-31")


def test_check_says_when_a_period_that_is_over_is_still_forecast(tmp_path: Path) -> None:
    for until, codes in (
        (day("2026-10-20"), ["entered_until_late"]),
        (day("2026-09-20"), ["entered_until_early"]),
        (day("2026-10-31"), []),
        (None, []),
        ("soon", ["date_setting_wrong"]),
    ):
        path = make(tmp_path / f"{until}.xlsx", Filled(settings={"entered_until": until}))
        found = [problem for problem in refresh.refresh(path, now=NOW).problems if problem.field == "entered_until"]
        assert [problem.code for problem in found] == codes
        if until == day("2026-10-20"):
            assert "only up to October 20, 2026," in found[0].text(language("en"))


@pytest.mark.parametrize(
    ("kpi", "target", "standing", "reached"),
    [
        ("revenue", 9000.0, "met", "met"),  # whatever comes, it is met
        ("revenue", 27_900.0, "on_track", None),
        ("revenue", 27_901.0, "off_track", None),
        ("complaints", 2.0, "missed", "missed"),  # whatever comes, it is missed
        ("complaints", 9.2, "off_track", None),
        ("complaints", 9.3, "on_track", None),
    ],
)
def test_only_what_more_days_cannot_undo_is_met_or_missed(
    kpi: str, target: float, standing: str, reached: str | None, tmp_path: Path
) -> None:
    filled = Filled(
        typed={"revenue": 9000.0, "complaints": 3.0},
        targets={kpi: target},
        past=parts(10 / 31, "revenue", "complaints"),
        settings={"entered_until": day("2026-10-11")},
        business="service-business",
    )
    path = make(tmp_path / "b.xlsx", filled)
    found = result(path, kpi)
    assert (found.grade.standing, found.against_target) == (standing, reached)
    assert differences(path, ironcalc_values(path)) == []
