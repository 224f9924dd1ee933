"""Writes the sheets of a portfolio cell by cell, in the looks of kpixl's workbooks; for each formula its value, too."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.formula import ArrayFormula

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.texts.words import SHAPES
from kpixl.workbook import style
from kpixl.workbook.saved import saved
from kpixl.workbook.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

Value = str | float | int | None
MOST_ROWS = 1_048_000
"""Rows of a sheet."""


@dataclass
class Pen:
    """One sheet being written. Rows and columns count from 1."""

    sheet: Worksheet
    computed: dict[tuple[int, int], Value] = field(default_factory=dict)
    """What the formulas come to."""

    def put(self, row: int, column: int, value: Value, look: Style = style.TEXT) -> None:
        """A value."""
        cell = self.sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # a text that starts with = stays a text
        look.apply(cell)

    def compute(
        self, row: int, column: int, formula: str, value: Value, look: Style = style.TEXT, *, array: bool = False
    ) -> None:
        """A formula, and what it comes to as long as nothing is changed."""
        cell = self.sheet.cell(row, column)
        cell.value = ArrayFormula(cell.coordinate, f"={formula}") if array else f"={formula}"
        look.apply(cell)
        self.computed[row, column] = value

    def link(self, row: int, column: int, text: str, target: str, look: Style = style.LINK) -> None:
        """A text that leads to a file."""
        self.put(row, column, text, look)
        self.sheet.cell(row, column).hyperlink = target
        look.apply(self.sheet.cell(row, column))

    def heading(self, row: int, texts: Mapping[int, str], right: frozenset[int] = frozenset()) -> None:
        """The headings of a table, by column."""
        for column, text in texts.items():
            self.put(row, column, text, style.HEADING_RIGHT if column in right else style.HEADING)

    def widths(self, widths: Mapping[int, float]) -> None:
        """How wide columns are, in characters."""
        for column, width in widths.items():
            self.sheet.column_dimensions[get_column_letter(column)].width = width

    def area(self, first: tuple[int, int], last: tuple[int, int], *, far: bool = True) -> str:
        """The absolute address of an area; with the sheet's name for formulas on others."""
        (top, left), (bottom, right) = first, last
        there = f"${get_column_letter(left)}${top}:${get_column_letter(right)}${bottom}"
        return f"{quote_sheetname(self.sheet.title)}!{there}" if far else there

    def at(self, row: int, column: int) -> str:
        """The absolute address of a cell, with the sheet's name."""
        return f"{quote_sheetname(self.sheet.title)}!${get_column_letter(column)}${row}"

    def finish(self, *, freeze: str | None = None, titles: str | None = None, portrait: bool = False) -> None:
        """What all sheets have: no grid, and a page that fits."""
        sheet = self.sheet
        sheet.sheet_view.showGridLines = False
        sheet.column_dimensions["A"].width = 2
        style.fit_page(sheet, landscape=not portrait)
        sheet.sheet_properties.tabColor = palette.ACCENT
        sheet.freeze_panes = freeze
        sheet.print_title_rows = titles


class Paper:
    """The workbook being written."""

    def __init__(self) -> None:
        self.book = Workbook()
        self.book.remove(self.book.active)
        self.pens: list[Pen] = []

    def pen(self, title: str, *, hidden: bool = False) -> Pen:
        """A new sheet."""
        pen = Pen(self.book.create_sheet(title))
        if hidden:
            pen.sheet.sheet_state = "hidden"
        self.pens.append(pen)
        return pen

    def data(self, path: Path) -> bytes:
        """The file; ``path`` names it in errors. What formulas come to stands beside them."""
        self.book.calculation.fullCalcOnLoad = True
        self.book.properties.creator = "kpixl"
        package = Package.from_bytes(saved(self.book), path)
        sheets = {sheet.name: sheet for sheet in package.sheets}
        for pen in self.pens:
            if pen.computed:
                editor = SheetEditor(package, sheets[pen.sheet.title])
                for (row, column), value in pen.computed.items():
                    editor.set(row, column, "" if value is None else value)
                editor.commit()
        return package.data


def shown(unit: str, level: Level | None, *, bold: bool = False) -> Style:
    """A value in the colour of its level, with the level's sign before it: no colour says anything alone."""
    code = style.FORMATS[unit]
    if level is None:
        return Style(format=code, align="right", rule="FFFFFF", divide="FFFFFF", bold=bold)
    return Style(
        format=f'"{SHAPES[level]} "{code}',
        align="right",
        fill=palette.LEVEL_TINTS[level],
        colour=palette.LEVEL_TEXT[level],
        rule="FFFFFF",
        divide="FFFFFF",
        bold=bold,
    )


def fitting(texts: Iterable[str], least: float) -> float:
    """How wide a column is in which each of these texts fits, in characters."""
    return max(least, max(map(len, texts), default=0) * _LETTER + 2)


_LETTER = 0.92
"""The width of a letter of a name, of which some are bold, in widths of a digit."""
NUMBER = style.figure("count")
RIGHT = replace(style.TEXT, align="right")
