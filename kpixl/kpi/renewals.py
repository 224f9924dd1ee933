"""Stays that follow each other: which one renews which, and since when somebody has been there without leaving.

Pure numbers: days are date serials, and times of day do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.period import LAST_SERIAL

if TYPE_CHECKING:
    from collections.abc import Mapping

FOREVER = LAST_SERIAL
"""Until then stays who has not left."""


def chains(
    names: np.ndarray, start: np.ndarray, end: np.ndarray, open_end: np.ndarray, gap: float
) -> Mapping[str, np.ndarray]:
    """The columns of ``kpixl.catalog.tables.Chained`` by their ids, each of shape (rows,), NaN where a formula shows
    nothing. ``names`` are numbers, −1 for none; ``gap`` are the days between two stays that are no farewell."""
    begins, closes = np.floor(start), np.floor(end)
    known = ~np.isnan(start)
    renews, goes_on = np.where(known, 0.0, np.nan), np.where(~np.isnan(end) | open_end, 0.0, np.nan)
    until = np.where(open_end, float(FOREVER), end)
    stay, since = np.where(known, 1.0, np.nan), start.copy()
    one, other = pairs(names)

    def counted(which: np.ndarray) -> np.ndarray:
        return np.bincount(one[which], minlength=len(names)).astype(float)

    with np.errstate(invalid="ignore"):
        near = start[other] < closes[one] + 2 + gap
        before = (start[other] < begins[one]) & (end[other] >= begins[one] - 1 - gap)
        after = near & ((end[other] >= closes[one] + 1) | open_end[other])
        following = near & (start[other] >= closes[one] + 1)
    renews += counted(before)
    goes_on[~np.isnan(end)] += counted(after)[~np.isnan(end)]
    next_ = _mean(one, other, following, start, len(names))
    until = np.where(np.isnan(next_) | np.isnan(end), until, next_)
    with np.errstate(invalid="ignore"):
        heads = (start[other] < begins[one] + 1) & (renews[other] == 0)
    several = known & np.isin(np.arange(len(names)), one)
    stay = np.where(several, counted(heads), stay)
    same = (renews[other] == 0) & (stay[other] == stay[one])
    first = _mean(one, other, same, start, len(names))
    since = np.where(np.isnan(first) | ~known, since, first)
    return {"renews": renews, "goes_on": goes_on, "stays_until": until, "stay": stay, "since": since}


def _mean(one: np.ndarray, other: np.ndarray, which: np.ndarray, days: np.ndarray, rows: int) -> np.ndarray:
    """For each row the mean of the ``days`` of the others that are meant; NaN where none is."""
    counts = np.bincount(one[which], minlength=rows).astype(float)
    sums = np.bincount(one[which], weights=days[other[which]], minlength=rows)
    counts[counts == 0] = np.nan
    found: np.ndarray = sums / counts
    return found


def pairs(names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every two rows of one name, each with itself, too, where a name has several."""
    counts = np.bincount(names[names >= 0], minlength=1)
    rows = np.flatnonzero((names >= 0) & (counts[names] > 1))
    by_name = rows[np.argsort(names[rows], kind="stable")]
    size = counts[names[rows]]
    begins = np.searchsorted(names[by_name], names[rows])
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(rows, size), by_name[np.repeat(begins, size) + within]
