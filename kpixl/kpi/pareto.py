"""Which few groups bring most of a total: revenue by client, complaints by reason. From the rows of the period alone;
grades nothing and knows nothing of sheets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from kpixl.kpi.breakdown import by_group, groups_of
from kpixl.kpi.measure import Tally
from kpixl.kpi.noise import noise_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.catalog.model import Pareto
    from kpixl.entries import Entries

NAMED = 9
"""So many groups are shown by their names; the others as one."""
MOST = 0.8
"""The share of the total that the vital groups bring."""


@dataclass(frozen=True, slots=True)
class Part:
    """One group, or all the others, of a total."""

    name: str
    """Blank for rows without a name, and for the others."""
    amount: float
    """In the measure's unit, above 0."""
    share: float
    """Of the total, a fraction."""
    cumulative: float
    """The share, a fraction, of this part and of all before it."""
    others: int = 0
    """How many groups it stands for, where it is the rest; 0 for a group of its own."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A total by its groups, largest first."""

    pareto: Pareto
    parts: tuple[Part, ...]
    """The largest groups, and the rest as one at the end. None where nothing is above zero, or no row has a name."""
    groups: int
    """How many groups have a part in the total."""
    vital: int
    """The fewest of them that together bring 80 % of it."""
    left_out: int
    """How many groups came to zero or less, through refunds, and have no part."""
    unnamed: bool
    """Whether there are rows without a name, which count as one group."""
    typed: bool
    """Whether a typed total stands in for the rows, so that the groups do not add up to it."""

    @property
    def id(self) -> str:
        """The name by which sheets and pages know it."""
        return f"{self.pareto.measure.id}_{self.pareto.by}"


def pareto(entries: Entries, tally: Tally | None = None) -> tuple[Ranking, ...]:
    """Every such total of the business, in the order of the catalogue."""
    tally = tally or Tally(entries)
    return tuple(_ranking(entries, item, tally) for item in entries.business.pareto)


def ranked(item: Pareto, amounts: Sequence[tuple[str, float]], *, typed: bool = False) -> Ranking:
    """The groups of a total by their names and amounts, in the measure's unit and in any order."""
    above = sorted(((-amount, name) for name, amount in amounts if amount > 0))
    named = [(name, -negative) for negative, name in above]
    unnamed = any(not name for name, _ in named)
    if [name for name, _ in named] == [""]:  # nobody fills that column in
        named = []
    sums = list(accumulate(amount for _, amount in named))
    if sums and not math.isfinite(sums[-1]):  # amounts beyond what a sheet can hold
        named, sums = [], []
    total = sums[-1] if sums else 0.0
    cumulative = [one / total for one in sums]  # the last is 1 exactly
    parts = [
        Part(name, float(amount), amount / total, share)
        for (name, amount), share in zip(named[:NAMED], cumulative, strict=False)
    ]
    if rest := [amount for _, amount in named[NAMED:]]:
        parts.append(Part("", float(sum(rest)), sum(rest) / total, 1.0, len(rest)))
    return Ranking(
        pareto=item,
        parts=tuple(parts),
        groups=len(named),
        vital=next((number for number, share in enumerate(cumulative, 1) if share >= MOST - noise_of(MOST)), 0),
        left_out=sum(amount <= 0 for _, amount in amounts),
        unnamed=unnamed,
        typed=typed,
    )


def _ranking(entries: Entries, item: Pareto, tally: Tally) -> Ranking:
    measure = item.measure
    rows = entries.tables.get(str(measure.table))
    groups = groups_of(rows, item.by) if rows and rows.has(item.by) else None
    amounts = by_group(measure, tally, groups)
    typed = measure.name in entries.counted and entries.counted[measure.name].number is not None
    if groups is None or amounts is None:
        return ranked(item, (), typed=typed)
    counted = np.bincount(groups.codes[tally.meets(measure)], minlength=len(groups.keys))
    named = zip(groups.keys, groups.names, counted, strict=True)
    return ranked(item, [(name, amounts[key]) for key, name, rows_of in named if rows_of], typed=typed)
