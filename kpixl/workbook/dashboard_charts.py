"""The dashboard's two native charts. Simple enough to look the same in Excel and LibreOffice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.kpi.traits import GRADED
from kpixl.workbook.sheets import hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.catalog.model import Business
    from kpixl.workbook.grid import Placement

Corners = tuple[tuple[int, int], tuple[int, int]]
"""Row and column (from 1) of the first cell covered, and of the last."""


def overview(helper: Worksheet, rank: Placement, business: Business, corners: Corners) -> BarChart:
    """A bullet a KPI, worst first: the same four pale bands for all, the value as a bar in its level's colour, the
    target as a tick.

    The bands are stacked bars. Bar and tick are error bars of series that are themselves not drawn, on axes of their
    own: bars of two widths over one another, or a scatter of ticks, come out differently in LibreOffice.
    """
    rows = hidden.rank_rows(business)[: len(business.kpis)]
    # Where no benchmark is published there are no bands to show: two greys, which meet at what a value is held against.
    bands = palette.LEVEL_TINTS if any(kpi.thresholds for kpi in business.kpis) else palette.PLAIN_TINTS
    chart = _bars(100, "stacked")
    for level in Level:
        series = _series(helper, rank, rows, f"band_{level.value}")
        series.graphicalProperties = fill(bands[level])
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(_reference(helper, rank, rows, "name"))
    chart.x_axis.delete = False
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = no_line()
    chart.x_axis.txPr = letters(900, palette.INK)
    above = _bars(100, "clustered")
    for level in Level:
        bar = _error_bar(BULLET, palette.LEVEL_COLOURS[level], errValType="percentage", val=100, noEndCap=True)
        above.series.append(_undrawn(helper, rank, rows, f"level_{level.value}", bar))
    # As short as can be: what is seen is its cap, across the bar.
    tick = _error_bar(TICK, palette.INK, errValType="fixedVal", val=0.001, noEndCap=False)
    above.series.append(_undrawn(helper, rank, rows, "target", tick))
    above.set_categories(_reference(helper, rank, rows, "name"))
    above.x_axis.axId, above.y_axis.axId = 500, 600
    above.x_axis.crossAx, above.y_axis.crossAx = 600, 500
    above.y_axis.crosses = "max"
    above.x_axis.delete = True
    chart += above
    return _finish(chart, corners)


BULLET, TICK = 82550, 25400
"""How wide a value's bar and a target's tick are drawn, in EMU: 6.5 and 2 points."""


def _bars(overlap: int, grouping: Literal["clustered", "stacked"]) -> BarChart:
    """Horizontal bars on the scale of positions, from 0 to 4, the first at the top."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", grouping, overlap, 45
    # A little before 0: LibreOffice draws the cap of an error bar although there is to be none.
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = -0.1, 4, 1
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblPos = "low"
    return chart


def _undrawn(helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str, bar: ErrorBars) -> Series:
    """A series of which only the error bars are seen."""
    series = _series(helper, place, rows, column)
    series.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    series.invertIfNegative = False
    series.errBars = bar
    return series


def _error_bar(width: int, colour: str, **kind: Any) -> ErrorBars:
    bar = ErrorBars(errBarType="minus", **kind)
    bar.graphicalProperties = GraphicalProperties(ln=LineProperties(w=width, solidFill=colour, cap="flat"))
    return bar


def trend(helper: Worksheet, place: Placement, corners: Corners, names: TrendNames, days: str) -> LineChart:
    """The picked KPI over twelve periods, with its thresholds as thin lines that carry their level's name, the limits
    of what is usual, and a diamond on what breaks out of them."""
    chart = LineChart()
    rows = hidden.PERIODS
    for limit in ("low", "high"):
        series = _line(_series(helper, place, rows, limit), 9525, palette.MUTED, "sysDot")
        if limit == "low":
            _named(series, names.usual, len(rows) // 2, palette.MUTED, "b")
        chart.series.append(series)
    for level in GRADED:
        series = _line(_series(helper, place, rows, level.id), 12700, palette.LEVEL_COLOURS[level], "dash")
        _named(series, names.levels[level], LABELLED[level], palette.LEVEL_TEXT[level])
        chart.series.append(series)
    value = _line(_series(helper, place, rows, "value"), 28575, palette.ACCENT)
    value.marker.symbol, value.marker.size = "circle", 6
    value.marker.graphicalProperties = fill(palette.ACCENT)
    chart.series.append(value)
    signal = _series(helper, place, rows, "signal")
    signal.graphicalProperties = no_line()
    signal.smooth = False
    signal.marker.symbol, signal.marker.size = "diamond", 11
    signal.marker.graphicalProperties = fill(palette.SIGNAL)
    chart.series.append(signal)
    chart.set_categories(_reference(helper, place, rows, "start"))
    chart.x_axis.number_format = days
    chart.x_axis.axPos = "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.majorTickMark = chart.y_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(w=9525, solidFill=palette.FAINT))
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.graphicalProperties = no_line()
    chart.y_axis.number_format = "General"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(w=6350, solidFill=palette.LINE))
    chart.x_axis.txPr = chart.y_axis.txPr = letters(800, palette.MUTED)
    return _finish(chart, corners)


LABELLED = {Level.TYPICAL: 1, Level.ABOVE_AVERAGE: 4, Level.EXCEPTIONAL: 8}
"""The point at which a threshold carries its name: side by side, since they may lie close to one another."""


@dataclass(frozen=True, slots=True)
class TrendNames:
    """The words on the trend chart."""

    levels: Mapping[Level, str]
    usual: str


def _line(series: Series, width: int, colour: str, dash: str | None = None) -> Series:
    """A series as a plain line without markers; the width in EMU."""
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(w=width, solidFill=colour, prstDash=dash))
    series.smooth = False
    series.marker.symbol = "none"
    return series


def _named(series: Series, name: str, at: int, colour: str, position: Literal["t", "b"] = "t") -> None:
    """Have a line carry its name at one of its points."""
    series.tx = SeriesLabel(v=name)
    label = DataLabel(idx=at, showSerName=True, showVal=False, showCatName=False, showLegendKey=False, dLblPos=position)
    label.txPr = letters(800, colour)
    series.dLbls = DataLabelList(dLbl=[label], showVal=False, showSerName=False, showCatName=False, showLegendKey=False)


def _series(helper: Worksheet, place: Placement, rows: tuple[str, ...], column: str) -> Series:
    return Series(_reference(helper, place, rows, column))


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
