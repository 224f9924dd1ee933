"""Rules about the windows that KPIs are graded over: which one is chosen, and whether Past periods reaches that far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.tables import Lookup
from kpixl.cellvalue import is_blank
from kpixl.check.fields import day_of
from kpixl.check.inputs import problem_at
from kpixl.check.problem import Problem, name_of
from kpixl.check.sentences import SENTENCES
from kpixl.entries import IN_USE_NO, IN_USE_YES, History, InputCell
from kpixl.message import phrase
from kpixl.period import MONTH_DAYS, Window, serial
from kpixl.texts.words import WINDOWS

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.check.case import Case, TableLog
    from kpixl.kpi.result import Result


def chosen(case: Case) -> Iterator[Problem]:
    """Windows that are none of those which the KPI offers."""
    for kpi in case.kpis:
        cell = case.entries.windows.get(kpi.id)
        if cell is None or is_blank(cell.raw):
            continue
        offered = {window: _word(case, window) for window in kpi.bound}
        if cell.text.lower() not in {word.lower() for word in offered.values()}:
            details = {
                "got": cell.raw,
                "allowed": tuple(offered.values()),
                "kpi": name_of(kpi),
                "used": _word(case, kpi.window),
            }
            yield problem_at("pick_unknown", cell, kpi.id, details)


def in_use(case: Case) -> Iterator[Problem]:
    """Switches that say neither yes nor no: the KPI stays in use."""
    words = case.entries.words
    yes, no = words.get(IN_USE_YES, "yes"), words.get(IN_USE_NO, "no")
    for kpi in case.kpis:
        cell = case.entries.in_use.get(kpi.id)
        if cell is not None and not is_blank(cell.raw) and cell.text.lower() != yes.lower():
            details = {"got": cell.raw, "allowed": (yes, no), "kpi": name_of(kpi), "used": yes}
            yield problem_at("pick_unknown", cell, kpi.id, details)


def closed(case: Case) -> Iterator[Problem]:
    """KPIs whose window reaches over periods that are not in Past periods."""
    history = case.entries.history
    for result in case.scorecard.results:
        parts = (part for argument in result.kpi.arguments for part in case.parts(argument.measure))
        short = [_short(case, history, part) for part in parts if part.through_past and _waits(case, part)]
        if short and not any(part.name in case.meant for a in result.kpi.arguments for part in case.parts(a.measure)):
            yield _problem(case, result, *min(short))


def rows_short(case: Case) -> Iterator[Problem]:
    """KPIs whose window is counted from rows that do not reach back so far, although there was something then."""
    for result in case.scorecard.results:
        if result.value is None:
            continue
        for item in (argument.measure for argument in result.kpi.arguments):
            short = _begin_late(case, item)
            if short is not None and item.name not in case.meant:
                log, first = short
                cell = case.entries.windows.get(result.kpi.id) or InputCell(None, "", "")
                details = {
                    "kpi": name_of(result.kpi),
                    "window": phrase(WINDOWS[item.window]),
                    "title": log.rows.sheet,
                    "first": day_of(first),
                }
                yield problem_at("rows_short", cell, result.kpi.id, details)
                break


def _begin_late(case: Case, item: Measure) -> tuple[TableLog, float] | None:
    """The log that a measure looks things up in over a longer window, and its first day, where that is more than a
    month after the window began, and clients were there already."""
    of, log = item.aggregate, case.logs.get(str(item.table))
    if of is None or log is None or log.table.stays is None or not log.rows.has(log.table.stays[0]):
        return None
    looked = (
        one for one in log.table.calculated if isinstance(one, Lookup) and one.id in of.reads and one.window.months
    )
    for column in looked:
        other = case.logs.get(column.table)
        if other is None or other.table.date is None or not other.rows.has(other.table.date):
            continue
        days, starts = other.numbers(other.table.date), log.numbers(log.table.stays[0])
        first, begun = (np.nanmin(one) if not np.isnan(one).all() else np.inf for one in (days, starts))
        window = serial(case.entries.period.window_start(column.window))
        if np.isfinite(first) and first - max(window, begun) > MONTH_DAYS:
            return other, float(first)
    return None


def _waits(case: Case, item: Measure) -> bool:
    """Whether a measure has no value although the period itself has one."""
    base = case.measures.get(item.id)
    return case.measures[item.name].used is None and base is not None and base.used is not None


def _short(case: Case, history: History, item: Measure) -> tuple[int, int, Window]:
    """How many closed periods there are in a window, and how many it takes."""
    period = case.entries.period
    past = history.between(period.window_start(item.window), period.start, item.id)
    return len(past), period.closed_in(item.window), item.window


def _problem(case: Case, result: Result, count: int, total: int, window: Window) -> Problem:
    kpi, period = result.kpi, case.entries.period
    code = "window_short" if period.window_start(window) > period.start else "past_missing"
    own = next((entry.value for entry in case.entries.own if entry.slot == kpi.id), None)
    cell = own or case.entries.windows.get(kpi.id)
    details = {"kpi": name_of(kpi), "window": phrase(WINDOWS[window]), "count": count, "total": total}
    if cell is None:
        return Problem(SENTENCES[code].severity, code, "", None, None, kpi.id, details)
    return problem_at(code, cell, kpi.id, details)


def _word(case: Case, window: Window) -> str:
    return case.word(f"window_{window.value}", WINDOWS[window])
