"""Numbers that the owner may change in Settings, with what holds while the cell is blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_

if TYPE_CHECKING:
    from kpixl.entries import InputCell


@dataclass(frozen=True, slots=True)
class Setting:
    """A numeric setting: its name in the workbook, its label, and the value without one."""

    id: str
    label: str
    help: str
    default: float
    minimum: float
    maximum: float


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
    )
}


def settings_used(cells: Mapping[str, InputCell]) -> dict[str, float]:
    """Each setting's number: the owner's where it is one, else the default."""
    used = {}
    for id_, setting in SETTINGS.items():
        typed = cells[id_].number if id_ in cells else None
        used[id_] = setting.default if typed is None else typed
    return used
