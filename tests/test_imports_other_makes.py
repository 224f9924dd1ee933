"""Files of other makes than those in which faults were found, one or several for each kind: in other words, currencies
and languages. What is taken was worked out by hand, and whether somebody has to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpixl.imports import Filter, Said
from sources import day, taken, written

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
