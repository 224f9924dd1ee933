"""Late customers, by hand: a lead belongs to the month in which it came, whenever it becomes a customer.

A gardener has four qualified leads in September. Anna is won in the same month, the other three in October. September's
conversion is 1 of 4 when it is closed, and 4 of 4 in truth.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from engines import contents
from excel_engine import Excel
from kpixl.catalog import business
from kpixl.excel.live import open_workbook
from kpixl.period import Period
from kpixl.verbs.refresh import refresh
from kpixl.verbs.restate import restate
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from workbooks import Filled, Rows, append, day, entry, make, opened, placed, put

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
LEADS: Rows = {
    "date": [day("2026-09-02"), day("2026-09-08"), day("2026-09-15"), day("2026-09-28")],
    "lead": ["Anna", "Bruno", "Carla", "Dario"],
    "qualified": ["yes"] * 4,
    "converted": [day("2026-09-20"), None, None, None],
}
WON = {"Bruno": day("2026-10-05"), "Carla": day("2026-10-12"), "Dario": day("2026-10-20")}


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def october(tmp_path: Path) -> Path:
    """October's workbook, made by closing September on the 1st."""
    filled = Filled(business="service-business", day=day("2026-09-01"), rows={"leads": LEADS})
    path = make(tmp_path / "Garden 2026-09.xlsx", filled, refresh=False)
    refresh(path, now=when("2026-09-30"))
    return roll(path, now=when("2026-10-01")).path


def names(path: Path) -> list[str]:
    rows = opened(path).entries.tables["leads"]
    assert rows is not None
    return [name for name in rows.texts["lead"] if name]


def win(path: Path, won: dict[str, float]) -> None:
    """The owner types the day on which a lead became a customer."""
    book, order = opened(path), names(path)
    put(path, {entry(book, "leads", "converted", order.index(name)): day_ for name, day_ in won.items()})


def past(path: Path, start: date) -> dict[str, tuple[float | None, str]]:
    return {line.id: (line.value, line.source) for line in opened(path).entries.past if line.start == start}


def written(path: Path, start: date, id_: str) -> list[tuple[object, object]]:
    """Value and source of a line as they stand on the sheet Past periods."""
    book = openpyxl.load_workbook(path, data_only=True)
    found = list(book["Past periods"].iter_rows(values_only=True))
    book.close()
    return [(r[4], r[5]) for r in found if isinstance(r[0], datetime) and r[0].date() == start and r[2] == id_]


def beside(path: Path) -> object:
    """What the dashboard says beside the figures."""
    return contents(path)[placed(opened(path), "dashboard", "caution", "tick")].value


def test_closing_keeps_the_won_lead_too(october: Path) -> None:
    # September ends on the 30th; with 60 days it is final on 29 November, so October needs all four of its leads.
    assert names(october) == ["Anna", "Bruno", "Carla", "Dario"]
    assert past(october, SEPTEMBER)["leads_converted"] == (1, "log")


def test_september_is_four_of_four(october: Path) -> None:
    win(october, WON)
    card = results(october, today=date(2026, 10, 25)).scorecard
    # In memory: nothing is written yet, and the previous month is 100 % already.
    assert card.result("conversion").past.previous == 1.0
    assert written(october, SEPTEMBER, "leads_converted") == [(1, "from the rows")]
    (late,) = card.late
    assert (late.kpi.id, str(late.period)) == ("conversion", "2026-09")
    # 25 % → 100 %, three late customers.
    assert (late.before, late.after, late.outcomes) == (0.25, 1.0, 3)

    refresh(october, now=when("2026-10-25"))
    assert written(october, SEPTEMBER, "leads_converted") == [(4, "with late outcomes")]
    assert written(october, SEPTEMBER, "leads_qualified") == [(4, "from the rows")]
    assert written(october, SEPTEMBER, "sb_conversion") == [(1, "with late outcomes")]
    assert beside(october) == "September 2026 has changed: Lead conversion rate (late outcomes: 3)"
    # Counted whole, not added up: a second refresh finds nothing more.
    again = refresh(october, now=when("2026-10-26"))
    assert again.scorecard.late == ()
    assert past(october, SEPTEMBER)["leads_converted"] == (4, "late")


def test_a_customer_of_october_is_octobers(october: Path) -> None:
    # Two leads in October, one won on the 30th: 1 of 2, whatever became of September's.
    append(
        october,
        "leads",
        {"date": [day("2026-10-03"), day("2026-10-09")], "lead": ["Elsa", "Fred"], "qualified": ["yes"] * 2,
         "converted": [day("2026-10-30"), None]},
    )  # fmt: skip
    win(october, WON)
    refresh(october, now=when("2026-10-31"))
    november = roll(october, now=when("2026-11-01"), anyway=True).path
    # Both months are open in November; Fred is won on the 20th, and October has 2 of 2.
    assert len(names(november)) == 6
    win(november, {"Fred": day("2026-11-20")})
    outcome = refresh(november, now=when("2026-11-25"))
    assert [(str(one.period), one.before, one.after) for one in outcome.scorecard.late] == [("2026-10", 0.5, 1.0)]
    assert past(november, SEPTEMBER)["sb_conversion"][0] == past(november, OCTOBER)["sb_conversion"][0] == 1.0
    # On 1 December September is final, and its leads, all won, go.
    december = roll(november, now=when("2026-12-01"), anyway=True).path
    assert names(december) == ["Elsa", "Fred"]
    assert past(december, SEPTEMBER)["leads_converted"] == (4, "late")


def test_leads_won_in_the_book_that_is_closed_next_are_not_lost(october: Path) -> None:
    # The three are typed into October, which is closed without a refresh, with no days to wait: the line is right.
    book = opened(october)
    place = book.placements["settings"]
    sheet = book.sheets[place.sheet].name
    from kpixl.ooxml.cells import cell_name

    win(october, WON)
    put(october, {(sheet, cell_name(*place.position("late_days", "value"))): 31})
    november = roll(october, now=when("2026-11-02"), anyway=True).path
    assert names(november) == []
    assert past(november, SEPTEMBER)["leads_converted"] == (4, "late")


def test_what_was_typed_or_is_gone_is_left_alone(tmp_path: Path, october: Path) -> None:
    typed = Filled(
        business="service-business", day=day("2026-09-01"), rows={"leads": LEADS}, typed={"leads_converted": 2}
    )
    path = make(tmp_path / "Typed 2026-09.xlsx", typed, refresh=False)
    following = roll(path, now=when("2026-10-01"), anyway=True).path
    win(following, WON)
    # Typed: 2 of 4 stands.
    assert refresh(following, now=when("2026-10-25")).scorecard.late == ()
    assert past(following, SEPTEMBER)["leads_converted"] == (2, "typed")
    assert past(following, SEPTEMBER)["sb_conversion"][0] == 0.5
    # A row that the owner removed: three of four rows cannot say what the month was.
    book = opened(october)
    win(october, WON)
    put(
        october,
        {entry(book, "leads", field.id, 0): None for field in business("service-business").table("leads").fields},
    )
    assert refresh(october, now=when("2026-10-25")).scorecard.late == ()
    assert past(october, SEPTEMBER)["leads_converted"] == (1, "log")


def test_a_typed_total_of_the_closed_month_counts_beside_what_came_late(tmp_path: Path) -> None:
    """She typed eight qualified leads for September, four more than there are rows. One was won; 1 of 8. When three of
    the rows are won in October it is 4 of 8, and not 4 of 4."""
    typed = Filled(
        business="service-business", day=day("2026-09-01"), rows={"leads": LEADS}, typed={"leads_qualified": 8}
    )
    path = make(tmp_path / "Typed 2026-09.xlsx", typed, refresh=False)
    following = roll(path, now=when("2026-10-01"), anyway=True).path
    assert past(following, SEPTEMBER)["sb_conversion"][0] == 0.125
    win(following, WON)
    (late,) = refresh(following, now=when("2026-10-25")).scorecard.late
    assert (late.before, late.after) == (0.125, 0.5)
    assert past(following, SEPTEMBER)["sb_conversion"] == (0.5, "late")
    assert past(following, SEPTEMBER)["leads_qualified"] == (8, "typed")


def test_a_workbook_that_did_not_keep_won_leads(tmp_path: Path) -> None:
    # Made by an older kpixl: September's line says 1 of 4, and the three that were open are still there.
    rows: Rows = {id_: values[1:] for id_, values in {**LEADS, "converted": [None, *WON.values()]}.items()}
    closed = [(day("2026-09-01"), id_, value) for id_, value in
              (("leads_qualified", 4.0), ("leads_converted", 1.0), ("sb_conversion", 0.25))]  # fmt: skip
    filled = Filled(business="service-business", day=day("2026-10-01"), rows={"leads": rows}, past=closed)
    path = make(tmp_path / "Old 2026-10.xlsx", filled)
    assert past(path, SEPTEMBER)["leads_converted"][0] == 1.0


def test_restating_september_loses_no_late_customer(tmp_path: Path, october: Path) -> None:
    win(october, WON)
    refresh(october, now=when("2026-10-25"))
    archive = tmp_path / "Garden 2026-09.xlsx"
    restate(archive, Period.parse("2026-09"), [october], now=when("2026-10-26"))
    # The archive knows of Anna alone; the current workbook keeps 4 of 4.
    assert past(october, SEPTEMBER)["leads_converted"] == (4, "late")
    assert past(october, SEPTEMBER)["sb_conversion"][0] == 1.0


@pytest.mark.parametrize(
    ("count", "slow", "days", "told"),
    [
        # 17 of 20 became customers within 10 days, three after 90: nine of ten are there after 90, not after 60.
        (20, 3, 60, 90),
        (20, 3, 90, None),
        # With two slow ones 18 of 20 are there after 10 days: 60 is more than twice as long.
        (20, 2, 60, 10),
        (20, 2, 15, None),
        # Nineteen say nothing yet.
        (19, 3, 60, None),
    ],
)
def test_how_long_it_takes_to_convert(count: int, slow: int, days: float, told: float | None, tmp_path: Path) -> None:
    came = [day("2026-06-01")] * count
    rows: Rows = {
        "date": came,
        "lead": [f"L{number}" for number in range(count)],
        "converted": [*(one + 10 for one in came[slow:]), *(one + 90 for one in came[:slow])],
    }
    filled = Filled(business="service-business", rows={"leads": rows}, settings={"late_days": days})
    path = make(tmp_path / "b.xlsx", filled, refresh=False)
    found = [p for p in results(path, today=date(2026, 11, 1)).problems if p.code == "late_days_unlike"]
    assert [problem.details["proposed"] for problem in found] == ([] if told is None else [told])


def test_in_the_open_excel(october: Path) -> None:
    win(october, WON)
    excel = Excel(october)
    outcome = open_workbook.refresh(excel.book, now=when("2026-10-25"))
    assert [(late.before, late.after) for late in outcome.scorecard.late] == [(0.25, 1.0)]
    # The open workbook has the line as a file would have it, and a second refresh finds nothing more.
    again = open_workbook.results(excel.book, today=date(2026, 10, 25))
    assert again.scorecard.late == ()
    lines = {line.id: line for line in again.scorecard.entries.past if line.start == SEPTEMBER}
    assert (lines["leads_converted"].value, lines["leads_converted"].source) == (4, "late")
