"""Rules about names and the list that they stand in: rows of whom has left, and won leads whom nobody has listed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import match_key
from kpixl.check.fields import day_of
from kpixl.folding import name_key

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import Finding, TableLog


def left(log: TableLog) -> Iterator[Finding]:
    """Rows dated after the last day of whom they are about."""
    for field in log.fields:
        target = log.case.logs.get(field.refers_to or "")
        if field.while_there and target is not None and log.table.date in log.rows.numbers:
            yield from _left(log, field, target)


def _left(log: TableLog, field: Field, target: TableLog) -> Iterator[Finding]:
    stays = target.table.stays
    if not stays or not target.keys or field.id not in log.rows.texts or stays[1] not in target.rows.numbers:
        return
    ends: dict[str | float, float] = {}
    listed, until = target.words(target.keys[0].id), target.numbers(stays[1]) // 1
    until = np.where(target.rows.blank(stays[1]) | ~np.isfinite(until), np.inf, until)
    for code, end in zip(listed.codes.tolist(), until.tolist(), strict=True):
        if code >= 0:
            name = match_key(listed.texts[code])
            ends[name] = max(end, ends.get(name, -np.inf))
    words = log.words(field.id)
    last = np.array([*(ends.get(match_key(text), np.inf) for text in words.texts), np.inf])[words.codes]
    date = log.numbers(str(log.table.date))
    rows = np.flatnonzero(date // 1 > last)
    # A fine or money that comes back may well follow.
    yield from log.problems("left_before", field.id, rows, partial(_left_details, log, field, target, last, date))


def _left_details(
    log: TableLog, field: Field, target: TableLog, last: np.ndarray, date: np.ndarray, row: int
) -> dict[str, object]:
    return {
        "got": log.rows.texts[field.id][row],
        "target": target.rows.sheet,
        "until": day_of(float(last[row])),
        "when": day_of(float(date[row]) // 1),
    }


def won(log: TableLog) -> Iterator[Finding]:
    """Names that have become what another table lists, and are not there."""
    for field in log.fields:
        rule = field.becomes
        target = log.case.logs.get(rule.table) if rule else None
        if rule is None or target is None or not target.keys or target.empty or field.id not in log.rows.texts:
            continue
        if rule.date not in log.rows.numbers:
            continue
        listed = {name_key(text) for text in target.words(target.keys[0].id).texts}
        words = log.words(field.id)
        missing = np.array([*(bool(name_key(text)) and name_key(text) not in listed for text in words.texts), False])
        rows = np.flatnonzero(missing[words.codes] & np.isfinite(log.numbers(rule.date)))
        yield from log.problems("won_unlisted", field.id, rows, partial(_won_details, log, field, target))


def _won_details(log: TableLog, field: Field, target: TableLog, row: int) -> dict[str, object]:
    assert field.becomes is not None
    return {
        "got": log.rows.texts[field.id][row],
        "target": target.rows.sheet,
        "date_heading": log.heading(field.becomes.date),
        "day": day_of(float(log.numbers(field.becomes.date)[row]) // 1),
    }
