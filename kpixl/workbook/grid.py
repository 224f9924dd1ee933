"""Blocks of cells found by a name and by ids, never by address.

A block is a rectangle whose first row holds the ids of its columns and whose first column holds the ids of its rows,
both hidden from the owner. Its defined name ``_kpixl.block.<id>`` moves with it when sheets are renamed or rows
inserted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.ooxml.cells import Value, column_letters
from kpixl.palette import LEVEL_TEXT
from kpixl.texts.words import entry_words
from kpixl.workbook.aliases import AS_USUAL, Aliases
from kpixl.workbook.formulas import WILD, FormulaNames
from kpixl.workbook.style import DAY_FORMATS, TEXT, Style

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.behind import Listing
    from kpixl.kpi.breakdown import Section
    from kpixl.kpi.inactive import Inactive
    from kpixl.kpi.measure import Tally
    from kpixl.kpi.pareto import Ranking
    from kpixl.kpi.score import Scorecard
    from kpixl.period import DateSystem
    from kpixl.workbook.log_line import LogLine

OWN_PREFIX = "_kpixl."
"""How all names begin by which a workbook of kpixl's is known."""
BLOCK_PREFIX = "_kpixl.block."


class Cell(Struct, frozen=True):
    """One cell: what Excel computes and what Python says it is.

    ``label`` cells are written when the workbook is built and never again; ``live`` cells hold a formula whose cached
    value refresh writes; ``static`` cells hold what refresh last found; ``input`` cells belong to the owner; an
    ``echo`` is a formula of the owner's, of which refresh writes only the value.
    """

    kind: Literal["label", "live", "static", "input", "echo"]
    value: Value = None
    formula: str | None = None
    style: Style = TEXT
    name: str | None = None
    guarded: bool = False
    """Whether another formula in its place is put right. For formulas of bare names, which Excel never rewrites."""
    refilled: bool = False
    """Whether a label that was emptied gets its text again: formulas compare rows with it."""


def label(value: Value, style: Style = TEXT) -> Cell:
    """A fixed text."""
    return Cell("label", value, style=style)


def live(formula: str, value: Value, style: Style = TEXT, name: str | None = None, *, guarded: bool = False) -> Cell:
    """A formula with the value that Python gives it."""
    return Cell("live", "" if value is None else value, formula, style, name, guarded)


def static(value: Value, style: Style = TEXT) -> Cell:
    """What the last refresh found."""
    return Cell("static", value, style=style)


BARE = static(None)
"""Nothing, in a column that looks right by itself: such a cell is not even there in a new workbook."""


def entry_cell(value: Value, style: Style, name: str | None = None) -> Cell:
    """A cell of the owner's."""
    return Cell("input", value, style=style, name=name)


@dataclass(frozen=True)
class Placement:
    """Where a block is: its sheet, and the sheet's row and column (from 1) of each of its ids."""

    id: str
    sheet: str
    """The key of the sheet, not its name."""
    row_numbers: Mapping[str, int]
    column_numbers: Mapping[str, int]
    top: int = 1
    left: int = 1

    @classmethod
    def new(cls, id_: str, sheet: str, rows: Sequence[str], columns: Sequence[str], top: int = 1) -> Placement:
        """A block in a new workbook: ids in row ``top`` and in column A, cells below and to the right of them."""
        return cls(
            id_,
            sheet,
            {row: number for number, row in enumerate(rows, top + 1)},
            {column: number for number, column in enumerate(columns, 2)},
            top,
        )

    @property
    def rows(self) -> tuple[str, ...]:
        """Ids of the rows, from top to bottom."""
        return tuple(self.row_numbers)

    @property
    def columns(self) -> tuple[str, ...]:
        """Ids of the columns, from left to right."""
        return tuple(self.column_numbers)

    def position(self, row: str, column: str) -> tuple[int, int]:
        """Row and column of a cell, from 1."""
        return self.row_numbers[row], self.column_numbers[column]

    @property
    def bottom(self) -> int:
        """The last row of the block."""
        return max(self.row_numbers.values())

    @property
    def right(self) -> int:
        """The last column of the block."""
        return max(self.column_numbers.values())


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it; quotes never hurt."""
    return "'" + sheet.replace("'", "''") + "'"


Cells = Mapping[tuple[str, str], Cell]


def here(cell: Cell, c: Context) -> Cell:
    """A cell as it has to stand in this workbook: its formula in the workbook's own names, and a day, which is what is
    shown as one, by the workbook's own number."""
    formula, value = cell.formula, cell.value
    if formula is not None and c.aliases.names:
        formula = c.aliases.there(formula)
    if cell.style.format in DAY_FORMATS:
        value = c.days.stored(value)
    if formula is cell.formula and value is cell.value:
        return cell
    return structs.replace(cell, formula=formula, value=value)


@dataclass(frozen=True)
class Context:
    """What the cells of a sheet are made from."""

    business: Business
    t: Language
    scorecard: Scorecard
    tally: Tally
    """What counts the rows."""
    problems: Sequence[Problem]
    placements: Mapping[str, Placement]
    titles: Mapping[str, str]
    """Sheet key -> the sheet's name in the workbook."""
    column: Callable[[str, str], str]
    """Table id and column id -> the structured reference, with the heading that the owner sees."""
    row_cell: Callable[[str, str], str]
    """Likewise -> the reference to the column's cell in the row of the formula."""
    refreshed: datetime | None = None
    trend_kpi: str = ""
    """The KPI that the trend chart shows, by its id."""
    trend_picked: bool = True
    """Whether it is the one that the owner has picked."""
    breakdown: Sequence[Section] = ()
    pareto: Sequence[Ranking] = ()
    inactive: Sequence[Inactive] = ()
    listed: Mapping[str, Sequence[Listing]] = field(default_factory=dict)
    """Rows behind the KPIs that are in use, by their ids."""
    listed_before: int = 0
    """How many lines of such rows stand in the workbook."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """A sentence about each KPI, by its id."""
    log: Sequence[LogLine] = ()
    """What was done to the workbook, the newest first."""
    rewound: frozenset[str] = frozenset()
    """KPIs whose window the owner has changed: their formulas are written anew."""
    aliases: Aliases = AS_USUAL
    """Names that are called otherwise in this workbook."""
    _columns: dict[tuple[str, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By block and column: what addresses in it begin with, up to the row; asked for by the ten thousand."""

    @property
    def days(self) -> DateSystem:
        """How the workbook counts its days."""
        return self.scorecard.entries.days

    @property
    def kpis(self) -> tuple[BusinessKpi, ...]:
        """Every KPI that has a place in the workbook, the owner's last."""
        return tuple(result.kpi for result in self.scorecard.slots)

    @property
    def kpi_ids(self) -> tuple[str, ...]:
        """Their ids, as the rows of the blocks have them."""
        return tuple(kpi.id for kpi in self.kpis)

    def at(self, block: str, row: str, column: str) -> str:
        """The absolute address of a cell of another block, for a formula; as in Excel, #REF! for one that is gone."""
        place = self.placements.get(block)
        if place is None or row not in place.row_numbers or column not in place.column_numbers:
            return str(ExcelError.REF)
        begins = self._columns.get((block, column))
        if begins is None:
            letters = column_letters(place.column_numbers[column])
            begins = self._columns[block, column] = f"{quoted(self.titles[place.sheet])}!${letters}$"
        return f"{begins}{place.row_numbers[row]}"

    def span(self, block: str, column: str, rows: Sequence[str]) -> str:
        """The absolute address of a column of a block, from its first given row to its last."""
        first, last = self.at(block, rows[0], column), self.at(block, rows[-1], column)
        return str(ExcelError.REF) if str(ExcelError.REF) in (first, last) else f"{first}:{last.rpartition('!')[2]}"

    def across(self, block: str, row: str, columns: Sequence[str]) -> str:
        """The absolute address of a row of a block, from its first given column to its last."""
        first, last = self.at(block, row, columns[0]), self.at(block, row, columns[-1])
        return str(ExcelError.REF) if str(ExcelError.REF) in (first, last) else f"{first}:{last.rpartition('!')[2]}"

    def word(self, id_: str) -> str:
        """The address of a word in the owner's language."""
        return self.at("words", id_, "text")

    def names(self, **others: Any) -> FormulaNames:
        """What the formulas of measures call things; ``others`` are further fields of it."""
        return FormulaNames(self.column, self.row_cell, self.word, self._wild, **others)

    @cached_property
    def _wild(self) -> frozenset[str]:
        """Words in which a criterion would see wildcards."""
        return frozenset(id_ for id_, word in entry_words(self.business, self.t).items() if WILD.search(word))


def notice(c: Context) -> Cell:
    """Beside what dates from the last refresh: whether figures have changed since."""
    return live(f'IF({c.at("totals", "total", "changed")}>0,{c.word("changed")},"")', "", NOTICE)


NOTICE = Style(size=9, bold=True, colour=LEVEL_TEXT[Level.BELOW])
