"""Thresholds of an older workbook, which stood on its KPIs sheet, on a sheet of their own; and differences of shares
that are shown in points now, beside the fractions that their names go on standing for.

What the owner typed goes along, and every reference to a cell that has gone follows it, wherever it is.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.catalog.model import OWN_SLOTS
from kpixl.kpi.traits import GRADED
from kpixl.ooxml.cells import Area, parse_cell
from kpixl.ooxml.column_looks import columns_apart
from kpixl.ooxml.defined_names import remove_names
from kpixl.ooxml.insert_rows import follow_apart
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.references import apart
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.migrate import layout_record as record
from kpixl.workbook.migrate.page_anew import uncover
from kpixl.workbook.read import fixed_in
from kpixl.workbook.sheets.thresholds import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.catalog.model import Business
    from kpixl.ooxml.package import Package, Sheet
    from kpixl.ooxml.references import Cell
    from kpixl.workbook.grid import Placement
    from kpixl.workbook.migrate.growth import Grown

COLUMNS = tuple(f"{level.id}_{part}" for level, part in product(GRADED, PARTS))
DIFFERENCES = ("gap", "change")
_HEADS = ("bands", "headings")


def free_names(package: Package) -> None:
    """Take away the names of the cells that are to go, so that those of their new places can have them."""
    blocks = Blocks(FileView(package))
    place = blocks.places("kpis")[0].get("kpis")
    if place is None or not place.column_numbers.keys() & {*COLUMNS}:
        return
    fixed = fixed_in(blocks)
    # Of the whole business: one that is counted from a measure which is still to come has its names already.
    prefixes = [kpi.name_prefix for kpi in catalog.whole(fixed.business, fixed.kind).kpis] + [*OWN_SLOTS]
    ours = [f"{prefix}_{end}" for prefix in prefixes for end in (*(level.id for level in GRADED), "change")]
    remove_names(package, {blocks.aliases.name(name) for name in ours})


def differences_anew(package: Package, grown: Grown) -> None:
    """Have differences of shares written and shown anew, which were fractions shown as per cent."""
    places, sheets = Blocks(FileView(package)).places("kpis")
    if "kpis" not in places or not places["kpis"].column_numbers.keys() & {*COLUMNS}:
        return
    editor, place = SheetEditor(package, sheets["kpis"]), places["kpis"]
    for row, column in product(_shares(grown.state.full), DIFFERENCES):
        if row in place.row_numbers and column in place.column_numbers:
            at = place.position(row, column)
            grown.cells.add(("kpis", row, column))
            uncover(editor.root, Area(*at, *at))
    editor.commit()


def _shares(business: Business) -> set[str]:
    """KPIs whose differences are counted in points, or may be: the unit of an own one is a cell."""
    return {kpi.id for kpi in business.kpis if kpi.kpi.unit == "fraction"} | {*OWN_SLOTS}


def move(package: Package, version: int) -> None:
    """Bring the thresholds over, once their sheet is there, and leave nothing of them on KPIs."""
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("kpis", "thresholds", "calc")
    if not places.keys() >= {"kpis", "thresholds", "calc"} or not places["kpis"].column_numbers.keys() & {*COLUMNS}:
        return
    gone = dict(_gone(places, sheets, _shares(fixed_in(blocks).business)))
    _take_along(package, places, sheets, gone, record.marks(version))
    follow_apart(package, sheets["kpis"], gone)
    _leave(package, places["kpis"], sheets["kpis"])


def _gone(places: dict[str, Placement], sheets: dict[str, Sheet], shares: set[str]) -> Iterator[tuple[Cell, Cell]]:
    kpis, source = places["kpis"], sheets["kpis"].name.casefold()
    for block, columns in (("thresholds", COLUMNS), ("calc", DIFFERENCES)):
        to = places[block]
        for row in kpis.row_numbers.keys() & to.row_numbers.keys() & (shares if block == "calc" else {*to.rows}):
            for column in {*columns} & kpis.column_numbers.keys() & to.column_numbers.keys():
                yield (source, *kpis.position(row, column)), (sheets[to.sheet].name, *to.position(row, column))


def _take_along(
    package: Package,
    places: dict[str, Placement],
    sheets: dict[str, Sheet],
    gone: dict[Cell, Cell],
    known: frozenset[bytes],
) -> None:
    """What the owner typed, and what she put in the place of a published number."""
    kpis, to = places["kpis"], places["thresholds"]
    source, target = (SheetEditor(package, sheets[place.sheet]) for place in (kpis, to))
    own, now = sheets["kpis"].name, sheets["thresholds"].name
    for row in kpis.row_numbers.keys() & to.row_numbers.keys() - {*_HEADS}:
        for column in kpis.column_numbers.keys() & {*COLUMNS}:
            at, there = kpis.position(row, column), to.position(row, column)
            content, formula = source.content(*at), source.formula(*at)
            theirs = column.endswith("_yours") or record.text_mark(source.value(*at)) not in known
            if (content, formula) != (None, None) and theirs and not column.endswith("_used"):
                target.set(*there, content, None if formula is None else apart(formula, own, gone, now=now))
    target.commit()


def _leave(package: Package, place: Placement, sheet: Sheet) -> None:
    """Empty the cells, and put columns out of sight in which nothing is left."""
    columns = {place.column_numbers[column] for column in COLUMNS if column in place.column_numbers}
    editor = SheetEditor(package, sheet)
    rows = (place.top, *place.row_numbers.values())
    for row, index in product(rows, columns):
        editor.clear(row, index)
        editor.set_style(row, index, None)
    for index in columns:
        uncover(editor.root, Area(place.top, index, place.bottom, index))
    noted = {parse_cell(ref)[1] for ref in _notes(package, sheet)}
    blank = {index for index in columns - noted if all(editor.is_blank(row, index) for row in editor.rows(1, 1 << 20))}
    if blank:
        for entry in columns_apart(editor.root, sorted(blank)).values():
            entry.set("hidden", "1")
    editor.commit()


def _notes(package: Package, sheet: Sheet) -> Iterator[str]:
    """The cells that have a note of the owner's."""
    for part in package.related(sheet.part, f"{OFFICE_RELATIONSHIP}/comments"):
        for note in package.tree(part).iter(qn("x:comment")):
            yield note.get("ref", "A1")
