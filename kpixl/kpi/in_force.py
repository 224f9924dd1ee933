"""Which settings a business has, and what holds in a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kpixl.catalog.settings import READS, SETTINGS, Setting
from kpixl.catalog.tables import Chained, Lookup, names_in

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, Measure
    from kpixl.catalog.tables import Calculated
    from kpixl.entries import Entries

DOLLAR = "USD"
"""The currency of published benchmarks in money."""


def settings_of(business: Business) -> tuple[Setting, ...]:
    """The settings of every business, and those on which something of this one depends."""
    needed = settings_read(business.measures, [one for table in business.tables for one in table.calculated])
    if any(kpi.in_dollars for kpi in business.kpis):
        needed.add("dollar_rate")
    if business.open_tables:
        needed.add("late_days")
    return tuple(setting for setting in SETTINGS.values() if setting.everywhere or setting.id in needed)


def settings_read(measures: Iterable[Measure], columns: Sequence[Calculated]) -> set[str]:
    """What measures and calculated columns compare with, by name: settings by their ids, and edges of the window."""
    clauses = [measure.where for measure in measures]
    clauses += [column.where for column in columns if isinstance(column, Lookup)]
    found = {READS.get(name, name) for where in clauses for name in names_in(where)}
    return found | {"stay_gap"} if any(isinstance(column, Chained) for column in columns) else found


def default_of(setting: Setting, currency: str) -> float | str | None:
    """What holds while the cell is blank: days, cases, a score, or the price of a US dollar; None where all waits for
    the owner. Texts are msgids."""
    return 1.0 if setting.id == "dollar_rate" and currency == DOLLAR else setting.default


_ELSE_NONE = ("repeat_days", "late_days")
"""Days that are none in a business which does not have the setting: nothing repeats there, nothing comes late."""


def settings_used(entries: Entries) -> dict[str, float | str]:
    """Each setting that has a value: the owner's where it is one of its kind, else the default. Days are counts, dates
    serials, the rate is money for a US dollar; the texts of defaults are those of the workbook."""
    had = {setting.id for setting in settings_of(entries.business)}
    used: dict[str, float | str] = {id_: 0.0 for id_ in _ELSE_NONE if id_ not in had}
    for id_, setting in SETTINGS.items():
        cell = entries.settings.get(id_)
        value: float | str | None
        if setting.is_text:
            value = cell.text if cell and cell.filled else entries.words.get(id_, str(setting.default))
        else:
            typed = cell.number if cell else None
            if setting.positive and typed is not None and typed <= 0:
                typed = None
            value = default_of(setting, entries.currency) if typed is None else typed
        if value is not None:
            used.setdefault(id_, value)
    return used
