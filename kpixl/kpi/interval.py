"""How sure a KPI is: 95 % intervals for shares, for NPS and for means, and whether they settle its level.

Pure numbers. An interval tells what the same way of working could as well have brought; it knows nothing of answers
that nobody gave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""The normal quantile of a two-sided interval, 1.96."""
NPS_ADDED, NPS_SHARE = 3.0, 0.75
"""Answers added before an interval for NPS is taken, and how many of them are promoters, and detractors."""
ROUNDING = 1e-9
"""What is left of a variance when it is no more than this share of the squared mean is rounding."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a 95 % interval, in the KPI's unit."""

    low: float
    high: float


def wilson(share: float, cases: float) -> Interval | None:
    """The Wilson score interval (1927) of a share of ``cases``; None where it is none, or of nothing."""
    if not (cases > 0 and -ROUNDING <= share <= 1 + ROUNDING):
        return None
    p = min(1.0, max(0.0, share))
    scale = 1 + Z**2 / cases
    if not math.isfinite(scale):
        return None
    centre = (p + Z**2 / (2 * cases)) / scale
    half = Z * math.sqrt(p * (1 - p) / cases + Z**2 / (4 * cases) / cases) / scale
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def net_promoter(promoters: float, detractors: float, respondents: float) -> Interval | None:
    """The adjusted Wald interval of a Net Promoter Score, −100…100 (B. Rocks, The American Statistician, 2016): three
    answers are added, three quarters of one a promoter and as much a detractor. It is made to hold the score itself,
    which it may miss where every one of a few answers is the same. None where the counts are not such."""
    if not respondents > 0 or promoters < 0 or detractors < 0:
        return None
    count = respondents + NPS_ADDED
    p, d = (promoters + NPS_SHARE) / count, (detractors + NPS_SHARE) / count
    variance = p + d - (p - d) ** 2
    if p + d > 1 or variance < 0:
        return None
    half = Z * math.sqrt(variance / count)
    score = (promoters - detractors) / respondents
    low, high = min(score, p - d - half), max(score, p - d + half)
    return Interval(100 * max(-1.0, low), 100 * min(1.0, high))


def mean(total: float, squares: float, cases: float) -> Interval | None:
    """Student's interval of the mean of ``cases`` amounts of which none is negative, by their sum and the sum of their
    squares; None for fewer than two."""
    if cases < 2:
        return None
    centre = total / cases
    variance = (squares - total * centre) / (cases - 1)
    if variance <= ROUNDING * centre**2:
        variance = 0.0
    half = student(int(cases) - 1) * math.sqrt(variance / cases)
    return Interval(max(0.0, centre - half), centre + half)


@cache
def student(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t with whole degrees of freedom, as T.INV.2T(0.05, …) gives it.

    The distribution function has a closed form for them, a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4), which
    is solved by bisection; from 1,000 on, the first terms of their 26.7.5 are exact to the last digits.
    """
    if freedom >= _EXPANDED:
        z, n = Z, float(freedom)
        terms = (
            (z**3 + z) / 4,
            (5 * z**5 + 16 * z**3 + 3 * z) / 96,
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        )
        return z + sum(term / n**power for power, term in enumerate(terms, 1))
    low, high = 0.0, 13.0
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _within(middle, freedom) < CONFIDENCE else (low, middle)
    return high


_EXPANDED = 1000


def _within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between −t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, term, total = math.cos(angle), 1.0, 0.0
    odd = freedom % 2
    if odd:
        term = cosine
    for step in range(odd, freedom - 1, 2):
        total += term
        term *= cosine**2 * (step + 1) / (step + 2)
    return (2 / math.pi) * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


def interval(
    kpi: BusinessKpi, value: float | None, arguments: Mapping[str, float | None], squares: float | None
) -> Interval | None:
    """The interval of a KPI's value, by the kind that the catalogue says; None where there is none to be had.
    ``squares`` is the sum of the squares of what a mean is taken of, None unless all of it comes from rows."""
    sample = arguments[kpi.kpi.sample] if kpi.kpi.sample else None
    if value is None or sample is None:
        return None
    if kpi.kpi.interval == "share":
        return wilson(value, sample)
    if kpi.kpi.interval == "nps":
        promoters, detractors = arguments["promoters"], arguments["detractors"]
        return None if promoters is None or detractors is None else net_promoter(promoters, detractors, sample)
    if kpi.kpi.interval == "mean" and squares is not None and kpi.kpi.lever:
        total = arguments[kpi.kpi.lever]
        return None if total is None else mean(total, squares, sample)
    return None
