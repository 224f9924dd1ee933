"""Builds the skeleton of a new workbook with openpyxl. Never opens an existing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS, Level
from kpixl.errors import N_
from kpixl.kpi.finer import DECIMALS, FINEST
from kpixl.kpi.proposals import MOST
from kpixl.kpi.what_if import changeable
from kpixl.texts.words import SHAPES, title
from kpixl.workbook import dashboard_page, entry_sheets, layout, letters, pareto_charts, style
from kpixl.workbook.entry_sheets import entry_sheet, imports_table, past_sheet
from kpixl.workbook.formulas import NOISE_TEXT
from kpixl.workbook.grid import BARE, BLOCK_PREFIX, Cells, Context, Placement, here
from kpixl.workbook.saved import saved
from kpixl.workbook.sheets import (
    across,
    behind,
    breakdown,
    check,
    guide,
    kpis,
    log,
    pareto,
    settings,
    thresholds,
    totals,
    what_if,
)
from kpixl.workbook.sheets.grading import GUIDE
from kpixl.workbook.sheets.spark import PERIODS
from kpixl.workbook.sheets.vocabulary import DIRECTION_ROWS, UNIT_ROWS, WINDOW_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.catalog.model import BusinessKpi


def skeleton(c: Context) -> bytes:
    """The bytes of a workbook with every sheet, table, block, name, chart and rule, and no rows."""
    book = Workbook()
    book.remove(book.active)
    book.epoch = CALENDAR_MAC_1904 if c.days.behind else CALENDAR_WINDOWS_1900
    for key in layout.sheet_order(c.business):
        book.create_sheet(c.titles[key])
    sheet = {key: book[c.titles[key]] for key in layout.sheet_order(c.business)}
    for table in c.business.tables:
        entry_sheet(sheet[table.id], table, c)
    past_sheet(sheet[layout.PAST], c)
    for block in layout.blocks(c.business).values():
        cells = block.cells(c)
        _write(book, sheet[block.placement.sheet], block.placement, cells, c)
    for key, finish in _FINISH.items():
        finish(sheet[key], c)
    _home(book, c)
    sheet["hidden"].sheet_state = "hidden"
    book.custom_doc_props.append(StringProperty(name=layout.PROPERTY, value=str(layout.LAYOUT_VERSION)))
    book.calculation.fullCalcOnLoad = True
    book.properties.creator = "kpixl"
    book.properties.title = title(c.scorecard.entries.company, c.scorecard.entries.period, c.t)
    return saved(book)


def _write(book: Workbook, sheet: Worksheet, place: Placement, cells: Cells, c: Context) -> None:
    """Ids, contents, looks and names of one block."""
    for column, index in place.column_numbers.items():
        sheet.cell(place.top, index, column)
    for row, number in place.row_numbers.items():
        sheet.cell(number, place.left, row)
    for (row, column), made in cells.items():
        if made is BARE:
            continue
        cell = here(made, c)
        number, index = place.position(row, column)
        target = sheet.cell(number, index)
        if cell.formula is not None:
            target.value = f"={cell.formula}"
        elif cell.value is not None:
            target.value = cell.value
            if isinstance(cell.value, str):
                target.data_type = "s"  # a text that starts with = stays a text
        cell.style.apply(target)
        if cell.name:
            _name(book, c.aliases.name(cell.name), sheet, f"${get_column_letter(index)}${number}")
    corner = f"${get_column_letter(place.left)}${place.top}:${get_column_letter(place.right)}${place.bottom}"
    _name(book, BLOCK_PREFIX + place.id, sheet, corner)


def _name(book: Workbook, name: str, sheet: Worksheet, address: str) -> None:
    book.defined_names[name] = DefinedName(name, attr_text=f"{quote_sheetname(sheet.title)}!{address}")


def _home(book: Workbook, c: Context) -> None:
    """A name for the way back to the dashboard, which stays true when the sheet is renamed."""
    sheet = book[c.titles["dashboard"]]
    _name(book, layout.HOME, sheet, "$B$2")
    for key in layout.RESULT_TITLES:
        if key in ("dashboard", layout.PAST):
            continue
        target = book[c.titles[key]]
        place = c.placements[key]
        row = place.position("space", place.columns[0])[0]
        back(target, f"{get_column_letter(place.left + 1)}{row}", c)


def back(sheet: Worksheet, address: str, c: Context) -> None:
    """A link to the dashboard."""
    sheet[address] = "← " + c.titles["dashboard"]
    style.Style(size=9, colour="1A528F").apply(sheet[address])
    sheet[address].hyperlink = Hyperlink(ref=address, location=layout.HOME)
    style.Style(size=9, colour="1A528F").apply(sheet[address])


def _result_sheet(sheet: Worksheet, *, grid: bool, landscape: bool = True) -> None:
    """What every sheet of results has: ids out of sight, protection without a password, a page that fits."""
    sheet.row_dimensions[1].hidden = True
    sheet.column_dimensions["A"].hidden = True
    sheet.sheet_view.showGridLines = grid
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "formatCells", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)
    style.fit_page(sheet, landscape=landscape)
    sheet.sheet_properties.tabColor = palette.ACCENT


def _widths(
    sheet: Worksheet, place: Placement, widths: dict[str, float], otherwise: float, hidden: tuple[str, ...] = ()
) -> None:
    for column in place.columns:
        letter = get_column_letter(place.column_numbers[column])
        sheet.column_dimensions[letter].width = widths.get(column, otherwise)
        sheet.column_dimensions[letter].hidden = column in hidden


def level_rules(sheet: Worksheet, area: str, first: str) -> None:
    """Level words in their colours: the word's shape decides, so that the rule needs no other cell."""
    for level in Level:
        rule = FormulaRule(
            formula=[f'LEFT({first},1)="{SHAPES[level]}"'],
            fill=PatternFill(bgColor=palette.LEVEL_TINTS[level], fill_type="solid"),
            font=Font(color=palette.LEVEL_TEXT[level]),
        )
        sheet.conditional_formatting.add(area, rule)


def _finish_dashboard(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    dashboard_page.finish(sheet, c)


SHARE_FORMAT = 300
"""The number of a format that only rules have: those of cells are counted from 164, and no number may stand for two."""


POINTS_FORMAT = 306
"""That of differences of shares."""
BEHIND_FORMATS = 310
"""The first of those that the rules for the rows behind KPIs have."""


FINER_FORMATS = 320
"""Behind this begin the numbers of formats with more decimals: for each unit as many as there may be."""


def share_rule(sheet: Worksheet, place: Placement, columns: Sequence[str], slot: str, c: Context) -> None:
    """An own KPI whose unit is per cent shows as such: the unit is a cell, so that a rule has to decide."""
    _rule_of_shares(sheet, place, columns, slot, (SHARE_FORMAT, style.FORMATS["fraction"]), c)


def _rule_of_shares(
    sheet: Worksheet, place: Placement, columns: Sequence[str], slot: str, format_: tuple[int, str], c: Context
) -> None:
    rule = FormulaRule(formula=[f"{c.at('own', slot, 'unit')}={c.word('unit_fraction')}"])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=format_[0], formatCode=format_[1]))
    cells = (sheet.cell(*place.position(slot, column)).coordinate for column in columns)
    sheet.conditional_formatting.add(" ".join(cells), rule)


def finer_rules(sheet: Worksheet, cell: tuple[str, str], kpi: BusinessKpi, c: Context) -> None:
    """A value that rounding would carry past an edge shows a decimal or two more."""
    if kpi.own or kpi.kpi.unit not in DECIMALS:
        return
    at, address = c.at("calc", kpi.id, "finer"), sheet.cell(*c.placements["kpis"].position(*cell)).coordinate
    units = list(DECIMALS)
    for more in range(1, FINEST + 1):
        code = style.more_decimals(sheet[address].number_format, more)
        number = FINER_FORMATS + FINEST * units.index(kpi.kpi.unit) + more
        rule = FormulaRule(formula=[f"{at}={more}"])
        rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=number, formatCode=code))
        sheet.conditional_formatting.add(address, rule)


def _dropdown(sheet: Worksheet, address: str, source: str, error: str) -> None:
    rule = DataValidation(type="list", formula1=source, allow_blank=False, showErrorMessage=True, error=error)
    rule.add(address)
    sheet.add_data_validation(rule)


def _finish_totals(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=True)
    place = c.placements["totals"]
    _widths(sheet, place, {**totals.WIDTHS, "label": totals.label_width(c)}, 14, totals.HIDDEN)
    sheet.row_dimensions[place.position("total", "label")[0]].hidden = True
    letter = get_column_letter(place.column_numbers["typed"])
    typed = [place.row_numbers[measure.name] for measure in c.business.measures]
    rule = FormulaRule(formula=[f"{c.at('dates', 'totals_count', 'value')}=0"], font=Font(color=palette.FAINT))
    sheet.conditional_formatting.add(f"{letter}{typed[0]}:{letter}{typed[-1]}", rule)
    _freeze(sheet, place, "headings", "unit")
    sheet.page_setup.fitToHeight = 1


SHARES, POINTS = ("value", "target", "previous", "year_before"), ("gap", "change")
"""Columns of the KPIs sheet that show a share as per cent, and a difference of shares in points."""


def _finish_kpis(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=True)
    place = c.placements["kpis"]
    _widths(sheet, place, kpis.widths(c), kpis.WIDTH, kpis.blank_columns(c.business))
    sheet.row_dimensions[place.position("headings", "name")[0]].height = kpis.heading_height(c)
    for kpi in c.kpis:
        sheet.row_dimensions[place.position(kpi.id, "name")[0]].height = 30
        finer_rules(sheet, (kpi.id, "value"), kpi, c)
        if not kpi.own and not kpi.thresholds:
            offered = c.across("calc", kpi.id, ("proposal_1", f"proposal_{MOST}"))
            offer = DataValidation(type="list", formula1=offered, allow_blank=True, showErrorMessage=False)
            offer.add(sheet.cell(*place.position(kpi.id, "target")).coordinate)
            sheet.add_data_validation(offer)
        if kpi.own:
            share_rule(sheet, place, SHARES, kpi.id, c)
            _rule_of_shares(sheet, place, POINTS, kpi.id, (POINTS_FORMAT, kpis.points_format(c)), c)
        elif len(kpi.bound) > 1:
            cell = sheet.cell(*place.position(kpi.id, "window")).coordinate
            _dropdown(sheet, cell, c.span("words", "text", WINDOW_ROWS), c.t(N_("Pick a span from the list.")))
    first, column = place.position(c.kpi_ids[0], "level")
    last, _ = place.position(c.kpi_ids[-1], "level")
    letter = get_column_letter(column)
    level_rules(sheet, f"{letter}{first}:{letter}{last}", f"${letter}{first}")
    _freeze(sheet, place, "headings", "value")
    _pages(sheet, place, kpis.PAGES, c.kpi_ids[0], "name")
    sheet.page_setup.fitToHeight = len(kpis.PAGES)


def _finish_thresholds(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["thresholds"]
    _widths(sheet, place, thresholds.widths(c), thresholds.WIDTH, thresholds.blank_columns(c.business))
    for slot in OWN_SLOTS:
        share_rule(sheet, place, thresholds.USED, slot, c)
    _freeze(sheet, place, "headings", "unit")
    sheet.page_setup.fitToHeight = 1


def _finish_what_if(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["what_if"]
    levels = dict.fromkeys(("level_now", "level_then"), kpis.level_width(what_if.LEVEL_WIDTH, c))
    widths = {**what_if.WIDTHS, "label": what_if.label_width(c), **levels}
    _widths(sheet, place, widths, 12, what_if.HIDDEN)
    for row in ("kpis", "measures"):
        sheet.row_dimensions[place.position(row, "label")[0]].height = 24
    numbers = [place.row_numbers[what_if.kpi_row(kpi)] for kpi in c.business.kpis]
    for column in ("level_now", "level_then"):
        letter = get_column_letter(place.column_numbers[column])
        level_rules(sheet, f"{letter}{numbers[0]}:{letter}{numbers[-1]}", f"${letter}{numbers[0]}")
    changes = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="-1", showErrorMessage=True)
    changes.error = c.t(N_("Type a number, at least -100%."))
    sheet.add_data_validation(changes)
    for measure in changeable(c.business):
        changes.add(sheet.cell(*place.position(measure.name, "percent")).coordinate)
    for number, column in enumerate(("then", "difference", "change"), SHARE_FORMAT + 1):
        whole = [sheet.cell(*cell).coordinate for cell in what_if.whole_cells(column, c)]
        if whole:
            _tenths_rule(sheet, whole, number)
    _freeze(sheet, place, "headings", "unit")
    sheet.page_setup.fitToHeight = 1
    sheet.print_options.horizontalCentered = True


def _tenths_rule(sheet: Worksheet, cells: list[str], number: int) -> None:
    """Counts that a supposed share has left without a whole number show what they are."""
    code = sheet[cells[0]].number_format.replace("#,##0", "#,##0.0")
    rule = FormulaRule(formula=[f"IF(ISNUMBER({cells[0]}),ABS({cells[0]}-ROUND({cells[0]},0))>{NOISE_TEXT},FALSE)"])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=number, formatCode=code))
    sheet.conditional_formatting.add(" ".join(cells), rule)


def _finish_breakdown(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["breakdown"]
    _widths(sheet, place, breakdown.widths(c), breakdown.WIDTH)
    row, left = place.position("help", "name")
    entry_sheets.across(sheet, row, left, left + len(place.columns) - 1, style.HELP)
    if halves := breakdown.halves(c):
        _pages(sheet, place, halves, breakdown.first_section(c.business), "name")
    for column in (column for column in place.columns if column.startswith("level")):
        first, index = place.position(place.rows[0], column)
        letter = get_column_letter(index)
        level_rules(sheet, f"{letter}{first}:{letter}{place.bottom}", f"${letter}{first}")
    for item in c.business.pareto:
        sheet.row_dimensions[place.position(pareto.chart_rows(item)[0], "name")[0]].height = 27
        sheet.add_chart(pareto_charts.chart(sheet, place, item, pareto.axis_format(item, c)))


def _finish_behind(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["behind"]
    _widths(sheet, place, behind.widths(c), 14, ("kind",))
    for line in behind.lines(c.business):
        sheet.row_dimensions[place.row_numbers[line]].hidden = True
    for column, look in behind.LINE_LOOKS.items():
        look.apply(sheet.column_dimensions[get_column_letter(place.column_numbers[column])])
    letter = {column: get_column_letter(index) for column, index in place.column_numbers.items()}
    first, last = (place.row_numbers[line] for line in (behind.lines(c.business)[0], behind.lines(c.business)[-1]))
    kind, conditional = f"${letter['kind']}{first}", sheet.conditional_formatting
    whole = f"{letter['row']}{first}:{letter[behind.PARTS[-1]]}{last}"
    figures, shown = f"{letter[behind.FIGURE]}{first}:{letter[behind.FIGURE]}{last}", dashboard_page.units(c)
    # Before the others: LibreOffice goes by the first that holds.
    for number, (unit, sign) in enumerate({**behind.UNIT_SIGNS, "": behind.OTHER}.items(), BEHIND_FORMATS):
        code = shown[unit][0] if unit in shown else style.FORMATS[unit]
        rule = FormulaRule(formula=[f'MID({kind},2,1)="{sign}"'], font=Font(bold=True, color=palette.INK))
        rule.dxf.numFmt = NumberFormat(numFmtId=number + len(behind.LOOKS), formatCode=code)
        conditional.add(figures, rule)
    tint = PatternFill(bgColor=palette.LINE, fill_type="solid")
    for sign, font, fill in (
        (behind.TITLE, Font(bold=True, color=palette.ACCENT), None),
        (behind.TEXT, Font(color=palette.INK), None),
        (behind.HEADINGS, Font(bold=True, color=palette.INK), tint),
    ):
        conditional.add(whole, FormulaRule(formula=[f'LEFT({kind},1)="{sign}"'], font=font, fill=fill))
    start = letter[behind.PARTS[0]]
    fields = f"{start}{first}:{letter[behind.PARTS[-1]]}{last}"
    for number, (sign, code) in enumerate(behind.LOOKS.items(), BEHIND_FORMATS):
        number = style.BUILT_IN.get(code, number)
        rule = FormulaRule(formula=[f'MID({kind},1+COLUMNS(${start}{first}:{start}{first}),1)="{sign}"'])
        rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=number, formatCode=code))
        conditional.add(fields, rule)
    _freeze(sheet, place, "space", "row")
    sheet.print_title_rows = None


def _finish_across(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["across"]
    _widths(sheet, place, dict(across.WIDTHS), across.WIDTH)
    for slot in OWN_SLOTS:
        share_rule(sheet, place, PERIODS, slot, c)
    _freeze(sheet, place, "headings", "name")
    sheet.page_setup.fitToHeight = 1


def _finish_check(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["check"]
    _widths(sheet, place, dict(check.WIDTHS), 14, check.HIDDEN)
    letter, first = get_column_letter(place.column_numbers["severity"]), place.row_numbers[check.LISTED[0]]
    for severity, level in check.COLOURS.items():
        sign = check.SEVERITIES[severity][:1]
        rule = FormulaRule(
            formula=[f'LEFT(${letter}{first},1)="{sign}"'],
            fill=PatternFill(bgColor=palette.LEVEL_TINTS[level], fill_type="solid"),
            font=Font(color=palette.LEVEL_TEXT[level], bold=True),
        )
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{place.row_numbers[check.LISTED[-1]]}", rule)
    _freeze(sheet, place, "headings", "severity")


def _finish_guide(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False, landscape=False)
    place = c.placements["guide"]
    _widths(sheet, place, dict(guide.WIDTHS), 14)
    texts = {row: str(cell.value or "") for (row, column), cell in guide.cells(c).items() if column == "text"}
    for row, text in texts.items():
        lines = letters.lines(text, letters.room(guide.WIDTHS["text"]))
        sheet.row_dimensions[place.position(row, "text")[0]].height = 13.5 * lines + 3
    for row in ("how", "chance", *(f"{kpi.id}_name" for kpi in c.business.kpis)):
        sheet.row_dimensions[place.position(row, "text")[0]].height = 22
    for kpi in c.business.kpis:
        number = place.position(f"{kpi.id}_name", "heading")[0]
        _name(sheet.parent, f"{GUIDE}{kpi.id}", sheet, f"$B${number}")
    source = sheet.parent[c.titles["kpis"]]
    for kpi in c.business.kpis:
        number, column = c.placements["kpis"].position(kpi.id, "name")
        target = source.cell(number, column)
        target.hyperlink = Hyperlink(ref=target.coordinate, location=f"{GUIDE}{kpi.id}")
        style.apart(style.LINK).apply(target)


def _finish_settings(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    _widths(sheet, c.placements["settings"], settings.widths(c), 14, settings.HIDDEN)
    place = c.placements["own"]
    sheet.row_dimensions[place.top].hidden = True
    for slot in OWN_SLOTS:
        for column, rows in (("unit", UNIT_ROWS), ("direction", DIRECTION_ROWS)):
            cell = sheet.cell(*place.position(slot, column)).coordinate
            _dropdown(sheet, cell, c.span("words", "text", rows), c.t(N_("Pick one from the list.")))
    place = c.placements["in_use"]
    sheet.row_dimensions[place.top].hidden = True
    for kpi in c.business.kpis:
        cell = sheet.cell(*place.position(kpi.id, "value")).coordinate
        _dropdown(sheet, cell, c.span("words", "text", ("in_use_yes", "in_use_no")), c.t(N_("Pick one from the list.")))
    imports_table(sheet, place.bottom + 2, place.column_numbers["label"], c)


def _finish_log(sheet: Worksheet, c: Context) -> None:
    _result_sheet(sheet, grid=False)
    place = c.placements["log"]
    _widths(sheet, place, dict(log.WIDTHS), 14)
    switch = sheet.cell(*place.position(*log.SWITCH)).coordinate
    _dropdown(sheet, switch, c.span("words", "text", ("in_use_yes", "in_use_no")), c.t(N_("Pick one from the list.")))
    _freeze(sheet, place, "headings", "when")


def _finish_hidden(sheet: Worksheet, c: Context) -> None:
    sheet.protection.sheet = True


def _pages(sheet: Worksheet, place: Placement, pages: Sequence[Sequence[str]], first: str, beside: str) -> None:
    """Print some columns after others: each area begins a page of its own and has all its columns there, from the row
    ``first`` on beside a column that every page repeats. What stands above is on the first page alone."""
    letters = [[get_column_letter(place.column_numbers[column]) for column in (page[0], page[-1])] for page in pages]
    tops = [place.top + 1, *(place.row_numbers[first] for _ in pages[1:])]
    sheet.print_area = ",".join(f"{a}{top}:{b}{place.bottom}" for top, (a, b) in zip(tops, letters, strict=True))
    sheet.print_title_cols = "{0}:{0}".format(get_column_letter(place.column_numbers[beside]))


def _freeze(sheet: Worksheet, place: Placement, row: str, column: str) -> None:
    number, index = place.position(row, column)
    sheet.freeze_panes = f"{get_column_letter(index)}{number + 1}"
    sheet.print_title_rows = f"{number}:{number}"


_FINISH = {
    "dashboard": _finish_dashboard,
    "totals": _finish_totals,
    "kpis": _finish_kpis,
    "thresholds": _finish_thresholds,
    "what_if": _finish_what_if,
    "breakdown": _finish_breakdown,
    "behind": _finish_behind,
    "across": _finish_across,
    "check": _finish_check,
    "guide": _finish_guide,
    "settings": _finish_settings,
    "log": _finish_log,
    "hidden": _finish_hidden,
}
