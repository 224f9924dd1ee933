"""Thresholds: for every KPI and level what is published, what the owner sets in its place, and what is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS, Level
from kpixl.catalog.settings import DOLLAR
from kpixl.errors import N_
from kpixl.formula import Name
from kpixl.formula.expressions import BLANK, either, every, first_known, known
from kpixl.formula.to_excel import Template
from kpixl.kpi.grade import thresholds_published
from kpixl.kpi.traits import GRADED
from kpixl.texts.words import level_word
from kpixl.workbook import letters, style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live
from kpixl.workbook.rule_formulas import AS_IT_IS
from kpixl.workbook.sheets import kpis

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.kpi.result import Result

PARTS = {"published": N_("Published"), "yours": N_("Yours"), "used": N_("Used")}
COLUMNS = ("name", "unit", *(f"{level.id}_{part}" for level in GRADED for part in PARTS))
USED = tuple(f"{level.id}_used" for level in GRADED)
"""Columns that show an own KPI's share as per cent."""
WIDTHS = {"name": 44.0, "unit": 14.0}
WIDTH = 13.0
_HELP = N_(
    "From which value on a KPI reaches each level. Type a threshold of your own in a yellow cell; an empty one leaves "
    "the published one in force."
)
_YOURS, _PUBLISHED, _RATE = map(Name, ("yours", "published", "rate"))
_IN_FORCE = Template(first_known(_YOURS, _PUBLISHED, BLANK))
_CONVERTED = Template(either(known(_YOURS), _YOURS, either(every(known(_PUBLISHED, _RATE)), _PUBLISHED * _RATE)))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "bands", "headings", *(kpi.id for kpi in business.kpis), *OWN_SLOTS)


def widths(c: Context) -> dict[str, float]:
    """Widths of the columns: a level's name stands over its three."""
    name = letters.column((c.t(kpi.name) for kpi in c.business.kpis), WIDTHS["name"])
    heads = letters.column(map(c.t, PARTS.values()), WIDTH, bold=True)
    return {**WIDTHS, "name": name, **dict.fromkeys(COLUMNS[2:], heads)}


def blank_columns(business: Business) -> tuple[str, ...]:
    """Columns in which nothing will ever stand: nobody has published anything for the business."""
    return () if business.banded else tuple(f"{level.id}_published" for level in GRADED)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("title", "name"): label(c.titles["thresholds"], style.TITLE),
        ("help", "name"): label(c.t(_HELP), style.HELP),
        ("headings", "name"): label(c.t(N_("Name")), style.HEADING),
        ("headings", "unit"): label(c.t(N_("Unit")), style.apart(style.HEADING)),
    }
    for level in GRADED:
        look = style.Style(bold=True, colour=palette.LEVEL_TEXT[level])
        first = next(part for part in PARTS if f"{level.id}_{part}" not in blank_columns(c.business))
        found["bands", f"{level.id}_{first}"] = label(level_word(level, c.t), look)
        for part, heading in PARTS.items():
            found["headings", f"{level.id}_{part}"] = label(c.t(heading), style.HEADING_RIGHT)
    for result in c.scorecard.slots:
        for column, cell in (_own if result.kpi.own else _kpi)(result, c).items():
            found[result.kpi.id, column] = cell
    return found


_NAME = style.WRAPPED
_UNIT = style.apart(style.Style(rule=palette.LINE, colour=palette.MUTED, shrink=True))


def _kpi(result: Result, c: Context) -> dict[str, Cell]:
    kpi, published = result.kpi, thresholds_published(result.kpi)
    found = {"name": label(c.t(kpi.name), _NAME), "unit": label(kpis.unit_shown(kpi, c), _UNIT)}
    for level in GRADED:
        found |= _threshold(result, level, published.get(level), c)
    return found


def _threshold(result: Result, level: Level, published: float | None, c: Context) -> dict[str, Cell]:
    kpi, unit = result.kpi, result.kpi.kpi.unit
    yours = c.scorecard.entries.thresholds.get((kpi.id, level))
    bind = {part: c.at("thresholds", kpi.id, f"{level.id}_{part}") for part in ("published", "yours")}
    # Amounts of the whole workbook go without a sign, as its unit says; published ones of another currency have it.
    abroad = kpi.in_dollars and c.scorecard.entries.currency != DOLLAR
    dollars = style.Style(format=style.DOLLARS, align="right", rule=palette.LINE, colour=palette.MUTED)
    used = _CONVERTED if kpi.in_dollars else _IN_FORCE
    return {
        f"{level.id}_published": label(published, dollars if abroad else style.figure(unit, muted=True)),
        f"{level.id}_yours": entry_cell(yours.number if yours else None, style.entry(unit)),
        f"{level.id}_used": live(
            used.filled(bind | {"rate": "dollar_rate"}, c.word),
            result.thresholds.get(level),
            style.figure(unit, bold=True),
            name=f"{kpi.name_prefix}_{level.id}",
        ),
    }


def _own(result: Result, c: Context) -> dict[str, Cell]:
    """An own KPI has its thresholds on Settings."""
    kpi = result.kpi
    found = {
        "name": live(f'{c.at("kpis", kpi.id, "name")}&""', kpi.name, _NAME),
        "unit": live(f'{c.at("kpis", kpi.id, "unit")}&""', kpis.unit_shown(kpi, c), _UNIT),
    }
    for level in GRADED:
        found[f"{level.id}_used"] = live(
            AS_IT_IS.filled({"cell": c.at("own", kpi.id, level.id)}),
            result.thresholds.get(level),
            style.figure(kpi.kpi.unit, bold=True),
            name=f"{kpi.name_prefix}_{level.id}",
        )
    return found
