"""How sure a KPI is: 95 % intervals for shares, for NPS and for means, and whether they settle its level.

Pure numbers. An interval tells what the same way of working could as well have brought; it knows nothing of answers
that nobody gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.formula import Name
from kpixl.formula.calls import CONFIDENCE, Z, student
from kpixl.formula.expressions import (
    BLANK,
    chi_square_high,
    chi_square_low,
    either,
    equal,
    every,
    floor,
    known,
    maximum,
    minimum,
    or_else,
    square_root,
)
from kpixl.formula.expressions import student as quantile
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grading import TARGET, met, reached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.formula.nodes import Node
    from kpixl.kpi.traits import Traits

__all__ = ["CONFIDENCE", "Interval", "Z", "ends", "mean", "net_promoter", "student", "wilson"]

NPS_ADDED, NPS_SHARE = 3.0, 0.75
"""Answers added before an interval for NPS is taken, and how many of them are promoters, and detractors."""
ROUNDING = 1e-9
"""What is left of a variance when it is no more than this share of the squared mean is rounding."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a 95 % interval, in the KPI's unit."""

    low: float
    high: float


# As expressions: the ends by their names


_VALUE, _CASES = Name("value"), Name("sample")


def ends(traits: Traits) -> dict[str, Node]:
    """``interval_low`` and ``interval_high`` of a KPI's value; blank where there is no interval to be had. Of a mean
    they want the ``total`` and the ``squares`` summed up behind it, and in ``typed`` how many totals were typed."""
    made = {"share": _WILSON, "nps": _NET_PROMOTER, "mean": _MEAN, "lifetime": _LIFETIME}
    return made[traits.interval] if traits.interval else {"interval_low": BLANK, "interval_high": BLANK}


def _between(test: Node, low: Node, high: Node) -> dict[str, Node]:
    return {"interval_low": or_else(either(test, low)), "interval_high": or_else(either(test, high))}


def _wilson() -> dict[str, Node]:
    """The Wilson score interval (1927)."""
    share = maximum(0, minimum(1, _VALUE))
    scale = 1 + Z**2 / _CASES
    centre = (share + Z**2 / (2 * _CASES)) / scale
    half = Z * square_root(share * (1 - share) / _CASES + Z**2 / (4 * _CASES) / _CASES) / scale
    test = every(known(_VALUE, _CASES), _VALUE >= -ROUNDING, _VALUE <= 1 + ROUNDING, _CASES > 0)
    return _between(test, maximum(0, centre - half), minimum(1, centre + half))


def _net_promoter() -> dict[str, Node]:
    """The adjusted Wald interval of a Net Promoter Score (B. Rocks, The American Statistician, 2016): three answers are
    added, three quarters of one a promoter and as much a detractor. It is made to hold the score itself, which it may
    miss where every one of a few answers is the same."""
    promoters, detractors = Name("measure.promoters"), Name("measure.detractors")
    answers = _CASES + NPS_ADDED
    p, d = (promoters + NPS_SHARE) / answers, (detractors + NPS_SHARE) / answers
    half = 100 * Z * square_root((p + d - (p - d) ** 2) / answers)
    test = every(known(_VALUE, promoters, detractors, _CASES), promoters >= 0, detractors >= 0, _CASES > 0)
    test = every(test, promoters + detractors + 2 * NPS_SHARE <= answers)
    low, high = minimum(_VALUE, 100 * (p - d) - half), maximum(_VALUE, 100 * (p - d) + half)
    return _between(test, maximum(-100, low), minimum(100, high))


def _mean() -> dict[str, Node]:
    """Student's interval of the mean of amounts of which none is negative; none of fewer than two, nor where a total
    was typed, of which no squares are known."""
    total, squares = Name("total"), Name("squares")
    centre = total / _CASES
    variance = (squares - total * centre) / (_CASES - 1)
    spread = either(variance <= ROUNDING * centre**2, 0, variance)
    half = quantile(_CASES - 1) * square_root(spread / _CASES)
    test = every(known(_VALUE, squares, total, _CASES), equal(Name("typed"), 0), _CASES >= 2)
    return _between(test, maximum(0, centre - half), centre + half)


def _lifetime() -> dict[str, Node]:
    """The interval of a lifetime that is taken as the time of all divided by how many have ended (exponential
    lifetimes, of which some still go on; B. Epstein and M. Sobel, 1953). While none has ended, the value is the least
    that it can be, and no end of it is known."""
    ended = floor(_CASES)
    test = every(known(_VALUE, _CASES), _VALUE >= 0, _CASES >= 1)
    low, high = 2 * ended / chi_square_high(2 * ended + 2), 2 * ended / chi_square_low(2 * ended)
    return _between(test, _VALUE * low, _VALUE * high)


_WILSON, _NET_PROMOTER, _MEAN, _LIFETIME = _wilson(), _net_promoter(), _mean(), _lifetime()


def settled(traits: Traits) -> Node:
    """1 where both ends of the interval have the level of the value, or stand to the target as it does, else 0; blank
    where that cannot be said. One case of a mean settles nothing."""
    level, low, high = Name("level"), Name("low_level"), Name("high_level")
    by_level = either(every(equal(low, level), equal(high, level)), 1, 0)
    by_target: Node = BLANK
    if not traits.benchmarked:
        # As numbers: not every engine finds TRUE equal to TRUE.
        low_met, high_met = (either(met(traits, Name(f"interval_{end}")), 1, 0) for end in ("low", "high"))
        told = known(Name("standing"), TARGET)
        by_target = either(told, either(equal(low_met, high_met), 1, 0))
    alone: Node = BLANK
    if traits.interval == "mean":
        one = every(known(level, Name("squares")), equal(Name("typed"), 0), equal(_CASES, 1))
        alone = either(one, 0)
    return either(known(Name("interval_low")), either(known(level), by_level, by_target), alone)


def certainty(traits: Traits) -> dict[str, Node]:
    """The interval of a KPI's value, the level of each end, and whether that settles the value's."""
    levels = {
        f"{end}_level": either(known(Name("level"), Name(f"interval_{end}")), reached(traits, Name(f"interval_{end}")))
        for end in ("low", "high")
    }
    return ends(traits) | levels | {"settled": settled(traits)}


# Over numbers


def wilson(share: float, cases: float) -> Interval | None:
    """The Wilson score interval of a ``share`` of ``cases``, a fraction as its ends are; None where it is none, or of
    nothing."""
    return _interval(_WILSON, {"value": share, "sample": cases})


def net_promoter(promoters: float, detractors: float, respondents: float) -> Interval | None:
    """The adjusted Wald interval of a Net Promoter Score, −100…100; None where the counts are not such."""
    score = 100 * (promoters - detractors) / respondents if respondents else None
    counts = {"measure.promoters": promoters, "measure.detractors": detractors}
    return _interval(_NET_PROMOTER, {"value": score, "sample": respondents, **counts})


def mean(total: float, squares: float, cases: float) -> Interval | None:
    """Student's interval of the mean of ``cases`` amounts of which none is negative, in their unit, by their sum and
    the sum of their squares; None for fewer than two."""
    centre = total / cases if cases else None
    return _interval(_MEAN, {"value": centre, "sample": cases, "total": total, "squares": squares, "typed": 0})


def _interval(rules: Mapping[str, Node], given: Mapping[str, float | None]) -> Interval | None:
    found = Evaluation(rules, given)
    low, high = found.number("interval_low"), found.number("interval_high")
    return None if low is None or high is None else Interval(low, high)
