"""What is wrong with the KPIs of a pack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from kpixl.catalog.pack_parts import PackParts
from kpixl.catalog.yaml_text import Mistake, Path
from kpixl.errors import N_

_FUNCTIONS = frozenset(("grade", "level", "threshold", "to_next", "name", "explain"))
"""Functions in cells that are no KPI's."""
_LEVELS = ("typical", "above_average", "exceptional")
_NEAR = 1e-9
"""How far what a formula gives may be from what an example says, of the larger of 1 and that."""


def mistakes(parts: PackParts) -> Iterator[Mistake]:
    """What is wrong with the KPIs."""
    for id_, one in parts.kpis.items():
        yield from _kpi(parts, id_, one, ("kpis", id_))
    yield from _tables_missing(parts)


def _kpi(parts: PackParts, id_: str, raw: dict[str, Any], path: Path) -> Iterator[Mistake]:
    own = "formula" in raw
    usual = parts.known.kpis.get(id_)
    if own:
        yield from parts.name(id_, path, {*parts.known.kpis, *_FUNCTIONS})
        for key in ("unit", "direction"):
            if key not in raw:
                yield from parts.needs(path, key)
        yield from parts.formula(raw["formula"], raw.get("unit"), (*path, "formula"))
    elif usual is None:
        yield parts.wrong(path, N_("kpixl has no KPI “{got}”; say what it is: “formula: …”."), got=id_)
        return
    for key in ("unit", "direction", "lever", "cases_in", "bounded", "may_exceed", "builds_up", "interval"):
        if not own and key in raw:
            yield parts.wrong((*path, key), N_("“{key}” of a KPI that kpixl has cannot be changed."), key=key)
    formula, unit, direction = (
        (raw["formula"], raw.get("unit"), raw.get("direction")) if own or usual is None
        else (usual.formula, usual.unit, usual.direction)
    )  # fmt: skip
    takes = parts.takes_of(formula) if own or usual is None else list(usual.arguments)
    if takes:
        yield from _takes(parts, raw, takes, path)
        yield from _worked(parts, raw, formula, takes, path)
    yield from _levels(parts, raw, direction, path)
    if own and raw.get("bounded") and unit not in (None, "fraction"):
        yield parts.wrong(
            (*path, "bounded"), N_("“{key}” is only for a KPI of the unit {unit}."), key="bounded", unit="fraction"
        )


def _takes(parts: PackParts, raw: dict[str, Any], takes: list[str], path: Path) -> Iterator[Mistake]:
    """The measures that a KPI is made of."""
    yield from parts.among(raw.get("lever"), takes, (*path, "lever"))
    yield from parts.among(raw.get("cases_in"), parts.measures(), (*path, "cases_in"))
    for key in ("bind", "bind_long"):
        for name, measure in raw.get(key, {}).items():
            yield from parts.among(name, takes, (*path, key, name))
            yield from parts.among(measure, parts.measures(), (*path, key, name))
    if raw.get("interval") and not (raw.get("cases_in") and raw.get("lever")):
        yield parts.wrong((*path, "interval"), N_("“{key}” needs “lever” and “cases_in”, too."), key="interval")


def _levels(parts: PackParts, raw: dict[str, Any], direction: str | None, path: Path) -> Iterator[Mistake]:
    thresholds = raw.get("thresholds", {})
    here = (*path, "thresholds")
    if thresholds and not parts.built_in:
        for key in ("source", "dated"):
            if not raw.get(key) and not parts.data.get(key):
                template = N_("Thresholds need “{key}”, here or in the pack; without a source, leave them out.")
                yield parts.wrong(here, template, key=key)
        if not raw.get("published"):
            yield from parts.needs(path, "published")
    signs = ("<", "<=") if direction == "down" else (">", ">=")
    edges = []
    for level in _LEVELS:
        if level not in thresholds:
            continue
        sign = re.match(r"[<>]=?", thresholds[level])
        try:
            edges.append((level, float(thresholds[level].lstrip("<>= "))))
        except ValueError:
            yield parts.wrong(
                (*here, level), N_("“{got}” is no threshold; write it like “>= 0.9”."), got=thresholds[level]
            )
            continue
        if sign and direction and sign[0] not in signs:
            template = N_("“{got}” does not fit “direction: {direction}”; write it with {sign}.")
            yield parts.wrong((*here, level), template, got=thresholds[level], direction=direction, sign=signs[1])
    for (_, first), (level, then) in pairwise(edges):
        if (then - first) * (-1 if direction == "down" else 1) <= 0:
            template = N_("“{level}” has to be harder to reach than the level before it; put the thresholds in order.")
            yield parts.wrong((*here, level), template, level=level)


def _worked(parts: PackParts, raw: dict[str, Any], formula: str, takes: list[str], path: Path) -> Iterator[Mistake]:
    """The worked example, and the other cases."""
    example, here = raw.get("example", {}), (*path, "example")
    given = example.get("arguments", {})
    if not parts.sound((*path, "formula")) or not parts.sound(here):
        return
    if {*given} != {*takes}:
        template = N_("The example needs a number for each of: {names}.")
        yield parts.wrong((*here, "arguments"), template, names=", ".join(takes))
        return
    yield from _gives(
        parts, formula, {name: float(one) for name, one in given.items()}, example["value"], (*here, "value")
    )
    for place, case in enumerate(raw.get("cases", [])):
        if not parts.sound((*path, "cases", place)):
            continue
        if len(case["arguments"]) != len(takes):
            yield parts.wrong(
                (*path, "cases", place), N_("The case needs a number for each of: {names}."), names=", ".join(takes)
            )
            continue
        numbers = dict(zip(takes, map(float, case["arguments"]), strict=True))
        yield from _gives(parts, formula, numbers, case["value"], (*path, "cases", place, "value"))
    lever = raw.get("lever")
    if lever in takes:
        values = [parts.value(formula, {**given, lever: given[lever] + more}) for more in (0, 1, 2)]
        if None not in values:
            first, second, third = (float(one or 0) for one in values)
            if abs(third - 2 * second + first) > _NEAR * max(1.0, abs(first)):
                template = N_(
                    "Of one more “{lever}”, the value has to grow by the same each time; choose another lever."
                )
                yield parts.wrong((*path, "lever"), template, lever=lever)


def _gives(parts: PackParts, formula: str, numbers: Mapping[str, float], said: float, path: Path) -> Iterator[Mistake]:
    value = parts.value(formula, numbers)
    if value is None or abs(value - said) > _NEAR * max(1.0, abs(said)):
        template = N_("The formula gives {value} here, and not {said}; correct one of them.")
        yield parts.wrong(path, template, value="–" if value is None else f"{value:.10g}", said=f"{said:.10g}")


def _tables_missing(parts: PackParts) -> Iterator[Mistake]:
    """Tables that something is counted from, and that the business does not have."""
    listed = {id_ for id_ in parts.data.get("tables", []) if isinstance(id_, str)}
    counted: list[tuple[Path, str, set[str]]] = []
    for id_, raw in parts.kpis.items():
        usual = parts.known.kpis.get(id_)
        takes = parts.names_in(raw["formula"]) if "formula" in raw else {*usual.arguments} if usual else set()
        binds = {**raw.get("bind", {}), **raw.get("bind_long", {})}
        bound = {*takes, *binds.values(), raw.get("cases_in", "")} - {*raw.get("bind", {})}
        counted.append((("kpis", id_), id_, bound))
    for place, id_ in enumerate(parts.data.get("companions", [])):
        counted.append((("companions", place), str(id_), {str(id_)}))
    for path, id_, measures in counted:
        for table in sorted(parts.behind(measures) - listed):
            template = N_("“{kpi}” is counted from the table “{table}”; add that to “tables”.")
            yield parts.wrong(path, template, kpi=id_, table=table)
