"""Rows of a file that the owner chooses by what a column holds. Reads no values beyond that column."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpixl.errors import UnknownColumn
from kpixl.imports.choice_words import plain_text
from kpixl.imports.remarks import Note
from kpixl.imports.said import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.said import Filter, Said
    from kpixl.imports.source import Raw


def place_of(match: Match, column: str) -> int | None:
    """The one column of a file with a name; None where there is none, or more."""
    exact = [place for place, name in enumerate(match.columns) if name == column.strip()]
    alike = [place for place, name in enumerate(match.columns) if text_of(name) == text_of(column)]
    found = exact or alike
    return found[0] if len(found) == 1 else None


def filtered(match: Match, of: Body, said: Said) -> tuple[Body, list[Note]]:
    """The rows that the owner's choices leave, and what is to be said of them. UnknownColumn for a column that is named
    now and not there; one that was named for an earlier file is passed over."""
    notes = []
    for one in said.filters:
        place = place_of(match, one.column)
        if place is not None:
            of, told = _chosen(of, one, place, match.columns[place])
            notes += told
        elif not one.remembered:
            allowed = ", ".join(name for name in match.columns if name)
            raise UnknownColumn(path=match.source.path.name, got=one.column, allowed=allowed)
    return of, notes


def counts(cells: Sequence[Raw]) -> Counter[str]:
    """How often each text stands in some cells; blank ones are the empty text."""
    return Counter(plain_text(cell) for cell in cells)


def counted(found: Counter[str]) -> str:
    """Values with their counts, the most frequent first: ``Completed (12), Pending (1)``."""
    shown = [f"{value or '–'} ({count})" for value, count in found.most_common(8)]
    return ", ".join([*shown, *(["…"] if len(found) > 8 else [])])


def _chosen(of: Body, one: Filter, place: int, heading: str) -> tuple[Body, list[Note]]:
    if not one.text.strip():
        return of, []
    texts = [plain_text(row[place]) for row in of.rows]
    values = one.values({*texts})
    keys = {text_of(value) for value in values}
    keeps = [(text_of(text) in keys) == one.keeps for text in texts]
    told = {"column": heading, "values": ", ".join(values), "count": sum(keeps), "others": len(keeps) - sum(keeps)}
    notes = [Note("only" if one.keeps else "except", told)]
    missing = [value for value in values if text_of(value) not in {text_of(text) for text in texts}]
    if missing and texts:
        there = counted(Counter(texts))
        notes.append(Note("no_such_value", {"column": heading, "values": ", ".join(missing), "there": there}))
    return of.without({place for place, keep in enumerate(keeps) if not keep}), notes
