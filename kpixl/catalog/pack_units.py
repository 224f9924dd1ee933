"""What the result of a formula is in: money, hours, months, or their quotients and products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpixl.errors import N_
from kpixl.formula import Binary, Name, Negate, Node, Number
from kpixl.message import Translate


@dataclass(frozen=True, slots=True)
class Powers:
    """Powers of what is measured; all 0 for plain numbers."""

    money: float = 0
    hours: float = 0
    months: float = 0
    known: bool = True
    """Whether it can be told."""
    number: bool = False
    """Whether it is a number of the formula, which goes with anything."""

    def text(self, t: Translate = str) -> str:
        """What it is, in the words of a pack's ``unit``."""
        parts = [
            name if power == 1 else f"{name}^{power:g}"
            for name, power in (("money", self.money), ("hours", self.hours), ("months", self.months))
            if power
        ]
        return " × ".join(parts) or t(N_("a plain number"))


class UnitsDiffer(ValueError):
    """Amounts of different kinds were added."""

    def __init__(self, first: Powers, sign: str, then: Powers) -> None:
        super().__init__(f"{first.text()} {sign} {then.text()}")
        self.first, self.sign, self.then = first, sign, then


def of_unit(unit: str) -> Powers:
    """What is of a unit is measured in."""
    return Powers(money=unit == "money", hours=unit == "hours", months=unit == "months")


def dimension_of(node: Node, of: Callable[[str], Powers]) -> Powers:
    """What ``node`` is in, where ``of`` says that of each name; UnitsDiffer where money is added to hours."""
    match node:
        case Number():
            return Powers(number=True)
        case Name(id=name):
            return of(name)
        case Negate(operand=operand):
            return dimension_of(operand, of)
        case Binary(operator=sign, left=left, right=right):
            first, then = dimension_of(left, of), dimension_of(right, of)
            return _joined(sign, first, then, right)
    return Powers(known=False)


def _joined(sign: str, first: Powers, then: Powers, right: Node) -> Powers:
    known, number = first.known and then.known, first.number and then.number
    if sign in "+-":
        if known and not (first.number or then.number) and _powers(first) != _powers(then):
            raise UnitsDiffer(first, sign, then)
        return then if first.number else first
    if sign == "^":
        if isinstance(right, Number):
            money, hours, months = (power * right.value for power in _powers(first))
            return Powers(money, hours, months, known, number)
        return Powers(known=False)
    way = 1 if sign == "*" else -1
    money, hours, months = (one + way * other for one, other in zip(_powers(first), _powers(then), strict=True))
    return Powers(money, hours, months, known, number)


def _powers(one: Powers) -> tuple[float, float, float]:
    return one.money, one.hours, one.months


def fits(found: Powers, unit: str) -> bool:
    """Whether what is in ``found`` can be shown in ``unit``. Money an hour or a month is money; what is counted a month
    is a ratio or a count; a plain number can be a time, as a lifetime is one divided by a rate."""
    if not found.known:
        return True
    plain = found.money == 0 and found.hours == 0
    match unit:
        case "money":
            return found.money == 1
        case "fraction" | "score":
            return plain and found.months == 0
        case "hours":
            return found.money == 0 and found.hours in (0, 1)
        case "months":
            return plain and found.months in (-1, 0, 1)
    return found.money == 0
