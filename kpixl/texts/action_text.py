"""What an owner has decided about a KPI, in words, and the lines that Past periods keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.entries import PastValue
from kpixl.kpi.closing import ACTION, NOTE
from kpixl.period import LAST_SERIAL, from_serial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kpixl.entries import Action
    from kpixl.i18n import Language
    from kpixl.kpi.score import Scorecard


def due_day(action: Action) -> str:
    """By when: as an ISO date, or as the owner wrote it."""
    day = _day(action)
    return action.by.text if day is None else str(day)


def due_text(action: Action, t: Language) -> str:
    """By when: as a day, or as the owner wrote it."""
    day = _day(action)
    return action.by.text if day is None else t.date(day)


def _day(action: Action) -> date | None:
    number = action.by.number
    return None if number is None or not 1 < number < LAST_SERIAL + 1 else from_serial(number)


def action_text(action: Action, t: Language) -> str:
    """Who is to do it, and by when: ``Ana · November 15, 2026``."""
    return " · ".join(text for text in (action.who.text, due_text(action, t)) if text)


def closed_actions(scorecard: Scorecard, t: Language) -> Iterator[PastValue]:
    """What was done and noted in the period that is closed."""
    entries = scorecard.entries
    for result in scorecard.slots:
        action = entries.actions.get(result.kpi.id)
        if action is None:
            continue
        start, id_ = entries.period.start, result.kpi.history_id
        if entries.is_done(result.kpi.id):
            yield PastValue(start, "action", id_ + ACTION, None, note=action_text(action, t))
        if action.note.filled:
            yield PastValue(start, "note", id_ + NOTE, None, note=action.note.text)
