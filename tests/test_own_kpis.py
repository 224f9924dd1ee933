"""KPIs that the owner makes up in Settings: end to end, on small workbooks counted by hand."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import openpyxl
import pytest

import builds
from clock import NOW, TODAY
from engines import Error, Value, cached_values, contents, differences, ironcalc_values, libreoffice_values
from kpixl import catalog, i18n
from kpixl.catalog.model import OWN_SLOTS, Level, Standing
from kpixl.cli.main import main
from kpixl.languages import codes
from kpixl.ooxml.cells import Area, parse_area, parse_cell
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.texts.words import entry_words
from kpixl.verbs import refresh, results
from kpixl.workbook import letters
from kpixl.workbook.sheets import board, dashboard
from kpixl.workbook.sheets.grading import LOOKS
from narrow import some
from workbooks import BUSINESS, ROWS, Filled, day, make, named, opened, package_of, placed, put
from workbooks import Value as Cell

EN = i18n.language("en")
SEPTEMBER = day("2026-09-01")
Slot: TypeAlias = Mapping[str, Cell]

# Four requests were opened in October, of which two are open; four leads made one client.
SHARE: Slot = {
    "label": "Open share",
    "formula": "=requests_open/requests_opened",
    "unit": "%",
    "direction": "lower is better",
    "typical": 0.6,
    "above_average": 0.4,
    "exceptional": 0.2,
}
LEADS: Slot = {
    "label": "Leads a client",
    "formula": "= Leads  / Clients_New ",
    "unit": "ratio",
    "typical": 2,
    "above_average": 3,
    "exceptional": 8,
}
USED = Filled(rows=ROWS, own={"own_1": SHARE, "own_2": LEADS}, past=[(SEPTEMBER, "own_1", 0.7)], trend="Open share")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("own") / "base.xlsx", USED)


@pytest.fixture
def book(base: Path, tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    shutil.copy(base, path)
    return path


def type_own(path: Path, slot: str, cells: Slot, *, saved: Value | None = "") -> None:
    """Type into a slot; a formula with the value that Excel saved for it, and None to press Delete."""
    package = Package.open(path)
    book = opened(path)
    editor = SheetEditor(package, next(s for s in package.sheets if s.name == book.sheets["settings"].name))
    for column, value in cells.items():
        position = parse_cell(placed(book, "own", slot, column)[1])
        editor.clear(*position)
        if isinstance(value, str) and value.startswith("="):
            editor.set(*position, saved, value[1:])
        elif value is not None:
            editor.set(*position, value)
    editor.commit()
    package.save(path)


def in_sight(path: Path, block: str, row: str) -> bool:
    book = opened(path)
    place = book.placements[block]
    editor = SheetEditor(package_of(book), book.sheets[place.sheet])
    return editor.row_attributes(place.row_numbers[row]).get("hidden") not in ("1", "true")


def rows_in_sight(path: Path) -> int:
    """How many rows the table of the dashboard shows; they are its first ones."""
    rows = board.rows(BUSINESS)
    shown = [in_sight(path, "dashboard", row) for row in rows]
    assert shown == sorted(shown, reverse=True)
    return sum(shown)


def row_of(path: Path, name: str) -> dict[str, Value]:
    """The row of a KPI in the table of the dashboard."""
    book, cells = opened(path), contents(path)
    for row in board.rows(BUSINESS):
        if cells[placed(book, "dashboard", row, "tick")].value == name:
            columns = ("value", "target", "previous", "level")
            return {column: cells[placed(book, "dashboard", row, column)].value for column in columns}
    raise KeyError(name)


def ranking(path: Path, count: int = 12) -> list[Value]:
    """The names in the table, worst first, as IronCalc has them."""
    book, values = opened(path), ironcalc_values(path)
    return [values[placed(book, "dashboard", f"board_{number}", "tick")] for number in range(1, count + 1)]


def charted_rows(path: Path) -> set[int]:
    """How many rows of the ranking the bars of the table cover."""
    package = Package.open(path)
    sheet = opened(path).sheets["dashboard"].part
    (drawing,) = package.related(sheet, OFFICE_RELATIONSHIP + "/drawing")
    first = opened(path).placements["board"].row_numbers["board_1"]
    found = set()
    for chart in package.related(drawing, OFFICE_RELATIONSHIP + "/chart"):
        for top, bottom in re.findall(rb"<(?:\w+:)?f>[^<]*!\$[A-Z]+\$(\d+):\$[A-Z]+\$(\d+)<", package.read(chart)):
            if int(top) == first:
                found.add(int(bottom) - int(top) + 1)
    return found


def kpis_row(path: Path, slot: str) -> dict[str, Value]:
    book, cells = opened(path), contents(path)
    wanted = ["name", "value", "unit", "level", "window", "target", "against_target", "gap", "to_next", "previous"]
    wanted += ["change", "trend", "year_to_date", "sample", "comment"]
    found = {column: cells.get(placed(book, "kpis", slot, column)) for column in wanted}
    found["typical_used"] = cells.get(placed(book, "thresholds", slot, "typical_used"))
    return {column: cell.value for column, cell in found.items() if cell is not None and cell.value != ""}


# Two of them


def test_graded_and_compared_like_any_other(book: Path) -> None:
    card_ = results.results(book, today=TODAY).scorecard
    share, leads = card_.result("own_1"), card_.result("own_2")
    assert (share.value, share.level, leads.value, leads.level) == (0.5, Level.TYPICAL, 4, Level.ABOVE_AVERAGE)
    # Half the way from 60 % down to 40 %, and a fifth of that from 3 to 8.
    assert (share.grade.position, leads.grade.position) == pytest.approx((1.5, 2.2))
    assert (share.past.previous, share.past.change, share.past.trend) == pytest.approx((0.7, -0.2, "better"))
    assert kpis_row(book, "own_1") == {
        "name": "Open share",
        "value": 0.5,
        "unit": "%",
        "level": "● typical",
        "window": "period",
        "previous": 0.7,
        "change": pytest.approx(-20),  # points
        "trend": "better",
        "typical_used": 0.6,
        "comment": "Typical; better than the previous period.",
    }
    computed = ironcalc_values(book)
    assert differences(book, computed) == []
    where = opened(book)
    assert computed[named(where, "own_1_value")] == 0.5
    assert computed[named(where, "own_1_position")] == pytest.approx(1.5)
    assert computed[named(where, "own_2_level")] == "▲ above average"
    assert results.results(book, today=TODAY).problems == ()


def test_ranked_and_charted_among_the_others(book: Path, tmp_path: Path) -> None:
    assert ranking(book) == [
        "Task completion rate",  # 0.44: a third of the 75 % to come
        "Client retention rate",  # 0.67: 50 of 75 %
        "Client satisfaction score",  # 0.78: 66.7 of 85 %
        "Average resolution time",  # 1.03
        "Open share",  # 1.5
        "Assistant utilization rate",  # 2.13
        "Leads a client",  # 2.2
        "New-client acquisition rate",  # 3.67
        "Service diversification index",  # 3.85
        *[""] * 3,
    ]
    assert charted_rows(book) == {9}
    assert charted_rows(make(tmp_path / "none.xlsx", Filled(rows=ROWS))) == {7}


def test_rows_are_shown_where_there_is_something_in_them(book: Path) -> None:
    assert rows_in_sight(book) == len(BUSINESS.kpis) + 2
    assert [in_sight(book, "kpis", slot) for slot in OWN_SLOTS] == [True, True, *[False] * 8]
    assert row_of(book, "Open share") == {
        "value": 0.5,
        "target": "",
        "previous": pytest.approx(0.7),
        "level": "● typical",
    }
    # A free slot has a row that is blank.
    assert set(row_of(book, "").values()) == {""}


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_the_unit_decides_by_a_rule_what_shows_as_per_cent(book: Path) -> None:
    sheets = openpyxl.load_workbook(book)
    where = opened(book)
    place = placed(where, "kpis", "own_1", "value")
    rules = [
        rule
        for area in sheets[place[0]].conditional_formatting
        if place[1] in area.cells
        for rule in area.rules
        if rule.dxf.numFmt is not None
    ]
    assert [rule.dxf.numFmt.formatCode for rule in rules] == ["0.0%"]
    unit = placed(where, "own", "own_1", "unit")
    assert rules[0].formula[0].startswith(f"'{unit[0]}'!${unit[1][0]}${unit[1][1:]}=")
    # On the dashboard any KPI may stand in a row: what decides is the look of the one that does.
    values, places = cached_values(book), {row: placed(where, "board", row, "look") for row in board.rows(BUSINESS)}
    index = {row: values[placed(where, "dashboard", row, "tick")] for row in places}
    assert {str(index[row]): values[place] for row, place in places.items() if index[row]}["Open share"] == LOOKS[
        "fraction"
    ]


@pytest.mark.parametrize("business", [business.id for business in catalog.businesses()])
def test_no_number_stands_for_two_formats(business: str, tmp_path: Path) -> None:
    path = make(tmp_path / "new.xlsx", Filled(business=business))
    package = Package.open(path)
    (part,) = package.related(package.workbook_part, OFFICE_RELATIONSHIP + "/styles")
    formats: dict[str, set[str]] = {}
    for element in package.tree(part).iter(f"{{{MAIN}}}numFmt"):
        formats.setdefault(some(element.get("numFmtId")), set()).add(some(element.get("formatCode")))
    assert [id_ for id_, codes in formats.items() if len(codes) > 1] == []


def test_picked_for_the_trend_chart(book: Path) -> None:
    computed, where = ironcalc_values(book), opened(book)
    # 50 % now, 70 % before, and 40 % to be above average: an axis from 40 to 80 % in steps of 10.
    ticks = [computed[placed(where, "dashboard", f"line_{number}", "tick")] for number in range(1, 6)]
    assert ticks == pytest.approx([0.8, 0.7, 0.6, 0.5, 0.4])
    row = {column: computed[placed(where, "line", "p12", column)] for column in ("value", "aim")}
    assert row == {"value": pytest.approx(0.25), "aim": pytest.approx(0)}
    assert computed[placed(where, "line", "p11", "value")] == pytest.approx(0.75)
    assert computed[placed(where, "line", "p10", "value")] == Error("#N/A")
    assert computed[placed(where, "dashboard", "line_head", "year")] == "%"
    # Once its slot is free again, the chart falls back to the first KPI.
    type_own(book, "own_1", dict.fromkeys(SHARE))
    assert refresh.refresh(book, now=NOW).scorecard.entries.own[0].used is False
    assert opened(book).trend.kpi == "css"
    assert differences(book, ironcalc_values(book)) == []


def test_told_as_text_and_as_json(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", str(book)]) == 0
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if "Open share" in line)
    assert re.search(r"50\.0%  ● typical +−20\.0 points better$", line)
    assert main(["results", str(book), "--json"]) == 0
    answer = {kpi["kpi"]: kpi for kpi in json.loads(capsys.readouterr().out)["kpis"]}
    assert list(answer) == [*(kpi.id for kpi in BUSINESS.kpis), "own_1", "own_2"]
    told = answer["own_1"]
    assert {key: told[key] for key in ("name", "value", "unit", "level", "previous", "trend", "window", "reason")} == {
        "name": "Open share",
        "value": 0.5,
        "unit": "fraction",
        "level": "typical",
        "previous": 0.7,
        "trend": "better",
        "window": "period",
        "reason": None,
    }
    assert told["thresholds"] == [
        {"level": "typical", "comparison": "<=", "value": 0.6},
        {"level": "above_average", "comparison": "<=", "value": 0.4},
        {"level": "exceptional", "comparison": "<=", "value": 0.2},
    ]
    assert told["measures"] == {"requests_open": 2, "requests_opened": 4}
    assert answer["own_2"]["measures"] == {"leads": 4, "clients_new": 1}


def test_named_in_the_commentary(book: Path) -> None:
    # Two answers to three surveys, where a hundred would be typical: nothing is worse.
    bad: Slot = {"label": "Answers of mine", "formula": "=satisfied", "typical": 100}
    type_own(book, "own_3", bad)
    refresh.refresh(book, now=NOW)
    where = opened(book)
    assert ranking(book)[0] == "Answers of mine"
    assert ironcalc_values(book)[placed(where, "dashboard", "do_1", "tick")] == "Answers of mine"
    assert charted_rows(book) == {10}


# Without thresholds


def test_graded_against_the_target_else_the_previous_period(tmp_path: Path) -> None:
    bare = {"label": "Leads", "formula": "=leads"}
    down = {**bare, "direction": "LOWER is better"}
    filled = Filled(
        rows=ROWS,
        own={"own_1": bare, "own_2": down, "own_3": bare, "own_4": down, "own_5": bare, "own_6": bare},
        targets={"own_1": 5, "own_2": 5, "own_6": 4},
        past=[(SEPTEMBER, "own_1", 1), (SEPTEMBER, "own_3", 3), (SEPTEMBER, "own_4", 3)],
    )
    path = make(tmp_path / "bare.xlsx", filled)
    expected: dict[str, tuple[Standing | None, float | None]] = {
        "own_1": (Standing.MISSED, 1.6),  # 4 of 5, where the target itself is at 2
        "own_2": (Standing.MET, 2.5),
        "own_3": (Standing.BETTER, 8 / 3),
        "own_4": (Standing.WORSE, 1.5),
        "own_5": (None, None),
        "own_6": (Standing.MET, 2.0),
    }
    card_ = results.results(path, today=TODAY).scorecard
    found = {slot: (card_.result(slot).grade.standing, card_.result(slot).grade.position) for slot in expected}
    assert found == {slot: (one, None if at is None else pytest.approx(at)) for slot, (one, at) in expected.items()}
    computed, where = ironcalc_values(path), opened(path)
    words = {slot: computed[named(where, f"{slot}_level")] for slot in expected}
    assert words == {
        "own_1": "▼ target missed",
        "own_2": "▲ target met",
        "own_3": "▲ better than before",
        "own_4": "▼ worse than before",
        "own_5": "○ not graded",
        "own_6": "▲ target met",
    }
    assert kpis_row(path, "own_5")["to_next"] == "No benchmark and no target to grade against"
    assert kpis_row(path, "own_1")["against_target"] == "missed"
    assert kpis_row(path, "own_2")["gap"] == -1
    assert "Your target is missed." in str(kpis_row(path, "own_1")["comment"])
    assert differences(path, computed) == []


# What kpixl cannot compute itself


def test_what_only_excel_can_compute_has_the_value_that_it_saved(book: Path) -> None:
    package = Package.open(book)
    root = package.tree(package.workbook_part)
    names = some(root.find(f"{{{MAIN}}}definedNames"))
    name = names.makeelement(f"{{{MAIN}}}definedName", {"name": "my_visits"})
    sheet, cell = named(opened(book), "leads")
    name.text = f"'{sheet}'!${cell[0]}${cell[1:]}"
    names.append(name)
    package.replace(package.workbook_part, root)
    package.save(book)
    formulas = {
        "own_3": ("=ROUND(leads/3,0)", 1.0),
        "own_4": ("=SUM(A1:A3)", 0.0),
        "own_5": ("=my_visits*2", 8.0),
        "own_6": ('=COUNTIFS(tbl_leads[Lead],"A")+7', 8.0),
    }
    for slot, (formula, saved) in formulas.items():
        type_own(book, slot, {"label": f"Mine {slot[-1]}", "formula": formula, "typical": 1}, saved=saved)
    outcome = refresh.refresh(book, now=NOW)
    assert {slot: outcome.scorecard.result(slot).value for slot in formulas} == {
        slot: saved for slot, (_, saved) in formulas.items()
    }
    assert outcome.scorecard.result("own_5").level is Level.TYPICAL
    assert outcome.scorecard.result("own_4").level is Level.BELOW
    where = opened(book)
    told = {(p.code, p.sheet, p.cell): p for p in outcome.problems}
    assert set(told) == {("own_unread", *placed(where, "own", slot, "formula")) for slot in formulas}
    assert {p.severity for p in told.values()} == {"note"}
    assert "=ROUND(leads/3,0)" in told["own_unread", *placed(where, "own", "own_3", "formula")].text(EN)
    assert differences(book, ironcalc_values(book)) == []


@pytest.mark.parametrize("saved", ["", "#NAME?"])
def test_what_excel_could_not_compute_either(saved: str, book: Path) -> None:
    type_own(book, "own_3", {"label": "Mine", "formula": "=visits/leads", "typical": 1}, saved=saved)
    outcome = refresh.refresh(book, now=NOW)
    result = outcome.scorecard.result("own_3")
    assert (result.value, result.reason and result.reason.code) == (None, "own_formula")
    assert [p.code for p in outcome.problems] == ["own_no_number"]
    assert kpis_row(book, "own_3")["to_next"] == "The formula in Settings gives no number"
    formula = placed(opened(book), "own", "own_3", "formula")
    assert contents(book)[formula] == ("visits/leads", saved)
    computed = ironcalc_values(book)
    assert differences(book, {**computed, formula: saved}) == []


def test_a_measure_without_a_value_gives_none(tmp_path: Path) -> None:
    rows = {table: cells for table, cells in ROWS.items() if table != "clients"}
    own: dict[str, Slot] = {"own_1": {"label": "Mine", "formula": "=clients_new/leads", "typical": 1}}
    path = make(tmp_path / "none.xlsx", Filled(rows=rows, own=own))
    outcome = results.results(path, today=TODAY)
    result = outcome.scorecard.result("own_1")
    assert (result.value, result.reason and result.reason.code) == (None, "own_formula")
    assert result.measures == {"clients_new": None, "leads": 4}
    assert charted_rows(path) == {8}
    computed, formula = ironcalc_values(path), placed(opened(path), "own", "own_1", "formula")
    assert isinstance(computed[formula], Error)
    assert computed[placed(opened(path), "kpis", "own_1", "to_next")] == "The formula in Settings gives no number"
    assert differences(path, {**computed, formula: ""}) == []
    # With a total typed for it, the figure is there.
    put(path, {placed(opened(path), "totals", "clients_new", "typed"): 6})
    assert ironcalc_values(path)[named(opened(path), "own_1_value")] == 1.5
    assert refresh.refresh(path, now=NOW).scorecard.result("own_1").level is Level.TYPICAL
    assert differences(path, ironcalc_values(path)) == []


# All ten, none, and back


def test_ten_at_once_and_one_cleared(tmp_path: Path) -> None:
    own: dict[str, Slot] = {
        slot: {"label": f"Mine {number}", "formula": f"=leads*{number}", "unit": "number", "typical": 4}
        for number, slot in enumerate(OWN_SLOTS, 1)
    }
    path = make(tmp_path / "ten.xlsx", Filled(rows=ROWS, own=own))
    card_ = results.results(path, today=TODAY).scorecard
    assert [card_.result(slot).value for slot in OWN_SLOTS] == [4.0 * number for number in range(1, 11)]
    # From 4 to 8 the first reaches the end of the scale; the others stop there, in the order of the slots.
    assert [card_.result(slot).grade.position for slot in OWN_SLOTS] == [1, *[2] * 9]
    assert rows_in_sight(path) == len(BUSINESS.kpis) + 10
    assert all(in_sight(path, "kpis", slot) for slot in OWN_SLOTS)
    assert charted_rows(path) == {17}
    names = [name for name in ranking(path, 17) if str(name).startswith("Mine")]
    assert names == [f"Mine {number}" for number in range(1, 11)]
    assert differences(path, ironcalc_values(path)) == []

    type_own(path, "own_9", dict.fromkeys(own["own_9"]))
    type_own(path, "own_10", {"label": None})
    outcome = refresh.refresh(path, now=NOW)
    assert len(outcome.scorecard.results) == 15
    assert rows_in_sight(path) == len(BUSINESS.kpis) + 8
    assert [in_sight(path, "kpis", slot) for slot in OWN_SLOTS] == [*[True] * 8, False, False]
    assert charted_rows(path) == {15}
    assert kpis_row(path, "own_9") == {"level": "○ not graded"}
    assert [(p.code, p.field) for p in outcome.problems] == [("own_nameless", "own_10")]
    assert differences(path, ironcalc_values(path)) == []

    type_own(path, "own_9", own["own_9"])
    refresh.refresh(path, now=NOW)
    assert rows_in_sight(path) == len(BUSINESS.kpis) + 9
    assert kpis_row(path, "own_9")["level"] == "● typical"
    assert charted_rows(path) == {16}


SCREEN, PAPER = (1260.0, 480.0), (784.0, 516.0)
"""A laptop's screen, in pixels across and points down; a sheet of A4 on its side without its margins, in points."""
AT_MOST = {
    "TaskZenith 2026-10 en": (10, "Hours spent on calls, for every client"),
    "Next Level Navigators 2026-10 es": (3, "Horas de llamadas, por cada cliente"),
    "LinguaAssist Pro 2026-10 fr": (5, "Heures passées au téléphone, par client"),
    "Elite Concierge 2026-10 pt": (10, "Horas ao telefone, por cliente atendido"),
    "Dumbrava Facility 2026-10 ro": (10, "Ore petrecute la telefon, pe client"),
}
"""Every language, with seven or twelve KPIs, and so many own ones: up to twelve, and up to twenty-two, in all."""


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize("sample", sorted(AT_MOST))
def test_own_kpis_are_on_the_dashboard_on_one_screen_and_one_page(sample: str, tmp_path: Path) -> None:
    """Up to twelve KPIs with all that stands around them; of more, what comes first and the twelve worst, by which the
    others are a turn of the wheel away. All of them on one page, in letters of at least six points, in full."""
    count, label = AT_MOST[sample]
    own: dict[str, Slot] = {
        slot: {"label": f"{label} {number}", "formula": f"={number}", "typical": 4}
        for number, slot in enumerate(OWN_SLOTS[:count], 1)
    }
    path = next(one.path for one in builds.samples(tmp_path) if one.path.stem == sample)
    before = opened(path)
    put(path, {placed(before, "own", slot, at): v for slot, cells in own.items() for at, v in cells.items()})
    refresh.refresh(path, now=NOW)
    business = before.entries.business.id
    book = opened(path)
    place, rows = book.placements["dashboard"], board.rows(catalog.business(business))
    editor = SheetEditor(package_of(book), book.sheets["dashboard"])
    shown = [row for row in rows if in_sight(path, "dashboard", row)]
    assert len(shown) == len(catalog.business(business).kpis) + count
    high = {row: float(editor.row_attributes(number)["ht"]) for row, number in place.row_numbers.items()}
    seen = {row: height for row, height in high.items() if row not in rows or row in shown}
    unseen = [row for row in (*board.FIRST_ROWS, "steps", "caution") if not in_sight(path, "dashboard", row)]
    order = [row for row in seen if row not in unseen]
    twelfth = shown[min(12, len(shown)) - 1]
    assert sum(dashboard.PIXELS.values()) <= SCREEN[0]
    assert sum(high[row] for row in order[: order.index(twelfth) + 1]) <= SCREEN[1]
    whole = sum(high[row] for row in order)
    assert whole <= SCREEN[1] or len(shown) > 12
    smaller = min(PAPER[0] / (sum(dashboard.PIXELS.values()) * 0.75), PAPER[1] / whole, 1)
    assert smaller * min(dashboard.NAME_SIZE, 10) >= 6
    sheets = openpyxl.load_workbook(path)
    sheet = sheets[book.sheets["dashboard"].name]
    top, bottom = (place.row_numbers[row] for row in ("company", "line_days"))
    assert parse_area(str(sheet.print_area).rpartition("!")[2].replace("$", "")) == Area(
        top, place.left + 1, bottom, place.right
    )
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    names = {row: str(shown_in(path, row)) for row in shown}
    assert sorted(name for name in names.values() if name.startswith(label)) == sorted(
        f"{label} {n}" for n in range(1, count + 1)
    )
    for row, name in names.items():
        assert letters.lines(name, dashboard.NAME_ROOM, dashboard.NAME_SIZE, bold=True) * 1.2 * 9 <= high[row], name


def shown_in(path: Path, row: str) -> Value:
    """The name in a row of the table."""
    return contents(path)[placed(opened(path), "dashboard", row, "tick")].value


def test_refresh_changes_nothing_of_the_owners(book: Path) -> None:
    type_own(book, "own_3", {"label": "  Mine ", "formula": "=(LEADS -clients_NEW)* 100%", "unit": "Litres"}, saved=99)
    type_own(book, "own_4", {"label": "Yours", "formula": 5, "direction": "sideways", "typical": "x"})
    before = contents(book)
    outcome = refresh.refresh(book, now=NOW)
    assert outcome.scorecard.result("own_3").value == 3
    assert outcome.scorecard.result("own_4").value == 5
    after, where = contents(book), opened(book)
    settings = where.sheets["settings"].name
    echo = placed(where, "own", "own_3", "formula")
    changed = {place for place in {*before, *after} if place[0] == settings and before.get(place) != after.get(place)}
    assert changed == {echo}
    assert after[echo] == ("(LEADS -clients_NEW)* 100%", 3)
    assert after[placed(where, "own", "own_2", "formula")] == (" Leads  / Clients_New ", 4)
    # Nothing is left to change the second time.
    part = where.sheets["settings"].part
    bytes_before = Package.open(book).read(part)
    refresh.refresh(book, now=NOW)
    assert Package.open(book).read(part) == bytes_before
    assert differences(book, ironcalc_values(book)) == []


# Five languages


def spoken(code: str) -> Filled:
    words = entry_words(BUSINESS, i18n.language(code))
    share = {**SHARE, "unit": words["unit_fraction"], "direction": words["direction_down"]}
    hours: Slot = {
        "label": "Ore și minute",
        "formula": "=resolution_hours/2",
        "unit": words["unit_hours"].upper(),
        "direction": words["direction_up"],
        "typical": 2,
    }
    return Filled(language=code, rows=ROWS, own={"own_1": share, "own_10": hours}, trend="ore și minute")


@pytest.mark.parametrize("code", sorted(codes()))
def test_the_words_of_every_language(code: str, tmp_path: Path) -> None:
    path = make(tmp_path / f"{code}.xlsx", spoken(code))
    outcome = results.results(path, today=TODAY)
    share, hours = outcome.scorecard.result("own_1"), outcome.scorecard.result("own_10")
    assert (share.value, share.level, share.kpi.kpi.unit) == (0.5, Level.TYPICAL, "fraction")
    assert (hours.value, hours.level, hours.kpi.kpi.unit) == pytest.approx((2.95, Level.TYPICAL, "hours"))
    assert opened(path).trend.kpi == "own_10"
    assert outcome.problems == ()
    level = str(kpis_row(path, "own_1")["level"]).removeprefix("● ")
    assert str(kpis_row(path, "own_1")["comment"]).casefold().startswith(level)
    assert rows_in_sight(path) == len(BUSINESS.kpis) + 2
    computed = ironcalc_values(path)
    assert computed[placed(opened(path), "line", "p12", "raw")] == pytest.approx(2.95)
    assert differences(path, computed) == []


@pytest.mark.libreoffice
def test_own_kpis_in_libreoffice(tmp_path: Path) -> None:
    excel_only: Slot = {"label": "Rounded", "formula": "=ROUND(leads/3,0)", "typical": 1}
    wanted = {
        "used": USED,
        "target": Filled(rows=ROWS, own={"own_1": {"label": "A", "formula": "=-leads^2"}}, targets={"own_1": 15}),
        "es": spoken("es"),
    }
    paths = {name: make(tmp_path / f"{name}.xlsx", filled) for name, filled in wanted.items()}
    type_own(paths["used"], "own_7", excel_only, saved=1)
    refresh.refresh(paths["used"], now=NOW)
    for (name, path), computed in zip(paths.items(), libreoffice_values(list(paths.values())), strict=True):
        assert differences(path, computed) == [], name
        expected = {"used": 0.5, "target": 16, "es": 0.5}[name]
        assert computed[named(opened(path), "own_1_value")] == expected
