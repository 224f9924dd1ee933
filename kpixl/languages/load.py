"""What a language brings besides its translations: reads ``xx.yaml`` into its record. Knows nothing of CLDR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec
import yaml

from kpixl.errors import N_, UnknownChoice
from kpixl.languages import FOLDER, codes
from kpixl.message import phrase

_SIGNS = {"yes": ("x", "✓", "✔", "1"), "no": ("0",)}
"""What people write for yes and no in any language."""
_LONGEST_MARK = 4
"""Letters that stand beside an amount at most."""


class Particulars(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What kpixl knows of a language. What its locale says of months, days, numbers and dates is not said again."""

    locale: str
    """The locale of CLDR whose dates and numbers it uses."""
    currency: str
    """That of a workbook for which none is asked."""
    windows_number: int = 0
    """What Windows and Office call it: the lower ten bits of the number of one of its locales."""
    countries: tuple[int, ...] = ()
    """What Excel calls the countries for which it speaks it: their telephone codes."""
    month_first: bool = False
    """Whether 3/4/2026 is in March, where the file does not tell and the currency is the language's own."""
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    """Yes and no as people type them, besides the words of the translations."""
    true: str = ""
    false: str = ""
    """What Excel calls truth values."""
    date_words: tuple[str, ...] = ()
    """Words within dates that say nothing: 31 *de* octubre *de* 2026."""
    ordinals: tuple[str, ...] = ()
    """What follows the number of a day: 31*st*."""
    before_time: tuple[str, ...] = ()
    """What stands between a date and its time of day: 31/10/2026 *a las* 9:30."""
    hours: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()
    seconds: tuple[str, ...] = ()
    """What follows a number that is a duration."""
    currency_words: dict[str, str] = msgspec.field(default_factory=dict)
    """What stands beside amounts in place of a currency's sign or letters -> the letters."""
    letters: dict[str, str] = msgspec.field(default_factory=dict)
    """Letters that older programs write for want of the right ones -> the right ones."""
    code_page: int = 1252
    """In which Windows writes it where it does not write Unicode."""
    telling: str = ""
    """A pattern of letters that are of this language, and not of one with another code page."""

    def __post_init__(self) -> None:
        if any(len(word) > _LONGEST_MARK for word in self.currency_words):
            raise ValueError(f"words for currencies have {_LONGEST_MARK} letters at most: {[*self.currency_words]}")

    @property
    def encoding(self) -> str:
        """What its code page is called."""
        return f"Windows-{self.code_page}"


@cache
def particulars(code: str) -> Particulars:
    """What kpixl knows of a language that it speaks. Every scalar of its file is a text: *no* is a word here."""
    raw = yaml.load((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return msgspec.convert(raw, Particulars, strict=False)


def every() -> Iterator[Particulars]:
    """What kpixl knows of each of its languages."""
    return map(particulars, codes())


def currency_of(asked: str | None, code: str) -> str:
    """The currency asked for; without one, the one that fits the language. UnknownChoice for none."""
    from babel.numbers import is_currency

    asked = asked or particulars(code).currency
    if not is_currency(asked.upper()):
        raise UnknownChoice(got=asked, what=phrase(N_("currency")), allowed="EUR, USD, GBP, RON, BRL, MXN, …")
    return asked.upper()


@cache
def yes_no() -> Mapping[str, frozenset[str]]:
    """What people write for yes and no in all languages, in small letters; no word that is the one in one language and
    the other in another."""
    yes, no = set(_SIGNS["yes"]), set(_SIGNS["no"])
    for one in every():
        yes |= {word.lower() for word in (*one.yes, one.true) if word}
        no |= {word.lower() for word in (*one.no, one.false) if word}
    return {"yes": frozenset(yes - no), "no": frozenset(no - yes)}


@cache
def currency_words() -> Mapping[str, str]:
    """Words in small letters that stand for a currency, and its letters."""
    return {word.lower(): letters for one in every() for word, letters in one.currency_words.items()}


@cache
def letters() -> Mapping[str, str]:
    """Letters that older programs write for want of the right ones -> the right ones."""
    return {wrong: right for one in every() for wrong, right in one.letters.items()}


@cache
def telling() -> Mapping[int, re.Pattern[str]]:
    """By code page the letters of which no other code page that kpixl's languages are written in has as many."""
    patterns: dict[int, list[str]] = {}
    for one in every():
        patterns.setdefault(one.code_page, []).extend([one.telling] if one.telling else [])
    return {page: re.compile("|".join(found) or "(?!)") for page, found in patterns.items()}


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of some words in small letters, the longest first."""
    found = sorted({word.lower() for word in words}, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, found)) or '(?!)'})"
