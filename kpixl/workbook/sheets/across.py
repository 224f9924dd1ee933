"""Periods side by side: every KPI in a row, the last twelve periods in columns. For people; the lines behind it, which
the comparisons read, are on Past periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS
from kpixl.errors import N_
from kpixl.period import Kind
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, live
from kpixl.workbook.rule_formulas import AS_IT_IS
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.spark import NOT_AVAILABLE, PERIODS, sparks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

COLUMNS = ("name", "unit", *PERIODS)
WIDTHS = {"name": 44.0, "unit": 14.0}
WIDTH = 12.5
_HELP = N_("The last twelve periods of every KPI, this one last. What closed periods held in full is on {sheet}.")


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "headings", *(kpi.id for kpi in business.kpis), *OWN_SLOTS)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    values = sparks(c)
    found: dict[tuple[str, str], Cell] = {
        ("title", "name"): label(c.titles["across"], style.TITLE),
        ("help", "name"): label(c.t(_HELP).format(sheet=c.titles["past"]), style.HELP),
        ("headings", "name"): label(c.t(N_("Name")), style.HEADING),
        ("headings", "unit"): label(c.t(N_("Unit")), style.apart(style.HEADING)),
    }
    kind = "date" if c.scorecard.entries.period.kind is Kind.WEEK else "month"
    head = replace(style.HEADING_RIGHT, format=style.FORMATS[kind])
    for period in PERIODS:
        start = c.at("spark", "start", period)
        found["headings", period] = live(start, values["start", period], head)
    for result in c.scorecard.slots:
        found.update({(result.kpi.id, column): cell for column, cell in _row(result, values, c).items()})
    return found


def _row(result: Result, values: Mapping[tuple[str, str], Value], c: Context) -> dict[str, Cell]:
    kpi, now = result.kpi, PERIODS[-1]
    name = style.Style(wrap=True, rule=palette.LINE)
    unit = style.apart(style.Style(rule=palette.LINE, colour=palette.MUTED, shrink=True))
    found = {
        "name": live(f'{c.at("kpis", kpi.id, "name")}&""', kpi.name, name) if kpi.own else label(c.t(kpi.name), name),
        "unit": live(f'{c.at("kpis", kpi.id, "unit")}&""', unit_shown(kpi, c), unit),
    }
    for period in PERIODS:
        there, value = c.at("spark", kpi.id, period), values[kpi.id, period]
        found[period] = live(
            AS_IT_IS.filled({"cell": there}),
            None if value == NOT_AVAILABLE else value,
            style.figure(kpi.kpi.unit, bold=period == now),
        )
    return found
