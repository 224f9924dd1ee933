"""What the rules look at: the whole case, and the rows of one table with what several rules ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from kpixl.catalog.tables import Lookup, word_key
from kpixl.cellvalue import match_key
from kpixl.check.problem import Problem, name_of
from kpixl.check.sentences import SENTENCES
from kpixl.entries import numbered
from kpixl.folding import folded
from kpixl.kpi.closing import leaving
from kpixl.message import Message, phrase
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Aggregate, Business, BusinessKpi, Measure
    from kpixl.catalog.tables import Field, Table
    from kpixl.check.sentences import Severity
    from kpixl.entries import Distinct, Entries, EntryTable
    from kpixl.kpi.measure import MeasureValue, Tally
    from kpixl.kpi.score import Scorecard

FEW = 5
"""So many rows with one problem in one column are reported one by one; more of them in one line."""
CAP = 50
"""So many names, each a matter of its own, are reported one by one; the rest as a number."""


@dataclass(frozen=True)
class Found:
    """Rows with one problem in one column, not put into words yet."""

    code: str
    column: str
    rows: np.ndarray
    details: Callable[[int], Mapping[str, object]]
    each: bool = False
    """Whether each row is a matter of its own."""


Finding: TypeAlias = Problem | Found


@dataclass(frozen=True)
class Case:
    """Everything that is checked, together."""

    entries: Entries
    measures: Mapping[str, MeasureValue]
    scorecard: Scorecard
    tally: Tally

    @cached_property
    def logs(self) -> Mapping[str, TableLog]:
        """The tables that are there, in the order of the business."""
        found = ((table.id, self.entries.tables.get(table.id)) for table in self.entries.business.tables)
        return {id_: TableLog(self, rows) for id_, rows in found if rows is not None}

    @cached_property
    def kpis(self) -> tuple[BusinessKpi, ...]:
        """The KPIs of the business, and those that the owner made up."""
        return tuple(result.kpi for result in self.scorecard.results)

    def parts(self, item: Measure) -> tuple[Measure, ...]:
        """``item`` and all that it is made from at present: nothing, where its total is typed."""
        if self.is_typed(item):
            return (item,)
        below = (msgspec.structs.replace(item, window=Window.PERIOD),) if item.through_past else item.parts
        return (item, *(other for part in below for other in self.parts(part)))

    def is_typed(self, item: Measure) -> bool:
        """Whether the owner typed its total."""
        value = self.measures.get(item.name)
        return value is not None and value.typed is not None

    @cached_property
    def counted(self) -> tuple[Measure, ...]:
        """The measures that something is computed from, and that no typed total replaces."""
        used = (*(a.measure for kpi in self.kpis for a in kpi.arguments), *self.entries.business.companions)
        names = {part.name for item in used for part in self.parts(item) if not self.is_typed(part)}
        return tuple(item for item in self.entries.business.measures if item.name in names)

    @cached_property
    def readers(self) -> Mapping[tuple[str, str], tuple[Measure, ...]]:
        """Which counted measures depend on a column: (table, column) -> measures."""
        found: dict[tuple[str, str], tuple[Measure, ...]] = {}
        for item in self.counted:
            if item.aggregate is None or item.through_past:
                continue
            for place in _places(item, item.aggregate, self.entries.business):
                found[place] = (*found.get(place, ()), item)
        return found

    def kpis_of(self, measures: Iterable[Measure]) -> tuple[BusinessKpi, ...]:
        """The KPIs that take one of ``measures``."""
        wanted = {item.name for item in measures}

        def takes(kpi: BusinessKpi) -> bool:
            return any(part.name in wanted for a in kpi.arguments for part in self.parts(a.measure))

        return tuple(kpi for kpi in self.kpis if takes(kpi))

    @cached_property
    def typed_elsewhere(self) -> Mapping[str, tuple[Measure, ...]]:
        """Totals that are typed and that nothing is computed from, by name: with the ones of another span that are, and
        that are not typed."""
        used = (*(a.measure for kpi in self.kpis for a in kpi.arguments), *self.entries.business.companions)
        read = {part.name: part for item in used for part in self.parts(item)}
        found: dict[str, tuple[Measure, ...]] = {}
        for name, value in self.measures.items():
            if name not in read and self.is_typed(value.measure):
                others = (item for item in read.values() if item.id == value.measure.id and not self.is_typed(item))
                meant = tuple(item for item in others if item.name in self.entries.counted)
                if meant:
                    found[name] = meant
        return found

    @cached_property
    def meant(self) -> frozenset[str]:
        """The measures whose totals stand typed under another span."""
        return frozenset(item.name for meant in self.typed_elsewhere.values() for item in meant)

    def lost(self, measures: Sequence[Measure]) -> tuple[object, ...]:
        """What the owner misses without ``measures``: KPIs by name, or the measures themselves."""
        return tuple(name_of(kpi) for kpi in self.kpis_of(measures)) or tuple(measures)

    @cached_property
    def languages(self) -> Mapping[str | float, str]:
        """The languages of all rows as COUNTIFS compares them, each with its first spelling."""
        held = ((log, log.table.language) for log in self.logs.values())
        words = [log.words(column) for log, column in held if column and column in log.rows.texts]
        texts = [text for one in words for text in one.texts if text.strip()]
        return {match_key(text): text for text in reversed(texts)}

    def word(self, id_: str, otherwise: str) -> str:
        """A word that entries are compared with, as the workbook has it."""
        return self.entries.words.get(id_, otherwise)


@dataclass(frozen=True)
class EntryWords:
    """The distinct texts of a column, without regard to case: ``codes[row]`` points into ``texts``, which keep their
    first spelling; −1 where the cell is blank."""

    codes: np.ndarray
    texts: list[str]

    @cached_property
    def folded(self) -> list[str]:
        """The texts without case and outer spaces."""
        return [folded(text) for text in self.texts]

    @cached_property
    def counts(self) -> np.ndarray:
        """In how many rows each text stands; shape (texts,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def first(self) -> np.ndarray:
        """The first row of each text; shape (texts,)."""
        rows = np.flatnonzero(self.codes >= 0)[::-1]
        first = np.zeros(len(self.texts), dtype=int)
        first[self.codes[rows]] = rows
        return first


@dataclass(frozen=True)
class TableLog:
    """One entry table under check."""

    case: Case
    rows: EntryTable
    _words: dict[str, EntryWords] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The table as the catalogue has it."""
        return self.rows.table

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields whose columns are still there."""
        return tuple(field for field in self.table.fields if self.rows.has(field.id))

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each column."""
        return {column.id: place for place, column in enumerate(self.table.columns)}

    @property
    def keys(self) -> tuple[Field, ...]:
        """The fields that tell one row from another; none where one of their columns is gone."""
        keys = tuple(field for field in self.table.fields if field.key)
        return keys if all(key.id in self.rows.texts for key in keys) else ()

    @cached_property
    def filled(self) -> np.ndarray:
        """Which rows hold anything in a field; shape (rows,)."""
        filled = np.zeros(len(self.rows), dtype=bool)
        for column in self.fields:
            filled |= ~self.blank(column.id)
        return filled

    def blank(self, column: str) -> np.ndarray:
        """Which rows are blank in ``column``; shape (rows,)."""
        return self.rows.blank(column)

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.filled.any()

    def words(self, column: str) -> EntryWords:
        """The distinct texts of ``column``."""
        if column not in self._words:
            self._words[column] = _distinct(self.rows.distinct(column))
        return self._words[column]

    def choices(self, field: Field) -> dict[str, str]:
        """The words of a choice, by their ids."""
        ids = {id_: word_key(self.table.id, field.id, id_) for id_ in field.choices}
        return {id_: self.case.word(key, id_) for id_, key in ids.items()}

    def says(self, column: str, choice: str) -> np.ndarray:
        """Which rows hold the word of ``choice``; shape (rows,)."""
        word = match_key(self.choices(self.table.field(column))[choice])
        words = self.words(column)
        same: np.ndarray = np.array([*(match_key(text) == word for text in words.texts), False])[words.codes]
        return same

    def counts(self, item: Measure) -> bool:
        """Whether a measure is counted from the rows of this table, and nothing that it needs is missing."""
        return item.table == self.table.id and not item.through_past and self.case.tally.can_measure(item)

    @cached_property
    def names(self) -> np.ndarray:
        """Which name or code each row has in its keys, shape (rows,): equal numbers for the same one, −1 where a key is
        blank."""
        return self.rows.names(key.id for key in self.keys)

    @cached_property
    def leaving(self) -> np.ndarray:
        """Which rows neither the period nor a later one needs; shape (rows,)."""
        return leaving(self.case.entries, self.table)

    def numbers(self, column: str) -> np.ndarray:
        """The numbers of ``column``, shape (rows,): dates are serials, NaN is none."""
        return self.rows.numbers[column]

    def heading(self, column: str) -> str | Message:
        """The column's heading as the owner has it."""
        known = self.rows.headings.get(column)
        return known or next((phrase(c.heading) for c in self.table.columns if c.id == column), column)

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
        self,
        code: str,
        column: str,
        rows: Sequence[int] | np.ndarray,
        details: Callable[[int], Mapping[str, object]],
        *,
        each: bool = False,
    ) -> Iterator[Finding]:
        """A problem in each of ``rows``; ``details`` says what a row's sentences name. Many rows have one line, unless
        ``each`` is a matter of its own, such as one name."""
        if len(rows):
            yield Found(code, column, np.asarray(rows, dtype=int), details, each)

    def told(self, found: Found) -> Iterator[Problem]:
        """The problems of rows: each by itself where they are few, else one line for all of them; of those that are a
        matter of their own, as many as somebody reads, and the number of the others."""
        rows, code, column = found.rows, found.code, found.column
        if len(rows) > FEW and not found.each:
            first = self.problem(code, column, int(rows[0]), **found.details(int(rows[0])))
            yield replace(first, rows=len(rows))
            return
        yield from (self.problem(code, column, int(row), **found.details(int(row))) for row in rows[:CAP])
        if len(rows) > CAP:
            rest = self.problem("more", column, int(rows[CAP]), of=code, count=len(rows) - CAP, reported=CAP)
            yield replace(rest, severity=self._severity(code, column))


def _distinct(written: Distinct) -> EntryWords:
    groups, spelt_alike = numbered([text.casefold() for text in written.texts])
    if len(spelt_alike) == len(written.texts):
        return EntryWords(written.codes, [*written.texts])
    first = dict(zip(reversed(groups.tolist()), reversed(written.texts), strict=True))
    return EntryWords(np.append(groups, -1)[written.codes], [first[group] for group in range(len(spelt_alike))])


def _places(item: Measure, of: Aggregate, business: Business) -> set[tuple[str, str]]:
    """The columns that a measure depends on, as table and column, through calculated columns, too."""
    direct = of.reads | ({item.behind} if item.behind else set())
    found = {(of.table, column) for column in direct}
    for column in business.table(of.table).calculated:
        if column.id in direct:
            found |= {(of.table, id_) for id_ in column.reads}
            if isinstance(column, Lookup):
                found |= {(column.table, id_) for id_ in column.looks_at}
    return found
