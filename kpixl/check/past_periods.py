"""Rules about Past periods: each closed period stands there once, and none is left out between two others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpixl.check.problem import Problem
from kpixl.check.sentences import SENTENCES
from kpixl.period import Period

if TYPE_CHECKING:
    from kpixl.check.case import Case
    from kpixl.entries import PastValue

_NAMED = 5
"""So many missing periods are named."""
_MOST = 600
"""Periods back to which somebody looks."""


def twice(case: Case) -> Iterator[Problem]:
    """Closed periods whose lines stand there again: longer spans cannot tell which is right."""
    kind = case.entries.period.kind
    seen: set[tuple[Period, str]] = set()
    again: dict[Period, list[PastValue]] = {}
    for line in case.entries.past:
        if line.value is None:
            continue
        place = Period.containing(kind, line.start), line.id
        if place in seen:
            again.setdefault(place[0], []).append(line)
        seen.add(place)
    for period, lines in sorted(again.items(), key=lambda one: one[0].start):
        yield _problem("past_twice", lines[0], {"got": period, "count": len(lines)})


def missing(case: Case) -> Iterator[Problem]:
    """Periods between closed ones, or between the last of these and this one, that do not stand there."""
    period = case.entries.period
    there = {Period.containing(period.kind, line.start): line for line in reversed(case.entries.past)}
    closed = {one.start: line for one, line in there.items() if one.start < period.start}
    if not closed:
        return
    first, absent, back = min(closed), list[Period](), 1
    while back <= _MOST and period.shift(-back).start > first:
        if period.shift(-back).start not in closed:
            absent.append(period.shift(-back))
        back += 1
    if absent:
        after = next((line for start, line in sorted(closed.items()) if start > absent[-1].start), closed[max(closed)])
        named = tuple(reversed(absent))
        shown = named if len(named) <= _NAMED else (*named[:_NAMED], "…")
        yield _problem("past_gap", after, {"periods": shown, "count": len(absent)})


def _problem(code: str, line: PastValue, details: dict[str, object]) -> Problem:
    return Problem(SENTENCES[code].severity, code, line.sheet, line.cell or None, None, line.id, details)
