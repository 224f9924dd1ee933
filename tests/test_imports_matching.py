"""Which column fills which field: the order in which names count, what is never guessed, and products as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest

from kpixl.errors import MissingMapping, UnknownColumn, UnknownField, UnreadableSource
from kpixl.i18n import language
from kpixl.imports import AmbiguousColumn, How, Kept, Manners, MappedAndSet, Match, products, rows_for
from kpixl.languages import codes
from kpixl.texts.words import choice_words
from sources import TABLES, day, matched, said, taken, written


class Headed(Protocol):
    def __call__(self, *columns: str, rows: str = "") -> Path: ...


@pytest.fixture
def headed(tmp_path: Path) -> Headed:
    def write(*columns: str, rows: str = "") -> Path:
        return written(tmp_path, "\t".join(columns) + "\n" + rows)

    return write


def how(found: Match) -> dict[str, tuple[str, How]]:
    return {id_: (found.column(id_), filling.how) for id_, filling in found.fillings.items()}


def test_what_is_given_counts_first_and_a_column_fills_one_field(headed: Headed) -> None:
    path = headed("client", "Kunde", "opened")
    found = matched("requests", path, given={"client": "Kunde"})
    assert how(found) == {"client": ("Kunde", How.GIVEN), "opened": ("opened", How.ID)}
    assert (found.unused, found.missing, found.ambiguous) == (("client",), (), {})
    moved = matched("requests", path, given={"assistant": "client"})
    assert (how(moved)["assistant"], moved.missing) == (("client", How.GIVEN), ("client",))


def test_the_order_of_the_ways_to_find_a_column(headed: Headed) -> None:
    names: dict[str, Any] = {
        "remembered": {"kind": ["Topic", "Tema"]},
        "headings": {"kind": "What", "opened": "In", "client": "Who"},
    }
    assert how(matched("requests", headed("Kind", "What", "TOPIC"), **names))["kind"] == ("TOPIC", How.REMEMBERED)
    assert how(matched("requests", headed("Kind", "What"), **names))["kind"] == ("Kind", How.ID)
    assert how(matched("requests", headed("What", "Tipo"), **names))["kind"] == ("What", How.HEADING)
    spanish = language("es")(TABLES["requests"].field("kind").heading)
    assert how(matched("requests", headed(spanish, "x"), **names))["kind"] == (spanish, How.CATALOGUE)


def test_names_compare_without_case_accents_punctuation_and_spaces(headed: Headed) -> None:
    found = matched("requests", headed("  CLIÉNT ", "Opened_(local   time)"), given={"opened": "opened local time"})
    assert how(found) == {"client": ("CLIÉNT", How.ID), "opened": ("Opened_(local time)", How.GIVEN)}


@pytest.mark.parametrize("code", sorted(codes()))
@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_recognised_by_its_headings_in_every_language(tmp_path: Path, name: str, code: str) -> None:
    fields = TABLES[name].fields
    path = written(tmp_path, "\t".join(language(code)(field.heading) for field in fields) + "\n")
    found = matched(name, path, language="en")
    assert {id_: filling.places for id_, filling in found.fillings.items()} == {
        field.id: (place,) for place, field in enumerate(fields)
    }


@pytest.mark.parametrize(
    ("table", "field", "names"),
    [
        ("leads", "salesperson", ["Sales rep", "Vendedora", "Commercial", "Consultor de vendas", "Agent de vânzări"]),
        ("clients", "assistant", ["Account manager", "Empleado", "Collaborateur", "Funcionária", "Angajat"]),
        ("clients", "site", ["Branch", "Sucursal", "Établissement", "Filial", "Punct de lucru"]),
        ("expenses", "source", ["Campaign", "Canal de marketing", "Campagne", "Mídia", "Canal"]),
        ("complaints", "contact", ["Touchpoint", "Punto de contacto", "Point de contact", "Ponto de contato",
                                   "Momentul contactului"]),
        ("hours", "worked", ["Time worked", "Horas trabajadas", "Heures effectuées", "Horas reais", "Ore lucrate"]),
    ],
)  # fmt: skip
def test_what_other_programs_call_a_column(table: str, field: str, names: list[str], headed: Headed) -> None:
    others = [one.id for one in TABLES[table].fields if one.required]
    for name in names:
        assert how(matched(table, headed(*others, name)))[field][0] == name


@pytest.mark.parametrize(
    "names",
    [("Disponibles", "Productivas"), ("Disponibles", "Productives"), ("Disponíveis", "Produtivas"),
     ("Disponibile", "Productive"), ("Available time", "Billable hours")],
)  # fmt: skip
def test_hours_that_are_called_by_one_word(names: tuple[str, str], headed: Headed) -> None:
    found = how(matched("hours", headed("date", "assistant", *names)))
    assert (found["available"][0], found["productive"][0]) == names


def test_a_column_named_otherwise_waits_for_the_heading_itself(headed: Headed) -> None:
    """Where a column has the very heading, one that only may mean the same stays unused."""
    found = matched("leads", headed("date", "lead", "Sales rep", "Salesperson"))
    assert (how(found)["salesperson"][0], found.unused) == ("Salesperson", ("Sales rep",))


def test_columns_of_one_name_are_never_guessed_between(headed: Headed) -> None:
    path = headed("Client", "Opened", "Assistant", "ASSISTANT", rows="A\t2026-10-01\tx\ty\n")
    found = matched("requests", path)
    assert (found.ambiguous, found.missing) == ({"assistant": ("Assistant", "ASSISTANT")}, ())
    assert "assistant" not in rows_for(found, choice_words(found.table, {}), Manners(), Kept()).columns
    assert how(matched("requests", path, given={"assistant": "ASSISTANT"}))["assistant"] == ("ASSISTANT", How.GIVEN)
    found = matched("requests", headed("Client", "Opened", "opened"))
    assert found.missing == ("opened",)
    with pytest.raises(AmbiguousColumn, match=r"could fill “Opened”.*--map opened=COLUMN, one of: Opened, opened"):
        rows_for(found, choice_words(found.table, {}), Manners(), Kept())


def test_two_remembered_columns_that_are_both_there(headed: Headed) -> None:
    found = matched("requests", headed("Client", "Opened", "Topic", "Tema"), remembered={"kind": ["Topic", "Tema"]})
    assert found.ambiguous == {"kind": ("Topic", "Tema")}


def test_a_column_remembered_for_two_fields_fills_neither(headed: Headed) -> None:
    found = matched("requests", headed("Client", "In"), remembered={"opened": ["In"], "resolved": ["In"]})
    assert found.ambiguous == {"opened": ("In",), "resolved": ("In",)}
    assert found.missing == ("opened",)


def test_fields_that_the_workbook_has_no_column_for(headed: Headed) -> None:
    path = headed("Client", "Opened", "Kind")
    own = {"client": "Client", "opened": "Opened"}
    assert {*matched("requests", path, headings=own).fillings} == {"client", "opened"}
    assert {*matched("requests", path, headings=own, given={"kind": "Kind"}).fillings} == {"client", "opened", "kind"}


def test_what_is_given_and_not_there(headed: Headed) -> None:
    path = headed("Who", "When", "When")
    with pytest.raises(UnknownField, match=r"no field “hours”.*id, client, opened"):
        matched("requests", path, given={"hours": "Who"})
    with pytest.raises(UnknownField, match="no field “hours”"):
        matched("requests", path, constants={"hours": "8"})
    with pytest.raises(UnknownColumn, match=r"rows\.csv has no column “Whose”.*Who, When"):
        matched("requests", path, given={"client": "Whose"})
    with pytest.raises(UnreadableSource, match="more than one column is called “When”"):
        matched("requests", path, given={"opened": "When"})
    with pytest.raises(MappedAndSet, match="“client” is given both"):
        matched("requests", path, given={"client": "Who"}, constants={"client": "Ana"})
    with pytest.raises(MissingMapping, match=r"needs “Opened”.*--map opened=COLUMN, one of: Who, When"):
        rows_for(matched("requests", path, given={"client": "Who"}), {}, Manners(), Kept())


def test_a_value_for_every_row_needs_no_column(headed: Headed) -> None:
    found = matched("requests", headed("Client", "Opened"), constants={"client": "Ana", "opened": "2026-10-01"})
    assert (found.fillings, found.missing, found.unused) == ({}, (), ("Client", "Opened"))


# A product is a file


PRODUCT = """
name: Acme Desk
blanks: [n/a]
columns:
  who: [Asker]
  first: [Given]
  last: [Family]
  day: [Logged day]
  hour: [Logged hour]
  state: [State]
reports:
  - name: Cases
    table: requests
    marks: [who, day]
    only: {column: state, values: [Real]}
    totals: [Sum]
    fields:
      client: who
      opened: {join: [day, hour]}
      assistant: {join: [first, last]}
      kind: {first: [state], translate: {question: [Real]}}
"""


def test_adding_a_product_is_adding_a_file(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(PRODUCT, encoding="utf-8")
    (acme,) = products(tmp_path)
    assert (acme.id, acme.name) == ("acme", "Acme Desk")
    text = (
        "Asker,Logged day,Logged hour,Given,Family,State\n"
        "Ana,31/10/2026,9:30 PM,Eva,Ruiz,Real\n"
        "Bo,01/10/2026,10:00,n/a,Li,REAL\n"
        "Cy,01/10/2026,10:00,,,Test\n"
        "Sum,,,,,Real\n"
    )
    path = written(tmp_path, text)
    accepted = taken("requests", path, profiles=(acme,))
    assert accepted.columns == {
        "client": ["Ana", "Bo"],
        "opened": [day(2026, 10, 31, 21, 30), day(2026, 10, 1, 10)],
        "assistant": ["Eva Ruiz", "Li"],
        "kind": ["question", "question"],
    }
    assert (accepted.passed_over, accepted.rejected) == (2, ())
    assert matched("requests", path, profiles=(acme,)).column("opened") == "Logged day + Logged hour"
    assert matched("requests", path, profiles=()).missing == ("client", "opened")


def test_a_product_that_speaks_of_columns_it_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(PRODUCT.replace("client: who", "client: whom"), encoding="utf-8")
    with pytest.raises(ValueError, match="whom"):
        products(tmp_path)


def test_two_products_that_are_equally_likely_are_neither(tmp_path: Path) -> None:
    for name in ("acme", "other"):
        (tmp_path / f"{name}.yaml").write_text(PRODUCT, encoding="utf-8")
    path = written(tmp_path, "Asker,Logged day,Logged hour,State\nAna,31/10/2026,10:00,Real\n")
    assert matched("requests", path, profiles=products(tmp_path)).product is None


def test_the_products_speak_of_fields_and_choices_that_there_are() -> None:
    for product in products():
        for report in product.reports:
            table = TABLES[report.table]
            for id_, rules in report.fields.items():
                field = table.field(id_)
                wanted = {*(choice for rule in rules for choice in rule.translate), *(rule.default for rule in rules)}
                if field.type == "choice":
                    assert wanted - {None, ""} <= {*field.choices}, (product.id, report.name, id_)
            assert report.group is None or table.field(report.group)


def test_words_of_the_data_are_no_headings(tmp_path: Path) -> None:
    text = "Owner,Subject,Made,Due Date,State\nAnn,Call,2026-10-02,2026-10-05,Open\nAnn,Mail,soon,later,Completed\n"
    assert matched("tasks", written(tmp_path, text)).heading == 0
    text = "Date,Customer name,Topic,State\n2026-10-02,Alder,Invoice,Open\n2026-10-03,Birch,Service,Resolved\n"
    assert matched("complaints", written(tmp_path, text), given={"received": "Date"}).heading == 0
    # What the owner names is a heading, whatever stands above it.
    text = "Firm,Report,Month\nDay,Who,Owed\n2026-10-02,Alder,7\n"
    assert matched("sales", written(tmp_path, text), given={"date": "Day", "amount": "Owed"}).heading == 1


@pytest.mark.parametrize(
    "headings",
    [
        ("Customer name", "Start date", "End date"),
        ("Nombre del cliente", "Fecha de alta", "Fecha de baja"),
        ("Nom du client", "Date d’entrée", "Date de sortie"),
        ("Nome do cliente", "Data de início", "Data de saída"),
        ("Numele clientului", "Client din", "Data plecării"),
    ],
)
def test_what_owners_call_the_days_on_which_clients_come_and_go(headed: Headed, headings: tuple[str, ...]) -> None:
    found = matched("clients", headed(*headings))
    assert {id_: found.column(id_) for id_ in ("client", "start", "end")} == dict(
        zip(("client", "start", "end"), headings, strict=True)
    )


# Questions as headings


@pytest.mark.parametrize(
    ("recommend", "score"),
    [
        (
            "How likely are you to recommend us to a friend or colleague?",
            "Overall, how satisfied are you with our work?",
        ),
        ("On a scale of 0-10, how would you rate us?", "How was your visit? (1 to 5 stars)"),
        ("Would you recommend Acme? 0 = no, 10 = yes", "Overall, are you happy with what we did?"),
        ("¿Qué probabilidad hay de que nos recomiende a un amigo?", "¿Está usted contento con el servicio?"),
        ("Del 0 al 10, ¿qué nota nos pone?", "Valore nuestro trabajo del 1 al 5"),
        (
            "Quelle est la probabilité que vous nous recommandiez à un proche ?",
            "Êtes-vous satisfait de notre service ?",
        ),
        ("Sur une échelle de 0 à 10, quelle note ?", "Notez notre travail de 1 à 5"),
        ("Em uma escala de 0 a 10, que nota você nos dá?", "Você está satisfeito com o atendimento?"),
        ("Cât de probabil este să ne recomandați unui prieten?", "Cât de mulțumit sunteți de serviciile noastre?"),
        ("De la 0 la 10, ce notă ne dați?", "Ce notă ne dați de la 1 la 5?"),
    ],
)
def test_questions_are_known_by_what_they_ask(tmp_path: Path, recommend: str, score: str) -> None:
    """As forms export them: the question is the heading, with another one why, and one that asks for neither."""
    rows = csv_of(
        ["Timestamp", recommend, "Why would you recommend us? Or not?", score, "Where do you live?"],
        "2026-10-03 10:00,9,Good,4,Here",
    )
    found = matched("surveys", written(tmp_path, rows))
    assert (found.column("recommend"), found.column("score")) == (recommend, score)
    assert found.unused == ("Why would you recommend us? Or not?", "Where do you live?")


def test_two_questions_that_ask_the_same_are_asked_about(tmp_path: Path) -> None:
    two = ["Would you recommend our shop to others?", "Would you recommend our workshop to others?"]
    accepted = taken("surveys", written(tmp_path, csv_of(["Timestamp", *two], "2026-10-03,9,4")))
    assert "recommend" not in accepted.columns
    assert accepted.doubtful
    assert any("More than one column could fill" in line for line in said(accepted))


def test_what_every_row_needs_may_be_said_of_all(tmp_path: Path) -> None:
    with pytest.raises(MissingMapping, match=r'--set "kind=new sales\|repeat sales\|.*other"\.$'):
        taken("sales", written(tmp_path, "date,client,amount\n2026-10-03,A,5\n"))


def csv_of(headings: list[str], *lines: str) -> str:
    return "\n".join([",".join(f'"{one}"' for one in headings), *lines]) + "\n"
