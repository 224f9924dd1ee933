"""Where the headings of a file stand: exports often put a company, a title and a period above them. Knows no table: it
is told the names to look for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from kpixl.errors import N_, UnreadableSource
from kpixl.folding import name_key, single_spaced
from kpixl.imports.dates import written
from kpixl.imports.numbers import amount
from kpixl.imports.refusals import UnreadableTable
from kpixl.imports.source import is_filled
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.imports.source import Raw, Source

_SEARCHED = 20
"""Rows in which the headings are looked for."""


def find_headings(source: Source, known: Collection[str], given: Collection[str] = ()) -> int:
    """Which of the first rows holds the headings: the one with most of the names ``given`` by the owner, then with most
    ``known`` ones (as names compare), then the first with most words. A row below a full row of unique words is none,
    since words of its data may be names as well. UnreadableSource where no row has a word."""
    rows = range(min(_SEARCHED, len(source.rows)))
    words = {row: _words(source.rows[row]) for row in rows}
    last = _full(source, words)

    def fitness(row: int) -> tuple[int, bool, int, int, int]:
        above = last is None or row <= last
        found = len(words[row] & {*known})
        instead = last is not None and not words[last] & {*known} and 2 * found >= _width(source.rows[row])
        return len(words[row] & {*given}), above or instead, found, len(words[row]), -row

    best = max(rows, key=fitness)
    if not words[best]:
        raise UnreadableTable(path=source.path.name, detail=phrase(N_("it has no row with headings")))
    return best


def _words(cells: Sequence[Raw]) -> set[str]:
    keys = {name_key(cell) for cell in cells if isinstance(cell, str)}
    return {key for key in keys if any(sign.isalpha() for sign in key)}


def _width(cells: Sequence[Raw]) -> int:
    return sum(map(is_filled, cells))


def _full(source: Source, words: Mapping[int, Collection[str]]) -> int | None:
    """The first row that is as wide as any and holds nothing but different words; None without one."""
    widest = max(_width(source.rows[row]) for row in words)
    for row, found in words.items():
        texts = [cell for cell in source.rows[row] if isinstance(cell, str) and is_filled(cell)]
        if len(found) == len(texts) == widest > 1 and not any(written(text) or amount(text) for text in texts):
            return row
    return None


def heading_texts(source: Source, row: int, known: Collection[str] = ()) -> tuple[int, tuple[str, ...]]:
    """The headings, up to the last one, with the row in which they end; empty where a column has none. Headings that
    go over two rows are one. UnreadableSource where a row of a text goes on past them: a delimiter within a cell has
    moved the others."""
    texts = [_text(cell) for cell in source.rows[row]]
    width = len(texts)
    for upper in (row, row - 1):
        both = _over_two(source.rows[upper], source.rows[upper + 1], known) if 0 <= upper < len(source.rows) - 1 else []
        if both:
            row, texts, width = upper + 1, both, len(both)
            break
    while texts and not texts[-1]:
        texts.pop()
    if source.kind == "text":
        for cells, line in zip(source.rows[row + 1 :], source.lines[row + 1 :], strict=True):
            if len(cells) > width and any(is_filled(cell) for cell in cells[width:]):
                detail = phrase(N_("line {line} has more cells than there are headings"), line=line)
                raise UnreadableSource(path=source.path.name, detail=detail)
    return row, tuple(texts)


def _over_two(above: Sequence[Raw], below: Sequence[Raw], known: Collection[str]) -> list[str]:
    """Headings of which some stand in one row, and some below the name of their group; none where two rows are no such.
    A name that comes twice is told apart by that of its group."""
    width = max(len(above), len(below))
    upper, lower = ([*map(_text, cells), *[""] * (width - len(cells))] for cells in (above, below))
    told = _words(below) & {*known} - _words(above)
    if not told or not all(isinstance(cell, str) for cell in below if is_filled(cell)):
        return []
    if any(written(text) or amount(text) for text in lower if text):
        return []
    beneath = [place for place, text in enumerate(lower) if text]
    grouped = [p for p in beneath if upper[p] and not (p + 1 < width and lower[p + 1] and not upper[p + 1])]
    alone = any(up and not low for up, low in zip(upper, lower, strict=True))
    if grouped or not alone or not any(not upper[place] for place in beneath):
        return []
    group, found = "", []
    for up, low in zip(upper, lower, strict=True):
        group = up or group
        found.append(f"{group} {low}".strip() if low and lower.count(low) > 1 else low or up)
    return found


def _text(cell: Raw) -> str:
    if isinstance(cell, str):
        return single_spaced(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, (date, datetime)) else str(cell)
