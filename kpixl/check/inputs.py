"""Rules about the single cells that an owner fills: settings, thresholds, targets, typed totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.settings import SETTINGS
from kpixl.cellvalue import ExcelError, is_blank
from kpixl.check.fields import day_of
from kpixl.check.problem import Problem, amount, name_of
from kpixl.check.sentences import SENTENCES
from kpixl.kpi.grade import thresholds_published
from kpixl.kpi.noise import same
from kpixl.kpi.score import dollar_rate
from kpixl.kpi.traits import GRADED, traits_of
from kpixl.message import Shown, Verbatim, phrase
from kpixl.period import serial
from kpixl.texts.words import LEVELS

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Level, Measure
    from kpixl.check.case import Case, TableLog
    from kpixl.entries import InputCell
    from kpixl.kpi.result import Result


def settings(case: Case) -> Iterator[Problem]:
    """Settings that are no number, or out of their range."""
    for id_, cell in case.entries.settings.items():
        setting = SETTINGS.get(id_)
        if setting is None:
            continue
        details = {
            "got": cell.raw,
            "label": phrase(setting.label),
            "used": setting.default,
            "minimum": setting.minimum,
            "maximum": setting.maximum,
            "currency": case.entries.currency,
        }
        number = cell.number
        if setting.is_date:
            if cell.wrong:
                yield problem_at("date_setting_wrong", cell, id_, details)
            elif number is not None and (code := _entered_until(number, case)):
                details = {"got": day_of(number), "label": details["label"], "period": case.entries.period}
                yield problem_at(code, cell, id_, details)
        elif setting.is_text:
            if isinstance(cell.raw, ExcelError):
                yield replace(problem_at("excel_error", cell, id_, details), severity="warning")
        elif setting.positive:
            if cell.wrong or (number is not None and number <= 0):
                yield problem_at("rate_wrong", cell, id_, details)
        elif cell.wrong:
            yield problem_at("setting_wrong", cell, id_, details)
        elif number is not None and not setting.minimum <= number <= setting.maximum:
            yield problem_at("setting_out_of_range", cell, id_, {**details, "got": number})


def _entered_until(number: float, case: Case) -> str | None:
    """What is wrong with the day up to which all is entered, a date serial: it is still to come, before the period, or
    in a period that is over."""
    period, today = case.entries.period, case.tally.today
    if number < serial(period.start):
        return "entered_until_early"
    if today is not None and number >= serial(today) + 1 and today < period.after:
        return "entered_until_ahead"
    return "entered_until_late" if case.scorecard.clock.late else None


def rate(case: Case) -> Iterator[Problem]:
    """Benchmarks in dollars that are not compared, because nobody has said what a dollar costs."""
    cell = case.entries.settings.get("dollar_rate")
    if cell is None or not is_blank(cell.raw) or dollar_rate(case.entries) is not None:
        return
    waiting = [r.kpi for r in case.scorecard.results if r.kpi.in_dollars and not r.thresholds]
    if waiting:
        details = {"lost": tuple(map(name_of, waiting)), "currency": case.entries.currency}
        yield problem_at("rate_missing", cell, "dollar_rate", details)


def late_days(case: Case) -> Iterator[Problem]:
    """Days until a month is final that are fewer than outcomes take, or more than twice as many."""
    cell = case.entries.settings.get("late_days")
    taken = np.sort(np.concatenate([_days_taken(log) for log in case.logs.values()] or [np.zeros(0)]))
    if cell is None or len(taken) < ENOUGH_OUTCOMES:
        return
    settings = case.entries.settings_used
    used = float(settings["late_days"])
    proposed = float(taken[-(-len(taken) * 9 // 10) - 1])
    if proposed > used or 2 * proposed < used:
        details = {"count": len(taken), "proposed": proposed, "used": used}
        yield problem_at("late_days_unlike", cell, "late_days", details)


ENOUGH_OUTCOMES = 20
"""From so many on the days that outcomes have taken say something."""


def _days_taken(log: TableLog) -> np.ndarray:
    """The days from each row of what may come late to its outcome."""
    table, there = log.table, log.rows.numbers
    if not any(item.late and item.table == table.id for item in log.case.entries.business.measures):
        return np.zeros(0)
    pairs = (pair for pair in table.in_order if {*pair} <= {*there} and pair[0] == table.date)
    ends = [pair for pair in pairs if table.field(pair[1]).ends]
    if not ends:
        return np.zeros(0)
    since, until = ends[0]
    days = log.numbers(until) // 1 - log.numbers(since) // 1
    found: np.ndarray = days[days >= 0]
    return found


def thresholds(case: Case) -> Iterator[Problem]:
    """Thresholds of the owner's that are no number, out of reach, or in the wrong order."""
    for result in case.scorecard.results:
        kpi = result.kpi
        if kpi.own:
            continue
        cells = {level: case.entries.thresholds.get((kpi.id, level)) for level in GRADED}
        for cell in cells.values():
            if cell is not None:
                yield from _number(case, "threshold_wrong", kpi, cell)
        for level, value in thresholds_published(kpi).items():
            cell = case.entries.published.get((kpi.id, level))
            if cell is not None and cell.number is None:
                details = {"kpi": phrase(kpi.name), "level": phrase(LEVELS[level]), "value": _amount(case, kpi, value)}
                yield problem_at("threshold_emptied", cell, kpi.id, details)
        yield from in_order(case, result, "threshold_order", cells)


def in_order(case: Case, result: Result, code: str, cells: Mapping[Level, InputCell | None]) -> Iterator[Problem]:
    """Thresholds of which the higher one is easier to reach, where one of the two is in ``cells``."""
    kpi = result.kpi
    for lower, higher in pairwise(level for level in GRADED if level in result.thresholds):
        pair = (cells.get(higher), cells.get(lower))
        own = next((cell for cell in pair if cell is not None and cell.number is not None), None)
        if own is not None and _easier(result, result.thresholds[higher], result.thresholds[lower]):
            details = {
                "kpi": name_of(kpi),
                "higher": phrase(LEVELS[higher]),
                "lower": phrase(LEVELS[lower]),
                "higher_value": _amount(case, kpi, result.thresholds[higher]),
                "lower_value": _amount(case, kpi, result.thresholds[lower]),
            }
            yield problem_at(code, own, kpi.id, details)


def targets(case: Case) -> Iterator[Problem]:
    """Targets that are no number, or out of reach."""
    for kpi in case.kpis:
        cell = case.entries.targets.get(kpi.id)
        if cell is not None:
            yield from _number(case, "target_wrong", kpi, cell)


def no_targets(case: Case) -> Iterator[Problem]:
    """Figures of which none can be judged: there is no benchmark, no target, and no period before this one."""
    results = [one for one in case.scorecard.results if not one.kpi.own]
    unjudged = [one for one in results if one.value and one.reason and one.reason.code == "no_bands"]
    if not unjudged or any(one.grade.shade is not None or one.target is not None for one in results):
        return
    named = tuple(
        phrase(Verbatim("{kpi} {amount}"), kpi=name_of(one.kpi), amount=_amount(case, one.kpi, one.proposals[-1]))
        for one in unjudged
        if one.proposals
    )
    if named:
        details = {"lost": tuple(name_of(one.kpi) for one in unjudged), "offered": named}
        yield Problem(SENTENCES["no_targets"].severity, "no_targets", "", None, None, None, details)


def typed(case: Case) -> Iterator[Problem]:
    """Typed totals that are no number or cannot be right, those that hide figures from rows, and all of them where they
    are said to be of another period."""
    of, counted = case.entries.totals_for, case.entries.counted
    stand = [cell for cell in case.entries.typed.values() if cell.filled]
    if of is not None and stand and counted is not case.entries.typed:
        got = of.raw if of.number is None else day_of(of.number)
        details = {"got": got, "count": len(stand), "day": case.entries.period.start, "first": stand[0].cell}
        yield problem_at("totals_of_another_period" if of.filled else "totals_of_no_period", of, "typed", details)
    for name, value in case.measures.items():
        cell, item = counted.get(name), value.measure
        if cell is None:
            continue
        number, details = cell.number, {"got": cell.raw, "measure": item}
        if cell.wrong:
            yield problem_at("typed_wrong", cell, name, details)
        if number is None:
            continue
        details = {**details, "got": number, "log": value.log}
        # Money may flow out: an increase of working capital below 0 is a decrease.
        if number < 0 and item.unit != "money":
            yield problem_at("typed_negative", cell, name, details)
        elif number < 0 and _is_spent(item, case):
            got = amount(number, item.unit, case.entries.currency)
            yield problem_at("typed_minus", cell, name, {**details, "got": got})
        elif item.whole and number % 1:
            yield problem_at("typed_fraction", cell, name, details)
        meant = case.typed_elsewhere.get(name)
        if meant:
            cells = tuple(counted[other.name].cell for other in meant)
            lost = tuple(name_of(kpi) for kpi in case.kpis_of(meant))
            yield problem_at("typed_elsewhere", cell, name, {**details, "other": meant, "cells": cells, "lost": lost})
        elif value.log and not same(value.log, number):
            yield problem_at("typed_over_rows", cell, name, details)


def _is_spent(item: Measure, case: Case) -> bool:
    """Whether a measure adds up what is seldom less than 0, such as expenses."""
    of = item.aggregate
    fields = case.entries.business.table(of.table).fields if of is not None else ()
    return of is not None and any(field.seldom_negative for field in fields if field.id == of.column)


def _number(case: Case, wrong: str, kpi: BusinessKpi, cell: InputCell) -> Iterator[Problem]:
    """A number to hold a KPI against: no number at all, or one that the KPI never reaches."""
    number = cell.number
    if cell.wrong:
        yield problem_at(wrong, cell, kpi.id, {"got": cell.raw, "kpi": name_of(kpi)})
    elif number is not None and kpi.kpi.bounded and not 0 <= number <= 1:
        details = {"got": _amount(case, kpi, number), "kpi": name_of(kpi)}
        yield problem_at("beyond_whole", cell, kpi.id, details)
    elif number is not None and (bound := _passed(kpi, number)) is not None:
        details = {"got": _amount(case, kpi, number), "kpi": name_of(kpi), "bound": _amount(case, kpi, bound)}
        yield problem_at("below_least" if number < bound else "above_most", cell, kpi.id, details)


def _passed(kpi: BusinessKpi, number: float) -> float | None:
    """The value that a KPI is never below, or above, where a number is."""
    least, most = traits_of(kpi).reach
    if least is not None and number < least:
        return least
    return most if most is not None and number > most else None


def _amount(case: Case, kpi: BusinessKpi, value: float) -> Shown:
    return amount(value, kpi.kpi.unit, case.entries.currency)


def _easier(result: Result, higher: float, lower: float) -> bool:
    """Whether the threshold of the higher level is easier to reach than that of the lower."""
    direction = result.kpi.kpi.direction
    return (direction == "up" and higher < lower) or (direction == "down" and higher > lower)


def problem_at(code: str, cell: InputCell, field: str, details: Mapping[str, object]) -> Problem:
    """A problem of a single cell."""
    return Problem(SENTENCES[code].severity, code, cell.sheet, cell.cell, None, field, details)
