"""What the makers of coaching and service data share: the owner's own words, clients, and draws by month.

Both need clients whose fate is drawn month by month, which a list of stays laid down beforehand cannot give.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import yaml

from kpixl.catalog.tables import word_key
from kpixl.i18n import language as language_of
from kpixl.languages import ENGLISH
from kpixl.period import add_months
from kpixl.samples.days import cell, workdays
from kpixl.samples.people import PeopleNames, owner
from kpixl.texts.words import entry_words

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import Value
    from kpixl.period import Period

Row = dict[str, "Value"]
_T = TypeVar("_T")

REFERRAL = 0
"""The place of a recommendation among the sources."""


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The free texts of a business in one language. The lists of all languages agree in length and order."""

    services: tuple[str, ...]
    sources: tuple[str, ...]
    contracts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    sales_marketing: tuple[str, ...] = ()
    operating: tuple[str, ...] = ()
    investment: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@cache
def _phrases() -> Any:
    file = resources.files("kpixl.samples") / "phrases.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def phrases(business: str, language: str) -> Phrases:
    """The phrases of ``business`` in ``language``; those in English where it has none."""
    known = _phrases()[business]
    return msgspec.convert(known.get(language, known[ENGLISH]), Phrases)


@dataclass(slots=True, kw_only=True)
class Client:
    """A client from the first to the last day. ``language`` and ``source`` are places in lists."""

    name: str
    start: date
    language: int
    source: int
    end: date | None = None

    def there(self, day: date) -> bool:
        """Whether the client was one on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


class Drawn:
    """The words, names and draws of one business. Months are counted from the period, which is month 0."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        seed = f"{business.id} {period}"
        self.business = business
        self.period = period
        self.random = random.Random(seed)
        self.owner = owner(language)
        self.phrases = phrases(business.id, language)
        self.words = entry_words(business, language_of(language))
        self.names = PeopleNames(f"{seed} names", self.owner.client_languages)

    def columns(self, made: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table by field."""
        return {
            table.id: {field.id: [row.get(field.id) for row in made[table.id]] for field in table.fields}
            for table in self.business.tables
        }

    def first(self, month: int) -> date:
        """The first day of a month."""
        return add_months(self.period.start, month)

    def days(self, month: int) -> list[date]:
        """The working days of a month."""
        return workdays(self.first(month), self.first(month + 1))

    def known(self, day: date | None) -> float | None:
        """What a cell holds for a day: nothing where it is later than the period."""
        return None if day is None or day >= self.period.after else cell(day)

    def word(self, table: str, field: str, choice: str | None) -> str | None:
        """The workbook's word for a choice."""
        return None if choice is None else self.words[word_key(table, field, choice)]

    def place(self, weights: Sequence[float]) -> int:
        """A place in a list; those with more weight come up more often."""
        return self.random.choices(range(len(weights)), weights)[0]

    def pick(self, among: Sequence[_T], weights: Sequence[float], count: int) -> list[_T]:
        """``count`` different ones of ``among``, or as many as there are; those with more weight rather than others."""
        waits = [self.random.expovariate(weight) for weight in weights]
        order = sorted(range(len(among)), key=waits.__getitem__)
        return [among[i] for i in order[: max(0, count)]]
