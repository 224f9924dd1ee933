"""Cells of entry tables that can be mended without asking: what they hold is surely not what their owner meant, and
there is only one thing that she can have meant. Says what to put there, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kpixl.cellvalue import number
from kpixl.check.meant import moment_meant, number_meant, order_of
from kpixl.currencies import code_of
from kpixl.errors import N_
from kpixl.folding import single_spaced
from kpixl.languages.load import particulars
from kpixl.period import from_serial

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field
    from kpixl.check.case import Case, TableLog
    from kpixl.i18n import Language

_LIKELY_DAYS = range(32_874, 54_789)
"""From 1990 to 2049: what comes to another day is looked at by a person."""
_PLAIN_NUMBER = re.compile(
    r"(?P<sign>[+−-]?)\s*(?P<digits>\d{1,3}(?P<gap>[ \xa0\u202f'])\d{3}((?P=gap)\d{3})*([.,]\d+)?|\d[\d.,]*)", re.ASCII
)
_MOST_DIGITS = 15


class Mended(Enum):
    """What is done to a cell."""

    DATE = "date"
    NUMBER = "number"
    BLANK = "blank"
    WORD = "word"


_LINES = {
    Mended.DATE: N_("{place}: text “{was}” → date {now}"),
    Mended.NUMBER: N_("{place}: text “{was}” → number {now}"),
    Mended.BLANK: N_("{place}: spaces → nothing"),
    Mended.WORD: "{place}: “{was}” → “{now}”",
}


@dataclass(frozen=True, slots=True)
class Fix:
    """One cell, and what belongs there."""

    kind: Mended
    table: str
    field: str
    sheet: str
    cell: str
    was: str
    now: str | float | None
    """Dates as serial numbers; None empties the cell."""

    def text(self, t: Language) -> str:
        """One line: the cell, what it held, what it holds."""
        line = _LINES[self.kind] if self.kind is Mended.WORD else t(_LINES[self.kind])
        return line.format(place=f"{self.sheet}!{self.cell}", was=self.was, now=self._shown(t))

    def _shown(self, t: Language) -> str:
        if isinstance(self.now, str) or self.now is None:
            return self.now or ""
        if self.kind is Mended.NUMBER:
            return t.to_type(self.now)
        return t.date(from_serial(self.now)) + _time(self.now)


Calculated: TypeAlias = Callable[[str, str], np.ndarray]
"""Which rows of a column, by the ids of table and field, hold a formula; shape (rows,)."""


def fixes(case: Case, calculated: Calculated) -> list[Fix]:
    """Every cell that can be mended, in the order of the sheets. Formulas are left as they are."""
    names = {id_: _keys(log, calculated) for id_, log in case.logs.items()}
    found = []
    for id_, log in case.logs.items():
        for field in log.fields:
            wanted = _texts(log, field, names) if field.id in log.rows.texts else _values(log, field)
            rows = {row: fix for row, fix in wanted if fix is not None}
            if rows:
                has_formula = calculated(id_, field.id)
                found += [_fix(log, field, row, *fix) for row, fix in rows.items() if not has_formula[row]]
    return found


def _fix(log: TableLog, field: Field, row: int, kind: Mended, was: str, now: str | float | None) -> Fix:
    return Fix(kind, log.table.id, field.id, log.rows.sheet, log.rows.cell(field.id, row), was, now)


_Change: TypeAlias = tuple[Mended, str, str | float | None]
"""What is done, what stands there, and what belongs there."""
_Wanted: TypeAlias = Iterator[tuple[int, _Change | None]]
"""Rows of a column with what is to be done in them."""


# Dates and numbers


def _values(log: TableLog, field: Field) -> _Wanted:
    """What the texts in a column of dates or numbers are."""
    texts = {row: value for row, value in log.rows.odd.get(field.id, {}).items() if isinstance(value, str)}
    orders = {order_of(text) for text in texts.values()}
    code = log.case.entries.language
    for row, text in sorted(texts.items()):
        if not text.strip():
            yield row, (Mended.BLANK, text, None)
        elif field.type == "date":
            day = _day(text, code, orders)
            yield row, None if day is None else (Mended.DATE, text, day)
        else:
            value = _number(text, log.case.entries.currency if field.unit == "money" else "")
            fits = value is not None and _is_within(field, value)
            yield row, (Mended.NUMBER, text, value) if fits else None


def _day(text: str, code: str, orders: Iterable[str | None]) -> float | None:
    """The date that a text surely is. One that could be day and month or month and day is a date only where its
    language has the day first and no other text of the column has the month first."""
    order = order_of(text)
    if order is None or (order == "either" and (particulars(code).month_first or "mdy" in orders)):
        return None
    when = moment_meant(text, code)
    day = number(when) if when else None
    return day if day is not None and int(day) in _LIKELY_DAYS else None


def _number(text: str, currency: str) -> float | None:
    """The number that a text surely is: figures, with the workbook's currency beside an amount, and nothing else."""
    found = _PLAIN_NUMBER.search(text.strip())
    if not found:
        return None
    around = (text.strip()[: found.start()] + text.strip()[found.end() :]).strip()
    if around and (not currency or code_of(around, currency) != currency):
        return None
    figures = re.sub(r"\D", "", found["digits"])
    is_code = found["digits"][0] == "0" and found["digits"][1:2].isdigit()
    if is_code or len(figures) > _MOST_DIGITS or found["digits"][-1] in ".,":
        return None
    return number_meant(found[0])


def _is_within(field: Field, value: float) -> bool:
    return (field.minimum is None or value >= field.minimum) and (field.maximum is None or value <= field.maximum)


# Words and names


def _texts(log: TableLog, field: Field, names: Mapping[str, Mapping[str, str]]) -> _Wanted:
    """Texts that are nothing but spaces, and those that differ from what they are by spaces or by case alone."""
    known: Mapping[str, str]
    if field.type == "choice":
        known = _by_key(log.choices(field).values())
    elif field.key:
        known = names[log.table.id] if field.id == log.keys[0].id else {}
    else:
        known = names.get(field.refers_to or "", {})
    column = log.rows.distinct(field.id)
    wanted = [_word(text, known, is_choice=field.type == "choice") for text in column.texts]
    for row, code in enumerate(column.codes.tolist() if any(wanted) else ()):
        if code >= 0 and (fix := wanted[code]) is not None:
            yield row, fix


def _word(text: str, known: Mapping[str, str], *, is_choice: bool) -> _Change | None:
    if not text.strip():
        return Mended.BLANK, text, None
    meant = known.get(_key(text))
    # Among names, case alone makes no difference to Excel, and is their owner's.
    if meant is None or (meant == text if is_choice else meant.casefold() == text.casefold()):
        return None
    return Mended.WORD, text, meant


def _keys(log: TableLog, calculated: Calculated) -> dict[str, str]:
    """The names that a table has, as they are once the spaces around them are gone: by what they are compared by. A
    name is left as it is where another row has it without the spaces, since the two would become one."""
    if len(log.keys) != 1:
        return {}
    texts = [text for text in log.words(log.keys[0].id).texts if text.strip()]
    return _by_key(texts, trimmed=not calculated(log.table.id, log.keys[0].id).any())


def _by_key(texts: Iterable[str], *, trimmed: bool = False) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for text in texts:
        found.setdefault(_key(text), set()).add(text)
    once = {key: next(iter(spellings)) for key, spellings in found.items() if len(spellings) == 1}
    return {key: text.strip() if trimmed else text for key, text in once.items()}


def _key(text: str) -> str:
    return single_spaced(text).casefold()


def fix_json(fix: Fix) -> dict[str, object]:
    """One mended cell for machines; dates as ISO."""
    now: object = fix.now
    if fix.kind is Mended.DATE and isinstance(fix.now, float):
        now = from_serial(fix.now).isoformat() + _time(fix.now)
    return {
        "sheet": fix.sheet, "cell": fix.cell, "table": fix.table, "field": fix.field,
        "kind": fix.kind.value, "was": fix.was, "now": now,
    }  # fmt: skip


def _time(number_: float) -> str:
    """The time of day behind a date; nothing at midnight."""
    seconds = round(number_ % 1 * 86400)
    minutes = f" {seconds // 3600:02}:{seconds // 60 % 60:02}" if seconds else ""
    return minutes + (f":{seconds % 60:02}" if seconds % 60 else "")
