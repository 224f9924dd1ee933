"""What the owner may change in Settings, with what holds while the cell is blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog.model import Lookup, names_in
from kpixl.errors import N_

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import InputCell

DOLLAR = "USD"
"""The currency of published benchmarks in money."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its name in the workbook, its label, and what holds without one.

    A ``default`` of None means that there is none: what depends on it has to wait.
    """

    id: str
    label: str
    help: str
    default: float | str | None
    minimum: float = 0
    maximum: float = 0
    positive: bool = False
    """Whether nothing but a number above 0 is used."""

    @property
    def is_text(self) -> bool:
        """Whether it is a word and not a number."""
        return isinstance(self.default, str)


SETTINGS: Mapping[str, Setting] = {
    setting.id: setting
    for setting in (
        Setting(
            "satisfied_cut",
            N_("Satisfied from score"),
            N_("Survey answers with this score or more count as satisfied."),
            default=4,
            minimum=1,
            maximum=5,
        ),
        Setting(
            "house_language",
            N_("House language"),
            N_("The language that you usually work in, written as on your sheets. Others count as multilingual work."),
            default=N_("English"),
        ),
        Setting(
            "repeat_days",
            N_("Repeat interval in days"),
            N_("A client who has bought nothing for so many days counts as inactive."),
            default=90,
            minimum=1,
            maximum=3650,
        ),
        Setting(
            "dollar_rate",
            N_("One US dollar costs"),
            N_("In your currency. Some benchmarks are amounts in US dollars; without a rate they are not compared."),
            default=None,
            minimum=1e-6,
            maximum=1e9,
            positive=True,
        ),
    )
}
READS = {"repeat_start": "repeat_days"}
"""Edges that follow from a setting."""


def settings_of(business: Business) -> tuple[Setting, ...]:
    """The settings on which something of the business depends."""
    clauses = [measure.where for measure in business.measures]
    clauses += [c.where for table in business.tables for c in table.calculated if isinstance(c, Lookup)]
    needed = {READS.get(name, name) for where in clauses for name in names_in(where)}
    if any(kpi.in_dollars for kpi in business.kpis):
        needed.add("dollar_rate")
    return tuple(setting for setting in SETTINGS.values() if setting.id in needed)


def default_of(setting: Setting, currency: str) -> float | str | None:
    """What holds while the cell is blank. Texts are msgids."""
    return 1.0 if setting.id == "dollar_rate" and currency == DOLLAR else setting.default


def settings_used(cells: Mapping[str, InputCell], currency: str, words: Mapping[str, str]) -> dict[str, float | str]:
    """Each setting that has a value: the owner's where it is one of its kind, else the default. ``words`` are the
    texts of defaults as the workbook has them."""
    used: dict[str, float | str] = {}
    for id_, setting in SETTINGS.items():
        cell = cells.get(id_)
        value: float | str | None
        if setting.is_text:
            value = str(cell.raw) if cell and cell.filled else words.get(id_, str(setting.default))
        else:
            typed = cell.number if cell else None
            if setting.positive and typed is not None and typed <= 0:
                typed = None
            value = default_of(setting, currency) if typed is None else typed
        if value is not None:
            used[id_] = value
    return used
