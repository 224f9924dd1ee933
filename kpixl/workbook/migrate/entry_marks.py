"""What an entry sheet tells whoever types, on the sheets of a workbook that had less of it: which columns are needed,
the row to begin in, an example for each column, and lists of words. A look or message that is the owner's stays."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.catalog.tables import Field
from kpixl.ooxml.cells import Area, column_letters, parse_area
from kpixl.ooxml.column_looks import looks_of
from kpixl.ooxml.elements import SHEET_ORDER, in_order
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.rules import last_priority
from kpixl.ooxml.shape import find_table, shape_of
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook.entry_sheets import HELP_ROW, NEEDED, PROMPT_TITLE_LIMIT, TEXT_LIMIT, text_height
from kpixl.workbook.migrate.laid_over import add_beside, covers
from kpixl.workbook.migrate.pattern import first_cell, heading_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from kpixl.catalog.tables import Table
    from kpixl.ooxml.package import Package
    from kpixl.workbook.migrate.growth import Grown
    from kpixl.workbook.migrate.pattern import Pattern
    from kpixl.workbook.read import Book

SINCE = 4
"""The first layout that has all of them."""


def bring(package: Package, book: Book, model: Pattern, grown: Grown) -> None:
    """Bring them to every entry sheet that was there before."""
    if grown.state.version >= SINCE:
        return
    tables = grown.state.full.tables
    unmarked = {model.style(table.id, *heading_cell(at)) for table in tables for at, _ in _fields(table, needed=False)}
    looks = _looks(package)
    plain = {number for number, look in enumerate(looks) if look in {looks[one] for one in unmarked}}
    for table in tables:
        if table.id in grown.state.tables and table.id in book.sheets:
            _Marks(package, book, model, table).bring(plain)


def _looks(package: Package) -> list[tuple[str, ...]]:
    """What each format of cells looks like, however it is written down."""
    (part,) = package.related(package.workbook_part, OFFICE_RELATIONSHIP + "/styles")
    found = []
    for entry in package.tree(part).iterfind(qn("x:cellXfs/x:xf")):
        numbers = (entry.get(name, "0") for name in ("numFmtId", "fontId", "fillId", "borderId"))
        aligned = (str(pair) for one in entry.iterchildren(qn("x:alignment")) for pair in one.items())
        found.append((*numbers, *sorted(aligned)))
    return found


def _fields(table: Table, *, needed: bool) -> Iterator[tuple[int, Field]]:
    """Columns of the owner's, with their places in a new table."""
    for index, column in enumerate(table.columns):
        if isinstance(column, Field) and column.required == needed:
            yield index, column


_MERGED = qn("x:mergeCells/x:mergeCell")
_USUAL = 64 / 7
"""The width of a column of which a sheet says nothing."""


class _Marks:
    """An entry sheet beside the same sheet of a new workbook."""

    def __init__(self, package: Package, book: Book, model: Pattern, table: Table) -> None:
        self.package, self.model, self.table, self.t = package, model, table, model.context.t
        self.sheet = book.sheets[table.id]
        part = find_table(package, book.table_names[table.id])
        self.data = shape_of(package.tree(part.part)).data
        self.places = {
            column.id: self.data.left + part.columns.index(heading)
            for column in table.columns
            if (heading := book.headings[table.id].get(column.id, "")) in part.columns
        }
        self.heading_row = self.data.top - 1
        self.editor = SheetEditor(package, self.sheet, lambda row: row in (HELP_ROW, self.heading_row))
        self.new_root = model.editor(table.id).root

    def bring(self, plain: set[int]) -> None:
        """All of it; ``plain`` are the looks of headings that are not marked."""
        for index, field in _fields(self.table, needed=True):
            at = self.places.get(field.id)
            if at is not None and self.editor.style(self.heading_row, at) in plain:
                self.editor.set_style(self.heading_row, at, self.model.style(self.table.id, *heading_cell(index)))
        told = self.editor.value(HELP_ROW, 1)
        if isinstance(told, str) and any(field.required for field in self.table.fields):
            self.editor.set(HELP_ROW, 1, f"{told} {self.t(NEEDED)}")
        self._spread()
        self._tint()
        for needed in (True, False):
            for index, field in _fields(self.table, needed=needed):
                if field.id in self.places:
                    self._message(first_cell(index), field)
        self.package.replace(self.sheet.part, self.editor.serialised())

    def _spread(self) -> None:
        """What the table is for goes over its columns, in as many lines as it takes, if nothing of the owner's stands
        beside it."""
        rows = (parse_area(one.get("ref", "")) for one in self.new_root.iterfind(_MERGED))
        wanted = next((area for area in rows if (area.top, area.left) == (HELP_ROW, 1)), None)
        there = [parse_area(one.get("ref", "")) for one in self.editor.root.iterfind(_MERGED)]
        told = self.editor.value(HELP_ROW, 1)
        if wanted is None or not isinstance(told, str) or any(wanted.overlaps(area) for area in there):
            return
        if not all(self.editor.is_blank(HELP_ROW, column) for column in range(2, wanted.right + 1)):
            return
        columns = range(1, wanted.right + 1)
        known = looks_of(self.editor.root, columns)
        seen = (known.get(column, (_USUAL, False)) for column in columns)
        self.editor.set_style(HELP_ROW, 1, self.model.style(self.table.id, HELP_ROW, 1))
        self.editor.set_row_height(HELP_ROW, text_height(told, 7 * sum(width for width, hidden in seen if not hidden)))
        holder = in_order(self.editor.root, "mergeCells", SHEET_ORDER)
        etree.SubElement(holder, qn("x:mergeCell"), ref=wanted.ref)
        holder.set("count", str(len(holder)))

    def _tint(self) -> None:
        """The first row shows that it is the owner's until something stands there."""
        entry = next(self.new_root.iterfind(qn("x:conditionalFormatting")), None)
        columns = sorted(self.places[field.id] for field in self.table.fields if field.id in self.places)
        if entry is None or not columns:
            return
        copy, row = deepcopy(entry), self.data.top
        copy.set("sqref", " ".join(Area(row, column, row, column).ref for column in columns))
        blanks = "+".join(f"COUNTA(${column_letters(column)}${row})" for column in columns)
        for number, rule in enumerate(copy.iterchildren(qn("x:cfRule")), last_priority(self.editor.root) + 1):
            rule.set("dxfId", str(self.model.formats.rules[int(rule.get("dxfId", "0"))]))
            rule.set("priority", str(number))
            for formula in rule.iterchildren(qn("x:formula")):
                formula.text = f"{blanks}=0"
        add_beside(self.editor.root, copy)

    def _message(self, new: tuple[int, int], field: Field) -> None:
        """The message of a column has an example, and a list where words are offered now, where kpixl's own stands."""
        at = Area(self.data.top, self.places[field.id], self.data.top, self.places[field.id])
        there = self._rule(self.editor.root, at)
        wanted = self._rule(self.new_root, Area(*new, *new))
        if there is None or wanted is None:
            return
        listed = (there.get("type"), wanted.get("type")) == ("textLength", "list")
        known = listed and there.get("promptTitle") == self.t(field.heading)[:PROMPT_TITLE_LIMIT]
        if not known and there.get("prompt") != self.t(field.help)[:TEXT_LIMIT]:
            return
        there.set("prompt", wanted.get("prompt") or "")
        if listed:
            for name in ("type", "showErrorMessage", "error", "operator"):
                value = wanted.get(name)
                if value is not None:
                    there.set(name, value)
                elif name in there.attrib:
                    del there.attrib[name]
            for formula in list(there):
                there.remove(formula)
            there.extend(deepcopy(one) for one in wanted)

    @staticmethod
    def _rule(root: Element, cell: Area) -> Element | None:
        rules = root.iterfind(qn("x:dataValidations/x:dataValidation"))
        return next((one for one in rules if covers(one, cell)), None)
