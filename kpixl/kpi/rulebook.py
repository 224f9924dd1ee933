"""Every rule of one KPI, under one name each: its value, its grade, how certain it is, and why there is nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.formula.expressions import or_else
from kpixl.kpi.grading import computed, enough, reason, rules
from kpixl.kpi.interval import certainty
from kpixl.kpi.traits import traits_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi, Kpi
    from kpixl.formula.nodes import Node
    from kpixl.kpi.traits import Traits


def rulebook(kpi: BusinessKpi) -> Mapping[str, Node]:
    """The rules of ``kpi``. They name what goes in: ``measure.`` with each argument's name, ``typical``,
    ``above_average`` and ``exceptional``, ``target``, ``previous``, ``sample``, ``minimum_cases``, ``days_gone``,
    ``days_left`` and ``days_share``; ``dollar_rate`` of one in dollars, ``total``, ``squares`` and ``typed`` of a mean,
    ``falls`` of the owner's own, whose ``value`` goes in, too."""
    return rulebook_of(kpi.kpi, traits_of(kpi), own=kpi.own)


@lru_cache(maxsize=1024)
def rulebook_of(kpi: Kpi, traits: Traits, *, own: bool) -> Mapping[str, Node]:
    """The same of any KPI with these traits, ``own`` of the owner's; made once."""
    found = {**rules(traits), **certainty(traits), "enough": enough(traits)}
    if own:
        return found
    raised = computed(kpi, raised=kpi.lever)
    return found | {"value": or_else(computed(kpi)), "raised": raised, "reason": reason(kpi, traits)}
