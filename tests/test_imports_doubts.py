"""What would give a wrong number in silence: other currencies, rows that are none, look-alikes, days without times,
turned dates, zones, scales, totals. Each is mended or told, and what is told makes somebody look."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.entries import entry_table
from kpixl.imports import Accepted, Filter, Said, near
from sources import TABLES, dates, day, said, taken, written

SALES = "Date,Client,Kind,Amount"


def sales(folder: Path, text: str, **options: Any) -> Accepted:
    return taken("sales", written(folder, text), **{"currency": "USD"} | options)


def told(accepted: Accepted, part: str) -> bool:
    return any(part in text for text in said(accepted))


# Currencies


@pytest.mark.parametrize(
    "heading", ["Currency", "Moneda", "Divisa", "Moeda", "Devise", "Monedă", "Currency Code", "Xyz"]
)
def test_rows_in_another_currency_are_left_out_with_their_sum(tmp_path: Path, heading: str) -> None:
    rows = f"{SALES},{heading}\n2026-10-01,A,other,100,USD\n2026-10-02,B,other,200.5,EUR\n2026-10-03,C,other,40,EUR\n"
    accepted = sales(tmp_path, rows)
    assert accepted.columns["amount"] == [100]
    assert [row.line for row in accepted.rejected] == [3, 4]
    assert told(accepted, "EUR: 2 (240.50)")


def test_the_workbooks_currency_wins_over_a_more_frequent_one(tmp_path: Path) -> None:
    rows = (
        f"{SALES}\n2026-10-01,A,other,€5\n2026-10-02,B,other,€6\n2026-10-03,C,other,$7\n2026-10-03,C,other,USD 10.00\n"
    )
    accepted = sales(tmp_path, rows)
    assert accepted.columns["amount"] == [7, 10]
    assert sales(tmp_path, rows.replace("$7", "US$7")).columns["amount"] == [7, 10]


def test_a_converted_column_goes_with_its_own_currency(tmp_path: Path) -> None:
    text = (
        "Date,Amount,Currency,Converted Amount,Converted Currency\n2026-10-01,100,eur,110,usd\n2026-10-02,5,usd,5,usd\n"
    )
    known = {"constants": {"kind": "other"}}
    assert sales(tmp_path, text, **known).columns["amount"] == [5]
    assert sales(tmp_path, text, given={"amount": "Converted Amount"}, **known).columns["amount"] == [110, 5]


def test_a_currency_in_the_heading(tmp_path: Path) -> None:
    accepted = sales(tmp_path, "Date,Total (EUR)\n2026-10-01,5\n", given={"amount": "Total (EUR)"},
                     constants={"kind": "other"})  # fmt: skip
    assert (len(accepted), len(accepted.rejected)) == (0, 1)
    accepted = sales(tmp_path, "Date,Total (USD)\n2026-10-01,5\n", given={"amount": "Total (USD)"},
                     constants={"kind": "other"})  # fmt: skip
    assert accepted.columns["amount"] == [5]


def test_an_owner_who_chooses_by_currency_takes_the_rows_as_they_are(tmp_path: Path) -> None:
    rows = f"{SALES},Currency\n2026-10-01,A,other,100,USD\n2026-10-02,B,other,200,EUR\n"
    accepted = sales(tmp_path, rows, said=Said((Filter("Currency", "EUR", True),)))
    assert accepted.columns["amount"] == [200]
    assert told(accepted, "amounts in EUR are taken as they are")


# Columns that tell which rows count


@pytest.mark.parametrize(
    ("heading", "out", "fine"),
    [
        ("Status", "Pending", "Completed"), ("Estado", "Cancelado", "Completado"), ("Situação", "Cancelada", "Pago"),
        ("Étape", "Perdu", "Gagné"), ("Stare", "Anulată", "Plătită"), ("How it went", "Lost", "Won"),
        ("Deal stage", "Closed lost (Main)", "Closed won"),
        ("Type", "General Withdrawal", "Website Payment"), ("Payment status", "Failed", "Paid"),
    ],
)  # fmt: skip
def test_rows_that_are_no_sale_are_held_back_and_told(tmp_path: Path, heading: str, out: str, fine: str) -> None:
    rows = f"{SALES},{heading}\n2026-10-01,A,other,100,{fine}\n2026-10-02,B,other,200,{out}\n"
    accepted = sales(tmp_path, rows)
    assert accepted.columns["amount"] == [100]
    assert accepted.doubtful
    assert told(accepted, f'--only "{heading}={fine}"')
    everything = sales(tmp_path, rows, said=Said((Filter(heading, "", True),)))
    assert (everything.columns["amount"], everything.doubtful) == ([100, 200], False)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(st.sampled_from(["Alpha", "Beta", "Gamma", ""]), min_size=2, max_size=8))
def test_no_column_that_seems_to_tell_passes_in_silence(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    rows = "".join(f"2026-10-{place + 1:02},A,other,{place + 1},{word}\n" for place, word in enumerate(words))
    accepted = sales(tmp_path_factory.getbasetemp(), f"{SALES},Status\n{rows}")
    if any(words):
        assert told(accepted, "“Status”")
    assert accepted.doubtful == (len(set(words)) > 1)


@pytest.mark.parametrize(
    ("heading", "yes", "no"),
    [
        ("Billable", "Yes", "No"),
        ("Facturable", "Sí", "No"),
        ("Faturável", "sim", "não"),
        ("Billable?", "true", "false"),
    ],
)
def test_hours_that_are_not_billable_are_not_productive(tmp_path: Path, heading: str, yes: str, no: str) -> None:
    text = f"Date,Assistant,Worked,{heading}\n2026-10-01,Ann,2,{yes}\n2026-10-02,Ann,6,{no}\n"
    for columns in ({"available": "Worked"}, {"available": "Worked", "productive": "Worked"}):
        accepted = taken("hours", written(tmp_path, text), given=columns)
        assert (accepted.columns["available"], accepted.columns["productive"]) == ([2, 6], [2, 0])


@pytest.mark.parametrize("given", [{}, {"completed": "Canceled"}])
def test_sessions_that_were_cancelled_did_not_take_place(tmp_path: Path, given: dict[str, str]) -> None:
    rows = "A,2026-10-01 10:00,false,No\nB,2026-10-02 10:00,true,No\nC,2026-10-03 9:00,false,Yes\n"
    text = f"Client,Scheduled,Canceled,No-show\n{rows}"
    accepted = taken("sessions", written(tmp_path, text), given=given)
    assert accepted.columns["completed"] == ["yes", "no", "no"]


def test_sessions_that_nothing_is_said_of(tmp_path: Path) -> None:
    accepted = taken("sessions", written(tmp_path, "Client,Scheduled\nA,2026-10-01 10:00\n"))
    assert accepted.doubtful
    assert told(accepted, "No row says anything of “Completed”")


# Names


def test_names_are_written_as_the_workbook_has_them(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-10-01,{name},other,1\n" for name in ("Alder  Partners", "Alder\u00a0Partners", "ZOE LTD", "Zoe Ltd.")
    )
    accepted = sales(
        tmp_path, f"{SALES}\n{rows}", spellings={"client": {"alder partners": "Alder Partners", "zoe ltd": "Zoe Ltd"}}
    )
    assert accepted.columns["client"] == ["Alder Partners"] * 2 + ["Zoe Ltd"] * 2


@pytest.mark.parametrize(
    ("name", "known", "like"),
    [("Alder Partner", "Alder Partners", True), ("Zoe Limted", "Zoe Limited", True), ("C02", "C01", False),
     ("cus_A", "cus_B", False), ("Client B", "Client A", False), ("Shop 12", "Shop 13", False), ("Ana", "Bo", False)],
)  # fmt: skip
def test_names_that_may_be_misspelt(name: str, known: str, like: bool) -> None:
    assert near(name, [known]) == (known if like else None)


# Days, zones, scales, totals


def test_hours_of_days_without_a_time_cannot_be_told(tmp_path: Path) -> None:
    text = "Client,Opened,Resolved\nA,2026-10-05,2026-10-05\nB,2026-10-06,\n"
    accepted = taken("requests", written(tmp_path, text))
    assert (accepted.untimed, accepted.doubtful) == ((0,), True)
    assert accepted.columns["resolved"] == [day(2026, 10, 5), None]
    timed = taken("requests", written(tmp_path, text.replace("-05,", "-05 08:00,").replace("-05\n", "-05 09:00\n")))
    assert (timed.untimed, timed.doubtful) == ((), False)


@pytest.mark.parametrize("order", ["day", "month"])
def test_dates_that_another_excel_has_turned_round_are_put_right(tmp_path: Path, order: str) -> None:
    true = [date(2026, 10, 3), date(2026, 10, 4), date(2026, 10, 9), date(2026, 10, 13), date(2026, 10, 28)]
    book = openpyxl.Workbook()
    book.active.append(["Date", "Kind", "Amount"])
    for one in true:
        turned = datetime(one.year, one.day, one.month) if one.day <= 12 else one.strftime(
            "%d/%m/%Y" if order == "day" else "%m/%d/%Y")  # fmt: skip
        book.active.append([turned, "other", 1])
    book.save(tmp_path / "turned.xlsx")
    accepted = taken("sales", tmp_path / "turned.xlsx")
    assert accepted.columns["date"] == [day(one.year, one.month, one.day) for one in true]
    assert accepted.doubtful


@pytest.mark.parametrize(
    ("heading", "cell", "there"),
    [
        ("Created (UTC)", "2026-11-01 02:30:00", (2026, 10, 31, 22, 30)),
        ("Created [GMT+2]", "2026-11-01 02:30", (2026, 10, 31, 20, 30)),
        ("Created at UTC", "2026-11-01T02:30:00", (2026, 10, 31, 22, 30)),
        ("Created (Europe/Madrid)", "2026-07-01 02:30", (2026, 6, 30, 20, 30)),
        ("Created (UTC)", "2026-11-01", (2026, 11, 1)),
        ("Created", "2026-10-05 09:00 EST", (2026, 10, 5, 10)),
        ("Created", "10/05/2026 09:00:00 PDT", (2026, 10, 5, 12)),
        ("Created", "2026-10-05 09:00 Europe/Madrid", (2026, 10, 5, 3)),
        ("Created", "20261005", (2026, 10, 5)),
        ("Created", "20261005T140000Z", (2026, 10, 5, 10)),
    ],
)
def test_zones_of_headings_and_letters(tmp_path: Path, heading: str, cell: str, there: tuple[int, ...]) -> None:
    path = written(tmp_path, f"Client,{heading}\nA,{cell}\n")
    accepted = taken("requests", path, given={"opened": heading}, zone="America/New_York")
    assert accepted.columns["opened"] == [day(*there)]


def test_a_zone_in_a_heading_does_not_hide_what_the_column_is(tmp_path: Path) -> None:
    """The day before the clocks of Madrid go forward, and the one after they have gone back: an hour ahead of UTC."""
    text = (
        "Client,Opened (UTC),Resolved (UTC)\nA,2026-03-28 09:00,2026-03-28 10:00\nB,2026-10-26 09:00,2026-10-26 10:00\n"
    )
    accepted = taken("requests", written(tmp_path, text), zone="Europe/Madrid")
    assert accepted.columns["opened"] == [day(2026, 3, 28, 10), day(2026, 10, 26, 10)]
    assert accepted.columns["resolved"] == [day(2026, 3, 28, 11), day(2026, 10, 26, 11)]


MADRID = "Europe/Madrid"
"""Its clocks went from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to 2:00 on 25 October."""
IN_UTC = "Opened (UTC),Resolved (UTC)"


@pytest.mark.parametrize(
    ("headings", "opened", "resolved", "hours", "zone"),
    [
        ("Opened,Resolved", "2026-03-29 01:30", "2026-03-29 03:30", 1, MADRID),  # two by the clock
        ("Opened,Resolved", "2026-10-24 22:00", "2026-10-25 10:00", 13, MADRID),
        (IN_UTC, "2026-03-29 00:30", "2026-03-29 01:30", 1, MADRID),
        (IN_UTC, "2026-10-25 00:30", "2026-10-25 01:30", 1, MADRID),  # none by the clock
        ("Opened,Resolved", "2026-10-25T00:15:00Z", "2026-10-25T03:15:00+01:00", 2, MADRID),
        ("Opened,Resolved", "2026-03-28 23:00", "2026-03-30T08:00:00Z", 34, MADRID),  # one of them by the clock
        ("Opened,Resolved", "1774744200", "1774747800", 1, MADRID),  # seconds since 1970
        ("Opened,Resolved", "1792888200000", "1792891800000", 1, MADRID),  # thousandths of them
        # Other clocks: New York's went forward on 8 March; Lord Howe's go back by half an hour, on 5 April at 2:00.
        (IN_UTC, "2026-03-08 06:30", "2026-03-08 07:30", 1, "America/New_York"),
        ("Opened,Resolved", "2026-04-04 22:00", "2026-04-05 10:00", 12.5, "Australia/Lord_Howe"),
    ],
)
def test_hours_in_which_the_clocks_change_are_those_that_passed(
    tmp_path: Path, headings: str, opened: str, resolved: str, hours: float, zone: str
) -> None:
    text = f"Client,{headings}\nA,{opened},{resolved}\nB,2026-10-05 09:00,2026-10-05 10:00\n"
    accepted = taken("requests", written(tmp_path, text), zone=zone)
    ends = zip(accepted.columns["opened"], accepted.columns["resolved"], strict=True)
    assert [24 * (float(end or 0) - float(start or 0)) for start, end in ends] == pytest.approx([hours, 1], abs=1e-6)
    assert any("the clocks changed: 1." in line for line in said(accepted))
    assert not any("comes twice" in line for line in said(accepted))
    assert not accepted.doubtful
    again = taken(
        "requests", written(tmp_path, text), zone=zone, existing=entry_table(TABLES["requests"], accepted.columns)
    )
    assert (len(again), again.known, again.differing) == (0, 2, 0)


@pytest.mark.parametrize(
    ("opened", "resolved"),
    [
        ("2026-10-25 02:30", "2026-10-25 10:00"),  # the first half past two, or the second
        ("2026-03-29 02:30", "2026-03-29 10:00"),  # there was none
        ("2026-03-28 22:00", "2026-03-30 00:30"),  # an hour less would be another day, of which it counts
    ],
)
def test_hours_of_which_nobody_can_tell_by_the_clock_are_told(tmp_path: Path, opened: str, resolved: str) -> None:
    text = f"Client,Opened,Resolved\nA,{opened},{resolved}\nB,2026-10-05 09:00,2026-10-05 10:00\n"
    accepted = taken("requests", written(tmp_path, text), zone=MADRID)
    assert any("clocks change" in line and line.endswith(": 1.") for line in said(accepted))
    assert accepted.doubtful
    assert accepted.columns["resolved"][0] == pytest.approx(day(*map(int, re.findall("[0-9]+", resolved))))
    ordinary = "Client,Opened,Resolved\nB,2026-10-05 09:00,2026-10-05 10:00\n"
    assert not taken("requests", written(tmp_path, ordinary), zone=MADRID).doubtful


def test_counts_of_seconds_are_moments(tmp_path: Path) -> None:
    """As the exports of Slack, Trello and many databases have them; 3 October 2026, 14:15:00 in Madrid is 12:15 UTC."""
    moment = int(datetime(2026, 10, 3, 12, 15, tzinfo=UTC).timestamp())
    cells = [str(moment), f"{moment}000", f"{moment}.000200"]
    accepted = dates(tmp_path, *cells, zone=MADRID)
    assert accepted.columns["opened"] == pytest.approx([day(2026, 10, 3, 14, 15)] * 3, abs=1e-8)
    assert "“opened”: times with a time zone that were moved to Europe/Madrid: 3." in said(accepted)
    # What is no such count: a number of a telephone, one of the year 2100, one in 1900.
    refused = dates(tmp_path, "34911234567", "4102444800", "123456789")
    assert [row.value for row in refused.rejected] == ["34911234567", "4102444800", "123456789"]


def test_a_day_without_signs_is_no_duration(tmp_path: Path) -> None:
    accepted = taken("requests", written(tmp_path, "Client,Opened,Resolved\nA,20261003,20261005\n"))
    assert accepted.columns["resolved"] == [day(2026, 10, 5)]
    assert not any("reckoned" in line for line in said(accepted))


def surveys(folder: Path, field: str, *cells: str, **options: Any) -> Accepted:
    rows = "".join(f"2026-10-{place + 1:02}\t{cell}\n" for place, cell in enumerate(cells))
    return taken("surveys", written(folder, f"Date\t{field}\n{rows}"), **options)


@pytest.mark.parametrize(
    ("cell", "score"),
    [("5 - Very satisfied", 5), ("4/5", 4), ("4 de 5", 4), ("Good", 4), ("Muy satisfecho", 5), ("Très insatisfait", 1),
     ("Neutro", 3), ("mulțumit", 4), ("★★★☆☆", 3), ("2 stars", 2), ("Positive", 5), ("3.5", 3.5)],
)  # fmt: skip
def test_scores_as_people_write_them(tmp_path: Path, cell: str, score: float) -> None:
    assert surveys(tmp_path, "Score", cell).columns["score"] == [score]


def test_a_column_on_another_scale_is_refused(tmp_path: Path) -> None:
    accepted = surveys(tmp_path, "Score", "10", "2", "9")
    assert accepted.columns["score"] == [None] * 3
    assert told(accepted, "is on another scale")
    assert surveys(tmp_path, "Score", "8/10").columns["score"] == [None]
    low = surveys(tmp_path, "Recommend", *["5"] * 10)
    assert (low.columns["recommend"], low.doubtful) == ([5] * 10, True)
    assert not surveys(tmp_path, "Recommend", *["5"] * 9, "6").doubtful


def test_lines_that_add_up_are_no_rows(tmp_path: Path) -> None:
    lines = ("2026-10-01,A,other,100", "2026-10-02,B,other,50", "2026-10-31,Total,other,150")
    rows = "\n".join((SALES, *lines, "2026-10-31,Total Energies,other,7", ""))
    assert sales(tmp_path, rows).columns["amount"] == [100, 50, 7]
    assert sales(tmp_path, rows.replace("Total,", "Total octubre,")).columns["amount"] == [100, 50, 7]
    # A client of that name on a day of her own who paid what the one before her did; a total has no day, or more rows.
    rows = "\n".join((SALES, "2026-10-01,A,other,40", "2026-10-02,Total Fitness,other,40", "2026-10-03,B,other,9", ""))
    assert sales(tmp_path, rows).columns["amount"] == [40, 40, 9]
    assert sales(tmp_path, rows.replace("2026-10-02,Total Fitness", ",Total A")).columns["amount"] == [40, 9]


def test_minutes_and_seconds(tmp_path: Path) -> None:
    text = "Date,Assistant,Duration ({0}),Billable\n2026-10-01,Ann,{1},Yes\n"
    for unit, written_ in (("min", "90"), ("seconds", "5400"), ("h", "1.5")):
        path = written(tmp_path, text.format(unit, written_))
        assert taken("hours", path, given={"available": f"Duration ({unit})"}).columns["available"] == [1.5]
    path = written(tmp_path, "Date,Assistant,Available,Productive\n2026-10-01,Ann,5400,0\n")
    assert len(taken("hours", path).rejected) == 1


def test_yes_where_a_day_is_asked_is_the_rows_own_day(tmp_path: Path) -> None:
    text = "Date,Lead,Converted\n2026-10-02,A,Yes\n2026-10-05,B,No\n2026-10-09,C,\n"
    accepted = taken("leads", written(tmp_path, text))
    assert accepted.columns["converted"] == [day(2026, 10, 2), None, None]
    assert told(accepted, "a yes was taken for the row’s own day")


@pytest.mark.parametrize("cell", ["1,23,456.00", "₹1,23,456.00", "USD 1,23,456.00", "1,23,456.00 USD"])
def test_amounts_grouped_as_in_india(tmp_path: Path, cell: str) -> None:
    own = "INR" if "₹" in cell else "USD"
    rows = f"Date\tKind\tAmount\n2026-10-01\tother\t{cell}\n"
    assert taken("sales", written(tmp_path, rows), currency=own).columns["amount"] == [123456]


# Amounts that went back


@pytest.mark.parametrize(
    ("heading", "sold", "back"),
    [
        ("Type", "Sale", "Refund"), ("Transaction type", "Payment", "Credit note"), ("Tipo", "Venta", "Devolución"),
        ("Tipo", "Venda", "Estorno"), ("Type", "Vente", "Avoir"), ("Tip", "Vânzare", "Stornare"),
        ("Type", "Sale", "Chargeback"), ("Type", "Sale", "DISCOUNT"),
    ],
)  # fmt: skip
def test_a_refund_without_a_minus_is_taken_off(tmp_path: Path, heading: str, sold: str, back: str) -> None:
    # 100 came in and 40 of it went back: 60 is what the month has earned.
    rows = f"{SALES},{heading}\n2026-10-01,A,other,100,{sold}\n2026-10-02,A,other,40,{back}\n"
    accepted = sales(tmp_path, rows)
    assert accepted.columns["amount"] == [100, -40]
    assert accepted.doubtful
    assert told(accepted, f"“{heading}” says of rows that their amount went back ({back})")


def test_a_refund_with_a_minus_stays_as_it_is(tmp_path: Path) -> None:
    # The one without a minus is a refund that was itself taken back.
    rows = f"{SALES},Type\n2026-10-01,A,other,100,Sale\n2026-10-02,A,other,-40,Refund\n2026-10-03,A,other,40,Refund\n"
    accepted = sales(tmp_path, rows)
    assert accepted.columns["amount"] == [100, -40, 40]
    assert not told(accepted, "went back")


def test_a_credit_from_a_supplier_lessens_the_expenses(tmp_path: Path) -> None:
    rows = "Date,Kind,Amount,Type\n2026-10-01,other,100,Bill\n2026-10-02,other,30,Credit note\n"
    accepted = taken("expenses", written(tmp_path, rows))
    assert accepted.columns["amount"] == [100, -30]


# How long it took, in place of when it ended


@pytest.mark.parametrize(
    ("heading", "cells", "hours"),
    [
        ("Resolution time (hours)", "1.5,26", [1.5, 26]), ("Resolution time (min)", "90,30", [1.5, 0.5]),
        ("Time to resolution", "1d 2h,PT1H30M", [26, 1.5]), ("Time to resolve", "30:15:00,0:45", [30.25, 0.75]),
        ("Tiempo de resolución", "2 h,90 min", [2, 1.5]), ("Temps de résolution (h)", "2,3.5", [2, 3.5]),
        ("Tempo de resolução", "1:00,2:30", [1, 2.5]), ("Timp de rezolvare", "1 oră,2 ore", [1, 2]),
        ("Days to resolve", "0.5,1", [12, 24]), ("Hours to resolve", "200,0.25", [200, 0.25]),
    ],
)  # fmt: skip
def test_ends_are_reckoned_by_how_long_it_took(tmp_path: Path, heading: str, cells: str, hours: list[float]) -> None:
    one, two = cells.split(",")
    rows = f"Client,Opened,{heading}\nA,2026-10-02 09:00,{one}\nB,2026-10-03,{two}\n"
    accepted = taken("requests", written(tmp_path, rows))
    starts = [day(2026, 10, 2) + 9 / 24, day(2026, 10, 3)]
    assert accepted.columns["resolved"] == pytest.approx(
        [start + took / 24 for start, took in zip(starts, hours, strict=True)]
    )
    assert told(accepted, f"“{heading}” says how long it took")
    assert not accepted.untimed


def test_whole_days_are_no_hours(tmp_path: Path) -> None:
    """Resolved on the day it came in is not resolved within no time."""
    rows = "Client,Opened,Days to resolve\nA,2026-10-02 09:00,0\nB,2026-10-03 10:00,2\nC,2026-10-04 10:00,\n"
    accepted = taken("requests", written(tmp_path, rows))
    assert accepted.columns["resolved"] == [day(2026, 10, 2), day(2026, 10, 5), None]
    assert accepted.untimed == (0, 1)
    assert told(accepted, "cannot be worked out")


def test_a_moment_is_no_duration(tmp_path: Path) -> None:
    rows = "Client,Opened,Resolution time\nA,2026-10-02 09:00,2026-10-02 10:30\n"
    accepted = taken("requests", written(tmp_path, rows))
    assert accepted.columns["resolved"] == pytest.approx([day(2026, 10, 2) + 10.5 / 24])
    both = taken(
        "requests", written(tmp_path, rows.replace("Client,", "Client,Resolved,").replace("A,", "A,2026-10-03,"))
    )
    assert both.columns["resolved"] == [day(2026, 10, 3)]


def test_durations_of_an_excel_file(tmp_path: Path) -> None:
    path = tmp_path / "tickets.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Client", "Opened", "Resolution time"])
    sheet.append(["A", datetime(2026, 10, 2, 9), timedelta(hours=30, minutes=15)])
    sheet.append(["B", datetime(2026, 10, 3, 9), time(0, 45)])
    book.save(path)
    accepted = taken("requests", path)
    starts = [day(2026, 10, 2) + 9 / 24, day(2026, 10, 3) + 9 / 24]
    assert accepted.columns["resolved"] == pytest.approx([starts[0] + 30.25 / 24, starts[1] + 0.75 / 24])


# Answers


def test_answers_without_a_column_are_told(tmp_path: Path) -> None:
    accepted = taken("surveys", written(tmp_path, "Date,Client,Verdict\n2026-10-01,A,fine\n"))
    assert accepted.doubtful
    assert told(accepted, "No column fills “Score”, “Recommend”, so these rows answer nothing")


@pytest.mark.parametrize(
    "heading", ["Rating", "CSAT", "Satisfaction score", "Valoración", "Étoiles", "Avaliação", "Stele"]
)
def test_ratings_are_scores(tmp_path: Path, heading: str) -> None:
    accepted = taken("surveys", written(tmp_path, f"Date,Client,{heading}\n2026-10-01,A,★★★★★\n2026-10-02,B,4 stars\n"))
    assert accepted.columns["score"] == [5, 4]
