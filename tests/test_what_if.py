"""What the owner supposes: the figures by hand, the sheet in both engines, and that no entry is touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import builds
from clock import NOW, TODAY
from engines import Place, Value, contents, differences, formula_cells, ironcalc_values, libreoffice_values
from kpixl import i18n
from kpixl.catalog import business, businesses
from kpixl.catalog.model import Level, Made, Standing
from kpixl.cellvalue import ExcelError
from kpixl.entries import InputCell, PastValue, Setup, WhatIf
from kpixl.kpi.measure import measure
from kpixl.kpi.noise import NOISE
from kpixl.kpi.score import Scorecard, score
from kpixl.kpi.what_if import Moved, Supposed, changeable, direction, follows, in_use, measures_of, suppose, supposed
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Period, Window
from kpixl.texts.words import entry_words, level_word, standing_word
from kpixl.verbs import refresh
from kpixl.verbs.adopt import adopt
from kpixl.verbs.roll import roll
from kpixl.workbook.read import Book
from kpixl.workbook.sheets.what_if import slider
from workbooks import BUSINESS, ROWS, Filled, make, named, opened, placed, put, refreshed
from workbooks import Value as Typed

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")

DASH = "–"
Input: TypeAlias = tuple[Typed, Typed]
"""What stands in the two yellow cells of a measure."""
Numbers: TypeAlias = tuple[float | None, float | None]


def cell(raw: object) -> InputCell:
    return InputCell(raw, "What if", "E20")


def with_inputs(scorecard: Scorecard, inputs: Mapping[str, Input]) -> Scorecard:
    what_if = {name: WhatIf(cell(change), cell(percent)) for name, (change, percent) in inputs.items()}
    return replace(scorecard, entries=replace(scorecard.entries, what_if=what_if))


def then(scorecard: Scorecard, **inputs: Input) -> Supposed:
    return suppose(with_inputs(scorecard, inputs))


# In Python, on an agency of typed totals: 88 of 100 satisfied, 110 of 100 hours, 95 of 100 tasks, no request resolved


def test_nothing_supposed_is_everything_as_it_is(scorecard: Scorecard) -> None:
    found = suppose(scorecard)
    assert found.measures["satisfied"] == 88
    assert found.measures["leads"] is None
    assert {id_: moved.now for id_, moved in found.kpis.items()} == {
        id_: moved.then for id_, moved in found.kpis.items()
    }
    assert all(moved.difference is None and not moved.level_moves for moved in found.kpis.values())
    assert found.levels_moved == 0


def test_a_change_then_a_fraction(scorecard: Scorecard) -> None:
    found = then(scorecard, satisfied=(2.0, None), surveyed=(-10.0, 0.25), tasks_completed=(None, -0.2))
    assert found.measures["satisfied"] == 90
    assert found.measures["surveyed"] == 112.5
    assert found.kpis["css"].then == pytest.approx(0.8)
    # His own threshold of 80 % is what the typical level begins with.
    assert (found.kpis["css"].before, found.kpis["css"].after) == (Level.TYPICAL, Level.TYPICAL)
    assert found.kpis["css"].difference == pytest.approx(-0.08)
    assert found.kpis["tcr"].then == pytest.approx(0.76)
    assert (found.kpis["tcr"].before, found.kpis["tcr"].after) == (Level.EXCEPTIONAL, Level.ABOVE_AVERAGE)
    # More productive hours than there are cannot be, and have no level.
    assert found.kpis["aur"] == Moved(1.1, 1.1, None, None)
    assert found.levels_moved == 1


def test_a_denominator_that_comes_and_goes(scorecard: Scorecard) -> None:
    found = then(scorecard, surveyed=(None, -1.0), requests_resolved=(5.0, None))
    assert found.kpis["css"] == Moved(0.88, None, Level.TYPICAL, None)
    assert found.kpis["css"].difference is None
    assert found.kpis["art"] == Moved(None, 2.0, None, Level.TYPICAL)
    assert found.levels_moved == 2


def test_what_is_no_number_changes_nothing(scorecard: Scorecard) -> None:
    for raw in ("5", True, ExcelError("#N/A"), None, ""):
        assert then(scorecard, satisfied=(raw, raw)) == suppose(scorecard)


def test_fewer_cases_than_the_owner_wants_have_no_level(scorecard: Scorecard) -> None:
    entries = replace(scorecard.entries, settings={"minimum_cases": InputCell(90.0, "Settings", "C20")})
    found = then(score(entries, measure(entries), TODAY), surveyed=(-11.0, None))
    assert (found.kpis["css"].before, found.kpis["css"].after) == (Level.TYPICAL, None)
    assert found.kpis["css"].then == pytest.approx(88 / 89)
    found = then(score(entries, measure(entries), TODAY), surveyed=(-10.0, None))
    assert found.kpis["css"].after is Level.EXCEPTIONAL


@pytest.mark.parametrize(
    ("change", "level"),
    [(5.0, Level.TYPICAL), (4.999, Level.BELOW), (10.0, Level.ABOVE_AVERAGE), (15.0, Level.EXCEPTIONAL)],
)
def test_just_at_a_threshold(change: float, level: Level, scorecard: Scorecard) -> None:
    typed = {**scorecard.entries.typed, "satisfied": InputCell(80.0, "Totals", "D5")}
    entries = replace(scorecard.entries, typed=typed, thresholds={})
    assert then(score(entries, measure(entries), TODAY), satisfied=(change, None)).kpis["css"].after is level


def test_without_a_benchmark_the_target_decides() -> None:
    typed = {"complaints": 14.0, "leads_converted": 15.0, "leads_qualified": 60.0}
    found = then(shop(typed, targets={"complaints": 10.0}), complaints=(-4.0, None), leads_converted=(3.0, None))
    assert found.kpis["complaints"] == Moved(14, 10, Standing.MISSED, Standing.MET)
    assert direction(business("service-business").kpis[7], found.kpis["complaints"]) == "better"
    # Neither a benchmark, a target, nor a period before: better, but no level.
    assert found.kpis["conversion"] == Moved(0.25, 0.3, None, None)
    assert direction(business("service-business").kpis[2], found.kpis["conversion"]) == "better"
    assert found.levels_moved == 1


def test_without_a_target_the_previous_period_decides() -> None:
    typed = {"complaints": 14.0, "leads_converted": 15.0, "leads_qualified": 60.0}
    found = then(before_it({"complaints": [14.0], "conversion": [0.25]}, typed), leads_converted=(3.0, None))
    assert found.kpis["conversion"] == Moved(0.25, 0.3, Standing.SAME, Standing.BETTER)
    assert found.kpis["complaints"] == Moved(14, 14, Standing.SAME, Standing.SAME)
    found = then(before_it({"complaints": [20.0]}, typed), complaints=(9.0, None))
    assert found.kpis["complaints"] == Moved(14, 23, Standing.BETTER, Standing.WORSE)
    assert found.levels_moved == 1
    # Of what was 10 to 16 in every month, 12 is the usual up and down, whatever the last one was; 30 is not.
    months = {"complaints": [16.0, 10.0, 15.0, 11.0, 16.0, 10.0, 14.0]}
    usual = then(before_it(months, typed), complaints=(-2.0, None))
    assert usual.kpis["complaints"] == Moved(14, 12, Standing.SAME, Standing.SAME)
    assert then(before_it(months, typed), complaints=(16.0, None)).kpis["complaints"].after is Standing.WORSE


def test_measures_made_of_others_follow_them() -> None:
    typed = {"client_months": 240.0, "clients_ended": 10.0, "revenue": 9000.0, "clients_served": 60.0}
    found = then(shop(typed), clients_ended=(-2.0, None), revenue=(None, 0.1))
    assert found.measures["lifetime_months"] == 30
    assert found.measures["monthly_revenue_per_client"] == pytest.approx(165)
    assert found.kpis["ltv"].now == pytest.approx(24 * 150)
    assert found.kpis["ltv"].then == pytest.approx(30 * 165)
    # As long as nobody has left, the time so far stands in, there as on Totals.
    found = then(shop({**typed, "clients_ever": 40.0}), clients_ended=(None, -1.0))
    assert found.measures["lifetime_months"] == 6
    # One that is typed is what it is.
    found = then(shop({**typed, "lifetime_months": 12.0}), clients_ended=(-2.0, None))
    assert found.measures["lifetime_months"] == 12


def shop(typed: Mapping[str, float], targets: Mapping[str, float] | None = None) -> Scorecard:
    """A service business in a month, of typed totals."""
    blank = opened_blank("service-business").entries
    cells = {name: InputCell(number, "Totals", "D5") for name, number in typed.items()}
    aims = {kpi: InputCell(number, "KPIs", "E5") for kpi, number in (targets or {}).items()}
    entries = replace(blank, typed=cells, targets=aims, tables=dict.fromkeys(blank.tables))
    return score(entries, measure(entries), TODAY)


def before_it(past: Mapping[str, Sequence[float]], typed: Mapping[str, float]) -> Scorecard:
    """The same after periods in which KPIs had these values, the latest one first."""
    entries = shop(typed).entries
    names = {kpi.id: kpi.history_id for kpi in entries.business.kpis}
    lines = tuple(
        PastValue(entries.period.shift(-back).start, "kpi", names[id_], value)
        for id_, values in past.items()
        for back, value in enumerate(values, 1)
    )
    entries = replace(entries, past=lines)
    return score(entries, measure(entries), TODAY)


def opened_blank(id_: str) -> Book:
    return BLANKS[id_]


NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers(-1000, 1000).map(float))


@given(now=NUMBERS, change=NUMBERS, percent=NUMBERS, never_negative=st.booleans())
def test_one_measure_against_a_plain_reference(
    now: float | None, change: float | None, percent: float | None, never_negative: bool
) -> None:
    if change is None and percent is None:
        expected = now
    elif now is None and change is None:
        expected = None
    else:
        expected = 0.0 if now is None else now
        if change is not None:
            expected += change
        if percent is not None:
            expected *= 1 + percent
        if never_negative and expected < 0:
            expected = 0.0
    assert supposed(now, change, percent, never_negative=never_negative) == expected


@given(
    st.tuples(NUMBERS, st.floats(-1, 3) | st.none()),
    st.tuples(NUMBERS, st.floats(-1, 3) | st.none()),
    st.integers(0, 1000).map(float),
    st.integers(0, 1000).map(float),
)
def test_a_share_against_a_plain_reference(up: Numbers, down: Numbers, satisfied: float, surveyed: float) -> None:
    typed = {"satisfied": satisfied, "surveyed": surveyed}
    cells = {name: InputCell(number, "Totals", "D5") for name, number in typed.items()}
    blank = BLANKS["remote-va-agency"].entries
    entries = replace(blank, typed=cells, tables=dict.fromkeys(blank.tables))
    found = then(score(entries, measure(entries), TODAY), satisfied=up, surveyed=down).kpis["css"]
    top, bottom = (
        max(0.0, (number + (change or 0)) * (1 + (percent or 0)))
        for number, (change, percent) in ((satisfied, up), (surveyed, down))
    )
    if bottom == 0 or top / bottom == float("inf"):
        assert found.then is None
        assert found.after is None
    else:
        value = top / bottom
        assert found.then == pytest.approx(value)
        reached = [share for share in (0.85, 0.9, 0.95) if value >= share - NOISE]
        # No level without a single case, nor where more are satisfied than have answered.
        assert found.after is (Level(len(reached)) if bottom >= 1 and value <= 1 + NOISE else None)


@pytest.mark.parametrize(
    ("now", "after", "knob"),
    [
        (10, 10, 5),
        (10, 0, 0),
        (10, 20, 10),
        (10, 50, 10),
        (10, 11, 6),
        (10, 10.9, 5),
        (10, 5, 3),
        (0, 0, 5),
        (0, 3, 10),
    ],
)
def test_the_knob_of_the_slider(now: float, after: float, knob: int) -> None:
    assert slider(now, after) == "·" * knob + "●" + "·" * (10 - knob)


# The sheet

# That nothing supposed is nothing changed is shown by the samples in conformance/. LibreOffice takes TRUE for a number.
SCENARIOS: dict[str, Callable[[str, int, float | None], Input]] = {
    "a bit of everything": lambda name, number, now: [
        (3.0, None), (None, 0.1), (-2.0, -0.25), (None, None), (0.5, 1.0), ("?", ExcelError("#N/A")), ("", 0.2),
    ][number % 7],
    "all to nothing": lambda name, number, now: (None, -1.0),
    "away with it all": lambda name, number, now: (-(now or 0.0) - 1, None),
    "twice as much": lambda name, number, now: (None if now is None else now, -0.0),
}  # fmt: skip


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sample of each business."""
    outcomes = builds.samples(tmp_path_factory.mktemp("what-if"))
    return {outcome.scorecard.entries.business.id: outcome.path for outcome in outcomes}


def type_in(path: Path, inputs: Mapping[str, Input]) -> None:
    """Changes typed by the owner, without a refresh."""
    book = opened(path)
    cells: dict[Place, Typed] = {
        placed(book, "what_if", name, column): value
        for name, both in inputs.items()
        for column, value in zip(("change", "percent"), both, strict=True)
    }
    put(path, cells)


def filled(source: Path, folder: Path, scenario: str) -> Path:
    """A copy of a workbook in which the owner supposes something."""
    path = Path(shutil.copy(source, folder / f"{source.stem} {scenario} before.xlsx"))
    book = opened(path)
    now = {name: value.used for name, value in measure(book.entries).items()}
    chosen = SCENARIOS[scenario]
    names = [m.name for m in changeable(book.entries.business)]
    type_in(path, {name: chosen(name, number, now[name]) for number, name in enumerate(names)})
    return refreshed(path, folder / f"{source.stem} {scenario}.xlsx")


@pytest.mark.parametrize("id_", [one.id for one in businesses()])
def test_every_formula_in_ironcalc(id_: str, samples: dict[str, Path], tmp_path: Path) -> None:
    alone = totals_alone(samples[id_], tmp_path)
    for number, scenario in enumerate(SCENARIOS):
        path = filled(alone if number else samples[id_], tmp_path, scenario)
        assert differences(path, ironcalc_values(path)) == [], scenario


@pytest.mark.libreoffice
def test_every_formula_in_libreoffice(samples: dict[str, Path], tmp_path: Path) -> None:
    chosen = list(SCENARIOS)[:2]
    sources = [totals_alone(source, tmp_path) for source in samples.values()]
    paths = [filled(source, tmp_path, scenario) for source in sources for scenario in chosen]
    for path, computed in zip(paths, libreoffice_values(paths), strict=True):
        sheet = opened(path).sheets["what_if"].name
        assert sum(name == sheet for name, _ in computed) > 100
        assert differences(path, computed) == [], path.name


def totals_alone(source: Path, folder: Path) -> Path:
    """A workbook with the totals of another one typed, of whose rows the sheet knows nothing: LibreOffice takes longer
    to open them than to compute it."""
    entries = opened(source).entries
    used = {name: value.used for name, value in measure(entries).items() if name in entries.business.shown}
    assert sum(value is not None for value in used.values()) > 10
    one = Filled(entries.business.id, language=entries.language, currency=entries.currency, typed=used)
    return make(folder / f"{entries.business.id}.xlsx", one)


@pytest.mark.parametrize("id_", [one.id for one in businesses()])
def test_what_it_takes_is_what_it_takes(id_: str, samples: dict[str, Path], tmp_path: Path) -> None:
    """The amount that KPIs names, typed as the change, gives the next level there."""
    path = Path(shutil.copy(samples[id_], tmp_path / "next.xlsx"))
    outcome = refresh.refresh(path, now=NOW)
    steps = {r.kpi.id: r for r in outcome.scorecard.results if r.grade.to_next is not None}
    assert bool(steps) == bool(business(id_).kpis[0].thresholds)
    book = opened(path)
    months, t = book.entries.period.months(Window.PERIOD), i18n.language(book.entries.language)
    for kpi, result in steps.items():
        step = result.grade.to_next
        assert step is not None
        amount = step.amount if step.direction == "more" else -step.amount
        name = step.measure.name
        if follows(step.measure):
            assert step.measure.definition == Made(formula="revenue / months")
            name, amount = "revenue", amount * months
        type_in(path, {name: (amount, None)})
        computed = ironcalc_values(path)
        words = [computed[placed(book, "what_if", f"kpi_{kpi}", column)] for column in ("level_now", "level_then")]
        # What may still come makes the level of the KPI one at least; what is supposed is what it is.
        assert words[0] == level_word(result.level, t)
        assert computed[named(book, f"{result.kpi.name_prefix}_level")] == standing_word(result, t)
        following = placed(book, "words", f"level_{result.grade.next_level}", "text")
        assert words[1] == contents(path)[following].value, kpi
        assert computed[placed(book, "what_if", f"kpi_{kpi}", "moves")] == contents(path)[better(book)].value
        # One less would not do.
        less = amount - (1.0 if step.measure.told_whole else 0.1) * (1 if amount > 0 else -1)
        assert then(outcome.scorecard, **{name: (less, None)}).kpis[kpi].after is result.level
        type_in(path, {name: (None, None)})


# 80 of 100 satisfied, 100 hours for 50 requests, 450 of 500 clients kept, 85 of 100 tasks, 600 of 800 hours, 20 clients
# of 200 leads, 10 services for 50 clients; each moved to just the edge of a level, which strict ones are not past.
WORKED = {
    "satisfied": 80.0, "surveyed": 100.0, "resolution_hours": 100.0, "requests_resolved": 50.0,
    "clients_end_12m": 650.0, "clients_new_staying_12m": 200.0, "clients_start_12m": 500.0,
    "tasks_completed": 85.0, "tasks_assigned": 100.0, "productive_hours": 600.0, "available_hours": 800.0,
    "clients_new": 20.0, "leads": 200.0, "services_offered": 10.0, "clients_served": 50.0,
}  # fmt: skip
TO_THE_EDGE: dict[str, Input] = {
    "satisfied": (None, 0.0625), "resolution_hours": (-50.0, None), "clients_end_12m": (-25.0, None),
    "tasks_completed": (5.0, None), "productive_hours": (40.0, None), "clients_new": (None, 0.5),
    "services_offered": (3.0, 0.0),
}  # fmt: skip
AT_THE_EDGE = {
    "css": (0.85, "● typical"),
    "art": (1.0, "● typical"),
    "crr": (0.85, "● typical"),
    "tcr": (0.9, "▲ above average"),
    "aur": (0.8, "▲ above average"),
    "ncar": (0.15, "▲ above average"),
    "sdi": (0.26, "▲ above average"),
}


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(ironcalc_values, id="ironcalc"),
        pytest.param(lambda path: libreoffice_values([path])[0], id="libreoffice", marks=pytest.mark.libreoffice),
    ],
)
def test_just_at_every_edge(compute: Callable[[Path], Mapping[Place, Value]], tmp_path: Path) -> None:
    path = make(tmp_path / "edges.xlsx", Filled(typed=WORKED))
    type_in(path, TO_THE_EDGE)
    refresh.refresh(path, now=NOW)
    computed = compute(path)
    for kpi, (value, word) in AT_THE_EDGE.items():
        assert shown(path, computed, f"kpi_{kpi}", "then", "level_then") == [pytest.approx(value), word], kpi
    assert differences(path, computed) == []


def better(book: Book) -> Place:
    return placed(book, "words", "better", "text")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("base") / "base 2026-10.xlsx", Filled(rows=ROWS))


@pytest.fixture
def path(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(base, tmp_path / base.name))


def shown(path: Path, values: Mapping[Place, Value], row: str, *columns: str) -> list[Value]:
    book = opened(path)
    return [values[placed(book, "what_if", row, column)] for column in columns]


def test_live_and_after_a_refresh(path: Path) -> None:
    """2 of 3 answers satisfied, 13 of 16 hours, 1 of 4 leads: moved in the sheet alone, then by Python too."""
    type_in(path, {"satisfied": (1.0, None), "productive_hours": (None, -0.5), "leads": (None, -1.0)})
    before = path.read_bytes()
    for round_ in ("live", "refreshed"):
        computed = ironcalc_values(path)
        kpi = ("now", "then", "difference", "moves", "level_now", "level_then")
        assert shown(path, computed, "kpi_css", *kpi) == [
            pytest.approx(2 / 3), 1, pytest.approx(1 / 3), "better", "▼ below benchmark", "★ exceptional",
        ]  # fmt: skip
        assert shown(path, computed, "kpi_aur", *kpi) == [
            0.8125, 0.40625, -0.40625, "worse", "▲ above average", "▼ below benchmark",
        ]  # fmt: skip
        assert shown(path, computed, "kpi_ncar", *kpi) == [0.25, DASH, "", "", "★ exceptional", ""]
        assert shown(path, computed, "kpi_tcr", *kpi)[2:4] == ["", ""]
        assert shown(path, computed, "satisfied", "now", "then", "slider") == [2, 3, "········●··"]
        assert shown(path, computed, "space", "now") == ["Levels that would change: 3"]
        if round_ == "live":
            assert path.read_bytes() == before
            refresh.refresh(path, now=NOW)
    assert differences(path, computed) == []


def test_nothing_but_this_sheet_knows_of_it(path: Path) -> None:
    book, moment = opened(path), placed(opened(path), "dashboard", "verdict", "level")
    before = contents(path)
    type_in(path, {"satisfied": (1.0, None), "clients_start_12m": (5.0, 0.1)})
    refresh.refresh(path, now=NOW)
    after = contents(path)
    sheet = book.sheets["what_if"].name
    changed = {place for place in {*before, *after} if before.get(place) != after.get(place)}
    assert {name for name, _ in changed - {moment}} == {sheet}
    others = [formula for (name, _), formula in formula_cells(path).items() if name != sheet]
    assert not [formula for formula in others if sheet in formula]


def test_a_refresh_keeps_what_was_typed(path: Path) -> None:
    typed: dict[str, Input] = {
        "satisfied": (1.5, None),
        "leads": ("many", -0.5),
        "surveyed": (ExcelError("#N/A"), True),
    }
    type_in(path, typed)
    refresh.refresh(path, now=NOW)
    found = opened(path).entries.what_if
    assert (found["satisfied"].change.number, found["satisfied"].percent.raw) == (1.5, None)
    assert (found["leads"].change.number, found["leads"].percent.number) == (None, -0.5)
    assert {name for name, one in found.items() if one.change.filled or one.percent.filled} >= {"satisfied", "leads"}


@pytest.mark.parametrize("id_", [one.id for one in businesses()])
def test_a_new_workbook_supposes_nothing(id_: str) -> None:
    book = opened_blank(id_)
    names = {measure.name for measure in book.entries.business.measures if not isinstance(measure.definition, Made)}
    assert in_use(book.entries.business) & names <= set(book.entries.what_if) <= names
    assert not [one for one in book.entries.what_if.values() if one.change.filled or one.percent.filled]


def test_the_next_month_supposes_nothing(path: Path) -> None:
    book = opened(path)
    type_in(path, {"satisfied": (1.0, 0.5), "leads": (None, -0.5)})
    fetched = placed(book, "what_if", "surveyed", "change")
    package = Package.open(path)
    editor = SheetEditor(package, book.sheets["what_if"])
    editor.set(*book.placements["what_if"].position("surveyed", "change"), 4.0, "2+2")
    editor.commit()
    package.save(path)
    rolled = roll(path, now=NOW, anyway=True)
    after = opened(rolled.path).entries.what_if
    assert {name for name, one in after.items() if one.change.filled or one.percent.filled} == {"surveyed"}
    assert contents(rolled.path)[fetched].formula == "2+2"
    assert opened(path).entries.what_if["satisfied"].percent.number == 0.5
    assert differences(rolled.path, ironcalc_values(rolled.path)) == []


def hidden(path: Path) -> set[str]:
    book = opened(path)
    place, editor = book.placements["what_if"], SheetEditor(Package.open(path), book.sheets["what_if"])
    return {row for row, number in place.row_numbers.items() if editor.row_attributes(number).get("hidden") == "1"}


def test_another_window_has_measures_of_its_own(path: Path) -> None:
    names = {measure.name for measure in measures_of(BUSINESS)}
    assert names - hidden(path) == in_use(BUSINESS)
    type_in(path, {"clients_end_12m": (1.0, None), "clients_end": (-1.0, None)})
    refresh.refresh(path, now=NOW)
    # Ana and Léa were there a year ago, of whom Ana is there still; with one more, nobody would be missing.
    assert shown(path, ironcalc_values(path), "kpi_crr", "now", "then") == [0.5, 1]

    month = entry_words(BUSINESS, i18n.language("en"))["window_period"]
    put(path, {placed(opened(path), "kpis", "crr", "window"): month})
    refresh.refresh(path, now=NOW)
    computed = ironcalc_values(path)
    assert differences(path, computed) == []
    assert {"clients_end", "clients_new_staying", "clients_start"} & hidden(path) == set()
    assert {"clients_end_12m", "clients_new_staying_12m", "clients_start_12m"} <= hidden(path)
    # Ana and Léa were there in the beginning, and are there still.
    assert shown(path, computed, "kpi_crr", "now", "then") == [1, 0.5]


def test_a_sheet_that_the_owner_calls_otherwise(path: Path) -> None:
    type_in(path, {"satisfied": (1.0, None)})
    package = Package.open(path)
    root = package.tree(package.workbook_part)
    for entry in root.iter(f"{{{MAIN}}}sheet"):
        if entry.get("name") == "What if":
            entry.set("name", "Planning")
    for entry in root.iter(f"{{{MAIN}}}definedName"):
        entry.text = (entry.text or "").replace("'What if'!", "Planning!")
    package.replace(package.workbook_part, root)
    for sheet in package.sheets:
        package.replace(sheet.part, package.read(sheet.part).replace(b"'What if'!", b"Planning!"))
    package.save(path)
    refresh.refresh(path, now=NOW)
    assert shown(path, ironcalc_values(path), "kpi_css", "then") == [1]
    assert not [formula for formula in formula_cells(path).values() if "What if" in formula]


def test_a_workbook_without_the_sheet(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    del book["What if"]
    del book.defined_names["_kpixl.block.what_if"]
    less = tmp_path / "less.xlsx"
    book.save(less)
    outcome = refresh.refresh(less, now=NOW)
    assert outcome.scorecard.entries.what_if == {}
    assert outcome.scorecard.result("css").value == pytest.approx(2 / 3)


def test_in_a_workbook_with_names_of_the_owners(tmp_path: Path) -> None:
    theirs = openpyxl.Workbook()
    theirs.active["A1"] = 7
    for name in ("satisfied", "leads", "va_css_value", "period_months"):
        theirs.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text="Sheet!$A$1")
    path = tmp_path / "hers.xlsx"
    theirs.save(path)
    adopt(path, Setup(BUSINESS.id, "en", Period.parse("2026-10"), "Hers", "EUR"), now=NOW)
    book = opened(path)
    typed = {"satisfied": 80.0, "surveyed": 100.0, "leads": 10.0, "clients_new": 1.0}
    put(path, {placed(book, "totals", name, "typed"): number for name, number in typed.items()})
    type_in(path, {"satisfied": (5.0, None), "leads": (None, 1.0)})
    refresh.refresh(path, now=NOW)
    computed = ironcalc_values(path)
    assert shown(path, computed, "kpi_css", "now", "then") == [0.8, 0.85]
    assert shown(path, computed, "kpi_ncar", "now", "then") == [0.1, 0.05]
    assert differences(path, computed) == []


def test_the_yellow_cells_and_the_page(base: Path) -> None:
    book = opened(base)
    sheet = openpyxl.load_workbook(base)["What if"]
    inputs = {
        placed(book, "what_if", measure.name, column)[1]
        for measure in changeable(BUSINESS)
        for column in ("change", "percent")
    }
    assert sheet.protection.sheet
    assert {one.coordinate for row in sheet.iter_rows() for one in row if not one.protection.locked} == inputs
    percent = placed(book, "what_if", "satisfied", "percent")[1]
    assert sheet[percent].number_format == "+0.0%;−0.0%;0.0%"
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if percent in rule.sqref]
    assert (rule.type, rule.operator, rule.formula1) == ("decimal", "greaterThanOrEqual", "-1")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape", 1, 1,
    )  # fmt: skip
    # A change of a half client shows as one: counts have a decimal where they are not whole.
    changed = [placed(book, "what_if", name, "change")[1] for name in ("satisfied", "resolution_hours")]
    formats = {
        cell: [
            rule.dxf.numFmt.formatCode for area in sheet.conditional_formatting if cell in area for rule in area.rules
        ]
        for cell in changed
    }
    assert list(formats.values()) == [["+#,##0.0;−#,##0.0;#,##0.0"], []]
    assert sheet.freeze_panes == placed(book, "what_if", "kpis", "unit")[1]
    assert sheet["B4"].hyperlink.location == "_kpixl.home"


def test_the_sheet_stands_after_kpis_and_thresholds() -> None:
    for one in businesses():
        names = list(opened_blank(one.id).view.sheets)
        place = names.index("KPIs")
        assert names[place : place + 3] == ["KPIs", "Thresholds", "What if"]


def test_thresholds_are_those_of_every_sheet(path: Path) -> None:
    """A threshold of the owner's, strict or not, decides here, too."""
    book = opened(path)
    put(
        path,
        {
            placed(book, "thresholds", "css", "exceptional_yours"): 0.5,
            placed(book, "thresholds", "crr", "exceptional_yours"): 1.0,
        },
    )
    type_in(path, {"satisfied": (-0.5, None), "clients_end_12m": (1.0, None)})
    refresh.refresh(path, now=NOW)
    computed = ironcalc_values(path)
    assert shown(path, computed, "kpi_css", "then", "level_then") == [0.5, "★ exceptional"]
    # More than 100 % is asked for.
    assert shown(path, computed, "kpi_crr", "then", "level_then") == [1, "▲ above average"]
    assert differences(path, computed) == []


BLANKS: dict[str, Book] = {}


@pytest.fixture(scope="module", autouse=True)
def _blanks(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("blank")
    for one in businesses():
        BLANKS[one.id] = opened(make(folder / f"{one.id}.xlsx", Filled(business=one.id), refresh=False))
