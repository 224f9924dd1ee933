"""What only a spreadsheet does: looks up in lists of cells, counts rows that meet criteria, fills in words, jumps.

No rule: these lay out what rules have found. Rows and lists are ``Name``s that stand for ranges of cells.
"""

from __future__ import annotations

from kpixl.formula.expressions import Given, either, equal, joined
from kpixl.formula.nodes import Node, SheetCall, Text, as_node

NUMBER, SOME_TEXT = Text(">=-1E300"), Text("?*")
"""Criteria that every number, and every text that is not empty, meets."""


def flag(test: Given) -> Node:
    """1 where the test holds, else 0."""
    return either(test, 1, 0)


def as_text(value: Given) -> Node:
    """As a text, empty where there is nothing."""
    return joined(value, "")


def same_text(one: Given, other: Given) -> Node:
    """Whether two cells look the same as texts."""
    return equal(as_text(one), as_text(other))


# Lists


def item(row: Given, *places: Given) -> Node:
    """What stands in a list at a place, from 1."""
    return _call("INDEX", row, *places)


def place_in(row: Given, value: Given) -> Node:
    """The place of a value in a list; an error where it is not in it."""
    return _call("MATCH", value, row, 0)


def total(*rows: Given) -> Node:
    """All numbers of some lists added up."""
    return _call("SUM", *rows)


def nth_smallest(row: Given, place: Given) -> Node:
    """The number of that place in order."""
    return _call("SMALL", row, place)


def median(row: Given) -> Node:
    """The number in the middle."""
    return _call("MEDIAN", row)


def blanks(row: Given) -> Node:
    """How many cells are blank."""
    return _call("COUNTBLANK", row)


def rows_in(row: Given) -> Node:
    """How many rows there are."""
    return _call("ROWS", row)


# Rows that meet criteria


def since(edge: Given) -> Node:
    """The criterion of numbers from ``edge`` on."""
    return joined(">=", edge)


def before(edge: Given) -> Node:
    """The criterion of numbers below ``edge``."""
    return joined("<", edge)


def up_to(edge: Given) -> Node:
    """The criterion of numbers up to ``edge``."""
    return joined("<=", edge)


def literally(text: Given) -> Node:
    """The criterion of texts that are the same, signs that stand for others among them."""
    for wild in "~*?":
        text = replaced(text, wild, "~" + wild)
    return joined("=", text)


def count_cells(row: Given, criterion: Given) -> Node:
    """How many cells of a list meet a criterion."""
    return _call("COUNTIF", row, criterion)


def count_rows(*criteria: Given) -> Node:
    """How many rows meet all: each a column and its criterion."""
    return _call("COUNTIFS", *criteria)


def sum_rows(what: Given, *criteria: Given) -> Node:
    """The cells of a column added up in the rows that meet all."""
    return _call("SUMIFS", what, *criteria)


# Texts


def length(text: Given) -> Node:
    """How many letters a text has."""
    return _call("LEN", text)


def replaced(text: Given, old: Given, new: Given) -> Node:
    """A text with another in the place of a part of it."""
    return _call("SUBSTITUTE", text, old, new)


def worded(pattern: Given, **values: Given) -> Node:
    """A pattern with values in the places that it has for them: ``worded(Wording("days_left"), days=…)``."""
    for name, value in values.items():
        pattern = replaced(pattern, f"{{{name}}}", value)
    return as_node(pattern)


def repeated(text: Given, times: Given) -> Node:
    """A text so many times."""
    return _call("REPT", text, times)


def new_line() -> Node:
    """What begins another line."""
    return _call("CHAR", 10)


def exactly(one: Given, other: Given) -> Node:
    """Whether two texts are the same to the last letter, capital or not."""
    return _call("EXACT", one, other)


# Cells


def is_error(cell: Given) -> Node:
    """Whether an error stands there."""
    return _call("ISERROR", cell)


def today() -> Node:
    """The day on which a spreadsheet calculates; Python is told."""
    return _call("TODAY")


def link(target: Given, shown: Given) -> Node:
    """A jump to a place, shown as something else."""
    return _call("HYPERLINK", target, shown)


def _call(function: str, *arguments: Given) -> Node:
    return SheetCall(function, tuple(map(as_node, arguments)))
