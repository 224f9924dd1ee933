"""Where the cells of a shrinking table go: kept rows up to the headings, a totals row right under them.

Arithmetic of rows and areas alone. Knows nothing of XML.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kpixl.ooxml.cells import Area, parse_area

if TYPE_CHECKING:
    from collections.abc import Iterator


class Moving(Protocol):
    """Rows of a sheet that go somewhere else, or leave."""

    def cell(self, row: int, column: int) -> int | None:
        """The row where what is in or at a cell will be; None if it leaves."""


@dataclass(frozen=True, slots=True)
class Moves:
    """A table's data as it stands, with ``totals`` rows under it, and the indexes of the rows that stay, ascending."""

    data: Area
    totals: int
    kept: tuple[int, ...]

    @property
    def end(self) -> int:
        """The table's last row as it stands, totals included."""
        return self.data.bottom + self.totals

    @property
    def bottom(self) -> int:
        """The last data row afterwards; where none is kept, one blank row remains."""
        return self.data.top + max(len(self.kept), 1) - 1

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The rows that remain, each with the row where it will stand; the blank row is the first one."""
        for target, index in enumerate(self.kept or (0,), self.data.top):
            yield self.data.top + index, target
        for number in range(1, self.totals + 1):
            yield self.data.bottom + number, self.bottom + number

    def cell(self, row: int, column: int) -> int | None:
        """The row where what is in or at a cell will be; None if it leaves."""
        spans = self._spans(row, row, blank=False) if self.data.left <= column <= self.data.right else [(row, row)]
        return spans[0][0] if spans else None

    def covers(self, area: Area) -> bool:
        """Whether an area goes over the whole height of the data."""
        return area.top <= self.data.top and self.data.bottom <= area.bottom

    def areas(self, area: Area, *, blank: bool) -> list[Area]:
        """What becomes of an area: its part in the table follows the rows, what is beside or below stays.

        An area that goes on below the table takes the freed rows in. ``blank``: the blank row that remains where none
        is kept belongs to the area if the first row did.
        """
        left, right = max(area.left, self.data.left), min(area.right, self.data.right)
        if left > right:
            return [area]
        spans = self._spans(area.top, area.bottom, blank)
        if spans == [(area.top, area.bottom)]:
            return [area]
        parts = [Area(top, left, bottom, right) for top, bottom in spans]
        if area.left < left:
            parts.insert(0, Area(area.top, area.left, area.bottom, left - 1))
        if right < area.right:
            parts.append(Area(area.top, right + 1, area.bottom, area.right))
        return parts

    def _spans(self, top: int, bottom: int, blank: bool) -> list[tuple[int, int]]:
        """Rows ``top`` to ``bottom`` of the table's columns afterwards, as first and last rows of each stretch."""
        data = self.data
        kept = (0,) if blank and not self.kept else self.kept
        first, last = bisect_left(kept, top - data.top), bisect_right(kept, bottom - data.top)
        up = data.bottom - self.bottom
        stretches = [
            (top, min(bottom, data.top - 1)),
            (data.top + first, data.top + last - 1),
            (max(top, data.bottom + 1) - up, min(bottom, self.end) - up),
            (top if top > self.end else self.end - up + 1, bottom if bottom > self.end else 0),
        ]
        spans: list[tuple[int, int]] = []
        for start, stop in stretches:
            if start > stop:
                continue
            if spans and spans[-1][1] + 1 == start:
                spans[-1] = (spans[-1][0], stop)
            else:
                spans.append((start, stop))
        return spans


def area_of(ref: str) -> Area | None:
    """The area that a reference names; None for whole columns or rows, which no row of a table moves."""
    try:
        return parse_area(ref)
    except ValueError:
        return None
