"""Helper cells of the dashboard's table: which KPI stands in which row since the last refresh, and what its bar, its
target's tick and its sparkline are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import OWN_SLOTS, Level
from kpixl.formula import Name
from kpixl.formula.expressions import (
    NOT_THERE,
    either,
    equal,
    every,
    first_known,
    known,
    largest,
    maximum,
    minimum,
)
from kpixl.formula.in_cells import count_cells, item, total
from kpixl.formula.to_excel import Template
from kpixl.kpi.actions import FIRST, in_focus, in_order, to_do
from kpixl.kpi.score import SHORTEST_BAR, order_key, target_position
from kpixl.workbook.grid import Cell, Cells, Context, live, static
from kpixl.workbook.sheets.check import ERRORS
from kpixl.workbook.sheets.grading import finer_shown, look_of
from kpixl.workbook.sheets.spark import NOT_AVAILABLE, PERIODS, sparks

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import Action
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

LEVEL_BARS = tuple(f"level_{level.value}" for level in Level)
COLUMNS = ("index", "look", "finer", "position", *LEVEL_BARS, "target", "also", *PERIODS)

FIRST_ROWS = tuple(f"do_{number}" for number in range(1, FIRST + 1))
FOCUS, LIMIT, CHECK = "focus", "limit", "check"
DO_ROWS = (*FIRST_ROWS, FOCUS, LIMIT, CHECK)
DO_COLUMNS = ("id", "index", "look", "finer", "needs", "order", "done")
"""Of the row about Check: ``index`` errors and ``order`` other problems, blank while nothing has been checked."""
DAY = "by"
ACTION_COLUMNS = ("who", DAY, "done", "note")


def rows(business: Business) -> tuple[str, ...]:
    """One row a KPI, in the order of the last refresh."""
    return tuple(f"board_{number + 1}" for number in range(len(business.kpis) + len(OWN_SLOTS)))


def of(c: Context, index: str, column: str, block: str = "calc") -> str:
    """What a column of a block has of the KPI that stands in a place."""
    return _OF.filled({"list": c.span(block, column, c.kpi_ids), "index": index})


def board(c: Context) -> Cells:
    """The rows of the table."""
    found: dict[tuple[str, str], Cell] = {}
    lines = sparks(c)
    for row, result in zip(rows(c.business), in_order(c.scorecard), strict=True):
        found.update({(row, column): cell for column, cell in _row(row, result, c).items()})
        index = c.at("board", row, "index")
        for period in PERIODS:
            found[row, period] = live(of(c, index, period, "spark"), lines[result.kpi.id, period])
    return found


def _row(row: str, result: Result, c: Context) -> dict[str, Cell]:
    index, position = c.at("board", row, "index"), c.at("board", row, "position")
    place, shade = result.grade.position, result.grade.shade
    bar = None if place is None else max(place, SHORTEST_BAR)
    aim = None if result.kpi.own or result.off else target_position(result)
    there = {column: of(c, index, column) for column in ("shade", "target_position", "order", "needs")}
    bind = {"index": index, "position": position, **there}
    bind |= {"limit": c.at("do", LIMIT, "order"), "taken": c.span("do", "index", FIRST_ROWS)}
    return {
        "index": static(c.kpi_ids.index(result.kpi.id) + 1),
        "look": live(of(c, index, "look"), look_of(result.kpi)),
        "finer": live(of(c, index, "finer"), finer(result)),
        "position": live(of(c, index, "position"), place),
        **{
            f"level_{level.value}": live(
                _BARS[level].filled(bind, c.word),
                bar if bar is not None and shade == level else NOT_AVAILABLE,
            )
            for level in Level
        },
        "target": live(
            _AIM.filled(bind, c.word),
            aim if aim is not None and place is not None else NOT_AVAILABLE,
        ),
        "also": live(_ALSO.filled(bind, c.word), None),
    }


_INDEX, _POSITION, _ORDER, _NEEDS = Name("index"), Name("position"), Name("order"), Name("needs")
_OF = Template(item(Name("list"), _INDEX))
_BARS = {
    level: Template(
        either(
            known(_POSITION),
            either(equal(Name("shade"), level), maximum(_POSITION, SHORTEST_BAR), NOT_THERE),
            NOT_THERE,
        )
    )
    for level in Level
}
_AIM = Template(either(known(_POSITION), first_known(Name("target_position"), NOT_THERE), NOT_THERE))
_ALSO = Template(
    either(every(equal(_NEEDS, 1), equal(count_cells(Name("taken"), _INDEX), 0), Name("limit") > _ORDER), _ORDER)
)


def finer(result: Result) -> float | None:
    """How many decimals more than usual its value is shown with."""
    return None if result.kpi.own else finer_shown(result)


def do(c: Context) -> Cells:
    """Which KPIs are put first since the last refresh, and which one is looked at more closely."""
    chosen = dict(zip(FIRST_ROWS, to_do(c.scorecard), strict=False)) | {FOCUS: in_focus(c.scorecard)}
    places = {result.kpi.id: number for number, result in enumerate(c.scorecard.slots)}
    found: dict[tuple[str, str], Cell] = {}
    for row in (*FIRST_ROWS, FOCUS):
        result, index = chosen.get(row), c.at("do", row, "index")
        found[row, "id"] = static(result.kpi.id if result else None)
        found[row, "index"] = static(places[result.kpi.id] + 1 if result else None)
        known = {"look": None, "finer": None, "needs": None, "order": None} if result is None else {
            "look": look_of(result.kpi),
            "finer": finer(result),
            "needs": int(result.needs),
            "order": order_key(result, places[result.kpi.id]),
        }  # fmt: skip
        for column, value in known.items():
            there = of(c, index, column)
            found[row, column] = live(_OF_CHOSEN.filled({"index": index, "there": there}, c.word), value)
    needs, order = (c.span("do", column, FIRST_ROWS) for column in ("needs", "order"))
    needing = [row for row in FIRST_ROWS if (one := chosen.get(row)) is not None and one.needs]
    worst = [found[row, "order"].value for row in needing]
    full = len(needing) == FIRST
    limit = _LIMIT.filled({"needs": needs, "order": order}, c.word)
    found[LIMIT, "order"] = live(limit, max(worst) if full else NO_LIMIT)  # type: ignore[type-var]
    errors = sum(problem.severity == "error" for problem in c.problems)
    checked = c.refreshed is not None
    # Live: it falls as soon as a cell is put right, and rises with what the sheets themselves find wrong.
    done = c.at("do", CHECK, "order")
    since, there = (c.span("calc", column, c.kpi_ids) for column in ("wrong_since", "wrong"))
    wrong = int(any(result.wrong_rows.rows for result in c.scorecard.slots))
    found[CHECK, "index"] = live(
        _UNMENDED.filled({"done": done, "errors": ERRORS, "since": since, "there": there}, c.word),
        max(errors, wrong) if checked else None,
    )
    found[CHECK, "order"] = static(len(c.problems) - errors if checked else None)
    return found


NO_LIMIT = 99
"""Comes after every place in the ranking."""
_OF_CHOSEN = Template(either(known(_INDEX), Name("there")))
_LIMIT = Template(either(equal(total(_NEEDS), FIRST), largest(_ORDER), NO_LIMIT))
_UNMENDED = Template(
    either(
        known(Name("done")),
        maximum(Name("errors") + largest(Name("since")), minimum(largest(Name("there")), 1)),
    )
)


def actions(c: Context) -> Cells:
    """What the owner has decided about each KPI, also about those that are not put first now."""
    known = c.scorecard.entries.actions
    return {
        (kpi, column): static(_kept(content(known.get(kpi), column), column, c))
        for kpi in c.kpi_ids
        for column in ACTION_COLUMNS
    }


def _kept(value: Value, column: str, c: Context) -> Value:
    """Out of sight, where nothing is shown as a day."""
    return c.days.stored(value) if column == DAY else value


def content(action: Action | None, column: str) -> str | float | bool | None:
    """What stands in one of the owner's cells about a KPI."""
    return None if action is None else getattr(action, column).raw
