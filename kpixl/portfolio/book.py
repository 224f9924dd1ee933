"""The workbook of a portfolio: an overview, a heat map, a ranking, trends, and lists of what needs somebody.

The overview and the ranking are formulas over the other sheets, so that a filter or another KPI is a choice in a cell;
with very many workbooks they are values, since each line of a ranking looks through all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.portfolio import courses, lists, overview, standings
from kpixl.portfolio.links import target_of
from kpixl.portfolio.pen import Paper, Pen, fitting, shown
from kpixl.portfolio.setting_out import ERRORS, FILTER_COLUMN, FILTERS, FIRST, SHOWN, Sheets, pick
from kpixl.portfolio.wording import TITLES, heading_of, level_texts
from kpixl.version import __version__
from kpixl.workbook import style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kpixl.i18n import Language
    from kpixl.portfolio.group import Portfolio

PROPERTY = "kpixl.portfolio"
"""The document property by which our portfolios are known."""


def book(group: Portfolio, failed: Sequence[tuple[str, str]], t: Language, out: Path, now: datetime) -> bytes:
    """The bytes of the workbook of a portfolio that is to lie at ``out``. ``failed`` are the workbooks that could not
    be read, each with the reason."""
    paper = Paper()
    pens = {key: paper.pen(t(title), hidden=key == "data") for key, title in TITLES.items()}
    sheets = Sheets(group, t, out, now, paper, pens["data"], pens["heat_map"], _HEAD + 1)
    overview.overview(pens["overview"], sheets, len(failed))
    _data(sheets, pens["overview"])
    _heat_map(pens["heat_map"], sheets)
    standings.standings(pens["ranking"], sheets)
    courses.courses(pens["trends"], sheets)
    lists.signals(pens["signals"], sheets)
    lists.actions(pens["actions"], sheets)
    lists.workbooks(pens["workbooks"], sheets, failed)
    paper.book.custom_doc_props.append(StringProperty(name=PROPERTY, value=__version__))
    paper.book.properties.title = t(TITLES["overview"])
    return paper.data(out)


# The hidden sheet


def _data(sheets: Sheets, front: Pen) -> None:
    pen, group, t = sheets.data, sheets.group, sheets.t
    everything = t(N_("all"))
    signalled = dict.fromkeys(range(len(group.members)), 0)
    for one in group.signals:
        signalled[one.row] += 1
    for row, member in enumerate(group.members, FIRST):
        words = (t(member.kind_of_business.name), member.region, member.owner)
        for place, text in enumerate(words, 1):
            pen.put(row, place, text)
        if sheets.live:
            tests = (
                f'OR({front.at(place, FILTER_COLUMN)}="{everything}",{get_column_letter(column)}{row}='
                f"{front.at(place, FILTER_COLUMN)})"
                for column, place in enumerate(FILTERS.values(), 1)
            )
            pen.compute(row, SHOWN, f"IF(AND({','.join(tests)}),1,0)", 1)
        counts = (member.problems.get("error", 0), len(member.missing), signalled[row - FIRST], len(member.to_do))
        for place, count in enumerate(counts, ERRORS):
            pen.put(row, place, count)
    for number, column in enumerate(group.columns):
        for row, figure in column.by_row.items():
            level = next((level.number for level in Level if level.id == figure.shade), None)
            pen.put(row + FIRST, sheets.level_column(number), level)
            pen.put(row + FIRST, sheets.previous_column(number), figure.previous)
            pen.put(row + FIRST, sheets.value_column(number), figure.value)
    _choices(sheets, front)


def _choices(sheets: Sheets, front: Pen) -> None:
    """What can be picked in the cells of the filters."""
    if not sheets.live:
        return
    pen, t = sheets.data, sheets.t
    members = sheets.group.members
    found = (
        {t(one.kind_of_business.name) for one in members},
        {one.region for one in members if one.region},
        {one.owner for one in members if one.owner},
    )
    column = sheets.beside
    for number, (place, words) in enumerate(zip(FILTERS.values(), found, strict=True)):
        listed = [t(N_("all")), *sorted(words, key=str.casefold)]
        for row, word in enumerate(listed, FIRST):
            pen.put(row, column + number, word)
        source = pen.area((FIRST, column + number), (FIRST + len(listed) - 1, column + number))
        pick(front.sheet, f"{get_column_letter(FILTER_COLUMN)}{place}", source, t)


# The heat map


_HEAD = 6
_KPIS = 7


def _heat_map(pen: Pen, sheets: Sheets) -> None:
    t, group = sheets.t, sheets.group
    pen.put(2, 2, t(TITLES["heat_map"]), style.TITLE)
    text = N_("Each value in the color of its level. The small arrows filter by business, region, owner or value.")
    pen.put(3, 2, t(text), style.HELP)
    for place, level in enumerate(Level):
        look = style.Style(fill=palette.LEVEL_TINTS[level], colour=palette.LEVEL_TEXT[level], bold=True, align="center")
        pen.put(4, 2 + place, level_texts(t)[level], look)
    words = (N_("Workbook"), N_("Kind of business"), N_("Region"), N_("Owner"), N_("Period"))
    pen.heading(_HEAD, {2 + place: t(word) for place, word in enumerate(words)})
    above = None
    for number, column in enumerate(group.columns):
        if column.kpi.business != above and len({one.business for one in group.members}) > 1:
            above = column.kpi.business
            pen.put(
                _HEAD - 1, _KPIS + number, t(group.business(above).name), style.Style(bold=True, colour=palette.ACCENT)
            )
        pen.put(_HEAD, _KPIS + number, heading_of(column, group, t), style.HEADING_RIGHT)
        pen.widths({_KPIS + number: 12})
    looks = {
        (column.kpi.kpi.unit, level): shown(column.kpi.kpi.unit, level)
        for column in group.columns
        for level in (None, *Level)
    }
    levels = {level.id: level for level in Level}
    for row, member in enumerate(group.members, _HEAD + 1):
        pen.link(row, 2, member.company, target_of(member.place, sheets.out))
        said = (t(member.kind_of_business.name), member.region, member.owner, t.period(member.covers))
        for place, word in enumerate(said, 3):
            pen.put(row, place, word, style.MUTED_TEXT)
    for number, column in enumerate(group.columns):
        for place, figure in column.by_row.items():
            look = looks[column.kpi.kpi.unit, levels.get(figure.shade or "")]
            pen.put(_HEAD + 1 + place, _KPIS + number, figure.value, look)
    bottom, right = _HEAD + len(group.members), get_column_letter(_KPIS + len(group.columns) - 1)
    pen.sheet.auto_filter.ref = f"B{_HEAD}:{right}{bottom}"
    _pale(pen, sheets, f"B{_HEAD + 1}:{right}{bottom}")
    pen.sheet.row_dimensions[_HEAD].height = 32
    names = (t(one.kind_of_business.name) for one in group.members)
    pen.widths({2: 26, 3: fitting(names, 24), 4: 18, 5: 18, 6: 18})
    pen.finish(freeze=f"C{_HEAD + 1}", titles=f"{_HEAD}:{_HEAD}")


def _pale(pen: Pen, sheets: Sheets, area: str) -> None:
    """What the filters of the overview leave out is pale."""
    if sheets.live:
        taken = sheets.data.at(FIRST, SHOWN).replace(f"${FIRST}", str(FIRST))
        rule = FormulaRule(
            formula=[f"{taken}=0"],
            font=Font(color=palette.FAINT),
            fill=PatternFill(bgColor="FFFFFF", fill_type="solid"),
        )
        pen.sheet.conditional_formatting.add(area, rule)
