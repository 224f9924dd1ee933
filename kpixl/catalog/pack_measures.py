"""What is wrong with the measures of a pack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpixl.catalog.load import MONTHS
from kpixl.catalog.pack import MOST_MEASURES
from kpixl.catalog.pack_parts import PackParts
from kpixl.catalog.yaml_text import Mistake, Path
from kpixl.errors import N_


def mistakes(parts: PackParts) -> Iterator[Mistake]:
    """What is wrong with the measures."""
    count = len(parts.part("measures"))
    if count > MOST_MEASURES:
        template = N_("At most {most} stand here; these are {count}.")
        yield parts.wrong(("measures",), template, most=MOST_MEASURES, count=count)
    for id_, one in parts.part("measures").items():
        yield from _measure(parts, id_, one, ("measures", id_))
    yield from _circles(parts)


def _measure(parts: PackParts, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    if id_ not in parts.own:
        if id_ not in parts.known.measures:
            yield parts.wrong(
                path, N_("There is no measure “{got}”; say how it is counted: “aggregate: count”."), got=id_
            )
        for key in {*raw} - {"label", "absent", "note"}:
            yield parts.wrong((*path, key), N_("Of a measure that kpixl has, only its words can be changed."))
        return
    yield from parts.name(id_, path, parts.known.measures)
    for key in ("label", "absent"):
        if not raw.get(key):
            yield from parts.needs(path, key)
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
            yield from parts.needs(path, key)
    for key in (
        "table",
        "where",
        "column",
        "distinct",
        "heading",
        "headings",
        "spread",
        "outcome",
        "formula",
        "otherwise",
    ):
        if (
            raw.get(key)
            and key not in needed[kind]
            and (kind in ("formula", "typed")) != (key in ("formula", "otherwise"))
        ):
            yield parts.wrong(
                (*path, key), N_("“{key}” has no meaning beside “aggregate: {kind}”."), key=key, kind=kind
            )
    if kind == "formula":
        for key in ("formula", "otherwise"):
            if raw.get(key):
                yield from parts.formula(raw[key], raw.get("unit", "count"), (*path, key), {MONTHS})
    elif kind != "typed":
        yield from _counted(parts, raw, path)


def _counted(parts: PackParts, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    table = raw.get("table")
    listed = [id_ for id_ in parts.data.get("tables", []) if id_ in parts.tables]
    yield from parts.among(table, listed, (*path, "table"))
    if table not in parts.tables:
        return
    yield from parts.lines(raw.get("where", []), table, (*path, "where"), counted=True)
    columns = [one.id for one in parts.tables[table].columns]
    fields = [one.id for one in parts.tables[table].fields]
    texts = [one.id for one in parts.tables[table].fields if one.type in ("text", "choice")]
    numbers = [id_ for id_ in columns if id_ not in fields or parts.tables[table].field(id_).type == "number"]
    yield from parts.among(raw.get("column"), numbers, (*path, "column"))
    for place, one in enumerate(raw.get("distinct", [])):
        yield from parts.among(one, texts, (*path, "distinct", place))
    yield from parts.among(raw.get("spread"), texts, (*path, "spread"))
    yield from parts.among(raw.get("outcome"), fields, (*path, "outcome"))
    column = raw.get("column")
    if raw["aggregate"] != "sum" and raw.get("unit", "count") != "count":
        yield parts.wrong((*path, "unit"), N_("What is counted is in no unit; remove it."))
    elif raw["aggregate"] == "sum" and column in columns:
        unit = next(getattr(one, "unit", "count") for one in parts.tables[table].columns if one.id == column)
        said = raw.get("unit", "count")
        if (unit in ("money", "hours", "months") and said != unit) or (said == "money" and unit != "money"):
            yield parts.wrong(
                (*path, "column"), N_("“{column}” is in {unit}; write “unit: {unit}”."), column=column, unit=unit
            )


def _circles(parts: PackParts) -> Iterator[Mistake]:
    """Measures that are made of themselves."""
    below = {id_: parts.names_in(one.get("formula"), one.get("otherwise")) for id_, one in parts.own.items()}
    for id_ in below:
        seen: set[str] = set()
        todo = set(below[id_])
        while todo:
            one = todo.pop()
            seen.add(one)
            todo |= below.get(one, set()) - seen
        if id_ in seen:
            yield parts.wrong(("measures", id_, "formula"), N_("“{got}” is made of itself."), got=id_)
