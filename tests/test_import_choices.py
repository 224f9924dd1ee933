"""What an owner says of a file: which rows count, what words mean, how dates are written; what is remembered of it; and
that nothing which may be wrong passes in silence."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clock import TODAY
from engines import contents
from kpixl.cli import main
from kpixl.verbs import results
from workbooks import Filled, day, make, opened, put

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KPIXL_LANG", "en")

    def run(*words: object) -> tuple[int, Any]:
        code = main.main([*(str(word) for word in words), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out or err)

    return run


def blank(folder: Path, business_id: str, language: str = "en", currency: str = "USD") -> Path:
    return make(folder / "Book.xlsx", Filled(business_id, language=language, currency=currency))


def file(folder: Path, *lines: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def measure(book: Path, name: str) -> float | None:
    return results.results(book, today=TODAY).scorecard.measures[name].used


def column(book: Path, table: str, field: str) -> list[object]:
    rows = opened(book).entries.tables[table]
    assert rows is not None
    if field in rows.texts:
        return list(rows.texts[field])
    return [None if number != number else number for number in rows.numbers[field]]


def messages(answer: Any) -> str:
    return "\n".join(note["message"] for note in answer["notes"])


ORDERS = (
    "When,Who,What for,Paid,How it stands",
    "2026-10-02,Ana,A,100,done",
    "2026-10-03,Bo,B,20,waiting",
    "2026-10-04,Cy,C,3,gone",
)
MAPPED = ("--map", "date=When", "client=Who", "amount=Paid", "--set", "kind=other")


@pytest.mark.parametrize(
    ("choice", "revenue"),
    [
        (("--only", "How it stands=done"), 100),
        (("--only", "how it STANDS=Done,waiting"), 120),
        (("--not", "How it stands=gone"), 120),
        (("--not", "How it stands=gone,waiting"), 100),
        (("--only", "How it stands="), 123),
    ],
)
def test_rows_are_chosen_by_a_column(run: Run, tmp_path: Path, choice: tuple[str, ...], revenue: float) -> None:
    book = blank(tmp_path, "service-business")
    _, answer = run("import", book, "sales", file(tmp_path, *ORDERS), *MAPPED, *choice)
    assert answer["imported"] == {100: 1, 120: 2, 123: 3}[int(revenue)]
    assert measure(book, "revenue") == revenue
    # The next file of this shape is read the same way.
    more = file(tmp_path, ORDERS[0], "2026-10-05,Ana,A,1000,done", "2026-10-06,Bo,B,2000,gone")
    run("import", book, "sales", more, "--set", "kind=other")
    assert measure(book, "revenue") == revenue + (3000 if choice[1].endswith("=") else 1000)


def test_a_value_with_a_comma_is_one(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Date,Amount,Shop", '2026-10-01,5,"Main St, 4"', "2026-10-02,70,4")
    run("import", book, "sales", path, "--set", "kind=other", "--only", "Shop=Main St, 4")
    assert measure(book, "revenue") == 5


def test_a_value_that_no_row_holds_is_told_and_not_remembered(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    code, answer = run("import", book, "sales", file(tmp_path, *ORDERS), *MAPPED, "--only", "How it stands=doen,done")
    assert code == 1
    assert "no row holds doen; it holds: done (1), waiting (1), gone (1)" in messages(answer)
    assert "--only" not in opened(book).remembered["sales"]


def test_a_column_that_is_not_there(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    code, answer = run("import", book, "sales", file(tmp_path, *ORDERS), *MAPPED, "--not", "Stage=gone")
    assert (code, answer["error"]["code"]) == (2, "unknown_column")
    # A choice made for another file is passed over.
    run("import", book, "sales", file(tmp_path, *ORDERS), *MAPPED, "--not", "How it stands=gone")
    code, answer = run("import", book, "sales", file(tmp_path, "Date,Amount", "2026-10-09,7"), "--set", "kind=other")
    assert (code, answer["imported"]) == (0, 1)


def test_words_of_a_file(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Received,Reason,Status", "2026-10-02,Price,Fixed it", "2026-10-03,Delay,Boss=angry")
    code, answer = run("import", book, "complaints", path)
    assert code == 1
    assert "open, resolved, escalated" in messages(answer)
    book = blank(tmp_path, "service-business")
    words = ("--value", "status:fixed it=resolved", "Status:Boss=escalated")
    rows = ("2026-10-02,2026-10-04,Price,Fixed it", "2026-10-03,,Delay,Boss")
    path = file(tmp_path, "Received,Resolved,Reason,Status", *rows)
    code, answer = run("import", book, "complaints", path, *words)
    assert not answer["notes"], messages(answer)
    assert (code, column(book, "complaints", "status")) == (0, ["resolved", "escalated"])
    # Remembered, and replaced by a new answer.
    path = file(tmp_path, "Received,Reason,Status", "2026-10-04,Price,Boss", "2026-10-05,Price,fixed it")
    run("import", book, "complaints", path, "--value", "status:BOSS=open")
    assert column(book, "complaints", "status")[2:] == ["open", "resolved"]
    assert opened(book).remembered["complaints"]["--value"] == ("status:fixed it=resolved", "status:BOSS=open")


@pytest.mark.parametrize(
    ("order", "cell", "days"), [("dmy", "04/03/2026", "2026-03-04"), ("mdy", "04/03/2026", "2026-04-03"),
                                ("ymd", "26/03/04", "2026-03-04"), ("ymd", "26.3.4", "2026-03-04")],
)  # fmt: skip
def test_the_order_of_dates(run: Run, tmp_path: Path, order: str, cell: str, days: str) -> None:
    book = make(tmp_path / "Book.xlsx", Filled("service-business", day=day("2026-01-01")))
    path = file(tmp_path, "Received,Reason", f"{cell},Price")
    run("import", book, "complaints", path, "--dates", order)
    assert column(book, "complaints", "received") == [day(days)]
    path = file(tmp_path, "Received,Reason", f"{cell},Delay")
    run("import", book, "complaints", path)
    assert column(book, "complaints", "received") == [day(days)] * 2


def test_a_field_left_out(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Date,Lead,Source,Converted", "2026-10-02,Ana,Web,2026-10-09")
    run("import", book, "leads", path, "--map", "converted=", "lead=Lead")
    assert column(book, "leads", "converted") == [None]
    run("import", book, "leads", file(tmp_path, "Date,Lead,Converted", "2026-10-03,Bo,2026-10-09"))
    assert column(book, "leads", "converted") == [None, None]
    run("import", book, "leads", file(tmp_path, "Date,Lead,Converted", "2026-10-04,Cy,2026-10-09"),
        "--map", "converted=Converted")  # fmt: skip
    run("import", book, "leads", file(tmp_path, "Date,Lead,Converted", "2026-10-05,Di,2026-10-09"))
    assert [value is None for value in column(book, "leads", "converted")] == [True, True, False, False]


def test_a_column_that_the_business_does_not_ask_for_is_told_and_not_taken(run: Run, tmp_path: Path) -> None:
    """A translation business does not ask for whom hours were, nor which were billable: what a time tracker says of
    these is named as not used. So it is where an earlier kpixl was told to leave such a column out."""
    book = blank(tmp_path, "multilingual-va")
    path = file(tmp_path, "User,Client,Billable,Start date,Duration", "Eva,Robles,Yes,2026-10-02,02:30:00")
    code, answer = run("import", book, "hours", path, "--set", "language=French", "--add-new")
    assert (code, column(book, "hours", "available")) == (0, [2.5])
    assert {"Client", "Billable"} <= {*answer["unused"]}
    run("import", book, "hours", path, "--set", "language=French", "--map", "worked=")
    held = contents(book)
    (place,) = [place for place, cell in held.items() if cell.value == "worked="]
    put(book, {place: "productive="})
    later = file(tmp_path, "User,Client,Billable,Start date,Duration", "Eva,Robles,Yes,2026-10-03,01:30:00")
    code, _ = run("import", book, "hours", later, "--set", "language=French")
    assert (code, column(book, "hours", "available")) == (0, [2.5, 1.5])


def test_two_columns_for_one_field(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Date,First Name,Last Name,Amount", "2026-10-02,Ana,Ruiz,5", "2026-10-03,,Popa,6")
    run("import", book, "sales", path, "--map", "client=First Name+Last Name", "--set", "kind=other")
    assert column(book, "sales", "client") == ["Ana Ruiz", "Popa"]
    assert opened(book).remembered["sales"]["client"] == ("First Name+Last Name",)
    run("import", book, "sales", file(tmp_path, "Date,First Name,Last Name,Amount", "2026-10-04,Bo,Li,7"),
        "--set", "kind=other")  # fmt: skip
    assert column(book, "sales", "client")[2:] == ["Bo Li"]


def test_a_column_with_a_plus_in_its_name(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Date,A+B,A,B,Amount", "2026-10-02,Ana,x,y,5")
    run("import", book, "sales", path, "--map", "client=A+B", "--set", "kind=other")
    assert column(book, "sales", "client") == ["Ana"]


def test_what_cost_a_row_or_a_cell_is_not_remembered(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "multilingual-va")
    path = file(tmp_path, "Date,Rating,CSAT", "2026-10-02,10,", "2026-10-03,2,Whatever", "2026-10-04,9,")
    code, _ = run("import", book, "surveys", path, "--map", "recommend=Rating", "score=CSAT", "--set", "language=es")
    assert code == 1
    assert "score" not in opened(book).remembered["surveys"]
    run("import", book, "surveys", path, "--map", "recommend=Rating", "--set", "language=es")
    assert [measure(book, name) for name in ("promoters_multilingual", "detractors_multilingual")] == [2, 1]


@pytest.mark.parametrize(
    ("table", "client"),
    [("vendas", "cliente"), ("Sales", "Client"), ("Ventes", "client"), ("sales", "CLIENTE"), ("Vânzări", "Client")],
)
def test_tables_and_fields_in_any_language(run: Run, tmp_path: Path, table: str, client: str) -> None:
    book = blank(tmp_path, "service-business", "pt", "BRL")
    path = file(tmp_path, "Dia,Quem,Quanto", "02/10/2026,Ana,5")
    code, answer = run(
        "import", book, table, path, "--map", f"{client}=Quem", "Data=Dia", "montant=Quanto", "--set", "Tipo=outros"
    )
    assert (code, answer.get("imported")) == (0, 1)
    assert column(book, "sales", "client") == ["Ana"]


def test_a_client_begins_on_the_first_day_of_the_whole_file(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "remote-va-agency")
    path = file(tmp_path, "Date,Assistant,Available hours,Productive hours,Client", "2026-01-12,Ann,4,4,Alder",
                "2026-02-03,Ann,1,1,Gone", "2026-10-05,Ann,4,3,Alder", "2026-10-06,Ann,4,2,Birch")  # fmt: skip
    run("import", book, "hours", path, "--add-new")
    starts = dict(zip(column(book, "clients", "client"), column(book, "clients", "start"), strict=True))
    assert starts == {"Alder": day("2026-01-12"), "Gone": day("2026-02-03"), "Birch": day("2026-10-06")}


def test_names_that_may_be_misspelt_are_held_back(run: Run, tmp_path: Path) -> None:
    book = make(tmp_path / "Book.xlsx", Filled("service-business", currency="USD",
                rows={"clients": {"client": ["Zoe Limited"], "start": [day("2026-01-01")]}}))  # fmt: skip
    path = file(tmp_path, "Date,Client,Kind,Amount", "2026-10-01,Zoe Limted,other,1", "2026-10-01,Bo,other,2")
    code, answer = run("import", book, "sales", path, "--add-new")
    assert (code, answer["held"], answer["added"]) == (1, {"client:Zoe Limted": "Zoe Limited"}, {"clients": ["Bo"]})
    path = file(tmp_path, "Date,Client,Kind,Amount", "2026-10-02,Zoe Limted,other,3")
    run("import", book, "sales", path, "--add-new", "--value", "client:Zoe Limted=Zoe Limited")
    assert column(book, "clients", "client") == ["Zoe Limited", "Bo"]
    assert column(book, "sales", "client")[2:] == ["Zoe Limited"]


def test_days_without_a_time_give_no_hours(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "remote-va-agency")
    path = file(tmp_path, "Request,Client,Opened,Resolved", "T1,A,2026-10-05,2026-10-05", "T2,B,2026-10-06,2026-10-08")
    code, _ = run("import", book, "requests", path)
    assert (code, measure(book, "requests_resolved"), measure(book, "resolution_hours")) == (1, 0, 0)
    assert column(book, "requests", "resolved") == [day("2026-10-05"), day("2026-10-08")]
    _, answer = run("check", book)
    assert "calculated_missing" not in json.dumps(answer)


def test_rows_left_out_are_told_by_cause_and_written_out(run: Run, tmp_path: Path, capsys: Any) -> None:
    book = blank(tmp_path, "service-business")
    rows = [f"2026-10-0{place},A,many{place}" for place in range(1, 6)]
    path = file(tmp_path, "Date,Client,Amount", *rows, "2026-10-06,B,7")
    out = tmp_path / "left.csv"
    run("import", book, "sales", path, "--set", "kind=other", "--refused", out)
    with out.open(encoding="utf-8-sig", newline="") as lines:
        written = list(csv.reader(lines))
    assert written[0][:3] == ["Date", "Client", "Amount"]
    assert [row[:3] for row in written[1:]] == [row.split(",") for row in rows]
    main.main(["import", str(book), "sales", str(path), "--set", "kind=other"])
    said = capsys.readouterr().out
    assert "5 rows, Amount" in " ".join(said.split())
    # Three examples of the column, and the three first cells of the rows that were left out.
    assert said.count("“many") == 3
    _, answer = run("import", book, "sales", path, "--set", "kind=other", "--refused", out)
    assert answer["error"]["code"] == "file_exists"


def test_two_leads_may_have_one_name(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business")
    path = file(tmp_path, "Date,Lead,Source", "2026-10-01,Ana,Web", "2026-10-09,Ana,Fair", "2026-10-09,Ana,Fair")
    _, answer = run("import", book, "leads", path)
    assert (answer["imported"], len(answer["rejected"])) == (2, 1)
    _, answer = run("import", book, "leads", path)
    assert (answer["imported"], answer["known"]) == (0, 2)


def test_the_tables_of_a_workbook(run: Run, tmp_path: Path) -> None:
    book = blank(tmp_path, "service-business", "pt", "BRL")
    _, answer = run("tables", book)
    (sales,) = (one for one in answer["tables"] if one["id"] == "sales")
    assert sales["sheet"] == "Vendas"
    (kind,) = (one for one in sales["fields"] if one["id"] == "kind")
    assert (kind["heading"], kind["required"], "outros" in kind["words"]) == ("Tipo", True, True)


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("sales", ("Date,Client,Amount,Status", "2026-10-01,A,5,Paid", "2026-10-02,B,6,Refused by bank")),
        ("sales", ("Date,Client,Amount,Currency", "2026-10-01,A,5,EUR")),
        ("sales", ("Date,Client,Amount", "2026-10-01,A,5", "2026-10-02,B,six")),
        ("expenses", ("Date,Description,Amount,Type", "2026-10-01,Rent,5,Bill", "2026-10-02,Sum,6,Transfer")),
    ],
)
def test_nothing_is_left_out_in_silence(run: Run, tmp_path: Path, table: str, lines: tuple[str, ...]) -> None:
    book = blank(tmp_path, "service-business")
    code, answer = run("import", book, table, file(tmp_path, *lines), "--set", "kind=other")
    assert code == 1
    assert answer["notes"] or answer["rejected"]
