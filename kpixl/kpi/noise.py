"""When two numbers are equal: where they differ by no more than the noise of floating-point arithmetic.

One rule for levels, targets, trends, signals, pace, what-if and checks. The formulas and macros of a workbook take
``NOISE`` from here.
"""

from __future__ import annotations

from kpixl.formula import nodes as formula

NOISE = formula.NOISE
"""Two numbers are equal where they differ by no more than this, times the larger of 1 and the second."""


def noise_of(reference: float) -> float:
    """How far from ``reference`` a number may lie and still be equal to it, in its own unit."""
    return NOISE * max(1.0, abs(reference))


def same(value: float, reference: float) -> bool:
    """Whether ``value`` differs from ``reference`` by noise alone."""
    return abs(value - reference) <= noise_of(reference)
