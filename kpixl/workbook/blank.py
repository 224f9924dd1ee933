"""A new workbook without rows: the skeleton, finished. Never touches an existing file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpixl.catalog import pack_of
from kpixl.entries import Entries, InputCell, entry_table
from kpixl.i18n import language
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.pareto import pareto
from kpixl.kpi.score import score
from kpixl.ooxml.package import Package
from kpixl.ooxml.properties import made_at
from kpixl.texts.words import entry_words
from kpixl.workbook import layout
from kpixl.workbook.aliases import AS_USUAL, Aliases
from kpixl.workbook.build import skeleton
from kpixl.workbook.finish import finish
from kpixl.workbook.grid import Context
from kpixl.workbook.pack_part import embed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from kpixl.catalog.model import Business
    from kpixl.entries import Setup


def new_package(
    setup: Setup, path: Path, *, now: datetime, titles: Mapping[str, str] | None = None, aliases: Aliases = AS_USUAL
) -> Package:
    """The package of a new workbook; nothing is written, ``path`` names it in errors. ``titles`` are names of sheets
    by key, where they are not to be the usual ones. UnknownChoice where there is no such business or language."""
    return package_of_new(context_of_new(setup, now=now, titles=titles, aliases=aliases), path, now=now)


def context_of_new(
    setup: Setup,
    *,
    now: datetime,
    titles: Mapping[str, str] | None = None,
    aliases: Aliases = AS_USUAL,
    business: Business | None = None,
) -> Context:
    """What the cells of a new workbook are made from; ``business`` where it is not to be all that the catalogue has."""
    business, t = business or setup.owner(), language(setup.language)
    headings = {table.id: layout.headings(table, t) for table in business.tables}
    headings |= layout.other_headings(t)
    entries = Entries(
        business=business,
        company=setup.company,
        language=setup.language,
        currency=setup.currency,
        period=setup.period,
        tables={table.id: entry_table(table, {}) for table in business.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
        words=entry_words(business, t),
        days=setup.days,
    )
    pack = pack_of(business)
    if pack is not None:
        said = {id_: kpi.target for id_, kpi in pack.kpis.items() if kpi.target is not None}
        entries = replace(entries, targets={id_: InputCell(target, "", "") for id_, target in said.items()})
    tally = Tally(entries, now.date())
    return Context(
        business=business,
        t=t,
        scorecard=score(entries, measure(entries, tally), now.date(), tally),
        tally=tally,
        problems=(),
        placements=layout.placements(business),
        titles=titles or layout.titles(business, t),
        aliases=aliases,
        column=layout.references(headings),
        row_cell=layout.row_cells(headings),
        trend_kpi=business.kpis[0].id,
        breakdown=breakdown(entries, tally),
        pareto=pareto(entries, tally),
    )


def package_of_new(context: Context, path: Path, *, now: datetime) -> Package:
    """The package of a new workbook that is made from that."""
    package = Package.from_bytes(skeleton(context), path)
    made_at(package, now)
    if context.business.pack:
        embed(package, context.business.pack)
    finish(package, context)
    return package
