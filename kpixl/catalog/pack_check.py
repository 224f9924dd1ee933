"""What is wrong with the text of a pack: every mistake at once, each with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kpixl.catalog import pack_kpis, pack_measures, pack_tables, pack_whole
from kpixl.catalog.pack import OF_BUILT_IN
from kpixl.catalog.pack_parts import PackParts, is_number
from kpixl.catalog.pack_shape import shaped
from kpixl.catalog.yaml_text import Mistake, Path, Reading, read_yaml
from kpixl.errors import N_
from kpixl.message import Worded

_TYPED = {"title", "heading", "headings", "choices", "suggested"}
"""Texts that an owner types or picks, or that formulas name."""
_FORMULA_SIGNS = ("=", "+", "-", "@")
_SAME_EVERYWHERE = {"abbreviation", "sample_name", "example", "source", "note", "demo"}
"""Texts that may stand in one language alone: signs, made-up names, quotations."""


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
        parts = PackParts(reading, shape, built_in)
        found += _mistakes(parts)
        found += () if built_in else pack_whole.mistakes(parts, found)
    once = {(one.line, one.column, str(one.message)): one for one in found}
    order = sorted(once.values(), key=lambda one: (one.line, one.column))
    return Checked(str(data.get("id", "")), data, shape.worded, tuple(order), reading)


def _mistakes(parts: PackParts) -> Iterator[Mistake]:
    yield from _head(parts)
    yield from _texts(parts)
    yield from pack_tables.mistakes(parts)
    yield from pack_measures.mistakes(parts)
    yield from pack_kpis.mistakes(parts)
    yield from _others(parts)
    yield from _demo(parts)


def _head(parts: PackParts) -> Iterator[Mistake]:
    usual = [one for one in parts.known.businesses.values() if not parts.built_in]
    if parts.data.get("id") in {one.id for one in usual}:
        yield parts.wrong(("id",), N_("“{got}” is a business that kpixl has; choose another id."), got=parts.data["id"])
    if parts.data.get("code") in {*(one.code for one in usual), "own", "kpi", "tbl"}:
        yield parts.wrong(("code",), N_("“{got}” is taken; choose other letters."), got=parts.data["code"])
    for key in OF_BUILT_IN:
        if key in parts.data and not parts.built_in:
            yield parts.wrong((key,), N_("There is no key “{key}” here; remove it."), key=key)


def _texts(parts: PackParts) -> Iterator[Mistake]:
    spoken = parts.data.get("languages", ["en"])
    if not parts.sound(("languages",)) or not spoken:
        return
    allowed = {("pareto", "text"): ("vital", "groups"), ("dimensions", "unnamed"): ("number",)}
    for path, text in parts.shape.texts:
        said = text.languages if isinstance(text, Worded) else {spoken[0]: text}
        for code in said:
            if code not in spoken:
                template = N_("“{got}” is not among the languages of the pack; add it to “languages”, or remove this.")
                yield parts.wrong(path, template, got=code)
        missing = [code for code in spoken if code not in said]
        if missing and (isinstance(text, Worded) or not _SAME_EVERYWHERE & {*path}):
            template = N_("This text is missing in: {languages}. Write it as {form}.")
            yield parts.wrong(path, template, languages=", ".join(missing), form="{en: …, es: …}")
        holds = allowed.get((str(path[0]), str(path[-1])), ())
        if path[0] == "cautions" and path[-1] == "text":
            when = parts.part("cautions").get(path[1], {}).get("when", {})
            holds = tuple(when) if isinstance(when, dict) and len(when) > 1 else ()
        typed = path[-1] in _TYPED or (len(path) > 1 and path[-2] in _TYPED)
        for one in said.values():
            yield from _braces(parts, path, one, holds)
            if typed and one.lstrip().startswith(_FORMULA_SIGNS):
                template = N_("“{got}” begins as a formula does in Excel; begin it without {signs}.")
                yield parts.wrong(path, template, got=one, signs=" ".join(_FORMULA_SIGNS))


def _braces(parts: PackParts, path: Path, text: str, allowed: Sequence[str]) -> Iterator[Mistake]:
    left = text
    for name in allowed:
        left = left.replace(f"{{{name}}}", "")
    if "{" in left or "}" in left:
        form = ", ".join(f"{{{name}}}" for name in allowed) or "–"
        yield parts.wrong(path, N_("Braces may hold nothing else here than: {allowed}."), allowed=form)
    if path[-1] == "unnamed" and "{number}" not in text:
        yield parts.wrong(path, N_("{place} is missing in this text."), place="{number}")


def _others(parts: PackParts) -> Iterator[Mistake]:
    for place, id_ in enumerate(parts.data.get("companions", [])):
        yield from parts.among(id_, parts.measures(), ("companions", place))
    if parts.data.get("own_example") and parts.sound(("own_example",)):
        yield from parts.formula(parts.data["own_example"], None, ("own_example",))
    yield from _cautions(parts)
    for id_, raw in parts.part("dimensions").items():
        every = [one for t in parts.tables.values() for one in t.fields]
        numbers = {one.id for one in every if one.type == "number"}
        yield from parts.among(id_, [one.id for one in every if one.id not in numbers], ("dimensions", id_))
        having = [t.id for t in parts.tables.values() if any(one.id == id_ for one in t.fields)]
        if parts.sound(("dimensions", id_)):
            for place, table in enumerate(raw.get("across", [])):
                yield from parts.among(table, having, ("dimensions", id_, "across", place))
    for place, raw in enumerate(parts.data.get("pareto", [])):
        if parts.sound(("pareto", place)):
            yield from _ranked(parts, raw, ("pareto", place))


def _cautions(parts: PackParts) -> Iterator[Mistake]:
    for id_, raw in parts.part("cautions").items():
        if not parts.sound(("cautions", id_)):
            continue
        if any(one.id == id_ for one in parts.known.cautions):
            yield parts.wrong(("cautions", id_), N_("“{got}” is taken; choose another id."), got=id_)
        for kpi, move in raw.get("when", {}).items():
            here = ("cautions", id_, "when", kpi)
            yield from parts.among(kpi, [*parts.part("kpis")], here)
            if not move.startswith(("<", ">")):
                continue
            if not is_number(move.lstrip("<>= ")):
                yield parts.wrong(here, N_("“{got}” is none of: >= 0.9, better, worse, any."), got=move)
            elif parts.unit_of(kpi) == "money":
                template = N_("“{kpi}” is an amount, and the currency may be any; write better, worse or any.")
                yield parts.wrong(here, template, kpi=kpi)


def _ranked(parts: PackParts, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    counted = {
        id_: one.table
        for id_, one in parts.known.measures.items()
        if one.aggregate and one.aggregate.kind in ("count", "sum")
    }
    counted |= {id_: one.get("table") for id_, one in parts.own.items() if one["aggregate"] in ("count", "sum")}
    used = [id_ for id_ in counted if id_ in parts.used()]
    yield from parts.among(raw["measure"], used, (*path, "measure"))
    table = parts.tables.get(str(counted.get(raw["measure"])))
    if table:
        fields = [one.id for one in table.fields if one.type in ("text", "choice") and not one.key and not one.extra]
        yield from parts.among(raw["by"], fields, (*path, "by"))


def _demo(parts: PackParts) -> Iterator[Mistake]:
    for table, raw in parts.part("demo").items():
        path: Path = ("demo", table)
        yield from parts.among(table, [id_ for id_ in parts.data.get("tables", []) if isinstance(id_, str)], path)
        if table not in parts.tables or not parts.sound(path):
            continue
        fields = {one.id: one for one in parts.tables[table].fields}
        for key, hint in raw.get("fields", {}).items():
            here = (*path, "fields", key)
            yield from parts.among(key, [*fields], here)
            if hint.get("low", 0) > hint.get("high", hint.get("low", 0)):
                yield parts.wrong((*here, "low"), N_("The smallest is more than the largest."))
            yield from parts.among(
                hint.get("after"),
                [id_ for id_, one in fields.items() if one.type == "date" and id_ != key],
                (*here, "after"),
            )
