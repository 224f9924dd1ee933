"""Tells the new rows of a file from those that do not fit, those that are there already and those of closed periods.
Changes nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, cast

from kpixl.imports.choice_words import plain_text
from kpixl.imports.known import (
    Kept,
    Known,
    KnownStay,
    has_namesakes,
    is_simple,
    key_of,
    same_value,
    stay_like,
    text_key,
)
from kpixl.imports.numbered import Numbered
from kpixl.imports.outcome import Accepted, Completion, Difference, Refusal, Rejected
from kpixl.imports.remarks import Note
from kpixl.imports.telling import NO_ROW_OF_IT
from kpixl.imports.values import BLANK, CONTROL, FAILED, TOO_LONG, TWICE, Read, Unfit, Value
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.imports.body import Body
    from kpixl.imports.columns import Columns
    from kpixl.imports.matching import Match

_EXAMPLES = 5
_NEVER_BLANK = (FAILED, TOO_LONG, CONTROL)
"""What is wrong with a cell in itself, and not only for its field."""

Row: TypeAlias = Mapping[str, Value]
Placed: TypeAlias = list[tuple[int, Row]]
"""Rows with their places among those of the file."""


class RowOf(Mapping[str, Value]):
    """A row of columns: many take a seventh of the room that they would as records of their own."""

    __slots__ = ("_columns", "_place")

    def __init__(self, columns: Mapping[str, Sequence[Value]], place: int) -> None:
        self._columns, self._place = columns, place

    def __getitem__(self, id_: str) -> Value:
        return self._columns[id_][self._place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class ReadRows:
    """What the rows of a file say, each by its place among them, from 0."""

    read: Mapping[str, list[Read]]
    """Field id -> what every row has for it."""
    constants: Mapping[str, Value]
    """Field id -> what all rows get."""
    refused: Mapping[int, Refusal]
    """Rows that were found not to fit before they are sorted, and why."""
    untimed: frozenset[int] = frozenset()
    """Rows whose moments are days without a time."""
    numbers: Numbered = Numbered()  # noqa: RUF009  (frozen)
    """The numbers of the rows, such as those of invoices."""


class Sorter:
    """Puts every row of a file where it belongs."""

    def __init__(self, match: Match, of: Body, columns: Columns, rows: ReadRows) -> None:
        read, constants = rows.read, rows.constants
        self.match, self.of, self.source, self.read = match, of, columns, read
        self.table: Table = match.table
        self.constants, self.refused = constants, rows.refused
        self.filled = [field.id for field in self.table.fields if field.id in read or field.id in constants]
        self.ends = [id_ for id_ in self.filled if id_ in read and self.table.field(id_).ends]
        """Fields of the file that say when a row came to its end: blank there, they say that it has none."""
        self.rejected: list[Rejected] = []
        self.completions: list[Completion] = []
        self.differences: list[Difference] = []
        self.differing = self.known = self.further = 0
        self.held: Counter[str] = Counter()
        self.twins: dict[int, Row] = {}
        """Rows by their lines, where two may have one name."""
        self.numbers = rows.numbers
        self.untimed = rows.untimed
        """Places of rows with days where hours are counted."""
        self.unfit: set[str] = set()
        """Fields of which a cell has cost a row."""
        self.misfits: dict[str, list[tuple[int, Unfit]]] = {}
        """Cells of optional fields that do not fit and stay blank."""
        self.seen: dict[Hashable, list[KnownStay]] = {}
        self.first: dict[Hashable, int] = {}
        """The line of the first row with a key, where that tells all."""
        self.is_simple = is_simple(self.table)

    def sorted(self, kept: Kept, notes: Sequence[Note]) -> Accepted:
        """Every row in its place."""
        rows = self._rows()
        every = rows
        is_past = kept.earlier(self._columns(rows)) if kept.earlier else [False] * len(rows)
        past = [one for one, is_early in zip(rows, is_past, strict=True) if is_early]
        rows = [one for one, is_early in zip(rows, is_past, strict=True) if not is_early]
        rows = [(place, row) for place, row in rows if not self._is_repeated(place, row)]
        self.first.clear()  # a key for each row of a large file
        numbers = self.numbers.learned(self.table, rows)
        if kept.existing is not None:
            there = Known(kept.existing, [id_ for id_ in self.filled if not self._assumed(id_)], kept.locked)
            rows = self._unknown(rows, there)
            past = self._unknown(past, there, past=True)
        return Accepted(
            columns=self._columns(rows),
            rejected=tuple(sorted(self.rejected, key=lambda row: row.line)),
            lines=tuple(self.of.lines[place] for place, _ in rows),
            known=self.known,
            completions=tuple(self.completions),
            differing=self.differing,
            differences=tuple(self.differences),
            before=self._columns(self._once(past)),
            earlier=len(past),
            passed_over=self.of.passed_over,
            notes=(*notes, *self._told(len(past))),
            named=self._named(every, [*rows, *past]),
            untimed=tuple(number for number, (place, _) in enumerate(rows) if place in self.untimed),
            untimed_known=tuple(one.row for one in self.completions if self.of.lines.index(one.line) in self.untimed)
            if self.untimed
            else (),
            numbers={self.numbers.heading: numbers} if numbers else {},
            misfitting=frozenset({*self.misfits, *self.unfit}),
        )

    def _columns(self, rows: Placed) -> dict[str, list[Value]]:
        return {id_: [row[id_] for _, row in rows] for id_ in self.filled}

    def _named(self, every: Placed, taken: Placed) -> dict[str, tuple[tuple[str, float | None], ...]]:
        """The names that the rows speak of, with the first day on which the file has them: rows that are there already
        and rows in another currency tell of a day, too."""
        date = next((field.id for field in self.table.fields if field.type == "date"), "")
        found = {}
        for field in self.table.fields:
            if field.refers_to is None or field.id not in self.filled:
                continue
            written: dict[str, float] = {}
            for name, day in self._days(field.id, date, every):
                if day < written.get(name, math.inf):
                    written[name] = day
            first: dict[Hashable, float] = {}
            for name, day in written.items():
                first[text_key(name)] = min(day, first.get(text_key(name), day))
            spoken = [row.get(field.id) for _, row in taken] + [one.values.get(field.id) for one in self.completions]
            names: dict[Hashable, str] = {}
            for spelled in dict.fromkeys(spoken):
                if isinstance(spelled, str):
                    names.setdefault(text_key(spelled), spelled)
            found[field.id] = tuple((name, first.get(key)) for key, name in names.items())
        return found

    def _days(self, id_: str, date: str, every: Placed) -> Iterator[tuple[str, float]]:
        """Names of a field with the whole days of their rows, refused ones among them but for those that no row of the
        table is."""
        pairs: Iterator[tuple[object, object]] = ((row.get(id_), row.get(date)) for _, row in every)
        if len(every) < len(self.of.rows) and id_ in self.read and date in self.read:
            told = {place for place, _ in every}
            told |= {place for place, why in self.refused.items() if why.reason == NO_ROW_OF_IT}
            others = (place for place in range(len(self.of.rows)) if place not in told)
            pairs = chain(pairs, ((self.read[id_][place], self.read[date][place]) for place in others))
        for name, day in pairs:
            if isinstance(name, str) and isinstance(day, float):
                yield name, float(int(day))

    def _told(self, earlier: int) -> list[Note]:
        notes = [Note("earlier", {"count": earlier})] if earlier else []
        for id_, misfits in self.misfits.items():
            notes.append(self._misfit(id_, misfits))
        if self.further:
            notes.append(Note("further", {"column": self.numbers.column, "count": self.further}))
        for id_, count in self.held.items():
            notes.append(Note("formulas", {"field": self.match.called(id_), "count": count}))
        return notes

    def _misfit(self, id_: str, misfits: Sequence[tuple[int, Unfit]]) -> Note:
        """What is told of cells that were left blank: how many, the first of them, and the reason."""
        cells = dict.fromkeys(self._shown(place, id_) for place, _ in misfits)
        reason = phrase(misfits[0][1].reason, **misfits[0][1].values)
        told = {"column": self.source.headings.get(id_, id_), "count": len(misfits), "reason": reason}
        return Note("misfits", {**told, "cells": ", ".join(f"“{cell}”" for cell in list(cells)[:_EXAMPLES])})

    def _assumed(self, id_: str) -> bool:
        """Whether a profile gives a field a value that the file does not hold: the owner may well have bettered it."""
        filling = self.match.fillings.get(id_)
        return filling is not None and filling.rule.default is not None

    def _rows(self) -> Placed:
        """The rows that fit, each with its values."""
        count, needed = len(self.of.rows), {field.id for field in self.table.fields if field.required}
        columns = [self.read[id_] if id_ in self.read else [self.constants[id_]] * count for id_ in self.filled]
        flawed = {*self.refused}
        for id_, cells in zip(self.filled, columns, strict=True):
            unfit = (Unfit, type(None)) if id_ in needed else Unfit
            flawed |= {place for place, value in enumerate(cells) if isinstance(value, unfit)}
        whole = cast("Mapping[str, list[Value]]", dict(zip(self.filled, columns, strict=True)))
        rows: Placed = []
        for place in range(count if columns else 0):
            row = self._row(place) if place in flawed else RowOf(whole, place)
            if row is not None:
                rows.append((place, row))
        return rows

    def _row(self, place: int) -> Row | None:
        """The values of a row; None, and one more among the rejected, where one does not fit."""
        if place in self.refused:
            self._refuse(place, self.refused[place])
            return None
        row: dict[str, Value] = {}
        for field in self.table.fields:
            if field.id in self.read:
                value = self.read[field.id][place]
                if value is None and field.required:
                    value = Unfit(BLANK)
                if isinstance(value, Unfit):
                    if field.required or field.key or value.reason in _NEVER_BLANK:
                        self.unfit.add(field.id)
                        self._reject(place, field.id, value)
                        return None
                    self.misfits.setdefault(field.id, []).append((place, value))
                    value = None
                row[field.id] = value
            elif field.id in self.constants:
                row[field.id] = self.constants[field.id]
        return row

    def _reject(self, place: int, id_: str, unfit: Unfit, first: int | None = None) -> None:
        line, sheet = self.of.lines[place], self.match.source.sheet
        shown = self._shown(place, id_)
        self.rejected.append(
            Rejected(line, str(self.source.called(id_)), shown, unfit.reason, sheet, first, unfit.values)
        )

    def _refuse(self, place: int, why: Refusal) -> None:
        line, sheet = self.of.lines[place], self.match.source.sheet
        self.rejected.append(Rejected(line, why.column, why.value, why.reason, sheet, None, why.values))

    def _shown(self, place: int, id_: str) -> str:
        cell = self.source.cells[id_][place] if id_ in self.source.cells else self.match.constants[id_]
        return cell if isinstance(cell, str) else plain_text(cell)

    def _is_repeated(self, place: int, row: Row) -> bool:
        """Whether a row has the key of an earlier one; then it is among the rejected."""
        key = key_of(self.table, row)
        if key is None:
            return False
        if self.is_simple:
            line = self.of.lines[place]
            first = self.first.setdefault(key, line)
            if first != line:
                self._reject_again(place, first)
            return first != line
        start = self._start(row)
        stays = self.seen.get(key, [])
        if has_namesakes(self.table):
            # Of two rows with one name, only one that says nothing else is the same.
            twins = [stay for stay in stays if self.twins[stay.place] == row]
            self.twins[self.of.lines[place]] = row
            same = twins[0] if twins else None
        else:
            same = stay_like(stays, start, self._end(row))
        if same is None:
            stays.append(KnownStay(self.of.lines[place], start, self._end(row)))
            self.seen[key] = stays
            return False
        self._reject_again(place, same.place)
        return True

    def _reject_again(self, place: int, first: int) -> None:
        id_ = next(field.id for field in self.table.fields if field.key)
        self._reject(place, id_, Unfit(TWICE), first=first)

    def _once(self, rows: Placed) -> Placed:
        """The rows without those that have the key and the first day of one before them."""
        found: dict[Hashable, tuple[int, Row]] = {}
        for place, row in rows:
            key = key_of(self.table, row)
            one = place if key is None else (key, row.get(str(self.table.date)), self._start(row))
            found.setdefault(one, (place, row))
        return [*found.values()]

    def _start(self, row: Row) -> float | None:
        start = row.get(self.table.stays[0]) if self.table.stays else None
        return start if isinstance(start, float) else None

    def _end(self, row: Row) -> float | None:
        end = row.get(self.table.stays[1]) if self.table.stays else None
        return end if isinstance(end, float) else None

    def _unknown(self, rows: Placed, there: Known, *, past: bool = False) -> Placed:
        """The rows that are not in the workbook; what the others add there, and where they differ, is kept. A row of a
        closed period may have the key of another row: it is known only where it begins as that one does."""
        found: dict[int, int] = {}
        keyless = []
        for place, row in rows:
            key = key_of(self.table, row)
            if key is None:
                keyless.append((place, row))
                continue
            if has_namesakes(self.table) and len(self.seen.get(key, ())) > 1:
                day = row.get(self.table.date or "")
                spot = there.namesake(key, day if isinstance(day, float) else None)
            else:
                spot = there.keyed(key, self._start(row), self._end(row))
            if spot is not None and not (past and (there.is_taken(spot) or there.begins_otherwise(row, spot))):
                there.take(spot)
                found[place] = spot
        further = self.numbers.further(self.table, keyless, there.count_equal)
        self.further += len(further)
        keyless = [(place, row) for place, row in keyless if place not in further]
        for (place, _), spot in zip(keyless, there.keyless([row for _, row in keyless]), strict=True):
            if spot is not None:
                found[place] = spot
        self.known += len(found)
        for place, row in rows:
            if place in found:
                self._compare(place, row, found[place], there)
        return [(place, row) for place, row in rows if place not in found]

    def _compare(self, place: int, row: Row, spot: int, there: Known) -> None:
        """Keep what a row adds to its like in the workbook, and where the two differ."""
        if not there.is_compared(row):
            return
        line = self.of.lines[place]
        added: dict[str, Value] = {}
        differs = []
        for id_, value in row.items():
            if not there.rows.has(id_):
                continue
            held = there.value(id_, spot)
            if value is not None and held is None:
                if not there.locked(id_, spot):
                    added[id_] = value
                    continue
                self.held[id_] += 1
            elif id_ not in there.fields or not self._contradicts(id_, value, held, there):
                continue
            differs.append(Difference(line, spot, id_, held, value))
        if added:
            self.completions.append(Completion(line, spot, added))
        self.differing += bool(differs)
        self.differences.extend(differs[: _EXAMPLES - len(self.differences)])

    def _contradicts(self, id_: str, here: Value, held: Value, there: Known) -> bool:
        if here is None:
            return id_ in self.ends and held is not None
        return not same_value(held, here, is_date=id_ in there.dates)
