"""Helper cells behind signal or noise: the rules of ``kpixl.kpi.signals`` over closed periods. Never holds a word."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.formula import Name
from kpixl.formula.expressions import either
from kpixl.formula.to_excel import Template
from kpixl.kpi.score import PAST_PERIODS, natural_range, settled_values
from kpixl.kpi.signals import LEAST_PERIODS, RANGE, RUN, Signal, moving_ranges, use_rule, used_values, usual_rules
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
USED = tuple(f"used_{number}" for number in range(1, PAST_PERIODS + 1))
XMR_COLUMNS = (*USED, *RANGES, "count", "ranges", "mean", "low", "high", "state")


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
        "past": _across(at[USED[0]], at[USED[-1]]),
        "moving_ranges": _across(at[RANGES[0]], at[RANGES[-1]]),
        "last": _across(past[last[0]], past[last[-1]]),
        "value": f"{kpi.name_prefix}_value",
        "withheld": c.at("calc", kpi.id, "withheld"),
        **outcomes_of(kpi, c),
    }
    formulas = {column: one.filled(bind, c.word) for column, one in _templates(traits, *natural_range(kpi)).items()}
    values = settled_values(kpi, c.scorecard.entries, c.scorecard.clock.final_before)
    usual, told = result.past.usual, result.past.signal
    used = used_values(values)
    ranges = moving_ranges(used)
    fresh = kpi.id in c.rewound
    found = {
        column: live(_RANGE.filled({"after": at[after], "before": at[before]}, c.word), apart)
        for column, after, before, apart in zip(RANGES, USED[1:], USED[:-1], ranges, strict=True)
    }
    for number, (column, period, value) in enumerate(zip(USED, CLOSED, used, strict=True)):
        taken = {"raw": past[period]}
        if number >= LEAST_PERIODS:
            taken |= {
                "used": _across(at[USED[0]], at[USED[number - 1]]),
                "moving_ranges": _across(at[RANGES[0]], at[RANGES[number - 2]]),
            }
        found[column] = live(_use(traits, number).filled(taken | _finals(c), c.word), value)
    known, pairs = (sum(value is not None for value in row) for row in (used, ranges))
    return found | {
        "count": live(formulas["count"], known),
        "ranges": live(formulas["ranges"], pairs),
        "mean": live(formulas["mean"], usual.mean if usual else None, guarded=fresh),
        "low": live(formulas["low"], usual.low if usual else None),
        "high": live(formulas["high"], usual.high if usual else None),
        "state": live(formulas["state"], None if told is None else list(Signal).index(told), guarded=fresh),
    }


@cache
def _use(traits: Traits, number: int) -> Template:
    """What the limits take of a period, by its place from 0; of outcomes that may still come, nothing."""
    rule = use_rule(number)
    return Template(either(Name("finals") > number, rule) if traits.late else rule)


def _finals(c: Context) -> dict[str, str]:
    return {"finals": c.at("dates", "finals", "value")}


@cache
def _templates(traits: Traits, floor: float | None, ceiling: float | None) -> Mapping[str, Template]:
    return {column: Template(rule) for column, rule in usual_rules(traits, floor, ceiling).items()}


_RANGE = Template(RANGE)


def _across(first: str, last: str) -> str:
    """From one cell to another of the same row."""
    return str(ExcelError.REF) if str(ExcelError.REF) in (first, last) else f"{first}:{last.rpartition('!')[2]}"
