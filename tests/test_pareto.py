"""Totals by their largest groups: against shares divided by hand, and what the sheet and its charts show of them."""

from __future__ import annotations

import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet

from clock import NOW
from kpixl.catalog import business, businesses, load
from kpixl.entries import Columns, Entries, InputCell, Setup, entry_table
from kpixl.i18n import language
from kpixl.kpi.pareto import NAMED, Ranking, pareto, ranked
from kpixl.languages import codes
from kpixl.ooxml.cells import column_letters
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP
from kpixl.period import Period, serial
from kpixl.texts import groups
from kpixl.texts.words import entry_words
from kpixl.verbs import new, refresh
from kpixl.workbook.sheets import pareto as sections
from narrow import some
from workbooks import Filled, Rows, day, make, named, opened, package_of, placed, put

SB = business("service-business")
BY_CLIENT = next(item for item in SB.pareto if item.by == "client")
OCTOBER = Period.parse("2026-10")
DAY = float(serial(OCTOBER.start))
EN = language("en")
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"


def entries(**rows: Columns) -> Entries:
    return Entries(
        business=SB,
        company="",
        language="en",
        currency="EUR",
        period=OCTOBER,
        tables={table.id: entry_table(table, rows.get(table.id, {})) for table in SB.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
        words=entry_words(SB, EN),
    )


def by(found: Entries, id_: str) -> Ranking:
    return next(ranking for ranking in pareto(found) if ranking.id == id_)


# By hand


def test_every_business_with_sales_or_complaints_has_them() -> None:
    assert {owner.id: [f"{item.measure.id} by {item.by}" for item in owner.pareto] for owner in businesses()} == {
        "remote-va-agency": [],
        "luxury-personal-assistant": ["revenue by client", "revenue by service"],
        "multilingual-va": [],
        "career-coaching": ["revenue by client", "revenue by service", "revenue by kind"],
        "service-business": ["complaints by reason", "revenue by client", "revenue by kind"],
    }


def test_shares_and_what_they_come_to_together() -> None:
    rows: Columns = {
        "date": [DAY] * 7 + [DAY - 1],
        "client": ["Ana", "Ben", "ana ", "Cy", "Dee", "Dee", None, "Old"],
        "kind": ["other"] * 8,
        "amount": [300.0, 400.0, 300.0, 150.0, 100.0, -100.0, 50.0, 5000.0],
    }
    found = by(entries(sales=rows), "revenue_client")
    # Dee's refund takes away what she paid; Old bought in September.
    assert [(part.name, part.amount) for part in found.parts] == [("Ana", 600), ("Ben", 400), ("Cy", 150), ("", 50)]
    assert [part.share for part in found.parts] == pytest.approx([0.5, 1 / 3, 0.125, 1 / 24])
    assert [part.cumulative for part in found.parts] == pytest.approx([0.5, 5 / 6, 23 / 24, 1])
    assert (found.groups, found.vital, found.left_out, found.unnamed, found.typed) == (4, 2, 1, True, False)
    assert groups.ranking_text(found, EN) == "Customers that together bring 80% (or more) of the revenue: 2 of 4."
    assert groups.ranking_note(found, EN) == (
        "Not above zero, and so without a share: 1. Rows without a name count as one group."
    )


def test_complaints_are_counted() -> None:
    rows: Columns = {"received": [DAY] * 5, "reason": ["late", "rude", "Late", "late", "late"]}
    found = by(entries(complaints=rows), "complaints_reason")
    assert [(part.name, part.amount, part.share) for part in found.parts] == [("late", 4, 0.8), ("rude", 1, 0.2)]
    assert found.vital == 1  # exactly 80 %


def test_beyond_nine_the_others_are_one() -> None:
    found = ranked(BY_CLIENT, [(f"C{number:02}", float(number)) for number in range(1, 13)])
    assert [part.name for part in found.parts] == [f"C{number:02}" for number in range(12, 3, -1)] + [""]
    others = found.parts[-1]
    assert (others.amount, others.others, others.cumulative) == (1 + 2 + 3, 3, 1)
    assert others.share == pytest.approx(6 / 78)
    assert groups.part_name(others, EN) == "other (3)"
    # 12 + 11 + 10 + 9 + 8 + 7 = 57 of 78 are 73 %; with the next 6 they are 81 %.
    assert (found.vital, found.groups, found.unnamed) == (7, 12, False)


@pytest.mark.parametrize("amounts", [[], [("Ana", 0.0), ("Ben", -5.0)], [("Ana", 1e308), ("Ben", 1e308)]])
def test_nothing_to_share(amounts: list[tuple[str, float]]) -> None:
    found = ranked(BY_CLIENT, amounts)
    assert (found.parts, found.groups, found.vital) == ((), 0, 0)
    assert groups.ranking_text(found, EN) is None


def test_rows_without_any_name_are_not_grouped() -> None:
    found = by(entries(sales={"date": [DAY] * 2, "amount": [10.0, 20.0]}), "revenue_client")
    assert (found.parts, found.vital) == ((), 0)
    assert groups.ranking_note(found, EN) == "No row of this period has a name to group it by."


def test_a_typed_total_is_told() -> None:
    rows: Columns = {"date": [DAY], "client": ["Ana"], "amount": [10.0]}
    made = replace(entries(sales=rows), typed={"revenue": InputCell(100, "Totals", "E7")})
    found = by(made, "revenue_client")
    assert found.typed
    assert groups.ranking_note(found, EN) == "A typed total is in force: these rows do not add up to it."


def test_without_the_table_or_its_column_there_is_nothing() -> None:
    assert [ranking.parts for ranking in pareto(replace(entries(), tables={}))] == [(), (), ()]
    rows = entry_table(SB.table("sales"), {"date": [DAY], "amount": [5.0]})
    gone = replace(rows, texts={id_: cells for id_, cells in rows.texts.items() if id_ != "client"})
    made = replace(entries(), tables={"sales": gone})
    assert by(made, "revenue_client").parts == ()


# What always holds


AMOUNTS = st.floats(-1e9, 1e9) | st.integers(-5, 30).map(float)


@given(st.lists(AMOUNTS, max_size=40))
def test_shares_add_up_and_the_vital_groups_are_the_fewest(amounts: list[float]) -> None:
    found = ranked(BY_CLIENT, [(f"C{number}", amount) for number, amount in enumerate(amounts)])
    above = sorted((amount for amount in amounts if amount > 0), reverse=True)
    assert (found.groups, found.left_out) == (len(above), len(amounts) - len(above))
    if not above:
        return
    assert sum(part.share for part in found.parts) == pytest.approx(1)
    together = [part.cumulative for part in found.parts]
    assert together == sorted(together)
    assert together[-1] == 1
    named = [part for part in found.parts if not part.others]
    assert [part.amount for part in named] == above[:NAMED]
    assert sum(max(part.others, 1) for part in found.parts) == len(above)
    assert sum(above[: found.vital]) >= 0.8 * sum(above) * (1 - 1e-8)
    assert sum(above[: found.vital - 1]) < 0.8 * sum(above)


# The catalogue


@pytest.mark.parametrize(
    ("measure", "column"),
    [
        ("nothing", "client"),
        ("revenue_monthly", "client"),  # a formula has no rows
        ("clients_served", "client"),  # every client is one row
        ("revenue", "amount"),  # no text
        ("complaints", "colour"),
    ],
)
def test_what_cannot_be_split_is_refused(monkeypatch: pytest.MonkeyPatch, measure: str, column: str) -> None:
    read = load._read

    def changed(file: Path) -> dict[str, object]:
        raw: dict[str, object] = read(file)
        if file.name == "service-business.yaml":
            raw["pareto"] = [{"measure": measure, "by": column, "title": "Split", "text": "{vital} of {groups}"}]
        return raw

    monkeypatch.setattr(load, "_read", changed)
    with pytest.raises(ValueError, match=r"grouped|no count or sum"):
        assert load._catalogue.__wrapped__(load.FOLDER).businesses["service-business"]


def test_every_sentence_has_its_two_numbers() -> None:
    items = [item for owner in businesses() for item in owner.pareto]
    assert len(items) == 8
    for item in items:
        for code in codes():
            names = {name for _, name, _, _ in Formatter().parse(language(code)(item.text)) if name}
            assert names == {"vital", "groups"}


# The sheet


ROWS: dict[str, Rows] = {
    "sales": {
        "date": [day("2026-10-02")] * 14,
        "client": [f"Client {number:02}" for number in range(1, 14)] + ["Client 01"],
        "kind": ["subscriptions"] * 10 + ["other"] * 4,
        "amount": [100.5 * number for number in range(1, 14)] + [-500],
    },
    "complaints": {"received": [day("2026-10-02")] * 3, "reason": ["late", "late", "rude"]},
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("pareto") / "book.xlsx", Filled(business=SB.id, rows=ROWS))


def sheet_of(path: Path) -> Worksheet:
    """Breakdown as openpyxl reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not know sparklines
        return openpyxl.load_workbook(BytesIO(path.read_bytes()))[opened(path).sheets["breakdown"].name]


def test_the_cells_are_the_shares(book: Path) -> None:
    where = opened(book)
    sheet = sheet_of(book)
    assert [ranking.id for ranking in pareto(where.entries)] == [
        "complaints_reason", "revenue_client", "revenue_kind",
    ]  # fmt: skip
    shown = {
        ranking.id: [
            tuple(
                sheet[placed(where, "breakdown", row, column)[1]].value
                for column in ("name", "value_0", "level_0", "cases_0")
            )
            for row in sections.group_rows(ranking.pareto)
        ]
        for ranking in pareto(where.entries)
    }
    blank = (None,) * 4
    assert shown["complaints_reason"] == [
        ("late", 2, pytest.approx(2 / 3), pytest.approx(2 / 3)), ("rude", 1, pytest.approx(1 / 3), 1), *[blank] * 8,
    ]  # fmt: skip
    # 100.5 times 2 to 13 are 90 in all: Client 01 was refunded more than it had paid.
    assert shown["revenue_client"][0] == ("Client 13", 1306.5, pytest.approx(13 / 90), pytest.approx(13 / 90))
    assert shown["revenue_client"][8] == ("Client 05", 502.5, pytest.approx(5 / 90), pytest.approx(81 / 90))
    assert shown["revenue_client"][9] == ("other (3)", 904.5, pytest.approx(9 / 90), 1)
    at = {part: placed(where, "breakdown", f"pareto_revenue_client_{part}", "name")[1] for part in ("text", "note")}
    assert sheet[at["text"]].value == "Customers that together bring 80% (or more) of the revenue: 8 of 12."
    assert sheet[at["note"]].value == "Not above zero, and so without a share: 1."
    assert sheet[placed(where, "breakdown", "pareto_revenue_client_group_0", "value_0")[1]].number_format == (
        '"€"#,##0.00'
    )


def hidden(path: Path, id_: str) -> set[str]:
    """Ids of the hidden rows of one section."""
    where = opened(path)
    package = package_of(where)
    numbers = where.placements["breakdown"].row_numbers
    rows = package.tree(where.sheets["breakdown"].part).iter(f"{{{MAIN}}}row")
    found = {int(some(row.get("r"))) for row in rows if row.get("hidden") in ("1", "true")}
    start = f"pareto_{id_}_"
    return {row.removeprefix(start) for row, at in numbers.items() if row.startswith(start) and at in found}


def empty_of(numbers: range, part: str) -> set[str]:
    return {f"{part}_{number}" for number in numbers}


def test_a_chart_stands_beside_as_many_rows_whatever_they_show(book: Path, tmp_path: Path) -> None:
    """From rows to none and back; each empty group is hidden, and another row shown for it."""
    full = empty_of(range(10), "fill")
    two = empty_of(range(2, 10), "group") | empty_of(range(2), "fill") | {"note"}
    assert hidden(book, "revenue_client") == full
    assert hidden(book, "revenue_kind") == two
    assert hidden(book, "complaints_reason") == two
    path = tmp_path / "moved.xlsx"
    path.write_bytes(book.read_bytes())
    for month, expected in (("2026-12-01", None), ("2026-10-01", full)):
        put(path, {named(opened(path), "period_day"): day(month)})
        refresh.refresh(path, now=NOW)
        nothing = {"text", "headings", *full, *empty_of(range(10), "group"), *empty_of(range(4), "room")}
        assert hidden(path, "revenue_client") == (nothing if expected is None else expected)


def test_a_new_workbook_has_no_empty_charts(tmp_path: Path) -> None:
    path = new.new(Setup(SB.id, "en", OCTOBER, "X", "EUR"), tmp_path / "new.xlsx", now=NOW)
    where = opened(path)
    assert {"headings", "group_0", "fill_0", "room_0", "text"} <= hidden(path, "revenue_client")
    sheet = sheet_of(path)
    assert sheet[placed(where, "breakdown", "pareto_revenue_client_note", "name")[1]].value == "No rows in this period."


def charts_of(path: Path) -> list[tuple[etree._Element, etree._Element]]:
    """The charts of Breakdown, each with its anchor."""
    where = opened(path)
    package = package_of(where)
    (drawing,) = package.related(where.sheets["breakdown"].part, OFFICE_RELATIONSHIP + "/drawing")
    targets = {relation.id: relation.target for relation in package.relationships(drawing)}
    found = []
    for anchor in package.tree(drawing).iter(f"{{{DRAWING}}}twoCellAnchor"):
        (chart,) = anchor.iter(f"{{{CHART}}}chart")
        found.append((package.tree(targets[some(chart.get(f"{{{OFFICE_RELATIONSHIP}}}id"))]), anchor))
    return found


def test_charts_draw_the_table_beside_them(book: Path) -> None:
    where = opened(book)
    place, name = where.placements["breakdown"], where.sheets["breakdown"].name
    charts = charts_of(book)
    assert len(charts) == len(SB.pareto)
    below = 0
    for item, (chart, anchor) in zip(SB.pareto, charts, strict=True):
        rows = sections.group_rows(item)
        first, last = place.row_numbers[rows[0]], place.row_numbers[rows[-1]]
        letters = {id_: column_letters(place.column_numbers[column]) for id_, column in sections.COLUMNS.items()}

        def area(id_: str, letters: dict[str, str] = letters, first: int = first, last: int = last) -> str:
            return f"'{name}'!${letters[id_]}${first}:${letters[id_]}${last}"

        for kind, column, until in (("barChart", "amount", last - 1), ("lineChart", "cumulative", last)):
            # All the others, in the last row, have no column: it would dwarf those of the groups.
            (drawn,) = chart.iter(f"{{{CHART}}}{kind}")
            (series,) = drawn.iter(f"{{{CHART}}}ser")
            assert [f.text for f in series.iterfind(f"{{{CHART}}}val//{{{CHART}}}f")] == [area(column, last=until)]
            assert [f.text for f in series.iterfind(f"{{{CHART}}}cat//{{{CHART}}}f")] == [area("name")]
            assert [f.text for f in series.iterfind(f"{{{CHART}}}tx//{{{CHART}}}f")] == [
                f"'{name}'!${letters[column]}${first - 1}"
            ]
        assert [one.get("val") for one in chart.iter(f"{{{CHART}}}plotVisOnly")] == ["1"]
        ends = {one.get("val") for one in chart.iter(f"{{{CHART}}}max")}
        assert ends == {"1"}
        top, bottom = (int(some(row.text)) for row in anchor.iter(f"{{{DRAWING}}}row"))
        left, _ = (int(some(column.text)) for column in anchor.iter(f"{{{DRAWING}}}col"))
        # From its headings down to before the next section, right of its last column.
        assert top + 1 == place.row_numbers[f"{sections.prefix(item)}_headings"]
        assert bottom < place.row_numbers[f"{sections.prefix(item)}_space"]
        assert top >= below
        assert left == place.column_numbers[sections.COLUMNS["cumulative"]]
        below = bottom


def test_other_businesses_have_no_charts_on_breakdown() -> None:
    assert sections.rows(business("remote-va-agency")) == ()
