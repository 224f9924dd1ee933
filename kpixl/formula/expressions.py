"""Builds expressions that read like the rules they are; what is certain beforehand is decided at once.

``either(known(target), …)``: each function makes the node of its name. A test that is certain leaves only the part that
counts, so that one rule serves the KPI whose direction is known and the one whose direction stands in a cell.
"""

from __future__ import annotations

from kpixl.formula.nodes import (
    NOISE,
    And,
    Blank,
    Call,
    Compare,
    If,
    IsNumber,
    Join,
    Near,
    Node,
    Not,
    NotAvailable,
    Number,
    Or,
    Otherwise,
    Text,
    Truth,
    as_node,
    numbers,
    truths,
)

BLANK, NOT_THERE = Blank(), NotAvailable()
YES, NO = Truth(True), Truth(False)
Given = Node | float | str | bool


def either(test: Given, then: Given, otherwise: Given = BLANK) -> Node:
    """``then`` where the test holds, else ``otherwise``."""
    (test_,), then_, otherwise_ = truths(test, of="either"), as_node(then), as_node(otherwise)
    if isinstance(test_, Truth):
        return then_ if test_.value else otherwise_
    return If(test_, then_, otherwise_)


def cases(*pairs: tuple[Given, Given], otherwise: Given = BLANK) -> Node:
    """What belongs to the first test that holds."""
    found = as_node(otherwise)
    for test, then in reversed(pairs):
        found = either(test, then, found)
    return found


def every(*tests: Given) -> Node:
    """Whether all hold."""
    parts = [part for test in truths(*tests, of="every") for part in _flat(test, And) if part != YES]
    if NO in parts:
        return NO
    return And(tuple(parts)) if len(parts) > 1 else (parts[0] if parts else YES)


def some(*tests: Given) -> Node:
    """Whether any holds."""
    parts = [part for test in truths(*tests, of="some") for part in _flat(test, Or) if part != NO]
    if YES in parts:
        return YES
    return Or(tuple(parts)) if len(parts) > 1 else (parts[0] if parts else NO)


def _flat(node: Node, kind: type[And] | type[Or]) -> tuple[Node, ...]:
    return node.parts if isinstance(node, kind) else (node,)


def opposite(test: Given) -> Node:
    """Whether it does not hold."""
    (test_,) = truths(test, of="opposite")
    if isinstance(test_, Truth):
        return Truth(not test_.value)
    return test_.operand if isinstance(test_, Not) else Not(test_)


def known(*values: Given) -> Node:
    """Whether all are numbers."""
    return every(*(_known(as_node(value)) for value in values))


def _known(value: Node) -> Node:
    if isinstance(value, Number):
        return YES
    return NO if isinstance(value, (Blank, Text)) else IsNumber(value)


def or_else(value: Given, instead: Given = BLANK) -> Node:
    """The value, or ``instead`` where it is an error."""
    value_ = as_node(value)
    return value_ if isinstance(value_, (Number, Text, Truth, Blank)) else Otherwise(value_, as_node(instead))


def first_known(*values: Given) -> Node:
    """The first that is a number; else the last, or nothing where there is one alone."""
    *tried, found = values if len(values) > 1 else (*values, BLANK)
    for value in reversed(tried):
        found = either(known(value), value, found)
    return as_node(found)


# Comparing numbers where noise counts as equal


def at_least(value: Given, edge: Given) -> Node:
    """value >= edge"""
    return Near(">=", *numbers(value, edge, sign=">="))


def more_than(value: Given, edge: Given) -> Node:
    """value > edge"""
    return Near(">", *numbers(value, edge, sign=">"))


def at_most(value: Given, edge: Given) -> Node:
    """value <= edge"""
    return Near("<=", *numbers(value, edge, sign="<="))


def less_than(value: Given, edge: Given) -> Node:
    """value < edge"""
    return Near("<", *numbers(value, edge, sign="<"))


def same(value: Given, other: Given) -> Node:
    """Whether two numbers differ by noise alone."""
    return Near("=", *numbers(value, other, sign="="))


def noise(reference: Given) -> Node:
    """How far from ``reference`` a number may lie and still be equal to it."""
    return Number(NOISE) * maximum(1, absolute(reference))


def equal(value: Given, other: Given) -> Node:
    """Whether two values are equal to the last digit: whole numbers, dates, texts, blanks."""
    return Compare("=", as_node(value), as_node(other))


# Functions


def absolute(value: Given) -> Node:
    """Without its sign."""
    return _call("abs", value)


def minimum(*values: Given) -> Node:
    """The smallest; with one alone, that one."""
    return _call("minimum", *values) if len(values) > 1 else as_node(values[0])


def maximum(*values: Given) -> Node:
    """The largest; with one alone, that one."""
    return _call("maximum", *values) if len(values) > 1 else as_node(values[0])


def square_root(value: Given) -> Node:
    """The square root; an error below zero."""
    return _call("square_root", value)


def floor(value: Given) -> Node:
    """The whole number at or below."""
    return _call("floor", value)


def round_up(value: Given) -> Node:
    """The next whole number away from zero."""
    return _call("round_up", value)


def sign(value: Given) -> Node:
    """1 above zero, −1 below, 0 at it."""
    return _call("sign", value)


def log10(value: Given) -> Node:
    """The decimal logarithm."""
    return _call("log10", value)


def rounded(value: Given, digits: Given) -> Node:
    """To so many decimals, halves away from zero."""
    return _call("rounded", value, digits)


def student(freedom: Given) -> Node:
    """The two-sided 95 % quantile of Student's t."""
    return _call("student", freedom)


def chi_square_low(freedom: Given) -> Node:
    """What chi-square with an even ``freedom`` is below with a probability of 2.5 %."""
    return _call("chi_square_low", freedom)


def chi_square_high(freedom: Given) -> Node:
    """What chi-square with an even ``freedom`` is above with a probability of 2.5 %."""
    return _call("chi_square_high", freedom)


def count(*values: Given) -> Node:
    """How many of the values are numbers."""
    return Call("count", tuple(map(as_node, values)))


def choose(index: Given, *values: Given) -> Node:
    """The value of that number, from 1."""
    return Call("choose", (*numbers(index, sign="choose"), *map(as_node, values)))


def _call(function: str, *arguments: Given) -> Node:
    return Call(function, numbers(*arguments, sign=function))


# Days, by their serial numbers


def year(day: Given) -> Node:
    """The year of a day."""
    return _call("year", day)


def month(day: Given) -> Node:
    """The month of a day, from 1."""
    return _call("month", day)


def day_of_month(day: Given) -> Node:
    """Which day of its month it is."""
    return _call("day", day)


def weekday(day: Given) -> Node:
    """Which day of its week it is, from 1 for Monday."""
    return _call("weekday", day)


def day_of(year_: Given, month_: Given, day: Given) -> Node:
    """A day by its year, month and day of the month."""
    return _call("date", year_, month_, day)


def months_later(day: Given, by: Given) -> Node:
    """A day so many months later, or the last one of its month."""
    return _call("months_later", day, by)


# Texts


def joined(*parts: Given) -> Node:
    """Texts one after the other."""
    return Join(tuple(map(as_node, parts)))


# Series


def count_of(row: Node) -> Node:
    """How many numbers there are."""
    return _call("count_of", row)


def sum_of(row: Node) -> Node:
    """The sum of those that are there."""
    return _call("sum_of", row)


def smallest(row: Node) -> Node:
    """The smallest of a row without gaps; an error where one is missing."""
    return _call("smallest", row)


def largest(row: Node) -> Node:
    """The largest of a row without gaps; an error where one is missing."""
    return _call("largest", row)
