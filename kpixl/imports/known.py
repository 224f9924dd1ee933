"""Which rows of a file are in the workbook already: by the key fields of a table, by those that make two rows the same,
or by all that the file fills. Never asks for a change of what the owner has, beyond filling what is blank."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from kpixl.cellvalue import match_key
from kpixl.folding import one_form
from kpixl.imports.values import Marks, Read, Value

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.entries import EntryTable

_SAME_DAY_PART = 1e-5
"""Days within which two dates are one: about a second."""
_SECONDS = 86_400
_DIGITS = 9
"""Decimals to which numbers are compared, as far as Excel's 15 digits reach."""

Row = Mapping[str, Value]
Spellings: TypeAlias = Mapping[str, Mapping[Hashable, str]]
"""Field id -> a name as names compare -> how the workbook writes it."""


_Index: TypeAlias = dict[tuple[Hashable, ...], list[int]]


@dataclass(frozen=True)
class Kept:
    """What the workbook holds of a table already, for the rows of a file to be compared with."""

    existing: EntryTable | None = None
    """Its rows, which are not taken again."""
    spellings: Spellings = field(default_factory=dict)
    """Names that look as one of these are written so."""
    earlier: Callable[[Mapping[str, list[Value]]], Sequence[bool]] | None = None
    """Which of some rows belong to closed periods: of these only such are looked at as the workbook still has."""
    locked: Callable[[str, int], bool] | None = None
    """Of a field and one of the rows, from 0: whether its cell may not be filled in."""
    numbers: Marks = field(default_factory=dict)
    """What is known of the numbers, such as those of invoices, that rows came with."""


@dataclass(frozen=True, slots=True)
class KnownStay:
    """A row under its key: where it stands, and its start and end where rows last."""

    place: int
    start: float | None
    end: float | None = None


def text_key(text: str) -> str | float:
    """What texts are compared by: as COUNTIFS does, but those that look the same are one."""
    return match_key(one_form(text))


def spelling(names: Iterable[str]) -> dict[Hashable, str]:
    """How some names are written, by what they are compared by; the first spelling of each."""
    found: dict[Hashable, str] = {}
    for name in names:
        found.setdefault(text_key(name), name)
    return found


def spelled(cell: Read, known: Mapping[Hashable, str]) -> Read:
    """A name as the workbook writes it, where it looks the same and COUNTIFS would take it for another."""
    if not known or not isinstance(cell, str):
        return cell
    written = known.get(text_key(cell), cell)
    return cell if match_key(written) == match_key(cell) else written


def key_of(table: Table, row: Row) -> Hashable | None:
    """What a row is known by; None where its table has no key or a part of it is blank."""
    values = [row.get(field.id) for field in table.fields if field.key]
    if not values or not all(values):
        return None
    keys = tuple(text_key(str(value)) for value in values)
    return keys[0] if len(keys) == 1 else keys


def has_namesakes(table: Table) -> bool:
    """Whether two rows of a table may have one key and be two: it is a name, and each row has its day."""
    keys = [field for field in table.fields if field.key]
    return len(keys) == 1 and keys[0].id != "id" and not table.stays and table.date is not None


def is_simple(table: Table) -> bool:
    """Whether there is one row of a table for each key, whatever else it says."""
    return not table.stays and not has_namesakes(table)


def stay_like(stays: Sequence[KnownStay], start: float | None, end: float | None = None) -> KnownStay | None:
    """Of rows with one key, the one with this start: one with another start is another stay. A row without a start is
    the last of them that does not begin after its ``end``; it has ended before what begins later."""
    if start is None:
        return next((stay for stay in reversed(stays) if not _before(end, stay.start)), None)
    same = (stay for stay in stays if stay.start is not None and abs(stay.start - start) <= _SAME_DAY_PART)
    startless = (stay for stay in stays if stay.start is None and not _before(stay.end, start))
    return next(same, None) or next(startless, None)


def _before(end: float | None, start: float | None) -> bool:
    """Whether one stay ended before the day on which another one began."""
    return end is not None and start is not None and end // 1 < start // 1


def same_value(left: Value, right: Value, *, is_date: bool) -> bool:
    """Whether two values are one: texts as names compare, dates to the second, numbers but for noise."""
    if isinstance(left, str) and isinstance(right, str):
        return text_key(left) == text_key(right)
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-14, abs_tol=_SAME_DAY_PART if is_date else 1e-9)
    return left is None and right is None


class Known:
    """The rows of the workbook, looked up by what the rows of a file hold."""

    def __init__(
        self, rows: EntryTable, fields: Sequence[str], locked: Callable[[str, int], bool] | None = None
    ) -> None:
        """``fields`` are those by which rows compare; ``locked`` says which cells may not be filled in."""
        self.rows, self.table = rows, rows.table
        self.fields = [id_ for id_ in fields if rows.has(id_)]
        self.locked = locked or (lambda _id, _place: False)
        own = [id_ for id_ in self.table.same if id_ in self.fields]
        keys = [field.id for field in self.table.fields if field.key and field.id in self.fields]
        self.identity = [*keys, *own] if own else []
        """The fields by which a row without a key is told from others; none where all of them tell."""
        self._taken: set[int] = set()
        self.dates = {field.id for field in self.table.fields if field.type == "date"}
        self._values: dict[str, list[Value]] = {}

    def value(self, id_: str, place: int) -> Value:
        """What a cell of the workbook holds: its text where it should be a number and is none."""
        if id_ not in self._values:
            self._values[id_] = self._column(id_)
        return self._values[id_][place]

    def _column(self, id_: str) -> list[Value]:
        if id_ in self.rows.texts:
            return [*self.rows.texts[id_]]
        odd = self.rows.odd.get(id_, {})
        numbers = self.rows.numbers[id_].tolist()
        return [
            str(odd[place]) if place in odd else None if math.isnan(number) else float(number)
            for place, number in enumerate(numbers)
        ]

    def keyed(self, key: Hashable, start: float | None, end: float | None = None) -> int | None:
        """The row of the workbook with a key, and this start and end where rows last; None without one."""
        if is_simple(self.table):
            return self._placed.get(key)
        stay = stay_like(self._keyed.get(key, ()), start, end)
        return None if stay is None else stay.place

    def namesake(self, key: Hashable, day: float | None) -> int | None:
        """The row of the workbook with a name and a day that no row of the file has been found to be yet."""
        for stay in self._keyed.get(key, ()):
            held = self.value(self.table.date or "", stay.place)
            if stay.place not in self._taken and isinstance(held, float) and day is not None and int(held) == int(day):
                return stay.place
        return None

    def is_taken(self, place: int) -> bool:
        """Whether a row of the file has been found to be this one."""
        return place in self._taken

    def take(self, place: int) -> None:
        """Say that a row of the file is this one."""
        self._taken.add(place)

    def begins_otherwise(self, row: Row, place: int) -> bool:
        """Whether a row differs from one of the workbook in what every row needs."""
        needed = (field.id for field in self.table.fields if field.required and field.id in self.fields)
        return any(not same_value(self.value(id_, place), row[id_], is_date=id_ in self.dates) for id_ in needed)

    def is_compared(self, row: Row) -> bool:
        """Whether a row may differ from the one that it was found to be, or know more."""
        return bool(self.identity) or key_of(self.table, row) is not None

    def keyless(self, rows: Sequence[Row]) -> list[int | None]:
        """The row of the workbook that each of some rows without a key is; no row is found twice. Those that are equal
        in all that the file fills come first, then the likest of those that are the same by the table's fields."""
        found = [self._take_equal(row) for row in rows]
        pairs = []
        for number, row in enumerate(rows):
            if self.identity and found[number] is None:
                pairs += [
                    (self._unlikeness(row, place), number, place)
                    for place in self._places(self._alike, row, self.identity)
                ]
        for _, number, place in sorted(pairs):
            if found[number] is None and place not in self._taken:
                found[number] = place
                self._taken.add(place)
        return found

    def count_equal(self, row: Row) -> int:
        """How many rows of the workbook equal a row and have not been found yet."""
        return sum(1 for _ in self._places(self._equal, row, self.fields))

    def _take_equal(self, row: Row) -> int | None:
        place = next(self._places(self._equal, row, self.fields), None)
        if place is not None:
            self._taken.add(place)
        return place

    def _places(self, index: _Index, row: Row, fields: Sequence[str]) -> Iterator[int]:
        """The rows of an index that equal ``row`` in some fields and have not been found yet."""
        # Values near the edge of a grain have two grains, so there may be more than one place to look.
        for key in product(*(_grains(row[id_], id_ in self.dates) for id_ in fields)):
            waiting = index.get(key, [])
            while waiting and waiting[-1] in self._taken:
                waiting.pop()
            yield from (place for place in reversed(waiting) if place not in self._taken)

    def _unlikeness(self, row: Row, place: int) -> tuple[int, int]:
        """In how many fields two rows differ, and how many only one of them fills."""
        others = [id_ for id_ in self.fields if id_ not in self.identity]
        pairs = [(row[id_], self.value(id_, place), id_) for id_ in others]
        blanks = sum((here is None) != (held is None) for here, held, _ in pairs)
        unlike = sum(not same_value(here, held, is_date=id_ in self.dates) for here, held, id_ in pairs)
        return unlike - blanks, blanks

    @cached_property
    def _placed(self) -> dict[Hashable, int]:
        """Where the row with each key stands, the last one of several."""
        return {key: place for place, key in self._keys()}

    @cached_property
    def _keyed(self) -> dict[Hashable, list[KnownStay]]:
        found: dict[Hashable, list[KnownStay]] = {}
        edges = [id_ if self.rows.has(id_) else None for id_ in self.table.stays or ("", "")]
        for place, key in self._keys():
            days = (self.value(id_, place) if id_ else None for id_ in edges)
            start, end = (day if isinstance(day, float) else None for day in days)
            found.setdefault(key, []).append(KnownStay(place, start, end))
        return found

    def _keys(self) -> Iterator[tuple[int, Hashable]]:
        """The rows that have a key, each with it."""
        ids = [field.id for field in self.table.fields if field.key and self.rows.has(field.id)]
        for place in range(len(self.rows)):
            key = key_of(self.table, {id_: self.value(id_, place) for id_ in ids})
            if key is not None:
                yield place, key

    @cached_property
    def _equal(self) -> _Index:
        return self._index(self.fields)

    @cached_property
    def _alike(self) -> _Index:
        return self._index(self.identity)

    def _index(self, fields: Sequence[str]) -> _Index:
        """The rows by what they hold in some fields, the first of equal ones last."""
        found: _Index = {}
        for place in reversed(range(len(self.rows))):
            key = tuple(_grain(self.value(id_, place), id_ in self.dates) for id_ in fields)
            found.setdefault(key, []).append(place)
        return found


def _grain(value: Value, is_date: bool) -> Hashable:
    """What values have in common that count as equal."""
    if not isinstance(value, float):
        return None if value is None else ("text", text_key(value))
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
