"""Rules about names and codes: the same one twice, and names that the table they belong to does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import match_key
from kpixl.check.case import CAP
from kpixl.folding import folded, squeezed

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import EntryWords, Finding, TableLog

_COMPARISONS = 5_000
"""Comparisons of spelling that a column may cost; past that, unknown names are reported without a near one."""


def duplicates(log: TableLog) -> Iterator[Finding]:
    """Names and codes that stand in more than one row of a table without stays."""
    if log.table.stays or not log.keys:
        return
    names = log.names
    rows = np.flatnonzero(names >= 0)
    rows = rows[np.argsort(names[rows], kind="stable")]
    _, starts, counts = np.unique(names[rows], return_index=True, return_counts=True)
    if not len(starts):
        return
    found, codes = {}, {}
    once = _counts_once(log, rows, starts)
    for group in np.flatnonzero(counts > 1):
        first, row = rows[starts[group]], int(rows[starts[group] + 1])
        found[row] = int(first), int(counts[group])
        # A code is used once; a lead may come back under its name.
        codes[row] = "duplicate" if log.keys[0].role == "code" else "listed_again" if once[group] else "name_again"
    for code in ("duplicate", "name_again", "listed_again"):
        chosen = sorted(row for row in found if codes[row] == code)
        yield from log.problems(code, log.keys[0].id, chosen, partial(_duplicate_details, log, found))


def _counts_once(log: TableLog, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """For each group of ``rows`` with the same name whether it counts once: where every figure counts names, and
    Excel takes the spellings for the same."""
    counted = [item.aggregate for item in log.case.counted]
    readers = [of for of in counted if of and of.table == log.table.id]
    if not readers or not all(of.distinct for of in readers):
        return np.zeros(len(starts), dtype=bool)
    names = log.case.tally.names(log.table.id, tuple(key.id for key in log.keys))[rows]
    same: np.ndarray = np.minimum.reduceat(names, starts) == np.maximum.reduceat(names, starts)
    return same


def _duplicate_details(log: TableLog, found: Mapping[int, tuple[int, int]], row: int) -> dict[str, object]:
    first, count = found[row]
    texts = tuple(log.rows.texts[key.id][row] for key in log.keys)
    return {"got": texts if len(texts) > 1 else texts[0], "first": log.rows.cell(log.keys[0].id, first), "count": count}


def same_numbers(log: TableLog) -> Iterator[Finding]:
    """Names and codes such as 007 and 7, which Excel's COUNTIFS takes for equal; of numbers, Excel knows 15 digits."""
    if len(log.keys) != 1:
        return
    column = log.keys[0].id
    words = log.words(column)
    # Most codes begin with a letter, and cannot be numbers.
    maybe = [row for row, text in enumerate(words.texts) if text.lstrip()[:1] in _NUMBER_STARTS]
    known: dict[float, dict[str, int]] = {}
    for text, value in zip(maybe, _numbers([words.texts[text] for text in maybe]), strict=True):
        if np.isfinite(value):
            known.setdefault(float(f"{value:.15g}"), {}).setdefault(words.folded[text], text)
    groups = [[*spellings.values()] for spellings in known.values() if len(spellings) > 1]
    others = {int(words.first[group[1]]): group[0] for group in groups}
    yield from log.problems(
        "same_number",
        column,
        sorted(others),
        lambda row: {
            "got": words.texts[words.codes[row]],
            "other": words.texts[others[row]],
            "first": log.rows.cell(column, int(words.first[others[row]])),
        },
        each=True,
    )


def references(log: TableLog) -> Iterator[Finding]:
    """Names that are not in the table from which they should be picked."""
    for field in log.fields:
        target = log.case.logs.get(field.refers_to) if field.refers_to else None
        if target is not None and target.keys and field.id in log.rows.texts:
            yield from _unknown(log, field, target)


def own_references(log: TableLog) -> Iterator[Finding]:
    """Rows that name themselves where another one of the table is meant: nobody recommends herself."""
    if len(log.keys) != 1:
        return
    key = log.keys[0].id
    for field in log.fields:
        if field.refers_to == log.table.id and field.id in log.rows.texts:
            own, named = log.words(key), log.words(field.id)
            keys = np.array([*own.folded, ""], dtype=object)[own.codes]
            same = (np.array([*named.folded, None], dtype=object)[named.codes] == keys) & (named.codes >= 0)
            yield from log.problems("own_reference", field.id, np.flatnonzero(same), partial(_text, log, field.id))


def _text(log: TableLog, column: str, row: int) -> dict[str, object]:
    return {"got": log.rows.texts[column][row]}


def _unknown(log: TableLog, field: Field, target: TableLog) -> Iterator[Finding]:
    words, listed = log.words(field.id), target.words(target.keys[0].id).texts
    known = {text.casefold(): text for text in listed}
    unknown = [i for i, text in enumerate(words.texts) if text.casefold() not in known and text.strip()]
    if unknown:
        numbers = np.isin(_numbers([words.texts[i] for i in unknown]), _numbers(listed))
        unknown = [i for i, same in zip(unknown, numbers, strict=True) if not same]
    title = target.rows.sheet
    if unknown and not known:
        yield log.problem("names_unlisted", field.id, int(words.first[unknown[0]]), target=title, count=len(unknown))
        return
    found: dict[str, dict[int, str]] = {}
    for i, (code, near) in zip(unknown, _nearest([words.texts[i] for i in unknown], known), strict=True):
        found.setdefault(code, {})[int(words.first[i])] = near
    for code, near_by_row in found.items():
        details = partial(_reference_details, words, title, near_by_row)
        yield from log.problems(code, field.id, list(near_by_row), details, each=True)


def _nearest(unknown: Sequence[str], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """For each unknown name the code of its problem, and the listed name that it comes close to."""
    spaced = {squeezed(name): text for name, text in known.items()}
    searches = min(CAP, _COMPARISONS // max(1, len(known)))
    for text in unknown:
        alike = spaced.get(squeezed(text.casefold()))
        if alike is not None:
            yield "spaces_in_name", alike
            continue
        searches -= 1
        near = get_close_matches(folded(text), known, n=1, cutoff=0.8) if searches >= 0 else []
        yield ("misspelt_name", known[near[0]]) if near else ("unknown_name", "")


def _reference_details(words: EntryWords, title: str, near: Mapping[int, str], row: int) -> dict[str, object]:
    text = int(words.codes[row])
    return {"got": words.texts[text], "target": title, "near": near[row], "count": int(words.counts[text])}


_NUMBER_STARTS = frozenset("0123456789+-.")


def _numbers(texts: Sequence[str]) -> np.ndarray:
    """The numbers that Excel's COUNTIFS takes ``texts`` for; NaN where they are none."""
    keys = (match_key(text) for text in texts)
    return np.array([key if isinstance(key, float) else np.nan for key in keys], dtype=float)
