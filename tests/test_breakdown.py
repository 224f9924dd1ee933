"""The breakdown, against groups counted by hand."""

from __future__ import annotations

import pytest

from kpixl.breakdown import CAPACITY, breakdown, dimensions
from kpixl.catalog import Level, business
from kpixl.entries import Entries, InputCell
from kpixl.period import Period, serial
from kpixl.rows import entry_table

VA = business("remote-va-agency")
OCTOBER = Period.parse("2026-10")
DAY = float(serial(OCTOBER.start))


def entries(rows: dict[str, dict[str, list[object]]], typed: dict[str, float] | None = None) -> Entries:
    return Entries(
        business=VA,
        company="",
        language="en",
        currency="USD",
        period=OCTOBER,
        tables={table.id: entry_table(table, rows.get(table.id, {})) for table in VA.tables},  # type: ignore[arg-type]
        settings={},
        typed={name: InputCell(value, "Totals", "E7") for name, value in (typed or {}).items()},
        targets={},
        thresholds={},
    )


def section(found: Entries, dimension: str):
    return next(section for section in breakdown(found) if section.dimension == dimension)


def test_only_kpis_whose_rows_all_tell_the_groups_apart() -> None:
    split = {dimension: [kpi.id for kpi in kpis] for dimension, kpis in dimensions(VA).items()}
    assert split["assistant"] == ["art", "tcr", "aur"]
    # Every client is one row of Clients: a retention of one client says nothing.
    assert "crr" not in split["client"]
    assert split["source"] == ["crr", "ncar"]


def test_groups_without_regard_to_case_and_spaces() -> None:
    names = ["Ana", "ana ", "ANA", "Ana", "Ana", "Ben", None]
    opened = [DAY] * 7
    resolved = [DAY + hours / 24 for hours in (1, 2, 3, 4, 5, 8, 1)]
    found = section(entries({"requests": {"assistant": names, "opened": opened, "resolved": resolved}}), "assistant")
    groups = {group.name: group.results["art"] for group in found.groups}
    assert set(groups) == {"Ana", "Ben", ""}
    assert groups["Ana"].value == pytest.approx(3)
    assert (groups["Ana"].cases, groups["Ana"].level, groups["Ana"].few) == (5, Level.TYPICAL, False)
    assert groups["Ben"].value == pytest.approx(8)
    assert groups["Ben"].few
    assert found.groups[0].name == "Ana"


def test_the_groups_with_most_cases_are_shown() -> None:
    names = [f"Client {number:02}" for number in range(20) for _ in range(number + 1)]
    found = section(
        entries({"surveys": {"client": names, "date": [DAY] * len(names), "score": [5] * len(names)}}), "client"
    )
    assert len(found.groups) == CAPACITY
    assert found.left_out == 8
    assert found.groups[0].name == "Client 19"


def test_a_typed_total_is_told() -> None:
    rows = {"surveys": {"client": ["Ana"], "date": [DAY], "score": [5]}}
    assert not section(entries(rows), "client").typed
    assert section(entries(rows, {"surveyed": 100}), "client").typed
