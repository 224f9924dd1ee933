"""Lines of a file that add the others up: by their words, or since they come to the sum of what stands above."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.folding import name_key
from kpixl.imports.export_words import total_words
from kpixl.imports.numbers import amount, signs_in
from kpixl.imports.remarks import Note
from kpixl.imports.source import is_filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw

_FEWEST = 3
"""Rows that a line without words has to be the sum of."""


def without_totals(match: Match, of: Body) -> tuple[Body, list[Note]]:
    """The rows without those that add others up, and how many those are."""
    numbers = [field.id for field in match.table.fields if field.type == "number" and field.required]
    places = [match.fillings[id_].places[0] for id_ in numbers if id_ in match.fillings and match.fillings[id_].places]
    if not places:
        return of, []
    day = match.fillings.get(match.table.date or "")
    totals = _totals(of, places[0], day.places[0] if day and day.places else None)
    if not totals:
        return of, []
    lines = ", ".join(str(of.lines[place]) for place in sorted(totals)[:5])
    return of.without(totals), [Note("totals", {"count": len(totals), "lines": lines})]


def _totals(of: Body, column: int, day: int | None) -> set[int]:
    """The lines that add up what stands in ``column`` above them. One that has a ``day`` and comes to a single row is a
    row like that one."""
    values = numbers_in([row[column] for row in of.rows])
    found: set[int] = set()
    since, everything = 0.0, 0.0
    rows_since, rows = 0, 0
    for place, (row, value) in enumerate(zip(of.rows, values, strict=True)):
        words = [name_key(cell) for cell in row if isinstance(cell, str) and any(sign.isalpha() for sign in cell)]
        above = ((since, rows_since), (everything, rows))
        of_rows = [count for one, count in above if value is not None and math.isclose(value, one, abs_tol=0.005)]
        sums, added = bool(of_rows), any(count > 1 for count in of_rows) or not _has_day(row, day)
        exact = any(word in total_words() for word in words)
        begun = any(word.startswith(f"{total} ") for word in words for total in total_words())
        last = place == len(of.rows) - 1 and place >= _FEWEST and not _texts(row)
        if (exact and (sums or len(words) == 1)) or (sums and added and value and (begun or last)):
            found.add(place)
            since, rows_since = 0.0, 0
        elif value is not None:
            since, everything = since + value, everything + value
            rows_since, rows = rows_since + 1, rows + 1
    return found


def _has_day(row: Sequence[Raw], day: int | None) -> bool:
    return day is not None and is_filled(row[day]) and any(map(str.isdigit, str(row[day])))


def _texts(row: Sequence[Raw]) -> list[str]:
    """The texts of a row that are neither numbers nor dates."""
    return [cell for cell in row if isinstance(cell, str) and is_filled(cell) and sum(map(str.isalpha, cell)) > 3]


def numbers_in(cells: Sequence[Raw]) -> list[float | None]:
    """What some cells hold as numbers; None for anything else."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    signs = signs_in(texts)
    sign = next(iter(signs)) if len(signs) == 1 else "."
    read = (amount(cell.strip()) if isinstance(cell, str) else None for cell in cells)
    return [
        float(cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool)
        else one.value(sign)
        if one
        else None
        for cell, one in zip(cells, read, strict=True)
    ]
