"""Rules about what stands there twice: an entry that was typed again, and one name in two spellings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import match_key
from kpixl.folding import name_key

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import EntryWords, Finding, TableLog

_FEWEST = 3
"""An entry with fewer cells than these may well come twice."""
_LEGAL = frozenset(
    {
        *("ltd", "limited", "inc", "llc", "llp", "plc", "corp", "co", "gmbh", "ag", "sa", "sas", "sarl", "eurl"),
        *("sl", "slu", "srl", "spa", "lda", "ltda", "bv", "nv", "the"),
    }
)
"""Words with a company's name that some write and others leave out."""
_LONG_NAME, _LONG_WORD = 6, 4
"""Letters that a name, and the word in question, have at least in which one may be wrong."""


def rows(log: TableLog) -> Iterator[Finding]:
    """Entries that say the same as another one, in a table whose rows have no name of their own: in every cell, or in
    those that tell one thing from another, and in the columns that the owner has added."""
    if any(key.role != "code" for key in log.keys):
        return
    fields = [field for field in log.fields if field.role != "code"]
    codes = {field.id: _codes(log, field) for field in fields}
    filled = np.sum([column >= 0 for column in codes.values()], axis=0) if codes else np.zeros(len(log.rows))
    among = (filled >= min(_FEWEST, len(fields))) & _named(log, fields, codes)
    if len(fields) < len(log.fields):
        # Two rows with codes of their own are two, unless they have the minute in common.
        among &= _timed(log, fields) | log.blank(next(field.id for field in log.fields if field.role == "code"))
    # What is no number or date has an error of its own, and says nothing that could be the same.
    among[[row for field in fields for row in log.rows.odd.get(field.id, {})]] = False
    told = [] if log.rows.beside is None else [log.rows.beside]
    groups = _groups([*codes.values(), *told], among)
    same = [codes[id_] for id_ in log.table.same if id_ in codes]
    if same and len(same) == len(log.table.same) and len(fields) == len(log.fields):
        there = np.all([column >= 0 for column in same], axis=0)
        groups = np.where(groups >= 0, groups, _groups([*same, *told], there))
    again = groups >= 0
    if again.any():
        column = next((id_ for id_ in codes if id_ == log.table.date), fields[0].id)
        yield from log.problems("row_again", column, np.flatnonzero(again), partial(_again, log, groups, column))


def _codes(log: TableLog, field: Field) -> np.ndarray:
    """What stands in each row, as numbers that are equal for equal entries; −1 for nothing."""
    if field.id in log.rows.texts:
        return log.words(field.id).codes
    numbers = log.numbers(field.id)
    codes = np.unique(numbers, return_inverse=True)[1]
    return np.where(np.isnan(numbers), -1, codes)


def _named(log: TableLog, fields: Sequence[Field], codes: dict[str, np.ndarray]) -> np.ndarray:
    """Which rows say whom or what they are about: two sales of a day to nobody in particular may be equal."""
    named = np.zeros(len(log.rows), dtype=bool)
    for field in fields:
        if field.type == "text" and field.role is None:
            named |= codes[field.id] >= 0
    return named


def _timed(log: TableLog, fields: Sequence[Field]) -> np.ndarray:
    timed = np.zeros(len(log.rows), dtype=bool)
    for field in fields:
        if field.with_time and field.id in log.rows.numbers:
            timed |= log.numbers(field.id) % 1 > 0
    return timed


def _groups(columns: Sequence[np.ndarray], among: np.ndarray) -> np.ndarray:
    """For each row that repeats an earlier one the number of that row, else −1; shape (rows,)."""
    found = np.full(len(among), -1)
    chosen = np.flatnonzero(among)
    if len(chosen) > 1:
        group = np.zeros(len(chosen), dtype=np.int64)
        for column in columns:
            both = group * (column.max() + 2) + column[chosen] + 1
            group = np.unique(both, return_inverse=True)[1]
        first = np.unique(group, return_index=True)[1][group]
        repeats = first < np.arange(len(chosen))
        found[chosen[repeats]] = chosen[first[repeats]]
    return found


def _again(log: TableLog, groups: np.ndarray, column: str, row: int) -> dict[str, object]:
    first = int(groups[row])
    return {"first": log.rows.cell(column, first), "count": int(np.count_nonzero(groups == first)) + 1}


def spellings(log: TableLog) -> Iterator[Finding]:
    """Names of a list that are probably one, written in two ways: by accents, signs, a company's form, the order of the
    words, or one letter."""
    for field in log.keys:
        if field.type == "text" and field.role is None and field.refers_to is None and len(log.keys) == 1:
            words = log.words(field.id)
            other = dict(_alike(words))
            details = partial(_spelt, log, field.id, words, other)
            found = sorted(other, key=lambda text: int(words.first[text]))
            rows_ = np.array([int(words.first[text]) for text in found], dtype=int)
            yield from log.problems("two_spellings", field.id, rows_, details, each=True)


def _spelt(log: TableLog, column: str, words: EntryWords, other: dict[int, int], row: int) -> dict[str, object]:
    text = int(words.codes[row])
    first = other[text]
    return {
        "got": words.texts[text],
        "other": words.texts[first],
        "first": log.rows.cell(column, int(words.first[first])),
    }


def _alike(words: EntryWords) -> Iterator[tuple[int, int]]:
    """A later text and an earlier one that are probably the same name. Excel's own comparison tells them apart."""
    order = sorted(range(len(words.texts)), key=lambda text: int(words.first[text]))
    by_key: dict[tuple[str, ...], int] = {}
    by_form: dict[str, list[tuple[str, int]]] = {}
    for text in order:
        if not words.texts[text].strip():
            continue
        key = tuple(sorted(_plain(words.texts[text])))
        name = " ".join(_plain(words.texts[text]))
        earlier = by_key.setdefault(key, text) if key else text
        if earlier != text:
            if match_key(words.texts[earlier]) != match_key(words.texts[text]):
                yield text, earlier
            continue
        if len(name) < _LONG_NAME:
            continue
        forms = _forms(name)
        near = next((i for form in forms for other, i in by_form.get(form, ()) if _slip(name, other)), None)
        if near is not None:
            yield text, near
        for form in forms:
            by_form.setdefault(form, []).append((name, text))


def _plain(text: str) -> list[str]:
    """The words of a name as they are compared."""
    found = name_key(text).split()
    return [word for word in found if word not in _LEGAL] or found


def _forms(name: str) -> Iterable[str]:
    """A name and what is left of it without one letter: two names a letter apart have one of these in common."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _slip(name: str, other: str) -> bool:
    """Whether two names differ by one letter within a long word: left out, added, another one, or two that changed
    places. Figures, short words and the ends of words tell names apart: Mario and Maria are two."""
    words, others = name.split(), other.split()
    if len(words) != len(others):
        return False
    pairs = [(one, two) for one, two in zip(words, others, strict=True) if one != two]
    if len(pairs) != 1:
        return False
    one, two = pairs[0]
    if min(len(one), len(two)) < _LONG_WORD or not (one + two).isalpha() or one[-1] != two[-1]:
        return False
    if len(one) == len(two):
        places = [place for place in range(len(one)) if one[place] != two[place]]
        if len(places) == 1:
            return places[0] > 0
        swapped = len(places) == 2 and places[1] == places[0] + 1
        return swapped and one[places[0]] == two[places[1]] and one[places[1]] == two[places[0]]
    short, long = sorted((one, two), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(1, len(long)))
