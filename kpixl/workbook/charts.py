"""The dashboard's two native charts. Simple enough to look the same in Excel and LibreOffice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from kpixl.catalog.model import Level
from kpixl.score import GRADED
from kpixl.workbook import style
from kpixl.workbook.sheets import hidden

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.catalog.model import Business
    from kpixl.workbook.grid import Placement

Corners = tuple[tuple[int, int], tuple[int, int]]
"""Row and column (from 1) of the first cell covered, and of the last."""


def overview(helper: Worksheet, rank: Placement, business: Business, corners: Corners) -> BarChart:
    """A bar a KPI, worst first, over four pale bands: the bar in its level's colour, then what is left of each band.

    One stacked bar chart and nothing else, since charts that combine kinds come out differently in LibreOffice.
    """
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 45
    rows = hidden.rank_rows(business)
    # Where no benchmark is published there are no bands to show: two greys, which meet at what a value is held against.
    bands = style.LEVEL_TINTS if any(kpi.thresholds for kpi in business.kpis) else style.PLAIN_TINTS
    rows = rows[: len(business.kpis)]
    for prefix, colours in (("level", style.LEVEL_COLOURS), ("rest", bands)):
        for level in Level:
            series = _series(helper, rank, rows, f"{prefix}_{level.value}")
            series.graphicalProperties = _fill(colours[level])
            series.invertIfNegative = False
            chart.series.append(series)
    chart.set_categories(_reference(helper, rank, rows, "name"))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 4, 1
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = _no_line()
    chart.x_axis.txPr = _text(900, style.INK)
    return _finish(chart, corners)


def trend(helper: Worksheet, place: Placement, corners: Corners, names: dict[Level, str], days: str) -> LineChart:
    """The picked KPI over twelve periods, with its thresholds as thin lines that carry their level's name."""
    chart = LineChart()
    rows = hidden.PERIODS
    for level in GRADED:
        series = _series(helper, place, rows, level.id, title=names[level])
        series.graphicalProperties = GraphicalProperties(
            ln=LineProperties(w=12700, solidFill=style.LEVEL_COLOURS[level], prstDash="dash")
        )
        series.smooth = False
        series.marker.symbol = "none"
        first = DataLabel(idx=1, showSerName=True, showVal=False, showCatName=False, showLegendKey=False, dLblPos="t")
        first.txPr = _text(800, style.LEVEL_TEXT[level])
        series.dLbls = DataLabelList(
            dLbl=[first], showVal=False, showSerName=False, showCatName=False, showLegendKey=False
        )
        chart.series.append(series)
    value = _series(helper, place, rows, "value")
    value.graphicalProperties = GraphicalProperties(ln=LineProperties(w=28575, solidFill=style.ACCENT))
    value.smooth = False
    value.marker.symbol, value.marker.size = "circle", 6
    value.marker.graphicalProperties = _fill(style.ACCENT)
    chart.series.append(value)
    chart.set_categories(_reference(helper, place, rows, "start"))
    chart.x_axis.number_format = days
    chart.x_axis.axPos = "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.majorTickMark = chart.y_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(w=9525, solidFill=style.FAINT))
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.graphicalProperties = _no_line()
    chart.y_axis.number_format = "General"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(w=6350, solidFill=style.LINE))
    chart.x_axis.txPr = chart.y_axis.txPr = _text(800, style.MUTED)
    return _finish(chart, corners)


def _series(
    helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str, title: str | None = None
) -> Series:
    return Series(_reference(helper, place, rows, column), title=title)


def _reference(helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str) -> Reference:
    first, index = place.position(rows[0], column)
    last, _ = place.position(rows[-1], column)
    return Reference(helper, min_col=index, min_row=first, max_col=index, max_row=last)


def _finish(chart: BarChart | LineChart, corners: Corners) -> BarChart | LineChart:
    (top, left), (bottom, right) = corners
    chart.anchor = TwoCellAnchor(
        editAs="twoCell",
        _from=AnchorMarker(row=top - 1, col=left - 1),
        to=AnchorMarker(row=bottom, col=right),
    )
    chart.legend = None
    chart.title = None
    chart.visible_cells_only = False  # the helper sheet is hidden
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.plot_area.graphicalProperties = GraphicalProperties(noFill=True)
    chart.display_blanks = "span"  # LibreOffice draws a gap as zero
    return chart


def _fill(colour: str) -> GraphicalProperties:
    return GraphicalProperties(solidFill=colour, ln=LineProperties(noFill=True))


def _no_line() -> GraphicalProperties:
    return GraphicalProperties(ln=LineProperties(noFill=True))


def _text(size: int, colour: str) -> RichText:
    look = CharacterProperties(sz=size, solidFill=colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
