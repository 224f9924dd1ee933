"""What the owner entered, as records: tables, typed totals, settings, thresholds, targets, closed periods.

Cell values become numbers by one rule, Excel's: what Excel would count is a number, everything else is not.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from string import ascii_uppercase
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from kpixl.catalog import business, business_of
from kpixl.catalog.needs import days_lacking
from kpixl.catalog.settings import SETTINGS, default_of
from kpixl.cellvalue import ExcelError, is_blank, number
from kpixl.folding import folded
from kpixl.period import MONTH_DAYS, SINCE_1900, DateSystem, Kind, Period, serial

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, Level
    from kpixl.catalog.tables import Elapsed, Table

T = TypeVar("T", bound=Hashable)


def elapsed(
    column: Elapsed, numbers: Mapping[str, np.ndarray], blank_until: np.ndarray, edges: Mapping[str, float]
) -> np.ndarray:
    """The values of a column of elapsed time over the two date columns that it needs: NaN where either holds no number
    or they run backwards (clock time for hours, calendar days for days and months). ``edges`` are days by their name;
    ``blank_until`` says which rows are blank in ``until``."""
    since, until = numbers[column.since], numbers[column.until]
    if column.open_until:
        edge = edges[column.open_until]
        until = np.where(blank_until, edge, np.minimum(until, edge))
    if column.unit != "hours":
        since, until = since // 1, until // 1
    span: np.ndarray = (until - since) * {"hours": 24.0, "days": 1.0, "months": 1.0}[column.unit]
    span[~(until >= since)] = float("nan")
    if column.unit == "months":
        span = span / MONTH_DAYS
    return span**2 if column.squares else span


IN_USE_YES, IN_USE_NO = "in_use_yes", "in_use_no"
"""The words that switch a KPI on and off, by their ids among the words of the workbook."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is settled when a workbook is made: what it is about, and what it speaks."""

    business: str
    """The id of one in the catalogue, or of the pack."""
    language: str
    """Its code, such as ``es``."""
    period: Period
    company: str
    currency: str
    """Three letters, such as ``EUR``."""
    days: DateSystem = SINCE_1900
    pack: str = ""
    """The text of the pack that it is made of; empty for a built-in business."""

    def owner(self) -> Business:
        """The business; UnknownChoice or BadPack where it is none."""
        return business_of(self.pack, self.period.kind) if self.pack else business(self.business, self.period.kind)


@dataclass(frozen=True, slots=True)
class Outside:
    """A filled cell outside of a table."""

    value: object
    """Dates as the numbers that the workbook has for them."""
    cell: str
    """Its address."""
    calculated: bool = False
    """Whether a formula stands there."""


@dataclass(frozen=True, slots=True)
class InputCell:
    """A single cell that the owner fills, with its place for messages."""

    raw: object
    sheet: str
    cell: str

    @property
    def number(self) -> float | None:
        """Its number; None where it is blank or holds something else."""
        return number(self.raw)

    @property
    def filled(self) -> bool:
        """Whether something stands there."""
        return not is_blank(self.raw) and not isinstance(self.raw, ExcelError)

    @property
    def text(self) -> str:
        """What stands there as ``&""`` makes a text of it."""
        if isinstance(self.raw, float) and self.raw.is_integer():
            return str(int(self.raw))
        return str(self.raw) if self.filled else ""

    @property
    def wrong(self) -> bool:
        """Whether something stands there that is no number."""
        return not is_blank(self.raw) and self.number is None


def numbered(values: Sequence[T | None]) -> tuple[np.ndarray, list[T]]:
    """Equal values by one number, counted in the order in which they come first: the number of each value, −1 for None,
    shape (values,); and the value that each number stands for."""
    known: dict[T | None, int] = defaultdict(itertools.count().__next__, {None: -1})
    codes = np.fromiter(map(known.__getitem__, values), np.int64, len(values))
    return codes, [value for value in known if value is not None]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The different texts of a column as they are written: ``codes[row]`` points into ``texts``; −1 for none."""

    codes: np.ndarray
    texts: Sequence[str]


@dataclass(frozen=True)
class EntryTable:
    """The rows of one entry table. Row ``i`` of the columns stands in sheet row ``first_row + i``."""

    table: Table
    sheet: str
    first_row: int
    letters: Mapping[str, str]
    headings: Mapping[str, str]
    count: int
    """How many rows there are."""
    numbers: dict[str, np.ndarray]
    """Float columns, shape (rows,): dates as serials, hours of calculated columns; NaN where a cell holds no number."""
    texts: dict[str, np.ndarray]
    """Object columns of str, shape (rows,); None where the cell is blank."""
    odd: Mapping[str, Mapping[int, object]] = field(default_factory=dict)
    """What stands in number and date columns without being a number, and errors in columns of texts: field -> row ->
    value."""
    below: str | None = None
    """A filled cell right below the table, where rows do not count."""
    outside: Mapping[tuple[int, int], Outside] = field(default_factory=dict)
    """What stands on its sheet below or right of it, by row and column."""
    right: int = 0
    """The number of its last column on the sheet; 0 where it is on none."""
    currencies: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Amounts that are shown in another currency than the workbook's: field -> row -> its code."""
    noted: frozenset[int] = frozenset()
    """Rows without an entry in which the owner wrote something in a column of his own."""
    beside: np.ndarray | None = None
    """Equal numbers for rows in which the owner wrote the same in all columns of his own, shape (rows,); None where
    there is no such column."""
    _blanks: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What ``blank`` has been asked already: every condition of every measure does."""
    _distinct: dict[str, Distinct] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What ``distinct`` has been asked already."""

    def __len__(self) -> int:
        return self.count

    def has(self, column: str) -> bool:
        """Whether the table still has this column."""
        return column in self.numbers or column in self.texts

    def blank(self, column: str) -> np.ndarray:
        """Which rows are blank in ``column``; shape (rows,), not to be written to."""
        if column not in self._blanks:
            blank = self.nameless(column) if column in self.texts else np.isnan(self.numbers[column])
            blank[list(self.odd.get(column, ()))] = False
            blank.flags.writeable = False
            self._blanks[column] = blank
        return self._blanks[column]

    def nameless(self, column: str) -> np.ndarray:
        """Which rows hold no text in ``column``: blank ones, and those with an error; shape (rows,)."""
        return self.distinct(column).codes < 0

    def distinct(self, column: str) -> Distinct:
        """The different texts of ``column``; not to be written to."""
        if column not in self._distinct:
            self._distinct[column] = Distinct(*numbered(self.texts[column].tolist()))
        return self._distinct[column]

    def names(self, keys: Iterable[str]) -> np.ndarray:
        """Which name or code each row has in ``keys``, without case and outer spaces, shape (rows,): equal numbers
        for the same one, −1 where a key is blank. To COUNTIFS 007 and 7 are one (``Tally.names``); to an owner, two."""
        names = np.zeros(len(self), dtype=np.int64)
        for key in keys:
            of = self.distinct(key)
            alike, known = numbered([folded(text) or None for text in of.texts])
            codes = np.append(alike, -1)[of.codes]
            names = np.where((names < 0) | (codes < 0), -1, names * max(1, len(known)) + codes)
        return names

    def failed(self, column: str) -> list[int]:
        """The rows with an Excel error in ``column``."""
        return [row for row, value in self.odd.get(column, {}).items() if isinstance(value, ExcelError)]

    def row_of(self, cell: str) -> int | None:
        """The row that a cell stands in, by its address, from 0; None where it is none of the table's, or an area."""
        number = cell.lstrip(ascii_uppercase)
        row = int(number) - self.first_row if number.isdigit() else -1
        return row if 0 <= row < len(self) else None

    def held(self, column: str, row: int) -> str | float | bool | ExcelError | None:
        """What stands in a cell; None where it is blank."""
        odd = self.odd.get(column, {}).get(row)
        if isinstance(odd, str | float | bool | ExcelError):
            return odd
        if column in self.texts:
            text: str | None = self.texts[column][row]
            return text
        number_ = float(self.numbers[column][row])
        return None if np.isnan(number_) else number_

    def cell(self, column: str, row: int) -> str:
        """The address of a cell, as the owner sees it: ``D12``."""
        return f"{self.letters[column]}{self.first_row + row}"


@dataclass(frozen=True, slots=True)
class PastValue:
    """A line of Past periods: a measure or a KPI of a closed period.

    ``kind`` and ``level`` are ids where kpixl made the line, and the owner's words where it was read; ``source`` is an
    id wherever it is a word of ours.
    """

    start: date
    kind: str
    id: str
    value: float | None
    source: str = ""
    level: str = ""
    note: str = ""
    """What the owner wrote: of an action, who did it and by when."""
    sheet: str = field(default="", compare=False)
    cell: str = field(default="", compare=False)
    """Where its first day stands, of a line that was read."""


@dataclass(frozen=True)
class History:
    """The figures of closed periods, by day and id. Where a period has two of them, nobody knows which is right."""

    lines: Mapping[tuple[date, str], tuple[float, ...]]
    """By the first day as it stands there."""
    periods: Mapping[tuple[date, str], tuple[float, ...]]
    """By the first day of the period that it lies in."""

    @classmethod
    def of(cls, rows: Iterable[PastValue], kind: Kind) -> History:
        """Index ``rows``, of periods of a ``kind``; lines without a value are as good as absent."""
        lines: dict[tuple[date, str], tuple[float, ...]] = {}
        for row in rows:
            if row.value is not None:
                lines[row.start, row.id] = (*lines.get((row.start, row.id), ()), row.value)
        firsts = {day: Period.containing(kind, day).start for day in {start for start, _ in lines}}
        periods: dict[tuple[date, str], tuple[float, ...]] = {}
        for (start, id_), values in lines.items():
            place = firsts[start], id_
            periods[place] = (*periods.get(place, ()), *values)
        return cls(lines, periods)

    def value(self, period: Period, id: str) -> float | None:  # noqa: A002
        """The value of ``id`` in a closed period; None where it stands there twice."""
        return _alone(self.periods.get((period.start, id)))

    def on(self, start: date, id: str) -> float | None:  # noqa: A002
        """The value of ``id`` in the line of a day; None where there are two."""
        return _alone(self.lines.get((start, id)))

    def again(self, first: date, before: date, id: str) -> int:  # noqa: A002
        """How many lines say once more what ``id`` was in the periods that start from ``first`` on and ``before`` a
        day."""
        return sum(
            len(values) - 1 for (start, line), values in self.periods.items() if line == id and first <= start < before
        )

    def between(self, first: date, before: date, id: str) -> tuple[float, ...]:  # noqa: A002
        """The values of ``id`` in the closed periods that start from ``first`` on and ``before`` a day."""
        lines = self._by_id.get(id, ())
        return tuple(value for start, values in lines if first <= start < before for value in values)

    @cached_property
    def _by_id(self) -> dict[str, list[tuple[date, tuple[float, ...]]]]:
        found: dict[str, list[tuple[date, tuple[float, ...]]]] = {}
        for (start, line), values in self.lines.items():
            found.setdefault(line, []).append((start, values))
        return found


def _alone(values: tuple[float, ...] | None) -> float | None:
    return values[0] if values is not None and len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A KPI of the owner's, as typed in Settings. ``formula`` is the text of the formula without ``=``, empty where the
    cell holds none; ``value`` holds what Excel saved for it."""

    slot: str
    label: InputCell
    formula: str
    value: InputCell
    unit: InputCell
    direction: InputCell
    thresholds: Mapping[Level, InputCell]

    @property
    def used(self) -> bool:
        """Whether the owner has begun to fill the slot."""
        return self.label.filled or bool(self.formula) or self.value.filled


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the owner supposes of a measure: a change in its own unit, and one as a fraction."""

    change: InputCell
    percent: InputCell


@dataclass(frozen=True, slots=True)
class Action:
    """What the owner has decided to do about a KPI, and what she notes of it."""

    who: InputCell
    by: InputCell
    """The day by which it is to be done."""
    done: InputCell
    """Whether it is, in the workbook's word for yes."""
    note: InputCell

    @property
    def planned(self) -> bool:
        """Whether somebody is to do something."""
        return self.who.filled or self.by.filled


@dataclass(frozen=True, slots=True)
class LinkedNote:
    """What there is to tell of a sheet of the owner's whose rows fill an entry table, found when they were taken."""

    code: str
    """That of the sentence."""
    table: str
    """The id of the table."""
    sheet: str
    cell: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the sentence names, in the language of the workbook."""
    rows: int = 1


@dataclass(frozen=True)
class Entries:
    """Everything that kpixl reads of one workbook."""

    business: Business
    company: str
    language: str
    currency: str
    period: Period
    tables: Mapping[str, EntryTable | None]
    """None where the owner deleted the table."""
    settings: Mapping[str, InputCell]
    typed: Mapping[str, InputCell]
    targets: Mapping[str, InputCell]
    thresholds: Mapping[tuple[str, Level], InputCell]
    published: Mapping[tuple[str, Level], InputCell] = field(default_factory=dict)
    """The published thresholds as they stand in the workbook; those of the catalogue where there is no workbook."""
    past: tuple[PastValue, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """The words of choices and of default settings as the workbook has them."""
    windows: Mapping[str, InputCell] = field(default_factory=dict)
    """The cells in which the owner chooses what a KPI is graded over."""
    none: Mapping[str, InputCell] = field(default_factory=dict)
    """By table, the cell in which the owner says that there is nothing to enter this period."""
    totals_for: InputCell | None = None
    """The cell that says of which period the typed totals are, by any of its days; None where there is no workbook."""
    own: tuple[OwnEntry, ...] = ()
    in_use: Mapping[str, InputCell] = field(default_factory=dict)
    """By KPI, the cell in which the owner switches it off."""
    what_if: Mapping[str, WhatIf] = field(default_factory=dict)
    """By the name of the measure. Nothing but the sheet of that name is computed from it."""
    actions: Mapping[str, Action] = field(default_factory=dict)
    """By the id of the KPI. Nothing is computed from them."""
    days: DateSystem = SINCE_1900
    """How the workbook counts the days that these serial numbers stand for."""
    linked: tuple[LinkedNote, ...] = ()
    """What is told of the owner's own sheets that fill entry tables."""
    unread: tuple[str, ...] = ()
    """Sheets of entry tables that an earlier version of the business had: nothing of them is counted."""

    def is_done(self, kpi: str) -> bool:
        """Whether the owner has said of a KPI's action that it is done."""
        action = self.actions.get(kpi)
        return action is not None and action.done.text.lower() == self.words.get(IN_USE_YES, "yes").lower()

    def is_open(self, kpi: str) -> bool:
        """Whether something is to be done about a KPI that is not done yet."""
        action = self.actions.get(kpi)
        return action is not None and action.planned and not self.is_done(kpi)

    @cached_property
    def history(self) -> History:
        """The figures of closed periods, indexed once."""
        return History.of(self.past, self.period.kind)

    @cached_property
    def off(self) -> frozenset[str]:
        """The KPIs of the business that the owner has switched off."""
        no = self.words.get(IN_USE_NO, "no").lower()
        return frozenset(id_ for id_, cell in self.in_use.items() if cell.text.lower() == no)

    @cached_property
    def settings_used(self) -> Mapping[str, float | str]:
        """Each setting that has a value: the owner's where it is one of its kind, else the default. Days are counts,
        dates serials, the rate is money for a US dollar; the texts of defaults are those of the workbook."""
        used: dict[str, float | str] = dict.fromkeys(days_lacking(self.business), 0.0)
        for id_, setting in SETTINGS.items():
            cell = self.settings.get(id_)
            value: float | str | None
            if setting.is_text:
                value = cell.text if cell and cell.filled else self.words.get(id_, str(setting.default))
            else:
                typed = cell.number if cell else None
                if setting.positive and typed is not None and typed <= 0:
                    typed = None
                value = default_of(setting, self.currency) if typed is None else typed
            if value is not None:
                used.setdefault(id_, value)
        return used

    @cached_property
    def counted(self) -> Mapping[str, InputCell]:
        """The typed totals that count: those of the period. None of them where they are said to be of another one."""
        return self.typed if self.said_of_it else {}

    @cached_property
    def said_of_it(self) -> bool:
        """Whether what the owner says of a period without rows, its totals and where it has nothing, is of this one."""
        if self.totals_for is None:
            return True
        day = self.totals_for.number
        return day is not None and serial(self.period.start) <= day < serial(self.period.after)

    def has_nothing(self, table: str) -> bool:
        """Whether the owner says that there is nothing of the period to enter in a table."""
        cell = self.none.get(table)
        return self.said_of_it and cell is not None and cell.filled


Value: TypeAlias = str | float | None
"""What a cell holds: dates as Excel's serial numbers, times as fractions of a day."""

Columns: TypeAlias = Mapping[str, Sequence[Value]]
"""The values of a table's fields, by field id, equally long."""


def entry_table(table: Table, columns: Columns) -> EntryTable:
    """The rows of ``columns`` as an entry table without a sheet; fields that are not given are blank."""
    counts = {len(values) for values in columns.values()} or {0}
    if len(counts) > 1:
        raise ValueError(f"the columns for {table.id} are not equally long: {sorted(counts)}")
    count = counts.pop()
    blank: list[Value] = [None] * count
    numbers: dict[str, np.ndarray] = {}
    texts: dict[str, np.ndarray] = {}
    odd: dict[str, dict[int, object]] = {}
    for column in table.fields:
        values = columns.get(column.id, blank)
        if column.type in ("text", "choice"):
            texts[column.id] = np.array([None if is_blank(value) else str(value) for value in values], dtype=object)
            continue
        numbers[column.id] = np.array(
            [float("nan") if value is None or isinstance(value, str) else value for value in values], dtype=float
        )
        odd[column.id] = {row: values[row] for row in range(count) if isinstance(values[row], str) and values[row]}
    return EntryTable(
        table=table,
        sheet="",
        first_row=2,
        letters={column.id: chr(ord("A") + place) for place, column in enumerate(table.columns)},
        headings={column.id: column.heading for column in table.columns},
        count=count,
        numbers=numbers,
        texts=texts,
        odd={id_: found for id_, found in odd.items() if found},
    )
