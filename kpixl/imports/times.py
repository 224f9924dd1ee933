"""Rows whose hours cannot be told since their days have no time of day, those in which the clocks change, and those
that say how long something took in place of when it ended."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Elapsed
from kpixl.imports.dates import zone_called
from kpixl.imports.numbers import lasted, lasting_in
from kpixl.imports.remarks import Note
from kpixl.imports.source import is_filled
from kpixl.message import phrase
from kpixl.period import from_serial

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import tzinfo

    from kpixl.imports.columns import Columns
    from kpixl.imports.matching import Match
    from kpixl.imports.values import Read


def reckoned(match: Match, columns: Columns, read: dict[str, list[Read]]) -> tuple[frozenset[str], list[Note]]:
    """Reckon ends from their beginnings where the column for them holds nothing but durations; the fields of which that
    is so, and what is to be said of it."""
    found: set[str] = set()
    notes = []
    for column in match.table.calculated:
        if not isinstance(column, Elapsed) or column.unit == "months" or column.power != 1:
            continue
        until = column.until
        if until not in columns.cells or column.since not in read:
            continue
        cells, heading = columns.cells[until], columns.headings[until]
        factor = lasting_in(heading, 24.0 if column.unit == "days" else 1.0)
        filled = sum(map(is_filled, cells))
        # The first cell tells of most columns that they hold no durations.
        if not filled or any(lasted(cell, factor) is None for cell in cells if is_filled(cell)):
            continue
        hours = [lasted(cell, factor) if is_filled(cell) else None for cell in cells]
        # So many days, in whole numbers, leave the time of day open: 0 days may be any hour of the first.
        by_day = factor == 24 and all(one is None or one % 24 == 0 for one in hours)
        read[until] = [
            (int(start) if by_day else start) + lasting / 24
            if isinstance(start, float) and lasting is not None
            else None
            for start, lasting in zip(read[column.since], hours, strict=True)
        ]
        found |= set() if by_day else {until}
        names = {id_: phrase(match.table.field(id_).heading) for id_ in (column.since, until)}
        told = {"column": heading, "since": names[column.since], "until": names[until], "count": filled}
        notes.append(Note("reckoned", told))
    return frozenset(found), notes


def without_times(
    match: Match, read: Mapping[str, Sequence[Read]], reckoned_: Collection[str] = ()
) -> tuple[frozenset[int], list[Note]]:
    """The places of rows with two days between which hours are counted, where a whole column of the file has no time of
    day; and what is to be said of that. Between a beginning and what was ``reckoned_`` from it they are known."""
    found: set[int] = set()
    notes = []
    for column in match.table.calculated:
        if not isinstance(column, Elapsed) or column.unit != "hours" or column.power != 1:
            continue
        if column.until in reckoned_:
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
