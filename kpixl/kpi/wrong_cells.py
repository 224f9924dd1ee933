"""The owner's own cells behind a KPI which Check calls errors: thresholds and typed totals that are no numbers, such as
an Excel error, and settings that are none or out of their range.

Something else holds in their place, of which nobody knows whether it is what she meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpixl.catalog.model import with_parts
from kpixl.catalog.settings import SETTINGS, Setting
from kpixl.kpi.in_force import settings_read
from kpixl.kpi.traits import GRADED, traits_of

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Measure
    from kpixl.entries import Entries, InputCell


def wrong_cells(kpi: BusinessKpi, entries: Entries) -> int:
    """How many cells behind ``kpi`` are wrong."""
    thresholds = (entries.thresholds.get((kpi.id, level)) for level in GRADED)
    typed = (entries.counted.get(item.name) for item in totals_behind(kpi))
    settings = ((one, entries.settings.get(one.id)) for one in settings_behind(kpi, entries.business))
    return sum(cell is not None and cell.wrong for cell in (*thresholds, *typed)) + sum(
        cell is not None and is_wrong(setting, cell) for setting, cell in settings
    )


def is_wrong(setting: Setting, cell: InputCell) -> bool:
    """Whether a setting that is a number is none, or out of its range."""
    number = cell.number
    return cell.wrong or (number is not None and not setting.minimum <= number <= setting.maximum)


def totals_behind(kpi: BusinessKpi) -> tuple[Measure, ...]:
    """The measures that a KPI is made from, each once: in place of each, a total may be typed."""
    found = (part for argument in kpi.arguments for part in with_parts(argument.measure))
    return tuple({part.name: part for part in found}.values())


def settings_behind(kpi: BusinessKpi, business: Business) -> tuple[Setting, ...]:
    """The settings that are numbers on which the value of a KPI, or whether it is graded, depends."""
    return tuple(SETTINGS[id_] for id_ in dict.fromkeys(_settings(kpi, business)))


def _settings(kpi: BusinessKpi, business: Business) -> Iterator[str]:
    traits, counted = traits_of(kpi), [item for item in totals_behind(kpi) if item.aggregate]
    for item in counted:
        of = item.aggregate
        assert of is not None
        columns = [one for one in business.table(of.table).calculated if one.id in of.reads]
        yield from sorted(id_ for id_ in settings_read([item], columns) if _is_number(SETTINGS.get(id_)))
    if traits.late:
        yield "late_days"
    if traits.counted:
        yield "minimum_cases"


def _is_number(setting: Setting | None) -> bool:
    return setting is not None and not (setting.is_text or setting.is_date or setting.positive)
