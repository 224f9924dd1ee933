"""What people call the tables and fields of a workbook: by their ids, as the owner's sheets have them, or in any
language of kpixl. Never guesses between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.languages import codes

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table

_PARTING = '=:"'
"""Signs that end the name of a field in an option."""
_PARTS_WORDS = " |&;<>()$`'*?"
"""Signs by which a command line would take a word apart."""


def table_called(text: str, tables: Iterable[Table], sheets: Mapping[str, str]) -> str | None:
    """The id of the table that somebody calls ``text``; ``sheets`` are the names of the owner's sheets by table. None
    where no table is called so, or several are."""
    known = {table.id: table.title for table in tables}
    return _called(text, known, sheets)


def field_called(text: str, table: Table, headings: Mapping[str, str]) -> str | None:
    """The id of the field that somebody calls ``text``; ``headings`` are those of the owner's sheet by field."""
    return _called(text, {field.id: field.heading for field in table.fields}, headings)


def field_to_type(id_: str, table: Table, headings: Mapping[str, str]) -> str:
    """What a field is called in an option: as the owner's sheet has it, where that is one field and no sign in it parts
    an option; else its id."""
    heading = headings.get(id_, "")
    return heading if not {*_PARTING} & {*heading} and field_called(heading, table, headings) == id_ else id_


def is_parted(text: str) -> bool:
    """Whether a word of a command has to be typed in quotes: with a blank in it, or a sign that means something else
    there."""
    return bool({*_PARTS_WORDS} & {*text})


def to_type(text: str) -> str:
    """A word of a command as it is typed."""
    return f'"{text}"' if is_parted(text) else text


def _called(text: str, titles: Mapping[str, str], theirs: Mapping[str, str]) -> str | None:
    """The id among ``titles`` that a text is: by itself, by what the owner has for it, or by what a language has."""
    if text.strip().lower() in titles:
        return text.strip().lower()
    key = name_key(text)
    own = [id_ for id_, name in theirs.items() if id_ in titles and name_key(name) == key]
    found = own or [id_ for id_ in titles if name_key(id_) == key]
    found = found or [id_ for id_, title in titles.items() if any(name_key(language(c)(title)) == key for c in codes())]
    return found[0] if len(found) == 1 else None
