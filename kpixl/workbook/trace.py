"""What kpixl did to a workbook, as lines of its Log sheet: when, which command, which version, what was read, written
and left out. Bounded, and never a reason for anything else to fail: where the sheet is gone, nothing is noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import number
from kpixl.check.problem import counts_text
from kpixl.errors import N_
from kpixl.i18n import language
from kpixl.version import __version__
from kpixl.workbook.log_line import ROOM, LogLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.score import Scorecard
    from kpixl.message import Message
    from kpixl.workbook.read import Book

REFRESH = "refresh"
_LONGEST = 500
"""Characters of a text on a line."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command has done, for the log; without texts of its own, what every refresh has to say."""

    command: str = REFRESH
    read: Message | None = None
    written: Message | None = None
    left_out: Message | None = None


def logged(
    book: Book, done: Done, scorecard: Scorecard, problems: Sequence[Problem], now: datetime
) -> tuple[LogLine, ...]:
    """The lines of the log once this is done, the newest first. A refresh that finds the same as the one before it is
    not noted again; where there are too many lines, the oldest refresh gives way, and then the oldest."""
    if not book.keeps_log:
        return book.log
    t = language(book.entries.language)
    line = LogLine(
        number(now.replace(microsecond=0)),
        done.command,
        __version__,
        _told(done.read, t) if done.read else _rows(book, t),
        _told(done.written, t) if done.written else _figures(scorecard, problems, t),
        _told(done.left_out, t) if done.left_out else "",
    )
    if book.log and _is_again(line, book.log[0]):
        return book.log
    lines = [line, *book.log]
    while len(lines) > ROOM:
        older = [place for place, one in enumerate(lines) if place and one.command == REFRESH]
        del lines[older[-1] if older else -1]
    return tuple(lines)


def _is_again(line: LogLine, last: LogLine) -> bool:
    said = (line.command, line.version, line.read, line.written, line.left_out)
    before = (last.command, last.version, last.read, last.written, last.left_out)
    return line.command == REFRESH and said == before


def _told(message: Message, t: Language) -> str:
    return _short(message.text(t))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _rows(book: Book, t: Language) -> str:
    """How many rows each table holds."""
    found = []
    for table in book.entries.business.tables:
        rows = book.entries.tables[table.id]
        if rows is not None and table.id in book.sheets:
            filled = np.zeros(len(rows), dtype=bool)
            for field in table.fields:
                filled |= ~rows.blank(field.id) if rows.has(field.id) else False
            count = int(filled.sum())
            found += [f"{book.sheets[table.id].name} {count}"] if count else []
    return _short(t(N_("Rows: {rows}")).format(rows=", ".join(found))) if found else t(N_("No rows"))


def _figures(scorecard: Scorecard, problems: Sequence[Problem], t: Language) -> str:
    """How many KPIs have a value, and what Check says."""
    count = sum(result.value is not None for result in scorecard.results)
    valued = t(N_("KPIs with a value: {count}.")).format(count=count)
    return _short(f"{valued} {counts_text(problems, t)}")
