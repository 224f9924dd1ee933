"""KPIs in use, on the Settings sheet: a cell for each, to switch it off and on again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.errors import N_
from kpixl.formula import Name
from kpixl.formula.expressions import NO, either, equal, or_else
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template
from kpixl.texts.words import kpi_title
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi

COLUMNS = {"label": N_("KPI"), "value": N_("In use?")}


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "headings", *(kpi.id for kpi in business.kpis))


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    t = c.t
    help_ = N_(
        "Type “{no}” beside a KPI that you do not watch: it disappears from every sheet at the next refresh, and comes "
        "back with its history once you type “{yes}”."
    )
    yes, no = (t(word) for word in ("yes", "no"))
    found: dict[tuple[str, str], Cell] = {
        ("title", "label"): label(t(N_("KPIs in use")), style.Style(size=12, bold=True, colour=palette.ACCENT)),
        ("help", "label"): label(t(help_).format(yes=yes, no=no), style.HELP),
    }
    for column, heading in COLUMNS.items():
        found["headings", column] = label(t(heading), style.HEADING)
    for kpi in c.business.kpis:
        found[kpi.id, "label"] = label(kpi_title(kpi, t), style.Style(rule=palette.LINE))
        found[kpi.id, "value"] = entry_cell(yes, style.entry("general", align="left"))
    return found


def flag(kpi: BusinessKpi) -> str:
    """The name of the cell that is 1 while the KPI is in use, and 0 while it is switched off. A name, since formulas of
    bare names are the ones that Excel never rewrites."""
    return f"{kpi.name_prefix}_in_use"


def flag_formula(kpi: BusinessKpi, c: Context) -> str:
    """What stands in that cell. A KPI whose switch is gone is in use."""
    return _IN_USE.filled({"said": c.at("in_use", kpi.id, "value")}, c.word)


_IN_USE = Template(either(or_else(equal(Name("said"), Wording("in_use_no")), NO), 0, 1))


def shown_if_used(kpi: BusinessKpi, formula: str, otherwise: str = '""') -> str:
    """A formula that gives nothing, or ``otherwise``, while the KPI is switched off."""
    return _IF_USED.filled({"flag": flag(kpi), "otherwise": otherwise, "formula": formula})


_IF_USED = Template(either(equal(Name("flag"), 0), Name("otherwise"), Name("formula")))
