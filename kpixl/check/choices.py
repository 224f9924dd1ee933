"""Rules about choices: words that are none of the list, and words that the dates of their row contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kpixl.cellvalue import match_key
from kpixl.check.case import CAP
from kpixl.check.meant import word_meant
from kpixl.i18n import LOCALES, language
from kpixl.period import serial

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import EntryWords, TableLog
    from kpixl.check.problem import Problem

_OTHERWISE = {
    "yes": ("true", "y", "x", "✓", "✔", "1"),
    "no": ("false", "n", "0"),
}
"""What else people write, and what other programs export, for a choice."""


def unknown(log: TableLog) -> Iterator[Problem]:
    """Texts that are none of the words of a choice, so that no condition on it is met."""
    for field in log.fields:
        if field.type == "choice" and field.id in log.rows.texts:
            yield from _unknown(log, field)


def _unknown(log: TableLog, field: Field) -> Iterator[Problem]:
    choices, words = log.choices(field), log.words(field.id)
    known = {match_key(word) for word in choices.values()}
    wrong = [i for i, text in enumerate(words.texts) if match_key(text) not in known and text.strip()]
    if not wrong:
        return
    near = list(_meant([words.texts[i] for i in wrong], field, choices))
    for code in ("choice_meant", "choice_unknown"):
        chosen = [
            (i, word) for i, word in zip(wrong, near, strict=True) if (word is not None) == (code == "choice_meant")
        ]
        rows = {int(words.first[i]): word or "" for i, word in chosen}
        details = partial(_details, words, tuple(choices.values()), rows)
        yield from log.problems(code, field.id, sorted(rows), details)


def _meant(texts: Sequence[str], field: Field, choices: Mapping[str, str]) -> Iterator[str | None]:
    """For each text the word that it probably means; None where there is none."""
    ids = _elsewhere(field)
    for count, text in enumerate(texts):
        folded = text.strip().casefold()
        known = [word for word in choices.values() if word.casefold() == folded]
        if known:
            yield known[0]
        elif folded in ids:
            yield choices[ids[folded]]
        else:
            yield word_meant(text, list(choices.values())) if count < CAP else None


def _elsewhere(field: Field) -> dict[str, str]:
    """The ids of choices by what they are called otherwise: by kpixl itself, in other languages, by other programs."""
    found = {id_.casefold(): id_ for id_ in field.choices}
    for code in LOCALES:
        with suppress(FileNotFoundError):  # a language without a catalogue
            t = language(code)
            for id_, word in field.choices.items():
                found.setdefault(t(word).casefold(), id_)
    for id_, others in _OTHERWISE.items():
        if id_ in field.choices:
            for other in others:
                found.setdefault(other, id_)
    return found


def _details(words: EntryWords, allowed: tuple[str, ...], near: Mapping[int, str], row: int) -> dict[str, object]:
    text = int(words.codes[row])
    return {"got": words.texts[text], "allowed": allowed, "near": near[row], "count": int(words.counts[text])}


def complaints(log: TableLog) -> Iterator[Problem]:
    """Complaints that are resolved by their status and not by their date, or the other way round."""
    if log.table.id != "complaints" or "status" not in log.rows.texts or "resolved" not in log.rows.numbers:
        return
    texts = log.rows.texts["status"]
    undated = np.flatnonzero(log.says("status", "resolved") & log.blank("resolved"))
    yield from log.problems(
        "resolved_undated",
        "resolved",
        undated,
        lambda row: {"status": log.heading("status"), "got": texts.iloc[row]},
    )
    still_open = np.flatnonzero(log.says("status", "open") & ~np.isnan(log.numbers("resolved")))
    yield from log.problems(
        "resolved_open",
        "status",
        still_open,
        lambda row: {"date_heading": log.heading("resolved"), "got": texts.iloc[row]},
    )


def sessions(log: TableLog) -> Iterator[Problem]:
    """Sessions that have taken place, though they are dated after the period."""
    if log.table.id != "sessions" or "completed" not in log.rows.texts or "scheduled" not in log.rows.numbers:
        return
    period = log.case.entries.period
    ahead = np.flatnonzero(log.says("completed", "yes") & (log.numbers("scheduled") >= serial(period.after)))
    texts = log.rows.texts["completed"]
    yield from log.problems("session_ahead", "completed", ahead, lambda row: {"got": texts.iloc[row], "period": period})
