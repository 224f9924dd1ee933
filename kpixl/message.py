"""A sentence for the owner: a code that is stable for machines, a template to translate, and what stands in it.

Errors, problems of Check, remarks on an import and findings of the doctor all hold one, or make one of what they hold.
A language is handed in: gettext alone for words, ``kpixl.i18n.Language`` for numbers and dates as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, TypeGuard, runtime_checkable

Translate: TypeAlias = Callable[[str], str]
"""From a marked text to the owner's language."""

_LONGEST = 60

_CONTROLS = [*range(9), 11, 12, 13, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
"""Signs that a terminal obeys instead of showing them, or that no encoding can write."""
_TURNS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
"""Signs that turn the direction of what follows, the rest of the sentence included."""
_OBEYED = (
    dict.fromkeys(_CONTROLS, "\N{REPLACEMENT CHARACTER}")
    | dict.fromkeys(_TURNS, "")
    | dict.fromkeys((0x2028, 0x2029), " ")
)
_BREAKS = {10: " ", 9: " "}


class Verbatim(str):
    """A text of the owner's, which is shown as it is and never translated."""

    __slots__ = ()


class Worded(str):
    """A text with its translations: what a business that is not built in has said in several languages. To whoever asks
    for none of those, it is the text in its first language."""

    languages: Mapping[str, str]
    """The text by the code of the language."""

    def __new__(cls, languages: Mapping[str, str]) -> Worded:
        """The text by the codes of its languages, at least one."""
        made = super().__new__(cls, next(iter(languages.values())))
        made.languages = languages
        return made

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        """What a copy is made of, also in another process."""
        return (self.languages,)


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


class _Alike:
    """Equal where all its values are. By hand, since every command begins here: dataclasses take as long to be imported
    as half of the help of all commands takes to be shown."""

    __slots__: tuple[str, ...] = ()

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Alike) and other._values() == self._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._values()}"


class Message(_Alike):
    """One sentence, or a part of one (then without a code); a Verbatim template only joins its values.

    Names, paths, lines, versions and the owner's own texts stand in it as they are; a Message, a Shown and whatever
    else is Spoken read in the language of the sentence.
    """

    __slots__ = ("code", "template", "values")

    def __init__(self, code: str, template: str, values: Mapping[str, object] | None = None) -> None:
        self.code, self.template, self.values = code, template, values or {}

    def text(self, t: Translate = str, /) -> str:
        """The sentence in the language of ``t``; English without it."""
        translated = self.template if isinstance(self.template, Verbatim) else t(self.template)
        if not self.values:
            return translated
        return translated.format(**{name: _worded(value, t) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.text()


class Shown(_Alike):
    """A value that each language writes in its own way: a number with all its digits, a date, a period, TRUE; with a
    unit an amount, rounded as that unit is, money in its currency."""

    __slots__ = ("currency", "unit", "value")

    def __init__(self, value: object, unit: str = "", currency: str = "USD") -> None:
        self.value, self.unit, self.currency = value, unit, currency

    def text(self, t: Translate = str, /) -> str:
        """The value in the language of ``t``; plain without one that has numbers."""
        if not _is_speaker(t):
            return str(self.value)
        if self.unit and (self.value is None or isinstance(self.value, int | float)):
            return t.number(self.value, self.unit, self.currency)
        return t.value(self.value)


class ToType(_Alike):
    """A number as it is to be typed into a cell: digits alone, so that no sign between them is taken for another."""

    __slots__ = ("unit", "value")

    def __init__(self, value: float, unit: str = "") -> None:
        self.value, self.unit = value, unit

    def text(self, t: Translate = str, /) -> str:
        """The number in the language of ``t``; plain without one that has numbers."""
        return t.to_type(self.value, self.unit) if _is_speaker(t) else str(self.value)


def phrase(template: str, /, **values: object) -> Message:
    """A part of a sentence, translated with it."""
    return Message("", template, values)


def harmless(text: str) -> str:
    """Text that is only shown, wherever it comes from: no sign in it moves a cursor, changes a colour or turns the
    direction of what follows. Lines stay lines."""
    return text if text.isprintable() else _with_newlines(text).translate(_OBEYED)


def one_line(text: str) -> str:
    """The same in one line, for what stands within a sentence."""
    return text if text.isprintable() else _with_newlines(text).translate(_OBEYED | _BREAKS)


def _with_newlines(text: str) -> str:
    """The breaks of Windows and of an old Mac as the one sign that is left for a break."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shortened(text: str) -> Verbatim:
    """A text of the owner's as far as a sentence has room for it."""
    return Verbatim(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _worded(value: object, t: Translate) -> str:
    if _is_spoken(value):
        return value.text(t)
    return ", ".join(_worded(one, t) for one in value) if isinstance(value, tuple) else one_line(str(value))


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
