"""Targets to choose from, for a KPI without a benchmark: what the period has brought, the best so far, and a round
figure a little beyond it. An owner takes one, or her own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.kpi.finer import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.kpi.result import Result

MOST = 3
_CENTS = 2
_DIGITS = 2
"""A round figure has so many digits that are not zero."""


def proposals(result: Result, past: Sequence[float | None]) -> tuple[float, ...]:
    """Up to three targets in the KPI's unit, as finely as it is shown, no two alike; ``past`` are the values of closed
    periods. None for a KPI with a benchmark, with a target, or of which nothing is judged yet."""
    kpi = result.kpi
    if kpi.own or kpi.thresholds or result.target is not None:
        return ()
    now = None if result.value is None or result.withheld or result.pace else result.value
    known = [value for value in (now, *past) if value is not None]
    if not known:
        return ()
    better = min if kpi.kpi.direction == "down" else max
    best = better(known)
    decimals = DECIMALS.get(kpi.kpi.unit, _CENTS if kpi.kpi.unit == "money" else 0)
    found = [now, best, _round_figure(best, down=kpi.kpi.direction == "down")]
    shown = [round(value, decimals) for value in found if value is not None]
    if kpi.kpi.bounded:
        shown = [min(1.0, value) for value in shown]
    return tuple(dict.fromkeys(shown))


def _round_figure(value: float, *, down: bool) -> float:
    """The nearest figure with two digits that is at least as good."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    # What is a round figure already stays, whatever the last bit of its division says.
    count = round(value / unit, 9)
    return (math.floor(count) if down else math.ceil(count)) * unit
