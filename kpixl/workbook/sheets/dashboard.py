"""Dashboard: one screen, one printed page. Which KPI needs her, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.words import TRENDS, UNITS, level_word, reason_text, to_next_text
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live, notice, static
from kpixl.workbook.sheets.check import link
from kpixl.workbook.sheets.hidden import PICKS, picks
from kpixl.workbook.sheets.vocabulary import period_name

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.score import Result

CARDS_A_ROW = 4
CARD_COLUMNS = 5
"""Four columns and a gutter."""
COLUMN_COUNT = CARDS_A_ROW * CARD_COLUMNS - 1
CARD_PARTS = ("name", "value", "change", "target", "next", "gap")
CARD_HEIGHTS = {"name": 18, "value": 28, "change": 15, "target": 15, "next": 26, "gap": 7}
HEAD_HEIGHTS = {"company": 27, "period": 16, "commentary": 31, "changed": 13}
CHART_ROWS = tuple(f"chart_{number}" for number in range(1, 14))
PICK_ROWS = ("pick_1", "pick_2", "pick_3")

CARD = style.PAPER


def columns() -> tuple[str, ...]:
    """Ids of the block's columns."""
    return tuple(f"c{number}" for number in range(1, COLUMN_COUNT + 1))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    cards = tuple(f"{part}_{line}" for line in range(card_lines(business)) for part in CARD_PARTS)
    return (*HEAD_HEIGHTS, *cards, "sections", *CHART_ROWS, "space", "advice", *PICK_ROWS)


def card_lines(business: Business) -> int:
    """Rows of cards; the legend takes the place after the last card."""
    return -(-(len(business.kpis) + 1) // CARDS_A_ROW)


def place(index: int) -> tuple[int, int]:
    """The line of a card, and the number of its first column, from 1."""
    line, across = divmod(index, CARDS_A_ROW)
    return line, across * CARD_COLUMNS + 1


def merges(business: Business) -> list[tuple[str, int, str, int]]:
    """Merged cells: first row, first column, last row, last column."""
    half = COLUMN_COUNT // 2
    found = [
        ("company", 1, "company", half + 3),
        ("company", half + 4, "company", COLUMN_COUNT),
        ("period", 1, "period", half + 3),
        ("period", half + 4, "period", COLUMN_COUNT),
        ("commentary", 1, "commentary", COLUMN_COUNT),
        ("changed", 1, "changed", COLUMN_COUNT),
        ("sections", 1, "sections", half),
        ("sections", half + 2, "sections", half + 4),
        ("sections", half + 5, "sections", COLUMN_COUNT - 1),
        ("advice", 1, "advice", half),
        ("advice", half + 2, "advice", COLUMN_COUNT),
    ]
    for index in range(len(business.kpis)):
        line, first = place(index)
        found += [
            (f"name_{line}", first, f"name_{line}", first + 3),
            (f"value_{line}", first, f"value_{line}", first + 1),
            (f"value_{line}", first + 2, f"value_{line}", first + 3),
            (f"change_{line}", first + 2, f"target_{line}", first + 3),
            (f"next_{line}", first, f"next_{line}", first + 3),
        ]
    line, first = place(len(business.kpis))
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
    for index, result in enumerate(c.scorecard.results):
        line, first = place(index)
        for (part, offset), cell in _card(result, c).items():
            found[f"{part}_{line}", f"c{first + offset}"] = cell
    line, first = place(len(c.business.kpis))
    for (part, offset), cell in _legend(c).items():
        found[f"{part}_{line}", f"c{first + offset}"] = cell
    found.update(_sections(c))
    return found


def _head(c: Context) -> Cells:
    entries, t = c.scorecard.entries, c.t
    half = COLUMN_COUNT // 2
    right = style.Style(colour=style.MUTED, align="right")
    period, named = period_name(c)
    kind = c.at("settings", "business", "value")
    refreshed = (
        t(N_("Last refresh: {moment}")).format(moment=t.moment(c.refreshed))
        if c.refreshed
        else t(N_("Not refreshed yet"))
    )
    return {
        ("company", "c1"): live("company", entries.company, style.TITLE),
        ("company", f"c{half + 4}"): static(refreshed, right),
        ("period", "c1"): live(
            f'{period}&" · "&{kind}', f"{named} · {t(c.business.name)}", style.Style(size=11, colour=style.MUTED)
        ),
        ("period", f"c{half + 4}"): _problems(c),
        ("commentary", "c1"): static(c.commentary, style.Style(size=11, wrap=True, vertical="top")),
        ("changed", "c1"): notice(c),
    }


def _problems(c: Context) -> Cell:
    errors = sum(problem.severity == "error" for problem in c.problems)
    others = len(c.problems) - errors
    if c.refreshed is None:
        text = c.t(N_("Check: not done yet"))
    elif errors:
        text = c.t(N_("✖ Check (errors: {errors}): mend them before you trust the figures")).format(errors=errors)
    else:
        text = c.t(N_("Check (errors: {errors}; to look at: {others})")).format(errors=errors, others=others)
    look = style.Style(colour="1A528F", underline=True, align="right")
    return Cell("static", text, link(c.titles["check"], "A1", text), look)


def _card(result: Result, c: Context) -> dict[tuple[str, int], Cell]:
    kpi, t, unit = result.kpi, c.t, result.kpi.kpi.unit
    prefix = kpi.name_prefix
    value, change, target = (f"{prefix}_{part}" for part in ("value", "change", "target"))
    dash = c.word("no_figure")
    hours = " h" if unit == "hours" else ""
    figure = style.FORMATS[unit] + (f'"{hours}"' if hours else "")
    # A share that rises from 80 % to 84 % rises by 4 points, not by 4 %.
    scale = "*100" if unit == "fraction" else ""
    points = style.change_format("score", f" {t(N_('points'))}") if scale else style.change_format(unit, hours)
    small = style.Style(size=9, colour=style.MUTED, fill=CARD)
    trend = c.at("kpis", kpi.id, "trend")
    found: dict[tuple[str, int], Cell] = {
        (part, offset): label(None, style.Style(fill=CARD)) for part in CARD_PARTS[:-1] for offset in range(4)
    }
    next_text = to_next_text(result, t) or reason_text(result.reason, t)
    found |= {
        ("name", 0): label(
            f"{t(kpi.abbreviation)} · {t(kpi.name)}", style.Style(bold=True, fill=CARD, align="left", indent=1)
        ),
        ("value", 0): live(
            f"IF(ISNUMBER({value}),{value},{dash})",
            "–" if result.value is None else result.value,
            style.Style(size=20, bold=True, format=figure, align="left", fill=CARD, indent=1),
        ),
        ("value", 2): live(
            f"{prefix}_level",
            level_word(result.level, t),
            style.Style(size=9, bold=True, align="center", fill=CARD),
        ),
        ("change", 0): live(
            f"IF(ISNUMBER({change}),{change}{scale},{dash})",
            "–" if result.change is None else result.change * (100 if scale else 1),
            style.Style(size=9, format=points, align="left", fill=CARD, indent=1),
        ),
        ("change", 1): live(
            f"IF(ISNUMBER({change}),{trend},{c.word('no_previous')})",
            t(TRENDS[result.trend]) if result.trend else t(N_("no previous")),
            small,
        ),
        ("target", 0): label(
            t(N_("Target")), style.Style(size=9, colour=style.MUTED, fill=CARD, align="left", indent=1)
        ),
        ("target", 1): live(
            f"IF(ISNUMBER({target}),{target},{dash})",
            "–" if result.target is None else result.target,
            style.Style(size=9, format=figure, align="left", fill=CARD),
        ),
        ("next", 0): live(
            f"{c.at('kpis', kpi.id, 'to_next')}",
            next_text,
            style.Style(size=9, colour=style.MUTED, wrap=True, vertical="top", fill=CARD, align="left", indent=1),
        ),
    }
    return found


def _legend(c: Context) -> dict[tuple[str, int], Cell]:
    found: dict[tuple[str, int], Cell] = {
        ("name", 0): label(c.t(N_("How to read the levels")), style.Style(bold=True, align="left", indent=1))
    }
    for part, level in zip(("value", "change", "target", "next"), sorted(Level, reverse=True), strict=True):
        look = style.Style(
            bold=True,
            colour=style.LEVEL_TEXT[level],
            align="left",
            indent=1,
            vertical="center" if part != "next" else "top",
        )
        found[part, 0] = label(level_word(level, c.t), look)
    return found


def _sections(c: Context) -> Cells:
    half = COLUMN_COUNT // 2
    t = c.t
    section = style.Style(size=12, bold=True, colour=style.ACCENT, rule=style.FAINT)
    picked = next(result for result in c.scorecard.results if result.kpi.id == c.trend_kpi)
    unit = picked.kpi.kpi.unit
    found: dict[tuple[str, str], Cell] = {
        ("sections", "c1"): label(t(N_("Against the benchmark, worst first")), section),
        ("sections", f"c{half + 2}"): label(t(N_("The last 12 periods of")), section),
        ("sections", f"c{half + 5}"): entry_cell(
            f"{t(picked.kpi.abbreviation)} · {t(picked.kpi.name)}",
            style.Style(bold=True, fill=style.INPUT, rule=style.FAINT, unlocked=True),
            name="trend_kpi",
        ),
        ("sections", f"c{COLUMN_COUNT}"): live(
            c.at("trend", "picked", "typical"),
            t(UNITS[unit]),
            style.Style(size=9, colour=style.MUTED, align="right", rule=style.FAINT),
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
            name, cells_of[pick, "name"], style.Style(size=9, bold=True, wrap=True, rule=style.LINE)
        )
        found[row, f"c{first + 3}"] = live(tip, cells_of[pick, "tip"], style.Style(size=9, wrap=True, rule=style.LINE))
    return found
