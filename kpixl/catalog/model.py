"""Frozen records of the catalogue. Texts are English msgids; whoever shows them translates them."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Literal

import msgspec


class Level(IntEnum):
    """How a value stands against the published bands, worst first."""

    BELOW = 0
    TYPICAL = 1
    ABOVE_AVERAGE = 2
    EXCEPTIONAL = 3

    @property
    def id(self) -> str:
        """The name that JSON and defined names use."""
        return self.name.lower()


class Window(StrEnum):
    """The span that a KPI is graded over, up to the end of the period."""

    PERIOD = "period"
    QUARTER = "3m"
    YEAR = "12m"

    @property
    def months(self) -> int | None:
        """Length in months; None for the period itself."""
        return {Window.PERIOD: None, Window.QUARTER: 3, Window.YEAR: 12}[self]

    @property
    def suffix(self) -> str:
        """What a measure's name ends with over this window."""
        return "" if self is Window.PERIOD else f"_{self.value}"


Unit = Literal["fraction", "hours", "months", "money", "ratio", "count", "score", "tasks_per_hour"]
FieldType = Literal["text", "date", "number", "choice"]
Comparison = Literal[">=", ">", "<=", "<", "=", "<>"]
RollUp = Literal["sum", "first", "last", "none"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every record: immutable, and a misspelt key in the data is an error."""


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


class Calculated(Record, frozen=True):
    """A column that a formula fills: time from one date field to another, blank where either is no date or they run
    backwards. ``hours`` counts clock time, ``days`` calendar days."""

    id: str
    heading: str
    since: str
    until: str
    unit: Literal["hours", "days"]


class Table(Record, frozen=True):
    """An entry table: one sheet, one Excel Table. ``kept`` tables keep the rows of closed periods."""

    id: str
    title: str
    help: str
    fields: tuple[Field, ...]
    calculated: tuple[Calculated, ...] = ()
    kept: bool = False
    stays: bool = False
    date: str | None = None

    def field(self, id: str) -> Field:  # noqa: A002
        """The field called ``id``; KeyError without one."""
        for field in self.fields:
            if field.id == id:
                return field
        raise KeyError(id)

    @property
    def columns(self) -> tuple[Field | Calculated, ...]:
        """Every column in the order of the sheet: fields, then calculated ones."""
        return (*self.fields, *self.calculated)


class Condition(Record, frozen=True):
    """One test of one column: ``column comparison operand``, or blank where ``or_blank``.

    The operand is a number, a text, or the name of a setting or an edge of the window (``window_start``,
    ``after_window``: the first day past it).
    """

    column: str
    comparison: Comparison
    operand: float | str
    or_blank: bool = False


class Measure(Record, frozen=True):
    """An aggregate over the rows of one table that meet every condition."""

    id: str
    label: str
    table: str
    aggregate: Literal["count", "sum"]
    where: tuple[Condition, ...]
    rollup: RollUp
    absent: str
    unit: Unit = "count"
    column: str | None = None
    window: Window = Window.PERIOD

    @property
    def name(self) -> str:
        """The measure's name in the workbook and in JSON: its id, with the window's suffix."""
        return self.id + self.window.suffix

    @property
    def whole(self) -> bool:
        """Whether it only takes whole numbers."""
        return self.unit == "count"


class Threshold(Record, frozen=True):
    """Where a level starts. ``comparison`` keeps the published edge: inclusive or strict."""

    comparison: Literal[">=", ">", "<=", "<"]
    value: float


class Argument(Record, frozen=True):
    """An argument of a KPI's formula, bound to a measure over the KPI's window."""

    name: str
    measure: Measure


class Kpi(Record, frozen=True):
    """A KPI as every business shares it: formula, arguments in order, unit and direction."""

    id: str
    formula: str
    arguments: tuple[str, ...]
    unit: Unit
    direction: Literal["up", "down", "none"]
    lever: str | None = None
    sample: str | None = None
    bounded: bool = False


class Example(Record, frozen=True):
    """A worked example: what goes in and what the source says comes out."""

    arguments: dict[str, float]
    value: float
    note: str = ""


class BusinessKpi(Record, frozen=True):
    """A KPI as one business has it: its bands, window, texts and source."""

    kpi: Kpi
    business: str
    code: str
    abbreviation: str
    name: str
    arguments: tuple[Argument, ...]
    window: Window
    thresholds: dict[Literal["typical", "above_average", "exceptional"], Threshold]
    example: Example
    published: str
    reading: str
    source: str
    definition: str
    benefits: tuple[str, ...]
    limits: tuple[str, ...]
    tips: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    alert_past: Threshold | None = None
    alert: str = ""

    @property
    def id(self) -> str:
        """The KPI's id."""
        return self.kpi.id

    @property
    def name_prefix(self) -> str:
        """What this KPI's defined names start with: ``va_crr``."""
        return f"{self.code}_{self.kpi.id}"

    def threshold(self, level: Level) -> Threshold | None:
        """Where ``level`` starts as published; None where the source names no such band."""
        return self.thresholds.get(level.id)  # type: ignore[call-overload, no-any-return]

    def comparison(self, level: Level) -> Literal[">=", ">", "<=", "<"]:
        """How a value is compared at ``level``, also where only the owner has a threshold for it."""
        published = self.threshold(level)
        if published:
            return published.comparison
        return "<=" if self.kpi.direction == "down" else ">="

    def argument(self, name: str) -> Measure:
        """The measure bound to the argument ``name``."""
        return next(argument.measure for argument in self.arguments if argument.name == name)


class Business(Record, frozen=True):
    """A kind of business: which KPIs it watches and what else its Totals show."""

    id: str
    code: str
    name: str
    sample_name: str
    source: str
    kpis: tuple[BusinessKpi, ...]
    companions: tuple[Measure, ...]
    tables: tuple[Table, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure that the workbook shows, each once, in the order of the KPIs."""
        bound = [argument.measure for kpi in self.kpis for argument in kpi.arguments]
        return tuple({measure.name: measure for measure in (*bound, *self.companions)}.values())

    def table(self, id: str) -> Table:  # noqa: A002
        """The entry table called ``id``; KeyError without one."""
        for table in self.tables:
            if table.id == id:
                return table
        raise KeyError(id)


class Catalogue(Record, frozen=True):
    """All of it."""

    tables: dict[str, Table]
    measures: dict[str, Measure]
    kpis: dict[str, Kpi]
    businesses: dict[str, Business]
