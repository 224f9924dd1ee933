"""The rows of a file that belong to a table, and what each of them holds for a field, before any value is read. Knows
totals, groups and joined columns as a product's profile tells of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from kpixl.folding import folded, name_key
from kpixl.imports.source import Raw, is_filled

if TYPE_CHECKING:
    from kpixl.imports.matching import Filling, Match
    from kpixl.imports.profiles import ProductReport, Where
    from kpixl.imports.recognise import Recognised

    Row = Sequence[Raw]


@dataclass(frozen=True)
class Body:
    """The rows below the headings that belong to the table."""

    rows: list[list[Raw]]
    lines: list[int]
    groups: list[Raw]
    """The group that each row stands in; the empty text where the file has none."""
    passed_over: int
    """How many rows were totals, headings of groups, or of another kind."""
    left: Mapping[int, Counter[str]] = field(default_factory=dict)
    """What rows of another kind hold in the column (from 0) that says so, and how often."""

    def without(self, gone: Collection[int]) -> Body:
        """The same with the rows at the places ``gone`` passed over."""
        kept = [place for place in range(len(self.rows)) if place not in gone]
        return replace(
            self,
            rows=[self.rows[place] for place in kept],
            lines=[self.lines[place] for place in kept],
            groups=[self.groups[place] for place in kept],
            passed_over=self.passed_over + len(gone),
        )


def body(match: Match, chosen: Collection[int] = ()) -> Body:
    """The rows that ``match`` is about, all as long as there are headings. What a product's profile says of the columns
    ``chosen`` is passed over: the owner has said which of their rows count."""
    width = len(match.columns)
    blanks = {folded(text) for text in match.product.product.blanks} if match.product else set()
    rows = [_fitted(row, width, blanks) for row in match.source.rows[match.heading + 1 :]]
    lines = match.source.lines[match.heading + 1 :]
    if match.product is None:
        return Body(rows, lines, [""] * len(rows), 0)
    return _chosen(rows, lines, match.product, chosen)


def cells_for(filling: Filling, of: Body, *, group: bool) -> list[Raw]:
    """What each row holds for a field: the first filled of its columns, or all of them joined; the group it stands in
    where ``group`` is set and they are blank."""
    if filling.rule.join:
        cells = [_joined([row[place] for place in filling.places]) for row in of.rows]
    elif len(filling.places) == 1:
        place = filling.places[0]
        cells = [row[place] for row in of.rows]
    else:
        cells = [next((row[p] for p in filling.places if is_filled(row[p])), "") for row in of.rows]
    if not group:
        return cells
    return [cell if is_filled(cell) else other for cell, other in zip(cells, of.groups, strict=True)]


def meets(where: Where, product: Recognised, of: Body) -> list[bool]:
    """Which rows a condition of a profile holds for."""
    place, keys = product.aliases[where.column], where.keys
    return [bool(_keys(row[place]) & keys) for row in of.rows]


def _fitted(row: list[Raw], width: int, blanks: set[str]) -> list[Raw]:
    if len(row) == width and not blanks:
        return row
    fitted = row[:width] if len(row) >= width else [*row, *[""] * (width - len(row))]
    if blanks:
        return ["" if isinstance(cell, str) and folded(cell) in blanks else cell for cell in fitted]
    return fitted


def _chosen(rows: list[list[Raw]], lines: list[int], product: Recognised, chosen: Collection[int]) -> Body:
    report, kept, places, groups = product.report, [], [], []
    group: Raw = ""
    conditions = [
        (product.aliases[where.column], where.keys)
        for where in (report.only, *report.also)
        if where and where.column in product.aliases and product.aliases[where.column] not in chosen
    ]
    needed = product.aliases.get(report.filled or "")
    left: dict[int, Counter[str]] = {}
    for row, line in zip(rows, lines, strict=True):
        filled = [cell for cell in row if is_filled(cell)]
        if report.lone and len(filled) == 1:
            group = filled[0] if is_filled(row[0]) else group
        elif not _is_total(filled, report) and (needed is None or is_filled(row[needed])):
            failed = next((place for place, keys in conditions if not _keys(row[place]) & keys), None)
            if failed is not None:
                left.setdefault(failed, Counter())[str(row[failed]).strip()] += 1
                continue
            kept.append(row)
            places.append(line)
            groups.append(group)
    return Body(kept, places, groups, len(rows) - len(kept), left)


def _is_total(filled: Row, report: ProductReport) -> bool:
    first = filled[0] if filled else ""
    return isinstance(first, str) and any(_key(first).startswith(name_key(word)) for word in report.totals)


def _key(cell: Raw) -> str:
    return name_key(str(cell).lower()) if isinstance(cell, (str, bool)) else ""


def _keys(cell: Raw) -> set[str]:
    """What a cell is compared by: all of it, and what stands before a parenthesis (``Closed won (Sales Pipeline)``)."""
    return {_key(cell), _key(cell.partition("(")[0])} - {""} if isinstance(cell, str) else {_key(cell)}


def _joined(cells: Row) -> Raw:
    """Texts joined by a space; a date and a time as one moment."""
    filled = [cell for cell in cells if is_filled(cell)]
    if len(filled) == 2 and isinstance(filled[0], date) and isinstance(filled[1], time):
        day, clock = filled[0], filled[1]
        return datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.microsecond)
    if len(filled) == 1:
        return filled[0]
    return " ".join(str(cell).strip() for cell in filled)
