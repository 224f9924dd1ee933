"""Rows whose hours cannot be told since their days have no time of day, those in which the clocks change, and those
that say how long something took in place of when it ended."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.imports.dates import is_day, zone_called
from kpixl.imports.numbers import lasted, lasting_in
from kpixl.imports.remarks import Note
from kpixl.imports.source import is_filled
from kpixl.period import from_serial

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import tzinfo

    from kpixl.imports.columns import Columns
    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw
    from kpixl.imports.values import Read

_A_MINUTE = 1 / 1440


def reckoned(match: Match, columns: Columns, read: dict[str, list[Read]]) -> tuple[frozenset[str], list[Note]]:
    """Reckon ends from their beginnings where the column for them holds nothing but durations; the fields of which that
    is so, and what is to be said of it."""
    found: set[str] = set()
    notes = []
    for column in match.table.elapsed:
        if column.unit == "months":
            continue
        until = column.until
        if until not in columns.cells or column.since not in read:
            continue
        cells, heading = columns.cells[until], columns.headings[until]
        factor = lasting_in(heading, 24.0 if column.unit == "days" else 1.0)
        filled = sum(map(is_filled, cells))
        # The first cell tells of most columns that they hold no durations.
        if not filled or any(_hours(cell, factor) is None for cell in cells if is_filled(cell)):
            continue
        hours = [_hours(cell, factor) if is_filled(cell) else None for cell in cells]
        # So many days, in whole numbers, leave the time of day open: 0 days may be any hour of the first.
        by_day = factor == 24 and all(one is None or one % 24 == 0 for one in hours)
        read[until] = [
            (int(start) if by_day else start) + lasting / 24
            if isinstance(start, float) and lasting is not None
            else None
            for start, lasting in zip(read[column.since], hours, strict=True)
        ]
        found |= set() if by_day else {until}
        names = {id_: match.called(id_) for id_ in (column.since, until)}
        told = {"column": columns.called(until), "since": names[column.since], "until": names[until], "count": filled}
        notes.append(Note("reckoned", told))
    return frozenset(found), notes


def _hours(cell: Raw, factor: float) -> float | None:
    """How long something took; None for what says no such thing, or a moment as well: 20261003."""
    return None if isinstance(cell, str) and is_day(cell.strip()) else lasted(cell, factor)


def without_times(
    match: Match, read: Mapping[str, Sequence[Read]], reckoned_: Collection[str] = ()
) -> tuple[frozenset[int], list[Note]]:
    """The places of rows with two days between which hours are counted, where a whole column of the file has no time of
    day; and what is to be said of that. Between a beginning and what was ``reckoned_`` from it they are known."""
    found: set[int] = set()
    notes = []
    for column in match.table.elapsed:
        if column.unit != "hours" or column.until in reckoned_:
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


def over_a_change(match: Match, columns: Columns, read: dict[str, list[Read]], zone: str | None) -> list[Note]:
    """Have rows between whose moments the clocks change last as long as they did: what they ended at is moved by as
    much, within its day, since hours are counted from one to the other. What is to be said of that, and of rows of
    which nobody can tell. Nothing where the zone is not known."""
    there = zone_called(zone)
    notes = []
    for column in match.table.elapsed:
        if column.unit != "hours":
            continue
        since, until = column.since, column.until
        if since not in columns.cells or until not in columns.cells:
            continue
        readers = [columns.instants(id_) for id_ in (since, until)]
        if there is None and not all(readers):
            continue
        moved = unsure = 0
        for place, (start, end) in enumerate(zip(read[since], read[until], strict=True)):
            if not isinstance(start, float) or not isinstance(end, float) or not (start % 1 or end % 1):
                continue
            if len(_offsets(int(start * 24), there) | _offsets(int(end * 24), there)) == 1:
                continue
            moments = [
                _instant(day, reader(place) if reader else None, there)
                for day, reader in zip((start, end), readers, strict=True)
            ]
            right = start + moments[1] - moments[0] if moments[0] is not None and moments[1] is not None else None
            if right is None or int(right) != int(end) or right < start:
                unsure += there is not None or right is not None
            elif abs(right - end) > _A_MINUTE:
                read[until][place] = right
                moved += 1
        if all(readers):
            columns.notes[:] = [note for note in columns.notes if note.code != "twofold" or unsure]
        names = {"column": match.column(until)}
        notes += [Note("clock_moved", {**names, "count": moved})] if moved else []
        notes += [Note("clock_change", {**names, "count": unsure})] if unsure else []
    return notes


def _instant(day: float, told: float | None, zone: tzinfo | None) -> float | None:
    """When a moment was, as UTC has it: as its cell has ``told``, or by the clocks of a zone; None where they show such
    a moment twice or never, or the zone is not known."""
    if told is not None or zone is None:
        return told
    offsets = _offsets(int(day * 24), zone)
    return day - next(iter(offsets)) if len(offsets) == 1 else None


@lru_cache(maxsize=20_000)
def _offsets(hour: int, zone: tzinfo | None) -> frozenset[float]:
    """By how many days a zone is ahead of UTC in an hour of its clocks: two answers in one that comes twice, or never.
    The computer's zone without one."""
    moment = datetime.combine(from_serial(hour / 24), time()) + timedelta(hours=hour % 24, minutes=30)
    sides = [moment.replace(fold=fold) for fold in (0, 1)]
    ahead = [(one.replace(tzinfo=zone) if zone else one.astimezone()).utcoffset() or timedelta() for one in sides]
    return frozenset(one / timedelta(days=1) for one in ahead)


def _timed(cells: Sequence[Read]) -> bool:
    """Whether any day of a column has a time of day."""
    return any(isinstance(one, float) and one % 1 for one in cells)
