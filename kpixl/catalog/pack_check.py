"""What is wrong with the text of a pack: every mistake at once, each with its place and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from kpixl.catalog.load import EDGES, MONTHS, catalogue, catalogue_with, parse_line
from kpixl.catalog.model import Made, Mean, Measure
from kpixl.catalog.pack import MOST_ARGUMENTS, MOST_MEASURES, OF_BUILT_IN
from kpixl.catalog.pack_shape import Shaped, shaped
from kpixl.catalog.pack_units import Powers, UnitsDiffer, dimension_of, fits, of_unit
from kpixl.catalog.settings import SETTINGS
from kpixl.catalog.tables import Elapsed, Field, InOrder, Table, columns_of
from kpixl.catalog.yaml_text import Mistake, Path, Reading, read_yaml
from kpixl.errors import N_
from kpixl.formula import FormulaError, evaluate, names, parse
from kpixl.formula.parse import LONGEST, Fault
from kpixl.message import Message, Verbatim, Worded, phrase, shortened

_NEAR = 1e-9
"""How far what a formula gives may be from what an example says, of the larger of 1 and that."""
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
_VBA = frozenset(
    [
        "and",
        "as",
        "by",
        "date",
        "dim",
        "do",
        "double",
        "each",
        "else",
        "end",
        "error",
        "exit",
        "false",
        "for",
        "function",
        "get",
        "if",
        "in",
        "input",
        "integer",
        "is",
        "let",
        "like",
        "loop",
        "me",
        "mod",
        "new",
        "next",
        "not",
        "nothing",
        "null",
        "on",
        "option",
        "or",
        "print",
        "private",
        "property",
        "public",
        "put",
        "select",
        "set",
        "stop",
        "string",
        "sub",
        "then",
        "to",
        "true",
        "type",
        "until",
        "variant",
        "wend",
        "while",
        "with",
        "xor",
    ]
)
_NAMES = _VBA | frozenset({*SETTINGS, *EDGES, MONTHS, "company", "check_errors", "trend_kpi", "year_start"})
_OURS = ("window_", "period_", "days_", "own_", "tbl_", "kpi_", "choice_", "word_")
"""What kpixl's own names in workbooks begin with."""
_ENDS = ("_3m", "_12m", "_once", "_each", "_squared")
"""What it puts at the ends of names."""
_SHEETS = frozenset({"dashboard", "totals", "kpis", "what_if", "breakdown", "behind", "past", "check", "guide"}) | {
    *("settings", "log", "hidden", "imports", "own", "in_use", "words", "dates", "entered", "calc", "board", "do"),
    *("actions", "spark", "xmr", "line"),
}
"""What it calls its own sheets and blocks."""
_FUNCTIONS = frozenset(("grade", "level", "threshold", "to_next", "name", "explain"))
"""Functions in cells that are no KPI's."""
_IN_NO_TITLE = re.compile(r"[:\\/?*\[\]]|^'|'$")
_IN_NO_HEADING = re.compile(r"[\[\]#'@\n\t]")
_LONGEST_TITLE = 31
_SAME_EVERYWHERE = {"abbreviation", "sample_name", "example", "source", "note", "demo"}
"""Texts that may stand in one language alone: signs, made-up names, quotations."""
_SHOWN = 12
_LEVELS = ("typical", "above_average", "exceptional")
_ONLY = {
    **dict.fromkeys(("with_time", "planned", "ends"), "date"),
    **dict.fromkeys(("minimum", "maximum", "unit", "part_of", "seldom_negative"), "number"),
    **dict.fromkeys(("key", "suggested", "refers_to", "example"), "text"),
    "choices": "choice",
}
"""Keys of a field that only fields of a type can have."""
_NEEDS = N_("“{key}” is missing here; write “{key}: …”.")


@dataclass(frozen=True)
class Checked:
    """A pack that was looked at."""

    id: str
    data: dict[str, Any]
    """What it says; whole only without mistakes."""
    worded: Mapping[str, Worded]
    """What the signs in it stand for."""
    mistakes: tuple[Mistake, ...]
    """In the order of the text."""
    reading: Reading
    """Where its parts are."""


@lru_cache(maxsize=8)
def checked(text: str, built_in: bool = False) -> Checked:
    """What is wrong with the text of a pack; one that comes with kpixl may have the keys of such ones."""
    reading = read_yaml(text)
    if reading.data is None:
        return Checked("", {}, {}, tuple(reading.mistakes), reading)
    shape = shaped(reading)
    found = [*reading.mistakes, *shape.mistakes]
    data = shape.data if isinstance(shape.data, dict) else {}
    if not any((mistake.line, mistake.column) == (1, 1) for mistake in found):
        found += _Checker(reading, shape, built_in).mistakes()
    if not found and not built_in:
        try:
            catalogue_with(data)
        except (ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
            found.append(reading.wrong((), N_("The parts do not fit together ({detail})."), detail=str(error)))
    once = {(one.line, one.column, str(one.message)): one for one in found}
    order = sorted(once.values(), key=lambda one: (one.line, one.column))
    return Checked(str(data.get("id", "")), data, shape.worded, tuple(order), reading)


@dataclass
class _Checker:
    """Looks at the parts of a pack that have their shape."""

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
        found = self.data.get(key)
        return found if isinstance(found, dict) else {}

    def sound(self, path: Path) -> bool:
        """Whether a part has its shape, all of it."""
        return not any(one[: len(path)] == path for one in self.bad)

    def wrong(self, path: Path, template: str, /, **values: object) -> Mistake:
        return self.reading.wrong(path, template, **values)

    def mistakes(self) -> Iterator[Mistake]:
        yield from self.head()
        yield from self.texts()
        for id_, one in self.new.items():
            yield from self.table(id_, one, ("new_tables", id_))
        yield from self.titles()
        yield from self.of_the_catalogue()
        if len(self.part("measures")) > MOST_MEASURES:
            yield self.wrong(
                ("measures",),
                N_("At most {most} stand here; these are {count}."),
                most=MOST_MEASURES,
                count=len(self.part("measures")),
            )
        for id_, one in self.part("measures").items():
            yield from self.measure(id_, one, ("measures", id_))
        yield from self.circles()
        for id_, one in self.kpis.items():
            yield from self.kpi(id_, one, ("kpis", id_))
        yield from self.tables_missing()
        yield from self.others()
        yield from self.demo()

    # The head and the texts

    def head(self) -> Iterator[Mistake]:
        usual = [one for one in self.known.businesses.values() if not self.built_in]
        if self.data.get("id") in {one.id for one in usual}:
            yield self.wrong(
                ("id",), N_("“{got}” is a business that kpixl has; choose another id."), got=self.data["id"]
            )
        if self.data.get("code") in {*(one.code for one in usual), "own", "kpi", "tbl"}:
            yield self.wrong(("code",), N_("“{got}” is taken; choose other letters."), got=self.data["code"])
        for key in OF_BUILT_IN:
            if key in self.data and not self.built_in:
                yield self.wrong((key,), N_("There is no key “{key}” here; remove it."), key=key)

    def texts(self) -> Iterator[Mistake]:
        spoken = self.data.get("languages", ["en"])
        if not self.sound(("languages",)) or not spoken:
            return
        allowed = {("pareto", "text"): ("vital", "groups"), ("dimensions", "unnamed"): ("number",)}
        for path, text in self.shape.texts:
            said = text.languages if isinstance(text, Worded) else {spoken[0]: text}
            for code in said:
                if code not in spoken:
                    template = N_(
                        "“{got}” is not among the languages of the pack; add it to “languages”, or remove this."
                    )
                    yield self.wrong(path, template, got=code)
            missing = [code for code in spoken if code not in said]
            if missing and (isinstance(text, Worded) or not _SAME_EVERYWHERE & {*path}):
                template = N_("This text is missing in: {languages}. Write it as {form}.")
                yield self.wrong(path, template, languages=", ".join(missing), form="{en: …, es: …}")
            holds = allowed.get((str(path[0]), str(path[-1])), ())
            if path[0] == "cautions" and path[-1] == "text":
                when = self.part("cautions").get(path[1], {}).get("when", {})
                holds = tuple(when) if isinstance(when, dict) and len(when) > 1 else ()
            for one in said.values():
                yield from self.braces(path, one, holds)

    def braces(self, path: Path, text: str, allowed: Sequence[str]) -> Iterator[Mistake]:
        left = text
        for name in allowed:
            left = left.replace(f"{{{name}}}", "")
        if "{" in left or "}" in left:
            form = ", ".join(f"{{{name}}}" for name in allowed) or "–"
            yield self.wrong(path, N_("Braces may hold nothing else here than: {allowed}."), allowed=form)
        if path[-1] == "unnamed" and "{number}" not in text:
            yield self.wrong(path, N_("{place} is missing in this text."), place="{number}")

    # Tables

    def table(self, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        if id_ in self.known.tables or id_ in _SHEETS:
            yield self.wrong(path, N_("“{got}” is taken; choose another id."), got=id_)
        if id_ not in self.data.get("tables", []):
            yield self.wrong(path, N_("“{got}” has no place among the sheets; add it to “tables”."), got=id_)
        fields = self.new[id_]["fields"]
        dates = [key for key, one in fields.items() if one["type"] == "date"]
        kept, leaves = raw.get("kept", False), raw.get("leaves", [])
        if kept == bool(leaves):
            yield self.wrong(
                path, N_("Write “kept: true”, or under “leaves” which rows go when a period begins; not both.")
            )
        if not kept and "date" not in raw:
            yield from self.needs(path, "date")
        yield from self.among(raw.get("date"), dates, (*path, "date"))
        yield from self.lines(leaves, id_, (*path, "leaves"))
        for key, one in fields.items():
            yield from self.field(key, one, id_, (*path, "fields", key))
        for key, one in raw.get("calculated", {}).items():
            for end in ("since", "until"):
                yield from self.among(one.get(end), dates, (*path, "calculated", key, end))
        for key, one in raw.get("orders", {}).items():
            numbers = [name for name, field_ in fields.items() if field_["type"] == "number"]
            for end in ("first", "then"):
                yield from self.among(
                    one[end], dates if one.get("days", True) else numbers, (*path, "orders", key, end)
                )
        for place, key in enumerate(raw.get("same", [])):
            yield from self.among(key, [*fields], (*path, "same", place))
        for place, pair in enumerate(raw.get("in_order", [])):
            for key in pair:
                yield from self.among(key, dates, (*path, "in_order", place))
        for key in {**raw.get("calculated", {}), **raw.get("orders", {})}:
            if key in fields or (key in raw.get("calculated", {}) and key in raw.get("orders", {})):
                yield self.wrong((*path, "fields", key), N_("“{key}” stands here twice; keep one."), key=key)
        yield from self.headings(raw, path)

    def headings(self, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        """What Excel takes as a heading, and in no language twice."""
        columns = [
            (part, key, one) for part in ("fields", "calculated", "orders") for key, one in raw.get(part, {}).items()
        ]
        seen: set[tuple[str, str]] = set()
        for part, key, one in columns:
            for code, text in self.said(one.get("heading", "")).items():
                here = (*path, part, key, "heading")
                if _IN_NO_HEADING.search(text):
                    yield self.wrong(here, N_("A heading has none of the signs {signs}."), signs="[ ] # ' @")
                if (code, text.strip().casefold()) in seen:
                    yield self.wrong(here, N_("“{got}” is the heading of two columns; change one."), got=text)
                seen.add((code, text.strip().casefold()))

    def field(self, key: str, raw: dict[str, Any], table: str, path: Path) -> Iterator[Mistake]:
        fields, kind = self.new[table]["fields"], raw["type"]
        for name, wanted in _ONLY.items():
            if raw.get(name) and kind != wanted:
                template = N_("“{key}” is only for a field of the type {type}.")
                yield self.wrong((*path, name), template, key=name, type=wanted)
        if kind == "choice" and not raw.get("choices"):
            yield from self.needs(path, "choices")
        if "refers_to" in raw and not self.key_of(raw["refers_to"]):
            yield self.wrong(
                (*path, "refers_to"),
                N_("There is no table “{got}” among the sheets that has a key."),
                got=raw["refers_to"],
            )
        if raw.get("minimum", 0) > raw.get("maximum", raw.get("minimum", 0)):
            yield self.wrong((*path, "minimum"), N_("The smallest is more than the largest."))
        numbers = [name for name, one in fields.items() if one["type"] == "number" and name != key]
        yield from self.among(raw.get("part_of"), numbers, (*path, "part_of"))
        for name in ("agrees", "past"):
            told = raw.get(name)
            if told:
                dates = [one for one, field_ in fields.items() if field_["type"] == "date"]
                yield from self.among(told.get("date"), dates, (*path, name))
                for word in ("dated", "undated", "choice"):
                    yield from self.among(told.get(word), [*raw.get("choices", {})], (*path, name))
        if raw.get("unit") == "money" and raw.get("maximum") is not None:
            yield self.wrong((*path, "maximum"), N_("An amount has no largest number, for the currency may be any."))

    def titles(self) -> Iterator[Mistake]:
        """What Excel takes as the name of a sheet, and in no language twice."""
        seen: set[tuple[str, str]] = set()
        for place, id_ in enumerate(self.data.get("tables", [])):
            if not isinstance(id_, str) or id_ not in self.tables:
                continue
            words = self.part("words").get(id_, {}) if self.sound(("words", id_)) else {}
            own = "new_tables" if id_ in self.new else "words"
            path: Path = (own, id_, "title") if id_ in self.new or words.get("title") else ("tables", place)
            title = words.get("title") or self.new.get(id_, {}).get("title") or self.tables[id_].title
            for code, text in self.said(title).items():
                if len(text) > _LONGEST_TITLE or _IN_NO_TITLE.search(text) or text.casefold() == "history":
                    template = N_("“{got}” cannot be the name of a sheet: at most 31 signs, none of {signs}.")
                    yield self.wrong(path, template, got=text, signs=": \\ / ? * [ ]")
                if (code, text.casefold()) in seen:
                    yield self.wrong(path, N_("“{got}” is the name of two sheets; change one."), got=text)
                seen.add((code, text.casefold()))

    def of_the_catalogue(self) -> Iterator[Mistake]:
        """What is said of tables that the catalogue has, and the list of the sheets."""
        listed = self.data.get("tables", [])
        for place, id_ in enumerate(listed if isinstance(listed, list) else []):
            yield from self.among(id_, [*self.tables], ("tables", place))
            if id_ in listed[:place]:
                yield self.wrong(("tables", place), N_("“{key}” stands here twice; keep one."), key=str(id_))
        for key in ("words", "without", "columns"):
            for id_, said in self.part(key).items():
                if not self.sound((key, id_)):
                    continue
                yield from self.among(id_, [*self.known.tables], (key, id_))
                fields = [one.id for one in self.known.tables[id_].fields] if id_ in self.known.tables else []
                for one in said.get("fields", {}) if key == "words" else said:
                    yield from self.among(one, fields, (key, id_))

    # Measures

    def measure(self, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        if id_ not in self.own:
            if id_ not in self.known.measures:
                yield self.wrong(
                    path, N_("There is no measure “{got}”; say how it is counted: “aggregate: count”."), got=id_
                )
            for key in {*raw} - {"label", "absent", "note"}:
                yield self.wrong((*path, key), N_("Of a measure that kpixl has, only its words can be changed."))
            return
        yield from self.name(id_, path, self.known.measures)
        for key in ("label", "absent"):
            if not raw.get(key):
                yield from self.needs(path, key)
        kind = raw["aggregate"]
        rows = ("table", "where")
        needed = {
            "count": rows,
            "sum": (*rows, "column"),
            "distinct": (*rows, "distinct", "heading"),
            "formula": ("formula",),
            "typed": (),
        }
        for key in needed[kind]:
            if not raw.get(key):
                yield from self.needs(path, key)
        for key in ("table", "where", "column", "distinct", "heading", "spread", "outcome", "formula", "otherwise"):
            if (
                raw.get(key)
                and key not in needed[kind]
                and (kind in ("formula", "typed")) != (key in ("formula", "otherwise"))
            ):
                yield self.wrong(
                    (*path, key), N_("“{key}” has no meaning beside “aggregate: {kind}”."), key=key, kind=kind
                )
        if kind == "formula":
            for key in ("formula", "otherwise"):
                if raw.get(key):
                    yield from self.formula(raw[key], raw.get("unit", "count"), (*path, key), {MONTHS})
        elif kind != "typed":
            yield from self.counted(raw, path)

    def counted(self, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        table = raw.get("table")
        listed = [id_ for id_ in self.data.get("tables", []) if id_ in self.tables]
        yield from self.among(table, listed, (*path, "table"))
        if table not in self.tables:
            return
        yield from self.lines(raw.get("where", []), table, (*path, "where"))
        columns = [one.id for one in self.tables[table].columns]
        fields = [one.id for one in self.tables[table].fields]
        texts = [one.id for one in self.tables[table].fields if one.type in ("text", "choice")]
        numbers = [id_ for id_ in columns if id_ not in fields or self.tables[table].field(id_).type == "number"]
        yield from self.among(raw.get("column"), numbers, (*path, "column"))
        for place, one in enumerate(raw.get("distinct", [])):
            yield from self.among(one, texts, (*path, "distinct", place))
        yield from self.among(raw.get("spread"), texts, (*path, "spread"))
        yield from self.among(raw.get("outcome"), fields, (*path, "outcome"))
        column = raw.get("column")
        if raw["aggregate"] != "sum" and raw.get("unit", "count") != "count":
            yield self.wrong((*path, "unit"), N_("What is counted is in no unit; remove it."))
        elif raw["aggregate"] == "sum" and column in columns:
            unit = next(getattr(one, "unit", "count") for one in self.tables[table].columns if one.id == column)
            said = raw.get("unit", "count")
            if (unit in ("money", "hours", "months") and said != unit) or (said == "money" and unit != "money"):
                yield self.wrong(
                    (*path, "column"), N_("“{column}” is in {unit}; write “unit: {unit}”."), column=column, unit=unit
                )

    def lines(self, lines: Sequence[str], table: str, path: Path) -> Iterator[Mistake]:
        """Conditions on a table."""
        if table not in self.tables:
            return
        for place, line in enumerate(lines):
            try:
                read = columns_of(parse_line(line, self.tables[table]))
            except ValueError:
                template = N_("“{got}” is no condition on {table}; write it like “date in window” or “score >= 4”.")
                yield self.wrong((*path, place), template, got=line, table=table)
                continue
            for column in sorted(read):
                yield from self.among(column, [one.id for one in self.tables[table].columns], (*path, place))

    def circles(self) -> Iterator[Mistake]:
        """Measures that are made of themselves."""
        below = {id_: self.names_in(one.get("formula"), one.get("otherwise")) for id_, one in self.own.items()}
        for id_ in below:
            seen: set[str] = set()
            todo = set(below[id_])
            while todo:
                one = todo.pop()
                seen.add(one)
                todo |= below.get(one, set()) - seen
            if id_ in seen:
                yield self.wrong(("measures", id_, "formula"), N_("“{got}” is made of itself."), got=id_)

    # KPIs

    def kpi(self, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        own = "formula" in raw
        usual = self.known.kpis.get(id_)
        if own:
            yield from self.name(id_, path, {*self.known.kpis, *_FUNCTIONS})
            for key in ("unit", "direction"):
                if key not in raw:
                    yield from self.needs(path, key)
            yield from self.formula(raw["formula"], raw.get("unit"), (*path, "formula"))
        elif usual is None:
            yield self.wrong(path, N_("kpixl has no KPI “{got}”; say what it is: “formula: …”."), got=id_)
            return
        for key in ("unit", "direction", "lever", "cases_in", "bounded", "may_exceed", "builds_up", "interval"):
            if not own and key in raw:
                yield self.wrong((*path, key), N_("“{key}” of a KPI that kpixl has cannot be changed."), key=key)
        formula, unit, direction = (
            (raw["formula"], raw.get("unit"), raw.get("direction")) if own or usual is None
            else (usual.formula, usual.unit, usual.direction)
        )  # fmt: skip
        takes = self.takes_of(formula) if own or usual is None else list(usual.arguments)
        yield from self.takes(raw, takes, path)
        yield from self.levels(raw, direction, path)
        yield from self.worked(raw, formula, takes, path)
        if own and raw.get("bounded") and unit not in (None, "fraction"):
            yield self.wrong(
                (*path, "bounded"), N_("“{key}” is only for a KPI of the unit {unit}."), key="bounded", unit="fraction"
            )

    def takes(self, raw: dict[str, Any], takes: list[str], path: Path) -> Iterator[Mistake]:
        """The measures that a KPI is made of."""
        yield from self.among(raw.get("lever"), takes, (*path, "lever"))
        yield from self.among(raw.get("cases_in"), self.measures(), (*path, "cases_in"))
        for key in ("bind", "bind_long"):
            for name, measure in raw.get(key, {}).items():
                yield from self.among(name, takes, (*path, key, name))
                yield from self.among(measure, self.measures(), (*path, key, name))
        if raw.get("interval") and not (raw.get("cases_in") and raw.get("lever")):
            yield self.wrong((*path, "interval"), N_("“{key}” needs “lever” and “cases_in”, too."), key="interval")

    def levels(self, raw: dict[str, Any], direction: str | None, path: Path) -> Iterator[Mistake]:
        thresholds = raw.get("thresholds", {})
        here = (*path, "thresholds")
        if thresholds and not self.built_in:
            for key in ("source", "dated"):
                if not raw.get(key) and not self.data.get(key):
                    template = N_("Thresholds need “{key}”, here or in the pack; without a source, leave them out.")
                    yield self.wrong(here, template, key=key)
            if not raw.get("published"):
                yield from self.needs(path, "published")
        signs = ("<", "<=") if direction == "down" else (">", ">=")
        edges = []
        for level in _LEVELS:
            if level not in thresholds:
                continue
            sign = re.match(r"[<>]=?", thresholds[level])
            try:
                edges.append((level, float(thresholds[level].lstrip("<>= "))))
            except ValueError:
                yield self.wrong(
                    (*here, level), N_("“{got}” is no threshold; write it like “>= 0.9”."), got=thresholds[level]
                )
                continue
            if sign and direction and sign[0] not in signs:
                template = N_("“{got}” does not fit “direction: {direction}”; write it with {sign}.")
                yield self.wrong((*here, level), template, got=thresholds[level], direction=direction, sign=signs[1])
        for (_, first), (level, then) in pairwise(edges):
            if (then - first) * (-1 if direction == "down" else 1) <= 0:
                template = N_(
                    "“{level}” has to be harder to reach than the level before it; put the thresholds in order."
                )
                yield self.wrong((*here, level), template, level=level)

    def worked(self, raw: dict[str, Any], formula: str, takes: list[str], path: Path) -> Iterator[Mistake]:
        """The worked example, and the other cases."""
        example, here = raw.get("example", {}), (*path, "example")
        given = example.get("arguments", {})
        if not self.sound((*path, "formula")) or not self.sound(here):
            return
        if {*given} != {*takes}:
            template = N_("The example needs a number for each of: {names}.")
            yield self.wrong((*here, "arguments"), template, names=", ".join(takes))
            return
        yield from self.gives(
            formula, {name: float(one) for name, one in given.items()}, example["value"], (*here, "value")
        )
        for place, case in enumerate(raw.get("cases", [])):
            if not self.sound((*path, "cases", place)):
                continue
            if len(case["arguments"]) != len(takes):
                yield self.wrong(
                    (*path, "cases", place), N_("The case needs a number for each of: {names}."), names=", ".join(takes)
                )
                continue
            numbers = dict(zip(takes, map(float, case["arguments"]), strict=True))
            yield from self.gives(formula, numbers, case["value"], (*path, "cases", place, "value"))
        lever = raw.get("lever")
        if lever in takes:
            values = [self.value(formula, {**given, lever: given[lever] + more}) for more in (0, 1, 2)]
            if None not in values:
                first, second, third = (float(one or 0) for one in values)
                if abs(third - 2 * second + first) > _NEAR * max(1.0, abs(first)):
                    template = N_(
                        "Of one more “{lever}”, the value has to grow by the same each time; choose another lever."
                    )
                    yield self.wrong((*path, "lever"), template, lever=lever)

    def gives(self, formula: str, numbers: Mapping[str, float], said: float, path: Path) -> Iterator[Mistake]:
        value = self.value(formula, numbers)
        if value is None or abs(value - said) > _NEAR * max(1.0, abs(said)):
            template = N_("The formula gives {value} here, and not {said}; correct one of them.")
            yield self.wrong(path, template, value="–" if value is None else f"{value:.10g}", said=f"{said:.10g}")

    def value(self, formula: str, numbers: Mapping[str, float]) -> float | None:
        try:
            return evaluate(parse(formula), numbers)
        except (FormulaError, KeyError, OverflowError):
            return None

    # What is left

    def tables_missing(self) -> Iterator[Mistake]:
        """Tables that something is counted from, and that the business does not have."""
        listed = {id_ for id_ in self.data.get("tables", []) if isinstance(id_, str)}
        for id_, raw in self.kpis.items():
            usual = self.known.kpis.get(id_)
            takes = self.names_in(raw["formula"]) if "formula" in raw else {*usual.arguments} if usual else set()
            bound = {raw.get("bind", {}).get(name, name) for name in takes} | {raw.get("cases_in", "")}
            for table in sorted(self.behind(bound) - listed):
                template = N_("“{kpi}” is counted from the table “{table}”; add that to “tables”.")
                yield self.wrong(("kpis", id_), template, kpi=id_, table=table)

    def behind(self, measures: Collection[str]) -> set[str]:
        """The tables that measures are counted from, through formulas, too."""
        found, todo, seen = set(), {*measures}, set()
        while todo:
            id_ = todo.pop()
            seen.add(id_)
            raw, usual = self.own.get(id_), self.known.measures.get(id_)
            if raw is not None:
                found |= {raw["table"]} if raw.get("table") in self.tables else set()
                todo |= self.names_in(raw.get("formula"), raw.get("otherwise")) - seen
            elif usual is not None:
                found |= {usual.table} if usual.table else set()
                todo |= _made_of(usual) - seen
        return found

    def others(self) -> Iterator[Mistake]:
        for place, id_ in enumerate(self.data.get("companions", [])):
            yield from self.among(id_, self.measures(), ("companions", place))
        if self.data.get("own_example") and self.sound(("own_example",)):
            yield from self.formula(self.data["own_example"], None, ("own_example",))
        for id_, raw in self.part("cautions").items():
            if not self.sound(("cautions", id_)):
                continue
            if any(one.id == id_ for one in self.known.cautions):
                yield self.wrong(("cautions", id_), N_("“{got}” is taken; choose another id."), got=id_)
            for kpi in raw.get("when", {}):
                yield from self.among(kpi, [*self.part("kpis")], ("cautions", id_, "when", kpi))
        for id_, raw in self.part("dimensions").items():
            fields = [one.id for t in self.tables.values() for one in t.fields if one.type != "number"]
            yield from self.among(id_, fields, ("dimensions", id_))
            having = [t.id for t in self.tables.values() if any(one.id == id_ for one in t.fields)]
            if self.sound(("dimensions", id_)):
                for place, table in enumerate(raw.get("across", [])):
                    yield from self.among(table, having, ("dimensions", id_, "across", place))
        for place, raw in enumerate(self.data.get("pareto", [])):
            if self.sound(("pareto", place)):
                yield from self.ranked(raw, ("pareto", place))

    def ranked(self, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
        counted = {
            id_: one.table
            for id_, one in self.known.measures.items()
            if one.aggregate and one.aggregate.kind in ("count", "sum")
        }
        counted |= {id_: one.get("table") for id_, one in self.own.items() if one["aggregate"] in ("count", "sum")}
        used = [id_ for id_ in counted if id_ in self.used()]
        yield from self.among(raw["measure"], used, (*path, "measure"))
        table = self.tables.get(str(counted.get(raw["measure"])))
        if table:
            fields = [
                one.id for one in table.fields if one.type in ("text", "choice") and not one.key and not one.extra
            ]
            yield from self.among(raw["by"], fields, (*path, "by"))

    def used(self) -> set[str]:
        """The measures that KPIs and companions take, with what they are made of."""
        todo = {str(id_) for id_ in self.data.get("companions", [])}
        for id_, raw in self.kpis.items():
            usual = self.known.kpis.get(id_)
            takes = self.names_in(raw["formula"]) if "formula" in raw else {*usual.arguments} if usual else set()
            todo |= {raw.get("bind", {}).get(name, name) for name in takes}
        seen: set[str] = set()
        while todo:
            id_ = todo.pop()
            seen.add(id_)
            raw, made = self.own.get(id_), self.known.measures.get(id_)
            below = (
                self.names_in(raw.get("formula"), raw.get("otherwise")) if raw else _made_of(made) if made else set()
            )
            todo |= below - seen
        return seen

    def demo(self) -> Iterator[Mistake]:
        for table, raw in self.part("demo").items():
            path: Path = ("demo", table)
            yield from self.among(table, [id_ for id_ in self.data.get("tables", []) if isinstance(id_, str)], path)
            if table not in self.tables or not self.sound(path):
                continue
            fields = {one.id: one for one in self.tables[table].fields}
            for key, hint in raw.get("fields", {}).items():
                here = (*path, "fields", key)
                yield from self.among(key, [*fields], here)
                if hint.get("low", 0) > hint.get("high", hint.get("low", 0)):
                    yield self.wrong((*here, "low"), N_("The smallest is more than the largest."))
                yield from self.among(
                    hint.get("after"),
                    [id_ for id_, one in fields.items() if one.type == "date" and id_ != key],
                    (*here, "after"),
                )

    # Tools

    def needs(self, path: Path, key: str) -> Iterator[Mistake]:
        """What is missing, where nothing is wrong with what stands there."""
        if self.sound((*path, key)):
            yield self.wrong((*path, key), _NEEDS, key=key)

    def among(self, got: Any, allowed: Collection[str], path: Path) -> Iterator[Mistake]:
        """A mistake where something is named that is not one of those; none where nothing is."""
        if isinstance(got, str) and got not in allowed:
            shown = tuple(sorted(allowed, key=lambda one: -_likeness(one, got))[:_SHOWN])
            template = N_("“{got}” is not known here; write one of: {allowed}.")
            yield self.wrong(path, template, got=got, allowed=(*shown, "…") if len(allowed) > _SHOWN else shown or "–")

    def name(self, id_: str, path: Path, taken: Collection[str]) -> Iterator[Mistake]:
        """What becomes a name in the workbook has to be free, and none that Excel takes for a cell."""
        ours = (*_OURS, f"{self.data.get('code')}_")
        if id_ in taken or id_ in _NAMES or id_.startswith(ours) or id_.endswith(_ENDS):
            yield self.wrong(path, N_("“{got}” is taken; choose another id."), got=id_)
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

    def dimension(self, name: str) -> Powers:
        """What a measure is in."""
        if name == MONTHS:
            return of_unit("months")
        raw = self.own.get(name)
        return of_unit(raw.get("unit", "count") if raw else self.known.measures[name].unit)

    def measures(self) -> list[str]:
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

    def key_of(self, table: str) -> bool:
        return (
            table in self.data.get("tables", [])
            and table in self.tables
            and any(one.key for one in self.tables[table].fields)
        )

    def said(self, text: str) -> Mapping[str, str]:
        """A text by its languages."""
        worded = self.shape.worded.get(text)
        return worded.languages if worded else {"": text}


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
