"""What functions in cells grade by: the rules of a KPI, over a period that is over, with neither target nor past.

One expression a rule, for Python, for the names of a workbook and for VBA. They take ``value`` and the measures behind
it, which are numbers, and where the levels start: ``typical``, ``above_average``, ``exceptional``, blank for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpixl.formula import Name
from kpixl.formula.expressions import BLANK, NOT_THERE, either, equal, known
from kpixl.formula.nodes import Number
from kpixl.formula.reduced import reduced
from kpixl.identity import once_each
from kpixl.kpi.contradictions import among_arguments
from kpixl.kpi.grading import MORE, VALUE, level
from kpixl.kpi.rulebook import PAST, WHOLE_PERIOD, rulebook
from kpixl.kpi.traits import traits_of

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.formula.nodes import Node

LEVEL, STEP = "level", "step"
_STEP = either(equal(Name("sign"), MORE), Name("amount"), -Name("amount"))


@once_each
def level_rules(kpi: BusinessKpi) -> Mapping[str, Node]:
    """The level of a value, as a number; #N/A without any threshold. The last of them is ``LEVEL``."""
    rules = {"found": level(traits_of(kpi), VALUE), LEVEL: either(known(Name("found")), Name("found"), NOT_THERE)}
    return reduced(rules, LEVEL, {}, ("value",))


@once_each
def step_rules(kpi: BusinessKpi) -> Mapping[str, Node]:
    """How much more of the lever the next level takes, negative where it takes less; #N/A where there is none, or it
    cannot be done. The last of them is ``STEP``."""
    measures = {name: f"measure.{name}" for name in kpi.kpi.arguments}
    nothing = dict.fromkeys(("target", "previous", "total", "squares", *PAST), BLANK)
    sample = Name(measures[kpi.kpi.sample]) if kpi.kpi.sample in measures else BLANK
    whole: dict[str, Node] = {id_: Number(value) for id_, value in WHOLE_PERIOD.items()}
    whole["contradicted"] = among_arguments(kpi)
    rules = {id_: rule for id_, rule in rulebook(kpi).items() if id_ not in ("value", "target")}
    rules[STEP] = either(known(Name("amount")), _STEP, NOT_THERE)
    return reduced(rules, STEP, {**nothing, **whole, "sample": sample}, ("value", *measures.values()))
