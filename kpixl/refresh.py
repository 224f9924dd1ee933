"""Reads, checks, computes and grades an open workbook, and brings the cells that kpixl owns up to date."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kpixl.breakdown import breakdown
from kpixl.check import Problem, check
from kpixl.commentary import comment, headline
from kpixl.i18n import language
from kpixl.measure import measure
from kpixl.pareto import pareto
from kpixl.score import Scorecard, score
from kpixl.workbook import charts_fit, layout
from kpixl.workbook.append import settle
from kpixl.workbook.grid import Context
from kpixl.workbook.read import Book, read
from kpixl.workbook.write import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kpixl.workbook.package import Package


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the garbage collector: a big table is a million values, none of them in a cycle, and it would go through
    them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def scored(book: Book) -> tuple[Scorecard, tuple[Problem, ...]]:
    """What a workbook comes to, and what is wrong in it."""
    measures = measure(book.entries, book.tally)
    scorecard = score(book.entries, measures)
    return scorecard, check(book.entries, measures, scorecard, book.tally)


def refresh_package(
    package: Package, *, moment: datetime | None, rows_changed: bool = False
) -> tuple[Scorecard, tuple[Problem, ...]]:
    """Bring the owned cells of an open package up to date. ``moment`` is None for a workbook that has no rows yet;
    with ``rows_changed``, the calculated columns of entry tables are among them."""
    book = read(package)
    if rows_changed:
        settle(package, book)
    scorecard, problems = scored(book)
    if moment is None:
        problems = ()
    write(package, context_of(book, scorecard, problems, moment), book.placements, book.sheets)
    charts_fit.overview(package, book, len(scorecard.results))
    return scorecard, problems


def context_of(book: Book, scorecard: Scorecard, problems: tuple[Problem, ...], moment: datetime | None) -> Context:
    """What the owned cells of a workbook are made from, wherever it is."""
    t = language(book.entries.language)
    titles = layout.titles(book.entries.business, t)
    titles.update({key: sheet.name for key, sheet in book.sheets.items()})
    return Context(
        business=book.entries.business,
        t=t,
        scorecard=scorecard,
        problems=problems,
        placements=book.placements,
        titles=titles,
        column=layout.references(book.headings),
        row_cell=layout.row_cells(book.headings),
        rewound=book.rewound,
        aliases=book.aliases,
        refreshed=moment,
        trend_kpi=book.trend_kpi,
        breakdown=breakdown(book.entries, book.tally),
        pareto=pareto(book.entries, book.tally),
        commentary=headline(scorecard, t),
        comments={result.kpi.id: comment(result, scorecard, t) for result in scorecard.results},
    )
