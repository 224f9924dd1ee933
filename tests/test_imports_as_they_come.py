"""Files as owners have them, beside what they would say that these hold: headings with a currency or over two rows,
totals, debit and credit, sheets behind a cover, hidden rows, columns that answer yes or no."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import old_excel
from kpixl.catalog import catalogue
from kpixl.cli import main
from kpixl.entries import entry_table
from kpixl.imports import Accepted, Filter, Said, UnknownSheet, Value, read_source
from kpixl.imports.apart import sheets_in
from sources import day, said, taken, written
from workbooks import Filled, make, opened

OTHER: dict[str, Any] = {"constants": {"kind": "other"}}


def codes(accepted: Accepted) -> set[str]:
    return {note.code for note in accepted.notes}


def book(path: Path, *fill: Callable[[Worksheet], None]) -> Path:
    workbook = openpyxl.Workbook()
    for number, one in enumerate(fill):
        one(workbook.create_sheet(f"Page {number + 1}"))
    workbook.remove(workbook.worksheets[0])
    workbook.save(path)
    return path


# Headings


@pytest.mark.parametrize(
    ("heading", "language"),
    [
        ("Amount ($)", "en"), ("Amount in USD", "en"), ("Amount USD", "en"), ("Total", "en"), ("Order total", "en"),
        ("Importe (en $)", "es"), ("Importe total", "es"), ("Montant (USD)", "fr"), ("Montant en USD", "fr"),
        ("Valor (US$)", "pt"), ("Valor total", "pt"), ("Sumă (USD)", "ro"), ("Valoare totală", "ro"),
        ("Amount (net of tax)", "en"),
    ],
)  # fmt: skip
def test_what_amounts_are_called(tmp_path: Path, heading: str, language: str) -> None:
    path = written(tmp_path, f"Date,Client,{heading}\n2026-10-02,A,100\n2026-10-03,B,20.5\n")
    accepted = taken("sales", path, language=language, currency="USD", **OTHER)
    assert accepted.columns["amount"] == [100, 20.5]
    assert not accepted.doubtful


@pytest.mark.parametrize("heading", ["Amount (EUR)", "Amount in EUR", "Amount EUR", "€ amount", "Importe en €"])
def test_a_heading_in_another_currency(tmp_path: Path, heading: str) -> None:
    path = written(tmp_path, f"Date,Client,{heading}\n2026-10-02,A,100\n2026-10-03,B,20.5\n")
    given: dict[str, Any] = {"given": {"amount": heading}, "currency": "USD", **OTHER}
    accepted = taken("sales", path, **given)
    assert (accepted.columns["amount"], len(accepted.rejected)) == ([], 2)
    assert any(f'--only "{heading}="' in text for text in said(accepted))
    # The way that is told is one.
    kept = taken("sales", path, said=Said(filters=(Filter(heading, "", keeps=True),)), **given)
    assert kept.columns["amount"] == [100, 20.5]
    assert "currency_chosen" in codes(kept)


@pytest.mark.parametrize("heading", ["Top amount", "ALL AMOUNT", "Amount per try"])
def test_words_that_are_no_currency(tmp_path: Path, heading: str) -> None:
    path = written(tmp_path, f"Date,Client,{heading}\n2026-10-02,A,100\n")
    accepted = taken("sales", path, given={"amount": heading}, currency="USD", **OTHER)
    assert accepted.columns["amount"] == [100]


def test_two_columns_that_may_be_the_amount_are_asked_about(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Client,Subtotal,Tax,Total\n2026-10-02,A,100,21,121\n")
    with pytest.raises(Exception, match=r"Subtotal \(100\), Total \(121\)"):
        taken("sales", path, **OTHER)


def test_currencies_in_words(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Date,Amount,Currency\n2026-10-02,100,US Dollar\n2026-10-03,200,Euro\n2026-10-04,30,USD - US Dollar\n"
        "2026-10-05,4,EUR (euro)\n",
    )
    accepted = taken("sales", path, currency="USD", **OTHER)
    assert accepted.columns["amount"] == [100, 30]
    assert [row.line for row in accepted.rejected] == [3, 5]


def test_a_line_of_totals_is_no_heading(tmp_path: Path) -> None:
    path = written(tmp_path, "When,Who,Paid in\n2026-10-02,A,100\n2026-10-03,B,50\n,Total,150\n")
    accepted = taken("sales", path, given={"date": "When", "client": "Who", "amount": "Paid in"}, **OTHER)
    assert accepted.columns["amount"] == [100, 50]


@pytest.mark.parametrize(
    "lines",
    [
        # Beneath the name of their group, beside headings that go over both rows, below or above.
        ("Date,Client,Sales,", ",,Amount,Tax"),
        (",,Sales,", "Date,Client,Amount,Tax"),
        ("Order,,Money,", "Date,Client,Amount,Tax"),
        ("Date,Client,Sales,,Costs,", ",,Amount,Tax,Fee,Other"),
        ("Oct 2026,,,", "Date,Client,Money,", ",,Amount,Tax"),
    ],
)
def test_headings_over_two_rows(tmp_path: Path, lines: tuple[str, ...]) -> None:
    rows = "2026-10-02,A,100,21\n2026-10-03,Date,50,10\n"
    accepted = taken("sales", written(tmp_path, "\n".join(lines) + "\n" + rows), **OTHER)
    assert accepted.columns["amount"] == [100, 50]
    assert accepted.columns["client"] == ["A", "Date"]


def test_names_that_come_twice_go_by_their_group(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Client,Plan,,Actual,\n,,Amount,Count,Amount,Count\n2026-10-02,A,1,2,3,4\n")
    accepted = taken("sales", path, given={"amount": "Actual Amount"}, **OTHER)
    assert accepted.columns["amount"] == [3]


def test_a_first_row_of_words_is_a_row(tmp_path: Path) -> None:
    path = written(tmp_path, "Assistant,,Language\nEva,,Client\nBo,x,Spanish\n")
    accepted = taken("languages", path)
    assert accepted.columns["assistant"] == ["Eva", "Bo"]


# Amounts


@pytest.mark.parametrize(
    ("table", "cells", "amounts"),
    [
        ("sales", ("100.00 CR", "40.00 DR"), [100, -40]),
        ("sales", ("Cr 1,100.00", "Dr. 40"), [1100, -40]),
        ("sales", ("$100.00 CR", "(5.00)"), [100, -5]),
        ("sales", ("100,50 C", "40,25 D"), [100.5, -40.25]),
        ("expenses", ("100.00 DR", "40.00 CR"), [100, -40]),
    ],
)
def test_debit_and_credit(tmp_path: Path, table: str, cells: tuple[str, str], amounts: list[float]) -> None:
    rows = "".join(f"2026-10-0{number}\tA\t{cell}\n" for number, cell in enumerate(cells, start=2))
    accepted = taken(table, written(tmp_path, "Date\tDescription\tAmount\n" + rows), currency="USD", **OTHER)
    assert accepted.columns["amount"] == amounts
    assert not accepted.doubtful
    assert "sides" in codes(accepted) or "(" in cells[1]


def test_nothing_but_debits_are_asked_about(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Client,Amount\n2026-10-02,A,100 DR\n2026-10-03,B,50 DR\n")
    accepted = taken("sales", path, **OTHER)
    assert accepted.columns["amount"] == [-100, -50]
    assert accepted.doubtful


def test_a_number_of_hours_has_no_side(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Assistant,Available hours,Productive hours\n2026-10-02,A,8 CR,7\n")
    assert [row.value for row in taken("hours", path).rejected] == ["8 CR"]


# Which rows count


@pytest.mark.parametrize(
    ("heading", "fine", "out"),
    [
        ("Paid", "TRUE", "FALSE"), ("Is paid", "1", "0"), ("Cobrada", "sí", "no"), ("Réglée", "oui", "non"),
        ("Voided", "No", "Yes"), ("Is deleted", "0", "1"), ("Excluída", "não", "sim"), ("Ștearsă", "nu", "da"),
        ("Cancelled", "no", "yes"),
    ],
)  # fmt: skip
def test_columns_that_answer_yes_or_no(tmp_path: Path, heading: str, fine: str, out: str) -> None:
    path = written(tmp_path, f"Date,Client,Amount,{heading}\n2026-10-02,A,100,{fine}\n2026-10-03,B,20,{out}\n")
    accepted = taken("sales", path, **OTHER)
    assert accepted.columns["amount"] == [100]
    assert [row.line for row in accepted.rejected] == [3]
    assert accepted.doubtful


def test_what_was_paid_is_no_answer(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Client,Amount,Paid\n2026-10-02,A,100,100\n2026-10-03,B,20,0\n")
    assert taken("sales", path, **OTHER).columns["amount"] == [100, 20]


@pytest.mark.parametrize(
    ("heading", "cells", "outcomes"),
    [
        ("Status", "Attended,No-show,Cancelled by client,Late cancel,Checked in", "yes,no,no,no,yes"),
        ("Asistencia", "Acudió,No acudió,Cancelada por el cliente", "yes,no,no"),
        ("Statut", "Honoré,Annulation tardive,Absent", "yes,no,no"),
        ("Presença", "Presente,Não veio,Cancelado pelo cliente", "yes,no,no"),
        ("Prezență", "S-a prezentat,Nu s-a prezentat,Anulată de client", "yes,no,no"),
    ],
)
def test_what_became_of_a_session(tmp_path: Path, heading: str, cells: str, outcomes: str) -> None:
    rows = "".join(f"C{number},2026-10-0{number} 10:00,{cell}\n" for number, cell in enumerate(cells.split(","), 1))
    accepted = taken("sessions", written(tmp_path, f"Client,Scheduled,{heading}\n{rows}"))
    assert accepted.columns["completed"] == outcomes.split(",")


@pytest.mark.parametrize("heading", ["Billable hours", "Horas facturables", "Heures facturables", "Ore facturabile"])
def test_billable_hours_are_productive(tmp_path: Path, heading: str) -> None:
    path = written(tmp_path, f"Date,Assistant,On duty,{heading}\n2026-10-02,A,8,6\n2026-10-03,A,7,7\n")
    assert taken("hours", path, given={"available": "On duty"}).columns["productive"] == [6, 7]


# Workbooks


def cover(sheet: Worksheet) -> None:
    sheet.append(["Exported by Foo"])
    sheet.append(["Company", "Date"])


def month(number: int) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Date", "Client", "Amount"])
        sheet.append([datetime(2026, number, 2), "A", number])

    return fill


def test_a_cover_is_passed_over_and_a_sheet_for_each_month_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = make(tmp_path / "Ours.xlsx", Filled("service-business", currency="USD"))
    source = book(tmp_path / "months.xlsx", cover, month(10), month(11))
    words = ["import", str(ours), "sales", str(source), "--set", "kind=other", "--add-new"]
    assert main.main(words) == 1
    told = capsys.readouterr().out
    assert "Read from the sheet “Page 2”" in told
    assert "Other sheets of the file hold such rows, too, and were not taken: “Page 3”" in told
    assert main.main([*words, "--sheet", "Page 3"]) == 0
    rows = opened(ours).entries.tables["sales"]
    assert rows is not None
    assert rows.numbers["amount"].tolist() == [10, 11]


def test_without_a_sheet_that_suits_the_first_one_is_read(tmp_path: Path) -> None:
    source = book(tmp_path / "two.xlsx", cover, month(10))
    assert read_source(source).sheet == read_source(source, weigh=lambda _: 0).sheet == "Page 1"
    assert read_source(source, weigh=lambda one: len(one.rows[0])).sheet == "Page 2"


@pytest.mark.parametrize("hide", ["row", "filter"])
def test_hidden_rows_are_taken_and_told(tmp_path: Path, hide: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Date", "Client", "Amount"])
        for number in range(1, 6):
            sheet.append([datetime(2026, 10, number), "C", number])
        for number in (3, 5):
            sheet.row_dimensions[number].hidden = True
        if hide == "filter":
            sheet.auto_filter.ref = "A1:C6"

    accepted = taken("sales", book(tmp_path / "hidden.xlsx", fill), **OTHER)
    assert accepted.columns["amount"] == [1, 2, 3, 4, 5]
    assert any("which were taken as well: 2." in text for text in said(accepted))
    assert accepted.doubtful


def test_hidden_rows_of_an_open_document_are_told(tmp_path: Path) -> None:
    """As LibreOffice writes them: a row hidden by hand, two that are alike and filtered away, blank ones to the end."""
    table, office, text = (f"urn:oasis:names:tc:opendocument:xmlns:{one}:1.0" for one in ("table", "office", "text"))

    def row(*cells: str, attributes: str = "") -> str:
        filled = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
        )
        return f"<table:table-row {attributes}>{filled}</table:table-row>"

    twice = 'table:visibility="filter" table:number-rows-repeated="2"'
    rows = [
        row("Date", "Client", "Amount"),
        row("2026-10-01", "A", "1"),
        row("2026-10-02", "B", "2", attributes='table:visibility="collapse"'),
        row("2026-10-03", "C", "3", attributes=twice),
        row("2026-10-04", "D", "4"),
        row("", attributes='table:number-rows-repeated="1048000"'),
    ]
    path = tmp_path / "rows.ods"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", "<manifest/>")
        file.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
            f'<office:spreadsheet><table:table table:name="Cover">{row("Sales")}</table:table>'
            f'<table:table table:name="Sales">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    accepted = taken("sales", path, sheet="Sales", **OTHER)
    assert accepted.columns["amount"] == [1, 2, 3, 3, 4]
    assert any("which were taken as well: 3." in line for line in said(accepted))
    assert accepted.doubtful


def test_hidden_rows_of_an_old_workbook_are_told(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [["Date", "Client", "Amount"]]
    rows += [[f"2026-10-0{number}", "C", float(number)] for number in range(1, 6)]
    path = written(tmp_path, old_excel.workbook(rows, 1252, "cp1252", hidden=(3, 5, 6)), "old.xls")
    accepted = taken("sales", path, **OTHER)
    assert accepted.columns["amount"] == [1, 2, 3, 4, 5]
    assert any("which were taken as well: 3." in text for text in said(accepted))
    assert accepted.doubtful


def test_headings_that_are_merged(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for place, heading in enumerate(("Date", "Client", "Sales"), start=1):
            sheet.cell(1, place, heading)
        sheet.cell(2, 3, "Amount")
        sheet.cell(2, 4, "Tax")
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(area)
        sheet.append([datetime(2026, 10, 2), "A", 100, 21])
        sheet.append([None, "Total", 100, 21])

    accepted = taken("sales", book(tmp_path / "merged.xlsx", fill), **OTHER)
    assert (accepted.columns["date"], accepted.columns["amount"]) == ([day(2026, 10, 2)], [100])


@pytest.mark.parametrize(
    ("page", "codec", "name"),
    [
        (1250, "cp1250", "Ştefănescu şi fiii"), (1252, "cp1252", "João Conceição"), (1251, "cp1251", "Привет"),
        # Without a page, by other numbers for one, and of DOS and the old Mac.
        (None, "cp1252", "Muñoz e hijos"), (0x8001, "cp1252", "Muñoz e hijos"), (0x8000, "mac_roman", "Muñoz e hijos"),
        (852, "cp852", "Ştefănescu"), (850, "cp850", "Muñoz e hijos"), (437, "cp437", "Muñoz e hijos"),
        # A program of another country that names its own.
        (1252, "cp1250", "Ştefănescu şi fiii"), (None, "cp1250", "Ţăranu şi Ştefan"),
    ],
)  # fmt: skip
def test_letters_of_excel_95(page: int | None, codec: str, name: str) -> None:
    rows: list[list[str | float]] = [["Date", "Client"], ["2026-10-02", name], [7.5, "x"]]
    called = "Año" if codec == "cp1252" else "S"
    (sheet,) = sheets_in(old_excel.workbook(rows, page, codec, called), None).sheets
    assert (sheet.name, sheet.rows) == (called, rows)


def test_a_workbook_of_excel_95(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [["Data", "Client", "Sumă"], ["02.10.2026", "Ştefănescu", 5.0]]
    path = written(tmp_path, old_excel.workbook(rows, 1250, "cp1250", "Vânzări"), "old.xls")
    accepted = taken("sales", path, sheet="vânzări", language="ro", **OTHER)
    assert (accepted.columns["client"], accepted.columns["amount"]) == (["Ștefănescu"], [5])
    with pytest.raises(UnknownSheet, match="Vânzări"):
        read_source(path, sheet="Altele")


# Which rows are there already


def test_another_invoice_is_another_sale(tmp_path: Path) -> None:
    """The same client buys the same for the same price on one day: twice, if the invoices say so."""
    table: dict[str, list[Value]] = {"date": [day(2026, 10, 2)], "client": ["Ana"], "kind": ["other"], "amount": [100]}
    known: dict[str, Mapping[str, Sequence[str]]] = {}

    def sold(heading: str, *numbers: str) -> int:
        """How many sales there are once an export with these numbers was taken in."""
        rows = "".join(f"2026-10-02,Ana,100,{number}\n" for number in numbers)
        path = written(tmp_path, f"Date,Client,Amount,{heading}\n{rows}")
        there = entry_table(catalogue().tables["sales"], table)
        accepted = taken("sales", path, existing=there, numbers=known, **OTHER)
        for id_, column in accepted.columns.items():
            table[id_] += column
        for name, found in accepted.numbers.items():
            known[name] = {**known.get(name, {}), **found}
        return len(table["date"])

    # She had typed the first one; each further one comes once, however often it is exported.
    assert sold("Invoice number", "1001") == 1
    assert sold("Invoice number", "1001") == 1
    assert sold("Invoice number", "1002") == 2
    assert sold("Invoice Number", "1001", "1002") == 2
    assert sold("Invoice number", "1001", "1002", "1003") == 3
    # Another program counts by numbers of its own, and one tells of none.
    assert sold("Order ID", "77", "78", "79") == 3
    assert sold("Remark", "a", "b") == 3
    assert sold("Order ID", "80") == 4


def test_a_workbook_knows_its_invoices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = make(tmp_path / "Ours.xlsx", Filled("service-business", currency="USD"))
    for number, told in (("1001", "New rows: 1"), ("1002", "taken as further ones: 1"), ("1002", "New rows: 0")):
        path = written(tmp_path, f"Date,Client,Amount,Factura\n2026-10-02,Ana,100,{number}\n")
        assert main.main(["import", str(ours), "sales", str(path), "--set", "kind=other", "--add-new"]) == 0
        assert told in " ".join(capsys.readouterr().out.split())
