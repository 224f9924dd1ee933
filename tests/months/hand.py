"""A month by hand: what an owner typed, computed once by Python from the file and once by the sheet's own formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest

from clock import TODAY
from engines import Value, differences, ironcalc_values
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.cautions import cautions
from kpixl.kpi.measure import Tally
from kpixl.period import serial
from kpixl.verbs import results
from workbooks import Filled, Rows, make, opened, refreshed

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


def table(text: str) -> Rows:
    """The rows of an entry table as an owner would see them: the fields in the first line, then a row a line, between
    bars; days as 2026-10-01, with a time if there is one."""
    first, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    columns = zip_longest(*lines, fillvalue="")
    return {name: [_cell(cell) for cell in column] for name, column in zip(first, columns, strict=True)}


def _cell(text: str) -> float | str | None:
    if re.fullmatch(r"-?[0-9.]+", text):
        return float(text)
    if re.match(r"\d{4}-\d\d-\d\d", text):
        when = datetime.fromisoformat(text)
        return serial(when.date()) + (when.hour + when.minute / 60) / 24
    return text or None


class Says:
    """What a KPI has to say: its value, the word for it (level, standing, or why there is none), what it takes to the
    next level, and its measures by the names of the formula."""

    def __init__(self, kpi: str, value: float | None, word: str, step: str = "", /, **measures: float | None) -> None:
        self.kpi, self.word, self.step = kpi, word, step
        self.value = None if value is None else pytest.approx(value)
        self.measures = {name: None if one is None else pytest.approx(one) for name, one in measures.items()}

    @property
    def told(self) -> tuple[object, ...]:
        """The same as ``Month.told`` has it."""
        return self.value, self.word, self.step, self.measures

    def __str__(self) -> str:
        return self.kpi


@dataclass(frozen=True)
class Month:
    """A workbook with the entries of one period."""

    entered: Path
    """With what the owner has typed."""
    is_refreshed: bool = True

    @classmethod
    def of(cls, folder: Path, filled: Filled) -> Month:
        """The workbook with what was filled in."""
        folder.mkdir(exist_ok=True)
        return cls(make(folder / "month.xlsx", filled, refresh=False), is_refreshed=False)

    @cached_property
    def path(self) -> Path:
        """The workbook refreshed on the tests' day: once something asks for more than what its entries come to."""
        return self.entered if self.is_refreshed else refreshed(self.entered, self.entered.with_name("refreshed.xlsx"))

    @cached_property
    def _outcome(self) -> results.Outcome:
        return results.results(self.entered, today=TODAY)

    @property
    def scorecard(self) -> Scorecard:
        """What Python makes of it."""
        return self._outcome.scorecard

    def __getitem__(self, kpi: str) -> Result:
        return self.scorecard.result(kpi)

    def told(self, kpi: str) -> tuple[float | None, str, str, Mapping[str, float | None]]:
        """A KPI's value, its word, what it takes to the next level, and its measures."""
        result = self[kpi]
        step, following = result.grade.to_next, result.grade.next_level
        level, standing, reason = result.level, result.grade.standing, result.reason
        word = level.id if level is not None else standing or (reason.code if reason else "")
        if result.open and level is not None and following is not None:
            word = f"at least {word}"
        takes = ""
        if step is not None and following is not None:
            sign, how = "+" if step.direction == "more" else "−", f" {step.answers}" if step.answers else ""
            takes = f"{sign}{step.amount:g}{how} {result.kpi.kpi.lever} → {following.id}"
        return result.value, str(word), takes, result.measures

    def group(self, dimension: str, name: str) -> dict[str, tuple[float, str, float | None]]:
        """A line of Breakdown: of each KPI that has a value there, the value, to a millionth, the level if there are
        cases enough for one, and the cases."""
        entries = self.scorecard.entries
        (section,) = (one for one in breakdown(entries, Tally(entries, TODAY)) if one.dimension == dimension)
        (group,) = (one for one in section.groups if one.name == name)
        return {
            kpi: (round(one.value, 6), one.level.id if one.level is not None and not one.few else "", one.cases)
            for kpi, one in group.results.items()
            if one.value is not None
        }

    @property
    def cautions(self) -> list[str]:
        """What the owner is warned of, or praised for, most urgent first."""
        return [caution.id for caution in cautions(self.scorecard)]

    @property
    def check(self) -> list[str]:
        """Each line of Check: the kind, and where it belongs."""
        return sorted(f"{one.code} {one.table or one.field or ''}".strip() for one in self._outcome.problems)

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
