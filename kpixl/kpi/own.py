"""KPIs that the owner makes up in Settings, as records like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from kpixl.catalog.model import OWN, OWN_SLOTS, Argument, BusinessKpi, Example, Kpi, KpiTexts
from kpixl.catalog.tables import Unit
from kpixl.formula import FormulaError, names, parse
from kpixl.message import Verbatim
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.entries import Entries, InputCell, OwnEntry

UNITS: tuple[Unit, ...] = get_args(Unit)
DEFAULT_UNIT: Unit = "ratio"
_NO_TEXTS = KpiTexts(definition="", published="", reading="", source="", benefits=(), limits=(), tips=())


def own_kpis(entries: Entries) -> tuple[BusinessKpi, ...]:
    """A KPI for every slot; those that have no name are not used."""
    filled = {entry.slot: entry for entry in entries.own}
    return tuple(own_kpi(slot, filled.get(slot), entries) for slot in OWN_SLOTS)


def own_kpi(slot: str, entry: OwnEntry | None, entries: Entries) -> BusinessKpi:
    """The KPI of one slot. Its formula is empty where kpixl cannot evaluate what stands there."""
    formula, arguments = "", tuple[Argument, ...]()
    if entry is not None and entry.formula:
        formula, arguments = readable(entry.formula, entries)
    direction: Literal["up", "down"] = "down" if entry and _is(entry.direction, "direction_down", entries) else "up"
    unit = next((unit for unit in UNITS if entry and _is(entry.unit, f"unit_{unit}", entries)), DEFAULT_UNIT)
    label = entry.label.text if entry is not None else ""
    return BusinessKpi(
        kpi=Kpi(id=slot, formula=formula, arguments=tuple(a.name for a in arguments), unit=unit, direction=direction),
        business=entries.business.id,
        code=OWN,
        abbreviation=Verbatim(label),
        name=Verbatim(label),
        arguments=arguments,
        window=Window.PERIOD,
        thresholds={},
        bound={},
        example=Example(arguments={}, value=0),
        cases=(),
        texts=_NO_TEXTS,
    )


def _is(cell: InputCell, word: str, entries: Entries) -> bool:
    """Whether a cell holds one of the workbook's words; Excel compares without case."""
    return cell.filled and cell.text.lower() == entries.words.get(word, "").lower()


def readable(text: str, entries: Entries) -> tuple[str, tuple[Argument, ...]]:
    """A formula that kpixl can evaluate, with the measures that it names; blank and empty where it cannot."""
    known = {measure.name.lower(): measure for measure in entries.business.measures}
    try:
        found = names(parse(text))
    except FormulaError:
        return "", ()
    if not all(name.lower() in known for name in found):
        return "", ()
    return text, tuple(Argument(name=name, measure=known[name.lower()]) for name in found)
