"""Rows from a CSV: nothing is guessed, what does not fit is left out and named, and no file breaks the reader."""

from __future__ import annotations

import calendar
import contextlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.catalog import business
from kpixl.entries import Entries, number
from kpixl.errors import (
    FileMissing,
    KpixlError,
    MissingMapping,
    UnknownColumn,
    UnknownField,
    UnreadableSource,
)
from kpixl.i18n import language
from kpixl.measure import Tally
from kpixl.period import Period
from kpixl.rows import entry_table
from kpixl.source import (
    BAD_DATE,
    BAD_NUMBER,
    BLANK,
    EARLY_DATE,
    NO_CHOICE,
    TOO_LONG,
    ZONED,
    Rejected,
    read_csv,
    rows_for,
)
from kpixl.words import choice_words, entry_words

AGENCY = business("remote-va-agency")
TABLES = {table.id: table for table in AGENCY.tables}
REQUESTS, SURVEYS, HOURS = TABLES["requests"], TABLES["surveys"], TABLES["hours"]
TICKETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "helpdesk_tickets.csv"


@pytest.fixture
def csv_file(tmp_path):
    def write(content, name="rows.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def serial(*when):
    return number(datetime(*when))


# Reading


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_boms_and_line_ends(csv_file, delimiter, encoding, newline):
    lines = [delimiter.join(cells) for cells in (["Año", "Cliente"], ["1", "Peña"], ["2", "Íñigo"])]
    source = read_csv(csv_file(newline.join(lines).encode(encoding)))
    assert source.columns == ("Año", "Cliente")
    assert source.rows == [["1", "Peña"], ["2", "Íñigo"]]
    assert source.lines == [2, 3]


def test_a_comma_within_a_heading_is_no_delimiter(csv_file):
    source = read_csv(csv_file("Apellido, nombre;Fecha;Nota\nPeña, Ana;2026-10-01;3\n"))
    assert source.columns == ("Apellido, nombre", "Fecha", "Nota")
    assert source.rows == [["Peña, Ana", "2026-10-01", "3"]]


def test_a_single_column(csv_file):
    source = read_csv(csv_file("Client\nRobles\n"))
    assert (source.columns, source.rows) == (("Client",), [["Robles"]])


def test_quotes_lines_within_cells_and_blank_lines(csv_file):
    source = read_csv(csv_file('\n"A","B, C"\n"one\ntwo","say ""x"""\n\n ,\n3,4\n'))
    assert source.columns == ("A", "B, C")
    assert source.rows == [["one\ntwo", 'say "x"'], ["3", "4"]]
    assert source.lines == [3, 7]


def test_short_and_long_rows(csv_file):
    source = read_csv(csv_file("A,B,C\n1\n1,2,3,, \n"))
    assert source.rows == [["1", "", ""], ["1", "2", "3"]]
    with pytest.raises(UnreadableSource, match="line 3 has more cells"):
        read_csv(csv_file("A,B\n1,2\n1,2,3\n"))


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        ("Año,B\n".encode("latin-1"), "UTF-8"),
        ("A,B\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a text"),
        (b'A,B\n"never closed,1\n2,3\n', "line 2"),
        (b"A\n" + b"x" * 200_000, "line 2"),
    ],
)
def test_what_cannot_be_read(csv_file, content, detail):
    with pytest.raises(UnreadableSource, match=detail) as caught:
        read_csv(csv_file(content))
    assert caught.value.details["path"] == "rows.csv"


def test_no_such_file(tmp_path):
    with pytest.raises(FileMissing, match=r"none\.csv"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(UnreadableSource):
        read_csv(tmp_path)


# Mapping


def test_mapping_errors_name_what_is_allowed(csv_file):
    source = read_csv(csv_file("Who,When,When\nA,2026-10-01,\n"))
    with pytest.raises(UnknownField, match=r"no field “hours”.*id, client, opened"):
        rows_for(REQUESTS, source, {"hours": "Who"})
    with pytest.raises(UnknownColumn, match=r"rows\.csv has no column “who”.*Who, When"):
        rows_for(REQUESTS, source, {"client": "who"})
    with pytest.raises(UnreadableSource, match="more than one column is called “When”"):
        rows_for(REQUESTS, source, {"client": "Who", "opened": "When"})
    with pytest.raises(MissingMapping, match=r"needs “opened”.*--map opened=COLUMN, one of: Who, When"):
        rows_for(REQUESTS, source, {"client": "Who"})


def test_only_mapped_columns_are_filled(csv_file):
    source = read_csv(csv_file("Who,In,Note\nA,2026-10-01,x\n"))
    accepted = rows_for(REQUESTS, source, {"opened": "In", "client": "Who"})
    assert accepted.columns == {"client": ["A"], "opened": [serial(2026, 10, 1)]}
    assert accepted.rejected == ()
    assert len(accepted) == 1


def test_a_file_with_headings_alone(csv_file):
    accepted = rows_for(REQUESTS, read_csv(csv_file("Who,In\n")), {"opened": "In", "client": "Who"})
    assert accepted.columns == {"client": [], "opened": []}
    assert len(accepted) == 0


# Values


def requests(csv_file, *rows):
    source = read_csv(csv_file("Who,In,Out,About\n" + "\n".join(rows) + "\n"))
    return rows_for(REQUESTS, source, {"client": "Who", "opened": "In", "resolved": "Out", "kind": "About"})


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2020-02-05", (2020, 2, 5)),
        ("2020-02-05 21:54", (2020, 2, 5, 21, 54)),
        ("2020-02-05 21:54:35", (2020, 2, 5, 21, 54, 35)),
        ("2020-02-05T21:54:35", (2020, 2, 5, 21, 54, 35)),
        ("2020-02-05T21:54:35.25", (2020, 2, 5, 21, 54, 35, 250_000)),
        (" 2020-02-05 ", (2020, 2, 5)),
        ("1900-03-01", (1900, 3, 1)),
        ("9999-12-31", (9999, 12, 31)),
    ],
)
def test_dates(csv_file, written, moment):
    accepted = requests(csv_file, f"A,{written},,")
    assert accepted.rejected == ()
    assert accepted.columns["opened"] == [serial(*moment)]


def test_the_serial_of_a_known_day(csv_file):
    assert requests(csv_file, "A,2020-01-01 18:00,,").columns["opened"] == [43831.75]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("05/02/2020", BAD_DATE),
        ("2020-2-5", BAD_DATE),
        ("2020-02-30", BAD_DATE),
        ("2020-02-05 25:00", BAD_DATE),
        ("2020-02-05 21", BAD_DATE),
        ("20200205", BAD_DATE),
        ("2020-W06-3", BAD_DATE),
        ("٢٠٢٠-٠٢-٠٥", BAD_DATE),
        ("43866", BAD_DATE),
        ("2020-02-05 21:54:35Z", ZONED),
        ("2020-02-05T21:54:35+01:00", ZONED),
        ("2020-02-05T21:54-0500", ZONED),
        ("1899-12-31", EARLY_DATE),
        ("1900-02-28", EARLY_DATE),
        ("", BLANK),
        ("  ", BLANK),
    ],
)
def test_dates_that_do_not_fit(csv_file, written, reason):
    accepted = requests(csv_file, "A,2026-10-01,,", f"B,{written},,", "C,2026-10-02,,")
    assert accepted.rejected == (Rejected(3, "In", written, reason),)
    assert accepted.columns["client"] == ["A", "C"]


def test_texts_stay_as_they_are(csv_file):
    texts = ["=1+1", "007", "1.50", "TRUE", "2026-10-01", " edges ", "a’b", "{line}"]
    accepted = requests(csv_file, *(f"A,2026-10-01,,{text}" for text in texts), "A,2026-10-01,,   ")
    assert accepted.columns["kind"] == [*texts, None]


def test_a_text_too_long_for_a_cell(csv_file):
    accepted = requests(csv_file, f"{'x' * 32_768},2026-10-01,,", f"{'x' * 32_767},2026-10-01,,")
    assert [(row.line, row.reason) for row in accepted.rejected] == [(2, TOO_LONG)]
    assert len(accepted.rejected[0].text()) < 250


def scores(csv_file, *values):
    source = read_csv(csv_file("Day;Score\n" + "\n".join(f"2026-10-01;{value}" for value in values) + "\n"))
    return rows_for(SURVEYS, source, {"date": "Day", "score": "Score"})


def test_numbers(csv_file):
    accepted = scores(csv_file, "5", "4.5", "-1", "0", "", " 3 ", "007")
    assert accepted.columns["score"] == [5, 4.5, -1, 0, None, 3, 7]
    assert all(type(value) in (float, type(None)) for value in accepted.columns["score"])


@pytest.mark.parametrize(
    "written", ["4,5", "1,234.5", "1 234", "1e3", "nan", "inf", "five", "5 %", "+5", ".5", "5.", "٥", "--5", "9" * 400]
)
def test_numbers_that_do_not_fit(csv_file, written):
    assert scores(csv_file, "1", written, "2").rejected == (Rejected(3, "Score", written, BAD_NUMBER),)
    assert scores(csv_file, "1", written, "2").columns["score"] == [1, 2]


def test_required_numbers_may_be_zero_but_not_blank(csv_file):
    source = read_csv(csv_file("d,a,h,p\n2026-10-01,Eva,8,0\n2026-10-01,Eva,8,\n"))
    accepted = rows_for(HOURS, source, {"date": "d", "assistant": "a", "available": "h", "productive": "p"})
    assert accepted.columns["productive"] == [0]
    assert accepted.rejected == (Rejected(3, "p", "", BLANK),)


def test_a_rejected_row_in_words(csv_file):
    row = requests(csv_file, "A,yesterday {x},,").rejected[0]
    assert row.text() == ("Line 2, In: “yesterday {x}” is not a date; write it like 2026-10-31 or 2026-10-31 14:30.")
    words = {
        BAD_DATE: "no es una fecha",
        "Line {line}, {column}: “{value}” {reason}.": "L{line} {column}: {value} {reason}",
    }
    assert row.text(lambda text: words[text]) == "L2 In: yesterday {x} no es una fecha"


# Somebody else's export, with answers computed from it by others


@pytest.fixture(scope="module")
def tickets():
    if not TICKETS.exists():
        pytest.skip(f"the helpdesk export is not at {TICKETS}")
    mapping = {
        "id": "Ticket",
        "client": "Department",
        "opened": "Logged",
        "resolved": "Closed",
        "assistant": "Assignee",
    }
    return rows_for(REQUESTS, read_csv(TICKETS), mapping)


def test_the_helpdesk_export_is_taken_whole(tickets):
    assert len(tickets) == 665
    assert tickets.rejected == ()
    assert sum(value is not None for value in tickets.columns["resolved"]) == 103


@pytest.mark.parametrize(
    ("month", "resolved", "hours", "average", "opened"),
    [
        ("2020-01", 33, 10_903.35, 330.4045, 353),
        ("2020-02", 44, 16_494.25, 374.8693, 312),
        ("2020-03", 26, 9_633.20, 370.5077, 0),
    ],
)
def test_the_helpdesk_export_has_the_known_answers(tickets, month, resolved, hours, average, opened):
    tally = Tally(
        Entries(
            business=AGENCY,
            company="",
            language="en",
            currency="USD",
            period=Period.parse(month),
            tables={"requests": entry_table(AGENCY.table("requests"), tickets.columns)},
            settings={},
            typed={},
            targets={},
            thresholds={},
        )
    )
    measures = {item.name: item for item in AGENCY.measures}

    def value(id_):
        return tally.aggregate(measures[id_])

    assert value("requests_resolved") == resolved
    assert value("resolution_hours") == pytest.approx(hours, abs=0.005)
    assert value("requests_opened") == opened
    assert value("resolution_hours") / resolved == pytest.approx(average, abs=5e-5)


def test_an_entry_table_takes_accepted_columns_as_they_are(tickets):
    table = entry_table(REQUESTS, tickets.columns)
    for id_ in ("opened", "resolved"):
        assert table.numbers[id_].fillna(-1).tolist() == [
            -1 if value is None else value for value in tickets.columns[id_]
        ]


# Whatever the file holds


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2026-10-01", "2026-10-01T10:00", "0001-01-01", '"', "=A1", "5", "1e309", "\n", "\r", ",", ";"]),
    st.dates().map(str),
    st.datetimes().map(str),
)
FILES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(st.sampled_from(",;\t"), st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)).map(
        lambda made: "\n".join(made[0].join(row) for row in made[1]).encode("utf-8", "surrogatepass")
    ),
)


@settings(max_examples=400, deadline=None)
@given(content=FILES, data=st.data())
def test_any_file_gives_rows_or_a_kpixl_error(tmp_path_factory, content, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    table = TABLES[data.draw(st.sampled_from(sorted(TABLES)))]
    with contextlib.suppress(KpixlError):
        _take(table, read_csv(path), data)


def _take(table, source, data):
    assert all(len(row) == len(source.columns) for row in source.rows)
    mapped = [field.id for field in table.fields if field.required or data.draw(st.booleans())]
    accepted = rows_for(table, source, {id_: data.draw(st.sampled_from(source.columns)) for id_ in mapped})
    assert len(accepted) + len(accepted.rejected) == len(source.rows)
    assert {len(values) for values in accepted.columns.values()} == {len(accepted)}
    assert all(row.text() for row in accepted.rejected)
    assert set(accepted.columns) == set(mapped)
    for field in table.fields:
        kinds = {type(value) for value in accepted.columns.get(field.id, ())} - {type(None)}
        assert kinds <= ({str} if field.type == "text" else {float})


@pytest.mark.parametrize("month", range(1, 13))
def test_every_last_day_of_a_month(csv_file, month):
    day = calendar.monthrange(2024, month)[1]
    assert requests(csv_file, f"A,2024-{month:02}-{day} 23:59:59,,").rejected == ()
    assert requests(csv_file, f"A,2024-{month:02}-{day + 1},,").columns["client"] == []


def test_every_table_of_the_agency_takes_its_own_headings(csv_file):
    for table in business("remote-va-agency").tables:
        source = read_csv(csv_file(",".join(field.id for field in table.fields) + "\n"))
        assert len(rows_for(table, source, {field.id: field.id for field in table.fields})) == 0


def test_choices_are_taken_in_any_language_and_written_in_the_workbooks(csv_file):
    complaints = business("service-business").table("complaints")
    words = entry_words(business("service-business"), language("ro"))
    rows = ["2026-10-01,Escalated", "2026-10-02,RESUELTA", "2026-10-03,open", "2026-10-04,", "2026-10-05,lost"]
    source = read_csv(csv_file("When,State\n" + "\n".join(rows) + "\n"))
    accepted = rows_for(complaints, source, {"received": "When", "status": "State"}, choice_words(complaints, words))
    ours = [words[f"choice_complaints_status_{choice}"] for choice in ("escalated", "resolved", "open")]
    assert accepted.columns["status"] == [*ours, None]
    assert accepted.rejected == (Rejected(6, "State", "lost", NO_CHOICE),)
