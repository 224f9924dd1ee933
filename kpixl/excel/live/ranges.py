"""What Excel hands over for cells, as kpixl reads it in a file; and values as Excel has to be given them.

Knows nothing of workbooks, and never asks Excel anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from kpixl.cellvalue import ExcelError, number
from kpixl.languages.load import every
from kpixl.ooxml.cells import Area, Value

_FIRST_ERROR = -2146828288
"""What COM adds to the number of an error."""
_ERROR_NUMBERS = range(2000, 2100)
_ERROR_TEXTS = frozenset(map(str, ExcelError))
_NO_VALUE = object()
"""What stands for a cell of which Excel gave neither a value nor what is wrong with it."""
_AS_IS = frozenset((float, str, bool))
_OTHER_TRUTHS = frozenset(
    (
        *("wahr", "falsch", "vero", "falso", "waar", "onwaar", "sant", "falskt", "sand", "falsk", "tosi", "epätosi"),
        *("prawda", "fałsz", "pravda", "nepravda", "igaz", "hamis", "doğru", "yanlış", "истина", "ложь"),
    )
)
"""Words that Excel takes for truth values, in languages that kpixl need not speak."""


@dataclass(frozen=True, slots=True)
class RangeCells:
    """The values of some rows, from the first to the last column of an area. Blank cells and errors are empty texts;
    ``errors`` has the codes of the latter by the row and column of the sheet, ``blank`` says which cells hold
    nothing, not even an empty text."""

    rows: list[list[Any]]
    errors: dict[tuple[int, int], str]
    blank: set[tuple[int, int]]


def cells_of(raw: Any, area: Area, shown: Any = None) -> RangeCells:
    """The cells for which Excel gave ``raw``. ``shown`` is what they show, where errors and blanks come without a
    value."""
    found = RangeCells([], {}, set())
    texts = rows_of(shown, area) if shown is not None else None
    for number_, row in enumerate(rows_of(raw, area)):
        plain = [cell if type(cell) in _AS_IS else _converted(cell) for cell in row]
        for column, cell in enumerate(plain):
            place = area.top + number_, area.left + column
            if cell is None:
                found.blank.add(place)
                plain[column] = ""
            elif type(cell) is ExcelError:
                plain[column] = ""
                found.errors[place] = cell.value
            elif cell is _NO_VALUE:
                plain[column] = ""
                if texts is None or texts[number_][column] in _ERROR_TEXTS:
                    found.errors[place] = str(texts[number_][column] if texts else ExcelError.VALUE)
                else:
                    found.blank.add(place)
        found.rows.append(plain)
    return found


def joined(parts: Iterable[RangeCells]) -> RangeCells:
    """Rows that were read one part after another."""
    found = RangeCells([], {}, set())
    for part in parts:
        found.rows.extend(part.rows)
        found.errors.update(part.errors)
        found.blank.update(part.blank)
    return found


def rows_of(raw: Any, area: Area) -> list[Sequence[Any]]:
    """What Excel gave for an area, be it one cell, one row or rows, as rows."""
    if not isinstance(raw, (list, tuple)):
        return [[raw]]
    if raw and not isinstance(raw[0], (list, tuple)):
        return [raw] if area.top == area.bottom else [[cell] for cell in raw]
    return list(raw)


def strange(raw: Any, area: Area) -> bool:
    """Whether something stands there that is no value."""
    known = (float, str, bool, int, datetime, type(None))
    return any(not isinstance(cell, known) for row in rows_of(raw, area) for cell in row)


def _converted(cell: object) -> object:
    """What is no plain value: an error by its number, a whole number, a date; ``_NO_VALUE`` for anything else."""
    if cell is None:
        return None
    if isinstance(cell, int):
        error = cell - _FIRST_ERROR
        return ExcelError.by_number(error) if error in _ERROR_NUMBERS else float(cell)
    if isinstance(cell, datetime):
        return number(datetime(*cell.timetuple()[:6], cell.microsecond))
    return _NO_VALUE


def is_formula(text: str, value: object) -> bool:
    """Whether a cell whose formula reads ``text`` holds one: a typed text that begins with = is its own value."""
    return text.startswith("=") and text != value


def to_write(value: Value) -> object:
    """A value as Excel has to be given it, so as to hold just that: a text that it could take for something else gets
    the apostrophe that a person would type before it."""
    if value is None or value == "":
        return ""
    if isinstance(value, ExcelError):
        return value.value
    if isinstance(value, str):
        return value if _only_text(value) else f"'{value}"
    return value if isinstance(value, bool) else float(value)


def _only_text(text: str) -> bool:
    """Whether it begins with a letter, and holds neither figures nor just the word for a truth value."""
    return text[0].isalpha() and not any(sign.isdigit() for sign in text) and text.strip().lower() not in _truths()


@cache
def _truths() -> frozenset[str]:
    """Words that Excel takes for truth values, in one language or another."""
    return _OTHER_TRUTHS | {word.lower() for one in every() for word in (one.true, one.false)}


def rectangles(cells: Iterable[tuple[int, int]]) -> Iterator[Area]:
    """Cells by row and column as few rectangles: runs along each row, joined with those of the same columns above."""
    by_row: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        by_row.setdefault(row, []).append(column)
    standing: dict[tuple[int, int], Area] = {}
    for row, columns in by_row.items():
        here = {}
        for left, right in runs(columns):
            above = standing.get((left, right))
            if above is not None and above.bottom == row - 1:
                del standing[left, right]
                here[left, right] = Area(above.top, left, row, right)
            else:
                here[left, right] = Area(row, left, row, right)
        yield from standing.values()
        standing = here
    yield from standing.values()


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers, which rise."""
    start = 0
    for index, number_ in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number_ + 1:
            yield numbers[start], number_
            start = index + 1
