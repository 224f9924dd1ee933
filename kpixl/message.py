"""A sentence for the owner: a code that is stable for machines, a template to translate, and what stands in it.

Errors, problems of Check, remarks on an import and findings of the doctor all hold one, or make one of what they hold.
A language is handed in: gettext alone for words, ``kpixl.i18n.Language`` for numbers and dates as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeGuard, runtime_checkable

Translate: TypeAlias = Callable[[str], str]
"""From a marked text to the owner's language."""

_LONGEST = 60


class Verbatim(str):
    """A text of the owner's, which is shown as it is and never translated."""

    __slots__ = ()


@runtime_checkable
class Speaker(Protocol):
    """A language that has more than words."""

    def value(self, value: object, /) -> str:
        """A number, a date, a period or a truth value."""

    def number(self, value: float | None, unit: str, currency: str, /) -> str:
        """A number with its unit."""

    def to_type(self, value: float, unit: str, /) -> str:
        """A number as it is typed."""


@runtime_checkable
class Spoken(Protocol):
    """What reads otherwise in each language."""

    def text(self, t: Translate = ..., /) -> str:
        """How it reads."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, or a part of one (then without a code); a Verbatim template only joins its values.

    Names, paths, lines, versions and the owner's own texts stand in it as they are; a Message, a Shown and whatever
    else is Spoken read in the language of the sentence.
    """

    code: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, t: Translate = str, /) -> str:
        """The sentence in the language of ``t``; English without it."""
        translated = self.template if isinstance(self.template, Verbatim) else t(self.template)
        if not self.values:
            return translated
        return translated.format(**{name: _worded(value, t) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that each language writes in its own way: a number with all its digits, a date, a period, TRUE; with a
    unit an amount, rounded as that unit is, money in its currency."""

    value: object
    unit: str = ""
    currency: str = "USD"

    def text(self, t: Translate = str, /) -> str:
        """The value in the language of ``t``; plain without one that has numbers."""
        if not _is_speaker(t):
            return str(self.value)
        if self.unit and (self.value is None or isinstance(self.value, int | float)):
            return t.number(self.value, self.unit, self.currency)
        return t.value(self.value)


@dataclass(frozen=True, slots=True)
class ToType:
    """A number as it is to be typed into a cell: digits alone, so that no sign between them is taken for another."""

    value: float
    unit: str = ""

    def text(self, t: Translate = str, /) -> str:
        """The number in the language of ``t``; plain without one that has numbers."""
        return t.to_type(self.value, self.unit) if _is_speaker(t) else str(self.value)


def phrase(template: str, /, **values: object) -> Message:
    """A part of a sentence, translated with it."""
    return Message("", template, values)


def shortened(text: str) -> Verbatim:
    """A text of the owner's as far as a sentence has room for it."""
    return Verbatim(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _worded(value: object, t: Translate) -> str:
    if isinstance(value, tuple):
        return ", ".join(_worded(one, t) for one in value)
    return value.text(t) if _is_spoken(value) else str(value)


def _is_spoken(value: object) -> TypeGuard[Spoken]:
    return _is_a(value, Spoken)


def _is_speaker(t: object) -> TypeGuard[Speaker]:
    return _is_a(t, Speaker)


def _is_a(value: object, protocol: type) -> bool:
    """Asked once of each class: Python compares a protocol member by member, for longer than a sentence takes."""
    asked = type(value), protocol
    if asked not in _ANSWERS:
        _ANSWERS[asked] = isinstance(value, protocol)
    return _ANSWERS[asked]


_ANSWERS: dict[tuple[type, type], bool] = {}
