"""Made-up rows for a business of a pack: from the types of its fields, and the hints that the pack gives.

The same every time. Says nothing of the business: it shows the sheets alive.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from kpixl.catalog import pack_of
from kpixl.catalog.pack import PackHint, PackRows
from kpixl.i18n import language as language_of
from kpixl.period import from_serial, serial
from kpixl.samples.days import cell, workdays
from kpixl.samples.people import PeopleNames, owner
from kpixl.samples.plan import FIRST_MONTH

if TYPE_CHECKING:
    from datetime import date

    from kpixl.catalog.model import Business
    from kpixl.catalog.tables import Field, Table
    from kpixl.entries import Value
    from kpixl.period import Period

TARGETS: Mapping[str, float] = {}
"""Those of a pack stand in its workbooks from the beginning."""
_ROWS = PackRows()
_HINT = PackHint()
_SPAN = {"money": (20.0, 200.0), "hours": (1.0, 8.0), "fraction": (0.0, 1.0), "score": (0.0, 10.0)}
"""Of numbers of which nothing is said, by their unit."""
_OTHERS = (1.0, 10.0)
_STILL_THERE = 0.85
"""The share of those who came that have not left."""
_NAMED = 60
"""So many rows of a table have names of people; there are only so many names."""
_Row = dict[str, "Value"]


class MadeUp:
    """All rows of one business for the last twelve months; nothing later than the period is known."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        pack = pack_of(business)
        assert pack is not None
        self.business, self.period, self.t = business, period, language_of(language)
        self.random = random.Random(f"{business.id} {period}")
        self.hints = pack.demo
        self.people = PeopleNames(f"{business.id} names", owner(language).client_languages)
        self.known: dict[str, list[_Row]] = {}
        """The rows made so far, by table."""

    def rows(self) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table: what others pick from first, logs of twelve months."""
        order = sorted(self.business.tables, key=lambda table: not any(field.key for field in table.fields))
        for table in order:
            self.known[table.id] = []
            count = self.hints.get(table.id, _ROWS).rows
            for day in self._days(table, count):
                self.known[table.id].append(self._row(table, day))
        return {
            table.id: {field.id: [row[field.id] for row in self.known[table.id]] for field in table.fields}
            for table in self.business.tables
        }

    def _days(self, table: Table, count: int) -> list[date]:
        """The days that the rows of a table are about, in their order."""
        first = self.period.shift(FIRST_MONTH).start
        if table.kept:
            # Most were there before, and the others came in the year.
            days = [first - timedelta(days=self.random.randrange(1, 720)) for _ in range(count - count // 3)]
            days += [self.random.choice(workdays(first, self.period.after)) for _ in range(count // 3)]
            return sorted(days)
        months = (self.period.shift(month) for month in range(FIRST_MONTH, 1))
        return [
            day for month in months for day in sorted(self.random.choices(workdays(month.start, month.after), k=count))
        ]

    def _row(self, table: Table, day: date) -> _Row:
        row: _Row = {field.id: None for field in table.fields}
        hints = self.hints.get(table.id, _ROWS).fields
        anchor = table.date or (table.stays or (None,))[0] or _first_date(table)
        # The anchor first, then what follows it, then what is part of another.
        order = sorted(
            table.fields,
            key=lambda field: (
                field.id != anchor,
                hints.get(field.id, _HINT).after is not None,
                field.type != "date",
                bool(field.part_of) or field.agrees is not None,
            ),
        )
        for field in order:
            hint = hints.get(field.id, _HINT)
            if field.id != anchor and self.random.random() < hint.blank:
                continue
            if hint.after is not None and row.get(hint.after) is None:
                continue
            if field.type == "date":
                row[field.id] = self._day(table, field, hint, day, row) if field.id != anchor else self._at(field, day)
            elif field.type == "number":
                row[field.id] = self._number(field, hint, row)
            else:
                row[field.id] = self._text(table, field, hint, day)
                if field.agrees is not None:
                    told = field.agrees.undated if row.get(field.agrees.date) is None else field.agrees.dated
                    row[field.id] = self.t(field.choices[told]) if told else None
        return row

    def _at(self, field: Field, day: date) -> float | None:
        """A day, at some hour of work where the field has a time."""
        at = cell(day)
        return at + self.random.randrange(18, 36) / 48 if at is not None and field.with_time else at

    def _day(self, table: Table, field: Field, hint: PackHint, day: date, row: _Row) -> float | None:
        since = row.get(hint.after or "", None)
        if hint.after is not None and not isinstance(since, float):
            return None
        begun = from_serial(int(since)) if isinstance(since, float) else day
        low, high = int(hint.low or 0), int(hint.high if hint.high is not None else (hint.low or 0) + 5)
        if hint is _HINT or (hint.after is None and hint.low is None and hint.high is None):
            if table.kept and (field.ends or not field.required):
                if self.random.random() < _STILL_THERE or not field.ends:
                    return None
                low, high = 60, 400
            elif not (field.ends or field.required or field.planned):
                return None
        found = begun + timedelta(days=self.random.randint(low, max(low, high)))
        if found >= self.period.after and not field.planned:
            return None
        return self._at(field, found)

    def _number(self, field: Field, hint: PackHint, row: _Row) -> float | None:
        low, high = _SPAN.get(field.unit, _OTHERS)
        low = hint.low if hint.low is not None else field.minimum if field.minimum is not None else low
        most = hint.high if hint.high is not None else field.maximum if field.maximum is not None else max(high, low)
        whole = row.get(field.part_of or "")
        if isinstance(whole, float):
            low, most = min(low, whole), min(most, whole)
        if field.unit == "count":
            return float(self.random.randint(int(low), max(int(low), int(most))))
        return (
            round(self.random.uniform(low, most) * 4) / 4
            if field.unit == "hours"
            else round(self.random.uniform(low, most), 2)
        )

    def _text(self, table: Table, field: Field, hint: PackHint, day: date) -> str | None:
        words = cast("tuple[str, ...]", hint.words)
        if field.refers_to and field.refers_to in self.known and not words:
            return self._picked(field.refers_to, day)
        if field.type == "choice":
            chosen = self.random.choice(words or tuple(field.choices))
            return self.t(field.choices.get(chosen, chosen))
        if words and not field.key:
            return self.t(self.random.choice(words))
        count = len(self.known[table.id])
        if field.role == "code":
            return f"{self.business.code.upper()}-{count + 101}"
        if field.key and not field.refers_to:
            if count < len(words):
                return self.t(words[count])
            return self.people.person(0) if count < _NAMED else f"{self.t(field.heading)} {count + 1}"
        if field.suggested:
            return self.t(self.random.choice(field.suggested))
        return self.t(field.example) or self.t(field.heading) if field.required else None

    def _picked(self, table: str, day: date) -> str | None:
        """One that was there on that day, among those of another table."""
        of = self.business.table(table)
        key = next(field.id for field in of.fields if field.key)
        start, end = of.stays or (_first_date(of), None)

        def there(row: _Row) -> bool:
            begun, left = (row.get(one) if one else None for one in (start, end))
            at = float(serial(day))
            return not (isinstance(begun, float) and begun > at) and not (isinstance(left, float) and left < at)

        among = [row for row in self.known[table] if there(row)]
        chosen = self.random.choice(among)[key] if among else None
        return chosen if isinstance(chosen, str) else None


def _first_date(table: Table) -> str | None:
    return next((field.id for field in table.fields if field.type == "date"), None)


MAKER = MadeUp
