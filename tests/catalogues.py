"""Catalogues with something more in them, in a folder of their own: what an owner's kpixl may come to know one day."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

import workbooks
from kpixl.catalog import load
from kpixl.functions import describe, look_up, python

SHIPPED = Path(str(load.FOLDER))


TEXTS: dict[str, Any] = {
    "published": "None.",
    "reading": "None.",
    "definition": "Made up for a test.",
    "benefits": ["One.", "Two."],
    "limits": ["One."],
    "tips": ["One.", "Two."],
}


def kpi(name: str, arguments: dict[str, float], value: float) -> dict[str, Any]:
    """A KPI of a business as its YAML has it, with a case that is typical."""
    return {
        "abbreviation": name,
        "name": f"{name} of a test",
        "thresholds": {"typical": ">= 0.1"},
        "example": {"arguments": arguments, "value": value},
        "cases": [{"arguments": [*arguments.values()], "value": value, "level": "typical"}],
        **TEXTS,
    }


def copied(folder: Path) -> Path:
    """The YAML of the catalogue, to be added to."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def change(file: Path, changed: Mapping[str, Any]) -> None:
    """Put keys into a YAML file, behind those that are there; what is there in mappings stays."""
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    _put(held, changed)
    file.write_text(yaml.safe_dump(held, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _put(held: dict[str, Any], changed: Mapping[str, Any]) -> None:
    for key, value in changed.items():
        if isinstance(value, Mapping) and isinstance(held.get(key), dict):
            _put(held[key], value)
        else:
            held[key] = value


def keep(folder: Path, business: str, kpis: Collection[str], known: Collection[str]) -> None:
    """Take out of a catalogue the KPIs that are not ``known``, and out of a business all but ``kpis``."""
    file = folder / "kpis.yaml"
    file.write_text(yaml.safe_dump(_only(file, known), sort_keys=False), encoding="utf-8")
    file = folder / "cautions.yaml"
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    told = {id_: one for id_, one in told.items() if {*one["when"]} <= {*known}}
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for file in folder.glob("businesses/*.yaml"):
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
        wanted = kpis if file.stem == business else known
        held["kpis"] = {id_: one for id_, one in held["kpis"].items() if id_ in wanted}
        file.write_text(yaml.safe_dump(held, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _only(file: Path, ids: Collection[str]) -> dict[str, Any]:
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {id_: one for id_, one in held.items() if id_ in ids}


@contextmanager
def catalogue_in(folder: Path) -> Iterator[None]:
    """Use the catalogue of a folder."""
    _use(folder)
    try:
        yield
    finally:
        _use(SHIPPED)


def _use(folder: Path) -> None:
    load.FOLDER = folder
    # What is made once from the catalogue.
    for made in (describe.functions, look_up._find, look_up._level_words, python.public, workbooks._blank):
        made.cache_clear()
