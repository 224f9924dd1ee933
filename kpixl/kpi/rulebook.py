"""Every rule of one KPI, under one name each: its value, its grade, how certain it is, and why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from kpixl.formula.expressions import BLANK, or_else
from kpixl.kpi.finer import finer
from kpixl.kpi.grading import amount, computed, either_way, reason, rules, withheld
from kpixl.kpi.interval import certainty
from kpixl.kpi.traits import GRADED, traits_of

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Kpi, Level
    from kpixl.formula.nodes import Node
    from kpixl.kpi.traits import Traits


def rulebook(kpi: BusinessKpi) -> Mapping[str, Node]:
    """The rules of ``kpi``. They name what goes in: ``measure.`` with each argument's name, ``typical``,
    ``above_average`` and ``exceptional``, ``typed_target``, ``previous``, ``sample``, ``minimum_cases``, ``days_gone``,
    ``days_left`` and ``days_share``; ``outcomes_open`` and ``outcomes_typed`` of one whose outcomes may come late;
    ``wrong_lever``, ``wrong_sample`` and ``unread_lever``, rows that are wrong; ``contradicted`` by other figures;
    ``unsaid`` of a cost; ``dollar_rate`` of one in dollars, ``total``, ``squares`` and ``typed`` of a mean, ``part``,
    ``usual_low``, ``usual_high`` and ``signal_number`` of closed periods; ``falls`` of the owner's own, whose
    ``value`` goes in, too."""
    return rulebook_of(kpi.kpi, traits_of(kpi), own=kpi.own)


@lru_cache(maxsize=1024)
def rulebook_of(kpi: Kpi, traits: Traits, *, own: bool) -> Mapping[str, Node]:
    """The same of any KPI with these traits, ``own`` of the owner's; made once."""
    found = {**rules(traits), **certainty(traits), **amount(kpi, traits), "withheld": withheld(kpi, traits, own=own)}
    found |= {"if_for": BLANK, "if_against": BLANK} if own else either_way(kpi)
    if own:
        return found
    raised = computed(kpi, raised=kpi.lever)
    value = or_else(computed(kpi))
    return found | {"value": value, "raised": raised, "reason": reason(kpi, traits), "finer": finer(kpi)}


T = TypeVar("T")
"""A number or None, or an array of as many as there are workbooks."""

WHOLE_PERIOD: Mapping[str, float] = {
    "days_gone": 1.0, "days_left": 0.0, "days_share": 1.0, "dollar_rate": 1.0, "minimum_cases": 0.0, "typed": 0.0,
    "outcomes_open": 0.0, "outcomes_typed": 0.0, "wrong_lever": 0.0, "wrong_sample": 0.0,
    "unread_lever": 0.0, "unsaid": 0.0, "contradicted": 0.0,
}  # fmt: skip
"""A period that is over, counted from rows, without a minimum of cases, in dollars."""
PAST = ("usual_low", "usual_high", "signal_number", "part")
"""What the closed periods say of a value; blank without them."""


def given(
    kpi: BusinessKpi, arguments: Mapping[str, T], thresholds: Mapping[Level, float], cases: T | None = None
) -> dict[str, T | float | bool | None]:
    """What the rules of ``kpi`` take from its measures and thresholds, by the names that they have for it: measures in
    their units, by argument; ``cases`` where none of the arguments counts them."""
    sample = kpi.kpi.sample
    return {
        **{f"measure.{name}": value for name, value in arguments.items()},
        **{level.id: thresholds.get(level) for level in GRADED},
        "falls": kpi.kpi.direction == "down",
        "sample": arguments.get(sample, cases) if sample else None,
    }
