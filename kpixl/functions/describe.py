"""Every function with its arguments, its help and an example: the one table from which all hosts are made.

Computes nothing. Texts are msgids until ``descriptions`` is asked for a language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from kpixl.catalog import catalogue
from kpixl.errors import N_
from kpixl.formula import Number, to_excel
from kpixl.i18n import language
from kpixl.kpi.calc import find_kpi
from kpixl.texts.words import kpi_title

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.i18n import Language

PREFIX = "KPI_"
LONGEST = 255
"""Characters that Excel shows of a description."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument. ``many`` ones may be given one by one, or as a range of as many cells."""

    name: str
    label: str
    optional: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function as every host has it.

    ``over`` says what it takes: a ``formula`` and a function of ``cells`` give a result for each cell of a range,
    one of ``ranges`` takes them whole and gives one result.
    """

    name: str
    parameters: tuple[Parameter, ...]
    over: Literal["formula", "cells", "ranges"]
    result: Literal["number", "text"]
    help: str
    example: str
    kpi: BusinessKpi | None = None
    """The KPI of a ``formula``, as the first business that has it describes it."""

    @property
    def id(self) -> str:
        """What Python calls it: ``crr``."""
        return self.name.removeprefix(PREFIX).lower()


@dataclass(frozen=True, slots=True)
class Description:
    """A function in the owner's language. ``arguments`` are names with their texts; no text is longer than 255."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    help: str
    example: str


_KPI = Parameter("kpi", N_("Id of the KPI, such as crr"))
_BUSINESS = Parameter("business", N_("Id of the business; left out, the first that has the KPI"), optional=True)
_LANGUAGE = Parameter("language", N_("Code of the language, such as es; left out, English"), optional=True)

_OTHERS = (
    Function(
        "KPI_GRADE",
        (_KPI, Parameter("value", N_("Value of the KPI")), _BUSINESS, _LANGUAGE),
        "cells",
        "text",
        N_("The level of a value against the published benchmark, in words."),
        '=KPI_GRADE("crr",0.9)',
    ),
    Function(
        "KPI_LEVEL",
        (_KPI, Parameter("value", N_("Value of the KPI")), _BUSINESS),
        "cells",
        "number",
        N_("The level of a value as a number: 0 below benchmark, 1 typical, 2 above average, 3 exceptional."),
        '=KPI_LEVEL("crr",0.9)',
    ),
    Function(
        "KPI_THRESHOLD",
        (_KPI, Parameter("level", N_("The level: a number from 0 to 3, or its name")), _BUSINESS),
        "cells",
        "number",
        N_("The value at which a level of the KPI starts."),
        '=KPI_THRESHOLD("crr",3)',
    ),
    Function(
        "KPI_TO_NEXT",
        (_KPI, Parameter("measures", N_("The KPI’s measures, in the order of its own function"), many=True)),
        "ranges",
        "number",
        N_("How much more the next level takes of the measure that you would move; negative where it takes less."),
        '=KPI_TO_NEXT("crr",B2:B4)',
    ),
    Function(
        "KPI_NAME",
        (_KPI, _LANGUAGE),
        "cells",
        "text",
        N_("The name of a KPI."),
        '=KPI_NAME("crr")',
    ),
    Function(
        "KPI_EXPLAIN",
        (_KPI, _LANGUAGE),
        "cells",
        "text",
        N_("What a KPI says, and its formula."),
        '=KPI_EXPLAIN("crr")',
    ),
    Function(
        "KPI_NPS_SCORES",
        (Parameter("scores", N_("Answers from 0 to 10; everything else is passed over")),),
        "ranges",
        "number",
        N_("Net promoter score, from −100 to 100: 9 and 10 are promoters, 0 to 6 detractors."),
        "=KPI_NPS_SCORES(B2:B50)",
    ),
    Function(
        "KPI_CSS_SCORES",
        (
            Parameter("scores", N_("Answers from 1 to 5; everything else is passed over")),
            Parameter("cut", N_("The score from which an answer counts as satisfied; blank, 4"), optional=True),
        ),
        "ranges",
        "number",
        N_("The share of satisfied answers."),
        "=KPI_CSS_SCORES(B2:B50,4)",
    ),
    Function(
        "KPI_ART_TIMES",
        (
            Parameter("opened", N_("When each request came in: dates with times")),
            Parameter("resolved", N_("When each was resolved: a range of the same size")),
        ),
        "ranges",
        "number",
        N_("Mean hours to resolve requests; rows without both times, or running backwards, are passed over."),
        "=KPI_ART_TIMES(B2:B50,C2:C50)",
    ),
)


@cache
def functions() -> dict[str, Function]:
    """Every function by its name in cells: one for each KPI of the catalogue, then the others."""
    every = (*(_of_kpi(find_kpi(id_)) for id_ in catalogue().kpis), *_OTHERS)
    return {function.name: function for function in every}


def functions_of(owner: Business | None) -> dict[str, Function]:
    """The same with those of the KPIs of a pack, as it has them."""
    if owner is None or not owner.pack:
        return functions()
    return functions() | {function.name: function for function in map(_of_kpi, owner.kpis)}


def _of_kpi(kpi: BusinessKpi) -> Function:
    name = f"{PREFIX}{kpi.id.upper()}"
    numbers = ",".join(to_excel(Number(kpi.example.arguments[argument])) for argument in kpi.kpi.arguments)
    parameters = tuple(Parameter(one.name, one.measure.label) for one in kpi.arguments)
    return Function(name, parameters, "formula", "number", kpi.texts.definition, f"={name}({numbers})", kpi)


def descriptions(code: str = "en", owner: Business | None = None) -> tuple[Description, ...]:
    """Every function in a language, with those of the ``owner`` that is of a pack; UnknownChoice for a language that
    kpixl does not speak."""
    t = language(code)
    return tuple(described(function, t) for function in functions_of(owner).values())


def described(function: Function, t: Language) -> Description:
    """One function in a language."""
    return Description(
        function.name,
        tuple((parameter.name, t(parameter.label)) for parameter in function.parameters),
        help_text(function, t),
        function.example,
    )


def help_text(function: Function, t: Language, note: str = "") -> str:
    """The function's help with a ``note``, cut after a whole sentence to what Excel shows; of a KPI, its name first."""
    title = f"{kpi_title(function.kpi, t)}." if function.kpi else ""
    text = title
    for sentence in (*_SENTENCE_END.split(t(function.help)), t(note)):
        longer = f"{text} {sentence}".strip()
        if len(longer) > LONGEST:
            break
        text = longer
    return text
