"""Sales with an invoice number: one that is like another in all but its number is a further one, and the same number
again is the same sale. Tables of money have no column for numbers: what is known of them are short marks."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from kpixl.folding import name_key
from kpixl.imports.choice_words import plain_text
from kpixl.imports.export_words import headings_of

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.values import Marks, Value

_ROW, _NUMBER = 6, 3
"""Bytes of marks."""


@dataclass(frozen=True)
class Numbered:
    """The rows of a file with their numbers."""

    heading: str = ""
    """The column that holds them, as names compare; empty without one."""
    column: str = ""
    numbers: Sequence[str] = ()
    """The mark of each row's number, empty where it has none; by place."""
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Mark of a row -> marks of the numbers that such rows of the workbook have."""

    def mark(self, table: Table, row: Mapping[str, Value]) -> str:
        """What rows have in common that are like each other."""
        told = [str(row[one.id]) for one in table.fields if one.id in row and one.type != "choice"]
        return _marked("\x1f".join(told), _ROW)

    def further(
        self, table: Table, rows: Sequence[tuple[int, Mapping[str, Value]]], there: Callable[[Mapping[str, Value]], int]
    ) -> frozenset[int]:
        """The places of rows that are like ones of the workbook, all of which have other numbers; ``there`` counts
        those that are like a row."""
        found: set[int] = set()
        left: dict[str, Counter[str]] = {}
        unnumbered: dict[str, int] = {}
        for place, row in rows if self.known else ():
            mark, number = self.mark(table, row), self.numbers[place]
            if not number or mark not in self.known:
                continue
            if mark not in left:
                left[mark] = Counter(self.known[mark])
                unnumbered[mark] = there(row) - left[mark].total()
            if left[mark][number]:
                left[mark][number] -= 1
            elif unnumbered[mark] > 0:
                unnumbered[mark] -= 1
            else:
                found.add(place)
        return frozenset(found)

    def learned(self, table: Table, rows: Sequence[tuple[int, Mapping[str, Value]]]) -> dict[str, tuple[str, ...]]:
        """Mark of a row -> marks of its numbers, of all rows that are in the workbook now."""
        found: dict[str, Counter[str]] = {}
        for place, row in rows if self.heading else ():
            if self.numbers[place]:
                mark = self.mark(table, row)
                found.setdefault(mark, Counter())[self.numbers[place]] += 1
        return {mark: tuple((Counter(self.known.get(mark, ())) | new).elements()) for mark, new in found.items()}


def numbered(match: Match, of: Body, marks: Marks) -> Numbered:
    """The column of numbers of a file whose rows are amounts of money without a key: one by which numbers are known
    already, else the one that tells most rows apart."""
    if any(one.key for one in match.table.fields) or not any(one.unit == "money" for one in match.table.fields):
        return Numbered()
    used = {place for one in match.fillings.values() for place in one.places}
    found = []
    for place, column in enumerate(match.columns):
        heading = name_key(column)
        if heading in headings_of("number") and place not in used:
            texts = [plain_text(row[place]) for row in of.rows]
            found.append((heading in marks, len({*texts}), -place, heading, texts))
    if not found:
        return Numbered()
    *_, least, heading, texts = max(found)
    numbers = [_marked(name_key(text), _NUMBER) if text else "" for text in texts]
    return Numbered(heading, match.columns[-least], numbers, marks.get(heading, {}))


def _marked(text: str, size: int) -> str:
    return b64encode(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()).decode()
