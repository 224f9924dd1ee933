"""Settings: who, which period, and the numbers that the owner may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.needs import settings_of
from kpixl.catalog.settings import default_of
from kpixl.errors import N_
from kpixl.formula import to_excel
from kpixl.formula.expressions import BLANK, either, equal, known, or_else
from kpixl.formula.in_cells import as_text, length
from kpixl.formula.nodes import Name, Wording, as_node
from kpixl.kpi.calendar_rules import START, first_day, shifted
from kpixl.period import Kind, serial
from kpixl.texts.words import kpi_title, listed
from kpixl.workbook import letters, style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business
    from kpixl.catalog.settings import Setting
    from kpixl.formula.nodes import Node
    from kpixl.ooxml.cells import Value

SPARE = ("spare_1", "spare_2", "spare_3")
"""Columns into which the help runs on, and in which own KPIs have their thresholds."""
COLUMNS = {
    "label": N_("Setting"),
    "value": N_("Value"),
    "used": N_("Used"),
    "help": N_("What it does"),
    **dict.fromkeys(SPARE, ""),
    "code": "",
}
WIDTHS: dict[str, float] = {"label": 32, "value": 34, "used": 16, "help": 24, **dict.fromkeys(SPARE, 22)}
HIDDEN = ("code",)


def widths(c: Context) -> dict[str, float]:
    """Room for the longest name of a setting, and of a KPI that can be switched off."""
    texts = [c.t(setting.label) for setting in settings_of(c.business)]
    texts += [c.t(text) for text, _ in ROWS.values()] + [kpi_title(kpi, c.t) for kpi in c.business.kpis]
    return {**WIDTHS, "label": letters.column(texts, WIDTHS["label"])}


KINDS = {
    Kind.MONTH: N_("month"),
    Kind.QUARTER: N_("quarter"),
    Kind.WEEK: N_("week"),
    Kind.YEAR: N_("year"),
}
FIXED = ("business", "language", "currency", "kind")
ROWS = {
    "company": (N_("Company"), N_("The name on the dashboard.")),
    "business": (
        N_("Kind of business"),
        N_("Decides which KPIs and benchmarks apply. Fixed when the workbook is made."),
    ),
    "language": (N_("Language"), N_("Fixed when the workbook is made.")),
    "currency": (N_("Currency"), N_("Fixed when the workbook is made.")),
    "kind": (N_("Length of a period"), N_("Fixed when the workbook is made.")),
    "period": (
        N_("Period"),
        N_("Any day of the period. Change it to look at another period whose rows are still here."),
    ),
    "period_start": (N_("First day"), N_("Follows from the period.")),
    "period_end": (N_("Last day"), N_("Follows from the period; it belongs to it.")),
    "period_after": (N_("First day after"), N_("Follows from the period.")),
}


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "headings", *ROWS, *(setting.id for setting in settings_of(business)))


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    entries, t = c.scorecard.entries, c.t
    found: dict[tuple[str, str], Cell] = {
        ("title", "label"): label(c.titles["settings"], style.TITLE),
        ("help", "label"): label(t(N_("Yellow cells are yours. The rest follows from them, or is fixed.")), style.HELP),
    }
    for column, heading in COLUMNS.items():
        found["headings", column] = label(t(heading), style.HEADING)
    for row, (text, help_) in ROWS.items():
        found[row, "label"] = label(t(text))
        found[row, "help"] = label(t(help_), style.MUTED_TEXT)
    for row, (shown, code) in _fixed(c).items():
        found[row, "value"] = label(shown)
        found[row, "code"] = label(code)
    found["company", "value"] = entry_cell(entries.company, style.entry("general", align="left"), name="company")
    period = entries.period
    found["period", "value"] = entry_cell(serial(period.start), style.entry("date", align="left"), name="period_day")
    day = style.Style(format=style.FORMATS["date"], align="left", rule=palette.LINE)
    found["period_start", "value"] = live(
        to_excel(first_day(period.kind), {"day": "period_day"}), serial(period.start), day, name="period_start"
    )
    found["period_end", "value"] = live("period_after-1", serial(period.end), day, name="period_end")
    found["period_after", "value"] = live(
        to_excel(shifted(period.kind, START, 1)), serial(period.after), day, name="period_after"
    )
    used = entries.settings_used
    late = listed((c.titles[table.id] for table in c.business.open_tables), t)
    for setting in settings_of(c.business):
        id_ = setting.id
        default = default_of(setting, entries.currency)
        cell_shown: Value = entries.words.get(id_, t(str(default))) if setting.is_text else default
        found[id_, "label"] = label(t(setting.label))
        found[id_, "help"] = label(t(setting.help).format(sheets=late), style.MUTED_TEXT)
        look = "date" if setting.is_date else "general"
        found[id_, "value"] = entry_cell(cell_shown, style.entry(look, align="left"))
        found[id_, "used"] = live(
            _used(setting, c),
            used.get(id_),
            style.Style(align="left", rule=palette.LINE, format=style.FORMATS[look]),
            name=id_,
        )
    return found


def _used(setting: Setting, c: Context) -> str:
    """What the owner typed where it is of the right kind, else the default."""
    default = None if setting.is_text else default_of(setting, c.scorecard.entries.currency)
    otherwise = Wording(setting.id) if setting.is_text else BLANK if default is None else as_node(float(default))
    return to_excel(_typed(setting, otherwise), {"typed": c.at("settings", setting.id, "value")}, c.word)


def _typed(setting: Setting, otherwise: Node) -> Node:
    typed = Name("typed")
    if setting.is_text:
        return either(equal(length(or_else(typed)), 0), otherwise, as_text(typed))
    return either(known(typed), either(typed > 0, typed, otherwise) if setting.positive else typed, otherwise)


def _fixed(c: Context) -> Mapping[str, tuple[str, str]]:
    entries = c.scorecard.entries
    return {
        "business": (c.t(c.business.name), c.business.id),
        "language": (str(c.t.locale.get_display_name(c.t.locale) or c.t.code).capitalize(), c.t.code),
        "currency": (entries.currency, entries.currency),
        "kind": (c.t(KINDS[entries.period.kind]), entries.period.kind.value),
    }
