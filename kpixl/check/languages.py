"""Rules about languages, where figures tell other languages from the house language."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from kpixl.catalog.tables import Lookup, columns_of, names_in
from kpixl.cellvalue import match_key
from kpixl.check.case import CAP
from kpixl.check.meant import word_meant
from kpixl.check.problem import Problem
from kpixl.check.sentences import SENTENCES
from kpixl.folding import squeezed

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.catalog.tables import Condition
    from kpixl.check.case import Case, Finding, TableLog

HOUSE = "house_language"
_COMPARISONS = 5_000
"""So many different languages of a column are compared with the house language by their spelling."""
_ALIKE = 0.85


def missing(log: TableLog) -> Iterator[Finding]:
    """Rows that a figure leaves out because nothing tells whether they are in the house language."""
    column = log.table.language
    if column is None or column not in log.rows.texts:
        return
    blank = log.blank(column)
    left_out = {code: np.zeros(len(log.rows), dtype=bool) for code in ("no_language", "answer_without_language")}
    without: dict[str, list[Measure]] = {code: [] for code in left_out}
    for item in log.case.counted:
        if HOUSE not in names_in(item.where) or not log.counts(item):
            continue
        counted = log.case.tally.meets(_counting_blank(item))
        rows = counted & ~log.case.tally.meets(item) & blank
        if rows.any():
            code = "answer_without_language" if _asked(item, log) else "no_language"
            left_out[code] |= rows
            without[code].append(item)
    for code, items in without.items():
        if items:
            found = np.flatnonzero(left_out[code])
            details = {"lost": log.case.lost(items), "count": len(found)}
            asked = log.case.logs.get(_asked(items[0], log) or "")
            yield log.problem(code, column, int(found[0]), target=asked.rows.sheet if asked else "", **details)


def _counting_blank(item: Measure) -> Measure:
    or_blank = tuple(tuple(tuple(map(_or_blank, part)) for part in clause) for clause in item.where)
    return replace(item, definition=replace(item.aggregate, where=or_blank) if item.aggregate else item.definition)


def _or_blank(condition: Condition) -> Condition:
    """A comparison with the house language, met by blank cells, too."""
    return replace(condition, or_blank=True) if condition.operand == HOUSE else condition


def _asked(item: Measure, log: TableLog) -> str | None:
    """The table that tells the language where the row has none; None where nothing else does."""
    others = [clause for clause in item.where if len(clause) > 1 and HOUSE in names_in((clause,))]
    looked_up = {column.id: column.table for column in log.table.calculated if isinstance(column, Lookup)}
    return next((looked_up[id_] for id_ in sorted(columns_of(tuple(others))) if id_ in looked_up), None)


def nearly_house(log: TableLog) -> Iterator[Finding]:
    """Languages that are probably the house language, written otherwise."""
    used = log.case.languages
    house = str(log.case.tally.settings[HOUSE])
    column = log.table.language
    if column is None or column not in log.rows.texts or match_key(house) not in used:
        return
    if (log.table.id, column) not in log.case.readers or not _compared(log.case):
        return
    words = log.words(column)
    others = {text.casefold(): i for i, text in enumerate(words.texts) if match_key(text) != match_key(house)}
    near = set(get_close_matches(house.casefold(), list(others)[:_COMPARISONS], n=CAP, cutoff=_ALIKE))
    near |= {folded for folded in others if squeezed(folded) == squeezed(house.casefold())}
    rows = {int(words.first[others[folded]]): others[folded] for folded in near}
    yield from log.problems(
        "near_house_language",
        column,
        sorted(rows),
        lambda row: {"got": words.texts[rows[row]], "near": house, "count": int(words.counts[rows[row]])},
        each=True,
    )


def _compared(case: Case) -> bool:
    """Whether any figure tells other languages from the house language."""
    return any(HOUSE in names_in(item.where) for item in case.counted)


def house(case: Case) -> Iterator[Problem]:
    """A house language that no row is in."""
    used, cell = case.languages, case.entries.settings.get(HOUSE)
    word = str(case.tally.settings[HOUSE])
    if not _compared(case) or not used or match_key(word) in used:
        return
    near = word_meant(word, list(used.values())[:_COMPARISONS])
    code = "house_language_misspelt" if near else "house_language_unused"
    sheet, address = (cell.sheet, cell.cell) if cell else ("", None)
    details = {"got": word, "near": near}
    yield Problem(SENTENCES[code].severity, code, sheet, address, None, HOUSE, details)
