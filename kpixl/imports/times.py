"""Rows whose hours cannot be told since their days have no time of day. Changes no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.tables import Elapsed
from kpixl.imports.remarks import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.imports.matching import Match
    from kpixl.imports.values import Read


def without_times(match: Match, read: Mapping[str, Sequence[Read]]) -> tuple[frozenset[int], list[Note]]:
    """The places of rows with two days between which hours are counted, where a whole column of the file has no time of
    day; and what is to be said of that."""
    found: set[int] = set()
    notes = []
    for column in match.table.calculated:
        if not isinstance(column, Elapsed) or column.unit != "hours" or column.power != 1:
            continue
        ends = [list(read.get(id_, ())) for id_ in (column.since, column.until)]
        if not all(ends) or all(_timed(cells) for cells in ends):
            continue
        since, until = ends
        places = {p for p, pair in enumerate(zip(since, until, strict=True)) if all(isinstance(d, float) for d in pair)}
        if places:
            dated = next(
                id_ for id_, cells in zip((column.since, column.until), ends, strict=True) if not _timed(cells)
            )
            notes.append(Note("no_times", {"column": match.column(dated), "count": len(places)}))
        found |= places
    return frozenset(found), notes


def _timed(cells: Sequence[Read]) -> bool:
    """Whether any day of a column has a time of day."""
    return any(isinstance(one, float) and one % 1 for one in cells)
