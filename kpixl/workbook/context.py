"""What the owned cells of a workbook that has been read are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.i18n import language
from kpixl.kpi.behind import listings
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.inactive import inactive
from kpixl.kpi.pareto import pareto
from kpixl.texts.commentary import comment
from kpixl.workbook import layout
from kpixl.workbook.grid import Context
from kpixl.workbook.sheets.behind import MOST, lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from kpixl.check import Problem
    from kpixl.kpi.score import Scorecard
    from kpixl.workbook.log_line import LogLine
    from kpixl.workbook.read import Book


def _listed(book: Book) -> int:
    """How many lines of rows behind KPIs there are, those above the last one of them included."""
    place = book.placements.get("behind")
    if place is None or "kind" not in place.column_numbers:
        return 0
    grid, column = book.view.grid(book.sheets["behind"].name), place.column_numbers["kind"] - 1
    held = {number for number, row in enumerate(grid, 1) if column < len(row) and row[column]}
    full = (
        number for number, line in enumerate(lines(book.entries.business), 1) if place.row_numbers.get(line) in held
    )
    return max(full, default=0)


def context_of(
    book: Book,
    scorecard: Scorecard,
    problems: tuple[Problem, ...],
    today: date,
    refreshed: datetime | None,
    *,
    log: Sequence[LogLine] | None = None,
) -> Context:
    """What the owned cells of a workbook are made from, wherever it is; its log as it is, without another one."""
    t = language(book.entries.language)
    titles = layout.titles(book.entries.business, t)
    titles.update({key: sheet.name for key, sheet in book.sheets.items()})
    used = [result.kpi for result in scorecard.results if refreshed and not result.kpi.own]
    return Context(
        business=book.entries.business,
        t=t,
        scorecard=scorecard,
        tally=book.tally(today),
        problems=problems,
        placements=book.placements,
        titles=titles,
        column=layout.references(book.headings),
        row_cell=layout.row_cells(book.headings),
        rewound=book.rewound,
        aliases=book.aliases,
        refreshed=refreshed,
        log=book.log if log is None else log,
        trend_kpi=book.trend.kpi,
        trend_picked=book.trend.picked,
        breakdown=breakdown(book.entries, book.tally(today)),
        pareto=pareto(book.entries, book.tally(today)),
        inactive=inactive(book.tally(today)),
        listed={kpi.id: listings(kpi, book.tally(today), MOST) for kpi in used},
        listed_before=_listed(book),
        comments={result.kpi.id: comment(result, scorecard, t) for result in scorecard.results},
    )
