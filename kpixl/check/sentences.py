"""What Check says: for each code its severity, what is wrong, and the mend."""

from __future__ import annotations

from kpixl.check.sentence import Sentence, Severity
from kpixl.check.sentences_inputs import OF_INPUTS
from kpixl.check.sentences_rows import OF_ROWS

__all__ = ["SENTENCES", "Sentence", "Severity"]

SENTENCES: dict[str, Sentence] = {**OF_ROWS, **OF_INPUTS}
