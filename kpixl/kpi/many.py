"""Many scorecards in one call: the rules of a business over the measures of as many workbooks as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.kpi import contradictions
from kpixl.kpi.evaluation import Evaluations
from kpixl.kpi.grade import thresholds_published
from kpixl.kpi.rulebook import PAST, WHOLE_PERIOD, given, rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business
    from kpixl.formula.states import Array, Item

NOTHING: Mapping[str, Array] = {}
_APART = "figure."
"""Before the names of the figures that are held against each other: no rule is called like it."""


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
        inputs: dict[str, Item | Array] = {
            **{id_: value for id_, value in WHOLE_PERIOD.items() if id_ != "contradicted"},
            **given(kpi, arguments, thresholds_published(kpi), known.get(kpi.cases_of.name) if kpi.cases_of else None),
            "typed_target": targets.get(kpi.id),
            "previous": previous.get(kpi.id),
            **dict.fromkeys(PAST),
        }
        wholes = contradictions.of_kpi(kpi, business)
        inputs |= {_APART + item.name: known.get(item.name) for one in wholes for item in one.measures}
        inputs |= {_APART + contradictions.TYPED + one.whole.name: known.get(one.whole.name) for one in wholes}
        if kpi.squares is not None and kpi.kpi.lever:
            inputs |= {"total": arguments[kpi.kpi.lever], "squares": known.get(kpi.squares.name)}
        contradicted = contradictions.contradicted(wholes, _APART)
        found[kpi.id] = Evaluations({**rulebook(kpi), "contradicted": contradicted}, inputs)
    return found
