"""The overview of a portfolio: filters, how many workbooks need somebody, and how each KPI is spread over them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.kpi.traits import GRADED
from kpixl.portfolio.pen import NUMBER, fitting, shown
from kpixl.portfolio.setting_out import ERRORS, FILTER_COLUMN, FILTERS, MISSING, SHOWN, SIGNALS, TO_DO
from kpixl.portfolio.wording import TITLES, label_of, level_texts
from kpixl.texts.words import SHAPES
from kpixl.workbook import style
from kpixl.workbook.build import level_rules

if TYPE_CHECKING:
    from kpixl.portfolio.group import Compared
    from kpixl.portfolio.pen import Pen
    from kpixl.portfolio.setting_out import Sheets

_TABLE = 13
"""The row of the headings of the overview's table."""
_KPI, _KIND, _COUNT, _BY_LEVEL, _QUARTILES, _MEDIAN_LEVEL, _PUBLISHED = 2, 3, 4, 5, 9, 12, 13


def overview(pen: Pen, sheets: Sheets, failed: int) -> None:
    """Write the sheet; ``failed`` workbooks could not be read."""
    t, group = sheets.t, sheets.group
    pen.put(2, 2, t(TITLES["overview"]), style.TITLE)
    latest = max((member.covers for member in group.members), key=lambda one: one.start)
    made = t(N_("{period} · workbooks: {count} · made on {date}"))
    text = made.format(period=t.period(latest), count=len(group.members), date=t.date(sheets.now.date()))
    pen.put(3, 2, text, style.HELP)
    _filters(pen, sheets)
    _tiles(pen, sheets, failed)
    _spread(pen, sheets)
    columns = group.columns
    pen.widths({_KPI: fitting((label_of(one, group, t) for one in columns), 30)})
    pen.widths({_KIND: fitting((t(group.business(one.kpi.business).name) for one in columns), 26)})
    pen.widths({_COUNT: 11, **{_BY_LEVEL + place: 7.5 for place in range(4)}})
    pen.widths({_QUARTILES + place: 13 for place in range(3)} | {_MEDIAN_LEVEL: fitting(level_texts(t).values(), 18)})
    pen.widths({_PUBLISHED + place: 13 for place in range(3)})
    pen.finish(freeze=f"C{_TABLE + 1}", titles=f"{_TABLE}:{_TABLE}")


def _filters(pen: Pen, sheets: Sheets) -> None:
    t = sheets.t
    words = (N_("Kind of business"), N_("Region"), N_("Owner"))
    for row, word in zip(FILTERS.values(), words, strict=True):
        if sheets.live:
            pen.put(row, 2, t(word), replace(style.STRONG, rule=None))
            pen.put(row, FILTER_COLUMN, t(N_("all")), style.entry("general", align="left"))
    if sheets.live:
        pen.put(5, 4, t(N_("Pick here what the figures below and the ranking are of.")), style.HELP)


def _tiles(pen: Pen, sheets: Sheets, failed: int) -> None:
    """How many workbooks need somebody, and why."""
    t, members = sheets.t, sheets.group.members
    tiles = (
        (2, N_("Workbooks"), SHOWN, len(members), palette.ACCENT),
        (3, N_("with errors in Check"), ERRORS, sum(bool(m.problems.get("error")) for m in members), None),
        (4, N_("with missing periods"), MISSING, sum(bool(one.missing) for one in members), None),
        (8, N_("with signals"), SIGNALS, len({one.row for one in sheets.group.signals}), palette.SIGNAL_TEXT),
        (10, N_("with open actions"), TO_DO, sum(bool(one.to_do) for one in members), palette.ACCENT),
        (13, N_("could not be read"), None, failed, None),
    )
    for column, text, counted, count, colour in tiles:
        bad = palette.LEVEL_TEXT[Level.BELOW] if count else palette.MUTED
        look = style.Style(size=20, bold=True, colour=colour or bad, align="left", format="#,##0")
        if sheets.live and counted is not None:
            test = f"--({sheets.rows(counted)}>0)"
            pen.compute(9, column, f"SUMPRODUCT({sheets.rows(SHOWN)},{test})", count, look)
        else:
            pen.put(9, column, count, look)
        pen.put(10, column, t(text), style.HELP)
    pen.sheet.row_dimensions[9].height = 30


def _spread(pen: Pen, sheets: Sheets) -> None:
    """A row for each KPI: how many workbooks reached which level, the quartiles, and the published benchmark."""
    t = sheets.t
    levels = {_BY_LEVEL + place: SHAPES[level] for place, level in enumerate(Level)}
    published = {_PUBLISHED + place: level_texts(t)[level] for place, level in enumerate(GRADED)}
    for column, text in ((_BY_LEVEL, N_("Workbooks by level")), (_QUARTILES, N_("Of this group"))):
        pen.put(_TABLE - 1, column, t(text), style.Style(bold=True, colour=palette.ACCENT))
    pen.put(_TABLE - 1, _PUBLISHED, t(N_("Published benchmark, from")), style.Style(bold=True, colour=palette.ACCENT))
    headings = {
        _KPI: t(N_("KPI")),
        _KIND: t(N_("Kind of business")),
        _COUNT: t(N_("Workbooks")),
        **levels,
        _QUARTILES: t(N_("Lower quartile")),
        _QUARTILES + 1: t(N_("Median")),
        _QUARTILES + 2: t(N_("Upper quartile")),
        _MEDIAN_LEVEL: t(N_("Level of the median")),
        **published,
    }
    left = frozenset({_KPI, _KIND, _MEDIAN_LEVEL})
    pen.heading(_TABLE, headings, frozenset(headings) - left)
    for place, sign in levels.items():
        pen.put(_TABLE, place, sign, replace(style.HEADING, align="center"))
    pen.put(_TABLE, _MEDIAN_LEVEL, headings[_MEDIAN_LEVEL], replace(style.HEADING, indent=1))
    pen.sheet.row_dimensions[_TABLE].height = 30
    for number, one in enumerate(sheets.group.columns):
        _spread_row(pen, sheets, number, one)
    letter = get_column_letter(_MEDIAN_LEVEL)
    first, last = _TABLE + 1, _TABLE + len(sheets.group.columns)
    level_rules(pen.sheet, f"{letter}{first}:{letter}{last}", f"${letter}{first}")


def _spread_row(pen: Pen, sheets: Sheets, number: int, column: Compared) -> None:
    t, row = sheets.t, _TABLE + 1 + number
    values, levels, taken = sheets.rows(sheets.value_column(number)), sheets.level_column(number), sheets.rows(SHOWN)
    figures = [figure for figure in column.figures if figure.value is not None]
    pen.put(row, _KPI, label_of(column, sheets.group, t), style.STRONG)
    pen.put(row, _KIND, t(sheets.group.business(column.kpi.business).name), style.MUTED_TEXT)
    _count(pen, sheets, (row, _COUNT), f"SUMPRODUCT({taken},--ISNUMBER({values}))", len(figures), NUMBER)
    for place, level in enumerate(Level):
        count = sum(figure.shade == level.id for figure in figures)
        formula = f"COUNTIFS({sheets.rows(levels)},{level.number},{taken},1)"
        look = replace(shown("count", level), format="#,##0;;", align="center")
        _count(pen, sheets, (row, _BY_LEVEL + place), formula, count, look)
    unit = column.kpi.kpi.unit
    spread = column.quartiles
    found = (spread.low, spread.median, spread.high) if spread else (None, None, None)
    for place, value in enumerate(found):
        look = style.figure(unit, bold=place == 1)
        if sheets.live:
            formula = f'IFERROR(QUARTILE(IF({taken}=1,IF(ISNUMBER({values}),{values})),{place + 1}),"")'
            pen.compute(row, _QUARTILES + place, formula, value, look, array=True)
        else:
            pen.put(row, _QUARTILES + place, value, look)
    for place, level in enumerate(GRADED):
        pen.put(row, _PUBLISHED + place, column.published.get(level), style.figure(unit, muted=True))
    _median_level(pen, sheets, row, column)


def _median_level(pen: Pen, sheets: Sheets, row: int, column: Compared) -> None:
    words, level = level_texts(sheets.t), column.median_level
    look = style.apart(style.TEXT)
    text = "" if level is None else words[level]
    if not sheets.live or not column.published:
        pen.put(row, _MEDIAN_LEVEL, text, look)
        return
    median = f"{get_column_letter(_QUARTILES + 1)}{row}"
    formula = f'"{words[Level.BELOW]}"'
    for place, graded in enumerate(GRADED):
        if graded in column.published:
            edge = f"{get_column_letter(_PUBLISHED + place)}{row}"
            formula = f'IF({median}{column.kpi.comparison(graded)}{edge},"{words[graded]}",{formula})'
    pen.compute(row, _MEDIAN_LEVEL, f'IF(ISNUMBER({median}),{formula},"")', text, look)


def _count(pen: Pen, sheets: Sheets, cell: tuple[int, int], formula: str, count: int, look: style.Style) -> None:
    if sheets.live:
        pen.compute(*cell, formula, count, look)
    else:
        pen.put(*cell, count, look)
