"""The day is an argument: the verbs on days before, in, at the end of and years after the period they are about."""

from __future__ import annotations

import json
import time
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from engines import cached_values, differences, ironcalc_values
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs import new, refresh, report, results
from kpixl.verbs.roll import NotOver, roll
from workbooks import MEASURES, ROWS, Filled, day, make, opened, parts, placed


class Day(NamedTuple):
    """A day, and what is so of October 2026 on it, by the calendar."""

    today: date
    gone: int
    left: int
    closable: bool
    """From its last day on a period can be closed."""
    over: bool

    @property
    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 9, 30)

    @property
    def running(self) -> bool:
        return self.gone > 0 and self.left > 0


DAYS = {
    "before": Day(date(2026, 9, 15), 0, 31, closable=False, over=False),
    "in": Day(date(2026, 10, 15), 15, 16, closable=False, over=False),
    "last day": Day(date(2026, 10, 31), 31, 0, closable=True, over=False),
    "years after": Day(date(2029, 2, 28), 31, 0, closable=True, over=True),
}
OCTOBER = Period.parse("2026-10")


@pytest.fixture(scope="module", params=DAYS)
def on(request: pytest.FixtureRequest) -> Day:
    return DAYS[request.param]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Totals alone, one of which builds up day by day: revenue of 9,000, with a target of 31,000."""
    typed = {"revenue": 9000.0, "leads_converted": 10.0, "leads_qualified": 40.0}
    past = parts(15 / 31, "revenue")
    filled = Filled(business="service-business", typed=typed, targets={"revenue": 31_000.0}, past=past)
    return make(tmp_path_factory.mktemp("service") / "Service 2026-10.xlsx", filled, refresh=False)


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of October, counted by hand."""
    return make(tmp_path_factory.mktemp("agency") / "Agency 2026-10.xlsx", Filled(rows=ROWS), refresh=False)


def copied(path: Path, folder: Path) -> Path:
    copy = folder / path.name
    copy.write_bytes(path.read_bytes())
    return copy


def heading(path: Path) -> object:
    """The line of the dashboard with the period, as it is saved in the file."""
    return cached_values(path)[placed(opened(path), "dashboard", "company", "tick")]


def test_a_new_workbook(on: Day, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    new.new(Setup("service-business", "en", OCTOBER, "A", "EUR"), path, now=on.now)
    assert heading(path) == "A · October 2026" + (" · days left: 16" if on.running else "")
    assert differences(path, ironcalc_values(path, on.today)) == []


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="a time zone cannot be set here")
@pytest.mark.parametrize(
    ("zone", "said"),
    [("America/Los_Angeles", "2026-11-22T17:30:00Z"), ("Pacific/Auckland", "2026-11-21T20:30:00Z")],
)
def test_a_workbook_is_dated_by_the_moment_handed_in(
    zone: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half past nine by the clock on the wall, which the file tells in UTC."""
    path = tmp_path / "new.xlsx"
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        new.new(Setup("service-business", "en", OCTOBER, "A", "EUR"), path, now=datetime(2026, 11, 22, 9, 30))
    time.tzset()
    properties = Package.open(path).tree("docProps/core.xml")
    assert [properties.findtext(f"{{*}}{moment}") for moment in ("created", "modified")] == [said, said]


SO_FAR = {"satisfied": 2, "surveyed": 2, "requests_resolved": 1, "resolution_hours": 2, "tasks_assigned": 1}
"""On 15 October: answers of the 2nd and 3rd, a request of the 1st and the task of that day."""


def test_rows_of_days_that_have_come_count(on: Day, agency: Path) -> None:
    scorecard = results.results(agency, today=on.today).scorecard
    found = {name: value.used for name, value in scorecard.measures.items() if name in MEASURES}
    if on.left:
        wanted = SO_FAR if on.running else dict.fromkeys(SO_FAR, 0)
        assert {name: found[name] for name in SO_FAR} == pytest.approx(wanted)
    else:
        assert found == {name: value if value is None else pytest.approx(value) for name, value in MEASURES.items()}
    assert (scorecard.clock.gone, scorecard.clock.left, scorecard.clock.total) == (on.gone, on.left, 31)
    assert scorecard.clock.running is on.running


def test_what_builds_up_is_forecast_only_while_the_period_runs(on: Day, service: Path) -> None:
    result = results.results(service, today=on.today).scorecard.result("revenue")
    if on.running:
        # 15 of 31 parts had come by now in three months: 9,000 × 31 / 15 at the end, and 15,000 of 31,000 by now.
        assert result.pace is not None
        assert result.pace.forecast == pytest.approx(18_600)
        assert result.pace.steady == pytest.approx(15_000)
        assert result.pace.on_track is False
        assert (result.grade.standing, result.against_target) == ("off_track", None)
    else:
        said = "missed" if on.gone else None  # before it begins nothing is missed
        assert (result.pace, result.grade.standing, result.against_target) == (None, said, said)


@pytest.fixture(scope="module")
def refreshed(on: Day, service: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = copied(service, tmp_path_factory.mktemp("refreshed"))
    refresh.refresh(path, now=on.now)
    return path


def test_a_refresh_writes_what_the_engine_computes_on_that_day(on: Day, refreshed: Path) -> None:
    assert heading(refreshed) == "TaskZenith · October 2026" + (" · days left: 16" if on.running else "")
    assert differences(refreshed, ironcalc_values(refreshed, on.today)) == []


def test_the_rows_of_a_refreshed_workbook_are_computed_alike(on: Day, agency: Path, tmp_path: Path) -> None:
    path = copied(agency, tmp_path)
    refresh.refresh(path, now=on.now)
    assert str(heading(path)).endswith(" · days left: 16") is on.running
    assert differences(path, ironcalc_values(path, on.today)) == []


def test_the_dashboards_figures(on: Day, refreshed: Path) -> None:
    book, shown = opened(refreshed), cached_values(refreshed)
    columns = ("value", "forecast", "steady", "pace", "level", "against_target")
    figures = [shown[placed(book, "kpis", "revenue", column)] for column in columns]
    if on.running:
        assert figures == [9000, pytest.approx(18_600), pytest.approx(15_000), "off track", "▼ off track", ""]
    else:
        assert figures == [9000, "", "", "", *(("▼ target missed", "missed") if on.gone else ("○ not graded", ""))]


def test_the_engine_knows_another_day_from_this_one(service: Path, tmp_path: Path) -> None:
    """Else the comparisons above would say nothing of the day."""
    path = copied(service, tmp_path)
    refresh.refresh(path, now=DAYS["in"].now)
    assert differences(path, ironcalc_values(path, DAYS["years after"].today)) != []


def test_check_says_that_entries_are_missing_only_once_the_period_is_over(
    on: Day, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = Filled(rows=ROWS, settings={"entered_until": day("2026-10-20")})
    path = make(tmp_path / "late.xlsx", filled, refresh=False)
    main(["check", str(path), "--json"], now=on.now)
    codes = [problem["code"] for problem in json.loads(capsys.readouterr().out)["problems"]]
    assert ("entered_until_late" in codes) is on.over
    assert ("entered_until_ahead" in codes) is (on.today < date(2026, 10, 20))
    # Nothing else depends on the day but what lies ahead of it.
    of_the_day = {"entered_until_late", "entered_until_ahead", "date_ahead", "still_to_come"}
    another = [problem.code for problem in results.results(path, today=date(2026, 10, 25)).problems]
    assert [code for code in codes if code not in of_the_day] == [code for code in another if code not in of_the_day]


def test_a_period_can_be_closed_from_its_last_day_on(on: Day, service: Path, tmp_path: Path) -> None:
    path = copied(service, tmp_path)
    if not on.closable:
        with pytest.raises(NotOver, match="2026-10, which is not over yet"):
            roll(path, now=on.now)
        assert [one.name for one in tmp_path.iterdir()] == [path.name]
    rolled = roll(path, now=on.now, early=not on.closable)
    assert rolled.path.name == "Service 2026-11.xlsx"
    # November has thirty days, none of which has come until it is years past.
    clock = rolled.scorecard.clock
    assert (clock.gone, clock.left) == ((30, 0) if on.over else (0, 30))
    assert rolled.scorecard.result("revenue").past.previous == 9000


def test_the_report_says_how_many_days_are_left_and_when_it_was_made(on: Day, service: Path, tmp_path: Path) -> None:
    path = copied(service, tmp_path)
    page = report.report(path, now=on.now).path.read_text(encoding="utf-8")
    assert ("days left: 16" in page) is on.running
    assert f"{on.today:%B} {on.today.day}, {on.today.year}" in page
