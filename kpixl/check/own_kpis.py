"""Rules about the KPIs that the owner makes up in Settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kpixl.cellvalue import is_blank
from kpixl.check.inputs import in_order, problem_at
from kpixl.check.problem import name_of
from kpixl.kpi.own import UNITS
from kpixl.texts.words import DIRECTIONS
from kpixl.texts.words import UNITS as UNIT_WORDS

if TYPE_CHECKING:
    from kpixl.check.case import Case
    from kpixl.check.problem import Problem
    from kpixl.entries import InputCell, OwnEntry
    from kpixl.kpi.result import Result

_NAMES_TOLD = 5
_LONGEST = 1_000
_NAME = re.compile(r"[^\W\d]\w*")


def own(case: Case) -> Iterator[Problem]:
    """Every own KPI that the owner has begun."""
    results = {result.kpi.id: result for result in case.scorecard.slots}
    for entry in case.entries.own:
        result = results.get(entry.slot)
        if result is not None and (entry.used or not is_blank(entry.value.raw)):
            if not entry.label.filled:
                yield problem_at("own_nameless", entry.label, entry.slot, {"cell": entry.value.cell})
                continue
            yield from _formula(case, entry, result)
            yield from _words(case, entry, result)
            yield from _thresholds(case, entry, result)


def _formula(case: Case, entry: OwnEntry, result: Result) -> Iterator[Problem]:
    """No formula, a text for a formula, and a formula that kpixl cannot compute."""
    details: dict[str, object] = {"kpi": name_of(result.kpi), "got": f"={entry.formula}"}
    if not entry.formula and is_blank(entry.value.raw):
        details |= {"known": _known(case, ""), "cell": entry.label.cell}
        yield problem_at("own_empty", entry.value, entry.slot, details)
    elif not entry.formula and entry.value.number is None:
        details |= {"known": _known(case, entry.value.text), "got": entry.value.raw}
        yield problem_at("own_text", entry.value, entry.slot, details)
    elif entry.formula and not result.kpi.kpi.formula:
        code = "own_no_number" if entry.value.number is None else "own_unread"
        yield problem_at(code, entry.value, entry.slot, {**details, "known": _known(case, entry.formula)})


def _known(case: Case, text: str) -> tuple[str, ...]:
    """Names that a formula may use: first those that come close to the ones in ``text``."""
    business = case.entries.business
    names = [item.name for item in business.measures]
    shown = [name for name in names if name in business.shown]
    asked = [name.lower() for name in _NAME.findall(text[:_LONGEST])]
    near = [other for name in asked if name not in names for other in get_close_matches(name, names, n=2, cutoff=0.7)]
    return tuple(dict.fromkeys([*near, *shown]))[:_NAMES_TOLD]


def _words(case: Case, entry: OwnEntry, result: Result) -> Iterator[Problem]:
    """Units and directions that are none of the list."""
    units: dict[str, str] = {unit: case.word(f"unit_{unit}", UNIT_WORDS[unit]) for unit in UNITS}
    directions = {id_: case.word(f"direction_{id_}", word) for id_, word in DIRECTIONS.items()}
    kpi = result.kpi.kpi
    yield from _word(entry.unit, units, kpi.unit, result)
    yield from _word(entry.direction, directions, kpi.direction, result)


def _word(cell: InputCell, words: Mapping[str, str], used: str, result: Result) -> Iterator[Problem]:
    if is_blank(cell.raw) or cell.text.lower() in {word.lower() for word in words.values()}:
        return
    details = {"got": cell.raw, "allowed": tuple(words.values()), "used": words[used], "kpi": name_of(result.kpi)}
    yield problem_at("pick_unknown", cell, result.kpi.id, details)


def _thresholds(case: Case, entry: OwnEntry, result: Result) -> Iterator[Problem]:
    """Thresholds that are no number, or in the wrong order."""
    for cell in entry.thresholds.values():
        if cell.wrong:
            details = {"got": cell.raw, "kpi": name_of(result.kpi)}
            yield problem_at("own_threshold_wrong", cell, entry.slot, details)
    yield from in_order(case, result, "own_threshold_order", entry.thresholds)
