"""Figures behind a KPI that contradict each other although its formula has them in order: a part of something that is
more than the whole of it, wherever either stands. Which figure is a part of which follows from what they count."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Comparison, Condition, branches
from kpixl.formula import Name, evaluate, substituted
from kpixl.formula.expressions import NO, either, every, known, more_than, some
from kpixl.identity import once_each
from kpixl.kpi.traits import NEVER_NEGATIVE

if TYPE_CHECKING:
    from kpixl.catalog.model import Aggregate, Business, BusinessKpi, Measure
    from kpixl.formula.nodes import Node
    from kpixl.kpi.measure import MeasureValue


@dataclass(frozen=True, slots=True)
class Whole:
    """A measure and others that count some of its cases, none of them twice."""

    whole: Measure
    parts: tuple[Measure, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them."""
        return (*self.parts, self.whole)


def of_kpi(kpi: BusinessKpi, business: Business) -> tuple[Whole, ...]:
    """What can contradict itself behind ``kpi``, apart from what its own formula tells."""
    behind = {item.name for item in kpi.measures}
    if kpi.cases_of is not None:
        behind.add(kpi.cases_of.name)
    own = {argument.measure.name for argument in kpi.arguments} if kpi.kpi.bounded or kpi.kpi.disjoint else set()
    found = ((one, {item.name for item in one.measures}) for one in _of_business(business))
    return tuple(one for one, names in found if names & behind and not names <= own)


TYPED = "typed."
"""Before the names of wholes: the total that the owner has typed, if any."""


def contradicted(wholes: Sequence[Whole], prefix: str = "") -> Node:
    """1 where parts are more than their whole, over the names of the measures behind the ``prefix`` and, behind that
    and ``TYPED``, the typed totals of the wholes; 0 else."""
    return either(some(*(_exceeded(one, prefix) for one in wholes)), 1, 0)


def found(
    wholes: Sequence[Whole], measures: Mapping[str, MeasureValue], supposed: Mapping[str, float | None] | None = None
) -> tuple[Whole, ...]:
    """Those of which it is so, by what is ``supposed`` of measures in place of what they are."""
    used = {item.name: measures[item.name].used for one in wholes for item in one.measures}
    used |= {name: value for name, value in (supposed or {}).items() if name in used}
    used |= {TYPED + one.whole.name: measures[one.whole.name].typed for one in wholes}
    return tuple(one for one in wholes if evaluate(contradicted((one,)), used) == 1)


@once_each
def among_arguments(kpi: BusinessKpi) -> Node:
    """``contradicted`` for one who knows nothing but the arguments of ``kpi``, over ``measure.`` with their names."""
    known_ = {} if kpi.kpi.bounded or kpi.kpi.disjoint else {one.measure.name: one for one in kpi.arguments}
    wholes = _wholes([one.measure for one in known_.values()])
    figures: dict[str, Node] = {name: Name(f"measure.{one.name}") for name, one in known_.items()}
    return substituted(contradicted(wholes), figures | {TYPED + name: figure for name, figure in figures.items()})


def _exceeded(one: Whole, prefix: str) -> Node:
    *parts, whole = (Name(prefix + item.name) for item in one.measures)
    together: Node = reduce(operator.add, parts)
    # Beside typed parts no row at all is nothing entered, and not none.
    said = some(whole > 0, known(Name(f"{prefix}{TYPED}{one.whole.name}")))
    return either(known(*parts, whole), every(said, more_than(together, whole)), NO)


@once_each
def _of_business(business: Business) -> tuple[Whole, ...]:
    """Every whole of a business with its parts."""
    return _wholes(business.measures)


def _wholes(measures: Sequence[Measure]) -> tuple[Whole, ...]:
    by_name = {item.name: item for item in measures}
    wholes = []
    for whole in measures:
        split = [by_name[id_ + whole.window.suffix] for id_ in whole.split if id_ + whole.window.suffix in by_name]
        if split:
            wholes.append(Whole(whole, tuple(split)))
        parts = (item for item in measures if item not in split and _is_part(item, whole))
        wholes += [Whole(whole, (part,)) for part in parts]
    return tuple(wholes)


def _is_part(part: Measure, whole: Measure) -> bool:
    """Whether whatever ``part`` counts is counted in ``whole``, once or more often."""
    of, all_of = part.aggregate, whole.aggregate
    if of is None or all_of is None or part.name == whole.name or part.window is not whole.window:
        return False
    if of.table != all_of.table or part.unit != whole.unit or part.unit not in NEVER_NEGATIVE:
        return False
    return _counts_less(of, all_of) and _narrower(of, all_of)


def _counts_less(of: Aggregate, all_of: Aggregate) -> bool:
    """Whether ``of`` comes to no more than ``all_of`` over the same rows."""
    match of.kind, all_of.kind:
        case ("count" | "distinct", "count"):
            return True
        case "distinct", "distinct":
            return {*of.distinct} <= {*all_of.distinct}
        case "sum", "sum":
            return of.column == all_of.column and not of.squared and not all_of.squared
    return False


def _narrower(of: Aggregate, all_of: Aggregate) -> bool:
    """Whether every row that ``of`` is of is one that ``all_of`` is of."""
    return all(
        any(all(any(_implies(one, wanted) for one in branch) for wanted in other) for other in branches(all_of.where))
        for branch in branches(of.where)
    )


_STRICTER: Mapping[Comparison, tuple[Comparison, ...]] = {
    ">=": (">=", ">"), ">": (">",), "<=": ("<=", "<"), "<": ("<",)
}  # fmt: skip


def _implies(one: Condition, wanted: Condition) -> bool:
    """Whether a cell that meets ``one`` meets ``wanted``, as far as the two say themselves."""
    if one == wanted:
        return True
    if one.column != wanted.column or one.or_blank or one.kind != "number" or wanted.kind != "number":
        return False
    if one.comparison not in _STRICTER.get(wanted.comparison, ()):
        return False
    lowest, edge = float(one.operand), float(wanted.operand)
    return lowest >= edge if wanted.comparison in (">=", ">") else lowest <= edge
