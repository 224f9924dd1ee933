"""What the dashboard shows beside each figure: cautions, how sure it is, forecasts, bullets and signals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from engines import Value, cached_values, contents
from kpixl.catalog.model import Level
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP
from kpixl.period import add_months, serial
from narrow import some
from workbooks import Filled, day, make, opened, package_of, parts, placed

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def shown(path: Path, row: str, column: str = "c1", block: str = "dashboard") -> Value:
    return cached_values(path).get(placed(opened(path), block, row, column), "") or plain(path, row, column, block)


def plain(path: Path, row: str, column: str, block: str) -> Value:
    cell = contents(path).get(placed(opened(path), block, row, column))
    return "" if cell is None else cell.value


def is_hidden(path: Path, row: str) -> bool:
    book = opened(path)
    sheet, number = book.sheets["dashboard"], book.placements["dashboard"].row_numbers[row]
    found = package_of(book).tree(sheet.part).find(f".//{{{MAIN}}}row[@r='{number}']")
    return found is not None and found.get("hidden") == "1"


def charts(path: Path) -> list[etree._Element]:
    """The dashboard's charts, the overview first."""
    book = opened(path)
    package, sheet = package_of(book), book.sheets["dashboard"]
    (drawing,) = package.related(sheet.part, OFFICE_RELATIONSHIP + "/drawing")
    return [package.tree(part) for part in package.related(drawing, OFFICE_RELATIONSHIP + "/chart")]


def month(number: int) -> float:
    """The first day of the month so many before October 2026."""
    return float(serial(add_months(date(2026, 10, 1), -number)))


def test_cautions_stand_under_the_summary_and_vanish_with_their_cause(tmp_path: Path) -> None:
    tired = {"productive_hours": 95.0, "available_hours": 100.0, "satisfied": 70.0, "surveyed": 100.0}
    past = [(month(1), "va_css", 0.8), (month(2), "va_css", 0.9)]
    path = make(tmp_path / "tired.xlsx", Filled(typed=tired, past=past))
    assert str(shown(path, "caution_1")).startswith("! Assistants spend 95.0% of their hours on clients")
    assert [is_hidden(path, f"caution_{number}") for number in (1, 2, 3)] == [False, True, True]
    rested = {**tired, "productive_hours": 85.0}
    path = make(tmp_path / "rested.xlsx", Filled(typed=rested, past=past))
    assert shown(path, "caution_1") == ""
    assert all(is_hidden(path, f"caution_{number}") for number in (1, 2, 3))


def test_act_now_comes_first(tmp_path: Path) -> None:
    typed = {"productive_hours": 105.0, "available_hours": 100.0, "satisfied": 70.0, "surveyed": 100.0}
    past = [(month(1), "va_css", 0.8)]
    path = make(tmp_path / "b.xlsx", Filled(typed=typed, past=past))
    told = [str(shown(path, f"caution_{number}"))[:1] for number in (1, 2, 3)]
    assert told == ["✖", "!", ""]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        # 80 of 100: 71.1 to 86.7 %, and 85 % is within.
        ("en", "71 – 87%"),
        ("es", "71 – 87\xa0%"),
        ("pt", "71 – 87%"),
        ("fr", "71 – 87\u202f%"),
        ("ro", "71 – 87\xa0%"),
    ],
)
def test_a_card_says_how_sure_it_is(language: str, text: str, tmp_path: Path) -> None:
    filled = Filled(typed={"satisfied": 80.0, "surveyed": 100.0}, language=language)
    path = make(tmp_path / "b.xlsx", filled)
    assert (
        str(shown(path, "facts_0", "c3")).replace("\u202f", "\xa0").startswith(text.replace("\u202f", "\xa0") + " · ")
    )
    settled = make(tmp_path / "s.xlsx", Filled(typed={"satisfied": 995.0, "surveyed": 1000.0}, language=language))
    assert " · " not in str(shown(settled, "facts_0", "c3"))


def test_days_left_and_the_forecast_while_the_month_runs(tmp_path: Path) -> None:
    # By the 11th 10 of 31 parts had come in the months before: 9,000 are 27,900 at the end.
    typed = {"revenue": 9000.0}
    past = parts(10 / 31, "revenue")
    filled = Filled(typed=typed, settings={"entered_until": day("2026-10-11")}, business="service-business", past=past)
    path = make(tmp_path / "b.xlsx", filled)
    assert str(shown(path, "period")).endswith("October 2026 · Service business · days left: 20")
    assert shown(path, "facts_1", "c1") == pytest.approx(27_900)
    over = make(tmp_path / "o.xlsx", Filled(typed=typed, business="service-business"))
    assert str(shown(over, "period")).endswith("Service business")
    assert shown(over, "facts_1", "c1") == ""


def test_bullets_are_bars_on_four_bands_with_a_tick_for_the_target(tmp_path: Path) -> None:
    # Above the 90 % of above average by half of the way to 95; the target of 87.5 % half-way from typical to it.
    filled = Filled(typed={"satisfied": 92.5, "surveyed": 100.0}, targets={"css": 0.875})
    path = make(tmp_path / "b.xlsx", filled)
    book, values = opened(path), cached_values(path)
    row = next(row for row in book.placements["rank"].rows if str(shown(path, row, "name", "rank")).startswith("CSS"))
    cells = {c: values[placed(book, "rank", row, c)] for c in ("band_0", "level_1", "level_2", "target")}
    assert (cells["band_0"], cells["level_2"], cells["target"]) == pytest.approx((1, 2.5, 1.5))
    assert str(cells["level_1"]) == "#N/A"
    bands, bars = charts(path)[0].iter(f"{CHART}barChart")
    assert len(bands.findall(f"{CHART}ser")) == len(Level)
    drawn = [series.find(f"{CHART}errBars") for series in bars.findall(f"{CHART}ser")]
    assert [bar is not None for bar in drawn] == [True] * (len(Level) + 1)
    widths = {some(chart.find(f"{CHART}gapWidth")).get("val") for chart in (bands, bars)}
    assert len(widths) == 1, "bars on one axis are as wide as the bands on the other"


def test_the_trend_has_its_limits_and_its_signals(tmp_path: Path) -> None:
    past = [(month(number), "va_css", 0.8 + 0.01 * (number % 2)) for number in range(1, 12)]
    path = make(tmp_path / "b.xlsx", Filled(typed={"satisfied": 95.0, "surveyed": 100.0}, past=past))
    book, values = opened(path), cached_values(path)
    drawn = {column: values[placed(book, "trend", "p12", column)] for column in ("value", "low", "high", "signal")}
    # Six months of 81 % and five of 80 %: the mean is 80.5454 %, each range 1 point, the limits 2.66 points from it.
    mean = (6 * 81 + 5 * 80) / 11
    assert drawn == {
        "value": pytest.approx(95),
        "low": pytest.approx(mean - 2.66),
        "high": pytest.approx(mean + 2.66),
        "signal": pytest.approx(95),
    }
    assert str(values[placed(book, "trend", "p11", "signal")]) == "#N/A"
    (lines,) = charts(path)[1].iter(f"{CHART}lineChart")
    referred = [some(series.find(f"{CHART}val//{CHART}f")).text for series in lines.findall(f"{CHART}ser")]
    columns = ("low", "high", "typical", "above_average", "exceptional", "value", "signal")
    for column, reference in zip(columns, referred, strict=True):
        assert str(reference).split("$")[1] == placed(book, "trend", "p1", column)[1].rstrip("0123456789")


def test_more_cautions_than_lines_are_counted(tmp_path: Path) -> None:
    # Overbooked and burning out, faster, more tasks done and more clients staying, while satisfaction falls.
    typed = {"productive_hours": 105.0, "available_hours": 100.0, "satisfied": 70.0, "surveyed": 100.0}
    typed |= {"resolution_hours": 100.0, "requests_resolved": 100.0, "tasks_completed": 90.0, "tasks_assigned": 100.0}
    typed |= {"clients_end_12m": 95.0, "clients_new_staying_12m": 5.0, "clients_start_12m": 100.0}
    before = {"va_css": 0.8, "va_art": 2.0, "va_tcr": 0.8, "va_crr": 0.8}
    path = make(
        tmp_path / "b.xlsx", Filled(typed=typed, past=[(month(1), kpi, value) for kpi, value in before.items()])
    )
    told = [str(shown(path, f"caution_{number}")) for number in (1, 2, 3)]
    assert [line[:1] for line in told] == ["✖", "!", "!"]
    assert [line.endswith(" (+2)") for line in told] == [False, False, True]
