"""What the rules look at: the whole case, and the rows of one table with what several rules ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kpixl.catalog.model import Calculated
from kpixl.check.problem import Msg, Problem
from kpixl.check.sentences import SENTENCES

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Field, Measure, Table
    from kpixl.check.sentences import Severity
    from kpixl.entries import Entries, EntryTable
    from kpixl.measure import MeasureValue
    from kpixl.score import Scorecard

CAP = 50
"""So many problems of one kind in one column are reported one by one; the rest as a number."""


@dataclass(frozen=True)
class Case:
    """Everything that is checked, together."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    scorecard: Scorecard

    @cached_property
    def logs(self) -> Mapping[str, Log]:
        """The tables that are there, in the order of the business."""
        found = ((table.id, self.entries.tables.get(table.id)) for table in self.entries.business.tables)
        return {id_: Log(self, rows) for id_, rows in found if rows is not None}

    @cached_property
    def counted(self) -> tuple[Measure, ...]:
        """The measures that no typed total replaces."""
        values = ((item, self.measures.get(item.name)) for item in self.entries.business.measures)
        return tuple(item for item, value in values if value is None or value.typed is None)

    @cached_property
    def readers(self) -> Mapping[tuple[str, str], tuple[Measure, ...]]:
        """Which counted measures depend on a column: (table, column) -> measures."""
        found: dict[tuple[str, str], tuple[Measure, ...]] = {}
        for item in self.counted:
            for column in _columns(item, self.entries.business.table(item.table)):
                found[item.table, column] = (*found.get((item.table, column), ()), item)
        return found

    def kpis_of(self, measures: Iterable[Measure]) -> tuple[BusinessKpi, ...]:
        """The KPIs that take one of ``measures``."""
        wanted = {item.name for item in measures}
        return tuple(kpi for kpi in self.entries.business.kpis if any(a.measure.name in wanted for a in kpi.arguments))

    def lost(self, measures: Sequence[Measure]) -> tuple[object, ...]:
        """What the owner misses without ``measures``: KPIs by name, or the measures themselves."""
        return tuple(Msg(kpi.name) for kpi in self.kpis_of(measures)) or tuple(measures)


@dataclass(frozen=True)
class Words:
    """The distinct texts of a column, without regard to case: ``codes[row]`` points into ``texts``, which keep their
    first spelling; −1 where the cell is blank."""

    codes: np.ndarray
    texts: list[str]

    @cached_property
    def folded(self) -> pd.Series:
        """The texts without case and outer spaces."""
        return pd.Series([text.strip().casefold() for text in self.texts], dtype=object)

    @cached_property
    def counts(self) -> np.ndarray:
        """In how many rows each text stands."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def first(self) -> np.ndarray:
        """The first row of each text."""
        rows = np.flatnonzero(self.codes >= 0)[::-1]
        first = np.zeros(len(self.texts), dtype=int)
        first[self.codes[rows]] = rows
        return first


@dataclass(frozen=True)
class Log:
    """One entry table under check."""

    case: Case
    rows: EntryTable
    _words: dict[str, Words] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The table as the catalogue has it."""
        return self.rows.table

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields whose columns are still there."""
        return tuple(field for field in self.table.fields if self.rows.has(field.id))

    @property
    def keys(self) -> tuple[Field, ...]:
        """The fields that tell one row from another; none where one of their columns is gone."""
        keys = tuple(field for field in self.table.fields if field.key)
        return keys if all(key.id in self.rows.texts for key in keys) else ()

    @cached_property
    def filled(self) -> np.ndarray:
        """Which rows hold anything in a field."""
        filled = np.zeros(len(self.rows), dtype=bool)
        for column in self.fields:
            filled |= ~self.blank(column.id)
        return filled

    def blank(self, column: str) -> np.ndarray:
        """Which rows are blank in ``column``; an Excel error in a column of texts is not."""
        blank = self.rows.blank(column)
        if column in self.rows.texts and self.rows.odd.get(column):
            blank = blank.copy()
            blank[list(self.rows.odd[column])] = False
        return blank

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.filled.any()

    def words(self, column: str) -> Words:
        """The distinct texts of ``column``."""
        if column not in self._words:
            self._words[column] = _distinct(self.rows.texts[column].to_numpy(dtype=object))
        return self._words[column]

    @cached_property
    def names(self) -> np.ndarray:
        """Which name or code each row has in its keys: equal numbers for the same one, −1 where a key is blank."""
        names = np.zeros(len(self.rows), dtype=np.int64)
        for key in self.keys:
            words = self.words(key.id)
            folded, labels = pd.factorize(words.folded.where(words.folded != "").to_numpy(dtype=object))
            codes = np.append(folded, -1)[words.codes]
            names = np.where((names < 0) | (codes < 0), -1, names * len(labels) + codes)
        return names

    def numbers(self, column: str) -> np.ndarray:
        """The numbers of ``column``, NaN where there is none."""
        return self.rows.numbers[column].to_numpy(dtype=float)

    def heading(self, column: str) -> str:
        """The column's heading as the owner has it."""
        known = self.rows.headings.get(column)
        return known or next((Msg(c.heading) for c in self.table.columns if c.id == column), column)

    def problem(self, code: str, column: str | None = None, row: int | None = None, **details: object) -> Problem:
        """A problem of this table: of a cell, a column, or as a whole."""
        cell = None
        if column is not None:
            details = {"heading": self.heading(column), **details}
            if row is not None and column in self.rows.letters:
                cell = self.rows.cell(column, row)
        severity = self._severity(code, column)
        return Problem(severity, code, self.rows.sheet, cell, self.table.id, column, details)

    def _severity(self, code: str, column: str | None) -> Severity:
        """An error that spoils no figure is a warning."""
        sentence = SENTENCES[code]
        spoils = not sentence.harmless or column is None or (self.table.id, column) in self.case.readers
        return sentence.severity if spoils else "warning"

    def problems(
        self, code: str, column: str, rows: Sequence[int] | np.ndarray, details: Callable[[int], Mapping[str, object]]
    ) -> Iterator[Problem]:
        """A problem for each of ``rows``; past the cap, their number. ``details`` says what a row's sentences name."""
        yield from (self.problem(code, column, int(row), **details(int(row))) for row in rows[:CAP])
        if len(rows) > CAP:
            rest = self.problem("more", column, int(rows[CAP]), of=code, count=len(rows) - CAP, reported=CAP)
            yield replace(rest, severity=self._severity(code, column))


def _distinct(cells: np.ndarray) -> Words:
    codes, texts = pd.factorize(cells)
    groups, folded = pd.factorize(np.array([text.casefold() for text in texts], dtype=object))
    if len(folded) == len(texts):
        return Words(codes, list(texts))
    spellings = np.flatnonzero(~pd.Series(groups).duplicated())
    return Words(np.append(groups, -1)[codes], list(texts[spellings]))


def _columns(item: Measure, table: Table) -> set[str]:
    """The columns that a measure depends on, through calculated columns, too."""
    direct = {condition.column for condition in item.where} | ({item.column} if item.column else set())
    calculated = [c for c in table.columns if isinstance(c, Calculated) and c.id in direct]
    return direct | {edge for c in calculated for edge in (c.since, c.until)}
