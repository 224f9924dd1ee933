"""Dashboard: one screen, one printed page. Which KPI needs her, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import OWN_SLOTS, Level, Standing
from kpixl.errors import N_
from kpixl.kpi.cautions import cautions
from kpixl.period import Window
from kpixl.texts.caution_text import SIGNS, caution_line
from kpixl.texts.figures import SIGN
from kpixl.texts.words import (
    AFTER,
    DAYS_LEFT,
    SHAPES,
    SIGNALS,
    STANDINGS,
    TRENDS,
    UNITS,
    WINDOWS,
    in_points,
    interval_scale,
    interval_text,
    kpi_title,
    level_word,
    reason_text,
    standing_word,
    to_next_text,
)
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live, notice, static
from kpixl.workbook.sheets.check import link
from kpixl.workbook.sheets.hidden import PICKS, picks
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.vocabulary import period_name

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.kpi.result import Result

CARDS_A_ROW = 4
CARD_COLUMNS = 5
"""Four columns and a gutter."""
COLUMN_COUNT = CARDS_A_ROW * CARD_COLUMNS - 1
CARD_PARTS = ("name", "value", "change", "target", "facts", "next", "gap")
CARD_HEIGHTS: dict[str, float] = {
    "name": 18,
    "value": 28,
    "change": 15,
    "target": 15,
    "facts": 14,
    "next": 25,
    "gap": 7,
}
CAUTIONS = ("caution_1", "caution_2", "caution_3")
HEAD_HEIGHTS = {"company": 27, "period": 16, "commentary": 31, **dict.fromkeys(CAUTIONS, 15), "changed": 13}
CHART_ROWS = tuple(f"chart_{number}" for number in range(1, 12))
PICK_ROWS = ("pick_1", "pick_2", "pick_3")

CARD = palette.PAPER
OUTSIDE = N_("outside the usual range")
TARGET_TICK = N_("target")
SIGN_LEVELS = {SIGNS["act_now"]: Level.BELOW, SIGNS["warning"]: Level.BELOW, SIGNS["good"]: Level.ABOVE_AVERAGE}
"""The colour of a caution, by the shape that it begins with."""


def columns() -> tuple[str, ...]:
    """Ids of the block's columns."""
    return tuple(f"c{number}" for number in range(1, COLUMN_COUNT + 1))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    lines = card_lines(business) + OWN_LINES
    cards = tuple(f"{part}_{line}" for line in range(lines) for part in CARD_PARTS)
    return (*HEAD_HEIGHTS, *cards, "sections", *CHART_ROWS, "space", "advice", *PICK_ROWS)


def card_lines(business: Business) -> int:
    """Rows of cards; the legend takes the place after the last card. Those of own KPIs come below."""
    return -(-(len(business.kpis) + 1) // CARDS_A_ROW)


OWN_LINES = -(-len(OWN_SLOTS) // CARDS_A_ROW)


def place(index: int, business: Business) -> tuple[int, int]:
    """The line of the card in a slot, and the number of its first column, from 1; the legend comes after the last KPI
    of the business."""
    own = index - len(business.kpis) - 1
    line, across = divmod(index if own < 0 else own, CARDS_A_ROW)
    return line + (card_lines(business) if own >= 0 else 0), across * CARD_COLUMNS + 1


def card_places(business: Business) -> list[tuple[int, int]]:
    """The place of every card, own KPIs last."""
    count = len(business.kpis)
    return [place(index + (index >= count), business) for index in range(count + len(OWN_SLOTS))]


def hidden_rows(c: Context) -> set[str]:
    """Lines of cards of which no KPI is in use, and of cautions that are not called for."""
    told = len(cautions(c.scorecard))
    placed = zip(c.scorecard.slots, card_places(c.business), strict=True)
    used = {line for result, (line, _) in placed if result.in_use} | {place(len(c.business.kpis), c.business)[0]}
    lines = range(card_lines(c.business) + OWN_LINES)
    return {*CAUTIONS[told:]} | {f"{part}_{line}" for line in lines if line not in used for part in CARD_PARTS}


def merges(business: Business) -> list[tuple[str, int, str, int]]:
    """Merged cells: first row, first column, last row, last column."""
    half = COLUMN_COUNT // 2
    found = [
        ("company", 1, "company", half + 3),
        ("company", half + 4, "company", COLUMN_COUNT),
        ("period", 1, "period", half + 3),
        ("period", half + 4, "period", COLUMN_COUNT),
        ("commentary", 1, "commentary", COLUMN_COUNT),
        *((row, 1, row, COLUMN_COUNT) for row in CAUTIONS),
        ("changed", 1, "changed", COLUMN_COUNT),
        ("sections", 1, "sections", half - 2),
        ("sections", half - 1, "sections", half),
        ("sections", half + 2, "sections", half + 4),
        ("sections", half + 5, "sections", COLUMN_COUNT - 1),
        ("advice", 1, "advice", half),
        ("advice", half + 2, "advice", COLUMN_COUNT),
    ]
    for line, first in card_places(business):
        found += [
            (f"name_{line}", first, f"name_{line}", first + 3),
            (f"value_{line}", first, f"value_{line}", first + 1),
            (f"value_{line}", first + 2, f"value_{line}", first + 3),
            (f"change_{line}", first + 2, f"target_{line}", first + 3),
            (f"facts_{line}", first, f"facts_{line}", first + 1),
            (f"facts_{line}", first + 2, f"facts_{line}", first + 3),
            (f"next_{line}", first, f"next_{line}", first + 3),
        ]
    line, first = place(len(business.kpis), business)
    found += [(f"{part}_{line}", first, f"{part}_{line}", first + 3) for part in CARD_PARTS[:-1]]
    for row in PICK_ROWS:
        found += [
            (row, 1, row, 3),
            (row, 4, row, half),
            (row, half + 2, row, half + 4),
            (row, half + 5, row, COLUMN_COUNT),
        ]
    return found


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found = dict(_head(c))
    for result, (line, first) in zip(c.scorecard.slots, card_places(c.business), strict=True):
        for (part, offset), cell in _card(result, c).items():
            found[f"{part}_{line}", f"c{first + offset}"] = cell
    line, first = place(len(c.business.kpis), c.business)
    for (part, offset), cell in _legend(c).items():
        found[f"{part}_{line}", f"c{first + offset}"] = cell
    found.update(_sections(c))
    return found


def _head(c: Context) -> Cells:
    entries, t = c.scorecard.entries, c.t
    half = COLUMN_COUNT // 2
    right = style.Style(colour=palette.MUTED, align="right")
    period, named = period_name(c)
    kind = c.at("settings", "business", "value")
    now = c.scorecard.clock
    left = f'IF(days_gone*days_left>0," · "&SUBSTITUTE({c.word("days_left")},"{{days}}",days_left),"")'
    left_now = f" · {t(DAYS_LEFT).format(days=now.left)}" if now.running else ""
    told = [caution_line(caution, t) for caution in cautions(c.scorecard)]
    if len(told) > len(CAUTIONS):  # the comments on KPIs tell them all
        told[len(CAUTIONS) - 1] += f" (+{len(told) - len(CAUTIONS)})"
    refreshed = (
        t(N_("Last refresh: {moment}")).format(moment=t.moment(c.refreshed))
        if c.refreshed
        else t(N_("Not refreshed yet"))
    )
    return {
        ("company", "c1"): live("company", entries.company, style.TITLE),
        ("company", f"c{half + 4}"): static(refreshed, right),
        ("period", "c1"): live(
            f'{period}&" · "&{kind}&{left}',
            f"{named} · {t(c.business.name)}{left_now}",
            style.Style(size=11, colour=palette.MUTED),
        ),
        ("period", f"c{half + 4}"): _problems(c),
        ("commentary", "c1"): static(c.commentary, style.Style(size=11, wrap=True, vertical="top")),
        **{
            (row, "c1"): static(text, style.Style(shrink=True))
            for row, text in zip_longest(CAUTIONS, told[: len(CAUTIONS)])
        },
        ("changed", "c1"): notice(c),
    }


def _problems(c: Context) -> Cell:
    errors = sum(problem.severity == "error" for problem in c.problems)
    others = len(c.problems) - errors
    if c.refreshed is None:
        text = c.t(N_("Check: not done yet"))
    elif errors:
        text = c.t(N_("✖ Check (errors: {errors}): fix them before you trust the figures")).format(errors=errors)
    else:
        text = c.t(N_("Check (errors: {errors}; to review: {others})")).format(errors=errors, others=others)
    look = style.Style(colour="1A528F", underline=True, align="right")
    return Cell("static", text, link(c.titles["check"], "A1", text), look)


@dataclass(frozen=True)
class _CardFormats:
    """How the numbers of a card are written."""

    figure: str
    """Of the value and the target."""
    change: str
    scale: int = 1
    """What the change is multiplied by: 100 where it is in points."""


def _formats(kpi: BusinessKpi, c: Context) -> _CardFormats:
    """How the numbers of a KPI's card are written. Of own KPIs the unit is not known here."""
    if kpi.own:
        return _CardFormats(style.OWN, style.change_format("ratio"))
    unit, after = kpi.kpi.unit, _after(kpi, c)
    if unit == "money":
        figure = style.money(c.t, c.scorecard.entries.currency)
        return _CardFormats(figure, style.change_format(unit, after))
    figure = style.FORMATS[unit] + (f'"{after}"' if after else "")
    # A share that rises from 80 % to 84 % rises by 4 points, not by 4 %.
    if unit == "fraction":
        return _CardFormats(figure, style.change_format("score", in_points("", c.t)), 100)
    return _CardFormats(figure, style.change_format(unit, after))


def _after(kpi: BusinessKpi, c: Context) -> str:
    """The word behind a number, with its space."""
    return {"hours": " h", "months": f" {c.t(UNITS['months'])}"}.get(kpi.kpi.unit, "")


def _if_used(kpi: BusinessKpi, formula: str, c: Context) -> str:
    """Nothing on the card of a KPI that is not in use."""
    return f'IF({c.at("calc", kpi.id, "name")}="","",{formula})'


def _card(result: Result, c: Context) -> dict[tuple[str, int], Cell]:
    """The cells of a KPI's card, by its part and the column within it."""
    kpi, t = result.kpi, c.t
    prefix, formats = kpi.name_prefix, _formats(kpi, c)
    value, dash = f"{prefix}_value", _if_used(kpi, c.word("no_figure"), c)
    muted = style.Style(size=9, colour=palette.MUTED, fill=CARD, align="left")
    heading = style.Style(bold=True, fill=CARD, align="left", indent=1, shrink=True)
    title = kpi_title(kpi, t)
    span = "" if kpi.window is Window.PERIOD else f" · {t(WINDOWS[kpi.window])}"
    found: dict[tuple[str, int], Cell] = {
        (part, offset): label(None, style.Style(fill=CARD)) for part in CARD_PARTS[:-1] for offset in range(4)
    }
    return found | {
        ("name", 0): live(c.at("calc", kpi.id, "name"), title, heading)
        if kpi.own
        else static(None if result.off else title + span, heading),
        ("value", 0): live(
            f"IF(ISNUMBER({value}),{value},{dash})",
            _none(result) if result.value is None else result.value,
            style.Style(size=20, bold=True, format=formats.figure, align="left", fill=CARD, indent=1, shrink=True),
        ),
        ("value", 2): live(
            _if_used(kpi, f"{prefix}_level", c),
            standing_word(result, t) if result.in_use else None,
            style.Style(size=9, bold=True, align="center", fill=CARD, shrink=True),
        ),
        **_card_change(result, formats, dash, c),
        **_card_target(result, formats, dash, c),
        ("facts", 0): _standing_out(result, c, _after(kpi, c)),
        ("facts", 2): live(
            _interval(kpi, c), interval_text(result, t) if result.in_use else None, replace(muted, shrink=True)
        ),
        ("next", 0): live(
            f"{c.at('kpis', kpi.id, 'to_next')}",
            to_next_text(result, t) or reason_text(result.reason, t),
            replace(muted, wrap=True, vertical="top", indent=1),
        ),
    }


def _none(result: Result) -> str:
    """What stands for a number that there is not."""
    return "–" if result.in_use else ""


def _card_change(result: Result, formats: _CardFormats, dash: str, c: Context) -> dict[tuple[str, int], Cell]:
    """The change on the previous period, and whether it is for the better."""
    kpi, past = result.kpi, result.past
    change, trend = f"{kpi.name_prefix}_change", c.at("kpis", kpi.id, "trend")
    scaled = change if formats.scale == 1 else f"{change}*{formats.scale}"
    alone = c.t(N_("no previous")) if result.in_use and past.previous is None else None
    previous, no_previous = c.at("kpis", kpi.id, "previous"), _if_used(kpi, c.word("no_previous"), c)
    return {
        ("change", 0): live(
            f"IF(ISNUMBER({change}),{scaled},{dash})",
            _none(result) if past.change is None else past.change * formats.scale,
            style.Style(size=9, format=formats.change, align="left", fill=CARD, indent=1, shrink=True),
        ),
        ("change", 1): live(
            f'IF(ISNUMBER({change}),{trend},IF(ISNUMBER({previous}),"",{no_previous}))',
            c.t(TRENDS[past.trend]) if past.trend else alone,
            style.Style(size=9, colour=palette.MUTED, fill=CARD),
        ),
    }


def _card_target(result: Result, formats: _CardFormats, dash: str, c: Context) -> dict[tuple[str, int], Cell]:
    """The owner's target."""
    kpi, target = result.kpi, f"{result.kpi.name_prefix}_target"
    aside = style.Style(size=9, colour=palette.MUTED, fill=CARD, align="left", indent=1)
    word = c.t(N_("Target"))
    return {
        ("target", 0): live(_if_used(kpi, c.word("target"), c), word if result.in_use else None, aside),
        ("target", 1): live(
            f"IF(ISNUMBER({target}),{target},{dash})",
            _none(result) if result.target is None else result.target,
            style.Style(size=9, format=formats.figure, align="left", fill=CARD, shrink=True),
        ),
    }


def _standing_out(result: Result, c: Context, after: str) -> Cell:
    """Where the value will stand at the period's end, while it builds up; else whether it is a signal or noise."""
    kpi, t = result.kpi, c.t
    forecast, signal = (c.at("kpis", kpi.id, column) for column in ("forecast", "signal"))
    word = t(SIGNALS[result.past.signal]) if result.past.signal else None
    figure = "#,##0" if kpi.kpi.unit == "money" else style.FORMATS[kpi.kpi.unit] + (f'"{after}"' if after else "")
    before, _, behind = t(N_("forecast {value}")).partition("{value}")
    shown = "".join((f'"{before}"' if before else "", figure, f'"{behind}"' if behind else ""))
    return live(
        f"IF(ISNUMBER({forecast}),{forecast},{signal})",
        result.pace.forecast if result.pace else word,
        style.Style(size=9, colour=palette.MUTED, fill=CARD, align="left", indent=1, shrink=True, format=shown),
    )


def _interval(kpi: BusinessKpi, c: Context) -> str:
    """``kpixl.texts.words.interval_text`` as a formula."""
    if kpi.own:
        return '""'
    low, high, sure = (c.at("calc", kpi.id, column) for column in ("interval_low", "interval_high", "settled"))
    scale, digits = interval_scale(kpi.kpi.unit)
    first, last = (f"(0+ROUND({end}*{scale},{digits}))" for end in (low, high))
    after = f"&{c.word(f'after_{kpi.kpi.unit}')}" if kpi.kpi.unit in AFTER else ""
    both = f'IF(ISNUMBER({low}),{first}&" – "&{last}{after},"")'
    mark = f'IF(ISNUMBER({low})," · ","")&{c.word("unsure")}'
    return f'{both}&IF(ISNUMBER({sure}),IF({sure}=0,{mark},""),"")'


def _legend(c: Context) -> dict[tuple[str, int], Cell]:
    found: dict[tuple[str, int], Cell] = {
        ("name", 0): label(c.t(N_("How to read the levels")), style.Style(bold=True, align="left", indent=1))
    }
    words = [(level, level_word(level, c.t)) for level in sorted(Level, reverse=True)]
    if not any(kpi.thresholds for kpi in c.business.kpis):
        chosen = (Standing.MET, Standing.BETTER, Standing.WORSE, Standing.MISSED)
        words = [(one.shade, f"{SHAPES[one.shade]} {c.t(STANDINGS[one])}") for one in chosen]
    look = style.Style(bold=True, align="left", indent=1)
    for part, (level, word) in zip(("value", "change", "target", "facts"), words, strict=True):
        found[part, 0] = label(word, replace(look, colour=palette.LEVEL_TEXT[level]))
    found["next", 0] = label(f"{SIGN} {c.t(OUTSIDE)}", replace(look, colour=palette.SIGNAL_TEXT))
    return found


def _sections(c: Context) -> Cells:
    half = COLUMN_COUNT // 2
    t = c.t
    section = style.Style(size=12, bold=True, colour=palette.ACCENT, rule=palette.FAINT)
    picked = c.scorecard.result(c.trend_kpi)
    banded = any(kpi.thresholds for kpi in c.business.kpis)
    overview = N_("Against the benchmark, worst first") if banded else N_("Against target or previous, worst first")
    found: dict[tuple[str, str], Cell] = {
        ("sections", "c1"): label(t(overview), section),
        ("sections", f"c{half - 1}"): label(
            f"❘ {t(TARGET_TICK)}" if banded else None,
            style.Style(size=9, colour=palette.MUTED, align="right", rule=palette.FAINT),
        ),
        ("sections", f"c{half + 2}"): label(t(N_("The last 12 periods of")), section),
        ("sections", f"c{half + 5}"): entry_cell(
            kpi_title(picked.kpi, t),
            style.Style(bold=True, fill=palette.INPUT, rule=palette.FAINT, unlocked=True),
            name="trend_kpi",
        ),
        ("sections", f"c{COLUMN_COUNT}"): live(
            c.at("trend", "picked", "typical"),
            unit_shown(picked.kpi, c),
            style.Style(size=9, colour=palette.MUTED, align="right", rule=palette.FAINT),
        ),
        ("advice", "c1"): label(t(N_("Needs you most")), section),
        ("advice", f"c{half + 2}"): label(t(N_("Going best")), section),
    }
    cells_of = {(row, column): cell.value for (row, column), cell in picks(c).items()}
    for pick in PICKS:
        row = f"pick_{pick[-1]}"
        first = 1 if pick.startswith("worst") else half + 2
        name, tip = (c.at("picks", pick, column) for column in ("name", "tip"))
        found[row, f"c{first}"] = live(
            name, cells_of[pick, "name"], style.Style(size=9, bold=True, wrap=True, rule=palette.LINE)
        )
        found[row, f"c{first + 3}"] = live(
            tip, cells_of[pick, "tip"], style.Style(size=9, wrap=True, rule=palette.LINE)
        )
    return found
