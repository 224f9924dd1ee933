"""Workbooks made before the catalogue grew: read, checked, refreshed, rolled and imported into without the new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from lxml import etree

from catalogues import catalogue_in, change, copied, kpi
from clock import NOW
from engines import contents, differences, ironcalc_values
from kpixl.catalog import business, businesses
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.functions.describe import functions
from kpixl.ooxml.package import MAIN, Package
from kpixl.period import Period
from kpixl.verbs import new, refresh, roll
from workbooks import AGENCY, ROWS, Filled, append, day, entry, make, opened, put


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """The catalogue with new measures, a column that only they read, a table, and KPIs in front, between and behind."""
    folder = copied(tmp_path / "catalogue")
    late = {"type": "date", "heading": "Late since", "help": "The day on which it was late.", "extra": True}
    gift = {"type": "date", "heading": "Date", "help": "The day of the gift.", "required": True}
    change(
        folder / "tables.yaml",
        {
            "tasks": {"fields": {"late": late}},
            "gifts": {
                "title": "Gifts",
                "help": "One row for each gift.",
                "date": "date",
                "leaves": ["date < window_start"],
                "fields": {"date": gift},
            },
        },
    )
    counted = {"aggregate": "count", "rollup": "sum", "absent": "none of these"}
    change(
        folder / "measures.yaml",
        {
            "tasks_late": {"label": "Late tasks", "table": "tasks", "where": ["late in window"], **counted},
            "gifts": {"label": "Gifts", "table": "gifts", "where": ["date in window"], **counted},
            "clients_helped": {
                "label": "Clients helped",
                "table": "requests",
                "aggregate": "distinct",
                "distinct": ["client"],
                "heading": "Helped once",
                "where": ["resolved in window", "client filled"],
                "rollup": "none",
                "absent": "no clients helped",
            },
        },
    )
    shared = {"unit": "ratio", "direction": "up"}
    change(
        folder / "kpis.yaml",
        {
            "lateness": {"formula": "tasks_late / tasks_assigned", "arguments": ["tasks_late", "tasks_assigned"],
                         "lever": "tasks_late", "sample": "tasks_assigned", **shared},
            "giving": {"formula": "gifts / clients_served", "arguments": ["gifts", "clients_served"],
                       "lever": "gifts", **shared},
            "helping": {"formula": "clients_helped / surveyed", "arguments": ["clients_helped", "surveyed"],
                        "lever": "clients_helped", **shared},
        },
    )  # fmt: skip
    file = folder / "businesses" / f"{AGENCY}.yaml"
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    first, *others = held["kpis"].items()
    held["tables"].append("gifts")
    held["kpis"] = {
        "lateness": kpi("LATE", {"tasks_late": 1, "tasks_assigned": 4}, 0.25),
        **dict([first]),
        "giving": kpi("GIVE", {"gifts": 3, "clients_served": 4}, 0.75),
        **dict(others),
        "helping": kpi("HELP", {"clients_helped": 2, "surveyed": 4}, 0.5),
    }
    file.write_text(yaml.safe_dump(held, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


FILLED = Filled(
    rows=ROWS,
    typed={"leads": 8.0},
    targets={"css": 0.9, "sdi": 0.5},
    thresholds={("art", "typical"): 2.99},
    past=((day("2026-09-01"), "va_css", 0.75), (day("2026-09-01"), "leads", 6.0)),
    windows={"crr": "last 3 months"},
    own={"own_1": {"label": "Per client", "formula": "=requests_resolved/clients_served", "unit": "ratio"}},
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of the catalogue as it is shipped, filled in."""
    return make(tmp_path / "book.xlsx", FILLED)


NEW = {"lateness", "giving", "helping"}


def told(path: Path) -> tuple[dict[str, Any], set[tuple[str, str | None]], list[str]]:
    """Values and levels, problems, and where the engine disagrees with what is kept in the file."""
    outcome = refresh.refresh(path, now=NOW)
    values = {result.kpi.id: (result.value, result.level) for result in outcome.scorecard.results}
    return values, {(one.code, one.table) for one in outcome.problems}, differences(path, ironcalc_values(path))


def book_sheet(path: Path, key: str) -> str:
    """What a sheet of ours is called."""
    return opened(path).sheets[key].name


def test_it_is_read_checked_and_refreshed_as_before(book: Path, grown: Path) -> None:
    before = told(book)
    sheets = contents(book)
    assert set(before[0]) == {*(kpi.id for kpi in business(AGENCY).kpis), "own_1"}
    assert before[2] == []
    with catalogue_in(grown):
        assert {kpi.id for kpi in business(AGENCY).kpis} >= NEW
        assert main(["check", str(book)]) == main(["results", str(book)]) == 0
        assert told(book) == before
        put(book, {entry(opened(book), "surveys", "score", 1): 1.0})
        values, problems, wrong = told(book)
    listed = book_sheet(book, "behind")  # whose rows change with what counts
    assert {p for p in contents(book) if p[0] != listed} == {p for p in sheets if p[0] != listed}
    assert (problems, wrong) == (before[1], [])
    assert values["css"] != before[0]["css"]
    assert {**values, "css": None} == {**before[0], "css": None}


def test_nothing_of_the_owner_is_lost(book: Path, grown: Path) -> None:
    before = opened(book).entries
    with catalogue_in(grown):
        refresh.refresh(book, now=NOW)
        after = opened(book).entries
    assert after.business == before.business
    for part in ("typed", "targets", "thresholds", "settings", "windows", "own", "past", "what_if"):
        assert getattr(after, part) == getattr(before, part) != (), part
    assert after.typed["leads"].number == 8
    for id_, rows in before.tables.items():
        again = after.tables[id_]
        assert rows is not None
        assert again is not None
        np.testing.assert_equal(again.texts, rows.texts)
        np.testing.assert_equal(again.numbers, rows.numbers)


def test_its_period_is_closed_and_rows_are_imported(book: Path, grown: Path, tmp_path: Path) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("Date,Client,Score\n2026-11-03,Ana,5\n", encoding="utf-8")
    with catalogue_in(grown):
        following = roll.roll(book, now=NOW, anyway=True).path
        assert main(["import", str(following), "surveys", str(source)]) == 0
        rows = opened(following).entries.tables["surveys"]
        _, _, wrong = told(following)
    assert rows is not None
    assert rows.texts["client"].tolist() == ["Ana"]
    assert wrong == []


def test_a_new_workbook_has_what_is_new(grown: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    with catalogue_in(grown):
        assert {"KPI_LATENESS", "KPI_GIVING", "KPI_HELPING"} <= set(functions())
        new.new(Setup(AGENCY, "en", Period.parse("2026-10"), "C", "USD"), path, now=NOW)
        append(path, "gifts", {"date": [day("2026-10-05"), day("2026-10-06"), day("2026-09-30")]})
        append(path, "clients", {"client": ["Ana"], "start": [day("2026-10-01")]})
        append(path, "tasks", {"assigned": [day("2026-10-05")] * 4, "late": [day("2026-10-06"), None, None, None]})
        opened_day = [day("2026-10-05")] * 3
        append(path, "requests", {"client": ["Ana", "ana", "Ben"], "opened": opened_day, "resolved": opened_day})
        append(path, "surveys", {"date": opened_day, "score": [5.0, 4.0, 3.0]})
        values, _, wrong = told(path)
    assert {id_: values[id_][0] for id_ in NEW} == {
        "lateness": 0.25,
        "giving": 2.0,
        "helping": pytest.approx(2 / 3),
    }
    assert wrong == []
    # And back to a kpixl that does not know them: what it does not know, it leaves alone.
    assert not NEW & set(told(path)[0])


def test_a_name_of_the_owner_is_not_taken_for_a_new_measure(book: Path, grown: Path) -> None:
    package = Package.open(book)
    root = package.tree(package.workbook_part)
    names = root.find(f"{{{MAIN}}}definedNames")
    assert names is not None
    etree.SubElement(names, f"{{{MAIN}}}definedName", name="gifts").text = "Clients!$A$1"
    package.replace(package.workbook_part, root)
    package.save(book)
    before = told(book)
    with catalogue_in(grown):
        assert told(book) == before


def test_the_catalogue_is_the_shipped_one_again(grown: Path) -> None:
    with catalogue_in(grown):
        pass
    assert not NEW & {kpi.id for owner in businesses() for kpi in owner.kpis}
    assert "KPI_GIVING" not in functions()
