"""The trends of a portfolio: how the quartiles of the same workbooks have moved over the periods that they share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openpyxl.chart import LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from kpixl import palette
from kpixl.errors import N_
from kpixl.portfolio.group import PERIODS
from kpixl.portfolio.pen import fitting
from kpixl.portfolio.setting_out import pick
from kpixl.portfolio.wording import TITLES, choice_of, label_of
from kpixl.workbook import style

if TYPE_CHECKING:
    from kpixl.portfolio.group import Compared, GroupCourse, Quartiles
    from kpixl.portfolio.pen import Pen
    from kpixl.portfolio.setting_out import Sheets

_CHART_ROWS = 18
_HEAD = 7 + _CHART_ROWS
_KPI, _WHAT, _SAME, _FIRST, _CHANGE = 2, 3, 4, 5, 5 + PERIODS
_PARTS = (N_("Upper quartile"), N_("Median"), N_("Lower quartile"))
_HELP = N_(
    "The middle of the group and the half around it, of the workbooks that have a figure in every period shown: the "
    "same ones throughout."
)


def courses(pen: Pen, sheets: Sheets) -> None:
    """Write the sheet: a line chart of one KPI, which is a choice in a cell, over the table of all."""
    t, group = sheets.t, sheets.group
    pen.put(2, 2, t(TITLES["trends"]), style.TITLE)
    pen.put(3, 2, t(_HELP), style.HELP)
    found = [(column, course) for column in group.columns if (course := group.course(column))]
    if not found:
        pen.put(5, 2, t(N_("Fewer than two workbooks share two periods.")), style.HELP)
        pen.widths({2: 40})
        pen.finish()
        return
    row = _HEAD
    blocks: list[tuple[str, int, int, GroupCourse]] = []
    for kind in dict.fromkeys(column.kind for column, _ in found):
        alike = [(column, course) for column, course in found if column.kind is kind]
        head = row
        _headings(pen, sheets, head, max((course for _, course in alike), key=lambda one: len(one.periods)))
        for column, course in alike:
            row += 1
            blocks.append((choice_of(column, group, t), head, row, course))
            row = _block(pen, sheets, row, column, course)
        row += 3
    _chart(pen, sheets, blocks)
    names = (label_of(column, group, t) for column, _ in found)
    pen.widths(
        {
            _KPI: fitting(names, 34),
            _WHAT: 16,
            _SAME: 11,
            _CHANGE: 12,
            **{_FIRST + place: 10.5 for place in range(PERIODS)},
        }
    )
    pen.finish()


def _headings(pen: Pen, sheets: Sheets, row: int, longest: GroupCourse) -> None:
    t = sheets.t
    texts = {_KPI: t(N_("KPI")), _WHAT: "", _SAME: t(N_("Workbooks")), _CHANGE: t(N_("Change"))}
    last = longest.periods[-1]
    texts |= {_FIRST + place: t.period(last.shift(place + 1 - PERIODS)) for place in range(PERIODS)}
    pen.heading(row, texts, frozenset(texts) - {_KPI, _WHAT})
    pen.sheet.row_dimensions[row].height = 30


def _block(pen: Pen, sheets: Sheets, row: int, column: Compared, course: GroupCourse) -> int:
    """The three lines of a KPI, the median in the middle; the last row."""
    unit = column.kpi.kpi.unit
    start = _FIRST + PERIODS - len(course.periods)
    for place, (part, text) in enumerate(zip(("high", "median", "low"), _PARTS, strict=True)):
        middle = part == "median"
        look = style.figure(unit, bold=middle, muted=not middle)
        rule = palette.LINE if place == len(_PARTS) - 1 else None
        values = [float(getattr(spread, part)) for spread in course.quartiles]
        name = label_of(column, sheets.group, sheets.t) if middle else ""
        if part == "low":
            name = sheets.t(sheets.group.business(column.kpi.business).name)
        look_of_name = style.STRONG if middle else style.MUTED_TEXT
        pen.put(row + place, _KPI, name, replace(look_of_name, rule=rule))
        pen.put(row + place, _WHAT, sheets.t(text), replace(style.MUTED_TEXT, rule=rule, bold=middle))
        pen.put(row + place, _SAME, course.workbooks if middle else None, replace(style.figure("count"), rule=rule))
        for aside in range(PERIODS):
            value = values[aside - (PERIODS - len(values))] if _FIRST + aside >= start else None
            pen.put(row + place, _FIRST + aside, value, replace(look, rule=rule))
        change = values[-1] - values[0] if middle else None
        pen.put(row + place, _CHANGE, change, replace(style.change(unit), rule=rule))
    return row + len(_PARTS) - 1


def _chart(pen: Pen, sheets: Sheets, blocks: list[tuple[str, int, int, GroupCourse]]) -> None:
    """The chart, and the rows it draws: behind the table, out of sight of who prints."""
    t, data = sheets.t, sheets.data
    side = sheets.beside + 10
    for row, (label, head, top, _) in enumerate(blocks, 2):
        data.put(row, side, label)
        data.put(row, side + 1, head)
        data.put(row, side + 2, top)
    area = data.area((2, side), (len(blocks) + 1, side))
    label, head, top, course = blocks[0]
    pen.put(5, 2, label, style.entry("general", align="left"))
    pick(pen.sheet, "B5", area, t)
    pen.put(5, 3, t(N_("Pick a KPI for the chart.")), style.HELP)
    spot = f"MATCH({pen.at(5, 2).replace('B5', 'B$5')},{area},0)"
    lines = side + 4
    whole = pen.area((1, 1), (blocks[-1][2] + 3, _CHANGE))
    for place in range(PERIODS):
        row, from_row = place + 2, f"INDEX({data.area((2, side + 2), (len(blocks) + 1, side + 2))},{spot})"
        heading = (
            f"INDEX({whole},INDEX({data.area((2, side + 1), (len(blocks) + 1, side + 1))},{spot}),{_FIRST + place})"
        )
        known = place - (PERIODS - len(course.periods))
        data.compute(row, lines, heading, t.period(course.periods[-1].shift(place + 1 - PERIODS)))
        spread: Quartiles | None = course.quartiles[known] if known >= 0 else None
        for line, part in enumerate(("high", "median", "low")):
            cell = f"INDEX({whole},{from_row}+{line},{_FIRST + place})"
            value = float(getattr(spread, part)) if spread else None
            data.compute(row, lines + 1 + line, f"IF(ISNUMBER({cell}),{cell},NA())", value)
    for line, text in enumerate(_PARTS):
        data.put(1, lines + 1 + line, t(text))
    chart = LineChart()
    chart.add_data(
        Reference(data.sheet, min_col=lines + 1, max_col=lines + 3, min_row=1, max_row=PERIODS + 1),
        titles_from_data=True,
    )
    chart.set_categories(Reference(data.sheet, min_col=lines, min_row=2, max_row=PERIODS + 1))
    for series, (colour, width) in zip(
        chart.series, ((palette.FAINT, 15875), (palette.ACCENT, 31750), (palette.FAINT, 15875)), strict=True
    ):
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(w=width, solidFill=colour))
        series.smooth = False
        series.marker.symbol = "none"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(w=6350, solidFill=palette.LINE))
    chart.y_axis.number_format, chart.y_axis.numFmt.sourceLinked = "General", True
    chart.legend.position = "t"
    chart.display_blanks = "gap"
    chart.visible_cells_only = False
    chart.width, chart.height = 30, 8.4
    pen.sheet.add_chart(chart, f"{get_column_letter(_KPI)}6")
