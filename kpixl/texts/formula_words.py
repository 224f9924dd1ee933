"""A formula in the owner's words: ``Satisfied answers ÷ Answers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.formula import parse
from kpixl.formula.nodes import Binary, Name, Negate, Node, Number
from kpixl.texts.words import measure_label

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_WHOLE = 3


def in_words(kpi: BusinessKpi, t: Language) -> str:
    """The formula of a KPI, its measures by their names, with no more parentheses than it is read with."""
    labels = {argument.name: measure_label(argument.measure, t) for argument in kpi.arguments}
    return _said(parse(kpi.kpi.formula), labels, t)[0]


def _said(node: Node, labels: dict[str, str], t: Language) -> tuple[str, int]:
    """A part of a formula in words, and how strongly it holds together."""
    match node:
        case Number(value):
            return t.plain(value), _WHOLE
        case Name(id_):
            return labels[id_], _WHOLE
        case Negate(of):
            return f"−{_within(_said(of, labels, t), _WHOLE)}", _WHOLE
        case Binary(sign, left, right) if sign in _SIGNS:
            strength = _STRENGTH[sign]
            # Of a difference or a quotient the right side is one thing: a − (b + c).
            after = strength + (sign in "-/")
            one, other = _within(_said(left, labels, t), strength), _within(_said(right, labels, t), after)
            return f"{one} {_SIGNS[sign]} {other}", strength
    raise ValueError(f"no words for {node}")


def _within(part: tuple[str, int], least: int) -> str:
    text, strength = part
    return text if strength >= least else f"({text})"
