"""Check: every problem found at the last refresh, with a link to its cell and how to fix it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.errors import N_
from kpixl.formula import Name, to_excel
from kpixl.formula.expressions import equal, or_else
from kpixl.formula.in_cells import as_text, exactly, flag, is_error, total
from kpixl.formula.in_cells import link as jump
from kpixl.formula.to_excel import Template
from kpixl.kpi.grading import reason_number
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, live, notice, quoted, static

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.check import Problem
    from kpixl.ooxml.cells import Value

COLUMNS = {"severity": N_("Severity"), "where": N_("Where"), "text": N_("What is wrong"), "mend": N_("What to do")}
HIDDEN = ("seen", "errors")
"""What the cell of an error held, and 1 as long as it still does."""
ORDER = (*COLUMNS, *HIDDEN)
ERRORS = "check_errors"
"""The name of the cell that counts the errors of the last refresh whose cells have not been changed since."""
WIDTHS = {"severity": 16, "where": 24, "text": 70, "mend": 70}
CAPACITY = 300
"""Rows for problems; `kpixl check` lists what does not fit."""

SEVERITIES = {"error": N_("✖ error"), "warning": N_("! review"), "note": N_("· note")}
COLOURS = {"error": Level.BELOW, "warning": Level.TYPICAL}
"""The levels whose colours they have."""
LISTED = tuple(f"problem_{number}" for number in range(1, CAPACITY + 1))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "headings", *LISTED)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("space", "where"): notice(c),
        ("title", "severity"): label(c.titles["check"], style.TITLE),
        ("help", "severity"): static(_summary(c), style.HELP),
    }
    for column, heading in COLUMNS.items():
        found["headings", column] = label(c.t(heading), style.HEADING)
    shown = list(c.problems)
    left_over = len(shown) - CAPACITY
    if left_over > 0:
        shown = shown[: CAPACITY - 1]
    rest = sum(problem.severity == "error" for problem in c.problems[len(shown) :])
    errors = sum(problem.severity == "error" for problem in c.problems)
    found["help", "seen"] = static(rest or None)
    unlisted = c.at("check", "help", "seen")
    listed = {"listed": c.span("check", "errors", LISTED), "unlisted": unlisted}
    found["help", "errors"] = live(_ERRORS.filled(listed, c.word), errors, name=ERRORS)
    for row, problem in zip(LISTED, shown, strict=False):
        found[row, "severity"] = static(c.t(SEVERITIES[problem.severity]), PLAIN)
        found[row, "text"] = static(problem.text(c.t), WRAP)
        found[row, "mend"] = static(problem.mend(c.t), WRAP)
        found[row, "where"] = Cell("static", problem.place, link(problem.sheet, problem.cell, problem.place), LINK)
        if problem.severity == "error":
            seen, formula = _still(problem, c.at("check", row, "seen"), c)
            found[row, "seen"], found[row, "errors"] = static(seen), Cell("static", 1, formula)
    if left_over > 0:
        more = c.t(N_("{count} more problems do not fit here; fix these first and refresh.")).format(
            count=left_over + 1
        )
        found[LISTED[-1], "text"] = static(more, WRAP)
    looks = {"severity": PLAIN, "where": LINK, "text": WRAP, "mend": WRAP}
    for row in LISTED:
        for column in ORDER:
            found.setdefault((row, column), static(None, looks.get(column, PLAIN)))
    return found


def _still(problem: Problem, seen: str, c: Context) -> tuple[Value, str | None]:
    """What the cell of an error holds, and the formula that is 1 as long as it does, or as the figures of its KPI
    cannot be; no formula where that cannot be told."""
    rows = c.scorecard.entries.tables.get(problem.table or "")
    if rows is None:
        kpi = problem.field if problem.field in c.kpi_ids else None
        if not kpi or problem.code not in IMPOSSIBLE:
            return None, None
        return None, _STILL_IMPOSSIBLE.filled({"withheld": c.at("calc", kpi, "withheld")}, c.word)
    row = rows.row_of(problem.cell) if problem.cell else None
    if row is None or problem.field is None or not rows.has(problem.field):
        return None, None
    cell, held = f"{quoted(problem.sheet)}!{problem.cell}", rows.held(problem.field, row)
    if isinstance(held, ExcelError):
        return None, _STILL_AN_ERROR.filled({"cell": cell}, c.word)
    return held, _STILL_THE_SAME.filled({"cell": cell, "seen": seen}, c.word)


_CELL = Name("cell")
_ERRORS = Template(total(Name("listed"), Name("unlisted")))
_STILL_IMPOSSIBLE = Template(flag(equal(Name("withheld"), reason_number("impossible"))))
_STILL_AN_ERROR = Template(flag(is_error(_CELL)))
_STILL_THE_SAME = Template(or_else(flag(exactly(as_text(_CELL), as_text(Name("seen")))), 0))
IMPOSSIBLE = ("part_over_whole", "impossible", "score_impossible", "more_than_whole")
"""What is said of a KPI whose figures cannot be."""


PLAIN = style.Style(vertical="top")
WRAP = style.Style(wrap=True, vertical="top")
LINK = style.Style(colour="1A528F", underline=True, vertical="top")


def heights(c: Context) -> dict[str, float]:
    """Room for the longer of the two texts of every row."""
    texts: dict[str, int] = dict.fromkeys(LISTED, 0)
    for (row, column), cell in cells(c).items():
        if row in texts and column in ("text", "mend"):
            texts[row] = max(texts[row], len(str(cell.value or "")))
    return {row: LINE * max(1, -(-length // CHARACTERS)) + 2 for row, length in texts.items()}


LINE = 13.5
CHARACTERS = 66
"""How much of a text fits on a line of its column, on the safe side."""


def link(sheet: str, cell: str | None, text: str) -> str | None:
    """A formula that jumps to a cell; None where there is no cell to go to."""
    if not sheet or not cell:
        return None
    target = f"#{quoted(sheet)}!{cell}"
    return to_excel(jump(target, text)) if len(target) <= LONGEST_LINK else None


LONGEST_LINK = 255
"""Letters in a text that stands in a formula of Excel's."""


def _summary(c: Context) -> str:
    if c.refreshed is None:
        return c.t(N_("Not checked yet: refresh the workbook after typing or importing rows."))
    errors = sum(problem.severity == "error" for problem in c.problems)
    others = len(c.problems) - errors
    if not c.problems:
        return c.t(N_("Nothing wrong was found at the last refresh."))
    if not errors:
        return c.t(N_("No errors. To review: {others}.")).format(others=others)
    return c.t(N_("Errors: {errors}. To review: {others}. Errors spoil figures; fix them first.")).format(
        errors=errors, others=others
    )
