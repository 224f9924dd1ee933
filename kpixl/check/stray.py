"""Rows of an entry table that stand outside of it, where they do not count: after a blank row, or beside it.

What an owner writes around her tables is hers: a note, a sum, a small table. Only what fits the columns is a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import groupby
from typing import TYPE_CHECKING

from kpixl.cellvalue import match_key, number
from kpixl.check.meant import date_meant, number_meant

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import TableLog
    from kpixl.entries import Outside

_LIKELY_DAYS = range(32_874, 54_789)
"""From 1990 to 2049: other numbers under a date are none."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A row outside of its table: what stands there, by the number of the table's column that it belongs to."""

    row: int
    cells: Mapping[int, Outside]

    @property
    def first(self) -> str:
        """The address of its first cell."""
        return self.cells[min(self.cells)].cell

    @property
    def last(self) -> str:
        """The address of its last cell."""
        return self.cells[max(self.cells)].cell


def strays(log: TableLog) -> list[Stray]:
    """The rows of a table that stand below it, or right of it, in their order on the sheet."""
    if not log.rows.outside:
        return []
    by_row: dict[int, dict[int, Outside]] = {}
    for (row, column), cell in log.rows.outside.items():
        by_row.setdefault(row, {})[column] = cell
    columns = {_number(letters): id_ for id_, letters in log.rows.letters.items()}
    right, bottom = log.rows.right or max(columns), log.rows.first_row + len(log.rows) - 1
    fields = {column: _Known(log, log.table.field(id_)) for column, id_ in columns.items() if _is_field(log, id_)}
    found, touching = [], bottom
    for row in sorted(by_row):
        under = {column: cell for column, cell in by_row[row].items() if column <= right}
        beside = {column: cell for column, cell in by_row[row].items() if column > right}
        if under and _is_row(under, fields, near=row == touching + 1):
            found.append(Stray(row, under))
            touching = row
        shifted = _shifted(beside, fields) if beside else None
        if shifted is not None:
            found.append(Stray(row, shifted))
    return found


def blocks(rows: Sequence[Stray]) -> tuple[str, ...]:
    """The cells of rows, those that stand together as one area: ``B12:F14``."""

    def group(pair: tuple[int, Stray]) -> tuple[int, str]:
        return pair[1].row - pair[0], pair[1].first.rstrip("0123456789")

    found = []
    for _, together in groupby(enumerate(rows), group):
        members = [stray for _, stray in together]
        end = max(members, key=lambda stray: max(stray.cells)).last.rstrip("0123456789") + str(members[-1].row)
        found.append(members[0].first if members[0].first == end else f"{members[0].first}:{end}")
    return tuple(found)


def _number(letters: str) -> int:
    """The number of a column by its letters."""
    return reduce(lambda number_, letter: number_ * 26 + ord(letter) - 64, letters, 0)


def _is_field(log: TableLog, id_: str) -> bool:
    return any(field.id == id_ for field in log.table.fields)


@dataclass(frozen=True)
class _Known:
    """A field, and what is known of what may stand in it."""

    log: TableLog
    field: Field

    def fits(self, cell: Outside) -> int:
        """How well a value goes with the field: 2 for one that hardly stands elsewhere, 1 for any text where texts
        stand, −1 for what does not go."""
        value = cell.value
        if isinstance(value, str) and not value.strip():
            return 0
        plain = number(value)
        match self.field.type:
            case "date":
                text = str(value)
                is_day = plain is not None and int(self.log.case.entries.days.serial(plain)) in _LIKELY_DAYS
                return 2 if is_day or (plain is None and date_meant(text, self.log.case.entries.language)) else -1
            case "number":
                return 2 if plain is not None or number_meant(str(value)) is not None else -1
            case "choice":
                return 2 if match_key(str(value)) in self._words else -1
        if plain is not None:
            return 1 if self.field.role == "code" else -1
        return 2 if match_key(str(value)) in self._names else 1

    @cached_property
    def _words(self) -> set[str | float]:
        return {match_key(word) for word in self.log.choices(self.field).values()}

    @cached_property
    def _names(self) -> set[str | float]:
        """The names that the field takes from another table."""
        other = self.log.case.logs.get(self.field.refers_to or "")
        key = other.keys[0].id if other and other.keys else None
        return {match_key(text) for text in other.words(key).texts} if other and key else set()


def _is_row(cells: Mapping[int, Outside], fields: Mapping[int, _Known], *, near: bool) -> bool:
    """Whether cells under the table are a row of it. Right under the table, or under such a row, a cell or two are
    enough: Excel would have taken them in. Further down there has to be most of what a row needs."""
    typed = {column: cell for column, cell in cells.items() if column in fields and not cell.calculated}
    fit = {column: fields[column].fits(cell) for column, cell in typed.items()}
    good, bad = sum(one > 0 for one in fit.values()), sum(one < 0 for one in fit.values())
    if good <= bad:
        return False
    if near:
        return True
    needed = [column for column, known in fields.items() if known.field.required]
    there = sum(column in cells for column in needed)
    return good >= 2 and max(fit.values()) == 2 and 2 * there >= len(needed)


def _shifted(cells: Mapping[int, Outside], fields: Mapping[int, _Known]) -> dict[int, Outside] | None:
    """Cells right of the table under the columns to which they belong; None where they are no row of it: all that a
    row needs has to be there, and nothing that does not go."""
    if len(cells) < 2:
        return None
    first = min(cells)
    best: tuple[int, dict[int, Outside]] | None = None
    needed = {column for column, known in fields.items() if known.field.required}
    for start in sorted(fields):
        moved = {column - first + start: cell for column, cell in cells.items()}
        fit = [fields[column].fits(cell) if column in fields else -1 for column, cell in moved.items()]
        enough = len(moved) >= min(3, len(fields)) and sum(one == 2 for one in fit) >= 2
        if enough and min(fit) > 0 and needed <= moved.keys() and (best is None or sum(fit) > best[0]):
            best = sum(fit), moved
    return best[1] if best else None
