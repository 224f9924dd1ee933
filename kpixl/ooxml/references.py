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
Cell: TypeAlias = tuple[str, int, int]
"""The name of its sheet before them; folded where it is looked up by it."""

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


def apart(formula: str, own: str, gone: Mapping[Cell, Cell], *, now: str | None = None) -> str:
    """A formula of a sheet called ``own`` whose references follow cells that have gone to other sheets. ``now`` is the
    sheet that it stands on itself by now, if another: what it means there it says with its sheet."""
    here = own if now is None else now

    def changed(found: re.Match[str]) -> str:
        if not (found["first"] or found["rows"]):
            return found[0]
        sheet = _plain(found["sheet"]) if found["sheet"] else own
        ends = [one for one in (found["first"], found["last"]) if one]
        moved = _moved_together(ends, sheet, gone)
        if moved:
            sheet = moved[0][0]
            ends = [_put(one, place[1:]) for one, place in zip(ends, moved, strict=True)]
        elif found["sheet"] or now is None:
            return found[0]
        named = "" if sheet.casefold() == here.casefold() else _named_as("'", sheet)
        return named + (":".join(ends) or found["rows"])

    return _TOKEN.sub(changed, formula)


def apart_in_bytes(xml: bytes, sheet: str, gone: Mapping[Cell, Cell]) -> bytes:
    """A part of another sheet whose references to ``sheet`` by its name follow cells that have gone elsewhere."""

    def changed(found: re.Match[bytes]) -> bytes:
        ends = [one.decode() for one in (found[2], found[3]) if one]
        moved = _moved_together(ends, sheet, gone)
        if not moved:
            return found[0]
        quote = "&apos;" if found[1].startswith(b"&apos;") else "'"
        named = escape(_named_as("\0", moved[0][0]), quote=False).replace("\0", quote)
        return (named + ":".join(_put(one, place[1:]) for one, place in zip(ends, moved, strict=True))).encode()

    return _named(sheet).sub(changed, xml)


def _moved_together(ends: list[str], sheet: str, gone: Mapping[Cell, Cell]) -> list[Cell]:
    """Where the ends of a reference are now; nothing where one of them has stayed, or each has gone elsewhere."""
    found = [place for one in ends if (place := gone.get((sheet.casefold(), *parse_cell(one)))) is not None]
    return found if len(found) == len(ends) and len({place[0] for place in found}) == 1 else []


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


def _named_as(quote: str, sheet: str) -> str:
    """How a formula names a sheet: between quotes where it cannot do without."""
    if _PLAIN_NAME.fullmatch(sheet):
        return f"{sheet}!"
    return quote + sheet.replace("'", quote * 2) + quote + "!"


_PLAIN_NAME = re.compile(r"[^\W\d_]{4,}")
"""Names that are no reference to a cell either."""


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
