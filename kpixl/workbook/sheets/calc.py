"""The hidden steps between a KPI's value and what is shown about it: level, standing, position, what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level, Standing
from kpixl.formula import denominators, names, parse, to_excel
from kpixl.score import GRADED, TENTHS, UNPLACED, order_key
from kpixl.words import kpi_title, measure_label, reason_text, standing_word
from kpixl.workbook import style
from kpixl.workbook.formulas import NOISE_TEXT, passes, value_formula
from kpixl.workbook.grid import Cell, Cells, Context, label, live, static
from kpixl.workbook.sheets.kpis import falls, met, unit_shown, window_typed
from kpixl.workbook.sheets.vocabulary import OWN_TIP, standing_index

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.score import Result

COLUMNS = (
    "name", "tip", "level", "standing", "shade", "next", "next_value", "strict", "low", "high", "position", "slope",
    "amount", "sign", "lever", "reason", "order", "unit_scale", "unit", "level_word", "typical", "above_average",
    "exceptional", "seen_level", "seen_target", "seen_window", "changed",
)  # fmt: skip


def cells(c: Context) -> Cells:
    """The steps between a KPI's value and what is shown about it."""
    return {
        (result.kpi.id, column): cell
        for index, result in enumerate(c.scorecard.slots)
        for column, cell in (_own if result.kpi.own else _published)(result, index, c).items()
    }


def _published(result: Result, index: int, c: Context) -> dict[str, Cell]:
    kpi, t, grade = result.kpi, c.t, result.grade
    value = f"{kpi.name_prefix}_value"
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
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
    return _common(result, index, reached, c) | {
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


def _own(result: Result, index: int, c: Context) -> dict[str, Cell]:
    """The same for a KPI that the owner made up, whose unit and direction are cells of Settings."""
    kpi = result.kpi
    value = f"{kpi.name_prefix}_value"
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
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
    return _common(result, index, reached, c) | {
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


def _common(result: Result, index: int, reached: str, c: Context) -> dict[str, Cell]:
    """Level, standing and position: ``reached`` is the formula of the best level that the value passes."""
    kpi, grade = result.kpi, result.grade
    value, target = f"{kpi.name_prefix}_value", f"{kpi.name_prefix}_target"
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
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
