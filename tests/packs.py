"""Packs for tests: the examples, the starter, and what becomes of it when its owner goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import builds
from clock import NOW
from kpixl.catalog import business_of
from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs import demo
from kpixl.verbs.new import new

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "packs").glob("*.yaml"))
STARTER = (ROOT / "templates" / "pack_starter.yaml").read_text(encoding="utf-8")
OCTOBER = Period.parse("2026-10")


def shown(pack: Path, code: str) -> Path:
    """The sample workbook of a pack, made once in a run; not to be written to."""
    text = pack.read_text(encoding="utf-8")
    folder = builds.once(f"pack {code} {text}", lambda place: _demo(pack, place, code))
    return next(folder.glob("*.xlsx"))


def _demo(pack: Path, place: Path, code: str) -> None:
    demo.demo_of(pack, place, code=code, now=NOW)


def blank(text: str, path: Path, code: str = "en", currency: str = "EUR") -> Path:
    """A new workbook of a pack, in which nothing has been filled in yet."""
    owner = business_of(text)
    new(Setup(owner.id, code, OCTOBER, "Nova", currency, pack=text), path, now=NOW)
    return path


def dumped(raw: dict[str, Any]) -> str:
    """A pack as text."""
    return yaml.safe_dump(raw, sort_keys=False, allow_unicode=True)


def newer(text: str) -> str:
    """The starter with one KPI less, one more, another text, another formula and another column."""
    raw = yaml.safe_load(text)
    del raw["kpis"]["takings_per_visit"]
    raw["kpis"]["no_show_rate"] |= {"name": "Rate of no-shows", "formula": "1 - visits_came / visits_booked"}
    raw["kpis"]["no_show_rate"]["example"] = {"arguments": {"visits_came": 57, "visits_booked": 60}, "value": 0.05}
    raw["kpis"]["no_show_rate"] |= {"lever": "visits_came"}
    raw["measures"]["visits_came"] = {**raw["measures"]["visits_booked"], "label": "Visits held"}
    raw["measures"]["visits_came"] |= {"where": ["booked in window", "came = yes"], "absent": "no visits held"}
    raw["kpis"]["takings_per_booking"] = {
        **yaml.safe_load(text)["kpis"]["takings_per_visit"],
        "formula": "takings / visits_booked",
        "example": {"arguments": {"takings": 2850, "visits_booked": 60}, "value": 47.5},
        "name": "Takings per booking",
        "abbreviation": "Per booking",
    }
    field = {"type": "text", "heading": "Breed", "help": "The breed."}
    raw["new_tables"]["visits"]["fields"] = {**raw["new_tables"]["visits"]["fields"], "breed": field}
    return dumped(raw)


def daily() -> str:
    """The starter with sheets of the catalogue beside its own: what every verb has something to do in."""
    raw = yaml.safe_load(STARTER)
    del raw["words"]
    return dumped(raw | {"tables": ["clients", "visits", "requests", "surveys"]})
