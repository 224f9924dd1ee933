"""Rules about verdicts that need rows to be seen, over every KPI that they are about, by hand: what comes late belongs
to the month that it came from; a rate for each month is the same however long the period is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from kpixl.catalog import Business, business, businesses
from kpixl.catalog.model import BusinessKpi
from kpixl.catalog.tables import word_key
from kpixl.entries import Columns, Entries, PastValue, entry_table
from kpixl.i18n import language
from kpixl.kpi.closing import closed_lines
from kpixl.kpi.late import brought_up
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import Scorecard, score
from kpixl.period import Period
from kpixl.texts.words import entry_words
from workbooks import day

EN = language("en")


def of(owner: Business, text: str, rows: Mapping[str, Columns], past: tuple[PastValue, ...] = ()) -> Entries:
    """The entries of a period, by the business as workbooks of its length have it."""
    period = Period.parse(text)
    made = business(owner.id, period.kind)
    nothing: dict[str, Any] = {name: {} for name in ("settings", "typed", "targets", "thresholds")}
    tables = {table.id: entry_table(table, rows.get(table.id, {})) for table in made.tables}
    return Entries(made, "", "en", "USD", period, tables, past=past, words=entry_words(made, EN), **nothing)


def scored(entries: Entries, today: date) -> Scorecard:
    tally = Tally(entries, today)
    return score(entries, measure(entries, tally), today, tally)


# A late outcome belongs to its own month, and the closed month rises

SEPTEMBER = [day(f"2026-09-{n:02}") for n in (2, 8, 15, 28)]
WON: list[float | None] = [day(one) for one in ("2026-09-29", "2026-10-05", "2026-10-12", "2026-10-20")]
"""Four people of September. One was won in it, the three others in October."""
THEN = [WON[0], None, None, None]


def late_rows(converted: list[float | None]) -> dict[str, Columns]:
    names = ["Anna", "Bruno", "Carla", "Dario"]
    return {
        "leads": {
            "date": SEPTEMBER,
            "lead": names,
            "qualified": ["yes"] * 4,
            "consultation": SEPTEMBER,
            "converted": converted,
        },
        "invitations": {"date": SEPTEMBER, "client": ["Zoe"] * 4, "invited": names, "converted": converted},
        "clients": {"client": ["Yan", "Zoe"], "start": [day("2025-01-01")] * 2},
    }


LATE = [
    pytest.param(owner, kpi, id=f"{owner.code}-{kpi.id}")
    for owner in businesses()
    for kpi in owner.kpis
    if any(argument.measure.late for argument in kpi.arguments)
]
RISES = {"crfcpc": (0.25, 1.0), "conversion": (0.25, 1.0), "viral": (0.5, 2.0)}
"""One of four, then all of four; of invitations for each of the two customers of the month's start. A KPI that is not
here has no rows by hand yet."""


@pytest.mark.parametrize(("owner", "kpi"), LATE)
def test_what_comes_late_belongs_to_the_month_that_it_came_from(owner: Business, kpi: BusinessKpi) -> None:
    before, after = RISES[kpi.id]
    (counted,) = (argument.measure for argument in kpi.arguments if argument.measure.late)
    september = scored(of(owner, "2026-09", late_rows(THEN)), date(2026, 9, 30))
    assert (september.result(kpi.id).value, september.measures[counted.name].used) == (before, 1)
    open_ = of(owner, "2026-10", late_rows(WON), closed_lines(september))
    entries, late = brought_up(open_, date(2026, 10, 25))
    (told,) = (one for one in late.kpis if one.kpi.id == kpi.id)
    assert (str(told.period), told.before, told.after, told.outcomes) == ("2026-09", before, after, 3)
    closed = {line.id: line.value for line in entries.past if line.start == date(2026, 9, 1)}
    assert (closed[counted.name], closed[kpi.history_id]) == (4, after)
    # And none of them is October's, which nobody came in.
    assert (scored(entries, date(2026, 10, 25)).measures[counted.name].used or 0) == 0
    # Sixty days after September it is final: what is won from then on comes too late to change it.
    december = brought_up(of(owner, "2026-12", late_rows(WON), closed_lines(september)), date(2026, 12, 5))
    assert december[1].kpis == ()


# A rate for each month is for each client and month

MONTHS = (7, 8, 9)
MONEY = [
    pytest.param(owner, kpi, id=f"{owner.code}-{kpi.id}")
    for owner in businesses()
    for kpi in owner.kpis
    if kpi.kpi.unit == "money" and kpi.id != "netcash"
]
"""Of net cash the owner types what came in."""


def steady(owner: Business) -> dict[str, Columns]:
    """Every month alike: five customers who stay, five of one month each who pay as much, and 1,000 for winning them.
    Of all who came 15 have left by the end of September."""
    firsts, lasts = [day(f"2026-{n:02}-01") for n in MONTHS], [day(f"2026-{n:02}-{30 + (n < 9)}") for n in MONTHS]
    words = entry_words(owner, EN)
    guests = [(f"Guest {n} {first}", first, last) for first, last in zip(firsts, lasts, strict=True) for n in range(5)]
    stays: list[tuple[str, float, float | None]] = [(name, day("2026-06-01"), None) for name in "ABCDE"]
    stays += guests
    paid = [first + 9 for first in firsts for _ in range(10)]
    found: dict[str, Columns] = {
        "clients": {name: [one[at] for one in stays] for at, name in enumerate(("client", "start", "end"))},
    }
    ids = {table.id for table in owner.tables}
    if "sales" in ids:
        kind = words[word_key("sales", "kind", next(iter(owner.table("sales").field("kind").choices)))]
        found["sales"] = {"date": paid, "kind": [kind] * 30, "amount": [200.0] * 30}
    if "expenses" in ids:
        spent = words[word_key("expenses", "kind", "sales_marketing")]
        found["expenses"] = {"date": firsts, "kind": [spent] * 3, "amount": [1000.0] * 3}
    return found


@pytest.mark.parametrize(("owner", "kpi"), MONEY)
def test_money_is_the_same_of_a_month_and_of_three_alike(owner: Business, kpi: BusinessKpi) -> None:
    """2,000 a month of ten customers are 200 for each and month; 1,000 for five new ones 200 for each."""
    today, rows = date(2026, 10, 1), steady(owner)
    month, quarter = (scored(of(owner, period, rows), today).result(kpi.id).value for period in ("2026-09", "2026-Q3"))
    if kpi.id == "revenue":
        assert (month, quarter) == (2_000, 6_000)
        return
    assert month is not None
    assert quarter == pytest.approx(month, rel=1e-9)
    if kpi.id in ("rpc", "arpu", "cac"):
        assert month == pytest.approx(200)
