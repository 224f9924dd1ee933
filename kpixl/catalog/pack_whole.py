"""What is wrong with a pack of which each part is sound, but not all of them together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kpixl.catalog.exclusion import outlives
from kpixl.catalog.load import catalogue_with
from kpixl.catalog.model import Business, Catalogue
from kpixl.catalog.needs import columns_read
from kpixl.catalog.pack_parts import PackParts
from kpixl.catalog.tables import Each, Once, Table
from kpixl.catalog.yaml_text import Mistake, Path, Reading
from kpixl.errors import N_


def mistakes(parts: PackParts, found: Sequence[Mistake]) -> Iterator[Mistake]:
    """What the business lacks that is made of a pack, or of what is left of it without the parts in which mistakes
    were ``found``; where nothing was found and none can be made, why."""
    tried = _rests(parts, found) if found else iter([parts.data])
    data, made = next(((data, made) for data in tried if (made := _made(data))), (parts.data, None))
    if made is None:
        if not found:
            yield _apart(data, parts.reading)
        return
    owner = made.businesses[data["id"]]
    yield from _left_out(owner, made.tables, parts.reading)
    yield from _too_late(owner, data, parts.reading)
    for table in owner.tables:
        yield from _twice(table, parts)


def _made(data: dict[str, Any]) -> Catalogue | None:
    try:
        return catalogue_with(data)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration, RecursionError):
        return None


_APART = {"id": "rest-of-it", "code": "zz", "name": "–", "languages": ["en"]}
"""How a business is called of which only tables and measures are looked at."""
_STAND_IN = {
    "abbreviation": "–", "name": "–", "definition": "–", "benefits": ["–"], "limits": ["–"], "tips": ["–"],
    "unit": "count", "direction": "up",
}  # fmt: skip
"""A KPI for a business that has none left."""


def _rests(parts: PackParts, found: Sequence[Mistake]) -> Iterator[dict[str, Any]]:
    """What may be left to make a business of: all, all but the KPIs with mistakes, all but what has any."""
    wrong = {path[:2] for path in (*(one.path for one in found), *parts.bad)}
    kpis = {one for one in wrong if one[:1] == ("kpis",)}
    # What a KPI takes of which the formula cannot be read is not known; it may be any measure.
    taken = {*parts.used(), *(parts.own if kpis else ())}
    for without in (set(), kpis, wrong):
        yield _rest(parts, taken, without)


def _rest(parts: PackParts, measured: Collection[str], without: Collection[Path]) -> dict[str, Any]:
    """The tables and measures of a pack ``without`` some of its parts and what is made of those."""

    def of(key: str) -> dict[str, Any]:
        return {id_: one for id_, one in parts.part(key).items() if (key, id_) not in without}

    new, measures = of("new_tables"), of("measures")
    listed = [one for place, one in enumerate(parts.data.get("tables", [])) if ("tables", place) not in without]
    tables = [id_ for id_ in dict.fromkeys(listed) if id_ in new or id_ in parts.known.tables]

    def whole(ids: Collection[str]) -> bool:
        below = parts.below(ids)
        return below <= {*measures, *parts.known.measures} and parts.behind(ids) <= {*tables}

    measures = {id_: one for id_, one in measures.items() if "aggregate" not in one or whole([id_])}
    taken = [id_ for id_ in sorted(measured) if whole([id_])]
    kpis = {id_: one for id_, one in of("kpis").items() if whole(parts.taken_by(id_, one))}
    if not kpis and taken:
        example = {"arguments": {taken[0]: 1}, "value": 1}
        kpis["stand_in"] = {**_STAND_IN, "formula": taken[0], "lever": taken[0], "example": example}
    rest = {"tables": tables, "new_tables": new, "measures": measures, "kpis": kpis, "companions": taken}
    return _APART | rest | {key: of(key) for key in ("words", "without", "columns")}


def _apart(data: dict[str, Any], reading: Reading) -> Mistake:
    """The part without which the others fit together, if it is one."""
    for key in ("pareto", "cautions", "dimensions", "companions", "without", "columns", "words", "kpis"):
        listed = data.get(key, ())
        for one in listed if isinstance(listed, dict) else range(len(listed)):
            if _made({**data, key: _without(listed, one)}):
                return reading.wrong((key, one), N_("This does not fit together with the rest of the pack."))
    return reading.wrong((), N_("The parts of the pack do not fit together; take back what you have changed last."))


def _without(listed: Mapping[str, Any] | Sequence[Any], one: str | int) -> Any:
    if isinstance(listed, Mapping):
        return {key: value for key, value in listed.items() if key != one}
    return [value for place, value in enumerate(listed) if place != one]


def _left_out(owner: Business, tables: Mapping[str, Table], reading: Reading) -> Iterator[Mistake]:
    """Columns that the business says it never uses, though something is counted from them or picked by them."""
    read = columns_read([table.id for table in owner.tables], tables, owner.measures)
    for id_, columns in owner.without:
        table = tables[id_]
        kept = {field.id for field in table.fields if field.key} | {*(table.stays or ()), table.date}
        for place, column in enumerate(columns):
            if column in kept or (id_, column) in read:
                template = N_("“{column}” of {table} is needed; take it out of “without”.")
                yield reading.wrong(("without", id_, place), template, column=column, table=id_)


def _too_late(owner: Business, data: Mapping[str, Any], reading: Reading) -> Iterator[Mistake]:
    """Measures that count rows which have left their sheet by then: they would be in no month's figures, unseen."""
    told: set[tuple[str, str]] = set()
    for item in owner.measures:
        of = item.aggregate
        if of is None or item.id not in data.get("measures", {}) or not outlives(of.where, owner.table(of.table)):
            continue
        if not of.days or of.table not in data.get("new_tables", {}):
            template = N_("Rows leave their sheet before all of them are counted here; add “{line}”.")
            line = f"{owner.table(of.table).date} in window"
            yield reading.wrong(("measures", item.id, "where"), template, line=line)
        elif (of.table, of.days[0]) not in told:
            template = N_("“{measure}” counts rows by “{column}”, which may come after they left; add “{line}” here.")
            line = f"{of.days[0]} < window_start"
            place = ("new_tables", of.table, "leaves")
            yield reading.wrong(place, template, measure=item.id, column=of.days[0], line=line)
        told |= {(of.table, day) for day in of.days}


def _twice(table: Table, parts: PackParts) -> Iterator[Mistake]:
    """Two columns of a sheet with one heading, one of them behind a distinct count or called by ``words``."""
    seen: set[tuple[str, str]] = set()
    for column in table.columns:
        said = parts.shape.worded.get(column.heading)
        spoken = said.languages if said else {"": column.heading, "en": column.heading}
        keys = {(code, text.strip().casefold()) for code, text in spoken.items()}
        behind = isinstance(column, Once | Each)
        if keys & seen and (behind or table.id not in parts.new):
            measure = column.id.removesuffix("_once")
            if isinstance(column, Once | Each):
                measure = measure.removesuffix(column.window.suffix)
            template = N_("“{got}” is the heading of two columns; change one.")
            if isinstance(column, Once):
                template = N_(
                    "“{got}” is the heading of two columns; change one, or write {form} for the other window."
                )
            place = ("measures", measure, "heading") if behind else ("words", table.id, "fields", column.id)
            heading = next(iter(spoken.values()))
            yield parts.wrong(place, template, got=heading, form="“headings: {12m: …}”")
        seen |= keys
