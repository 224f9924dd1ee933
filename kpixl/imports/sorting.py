"""Tells the new rows of a file from those that do not fit, those that are there already and those of closed periods.
Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpixl.errors import Phrase
from kpixl.imports.choice_words import plain_text
from kpixl.imports.known import Kept, Known, KnownStay, key_of, same_value, stay_like
from kpixl.imports.outcome import Accepted, Completion, Difference, Rejected
from kpixl.imports.remarks import Note
from kpixl.imports.values import BLANK, TWICE, Read, Unfit, Value

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.imports.body import Body
    from kpixl.imports.columns import Columns
    from kpixl.imports.matching import Match

_EXAMPLES = 5

Row: TypeAlias = dict[str, Value]
Placed: TypeAlias = list[tuple[int, Row]]
"""Rows with their places among those of the file."""


class Sorter:
    """Puts every row of a file where it belongs."""

    def __init__(
        self,
        match: Match,
        of: Body,
        columns: Columns,
        read: Mapping[str, list[Read]],
        constants: Mapping[str, Value],
    ) -> None:
        self.match, self.of, self.source, self.read = match, of, columns, read
        self.table: Table = match.table
        self.constants = constants
        self.filled = [field.id for field in self.table.fields if field.id in read or field.id in constants]
        self.ends = [id_ for id_ in self.filled if id_ in read and self.table.field(id_).ends]
        """Fields of the file that say when a row came to its end: blank there, they say that it has none."""
        self.rejected: list[Rejected] = []
        self.completions: list[Completion] = []
        self.differences: list[Difference] = []
        self.differing = self.known = 0
        self.held: Counter[str] = Counter()
        self.seen: dict[tuple[Hashable, ...], list[KnownStay]] = {}

    def sorted(self, kept: Kept, notes: Sequence[Note]) -> Accepted:
        """Every row in its place."""
        rows = [(place, row) for place in range(len(self.of.rows)) if (row := self._row(place)) is not None]
        is_past = kept.earlier(self._columns(rows)) if kept.earlier else [False] * len(rows)
        past = [one for one, is_early in zip(rows, is_past, strict=True) if is_early]
        rows = [one for one, is_early in zip(rows, is_past, strict=True) if not is_early]
        rows = [(place, row) for place, row in rows if not self._is_repeated(place, row)]
        if kept.existing is not None:
            there = Known(kept.existing, [id_ for id_ in self.filled if not self._assumed(id_)], kept.locked)
            rows = self._unknown(rows, there)
            past = self._unknown(past, there, past=True)
        return Accepted(
            columns=self._columns(rows),
            rejected=tuple(sorted(self.rejected, key=lambda row: row.line)),
            known=self.known,
            completions=tuple(self.completions),
            differing=self.differing,
            differences=tuple(self.differences),
            earlier=len(past),
            passed_over=self.of.passed_over,
            notes=(*notes, *self._told(len(past))),
        )

    def _columns(self, rows: Placed) -> dict[str, list[Value]]:
        return {id_: [row[id_] for _, row in rows] for id_ in self.filled}

    def _told(self, earlier: int) -> list[Note]:
        notes = [Note("earlier", {"count": earlier})] if earlier else []
        for id_, count in self.held.items():
            notes.append(Note("formulas", {"field": Phrase(self.table.field(id_).heading), "count": count}))
        return notes

    def _assumed(self, id_: str) -> bool:
        """Whether a profile gives a field a value that the file does not hold: the owner may well have bettered it."""
        filling = self.match.fillings.get(id_)
        return filling is not None and filling.rule.default is not None

    def _row(self, place: int) -> Row | None:
        """The values of a row; None, and one more among the rejected, where one does not fit."""
        row: Row = {}
        for field in self.table.fields:
            if field.id in self.read:
                value = self.read[field.id][place]
                if value is None and field.required:
                    value = Unfit(BLANK)
                if isinstance(value, Unfit):
                    self._reject(place, field.id, value.reason)
                    return None
                row[field.id] = value
            elif field.id in self.constants:
                row[field.id] = self.constants[field.id]
        return row

    def _reject(self, place: int, id_: str, reason: str, first: int | None = None) -> None:
        cell = self.source.cells[id_][place] if id_ in self.source.cells else self.match.constants[id_]
        shown = cell if isinstance(cell, str) else plain_text(cell)
        heading = self.source.headings.get(id_, id_)
        self.rejected.append(Rejected(self.of.lines[place], heading, shown, reason, self.match.source.sheet, first))

    def _is_repeated(self, place: int, row: Row) -> bool:
        """Whether a row has the key of an earlier one; then it is among the rejected."""
        key = key_of(self.table, row)
        if key is None:
            return False
        start = self._start(row)
        stays = self.seen.setdefault(key, [])
        same = stay_like(stays, start)
        if same is None:
            stays.append(KnownStay(self.of.lines[place], start))
            return False
        id_ = next(field.id for field in self.table.fields if field.key)
        self._reject(place, id_, TWICE, first=same.place)
        return True

    def _start(self, row: Row) -> float | None:
        start = row.get(self.table.stays[0]) if self.table.stays else None
        return start if isinstance(start, float) else None

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
            spot = there.keyed(key, self._start(row))
            if spot is not None and not (past and (there.is_taken(spot) or there.begins_otherwise(row, spot))):
                there.take(spot)
                found[place] = spot
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
        added: Row = {}
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
