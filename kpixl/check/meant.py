"""What an owner meant by a text that Excel took for neither date nor number. None wherever it could be two things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from kpixl.folding import folded, squeezed
from kpixl.languages.load import particulars

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/. ])(?P<month>\d{1,2})\2(?P<day>\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})([-/. ])(?P<second>\d{1,2})\2(?P<year>\d{4}|\d{2})", re.ASCII)
_TIME = re.compile(r"[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.\d+)?)?", re.ASCII)
_NUMBER = re.compile(r"[^\d.,+−-]*(?P<sign>[+−-]?)(?P<digits>\d[\d., \xa0\u202f']*)[^\d%]*", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*", re.ASCII)


def date_meant(text: str, language: str) -> str | None:
    """The date in a text, as ISO: ``31/10/2026 9:30`` is ``2026-10-31 09:30``.

    The day comes before the month; in languages such as English, 3/4/2026 could be either, and is None.
    """
    found = _date(text)
    when = moment_meant(text, language)
    if found is None or when is None:
        return None
    return f"{when:%Y-%m-%d %H:%M}" if found[1] else f"{when:%Y-%m-%d}"


def moment_meant(text: str, language: str) -> datetime | None:
    """The same as a moment, to the second; midnight where the text has no time."""
    found = _date(text)
    if found is None:
        return None
    parts, time = found
    day, month = _day_and_month(parts, language)
    year = parts["year"] + (2000 if parts["year"] < 100 else 0)
    hour, minute, second = (int(time[name] or 0) if time else 0 for name in ("hour", "minute", "second"))
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def order_of(text: str) -> str | None:
    """How day and month of a date follow one another in a text: ``ymd``, ``dmy``, ``mdy``, or ``either``. None for a
    text that is no date, or whose year is cut short, which may be anything."""
    found = _date(text)
    if found is None or found[0]["year"] < 100:
        return None
    parts = found[0]
    if "day" in parts:
        return "ymd"
    first, second = parts["first"], parts["second"]
    if max(first, second) <= 12:
        return "either" if first != second else "dmy"
    return "mdy" if second > 12 else "dmy"


def _date(text: str) -> tuple[dict[str, int], re.Match[str] | None] | None:
    """The figures of a date, and its time."""
    text = text.strip()
    found = _YEAR_FIRST.match(text) or _YEAR_LAST.match(text)
    if not found:
        return None
    rest = text[found.end() :].strip()
    time = _TIME.fullmatch(" " + rest.lstrip("T")) if rest else None
    if rest and not time:
        return None
    return {name: int(number) for name, number in found.groupdict().items()}, time


def _day_and_month(parts: dict[str, int], language: str) -> tuple[int, int]:
    """Day and month, (0, 0) where it could be either way."""
    if "day" in parts:
        return parts["day"], parts["month"]
    first, second = parts["first"], parts["second"]
    if not particulars(language).month_first:
        return first, second
    if first <= 12 and second <= 12 and first != second:
        return 0, 0
    return (second, first) if second > 12 else (first, second)


def number_meant(text: str) -> float | None:
    """The number in a text such as ``12,5``, ``4 h`` or ``1.250,00 €``; 1,250 could be two numbers, and is None."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    digits = re.sub(r"[ \xa0\u202f']", "", found["digits"]).rstrip(".,")
    marks = [mark for mark in digits if mark in ".,"]
    if len(marks) == 1 and _GROUPED.fullmatch(digits) and not digits.startswith("0"):
        return None
    if len(set(marks)) == 2:
        decimal = marks[-1]
        if marks.count(decimal) > 1:
            return None
        digits = digits.replace({",": ".", ".": ","}[decimal], "").replace(decimal, ".")
    elif len(marks) > 1:
        if not _GROUPED.fullmatch(digits):
            return None
        digits = digits.replace(marks[0], "")
    else:
        digits = digits.replace(",", ".")
    value = float(digits)
    return -value if found["sign"] in ("-", "−") else value


def word_meant(text: str, words: Sequence[str]) -> str | None:
    """The word that comes close to a text: but for spaces, as the only one that begins like it, or by spelling."""
    known = {word.casefold(): word for word in words}
    asked = folded(text)
    alike = [word for other, word in known.items() if squeezed(other) == squeezed(asked)]
    alike = alike or [word for other, word in known.items() if asked and other.startswith(asked)]
    if len(alike) == 1:
        return alike[0]
    near = get_close_matches(asked, known, n=1, cutoff=0.75)
    return known[near[0]] if near else None
