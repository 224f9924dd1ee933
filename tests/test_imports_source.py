"""Reading a file to import: encodings, delimiters, workbooks, where the headings stand, and what cannot be read."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import libreoffice
from kpixl.catalog import business
from kpixl.catalog.tables import Table
from kpixl.entries import Entries, entry_table
from kpixl.errors import FileMissing, KpixlError, PasswordProtected, UnreadableSource
from kpixl.imports import (
    FAILED,
    Accepted,
    Hints,
    Kept,
    Manners,
    NoSheets,
    Source,
    UnknownSheet,
    match,
    read_source,
    rows_for,
)
from kpixl.kpi.measure import Tally
from kpixl.period import Period
from kpixl.texts.words import choice_words
from narrow import some
from sources import DATA, TABLES, day, matched, said, taken, written

AGENCY = business("remote-va-agency")


# Texts


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(tmp_path: Path, delimiter: str, encoding: str, newline: str) -> None:
    lines = [delimiter.join(cells) for cells in (["Año", "Cliente"], ["1", "Peña"], ["2", "Íñigo"])]
    source = read_source(written(tmp_path, newline.join(lines).encode(encoding)))
    assert source.rows == [["Año", "Cliente"], ["1", "Peña"], ["2", "Íñigo"]]
    assert (source.lines, source.delimiter) == ([1, 2, 3], delimiter)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str) -> None:
    source = read_source(written(tmp_path, "Client;Note\nPeña;ș\n".encode(encoding)))
    assert (source.rows, source.encoding) == ([["Client", "Note"], ["Peña", "ș"]], "UTF-16")


def test_what_is_no_text_comes_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"save it as \.xlsx or as “CSV UTF-8”"):
        read_source(written(tmp_path, b"A,B\n1\x002\n"))


WORDS = {
    "cp1252": [
        "España, ¿qué? Cigüeña nº 5, 1ª, Mª José",
        "Calle Mayor 5, 3ºA",
        "Français: être à l’hôtel, œuvre, Noël, là où",
        "Português: não, irmã, mãe, ações, pêssego, Magalhães",
        "£5 · 20 € · café",
    ],
    "cp1250": [
        "Bucureşti, Iaşi, Timişoara",
        "ţară, şi, în, săptămână, câine",
        "Întâlnire la ORĂŞENI",
        "Piaţa Unirii",
    ],
}


@pytest.mark.parametrize(("encoding", "text"), [(code, text) for code, texts in WORDS.items() for text in texts])
def test_the_two_windows_encodings_are_told_apart(tmp_path: Path, encoding: str, text: str) -> None:
    source = read_source(written(tmp_path, f"Client;Note\nA;{text}\n".encode(encoding)))
    assert source.rows[1] == ["A", text]


def test_letters_of_two_encodings_in_one_file_are_refused(tmp_path: Path) -> None:
    mixed = "Client,Note\nPeña,año\n".encode() + "Núñez,\n".encode("cp1252")
    with pytest.raises(UnreadableSource, match="line 3 holds letters in another encoding"):
        read_source(written(tmp_path, mixed))


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (
            "Apellido, nombre;Fecha;Nota\nPeña, Ana;2026-10-01;3\n",
            [["Apellido, nombre", "Fecha", "Nota"], ["Peña, Ana", "2026-10-01", "3"]],
        ),
        ("Id;Text\n1;a, b, c, d\n2;e, f, g, h\n", [["Id", "Text"], ["1", "a, b, c, d"], ["2", "e, f, g, h"]]),
        ("A;B\n1,5;2,5\n3,5;4,5\n", [["A", "B"], ["1,5", "2,5"], ["3,5", "4,5"]]),
        ("Company, Ltd.\nSales\n\nDate;Amount\n1;2\n3;4\n5;6\n", [["Company, Ltd."], ["Sales"], ["Date", "Amount"]]),
        ("Client\nRobles\n", [["Client"], ["Robles"]]),
        ("sep=|\nA;B|C\n1;2|3\n", [["A;B", "C"], ["1;2", "3"]]),
    ],
)
def test_what_is_a_delimiter_and_what_is_none(tmp_path: Path, content: str, rows: list[list[str]]) -> None:
    assert read_source(written(tmp_path, content)).rows[: len(rows)] == rows


def test_quotes_lines_within_cells_and_blank_lines(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, '\n"A","B, C"\n"one\ntwo","say ""x"""\n\n ,\n3,4\n'))
    assert source.rows == [["A", "B, C"], ["one\ntwo", 'say "x"'], ["3", "4"]]
    assert source.lines == [2, 3, 7]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (b"A,B\n1\x002\n", "not a text"),
        (b"%PDF-1.4\n\x00\x01", "not a text"),
        (b'A,B\n"never closed,1\n2,3\n', "opens in line 2 is never closed"),
        (b'A,B\n1,2\n"x"y,1\n', "line 3 goes on after"),
        (b"A\n" + b"x" * 200_000, "line 2 has a cell that is far too long"),
        (b"PK\x03\x04\x00\x00", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, detail: str) -> None:
    with pytest.raises(UnreadableSource, match=detail) as caught:
        read_source(written(tmp_path, content))
    assert caught.value.details["path"] == "rows.csv"


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"none\.csv"):
        read_source(tmp_path / "none.csv")
    with pytest.raises(UnreadableSource):
        read_source(tmp_path)


# Workbooks


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ANSWERS: list[list[object]] = [
    ["Kpi Ltd."],
    [],
    ["Date", "Client", "Score", "Recommend"],
    [datetime(2026, 10, 1, 18, 0), "Ana", 5, "9"],
    [date(2026, 10, 2), 7, 4.5, None],
    [46297, "=1+1", None, 3],
]


def test_a_sheet_keeps_the_types_of_its_cells(tmp_path: Path) -> None:
    path = workbook(tmp_path / "answers.xlsx", {"Empty": [], "Answers": ANSWERS, "Other": [["x"]]})
    accepted = taken("surveys", path)
    assert accepted.columns["date"] == [day(2026, 10, 1, 18), day(2026, 10, 2), 46297.0]
    # What a formula gave was never saved in this file.
    assert accepted.columns["client"] == ["Ana", "7", None]
    assert accepted.columns["score"] == [5, 4.5, None]
    assert accepted.columns["recommend"] == [9, None, 3]
    assert said(accepted)[:2] == ["Read from the sheet “Answers”.", "Headings found in line 3."]


def test_a_sheet_by_name_and_its_rows_in_messages(tmp_path: Path) -> None:
    other = [["Date", "Client"], ["soon", "Bo"]]
    path = workbook(tmp_path / "answers.xlsx", {"Answers": ANSWERS, "Other": other})
    rejected = taken("surveys", path, sheet=" OTHER ").rejected
    assert [row.text() for row in rejected] == [
        "Other, row 2, Date: “soon” is not a date; write it like 2026-10-31 or 2026-10-31 14:30."
    ]
    with pytest.raises(UnknownSheet, match="no sheet “Third”; its sheets are: Answers, Other"):
        read_source(path, sheet="Third")
    with pytest.raises(NoSheets, match="a text without sheets"):
        read_source(written(tmp_path, "A,B\n"), sheet="A")
    with pytest.raises(UnreadableSource, match="empty"):
        read_source(workbook(tmp_path / "empty.xlsx", {"One": [], "Two": []}))


def test_hidden_sheets_come_last(tmp_path: Path) -> None:
    path = workbook(tmp_path / "hidden.xlsx", {"Lists": [["a"]], "Rows": ANSWERS})
    book = openpyxl.load_workbook(path)
    book["Lists"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert read_source(path).sheet == "Rows"


def test_errors_of_formulas_are_rejected_and_not_blank(tmp_path: Path) -> None:
    path = workbook(tmp_path / "errors.xlsx", {"Rows": [["Date", "Score"], [date(2026, 10, 1), "#N/A"]]})
    rejected = taken("surveys", path).rejected
    assert [(row.line, row.column, row.value, row.reason) for row in rejected] == [(2, "Score", "#N/A", FAILED)]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["Date", "Score"])
    book.active.append([datetime(2026, 10, 1), 5])
    book.save(tmp_path / "mac.xlsx")
    assert taken("surveys", tmp_path / "mac.xlsx").columns["date"] == [day(2026, 10, 1)]


def test_hours_as_times_of_day_and_as_spans(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Date", "Assistant", "Available hours", "Productive hours"],
        [date(2026, 10, 1), "Eva", time(7, 30), timedelta(hours=31, minutes=15)],
        [date(2026, 10, 2), "Eva", 8, "7:30"],
    ]
    accepted = taken("hours", workbook(tmp_path / "hours.xlsx", {"Hours": rows}))
    assert accepted.columns["available"] == [7.5, 8]
    assert accepted.columns["productive"] == [31.25, 7.5]


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_kinds_of_workbooks(tmp_path: Path, kind: str) -> None:
    path = workbook(tmp_path / "answers.xlsx", {"Answers": ANSWERS[:5]})
    (made,) = libreoffice._convert([path], tmp_path / "made", kind)
    accepted = taken("surveys", made)
    assert accepted.columns["date"] == pytest.approx([day(2026, 10, 1, 18), day(2026, 10, 2)])
    assert accepted.columns["client"] == ["Ana", "7"]
    assert accepted.columns["recommend"] == [9, None]


def test_a_password(tmp_path: Path) -> None:
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le").ljust(512, b"\0")
    )
    with pytest.raises(PasswordProtected, match=r"locked\.xlsx"):
        read_source(written(tmp_path, content, "locked.xlsx"))


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("letter.txt", "x")
    with pytest.raises(UnreadableSource, match="not a workbook"):
        read_source(written(tmp_path, content.getvalue(), "letter.xlsx"))


# Headings


def test_headings_below_titles(tmp_path: Path) -> None:
    path = written(tmp_path, "Kpi Ltd.,,\nAnswers,,\n2026,,\n\nDate,Note of ours,Score\n2026-10-01,x,5\n")
    found = matched("surveys", path)
    assert (found.source.lines[found.heading], found.columns) == (5, ("Date", "Note of ours", "Score"))
    assert taken("surveys", path).columns["score"] == [5]


def test_a_row_of_words_is_no_heading_where_known_names_are_above_it(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Client,,\n2026-10-01,Ana,many,words\n")
    assert matched("surveys", path).heading == 0


def test_without_known_names_the_row_with_most_words(tmp_path: Path) -> None:
    path = written(tmp_path, "Export of us\nWhen,Who,How\n2026-10-01,Ana,5\n")
    assert matched("surveys", path, given={"date": "When"}).columns == ("When", "Who", "How")
    assert matched("surveys", written(tmp_path, "Export\nDay it was,Who\n5,6\n")).heading == 1


def test_no_headings(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="no row with headings"):
        matched("surveys", written(tmp_path, "1,2\n3,4\n"))


def test_rows_longer_than_the_headings_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Title\nDate,Score\n2026-10-01,5,, \n2026-10-01,4,5\n")
    with pytest.raises(UnreadableSource, match="line 4 has more cells"):
        matched("surveys", path)
    short = taken("surveys", written(tmp_path, "Date,Client,Score\n2026-10-01\n"))
    assert short.columns == {"date": [day(2026, 10, 1)], "client": [None], "score": [None]}


# Somebody else's exports, with answers computed from them by others


def export(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not beside this repository")
    return DATA / name


def test_the_survey_has_its_promoters_and_detractors() -> None:
    question = "On a scale of 0-10, how would you rate Sudzilla?"
    accepted = taken("surveys", export("nps_survey.csv"), given={"date": "Timestamp", "recommend": question})
    answers = [value for value in accepted.columns["recommend"] if isinstance(value, float)]
    assert (len(accepted), accepted.rejected) == (39, ())
    assert (sum(value >= 9 for value in answers), sum(value <= 6 for value in answers)) == (8, 22)


def test_the_purchases_are_taken_whole_and_once() -> None:
    path = export("purchases.csv")
    options: dict[str, Any] = {"given": {"client": "customer"}, "constants": {"kind": "other"}}
    accepted = taken("sales", path, **options)
    amounts = [value for value in accepted.columns["amount"] if isinstance(value, float)]
    assert (len(accepted), accepted.rejected) == (6_919, ())
    assert sum(amounts) == pytest.approx(244_091.94, abs=0.005)
    assert accepted.columns["client"][0] == "0001"
    assert len({*accepted.columns["client"]}) == 2_357
    again = taken("sales", path, **options, existing=entry_table(TABLES["sales"], accepted.columns))
    assert (len(again), again.known, again.rejected) == (0, 6_919, ())


@pytest.fixture(scope="module")
def tickets() -> Accepted:
    mapping = {"id": "Ticket", "client": "Department", "opened": "Logged", "resolved": "Closed"}
    return taken("requests", export("helpdesk_tickets.csv"), given={**mapping, "assistant": "Assignee"})


def test_the_helpdesk_export_is_taken_whole(tickets: Accepted) -> None:
    assert (len(tickets), tickets.rejected) == (665, ())
    assert sum(value is not None for value in tickets.columns["resolved"]) == 103


@pytest.mark.parametrize(
    ("month", "resolved", "hours", "average", "opened"),
    [
        ("2020-01", 33, 10_903.35, 330.4045, 353),
        ("2020-02", 44, 16_494.25, 374.8693, 312),
        ("2020-03", 26, 9_633.20, 370.5077, 0),
    ],
)
def test_the_helpdesk_export_has_the_known_answers(
    tickets: Accepted, month: str, resolved: int, hours: float, average: float, opened: int
) -> None:
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

    def value(id_: str) -> float:
        return some(tally.aggregate(measures[id_]))

    assert value("requests_resolved") == resolved
    assert value("resolution_hours") == pytest.approx(hours, abs=0.005)
    assert value("requests_opened") == opened
    assert value("resolution_hours") / resolved == pytest.approx(average, abs=5e-5)


# Whatever the file holds


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2026-10-01", "2026-10-01T10:00Z", "0001-01-01", '"', "=A1", "5", "1e309", "\n", ",", "31/12/2026"]
    ),
    st.dates().map(str),
    st.datetimes().map(str),
)
FILES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(st.sampled_from(",;\t|"), st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)).map(
        lambda made: "\n".join(made[0].join(row) for row in made[1]).encode("utf-8", "surrogatepass")
    ),
)


@pytest.mark.slow
@settings(max_examples=400)
@given(content=FILES, table=st.sampled_from(sorted(TABLES)), data=st.data())
def test_any_file_gives_rows_or_a_kpixl_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, table: str, data: st.DataObject
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content, "any.csv")
    with contextlib.suppress(KpixlError):
        _take(TABLES[table], read_source(path), data)


def _take(table: Table, source: Source, data: st.DataObject) -> None:
    columns = [name for name in match(table, source, Hints()).columns if name]
    mapped = [field.id for field in table.fields if field.required or data.draw(st.booleans())]
    found = match(table, source, Hints({id_: data.draw(st.sampled_from(columns)) for id_ in mapped}))
    choices, language = choice_words(found.table, {}), data.draw(st.sampled_from(["en", "es", "fr"]))
    accepted = rows_for(found, choices, Manners(language, "EUR"), Kept())
    assert len(accepted) + len(accepted.rejected) == len(source.rows) - found.heading - 1
    assert {len(values) for values in accepted.columns.values()} == {len(accepted)}
    assert all(row.text() for row in accepted.rejected)
    for field in table.fields:
        kinds = {type(value) for value in accepted.columns.get(field.id, ())} - {type(None)}
        assert kinds <= ({str} if field.type in ("text", "choice") else {float})
    again = rows_for(found, choices, Manners("en", "EUR"), Kept(entry_table(table, accepted.columns)))
    assert again.known + len(again) + len(again.rejected) == len(accepted) + len(accepted.rejected)
