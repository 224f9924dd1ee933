"""Rows whose hours cannot be told since their days have no time of day, and those in which the clocks change. Changes
no value."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Elapsed
from kpixl.imports.dates import zone_called
from kpixl.imports.remarks import Note
from kpixl.period import from_serial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

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


def over_a_change(match: Match, read: Mapping[str, Sequence[Read]], zone: str | None) -> list[Note]:
    """What is to be said of rows between whose moments the clocks of a zone change: their hours are told by the clock.
    Nothing where the zone is not known."""
    there = zone_called(zone)
    notes = []
    for column in match.table.calculated if there else ():
        if not isinstance(column, Elapsed) or column.unit != "hours" or column.power != 1:
            continue
        pairs = zip(read.get(column.since, ()), read.get(column.until, ()), strict=False)
        count = sum(
            isinstance(since, float) and isinstance(until, float) and bool(since % 1 or until % 1)
            and len(_offsets(since, there) | _offsets(until, there)) > 1
            for since, until in pairs
        )  # fmt: skip
        if count:
            notes.append(Note("clock_change", {"column": match.column(column.until), "count": count}))
    return notes


def _offsets(day: float, zone: tzinfo | None) -> set[timedelta | None]:
    """How far a zone is off at a moment of its clocks: two answers in the hour that comes twice."""
    moment = (datetime.combine(from_serial(day), time()) + timedelta(days=day % 1)).replace(tzinfo=zone)
    return {moment.replace(fold=fold).utcoffset() for fold in (0, 1)}


def _timed(cells: Sequence[Read]) -> bool:
    """Whether any day of a column has a time of day."""
    return any(isinstance(one, float) and one % 1 for one in cells)
