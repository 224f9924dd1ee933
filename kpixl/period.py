"""Periods and windows: closed ranges of local dates. Never asks for today's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeGuard

from kpixl.errors import NoPeriod

MONTH_DAYS = 30.4375
"""Days of an average month: 365.25 / 12."""
LAST_SERIAL = 2_958_465
"""The last day that Excel knows, 31 December 9999."""
_EPOCH = date(1899, 12, 30)
_FROM_1904 = 1462
_MONTH_FIRST = re.compile(r"(\d{1,2})[./-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})")
_PART_FIRST = re.compile(r"([QTWS])(\d{1,2})[ ./-]?(\d{4})", re.IGNORECASE)
_PART_LAST = re.compile(r"(\d{4})[ ./-]?([QTWS])(\d{1,2})", re.IGNORECASE)
_QUARTERS = "QT"
"""The letters for a quarter and a trimester; the others are for a week, in the languages that call it so."""


class Kind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    WEEK = "week"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Length in months; 0 for a week, which is counted in days."""
        return _MONTHS[self]


_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.WEEK: 0, Kind.YEAR: 12}


def serial(day: date) -> int:
    """The number by which Excel stores ``day`` (1900 date system)."""
    return (day - _EPOCH).days


def from_serial(number: float) -> date:
    """The day that Excel's ``number`` falls on."""
    return _EPOCH + timedelta(days=int(number // 1))


def _part(year: str, letter: str, number: str) -> str:
    """A quarter or week of a year as ``Period`` writes it."""
    return f"{year}-Q{number}" if letter.upper() in _QUARTERS else f"{year}-W{number:0>2}"


@dataclass(frozen=True, slots=True)
class DateSystem:
    """How a workbook counts its days: from 1900, or from 1904 as old Macs did. Numbers as the workbook has them come in
    and go out here; everywhere else a day is the serial number of the 1900 date system."""

    behind: int
    """By how many days its numbers are less than serial numbers."""

    @classmethod
    def of(cls, *, date1904: bool) -> DateSystem:
        """The system of a workbook."""
        return cls(_FROM_1904 if date1904 else 0)

    def serial(self, stored: object) -> Any:
        """The serial number of a day in a cell; what is no number is none, and stays what it is."""
        return stored + self.behind if self.behind and _is_number(stored) else stored

    def stored(self, serial: Any) -> Any:
        """What the workbook has in a cell for a serial number; what is no number stays what it is."""
        return serial - self.behind if self.behind and _is_number(serial) else serial

    @property
    def last(self) -> int:
        """Its number of the last day that Excel knows."""
        return LAST_SERIAL - self.behind


SINCE_1900 = DateSystem(0)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def add_months(day: date, months: int) -> date:
    """``day`` moved by whole months, clipped to the month's last day, as EDATE does."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter, ISO week or year."""

    kind: Kind
    start: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """``2026-10``, ``2026-Q4``, ``2026-W43`` or ``2026``, a month also as ``10.2026``, ``10/2026`` or ``2026/10``,
        a quarter or week as ``Q4 2026``, ``T4 2026``, ``2026W43`` or ``S43/2026``; NoPeriod for anything else."""
        text, asked = text.strip(), text
        if month_first := _MONTH_FIRST.fullmatch(text):
            text = f"{month_first[2]}-{month_first[1]:0>2}"
        elif year_first := _YEAR_FIRST.fullmatch(text):
            text = f"{year_first[1]}-{year_first[2]:0>2}"
        elif part_first := _PART_FIRST.fullmatch(text):
            text = _part(part_first[3], part_first[1], part_first[2])
        elif part_last := _PART_LAST.fullmatch(text):
            text = _part(*part_last.groups())
        found = re.fullmatch(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|W(\d{2})))?", text, re.IGNORECASE)
        try:
            if not found:
                raise ValueError(text)
            year, month, quarter, week = (int(part) if part else None for part in found.groups())
            assert year is not None
            if month is not None:
                return cls(Kind.MONTH, date(year, month, 1))
            if quarter is not None:
                return cls(Kind.QUARTER, date(year, quarter * 3 - 2, 1))
            if week is not None:
                return cls(Kind.WEEK, date.fromisocalendar(year, week, 1))
            return cls(Kind.YEAR, date(year, 1, 1))
        except ValueError:
            raise NoPeriod(got=asked) from None

    @classmethod
    def containing(cls, kind: Kind, day: date) -> Period:
        """The period of ``kind`` that ``day`` belongs to."""
        if kind is Kind.WEEK:
            return cls(kind, day - timedelta(days=day.weekday()))
        if kind is Kind.YEAR:
            return cls(kind, date(day.year, 1, 1))
        first = (day.month - 1) // kind.months * kind.months + 1
        return cls(kind, date(day.year, first, 1))

    @property
    def after(self) -> date:
        """The first day past the period."""
        return self.shift(1).start

    @property
    def end(self) -> date:
        """The last day of the period."""
        return self.after - timedelta(days=1)

    def shift(self, by: int) -> Period:
        """The period ``by`` periods later (earlier where negative)."""
        if self.kind is Kind.WEEK:
            return Period(self.kind, self.start + timedelta(weeks=by))
        return Period(self.kind, add_months(self.start, by * self.kind.months))

    @property
    def year_before(self) -> Period:
        """The same period a year earlier (52 weeks for a week, so that weekdays agree)."""
        if self.kind is Kind.WEEK:
            return self.shift(-52)
        return Period(self.kind, add_months(self.start, -12))

    @property
    def year_start(self) -> date:
        """The first day of the year that the period belongs to; a week belongs to the year that most of it is in."""
        if self.kind is Kind.WEEK:
            return date.fromisocalendar(self.start.isocalendar().year, 1, 1)
        return self.start.replace(month=1, day=1)

    @property
    def year(self) -> int:
        """The year that the period belongs to."""
        return self.start.isocalendar().year if self.kind is Kind.WEEK else self.start.year

    def window_start(self, window: Window) -> date:
        """The first day of ``window``, which ends with the period."""
        return self.start if window.months is None else add_months(self.after, -window.months)

    def months(self, window: Window) -> float:
        """The months in ``window``, by which sums become monthly; a week has its part of an average month."""
        return float(window.months or self.kind.months or 7 / MONTH_DAYS)

    def closed_in(self, window: Window) -> int:
        """How many whole periods of this kind lie in ``window`` before this one."""
        first = self.window_start(window)
        if self.kind is Kind.WEEK:
            return (self.start - first).days // 7
        return max(0, (self.start.year - first.year) * 12 + self.start.month - first.month) // self.kind.months

    def __str__(self) -> str:
        if self.kind is Kind.WEEK:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind is Kind.QUARTER:
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        return f"{self.start:%Y-%m}" if self.kind is Kind.MONTH else f"{self.start:%Y}"


class Window(StrEnum):
    """The span that a KPI is graded over, up to the end of the period."""

    PERIOD = "period"
    QUARTER = "3m"
    YEAR = "12m"

    @property
    def months(self) -> int | None:
        """Length in months; None for the period itself."""
        return _WINDOW_MONTHS[self]

    @property
    def suffix(self) -> str:
        """What a measure's name ends with over this window."""
        return _WINDOW_SUFFIXES[self]


_WINDOW_MONTHS = {Window.PERIOD: None, Window.QUARTER: 3, Window.YEAR: 12}
_WINDOW_SUFFIXES = {Window.PERIOD: "", Window.QUARTER: "_3m", Window.YEAR: "_12m"}
