"""What an owner can have done to a workbook: the verbs of the command line, as functions.

Each one either does all of its work or leaves every file as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.score import Scorecard


@dataclass(frozen=True)
class Outcome:
    """A workbook read and scored, and where it was written."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None = None
    written: bool = False
