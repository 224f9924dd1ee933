"""Exports in the shape of well-known products, written here by hand: what their columns mean without being told."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from kpixl.entries import entry_table
from sources import TABLES, day, said, taken, written


def test_zendesk_tickets(tmp_path: Path) -> None:
    text = """\
Id,Requester,Requester email,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Ticket type,Created at,Updated at,\
Organization,Solved at,Satisfaction Score
101,Ana Ruiz,ana@x.es,Ana Ruiz,Eva,Support,"Printer, again",a b,Solved,Normal,Incident,2026-10-01 09:00:00 +0000,\
2026-10-02 10:00:00 +0000,Robles SL,2026-10-02 09:30:00 +0000,Good
102,Bo Li,bo@x.es,Bo Li,-,Support,Password,,Open,-,-,2026-10-03 09:00:00 +0000,2026-10-03 09:00:00 +0000,-,,Not Offered
103,Cy,cy@x.es,Cy,Eva,Support,Invoice,,Closed,-,Question,2026-10-04 22:30:00 +0000,2026-10-06 08:00:00 +0000,Robles SL,\
2026-10-05 22:30:00 +0000,Bad with comment
"""
    path = written(tmp_path, text)
    requests = taken("requests", path, zone="Europe/Madrid")
    assert requests.rejected == ()
    assert requests.columns["id"] == ["101", "102", "103"]
    assert requests.columns["client"] == ["Robles SL", "Bo Li", "Robles SL"]
    assert requests.columns["opened"] == [day(2026, 10, 1, 11), day(2026, 10, 3, 11), day(2026, 10, 5, 0, 30)]
    assert requests.columns["resolved"] == [day(2026, 10, 2, 11, 30), None, day(2026, 10, 6, 0, 30)]
    assert requests.columns["assistant"] == ["Eva", None, "Eva"]
    assert requests.columns["kind"] == ["Incident", "Password", "Question"]
    assert said(requests)[0] == "Read as an export of Zendesk: Tickets."
    surveys = taken("surveys", path, zone="UTC")
    assert surveys.columns["score"] == [5, 1]
    assert surveys.columns["date"] == [day(2026, 10, 2, 9, 30), day(2026, 10, 5, 22, 30)]
    assert surveys.passed_over == 1


def test_hubspot_contacts(tmp_path: Path) -> None:
    text = """\
Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Lifecycle Stage,Create Date,\
Became a Customer Date,Original Source
1,Ana,Ruiz,ana@x.es,,Eva,New,Customer,2026-09-01 10:15,2026-10-03 09:00,Referrals
2,Bo,,bo@x.es,,Eva,New,Marketing Qualified Lead,2026-09-02 10:15,,Organic Search
3,Cy,Díaz,cy@x.es,,,,Subscriber,2026-09-03 10:15,,Direct Traffic
4,Dan,Popa,d@x.es,,,,Other,2026-09-04 10:15,,(No value)
"""
    path = written(tmp_path, text)
    leads = taken("leads", path)
    assert leads.columns["lead"] == ["Ana Ruiz", "Bo", "Cy Díaz", "Dan Popa"]
    assert leads.columns["date"] == [day(2026, 9, n, 10, 15) for n in (1, 2, 3, 4)]
    assert leads.columns["qualified"] == ["yes", "yes", "no", None]
    assert leads.columns["converted"] == [day(2026, 10, 3, 9), None, None, None]
    assert leads.columns["source"] == ["Referrals", "Organic Search", "Direct Traffic", None]
    clients = taken("clients", path)
    assert (clients.columns["client"], clients.passed_over) == (["Ana Ruiz"], 3)
    assert clients.columns["start"] == [day(2026, 10, 3, 9)]


def test_hubspot_companies(tmp_path: Path) -> None:
    text = """\
Record ID,Company name,Company owner,Create Date,Phone Number,City,Country/Region,Industry,Lifecycle Stage,Close Date
1,Robles SL,Eva,2026-08-01 10:15,,Madrid,Spain,,Customer,2026-09-10 12:00
2,Acme,Eva,2026-08-02 10:15,,Lyon,France,,Lead,
3,Popa SRL,Eva,2026-08-03 10:15,,Iași,Romania,,Customer,
"""
    clients = taken("clients", written(tmp_path, text))
    assert clients.columns["client"] == ["Robles SL", "Popa SRL"]
    assert clients.columns["start"] == [day(2026, 9, 10, 12), day(2026, 8, 3, 10, 15)]


def test_hubspot_deals(tmp_path: Path) -> None:
    text = """\
Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Deal Type,Associated Company
1,Website,Closed Won,2026-10-05 17:00,Eva,1200.5,New Business,Robles SL
2,Renewal,Closed Lost,2026-10-06 17:00,Eva,300,Existing Business,Acme
3,Support,Closed Won,2026-10-07 17:00,Eva,300,Existing Business,Acme
4,Other,Closed Won,2026-10-08 17:00,Eva,50,,Acme
"""
    sales = taken("sales", written(tmp_path, text))
    assert sales.columns["amount"] == [1200.5, 300, 50]
    assert sales.columns["client"] == ["Robles SL", "Acme", "Acme"]
    assert sales.columns["kind"] == ["new sales", "repeat sales", "other"]
    assert "“Kind”: rows without a word that kpixl knows, which got “other”: 1." in said(sales)


@pytest.mark.parametrize(
    "headings",
    [
        "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags",
        "Member,Email,Client,Project,Task,Description,Billable,Start date,Start time,Stop date,Stop time,Duration,Tags",
        "Usuario,Correo,Cliente,Proyecto,Tarea,Descripción,Facturable,Fecha de inicio,Hora de inicio,Fin,H,Duración,E",
    ],
)
def test_toggl_detailed(tmp_path: Path, headings: str) -> None:
    text = f"""{headings}
Eva,eva@x.es,Robles SL,Web,,Calls,Yes,2026-10-01,09:00:00,2026-10-01,16:30:00,07:30:00,
Eva,eva@x.es,,Office,,Post,No,2026-10-02,09:00:00,2026-10-02,09:45:00,00:45:00,
"""
    hours = taken("hours", written(tmp_path, text))
    assert hours.columns["assistant"] == ["Eva", "Eva"]
    assert hours.columns["date"] == [day(2026, 10, 1), day(2026, 10, 2)]
    assert hours.columns["available"] == [7.5, 0.75]
    assert hours.columns["productive"] == [7.5, 0]
    assert hours.columns["client"] == ["Robles SL", None]


def test_toggl_summary_with_a_date_given(tmp_path: Path) -> None:
    text = """\
Member,Project,Client,Duration,Billable duration
Eva,Web,Robles SL,31:15:00,30:00:00
Total,,,31:15:00,30:00:00
"""
    hours = taken("hours", written(tmp_path, text), constants={"date": "2026-10-31"})
    assert hours.columns["available"] == [31.25]
    assert hours.columns["productive"] == [30]
    assert hours.columns["date"] == [day(2026, 10, 31)]
    assert hours.passed_over == 1


def test_quickbooks_sales_by_customer_detail(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [
        ["Kpi Ltd."],
        ["Sales by Customer Detail"],
        ["October 1-31, 2026"],
        [],
        [
            None,
            "Date",
            "Transaction type",
            "Num",
            "Product/Service",
            "Memo/Description",
            "Qty",
            "Sales price",
            "Amount",
            "Balance",
        ],
        ["Robles SL"],
        [None, "10/02/2026", "Invoice", "1001", "Coaching", "October", 1, 500, 500, 500],
        [None, "10/20/2026", "Credit memo", "1002", "Coaching", None, -1, 50, -50, 450],
        ["Total for Robles SL", None, None, None, None, None, 0, None, 450],
        ["Total Fitness"],
        [None, "10/03/2026", "Sales receipt", "1003", "Late fee", None, 1, 20, 20, 20],
        [None, "10/04/2026", "Payment", "88", None, None, None, None, 20, 0],
        ["Total for Total Fitness", None, None, None, None, None, 1, None, 20],
        ["TOTAL", None, None, None, None, None, 1, None, 470],
        [],
        ["Saturday, Oct 31, 2026 09:12 AM GMT-07:00 - Accrual Basis"],
    ]:
        book.active.append(row)
    book.save(tmp_path / "sales.xlsx")
    sales = taken("sales", tmp_path / "sales.xlsx", currency="USD")
    assert sales.rejected == ()
    assert sales.columns == {
        "date": [day(2026, 10, 2), day(2026, 10, 20), day(2026, 10, 3)],
        "client": ["Robles SL", "Robles SL", "Total Fitness"],
        "kind": ["other", "other", "late fees"],
        "service": ["Coaching", "Coaching", "Late fee"],
        "amount": [500, -50, 20],
    }
    kinds = ["new sales", *sales.columns["kind"][1:]]
    # A workbook whose owner has deleted the column of clients.
    own = {"date": "Date", "kind": "Kind", "amount": "Amount"}
    assert {*taken("sales", tmp_path / "sales.xlsx", headings=own).columns} == {*own}
    bettered = entry_table(TABLES["sales"], {**sales.columns, "kind": kinds})
    again = taken("sales", tmp_path / "sales.xlsx", currency="USD", existing=bettered)
    assert (len(again), again.known) == (0, 3)


TRANSACTIONS = """\
Kpi Ltd.,,,,,,,,
Transaction List by Date,,,,,,,,
"October 1-31, 2026",,,,,,,,

Date,Transaction type,Num,Posting (Y/N),Name,Memo/Description,Account name,Split,Amount
10/02/2026,Invoice,1001,Y,Robles SL,,Accounts Receivable,Services,"1,500.00"
10/05/2026,Payment,77,Y,Robles SL,,Checking,Accounts Receivable,"1,500.00"
10/13/2026,Credit Memo,1002,Y,Robles SL,,Accounts Receivable,Services,-100.00
10/14/2026,Expense,,Y,Meta,Ads of October,Checking,Advertising & Marketing,-250.00
10/15/2026,Bill,,Y,Dell,Laptop,Accounts Payable,Fixed Assets:Computers,900.00
10/16/2026,Vendor Credit,,Y,Dell,Discount,Accounts Payable,Fixed Assets:Computers,-90.00
10/17/2026,Check,12,Y,Landlord,,Checking,Rent,-700.00
Total,,,,,,,,"$2,760.00"
"""


def test_quickbooks_transactions_as_sales_and_as_expenses(tmp_path: Path) -> None:
    path = written(tmp_path, TRANSACTIONS)
    sales = taken("sales", path, currency="USD")
    assert sales.columns["amount"] == [1500, -100]
    assert sales.columns["client"] == ["Robles SL", "Robles SL"]
    assert (sales.rejected, sales.passed_over) == ((), 6)
    expenses = taken("expenses", path, currency="USD")
    assert expenses.columns["amount"] == [250, 900, -90, 700]
    assert expenses.columns["kind"] == ["sales and marketing", "investment", "investment", "operating"]
    assert expenses.columns["description"] == ["Ads of October", "Laptop", "Discount", "Landlord"]
    assert expenses.columns["date"] == [day(2026, 10, n) for n in (14, 15, 16, 17)]


def test_quickbooks_expenses_by_vendor_in_spanish(tmp_path: Path) -> None:
    text = """\
;Fecha;Tipo de transacción;Núm.;Nota/Descripción;Cuenta;Importe;Saldo
Meta;;;;;;;
;14/10/2026;Gasto;;;Publicidad;1.250,50;1.250,50
Total de Meta;;;;;;1.250,50;
"""
    expenses = taken("expenses", written(tmp_path, text.encode("cp1252")), language="es", currency="EUR")
    assert expenses.columns["amount"] == [1250.5]
    assert expenses.columns["description"] == ["Meta"]
    assert expenses.columns["kind"] == ["sales and marketing"]
    assert said(expenses)[0] == "Read as an export of QuickBooks: Expenses by Vendor."
