"""The breakdown, against groups counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engines import contents
from kpixl.catalog import Level, business
from kpixl.entries import Columns, Entries, InputCell, PastValue, entry_table
from kpixl.kpi.breakdown import CAPACITY, Section, breakdown, dimensions
from kpixl.ooxml.namespaces import qn
from kpixl.period import Period, serial
from narrow import some
from workbooks import opened, package_of, placed

WORKBOOKS = Path(__file__).parent.parent / "workbooks"
VA = business("remote-va-agency")
OCTOBER = Period.parse("2026-10")
DAY = float(serial(OCTOBER.start))


def entries(rows: Mapping[str, Columns], typed: dict[str, float] | None = None) -> Entries:
    return Entries(
        business=VA,
        company="",
        language="en",
        currency="USD",
        period=OCTOBER,
        tables={table.id: entry_table(table, rows.get(table.id, {})) for table in VA.tables},
        settings={},
        typed={name: InputCell(value, "Totals", "E7") for name, value in (typed or {}).items()},
        targets={},
        thresholds={},
    )


def section(found: Entries, dimension: str) -> Section:
    return next(section for section in breakdown(found) if section.dimension == dimension)


def test_only_kpis_whose_rows_all_tell_the_groups_apart() -> None:
    split = {dimension: [kpi.id for kpi in kpis] for dimension, kpis in dimensions(VA).items()}
    assert split["assistant"] == ["art", "tcr", "aur"]
    # Every client is one row of Clients: a retention of one client says nothing.
    assert "crr" not in split["client"]
    assert split["source"] == ["crr", "ncar"]


def test_groups_without_regard_to_case_and_spaces() -> None:
    names = ["Ana", "ana ", "ANA", *["Ana"] * 5, "Ben", None]
    opened = [DAY] * 10
    resolved = [DAY + hours / 24 for hours in (1, 2, 3, 4, 5, 3, 3, 3, 8, 1)]
    found = section(entries({"requests": {"assistant": names, "opened": opened, "resolved": resolved}}), "assistant")
    groups = {group.name: group.results["art"] for group in found.groups}
    assert set(groups) == {"Ana", "Ben", ""}
    assert groups["Ana"].value == pytest.approx(3)
    assert (groups["Ana"].cases, groups["Ana"].level, groups["Ana"].few) == (8, Level.TYPICAL, False)
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
    rows: dict[str, Columns] = {"surveys": {"client": ["Ana"], "date": [DAY], "score": [5]}}
    assert not section(entries(rows), "client").typed
    assert section(entries(rows, {"surveyed": 100}), "client").typed


def test_without_a_table_or_its_column_the_other_kpis_are_broken_down() -> None:
    rows: dict[str, Columns] = {
        "requests": {"assistant": ["Ana"] * 2, "opened": [DAY] * 2, "resolved": [DAY + 1 / 24] * 2},
        "tasks": {"assistant": ["Ana"] * 2, "assigned": [DAY] * 2, "completed": [DAY, None]},
    }
    whole = entries(rows)
    requests = whole.tables["requests"]
    assert requests is not None
    without_column = replace(requests, texts={id_: one for id_, one in requests.texts.items() if id_ != "assistant"})
    # One task of two is done; the mean of two requests is an hour.
    for changed, hours in ((requests, 1), (None, None), (without_column, None)):
        found = section(replace(whole, tables={**whole.tables, "requests": changed}), "assistant")
        (group,) = found.groups
        assert (group.name, group.results["tcr"].value) == ("Ana", 0.5)
        assert group.results["art"].value == (hours if hours is None else pytest.approx(hours))


# The order of the groups


def surveys(**scores: list[int]) -> Entries:
    """Survey answers by client; 4 and 5 count as satisfied."""
    clients = [name for name, given in scores.items() for _ in given]
    answers = [score for given in scores.values() for score in given]
    return entries({"surveys": {"client": clients, "date": [DAY] * len(clients), "score": answers}})


def order(found: Entries, dimension: str) -> list[str]:
    return [group.name for group in section(found, dimension).groups]


def test_the_worst_group_stands_first_and_small_ones_last() -> None:
    # Shares of satisfied clients: 1 is exceptional, 0.9 above average, the others below: 4 of 8 and 1 of 8.
    found = surveys(
        Small=[1] * 7, Best=[5] * 20, Good=[5] * 9 + [1], Bad=[5] * 4 + [1] * 4, Worst=[5] + [1] * 7, Single=[1]
    )
    assert order(found, "client") == ["Worst", "Bad", "Good", "Best", "Small", "Single"]
    groups = {group.name: group.results["css"] for group in section(found, "client").groups}
    assert [groups[name].level for name in ("Worst", "Good", "Best")] == [
        Level.BELOW, Level.ABOVE_AVERAGE, Level.EXCEPTIONAL,
    ]  # fmt: skip
    # The band below the first threshold of 0.85 begins at 0.
    assert groups["Bad"].position == pytest.approx(0.5 / 0.85)


def test_of_groups_that_do_as_badly_the_larger_stands_first() -> None:
    assert order(surveys(A=[5] * 4 + [1] * 4, B=[5] * 5 + [1] * 5, C=[1] * 8), "client") == ["C", "B", "A"]


def test_a_group_stands_where_its_worst_kpi_with_enough_cases_puts_it() -> None:
    hours = DAY + 4 / 24
    rows: dict[str, Columns] = {
        # Four hours to resolve a request are below the benchmark, half an hour is above average.
        "requests": {
            "assistant": ["Slow"] * 8 + ["Quick"] * 8 + ["Few"],
            "opened": [DAY] * 17,
            "resolved": [hours] * 8 + [DAY + 0.5 / 24] * 8 + [DAY + 1],
        },
        # 17 of 20 tasks completed are above average; of 12 for Quick, none.
        "tasks": {
            "assistant": ["Slow"] * 20 + ["Quick"] * 12 + ["Few"] * 20,
            "assigned": [DAY] * 52,
            "completed": [DAY] * 17 + [None] * 3 + [None] * 12 + [DAY] * 19 + [None],
        },
    }
    # Few is slow with one request, which does not count, and exceptional with 19 of 20 tasks.
    assert order(entries(rows), "assistant") == ["Quick", "Slow", "Few"]


def test_rows_without_a_name_stand_where_their_level_puts_them() -> None:
    names = [None] * 8 + ["Ana"] * 8
    rows: dict[str, Columns] = {"surveys": {"client": names, "date": [DAY] * 16, "score": [1] * 8 + [5] * 8}}
    assert order(entries(rows), "client") == ["", "Ana"]


@pytest.mark.parametrize(("minimum", "few"), [(1, ["Seven"]), (9, ["Eight", "Seven"]), (None, ["Seven"])])
def test_the_owners_minimum_of_cases_raises_ours(minimum: int | None, few: list[str]) -> None:
    found = replace(
        surveys(Seven=[5] * 7, Eight=[5] * 8, Nine=[5] * 9),
        settings={"minimum_cases": InputCell(minimum, "Settings", "C9")},
    )
    groups = section(found, "client").groups
    assert [group.name for group in groups if group.results["css"].few] == few
    assert [group.name for group in groups][-len(few) :] == few


def test_groups_of_equal_size_stand_by_name() -> None:
    # Eight answers each, all content: as many cases, the same level. The rows name them in another order.
    assert order(surveys(Carl=[5] * 8, Ana=[5] * 8, Ben=[5] * 8), "client") == ["Ana", "Ben", "Carl"]
    # Of thirteen that are equal the last by name is the one too many.
    names = [f"Client {letter}" for letter in "MLKJIHGFEDCBA"]
    assert order(surveys(**{name: [5] * 8 for name in names}), "client") == sorted(names)[:12]


SB = business("service-business")


def services(**rows: Columns) -> Entries:
    tables = {table.id: entry_table(table, rows.get(table.id, {})) for table in SB.tables}
    return replace(entries({}), business=SB, tables=tables)


def test_without_levels_the_largest_stands_first() -> None:
    rows: Columns = {"date": [DAY] * 3, "kind": ["other", "interest", "late fees"], "amount": [20.0, 5.0, 300.0]}
    assert order(services(sales=rows), "kind") == ["late fees", "other", "interest"]


def test_a_sale_without_an_amount_takes_nothing_from_its_group() -> None:
    rows: Columns = {"date": [DAY] * 3, "kind": ["other", "other", "interest"], "amount": [20.0, None, 5.0]}
    found = section(services(sales=rows), "kind")
    assert [(group.name, group.results["revenue"].value) for group in found.groups] == [("other", 20), ("interest", 5)]


def test_a_group_without_a_level_stands_between_graded_and_small_ones() -> None:
    """Conversion alone has a threshold, the owner's; the fair brought few leads, but many clients."""
    long_ago = [float(serial(date(2024, 1, 1)))] * 9
    rows = services(
        clients={"client": [f"C{number}" for number in range(9)], "start": long_ago, "source": ["Fair"] * 9},
        leads={
            "date": [DAY] * 14,
            "lead": [f"L{number}" for number in range(14)],
            "source": ["Post"] * 4 + ["Web"] * 8 + ["Fair"] * 2,
            "qualified": ["yes"] * 14,
            "converted": [None] * 13 + [DAY],  # in a column that nobody fills in, nothing is known
        },
    )
    # Leads were won before, so that none of these is won yet.
    rows = replace(rows, past=(PastValue(date(2026, 9, 1), "measure", "leads_converted", 2.0),))
    assert order(rows, "source") == ["Fair", "Web", "Post"]
    graded = replace(rows, thresholds={("conversion", Level.TYPICAL): InputCell(0.1, "KPIs", "K9")})
    assert order(graded, "source") == ["Web", "Fair", "Post"]


# The sheet


@pytest.mark.parametrize("company", ["Dumbrava Facility", "Elite Concierge", "TaskZenith"])
def test_a_section_is_whole_on_a_printed_page(company: str) -> None:
    """A page of A4 across, as far as its margins, made smaller where the columns are wider than it; rows are 15 points
    high, headings two lines."""
    (path,) = WORKBOOKS.glob(f"{company} *.xlsx")
    book = opened(path)
    where, root = book.placements["breakdown"], package_of(book).tree(book.sheets["breakdown"].part)
    titles = [number for row, number in where.row_numbers.items() if row.endswith("_title")]
    headings = {number for row, number in where.row_numbers.items() if row.endswith("_headings")}
    seen = [
        (int(row.get("r", "0")), 27.0 if int(row.get("r", "0")) in headings else float(row.get("ht", "15")))
        for row in root.iter(qn("x:row"))
        if row.get("hidden") != "1"
    ]
    wide = sum(
        float(one.get("width", "0")) * (int(one.get("max", "0")) - int(one.get("min", "0")) + 1)
        for one in root.iter(qn("x:col"))
    )
    margins = some(root.find(qn("x:pageMargins")))
    across, down = (
        points - 72 * sum(float(margins.get(side, "0")) for side in sides)
        for points, sides in ((841.9, ("left", "right")), (595.3, ("top", "bottom")))
    )
    room = down / min(1.0, across / (wide * 7 * 0.75))
    begins = [int(one.get("id", "0")) + 1 for one in root.iterfind(qn("x:rowBreaks/x:brk"))]
    assert begins
    assert set(begins) <= set(titles)
    ends = [*begins[1:], where.bottom + 1]
    pages = [
        sum(height for row, height in seen if first <= row < end)
        for first, end in zip((1, *begins), (begins[0], *ends), strict=True)
    ]
    assert max(pages) <= room + 15  # the blank row below the last section need not fit
    for number, first in enumerate(begins):
        section = min(title for title in (*titles, where.bottom + 1) if title > first)
        needed = sum(height for row, height in seen if first <= row < section)
        assert pages[number] + needed > 0.93 * room  # or it would have had room on the page before


def test_no_column_is_wide_for_words_that_are_not_there() -> None:
    """Nothing is published for a service business: a sign tells groups of too few cases."""
    wide = {company: breakdown_columns(company) for company in ("Dumbrava Facility", "TaskZenith")}
    signs, words = (wide[company] for company in wide)
    assert max(width for width, _ in signs.values()) < 12
    assert set().union(*(texts for _, texts in signs.values())) <= {"○", ""}
    assert min(width for width, _ in words.values()) >= 22
    assert any("above average" in text for _, texts in words.values() for text in texts)


def test_no_heading_stands_above_nothing() -> None:
    """In each section of the samples: hours are not kept by client, so that there is no utilisation by client."""
    bare = set()
    for path in WORKBOOKS.glob("[!~]*.xlsx"):
        book, values = opened(path), contents(path)
        where = book.placements["breakdown"]
        for row in (row for row in where.rows if row.endswith("_headings") and "pareto" not in row):
            groups = [one for one in where.rows if one.startswith(f"{row.removesuffix('headings')}group_")]
            filled = {
                column
                for column in where.columns
                if any(placed(book, "breakdown", group, column) in values for group in groups)
            }
            heads = {column for column in where.columns if placed(book, "breakdown", row, column) in values}
            if "name" in filled:
                assert {column for column in heads if column.startswith("value")} <= filled
                bare |= {
                    (path.stem[:10], row, column) for column in set(where.columns) - heads if column[:5] == "value"
                }
    assert ("TaskZenith", "client_headings", "value_3") in bare


def breakdown_columns(company: str) -> dict[str, tuple[float, set[str]]]:
    """The columns for levels: how wide each is, and its words."""
    (path,) = WORKBOOKS.glob(f"{company} *.xlsx")
    book, values = opened(path), contents(path)
    where, root = book.placements["breakdown"], package_of(book).tree(book.sheets["breakdown"].part)
    widths = {
        number: float(one.get("width", "0"))
        for one in root.iter(qn("x:col"))
        for number in range(int(one.get("min", "0")), int(one.get("max", "0")) + 1)
    }
    found = {}
    for column, number in where.column_numbers.items():
        if column.startswith("level"):
            rows = (row for row in where.rows if "_group_" in row and not row.startswith("pareto"))
            cells = [values[at].value for row in rows if (at := placed(book, "breakdown", row, column)) in values]
            found[column] = widths[number], {cell for cell in cells if isinstance(cell, str)}
    return found
