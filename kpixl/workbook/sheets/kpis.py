"""KPIs: a row each, with targets that the owner may change. Differences of shares are shown in percentage points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS, Level, value_formula
from kpixl.errors import N_
from kpixl.formula import Name, names, parse, to_excel
from kpixl.formula.expressions import BLANK, count, either, equal, every, joined, known, or_else
from kpixl.formula.in_cells import as_text, item, length, worded
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template
from kpixl.kpi.grading import each, each_digits
from kpixl.kpi.score import PAST_PERIODS
from kpixl.kpi.traits import GRADED, late_measures, traits_of
from kpixl.period import Window
from kpixl.texts.commentary import median_behind
from kpixl.texts.words import (
    PACES,
    SETTLED,
    SIGNALS,
    TARGETS,
    TRENDS,
    WINDOWS,
    WRONG,
    in_points,
    least_word,
    level_word,
    reason_text,
    standing_word,
    to_next_text,
    unit_label,
)
from kpixl.workbook import letters, style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live, notice, static
from kpixl.workbook.past_lines import past_value
from kpixl.workbook.rule_formulas import AS_IT_IS, RuleFormulas
from kpixl.workbook.sheets.in_use import shown_if_used
from kpixl.workbook.sheets.vocabulary import LEAST_ROWS, SIGNAL_ROWS, STANDING_ROWS, since_name

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.formula import Node
    from kpixl.kpi.result import Result

COLUMNS = {
    "abbreviation": N_("KPI"),
    "name": N_("Name"),
    "value": N_("Value"),
    "unit": N_("Unit"),
    "level": N_("Level"),
    "window": N_("Graded over"),
    "target": N_("Your target"),
    "against_target": N_("Met?"),
    "gap": N_("Distance to target"),
    "to_next": N_("What it takes to reach the next level"),
    "previous": N_("Previous period"),
    "change": N_("Change"),
    "trend": N_("Trend"),
    "year_before": N_("A year before"),
    "final": N_("Last final period"),
    "year_to_date": N_("Year to date"),
    "sample": N_("Cases"),
    "low": N_("Likely from"),
    "high": N_("Likely to"),
    "settled": N_("Sure?"),
    "signal": N_("Signal or noise"),
    "forecast": N_("Forecast"),
    "steady": N_("Target to date"),
    "pace": N_("On track?"),
    "usual_low": N_("Usual from"),
    "usual_high": N_("Usual to"),
    "median": N_("Half took at most"),
    "comment": N_("Comment"),
}
PAGES = (
    ("abbreviation", "name", "value", "unit", "level", "window", "target", "against_target", "to_next"),
    ("previous", "change", "comment", "gap", "trend", "year_before", "final", "year_to_date"),
    (
        "sample", "low", "high", "settled", "signal", "forecast", "steady", "pace", "usual_low", "usual_high", "median",
    ),
)  # fmt: skip
"""What an owner looks at first, how it has come there, and how sure it is: each fits a printed page that can be
read."""
ORDER = tuple(column for page in PAGES for column in page)
WIDTH = 12.0
WIDTHS: dict[str, float] = {
    "unit": 13,
    "level": 23,
    "window": 17,
    "against_target": 10,
    "to_next": 36,
    "settled": 22,
    "signal": 30,
    "comment": 64,
}


def widths(c: Context) -> dict[str, float]:
    """Widths of the columns: room for the longest short name, and for the longest name, which as a link does not wrap
    in every program."""
    short = max(1.15 * len(c.t(kpi.abbreviation)) for kpi in c.business.kpis)
    long = max(0.95 * len(c.t(kpi.name)) for kpi in c.business.kpis)
    words = {"against_target": TARGETS.values(), "signal": SIGNALS.values(), "settled": SETTLED.values()}
    return {
        **WIDTHS,
        **{column: letters.column(map(c.t, texts), WIDTHS[column]) for column, texts in words.items()},
        "level": level_width(WIDTHS["level"], c),
        "abbreviation": max(8.0, short + 2),
        "name": max(34.0, long + 2),
    }


def level_width(least: float, c: Context) -> float:
    """Room for the longest word of a level."""
    words = [level_word(level, c.t) for level in (None, *Level)] + [least_word(level, c.t) for level in GRADED]
    return letters.column(words, least, bold=True)


def heading_height(c: Context) -> float:
    """Room for the longest of the headings, which wrap."""
    wide = widths(c)
    texts = {column: c.t(text) for column, text in COLUMNS.items()}
    lines = (letters.lines(text, letters.room(wide.get(column, WIDTH)), bold=True) for column, text in texts.items())
    return max(30.0, LINE * max(lines) + 3)


def blank_columns(business: Business) -> tuple[str, ...]:
    """Columns in which nothing will ever stand: no KPI of the business has what they are for."""
    late, builds_up = any(map(late_measures, business.kpis)), any(kpi.kpi.builds_up for kpi in business.kpis)
    sample = any(kpi.sample for kpi in business.kpis)
    found: tuple[str, ...] = () if late else ("final",)
    found += () if builds_up else ("forecast", "steady", "pace")
    found += () if sample else ("sample", "low", "high", "settled")
    return found + (() if any(kpi.median for kpi in business.kpis) else ("median",))


def heights(c: Context) -> dict[str, float]:
    """Room for the longest of the texts of every row."""
    found = {}
    for result in c.scorecard.results:
        texts = {
            "comment": c.comments.get(result.kpi.id) or "",
            "to_next": to_next_text(result, c.t, c.scorecard.entries.currency) or reason_text(result.reason, c.t) or "",
        }
        rooms = {column: letters.room(WIDTHS[column]) - letters.INDENT for column in texts}
        lines = max(letters.lines(text, rooms[column]) for column, text in texts.items())
        found[result.kpi.id] = max(30.0, LINE * lines + 4)
    return found


LINE = 13.5
"""The height of a line, in points."""


SMALL = style.Style(rule=palette.LINE, colour=palette.MUTED, shrink=True)
TEXT_COLUMNS = (
    "abbreviation", "name", "unit", "level", "window", "against_target", "to_next", "trend", "settled", "signal",
    "pace", "comment",
)  # fmt: skip


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "bands", "headings", *(kpi.id for kpi in business.kpis), *OWN_SLOTS)


def hidden_rows(c: Context) -> set[str]:
    """KPIs that are switched off, and slots for own ones that are not used."""
    return {result.kpi.id for result in c.scorecard.slots} - {result.kpi.id for result in c.scorecard.results}


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    help_ = N_("Type your targets in yellow cells. Levels compare with published benchmarks, or yours on {sheet}.")
    found: dict[tuple[str, str], Cell] = {
        ("space", "value"): notice(c),
        ("title", "abbreviation"): label(c.titles["kpis"], style.TITLE),
        ("bands", "year_to_date"): live(*since_name(c), style.HELP),
        ("help", "value"): label(c.t(help_).format(sheet=c.titles["thresholds"]), style.HELP),
    }
    for column, heading in COLUMNS.items():
        look = style.apart(style.HEADING) if column in TEXT_COLUMNS else style.HEADING_RIGHT
        found["headings", column] = label(c.t(heading), look)
    for result in c.scorecard.slots:
        row = _own(result, c) if result.kpi.own else _kpi(result, c)
        found.update({(result.kpi.id, column): cell for column, cell in row.items()})
    return found


def _kpi(result: Result, c: Context) -> dict[str, Cell]:
    """What only a KPI of the business has: its formula over measures, a window, a sample, published thresholds."""
    kpi, t, unit = result.kpi, c.t, result.kpi.kpi.unit
    fresh = kpi.id in c.rewound
    sample = kpi.sample.name if kpi.sample else ""
    found = _common(result, c) | {
        "abbreviation": label(t(kpi.abbreviation), style.apart(style.STRONG)),
        "name": label(t(kpi.name), style.apart(style.WRAPPED)),
        "value": live(
            shown_if_used(kpi, _OR_NOTHING.filled({"value": value_formula(kpi)})),
            result.value,
            style.figure(unit, bold=True),
            f"{kpi.name_prefix}_value",
            guarded=True,
        ),
        "unit": label(unit_shown(kpi, c), style.apart(SMALL)),
        "window": entry_cell(
            window_typed(kpi, c),
            style.apart(style.entry("general") if len(kpi.bound) > 1 else style.MUTED_TEXT),
            name=f"{kpi.name_prefix}_window",
        ),
        "year_to_date": live(_to_date(kpi, c), result.year.value, style.figure(unit), guarded=fresh),
        "sample": live(
            AS_IT_IS.filled({"cell": sample}) if sample else '""',
            result.certainty.sample,
            style.figure("count", muted=True),
            guarded=fresh,
        ),
    }
    found |= _pace(result, RuleFormulas(kpi, c), c)
    return found


def _pace(result: Result, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """Where a value that builds up day by day will stand at the end of a period that still runs, and where a steady one
    would stand now; blank for others."""
    kpi, unit, pace = result.kpi, result.kpi.kpi.unit, result.pace
    fresh = kpi.id in c.rewound
    on_track = pace.on_track if pace else None
    return {
        "forecast": live(formulas["forecast"], pace.forecast if pace else None, style.figure(unit), guarded=fresh),
        "steady": live(formulas["steady"], pace.steady if pace else None, style.figure(unit), guarded=fresh),
        "pace": live(
            formulas["pace"],
            None if on_track is None else c.t(PACES[on_track]),
            style.apart(style.MUTED_TEXT),
            guarded=fresh,
        ),
    }


def _own(result: Result, c: Context) -> dict[str, Cell]:
    """What only an own KPI has: everything follows from Settings."""
    kpi = result.kpi
    at = {column: c.at("own", kpi.id, column) for column in ("label", "formula", "unit")}
    figure = style.figure(kpi.kpi.unit)
    return _common(result, c) | {
        "abbreviation": label(kpi.id.rpartition("_")[2], style.apart(style.MUTED_TEXT)),
        "name": live(_OWN_NAME.filled(at), kpi.name, style.apart(style.WRAPPED)),
        "value": live(
            _OWN_VALUE.filled(at),
            result.value,
            style.figure(kpi.kpi.unit, bold=True),
            f"{kpi.name_prefix}_value",
        ),
        "unit": live(_OWN_UNIT.filled(at), unit_shown(kpi, c), style.apart(SMALL)),
        "window": static(c.t(WINDOWS[Window.PERIOD]) if kpi.name else None, style.apart(style.MUTED_TEXT)),
        "year_to_date": live('""', None, style.figure(kpi.kpi.unit)),
        "sample": live('""', None, style.figure("count", muted=True)),
        **{column: live('""', None, figure) for column in ("forecast", "steady")},
        "pace": live('""', None, style.apart(style.MUTED_TEXT)),
    }


_OR_NOTHING = Template(or_else(Name("value"), BLANK))
_LABELLED, _FORMULA = or_else(as_text(Name("label")), ""), Name("formula")
_OWN_NAME, _OWN_UNIT = Template(_LABELLED), Template(as_text(Name("unit")))
_OWN_VALUE = Template(either(every(length(_LABELLED) > 0, known(_FORMULA)), _FORMULA))
"""A KPI of the owner's is one once it has a name."""


def window_typed(kpi: BusinessKpi, c: Context) -> str:
    """What stands in the cell of a KPI's window; in a new workbook the window of its benchmark."""
    cell = c.scorecard.entries.windows.get(kpi.id)
    return c.t(WINDOWS[kpi.window]) if cell is None else cell.text


def unit_shown(kpi: BusinessKpi, c: Context) -> str:
    """A KPI's unit in words; money by its currency; that of an own KPI as the owner typed it."""
    if kpi.own:
        return next((entry.unit.text for entry in c.scorecard.entries.own if entry.slot == kpi.id), "")
    return unit_label(kpi.kpi.unit, c.scorecard.entries.currency, c.t)


def _common(result: Result, c: Context) -> dict[str, Cell]:
    """What a KPI of the business and one of the owner's have in the same way."""
    kpi, t, formulas = result.kpi, c.t, RuleFormulas(result.kpi, c)
    bind = {column: c.at("calc", kpi.id, column) for column in ("standing", "next", "wrong")}
    bind |= {"least": formulas["least"], "words": c.span("words", "text", STANDING_ROWS)}
    bind["least_words"] = c.span("words", "text", LEAST_ROWS)
    grows = traits_of(kpi).late or traits_of(kpi).builds_up
    return {
        "level": live(
            _LEVEL[grows, kpi.own].filled(bind, c.word),
            standing_word(result, t),
            style.apart(style.STRONG),
            name=f"{kpi.name_prefix}_level",
            guarded=kpi.id in c.rewound,
        ),
        **_beside_the_target(result, formulas, c),
        "to_next": live(
            _to_next(kpi, c),
            to_next_text(result, t, c.scorecard.entries.currency) or reason_text(result.reason, t),
            style.apart(style.WRAPPED),
        ),
        **_beside_the_past(result, formulas, c),
        **_sure(result, c),
        **_usual(result, c),
        "comment": static(c.comments.get(kpi.id), style.apart(style.WRAPPED)),
    }


def _level_word(*, grows: bool, own: bool) -> Node:
    """The word of a level or standing: of a value that ``grows``, the least that it will be; with how many rows behind
    it are wrong, which nobody knows of an ``own`` one."""
    standing, wrong = Name("standing"), Name("wrong")
    word = item(Name("words"), standing + 1)
    if grows:
        word = either(every(equal(Name("least"), 1), known(Name("next"))), item(Name("least_words"), standing), word)
    if not own:
        word = joined(word, either(wrong > 0, joined(f" {WRONG} ", wrong), ""))
    return either(known(standing), word, Wording("not_graded"))


_LEVEL = {(grows, own): Template(_level_word(grows=grows, own=own)) for grows in (False, True) for own in (False, True)}


def _beside_the_target(result: Result, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """The owner's target, whether it is met and by how much it is not."""
    kpi, unit = result.kpi, result.kpi.kpi.unit
    typed = c.scorecard.entries.targets.get(kpi.id)
    return {
        "target": entry_cell(typed.number if typed else None, style.entry(unit), name=f"{kpi.name_prefix}_target"),
        "against_target": live(
            formulas["against_target"],
            c.t(TARGETS[result.against_target]) if result.against_target else None,
            style.apart(style.MUTED_TEXT),
            guarded=kpi.id in c.rewound,
        ),
        "gap": _difference("gap", result.gap, kpi, c),
    }


def _beside_the_past(result: Result, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """The previous period and the year before, and how the value has moved."""
    kpi, past, unit = result.kpi, result.past, result.kpi.kpi.unit
    figure, fresh, name = style.figure(unit), kpi.id in c.rewound, kpi.history_id
    return {
        "previous": live(past_value(c, name, "period_previous"), past.previous, figure, guarded=fresh),
        "change": _difference("change", past.change, kpi, c),
        "trend": live(
            formulas["trend"], c.t(TRENDS[past.trend]) if past.trend else None, style.apart(style.MUTED_TEXT)
        ),
        "year_before": live(past_value(c, name, "period_year_before"), past.year_before, figure, guarded=fresh),
        "final": live(_final(result, formulas, c), result.final.value if result.final else None, figure, guarded=fresh),
    }


def _difference(column: str, value: float | None, kpi: BusinessKpi, c: Context) -> Cell:
    """A difference as ``calc`` has it; of a share in percentage points, since 80 % is 4 points more than 76 %."""
    unit = kpi.kpi.unit
    look = style.Style(format=points_format(c), align="right", rule=palette.LINE) if unit == "fraction" else None
    may_be_share = kpi.own or unit == "fraction"
    bind = {"cell": c.at("calc", kpi.id, column), "scale": c.at("calc", kpi.id, "unit_scale")}
    return live(
        (_SCALED if may_be_share else AS_IT_IS).filled(bind, c.word),
        value if value is None or unit != "fraction" else value * 100,
        look or style.change(unit),
        guarded=kpi.id in c.rewound,
    )


def points_format(c: Context) -> str:
    """The format of a difference of shares."""
    return style.change_format("score", in_points("", c.t))


_CELL = Name("cell")
_SCALED = Template(either(known(_CELL), _CELL * Name("scale")))


def _final(result: Result, formulas: RuleFormulas, c: Context) -> str:
    """The value of the latest closed period that is final, while outcomes of this one may still come."""
    if not traits_of(result.kpi).late:
        return '""'
    row = c.across("spark", result.kpi.id, [f"p{number}" for number in range(1, PAST_PERIODS + 1)])
    return _FINAL.filled({"open": formulas["open"], "number": c.at("dates", "finals", "value"), "row": row})


_NUMBER = Name("number")
_FINAL = Template(either(equal(Name("open"), 1), either(_NUMBER > 0, or_else(item(Name("row"), 1, _NUMBER), BLANK))))


def _sure(result: Result, c: Context) -> dict[str, Cell]:
    """Where the value may lie as well, whether that settles its level, and whether it is a signal."""
    kpi, t, found, signal = result.kpi, c.t, result.certainty, result.past.signal
    bind = {"sure": c.at("calc", kpi.id, "settled"), "state": c.at("xmr", kpi.id, "state")}
    bind["signals"] = c.span("words", "text", SIGNAL_ROWS)
    return {
        **{
            column: live(
                AS_IT_IS.filled({"cell": at}),
                None if found.interval is None else getattr(found.interval, column),
                style.figure(kpi.kpi.unit, muted=True),
            )
            for column, at in ((end, c.at("calc", kpi.id, f"interval_{end}")) for end in ("low", "high"))
        },
        "settled": live(
            _SETTLED.filled(bind, c.word),
            None if found.settled is None else t(SETTLED[found.settled]),
            style.apart(style.MUTED_TEXT),
        ),
        "signal": live(
            _SIGNAL.filled(bind),
            t(SIGNALS[signal]) if signal else None,
            style.apart(style.MUTED_TEXT),
        ),
    }


_SURE, _STATE = Name("sure"), Name("state")
_SETTLED = Template(either(known(_SURE), either(equal(_SURE, 1), Wording("sure"), Wording("unsure"))))
_SIGNAL = Template(either(known(_STATE), item(Name("signals"), _STATE + 1)))


def _usual(result: Result, c: Context) -> dict[str, Cell]:
    """What is usual of it by the closed periods, and what half of the cases behind a mean did not pass."""
    kpi, usual, figure = result.kpi, result.past.usual, style.figure(result.kpi.kpi.unit, muted=True)
    middle, formula = median_behind(result, c.scorecard), '""'
    if kpi.median is not None and kpi.window is Window.PERIOD:
        typed = ",".join(c.at("totals", argument.measure.name, "typed") for argument in kpi.arguments)
        formula = _MEDIAN.filled({"typed": typed, "median": kpi.median.name}, c.word)
    return {
        **{
            f"usual_{end}": live(
                _USUAL.filled({"mean": c.at("xmr", kpi.id, "mean"), "end": c.at("xmr", kpi.id, end)}, c.word),
                getattr(usual, end) if usual else None,
                figure,
            )
            for end in ("low", "high")
        },
        "median": live(formula, middle, figure, guarded=kpi.id in c.rewound),
    }


_USUAL = Template(either(known(Name("mean")), Name("end")))
_MEDIAN = Template(either(every(equal(count(Name("typed")), 0), known(Name("median"))), Name("median"), BLANK))


def _to_next(kpi: BusinessKpi, c: Context) -> str:
    """``Satisfied answers: +9 → typical``, of an average ``On average: −0.33 h → exceptional``, or why there is no
    value."""
    if kpi.own:
        return c.at("calc", kpi.id, "reason")
    bind = {column: c.at("calc", kpi.id, column) for column in ("amount", "next", "lever", "reason", "sign", "slope")}
    bind["levels"] = c.span("words", "text", [f"word_{level.value}" for level in Level])
    level, digits = item(Name("levels"), Name("next") + 1), each_digits(kpi)
    if digits is None:
        steps = joined(Name("sign"), Name("amount"), " → ", level)
        told = worded(Wording("step"), figure=Name("lever"), step=steps)
    else:
        told = worded(Wording(f"each_{kpi.kpi.unit}"), sign=Name("sign"), amount=each(digits), level=level)
    return to_excel(either(known(Name("amount")), told, Name("reason")), bind, c.word)


def _to_date(kpi: BusinessKpi, c: Context) -> str:
    """The KPI over the year so far, from its measures; blank where they do not add up."""
    if kpi.window is not Window.PERIOD or any(argument.measure.rollup == "none" for argument in kpi.arguments):
        return '""'
    formula = parse(kpi.kpi.formula)
    bind = {name: c.at("totals", kpi.argument(name).name, "to_date") for name in names(formula)}
    summed = [argument.measure.name for argument in kpi.arguments if argument.measure.rollup == "sum"]
    closed = [Name(c.at("totals", name, "closed")) for name in summed]
    even = every(*(equal(closed[0], other) for other in closed[1:]))
    return to_excel(either(even, or_else(formula, BLANK)), bind)
