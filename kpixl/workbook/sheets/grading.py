"""The hidden steps between a KPI's value and what is shown about it: level, standing, position, what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level, Standing, value_formula
from kpixl.formula import denominators, names, parse, to_excel
from kpixl.kpi.grade import GRADED, TENTHS, grade, level_of
from kpixl.kpi.score import UNPLACED, order_key, target_position
from kpixl.period import Window
from kpixl.texts.words import kpi_title, measure_label, reason_text, standing_word
from kpixl.workbook import style
from kpixl.workbook.formulas import noise_of, passes, reached
from kpixl.workbook.grid import Cell, Cells, Context, label, live, static
from kpixl.workbook.sheets.kpis import RUNNING, enough, falls, held, met, under_way, unit_shown, window_typed
from kpixl.workbook.sheets.statistics import interval_formulas, none_typed
from kpixl.workbook.sheets.vocabulary import OWN_TIP, standing_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi
    from kpixl.kpi.result import Result

COLUMNS = (
    "name", "tip", "held", "level", "standing", "shade", "next", "next_value", "strict", "low", "high",
    "position", "slope", "amount", "sign", "lever", "reason", "order", "unit_scale", "unit", "level_word",
    "typical", "above_average", "exceptional", "seen_level", "seen_target", "seen_window", "changed",
    "interval_low", "interval_high", "low_level", "high_level", "settled", "target_level", "target_next",
    "target_position",
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
    fresh = kpi.id in c.rewound
    return (
        _common(result, index, reached(kpi, held(kpi, c)), c)
        | _sure(result, at, c)
        | _target(result, at)
        | {
            "name": label(kpi_title(kpi, t)),
            "tip": label(t(kpi.texts.tips[0])),
            "unit_scale": label(100 if kpi.kpi.unit == "fraction" else 1),
            "unit": label(unit_shown(kpi, c)),
            "held": live(
                _held(kpi, value),
                result.pace.forecast if result.pace and not kpi.thresholds else result.value,
                guarded=fresh,
            ),
            "strict": live(
                f'IF(ISNUMBER({at["next"]}),CHOOSE({at["next"]},{strict}),"")',
                "" if grade.next_level is None else int(kpi.comparison(grade.next_level) in (">", "<")),
            ),
            "low": live(low, low_value),
            "high": live(high, high_value),
            "slope": live(slope, grade.slope, guarded=fresh),
            "amount": live(
                _amount(held(kpi, c), at, whole=bool(measure and measure.told_whole), upwards=upwards),
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
    )


def _held(kpi: BusinessKpi, value: str) -> str:
    """The value, or the forecast of what builds up in a period that still runs."""
    if kpi.thresholds or not (kpi.kpi.builds_up and kpi.window is Window.PERIOD):
        return value
    return f"IF(AND(ISNUMBER({value}),{RUNNING}),{value}/days_share,{value})"


def _sure(result: Result, at: dict[str, str], c: Context) -> dict[str, Cell]:
    """The ends of the interval, the level of each, and whether they settle the level of the value, or how it stands to
    the target."""
    kpi, found, sure = result.kpi, result.certainty.interval, result.certainty.settled
    target = f"{kpi.name_prefix}_target"
    low, high = interval_formulas(kpi, c)
    fresh = kpi.id in c.rewound
    level = {
        end: level_of(kpi, getattr(found, end), result.thresholds) if found and result.level is not None else None
        for end in ("low", "high")
    }
    by_level = f"IF(AND({at['low_level']}={at['level']},{at['high_level']}={at['level']}),1,0)"
    by_target = '""'
    if not kpi.thresholds:
        # As numbers: not every engine finds TRUE equal to TRUE.
        low_met, high_met = (f"IF({met(kpi, c, at[f'interval_{end}'])},1,0)" for end in ("low", "high"))
        same = f"{low_met}={high_met}"
        by_target = f'IF(AND(ISNUMBER({at["standing"]}),ISNUMBER({target})),IF({same},1,0),"")'
    alone = '""'
    if kpi.squares is not None and kpi.kpi.sample and kpi.window is Window.PERIOD:
        one = f"AND(ISNUMBER({kpi.squares.name}),{none_typed(kpi, c)},{kpi.argument(kpi.kpi.sample).name}=1)"
        alone = f'IF(AND(ISNUMBER({at["level"]}),{one}),0,"")'
    settled = f"IF(ISNUMBER({at['interval_low']}),IF(ISNUMBER({at['level']}),{by_level},{by_target}),{alone})"
    return {
        "interval_low": live(low, found.low if found else None, guarded=fresh),
        "interval_high": live(high, found.high if found else None, guarded=fresh),
        **{
            f"{end}_level": live(
                f"IF(AND(ISNUMBER({at['level']}),ISNUMBER({at[f'interval_{end}']})),"
                f'{reached(kpi, at[f"interval_{end}"])},"")',
                None if value is None else value.value,
            )
            for end, value in level.items()
        },
        "settled": live(settled, None if sure is None else int(sure), guarded=fresh),
    }


def _target(result: Result, at: dict[str, str]) -> dict[str, Cell]:
    """Where the target lies on the scale of positions; without a benchmark, in the middle is what the value is held
    against."""
    kpi = result.kpi
    target = f"{kpi.name_prefix}_target"
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    choose = ",".join(edge[level] for level in GRADED)
    level, following = at["target_level"], at["target_next"]
    low = f"IF({level}=0,{_worst(kpi, _chosen(following, choose))},CHOOSE(MAX(1,{level}),{choose}))"
    high = f"IF(ISNUMBER({following}),{_chosen(following, choose)},{_best(kpi, low)})"
    progress = f"MAX(0,MIN(1,({target}-{low})/({high}-{low})))"
    aimed = grade(kpi, result.target, result.thresholds, dict.fromkeys(result.measures))
    return {
        "target_level": live(
            f'IF(AND(ISNUMBER({target}),COUNT({choose})>0),{reached(kpi, target)},"")', _number(aimed.level)
        ),
        "target_next": live(f'IF(ISNUMBER({level}),{_next(level, edge)},"")', _number(aimed.next_level)),
        "target_position": live(
            f'IF(COUNT({choose})=0,IF(ISNUMBER({at["standing"]}),2,""),'
            f'IF(AND(ISNUMBER({level}),ISNUMBER({at["position"]})),{level}+IF({high}={low},0,{progress}),""))',
            target_position(result),
        ),
    }


def _chosen(index: str, choose: str) -> str:
    """The threshold of a level; CHOOSE takes no blank, nor level 0."""
    return f"CHOOSE(MAX(1,N({index})),{choose})"


def _number(level: Level | None) -> int | None:
    return None if level is None else level.value


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
        "held": live('""', None),
        "strict": live('""', None),
        "low": live(f'IF(ISNUMBER({at["level"]}),{low},"")', result.grade.low),
        "high": live(f'IF(ISNUMBER({at["level"]}),{high},"")', result.grade.high),
        "slope": live('""', None),
        "amount": live('""', None),
        "sign": live('""', None),
        "lever": label(None),
        "reason": live(reason, reason_text(result.reason, c.t)),
        "seen_window": static(None),
        **{column: live('""', None) for column in COLUMNS[-8:]},
    }


def _common(result: Result, index: int, reached: str, c: Context) -> dict[str, Cell]:
    """Level, standing and position: ``reached`` is the formula of the best level that the value passes."""
    kpi, grade = result.kpi, result.grade
    value, target = held(kpi, c), f"{kpi.name_prefix}_target"
    fresh = kpi.id in c.rewound
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    choose = ",".join(edge[level] for level in GRADED)
    following = _next(at["level"], edge)
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
            f'IF(AND(ISNUMBER({value}),COUNT({choose})>0{enough(kpi, ",")}),{reached},"")',
            level_number,
            name=f"{kpi.name_prefix}_level_number",
            guarded=fresh,
        ),
        "standing": live(
            f"IF(ISNUMBER({at['level']}),{at['level']},{without[0]})",
            "" if standing is None else standing,
            guarded=fresh,
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
    value, target, change = held(kpi, c), f"{kpi.name_prefix}_target", f"{kpi.name_prefix}_change"
    number = {standing: standing_index(None, standing) for standing in Standing}
    by_target = f"IF({met(kpi, c)},{number[Standing.MET]},{number[Standing.MISSED]})"
    if kpi.kpi.builds_up and kpi.window is Window.PERIOD:
        by_target = f"IF({RUNNING},{under_way(kpi, c, f'{kpi.name_prefix}_value', value)},{by_target})"
    noise = noise_of(value)
    better = f"({change}>0)<>{falls(kpi, c)}"
    moved = f"IF({better},{number[Standing.BETTER]},{number[Standing.WORSE]})"
    by_change = f'IF(ISNUMBER({change}),IF(ABS({change})<={noise},{number[Standing.SAME]},{moved}),"")'
    graded = f"AND(ISNUMBER({value}){enough(kpi, ',')})"
    standing = f'IF({graded},IF(ISNUMBER({target}),{by_target},{by_change}),"")'
    reference = f"IF(ISNUMBER({target}),{target},{c.at('kpis', kpi.id, 'previous')})"
    share = f"IF({falls(kpi, c)},{reference}/{value},{value}/{reference})"
    near = f"IF(AND({value}>0,{reference}>0),MIN(4,2*{share}),{at['shade']}+1)"
    return standing, f'IF(ISNUMBER({at["standing"]}),{near},"")'


def _next(level: str, edge: Mapping[Level, str]) -> str:
    """The next level that there is a threshold for."""
    following = '""'
    for other in reversed(GRADED):
        following = f"IF(AND({level}<{other.value},ISNUMBER({edge[other]})),{other.value},{following})"
    return following


def _low(result: Result, at: dict[str, str]) -> tuple[str, float | None]:
    """Where the band that the value is in begins."""
    kpi, grade = result.kpi, result.grade
    choose = ",".join(f"{kpi.name_prefix}_{level.id}" for level in GRADED)
    worst = _worst(kpi, at["next_value"])
    formula = f'IF(ISNUMBER({at["level"]}),IF({at["level"]}=0,{worst},CHOOSE({at["level"]},{choose})),"")'
    return formula, grade.low


def _worst(kpi: BusinessKpi, first: str) -> str:
    """Where the scale begins, as ``kpixl.kpi.grade`` has it."""
    return f"2*{first}" if kpi.kpi.direction == "down" else ("-100" if kpi.kpi.unit == "score" else "0")


def _high(result: Result, at: dict[str, str]) -> tuple[str, float | None]:
    """Where it ends."""
    kpi, grade = result.kpi, result.grade
    best = _best(kpi, at["low"])
    formula = f'IF(ISNUMBER({at["level"]}),IF(ISNUMBER({at["next"]}),{at["next_value"]},{best}),"")'
    return formula, grade.high


def _best(kpi: BusinessKpi, last: str) -> str:
    """Where the scale ends, as ``kpixl.kpi.grade`` has it."""
    if kpi.kpi.direction == "down":
        return "0"
    if kpi.kpi.unit == "score":
        return "100"
    return "1" if kpi.kpi.bounded else f"2*{last}"


def _amount(value: str, at: dict[str, str], *, whole: bool, upwards: bool) -> str:
    """How much of the lever is missing: the smallest whole number, or tenth, that passes."""
    needed = f"({at['next_value']}-{value})" if upwards else f"({value}-{at['next_value']})"
    noise = noise_of(at["next_value"])
    step, scale = (f"ABS({at['slope']})", "") if whole else (f"(ABS({at['slope']})/{TENTHS})", f"/{TENTHS}")
    strict, inclusive = f"(INT(({needed}+{noise})/{step})+1){scale}", f"ROUNDUP(({needed}-{noise})/{step},0){scale}"
    amount = f'IF({at["slope"]}=0,"",IF({at["strict"]}=1,{strict},{inclusive}))'
    return f'IF(AND(ISNUMBER({at["next_value"]}),ISNUMBER({at["slope"]})),{amount},"")'


def _reason(kpi: BusinessKpi, value: str, at: dict[str, str], c: Context) -> str:
    """Why there is no value or level, as ``kpixl.kpi.grade.calculate`` finds it; blank where both are there."""
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
    if many := enough(kpi):
        bands = f"IF({many},{bands},{c.word('too_few')})"
    graded = f'IF(ISNUMBER({at["standing"]}),"",{bands})'
    return f"IF(ISNUMBER({value}),{graded},{text})"
