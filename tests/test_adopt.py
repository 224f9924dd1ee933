"""A workbook of the owner's with kpixl's sheets behind hers; what other workbooks go through is in test_lossless."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from cage import Cage, R
from clock import NOW, TODAY
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.errors import (
    DamagedWorkbook,
    FileExists,
    FileInUse,
    KpixlError,
    NotAWorkbook,
    OtherEnding,
    PasswordProtected,
    SignedWorkbook,
    StrictWorkbook,
)
from kpixl.ooxml.graft import SharedWorkbook
from kpixl.ooxml.package import MAIN, Package
from kpixl.period import Period
from kpixl.verbs.adopt import AlreadyOurs, NameTaken, OldMacros, adopt
from kpixl.verbs.results import results
from narrow import some
from test_graft import REFUSED
from test_lossless import assert_kept, make_original
from test_package import CORPUS
from workbooks import AGENCY, Filled, make, opened
from zoo import keep, zoo

SETUP = Setup(AGENCY, "en", Period.parse("2026-10"), "Acme", "EUR")


@pytest.fixture
def hers(tmp_path: Path) -> Path:
    """A workbook with two sheets, of which one is called as one of kpixl's."""
    path = tmp_path / "Hers.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Mine"
    book.create_sheet("clients")["A1"] = "Ana"
    book.save(path)
    return path


def test_the_sheets_come_behind_hers_and_give_way_to_their_names(hers: Path) -> None:
    before = hers.read_bytes()
    done = adopt(hers, SETUP, now=NOW)
    names = [sheet.name for sheet in Package.open(hers).sheets]
    assert names[:2] == ["Mine", "clients"]
    assert set(done.sheets) < set(names[2:])
    assert {"Clients (kpixl)", "Surveys", "Dashboard"} <= set(done.sheets)
    assert done.renamed == {}
    assert some(done.backup).read_bytes() == before
    assert opened(hers).entries.company == "Acme"


def test_sheets_of_hers_that_look_like_ours_are_proposed_and_taken_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Her clients and her requests, in her words; not her price list, nor what she noted."""
    path = tmp_path / "Hers.xlsx"
    book = openpyxl.Workbook()
    sheets: dict[str, list[tuple[object, ...]]] = {
        "Kunden": [("Customer name", "Start date"), ("Ana", datetime(2026, 1, 5)), ("Bo", datetime(2026, 10, 2))],
        "Tickets 2026": [("Ticket ID", "Client", "Opened", "Resolved"), *(
            (f"T{n}", "Ana", datetime(2026, 10, n, 9), datetime(2026, 10, n, 11)) for n in range(1, 9)
        )],
        "Prices": [("Service", "Price"), ("Inbox", 30), ("Travel", 45)],
        "Notes": [("Call Ana",)],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    assert main(["adopt", str(path), AGENCY, "--period", "2026-10", "--name", "Acme"], now=NOW) == 0
    said = capsys.readouterr().out
    assert [line.strip() for line in said.splitlines() if " → " in line] == [
        "Kunden → Clients",
        "Tickets 2026 → Requests",
    ]
    assert f'kpixl link "{path.name}" "Tickets 2026" Requests --show' in said
    for table, sheet in (("clients", "Kunden"), ("requests", "Tickets 2026")):
        assert main(["link", str(path), sheet, table, "--yes"], now=NOW) in (0, 1)
    measures = results(path, today=TODAY).scorecard.measures
    # Eight tickets were resolved, and Bo is the one client of October.
    assert (measures["requests_resolved"].used, measures["clients_new"].used) == (8, 1)


def test_a_list_of_sales_without_their_kind_is_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Atelier.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Mes ventes"
    rows = [("Journal 2026",), ("Date", "Client", "Montant"), *((datetime(2026, 10, n), "Ana", n) for n in (5, 6))]
    for row in rows:
        sheet.append(row)
    book.save(path)
    words = ["--lang", "fr", "--period", "2026-10", "--name", "Atelier", "--currency", "EUR"]
    assert main(["adopt", str(path), "service-business", *words], now=NOW) == 0
    said = capsys.readouterr().out
    assert 'kpixl link "Atelier.xlsx" "Mes ventes" Ventes --set Type=autre --show' in said
    assert main(["link", str(path), "Mes ventes", "Ventes", "--set", "Type=autre", "--yes"], now=NOW) == 0
    assert results(path, today=TODAY).scorecard.measures["revenue"].used == 11


def test_where_the_other_file_cannot_be(hers: Path) -> None:
    before = hers.read_bytes()
    with pytest.raises(FileExists):
        adopt(hers, SETUP, now=NOW, out=hers)
    with pytest.raises(OtherEnding, match=r"must end in \.xlsx as well"):
        adopt(hers, SETUP, now=NOW, out=hers.with_suffix(".xlsm"))
    assert hers.read_bytes() == before
    assert list(hers.parent.iterdir()) == [hers]


def test_the_command_says_what_was_added(hers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", str(hers), AGENCY, "--period", "2026-10", "--name", "Acme", "--json"], now=NOW) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["path"] == str(hers)
    assert "Clients (kpixl)" in data["sheets"]
    assert data["renamed"] == {}
    assert Path(data["backup"]).is_file()
    assert main(["adopt", str(hers), AGENCY, "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "already_ours"


def test_another_file_can_be_written(tmp_path: Path) -> None:
    path, out = zoo(tmp_path / "zoo"), tmp_path / "with kpixl.xlsm"
    before = path.read_bytes()
    done = adopt(path, SETUP, now=NOW, out=out)
    assert (done.path, done.backup) == (out, None)
    assert path.read_bytes() == before
    assert_kept(path, out)


def _signed(path: Path) -> Path:
    cage = Cage(keep(path))
    kind = "application/vnd.openxmlformats-package.digital-signature-origin"
    relation = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    cage.add("_xmlsignatures/origin.sigs", b"", kind, ("", relation))
    cage.save()
    return cage.path


def _shared(path: Path) -> Path:
    cage = Cage(keep(path))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.revisionHeaders+xml"
    body = f'<headers xmlns="{MAIN}" guid="{{0000000E-0000-4000-8000-000000000000}}"/>'
    cage.add("xl/revisions/revisionHeaders.xml", body, kind, (cage.workbook, f"{R}/revisionHeaders"))
    cage.save()
    return cage.path


def _strict(path: Path) -> Path:
    cage = Cage(keep(path))
    for part in ("_rels/.rels", cage.workbook):
        strict = cage.parts[part].replace(R.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        cage.parts[part] = strict.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    cage.save()
    return cage.path


def _old_macros(path: Path) -> Path:
    cage = Cage(keep(path))
    kind = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    space = "http://schemas.microsoft.com/office/excel/2006/main"
    body = f'<xm:macrosheet xmlns:xm="{space}" xmlns="{MAIN}"><sheetData/></xm:macrosheet>'
    part = "xl/macrosheets/sheet1.xml"
    id_ = cage.add(part, body, "application/vnd.ms-excel.macrosheet+xml", (cage.workbook, kind))
    cage.place(cage.workbook, f'<sheets><sheet name="Macro1" sheetId="9" r:id="{id_}"/></sheets>')
    cage.save()
    return cage.path


def _encrypted(path: Path) -> Path:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480)
    path = path.with_suffix(".xlsx")
    path.write_bytes(data)
    return path


def _cut_short(path: Path) -> Path:
    path = keep(path)
    path.write_bytes(path.read_bytes()[:3000])
    return path


def _text(path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    path.write_text("Day;Who\n1;ana\n")
    return path


def _held(path: Path) -> Path:
    path = keep(path)
    path.with_name(f"~${path.name}").write_bytes(b"Ana")
    return path


def _taken(path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Mine")
        book.define_name("KPIXL_LEADS", "=Mine!$A$1")
    return path


def _both_taken(path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Mine").add_table("A1:B2", {"name": "Leads"})
        book.define_name("kpixl_leads", "=Mine!$A$1")
    return path


def _ours(path: Path) -> Path:
    return make(path.with_suffix(".xlsx"), Filled(), refresh=False)


REFUSALS: dict[str, tuple[Callable[[Path], Path], type[KpixlError], str]] = {
    "signed": (_signed, SignedWorkbook, "carries a digital signature"),
    "shared": (_shared, SharedWorkbook, "is shared through Excel"),
    "Strict": (_strict, StrictWorkbook, "saved as “Strict Open XML”"),
    "old macros": (_old_macros, OldMacros, "has a sheet of Excel 4.0 macros, “Macro1”"),
    "encrypted": (_encrypted, PasswordProtected, "protected by a password"),
    "cut short": (_cut_short, DamagedWorkbook, "is damaged"),
    "text": (_text, NotAWorkbook, "is not an Excel workbook"),
    "open in Excel": (_held, FileInUse, "is open in Excel"),
    "the other name taken": (_taken, NameTaken, "has a name “kpixl_leads” of its own"),
    "no name left": (_both_taken, NameTaken, "has a name “kpixl_leads” of its own"),
    "ours already": (_ours, AlreadyOurs, "has kpixl’s sheets already"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_stays_as_it_was(name: str, tmp_path: Path) -> None:
    build, error, match = REFUSALS[name]
    path = build(tmp_path / "mine")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(error, match=match):
        adopt(path, SETUP, now=NOW)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
@pytest.mark.parametrize("name", REFUSED)
def test_real_workbooks_that_are_refused(name: str, tmp_path: Path) -> None:
    path = make_original(name, tmp_path)
    before = path.read_bytes()
    with pytest.raises(REFUSED[name]):
        adopt(path, SETUP, now=NOW)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
