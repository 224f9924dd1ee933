"""Names of made-up people and companies, each given once. Has a random stream of its own."""

from __future__ import annotations

import random
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import yaml

from kpixl.languages import ENGLISH


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one business: what it offers, what it is asked for, what goes wrong."""

    services: tuple[str, ...]
    kinds: tuple[str, ...]
    incidents: tuple[str, ...] = ()
    """Things that became known and should not have."""
    mishaps: tuple[str, ...] = ()


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of an owner in his language. The lists of all languages agree in length and order."""

    client_languages: tuple[str, ...]
    """Codes of the languages that clients' names come from, the owner's own first, and ..."""
    languages: tuple[str, ...]
    """... how the owner calls them."""
    foreign: tuple[str, ...]
    """The languages other than English that a multilingual business works in."""
    sources: tuple[str, ...]
    request: str
    task: str
    trades: dict[str, Trade]
    """By id of the business."""


@cache
def _words() -> Any:
    file = resources.files("kpixl.samples") / "words.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def owner(language: str) -> Owner:
    """The words of an owner who speaks ``language``; those in English where there are none."""
    owners = _words()["owners"]
    return msgspec.convert(owners.get(language, owners[ENGLISH]), Owner)


class PeopleNames:
    """Gives names, none of them twice."""

    def __init__(self, seed: str, languages: tuple[str, ...]) -> None:
        self._random = random.Random(seed)
        self._languages = languages
        self._given: set[str] = set()

    def person(self, language: int) -> str:
        """A person who speaks the owner's ``language``-th language."""
        words = _words()["people"][self._languages[language]]
        return self._fresh(lambda: f"{self._random.choice(words['first'])} {self._random.choice(words['last'])}")

    def client(self, language: int) -> str:
        """A company or, less often, a person."""
        if self._random.random() < 0.4:
            return self.person(language)
        words = _words()["companies"][self._languages[language]]
        return self._fresh(lambda: self._random.choice(words["kinds"]).format(self._random.choice(words["names"])))

    def _fresh(self, make: Any) -> str:
        while (name := str(make())).casefold() in self._given:
            pass
        self._given.add(name.casefold())
        return name
