"""The lines of Past periods in formulas: how many there are of a figure between two days, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.formula import Name, substituted
from kpixl.formula.in_cells import NUMBER, before, count_rows, since, sum_rows
from kpixl.formula.to_excel import Template, literal
from kpixl.kpi.calendar_rules import shifted
from kpixl.kpi.over_past import only
from kpixl.period import Kind

if TYPE_CHECKING:
    from kpixl.formula.nodes import Node
    from kpixl.workbook.grid import Context

ID, FIRST, AFTER = Name("id"), Name("first"), Name("after")
"""What the lines are called, the first day of their periods, and the day before which those begin."""
_IDS, _STARTS, _VALUES = Name("past.id"), Name("past.start"), Name("past.value")


def _lines(id_: Node, first: Node, after: Node) -> tuple[Node, ...]:
    return _IDS, id_, _STARTS, since(first), _STARTS, before(after)


def number_of(id_: Node = ID, first: Node = FIRST, after: Node = AFTER) -> Node:
    """How many lines there are that have a figure."""
    return count_rows(*_lines(id_, first, after), _VALUES, NUMBER)


def total_of(id_: Node = ID, first: Node = FIRST, after: Node = AFTER, *, figures: bool = False) -> Node:
    """What they come to; as ``figures``, by the same criteria as they are counted."""
    return sum_rows(_VALUES, *_lines(id_, first, after), *((_VALUES, NUMBER) if figures else ()))


def columns(c: Context) -> dict[str, str]:
    """The columns by the names that these formulas have for them."""
    return {f"past.{column}": c.column("past", column) for column in ("id", "start", "value")}


def past_value(c: Context, name: str, start: str, otherwise: str = '""') -> str:
    """The value of ``name`` in the closed period that starts at ``start``; ``otherwise`` without one, and where it
    stands there twice."""
    after = _NEXT[c.scorecard.entries.period.kind].filled({"day": start}, c.word)
    return only_line(c, name, start, after, otherwise)


def only_line(c: Context, name: str, first: str, after: str, otherwise: str) -> str:
    """The value of ``name`` in the only line from the day ``first`` on and before ``after``."""
    bind = {"id": literal(name), "first": first, "after": after, "otherwise": otherwise, **columns(c)}
    return _ONLY.filled(bind, c.word)


_NEXT = {kind: Template(shifted(kind, Name("day"), 1)) for kind in Kind}
_ONLY = Template(substituted(only(Name("otherwise")), {"lines": number_of(), "total": total_of()}))
