"""The hidden sheet: the helper cells behind grading, ranking and charts; its words are in ``vocabulary``.

The only place where NA() may stand: a chart leaves it out, where it would draw a blank as zero.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.catalog.model import Window
from kpixl.entries import CellError, History
from kpixl.errors import N_
from kpixl.formula import denominators, names, parse, to_excel
from kpixl.period import Period, serial
from kpixl.score import GRADED, TENTHS
from kpixl.words import (
    UNITS,
    level_word,
    measure_label,
    reason_text,
)
from kpixl.workbook import style
from kpixl.workbook.formulas import NOISE_TEXT, passes
from kpixl.workbook.grid import Cell, Cells, Context, label, live, static
from kpixl.workbook.sheets.kpis import value_formula
from kpixl.workbook.sheets.totals import first_of_year, past_value
from kpixl.workbook.sheets.vocabulary import STEPS

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.score import Result
    from kpixl.workbook.cells import Value

TREND_PERIODS = 12
PERIODS = tuple(f"p{number}" for number in range(1, TREND_PERIODS + 1))

CALC_COLUMNS = (
    "name", "tip", "level", "next", "next_value", "strict", "low", "high", "position", "slope", "amount",
    "sign", "lever", "reason", "order", "unit_scale", "unit", "level_word", "typical", "above_average",
    "exceptional", "seen_level", "seen_target", "changed",
)  # fmt: skip
RANK_COLUMNS = (
    "key",
    "index",
    "name",
    "level_0",
    "level_1",
    "level_2",
    "level_3",
    "rest_0",
    "rest_1",
    "rest_2",
    "rest_3",
)
TREND_COLUMNS = ("start", "value", "typical", "above_average", "exceptional")
DATES = ("year_start", "window_start_3m", "window_start_12m", "period_previous", "period_year_before", "first_of_year")


def dates(c: Context) -> Cells:
    """Days that measures and comparisons count from."""
    period = c.scorecard.entries.period
    start, after = "period_start", "period_after"
    month = period.kind.months
    before = f"EDATE({start},-{month})" if month else f"{start}-7"
    year_before = f"EDATE({start},-12)" if month else f"{start}-364"
    first, first_value = first_of_year(c)
    entries = {
        "year_start": (f"DATE(YEAR({start}),1,1)", serial(period.start.replace(month=1, day=1))),
        "window_start_3m": (f"EDATE({after},-3)", serial(period.window_start(Window.QUARTER))),
        "window_start_12m": (f"EDATE({after},-12)", serial(period.window_start(Window.YEAR))),
        "period_previous": (before, serial(period.shift(-1).start)),
        "period_year_before": (year_before, serial(period.year_before.start)),
        "first_of_year": (first, first_value),
    }
    return {
        (row, "value"): live(formula, value, style.figure("date"), name=None if row == "first_of_year" else row)
        for row, (formula, value) in entries.items()
    }


def calc(c: Context) -> Cells:
    """The steps between a KPI's value and what is shown about it."""
    return {
        (result.kpi.id, column): cell
        for index, result in enumerate(c.scorecard.results)
        for column, cell in _calc(result, index, c).items()
    }


def _calc(result: Result, index: int, c: Context) -> dict[str, Cell]:
    kpi, t, grade = result.kpi, c.t, result.grade
    value = f"{kpi.name_prefix}_value"
    at = {column: c.at("calc", kpi.id, column) for column in CALC_COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    reached = "0"
    for level in GRADED:
        reached = f"IF({passes(value, edge[level], kpi.comparison(level))},{level.value},{reached})"
    choose = ",".join(edge[level] for level in GRADED)
    following = '""'
    for level in reversed(GRADED):
        following = f"IF(AND({at['level']}<{level.value},ISNUMBER({edge[level]})),{level.value},{following})"
    level_number = "" if grade.level is None else grade.level.value
    next_number = "" if grade.next_level is None else grade.next_level.value
    next_value = "" if grade.next_level is None else result.thresholds[grade.next_level]
    target = f"{kpi.name_prefix}_target"
    strict = ",".join("1" if kpi.comparison(level) in (">", "<") else "0" for level in GRADED)
    low, low_value = _low(result, at)
    high, high_value = _high(result, at)
    progress = f"MAX(0,MIN(1,({value}-{at['low']})/({at['high']}-{at['low']})))"
    lever = kpi.kpi.lever
    measure = kpi.argument(lever) if lever else None
    slope = f'IFERROR({value_formula(kpi, lever)}-{value},"")' if lever else '""'
    upwards = kpi.kpi.direction != "down"
    step = grade.to_next
    unit_scale = 100 if kpi.kpi.unit == "fraction" else 1
    key = 9 if grade.position is None else grade.position
    return {
        "name": label(f"{t(kpi.abbreviation)} · {t(kpi.name)}"),
        "tip": label(t(kpi.tips[0])),
        "level": live(
            f'IF(AND(ISNUMBER({value}),COUNT({choose})>0),{reached},"")',
            level_number,
            name=f"{kpi.name_prefix}_level_number",
        ),
        "next": live(f'IF(ISNUMBER({at["level"]}),{following},"")', next_number),
        "next_value": live(f'IF(ISNUMBER({at["next"]}),CHOOSE({at["next"]},{choose}),"")', next_value),
        "strict": live(
            f'IF(ISNUMBER({at["next"]}),CHOOSE({at["next"]},{strict}),"")',
            "" if grade.next_level is None else int(kpi.comparison(grade.next_level) in (">", "<")),
        ),
        "low": live(low, low_value),
        "high": live(high, high_value),
        "position": live(
            f'IF(ISNUMBER({at["level"]}),{at["level"]}+IF({at["high"]}={at["low"]},0,{progress}),"")',
            grade.position,
            style.figure("ratio"),
            name=f"{kpi.name_prefix}_position",
        ),
        "slope": live(slope, grade.slope),
        "amount": live(
            _amount(value, at, whole=bool(measure and measure.whole), upwards=upwards), step.amount if step else None
        ),
        "sign": live(
            f'IF(ISNUMBER({at["amount"]}),IF(({at["slope"]}>0)={"TRUE" if upwards else "FALSE"},"+","−"),"")',
            ("+" if step.direction == "more" else "−") if step else None,
        ),
        "lever": label(measure_label(measure, t) if measure else None),
        "reason": live(_reason(kpi, value, at, c), reason_text(result.reason, t)),
        "order": live(
            f"IF(ISNUMBER({at['position']}),{at['position']},9)+{index + 1}/1000000", key + (index + 1) / 1e6
        ),
        "unit_scale": label(unit_scale),
        "unit": label(t(UNITS[kpi.kpi.unit])),
        "seen_level": static(level_number),
        "seen_target": static("" if result.target is None else result.target),
        "changed": live(
            f'IF(AND({at["level"]}&""={at["seen_level"]}&"",IF(ISNUMBER({target}),{target},"")&""={at["seen_target"]}&""),0,1)',
            0,
        ),
        # Copies of what stands on KPIs, where an owner may insert a row and shift what is counted from the top.
        "level_word": live(f"{kpi.name_prefix}_level", level_word(result.level, t)),
        **{
            level.id: live(f'IF(ISNUMBER({edge[level]}),{edge[level]},"")', result.thresholds.get(level))
            for level in GRADED
        },
    }


def _low(result: Result, at: dict[str, str]) -> tuple[str, float | None]:
    """Where the band that the value is in begins."""
    kpi, grade = result.kpi, result.grade
    choose = ",".join(f"{kpi.name_prefix}_{level.id}" for level in GRADED)
    worst = f"2*{at['next_value']}" if kpi.kpi.direction == "down" else ("-100" if kpi.kpi.unit == "score" else "0")
    formula = f'IF(ISNUMBER({at["level"]}),IF({at["level"]}=0,{worst},CHOOSE({at["level"]},{choose})),"")'
    return formula, grade.low


def _high(result: Result, at: dict[str, str]) -> tuple[str, float | None]:
    """Where it ends."""
    kpi, grade = result.kpi, result.grade
    if kpi.kpi.direction == "down":
        best = "0"
    elif kpi.kpi.unit == "score":
        best = "100"
    else:
        best = "1" if kpi.kpi.bounded else f"2*{at['low']}"
    formula = f'IF(ISNUMBER({at["level"]}),IF(ISNUMBER({at["next"]}),{at["next_value"]},{best}),"")'
    return formula, grade.high


def _amount(value: str, at: dict[str, str], *, whole: bool, upwards: bool) -> str:
    """How much of the lever is missing: the smallest whole number, or tenth, that passes."""
    needed = f"({at['next_value']}-{value})" if upwards else f"({value}-{at['next_value']})"
    noise = f"{NOISE_TEXT}*MAX(1,ABS({at['next_value']}))"
    step, scale = (f"ABS({at['slope']})", "") if whole else (f"(ABS({at['slope']})/{TENTHS})", f"/{TENTHS}")
    strict, inclusive = f"(INT(({needed}+{noise})/{step})+1){scale}", f"ROUNDUP(({needed}-{noise})/{step},0){scale}"
    amount = f'IF({at["slope"]}=0,"",IF({at["strict"]}=1,{strict},{inclusive}))'
    return f'IF(AND(ISNUMBER({at["next_value"]}),ISNUMBER({at["slope"]})),{amount},"")'


def _reason(kpi: BusinessKpi, value: str, at: dict[str, str], c: Context) -> str:
    """Why there is no value or level, as ``kpixl.score.calculate`` finds it; blank where both are there."""
    formula = parse(kpi.kpi.formula)
    bind = {argument.name: argument.measure.name for argument in kpi.arguments}
    text = c.word("divisor")
    for divisor in reversed(denominators(formula)):
        zero = c.at("totals", bind[names(divisor)[0]], "zero")
        text = f"IF({to_excel(divisor, bind)}=0,{zero},{text})"
    for name in reversed(kpi.kpi.arguments):
        text = f"IF(ISNUMBER({bind[name]}),{text},{c.at('totals', bind[name], 'missing')})"
    graded = f'IF(ISNUMBER({at["level"]}),"",{c.word("no_bands")})'
    return f"IF(ISNUMBER({value}),{graded},{text})"


def rank_rows(business: Business) -> tuple[str, ...]:
    """One row a KPI, worst first."""
    return tuple(f"rank_{number + 1}" for number in range(len(business.kpis)))


def rank(c: Context) -> Cells:
    """KPIs by position, worst first, as the bars of the overview chart: the value's bar in the colour of its level,
    then what is left of each band."""
    keys = c.span("calc", "order", [kpi.id for kpi in c.business.kpis])
    columns = {
        column: c.span("calc", column, [kpi.id for kpi in c.business.kpis]) for column in ("name", "position", "level")
    }
    found: dict[tuple[str, str], Cell] = {}
    order = {result.kpi.id: index + 1 for index, result in enumerate(c.scorecard.results)}
    for number, (row, result) in enumerate(zip(rank_rows(c.business), c.scorecard.ranked, strict=True), 1):
        key, index = c.at("rank", row, "key"), c.at("rank", row, "index")
        position = f"INDEX({columns['position']},{index})"
        level = f"INDEX({columns['level']},{index})"
        shown = result.grade.position
        found[row, "key"] = live(
            f"SMALL({keys},{number})", (9 if shown is None else shown) + order[result.kpi.id] / 1e6
        )
        found[row, "index"] = live(f"MATCH({key},{keys},0)", order[result.kpi.id])
        found[row, "name"] = live(
            f"INDEX({columns['name']},{index})", f"{c.t(result.kpi.abbreviation)} · {c.t(result.kpi.name)}"
        )
        for number_ in range(4):
            bar = shown if result.level == number_ and shown is not None else 0
            found[row, f"level_{number_}"] = live(f"IF({level}={number_},{position},0)", bar)
            rest = 0.0 if shown is None else max(0.0, min(1.0, number_ + 1 - shown))
            found[row, f"rest_{number_}"] = live(
                f"IF(ISNUMBER({position}),MAX(0,MIN(1,{number_ + 1}-{position})),0)", rest
            )
    return found


PICKS = ("worst_1", "worst_2", "worst_3", "best_1", "best_2", "best_3")


def picks(c: Context) -> Cells:
    """The three worst and the three best KPIs with a tip each; no KPI is on both lists, none without a level."""
    ids = [kpi.id for kpi in c.business.kpis]
    count = f"COUNT({c.span('calc', 'position', ids)})"
    order = c.span("rank", "index", rank_rows(c.business))
    graded = [result for result in c.scorecard.ranked if result.grade.position is not None]
    chosen = dict(zip(PICKS, (*_padded(graded[:3]), *_padded(graded[3:][::-1][:3])), strict=True))
    found: dict[tuple[str, str], Cell] = {}
    for row, result in chosen.items():
        index = c.at("picks", row, "index")
        number = int(row[-1])
        if row.startswith("worst"):
            formula = f'IF({count}>={number},INDEX({order},{number}),"")'
        else:
            formula = f'IF({count}-{number}>=3,INDEX({order},{count}-{number}+1),"")'
        found[row, "index"] = live(formula, ids.index(result.kpi.id) + 1 if result else "")
        texts = {
            "name": f"{c.t(result.kpi.abbreviation)} · {c.t(result.kpi.name)}" if result else None,
            "tip": c.t(result.kpi.tips[0]) if result else None,
        }
        instead = {"name": ('""', None), "tip": _instead(row, count, c, empty=not graded)}
        for column, text in texts.items():
            otherwise, value = instead[column]
            formula = f"IF(ISNUMBER({index}),INDEX({c.span('calc', column, ids)},{index}),{otherwise})"
            found[row, column] = live(formula, text or value)
        levels = c.span("calc", "level_word", ids)
        found[row, "level"] = live(
            f'IF(ISNUMBER({index}),INDEX({levels},{index}),"")', level_word(result.level, c.t) if result else None
        )
    return found


def _instead(row: str, count: str, c: Context, *, empty: bool) -> tuple[str, str | None]:
    """What stands where no KPI does: the first steps while there is no figure at all."""
    word = {"worst": f"step_{row[-1]}", "best": "no_data"}[row.split("_")[0]]
    if row.startswith("best") and row != "best_1":
        return '""', None
    text = STEPS[word] if word in STEPS else N_("No figures yet.")
    return f'IF({count}=0,{c.word(word)},"")', c.t(text) if empty else None


def _padded(results: list[Result]) -> list[Result | None]:
    return [*results, *[None] * (3 - len(results))]


def spark(c: Context) -> Cells:
    """The last twelve periods of every KPI; this period last."""
    history = History.of(c.scorecard.entries.past)
    found: dict[tuple[str, str], Cell] = {}
    for shift, column in zip(range(1 - TREND_PERIODS, 1), PERIODS, strict=True):
        day = c.scorecard.entries.period.shift(shift)
        start = c.at("spark", "start", column)
        found["start", column] = live(_start(c, shift), serial(day.start), style.figure("date"))
        for result in c.scorecard.results:
            prefix = result.kpi.name_prefix
            if shift:
                formula = past_value(c, prefix, start, otherwise="NA()")
                value = history.value(day, prefix)
            else:
                formula, value = f"IF(ISNUMBER({prefix}_value),{prefix}_value,NA())", result.value
            found[result.kpi.id, column] = live(formula, NOT_AVAILABLE if value is None else value)
    return found


NOT_AVAILABLE = CellError("#N/A")


def _start(c: Context, shift: int) -> str:
    period: Period = c.scorecard.entries.period
    if not shift:
        return "period_start"
    return f"EDATE(period_start,{shift * period.kind.months})" if period.kind.months else f"period_start{shift * 7}"


def trend(c: Context) -> Cells:
    """The KPI picked on the dashboard, over the last twelve periods, with its thresholds."""
    ids = [kpi.id for kpi in c.business.kpis]
    names_ = c.span("calc", "name", ids)
    picked = next(result for result in c.scorecard.results if result.kpi.id == c.trend_kpi)
    scale = 100 if picked.kpi.kpi.unit == "fraction" else 1
    index = c.at("trend", "picked", "start")
    found: dict[tuple[str, str], Cell] = {
        ("picked", "start"): live(f"IFERROR(MATCH(trend_kpi,{names_},0),1)", ids.index(picked.kpi.id) + 1),
        ("picked", "value"): live(f"INDEX({c.span('calc', 'unit_scale', ids)},{index})", scale),
        ("picked", "typical"): live(
            f"INDEX({c.span('calc', 'unit', ids)},{index})",
            c.t(UNITS[picked.kpi.kpi.unit]),
        ),
    }
    sparks = {(row, column): cell.value for (row, column), cell in spark(c).items()}
    factor = c.at("trend", "picked", "value")
    for row in PERIODS:
        found[row, "start"] = live(c.at("spark", "start", row), sparks["start", row], MONTH)
        value = sparks[picked.kpi.id, row]
        found[row, "value"] = live(
            f"INDEX({c.span('spark', row, ids)},{index})*{factor}", _scaled(value, scale), style.figure("ratio")
        )
        for level in GRADED:
            used = c.span("calc", level.id, ids)
            edge = picked.thresholds.get(level)
            found[row, level.id] = live(
                f"IF(ISNUMBER(INDEX({used},{index})),INDEX({used},{index})*{factor},NA())",
                NOT_AVAILABLE if edge is None else edge * scale,
            )
    return found


MONTH = style.Style(format="mmm yy")


def _scaled(value: Value, scale: int) -> Value:
    return value * scale if isinstance(value, (int, float)) and math.isfinite(value) else value
