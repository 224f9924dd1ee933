"""The tree of errors, and the sentences that they and others hold."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date

import pytest

import kpixl
from kpixl import errors
from kpixl.check.problem import Problem, amount
from kpixl.errors import BadSetting, KpixlError, Unexpected
from kpixl.i18n import language
from kpixl.kpi.grade import Reason
from kpixl.message import Message, Shown, Verbatim, phrase, shortened
from kpixl.period import Period
from kpixl.texts.words import reason_text

ES = language("es")


def drawn(error: type[KpixlError], depth: int = 0) -> Iterator[str]:
    yield f"{'  ' * depth}· {error.__name__}"
    for below in error.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from drawn(below, depth + 1)


def every(error: type[KpixlError]) -> Iterator[type[KpixlError]]:
    for below in error.__subclasses__():
        yield below
        yield from every(below)


def test_the_tree_is_drawn_as_it_is() -> None:
    tree = [line for line in str(errors.__doc__).splitlines() if line.lstrip().startswith("·")]
    assert sorted(tree) == sorted(drawn(KpixlError))
    assert tree[0] == "· KpixlError"


def test_each_error_is_a_class_with_a_sentence_of_its_own() -> None:
    for module in pkgutil.walk_packages(kpixl.__path__, "kpixl."):
        if module.name not in ("kpixl.__main__", "kpixl.functions.udf"):
            importlib.import_module(module.name)
    found = [one for one in every(KpixlError) if "template" in vars(one)]
    assert len(found) > 60
    assert len({one.__name__ for one in found}) == len(found)
    assert len({one.template for one in found}) == len(found)


def test_an_error_holds_a_message() -> None:
    error = BadSetting(sheet="Settings", cell="C8", got="soon", expected="a date")
    assert (error.message.code, error.message.values["got"]) == ("bad_setting", "soon")
    assert str(error) == error.text() == error.message.text()
    assert (error.sheet, error.cell) == ("Settings", "C8")


def test_what_stands_in_a_sentence() -> None:
    found = Message("x", "{a}, {b}, {c}", {"a": 1250, "b": Verbatim("ok {a}"), "c": (phrase("better"), "better")})
    assert found.text() == "1250, ok {a}, better, better"
    assert found.text(ES) == "1250, ok {a}, mejor, better"


def test_values_read_as_in_the_language() -> None:
    assert Shown(1250.5).text(ES) == "1.250,5"
    assert Shown(0.825, "fraction").text(ES) == "82,5\xa0%"
    assert Shown(1250, "money", "EUR").text(ES) == "1.250,00\xa0€"
    assert Shown(date(2026, 10, 31)).text(ES) == "31 de octubre de 2026"
    assert Shown(Period.parse("2026-10")).text(ES) == "octubre de 2026"
    assert Shown(True).text(ES) == "VERDADERO"
    assert Shown(1250.5, "money").text() == "1250.5"  # words alone have no numbers


def test_a_template_without_values_is_no_pattern() -> None:
    assert phrase("100 % {sure}").text() == "100 % {sure}"


@pytest.mark.parametrize(("text", "length"), [("a" * 60, 60), ("a" * 61, 60), ("", 0)])
def test_long_texts_are_shortened(text: str, length: int) -> None:
    assert len(shortened(text)) == length
    assert shortened(text).endswith("…") is (len(text) > 60)


def test_problems_hold_messages() -> None:
    problem = Problem("error", "text_for_number", "Hours", "E7", "hours", "productive", {"got": "two\nlines"})
    assert (
        problem.message.text()
        == problem.text(language("en"))
        == "“two lines” is text, not a number, so this row does not count."
    )
    assert problem.message.code == problem.remedy.code == "text_for_number"
    assert amount(2e15, "money", "EUR").text(ES) == "2e+15"  # more digits than Excel keeps


def test_reasons_are_messages() -> None:
    assert reason_text(Reason("zero_denominator"), language("en")) == "Nothing to divide by in this period"


def test_a_mistake_of_ours_asks_for_a_report() -> None:
    assert Unexpected(detail="KeyError: 'x'").text().endswith("Please report it.")
