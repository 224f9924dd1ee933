"""A month by hand: what an owner typed, computed once by Python from the file and once by the sheet's own formulas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from clock import TODAY
from engines import Value, differences, ironcalc_values
from kpixl.verbs import results
from workbooks import Filled, make, opened

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


@dataclass(frozen=True)
class Month:
    """A workbook with the entries of one period, refreshed on the tests' day."""

    path: Path

    @classmethod
    def of(cls, folder: Path, filled: Filled) -> Month:
        """The workbook with what was filled in."""
        folder.mkdir(exist_ok=True)
        return cls(make(folder / "month.xlsx", filled))

    @cached_property
    def _outcome(self) -> results.Outcome:
        return results.results(self.path, today=TODAY)

    @property
    def scorecard(self) -> Scorecard:
        """What Python makes of it."""
        return self._outcome.scorecard

    def __getitem__(self, kpi: str) -> Result:
        return self.scorecard.result(kpi)

    def measure(self, name: str) -> float | None:
        """A measure that counts, in its unit."""
        return self.scorecard.measures[name].used

    def problems(self, code: str) -> list[Problem]:
        """What Check says of one kind."""
        return [problem for problem in self._outcome.problems if problem.code == code]

    @property
    def apart(self) -> list[str]:
        """Formulas that give something else in the sheet than Python wrote beside them."""
        return differences(self.path, ironcalc_values(self.path))

    def cell(self, block: str, row: str, column: str) -> Value:
        """What stands in a cell of ours."""
        book = opened(self.path)
        cell = book.view.grid(book.sheets[book.placements[block].sheet].name)
        number, index = book.placements[block].position(row, column)
        shown: Value = cell[number - 1][index - 1]
        return shown
