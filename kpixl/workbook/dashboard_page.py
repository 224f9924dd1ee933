"""What lies over and around the cells of the dashboard of a new workbook: widths, rules, lists, charts, the print."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.entries import IN_USE_YES
from kpixl.errors import N_
from kpixl.kpi.finer import DECIMALS, FINEST
from kpixl.period import Kind, serial
from kpixl.texts.figures import SIGN
from kpixl.texts.words import SHAPES, UNITS, in_points
from kpixl.workbook import dashboard_charts, letters, style
from kpixl.workbook.sheets import board, dashboard
from kpixl.workbook.sheets.grading import LOOKS, OWN_LOOK
from kpixl.workbook.sheets.vocabulary import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.workbook.grid import Context, Placement

_LONG_AGO = date(2000, 1, 1)
FORMATS = 340
"""Behind this begin the numbers of formats that only the dashboard's rules have: those of cells are counted from 164,
and no number may stand for two."""


def finish(sheet: Worksheet, c: Context) -> None:
    """Everything but what all sheets of results have."""
    place = c.placements["dashboard"]
    for column, pixels in dashboard.PIXELS.items():
        sheet.column_dimensions[get_column_letter(place.column_numbers[column])].width = letters.characters(pixels)
    heights = {**dashboard.HEIGHTS, **dashboard.heights(c)}
    for row, number in place.row_numbers.items():
        sheet.row_dimensions[number].height = heights[row]
        sheet.row_dimensions[number].hidden = row in dashboard.hidden_rows(c)
    for first, left, last, right in dashboard.merges(c.business):
        (top, start), (bottom, end) = place.position(first, left), place.position(last, right)
        sheet.merge_cells(start_row=top, start_column=start, end_row=bottom, end_column=end)
    _looks(sheet, c)
    _levels(sheet, c)
    _entries(sheet, c)
    _charts(sheet, c)
    sheet.print_area = f"B2:{get_column_letter(place.right)}{place.bottom}"
    sheet.page_setup.fitToHeight = 1
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.zoomScale = 100


def _area(place: Placement, rows: Sequence[str], *columns: str) -> str:
    """Columns of some rows, as rules are given them."""
    first, last = place.row_numbers[rows[0]], place.row_numbers[rows[-1]]
    letters = [get_column_letter(place.column_numbers[column]) for column in columns]
    return " ".join(f"{letter}{first}:{letter}{last}" for letter in letters)


# How numbers are shown


def units(c: Context) -> dict[str, tuple[str, str]]:
    """How numbers are shown, by unit: figures, and differences; of own KPIs, whose unit is a word, under no unit."""
    found = {"": (style.OWN, style.change_format("ratio"))}
    for unit in dict.fromkeys((*(kpi.kpi.unit for kpi in c.business.kpis), "fraction")):
        after = {"hours": " h", "months": f" {c.t(UNITS['months'])}"}.get(unit, "")
        figure = style.FORMATS[unit] + (f'"{after}"' if after else "")
        if unit == "money":
            amount = style.money(c.t, c.scorecard.entries.currency)
            found[unit] = amount, style.money_change(c.t, c.scorecard.entries.currency)
        elif unit == "fraction":
            # A share that rises from 80 % to 84 % rises by 4 points, not by 4 %.
            found[unit] = figure, style.change_format("score", in_points("", c.t))
        else:
            found[unit] = figure, style.change_format(unit, after)
    return found


def _looks(sheet: Worksheet, c: Context) -> None:
    """A number is shown in the unit of the KPI that stands in its row: which one that is differs from one refresh to
    the next, so that rules have to decide."""
    place, table = c.placements["dashboard"], board.rows(c.business)
    first, numbers = board.FIRST_ROWS, _Numbers()
    lines, groups = dashboard.LINES, dashboard.LINES[:3]
    for unit, (figure, change) in units(c).items():
        number = LOOKS.get(unit, OWN_LOOK)
        table_look, first_look = (_cell(c, block, rows[0], "look") for block, rows in (("board", table), ("do", first)))
        forecast = _forecast_format(unit, figure, c)
        if unit == "money":
            cents = style.money_change(c.t, c.scorecard.entries.currency, cents=True)
            area = _area(place, first, "year")
            # As figures are: cents below a thousand.
            _shown_as(sheet, area, cents, f"AND({first_look}={number},ABS(N({area.split(':')[0]}))<1000)", numbers)
        for area, code, test in (
            (_area(place, table, "target", "previous", "year"), figure, f"{table_look}={number}"),
            (_area(place, first, "target"), figure, f"{first_look}={number}"),
            (_area(place, first, "year"), change, f"{first_look}={number}"),
            (_area(place, table, "few"), forecast, f"{table_look}={number}"),
            (_area(place, lines, "tick"), figure, f"{c.at('line', 'look', 'value')}={number}"),
            (_area(place, groups, "band_3"), figure, f"{c.at('do', board.FOCUS, 'look')}={number}"),
        ):
            _shown_as(sheet, area, code, test, numbers)
        for more in range(FINEST, -1, -1) if unit in DECIMALS else (0,):
            code = style.more_decimals(figure, more)
            for block, rows in (("board", table), ("do", first)):
                look, finer = (_cell(c, block, rows[0], column) for column in ("look", "finer"))
                test = f"AND({look}={number},N({finer})={more})"
                _shown_as(sheet, _area(place, rows, "value"), code, test, numbers)


class _Numbers:
    """The numbers of the formats."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, code: str) -> int:
        return self.known.setdefault(code, FORMATS + len(self.known))


def _shown_as(sheet: Worksheet, area: str, code: str, test: str, numbers: _Numbers) -> None:
    rule = FormulaRule(formula=[test])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=numbers.of(code), formatCode=code))
    sheet.conditional_formatting.add(area, rule)


def _cell(c: Context, block: str, row: str, column: str) -> str:
    """A helper cell, whose row follows that of the cell which a rule looks at."""
    return "$".join(c.at(block, row, column).rsplit("$", 1)[:1]) + c.at(block, row, column).rsplit("$", 1)[1]


def _forecast_format(unit: str, figure: str, c: Context) -> str:
    code = "#,##0" if unit == "money" else figure
    return f'"{c.t(PAGE["forecast"])} "{code}'


# Colours


def _levels(sheet: Worksheet, c: Context) -> None:
    place, rows = c.placements["dashboard"], board.rows(c.business)
    conditional = sheet.conditional_formatting
    level = _area(place, rows, "level")
    for shade in Level:
        _sign_rule(sheet, level, SHAPES[shade], shade)
        _sign_rule(sheet, _area(place, dashboard.LINES[:3], "level"), SHAPES[shade], shade)
    for sign, shade in dashboard.SHOWN_SIGNS.items():
        _sign_rule(sheet, _area(place, rows, "met"), sign, shade)
    for sign, shade in dashboard.SIGN_LEVELS.items():
        _sign_rule(sheet, _area(place, ["caution"], "tick"), sign, shade)
    _sign_rule(sheet, _area(place, rows, "few"), SIGN, None)
    pale = PatternFill(bgColor="FFFFFF", fill_type="solid")
    position = _cell(c, "board", rows[0], "position")
    conditional.add(
        _area(place, rows, *dashboard.BANDS), FormulaRule(formula=[f"NOT(ISNUMBER({position}))"], fill=pale)
    )
    value = _area(place, rows, "value").split(":")[0]
    muted = Font(color=palette.MUTED)
    conditional.add(_area(place, rows, "tick", "value"), FormulaRule(formula=[f"NOT(ISNUMBER(${value}))"], font=muted))
    few = _area(place, rows, "few").split(":")[0]
    hatched = PatternFill(patternType="lightUp", fgColor=palette.FAINT, bgColor="FFFFFF")
    look = FormulaRule(formula=[f"ISNUMBER(${few})"], fill=hatched, font=Font(italic=True, color=palette.INK))
    conditional.add(_area(place, rows, "few"), look)
    done = _area(place, board.FIRST_ROWS, "done").split(":")[0]
    gone = FormulaRule(formula=[f"LEN(${done})>0"], font=Font(color=palette.MUTED, strike=True))
    conditional.add(_area(place, board.FIRST_ROWS, "tick", "spark"), gone)
    chip = _area(place, ["company"], "level")
    red = PatternFill(bgColor=palette.LEVEL_COLOURS[Level.BELOW], fill_type="solid")
    errors, others = (c.at("do", board.CHECK, column) for column in ("index", "order"))
    conditional.add(chip, FormulaRule(formula=[f"N({errors})>0"], fill=red, font=Font(color="FFFFFF")))
    conditional.add(chip, FormulaRule(formula=[f"N({others})>0"], font=Font(color=palette.SIGNAL_TEXT)))


def _sign_rule(sheet: Worksheet, area: str, sign: str, level: Level | None) -> None:
    """Words in their colours: the sign that they begin with decides, so that the rule needs no other cell."""
    first = area.split(":")[0]
    colour = palette.SIGNAL_TEXT if level is None else palette.LEVEL_TEXT[level]
    rule = FormulaRule(formula=[f'LEFT(${first},1)="{sign}"'], font=Font(color=colour))
    sheet.conditional_formatting.add(area, rule)


# What the owner types


def _entries(sheet: Worksheet, c: Context) -> None:
    place, t = c.placements["dashboard"], c.t

    def rule(column: str, rows: Sequence[str], kind: str, title: str, prompt: str, **more: object) -> None:
        one = DataValidation(type=kind, allow_blank=True, showInputMessage=True, showErrorMessage=True, **more)
        one.promptTitle, one.prompt = title[:32], prompt[:255]
        for row in rows:
            one.add(sheet.cell(*place.position(row, column)).coordinate)
        sheet.add_data_validation(one)

    first = board.FIRST_ROWS
    rule(
        dashboard.ENTRIES["who"], first, "textLength", t(N_("Who")),
        t(N_("Who does it. What you type here stays with its KPI, and stands here again until it is done.")),
        operator="lessThanOrEqual", formula1="250", error=t(N_("At most 250 characters.")),
    )  # fmt: skip
    rule(
        dashboard.ENTRIES["by"], first, "date", t(N_("By when")), t(N_("The day by which it is to be done.")),
        operator="greaterThan", formula1=str(c.days.stored(serial(_LONG_AGO))), error=t(N_("Type a date.")),
    )  # fmt: skip
    rule(
        dashboard.ENTRIES["done"], first, "list", t(N_("Done?")),
        t(N_("Pick “{yes}” once it is done: when the period is closed, it goes to Past periods.")).format(yes=t("yes")),
        formula1=c.at("words", IN_USE_YES, "text"), error=t(N_("Pick one from the list.")),
    )  # fmt: skip
    rule(
        dashboard.NOTE[1], (dashboard.NOTE[0],), "textLength", t(N_("Notes")),
        t(N_("Notes stay with the KPI, and go to Past periods when the period is closed.")),
        operator="lessThanOrEqual", formula1="1000", error=t(N_("At most 1,000 characters.")),
    )  # fmt: skip
    picker = DataValidation(
        type="list", formula1=c.span("calc", "name", c.kpi_ids), allow_blank=False, showErrorMessage=True,
        error=t(N_("Pick a KPI from the list.")),
    )  # fmt: skip
    picker.add(sheet.cell(*place.position("line_head", "value")).coordinate)
    sheet.add_data_validation(picker)


# Charts


def _charts(sheet: Worksheet, c: Context) -> None:
    place, helper = c.placements["dashboard"], sheet.parent[c.titles["hidden"]]
    rows = board.rows(c.business)
    corners = place.position(rows[0], "band_0"), place.position(rows[-1], "band_3")
    sheet.add_chart(dashboard_charts.bars(helper, c.placements["board"], rows[: len(c.business.kpis)], corners))
    names = dashboard_charts.TrendNames(
        *(c.at("line", f"{word}_word", "value") for word in ("aim", "usual", "forecast"))
    )
    days = {Kind.WEEK: "d mmm", Kind.YEAR: "yyyy"}.get(c.scorecard.entries.period.kind, "mmm yy")
    corners = place.position(dashboard.LINES[0], "name"), place.position("line_days", "spark")
    sheet.add_chart(dashboard_charts.trend(helper, c.placements["line"], corners, names, days))
