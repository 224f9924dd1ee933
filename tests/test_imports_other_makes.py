"""Files of other makes than those in which faults were found, one or several for each kind: in other words, currencies
and languages. What is taken was worked out by hand, and whether somebody has to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpixl.imports import Filter, Said
from kpixl.imports.export_words import vocabularies
from sources import TABLES, day, matched, taken, written

OTHER = {"kind": "other"}


def only(column: str, values: str, *, keeps: bool = True) -> Said:
    return Said(filters=(Filter(column, values, keeps),))


FILES: dict[str, tuple[str, str, dict[str, Any], str, list[Any], bool]] = {
    "not this one: currency pln": (
        "sales",
        "Date,Client,Amount,Ccy\n2026-10-01,A,10,EUR\n2026-10-02,B,20,PLN\n2026-10-03,C,30,EUR\n",
        {"currency": "EUR", "constants": OTHER},
        "amount",
        [10, 30],
        True,
    ),
    "not this one: currency Devise": (
        "sales",
        "Date;Client;Montant;Devise\n01/10/2026;A;10,50;EUR\n14/10/2026;B;20,00;CHF\n",
        {"currency": "EUR", "language": "fr", "constants": OTHER},
        "amount",
        [10.5],
        True,
    ),
    "not this one: Estado devuelto": (
        "sales",
        "Fecha;Cliente;Importe;Estado\n01/10/2026;A;10,50;Cobrada\n14/10/2026;B;20,00;Anulada\n",
        {"currency": "EUR", "language": "es", "constants": OTHER},
        "amount",
        [10.5],
        True,
    ),
    "not this one: Statut brouillon": (
        "sales",
        "Date;Client;Montant;Statut\n01/10/2026;A;10;Payée\n14/10/2026;B;20;Brouillon\n",
        {"currency": "EUR", "language": "fr", "constants": OTHER},
        "amount",
        [10],
        True,
    ),
    "not this one: Stare anulat ro": (
        "sales",
        "Data;Client;Suma;Stare\n01.10.2026;A;10;Plătit\n14.10.2026;B;20;Anulat\n",
        {"currency": "RON", "language": "ro", "constants": OTHER},
        "amount",
        [10],
        True,
    ),
    "not this one: only": (
        "sales",
        "Date,Client,Amount,Branch\n2026-10-01,A,10,North\n2026-10-02,B,20,South\n",
        {"constants": OTHER, "said": only("branch", "south")},
        "amount",
        [20],
        False,
    ),
    "not this one: not": (
        "sales",
        "Date,Client,Amount,Branch\n2026-10-01,A,10,North\n2026-10-02,B,20,South\n2026-10-02,B,25,East\n",
        {"constants": OTHER, "said": only("Branch", "South,East", keeps=False)},
        "amount",
        [10],
        False,
    ),
    "not this one: refund amount": (
        "sales",
        "Date,Client,Amount,Type\n2026-10-01,A,10,Sale\n2026-10-02,B,20,Refund\n",
        {"constants": OTHER},
        "amount",
        [10, -20],
        True,
    ),
    "not this one: faturável pt": (
        "hours",
        "Data,Assistente,Tempo disponível,Faturável\n2026-10-01,Eva,3,Sim\n2026-10-02,Eva,2,Não\n",
        {"language": "pt"},
        "productive",
        [3, 0],
        False,
    ),
    "not this one: no-show column": (
        "sessions",
        "Scheduled,Client,No show\n2026-10-01 10:00,A,No\n2026-10-02 10:00,B,Yes\n",
        {},
        "completed",
        ["yes", "no"],
        False,
    ),
    "no outcome: blank completed": (
        "sessions",
        "Scheduled,Client,Completed\n2026-10-01 10:00,A,\n2026-10-02 10:00,B,\n",
        {},
        "completed",
        [None, None],
        True,
    ),
    "no outcome: nothing billable": (
        "hours",
        "Date,Assistant,Worked,Billable\n2026-10-01,Eva,3,No\n2026-10-02,Eva,2,No\n",
        {"given": {"available": "Worked"}},
        "productive",
        [0, 0],
        True,
    ),
    "no time of day: no time": (
        "requests",
        "Client,Opened,Resolved\nA,2026-10-01,2026-10-01\nB,2026-10-02,2026-10-05\n",
        {},
        "resolved",
        [day(2026, 10, 1), day(2026, 10, 5)],
        True,
    ),
    "no time of day: own duration": (
        "requests",
        "Client,Opened,Resolution time (hours)\nA,2026-10-01 09:00,5\nB,2026-10-02 09:00,1.5\n",
        {},
        "resolved",
        [day(2026, 10, 1, 14), day(2026, 10, 2, 10, 30)],
        False,
    ),
    "no time of day: minutes": (
        "requests",
        "Client,Opened,Resolution time (min)\nA,2026-10-01 09:00,90\nB,2026-10-02 09:00,30\n",
        {},
        "resolved",
        [day(2026, 10, 1, 10, 30), day(2026, 10, 2, 9, 30)],
        False,
    ),
    "half a date: dates mdy said": (
        "requests",
        "Client,Opened\nA,03/04/2026\nB,05/06/2026\n",
        {"said": Said(dates="mdy")},
        "opened",
        [day(2026, 3, 4), day(2026, 5, 6)],
        False,
    ),
    "half a date: dates dmy said en": (
        "requests",
        "Client,Opened\nA,03/04/2026\nB,05/06/2026\n",
        {"said": Said(dates="dmy")},
        "opened",
        [day(2026, 4, 3), day(2026, 6, 5)],
        False,
    ),
    "zones: GMT heading": (
        "requests",
        "Client,Opened (GMT)\nA,2026-01-01 12:00\n",
        {"zone": "Europe/Bucharest"},
        "opened",
        [day(2026, 1, 1, 14)],
        False,
    ),
    "zones: UTC+2 heading": (
        "requests",
        "Client,Opened (UTC+2)\nA,2026-01-01 12:00\n",
        {"zone": "UTC"},
        "opened",
        [day(2026, 1, 1, 10)],
        False,
    ),
    "zones: Z cells": (
        "requests",
        "Client,Opened\nA,2026-07-01T12:00:00Z\n",
        {"zone": "Europe/Lisbon"},
        "opened",
        [day(2026, 7, 1, 13)],
        False,
    ),
    "scales: recommend 1-5": (
        "surveys",
        "Date,Client,Recommend\n" + "".join(f"2026-10-{n:02},A{n},{n % 5 + 1}\n" for n in range(1, 13)),
        {},
        "recommend",
        [n % 5 + 1 for n in range(1, 13)],
        True,
    ),
    "totals: dated total": (
        "sales",
        "Date,Client,Amount\n2026-10-01,A,10\n2026-10-02,B,20\n2026-10-31,Total,30\n",
        {"constants": OTHER},
        "amount",
        [10, 20],
        False,
    ),
    "totals: hours on one day": (
        "hours",
        "Date,Assistant,Available,Productive\n2026-10-01,Eva,8,6\n2026-10-02,Eva,5400,6\n",
        {},
        "available",
        [8],
        True,
    ),
    "optional: misfit optional": (
        "leads",
        "Lead,Date,Converted\nA,2026-10-01,2026-10-05\nB,2026-10-02,perhaps\n",
        {},
        "converted",
        [day(2026, 10, 5), None],
        True,
    ),
    "optional: yes/no": (
        "leads",
        "Lead,Date,Converted\nA,2026-10-01,Oui\nB,2026-10-02,Non\n",
        {"language": "fr"},
        "converted",
        [day(2026, 10, 1), None],
        False,
    ),
    "optional: left out": (
        "leads",
        "Lead,Date,Converted\nA,2026-10-01,x\nB,2026-10-02,y\n",
        {"said": Said(left_out=frozenset({"converted"}))},
        "lead",
        ["A", "B"],
        False,
    ),
    "headings: data like headings": (
        "complaints",
        "When it came,Who,Reason\n2026-10-01,Client,Date\n2026-10-02,Reason,Client\n",
        {"given": {"received": "When it came", "client": "Who"}},
        "client",
        ["Client", "Reason"],
        False,
    ),
    "headings: of each page": (
        "sales",
        "Date,Client,Amount\n2026-10-01,A,10\nDate,Client,Amount\n2026-10-02,B,20\n",
        {"constants": OTHER},
        "amount",
        [10, 20],
        False,
    ),
    "headings: another table below": (
        "sales",
        "Date,Client,Amount\n2026-10-01,A,10\n,,\nDate,What,Amount\n2026-10-02,Rent,500\n,Total,500\n",
        {"constants": OTHER},
        "amount",
        [10],
        True,
    ),
    "headings: below another table": (
        "sales",
        "Date,Client,Amount\n2026-10-01,A,10\nFecha,Concepto,Importe\n2026-10-02,Rent,500\nDate,Client,Amount\n"
        "2026-10-03,B,7\n",
        {"constants": OTHER},
        "amount",
        [10, 7],
        True,
    ),
    "words: a deal under negotiation": (
        "sales",
        "Fecha;Cliente;Importe;Etapa\n02/10/2026;A;10;Ganada\n14/10/2026;B;20;En negociación\n",
        {"currency": "EUR", "language": "es", "constants": OTHER},
        "amount",
        [10],
        True,
    ),
    "zones: solved at": (
        "requests",
        "Client,Created (UTC),Solved at (UTC)\nA,2026-10-25 00:30,2026-10-25 02:30\n",
        {"zone": "Europe/Paris"},
        "resolved",
        [day(2026, 10, 25, 3, 30)],
        False,
    ),
    "words: 4/5": ("surveys", "Date,Client,Score\n2026-10-01,A,4/5\n2026-10-02,B,2/5\n", {}, "score", [4, 2], False),
    "words: words es": (
        "surveys",
        "Fecha,Cliente,Satisfacción\n2026-10-01,A,Muy satisfecho\n2026-10-02,B,Insatisfecho\n",
        {"language": "es"},
        "score",
        [5, 2],
        False,
    ),
    "words: 5 - Très": (
        "surveys",
        "Date,Client,Note\n2026-10-01,A,5 - Très satisfait\n2026-10-02,B,3 - Neutre\n",
        {"language": "fr", "given": {"score": "Note"}},
        "score",
        [5, 3],
        False,
    ),
    "words: value": (
        "sales",
        "Date,Client,Amount,Kind\n2026-10-01,A,10,Zap\n",
        {"said": Said(words={"kind": {"zap": "interest"}})},
        "kind",
        ["interest"],
        False,
    ),
    "formats: indian": (
        "sales",
        'Date,Client,Amount\n2026-10-01,A,"12,34,567.50"\n',
        {"currency": "INR", "constants": OTHER},
        "amount",
        [1234567.5],
        False,
    ),
    "formats: GBP code": (
        "sales",
        "Date,Client,Amount\n2026-10-01,A,GBP 10.25\n2026-10-02,B,£3\n",
        {"currency": "GBP", "constants": OTHER},
        "amount",
        [10.25, 3],
        False,
    ),
    "formats: swiss": (
        "sales",
        "Date;Client;Amount\n01.10.2026;A;1'234.50\n",
        {"currency": "CHF", "constants": OTHER},
        "amount",
        [1234.5],
        False,
    ),
    "formats: 20261005": ("requests", "Client,Opened\nA,20261005\n", {}, "opened", [day(2026, 10, 5)], False),
    "formats: PT": (
        "hours",
        "Date,Assistant,Available,Productive\n2026-10-01,Eva,PT7H30M,PT1H15M\n",
        {},
        "available",
        [7.5],
        False,
    ),
    "formats: 1h 20m": (
        "hours",
        "Date,Assistant,Available,Productive\n2026-10-01,Eva,8h,1h 20m\n",
        {},
        "productive",
        [4 / 3],
        False,
    ),
    "formats: minus behind": (
        "sales",
        "Date;Client;Amount\n2026-10-01;A;12,50-\n2026-10-02;A;1.000,00\n",
        {"currency": "EUR", "language": "es", "constants": OTHER},
        "amount",
        [-12.5, 1000],
        False,
    ),
    "formats: two names": (
        "requests",
        "First Name,Surname,Opened\nAna,Souza,2026-10-05\n",
        {"given": {"client": "First Name+Surname"}},
        "client",
        ["Ana Souza"],
        False,
    ),
    "formats: two leads one name": (
        "leads",
        "Lead,Date\nAnn,2026-10-01\nAnn,2026-10-09\n",
        {},
        "lead",
        ["Ann", "Ann"],
        False,
    ),
    "names: look-alike": (
        "sales",
        "Date,Client,Amount\n2026-10-01,Ana  Souza,5\n2026-10-02,ana souza,6\n2026-10-02,Ana Souza,6\n",
        {"constants": OTHER},
        "client",
        ["Ana Souza", "Ana Souza", "Ana Souza"],
        False,
    ),
    "her names: pt headings": (
        "requests",
        "Cliente,Abertura,Resolução\nA,2026-10-05 09:00,2026-10-05 11:00\n",
        {"language": "en"},
        "resolved",
        [day(2026, 10, 5, 11)],
        False,
    ),
    "her names: ro headings": (
        "sales",
        "Data;Client;Sumă\n05.10.2026;A;1.234,50\n",
        {"language": "ro", "currency": "RON", "constants": OTHER},
        "amount",
        [1234.5],
        False,
    ),
    **{
        f"Google Forms: {heading}": (
            "surveys",
            f"{heading},{question}\n5/10/2026 9:00:00,4\n13/10/2026 9:00:00,2\n",
            {"language": language},
            "score",
            [4, 2],
            False,
        )
        for heading, question, language in (
            ("Marca temporal", "¿Qué tan satisfecho está con nosotros? (1-5)", "es"),
            ("Carimbo de data/hora", "Qual é a sua satisfação conosco?", "pt"),
            ("Horodateur", "Quel est votre niveau de satisfaction ?", "fr"),
            ("Marcaj de timp", "Cât de mulțumit sunteți de noi?", "ro"),
        )
    },
}
"""Kind and make -> table, file, what is known beforehand, a field, its values, and whether somebody has to look."""


@pytest.mark.parametrize("name", FILES)
def test_what_is_taken_is_right(name: str, tmp_path: Path) -> None:
    table, text, options, field, expected, doubtful = FILES[name]
    accepted = taken(table, written(tmp_path, text), **options)
    assert accepted.columns[field] == pytest.approx(expected)
    assert accepted.doubtful is doubtful


HEADINGS: tuple[tuple[str, str, str], ...] = (
    ("complaints", "Complaint date,Customer,What happened,Date resolved", "received client reason resolved"),
    ("complaints", "Fecha de la queja,Cliente,Asunto,Solucionada", "received client reason resolved"),
    ("complaints", "Date de la réclamation,Client,Objet,Clôturée le", "received client reason resolved"),
    ("complaints", "Data da reclamação,Cliente,Assunto,Encerrada em", "received client reason resolved"),
    ("complaints", "Data reclamației,Client,Cauză,Soluționată la", "received client reason resolved"),
    ("complaints", "Date,Client,Reason", "received client reason"),
    ("requests", "Customer,Date received,Solved at", "client opened resolved"),
    ("requests", "Cliente,Fecha de recepción,Solucionado", "client opened resolved"),
    ("requests", "Client,Ouverture,Clôture", "client opened resolved"),
    ("requests", "Cliente,Data de recebimento,Encerrada em", "client opened resolved"),
    ("requests", "Client,Data primirii,Soluționată la", "client opened resolved"),
    ("hours", "Work date,Employee,Available hours,Billable hours", "date assistant available productive"),
    ("hours", "Día,Empleada,Disponibles,Horas facturables", "date assistant available productive"),
    ("hours", "Jour,Salariée,Disponibles,Heures facturables", "date assistant available productive"),
    ("hours", "Dia,Funcionária,Disponíveis,Horas faturáveis", "date assistant available productive"),
    ("hours", "Ziua,Angajată,Disponibile,Ore facturabile", "date assistant available productive"),
    ("sessions", "Client,Appointment", "client scheduled"),
    ("sessions", "Cliente,Cita", "client scheduled"),
    ("sessions", "Client,Rendez-vous", "client scheduled"),
    ("sessions", "Cliente,Atendimento", "client scheduled"),
    ("sessions", "Client,Programare", "client scheduled"),
    ("expenses", "Date,Memo,Cost", "date description amount"),
    ("expenses", "Fecha,Concepto,Coste", "date description amount"),
    ("expenses", "Date,Libellé,Coût", "date description amount"),
    ("expenses", "Data,Histórico,Custo", "date description amount"),
    ("expenses", "Data,Explicație,Cost", "date description amount"),
)
"""A table, headings as owners write them, and the fields that they are for."""


@pytest.mark.parametrize(("table", "headings", "fields"), HEADINGS, ids=[headings for _, headings, _ in HEADINGS])
def test_columns_are_found_by_what_owners_call_them(table: str, headings: str, fields: str, tmp_path: Path) -> None:
    row = ",".join("2026-10-02" if one in ("received", "resolved", "opened", "date", "scheduled") else "8"
                   for one in fields.split())  # fmt: skip
    found = matched(table, written(tmp_path, f"{headings}\n{row}\n"), constants=OTHER if table == "expenses" else {})
    assert {id_: found.column(id_) for id_ in found.fillings if found.fillings[id_].places} == dict(
        zip(fields.split(), headings.split(","), strict=True)
    )


@pytest.mark.parametrize("kind", ["fields", "choices"])
def test_words_are_of_fields_that_are_there(kind: str) -> None:
    there = {f"{table.id}.{field.id}" for table in TABLES.values() for field in table.fields}
    assert {name for one in vocabularies() for name in getattr(one, kind)} <= there
