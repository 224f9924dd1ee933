"""What the tables of a workbook and their fields are called: by kpixl, and on the owner's sheets. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog.tables import word_key
from kpixl.verbs.results import opened
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class FieldNames:
    """A field of a table: its id, its heading on the sheet, and the words that it takes where it is a choice."""

    id: str
    heading: str
    required: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class TableNames:
    """A table of a workbook, by its id and the name of its sheet."""

    id: str
    sheet: str
    fields: tuple[FieldNames, ...]


def tables_of(path: Path, now: datetime) -> tuple[str, tuple[TableNames, ...]]:
    """The language of a workbook, and the tables that it has."""
    package, _ = opened(path, now)
    book = read(package)
    entries = book.entries
    found = []
    for table in entries.business.tables:
        headings = book.headings[table.id]
        if table.id not in book.sheets:
            continue
        fields = [
            FieldNames(
                field.id,
                headings[field.id],
                field.required,
                tuple(entries.words.get(word_key(table.id, field.id, id_), id_) for id_ in field.choices),
            )
            for field in table.fields
            if field.id in headings
        ]
        found.append(TableNames(table.id, book.sheets[table.id].name, tuple(fields)))
    return entries.language, tuple(found)
