"""Dates as people and programs write them. What does not fit is no date; which number is the day is decided by the
whole column and never by one value. Asks for today's date nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from kpixl.cellvalue import number
from kpixl.folding import name_key, single_spaced
from kpixl.imports.months import date_words, months, weekdays
from kpixl.imports.refusals import UnknownZone
from kpixl.imports.source import Raw
from kpixl.imports.values import BAD_DATE, EARLY_DATE, EITHER_DATE, Read, Unfit
from kpixl.languages.load import every, one_of
from kpixl.period import LAST_SERIAL

Order: TypeAlias = Literal["day", "month"]
"""What the first number of a date is."""

_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was: its serials agree with the calendar from here on."""
_FIRST_SERIAL, _AFTER_SERIALS = 61, LAST_SERIAL + 1
_LONGEST = 80
_TIME = (
    r"(?:(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?|(?P<alone>[0-9]{1,2}) ?(?P<half2>[ap])\.? ?m\.?)"
    r"(?: ?[(\[]?(?P<zone>z|(?:utc|gmt)? ?[+\-−][0-9]{1,2}(?::?[0-9]{2})?|[a-z]+(?:/[a-z_]+){1,2}|[a-z]{3,4})[)\]]?)?"
)
"""What follows the word or sign before a time of day."""
_NUMERIC = re.compile(r"([0-9]{1,4}) ?([-/. ]) ?([0-9]{1,2}) ?\2 ?([0-9]{1,4})")
_COMPACT = re.compile(r"^(?:[0-9]{8}(?:[t ]?[0-9]{6})?)(?=$|z$|[ +\-])")
"""20261003, 20261003T141500"""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2}):([0-9]{2}))?")
"""What most programs write, which is read six times as fast as what may be anything."""
_EPOCH = re.compile(r"(1[0-9]{9})(?:[.,]([0-9]{1,9})|([0-9]{3}))?")
"""Seconds, or thousandths of them, since the first moment of 1970 in UTC, as programs count: from 2001 to 2033."""
_ZONE = r"(?:UTC|GMT) ?(?:[+\-−][0-9]{1,2}(?::?[0-9]{2})?)?|[A-Z]{2,3}T|[A-Z][a-z]+(?:/[A-Za-z_]+){1,2}"
_IN_BRACKETS = re.compile(rf"[(\[]\s*({_ZONE})\s*[)\]]")
_AT_END = re.compile(r"\b((?:UTC|GMT)(?:[+\-−][0-9]{1,2}(?::?[0-9]{2})?)?)\s*$")
_HOURS_OFF = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "hst": -10,
    "brt": -3, "art": -3, "clt": -4, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
}  # fmt: skip
"""Zones as North and South America and Europe call them, by the hours that they are ahead of UTC."""
_YEAR_FIRST = re.compile(r"([0-9]{2})([-/. ])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])(.*)", re.DOTALL)
_LEADING_WORD = re.compile(r"([^\W\d_]+)(?:-([^\W\d_]+))?\.?,? (?=.*[0-9])")
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^ ./,\-]")


class Written(NamedTuple):
    """A date as it is written: year, and two numbers of which the order is open; or, where ``month`` is given, not."""

    year: int
    first: int
    second: int
    open: bool
    weekday: frozenset[int] | None = None
    clock: timedelta = timedelta()
    zone: tzinfo | None = None
    timed: bool = False
    dotted: bool = False

    def day(self, order: Order) -> date | None:
        """The date in one order; None where there is no such day, or it is another day of the week."""
        day, month = (self.first, self.second) if order == "day" else (self.second, self.first)
        try:
            found = date(self.year, month, day)
        except ValueError:
            return None
        return found if self.weekday is None or found.weekday() in self.weekday else None

    @property
    def orders(self) -> frozenset[Order]:
        """The orders in which it is a date."""
        orders: tuple[Order, ...] = ("day", "month") if self.open else ("day",)
        return frozenset(order for order in orders if self.day(order))


@lru_cache(maxsize=200_000)
def written(text: str) -> Written | None:
    """What ``text`` says of a date; None where it says none."""
    if len(text) > _LONGEST:
        return None
    if (usual := _ISO.fullmatch(text)) is not None:
        year, month, day_, hour, minute, second = (int(one or 0) for one in usual.groups())
        if hour < 24 and minute < 60 and second < 60:
            clock = timedelta(hours=hour, minutes=minute, seconds=second)
            return Written(year, day_, month, False, None, clock, None, usual[4] is not None)
    if (counted := _EPOCH.fullmatch(text)) is not None:
        return _since_1970(counted)
    plain = single_spaced(text).casefold()
    plain = _COMPACT.sub(_spread, plain)
    clock, zone, timed = timedelta(), None, False
    for found in _time().finditer(plain):
        if found.end() == len(plain):
            time_of_day = _clock(found)
            zone = zone_of(found["zone"]) if found["zone"] else None
            if time_of_day is None or (found["zone"] and zone is None):
                return None
            clock, plain, timed = time_of_day, plain[: found.start()], True
            break
    day = _numeric(plain) or _named(plain)
    return day._replace(clock=clock, zone=zone, timed=timed) if day else None


@dataclass(frozen=True)
class Dates:
    """How the dates of a column are read: their order (None where the column holds both), and the zone that moments
    with a zone of their own are moved to."""

    order: Order | None
    zone: tzinfo | None
    """None for that of the computer."""
    serials: bool
    """Whether plain numbers are serials, as in workbooks."""
    source: tzinfo | None = None
    """The zone of times that name none, where the heading of their column says it."""
    swapped: bool = False
    """Whether real dates have day and month in each other's place."""

    def __call__(self, cell: Raw) -> Read:
        """The serial number of a date."""
        if isinstance(cell, str):
            return self._of_text(cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and self.serials:
            if _FIRST_SERIAL <= cell < _AFTER_SERIALS:
                return float(cell)
            return self._of_text(f"{cell:.6f}".rstrip("0").rstrip("."))
        if not isinstance(cell, date):
            return Unfit(BAD_DATE)
        found = exchanged(cell) if self.swapped else cell
        moved = self._moved(found, self.source) if isinstance(found, datetime) and self.source else found
        return _serial(moved) if isinstance(moved, date) else moved

    def is_twofold(self, text: str) -> bool:
        """Whether a moment with a zone of its own is moved to an hour that the clocks go through twice."""
        moment = self._moment(text)
        if not isinstance(moment, datetime):
            return False
        sides = [moment.replace(fold=fold) for fold in (0, 1)]
        zoned = [side.replace(tzinfo=self.zone) if self.zone else side.astimezone() for side in sides]
        return zoned[0].utcoffset() != zoned[1].utcoffset()

    def _of_text(self, cell: str) -> Read:
        moment = self._moment(cell)
        return _serial(moment) if isinstance(moment, datetime) else moment

    def _moment(self, cell: str) -> datetime | Unfit:
        """The local time that a text says."""
        found = written(cell.strip())
        orders = found.orders if found else frozenset()
        if found is None or not orders:
            return Unfit(BAD_DATE)
        order = next(iter(orders)) if self.order is None else self.order
        if self.order is None and len(orders) > 1 and found.first != found.second:
            return Unfit(EITHER_DATE)
        day = found.day(order if found.open else "day")
        if day is None:
            return Unfit(BAD_DATE)
        moment = datetime(day.year, day.month, day.day) + found.clock
        return self._moved(moment, found.zone or (self.source if found.timed else None))

    def _moved(self, moment: datetime, zone: tzinfo | None) -> datetime | Unfit:
        """The local time of a moment in a zone."""
        if zone is None:
            return moment
        try:
            return moment.replace(tzinfo=zone).astimezone(self.zone).replace(tzinfo=None)
        except (OverflowError, ValueError, OSError):
            return Unfit(BAD_DATE)


def orders_in(texts: Iterable[str]) -> frozenset[Order]:
    """The orders that some dates leave no doubt of: those that are a date in one order alone."""
    told = (found.orders for found in map(written, texts) if found and found.open)
    return frozenset(next(iter(orders)) for orders in told if len(orders) == 1)


def is_day(text: str) -> bool:
    """Whether a text is a date."""
    found = written(text)
    return found is not None and bool(found.orders)


def is_timed(text: str) -> bool:
    """Whether a text is a date with a time of day."""
    found = written(text)
    return found is not None and found.timed and bool(found.orders)


def exchanged(day: date) -> date:
    """A date with day and month in each other's place; as it is where there is no such date."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


def is_half_converted(cells: Iterable[Raw]) -> bool:
    """Whether another Excel took some of a column's dates for its own: every real date has a day that could be a month,
    and every date that stayed a text has none."""
    real, texts = [], []
    for cell in cells:
        if isinstance(cell, date):
            real.append(cell)
        elif isinstance(cell, str) and cell.strip():
            texts.append(written(cell.strip()))
    if not real or not texts or any(day.day > 12 for day in real):
        return False
    return all(found is not None and found.open and len(found.orders) == 1 for found in texts) and any(
        day.day != day.month for day in real
    )


def zone_in(heading: str) -> tzinfo | None:
    """The time zone that a heading names, such as ``Created (UTC)``; None without one."""
    found = _IN_BRACKETS.search(heading) or _AT_END.search(heading)
    return zone_of(found[1].strip().casefold()) if found else None


def without_zone(heading: str) -> str:
    """A heading without the time zone that it names."""
    return _IN_BRACKETS.sub("", heading).strip() if zone_in(heading) else heading


def year_first(text: str) -> str:
    """A date of three short numbers with the year first, with the year in full: ``2026-10-05`` of ``26/10/05``."""
    found = _YEAR_FIRST.match(text.strip())
    return f"{_year(found[1])}-{found[3]}-{found[4]}{found[5]}" if found else text


def is_open(text: str) -> bool:
    """Whether a text is a date whose order matters."""
    found = written(text)
    return found is not None and found.open and bool(found.orders)


def is_dotted(text: str) -> bool:
    """Whether a text is a date with full stops between its numbers, which nobody writes with the month first."""
    found = written(text)
    return found is not None and found.dotted


def is_zoned(text: str) -> bool:
    """Whether a text is a date with a time zone."""
    found = written(text)
    return found is not None and found.zone is not None and bool(found.orders)


def zone_called(name: str | None) -> tzinfo | None:
    """The time zone of a name (``Europe/Madrid``); None, for the computer's, without one. UnknownZone otherwise."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(got=name) from error


def _serial(moment: date) -> Read:
    day = moment.date() if isinstance(moment, datetime) else moment
    return number(moment) if day >= _FIRST_DAY else Unfit(EARLY_DATE)


def _year(digits: str) -> int | None:
    """Years of two digits are from 1971 to 2070."""
    if len(digits) == 2:
        return int(digits) + (1900 if int(digits) > 70 else 2000)
    return int(digits) if len(digits) == 4 else None


def _numeric(text: str) -> Written | None:
    weekday, rest = _weekday(text)
    found = _NUMERIC.fullmatch(rest)
    if found is None:
        return None
    first, sign, second, third = found.groups()
    if len(first) == 4:
        return Written(int(first), int(third), int(second), False, weekday) if len(third) <= 2 else None
    year = _year(third)
    if year is None or len(first) > 2:
        return None
    return Written(year, int(first), int(second), True, weekday, dotted=sign == ".")


def _weekday(text: str) -> tuple[frozenset[int] | None, str]:
    found = _LEADING_WORD.match(text)
    if found and found[2] and name_key(found[2]) not in date_words():
        found = None
    days = weekdays().get(name_key(found[1])) if found else None
    return (days, text[found.end() :]) if found and days else (None, text)


def _named(text: str) -> Written | None:
    """A date with the name of its month: 5 Feb 2020, Feb 5, 2020, 2020 Feb 5, with the day of the week or without."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        word = token if token.isdigit() else name_key(token)
        if not word and token not in "ºª°":
            return None
        if word and word not in date_words() and not (word in _ordinals() and tokens and tokens[-1].isdigit()):
            tokens.append(word)
    weekday = None
    if len(tokens) == 4:
        weekday = weekdays().get(tokens.pop(0))
        if weekday is None:
            return None
    if len(tokens) != 3:
        return None
    if tokens[0] in months():
        month, day, year = tokens
    elif len(tokens[0]) == 4:
        year, month, day = tokens
    else:
        day, month, year = tokens
    if month not in months() or not re.fullmatch("[0-9]{1,2}", day) or not re.fullmatch("[0-9]{2}|[0-9]{4}", year):
        return None
    whole = _year(year)
    return None if whole is None else Written(whole, int(day), months()[month], False, weekday)


@cache
def _time() -> re.Pattern[str]:
    """A time of day at the end of a date, in any language."""
    before = one_of(f"{word} " for one in every() for word in one.before_time)
    return re.compile(rf"(?:(?<=[0-9])t|,? {before}?){_TIME}")


@cache
def _ordinals() -> frozenset[str]:
    return frozenset(name_key(word) for one in every() for word in one.ordinals)


def _clock(found: re.Match[str]) -> timedelta | None:
    half = found["half"] or found["half2"]
    hour, minute, second = int(found["hour"] or found["alone"]), int(found["minute"] or 0), int(found["second"] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    part = int((found["part"] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=part)


@lru_cache(maxsize=200)
def zone_of(text: str) -> tzinfo | None:
    """The zone that a text in small letters names: an offset, letters such as ``est``, or a name such as
    ``europe/madrid``."""
    if text in _HOURS_OFF:
        return timezone(timedelta(hours=_HOURS_OFF[text]))
    if "/" in text:
        return next((ZoneInfo(name) for name in available_timezones() if name.casefold() == text), None)
    digits = re.sub("[^0-9]", "", text)
    if not digits:
        return UTC if text in ("z", "utc", "gmt") else None
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    span = timedelta(hours=hours, minutes=minutes)
    if span >= timedelta(days=1):
        return None
    return timezone(-span if "-" in text or "−" in text else span)


def _since_1970(found: re.Match[str]) -> Written:
    """The moment that a count of seconds says."""
    moment = datetime.fromtimestamp(int(found[1]), UTC)
    clock = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    part = timedelta(microseconds=int((found[2] or found[3] or "0")[:6].ljust(6, "0")))
    return Written(moment.year, moment.day, moment.month, False, clock=clock + part, zone=UTC, timed=True)


def _spread(found: re.Match[str]) -> str:
    """A date of eight figures, and a time of six, as they are usually written."""
    digits = re.sub("[^0-9]", "", found[0])
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    return day + (f" {digits[8:10]}:{digits[10:12]}:{digits[12:]}" if len(digits) == 14 else "")
