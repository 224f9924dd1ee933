"""The native charts of Breakdown: the largest groups as columns, what they come to together as a line up to 100 %. All
the others are no group and have no column, which would dwarf those: where the line jumps to its end is what they bring.

Each draws the rows of a table that are in sight, so that a refresh never changes the chart itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import TextAxis
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.units import pixels_to_EMU

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.workbook.dashboard_charts import fill, letters, no_line
from kpixl.workbook.sheets import pareto

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.catalog.model import Pareto
    from kpixl.workbook.grid import Placement

GREY = palette.LEVEL_COLOURS[Level.TYPICAL]
"""Of the line."""
WIDTH = 66.0
"""How wide a chart is at least, in characters of its columns."""
MARGIN = 14
"""Pixels between the table and the chart."""
_OTHER_COLUMNS = 9.1
"""The width in characters of a column that no block has set."""


def chart(sheet: Worksheet, place: Placement, item: Pareto, amounts: str) -> BarChart:
    """The chart of one table, beside it. ``amounts`` is the number format of its left axis."""
    columns = _columns(sheet, place, item, amounts)
    columns.set_categories(_reference(sheet, place, item, "name"))
    columns += _line(sheet, place, item)
    columns.legend = None
    columns.title = None
    columns.visible_cells_only = True
    columns.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    columns.plot_area.graphicalProperties = GraphicalProperties(noFill=True)
    columns.anchor = _anchor(sheet, place, item)
    return columns


def _columns(sheet: Worksheet, place: Placement, item: Pareto, amounts: str) -> BarChart:
    chart = BarChart()
    chart.type, chart.gapWidth = "col", 35
    series = _series(sheet, place, item, "amount")
    series.graphicalProperties = fill(palette.ACCENT)
    series.invertIfNegative = False
    chart.series.append(series)
    chart.x_axis.delete = False
    chart.x_axis.axPos = "b"
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(w=9525, solidFill=palette.FAINT))
    chart.x_axis.txPr = letters(800, palette.INK)
    chart.y_axis.scaling.min = 0
    chart.y_axis.majorTickMark = "none"
    chart.y_axis.number_format = amounts
    chart.y_axis.graphicalProperties = no_line()
    chart.y_axis.txPr = letters(800, palette.MUTED)
    if item.measure.whole:
        # Few cases would get an axis with halves: each column says its own number instead.
        chart.y_axis.delete = True
        chart.y_axis.majorGridlines = None
        series.dLbls = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False, dLblPos="outEnd"
        )
        series.dLbls.txPr = letters(800, palette.INK)
        series.dLbls.spPr = fill("FFFFFF")  # readable also where the line runs through it
    else:
        chart.y_axis.delete = False
        chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(w=6350, solidFill=palette.LINE))
    return chart


def _line(sheet: Worksheet, place: Placement, item: Pareto) -> LineChart:
    """What the groups come to together, on an axis of its own at the right."""
    chart = LineChart()
    series = _series(sheet, place, item, "cumulative")
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(w=22225, solidFill=GREY))
    series.smooth = False
    series.marker.symbol, series.marker.size = "circle", 5
    series.marker.graphicalProperties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(w=12700, solidFill=GREY)
    )
    chart.series.append(series)
    chart.set_categories(_reference(sheet, place, item, "name"))
    # As Excel itself has it: a second pair of axes, of which the lower one is not seen.
    chart.x_axis = TextAxis(axId=20, crossAx=200, delete=True, axPos="b")
    chart.y_axis.axId, chart.y_axis.crossAx, chart.y_axis.crosses, chart.y_axis.axPos = 200, 20, "max", "r"
    chart.y_axis.delete = False
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 1, 0.2
    chart.y_axis.majorGridlines = None
    chart.y_axis.majorTickMark = "none"
    chart.y_axis.number_format = "0%"
    chart.y_axis.graphicalProperties = no_line()
    chart.y_axis.txPr = letters(800, palette.MUTED)
    return chart


def _series(sheet: Worksheet, place: Placement, item: Pareto, column: str) -> Series:
    """A column of the table, called by its heading; of amounts, those of groups."""
    row, index = place.position(pareto.chart_rows(item)[0], pareto.COLUMNS[column])
    series = Series(_reference(sheet, place, item, column))
    heading = f"{quote_sheetname(sheet.title)}!${get_column_letter(index)}${row}"
    series.tx = SeriesLabel(strRef=StrRef(f=heading))
    return series


def _reference(sheet: Worksheet, place: Placement, item: Pareto, column: str) -> Reference:
    # The last row of the table is always that of all the others.
    rows = pareto.group_rows(item)[: -1 if column == "amount" else None]
    first, index = place.position(rows[0], pareto.COLUMNS[column])
    last, _ = place.position(rows[-1], pareto.COLUMNS[column])
    return Reference(sheet, min_col=index, min_row=first, max_col=index, max_row=last)


def _anchor(sheet: Worksheet, place: Placement, item: Pareto) -> TwoCellAnchor:
    """From the heading of the table down to its last row, in the columns beside it."""
    rows = pareto.chart_rows(item)
    top, last = place.position(rows[0], pareto.COLUMNS["cumulative"])
    bottom, _ = place.position(rows[-1], pareto.COLUMNS["cumulative"])
    right, width = last, 0.0
    while width < WIDTH:
        right += 1
        dimension = sheet.column_dimensions.get(get_column_letter(right))
        width += dimension.width if dimension is not None else _OTHER_COLUMNS
    return TwoCellAnchor(
        editAs="twoCell",
        _from=AnchorMarker(row=top - 1, col=last, colOff=pixels_to_EMU(MARGIN)),
        to=AnchorMarker(row=bottom, col=right),
    )
