"""Breakdown: KPIs by assistant, client, service, source and language, then totals by their largest groups. All of it is
as of the last refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.errors import N_
from kpixl.kpi.breakdown import CAPACITY, Section, dimensions
from kpixl.texts.groups import ORDER, has_level, heading, level_shown, section_note, title
from kpixl.texts.words import unit_label
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, notice, static
from kpixl.workbook.sheets import inactive, pareto

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi

WIDTHS = {"name": 34}
LEVEL_WIDTH, WIDTH = 22.0, 11.0
"""Of columns with a level, and of all others; in characters."""
HELP = N_("As of the last refresh, from the rows. Cases tells how many rows stand behind a value.")


SECTION_PARTS = ("title", "headings", *(f"group_{n}" for n in range(CAPACITY)), "note", "space")


def columns(business: Business) -> tuple[str, ...]:
    """Ids of the block's columns: a name, then value, level and cases of each KPI of the widest section."""
    widest = max((len(kpis) for kpis in dimensions(business).values()), default=1)
    return ("name", *(f"{part}_{number}" for number in range(widest) for part in ("value", "level", "cases")))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    sections = tuple(f"{dimension}_{part}" for dimension in dimensions(business) for part in SECTION_PARTS)
    return ("title", "help", "space", *sections, *pareto.rows(business), *inactive.rows(business))


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("space", "value_0"): notice(c),
        ("title", "name"): label(c.titles["breakdown"], style.TITLE),
        ("help", "name"): label(f"{c.t(HELP)} {c.t(ORDER)}", style.HELP),
    }
    for section in c.breakdown:
        found.update(_section(section, c))
    found.update(pareto.cells(c))
    found.update(inactive.cells(c))
    return found


def _section(section: Section, c: Context) -> Cells:
    at, t = section.dimension, c.t
    found: dict[tuple[str, str], Cell] = {
        (f"{at}_title", "name"): label(title(section, t), style.Style(size=12, bold=True, colour=palette.ACCENT)),
        (f"{at}_headings", "name"): label(heading(section, t), style.HEADING),
        (f"{at}_note", "name"): static(section_note(section, c.t), style.Style(size=9, colour=palette.MUTED)),
    }
    # A KPI that is switched off leaves its columns blank, so that the others stay where they are.
    placed = dimensions(c.business)[section.dimension]
    for number, kpi in enumerate(placed):
        headings = {"value": _heading(kpi, c), "level": t(N_("Level")) if kpi.thresholds else ""}
        if kpi.sample:
            headings["cases"] = t(N_("Cases"))
        for part, text in headings.items():
            look = style.apart(style.HEADING) if part == "level" else style.HEADING_RIGHT
            found[f"{at}_headings", f"{part}_{number}"] = static((text or None) if kpi in section.kpis else None, look)
    for row in range(CAPACITY):
        group = section.groups[row] if row < len(section.groups) else None
        name = (group.name or t(N_("(blank)"))) if group else None
        found[f"{at}_group_{row}", "name"] = static(name, PLAIN)
        for number, kpi in enumerate(placed):
            result = group.results.get(kpi.id) if group else None
            has = result is not None and result.value is not None
            values = {
                "value": result.value if result and has else None,
                "level": level_shown(result, t) if result and has and has_level(result, kpi) else None,
                "cases": result.cases if result and has else None,
            }
            for part, value in values.items():
                unit = kpi.kpi.unit if part == "value" else "count"
                look = style.apart(PLAIN) if part == "level" else style.Style(format=style.FORMATS[unit], align="right")
                found[f"{at}_group_{row}", f"{part}_{number}"] = static(value, look)
    return found


PLAIN = style.Style()


def _heading(kpi: BusinessKpi, c: Context) -> str:
    """The short name of a KPI, with its unit where its values do not show it."""
    unit = unit_label(kpi.kpi.unit, c.scorecard.entries.currency, c.t)
    return c.t(kpi.abbreviation) + (f" ({unit})" if kpi.kpi.unit in ("money", "hours", "months") else "")


def hidden_rows(c: Context) -> set[str]:
    """Rows for groups that are not there, and for sections of which no KPI is in use."""
    groups = {
        f"{section.dimension}_group_{row}" for section in c.breakdown for row in range(len(section.groups), CAPACITY)
    }
    groups |= {f"{section.dimension}_{part}" for section in c.breakdown if not section.kpis for part in SECTION_PARTS}
    return groups | pareto.hidden_rows(c) | inactive.hidden_rows(c)
