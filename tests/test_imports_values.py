"""What cells mean: dates, numbers, durations, choices and texts; settled for a column as a whole, never guessed."""

from __future__ import annotations

import calendar
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kpixl.catalog import business
from kpixl.i18n import language
from kpixl.imports import (
    BAD_DATE,
    BAD_HOURS,
    BAD_NUMBER,
    BLANK,
    CONTROL,
    EARLY_DATE,
    EITHER_DATE,
    EITHER_NUMBER,
    OTHER_CURRENCY,
    TOO_LONG,
    Accepted,
    BadConstant,
    Hints,
    Kept,
    Manners,
    Rejected,
    UnknownZone,
    match,
    read_source,
    rows_for,
)
from kpixl.imports.values import TOO_MANY_HOURS
from kpixl.texts.words import choice_words, entry_words
from sources import TABLES, amounts, dates, day, said, table, taken, written


def reasons(accepted: Accepted) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in accepted.rejected]


# Dates


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2020-02-05", (2020, 2, 5)),
        ("2020-2-5", (2020, 2, 5)),
        ("2020/02/05", (2020, 2, 5)),
        (" 2020-02-05 ", (2020, 2, 5)),
        ("2020-02-05 21:54", (2020, 2, 5, 21, 54)),
        ("2020-02-05T21:54:35", (2020, 2, 5, 21, 54, 35)),
        ("2020-02-05T21:54:35.25", (2020, 2, 5, 21, 54, 35, 250_000)),
        ("5 Feb 2020", (2020, 2, 5)),
        ("5-Feb-20", (2020, 2, 5)),
        ("Feb 5, 2020 9:54 PM", (2020, 2, 5, 21, 54)),
        ("Wed, 5 Feb 2020", (2020, 2, 5)),
        ("February 5th, 2020 at 12:05 am", (2020, 2, 5, 0, 5)),
        ("miércoles, 5 de febrero de 2020", (2020, 2, 5)),
        ("5 de fev. de 2020, 21h54", (2020, 2, 5, 21, 54)),
        ("1er août 2024", (2024, 8, 1)),
        ("5 févr. 2020 à 21:54", (2020, 2, 5, 21, 54)),
        ("marți, 5 martie 2024", (2024, 3, 5)),
        ("terça-feira, 13/02/2024", (2024, 2, 13)),
        ("13/02/2020 9:54 p. m.", (2020, 2, 13, 21, 54)),
        ("13.02.2020 09:54", (2020, 2, 13, 9, 54)),
        ("13-02-20", (2020, 2, 13)),
        ("13/02/71", (1971, 2, 13)),
        ("13/02/70", (2070, 2, 13)),
        ("02/13/2020, 9:54:07 AM", (2020, 2, 13, 9, 54, 7)),
        ("1900-03-01", (1900, 3, 1)),
        ("9999-12-31", (9999, 12, 31)),
    ],
)
def test_dates(tmp_path: Path, cell: str, moment: tuple[int, ...]) -> None:
    accepted = dates(tmp_path, cell)
    assert accepted.rejected == ()
    assert accepted.columns["opened"] == [day(*moment)]


def test_the_serial_of_a_known_day(tmp_path: Path) -> None:
    assert dates(tmp_path, "2020-01-01 18:00").columns["opened"] == [43831.75]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2020-02-30", BAD_DATE),
        ("2020-02-05 25:00", BAD_DATE),
        ("2020-02-05 13:00 PM", BAD_DATE),
        ("2020-02-05 21", BAD_DATE),
        ("2020-02-05Z", BAD_DATE),
        ("20201305", BAD_DATE),
        ("2020-W06-3", BAD_DATE),
        ("5/2-2020", BAD_DATE),
        ("13/13/2020", BAD_DATE),
        ("5 Feb", BAD_DATE),
        ("Feb 2020", BAD_DATE),
        ("Mon, 5 Feb 2020", BAD_DATE),
        ("yesterday", BAD_DATE),
        ("٢٠٢٠-٠٢-٠٥", BAD_DATE),
        ("43866", BAD_DATE),
        ("9999-12-31T23:00-05:00", BAD_DATE),
        ("2020-02-05T10:00+99:00", BAD_DATE),
        ("1899-12-31", EARLY_DATE),
        ("1900-02-28", EARLY_DATE),
        ("", BLANK),
        ("  ", BLANK),
    ],
)
def test_dates_that_do_not_fit(tmp_path: Path, cell: str, reason: str) -> None:
    accepted = dates(tmp_path, "2026-10-01", cell, "2026-10-02", zone="Europe/Madrid")
    assert reasons(accepted) == [(3, reason)]
    assert accepted.columns["opened"] == [day(2026, 10, 1), day(2026, 10, 2)]


@pytest.mark.parametrize("month", range(1, 13))
def test_every_last_day_of_a_month(tmp_path: Path, month: int) -> None:
    last = calendar.monthrange(2024, month)[1]
    assert dates(tmp_path, f"2024-{month:02}-{last} 23:59:59").rejected == ()
    assert reasons(dates(tmp_path, f"2024-{month:02}-{last + 1}")) == [(2, BAD_DATE)]


def test_one_date_decides_for_its_column(tmp_path: Path) -> None:
    assert dates(tmp_path, "01/02/2026", "13/02/2026").columns["opened"] == [day(2026, 2, 1), day(2026, 2, 13)]
    accepted = dates(tmp_path, "01/02/2026", "02/13/2026", language="es", currency="EUR")
    assert accepted.columns["opened"] == [day(2026, 1, 2), day(2026, 2, 13)]
    assert "“opened”: dates read as month/day/year." in said(accepted)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"language": "en", "currency": "USD"}, (2026, 1, 2)),
        ({"language": "en", "currency": "GBP"}, (2026, 2, 1)),
        ({"language": "es", "currency": "USD"}, (2026, 2, 1)),
        ({"language": "pt", "currency": "BRL"}, (2026, 2, 1)),
    ],
)
def test_the_language_decides_where_no_date_does_and_that_is_said(
    tmp_path: Path, options: dict[str, str], expected: tuple[int, int, int]
) -> None:
    accepted = dates(tmp_path, "01/02/2026", **options)
    assert accepted.columns["opened"] == [day(*expected)]
    order = "month/day/year" if expected[1] == 1 else "day/month/year"
    assert f"“opened”: dates read as {order}, by the language of the workbook; no date in the file tells." in said(
        accepted
    )


def test_other_columns_full_stops_and_semicolons_decide_before_the_language(tmp_path: Path) -> None:
    us = {"language": "en", "currency": "USD"}
    columns = {"client": ["A"], "opened": ["01/02/2026"], "resolved": ["13/02/2026"]}
    assert table(tmp_path, "requests", columns, **us).columns["opened"] == [day(2026, 2, 1)]
    assert dates(tmp_path, "01.02.2026", **us).columns["opened"] == [day(2026, 2, 1)]
    assert dates(tmp_path, "01/02/2026", delimiter=";", **us).columns["opened"] == [day(2026, 2, 1)]


def test_a_column_of_both_orders_leaves_out_what_could_be_either(tmp_path: Path) -> None:
    accepted = dates(tmp_path, "13/02/2026", "02/14/2026", "01/02/2026", "03/03/2026")
    assert accepted.columns["opened"] == [day(2026, 2, 13), day(2026, 2, 14), day(2026, 3, 3)]
    assert reasons(accepted) == [(4, EITHER_DATE)]
    assert any("holds both day/month/year and month/day/year" in text for text in said(accepted))


def test_zones_are_moved_and_counted(tmp_path: Path) -> None:
    cells = ("2026-07-01T10:00Z", "2026-01-01 10:00:00 +0530", "2026-07-01 10:00 UTC", "2026-07-01 10:00")
    accepted = dates(tmp_path, *cells, zone="Europe/Madrid")
    expected = [(2026, 7, 1, 12), (2026, 1, 1, 5, 30), (2026, 7, 1, 12), (2026, 7, 1, 10)]
    assert accepted.columns["opened"] == [day(*moment) for moment in expected]
    assert "“opened”: times with a time zone that were moved to Europe/Madrid: 3." in said(accepted)
    local = datetime(2026, 7, 1, 10, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert dates(tmp_path, cells[0]).columns["opened"] == [day(*local.timetuple()[:6])]
    with pytest.raises(UnknownZone, match="Madrid"):
        dates(tmp_path, cells[0], zone="Madrid")


# Numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1.234.567", 1234567),
        ("1,234,567", 1234567),
        ("1 234,50", 1234.5),
        ("1\u00a0234,50 €", 1234.5),
        ("1\u202f234,50\u00a0€", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234.50", 1234.5),
        ("$1,234.50", 1234.5),
        ("R$ 1.234,50", 1234.5),
        ("USD 12.5", 12.5),
        ("12,5 lei", 12.5),
        ("12 RON", 12),
        ("+5", 5),
        ("-5.25", -5.25),
        ("−5", -5),
        ("5-", -5),
        ("(5.25)", -5.25),
        ("$(5.25)", -5.25),
        ("-$5", -5),
        ("$-5", -5),
        (".5", 0.5),
        ("0.125", 0.125),
        ("12345.678", 12345.678),
        ("007", 7),
    ],
)
def test_numbers(tmp_path: Path, cell: str, value: float) -> None:
    assert amounts(tmp_path, cell).columns["amount"] == [value]


@pytest.mark.parametrize(
    "cell",
    ["five", "1e3", "nan", "inf", "5 %", "--5", "(-5)", "-5-", "((5))", "5.", "٥", "12 kg", "€5 $", "1.2.3", "1,23,4",
     "1.234,567.8", "12 34", "9" * 400, "1" * 61, "=5", "5/2", "²", "€", "-"],
)  # fmt: skip
def test_numbers_that_do_not_fit(tmp_path: Path, cell: str) -> None:
    accepted = amounts(tmp_path, "1", cell, "2")
    assert reasons(accepted) == [(3, BAD_NUMBER)]
    assert accepted.columns["amount"] == [1, 2]


def test_one_number_decides_for_its_column(tmp_path: Path) -> None:
    assert amounts(tmp_path, "1.234", "0,5").columns["amount"] == [1234, 0.5]
    accepted = amounts(tmp_path, "1.234", "1,234.5", language="es")
    assert accepted.columns["amount"] == [1.234, 1234.5]
    assert "“amount”: numbers read with a decimal point." in said(accepted)


def test_the_delimiter_and_then_the_language_decide_where_no_number_does(tmp_path: Path) -> None:
    assert amounts(tmp_path, "1.234", delimiter=";").columns["amount"] == [1234]
    for code, value in {"en": 1.234, "es": 1234, "fr": 1234}.items():
        accepted = amounts(tmp_path, "1.234", language=code)
        assert accepted.columns["amount"] == [value]
        assert any("by the language of the workbook; no number in the file tells" in text for text in said(accepted))


def test_a_column_with_both_signs_leaves_out_what_could_be_either(tmp_path: Path) -> None:
    accepted = amounts(tmp_path, "0,5", "0.5", "1.234", "7")
    assert accepted.columns["amount"] == [0.5, 0.5, 7]
    assert reasons(accepted) == [(4, EITHER_NUMBER)]


def test_amounts_in_another_currency_than_their_column_are_left_out(tmp_path: Path) -> None:
    accepted = amounts(tmp_path, "5 €", "$7", "6 €", "8", currency="EUR")
    assert accepted.columns["amount"] == [5, 6, 8]
    assert reasons(accepted) == [(3, OTHER_CURRENCY)]


def test_only_money_carries_a_currency(tmp_path: Path) -> None:
    accepted = table(tmp_path, "surveys", {"date": ["2026-10-01"] * 2, "score": ["5", "5 €"]})
    assert accepted.columns["score"] == [5, None]
    assert any("left blank: 1 (“5 €”)" in text for text in said(accepted))


@pytest.mark.parametrize(
    ("cell", "hours"),
    [("7:30", 7.5), ("07:30:00", 7.5), ("31:15:36", 31.26), ("7h30", 7.5), ("7h 30m", 7.5), ("7 h", 7),
     ("45 min", 0.75), ("1 hour 30 minutes", 1.5),
     ("1d 2h", 26), ("PT1H30M", 1.5), ("P1DT2H", 26), ("7.5", 7.5), ("7,5 h", 7.5), ("0", 0)],
)  # fmt: skip
def test_durations(tmp_path: Path, cell: str, hours: float) -> None:
    columns = {"date": ["2026-10-01"], "assistant": ["Eva"], "available": [cell], "productive": ["0"]}
    assert table(tmp_path, "hours", columns).columns["available"] == [hours]


@pytest.mark.parametrize("cell", ["7:60", "7:30 pm", "-7:30", "h", "169 h", "7.5.5"])
def test_durations_that_do_not_fit(tmp_path: Path, cell: str) -> None:
    columns = {"date": ["2026-10-01"], "assistant": ["Eva"], "available": [cell], "productive": ["0"]}
    assert [row.reason for row in table(tmp_path, "hours", columns).rejected] in ([BAD_HOURS], [TOO_MANY_HOURS])


def test_only_hours_are_durations(tmp_path: Path) -> None:
    accepted = table(tmp_path, "surveys", {"date": ["2026-10-01"], "score": ["4:30"]})
    assert accepted.columns["score"] == [None]
    assert accepted.doubtful


def test_required_numbers_may_be_zero_but_not_blank(tmp_path: Path) -> None:
    columns = {"date": ["2026-10-01"] * 2, "assistant": ["Eva"] * 2, "available": ["8"] * 2, "productive": ["0", ""]}
    accepted = table(tmp_path, "hours", columns)
    assert accepted.columns["productive"] == [0]
    assert accepted.rejected == (Rejected(3, "productive", "", BLANK),)


# Choices and texts


def test_choices_are_taken_in_any_language_and_written_in_the_workbooks(tmp_path: Path) -> None:
    complaints = business("service-business").table("complaints")
    words = entry_words(business("service-business"), language("ro"))
    rows = ["2026-10-01,Escalated", "2026-10-02,RESUELTA", "2026-10-03,open", "2026-10-04,", "2026-10-05,lost"]
    path = written(tmp_path, "Received,State\n" + "\n".join(rows) + "\n")
    found = match(complaints, read_source(path), Hints({"status": "State"}))
    accepted = rows_for(found, choice_words(complaints, words), Manners(), Kept())
    ours = [words[f"choice_complaints_status_{choice}"] for choice in ("escalated", "resolved", "open")]
    assert accepted.columns["status"] == [*ours, None, None]
    (told,) = (text for text in said(accepted) if "left blank: 1 (“lost”)" in text)
    assert all(word in told for word in ours)


def test_yes_and_no_in_many_spellings(tmp_path: Path) -> None:
    yes = ["yes", "Y", "TRUE", "1", "x", "Sí", "si", "oui", "sim", "da"]
    no = ["no", "N", "false", "0", "non", "não", "nu"]
    names = [f"Lead {place}" for place in range(18)]
    columns = {"date": ["2026-10-01"] * 18, "lead": names, "qualified": [*yes, *no, "perhaps"]}
    accepted = table(tmp_path, "leads", columns)
    assert accepted.columns["qualified"] == ["yes"] * 10 + ["no"] * 7 + [None]
    assert any("(“perhaps”)" in text for text in said(accepted))


def kinds(tmp_path: Path, *cells: str) -> Accepted:
    columns = {"client": ["A"] * len(cells), "opened": ["2026-10-01"] * len(cells), "kind": cells}
    return table(tmp_path, "requests", columns)


def test_texts_stay_as_they_are_but_for_spaces_around_them(tmp_path: Path) -> None:
    texts = ["=1+1", "007", "1.50", "TRUE", "2026-10-01", "a’b", "{line}", "two\nlines"]
    assert kinds(tmp_path, *texts, " edges ", "   ").columns["kind"] == [*texts, "edges", None]


def test_texts_that_no_cell_can_hold(tmp_path: Path) -> None:
    accepted = kinds(tmp_path, "x" * 32_768, "x" * 32_767, "bell\x07")
    assert reasons(accepted) == [(2, TOO_LONG), (4, CONTROL)]
    assert len(accepted.rejected[0].text()) < 250


def test_a_rejected_row_in_words(tmp_path: Path) -> None:
    row = dates(tmp_path, "yesterday {x}").rejected[0]
    assert row.text() == "Line 2, opened: “yesterday {x}” is not a date; write it like 2026-10-31 or 2026-10-31 14:30."
    words = {
        BAD_DATE: "no es una fecha",
        "Line {line}, {column}: “{value}” {reason}.": "L{line} {column}: {value} {reason}",
    }
    assert row.text(lambda text: words[text]) == "L2 opened: yesterday {x} no es una fecha"


# Values for every row


def test_constants_are_read_as_cells_are(tmp_path: Path) -> None:
    path = written(tmp_path, "Amount\n1\n2\n")
    constants = {"date": "31/10/2026", "kind": "Otros", "client": "Ana"}
    accepted = taken("sales", path, constants=constants, language="es", currency="EUR")
    assert accepted.columns["date"] == [day(2026, 10, 31)] * 2
    assert accepted.columns["client"] == ["Ana", "Ana"]
    assert accepted.columns["kind"] == ["other", "other"]
    with pytest.raises(BadConstant, match=r"“soon” cannot be the “Date” of every row: it is not a date"):
        taken("sales", path, constants={**constants, "date": "soon"})


def test_every_field_of_every_table_is_read_from_its_own_name(tmp_path: Path) -> None:
    for name, one in TABLES.items():
        path = written(tmp_path, ",".join(field.id for field in one.fields) + "\n")
        assert taken(name, path).columns == {field.id: [] for field in one.fields}


def test_how_a_value_for_every_row_was_read_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "Amount\n1\n")
    constants = {"date": "01/02/2026", "kind": "other"}
    accepted = taken("sales", path, constants=constants, language="es", currency="EUR")
    assert accepted.columns["date"] == [day(2026, 2, 1)]
    assert said(accepted) == [
        "“Date”: dates read as day/month/year, by the language of the workbook; no date in the file tells."
    ]


def test_what_the_delimiter_alone_decides_is_said(tmp_path: Path) -> None:
    accepted = amounts(tmp_path, "1.234", "2.500", delimiter=";")
    usual = "as usual where “;” tells cells apart; no"
    assert f"“amount”: numbers read with a decimal comma, {usual} number in the file tells." in said(accepted)
    accepted = dates(tmp_path, "01/02/2026", delimiter=";", currency="USD")
    assert f"“opened”: dates read as day/month/year, {usual} date in the file tells." in said(accepted)


def test_moments_in_the_hour_that_comes_twice_are_counted(tmp_path: Path) -> None:
    # The clocks of Madrid went from 3:00 back to 2:00 at 01:00 UTC on 25 October 2026.
    cells = ["2026-10-24T23:59Z", "2026-10-25T00:00Z", "2026-10-25T01:59Z", "2026-10-25T02:00Z", "2026-10-25 02:30"]
    accepted = dates(tmp_path, *cells, zone="Europe/Madrid")
    assert accepted.columns["opened"][1:3] == [day(2026, 10, 25, 2), day(2026, 10, 25, 2, 59)]
    (text,) = (text for text in said(accepted) if "comes twice" in text)
    assert text.endswith("durations may be an hour off: 2.")
    assert not any("comes twice" in text for text in said(dates(tmp_path, *cells, zone="America/Sao_Paulo")))


def test_letters_are_one_sign_with_their_accents_and_romanian_has_commas(tmp_path: Path) -> None:
    cells = [unicodedata.normalize("NFD", "Peña"), "Braşov Ţară"]
    assert kinds(tmp_path, *cells).columns["kind"] == ["Peña", "Braşov Ţară"]
    columns = {"client": ["A"], "opened": ["2026-10-01"], "kind": cells[1:]}
    assert table(tmp_path, "requests", columns, language="ro").columns["kind"] == ["Brașov Țară"]
    path = written(tmp_path, "client;opened;kind\nA;2026-10-01;şi ţară\n".encode("cp1250"))
    assert taken("requests", path).columns["kind"] == ["și țară"]
