"""What stands further down under headings: the same ones again, as programs print them on every page, or those of
another table, whose rows are none of this one's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeGuard

from kpixl.catalog import catalogue
from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.imports.dates import written
from kpixl.imports.export_words import names_of
from kpixl.imports.numbers import amount
from kpixl.imports.remarks import Note
from kpixl.imports.source import is_filled
from kpixl.languages import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw

_FEWEST = 2
"""So many headings are more than a word in a row."""


def without_lower(match: Match, of: Body) -> tuple[Body, list[Note]]:
    """The rows without headings that come again and without those under other headings, and what was passed over."""
    lower = _lower(match, of)
    if not lower:
        return of, []
    again, other = [], []
    below = False
    for place in range(len(of.rows)):
        if place in lower:
            below = lower[place]
        if below:
            other.append(place)
        elif place in lower:
            again.append(place)
    notes = [Note("headings_again", {"count": len(again)})] if again else []
    notes += [Note("other_table", {"count": len(other), "line": of.lines[other[0]]})] if other else []
    return of.without({*again, *other}), notes


def _lower(match: Match, of: Body) -> dict[int, bool]:
    """The rows that are headings; whether they are other ones than the table's own."""
    needed = [field.id for field in match.table.fields if field.required and field.type in ("date", "number")]
    places = [match.fillings[id_].places[0] for id_ in needed if id_ in match.fillings and match.fillings[id_].places]
    # A word where a day or an amount has to be; few cells are, so few rows are looked at.
    texts = [
        (place, cell)
        for anchor in places
        for place, row in enumerate(of.rows)
        if isinstance(cell := row[anchor], str) and cell[:1].isalpha()
    ]
    if not texts:
        return {}
    own = [name_key(text) for text in match.columns]
    names = _names() | {*own}
    words = {cell for cell in {cell for _, cell in texts} if name_key(cell) in names}
    found = (place for place, cell in texts if cell in words)
    return {place: not _same(of.rows[place], own) for place in found if _headings(of.rows[place], names)}


def _headings(row: Sequence[Raw], names: frozenset[str]) -> bool:
    """Whether a row holds nothing but words, of which most are names of columns."""
    filled = [cell for cell in row if is_filled(cell)]
    if len(filled) < _FEWEST or not all(_is_word(cell) for cell in filled):
        return False
    keys = [name_key(str(cell)) for cell in filled]
    return len({*keys}) == len(keys) and 2 * sum(key in names for key in keys) > len(keys)


def _is_word(cell: Raw) -> TypeGuard[str]:
    return isinstance(cell, str) and any(map(str.isalpha, cell)) and not written(cell) and not amount(cell)


def _same(row: Sequence[Raw], own: Sequence[str]) -> bool:
    return all(not is_filled(cell) or name_key(str(cell)) == key for cell, key in zip(row, own, strict=True))


@cache
def _names() -> frozenset[str]:
    """What columns of any table are called in any language, as names compare."""
    fields = [(table.id, one) for table in catalogue().tables.values() for one in table.fields]
    keys = {name_key(language(code)(one.heading)) for code in codes() for _, one in fields}
    return frozenset(keys | {name for table, one in fields for name in names_of(table, one.id)})
