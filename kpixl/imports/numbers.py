"""Numbers and amounts as people and programs write them, and durations. Whether a comma or a point stands before the
decimals is decided by the whole column and never by one value."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

from babel.numbers import is_currency

from kpixl.cellvalue import ExcelError, number
from kpixl.currencies import code_of
from kpixl.folding import name_key, single_spaced
from kpixl.imports.export_words import Unit, units
from kpixl.imports.source import Raw
from kpixl.imports.values import BAD_HOURS, BAD_NUMBER, EITHER_NUMBER, OTHER_CURRENCY, TOO_MANY_HOURS, Read, Unfit
from kpixl.languages.load import currency_words, every, one_of

Sign: TypeAlias = Literal[".", ","]
"""What stands before the decimals."""
Side: TypeAlias = Literal["credit", "debit"]
"""On which side of an account an amount is."""

_LONGEST = 60
_MINUS, _APOSTROPHES = str.maketrans("−–", "--"), "’"
_SHAPE = re.compile(
    r"(?P<sign>[+-]?) ?(?:(?P<mark>[^0-9\s.,'()+%-]{1,4})\.?)? ?(?P<inner>[+-]?)"
    r" ?(?P<digits>[0-9.,](?:[0-9.,' ]*[0-9])?)"
    r" ?(?P<percent>%?) ?(?:(?P<after>[^0-9\s.,'()+%-]{1,4})\.?)? ?(?P<last>[+-]?)"
)
_BRACKETED_AFTER_MARK = re.compile(r"[^()0-9]{1,4}\([^()]+\)")
_GROUPS = r"[1-9][0-9]{{0,2}}(?:{0}[0-9]{{3}})+"
_DURATION = re.compile(r"(?P<h>[0-9]{1,5}):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9](?:[.,][0-9]{1,3})?))?")
_AMOUNT = r"[0-9]{1,5}(?:[.,][0-9]{1,2})?"
_ISO = re.compile(rf"p(?:(?P<d>{_AMOUNT})d)?(?:t(?:(?P<h>{_AMOUNT})h)?(?:(?P<m>{_AMOUNT})m)?(?:(?P<s>{_AMOUNT})s)?)?")
_DAYS = r"(?:d|days?|d[ií]as?|jours?|j|zile?|zi)"
_WEEK = 168
"""Hours that a row of the timesheet has at most."""
_HOURS_MINUTES = re.compile(r"(?P<h>[0-9]{1,5}) ?h ?(?P<m>[0-5][0-9])")


def _reader(point: str, comma: str) -> re.Pattern[str]:
    """Whole numbers in groups or without, and decimals after ``point``; or decimals alone."""
    # In India the last three figures are a group, and two each before them: 1,23,456.
    lakhs = rf"[1-9][0-9]?(?:{re.escape(comma)}[0-9]{{2}})+{re.escape(comma)}[0-9]{{3}}"
    groups = "|".join(_GROUPS.format(separator) for separator in (re.escape(comma), " ", "'"))
    return re.compile(rf"(?:(?:[0-9]+|{groups}|{lakhs})(?:{re.escape(point)}[0-9]+)?|{re.escape(point)}[0-9]+)")


_READERS: dict[Sign, re.Pattern[str]] = {".": _reader(".", ","), ",": _reader(",", ".")}


_SIDES: Mapping[str, Side] = {"cr": "credit", "c": "credit", "dr": "debit", "db": "debit", "d": "debit"}
"""What banks write beside an amount in place of a sign."""


class WrittenNumber(NamedTuple):
    """A number as it is written: its digits with separators, and what stands around them. A debit is negative."""

    digits: str
    negative: bool
    percent: bool
    currency: str
    side: Side | None = None

    def value(self, sign: Sign) -> float | None:
        """The number with ``sign`` before its decimals; None where it is not written so."""
        if not _READERS[sign].fullmatch(self.digits):
            return None
        plain = re.sub(rf"[^0-9{re.escape(sign)}]", "", self.digits).replace(",", ".")
        found = float(plain) / (100 if self.percent else 1)
        return (-found if self.negative else found) if math.isfinite(found) else None

    @property
    def signs(self) -> frozenset[Sign]:
        """The signs with which it is a number."""
        signs: tuple[Sign, ...] = (".", ",")
        return frozenset(sign for sign in signs if self.value(sign) is not None)

    @property
    def open(self) -> bool:
        """Whether it is another number with another sign."""
        return len({self.value(sign) for sign in self.signs}) > 1


@lru_cache(maxsize=200_000)
def amount(text: str) -> WrittenNumber | None:
    """What ``text`` says of a number; None where it says none."""
    if len(text) > _LONGEST:
        return None
    plain = single_spaced(text).translate(_MINUS).replace(_APOSTROPHES, "'")
    bracketed = plain.startswith("(") and plain.endswith(")")
    if _BRACKETED_AFTER_MARK.fullmatch(plain):
        bracketed, plain = True, "(" + plain.replace("(", " ")
    found = _SHAPE.fullmatch(plain[1:-1].strip() if bracketed else plain)
    if found is None:
        return None
    signs = [sign for sign in found.group("sign", "inner", "last") if sign]
    marks = [mark for mark in found.group("mark", "after") if mark]
    sides = [_SIDES[mark.lower()] for mark in marks if mark.lower() in _SIDES]
    marks = [mark for mark in marks if mark.lower() not in _SIDES]
    if len(signs) + bracketed > 1 or max(len(marks), len(sides)) > 1 or not all(_is_currency(mark) for mark in marks):
        return None
    side = sides[0] if sides else None
    negative = bracketed or signs == ["-"] or side == "debit"
    return WrittenNumber(found["digits"], negative, bool(found["percent"]), _currency(marks[0]) if marks else "", side)


@dataclass(frozen=True)
class NumberReader:
    """How the numbers of a column are read: the sign before decimals (None where the column holds both), whether they
    are money, shares of one, or hours, and the currency that the column is in."""

    sign: Sign | None
    unit: Literal["count", "money", "fraction", "hours"]
    currency: str = ""
    own: str = ""
    """The workbook's currency, which a sign may stand for that several have."""
    factor: float = 1.0
    """Hours that a plain number of a column of hours stands for."""
    spent: bool = False
    """Whether the amounts were spent: a debit adds then, and a credit takes off."""

    def __call__(self, cell: Raw) -> Read:
        """The number that stands in a cell."""
        if isinstance(cell, bool):
            return Unfit(self._bad)
        if isinstance(cell, (int, float)):
            return self._hours(float(cell)) if math.isfinite(cell) else Unfit(self._bad)
        if isinstance(cell, str):
            return self._of_text(cell.strip())
        return self._of_time(cell)

    @property
    def _bad(self) -> str:
        return BAD_HOURS if self.unit == "hours" else BAD_NUMBER

    def _of_text(self, text: str) -> Read:
        if self.unit == "hours":
            hours = duration(text)
            if hours is not None:
                return hours if hours <= _WEEK else Unfit(TOO_MANY_HOURS)
        found = amount(text)
        if found is None or (found.percent and self.unit != "fraction"):
            return Unfit(self._bad)
        if self.unit != "money" and (found.currency or found.side):
            return Unfit(self._bad)
        if found.currency and _code(found.currency, self.own) != self.currency:
            return Unfit(OTHER_CURRENCY)
        if self.sign is None and found.open:
            return Unfit(EITHER_NUMBER)
        value = found.value(next(iter(found.signs), ".") if self.sign is None else self.sign)
        if value is None:
            return Unfit(self._bad)
        return -value if found.side and self.spent else self._hours(value)

    def _hours(self, value: float) -> Read:
        """A number, or what it comes to in hours."""
        if self.unit != "hours":
            return value
        hours = round(value * self.factor, 9)
        return hours if hours <= _WEEK else Unfit(TOO_MANY_HOURS)

    def _of_time(self, cell: Raw) -> Read:
        """Hours of a cell that Excel shows as a time: dates of its first days are times past midnight."""
        days = number(cell) if isinstance(cell, (time, timedelta, datetime)) else None
        if self.unit != "hours" or days is None or not 0 <= days < 366:
            return Unfit(self._bad)
        return round(days * 24, 9)


def duration(text: str) -> float | None:
    """Hours of ``7:30``, ``07:30:00``, ``7h30``, ``7 h 30 min``; None for anything else."""
    if len(text) > _LONGEST:
        return None
    plain = single_spaced(text).lower()
    found = (
        _DURATION.fullmatch(plain)
        or _HOURS_MINUTES.fullmatch(plain)
        or _units().fullmatch(plain)
        or _ISO.fullmatch(plain)
    )
    if found is None:
        return None
    parts = {"d": None, "s": None, **found.groupdict()}
    if not any(parts.values()):
        return None
    days, hours, minutes, seconds = (float((parts[name] or "0").replace(",", ".")) for name in ("d", "h", "m", "s"))
    return round(24 * days + hours + minutes / 60 + seconds / 3600, 9)


@cache
def _units() -> re.Pattern[str]:
    """Hours, minutes and seconds with the words for them in any language."""
    hours = one_of(word for one in every() for word in one.hours)
    minutes = one_of(word for one in every() for word in one.minutes)
    seconds = one_of(word for one in every() for word in one.seconds)
    return re.compile(
        rf"(?:(?P<d>{_AMOUNT}) ?{_DAYS}\.?)? ?"
        rf"(?:(?P<h>{_AMOUNT}) ?{hours}\.?)?"
        rf" ?(?:(?P<m>{_AMOUNT}) ?{minutes}\.?)?"
        rf" ?(?:(?P<s>[0-9]{{1,5}}) ?{seconds}\.?)?"
    )


def sides_in(cells: Iterable[Raw]) -> Counter[Side]:
    """How many amounts say on which side of an account they are."""
    found = (amount(cell.strip()) for cell in cells if isinstance(cell, str))
    return Counter(one.side for one in found if one and one.side)


def signs_in(texts: Iterable[str]) -> frozenset[Sign]:
    """The signs that some numbers leave no doubt of: those that are numbers with one sign alone."""
    told = (found.signs for found in map(amount, texts) if found)
    return frozenset(next(iter(signs)) for signs in told if len(signs) == 1)


def is_open(text: str) -> bool:
    """Whether a text is a number that depends on the sign before decimals."""
    found = amount(text)
    return found is not None and found.open


def has_separator(text: str) -> bool:
    """Whether a text is a number that is written with a comma or a point."""
    found = amount(text)
    return found is not None and bool(found.signs) and bool({*found.digits} & {".", ","})


def currency_of(cells: Iterable[Raw], own: str = "") -> str:
    """The currency that the amounts of a column carry: the workbook's ``own`` where any does, else that of most; empty
    where none carries any."""
    marks = Counter(found.currency for found in (amount(c.strip()) for c in cells if isinstance(c, str)) if found)
    marks.pop("", None)
    codes: Counter[str] = Counter()
    for mark, count in marks.items():
        codes[_code(mark, own)] += count
    return own if own in codes else max(codes, key=lambda code: (codes[code], code)) if codes else ""


def factor_in(heading: str) -> float:
    """Hours that a number stands for under a heading, by the unit that it names (``Duration (min)``)."""
    last = name_key(heading).split()[-1:] or [""]
    return _HOURS[units().get(last[0], "hours")]


_HOURS: dict[Unit, float] = {"hours": 1.0, "minutes": 1 / 60, "seconds": 1 / 3600}
"""Hours that a number of a unit stands for."""


def lasting_in(heading: str, usual: float) -> float:
    """Hours that a number stands for under a heading that begins or ends with a unit (*Days to resolve*); ``usual``
    where it names none."""
    for word in [name_key(heading).split()[place] for place in (-1, 0) if name_key(heading)]:
        if re.fullmatch(_DAYS, word):
            return 24.0
        if word in units():
            return _HOURS[units()[word]]
    return usual


def lasted(cell: Raw, factor: float) -> float | None:
    """Hours of a cell that says how long something took; ``factor`` are those of a plain number. None for what says
    no such thing, moments among it."""
    if isinstance(cell, str):
        text = cell.strip()
        hours, found = duration(text), amount(text)
        if hours is not None or found is None or found.currency or found.percent or found.negative:
            return hours
        value = found.value(next(iter(found.signs), "."))
        return None if value is None else value * factor
    if isinstance(cell, bool | date | ExcelError) and not isinstance(cell, datetime):
        return None
    days = number(cell)
    if days is None or not 0 <= days < _FIRST_MOMENT:
        return None
    return days * factor if isinstance(cell, int | float) else days * 24


_FIRST_MOMENT = 10_000
"""Numbers from which on a cell of Excel's may be a day of our times: this one is in 1927."""


def has_days(text: str) -> bool:
    """Whether a text is a duration with days in it."""
    found = _units().fullmatch(single_spaced(text).lower())
    return found is not None and bool(found["d"])


def _is_currency(mark: str) -> bool:
    if mark.lower() in currency_words():
        return True
    if unicodedata.category(mark[-1]) == "Sc":
        return len(mark) == 1 or mark[:-1].isalpha()
    return len(mark) == 3 and bool(is_currency(mark.upper()))


def _code(mark: str, own: str) -> str:
    """The code of a currency by its sign; a mere $ is the workbook's own where that is written so."""
    return code_of(mark, own) or mark


def _currency(mark: str) -> str:
    return currency_words().get(mark.lower(), mark.upper())
