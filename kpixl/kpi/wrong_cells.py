"""The owner's own cells behind a KPI which Check calls errors: thresholds and typed totals that are no numbers, such as
an Excel error, and settings that are none or out of their range; and lines of Past periods that stand there twice.

Something else holds in their place, of which nobody knows whether it is what she meant. As of an amount that cannot be
read, nobody can say how much would be right instead, so that a level stands and is marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpixl.catalog.model import Mean
from kpixl.catalog.needs import settings_read
from kpixl.catalog.settings import SETTINGS, Setting
from kpixl.kpi.partial import TENTHS, built, part_id
from kpixl.kpi.traits import GRADED, traits_of
from kpixl.period import Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Measure
    from kpixl.entries import Entries, InputCell


def wrong_cells(kpi: BusinessKpi, entries: Entries) -> int:
    """How many cells behind ``kpi`` are wrong."""
    thresholds = (entries.thresholds.get((kpi.id, level)) for level in GRADED)
    typed = (entries.counted.get(item.name) for item in kpi.measures)
    settings = ((one, entries.settings.get(one.id)) for one in settings_behind(kpi, entries.business))
    return sum(cell is not None and cell.wrong for cell in (*thresholds, *typed)) + sum(
        cell is not None and is_wrong(setting, cell) for setting, cell in settings
    )


def lines_again(kpi: BusinessKpi, entries: Entries) -> int:
    """How many lines of Past periods that are added up behind ``kpi``, or that say how a period goes, stand there once
    more."""
    this, year, history = entries.period.start, entries.period.window_start(Window.YEAR), entries.history
    counted = [item for item in kpi.measures if not _is_typed(item, entries)]
    spans = {(item.id, entries.period.window_start(item.window)) for item in counted if item.through_past}
    spans |= {(part.name, year) for item in counted if isinstance(item.definition, Mean) for part in item.parts}
    measure = built(kpi) if traits_of(kpi).builds_up else None
    if measure is not None:
        spans |= {(part_id(measure, tenth), entries.period.year_before.start) for tenth in range(1, TENTHS)}
    return sum(history.again(first, this, id_) for id_, first in spans)


def _is_typed(item: Measure, entries: Entries) -> bool:
    cell = entries.counted.get(item.name)
    return cell is not None and cell.number is not None


def is_wrong(setting: Setting, cell: InputCell) -> bool:
    """Whether a setting that is a number is none, or out of its range."""
    number = cell.number
    return cell.wrong or (number is not None and not setting.minimum <= number <= setting.maximum)


def settings_behind(kpi: BusinessKpi, business: Business) -> tuple[Setting, ...]:
    """The settings that are numbers on which the value of a KPI, or whether it is graded, depends."""
    return tuple(SETTINGS[id_] for id_ in dict.fromkeys(_settings(kpi, business)))


def _settings(kpi: BusinessKpi, business: Business) -> Iterator[str]:
    traits, counted = traits_of(kpi), [item for item in kpi.measures if item.aggregate]
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
