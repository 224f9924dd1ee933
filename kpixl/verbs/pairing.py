"""Which row of an entry table is which row of the sheet that it was taken from, by marks of what both hold. A mark has
the same length for every field, so that one field can be left out of it. Reads no file."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

_LENGTH = 4
"""Letters of the mark of one cell."""
_BLANK = "." * _LENGTH
_DIGITS = 6
"""Decimals to which numbers are compared; of a day, a tenth of a second."""
_MOST_CHANGED = 2
"""In so many fields may a row without a key differ, and still be the same one."""


@lru_cache(maxsize=1 << 16)
def _marked(value: object) -> str:
    return b64encode(blake2b(repr(value).encode(), digest_size=3).digest()).decode()


def mark(value: object) -> str:
    """What a cell is known by."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return _BLANK
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _BLANK if math.isnan(value) else _marked(round(float(value), _DIGITS) + 0.0)
    return _marked(str(value).strip())


def marks(columns: Sequence[Sequence[object]]) -> list[str]:
    """What each row of some columns is known by."""
    return ["".join(map(mark, row)) for row in zip(*columns, strict=True)]


def only(whole: str, fields: Sequence[str], wanted: Collection[str]) -> str:
    """The part of a row's mark, which is of ``fields``, that is of the ``wanted`` ones."""
    return "".join(part for part, id_ in zip(_parts(whole), fields, strict=True) if id_ in wanted)


def fits(whole: str, fields: Sequence[str]) -> bool:
    """Whether a mark is of so many fields."""
    return len(whole) == _LENGTH * len(fields)


def _parts(whole: str) -> list[str]:
    return [whole[start : start + _LENGTH] for start in range(0, len(whole), _LENGTH)]


def equal(left: Mapping[int, str], right: Mapping[int, str]) -> dict[int, int]:
    """Rows of one side with those of the other that hold the same, each one once, in their order."""
    waiting: dict[str, list[int]] = {}
    for number in reversed([*right]):
        waiting.setdefault(right[number], []).append(number)
    found = {}
    for number, one in left.items():
        there = waiting.get(one)
        if there:
            found[number] = there.pop()
    return found


def alike(
    left: Mapping[int, str], right: Mapping[int, str], fields: Sequence[str], keys: Collection[str]
) -> dict[int, int]:
    """Rows that are one though they differ: those with the same key, which no other row on either side has; without a
    key, those that differ in one field, or in two of many."""
    found: dict[int, int] = {}
    places = [place for place, id_ in enumerate(fields) if id_ in keys]
    if places:
        found = _by_key(left, right, places)
        left = {one: whole for one, whole in left.items() if _lacks_key(whole, places)}
        right = {one: whole for one, whole in right.items() if _lacks_key(whole, places)}
    # What is left has to tell one row from another: two cells at least, and more than half of them.
    most = min(_MOST_CHANGED, (len(fields) - 1) // 2, len(fields) - 2)
    for count in range(1, most + 1):
        for omitted in combinations(range(len(fields)), count):
            found |= equal(_without(left, omitted, found), _without(right, omitted, found.values()))
    return found


def same(
    left: Mapping[int, str], right: Mapping[int, str], fields: Sequence[str], keys: Collection[str], by: Collection[str]
) -> dict[int, int]:
    """Rows with the same key that agree in the fields ``by``, whatever else they hold."""
    places = [place for place, id_ in enumerate(fields) if id_ in keys]
    if not places:
        return {}
    cut = (
        {number: only(one, fields, by) for number, one in rows.items() if not _lacks_key(one, places)}
        for rows in (left, right)
    )
    return equal(*cut)


def _by_key(left: Mapping[int, str], right: Mapping[int, str], places: Sequence[int]) -> dict[int, int]:
    there, here = _singly(right, places), _singly(left, places)
    return {one: there[key] for key, one in here.items() if key in there}


def _singly(rows: Mapping[int, str], places: Sequence[int]) -> dict[str, int]:
    """Rows by their keys, where only one has it."""
    found: dict[str, list[int]] = {}
    for number, whole in rows.items():
        if not _lacks_key(whole, places):
            parts = _parts(whole)
            found.setdefault("".join(parts[place] for place in places), []).append(number)
    return {key: numbers[0] for key, numbers in found.items() if len(numbers) == 1}


def _lacks_key(whole: str, places: Sequence[int]) -> bool:
    parts = _parts(whole)
    return any(parts[place] == _BLANK for place in places)


def _without(rows: Mapping[int, str], omitted: Sequence[int], gone: Iterable[int]) -> dict[int, str]:
    away = {*gone}
    return {
        number: "".join(part for place, part in enumerate(_parts(whole)) if place not in omitted)
        for number, whole in rows.items()
        if number not in away
    }
