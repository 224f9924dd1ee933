"""What an owner has entered and no figure counts is told, by hand, on 22 November 2026."""

from __future__ import annotations

from pathlib import Path

from hand import Month, table

from kpixl.i18n import language
from workbooks import Filled, day

ENGLISH = language("en")


def test_days_that_are_still_to_come(tmp_path: Path) -> None:
    """A company's November. Of four leads two are of days that have not come: a slip, or typed ahead; what the third
    became is dated tomorrow. The conversion is 0 of 2, and Check says which rows wait. A customer who begins on the
    25th is planned, and so is a consultation; neither needs a word."""
    leads = table("""
        date       | lead | qualified | converted
        2026-11-02 | Ana  | yes       |
        2026-11-03 | Ben  | yes       | 2026-11-23
        2026-11-23 | Cy   | yes       |
        2026-11-28 | Dee  | yes       |
    """)
    clients = table("""
        client | start
        Ina    | 2026-01-01
        Jo     | 2026-11-25
        Ben    | 2026-11-23
    """)
    filled = Filled(business="service-business", day=day("2026-11-01"), rows={"leads": leads, "clients": clients})
    month = Month.of(tmp_path, filled)
    assert (month.measure("leads_converted"), month.measure("leads_qualified")) == (0, 2)
    told = [(one.severity, one.field, one.text(ENGLISH)) for one in month.problems("still_to_come")]
    assert told == [
        (
            "note",
            "date",
            "Rows whose Date is a day that is still to come, before which they do not count: 2 (first: A7).",
        ),
        (
            "note",
            "converted",
            "Rows whose Converted is a day that is still to come, before which they do not count: 1 (first: G6).",
        ),
    ]
    assert month.apart == []


def test_nothing_is_to_come_once_it_has(tmp_path: Path) -> None:
    """The same leads of October, which is over; and today's."""
    rows = {"leads": table("date | lead\n2026-10-28 | Dee\n2026-10-31 | Eve")}
    assert Month.of(tmp_path, Filled(business="service-business", rows=rows)).problems("still_to_come") == []
    rows = {"leads": table("date | lead\n2026-11-21 | Dee\n2026-11-22 | Eve")}
    today = Filled(business="service-business", day=day("2026-11-01"), rows=rows)
    assert Month.of(tmp_path / "today", today).problems("still_to_come") == []


def test_half_of_the_answers(tmp_path: Path) -> None:
    """Four answers. Ana said how satisfied she is and not whether she would recommend, Ben the other way round: each
    counts for what it answers. Satisfied are two of three, and of three two are promoters and one a detractor: 33."""
    surveys = table("""
        date       | client | score | recommend | language
        2026-10-02 | Ana    | 5     |           | French
        2026-10-03 | Ben    |       | 9         | French
        2026-10-04 | Cy     | 4     | 10        | French
        2026-10-05 | Dee    | 2     | 3         | French
    """)
    month = Month.of(tmp_path, Filled(business="multilingual-va", rows={"surveys": surveys}))
    assert [month.measure(f"{name}_multilingual") for name in ("satisfied", "surveyed")] == [2, 3]
    assert [month.measure(f"{name}_multilingual") for name in ("promoters", "detractors", "respondents")] == [2, 1, 3]
    told = [one.text(ENGLISH) for one in month.problems("half_answered")]
    assert told == [
        "Answers without Score, which count for what they do answer alone: 1 (first: C6).",
        "Answers without Recommend, which count for what they do answer alone: 1 (first: D5).",
    ]
    assert month.apart == []


def test_who_never_asks_is_told_nothing(tmp_path: Path) -> None:
    surveys = table("date | client | score | language\n2026-10-02 | Ana | 5 | French\n2026-10-03 | Ben | 4 | French")
    month = Month.of(tmp_path, Filled(business="multilingual-va", rows={"surveys": surveys}))
    assert month.problems("half_answered") == []
