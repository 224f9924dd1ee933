"""Which conditions no row can meet together, and what is counted of rows that have left their sheet by then."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.catalog.tables import Condition, Elapsed, Table, Where, branches


def exclude(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether no row meets the conditions of both sides."""
    return any(_never_both(*pair) for a in one for b in other for pair in ((a, b), (b, a)))


_OPPOSITE = {("<", ">="), ("<", ">"), ("<", "="), ("<=", ">"), ("=", ">"), ("=", "<>"), ("filled", "blank")}
"""Comparisons with the same, of which none holds beside the other."""


def _never_both(one: Condition, other: Condition) -> bool:
    if one.column != other.column or one.or_blank or other.or_blank:
        return False
    if other.comparison == "blank":
        return one.comparison != "blank"
    if {one.comparison, other.comparison} & {"filled", "odd"}:
        return False
    if one.operand == other.operand:
        return (one.comparison, other.comparison) in _OPPOSITE
    if one.kind == other.kind == "choice":
        return one.comparison == other.comparison == "="
    if not isinstance(one.operand, float) or not isinstance(other.operand, float):
        return False
    return one.comparison in ("<", "<=", "=") and other.comparison in (">", ">=", "=") and one.operand < other.operand


def outlives(where: Where, table: Table) -> bool:
    """Whether a row of ``table`` may meet ``where`` of a period that comes after it has left."""
    if table.kept:
        return False
    return any(not _apart(gone, counted, table) for gone in branches(table.leaves) for counted in branches(where))


def _apart(gone: Sequence[Condition], counted: Sequence[Condition], table: Table) -> bool:
    """Whether no row that has gone before one period is counted in it, or in a later one."""
    pairs = [*table.in_order, *((one.since, one.until) for one in table.calculated if isinstance(one, Elapsed))]
    earlier = {(first, then) for first, then in pairs}
    return exclude(gone, counted) or any(
        (left.column == day.column and not (left.or_blank and day.or_blank))
        or ((day.column, left.column) in earlier and not left.or_blank and not day.or_blank)
        for left in gone
        if left.comparison == "<" and left.operand in _STARTS
        for day in counted
        if day.comparison in (">=", ">") and day.operand in _OF_THE_PERIOD
    )


_STARTS = ("window_start", "open_start")
_OF_THE_PERIOD = ("window_start", "came_before", "after_window")
