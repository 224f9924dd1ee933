"""Breakdown: KPIs by assistant, client, service, source and language, then totals by their largest groups. All of it is
as of the last refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.errors import N_
from kpixl.kpi.breakdown import CAPACITY, Section, dimensions
from kpixl.texts.groups import FEW, ORDER, has_level, heading, level_shown, section_note, title
from kpixl.texts.words import SHAPES, unit_label
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, notice, static
from kpixl.workbook.sheets import inactive, kpis, pareto

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.kpi.breakdown import GroupResult

NAME_WIDTH, LEVEL_WIDTH, SIGN_WIDTH, CASES_WIDTH, WIDTH = 34.0, 22.0, 4.0, 8.0, 11.0
"""Of names, levels, signs alone, numbers of cases and all else; in characters."""
HELP = N_("As of the last refresh, from the rows. Cases tells how many rows stand behind a value.")


SECTION_PARTS = ("title", "headings", *(f"group_{n}" for n in range(CAPACITY)), "note", "space")


def columns(business: Business) -> tuple[str, ...]:
    """Ids of the block's columns: a name, then value, level and cases of each KPI of the widest section."""
    widest = max((len(kpis) for kpis in dimensions(business).values()), default=1)
    return ("name", *(f"{part}_{number}" for number in range(widest) for part in ("value", "level", "cases")))


def widths(c: Context) -> dict[str, float]:
    """How wide each column is, in characters: one for levels has room for words only where a KPI has levels. The
    tables of totals stand in the first ones."""
    level, held = kpis.level_width(LEVEL_WIDTH, c), dimensions(c.business).values()
    found = {"name": NAME_WIDTH}
    for column in columns(c.business)[1:]:
        part, _, number = column.partition("_")
        banded = any(len(placed) > int(number) and placed[int(number)].thresholds for placed in held)
        usual = {"value": WIDTH, "level": level if banded else SIGN_WIDTH, "cases": CASES_WIDTH}[part]
        found[column] = max(usual, WIDTH) if c.business.pareto and column in pareto.COLUMNS.values() else usual
    return found


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    sections = tuple(f"{dimension}_{part}" for dimension in dimensions(business) for part in SECTION_PARTS)
    return ("title", "help", "space", *sections, *pareto.rows(business), *inactive.rows(business))


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("space", "value_0"): notice(c),
        ("title", "name"): label(c.titles["breakdown"], style.TITLE),
        ("help", "name"): label(" ".join(_help(c)), style.HELP),
    }
    for section in c.breakdown:
        found.update(_section(section, c))
    found.update(pareto.cells(c))
    found.update(inactive.cells(c))
    return found


def _help(c: Context) -> list[str]:
    """What is to be known of the sheet; what a sign means that stands alone."""
    signs = any(kpi.sample and not kpi.thresholds for kpi in c.business.kpis)
    return [c.t(HELP), c.t(ORDER), *([f"{SHAPES[None]} {c.t(FEW)}."] if signs else [])]


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
        headings = {
            "value": _heading(kpi, c),
            "level": t(N_("Level")) if kpi.thresholds else "",
            "cases": t(N_("Cases")) if kpi.sample else "",
        }
        there = kpi in section.kpis and _has_values(section, kpi)
        for part, text in headings.items():
            look = style.apart(style.HEADING) if part == "level" else style.HEADING_RIGHT
            found[f"{at}_headings", f"{part}_{number}"] = static((text or None) if there else None, look)
    for row in range(CAPACITY):
        group = section.groups[row] if row < len(section.groups) else None
        name = (group.name or t(N_("(blank)"))) if group else None
        found[f"{at}_group_{row}", "name"] = static(name, PLAIN)
        for number, kpi in enumerate(placed):
            result = group.results.get(kpi.id) if group else None
            has = result is not None and result.value is not None
            values = {
                "value": result.value if result and has else None,
                "level": _level(result, kpi, c) if result and has else None,
                "cases": result.cases if result and has else None,
            }
            for part, value in values.items():
                unit = kpi.kpi.unit if part == "value" else "count"
                look = style.apart(PLAIN) if part == "level" else style.Style(format=style.FORMATS[unit], align="right")
                found[f"{at}_group_{row}", f"{part}_{number}"] = static(value, look)
    return found


PLAIN = style.Style()


def _level(result: GroupResult, kpi: BusinessKpi, c: Context) -> str | None:
    """What is said of a value's level; of a KPI that has none, no more than the sign of too few cases."""
    if not has_level(result, kpi):
        return None
    return level_shown(result, c.t) if kpi.thresholds else level_shown(result, c.t).partition(" ")[0]


def _has_values(section: Section, kpi: BusinessKpi) -> bool:
    """Whether a KPI has a value in any group: a heading above nothing says nothing."""
    found = (group.results.get(kpi.id) for group in section.groups)
    return not section.groups or any(one is not None and one.value is not None for one in found)


def _heading(kpi: BusinessKpi, c: Context) -> str:
    """The short name of a KPI, with its unit where its values do not show it."""
    unit = unit_label(kpi.kpi.unit, c.scorecard.entries.currency, c.t)
    return c.t(kpi.abbreviation) + (f" ({unit})" if kpi.kpi.unit in ("money", "hours", "months") else "")


PAGE_WIDTH, PAGE_HEIGHT = 784.0, 500.0
"""The room on a printed page of A4, in points, with some to spare for a program's own widths and heights."""
ROW_HEIGHT, HEADINGS_HEIGHT = 15.0, 27.0


def breaks(c: Context) -> dict[str, bool]:
    """The first row of each section, and whether a new printed page begins with it: where the section would not be
    whole on the page before."""
    across = _width(c) / (2 if halves(c) else 1)
    room, used, fresh = PAGE_HEIGHT * max(1.0, across / PAGE_WIDTH), 0.0, True
    hidden, found = hidden_rows(c), dict[str, bool]()
    for first, *parts in _parts(c.business):
        heights = [_height(row) for row in (first, *parts) if row not in hidden]
        needed = sum(heights) - (ROW_HEIGHT if parts and parts[-1].endswith("_space") else 0)
        if first.endswith("_title"):
            found[first] = bool(heights) and not fresh and used + needed > room
            used, fresh = (0.0, True) if found[first] else (used, fresh)
            fresh = fresh and not heights
        used += sum(heights)
    return found


def halves(c: Context) -> tuple[tuple[str, ...], ...]:
    """The columns of two pages side by side, where all of them would be too small to read on one."""
    every = columns(c.business)
    middle = 1 + len(every) // 6 * 3
    return (every[:middle], every[middle:]) if _width(c) > 2 * PAGE_WIDTH else ()


def first_section(business: Business) -> str:
    """The row in which the first of the sections begins."""
    return _parts(business)[1][0]


def _width(c: Context) -> float:
    """How wide all columns are together, in points."""
    return sum(width + _CELL_EDGES for width in widths(c).values()) * _POINTS


_POINTS = 7 * 0.75
"""The width of a character, in points."""
_CELL_EDGES = 0.72
"""What a column has beside its characters, in characters."""


def _parts(business: Business) -> list[list[str]]:
    """The rows of the block: those above all sections, then those of each section."""
    parts: list[list[str]] = [[]]
    for row in rows(business):
        if row.endswith("_title"):
            parts.append([])
        parts[-1].append(row)
    return parts


def _height(row: str) -> float:
    return HEADINGS_HEIGHT if row.endswith("_headings") else ROW_HEIGHT


def hidden_rows(c: Context) -> set[str]:
    """Rows for groups that are not there, and for sections of which no KPI is in use."""
    groups = {
        f"{section.dimension}_group_{row}" for section in c.breakdown for row in range(len(section.groups), CAPACITY)
    }
    groups |= {f"{section.dimension}_{part}" for section in c.breakdown if not section.kpis for part in SECTION_PARTS}
    return groups | pareto.hidden_rows(c) | inactive.hidden_rows(c)
