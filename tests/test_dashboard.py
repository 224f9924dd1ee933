"""The dashboard: how the period goes, what to do first and who does it, every KPI in one table, the trend."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

import builds
from clock import NOW, TODAY
from engines import Value, cached_values, contents, differences, ironcalc_values, libreoffice_values
from kpixl.catalog import business
from kpixl.catalog.model import Level
from kpixl.cli.main import main
from kpixl.i18n import language
from kpixl.kpi.grade import Reason
from kpixl.languages import codes
from kpixl.ooxml.cells import cell_name, parse_area
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP
from kpixl.period import add_months, serial
from kpixl.texts.words import reason_text
from kpixl.verbs import refresh, results, roll
from kpixl.workbook.letters import lines
from kpixl.workbook.sheets import board, dashboard
from narrow import some
from workbooks import Filled, Rows, day, make, opened, package_of, parts, placed, put

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def shown(path: Path, row: str, column: str = "tick", block: str = "dashboard") -> Value:
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
    """The dashboard's charts, the bars first."""
    book = opened(path)
    package, sheet = package_of(book), book.sheets["dashboard"]
    (drawing,) = package.related(sheet.part, OFFICE_RELATIONSHIP + "/drawing")
    return [package.tree(part) for part in package.related(drawing, OFFICE_RELATIONSHIP + "/chart")]


def month(number: int) -> float:
    """The first day of the month so many before October 2026."""
    return float(serial(add_months(date(2026, 10, 1), -number)))


TIRED = {"productive_hours": 95.0, "available_hours": 100.0, "satisfied": 70.0, "surveyed": 100.0}
"""Hardly an hour is free, and satisfaction falls."""
FALLEN = [(month(1), "va_css", 0.8), (month(2), "va_css", 0.9)]


def test_cautions_are_one_line_that_goes_with_its_cause(tmp_path: Path) -> None:
    path = make(tmp_path / "tired.xlsx", Filled(typed=TIRED, past=FALLEN))
    assert str(shown(path, "caution")).startswith("! Assistants spend almost all of their hours on clients")
    assert not is_hidden(path, "caution")
    path = make(tmp_path / "rested.xlsx", Filled(typed={**TIRED, "productive_hours": 85.0}, past=FALLEN))
    assert shown(path, "caution") == ""
    assert is_hidden(path, "caution")


def test_act_now_comes_first_and_more_cautions_than_there_is_room_for_are_counted(tmp_path: Path) -> None:
    # Overbooked and burning out, faster, more tasks done and more clients staying, while satisfaction falls.
    typed = {"productive_hours": 105.0, "available_hours": 100.0, "satisfied": 70.0, "surveyed": 100.0}
    typed |= {"resolution_hours": 100.0, "requests_resolved": 100.0, "tasks_completed": 90.0, "tasks_assigned": 100.0}
    typed |= {"clients_end_12m": 95.0, "clients_new_staying_12m": 5.0, "clients_start_12m": 100.0}
    before = {"va_css": 0.8, "va_art": 2.0, "va_tcr": 0.8, "va_crr": 0.8}
    path = make(
        tmp_path / "b.xlsx", Filled(typed=typed, past=[(month(1), kpi, value) for kpi, value in before.items()])
    )
    told = str(shown(path, "caution")).split(" · ")
    assert [line[:1] for line in told] == ["✖", "!"]
    assert told[1].endswith(" (+3)")


def test_the_verdict_and_what_comes_first(tmp_path: Path) -> None:
    # 70 % are below; 95 % of the hours on clients are exceptional; of 100 leads 7 are clients, which is typical.
    typed = {**TIRED, "clients_new": 7.0, "leads": 100.0}
    path = make(tmp_path / "b.xlsx", Filled(typed=typed, past=FALLEN, targets={"css": 0.9}))
    assert shown(path, "verdict") == "1 good · 1 typical · 1 below par · not graded: 4"
    assert [shown(path, row) for row in board.FIRST_ROWS] == [
        "Client satisfaction score",
        "New-client acquisition rate",
        "",
    ]
    assert [is_hidden(path, row) for row in (*board.FIRST_ROWS, "steps")] == [False, False, True, True]
    first = {column: shown(path, "do_1", column) for column in ("value", "target", "met", "year")}
    assert first == {"value": 0.7, "target": 0.9, "met": "target", "year": pytest.approx(-20)}
    # Without a target, against what the next level takes.
    second = [shown(path, "do_2", column) for column in ("target", "met")]
    assert second == [pytest.approx(0.1), "above average"]
    assert [shown(path, f"board_{number}") for number in (1, 2, 3)] == [
        "Client satisfaction score",
        "New-client acquisition rate",
        "Assistant utilization rate",
    ]
    assert [shown(path, "board_1", column) for column in ("target", "met", "previous")] == [0.9, "✘", 0.8]


@pytest.mark.parametrize("code", codes())
def test_every_kpi_has_a_line_where_there_are_most(code: str) -> None:
    """Names of the twelve KPIs, and what is to be known every month, take one line each in any language."""
    t, crowd = language(code), business("service-business")
    assert {lines(t(kpi.name), dashboard.NAME_ROOM, 9, bold=True) for kpi in crowd.kpis} == {1}
    assert lines(reason_text(Reason("open"), t), dashboard.MARK_ROOM, 8) == 1
    assert sum(dashboard.PIXELS.values()) <= 1260


def test_twelve_kpis_are_on_one_screen_of_a_laptop(tmp_path: Path) -> None:
    """640 pixels at 96 to an inch are 480 points."""
    path = next(one.path for one in builds.samples(tmp_path) if one.path.name == "Dumbrava Facility 2026-10 ro.xlsx")
    book = opened(path)
    place, root = book.placements["dashboard"], package_of(book).tree(book.sheets["dashboard"].part)
    rows = {int(row.get("r", "")): row for row in root.iter(f"{{{MAIN}}}row")}
    seen = [rows[number] for number in place.row_numbers.values() if rows[number].get("hidden") not in ("1", "true")]
    assert len(seen) > 12 + 10
    assert sum(float(row.get("ht", "")) for row in seen) <= 480


def test_periods_stand_side_by_side(tmp_path: Path) -> None:
    """The last twelve in columns, this one last; blank where a period has no value."""
    path = make(tmp_path / "b.xlsx", Filled(typed=TIRED, past=FALLEN))
    across = [shown(path, "css", f"p{number}", "across") for number in range(9, 13)]
    assert across == ["", 0.9, 0.8, 0.7]
    assert shown(path, "headings", "p11", "across") == month(1)
    put(path, {placed(opened(path), "totals", "satisfied", "typed"): 60})
    assert ironcalc_values(path)[placed(opened(path), "across", "css", "p12")] == pytest.approx(0.6)


def test_a_kpi_that_has_become_worse_since_the_refresh(tmp_path: Path) -> None:
    typed = {"satisfied": 95.0, "surveyed": 100.0, "clients_new": 7.0, "leads": 100.0}
    path = make(tmp_path / "b.xlsx", Filled(typed=typed))
    book = opened(path)
    also, first = placed(book, "dashboard", "also", "tick"), placed(book, "dashboard", "do_1", "tick")
    assert ironcalc_values(path)[also] == ""
    put(path, {placed(book, "totals", "satisfied", "typed"): 50})
    computed = ironcalc_values(path)
    assert computed[also] == "Worse since the last refresh, also look at: Client satisfaction score"
    # What the owner has typed beside stays where it is, so that the rows do, too.
    assert computed[first] == "New-client acquisition rate"
    assert computed[placed(book, "dashboard", "verdict", "tick")] == "0 good · 1 typical · 1 below par · not graded: 5"


def test_check_is_a_chip_that_leads_to_its_errors(tmp_path: Path) -> None:
    """Nothing to look at has a tick, and so has nothing else."""
    sound = next(one.path for one in builds.samples(tmp_path) if one.path.name == "TaskZenith 2026-10 en.xlsx")
    assert shown(sound, "company", "level") == "✔ Check · to review: 0"
    path = make(tmp_path / "asked.xlsx", Filled(typed=TIRED))
    asked = len(results.results(path, today=TODAY).problems)
    assert asked > 0
    assert shown(path, "company", "level") == f"! Check · to review: {asked}"
    assert ironcalc_values(path)[placed(opened(path), "dashboard", "company", "level")] == shown(
        path, "company", "level"
    )
    rows: dict[str, Rows] = {"surveys": {"date": [day("2026-10-02")], "client": ["Ana"], "score": [9]}}
    path = make(tmp_path / "wrong.xlsx", Filled(rows=rows))
    count = sum(problem.severity == "error" for problem in results.results(path, today=TODAY).problems)
    assert count > 0
    assert shown(path, "company", "level") == f"✖ Check · errors: {count}"


def test_the_chip_rises_with_what_is_typed(tmp_path: Path) -> None:
    """A score that is none is an error of Check: the chip says so at once, and no more once it is put right."""
    rows: dict[str, Rows] = {"surveys": {"date": [day("2026-10-02")] * 3, "client": ["Ana"] * 3, "score": [5, 4, 3]}}
    path = make(tmp_path / "b.xlsx", Filled(rows=rows))
    book = opened(path)
    chip, sheet = placed(book, "dashboard", "company", "level"), book.sheets["surveys"].name
    scores = [address for (at, address), cell in contents(path).items() if at == sheet and cell.value in (5, 4, 3)]
    column = next(letter for letter in "CDE" if f"{letter}5" in scores)

    def told(*typed: dict[str, float]) -> list[str]:
        """What the chip says after each of these scores has been typed by itself."""
        copies = [Path(shutil.copy(path, tmp_path / f"{number}.xlsx")) for number in range(len(typed))]
        for copy, scores in zip(copies, typed, strict=True):
            put(copy, {(sheet, f"{column}{row}"): score for row, score in scores.items()})
        return [str(found[chip]) for found in libreoffice_values(copies)]

    before, one, two = told({}, {"5": 50}, {"5": 50, "6": 50})
    assert "errors" not in before
    assert (one, two) == ("✖ Check · errors: 1", "✖ Check · errors: 2")
    put(path, {(sheet, f"{column}5"): 50, (sheet, f"{column}6"): 50})
    refresh.refresh(path, now=NOW)
    assert sum(one.severity == "error" for one in results.results(path, today=TODAY).problems) == 2
    as_refreshed, another, right = told({}, {"7": 60, "6": 4}, {"5": 5, "6": 4})
    assert as_refreshed == shown(path, "company", "level") == "✖ Check · errors: 2"
    assert another == "✖ Check · errors: 1"  # what is new is counted, and never nothing
    assert right.startswith("! Check · to review: ")


@pytest.mark.parametrize("language", ["en", "es", "pt", "fr", "ro"])
def test_an_empty_workbook_begins_with_the_first_steps(language: str, tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", Filled(language=language), refresh=False)
    steps = str(shown(path, "steps")).split("\n")
    assert [step[:2] for step in steps] == ["1.", "2.", "3."]
    assert all(is_hidden(path, row) for row in board.FIRST_ROWS)
    assert not is_hidden(path, "steps")


def test_days_left_and_the_forecast_while_the_month_runs(tmp_path: Path) -> None:
    # By the 11th 10 of 31 parts had come in the months before: 9,000 are 27,900 at the end.
    past = [*parts(10 / 31, "revenue"), (month(1), "sb_revenue", 20_000)]
    filled = Filled("service-business", typed={"revenue": 9000.0}, past=past)
    path = make(tmp_path / "b.xlsx", replace(filled, settings={"entered_until": day("2026-10-11")}, trend="Revenue"))
    assert shown(path, "company") == "TaskZenith · October 2026 · days left: 20"
    assert str(shown(path, "verdict")).startswith("Still running until October 31, 2026 · ")
    row = next(row for row in board.rows(business("service-business")) if shown(path, row) == "Revenue")
    assert shown(path, row, "few") == pytest.approx(27_900)
    # From the 20,000 of September to the forecast, in steps of 2,000.
    assert [shown(path, f"line_{number}", "tick") for number in (1, 5)] == pytest.approx([28_000, 20_000])
    assert shown(path, "p12", "forecast", "line") == pytest.approx(7_900 / 8_000)
    assert str(shown(path, "p12", "value", "line")) == "#N/A"
    over = make(tmp_path / "o.xlsx", filled)
    assert shown(over, "company") == "TaskZenith · October 2026"
    assert str(shown(over, "verdict"))[:1].isdigit()
    assert shown(over, row, "few") != pytest.approx(27_900)


def test_bars_lie_on_the_bands_of_their_rows(tmp_path: Path) -> None:
    # Above the 90 % of above average by half of the way to 95; the target of 87.5 % half-way from typical to it.
    filled = Filled(typed={"satisfied": 92.5, "surveyed": 100.0}, targets={"css": 0.875})
    path = make(tmp_path / "b.xlsx", filled)
    cells = [shown(path, "board_1", column, "board") for column in ("position", "level_1", "level_2", "target")]
    assert cells[0] == cells[2] == pytest.approx(2.5)
    assert str(cells[1]) == "#N/A"
    assert cells[3] == pytest.approx(1.5)
    (bars,) = charts(path)[0].iter(f"{CHART}barChart")
    drawn = [series.find(f"{CHART}errBars") is not None for series in bars.findall(f"{CHART}ser")]
    assert drawn == [False] * len(Level) + [True]
    scaling = some(charts(path)[0].find(f".//{CHART}valAx/{CHART}scaling"))
    ends = {tag: some(scaling.find(f"{CHART}{tag}")).get("val") for tag in ("min", "max")}
    assert ends == {"min": "0", "max": "4"}


def test_what_is_as_far_below_as_can_be_has_a_bar_too(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", Filled(typed={"satisfied": 0.0, "surveyed": 100.0}))
    bar = placed(opened(path), "board", "board_1", "level_0")
    assert shown(path, "board_1", "position", "board") == 0
    assert cached_values(path)[bar] == ironcalc_values(path)[bar] == 0.08


def test_the_trend_has_its_usual_range_and_its_signals(tmp_path: Path) -> None:
    past = [(month(number), "va_css", 0.8 + 0.01 * (number % 2)) for number in range(1, 12)]
    path = make(tmp_path / "b.xlsx", Filled(typed={"satisfied": 95.0, "surveyed": 100.0}, past=past))
    # Six months of 81 % and five of 80 %: the mean is 80.5454 %, each range 1 point, the limits 2.66 points from it.
    low = (6 * 0.81 + 5 * 0.8) / 11 - 0.0266
    # From 77.9 to 95 %: the axis begins with 75 % and goes up by 5.
    assert [shown(path, f"line_{number}", "tick") for number in (5, 4, 1)] == pytest.approx([0.75, 0.8, 0.95])
    drawn = {column: shown(path, "p12", column, "line") for column in ("value", "base", "band", "signal")}
    assert drawn == {
        "value": pytest.approx(1),
        "base": pytest.approx((low - 0.75) / 0.2),
        "band": pytest.approx(0.0532 / 0.2),
        "signal": pytest.approx(1),
    }
    assert str(shown(path, "p11", "signal", "line")) == "#N/A"
    # The word for the usual range stands below the one for September's 81 %, which is nearly in its middle.
    assert shown(path, "p12", "usual_at", "line") == pytest.approx((0.81 - 0.75) / 0.2 - 0.13)
    (band,) = charts(path)[1].iter(f"{CHART}areaChart")
    (lines,) = charts(path)[1].iter(f"{CHART}lineChart")
    referred = [
        some(series.find(f"{CHART}val//{CHART}f")).text
        for one in (band, lines)
        for series in one.findall(f"{CHART}ser")
    ]
    columns = ("base", "band", "aim", "aim_at", "usual_at", "value", "forecast", "signal")
    for column, reference in zip(columns, referred, strict=True):
        assert str(reference).split("$")[1] == placed(opened(path), "line", "p1", column)[1].rstrip("0123456789")


def test_a_target_at_the_top_of_the_axis_is_drawn(tmp_path: Path) -> None:
    """From 86 to 88 % the scale ends with the target: beyond it, by however little, no line would be seen."""
    book = make(tmp_path / "book.xlsx", Filled(typed={"satisfied": 43, "surveyed": 50}, targets={"css": 0.88}))
    where, ticks = opened(book), [plain(book, f"tick_{number}", "value", "line") for number in (1, 5)]
    assert ticks == pytest.approx([0.86, 0.88])
    for values in (cached_values(book), ironcalc_values(book)):
        assert {values[placed(where, "line", f"p{number}", "aim")] for number in range(1, 13)} == {1.0}


@pytest.mark.parametrize(
    ("satisfied", "target", "ticks"),
    [
        (84.0, 0.85, [0.84, 0.845, 0.85, 0.855, 0.86]),  # by quarters two would have been 84.2 and 84.7
        (84.0, 0.8405, [0.84, 0.841, 0.842, 0.843, 0.844]),  # no step is finer than what is shown
    ],
)
def test_ticks_are_figures_as_they_are_shown(
    satisfied: float, target: float, ticks: list[float], tmp_path: Path
) -> None:
    book = make(
        tmp_path / "book.xlsx", Filled(typed={"satisfied": satisfied, "surveyed": 100}, targets={"css": target})
    )
    places = [placed(opened(book), "line", f"tick_{number}", "value") for number in range(1, 6)]
    for values in (cached_values(book), ironcalc_values(book)):
        assert [values[place] for place in places] == pytest.approx(ticks)


def test_the_small_line_of_a_row_is_that_of_its_kpi(tmp_path: Path) -> None:
    """No program here draws it on paper, so that its cells are looked at: eleven months and this one, oldest first."""
    past = [(month(number), kpi, start + number / 100) for number in range(1, 12) for kpi, start in PAST_OF.items()]
    typed = {"satisfied": 70.0, "surveyed": 100.0, "tasks_completed": 95.0, "tasks_assigned": 100.0}
    path = make(tmp_path / "b.xlsx", Filled(typed=typed, past=past))
    book = opened(path)
    root = package_of(book).tree(book.sheets["dashboard"].part)
    sources = {
        some(line.findtext(f"{XM}sqref")): some(line.findtext(f"{XM}f")) for line in root.iter(f"{X14}sparkline")
    }
    (group,) = root.iter(f"{X14}sparklineGroup")
    assert (group.get("type", "line"), group.get("displayEmptyCellsAs"), group.get("last")) == ("line", "gap", "1")
    for values in (cached_values(path), ironcalc_values(path)):
        for row in board.rows(book.entries.business)[:2]:
            name = values[placed(book, "dashboard", row, "tick")]
            start, now = {"Client satisfaction score": (0.7, 0.7), "Task completion rate": (0.8, 0.95)}[str(name)]
            area = parse_area(sources[placed(book, "dashboard", row, "spark")[1]].rpartition("!")[2])
            cells = [(book.sheets["hidden"].name, cell_name(area.top, at)) for at in range(area.left, area.right + 1)]
            assert [values[cell] for cell in cells] == pytest.approx(
                [*(start + n / 100 for n in range(11, 0, -1)), now]
            )


PAST_OF = {"va_css": 0.7, "va_tcr": 0.8}
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
XM = "{http://schemas.microsoft.com/office/excel/2006/main}"


def test_where_nothing_is_published_nothing_is_typical(tmp_path: Path) -> None:
    """Forty of fifty are satisfied, as in the month before; of those who answered more would recommend it."""
    typed = {"satisfied": 40.0, "surveyed": 50.0, "promoters": 30.0, "detractors": 5.0, "respondents": 50.0}
    past = [(month(1), "sb_css", 0.8), (month(1), "sb_nps", 10.0)]
    path = make(tmp_path / "b.xlsx", Filled(business="service-business", typed=typed, past=past))
    place = placed(opened(path), "dashboard", "verdict", "tick")
    assert (
        cached_values(path)[place]
        == ironcalc_values(path)[place]
        == "1 good · 1 as before · 0 below par · not graded: 10"
    )


def test_the_worst_groups_of_the_first_kpi(tmp_path: Path) -> None:
    """Eight answers each: Ana gives one good one, Ben four, Cleo eight; seven of Dan's are too few."""
    names = [*["Ana"] * 8, *["Ben"] * 8, *["Cleo"] * 8, *["Dan"] * 7]
    scores = [5, *[1] * 7, *[5] * 4, *[1] * 4, *[5] * 8, *[1] * 7]
    rows: dict[str, Rows] = {"surveys": {"date": [day("2026-10-05")] * 31, "client": names, "score": scores}}
    path = make(tmp_path / "b.xlsx", Filled(rows=rows))
    told = [(shown(path, row, "band_0"), shown(path, row, "band_3")) for row in ("line_1", "line_2", "line_3")]
    assert told == [("Ana", 0.125), ("Ben", 0.5), ("Cleo", 1)]
    assert shown(path, "line_head", "band_0") == "Client satisfaction score: By client"


# What the owner decides


def typed_in(path: Path, **entries: str | float) -> None:
    """What the owner types in the first row of “Do this first”, and her note."""
    book = opened(path)
    cells = {
        placed(book, "dashboard", "do_1", dashboard.ENTRIES[key]): v for key, v in entries.items() if key != "note"
    }
    if "note" in entries:
        cells[placed(book, "dashboard", *dashboard.NOTE)] = entries["note"]
    put(path, cells)


def decided(path: Path, row: str = "do_1") -> list[Value]:
    return [shown(path, row, column) for column in dashboard.ENTRIES.values()]


POOR = {"satisfied": 50.0, "surveyed": 100.0, "clients_new": 7.0, "leads": 100.0}
DUE = day("2026-11-15")


def test_what_is_typed_stays_with_its_kpi_whatever_the_order(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", Filled(typed=POOR))
    typed_in(path, who="Ana", by=DUE, note="Two left.")
    book = opened(path)
    # Fewer leads become clients now, and then nothing is wrong with satisfaction any more.
    put(path, {placed(book, "totals", "clients_new", "typed"): 1})
    refresh.refresh(path, now=NOW)
    assert (shown(path, "do_1"), decided(path)) == ("New-client acquisition rate", ["", "", ""])
    assert (shown(path, "do_2"), decided(path, "do_2")) == ("Client satisfaction score", ["Ana", DUE, ""])
    assert shown(path, *dashboard.NOTE) == ""
    put(path, {placed(book, "totals", "satisfied", "typed"): 99})
    refresh.refresh(path, now=NOW)
    # What is still to be done stands there until it is.
    assert (shown(path, "do_2"), decided(path, "do_2")) == ("Client satisfaction score", ["Ana", DUE, ""])
    assert shown(path, "do_2", "spark") == "✔ this does not need you any more"
    put(path, {placed(book, "dashboard", "do_2", "done"): "yes"})
    refresh.refresh(path, now=NOW)
    assert (shown(path, "do_2"), decided(path, "do_2")) == ("", ["", "", ""])
    put(path, {placed(book, "totals", "satisfied", "typed"): 5, placed(book, "totals", "clients_new", "typed"): 7})
    refresh.refresh(path, now=NOW)
    assert (shown(path, "do_1"), decided(path)) == ("Client satisfaction score", ["Ana", DUE, "yes"])
    assert shown(path, *dashboard.NOTE) == "Two left."
    assert differences(path, ironcalc_values(path)) == []


def test_results_tell_what_was_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "b.xlsx", Filled(typed=POOR))
    typed_in(path, who="Ana", by=DUE, note="Two left.")
    assert main(["results", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["actions"] == [
        {"kpi": "css", "who": "Ana", "by": "2026-11-15", "done": False, "note": "Two left."}
    ]


def test_what_is_open_stands_there_in_the_next_period_and_what_is_done_in_past_periods(tmp_path: Path) -> None:
    path = make(tmp_path / "b 2026-10.xlsx", Filled(typed=POOR))
    typed_in(path, who="Ana", by=DUE, note="Two left.")
    book = opened(path)
    put(path, {placed(book, "dashboard", "do_2", column): text for column, text in (("level", "Ben"), ("done", "Yes"))})
    rolled = roll.roll(path, now=NOW, anyway=True).path
    # Nothing is known of November yet: what is open is all that is put first.
    assert (shown(rolled, "do_1"), decided(rolled)) == ("Client satisfaction score", ["Ana", DUE, ""])
    assert shown(rolled, "do_2") == ""
    assert shown(rolled, *dashboard.NOTE) == ""
    past = {line.id: line.note for line in opened(rolled).entries.past if line.note}
    assert past == {"va_css.note": "Two left.", "va_ncar.action": "Ben"}
    assert [problem for problem in results.results(rolled, today=TODAY).problems if problem.severity == "error"] == []


def test_more_open_actions_than_rows_are_told_beside(tmp_path: Path) -> None:
    typed = POOR | {"productive_hours": 50.0, "available_hours": 100.0, "clients_new": 0}
    path = make(tmp_path / "b.xlsx", Filled(typed=typed))
    book = opened(path)
    hidden_ = placed(book, "actions", "tcr", "who")
    put(path, {hidden_: "Eva"})
    refresh.refresh(path, now=NOW)
    names = [shown(path, row) for row in board.FIRST_ROWS]
    assert "Task completion rate" not in names
    assert "Still to be done: Task completion rate (Eva)" in str(shown(path, "caution"))


# What nobody has entered


@pytest.mark.parametrize("said", [False, True])
def test_nothing_entered_is_no_drop_of_the_trend(said: bool, tmp_path: Path) -> None:
    """Of what a customer cost nobody has said anything in October: the line of 50 and 60 ends there, in every engine,
    and Past periods keeps no 0 of it. With a 0 typed in Totals it falls."""
    past = [(month(2), "sb_cac", 50.0), (month(1), "sb_cac", 60.0)]
    rows: dict[str, Rows] = {
        "clients": {"client": ["Ana", "Ben"], "start": [day("2026-10-05"), day("2026-01-01")]},
        "expenses": {"date": [day("2026-10-01")], "kind": ["operating"], "amount": [900.0]},
    }
    filled = Filled("service-business", rows=rows, past=past, trend="Client acquisition cost")
    filled = replace(filled, typed={"sales_marketing_spend": 0} if said else {})
    path = make(tmp_path / "b.xlsx", filled)
    assert results.results(path, today=TODAY).scorecard.result("cac").value == 0
    computed, where = ironcalc_values(path), opened(path)
    drawn = [str(computed[placed(where, "spark", "cac", f"p{number}")]) for number in (10, 11, 12)]
    assert drawn == ["50.0", "60.0", "0.0" if said else "#N/A"]
    assert differences(path, computed) == []
    assert shown(path, "cac", "p12", "across") == (0 if said else "")
    assert (str(shown(path, "p12", "value", "line")) == "#N/A") is not said
    rolled = opened(roll.roll(path, now=NOW, anyway=True).path)
    kept = [line.value for line in rolled.entries.past if line.id == "sb_cac" and line.start == date(2026, 10, 1)]
    assert kept == [0 if said else None]
