"""The functions as VBA modules, for a workbook that needs no Python: the catalogue written out as source text.

Grades by the published thresholds, as the functions of Python do. Runs nothing. All but the help is ASCII, so that no
machine's code page changes what a function gives.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from kpixl.catalog import businesses
from kpixl.catalog.model import Level
from kpixl.cellvalue import CLASSIC_ERRORS
from kpixl.formula import Name, parse, substituted, to_excel
from kpixl.formula.to_vba import vba_function
from kpixl.functions.describe import functions_of, help_text
from kpixl.functions.grades import level_rules, step_rules
from kpixl.functions.look_up import explanation
from kpixl.functions.scores import CUT, DETRACTOR, PROMOTER
from kpixl.i18n import language
from kpixl.kpi.grading import computed
from kpixl.kpi.noise import NOISE
from kpixl.kpi.traits import GRADED
from kpixl.languages import codes
from kpixl.ooxml.vba.project import Module, literal
from kpixl.texts.render import rendered
from kpixl.texts.words import LEVELS, level_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.formula.nodes import Node
    from kpixl.functions.describe import Function, Parameter
    from kpixl.i18n import Language

FUNCTIONS = "KpixlFunctions"
"""The module of the functions themselves."""
_LONG_LONG = 20
"""What VarType calls a whole number of 64 bits; not every VBA has a word for it."""
_PIECE = 60
"""Characters of a text in one line of source: even if each is written as a number, the line is short of 1023."""


def modules(code: str = "en", owner: Business | None = None) -> tuple[Module, ...]:
    """Every module, with the help in the language of the workbook, and with the KPIs of its ``owner`` where that is of
    a pack; UnknownChoice for a language that kpixl does not speak."""
    t, every = language(code), functions_of(owner)
    return (
        _module(FUNCTIONS, "functions", functions=[_function(one, t) for one in every.values()]),
        _module("KpixlCells", "cells", shown_errors=CLASSIC_ERRORS, long_long=_LONG_LONG),
        _module("KpixlKpis", "kpis", **_catalogue(every, owner)),
        _module("KpixlWords", "words", **_words()),
        *(_module(f"KpixlTexts_{other}", "texts", code=other, texts=_texts(every, other)) for other in codes()),
    )


def _module(name: str, template: str, **values: object) -> Module:
    errors = {error.name: error.number for error in CLASSIC_ERRORS}
    return Module(name, rendered(f"vba_{template}.bas.j2", errors=errors, **values))


# The functions


def _function(function: Function, t: Language) -> dict[str, Any]:
    kpi, last = function.kpi, function.parameters[-1]
    return {
        "id": function.id,
        "name": function.name,
        "declared": ", ".join(map(_declared, function.parameters)),
        "help": _in_code_page(help_text(function, t)).replace('"', '""'),
        "formula": to_excel(parse(kpi.kpi.formula)) if kpi else "",
        "whole": function.over == "ranges",
        "many": last.name if last.many else "",
        "optional": [one.name for one in function.parameters if one.optional],
        "inner": "Kpixl" + function.id.title().replace("_", ""),
        "blocks": ", ".join(f"KpixlBlock({one.name})" for one in function.parameters if not one.many),
    }


def _declared(parameter: Parameter) -> str:
    if parameter.many:
        return f"ParamArray {parameter.name}() As Variant"
    return f"{'Optional ' if parameter.optional else ''}{parameter.name} As Variant"


def _in_code_page(text: str) -> str:
    """``text`` with the nearest letters where code page 1252 lacks one: help alone, and no text of a function."""
    shown = unicodedata.normalize("NFC", text.replace("−", "-"))
    letters = (one if _encodable(one) else unicodedata.normalize("NFKD", one) for one in shown)
    return "".join(letters).encode("cp1252", "ignore").decode("cp1252")


def _encodable(letter: str) -> bool:
    return bool(letter.encode("cp1252", "ignore"))


# What the catalogue says


def _catalogue(functions: Mapping[str, Function], owner: Business | None) -> dict[str, Any]:
    known = (*businesses(), owner) if owner is not None and owner.pack else businesses()
    every = {f"{business.id}/{kpi.id}": kpi for business in known for kpi in business.kpis}
    kpis = {function.kpi.id: function.kpi for function in functions.values() if function.kpi}
    return {
        "kpis": list(kpis.values()),
        "value": _written("Computed(id As String, numbers As Variant)", kpis, lambda kpi: {"": computed(kpi.kpi)}),
        "level": _written("Reached(id As String, value As Variant, bands As Variant)", every, level_rules),
        "step": _written(
            "StepFrom(id As String, value As Variant, numbers As Variant, bands As Variant)", kpis, step_rules
        ),
        "bands": {key: _bands(kpi) for key, kpi in every.items()},
        "businesses": ", ".join(literal(business.id) for business in known),
        "noise": repr(NOISE).upper(),
        "promoter": PROMOTER,
        "detractor": DETRACTOR,
        "cut": CUT,
    }


def _written(head: str, kpis: Mapping[str, BusinessKpi], of: Callable[[BusinessKpi], Mapping[str, Node]]) -> str:
    """A function that goes by the rules of KPIs. They take their measures by place, so that KPIs of one shape share
    what is written."""
    rules = {}
    for key, kpi in kpis.items():
        places = {f"measure.{name}": Name(f"numbers({place})") for place, name in enumerate(kpi.kpi.arguments)}
        rules[key] = {id_: substituted(rule, places) for id_, rule in of(kpi).items()}
    return vba_function(head, rules, {level.id: f"bands({level.value})" for level in GRADED}, literal)


def _bands(kpi: BusinessKpi) -> str:
    edges = (kpi.threshold(level) for level in GRADED)
    return ", ".join(["Empty", *(repr(float(edge.value)).upper() if edge else "Empty" for edge in edges)])


# Texts


def _words() -> dict[str, Any]:
    words = {level.id: level.value for level in Level}
    for code in codes():
        t = language(code)
        for level in Level:
            words[t(LEVELS[level]).lower()] = words[level_word(level, t).lower()] = level.value
    return {
        "codes": ", ".join(map(literal, codes())),
        "languages": list(codes()),
        "levels": {literal(word): level for word, level in words.items()},
        "level_words": {
            f"{code}{level.value}": literal(language(code)(word)) for code in codes() for level, word in LEVELS.items()
        },
    }


def _texts(functions: Mapping[str, Function], code: str) -> list[dict[str, Any]]:
    t = language(code)
    return [
        {"id": kpi.id, "name": literal(t(kpi.name)), "explanation": _pieces(explanation(kpi, t))}
        for kpi in (function.kpi for function in functions.values())
        if kpi
    ]


def _pieces(text: str) -> list[str]:
    return [literal(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
