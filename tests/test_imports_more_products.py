"""A file of each product that kpixl knows, with the headings that it really has and rows made up here: read without
being told, whatever the order of its columns and whatever is added to them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kpixl.errors import EntryError
from kpixl.imports import products
from sources import day, said, taken, written

D5, D6, D7 = day(2026, 10, 5), day(2026, 10, 6), day(2026, 10, 7)


@dataclass(frozen=True)
class Export:
    """A file, and what its rows are in a table."""

    product: str
    table: str
    lines: str
    columns: dict[str, list[Any]]
    left: int = 0
    """How many rows are none of the table's."""
    options: dict[str, Any] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


PAYPAL = """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","Transaction ID",\
"To Email Address"
"10/05/2026","09:00:00","PDT","Alder","Website Payment","Completed","USD","1,000.00","-29.30","970.70","a@x.org","T1",t
"10/13/2026","09:00:00","PDT","","General Withdrawal","Completed","USD","-970.70","0.00","-970.70","me@x.org","T2",t
"10/14/2026","09:00:00","PDT","Birch","Website Payment","Pending","USD","300.00","0.00","300.00","b@x.org","T3",t
"10/15/2026","09:00:00","PDT","Alder","Payment Refund","Completed","USD","-40.00","0.00","-40.00","me@x.org","T4",t
"""
PAYPAL_ES = """\
Fecha,Hora,Zona horaria,Descripción,Divisa,Bruto,Comisión,Neto,Nombre
05/10/2026,09:00:00,CEST,Pago recibido,EUR,"1.000,00","-29,30","970,70",Alder
13/10/2026,09:00:00,CEST,Retiro de fondos,EUR,"-970,70","0,00","-970,70",
"""
PAYPAL_PT = """\
Data,Hora,Fuso horário,Nome,Tipo,Status,Moeda,Valor bruto,Tarifa,Líquido
05/10/2026,09:00:00,BRT,Alder,Pagamento recebido,Concluído,BRL,"1.000,00","-29,30","970,70"
14/10/2026,09:00:00,BRT,Birch,Pagamento recebido,Pendente,BRL,"300,00","0,00","300,00"
"""
STRIPE = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Currency,Fee,Status,\
Customer ID,Customer Description,Invoice ID
ch_1,2026-10-05 09:00:00,100.00,0.00,usd,TRUE,100.00,usd,3.2,Paid,cus_A,,in_1
ch_2,2026-10-06 09:00:00,50.00,20.00,usd,TRUE,50.00,usd,1.7,Paid,cus_B,,
ch_3,2026-10-07 09:00:00,70.00,0.00,usd,FALSE,70.00,usd,0,Failed,cus_C,,in_3
"""
UPWORK = """\
"Date","Ref ID","Type","Description","Agency","Freelancer","Team","Account Name","PO","Amount",\
"Amount in local currency","Currency","Balance"
"Oct 5, 2026","1","Hourly","Invoice","","Ann","Birch","Birch","","500.00","500.00","USD","500.00"
"Oct 5, 2026","2","Service Fee","Fee for 1","","Ann","Birch","Birch","","-50.00","-50.00","USD","450.00"
"Oct 12, 2026","3","Withdrawal","To the bank","","Ann","","","","-450.00","-450.00","USD","0.00"
"""
SQUARE = """\
Date,Time,Time Zone,Category,Item,Qty,Price Point Name,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,\
Event Type,Customer Name
10/05/2026,10:15:00,Eastern Time,Care,Cut,1.0,Regular,$40.00,$5.00,$35.00,$2.80,S1,Payment,Alder
10/06/2026,10:15:00,Eastern Time,Care,Cut,-1.0,Regular,($40.00),$0.00,($40.00),($3.20),S2,Refund,Birch
"""
WAVE = """\
Transaction ID,Transaction Date,Account Name,Transaction Description,Transaction Line Description,Amount (One column),\
Debit Amount (Two Column Approach),Credit Amount (Two Column Approach),Customer,Vendor,Account Group,Account Type
1,2026-10-05,Cash on Hand,Invoice,,300.00,300.00,,Alder,,Asset,Cash and Bank
1,2026-10-05,Sales,Invoice,,300.00,,300.00,Alder,,Income,Income
2,2026-10-06,Advertising & Promotion,Ads,Ads,80.00,80.00,,,Adco,Expense,Operating Expense
2,2026-10-06,Cash on Hand,Ads,,-80.00,,80.00,,Adco,Asset,Cash and Bank
"""
ZOHO_DEALS = """\
Potential Name,Account Name,Closing Date,Amount,Stage,Type,Potential Owner
One,Alder,2026-10-05,1000,Closed Won,New Business,Ann
Two,Birch,2026-10-06,2000,Closed Lost,New Business,Ann
Three,Cedar,2026-10-07,4000,Negotiation/Review,Existing Business,Ann
"""
CLOCKIFY = """\
"Project","Client","Description","Task/Activity","User","Group","Email","Tags","Billable","Start Date","Start Time",\
"End Date","End Time","Duration (h)","Duration (decimal)","Billable Rate (USD)","Billable Amount (USD)"
"Site","Alder","","","Ann","","","","Yes","10/13/2026","09:00 AM","10/13/2026","11:00 AM","02:00:00","2.00","40","80"
"In","","Talk","","Ann","","","","No","10/14/2026","09:00 AM","10/14/2026","03:00 PM","06:00:00","6.00","0","0"
"""
HARVEST = """\
Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Approved?,First Name,Last Name,Roles,Employee?,\
Billable Rate,Billable Amount,Cost Rate,Cost Amount,Currency
2026-10-05,Alder,Site,S,Texts,,2.5,Yes,No,No,Ann,Oak,,Yes,40,100,0,0,USD
2026-10-06,Alder,In,I,Talk,,1.5,No,No,No,Ann,Oak,,Yes,0,0,0,0,USD
"""
TEMPO = """\
Issue Key,Issue summary,Hours,Work date,Username,Full name,Account Customer,Billed Hours
A-1,Texts,3,2026-10-05 09:00,ann,Ann Oak,Alder,2
"""
CALENDLY = """\
User Name,Team,Invitee Name,Invitee Email,Event Type Name,Start Date & Time,End Date & Time,Event Created Date & Time,\
Canceled,Canceled By,Cancellation reason,Marked as No-Show
Ann,,Dana,d@x.org,Talk,2026-10-05 11:00 am,2026-10-05 11:30 am,2026-10-02 01:40 am,false,,,No
Ann,,Emil,e@x.org,Talk,2026-10-06 02:00 pm,2026-10-06 02:30 pm,2026-10-02 01:40 am,true,Emil,ill,No
Ann,,Fay,f@x.org,Talk,2026-10-07 12:00 pm,2026-10-07 12:30 pm,2026-10-02 01:40 am,false,,,Yes
"""
FRESHDESK = """\
Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Company Name,\
Full name,Tags
7,Hello,Closed,Low,Email,Question,Ann,G,2026-10-05 09:00:00,2026-10-06 09:00:00,2026-10-05 12:30:00,Alder,Zoe,t
8,Bye,Open,Low,Email,,Ann,G,2026-10-06 09:00:00,,,,Bo,
"""
SALESFORCE_CASES = """\
Case Number,Account Name,Subject,Status,Date/Time Opened,Date/Time Closed,Case Owner,Age
1,Alder,Hello,Closed,2026-10-05 09:00,2026-10-05 10:00,Ann,1
"""
OPPORTUNITIES = """\
Opportunity Name,Account Name,Stage,Amount,Close Date,Type,Opportunity Owner
One,Alder,Closed Won,1000,2026-10-05,New Business,Ann
Two,Birch,Closed Lost,2000,2026-10-05,New Business,Ann
"""
HUBSPOT_DEALS = """\
Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Associated Company,Deal Type
1,One,Closed won (Sales Pipeline),2026-10-05,Ann,1000,Alder,New Business
2,Two,Closed lost (Sales Pipeline),2026-10-06,Ann,2000,Birch,New Business
3,Three,closedwon,2026-10-07,Ann,40,Dale,existingbusiness
"""
FEEDBACK = """\
Record ID,Contact Id,Rating,Date,Survey Name,NPS,CSAT
1,11,9,2026-10-05,Loyalty,Promoter,
2,12,4,2026-10-06,Service,,Satisfied
"""
JIRA = """\
Summary,Issue key,Issue Type,Status,Assignee,Reporter,Created,Resolved,Due Date
Texts,A-1,Task,Done,Ann,Alder,05/Oct/26 9:00 AM,06/Oct/26 10:00 AM,07/Oct/26 12:00 AM
"""
SURVEYMONKEY = """\
Respondent ID,Collector ID,Start Date,End Date,How satisfied are you?
,,,,Response
11,5,10/05/2026 09:00:00 AM,10/05/2026 09:02:00 AM,Very satisfied
12,5,10/13/2026 09:00:00 AM,10/13/2026 09:02:00 AM,2
"""
MERCADO = """\
Data de pagamento,Tipo de operação,Número do movimento,Operação relacionada,Valor,Total
05/10/2026,Pagamento,1,11,"100,50","100,50"
06/10/2026,Saque,2,,"-90,00","10,50"
"""
ZOHO_LEADS = """\
Lead Name,Lead Owner,Company,Lead Source,Lead Status,Created Time
Alder,Ann,Alder Ltd,Web,Qualified,2026-10-05 09:00
Birch,Ann,Birch Ltd,Fair,Junk Lead,2026-10-06 09:00
"""
ZOHO_CASES = """\
Case Number,Subject,Status,Case Origin,Case Reason,Created Time,Account Name
1,Late,Closed,Email,,2026-10-05,Alder
2,Lost,On Hold,Phone,Delay,2026-10-06,Birch
"""
SHOPIFY = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,\
Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Billing Name,Refunded Amount,Id
#1001,a@x.org,paid,2026-10-05 09:00:00,fulfilled,,no,USD,90.00,10.00,0.00,100.00,,0,,2026-10-05 09:00:00,1,Plan,60.00,\
Alder,0.00,1
#1001,a@x.org,,,,,,,,,,,,,,2026-10-05 09:00:00,1,Card,30.00,,,
#1002,b@x.org,partially_refunded,2026-10-06 09:00:00,,,no,USD,50.00,0.00,0.00,50.00,,0,,2026-10-06 09:00:00,1,Plan,\
50.00,Birch,20.00,2
#1003,c@x.org,voided,,,,no,USD,70.00,0.00,0.00,70.00,,0,,2026-10-07 09:00:00,1,Plan,70.00,Cedar,0.00,3
"""
EBAY = """\
"Sales Record Number","Order Number","Buyer Username","Buyer Name","Buyer Email","Item Number","Item Title","Quantity",\
"Sold For","Shipping And Handling","Total Price","Payment Method","Sale Date","Paid On Date","Shipped On Date",\
"Feedback Left","Transaction ID"
"21","1-2","ald","Alder","a@x.org","77","Lamp","1","$35.00","$5.00","$40.00","Other","Oct-05-26","Oct-06-26","","No","9"
"""
ASANA = """\
Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,Due Date,Tags,\
Notes,Projects,Parent task
120,2026-10-05,2026-10-06,2026-10-06,Texts,To do,Ann,ann@x.org,,2026-10-07,,,Site,
121,2026-10-06,,2026-10-06,Pictures,To do,Bo,bo@x.org,,,,,Site,
"""
CLICKUP = """\
Task ID,Task Name,Status,Date Created,Due Date,Start Date,Date Updated,Date Closed,Assignees,Priority,List Name,\
Space Name
8xa,Texts,complete,2026-10-05,2026-10-07,,2026-10-06,2026-10-06,Ann,,Site,Work
"""
PIPEDRIVE = """\
Deal - Title,Deal - Status,Deal - Value,Deal - Currency of Value,Deal - Organization,Deal - Contact person,\
Deal - Owner,Deal - Stage,Deal - Deal created,Deal - Won time,Deal - Lost time
One,Won,1000,USD,Alder,Zoe,Ann,Offer,2026-09-01 10:00:00,2026-10-05 09:00:00,
Two,Lost,2000,USD,Birch,Yan,Ann,Offer,2026-09-01 10:00:00,,2026-10-06 09:00:00
Three,Open,4000,USD,Cedar,Xia,Ann,Offer,2026-09-01 10:00:00,,
"""
XERO = """\
ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,\
Description,Quantity,UnitAmount,LineAmount,AccountCode,TaxType,TaxAmount,Currency,Type,Sent,Status
Alder,a@x.org,INV-1,,05/10/2026,19/10/2026,240,40,240,0,Texts,2,50,100,200,20%,20,USD,Sales invoice,Yes,Paid
Alder,a@x.org,INV-1,,05/10/2026,19/10/2026,240,40,240,0,Talk,1,100,100,200,20%,20,USD,Sales invoice,Yes,Paid
Alder,a@x.org,CN-1,,13/10/2026,13/10/2026,-36,-6,0,0,Talk,1,30,30,200,20%,6,USD,Sales credit note,Yes,Paid
Birch,b@x.org,INV-2,,13/10/2026,27/10/2026,60,10,0,60,Talk,1,50,50,200,20%,10,USD,Sales invoice,No,Draft
"""
WOO = """\
Date,Order #,Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,Attribution
2026-10-05 09:00:00,1001,Completed,Alder,New,Plan × 1,1,,150.00,Direct
2026-10-06 09:00:00,1002,Cancelled,Birch,Returning,Plan × 2,2,,300.00,Direct
"""
ACUITY = """\
Start Time,End Time,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Paid?,Amount Paid Online,\
Certificate Code,Notes,Date Scheduled,Label,Scheduled By,Appointment ID
"October 5, 2026 9:00 am","October 5, 2026 10:00 am",Zoe,Alder,,z@x.org,Talk,Ann,50.00,yes,50.00,,,2026-09-20,,,7
"""
FRESHBOOKS = """\
Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Item Name,Item Description,Rate,Quantity,\
Discount Percentage,Line Subtotal,Line Total,Currency
Alder,0001,2026-10-05,Paid,2026-10-09,Texts,,50.00,2,0,100.00,120.00,USD
Birch,0002,2026-10-06,Draft,,Talk,,50.00,1,0,50.00,60.00,USD
"""
MS_FORMS = """\
ID,Start time,Completion time,Email,Name,How satisfied are you?
1,2026-10-05 08:58:00,2026-10-05 09:00:00,anonymous,Zoe,4
"""
EUR = {"currency": "EUR", "language": "es"}
BRL = {"currency": "BRL", "language": "pt"}
UTC = {"zone": "UTC"}
EXPORTS = [
    Export("PayPal", "sales", PAYPAL, {"date": [D5, day(2026, 10, 15)], "amount": [1000, -40]}, 2),
    Export("PayPal", "sales", PAYPAL_ES, {"date": [D5], "client": ["Alder"], "amount": [1000]}, 1, EUR),
    Export("PayPal", "sales", PAYPAL_PT, {"date": [D5], "client": ["Alder"], "amount": [1000]}, 1, BRL),
    Export("Stripe", "sales", STRIPE, {"client": ["cus_A", "cus_B"], "amount": [100, 30]}, 1, UTC),
    Export("Upwork", "sales", UPWORK, {"date": [D5], "client": ["Birch"], "amount": [500]}, 2),
    Export("Upwork", "expenses", UPWORK, {"date": [D5], "amount": [50], "kind": ["operating"]}, 2),
    Export("Square", "sales", SQUARE, {"client": ["Alder", "Birch"], "service": ["Cut"] * 2, "amount": [35, -40]}),
    Export("Wave", "sales", WAVE, {"client": ["Alder"], "amount": [300]}, 3),
    Export("Wave", "expenses", WAVE, {"amount": [80], "kind": ["sales and marketing"]}, 3),
    Export("Zoho CRM", "sales", ZOHO_DEALS, {"client": ["Alder"], "kind": ["new sales"], "amount": [1000]}, 2),
    Export("Zoho CRM", "leads", ZOHO_LEADS, {"lead": ["Alder", "Birch"], "qualified": ["yes", "no"]}),
    Export("Zoho CRM", "complaints", ZOHO_CASES, {"status": ["resolved", "open"], "reason": ["Email", "Delay"]}),
    Export("Salesforce", "sales", OPPORTUNITIES, {"client": ["Alder"], "kind": ["new sales"], "amount": [1000]}, 1),
    Export("Salesforce", "requests", SALESFORCE_CASES, {"id": ["1"], "resolved": [day(2026, 10, 5, 10)]}),
    Export("HubSpot", "sales", HUBSPOT_DEALS, {"kind": ["new sales", "repeat sales"], "amount": [1000, 40]}, 1),
    Export("HubSpot feedback", "surveys", FEEDBACK, {"recommend": [9, None], "score": [None, 4]}),
    Export("Clockify", "hours", CLOCKIFY, {"available": [2, 6], "productive": [2, 0], "assistant": ["Ann"] * 2}),
    Export("Harvest", "hours", HARVEST, {"available": [2.5, 1.5], "productive": [2.5, 0], "client": ["Alder"] * 2}),
    Export("Tempo", "hours", TEMPO, {"available": [3], "productive": [2], "client": ["Alder"]}),
    Export("Calendly", "sessions", CALENDLY, {"client": ["Dana", "Emil", "Fay"], "completed": ["yes", "no", "no"]}),
    Export("Freshdesk", "requests", FRESHDESK, {"client": ["Alder", "Bo"], "opened": [D5 + 0.375, D6 + 0.375]}),
    Export("Jira", "tasks", JIRA, {"id": ["A-1"], "completed": [day(2026, 10, 6, 10)], "due": [D7]}),
    Export("Jira", "requests", JIRA, {"client": ["Alder"], "opened": [day(2026, 10, 5, 9)]}),
    Export("SurveyMonkey", "surveys", SURVEYMONKEY, {"score": [5, 2]}, 1,
           {"given": {"score": "How satisfied are you?"}}),
    Export("Google Forms", "surveys", "Marca temporal,Nota\n5/10/2026 9:00:00,4\n", {"date": [day(2026, 10, 5, 9)]}, 0,
           {**EUR, "given": {"score": "Nota"}}),
    Export("Mercado Pago", "sales", MERCADO, {"date": [D5], "amount": [100.5]}, 1, BRL),
    Export("Shopify", "sales", SHOPIFY, {"client": ["Alder", "Birch"], "amount": [100, 30]}, 2),
    Export("eBay", "sales", EBAY, {"date": [D6], "client": ["Alder"], "service": ["Lamp"], "amount": [40]}),
    Export("Asana", "tasks", ASANA, {"id": ["120", "121"], "assigned": [D5, D6], "completed": [D6, None],
                                     "due": [D7, None], "assistant": ["Ann", "Bo"]}),
    Export("ClickUp", "tasks", CLICKUP, {"id": ["8xa"], "assigned": [D5], "completed": [D6], "due": [D7]}),
    Export("Pipedrive", "sales", PIPEDRIVE, {"date": [D5 + 0.375], "client": ["Alder"], "amount": [1000]}, 2),
    Export("Xero", "sales", XERO, {"client": ["Alder"] * 3, "amount": [100, 100, -30]}, 1),
    Export("WooCommerce", "sales", WOO, {"client": ["Alder"], "amount": [150]}, 1),
    Export("Acuity Scheduling", "sessions", ACUITY, {"client": ["Zoe Alder"], "scheduled": [D5 + 0.375],
                                                     "completed": ["yes"], "assistant": ["Ann"]}),
    Export("FreshBooks", "sales", FRESHBOOKS, {"client": ["Alder"], "service": ["Texts"], "amount": [100]}, 1),
    Export("Microsoft Forms", "surveys", MS_FORMS, {"date": [D5 + 0.375], "client": ["Zoe"], "score": [4]}, 0,
           {"given": {"score": "How satisfied are you?"}}),
]  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.product}: {export.table}")
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "turned round"])
def test_exports_are_read_without_being_told(tmp_path: Path, export: Export, turned: bool) -> None:
    rows = list(csv.reader(io.StringIO(export.lines)))
    if turned:
        rows = [["Colour" if row is rows[0] else "blue", *reversed(row)] for row in rows]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    accepted = taken(export.table, written(tmp_path, text.getvalue()), **{"currency": "USD"} | export.options)
    assert any(f"export of {export.product}:" in line for line in said(accepted))
    assert accepted.rejected == ()
    assert {id_: accepted.columns[id_] for id_ in export.columns} == export.columns
    assert accepted.passed_over == export.left


COUNTED = ("amount", "available", "productive", "completed", "qualified", "score", "recommend", "resolved")
"""Fields that figures are made of, whatever a row is called."""


@pytest.mark.parametrize("export", EXPORTS, ids=lambda one: f"{one.product}-{one.table}")
def test_no_figure_is_another_in_silence_where_a_column_is_lacking(tmp_path: Path, export: Export) -> None:
    rows = list(csv.reader(io.StringIO(export.lines)))
    whole = {"currency": "USD"} | export.options
    for place, heading in enumerate(rows[0]):
        if heading in export.options.get("given", {}).values():
            continue
        text = io.StringIO(newline="")
        csv.writer(text).writerows([row[:place] + row[place + 1 :] for row in rows])
        try:
            accepted = taken(export.table, written(tmp_path, text.getvalue()), **whole)
        except EntryError:  # asked for
            continue
        there = [id_ for id_ in COUNTED if id_ in export.columns and id_ in accepted.columns]
        same = [accepted.columns[id_] == export.columns[id_] for id_ in there]
        same.append(len(accepted) == len(next(iter(export.columns.values()))))
        assert all(same) or accepted.doubtful, (heading, said(accepted))


def test_every_product_has_a_file(tmp_path: Path) -> None:
    tested = {export.product for export in EXPORTS} | {"QuickBooks", "Toggl Track", "Zendesk"}
    assert {product.name for product in products()} == tested
    assert len(tested) >= 30


def test_a_kind_of_row_that_the_profile_does_not_know_is_told(tmp_path: Path) -> None:
    strange = PAYPAL.replace("Payment Refund", "Lottery Prize")
    accepted = taken("sales", written(tmp_path, strange), currency="USD")
    assert accepted.columns["amount"] == [1000]
    assert accepted.doubtful
    assert any("Lottery Prize (1)" in line for line in said(accepted))
    assert not taken("sales", written(tmp_path, PAYPAL), currency="USD").doubtful
