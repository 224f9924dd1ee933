"""Rows behind it: for each KPI the rows that count for it and those that do not, with the reason. All of it is as of
the last refresh; as formulas, lists of rows would take the longer the more there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.texts.behind_text import NUMBERS, ROWS_BESIDE, heading, measure_beside, rows_differ, why_text
from kpixl.texts.formula_words import in_words
from kpixl.texts.words import kpi_title
from kpixl.workbook import letters, style
from kpixl.workbook.grid import BARE, Cell, Cells, Context, label, notice, quoted, static
from kpixl.workbook.sheets.check import link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.catalog.tables import Table
    from kpixl.kpi.behind import Listing
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

MOST = 200
"""So many rows are listed for one KPI."""
FIELDS = 5
"""So many columns of a table are shown at most."""
PARTS = tuple(f"part_{number}" for number in range(1, FIELDS + 5))
"""What stands in a row: the fields, then for each measure whether it counts, then why not."""
COLUMNS = ("row", *PARTS, "kind")
WIDTHS = {"row": 16.0, **dict.fromkeys(PARTS, 18.0), **dict.fromkeys(PARTS[:2], 27.0), PARTS[-1]: 116.0}
"""The last has the longest reasons, which begin before it where there are few columns."""
TITLE, TEXT, HEADINGS, ROW = "#", "t", "h", "r"
"""What a line is: the first sign in its hidden cell, by which rules know its look."""
LOOKS = {"d": style.FORMATS["date"], "m": style.FORMATS["moment"], "n": "#,##0.00"}
"""How numbers of a row are shown that are not shown as typed: the signs that follow, one for each field."""
UNIT_SIGNS = {"fraction": "%", "hours": "h", "months": "o", "money": "€", "count": "1"}
"""How the number of a line is shown: the sign that follows, by its unit; of any other, to two decimals."""
OTHER = "2"
FIGURE = PARTS[4]
"""The column of such a number: what it is has the ones before it."""
COUNTS, NOT = "✔", "–"
_HELP = N_(
    "As of {day}: the rows that count for each KPI, and those that do not, with the reason; at most {count} for each. "
    "The number of a row leads to it."
)
_NOT_YET = N_(
    "Not refreshed yet: once rows are entered and the workbook is refreshed, the rows behind each KPI stand here."
)
_NONE = N_("As of {day}, no row is entered yet: type or import some, then refresh.")


def lines(business: Business) -> tuple[str, ...]:
    """Ids of the lines for the KPIs: as many as they may need."""
    return tuple(f"line_{number}" for number in range(1, sum(map(_room, business.kpis)) + 1))


def _room(kpi: BusinessKpi) -> int:
    """Title, formula, two lines for each measure, and for each table its headings, its rows, and how many more."""
    measures = kpi.measures
    tables = {measure.aggregate.table for measure in measures if measure.aggregate}
    return 3 + 2 * len(measures) + 2 * len(tables) + MOST


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    index = tuple(f"kpi_{number + 1}" for number in range(len(business.kpis)))
    return ("title", "help", "space", *index, "gap", *lines(business))


def widths(c: Context) -> dict[str, float]:
    """Widths of the columns: in the first stand the names of sheets."""
    tables = (c.titles[table.id] for table in c.business.tables)
    return {**WIDTHS, "row": letters.column(tables, WIDTHS["row"], bold=True)}


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("title", "row"): label(c.titles["behind"], style.TITLE),
        ("help", "row"): static(_help(c), style.HELP),
        ("space", PARTS[0]): notice(c),
    }
    shown = _shown(c)
    starts = _starts(c)
    for number, _ in enumerate(c.business.kpis):
        result = shown[number] if number < len(shown) else None
        text = kpi_title(result.kpi, c.t) if result else None
        line = starts.get(result.kpi.id) if result else None
        jump = link(c.titles["behind"], _cell(line, c), str(text)) if line else None
        found[f"kpi_{number + 1}", "row"] = Cell("static", text, jump, LINK) if jump else static(text, LINK)
    ids = iter(lines(c.business))
    for result in shown:
        for contents in _block(result, c):
            row = next(ids)
            found.update({(row, column): cell for column, cell in contents.items()})
    for row in lines(c.business)[: max(_count(c), c.listed_before)]:
        for column in COLUMNS:
            found.setdefault((row, column), BARE)
    return found


LINK = style.Style(colour="1A528F", align="left")
LINE_LOOKS = {
    "row": LINK,
    **dict.fromkeys(PARTS[:2], style.Style(align="left", shrink=True)),
    **dict.fromkeys(PARTS[2:], style.Style(align="left")),
}
"""How the cells of a column look, in lines of which nothing is known when the workbook is made."""


def hidden_rows(c: Context) -> set[str]:
    """The lines that are not needed."""
    return set(lines(c.business)[_count(c) :])


def jump(kpi: BusinessKpi, c: Context) -> str | None:
    """Where a link leads to for the rows of a KPI; None where none are listed."""
    line = _starts(c).get(kpi.id)
    cell = _cell(line, c) if line else None
    return f"#{quoted(c.titles['behind'])}!{cell}" if cell else None


def _cell(line: str, c: Context) -> str | None:
    place = c.placements.get("behind")
    known = place is not None and line in place.row_numbers and "row" in place.column_numbers
    return c.at("behind", line, "row").rpartition("!")[2].replace("$", "") if known else None


def _help(c: Context) -> str:
    if c.refreshed is None:
        return c.t(_NOT_YET)
    return c.t(_HELP if _has_rows(c) else _NONE).format(day=c.t.date(c.refreshed.date()), count=MOST)


def _has_rows(c: Context) -> bool:
    return any(listing.rows for found in c.listed.values() for listing in found)


def _shown(c: Context) -> list[Result]:
    """The KPIs whose rows are listed: all that are in use, once there is any row."""
    return [] if not _has_rows(c) else [result for result in c.scorecard.results if result.kpi.id in c.listed]


def _starts(c: Context) -> dict[str, str]:
    """The line that each KPI begins in."""
    found, number = {}, 1
    for result in _shown(c):
        found[result.kpi.id] = f"line_{number}"
        number += _length(result, c)
    return found


def _count(c: Context) -> int:
    """How many lines are needed."""
    return sum(_length(result, c) for result in _shown(c))


def _length(result: Result, c: Context) -> int:
    """How many lines a KPI takes."""
    listed = [one for one in c.listed[result.kpi.id] if one.rows]
    apart = sum(rows_differ(measure, c.tally) for measure in result.kpi.measures[: len(NUMBERS)])
    above = 2 + (len(result.kpi.arguments) > 1) + len(result.kpi.measures) + apart
    return above + sum(len(one.rows) + 1 + (one.more > 0) for one in listed)


# The lines of a KPI


def _line(kind: str, *values: Value) -> dict[str, Cell]:
    """A line whose cells hold that, from left to right."""
    looks = {column: _STYLES[sign] for column, sign in zip(PARTS, kind[1:], strict=False) if sign in _STYLES}
    cells = zip(COLUMNS, values, strict=False)
    return {"kind": static(kind)} | {column: static(value, looks.get(column, style.TEXT)) for column, value in cells}


def _figure(kind: str, text: str, value: float | None, unit: str) -> dict[str, Cell]:
    """A line with a number at its end, in a cell of its own, which shows it as the reader's Excel writes it."""
    return _line(kind + UNIT_SIGNS.get(unit, OTHER), text) | {FIGURE: static(value)}


_STYLES = {sign: style.Style(format=code) for sign, code in LOOKS.items()}
"""By these it is known which numbers are days."""


def _block(result: Result, c: Context) -> Iterator[dict[str, Cell]]:
    """Its value and how it is made; what each measure comes to; then the rows of each table."""
    kpi, t = result.kpi, c.t
    yield _figure(TITLE, kpi_title(kpi, t), result.value, kpi.kpi.unit)
    if len(kpi.arguments) > 1:
        yield _line(TEXT, f"= {in_words(kpi, t)}")
    numbers: dict[str, str] = {}
    for sign, measure in zip(NUMBERS, kpi.measures, strict=False):
        numbers[measure.name] = sign
        value = c.tally.value(measure)
        yield _figure(TEXT, f"{sign} {measure_beside(measure, c.tally, t)}", value.used, measure.unit)
        if rows_differ(measure, c.tally):
            yield _figure(TEXT, t(ROWS_BESIDE), value.log, measure.unit)
    for listing in c.listed[kpi.id]:
        if listing.rows:
            yield from _table(listing, numbers, c)
    yield {}


def _table(listing: Listing, numbers: dict[str, str], c: Context) -> Iterator[dict[str, Cell]]:
    table, t = listing.table, c.t
    columns = [column for column in shown_columns(listing) if table.has(column) or _is_elapsed(table.table, column)]
    names = [heading(table, column) for column in columns]
    signs = [numbers[measure.name] for measure in listing.measures]
    yield _line(HEADINGS, table.sheet, *names, *signs, t(N_("Left out because")))
    contents = [_contents(listing, column, c) for column in columns]
    kind = ROW + "".join(_look(table.table, column) for column in columns)
    for row in listing.rows:
        number = table.first_row + row
        marks = [NOT if (measure.name, row) in listing.causes else COUNTS for measure in listing.measures]
        why = why_text(listing, row, numbers, t)
        found = _line(kind, str(number), *(held[row] for held in contents), *marks, why)
        formula = link(table.sheet, f"A{number}", str(number))
        yield {**found, "row": Cell("static", str(number), formula)} if formula else found
    if listing.more:
        more = t(N_("and {count} more on the sheet {sheet}")).format(count=t.plain(listing.more), sheet=table.sheet)
        yield _line(TEXT, more)


def shown_columns(listing: Listing) -> list[str]:
    """The columns of the owner's that tell which row it is, and those that the measures read; then times elapsed. What
    only formulas read is shown by what it is computed from."""
    table = listing.table.table
    calculated = {column.id: column for column in table.calculated}
    reads = {column for measure in listing.measures if measure.aggregate for column in measure.aggregate.reads}
    needed, todo = set(), list(reads)
    while todo:
        column = todo.pop()
        if column not in needed:
            needed.add(column)
            todo += calculated[column].reads if column in calculated else ()
    spans = [id_ for id_, column in calculated.items() if id_ in reads and _is_elapsed(table, id_)]
    known = [field.id for field in table.fields if field.key or field.role == "code"]
    known = known or [field.id for field in table.fields if field.refers_to][:1]
    others = [field.id for field in table.fields if field.id in needed and field.id not in known]
    room = FIELDS - len(spans)
    chosen = {*others[:room], *known[: max(0, room - len(others))]}
    return [field.id for field in table.fields if field.id in chosen] + spans


def _is_elapsed(table: Table, id_: str) -> bool:
    return any(one.id == id_ for one in table.elapsed)


def _look(table: Table, column: str) -> str:
    if _is_elapsed(table, column):
        return "n"
    field = table.field(column)
    if field.type == "date":
        return "m" if field.with_time else "d"
    return "n" if field.unit == "money" else "-"


def _contents(listing: Listing, column: str, c: Context) -> Mapping[int, Value]:
    """What stands in a column of the rows."""
    table, rows = listing.table, list(listing.rows)
    if column in table.texts:
        found: dict[int, Value] = dict(zip(rows, table.texts[column][rows], strict=True))
    else:
        numbers = c.tally.column(table.table.id, column)[rows].tolist()
        found = {row: None if number != number else number for row, number in zip(rows, numbers, strict=True)}
    return found | {row: str(value) for row, value in table.odd.get(column, {}).items()}
