"""Levels, thresholds and texts of a KPI by its id, one cell at a time. Knows the catalogue alone, and no workbook.

What is wrong with a cell is raised as a Fault, for the first argument that has one; ``host`` makes a cell of it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kpixl.catalog import businesses
from kpixl.catalog.model import Level, value_formula
from kpixl.cellvalue import ExcelError
from kpixl.errors import UnknownChoice
from kpixl.functions.arguments import Cell, NumberArray, is_blank, number_of, numbers_of
from kpixl.functions.arrays import kpi_numbers
from kpixl.functions.grades import STEP, step_rules
from kpixl.i18n import language
from kpixl.kpi.calc import find_kpi
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grade import level_of, thresholds_published
from kpixl.kpi.traits import GRADED
from kpixl.languages import codes
from kpixl.texts.words import LEVELS, level_word

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.formula.states import Item
    from kpixl.functions.arguments import Array
    from kpixl.i18n import Language


class Fault(Exception):
    """Ends a function with an error for its cell. Never leaves this package."""

    def __init__(self, error: ExcelError) -> None:
        super().__init__(error)
        self.error = error


def level(kpi: object, value: object, business: object = None) -> Cell:
    """0 to 3, by the published benchmark, for a ``value`` in the KPI's unit: 0.9 is 90 %, money is in US dollars."""
    found, number = _kpi(kpi, business), _number(value)
    _business(business)
    return _reached(found, number).value


def grade(kpi: object, value: object, business: object = None, language: object = None) -> Cell:
    """The same in words."""
    found, number = _kpi(kpi, business), _number(value)
    _business(business)
    t = _language(language)
    return t(LEVELS[_reached(found, number)])


def threshold(kpi: object, level: object, business: object = None) -> Cell:
    """Where a level starts, as published, in the KPI's unit; money in US dollars."""
    found, wanted = _kpi(kpi, business), _level(level)
    _business(business)
    return thresholds_published(found).get(wanted, ExcelError.NA)


def to_next(kpi: object, measures: Array) -> Cell:
    """How much of the lever, in its unit, is missing to the next level; negative where less of it is needed.
    ``measures`` are those of the KPI, in the order of its arguments."""
    found = _kpi(kpi, None)
    if measures.size != len(found.kpi.arguments):
        raise Fault(ExcelError.VALUE)
    numbers = numbers_of(measures.ravel())
    one_each = [NumberArray(numbers.values[at], numbers.errors[at]) for at in range(measures.size)]
    value = _number(kpi_numbers(found.kpi, one_each).cells().item())
    edges = thresholds_published(found)
    given: dict[str, Item] = {"value": value, **{level.id: edges.get(level) for level in GRADED}}
    given |= {
        f"measure.{name}": number for name, number in zip(found.kpi.arguments, numbers.values.tolist(), strict=True)
    }
    step = Evaluation(step_rules(found), given).number(STEP)
    if step is None:
        raise Fault(ExcelError.NA)
    return step


def name(kpi: object, language: object = None) -> Cell:
    """The KPI's name."""
    found = _kpi(kpi, None)
    return _language(language)(found.name)


def explain(kpi: object, language: object = None) -> Cell:
    """What the KPI says, and on a second line its formula over the measures of the workbook, as on the Guide."""
    return explanation(_kpi(kpi, None), _language(language))


def explanation(kpi: BusinessKpi, t: Language) -> str:
    """What a KPI says, and its formula, in a language."""
    return f"{t(kpi.texts.definition)}\n={value_formula(kpi)}"


def _reached(kpi: BusinessKpi, value: float) -> Level:
    reached = level_of(kpi, value, thresholds_published(kpi))
    if reached is None:
        raise Fault(ExcelError.NA)
    return reached


# What an argument stands for


def _number(cell: object) -> float:
    found = number_of(cell)
    if isinstance(found, ExcelError):
        raise Fault(found)
    return found


def _text(cell: object) -> str:
    if isinstance(cell, ExcelError):
        raise Fault(cell.classic)
    if not isinstance(cell, str):
        raise Fault(ExcelError.VALUE)
    return cell.lower()


def _kpi(cell: object, business: object) -> BusinessKpi:
    """The KPI of a business; where that is at fault, of any: the business comes after it."""
    id_ = _text(cell)
    try:
        owner = _business(business)
    except Fault:
        owner = None
    found = _find(id_, owner)
    if found is None:
        raise Fault(ExcelError.NA)
    return found


@lru_cache(maxsize=1024)
def _find(kpi: str, business: str | None) -> BusinessKpi | None:
    try:
        return find_kpi(kpi, business)
    except UnknownChoice:
        return None


def _business(cell: object) -> str | None:
    """The id of a business; None where it is left blank."""
    if is_blank(cell):
        return None
    id_ = _text(cell)
    if all(id_ != business.id for business in businesses()):
        raise Fault(ExcelError.NA)
    return id_


def _language(cell: object) -> Language:
    code = "en" if is_blank(cell) else _text(cell)
    if code not in codes():
        raise Fault(ExcelError.NA)
    return language(code)


def _level(cell: object) -> Level:
    """A level by its number, its id, or its word in any language, with its shape or without."""
    if isinstance(cell, str) and not isinstance(cell, ExcelError):
        found = _level_words().get(cell.lower())
    else:
        number = _number(cell)
        found = next((one for one in Level if one == number), None)
    if found is None:
        raise Fault(ExcelError.NA)
    return found


@cache
def _level_words() -> dict[str, Level]:
    words = {one.id: one for one in Level}
    for code in codes():
        t = language(code)
        for one, word in LEVELS.items():
            words[t(word).lower()] = words[level_word(one, t).lower()] = one
    return words
