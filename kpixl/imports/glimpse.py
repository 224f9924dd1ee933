"""What the columns of a file hold, in a few of their values, for the owner to see which is which. Decides nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from kpixl.imports.choice_words import plain_text
from kpixl.imports.filters import counted
from kpixl.imports.matching import Glimpse
from kpixl.imports.source import is_filled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw

EXAMPLES = 3
"""So many different values are shown of a column."""
_LONGEST = 20
"""Signs of a value that are shown."""
_FEW = 8
"""Different values that a column may have for all of them to be counted."""


def glimpsed(match: Match, lines: Collection[int]) -> Match:
    """The same with what its columns hold, of which the rows need not be kept: but for those in some ``lines``, and
    those above the headings, they are let go."""
    source = match.source
    shown = Glimpse(
        {filling.places: examples(match, filling.places) for filling in match.fillings.values()},
        {column: holdings(match, column) for column in match.unused},
    )
    kept = [n for n, line in enumerate(source.lines) if n <= match.heading or line in lines]
    rows, numbers = [source.rows[n] for n in kept], [source.lines[n] for n in kept]
    return replace(match, source=replace(source, rows=rows, lines=numbers), glimpse=shown)


def examples(match: Match, places: Sequence[int]) -> tuple[str, ...]:
    """The first different values of a column, or of columns that are joined; as they stand in the file, shortened."""
    if match.glimpse:
        return match.glimpse.examples[tuple(places)]
    found: dict[str, None] = {}
    seen: set[tuple[Raw, ...]] = set()
    for row in match.source.rows[match.heading + 1 :]:
        cells = tuple(row[place] for place in places if place < len(row))
        if cells in seen:  # in most rows, of a column that holds the same again and again
            continue
        seen.add(cells)
        text = " ".join(plain_text(cell) for cell in cells if is_filled(cell))
        if text:
            found[_short(text)] = None
        if len(found) == EXAMPLES:
            break
    return tuple(found)


def listed(match: Match, columns: Iterable[str]) -> str:
    """Columns with what they hold: ``Who (Ana, Ben, Cleo), When (2026-10-01)``."""
    shown = []
    for column in columns:
        values = examples(match, (match.columns.index(column),))
        shown.append(f"{column} ({', '.join(values)})" if values else column)
    return ", ".join(shown)


def holdings(match: Match, column: str) -> str:
    """What a column that fills nothing holds: its values with their counts where they are few, else the first of them;
    an en dash where it is blank throughout."""
    if match.glimpse:
        return match.glimpse.holdings[column]
    place = match.columns.index(column)
    rows = match.source.rows[match.heading + 1 :]
    found = Counter(plain_text(row[place]) if place < len(row) else "" for row in rows)
    if not any(found):
        return "–"
    if len(found) <= _FEW and len(found) < len(rows):
        return counted(Counter({_short(value): count for value, count in found.items()}))
    return ", ".join([*examples(match, (place,)), "…"])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
