"""What the rules of a KPI must give, counted afresh in plain Python: nothing of kpixl is used here.

A KPI is told by hand: which way is better, how it is compared at each edge, and what it counts. ``None`` is a blank.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Number = float | None


@dataclass(frozen=True)
class Facts:
    """A KPI as its definition says it."""

    value: Callable[..., float]
    measures: tuple[str, ...]
    less_is_better: bool
    strict: tuple[bool, bool, bool]
    """Whether the edge itself falls short of typical, above average, exceptional."""
    whole: bool
    """Whether no more than the whole is possible."""
    divisor: str


def ratio(part: float, whole: float) -> float:
    return part / whole


FACTS = {
    "css": Facts(ratio, ("satisfied", "surveyed"), False, (False, False, False), True, "surveyed"),
    "discretion": Facts(ratio, ("incidents", "tasks_done"), True, (False, False, True), False, "tasks_done"),
    "tcr": Facts(ratio, ("tasks_completed", "tasks_assigned"), False, (False, False, True), True, "tasks_assigned"),
    "art": Facts(
        ratio, ("resolution_hours", "requests_resolved"), True, (False, True, True), False, "requests_resolved"
    ),
}


def noise(edge: float) -> float:
    return 1e-9 * max(1.0, abs(edge))


def passes(value: float, edge: float, *, less: bool, strict: bool) -> bool:
    gap = edge - value if less else value - edge
    return gap > noise(edge) if strict else gap >= -noise(edge)


def level(facts: Facts, value: Number, edges: tuple[Number, Number, Number]) -> Number:
    """The last band that the value is in; nothing where no band is told."""
    if value is None or all(edge is None for edge in edges):
        return None
    found = 0
    for number, (edge, strict) in enumerate(zip(edges, facts.strict, strict=True), 1):
        if edge is not None and passes(value, edge, less=facts.less_is_better, strict=strict):
            found = number
    return float(found)


def against_target(facts: Facts, value: Number, target: Number) -> str | None:
    """None of these is less than nothing, and a share is no more than its whole: nobody can aim there."""
    if value is None or target is None or target < -1e-9 or (facts.whole and target > 1 + 1e-9):
        return None
    return "met" if passes(value, target, less=facts.less_is_better, strict=False) else "missed"


def reason(facts: Facts, measures: Mapping[str, Number]) -> str | None:
    """Why there is no value."""
    for name in facts.measures:
        if measures[name] is None:
            return f"missing.{name}"
    return f"zero.{facts.divisor}" if measures[facts.divisor] == 0 else None


def wilson(share: float, cases: float) -> tuple[float, float]:
    """Wilson's interval as the roots of his equation (1927): (p − x)² = z² x (1 − x) / n."""
    z = 1.959963984540054
    a, b, c = 1 + z * z / cases, -(2 * share + z * z / cases), share * share
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))
