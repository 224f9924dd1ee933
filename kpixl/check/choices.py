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
from kpixl.folding import folded, without_accents
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.languages.load import yes_no
from kpixl.period import serial

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import EntryWords, Finding, TableLog


def unknown(log: TableLog) -> Iterator[Finding]:
    """Texts that are none of the words of a choice, so that no condition on it is met."""
    for field in log.fields:
        if field.type == "choice" and field.id in log.rows.texts:
            yield from _unknown(log, field)


def _unknown(log: TableLog, field: Field) -> Iterator[Finding]:
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
        yield from log.problems(code, field.id, sorted(rows), details, each=True)


def _meant(texts: Sequence[str], field: Field, choices: Mapping[str, str]) -> Iterator[str | None]:
    """For each text the word that it probably means; None where there is none."""
    ids = _elsewhere(field)
    for count, text in enumerate(texts):
        asked = folded(text)
        known = [word for word in choices.values() if word.casefold() == asked]
        if known:
            yield known[0]
        elif asked in ids:
            yield choices[ids[asked]]
        else:
            yield word_meant(text, list(choices.values())) if count < CAP else None


def _elsewhere(field: Field) -> dict[str, str]:
    """The ids of choices by what they are called otherwise: by kpixl itself, in other languages, by people."""
    found = {id_.casefold(): id_ for id_ in field.choices}
    for code in codes():
        with suppress(FileNotFoundError):  # a language without a catalogue
            t = language(code)
            for id_, word in field.choices.items():
                found.setdefault(t(word).casefold(), id_)
    for id_, others in yes_no().items():
        if id_ in field.choices:
            for other in others:
                found.setdefault(other, id_)
                found.setdefault(without_accents(other), id_)
    return found


def _details(words: EntryWords, allowed: tuple[str, ...], near: Mapping[int, str], row: int) -> dict[str, object]:
    text = int(words.codes[row])
    return {"got": words.texts[text], "allowed": allowed, "near": near[row], "count": int(words.counts[text])}


def dated(log: TableLog) -> Iterator[Finding]:
    """What is done by its word and not by its date, or the other way round."""
    for field in log.fields:
        rule = field.agrees
        if rule is None or field.id not in log.rows.texts or rule.date not in log.rows.numbers:
            continue
        texts, has_date = log.rows.texts[field.id], ~np.isnan(log.numbers(rule.date))
        if rule.dated is not None:
            undated = np.flatnonzero(log.says(field.id, rule.dated) & log.blank(rule.date))
            yield from log.problems(
                "resolved_undated", rule.date, undated, partial(_said, texts, {"status": log.heading(field.id)})
            )
        elif _counts_both(log, field.id, rule.date):
            unsaid = np.flatnonzero(log.blank(field.id) & has_date & ~log.leaving)
            yield from log.problems("won_unsaid", field.id, unsaid, partial(_dated_by, log, rule.date))
        still_open = np.flatnonzero(log.says(field.id, rule.undated) & has_date)
        yield from log.problems(
            "resolved_open", field.id, still_open, partial(_said, texts, {"date_heading": log.heading(rule.date)})
        )


def _dated_by(log: TableLog, date: str, _: int) -> dict[str, object]:
    return {"date_heading": log.heading(date)}


def _counts_both(log: TableLog, *columns: str) -> bool:
    """Whether a row counts somewhere by all of some columns."""
    found = (item.aggregate for item in log.case.entries.business.measures if item.table == log.table.id)
    return any({*columns} <= of.reads for of in found if of)


def ahead(log: TableLog) -> Iterator[Finding]:
    """What has taken place by its word, though it is dated after the period."""
    period, today = log.case.entries.period, log.case.tally.today
    for field in log.fields:
        rule = field.past
        if rule is None or field.id not in log.rows.texts or rule.date not in log.rows.numbers:
            continue
        held, days = log.says(field.id, rule.choice), log.numbers(rule.date)
        late, texts = np.flatnonzero(held & (days >= serial(period.after))), log.rows.texts[field.id]
        yield from log.problems("session_ahead", field.id, late, partial(_said, texts, {"period": period}))
        if today is not None:
            soon = np.flatnonzero(held & (days >= serial(today) + 1) & (days < serial(period.after)))
            yield from log.problems("held_ahead", field.id, soon, partial(_said, texts, {}))


def _said(texts: np.ndarray, details: Mapping[str, object], row: int) -> dict[str, object]:
    return {**details, "got": texts[row]}
