"""Rows that were pasted over: where several cells of one row do not go with their columns, that is one cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.check.case import Found

if TYPE_CHECKING:
    from kpixl.check.case import Finding, TableLog

_OF_ANOTHER_KIND = frozenset(
    {"text_for_date", "text_for_number", "number_for_date", "truth_for_date", "truth_for_number", "choice_unknown"}
)
"""A value that its column cannot hold at all."""
_BESIDES = frozenset(
    {
        *("date_as_text", "number_as_text", "date_unlikely", "choice_meant", "required_blank", "too_small"),
        *("too_large", "unknown_name", "misspelt_name", "spaces_in_name", "near_house_language", "other_currency"),
    }
)
"""What stands in such a row besides."""
_KINDS, _CELLS = 2, 3


def one_cause(log: TableLog, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of one table, with one for each row that was pasted over in place of those of its cells."""
    found = list(findings)
    cells: dict[int, dict[str, bool]] = defaultdict(dict)
    for one in found:
        if isinstance(one, Found) and one.code in _OF_ANOTHER_KIND | _BESIDES:
            for row in one.rows.tolist():
                cells[row][one.column] = cells[row].get(one.column, False) or one.code in _OF_ANOTHER_KIND
    over = {
        row: sorted(columns, key=lambda id_: log.order[id_])
        for row, columns in cells.items()
        if len(columns) >= _KINDS and sum(columns.values()) >= (1 if len(columns) >= _CELLS else _KINDS)
    }
    if not over:
        yield from found
        return
    for column, rows in _by_column(log, over).items():
        yield Found("row_misfit", column, np.array(sorted(rows)), partial(_details, log, over))
    for one in found:
        if isinstance(one, Found) and one.code in _OF_ANOTHER_KIND | _BESIDES:
            rest = one.rows[~np.isin(one.rows, list(over))]
            if len(rest):
                yield replace(one, rows=rest)
        else:
            yield one


def _by_column(log: TableLog, over: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    """The rows by the column at which they are told: the first that a figure reads."""
    found: dict[str, list[int]] = {}
    for row, columns in over.items():
        read = [id_ for id_ in columns if (log.table.id, id_) in log.case.readers]
        found.setdefault((read or columns)[0], []).append(row)
    return found


def _details(log: TableLog, over: Mapping[int, Sequence[str]], row: int) -> dict[str, object]:
    return {"cells": tuple(log.rows.cell(id_, row) for id_ in over[row])}
