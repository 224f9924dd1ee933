"""How finely a value has to be shown: rounded as usual it may land on the far side of a threshold or of the target, so
that 84.996 % reads as 85.0 % and is below 85 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.decimals import SHOWN
from kpixl.formula import Name
from kpixl.formula.expressions import BLANK, NO, either, every, floor, known, opposite, same, some
from kpixl.kpi.traits import GRADED

if TYPE_CHECKING:
    from kpixl.catalog.model import Kpi
    from kpixl.formula.nodes import Node

DECIMALS = {unit: shown + 2 * (unit == "fraction") for unit, shown in SHOWN.items() if unit != "money"}
"""Decimals of a value as it is shown as a rule, by its unit. Money ends with the cent, and counts are whole."""
FINEST = 2
"""So many decimals more are shown at most."""
_VALUE = Name("value")
_EDGES = (*(Name(level.id) for level in GRADED), Name("target"))


def finer(kpi: Kpi) -> Node:
    """How many decimals more than usual a value needs: 0, 1 or 2."""
    usual = DECIMALS.get(kpi.unit)
    if usual is None:
        return BLANK
    passed = [some(*(_passes(edge, usual + more) for edge in _EDGES)) for more in range(FINEST)]
    return either(known(_VALUE), either(passed[0], either(passed[1], 2, 1), 0))


def _passes(edge: Node, decimals: int) -> Node:
    """Whether an edge lies between the value and what is shown of it, or is shown in its place."""
    scale = 10**decimals
    shown = floor(_VALUE * scale + 0.5) / scale
    # No product of two small differences, which not every engine tells from nothing.
    between = every(either(edge > _VALUE, shown >= edge, shown <= edge), opposite(same(_VALUE, edge)))
    return either(known(edge), between, NO)
