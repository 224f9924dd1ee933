"""The page of a year: what moved for good, the year's own figures, what was done and what came of it; all by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import browser
import builds
from clock import NOW, TODAY
from kpixl.catalog import business
from kpixl.cli.main import main
from kpixl.entries import Entries, InputCell, PastValue
from kpixl.i18n import language
from kpixl.kpi.annual import Annual, Told, YearCourse, annual, course, periods_of
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.kpi.signals import limits, signal
from kpixl.languages import codes
from kpixl.period import Kind, Period
from kpixl.report.year import year_html

EN = language("en")


# Where a KPI has gone

CALM = (10.0, 11.0, 10.0, 11.0, 10.0, 11.0)
"""The mean is 10.5, the average moving range 1: usual is 10.5 ± 2.66, that is 7.84 to 13.16."""


def gone(values: Sequence[float], *, falls: bool = False, silent: int = 0) -> tuple[YearCourse, str]:
    """The course of months from January on, by what each said when it was closed; the ``silent`` last said nothing."""
    months = periods_of(Kind.MONTH, 2026)[: len(values)]
    told: list[Told | None] = []
    for index, value in enumerate(values):
        usual = limits(values[:index], None, None)
        told.append(None if usual is None else Told(signal(values[:index], value, usual), usual))
    told[len(values) - silent :] = [None] * silent
    found = course(months, values, told, falls=falls)
    return found.course, "" if found.since is None else str(found.since)


def test_what_has_left_its_usual_range_and_stays_has_moved() -> None:
    # July leaves 7.84 to 13.16 upwards, August and September stay above the 10.5 of before.
    assert gone([*CALM, 15, 12, 14]) == (YearCourse.BETTER, "2026-07")
    # The same of what should be low.
    assert gone([*CALM, 15, 12, 14], falls=True) == (YearCourse.WORSE, "2026-07")
    assert gone([*CALM, 5, 9, 6], falls=True) == (YearCourse.BETTER, "2026-07")


def test_what_comes_back_has_not_moved() -> None:
    # August is below the mean again.
    assert gone([*CALM, 15, 10, 11]) == (YearCourse.BACK, "")


def test_one_period_outside_is_too_early_to_call() -> None:
    assert gone([*CALM, 15]) == (YearCourse.LAST, "")


def test_the_usual_up_and_down_is_steady() -> None:
    assert gone([*CALM, 12, 9, 11]) == (YearCourse.STEADY, "")


def test_five_periods_before_tell_nothing() -> None:
    assert gone([*CALM[:5], 15]) == (YearCourse.UNTOLD, "")


def test_a_period_that_is_not_over_brings_nothing_back() -> None:
    # September has only begun: 2 of revenue on its third day is no fall.
    assert gone([*CALM, 15, 14, 2], silent=1) == (YearCourse.BETTER, "2026-07")


# The periods of a year


def test_the_periods_of_a_year() -> None:
    assert [str(one) for one in periods_of(Kind.QUARTER, 2026)] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    weeks = periods_of(Kind.WEEK, 2026)
    # 2026 has 53 weeks: its first day is a Thursday. Its first week begins in December 2025.
    assert (len(weeks), weeks[0].start, str(weeks[-1])) == (53, date(2025, 12, 29), "2026-W53")
    years = periods_of(Kind.YEAR, 2026)
    assert (len(years), str(years[0]), str(years[-1])) == (12, "2015", "2026")


# A year by hand


def lines(kind: str, id_: str, values: dict[str, float]) -> list[PastValue]:
    return [PastValue(Period.parse(period).start, kind, id_, value) for period, value in values.items()]


def agency(past: Sequence[PastValue], **typed: float) -> Entries:
    """March 2026 of an agency, with totals typed."""
    return Entries(
        business=business("remote-va-agency"),
        company="TaskZenith",
        language="en",
        currency="USD",
        period=Period.parse("2026-03"),
        tables={},
        settings={},
        typed={name: InputCell(number, "Totals", "D5") for name, number in typed.items()},
        targets={},
        thresholds={},
        past=tuple(past),
    )


def year(entries: Entries, number: int = 2026, decided: Sequence[PastValue] = ()) -> Annual:
    return annual(score(entries, measure(entries), TODAY), number, decided)


def answers(satisfied: dict[str, float], surveyed: dict[str, float]) -> list[PastValue]:
    return [*lines("measure", "satisfied", satisfied), *lines("measure", "surveyed", surveyed)]


SATISFACTION = [
    *answers({"2026-01": 9, "2026-02": 12}, {"2026-01": 10, "2026-02": 30}),
    *lines("kpi", "va_css", {"2026-01": 0.9, "2026-02": 0.4}),
]


def test_the_year_is_not_the_average_of_its_months() -> None:
    found = year(agency(SATISFACTION, satisfied=8, surveyed=10))
    (css,) = (one for one in found.kpis if one.result.kpi.id == "css")
    assert css.values[:4] == (0.9, 0.4, 0.8, None)
    # 29 of 50 answers, where the mean of 90, 40 and 80 % would be 70 %.
    assert css.whole == pytest.approx(29 / 50)
    assert [str(one) for one in found.known] == ["2026-01", "2026-02", "2026-03"]


def test_the_year_before_is_that_of_the_same_months() -> None:
    last_year = answers(
        {"2025-01": 5, "2025-02": 5, "2025-03": 5, "2025-04": 10}, dict.fromkeys(("2025-01", "2025-02", "2025-03"), 10)
    )
    last_year += lines("measure", "surveyed", {"2025-04": 10})
    found = year(agency([*SATISFACTION, *last_year], satisfied=8, surveyed=10))
    (css,) = (one for one in found.kpis if one.result.kpi.id == "css")
    # January to March: 15 of 30. April's 10 of 10 has no counterpart yet.
    assert css.before == pytest.approx(0.5)
    # Without February there is no such span.
    gap = [one for one in last_year if one.start != date(2025, 2, 1)]
    (css,) = (
        one for one in year(agency([*SATISFACTION, *gap], satisfied=8, surveyed=10)).kpis if one.result.kpi.id == "css"
    )
    assert css.before is None


def test_another_year_of_past_periods() -> None:
    # From a workbook of March 2026, the year 2025: what came later is not its affair.
    last_year = answers({"2025-11": 5, "2025-12": 7}, {"2025-11": 10, "2025-12": 10})
    last_year += lines("kpi", "va_css", {"2025-11": 0.5, "2025-12": 0.7})
    found = year(agency([*SATISFACTION, *last_year], satisfied=8, surveyed=10), 2025)
    (css,) = (one for one in found.kpis if one.result.kpi.id == "css")
    assert css.values == (*(None,) * 10, 0.5, 0.7)
    # Nothing is known of January to October, so the year as a whole is not.
    assert css.whole is None


def test_of_a_year_without_figures_nothing_is_known() -> None:
    assert year(agency(SATISFACTION), 2019).known == ()


def deeds() -> tuple[Entries, list[PastValue]]:
    """December 2026 of an agency: six calm months, then in July something is done; satisfaction rises for good."""
    months = dict(
        zip((f"2026-{number:02}" for number in range(1, 12)), (*HALF, 0.9, 0.88, 0.9, 0.91, 0.9), strict=True)
    )
    past = lines("kpi", "va_css", months)
    past += [
        PastValue(date(2026, 6, 1), "action", "va_css.action", None, note="Ana · June 30, 2026"),
        PastValue(date(2026, 6, 1), "note", "va_css.note", None, note="Call after each <task>"),
        PastValue(date(2026, 11, 1), "note", "va_css.note", None, note="Keep it up"),
    ]
    return replace(agency(past, satisfied=9, surveyed=10), period=Period.parse("2026-12")), past


HALF = (0.50, 0.52, 0.50, 0.52, 0.50, 0.52)
"""Usual is 0.51 ± 2.66 · 0.02."""


def test_what_was_done_and_what_came_of_it() -> None:
    found = year(deeds()[0])
    done, noted = found.deeds
    assert (str(done.period), done.who, done.note) == ("2026-06", "Ana · June 30, 2026", "Call after each <task>")
    # From June's 52 % to 90 % in November; since July it lies outside 45.7 to 56.3 %. December has not begun.
    assert (done.done, done.then, done.last, done.course) == (True, 0.52, 0.9, YearCourse.BETTER)
    assert (noted.done, noted.who, noted.note, noted.last) == (False, "", "Keep it up", None)


def page(entries: Entries, code: str = "en", number: int = 2026) -> Any:
    made = score(entries, measure(entries), TODAY)
    text = year_html(annual(made, number), entries, (), language(code), now=NOW)
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))


def words(element: Any) -> str:
    return re.sub(r"[ \n]+", " ", "".join(element.itertext())).strip()


@pytest.mark.parametrize("code", codes())
def test_the_page(code: str) -> None:
    tree = page(deeds()[0], code)
    (css,) = tree.xpath("//table[@class='periods']/tbody/tr[.//data[@value='0.52']]")
    assert [float(one) for one in css.xpath(".//data/@value") if one] == [*HALF, 0.9, 0.88, 0.9, 0.91, 0.9, 0.9]
    assert len(tree.xpath("//figure[@id='moved-css']//svg")) == 1
    first, second = tree.xpath("//table[@class='deeds']/tbody/tr")
    assert "Call after each <task>" in words(first)
    assert "Keep it up" in words(second)
    assert words(tree.xpath("//title")[0]) == "TaskZenith · 2026"


def test_weeks_stand_in_several_tables_each_period_once() -> None:
    entries = replace(agency([], satisfied=9, surveyed=10), period=Period.parse("2026-W47"))
    tree = page(entries)
    tables = tree.xpath("//table[@class='periods']")
    headings = [len(table.xpath("./thead/tr/th[.//abbr]")) for table in tables]
    assert sum(headings) == 53
    assert max(headings) <= 13
    # What is said of the year stands behind the last of them alone.
    assert [
        len(table.xpath("./thead/tr/th")) - count - 1 > 0 for table, count in zip(tables, headings, strict=True)
    ] == [
        *[False] * (len(tables) - 1),
        True,
    ]


def test_every_figure_is_that_of_the_results_and_of_past_periods(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For every business: the closed months as their lines hold them, this one as ``results`` says it; each with the
    word of its level for whoever sees no sign."""
    for sample in builds.samples(tmp_path):
        assert main(["results", str(sample.path), "--json"]) == 0
        now = {one["kpi"]: one["value"] for one in json.loads(capsys.readouterr().out)["kpis"]}
        scorecard = sample.scorecard
        ids = {one.kpi.history_id for one in scorecard.results}
        lines = {(one.start, one.id): one.value for one in scorecard.entries.past if one.id in ids}
        text = year_html(annual(scorecard, 2026), scorecard.entries, (), language("en"), now=NOW)
        tree: Any = etree.fromstring(text.encode())
        rows = tree.xpath("//table[@class='periods']/tbody/tr")
        titles = {language("en")(one.kpi.name): one.kpi for one in scorecard.results}
        assert len(rows) == len(titles) == len(now)
        for row in rows:
            kpi = titles[words(row.xpath("./th/bdi")[0])]
            expected = [lines.get((date(2026, number, 1), kpi.history_id)) for number in range(1, 10)]
            cells = row.xpath("./td[data]")
            shown = [float(value) if value else None for cell in cells for value in cell.xpath("./data/@value")]
            assert shown == [*expected, now[kpi.id], None, None]
            stood = [cell for cell in cells if cell.xpath("./span[starts-with(@class, 'level')]")]
            assert all(cell.xpath("./span[@class='unseen']/text()") for cell in stood)


# The command


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last of the samples: twelve months of a service business, closed in October 2026."""
    return builds.samples(tmp_path_factory.mktemp("samples"))[-1].path


def test_the_command(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sample.read_bytes()
    for _ in range(2):  # the second replaces the first
        assert main(["report", str(sample), "--year", "2026", "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
    made = sample.with_name(f"{sample.stem} (2026).html")
    assert answer["path"] == str(made)
    assert made.is_file()
    assert sample.read_bytes() == before


@pytest.mark.parametrize("typed", ["26", "2026-10", "next", "-2026", "२०२६"])
def test_what_is_no_year(sample: Path, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    assert main(["report", str(sample), f"--year={typed}"]) == 2
    said = capsys.readouterr().err
    assert f"{typed}” is no year" in said


def test_a_year_of_which_there_is_nothing(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(sample), "--year", "2031", "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert "no figures of 2031" in said
    assert "2025, 2026" in said
    assert not sample.with_name(f"{sample.stem} (2031).html").exists()


@pytest.mark.browser
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_the_page_in_a_browser(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "year.html"
    assert main(["report", str(sample), "--year", "2026", "--out", str(target)]) == 0
    with browser.started() as chromium:
        for width in (390, 1400):
            with browser.opened(chromium, target, width) as (shown, noticed):
                assert shown.evaluate("document.documentElement.scrollWidth") <= width
                assert noticed == []
                assert browser.violations(shown) == []
                assert browser.picture(shown, f"report year {width}", tmp_path).stat().st_size > 10_000
