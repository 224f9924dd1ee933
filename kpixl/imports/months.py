"""The names of months and weekdays in the languages of kpixl, as they are written in full and cut short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.languages import codes


@cache
def months() -> Mapping[str, int]:
    """Month by name (as names compare); a name of two different months is none."""
    found = _names("months")
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


@cache
def weekdays() -> Mapping[str, frozenset[int]]:
    """Days of the week (Monday is 0) by name: a short form may stand for several."""
    return {name: frozenset(numbers) for name, numbers in _names("days").items()}


def _names(kind: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code in codes():
        for by_width in getattr(language(code).locale, kind).values():
            for width in ("wide", "abbreviated"):
                for number, name in by_width.get(width, {}).items():
                    # Of “segunda-feira” the first word is enough.
                    found[name_key(name).split()[0]].add(number)
    return found
