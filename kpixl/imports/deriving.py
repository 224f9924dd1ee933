"""Fields that a file does not say outright but by other columns: productive hours by what is billable, sessions that
took place by what was cancelled. Tells what it went by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.folding import name_key
from kpixl.imports.choice_words import plain_text, yes_or_no
from kpixl.imports.export_words import Kind, headings_of
from kpixl.imports.matching import Filling, How
from kpixl.imports.remarks import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.values import Read


@dataclass(frozen=True)
class Derived:
    """By which columns of a file (from 0) a field is known that the file does not say outright."""

    field: str
    places: tuple[int, ...]
    inverted: bool = False
    """Whether a yes there is a no here."""


def derived(match: Match) -> tuple[Match, Derived | None]:
    """What is known of a file by other columns than those of its fields, and the file with what that fills."""
    if match.table.id == "hours" and match.table.has("productive"):
        return _productive(match)
    if match.table.id == "sessions" and "completed" not in match.constants:
        return match, _completed(match)
    return match, None


def _productive(match: Match) -> tuple[Match, Derived | None]:
    """Hours on duty that are billable are productive, where the file has one duration."""
    available, productive = match.fillings.get("available"), match.fillings.get("productive")
    one = available is not None and productive is not None and available.places == productive.places
    if (productive is not None and not one) or available is None or "productive" in match.constants:
        return match, None
    if one and productive is not None and productive.rule.where is not None:
        return match, None
    places = _headed(match, "billable")
    if not places:
        return match, None
    filling = Filling("productive", available.places, How.PRODUCT if productive is None else productive.how)
    missing = tuple(id_ for id_ in match.missing if id_ != "productive")
    return replace(match, fillings={**match.fillings, "productive": filling}, missing=missing), Derived(
        "productive", places[:1]
    )


def _completed(match: Match) -> Derived | None:
    filling = match.fillings.get("completed")
    if filling is not None and (filling.rule.translate or filling.rule.default is not None):
        return None
    if filling is None:
        places = _headed(match, "canceled")
        return Derived("completed", places, inverted=True) if places else None
    if name_key(match.columns[filling.places[0]]) in headings_of("canceled"):
        return Derived("completed", tuple(dict.fromkeys((*filling.places, *_headed(match, "canceled")))), inverted=True)
    return None


def _headed(match: Match, kind: Kind) -> tuple[int, ...]:
    words = headings_of(kind)
    return tuple(place for place, heading in enumerate(match.columns) if name_key(heading) in words)


def apply(match: Match, found: Derived, of: Body, read: dict[str, list[Read]], words: Mapping[str, str]) -> list[Note]:
    """Fill a derived field, and say by what; ``words`` are the workbook's for its choices."""
    heading = ", ".join(match.columns[place] for place in found.places)
    if found.field == "productive":
        billable = [_is_yes(plain_text(row[found.places[0]])) for row in of.rows]
        read["productive"] = [
            one if counts or not isinstance(one, float) else 0.0
            for one, counts in zip(read["productive"], billable, strict=True)
        ]
    else:
        off = [any(_is_yes(plain_text(row[place])) for place in found.places) for row in of.rows]
        read[found.field] = [words["no"] if one else words["yes"] for one in off]
    field = match.called(found.field)
    return [Note("derived_no" if found.inverted else "derived", {"field": field, "column": heading})]


def _is_yes(text: str) -> bool:
    """Whether a cell says that something is so: yes, or the word of its column (*Billable*, *Canceled*)."""
    key = name_key(text)
    return yes_or_no(text) == "yes" or key in headings_of("billable") or key in headings_of("canceled")


def outcomes(match: Match, read: Mapping[str, Sequence[Read]], constants: Mapping[str, object]) -> list[Note]:
    """What there is to say of outcomes that no row has, or that are the same in all."""
    id_ = {"sessions": "completed", "hours": "productive"}.get(match.table.id)
    notes = []
    if id_ and match.table.has(id_) and id_ not in constants:
        cells = list(read.get(id_, ()))
        field = match.called(id_)
        if all(cell is None for cell in cells):
            notes.append(Note("no_outcome", {"field": field}))
        elif id_ == "productive" and all(cell == 0.0 for cell in cells):
            notes.append(Note("one_outcome", {"field": field, "value": "0"}))
        elif id_ == "completed" and len({*cells}) == 1 and len(cells) > 1:
            notes.append(Note("same_outcome", {"field": field, "value": str(cells[0])}))
    end = {"requests": "resolved", "tasks": "completed"}.get(match.table.id)
    if end and end not in constants and all(cell is None for cell in read.get(end, ())):
        notes.append(Note("never_ends", {"field": match.called(end)}))
    return notes
