"""Rules about single cells of an entry table: text for dates and numbers, limits, unlikely dates, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import UNSAVED, ExcelError
from kpixl.check.meant import date_meant, number_meant
from kpixl.check.problem import amount
from kpixl.currencies import beside_amount
from kpixl.i18n import language
from kpixl.message import Verbatim
from kpixl.period import add_months, from_serial, serial

if TYPE_CHECKING:
    from kpixl.catalog.model import Measure
    from kpixl.catalog.tables import Field, Unit
    from kpixl.check.case import Finding, TableLog

FIRST_LIKELY = serial(date(1990, 1, 1))
_PAST_DATES = serial(date.max) + 1


def day_of(number: float, *, with_time: bool = False) -> date | float:
    """The date that Excel shows for ``number``, a date serial; the number itself where Excel has no such date."""
    if not 1 <= number < _PAST_DATES or 60 <= number < 61:
        return float(number)
    # Excel has a 29 February 1900, number 60, that never was: before it, the numbers are those of the next day.
    day = from_serial(number + (number < 60))
    if not with_time:
        return day
    return datetime(day.year, day.month, day.day) + timedelta(seconds=min(86399, round(number % 1 * 86400)))


def odd(log: TableLog) -> Iterator[Finding]:
    """Texts, truth values and Excel errors where a date or a number belongs."""
    known = {field.id: field for field in log.table.fields}
    for column, values in log.rows.odd.items():
        of_texts = column in log.rows.texts
        found: dict[str, list[int]] = {}
        for row in sorted(values):
            if of_texts and not isinstance(values[row], ExcelError):
                continue
            found.setdefault(_kind(log, known.get(column), values[row]), []).append(row)
        broken = _broken(log, column, found.get("excel_error", ()))
        if broken:
            lost = log.case.lost(tuple(broken))
            rows_ = sorted({row for rows in broken.values() for row in rows})
            found["excel_error"] = [row for row in found["excel_error"] if row not in rows_]
            yield from log.problems("error_in_sum", column, rows_, partial(_lost_details, values, lost))
        for code, rows in found.items():
            yield from log.problems(code, column, rows, partial(_odd_details, log, code, values))


def _broken(log: TableLog, column: str, rows: Sequence[int]) -> dict[Measure, list[int]]:
    """The measures that add up errors of a column, and so have no value; each with the rows."""
    found: dict[Measure, list[int]] = {}
    for item in log.case.readers.get((log.table.id, column), ()) if rows else ():
        if item.aggregate and item.aggregate.kind == "sum" and item.aggregate.column == column and log.counts(item):
            counted = log.case.tally.meets(item)
            added = [row for row in rows if counted[row]]
            if added:
                found[item] = added
    return found


def _lost_details(values: Mapping[int, object], lost: tuple[object, ...], row: int) -> dict[str, object]:
    return {"got": values[row], "lost": lost}


def _kind(log: TableLog, field: Field | None, value: object) -> str:
    """The code for ``value`` where a date or a number belongs."""
    a_date = field is not None and field.type == "date"
    if isinstance(value, ExcelError):
        return "formula_unsaved" if value is UNSAVED else "excel_error"
    if isinstance(value, bool):
        return "truth_for_date" if a_date else "truth_for_number"
    text = str(value)
    if not text.strip():
        return "spaces_only"
    if field is not None and field.unit == "money" and _another(log, text):
        return "other_currency"
    if a_date:
        return "date_as_text" if date_meant(text, log.case.entries.language) else "text_for_date"
    return "text_for_number" if number_meant(text) is None else "number_as_text"


def _another(log: TableLog, text: str) -> str:
    """The currency beside an amount, where it is not the workbook's."""
    own = log.case.entries.currency
    code = beside_amount(text, own)
    return code if code != own else ""


def currencies(log: TableLog) -> Iterator[Finding]:
    """Amounts whose cells show another currency than the workbook's."""
    for column, codes in log.rows.currencies.items():
        if column in log.rows.numbers:
            numbers, own = log.numbers(column), log.case.entries.currency
            rows = [row for row in sorted(codes) if np.isfinite(numbers[row])]
            details = partial(_shown_details, numbers, codes, own)
            yield from log.problems("shown_in_currency", column, rows, details)


def _shown_details(numbers: np.ndarray, codes: Mapping[int, str], own: str, row: int) -> dict[str, object]:
    return {"got": amount(float(numbers[row]), "money", codes[row]), "other": codes[row], "currency": own}


def _odd_details(log: TableLog, code: str, values: Mapping[int, object], row: int) -> dict[str, object]:
    entries = log.case.entries
    details: dict[str, object] = {"got": values[row], "example": entries.period.end.isoformat()}
    if code == "date_as_text":
        details["meant"] = date_meant(str(values[row]), entries.language)
    if code == "other_currency":
        details |= {"other": _another(log, str(values[row])), "currency": entries.currency}
    if code == "number_as_text":
        meant = number_meant(str(values[row]))
        details["meant"] = None if meant is None else Verbatim(language(entries.language).to_type(meant))
    return details


def limits(log: TableLog) -> Iterator[Finding]:
    """Numbers below a field's minimum or above its maximum."""
    for field in log.fields:
        if field.id not in log.rows.numbers:
            continue
        numbers = log.numbers(field.id)
        for code, limit, past in (
            ("too_small", field.minimum, np.less),
            ("too_large", field.maximum, np.greater),
        ):
            if limit is not None:
                rows = np.flatnonzero(past(numbers, limit))
                yield from log.problems(code, field.id, rows, partial(_limit_details, numbers, limit))


def _limit_details(numbers: np.ndarray, limit: float, row: int) -> dict[str, object]:
    return {"got": float(numbers[row]), "limit": limit}


def dates(log: TableLog) -> Iterator[Finding]:
    """Dates long before kpixl's owners were in business or long after the period; numbers that are no dates."""
    period = log.case.entries.period
    past_likely = serial(add_months(period.after, 12))
    details: dict[str, object] = {"period": period, "example": period.end.isoformat()}
    for field in log.fields:
        if field.type != "date" or field.id not in log.rows.numbers:
            continue
        numbers = log.numbers(field.id)
        none = (numbers < 0) | (numbers >= _PAST_DATES)
        unlikely = ~none & ((numbers < FIRST_LIKELY) | (numbers >= past_likely))
        for code, rows in (("number_for_date", none), ("date_unlikely", unlikely)):
            yield from log.problems(code, field.id, np.flatnonzero(rows), partial(_date_details, numbers, details))


def _date_details(numbers: np.ndarray, details: Mapping[str, object], row: int) -> dict[str, object]:
    return {**details, "got": day_of(numbers[row])}


def spaces(log: TableLog) -> Iterator[Finding]:
    """Names, codes and other words that are nothing but spaces."""
    for field in log.fields:
        read = field.required or field.key or field.refers_to or (log.table.id, field.id) in log.case.readers
        if field.id in log.rows.texts and (read or field.type == "choice"):
            words = log.words(field.id)
            hollow = np.array([*(text == "" for text in words.folded), False])
            if hollow.any():
                yield from log.problems("spaces_only", field.id, np.flatnonzero(hollow[words.codes]), lambda row: {})


def gaps(log: TableLog) -> Iterator[Finding]:
    """Required fields that are blank, in rows that are not."""
    for field in log.fields:
        if field.required:
            rows = np.flatnonzero(log.blank(field.id) & log.filled)
            yield from log.problems("required_blank", field.id, rows, lambda row: {})


def amounts(log: TableLog) -> Iterator[Finding]:
    """Amounts below zero, where that is rather a slip."""
    for field in log.fields:
        if field.seldom_negative and field.id in log.rows.numbers:
            numbers = log.numbers(field.id)
            details = partial(_amount_details, numbers, field.unit, log.case.entries.currency)
            yield from log.problems("amount_negative", field.id, np.flatnonzero(numbers < 0), details)


def _amount_details(numbers: np.ndarray, unit: Unit, currency: str, row: int) -> dict[str, object]:
    return {"got": amount(float(numbers[row]), unit, currency)}


def parts(log: TableLog) -> Iterator[Finding]:
    """Parts of a whole that are more than it, such as more accurate translations than were checked."""
    for field in log.fields:
        if field.part_of and {field.id, field.part_of} <= set(log.rows.numbers):
            part, whole = log.numbers(field.id), log.numbers(field.part_of)
            details = partial(_part_details, part, whole, log.heading(field.part_of))
            yield from log.problems("part_over_total", field.id, np.flatnonzero(part > whole), details)


def half_answered(log: TableLog) -> Iterator[Finding]:
    """Rows of the period that answer one question of several, where others answer them all."""
    period, when = log.case.entries.period, log.table.date
    asked = [field.id for field in log.fields if _is_answer(field) and field.id in log.rows.numbers]
    asked = [id_ for id_ in asked if (log.table.id, id_) in log.case.readers]
    if len(asked) < 2 or when is None or when not in log.rows.numbers:
        return
    days = log.numbers(when)
    of_period = (days >= serial(period.start)) & (days < serial(period.after))
    given = {id_: of_period & ~log.blank(id_) for id_ in asked}
    for id_ in asked:
        others = np.any([rows for other, rows in given.items() if other != id_], axis=0)
        rows = np.flatnonzero(others & ~given[id_])
        # Who never asks it leaves nothing out.
        if len(rows) and given[id_].any():
            first = log.rows.cell(id_, int(rows[0]))
            yield log.problem("half_answered", id_, count=len(rows), first=first)


def _is_answer(field: Field) -> bool:
    """Whether it is the answer to a question, on a scale."""
    return field.type == "number" and not field.required and None not in (field.minimum, field.maximum)


def _part_details(part: np.ndarray, whole: np.ndarray, heading: object, row: int) -> dict[str, object]:
    return {"got": float(part[row]), "total": float(whole[row]), "total_heading": heading}
