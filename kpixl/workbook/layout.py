"""Which sheets, tables, blocks and names a workbook has, in which order. Says where things go, never what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.catalog.model import OWN_SLOTS
from kpixl.cellvalue import ExcelError
from kpixl.errors import N_
from kpixl.identity import once_each
from kpixl.workbook.formulas import entered_rows
from kpixl.workbook.grid import Cells, Context, Placement
from kpixl.workbook.sheets import (
    across,
    behind,
    board,
    breakdown,
    check,
    dashboard,
    grading,
    guide,
    hidden,
    in_use,
    kpis,
    log,
    own,
    settings,
    spark,
    statistics,
    thresholds,
    totals,
    trend,
    vocabulary,
    what_if,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.catalog.model import Business
    from kpixl.catalog.tables import Table
    from kpixl.i18n import Language

LAYOUT_VERSION = 4
"""Raised with whatever changes what stands in a workbook: a row, a column, a formula, a text. A workbook of an earlier
layout is brought to this one by ``kpixl.workbook.migrate``."""

OLDEST_VERSION = 3
"""The oldest layout that can be brought to today's."""

PROPERTY, OTHER_PROPERTY = "kpixl", "kpixl version"
"""The document property with the layout's version; the other one where the owner has had one of the first name."""
"""The custom document property by which a workbook of kpixl's is known; it says the layout version."""

HIDDEN_SHEET = "_kpixl"
HOME = "_kpixl.home"
"""The name of the dashboard's first cell, which links lead back to."""
COLUMN_PREFIX = "_kpixl."
PAST = "past"
IMPORTS = "imports"

RESULT_TITLES = {
    "dashboard": N_("Dashboard"),
    "totals": N_("Totals"),
    "kpis": N_("KPIs"),
    "thresholds": N_("Thresholds"),
    "what_if": N_("What if"),
    "breakdown": N_("Breakdown"),
    "behind": N_("Rows behind it"),
    "across": N_("Period by period"),
    "past": N_("Past periods"),
    "check": N_("Check"),
    "guide": N_("Guide"),
    "settings": N_("Settings"),
    "log": N_("Log"),
}

PAST_COLUMNS = {
    "start": N_("First day"),
    "kind": N_("Kind"),
    "id": N_("Id"),
    "name": N_("Name"),
    "value": N_("Value"),
    "source": N_("Source"),
    "level": N_("Level"),
    "note": N_("Note"),
}

IMPORT_COLUMNS = {
    "table": N_("Table"),
    "field": N_("Field"),
    "column": N_("Column in the file"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A block's cells and where a new workbook has them."""

    placement: Placement
    cells: Callable[[Context], Cells]
    hidden_rows: Callable[[Context], set[str]] | None = None
    """Rows that have nothing to show this time; the others are shown again."""
    heights: Callable[[Context], dict[str, float]] | None = None
    """Heights in points of rows whose texts differ from one refresh to the next."""
    breaks: Callable[[Context], dict[str, bool]] | None = None
    """Rows with which a printed page may begin, and whether one does this time."""


SHEET_NAME_LIMIT = 31


def free_titles(titles_: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    """Names for our sheets that no sheet of the owner's has."""
    used = {name.casefold() for name in taken}
    found = {}
    for key, title in titles_.items():
        name, number = title, 1
        while name.casefold() in used:
            mark = " (kpixl)" if number == 1 else f" (kpixl {number})"
            name, number = title[: SHEET_NAME_LIMIT - len(mark)] + mark, number + 1
        used.add(name.casefold())
        found[key] = name
    return found


def sheet_order(business: Business) -> tuple[str, ...]:
    """Keys of the sheets, from left to right; entry sheets by the id of their table."""
    entries = tuple(table.id for table in business.tables)
    results = (
        "totals",
        "kpis",
        "thresholds",
        "what_if",
        "breakdown",
        "behind",
        "across",
        "past",
        "check",
        "guide",
        "settings",
        "log",
    )
    return ("dashboard", *entries, *results, "hidden")


def titles(business: Business, t: Language) -> dict[str, str]:
    """The sheets' names in the owner's language, by key."""
    named = {key: t(title) for key, title in RESULT_TITLES.items()}
    named.update({table.id: t(table.title) for table in business.tables})
    named["hidden"] = HIDDEN_SHEET
    return named


@once_each
def blocks(business: Business) -> Mapping[str, Block]:
    """Every block, by its id."""
    return _seen(business) | _helpers(business)


def _seen(business: Business) -> dict[str, Block]:
    """Those that an owner sees."""
    found = {
        "dashboard": replace(
            _block("dashboard", dashboard.rows(business), dashboard.columns(), dashboard.cells),
            hidden_rows=dashboard.hidden_rows,
            heights=dashboard.heights,
        ),
        "totals": replace(
            _block("totals", totals.rows(business), tuple(totals.COLUMNS), totals.cells), hidden_rows=totals.hidden_rows
        ),
        "kpis": replace(
            _block("kpis", kpis.rows(business), kpis.ORDER, kpis.cells),
            hidden_rows=kpis.hidden_rows,
            heights=kpis.heights,
        ),
        "thresholds": replace(
            _block("thresholds", thresholds.rows(business), thresholds.COLUMNS, thresholds.cells),
            hidden_rows=kpis.hidden_rows,
        ),
        "what_if": replace(
            _block("what_if", what_if.rows(business), tuple(what_if.COLUMNS), what_if.cells),
            hidden_rows=what_if.hidden_rows,
        ),
        "breakdown": replace(
            _block("breakdown", breakdown.rows(business), breakdown.columns(business), breakdown.cells),
            hidden_rows=breakdown.hidden_rows,
            breaks=breakdown.breaks,
        ),
        "behind": replace(
            _block("behind", behind.rows(business), behind.COLUMNS, behind.cells), hidden_rows=behind.hidden_rows
        ),
        "across": replace(
            _block("across", across.rows(business), across.COLUMNS, across.cells), hidden_rows=kpis.hidden_rows
        ),
        "check": replace(_block("check", check.rows(business), check.ORDER, check.cells), heights=check.heights),
        "guide": replace(
            _block("guide", guide.rows(business), tuple(guide.COLUMNS), guide.cells), hidden_rows=guide.hidden_rows
        ),
        "log": replace(_block("log", log.rows(business), tuple(log.COLUMNS), log.cells), heights=log.heights),
        "settings": _block("settings", settings.rows(business), tuple(settings.COLUMNS), settings.cells),
    }
    below = found["settings"].placement.bottom + 2
    found["own"] = Block(Placement.new("own", "settings", own.ROWS, tuple(own.COLUMNS), below), own.cells)
    below = found["own"].placement.bottom + 2
    switches = Placement.new("in_use", "settings", in_use.rows(business), tuple(in_use.COLUMNS), below)
    found["in_use"] = Block(switches, in_use.cells)
    return found


def _helpers(business: Business) -> dict[str, Block]:
    """Those on the hidden sheet, one below the other."""
    ids = (*(kpi.id for kpi in business.kpis), *OWN_SLOTS)
    helpers: dict[str, tuple[Sequence[str], Sequence[str], Callable[[Context], Cells]]] = {
        "words": (vocabulary.word_rows(business), ("text",), vocabulary.words),
        "dates": (hidden.date_rows(business), ("value",), hidden.dates),
        "entered": (entered_rows(business), ("known",), hidden.entered),
        "calc": (ids, grading.COLUMNS, grading.cells),
        "board": (board.rows(business), board.COLUMNS, board.board),
        "do": (board.DO_ROWS, board.DO_COLUMNS, board.do),
        "actions": (ids, board.ACTION_COLUMNS, board.actions),
        "spark": (("start", *ids), spark.PERIODS, spark.spark),
        "xmr": (ids, statistics.XMR_COLUMNS, statistics.xmr),
        "line": (trend.ROWS, trend.COLUMNS, trend.trend),
    }
    assert tuple(helpers) == HELPERS
    found: dict[str, Block] = {}
    top = 1
    for id_, (rows, columns, cells) in helpers.items():
        if not rows:
            continue  # no table of the business waits for entries
        found[id_] = Block(Placement.new(id_, "hidden", rows, columns, top), cells)
        top = found[id_].placement.bottom + 2
    return found


def _block(id_: str, rows: Sequence[str], columns: Sequence[str], cells: Callable[[Context], Cells]) -> Block:
    return Block(Placement.new(id_, id_, rows, columns), cells)


def sheet_of(block: str) -> str:
    """The key of the sheet that a block is on."""
    return "hidden" if block in HELPERS else {"own": "settings", "in_use": "settings"}.get(block, block)


HELPERS = ("words", "dates", "entered", "calc", "board", "do", "actions", "spark", "xmr", "line")


def placements(business: Business) -> dict[str, Placement]:
    """Where a new workbook has each block."""
    return {id_: block.placement for id_, block in blocks(business).items()}


def headings(table: Table, t: Language) -> dict[str, str]:
    """The headings of a new table, by column id."""
    return {column.id: t(column.heading) for column in table.columns}


def other_headings(t: Language) -> dict[str, dict[str, str]]:
    """The headings of the tables that are not for entries, by table and column id."""
    tables = {PAST: PAST_COLUMNS, IMPORTS: IMPORT_COLUMNS}
    return {id_: {column: t(heading) for column, heading in columns.items()} for id_, columns in tables.items()}


def table_name(table: str) -> str:
    """The name of an Excel Table."""
    return f"tbl_{table}"


def column_name(table: str, column: str) -> str:
    """The defined name that locates a column."""
    return f"{COLUMN_PREFIX}{table}.{column}"


def structured(table: str, heading: str) -> str:
    """A structured reference to a column; brackets, ``#`` and ``'`` in a heading need an apostrophe."""
    escaped = "".join("'" + sign if sign in "[]#'" else sign for sign in heading)
    return f"{table_name(table)}[{escaped}]"


def this_row(table: str, heading: str) -> str:
    """A structured reference to a cell of the row that the formula stands in."""
    return f"{table_name(table)}[[#This Row],{structured(table, heading).removeprefix(table_name(table))}]"


def row_cells(headings_by_table: Mapping[str, Mapping[str, str]]) -> Callable[[str, str], str]:
    """What formulas in a table use to refer to a cell of their own row."""

    def reference(table: str, column: str) -> str:
        heading = headings_by_table.get(table, {}).get(column)
        return this_row(table, heading) if heading is not None else str(ExcelError.REF)

    return reference


def references(headings_by_table: Mapping[str, Mapping[str, str]]) -> Callable[[str, str], str]:
    """What formulas use to refer to a column; ``#REF!`` for one that the owner deleted, as Excel itself has it."""

    def reference(table: str, column: str) -> str:
        heading = headings_by_table.get(table, {}).get(column)
        return structured(table, heading) if heading is not None else str(ExcelError.REF)

    return reference


def property_in(properties: Mapping[str, str]) -> str:
    """Which document property of a workbook of kpixl's holds the layout's version."""
    return OTHER_PROPERTY if OTHER_PROPERTY in properties else PROPERTY


def version_in(properties: Mapping[str, str]) -> str:
    """The layout's version as the document properties have it; ``0`` without one."""
    return properties.get(property_in(properties), "0")
