"""What is told of the owner's own sheets whose rows fill entry tables: rows that were not taken, and rows that say
something else in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.check.problem import Problem
from kpixl.check.sentences import SENTENCES
from kpixl.message import Verbatim, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.check.case import Case


def sheets(case: Case) -> Iterator[Problem]:
    """What was found when the rows of linked sheets were taken in last."""
    for note in case.entries.linked:
        rows = case.entries.tables.get(note.table)
        if rows is None or note.code not in SENTENCES:
            continue
        # Sentences within a sentence are not cut short.
        told = {name: phrase(Verbatim("{text}"), text=text) for name, text in note.values.items()}
        details = {"title": rows.sheet, "table": note.table, "linked": note.sheet, **told}
        severity = SENTENCES[note.code].severity
        yield Problem(severity, note.code, note.sheet, note.cell or None, None, None, details, note.rows)
