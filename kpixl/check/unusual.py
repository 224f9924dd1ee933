"""Rules about what is possible and yet hardly true: amounts and dates out of all proportion, days of thirty hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.check.fields import FIRST_LIKELY, day_of
from kpixl.check.problem import amount
from kpixl.check.spans import as_closed
from kpixl.i18n import language
from kpixl.kpi.measure import month_number
from kpixl.message import Verbatim
from kpixl.period import add_months, from_serial, serial

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import Finding, TableLog

_FEWEST = 8
"""Amounts of a kind that it takes to say what is usual."""
_SPREAD = 1.4826
"""The standard deviation of normal numbers for each median absolute deviation."""
_FAR, _DEVIATIONS = 0.7, 3.5
"""Powers of ten, and standard deviations, from which on an amount is far from the usual one: five times at least."""
_APART, _DEVIATIONS_APART, _GAP = 0.65, 2.3, 2.0
"""The same for one that stands apart from all others by a factor, and would be among them with a zero less."""
_DAY_HOURS, _DAYS_A_ROW = 24.0, 7
_MINUTE, _DECIMALS, _TYPED = 1e-4, 4, 1e-9
"""A time of day is of whole minutes; a number that is typed has so many decimals at most."""
_FEW_OLD, _SHARE_OLD = 3, 0.05
"""So many old rows, or this share of all, may be slips; more of them are the rows of earlier years."""
_AHEAD_MONTHS = 6
_GRACE = 31
"""Days in which entries of the next period may be there once this one is over."""


def amounts(log: TableLog) -> Iterator[Finding]:
    """Amounts ten or a hundred times what is usual for their kind, or a fraction of it."""
    for field in log.fields:
        if field.unit != "money" or field.id not in log.rows.numbers:
            continue
        values = log.numbers(field.id)
        kinds = _kinds(log)
        usual = np.full(len(values), np.nan)
        for kind in np.unique(kinds):
            rows = np.flatnonzero((kinds == kind) & np.isfinite(values) & (values != 0))
            if len(rows) >= _FEWEST:
                usual[rows[_far(np.log10(np.abs(values[rows])))]] = float(np.median(np.abs(values[rows])))
        far = np.isfinite(usual)
        for code, chosen in (
            ("amount_high", far & (np.abs(values) > usual)),
            ("amount_low", far & (values > 0) & (values < usual)),
        ):
            details = partial(_amount_details, log, field, values, usual)
            yield from log.problems(code, field.id, np.flatnonzero(chosen), details)


def _kinds(log: TableLog) -> np.ndarray:
    """The kind of each row, as numbers: amounts of one kind are alike."""
    kinds = np.zeros(len(log.rows), dtype=np.int64)
    for field in log.fields:
        if field.type == "choice" and field.required and field.id in log.rows.texts:
            words = log.words(field.id)
            kinds = kinds * (len(words.texts) + 1) + words.codes + 1
    return kinds


def _far(logs: np.ndarray) -> np.ndarray:
    """Which of some logarithms are far from the others; shape (values,)."""
    middle = np.median(logs)
    spread = _SPREAD * float(np.median(np.abs(logs - middle)))
    off = logs - middle
    far = np.abs(off) > max(_FAR, _DEVIATIONS * spread)
    order = np.argsort(logs)
    for place, beside, zero in ((order[-1], order[-2], -1), (order[0], order[1], 1)):
        # The largest with a zero less, the smallest with one more, among the others.
        others = np.delete(logs, place)
        fits = others.min() <= logs[place] + zero <= others.max()
        apart = abs(logs[place] - logs[beside]) >= np.log10(_GAP)
        if fits and apart and abs(off[place]) > max(_APART, _DEVIATIONS_APART * spread):
            far[place] = True
    return np.asarray(far)


def _amount_details(
    log: TableLog, field: Field, values: np.ndarray, usual: np.ndarray, row: int
) -> Mapping[str, object]:
    currency = log.case.entries.currency
    return {
        "got": amount(float(values[row]), field.unit, currency),
        "usual": amount(float(usual[row]), field.unit, currency),
    }


def _typed_hours(log: TableLog) -> list[Field]:
    """The columns of a table in which hours are typed."""
    return [f for f in log.fields if f.unit == "hours" and f.type == "number" and f.id in log.rows.numbers]


def hours(log: TableLog) -> Iterator[Finding]:
    """More hours of one person on one day than it has. Who writes a row a week has the hours of one."""
    fields = _typed_hours(log)
    person = next((f for f in log.fields if f.required and f.refers_to and f.id in log.rows.texts), None)
    if log.table.date is None or log.table.date not in log.rows.numbers or person is None or not fields:
        return
    days, who = log.numbers(log.table.date) // 1, log.words(person.id).codes
    rows = np.flatnonzero(np.isfinite(days) & (who >= 0))
    if not len(rows):
        return
    ordinals = np.unique(days[rows], return_inverse=True)[1]
    group = np.unique(who[rows] * (ordinals.max() + 1) + ordinals, return_inverse=True)[1]
    most = _DAY_HOURS * _days_a_row(who[rows], days[rows])
    for field in fields:
        worked = np.nan_to_num(log.numbers(field.id)[rows])
        total = np.bincount(group, weights=worked)[group]
        by_size = np.lexsort((-worked, group))
        largest = by_size[np.unique(group[by_size], return_index=True)[1]]
        found = np.sort(rows[largest[(total > most)[largest]]])
        told = dict(zip(rows.tolist(), total.tolist(), strict=True))
        details = partial(_hours_details, log, person.id, days, told)
        yield from log.problems("hours_over_day", field.id, found, details)
        if len(found):
            return


def times_of_day(log: TableLog) -> Iterator[Finding]:
    """Hours typed as a time of day, which Excel counts in days: 8:00 is a third of an hour. What is written with a few
    decimals may be minutes; a third of an hour among days of eight is not, nor where no row has an hour."""
    for field in _typed_hours(log):
        values = log.numbers(field.id)
        meant = values * 24
        usual = values[values >= 1]
        clock = (values > 0) & (values < 1) & (np.abs(meant * 60 - np.round(meant * 60)) < _MINUTE)
        if len(usual):
            clock &= np.abs(np.log2(np.where(clock, meant, 1) / np.median(usual))) <= 1
        if (clock & (np.abs(values - np.round(values, _DECIMALS)) > _TYPED)).any():
            details = partial(_clock_details, log, values)
            yield from log.problems("time_of_day", field.id, np.flatnonzero(clock), details)


def _clock_details(log: TableLog, values: np.ndarray, row: int) -> dict[str, object]:
    minutes = round(float(values[row]) * 24 * 60)
    return {
        "got": amount(float(values[row]), "hours", log.case.entries.currency),
        "clock": Verbatim(f"{minutes // 60}:{minutes % 60:02}"),
        "meant": Verbatim(language(log.case.entries.language).to_type(minutes / 60)),
    }


def _days_a_row(who: np.ndarray, days: np.ndarray) -> np.ndarray:
    """For each row how many days its person writes a row for: those that usually lie between two of them."""
    order = np.lexsort((days, who))
    person, day = who[order], days[order]
    between = np.diff(day)
    counted = (np.diff(person) == 0) & (between > 0)
    between, person = between[counted], person[1:][counted]
    usual = np.full(who.max() + 1, np.median(between) if len(between) else 1.0)
    for one in np.split(np.arange(len(person)), np.flatnonzero(np.diff(person)) + 1) if len(person) else ():
        usual[person[one[0]]] = np.median(between[one])
    found = usual[who]
    return np.where(found >= _DAYS_A_ROW - 1, np.minimum(np.ceil(found), 31.0), 1.0)


def _hours_details(
    log: TableLog, person: str, days: np.ndarray, told: Mapping[int, float], row: int
) -> dict[str, object]:
    return {
        "got": log.rows.texts[person][row],
        "hours": amount(told[row], "hours", ""),
        "day": day_of(float(days[row])),
    }


def days(log: TableLog) -> Iterator[Finding]:
    """Dates in the wrong year, with day and month changed, or still to come."""
    for field in log.fields:
        if field.type == "date" and field.id in log.rows.numbers:
            if log.table.kept:
                yield from _ahead_of_time(log, field)
            else:
                yield from _in_log(log, field)


def _ahead_of_time(log: TableLog, field: Field) -> Iterator[Finding]:
    """Who or what begins long after the period."""
    if log.table.stays and field.id == log.table.stays[0]:
        period = log.case.entries.period
        numbers = log.numbers(field.id)
        late = serial(add_months(period.after, _AHEAD_MONTHS))
        known = serial(add_months(period.after, 12))  # from there on, every date is unlikely
        rows = np.flatnonzero((numbers >= late) & (numbers < known))
        yield from log.problems("date_ahead", field.id, rows, partial(_day_details, log, numbers))


def _in_log(log: TableLog, field: Field) -> Iterator[Finding]:
    period, numbers = log.case.entries.period, log.numbers(field.id)
    beyond = serial(period.after) + (_GRACE if log.case.scorecard.clock.over else 0)
    planned = log.table.ahead or field.planned
    coming = (numbers >= beyond) & (numbers < serial(add_months(period.after, 12)))
    old = (numbers >= FIRST_LIKELY) & (numbers < serial(add_months(period.after, -12)))
    if planned:
        coming[:] = False
    came = np.zeros(len(numbers), dtype=bool)
    if log.table.open and field.ends:  # what becomes of a row may well come after the period, until today
        came = (numbers >= serial(period.after)) & (numbers // 1 <= log.case.scorecard.clock.due_until)
    if np.count_nonzero(old) > max(_FEW_OLD, _SHARE_OLD * len(numbers)):
        old[:] = False
    meant = {row: day for row, day in _turned(log, numbers, past_only=planned).items() if not came[row]}
    turned = np.isin(np.arange(len(numbers)), list(meant))
    details = partial(_day_details, log, numbers)
    swapped = partial(_turned_details, log, numbers, meant)
    yield from log.problems("date_swapped", field.id, np.flatnonzero(turned), swapped)
    yield from log.problems("date_ahead", field.id, np.flatnonzero(coming & ~turned & ~came), details)
    yield from log.problems("date_unlikely", field.id, np.flatnonzero(old & ~turned), details)


def _turned(log: TableLog, numbers: np.ndarray, *, past_only: bool) -> dict[int, str]:
    """Rows whose date lies outside the period, and in it with day and month changed; with the date that is meant. Only
    where hardly another row is in that month: those of another month are no slips, nor are those that were there when
    it was closed, nor those of months that rows reach back to one by one, as in a table that keeps a year. What is
    planned may be to come."""
    period = log.case.entries.period
    outside = np.isfinite(numbers) & (numbers >= FIRST_LIKELY) & (numbers < serial(add_months(period.after, 12)))
    outside &= (numbers < serial(period.start)) | (~np.bool_(past_only) & (numbers >= serial(period.after)))
    rows = np.flatnonzero(outside)
    rows = rows[~as_closed(log)[rows]] if len(rows) else rows
    if not len(rows):
        return {}
    months, of_month, count = np.unique(month_number(numbers[rows]), return_inverse=True, return_counts=True)
    kept = _reaching_back(months, month_number(np.array([serial(period.start)], dtype=float))[0])
    found = {}
    for row in rows[((count <= _FEW_OLD) & ~kept)[of_month]].tolist():
        day = from_serial(float(numbers[row]))
        if day.day <= 12 and day.day != day.month:
            turned = day.replace(month=day.day, day=day.month)
            if period.start <= turned < period.after:
                found[row] = turned.isoformat()
    return found


def _reaching_back(months: np.ndarray, first: float) -> np.ndarray:
    """Which of some months before the one of number ``first`` have rows in each month between; shape (months,). Of the
    month right before it, that says nothing."""
    back = first - months
    return np.array([one > 1 and np.isin(np.arange(1, one), back).all() for one in back], dtype=bool)


def _day_details(log: TableLog, numbers: np.ndarray, row: int) -> dict[str, object]:
    period = log.case.entries.period
    return {"got": day_of(float(numbers[row])), "period": period, "example": period.end.isoformat()}


def _turned_details(log: TableLog, numbers: np.ndarray, meant: Mapping[int, str], row: int) -> dict[str, object]:
    return {**_day_details(log, numbers, row), "meant": Verbatim(meant[row])}
