"""Which rows of a file are in the workbook already: by the key fields of a table, or by all that the file fills. Never
asks for a change of what the owner has, beyond filling what is blank."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from kpixl.measure import match_key
from kpixl.source.cells import Value

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.entries import EntryTable

START = "start"
_SAME_DAY_PART = 1e-5
"""Days within which two dates are one: about a second."""
_SECONDS = 86_400
_DIGITS = 9
"""Decimals to which numbers are compared, as far as Excel's 15 digits reach."""

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Stay:
    """A row under its key: where it stands, and its start where rows last."""

    place: int
    start: float | None


def key_of(table: Table, row: Row) -> tuple[Hashable, ...] | None:
    """What a row is known by; None where its table has no key or a part of it is blank."""
    values = [row.get(field.id) for field in table.fields if field.key]
    return tuple(match_key(str(value)) for value in values) if values and all(values) else None


def stay_like(stays: Sequence[Stay], start: float | None) -> Stay | None:
    """Of rows with one key, the one with this start: one with another start is another stay. A row without a start is
    the last of them."""
    if not stays:
        return None
    if start is None:
        return stays[-1]
    same = (stay for stay in stays if stay.start is not None and abs(stay.start - start) <= _SAME_DAY_PART)
    return next(same, None) or next((stay for stay in stays if stay.start is None), None)


def same_value(left: Value, right: Value, *, is_date: bool) -> bool:
    """Whether two values are one: texts as names compare, dates to the second, numbers but for noise."""
    if isinstance(left, str) and isinstance(right, str):
        return match_key(left) == match_key(right)
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-14, abs_tol=_SAME_DAY_PART if is_date else 1e-9)
    return left is None and right is None


class Known:
    """The rows of the workbook, looked up by what the rows of a file hold."""

    def __init__(self, rows: EntryTable, fields: Sequence[str]) -> None:
        """``fields`` are those by which rows without a key compare."""
        self.rows, self.table = rows, rows.table
        self.fields = [id_ for id_ in fields if rows.has(id_)]
        self.dates = {field.id for field in self.table.fields if field.type == "date"}
        self._values: dict[str, list[Value]] = {}

    def value(self, id_: str, place: int) -> Value:
        """What a cell of the workbook holds: its text where it should be a number and is none."""
        if id_ not in self._values:
            self._values[id_] = self._column(id_)
        return self._values[id_][place]

    def _column(self, id_: str) -> list[Value]:
        if id_ in self.rows.texts:
            return [None if pd.isna(text) else str(text) for text in self.rows.texts[id_].tolist()]
        odd = self.rows.odd.get(id_, {})
        numbers = self.rows.numbers[id_].tolist()
        return [
            str(odd[place]) if place in odd else None if math.isnan(number) else float(number)
            for place, number in enumerate(numbers)
        ]

    def keyed(self, key: tuple[Hashable, ...], start: float | None) -> int | None:
        """The row of the workbook with a key, and this start where rows last; None without one."""
        stay = stay_like(self._keyed.get(key, ()), start)
        return None if stay is None else stay.place

    def take_same(self, row: Row) -> bool:
        """Whether a row of the workbook equals ``row`` that no row of the file has been found equal to before."""
        for key in self._keys(row):
            if self._counts[key] > 0:
                self._counts[key] -= 1
                return True
        return False

    @cached_property
    def _keyed(self) -> dict[tuple[Hashable, ...], list[Stay]]:
        found: dict[tuple[Hashable, ...], list[Stay]] = {}
        ids = [field.id for field in self.table.fields if field.key and self.rows.has(field.id)]
        lasting = self.table.stays and self.rows.has(START)
        for place in range(len(self.rows)):
            key = key_of(self.table, {id_: self.value(id_, place) for id_ in ids})
            if key is not None:
                start = self.value(START, place) if lasting else None
                found.setdefault(key, []).append(Stay(place, start if isinstance(start, float) else None))
        return found

    @cached_property
    def _counts(self) -> Counter[tuple[Hashable, ...]]:
        rows = ({id_: self.value(id_, place) for id_ in self.fields} for place in range(len(self.rows)))
        return Counter(tuple(_grain(row[id_], id_ in self.dates) for id_ in self.fields) for row in rows)

    def _keys(self, row: Row) -> Iterator[tuple[Hashable, ...]]:
        """The keys under which an equal row may be counted: values near the edge of a grain have two."""
        return product(*(_grains(row[id_], id_ in self.dates) for id_ in self.fields))


def _grain(value: Value, is_date: bool) -> Hashable:
    """What values have in common that count as equal."""
    if not isinstance(value, float):
        return None if value is None else ("text", match_key(value))
    return round(value * _SECONDS) if is_date else round(value, _decimals(value)) + 0.0


def _grains(value: Value, is_date: bool) -> tuple[Hashable, ...]:
    """The grain of a value, and those that noise in its last digits would bring it to."""
    if not isinstance(value, float):
        return (_grain(value, is_date),)
    noise = 1e-3 / _SECONDS if is_date else 10.0 ** -_decimals(value) / 10
    return tuple(dict.fromkeys(_grain(one, is_date) for one in (value, value + noise, value - noise)))


def _decimals(value: float) -> int:
    whole = math.floor(math.log10(abs(value))) + 1 if abs(value) >= 1 else 1
    return min(_DIGITS, 15 - whole)
