"""What a question asks for that stands as a heading, as programs for surveys write it: how likely somebody is to
recommend, or how content somebody is. Knows it by its words and by the scale that it names; never looks at answers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kpixl.folding import name_key
from kpixl.imports.export_words import question_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.catalog.tables import Table
    from kpixl.imports.export_words import Question

_WORDS = 4
"""A heading of so many words is a question; a shorter one is a name."""
_SCALES: Mapping[Question, tuple[int, int]] = {"recommend": (0, 10), "score": (1, 5)}
"""The fields that questions ask for, and the ends of their scales."""


def asked(table: Table, columns: Sequence[str]) -> dict[str, list[str]]:
    """The questions, as names compare, that ask for a field of a table."""
    found: dict[str, list[str]] = {}
    for column in columns:
        key = name_key(column)
        id_ = _asks(key) if len(key.split()) >= _WORDS else None
        if any(field.id == id_ for field in table.fields if field.maximum is not None):
            found.setdefault(str(id_), []).append(key)
    return found


def _asks(key: str) -> str | None:
    """The field that a question asks for; None where it asks for none, or for two."""
    if _has("other").search(key):
        return None
    told = [id_ for id_ in _SCALES if _has(id_).search(key)]
    if not told:
        told = [id_ for id_, (first, last) in _SCALES.items() if _scale(first, last).search(key)]
    return told[0] if len(told) == 1 else None


@cache
def _has(kind: Question) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, question_words(kind)))})")


@cache
def _scale(first: int, last: int) -> re.Pattern[str]:
    return re.compile(rf"\b{first} (?:(?:{'|'.join(map(re.escape, question_words('between')))}) )?{last}\b")
