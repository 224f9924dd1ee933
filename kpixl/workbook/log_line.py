"""One line of the Log sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpixl.ooxml.cells import Value

ROOM = 100
"""So many lines are kept."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, as it stands on the sheet."""

    when: Value
    """A serial number, with the time of day."""
    command: str
    version: str
    read: str = ""
    written: str = ""
    left_out: str = ""
