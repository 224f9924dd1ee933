"""What measures come to over closed periods, as expressions: over ``now``, this period's figure, and the ``lines`` of
Past periods that have one, how many, and their ``total``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.formula import Name
from kpixl.formula.expressions import BLANK, either, equal, every, known
from kpixl.kpi.calendar_rules import START
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.formula.expressions import Given
    from kpixl.formula.nodes import Node

NOW, LINES, TOTAL = Name("now"), Name("lines"), Name("total")
MEAN = either(known(NOW), (TOTAL + NOW) / (LINES + 1))
"""The mean over the closed periods of the window and this one."""


def only(otherwise: Given = BLANK) -> Node:
    """The figure of the only line there is; ``otherwise`` without one, and where it stands there twice."""
    return either(equal(LINES, 1), TOTAL, otherwise)


def through_past(measure: Measure) -> Node:
    """Over a window that begins at ``first`` and reaches past the rows, with ``closed`` periods in it: they and this
    one, if none is missing."""
    found = NOW if measure.rollup == "last" else TOTAL + NOW
    return either(every(known(NOW), Name("first") <= START, equal(LINES, Name("closed"))), found)


def to_date(measure: Measure) -> Node:
    """Over the year so far, as it rolls up; of what has its figure at the beginning, the line is that of the year's
    first period."""
    if measure.window is not Window.PERIOD:
        return BLANK
    rollups = {"last": NOW, "sum": either(known(NOW), TOTAL + NOW), "first": only(NOW)}
    return rollups.get(measure.rollup, BLANK)
