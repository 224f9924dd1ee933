"""What is told of a file names sheets and fields as they stand in the owner's workbook, and what it tells her to type
is understood when she types it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

import builds
from clock import NOW
from kpixl.cli.answer import pairs
from kpixl.errors import KpixlError, MissingMapping
from kpixl.i18n import Language, language
from kpixl.imports import Filter, Said, read_source
from kpixl.languages import codes
from kpixl.verbs.import_plan import ImportRequest, Plan, plan_of
from kpixl.verbs.import_rows import ImportOutcome, import_rows
from kpixl.verbs.outcomes import import_text
from kpixl.workbook.read import Book
from sources import TABLES, written
from test_owner_things import renamed_headings
from workbooks import AGENCY, Filled, Rows, day, make, opened, package_of

LANGUAGES = sorted(codes())
SHEETS = {"en": "Requests", "es": "Solicitudes", "fr": "Demandes", "pt": "Solicitações", "ro": "Solicitări"}
CLIENT = {"en": "Client", "es": "Cliente", "fr": "Client", "pt": "Cliente", "ro": "Client"}
VALUE = {"en": "VALUE", "es": "VALOR", "fr": "VALEUR", "pt": "VALOR", "ro": "VALOARE"}
COLUMN = {"en": "COLUMN", "es": "COLUMNA", "fr": "COLONNE", "pt": "COLUNA", "ro": "COLOANĂ"}


@cache
def _book(code: str, business: str) -> tuple[Path, Book]:
    def made(folder: Path) -> None:
        rows: Mapping[str, Rows] = {"clients": {"client": ["Ana Souza"], "start": [day("2026-01-01")]}}
        make(folder / "book.xlsx", Filled(business, language=code, rows=rows))

    path = builds.once(f"her words {code} {business}", made) / "book.xlsx"
    return path, opened(path)


def shown(code: str, request: ImportRequest) -> Plan:
    path, book = _book(code, "service-business" if request.table == "sales" else AGENCY)
    return plan_of(path, book, request, read_source(request.source))


def told(code: str, request: ImportRequest) -> str:
    """What a command answers, in the language of the workbook."""
    t = language(code)
    try:
        return " ".join(import_text(ImportOutcome(shown(code, request), written=False), t).split())
    except KpixlError as error:
        return error.text(t)


def heading(table: str, id_: str, t: Language) -> str:
    return t(TABLES[table].field(id_).heading)


UNKNOWN = "xx\n1\n"
CASES: Mapping[str, tuple[str, str, Mapping[str, object], Sequence[str]]] = {
    "nothing fills what every row needs": ("requests", UNKNOWN, {}, ("client", "opened")),
    "two columns suit": ("requests", "Client,Client,Opened\nA,B,2026-10-01\n", {}, ("client",)),
    "two columns suit what may be blank": (
        "requests", "Customer,Opened,Closed,Closed\nA,2026-10-01,,\n", {}, ("resolved",),
    ),
    "no such field": ("requests", UNKNOWN, {"mapping": {"colour": "xx"}}, ("client", "opened")),
    "a column and a value": (
        "requests", "x,y\n1,2026-10-01\n", {"mapping": {"client": "x"}, "constants": {"client": "A"}}, ("client",),
    ),
    "a value that does not fit": (
        "requests", "x\nA\n", {"mapping": {"client": "x"}, "constants": {"opened": "soon"}}, ("opened",),
    ),
    "a word that is none": (
        "sales", "x,y,z\nA,2026-10-01,5\n",
        {"mapping": {"client": "x", "date": "y", "amount": "z"}, "constants": {"kind": "nonsense"}}, ("kind",),
    ),
    "no answers": ("surveys", "d,c\n2026-10-01,A\n", {"mapping": {"date": "d", "client": "c"}}, ("score",)),
    "another currency": (
        "sales", "y,z,Currency\n2026-10-01,5,USD\n",
        {"mapping": {"date": "y", "amount": "z"}, "constants": {"kind": "other"}}, ("amount",),
    ),
    "left out": (
        "requests", "x,y\nA,2026-10-01\n",
        {"mapping": {"client": "x", "opened": "y"}, "said": Said(left_out=frozenset({"resolved"}))}, ("resolved",),
    ),
    "nothing fills what may be blank": (
        "requests", "x,y\nA,2026-10-01\n", {"mapping": {"client": "x", "opened": "y"}}, ("resolved", "opened"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_fields_are_called_as_on_her_sheet(case: str, code: str, tmp_path: Path) -> None:
    table, content, options, ids = CASES[case]
    source = written(tmp_path, content)
    text = told(code, ImportRequest(table, source, **options))  # type: ignore[arg-type]
    for id_ in ids:
        assert heading(table, id_, language(code)) in text
        for as_id in (f"“{id_}”", f"«{id_}»", f" {id_}=", f"({id_})", f"„{id_}”"):
            assert as_id not in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_sheets_are_called_as_in_her_workbook(code: str, tmp_path: Path) -> None:
    source = written(tmp_path, UNKNOWN)
    for table in ("requests", "nonsense"):
        assert SHEETS[code] in told(code, ImportRequest(table, source))
    assert "requests" not in told(code, ImportRequest("nonsense", source))


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_it_says_to_type_is_understood(code: str, tmp_path: Path) -> None:
    source = written(tmp_path, "who,when\nA,2026-10-01\n")
    with pytest.raises(MissingMapping) as asked:
        shown(code, ImportRequest("requests", source))
    pairs_ = str(asked.value.details["pairs"].text(language(code)))  # type: ignore[attr-defined]
    client, when = shlex.split(pairs_)
    assert client == f"{CLIENT[code]}={COLUMN[code]}"
    same = shlex.split(str(asked.value.details["same"].text(language(code))))  # type: ignore[attr-defined]
    assert same[0] == f"{CLIENT[code]}={VALUE[code]}"
    said = pairs([client.replace(COLUMN[code], "who"), when.replace(COLUMN[code], "when")], "FIELD=COLUMN")
    done = shown(code, ImportRequest("requests", source, said))
    assert done.accepted.columns["client"] == ["A"]
    assert done.accepted.columns["opened"] == [day("2026-10-01")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_name_that_is_held_back_is_told_with_a_command_that_works(code: str, tmp_path: Path) -> None:
    source = written(tmp_path, "who,when\nAna Sousa,2026-10-01\n")
    mapping = {"client": "who", "opened": "when"}
    text = told(code, ImportRequest("requests", source, mapping, add_new=True))
    assert f'--value "{CLIENT[code]}:Ana Sousa=Ana Souza"' in text
    words = Said(words={CLIENT[code]: {"Ana Sousa": "Ana Souza"}})
    done = shown(code, ImportRequest("requests", source, mapping, said=words, add_new=True))
    assert done.accepted.columns["client"] == ["Ana Souza"]
    assert not done.held


def test_headings_of_her_own_are_what_she_reads(tmp_path: Path) -> None:
    book = make(tmp_path / "book.xlsx", Filled())
    package = package_of(opened(book))
    renamed_headings(package)  # Score is “Nota (1 a 5) ★” from now on, and Resolved “Fertig”
    package.save(book)
    request = ImportRequest("surveys", written(tmp_path, "d,c\n2026-10-01,A\n"), {"date": "d", "client": "c"})
    text = import_text(import_rows(book, request, now=NOW, agree=lambda _plan: False), language("en"))
    told_ = " ".join(text.split())
    assert "No column fills “Nota (1 a 5) ★”" in told_
    assert '--map "Nota (1 a 5) ★=COLUMN"' in told_
    source = written(tmp_path, "Customer,Opened,Closed,Closed\nA,2026-10-01,,\n")
    text = import_text(
        import_rows(book, ImportRequest("requests", source), now=NOW, agree=lambda _plan: False), language("en")
    )
    assert "could fill “Fertig”" in text
    assert "Resolved" not in text


def test_one_table_shows_what_fills_what_and_what_is_not_used(tmp_path: Path) -> None:
    """How each column was found with three values, which rows count, and what the others hold, the most frequent first;
    then every cause once, with the first cells."""
    rows = ("01,Ana,2026-10-02,North,Mail", "02,Ana,soon,North,Phone", "03,Ana,,North,Mail", "04,Ana,,South,Mail",
            "32,Ana,,North,Mail", "33,Ana,,North,Mail", "34,Ana,,North,Mail", "35,Ana,,North,Mail")  # fmt: skip
    lines = ("Received on,Customer,Solved at,Branch,Channel", *(f"2026-10-{row}" for row in rows))
    source = written(tmp_path, "\n".join(lines) + "\n")
    said = Said(filters=(Filter("Branch", "North", keeps=True),))
    text = told("en", ImportRequest("requests", source, {"client": "Customer"}, said=said))
    table, _, rest = text.partition(" Nothing fills: ")
    assert table == (
        "Client ← Customer as given Ana Opened ← Received on by its heading 2026-10-01, 2026-10-02, 2026-10-03 "
        "Resolved ← Solved at by its heading 2026-10-02, soon "
        "Columns that are not used, and what they hold: Channel: Mail (7), Phone (1)"
    )
    assert "Only rows whose “Branch” is North: 7; others: 1." in rest
    assert "“Solved at”: cells that do not fit and were left blank: 1 (“soon”)" in rest
    assert "New rows: 3; there already: 0, of which completed: 0; left out: 4." in rest
    assert "4 rows, Received on: " in rest
    assert "“2026-10-32” (6), “2026-10-33” (7), “2026-10-34” (8)." in rest
