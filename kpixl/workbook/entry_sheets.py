"""Entry sheets: an Excel Table each, with drop-downs, messages and frozen headings. Rows come later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableFormula, TableStyleInfo

from kpixl import palette
from kpixl.catalog.tables import Each, Elapsed, Else, Field, Once, word_key
from kpixl.errors import N_
from kpixl.period import serial
from kpixl.texts.words import KINDS_OF_PAST, SOURCES_OF_PAST, measure_label
from kpixl.workbook import layout, letters, style
from kpixl.workbook.formulas import calculated_formula, none_name
from kpixl.workbook.sheets.kpis import level_width

if TYPE_CHECKING:
    from datetime import date

    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.catalog.tables import Calculated, Table
    from kpixl.i18n import Language
    from kpixl.workbook.grid import Context

HELP_ROW, HEADING_ROW = 2, 4
FIRST_ROW = HEADING_ROW + 1
PROMPT_TITLE_LIMIT, TEXT_LIMIT = 32, 255

# Dates and numbers have no alignment of their own: Excel puts them right, and a text that only looks like one left.
ENTRY_LOOK = {
    "date": style.Style(format=style.FORMATS["date"], unlocked=True),
    "moment": style.Style(format=style.FORMATS["moment"], unlocked=True),
    "number": style.Style(format="General", unlocked=True),
    "money": style.Style(format=style.FORMATS["money"], unlocked=True),
    "text": style.Style(format="General", align="left", indent=1, unlocked=True),
}
CALCULATED_LOOK = style.Style(format="#,##0.00", align="right", colour=palette.MUTED)
HEAD = style.Style(bold=True, colour="FFFFFF", fill=palette.ACCENT, align="left", indent=1)
HEAD_RIGHT = replace(HEAD, align="right", indent=0)
EDGE = "E0B84C"
"""The edge of the headings of columns that are needed; also the colour of the tabs of entry sheets."""
HEAD_CALCULATED = style.Style(bold=True, colour="FFFFFF", fill=palette.MUTED, vertical="center", align="right")
WIDTHS = {"date": 13.0, "moment": 17.0, "number": 12.0, "money": 14.0, "text": 36.0, "word": 18.0}

ERROR_TITLE = N_("Please check this entry")


def entry_sheet(sheet: Worksheet, table: Table, c: Context) -> None:
    """One entry sheet with its table and one blank row."""
    t = c.t
    headings = layout.headings(table, t)
    _head(sheet, t(table.title), help_text(table, t), c)
    if table.waits:
        _nothing(sheet, table, c)
    for index, column in enumerate(table.columns, 1):
        letter = get_column_letter(index)
        heading = headings[column.id]
        cell = sheet.cell(HEADING_ROW, index, heading)
        cell.data_type = "s"  # a heading that starts with = stays a text
        first = sheet.cell(FIRST_ROW, index)
        if not isinstance(column, Field):
            HEAD_CALCULATED.apply(cell)
            whole = column.unit == "days" if isinstance(column, Elapsed) else not isinstance(column, Once | Else | Each)
            (replace(CALCULATED_LOOK, format="0") if whole else CALCULATED_LOOK).apply(first)
            first.value = f"={calculated_text(table, column, c)}"
            width = 10.0
            # What only formulas read is out of sight; it can be unhidden to see what counts.
            sheet.column_dimensions[letter].hidden = not isinstance(column, Elapsed) or column.squares is not None
        else:
            head = HEAD if column.type in ("text", "choice") else HEAD_RIGHT
            (replace(head, edge=EDGE) if column.required else head).apply(cell)
            look: str = "moment" if column.with_time else ("text" if column.type == "choice" else column.type)
            look = "money" if column.unit == "money" else look
            ENTRY_LOOK[look].apply(first)
            width = WIDTHS["word" if column.type == "choice" or column.role else look]
            width = letters.column(map(t, column.choices.values()), width)
            sheet.add_data_validation(_validation(table, column, letter, c))
        sheet.column_dimensions[letter].width = max(width, len(heading) * 1.15 + 4)
    _table(sheet, table.id, headings, c, {x.id: calculated_text(table, x, c) for x in table.calculated})
    _first_row(sheet, len(table.fields))
    right = _spread(sheet, len(headings))
    across(sheet, HELP_ROW, 1, right, style.HELP)
    if table.waits:
        across(sheet, NONE_ROW, NONE_COLUMN + 1, right, style.HELP)
    _example_row(sheet, table, right, c)
    sheet.sheet_properties.tabColor = EDGE


def help_text(table: Table, t: Language) -> str:
    """What the table is for, below its title."""
    needed = any(field.required for field in table.fields)
    return " ".join([t(table.help), *([t(NEEDED)] if needed else [])])


NEEDED = N_("Columns with a yellow edge are needed.")


def _first_row(sheet: Worksheet, width: int) -> None:
    """The row to begin in shows that it is the owner's, until something stands there."""
    row = f"$A${FIRST_ROW}:${get_column_letter(width)}${FIRST_ROW}"
    blank = FormulaRule(formula=[f"COUNTA({row})=0"], fill=PatternFill(bgColor=palette.INPUT, fill_type="solid"))
    sheet.conditional_formatting.add(row.replace("$", ""), blank)


def _spread(sheet: Worksheet, columns: int) -> int:
    """The column with which texts above a table end: its last one in sight. On paper nothing is further right."""
    return max(number for number in range(1, columns + 1) if _pixels(sheet, number))


def _pixels(sheet: Worksheet, number: int) -> float:
    column = sheet.column_dimensions[get_column_letter(number)]
    return 0.0 if column.hidden else 7 * column.width


def across(sheet: Worksheet, row: int, left: int, right: int, look: style.Style) -> None:
    """Have a text above a table go over its columns, in as many lines as it takes; above a narrow one, further."""
    right = max(left, right)
    while (room := sum(_pixels(sheet, number) for number in range(left, right + 1))) < LEAST_ROOM:
        right += 1
    cell = sheet.cell(row, left)
    replace(look, wrap=True).apply(cell)
    height = text_height(str(cell.value), room, look.size)
    sheet.row_dimensions[row].height = max(sheet.row_dimensions[row].height or 0.0, height)
    if right > left:
        sheet.merge_cells(start_row=row, start_column=left, end_row=row, end_column=right)


LEAST_ROOM = 140
"""So many pixels has a text above a table at least."""


def text_height(text: str, room: float, size: float = style.HELP.size) -> float:
    """The height of a row, in points, in which a text wraps within so many pixels."""
    return LINE * size * letters.lines(text, room - 2 * letters.INDENT, size) + 3


LINE = 1.3
"""The height of a line, by that of its letters."""


def _example_row(sheet: Worksheet, table: Table, right: int, c: Context) -> None:
    """A filled row as it may look, beside the title, for as long as there is none."""
    at, room = 1, letters.width(str(sheet.cell(1, 1).value), style.TITLE.size, bold=True) + letters.INDENT
    while room > 0 or not _pixels(sheet, at):
        room -= _pixels(sheet, at)
        at += 1
    # A client who came today, by herself, and stays.
    ends = table.stays[1] if table.stays else None
    shown = [one for one in table.fields if not one.extra and one.refers_to != table.id and one.id != ends]
    values = [f"{c.t(field.heading)}: {found}" for field in shown if (found := _example(field, c))]
    text = c.t(FOR_EXAMPLE).format(example=" · ".join(values[:MOST_VALUES]))
    cell = sheet.cell(1, at, text)
    cell.data_type = "s"
    across(sheet, 1, at, right, EXAMPLE)
    row = f"$A${FIRST_ROW}:${get_column_letter(len(table.fields))}${FIRST_ROW}"
    filled = FormulaRule(formula=[f"COUNTA({row})>0"], font=Font(color="FFFFFF"))
    sheet.conditional_formatting.add(cell.coordinate, filled)


FOR_EXAMPLE = N_("For example: {example}")
MOST_VALUES = 8
EXAMPLE = style.Style(size=9, colour=palette.MUTED, vertical="bottom")
NONE_ROW, NONE_COLUMN = 3, 2
"""Where the owner says that there is nothing to enter."""
NOTHING = N_("← Nothing to enter this period? Type x.")


def _nothing(sheet: Worksheet, table: Table, c: Context) -> None:
    """The cell in which the owner says that there is nothing to enter this period, and what it is for."""
    style.entry("general").apply(sheet.cell(NONE_ROW, NONE_COLUMN))
    style.HELP.apply(sheet.cell(NONE_ROW, NONE_COLUMN + 1, c.t(NOTHING)))
    name = c.aliases.name(none_name(table.id))
    where = f"{quote_sheetname(sheet.title)}!${get_column_letter(NONE_COLUMN)}${NONE_ROW}"
    sheet.parent.defined_names[name] = DefinedName(name, attr_text=where)


def past_sheet(sheet: Worksheet, c: Context) -> None:
    """Past periods: a long table, one line a period and measure or KPI."""
    headings = layout.other_headings(c.t)[layout.PAST]
    help_ = N_("Closed periods, one line for each measure and KPI. The trend and the comparisons read them.")
    _head(sheet, c.titles[layout.PAST], c.t(help_), c)
    widths = _past_widths(c)
    for index, (id_, heading) in enumerate(headings.items(), 1):
        (HEAD_RIGHT if id_ in ("start", "value") else HEAD).apply(sheet.cell(HEADING_ROW, index, heading))
        look = {
            "start": style.Style(format=style.FORMATS["date"]),
            "value": style.Style(format=PAST_VALUE, align="right"),
        }
        look.get(id_, style.apart(style.Style())).apply(sheet.cell(FIRST_ROW, index))
        sheet.column_dimensions[get_column_letter(index)].width = widths.get(id_, 15.0)
    _table(sheet, layout.PAST, headings, c, {})
    _whole_numbers(sheet, get_column_letter([*headings].index("value") + 1))
    sheet.protection.sheet = True
    sheet.protection.autoFilter = sheet.protection.sort = sheet.protection.formatColumns = False
    sheet.sheet_properties.tabColor = palette.ACCENT


PAST_VALUE, PAST_WHOLE, WHOLE = "#,##0.00##", 305, "#,##0"
"""How figures of closed periods are shown, each in a line of its own and some without a unit: to four decimals; whole
ones without, by a format of this number."""


def _whole_numbers(sheet: Worksheet, letter: str) -> None:
    first = f"{letter}{FIRST_ROW}"
    rule = FormulaRule(formula=[f"IF(ISNUMBER({first}),INT({first})={first},FALSE)"])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=PAST_WHOLE, formatCode=WHOLE))
    sheet.conditional_formatting.add(first, rule)  # grows with the table


def _past_widths(c: Context) -> dict[str, float]:
    """Room for every id, and for every name of a measure or KPI in use."""
    shown = [measure for measure in c.business.measures if measure.name in c.business.shown]
    names = [measure_label(measure, c.t) for measure in shown] + [c.t(kpi.name) for kpi in c.business.kpis]
    return {
        "kind": letters.column(map(c.t, KINDS_OF_PAST.values()), 15.0),
        "id": letters.column([measure.name for measure in shown], 26.0),
        "name": letters.column(names, 52.0),
        "source": letters.column(map(c.t, SOURCES_OF_PAST.values()), 15.0),
        "level": level_width(24.0, c),
        "note": 60.0,
    }


def imports_table(sheet: Worksheet, top: int, left: int, c: Context) -> None:
    """What imports have learned, on Settings: which column of a file fills which field."""
    headings = layout.other_headings(c.t)[layout.IMPORTS]
    help_ = N_("Which column of a file an import takes for which field. Empty a line to forget it.")
    title = style.Style(size=12, bold=True, colour=palette.ACCENT)
    for row, text, look in (
        (top, c.t(N_("Columns of imported files")), title),
        (top + 1, c.t(help_), style.HELP),
    ):
        look.apply(sheet.cell(row, left, text))
    for index, heading in enumerate(headings.values(), left):
        HEAD.apply(sheet.cell(top + 2, index, heading))
        ENTRY_LOOK["text"].apply(sheet.cell(top + 3, index))
    _table(sheet, layout.IMPORTS, headings, c, {}, (top + 2, left))


def _head(sheet: Worksheet, title: str, help_: str, c: Context) -> None:
    sheet["A1"], sheet["A2"], sheet["A3"] = title, help_, "← " + c.titles["dashboard"]
    sheet["A1"].data_type = sheet["A2"].data_type = "s"  # a text that starts with = stays a text
    sheet["A3"].hyperlink = Hyperlink(ref="A3", location=layout.HOME)
    for address, look in (("A1", style.TITLE), ("A2", style.HELP), ("A3", style.Style(size=9, colour="1A528F"))):
        look.apply(sheet[address])
    sheet.row_dimensions[1].height = 28
    sheet.row_dimensions[HEADING_ROW].height = 20
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    style.fit_page(sheet)


def _table(
    sheet: Worksheet,
    id_: str,
    headings: dict[str, str],
    c: Context,
    calculated: dict[str, str],
    corner: tuple[int, int] = (HEADING_ROW, 1),
) -> None:
    top, left = corner
    reference = f"{get_column_letter(left)}{top}:{get_column_letter(left + len(headings) - 1)}{top + 1}"
    called = c.aliases.name(layout.table_name(id_))
    table = ExcelTable(displayName=called, name=called, ref=reference)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    table._initialise_columns()
    for column, (field, heading) in zip(table.tableColumns, headings.items(), strict=True):
        assert isinstance(column, TableColumn)
        column.name = heading
        if field in calculated:
            column.calculatedColumnFormula = TableFormula(attr_text=calculated[field])
    sheet.add_table(table)
    for field, heading in headings.items():
        name = layout.column_name(id_, field)
        sheet.parent.defined_names[name] = DefinedName(name, attr_text=c.aliases.there(layout.structured(id_, heading)))


def calculated_text(table: Table, column: Calculated, c: Context) -> str:
    """The formula of a calculated column as it has to stand in this workbook."""
    names = c.names(last_day=c.days.last)
    return c.aliases.there(calculated_formula(column, table.id, names))


def _validation(table: Table, field: Field, letter: str, c: Context) -> DataValidation:
    """What may be typed in a column. Lists only warn: a new client may be typed before he is in Clients."""
    t = c.t
    rule = DataValidation(allow_blank=True, showErrorMessage=True, showInputMessage=True)
    rule.promptTitle = t(field.heading)[:PROMPT_TITLE_LIMIT]
    rule.prompt = _prompt(field, c)[:TEXT_LIMIT]
    rule.errorTitle = t(ERROR_TITLE)[:PROMPT_TITLE_LIMIT]
    if field.refers_to in {other.id for other in c.business.tables}:
        key = next(other.id for other in c.business.table(str(field.refers_to)).fields if other.key)
        # With blanks allowed, Excel takes any name as long as the list itself holds a blank.
        rule.allow_blank = False
        rule.type, rule.formula1 = "list", layout.column_name(str(field.refers_to), key)
        rule.errorStyle = "warning"
        sheet = c.titles[str(field.refers_to)]
        rule.error = t(N_("This name is not on the sheet {sheet}. Add it there, or correct it here.")).format(
            sheet=sheet
        )
    elif field.type == "date":
        low, high = _years(c.scorecard.entries.period.start)
        rule.type, rule.operator = "date", "between"
        rule.formula1, rule.formula2 = (str(c.days.stored(serial(day))) for day in (low, high))
        rule.error = t(N_("Type a date, for example {date}.")).format(date=_short(c.scorecard.entries.period.start, t))
    elif field.type == "choice":
        rule.type = "list"
        rule.formula1 = c.span("words", "text", [word_key(table.id, field.id, choice) for choice in field.choices])
        rule.error = t(N_("Pick one from the list."))
    elif words := suggested(field, t):
        # Excel separates the words of such a list by commas, whatever its language.
        rule.type, rule.formula1 = "list", f'"{",".join(words)}"'
        rule.showErrorMessage, rule.error = False, ""
    elif field.type == "number":
        rule.type = "decimal"
        rule.error = _number_error(field, t)
        if field.minimum is None:
            rule.operator, rule.formula1, rule.formula2 = "between", "-1E+300", "1E+300"
        elif field.maximum is None:
            rule.operator, rule.formula1 = "greaterThanOrEqual", f"{field.minimum or 0:g}"
        else:
            rule.operator = "between"
            rule.formula1, rule.formula2 = f"{field.minimum or 0:g}", f"{field.maximum:g}"
    else:
        rule.type, rule.operator, rule.formula1 = "textLength", "lessThanOrEqual", "250"
        rule.error = t(N_("At most 250 characters."))
    rule.error = rule.error[:TEXT_LIMIT]
    rule.add(f"{letter}{FIRST_ROW}")
    return rule


LANGUAGES = ("en", "es", "pt", "fr", "ro", "de", "it", "nl", "pl", "ar", "zh", "ja")
"""Languages that are offered, by their codes."""
LIST_LIMIT = 255
"""So many characters Excel takes as a list."""


def suggested(field: Field, t: Language) -> list[str]:
    """Words that are offered; any other may be typed as well."""
    words = [t(word) for word in field.suggested]
    if field.role == "language":
        words = [t.language_name(code) for code in LANGUAGES]
    while len(",".join(words)) > LIST_LIMIT - 2:
        words.pop()
    return words


def _prompt(field: Field, c: Context) -> str:
    """What a column is for, and an example of what may stand there."""
    found = _example(field, c)
    example = c.t(FOR_EXAMPLE).format(example=found) if found else ""
    return f"{c.t(field.help)} {example}".strip()


def _example(field: Field, c: Context) -> str:
    t, words = c.t, suggested(field, c.t)
    if words:
        return words[-1] if field.role != "language" else words[1]
    if field.type == "date":
        day = c.scorecard.entries.period.start
        return f"{_short(day, t)} 14:30" if field.with_time else _short(day, t)
    if field.type == "choice":
        return t(next(iter(field.choices.values())))
    if field.type == "number":
        number = {"hours": 8.0, "money": 250.0}.get(field.unit, 20.0)
        return t.plain(number if field.maximum is None else field.maximum - 1)
    table = next((one for one in c.business.tables if one.id == field.refers_to), None)
    key = next((one for one in table.fields if one.key), None) if table else None
    return t(key.example if key else field.example) if (key or field).example else ""


def _number_error(field: Field, t: Language) -> str:
    if field.minimum is None:
        return t(N_("Type a number."))
    if field.maximum is None:
        return t(N_("Type a number of {minimum} or more.")).format(minimum=f"{field.minimum or 0:g}")
    return t(N_("Type a number from {minimum} to {maximum}.")).format(
        minimum=f"{field.minimum or 0:g}", maximum=f"{field.maximum:g}"
    )


def _short(day: date, t: Language) -> str:
    from babel.dates import format_date

    return str(format_date(day, format="short", locale=t.locale))


def _years(day: date) -> tuple[date, date]:
    return day.replace(year=1990, month=1, day=1), day.replace(year=day.year + 20, month=12, day=31)
