"""Imports from the command line to the cells: columns found, remembered, nothing twice, nothing written over."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

import libreoffice
from clock import NOW, TODAY
from engines import assert_engine_agrees, contents, libreoffice_values
from kpixl.cli import filling, main
from kpixl.errors import KpixlError, MissingMapping, UnknownChoice, UnknownColumn
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.verbs import results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.workbook import layout
from packages import copies
from workbooks import (
    COUNTED,
    MEASURES,
    Filled,
    Rows,
    day,
    entry,
    make,
    measures,
    named,
    opened,
    package_of,
    put,
)

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"

TICKETS = """ID,Customer,Logged,Closed,Agent
R4,Léa,2026-10-30 12:00,2026-10-31 12:00,Eva
R5,Ana,2026-10-05 08:00,2026-10-05 12:30,Eva
R6,=1+1,2026-10-06 08:00,,Eva
R7,Ana,soon,,Eva
"""
MAP = ["--map", "client=Customer", "opened=Logged", "resolved=Closed"]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KPIXL_LANG", "en")

    def run(*words: object) -> tuple[int, str]:
        code = main.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out + err

    return run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "October.xlsx", COUNTED)


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, encoding="utf-8")
    return path


def requests(path: Path) -> dict[str, list[object]]:
    rows = opened(path).entries.tables["requests"]
    assert rows is not None
    resolved = [None if number != number else number for number in rows.numbers["resolved"]]
    return {id_: [name, at] for id_, name, at in zip(rows.texts["id"], rows.texts["client"], resolved, strict=True)}


def test_what_is_new_what_is_known_and_what_does_not_fit(run: Run, book: Path, tickets: Path) -> None:
    code, said = run("import", book, "requests", tickets, *MAP, "--json")
    answer = json.loads(said)
    assert code == 1
    assert (answer["imported"], answer["known"], answer["completed"]) == (2, 1, 1)
    assert [(row["line"], row["column"], row["value"]) for row in answer["rejected"]] == [(5, "Logged", "soon")]
    assert answer["mapping"]["id"] == {"column": "ID", "how": "id"}
    assert answer["mapping"]["client"] == {"column": "Customer", "how": "given"}
    assert answer["unused"] == ["Agent"]
    # R4 was open, and is now resolved; what was there stays.
    assert requests(book) == {
        "R1": ["Ana", pytest.approx(day("2026-10-01", 11))],
        "R2": ["ana", pytest.approx(day("2026-10-31", 23.9))],
        "R3": ["Zoë", day("2026-11-01")],
        "R4": ["Léa", day("2026-10-31", 12)],
        "R5": ["Ana", day("2026-10-05", 12.5)],
        "R6": ["=1+1", None],
    }
    # 2 + 3.9 hours before; R4 took 24 and R5 4.5.
    measures = results.results(book, today=TODAY).scorecard.measures
    assert measures["requests_resolved"].used == 4
    assert measures["resolution_hours"].used == pytest.approx(2 + 3.9 + 24 + 4.5)


def test_a_formula_in_the_file_is_a_text(run: Run, book: Path, tickets: Path) -> None:
    run("import", book, "requests", tickets, *MAP)
    (cell,) = (cell for cell in contents(book).values() if cell.value == "=1+1")
    assert cell.formula is None


def test_the_same_file_again_changes_nothing(run: Run, book: Path, tickets: Path) -> None:
    run("import", book, "requests", tickets, *MAP)
    before = requests(book)
    code, said = run("import", book, "requests", tickets, *MAP, "--json")
    answer = json.loads(said)
    assert (code, answer["imported"], answer["known"], answer["completed"]) == (1, 0, 3, 0)
    assert requests(book) == before


def test_what_differs_stays_and_is_told(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text("id,client,opened,resolved\nR1,Ana,2026-10-01 09:00,2026-10-02 11:00\n")
    code, said = run("import", book, "requests", tickets)
    assert code == 0
    assert "Rows that are there already and hold something else: 1. They stay as they are." in said
    assert "Line 2, Resolved: “" in said
    assert requests(book)["R1"][1] == pytest.approx(day("2026-10-01", 11))


def test_the_columns_are_remembered(run: Run, book: Path, tickets: Path) -> None:
    run("import", book, "requests", tickets, *MAP)
    # “soon” is no date: a column that cost a row may have been named by mistake.
    assert opened(book).remembered == {"requests": {"client": ("Customer",), "resolved": ("Closed",)}}
    tickets.write_text(TICKETS.replace("soon", "2026-10-07 08:00"))
    run("import", book, "requests", tickets, *MAP)
    assert opened(book).remembered == {
        "requests": {"client": ("Customer",), "opened": ("Logged",), "resolved": ("Closed",)}
    }
    tickets.write_text("ID,Customer,Logged\nR9,Ana,2026-10-07\n")
    code, said = run("import", book, "requests", tickets, "--json")
    assert code == 0
    assert json.loads(said)["mapping"]["opened"] == {"column": "Logged", "how": "remembered"}
    # Another program calls it otherwise: both are known from then on, the newest first, and none is written down twice.
    tickets.write_text("ID,Who,When\nR10,Ana,2026-10-07\n")
    run("import", book, "requests", tickets, "--map", "client=Who", "opened=When")
    run("import", book, "requests", tickets, "--map", "client=Who", "opened=When")
    assert opened(book).remembered["requests"]["client"] == ("Who", "Customer")
    # The owner empties a line to forget it.
    where = opened(book)
    table = next(one for one in package_of(where).tables if one.name == layout.table_name(layout.IMPORTS))
    sheet, area = table.sheet.name, table.ref
    top = int(area.split(":")[0].lstrip("ABCD"))
    put(book, {(sheet, f"{letter}{top + 1}"): None for letter in "BCD"})
    assert opened(book).remembered["requests"]["client"] == ("Customer",)


REFERENCES = "Ticket,Ref,Client,Opened\n{0},ABC{0},Ana,2026-10-0{0}\n"


def test_a_new_answer_takes_the_place_of_a_wrong_one(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text(REFERENCES.format(1))
    run("import", book, "requests", tickets, "--map", "id=Ref")
    tickets.write_text("Number,Client,Opened\nN1,Ana,2026-10-05\n")
    run("import", book, "requests", tickets, "--map", "id=Number")
    tickets.write_text(REFERENCES.format(2))
    run("import", book, "requests", tickets, "--map", "id=Ticket")
    assert opened(book).remembered["requests"]["id"] == ("Ticket", "Number")
    tickets.write_text(REFERENCES.format(3))
    _, said = run("import", book, "requests", tickets, "--json")
    assert json.loads(said)["mapping"]["id"] == {"column": "Ticket", "how": "remembered"}
    assert {"ABC1", "N1", "2", "3"} <= {*requests(book)}


def test_an_answer_that_gave_no_row_is_not_remembered(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text("ID,Client,Opened,Note\nR9,Ana,2026-10-05,soon\n")
    run("import", book, "requests", tickets, "--map", "opened=Note")
    assert opened(book).remembered == {}


def test_columns_that_suit_equally_are_told(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text("Client,Opened,Topic,Kind,kind\nAna,2026-10-05,a,b,c\n")
    _, said = run("import", book, "requests", tickets)
    assert "More than one column could fill “Kind”: Kind, kind; say which with --map Kind=COLUMN." in said


def test_showing_writes_nothing(run: Run, book: Path, tickets: Path) -> None:
    before = book.read_bytes()
    code, said = run("import", book, "requests", tickets, *MAP, "--show")
    assert code == 0
    assert "Opened" in said
    assert "← Logged" in said
    assert "New rows: 2; there already: 1, of which completed: 1; left out: 1." in said
    assert said.endswith("Nothing was written.\n")
    assert book.read_bytes() == before
    assert len(copies(book)) <= 1


@pytest.mark.parametrize(("answer", "taken"), [("y", True), ("YES", True), ("n", False), ("", False)])
def test_at_a_terminal_columns_that_were_found_are_asked_about(
    answer: str, taken: bool, run: Run, book: Path, tickets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def say(prompt: str) -> str:
        asked.append(prompt)
        return answer

    monkeypatch.setattr("builtins.input", say)
    monkeypatch.setattr(filling, "_at_a_terminal", lambda: True)
    tickets.write_text("Request,Client,Opened\nR9,Ana,2026-10-07\n")
    before = book.read_bytes()
    run("import", book, "requests", tickets)
    assert len(asked) == 1
    assert (book.read_bytes() != before) is taken
    # What is given needs no question, nor does --yes.
    run("import", book, "requests", tickets, "--map", "id=Request", "client=Client", "opened=Opened")
    tickets.write_text("Request,Client,Opened\nR10,Ana,2026-10-08\n")
    run("import", book, "requests", tickets, "--yes")
    assert len(asked) == 1
    assert "R10" in requests(book)


def test_one_value_for_every_row(run: Run, tmp_path: Path) -> None:
    book = make(tmp_path / "book.xlsx", Filled(business="service-business", language="ro", currency="RON"))
    source = tmp_path / "vanzari.csv"
    source.write_text("Data;Client;Suma\n05.10.2026;Ana;1.234,50\n06.10.2026;Ion;99,00\n", encoding="cp1250")
    words = ["--map", "date=Data", "amount=Suma", "--set", "kind=additional", "--add-new"]
    code, said = run("import", book, "sales", source, *words, "--json")
    answer = json.loads(said)
    assert code == 0
    assert answer["constants"] == {"kind": "additional"}
    assert answer["added"] == {"clients": ["Ana", "Ion"]}
    measures = results.results(book, today=TODAY).scorecard.measures
    assert measures["revenue"].used == measures["revenue_additional"].used == 1333.5


def test_what_is_said(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text("ID,Customer,Logged\nR8,Bo,2026-10-07\nR9,Ana,soon\n", encoding="utf-8")
    _, said = run("import", book, "requests", tickets, *MAP[:3], "--add-new")
    assert said.splitlines() == [
        "  Request ← ID        by its name  R8, R9",
        "  Client  ← Customer  as given     Bo, Ana",
        "  Opened  ← Logged    as given     2026-10-07, soon",
        "Nothing fills: “Resolved”, “Assistant”, “Language”, “Kind”. A column that does is said with --map",
        "  FIELD=COLUMN.",
        "No row has “Resolved”.",
        "New rows: 1; there already: 0, of which completed: 0; left out: 1.",
        "New in Clients, from the day of their first row: Bo.",
        "  Line 3, Logged: “soon” is not a date; write it like 2026-10-31 or 2026-10-31 14:30.",
        "Check has found no problems.",
    ]


def test_a_workbook_as_the_source(run: Run, book: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other.xlsx", Filled(rows={"leads": {"date": [day("2026-10-09")], "lead": ["Pia"]}}))
    code, _ = run("import", book, "leads", other, "--sheet", "Leads", "--yes")
    assert code == 0
    rows = opened(book).entries.tables["leads"]
    assert rows is not None
    assert rows.texts["lead"].tolist() == ["A", "B", "C", "D", "Pia"]


def test_a_failed_import_leaves_the_file(run: Run, book: Path, tickets: Path) -> None:
    before = book.read_bytes()
    for words in (
        ["requests", tickets, "--map", "opened=Nowhere"],
        ["requests", tickets, "--map", "colour=Agent"],
        ["requests", tickets, *MAP, "--set", "opened=2026-10-01"],
        ["requests", tickets, *MAP, "--zone", "Moon/Base"],
        ["nonsense", tickets],
        ["requests", tickets.with_name("missing.csv")],
        ["requests", tickets, *MAP, "--sheet", "None"],
    ):
        code, said = run("import", book, *words)
        assert code == 2, said
        assert said.count("\n") == 1
    assert book.read_bytes() == before


def test_a_column_that_the_owner_deleted(run: Run, book: Path, tickets: Path) -> None:
    sheet, _ = entry(opened(book), "requests", "assistant", 0)
    assert sheet == "Requests"
    package = package_of(opened(book))
    xml = package.read(package.workbook_part)
    package.replace(package.workbook_part, xml.replace(b">tbl_requests[Assistant]<", b">#REF!<"))
    package.save(book)
    code, said = run("import", book, "requests", tickets, *MAP, "assistant=Agent")
    assert code == 2
    assert "has no field “assistant”" in said
    assert run("import", book, "requests", tickets, *MAP)[0] == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real exports are not beside this repository")
def test_a_real_survey(run: Run, tmp_path: Path) -> None:
    """39 answers of a conference's survey: 8 promoters and 22 detractors."""
    book = make(tmp_path / "book.xlsx", Filled(business="multilingual-va", day=day("2019-11-05")))
    put(book, dict.fromkeys([_house(book)], "Français"))
    question = "On a scale of 0-10, how would you rate Sudzilla?"
    words = ["--map", "date=Timestamp", f"recommend={question}", "--set", "language=English"]
    code, said = run("import", book, "surveys", SHARED / "nps_survey.csv", *words, "--json")
    assert json.loads(said)["imported"] == 39, said
    used = {name: value.used for name, value in results.results(book, today=TODAY).scorecard.measures.items()}
    names = ("promoters_multilingual", "detractors_multilingual", "respondents_multilingual")
    assert [used[name] for name in names] == [8, 22, 39]
    assert results.results(book, today=TODAY).scorecard.result("nps").value == pytest.approx(-35.8974, abs=1e-4)
    assert code in (0, 1)


def _house(book: Path) -> tuple[str, str]:
    cell = opened(book).entries.settings["house_language"]
    return cell.sheet, cell.cell


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real exports are not beside this repository")
def test_a_real_log_of_purchases(run: Run, tmp_path: Path) -> None:
    book = make(tmp_path / "book.xlsx", Filled(business="service-business", day=day("1997-01-15"), currency="USD"))
    words = ["--map", "date=date", "client=customer", "amount=amount", "--set", "kind=other"]
    code, said = run("import", book, "sales", SHARED / "purchases.csv", *words, "--add-new", "--json")
    answer = json.loads(said)
    assert (answer["imported"], answer["rejected"]) == (6919, [])
    assert len(answer["added"]["clients"]) == 2357
    rows = opened(book).entries.tables["sales"]
    assert rows is not None
    assert rows.numbers["amount"].sum() == pytest.approx(244_091.94)
    assert rows.texts["client"][0] == "0001"
    code, said = run("import", book, "sales", SHARED / "purchases.csv", *words, "--add-new", "--json")
    assert json.loads(said)["imported"] == 0
    assert json.loads(said)["known"] == 6919
    assert code in (0, 1)


# Closed periods


NOVEMBER = Filled(
    day=day("2026-11-01"),
    rows={
        "clients": {"client": ["Ana"], "start": [day("2026-01-01")]},
        "requests": {"id": ["3"], "client": ["Ana"], "opened": [day("2026-10-30", 10)]},
    },
)


def test_rows_of_closed_periods_are_passed_over(run: Run, tmp_path: Path, tickets: Path) -> None:
    book = make(tmp_path / "November.xlsx", NOVEMBER)
    tickets.write_text(
        "ID,Client,Opened,Resolved\n"
        "1,Ana,2026-10-01 10:00,2026-10-01 12:00\n"
        # The number was used again, and the row of November is the one that counts.
        "7,Ana,2026-09-01,2026-09-02\n"
        "7,Ana,2026-11-03,2026-11-04\n"
        # Still open in the workbook, and resolved in October after all.
        "3,Ana,2026-10-30 10:00,2026-10-31 10:00\n"
        "8,Ana,2026-10-30,\n"
        "9,Ana,2026-12-01,2026-12-02\n"
    )
    code, said = run("import", book, "requests", tickets, "--json")
    answer = json.loads(said)
    assert (code, answer["imported"], answer["earlier"], answer["rejected"]) == (0, 3, 2, [])
    assert (answer["known"], answer["completed"]) == (1, 1)
    assert requests(book) == {
        "3": ["Ana", day("2026-10-31", 10)],
        "7": ["Ana", day("2026-11-04")],
        "8": ["Ana", None],
        "9": ["Ana", day("2026-12-02")],
    }
    assert results.results(book, today=TODAY).scorecard.measures["requests_resolved"].used == 1
    _, said = run("import", book, "requests", tickets)
    assert "Rows of earlier periods, which are not taken into the sheet: 2." in said


def test_lists_that_are_kept_take_every_row(run: Run, tmp_path: Path, tickets: Path) -> None:
    book = make(tmp_path / "November.xlsx", NOVEMBER)
    tickets.write_text("Client,Start,End\nBo,2024-01-01,2024-05-01\n")
    _, said = run("import", book, "clients", tickets, "--json")
    assert (json.loads(said)["imported"], json.loads(said)["earlier"]) == (1, 0)


# Names


def clients(path: Path) -> list[tuple[object, float]]:
    rows = opened(path).entries.tables["clients"]
    assert rows is not None
    return list(zip(rows.texts["client"], rows.numbers["start"], strict=True))


def test_clients_that_recommend_each_other_are_added_once(run: Run, tmp_path: Path, tickets: Path) -> None:
    book = make(tmp_path / "book.xlsx", Filled(business="luxury-personal-assistant"))
    tickets.write_text(
        "Client,Start,Referred by\nAna,2026-10-01,\nBob,2026-10-03,Ana\nCid,2026-09-01,BOB\nDan,2026-09-02,Eli\n"
    )
    _, said = run("import", book, "clients", tickets, "--add-new", "--json")
    assert json.loads(said)["added"] == {"clients": ["Eli"]}
    expected = [("Eli", "2026-09-02"), ("Ana", "2026-10-01"), ("Bob", "2026-10-03"), ("Cid", "2026-09-01")]
    assert clients(book) == [(name, day(start)) for name, start in [*expected, ("Dan", "2026-09-02")]]


def test_names_of_completed_rows_are_added(run: Run, book: Path, tickets: Path) -> None:
    tickets.write_text("ID,Client,Opened,Assistant\nR3,Zoë,2026-10-31 23:00,Joe\n")
    _, said = run("import", book, "requests", tickets, "--add-new", "--json")
    assert json.loads(said)["completed"] == 1
    assert json.loads(said)["added"] == {"assistants": ["Joe"]}
    rows = opened(book).entries.tables["assistants"]
    assert rows is not None
    assert (rows.texts["assistant"].tolist()[1], rows.numbers["start"].tolist()[1]) == ("Joe", day("2026-10-31"))


def test_many_new_names_are_cut_short_in_the_text(run: Run, book: Path, tickets: Path) -> None:
    lines = [f"X{number},New {number:02},2026-10-05\n" for number in range(12)]
    tickets.write_text("ID,Client,Opened\n" + "".join(lines))
    _, said = run("import", book, "requests", tickets, "--add-new", "--json", "--show")
    assert json.loads(said)["imported"] == 12
    _, said = run("import", book, "requests", tickets, "--add-new")
    assert "New 09 and 2 more." in " ".join(said.split())
    assert "New 10" not in said


def test_names_that_look_the_same_are_written_as_in_the_workbook(run: Run, tmp_path: Path, tickets: Path) -> None:
    decomposed, cedilla = unicodedata.normalize("NFD", "Peña"), "Braşov"
    rows: dict[str, Rows] = {"clients": {"client": [decomposed, cedilla, "Ana"], "start": [day("2026-01-01")] * 3}}
    book = make(tmp_path / "book.xlsx", Filled(rows=rows))
    tickets.write_text("ID,Client,Opened\n1,Peña,2026-10-01\n2,Brașov,2026-10-01\n3,ANA,2026-10-01\n", encoding="utf-8")
    _, said = run("import", book, "requests", tickets, "--add-new", "--json")
    assert json.loads(said)["added"] == {}
    assert [client for client, _ in requests(book).values()] == [decomposed, cedilla, "Ana"]
    tickets.write_text("Client,Start\nPeña,2026-01-01\nBrașov,2026-09-01\n", encoding="utf-8")
    _, said = run("import", book, "clients", tickets, "--json")
    assert (json.loads(said)["imported"], json.loads(said)["known"]) == (1, 1)
    assert clients(book)[-1] == (cedilla, day("2026-09-01"))


def test_a_cell_with_a_formula_of_the_owners_is_left(run: Run, book: Path, tickets: Path) -> None:
    where = entry(opened(book), "requests", "assistant", 1)
    package = Package.open(book)
    editor = SheetEditor(package, next(sheet for sheet in package.sheets if sheet.name == where[0]))
    editor.set(*parse_cell(where[1]), "", 'IF(TRUE,"","")')
    editor.commit()
    package.save(book)
    tickets.write_text("ID,Client,Opened,Assistant\nR1,Ana,2026-10-01 09:00,Eva\nR2,ana,2026-10-31 20:00,Eva\n")
    code, said = run("import", book, "requests", tickets)
    assert code == 0, said
    assert "there already: 2, of which completed: 1; left out: 0." in said
    assert "“Assistant”: cells with a formula of yours, which were left as they are: 1." in said
    assert "Line 3, Assistant: “Eva” in the file, “–” in the workbook." in said
    assert contents(book)[where].formula is not None


def test_import_appends_and_refreshes(book: Path) -> None:
    source = book.parent / "export.csv"
    source.write_text(
        "Nr;Wer;Auf;Zu\n"
        "R5;Ana;2026-10-10 08:00;2026-10-10 14:00\n"
        "R6;Maxi;2026-10-11;2026-10-11 01:30\n"
        "R7;Ana;gestern;\n"
        "R8;Ana;2026-10-12;\n",
        encoding="utf-8",
    )
    before = book.read_bytes()
    mapping = {"id": "Nr", "client": "Wer", "opened": "Auf", "resolved": "Zu"}
    outcome = import_rows(book, ImportRequest("requests", source, mapping, add_new=True), now=NOW)
    assert (outcome.imported, outcome.added) == (3, {"clients": ("Maxi",)})
    assert [(row.line, row.column, row.value) for row in outcome.rejected] == [(4, "Auf", "gestern")]
    assert outcome.backup is not None
    assert outcome.backup.read_bytes() == before
    after = results.results(book, today=TODAY)
    changed = {
        "requests_resolved": 4, "resolution_hours": 5.9 + 6 + 1.5, "requests_opened": 7, "requests_open": 3,
        # Maxi is a client from the day of the first row.
        "clients_new": 2, "clients_served": 4, "clients_end_12m": 4, "clients_new_staying_12m": 3,
    }  # fmt: skip
    assert measures(after) == pytest.approx({**MEASURES, **changed})
    assert contents(book)["Requests", "H9"].value == pytest.approx(6)
    assert contents(book)["Clients", "B9"].value == day("2026-10-11")
    assert_engine_agrees(book)


@pytest.mark.parametrize(
    ("table", "mapping", "error"),
    [
        ("nothing", {"date": "D"}, UnknownChoice),
        ("leads", {"date": "Datum", "lead": "L"}, UnknownColumn),
        ("leads", {"date": "D"}, MissingMapping),
    ],
)
def test_an_import_that_cannot_be_done(
    table: str, mapping: dict[str, str], error: type[KpixlError], book: Path
) -> None:
    source = book.parent / "leads.csv"
    source.write_text("D,L\n2026-10-05,New one\n")
    before = book.read_bytes()
    with pytest.raises(error):
        import_rows(book, ImportRequest(table, source, mapping), now=NOW)
    assert book.read_bytes() == before
    assert not (book.parent / "kpixl backups").exists()


def test_an_import_that_brings_errors_needs_the_owner(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = book.with_name("rows.csv")
    # Resolved before it was opened.
    source.write_text("Request,Client,Opened,Resolved\nR91,Ana,2026-10-07,2026-10-06\n", encoding="utf-8")
    words = ["import", str(book), "requests", str(source)]
    assert main.main(words) == 1
    assert "errors: 1" in capsys.readouterr().out


@pytest.mark.libreoffice
def test_import_into_a_workbook_that_libreoffice_saved(tmp_path: Path) -> None:
    """LibreOffice saves tables without the formulas of their calculated columns: the cells still have them."""
    requests: Rows = {
        "id": ["R1", "R2"],
        "client": ["Ana", "Ben"],
        "opened": [day("2026-10-01", 9)] * 2,
        "resolved": [day("2026-10-01", 11)] * 2,
    }
    clients: Rows = {"client": ["Ana", "Ben"], "start": [day("2020-01-01")] * 2}
    path = make(tmp_path / "ours.xlsx", Filled(rows={"requests": requests, "clients": clients}))
    (saved,) = libreoffice.recalculate([path], tmp_path / "saved")
    source = tmp_path / "rows.csv"
    source.write_text("N,C,O,R\nR3,Ana,2026-10-02 09:00,2026-10-02 14:00\n", encoding="utf-8")
    import_rows(
        saved, ImportRequest("requests", source, {"id": "N", "client": "C", "opened": "O", "resolved": "R"}), now=NOW
    )
    assert results.results(saved, today=TODAY).scorecard.result("art").value == pytest.approx(3)
    # The hours follow when the owner corrects a date, as in the rows before.
    put(saved, {entry(opened(saved), "requests", "resolved", 2): day("2026-10-02", 20)})
    assert results.results(saved, today=TODAY).scorecard.result("art").value == pytest.approx(5)
    assert libreoffice_values([saved])[0][named(opened(saved), "va_art_value")] == pytest.approx(5)
