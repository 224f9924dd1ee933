"""What the sheets of a portfolio have in common: what they are written from, and where the hidden sheet has what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.worksheet.datavalidation import DataValidation

from kpixl.errors import N_

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.i18n import Language
    from kpixl.portfolio.group import Portfolio
    from kpixl.portfolio.pen import Paper, Pen

MOST_LIVE = 2_000
"""With more workbooks nothing is a formula."""
FIRST = 2
"""The first row of the hidden sheet behind its heading."""
SHOWN, ERRORS, MISSING, SIGNALS, TO_DO = 4, 5, 6, 7, 8
_LEVELS = 9
"""Columns of the hidden sheet: from the ninth on the levels, behind them the previous values, then the values."""
FILTERS = {"business": 5, "region": 6, "owner": 7}
"""The rows of the overview in which the filters stand."""
FILTER_COLUMN = 3


@dataclass(frozen=True)
class Sheets:
    """What the sheets of one portfolio are written from, and where."""

    group: Portfolio
    t: Language
    out: Path
    now: datetime
    paper: Paper
    data: Pen
    """The hidden sheet: a row for each workbook, in the order of the heat map."""
    names: Pen
    """The heat map, in whose second column the names of the workbooks stand."""
    names_first: int
    """The first row of them."""

    @property
    def beside(self) -> int:
        """The first column of the hidden sheet that is free."""
        return self.value_column(len(self.group.columns)) + 1

    @property
    def live(self) -> bool:
        """Whether there are formulas."""
        return len(self.group.members) <= MOST_LIVE

    @property
    def last(self) -> int:
        """The last row of the hidden sheet."""
        return FIRST + len(self.group.members) - 1

    def rows(self, column: int) -> str:
        """The address of a column of the hidden sheet."""
        return self.data.area((FIRST, column), (self.last, column))

    def level_column(self, number: int) -> int:
        """Where the levels of the ``number``-th KPI stand there."""
        return _LEVELS + number

    def previous_column(self, number: int) -> int:
        """Where its values in the previous period stand."""
        return _LEVELS + len(self.group.columns) + number

    def value_column(self, number: int) -> int:
        """Where its values stand."""
        return _LEVELS + 2 * len(self.group.columns) + number


def pick(sheet: Worksheet, address: str, source: str, t: Language) -> None:
    """Have a cell offer a list."""
    rule = DataValidation(type="list", formula1=source, allow_blank=False, showErrorMessage=True)
    rule.error = t(N_("Pick one from the list."))
    rule.add(address)
    sheet.add_data_validation(rule)
