"""The columns of kpixl's own sheets in a workbook of an earlier layout: as wide as in a new one, if they are narrower.

Texts have become longer since, or stand in fewer columns. A column that the owner has made wider stays so, and one
that is out of sight stays out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook.migrate.page_anew import columns_apart

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package
    from kpixl.workbook.migrate.growth import Grown
    from kpixl.workbook.migrate.pattern import Pattern
    from kpixl.workbook.read import Book


def bring(package: Package, book: Book, model: Pattern, grown: Grown) -> None:
    """Widen what is narrower than in a new workbook, on every sheet of results that was there before."""
    for key in sorted({place.sheet for place in model.context.placements.values()}):
        if key in book.sheets and key not in grown.grafted and key != "hidden":
            _widen(package, book, model, key)


def _widen(package: Package, book: Book, model: Pattern, key: str) -> None:
    new = columns_of(model.editor(key).root)
    editor = SheetEditor(package, book.sheets[key], lambda row: False)  # rows are none of its business
    there, wanted = columns_of(editor.root), dict[int, float]()
    for id_, place in model.context.placements.items():
        if place.sheet != key or id_ not in book.placements:
            continue
        held = book.placements[id_].column_numbers
        for column in place.column_numbers.keys() & held.keys():
            width, hidden = new.get(place.column_numbers[column], (0.0, True))
            now, out_of_sight = there.get(held[column], (0.0, False))
            if width > now and not hidden and not out_of_sight:
                wanted[held[column]] = max(width, wanted.get(held[column], 0.0))
    if wanted:
        for index, entry in columns_apart(editor.root, wanted).items():
            entry.set("width", f"{wanted[index]:.4f}")
            entry.set("customWidth", "1")
        package.replace(book.sheets[key].part, editor.serialised())


def columns_of(root: Element) -> dict[int, tuple[float, bool]]:
    """How wide each column is that a sheet says something of, and whether it is out of sight."""
    found = {}
    for entry in root.iterfind(f"{qn('x:cols')}/{qn('x:col')}"):
        look = float(entry.get("width", "0")), entry.get("hidden") in ("1", "true")
        found.update(dict.fromkeys(range(int(entry.get("min", "0")), int(entry.get("max", "0")) + 1), look))
    return found
