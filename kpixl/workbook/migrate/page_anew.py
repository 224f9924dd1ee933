"""The dashboard of a workbook that has cards on it: the page of today takes their place, row by row on the same sheet.

What is the owner's stays: her notes and pictures, what she has written beside, and which KPI she has picked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import Area, column_letters
from kpixl.ooxml.column_looks import columns_apart
from kpixl.ooxml.defined_names import add_names, remove_names
from kpixl.ooxml.moves import area_of
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.references import mapped
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook import layout, letters
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.finish import sparklines
from kpixl.workbook.grid import BLOCK_PREFIX, quoted
from kpixl.workbook.migrate import layout_record as record
from kpixl.workbook.migrate.pattern import place_of
from kpixl.workbook.read import fixed_in
from kpixl.workbook.sheets import dashboard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package, Sheet
    from kpixl.workbook.grid import Context, Placement
    from kpixl.workbook.migrate.pattern import Pattern
    from kpixl.workbook.read import Book

SINCE = 4
"""The first layout without cards."""
PICKED = "trend_kpi"
GONE = ("rank", "picks", "trend")
"""Helper blocks of the cards and their charts."""
STATIC = re.compile(r"company|period|commentary|caution_\d|changed|name_\d+|chart_\d+|sections")
"""Rows in which a refresh wrote texts."""
PLAIN_HEIGHT = 15.0


def make_room(package: Package) -> None:
    """Take the cards off the dashboard, and name its rows and columns as today's layout does. The cells themselves are
    written with all others."""
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("dashboard", *GONE)
    for id_ in GONE:
        if id_ in places:
            _empty_block(package, sheets[places[id_].sheet], places[id_])
    if "dashboard" in places:
        _take_over(package, blocks, places["dashboard"], sheets["dashboard"])
    remove_names(package, {BLOCK_PREFIX + id_ for id_ in GONE})


def _empty_block(package: Package, sheet: Sheet, place: Placement) -> None:
    editor = SheetEditor(package, sheet)
    for row in (place.top, *place.row_numbers.values()):
        for column in (place.left, *place.column_numbers.values()):
            editor.clear(row, column)
    editor.commit()


def _take_over(package: Package, blocks: Blocks, place: Placement, sheet: Sheet) -> None:
    business = fixed_in(blocks).business
    picked = blocks.named(PICKED).raw
    editor = SheetEditor(package, sheet)
    known, theirs = record.marks(layout.OLDEST_VERSION), {}
    for row, number in place.row_numbers.items():
        for index in place.column_numbers.values():
            value, has = editor.value(number, index), editor.has_formula(number, index)
            if value is not None and not has and not STATIC.fullmatch(row) and record.text_mark(value) not in known:
                theirs[number, index] = editor.content(number, index)
            editor.clear(number, index)
            editor.set_style(number, index, None)
        editor.set_row_hidden(number, False)
        editor.set_row_height(number, PLAIN_HEIGHT)
        editor.clear(number, place.left)
    for index in place.column_numbers.values():
        editor.clear(place.top, index)
    rows = _named(dashboard.rows(business), sorted(place.row_numbers.values()))
    columns = _named(dashboard.columns(), sorted(place.column_numbers.values()))
    for row, number in rows.items():
        editor.set(number, place.left, row)
        editor.set_row_height(number, dashboard.HEIGHTS.get(row, dashboard.ROW))
    for column, index in columns.items():
        editor.set(place.top, index, column)
    below = max(*rows.values(), *place.row_numbers.values()) + 1
    for (_, index), value in sorted(theirs.items()):
        while not editor.is_blank(below, index):
            below += 1
        editor.set(below, index, value)
    cell = rows["line_head"], columns["value"]
    editor.set(*cell, picked if isinstance(picked, str) else None)
    area = Area(place.top, place.left, max(rows.values()), max(columns.values()))
    covered = area.union(Area(place.top, place.left, place.bottom, place.right))
    uncover(editor.root, covered)
    _widths(editor.root, columns)
    editor.commit()
    name = quoted(sheet.name)
    places = {BLOCK_PREFIX + "dashboard": area, PICKED: Area(*cell, *cell)}
    add_names(package, {id_: f"{name}!{_fixed(one)}" for id_, one in places.items()})
    _print(package, sheet, area)


def _named(ids: Iterable[str], numbers: list[int]) -> dict[str, int]:
    """Each id on the next of the rows or columns that there were, and then below or right of the last."""
    found, free = {}, iter(numbers)
    last = numbers[-1]
    for id_ in ids:
        number = next(free, None)
        last = last + 1 if number is None else number
        found[id_] = last
        if number is None:
            numbers.append(last)
    return found


def _fixed(area: Area) -> str:
    ends = (f"${column_letters(c)}${r}" for r, c in ((area.top, area.left), (area.bottom, area.right)))
    return ":".join(dict.fromkeys(ends))


def uncover(root: Element, area: Area) -> None:
    """Take away what lay over the cards: merged cells, rules, drop-downs, links and sparklines."""
    kinds = {"mergeCell": "ref", "hyperlink": "ref", "conditionalFormatting": "sqref", "dataValidation": "sqref"}
    for tag, attribute in kinds.items():
        for entry in list(root.iter(qn(f"x:{tag}"))):
            areas = [area_of(ref) for ref in (entry.get(attribute) or "").split()]
            if areas and all(one is not None and one.overlaps(area) for one in areas):
                _drop(entry)
    for line in list(root.iter("{*}sparkline")):
        cell = line.findtext("{*}sqref") or ""
        place = area_of(cell)
        if place is not None and place.overlaps(area):
            group = line.getparent()
            _drop(line)
            if group is not None and not len(group) and group.getparent() is not None:
                _drop(group.getparent())


def _drop(entry: Element | None) -> None:
    """Take an element away, and a list that is empty without it."""
    holder = None if entry is None else entry.getparent()
    if entry is None or holder is None:
        return
    holder.remove(entry)
    if len(holder):
        if holder.get("count"):
            holder.set("count", str(len(holder)))
    elif holder.tag in (qn("x:mergeCells"), qn("x:hyperlinks"), qn("x:dataValidations")):
        above = holder.getparent()
        assert above is not None
        above.remove(holder)


def _widths(root: Element, columns: dict[str, int]) -> None:
    """Give the columns today's widths."""
    wanted = {index: letters.characters(dashboard.PIXELS[column]) for column, index in columns.items()}
    for index, entry in columns_apart(root, wanted).items():
        entry.set("width", f"{wanted[index]:.4f}")
        entry.set("customWidth", "1")


def _print(package: Package, sheet: Sheet, area: Area) -> None:
    """Have the page that is printed end where today's does."""
    number = [one.name for one in package.sheets].index(sheet.name)
    root = package.tree(package.workbook_part)
    for entry in root.iterfind(f"{qn('x:definedNames')}/{qn('x:definedName')}"):
        if entry.get("name") == "_xlnm.Print_Area" and entry.get("localSheetId") == str(number):
            inside = Area(area.top + 1, area.left + 1, area.bottom, area.right)
            entry.text = f"{quoted(sheet.name)}!{_fixed(inside)}"
            package.replace(package.workbook_part, root)


# Once the cells are there


def draw(package: Package, book: Book, model: Pattern, c: Context) -> None:
    """Draw today's charts where the two of the cards stood, and a sparkline in each row."""
    sheet = book.sheets["dashboard"]
    (source,) = model.package.related(model.sheet("dashboard").part, OFFICE_RELATIONSHIP + "/drawing")
    anchors = dict(_charts(model.package, source))
    there = place_of(model.context, book.placements)
    place, new = book.placements["dashboard"], model.context.placements["dashboard"]
    for drawing in package.related(sheet.part, OFFICE_RELATIONSHIP + "/drawing"):
        root = package.tree(drawing)
        for relation, part in _relations(package, drawing):
            kind = _kind(package.tree(part))
            if kind not in anchors or quoted(book.sheets["hidden"].name).encode() not in package.read(part):
                continue
            chart, anchor = anchors[kind]
            for element in chart.iter("{*}f"):
                element.text = mapped(element.text or "", model.context.titles["dashboard"], there)
            package.replace(part, chart)
            _move(root, relation, anchor, place, new)
        package.replace(drawing, root)
    sparklines(package, c)


def _charts(package: Package, drawing: str) -> Iterable[tuple[str, tuple[Element, Element]]]:
    root = package.tree(drawing)
    for relation, part in _relations(package, drawing):
        chart = package.tree(part)
        yield _kind(chart), (chart, _anchor(root, relation))


def _relations(package: Package, drawing: str) -> list[tuple[str, str]]:
    return [
        (one.id, one.target) for one in package.relationships(drawing) if one.type == OFFICE_RELATIONSHIP + "/chart"
    ]


def _kind(chart: Element) -> str:
    """The trend has lines, the other one bars alone."""
    return "trend" if chart.find(".//{*}lineChart") is not None else "bars"


def _anchor(root: Element, relation: str) -> Element:
    return next(
        anchor for anchor in root if any(relation in chart.attrib.values() for chart in anchor.iter("{*}chart"))
    )


def _move(root: Element, relation: str, wanted: Element, place: Placement, new: Placement) -> None:
    """Have a chart cover the same cells as in a new workbook."""
    anchor = _anchor(root, relation)
    rows = {number: row for row, number in new.row_numbers.items()}
    columns = {index: column for column, index in new.column_numbers.items()}
    for corner in ("from", "to"):
        end, by = anchor.find("{*}" + corner), int(corner == "from")
        like = wanted.find("{*}" + corner)
        assert end is not None
        assert like is not None
        row, column = (int(like.findtext("{*}" + tag) or 0) + by for tag in ("row", "col"))
        values = {
            "row": place.row_numbers[rows[row]] - by,
            "col": place.column_numbers[columns[column]] - by,
            "rowOff": 0,
            "colOff": 0,
        }
        for tag, value in values.items():
            part = end.find("{*}" + tag)
            assert part is not None
            part.text = str(value)
