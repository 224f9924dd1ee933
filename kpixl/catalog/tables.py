"""Frozen records of entry tables: their columns, and the conditions by which rows count."""

from __future__ import annotations

from itertools import product
from typing import Literal, TypeAlias

import msgspec

from kpixl.period import Window

Unit = Literal["fraction", "hours", "months", "money", "ratio", "count", "score", "tasks_per_hour"]
"""What a number is in: a fraction (0.9 is 90 %), hours, months, money (the workbook's currency; US dollars in published
thresholds), a ratio, a count, a score in points (NPS, −100 to 100), or tasks an hour."""
FieldType = Literal["text", "date", "number", "choice"]
Comparison = Literal[">=", ">", "<=", "<", "=", "<>", "filled", "blank", "odd"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every record: immutable, and a misspelt key in the data is an error."""


class Agrees(Record, frozen=True):
    """What a choice says of a date of its row: who says ``dated`` has it, and who says ``undated`` has none. Without a
    word for the first, who has the date has to say something else than the second."""

    date: str
    undated: str
    dated: str | None = None


class Past(Record, frozen=True):
    """A choice that says that something has taken place, whose ``date`` thus cannot lie after the period."""

    date: str
    choice: str


class Becomes(Record, frozen=True):
    """What a name is to be listed in from a date of its row on: a lead that was won is on Clients."""

    table: str
    date: str


class Field(Record, frozen=True):
    """A column that the owner fills in."""

    id: str
    type: FieldType
    heading: str
    help: str
    required: bool = False
    key: bool = False
    refers_to: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    with_time: bool = False
    unit: Unit = "count"
    choices: dict[str, str] = {}
    """What may stand in a choice: its id, and the word for it."""
    example: str = ""
    """What may stand in a text; of dates, numbers and choices there is none: what they hold says what may."""
    suggested: tuple[str, ...] = ()
    """Words that a list offers; the owner may type others."""
    extra: bool = False
    """Whether only a business whose measures read the column has it."""
    role: Literal["language", "code"] | None = None
    """What it is, whatever it is called: the language of the row, or a number or code of its own that is used once."""
    ends: bool = False
    """Whether it says when the row came to its end: blank in another program's export, it has none."""
    part_of: str | None = None
    """The field whose number it cannot pass."""
    seldom_negative: bool = False
    """Whether a number below zero is rather a slip."""
    agrees: Agrees | None = None
    past: Past | None = None
    planned: bool = False
    """Whether it is a date that may be still to come."""
    while_there: bool = False
    """Whether what it refers to, by a stay, has to be there on the date of the row."""
    becomes: Becomes | None = None


class Condition(Record, frozen=True):
    """One test of one column: ``column comparison operand``, or blank where ``or_blank``.

    The operand is a number; the ``name`` of a setting or of an edge of the window (``window_start``; ``after_window``,
    the first day past it); or the id of a ``choice``. What is ``odd`` is there and neither a number nor one of the
    words of its choice, nor, without choices, any text. Texts compare without case and only with ``=`` and ``<>``; a
    blank cell is never ``<>`` anything.
    """

    column: str
    comparison: Comparison
    operand: float | str = 0.0
    kind: Literal["number", "name", "choice"] = "number"
    text: bool = False
    or_blank: bool = False
    choices: tuple[str, ...] = ()
    """The ids of all words that are not ``odd``."""


Clause: TypeAlias = tuple[tuple[Condition, ...], ...]
"""A line of ``where``: alternatives that exclude each other, each of them conditions that hold together."""

Where: TypeAlias = tuple[Clause, ...]
"""Lines that hold together."""


def branches(where: Where) -> tuple[tuple[Condition, ...], ...]:
    """Every way to meet ``where``: no row meets two of them."""
    return tuple(tuple(condition for part in chosen for condition in part) for chosen in product(*where))


def columns_of(where: Where) -> frozenset[str]:
    """The columns that ``where`` reads."""
    return frozenset(condition.column for branch in branches(where) for condition in branch)


def names_in(where: Where) -> frozenset[str]:
    """The settings and edges that ``where`` compares with."""
    found = (condition for branch in branches(where) for condition in branch if condition.kind == "name")
    return frozenset(str(condition.operand) for condition in found)


class Elapsed(Record, frozen=True):
    """A column that a formula fills: time from one date field to another, blank where either is no date or they run
    backwards. ``hours`` counts clock time, ``days`` calendar days, ``months`` calendar days in months of 30.4375 days.

    With ``open_until``, a blank or later ``until`` counts up to that edge. With ``squares`` it is a hidden column of
    the squares of what stands in another one, behind the interval of a mean.
    """

    id: str
    heading: str
    since: str
    until: str
    unit: Literal["hours", "days", "months"]
    open_until: str | None = None
    extra: bool = False
    squares: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return (self.squares,) if self.squares else (self.since, self.until)


class Lookup(Record, frozen=True):
    """A hidden column: how many rows of ``table`` have this row's name in the column ``match``, and meet ``where`` over
    ``window``."""

    id: str
    heading: str
    table: str
    match: str
    where: Where
    window: Window = Window.PERIOD
    extra: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return (self.match,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The columns of the other table that it is computed from."""
        return (self.match, *sorted(columns_of(self.where) - {self.match}))


class Once(Record, frozen=True):
    """A hidden column behind a distinct count: one divided by the number of rows with this row's name that meet
    ``where``, so that each name comes to one."""

    id: str
    heading: str
    keys: tuple[str, ...]
    where: Where
    window: Window

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return (*self.keys, *sorted(columns_of(self.where)))


class Months(Record, frozen=True):
    """A hidden column: in how many calendar months of the period the row runs, from its date ``since`` to ``until``
    (blank where it still does), a month that an earlier row of the same name (the column ``of``) runs in, too, not
    counted again."""

    id: str
    heading: str
    of: str
    since: str
    until: str
    extra: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return self.of, self.since, self.until


class Chained(Record, frozen=True):
    """A hidden column about stays of one name that follow each other without a gap, or with one that the owner passes
    over (``stay_gap``): together they are one.

    ``renews`` counts the stays that a row goes on with, ``goes_on`` those that go on with it; ``stays_until`` is its
    end, or the day on which the next one begins; ``stay`` numbers a name's stays, and ``since`` is the first day of
    the one that the row is part of. Days alone count, no times.
    """

    id: Literal["renews", "goes_on", "stays_until", "stay", "since"]
    heading: str
    key: str
    start: str
    end: str
    extra: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        others = {"stay": ("renews",), "since": ("renews", "stay")}
        return (self.key, self.start, *others.get(self.id, (self.end,)))


CHAINED_DAYS = ("stays_until", "since")
"""The columns about stays that hold a day."""


class InOrder(Record, frozen=True):
    """A hidden column: 1 where the day of the row's date ``first`` is not past that of ``then``, 0 where it is; blank
    where either is no date. Of numbers, which have no ``days``, 1 where the first is not more than the other."""

    id: str
    heading: str
    first: str
    then: str
    days: bool = True
    extra: bool = True
    certain: bool = False
    """Whether days that run backwards are wrong for certain."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return self.first, self.then


class Else(Record, frozen=True):
    """A hidden column: the number in ``first``, else that in ``otherwise``; blank where neither holds one."""

    id: str
    heading: str
    first: str
    otherwise: str
    extra: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return self.first, self.otherwise

    @property
    def needs(self) -> tuple[str, ...]:
        """Of these, those without which nothing can be said."""
        return (self.otherwise,)


class Each(Record, frozen=True):
    """A hidden column behind a median: the number in ``column`` of a row that meets ``where``; blank in others."""

    id: str
    heading: str
    column: str
    where: Where
    window: Window

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of its row that it is computed from."""
        return (self.column, *sorted(columns_of(self.where) - {self.column}))


Calculated: TypeAlias = Elapsed | Lookup | Once | Months | Chained | InOrder | Else | Each


def word_key(table: str, column: str, choice: str) -> str:
    """The name of a choice's word among the words of a workbook."""
    return f"choice_{table}_{column}_{choice}"


class Table(Record, frozen=True):
    """An entry table: one sheet, one Excel Table.

    ``kept`` tables keep every row when a period is closed; of the others, the rows that meet ``leaves`` go. Two rows
    without a key whose fields in ``same`` are equal speak of one thing; where there are none, only equal rows do.
    ``stays`` are start and end of what lasts. Of two dates ``in_order``, the second does not come before the first.
    """

    id: str
    title: str
    help: str
    fields: tuple[Field, ...]
    calculated: tuple[Calculated, ...] = ()
    kept: bool = False
    stays: tuple[str, str] | None = None
    date: str | None = None
    leaves: Where = ()
    same: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    empty: Literal["zero", "unknown"] = "unknown"
    """What it says when nothing of the period is in it: that nothing happened, or nothing at all. Of no matter where
    every row is kept."""
    ahead: bool = False
    """Whether its rows are dated by what is planned, so that those after the period are still to come."""
    open: bool = False
    """Whether what becomes of a row may come after its period, which is then counted anew while it is open."""

    def field(self, id: str) -> Field:  # noqa: A002
        """The field called ``id``; KeyError without one."""
        for field in self.fields:
            if field.id == id:
                return field
        raise KeyError(id)

    def has(self, id: str) -> bool:  # noqa: A002
        """Whether there is a field called ``id``: a business does without some."""
        return any(field.id == id for field in self.fields)

    @property
    def elapsed(self) -> tuple[Elapsed, ...]:
        """The times between two dates of a row, without the hidden squares of them."""
        return tuple(one for one in self.calculated if isinstance(one, Elapsed) and not one.squares)

    @property
    def in_right_order(self) -> InOrder | None:
        """The column that tells stays which end before they begin."""
        orders = (one for one in self.calculated if isinstance(one, InOrder))
        return next((one for one in orders if one.reads == self.stays), None)

    @property
    def certain_orders(self) -> tuple[InOrder, ...]:
        """The columns that tell rows of which two days run backwards for certain."""
        return tuple(one for one in self.calculated if isinstance(one, InOrder) and one.certain)

    @property
    def waits(self) -> bool:
        """Whether nothing is known of a period before something of it is entered."""
        return not self.kept and self.empty == "unknown"

    @property
    def days(self) -> frozenset[str]:
        """The columns that hold days: fields, and what is calculated from them and a day itself."""
        fields = {field.id for field in self.fields if field.type == "date"}
        same = {one.id for one in self.calculated if isinstance(one, Else | Each) and one.reads[0] in fields}
        chained = {one.id for one in self.calculated if isinstance(one, Chained) and one.id in CHAINED_DAYS}
        return frozenset(fields | same | chained)

    @property
    def language(self) -> str | None:
        """The field that holds the language of a row; None in a table without one."""
        return next((field.id for field in self.fields if field.role == "language"), None)

    @property
    def columns(self) -> tuple[Field | Calculated, ...]:
        """Every column in the order of the sheet: fields, then calculated ones."""
        return (*self.fields, *self.calculated)
