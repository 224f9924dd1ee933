"""Rows, columns, blocks and sheets that today's layout has and a workbook lacks: they come in where a new workbook has
them, and what stands there moves down. What the owner deleted stays deleted."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from kpixl.ooxml.cells import Area, parse_area
from kpixl.ooxml.column_looks import look_in, look_of_column
from kpixl.ooxml.defined_names import add_names
from kpixl.ooxml.graft import graft, order_sheets
from kpixl.ooxml.insert_rows import insert_rows
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.package import Package
from kpixl.ooxml.references import RowsInserted
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook import layout
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.grid import BLOCK_PREFIX, Placement, quoted
from kpixl.workbook.migrate import page_anew
from kpixl.workbook.migrate.pattern import place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kpixl.workbook.migrate.before import Before
    from kpixl.workbook.migrate.pattern import Pattern

GAP = 2
"""A new block begins so many rows below everything that is used."""


@dataclass
class Grown:
    """What is new, by the id of its block."""

    state: Before
    grafted: frozenset[str]
    """Keys of whole sheets that have come in."""
    rows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    columns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    blocks: set[str] = field(default_factory=set)
    cells: set[tuple[str, str, str]] = field(default_factory=set)
    """Block, row and column of cells that hold something else than before."""

    def is_new(self, block: str, row: str, column: str) -> bool:
        """Whether a cell has come in."""
        lines = block in self.blocks or row in self.rows[block] or column in self.columns[block]
        return lines or (block, row, column) in self.cells


# Sheets


def graft_sheets(package: Package, state: Before, model: Pattern) -> frozenset[str]:
    """Add the sheets of tables and results that are new to the workbook; their keys."""
    keys = {*_new_entry_sheets(state), *_new_result_sheets(state)}
    if keys:
        graft(package, _reduced(model, keys))
        _put_in_place(package, state, model, keys)
    return frozenset(keys)


def _put_in_place(package: Package, state: Before, model: Pattern, keys: Collection[str]) -> None:
    """Let each new sheet stand behind the one that it follows in a new workbook, as far as that is there."""
    tabs = [sheet.name for sheet in package.sheets]
    order, titles = layout.sheet_order(state.full), model.context.titles
    for place, key in enumerate(order):
        if key not in keys:
            continue
        before = [titles[other] for other in order[:place] if other in state.sheets or other in keys]
        tabs.remove(titles[key])
        tabs.insert(tabs.index(before[-1]) + 1 if before else 0, titles[key])
    order_sheets(package, tabs)


def _new_entry_sheets(state: Before) -> Iterator[str]:
    for table in state.full.tables:
        names = (layout.column_name(table.id, column.id) for column in table.columns)
        if table.id not in state.tables and not any(name in state.names for name in names):
            yield table.id


def _new_result_sheets(state: Before) -> Iterator[str]:
    by_sheet: dict[str, list[str]] = defaultdict(list)
    for id_, block in layout.blocks(state.full).items():
        by_sheet[block.placement.sheet].append(id_)
    for key, ids in by_sheet.items():
        if key not in state.sheets and not any(state.had_block(id_) for id_ in ids):
            yield key


def _reduced(model: Pattern, keys: Collection[str]) -> Package:
    """The new workbook with some of its sheets alone."""
    source = Package.from_bytes(model.package.data, model.package.path)
    titles = {model.context.titles[key] for key in keys}
    places = [number for number, sheet in enumerate(source.sheets) if sheet.name in titles]
    tables = {table.name for table in source.tables if table.sheet.name in titles}
    root = source.tree(source.workbook_part)
    for number, entry in enumerate(root.findall(qn("x:sheets/x:sheet"))):
        if number not in places:
            entry.getparent().remove(entry)  # type: ignore[union-attr]
    for name in root.findall(qn("x:definedNames/x:definedName")):
        sheet, _, _ = (name.text or "").rpartition("!")
        local = name.get("localSheetId")
        about = sheet.strip("'").replace("''", "'") in titles or (name.text or "").partition("[")[0] in tables
        if about and (local is None or int(local) in places):
            if local is not None:
                name.set("localSheetId", str(places.index(int(local))))
        else:
            name.getparent().remove(name)  # type: ignore[union-attr]
    source.replace(source.workbook_part, root)
    return source


# Blocks


def grow(package: Package, state: Before, model: Pattern, grafted: frozenset[str]) -> Grown:
    """Let every block have the rows and columns that it lacks, and the workbook the blocks."""
    grown = Grown(state, grafted)
    placements = model.context.placements
    grown.blocks |= {id_ for id_, place in placements.items() if place.sheet in grafted}
    if state.version < page_anew.SINCE and "dashboard" in state.places:
        grown.blocks.add("dashboard")
    by_sheet: dict[str, list[str]] = defaultdict(list)
    for id_, place in placements.items():
        if place.sheet in state.sheets:
            by_sheet[place.sheet].append(id_)
    for key, ids in by_sheet.items():
        _grow_sheet(package, key, ids, model, grown)
    return grown


def _grow_sheet(package: Package, key: str, ids: Collection[str], model: Pattern, grown: Grown) -> None:
    state, sheet = grown.state, grown.state.sheets[key]
    after: Counter[int] = Counter()
    rows: dict[str, dict[str, tuple[int, int]]] = {}
    for id_ in ids:
        if id_ in state.places:
            rows[id_] = dict(_new_rows(id_, model.context.placements[id_], state, after))
    insert_rows(package, sheet, after)
    inserted = RowsInserted(after)
    editor = SheetEditor(package, sheet)
    areas: dict[str, Area] = {}
    for id_, new in rows.items():
        there = state.places[id_]
        numbers = {row: inserted.row(last) + 1 + place for row, (last, place) in new.items()}
        for row, number in numbers.items():
            editor.set(number, there.left, row)
            _like(editor, number, model, id_, row)
        top = inserted.row(there.top)
        bottom = max([*map(inserted.row, there.row_numbers.values()), *numbers.values(), top])
        columns = dict(_new_columns(id_, model, state, editor, (top, bottom)))
        for column, index in columns.items():
            editor.set(top, index, column)
            new_index = model.context.placements[id_].column_numbers[column]
            look_of_column(editor.root, index, look_in(model.editor(key).root, new_index))
        right = max([*there.column_numbers.values(), *columns.values(), there.left])
        grown.rows[id_] |= numbers.keys()
        grown.columns[id_] |= columns.keys()
        if numbers or columns:
            areas[id_] = Area(top, there.left, bottom, right)
    for id_ in ids:
        if id_ not in state.places and not state.had_block(id_):
            areas[id_] = _put_below(editor, id_, model)
            grown.blocks.add(id_)
    editor.commit()
    add_names(package, {BLOCK_PREFIX + id_: _absolute(sheet.name, area) for id_, area in areas.items()})


def _new_rows(id_: str, new: Placement, state: Before, after: Counter[int]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Rows that a block lacks, each with the row below which it comes, as the sheet stands, and the how manieth it is
    there."""
    there, last = state.places[id_], state.places[id_].top
    for row in new.rows:
        if row in there.row_numbers:
            last = there.row_numbers[row]
        elif id_ in layout.HELPERS or not state.had_row(id_, row):
            yield row, (last, after[last])
            after[last] += 1


def _new_columns(
    id_: str, model: Pattern, state: Before, editor: SheetEditor, rows: tuple[int, int]
) -> Iterator[tuple[str, int]]:
    """Columns that a block lacks, each with the first free place to the right of it."""
    there = state.places[id_]
    right = max(there.column_numbers.values(), default=there.left)
    merged = [parse_area(one.get("ref", "")) for one in editor.root.iterfind(qn("x:mergeCells/x:mergeCell"))]
    for column in model.context.placements[id_].columns:
        if column in there.column_numbers or (id_ not in layout.HELPERS and state.had_column(id_, column)):
            continue
        for index in count(right + 1):
            area = Area(rows[0], index, rows[1], index)
            used = any(not editor.is_blank(row, index) for row in editor.rows(*rows))
            if not used and not any(area.overlaps(one) for one in merged):
                right = index
                break
        yield column, right


def _put_below(editor: SheetEditor, id_: str, model: Pattern) -> Area:
    """The ids of a whole block, below everything that the sheet holds."""
    new = model.context.placements[id_]
    top = max(editor.rows(1, 1 << 20), default=0) + GAP
    by = top - new.top
    for column, index in new.column_numbers.items():
        editor.set(top, index, column)
    if model.editor(new.sheet).row_look(new.top)[1]:
        editor.set_row_hidden(top, True)
    for row, number in new.row_numbers.items():
        editor.set(number + by, new.left, row)
        _like(editor, number + by, model, id_, row)
    return Area(top, new.left, new.bottom + by, new.right)


def _like(editor: SheetEditor, number: int, model: Pattern, id_: str, row: str) -> None:
    """Have a new row the height that a new workbook gives it."""
    place = model.context.placements[id_]
    height, hidden = model.editor(place.sheet).row_look(place.row_numbers[row])
    if height:
        editor.set_row_height(number, height)
    if hidden:
        editor.set_row_hidden(number, True)


def _absolute(sheet: str, area: Area) -> str:
    first, _, last = area.ref.partition(":")
    return f"{quoted(sheet)}!{_fixed(first)}:{_fixed(last or first)}"


def _fixed(cell: str) -> str:
    letters = cell.rstrip("0123456789")
    return f"${letters}${cell[len(letters) :]}"


def name_cells(package: Package, model: Pattern) -> None:
    """Give the cells that have a name in a new workbook theirs, where nothing goes by it."""
    places, sheets = Blocks(FileView(package)).places(*model.context.placements)
    there, taken = place_of(model.context, places), {name.lower() for name in package.defined_names}
    titles = {title: key for key, title in model.context.titles.items()}
    names = {}
    for name, (sheet, row, column) in model.named.items():
        place = there(sheet, row, column)
        if name.lower() in taken or place is None:
            continue
        names[name] = _absolute(sheets[titles[sheet]].name, Area(*place, *place)).rpartition(":")[0]
    add_names(package, names)
