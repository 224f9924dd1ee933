"""What a new workbook lays over its cells: merged cells, conditional formats, drop-downs, links and sparklines. They
come in with the cells that are new; drop-downs offer what today's lists hold. Other rules stay as they are."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.catalog.tables import word_key
from kpixl.ooxml.cells import Area, cell_name, parse_area
from kpixl.ooxml.elements import SHEET_ORDER, in_order, planted
from kpixl.ooxml.moves import area_of
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.references import mapped
from kpixl.ooxml.rules import last_priority
from kpixl.ooxml.shape import find_table, shape_of
from kpixl.ooxml.sheet import SheetEditor, moved_formula
from kpixl.workbook import layout
from kpixl.workbook.finish import sparklines
from kpixl.workbook.macros import buttons
from kpixl.workbook.migrate import page_anew
from kpixl.workbook.migrate.contents import current
from kpixl.workbook.migrate.pattern import first_cell, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package
    from kpixl.workbook.migrate.growth import Grown
    from kpixl.workbook.migrate.pattern import Pattern
    from kpixl.workbook.read import Book

Place = tuple[int, int]


def bring(package: Package, book: Book, model: Pattern, grown: Grown, now: datetime) -> None:
    """Bring in what belongs to the cells that are new."""
    for key in model.context.titles:
        if key in book.sheets and key not in grown.grafted and _is_about(key, grown):
            _Sheet(package, book, model, grown, key).bring()
    for key in grown.grafted:
        _follow(package, book, model, key)
    if "dashboard" in book.placements and "dashboard" in grown.blocks:
        page_anew.draw(package, book, model, current(book, now))
    elif "dashboard" in book.placements and grown.rows["dashboard"]:
        sparklines(package, current(book, now))
    if "dashboard" in book.placements:
        buttons.make_room(package, book.sheets["dashboard"].part, book.placements["dashboard"])


def _is_about(key: str, grown: Grown) -> bool:
    """Whether a sheet may need anything. Those with the owner's rows may be big, and are looked at only if they do."""
    table = next((table for table in grown.state.full.tables if table.id == key), None)
    if table is None:
        return True
    names = (layout.column_name(key, column.id) for column in table.columns)
    words = {word_key(key, field.id, choice) for field in table.fields for choice in field.choices}
    return bool(words & grown.rows["words"]) or any(name not in grown.state.names for name in names)


class _Sheet:
    """One sheet of the workbook, beside the same sheet of a new one."""

    def __init__(self, package: Package, book: Book, model: Pattern, grown: Grown, key: str) -> None:
        self.package, self.book, self.model, self.grown, self.key = package, book, model, grown, key
        self.sheet = book.sheets[key]
        self.title = model.context.titles[key]
        self.there = place_of(model.context, book.placements)
        self.editor = SheetEditor(package, self.sheet, lambda row: False)  # rows are none of its business
        self.root = self.editor.root
        self.new_root = model.editor(key).root
        self.places = dict(self._places())
        """Cells of the new workbook's sheet -> where they are here, and whether they have come in."""
        self.changed = False

    def bring(self) -> None:
        """Bring in whatever is missing."""
        if any(new for _, new in self.places.values()):
            self._merge()
            if self.key not in self.grown.state.tables:  # the row to begin in is all that they have
                self._formats()
            self._link()
        self._validations()
        if self.changed:
            self.package.replace(self.sheet.part, self.editor.serialised())

    def _places(self) -> Iterator[tuple[Place, tuple[Area, bool]]]:
        context, grown = self.model.context, self.grown
        for id_, new in context.placements.items():
            there = self.book.placements.get(id_)
            if new.sheet != self.key or there is None:
                continue
            for row in new.row_numbers.keys() & there.row_numbers.keys():
                for column in new.column_numbers.keys() & there.column_numbers.keys():
                    at = there.position(row, column)
                    yield new.position(row, column), (Area(*at, *at), grown.is_new(id_, row, column))
        table = next((table for table in grown.state.full.tables if table.id == self.key), None)
        if table is not None and self.key in grown.state.tables:
            part = find_table(self.package, self.book.table_names[self.key])
            data = shape_of(self.package.tree(part.part)).data
            for index, entry in enumerate(table.columns):
                heading = self.book.headings[self.key].get(entry.id)
                if heading in part.columns:
                    at_column = data.left + part.columns.index(str(heading))
                    new_column = layout.column_name(self.key, entry.id) not in grown.state.names
                    yield first_cell(index), (Area(data.top, at_column, data.bottom, at_column), new_column)

    def _new_in(self, area: Area) -> Iterator[tuple[Place, Area]]:
        """The cells of an area in a new workbook that have come in here, and where."""
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                at, new = self.places.get((row, column), (None, False))
                if at is not None and new:
                    yield (row, column), at

    def _merge(self) -> None:
        there = [parse_area(one.get("ref", "")) for one in self.root.iterfind(qn("x:mergeCells/x:mergeCell"))]
        for one in self.new_root.iterfind(qn("x:mergeCells/x:mergeCell")):
            area = parse_area(one.get("ref", ""))
            first, new = self.places.get((area.top, area.left), (None, False))
            last, _ = self.places.get((area.bottom, area.right), (None, False))
            if first is None or last is None or not new:
                continue
            whole = first.union(last)
            if not any(whole.overlaps(other) for other in there):
                holder = in_order(self.root, "mergeCells", SHEET_ORDER)
                etree.SubElement(holder, qn("x:mergeCell"), ref=whole.ref)
                holder.set("count", str(len(holder)))
                self.changed = True

    def _formats(self) -> None:
        priority = last_priority(self.root)
        for entry in self.new_root.findall(qn("x:conditionalFormatting")):
            areas = [parse_area(ref) for ref in entry.get("sqref", "").split()]
            base = (min(area.top for area in areas), min(area.left for area in areas))
            whole = self._moved_whole(areas) if self.key in self.grown.blocks else []
            if whole:
                priority = self._put(entry, whole, (base, base), priority)
                continue
            covered = self._covered(entry)  # by rows that came in between such as have the rule
            for area in areas:
                lacking = [one for one in self._new_in(area) if not any(other.overlaps(one[1]) for other in covered)]
                for cell, at in _together(lacking):
                    priority = self._put(entry, [at], (base, cell), priority)

    def _moved_whole(self, areas: list[Area]) -> list[Area]:
        """Where areas are that have come in as they are in a new workbook, cell beside cell; none where they have not,
        or where more of them than their first rows have stayed."""
        found = []
        for area in areas:
            there = dict(self._new_in(area))
            first, last = there.get((area.top, area.left)), there.get((area.bottom, area.right))
            if (
                first is None
                or last is None
                or len(there) < (area.bottom - area.top + 1) * (area.right - area.left + 1)
            ):
                return []
            whole = first.union(last)
            if (whole.bottom - whole.top, whole.right - whole.left) != (area.bottom - area.top, area.right - area.left):
                return []
            found.append(whole)
        return found

    def _put(self, entry: Element, areas: list[Area], moved: tuple[Place, Place], priority: int) -> int:
        """One rule over all of its areas, of which the cell that its formulas are written for has moved; the priority
        of the last."""
        copy = deepcopy(entry)
        copy.set("sqref", " ".join(area.ref for area in areas))
        for rule in copy.iterchildren(qn("x:cfRule")):
            if rule.get("dxfId"):
                rule.set("dxfId", self._look(rule) or "")
            self._map_formulas(rule, *moved)
            priority += 1
            rule.set("priority", str(priority))
        add_beside(self.root, copy)
        self.changed = True
        return priority

    def _look(self, rule: Element) -> str | None:
        """The number of a rule's look here; None where it has none."""
        number = rule.get("dxfId")
        return str(self.model.formats.rules[int(number)]) if number else None

    def _covered(self, wanted: Element) -> list[Area]:
        """The areas that have the rule already."""
        looks = {self._look(rule) for rule in wanted.iterchildren(qn("x:cfRule"))}
        return [
            area
            for entry in self.root.iterfind(qn("x:conditionalFormatting"))
            if looks & {rule.get("dxfId") for rule in entry.iterchildren(qn("x:cfRule"))}
            for area in map(area_of, entry.get("sqref", "").split())
            if area
        ]

    def _validations(self) -> None:
        for entry in self.new_root.iterfind(qn("x:dataValidations/x:dataValidation")):
            for area in map(parse_area, entry.get("sqref", "").split()):
                for row in range(area.top, area.bottom + 1):
                    for column in range(area.left, area.right + 1):
                        at, new = self.places.get((row, column), (None, False))
                        if at is not None:
                            self._validate(entry, (area.top, area.left), (row, column), at, new=new)

    def _validate(self, entry: Element, base: Place, cell: Place, at: Area, *, new: bool) -> None:
        first = Area(at.top, at.left, at.top, at.left)
        rules = self.root.iterfind(qn("x:dataValidations/x:dataValidation"))
        there = next((one for one in rules if covers(one, first)), None)
        copy = deepcopy(entry)
        self._map_formulas(copy, base, cell)
        if there is not None:
            self._offer(there, copy)
        elif new:
            copy.set("sqref", at.ref)
            holder = in_order(self.root, "dataValidations", SHEET_ORDER)
            planted(holder, copy)
            holder.set("count", str(len(holder)))
            self.changed = True

    def _offer(self, there: Element, wanted: Element) -> None:
        """A drop-down over our words offers those that there are today; any other rule is the owner's to keep."""
        old, new = there.find(qn("x:formula1")), wanted.find(qn("x:formula1"))
        hidden = self.book.sheets.get("hidden")
        if old is None or new is None or hidden is None or {there.get("type"), wanted.get("type")} != {"list"}:
            return
        before, after = ((one.text or "").replace("'", "") for one in (old, new))
        if before != after and all(one.startswith(f"{hidden.name}!") for one in (before, after)):
            old.text = new.text
            self.changed = True

    def _link(self) -> None:
        there = {one.get("ref") for one in self.root.iterfind(qn("x:hyperlinks/x:hyperlink"))}
        for one in self.new_root.iterfind(qn("x:hyperlinks/x:hyperlink")):
            if one.get(qn("r:id")) or not one.get("location"):
                continue
            for _, at in self._new_in(parse_area(one.get("ref", ""))):
                if at.ref not in there:
                    planted(in_order(self.root, "hyperlinks", SHEET_ORDER), one).set("ref", at.ref)
                    self.changed = True

    def _map_formulas(self, rule: Element, base: Place, cell: Place) -> None:
        for formula in rule.iter(qn("x:formula"), qn("x:formula1"), qn("x:formula2")):
            text = formula.text or ""
            if base != cell:
                text = moved_formula(text, cell_name(*base), cell_name(*cell))
            formula.text = mapped(text, self.title, self._at)

    def _at(self, sheet: str, row: int, column: int) -> Place | None:
        if sheet == self.title and (row, column) in self.places:
            area = self.places[row, column][0]
            return area.top, area.left
        return self.there(sheet, row, column)


def _follow(package: Package, book: Book, model: Pattern, key: str) -> None:
    """The rules and charts of a sheet that has come in look at the other sheets as they are in this workbook."""
    there, own = place_of(model.context, book.placements), model.context.titles[key]

    def at(sheet: str, row: int, column: int) -> Place | None:
        return None if sheet == own else there(sheet, row, column)

    part, blocks = book.sheets[key].part, any(place.sheet == key for place in book.placements.values())
    charts = [
        chart
        for drawing in package.related(part, OFFICE_RELATIONSHIP + "/drawing")
        for chart in package.related(drawing, OFFICE_RELATIONSHIP + "/chart")
    ]
    for one in (part, *charts):
        root = package.tree(one)
        for element in root.iter("{*}formula", "{*}formula1", "{*}formula2", "{*}f"):
            written = blocks and element.tag == qn("x:f")  # cells of blocks have today's formulas already
            if element.text and "!" in element.text and not written:
                element.text = mapped(element.text, own, at)
        package.replace(one, root)


def _together(cells: list[tuple[Place, Area]]) -> list[tuple[Place, Area]]:
    """Cells of a new workbook with where they are here, as few areas as stand side by side in both: each with its first
    cell."""
    found = cells
    for across in (False, True):
        found.sort(key=lambda one: one[0] if across else one[0][::-1])
        joined: list[tuple[Place, Area, Place]] = []
        for (row, column), at in found:
            step = (row, column + at.right - at.left + 1) if across else (row + at.bottom - at.top + 1, column)
            if joined:
                first, area, following = joined[-1]
                beside = (area.top, area.bottom, area.right + 1) == (at.top, at.bottom, at.left)
                below = (area.left, area.right, area.bottom + 1) == (at.left, at.right, at.top)
                if (row, column) == following and (beside if across else below):
                    joined[-1] = first, area.union(at), step
                    continue
            joined.append(((row, column), at, step))
        found = [(first, area) for first, area, _ in joined]
    return found


def add_beside(root: Element, entry: Element) -> None:
    """Put a conditional format behind the others, or where the first one has to stand."""
    others = root.findall(qn("x:conditionalFormatting"))
    if others:
        holder = etree.Element("x")
        others[-1].addnext(planted(holder, entry))
        return
    first = in_order(root, "conditionalFormatting", SHEET_ORDER)
    first.attrib.update(entry.attrib)
    for child in entry.iterchildren("{*}*"):
        planted(first, child)


def _cells(ref: str) -> set[Place]:
    area = area_of(ref)
    if area is None:
        return {(0, 0)}
    return {(r, c) for r in range(area.top, area.bottom + 1) for c in range(area.left, area.right + 1)}


def covers(rule: Element, cell: Area) -> bool:
    """Whether a rule is about a cell."""
    areas = map(area_of, rule.get("sqref", "").split())
    return any(area is not None and area.overlaps(cell) for area in areas)
