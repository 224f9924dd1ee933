"""Counts of names instead of rows, through hidden columns: end to end, in Python and in the engines."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from clock import NOW, TODAY
from engines import Error, Place, contents, differences, ironcalc_values, libreoffice_values
from engines import Value as Computed
from kpixl import i18n
from kpixl.catalog import business
from kpixl.verbs import refresh, results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import ImportOutcome, import_rows
from kpixl.workbook.formulas import FormulaNames, measure_formula
from test_refresh import delete
from workbooks import Filled, Rows, append, day, entry, make, named, opened, placed, put

EN = i18n.language("en")
LUXURY, MULTILINGUAL, COACHING = "luxury-personal-assistant", "multilingual-va", "career-coaching"
EARLY, OCTOBER, SEPTEMBER = day("2026-01-05"), day("2026-10-05"), day("2026-09-30")

ANA = ["Ana", "ANA", "ana", "aNa", "Ana", "Ana", "ANA", "Ana", "ana", "Ana"]
"""One client: Excel compares without case."""


def sales(*rows: tuple[float, str | float, str]) -> Rows:
    days, clients, kinds = zip(*rows, strict=True)
    return {"date": days, "client": clients, "kind": kinds, "amount": [10.0] * len(rows)}


def clients(names: Sequence[str | float]) -> Rows:
    return {"client": names, "start": [EARLY] * len(names)}


# Ten rows of Ana's, and names with the signs that mean something to COUNTIFS.
ODD = ["Be*n", "be*N", "Ben", "Bean", "Wh?t", "What", "<5", ">=5", "=x", "O'Neill & Co", "Léa", "LÉA"]
SOLD = sales(
    *((OCTOBER, name, "additional services") for name in ANA),
    (OCTOBER, "BE*N", "Additional services"),
    (OCTOBER, "be*n", "additional services"),
    (OCTOBER, "What", "additional services"),
    (OCTOBER, "<5", "additional services"),
    (OCTOBER, "Wh?t", "new sales"),
    (SEPTEMBER, "=x", "additional services"),
    (OCTOBER, "Nobody", "additional services"),
)
NAMES = Filled(business=LUXURY, rows={"clients": clients([*ANA, *ODD]), "sales": SOLD}, windows={"upsell": "period"})
# Ana, Be*n, Ben, Bean, Wh?t, What, <5, >=5, =x, O'Neill & Co and Léa; of these, Ana, Be*n, What and <5 bought more.
COUNTED = {"clients_served": 11.0, "clients_upsold": 4.0}

TILDES = Filled(
    business=LUXURY,
    rows={
        "clients": clients(["a~b", "A~B", "ab", "a~*b", "a~xb", "~", "~~"]),
        "sales": sales((OCTOBER, "a~b", "additional services"), (OCTOBER, "a~*b", "additional services")),
    },
)
WITH_TILDES = {"clients_served": 6.0, "clients_upsold": 2.0}

NUMBERS = Filled(
    business=LUXURY,
    rows={
        "clients": clients(["007", "7", 7.0, "7.0", "70", "O7"]),
        "sales": sales((OCTOBER, "07", "additional services"), (OCTOBER, 7.0, "additional services")),
    },
)
AS_NUMBERS = {"clients_served": 3.0, "clients_upsold": 1.0}

PAIRS = Filled(
    business=MULTILINGUAL,
    rows={
        "assistants": {
            "assistant": ["Eva", "eva", "Tom", "Gone", "ab", "a"],
            "start": [EARLY, day("2026-10-20"), None, EARLY, EARLY, EARLY],
            "end": [day("2026-10-10"), None, None, SEPTEMBER, None, None],
        },
        "languages": {
            "assistant": ["Eva", "EVA", "Eva", "Tom", "Gone", "Nobody", "ab", "a", "Tom", None],
            "language": ["French", "FRENCH", "German", "French", "Italian", "Greek", "c", "bc", None, "Latin"],
        },
    },
)
# Of the pairs, one stands twice, and four have no assistant of October, no name or no language.
PAIRED = {"assistants": 4.0, "languages": 5.0}

CONSULTED = Filled(
    business=COACHING,
    rows={
        "leads": {
            "date": [OCTOBER] * 8,
            "lead": ["Lea", "LEA", "lea", "Max", "Nia", "Old", "Late", "Late"],
            "consultation": [
                OCTOBER,
                day("2026-10-20"),
                None,
                day("2026-10-31", 23),
                None,
                SEPTEMBER,
                OCTOBER,
                OCTOBER,
            ],
            "converted": [None, day("2026-10-25"), OCTOBER, None, OCTOBER, OCTOBER, day("2026-11-01"), None],
        },
        "clients": {
            "client": ["Ana", "ANA", "Ben", "Cleo", "Dan", "Eve"],
            "start": [EARLY] * 6,
            "end": [day("2026-05-31"), None, None, day("2025-10-31"), None, None],
            "coaching_start": [EARLY, day("2026-06-01"), EARLY, day("2025-01-01"), None, day("2026-11-01")],
            "placed": [day("2026-05-01"), day("2026-08-01"), day("2026-11-01"), day("2025-10-01"), OCTOBER, None],
        },
    },
)
# Lea, Max and Late; Lea and, in November, Late became clients. Ana and Ben; Ana alone has a job by the end of October.
ADVISED = {
    "consultations": 3.0,
    "consultations_converted": 2.0,
    "clients_coached_12m": 2.0,
    "clients_placed_12m": 1.0,
}

CASES = {
    "names": (NAMES, COUNTED),
    "tildes": (TILDES, WITH_TILDES),
    "numbers": (NUMBERS, AS_NUMBERS),
    "pairs": (PAIRS, PAIRED),
    "consultations": (CONSULTED, ADVISED),
}
IN_IRONCALC = ("names", "numbers", "pairs", "consultations")
"""IronCalc does not know ``~``."""
IN_LIBREOFFICE = ("names", "tildes", "pairs", "consultations")
"""LibreOffice takes ``007`` and ``7`` for two names."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("distinct")
    return {name: make(folder / f"{name}.xlsx", filled) for name, (filled, _) in CASES.items()}


def computed_measures(path: Path, values: Mapping[Place, Computed], names: Mapping[str, float]) -> dict[str, Computed]:
    return {name: values[named(opened(path), name)] for name in names}


# Every name once


@pytest.mark.parametrize("name", CASES)
def test_every_name_counts_once_in_python(name: str, books: dict[str, Path]) -> None:
    expected, measures = CASES[name][1], results.results(books[name], today=TODAY).scorecard.measures
    assert {id_: measures[id_].used for id_ in expected} == expected


@pytest.mark.parametrize("name", IN_IRONCALC)
def test_every_name_counts_once_in_ironcalc(name: str, books: dict[str, Path]) -> None:
    path, expected = books[name], CASES[name][1]
    computed = ironcalc_values(path)
    assert computed_measures(path, computed, expected) == expected
    assert differences(path, computed) == []


@pytest.mark.libreoffice
def test_every_name_counts_once_in_libreoffice(books: dict[str, Path], tmp_path: Path) -> None:
    imported = tmp_path / "imported.xlsx"
    shutil.copy(books["names"], imported)
    import_sales(imported, "Ben", "Wh?t")
    paths = [*(books[name] for name in IN_LIBREOFFICE), imported]
    expected = [*(CASES[name][1] for name in IN_LIBREOFFICE), {"clients_served": 11.0, "clients_upsold": 6.0}]
    for path, wanted, computed in zip(paths, expected, libreoffice_values(paths), strict=True):
        assert computed_measures(path, computed, wanted) == wanted, path.name
        assert differences(path, computed) == [], path.name


def test_ten_rows_are_one_tenth_each(books: dict[str, Path]) -> None:
    path = books["names"]
    book, cells = opened(path), contents(path)
    for column in ("clients_served_once", "clients_upsold_once"):
        shares = [cells[entry(book, "clients", column, row)].value for row in range(14)]
        # Be*n stands twice, Ben and Bean are others.
        upsold = column == "clients_upsold_once"
        assert shares == [*[0.1] * 10, 0.5, 0.5, *(["", ""] if upsold else [1, 1])]
    bought = [cells[entry(book, "clients", "additional_sales", row)].value for row in range(14)]
    assert bought == [*[10] * 10, 2, 2, 0, 0]


def test_upselling_is_a_share_of_clients(books: dict[str, Path]) -> None:
    result = results.results(books["names"], today=TODAY).scorecard.result("upsell")
    assert result.value == pytest.approx(4 / 11)
    result = results.results(books["pairs"], today=TODAY).scorecard.result("lpa")
    assert result.value == pytest.approx(5 / 4)


def test_a_client_renamed_is_live(books: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "live.xlsx"
    shutil.copy(books["names"], path)
    book = opened(path)
    # Ben is Ana, after all, and What was typed wrongly in Sales.
    put(path, {entry(book, "clients", "client", 12): "ana", entry(book, "sales", "client", 12): "Whatever"})
    expected = {"clients_served": 10.0, "clients_upsold": 3.0}
    assert computed_measures(path, ironcalc_values(path), expected) == expected
    measures = refresh.refresh(path, now=NOW).scorecard.measures
    assert {id_: measures[id_].used for id_ in expected} == expected


def test_another_month_is_live(books: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "september.xlsx"
    shutil.copy(books["names"], path)
    put(path, {named(opened(path), "period_day"): SEPTEMBER})
    expected = {"clients_served": 11.0, "clients_upsold": 1.0}  # =x bought in September
    assert computed_measures(path, ironcalc_values(path), expected) == expected
    measures = results.results(path, today=TODAY).scorecard.measures
    assert {id_: measures[id_].used for id_ in expected} == expected


# Saved values


def import_sales(path: Path, *names: str) -> ImportOutcome:
    source = path.with_suffix(".csv")
    lines = [f"2026-10-{10 + number},{name},additional services,5" for number, name in enumerate(names)]
    source.write_text("\n".join(["Day,Who,What,Amount", *lines]), encoding="utf-8")
    mapping = {"date": "Day", "client": "Who", "kind": "What", "amount": "Amount"}
    return import_rows(path, ImportRequest("sales", source, mapping), now=NOW)


def test_an_import_into_sales_settles_the_columns_of_clients(books: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "imported.xlsx"
    shutil.copy(books["names"], path)
    outcome = import_sales(path, "Ben", "Wh?t", "ANA", "Nobody else")
    assert (outcome.imported, outcome.rejected) == (4, ())
    book, cells = opened(path), contents(path)
    saved = {
        column: [cells[entry(book, "clients", column, row)].value for row in (0, 10, 12, 13, 14, 15)]
        for column in ("additional_sales", "clients_upsold_once")
    }
    # Ana, Be*n, Ben, Bean, Wh?t and What.
    assert saved == {"additional_sales": [11, 2, 1, 0, 1, 1], "clients_upsold_once": [0.1, 0.5, 1, "", 1, 1]}
    computed = ironcalc_values(path)
    assert differences(path, computed) == []
    assert computed_measures(path, computed, COUNTED) == {"clients_served": 11, "clients_upsold": 6}
    assert results.results(path, today=TODAY).scorecard.result("upsell").value == pytest.approx(6 / 11)
    assert opened(path).stale == {}
    before = contents(path)
    refresh.refresh(path, now=NOW)
    after = contents(path)
    sheet = opened(path).sheets["clients"].name
    assert {p: after[p] for p in after if p[0] == sheet} == {p: before[p] for p in before if p[0] == sheet}


def test_an_import_into_clients_settles_the_rows_above(books: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "imported.xlsx"
    shutil.copy(books["names"], path)
    source = tmp_path / "clients.csv"
    source.write_text("Who,From\nBEN,2026-10-20\nNobody,2026-10-21\n", encoding="utf-8")
    import_rows(path, ImportRequest("clients", source, {"client": "Who", "start": "From"}), now=NOW)
    book, cells = opened(path), contents(path)
    rows = (12, 22, 23)  # Ben, BEN and Nobody, who had bought something
    assert [cells[entry(book, "clients", "clients_served_once", row)].value for row in rows] == [0.5, 0.5, 1]
    assert [cells[entry(book, "clients", "clients_upsold_once", row)].value for row in rows] == ["", "", 1]
    computed = ironcalc_values(path)
    assert computed_measures(path, computed, COUNTED) == {"clients_served": 12, "clients_upsold": 5}
    assert differences(path, computed) == []


def test_rows_typed_since_are_counted_whatever_is_saved(books: dict[str, Path], tmp_path: Path) -> None:
    """As from a program that saves without computing: Python does not trust the hidden columns."""
    path = tmp_path / "typed.xlsx"
    shutil.copy(books["names"], path)
    append(path, "sales", sales((OCTOBER, "Bean", "additional services")))
    put(path, {entry(opened(path), "clients", "clients_served_once", row): 7.0 for row in range(3)})
    expected = {"clients_served": 11.0, "clients_upsold": 5.0}
    assert set(opened(path).stale) == {("clients", "clients_served_once")}
    measures = refresh.refresh(path, now=NOW).scorecard.measures
    assert {id_: measures[id_].used for id_ in expected} == expected
    assert computed_measures(path, ironcalc_values(path), expected) == expected


# Without the hidden column


def test_without_its_hidden_column_nothing_is_known(books: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "gone.xlsx"
    shutil.copy(books["names"], path)
    delete(path, "clients", "clients_upsold_once")
    outcome = refresh.refresh(path, now=NOW)
    card = outcome.scorecard
    assert card.measures["clients_upsold"].used is None
    assert card.measures["clients_served"].used == 11
    result = card.result("upsell")
    assert (result.value, result.reason and result.reason.code) == (None, "missing_measure")
    assert card.result("rpc").value is not None
    found = [(p.severity, p.code, p.table, p.field) for p in outcome.problems if p.code.startswith("column")]
    assert found == [("error", "column_gone", "clients", "clients_upsold_once")]
    (problem,) = (p for p in outcome.problems if p.code == "column_gone")
    assert "Upsold once" in problem.text(EN)
    where, computed = opened(path), ironcalc_values(path)
    assert computed[named(where, "clients_upsold")] == ""
    assert computed[placed(where, "totals", "clients_upsold", "source")] == "missing"
    assert computed[named(where, "pa_upsell_value")] == ""
    assert not any(isinstance(value, Error) for (sheet, _), value in computed.items() if sheet != "_kpixl")
    assert differences(path, computed) == []
    # A typed total stands in.
    put(path, {placed(where, "totals", "clients_upsold", "typed"): 2})
    assert math.isclose(float(ironcalc_values(path)[named(where, "pa_upsell_value")]), 2 / 11)
    assert [p for p in refresh.refresh(path, now=NOW).problems if p.code == "column_gone"] == []


@pytest.mark.parametrize(
    ("id_", "behind"),
    [
        ("clients_upsold", {("sales", column) for column in ("client", "date", "kind", "amount")}),
        ("requests_resolved", {("requests", "opened")}),
        ("revenue", set()),
    ],
)
def test_a_measure_refers_to_every_column_that_it_depends_on(id_: str, behind: set[tuple[str, str]]) -> None:
    """Where one of them is deleted, the reference is an error, and the measure blank instead of 0."""
    one = business("luxury-personal-assistant")
    item = next(measure for measure in one.measures if measure.name == id_)
    aggregate = item.aggregate
    assert aggregate is not None

    def formula(gone: tuple[str, str] | None) -> str:
        def column(table: str, id_: str) -> str:
            return "#REF!" if (table, id_) == gone else f"{table}[{id_}]"

        return measure_formula(item, aggregate, one.table(aggregate.table), FormulaNames(column, column, str))

    for place in behind:
        assert "0*ROWS(#REF!)" in formula(place)
    assert formula(None).count("ROWS(") - aggregate.kept == len(behind)
