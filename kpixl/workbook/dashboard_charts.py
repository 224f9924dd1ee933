"""The dashboard's two native charts: the bars of its table, and the trend. Simple enough to look the same in Excel and
LibreOffice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openpyxl.chart import AreaChart, BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.workbook.sheets import board, spark
from kpixl.workbook.sheets.dashboard import HEIGHTS, LINES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.workbook.grid import Placement

Corners = tuple[tuple[int, int], tuple[int, int]]
"""Row and column (from 1) of the first cell covered, and of the last."""

TICK = 25400
"""How wide a target's tick is drawn, in EMU: 2 points."""


def bars(helper: Worksheet, place: Placement, rows: tuple[str, ...], corners: Corners) -> BarChart:
    """A bar a KPI in the colour of its level, over the bands that are the cells below it, and a tick for its target.

    The plot fills the whole chart, so that each bar lies in the row of its KPI. The tick is the cap of an error bar of
    a series that is itself not drawn: a scatter over bars comes out differently in LibreOffice.
    """
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "clustered", 100, 150
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, len(Level), 1
    chart.y_axis.delete = chart.x_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.x_axis.majorTickMark = chart.y_axis.majorTickMark = "none"
    chart.x_axis.scaling.orientation = "maxMin"
    for level, column in zip(Level, board.LEVEL_BARS, strict=True):
        series = _series(helper, place, rows, column)
        series.graphicalProperties = fill(palette.LEVEL_COLOURS[level])
        series.invertIfNegative = False
        chart.series.append(series)
    target = _series(helper, place, rows, "target")
    target.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    target.invertIfNegative = False
    # As short as can be: what is seen is its cap, across the bar.
    target.errBars = ErrorBars(errBarType="minus", errValType="fixedVal", val=0.001, noEndCap=False)
    target.errBars.graphicalProperties = GraphicalProperties(
        ln=LineProperties(w=TICK, solidFill=palette.INK, cap="flat")
    )
    chart.series.append(target)
    _plot(chart, 0.0, 0.0, 1.0, 1.0)
    _finish(chart, corners)
    return chart


@dataclass(frozen=True, slots=True)
class TrendNames:
    """The cells with the words on the trend chart, by the series that carries them."""

    aim: str
    usual: str
    forecast: str


def trend(helper: Worksheet, place: Placement, corners: Corners, names: TrendNames, days: str) -> AreaChart:
    """The picked KPI over twelve periods: its usual range as a pale band, what it is held against as a line, both with
    their words at the right end; a diamond on what breaks out; what is forecast dashed and hollow."""
    rows = spark.PERIODS
    band = AreaChart()
    band.grouping = "stacked"
    for column, colour in (("base", None), ("band", palette.BAND)):
        series = _series(helper, place, rows, column)
        series.graphicalProperties = (
            fill(colour) if colour else GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
        )
        band.series.append(series)
    band.set_categories(_reference(helper, place, rows, "start"))
    lines = LineChart()
    lines.series.append(_line(_series(helper, place, rows, "aim"), 15875, palette.INK, "dash"))
    for column, reference in (("aim_at", names.aim), ("usual_at", names.usual)):
        word = _series(helper, place, rows, column)
        word.graphicalProperties, word.smooth, word.marker.symbol = no_line(), False, "none"
        _named(word, reference, len(rows) - 1, palette.INK if column == "aim_at" else palette.MUTED, "r")
        lines.series.append(word)
    value = _line(_series(helper, place, rows, "value"), 28575, palette.ACCENT)
    value.marker.symbol, value.marker.size = "circle", 5
    value.marker.graphicalProperties = fill(palette.ACCENT)
    lines.series.append(value)
    forecast = _line(_series(helper, place, rows, "forecast"), 19050, palette.ACCENT, "sysDash")
    forecast.marker.symbol, forecast.marker.size = "circle", 7
    forecast.marker.graphicalProperties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(w=15875, solidFill=palette.ACCENT)
    )
    _named(forecast, names.forecast, len(rows) - 1, palette.ACCENT, "t")
    lines.series.append(forecast)
    signal = _series(helper, place, rows, "signal")
    signal.graphicalProperties, signal.smooth = no_line(), False
    signal.marker.symbol, signal.marker.size = "diamond", 11
    signal.marker.graphicalProperties = fill(palette.SIGNAL)
    lines.series.append(signal)
    lines.set_categories(_reference(helper, place, rows, "start"))
    band += lines
    _axes(band, days)
    # Gridlines at the heights of the middles of the cells with their figures.
    line, whole = HEIGHTS[LINES[0]], sum(HEIGHTS[row] for row in LINES) + HEIGHTS["line_days"]
    _plot(band, 0.03, line / 2 / whole, 0.77, line * (len(LINES) - 1) / whole)
    _finish(band, corners)
    return band


def _axes(chart: AreaChart, days: str) -> None:
    chart.x_axis.number_format = days
    chart.x_axis.axPos = "b"
    chart.x_axis.delete, chart.y_axis.delete = False, True  # the figures at its ticks are cells
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(w=9525, solidFill=palette.FAINT))
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    chart.y_axis.majorUnit = 1 / (len(LINES) - 1)
    chart.y_axis.crossBetween = "midCat"
    chart.y_axis.graphicalProperties = no_line()
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(w=6350, solidFill=palette.LINE))
    chart.x_axis.txPr = letters(800, palette.MUTED)


def _line(series: Series, width: int, colour: str, dash: str | None = None) -> Series:
    """A series as a plain line without markers; the width in EMU."""
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(w=width, solidFill=colour, prstDash=dash))
    series.smooth = False
    series.marker.symbol = "none"
    return series


def _named(series: Series, reference: str, at: int, colour: str, position: Literal["t", "r"]) -> None:
    """Have a series carry its name, which stands in a cell, at one of its points."""
    series.tx = SeriesLabel(strRef=StrRef(f=reference))
    name = DataLabel(idx=at, showSerName=True, showVal=False, showCatName=False, showLegendKey=False, dLblPos=position)
    name.txPr = letters(800, colour)
    series.dLbls = DataLabelList(dLbl=[name], showVal=False, showSerName=False, showCatName=False, showLegendKey=False)


def _series(helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str) -> Series:
    return Series(_reference(helper, place, rows, column))


def _reference(helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str) -> Reference:
    first, index = place.position(rows[0], column)
    last, _ = place.position(rows[-1], column)
    return Reference(helper, min_col=index, min_row=first, max_col=index, max_row=last)


def _plot(chart: BarChart | AreaChart, left: float, top: float, width: float, height: float) -> None:
    """Where the plot lies within the chart, in parts of it."""
    chart.layout = Layout(
        ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=left, y=top, w=width, h=height)
    )


def _finish(chart: BarChart | AreaChart, corners: Corners) -> None:
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


def fill(colour: str) -> GraphicalProperties:
    """An area of one colour without an outline."""
    return GraphicalProperties(solidFill=colour, ln=LineProperties(noFill=True))


def no_line() -> GraphicalProperties:
    """Nothing where a line would be."""
    return GraphicalProperties(ln=LineProperties(noFill=True))


def letters(size: int, colour: str) -> RichText:
    """The letters of an axis or label; the size in hundredths of a point."""
    look = CharacterProperties(sz=size, solidFill=colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
