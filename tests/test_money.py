"""Money and benchmarks in dollars, and KPIs without a benchmark: end to end, on figures worked out by hand."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import libreoffice
from clock import NOW, TODAY
from engines import Value, contents, differences, ironcalc_values, libreoffice_values
from kpixl import i18n, languages
from kpixl.catalog.model import Level, Standing
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.period import Kind
from kpixl.verbs import refresh, results
from kpixl.workbook import style
from kpixl.workbook.sheets.grading import LOOKS
from narrow import some
from workbooks import Filled, Rows, day, make, named, opened, placed, put

EN = i18n.language("en")
LUXURY, COACHING, SERVICE = "luxury-personal-assistant", "career-coaching", "service-business"
GRADED = (Level.TYPICAL, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL)

IN_MONEY = {LUXURY: "rpc", COACHING: "arpu"}
TYPED = {
    LUXURY: {"revenue": 100_000, "clients_served": 20},  # 5,000 for each
    COACHING: {"revenue": 4_000, "clients_served": 20},  # 200 for each
}
VALUE = {LUXURY: 5_000, COACHING: 200}
PUBLISHED = {LUXURY: [3_000, 7_000, 10_000], COACHING: [150, 200, 300]}
PREFIX = {LUXURY: "pa_rpc", COACHING: "cc_arpu"}
WORDS = {
    Level.BELOW: "▼ below benchmark",
    Level.TYPICAL: "● typical",
    Level.ABOVE_AVERAGE: "▲ above average",
    Level.EXCEPTIONAL: "★ exceptional",
    None: "○ not graded",
}
WAITING = "Type the price of a dollar in Settings to compare"


def filled(business: str, currency: str = "EUR", rate: Value | None = None, **more: Any) -> Filled:
    settings = {} if rate is None else {"dollar_rate": rate}
    return replace(Filled(business=business, currency=currency, typed=TYPED[business], settings=settings), **more)


def assert_graded(path: Path, business: str, level: Level | None, thresholds: list[float]) -> None:
    """Python, the file and IronCalc agree on the level, the thresholds in force and the published dollars."""
    outcome, where, cells = results.results(path, today=TODAY), opened(path), contents(path)
    result = outcome.scorecard.result(IN_MONEY[business])
    assert (result.value, result.level) == (VALUE[business], level)
    assert list(result.thresholds.values()) == pytest.approx(thresholds)
    computed, kpi = ironcalc_values(path), IN_MONEY[business]
    assert computed[named(where, f"{PREFIX[business]}_value")] == VALUE[business]
    assert computed[named(where, f"{PREFIX[business]}_level")] == WORDS[level]
    used = [computed[placed(where, "thresholds", kpi, f"{one.id}_used")] for one in GRADED]
    assert [value for value in used if value != ""] == pytest.approx(thresholds)
    published = [cells[placed(where, "thresholds", kpi, f"{one.id}_published")] for one in GRADED]
    assert [(cell.formula, cell.value) for cell in published] == [(None, value) for value in PUBLISHED[business]]
    assert differences(path, computed) == []


def codes(path: Path) -> list[str]:
    return [problem.code for problem in results.results(path, today=TODAY).problems if problem.code.startswith("rate")]


# Benchmarks in dollars


@pytest.mark.parametrize(("business", "level"), [(LUXURY, Level.TYPICAL), (COACHING, Level.ABOVE_AVERAGE)])
def test_dollars_are_compared_as_they_are(business: str, level: Level, tmp_path: Path) -> None:
    path = make(tmp_path / "usd.xlsx", filled(business, "USD"))
    assert_graded(path, business, level, [float(value) for value in PUBLISHED[business]])
    assert codes(path) == []


@pytest.mark.parametrize("business", [LUXURY, COACHING])
def test_other_money_waits_for_the_price_of_a_dollar(business: str, tmp_path: Path) -> None:
    path = make(tmp_path / "eur.xlsx", filled(business))
    assert_graded(path, business, None, [])
    where, cells, kpi = opened(path), contents(path), IN_MONEY[business]
    assert cells[placed(where, "kpis", kpi, "to_next")].value == WAITING
    assert WAITING in {cell.value for (sheet, _), cell in cells.items() if sheet == where.sheets["dashboard"].name}
    # A target does not stand in for a benchmark that is there, but does not apply just now.
    put(path, {placed(where, "kpis", kpi, "target"): 1})
    assert refresh.refresh(path, now=NOW).scorecard.result(kpi).grade.shade is None
    assert contents(path)[placed(where, "kpis", kpi, "against_target")].value == "met"
    (problem,) = (p for p in results.results(path, today=TODAY).problems if p.code == "rate_missing")
    assert (problem.severity, problem.sheet, problem.cell) == (
        "note",
        *placed(where, "settings", "dollar_rate", "value"),
    )
    assert EN(results.results(path, today=TODAY).scorecard.result(kpi).kpi.name) in problem.text(EN)
    assert differences(path, ironcalc_values(path)) == []


RATES = [
    (LUXURY, 0.9, Level.TYPICAL, [2_700, 6_300, 9_000]),
    (LUXURY, 0.5, Level.ABOVE_AVERAGE, [1_500, 3_500, 5_000]),  # exceptional is more than 5,000
    (LUXURY, 0.4999, Level.EXCEPTIONAL, [1_499.7, 3_499.3, 4_999]),
    (LUXURY, 5 / 7, Level.TYPICAL, [15_000 / 7, 5_000, 50_000 / 7]),  # above average is more than 5,000
    (LUXURY, 2, Level.BELOW, [6_000, 14_000, 20_000]),
    (COACHING, 0.9, Level.ABOVE_AVERAGE, [135, 180, 270]),
    (COACHING, 2 / 3, Level.EXCEPTIONAL, [100, 400 / 3, 200]),  # from 200 on
    (COACHING, 1.2, Level.TYPICAL, [180, 240, 360]),
]


@pytest.mark.parametrize(("business", "rate", "level", "thresholds"), RATES)
def test_the_rate_converts_the_thresholds(
    business: str, rate: float, level: Level, thresholds: list[float], tmp_path: Path
) -> None:
    path = make(tmp_path / "eur.xlsx", filled(business, rate=rate))
    assert_graded(path, business, level, thresholds)
    assert codes(path) == []


def test_a_rate_is_live_and_can_be_taken_back(tmp_path: Path) -> None:
    path = make(tmp_path / "eur.xlsx", filled(COACHING))
    where = opened(path)
    cell, level = placed(where, "settings", "dollar_rate", "value"), named(where, "cc_arpu_level")
    put(path, {cell: 0.9})
    assert ironcalc_values(path)[level] == WORDS[Level.ABOVE_AVERAGE]
    refresh.refresh(path, now=NOW)
    assert_graded(path, COACHING, Level.ABOVE_AVERAGE, [135, 180, 270])
    put(path, {cell: None})
    assert ironcalc_values(path)[level] == WORDS[None]
    refresh.refresh(path, now=NOW)
    assert_graded(path, COACHING, None, [])


@pytest.mark.parametrize("rate", [0, -1, "ninety cents"])
def test_what_is_no_price(rate: Value, tmp_path: Path) -> None:
    path = make(tmp_path / "eur.xlsx", filled(LUXURY, rate=rate))
    assert_graded(path, LUXURY, None, [])
    assert codes(path) == ["rate_wrong"]


@pytest.mark.parametrize("rate", [0, "x"])
def test_in_dollars_a_wrong_rate_is_one(rate: Value, tmp_path: Path) -> None:
    path = make(tmp_path / "usd.xlsx", filled(LUXURY, "USD", rate=rate))
    assert_graded(path, LUXURY, Level.TYPICAL, [3_000, 7_000, 10_000])


def test_the_owners_thresholds_need_no_rate(tmp_path: Path) -> None:
    yours = {("rpc", "typical"): 2_000, ("rpc", "above_average"): 4_500}
    path = make(tmp_path / "eur.xlsx", filled(LUXURY, thresholds=yours))
    # Above average is “more than”; the published band for exceptional is out of reach.
    assert_graded(path, LUXURY, Level.ABOVE_AVERAGE, [2_000, 4_500])
    assert codes(path) == []
    put(path, {placed(opened(path), "settings", "dollar_rate", "value"): 0.25})
    refresh.refresh(path, now=NOW)
    # Hers stay as typed; 10,000 dollars are 2,500.
    assert_graded(path, LUXURY, Level.EXCEPTIONAL, [2_000, 4_500, 2_500])


# Revenue per month, in periods of other lengths


@pytest.mark.parametrize(
    ("kind", "first", "revenue", "monthly"),
    [
        (Kind.QUARTER, "2026-10-01", 300_000, 100_000),
        (Kind.YEAR, "2026-01-01", 1_200_000, 100_000),
        (Kind.WEEK, "2026-10-26", 7_000, 30_437.5),  # a month has 30.4375 days
    ],
)
def test_revenue_per_month(kind: Kind, first: str, revenue: float, monthly: float, tmp_path: Path) -> None:
    # Twenty clients in every month of the period.
    clients = {"clients_served": 20} if kind is Kind.WEEK else {"client_months_served": 20 * kind.months}
    typed = {"revenue": revenue, **clients}
    path = make(tmp_path / "other.xlsx", filled(LUXURY, "USD", kind=kind, day=day(first), typed=typed))
    assert results.results(path, today=TODAY).scorecard.result("rpc").value == pytest.approx(monthly / 20)
    computed, where = ironcalc_values(path), opened(path)
    assert computed[named(where, "revenue_monthly")] == pytest.approx(monthly)
    assert computed[named(where, "pa_rpc_value")] == pytest.approx(monthly / 20)
    assert differences(path, computed) == []


def test_a_quarter_from_its_rows(tmp_path: Path) -> None:
    rows: dict[str, Rows] = {
        "clients": {"client": ["Ana", "Ben"], "start": [day("2026-01-01"), day("2026-11-15")]},
        "sales": {
            "date": [day("2026-09-30"), day("2026-10-01"), day("2026-11-15"), day("2026-12-31", 23), day("2027-01-01")],
            "client": ["Ana", "Ana", "Ben", "Ben", "Ana"],
            "kind": ["new sales", "new sales", "additional services", "late fees", "new sales"],
            "amount": [1_000_000, 9_000, 20_500, 500, 1_000_000],
        },
    }
    path = make(
        tmp_path / "q4.xlsx", Filled(business=LUXURY, kind=Kind.QUARTER, rows=rows, settings={"dollar_rate": 1})
    )
    # 30,000 from a client of three months and one of two, once the quarter is over.
    result = results.results(path, today=date(2027, 1, 5)).scorecard.result("rpc")
    assert (result.value, result.level) == (6_000, Level.TYPICAL)
    assert differences(path, ironcalc_values(path)) == []


# How money is shown

CURRENCIES = ("USD", "EUR", "BRL", "RON", "CHF")
_SECTION = re.compile(r'(?:\[(?:>=|<)\d+\])?-?(?:"[^"]*")?#,##0(?:\.00)?(?:"[^"]*")?')
SHOWN = {
    ("en", "EUR"): ["€1,235", "-€1,234.50", "€999.50", "-€5.00"],
    ("es", "EUR"): ["1,235 €", "-1,234.50 €", "999.50 €", "-5.00 €"],
    ("pt", "BRL"): ["R$ 1,235", "-R$ 1,234.50", "R$ 999.50", "-R$ 5.00"],
    ("fr", "EUR"): ["1,235 €", "-1,234.50 €", "999.50 €", "-5.00 €"],
    ("ro", "RON"): ["1,235 RON", "-1,234.50 RON", "999.50 RON", "-5.00 RON"],
}
"""1234.5, -1234.5, 999.5 and -5, with the digits of an English program."""


def card_format(path: Path, index: int) -> str:
    """The number format of a KPI's value on the dashboard: that of the rule which looks at its unit."""
    package, book = Package.open(path), opened(path)
    unit = book.entries.business.kpis[index].kpi.unit
    root = package.tree(book.sheets["dashboard"].part)
    first = placed(book, "dashboard", "board_1", "value")[1]
    rules = [
        rule
        for entry in root.iterfind(f"{{{MAIN}}}conditionalFormatting")
        if some(entry.get("sqref")).startswith(first)
        for rule in entry
        if f"={LOOKS[unit]}" in some(rule.findtext(f"{{{MAIN}}}formula"))
    ]
    (part,) = package.related(package.workbook_part, OFFICE_RELATIONSHIP + "/styles")
    looks = package.tree(part).findall(f"{{{MAIN}}}dxfs/{{{MAIN}}}dxf/{{{MAIN}}}numFmt/..")
    known = list(some(package.tree(part).find(f"{{{MAIN}}}dxfs")))
    assert looks
    formats = [known[int(some(rule.get("dxfId")))].find(f"{{{MAIN}}}numFmt") for rule in rules]
    return some(some(formats[-1]).get("formatCode"))


@pytest.mark.parametrize("code", sorted(languages.codes()))
def test_formats_of_money_are_ones_that_excel_takes(code: str, tmp_path: Path) -> None:
    for currency in CURRENCIES:
        sections = style.money(i18n.language(code), currency).split(";")
        assert len(sections) == 3
        assert all(_SECTION.fullmatch(section) for section in sections), sections
    currency = next(currency for language, currency in SHOWN if language == code)
    path = make(tmp_path / "new.xlsx", filled(LUXURY, currency, language=code))
    index = [kpi.id for kpi in opened(path).entries.business.kpis].index("rpc")
    assert card_format(path, index) == style.money(i18n.language(code), currency)


@pytest.mark.libreoffice
def test_money_as_libreoffice_shows_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row, (code, currency) in enumerate(SHOWN, 1):
        book.active.cell(row, 1, style.money(i18n.language(code), currency)).data_type = "s"
        for column, value in enumerate((1234.5, -1234.5, 999.5, -5), 2):
            book.active.cell(row, column, f"=TEXT({value},A{row})")
    book.save(tmp_path / "formats.xlsx")
    (result,) = libreoffice.recalculate([tmp_path / "formats.xlsx"], tmp_path / "out")
    cells = contents(result)
    for row, (key, wanted) in enumerate(SHOWN.items(), 1):
        found = [str(cells["Sheet", f"{letter}{row}"].value).replace(i18n.NO_BREAK, " ") for letter in "BCDE"]
        assert found == wanted, key


# No benchmark: the owner's target, else the period before

SEPTEMBER = day("2026-09-01")
STANDING = Filled(
    business=SERVICE,
    typed={
        "sales_marketing_spend": 5_000, "clients_new": 25, "clients_lost_12m": 12, "clients_start_12m": 120,
        "leads_converted": 15, "leads_qualified": 60, "revenue": 18_500, "leads_referred": 18, "clients_served": 120,
        "clients_continuing_12m": 108, "complaints": 14, "operating_cash_flow": 12_000, "investments": 3_000,
        "working_capital_increase": 1_500, "invitations_converted": 30, "clients_start": 120,
    },
    targets={"cac": 200, "complaints": 10, "conversion": 0.3, "churn": 0.12},
    past=[
        (SEPTEMBER, "sb_revenue", 18_000), (SEPTEMBER, "sb_netcash", 7_500), (SEPTEMBER, "sb_kept", 0.95),
        (SEPTEMBER, "sb_churn", 0.05), (SEPTEMBER, "sb_complaints", 20),
    ],
)  # fmt: skip
STANDINGS: dict[str, tuple[float, Standing | None, str, int | None, float | None]] = {
    "cac": (200, Standing.MET, "▲ target met", 2, 2.0),
    "churn": (0.1, Standing.MET, "▲ target met", 2, 2.4),  # although it was half as much before
    "conversion": (0.25, Standing.MISSED, "▼ target missed", 0, 2 * 0.25 / 0.3),
    "revenue": (18_500, Standing.BETTER, "▲ better than before", 2, 2 * 18_500 / 18_000),
    "leadref": (0.15, None, "○ not graded", None, None),
    "kept": (0.9, Standing.WORSE, "▼ worse than before", 0, 2 * 0.9 / 0.95),
    "complaints": (14, Standing.MISSED, "▼ target missed", 0, 2 * 10 / 14),
    "netcash": (7_500, Standing.SAME, "● as before", 1, 2.0),
    "viral": (0.25, None, "○ not graded", None, None),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("service") / "service.xlsx", STANDING)


def assert_standing(path: Path, computed: Mapping[tuple[str, str], Value]) -> None:
    where, card = opened(path), results.results(path, today=TODAY).scorecard
    for kpi, (value, standing, word, shade, position) in STANDINGS.items():
        result = card.result(kpi)
        assert (result.value, result.grade.standing) == pytest.approx((value, standing)), kpi
        assert computed[named(where, f"sb_{kpi}_value")] == pytest.approx(value), kpi
        assert computed[named(where, f"sb_{kpi}_level")] == word, kpi
        assert computed[placed(where, "calc", kpi, "shade")] == ("" if shade is None else shade), kpi
        at = computed[named(where, f"sb_{kpi}_position")]
        assert at == ("" if position is None else pytest.approx(position)), kpi
        # Levels are for benchmarks alone.
        assert computed[named(where, f"sb_{kpi}_level_number")] == ""
    assert differences(path, computed) == []


def test_standings_of_a_service_business(service: Path) -> None:
    assert_standing(service, ironcalc_values(service))


def test_standings_on_the_dashboard(service: Path) -> None:
    where, cells = opened(service), contents(service)
    texts = {cell.value for (sheet, _), cell in cells.items() if sheet == where.sheets["dashboard"].name}
    assert {"not reached", "reached", "▲ target met", "▼ worse than before"} <= texts
    assert cells[placed(where, "kpis", "viral", "to_next")].value == "No benchmark and no target to grade against"
    # Two met their target and one is better than before, of seven that stand against something.
    verdict = str(cells[placed(where, "dashboard", "verdict", "tick")].value)
    assert verdict.startswith("3 good · 1 as before · 3 below par")
    ranked = [cells[placed(where, "dashboard", f"board_{n}", "tick")].value for n in range(1, 4)]
    assert ranked == ["Customer complaints", "Lead conversion rate", "Customer retention rate"]


def test_a_standing_is_live(service: Path, tmp_path: Path) -> None:
    path = tmp_path / "live.xlsx"
    shutil.copy(service, path)
    where = opened(path)
    targets = {"cac": None, "revenue": 20_000, "viral": 0.25, "netcash": 8_000}
    put(path, {placed(where, "kpis", kpi, "target"): value for kpi, value in targets.items()})
    put(path, {placed(where, "totals", "operating_cash_flow", "typed"): 4_000})
    computed = ironcalc_values(path)
    words = {kpi: computed[named(where, f"sb_{kpi}_level")] for kpi in targets}
    assert words == {
        "cac": "○ not graded",
        "revenue": "▼ target missed",
        "viral": "▲ target met",
        "netcash": "▼ target missed",
    }
    # What is below 0 is no share of anything: it stands at the end of its third of the scale.
    assert computed[named(where, "sb_netcash_value")] == -500
    assert computed[named(where, "sb_netcash_position")] == 1
    assert "changed since the last refresh" in str(computed[placed(where, "dashboard", "verdict", "year")])
    refresh.refresh(path, now=NOW)
    assert differences(path, ironcalc_values(path)) == []


def test_the_owners_thresholds_make_levels_of_standings(service: Path, tmp_path: Path) -> None:
    path = tmp_path / "levels.xlsx"
    shutil.copy(service, path)
    where = opened(path)
    put(
        path,
        {
            placed(where, "thresholds", "complaints", "typical_yours"): 15,
            placed(where, "thresholds", "complaints", "exceptional_yours"): 5,
            placed(where, "thresholds", "revenue", "typical_yours"): 19_000,
        },
    )
    card = refresh.refresh(path, now=NOW).scorecard
    assert (card.result("complaints").level, card.result("complaints").grade.standing) == (Level.TYPICAL, None)
    assert card.result("revenue").level is Level.BELOW
    computed = ironcalc_values(path)
    assert computed[named(where, "sb_complaints_level")] == "● typical"
    # From 15 down to 5 it has come a tenth of the way.
    assert computed[named(where, "sb_complaints_position")] == pytest.approx(1.1)
    assert differences(path, computed) == []


@pytest.mark.libreoffice
def test_money_and_standings_in_libreoffice(service: Path, tmp_path: Path) -> None:
    waiting = make(tmp_path / "waiting.xlsx", filled(COACHING))
    rated = make(tmp_path / "rated.xlsx", filled(LUXURY, rate=0.4999, language="fr"))
    quarter = make(
        tmp_path / "quarter.xlsx",
        filled(LUXURY, "USD", kind=Kind.QUARTER, typed={"revenue": 300_000, "client_months_served": 60}),
    )
    values = libreoffice_values([service, waiting, rated, quarter])
    assert_standing(service, values[0])
    assert values[1][named(opened(waiting), "cc_arpu_level")] == WORDS[None]
    assert values[2][named(opened(rated), "pa_rpc_level_number")] == Level.EXCEPTIONAL
    assert values[3][named(opened(quarter), "pa_rpc_value")] == 5_000
    others = zip((waiting, rated, quarter), values[1:], strict=True)
    assert [differences(path, found) for path, found in others] == [[], [], []]
