"""The hidden sheet: the helper cells behind grading, ranking and charts; its words are in ``vocabulary``.

The only place where NA() may stand: a chart leaves it out, where it would draw a blank as zero.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpixl.catalog.model import OWN_SLOTS, Level
from kpixl.cellvalue import ExcelError
from kpixl.formula import Name, to_excel
from kpixl.formula.expressions import NOT_THERE, either, every, known
from kpixl.kpi.in_force import settings_of
from kpixl.kpi.late import came_late, watched
from kpixl.kpi.measure import LONGEST, open_start
from kpixl.kpi.score import PAST_PERIODS, finals, marked_periods, order_key, target_position
from kpixl.kpi.signals import BROKEN, RUN_LENGTH, runs
from kpixl.kpi.traits import GRADED
from kpixl.period import LAST_SERIAL, MONTH_DAYS, Kind, Period, Window, serial
from kpixl.texts.words import kpi_title, standing_word
from kpixl.workbook import style
from kpixl.workbook.formulas import (
    FormulaNames,
    entered_formula,
    none_name,
    outcome_row,
    outcomes_formula,
    rows_formula,
)
from kpixl.workbook.grid import Cell, Cells, Context, live, static
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.settings import FIRST_DAY
from kpixl.workbook.sheets.totals import first_of_year, past_value
from kpixl.workbook.sheets.vocabulary import FIRST_STEPS, OWN_TIP

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

TREND_PERIODS = PAST_PERIODS + 1
PERIODS = tuple(f"p{number}" for number in range(1, TREND_PERIODS + 1))

RANK_COLUMNS = (
    "key",
    "index",
    "name",
    *(f"band_{level.value}" for level in Level),
    *(f"level_{level.value}" for level in Level),
    "target",
    "needs",
    "good",
)
TREND_COLUMNS = ("start", "value", "typical", "above_average", "exceptional", "mean", "low", "high", "run", "signal")
_DATES = (
    "year_start", "window_start_3m", "window_start_12m", "period_previous", "period_year_before", "first_of_year",
    "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share",
    "due_until", "tomorrow", "came_before", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "late_seen", "totals_count",
)  # fmt: skip
UNNAMED = (
    "first_of_year", "closed_3m", "closed_12m", "open_start", "final_before", "outcomes_open", "finals", "late_now",
    "totals_count",
)  # fmt: skip


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
        "year_start": (_year_start(period.kind), serial(period.year_start)),
        "window_start_3m": (f"EDATE({after},-3)", serial(period.window_start(Window.QUARTER))),
        "window_start_12m": (f"EDATE({after},-12)", serial(period.window_start(Window.YEAR))),
        "period_previous": (before, serial(period.shift(-1).start)),
        "period_year_before": (year_before, serial(period.year_before.start)),
        "first_of_year": (first, first_value),
        "period_months": (str(month) if month else f"7/{MONTH_DAYS}", period.months(Window.PERIOD)),
        **{f"closed_{w.value}": (_closed(w, month), period.closed_in(w)) for w in (Window.QUARTER, Window.YEAR)},
    }
    now, until = c.scorecard.clock, "INT(IF(ISNUMBER(entered_until),entered_until,TODAY()))"
    entries |= {
        "days_gone": (f"MAX(0,MIN({after}-{start},{until}-{start}+1))", now.gone),
        "days_left": (f"{after}-{start}-days_gone", now.left),
        "days_share": (f"days_gone/({after}-{start})", now.share),
    }
    due = f"IF(ISNUMBER(entered_until),INT(MAX(0,MIN(entered_until,{LAST_SERIAL})))+1,TODAY())"
    entries["due_until"] = (due, now.due_until)
    edges = c.tally.edges(Window.PERIOD)
    day = f"MAX(TODAY(),IF(ISNUMBER(entered_until),INT(MIN(entered_until,{LAST_SERIAL})),0))+1"
    entries |= {
        "tomorrow": (day, edges["tomorrow"]),
        "came_before": ("MIN(period_after,tomorrow)", edges["came_before"]),
    }
    entries |= _late(c, until)
    of = c.at("totals", "of", "typed")
    inside = f"IF(ISNUMBER({of}),IF(AND({of}>=period_start,{of}<period_after),1,0),0)"
    book = c.scorecard.entries
    entries["totals_count"] = (inside, int(book.counted is book.typed))
    if "repeat_start" in date_rows(c.business):
        days = c.tally.edges(Window.PERIOD)["repeat_start"]
        entries["repeat_start"] = ("period_after-repeat_days", days)
    counts = (
        "period_months", "closed_3m", "closed_12m", "days_gone", "days_left", "days_share", "outcomes_open", "finals",
        "late_now", "totals_count",
    )  # fmt: skip
    seen = {("late_seen", "value"): static(entries["late_now"][1], style.figure("ratio"))}
    return seen | {
        (row, "value"): live(
            formula, value, style.figure("ratio" if row in counts else "date"), name=None if row in UNNAMED else row
        )
        for row, (formula, value) in entries.items()
    }


def _year_start(kind: Kind) -> str:
    """The first day of the year; of a week's, the Monday of the week that has its 4 January."""
    if kind is not Kind.WEEK:
        return "DATE(YEAR(period_start),1,1)"
    fourth = "DATE(YEAR(period_start+3),1,4)"
    return f"{fourth}-WEEKDAY({fourth},2)+1"


def _late(c: Context, until: str) -> dict[str, tuple[str, int]]:
    """From when on periods are not final, whether this one is, how many of the closed ones are, and how many of the
    rows of those that are not have an outcome."""
    entries, clock = c.scorecard.entries, c.scorecard.clock
    start, after = entries.period, serial(entries.period.after)
    days = f"INT(MAX(0,MIN({LONGEST:g},late_days)))"
    edges = dict.fromkeys(("after_window", "came_before"), "period_start")
    edges["window_start"] = c.at("dates", "open_start", "value")
    names = FormulaNames(c.column, c.row_cell, c.word, edges=edges)
    now = [rows_formula(table, where, names) for table, where in watched(c.business)]
    limit, spark = c.at("dates", "final_before", "value"), c.across("spark", "start", PERIODS[1:])
    return {
        "open_start": (
            FIRST_DAY[start.kind].replace("period_day", f"(period_start-{days})"),
            serial(open_start(start, c.tally.settings)),
        ),
        "final_before": (f"MAX(0,MIN({LAST_SERIAL},{until}))+1-{days}", clock.final_before),
        "outcomes_open": (f"IF(period_after>{limit},1,0)", int(after > clock.final_before)),
        "finals": (f'COUNTIF({spark},"<="&{limit})', finals(start, clock.final_before)),
        "late_now": ("+".join(now) or "0", came_late(c.tally)),
    }


def _closed(window: Window, month: int) -> str:
    """How many whole periods lie in a window before this one."""
    first, start = f"window_start_{window.value}", "period_start"
    if not month:
        return f"INT(({start}-{first})/7)"
    return f"INT(MAX(0,(YEAR({start})-YEAR({first}))*12+MONTH({start})-MONTH({first}))/{month})"


def entered(c: Context) -> Cells:
    """Whether something of the period is entered in each of them, and of which outcomes something is known."""
    names = FormulaNames(c.column, c.row_cell, c.word)
    found: dict[tuple[str, str], Cell] = {}
    for table in c.business.tables:
        if table.waits:
            none = c.aliases.name(none_name(table.id))
            formula = entered_formula(table.id, c.business.days_of(table.id), names, none)
            found[table.id, "known"] = live(formula, int(c.tally.entered(table.id)))
    for (table_id, column), measures in c.business.outcomes.items():
        formula = outcomes_formula(c.business.table(table_id), column, measures, names)
        known_ = int(c.tally.has_outcomes(table_id, column))
        found[outcome_row(table_id, column), "known"] = live(formula, known_)
    return found


def rank_rows(business: Business) -> tuple[str, ...]:
    """One row a KPI, worst first."""
    return tuple(f"rank_{number + 1}" for number in range(len(business.kpis) + len(OWN_SLOTS)))


def rank(c: Context) -> Cells:
    """KPIs by position, worst first, as the overview chart draws them: the bands, the value's bar in the column of its
    level, and the target."""
    keys = c.span("calc", "order", c.kpi_ids)
    wanted = ("name", "position", "shade", "target_position", "needs", "good")
    columns = {column: c.span("calc", column, c.kpi_ids) for column in wanted}
    found: dict[tuple[str, str], Cell] = {}
    order = {id_: index + 1 for index, id_ in enumerate(c.kpi_ids)}
    counted = {"needs": 0, "good": 0}
    for number, (row, result) in enumerate(zip(rank_rows(c.business), c.scorecard.ranked, strict=True), 1):
        key, index = c.at("rank", row, "key"), c.at("rank", row, "index")
        position, level, target, *flags = (f"INDEX({columns[column]},{index})" for column in wanted[1:])
        shown, aim = result.grade.position, None if result.kpi.own or result.off else target_position(result)
        found[row, "key"] = live(f"SMALL({keys},{number})", order_key(result, order[result.kpi.id] - 1))
        found[row, "index"] = live(f"MATCH({key},{keys},0)", order[result.kpi.id])
        name = f"INDEX({columns['name']},{index})"
        found[row, "name"] = live(name, None if result.off else kpi_title(result.kpi, c.t))
        for number_ in range(4):
            found[row, f"band_{number_}"] = live(f"IF(ISNUMBER({position}),1,0)", 0 if shown is None else 1)
            found[row, f"level_{number_}"] = live(
                f"IF({level}={number_},{position},NA())",
                shown if result.grade.shade == number_ and shown is not None else NOT_AVAILABLE,
            )
        found[row, "target"] = live(
            f'IF({name}="",NA(),IF(ISNUMBER({target}),{target},NA()))', NOT_AVAILABLE if aim is None else aim
        )
        # The how manieth it is of those that need the owner, and of those that go well.
        for column, flag, is_set in zip(("needs", "good"), flags, (result.needs, result.good), strict=True):
            before = c.span("rank", column, rank_rows(c.business)[: number - 1]) if number > 1 else "0"
            counted[column] += is_set
            found[row, column] = live(f'IF({flag}=1,1+MAX({before}),"")', counted[column] if is_set else None)
    return found


PICKS = ("worst_1", "worst_2", "worst_3", "best_1", "best_2", "best_3")


def picks(c: Context) -> Cells:
    """The three KPIs that need the owner most, and the three that go best, with a tip each."""
    ids, lines = c.kpi_ids, rank_rows(c.business)
    count = f"COUNT({c.span('calc', 'position', ids)})"
    order = c.span("rank", "index", lines)
    needs, good = (c.span("rank", column, lines) for column in ("needs", "good"))
    ranked = c.scorecard.ranked
    graded = [result for result in ranked if result.grade.position is not None]
    worst, best = [result for result in ranked if result.needs], [result for result in ranked if result.good]
    chosen = dict(zip(PICKS, (*_padded(worst), *_padded(best[::-1])), strict=True))
    found: dict[tuple[str, str], Cell] = {}
    for row, result in chosen.items():
        index = c.at("picks", row, "index")
        number = int(row[-1])
        place = f"MATCH({number},{needs},0)" if row.startswith("worst") else f"MATCH(MAX({good})-{number - 1},{good},0)"
        formula = f'IFERROR(INDEX({order},{place}),"")'
        found[row, "index"] = live(formula, ids.index(result.kpi.id) + 1 if result else "")
        texts = {
            "name": kpi_title(result.kpi, c.t) if result else None,
            "tip": _said(row, result, c) if result else None,
        }
        spans = {"name": "name", "tip": "tip" if row.startswith("worst") else "level_word"}
        instead = {"name": ('""', None), "tip": _instead(row, count, c, empty=not graded)}
        for column, text in texts.items():
            otherwise, value = instead[column]
            found_there = f"INDEX({c.span('calc', spans[column], ids)},{index})"
            formula = f'IF(ISNUMBER({index}),{found_there}&"",{otherwise})'
            found[row, column] = live(formula, text or value)
        levels = c.span("calc", "level_word", ids)
        found[row, "level"] = live(
            f'IF(ISNUMBER({index}),INDEX({levels},{index}),"")', standing_word(result, c.t) if result else None
        )
    return found


def _instead(row: str, count: str, c: Context, *, empty: bool) -> tuple[str, str | None]:
    """What stands where no KPI does: the first steps while there is no figure at all; how to have figures judged where
    there are some, and nothing to hold them against."""
    place, number = row.split("_")
    if place == "best" and number != "1":
        return '""', None
    steps, aims = ("no_data", "no_aim") if place == "best" else (f"step_{number}", f"aim_{number}")
    figures, waiting = c.span("spark", PERIODS[-1], c.kpi_ids), c.span("calc", "withheld", c.kpi_ids)
    slots = c.scorecard.slots
    # Zero is no sign that anything was entered: no complaint is there without a row.
    unjudged = sum(bool(one.value) for one in slots) > sum(one.withheld is not None for one in slots)
    text = c.t(FIRST_STEPS[aims if unjudged else steps])
    there = f'COUNTIF({figures},">0")+COUNTIF({figures},"<0")>COUNT({waiting})'
    nothing = {"worst_1": "none_needs", "best_1": "none_good"}.get(row)
    otherwise = c.word(nothing) if nothing else '""'
    formula = f"IF({count}=0,IF({there},{c.word(aims)},{c.word(steps)}),{otherwise})"
    return formula, text if empty else c.t(FIRST_STEPS[nothing]) if nothing else None


def _said(row: str, result: Result, c: Context) -> str:
    """What to do about what needs it; how well the others go."""
    if row.startswith("best"):
        return standing_word(result, c.t)
    return c.t(OWN_TIP if result.kpi.own else result.kpi.texts.tips[0])


def _padded(results: list[Result]) -> list[Result | None]:
    return [*results[:3], *[None] * (3 - len(results))]


def spark(c: Context) -> Cells:
    """The last twelve periods of every KPI; this period last."""
    history = c.scorecard.entries.history
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


NOT_AVAILABLE = ExcelError.NA


def _start(c: Context, shift: int) -> str:
    period: Period = c.scorecard.entries.period
    if not shift:
        return "period_start"
    return f"EDATE(period_start,{shift * period.kind.months})" if period.kind.months else f"period_start{shift * 7}"


def trend(c: Context) -> Cells:
    """The KPI picked on the dashboard, over the last twelve periods, with its thresholds, what is usual of it, and the
    periods that break out of that."""
    ids = c.kpi_ids
    names_ = c.span("calc", "name", ids)
    picked = c.scorecard.result(c.trend_kpi)
    usual = picked.past.usual
    scale = 100 if picked.kpi.kpi.unit == "fraction" else 1
    index = c.at("trend", "picked", "start")
    limits = {"mean": usual.mean, "low": usual.low, "high": usual.high} if usual else {}
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
    for limit in ("mean", "low", "high"):
        found["picked", limit] = live(f"INDEX({c.span('xmr', limit, ids)},{index})", limits.get(limit))
    sparks = {(row, column): cell.value for (row, column), cell in spark(c).items()}
    factor = c.at("trend", "picked", "value")
    chosen = _marked(picked, [sparks[picked.kpi.id, row] for row in PERIODS])
    for number, row in enumerate(PERIODS):
        found[row, "start"] = live(c.at("spark", "start", row), sparks["start", row], MONTH)
        value = sparks[picked.kpi.id, row]
        raw = f"INDEX({c.span('spark', row, ids)},{index})"
        found[row, "value"] = live(f"{raw}*{factor}", _scaled(value, scale), style.figure("ratio"))
        for level in GRADED:
            used = c.span("calc", level.id, ids)
            edge = picked.thresholds.get(level)
            found[row, level.id] = live(
                f"IF(ISNUMBER(INDEX({used},{index})),INDEX({used},{index})*{factor},NA())",
                NOT_AVAILABLE if edge is None else edge * scale,
            )
        for limit in ("mean", "low", "high"):
            cell = c.at("trend", "picked", limit)
            known = limits.get(limit)
            found[row, limit] = live(
                f"IF(ISNUMBER({cell}),{cell}*{factor},NA())", NOT_AVAILABLE if known is None else known * scale
            )
        length, mark = chosen[number]
        before = c.at("trend", PERIODS[number - 1], "run") if number else "0"
        found[row, "run"] = live(to_excel(RUN_LENGTH, _of_usual(c, raw=raw, before=before)), length)
        told = c.span("xmr", "state", ids) if row == PERIODS[-1] else ""
        found[row, "signal"] = live(
            _mark(raw, row, f"INDEX({told},{index})" if told else "", c),
            _scaled(value, scale) if mark else NOT_AVAILABLE,
        )
    return found


def _marked(picked: Result, values: list[Value]) -> list[tuple[int, bool]]:
    """For each period, how many in a row lie on one side of the mean, and whether the chart marks it."""
    known = [value if isinstance(value, (int, float)) else None for value in values]
    if picked.past.usual is None:
        return [(0, False)] * len(known)
    return list(zip(runs(known, picked.past.usual), marked_periods(picked, known), strict=True))


def _of_usual(c: Context, **cells: str) -> dict[str, str]:
    """The usual range of the KPI that was picked, and other cells, by the names that rules have for them."""
    return {**{limit: c.at("trend", "picked", limit) for limit in ("mean", "low", "high")}, **cells}


def _mark(raw: str, row: str, told: str, c: Context) -> str:
    """The value of a period that is outside the usual range, or at least the eighth of a run; else nothing to draw."""
    known_ = every(known(Name("raw"), Name("mean")), known(Name("told")) if told else True)
    mark = either(known_, either(BROKEN, Name("raw") * Name("scale"), NOT_THERE), NOT_THERE)
    scale, run = c.at("trend", "picked", "value"), c.at("trend", row, "run")
    return to_excel(mark, _of_usual(c, raw=raw, run=run, told=told, scale=scale))


MONTH = style.Style(format="mmm yy")


def _scaled(value: Value, scale: int) -> Value:
    return value * scale if isinstance(value, (int, float)) and math.isfinite(value) else value
