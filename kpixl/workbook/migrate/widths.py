"""The columns of kpixl's own sheets in a workbook of an earlier layout: as wide as in a new one, if they are narrower.

Texts have become longer since, or stand in fewer columns. A column that the owner has made wider stays so, and one
that is out of sight stays out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.column_looks import columns_apart, looks_of
from kpixl.ooxml.sheet import SheetEditor

if TYPE_CHECKING:
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
    editor = SheetEditor(package, book.sheets[key], lambda row: False)  # rows are none of its business
    pairs = [
        (place.column_numbers[column], book.placements[id_].column_numbers[column])
        for id_, place in model.context.placements.items()
        if place.sheet == key and id_ in book.placements
        for column in place.column_numbers.keys() & book.placements[id_].column_numbers.keys()
    ]
    new = looks_of(model.editor(key).root, {own for own, _ in pairs})
    there, wanted = looks_of(editor.root, {held for _, held in pairs}), dict[int, float]()
    for own, held in pairs:
        (width, hidden), (now, out_of_sight) = new.get(own, (0.0, True)), there.get(held, (0.0, False))
        if width > now and not hidden and not out_of_sight:
            wanted[held] = max(width, wanted.get(held, 0.0))
    if wanted:
        for index, entry in columns_apart(editor.root, wanted).items():
            entry.set("width", f"{wanted[index]:.4f}")
            entry.set("customWidth", "1")
        package.replace(book.sheets[key].part, editor.serialised())
