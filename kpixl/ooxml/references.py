"""References to cells within formulas, changed where the cells that they name have moved.

Follows what Excel does when rows come in: a reference keeps naming the same cells. Never looks into texts, names or
structured references.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TypeAlias

from kpixl.ooxml.cells import Area, column_letters, parse_cell

Place: TypeAlias = tuple[int, int]
"""Row and column of a cell, from 1."""

_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d*"
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'  # a text
    r"|(?P<sheet>(?:'(?:[^']|'')+'|(?:\[\d+\])?[^\W\d][\w.]*)!)?"
    rf"(?:(?P<first>{_CELL})(?::(?P<last>{_CELL}))?(?![\w.(!\[])|(?P<rows>\$?\d+:\$?\d+)(?![\w.]))"
    r"|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"  # the inside of a structured reference
    r"|'(?:[^']|'')+'!"
    r"|[^\W\d][\w.\\]*!?"  # a name, a function, a sheet
    r"|\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?"
)
_PARTS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d+)")


@dataclass(frozen=True)
class RowsInserted:
    """Rows that come into a sheet: below which row, and how many."""

    after: Mapping[int, int]

    @cached_property
    def _edges(self) -> list[tuple[int, int]]:
        """From which row on, and how far, each stretch has moved."""
        edges, by = [], 0
        for row in sorted(self.after):
            by += self.after[row]
            edges.append((row + 1, by))
        return edges

    def row(self, row: int) -> int:
        """Where a row will be."""
        at = bisect_left(self._edges, (row + 1, 0))
        return row + (self._edges[at - 1][1] if at else 0)

    def cell(self, row: int, column: int) -> int | None:
        """Where what hangs on a cell will be; it never leaves."""
        del column
        return self.row(row)

    def area(self, area: Area) -> Area:
        """What becomes of an area: rows that come in between belong to it."""
        return Area(self.row(area.top), area.left, self.row(area.bottom), area.right)


def followed(formula: str, sheet: str, inserted: RowsInserted, *, own: bool) -> str:
    """A formula whose references to ``sheet`` follow its rows. In its ``own`` formulas the sheet is seldom named."""

    def changed(found: re.Match[str]) -> str:
        if not (found["first"] or found["rows"]) or not _is_about(found["sheet"], sheet, own=own):
            return found[0]
        if found["rows"]:
            return (found["sheet"] or "") + ":".join(_row_moved(one, inserted) for one in found["rows"].split(":"))
        ends = [_cell_moved(one, inserted) for one in (found["first"], found["last"]) if one]
        return (found["sheet"] or "") + ":".join(ends)

    return _TOKEN.sub(changed, formula)


def mapped(formula: str, own: str, place_of: Callable[[str, int, int], Place | None]) -> str:
    """A formula of a sheet called ``own`` with every cell where ``place_of`` says that it is, by its sheet, row and
    column; a cell of which it knows nothing stays."""

    def changed(found: re.Match[str]) -> str:
        if not found["first"]:
            return found[0]
        name = _plain(found["sheet"]) if found["sheet"] else own
        ends = [_put(one, place_of(name, *parse_cell(one))) for one in (found["first"], found["last"]) if one]
        return (found["sheet"] or "") + ":".join(ends)

    return _TOKEN.sub(changed, formula)


def followed_in_bytes(xml: bytes, sheet: str, inserted: RowsInserted) -> bytes:
    """A part whose references to ``sheet`` by its name follow its rows. For parts that are too big for a tree."""

    def changed(found: re.Match[bytes]) -> bytes:
        ends = [_cell_moved(one.decode(), inserted) for one in (found[2], found[3]) if one]
        if found[4]:
            ends = [_row_moved(one, inserted) for one in found[4].decode().split(":")]
        return found[1] + ":".join(ends).encode()

    return _named(sheet).sub(changed, xml)


def names_of(sheet: str) -> tuple[bytes, ...]:
    """How the XML of a part may write the name of a sheet in a formula."""
    plain, quoted = (escape(name, quote=False) for name in (sheet, sheet.replace("'", "''")))
    other = "&apos;" + quoted.replace("'", "&apos;") + "&apos;"
    return tuple(f"{one}!".encode() for one in (plain, f"'{quoted}'", other))


def same_formula(one: str, other: str) -> bool:
    """Whether two formulas are one but for spaces, case and the quotes that the name of a sheet can do without."""
    return one == other or _even(one) == _even(other)


def _even(formula: str) -> str:
    return _QUOTED.sub(r"\1!", "".join(formula.split()).lower())


_QUOTED = re.compile(r"'([^\W\d][\w.]*)'!")


def _named(sheet: str) -> re.Pattern[bytes]:
    names = b"|".join(re.escape(one) for one in names_of(sheet))
    cell = rb"\$?[A-Z]{1,3}\$?[1-9]\d*"
    place = rb"(?:(" + cell + rb")(?::(" + cell + rb"))?|(\$?\d+:\$?\d+))(?![\w(])"
    return re.compile(rb"(?<![\w\]'.\\])(?<!&apos;)(" + names + rb")" + place)


def _is_about(named: str | None, sheet: str, *, own: bool) -> bool:
    return own if named is None else _plain(named).casefold() == sheet.casefold()


def _plain(named: str) -> str:
    name = named.removesuffix("!")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _cell_moved(cell: str, inserted: RowsInserted) -> str:
    found = _PARTS.fullmatch(cell)
    assert found is not None
    return f"{found[1]}{found[2]}{found[3]}{inserted.row(int(found[4]))}"


def _row_moved(row: str, inserted: RowsInserted) -> str:
    fixed, number = ("$", row[1:]) if row.startswith("$") else ("", row)
    return f"{fixed}{inserted.row(int(number))}"


def _put(cell: str, place: Place | None) -> str:
    found = _PARTS.fullmatch(cell)
    assert found is not None
    return cell if place is None else f"{found[1]}{column_letters(place[1])}{found[3]}{place[0]}"
