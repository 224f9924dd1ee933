"""Own KPIs, on the Settings sheet: a name, a formula over measures, how to read it. Graded like any other."""

from __future__ import annotations

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS
from kpixl.errors import N_
from kpixl.formula import evaluate, parse
from kpixl.kpi.traits import GRADED
from kpixl.texts.words import LEVELS
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label

COLUMNS = {
    "label": N_("Name of the KPI"),
    "formula": N_("Formula"),
    "unit": N_("Unit"),
    "direction": N_("Direction"),
    **{level.id: LEVELS[level] for level in GRADED},
}
ROWS = ("title", "help", "headings", *OWN_SLOTS)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    t, filled = c.t, {entry.slot: entry for entry in c.scorecard.entries.own}
    help_ = N_(
        "Ten KPIs of your own. Type a formula over measures, by their names on Totals, for example {example}; "
        "thresholds are optional."
    )
    found: dict[tuple[str, str], Cell] = {
        ("title", "label"): label(t(N_("Own KPIs")), style.Style(size=12, bold=True, colour=palette.ACCENT)),
        ("help", "label"): label(t(help_).format(example=f"={c.business.own_example}"), style.HELP),
    }
    for column, heading in COLUMNS.items():
        look = style.HEADING if column in ("label", "formula", "unit", "direction") else style.HEADING_RIGHT
        found["headings", column] = label(t(heading), look)
    left, right, figure = style.entry("general", align="left"), style.entry("general"), style.entry("ratio")
    for slot in OWN_SLOTS:
        entry, result = filled.get(slot), c.scorecard.result(slot)
        for column in COLUMNS:
            look = left if column in ("label", "unit", "direction") else figure if column == "formula" else right
            found[slot, column] = entry_cell(None, look)
        if entry is not None and entry.formula and result.kpi.kpi.formula:
            # As Excel has it, also while the KPI has no name yet and is not used.
            used = {a.name: c.scorecard.measures[a.measure.name].used for a in result.kpi.arguments}
            found[slot, "formula"] = Cell("echo", evaluate(parse(entry.formula), used), entry.formula, figure)
    return found
