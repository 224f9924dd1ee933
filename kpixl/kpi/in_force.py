"""Which settings a business has, and what holds in a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpixl.catalog.settings import READS, SETTINGS, Setting
from kpixl.catalog.tables import Chained, Lookup, names_in

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import InputCell

DOLLAR = "USD"
"""The currency of published benchmarks in money."""


def settings_of(business: Business) -> tuple[Setting, ...]:
    """The settings of every business, and those on which something of this one depends."""
    clauses = [measure.where for measure in business.measures]
    clauses += [c.where for table in business.tables for c in table.calculated if isinstance(c, Lookup)]
    needed = {READS.get(name, name) for where in clauses for name in names_in(where)}
    if any(isinstance(column, Chained) for table in business.tables for column in table.calculated):
        needed.add("stay_gap")
    if any(kpi.in_dollars for kpi in business.kpis):
        needed.add("dollar_rate")
    return tuple(setting for setting in SETTINGS.values() if setting.everywhere or setting.id in needed)


def default_of(setting: Setting, currency: str) -> float | str | None:
    """What holds while the cell is blank: days, cases, a score, or the price of a US dollar; None where all waits for
    the owner. Texts are msgids."""
    return 1.0 if setting.id == "dollar_rate" and currency == DOLLAR else setting.default


def settings_used(cells: Mapping[str, InputCell], currency: str, words: Mapping[str, str]) -> dict[str, float | str]:
    """Each setting that has a value: the owner's where it is one of its kind, else the default. Days are counts, dates
    serials, the rate is money for a US dollar. ``words`` are the texts of defaults as the workbook has them."""
    used: dict[str, float | str] = {}
    for id_, setting in SETTINGS.items():
        cell = cells.get(id_)
        value: float | str | None
        if setting.is_text:
            value = cell.text if cell and cell.filled else words.get(id_, str(setting.default))
        else:
            typed = cell.number if cell else None
            if setting.positive and typed is not None and typed <= 0:
                typed = None
            value = default_of(setting, currency) if typed is None else typed
        if value is not None:
            used[id_] = value
    return used
