"""What a watch has to say: as lines that an owner can read, as objects for machines, and kept in a log of modest size.

Never stops the watch: where the log cannot be written, the lines are lost.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, cast

from kpixl.check.problem import counts_text, problem_count
from kpixl.errors import N_
from kpixl.message import Message, one_line
from kpixl.texts.lines import Json, path_json

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path

    from kpixl.i18n import Language
    from kpixl.verbs.watch import Event

NAME = "kpixl watch.log"
UPGRADED = N_("It was made by an earlier kpixl and has been brought up to date.")
LARGEST = 200_000
"""Bytes of the log, of which one older part is kept."""


class WatchLog(RotatingFileHandler):
    """The log of a folder. Close it in the end."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / NAME, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        """The file, and never another one that a link of its name leads to."""
        safe = getattr(os, "O_NOFOLLOW", 0)
        return cast(
            "TextIOWrapper",
            open(
                self.baseFilename,
                self.mode,
                encoding=self.encoding,
                opener=lambda path, flags: os.open(path, flags | safe, 0o666),
            ),
        )

    def write(self, line: str) -> None:
        """Add a line."""
        self.emit(logging.makeLogRecord({"msg": one_line(line)}))

    def doRollover(self) -> None:  # noqa: N802  (the library's name)
        """Begin anew; where another program holds the log, go on in it."""
        with suppress(OSError):
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the library's name)
        """Lose the line, without a word on stderr."""


def event_line(event: Event, t: Language) -> str:
    """Time, file, and what happened."""
    name = f"{event.path.name}: " if event.path else ""
    return f"{event.moment:%Y-%m-%d %H:%M:%S}  {name}{event_text(event, t)}"


def event_text(event: Event, t: Language) -> str:
    """What happened to the file or folder."""
    match event.kind:
        case "started":
            return t(N_("kpixl watches this folder, and refreshes a workbook when it has been saved and closed."))
        case "stopped":
            return t(N_("kpixl no longer watches this folder."))
        case "refreshed":
            done = t(N_("refreshed."))
            brought_up = f"{t(UPGRADED)} " if event.upgraded else ""
            return f"{done} {brought_up}{counts_text(event.problems, t)}"
        case "taken":
            return _taken_text(event, t)
        case "left":
            return event.error.text(t) if event.error else ""
        case "waits":
            program = event.error.details["program"] if event.error else ""
            shown = program.text(t) if isinstance(program, Message) else program
            return t(N_("saved, and refreshed as soon as it is closed in {program}.")).format(program=shown)
    again = N_("It is tried again by itself.") if event.by_itself else N_("It is tried again once it has been saved.")
    return f"{event.error.text(t) if event.error else ''} {t(again)}"


def _taken_text(event: Event, t: Language) -> str:
    assert event.export is not None
    outcome = event.export.outcome
    text = N_("taken into {sheet} of {path}: new rows {new}; there already: {known}, of which completed: {completed}.")
    told = [
        t(text).format(
            sheet=event.export.sheet,
            path=outcome.plan.path.name,
            new=outcome.imported,
            known=outcome.plan.accepted.known,
            completed=len(outcome.plan.accepted.completions),
        )
    ]
    if event.export.moved is None:
        told.append(t(N_("It could not be moved away; please do that, so that it is not looked at again.")))
    if event.upgraded:
        told.append(t(UPGRADED))
    return " ".join([*told, counts_text(event.problems, t)])


def event_json(event: Event, t: Language) -> Json:
    """The same for machines."""
    return {
        "time": event.moment.isoformat(timespec="seconds"),
        "event": event.kind,
        "path": path_json(event.path),
        "text": event_text(event, t),
        "error": event.error.code if event.error else None,
        "tried_again": event.by_itself if event.kind == "failed" else None,
        "problem_count": problem_count(event.problems) if event.kind in ("refreshed", "taken") else None,
        "backup": path_json(event.backup),
        "workbook": path_json(event.export.outcome.plan.path) if event.export else None,
        "moved": path_json(event.export.moved) if event.export else None,
        "upgraded": event.upgraded,
    }
