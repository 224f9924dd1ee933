"""Answers on a scale: as numbers, as a number and its word, as so many of so many, as stars, as a word.

Whether a column is on the scale that its field asks for is judged by all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.folding import name_key
from kpixl.imports.export_words import scores
from kpixl.imports.numbers import NumberReader
from kpixl.imports.remarks import Note
from kpixl.imports.values import Read, Unfit

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.imports.source import Raw
    from kpixl.message import Message

OFF_SCALE = N_("is not on the scale of this column, which goes up to {maximum}")
_OF = re.compile(r"(?P<score>[0-9]+(?:[.,][0-9]+)?) ?(?:/|out of|of|de|sur|din|von) ?(?P<of>[0-9]+)")
_WORDED = re.compile(r"(?P<score>[0-9]{1,2}) ?(?:[-–—:.)=(]|stars?|estrellas?|estrelas?|étoiles?|stele) ?.*")
_ENOUGH = 10
"""Answers from which on their highest tells of the scale."""


@dataclass(frozen=True)
class ScaleReader:
    """How answers on a scale up to ``maximum`` are read."""

    numbers: NumberReader
    maximum: float

    def __call__(self, cell: Raw) -> Read:
        """The answer that stands in a cell."""
        found = self._of_text(cell.strip()) if isinstance(cell, str) else self.numbers(cell)
        if isinstance(found, float) and not 0 <= found <= self.maximum:
            return Unfit(OFF_SCALE, {"maximum": f"{self.maximum:g}"})
        return found

    def _of_text(self, text: str) -> Read:
        plain = text.casefold()
        parts = _OF.fullmatch(plain)
        if parts:
            on_it = float(parts["of"]) == self.maximum
            return (
                float(parts["score"].replace(",", ".")) if on_it else Unfit(OFF_SCALE, {"maximum": f"{self.maximum:g}"})
            )
        stars = text.count("★") + text.count("⭐")
        if stars and not text.strip("★⭐☆\ufe0f "):
            return float(stars)
        word = scores().get(name_key(text)) if self.maximum == 5 else None
        if word is not None:
            return word
        worded = _WORDED.fullmatch(plain)
        if worded and not re.fullmatch("[0-9.:]+", plain):
            return float(worded["score"])
        return self.numbers(text)


def weighed(field: Field, heading: str | Message, cells: Sequence[Read]) -> tuple[list[Read], list[Note]]:
    """The answers of a column, and what their scale leaves to be said: none of them where a good part is beyond the
    scale of the field, which is another one then."""
    assert field.maximum is not None
    answers = [cell for cell in cells if cell is not None]
    beyond = [cell for cell in answers if isinstance(cell, Unfit) and cell.reason == OFF_SCALE]
    told = {"column": heading, "maximum": f"{field.maximum:g}", "count": len(beyond)}
    if beyond and 10 * len(beyond) > len(answers):
        off = Unfit(OFF_SCALE, {"maximum": f"{field.maximum:g}"})
        return [None if cell is None else off for cell in cells], [Note("off_scale", told)]
    numbers = [cell for cell in answers if isinstance(cell, float)]
    if len(numbers) >= _ENOUGH and field.maximum > 5 and max(numbers) <= field.maximum / 2:
        return list(cells), [Note("low_scale", {**told, "count": len(numbers), "highest": f"{max(numbers):g}"})]
    return list(cells), []
