"""A workbook computed and graded, without writing: what its rows come to, and what that does to the program around."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from clock import TODAY
from engines import assert_engine_agrees, contents
from kpixl.ooxml.package import Package
from kpixl.period import Kind, Period, serial
from kpixl.verbs import results
from kpixl.verbs.results import no_collection
from workbooks import COUNTED, KPIS, MEASURES, ROWS, Filled, errors, kpis, make, measures, named, opened


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "TaskZenith 2026-10.xlsx", COUNTED)


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def test_the_garbage_collector_is_held_and_on_again_afterwards() -> None:
    gc.enable()
    with no_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_garbage_collector_is_on_again_after_an_error() -> None:
    gc.enable()
    with pytest.raises(ZeroDivisionError), no_collection():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_garbage_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with no_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_one_hold_within_another_does_not_let_the_collector_go_early() -> None:
    gc.enable()
    with no_collection():
        with no_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_the_rows_come_to(book: Path) -> None:
    outcome = results.results(book, today=TODAY)
    assert measures(outcome) == pytest.approx(MEASURES)
    assert kpis(outcome).keys() == KPIS.keys()
    for id_, expected in KPIS.items():
        assert kpis(outcome)[id_] == pytest.approx(expected), id_
    assert errors(outcome) == []
    assert_engine_agrees(book)


def test_results_writes_nothing(book: Path) -> None:
    before = book.read_bytes(), book.stat().st_mtime_ns
    outcome = results.results(book, today=TODAY)
    assert not outcome.written
    assert outcome.backup is None
    assert (book.read_bytes(), book.stat().st_mtime_ns) == before
    assert list(book.parent.iterdir()) == [book]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.QUARTER, "2026-Q4", {"requests_resolved": 3, "resolution_hours": 6.9, "tasks_completed": 2}),
        (Kind.WEEK, "2026-W44", {"requests_resolved": 2, "resolution_hours": 4.9, "surveyed": 1, "leads": None}),
        (Kind.YEAR, "2026", {"requests_resolved": 3, "clients_new": 2, "clients_start_12m": 2, "requests_open": 1}),
    ],
)
def test_periods_of_other_lengths(kind: Kind, text: str, expected: Mapping[str, float | None], tmp_path: Path) -> None:
    # W44 goes from 26 October to 1 November 2026.
    filled = Filled(kind=kind, day=serial(Period.parse(text).start) + 2, rows=ROWS)
    path = make(tmp_path / "other.xlsx", filled)
    outcome = results.results(path, today=TODAY)
    assert str(outcome.scorecard.entries.period) == text
    found = measures(outcome)
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert_engine_agrees(path)


def test_the_same_rows_in_spanish(book: Path, tmp_path: Path) -> None:
    path = make(tmp_path / "es.xlsx", Filled(language="es", rows=ROWS))
    spanish, english = results.results(path, today=TODAY), results.results(book, today=TODAY)
    assert measures(spanish) == measures(english)
    assert kpis(spanish) == kpis(english)
    names = {sheet.name for sheet in Package.open(path).sheets}
    assert {"Clientes", "Totales"} <= names
    assert not {"Clients", "Totals"} & names
    levels = {contents(path)[named(opened(path), f"va_{kpi}_level")].value for kpi in KPIS}
    assert not levels & {contents(book)[named(opened(book), f"va_{kpi}_level")].value for kpi in KPIS}
    assert_engine_agrees(path)


def test_totals_alone_make_a_scorecard(tmp_path: Path) -> None:
    path = make(tmp_path / "totals.xlsx", Filled(typed={"satisfied": 19, "surveyed": 20}))
    outcome = results.results(path, today=TODAY)
    assert kpis(outcome)["css"] == (0.95, "exceptional")
    others = {id_: value for id_, value in kpis(outcome).items() if id_ != "css"}
    assert set(others.values()) == {(None, None)}
