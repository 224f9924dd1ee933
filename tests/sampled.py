"""The samples of the businesses as tests count them: rows as records, each sample made once in a run."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import Any, Protocol

import builds
from kpixl.catalog import Business, business
from kpixl.catalog.tables import word_key
from kpixl.entries import Columns, Entries, InputCell, PastValue, Value, entry_table
from kpixl.i18n import language
from kpixl.period import Period, add_months, serial
from kpixl.samples import Sample, sample
from kpixl.texts.words import entry_words

EVER = 1e9
"""A day after all others, for what has no end."""
MONTHS = ("2026-10", "2026-02", "2024-12")
"""An autumn month, a short one, and one that a year ends with."""

Row = dict[str, Any]
Rows = list[Row]


class Maker(Protocol):
    """What makes the rows of a business."""

    def __init__(self, business: Business, period: Period, language: str) -> None: ...

    def rows(self) -> dict[str, dict[str, list[Value]]]: ...


def records(columns: Mapping[str, Sequence[Value]]) -> Rows:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


class Made:
    """The sample of a business for a month: a year of rows by table, and what an owner has of them in the workbook."""

    def __init__(self, business_id: str, month: str, code: str) -> None:
        self.business, self.period, self.code = business(business_id), Period.parse(month), code
        self.request = f"{business_id} {month} {code}"
        self.columns: Mapping[str, Mapping[str, list[Value]]] = _once(f"rows {self.request}", self.make_rows)
        self.rows = {table: records(columns) for table, columns in self.columns.items()}
        self.words = entry_words(self.business, language(code))
        self.start, self.after = serial(self.period.start), serial(self.period.after)
        self.year = serial(self.period.shift(-11).start)

    def make_rows(self) -> dict[str, dict[str, list[Value]]]:
        """A year of columns, made anew."""
        assert self.business.sample is not None
        maker: type[Maker] = import_module(f"kpixl.samples.{self.business.sample.module}").MAKER
        return maker(self.business, self.period, self.code).rows()

    @cached_property
    def sample(self) -> Sample:
        """In dollars, so that amounts are those of the plan."""
        found: Sample = _once(f"sample {self.request}", lambda: sample(self.business, self.period, self.code, "USD"))
        return found

    def __getitem__(self, table: str) -> Rows:
        return self.rows[table]

    def now(self, table: str) -> Rows:
        """The rows that stand in the workbook of the month."""
        return records(self.sample.rows[table])

    def entries(self, period: Period, columns: Mapping[str, Columns], past: Sequence[PastValue] = ()) -> Entries:
        """What is read of the workbook of ``period`` with these rows."""
        return Entries(
            business=self.business,
            company=self.business.sample_name,
            language=self.code,
            currency="USD",
            period=period,
            tables={table.id: entry_table(table, columns[table.id]) for table in self.business.tables},
            settings={id_: InputCell(value, "", "") for id_, value in self.sample.settings.items()},
            typed={},
            targets={},
            thresholds={},
            past=tuple(past),
            words=self.words,
        )

    def word(self, table: str, field: str, choice: str) -> str:
        return self.words[word_key(table, field, choice)]

    def month(self, table: str, field: str, back: int = 0) -> Rows:
        """The rows dated in a month, counted back from the period."""
        first, after = (serial(add_months(self.period.start, months)) for months in (-back, 1 - back))
        return [row for row in self[table] if row[field] is not None and first <= row[field] < after]

    def served(self) -> Rows:
        """Who was a client in the month."""
        return [row for row in self["clients"] if (row["end"] or EVER) >= self.start]

    def stays(self, table: str) -> dict[str, list[tuple[float, float]]]:
        """The first and the last day of everything that a table lists, by its name."""
        found: dict[str, list[tuple[float, float]]] = {}
        for row in self[table]:
            found.setdefault(next(iter(row.values())), []).append((row["start"], row["end"] or EVER))
        return found


def made(business_id: str, month: str = MONTHS[0], code: str = "") -> Made:
    """In the language of the business's first sample workbook unless another one is wanted."""
    chosen = business(business_id).sample
    assert chosen is not None
    return _made(business_id, month, code or chosen.demos[0].language)


_made = cache(Made)


def _once(request: str, make: Callable[[], object]) -> Any:
    return pickle.loads(builds.once_bytes(request, lambda: pickle.dumps(make())))
