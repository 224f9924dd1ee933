"""The hidden sheet: the helper cells behind grading, ranking and charts; its words are in ``vocabulary``.

The only place where NA() may stand: a chart leaves it out, where it would draw a blank as zero.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.catalog.model import OWN_SLOTS, Level, Standing, Window
from kpixl.entries import CellError, History
from kpixl.errors import N_
from kpixl.formula import denominators, names, parse, to_excel
from kpixl.measure import Tally
from kpixl.period import MONTH_DAYS, Period, serial
from kpixl.score import GRADED, TENTHS, UNPLACED, order_key
from kpixl.settings import settings_of
from kpixl.words import kpi_title, measure_label, reason_text, standing_word
from kpixl.workbook import style
from kpixl.workbook.formulas import NOISE_TEXT, passes
from kpixl.workbook.grid import Cell, Cells, Context, label, live, static
from kpixl.workbook.sheets.kpis import falls, met, unit_shown, value_formula, window_typed
from kpixl.workbook.sheets.totals import first_of_year, past_value
from kpixl.workbook.sheets.vocabulary import OWN_TIP, STEPS, standing_index

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.score import Result
    from kpixl.workbook.cells import Value

TREND_PERIODS = 12
PERIODS = tuple(f"p{number}" for number in range(1, TREND_PERIODS + 1))

CALC_COLUMNS = (
    "name", "tip", "level", "standing", "shade", "next", "next_value", "strict", "low", "high", "position", "slope",
    "amount", "sign", "lever", "reason", "order", "unit_scale", "unit", "level_word", "typical", "above_average",
    "exceptional", "seen_level", "seen_target", "seen_window", "changed",
)  # fmt: skip
RANK_COLUMNS = (
    "key",
    "index",
    "name",
    *(f"level_{level.value}" for level in Level),
    *(f"rest_{level.value}" for level in Level),
)
TREND_COLUMNS = ("start", "value", "typical", "above_average", "exceptional")
_DATES = ("year_start", "window_start_3m", "window_start_12m", "period_previous", "period_year_before",
          "first_of_year", "period_months", "closed_3m", "closed_12m")  # fmt: skip
UNNAMED = ("first_of_year", "closed_3m", "closed_12m")


def date_rows(business: Business) -> tuple[str, ...]:
    """Ids of the days and lengths that follow from the period."""
    repeats = any(setting.id == "repeat_days" for setting in settings_of(business))
    return (*_DATES, "repeat_start") if repeats else _DATES


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
        "period_months": (str(month) if month else f"7/{MONTH_DAYS}", period.months(Window.PERIOD)),
        **{f"closed_{w.value}": (_closed(w, month), period.closed_in(w)) for w in (Window.QUARTER, Window.YEAR)},
    }
    if "repeat_start" in date_rows(c.business):
        days = Tally(c.scorecard.entries).edges(Window.PERIOD)["repeat_start"]
        entries["repeat_start"] = ("period_after-repeat_days", days)
    counts = ("period_months", "closed_3m", "closed_12m")
    return {
        (row, "value"): live(
            formula, value, style.figure("ratio" if row in counts else "date"), name=None if row in UNNAMED else row
        )
        for row, (formula, value) in entries.items()
    }


def _closed(window: Window, month: int) -> str:
    """How many whole periods lie in a window before this one."""
    first, start = f"window_start_{window.value}", "period_start"
    if not month:
        return f"INT(({start}-{first})/7)"
    return f"INT(MAX(0,(YEAR({start})-YEAR({first}))*12+MONTH({start})-MONTH({first}))/{month})"


def calc(c: Context) -> Cells:
    """The steps between a KPI's value and what is shown about it."""
    return {
        (result.kpi.id, column): cell
        for index, result in enumerate(c.scorecard.slots)
        for column, cell in (_calc_own if result.kpi.own else _calc)(result, index, c).items()
    }


def _calc(result: Result, index: int, c: Context) -> dict[str, Cell]:
    kpi, t, grade = result.kpi, c.t, result.grade
    value = f"{kpi.name_prefix}_value"
    at = {column: c.at("calc", kpi.id, column) for column in CALC_COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    strict = ",".join("1" if kpi.comparison(level) in (">", "<") else "0" for level in GRADED)
    low, low_value = _low(result, at)
    high, high_value = _high(result, at)
    lever = kpi.kpi.lever
    measure = kpi.argument(lever) if lever else None
    slope = '""'
    if lever:
        slope = f'IF(ISNUMBER({at["level"]}),IFERROR({value_formula(kpi, lever)}-{value},""),"")'
    upwards = kpi.kpi.direction != "down"
    step = grade.to_next
    reached = "0"
    for level in GRADED:
        reached = f"IF({passes(value, edge[level], kpi.comparison(level))},{level.value},{reached})"
    fresh = kpi.id in c.rewound
    return _calc_common(result, index, reached, c) | {
        "name": label(kpi_title(kpi, t)),
        "tip": label(t(kpi.tips[0])),
        "unit_scale": label(100 if kpi.kpi.unit == "fraction" else 1),
        "unit": label(unit_shown(kpi, c)),
        "strict": live(
            f'IF(ISNUMBER({at["next"]}),CHOOSE({at["next"]},{strict}),"")',
            "" if grade.next_level is None else int(kpi.comparison(grade.next_level) in (">", "<")),
        ),
        "low": live(low, low_value),
        "high": live(high, high_value),
        "slope": live(slope, grade.slope, guarded=fresh),
        "amount": live(
            _amount(value, at, whole=bool(measure and measure.told_whole), upwards=upwards),
            step.amount if step else None,
        ),
        "sign": live(
            f'IF(ISNUMBER({at["amount"]}),IF(({at["slope"]}>0)={"TRUE" if upwards else "FALSE"},"+","−"),"")',
            ("+" if step.direction == "more" else "−") if step else None,
        ),
        "lever": static(measure_label(measure, t) if measure else None),
        "reason": live(_reason(kpi, value, at, c), reason_text(result.reason, t), guarded=fresh),
        "seen_window": static(window_typed(kpi, c)),
    }


def _calc_own(result: Result, index: int, c: Context) -> dict[str, Cell]:
    """The same for a KPI that the owner made up, whose unit and direction are cells of Settings."""
    kpi = result.kpi
    value = f"{kpi.name_prefix}_value"
    at = {column: c.at("calc", kpi.id, column) for column in CALC_COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    choose = ",".join(edge[level] for level in GRADED)
    sign = f"IF({falls(kpi, c)},-1,1)"
    reached = "0"
    for level in GRADED:
        test = passes(f"{value}*{sign}", f"({edge[level]}*{sign})", ">=")
        reached = f"IF({test},{level.value},{reached})"
    low = f"IF({at['level']}=0,IF({falls(kpi, c)},2*{at['next_value']},0),CHOOSE({at['level']},{choose}))"
    high = f"IF(ISNUMBER({at['next']}),{at['next_value']},IF({falls(kpi, c)},0,2*{at['low']}))"
    name = c.at("own", kpi.id, "label")
    graded = f'IF(ISNUMBER({at["standing"]}),"",{c.word("no_bands")})'
    reason = f'IF({at["name"]}="","",IF(ISNUMBER({value}),{graded},{c.word("own_formula")}))'
    fraction = c.word("unit_fraction")
    unit = c.at("own", kpi.id, "unit")
    return _calc_common(result, index, reached, c) | {
        "name": live(f'IFERROR({name}&"","")', kpi.name),
        "tip": live(f'IF({at["name"]}="","",{c.word("own_tip")})', c.t(OWN_TIP) if kpi.name else None),
        "unit_scale": live(f"IF(IFERROR({unit}={fraction},FALSE),100,1)", 100 if kpi.kpi.unit == "fraction" else 1),
        "unit": live(f'{unit}&""', unit_shown(kpi, c)),
        "strict": live('""', None),
        "low": live(f'IF(ISNUMBER({at["level"]}),{low},"")', result.grade.low),
        "high": live(f'IF(ISNUMBER({at["level"]}),{high},"")', result.grade.high),
        "slope": live('""', None),
        "amount": live('""', None),
        "sign": live('""', None),
        "lever": label(None),
        "reason": live(reason, reason_text(result.reason, c.t)),
        "seen_window": static(None),
    }


def _calc_common(result: Result, index: int, reached: str, c: Context) -> dict[str, Cell]:
    """Level, standing and position: ``reached`` is the formula of the best level that the value passes."""
    kpi, grade = result.kpi, result.grade
    value, target = f"{kpi.name_prefix}_value", f"{kpi.name_prefix}_target"
    at = {column: c.at("calc", kpi.id, column) for column in CALC_COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    choose = ",".join(edge[level] for level in GRADED)
    following = '""'
    for level in reversed(GRADED):
        following = f"IF(AND({at['level']}<{level.value},ISNUMBER({edge[level]})),{level.value},{following})"
    level_number = "" if grade.level is None else grade.level.value
    next_number = "" if grade.next_level is None else grade.next_level.value
    next_value = "" if grade.next_level is None else result.thresholds[grade.next_level]
    progress = f"MAX(0,MIN(1,({value}-{at['low']})/({at['high']}-{at['low']})))"
    position = f"{at['level']}+IF({at['high']}={at['low']},0,{progress})"
    standing = standing_index(grade.level, grade.standing)
    shades = ",".join(str(level.value) for level in (*Level, *(one.shade for one in Standing)))
    without = _without_benchmark(kpi, at, c)
    return {
        "level": live(
            f'IF(AND(ISNUMBER({value}),COUNT({choose})>0),{reached},"")',
            level_number,
            name=f"{kpi.name_prefix}_level_number",
        ),
        "standing": live(
            f"IF(ISNUMBER({at['level']}),{at['level']},{without[0]})", "" if standing is None else standing
        ),
        "shade": live(
            f'IF(ISNUMBER({at["standing"]}),CHOOSE({at["standing"]}+1,{shades}),"")',
            "" if grade.shade is None else grade.shade.value,
        ),
        "next": live(f'IF(ISNUMBER({at["level"]}),{following},"")', next_number),
        "next_value": live(f'IF(ISNUMBER({at["next"]}),CHOOSE({at["next"]},{choose}),"")', next_value),
        "position": live(
            f"IF(ISNUMBER({at['level']}),{position},{without[1]})",
            grade.position,
            style.figure("ratio"),
            name=f"{kpi.name_prefix}_position",
        ),
        "order": live(
            f"IF(ISNUMBER({at['position']}),{at['position']},{UNPLACED})+{index + 1}/1000000", order_key(result, index)
        ),
        "seen_level": static("" if standing is None else standing),
        "seen_target": static("" if result.target is None else result.target),
        "changed": live(
            f'IF(AND({at["standing"]}&""={at["seen_level"]}&"",IF(ISNUMBER({target}),{target},"")&""={at["seen_target"]}&""'
            f"{_same_window(kpi, at)}),0,1)",
            0,
        ),
        # Copies of what stands on KPIs, where an owner may insert a row and shift what is counted from the top.
        "level_word": live(f"{kpi.name_prefix}_level", standing_word(result, c.t)),
        **{
            level.id: live(f'IF(ISNUMBER({edge[level]}),{edge[level]},"")', result.thresholds.get(level))
            for level in GRADED
        },
    }


def _same_window(kpi: BusinessKpi, at: dict[str, str]) -> str:
    return "" if kpi.own else f',{kpi.name_prefix}_window&""={at["seen_window"]}&""'


def _without_benchmark(kpi: BusinessKpi, at: dict[str, str], c: Context) -> tuple[str, str]:
    """Standing and position of a KPI without a level: against the target, else against the previous period. Blank
    where a benchmark is published, which does not apply just now."""
    if kpi.thresholds:
        return '""', '""'
    value, target, change = (f"{kpi.name_prefix}_{part}" for part in ("value", "target", "change"))
    number = {standing: standing_index(None, standing) for standing in Standing}
    by_target = f"IF({met(kpi, c)},{number[Standing.MET]},{number[Standing.MISSED]})"
    noise = f"{NOISE_TEXT}*MAX(1,ABS({value}))"
    better = f"({change}>0)<>{falls(kpi, c)}"
    moved = f"IF({better},{number[Standing.BETTER]},{number[Standing.WORSE]})"
    by_change = f'IF(ISNUMBER({change}),IF(ABS({change})<={noise},{number[Standing.SAME]},{moved}),"")'
    standing = f'IF(ISNUMBER({value}),IF(ISNUMBER({target}),{by_target},{by_change}),"")'
    reference = f"IF(ISNUMBER({target}),{target},{c.at('kpis', kpi.id, 'previous')})"
    share = f"IF({falls(kpi, c)},{reference}/{value},{value}/{reference})"
    near = f"IF(AND({value}>0,{reference}>0),MIN(4,2*{share}),{at['shade']}+1)"
    return standing, f'IF(ISNUMBER({at["standing"]}),{near},"")'


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
    bands = c.word("no_bands")
    if kpi.in_dollars:
        bands = f"IF(ISNUMBER(dollar_rate),{bands},{c.word('no_rate')})"
    graded = f'IF(ISNUMBER({at["standing"]}),"",{bands})'
    return f"IF(ISNUMBER({value}),{graded},{text})"


def rank_rows(business: Business) -> tuple[str, ...]:
    """One row a KPI, worst first."""
    return tuple(f"rank_{number + 1}" for number in range(len(business.kpis) + len(OWN_SLOTS)))


def rank(c: Context) -> Cells:
    """KPIs by position, worst first, as the bars of the overview chart: the value's bar in the colour of its level,
    then what is left of each band."""
    keys = c.span("calc", "order", c.kpi_ids)
    columns = {column: c.span("calc", column, c.kpi_ids) for column in ("name", "position", "shade")}
    found: dict[tuple[str, str], Cell] = {}
    order = {id_: index + 1 for index, id_ in enumerate(c.kpi_ids)}
    for number, (row, result) in enumerate(zip(rank_rows(c.business), c.scorecard.ranked, strict=True), 1):
        key, index = c.at("rank", row, "key"), c.at("rank", row, "index")
        position = f"INDEX({columns['position']},{index})"
        level = f"INDEX({columns['shade']},{index})"
        shown = result.grade.position
        found[row, "key"] = live(f"SMALL({keys},{number})", order_key(result, order[result.kpi.id] - 1))
        found[row, "index"] = live(f"MATCH({key},{keys},0)", order[result.kpi.id])
        found[row, "name"] = live(f"INDEX({columns['name']},{index})", kpi_title(result.kpi, c.t))
        for number_ in range(4):
            bar = shown if result.grade.shade == number_ and shown is not None else 0
            found[row, f"level_{number_}"] = live(f"IF({level}={number_},{position},0)", bar)
            rest = 0.0 if shown is None else max(0.0, min(1.0, number_ + 1 - shown))
            found[row, f"rest_{number_}"] = live(
                f"IF(ISNUMBER({position}),MAX(0,MIN(1,{number_ + 1}-{position})),0)", rest
            )
    return found


PICKS = ("worst_1", "worst_2", "worst_3", "best_1", "best_2", "best_3")


def picks(c: Context) -> Cells:
    """The three worst and the three best KPIs with a tip each; no KPI is on both lists, none without a level."""
    ids = c.kpi_ids
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
            "name": kpi_title(result.kpi, c.t) if result else None,
            "tip": c.t(OWN_TIP if result.kpi.own else result.kpi.tips[0]) if result else None,
        }
        instead = {"name": ('""', None), "tip": _instead(row, count, c, empty=not graded)}
        for column, text in texts.items():
            otherwise, value = instead[column]
            found_there = f"INDEX({c.span('calc', column, ids)},{index})"
            formula = f'IF(ISNUMBER({index}),{found_there}&"",{otherwise})'
            found[row, column] = live(formula, text or value)
        levels = c.span("calc", "level_word", ids)
        found[row, "level"] = live(
            f'IF(ISNUMBER({index}),INDEX({levels},{index}),"")', standing_word(result, c.t) if result else None
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
        for result in c.scorecard.slots:
            prefix = result.kpi.name_prefix
            if shift:
                formula = past_value(c, result.kpi.history_id, start, otherwise="NA()")
                value = history.value(day, result.kpi.history_id)
            else:
                formula, value = f"IF(ISNUMBER({prefix}_value),{prefix}_value,NA())", result.value
            found[result.kpi.id, column] = live(
                formula, NOT_AVAILABLE if value is None else value, guarded=result.kpi.id in c.rewound
            )
    return found


NOT_AVAILABLE = CellError("#N/A")


def _start(c: Context, shift: int) -> str:
    period: Period = c.scorecard.entries.period
    if not shift:
        return "period_start"
    return f"EDATE(period_start,{shift * period.kind.months})" if period.kind.months else f"period_start{shift * 7}"


def trend(c: Context) -> Cells:
    """The KPI picked on the dashboard, over the last twelve periods, with its thresholds."""
    ids = c.kpi_ids
    names_ = c.span("calc", "name", ids)
    picked = c.scorecard.result(c.trend_kpi)
    scale = 100 if picked.kpi.kpi.unit == "fraction" else 1
    index = c.at("trend", "picked", "start")
    found: dict[tuple[str, str], Cell] = {
        ("picked", "start"): live(
            f"IF(LEN(trend_kpi)=0,1,IFERROR(MATCH(trend_kpi,{names_},0),1))", ids.index(picked.kpi.id) + 1
        ),
        ("picked", "value"): live(f"INDEX({c.span('calc', 'unit_scale', ids)},{index})", scale),
        ("picked", "typical"): live(
            f"INDEX({c.span('calc', 'unit', ids)},{index})",
            unit_shown(picked.kpi, c),
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
