"""Helper cells behind signal or noise: the rules of ``kpixl.kpi.signals`` over closed periods. Never holds a word."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.formula.to_excel import Template
from kpixl.kpi.score import PAST_PERIODS, natural_range, past_values
from kpixl.kpi.signals import RANGE, RUN, Signal, moving_ranges, usual_rules
from kpixl.kpi.traits import traits_of
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.rule_formulas import outcomes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.kpi.result import Result
    from kpixl.kpi.traits import Traits

CLOSED = tuple(f"p{number}" for number in range(1, PAST_PERIODS + 1))
"""The closed periods among the columns of the sparklines, oldest first."""
THIS = f"p{PAST_PERIODS + 1}"
RANGES = tuple(f"range_{number}" for number in range(2, PAST_PERIODS + 1))
XMR_COLUMNS = (*RANGES, "count", "ranges", "mean", "low", "high", "state")


def xmr(c: Context) -> Cells:
    """The limits of every KPI over its closed periods, and what this period's value says beside them."""
    return {
        (result.kpi.id, column): cell for result in c.scorecard.slots for column, cell in _limits(result, c).items()
    }


def _limits(result: Result, c: Context) -> dict[str, Cell]:
    kpi, traits = result.kpi, traits_of(result.kpi)
    at = {column: c.at("xmr", kpi.id, column) for column in XMR_COLUMNS}
    past = {column: c.at("spark", kpi.id, column) for column in (*CLOSED, THIS)}
    last = (*CLOSED, THIS)[-RUN:]
    bind = {column: at[column] for column in ("count", "ranges", "mean", "low", "high")} | {
        "past": _across(past[CLOSED[0]], past[CLOSED[-1]]),
        "moving_ranges": _across(at[RANGES[0]], at[RANGES[-1]]),
        "last": _across(past[last[0]], past[last[-1]]),
        "value": f"{kpi.name_prefix}_value",
        "withheld": c.at("calc", kpi.id, "withheld"),
        **outcomes_of(kpi, c),
    }
    formulas = {column: one.filled(bind, c.word) for column, one in _templates(traits, *natural_range(kpi)).items()}
    values, usual, told = past_values(kpi, c.scorecard.entries), result.past.usual, result.past.signal
    ranges = moving_ranges(values)
    fresh = kpi.id in c.rewound
    found = {
        column: live(_RANGE.filled({"after": past[after], "before": past[before]}, c.word), apart)
        for column, after, before, apart in zip(RANGES, CLOSED[1:], CLOSED[:-1], ranges, strict=True)
    }
    known, pairs = (sum(value is not None for value in row) for row in (values, ranges))
    return found | {
        "count": live(formulas["count"], known),
        "ranges": live(formulas["ranges"], pairs),
        "mean": live(formulas["mean"], usual.mean if usual else None, guarded=fresh),
        "low": live(formulas["low"], usual.low if usual else None),
        "high": live(formulas["high"], usual.high if usual else None),
        "state": live(formulas["state"], None if told is None else list(Signal).index(told), guarded=fresh),
    }


@cache
def _templates(traits: Traits, floor: float | None, ceiling: float | None) -> Mapping[str, Template]:
    return {column: Template(rule) for column, rule in usual_rules(traits, floor, ceiling).items()}


_RANGE = Template(RANGE)


def _across(first: str, last: str) -> str:
    """From one cell to another of the same row."""
    return str(ExcelError.REF) if str(ExcelError.REF) in (first, last) else f"{first}:{last.rpartition('!')[2]}"
