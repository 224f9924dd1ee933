"""Numbers as an owner reads them: rounded as a cell of Excel rounds them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpixl.i18n import language, rounded


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        # Halves whose neighbour with an even last digit is the nearer to zero: half-even would go there.
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (81.25, 1, "81.3"),
        (-0.5, 0, "-1"),
        (-2.5, 0, "-3"),
        (-81.25, 1, "-81.3"),
        # Halves in decimals that no binary number is: 1.005 is stored as 1.00499…, 2.675 as 2.67499….
        (1.005, 2, "1.01"),
        (2.675, 2, "2.68"),
        # No halves.
        (81.249, 1, "81.2"),
        (81.251, 1, "81.3"),
        # 0.1 + 0.2 is 0.30000000000000004, of which Excel has fifteen digits.
        (0.1 + 0.2, 15, "0.300000000000000"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: float, digits: int, shown: str) -> None:
    assert rounded(value, digits) == Decimal(shown)


def test_halves_in_what_an_owner_reads() -> None:
    en = language("en")
    assert en.number(0.8125, "fraction") == "81.3%"
    assert en.number(-0.8125, "fraction") == "-81.3%"
    assert en.number(0.125, "hours") == "0.13\u00a0h"
    assert en.number(2.25, "count") == "2.3"
    assert en.number(1.005, "money") == "$1.01"
