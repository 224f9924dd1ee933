"""What is wrong with the rows, where, and how to fix it. Reports, and never decides what counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from kpixl.check import (
    choices,
    fields,
    inputs,
    kpi_windows,
    languages,
    linked,
    name_slips,
    own_kpis,
    past_periods,
    plausible,
    spans,
    stays,
    structure,
    twice,
    unusual,
)
from kpixl.check.case import CAP, Case, Found
from kpixl.check.pasted import one_cause
from kpixl.check.problem import Problem
from kpixl.check.sentences import SENTENCES, Severity
from kpixl.kpi.measure import Tally

if TYPE_CHECKING:
    from kpixl.check.case import Finding, TableLog
    from kpixl.entries import Entries
    from kpixl.kpi.measure import MeasureValue
    from kpixl.kpi.score import Scorecard

__all__ = ["CAP", "SENTENCES", "Problem", "Severity", "check"]

_TABLE_RULES: tuple[Callable[[TableLog], Iterator[Finding]], ...] = (
    structure.columns_gone,
    structure.below,
    structure.empty,
    structure.outcomes,
    structure.slow,
    fields.odd,
    fields.currencies,
    fields.limits,
    fields.dates,
    fields.gaps,
    fields.spaces,
    fields.amounts,
    fields.parts,
    fields.half_answered,
    choices.unknown,
    choices.dated,
    choices.ahead,
    spans.backwards,
    spans.starts_missing,
    spans.calculated_cells,
    spans.overlaps,
    spans.outside_period,
    spans.still_to_come,
    spans.closed_smaller,
    name_slips.duplicates,
    name_slips.same_numbers,
    name_slips.references,
    name_slips.own_references,
    twice.rows,
    twice.spellings,
    stays.left,
    stays.won,
    unusual.amounts,
    unusual.hours,
    unusual.times_of_day,
    unusual.days,
    languages.missing,
    languages.nearly_house,
)
_CASE_RULES = (
    structure.tables_gone,
    structure.sheets_unread,
    plausible.one_client,
    inputs.settings,
    inputs.rate,
    inputs.late_days,
    languages.house,
    kpi_windows.chosen,
    kpi_windows.in_use,
    kpi_windows.closed,
    kpi_windows.rows_short,
    past_periods.twice,
    past_periods.missing,
    inputs.thresholds,
    inputs.targets,
    inputs.no_targets,
    inputs.typed,
    own_kpis.own,
    linked.sheets,
    plausible.half_typed,
    plausible.nothing_spent,
    plausible.shares,
    plausible.parts_and_wholes,
    plausible.alerts,
)
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def check(
    entries: Entries, measures: Mapping[str, MeasureValue], scorecard: Scorecard, tally: Tally | None = None
) -> tuple[Problem, ...]:
    """Every problem: errors first, then in the order of the sheets and their rows, settings and totals last."""
    case = Case(entries, measures, scorecard, tally or Tally(entries))
    return tuple(sorted(_found(case), key=lambda problem: _place(problem, entries)))


def _found(case: Case) -> Iterator[Problem]:
    for log in case.logs.values():
        for finding in one_cause(log, (one for rule in _TABLE_RULES for one in rule(log))):
            if isinstance(finding, Found):
                yield from log.told(finding)
            else:
                yield finding
    for case_rule in _CASE_RULES:
        yield from case_rule(case)


def _place(problem: Problem, entries: Entries) -> tuple[int, int, int, int]:
    """Where a problem comes in the list; sorting keeps the order of the rules within one cell."""
    tables = [table.id for table in entries.business.tables]
    severity = _SEVERITIES.index(problem.severity)
    if problem.table is None:
        return severity, len(tables), 0, 0
    columns = [column.id for column in entries.business.table(problem.table).columns]
    column = columns.index(problem.field) if problem.field in columns else -1
    row = re.search(r"\d+", problem.cell) if problem.cell else None
    return severity, tables.index(problem.table), int(row[0]) if row else 0, column
