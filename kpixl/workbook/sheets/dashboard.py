"""Dashboard: one screen, one printed page. How the period goes, what to do first and who does it, every KPI in one
table, and the one that was picked over twelve periods.

Which KPI stands in which row is fixed by a refresh; what stands there is live. What the owner types belongs to the KPI
of its row, by its id.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.formula import Name
from kpixl.formula.expressions import (
    BLANK,
    NO,
    count,
    either,
    equal,
    first_known,
    joined,
    known,
    or_else,
    smallest,
)
from kpixl.formula.in_cells import (
    as_text,
    count_cells,
    count_rows,
    item,
    link,
    new_line,
    place_in,
    replaced,
    total,
    worded,
)
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template
from kpixl.kpi.actions import in_focus, in_order, left_out, to_do, verdict, weakest
from kpixl.kpi.cautions import cautions
from kpixl.kpi.grading import LEFT, NOT_BEGUN, RUNNING
from kpixl.texts.action_text import action_text
from kpixl.texts.caution_text import SIGNS, caution_line_beside
from kpixl.texts.figures import held_against, late_beside
from kpixl.texts.groups import level_shown, title
from kpixl.texts.words import (
    DAYS_LEFT,
    LEVELS,
    TARGET_SIGNS,
    begins_text,
    kpi_title,
    listed,
    named,
    standing_word,
    tip_text,
    until_text,
)
from kpixl.workbook import letters, style
from kpixl.workbook.grid import BLOCK_PREFIX, NOTICE, Cell, Cells, Context, entry_cell, label, live, notice, static
from kpixl.workbook.sheets import board
from kpixl.workbook.sheets.board import CHECK, FIRST_ROWS, of
from kpixl.workbook.sheets.grading import shown as shown_of
from kpixl.workbook.sheets.kpis import unit_shown
from kpixl.workbook.sheets.spark import PERIODS
from kpixl.workbook.sheets.trend import TICKS, trend
from kpixl.workbook.sheets.vocabulary import FIRST_STEPS, PAGE, REFRESHED, day_name, period_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.catalog.model import Business
    from kpixl.formula import Node
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

PIXELS = {
    "tick": 66, "name": 169, "value": 96, "target": 80, "met": 26, "previous": 78, "year": 76, "spark": 80,
    "band_0": 65, "band_1": 65, "band_2": 65, "band_3": 65, "level": 159, "few": 112, "done": 58,
}  # fmt: skip
"""Columns, and how wide each is: 1,260 pixels, so that a laptop's screen has them all."""
BANDS = tuple(f"band_{level.value}" for level in Level)
STEPS = "steps"
LINES = ("line_1", "line_2", "line_3", "line_4", "line_5")
"""Each at the height of a tick of the trend, the uppermost first."""
HEIGHTS: dict[str, float] = {
    "company": 24, "verdict": 18, "do_head": 17, **dict.fromkeys(FIRST_ROWS, 22.5), STEPS: 48, "also": 12,
    "caution": 13, "board_head": 24, "line_head": 18, **dict.fromkeys(LINES, 15.75), "line_days": 14,
}  # fmt: skip
"""In points; those of the table's rows follow from the names."""
ROW, HIGH_ROW, HIGHEST_ROW = 19.5, 22.5, 30.0
"""A row of the table, one whose texts take two lines, and three. All have the same, since their bars are one chart."""
LOW_ROWS = (15.75, 20.25, HIGHEST_ROW)
"""Likewise where there are so many KPIs that a screen would not have them all."""
SCREEN = 480.0
"""The height of a laptop's screen, in points: 640 pixels."""
NAME_SIZE, MARK_SIZE = 9, 8
"""Of the letters of a name and a level, and of what is to be known beside it."""
CAUTION_LINE = 215
"""So many letters of a caution fit into one line, which is as wide as the sheet."""
ENTRIES = {"who": "level", "by": "few", "done": "done"}
"""What the owner types in the row of a KPI, and the column that it stands in."""
NOTE = ("line_4", "band_2")
OPEN = N_("Still to be done: {actions}")
SIGN_LEVELS = {SIGNS["act_now"]: Level.BELOW, SIGNS["warning"]: Level.BELOW, SIGNS["good"]: Level.ABOVE_AVERAGE}
"""The colour of a caution, by the shape that it begins with."""


def columns() -> tuple[str, ...]:
    """Ids of the block's columns."""
    return tuple(PIXELS)


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    first = ("company", "verdict", "do_head", *FIRST_ROWS, STEPS, "also", "caution", "board_head")
    return (*first, *board.rows(business), "line_head", *LINES, "line_days")


def hidden_rows(c: Context) -> set[str]:
    """Rows of KPIs that are not there or not put first; the first steps, where there is one to put first; the caution,
    where there is none."""
    used, first = len(c.scorecard.results), len(to_do(c.scorecard))
    return {
        *board.rows(c.business)[max(used, 1) :],
        *(FIRST_ROWS[first:] if first else FIRST_ROWS),
        *([STEPS] if first else []),
        *([] if _told(c) else ["caution"]),
    }


def heights(c: Context) -> dict[str, float]:
    """The height of the caution, whose text is as long as it is, and of the table's rows, by their longest texts."""
    told = _told(c)
    caution = HEIGHTS["caution"] * min(1 + len(told) // CAUTION_LINE, 3)
    most = max((_lines(result, c) for result in c.scorecard.results), default=1)
    others = sum(HEIGHTS.values()) - HEIGHTS[STEPS] - HEIGHTS["caution"] + (caution if told else 0)
    room = (SCREEN - others) / max(len(c.scorecard.results), 1)
    tall, low = (sizes[min(most, 3) - 1] for sizes in ((ROW, HIGH_ROW, HIGHEST_ROW), LOW_ROWS))
    fits = max(low, min(tall, room // QUARTER * QUARTER))
    return {"caution": caution, **dict.fromkeys(board.rows(c.business), fits)}


QUARTER = 0.75
"""A pixel, in points."""


def _lines(result: Result, c: Context) -> int:
    """How many lines the texts of a KPI's row take at most."""
    mark = str(shown_of(result, c)["mark"].value or "")
    return max(
        letters.lines(name_of(result, c), NAME_ROOM, NAME_SIZE, bold=True),
        letters.lines(standing_word(result, c.t), LEVEL_ROOM, NAME_SIZE, bold=True),
        letters.lines(mark, MARK_ROOM, MARK_SIZE),
    )


_EDGE, _INDENT = 5, 9
NAME_ROOM = PIXELS["tick"] + PIXELS["name"] - _EDGE
LEVEL_ROOM = PIXELS["level"] - _EDGE - _INDENT
MARK_ROOM = PIXELS["few"] + PIXELS["done"] - _EDGE
"""The pixels that a line of each has."""


def name_of(result: Result, c: Context) -> str:
    """The full name of a KPI; that of an own one is the owner's."""
    return (result.kpi.name if result.kpi.own else c.t(result.kpi.name)) or ""


def merges(business: Business) -> list[tuple[str, str, str, str]]:
    """Merged cells: first row and column, last row and column."""
    wide = [
        ("company", "tick", "band_3"), ("company", "level", "done"), ("verdict", "tick", "previous"),
        ("verdict", "year", "band_3"), ("verdict", "level", "done"), ("do_head", "tick", "name"),
        ("do_head", "met", "previous"), ("do_head", "spark", "band_3"), (STEPS, "tick", "done"),
        ("also", "tick", "done"), ("caution", "tick", "done"), ("board_head", "tick", "name"),
        ("board_head", "target", "met"), ("board_head", "few", "done"), ("line_head", "tick", "name"),
        ("line_head", "value", "previous"), ("line_head", "band_0", "done"),
    ]  # fmt: skip
    for row in FIRST_ROWS:
        wide += [(row, "tick", "name"), (row, "met", "previous"), (row, "spark", "band_3")]
    for row in board.rows(business):
        wide += [(row, "tick", "name"), (row, "few", "done")]
    for row in LINES[:3]:
        wide += [(row, "band_0", "band_2"), (row, "few", "done")]
    tall = [("line_4", "band_0", "line_days", "band_1"), ("line_4", "band_2", "line_days", "done")]
    return [(row, left, row, right) for row, left, right in wide] + tall


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found = {**_head(c), **_do_first(c), **_board_head(c), **_bottom(c)}
    for row, result in zip(board.rows(c.business), in_order(c.scorecard), strict=True):
        found.update({(row, column): cell for column, cell in _row(row, result, c).items()})
    return found


def sparkline_cells(c: Context) -> Iterator[tuple[str, str]]:
    """Each cell with a sparkline, and what it is drawn from."""
    for row in board.rows(c.business):
        cell = c.at("dashboard", row, "spark").rpartition("!")[2].replace("$", "")
        yield cell, c.across("board", row, PERIODS).replace("$", "")


# Above

SMALL = style.Style(size=9, colour=palette.MUTED)
HEADING = style.Style(size=9, bold=True, colour=palette.MUTED, rule=palette.FAINT, vertical="bottom", wrap=True)
HEADING_RIGHT = style.Style(
    size=9, bold=True, colour=palette.MUTED, rule=palette.FAINT, vertical="bottom", wrap=True, align="right"
)
SECTION = style.Style(size=12, bold=True, colour=palette.ACCENT, rule=palette.FAINT, vertical="bottom")
SOUND, TO_REVIEW = "✔", "!"
"""What the words about Check begin with where there is nothing to look at, and where there is."""
CHIP = style.Style(bold=True, colour=palette.LEVEL_TEXT[Level.ABOVE_AVERAGE], align="right", indent=1, underline=True)


def _head(c: Context) -> Cells:
    """Company and period, the verdict, Check, and how old is what does not follow by itself."""
    entries, t, now = c.scorecard.entries, c.t, c.scorecard.clock
    period, named = period_name(c)
    left_now = f" · {t(DAYS_LEFT).format(days=now.left)}" if now.running else ""
    moment = t(REFRESHED).format(moment=t.moment(c.refreshed)) if c.refreshed else t(N_("Not refreshed yet"))
    return {
        ("company", "tick"): live(
            _HEAD.filled({"period": period}, c.word),
            f"{entries.company} · {named}{left_now}",
            style.Style(size=16, bold=True, colour=palette.ACCENT, shrink=True),
        ),
        ("company", "level"): _check(c),
        ("verdict", "tick"): live(*_verdict(c), style.Style(size=12, bold=True, shrink=True)),
        ("verdict", "year"): structs.replace(notice(c), style=replace(NOTICE, size=8, wrap=True)),
        ("verdict", "level"): static(moment, style.Style(size=9, colour=palette.MUTED, align="right", shrink=True)),
    }


_LEFT = either(RUNNING, joined(" · ", worded(Wording("days_left"), days=LEFT)))
_HEAD = Template(joined(Name("company"), " · ", Name("period"), _LEFT))


def _check(c: Context) -> Cell:
    """The chip: how many errors Check found, as a link to them."""
    bind = {"errors": c.at("do", CHECK, "index"), "others": c.at("do", CHECK, "order")}
    found = sum(problem.severity == "error" for problem in c.problems)
    if c.refreshed is None:
        text = c.t(PAGE["check_not_done"])
    elif found:
        text = c.t(PAGE["check_errors"]).format(errors=found)
    else:
        text = c.t(PAGE["check_sound"]).format(others=len(c.problems))
        text = text.replace(SOUND, TO_REVIEW) if c.problems else text
    return live(_CHIP.filled(bind, c.word), text, CHIP)


def _chip() -> Node:
    errors, others = Name("errors"), Name("others")
    told = worded(Wording("check_errors"), errors=errors)
    sound = replaced(worded(Wording("check_sound"), others=others), SOUND, either(others > 0, TO_REVIEW, SOUND))
    shown = either(known(errors), either(errors > 0, told, sound), Wording("check_not_done"))
    return link(f"#{BLOCK_PREFIX}check", shown)


_CHIP = Template(_chip())


def _verdict(c: Context) -> tuple[str, str]:
    """How the period goes, in one line: ``3 good · 3 typical · 1 below par``."""
    t = c.t
    columns = {column: c.span("calc", column, c.kpi_ids) for column in ("shade", "needs", "name", "value", "withheld")}
    word = "verdict" if c.business.banded else "verdict_before"
    days = {"until_day": day_name(c, "period_end"), "first_day": day_name(c, "period_start")}
    formula = _VERDICTS[word].filled(columns | days, c.word)
    clock = c.scorecard.clock
    still_now = f"{until_text(c.scorecard.entries.period.end, t)} · " if clock.running else ""
    well, typical, bad, unjudged = verdict(c.scorecard)
    if not clock.gone:
        return formula, begins_text(c.scorecard.entries.period.start, t)
    if not well + typical + bad and (_figures(c) or not any(one.withheld for one in c.scorecard.slots)):
        return formula, still_now + t(FIRST_STEPS["no_aim" if _figures(c) else "no_data"])
    text = still_now + t(PAGE[word]).format(good=well, typical=typical, act=bad)
    return formula, text + (f" · {t(PAGE['not_judged']).format(count=unjudged)}" if unjudged else "")


_VALUES, _WAITING, _NEEDS = Name("value"), Name("withheld"), Name("needs")
_THERE = count_rows(_VALUES, ">0", _WAITING, BLANK) + count_rows(_VALUES, "<0", _WAITING, BLANK) > 0
"""Whether any figure is to be judged. Zero is no sign that anything was entered: no complaint is there without a
row."""


def _in_a_line(verdict: str) -> Node:
    """The verdict; before it that the period is not over, and until when: all that follows is as of now."""
    shades = Name("shade")
    good, act, judged = count_cells(shades, ">=2"), count_rows(shades, 0, _NEEDS, 1), count(shades)
    rest = count_cells(Name("name"), "?*") - judged
    more = either(rest > 0, joined(" · ", worded(Wording("not_judged"), count=rest)))
    line = joined(worded(Wording(verdict), good=good, typical=judged - good - act, act=act), more)
    nothing = either(_THERE, Wording("no_aim"), either(equal(count(_WAITING), 0), Wording("no_data"), line))
    still = either(RUNNING, joined(worded(Wording("until"), day=Name("until_day")), " · "))
    return either(
        NOT_BEGUN,
        worded(Wording("begins"), day=Name("first_day")),
        joined(still, either(equal(judged, 0), nothing, line)),
    )


_VERDICTS = {word: Template(_in_a_line(word)) for word in ("verdict", "verdict_before")}


def _figures(c: Context) -> bool:
    return any(one.value and one.withheld is None for one in c.scorecard.slots)


# Do this first


def _do_first(c: Context) -> Cells:
    t = c.t
    found: dict[tuple[str, str], Cell] = {
        ("do_head", "tick"): label(t(N_("Do this first")), SECTION),
        ("do_head", "value"): label(t(N_("Now")), HEADING_RIGHT),
        ("do_head", "target"): label(t(N_("Held against")), HEADING_RIGHT),
        ("do_head", "met"): label(None, HEADING),
        ("do_head", "year"): label(t(N_("Gap")), HEADING_RIGHT),
        ("do_head", "spark"): label(t(N_("What to do")), style.apart(HEADING)),
        ("do_head", "level"): label(t(N_("Who")), HEADING),
        ("do_head", "few"): label(t(N_("By when")), HEADING),
        ("do_head", "done"): label(t(N_("Done?")), HEADING),
        (STEPS, "tick"): live(*_steps(c), style.Style(size=11, wrap=True)),
        ("also", "tick"): live(
            _also(c), None, style.Style(size=9, bold=True, colour=palette.LEVEL_TEXT[Level.BELOW], shrink=True)
        ),
        ("caution", "tick"): static(_told(c) or None, style.Style(size=9, wrap=True)),
    }
    chosen = (*to_do(c.scorecard), None, None, None)
    for row, result in zip(FIRST_ROWS, chosen, strict=False):
        found.update({(row, column): cell for column, cell in _first(row, result, c).items()})
    return found


def _first(row: str, result: Result | None, c: Context) -> dict[str, Cell]:
    """A KPI that is put first: how far it is from what it is held against, what to do, and the owner's own cells."""
    index, t = c.at("do", row, "index"), c.t
    name, tip = None, None
    aim, aim_word, distance = None, None, None
    if result is not None:
        name = name_of(result, c)
        aim, aim_word = held_against(result, t)
        distance = shown_of(result, c)["distance"].value
        tip = tip_text(result.kpi, t) if result.needs else t(PAGE["no_need"])
    bind = {"index": index, **{column: of(c, index, column) for column in ("needs", "tip", "link", "full")}}
    rule = palette.LINE
    found = {
        "tick": live(
            _FIRST_NAME.filled(bind),
            name,
            style.Style(size=9, bold=True, wrap=True, rule=rule),
        ),
        "value": _taken("value", index, result.value if result else None, c, NUMBER_BOLD),
        "target": _taken("against", index, aim, c, NUMBER),
        "met": _taken(
            "against_word", index, aim_word, c, style.Style(size=8, colour=palette.MUTED, rule=rule, wrap=True)
        ),
        "year": _taken("distance", index, distance, c, NUMBER),
        "spark": live(
            _FIRST_TIP.filled(bind, c.word),
            tip,
            style.Style(size=9, wrap=True, rule=rule, indent=1, align="left"),
        ),
    }
    action = c.scorecard.entries.actions.get(result.kpi.id) if result else None
    for entry, column in ENTRIES.items():
        found[column] = static(board.content(action, entry), ENTRY[entry])
    return found


NUMBER = style.Style(size=10, align="right", rule=palette.LINE, format=style.OWN, shrink=True)
NUMBER_BOLD = style.Style(size=11, bold=True, align="right", rule=palette.LINE, format=style.OWN, shrink=True)
ENTRY = {
    "who": style.Style(
        size=9, fill=palette.INPUT, rule=palette.FAINT, divide=palette.FAINT, unlocked=True, wrap=True, align="left"
    ),
    "by": style.Style(
        size=9,
        fill=palette.INPUT,
        rule=palette.FAINT,
        divide=palette.FAINT,
        unlocked=True,
        align="left",
        format=style.FORMATS["date"],
    ),
    "done": style.Style(
        size=9, fill=palette.INPUT, rule=palette.FAINT, divide=palette.FAINT, unlocked=True, align="center"
    ),
    "note": style.Style(
        size=9,
        fill=palette.INPUT,
        rule=palette.FAINT,
        divide=palette.FAINT,
        unlocked=True,
        wrap=True,
        vertical="top",
        align="left",
    ),
}


def _taken(column: str, index: str, value: Value, c: Context, look: style.Style) -> Cell:
    return live(_FIRST_CELL.filled({"index": index, "there": of(c, index, column)}), value, look)


_CHOSEN = known(Name("index"))
_LINKED = link(Name("link"), as_text(Name("full")))
_FIRST_NAME = Template(either(_CHOSEN, _LINKED))
_FIRST_TIP = Template(either(_CHOSEN, either(equal(_NEEDS, 1), Name("tip"), Wording("no_need"))))
_FIRST_CELL = Template(either(_CHOSEN, Name("there")))


def _steps(c: Context) -> tuple[str, str]:
    """What stands in place of KPIs to put first: the first steps while there is no figure, how to have figures judged
    while there is nothing to hold them against; else that nothing needs the owner."""
    ids, t = c.kpi_ids, c.t
    columns = {column: c.span("calc", column, ids) for column in ("position", "needs", "value", "withheld")}
    formula = _FIRST_STEPS.filled(columns, c.word)
    if any(result.grade.position is not None for result in c.scorecard.slots):
        return formula, t(
            PAGE["refresh_first"] if any(one.needs for one in c.scorecard.slots) else FIRST_STEPS["none_needs"]
        )
    kind = "aim" if _figures(c) else "step"
    return formula, "\n".join(t(FIRST_STEPS[f"{kind}_{number}"]) for number in (1, 2, 3))


def _first_steps() -> Node:
    def lines(kind: str) -> Node:
        first, second, third = (Wording(f"{kind}_{number}") for number in (1, 2, 3))
        return joined(first, new_line(), second, new_line(), third)

    later = either(total(_NEEDS) > 0, Wording("refresh_first"), Wording("none_needs"))
    return either(count(Name("position")) > 0, later, either(_THERE, lines("aim"), lines("step")))


_FIRST_STEPS = Template(_first_steps())


def _also(c: Context) -> str:
    """The KPI that has become worse since the last refresh than one of those put first."""
    columns = {column: c.span("board", column, board.rows(c.business)) for column in ("also", "index")}
    return _ALSO.filled(columns | {"full": c.span("calc", "full", c.kpi_ids)}, c.word)


_KEYS = Name("also")
_WORSE = item(Name("full"), item(Name("index"), place_in(_KEYS, smallest(_KEYS))))
_ALSO = Template(either(equal(count(_KEYS), 0), BLANK, worded(Wording("also"), kpi=_WORSE)))


def _told(c: Context) -> str:
    """Everything that has to be said beside: cautions, what came late, and what is still to be done elsewhere."""
    t = c.t
    texts = [caution_line_beside(caution, t) for caution in cautions(c.scorecard)]
    more = len(texts) - MOST_CAUTIONS
    if more > 0:  # the comments on KPIs tell them all
        texts = texts[:MOST_CAUTIONS]
        texts[-1] += f" (+{more})"
    texts += late_beside(c.scorecard.late, t)
    waiting = [
        f"{name_of(one, c)} ({action_text(c.scorecard.entries.actions[one.kpi.id], t)})"
        for one in left_out(c.scorecard)
    ]
    texts += [t(OPEN).format(actions=listed(waiting, t))] if waiting else []
    return " · ".join(texts)


MOST_CAUTIONS = 2

# The table


def _board_head(c: Context) -> Cells:
    t = c.t
    banded = c.business.banded
    found = {
        ("board_head", "tick"): label(t(N_("KPIs, worst first")), SECTION),
        ("board_head", "value"): label(t(N_("Value")), HEADING_RIGHT),
        ("board_head", "target"): label(t(N_("Target")), replace(HEADING_RIGHT, indent=2)),  # above its figures
        ("board_head", "previous"): label(t(N_("Previous period")), HEADING_RIGHT),
        ("board_head", "year"): label(t(N_("A year before")), HEADING_RIGHT),
        ("board_head", "spark"): label(t(N_("The last 12 periods")), style.apart(HEADING)),
        ("board_head", "level"): label(t(N_("Level")), style.apart(HEADING)),
        ("board_head", "few"): label(t(N_("To be known")), HEADING),
    }
    names = {column: f"{t(LEVELS[level])} ›" for column, level in zip(BANDS, Level, strict=True)}
    if not banded:
        names = dict.fromkeys(BANDS, "") | {"band_1": t(N_("not reached")), "band_2": t(N_("reached"))}
    for column, level in zip(BANDS, Level, strict=True):
        text = names[column].removesuffix(" ›") or None
        colour = palette.LEVEL_TEXT[level] if banded else palette.MUTED
        look = style.Style(size=8, colour=colour, rule=palette.FAINT, vertical="bottom", wrap=True, align="center")
        found["board_head", column] = label(text, look)
    return found


def _row(row: str, result: Result, c: Context) -> dict[str, Cell]:
    """A KPI of the table."""
    index, t = c.at("board", row, "index"), c.t
    none = result.in_use and result.value is None
    columns = ("full", "link", "name", "value", "rows", "level_word", "forecast", "mark")
    bind = {column: of(c, index, column) for column in columns}
    shown = shown_of(result, c)
    marked = result.pace.forecast if result.pace else shown["mark"].value
    bands = palette.BANDS if c.business.banded else palette.PLAIN_BANDS
    return {
        "tick": live(
            _ROW_NAME.filled(bind),
            name_of(result, c),
            style.Style(size=NAME_SIZE, bold=True, wrap=True, rule=palette.LINE),
        ),
        "value": live(
            _ROW_VALUE.filled(bind, c.word),
            "–" if none else result.value,
            NUMBER_BOLD,
        ),
        **{
            column: live(of(c, index, source), shown[source].value, NUMBER)
            for column, source in (("previous", "previous"), ("year", "year_before"))
        },
        "target": live(of(c, index, "target"), result.target, NUMBER),
        "met": live(of(c, index, "met"), shown["met"].value, style.Style(bold=True, align="center", rule=palette.LINE)),
        "spark": label(None, style.Style(rule=palette.LINE)),
        **{
            column: label(None, style.Style(rule="FFFFFF", divide="FFFFFF", fill=bands[level]))
            for column, level in zip(BANDS, Level, strict=True)
        },
        "level": live(
            _ROW_LEVEL.filled(bind),
            standing_word(result, t) if result.in_use else None,
            style.apart(style.Style(size=NAME_SIZE, bold=True, rule=palette.LINE, wrap=True)),
        ),
        "few": live(
            _ROW_MARK.filled(bind),
            marked if result.in_use else None,
            style.Style(size=MARK_SIZE, colour=palette.MUTED, rule=palette.LINE, wrap=True, align="left"),
        ),
    }


_UNUSED = equal(Name("name"), BLANK)
_VALUE_LINKED = either(known(_VALUES), link(Name("rows"), _VALUES), Wording("no_figure"))
_ROW_NAME = Template(_LINKED)
_ROW_VALUE = Template(either(_UNUSED, BLANK, _VALUE_LINKED))
_ROW_LEVEL = Template(either(_UNUSED, BLANK, Name("level_word")))
_ROW_MARK = Template(either(_UNUSED, BLANK, first_known(Name("forecast"), Name("mark"))))


# Below


def _bottom(c: Context) -> Cells:
    """The trend of the KPI that was picked, and where the first of all is worst."""
    t, picked, focus = c.t, c.scorecard.result(c.trend_kpi), in_focus(c.scorecard)
    bind = {row: c.at("line", row, "value") for row in ("unit", "name")}
    found: dict[tuple[str, str], Cell] = {
        ("line_head", "tick"): label(t(N_("The last 12 periods of")), SECTION),
        ("line_head", "value"): entry_cell(
            kpi_title(picked.kpi, t),
            style.Style(bold=True, fill=palette.INPUT, rule=palette.FAINT, unlocked=True, shrink=True),
            name="trend_kpi",
        ),
        # What the chart shows while the one that was picked is not in use.
        ("line_head", "year"): live(
            _DRAWN.filled(bind),
            unit_shown(picked.kpi, c) if c.trend_picked else kpi_title(picked.kpi, t) if picked.in_use else None,
            style.Style(size=9, colour=palette.MUTED, rule=palette.FAINT, vertical="bottom"),
        ),
        ("line_head", "band_0"): static(*_focus_title(focus, c)),
        ("line_4", "band_0"): static(
            t(N_("Notes on {kpi}")).format(kpi=name_of(focus, c)) if focus.in_use else t(N_("Notes")),
            style.Style(size=9, colour=palette.MUTED, wrap=True, vertical="top"),
        ),
        NOTE: static(board.content(c.scorecard.entries.actions.get(focus.kpi.id), "note"), ENTRY["note"]),
    }
    values = {cell: value.value for cell, value in trend(c).items()}
    tick = style.Style(size=8, colour=palette.MUTED, align="right", format=style.OWN, shrink=True)
    for row, of_axis in zip(LINES, TICKS[::-1], strict=True):
        found[row, "tick"] = live(c.at("line", of_axis, "value"), values[of_axis, "value"], tick)
    groups = weakest(c.breakdown, focus.kpi.id)
    for number, row in enumerate(LINES[:3]):
        group = groups[1][number] if groups and number < len(groups[1]) else None
        banded = group is not None and group[1].level is not None
        found[row, "band_0"] = static(
            (group[0] or t(N_("(blank)"))) if group else None, style.Style(size=9, shrink=True)
        )
        found[row, "band_3"] = static(
            group[1].value if group else None, style.Style(size=9, align="right", format=style.OWN, shrink=True)
        )
        found[row, "level"] = static(
            level_shown(group[1], t) if group and banded else None, style.apart(style.Style(size=9))
        )
        found[row, "few"] = static(
            group[1].cases if group else None,
            style.Style(size=9, colour=palette.MUTED, align="left", format=cases_format(c)),
        )
    return found


_DRAWN = Template(either(or_else(equal(Name("name"), Name("trend_kpi")), NO), Name("unit"), Name("name")))


def cases_format(c: Context) -> str:
    """The format of a number of cases, with their word."""
    before, _, after = c.t(N_("cases: {cases}")).partition("{cases}")
    return f'"{before}"#,##0' + (f'"{after}"' if after else "")


def _focus_title(focus: Result, c: Context) -> tuple[str | None, style.Style]:
    groups = weakest(c.breakdown, focus.kpi.id)
    name = name_of(focus, c)
    nothing = c.t(N_("No groups to tell apart")) if focus.value is not None else None
    text = named(name, title(groups[0], c.t), c.t) if groups else nothing
    return text, style.Style(
        size=10, bold=True, colour=palette.ACCENT, rule=palette.FAINT, vertical="bottom", shrink=True
    )


SHOWN_SIGNS = {TARGET_SIGNS["met"]: Level.ABOVE_AVERAGE, TARGET_SIGNS["missed"]: Level.BELOW}
