"""What makes two texts one."""

from __future__ import annotations

import unicodedata

import pytest

from kpixl.cellvalue import match_key
from kpixl.folding import composed, folded, name_key, one_form, single_spaced, squeezed, without_accents

DECOMPOSED = unicodedata.normalize("NFD", "Peña")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Fecha de inicio", "fecha de inicio"),
        ("  FECHA_de--Inicio: ", "fecha de inicio"),
        ("Début", "debut"),
        (unicodedata.normalize("NFD", "Début"), "debut"),
        ("Închis", "inchis"),
        ("Straße", "strasse"),
        ("ＮＰＳ\u3000９", "nps 9"),  # full-width letters, figures and space
        ("Client\u00a0name", "client name"),
        ("…", ""),
    ],
)
def test_what_names_are_compared_by(text: str, key: str) -> None:
    assert name_key(text) == key


def test_letters_that_look_the_same_are_one() -> None:
    assert DECOMPOSED != "Peña"
    assert composed(DECOMPOSED) == one_form(DECOMPOSED) == "Peña"
    assert one_form("Braşov, Galaţi") == "Brașov, Galați"  # cedillas, then commas
    assert one_form("PEÑA") != one_form("Peña")


def test_accents_go_and_letters_stay() -> None:
    assert without_accents("São João ÎȘȚ Ø") == "sao joao ist ø"


def test_spaces() -> None:
    assert single_spaced(" 1\u202f250 \t €\n") == "1 250 €"
    assert squeezed(" Ana  Bell ") == "AnaBell"
    assert folded("  Ana Bell ") == "ana bell"


def test_excel_tells_more_apart() -> None:
    assert match_key("Ana ") != match_key("ana")
    assert match_key("Pena") != match_key("Peña") == match_key("PEÑA")
    assert name_key("Pena") == name_key("Peña")
    assert match_key("007") == match_key("7.0")
