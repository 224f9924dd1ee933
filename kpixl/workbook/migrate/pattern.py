"""A new workbook of today with the same business, language and names: what a workbook that is brought up to date takes
its formats, rules, sheets and names from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kpixl.entries import Setup
from kpixl.i18n import language
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.styles import Formats, merge_styles
from kpixl.workbook import layout
from kpixl.workbook.aliases import PREFIX, Aliases
from kpixl.workbook.blank import context_of_new, package_of_new
from kpixl.workbook.entry_sheets import FIRST_ROW, HEADING_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kpixl.i18n import Language
    from kpixl.ooxml.package import Sheet
    from kpixl.period import Period
    from kpixl.workbook.grid import Context, Placement
    from kpixl.workbook.migrate.before import Before

_CELL = re.compile(r"\$[A-Z]{1,3}\$[0-9]+")


@dataclass
class Pattern:
    """The new workbook; its sheets are called as those that are there."""

    target: Package
    package: Package
    context: Context
    _editors: dict[str, SheetEditor] = field(default_factory=dict)

    @classmethod
    def made(cls, target: Package, state: Before, period: Period, now: datetime) -> Pattern:
        """The model for the workbook in ``target``."""
        usual = layout.titles(state.full, _language(state))
        missing = {key: title for key, title in usual.items() if key not in state.sheets}
        titles = {key: sheet.name for key, sheet in state.sheets.items()}
        titles |= layout.free_titles(missing, [sheet.name for sheet in target.sheets])
        titles = {key: titles[key] for key in usual}
        setup = Setup(state.full.id, state.language, period, state.company, state.currency, state.days)

        def model(aliases: Aliases) -> Pattern:
            context = context_of_new(setup, now=now, titles=titles, aliases=aliases, business=state.full)
            return cls(target, package_of_new(context, target.path, now=now), context)

        found = model(state.aliases)
        aliases = _giving_way(target, found, state)
        return found if aliases is state.aliases else model(aliases)

    @cached_property
    def formats(self) -> Formats:
        """Where its formats are in the workbook that is brought up to date: they come in when the first is used."""
        return merge_styles(self.target, self.package)

    @cached_property
    def named(self) -> dict[str, tuple[str, int, int]]:
        """The names of single cells: their sheet, row and column."""
        found = {}
        for name, text in self.package.defined_names.items():
            sheet, _, cell = text.rpartition("!")
            if sheet and _CELL.fullmatch(cell):
                found[name] = (sheet.strip("'").replace("''", "'"), *parse_cell(cell))
        return found

    def sheet(self, key: str) -> Sheet:
        """One of its sheets."""
        return next(sheet for sheet in self.package.sheets if sheet.name == self.context.titles[key])

    def editor(self, key: str) -> SheetEditor:
        """The cells of one of its sheets, to be looked at."""
        if key not in self._editors:
            self._editors[key] = SheetEditor(self.package, self.sheet(key))
        return self._editors[key]

    def style(self, key: str, row: int, column: int) -> int:
        """The format, in the workbook that is brought up to date, of one of its cells."""
        return self.formats.cells[self.editor(key).style(row, column) or 0]


def place_of(context: Context, places: Mapping[str, Placement]) -> Callable[[str, int, int], tuple[int, int] | None]:
    """Where each cell of the blocks of a new workbook is in another one, by the name of its sheet, row and column."""
    held: dict[str, list[tuple[dict[int, int], dict[int, int]]]] = {}
    for id_, new in context.placements.items():
        if id_ in places:
            there = places[id_]
            rows = _numbers(new.row_numbers, there.row_numbers)
            columns = _numbers(new.column_numbers, there.column_numbers)
            held.setdefault(context.titles[new.sheet], []).append((rows, columns))

    def place(sheet: str, row: int, column: int) -> tuple[int, int] | None:
        found = (
            (rows[row], columns[column]) for rows, columns in held.get(sheet, ()) if row in rows and column in columns
        )
        return next(found, None)

    return place


def _numbers(new: Mapping[str, int], there: Mapping[str, int]) -> dict[int, int]:
    """The number there of each number in a new workbook, for what both have."""
    return {number: there[id_] for id_, number in new.items() if id_ in there}


def heading_cell(index: int) -> tuple[int, int]:
    """The heading of a column of an entry table in a new workbook, by its place among the columns."""
    return HEADING_ROW, index + 1


def first_cell(index: int) -> tuple[int, int]:
    """Likewise its first row."""
    return FIRST_ROW, index + 1


def _giving_way(target: Package, model: Pattern, state: Before) -> Aliases:
    """The names that are new to the workbook and taken by its owner go by others."""
    taken = {name.lower() for name in (*target.defined_names, *(table.name for table in target.tables))}
    there = place_of(model.context, state.places)
    new = {name for name, (sheet, row, column) in model.named.items() if there(sheet, row, column) is None}
    ids = (*(table.id for table in state.full.tables), layout.PAST, layout.IMPORTS)
    new |= {layout.table_name(id_) for id_ in ids if id_ not in state.tables}
    ours = {name for name in new if not name.startswith((layout.COLUMN_PREFIX, PREFIX))}
    clashing: Mapping[str, str] = {name: PREFIX + name for name in ours if name.lower() in taken}
    return Aliases({**state.aliases.names, **clashing}) if clashing else state.aliases


def _language(state: Before) -> Language:
    return language(state.language)
