"""Words for choices, and texts: what a file may say, and what the workbook has for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TypeAlias

from kpixl.cellvalue import ExcelError
from kpixl.folding import composed, name_key, without_accents
from kpixl.imports.source import Raw
from kpixl.imports.values import CONTROL, NO_CHOICE, TOO_LONG, Read, Unfit
from kpixl.languages.load import yes_no

Choices: TypeAlias = Mapping[str, Mapping[str, str]]
"""Field id -> what a file may say for a choice, in small letters -> the workbook's word for it."""

_LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class ChoiceWords:
    """The words of one choice field, and what they stand for. ``exports`` are the ids of choices by what exports say
    for them, as names compare."""

    words: Mapping[str, str]
    exports: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, cell: Raw) -> Read:
        """The workbook's word for what stands in a cell."""
        text = plain_text(cell).lower()
        return self.word(text) or self.unfit

    @property
    def unfit(self) -> Unfit:
        """Why another word does not fit: with those that do."""
        return Unfit(NO_CHOICE, {"allowed": ", ".join(dict.fromkeys(self.words.values()))})

    def word(self, text: str) -> str | None:
        """The workbook's word for ``text``; None where it is no choice."""
        found = self.words.get(text.lower()) or self.words.get(without_accents(text))
        if found is None:
            choice = self.exports.get(name_key(text)) or self.exports.get(name_key(text.partition("(")[0]))
            found = self.words.get(choice) if choice else None
        return found


@dataclass(frozen=True)
class Translated:
    """Texts of a product's export, in the words of the workbook. ``otherwise`` stands for a text that neither the
    export's profile nor the workbook knows; None where such a text does not fit."""

    known: Mapping[str, str]
    otherwise: str | None
    words: ChoiceWords | None = None

    def __call__(self, cell: Raw) -> Read:
        """The workbook's word for what stands in a cell; None for a word that means nothing."""
        text = plain_text(cell)
        found = self.known_word(text)
        if found is None:
            if self.otherwise is not None:
                return self.otherwise or None
            return self.words.unfit if self.words else Unfit(NO_CHOICE, {"allowed": ", ".join(self.known)})
        return found or None

    def known_word(self, text: str) -> str | None:
        """What is known of a text: of all of it, or of the last of its parts (``Marketing:Website``)."""
        for part in (text, *reversed(text.split(":"))):
            found = self.known.get(name_key(part)) or (self.words.word(part.strip()) if self.words else None)
            if found is not None:
                return found
        return None


def yes_or_no(text: str) -> str | None:
    """Which of both a text says in any language of kpixl; None for anything else."""
    return next((answer for answer, words in _answers().items() if without_accents(text) in words), None)


@cache
def _answers() -> Mapping[str, frozenset[str]]:
    plain: dict[str, set[str]] = {"yes": {"yes"}, "no": {"no"}}
    for answer, words in yes_no().items():
        plain[answer].update(without_accents(word) for word in words)
    return {"yes": frozenset(plain["yes"] - plain["no"]), "no": frozenset(plain["no"] - plain["yes"])}


@dataclass(frozen=True)
class Texts:
    """Texts without the spaces around them, accents and letters as one sign; numbers and dates of workbooks as they
    would be typed."""

    letters: Mapping[str, str]
    """Letters that were written for want of the right ones -> the right ones."""

    def __call__(self, cell: Raw) -> Read:
        """The text that stands in a cell."""
        text = composed(plain_text(cell))
        if len(text) > _LONGEST_TEXT:
            return Unfit(TOO_LONG)
        if _CONTROL.search(text):
            return Unfit(CONTROL)
        for wrong, right in self.letters.items():
            text = text.replace(wrong, right)
        return text


def plain_text(cell: Raw) -> str:
    """What stands in a cell, as a text."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, ExcelError):
        return str(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)
