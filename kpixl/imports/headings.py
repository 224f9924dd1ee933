"""Where the headings of a file stand: exports often put a company, a title and a period above them. Knows no table: it
is told the names to look for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from kpixl.errors import N_, UnreadableSource
from kpixl.folding import name_key, single_spaced
from kpixl.imports.refusals import UnreadableTable
from kpixl.imports.source import is_filled
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.imports.source import Raw, Source

_SEARCHED = 20
"""Rows in which the headings are looked for."""


def find_headings(source: Source, known: Collection[str]) -> int:
    """Which of the first rows holds the headings: the one with most ``known`` names (as names compare); where no row
    has any, the first with most words. UnreadableSource where no row has a word."""

    def fitness(row: int) -> tuple[int, int, int]:
        keys = [name_key(cell) for cell in source.rows[row] if isinstance(cell, str)]
        words = {key for key in keys if any(sign.isalpha() for sign in key)}
        return len(words & {*known}), len(words), -row

    best = max(range(min(_SEARCHED, len(source.rows))), key=fitness)
    if not fitness(best)[1]:
        raise UnreadableTable(path=source.path.name, detail=phrase(N_("it has no row with headings")))
    return best


def heading_texts(source: Source, row: int) -> tuple[str, ...]:
    """The headings, up to the last one; empty where a column has none. UnreadableSource where a row of a text goes on
    past them: a delimiter within a cell has moved the others."""
    texts = [_text(cell) for cell in source.rows[row]]
    while texts and not texts[-1]:
        texts.pop()
    if source.kind == "text":
        width = len(source.rows[row])
        for cells, line in zip(source.rows[row + 1 :], source.lines[row + 1 :], strict=True):
            if len(cells) > width and any(is_filled(cell) for cell in cells[width:]):
                detail = phrase(N_("line {line} has more cells than there are headings"), line=line)
                raise UnreadableSource(path=source.path.name, detail=detail)
    return tuple(texts)


def _text(cell: Raw) -> str:
    if isinstance(cell, str):
        return single_spaced(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, (date, datetime)) else str(cell)
