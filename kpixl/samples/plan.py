"""What is laid down for the sample agency, and how it is laid down for every business: who comes and goes when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FIRST_MONTH = -11
"""Months are counted back from the period, which is month 0."""
MONTHS = 1 - FIRST_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Who comes and goes, and when, in months counted from the period."""

    old_clients: int
    old_clients_since: tuple[int, int]
    joined: Mapping[int, int]
    """How many clients joined in a month."""
    left: tuple[tuple[int | None, int], ...]
    """When those who left had joined (None: among the old clients), and when they left."""
    came_back: tuple[int, int] | None = None
    """One of those who left in the first month is a client again from the second on."""
    assistants_since: tuple[int, ...]
    assistants_left: Mapping[int, int] = field(default_factory=dict)
    """The place of an assistant who left, and when."""
    services_since: tuple[int, ...]
    service_ended: tuple[int, int]
    """The place of a service that was given up, and when."""


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """What is laid down for a month: how many rows, and the KPIs they come to (but for a little noise)."""

    requests: int
    tasks: int
    surveys: int
    leads: int
    satisfied: float
    hours_to_resolve: float
    completed: float
    utilised: float


PLAN = (
    PlanMonth(236, 352, 34, 34, 0.79, 2.4, 0.73, 0.75),
    PlanMonth(242, 360, 36, 30, 0.83, 2.1, 0.76, 0.77),
    PlanMonth(255, 388, 38, 36, 0.82, 2.3, 0.78, 0.76),
    PlanMonth(261, 402, 41, 41, 0.86, 1.9, 0.77, 0.80),
    PlanMonth(270, 398, 40, 33, 0.88, 1.8, 0.80, 0.81),
    PlanMonth(268, 415, 43, 30, 0.88, 1.5, 0.82, 0.84),
    PlanMonth(284, 431, 45, 44, 0.91, 1.4, 0.84, 0.83),
    PlanMonth(291, 455, 44, 32, 0.89, 1.2, 0.87, 0.86),
    PlanMonth(305, 470, 48, 42, 0.90, 1.1, 0.92, 0.88),
    PlanMonth(331, 512, 52, 55, 0.87, 1.0, 0.89, 0.91),
    PlanMonth(352, 548, 55, 58, 0.85, 0.9, 0.90, 0.92),
    PlanMonth(394, 600, 60, 80, 0.82, 0.8, 0.91, 0.93),
)
"""The last month is the period itself."""

_JOINED = {-22: 1, -20: 1, -19: 1, -17: 1, -16: 1, -15: 1, -13: 1, -12: 1, -11: 1, -10: 1, -9: 1, -8: 2, -7: 1, -6: 1,
           -5: 2, -4: 1, -3: 2, -2: 3, -1: 3, 0: 6}  # fmt: skip
_LEFT = ((None, -24), (None, -21), (None, -20), (None, -17), (None, -15), (None, -13), (None, -8), (None, -6),
         (-20, -4), (-17, -1), (-10, -3), (-8, -1), (-7, 0))  # fmt: skip
COURSE = Course(
    old_clients=23,
    old_clients_since=(-58, -25),
    joined=_JOINED,
    left=_LEFT,
    came_back=(-8, -2),
    assistants_since=(-50, -33, -20, -9, -3),
    services_since=(-62, -62, -62, -55, -47, -40, -30, -14, -9, -4),
    service_ended=(5, -5),
)

TARGETS = {"css": 0.9, "art": 1.0, "crr": 0.88, "tcr": 0.9, "aur": 0.85, "ncar": 0.1}
