"""What an owner is to do first, and in which order KPIs stand: the one ranking, as the dashboard is fixed by a refresh.

Computes no figure. What she decides belongs to a KPI's id, wherever the KPI stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpixl.kpi.breakdown import GroupResult, Section
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard

FIRST = 3
"""So many KPIs are put first, and so many groups of the first of them."""


def in_order(scorecard: Scorecard) -> tuple[Result, ...]:
    """Every slot: those in use by the ranking, then those that are not."""
    ranked = scorecard.ranked
    return (*(one for one in ranked if one.in_use), *(one for one in ranked if not one.in_use))


def to_do(scorecard: Scorecard) -> tuple[Result, ...]:
    """The KPIs put first, at most three: those that need the owner, worst first; then those about which something is
    still to be done."""
    return (*_wanted(scorecard),)[:FIRST]


def left_out(scorecard: Scorecard) -> tuple[Result, ...]:
    """KPIs about which something is still to be done and for which there is no place among the first."""
    wanted = [*_wanted(scorecard)][FIRST:]
    return tuple(result for result in wanted if scorecard.entries.is_open(result.kpi.id))


def _wanted(scorecard: Scorecard) -> Iterator[Result]:
    used = [result for result in scorecard.ranked if result.in_use]
    yield from (result for result in used if result.needs)
    yield from (result for result in used if not result.needs and scorecard.entries.is_open(result.kpi.id))


def in_focus(scorecard: Scorecard) -> Result:
    """The KPI whose groups and notes the dashboard shows: the first of those put first, else of the ranking."""
    first = to_do(scorecard)
    return first[0] if first else in_order(scorecard)[0]


def verdict(scorecard: Scorecard) -> tuple[int, int, int, int]:
    """How many KPIs are good, how many neither good nor bad, how many the owner has to act on, and how many are not
    judged."""
    results = scorecard.results
    shades = [result.grade.shade for result in results if result.grade.shade is not None]
    good = sum(shade >= Level.ABOVE_AVERAGE for shade in shades)
    act = sum(result.needs and result.grade.shade == Level.BELOW for result in results)
    return good, len(shades) - good - act, act, len(results) - len(shades)


def weakest(sections: Sequence[Section], kpi: str) -> tuple[Section, tuple[tuple[str, GroupResult], ...]] | None:
    """The groups in which a KPI is worst, at most three, in the section that has the worst of all; None where nothing
    tells it apart by something that can be acted upon. Groups of too few cases do not count."""
    found = [
        (section, _worst(section, kpi))
        for section in sections
        if section.about.acts and any(one.id == kpi for one in section.kpis)
    ]
    known = [(section, groups) for section, groups in found if len(groups) > 1]
    if not known:
        return None
    section, groups = min(known, key=lambda one: _badness(one[1][0][1], falls=_falls(one[0], kpi)))
    return section, tuple(groups[:FIRST])


def _worst(section: Section, kpi: str) -> list[tuple[str, GroupResult]]:
    results = ((group.name, group.results[kpi]) for group in section.groups if kpi in group.results)
    known = [(name, result) for name, result in results if result.value is not None and not result.few]
    return sorted(known, key=lambda one: _badness(one[1], falls=_falls(section, kpi)))


def _falls(section: Section, kpi: str) -> bool:
    return next(one for one in section.kpis if one.id == kpi).kpi.direction == "down"


def _badness(result: GroupResult, *, falls: bool) -> tuple[bool, float]:
    """The smaller, the worse: by the scale of positions, else by the value itself."""
    if result.position is not None:
        return False, result.position
    value = result.value or 0.0
    return True, -value if falls else value
