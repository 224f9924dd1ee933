"""What sheets and page of a portfolio call things, in the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.kpi.signals import Signal
from kpixl.texts.figures import SIGN
from kpixl.texts.words import SIGNALS, kpi_title, level_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.i18n import Language
    from kpixl.portfolio.group import Compared, Notable, Portfolio

TITLES = {
    "overview": N_("Portfolio"),
    "heat_map": N_("Heat map"),
    "ranking": N_("Ranking"),
    "trends": N_("Trends"),
    "signals": N_("Signals"),
    "actions": N_("Open actions"),
    "workbooks": N_("Workbooks"),
    "data": N_("Data behind it"),
}
"""The sheets, in their order."""
KINDS = {"month": N_("by month"), "quarter": N_("by quarter"), "week": N_("by week"), "year": N_("by year")}
OUTLIERS = {True: N_("far above the group"), False: N_("far below the group")}


def level_texts(t: Language) -> Mapping[Level, str]:
    """Each level with its sign."""
    return {level: level_word(level, t) for level in Level}


def _apart(column: Compared, group: Portfolio, t: Language) -> str:
    """What tells a KPI from the same one of other workbooks: its currency, its length of period."""
    same = [one for one in group.columns if one.kpi.history_id == column.kpi.history_id]
    parts = [column.currency] if column.currency else []
    if len({one.kind for one in same}) > 1:
        parts.append(t(KINDS[column.kind.value]))
    return ", ".join(parts)


def label_of(column: Compared, group: Portfolio, t: Language) -> str:
    """A KPI by its title: “Client retention rate (CRR)”."""
    more = _apart(column, group, t)
    return kpi_title(column.kpi, t) + (f", {more}" if more else "")


def signal_of(one: Notable, t: Language) -> str:
    """What a value says beside its own past."""
    return f"{SIGN} {t(SIGNALS[Signal(one.figure.signal or Signal.USUAL)])}"


def choice_of(column: Compared, group: Portfolio, t: Language) -> str:
    """The same as no other KPI of the portfolio is called, to choose it by."""
    several = len({one.kpi.business for one in group.columns}) > 1
    kind = f" · {t(group.business(column.kpi.business).name)}" if several else ""
    return label_of(column, group, t) + kind


def heading_of(column: Compared, group: Portfolio, t: Language) -> str:
    """The same as short as it can be."""
    more = _apart(column, group, t)
    return t(column.kpi.abbreviation) + (f" {more}" if more else "")
