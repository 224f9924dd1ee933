"""The names of months, quarters and weekdays in the languages of kpixl, as they are written in full and cut short."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache

from kpixl.errors import NoPeriod
from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.languages.load import every
from kpixl.period import Kind, Period


@cache
def months() -> Mapping[str, int]:
    """Month by name (as names compare); a name of two different months is none."""
    found = _names("months")
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


@cache
def weekdays() -> Mapping[str, frozenset[int]]:
    """Days of the week (Monday is 0) by name: a short form may stand for several."""
    return {name: frozenset(numbers) for name, numbers in _names("days").items()}


def period_of(text: str) -> Period:
    """What ``Period.parse`` reads, and a month or quarter by its name in any language: ``October 2026``, ``oct. 2026``,
    ``octobre de 2026``, ``4.º trimestre de 2026``; NoPeriod for anything else."""
    try:
        return Period.parse(text)
    except NoPeriod:
        words = [word for word in name_key(text).split() if word not in date_words()]
        years = [word for word in words if re.fullmatch(r"[1-9]\d{3}", word)]
        name = " ".join(word for word in words if word not in years)
        if len(years) == 1 and name in months():
            return Period(Kind.MONTH, date(int(years[0]), months()[name], 1))
        if len(years) == 1 and name in _quarters():
            return Period(Kind.QUARTER, date(int(years[0]), _quarters()[name] * 3 - 2, 1))
        raise


@cache
def _quarters() -> Mapping[str, int]:
    """Quarter by name in full, as names compare."""
    return {
        name_key(name): number
        for code in codes()
        for by_width in language(code).locale.quarters.values()
        for width in ("wide", "abbreviated")
        for number, name in by_width.get(width, {}).items()
    }


@cache
def date_words() -> frozenset[str]:
    """Words within dates that say nothing, as names compare, in any language."""
    return frozenset(name_key(word) for one in every() for word in one.date_words)


def _names(kind: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code in codes():
        for by_width in getattr(language(code).locale, kind).values():
            for width in ("wide", "abbreviated"):
                for number, name in by_width.get(width, {}).items():
                    # Of “segunda-feira” the first word is enough.
                    found[name_key(name).split()[0]].add(number)
    return found
