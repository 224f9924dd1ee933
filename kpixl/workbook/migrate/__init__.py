"""Brings a workbook of an earlier layout to today's, in place: what it lacks comes in, what kpixl wrote is written
anew, and all that is the owner's stays, in its cells and in every reference to them.

Never saves: the package is brought up to date in memory, and whoever opened it decides.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.ooxml.properties import mark
from kpixl.period import Period
from kpixl.workbook import layout
from kpixl.workbook.append import settle
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.migrate import (
    contents,
    entry_columns,
    entry_marks,
    growth,
    guide_order,
    laid_over,
    nothing_cells,
    page_anew,
    renamed,
    thresholds_apart,
    widths,
)
from kpixl.workbook.migrate.before import Before, narrowed_to
from kpixl.workbook.migrate.pattern import Pattern
from kpixl.workbook.older import in_their_order
from kpixl.workbook.read import fixed_in, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kpixl.ooxml.package import Package


def _from_3(package: Package) -> None:
    """Two KPIs of the personal assistant are graded over a year now, unless the owner says otherwise: what Past periods
    has of them is of single periods, and called so. The dashboard has a table in place of cards, the Guide another
    order, and thresholds have a sheet of their own."""
    by_period = {"pa_upsell": "pa_upsell_period", "pa_referral": "pa_referral_period"}
    renamed.in_past(package, {**by_period, "pa_referral_12m": "pa_referral"})
    page_anew.make_room(package)
    guide_order.arrange(package)
    thresholds_apart.free_names(package)


STEPS: Mapping[int, Callable[[Package], None]] = {3: _from_3}
"""By the layout that a step begins with: what has to be done so that the next layout's blocks are found, such as
renaming an id. All that is new or different in today's layout then comes in at once, from whichever layout."""


@dataclass(frozen=True)
class Migrated:
    """What came of a workbook."""

    left_out: tuple[tuple[str, str], ...] = ()
    """Tables and columns, as the sheets call them, that are not there since something else stands in their place."""
    changed: bool = True
    """Whether anything came in; a workbook may lack nothing but what is left out."""


def migrate(package: Package, *, now: datetime) -> Migrated | None:
    """Bring an open package up to date, as of ``now``; None, with nothing changed, where it lacks nothing. For what is
    no workbook of kpixl's, or damaged, the errors are those of reading."""
    blocks = Blocks(FileView(package))
    version = int(blocks.view.version) if blocks.view.version.isdigit() else layout.LAYOUT_VERSION
    if version == layout.LAYOUT_VERSION and _lacks_nothing(blocks):
        return None
    for step in range(version, layout.LAYOUT_VERSION):
        STEPS[step](package)
        mark(package, layout.property_in(package.custom_properties), str(step + 1))
    left_out = _brought_up(package, version, now)
    if not package.changed:
        return Migrated(left_out, changed=False) if left_out else None
    settle(package, read(package, now.date()))
    return Migrated(left_out)


def _lacks_nothing(blocks: Blocks) -> bool:
    """Whether the workbook has every KPI, measure and column that the catalogue has."""
    fixed = fixed_in(blocks)
    whole = catalog.whole(fixed.business, fixed.kind)
    return in_their_order(whole, blocks.places("calc")[0].get("calc")) == fixed.business


def renew(package: Package, known: frozenset[bytes], *, now: datetime) -> tuple[tuple[str, str], ...]:
    """Bring an open workbook of today's layout to what its business is now: what it lacks comes in, and what differs is
    written anew, texts where one of those stands that are ``known`` as kpixl's own, by their marks. Tables and columns
    for which there was no room."""
    left_out = _brought_up(package, layout.LAYOUT_VERSION, now, known)
    settle(package, read(package, now.date()))
    return left_out


def _brought_up(
    package: Package, version: int, now: datetime, known: frozenset[bytes] | None = None
) -> tuple[tuple[str, str], ...]:
    state = Before.of(package, version)
    room = entry_columns.room(package, state)
    state = dataclasses.replace(state, full=narrowed_to(state.full, room.left_out))
    period = Period.containing(state.kind, state.day or now.date())
    model = Pattern.made(package, state, period, now)
    entry_columns.add(package, state, model, room)
    grafted = growth.graft_sheets(package, state, model)
    grown = growth.grow(package, state, model, grafted)
    growth.name_cells(package, model)
    thresholds_apart.differences_anew(package, grown)
    nothing_cells.add(package, state, model)
    book = read(package)
    contents.write_anew(package, book, model, grown, now, known)
    thresholds_apart.move(package, version)
    laid_over.bring(package, book, model, grown, now)
    entry_marks.bring(package, book, model, grown)
    widths.bring(package, book, model, grown)
    return room.told(state)
