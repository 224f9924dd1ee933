"""Frozen records of the catalogue. Texts are English msgids; whoever shows them translates them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Literal

import msgspec

from kpixl.catalog.tables import Condition, Record, Table, Unit, Where, branches, columns_of, names_in
from kpixl.formula.parse import parse
from kpixl.formula.to_excel import to_excel
from kpixl.period import Window


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

    @property
    def number(self) -> int:
        """What formulas know it by."""
        return self.value


class Standing(StrEnum):
    """How a value without a benchmark stands: against the owner's target, else against the previous period."""

    MISSED = "missed"
    MET = "met"
    WORSE = "worse"
    SAME = "same"
    BETTER = "better"
    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"

    @property
    def number(self) -> int:
        """What formulas know it by; those of levels come first."""
        return len(Level) + list(Standing).index(self)

    @property
    def shade(self) -> Level:
        """The level whose colour and shape it has."""
        return {
            Standing.MISSED: Level.BELOW,
            Standing.MET: Level.ABOVE_AVERAGE,
            Standing.WORSE: Level.BELOW,
            Standing.SAME: Level.TYPICAL,
            Standing.BETTER: Level.ABOVE_AVERAGE,
            Standing.ON_TRACK: Level.ABOVE_AVERAGE,
            Standing.OFF_TRACK: Level.BELOW,
        }[self]


RollUp = Literal["sum", "first", "last", "none"]


class Aggregate(Record, frozen=True):
    """The rows of a table that meet every line of ``where``: how many there are, what their cells in ``column`` add up
    to or half of them do not pass, or how many names they have in the columns of ``distinct``."""

    kind: Literal["count", "sum", "distinct", "median"]
    table: str
    where: Where
    column: str | None = None
    distinct: tuple[str, ...] = ()
    heading: str = ""
    """Of the column behind a distinct count or a median."""
    headings: tuple[tuple[Window, str], ...] = ()
    """Of those over longer windows."""
    follows: tuple[str, ...] = ()
    """The look-ups that it reads which are over the window that it is over itself."""
    spread: str | None = None
    """The column of whose names none should stand behind a large part of the rows."""
    squared: bool = False
    """Whether it adds up squares, behind the interval of a mean; never shown to the owner."""
    monthly: bool = False
    """Whether it adds up months of rows, which are known of the period alone."""
    outcome: str | None = None
    """The field that tells what became of a row; as long as it is blank in all of them, nothing is known of that."""
    kept: bool = False
    """Whether its table keeps the rows of closed periods, so that a longer window can be counted from them."""
    planned: bool = False
    """Whether what it counts can be planned, so that days which are still to come count, too."""

    @property
    def days(self) -> tuple[str, ...]:
        """The columns by whose day a row is of the window; none where it counts what there is, whenever it came."""
        conditions = (one for branch in branches(self.where) for one in branch)
        return tuple(
            dict.fromkeys(one.column for one in conditions if one.operand == "window_start" and not one.or_blank)
        )

    @property
    def reads(self) -> frozenset[str]:
        """The columns of its table that it is counted from."""
        return columns_of(self.where) | {*self.distinct} | ({self.column} if self.column else set())


class Made(Record, frozen=True):
    """What is computed from other measures."""

    formula: str
    otherwise: str = ""
    """The formula that stands in where the first has no value."""


class Mean(Record, frozen=True):
    """What another measure comes to on average over the closed periods of the last 12 months and this one."""

    of: str


class Measure(Record, frozen=True):
    """A number of a period: counted from rows, made from other measures, or one that the owner can only type."""

    id: str
    label: str
    definition: Aggregate | Made | Mean | None
    """None where it can only be typed."""
    rollup: RollUp
    absent: str
    unit: Unit = "count"
    note: str = ""
    """What an owner should know where another formula stands in."""
    late: bool = False
    """Whether what it counts may come after the period that it belongs to."""
    split: tuple[str, ...] = ()
    """The ids of measures that count some of its cases, none of them twice."""
    window: Window = Window.PERIOD
    parts: tuple[Measure, ...] = ()
    """The measures that it is made from, by the names that its formula has for them."""

    @property
    def name(self) -> str:
        """The measure's name in the workbook and in JSON: its id, with the window's suffix."""
        return self.id + self.window.suffix

    @property
    def aggregate(self) -> Aggregate | None:
        """How it is counted from rows; None where it is not."""
        return self.definition if isinstance(self.definition, Aggregate) else None

    @property
    def table(self) -> str | None:
        """The table whose rows it is counted from."""
        return self.aggregate.table if self.aggregate else None

    @property
    def where(self) -> Where:
        """The lines that those rows meet; none where it is not counted from rows."""
        return self.aggregate.where if self.aggregate else ()

    @property
    def whole(self) -> bool:
        """Whether it only takes whole numbers."""
        return self.unit == "count"

    @property
    def told_whole(self) -> bool:
        """Whether an owner is told whole numbers of it; of hours and months, tenths."""
        return self.unit in ("count", "money")

    @property
    def through_past(self) -> bool:
        """Whether its window reaches over closed periods, whose figures stand in Past periods and not in the rows."""
        match self.definition:
            case Aggregate(kind="count" | "sum", kept=False) | None:
                return self.window is not Window.PERIOD
        return False

    @property
    def behind(self) -> str | None:
        """The id of the column behind a distinct count or a median; None for others."""
        kind = self.aggregate.kind if self.aggregate else None
        return {"distinct": f"{self.name}_once", "median": f"{self.name}_each"}.get(str(kind))


def with_parts(measure: Measure) -> tuple[Measure, ...]:
    """``measure`` and everything that it is made from."""
    below = tuple(other for part in measure.parts for other in with_parts(part))
    if measure.through_past:
        return (measure, msgspec.structs.replace(measure, window=Window.PERIOD), *below)
    return (measure, *below)


class Threshold(Record, frozen=True):
    """Where a level starts. ``comparison`` keeps the published edge: inclusive or strict."""

    comparison: Literal[">=", ">", "<=", "<"]
    value: float
    """In the KPI's unit."""


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
    direction: Literal["up", "down"]
    lever: str | None = None
    sample: str | None = None
    bounded: bool = False
    may_exceed: bool = False
    disjoint: tuple[str, ...] = ()
    interval: Literal["share", "nps", "mean", "lifetime"] | None = None
    builds_up: bool = False
    partial: bool = False
    unlike: bool = False
    """Whether what it divides are other cases than those that it divides by, so that no group has both."""


class Example(Record, frozen=True):
    """A worked example: what goes in and what the source says comes out, each in its unit."""

    arguments: dict[str, float]
    value: float
    note: str = ""


LevelId = Literal["below", "typical", "above_average", "exceptional"]


class WorkedCase(Record, frozen=True):
    """A case counted by hand: what goes in, in the order of the formula, and what must come out, in the KPI's unit and
    in US dollars. The first one is the worked example."""

    arguments: tuple[float, ...]
    value: float
    level: LevelId | None = None
    next: LevelId | None = None
    """The next level, where it is told."""
    step: float | None = None
    """What must be added to the lever to reach it, where it is told."""


class CautionRule(Record, frozen=True):
    """KPIs that say more together than alone: what must hold of each of them, and the text that is then shown."""

    id: str
    severity: Literal["act_now", "warning", "good"]
    when: dict[str, Threshold | Literal["better", "worse", "any"]]
    """By KPI id: a threshold that the value passes, how it moved from the previous period, or any value."""
    text: str
    """A KPI id in braces stands for its value."""
    beside: str = ""
    """The same where the values stand beside, in cells; without one, the text is shown there as well."""

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs that it is about; it is told beside the first."""
        return tuple(self.when)


OWN = "own"
"""Stands for the business in the names of KPIs that the owner made up: ``own_1_value``."""
OWN_SLOTS = tuple(f"{OWN}_{number}" for number in range(1, 11))


class KpiTexts(Record, frozen=True):
    """What there is to read about a KPI; nothing is computed from it."""

    definition: str
    published: str
    """The levels as the source words them."""
    reading: str
    """How kpixl reads what the source leaves open."""
    source: str
    benefits: tuple[str, ...]
    limits: tuple[str, ...]
    tips: tuple[str, ...]
    cautions: tuple[str, ...] = ()


class BusinessKpi(Record, frozen=True):
    """A KPI as one business has it: its bands and window, and its texts."""

    kpi: Kpi
    business: str
    code: str
    abbreviation: str
    name: str
    arguments: tuple[Argument, ...]
    window: Window
    bound: dict[Window, tuple[Argument, ...]]
    """The arguments over each window that the owner may choose."""
    thresholds: dict[Literal["typical", "above_average", "exceptional"], Threshold]
    example: Example
    cases: tuple[WorkedCase, ...]
    texts: KpiTexts
    alerts: tuple[CautionRule, ...] = ()
    """The cautions about its value alone that call for acting now."""
    default_window: Window = Window.PERIOD
    cases_of: Measure | None = None
    """What counts the cases behind it, where none of the arguments does."""
    median: Measure | None = None
    """What half of the cases of a mean of durations do not pass."""
    squares: Measure | None = None
    """The sum of the squares behind a mean, from which its interval is taken."""

    @property
    def id(self) -> str:
        """The KPI's id."""
        return self.kpi.id

    @property
    def name_prefix(self) -> str:
        """What this KPI's defined names start with: ``va_crr``, ``own_1``."""
        return self.kpi.id if self.own else f"{self.code}_{self.kpi.id}"

    @property
    def history_id(self) -> str:
        """What its values are called in Past periods: a KPI over another window is another figure."""
        return self.name_prefix if self.window is self.default_window else f"{self.name_prefix}_{self.window.value}"

    @property
    def sample(self) -> Measure | None:
        """The measure that says how many cases stand behind the value; None where none does."""
        if self.kpi.sample in self.kpi.arguments:
            return self.argument(str(self.kpi.sample))
        return self.cases_of

    @property
    def own(self) -> bool:
        """Whether it is one that the owner made up."""
        return self.code == OWN

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure that it is made from, and what those are made from, each once."""
        found = (part for argument in self.arguments for part in with_parts(argument.measure))
        return tuple({part.name: part for part in found}.values())

    @property
    def in_dollars(self) -> bool:
        """Whether its published thresholds are amounts in US dollars."""
        return self.kpi.unit == "money" and bool(self.thresholds)

    def over(self, window: Window) -> BusinessKpi:
        """The same KPI graded over another window."""
        return msgspec.structs.replace(self, window=window, arguments=self.bound[window])

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


class Pareto(Record, frozen=True):
    """A total that is shown by its groups, largest first: what of, by which column, and the words for it.

    ``text`` is a sentence about the fewest groups that bring 80 %, with places for their number and for that of all.
    """

    measure: Measure
    by: str
    title: str
    text: str


class Dimension(Record, frozen=True):
    """What KPIs are told apart by: the fields called ``id``, and the words above their groups."""

    id: str
    title: str
    heading: str
    across: tuple[str, ...] = ()
    """The tables in which it is one and the same thing."""
    acts: bool = True
    """Whether a weak group can be acted upon: who, where, why; not when, or what became of it."""
    unnamed: str = ""
    """What a group is called, with a place for its number, where names are to stay the owner's; empty where they may be
    read by others."""


class FieldWords(Record, frozen=True):
    """What a business calls a column, where it has words of its own; empty where it has not."""

    heading: str = ""
    help: str = ""


class TableWords(Record, frozen=True):
    """What a business calls a table and its columns (by field id), where it has words of its own."""

    title: str = ""
    help: str = ""
    fields: dict[str, FieldWords] = msgspec.field(default_factory=dict)


class Demo(Record, frozen=True):
    """A sample workbook that ``kpixl demo`` makes of a business."""

    language: str
    currency: str


class SampleData(Record, frozen=True):
    """Where the sample rows of a business come from, and the sample workbooks made of them."""

    module: str
    """The module of ``kpixl.samples`` that makes them."""
    demos: tuple[Demo, ...] = ()


class Business(Record, frozen=True):
    """A kind of business: which KPIs it watches and what else its Totals show."""

    id: str
    code: str
    name: str
    sample_name: str
    source: str
    own_example: str
    """A formula over measures that makes sense there, to show how an own KPI is typed."""
    kpis: tuple[BusinessKpi, ...]
    companions: tuple[Measure, ...]
    measures: tuple[Measure, ...]
    """Every measure that the workbook has, each once: those of the KPIs first, those of other windows last."""
    tables: tuple[Table, ...]
    cautions: tuple[CautionRule, ...]
    """Those about KPIs that it has."""
    words: dict[str, TableWords] = msgspec.field(default_factory=dict)
    """What it calls its people and its work, by table."""
    without: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The columns that it never uses, by table."""
    dimensions: dict[str, Dimension] = msgspec.field(default_factory=dict)
    """What it calls what its KPIs are told apart by, where that is not what others do, by id."""
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The columns that it asks for, by table, although none of its measures is counted from them."""
    sample: SampleData | None = None
    """None for a business without sample data."""
    pareto: tuple[Pareto, ...] = ()
    """The totals of which the largest groups are shown first, with a chart."""
    pack: str = ""
    """The text of the pack that it is made of, which its workbooks carry; empty for a built-in one."""

    def __repr__(self) -> str:
        # All that it holds would fill sixty pages.
        return f"Business({self.id!r})"

    @property
    def shown(self) -> frozenset[str]:
        """The names of the measures that something is computed from at present."""
        return self.used(frozenset())

    def used(self, off: frozenset[str]) -> frozenset[str]:
        """The same without the KPIs that are ``off``, by their ids; the other measures are out of sight."""
        kpis = [kpi for kpi in self.kpis if kpi.id not in off]
        arguments = (argument.measure for kpi in kpis for argument in kpi.arguments)
        medians = (kpi.median for kpi in kpis if kpi.median)
        return frozenset(
            part.name for measure in (*arguments, *medians, *self.companions) for part in with_parts(measure)
        )

    @property
    def banded(self) -> bool:
        """Whether anybody has published a benchmark for any of its KPIs."""
        return any(kpi.thresholds for kpi in self.kpis)

    def over(self, windows: Mapping[str, Window]) -> Business:
        """The business with some KPIs graded over windows that the owner chose, by KPI id."""
        kpis = (kpi.over(windows[kpi.id]) if windows.get(kpi.id) in kpi.bound else kpi for kpi in self.kpis)
        return msgspec.structs.replace(self, kpis=tuple(kpis))

    def days_of(self, table: str) -> tuple[str, ...]:
        """The fields of a table by whose day a row is of the period: its date, and those by which a measure counts."""
        counted = (item.aggregate for item in self.measures if item.table == table)
        date = self.table(table).date
        return tuple(dict.fromkeys([*([date] if date else []), *(day for of in counted if of for day in of.days)]))

    @property
    def outcomes(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The fields that tell what became of a row, by table and field: the ids of the measures that count it."""
        found: dict[tuple[str, str], list[str]] = {}
        for item in self.measures:
            of = item.aggregate
            if of is not None and of.outcome and item.window is Window.PERIOD:
                found.setdefault((of.table, of.outcome), []).append(item.id)
        return {place: tuple(ids) for place, ids in found.items()}

    @property
    def watched(self) -> tuple[tuple[Table, Where], ...]:
        """The rows by whose number it is told that something came late since the last refresh: outcomes of closed
        periods that are not final, and renewals."""
        found = [
            (self.table(of.table), of.where)
            for item in self.measures
            if (of := item.aggregate) and item.late and not item.through_past
        ]
        renewed: Where = (((Condition(column="renews", comparison=">=", operand=1.0),),),)
        chained = (t for t in self.tables if t.open and any(c.id == "renews" for c in t.calculated))
        return (*found, *((table, renewed) for table in chained))

    @property
    def open_tables(self) -> tuple[Table, ...]:
        """Those of which a row may change a closed period: by what is watched, or as it stays until that is final."""
        watched = {table.id for table, _ in self.watched}
        return tuple(t for t in self.tables if t.id in watched or "open_start" in names_in(t.leaves))

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
    cautions: tuple[CautionRule, ...]
    businesses: Mapping[str, Business]
    """As workbooks of weeks and months have them."""
    long: Mapping[str, Business]
    """As workbooks of quarters and years have them."""
    dimensions: dict[str, Dimension]


def value_formula(kpi: BusinessKpi, raised: str | None = None) -> str:
    """The KPI's formula over the names of its measures; ``raised`` is an argument to take one more of."""
    bind = {argument.name: argument.measure.name for argument in kpi.arguments}
    if raised:
        bind[raised] = f"({bind[raised]}+1)"
    return to_excel(parse(kpi.kpi.formula), bind)
