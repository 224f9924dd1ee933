"""Reads the YAML of the catalogue into its records and holds it against itself. Reads nothing else."""

from __future__ import annotations

import math
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, Literal, cast

import msgspec
import yaml
from msgspec.structs import asdict, replace

from kpixl.catalog.model import (
    Aggregate,
    Argument,
    Business,
    BusinessKpi,
    Catalogue,
    CautionRule,
    Dimension,
    Example,
    Kpi,
    KpiTexts,
    Made,
    Mean,
    Measure,
    Pareto,
    SampleData,
    TableWords,
    Threshold,
    WorkedCase,
)
from kpixl.catalog.needs import measures_of, own_tables, tables_for
from kpixl.catalog.pack import OF_BUILT_IN, Pack
from kpixl.catalog.settings import SETTINGS
from kpixl.catalog.tables import (
    Calculated,
    Chained,
    Clause,
    Condition,
    Elapsed,
    Else,
    Field,
    InOrder,
    Lookup,
    Months,
    Record,
    Table,
    Where,
    columns_of,
    names_in,
)
from kpixl.errors import N_, UnknownChoice
from kpixl.formula import names, parse
from kpixl.message import phrase
from kpixl.period import Kind, Window

FOLDER: Any = resources.files("kpixl.catalog")
"""Where the YAML is: the one place that says so."""
MONTHS = "months"
"""In the formula of a measure: the months in the period, or in the window."""
EDGES = (
    "window_start",
    "after_window",
    "came_before",
    "tomorrow",
    "repeat_start",
    "period_end",
    "open_start",
    "due_until",
)
"""Days that conditions compare with. What is dated from ``tomorrow`` on is still to come, from ``came_before`` on it is
that or after the window. ``repeat_start`` is where the owner's repeat interval before the end begins, ``open_start``
where the first period does that is not final; before ``due_until`` things are due."""
OF_THE_DAY = frozenset({"came_before", "tomorrow", "due_until"})
"""Those that another day of looking moves."""
_CONDITION = re.compile(r"(?P<column>\w+) (?:(?P<comparison>>=|<=|<>|>|<|=) (?P<operand>\S+)|(?P<filled>filled|blank))")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
"""What conditions and thresholds compare with, where it is no name."""
_THRESHOLD = re.compile(r"(>=|<=|>|<)\s*([\d.]+)")
_TEXT_TYPES = ("text", "choice")
_MOVES = ("better", "worse", "any")
NO_BENCHMARK = N_("No benchmark is known.")
NO_SOURCE = N_("No source is named.")
AGAINST_TARGET = N_("Graded against your own target, else against the previous period, else not graded.")
"""What is said of a KPI of which a pack says nothing."""


def catalogue() -> Catalogue:
    """The whole catalogue, read once."""
    return _catalogue(FOLDER)


class _Known(msgspec.Struct, frozen=True):
    """What businesses are made of: what a catalogue has besides them."""

    tables: dict[str, Table]
    measures: dict[str, Measure]
    kpis: dict[str, Kpi]
    cautions: tuple[CautionRule, ...]
    dimensions: dict[str, Dimension]


@cache
def _shared(root: Any) -> _Known:
    """What is there for every business."""
    tables = _tables(_read(root / "tables.yaml"))
    kpis = {id_: msgspec.convert({"id": id_, **raw}, Kpi) for id_, raw in _read(root / "kpis.yaml").items()}
    return _Known(
        tables=tables,
        measures=_measures(root, tables, long=False),
        kpis=kpis,
        cautions=tuple(parse_caution(id_, raw, kpis) for id_, raw in _read(root / "cautions.yaml").items()),
        dimensions={id_: _dimension(id_, raw, tables) for id_, raw in _read(root / "dimensions.yaml").items()},
    )


@cache
def _shared_long(root: Any) -> _Known:
    """The same, as workbooks of quarters and years have it."""
    known = _shared(root)
    return replace(known, measures=_measures(root, known.tables, long=True))


def _measures(root: Any, tables: dict[str, Table], *, long: bool) -> dict[str, Measure]:
    return {id_: _measure(id_, raw, tables, long=long) for id_, raw in _read(root / "measures.yaml").items()}


@cache
def _catalogue(root: Any) -> Catalogue:
    known, packs = _shared(root), _Files(root / "businesses")
    return Catalogue(
        **asdict(known),
        businesses=_Businesses(root, packs, long=False),
        long=_Businesses(root, packs, long=True),
    )


class _Files(Mapping[str, dict[str, Any]]):
    """What the files of a folder say, one a business: by their ``order``, then by their names. A file is read when it
    is asked for: most commands are about one business."""

    def __init__(self, folder: Any) -> None:
        self._files = {one.name.removesuffix(".yaml"): one for one in folder.iterdir() if one.name.endswith(".yaml")}
        self._read: dict[str, dict[str, Any]] = {}

    def __getitem__(self, id_: str) -> dict[str, Any]:
        if id_ not in self._read:
            raw = _read(self._files[id_])
            if raw["id"] != id_:
                raise ValueError(f"{self._files[id_].name} calls its business {raw['id']}")
            msgspec.convert(raw, Pack)
            self._read[id_] = raw
        return self._read[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files, key=lambda id_: (self[id_].get("order", math.inf), id_)))

    def __len__(self) -> int:
        return len(self._files)


class _Businesses(Mapping[str, Business]):
    """The businesses of the catalogue, each put together when it is asked for."""

    def __init__(self, root: Any, packs: _Files, *, long: bool) -> None:
        self._root, self._packs, self._is_long = root, packs, long
        self._made: dict[str, Business] = {}

    def __getitem__(self, id_: str) -> Business:
        if id_ not in self._made:
            known = (_shared_long if self._is_long else _shared)(self._root)
            self._made[id_] = _with_pack(known, self._packs[id_], long=self._is_long)[1]
        return self._made[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)


def catalogue_with(pack: dict[str, Any]) -> Catalogue:
    """The catalogue with one business more, as its pack has it; ``pack`` has the shape of a ``Pack``. ValueError or
    KeyError where it does not fit together."""
    raw = deepcopy(pack)
    first, formula = next((id_, one.get("formula")) for id_, one in raw["kpis"].items())
    raw = {"sample_name": raw["name"], "source": NO_SOURCE, "own_example": formula, **raw}
    raw["own_example"] = raw["own_example"] or _shared(FOLDER).kpis[first].formula
    for one in raw["kpis"].values():
        one.setdefault("source", raw["source"])
    known, made = _with_pack(_shared(FOLDER), raw, long=False)
    usual = catalogue()
    return Catalogue(
        **asdict(known),
        businesses=_before(usual.businesses, made),
        long=_before(usual.long, _with_pack(_shared_long(FOLDER), raw, long=True)[1]),
    )


def _before(usual: Mapping[str, Business], made: Business) -> Mapping[str, Business]:
    return ChainMap({made.id: made}, cast("dict[str, Business]", usual))


def _with_pack(known: _Known, raw: dict[str, Any], *, long: bool) -> tuple[_Known, Business]:
    """What is known with a pack, and the business that it makes."""
    said = deepcopy(raw)
    known = _extended(known, said)
    return known, _business(_long(said) if long else said, known.tables, known.measures, known.kpis, known.cautions)


def _extended(known: _Known, raw: dict[str, Any]) -> _Known:
    """What is known with the tables, measures, KPIs, cautions and dimensions that only this pack has; they are taken
    out of ``raw``, which then says what the business takes of all."""
    tables = {**known.tables, **_tables(raw.pop("new_tables", {}))}
    new = {id_: _new_measure(one) for id_, one in raw.get("measures", {}).items() if "aggregate" in one}
    raw["measures"] = {id_: one for id_, one in raw.get("measures", {}).items() if id_ not in new}
    own = {id_: _measure(id_, one, tables) for id_, one in new.items()}
    kpis = known.kpis | {id_: _new_kpi(id_, one) for id_, one in raw["kpis"].items() if "formula" in one}
    for id_, one in raw["kpis"].items():
        _complete(one, kpis[id_])
    cautions = tuple(parse_caution(id_, one, kpis) for id_, one in raw.pop("cautions", {}).items())
    dimensions = {
        id_: _dimension(id_, dict(one), tables)
        for id_, one in raw.get("dimensions", {}).items()
        if id_ not in known.dimensions
    }
    for key in (*OF_BUILT_IN[:1], "languages", "dated", "demo"):
        raw.pop(key, None)
    return _Known(
        tables=tables,
        measures=known.measures | own,
        kpis=kpis,
        cautions=known.cautions + cautions,
        dimensions=known.dimensions | dimensions,
    )


def _new_measure(raw: dict[str, Any]) -> dict[str, Any]:
    """A measure of a pack with what follows from the rest."""
    adds_up = raw["aggregate"] in ("count", "sum", "typed")
    headings = {window: {"heading": text} for window, text in raw.pop("headings", {}).items()}
    return {"rollup": "sum" if adds_up else "none", **raw} | ({"headings": headings} if headings else {})


_OF_A_KPI = ("formula", "unit", "direction", "lever", "bounded", "may_exceed", "builds_up", "interval")


def _new_kpi(id_: str, raw: dict[str, Any]) -> Kpi:
    """A KPI that only a pack has; takes out of ``raw`` what says so."""
    known = {key: raw.pop(key) for key in _OF_A_KPI if key in raw}
    sample = raw.pop("cases_in", None)
    return msgspec.convert({"id": id_, "arguments": names(parse(known["formula"])), "sample": sample, **known}, Kpi)


def _complete(raw: dict[str, Any], kpi: Kpi) -> None:
    """Give a KPI of a pack what follows from the rest, and take away what nothing is made of here."""
    for key in ("dated", "link", "target"):
        raw.pop(key, None)
    example = raw["example"]
    first = {"arguments": [example["arguments"][name] for name in kpi.arguments], "value": example["value"]}
    cases = raw.get("cases", [])
    if not cases or cases[0]["arguments"] != first["arguments"]:
        cases = [first, *cases]
    raw["cases"] = cases
    raw.setdefault("cautions", [])
    raw.setdefault("published", NO_BENCHMARK)
    raw.setdefault("reading", AGAINST_TARGET)


def _dimension(id_: str, raw: dict[str, Any], tables: dict[str, Table]) -> Dimension:
    of = [field for table in tables.values() for field in table.fields if field.id == id_]
    if not of or not all(field.type in (*_TEXT_TYPES, "date") for field in of):
        raise ValueError(f"no table can be told apart by {id_}")
    dimension = msgspec.convert({"id": id_, **raw}, Dimension)
    if not {*dimension.across} <= {table.id for table in tables.values() for field in table.fields if field.id == id_}:
        raise ValueError(f"{dimension.across}: not all of these tables have {id_}")
    return dimension


def _files(folder: Any) -> list[dict[str, Any]]:
    """What the files of ``folder`` say, one a business: by their ``order``, then by their names."""
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".yaml"):
            raw = _read(file)
            if raw["id"] != file.name.removesuffix(".yaml"):
                raise ValueError(f"{file.name} calls its business {raw['id']}")
            found.append((raw.get("order", math.inf), raw["id"], raw))
    return [raw for *_, raw in sorted(found, key=lambda one: one[:2])]


def businesses() -> tuple[Business, ...]:
    """Every business of the catalogue."""
    return tuple(catalogue().businesses.values())


def business(id: str, kind: Kind = Kind.MONTH) -> Business:  # noqa: A002
    """The business called ``id``, as workbooks of that ``kind`` of period have it; UnknownChoice without one."""
    try:
        return (catalogue().long if kind.months > 1 else catalogue().businesses)[id]
    except KeyError:
        raise UnknownChoice(got=id, what=phrase(N_("business")), allowed=", ".join(catalogue().businesses)) from None


def _read(file: Any) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _tables(raw: dict[str, Any]) -> dict[str, Table]:
    """Every table; their lookups read each other, so the fields come first."""
    lookups = {id_: item.pop("lookups", {}) for id_, item in raw.items()}
    leaves = {id_: item.pop("leaves", ()) for id_, item in raw.items()}
    tables = {id_: _table(id_, item) for id_, item in raw.items()}
    for id_, lines in leaves.items():
        tables[id_] = replace(tables[id_], leaves=_where(lines, tables[id_]))
        if tables[id_].kept == bool(lines):
            raise ValueError(f"the table {id_} keeps every row or says which ones leave, and not both")
    for id_, items in lookups.items():
        columns = tuple(column for key, item in items.items() for column in _lookups(key, item, tables))
        tables[id_] = replace(tables[id_], calculated=(*tables[id_].calculated, *columns))
    return tables


def _lookups(id_: str, raw: dict[str, Any], tables: dict[str, Table]) -> tuple[Lookup, ...]:
    """A look-up over the period, and over the longer windows that it is needed for."""
    windows = raw.pop("windows", {})
    where = _where(raw.pop("where"), tables[raw["table"]])
    over = [(id_, raw["heading"], Window.PERIOD)]
    over += [(id_ + Window(one).suffix, words["heading"], Window(one)) for one, words in windows.items()]
    return tuple(
        Lookup(id=key, heading=words, table=raw["table"], match=raw["match"], where=where, window=window, extra=True)
        for key, words, window in over
    )


def _table(id_: str, raw: dict[str, Any]) -> Table:
    fields = tuple(msgspec.convert({"id": key, **value}, Field) for key, value in raw.pop("fields").items())
    calculated: tuple[Calculated, ...] = tuple(
        msgspec.convert({"id": key, "extra": value["unit"] == "months" or "squares" in value, **value}, Elapsed)
        for key, value in raw.pop("calculated", {}).items()
    )
    calculated += tuple(msgspec.convert({"id": key, **value}, Months) for key, value in raw.pop("months", {}).items())
    chained = raw.pop("chained", {})
    calculated += tuple(msgspec.convert({"id": key, **value}, InOrder) for key, value in raw.pop("orders", {}).items())
    calculated += tuple(msgspec.convert({"id": key, **value}, Else) for key, value in raw.pop("either", {}).items())
    lists = {key: raw.pop(key, ()) for key in ("same", "stays", "in_order")}
    if chained:
        start, end = lists["stays"]
        key = next(field.id for field in fields if field.key)
        shared = {"key": key, "start": start, "end": end}
        columns = ({"id": column, **shared, **one} for column, one in chained.items())
        calculated += tuple(msgspec.convert(one, Chained) for one in columns)
    table = Table(
        id=id_,
        fields=fields,
        calculated=calculated,
        same=tuple(lists["same"]),
        stays=tuple(lists["stays"]) or None,
        in_order=tuple(map(tuple, lists["in_order"])),
        **raw,
    )
    _hold(table)
    return table


def _hold(table: Table) -> None:
    """ValueError where a table names a field that it lacks, or a choice that the field has not."""
    named = [*table.same, *(table.stays or ()), *(one for pair in table.in_order for one in pair)]
    for field in table.fields:
        told = [one for one in (field.agrees, field.past) if one]
        named += [one.date for one in told] + ([field.part_of] if field.part_of else [])
        choices = {getattr(one, key, None) for one in told for key in ("dated", "undated", "choice")} - {None}
        if not choices <= {*field.choices}:
            raise ValueError(f"{field.id} of {table.id} has no choice {choices - {*field.choices}}")
    if not {*named} <= {field.id for field in table.fields}:
        raise ValueError(f"{table.id} names {named}: not all of them are its fields")


def _long(raw: dict[str, Any]) -> dict[str, Any]:
    """A business as workbooks of quarters and years have it: what a KPI takes there stands in ``bind_long``."""
    kpis = {
        id_: {**kpi, "bind": {**kpi.get("bind", {}), **kpi.get("bind_long", {})}} for id_, kpi in raw["kpis"].items()
    }
    return {**raw, "kpis": kpis}


def _measure(id_: str, raw: dict[str, Any], tables: dict[str, Table], *, long: bool = False) -> Measure:
    other = raw.pop("long", {})
    raw |= other if long else {}
    definition = _definition(id_, raw.pop("aggregate"), raw, tables)
    return Measure(id=id_, definition=definition, split=tuple(raw.pop("split", ())), **raw)


def _definition(id_: str, kind: str, raw: dict[str, Any], tables: dict[str, Table]) -> Aggregate | Made | Mean | None:
    """How a measure comes by its number. Takes out of ``raw`` what says so; what is left says what it is called."""

    def taken(record: type[Record]) -> dict[str, Any]:
        return {key: raw.pop(key) for key in record.__struct_fields__ if key in raw}

    match kind:
        case "formula":
            return Made(**taken(Made))
        case "average":
            return Mean(**taken(Mean))
        case "count" | "sum" | "distinct" | "median":
            return _aggregate(id_, kind, taken(Aggregate), tables)
        case "typed":
            return None
    raise ValueError(f"measure {id_}: there is no aggregate {kind!r}")


def _aggregate(
    id_: str, kind: Literal["count", "sum", "distinct", "median"], raw: dict[str, Any], tables: dict[str, Table]
) -> Aggregate:
    table = tables[raw["table"]]
    where, distinct = _where(raw.pop("where"), table), tuple(raw.pop("distinct", ()))
    if not raw.get("planned"):
        where = _come(where)
    if kind == "sum" and any(one.id == raw["column"] and not one.required for one in table.fields):
        raw.setdefault("outcome", raw["column"])  # what nobody need fill in and nobody did adds up to nothing known
    monthly = any(column.id == raw.get("column") for column in table.calculated if isinstance(column, Months))
    headings = tuple((Window(window), words["heading"]) for window, words in raw.pop("headings", {}).items())
    known: dict[str, Any] = {"distinct": distinct, "headings": headings, "follows": _follows(where, table)}
    aggregate = Aggregate(kind=kind, where=where, kept=table.kept, monthly=monthly, **known, **raw)
    missing = aggregate.reads - {column.id for column in table.columns}
    if missing or not where:
        raise ValueError(f"measure {id_} names {missing}, which {table.id} lacks")
    return aggregate


def _follows(where: Where, table: Table) -> tuple[str, ...]:
    read = columns_of(where)
    lookups = (one for one in table.calculated if isinstance(one, Lookup) and one.id in read)
    return tuple(one.id for one in lookups if "window_start" in names_in(one.where))


def _where(lines: Sequence[str], table: Table) -> Where:
    return tuple(clause for line in lines for clause in parse_line(line, table))


def _come(where: Where) -> Where:
    """``where`` of what cannot be planned: a day that is still to come is as good as one after the window."""

    def come(one: Condition) -> Condition:
        return replace(one, operand="came_before") if one.operand == "after_window" else one

    return tuple(tuple(tuple(map(come, branch)) for branch in clause) for clause in where)


def parse_line(text: str, table: Table) -> tuple[Clause, ...]:
    """What one line of ``where`` stands for: ``date in window``, ``converted whenever`` (a day is there, and
    not still to come),
    ``end >= after_window or blank``, ``a = 1 or b = 2 and c filled``."""
    if text.endswith(" in window"):
        column = text.removesuffix(" in window")
        return tuple(((parse_condition(f"{column} {edge}", table),),) for edge in (">= window_start", "< after_window"))
    if text.endswith(" whenever"):
        column = text.removesuffix(" whenever")
        return (((Condition(column=column, comparison=">"),),), ((parse_condition(f"{column} < tomorrow", table),),))
    if text.endswith(" or blank"):
        return (((replace(parse_condition(text.removesuffix(" or blank"), table), or_blank=True),),),)
    alternatives = (part.split(" and ") for part in text.split(" or "))
    return (tuple(tuple(parse_condition(one, table) for one in part) for part in alternatives),)


def parse_condition(text: str, table: Table) -> Condition:
    """One condition on a column of ``table``."""
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ValueError(f"not a condition: {text!r}")
    column = next((one for one in table.columns if one.id == found["column"]), None)
    is_text = isinstance(column, Field) and column.type in _TEXT_TYPES
    if found["filled"]:
        return Condition(column=found["column"], comparison=found["filled"], text=is_text)  # type: ignore[arg-type]
    comparison, operand = found["comparison"], found["operand"]
    if isinstance(column, Field) and operand in column.choices:
        known: dict[str, Any] = {"operand": operand, "kind": "choice"}
    elif operand in EDGES or operand in SETTINGS:
        known = {"operand": operand, "kind": "name"}
    elif NUMBER.fullmatch(operand):
        known = {"operand": float(operand)}
    else:
        raise ValueError(f"not a number: {text!r}")
    if is_text and (known.get("kind") is None or comparison not in ("=", "<>")):
        raise ValueError(f"not a condition on a text: {text!r}")
    return Condition(column=found["column"], comparison=comparison, text=is_text, **known)  # type: ignore[arg-type]


def _business(
    raw: dict[str, Any],
    tables: dict[str, Table],
    measures: dict[str, Measure],
    kpis: dict[str, Kpi],
    cautions: tuple[CautionRule, ...],
) -> Business:
    words = msgspec.convert(raw.pop("words", {}), dict[str, TableWords])
    measures = {**measures, **{id_: replace(measures[id_], **own) for id_, own in raw.pop("measures", {}).items()}}
    without = tuple((id_, tuple(ids)) for id_, ids in raw.pop("without", {}).items())
    generic, tables = tables, own_tables(tables, words, without)
    called = {id_: _dimension(id_, dict(one), generic) for id_, one in raw.pop("dimensions", {}).items()}
    act_now = [caution for caution in cautions if caution.severity == "act_now"]
    alerts = {id_: tuple(caution for caution in act_now if caution.kpis == (id_,)) for id_ in kpis}
    entries = tuple(
        replace(_business_kpi(id_, item, raw, measures, kpis[id_]), alerts=alerts[id_])
        for id_, item in raw.pop("kpis").items()
    )
    companions = tuple(_over(id_, Window.PERIOD, measures) for id_ in raw.pop("companions", ()))
    every = measures_of(entries, companions)
    table_ids = raw.pop("tables")
    needed = {measure.table for measure in every.values() if measure.table}
    if not needed <= set(table_ids):
        raise ValueError(f"{raw['id']} lacks the tables {needed - set(table_ids)}")
    pareto = tuple(_pareto(item, every, tables) for item in raw.pop("pareto", ()))
    sample = raw.pop("sample", None)
    asked = tuple((id_, tuple(ids)) for id_, ids in raw.pop("columns", {}).items())
    return Business(
        columns=asked,
        words=words,
        without=without,
        dimensions=called,
        pareto=pareto,
        sample=sample and msgspec.convert(sample, SampleData),
        kpis=entries,
        companions=companions,
        measures=tuple(every.values()),
        tables=tables_for(table_ids, tables, tuple(every.values()), asked),
        cautions=tuple(caution for caution in cautions if {*caution.kpis} <= {kpi.id for kpi in entries}),
        **raw,
    )


def _pareto(raw: dict[str, str], every: dict[str, Measure], tables: dict[str, Table]) -> Pareto:
    """A total of the business with a column of the same rows to tell its groups by."""
    measure = every.get(raw["measure"])
    aggregate = measure.aggregate if measure else None
    if measure is None or aggregate is None or aggregate.kind not in ("count", "sum"):
        raise ValueError(f"{raw['measure']} is no count or sum of the business")
    by = next((field for field in tables[aggregate.table].fields if field.id == raw["by"]), None)
    if by is None or by.key or by.extra or by.type not in _TEXT_TYPES:
        raise ValueError(f"the rows behind {measure.id} cannot be grouped by {raw['by']}")
    return Pareto(measure=measure, by=by.id, title=raw["title"], text=raw["text"])


def _over(id_: str, window: Window, measures: dict[str, Measure]) -> Measure:
    """A measure over a window, with what it is made from over the same one."""
    measure = measures[id_]
    parts = tuple(_over(part, window, measures) for part in _made_from(measure.definition))
    return replace(measure, window=window, parts=parts, definition=_definition_over(measure.definition, window))


def _definition_over(definition: Aggregate | Made | Mean | None, window: Window) -> Aggregate | Made | Mean | None:
    """How a measure is counted over a window: by the look-ups over the same one."""
    if not isinstance(definition, Aggregate) or not definition.follows:
        return definition

    def over(condition: Condition) -> Condition:
        follows = condition.column in definition.follows
        return replace(condition, column=condition.column + window.suffix) if follows else condition

    where = tuple(tuple(tuple(map(over, branch)) for branch in clause) for clause in definition.where)
    return replace(definition, where=where)


def _made_from(definition: Aggregate | Made | Mean | None) -> list[str]:
    match definition:
        case Made(formula=formula, otherwise=otherwise):
            found = (name for text in (formula, otherwise) if text for name in names(parse(text)))
            return [name for name in dict.fromkeys(found) if name != MONTHS]
        case Mean(of=of):
            return [of]
    return []


def _can_be_had(measure: Measure) -> bool:
    """Whether a measure can be had over its window, should the owner choose it: not what would need another helper
    column, and not what does not add up over closed periods."""
    match measure.definition:
        case Aggregate(kind="distinct" | "median") | Aggregate(monthly=True):
            return False
        case _ if measure.window is Window.PERIOD:
            return True
        case Made():
            return all(_can_be_had(part) for part in measure.parts)
        case Mean():
            return False
        case Aggregate(kept=True):
            return True
    return measure.rollup in ("sum", "last")


def _business_kpi(
    id_: str, raw: dict[str, Any], owner: dict[str, Any], measures: dict[str, Measure], kpi: Kpi
) -> BusinessKpi:
    window = Window(raw.pop("window", "period"))
    binding = raw.pop("bind", {})
    also = tuple(map(Window, raw.pop("windows", ())))
    raw.pop("bind_long", None)
    bound = {
        other: tuple(Argument(name=n, measure=_over(binding.get(n, n), other, measures)) for n in kpi.arguments)
        for other in Window
    }
    offered = {
        other: arguments
        for other, arguments in bound.items()
        if other is window or other in also or all(_can_be_had(argument.measure) for argument in arguments)
    }
    thresholds = {level: _threshold(text) for level, text in raw.pop("thresholds", {}).items()}
    example = msgspec.convert(raw.pop("example"), Example)
    if set(example.arguments) != set(kpi.arguments):
        raise ValueError(f"{id_}: the example gives {sorted(example.arguments)}")
    known: dict[str, Any] = {
        "kpi": kpi,
        "business": owner["id"],
        "code": owner["code"],
        "arguments": bound[window],
        "window": window,
        "default_window": window,
        "bound": offered,
        "cases_of": _over(kpi.sample, Window.PERIOD, measures)
        if kpi.sample and kpi.sample not in kpi.arguments
        else None,
        "squares": _squares(next(a.measure for a in bound[Window.PERIOD] if a.name == kpi.lever))
        if kpi.interval == "mean"
        else None,
        "median": _median(next(a.measure for a in bound[Window.PERIOD] if a.name == kpi.lever), measures)
        if kpi.interval == "mean"
        else None,
        "thresholds": thresholds,
        "example": example,
        "cases": _cases(f"{owner['code']}_{id_}", raw.pop("cases"), example, kpi),
    }
    known |= {key: raw.pop(key) for key in ("abbreviation", "name")}
    return BusinessKpi(**known, texts=msgspec.convert({"source": owner["source"]} | raw, KpiTexts))


def _cases(name: str, raw: list[dict[str, Any]], example: Example, kpi: Kpi) -> tuple[WorkedCase, ...]:
    cases = msgspec.convert(raw, tuple[WorkedCase, ...])
    if not all(len(case.arguments) == len(kpi.arguments) for case in cases):
        raise ValueError(f"a case of {name} does not take {kpi.arguments}")
    first = tuple(example.arguments[argument] for argument in kpi.arguments), example.value
    if not cases or (cases[0].arguments, cases[0].value) != first:
        raise ValueError(f"the first case of {name} is not its example")
    return cases


def _median(measure: Measure, measures: dict[str, Measure]) -> Measure:
    """The median of what ``measure`` adds up."""
    of, median = measure.aggregate, _over(f"{measure.id}_median", Window.PERIOD, measures)
    if of is None or median.aggregate is None or (of.column, of.where) != (median.aggregate.column, median.where):
        raise ValueError(f"{median.id} is not of what {measure.id} adds up")
    return median


def _squares(measure: Measure) -> Measure:
    """The sum of the squares of what ``measure`` adds up."""
    of = measure.aggregate
    if of is None or of.column is None:
        raise ValueError(f"{measure.id} adds up no column")
    squares = replace(of, column=f"{of.column}_squared", squared=True)
    return replace(measure, id=f"{measure.id}_squared", definition=squares, rollup="none")


def parse_caution(id_: str, raw: dict[str, Any], kpis: dict[str, Kpi]) -> CautionRule:
    """A caution as ``cautions.yaml`` has it; ValueError where it is about what there is not, or its text
    could not be told."""
    when = {kpi: text if text in _MOVES else _threshold(text) for kpi, text in raw.pop("when").items()}
    caution = msgspec.convert({"id": id_, "when": when, **raw}, CautionRule)
    if not when or not {*when} <= {*kpis}:
        raise ValueError(f"the caution {id_} is about {[*when]}: not all of them are KPIs")
    if any(kpis[kpi].unit == "money" for kpi, one in when.items() if isinstance(one, Threshold)):
        raise ValueError(f"the caution {id_} holds an amount against a number, whatever the currency")
    named = {name for _, name, _, _ in Formatter().parse(caution.text) if name is not None}
    if not named <= ({*when} if len(when) > 1 else set()):
        raise ValueError(f"the text of the caution {id_} names {sorted(named)}")
    return caution


def _threshold(text: str) -> Threshold:
    found = _THRESHOLD.fullmatch(text)
    if not found:
        raise ValueError(f"not a threshold: {text!r}")
    return Threshold(comparison=found[1], value=float(found[2]))  # type: ignore[arg-type]
