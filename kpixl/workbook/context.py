"""What the owned cells of a workbook that has been read are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.i18n import language
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.inactive import inactive
from kpixl.kpi.pareto import pareto
from kpixl.texts.commentary import comment
from kpixl.workbook import layout
from kpixl.workbook.grid import Context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from kpixl.check import Problem
    from kpixl.kpi.score import Scorecard
    from kpixl.workbook.log_line import LogLine
    from kpixl.workbook.read import Book


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
        comments={result.kpi.id: comment(result, scorecard, t) for result in scorecard.results},
    )
