"""How one code of Check reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """How one code reads. ``harmless`` is what is wrong where no figure depends on it: the error is a warning then."""

    severity: Severity
    text: str
    mend: str
    harmless: str = ""
