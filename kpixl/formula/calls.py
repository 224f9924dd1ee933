"""The functions that expressions may use: what Excel calls each, and what it is over arrays.

A function of numbers gives an error for whatever is none. One over a series passes over what is missing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Routine:
    """How a function is written in Excel, with ``{}`` for its arguments, and what it computes. ``takes`` says what its
    arguments are: numbers each, or one series."""

    excel: str
    compute: Callable[..., Array]
    takes: Literal["numbers", "series"] = "numbers"
    least: int = 1
    most: int = 1


def _away_from_zero(number: Array) -> Array:
    return np.asarray(np.sign(number) * np.ceil(np.abs(number)))


def _folded(function: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    def over_all(*numbers: Array) -> Array:
        found, *others = numbers
        for other in others:
            found = function(found, other)
        return found

    return over_all


def _student(freedom: Array) -> Array:
    return np.asarray(np.vectorize(student, otypes=[float])(freedom))


def _chi_square(tail: float) -> Callable[[Array], Array]:
    return lambda freedom: np.asarray(np.vectorize(lambda n: chi_square(tail, n), otypes=[float])(freedom))


_EPOCH = np.datetime64("1899-12-30")
"""Day 0 of the serial numbers."""


def _since(unit: str, of: str, first: int) -> Callable[[Array], Array]:
    """The number of a day's ``unit`` in what it is part ``of``; its first one has the number ``first``."""

    def number(day: Array) -> Array:
        days = _EPOCH + np.floor(day).astype("timedelta64[D]")
        start = days.astype(f"datetime64[{of}]").astype(f"datetime64[{unit}]")
        return np.asarray((days.astype(f"datetime64[{unit}]") - start).astype(float) + first)

    return number


def _year(day: Array) -> Array:
    days = _EPOCH + np.floor(day).astype("timedelta64[D]")
    return np.asarray(days.astype("datetime64[Y]").astype(float) + 1970)


def _weekday(day: Array) -> Array:
    """From 1 for Monday."""
    return np.asarray((np.floor(day) - 2) % 7 + 1)


def _date(year: Array, month: Array, day: Array) -> Array:
    months = (np.floor(year) - 1970) * 12 + np.floor(month) - 1
    first = np.asarray(months).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((first - _EPOCH).astype(float) + np.floor(day) - 1)


def _months_later(day: Array, by: Array) -> Array:
    days = _EPOCH + np.floor(day).astype("timedelta64[D]")
    month = days.astype("datetime64[M]")
    later = month + np.trunc(by).astype("timedelta64[M]")
    last = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    same = later.astype("datetime64[D]") + (days - month.astype("datetime64[D]"))
    return np.asarray((np.minimum(same, last) - _EPOCH).astype(float))


def _rounded(number: Array, digits: Array) -> Array:
    """Halves away from zero, as Excel rounds, and not to the even side."""
    scale = np.power(10.0, digits)
    return np.asarray(np.sign(number) * np.floor(np.abs(number) * scale + 0.5) / scale)


_MANY = 250
"""Excel takes 255 arguments."""
FUNCTIONS = {
    "abs": Routine("ABS({})", np.abs),
    "square_root": Routine("SQRT({})", np.sqrt),
    "floor": Routine("INT({})", np.floor),
    "round_up": Routine("ROUNDUP({},0)", _away_from_zero),
    "minimum": Routine("MIN({})", _folded(np.minimum), least=2, most=_MANY),
    "maximum": Routine("MAX({})", _folded(np.maximum), least=2, most=_MANY),
    "student": Routine("TINV(0.05,{})", _student),
    "chi_square_low": Routine("CHIINV(0.975,{})", _chi_square(0.975)),
    "chi_square_high": Routine("CHIINV(0.025,{})", _chi_square(0.025)),
    "sign": Routine("SIGN({})", np.sign),
    "log10": Routine("LOG10({})", np.log10),
    "rounded": Routine("ROUND({})", _rounded, least=2, most=2),
    "year": Routine("YEAR({})", _year),
    "month": Routine("MONTH({})", _since("M", "Y", 1)),
    "day": Routine("DAY({})", _since("D", "M", 1)),
    "weekday": Routine("WEEKDAY({},2)", _weekday),
    "date": Routine("DATE({})", _date, least=3, most=3),
    "months_later": Routine("EDATE({})", _months_later, least=2, most=2),
    "sum_of": Routine('SUMIF({},">=-1E300")', lambda row: np.nansum(row, axis=-1), "series"),
    "smallest": Routine("MIN({})", lambda row: np.min(row, axis=-1), "series"),
    "largest": Routine("MAX({})", lambda row: np.max(row, axis=-1), "series"),
}
"""Each visitor knows ``count``, ``count_of`` a series and ``choose`` itself: they look at what is there first."""


@cache
def student(freedom: float) -> float:
    """The two-sided 95 % quantile of Student's t with whole degrees of freedom, as T.INV.2T(0.05, …) gives it; NaN for
    none.

    The distribution function has a closed form for them, a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4), which
    is solved by bisection; from 1,000 on, the first terms of their 26.7.5 are exact to the last digits.
    """
    if not freedom >= 1:
        return math.nan
    freedom = int(freedom)
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


@cache
def chi_square(tail: float, freedom: float) -> float:
    """The value that chi-square with that ``freedom``, an even whole number, passes with the probability ``tail``, as
    CHIINV gives it; NaN for none. Its distribution is then a finite sum, that of Poisson (Abramowitz and Stegun
    26.4.21), which is solved by bisection."""
    if not freedom >= 2:
        return math.nan
    half = int(freedom) // 2
    low, high = 0.0, 4.0 * half + 40
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _fewer(half, middle / 2) > tail else (low, middle)
    return high


def _fewer(count: int, mean: float) -> float:
    """The probability of fewer than ``count`` where as many as ``mean`` are expected. The terms are added up from the
    largest on, on the side of ``count`` on which they fall: those of the other side may be too small to be told from
    nothing, and they are most of it."""
    if mean <= 0:
        return 1.0
    if mean < count:
        return 1.0 - _falling(mean, (mean / number for number in itertools.count(count + 1)), count)
    return _falling(mean, (number / mean for number in range(count - 1, 0, -1)), count - 1)


def _falling(mean: float, factors: Iterable[float], first: int) -> float:
    """Poisson's term of ``first`` and those after it, each by its factor less than the one before."""
    total = term = math.exp(-mean + first * math.log(mean) - math.lgamma(first + 1))
    for factor in factors:
        term *= factor
        if term <= total * _NOTHING:
            break
        total += term
    return total


_NOTHING = 1e-18
"""What changes no digit of a sum."""


Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""The normal quantile of a two-sided interval, 1.96."""
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
