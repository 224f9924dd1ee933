"""What the owner may change in Settings: ids, labels, and what holds while the cell is blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpixl.errors import N_
from kpixl.period import LAST_SERIAL


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its name in the workbook, its label, and what holds without one. ``help`` may name {sheets}.

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
    is_date: bool = False
    everywhere: bool = False
    """Whether every business has it."""

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
            "stay_gap",
            N_("Gap in days that is no farewell"),
            N_("A client who begins again within so many days after the end has renewed: neither lost nor new."),
            default=0,
            minimum=0,
            maximum=366,
        ),
        Setting(
            "minimum_cases",
            N_("Fewest cases to grade"),
            N_("A KPI with fewer cases behind it is shown, but not graded."),
            default=1,
            minimum=1,
            maximum=10000,
            everywhere=True,
        ),
        Setting(
            "entered_until",
            N_("Entered up to"),
            N_("The last day whose entries are complete; blank means today. Forecasts go on from there."),
            default=None,
            minimum=1,
            maximum=LAST_SERIAL,
            is_date=True,
            everywhere=True,
        ),
        Setting(
            "late_days",
            N_("Days until a month is final"),
            N_("For so many days after a month, what comes late on these sheets still changes it: {sheets}."),
            default=60,
            minimum=0,
            maximum=730,
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
DOLLAR = "USD"
"""The currency of published benchmarks in money."""


def default_of(setting: Setting, currency: str) -> float | str | None:
    """What holds while the cell is blank: days, cases, a score, or the price of a US dollar; None where all waits for
    the owner. Texts are msgids."""
    return 1.0 if setting.id == "dollar_rate" and currency == DOLLAR else setting.default
