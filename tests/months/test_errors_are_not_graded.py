"""What Check calls an error is never graded as if it were right, by hand: where counting the wrong rows as good or as
bad would change a level, there is none; elsewhere the level is marked with how many there are; and when they are
mended, both are gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month, table

from engines import ironcalc_values, libreoffice_values
from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.kpi.result import Result
from workbooks import Filled, Rows, Value, day, entry, opened, placed, put


def answers(*scores: float | str) -> dict[str, Rows]:
    """Answers to the survey of October, one a day."""
    count = len(scores)
    return {
        "surveys": {
            "date": [day("2026-10-01") + number for number in range(count)],
            "client": [f"C{number}" for number in range(count)],
            "score": scores,
        }
    }


def said(result: Result) -> tuple[object, ...]:
    """The value, its level, why there is none, and how many rows are wrong behind it."""
    return result.value, result.level, result.reason.code if result.reason else None, result.wrong


# An agency's satisfaction: typical from 85 %, above average from 90 %, exceptional from 95 %.
@pytest.mark.parametrize(
    ("scores", "told"),
    [
        # 18 of 20 are 90 %. The text was a 5 or a 1: 19 of 21 are 90.5 %, 18 of 21 are 85.7 %, one level apart.
        ([5] * 18 + [2, 2, "five"], (0.9, None, "in_doubt", 1)),
        # 9 of 10 and a 7 of 5: 10 of 11 are 90.9 %, 9 of 11 are 81.8 %.
        ([4] * 9 + [1, 7], (0.9, None, "in_doubt", 1)),
        # 1 of 10 is little, whatever the two texts were: 3 of 12 are 25 %.
        ([5] + [1] * 9 + ["5 stars", "?"], (0.1, Level.BELOW, None, 2)),
        # A blank score is no answer, and no error.
        ([5] * 18 + [2, 2, None], (0.9, Level.ABOVE_AVERAGE, None, 0)),
    ],
    ids=["text", "limit", "marked", "blank"],
)
def test_answers(scores: list[float | str], told: tuple[object, ...], tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled(rows=answers(*scores)))
    value, *others = told
    assert said(month["css"]) == (pytest.approx(value), *others)
    assert month.apart == []
    if month["css"].level is Level.BELOW:
        assert month.cell("kpis", "css", "level") == "▼ below benchmark ✖ 2"


def test_it_lapses_when_the_row_is_mended(tmp_path: Path) -> None:
    """The 7 was a 4: 10 of 11, above average. The sheet knows before kpixl does, and counts the errors left."""
    month = Month.of(tmp_path, Filled(rows=answers(*[4] * 9, 1, 7)))
    book = opened(month.path)
    errors, level = placed(book, "check", "help", "errors"), placed(book, "kpis", "css", "level")
    values = ironcalc_values(month.path)
    assert (values[errors], values[level]) == (1, "○ not graded")
    rows = book.entries.tables["surveys"]
    assert rows is not None
    put(month.path, {(rows.sheet, rows.cell("score", 10)): 4})
    values = ironcalc_values(month.path)
    assert (values[errors], values[level]) == (0, "▲ above average")
    assert values[placed(book, "do", "check", "index")] == 0


def hours(*rows: tuple[Value, Value]) -> dict[str, Rows]:
    """A day of Ana's each, on duty and spent on work for clients."""
    return {
        "hours": {
            "date": [day("2026-10-01") + number for number in range(len(rows))],
            "assistant": ["Ana"] * len(rows),
            "available": [available for available, _ in rows],
            "productive": [productive for _, productive in rows],
        }
    }


def test_a_row_that_is_wrong_in_two_ways_is_one_row(tmp_path: Path) -> None:
    """Of five days one has words in both columns of hours, and one a time below nothing: two rows to look at, not
    three. Typed into the open workbook it is the same before kpixl sees it: two words on one more day make it three
    rows; with the first day mended it is two again."""
    month = Month.of(tmp_path, Filled(rows=hours((8, 7), (8, 7), ("eight", "six"), (8, -1), (8, 7))))
    assert month["aur"].wrong == 2
    assert month.apart == []
    assert str(month.cell("kpis", "aur", "level")).endswith("✖ 2")
    book = opened(month.path)
    rows, count = book.entries.tables["hours"], placed(book, "calc", "aur", "wrong")
    assert rows is not None

    def typed(row: int, *words: Value) -> None:
        columns = ("available", "productive")
        put(month.path, {(rows.sheet, rows.cell(id_, row)): one for id_, one in zip(columns, words, strict=True)})

    typed(4, "a day", "most of it")
    (values,) = libreoffice_values([month.path])
    assert values[count] == 3
    typed(2, 8, 6)
    (values,) = libreoffice_values([month.path])
    assert values[count] == 2
    assert Month(month.path)["aur"].wrong == 2


def test_cells_that_may_be_blank_are_not_wrong(tmp_path: Path) -> None:
    """Of four tasks two have no day by which they are due, and one of these is not done yet: nothing is wrong. Then
    the owner types words for two days of one task: one row is wrong, not three."""
    tasks = table("""
        id | assigned   | due        | completed
        T1 | 2026-10-01 | 2026-10-05 | 2026-10-04
        T2 | 2026-10-03 |            | 2026-10-08
        T3 | 2026-10-10 |            |
        T4 | 2026-10-12 | 2026-10-20 | 2026-10-14
    """)
    month = Month.of(tmp_path, Filled(rows={"tasks": tasks}))
    assert month["tcr"].wrong == 0
    book = opened(month.path)
    rows, count = book.entries.tables["tasks"], placed(book, "calc", "tcr", "wrong")
    assert rows is not None
    put(month.path, {(rows.sheet, rows.cell(id_, 3)): "soon" for id_ in ("assigned", "due")})
    (values,) = libreoffice_values([month.path])
    assert values[count] == Month(month.path)["tcr"].wrong == 1


def test_a_word_that_is_none_of_the_list(tmp_path: Path) -> None:
    """Eight sessions of ten were held, one was not, and of one it says “jes”. 8 of 10 are above average (from 80 %);
    had it been held, 9 of 10 were exceptional (from 90 %)."""
    held = ["yes"] * 8 + ["no", "jes"]
    sessions: Rows = {
        "client": ["Ana"] * 10,
        "scheduled": [day("2026-10-01") + n for n in range(10)],
        "completed": held,
    }
    month = Month.of(tmp_path, Filled(business="career-coaching", rows={"sessions": sessions}))
    assert said(month["scr"]) == (0.8, None, "in_doubt", 1)
    assert month.apart == []


def test_done_before_it_was_given(tmp_path: Path) -> None:
    """Two tasks of three in time, 67 %; the third is done before it was given. Whether it counts decides: 3 of 3."""
    tasks = table("""
        id | assigned   | due        | completed
        T1 | 2026-10-01 | 2026-10-05 | 2026-10-04
        T2 | 2026-10-03 | 2026-10-08 | 2026-10-08
        T3 | 2026-10-10 | 2026-10-12 | 2026-09-11
    """)
    month = Month.of(tmp_path, Filled(rows={"tasks": tasks}))
    assert said(month["tcr"]) == (pytest.approx(2 / 3), None, "in_doubt", 1)
    assert month.apart == []


def test_what_was_typed_instead_of_rows_is_not_in_doubt(tmp_path: Path) -> None:
    """The owner typed both totals: the rows behind them do not matter."""
    month = Month.of(tmp_path, Filled(rows=answers(5, 5, "five"), typed={"satisfied": 18, "surveyed": 20}))
    assert said(month["css"]) == (0.9, Level.ABOVE_AVERAGE, None, 0)


def test_an_amount_that_nobody_can_add(tmp_path: Path) -> None:
    """1,000 for one client, typical at a dollar a euro from 150 on, and an amount in words. How much it was nobody can
    tell, so the level stands, marked."""
    sales = table("""
        date       | client | kind      | amount
        2026-10-05 | Ana    | new sales | 200
        2026-10-06 | Ana    | new sales | about 50
    """)
    clients = table("""
        client | start
        Ana    | 2026-01-01
    """)
    filled = Filled(
        business="career-coaching", rows={"sales": sales, "clients": clients}, settings={"dollar_rate": 1.0}
    )
    month = Month.of(tmp_path, filled)
    assert said(month["arpu"]) == (200, Level.ABOVE_AVERAGE, None, 1)
    assert month.cell("kpis", "arpu", "level") == "▲ above average ✖ 1"
    assert month.apart == []


@pytest.mark.parametrize(
    "wrong",
    [{"date": "31.13.2026"}, {"kind": "additional service"}, {"client": ExcelError.NA}],
    ids=["day", "kind", "client"],
)
def test_a_sale_that_a_client_is_looked_up_in(wrong: dict[str, Value], tmp_path: Path) -> None:
    """One of three clients bought something additional, 33 %, above average. A second sale of that kind cannot be read:
    if it is another client's, it is two of three, exceptional."""
    sale: dict[str, Value] = {"date": day("2026-10-05"), "client": "Ben", "kind": "additional services", "amount": 20}
    first = {**sale, "date": day("2026-10-02"), "client": "Ana"}
    sales = {field: [first[field], (sale | wrong)[field]] for field in sale}
    clients: Rows = {"client": ["Ana", "Ben", "Cy"], "start": [day("2025-01-01")] * 3}
    month = Month.of(tmp_path, Filled(business="luxury-personal-assistant", rows={"clients": clients, "sales": sales}))
    assert said(month["upsell"]) == (pytest.approx(1 / 3), None, "in_doubt", 1)
    assert month.apart == []


def test_a_subscription_that_cannot_be_read_is_no_upsell(tmp_path: Path) -> None:
    """What it is worth is unclear, and that it is nothing additional is not."""
    sales: Rows = {
        "date": [day("2026-10-02")] * 2,
        "client": ["Ana", "Ben"],
        "kind": ["additional services", "subscriptions"],
        "amount": [20, "50 or so"],
    }
    clients: Rows = {"client": ["Ana", "Ben", "Cy"], "start": [day("2025-01-01")] * 3}
    month = Month.of(tmp_path, Filled(business="luxury-personal-assistant", rows={"clients": clients, "sales": sales}))
    assert said(month["upsell"]) == (pytest.approx(1 / 3), Level.ABOVE_AVERAGE, None, 0)


def test_an_error_in_the_place_of_a_word(tmp_path: Path) -> None:
    """Three happy answers in French; the language of an unhappy one is #N/A. In English it is none of these, 3 of 3; in
    French 3 of 4: exceptional from 90 %, typical from 75 %."""
    surveys: Rows = {
        "date": [day("2026-10-02") + n for n in range(4)],
        "client": ["Ana"] * 4,
        "score": [5, 5, 5, 1],
        "language": ["French", "French", "French", ExcelError.NA],
    }
    month = Month.of(tmp_path, Filled(business="multilingual-va", rows={"surveys": surveys}))
    assert said(month["css"]) == (0.75, None, "in_doubt", 1)
    assert month.apart == []


def test_an_error_is_no_referrer(tmp_path: Path) -> None:
    """Of three customers one has sent somebody, or two have: the cell is #N/A. Whether the target of 50 % is met nobody
    knows."""
    leads: Rows = {"date": [day("2026-10-01")] * 2, "lead": ["X", "Y"], "referred_by": ["Ana", ExcelError.NA]}
    clients: Rows = {"client": ["Ana", "Ben", "Cy"], "start": [day("2025-01-01")] * 3}
    filled = Filled(business="service-business", rows={"leads": leads, "clients": clients}, targets={"leadref": 0.5})
    month = Month.of(tmp_path, filled)
    assert (month["leadref"].against_target, month["leadref"].grade.standing) == (None, None)
    assert month.problems("no_targets") == []
    assert month.apart == []


def test_a_stay_that_ends_before_it_begins_is_marked(tmp_path: Path) -> None:
    """Ana's end is in the year before her start: whether she was a client of October nobody can say. Of those who were
    there two of two stayed; with her it is three of three, or two of three, below the 75 % of the article. Retention is
    not judged, and what is counted of the clients served is marked; satisfaction, which does not go by stays, is not.
    All of that lapses as soon as the year is put right."""
    clients: dict[str, list[Value]] = {
        "client": ["Ana", "Ben", "Cleo"],
        "start": [day("2025-01-01"), day("2025-02-01"), day("2025-03-01")],
        "end": [day("2024-01-01"), None, None],
    }
    services: Rows = {"service": ["Inbox"], "start": [day("2025-01-01")]}
    rows: dict[str, Rows] = {"clients": clients, "services": services}
    month = Month.of(tmp_path, Filled(rows=rows, typed={"satisfied": 9, "surveyed": 10}))
    assert month.problems("backwards")
    assert {kpi: month[kpi].wrong for kpi in ("crr", "sdi", "css")} == {"crr": 1, "sdi": 1, "css": 0}
    assert said(month["crr"]) == (1, None, "in_doubt", 1)
    assert said(month["sdi"]) == (pytest.approx(1 / 2), Level.EXCEPTIONAL, None, 1)
    assert month.apart == []
    put(month.path, {entry(opened(month.path), "clients", "end", 0): None})
    live, book = ironcalc_values(month.path), opened(month.path)
    at = {column: placed(book, "calc", "crr", column) for column in ("wrong", "level")}
    assert [live[place] for place in at.values()] == [0, Level.EXCEPTIONAL]


def test_a_row_is_one_however_many_figures_need_it(tmp_path: Path) -> None:
    """An error in the place of a client's name: retention goes by those at the start and by those at the end, and it is
    one row that is wrong."""
    clients: Rows = {"client": ["Ana", "Ben", ExcelError.NA], "start": [day("2025-01-01")] * 3}
    month = Month.of(tmp_path, Filled(business="luxury-personal-assistant", rows={"clients": clients}))
    assert month["crr"].wrong == 1
    assert month.apart == []


def test_a_service_and_an_assistant_may_end_before_they_begin_too(tmp_path: Path) -> None:
    """A service that ends the day before it begins; and Eva, who left before she came, so that whether her French
    counts nobody can say: Bo speaks two languages, the two of the article, and with hers it is another figure."""
    services: Rows = {
        "service": ["Inbox", "Travel"], "start": [day("2025-01-02")] * 2, "end": [day("2025-01-01"), None]
    }  # fmt: skip
    clients: Rows = {"client": ["Ana"] * 1, "start": [day("2025-01-01")]}
    agency = Month.of(tmp_path / "va", Filled(rows={"clients": clients, "services": services}))
    assert agency["sdi"].wrong == 1
    assert agency.apart == []
    rows: dict[str, Rows] = {
        "assistants": {"assistant": ["Eva", "Bo"], "start": [day("2026-05-01")] * 2, "end": [day("2026-04-30"), None]},
        "languages": {"assistant": ["Eva", "Bo", "Bo"], "language": ["French", "French", "Polish"]},
    }
    many = Month.of(tmp_path / "ml", Filled(business="multilingual-va", rows=rows))
    assert said(many["lpa"]) == (2, None, "in_doubt", 1)
    assert many.apart == []
