"""Reads the YAML of the catalogue into its records and holds it against itself. Reads nothing else."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import yaml

from kpixl.catalog.model import (
    Argument,
    Business,
    BusinessKpi,
    Catalogue,
    Condition,
    Example,
    Kpi,
    Measure,
    Table,
    Threshold,
    Window,
)
from kpixl.errors import N_, Phrase, UnknownChoice

_WINDOW_EDGES = ("window_start", "after_window")
_CONDITION = re.compile(r"(?P<column>\w+) (?P<comparison>>=|<=|<>|>|<|=) (?P<operand>\S+)(?P<blank> or blank)?")
_THRESHOLD = re.compile(r"(>=|<=|>|<)\s*([\d.]+)")


@cache
def catalogue() -> Catalogue:
    """The whole catalogue, read once."""
    root = resources.files("kpixl.catalog")
    tables = {id_: _table(id_, raw) for id_, raw in _read(root / "tables.yaml").items()}
    measures = {id_: _measure(id_, raw, tables) for id_, raw in _read(root / "measures.yaml").items()}
    kpis = {id_: msgspec.convert({"id": id_, **raw}, Kpi) for id_, raw in _read(root / "kpis.yaml").items()}
    folder = sorted((root / "businesses").iterdir(), key=lambda file: file.name)
    records = [_business(_read(file), tables, measures, kpis) for file in folder if file.name.endswith(".yaml")]
    return Catalogue(tables=tables, measures=measures, kpis=kpis, businesses={b.id: b for b in records})


def businesses() -> tuple[Business, ...]:
    """Every business of the catalogue."""
    return tuple(catalogue().businesses.values())


def business(id: str) -> Business:  # noqa: A002
    """The business called ``id``; UnknownChoice without one."""
    try:
        return catalogue().businesses[id]
    except KeyError:
        raise UnknownChoice(got=id, what=Phrase(N_("business")), allowed=", ".join(catalogue().businesses)) from None


def _read(file: Any) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _table(id_: str, raw: dict[str, Any]) -> Table:
    fields = [{"id": key, **value} for key, value in raw.pop("fields").items()]
    calculated = [{"id": key, **value} for key, value in raw.pop("calculated", {}).items()]
    return msgspec.convert({"id": id_, "fields": fields, "calculated": calculated, **raw}, Table)


def _measure(id_: str, raw: dict[str, Any], tables: dict[str, Table]) -> Measure:
    where = [condition for text in raw.pop("where") for condition in parse_condition(text)]
    measure = msgspec.convert({"id": id_, "where": where, **raw}, Measure)
    columns = {column.id for column in tables[measure.table].columns}
    missing = {condition.column for condition in where} | {measure.column or where[0].column}
    if not missing <= columns:
        raise ValueError(f"measure {id_} names {missing - columns}, which {measure.table} lacks")
    return measure


def parse_condition(text: str) -> list[Condition]:
    """The conditions that one line of ``where`` stands for: ``date in window``, ``end >= after_window or blank``."""
    if text.endswith(" in window"):
        column = text.removesuffix(" in window")
        return [
            Condition(column=column, comparison=">=", operand="window_start"),
            Condition(column=column, comparison="<", operand="after_window"),
        ]
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ValueError(f"not a condition: {text!r}")
    try:
        operand: float | str = float(found["operand"])
    except ValueError:
        operand = found["operand"]
    return [
        Condition(
            column=found["column"],
            comparison=found["comparison"],  # type: ignore[arg-type]
            operand=operand,
            or_blank=bool(found["blank"]),
        )
    ]


def _business(
    raw: dict[str, Any], tables: dict[str, Table], measures: dict[str, Measure], kpis: dict[str, Kpi]
) -> Business:
    entries = [_business_kpi(id_, item, raw, measures, kpis[id_], tables) for id_, item in raw.pop("kpis").items()]
    companions = tuple(measures[id_] for id_ in raw.pop("companions", ()))
    table_ids = raw.pop("tables")
    needed = {argument.measure.table for kpi in entries for argument in kpi.arguments}
    if not needed <= set(table_ids):
        raise ValueError(f"{raw['id']} lacks the tables {needed - set(table_ids)}")
    return Business(kpis=tuple(entries), companions=companions, tables=tuple(tables[t] for t in table_ids), **raw)


def _business_kpi(
    id_: str,
    raw: dict[str, Any],
    owner: dict[str, Any],
    measures: dict[str, Measure],
    kpi: Kpi,
    tables: dict[str, Table],
) -> BusinessKpi:
    window = Window(raw.pop("window", "period"))
    binding = raw.pop("bind", {})
    arguments = []
    for name in kpi.arguments:
        measure = msgspec.structs.replace(measures[binding.get(name, name)], window=window)
        if window is not Window.PERIOD and not tables[measure.table].kept:
            raise ValueError(f"{id_}: {measure.table} does not keep rows for a window of {window}")
        arguments.append(Argument(name=name, measure=measure))
    thresholds = {level: _threshold(text) for level, text in raw.pop("thresholds", {}).items()}
    example = msgspec.convert(raw.pop("example"), Example)
    if set(example.arguments) != set(kpi.arguments):
        raise ValueError(f"{id_}: the example gives {sorted(example.arguments)}")
    alert_past = _threshold(raw.pop("alert_past")) if "alert_past" in raw else None
    known: dict[str, Any] = {
        "kpi": kpi,
        "business": owner["id"],
        "code": owner["code"],
        "source": owner["source"],
        "arguments": tuple(arguments),
        "window": window,
        "thresholds": thresholds,
        "example": example,
        "alert_past": alert_past,
    }
    texts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return BusinessKpi(**known, **texts)


def _threshold(text: str) -> Threshold:
    found = _THRESHOLD.fullmatch(text)
    if not found:
        raise ValueError(f"not a threshold: {text!r}")
    return Threshold(comparison=found[1], value=float(found[2]))  # type: ignore[arg-type]
