"""The report: its numbers are those of the results, the owner's text stays text, people and browsers can read it."""

from __future__ import annotations

import json
import math
import operator
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

import browser
import builds
import packs
from clock import NOW, TODAY
from kpixl import palette
from kpixl.catalog import Level, business
from kpixl.check import Problem
from kpixl.cli.main import main
from kpixl.entries import Action, Entries, InputCell, OwnEntry, PastValue, entry_table
from kpixl.errors import FileExists, FileInUse, FolderMissing
from kpixl.i18n import language
from kpixl.kpi.breakdown import Group, GroupResult, Section, breakdown
from kpixl.kpi.measure import measure
from kpixl.kpi.pareto import pareto
from kpixl.kpi.score import Scorecard, score
from kpixl.languages import codes
from kpixl.period import Period, serial
from kpixl.report import Contents, charts, pdf, report_html
from kpixl.report.first import without_names
from kpixl.report.pareto import WIDTH, pictures
from kpixl.verbs import report, results

EN = language("en")
NASTY = "<script>alert(1)</script> & \"Söhne\" 'x' — 🚀 مرحبا بالعالم " + "Donaudampfschifffahrtsgesellschaft" * 4

Tree = Any


def parsed(page: str) -> Tree:
    """The page read as strict XML, which it also is: nothing is left to a browser's forbearance."""
    assert page.startswith("<!DOCTYPE html>")
    return etree.fromstring(page.encode(), etree.XMLParser(resolve_entities=False))


def words(element: Tree) -> str:
    return re.sub(r"[ \n]+", " ", "".join(element.itertext())).strip()


def one(tree: Tree, path: str, **names: str) -> Tree:
    (found,) = tree.xpath(path, **names)
    return found


def entries(company: str = "TaskZenith", **changes: Any) -> Entries:
    """October 2026 of an agency without rows."""
    made = Entries(
        business=business("remote-va-agency"),
        company=company,
        language="en",
        currency="USD",
        period=Period.parse("2026-10"),
        tables={},
        settings={},
        typed={},
        targets={},
        thresholds={},
    )
    return replace(made, **changes)


def typed(**numbers: float) -> dict[str, InputCell]:
    return {name: InputCell(number, "Totals", "D5") for name, number in numbers.items()}


def own(label: str, value: float) -> OwnEntry:
    cells = {
        part: InputCell(raw, "Settings", "B20") for part, raw in (("label", label), ("value", value), ("none", None))
    }
    thresholds = {Level.TYPICAL: InputCell(5.0, "Settings", "F20")}
    return OwnEntry("own_1", cells["label"], "", cells["value"], cells["none"], cells["none"], thresholds)


def page_of(made: Entries, sections: tuple[Section, ...] = (), code: str = "en") -> str:
    return report_html(Contents(score(made, measure(made), TODAY), sections, names=True), language(code), now=NOW)


def nasty() -> Entries:
    """Everything that an owner writes, written to break the page."""
    return entries(
        NASTY,
        typed=typed(satisfied=88, surveyed=100, tasks_completed=1e15, tasks_assigned=1e15),
        targets={"css": InputCell(0.9, "KPIs", "E5")},
        past=(PastValue(date(2026, 8, 1), "kpi", "va_css", 0.8), PastValue(date(2026, 9, 1), "kpi", "va_css", 0.85)),
        own=(own(f"<b>{NASTY}</b>", 7.5),),
    )


# The samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[results.Outcome, ...]:
    return builds.samples(tmp_path_factory.mktemp("samples"))


def test_every_sample_has_its_report(samples: tuple[results.Outcome, ...]) -> None:
    assert len(samples) == 6
    for sample in samples:
        assert sample.report == sample.path.with_suffix(".html")
        tree = parsed(sample.report.read_text(encoding="utf-8"))
        assert words(one(tree, "//h1")) == sample.scorecard.entries.company
        assert tree.get("lang").startswith(sample.scorecard.entries.language)


def test_the_numbers_are_those_of_the_results(
    samples: tuple[results.Outcome, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """For every sample, in every language: each KPI and each measure, as a number and as it is written."""
    for sample in samples:
        main(["results", str(sample.path), "--json"])
        said = json.loads(capsys.readouterr().out)
        scorecard = results.results(sample.path, today=TODAY).scorecard
        units = {item.name: item.unit for item in scorecard.entries.business.measures}
        for code in codes():
            t = language(code)
            tree = parsed(report_html(Contents(scorecard, breakdown(scorecard.entries)), t, now=NOW))
            assert len(tree.xpath("//article")) == len(said["kpis"])
            for kpi in said["kpis"]:
                shown = one(tree, "//*[@id=$id]//*[@class='value' or @class='value long']/data", id=f"kpi-{kpi['kpi']}")
                assert number(shown) == kpi["value"]
                assert shown.text == t.number(kpi["value"], kpi["unit"], said["currency"])
            assert len(tree.xpath("//table[@class='figures']/tbody/tr")) == len(said["measures"])
            for name, item in said["measures"].items():
                shown = one(tree, "//*[@id=$id]//data", id=f"measure-{name}")
                assert number(shown) == item["value"]
                assert shown.text == t.number(item["value"], units[name], said["currency"])


def number(element: Tree) -> float | None:
    return float(element.get("value")) if element.get("value") else None


def test_targets_changes_and_levels_are_written(samples: tuple[results.Outcome, ...]) -> None:
    scorecard = next(o.scorecard for o in samples if o.scorecard.entries.language == "en")
    tree = parsed(report_html(Contents(scorecard), EN, now=NOW))
    card = one(tree, "//*[@id='kpi-css']")
    assert words(one(card, ".//p[@class='standing']")) == "▼ below benchmark"
    assert words(one(card, ".//dd[@class='change']")) == "−3.8 points"
    assert words(one(card, ".//dd[@class='target']")) == "90.0% · missed"
    assert words(one(card, ".//dd[@class='step']")) == "Satisfied answers: +2 → typical"
    order = [id_.removeprefix("row-") for id_ in tree.xpath("//table[starts-with(@class, 'board')]/tbody/tr/@id")]
    assert order == ["css", "ncar", "sdi", "crr", "art", "tcr", "aur"]  # worst first, as on the dashboard


def test_the_breakdown_has_its_groups(samples: tuple[results.Outcome, ...]) -> None:
    scorecard = samples[0].scorecard
    sections = {section.dimension: section for section in breakdown(scorecard.entries) if section.groups}
    t = language(scorecard.entries.language)
    tree = parsed(report_html(Contents(scorecard, breakdown(scorecard.entries), names=True), t, now=NOW))
    assert [table.get("id") for table in tree.xpath("//table[@class='breakdown']")] == [f"by-{id_}" for id_ in sections]
    for dimension, section in sections.items():
        rows = tree.xpath("//table[@id=$id]/tbody/tr", id=f"by-{dimension}")
        assert len(rows) == len(section.groups)
        for row, group in zip(rows, section.groups, strict=True):
            values = [number(data) for data in row.xpath(".//data")]
            known = [result for result in group.results.values() if result.value is not None]
            assert [value for value in values if value is not None] == [result.value for result in known]
            if group.name:
                assert words(row[0]) == group.name
            counted = [words(cases) for cases in row.xpath(".//*[@class='cases']")]
            assert counted == [f"({t.number(result.cases)})" for result in known if result.cases is not None]


def test_totals_have_their_largest_groups(samples: tuple[results.Outcome, ...]) -> None:
    """In every sample with such totals: names, amounts, shares and the sentence are those of the ranking."""
    seen = 0
    for sample in samples:
        scorecard = results.results(sample.path, today=TODAY).scorecard
        t, currency = language(scorecard.entries.language), scorecard.entries.currency
        rankings = pareto(scorecard.entries)
        tree = parsed(report_html(Contents(scorecard, rankings=rankings, names=True), t, now=NOW))
        pictures = tree.xpath("//div[@class='paretos']/figure")
        assert len(pictures) == len(rankings)
        for ranking, figure in zip(rankings, pictures, strict=True):
            unit = ranking.pareto.measure.unit
            told = one(figure, ".//desc").text.split("; ")
            numbers = [
                f"{t.number(part.amount, unit, currency)}, {t.number(part.share, 'fraction')}, "
                f"{t.number(part.cumulative, 'fraction')}"
                for part in ranking.parts
            ]
            assert [text.rpartition(": ")[2] for text in told] == numbers
            named = [text.rpartition(": ")[0] for text in told]
            assert named[:3] == [part.name for part in ranking.parts[:3]]
            assert words(one(figure, ".//h3")) == t(ranking.pareto.title)
            assert str(ranking.vital) in words(one(figure, ".//figcaption/p"))
            amounts = [words(text) for text in figure.xpath(".//text[@class='amount']")]
            assert amounts == [t.number(part.amount, unit, currency) for part in ranking.parts]
            # The rest has no bar, which would dwarf all others, but the line goes on to its end.
            shares = [part.share for part in ranking.parts if not part.others]
            widths = [float(bar.get("width")) for bar in figure.xpath(".//rect")]
            assert [width / sum(widths) for width in widths] == pytest.approx(
                [share / sum(shares) for share in shares], abs=0.005
            )
            assert len(one(figure, ".//polyline").get("points").split()) == len(ranking.parts)
            seen += 1
    assert seen == 8


# What comes first


def test_the_first_page_by_hand() -> None:
    """Of 100 surveyed 80 were satisfied (below 85 %, the target is 90 %), 95 of 100 tasks were done (exceptional), 75
    of 100 hours billed (typical, from 65 % on). The owner has said who sees to the first, and by when."""
    made = entries(
        typed=typed(
            satisfied=80, surveyed=100, tasks_completed=95, tasks_assigned=100, productive_hours=75, available_hours=100
        ),
        targets={"css": InputCell(0.9, "KPIs", "E5")},
        actions={"css": decided("Ana", float(serial(date(2026, 11, 15))))},
        past=(PastValue(date(2026, 9, 1), "kpi", "va_css", 0.84), PastValue(date(2025, 10, 1), "kpi", "va_css", 0.9)),
    )
    tree = parsed(page_of(made))
    assert [words(item) for item in tree.xpath("//ul[@class='verdict']/li")] == [
        "▲ 1 good", "● 1 typical", "▼ 1 below par", "○ not graded: 4",
    ]  # fmt: skip
    first, second = tree.xpath("//ol[@class='actions']/li")
    assert words(one(first, "p[@class='what']")) == "Client satisfaction score ▼ below benchmark"
    assert words(one(first, "p[@class='reached']")) == "80.0% · Held against 90.0% (target) · Gap −10.0 points"
    assert words(one(first, "p[@class='who']")) == "Who: Ana By when: November 15, 2026"
    assert words(one(second, "p[@class='reached']")) == "75.0% · Held against 80.0% (above average) · Gap −5.0 points"
    assert not second.xpath("p[@class='who']")
    row = one(tree, "//tr[@id='row-css']")
    assert [words(cell) for cell in row.xpath("td[contains(@class, 'figure')]")] == [
        "80.0%",
        "90.0% ✘",
        "84.0%",
        "90.0%",
    ]
    assert [id_.removeprefix("row-") for id_ in tree.xpath("//tr/@id")][:3] == ["css", "aur", "tcr"]


def decided(who: str, by: float) -> Action:
    cells = (InputCell(raw, "Dashboard", "N5") for raw in (who, by, None, None))
    return Action(*cells)


def test_where_a_kpi_is_weak() -> None:
    """Worst first and three at most; two answers are too few to say anything of a client."""
    css = business("remote-va-agency").kpis[0]
    shares = {"Ana": (0.95, 20), "Ben": (0.7, 10), "Cleo": (0.0, 2), "Dan": (0.8, 10), "Eve": (0.86, 50)}
    groups = tuple(
        Group(name, {"css": GroupResult(value, Level.BELOW if value < 0.85 else Level.TYPICAL, cases, value * 4)})
        for name, (value, cases) in shares.items()
    )
    made = entries(typed=typed(satisfied=80, surveyed=100))
    tree = parsed(page_of(made, (Section("client", (css,), groups, 0, typed=False),)))
    rows = [words(row) for row in tree.xpath("//table[@id='weak-css']/tbody/tr")]
    assert rows == [
        "Ben70.0%▼ below benchmark cases: 10",
        "Dan80.0%▼ below benchmark cases: 10",
        "Eve86.0%● typical cases: 50",
    ]


def test_clients_have_numbers_unless_names_are_asked_for(samples: tuple[results.Outcome, ...]) -> None:
    """No name of any client stands anywhere on the page that is passed on; who is Client 3 is so everywhere."""
    seen = 0
    for sample in samples:
        scorecard = results.results(sample.path, today=TODAY).scorecard
        sections, rankings = breakdown(scorecard.entries), pareto(scorecard.entries)
        shown = {group.name for section in sections if section.dimension == "client" for group in section.groups}
        shown |= {part.name for one in rankings if one.pareto.by == "client" for part in one.parts if not part.others}
        contents = Contents(scorecard, sections, (), rankings)
        t = language(scorecard.entries.language)
        hidden, named = (report_html(replace(contents, names=names), t, now=NOW) for names in (False, True))
        texts = ["".join(parsed(page).itertext()) for page in (hidden, named)]
        assert not [name for name in shown if name and name in texts[0]]
        assert not [name for name in shown if name and name not in texts[1]]
        seen += len(shown)
    assert seen > 50
    client = business("remote-va-agency").kpis[0]
    section = Section("client", (client,), (Group("Ana", {}), Group("", {}), Group("Ben", {})), 0, typed=False)
    ranking = next(one for one in pareto(sold(["Ben", "Cleo"], [60, 30])) if one.pareto.by == "client")
    (by_client,), (revenue,) = without_names(business("remote-va-agency"), (section,), (ranking,), EN)
    assert [group.name for group in by_client.groups] == ["Client 1", "", "Client 2"]
    assert [part.name for part in revenue.parts] == ["Client 2", "Client 3"]


# How sure, signal or noise, pace


def test_a_card_says_how_many_cases_and_how_sure() -> None:
    made = entries(typed=typed(satisfied=88, surveyed=100, services_offered=9, clients_served=43))
    tree = parsed(page_of(made))
    sure = {id_: [words(p) for p in tree.xpath(f"//*[@id='kpi-{id_}']//p[@class='sure']")] for id_ in ("css", "sdi")}
    assert sure == {"css": ["Cases: 100 · likely 80 – 93% · small sample"], "sdi": ["Cases: 43"]}
    assert not tree.xpath("//*[@id='kpi-art']//*[@class='facts']")  # no value, nothing to be sure of
    nobody = parsed(page_of(entries(typed=typed(satisfied=0, surveyed=0))))
    assert not nobody.xpath("//*[@class='facts']")


def test_enough_cases_are_not_doubted() -> None:
    made = entries(typed=typed(satisfied=800, surveyed=1000))
    assert words(one(parsed(page_of(made)), "//*[@id='kpi-css']//p[@class='sure']")) == "Cases: 1,000 · likely 77 – 82%"


EARLIER = (20e3, *[10e3, 12e3] * 5)
"""November to September. Mean 130,000 / 11 = 11,818; steps 10,000 and 9 × 2,000, 2,800 on average, so that 4,370 to
19,266 is usual: November was above it."""


def takings(revenue: float, until: float | None = None, target: float | None = None) -> Entries:
    """October 2026 of a service business, after eleven closed months."""
    months = [Period.parse("2026-10").shift(shift).start for shift in range(-11, 0)]
    return entries(
        business=business("service-business"),
        currency="EUR",
        typed=typed(revenue=revenue),
        settings={} if until is None else {"entered_until": InputCell(until, "Settings", "B9")},
        targets={} if target is None else {"revenue": InputCell(target, "KPIs", "E5")},
        past=(
            *(PastValue(day, "kpi", "sb_revenue", value) for day, value in zip(months, EARLIER, strict=True)),
            *(PastValue(day, "part", f"revenue.{n}", 10 / 31) for day in months[-3:] for n in range(1, 10)),
        ),
    )


def signals_of(tree: Tree) -> list[tuple[str, str]]:
    """The periods that the line of revenue marks, and how, by its text alternative."""
    told = one(tree, "//*[@id='trend-values-revenue']").text
    return re.findall(r"(\w+ \d+): [^;(]+ \(([^)]+)\)", told)


@pytest.mark.parametrize(
    ("revenue", "word", "marks"),
    [
        (12e3, "Normal variation", []),
        (25e3, "◆ Above its usual range", [("Oct 2026", "above its usual range")]),
        (1e3, "◆ Below its usual range", [("Oct 2026", "below its usual range")]),
    ],
)
def test_a_signal_is_marked_where_it_is(revenue: float, word: str, marks: list[tuple[str, str]]) -> None:
    tree = parsed(page_of(takings(revenue)))
    assert words(one(tree, "//*[@id='kpi-revenue']//p[starts-with(@class, 'signal')]")) == word
    assert signals_of(tree) == [("Nov 2025", "above its usual range"), *marks]
    chart = one(tree, "//svg[@aria-labelledby='trend-revenue trend-values-revenue']")
    line = [point.split(",") for point in one(chart, "polyline").get("points").split()]
    expected = [line[0], line[-1]] if marks else [line[0]]
    found = [re.match(r"M([\d.]+) ([\d.]+)", path.get("d")) for path in chart.xpath("path[@class='signal']")]
    assert [at[1] for at in found if at] == [x for x, _ in expected]
    assert [float(at[2]) + 7 for at in found if at] == pytest.approx([float(y) for _, y in expected])
    assert "usual range: €4,370.18 to €19,266.18" in words(one(chart, "desc"))
    assert len(tree.xpath("//ul[@class='keys']/li")) == 2


def test_the_axis_reaches_to_the_limits() -> None:
    """Without the lower limit at 4,370 it would begin at €10,000."""
    chart = one(parsed(page_of(takings(12e3))), "//svg[@class='trend']")
    assert [words(text) for text in chart.xpath("text[@text-anchor='end']")][:5] == [
        "€0", "€5,000", "€10,000", "€15,000", "€20,000",
    ]  # fmt: skip
    limits = [float(line.get("y1")) for line in chart.xpath("line[@class='limit']")]
    assert limits == [pytest.approx(142 - amount * 132 / 20e3, abs=0.06) for amount in (4370.18, 19266.18)]


def test_what_is_beyond_counting_is_not_usual() -> None:
    made = takings(12e3)
    huge = tuple(replace(past, value=1e300) if number % 2 else past for number, past in enumerate(made.past))
    tree = parsed(page_of(replace(made, past=huge)))
    assert tree.xpath("//svg[@class='trend']")
    assert not tree.xpath("//*[@class='usual']")


def test_a_run_is_told_as_one() -> None:
    """Three months at 10 and eight around 18. Mean 174 / 11 = 15.82; steps 15.5 / 10 on average, so that 11.7 to 19.9
    is usual: September is the eighth in a row above the mean, October the ninth."""
    months = [Period.parse("2026-10").shift(shift).start for shift in range(-11, 0)]
    past = tuple(
        PastValue(day, "kpi", "sb_complaints", 10 if number < 3 else 17.5 + number % 2)
        for number, day in enumerate(months)
    )
    made = entries(business=business("service-business"), typed=typed(complaints=18), past=past)
    tree = parsed(page_of(made))
    told = one(tree, "//*[@id='trend-values-complaints']").text
    assert "Sep 2026: 17.5 (eight in a row above its mean)" in told
    assert told.count("eight in a row above its mean") == 2
    assert words(one(tree, "//*[@id='kpi-complaints']//p[@class='signal told']")) == "◆ Eight in a row above its mean"


def test_a_running_period_has_a_forecast_and_no_signal_yet() -> None:
    """By the 11th 10 of 31 parts had come: 9,000 becomes 27,900, and on its way to 31,000 it would be 10,000."""
    tree = parsed(page_of(takings(9000, float(serial(date(2026, 10, 11))), 31_000)))
    assert words(one(tree, "//p[@class='kind']")) == (
        "October 2026 · Service business · Still running until October 31, 2026 · days left: 20"
    )
    assert words(one(tree, "//*[@id='kpi-revenue']//p[@class='pace']")) == "Forecast €27,900 · off track"
    assert not tree.xpath("//*[@id='kpi-revenue']//p[starts-with(@class, 'signal')]")
    far = parsed(page_of(takings(25e3, float(serial(date(2026, 10, 11))))))
    assert words(one(far, "//*[@id='kpi-revenue']//p[@class='pace']")) == "Forecast €77,500"
    assert signals_of(far) == [("Nov 2025", "above its usual range")]  # October is no whole month yet


def test_a_closed_period_has_no_days_left() -> None:
    tree = parsed(page_of(takings(9000)))
    assert words(one(tree, "//p[@class='kind']")) == "October 2026 · Service business"
    assert not tree.xpath("//p[@class='pace']")


def test_without_closed_periods_nothing_is_usual() -> None:
    tree = parsed(page_of(nasty()))
    assert tree.xpath("//svg[@class='trend']")
    assert not tree.xpath(
        "//ul[@class='keys']|//*[@class='usual' or @class='limit' or @class='mean' or @class='signal']"
    )


SALES = business("service-business").table("sales")


def sold(clients: list[str | None], amounts: list[float]) -> Entries:
    """October of a service business with these sales."""
    day = [float(serial(Period.parse("2026-10").start))] * len(clients)
    rows = entry_table(SALES, {"date": day, "client": clients, "amount": amounts})
    return entries(business=business("service-business"), currency="EUR", tables={"sales": rows})


def test_bars_and_line_are_on_one_axis() -> None:
    """By hand: 60, 30 and 10 of 100; the line begins where the first bar ends, and ends where the axis does."""
    (made, *others) = pictures(pareto(sold(["Ana", "Ben", None], [60, 30, 10])), "EUR", EN)
    assert others == []
    width = made.right - made.left
    assert [bar.length / width for bar in made.bars] == pytest.approx([0.6, 0.3, 0.1])
    assert [(x - made.left) / width for x, _ in made.line] == pytest.approx([0.6, 0.9, 1])
    assert [bar.name for bar in made.bars] == ["Ana", "Ben", "(blank)"]
    assert [tick.text for tick in made.ticks] == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert made.ticks[-1].x == made.right
    assert made.sentence == "Customers that together bring 80% (or more) of the revenue: 2 of 3."
    assert made.note == "Rows without a name count as one group."
    assert made.text == "Ana: €60.00, 60.0%, 60.0%; Ben: €30.00, 30.0%, 90.0%; (blank): €10.00, 10.0%, 100.0%"


def test_a_picture_has_room_for_its_words() -> None:
    made = pictures(pareto(sold([NASTY, "B"], [1234567890, 1])), "EUR", EN)[0]
    assert 0 < made.left < made.right < WIDTH
    assert len(made.bars[0].name) <= 24
    assert NASTY in made.text


@pytest.mark.parametrize("code", codes())
def test_names_of_groups_stay_text(code: str) -> None:
    made = sold([NASTY, "</svg>", "B"], [3, 2, 1])
    tree = parsed(
        report_html(Contents(score(made, measure(made), TODAY), (), (), pareto(made), True), language(code), now=NOW)
    )
    sound(tree)
    (drawn,) = tree.xpath("//svg[@class='pareto']")
    assert cleaned(NASTY) in "".join(one(drawn, "desc").itertext())
    assert {element.tag for element in drawn} == {"title", "desc", "line", "text", "rect", "polyline", "circle"}


def test_without_rows_there_is_no_picture() -> None:
    made = sold([], [])
    tree = parsed(report_html(Contents(score(made, measure(made), TODAY), (), (), pareto(made)), EN, now=NOW))
    assert not tree.xpath("//div[@class='paretos']")
    assert "No rows in this period." in words(tree)


def test_a_small_group_is_marked_also_without_a_benchmark() -> None:
    churn = next(kpi for kpi in business("service-business").kpis if kpi.id == "churn")
    groups = tuple(Group(name, {"churn": GroupResult(0.5, None, cases)}) for name, cases in (("Big", 8), ("Small", 4)))
    made = entries(business=business("service-business"))
    tree = parsed(page_of(made, (Section("source", (churn,), groups, 0, typed=False),)))
    cells = [words(cell) for cell in tree.xpath("//table[@id='by-source']/tbody/tr/td")]
    assert cells == ["50.0% (8)", "50.0% ○ too few cases (4)"]


# What every page is


PAGES: dict[str, Callable[[], Entries]] = {
    "empty": entries,
    "first month": lambda: entries(typed=typed(satisfied=88, surveyed=100)),
    "nasty": nasty,
    "no benchmarks": lambda: entries(
        business=business("service-business"),
        currency="RON",
        typed=typed(revenue=-5.5e6, complaints=0),
        targets={"revenue": InputCell(1e6, "KPIs", "E5")},
        past=(
            PastValue(date(2026, 9, 1), "kpi", "sb_revenue", 0),
            PastValue(date(2026, 9, 1), "kpi", "sb_complaints", 0),
        ),
    ),
    "signals": lambda: takings(25e3, target=2e4),
    "running": lambda: takings(9000, float(serial(date(2026, 10, 11))), 31_000),
    "a week": lambda: entries(period=Period.parse("2026-W43"), typed=typed(satisfied=9, surveyed=9)),
    "beyond counting": lambda: entries(
        typed=typed(services_offered=1e300, clients_served=1),
        past=(PastValue(date(2026, 9, 1), "kpi", "va_sdi", 0.2), PastValue(date(2026, 8, 1), "kpi", "va_sdi", -1e308)),
    ),
}


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_sound(name: str, code: str) -> None:
    made = PAGES[name]()
    sound(parsed(page_of(made, breakdown(made), code)))


def test_sample_pages_are_sound(samples: tuple[results.Outcome, ...]) -> None:
    for sample in samples:
        assert sample.report
        sound(parsed(sample.report.read_text(encoding="utf-8")))


def sound(tree: Tree) -> None:
    """One title, headings in order, tables and pictures with names, and nothing that runs or is fetched."""
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = Counter(tree.xpath("//@id"))
    assert set(ids.values()) <= {1}
    references = {word for names in tree.xpath("//@aria-labelledby") for word in names.split()}
    references |= {link[1:] for link in tree.xpath("//@href")}
    assert all(link.startswith("#") for link in tree.xpath("//@href"))
    assert references <= set(ids)
    assert not tree.xpath("//script|//link|//img|//iframe|//object|//form|//@src|//@style")
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    css = one(tree, "//style").text
    assert "url(" not in css
    assert "@import" not in css
    assert "//" not in css
    for picture in tree.xpath("//svg"):
        assert picture.get("role") == "img"
        assert picture.get("aria-label") or (picture.xpath("title[text()]") and picture.xpath("desc[text()]"))
    for table in tree.xpath("//table"):
        assert words(one(table, "caption"))
        assert {cell.get("scope") for cell in table.xpath(".//th")} <= {"col", "row"}
    assert one(tree, "//a[@class='skip']").get("href") == "#content"


def test_without_any_value_the_page_says_so() -> None:
    tree = parsed(page_of(entries()))
    assert "No KPI can be computed yet" in words(one(tree, "//p[@class='headline']"))
    assert not tree.xpath("//svg")
    assert words(one(tree, "//*[@id='kpi-css']//p[@class='note']")) == "No figure for: Satisfied answers"
    assert words(one(tree, "//h1")) == "TaskZenith"


def test_a_company_without_a_name_goes_by_its_kind() -> None:
    assert words(one(parsed(page_of(entries(""))), "//h1")) == "Remote virtual-assistant agency"


def test_errors_of_check_stand_at_the_top(scorecard: Scorecard, problems: tuple[Problem, ...]) -> None:
    tree = parsed(report_html(Contents(scorecard, (), problems), EN, now=NOW))
    assert "(errors: 1)" in words(one(tree, "//header/p[@class='alarm']"))
    assert "Check has found errors: 1, warnings: 1." in words(tree)
    assert "November 22, 2026" in words(one(tree, "//footer"))
    tree = parsed(report_html(Contents(scorecard, (), problems[1:]), EN, now=NOW))
    assert not tree.xpath("//p[@class='alarm']")


# The owner's text


WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [NASTY, "</style><script>", "{{ 7 * 7 }}", "]]>", "<!--", "&lt;", "'\" onload=alert(1) x='", "\x00\x1b", "\ud800"]
)


@pytest.mark.slow
@settings(max_examples=30)
@given(company=WRITTEN, client=WRITTEN, label=WRITTEN)
@example("\r", "a\rb", "a\r\nb")
def test_no_tag_comes_from_the_owners_text(company: str, client: str, label: str) -> None:
    """The page has the same elements and attributes as with harmless names, and shows the text as it was written."""
    tree, plain = (
        parsed(page_of(entries(f"C{name[0]}", own=(own(f"L{name[1]}", 7.5),)), breakdown_of(f"N{name[2]}")))
        for name in ((company, label, client), ("", "", ""))
    )
    assert skeleton(tree) == skeleton(plain)
    assert "".join(one(tree, "//h1").itertext()) == cleaned(f"C{company}")
    assert "".join(one(tree, "//table[@id='by-client']//tbody/tr/th").itertext()) == cleaned(f"N{client}")
    assert cleaned(f"L{label}") in "".join(one(tree, "//*[@id='kpi-own_1']/h4").itertext())


def breakdown_of(client: str) -> tuple[Section, ...]:
    css = business("remote-va-agency").kpis[0]
    return (
        Section("client", (css,), (Group(client, {"css": GroupResult(0.9, Level.ABOVE_AVERAGE, 12)}),), 0, typed=False),
    )


def skeleton(tree: Tree) -> list[tuple[str, list[str]]]:
    return [(element.tag, sorted(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)]


def cleaned(text: str) -> str:
    """Without what no page can hold (controls, halves of pairs) or what would turn the words around it."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", text)
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text).replace("\r\n", "\n").replace("\r", "\n")


# Geometry, by hand


LEVELS = (Level.TYPICAL, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL)


def test_a_bar_is_a_hundred_for_each_level() -> None:
    drawn = charts.bullet(1.25, 2.5, LEVELS)
    assert (drawn.length, drawn.tick) == (125, 250)
    assert [(band.x, band.width, band.level.id) for band in drawn.bands] == [
        (0, 100, "below"),
        (100, 100, "typical"),
        (200, 100, "above_average"),
        (300, 100, "exceptional"),
    ]


def test_a_level_that_was_not_published_leaves_a_gap() -> None:
    drawn = charts.bullet(None, None, (Level.EXCEPTIONAL, Level.TYPICAL))
    assert [band.x for band in drawn.bands] == [0, 100, 300]
    assert drawn.length is drawn.tick is None


def test_without_thresholds_the_middle_divides() -> None:
    drawn = charts.bullet(9.0, 2.0, ())
    assert [(band.x, band.width) for band in drawn.bands] == [(0, 200), (200, 200)]
    assert (drawn.length, drawn.tick) == (400, 200)  # never past the frame


@pytest.mark.parametrize("position", [-3.0, 0.0, 0.05])
def test_what_is_as_far_below_as_can_be_has_a_bar_too(position: float) -> None:
    assert charts.bullet(position, None, LEVELS).length == 8


def test_bars_and_targets_on_the_page() -> None:
    """CSS 88 %: three fifths of the way from typical (85 %) to above average (90 %); the target 92 %: two fifths on."""
    made = entries(typed=typed(satisfied=88, surveyed=100), targets={"css": InputCell(0.92, "KPIs", "E5")})
    bar = one(parsed(page_of(made)), "//tr[@id='row-css']//svg[@class='bar']")
    assert one(bar, "rect[@class='fill typical']").get("width") == "160.0"
    assert {one(bar, "line").get(end) for end in ("x1", "x2")} == {"240.0"}
    assert bar.get("viewBox").split() == ["0", "0", "400", "24"]
    assert bar.get("aria-label") == "88.0%, typical, Target 92.0%"


def test_a_sparkline_spans_its_values() -> None:
    drawn = charts.spark([1.0, None, 3.0, 2.0])
    assert drawn.lines == (((4, 28),), ((4 + 2 * 112 / 3, 4), (116, 16)))
    assert drawn.last == (116, 16)
    assert charts.spark([5.0, 5.0]).lines == (((4, 16), (116, 16)),)
    assert charts.spark([5.0, None]).last is None


def test_an_axis_has_round_ends() -> None:
    axis = charts.axis([0.82, 0.91], {}, 0.001)
    assert (axis.low, axis.high, axis.step) == pytest.approx((0.8, 0.925, 0.025))
    assert charts.axis([3.0, 17.0], {None: 20.0}, 1.0) == charts.Axis(0, 20, 5)
    assert charts.axis([5.0, 5.0], {}, 1.0) == charts.Axis(4, 5, 1)  # a level line runs along the top
    assert charts.axis([0.0], {}, 1.0) == charts.Axis(0, 1, 1)
    assert charts.axis([2.0, 3.0], {}, 1.0).ticks == (2, 3)


@given(st.lists(st.floats(-1e14, 1e14), min_size=1, max_size=12))
@example([5e-324])
def test_an_axis_holds_its_values(values: list[float]) -> None:
    found = charts.axis(values, {}, 0.01)
    assert found.low - found.step * 1e-6 <= min(values)
    assert max(values) <= found.high + found.step * 1e-6
    assert 2 <= len(found.ticks) <= 8


def test_only_the_thresholds_next_to_the_values_are_drawn() -> None:
    marks: dict[Level | None, float] = {Level.TYPICAL: 3.0, Level.ABOVE_AVERAGE: 1.0, Level.EXCEPTIONAL: 0.5}
    assert charts.marks_drawn([2.2, 1.5, None], marks) == {Level.TYPICAL: 3.0, Level.ABOVE_AVERAGE: 1.0}
    assert charts.marks_drawn([2.0, 0.7], marks) == marks
    assert charts.marks_drawn([9.0], marks) == {Level.TYPICAL: 3.0}


def test_a_trend_lies_where_its_numbers_say() -> None:
    """From 0 to 20 between the heights 142 and 10: 6.6 a unit."""
    drawn = charts.trend([10.0, 20.0], {None: 19.9, Level.TYPICAL: 0.0}, charts.Axis(0, 20, 5), (2, 5))
    assert [tick.y for tick in drawn.ticks] == [142, 109, 76, 43, 10]
    assert [y for _, y in drawn.points] == [76, 10]
    assert drawn.last == (drawn.right - 8, 10)
    assert [(mark.value, round(mark.y, 2)) for mark in drawn.marks] == [(19.9, 10.66), (0.0, 142)]


def test_labels_stand_clear_of_one_another() -> None:
    marks: dict[Level | None, float] = {Level.TYPICAL: 1.0, Level.ABOVE_AVERAGE: 1.1, Level.EXCEPTIONAL: 1.2}
    drawn = charts.trend([1.0, 20.0], marks, charts.Axis(0, 20, 5), (2, 5))
    labels = [mark.label_y for mark in drawn.marks]
    assert [after - before for before, after in pairwise(labels)] == [pytest.approx(13)] * 2
    assert max(labels) <= 142


USUAL = charts.Range(5.0, 10.0, 15.0, 0)
NAMED = replace(USUAL, letters=11)
AXIS = charts.Axis(0, 20, 5)


def test_the_usual_range_lies_where_its_numbers_say() -> None:
    """6.6 a unit, up from 142."""
    drawn = charts.trend([10.0, 20.0], {}, AXIS, (2, 0), usual=USUAL, marked=[False, True])
    assert drawn.usual is not None
    assert (drawn.usual.top, drawn.usual.bottom, drawn.usual.mean) == (43, 109, 76)
    assert drawn.usual.edges == (109, 43)
    assert drawn.signals == (drawn.last,)


def test_the_usual_range_ends_with_the_axis() -> None:
    drawn = charts.trend([10.0, None], {}, AXIS, (2, 0), usual=charts.Range(-5.0, 10.0, 30.0, 0), marked=[True, True])
    assert drawn.usual is not None
    assert (drawn.usual.top, drawn.usual.bottom, drawn.usual.edges) == (10, 142, ())
    assert len(drawn.signals) == 1


def test_an_axis_holds_the_usual_range_unless_that_presses_the_line_flat() -> None:
    values = [10.0, None, 12.0]
    assert charts.limits_drawn(values, {}, (8.0, 14.0)) == (8, 14)  # three times the 2 of the line
    assert charts.limits_drawn(values, {}, (7.9, 14.0)) == ()
    assert charts.limits_drawn(values, {None: 0.0, Level.TYPICAL: 20.0}, (7.9, 14.0)) == (7.9, 14)
    assert charts.limits_drawn(values, {None: 0.0}, (-1.0, 14.0)) == ()
    assert charts.limits_drawn([5.0, 5.0], {}, (5.0, 5.0)) == (5, 5)


def test_the_word_of_the_usual_range_stands_clear() -> None:
    """The line runs high at the left: the word stands at the bottom there; with no corner free it is left out."""
    falling = charts.trend([14.9, 14.9, 14.9, 10.0], {}, AXIS, (2, 0), usual=NAMED)
    assert falling.usual is not None
    assert falling.usual.label == (falling.left + 4, 109 - 5)
    at_the_word: dict[Level | None, float] = {None: (142 - 101) / 6.6}
    crossed = charts.trend([14.9, 14.9, 14.9, 10.0], at_the_word, AXIS, (2, 0), usual=NAMED)
    assert crossed.usual is not None
    assert crossed.usual.label != falling.usual.label
    crowded: dict[Level | None, float] = {Level.TYPICAL: 13.8, Level.EXCEPTIONAL: 6.3}
    full = charts.trend([13.8, 6.3] * 6, crowded, AXIS, (2, 2), usual=NAMED)
    assert full.usual is not None
    assert full.usual.label is None


@given(st.lists(st.floats(0, 20), min_size=2, max_size=12), st.integers(1, 30))
def test_a_word_stands_on_no_point(values: list[float], word: int) -> None:
    drawn = charts.trend(values, {}, AXIS, (2, 0), usual=replace(USUAL, letters=word))
    assert drawn.usual is not None
    if drawn.usual.label:
        x, y = drawn.usual.label
        assert drawn.left <= x <= x + word * 5.2 <= drawn.right
        assert not [at for at, up in drawn.points if x <= at <= x + word * 5.2 and y - 9 <= up <= y + 2]


# Colours


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one_colour: str, other: str) -> float:
    low, high = sorted((luminance(one_colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast() -> None:
    """WCAG AA: 4.5 to 1 for words, 3 to 1 for what a bar says."""
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    for level in Level:
        for ground in ("FFFFFF", palette.PAPER, palette.LEVEL_TINTS[level]):
            assert contrast(palette.LEVEL_TEXT[level], ground) >= 4.5
        assert contrast(palette.LEVEL_COLOURS[level], palette.LEVEL_TINTS[level]) >= 3
    assert contrast(palette.SIGNAL, "FFFFFF") >= 3
    assert contrast(palette.SIGNAL, palette.PAPER) >= 3
    for colour in (palette.INK, palette.MUTED, palette.ACCENT, palette.SIGNAL_TEXT):
        assert contrast(colour, "FFFFFF") >= 4.5
        assert contrast(colour, palette.PAPER) >= 4.5


def test_contrast_at_night() -> None:
    night = palette.NIGHT
    for level in Level:
        for ground in (night["ground"], night["paper"], palette.NIGHT_TINTS[level]):
            assert contrast(palette.NIGHT_TEXT[level], ground) >= 4.5
        assert contrast(palette.NIGHT_COLOURS[level], palette.NIGHT_TINTS[level]) >= 3
    for name in ("ink", "muted", "accent", "signal_text"):
        assert contrast(night[name], night["ground"]) >= 4.5
        assert contrast(night[name], night["paper"]) >= 4.5
    assert contrast(night["signal"], night["ground"]) >= 3


BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""What is seen of red, green and blue light without one of the three cones: Machado, Oliveira and Fernandes 2009."""
DAYLIGHT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def seen(colour: str, matrix: Sequence[Sequence[float]]) -> list[float]:
    light = linear(colour)
    return [min(max(sum(map(operator.mul, row, light)), 0), 1) for row in matrix]


def lab(light: Sequence[float]) -> list[float]:
    """CIE 1976, under daylight."""
    to_xyz = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    xyz = (sum(map(operator.mul, row, light)) / white for row, white in zip(to_xyz, (0.95047, 1, 1.08883), strict=True))
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def test_levels_differ_for_every_eye() -> None:
    """Of two level colours, as whoever lacks a cone sees them: far more apart than the 2.3 that can just be told."""
    assert lab(linear("FFFFFF")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)  # as it is published
    fills, words = (palette.LEVEL_COLOURS, palette.NIGHT_COLOURS), (palette.LEVEL_TEXT, palette.NIGHT_TEXT)
    for shades in (*fills, *words):
        assert min(apart(shades, matrix) for matrix in BLIND.values()) >= (10 if shades in fills else 9)
    # A grey and a green that are equally light are one to whoever lacks the cone between them.
    assert (
        apart({**palette.NIGHT_TEXT, Level.TYPICAL: "BAC4D0", Level.ABOVE_AVERAGE: "7ED3C9"}, BLIND["deuteranopia"]) < 3
    )


def test_bands_are_told_apart_by_every_eye_and_without_colours() -> None:
    """Each is darker (by night lighter) than the better one beside it by what a print without colours still shows; a
    bar of any level stands out from each band that it may lie on, and so does the tick of a target."""
    for bands, bars, tick, ground in (
        (palette.BANDS, palette.LEVEL_COLOURS, palette.INK, "FFFFFF"),
        (palette.NIGHT_BANDS, palette.NIGHT_COLOURS, palette.NIGHT["ink"], palette.NIGHT["ground"]),
    ):
        steps = [contrast(bands[level], ground) for level in Level]
        assert all(worse >= 1.16 * better for worse, better in pairwise(steps))
        assert steps[-1] >= 1.05
        for level in Level:
            assert all(contrast(bars[level], bands[under]) >= 3 for under in Level if under <= level)
            assert contrast(tick, bands[level]) >= 4.5
        assert min(apart(bands, matrix) for matrix in (DAYLIGHT, *BLIND.values())) >= 6
    for plain, ground in ((palette.PLAIN_BANDS, "FFFFFF"), (palette.NIGHT_PLAIN_BANDS, palette.NIGHT["ground"])):
        assert contrast(plain[Level.BELOW], ground) >= 1.3 * contrast(plain[Level.EXCEPTIONAL], ground)


def test_a_cell_for_entries_is_told_from_all_others() -> None:
    """The yellow of what the owner types, beside white and the bands; what is typed and hinted there can be read."""
    for matrix in (DAYLIGHT, *BLIND.values()):
        yellow = lab(seen(palette.INPUT, matrix))
        others = ("FFFFFF", palette.PAPER, *palette.BANDS.values())
        assert min(math.dist(yellow, lab(seen(other, matrix))) for other in others) >= 6
        # A level's tint never stands without its word and sign.
        assert min(math.dist(yellow, lab(seen(other, matrix))) for other in palette.LEVEL_TINTS.values()) >= 4.6
    for colour in (palette.INK, palette.MUTED, palette.ACCENT, palette.SIGNAL_TEXT):
        assert contrast(colour, palette.INPUT) >= 4.5


def apart(shades: Mapping[Level, str], matrix: Sequence[Sequence[float]]) -> float:
    """How far the two levels that look most alike are from each other."""
    points = [lab(seen(colour, matrix)) for colour in shades.values()]
    return min(math.dist(one, other) for one, other in combinations(points, 2))


# The file


@pytest.fixture
def workbook(samples: tuple[results.Outcome, ...], tmp_path: Path) -> Path:
    path = tmp_path / "October.xlsx"
    path.write_bytes(samples[-1].path.read_bytes())
    return path


def test_the_verb(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = workbook.read_bytes()
    workbook.with_name("~$October.xlsx").touch()  # Excel has it open
    assert main(["report", str(workbook), "--json"]) == 0
    target = workbook.with_suffix(".html")
    assert json.loads(capsys.readouterr().out) == {
        "path": str(target),
        "kind": "html",
        "kpis": 7,
        "problem_count": {"error": 0, "warning": 0, "note": 0},
    }
    assert workbook.read_bytes() == before
    first = target.read_text(encoding="utf-8")
    assert main(["report", str(workbook), "--lang", "ro"]) == 0  # an earlier report is replaced
    assert capsys.readouterr().out.splitlines()[0].endswith(f"{target}.")
    again = target.read_text(encoding="utf-8")
    assert '<html lang="en">' in first
    assert '<html lang="ro">' in again
    assert sorted(path.name for path in workbook.parent.iterdir()) == ["October.html", "October.xlsx", "~$October.xlsx"]


@pytest.mark.parametrize("name", ["mine.html", "mine.pdf"])
def test_what_is_not_ours_is_left_alone(workbook: Path, name: str) -> None:
    target = workbook.with_name(name)
    target.write_bytes(b"precious")
    with pytest.raises(FileExists):
        report.report(workbook, out=target, now=NOW)
    assert target.read_bytes() == b"precious"


def test_where_no_report_can_be(workbook: Path) -> None:
    with pytest.raises(FolderMissing):
        report.report(workbook, out=workbook.parent / "nowhere" / "a.html", now=NOW)
    with pytest.raises(report.NotAReport) as refused:
        report.report(workbook, out=workbook, now=NOW)
    assert str(refused.value) == "A report is called something.html or something.pdf; October.xlsx is not."


def test_a_report_that_is_open_elsewhere(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: Any) -> None:
        raise FileInUse(path="October.html", program="Excel")

    monkeypatch.setattr("kpixl.files.put_all", held)
    with pytest.raises(FileInUse, match="is open in another program"):
        report.report(workbook, now=NOW)


# PDF


@pytest.fixture
def no_weasyprint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)


@pytest.mark.usefixtures("no_weasyprint")
def test_without_a_browser_there_is_no_pdf(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = workbook.with_name("browser")
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    for found in ([], [workbook.with_name("gone")], [broken]):
        monkeypatch.setattr(pdf, "browsers", lambda found=found: found)
        with pytest.raises(pdf.NothingPrints):
            report.report(workbook, out=workbook.with_suffix(".pdf"), now=NOW)
    assert not workbook.with_suffix(".pdf").exists()


def test_where_no_browser_is_weasyprint_draws(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Drawn:
        def __init__(self, string: str) -> None:
            self.string = string

        def write_pdf(self) -> bytes:
            return b"%PDF-1.7 " + str("size: Letter" in self.string).encode()

    monkeypatch.setattr(pdf, "browsers", list)
    monkeypatch.setitem(sys.modules, "weasyprint", SimpleNamespace(HTML=Drawn))
    target = workbook.with_suffix(".pdf")
    report.report(workbook, out=target, now=NOW)
    assert target.read_bytes() == b"%PDF-1.7 True%kpixl report\n"


def test_browsers_of_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    edge = tmp_path / r"Microsoft\Edge\Application\msedge.exe"
    edge.parent.mkdir(parents=True, exist_ok=True)
    edge.touch()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "nothing here"))
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    assert pdf.browsers() == [edge]


def test_the_browser_that_prints_is_kept_from_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise that no figure leaves the computer: a proxy at which nobody listens, a profile of its own, and
    nothing of what a browser asks for by itself."""
    lines: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        lines.append(command)
        Path(next(part for part in command if part.startswith("--print-to-pdf=")).partition("=")[2]).write_bytes(
            b"%PDF-"
        )

    monkeypatch.setattr(pdf, "browsers", lambda: [tmp_path / "chromium"])
    monkeypatch.setattr(subprocess, "run", run)
    assert pdf.pdf_of("<p>April</p>") == b"%PDF-"
    ((program, *switches, page),) = lines
    assert program == str(tmp_path / "chromium")
    assert {
        "--headless",
        "--proxy-server=127.0.0.1:9",  # the port of the discard service, which no computer offers any more
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
    } <= set(switches)
    profile = next(switch.partition("=")[2] for switch in switches if switch.startswith("--user-data-dir="))
    assert page.startswith("file:")
    assert not Path(profile).parent.exists()  # the page with the figures is gone as well


@pytest.mark.browser
@pytest.mark.parametrize(("currency", "width", "height"), [("USD", 612, 792), ("EUR", 595, 842)])
def test_a_pdf_on_the_paper_of_the_currency(
    samples: tuple[results.Outcome, ...], tmp_path: Path, currency: str, width: int, height: int
) -> None:
    sample = next(sample for sample in samples if sample.scorecard.entries.currency == currency)
    target = tmp_path / "report.pdf"
    for _ in range(2):  # the second replaces the first
        made = report.report(sample.path, out=target, now=NOW)
    assert (made.path, made.kind) == (target, "pdf")
    data = target.read_bytes()
    assert data.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert len(boxes) == 3
    assert {(round(float(across)), round(float(down))) for across, down in boxes} == {(width, height)}
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


# In a browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.started() as running:
        yield running


@pytest.mark.browser
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_in_a_browser(chromium: Any, samples: tuple[results.Outcome, ...], tmp_path: Path) -> None:
    """At three widths: nothing to complain of, nothing asked for, nothing wider than the screen, AA throughout."""
    (tmp_path / "nasty.html").write_text(page_of(nasty(), breakdown_of(NASTY)), encoding="utf-8")
    pages = {"nasty": tmp_path / "nasty.html"}
    pages |= {sample.path.stem: sample.path.with_suffix(".html") for sample in samples[4:5]}
    for name, path in pages.items():
        for width in (390, 900, 1400):
            with browser.opened(chromium, path, width) as (page, noticed):
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
                if name != "nasty" and width == 390:
                    assert page.evaluate("document.documentElement.scrollHeight") <= 3_500
                assert page.evaluate("document.querySelectorAll('script').length") == 0
                picture = browser.picture(page, f"report {name} {width}", tmp_path)
                assert picture.stat().st_size > 10_000
                page.keyboard.press("Tab")
                assert page.evaluate("document.activeElement.className") == "skip"
                assert noticed == []
                page.emulate_media(color_scheme="dark")
                page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                assert browser.violations(page) == [], (name, width, "at night, all unfolded")
                page.emulate_media(color_scheme="light")
                assert browser.violations(page) == [], (name, width)


@pytest.mark.browser
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_every_business_fits_on_a_telephone_and_on_three_sheets(
    chromium: Any, samples: tuple[results.Outcome, ...], tmp_path: Path
) -> None:
    """Every sample, the one with most KPIs in every language, and every example of a pack: no more than 3,500 pixels,
    three pages, sound by night as by day."""
    pages = [sample.path.with_suffix(".html") for sample in samples]
    pages += [packs.shown(pack, "en").with_suffix(".html") for pack in packs.EXAMPLES]
    most = max((results.results(one.path, today=TODAY).scorecard for one in samples), key=lambda one: len(one.results))
    for code in set(codes()) - {most.entries.language}:
        told = Contents(most, breakdown(most.entries), (), pareto(most.entries))
        pages.append(tmp_path / f"{code}.html")
        pages[-1].write_text(report_html(told, language(code), now=NOW), encoding="utf-8")
    assert len(pages) == 13
    for path in pages:
        with browser.opened(chromium, path, 390) as (page, noticed):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name
            assert page.evaluate("document.documentElement.scrollHeight") <= 3_500, path.name
            assert len(re.findall(rb"/MediaBox", page.pdf(prefer_css_page_size=True))) == 3, path.name
            assert browser.violations(page) == [], path.name
            page.emulate_media(color_scheme="dark")
            assert browser.violations(page) == [], (path.name, "at night")
            assert noticed == []


@pytest.mark.parametrize("pack", packs.EXAMPLES, ids=lambda pack: pack.stem)
def test_the_numbers_of_a_packs_report_are_those_of_the_results(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = packs.shown(pack, "en")
    assert main(["results", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    tree = parsed(path.with_suffix(".html").read_text(encoding="utf-8"))
    assert len(tree.xpath("//article")) == len(said["kpis"]) > 0
    for kpi in said["kpis"]:
        shown = one(tree, "//*[@id=$id]//*[@class='value' or @class='value long']/data", id=f"kpi-{kpi['kpi']}")
        assert (number(shown), shown.text) == (kpi["value"], EN.number(kpi["value"], kpi["unit"], said["currency"]))
