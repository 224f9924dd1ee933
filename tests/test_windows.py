"""What a KPI is graded over, chosen by the owner on the KPIs sheet: end to end, on small workbooks counted by hand."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clock import NOW, TODAY
from engines import Error, Place, Value, contents, differences, ironcalc_values, libreoffice_values
from kpixl import i18n
from kpixl.catalog.model import Level
from kpixl.cli.main import main
from kpixl.kpi.result import Result
from kpixl.languages import codes
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Kind, Period, Window
from kpixl.texts.words import entry_words
from kpixl.verbs import refresh, results
from workbooks import BUSINESS, KPIS, MEASURES, ROWS, Filled, Rows, day, make, named, opened, package_of, placed, put

EN = i18n.language("en")


def word(window: Window, code: str = "en") -> str:
    return entry_words(BUSINESS, i18n.language(code))[f"window_{window.value}"]


MONTH, QUARTER, YEAR = (word(window) for window in Window)
Lines = list[tuple[float, str, Value | None]]


def lines(starts: list[str], figures: Mapping[str, float]) -> Lines:
    """The same figures in every closed period."""
    return [(day(start), id_, value) for start in starts for id_, value in figures.items()]


# 5.9 hours for 2 requests in October; with these, 20 hours for 6 from August on, and 38 for 15 in a year.
SINCE_AUGUST: Lines = [
    *lines(["2026-08-01"], {"resolution_hours": 10.1, "requests_resolved": 3}),
    *lines(["2026-09-01"], {"resolution_hours": 4, "requests_resolved": 1}),
]
BEFORE_AUGUST = lines(
    [*(f"2025-{month}-01" for month in (11, 12)), *(f"2026-0{month}-01" for month in range(1, 8))],
    {"resolution_hours": 2, "requests_resolved": 1},
)
OF_KPIS: Lines = [
    (day("2026-09-01"), "va_art", 3.0),
    (day("2026-09-01"), "va_art_3m", 4.0),
    (day("2026-09-01"), "va_art_12m", 2.5),
    (day("2025-10-01"), "va_art", 9.0),
    (day("2025-10-01"), "va_art_3m", 8.0),
]
FULL = Filled(rows=ROWS, past=[*SINCE_AUGUST, *BEFORE_AUGUST, *OF_KPIS])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("windows") / "base.xlsx", FULL)


@pytest.fixture
def book(base: Path, tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    shutil.copy(base, path)
    return path


def choose(path: Path, kpi: str, text: Value | None) -> None:
    put(path, {placed(opened(path), "kpis", kpi, "window"): text})


def formula(path: Path, kpi: str) -> str | None:
    """The formula of a KPI's value, within what asks whether it is switched off."""
    written = contents(path)[named(opened(path), f"va_{kpi}_value")].formula
    found = re.fullmatch(r"IF\(va_\w+_in_use=0,\"\",(.*)\)", written or "")
    return found[1] if found else written


def shown_measures(path: Path) -> set[str]:
    """The measures whose rows are in sight on Totals."""
    book = opened(path)
    place, editor = book.placements["totals"], SheetEditor(package_of(book), book.sheets["totals"])
    rows = {measure.name: place.row_numbers[measure.name] for measure in BUSINESS.measures}
    return {name for name, row in rows.items() if editor.row_attributes(row).get("hidden") not in ("1", "true")}


def refreshed(path: Path, kpi: str) -> Result:
    return refresh.refresh(path, now=NOW).scorecard.result(kpi)


def shown(path: Path, values: Mapping[Place, Value], block: str, kpi: str, column: str) -> Value:
    return values[placed(opened(path), block, kpi, column)]


# One KPI, back and forth


def test_over_three_months_and_back(book: Path) -> None:
    before = contents(book)
    assert formula(book, "art") == 'IFERROR(resolution_hours/requests_resolved,"")'
    assert shown_measures(book) == set(MEASURES)

    choose(book, "art", QUARTER)
    result = refreshed(book, "art")

    assert (result.value, result.level) == pytest.approx((20 / 6, Level.BELOW))
    assert formula(book, "art") == 'IFERROR(resolution_hours_3m/requests_resolved_3m,"")'
    assert shown_measures(book) == {*MEASURES, "resolution_hours_3m", "requests_resolved_3m"}
    computed = ironcalc_values(book)
    assert differences(book, computed) == []
    assert shown(book, computed, "kpis", "art", "value") == pytest.approx(20 / 6)
    assert shown(book, computed, "kpis", "art", "sample") == 6
    assert shown(book, computed, "totals", "resolution_hours_3m", "used") == pytest.approx(20)
    assert shown(book, computed, "totals", "requests_resolved_3m", "source") == "from the rows"
    # 18 hours would do for 6 requests: a third of an hour less for each, told to the hundredth that does.
    step = "On average: −0.34\u00a0h → typical"
    assert shown(book, computed, "kpis", "art", "to_next") == step
    others = {r.kpi.id: r.value for r in results.results(book, today=TODAY).scorecard.results if r.kpi.id != "art"}
    assert others == {id_: pytest.approx(value) for id_, (value, _) in KPIS.items() if id_ != "art"}

    choose(book, "art", MONTH)
    assert refreshed(book, "art").value == pytest.approx(2.95)
    assert shown_measures(book) == set(MEASURES)
    assert differences(book, ironcalc_values(book)) == []
    refresh_moment = placed(opened(book), "dashboard", "verdict", "level")
    after = contents(book)
    assert {place for place in {*before, *after} if before.get(place) != after.get(place)} <= {refresh_moment}


def test_over_twelve_months(book: Path) -> None:
    choose(book, "art", YEAR.upper())  # Excel compares without case
    result = refreshed(book, "art")
    assert (result.value, result.level) == pytest.approx((38 / 15, Level.TYPICAL))
    assert formula(book, "art") == 'IFERROR(resolution_hours_12m/requests_resolved_12m,"")'
    assert differences(book, ironcalc_values(book)) == []


def test_a_typed_total_of_the_window_wins(book: Path) -> None:
    choose(book, "art", YEAR)
    refresh.refresh(book, now=NOW)
    put(book, {placed(opened(book), "totals", "resolution_hours_12m", "typed"): 7.5})
    assert ironcalc_values(book)[named(opened(book), "va_art_value")] == pytest.approx(0.5)
    assert refreshed(book, "art").value == pytest.approx(0.5)
    assert differences(book, ironcalc_values(book)) == []


def test_another_day_of_the_window_is_live(book: Path) -> None:
    """An answer typed into the rows moves the figure of the window without Python."""
    choose(book, "art", QUARTER)
    refresh.refresh(book, now=NOW)
    put(book, {placed(opened(book), "totals", "requests_resolved", "typed"): 6})
    assert ironcalc_values(book)[named(opened(book), "va_art_value")] == pytest.approx(2)


# Windows that reach past the closed periods


@pytest.mark.parametrize(
    ("gone", "measure"),
    [
        ((day("2026-03-01"), "requests_resolved"), "Requests resolved"),
        ((day("2025-11-01"), "resolution_hours"), "Hours to resolve requests"),
    ],
)
def test_a_closed_month_without_a_figure(gone: tuple[float, str], measure: str, tmp_path: Path) -> None:
    past = [(start, id_, None if (start, id_) == gone else value) for start, id_, value in FULL.past]
    path = make(tmp_path / "gap.xlsx", Filled(rows=ROWS, past=past, windows={"art": YEAR}))
    outcome = results.results(path, today=TODAY)
    result = outcome.scorecard.result("art")
    assert (result.value, result.reason and result.reason.code) == (None, "missing_measure")
    text = f"Not enough closed periods for: {measure} (last 12 months)"
    computed = ironcalc_values(path)
    assert shown(path, computed, "kpis", "art", "to_next") == text
    assert shown(path, computed, "kpis", "art", "value") == ""
    assert shown(path, computed, "totals", gone[1] + "_12m", "source") == "missing"
    assert differences(path, computed) == []
    found = [p for p in outcome.problems if p.code == "past_missing"]
    assert [(p.sheet, p.cell) for p in found] == [placed(opened(path), "kpis", "art", "window")]
    assert "last 12 months" in found[0].text(EN)
    assert "11" in found[0].text(EN)
    assert "10" in found[0].text(EN)


def test_retention_over_any_window_comes_from_clients_alone(tmp_path: Path) -> None:
    clients = {
        "client": [*ROWS["clients"]["client"], "Max", "Ben", "Tom"],
        "start": [*ROWS["clients"]["start"], day("2026-01-01"), day("2025-01-01"), day("2025-06-01")],
        "end": [*ROWS["clients"]["end"], day("2026-09-15"), day("2026-10-10"), day("2025-12-31")],
    }
    path = make(tmp_path / "crr.xlsx", Filled(rows={"clients": clients}, windows={"crr": MONTH}))
    expected = {
        MONTH: ("", 3, 1, 3, 2 / 3),  # Ana, Léa and Ben; Zoë is new
        QUARTER: ("_3m", 3, 2, 3, 1 / 3),  # Ana, Max and Ben; Léa came back, Zoë is new
        YEAR: ("_12m", 3, 2, 4, 1 / 4),  # Ana, Léa, Ben and Tom
    }
    for text, (suffix, end, staying, start, value) in expected.items():
        choose(path, "crr", text)
        assert refreshed(path, "crr").value == pytest.approx(value)
        computed, book = ironcalc_values(path), opened(path)
        names = ("clients_end", "clients_new_staying", "clients_start")
        assert [computed[named(book, name + suffix)] for name in names] == [end, staying, start]
        assert computed[named(book, "va_crr_value")] == pytest.approx(value)
        assert differences(path, computed) == []
        shown_now = {name for name in shown_measures(path) if name.startswith(names)}
        assert shown_now == {name + suffix for name in names}


# Figures of one window are never held against those of another


@pytest.mark.parametrize(
    ("window", "previous", "year_before", "change"),
    [(MONTH, 3.0, 9.0, -0.05), (QUARTER, 4.0, 8.0, 20 / 6 - 4), (YEAR, 2.5, None, 38 / 15 - 2.5)],
)
def test_previous_periods_are_those_of_the_same_window(
    window: str, previous: float, year_before: float | None, change: float, book: Path
) -> None:
    choose(book, "art", window)
    result = refreshed(book, "art")
    assert (result.past.previous, result.past.year_before) == (previous, year_before)
    assert result.past.change == pytest.approx(change)
    assert result.past.trend == ("better" if change < 0 else "worse")
    computed, where = ironcalc_values(book), opened(book)
    assert shown(book, computed, "kpis", "art", "previous") == previous
    assert shown(book, computed, "kpis", "art", "year_before") == ("" if year_before is None else year_before)
    assert computed[named(where, "va_art_change")] == pytest.approx(change)
    assert shown(book, computed, "spark", "art", "p11") == previous
    assert shown(book, computed, "spark", "art", "p10") == Error("#N/A")
    assert differences(book, computed) == []


def test_retention_over_its_own_window_keeps_its_id(tmp_path: Path) -> None:
    past = [(day("2026-09-01"), "va_crr", 0.6), (day("2026-09-01"), "va_crr_period", 0.7)]
    path = make(tmp_path / "crr.xlsx", Filled(rows=ROWS, past=past))
    assert results.results(path, today=TODAY).scorecard.result("crr").past.previous == 0.6
    choose(path, "crr", MONTH)
    assert refreshed(path, "crr").past.previous == 0.7
    assert differences(path, ironcalc_values(path)) == []


# Before the refresh


def test_the_notice_is_live_from_the_change_to_the_refresh(book: Path) -> None:
    where = opened(book)
    notice = placed(where, "dashboard", "verdict", "year")
    assert ironcalc_values(book)[notice] == ""
    choose(book, "art", YEAR)
    computed = ironcalc_values(book)
    assert "changed since the last refresh" in str(computed[notice])
    assert "changed since the last refresh" in str(computed[placed(where, "kpis", "space", "value")])
    # Excel alone cannot change the formula: the figure stays that of the old window.
    assert computed[named(where, "va_art_value")] == pytest.approx(2.95)
    # Python looks at the new one already.
    assert results.results(book, today=TODAY).scorecard.result("art").value == pytest.approx(38 / 15)
    refresh.refresh(book, now=NOW)
    assert ironcalc_values(book)[notice] == ""


@pytest.mark.parametrize("text", ["for ever", "12", 12.0, None])
def test_what_is_no_window_keeps_the_published_one(text: Value | None, book: Path) -> None:
    choose(book, "crr", QUARTER)
    refresh.refresh(book, now=NOW)
    choose(book, "crr", text)
    outcome = refresh.refresh(book, now=NOW)
    assert outcome.scorecard.result("crr").value == pytest.approx(0.5)
    assert outcome.scorecard.result("crr").kpi.window is Window.YEAR
    assert formula(book, "crr") == 'IFERROR((clients_end_12m-clients_new_staying_12m)/clients_start_12m,"")'
    assert shown_measures(book) == set(MEASURES)
    told = [(p.sheet, p.cell) for p in outcome.problems if p.code == "pick_unknown"]
    assert told == ([] if text is None else [placed(opened(book), "kpis", "crr", "window")])
    cell = contents(book).get(placed(opened(book), "kpis", "crr", "window"))
    assert (None if cell is None else cell.value) == text
    assert differences(book, ironcalc_values(book)) == []


def test_a_window_that_the_kpi_does_not_offer(book: Path) -> None:
    choose(book, "sdi", QUARTER)
    outcome = refresh.refresh(book, now=NOW)
    assert outcome.scorecard.result("sdi").value == pytest.approx(2 / 3)
    assert [p.field for p in outcome.problems if p.code == "pick_unknown"] == ["sdi"]
    assert differences(book, ironcalc_values(book)) == []


# What machines and other languages are told


def test_json_tells_the_window(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    choose(book, "art", QUARTER)
    assert main(["results", str(book), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    kpis = {kpi["kpi"]: kpi for kpi in answer["kpis"]}
    assert {id_: kpi["window"] for id_, kpi in kpis.items()} == {**dict.fromkeys(KPIS, "period"), "crr": "12m"} | {
        "art": "3m"
    }
    assert kpis["art"]["value"] == pytest.approx(20 / 6)
    assert kpis["art"]["measures"] == {"resolution_hours": pytest.approx(20), "requests_resolved": 6}
    assert answer["measures"]["requests_resolved_3m"]["value"] == 6
    assert "requests_resolved_12m" not in answer["measures"]


@pytest.mark.parametrize("code", sorted(codes()))
def test_the_words_of_every_language(code: str, tmp_path: Path) -> None:
    windows = {"art": word(Window.QUARTER, code), "crr": word(Window.PERIOD, code)}
    path = make(tmp_path / f"{code}.xlsx", Filled(language=code, rows=ROWS, past=SINCE_AUGUST, windows=windows))
    scorecard = results.results(path, today=TODAY).scorecard
    assert scorecard.result("art").value == pytest.approx(20 / 6)
    assert scorecard.result("crr").value == 1.0  # Ana and Léa stay, Zoë is new
    assert differences(path, ironcalc_values(path)) == []


# Periods of other lengths

WEEKS = [str(Period.parse("2026-W44").shift(-back).start) for back in range(1, 52)]
OTHERS: dict[str, tuple[Kind, str, Lines, dict[str, float | None]]] = {
    # The quarter is the last three months itself; three closed quarters make up the rest of the year.
    "quarter": (
        Kind.QUARTER,
        "2026-Q4",
        lines(["2026-01-01", "2026-04-01", "2026-07-01"], {"resolution_hours": 11, "requests_resolved": 4}),
        {MONTH: 6.9 / 3, QUARTER: 6.9 / 3, YEAR: 39.9 / 15},
    ),
    # 26 October to 1 November: twelve Mondays before it from 2 August on, 51 from 2 November 2025 on.
    "week": (
        Kind.WEEK,
        "2026-W44",
        lines(WEEKS[:-1], {"resolution_hours": 3, "requests_resolved": 1})
        + lines(WEEKS[-1:], {"resolution_hours": 30, "requests_resolved": 1}),
        {MONTH: 4.9 / 2, QUARTER: (12 * 3 + 4.9) / (12 + 2), YEAR: (50 * 3 + 30 + 4.9) / (51 + 2)},
    ),
    # A year is longer than three months, and is its own twelve.
    "year": (
        Kind.YEAR,
        "2026",
        lines(["2025-01-01"], {"resolution_hours": 100, "requests_resolved": 1}),
        {MONTH: 6.9 / 3, QUARTER: None, YEAR: 6.9 / 3},
    ),
}


def filled(name: str, window: str) -> Filled:
    kind, text, past, _ = OTHERS[name]
    start = Period.parse(text).start
    return Filled(kind=kind, day=day(str(start)) + 2, rows=ROWS, past=past, windows={"art": window})


@pytest.mark.parametrize("window", [MONTH, QUARTER, YEAR])
@pytest.mark.parametrize("name", OTHERS)
def test_windows_of_other_periods(name: str, window: str, tmp_path: Path) -> None:
    value = OTHERS[name][3][window]
    path = make(tmp_path / f"{name}.xlsx", filled(name, window))
    outcome = results.results(path, today=TODAY)
    result = outcome.scorecard.result("art")
    assert result.value == (None if value is None else pytest.approx(value))
    computed = ironcalc_values(path)
    assert computed[named(opened(path), "va_art_value")] == ("" if value is None else pytest.approx(value))
    assert differences(path, computed) == []
    told = [p.code for p in outcome.problems if p.code in ("past_missing", "window_short")]
    assert told == (["window_short"] if value is None else [])


@pytest.mark.parametrize("name", ["quarter", "week"])
def test_a_missing_period_of_another_length(name: str, tmp_path: Path) -> None:
    # The latest of the closed periods is gone.
    past = OTHERS[name][2]
    latest = max(start for start, _, _ in past)
    gap = replace(filled(name, YEAR), past=[line for line in past if line[0] != latest])
    path = make(tmp_path / f"{name}.xlsx", gap)
    outcome = results.results(path, today=TODAY)
    assert outcome.scorecard.result("art").value is None
    assert [p.code for p in outcome.problems if p.code == "past_missing"] == ["past_missing"]
    assert differences(path, ironcalc_values(path)) == []


@pytest.mark.libreoffice
def test_windows_in_libreoffice(tmp_path: Path) -> None:
    wanted = {(name, window): filled(name, window) for name in OTHERS for window in (QUARTER, YEAR)}
    expected = {key: OTHERS[key[0]][3][key[1]] for key in wanted}
    wanted["month", YEAR] = Filled(rows=ROWS, past=FULL.past, windows={"art": YEAR, "crr": MONTH})
    expected["month", YEAR] = 38 / 15
    paths = {key: make(tmp_path / f"{number}.xlsx", one) for number, (key, one) in enumerate(wanted.items())}
    for (key, path), computed in zip(paths.items(), libreoffice_values(list(paths.values())), strict=True):
        value = expected[key]
        assert computed[named(opened(path), "va_art_value")] == ("" if value is None else pytest.approx(value)), key
        assert differences(path, computed) == [], key


def test_the_level_counts_the_cases_of_the_window_in_force(tmp_path: Path) -> None:
    # Nobody was there twelve months ago: over the year there is no case, over October there are three.
    started: Rows = {"client": ["A", "B", "C"], "start": [day("2026-05-01")] * 3}
    path = make(tmp_path / "b.xlsx", Filled(rows={"clients": started}, windows={"crr": MONTH}))
    computed = ironcalc_values(path)
    assert differences(path, computed) == []
    assert computed[named(opened(path), "va_crr_level")] == "★ exceptional"
