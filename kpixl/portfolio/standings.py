"""The ranking of a portfolio: the workbooks by one KPI, best first; another KPI is a choice in a cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.portfolio.links import target_of
from kpixl.portfolio.pen import fitting, shown
from kpixl.portfolio.setting_out import FIRST, SHOWN, pick
from kpixl.portfolio.wording import TITLES, choice_of, level_texts
from kpixl.texts.words import DIRECTIONS
from kpixl.workbook import style
from kpixl.workbook.build import level_rules

if TYPE_CHECKING:
    from kpixl.portfolio.group import Compared
    from kpixl.portfolio.pen import Pen
    from kpixl.portfolio.setting_out import Sheets

_HEAD = 7
_PLACE, _COMPANY, _REGION, _OWNER, _VALUE, _LEVEL, _PREVIOUS, _CHANGE = range(2, 10)
_ROW, _KEY, _RANK = 12, 13, 14
"""Columns out of sight: which row of the hidden sheet is in that place, what each row is ordered by, and its place."""
_FORMATS = 360
"""The first number of the formats that the rules here have: those of cells are counted from 164."""


def standings(pen: Pen, sheets: Sheets) -> None:
    """Write the sheet: over formulas for any KPI, or with very many workbooks a list for each KPI below another."""
    t, group = sheets.t, sheets.group
    pen.put(2, 2, t(TITLES["ranking"]), style.TITLE)
    words = {
        _PLACE: N_("Place"),
        _COMPANY: N_("Workbook"),
        _REGION: N_("Region"),
        _OWNER: N_("Owner"),
        _VALUE: N_("Value"),
        _LEVEL: N_("Level"),
        _PREVIOUS: N_("Previous period"),
        _CHANGE: N_("Change"),
    }
    right = frozenset({_PLACE, _VALUE, _PREVIOUS, _CHANGE})
    pen.heading(_HEAD, {column: t(word) for column, word in words.items()}, right)
    if sheets.live and group.columns:
        _live(pen, sheets)
        last = _HEAD + len(group.members)
    else:
        last = _still(pen, sheets)
    letter = get_column_letter(_LEVEL)
    level_rules(pen.sheet, f"{letter}{_HEAD + 1}:{letter}{last}", f"${letter}{_HEAD + 1}")
    pen.widths(
        {
            _PLACE: 8,
            _COMPANY: 34,
            _REGION: 18,
            _OWNER: 18,
            _VALUE: 15,
            _LEVEL: fitting(level_texts(t).values(), 20),
            _PREVIOUS: 15,
            _CHANGE: 13,
        }
    )
    pen.finish(freeze=f"D{_HEAD + 1}", titles=f"{_HEAD}:{_HEAD}", portrait=True)


def _live(pen: Pen, sheets: Sheets) -> None:
    t, group, data = sheets.t, sheets.group, sheets.data
    labels = [choice_of(one, group, t) for one in group.columns]
    start = sheets.beside + 4
    for row, (label, one) in enumerate(zip(labels, group.columns, strict=True), FIRST):
        data.put(row, start, label)
        data.put(row, start + 1, one.kpi.kpi.unit)
        data.put(row, start + 2, 1 if one.falls else -1)
        data.put(row, start + 3, t(DIRECTIONS[one.kpi.kpi.direction]))
    for row, level in enumerate(Level, FIRST):
        data.put(row, start + 4, level_texts(t)[level])
    last = FIRST + len(labels) - 1
    pen.put(4, 2, t(N_("KPI")), replace(style.STRONG, rule=None))
    pen.put(4, _COMPANY, labels[0], style.entry("general", align="left"))
    pen.sheet.merge_cells(start_row=4, start_column=_COMPANY, end_row=4, end_column=_OWNER)
    pick(pen.sheet, f"{get_column_letter(_COMPANY)}4", data.area((FIRST, start), (last, start)), t)
    chosen = f"${get_column_letter(_ROW)}$4"
    first = group.columns[0]
    pen.compute(4, _ROW, f"MATCH(${get_column_letter(_COMPANY)}$4,{data.area((FIRST, start), (last, start))},0)", 1)
    told = ((5, _ROW, 1, first.kpi.kpi.unit), (4, _KEY, 2, 1 if first.falls else -1))
    for row, column, aside, value in told:
        area = data.area((FIRST, start + aside), (last, start + aside))
        pen.compute(row, column, f"INDEX({area},{chosen})", value)
    text = data.area((FIRST, start + 3), (last, start + 3))
    direction = t(DIRECTIONS[first.kpi.kpi.direction])
    pen.compute(5, _COMPANY, f"INDEX({text},{chosen})", direction, style.HELP)
    words = data.area((FIRST, start + 4), (FIRST + len(Level) - 1, start + 4))
    for number in range(len(group.members)):
        _helper(pen, sheets, number, first)
        _line(pen, sheets, number, first, words)
    for column in (_ROW, _KEY, _RANK):
        pen.sheet.column_dimensions[get_column_letter(column)].hidden = True
    _formats(pen, sheets, f"${get_column_letter(_ROW)}$5")


def _matrix(sheets: Sheets, first: int) -> str:
    """The address of one of the three matrices of the hidden sheet, by its first column."""
    return sheets.data.area((FIRST, first), (sheets.last, first + len(sheets.group.columns) - 1))


def _helper(pen: Pen, sheets: Sheets, number: int, first: Compared) -> None:
    """What a workbook is ordered by, and which place that gives: equal ones in their order."""
    row, count = _HEAD + 1 + number, len(sheets.group.members)
    key, rank = get_column_letter(_KEY), get_column_letter(_RANK)
    keys = f"${key}${_HEAD + 1}:${key}${_HEAD + count}"
    value = f"INDEX({_matrix(sheets, sheets.value_column(0))},{number + 1},${get_column_letter(_ROW)}$4)"
    taken = sheets.data.at(FIRST + number, SHOWN)
    figure = first.by_row.get(number)
    known = None if figure is None or figure.value is None else figure.value * (1 if first.falls else -1)
    pen.compute(row, _KEY, f'IF(AND({taken}=1,ISNUMBER({value})),{value}*${key}$4,"")', known)
    place = first.ranked.index(number) + 1 if number in first.ranked else None
    before = f"COUNTIF(${key}${_HEAD + 1}:${key}{row},${key}{row})"
    pen.compute(row, _RANK, f'IF(ISNUMBER(${key}{row}),RANK(${key}{row},{keys},1)+{before}-1,"")', place)
    ranks = f"${rank}${_HEAD + 1}:${rank}${_HEAD + count}"
    there = first.ranked[number] + 1 if number < len(first.ranked) else None
    pen.compute(row, _ROW, f'IFERROR(MATCH({number + 1},{ranks},0),"")', there)


def _line(pen: Pen, sheets: Sheets, number: int, first: Compared, words: str) -> None:
    row, chosen, there = (
        _HEAD + 1 + number,
        f"${get_column_letter(_ROW)}$4",
        f"${get_column_letter(_ROW)}{_HEAD + 1 + number}",
    )
    group = sheets.group
    member = group.members[first.ranked[number]] if number < len(first.ranked) else None
    figure = first.by_row[first.ranked[number]] if number < len(first.ranked) else None
    pen.compute(
        row, _PLACE, f'IF({there}="","",{number + 1})', number + 1 if member else None, _bare(style.figure("count"))
    )
    names = sheets.names.area((sheets.names_first, 2), (sheets.names_first + len(group.members) - 1, 2))
    said = (
        (_COMPANY, names, member.company if member else None, _bare(style.apart(style.STRONG))),
        (_REGION, sheets.rows(2), member.region if member else None, _bare(style.MUTED_TEXT)),
        (_OWNER, sheets.rows(3), member.owner if member else None, _bare(style.MUTED_TEXT)),
    )
    for column, area, value, look in said:
        pen.compute(row, column, f'IF({there}="","",INDEX({area},{there})&"")', value, look)
    value, level, previous = (
        f"INDEX({_matrix(sheets, column(0))},{there},{chosen})"
        for column in (sheets.value_column, sheets.level_column, sheets.previous_column)
    )
    look = _bare(style.figure("hours"))
    pen.compute(row, _VALUE, f'IF({there}="","",{value})', figure.value if figure else None, replace(look, bold=True))
    shade = next((one for one in Level if figure and one.id == figure.shade), None)
    text = None if shade is None else level_texts(sheets.t)[shade]
    formula = f'IF({there}="","",IF(ISNUMBER({level}),INDEX({words},{level}+1),""))'
    pen.compute(row, _LEVEL, formula, text, _bare(style.apart(style.TEXT)))
    before = figure.previous if figure else None
    formula = f'IF({there}="","",IF(ISNUMBER({previous}),{previous},""))'
    pen.compute(row, _PREVIOUS, formula, before, replace(look, colour=palette.MUTED))
    now, then = (f"{get_column_letter(column)}{row}" for column in (_VALUE, _PREVIOUS))
    change = figure.value - before if figure and figure.value is not None and before is not None else None
    pen.compute(
        row, _CHANGE, f'IF(AND(ISNUMBER({now}),ISNUMBER({then})),{now}-{then},"")', change, style.change("hours")
    )


def _bare(look: style.Style) -> style.Style:
    """Without a line below: a row that is empty by a filter is nothing to see."""
    return replace(look, rule=None)


def _formats(pen: Pen, sheets: Sheets, unit: str) -> None:
    """Numbers as their KPI is counted, which is a choice in a cell."""
    first, last = _HEAD + 1, _HEAD + len(sheets.group.members)
    for number, (name, code) in enumerate((name, code) for name, code in style.FORMATS.items() if name in _UNITS):
        looks = {_VALUE: code, _PREVIOUS: code, _CHANGE: style.change_format(name)}
        for place, (column, look) in enumerate(looks.items()):
            if place == 1:
                continue
            letter = get_column_letter(column)
            area = f"{letter}{first}:{letter}{last}"
            if column == _VALUE:
                other = get_column_letter(_PREVIOUS)
                area += f" {other}{first}:{other}{last}"
            rule = FormulaRule(formula=[f'{unit}="{name}"'])
            rule.dxf = DifferentialStyle(
                numFmt=NumberFormat(numFmtId=_FORMATS + 2 * number + place // 2, formatCode=look)
            )
            pen.sheet.conditional_formatting.add(area, rule)


_UNITS = frozenset({"fraction", "hours", "months", "money", "ratio", "count", "score", "tasks_per_hour"})


def _still(pen: Pen, sheets: Sheets) -> int:
    """A list for each KPI, one below another; the last row."""
    t, group, row = sheets.t, sheets.group, _HEAD + 1
    levels = {level.id: level for level in Level}
    most = max(10, 200_000 // max(1, len(group.columns)))
    for column in group.columns:
        pen.put(row, _PLACE, choice_of(column, group, t), style.Style(bold=True, size=12, colour=palette.ACCENT))
        for place, number in enumerate(column.ranked[:most], 1):
            member, figure = group.members[number], column.by_row[number]
            unit = column.kpi.kpi.unit
            pen.put(row + place, _PLACE, place, style.figure("count"))
            pen.link(row + place, _COMPANY, member.company, target_of(member.place, sheets.out))
            pen.put(row + place, _REGION, member.region, style.MUTED_TEXT)
            pen.put(row + place, _OWNER, member.owner, style.MUTED_TEXT)
            pen.put(row + place, _VALUE, figure.value, shown(unit, levels.get(figure.shade or "")))
            level = levels.get(figure.shade or "")
            pen.put(row + place, _LEVEL, "" if level is None else level_texts(t)[level], style.apart(style.TEXT))
            pen.put(row + place, _PREVIOUS, figure.previous, style.figure(unit, muted=True))
            change = None if figure.value is None or figure.previous is None else figure.value - figure.previous
            pen.put(row + place, _CHANGE, change, style.change(unit))
        row += len(column.ranked[:most]) + 2
    return row
