"""Every formula of a workbook gives in IronCalc and in LibreOffice what Python gives: measures, values, levels, texts.

Hypothesis draws the same examples in every run; KPIXL_EXAMPLES=500 draws that many new ones.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import builds
import engines
from clock import NOW, TODAY
from engines import Error, Place, Value, cached_values, contents, differences, ironcalc_values, libreoffice_values
from engines import same as same_value
from kpixl import catalog, i18n
from kpixl.catalog import Business
from kpixl.catalog.model import OWN_SLOTS, Level, WorkedCase
from kpixl.catalog.needs import settings_of
from kpixl.catalog.tables import word_key
from kpixl.cellvalue import ExcelError
from kpixl.languages import codes
from kpixl.period import Kind, Period, Window, serial
from kpixl.texts.words import entry_words, kpi_title, level_word
from kpixl.verbs import demo, results
from kpixl.verbs.roll import roll
from kpixl.workbook.sheets import board
from workbooks import AGENCY, BUSINESS, Filled, Rows, append, entry, make, named, opened, placed, put, refreshed
from workbooks import Value as Typed

EXAMPLES = int(os.environ.get("KPIXL_EXAMPLES", "10"))
IN_BOTH = 6


def libreoffice_value(path: Path) -> Mapping[Place, Value]:
    return libreoffice_values([path])[0]


ENGINES = pytest.mark.parametrize(
    "compute",
    [
        pytest.param(ironcalc_values, id="ironcalc"),
        pytest.param(libreoffice_value, id="libreoffice", marks=pytest.mark.libreoffice),
    ],
)
Compute = Callable[[Path], Mapping[Place, Value]]


# The sample workbooks


SAMPLES = [pytest.param(*chosen[:2], id=f"{chosen[0]}-{chosen[1]}") for chosen in demo.samples()]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    outcomes = builds.samples(tmp_path_factory.mktemp("samples"))
    return {(o.scorecard.entries.business.id, o.scorecard.entries.language): o.path for o in outcomes}


@pytest.mark.parametrize(("business", "language"), SAMPLES)
def test_every_formula_of_the_sample_workbook_in_ironcalc(
    business: str, language: str, samples: dict[tuple[str, str], Path]
) -> None:
    path = samples[business, language]
    as_told(path, ironcalc_values(path))


@pytest.mark.libreoffice
def test_every_formula_of_the_sample_workbooks_in_libreoffice(samples: dict[tuple[str, str], Path]) -> None:
    paths = [*samples.values()]
    assert len(paths) == len(SAMPLES)
    for path, computed in zip(paths, libreoffice_values(paths, whole=True), strict=True):
        as_told(path, computed)


def as_told(path: Path, computed: Mapping[Place, Value]) -> None:
    """What an engine computes of a sample is what Python wrote, and there is something to be told."""
    assert len(computed) > 1000
    assert differences(path, computed) == []
    # A sample in which nothing is counted would prove nothing.
    book = opened(path)
    values = [computed[named(book, f"{kpi.name_prefix}_value")] for kpi in book.entries.business.kpis]
    assert all(isinstance(value, float) for value in values)
    shades = [computed[placed(book, "calc", kpi.id, "shade")] for kpi in book.entries.business.kpis]
    assert len(set(shades)) >= (3 if any(kpi.thresholds for kpi in book.entries.business.kpis) else 2)


def test_every_formula_of_the_next_months_workbook_in_ironcalc(
    samples: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    for path in closed(samples, tmp_path):
        assert differences(path, ironcalc_values(path)) == [], path.name


@pytest.mark.libreoffice
def test_every_formula_of_the_next_months_workbook_in_libreoffice(
    samples: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    paths = closed(samples, tmp_path)
    for path, computed in zip(paths, libreoffice_values(paths), strict=True):
        assert len(computed) > 1000
        assert differences(path, computed) == [], path.name


def closed(samples: dict[tuple[str, str], Path], folder: Path) -> list[Path]:
    """The workbooks after the samples' month."""

    def build(shelf: Path) -> None:
        for path in samples.values():
            roll(path, now=NOW, anyway=True, out=shelf / path.name)

    return [*map(Path, shutil.copytree(builds.once("after the samples", build), folder / "closed").glob("*.xlsx"))]


# The worked examples of the articles, and their levels by the bands as published


@dataclass(frozen=True)
class Worked:
    """A workbook in which the totals of some worked examples are typed, and the cases that it holds, by KPI."""

    business: str
    typed: dict[str, float]
    cases: dict[str, WorkedCase]


def examples(business: Business) -> list[Worked]:
    """Few workbooks that hold every worked example: one more where the numbers of two do not go together."""
    made: list[Worked] = []
    for kpi in business.kpis:
        case = kpi.cases[0]
        # Revenue a month cannot be typed; over one month it is the revenue.
        names = ["revenue" if a.measure.id == "revenue_monthly" else a.measure.name for a in kpi.arguments]
        totals = dict(zip(names, case.arguments, strict=True))
        for one in made:
            if all(one.typed.get(name, number) == number for name, number in totals.items()):
                break
        else:
            one = Worked(business.id, {}, {})
            made.append(one)
        one.typed.update(totals)
        one.cases[kpi.id] = case
    return made


WORKED = {
    f"{business.id} {number}": one for business in catalog.businesses() for number, one in enumerate(examples(business))
}
LEVEL_WORDS = {
    Level.BELOW: "▼ below benchmark",
    Level.TYPICAL: "● typical",
    Level.ABOVE_AVERAGE: "▲ above average",
    Level.EXCEPTIONAL: "★ exceptional",
    None: "○ not graded",
}
LEVEL_OF: dict[str | None, Level | None] = {None: None, **{level.id: level for level in Level}}


IN_ONE = dict(zip(WORKED, cycle(codes())))
"""The language of each: a business's formulas are the same in every one, as ``test_workbook_rules`` holds, so that each
business stands in one language, and one of them in all."""
FIRST = next(iter(WORKED))
Everywhere = Mapping[tuple[str, str], Path]


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Everywhere:
    """The worked examples of every business, and in every language."""
    folder = tmp_path_factory.mktemp("everywhere")
    chosen = {*IN_ONE.items(), *((FIRST, code) for code in codes())}
    return {
        (key, code): make(folder / f"{key} {code}.xlsx", as_typed(WORKED[key], code)) for key, code in sorted(chosen)
    }


def as_typed(one: Worked, code: str) -> Filled:
    return Filled(business=one.business, language=code, currency="USD", typed=one.typed)


@pytest.mark.parametrize("key", WORKED)
def test_the_worked_examples_in_python(key: str, everywhere: Everywhere) -> None:
    path, t = everywhere[key, IN_ONE[key]], i18n.language(IN_ONE[key])
    scorecard, book, cached = results.results(path, today=TODAY).scorecard, opened(path), cached_values(path)
    for kpi, case in WORKED[key].cases.items():
        result, level = scorecard.result(kpi), LEVEL_OF[case.level]
        assert result.value == pytest.approx(case.value, rel=1e-12), kpi
        assert result.level is level, kpi
        name = result.kpi.name_prefix
        assert cached[named(book, f"{name}_value")] == pytest.approx(case.value, rel=1e-12)
        assert cached[named(book, f"{name}_level")] == level_word(level, t)


def test_the_levels_are_called_so() -> None:
    assert {level: level_word(level, i18n.language("en")) for level in LEVEL_WORDS} == LEVEL_WORDS


def as_worked(key: str, path: Path, computed: Mapping[Place, Value]) -> None:
    """An engine's values, levels and words are those of the worked examples, and all its others Python's."""
    book = opened(path)
    t = i18n.language(book.entries.language)
    for kpi, case in WORKED[key].cases.items():
        name, level = f"{book.entries.business.code}_{kpi}", LEVEL_OF[case.level]
        assert computed[named(book, f"{name}_value")] == pytest.approx(case.value, rel=1e-12)
        assert computed[named(book, f"{name}_level")] == level_word(level, t)
        assert computed[named(book, f"{name}_level_number")] == ("" if level is None else level.value)
    for measure, number in WORKED[key].typed.items():
        assert computed[named(book, measure)] == number
    assert differences(path, computed) == []


def test_the_worked_examples_in_every_language_in_ironcalc(everywhere: Everywhere) -> None:
    assert {key for key, _ in everywhere} == set(WORKED)
    assert {code for _, code in everywhere} == set(codes())
    for (key, _), path in everywhere.items():
        as_worked(key, path, ironcalc_values(path))


@pytest.mark.libreoffice
def test_the_worked_examples_in_libreoffice(everywhere: Everywhere) -> None:
    paths = [everywhere[one] for one in IN_ONE.items()]
    for key, path, computed in zip(IN_ONE, paths, libreoffice_values(paths), strict=True):
        as_worked(key, path, computed)


# Whatever an owner may have typed

WRONG: tuple[Typed, ...] = ("2026-10-05", "n/a", " ", "4", ExcelError("#N/A"), ExcelError("#DIV/0!"))
TRUTH = (True, False)
"""Excel, IronCalc and Python count no truth values; LibreOffice takes them for 1 and 0."""
NAMES = st.sampled_from(["Ana", "ANA", "Léa", "zoë", " Ana", "O'Neill & Co", "=1+1", "*", "007", "7", "", None])
NOTES = st.sampled_from(["Spanish", "español", "x" * 300, "-", "a\nb", None])


@st.composite
def periods(draw: st.DrawFn) -> tuple[Kind, Period]:
    kind = draw(st.sampled_from(Kind))
    edges = [date(2024, 2, 29), date(2028, 2, 1), date(2025, 12, 31), date(2026, 1, 1), date(2027, 1, 3)]
    day = draw(st.sampled_from(edges) | st.dates(date(2001, 1, 1), date(2039, 12, 31)))
    return kind, Period.containing(kind, day)


def moments(period: Period) -> st.SearchStrategy[float | None]:
    """Dates and times on and about the edges of the period and of its windows."""
    first, after, year = serial(period.start), serial(period.after), serial(period.after) - 365
    edges = [first, after, after - 1, year, year - 1, year + 1, first - 1]
    times = st.sampled_from([0, 0, 0.25, 0.5, 0.75, 0.99998, 1 / 3])
    about = st.builds(lambda day, time: float(day + time), st.sampled_from(edges) | st.integers(first, after), times)
    anywhere = st.integers(year - 30, after + 30).map(float)
    return about | anywhere


def often(usual: st.SearchStrategy[Typed], *others: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Mostly what belongs into the cell, now and then a blank or something else."""
    return st.one_of(usual, usual, usual, st.none(), *others)


@st.composite
def tables(
    draw: st.DrawFn, business: Business, period: Period, words: Mapping[str, str], wrong: st.SearchStrategy[Typed]
) -> Mapping[str, Rows]:
    dates = moments(period)
    scores = st.sampled_from([1, 2, 3, 4, 5, 4.5, 3.999, 0, 6, -1, 8, 9, 10, 7, 11])
    amounts = st.sampled_from([0, 8, 7.25, 0.1, 0.2, 6, 40, 1e6, -2])
    languages = st.sampled_from([words["house_language"], words["house_language"].upper(), "Deutsch", "x*", None])
    found = {}
    for table in business.tables:
        if draw(st.integers(0, 7)) == 0:
            continue
        cells: dict[str, st.SearchStrategy[Typed]] = {}
        for field in table.fields:
            if field.type == "date":
                cells[field.id] = often(dates, wrong, st.just(0.0))
            elif field.type == "number":
                cells[field.id] = often(scores if field.maximum else amounts, wrong)
            elif field.type == "choice":
                choices = [words[word_key(table.id, field.id, choice)] for choice in field.choices]
                cells[field.id] = st.sampled_from([*choices, choices[0].upper(), "something else", None])
            elif field.id == "language":
                cells[field.id] = languages
            else:
                cells[field.id] = NAMES if field.key or field.refers_to else NOTES
        row = st.fixed_dictionaries(cells)
        blank = st.just(dict.fromkeys(cells))
        drawn = draw(st.lists(st.one_of(row, row, row, blank), min_size=1, max_size=7))
        found[table.id] = {id_: [line[id_] for line in drawn] for id_ in cells}
    return found


Key = TypeVar("Key")


def some(keys: Sequence[Key], values: st.SearchStrategy[Typed]) -> st.SearchStrategy[Mapping[Key, Typed]]:
    return st.just({}) | st.dictionaries(st.sampled_from(keys), values, max_size=4)


@st.composite
def pasts(draw: st.DrawFn, business: Business, period: Period) -> Sequence[tuple[float, str, Typed]]:
    """A few lines, or whole years of some measures, so that windows over closed periods have what they need."""
    shown = [measure.name for measure in business.measures]
    ids = [*(kpi.name_prefix for kpi in business.kpis), *OWN_SLOTS[:2], *shown]
    shifts = st.sampled_from([-1, -1, -2, -3, -6, -11, -12, -13])
    lines = set(draw(st.just([]) | st.lists(st.tuples(shifts, st.sampled_from(ids)), unique=True, max_size=12)))
    if draw(st.booleans()):
        whole = draw(st.lists(st.sampled_from(shown), max_size=4))
        lines |= {(-back, id_) for id_ in whole for back in range(1, draw(st.sampled_from([2, 3, 11, 52])) + 1)}
    values = st.sampled_from([0, 0.5, 0.85, 12, 200.25, None])
    starts = {shift: period.shift(shift).start for shift, _ in lines}
    if bool(lines) and draw(st.booleans()):
        starts[0] = period.year_before.start
        lines.add((0, draw(st.sampled_from(ids))))
    unique = {(float(serial(starts[shift])), id_): draw(values) for shift, id_ in sorted(lines)}
    return [(start, id_, value) for (start, id_), value in unique.items()]


@st.composite
def own_kpis(draw: st.DrawFn, business: Business, words: Mapping[str, str]) -> Mapping[str, Mapping[str, Typed]]:
    """KPIs that the owner made up: formulas that kpixl can evaluate, and everything else that may stand there."""
    measures = st.sampled_from([measure.name for measure in business.measures])
    formulas = st.one_of(
        st.builds("={}/{}".format, measures, measures),
        st.builds("=({}-{})^2*10%".format, measures, measures),
        st.builds("=-{}".format, measures.map(str.upper)),
        st.sampled_from(["=1/0", "=2^-1", "revenue/2", 5, None]),
    )
    cells = st.fixed_dictionaries(
        {
            "label": st.sampled_from(["My KPI", "Client", 2026, "", None]),
            "formula": formulas,
            "unit": st.sampled_from([words["unit_fraction"], words["unit_count"].upper(), "litres", 7, None]),
            "direction": st.sampled_from([words["direction_up"], words["direction_down"], "sideways", None]),
            **dict.fromkeys(("typical", "above_average", "exceptional"), st.sampled_from([0.5, 1, 0, 20, "x", None])),
        }
    )
    return draw(st.just({}) | st.dictionaries(st.sampled_from(OWN_SLOTS[:5]), cells, max_size=3))


COMBINATIONS = [
    ("remote-va-agency", "en", "USD"),
    ("remote-va-agency", "es", "EUR"),
    ("luxury-personal-assistant", "pt", "BRL"),
    ("luxury-personal-assistant", "en", "USD"),
    ("multilingual-va", "fr", "EUR"),
    ("career-coaching", "es", "EUR"),
    ("service-business", "ro", "RON"),
]
"""Few, since each needs a new workbook for every kind of period."""


@st.composite
def workbooks(draw: st.DrawFn, wrong: tuple[Typed, ...]) -> Filled:
    id_, language, currency = draw(st.sampled_from(COMBINATIONS))
    business = catalog.business(id_)
    t = i18n.language(language)
    words = entry_words(business, t)
    kind, period = draw(periods())
    measures = [measure.name for measure in business.measures]
    kpis = [kpi.id for kpi in business.kpis]
    names = [kpi_title(kpi, t) for kpi in business.kpis]
    level_of = [(kpi, level) for kpi in kpis for level in ("typical", "above_average", "exceptional")]
    numbers: st.SearchStrategy[Typed] = st.sampled_from([0, 0.1, 0.5, 0.75, 0.85, 0.9, 1, 2, 3.5, "x"])
    chosen: dict[str, st.SearchStrategy[Typed]] = {
        "satisfied_cut": st.sampled_from([3, 4, 4.5, 5, "four"]),
        "house_language": st.sampled_from(["deutsch", "x*", "", None, 7]),
        "repeat_days": st.sampled_from([1, 30, 400, 0, -5, "x"]),
        "dollar_rate": st.sampled_from([0.9, 4.97, 0, -1, "x", None]),
        "minimum_cases": st.sampled_from([1, 2, 30, -4, 2.5, "x", None]),
        "late_days": st.sampled_from([60, 0, 30, 400, -1, 2.5, "x", None]),
        "stay_gap": st.sampled_from([0, 1, 30, 90, -1, 2.5, "x", None]),
        "entered_until": st.sampled_from([serial(period.start) + 9.5, serial(period.end), 0, -5, 9e9, "soon"]),
    }
    settings_ = {setting.id: draw(chosen[setting.id]) for setting in settings_of(business) if draw(st.booleans())}
    spans = st.sampled_from([*(words[f"window_{window.value}"] for window in Window), "for ever", None])
    movable = [kpi.id for kpi in business.kpis if len(kpi.bound) > 1]
    day = serial(period.start) + draw(st.integers(0, (period.after - period.start).days - 1))
    return Filled(
        business=business.id,
        language=language,
        currency=currency,
        kind=kind,
        day=day + draw(st.sampled_from([0, 0, 0.5])),
        rows=draw(tables(business, period, words, st.sampled_from(wrong))),
        typed=draw(some(measures, st.sampled_from([0, 1, 2, 3, 7, 20, 100, 2.5, *wrong]))),
        targets=draw(some([*kpis, *OWN_SLOTS[:2]], numbers)),
        thresholds=draw(some(level_of, numbers)),
        settings=settings_,
        past=draw(pasts(business, period)),
        trend=draw(st.none() | st.sampled_from([*names, names[2].upper(), "something else", ""])),
        windows=draw(some(movable, spans)),
        own=draw(own_kpis(business, words)),
    )


FUZZ = settings(
    max_examples=EXAMPLES,
    derandomize="KPIXL_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def unlike(path: Path, computed: Mapping[Place, Value]) -> list[str]:
    """The differences, but for formulas of the owner's that give an error, which is Excel's to write."""
    book = opened(path)
    own = [placed(book, "own", slot, "formula") for slot in OWN_SLOTS]
    errors = {place: "" for place in own if isinstance(computed.get(place), Error)}
    return differences(path, {**computed, **errors})


def test_whatever_an_owner_typed_in_ironcalc(tmp_path: Path) -> None:
    counted = []

    @FUZZ
    @given(workbooks(WRONG + TRUTH))
    def check(filled: Filled) -> None:
        path = make(tmp_path / "typed.xlsx", filled)
        computed = ironcalc_values(path)
        assert unlike(path, computed) == []
        counted.append(sum(bool(value) for value in computed.values() if isinstance(value, float)))

    check()
    assert max(counted) > 100
    found = {path.name: unlike(path, ironcalc_values(path)) for path in for_both(tmp_path)}
    assert not any(found.values()), found


@pytest.mark.libreoffice
def test_whatever_an_owner_typed_in_libreoffice(tmp_path: Path) -> None:
    paths = for_both(tmp_path)
    found = {path.name: unlike(path, values) for path, values in zip(paths, libreoffice_values(paths), strict=True)}
    assert not any(found.values()), found


def for_both(folder: Path) -> list[Path]:
    """Workbooks of anything that an owner may type and both engines take alike."""
    paths: list[Path] = []

    @settings(FUZZ, max_examples=IN_BOTH, derandomize=True, phases=[Phase.generate])
    @given(workbooks(WRONG))
    def collect(filled: Filled) -> None:
        # A text 007 is 7 to Excel's COUNTIFS and to IronCalc's, and to LibreOffice's another name.
        assume(not {"7", "007"} <= set(map(str, filled.rows.get("clients", {}).get("client", ()))))
        paths.append(make(folder / f"typed {len(paths)}.xlsx", filled))

    collect()
    assert len(paths) == IN_BOTH
    return paths


@pytest.mark.parametrize("opened_at", [-3.0, 1.0, 59.5, 46300.123456789012])
def test_a_date_is_read_as_the_number_that_excel_has(opened_at: float, tmp_path: Path) -> None:
    rows: Rows = {"id": ["1"], "client": ["Ana"], "opened": [opened_at], "resolved": [46300.25]}
    path = make(tmp_path / "dates.xlsx", Filled(rows={"requests": rows}))
    assert differences(path, ironcalc_values(path)) == []


# The comparison can fail


@ENGINES
def test_a_lie_is_found_out(compute: Compute, everywhere: Everywhere, tmp_path: Path) -> None:
    path = tmp_path / "lie.xlsx"
    assert WORKED[FIRST].business == AGENCY
    shutil.copy(everywhere[FIRST, "en"], path)
    book = opened(path)
    measure = placed(book, "totals", "requests_opened", "used")
    card = placed(book, "dashboard", "board_1", "value")
    put(path, {measure: 7.0, card: 0.81})

    found = differences(path, compute(path))

    assert found == [
        f"{card[0]}!{card[1]}: 0.81 in the file, 0.8 computed",
        f"{measure[0]}!{measure[1]}: 7.0 in the file, '' computed",
    ]


def test_a_workbook_is_computed_after_another_as_it_is_alone(tmp_path: Path) -> None:
    """IronCalc keeps the workbooks that it has loaded, and is told what is otherwise in the next one."""
    scores: list[list[Typed]] = [[5, 4, 3], [True, "5", ExcelError("#N/A")], [4, "", None], [1, 1, 1]]
    paths = []
    for number, column in enumerate(scores):
        rows: Rows = {"date": [float(serial(date(2026, 10, 1)))] * 3, "client": ["Ana", "", None], "score": column}
        filled = Filled(rows={"surveys": rows}, typed={"leads": number or None}, targets={"css": number / 4})
        paths.append(make(tmp_path / f"{number}.xlsx", filled))
    own = placed(opened(paths[3]), "own", "own_1", "formula")
    put(paths[3], {own: "=surveyed*2"})
    alone = []
    for path in paths:
        engines.forget()
        alone.append(ironcalc_values(path))
    assert len({alone_[named(opened(paths[0]), "va_css_value")] for alone_ in alone}) == 4
    for path, values in [*zip(paths, alone, strict=True)][::-1]:
        assert ironcalc_values(path) == values
    assert (own in alone[3], own in alone[0]) == (True, False)
    assert engines.models() == 1


def test_what_the_comparison_takes_for_the_same() -> None:
    assert same_value(0.9, 0.9000000000000001)
    assert not same_value(0.9, 0.900001)
    assert same_value("+2,5 → typical", "+2.5 → typical")
    assert not same_value("a, b", "a. b")
    assert not same_value("", 0.0)
    assert not same_value("#N/A", Error("#N/A"))
    assert not same_value(Error("#N/A"), Error("#VALUE!"))
    assert not same_value(True, 1.0)


# Alive: what changes in a cell of the owner changes everywhere at once, without Python


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten answers of which eight are satisfied, four requests of which the last is open, two clients."""
    day = serial(date(2026, 10, 1))
    scores = [5, 5, 5, 5, 4, 4, 4, 4, 3, 1]
    return make(
        tmp_path_factory.mktemp("alive") / "alive.xlsx",
        Filled(
            rows={
                "surveys": {"date": [day + n for n in range(10)], "score": scores},
                "requests": {
                    "id": ["1", "2", "3", "4"],
                    "client": ["Ana", "Ana", "Léa", "Léa"],
                    "opened": [day + 0.5, day + 1.5, day + 2.5, day + 3.5],
                    "resolved": [day + 0.75, day + 1.75, day + 2.75, None],
                },
                "clients": {"client": ["Ana", "Léa"], "start": [day - 500.0, day - 400.0]},
            },
            typed={"leads": 20},
            past=[(float(serial(date(2026, 9, 1))), "va_css", 0.7), (float(serial(date(2026, 9, 1))), "va_art", 3)],
        ),
    )


Edit = Callable[[Path], None]
Expected = Mapping[str, Value]


UNCHANGED = ("nothing", "trend")
"""Edits that change no figure, level or target, so that the comments are not older than they."""


def type_in(*where: str, value: Typed) -> Edit:
    """Type ``value`` into an owned cell, or one that has a name."""

    def edit(path: Path) -> None:
        book = opened(path)
        put(path, {named(book, where[0]) if len(where) == 1 else placed(book, *where): value})

    return edit


def type_entry(table: str, column: str, row: int, value: Typed) -> Edit:
    """Type ``value`` into a row of an entry table."""
    return lambda path: put(path, {entry(opened(path), table, column, row): value})


def type_row(path: Path) -> None:
    append(path, "surveys", {"date": [float(serial(date(2026, 10, 31))) + 0.999], "score": [5]})


EDITS: dict[str, tuple[Edit, Expected]] = {
    "nothing": (
        lambda path: None,
        {"va_css_value": 0.8, "va_css_level": "▼ below benchmark", "va_css_change": 0.1, "va_art_value": 6.0},
    ),
    "score": (type_entry("surveys", "score", 9, 4), {"va_css_value": 0.9, "va_css_level": "▲ above average"}),
    "score cleared": (type_entry("surveys", "score", 9, None), {"surveyed": 9.0, "va_css_value": 8 / 9}),
    "score as text": (type_entry("surveys", "score", 0, "5"), {"surveyed": 9.0, "satisfied": 7.0}),
    "resolved": (
        type_entry("requests", "resolved", 3, serial(date(2026, 10, 4)) + 1.25),
        {"requests_resolved": 4.0, "resolution_hours": 36.0, "va_art_value": 9.0, "requests_open": 0.0},
    ),
    "new row": (type_row, {"surveyed": 11.0, "satisfied": 9.0, "va_css_value": 9 / 11}),
    "threshold": (
        type_in("thresholds", "css", "typical_yours", value=0.8),
        {"va_css_typical": 0.8, "va_css_level": "● typical"},
    ),
    "target": (type_in("va_css_target", value=0.75), {"va_css_target": 0.75, "va_css_value": 0.8}),
    "satisfied cut": (type_in("settings", "satisfied_cut", "value", value=5), {"satisfied": 4.0, "va_css_value": 0.4}),
    "typed total": (type_in("totals", "surveyed", "typed", value=8), {"surveyed": 8.0, "va_css_value": 1.0}),
    "typed zero": (type_in("totals", "surveyed", "typed", value=0), {"surveyed": 0.0, "va_css_value": ""}),
    "trend": (type_in("trend_kpi", value="ART · Average resolution time"), {"va_art_value": 6.0}),
    "period": (
        type_in("period_day", value=serial(date(2026, 11, 30)) + 0.5),
        {"period_start": 46327.0, "surveyed": "", "va_css_value": "", "requests_open": 1.0, "va_css_change": ""},
    ),
}


def edited(name: str, alive: Path, folder: Path) -> Path:
    path = folder / f"{name}.xlsx"
    shutil.copy(alive, path)
    EDITS[name][0](path)
    return path


def said_of_kpis(path: Path, values: Mapping[Place, Value]) -> dict[Value, list[Value]]:
    """What the table of the dashboard says, by the name of the KPI."""
    book, columns = opened(path), ("value", "target", "met", "previous", "year", "level", "few")

    def said(row: str, column: str) -> Value:
        value = values.get(placed(book, "dashboard", row, column), "")
        return round(value, 9) if isinstance(value, float) else value

    return {said(row, "tick"): [said(row, column) for column in columns] for row in board.rows(BUSINESS)}


def assert_alive(name: str, path: Path, computed: Mapping[Place, Value]) -> None:
    """The engine's values are those worked out by hand, and all others those that a refresh by Python leaves."""
    book, written = opened(path), contents(path)
    for named_cell, value in EDITS[name][1].items():
        at = named(book, named_cell)
        found = computed[at] if at in computed else written[at].value
        assert same_value(found, value), (named_cell, found)
    changed = placed(book, "dashboard", "verdict", "year")
    assert (computed[changed] != "") == (name not in UNCHANGED)

    after = contents(refreshed(path, path.with_name(f"refreshed {path.name}")))
    # Refresh leaves entry sheets alone, and what depends on the last refresh is older before it.
    old = {placed(book, "totals", row, "changed") for row in (*(m.name for m in BUSINESS.measures), "total")}
    old |= {placed(book, "calc", kpi.id, column) for kpi in BUSINESS.kpis for column in ("changed", "wrong_since")}
    notices = (("kpis", "value"), ("breakdown", "value_0"), ("check", "where"), ("behind", "part_1"))
    old |= {changed, *(placed(book, block, "space", column) for block, column in notices)}
    # Errors that are mended are errors no more; new ones are found by the next refresh.
    old.add(named(book, "check_errors"))
    # Which KPI stands in which row is settled by a refresh; what is said of each is live.
    assert said_of_kpis(path, computed) == said_of_kpis(path, {place: cell.value for place, cell in after.items()})
    old |= {place for place in computed if place[0] == book.sheets["dashboard"].name}
    for block in ("do", "board"):
        placement = book.placements[block]
        old |= {placed(book, block, row, one) for row in placement.row_numbers for one in placement.column_numbers}
    entries = {book.sheets[table.id].name for table in BUSINESS.tables}
    compared = [
        place
        for place in computed
        if place not in old and place[0] not in entries and after[place].formula == written[place].formula
    ]
    assert len(compared) > 550
    assert {p: (after[p].value, computed[p]) for p in compared if not same_value(after[p].value, computed[p])} == {}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_alive_in_ironcalc(name: str, alive: Path, tmp_path: Path) -> None:
    path = edited(name, alive, tmp_path)
    assert_alive(name, path, ironcalc_values(path))


@pytest.mark.libreoffice
def test_edits_are_alive_in_libreoffice(alive: Path, tmp_path: Path) -> None:
    paths = {name: edited(name, alive, tmp_path) for name in EDITS}
    for (name, path), computed in zip(paths.items(), libreoffice_values(list(paths.values())), strict=True):
        assert_alive(name, path, computed)


def test_the_picked_kpi_is_the_one_in_the_trend_chart(alive: Path, tmp_path: Path) -> None:
    path = edited("trend", alive, tmp_path)
    computed, book = ironcalc_values(path), opened(path)
    # September is the eleventh of twelve periods; 6 hours are held against the 3 of the next level.
    assert computed[placed(book, "line", "p12", "raw")] == 6.0
    assert computed[placed(book, "line", "p11", "raw")] == 3.0
    assert computed[placed(book, "line", "p10", "value")] == Error("#N/A")
    assert computed[placed(book, "line", "aim", "value")] == 3.0
    assert computed[placed(book, "line", "p11", "value")] == computed[placed(book, "line", "p12", "aim")]
    computed = ironcalc_values(alive)
    assert computed[placed(book, "line", "p12", "raw")] == 0.8
    assert computed[placed(book, "line", "p11", "raw")] == pytest.approx(0.7)
    assert computed[placed(book, "line", "aim", "value")] == 0.85
