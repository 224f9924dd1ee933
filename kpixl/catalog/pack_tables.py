"""What is wrong with the tables of a pack: its own, and what it calls those of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kpixl.catalog.pack_parts import PackParts
from kpixl.catalog.yaml_text import Mistake, Path
from kpixl.errors import N_

_SHEETS = frozenset({"dashboard", "totals", "kpis", "thresholds", "what_if", "breakdown", "behind", "across"}) | {
    *("past", "check", "guide"),
    *("settings", "log", "hidden", "imports", "own", "in_use", "words", "dates", "entered", "calc", "board", "do"),
    *("actions", "spark", "xmr", "line"),
}
"""What it calls its own sheets and blocks."""
_IN_NO_TITLE = re.compile(r"[:\\/?*\[\]]|^'|'$")
_IN_NO_HEADING = re.compile(r"[\[\]#'@\n\t]")
_LONGEST_TITLE = 31
_ONLY = {
    **dict.fromkeys(("with_time", "planned", "ends"), "date"),
    **dict.fromkeys(("minimum", "maximum", "unit", "part_of", "seldom_negative"), "number"),
    **dict.fromkeys(("key", "suggested", "refers_to", "example"), "text"),
    "choices": "choice",
}
"""Keys of a field that only fields of a type can have."""


def mistakes(parts: PackParts) -> Iterator[Mistake]:
    """What is wrong with the sheets for entries."""
    for id_, one in parts.new.items():
        yield from _table(parts, id_, one, ("new_tables", id_))
    yield from _titles(parts)
    yield from _of_the_catalogue(parts)


def _table(parts: PackParts, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    if id_ in parts.known.tables or id_ in _SHEETS:
        yield parts.wrong(path, N_("“{got}” is taken; choose another id."), got=id_)
    if id_ not in parts.data.get("tables", []):
        yield parts.wrong(path, N_("“{got}” has no place among the sheets; add it to “tables”."), got=id_)
    fields = parts.new[id_]["fields"]
    dates = [key for key, one in fields.items() if one["type"] == "date"]
    kept, leaves = raw.get("kept", False), raw.get("leaves", [])
    if kept == bool(leaves):
        yield parts.wrong(
            path, N_("Write “kept: true”, or under “leaves” which rows go when a period begins; not both.")
        )
    if not kept and "date" not in raw:
        yield from parts.needs(path, "date")
    yield from parts.among(raw.get("date"), dates, (*path, "date"))
    yield from parts.lines(leaves, id_, (*path, "leaves"))
    for key, one in fields.items():
        yield from _field(parts, key, one, id_, (*path, "fields", key))
    for key, one in raw.get("calculated", {}).items():
        for end in ("since", "until"):
            yield from parts.among(one.get(end), dates, (*path, "calculated", key, end))
    for key, one in raw.get("orders", {}).items():
        numbers = [name for name, field_ in fields.items() if field_["type"] == "number"]
        for end in ("first", "then"):
            yield from parts.among(one[end], dates if one.get("days", True) else numbers, (*path, "orders", key, end))
    keys = [key for key, one in fields.items() if one.get("key")]
    if len(keys) > 1:
        yield parts.wrong(
            (*path, "fields", keys[1], "key"), N_("A table has one key; keep that of “{key}”."), key=keys[0]
        )
    for place, key in enumerate(raw.get("same", [])):
        yield from parts.among(key, [*fields], (*path, "same", place))
    for place, pair in enumerate(raw.get("in_order", [])):
        for key in pair:
            yield from parts.among(key, dates, (*path, "in_order", place))
    for key in {**raw.get("calculated", {}), **raw.get("orders", {})}:
        if key in fields or (key in raw.get("calculated", {}) and key in raw.get("orders", {})):
            yield parts.wrong((*path, "fields", key), N_("“{key}” stands here twice; keep one."), key=key)
    yield from _headings(parts, raw, path)


def _headings(parts: PackParts, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    """What Excel takes as a heading, and in no language twice."""
    columns = [
        (part, key, one) for part in ("fields", "calculated", "orders") for key, one in raw.get(part, {}).items()
    ]
    seen: set[tuple[str, str]] = set()
    for part, key, one in columns:
        for code, text in parts.said(one.get("heading", "")).items():
            here = (*path, part, key, "heading")
            if _IN_NO_HEADING.search(text):
                yield parts.wrong(here, N_("A heading has none of the signs {signs}."), signs="[ ] # ' @")
            if (code, text.strip().casefold()) in seen:
                yield parts.wrong(here, N_("“{got}” is the heading of two columns; change one."), got=text)
            seen.add((code, text.strip().casefold()))


def _words(parts: PackParts, choices: dict[str, str], path: Path) -> Iterator[Mistake]:
    """Of two choices the same word, to Excel."""
    seen: set[tuple[str, str]] = set()
    for key, word in choices.items():
        said = {(code, text.strip().casefold()) for code, text in parts.said(word).items()}
        if said & seen:
            yield parts.wrong(
                (*path, key),
                N_("“{got}” is the word of two choices; change one."),
                got=next(iter(parts.said(word).values())),
            )
        seen |= said


def _field(parts: PackParts, key: str, raw: dict[str, Any], table: str, path: Path) -> Iterator[Mistake]:
    fields, kind = parts.new[table]["fields"], raw["type"]
    for name, wanted in _ONLY.items():
        if raw.get(name) and kind != wanted:
            template = N_("“{key}” is only for a field of the type {type}.")
            yield parts.wrong((*path, name), template, key=name, type=wanted)
    if kind == "choice" and not raw.get("choices"):
        yield from parts.needs(path, "choices")
    yield from _words(parts, raw.get("choices", {}), (*path, "choices"))
    if "refers_to" in raw and not parts.key_of(raw["refers_to"]):
        yield parts.wrong(
            (*path, "refers_to"),
            N_("There is no table “{got}” among the sheets that has a key."),
            got=raw["refers_to"],
        )
    if raw.get("minimum", 0) > raw.get("maximum", raw.get("minimum", 0)):
        yield parts.wrong((*path, "minimum"), N_("The smallest is more than the largest."))
    numbers = [name for name, one in fields.items() if one["type"] == "number" and name != key]
    yield from parts.among(raw.get("part_of"), numbers, (*path, "part_of"))
    for name in ("agrees", "past"):
        told = raw.get(name)
        if told:
            dates = [one for one, field_ in fields.items() if field_["type"] == "date"]
            yield from parts.among(told.get("date"), dates, (*path, name))
            for word in ("dated", "undated", "choice"):
                yield from parts.among(told.get(word), [*raw.get("choices", {})], (*path, name))
    if raw.get("unit") == "money" and raw.get("maximum") is not None:
        yield parts.wrong((*path, "maximum"), N_("An amount has no largest number, for the currency may be any."))


def _titles(parts: PackParts) -> Iterator[Mistake]:
    """What Excel takes as the name of a sheet, and in no language twice."""
    seen: set[tuple[str, str]] = set()
    for place, id_ in enumerate(parts.data.get("tables", [])):
        if not isinstance(id_, str) or id_ not in parts.tables:
            continue
        words = parts.part("words").get(id_, {}) if parts.sound(("words", id_)) else {}
        own = "new_tables" if id_ in parts.new else "words"
        path: Path = (own, id_, "title") if id_ in parts.new or words.get("title") else ("tables", place)
        title = words.get("title") or parts.new.get(id_, {}).get("title") or parts.tables[id_].title
        for code, text in parts.said(title).items():
            if len(text) > _LONGEST_TITLE or _IN_NO_TITLE.search(text) or text.casefold() == "history":
                template = N_("“{got}” cannot be the name of a sheet: at most 31 signs, none of {signs}.")
                yield parts.wrong(path, template, got=text, signs=": \\ / ? * [ ]")
            if (code, text.casefold()) in seen:
                yield parts.wrong(path, N_("“{got}” is the name of two sheets; change one."), got=text)
            seen.add((code, text.casefold()))


def _of_the_catalogue(parts: PackParts) -> Iterator[Mistake]:
    """What is said of tables that the catalogue has, and the list of the sheets."""
    listed = parts.data.get("tables", [])
    for place, id_ in enumerate(listed if isinstance(listed, list) else []):
        yield from parts.among(id_, [*parts.tables], ("tables", place))
        if id_ in listed[:place]:
            yield parts.wrong(("tables", place), N_("“{key}” stands here twice; keep one."), key=str(id_))
    for key in ("words", "without", "columns"):
        for id_, said in parts.part(key).items():
            if not parts.sound((key, id_)):
                continue
            yield from parts.among(id_, [*parts.known.tables], (key, id_))
            fields = [one.id for one in parts.known.tables[id_].fields] if id_ in parts.known.tables else []
            for one in said.get("fields", {}) if key == "words" else said:
                yield from parts.among(one, fields, (key, id_))
