"""The parts of a pack that have their shape, and what every check of them asks: which names and measures there are,
what a formula is in, and what is told where something is named that is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from kpixl.catalog.exclusion import exclude
from kpixl.catalog.load import EDGES, MONTHS, NUMBER, catalogue, parse_line
from kpixl.catalog.model import Made, Mean, Measure
from kpixl.catalog.pack import MOST_ARGUMENTS
from kpixl.catalog.pack_shape import Shaped
from kpixl.catalog.pack_units import Powers, UnitsDiffer, dimension_of, fits, of_unit
from kpixl.catalog.settings import SETTINGS
from kpixl.catalog.tables import Elapsed, Field, InOrder, Table, columns_of
from kpixl.catalog.yaml_text import Mistake, Path, Reading
from kpixl.errors import N_
from kpixl.formula import FormulaError, evaluate, names, parse
from kpixl.formula.parse import LONGEST, Fault
from kpixl.message import Message, Verbatim, phrase, shortened

_CELL = re.compile(r"[a-z]{1,3}\d{1,7}|r\d*(c\d*)?|c\d*")
"""What Excel takes for a cell."""
_FAULTS: Mapping[Fault, str] = {
    "unreadable": N_("character {place} cannot stand in one"),
    "long": N_("it has more than {most} parts"),
    "missing": N_("something is missing at the end"),
    "large": N_("the number at character {place} is too large"),
    "open": N_("the parenthesis at character {place} is not closed"),
    "misplaced": N_("“{part}” at character {place} is out of place"),
}
_VBA = frozenset((
    "and", "as", "by", "date", "dim", "do", "double", "each", "else", "end", "error", "exit", "false", "for",
    "function", "get", "if", "in", "input", "integer", "is", "let", "like", "loop", "me", "mod", "new", "next",
    "not", "nothing", "null", "on", "option", "or", "print", "private", "property", "public", "put", "select",
    "set", "stop", "string", "sub", "then", "to", "true", "type", "until", "variant", "wend", "while", "with",
    "xor",
))  # fmt: skip
"""Words that are the language's own in VBA."""
_NAMES = _VBA | frozenset({*SETTINGS, *EDGES, MONTHS, "company", "check_errors", "trend_kpi", "year_start"})
_OURS = ("window_", "period_", "days_", "own_", "tbl_", "kpi_", "choice_", "word_")
"""What kpixl's own names in workbooks begin with."""
_ENDS = ("_3m", "_12m", "_once", "_each", "_squared")
"""What it puts at the ends of names."""
_SHOWN = 12
_NEEDS = N_("“{key}” is missing here; write “{key}: …”.")


@dataclass
class PackParts:
    """The parts of a pack, as far as they have their shape."""

    reading: Reading
    shape: Shaped
    built_in: bool
    tables: dict[str, Table] = field(default_factory=dict)
    """Those of the catalogue, and of the new ones what conditions have to know of them."""

    def __post_init__(self) -> None:
        self.bad = self.shape.wrong
        self.data = self.pruned(self.shape.data, ())
        self.known = catalogue()
        self.new = {
            id_: {**one, "fields": {key: field_ for key, field_ in one["fields"].items() if "type" in field_}}
            for id_, one in self.part("new_tables").items()
            if "fields" in one
        }
        self.own = {id_: one for id_, one in self.part("measures").items() if "aggregate" in one}
        self.kpis = self.part("kpis")
        self.tables = dict(self.known.tables)
        for id_, one in self.new.items():
            if id_ not in self.tables:
                self.tables[id_] = _stand_in(id_, one)

    def pruned(self, value: Any, path: Path) -> Any:
        """What has its shape of a part, so that the rest of it can be looked at."""
        if isinstance(value, dict):
            return {key: self.pruned(one, (*path, key)) for key, one in value.items() if (*path, key) not in self.bad}
        if isinstance(value, list):
            return [self.pruned(one, (*path, n)) for n, one in enumerate(value) if (*path, n) not in self.bad]
        return value

    def part(self, key: str) -> Any:
        """What stands under a key of the pack, with keys of its own."""
        found = self.data.get(key)
        return found if isinstance(found, dict) else {}

    def sound(self, path: Path) -> bool:
        """Whether a part has its shape, all of it."""
        return not any(one[: len(path)] == path for one in self.bad)

    def wrong(self, path: Path, template: str, /, **values: object) -> Mistake:
        """A mistake at that part."""
        return self.reading.wrong(path, template, **values)

    def needs(self, path: Path, key: str) -> Iterator[Mistake]:
        """What is missing, where nothing is wrong with what stands there."""
        if self.sound((*path, key)):
            yield self.wrong((*path, key), _NEEDS, key=key)

    def among(self, got: Any, allowed: Collection[str], path: Path) -> Iterator[Mistake]:
        """A mistake where something is named that is not one of those; none where nothing is."""
        if isinstance(got, str) and got not in allowed:
            shown = tuple(sorted(dict.fromkeys(allowed), key=lambda one: -_likeness(one, got))[:_SHOWN])
            template = N_("“{got}” is not known here; write one of: {allowed}.")
            yield self.wrong(
                path, template, got=got, allowed=(*shown, "…") if len({*allowed}) > _SHOWN else shown or "–"
            )

    def lines(self, lines: Sequence[str], table: str, path: Path, *, counted: bool = False) -> Iterator[Mistake]:
        """Conditions on a table, by which rows are ``counted``, or only told apart."""
        if table not in self.tables:
            return
        for place, line in enumerate(lines):
            try:
                clauses = parse_line(line, self.tables[table])
            except ValueError:
                template = N_(
                    "“{got}” is no condition on {table}; write it like “date in window”, “score >= 4”, "
                    "“done filled” or, of the ids of a choice, “kind = one or kind = other”."
                )
                yield self.wrong((*path, place), template, got=line, table=table)
                continue
            for column in sorted(columns_of(clauses)):
                yield from self.among(column, [one.id for one in self.tables[table].columns], (*path, place))
            if counted and not all(exclude(*pair) for clause in clauses for pair in combinations(clause, 2)):
                template = N_(
                    "A row may meet both sides of “or” in “{got}”, and would count twice; write it so that none does."
                )
                yield self.wrong((*path, place), template, got=line)

    def name(self, id_: str, path: Path, taken: Collection[str]) -> Iterator[Mistake]:
        """What becomes a name in the workbook has to be free, and none that Excel takes for a cell."""
        ours = (*_OURS, f"{self.data.get('code')}_")
        begun, ended = (one for one in ours if id_.startswith(one)), (one for one in _ENDS if id_.endswith(one))
        if id_ in taken or id_ in _NAMES:
            yield self.wrong(path, N_("“{got}” is taken; choose another id."), got=id_)
        elif part := next(begun, None):
            template = N_("kpixl has names of its own that begin with “{part}”; choose another id than “{got}”.")
            yield self.wrong(path, template, part=part, got=id_)
        elif part := next(ended, None):
            template = N_("kpixl has names of its own that end with “{part}”; choose another id than “{got}”.")
            yield self.wrong(path, template, part=part, got=id_)
        elif _CELL.fullmatch(id_):
            yield self.wrong(path, N_("Excel would take “{got}” for a cell; choose another id."), got=id_)

    def formula(self, text: str, unit: str | None, path: Path, besides: Collection[str] = ()) -> Iterator[Mistake]:
        """What a formula over measures has to be; of no ``unit``, any."""
        try:
            node = parse(text)
        except FormulaError as error:
            yield self.wrong(path, N_("The formula cannot be read ({detail})."), detail=_fault(error))
            return
        used = list(dict.fromkeys(names(node)))
        known = {*self.measures(), *besides}
        for name in used:
            if name not in known:
                near = sorted(known, key=lambda one: -_likeness(one, name))[:3]
                template = N_("There is no measure “{got}”; the nearest are: {near}.")
                yield self.wrong(path, template, got=name, near=", ".join(near))
        if not used:
            yield self.wrong(path, N_("The formula names no measure."))
        if len(used) > MOST_ARGUMENTS:
            template = N_("At most {most} stand here; these are {count}.")
            yield self.wrong(path, template, most=MOST_ARGUMENTS, count=len(used))
        if unit and {*used} <= known:
            try:
                found = dimension_of(node, self.dimension)
            except UnitsDiffer as error:
                parts = {"first": error.first, "sign": error.sign, "then": error.then}
                detail = Message("", Verbatim("{first} {sign} {then}"), parts)
                yield self.wrong(path, N_("The formula adds what is in different units: {detail}."), detail=detail)
                return
            if not fits(found, unit):
                template = N_("What the formula gives is {found}, which does not fit “unit: {unit}”.")
                yield self.wrong(path, template, found=found, unit=unit)

    def value(self, formula: str, numbers: Mapping[str, float]) -> float | None:
        """What a formula gives; None where it gives nothing."""
        try:
            return evaluate(parse(formula), numbers)
        except (FormulaError, KeyError, OverflowError):
            return None

    def dimension(self, name: str) -> Powers:
        """What a measure is in."""
        if name == MONTHS:
            return of_unit("months")
        raw = self.own.get(name)
        return of_unit(raw.get("unit", "count") if raw else self.known.measures[name].unit)

    def unit_of(self, kpi: str) -> str | None:
        """What the value of a KPI is in."""
        raw, usual = self.kpis.get(kpi, {}), self.known.kpis.get(kpi)
        return usual.unit if usual and "formula" not in raw else raw.get("unit")

    def measures(self) -> list[str]:
        """All that a formula may name."""
        return [*self.known.measures, *self.own]

    def takes_of(self, formula: str) -> list[str]:
        """The names of a formula, each once, in its order; none where it cannot be read."""
        try:
            return list(dict.fromkeys(names(parse(formula))))
        except FormulaError:
            return []

    def names_in(self, *formulas: str | None) -> set[str]:
        """The measures that formulas name."""
        return {name for text in formulas if text for name in self.takes_of(text)} - {MONTHS}

    def behind(self, measures: Collection[str]) -> set[str]:
        """The tables that measures are counted from, through formulas, too."""
        every = [(self.own.get(id_), self.known.measures.get(id_)) for id_ in self.below(measures)]
        own = {str(raw.get("table")) for raw, _ in every if raw is not None}
        known = {usual.table for raw, usual in every if raw is None and usual and usual.table}
        return (own & {*self.tables}) | known

    def below(self, measures: Collection[str]) -> set[str]:
        """The measures with what they are made of."""
        todo, seen = {*measures}, set[str]()
        while todo:
            id_ = todo.pop()
            seen.add(id_)
            raw, usual = self.own.get(id_), self.known.measures.get(id_)
            made = self.names_in(raw.get("formula"), raw.get("otherwise")) if raw else usual and _made_of(usual)
            todo |= (made or set()) - seen
        return seen

    def taken_by(self, id_: str, raw: Mapping[str, Any]) -> set[str]:
        """The measures that a KPI takes, as it binds them."""
        usual = self.known.kpis.get(id_)
        takes = self.names_in(raw["formula"]) if "formula" in raw else {*usual.arguments} if usual else set()
        return {raw.get("bind", {}).get(name, name) for name in takes}

    def used(self) -> set[str]:
        """The measures that KPIs and companions take, with what they are made of."""
        taken = [self.taken_by(id_, raw) for id_, raw in self.kpis.items()]
        return self.below({str(id_) for id_ in self.data.get("companions", [])}.union(*taken))

    def key_of(self, table: str) -> bool:
        """Whether a table is among the sheets and has a key."""
        return (
            table in self.data.get("tables", [])
            and table in self.tables
            and any(one.key for one in self.tables[table].fields)
        )

    def said(self, text: str) -> Mapping[str, str]:
        """A text by its languages."""
        worded = self.shape.worded.get(text)
        return worded.languages if worded else {"": text}


def is_number(text: str) -> bool:
    """Whether a text is a number as conditions and thresholds have it."""
    return bool(NUMBER.fullmatch(text))


def _fault(error: FormulaError) -> Message:
    """What is wrong with a formula."""
    return phrase(_FAULTS[error.fault], place=error.place, part=shortened(error.part), most=LONGEST)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _made_of(measure: Measure) -> set[str]:
    """The measures that one of the catalogue is made of."""
    match measure.definition:
        case Made(formula=formula, otherwise=otherwise):
            return {name for text in (formula, otherwise) if text for name in names(parse(text))} - {MONTHS}
        case Mean(of=of):
            return {of}
    return set()


def _stand_in(id_: str, raw: Mapping[str, Any]) -> Table:
    """A table with what a condition has to know of its columns."""
    fields = tuple(
        Field(
            id=key,
            type=one["type"],
            heading=key,
            help=key,
            key=one.get("key", False),
            unit=one.get("unit", "count"),
            choices=one.get("choices", {}),
        )
        for key, one in raw["fields"].items()
    )
    times = tuple(
        Elapsed(id=key, heading=key, since="", until="", unit=one.get("unit", "days"))
        for key, one in raw.get("calculated", {}).items()
    )
    orders = tuple(InOrder(id=key, heading=key, first="", then="") for key in raw.get("orders", {}))
    return Table(id=id_, title=str(raw.get("title", id_)), help="", fields=fields, calculated=(*times, *orders))
