"""What a pack says: the records of a business that is written as one YAML file. The built-in businesses are such files.

Every key has its description here; the JSON Schema for editors and the reference in the docs are made of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kpixl.catalog.tables import Agrees, FieldType, Past, Record, Unit
from kpixl.period import Window

Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
"""What something is called in formulas and names, never shown to an owner."""
_Short = Annotated[str, Meta(min_length=1, max_length=80)]
_Long = Annotated[str, Meta(min_length=1, max_length=1200)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}$", max_length=2)]
Label = _Short | Annotated[dict[Language, _Short], Meta(min_length=1, max_length=20)]
"""A word or two, or the same in several languages."""
Prose = _Long | Annotated[dict[Language, _Long], Meta(min_length=1, max_length=20)]
"""A sentence or more, or the same in several languages."""
Formula = Annotated[str, Meta(min_length=1, max_length=400)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
"""A condition: ``date in window``, ``score >= 4``, ``end >= after_window or blank``."""
Figure = Annotated[float, Meta(ge=-1e12, le=1e12)]
Level = Literal["typical", "above_average", "exceptional"]
Edge = Annotated[str, Meta(pattern=r"^(>=|<=|>|<)\s*[\d.]+$", max_length=30)]
Move = Annotated[str, Meta(pattern=r"^((>=|<=|>|<)\s*[\d.]+|better|worse|any)$", max_length=30)]
Day = Annotated[str, Meta(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", max_length=10)]


class PackField(Record, frozen=True):
    """A column of an entry table, which the owner fills in."""

    type: Annotated[FieldType, Meta(description="What its cells hold.")]
    heading: Annotated[Label, Meta(description="What stands above it; different from the table's other headings.")]
    help: Annotated[Prose, Meta(description="One sentence that Excel shows beside the cell.")]
    required: Annotated[bool, Meta(description="Whether every row needs it.")] = False
    key: Annotated[bool, Meta(description="Whether it names the row, so that other tables can pick it. Of a text.")] = (
        False
    )
    refers_to: Annotated[
        Id | None, Meta(description="The table whose key it holds; the cell then offers a list of those.")
    ] = None
    minimum: Annotated[Figure | None, Meta(description="The smallest number that makes sense.")] = None
    maximum: Annotated[Figure | None, Meta(description="The largest.")] = None
    with_time: Annotated[bool, Meta(description="Whether a date has a time, too.")] = False
    unit: Annotated[Unit, Meta(description="What a number is in: money, hours, count…")] = "count"
    choices: Annotated[
        dict[Id, Label], Meta(description="Of a choice: the id of each word, and the word.", max_length=20)
    ] = msgspec.field(default_factory=dict)
    example: Annotated[Label, Meta(description="What may stand in a text.")] = ""
    suggested: Annotated[
        tuple[Label, ...], Meta(description="Words that a list offers; others may be typed.", max_length=20)
    ] = ()
    role: Annotated[
        Literal["language", "code"] | None,
        Meta(description="`language`: the language of the row; `code`: a number of its own that is used once."),
    ] = None
    ends: Annotated[bool, Meta(description="Whether the date says when the row came to its end.")] = False
    part_of: Annotated[Id | None, Meta(description="The field whose number it cannot pass.")] = None
    seldom_negative: Annotated[bool, Meta(description="Whether a number below zero is rather a slip.")] = False
    planned: Annotated[bool, Meta(description="Whether the date may be still to come.")] = False
    agrees: Annotated[Agrees | None, Meta(description="Which choice has a date of the row, and which has none.")] = None
    past: Annotated[Past | None, Meta(description="Which choice says that it has taken place, and by which date.")] = (
        None
    )


class PackElapsed(Record, frozen=True):
    """A column that a formula fills: the time from one date of the row to another."""

    heading: Annotated[Label, Meta(description="What stands above it.")]
    since: Annotated[Id, Meta(description="The date that it begins with.")]
    until: Annotated[Id, Meta(description="The date that it ends with; blank where that is blank or earlier.")]
    unit: Annotated[Literal["hours", "days", "months"], Meta(description="What it counts.")]


class PackOrder(Record, frozen=True):
    """A hidden column: 1 where the first of two fields is not past the other, 0 where it is."""

    heading: Annotated[Label, Meta(description="What stands above it.")]
    first: Annotated[Id, Meta(description="A date, or a number.")]
    then: Annotated[Id, Meta(description="The one that it is held against.")]
    days: Annotated[bool, Meta(description="Whether the two are dates; false for numbers.")] = True


class PackTable(Record, frozen=True):
    """An entry table that the catalogue lacks: one sheet, one Excel Table."""

    title: Annotated[Label, Meta(description="The name of the sheet; at most 31 signs.")]
    help: Annotated[Prose, Meta(description="What the owner reads on it: what a row is.")]
    fields: Annotated[
        dict[Id, PackField], Meta(description="The columns, in their order.", min_length=1, max_length=30)
    ]
    date: Annotated[Id | None, Meta(description="The date by which a row belongs to a period.")] = None
    kept: Annotated[
        bool, Meta(description="Whether every row stays when a period is closed: a list of clients, of staff.")
    ] = False
    leaves: Annotated[
        tuple[Line, ...],
        Meta(description="Of a table that is not kept: the rows that go when a new period begins.", max_length=10),
    ] = ()
    same: Annotated[
        tuple[Id, ...], Meta(description="The fields by which two rows speak of one thing.", max_length=10)
    ] = ()
    in_order: Annotated[
        tuple[tuple[Id, Id], ...],
        Meta(description="Pairs of dates of which the second cannot come first.", max_length=10),
    ] = ()
    empty: Annotated[
        Literal["zero", "unknown"],
        Meta(description="What a period without rows says: that nothing happened, or nothing at all."),
    ] = "unknown"
    ahead: Annotated[bool, Meta(description="Whether its rows are dated by what is planned.")] = False
    calculated: Annotated[
        dict[Id, PackElapsed], Meta(description="Times between two dates of a row.", max_length=10)
    ] = msgspec.field(default_factory=dict)
    orders: Annotated[
        dict[Id, PackOrder], Meta(description="Whether one field of a row is not past another.", max_length=10)
    ] = msgspec.field(default_factory=dict)


class PackFieldWords(Record, frozen=True):
    """What the business calls a column of a catalogue table."""

    heading: Annotated[Label, Meta(description="What stands above it.")] = ""
    help: Annotated[Prose, Meta(description="What Excel shows beside the cell.")] = ""


class PackWords(Record, frozen=True):
    """What the business calls a table of the catalogue."""

    title: Annotated[Label, Meta(description="The name of the sheet.")] = ""
    help: Annotated[Prose, Meta(description="What the owner reads on it.")] = ""
    fields: Annotated[dict[Id, PackFieldWords], Meta(description="Its columns, by their ids.")] = msgspec.field(
        default_factory=dict
    )


class PackMeasure(Record, frozen=True):
    """A number of a period. Of a measure of the catalogue only words may be given; a new one says how it is counted."""

    label: Annotated[Label, Meta(description="What it is called on Totals.")] = ""
    absent: Annotated[Label, Meta(description="What is missing where there is none: “no jobs done”.")] = ""
    note: Annotated[Prose, Meta(description="What an owner should know of it.")] = ""
    aggregate: Annotated[
        Literal["count", "sum", "distinct", "formula", "typed"] | None,
        Meta(description="How it is counted: rows, the sum of a column, names; from other measures; or only typed."),
    ] = None
    table: Annotated[Id | None, Meta(description="The table whose rows are counted.")] = None
    where: Annotated[
        tuple[Line, ...], Meta(description="The conditions that a row has to meet, all of them.", max_length=10)
    ] = ()
    column: Annotated[Id | None, Meta(description="Of a sum: the column that is added up.")] = None
    distinct: Annotated[
        tuple[Id, ...], Meta(description="Of a distinct count: the columns of the names.", max_length=3)
    ] = ()
    heading: Annotated[Label, Meta(description="Of a distinct count: the heading of its helper column.")] = ""
    headings: Annotated[
        dict[Window, Label],
        Meta(description="The same over other windows: `{12m: …}`, where it is taken over several.", max_length=2),
    ] = msgspec.field(default_factory=dict)
    formula: Annotated[Formula | None, Meta(description="Over other measures, and `months` of the window.")] = None
    otherwise: Annotated[Formula | None, Meta(description="The formula while the first has no value.")] = None
    unit: Annotated[Unit | None, Meta(description="What it is in; a count without it.")] = None
    rollup: Annotated[
        Literal["sum", "first", "last", "none"] | None,
        Meta(description="How closed periods make up a year: added, the first, the last, or not at all."),
    ] = None
    spread: Annotated[Id | None, Meta(description="The column of whose names none should stand behind most rows.")] = (
        None
    )
    outcome: Annotated[
        Id | None, Meta(description="The field that tells what became of a row; while it is blank, nothing is known.")
    ] = None
    planned: Annotated[bool, Meta(description="Whether days that are still to come count.")] = False


class PackExample(Record, frozen=True):
    """A worked example."""

    arguments: Annotated[dict[Id, Figure], Meta(description="A number for each measure of the formula.")]
    value: Annotated[Figure, Meta(description="What the formula gives, in the unit of the KPI: 0.9 is 90%.")]
    note: Annotated[Prose, Meta(description="Where it is from.")] = ""


class PackCase(Record, frozen=True):
    """A case that was counted by hand, on which the formula is tested."""

    arguments: Annotated[tuple[Figure, ...], Meta(description="In the order of the formula.", max_length=20)]
    value: Annotated[Figure, Meta(description="What must come out.")]
    level: Annotated[
        Literal["below", "typical", "above_average", "exceptional"] | None, Meta(description="The level it has.")
    ] = None
    next: Annotated[Level | None, Meta(description="The next level, where it is told.")] = None
    step: Annotated[Figure | None, Meta(description="What the lever lacks to it.")] = None


class PackKpi(Record, frozen=True):
    """A KPI: one of the catalogue by its id, or with ``formula``, ``unit`` and ``direction`` one of your own."""

    abbreviation: Annotated[Label, Meta(description="A few letters, as it stands in charts.")]
    name: Annotated[Label, Meta(description="Its whole name.")]
    example: Annotated[PackExample, Meta(description="A worked example; kpixl computes it anew.")]
    definition: Annotated[Prose, Meta(description="What it says, in two or three sentences.")]
    benefits: Annotated[tuple[Prose, ...], Meta(description="What it is good for.", min_length=1, max_length=10)]
    limits: Annotated[tuple[Prose, ...], Meta(description="What it does not tell.", min_length=1, max_length=10)]
    tips: Annotated[
        tuple[Prose, ...], Meta(description="What to do when it is not good enough.", min_length=1, max_length=10)
    ]
    cautions: Annotated[tuple[Prose, ...], Meta(description="How it misleads.", max_length=10)] = ()
    formula: Annotated[Formula | None, Meta(description="Over measures, as in Excel: `jobs_on_time / jobs_done`.")] = (
        None
    )
    unit: Annotated[Unit | None, Meta(description="What the value is in; `fraction` is shown as per cent.")] = None
    direction: Annotated[Literal["up", "down"] | None, Meta(description="Whether more or less is better.")] = None
    lever: Annotated[Id | None, Meta(description="The measure that an owner would move.")] = None
    cases_in: Annotated[Id | None, Meta(description="The measure that says how many cases stand behind the value.")] = (
        None
    )
    bounded: Annotated[bool, Meta(description="Whether it is a share of a whole, which cannot pass 1.")] = False
    may_exceed: Annotated[bool, Meta(description="Whether a share may pass 1 for a reason, such as overtime.")] = False
    builds_up: Annotated[
        bool, Meta(description="Whether it grows while the period runs, so that its end is forecast.")
    ] = False
    interval: Annotated[
        Literal["share"] | None, Meta(description="`share`: how sure a share of cases is, is shown with it.")
    ] = None
    window: Annotated[Window, Meta(description="What it is graded over: `period`, `3m` or `12m`.")] = Window.PERIOD
    windows: Annotated[tuple[Window, ...], Meta(description="Others that the owner may choose.", max_length=3)] = ()
    bind: Annotated[
        dict[Id, Id], Meta(description="Of a KPI of the catalogue: other measures for its arguments.", max_length=10)
    ] = msgspec.field(default_factory=dict)
    bind_long: Annotated[
        dict[Id, Id], Meta(description="The same in workbooks of quarters and years.", max_length=10)
    ] = msgspec.field(default_factory=dict)
    thresholds: Annotated[
        dict[Level, Edge], Meta(description="Where each level starts, as published: `>= 0.9`. None without a source.")
    ] = msgspec.field(default_factory=dict)
    source: Annotated[Prose | None, Meta(description="Who says so, and where; the pack's without it.")] = None
    dated: Annotated[Day | None, Meta(description="When the source was published; the pack's without it.")] = None
    link: Annotated[
        Annotated[str, Meta(pattern=r"^https?://[^\s\"'<>]+$", max_length=300)] | None,
        Meta(description="Where the source can be read."),
    ] = None
    published: Annotated[Prose, Meta(description="The levels as the source words them.")] = ""
    reading: Annotated[Prose, Meta(description="How you read what the source leaves open.")] = ""
    target: Annotated[Figure | None, Meta(description="The target that a new workbook begins with.")] = None
    cases: Annotated[tuple[PackCase, ...], Meta(description="More cases that were counted by hand.")] = ()


class PackCaution(Record, frozen=True):
    """KPIs that say more together than alone."""

    severity: Annotated[Literal["act_now", "warning", "good"], Meta(description="How grave it is.")]
    when: Annotated[
        dict[Id, Move],
        Meta(description="What must hold of each KPI.", min_length=1, max_length=5),
    ]
    text: Annotated[
        Prose, Meta(description="What is then said; of several KPIs, an id in braces stands for its value.")
    ]


class PackDimension(Record, frozen=True):
    """What KPIs are told apart by: the fields of that name."""

    title: Annotated[Label, Meta(description="Above the section: “By room”.")]
    heading: Annotated[Label, Meta(description="Above its groups: “Room”.")]
    across: Annotated[tuple[Id, ...], Meta(description="The tables in which it is the same.", max_length=10)] = ()
    acts: Annotated[bool, Meta(description="Whether something can be done about a weak group.")] = True
    unnamed: Annotated[Label, Meta(description="What a group is called without its name: “Client {number}”.")] = ""


class PackPareto(Record, frozen=True):
    """A total that is shown by its groups, largest first, with a chart."""

    measure: Annotated[Id, Meta(description="A count or a sum.")]
    by: Annotated[Id, Meta(description="A text or choice of the same table.")]
    title: Annotated[Label, Meta(description="Above the chart.")]
    text: Annotated[
        Prose, Meta(description="A sentence with `{vital}` of `{groups}`: the fewest groups that bring 80%.")
    ]


class PackHint(Record, frozen=True):
    """What made-up cells of a field look like, for ``kpixl demo``."""

    low: Annotated[Figure | None, Meta(description="The smallest number; of a date, days after `after`.")] = None
    high: Annotated[Figure | None, Meta(description="The largest.")] = None
    after: Annotated[
        Id | None, Meta(description="The date of the row that it follows, and without which it is empty.")
    ] = None
    blank: Annotated[float, Meta(description="The share of cells that are empty: 0.1.", ge=0, le=1)] = 0
    words: Annotated[
        tuple[Label, ...], Meta(description="What stands there; one that comes twice is likelier.", max_length=30)
    ] = ()


class PackRows(Record, frozen=True):
    """The made-up rows of a table."""

    rows: Annotated[int, Meta(description="How many in a month; of a kept table, in all.", ge=0, le=500)] = 30
    fields: Annotated[dict[Id, PackHint], Meta(description="Hints, by the ids of the fields.", max_length=30)] = (
        msgspec.field(default_factory=dict)
    )


class PackDemo(Record, frozen=True):
    """A sample workbook of a built-in business."""

    language: Language
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", max_length=3)]


class PackSample(Record, frozen=True):
    """Where the sample rows of a built-in business come from."""

    module: Id
    demos: tuple[PackDemo, ...] = ()


class Pack(Record, frozen=True):
    """A business as one file."""

    id: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9-]{1,39}$",
            max_length=40,
            description="What commands call it; no built-in business's.",
        ),
    ]
    code: Annotated[
        str,
        Meta(
            pattern=r"^[a-z]{2,4}$",
            max_length=4,
            description="Two to four letters that its names in workbooks begin with: `bp_crr_value`.",
        ),
    ]
    name: Annotated[Label, Meta(description="The kind of business.")]
    tables: Annotated[
        tuple[Id, ...],
        Meta(
            description="The entry sheets in their order: tables of the catalogue, and those of `new_tables`.",
            min_length=1,
            max_length=20,
        ),
    ]
    kpis: Annotated[dict[Id, PackKpi], Meta(description="The KPIs in their order.", min_length=1, max_length=30)]
    languages: Annotated[
        tuple[Language, ...],
        Meta(description="In which its texts are; a text without a language is in the first.", min_length=1),
    ] = ("en",)
    sample_name: Annotated[Label, Meta(description="What a made-up company is called.")] = ""
    source: Annotated[Prose, Meta(description="Where benchmarks are from, if a KPI does not say otherwise.")] = ""
    dated: Annotated[Day | None, Meta(description="When that was published: a year, month or day.")] = None
    own_example: Annotated[Formula | None, Meta(description="A formula that shows how an own KPI is typed.")] = None
    new_tables: Annotated[
        dict[Id, PackTable], Meta(description="Entry tables that the catalogue lacks.", max_length=12)
    ] = msgspec.field(default_factory=dict)
    words: Annotated[dict[Id, PackWords], Meta(description="Other words for tables of the catalogue.")] = msgspec.field(
        default_factory=dict
    )
    without: Annotated[
        dict[Id, tuple[Id, ...]], Meta(description="Columns of catalogue tables that it never uses.")
    ] = msgspec.field(default_factory=dict)
    columns: Annotated[
        dict[Id, tuple[Id, ...]],
        Meta(description="Rarer columns of catalogue tables that it asks for, though no measure reads them."),
    ] = msgspec.field(default_factory=dict)
    dimensions: Annotated[
        dict[Id, PackDimension], Meta(description="What Breakdown tells apart by, beside what it knows.", max_length=10)
    ] = msgspec.field(default_factory=dict)
    companions: Annotated[
        tuple[Id, ...], Meta(description="Measures shown on Totals without a KPI of their own.", max_length=20)
    ] = ()
    measures: Annotated[
        dict[Id, PackMeasure], Meta(description="New measures, and other words for those of the catalogue.")
    ] = msgspec.field(default_factory=dict)
    cautions: Annotated[dict[Id, PackCaution], Meta(description="What several KPIs say together.", max_length=20)] = (
        msgspec.field(default_factory=dict)
    )
    pareto: Annotated[
        tuple[PackPareto, ...], Meta(description="Totals of which the largest groups are shown first.", max_length=6)
    ] = ()
    demo: Annotated[
        dict[Id, PackRows], Meta(description="Hints for made-up rows, by table, for `kpixl demo`.", max_length=20)
    ] = msgspec.field(default_factory=dict)
    order: Annotated[float | None, Meta(description="Of a built-in business: its place among them.")] = None
    sample: Annotated[PackSample | None, Meta(description="Of a built-in business: where its sample is from.")] = None


OF_BUILT_IN = ("order", "sample")
"""Keys that only the files that come with kpixl may have."""
MOST_MEASURES = 200
MOST_ARGUMENTS = 12
"""Measures that a formula takes."""


def schema() -> dict[str, object]:
    """The JSON Schema of a pack, without what only built-in businesses have."""
    found = msgspec.json.schema(Pack)
    properties = found["$defs"]["Pack"]["properties"]
    for key in OF_BUILT_IN:
        del properties[key]
    for key in ("PackSample", "PackDemo"):
        del found["$defs"][key]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "KPI pack of kpixl", **found}
