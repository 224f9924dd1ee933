"""Columns that fill no field and yet seem to say which rows count: status, type, billable…

Rows that are plainly none of the table's are held back; what is open is told with its values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl.errors import N_
from kpixl.folding import name_key
from kpixl.imports.choice_words import plain_text, yes_or_no
from kpixl.imports.export_words import Kind, back_words, fine_words, headings_of, out_words
from kpixl.imports.filters import counted, counts
from kpixl.imports.outcome import Refusal
from kpixl.imports.remarks import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw
    from kpixl.imports.values import Read

NO_ROW_OF_IT = N_("says that the row is none to count")
_FEW = 12
"""Different values that such a column has at most."""
_WEIGHED: dict[str, tuple[Kind, ...]] = {
    "sales": ("status", "type", "canceled", "void", "paid"),
    "expenses": ("status", "type", "canceled", "void"),
    "hours": ("billable", "status", "void"),
    "surveys": ("survey", "void"),
    "sessions": ("canceled", "status", "void"),
    "leads": ("status", "void"),
    "requests": ("void",),
    "tasks": ("void",),
    "complaints": ("void",),
}
"""Tables whose figures depend on which rows count, and the kinds of columns that may tell."""
_OUT_BY: Mapping[Kind, Literal["yes", "no"]] = {"canceled": "yes", "void": "yes", "paid": "no"}
"""By which answer such a column says of a row that it does not count."""


@dataclass(frozen=True)
class _Telling:
    """A column that may tell which rows count."""

    place: int
    heading: str
    kind: Kind | None
    found: Counter[str]

    @property
    def filled(self) -> Counter[str]:
        return Counter({value: count for value, count in self.found.items() if value})


def told(match: Match, of: Body, decided: Collection[int]) -> tuple[dict[int, Refusal], list[Note]]:
    """The rows that a column says are none of the table's, by their places, and what there is to say of such columns.
    Columns that are ``decided`` upon, by the owner or a product's profile, are passed over."""
    refused: dict[int, Refusal] = {}
    notes = []
    for column in _columns(match, of, decided):
        out = _out(match.table.id, column)
        for place, row in enumerate(of.rows):
            if plain_text(row[column.place]) in out:
                refused.setdefault(place, Refusal(column.heading, plain_text(row[column.place]), NO_ROW_OF_IT))
        notes += _notes(match, column, out)
    return refused, notes


def turned(match: Match, of: Body, decided: Collection[int], read: dict[str, list[Read]]) -> list[Note]:
    """Take off the amounts of rows that a column calls refunds, credit notes, discounts: some exports write them
    without a minus. Where one of them has a minus, the others have none for a reason."""
    notes = []
    for id_ in [field.id for field in match.table.fields if field.unit == "money" and field.id in read]:
        for place, heading in _unused(match, decided):
            if _kind(heading) not in ("type", "status"):
                continue
            cells = [plain_text(row[place]) for row in of.rows]
            filled = {*cells} - {""}
            words = {value for value in filled if len(filled) <= _FEW and name_key(value) in back_words()}
            back = [cell in words for cell in cells]
            amounts = [one for one, is_back in zip(read[id_], back, strict=True) if is_back and isinstance(one, float)]
            if any(amounts) and min(amounts) >= 0:
                read[id_] = [
                    -one if is_back and isinstance(one, float) else one
                    for one, is_back in zip(read[id_], back, strict=True)
                ]
                values = {"column": heading, "values": ", ".join(sorted(words)), "count": len(amounts)}
                notes.append(Note("turned", values))
                break
    return notes


def _out(table: str, column: _Telling) -> set[str]:
    """What a column holds that says of a row that it is none of a table's."""
    out = {value for value in column.filled if is_out(table, value)}
    if column.kind in _OUT_BY and column.kind in _WEIGHED.get(table, ()):
        out |= {value for value in column.filled if yes_or_no(value) == _OUT_BY[column.kind]}
    return out


def is_out(table: str, value: str) -> bool:
    """Whether a word says of a row that it is none of a table's: all of it, or what stands before a parenthesis."""
    words = out_words(table)
    return name_key(value) in words or name_key(value.partition("(")[0]) in words


def _notes(match: Match, column: _Telling, out: set[str]) -> list[Note]:
    command, every = (f'--only "{column.heading}={value}"' for value in (_first(column, out), ""))
    values = {"column": column.heading, "values": counted(column.found), "command": command, "every": every}
    if out:
        held = sum(column.found[value] for value in out)
        return [Note("held_back", {**values, "count": held, "out": ", ".join(sorted(out))})]
    weighed = _WEIGHED.get(match.table.id, ())
    if column.kind is None or column.kind not in weighed:
        return [Note("not_used", values)] if column.kind else []
    return [Note("unweighed" if len(column.found) > 1 else "not_used", values)]


def _first(column: _Telling, out: set[str]) -> str:
    """The value that most rows would be chosen by."""
    rest = [value for value, _ in column.filled.most_common() if value not in out]
    return (rest or [*column.filled])[0]


def _columns(match: Match, of: Body, decided: Collection[int]) -> list[_Telling]:
    found = []
    for place, heading in _unused(match, decided):
        cells: list[Raw] = [row[place] for row in of.rows]
        kind = _kind(heading)
        there = counts(cells)
        column = _Telling(place, heading, kind, there)
        plain = kind not in ("void", "paid") or all(map(yes_or_no, column.filled))
        if 0 < len(column.filled) <= _FEW and plain and (kind or _speaks(match.table.id, column)):
            found.append(column)
    return found


def _unused(match: Match, decided: Collection[int]) -> Iterator[tuple[int, str]]:
    """The columns with a heading that fill nothing and are not decided upon."""
    used = {place for one in match.fillings.values() for place in one.places} | {*decided}
    return ((place, heading) for place, heading in enumerate(match.columns) if heading and place not in used)


def _kind(heading: str) -> Kind | None:
    """What a heading says that its column tells: by all of it, or by its first or last words (*Payment status*)."""
    key = name_key(heading)
    kinds: tuple[Kind, ...] = ("canceled", "void", "paid", "billable", "status", "type", "survey")
    for kind in kinds:
        if key in headings_of(kind):
            return kind
    status = any(key.endswith(f" {word}") or key.startswith(f"{word} ") for word in headings_of("status"))
    return "status" if status else None


def _speaks(table: str, column: _Telling) -> bool:
    """Whether a column without a telling heading holds nothing but words that tell which rows count, one of them that
    a row does not."""
    out = {value for value in column.filled if is_out(table, value)}
    return bool(out) and all(name_key(value) in fine_words() for value in {*column.filled} - out)
