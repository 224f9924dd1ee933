"""Helper cells behind how sure a KPI is, and behind signal or noise. Never holds a word.

The same steps as ``kpixl.kpi.interval`` and ``kpixl.kpi.signals``, in functions that every engine has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cellvalue import ExcelError
from kpixl.kpi.interval import NPS_ADDED, NPS_SHARE, ROUNDING, Z
from kpixl.kpi.score import PAST_PERIODS, natural_range, past_values
from kpixl.kpi.signals import LEAST_PERIODS, RUN, SCALE, Signal
from kpixl.period import Window
from kpixl.workbook.formulas import NOISE_TEXT, noise_of, number_literal
from kpixl.workbook.grid import Cell, Cells, Context, live
from kpixl.workbook.sheets.kpis import RUNNING, enough

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.kpi.result import Result

CLOSED = tuple(f"p{number}" for number in range(1, PAST_PERIODS + 1))
"""The closed periods among the columns of the sparklines, oldest first."""
THIS = f"p{PAST_PERIODS + 1}"
RANGES = tuple(f"range_{number}" for number in range(2, PAST_PERIODS + 1))
XMR_COLUMNS = (*RANGES, "count", "ranges", "mean", "low", "high", "state")

_Z, _Z2 = number_literal(Z), number_literal(Z * Z)


def xmr(c: Context) -> Cells:
    """The limits of every KPI over its closed periods, and what this period's value says beside them."""
    return {
        (result.kpi.id, column): cell for result in c.scorecard.slots for column, cell in _limits(result, c).items()
    }


def _limits(result: Result, c: Context) -> dict[str, Cell]:
    kpi = result.kpi
    at = {column: c.at("xmr", kpi.id, column) for column in XMR_COLUMNS}
    past = {column: c.at("spark", kpi.id, column) for column in (*CLOSED, THIS)}
    closed = _across(past[CLOSED[0]], past[CLOSED[-1]])
    values = past_values(kpi, c.scorecard.entries)
    fresh = kpi.id in c.rewound
    found: dict[str, Cell] = {}
    steps = zip(RANGES, CLOSED[1:], CLOSED[:-1], values[1:], values[:-1], strict=True)
    for column, after, before, later, earlier in steps:
        both = f"AND(ISNUMBER({past[after]}),ISNUMBER({past[before]}))"
        found[column] = live(
            f'IF({both},ABS({past[after]}-{past[before]}),"")',
            None if later is None or earlier is None else abs(later - earlier),
        )
    ranges = _across(at[RANGES[0]], at[RANGES[-1]])
    known = [value for value in values if value is not None]
    pairs = sum(cell.value != "" for cell in found.values())
    spread = f"{SCALE}*SUM({ranges})/{at['ranges']}"
    floor, ceiling = natural_range(kpi)
    low, high = f"{at['mean']}-{spread}", f"{at['mean']}+{spread}"
    low = low if floor is None else f"MAX({number_literal(floor)},{low})"
    high = high if ceiling is None else f"MIN({number_literal(ceiling)},{high})"
    enough = f"AND({at['count']}>={LEAST_PERIODS},{at['ranges']}>={LEAST_PERIODS - 1})"
    # Over a longer window than the period, windows overlap and hide how much periods differ.
    mean = f'IF({enough},SUMIF({closed},">=-1E300")/{at["count"]},"")' if kpi.window is Window.PERIOD else '""'
    usual, told = result.past.usual, result.past.signal
    return found | {
        "count": live(f"COUNT({closed})", len(known)),
        "ranges": live(f"COUNT({ranges})", pairs),
        "mean": live(mean, usual.mean if usual else None, guarded=fresh),
        "low": live(f'IF(ISNUMBER({at["mean"]}),{low},"")', usual.low if usual else None),
        "high": live(f'IF(ISNUMBER({at["mean"]}),{high},"")', usual.high if usual else None),
        "state": live(_state(kpi, at, past), None if told is None else list(Signal).index(told), guarded=fresh),
    }


def _state(kpi: BusinessKpi, at: dict[str, str], past: dict[str, str]) -> str:
    """The number of the signal, from 0 for usual variation."""
    value, noise = f"{kpi.name_prefix}_value", noise_of(at["mean"])
    row = (*CLOSED, THIS)[-RUN:]
    last = _across(past[row[0]], past[row[-1]])
    run = f"IF(MIN({last})>{at['mean']}+{noise},3,IF(MAX({last})<{at['mean']}-{noise},4,0))"
    inside = f"IF(COUNT({last})={RUN},{run},0)"
    state = f"IF({value}>{at['high']}+{noise},1,IF({value}<{at['low']}-{noise},2,{inside}))"
    known = f"AND(ISNUMBER({at['mean']}),ISNUMBER({value}),NOT({RUNNING}){enough(kpi, ',')})"
    return f'IF({known},{state},"")'


def _across(first: str, last: str) -> str:
    """From one cell to another of the same row."""
    return str(ExcelError.REF) if str(ExcelError.REF) in (first, last) else f"{first}:{last.rpartition('!')[2]}"


def interval_formulas(kpi: BusinessKpi, c: Context) -> tuple[str, str]:
    """The formulas of an interval's ends; blank where there is none."""
    value = f"{kpi.name_prefix}_value"
    cases = kpi.argument(kpi.kpi.sample).name if kpi.kpi.sample else ""
    match kpi.kpi.interval:
        case "share":
            known, centre, half, ends = _share(value, cases)
        case "nps":
            known, centre, half, ends = _net_promoter(kpi, value, cases)
        case "mean" if kpi.squares is not None and kpi.window is Window.PERIOD:
            known, centre, half, ends = _mean(kpi, cases, c)
        case _:
            return '""', '""'
    low, high = (end.format(end=f"{centre}{sign}{half}") for end, sign in zip(ends, "-+", strict=True))
    return f'IFERROR(IF({known},{low},""),"")', f'IFERROR(IF({known},{high},""),"")'


def _share(value: str, cases: str) -> tuple[str, str, str, tuple[str, str]]:
    """Wilson's interval."""
    share = f"MAX(0,MIN(1,{value}))"
    within = f"ISNUMBER({value}),{value}>=-{NOISE_TEXT},{value}<=1+{NOISE_TEXT}"
    scale = f"(1+{_Z2}/{cases})"
    centre = f"({share}+{_Z2}/(2*{cases}))/{scale}"
    half = f"{_Z}*SQRT({share}*(1-{share})/{cases}+{_Z2}/(4*{cases})/{cases})/{scale}"
    return f"AND({within},ISNUMBER({cases}),N({cases})>0)", centre, half, ("MAX(0,{end})", "MIN(1,{end})")


def _net_promoter(kpi: BusinessKpi, value: str, cases: str) -> tuple[str, str, str, tuple[str, str]]:
    """The adjusted Wald interval, made to hold the score itself."""
    promoters, detractors = (kpi.argument(name).name for name in ("promoters", "detractors"))
    count, share = f"({cases}+{number_literal(NPS_ADDED)})", number_literal(NPS_SHARE)
    p, d = f"({promoters}+{share})/{count}", f"({detractors}+{share})/{count}"
    half = f"100*{_Z}*SQRT(({p}+{d}-({p}-{d})^2)/{count})"
    known = f"AND(ISNUMBER({value}),ISNUMBER({cases}),N({promoters})>=0,N({detractors})>=0,N({cases})>0,({p}+{d})<=1)"
    ends = (f"MAX(-100,MIN({value},{{end}}))", f"MIN(100,MAX({value},{{end}}))")
    return known, f"100*({p}-{d})", half, ends


def _mean(kpi: BusinessKpi, cases: str, c: Context) -> tuple[str, str, str, tuple[str, str]]:
    """Student's interval; none where a total was typed, of which no squares are known."""
    assert kpi.squares is not None
    assert kpi.kpi.lever is not None
    total, squares = kpi.argument(kpi.kpi.lever).name, kpi.squares.name
    centre = f"{total}/{cases}"
    variance = f"({squares}-{total}*{centre})/({cases}-1)"
    half = f"TINV(0.05,{cases}-1)*SQRT(IF({variance}<={ROUNDING_TEXT}*({centre})^2,0,{variance})/{cases})"
    known = f"AND(ISNUMBER({squares}),ISNUMBER({total}),ISNUMBER({cases}),{none_typed(kpi, c)},N({cases})>=2)"
    return known, centre, half, ("MAX(0,{end})", "{end}")


ROUNDING_TEXT = f"{ROUNDING:.0E}".replace("E-0", "E-")


def none_typed(kpi: BusinessKpi, c: Context) -> str:
    """Whether no total stands in for the rows of a KPI."""
    cells = ",".join(c.at("totals", argument.measure.name, "typed") for argument in kpi.arguments)
    return f"COUNT({cells})=0"
