"""Many scorecards in one call: the rules of a business over the measures of as many workbooks as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.kpi.evaluation import Evaluations
from kpixl.kpi.grade import thresholds_published
from kpixl.kpi.rulebook import rulebook
from kpixl.kpi.traits import GRADED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business
    from kpixl.formula.states import Array, Item

NOTHING: Mapping[str, Array] = {}
WHOLE_PERIOD = {"days_gone": 1.0, "days_left": 0.0, "days_share": 1.0, "dollar_rate": 1.0, "minimum_cases": 0.0}


def scorecards(
    business: Business,
    measures: Mapping[str, Array],
    *,
    targets: Mapping[str, Array] = NOTHING,
    previous: Mapping[str, Array] = NOTHING,
) -> Mapping[str, Evaluations]:
    """The KPIs of ``business``, by id, over whole periods of many workbooks, graded by the published thresholds.

    ``measures`` has an array by each measure's name, of one float a workbook, NaN where it is not known: counts, hours,
    months, money in US dollars. A measure that is missing is known of none. ``targets`` and ``previous`` have the
    owner's target and the value of the period before, by KPI id, in the KPI's unit. What comes out has every rule by
    its name: ``["value"]``, ``["level"]`` (0 to 3), ``["standing"]``, ``["amount"]`` of the lever that is missing …
    """
    known = {name: np.asarray(column, dtype=float) for name, column in measures.items()}
    found = {}
    for kpi in business.kpis:
        arguments = {argument.name: known.get(argument.measure.name) for argument in kpi.arguments}
        thresholds = thresholds_published(kpi)
        given: dict[str, Item | Array] = {
            **{f"measure.{name}": column for name, column in arguments.items()},
            **{level.id: thresholds.get(level) for level in GRADED},
            **WHOLE_PERIOD,
            "target": targets.get(kpi.id),
            "previous": previous.get(kpi.id),
            "sample": arguments[kpi.kpi.sample] if kpi.kpi.sample else None,
        }
        if kpi.squares is not None and kpi.kpi.lever:
            given |= {"total": arguments[kpi.kpi.lever], "squares": known.get(kpi.squares.name), "typed": 0.0}
        found[kpi.id] = Evaluations(rulebook(kpi), given)
    return found
